"""The days of a plan that begins from a template."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.templates import (
    UNITS,
    After,
    Template,
    TemplateGoal,
    TemplateStep,
    dated,
    day_after,
)
from casectl.core.workdays import WorkCalendar

CALENDAR = WorkCalendar(holidays=frozenset({date(2026, 11, 26)}))  # a Thursday
WEDNESDAY, FRIDAY = date(2026, 11, 18), date(2026, 11, 20)


@pytest.mark.parametrize(
    ("start", "after", "day"),
    [
        (WEDNESDAY, After(0, "days"), "2026-11-18"),
        (WEDNESDAY, After(2, "working days"), "2026-11-20"),
        (WEDNESDAY, After(5, "working days"), "2026-11-25"),
        (WEDNESDAY, After(6, "working days"), "2026-11-27"),  # the holiday is not counted
        (WEDNESDAY, After(1, "weeks"), "2026-11-25"),
        (WEDNESDAY, After(8, "days"), "2026-11-25"),  # the holiday: the day before
        (WEDNESDAY, After(4, "days"), "2026-11-20"),  # a Sunday: Friday before it
        (FRIDAY, After(2, "days"), "2026-11-23"),  # Friday would be the start itself
        (date(2026, 11, 21), After(0, "days"), "2026-11-23"),  # released on a Saturday
        (date(2026, 1, 31), After(1, "months"), "2026-02-27"),  # Sat 28 Feb: Friday before it
    ],
)
def test_days_after_the_start(start: date, after: After, day: str) -> None:
    assert day_after(start, after, CALENDAR).isoformat() == day


afters = st.builds(After, st.integers(0, 60), st.sampled_from(UNITS))
starts = st.dates(date(2020, 1, 1), date(2100, 1, 1))
calendars = st.builds(
    WorkCalendar,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=9),
)


@given(starts, afters, calendars)
def test_every_day_is_worked_and_none_lies_before_the_start(
    start: date, after: After, calendar: WorkCalendar
) -> None:
    day = day_after(start, after, calendar)
    assert calendar.is_working(day)
    assert day >= start
    assert day > start or after.amount == 0


@given(starts, st.integers(0, 60), st.integers(0, 60), st.sampled_from(UNITS), calendars)
def test_longer_is_never_earlier(
    start: date, one: int, other: int, unit: str, calendar: WorkCalendar
) -> None:
    days = [day_after(start, After(each, unit), calendar) for each in sorted((one, other))]
    assert days == sorted(days)


def test_days_beyond_those_that_are_kept_are_refused() -> None:
    for after in (After(400, "days"), After(60, "weeks"), After(300, "working days")):
        with pytest.raises(OverflowError):
            day_after(date(2200, 6, 1), after, CALENDAR)
    with pytest.raises(OverflowError):
        day_after(date(2200, 6, 1), After(12, "months"), CALENDAR)


def test_a_plan_is_dated_step_by_step() -> None:
    steps = (
        TemplateStep("later", "client", After(2, "weeks"), "food"),
        TemplateStep("sooner", "worker", After(1, "working days"), "benefits"),
    )
    goal = TemplateGoal("eat", "three meals", After(1, "months"), "food", steps)
    (done,) = dated(Template("t", "T", "", "intake", (goal,)), WEDNESDAY, CALENDAR)
    assert done.target == FRIDAY.replace(month=12, day=18)
    assert [(step.text, step.who, step.due.isoformat(), step.domain) for step in done.steps] == [
        ("sooner", "worker", "2026-11-19", "benefits"),
        ("later", "client", "2026-12-02", "food"),
    ]


def test_in_words() -> None:
    assert After(1, "working days").words == "1 working day"
    assert After(2, "weeks").words == "2 weeks"
