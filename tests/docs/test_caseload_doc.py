"""docs/caseload.md and docs/reports.md, typed into the program: they cannot tell what is not so."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Result, Run
from console import Type, compare, typist, walk

from casectl.core.escalating import RULES
from casectl.core.profiles import PHASES
from casectl.core.reporting import FLOW, ORDER
from casectl.session import Clock

DOCS = Path(__file__).resolve().parents[2] / "docs"
CASELOAD, REPORTS = DOCS / "caseload.md", DOCS / "reports.md"
REFUSED = "casectl transfer 1 --to lee -o ben.age --recipient $LEE"  # there is no release yet


@pytest.fixture
def type_(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    type_kims = typist(run, tmp_path, monkeypatch)
    recipient = ""

    def type_(command: str, clock: Clock) -> Result:
        nonlocal recipient
        monkeypatch.setenv("CASECTL_WORKER", "lee" if command.startswith("--db lee.db") else "kim")
        result = type_kims(command.replace("$LEE", recipient), clock)
        if "--new-identity" in command:
            recipient = result.out.split()[-1]
        return result._replace(out=result.out.replace(recipient or "$LEE", "$LEE"))

    return type_


def test_the_caseload_page_goes_as_it_says(type_: Type) -> None:
    walked = walk(CASELOAD.read_text(encoding="utf-8"), type_)
    for each in walked.typed:
        assert each.code == (1 if each.command == REFUSED else 0), f"{each.command}: {each.shown}"
    compare(CASELOAD, walked)


def test_the_reports_page_goes_as_it_says(type_: Type) -> None:
    walked = walk(REPORTS.read_text(encoding="utf-8"), type_)
    for each in walked.typed:
        assert each.code == 0, f"{each.command}: {each.shown}"
    compare(REPORTS, walked)


def test_they_name_every_phase_rule_and_measure() -> None:
    text = CASELOAD.read_text(encoding="utf-8")
    for word in (*PHASES, *RULES):
        assert word in text
    text = REPORTS.read_text(encoding="utf-8")
    for kind, measures in ORDER.items():
        assert f"## {kind}" in text
        for measure in measures:
            name = measure.name.partition(",")[0]
            assert f"**{name}" in text or f"| {name}" in text or name == "cases", name
    for part in FLOW:
        assert f"| {part} |" in text
