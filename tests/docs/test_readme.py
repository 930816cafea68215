"""The README's picture is the demo's, its first five minutes run, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Result, Run
from console import WIDTH, compare, walk

from casectl import cli
from casectl.session import Clock

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def test_the_picture_is_the_demos(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo, own = tmp_path / "demo.db", tmp_path / "own.db"

    def type_(command: str, clock: Clock) -> Result:
        """The first ``today`` looks at the demo, what follows at a caseload of one's own."""
        monkeypatch.setattr(cli, "clock", lambda: clock)
        if not demo.exists():
            monkeypatch.setenv("CASECTL_KEY_FILE", str(demo.with_suffix(".key")))
            assert run(["--db", str(demo), "demo"]).code == 0
            return run(["--db", str(demo), *command.split()], width=WIDTH)
        monkeypatch.setenv("CASECTL_DB", str(own))
        monkeypatch.delenv("CASECTL_KEY_FILE", raising=False)  # the README names it in a setting
        monkeypatch.delenv("CASECTL_WORKER", raising=False)
        monkeypatch.setenv("LOGNAME", "kim")
        # A person sits at the terminal and pastes: a question would end at once, and fail.
        result = run(command, width=WIDTH, answers=[])
        return result._replace(
            out=result.out.replace(str(own), "…/caseload.db").replace(str(tmp_path), "…")
        )

    walked = walk(README.read_text(encoding="utf-8"), type_)
    assert [each.command for each in walked.typed if each.code != 0] == []
    assert walked.typed[0].command == "casectl today"
    compare(README, walked)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+?)(?:#[\w-]*)?\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
