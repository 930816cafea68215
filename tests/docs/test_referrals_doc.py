"""docs/referrals.md, typed into the program by a test: it cannot tell what is not so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Run
from console import Type, compare, typist, walk

from casectl.core.standards import DAY_FIELDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "referrals.md"
TOLD = ("resource", "refer", "referral", "denial")
REFUSED = ["casectl referral send 1.ref1"]  # for want of a release, which the page is about


@pytest.fixture
def type_(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    return typist(run, tmp_path, monkeypatch)


def test_the_page_goes_as_it_says(type_: Type) -> None:
    walked = walk(PAGE.read_text(encoding="utf-8"), type_)
    assert [each.command for each in walked.typed if each.code] == REFUSED
    compare(PAGE, walked)


def test_it_shows_every_command_of_referring() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for word in TOLD:
        assert re.search(rf"^\$ casectl {word} ", text, re.MULTILINE), word


def test_the_settings_that_it_names_are_there() -> None:
    named = re.findall(r"`standards\.(\w+)`", PAGE.read_text(encoding="utf-8"))
    assert named and set(named) <= set(DAY_FIELDS)
