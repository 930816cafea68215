"""audit verify: clean, or which place was altered."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from conftest import Run

pytestmark = pytest.mark.plain  # what is tampered with is; tests/store has the keyed chain


@pytest.fixture(autouse=True)
def ann(caseload: None, run: Run) -> None:
    intake = "intake 'Ann Sample' --urgency low --risk low --on 2026-11-02 --phone 1 --new"
    assert run(intake).code == 0
    assert run("note 1 'first words'").code == 0


def tamper(tmp_path: Path, *statements: str) -> None:
    connection = sqlite3.connect(tmp_path / "caseload.db", isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    for name, _ in (known := triggers.fetchall()):
        connection.execute(f"DROP TRIGGER {name}")
    for statement in [*statements, *(sql for _, sql in known)]:
        connection.execute(statement)
    connection.close()


def test_all_is_as_it_was_recorded(run: Run) -> None:
    result = run("audit verify")
    assert (result.code, result.err) == (0, "")
    first, last = result.out.splitlines()
    assert first == (
        "2 operations, 3 changes: all as they were recorded, and every record as they left it."
    )
    found = run("audit verify --json").json
    assert last == f"Head: {found['head'][:16]}, unkeyed, since the caseload is not encrypted."
    assert {**found, "head": ""} == {
        "operations": 2, "changes": 3, "purged": 0, "head": "", "keyed": False, "noted": None,
        "faults": 0, "operation": None, "change": None, "what": None,
    }  # fmt: skip


def test_what_was_altered_is_named_and_the_others_counted(run: Run, tmp_path: Path) -> None:
    tamper(
        tmp_path,
        "UPDATE notes SET text = 'other words'",
        "UPDATE operations SET worker = 'eve' WHERE id = 1",
    )
    result = run("audit verify")
    assert result.code == 1
    assert result.out.splitlines()[:2] == [
        "operation 1 was altered after it was recorded.",
        "And 2 more faults.",  # the note, and the text by which it is searched for
    ]
    assert "words" not in result.out
    found = run("audit verify --json")
    assert found.code == 1
    assert (found.json["faults"], found.json["operation"], found.json["change"]) == (3, 1, None)


def test_a_record_alone(run: Run, tmp_path: Path) -> None:
    tamper(tmp_path, "UPDATE notes SET text = 'other words'")
    assert run("audit verify").out.splitlines()[0] == (
        "operation 2, change 1: a note of case 1 was altered after it was recorded."
    )


def test_a_head_noted_elsewhere(run: Run) -> None:
    head = run("audit verify --json").json["head"]
    run("note 1 'second words'")
    for noted in (head, head[:8], head[:16].upper(), f" {head} "):
        result = run(["audit", "verify", "--head", noted])
        assert result.code == 0
        assert "The head you gave is operation 2's, 1 before the last." in result.out
    assert run(f"audit verify --head {head} --json").json["noted"] == 2
    other = run("audit verify --head 00000000")
    assert other.code == 1
    assert "nowhere in the chain" in other.out


@pytest.mark.parametrize(
    "head", ["", "12345", "garcia-12", "0" * 65, "zzzzzzzzzz", "１２３４５６７８"]
)
def test_what_is_no_head_is_refused(run: Run, head: str) -> None:
    result = run(["audit", "verify", "--head", head])
    assert (result.code, result.out) == (2, "")
    assert "is not a head" in result.err


def test_the_head_in_a_backups_manifest(run: Run) -> None:
    made = run("backup --json").json
    run("note 1 later")
    assert run(f"audit verify --head {made['head']}").code == 0


def test_a_file_that_can_only_be_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "caseload.db").chmod(0o400)
    assert run("audit verify").code == 0


def test_an_empty_caseload(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    assert run(f"--db {other} init").code == 0
    assert run(f"--db {other} audit verify").out == (
        "0 operations, 0 changes: all as they were recorded, and every record as they left it.\n"
    )
