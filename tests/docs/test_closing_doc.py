"""docs/closing.md, typed into the program by a test: it cannot tell what is not so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Result, Run
from console import HOME, Type, compare, typist, walk, write_files

from casectl.core.profiles import REASONS
from casectl.core.standards import DAY_FIELDS
from casectl.formats.letters import letters
from casectl.session import Clock

PAGE = Path(__file__).resolve().parents[2] / "docs" / "closing.md"
# What the page shows to be refused.
REFUSED = ('close 1 --reason "goals met"', 'close 1 --summary "rent is paid"')


@pytest.fixture
def type_(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    type_kims = typist(run, tmp_path, monkeypatch)
    seen: list[str] = []

    def type_(command: str, clock: Clock) -> Result:
        seen.append(command)
        if command == "letter 1 closure" and seen.count(command) == 2:  # said once by then
            (tmp_path / "letters").mkdir()
            write_files(PAGE.read_text(encoding="utf-8"), tmp_path / "letters")
        result = type_kims(command, clock)
        return result._replace(err=result.err.replace(str(tmp_path), f"{HOME}/.config/casectl"))

    return type_


def test_the_page_goes_as_it_says(type_: Type) -> None:
    walked = walk(PAGE.read_text(encoding="utf-8"), type_)
    first_letter = next(e for e in walked.typed if e.command.endswith("letter 1 closure"))
    on_one_day = next(e for e in walked.typed if "cannot locate" in e.command)
    for each in walked.typed:
        refused = any(words in each.command for words in REFUSED)
        refused |= each is first_letter or each is on_one_day
        assert (each.code == 0) is not refused, f"{each.command} ended with {each.code}"
    compare(PAGE, walked)


def test_it_names_every_reason_and_every_letter(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for word in (*REASONS, *letters(tmp_path)):
        assert f"`{word}`" in text, word


def test_the_settings_that_it_names_are_there() -> None:
    named = re.findall(r"`standards\.(\w+)`", PAGE.read_text(encoding="utf-8"))
    assert named and set(named) <= set(DAY_FIELDS)
