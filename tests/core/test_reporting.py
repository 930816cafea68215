"""Reports count what they say they count; docs/reports.md has the same examples in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casectl.core.model import ACTIVE, CLOSED, ON_HOLD, PENDING
from casectl.core.reporting import (
    ACTIVITY,
    ALL,
    CASELOAD,
    FLOW,
    KINDS,
    OUTCOMES,
    TIMELINESS,
    Line,
    Period,
    Source,
    moves,
    report,
)
from casectl.core.standards import Standards
from casectl.core.trails import Assessed, Met, Sent, Stand, Trail, Work, as_plain, from_plain

TODAY = date(2026, 11, 30)
NOVEMBER = Period(date(2026, 11, 1), TODAY)
LOW, MEDIUM, HIGH, CRISIS = 1, 2, 3, 4


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def trail(opened: date = date(2026, 10, 1), **known: object) -> Trail:
    level = known.pop("level", MEDIUM)
    assert isinstance(level, int)
    made = Trail(1, "k1", opened, stands=(Stand(opened, ACTIVE, level, False, False),))
    return made._replace(**known)  # type: ignore[arg-type]


def reached(*days: date) -> tuple[Met, ...]:
    return tuple(Met(each, True, "phone", "client", 10) for each in days)


def rows(kind: str, *trails: Trail, period: Period = NOVEMBER, **known: object) -> list[Line]:
    sources = [Source("kim", trails)]
    return report(kind, sources, period, Standards(), TODAY, **known)  # type: ignore[arg-type]


def counts(lines: list[Line], measure: str) -> dict[str, int | None]:
    return {each.part: each.n for each in lines if each.measure == measure}


# -- caseload --------------------------------------------------------------------------------------


def test_what_came_and_went() -> None:
    stays = trail()
    comes = trail(day(11, 5), number=2)
    goes = trail(number=3, closed_on=day(11, 9), ending="moved")
    before = trail(number=4, closed_on=day(10, 20))
    back = trail(
        number=5,
        stands=(
            Stand(day(10, 1), ACTIVE, MEDIUM, False, False),
            Stand(day(10, 10), CLOSED, MEDIUM, False, False),
            Stand(day(11, 12), ACTIVE, MEDIUM, False, False),
        ),
    )
    lines = rows(CASELOAD, stays, comes, goes, before, back)
    assert counts(lines, "cases") == {
        "open before": 2, "opened": 1, "reopened": 1, "closed": 1, "open at the end": 3,
    }  # fmt: skip


def test_one_that_was_imported_closed_was_open_before_it_ended() -> None:
    imported = trail(
        day(3, 1), closed_on=day(11, 9), stands=(Stand(day(11, 20), CLOSED, MEDIUM, False, False),)
    )
    assert moves(imported) == [(day(3, 1), "opened"), (day(11, 9), "closed")]


STATUSES = st.sampled_from((PENDING, ACTIVE, ON_HOLD, CLOSED))


@st.composite
def trails(draw: st.DrawFn) -> Trail:
    opened = day(9, 1) + timedelta(draw(st.integers(0, 80)))
    steps = draw(st.lists(st.tuples(st.integers(0, 40), STATUSES), max_size=5))
    stands = [Stand(opened, draw(STATUSES), MEDIUM, False, False)]
    for after, status in steps:
        stands.append(stands[-1]._replace(from_on=stands[-1].from_on + timedelta(after),
                                          status=status))  # fmt: skip
    daily = {each.from_on: each for each in stands}
    last = list(daily.values())[-1]
    closed_on = last.from_on if last.status == CLOSED else None
    return Trail(
        draw(st.integers(1, 99)), draw(st.sampled_from("abc")), opened, closed_on,
        draw(st.sampled_from(("moved", "other"))) if closed_on else None,
        draw(st.sampled_from(("Housing", "Reentry", None))), stands=tuple(daily.values()),
        contacts=reached(*(opened + timedelta(n) for n in sorted(draw(
            st.lists(st.integers(0, 80), max_size=6))))),
    )  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(trails(), max_size=8), st.integers(0, 60), st.integers(0, 40))
def test_what_was_there_and_what_came_less_what_went_is_what_is_left(
    some: list[Trail], start: int, length: int
) -> None:
    first = day(9, 1) + timedelta(start)
    for by in (None, "program"):
        lines = rows(CASELOAD, *some, period=Period(first, first + timedelta(length)), by=by)
        for group in {(each.worker, each.group) for each in lines}:
            own = {e.part: e.n or 0 for e in lines if (e.worker, e.group) == group}
            assert sum(sign * own[part] for part, sign in FLOW.items()) == 0


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(trails(), max_size=12), st.sampled_from(KINDS), st.booleans())
def test_deidentified_no_row_has_a_small_count(
    some: list[Trail], kind: str, by_program: bool
) -> None:
    by = "program" if by_program else None
    for each in rows(kind, *some, by=by, withhold_under=11):
        assert each.n is None or each.n == 0 or each.n >= 11
        assert (each.n is None) == each.withheld
        if each.withheld:
            assert each.percent is None and each.value is None
        assert each.of is None or each.of == 0 or each.of >= 11


# -- timeliness ------------------------------------------------------------------------------------


def test_contacts_on_time_and_late() -> None:
    """Medium: within 14 days. Reached on 2 Nov, on time on 16 Nov; the next is due on 30 Nov."""
    lines = rows(TIMELINESS, trail(contacts=reached(day(11, 2), day(11, 16))))
    assert counts(lines, "contact, medium") == {"on time": 1, "late": 0, ALL: 1}
    lines = rows(TIMELINESS, trail(contacts=reached(day(11, 2), day(11, 17))))
    assert counts(lines, "contact, medium") == {"on time": 0, "late": 1, ALL: 1}


def test_what_was_never_made_is_late_once_its_day_is_past() -> None:
    lines = rows(TIMELINESS, trail(contacts=reached(day(11, 2))))
    assert counts(lines, "contact, medium") == {"on time": 0, "late": 1, ALL: 1}


def test_a_contact_counts_in_the_time_in_which_it_was_made_or_was_due() -> None:
    one = trail(contacts=reached(day(10, 26), day(11, 2)))
    assert counts(rows(TIMELINESS, one), "contact, medium")["on time"] == 1
    october = Period(day(10, 1), day(10, 31))
    assert counts(rows(TIMELINESS, one, period=october), "contact, medium") == {}


def test_on_hold_no_contact_is_owed() -> None:
    held = trail(
        contacts=reached(day(11, 2)),
        stands=(
            Stand(day(10, 1), ACTIVE, MEDIUM, False, False),
            Stand(day(11, 5), ON_HOLD, MEDIUM, False, False),
        ),
    )
    assert counts(rows(TIMELINESS, held), "contact, medium") == {}


def test_the_level_of_the_day_it_began_with_counts() -> None:
    raised = trail(
        contacts=reached(day(11, 2), day(11, 12)),
        stands=(
            Stand(day(10, 1), ACTIVE, LOW, False, False),
            Stand(day(11, 10), ACTIVE, HIGH, False, False),
        ),
    )
    lines = rows(TIMELINESS, raised)
    assert counts(lines, "contact, low") == {"on time": 1, "late": 0, ALL: 1}
    assert counts(lines, "contact, high") == {"on time": 0, "late": 1, ALL: 1}


def test_a_letter_a_try_and_a_provider_are_no_contact() -> None:
    others = (
        Met(day(11, 5), True, "letter", "client"),
        Met(day(11, 6), False, "phone", "client"),
        Met(day(11, 7), True, "phone", "provider"),
    )
    lines = rows(TIMELINESS, trail(contacts=(*reached(day(11, 2)), *others)))
    assert counts(lines, "contact, medium") == {"on time": 0, "late": 1, ALL: 1}


@pytest.mark.parametrize(
    ("first", "part"), [(day(11, 9), "on time"), (day(11, 10), "late"), (None, "late")]
)
def test_the_first_contact(first: date | None, part: str) -> None:
    """Medium: within 5 working days of Mon 2 Nov, which is Mon 9 Nov."""
    one = trail(day(11, 2), contacts=reached(first) if first else ())
    assert counts(rows(TIMELINESS, one), "first contact")[part] == 1


def test_one_whose_day_is_ahead_is_neither() -> None:
    lines = rows(TIMELINESS, trail(day(11, 27)))
    assert counts(lines, "first contact") == {
        "on time": 0, "late": 0, "not due yet": 1, ALL: 1,
    }  # fmt: skip


def test_the_time_to_a_plan_is_the_first_plans() -> None:
    agreed = trail(
        day(10, 1),
        agreed_on=day(11, 20),
        stands=(
            Stand(day(10, 1), ACTIVE, MEDIUM, False, False),
            Stand(day(11, 5), ACTIVE, MEDIUM, True, True),
        ),
    )
    (line,) = [e for e in rows(TIMELINESS, agreed) if (e.measure, e.part) == ("time to plan", ALL)]
    assert (line.n, line.value, line.unit) == (1, 35, "days")


# -- outcomes --------------------------------------------------------------------------------------


def test_answers_to_referrals() -> None:
    sent = (
        Sent(day(11, 2), "3", "accepted", day(11, 5), True),
        Sent(day(11, 3), "4", "declined", day(11, 4)),
        Sent(day(11, 4), "5"),
        Sent(day(10, 4), "5", "accepted", day(11, 5), True),
    )
    lines = rows(OUTCOMES, trail(sent=sent))
    assert counts(lines, "referral answer") == {
        "accepted": 1, "declined": 1, "waitlisted": 0, "no answer": 1, ALL: 3,
    }  # fmt: skip
    assert counts(lines, "referral") == {"connected": 1, "not connected": 2, ALL: 3}
    (line,) = [e for e in lines if (e.measure, e.part) == ("referral answer", "accepted")]
    assert (line.value, line.percent) == (3, 33)


def test_goals_and_domains() -> None:
    one = trail(
        work=(
            Work("goal", day(10, 5), day(11, 5), "done"),
            Work("goal", day(10, 5), day(11, 6), "dropped"),
            Work("goal", day(10, 5), day(10, 9), "done"),
            Work("goal", day(10, 5)),
            Work("step", day(10, 5), day(11, 5), "done"),
        ),
        assessments=(
            Assessed(day(10, 5), {"housing": 1, "food": 3, "legal": 4}),
            Assessed(day(11, 5), {"housing": 3, "food": 3, "legal": 2, "income": 2}),
        ),
    )
    lines = rows(OUTCOMES, one)
    assert counts(lines, "goal") == {"reached": 1, "dropped": 1, ALL: 2}
    assert counts(lines, "domain, housing")["better"] == 1
    assert counts(lines, "domain, food")["same"] == 1
    assert counts(lines, "domain, legal")["worse"] == 1
    assert counts(lines, "domain, income") == {}


@pytest.mark.parametrize(
    ("again", "part"),
    [
        (day(11, 20), "back within 30 days"),
        (None, "too early to tell"),
    ],
)
def test_readmission(again: date | None, part: str) -> None:
    first = trail(closed_on=day(11, 9), ending="goals met")
    others = [trail(again, number=2)] if again else []
    lines = rows(OUTCOMES, first, *others)
    assert counts(lines, "readmission")[part] == 1
    assert counts(lines, "closing") == {"goals met": 1}


def test_not_back_after_thirty_days() -> None:
    first = trail(closed_on=day(10, 9), ending="goals met")
    late = trail(day(11, 9), number=2)
    october = Period(day(10, 1), day(10, 31))
    assert counts(rows(OUTCOMES, first, late, period=october), "readmission")["not back"] == 1


# -- activity --------------------------------------------------------------------------------------


def test_contacts_minutes_and_costs() -> None:
    one = trail(
        contacts=(
            Met(day(11, 3), True, "phone", "client", 10),
            Met(day(11, 4), True, "phone", "client", 20),
            Met(day(11, 5), False, "phone", "client"),
            Met(day(11, 6), True, "visit", "provider", 60),
        ),
        notes=(day(11, 3), day(10, 3)),
        sent=(Sent(day(11, 3), "3", cents=2500), Sent(day(11, 4), "3", cents=2500),
              Sent(day(11, 5), "4")),
    )  # fmt: skip
    lines = rows(ACTIVITY, one)
    assert counts(lines, "contact") == {
        "phone, reached": 2, "phone, tried": 1, "visit, reached": 1, ALL: 4,
    }  # fmt: skip
    minutes = {each.part: each.value for each in lines if each.measure == "contact"}
    assert minutes == {"phone, reached": 30, "phone, tried": None, "visit, reached": 60, ALL: 90}
    assert counts(lines, "note") == {"written": 1}
    assert counts(lines, "referral sent") == {"sent": 3}
    (cost,) = [each for each in lines if each.measure == "cost of a service"]
    assert (cost.part, cost.n, cost.value, cost.unit) == ("resource 3", 2, 5000, "cents")


def test_apart_by_language_unequal_service_is_seen() -> None:
    spoken = ("Spanish", " spanish ", None)
    some = [
        trail(number=n, language=each, contacts=reached(day(11, 2)))
        for n, each in enumerate(spoken)
    ]
    lines = rows(ACTIVITY, *some, by="language")
    groups = {each.group: each.n for each in lines if each.measure == "contact with"}
    assert groups == {"Spanish": 2, "not said": 1, ALL: 3}


# -- a summary tells the same ----------------------------------------------------------------------


@given(trails())
def test_a_trail_survives_a_file(one: Trail) -> None:
    assert from_plain(as_plain(one)) == one
