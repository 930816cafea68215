"""jot, jots, file: what is written down at once, and whose it was later."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import Run

from casectl.core.model import JOT_DRAFT
from casectl.store import Caseload


@pytest.fixture(autouse=True)
def maria(run: Run, caseload: None) -> None:
    assert run("intake 'Maria Garcia' --risk low --on 2026-11-02 --new").code == 0


def notes(run: Run) -> list[dict[str, object]]:
    found: list[dict[str, object]] = run("show 1 --all --json").json["notes"]
    return found


def test_a_jot_asks_nothing(run: Run) -> None:
    result = run("jot 'sister called, rings again'")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "Jot 1, Wed 18 Nov 2026, 26 characters: casectl file 1 CASE makes it a note.\n"
    )
    assert run("jot - --json", stdin="two\nlines\n").json == {
        "jot": 2,
        "id": run("jots --json").json[1]["id"],
        "on": "2026-11-18",
        "text": "two\nlines\n",
        "recorded_at": run("jots --json").json[1]["recorded_at"],
        "worker": "kim",
    }
    assert run("jots").out.splitlines()[0] == "1\t2026-11-18\tsister called, rings again"


def test_it_becomes_a_note_on_the_day_it_was_jotted_down(run: Run, store: Caseload) -> None:
    run("jot 'aide comes Mon'", today="2026-11-16")
    run("jot 'another'")
    result = run("file 1 garcia-1")
    assert result.code == 0
    assert result.out == (
        "Jot 1 filed. Maria Garcia (garcia-1): note 1.n1, Mon 16 Nov 2026, 14 characters.\n"
        "1 jot left: casectl jots\n"
    )
    (note,) = notes(run)
    assert (note["text"], note["on"], note["item"]) == ("aide comes Mon", "2026-11-16", "1.n1")
    assert [each["jot"] for each in run("jots --json").json] == [2]
    assert store.journal.last_undoable() is not None
    last = store.journal.entries(limit=1)[0]
    assert (last.command, last.change_count) == ("file", 2), "one operation"
    assert run("undo").code == 0
    assert notes(run) == []
    assert [each["jot"] for each in run("jots --json").json] == [1, 2]
    assert run("redo").code == 0
    assert len(notes(run)) == 1
    assert run("audit verify").code == 0
    assert run("doctor").code == 0


def test_a_filed_jot_is_found_with_its_case(run: Run) -> None:
    run("jot 'the landlord rang'")
    assert run("search landlord --json").json == []
    run("file 1 1")
    assert {each["item"] for each in run("search landlord --json").json} == {"1.n1"}


def test_part_of_a_name_is_asked_about(run: Run) -> None:
    run("jot 'aide'")
    assert run("file 1 mari").code == 4
    assert run("file 1 mari", answers=["n"]).code == 1
    assert notes(run) == []
    assert run("file 1 mari", answers=["y"]).code == 0


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("file 9 1", 3, "no jot 9; casectl jots lists those that are not filed"),
        ("file 1 nobody", 3, "no case 'nobody'"),
        ("file one 1", 2, "'one' is not a number of the digits 0 to 9"),
        ("file 1", 2, "missing argument 'CASE'"),
        ("jot", 2, "there is no text; write it, or - to read standard input, or --edit"),
        ("jot ''", 2, "the jot is empty"),
        ("jot - --edit", 2, "- and --edit do not go together"),
        ("jots --drop 9", 3, "no jot 9"),
    ],
)
def test_what_cannot_be_meant(run: Run, command: str, code: int, said: str) -> None:
    run("jot 'aide'")
    result = run(command)
    assert result.code == code
    assert said in result.err
    assert len(run("jots --json").json) == 1
    assert notes(run) == []


def test_filed_is_filed(run: Run) -> None:
    run("jot 'aide'")
    run("file 1 1")
    for again in ("file 1 1", "jots --drop 1"):
        result = run(again)
        assert result.code == 2
        assert result.err == (
            "casectl: jot 1 is filed already, to garcia-1; casectl show 1 --all has it\n"
        )


def test_a_number_is_not_given_again(run: Run) -> None:
    run("jot 'one'")
    run("undo")
    assert run("jot 'two' --json").json["jot"] == 2


def test_what_is_no_clients_is_dropped_and_comes_back(run: Run) -> None:
    run("jot 'buy milk'")
    result = run("jots --drop 1")
    assert result.out == "Jot 1 is dropped. casectl undo brings it back.\n"
    assert run("jots", width=80).out == "Nothing is waiting to be filed.\n"
    run("undo")
    assert run("jots --json").json[0]["text"] == "buy milk"
    assert run("audit verify").code == 0


def test_it_is_written_line_by_line_on_a_terminal(run: Run) -> None:
    result = run("jot", answers=["first", "second", "."])
    assert result.err.startswith("Write the jot; a line with a lone . ends it")
    assert run("jots --json").json[0]["text"] == "first\nsecond"


def test_an_editor_whose_jot_cannot_be_saved_leaves_a_draft(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Caseload
) -> None:
    script = tmp_path / "editor.py"
    script.write_text("import sys; open(sys.argv[-1], 'a').write('written'); sys.exit(3)")
    monkeypatch.setenv("EDITOR", f"'{sys.executable}' '{script}'")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    result = run("jot --edit", answers=[])
    assert result.code == 1
    assert "Kept as a draft: casectl jot --edit goes on with it." in result.err
    assert store.intake.draft(JOT_DRAFT) == "written"
    script.write_text("import sys; t = open(sys.argv[-1]).read(); open(sys.argv[-1], 'w').write(t)")
    assert run("jot --edit", answers=[]).code == 0
    assert run("jots --json").json[0]["text"] == "written"
    assert store.intake.draft(JOT_DRAFT) is None


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_list_is_readable(run: Run, width: int) -> None:
    run(["jot", "the sister of somebody in the Tuesday group called about the letter " * 2])
    run("jot 'short'")
    lines = run("jots", width=width).out.splitlines()
    assert max(map(len, lines)) <= width
    assert " ".join("".join(lines).split()).count("Tuesday group") == 2
    assert " ".join(lines[-2:]).endswith("casectl file N CASE makes one a note of that case")


def test_private_says_nothing_of_it(run: Run) -> None:
    run("jot 'Maria called'")
    out = run("jots --private", width=80).out
    assert "Maria" not in out and "***" in out
    assert "Maria" not in run("file 1 1 --private").out


def test_a_purge_takes_the_filed_jot_along(run: Run, store: Caseload) -> None:
    run("jot 'aide'")
    run("file 1 1")
    run("close 1 --reason declined --yes")
    assert run("purge 1 --reason asked --yes").code == 0
    assert store.db.value("SELECT count(*) FROM jots") == 0
    assert run("audit verify").code == 0


def test_drafts_that_are_kept_are_seen(run: Run, store: Caseload) -> None:
    jot, note = "casectl jot --edit goes on with it", "casectl note 1 --edit goes on with it"
    for command in ("", "jots", "show 1", "show 1 --all"):
        assert "draft" not in run(command, width=100).out
    store.intake.keep_draft(JOT_DRAFT, "a secret thought")
    (case,) = [row[0] for row in store.db.rows("SELECT id FROM cases")]
    store.intake.keep_draft(f"note:{case}", "half a note")
    for command in ("", "jots"):
        assert f"A jot is kept as a draft: {jot}" in run(command, width=100).out
    for command in ("show 1", "show 1 --all"):
        assert f"A note is kept as a draft: {note}" in run(command, width=100).out
    for command in ("jots", "jots --json", "show 1", "show 1 --json"):
        assert "draft" not in run(command).out, "what a machine reads stays as it was"
