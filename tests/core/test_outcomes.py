"""What has changed for a client, as plain values."""

from __future__ import annotations

from datetime import date
from typing import Any

from casectl.core.casework import ASSESSMENT, DONE, GOAL, PROGRESS, VOICE, Piece
from casectl.core.model import REACHED, TRIED, Case, Contact
from casectl.core.outcomes import Month, outcomes

TODAY = date(2026, 11, 18)
CASE = Case("c", 1, "example-1", "k", "Ada Example", "active", 2, "low", TODAY, TODAY)


def opened(day: date) -> Case:
    return CASE._replace(opened_on=day)


def piece(kind: str, number: int, on: date, **more: Any) -> Piece:
    return Piece(f"{kind}{number}", "c", kind, number, on)._replace(**more)


def contact(on: date, outcome: str = REACHED, **more: Any) -> Contact:
    return Contact("", "c", 1, on, outcome, "phone", "client")._replace(**more)


def test_months_run_from_intake_to_today_and_are_twelve_at_the_most() -> None:
    young = outcomes(opened(date(2026, 9, 30)), [], [], TODAY).months
    assert [each.first for each in young] == [
        date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1),
    ]  # fmt: skip
    old = outcomes(opened(date(2020, 1, 1)), [], [], TODAY).months
    assert (len(old), old[0].first) == (12, date(2025, 12, 1))


def test_a_month_counts_who_was_reached_and_who_was_only_tried() -> None:
    november = date(2026, 11, 3)
    contacts = [
        contact(november),
        contact(november, by="letter"),
        contact(november, party="provider"),
        contact(november, corrected=True),
        contact(november, TRIED),
        contact(november, TRIED, party="guardian"),
        contact(date(2026, 10, 31)),
        contact(date(2019, 1, 1)),
    ]
    months = outcomes(opened(date(2026, 10, 1)), [], contacts, TODAY).months
    assert months == (Month(date(2026, 10, 1), 1, 0), Month(date(2026, 11, 1), 1, 2))


def test_the_last_is_compared_with_the_first() -> None:
    def assessed(number: int, on: date, **levels: int) -> Piece:
        body = {"domains": {name: {"level": level} for name, level in levels.items()}}
        return piece(ASSESSMENT, number, on, status=DONE, body=body)

    pieces = [
        assessed(2, date(2026, 11, 1), housing=4, food=1, income=3),
        assessed(1, date(2026, 5, 1), housing=2, food=3, income=3),
        assessed(3, date(2026, 11, 2), housing=3, legal=2),
    ]
    told = {each.name: each for each in outcomes(CASE, pieces, [], TODAY).domains}
    assert list(told) == ["housing", "food", "income", "legal"], "in the order they are asked"
    assert told["housing"].values == [2, 4, 3]
    assert {name: each.direction for name, each in told.items()} == {
        "housing": "better", "food": "worse", "income": "same", "legal": None,
    }  # fmt: skip


def test_goals_that_were_dropped_are_left_out_and_voice_is_by_its_days() -> None:
    pieces = [
        piece(GOAL, 1, TODAY),
        piece(GOAL, 2, TODAY, status="dropped"),
        piece(PROGRESS, 1, TODAY, parent="goal1", level=1, status=DONE),
        piece(VOICE, 2, date(2026, 3, 1), level=2, what="earlier, entered later"),
        piece(VOICE, 1, date(2026, 8, 1), level=5),
    ]
    told = outcomes(CASE, pieces, [], TODAY)
    assert [(each.goal.number, each.score) for each in told.goals] == [(1, 1)]
    assert told.voice is not None
    assert (told.voice.values, told.voice.direction) == ([2, 5], "better")
