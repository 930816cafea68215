"""docs/consent.md, typed into the program command by command: it cannot tell what is not so."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run
from console import Type, compare, typist, walk, write_files

CONSENT = Path(__file__).resolve().parents[2] / "docs" / "consent.md"


@pytest.fixture
def type_(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    return typist(run, tmp_path, monkeypatch)


def test_the_page_goes_as_it_says(type_: Type, tmp_path: Path) -> None:
    text = CONSENT.read_text(encoding="utf-8")
    write_files(text, tmp_path)
    walked = walk(text, type_)
    # What the gate refuses is on the page as well, three times.
    assert [each.code for each in walked.typed if each.code] == [1, 1, 1]
    compare(CONSENT, walked)
