"""docs/casework-notes.md, typed into the program by a test: it cannot tell what is not so."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run
from console import Type, compare, typist, walk, write_files

from casectl.core.linting import RULES
from casectl.core.noting import FORMS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "casework-notes.md"


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


def test_it_names_every_form_kind_part_and_rule() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for form in FORMS.values():
        heads = ", ".join(
            each.key if form.is_kind else f"{each.key} {each.heading}" for each in form.parts
        )
        assert f"| `{form.name}` | {heads}" in text
    for rule in RULES:
        assert f"| `{rule}` |" in text
