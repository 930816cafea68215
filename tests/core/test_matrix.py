"""Urgent or not, important or not: each listed case in one of four boxes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from casectl.core.matrix import matrix_of
from casectl.core.model import ACTIVE, DEADLINE, FOLLOW_UP, Case, CaseRecord, Promise
from casectl.core.priority import rank
from casectl.core.standards import Standards

DAY = date(2026, 11, 18)


def record(number: int, days: int, kind: str = FOLLOW_UP, **more: Any) -> CaseRecord:
    case = Case(
        f"c{number}", number, f"example-{number}", "k", "Ann Example", ACTIVE, 2, "low", DAY, DAY,
        assessed_on=DAY, plan_agreed_on=DAY,
    )._replace(**more)  # fmt: skip
    subject = "court" if kind == DEADLINE else None
    promise = Promise("p", "c", 1, kind, "something", DAY + timedelta(days=days), subject=subject)
    return CaseRecord(case, (promise,), reached_client_on=DAY)


def boxes(*records: CaseRecord) -> list[list[int]]:
    matrix = matrix_of(rank(records, Standards(), DAY), DAY)
    return [[row.record.case.number for row in box] for box in matrix]


def test_each_case_is_in_its_box() -> None:
    assert boxes(
        record(1, 0, urgency=3), record(2, 5, urgency=3), record(3, -2), record(4, 5),
        record(5, -9, urgency=3),
    ) == [[5, 1], [2], [3], [4]]  # fmt: skip


def test_a_deadline_is_important_at_any_level_and_urgent_on_its_day() -> None:
    assert boxes(record(1, 1, DEADLINE, urgency=1), record(2, -1, DEADLINE, urgency=1)) == [
        [2], [1], [], [],
    ]  # fmt: skip


def test_a_crisis_that_was_reached_is_important_and_not_urgent() -> None:
    reached = record(1, 3, urgency=4, crisis_since=DAY)
    assert boxes(reached) == [[], [1], [], []]


def test_nothing_listed_is_in_no_box() -> None:
    assert boxes(record(1, 60)) == [[], [], [], []]
