"""purge: erased for good, once somebody is sure."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from conftest import Run

from casectl.store import Caseload


@pytest.fixture(autouse=True)
def people(caseload: None, run: Run) -> None:
    for command in (
        "intake 'Zyxwvut Sample' --urgency low --risk low --on 2018-01-02 --phone 1 --new",
        "note 1 'grualtnote'",
        "close 1 --reason declined --on 2018-06-01 --yes",
        "intake 'Ann Other' --urgency low --risk low --on 2026-11-02 --new",
        "intake 'Ben Later' --urgency low --risk low --on 2026-11-02 --new",
        "close 3 --reason declined --yes",
    ):
        result = run(command)
        assert result.code == 0, result.err


def raw(tmp_path: Path) -> bytes:
    return (tmp_path / "caseload.db").read_bytes()


def test_a_dry_run_shows_what_would_go(run: Run, tmp_path: Path) -> None:
    before = raw(tmp_path)
    result = run("purge 1 --dry-run")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "To be erased for good:",
        "  sample-1  Zyxwvut Sample, closed Fri 1 Jun 2018: 0 promises, 0 contacts, 1 note; "
        "it owes its aftercare call",
        "With 1 client who would have no case left, and 6 entries of the journal.",
    ]
    assert run("purge 1 --dry-run --json").json == {
        "would_purge": [
            {
                "number": 1, "handle": "sample-1", "client": "Zyxwvut Sample", "status": "closed",
                "closed_on": "2018-06-01", "promises": 0, "contacts": 0, "notes": 1, "calls": 1,
            }
        ],
        "clients": 1,
        "entries": 6,
    }  # fmt: skip
    assert raw(tmp_path) == before


def test_a_script_says_yes(run: Run, tmp_path: Path) -> None:
    before = raw(tmp_path)
    result = run("purge 1 --reason 'asked to be forgotten'")
    assert (result.code, result.out) == (2, "")
    assert "cannot be undone, so nothing was erased; add --yes" in result.err
    assert raw(tmp_path) == before
    result = run("purge 1 --reason 'asked to be forgotten' --yes")
    assert result.code == 0, result.err
    assert result.out.splitlines() == [
        "Erased for good: case 1, 1 client with it; 5 records, and 11 entries of the journal.",
        "Who did it, when and why stays on record: casectl history 1",
        "No aftercare call was made: case 1.",
        "Not reached: copies elsewhere, such as prints, mails, exports and backups on other disks.",
    ]
    for word in (b"Zyxwvut", b"zyxwvut", b"grualtnote"):
        assert word not in raw(tmp_path)
    assert run("doctor").code == 0
    assert "Of 11 changes the contents were purged." in run("audit verify").out


def test_json(run: Run) -> None:
    made = run("purge 1 --reason asked --yes --json").json
    assert made == {
        "purged": [1], "operation": 7, "records": 5, "clients": 1, "entries": 11, "mentions": 0,
        "backups": 0, "backups_removed": 0, "backups_untold": [], "compacted": True,
    }  # fmt: skip


def test_a_terminal_types_the_handle(run: Run, tmp_path: Path) -> None:
    before = raw(tmp_path)
    for answer in ("", "y", "1", "SAMPLE-1"):
        result = run("purge 1 --reason asked", answers=[answer])
        assert (result.code, result.out) == (1, "")
        assert "nothing was erased" in result.err
        assert raw(tmp_path) == before
    result = run("purge 1", answers=["asked to be forgotten", "sample-1"])
    assert result.code == 0, result.err
    assert "Zyxwvut Sample, closed" in result.err
    assert "Type the handle to go on (sample-1): " in result.err
    assert "purged case 1: asked to be forgotten" in run("history 1").out


def test_the_number_stays_known(run: Run) -> None:
    run("purge 1 --reason 'asked to be forgotten' --yes")
    for command in ("show 1", "note 1 x", "show sample-1", "reached 1.contact x", "close 1 -h"):
        result = run(command)
        if "-h" in command:
            continue
        assert result.code == 3, command
        assert "case 1 was purged on Wed 18 Nov 2026; casectl history 1 says" in result.err
    entries = run("history 1 --json").json
    assert [each["command"] for each in entries] == ["purge", "close", "note", "intake"]
    newest = entries[0]
    assert newest["changes"][0] == {
        "record": "purge", "item": "1", "handle": None, "change": "purged",
        "before": None, "after": {"reason": "asked to be forgotten"},
        "text": "purged case 1: asked to be forgotten",
    }  # fmt: skip
    assert entries[2]["what"] == ["a note of case 1, purged"]
    assert (entries[2]["clients"], entries[2]["handles"]) == ([], [])
    assert run("history sample-1 --json").json == entries
    for width in (40, 80, 120):
        screen = run("history 1", width=width)
        assert screen.code == 0
        assert "asked to be" in screen.out
        assert all(len(line) <= width for line in screen.out.splitlines())
    assert run("history").code == run("today --done").code == run("undo --list").code == 0


def test_an_open_case_is_closed_first(run: Run) -> None:
    result = run("purge 2 --reason asked --yes")
    assert (result.code, result.out) == (2, "")
    assert "other-2 is not closed, and an open case is not erased; casectl close 2" in result.err


def test_an_undone_intake_is_known_by_its_number(run: Run, tmp_path: Path) -> None:
    run("intake 'Qwertz Undone' --urgency low --on 2026-11-02 --new")
    run("undo")
    shown = run("purge 4 --dry-run").out
    assert "undone-4  Qwertz Undone, whose intake was undone: only the journal still" in shown
    assert run("purge 4 --reason asked --yes").code == 0
    assert b"Qwertz" not in raw(tmp_path)
    assert run("audit verify").code == 0


@pytest.mark.parametrize(
    ("older_than", "numbers"),
    [
        ("7 years", [1]),
        ("2018-06-02", [1]),
        ("2018-06-01", []),
        ("1 jun 2019", [1]),
        ("30y", []),
        ("yesterday", [1]),
    ],
)
def test_older_than(run: Run, older_than: str, numbers: list[int]) -> None:
    planned = run(["purge", "--older-than", older_than, "--dry-run", "--json"])
    assert planned.code == 0, planned.err
    assert [each["number"] for each in planned.json["would_purge"]] == numbers


@pytest.mark.parametrize("older_than", ["today", "tomorrow", "0 days", "2027-01-01"])
def test_a_day_that_is_no_time_ago_is_refused(run: Run, older_than: str) -> None:
    result = run(["purge", "--older-than", older_than, "--yes"])
    assert (result.code, result.out) == (2, "")
    assert "is no time ago" in result.err


@pytest.mark.parametrize("older_than", ["x", "", "7", "seven moons", "9999999 years"])
def test_a_day_that_cannot_be_read_is_refused(run: Run, older_than: str) -> None:
    result = run(["purge", "--older-than", older_than, "--yes"])
    assert (result.code, result.out) == (2, "")


def test_older_than_erases_them_all_and_says_why(run: Run) -> None:
    assert "No case was closed before" in run("purge --older-than '30 years' --yes").out
    asked = run("purge --older-than 'yesterday'", answers=["2"])
    assert (asked.code, asked.out) == (1, "")
    run("reopen 3 --reason x --risk low --yes")
    run("close 3 --reason declined --on 2026-11-10 --yes")
    result = run("purge --older-than yesterday", answers=["2"])
    assert result.code == 0, result.err
    assert "Erased for good: 2 cases" in result.out
    assert "closed before 2026-11-17" in run("history 3").out
    assert [each["case"] for each in run("list --all --json").json] == [2]


@pytest.mark.parametrize("command", ["purge", "purge 1 --older-than '7 years'"])
def test_one_or_the_other(run: Run, command: str) -> None:
    result = run(f"{command} --yes")
    assert (result.code, result.out) == (2, "")
    assert "name a CASE, or say --older-than" in result.err


@pytest.mark.parametrize("reason", ["", " ", "\u200b", "x" * 501])
def test_a_reason_is_said_in_a_few_words(run: Run, reason: str) -> None:
    result = run(["purge", "1", "--reason", reason, "--yes"])
    assert (result.code, result.out) == (2, "")
    assert run("show 1").code == 0
    missing = run("purge 1 --yes")
    assert (missing.code, missing.out) == (2, "")
    assert "--reason is missing" in missing.err


def test_nobody_by_that_name(run: Run) -> None:
    assert run("purge 99 --reason x --yes").code == 3
    assert run("purge 99999999999999999999 --reason x --yes").code == 3
    assert run("purge nobody --reason x --yes").code == 3
    assert run("purge zyx --reason x").code == 4


def test_it_cannot_be_undone(run: Run) -> None:
    run("purge 1 --reason asked --yes")
    result = run("undo")
    assert (result.code, result.out) == (1, "")
    assert "cannot undo operation 7: it is a purge, and what it erased is gone" in result.err
    assert run("redo").code == 3
    run("note 2 'goes on'")
    assert run("undo").code == run("redo").code == 0


def test_whoever_else_holds_the_name_is_told(run: Run) -> None:
    run("note 2 'Zyxwvut Sample is her cousin'")
    out = run("purge 1 --reason asked --yes").out
    assert "1 record of other clients holds the same name" in out


def test_where_others_can_see(run: Run) -> None:
    result = run("purge 1 --reason asked --private", answers=["1"])
    assert result.code == 0, result.err
    assert "  1  Z.S., closed" in result.err
    assert "Zyxwvut" not in result.err + result.out and "sample" not in result.err + result.out


# --- Backups ----------------------------------------------------------------------------------


def backups(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "caseload.db.backups").glob("*.db"))


def test_backups_that_hold_it_are_counted_and_removed(run: Run, tmp_path: Path) -> None:
    assert run("backup").code == 0
    old = backups(tmp_path)
    out = run("purge 1 --reason asked --yes").out
    assert (
        "1 backup still holds it, for a year at most: casectl purge 1 --backups makes a fresh one "
        "and removes it." in out
    )
    assert backups(tmp_path) == old
    result = run("purge 1 --backups")
    assert result.code == 0, result.err
    assert "Case 1 was purged on Wed 18 Nov 2026 (operation 7)." in result.out
    assert "1 backup that held it removed, after a fresh one was made." in result.out
    (fresh,) = backups(tmp_path)
    assert fresh not in old
    assert b"Zyxwvut" not in fresh.read_bytes()
    again = run("purge 1 --backups --json").json
    assert (again["backups"], again["backups_removed"]) == (0, 0)
    assert backups(tmp_path) == [fresh]


def test_all_at_once(run: Run, tmp_path: Path) -> None:
    run("backup")
    made = run("purge 1 --reason asked --yes --backups --json").json
    assert (made["backups"], made["backups_removed"]) == (0, 1)
    (fresh,) = backups(tmp_path)
    assert b"Zyxwvut" not in fresh.read_bytes()


def test_a_dry_run_of_what_is_purged_already_changes_nothing(run: Run, tmp_path: Path) -> None:
    run("backup")
    run("purge 1 --reason asked --yes")
    before, files = raw(tmp_path), backups(tmp_path)
    result = run("purge 1 --backups --dry-run")
    assert result.code == 0
    assert "1 backup still holds it" in result.out
    assert (raw(tmp_path), backups(tmp_path)) == (before, files)


def test_a_backup_from_before_the_case_is_left_alone(run: Run, tmp_path: Path) -> None:
    run("backup")
    run("intake 'Qwertz Newer' --urgency low --on 2026-11-02 --new")
    run("close 4 --reason declined --yes")
    made = run("purge 4 --reason asked --yes --backups --json").json
    assert (made["backups"], made["backups_removed"]) == (0, 0)
    assert len(backups(tmp_path)) == 1


def found_in(tmp_path: Path) -> list[str]:
    """The copies in which the client can still be read."""
    copies = [*tmp_path.glob("caseload.db.before-restore-*"), *backups(tmp_path)]
    return [each.name for each in copies if each.is_file() and b"Zyxwvut" in each.read_bytes()]


def test_a_backup_that_is_dated_ahead_of_the_clock(run: Run, tmp_path: Path) -> None:
    run("backup")
    [made] = backups(tmp_path)
    for end in (".db", ".json"):
        ahead = made.with_name(f"caseload-2199-12-24T100000Z{end}")
        made.with_suffix(end).rename(ahead)
    purged = run("purge 1 --reason asked --yes --backups --json").json
    assert (purged["backups"], purged["backups_removed"]) == (0, 1)
    assert found_in(tmp_path) == []


@pytest.mark.plain
def test_a_backup_with_more_operations_than_the_purge_has(run: Run, tmp_path: Path) -> None:
    """A restore takes numbers back; what was backed up before it still holds the client."""
    run(["backup", "--to", str(tmp_path / "stick")])
    [early] = (tmp_path / "stick").glob("*.db")
    for number in range(4):
        run(f"note 2 'note {number}'")
    run("backup")
    [late] = backups(tmp_path)
    assert run(["restore", str(early), "--yes"]).code == 0
    [aside] = tmp_path.glob("caseload.db.before-restore-*Z")
    assert found_in(tmp_path) == [aside.name, late.name]
    purged = run("purge 1 --reason asked --yes --backups --json").json
    assert (purged["backups"], purged["backups_removed"]) == (0, 2)
    assert found_in(tmp_path) == []


def test_a_backup_made_after_the_purge_is_left_alone(run: Run, tmp_path: Path) -> None:
    run("purge 1 --reason asked --yes")
    run("backup")
    before = backups(tmp_path)
    again = run("purge 1 --backups --json").json
    assert (again["backups"], again["backups_removed"]) == (0, 0)
    assert backups(tmp_path) == before


@pytest.mark.plain
def test_a_backup_that_holds_only_the_draft_of_a_note(run: Run, tmp_path: Path) -> None:
    run("purge 1 --reason asked --yes")
    connection = sqlite3.connect(tmp_path / "caseload.db")
    (key,) = connection.execute(
        "SELECT case_id FROM changes WHERE table_name = 'purges'"
    ).fetchone()
    connection.execute("INSERT INTO drafts VALUES (?, 'half a thought', '')", (f"note:{key}",))
    connection.commit()
    connection.close()
    run("backup")
    assert run("purge 1 --json").json["backups"] == 1
    assert b"half a thought" not in raw(tmp_path), "nor does the caseload keep it"


def test_what_cannot_be_looked_into_is_named_and_stays(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "caseload.db.backups"
    folder.mkdir(mode=0o700)
    stranger = folder / "caseload-2026-11-01T090000Z.db"
    stranger.write_bytes(b"x" * 4096)
    purged = run("purge 1 --reason asked --yes")
    assert purged.code == 0
    assert "Nobody can tell whether it is in 1 backup" in purged.out
    assert f"  {stranger}" in purged.out.splitlines()
    asked = run("purge 1 --backups")
    assert asked.code == 1, "what was asked for is not done whole"
    assert f"  {stranger}" in asked.out.splitlines()
    assert run("purge 1 --json").json["backups_untold"] == [str(stranger)]
    assert stranger.exists()


@pytest.mark.parametrize("kind", ["note", "assess", "goal"])
def test_a_draft_goes_with_its_case(run: Run, store: Caseload, kind: str) -> None:
    """It need not hold the client's name."""
    keys = {row[0]: row[1] for row in store.db.rows("SELECT number, id FROM cases")}
    for number in (1, 2):
        store.intake.keep_draft(f"{kind}:{keys[number]}", '{"text": "grualtdraft, the rest"}')
    assert run("purge 1 --reason 'asked to be forgotten' --yes").code == 0
    assert store.db.rows("SELECT name FROM drafts")[0][0] == f"{kind}:{keys[2]}"
    assert store.db.value("SELECT count(*) FROM drafts") == 1
