"""The due engine: a table for each kind of due item, and that due days never run backwards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from caseloads import CLOSED_AT_YEAR_END, LAST_OF_YEAR, calendars, standards, todays
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.due import (
    OTHER_WAYS,
    RULES,
    Band,
    DueItem,
    Rules,
    due_items,
    is_past_its_hour,
    retry_on,
)
from casectl.core.errors import BadConfiguration
from casectl.core.facts import Group
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    DEADLINE,
    FOLLOW_UP,
    ON_HOLD,
    PENDING,
    UNWRITTEN_NOTE,
    Case,
    CaseRecord,
    Level,
    Promise,
)
from casectl.core.standards import DEADLINE_LEADS, Intervals, Lead, Standards, checked

TODAY = date(2026, 11, 18)  # a Wednesday
FRIDAY, SATURDAY, SUNDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)
NEXT_MONDAY = date(2026, 11, 23)
DEFAULT = Standards()
URGENCY = {"low": 1, "medium": 2, "high": 3, "crisis": 4}


def day(text: str) -> date:
    """``11-18`` as a day of 2026."""
    return date.fromisoformat(f"2026-{text}")


def a_case(level: str = "medium", **known: Any) -> Case:
    """An active case of some level, its risk assessed, with nothing due for a good while."""
    values: dict[str, Any] = {
        "id": "c", "number": 12, "handle": "garcia-12", "client_id": "k", "client": "Maria Garcia",
        "status": ACTIVE, "urgency": URGENCY[level], "risk": "low", "opened_on": day("10-01"),
        "level_reviewed_on": day("11-18"), "assessed_on": day("11-01"),
    }  # fmt: skip
    if level == "crisis":
        values["crisis_since"] = day("11-15")
    return Case(**(values | known))


def a_promise(due: str | date, kind: str = FOLLOW_UP, number: int = 1, **known: Any) -> Promise:
    due_on = day(due) if isinstance(due, str) else due
    return Promise(f"p{number}", "c", number, kind, "call the school", due_on, **known)


FAR = a_promise(date(2027, 3, 1), number=9)


def a_record(case: Case, *promises: Promise, **known: Any) -> CaseRecord:
    """A record whose one promise is far away, unless others are given."""
    return CaseRecord(case, promises or (FAR,), **{"reached_client_on": day("11-17")} | known)


def test_an_item_has_all_its_values() -> None:
    """It is made without counting them."""
    items = due_items(a_record(a_case()), DEFAULT, TODAY)
    assert {len(each) for each in items} == {len(DueItem._fields)}


def owed(
    record: CaseRecord, today: date = TODAY, standards: Standards = DEFAULT
) -> dict[str, DueItem]:
    """What is owed, by its name after the dot."""
    items = list(due_items(record, standards, today))
    named = {item.item.removeprefix("12."): item for item in items}
    assert len(named) == len(items)
    return named


# --- One table: the record, the item, its due day and its band on Wednesday 18 November -----------

SAFETY, AHEAD, NOW, SOON = Band.SAFETY, Band.DEADLINE, Band.NOW, Band.SOON
Row = tuple[CaseRecord, str, str, Band | None]


def contact(level: str, reached: str | None, **known: Any) -> CaseRecord:
    reached_on = day(reached) if reached else None
    return a_record(a_case(level, **known), reached_client_on=reached_on)


def crisis(reached: str | None = None, **known: Any) -> CaseRecord:
    return contact("crisis", reached, **known)


def deadline(due: str, subject: str | None = "court", lead: int | None = None) -> CaseRecord:
    return a_record(a_case(), a_promise(due, DEADLINE, subject=subject, lead_days=lead))


CONTACT: list[Row] = [
    (contact("low", "10-19"), "contact", "11-18", NOW),
    (contact("medium", "11-04"), "contact", "11-18", NOW),
    (contact("high", "11-11"), "contact", "11-18", NOW),
    (contact("medium", "10-28"), "contact", "11-11", NOW),
    (contact("medium", "11-11"), "contact", "11-25", SOON),
    (contact("medium", "11-12"), "contact", "11-26", None),
    # Sunday 22: the Friday before. Saturday 21, three days after the fact: the Friday as well.
    (contact("medium", "11-08"), "contact", "11-20", SOON),
    (contact("high", "11-14"), "contact", "11-20", SOON),
    # The first one counts working days from intake: 10, 5, 2.
    (contact("low", None, opened_on=day("11-04")), "contact", "11-18", NOW),
    (contact("medium", None, opened_on=day("11-11")), "contact", "11-18", NOW),
    (contact("high", None, opened_on=day("11-13")), "contact", "11-17", NOW),
    (contact("high", None, opened_on=day("11-14")), "contact", "11-17", NOW),
    # Imported with its past unknown: the interval counts from the import.
    (contact("medium", None, clock_from=day("11-16")), "contact", "11-30", None),
    # Reached before the import was: that day counts.
    (contact("medium", "11-02", clock_from=day("11-16")), "contact", "11-16", NOW),
    # The hold ended later than the client was last reached.
    (contact("medium", "10-01", resumed_on=day("11-09")), "contact", "11-23", SOON),
]
SAFETY_ROWS: list[Row] = [
    (crisis(), "safety", "11-15", SAFETY),
    (crisis(crisis_since=TODAY), "safety", "11-18", SAFETY),
    (crisis("11-14"), "safety", "11-15", SAFETY),  # that contact was before the crisis
    (crisis("11-15"), "safety", "11-16", SAFETY),
    (crisis("11-17"), "safety", "11-18", SAFETY),
    (crisis("11-18"), "safety", "11-19", SOON),
    # Somebody named sees the client until Friday; Saturday is owed, day off or not.
    (crisis(covered_until=FRIDAY), "safety", "11-21", SOON),
    (crisis(covered_until=day("11-14")), "safety", "11-15", SAFETY),  # cover from before it
    (crisis("11-18", level_reviewed_on=day("11-15")), "review", "11-18", SAFETY),
    (crisis("11-18", level_reviewed_on=day("11-18")), "review", "11-21", SOON),
]
ASSESSMENT: list[Row] = [
    (a_record(a_case(assessed_on=None, opened_on=day("10-19"))), "assessment", "11-18", NOW),
    (a_record(a_case(assessed_on=None, opened_on=day("10-22"))), "assessment", "11-20", SOON),
    (a_record(a_case(assessed_on=None, clock_from=day("10-19"))), "assessment", "11-18", NOW),
    (a_record(a_case(assessed_on=day("05-22"))), "assessment", "11-18", NOW),
    (a_record(a_case("high", level_reviewed_on=day("10-19"))), "review", "11-18", NOW),
    (a_record(a_case("high", level_reviewed_on=day("11-18"))), "review", "12-18", None),
]
DEADLINES: list[Row] = [
    (deadline("11-16"), "1", "11-16", AHEAD),  # missed
    (deadline("11-20"), "1", "11-20", AHEAD),  # court: 2 working days ahead
    (deadline("11-21"), "1", "11-21", SOON),  # a Saturday stays one; its lead begins on Thursday
    (deadline("11-23"), "1", "11-23", SOON),
    (deadline("12-02"), "1", "12-02", SOON),  # court warns 10 working days ahead
    (deadline("12-03"), "1", "12-03", None),
    (deadline("11-25", "appeal"), "1", "11-25", AHEAD),
    (deadline("11-26", "appeal"), "1", "11-26", SOON),
    (deadline("12-30", "recertification"), "1", "12-30", SOON),
    (deadline("11-27", None), "1", "11-27", SOON),  # of no kind: warned of 7 working days ahead
    (deadline("11-30", None), "1", "11-30", None),
    (deadline("11-20", lead=0), "1", "11-20", SOON),
    (deadline("11-18", lead=0), "1", "11-18", AHEAD),
    (deadline("12-11", lead=17), "1", "12-11", AHEAD),
    (deadline("12-14", lead=17), "1", "12-14", None),
]
PROMISED: list[Row] = [
    (a_record(a_case(), a_promise("11-11")), "1", "11-11", NOW),
    (a_record(a_case(), a_promise("11-18")), "1", "11-18", NOW),
    (a_record(a_case(), a_promise("11-21")), "1", "11-21", SOON),  # a Saturday stays one
    (a_record(a_case(), a_promise("11-25")), "1", "11-25", SOON),
    (a_record(a_case(), a_promise("11-26")), "1", "11-26", None),
    (a_record(a_case(), a_promise("11-18", APPOINTMENT)), "1", "11-18", NOW),
    (a_record(a_case(), a_promise("11-22", APPOINTMENT)), "1", "11-22", SOON),
    # A snooze sets a new day and keeps the first.
    (a_record(a_case(), a_promise("11-20", first_due_on=day("11-10"))), "1", "11-20", SOON),
]
NOBODY = (None, None, 0, None)  # reached, and nobody tried to
UNPROMISED: list[Row] = [
    (CaseRecord(a_case(), (), *NOBODY, day("11-16")), "next", "11-16", NOW),
    (CaseRecord(a_case(opened_on=day("11-18"))), "next", "11-18", NOW),
    (CaseRecord(a_case(clock_from=day("11-05"))), "next", "11-19", SOON),
    (CaseRecord(a_case(clock_from=day("11-05")), (), *NOBODY, day("11-06")), "next", "11-06", NOW),
    (CaseRecord(a_case(resumed_on=day("11-17")), (), *NOBODY, day("11-02")), "next", "11-17", NOW),
    (CaseRecord(a_case(status=PENDING, opened_on=day("11-11"))), "next", "11-18", NOW),
    (CaseRecord(a_case("high", status=PENDING, opened_on=day("11-17"))), "next", "11-19", SOON),
    (CaseRecord(a_case(status=ON_HOLD, hold_until=day("11-18"))), "hold", "11-18", NOW),
    (CaseRecord(a_case(status=ON_HOLD, hold_until=day("12-18"))), "hold", "12-18", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "item", "due", "band"),
    [*CONTACT, *SAFETY_ROWS, *ASSESSMENT, *DEADLINES, *PROMISED, *UNPROMISED],
)
def test_due_day_and_band(record: CaseRecord, item: str, due: str, band: Band | None) -> None:
    found = owed(record)[item]
    assert (found.due, found.band) == (day(due), band)
    assert found.days_late == (TODAY - day(due)).days


def test_a_crisis_owes_safety_in_place_of_contact() -> None:
    assert owed(crisis()).keys() == {"safety", "review", "assessment", "plan", "9"}


def test_a_case_with_a_promise_owes_no_next_step() -> None:
    assert "next" not in owed(a_record(a_case()))


# --- Days off ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "today", "band"),
    [
        (SATURDAY, FRIDAY, NOW),  # a Friday's list holds what falls due before Monday
        (SUNDAY, FRIDAY, NOW),
        (NEXT_MONDAY, FRIDAY, SOON),
        (SUNDAY, SATURDAY, NOW),
        (SUNDAY, TODAY, SOON),
    ],
)
def test_what_falls_due_before_the_next_working_day_shows_today(
    due: date, today: date, band: Band
) -> None:
    for kind in (FOLLOW_UP, APPOINTMENT):
        assert owed(a_record(a_case(), a_promise(due, kind)), today)["1"].band is band


def test_a_deadline_on_a_day_off_is_in_its_band_before_it() -> None:
    """Whatever its lead: on Saturday nobody is at work to see it."""
    record = deadline("11-22", lead=0)
    assert owed(record, day("11-19"))["1"].band is SOON
    assert owed(record, FRIDAY)["1"].band is AHEAD


def test_a_standard_never_moves_to_its_own_fact_or_before_it() -> None:
    """Every two days from Friday is Sunday: the Friday before it is the day of the contact."""
    short = Standards(Intervals(contact=(30, 14, 2, 1)))
    assert owed(contact("high", "11-20"), FRIDAY, short)["contact"].due == SUNDAY
    assert owed(contact("high", "11-19"), FRIDAY, short)["contact"].due == FRIDAY


def test_the_note_of_today_is_not_asked_for_before_its_day() -> None:
    """On a Friday, due on Sunday: nothing is written twice, and a list of notes warns nobody."""
    asked_for = Standards(Intervals(note=2))
    written = UNWRITTEN_NOTE._replace(day=FRIDAY)
    record = a_record(a_case(), watches=(written,))
    assert owed(record, FRIDAY, asked_for)["note"].band is None
    assert owed(record, NEXT_MONDAY, asked_for)["note"].band is NOW
    of_before = a_record(a_case(), watches=(written._replace(day=day("11-19")),))
    assert owed(of_before, FRIDAY, asked_for)["note"].band is NOW


def test_what_was_done_today_is_not_pulled_forward_to_today() -> None:
    """Before an office closes for eleven days: doing it a second time today would clear nothing."""
    closing = Standards(calendar=CLOSED_AT_YEAR_END)
    done_today = owed(contact("high", "12-23"), LAST_OF_YEAR, closing)["contact"]
    assert (done_today.due, done_today.band) == (day("12-30"), SOON)
    before = owed(contact("high", "12-22"), LAST_OF_YEAR, closing)["contact"]
    assert (before.due, before.band) == (day("12-23"), NOW)


def test_a_safety_review_that_falls_on_days_off_presses_before_them() -> None:
    """Reviewed on Thursday, owed on Sunday: Friday is the last day to do it at work."""
    record = crisis("11-20", level_reviewed_on=day("11-19"))
    review = owed(record, FRIDAY)["review"]
    assert (review.due, review.band) == (SUNDAY, NOW)
    assert owed(record, SUNDAY)["review"].band is SAFETY


# --- Attempts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "tried", "again", "waits"),
    [
        ("low", "11-18", "11-25", True),  # 5 working days
        ("low", "11-11", "11-18", False),
        ("low", "11-12", "11-19", True),
        ("medium", "11-16", "11-18", False),  # 2 working days
        ("medium", "11-17", "11-19", True),
        ("high", "11-17", "11-18", False),  # the next working day
        ("high", "11-18", "11-19", True),
    ],
)
def test_an_attempt_waits_until_its_retry_day(
    level: str, tried: str, again: str, waits: bool
) -> None:
    record = a_record(
        a_case(level), reached_client_on=day("09-01"), attempts=2, tried_on=day(tried)
    )
    item = owed(record)["contact"]
    assert (item.band, item.waits, item.retry_on) == (NOW, waits, day(again))
    assert (item.attempts, item.tried_on) == (2, day(tried))


def test_an_attempt_never_moves_a_crisis_out_of_safety() -> None:
    tried_today = crisis()._replace(attempts=1, tried_on=TODAY)
    item = owed(tried_today)["safety"]
    assert (item.band, item.waits, item.retry_on) == (SAFETY, True, TODAY)  # later today
    assert not owed(tried_today._replace(tried_on=day("11-17")))["safety"].waits


@pytest.mark.parametrize(("attempts", "changes"), [(0, False), (2, False), (3, True), (7, True)])
def test_three_attempts_owe_a_change_of_approach(attempts: int, changes: bool) -> None:
    tried_on = TODAY if attempts else None
    record = a_record(a_case(), reached_client_on=None, attempts=attempts, tried_on=tried_on)
    assert (owed(record)["contact"].what == OTHER_WAYS) is changes
    assert owed(record)["assessment"].what != OTHER_WAYS


@pytest.mark.parametrize(
    ("subject", "waits"), [("call", True), ("visit", True), ("paperwork", False), (None, False)]
)
def test_only_what_is_kept_by_reaching_somebody_waits(subject: str | None, waits: bool) -> None:
    promise = a_promise("11-18", subject=subject)
    record = a_record(a_case(), promise, attempts=1, tried_on=TODAY)
    item = owed(record)["1"]
    assert (item.waits, item.attempts) == (waits, int(waits))
    assert item.what == "call the school"


@pytest.mark.parametrize(
    ("due", "tried", "waits"),
    [
        ("11-18", "11-17", False),  # tried yesterday, and promised for today: today it is
        ("11-17", "11-17", True),
        ("11-16", "11-17", True),
        ("11-18", "11-18", True),
    ],
)
def test_a_call_promised_for_a_later_day_than_the_attempt_stands_on_its_day(
    due: str, tried: str, waits: bool
) -> None:
    """What ``tried 12 --next "call again" --due tomorrow`` promises does not wait until Friday."""
    record = a_record(
        a_case(), a_promise(due, subject="call"), reached_client_on=day("09-01"), attempts=1,
        tried_on=day(tried),
    )  # fmt: skip
    assert (owed(record)["1"].waits, owed(record)["contact"].waits) == (waits, True)


def test_retrying_counts_working_days() -> None:
    assert retry_on(FRIDAY, Level.HIGH, Intervals(), DEFAULT.calendar) == NEXT_MONDAY


# --- Holds, guardians, programs ---------------------------------------------------------------


def test_a_hold_pauses_what_is_paused_and_nothing_else() -> None:
    held = a_case("crisis", status=ON_HOLD, hold_until=day("12-01"))
    record = a_record(
        held,
        a_promise("11-10", number=1),
        a_promise("11-20", DEADLINE, number=2, subject="court"),
        a_promise("11-18", APPOINTMENT, number=3),
    )
    assert owed(record).keys() == {"2", "3", "safety", "review", "hold"}


def test_what_was_paused_counts_from_the_holds_end() -> None:
    resumed = a_case("high", resumed_on=day("11-16"), level_reviewed_on=day("08-01"))
    record = a_record(
        resumed._replace(assessed_on=day("01-05")),
        a_promise("11-10", number=1),
        a_promise("11-20", number=2),
        reached_client_on=day("10-01"),
    )
    items = owed(record)
    assert items["1"].due == day("11-16")
    assert items["2"].due == day("11-20")
    assert items["contact"].due == day("11-23")
    assert items["review"].due == day("12-16")
    assert items["assessment"].due == date(2027, 5, 14)  # Saturday 15 moves to Friday


def test_whose_answer_counts_is_the_programs_to_say() -> None:
    youth = Standards(programs={"Youth": Intervals(guardian_counts=True)})
    record = a_record(
        a_case(program="Youth"), reached_client_on=day("10-01"), reached_guardian_on=day("11-16")
    )
    item = owed(record, standards=youth)["contact"]
    assert (item.due, item.last_reached) == (day("11-30"), day("11-16"))
    other = record._replace(case=record.case._replace(program="Housing"))
    item = owed(other, standards=youth)["contact"]
    assert (item.due, item.last_reached) == (day("10-15"), day("10-01"))


def test_a_program_works_to_its_own_intervals_and_leads() -> None:
    leads = {**DEADLINE_LEADS, "court": Lead(20, 10)}
    legal = Standards(programs={"Legal": Intervals(contact=(10, 5, 3, 1), deadlines=leads)})
    record = deadline("12-02")._replace(reached_client_on=day("11-13"))
    theirs = record._replace(case=record.case._replace(program="Legal"))
    assert owed(theirs, standards=legal)["contact"].due == day("11-18")
    assert owed(theirs, standards=legal)["1"].band is AHEAD
    assert owed(record, standards=legal)["contact"].due == day("11-27")
    assert owed(record, standards=legal)["1"].band is SOON


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact": (7, 14, 7, 1)},
        {"retry": (5, 2, 1, 3)},
        {"first_contact": (10, 5, 2, 0)},
        {"high_review": 2},  # shorter than the crisis review's 3 days
        {"crisis_review": 31},
        {"follow_up": 0},
    ],
)
def test_standards_that_ask_for_less_as_the_level_rises_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadConfiguration):
        checked(Intervals()._replace(**wrong), "standards")


@pytest.mark.parametrize(
    ("due", "time", "past"),
    [
        ("11-17", None, True),
        ("11-17", "16:00", True),
        ("11-18", "09:00", True),
        ("11-18", "10:00", False),
        ("11-18", None, False),
        ("11-19", "09:00", False),
    ],
)
def test_an_appointment_whose_hour_has_passed_asks_kept_or_missed(
    due: str, time: str | None, past: bool
) -> None:
    kept = owed(a_record(a_case(), a_promise(due, APPOINTMENT, due_time=time)))["1"]
    assert is_past_its_hour(kept, TODAY, "10:00") is past
    call = owed(a_record(a_case(), a_promise(due, due_time=time)))["1"]
    assert not is_past_its_hour(call, TODAY, "10:00")


# --- Laws of days -----------------------------------------------------------------------------

# Safety is owed in a crisis alone, contact never in one.
LEVELS = {"safety": (4,), "contact": (1, 2, 3)}
GROUPS = [
    *(
        Group(kind, stage, level, program)
        for kind, stage in RULES
        for program in ("", "Housing")
        for level in LEVELS.get(kind, (1, 2, 3, 4))
    ),
    *(
        Group(DEADLINE, subject, level, "Housing", lead)
        for subject in DEADLINE_LEADS
        for level in (1, 4)
        for lead in (None, 0, 12)
    ),
]
groups = st.sampled_from(GROUPS)
fact_days = st.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days))


@given(groups, standards(), fact_days, st.integers(1, 20))
def test_due_days_never_decrease_with_fact_days(
    group: Group, standards: Standards, fact: date, days: int
) -> None:
    rule = Rules(standards, TODAY).of(group)
    assert rule.due_on(fact) <= rule.due_on(fact + timedelta(days=days))


@given(groups, standards(), fact_days)
def test_nothing_falls_due_before_its_fact(group: Group, standards: Standards, fact: date) -> None:
    assert Rules(standards, TODAY).of(group).due_on(fact) >= fact


@given(groups, standards(), fact_days, st.integers(1, 20), todays)
def test_an_older_fact_is_never_in_a_lesser_band(
    group: Group, standards: Standards, fact: date, days: int, today: date
) -> None:
    rule = Rules(standards, today).of(group)

    def band(since: date) -> int:
        found = rule.due(since)[1]
        return len(Band) if found is None else found

    assert band(fact) <= band(fact + timedelta(days=days))


@given(groups, standards(), todays, st.integers(-20, 20))
def test_the_last_facts_are_the_last_ones(
    group: Group, standards: Standards, today: date, ahead: int
) -> None:
    rule = Rules(standards, today).of(group)

    def band(since: date) -> Band | None:
        return rule.due(since)[1]

    one = timedelta(days=1)
    until = today + timedelta(days=ahead)
    last = rule.last_due(until)
    assert rule.due_on(last) <= until < rule.due_on(last + one)
    last = rule.last_late
    assert rule.due_on(last) < today <= rule.due_on(last + one)
    last = rule.last_pressing
    assert band(last) not in (None, Band.SOON)
    assert band(last + one) in (None, Band.SOON)
    last = rule.last_listed
    assert band(last) is not None
    assert band(last + one) is None


@given(calendars, fact_days, st.integers(0, 6), st.integers(0, 20))
def test_retry_days_never_decrease(calendar: Any, tried: date, days: int, later: int) -> None:
    waiting = Intervals(retry=(days, days, days, days))
    first = retry_on(tried, Level.LOW, waiting, calendar)
    assert tried <= first <= retry_on(tried + timedelta(days=later), Level.LOW, waiting, calendar)
