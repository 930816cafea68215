"""docs/tour.md, typed into the program command by command: it cannot tell what is not so."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run
from console import Type, compare, typist, walk, write_files

TOUR = Path(__file__).resolve().parents[2] / "docs" / "tour.md"

SHOWN_THERE = (
    "init", "intake", "today", "today --explain", "reached", "tried", "log", "follow",
    "deadline",
    "appointment", "done", "kept", "snooze", "note", "show", "search", "undo", "remind",
    "today --done",
)  # fmt: skip


@pytest.fixture
def type_(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    return typist(run, tmp_path, monkeypatch)


def test_the_tour_goes_as_it_says(type_: Type, tmp_path: Path) -> None:
    text = TOUR.read_text(encoding="utf-8")
    write_files(text, tmp_path)
    walked = walk(text, type_)
    for each in walked.typed:
        refused = each.shown.startswith("casectl: ")
        assert (each.code != 0) == refused, f"{each.command} ended with {each.code}"
    compare(TOUR, walked)


def test_the_tour_shows_the_daily_commands() -> None:
    text = TOUR.read_text(encoding="utf-8")
    for command in SHOWN_THERE:
        words = command.split()
        shown = [line for line in text.split("\n") if line.startswith(f"$ casectl {words[0]}")]
        assert any(set(words) <= set(line.split()) for line in shown), command
