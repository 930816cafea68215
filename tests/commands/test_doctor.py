"""doctor: every check finds what it is for, names what to type, and stops no other check."""

from __future__ import annotations

import os
import sqlite3
import sys
from datetime import date
from pathlib import Path

import pytest
from conftest import Run
from frozen import thaw

from casectl.core.casework import Piece
from casectl.core.model import Author
from casectl.core.views import FAIL, OK, WARN
from casectl.store import open_caseload, slots, surroundings
from casectl.store.casework import add
from casectl.store.keys import read_key_file
from casectl.store.rows import read_cases

# What a test's surroundings are not: a real day, a crontab, a folder of one's own, encrypted.
APART = {"configuration", "reminders", "cron", "encryption"}


@pytest.fixture
def path(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound caseload with people in it, in a folder of its own."""
    folder = tmp_path / "own"
    folder.mkdir(mode=0o700)
    place = folder / "caseload.db"
    thaw("v1", place, populated=True)
    monkeypatch.setenv("CASECTL_DB", str(place))
    assert run("list").code == 0  # migrates it, after a backup
    return place


@pytest.fixture(autouse=True)
def no_crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A crontab command of our own, that first knows of none."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "crontab"
    command.write_text("#!/bin/sh\necho 'no crontab for kim' >&2\nexit 1\n", encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return command


def found(run: Run) -> dict[str, dict[str, str]]:
    result = run("doctor --json")
    assert result.err == ""
    findings = {each["check"]: each for each in result.json}
    assert result.code == int(any(each["state"] == FAIL for each in findings.values()))
    return findings


def states(run: Run) -> dict[str, str]:
    """The checks that are not well."""
    return {
        name: each["state"]
        for name, each in found(run).items()
        if each["state"] != OK and name not in APART
    }


def change(path: Path, sql: str, *values: object) -> None:
    """Behind casectl's back; the journal's triggers would object, so they are away meanwhile."""
    connection = sqlite3.connect(path)
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(sql, values)
    for _, trigger in triggers:
        connection.execute(trigger)
    connection.commit()
    connection.close()


def test_a_sound_caseload(path: Path, run: Run) -> None:
    findings = found(run)
    assert states(run) == {}
    assert list(findings) == [
        "configuration", "file", "permissions", "folder", "place", "space", "backup folder",
        "sqlite", "encryption", "schema",
        "integrity", "links", "journal", "chain", "cases", "names", "facts", "promise", "search",
        "backups", "restore", "clock", "shell history", "access log", "reminders",
    ]  # fmt: skip
    assert findings["cases"]["detail"] == "4 cases, 3 open"


def test_no_caseload(run: Run) -> None:
    findings = found(run)
    assert findings["file"]["state"] == FAIL
    assert findings["file"]["do"] == "casectl init makes one"
    assert "sqlite" in findings
    assert "integrity" not in findings


# --- The key --------------------------------------------------------------------------------


def test_an_unencrypted_caseload_is_called_what_it_is(path: Path, run: Run) -> None:
    finding = found(run)["encryption"]
    assert (finding["state"], finding["do"]) == (WARN, "casectl encrypt")
    assert "whoever gets the file, a copy or a backup of it reads every record" in finding["detail"]


@pytest.fixture
def encrypted_path(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An encrypted caseload with a key file and nothing else, in a folder of its own."""
    place = tmp_path / "own" / "caseload.db"
    monkeypatch.setenv("CASECTL_DB", str(place))
    assert run("init").code == 0
    return place


def test_what_holds_the_key(encrypted_path: Path, run: Run, tmp_path: Path) -> None:
    findings = found(run)
    assert findings["encryption"]["state"] == OK
    assert findings["encryption"]["detail"].endswith("opened by CASECTL_KEY_FILE")
    assert "SQLCipher" in findings["encryption"]["detail"]
    assert findings["key slots"]["state"] == WARN
    assert "with the key file lost" in findings["key slots"]["detail"]

    folder = encrypted_path.with_name("caseload.db.keys")
    (key,) = read_key_file(tmp_path / "caseload.key")
    slots.add_passphrase(folder, [key], "seven quiet herons wading")
    assert "no recovery code" in found(run)["key slots"]["detail"]
    slots.add_recovery(folder, [key], slots.new_code())
    finding = found(run)["key slots"]
    assert (finding["state"], finding["detail"]) == (
        OK, "passphrase and recovery code, readable by you alone"
    )  # fmt: skip
    with (tmp_path / "caseload.key").open("a") as file:
        file.write(f"{'ab' * 32}\n")
    finding = found(run)["encryption"]
    assert (finding["state"], finding["do"]) == (WARN, "casectl key rotate")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("passphrase.age", b"not an age file"),
        ("recovery.age", b"age-encryption.org/v1\n-> scrypt abc 18\n"),
        ("recovery.pub", b"age1abc\n"),
    ],
)
def test_a_damaged_slot(encrypted_path: Path, run: Run, name: str, content: bytes) -> None:
    folder = encrypted_path.with_name("caseload.db.keys")
    (key,) = read_key_file(encrypted_path.parents[1] / "caseload.key")
    slots.add_recovery(folder, [key], slots.new_code())
    slot = folder / name
    slot.touch(mode=0o600)
    slot.write_bytes(content)
    finding = found(run)["key slots"]
    assert (finding["state"], name in finding["detail"]) == (FAIL, True)


def test_slots_that_others_may_read(encrypted_path: Path, run: Run) -> None:
    folder = encrypted_path.with_name("caseload.db.keys")
    folder.chmod(0o755)
    finding = found(run)["key slots"]
    assert (finding["state"], finding["do"]) == (FAIL, f"chmod -R go= {folder}")
    folder.chmod(0o700)
    (folder / "recovery.pub").touch(mode=0o644)
    assert found(run)["key slots"]["state"] == FAIL


def test_the_slots_of_a_locked_caseload(
    encrypted_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casectl.store import keyring

    monkeypatch.delenv("CASECTL_KEY_FILE")
    monkeypatch.setattr(keyring, "get", lambda name: None)
    findings = found(run)
    assert "is locked" in findings["caseload"]["detail"]
    assert findings["key slots"]["state"] == WARN
    assert "encryption" not in findings, "what did not open it is not known"


# --- Around the file ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (0o644, "everybody on this machine may read the file"),
        (0o640, "others of your group may read the file"),
        (0o666, "everybody on this machine may change the file"),
    ],
)
def test_a_file_that_others_read(path: Path, run: Run, mode: int, words: str) -> None:
    path.chmod(mode)
    finding = found(run)["permissions"]
    assert finding["state"] == FAIL
    assert words in finding["detail"]
    assert finding["do"] == f"chmod 600 {path}"
    path.chmod(0o600)
    assert states(run) == {}


def test_a_folder_that_others_enter(path: Path, run: Run) -> None:
    path.parent.chmod(0o755)
    finding = found(run)["folder"]
    assert (finding["state"], finding["do"]) == (WARN, f"chmod 700 {path.parent}")
    path.parent.chmod(0o777)
    assert found(run)["folder"]["state"] == FAIL
    path.parent.chmod(0o1777)
    finding = found(run)["folder"]
    assert (finding["state"], finding["do"]) == (WARN, "keep the caseload in a folder of your own")


@pytest.mark.parametrize(
    ("folder", "program"),
    [
        ("Dropbox", "Dropbox"),
        ("Dropbox (Agency)", "Dropbox"),
        ("OneDrive - Agency", "OneDrive"),
        ("Library/Mobile Documents/com~apple~CloudDocs", "iCloud"),
        ("Google Drive/My Drive", "Google Drive"),
        ("Library/CloudStorage/Box-Box", "a cloud drive"),
        ("Nextcloud", "Nextcloud"),
    ],
)
def test_a_folder_that_is_copied_elsewhere(
    path: Path, run: Run, folder: str, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = path.parent / folder / "caseload.db"
    place.parent.mkdir(parents=True)
    place.parent.chmod(0o700)
    path.rename(place)
    monkeypatch.setenv("CASECTL_DB", str(place))
    finding = found(run)["place"]
    assert finding["state"] == WARN
    assert finding["detail"].startswith(f"{program} copies this folder")


def test_a_folder_with_a_sync_programs_mark(path: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / ".stfolder").mkdir()
    assert found(run)["place"]["detail"].startswith("Syncthing copies this folder")


def test_an_ordinary_folder_of_a_similar_name_is_none(path: Path, run: Run, tmp_path: Path) -> None:
    place = tmp_path / "my-dropbox-notes"
    place.mkdir(mode=0o700)
    path.rename(place / "caseload.db")
    assert found(run)["file"]["state"] == FAIL, "it was moved"
    result = run(["--db", str(place / "caseload.db"), "doctor", "--json"])
    assert {each["check"]: each["state"] for each in result.json}["place"] == OK


@pytest.mark.parametrize(
    ("kind", "state"),
    [("nfs4", WARN), ("cifs", WARN), ("fuse.sshfs", WARN), ("tmpfs", WARN), ("ext4", OK)],
)
def test_a_network_disk(
    path: Path, run: Run, kind: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    point = str(path.parent).replace(" ", "\\040")
    mounts.write_text(
        f"/dev/sda1 / btrfs rw 0 0\nserver:/x {point} {kind} rw 0 0\nnone {point}x nfs rw 0 0\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(surroundings, "MOUNTS", mounts)
    finding = found(run)["place"]
    assert finding["state"] == state
    assert kind in finding["detail"]


def test_a_mount_point_with_a_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("x / ext4 rw 0 0\nx /my\\040disk cifs rw 0 0\nshort\n", encoding="utf-8")
    monkeypatch.setattr(surroundings, "MOUNTS", mounts)
    assert surroundings._filesystem(Path("/my disk/caseload.db")) == "cifs"
    assert surroundings._filesystem(Path("/my/caseload.db")) == "ext4"
    monkeypatch.setattr(surroundings, "MOUNTS", tmp_path / "none")
    assert surroundings._filesystem(Path("/my disk/caseload.db")) is None


def test_little_space(path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "LITTLE_SPACE", 10**18)
    assert states(run) == {"space": WARN}


def test_an_old_sqlite(path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "OLDEST_SQLITE", (99, 0, 0))
    assert states(run) == {"sqlite": FAIL}


def test_a_link(path: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(path)
    monkeypatch.setenv("CASECTL_DB", str(link))
    finding = found(run)["file"]
    assert (finding["state"], finding["do"]) == (WARN, f"name the file itself: --db {path}")
    link.unlink()
    link.symlink_to(tmp_path / "gone.db")
    assert found(run)["file"]["state"] == FAIL


# --- Inside the file ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "failing"),
    [
        ("UPDATE clients SET phone = '555 0999' WHERE phone IS NOT NULL", {"journal", "search"}),
        ("UPDATE notes SET text = 'changed'", {"journal", "search"}),
        ("UPDATE cases SET hold_until = NULL", {"journal", "cases", "facts"}),
        ("UPDATE cases SET crisis_since = NULL", {"journal", "cases"}),
        ("UPDATE cases SET urgency = 3 WHERE number = 4", {"journal"}),
        ("UPDATE promises SET due_on = '2026-11-21' WHERE number = 1", {"journal", "facts"}),
        ("UPDATE counters SET value = 1 WHERE scope = 'case'", {"cases"}),
        ("DELETE FROM due_facts WHERE number = 1", {"facts", "promise"}),
        ("UPDATE due_facts SET day = '2020-01-01'", {"facts"}),
        ("INSERT INTO due_facts VALUES (1, '2026-01-01', '2026-01-01', 99, NULL, NULL)", {"facts"}),
        ("DELETE FROM search_texts", {"search"}),
        ("UPDATE search_texts SET row_id = row_id || 'x' WHERE source = 'clients'", {"search"}),
        ("INSERT INTO search_index (search_index) VALUES ('delete-all')", {"search"}),
        ("DELETE FROM clients WHERE name = 'Sam Mock'", {"links", "search"}),
        ("UPDATE cases SET opened_on = 'long ago' WHERE number = 4", {"journal", "facts"}),
        ("INSERT INTO current_operation VALUES (1)", {"journal"}),
        ("DROP TABLE notes", {"schema", "journal", "facts", "search"}),
    ],
)
def test_what_was_changed_behind_its_back(
    path: Path, run: Run, sql: str, failing: set[str]
) -> None:
    if sql.startswith("DROP"):
        connection = sqlite3.connect(path)
        connection.execute(sql)
        connection.close()
    else:
        change(path, sql)
    assert set(states(run)) == failing


def test_a_clock_that_was_set_back(path: Path, run: Run) -> None:
    change(path, "UPDATE operations SET day = '2027-03-01', at = '2027-03-01T08:00:00Z'")
    finding = found(run)["clock"]
    assert finding["state"] == WARN
    assert finding["detail"] == "the newest entry is of 2027-03-01, and today is 2026-11-18"


def test_another_journal_mode(path: Path, run: Run) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    assert states(run) == {"integrity": WARN}


def test_pages_that_do_not_read(path: Path, run: Run) -> None:
    whole = bytearray(path.read_bytes())
    whole[8192:12288] = b"\xff" * 4096
    path.write_bytes(whole)
    findings = found(run)
    failing = {name for name, each in findings.items() if each["state"] == FAIL}
    assert failing, findings
    assert "sqlite" in findings, "the other checks go on"


def test_repair_derives_anew_and_changes_no_record(path: Path, run: Run) -> None:
    records = run("show 1 --json").json
    change(path, "DELETE FROM due_facts")
    change(path, "DELETE FROM search_texts")
    change(path, "INSERT INTO current_operation VALUES (1)")
    assert set(states(run)) == {"journal", "facts", "promise", "search"}
    result = run("doctor --repair")
    assert result.code == 0, result.out
    assert states(run) == {}
    assert run("show 1 --json").json == records
    assert run("search school --json").json
    assert run("doctor --repair --json").json[1]["check"] == "repair"


def test_repair_needs_a_caseload(run: Run) -> None:
    assert run("doctor --repair").code == 3


# --- Configuration and cron -----------------------------------------------------------------


def test_a_bad_configuration_stops_no_other_check(path: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("wroker = 'x'", encoding="utf-8")
    findings = found(run)
    assert findings["configuration"]["state"] == FAIL
    assert "did you mean 'worker'?" in findings["configuration"]["detail"]
    assert findings["facts"]["state"] == OK


def test_a_day_that_is_not_today_is_said(path: Path, run: Run) -> None:
    finding = found(run)["configuration"]
    assert (finding["state"], finding["do"]) == (WARN, "unset it")


LINE = "30 7 * * 1-5 '/usr/bin/casectl' '--db' '/home/kim/caseload.db' remind '--once'"


@pytest.mark.parametrize(
    ("crontab", "state", "words"),
    [
        (LINE, OK, "your crontab runs casectl remind"),
        (f"# {LINE}", WARN, "no line of your crontab runs remind"),
        ("0 1 * * * backup", WARN, "no line of your crontab runs remind"),
        (LINE.replace("'/usr/bin/casectl'", "casectl"), WARN, "without its whole path"),
        (LINE.replace("'/usr/bin/casectl'", "/opt/x/python -m casectl"), OK, "runs casectl"),
        (f"{LINE} >/dev/null 2>&1", WARN, "throws away what remind says"),
        (f"{LINE} || true", WARN, "throws away what remind says"),
        ("30 7 * * * /usr/bin/casectl remind", WARN, "cron does not know CASECTL_DB"),
        ("CASECTL_DB=/x.db\n30 7 * * * /usr/bin/casectl remind", OK, "runs casectl remind"),
    ],
)
def test_the_crontab(
    path: Path, run: Run, no_crontab: Path, crontab: str, state: str, words: str
) -> None:
    listed = no_crontab.with_name("listed")
    listed.write_text(f"{crontab}\n", encoding="utf-8")
    no_crontab.write_text(f"#!/bin/sh\ncat '{listed}'\n", encoding="utf-8")
    finding = found(run)["reminders"]
    assert (finding["state"], words in finding["detail"]) == (state, True), finding


def test_the_key_that_cron_finds(
    run: Run, no_crontab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casectl.store import keyring, keys

    assert run("init").code == 0
    listed = no_crontab.with_name("listed")
    no_crontab.write_text(f"#!/bin/sh\ncat '{listed}'\n", encoding="utf-8")
    for line, state in ((LINE, WARN), (f"CASECTL_KEY_FILE='x' {LINE}", OK)):
        listed.write_text(f"{line}\n", encoding="utf-8")
        finding = found(run)["reminders"]
        assert (finding["state"], "CASECTL_KEY_FILE" in finding["detail"]) == (state, state == WARN)
    assert "cron" not in found(run)
    (key,) = keys.read_key_file(tmp_path / "caseload.key")
    monkeypatch.delenv("CASECTL_KEY_FILE")
    monkeypatch.setattr(keyring, "get", lambda name: [key])
    assert "cron finds no key" in found(run)["cron"]["detail"]


def test_no_crontab_but_a_timer(path: Path, run: Run, tmp_path: Path) -> None:
    assert found(run)["reminders"]["state"] == WARN
    units = tmp_path / ".config" / "systemd" / "user"
    units.mkdir(parents=True)
    (units / "casectl-remind.timer").touch()
    assert found(run)["reminders"]["detail"] == "a systemd timer runs casectl remind"


def test_a_crontab_that_never_answers(
    path: Path, run: Run, no_crontab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casectl.commands import doctor

    monkeypatch.setattr(doctor, "CRONTAB_SECONDS", 0.2)
    no_crontab.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    assert found(run)["reminders"]["detail"] == "there is no crontab to look at"


def test_a_relative_caseload_is_not_found_by_cron(
    path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("CASECTL_DB", "caseload.db")
    finding = found(run)["cron"]
    assert finding["state"] == WARN
    assert finding["do"] == f"export CASECTL_DB={path}"


# --- How it looks ---------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_screen(path: Path, run: Run, width: int) -> None:
    path.chmod(0o644)
    result = run("doctor", width=width)
    assert result.code == 1
    lines = result.out.splitlines()
    assert max(map(len, lines)) <= width
    assert "FAIL  permissions" in result.out
    assert "-> chmod 600" in result.out
    assert "ok    schema" in result.out
    assert lines[-1].startswith("1 failed, ")
    if width > 40:
        assert "FAIL  permissions    everybody on this machine may read the file" in result.out


def test_a_line_for_a_script(path: Path, run: Run) -> None:
    lines = run("doctor").out.splitlines()
    assert all(len(line.split("\t")) == 4 for line in lines)
    assert run("doctor --fields state,check").out.splitlines()[1] == "ok\tfile"


@pytest.mark.skipif(sys.platform == "win32", reason="root and permission bits")
def test_a_file_that_cannot_be_read(path: Path, run: Run) -> None:
    if os.getuid() == 0:
        pytest.skip("permission bits do not bind root")
    path.chmod(0o000)
    findings = found(run)
    assert findings["permissions"]["state"] == FAIL
    assert findings["caseload"]["state"] == FAIL


def test_names_that_an_older_casectl_compares_as_written(run: Run, path: Path) -> None:
    """Until they were turned, ``Garcia, Maria`` and ``Maria Garcia`` were two people."""
    assert run("intake 'Garcia, Maria' --new --next call --due fri").code == 0
    store = open_caseload(path, Author("kim", "2026-11-18", "2026-11-18T08:00:00Z"))
    with store.journal.operation("intake") as operation:
        key = store.db.value("SELECT id FROM clients WHERE name = 'Garcia, Maria'")
        operation.update("clients", key, folded="garcia, maria")
    store.close()
    twin = "intake 'Maria Garcia' --next call --due fri"
    said = found(run)["names"]
    assert (said["state"], said["do"]) == (WARN, "casectl doctor --repair")
    assert said["detail"].startswith("1 client whose name an older casectl compares")
    assert run("doctor --repair --yes").code == 0
    assert states(run) == {}
    assert run("audit verify").code == 0
    refused = run(twin)
    assert refused.code == 4, "now it may be the same person"


@pytest.mark.parametrize("stored", ["before", "after"])
def test_a_stage_that_nobody_knows_takes_no_list_down_and_is_named(
    run: Run, path: Path, stored: str
) -> None:
    """As a newer casectl, or a file that an older one took in, may have left it."""
    assert run("goal add 1 'a quiet room' --by 2026-12-15").code == 0
    db = sqlite3.connect(path, isolation_level=None)
    for name in [
        row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
    ]:
        db.execute(f"DROP TRIGGER {name}")
    db.execute("UPDATE casework SET stage = 'x' WHERE kind = 'goal' AND status = 'open'")
    if stored == "after":  # the facts that an older one stored of it
        db.execute("UPDATE due_groups SET stage = 'x' WHERE kind = 'goal' AND stage = 'target'")
    db.close()
    for command in ("today --all", "list", "show 1", "show 1 --json", "remind", "caseload", "week"):
        result = run(command)
        assert result.code == 0, (command, result.err)
    assert "goal: a quiet room" in run("show 1").out
    cases = found(run)["cases"]
    assert cases["state"] == FAIL
    assert "of a stage that this casectl does not know: 1.g1" in cases["detail"]


def test_a_kind_that_nobody_knows_takes_nothing_down_and_is_named(run: Run, path: Path) -> None:
    """As a newer casectl left it: it is named, and everything else goes on."""
    store = open_caseload(path, Author("kim", "2026-11-18", "2026-11-18T08:00:00Z"))
    (case,) = read_cases(store.db, "c.number = ?", (1,))
    day = date(2026, 11, 18)
    with store.journal.operation("pet add") as operation:
        piece = Piece("", case.id, "pet\x1b[31m", 0, day, "a grey cat", due_on=day, who="Rosa")
        add(operation, piece)
    store.close()
    cases = found(run)["cases"]
    assert cases["state"] == FAIL
    assert cases["detail"] == (
        "casework of a kind that this casectl does not know: 1.pet\u241b[31m1"
    )
    assert "upgrade casectl" in cases["do"]
    for command in (
        "show 1", "show 1 --all", "show 1 --json", "show 1 --private", "today --all", "list",
        "today --explain 1", "history", "history 1 --json", "search 'grey cat'", "remind", "week",
        "search 'grey cat' --json", "lint", "caseload",
        f"copy 1 -o {path.parent}/copy.txt --no-input --yes",
        "reached 1 hello", "assess 1 --domain housing=2", "doctor --repair --yes", "undo",
    ):  # fmt: skip
        for width in (None, 80):
            told = run(command, width=width)
            assert "report without client data" not in told.err, (command, told.err)
            assert "\x1b" not in told.out, command
    assert "a grey cat" in run("search 'grey cat'").out
    assert "1.pet\u241b[31m1" in run("history 1").out


def test_doctor_and_a_file_that_is_taken_in_ask_the_same_of_a_case() -> None:
    from datetime import date
    from itertools import product

    from casectl.core.model import RISKS, Case
    from casectl.core.unchangeable import contradiction
    from casectl.store.checkup import CONTRADICTS

    db = sqlite3.connect(":memory:")
    day = date(2026, 11, 18)
    names = ("status", "hold_until", "closed_on", "urgency", "risk", "flagged_on", "crisis_since")
    for values in product(
        ("pending", "active", "on_hold", "closed"), (None, day), (None, day), (1, 4),
        (None, *RISKS), (None, day), (None, day),
    ):  # fmt: skip
        given = dict(zip(names, values, strict=True))
        case = Case("", 1, "", "", "", opened_on=day, level_reviewed_on=day, **given)  # type: ignore[arg-type]
        columns = ", ".join(f"? AS {name}" for name in names)
        found = db.execute(
            f"SELECT {CONTRADICTS} FROM (SELECT {columns})",
            [each.isoformat() if isinstance(each, date) else each for each in values],
        ).fetchone()[0]
        assert bool(found) is (contradiction(case) is not None), given
    db.close()
