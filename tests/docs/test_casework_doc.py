"""docs/casework.md, typed into the program command by command: it cannot tell what is not so."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run
from console import Type, compare, typist, walk, write_files

from casectl.core.assessing import DOCUMENT
from casectl.core.domains import DOMAINS
from casectl.core.risks import KINDS

CASEWORK = Path(__file__).resolve().parents[2] / "docs" / "casework.md"


@pytest.fixture
def type_(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    return typist(run, tmp_path, monkeypatch)


def test_the_page_goes_as_it_says(type_: Type, tmp_path: Path) -> None:
    text = CASEWORK.read_text(encoding="utf-8")
    write_files(text, tmp_path)
    walked = walk(text, type_)
    for each in walked.typed:
        assert each.code == 0, f"{each.command} ended with {each.code}: {each.shown}"
    compare(CASEWORK, walked)


def test_it_names_every_domain_risk_and_key() -> None:
    text = CASEWORK.read_text(encoding="utf-8")
    for word in (*(each.words for each in DOMAINS), *KINDS):
        assert word in text
    for key in DOCUMENT:
        assert f"`{key}`" in text
