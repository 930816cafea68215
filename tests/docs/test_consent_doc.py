"""docs/consent.md, typed into the program command by command: it cannot tell what is not so."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Result, Run
from console import WIDTH, Type, compare, walk, write_files

from casectl import cli
from casectl.session import Clock

CONSENT = Path(__file__).resolve().parents[2] / "docs" / "consent.md"
SAID = "/home/kim/.local/share/casectl/caseload.db"


@pytest.fixture
def type_(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    path = str(tmp_path / "caseload.db")
    monkeypatch.delenv("CASECTL_KEY_FILE")

    def type_(command: str, clock: Clock) -> Result:
        monkeypatch.setattr(cli, "clock", lambda: clock)
        result = run(command, width=WIDTH)
        return result._replace(
            out=result.out.replace(path, SAID).replace(str(tmp_path), "/home/kim")
        )

    return type_


def test_the_page_goes_as_it_says(
    type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = CONSENT.read_text(encoding="utf-8")
    write_files(text, tmp_path)
    monkeypatch.chdir(tmp_path)
    walked = walk(text, type_)
    # What the gate refuses is on the page as well, three times.
    assert [each.code for each in walked.typed if each.code] == [1, 1, 1]
    compare(CONSENT, walked)
