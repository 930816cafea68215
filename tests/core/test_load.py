"""Minutes: an item's own, what was learned of its kind, or what its kind usually takes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from casectl.core.due import RULES, DueItem, due_items
from casectl.core.load import DEFAULT_MINUTES, kind_of, minutes_of
from casectl.core.model import ACTIVE, APPOINTMENT, FOLLOW_UP, Case, CaseRecord, Promise
from casectl.core.standards import Standards

TODAY = date(2026, 11, 18)


def item(kind: str, **known: Any) -> DueItem:
    """One promised item, due today."""
    promise = Promise("p", "c", 1, kind, "call the school", TODAY)._replace(**known)
    case = Case("c", 1, "garcia-1", "k", "Maria Garcia", ACTIVE, 2, "low", TODAY, TODAY)
    record = CaseRecord(case, (promise,), reached_client_on=TODAY)
    return next(each for each in due_items(record, Standards(), TODAY) if each.promise)


@pytest.mark.parametrize(
    ("one", "kind", "minutes"),
    [
        (item(FOLLOW_UP, subject="call"), "call", 15),
        (item(FOLLOW_UP, subject="visit"), "visit", 60),
        (item(FOLLOW_UP), "other", 20),
        (item(FOLLOW_UP, subject="what nobody offers"), "other", 20),
        (item(APPOINTMENT), "appointment", 60),
        (item(APPOINTMENT, minutes=25), "appointment", 25),
    ],
)
def test_an_item_takes_its_own_minutes_or_those_of_its_kind(
    one: DueItem, kind: str, minutes: int
) -> None:
    assert (kind_of(one), minutes_of(one, {})) == (kind, minutes)


def test_what_was_learned_goes_before_the_guess_and_behind_what_was_said() -> None:
    learned = {"call": 7, "appointment": 90}
    assert minutes_of(item(FOLLOW_UP, subject="call"), learned) == 7
    assert minutes_of(item(APPOINTMENT), learned) == 90
    assert minutes_of(item(APPOINTMENT, minutes=25), learned) == 25


def test_every_kind_that_is_derived_has_its_minutes() -> None:
    assert {kind for kind, _ in RULES} - {FOLLOW_UP} <= DEFAULT_MINUTES.keys()
