"""Counting in working days: tables, and the laws that hold for any calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.workdays import WorkCalendar

FRIDAY = date(2026, 11, 27)
SATURDAY = date(2026, 11, 28)
MONDAY = date(2026, 11, 30)
PLAIN = WorkCalendar()
MONDAY_OFF = WorkCalendar(holidays=frozenset({MONDAY}))
SUNDAY_TO_THURSDAY = WorkCalendar(weekdays=frozenset({6, 0, 1, 2, 3}))

days = st.dates(date(1950, 1, 1), date(2150, 12, 31))
calendars = st.builds(
    WorkCalendar,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    holidays=st.frozensets(days, max_size=5),
)


@pytest.mark.parametrize(
    ("calendar", "start", "count", "expected"),
    [
        (PLAIN, FRIDAY, 0, FRIDAY),
        (PLAIN, SATURDAY, 0, SATURDAY),
        (PLAIN, FRIDAY, 1, MONDAY),
        (PLAIN, SATURDAY, 1, MONDAY),
        (PLAIN, FRIDAY, 5, date(2026, 12, 4)),
        (MONDAY_OFF, FRIDAY, 1, date(2026, 12, 1)),
        (SUNDAY_TO_THURSDAY, FRIDAY, 1, date(2026, 11, 29)),
    ],
)
def test_after(calendar: WorkCalendar, start: date, count: int, expected: date) -> None:
    assert calendar.after(start, count) == expected


@pytest.mark.parametrize(
    ("calendar", "start", "count", "expected"),
    [
        (PLAIN, MONDAY, 0, MONDAY),
        (PLAIN, MONDAY, 1, FRIDAY),
        (PLAIN, SATURDAY, 1, FRIDAY),
        (MONDAY_OFF, date(2026, 12, 1), 1, FRIDAY),
    ],
)
def test_before(calendar: WorkCalendar, start: date, count: int, expected: date) -> None:
    assert calendar.before(start, count) == expected


@pytest.mark.parametrize(
    ("calendar", "day", "expected"),
    [(PLAIN, FRIDAY, FRIDAY), (PLAIN, SATURDAY, FRIDAY), (MONDAY_OFF, MONDAY, FRIDAY)],
)
def test_on_or_before(calendar: WorkCalendar, day: date, expected: date) -> None:
    assert calendar.on_or_before(day) == expected


@pytest.mark.parametrize(
    ("calendar", "day", "expected"),
    [
        (PLAIN, date(2026, 11, 26), date(2026, 11, 26)),
        (PLAIN, FRIDAY, date(2026, 11, 29)),
        (MONDAY_OFF, FRIDAY, MONDAY),
    ],
)
def test_what_cannot_wait_for_the_next_working_morning(
    calendar: WorkCalendar, day: date, expected: date
) -> None:
    assert calendar.last_day_off_after(day) == expected


@given(calendars, days, st.integers(1, 30))
def test_after_lands_on_a_working_day_and_passes_exactly_that_many(
    calendar: WorkCalendar, start: date, count: int
) -> None:
    end = calendar.after(start, count)
    passed = [start + timedelta(n) for n in range(1, (end - start).days + 1)]
    assert calendar.is_working(end)
    assert sum(map(calendar.is_working, passed)) == count


@given(calendars, days, st.integers(1, 30))
def test_before_undoes_after_from_a_working_day(
    calendar: WorkCalendar, start: date, count: int
) -> None:
    start = calendar.on_or_before(start)
    assert calendar.before(calendar.after(start, count), count) == start
