"""A planned day: what it covers, what it never does, and what the row says of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casectl.core.due import Band, DueItem, due_items
from casectl.core.facts import earliest_by_group, facts_of
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    DEADLINE,
    FOLLOW_UP,
    Case,
    CaseRecord,
    Promise,
)
from casectl.core.priority import rank
from casectl.core.standards import Standards
from casectl.render.words import reason, status

TODAY = date(2026, 11, 18)  # a Wednesday
FRIDAY = TODAY + timedelta(days=2)
CASE = Case(
    "c", 12, "garcia-12", "k", "Maria Garcia", ACTIVE, 2, "low", date(2026, 10, 1), TODAY,
    assessed_on=date(2026, 11, 1), planned_on=FRIDAY, planned_from=TODAY,
    planned_reason="back from leave",
)  # fmt: skip


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def promise(kind: str, due: date, number: int = 1) -> Promise:
    return Promise(f"p{number}", "c", number, kind, "call the school", due, subject="other")


def items(record: CaseRecord, today: date = TODAY) -> dict[str, DueItem]:
    return {each.item: each for each in due_items(record, Standards(), today)}


@pytest.mark.parametrize(
    ("made", "due", "put_off"),
    [
        (TODAY, days_ago(3), True),
        (TODAY, TODAY, True),  # due by the day the plan was made
        (days_ago(1), TODAY, False),  # due later than that
        (days_ago(1), days_ago(1), True),
    ],
)
def test_a_promise_is_covered_that_was_due_when_the_plan_was_made(
    made: date, due: date, put_off: bool
) -> None:
    record = CaseRecord(CASE._replace(planned_from=made), (promise(FOLLOW_UP, due),), TODAY)
    item = items(record)["12.1"]
    assert (item.band, item.put_off, item.waits) == (Band.NOW, put_off, False)
    assert item.planned_on == (FRIDAY if put_off else None)


def test_a_clock_that_a_contact_started_since_is_not() -> None:
    """Reached on Thursday and in a crisis of calls: what that asks for is not planned away."""
    daily = Standards(Standards().intervals._replace(contact=(1, 1, 1, 1)))
    far = promise(FOLLOW_UP, TODAY + timedelta(days=90))
    record = CaseRecord(CASE._replace(planned_from=days_ago(5)), (far,), days_ago(1))
    contact = next(each for each in due_items(record, daily, TODAY) if each.kind == "contact")
    assert (contact.band, contact.put_off) == (Band.NOW, False)
    before = record._replace(reached_client_on=days_ago(5))
    contact = next(each for each in due_items(before, daily, TODAY) if each.kind == "contact")
    assert contact.put_off


@pytest.mark.parametrize("today", [FRIDAY, FRIDAY + timedelta(days=1)])
def test_from_the_planned_day_on_it_ranks_as_ever(today: date) -> None:
    record = CaseRecord(CASE, (promise(FOLLOW_UP, days_ago(3)),), TODAY)
    item = items(record, today)["12.1"]
    assert not item.put_off
    assert item.planned_on == (FRIDAY if today == FRIDAY else None)
    assert status(item, today, "08:00") == f"OVERDUE {item.days_late}d"


def test_a_deadline_and_an_appointments_hour_stay_where_they_are() -> None:
    record = CaseRecord(
        CASE, (promise(DEADLINE, TODAY), promise(APPOINTMENT, days_ago(1), 2)), TODAY
    )
    owed = items(record)
    assert (owed["12.1"].band, owed["12.1"].put_off) == (Band.DEADLINE, False)
    assert owed["12.2"].put_off, "whether it was kept can be told on Friday"


def test_safety_is_never_planned_away() -> None:
    crisis = CASE._replace(urgency=4, crisis_since=days_ago(3), level_reviewed_on=days_ago(3))
    record = CaseRecord(crisis, (promise(FOLLOW_UP, days_ago(3)),))
    safety = [each for each in items(record).values() if each.kind == "safety"]
    assert {each.band for each in safety} == {Band.SAFETY}
    assert not any(each.put_off or each.planned_on for each in safety)


def test_the_row_says_so_stays_overdue_and_stands_behind() -> None:
    planned = CaseRecord(CASE, (promise(FOLLOW_UP, days_ago(9)),), TODAY)
    other = CASE._replace(id="d", number=13, handle="mock-13", planned_on=None, planned_from=None)
    due_today = CaseRecord(other, (promise(FOLLOW_UP, TODAY),), TODAY)
    first, second = rank([planned, due_today], Standards(), TODAY)
    assert (first.record.case.number, second.record.case.number) == (13, 12)
    assert status(second.first, TODAY, "08:00") == "OVERDUE 9d"
    assert reason(second.first, TODAY, None) == "planned Fri 20 Nov; promised for Mon 9 Nov"
    assert second.first.days_late == 9


def test_what_is_covered_and_what_is_not_are_groups_of_their_own() -> None:
    promises = tuple(
        promise(FOLLOW_UP, TODAY + timedelta(days=each), each + 9) for each in (-2, -1, 1, 2)
    )
    record = CaseRecord(CASE, promises, TODAY)
    of_promises = {
        group.planned: day
        for group, day in earliest_by_group(record).items()
        if group.kind == FOLLOW_UP
    }
    assert of_promises == {True: days_ago(2), False: TODAY + timedelta(days=1)}
    assert {group.planned for group, _, _, _ in facts_of(record._replace(case=CASE))} == {
        True,
        False,
    }
