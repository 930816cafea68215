"""A leave in the calendar: days that are not worked, and nothing falls due later for it."""

from __future__ import annotations

from datetime import date, timedelta

from caseloads import records, standards, todays
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.due import Rules, due_items
from casectl.core.facts import Group, facts_of
from casectl.core.leave import LONGEST, Leave, days_of, just_ended, with_leaves
from casectl.core.standards import Standards
from casectl.core.workdays import WorkCalendar

MONDAY = date(2026, 11, 23)
TWO_WEEKS = Leave("", MONDAY, MONDAY + timedelta(days=11))


def test_its_days_are_off_and_the_office_works_on() -> None:
    away = with_leaves(Standards(), [TWO_WEEKS]).calendar
    assert away.after(date(2026, 11, 20), 1) == date(2026, 12, 7)
    assert away.before(date(2026, 12, 7), 1) == date(2026, 11, 20)
    assert away.office == WorkCalendar()
    assert with_leaves(Standards(), []) == Standards()


def test_a_leave_does_not_let_who_comes_out_of_hospital_wait() -> None:
    """The contact within two days that the office works is made before the leave."""
    thursday = date(2026, 11, 19)
    moved = Group("transition", "contact", 2, "")
    office = Rules(Standards(), thursday).of(moved)
    away = Rules(with_leaves(Standards(), [TWO_WEEKS]), thursday).of(moved)
    assert office.due_on(thursday) == MONDAY
    assert away.due_on(thursday) == date(2026, 11, 20)


@given(todays, standards(), st.data())
def test_no_leave_makes_anything_due_later(
    today: date, standards: Standards, data: st.DataObject
) -> None:
    record = data.draw(records(today))
    begins = today + timedelta(days=data.draw(st.integers(-20, 20)))
    leave = Leave("", begins, begins + timedelta(days=data.draw(st.integers(0, 30))))
    office = standards._replace(calendar=standards.calendar.office)
    away = with_leaves(office, [leave])
    without = {each.item: each for each in due_items(record, office, today)}
    for item in due_items(record, away, today):
        before = without[item.item]
        assert item.due <= before.due
        # What presses goes on pressing, so nothing is lost of the list of that day.
        if before.band is not None and item.band is not None:
            assert item.band <= before.band
        assert item.band is not None or before.band is None


@given(todays, standards(), st.data())
def test_due_days_never_run_backwards_with_a_leave(
    today: date, standards: Standards, data: st.DataObject
) -> None:
    begins = today + timedelta(days=data.draw(st.integers(-20, 20)))
    leave = Leave("", begins, begins + timedelta(days=data.draw(st.integers(0, 30))))
    rules = Rules(with_leaves(standards, [leave]), today)
    for group, day, _, _ in facts_of(data.draw(records(today))):
        rule = rules.of(group)
        dues = [rule.due_on(day + timedelta(days=each)) for each in range(60)]
        assert dues == sorted(dues)


def test_one_that_another_program_wrote_too_long_ends() -> None:
    endless = Leave("", date(1, 1, 1), date(9999, 12, 31))
    assert sum(1 for _ in days_of(endless)) == LONGEST


def test_the_last_one_that_ended_counts_and_only_for_a_month() -> None:
    older = TWO_WEEKS._replace(
        id="older", from_on=MONDAY - timedelta(days=9), to_on=MONDAY - timedelta(days=5)
    )
    after = TWO_WEEKS.to_on + timedelta(days=1)
    assert just_ended([TWO_WEEKS, older], after) == TWO_WEEKS
    assert just_ended([TWO_WEEKS, older], TWO_WEEKS.to_on) == older
    assert just_ended([TWO_WEEKS], after + timedelta(days=40)) is None
