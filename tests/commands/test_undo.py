"""undo: an operation is taken back whole, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Run


@pytest.fixture(autouse=True)
def ann(caseload: None, run: Run) -> None:
    intake = "intake 'Ann Sample' --urgency low --risk low --on 2026-11-02 --phone 1 --new"
    assert run(intake).code == 0


def shown(run: Run) -> Any:
    return run("show 1 --json").json


@pytest.mark.parametrize(
    "command",
    [
        "follow 1 'call school' --due fri",
        "deadline 1 'court hearing' --on 2026-12-01",
        "reached 1 'all well' --next 'call again' --due fri",
        "tried 1",
        "note 1 'a note'",
        "edit 1 --name 'Ann Otero' --phone 2 --program Housing",
        "set 1 --urgency crisis --reason 'a threat'",
        "close 1 --reason declined",
        "hold 1 --until 2026-12-01 --reason away",
        "done 1.assessment 'done today'",
    ],
)
def test_every_write_can_be_taken_back_and_done_again(run: Run, command: str) -> None:
    before = shown(run)
    result = run(command)
    assert result.code == 0, result.err
    after = shown(run)
    assert after != before
    undone = run("undo")
    assert undone.code == 0, undone.err
    assert "Undid operation 2" in undone.out
    assert "(sample-1)" in undone.out or "(otero-1)" in undone.out
    assert shown(run) == before
    assert "casectl redo, or later casectl undo 3, does it again." in undone.out
    assert run("undo 3").code == 0
    assert shown(run) == after
    assert run("doctor").code == 0


def test_a_case_that_came_after_a_new_name_loses_it_with_the_others(run: Run) -> None:
    run("edit 1 --name 'Ann Otero'")
    assert run("intake 'Ann Otero' --same 1").code == 0
    assert run("undo 2 --yes").code == 0
    assert [row["handle"] for row in run("list --json").json] == ["sample-1", "sample-2"]
    assert run("redo").code == 0
    assert [row["handle"] for row in run("list --json").json] == ["otero-1", "otero-2"]
    assert run("doctor").code == 0


def test_an_intake_done_again_has_the_name_of_today(run: Run) -> None:
    run("intake 'Ann Sample' --same 1")
    run("undo")
    run("edit 1 --name 'Ann Otero'")
    assert run("undo 3 --yes").code == 0
    assert [row["handle"] for row in run("list --json").json] == ["otero-1", "otero-2"]


def test_it_says_what_it_undid(run: Run) -> None:
    run("follow 1 'call school' --due fri")
    result = run("undo")
    assert "Undid operation 2 (follow by kim, Wed 18 Nov) for Ann Sample (sample-1):" in result.out
    assert "added 1.1: call school, due Fri 20 Nov" in result.out
    made = run("undo --json")
    assert (made.json["operation"], made.json["undone_by"]) == (1, 4)


def test_one_after_another_then_nothing_is_left(run: Run) -> None:
    run("note 1 one")
    run("note 1 two")
    assert [run("undo --json").json["operation"] for _ in range(3)] == [3, 2, 1]
    result = run("undo")
    assert (result.code, result.out) == (3, "")
    assert "nothing to undo" in result.err


def test_done_again_it_is_the_last_change_again(run: Run) -> None:
    run("note 1 one")
    run("undo")
    run("undo 3")
    assert len(shown(run)["notes"]) == 1
    assert run("undo --json").json["operation"] == 2
    assert shown(run)["notes"] == []


def test_numbers_are_never_given_twice(run: Run) -> None:
    run("note 1 one")
    run("undo")
    assert run("note 1 two --json").json["item"] == "1.n2"


def test_an_older_one_that_nothing_depends_on(run: Run) -> None:
    run("follow 1 'call school' --due fri")
    run("note 1 'kept'")
    assert run("undo 2 --yes").code == 0
    assert shown(run)["promises"] == []
    assert len(shown(run)["notes"]) == 1


def test_an_older_one_is_confirmed_on_a_terminal(run: Run) -> None:
    run("follow 1 'call school' --due fri")
    run("note 1 'kept'")
    result = run("undo 2", answers=["n"])
    assert (result.code, result.out) == (1, "")
    assert "added 1.1: call school" in result.err
    assert len(shown(run)["promises"]) == 1
    assert run("undo 2", answers=["y"]).code == 0
    assert run("undo", answers=[]).code == 0, "the newest one is not asked about"


def test_a_script_says_yes_to_an_older_one(run: Run) -> None:
    run("follow 1 'call school' --due fri")
    run("note 1 'kept'")
    before = shown(run)
    result = run("undo 2")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "casectl: operation 2 is not the last change, so nothing was undone; add --yes to undo it "
        "all the same\n"
    )
    assert shown(run) == before
    assert run("undo 2 --yes").code == 0
    assert run("undo 4").code == 0, "the last operation of all, which is that undo"
    assert shown(run) == before
    assert run("undo 3").code == 0, "the newest change, by its number"
    assert run("undo --json").json["operation"] == 2


def test_a_script_may_undo_the_last_one_whatever_its_size(run: Run) -> None:
    rows = "".join(f"Person {number}\n" for number in range(30))
    assert run("intake --from -", stdin=f"name\n{rows}").code == 0
    assert run("undo 2").code == 0
    assert len(run("list --json").json) == 1


@pytest.mark.parametrize(
    ("commands", "number", "words"),
    [
        (["edit 1 --phone 2", "edit 1 --phone 3"], 2, "operation 3 changed the same thing"),
        (["reached 1", "correct 1.c1 --outcome tried"], 2, "later records depend on it"),
        (["note 1 later"], 1, "later records depend on it"),
        (
            ["close 1 --reason declined", "reopen 1 --reason back --risk low"],
            2,
            "operation 3 changed",
        ),
    ],
)
def test_a_conflict_is_refused_with_its_reason(
    run: Run, commands: list[str], number: int, words: str
) -> None:
    for command in commands:
        result = run(command)
        assert result.code == 0, result.err
    before = shown(run)
    result = run(f"undo {number} --yes")
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    assert words in result.err
    assert shown(run) == before


@pytest.mark.parametrize(
    ("number", "code"),
    [("99", 3), ("0", 3), ("-1", 2), ("x", 2), ("1.1", 2), ("9" * 30, 3), ("", 2), ("٢", 2)],
)
def test_bad_numbers(run: Run, number: str, code: int) -> None:
    result = run(["undo", number])
    assert (result.code, result.out, result.err.count("\n")) == (code, "", 1)


def test_twice_is_refused(run: Run) -> None:
    run("note 1 one")
    run("undo 2")
    result = run("undo 2")
    assert (result.code, result.out) == (2, "")
    assert "undone already" in result.err


def test_the_list(run: Run) -> None:
    for number in range(25):
        run(f"note 1 'note {number}'")
    listed = run("undo --list --json").json
    assert len(listed) == 20
    assert listed[0]["operation"] == 26
    assert "added note 1.n25: note 24" in run("undo --list", width=80).out
    assert len(shown(run)["notes"]) == 25, "listing undoes nothing"


def test_a_number_beyond_any_operation_is_told_as_it_was_typed(run: Run, caseload: None) -> None:
    refused = run("undo 99999999999999999999999")
    assert (refused.code, refused.out) == (3, "")
    assert "no operation 99999999999999999999999;" in refused.err
    assert "no operation 77;" in run("undo 0000000000000000000000077").err
