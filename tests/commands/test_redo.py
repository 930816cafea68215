"""redo: what was undone last is done again, as in an editor."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from conftest import Run


@pytest.fixture(autouse=True)
def ann(caseload: None, run: Run) -> None:
    intake = "intake 'Ann Sample' --urgency low --risk low --on 2026-11-02 --phone 1 --new"
    assert run(intake).code == 0


def notes(run: Run) -> list[str]:
    shown: Any = run("show 1 --json").json
    return sorted(each["text"] for each in shown["notes"])


def test_it_says_what_it_did_again(run: Run) -> None:
    run("follow 1 'call school' --due fri")
    undone = run("undo")
    assert "casectl redo, or later casectl undo 3, does it again." in undone.out
    result = run("redo")
    assert result.code == 0
    assert result.out.splitlines() == [
        "Did operation 2 (follow by kim, Wed 18 Nov) for Ann Sample (sample-1) again:",
        "  added 1.1: call school, due Fri 20 Nov",
        "casectl undo 4 takes it back.",
    ]
    history = run("history --json").json
    assert [(each["command"], each["undoes"]) for each in history[:3]] == [
        ("redo", 3), ("undo", 2), ("follow", None),
    ]  # fmt: skip
    assert (history[2]["undone_by"], history[1]["undone_by"]) == (None, 4)


def test_down_and_up_again(run: Run) -> None:
    for word in ("one", "two", "three"):
        run(f"note 1 {word}")
    for left in (["one", "two"], ["one"], []):
        run("undo")
        assert notes(run) == left
    for back in (["one"], ["one", "two"], ["one", "three", "two"]):
        assert run("redo").code == 0
        assert notes(run) == back
    run("undo")
    assert notes(run) == ["one", "two"]
    assert run("redo --json").json["redone_by"] == 12
    assert run("doctor").code == 0
    assert run("audit verify").code == 0


@pytest.mark.parametrize("undone", [False, True])
def test_there_is_nothing_to_redo(run: Run, undone: bool) -> None:
    if undone:
        run("note 1 one")
        run("undo")
        run("redo")
    result = run("redo")
    assert (result.code, result.out) == (3, "")
    assert result.err == "casectl: nothing to redo\n"


def test_a_new_change_ends_it_and_says_what_helps(run: Run) -> None:
    run("note 1 one")
    run("undo")
    run("note 1 two")
    result = run("redo")
    assert (result.code, result.out) == (3, "")
    assert "operation 4 came after the last undo; casectl undo 3 takes" in result.err
    assert run("undo 3 --yes").code == 0
    assert notes(run) == ["one", "two"]


def test_when_all_is_done_again_no_older_undo_is_named(run: Run) -> None:
    run("note 1 one")
    run("undo")
    run("note 1 two")
    run("undo")
    assert run("redo").code == 0
    assert run("redo").err == ("casectl: nothing to redo: all that was undone last is done again\n")


def test_a_repair_does_not_end_it(run: Run) -> None:
    run("note 1 one")
    run("undo")
    assert run("doctor --repair").code == 0
    assert run("redo").code == 0
    assert notes(run) == ["one"]


def test_an_older_one_that_was_undone(run: Run) -> None:
    run("note 1 one")
    run("note 1 two")
    run("undo 2 --yes")
    assert notes(run) == ["two"]
    run("redo")
    assert notes(run) == ["one", "two"]


def test_an_undone_redo_can_be_redone(run: Run) -> None:
    run("note 1 one")
    run("undo")
    run("redo")
    run("undo 4")
    assert notes(run) == []
    result = run("redo")
    assert "Did operation 2 (note" in result.out
    assert notes(run) == ["one"]


@pytest.mark.plain
def test_what_is_no_longer_as_the_undo_left_it_is_refused(run: Run, tmp_path: Path) -> None:
    run("edit 1 --phone 2")
    run("undo")
    connection = sqlite3.connect(tmp_path / "caseload.db", isolation_level=None)
    (sql,) = connection.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'journal_clients_update'"
    ).fetchone()
    connection.execute("DROP TRIGGER journal_clients_update")
    connection.execute("UPDATE clients SET phone = '3'")
    connection.execute(sql)
    connection.close()
    result = run("redo")
    assert (result.code, result.out) == (1, "")
    assert "cannot redo operation 2: what it wrote is no longer as it left it" in result.err
    assert run("show 1 --json").json["phone"] == "3"


def test_private(run: Run) -> None:
    run("note 1 'secret words'")
    run("undo")
    out = run("redo --private").out
    assert "A.S." in out and "Sample" not in out and "secret" not in out
