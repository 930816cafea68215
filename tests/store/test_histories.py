"""The torture of random histories, in short; ``make torture`` lives through ten thousand."""

from __future__ import annotations

from pathlib import Path

import pytest
from torture import histories
from torture.desk import Dice

from casectl.store.journal import Operation


def test_everything_undone_and_done_again(tmp_path: Path) -> None:
    verdict = histories.torture(tmp_path, histories.QUICK)
    assert verdict.held
    assert verdict.line.endswith(
        "60 random histories undone and done again, 0 that came out otherwise"
    )


def test_an_undo_that_forgets_something_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = Operation.delete

    def forgets(self: Operation, table: str, row_id: str) -> None:
        if table != "notes":
            delete(self, table, row_id)

    monkeypatch.setattr(Operation, "delete", forgets)
    assert not histories.torture(tmp_path, histories.QUICK).held


def test_a_seed_tells_the_whole_history() -> None:
    assert [Dice(7).number(1, 100) for _ in range(3)] == [Dice(7).number(1, 100)] * 3
