"""A month of a caseload through the store, shorter: nobody is lost, and a loss would be seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import month as bench  # bench/month.py
import pytest

from casectl.core.due import DueItem, due_items
from casectl.core.model import CaseRecord
from casectl.core.standards import Standards

DAYS = 8


@pytest.mark.parametrize("seed", [11, 12])
def test_every_open_case_owes_something_and_nothing_is_lost(tmp_path: Path, seed: int) -> None:
    outcome = bench.month(seed, tmp_path, DAYS)
    assert (outcome.without, outcome.lost) == ([], [])
    assert outcome.case_days > bench.CASES * DAYS * 0.6
    assert outcome.gone["met"] > 20
    for what in ("reached", "tried", "closed", "snoozed", "put on hold", "handed over"):
        assert outcome.did[what], what


@pytest.mark.parametrize("kind", ["deadline", "contact", "next_step"])
def test_it_sees_what_gets_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """An engine that forgets one kind from the third day on, on the evening of that day."""
    asked = 0

    def forgetful(record: CaseRecord, standards: Standards, today: date) -> Iterator[DueItem]:
        nonlocal asked
        asked += 1
        forgets = today >= bench.BEGINS + timedelta(days=3) and asked % 2
        for item in due_items(record, standards, today):
            if not (forgets and item.kind == kind):
                yield item

    monkeypatch.setattr(bench, "due_items", forgetful)
    outcome = bench.month(11, tmp_path, 4)
    assert any(kind in each for each in outcome.lost)


def test_it_sees_a_case_that_owes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_of_one(record: CaseRecord, standards: Standards, today: date) -> Iterator[DueItem]:
        if record.case.number != 3:
            yield from due_items(record, standards, today)

    monkeypatch.setattr(bench, "due_items", none_of_one)
    outcome = bench.month(11, tmp_path, 2)
    assert any("case 3 owes nothing" in each for each in outcome.without)
