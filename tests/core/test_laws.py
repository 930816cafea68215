"""The laws of priority, for any caseload, on any day, under any standards that are accepted."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from caseloads import (
    CLOSED_AT_YEAR_END,
    FRIDAY,
    LAST_OF_YEAR,
    PLANS,
    SATURDAY,
    WEDNESDAY,
    caseloads,
    higher_risks,
    higher_urgencies,
    pieces,
    planned,
    promises,
    raised,
    records,
    standards,
    todays,
    with_attempts,
)
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from casectl.core.due import NEVER_SOON, RULES, Band, DueItem, due_items
from casectl.core.facts import AFTER_DEATH, ON_AFTER_DEATH
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    DEADLINE,
    FOLLOW_UP,
    STATUSES,
    Case,
    CaseRecord,
    Level,
    Promise,
)
from casectl.core.priority import RankKey, key_of, rank, rank_key, ranked_case
from casectl.core.standards import Intervals, Standards

# Where a case stands that is not listed: behind every case that is.
UNLISTED = (len(Band), True, 0, 0, "", 0, 0, 0)


# Owed from the day that it counts from, which never lies ahead.
ALWAYS_LISTED = frozenset(
    {
        (APPOINTMENT, "missed"),
        ("next_step", "set"),
        ("safety", "begun"),
        ("safety", "flag"),
        ("referral", "elsewhere"),
        AFTER_DEATH,
    }
)


class World(NamedTuple):
    today: date
    standards: Standards


worlds = st.builds(World, todays, standards())


def place(record: CaseRecord, world: World, *, without: str | None = None) -> RankKey:
    """Where the case stands among all, the smaller the higher; ``without`` leaves a kind out."""
    scale = world.standards.common_scale()
    if without is None:
        ranked = ranked_case(record, world.standards, world.today, scale)
        return ranked.key if ranked else UNLISTED
    keys = [
        rank_key(item, world.today, scale)
        for item in owed(record, world)
        if item.is_listed and item.kind != without
    ]
    return min(keys, default=UNLISTED)


def owed(record: CaseRecord, world: World) -> list[DueItem]:
    return list(due_items(record, world.standards, world.today))


@settings(max_examples=300)
@given(worlds, st.data())
def test_raising_urgency_or_risk_never_lowers_a_case(world: World, data: st.DataObject) -> None:
    record = data.draw(records(world.today))
    case = record.case
    urgency = data.draw(st.sampled_from([case.urgency, *higher_urgencies(case)]))
    risk = data.draw(st.sampled_from([case.risk, *higher_risks(case)]))
    higher = raised(record, urgency, risk, world.today)
    assert place(higher, world) <= place(record, world)


FAR = Promise("p1", "c", 1, FOLLOW_UP, "call the school", date(2027, 6, 1))


def quiet_high_case(today: date, reviewed_on: date) -> CaseRecord:
    """A high case reached today, with nothing near but its next contact and its level's review."""
    opened_on = today - timedelta(days=20)
    case = Case(
        "c", 1, "garcia-1", "k", "Maria Garcia", ACTIVE, Level.HIGH, "high", opened_on,
        reviewed_on, assessed_on=today,
    )  # fmt: skip
    return CaseRecord(case, (FAR,), reached_client_on=today)


@pytest.mark.parametrize(
    ("world", "reviewed"),
    [
        # Before eleven days off: what was done today is not pulled forward, at either level.
        (World(LAST_OF_YEAR, Standards(calendar=CLOSED_AT_YEAR_END)), LAST_OF_YEAR),
        # Every two days from a Friday: Sunday. The crisis owes Saturday.
        (World(FRIDAY, Standards(Intervals(contact=(30, 14, 2, 1)))), FRIDAY),
        # The high review falls on Saturday and moves to Friday; the crisis review stays no later.
        (World(FRIDAY, Standards(Intervals(high_review=3))), FRIDAY - timedelta(days=2)),
        # A crisis seen every nine days: Sunday. At high that moves to the Friday before.
        (World(FRIDAY, Standards(Intervals(contact=(30, 14, 9, 9), crisis_review=30))), FRIDAY),
        # The review is owed before the next working day, on days off, at both levels.
        (World(SATURDAY, Standards(Intervals(high_review=4, crisis_review=4))), WEDNESDAY),
    ],
)
def test_raising_a_high_case_to_crisis_never_lowers_it(world: World, reviewed: date) -> None:
    """Each of these lowered it once, or would under a simpler rule."""
    record = quiet_high_case(world.today, reviewed)
    crisis = raised(record, Level.CRISIS, "high", world.today)
    assert place(crisis, world) <= place(record, world)


@given(worlds, st.data())
def test_getting_later_never_lowers_a_case(world: World, data: st.DataObject) -> None:
    record = data.draw(records(world.today))
    later = world._replace(today=world.today + timedelta(days=data.draw(st.integers(1, 10))))
    assert place(record, later) <= place(record, world)


@given(worlds, st.data())
def test_one_more_due_item_never_lowers_a_case(world: World, data: st.DataObject) -> None:
    """Unless it is the next step that the case owed: then nothing but that goes away."""
    record = data.draw(records(world.today))
    added = data.draw(promises(world.today, len(record.promises) + 1))
    more = record._replace(promises=(*record.promises, added))
    assert place(more, world) <= place(record, world, without="next_step")


@given(worlds, st.data())
def test_one_more_piece_of_casework_never_lowers_it(world: World, data: st.DataObject) -> None:
    """A step or a goal is no next step, and takes none away.

    Unless it is the end of a client who died, to be signed off: nobody is to be reached then.
    """
    record = data.draw(records(world.today))
    added = data.draw(pieces(world.today, len(record.watches) + 1))
    more = record._replace(watches=(*record.watches, *added))
    if any((each.kind, each.stage) == AFTER_DEATH for each in added):
        owes = {item.kind for item in owed(more, world)}
        assert "closing" in owes
        assert owes <= {*ON_AFTER_DEATH, DEADLINE, APPOINTMENT, FOLLOW_UP}
        return
    assert place(more, world) <= place(record, world)
    assert len(owed(more, world)) >= len(owed(record, world))


@given(worlds, st.data())
def test_no_case_outside_safety_stands_above_one_inside(world: World, data: st.DataObject) -> None:
    caseload = data.draw(caseloads(world.today))
    bands = [each.first.band for each in rank(caseload, world.standards, world.today)]
    assert bands == sorted(bands, key=lambda band: -1 if band is None else band)
    in_safety = {
        record.case.number
        for record in caseload
        if any(item.band is Band.SAFETY for item in owed(record, world))
    }
    listed = [each.record.case.number for each in rank(caseload, world.standards, world.today)]
    assert set(listed[: len(in_safety)]) == in_safety


@given(worlds, st.data())
def test_on_one_day_a_higher_levels_deadline_never_ranks_below(
    world: World, data: st.DataObject
) -> None:
    deadline = data.draw(promises(world.today).filter(lambda each: each.kind == DEADLINE))
    hours = st.sampled_from((None, "09:00", "16:00"))
    one, other = (
        data.draw(records(world.today, number=number))._replace(
            promises=(deadline._replace(due_time=data.draw(hours)),)
        )
        for number in (1, 2)
    )
    # One program: another's leads may announce the same day earlier.
    other = other._replace(case=other.case._replace(program=one.case.program))
    # Either may be the higher one: fewer drawn pairs are thrown away.
    one, other = sorted((one, other), key=lambda each: each.case.level, reverse=True)
    assume(one.case.level > other.case.level)
    scale = world.standards.common_scale()
    higher, lower = (
        min(rank_key(item, world.today, scale) for item in owed(each, world) if item.promise)
        for each in (one, other)
    )
    assert higher < lower


@given(worlds, st.data())
def test_an_attempt_clears_nothing_and_moves_no_row_out_of_its_band(
    world: World, data: st.DataObject
) -> None:
    record = data.draw(records(world.today))
    tried = data.draw(with_attempts(record, world.today))

    def outline(items: list[DueItem]) -> list[tuple[Any, ...]]:
        return [(each.item, each.stage, each.due, each.since, each.band) for each in items]

    assert outline(owed(tried, world)) == outline(owed(record, world))
    assert place(tried, world)[0] == place(record, world)[0]


@given(worlds, st.data())
def test_a_plan_moves_no_day_and_no_band_and_hides_neither_safety_nor_deadline(
    world: World, data: st.DataObject
) -> None:
    record = data.draw(records(world.today))
    without = record._replace(
        case=record.case._replace(planned_on=None, planned_from=None, planned_reason=None)
    )
    plan = data.draw(PLANS.filter(bool))
    assert plan is not None
    with_plan = without._replace(case=planned(without.case, plan, world.today))

    def outline(items: list[DueItem]) -> list[tuple[Any, ...]]:
        return [(each.item, each.due, each.days_late, each.band, each.waits) for each in items]

    assert outline(owed(with_plan, world)) == outline(owed(without, world))
    assert place(with_plan, world)[0] == place(without, world)[0]
    assert place(with_plan, world) >= place(without, world), "it puts off, and never pushes"
    scale = world.standards.common_scale()
    for one, other in zip(owed(with_plan, world), owed(without, world), strict=True):
        pressing = one.kind == "safety" or one.band in (Band.SAFETY, Band.DEADLINE)
        if pressing or plan[1] <= 0:
            assert rank_key(one, world.today, scale) == rank_key(other, world.today, scale)
            assert not one.put_off


@given(worlds, st.data())
def test_what_a_plan_puts_off_stands_behind_what_nothing_does(
    world: World, data: st.DataObject
) -> None:
    caseload = data.draw(caseloads(world.today))
    in_now = [
        each.first.stands_behind
        for each in rank(caseload, world.standards, world.today)
        if each.first.band is Band.NOW
    ]
    assert in_now == sorted(in_now)


@given(worlds, st.data())
def test_the_order_of_rows_changes_nothing(world: World, data: st.DataObject) -> None:
    caseload = data.draw(caseloads(world.today))
    shuffled = list(caseload)
    random.Random(data.draw(st.integers(0, 99))).shuffle(shuffled)
    assert rank(shuffled, world.standards, world.today) == rank(
        caseload, world.standards, world.today
    )


@given(worlds, st.data())
def test_the_same_input_gives_the_same_output(world: World, data: st.DataObject) -> None:
    caseload = data.draw(caseloads(world.today))
    first, again = (rank(caseload, world.standards, world.today) for _ in range(2))
    assert first == again
    keys = [each.key for each in first]
    assert keys == sorted(set(keys)), "two cases never share one rank"


@given(worlds, st.data())
def test_every_open_case_owes_something_and_a_closed_one_its_aftercare(
    world: World, data: st.DataObject
) -> None:
    record = data.draw(records(world.today, statuses=STATUSES))
    left = [each for each in record.watches if each.kind == "aftercare"]
    assert bool(owed(record, world)) == (record.case.is_open or bool(left))
    if not record.case.is_open:
        assert {item.kind for item in owed(record, world)} == {each.kind for each in left}


@given(worlds, st.data())
def test_what_is_owed_is_on_the_list_or_beyond_its_horizon(
    world: World, data: st.DataObject
) -> None:
    caseload = data.draw(caseloads(world.today))
    listed = {
        (each.record.case.number, item.item)
        for each in rank(caseload, world.standards, world.today)
        for item in each.items
    }
    for record in caseload:
        for item in owed(record, world):
            assert ((record.case.number, item.item) in listed) == item.is_listed
            if item.kind in NEVER_SOON and not item.is_pressing:
                assert not item.is_listed
            else:
                assert item.is_listed != is_far(item, world)


def test_the_laws_have_looked_at_every_kind() -> None:
    """What is drawn for them holds each that the due engine knows, on the list and beyond it."""
    kinds = {*RULES, *((DEADLINE, each) for each in ("court", "other"))}
    missing = {(*kind, True) for kind in kinds} | {(*kind, False) for kind in kinds - ALWAYS_LISTED}

    def all_were_there(drawn: tuple[World, CaseRecord]) -> bool:
        world, record = drawn
        # Few cases have no promise, and of those few were imported.
        for each in (record, record._replace(promises=())):
            for item in owed(each, world):
                missing.discard((item.kind, item.stage, item.is_listed))
        return not missing

    drawn = worlds.flatmap(
        lambda world: st.tuples(st.just(world), records(world.today, statuses=STATUSES))
    )
    quickly = settings(
        max_examples=20_000, phases=[Phase.generate], derandomize=True, database=None
    )
    with suppress(NoSuchExample):
        find(drawn, all_were_there, settings=quickly)
    assert not missing


# --- The order inside a band --------------------------------------------------------------------


def key(
    band: Band,
    level: int,
    late: int,
    *,
    allowed: int = 7,
    waits: bool = False,
    hour: str | None = None,
    opened_ago: int = 30,
    number: int = 1,
) -> RankKey:
    """The rank of an item ``late`` days late on a Wednesday; negative before its day."""
    due, opened_on = (WEDNESDAY - timedelta(days=each) for each in (late, opened_ago))
    scale = Standards().common_scale()
    return key_of(
        "contact", band, waits, level, allowed, due, WEDNESDAY, hour, opened_on, number, scale
    )  # fmt: skip


SAFETY, AHEAD, NOW, SOON = Band.SAFETY, Band.DEADLINE, Band.NOW, Band.SOON


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Bands are never crossed.
        (key(SAFETY, 1, 0, waits=True), key(AHEAD, 4, 30)),
        (key(AHEAD, 1, -2), key(NOW, 4, 300)),
        (key(NOW, 1, 0, waits=True), key(SOON, 4, 0)),
        # SAFETY: the higher level, then the more days late.
        (key(SAFETY, 4, 0), key(SAFETY, 3, 9)),
        (key(SAFETY, 4, 2), key(SAFETY, 4, 1)),
        # DEADLINE: the earlier day, then the higher level, then the hour.
        (key(AHEAD, 1, 1), key(AHEAD, 4, 0)),
        (key(AHEAD, 3, 0), key(AHEAD, 2, 0, hour="09:00")),
        (key(AHEAD, 3, 0, hour="09:00"), key(AHEAD, 3, 0, hour="14:00")),
        (key(AHEAD, 3, 0, hour="14:00"), key(AHEAD, 3, 0)),
        # NOW: level + missed intervals. A low case more than two intervals late stands before a
        # high one due today; at exactly two, the one that fell due earlier does.
        (key(NOW, 3, 0), key(NOW, 1, 59, allowed=30)),
        (key(NOW, 1, 60, allowed=30), key(NOW, 3, 0)),
        (key(NOW, 1, 61, allowed=30), key(NOW, 3, 0)),
        (key(NOW, 2, 1), key(NOW, 2, 1, allowed=14)),
        (key(NOW, 3, 0), key(NOW, 2, 6)),
        # What is pulled forward from days off counts as due today, then by its day.
        (key(NOW, 3, -2), key(NOW, 2, 6)),
        (key(NOW, 3, 0), key(NOW, 3, -1)),
        (key(NOW, 3, -1), key(NOW, 3, -2)),
        # SOON: level less days to go / 7.
        (key(SOON, 4, -7), key(SOON, 2, -1)),
        (key(SOON, 3, -1), key(SOON, 4, -9)),
        (key(SOON, 3, -1), key(SOON, 4, -8)),
        # Tried rows stand after the untried ones of their band.
        (key(NOW, 1, 0), key(NOW, 4, 60, waits=True)),
        (key(SAFETY, 4, 0), key(SAFETY, 4, 9, waits=True)),
        # Ties: the longer open, then the lower number.
        (key(NOW, 3, 0, opened_ago=31, number=2), key(NOW, 3, 0)),
        (key(SAFETY, 4, 1, number=1), key(SAFETY, 4, 1, number=2)),
    ],
)
def test_what_comes_first_inside_a_band(first: RankKey, second: RankKey) -> None:
    assert first < second


days_late = st.integers(-3, 400)
rows = st.tuples(st.integers(1, 4), days_late, st.sampled_from((1, 2, 5, 7, 10, 14, 30, 180)))


@given(st.lists(rows, min_size=2, max_size=6))
def test_missed_intervals_compare_exactly(drawn: list[tuple[int, int, int]]) -> None:
    """As fractions do, whatever the intervals: no rounding ever swaps two rows."""

    def exact(row: tuple[int, int, int]) -> tuple[Fraction, int]:
        level, late, allowed = row
        return -(level + Fraction(max(late, 0), allowed)), -late

    assert sorted(drawn, key=exact) == sorted(
        drawn, key=lambda row: key(NOW, row[0], row[1], allowed=row[2])
    )


# --- The horizon --------------------------------------------------------------------------------


def is_far(item: DueItem, world: World) -> bool:
    """Beyond the horizon, the days off that follow today and its own warning, if it has one."""
    calendar = world.standards.calendar
    last_off = calendar.last_day_off_after(world.today)
    if item.kind == DEADLINE:
        assert item.promise is not None
        standard = world.standards.of(item.case.program).lead(item.stage)
        lead = standard.lead if item.promise.lead_days is None else item.promise.lead_days
        warned = calendar.before(item.due, max(standard.warning, lead))
        if warned <= world.today or calendar.before(item.due, lead) <= last_off:
            return False
    ahead = world.standards.horizon
    if (item.kind, item.stage) == ("consent", ""):  # a release announces itself as well
        ahead = max(ahead, world.standards.of(item.case.program).consent_warning)
    return item.due > max(last_off, world.today + timedelta(days=ahead))
