"""What is new in the morning, and when reminders have stayed away."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from caseloads import caseloads, standards, todays
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.due import due_items
from casectl.core.model import DEADLINE
from casectl.core.morning import are_missed, new_items
from casectl.core.priority import rank
from casectl.core.standards import Standards
from casectl.core.workdays import WorkCalendar

MONDAYS_OFF = WorkCalendar(frozenset({1, 2, 3, 4}), frozenset())


@given(st.data(), todays, standards(), st.integers(1, 20))
def test_what_did_not_press_then_and_presses_now(
    data: st.DataObject, today: date, own: Standards, ago: int
) -> None:
    """The rules of each day, asked one by one, say the same."""
    since = today - timedelta(days=ago)
    caseload = data.draw(caseloads(today))
    rows = rank(caseload, own, today)
    then = {
        item.item
        for record in caseload
        for item in due_items(record, own, since)
        if item.is_pressing
    }
    made = {
        f"{record.case.number}.{promise.number}"
        for record in caseload
        for promise in record.promises
        if promise.kind == DEADLINE and promise.made_on is not None and promise.made_on >= since
    }
    now = [item.item for row in rows for item in row.items if item.is_pressing]
    assert list(new_items(rows, since, own, ())) == [
        name for name in now if name not in then or name in made
    ]
    assert list(new_items(rows, since, own, set(now))) == now


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+01:00")


@pytest.mark.parametrize(
    ("ran", "now", "missed"),
    [
        ("2026-11-17T07:30", "2026-11-18T09:29", False),
        ("2026-11-17T07:30", "2026-11-18T09:31", True),
        ("2026-11-20T07:30", "2026-11-22T12:00", False),  # Friday's, on Sunday
        ("2026-11-20T07:30", "2026-11-23T08:00", False),  # before Monday's
        ("2026-11-20T07:30", "2026-11-23T09:31", True),
        ("2026-11-19T07:30", "2026-11-23T08:00", True),  # Friday's did not
        ("2026-11-18T07:30", "2026-11-18T07:29", False),  # a clock that was put back
        ("2001-01-01T07:30", "2026-11-18T07:29", True),
    ],
)
def test_reminders_run_on_working_days(ran: str, now: str, missed: bool) -> None:
    assert are_missed(at(ran), at(now), WorkCalendar()) is missed


def test_days_off_of_ones_own() -> None:
    assert not are_missed(at("2026-11-20T07:30"), at("2026-11-23T23:00"), MONDAYS_OFF)
    assert not are_missed(at("2026-11-20T07:30"), at("2026-11-24T08:00"), MONDAYS_OFF)
    assert are_missed(at("2026-11-20T07:30"), at("2026-11-24T10:00"), MONDAYS_OFF)
