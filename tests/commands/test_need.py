"""need: what a client lacks, until it is met or dropped."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Run


@pytest.fixture(autouse=True)
def maria(run: Run, caseload: None) -> None:
    assert run(
        "intake 'Maria Garcia' --urgency medium --on 2026-11-02 --new --no-input "
        "--next 'call the school' --due 'dec 1 2026'"
    ).code == 0  # fmt: skip


def items(run: Run) -> dict[str, dict[str, Any]]:
    return {each["item"]: each for each in run("show 1 --json").json["due"]}


def test_a_need_asks_for_a_goal_until_it_is_met(run: Run) -> None:
    result = run("need add 1 'no working stove' --domain hous --priority high")
    assert result.out == (
        "Maria Garcia (garcia-1): need 1.need1 no working stove (housing, high priority).\n"
    )
    assert items(run)["1.need1"]["due"] == "2026-12-18"
    assert "Needs: no working stove" in run("show 1", width=80).out
    result = run("need met 1.need1 'the landlord brought one'")
    assert result.out == (
        "Maria Garcia (garcia-1): met 1.need1 no working stove: the landlord brought one.\n"
    )
    assert "1.need1" not in items(run)
    assert run("need list 1").out == ""
    (told,) = run("need list 1 --all --json").json
    assert (told["state"], told["outcome"]) == ("met", "the landlord brought one")
    assert "met" in run("need list 1 --all", width=80).out


def test_a_need_is_dropped_with_a_reason(run: Run) -> None:
    run("need add 1 'a car' --domain transport")
    assert run("need drop 1.need1").code == 2
    assert run("need drop 1 'takes the bus'").code == 0
    (told,) = run("need list 1 --all --json").json
    assert (told["state"], told["outcome"]) == ("dropped", "takes the bus")
    assert run("undo --yes").code == 0
    assert items(run)["1.need1"]["what"] == "set a goal: a car"


def test_the_most_pressing_first(run: Run) -> None:
    for what, priority in (("one", "low"), ("two", "high"), ("three", "medium")):
        run(f"need add 1 {what} --domain food --priority {priority}")
    assert [each["what"] for each in run("need list 1 --json").json] == ["two", "three", "one"]
    assert run("need list 1").out.splitlines()[0] == "1.need2\tfood\thigh\topen\t2026-11-18\ttwo"


def test_it_asks_on_a_terminal(run: Run) -> None:
    assert run("need add 1", answers=["a bed", "housing"]).code == 0
    assert run("need drop 1", answers=["found one"]).code == 0


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("need add 1", 2, "TEXT is missing"),
        ("need add 1 bed", 2, "--domain is missing"),
        ("need add 1 bed --domain bed", 2, "no domain 'bed': it is one of safety, housing"),
        ("need add 1 bed --domain food --priority 1", 2, "no priority '1': it is one of low"),
        ("need add 1 ' ' --domain food", 2, "the need is empty"),
        ("need add 1 BREAD --domain food", 2, "1.need1 says so already"),
        ("need add 1 bed --domain food --on 2026-11-01", 2, "before the intake"),
        ("need met 1.need7", 3, "has no need 1.need7"),
        ("need met 1.q1", 2, "1.q1 is not a need"),
        ("need met 1.1", 2, "1.1 is not a need"),
        ("need met 1.need1 --on 2026-11-17", 2, "before the need was found"),
        ("need met me.1", 2, "your own work"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(run: Run, command: str, code: int, words: str) -> None:
    run("need add 1 bread --domain food")
    before = run("show 1 --json").out
    result = run(f"{command} --no-input")
    assert (result.code, result.out) == (code, ""), result.err
    assert words in result.err
    assert run("show 1 --json").out == before


def test_one_that_has_ended_and_one_of_several(run: Run) -> None:
    run("need add 1 bread --domain food")
    run("need met 1")
    assert "1.need1 is met already" in run("need drop 1.need1 why").err
    assert "has no open need" in run("need met 1").err
    run("need add 1 bed --domain housing")
    run("need add 1 heat --domain housing")
    result = run("need met 1")
    assert result.code == 4
    assert "1.need2 (bed), 1.need3 (heat)" in result.err
