"""Spreading what is overdue: the most pressing first, within the hours, in the list's order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from caseloads import caseloads, standards, todays
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.due import Band
from casectl.core.errors import BadValue
from casectl.core.load import minutes_of
from casectl.core.model import ACTIVE, DEADLINE, FOLLOW_UP, Case, CaseRecord, Promise
from casectl.core.priority import Ranked, rank
from casectl.core.standards import Standards
from casectl.core.triage import Spread, checked_plan, next_item, spread, spread_days, to_walk
from casectl.core.workdays import WorkCalendar

TODAY = date(2026, 11, 18)  # a Wednesday
FRIDAY = TODAY + timedelta(days=2)
FIVE_DAYS = [
    TODAY, TODAY + timedelta(days=1), FRIDAY, TODAY + timedelta(days=5), TODAY + timedelta(days=6),
]  # fmt: skip


def case(number: int, **known: object) -> Case:
    made = Case(
        f"c{number}", number, f"example-{number}", f"k{number}", f"Example {number}", ACTIVE, 2,
        "low", date(2026, 10, 1), TODAY, assessed_on=TODAY,
    )  # fmt: skip
    return made._replace(**known)  # type: ignore[arg-type]


def owing(number: int, *due: date, kind: str = FOLLOW_UP, **known: object) -> CaseRecord:
    """A case that owes promises of twenty minutes each."""
    promises = tuple(
        Promise(f"{number}.{n}", f"c{number}", n, kind, "write", day, minutes=20)
        for n, day in enumerate(due, 1)
    )
    return CaseRecord(case(number, **known), promises, TODAY)


def listed(*records: CaseRecord) -> list[Ranked]:
    return rank(records, Standards(), TODAY)


def spread_of(rows: list[Ranked], minutes: int, days: list[date] = FIVE_DAYS) -> Spread:
    ahead = [item for row in rows for item in row.items]
    return spread(rows, ahead, days, TODAY, minutes, {})


def test_five_days_are_working_days_and_today_is_one() -> None:
    calendar = WorkCalendar()
    assert spread_days(TODAY, 5, calendar) == FIVE_DAYS
    saturday = FRIDAY + timedelta(days=1)
    assert spread_days(saturday, 2, calendar) == FIVE_DAYS[3:]
    away = WorkCalendar(away=frozenset({TODAY + timedelta(days=1)}))
    assert spread_days(TODAY, 2, away) == [TODAY, FRIDAY]


@pytest.mark.parametrize("count", [0, 21, 999])
def test_no_spread_takes_no_days_or_a_month(count: int) -> None:
    with pytest.raises(BadValue, match="1 to 20 working days"):
        spread_days(TODAY, count, WorkCalendar())


def test_sixty_overdue_fill_the_days_in_the_order_of_the_list() -> None:
    rows = listed(*(owing(n, TODAY - timedelta(days=n)) for n in range(1, 61)))
    made = spread_of(rows, 6 * 60)
    assert [each.cases for each in made.days] == [18, 18, 18, 6, 0]
    assert [each.total for each in made.days] == [360, 360, 360, 120, 0]
    assert [each.row for each in made.planned] == rows
    assert [each.day for each in made.planned] == sorted(each.day for each in made.planned)
    assert made.overfull is None
    later = made.later_than(TODAY)
    assert len(later) == 42
    assert later[0] == (rows[18].record.case, FIVE_DAYS[1])


def test_what_falls_due_on_a_day_takes_its_minutes_first() -> None:
    promised = [owing(100 + n, FIVE_DAYS[1]) for n in range(3)]
    today = [owing(200 + n, TODAY) for n in range(2)]
    rows = listed(*(owing(n, TODAY - timedelta(days=9)) for n in range(1, 7)), *promised, *today)
    made = spread_of(rows, 60)
    assert [(each.cases, each.due) for each in made.days[:4]] == [(1, 2), (0, 3), (3, 0), (2, 0)]


def test_where_they_do_not_fit_each_day_gets_as_much_more() -> None:
    rows = listed(*(owing(n, TODAY - timedelta(days=9)) for n in range(1, 13)))
    made = spread_of(rows, 60, FIVE_DAYS[:2])
    assert [each.cases for each in made.days] == [6, 6]
    assert made.overfull is not None
    assert made.overfull.total == 120


def test_safety_and_deadlines_stay_and_what_waits_goes_on_waiting() -> None:
    crisis = owing(1, TODAY - timedelta(days=3), urgency=4, crisis_since=TODAY)
    crisis = crisis._replace(reached_client_on=None)
    court = owing(2, TODAY, kind=DEADLINE)
    planned = owing(
        3, TODAY - timedelta(days=3), planned_on=FRIDAY, planned_from=TODAY - timedelta(days=1)
    )
    late = owing(4, TODAY - timedelta(days=3))
    made = spread_of(listed(crisis, court, planned, late), 30)
    assert [each.row.record.case.number for each in made.planned] == [4]
    assert (made.urgent, made.waiting) == (2, 1)
    without = spread_of(listed(crisis, court, late), 30)
    before, after = (each.days[FIVE_DAYS.index(FRIDAY)].due for each in (without, made))
    assert after == before + 1, "what was planned for Friday takes its minutes there"


@given(todays, standards(), st.data())
def test_a_spread_keeps_the_order_and_leaves_nobody_out(
    today: date, standards: Standards, data: st.DataObject
) -> None:
    rows = rank(data.draw(caseloads(today, most=12)), standards, today)
    days = spread_days(today, data.draw(st.integers(1, 5)), standards.calendar)
    ahead = [item for row in rows for item in row.items]
    made = spread(rows, ahead, days, today, data.draw(st.sampled_from((30, 60, 360))), {})
    wanted = [
        row
        for row in rows
        if row.first.band is Band.NOW and row.first.days_late > 0 and not row.first.stands_behind
    ]
    assert [each.row for each in made.planned] == wanted
    assert [each.day for each in made.planned] == sorted(each.day for each in made.planned)
    for load in made.days:
        own = [each for each in made.planned if each.day == load.day]
        assert (load.cases, load.minutes) == (len(own), sum(each.minutes for each in own))
    assert all(each.minutes == minutes_of(each.row.first, {}) for each in made.planned)


@given(todays, standards(), st.data())
def test_planning_a_spread_puts_off_just_what_it_says(
    today: date, standards: Standards, data: st.DataObject
) -> None:
    caseload = data.draw(caseloads(today, most=8))
    rows = rank(caseload, standards, today)
    days = spread_days(today, 3, standards.calendar)
    made = spread(rows, [], days, today, 30, {})
    plans = {case.id: day for case, day in made.later_than(today)}
    after = rank(
        [
            record._replace(
                case=record.case._replace(
                    planned_on=plans.get(record.case.id, record.case.planned_on),
                    planned_from=today if record.case.id in plans else record.case.planned_from,
                )
            )
            for record in caseload
        ],
        standards,
        today,
    )
    assert len(after) == len(rows)
    urgent = [row.record.case.id for row in rows if row.first.band in (Band.SAFETY, Band.DEADLINE)]
    still = [row.record.case.id for row in after if row.first.band in (Band.SAFETY, Band.DEADLINE)]
    assert still == urgent
    first = {row.record.case.id: row.first for row in rows}
    for row in after:
        if row.record.case.id in plans:
            item = first[row.record.case.id]
            same = next(each for each in row.items if each.item == item.item)
            assert same.put_off
            assert (same.due, same.days_late, same.band) == (item.due, item.days_late, item.band)


def test_the_walk_passes_over_what_waits_but_not_in_safety() -> None:
    crisis = owing(1, FRIDAY, urgency=4, crisis_since=TODAY - timedelta(days=1))
    crisis = crisis._replace(reached_client_on=None, attempts=2, tried_on=TODAY)
    planned = owing(2, TODAY, planned_on=FRIDAY, planned_from=TODAY)
    soon = owing(3, FRIDAY)
    two = owing(4, TODAY - timedelta(days=2), TODAY)
    rows = to_walk(listed(crisis, planned, soon, two))
    assert [row.record.case.number for row in rows] == [1, 4]
    first, second = next_item(rows[1], ()), next_item(rows[1], {"4.1"})
    assert first is not None and second is not None
    assert (first.item, second.item) == ("4.1", "4.2")
    assert next_item(rows[1], {"4.1", "4.2"}) is None


@pytest.mark.parametrize(("day", "words"), [(-1, "has gone by"), (61, "more than 60 days ahead")])
def test_a_plan_looks_ahead_and_not_far(day: int, words: str) -> None:
    with pytest.raises(BadValue, match=words):
        checked_plan(TODAY + timedelta(days=day), TODAY)
    assert checked_plan(TODAY + timedelta(days=60), TODAY) == TODAY + timedelta(days=60)
