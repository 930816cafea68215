"""docs/day.md, typed into the program command by command: it cannot tell what is not so."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run
from console import Type, compare, typist, walk, write_files

DAY = Path(__file__).resolve().parents[2] / "docs" / "day.md"

SHOWN_THERE = (
    "tried", "reached", "again", "jot", "file", "set", "today --visits", "log", "note",
    "today --done", "away", "triage --spread", "jots",
)  # fmt: skip


@pytest.fixture
def type_(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    return typist(run, tmp_path, monkeypatch)


def test_the_day_goes_as_it_says(type_: Type, tmp_path: Path) -> None:
    text = DAY.read_text(encoding="utf-8")
    write_files(text, tmp_path)
    walked = walk(text, type_)
    for each in walked.typed:
        assert each.code == 0, f"{each.command} ended with {each.code}: {each.shown}"
    compare(DAY, walked)


def test_the_day_shows_its_flows() -> None:
    lines = [
        line.removeprefix("$ casectl ")
        for line in DAY.read_text(encoding="utf-8").split("\n")
        if line.startswith("$ casectl")
    ]
    assert "$ casectl" in lines, "the morning is one word"
    for command in SHOWN_THERE:
        assert any(set(command.split()) <= set(line.split()) for line in lines), command
