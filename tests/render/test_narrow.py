"""Forty columns: help and reminders are broken at spaces, by us and not by the terminal."""

from __future__ import annotations

import re

import pytest
from conftest import Run
from rich.cells import cell_len

from casectl.cli import COMMANDS
from casectl.render import reminders, screens


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_a_narrow_terminal(
    run: Run, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    said = run(f"{command} --help")
    assert said.code == 0
    assert max(map(cell_len, said.out.splitlines())) <= 40
    monkeypatch.setenv("COLUMNS", "80")
    wide = run(f"{command} --help").out
    assert max(map(cell_len, wide.splitlines())) > 40
    assert words(said.out) <= words(wide), "no word is cut in two"


def words(text: str) -> set[str]:
    return set(re.findall("[A-Za-z]+", text))


def test_a_reminder_on_a_narrow_terminal(run: Run, caseload: None) -> None:
    assert reminders.NARROW == screens.NARROW
    run("intake 'Bo Sample' --urgency low --risk low --new --next x --due '1 mar 2027'")
    run("follow 1 'ask the housing office whether the recertification has come' --due today")
    assert run("remind", width=40).out == (
        "DUE TODAY  1.2  B.S.\n  ask the housing office whether the\n  recertification has come\n"
    )
    assert run("remind").out.count("\n") == run("remind", width=80).out.count("\n") == 1


def test_a_note_stays_set_in(run: Run, caseload: None) -> None:
    run("intake 'Bo Sample' --urgency low --risk low --new --next x --due '1 mar 2027'")
    run("note 1 -", stdin="plan:\n  - call\n      twice\n\nend\n")
    shown = run("show 1 --all", width=80).out
    indent = " " * 29
    lines = [line.removeprefix(indent) for line in shown.splitlines()]
    assert lines[lines.index("  - call") :][:4] == ["  - call", "      twice", "", "end"]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("set 1 --risk", "none, low, moderate, high or imminent; see casectl set --help"),
        ("set 1 --urgency", "crisis, high, medium or low; see casectl set --help"),
        ("reached 1 --by", "see casectl reached --help"),
    ],
)
def test_an_option_without_its_value_lists_what_it_takes(run: Run, command: str, says: str) -> None:
    refused = run(command)
    assert refused.code == 2
    assert "requires an argument: " in refused.err
    assert says in refused.err
