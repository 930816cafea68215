"""Numbers on the command line: digits, and nothing else that Python would take for some."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Run
from typer._click.core import Command, Parameter
from typer._click.types import FloatParamType, IntParamType
from typer.core import TyperGroup

from casectl import cli


def parameters(command: Command) -> Iterator[Parameter]:
    yield from command.params
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            yield from parameters(each)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_no_option_reads_its_number_by_itself(name: str) -> None:
    """Each has ``whole_number`` or ``limit_number`` as its parser."""
    for each in parameters(cli.built(name, cli.COMMANDS[name])):
        assert not isinstance(each.type, IntParamType | FloatParamType), f"{name} {each.opts}"


@pytest.mark.parametrize(
    "command",
    [
        "today --limit",
        "today -n",
        "today --soon",
        "list --limit",
        "history --limit",
        "search Example --limit",
        "reached 1 --minutes",
        "tried 1 --minutes",
        "contact 1 --outcome reached --minutes",
        "correct 1.c1 --minutes",
        "kept 1.1 --minutes",
        "appointment 1 clinic --at fri --minutes",
        "deadline 1 court --on fri --lead",
    ],
)
@pytest.mark.parametrize("number", ["٣", "３", "³", "1_0", " 3", "+3", "-3", "3.0", "0x3", "", "x"])
def test_what_is_no_digit_is_refused(run: Run, caseload: None, command: str, number: str) -> None:
    assert run("intake 'Maria Example' --urgency low --risk low --on 2026-11-02").code == 0
    assert run("appointment 1 clinic --at '2026-11-17 10:00'").code == 0
    assert run("reached 1 spoke").code == 0
    before = run("show 1 --json").json
    result = run([*command.split(), number])
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert f"{number!r} is not a number of the digits 0 to 9" in result.err
    assert run("show 1 --json").json == before


@pytest.mark.parametrize("number", ["0", "1000001", "9" * 30, "9" * 10_000])
def test_a_limit_has_bounds(run: Run, caseload: None, number: str) -> None:
    for command in ("today", "list", "history", "search x"):
        result = run(f"{command} --limit {number}")
        assert (result.code, result.out) == (2, "")
        assert "is not a number from 1 to 1000000" in result.err
    assert run(f"today --soon {'9' * 10_000}").code == 2
