"""docs/casework-whole.md, typed into the program by a test: it cannot tell what is not so."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run
from console import Type, compare, typist, walk, write_files

PAGE = Path(__file__).resolve().parents[2] / "docs" / "casework-whole.md"


@pytest.fixture
def type_(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    return typist(run, tmp_path, monkeypatch)


def test_the_page_goes_as_it_says(type_: Type, tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    write_files(text, tmp_path)
    walked = walk(text, type_)
    for each in walked.typed:
        assert each.code == 0, f"{each.command} ended with {each.code}: {each.shown}"
    compare(PAGE, walked)
