"""backup and restore as they are typed; the day's backup, and the settings and checks around it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TODAY, Run
from frozen import thaw

from casectl.cli import clock
from casectl.core.errors import Busy
from casectl.core.model import Author
from casectl.session import Clock
from casectl.store import backup as backups
from casectl.store import create_caseload, slots
from casectl.store.backup import folder_of
from casectl.store.connection import Database


@pytest.fixture
def people(run: Run, caseload: None) -> None:
    for name in ("Maria Example", "Ola Sample"):
        assert run(["intake", name, "--need", "rent and school"]).code == 0


@pytest.fixture
def path() -> Path:
    return Path(os.environ["CASECTL_DB"])


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the machine's clock: ``at("2026-11-20T09:00:00Z")``."""

    def at(moment: str) -> None:
        def fixed() -> Clock:
            return clock()._replace(moment=moment)

        monkeypatch.setattr("casectl.cli.clock", fixed)

    return at


def made_at(path: Path) -> list[str]:
    return [each.made_at for each in backups.backups_of(path)]


# --- backup ---------------------------------------------------------------------------------


def test_what_it_says(run: Run, people: None, path: Path, encrypted: bool) -> None:
    result = run("backup")
    assert (result.code, result.err) == (0, "")
    (made,) = backups.backups_of(path)
    lines = result.out.splitlines()
    assert lines[:2] == ["Backed up 2 cases to", f"  {made.path}"]
    assert ("encrypted as the caseload is" in lines[2]) == encrypted
    assert "Checked: it opens on its own, every page and every link in it is sound" in result.out
    assert "casectl backup --to DIR puts one elsewhere" in result.out
    assert "Maria" not in result.out


def test_as_json(run: Run, people: None, path: Path, encrypted: bool, tmp_path: Path) -> None:
    here = run("backup --json").json
    there = run(f"backup --to {tmp_path / 'stick'} --json").json
    (made,) = backups.backups_of(path)
    assert here["path"] == str(made.path)
    assert Path(there["path"]).parent == tmp_path / "stick"
    for each in (here, there):
        assert list(each) == [
            "path", "made_at", "size", "cases", "checked", "broken_links", "encrypted", "reason",
            "operation", "last_day", "head", "keyed", "schema",
        ]  # fmt: skip
        assert (each["cases"], each["checked"], each["encrypted"]) == (2, True, encrypted)
        assert (each["reason"], each["operation"], each["last_day"]) == ("asked", 2, TODAY)
        assert len(each["head"]) == 64
    assert run("backup --list --json").json == [here]
    assert run(f"backup --list --to {tmp_path / 'stick'} --json").json == [there]


def test_the_list_for_a_script(run: Run, people: None, path: Path) -> None:
    assert run("backup --list").out == ""
    run("backup")
    (made,) = backups.backups_of(path)
    line = f"{made.made_at}\t{made.size}\t2\tyes\tasked\t{made.path}\n"
    assert run("backup --list").out == line
    assert run("backup --list --fields cases,checked").out == "2\tyes\n"
    made.path.with_suffix(".json").unlink()
    assert run("backup --list --fields cases,checked").out == "\tno\n"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_list_on_a_terminal(
    run: Run, people: None, path: Path, width: int, at: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("TZ", "UTC")
    assert "There is no backup yet: casectl backup" in run("backup --list", width=width).out
    at("2026-11-17T09:30:00Z")
    run("backup")
    at("2025-10-01T09:30:00Z")
    run("backup")
    backups.backups_of(path)[1].path.with_suffix(".json").unlink()
    aside = path.with_name(f"{path.name}.before-restore-2026-11-17T100000Z")
    aside.write_bytes(path.read_bytes())
    lines = run("backup --list", width=width).out.splitlines()
    assert max(map(len, lines)) <= width
    said = "\n".join(lines)
    assert "Tue 17 Nov      09:30" in said
    assert "Wed 1 Oct 2025  09:30" in said
    assert "2 cases      checked     asked" in said
    assert "not checked" in said
    assert all(each.path.name in said for each in backups.backups_of(path) if not each.aside)
    assert "2 backups, in" in said
    assert "Kept when a backup was put in its place:" in said


def test_the_list_needs_no_caseload(run: Run, people: None, path: Path) -> None:
    run("backup")
    listed = run("backup --list").out
    path.write_bytes(b"\x00" * 100)
    assert run("backup --list").out == listed
    path.unlink()
    assert run("backup --list").out == listed


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--to", "  "], 2, "--to needs the path of a folder"),
        (["--to", "~nobody-here/x"], 2, "no such home folder"),
        (["--to", "/nowhere/at/all"], 3, "no folder /nowhere/at; is its disk there?"),
        (["--list", "--to", "/nowhere"], 3, "no folder /nowhere"),
        (["--fields", "colour"], 1, "it was written, but has no field 'colour'"),
    ],
)
def test_bad_words(run: Run, people: None, words: list[str], code: int, said: str) -> None:
    result = run(["backup", *words])
    assert (result.code, result.out) == (code, "")
    assert said in result.err
    assert result.err.count("\n") == 1


def test_without_a_caseload(run: Run) -> None:
    result = run("backup")
    assert result.code == 3
    assert "casectl init makes one" in result.err


def test_a_copy_put_elsewhere_is_on_record(run: Run, people: None, tmp_path: Path) -> None:
    run("backup")
    log = tmp_path / "caseload.db.access.log"
    assert not log.exists()
    run(f"backup --to {tmp_path / 'stick'}")
    assert '"command": "backup"' in log.read_text(encoding="utf-8")


# --- restore --------------------------------------------------------------------------------


def test_a_person_is_told_and_asked(run: Run, people: None, path: Path, encrypted: bool) -> None:
    run("backup")
    run("reached 1 spoke")
    (made,) = backups.backups_of(path)
    there = path.read_bytes()
    declined = run(f"restore {made.path}", answers=["n"])
    assert declined.code == 1
    assert path.read_bytes() == there
    assert "has 2 cases; its last entry is of Wed 18 Nov 2026." in declined.err
    assert (
        "The caseload has 1 operation that the backup has not, the newest of Wed 18 Nov 2026: "
        "they would be gone."
    ) in declined.err
    assert "Put the backup in its place? [y/N]" in declined.err
    result = run(f"restore {made.path.name}", answers=["y"])
    assert result.code == 0
    (aside,) = [each for each in backups.backups_of(path) if each.aside]
    assert result.out.splitlines()[:4] == [
        "Restored 2 cases to", f"  {path}", "What was there before is kept as", f"  {aside.path}",
    ]  # fmt: skip
    assert run("show 1 --json").json["contacts"] == []
    run(f"restore {aside.path} --yes")
    assert [each["text"] for each in run("show 1 --json").json["contacts"]] == ["spoke"]
    assert run("doctor --json").code == 0


def test_a_script_says_yes(run: Run, people: None, path: Path) -> None:
    run("backup")
    (made,) = backups.backups_of(path)
    there = path.read_bytes()
    refused = run(f"restore {made.path}")
    assert (refused.code, refused.out) == (1, "")
    assert "Nothing was recorded since." in refused.err
    assert refused.err.endswith("casectl: nothing was restored; a script adds --yes\n")
    assert path.read_bytes() == there
    done = run(f"restore {made.path} --yes --json").json
    assert list(done) == [
        "path", "from", "cases", "operation", "lost_operations", "lost_day", "kept",
    ]  # fmt: skip
    assert (done["path"], done["from"]) == (str(path), str(made.path))
    assert (done["cases"], done["lost_operations"], done["lost_day"]) == (2, 0, None)
    assert Path(done["kept"]).exists()


def test_to_a_new_place_nobody_is_asked(run: Run, people: None, path: Path, tmp_path: Path) -> None:
    run("backup")
    (made,) = backups.backups_of(path)
    place = tmp_path / "moved" / "caseload.db"
    result = run(["--db", str(place), "restore", str(made.path)])
    assert (result.code, "kept" in result.out) == (0, False)
    assert [each["client"] for each in run(["--db", str(place), "list", "--json"]).json] == [
        "Maria Example", "Ola Sample",
    ]  # fmt: skip


def test_a_lost_caseload_comes_back(run: Run, people: None, path: Path) -> None:
    run("backup")
    path.unlink()
    (made,) = backups.backups_of(path)
    assert run(f"restore {made.path.name}").code == 0
    assert len(run("list --json").json) == 2


def test_an_older_passphrase_opens_an_older_backup(
    run: Run, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key file has today's key; the backup has slots of its own, and the person is asked."""
    old, words = tmp_path / "old.db", "four invented words together"
    key = bytes(range(32))
    store = create_caseload(old, Author("kim", TODAY, f"{TODAY}T08:00:00Z"), key)
    slots.add_passphrase(slots.folder_of(old), [key], words)
    made = store.backups.make()
    store.close()
    assert run(["init", "--key-file", os.environ["CASECTL_KEY_FILE"]]).code == 0
    script = run(f"restore {made.path} --yes")
    assert (script.code, script.out) == (1, "")
    assert "no key at hand opens" in script.err
    asked = run(f"restore {made.path}", answers=[words, "y"])
    assert asked.code == 0, asked.err
    assert run("today").code == 0, "by the key file, as before"


def test_a_new_key_takes_the_backups_along(run: Run, path: Path) -> None:
    """With a key file alone, nobody would have the old key any more."""
    assert run(["init", "--key-file", os.environ["CASECTL_KEY_FILE"]]).code == 0
    assert run("intake 'Maria Example'").code == 0
    assert run("backup").code == 0
    before = Path(os.environ["CASECTL_KEY_FILE"]).read_text(encoding="ascii")
    assert run("key rotate --yes").code == 0
    assert Path(os.environ["CASECTL_KEY_FILE"]).read_text(encoding="ascii") != before
    made = backups.backups_of(path)
    assert [each.manifest and each.manifest.reason for each in made] == ["rotation"], "that day's"
    assert findings(run)["restore"]["state"] == "ok"
    for each in made:
        assert run(f"restore {each.path} --yes").code == 0
        assert len(run("list --json").json) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "missing argument 'FILE'"),
        ([""], 2, "FILE is the path of a backup"),
        (["none.db"], 3, "no backup none.db; casectl backup --list shows them"),
        (["config.toml"], 3, "no backup config.toml"),
    ],
)
def test_bad_files(run: Run, people: None, words: list[str], code: int, said: str) -> None:
    result = run(["restore", *words])
    assert (result.code, result.out) == (code, "")
    assert said in result.err
    assert result.err.count("\n") == 1


def test_completion_offers_the_names(run: Run, people: None, path: Path) -> None:
    run("backup")
    environment = {
        **os.environ,
        "_CASECTL_COMPLETE": "complete_bash",
        "COMP_WORDS": "casectl restore casel",
        "COMP_CWORD": "2",
    }
    done = subprocess.run(
        [sys.executable, "-m", "casectl"], env=environment, capture_output=True, text=True
    )
    assert done.stdout.split() == [backups.backups_of(path)[0].path.name]


# --- By itself ------------------------------------------------------------------------------


@pytest.fixture
def older(path: Path, run: Run) -> Path:
    """A caseload that was begun on 18 November at eight (UTC), with today's schema."""
    thaw("v1", path, populated=True)
    assert run("today").code == 0
    for each in backups.backups_of(path):  # made before the migration
        each.path.unlink()
    return path


def test_the_first_entry_of_a_day_makes_one(
    run: Run, older: Path, at: Callable[[str], None]
) -> None:
    at("2026-11-20T09:00:00Z")
    for reading in ("today", "list", "show 1", "search rent", "doctor"):
        assert run(reading).code == 0
    assert made_at(older) == [], "nothing was recorded"
    result = run("reached 1 spoke")
    assert (result.code, result.err) == (0, "")
    assert made_at(older) == ["2026-11-20T09:00:00Z"]
    (made,) = backups.backups_of(older)
    assert made.manifest is not None
    assert made.manifest.reason == "daily"
    assert made.manifest.contents.rows["contacts"] == 2, "what was just recorded is in it"
    at("2026-11-20T16:00:00Z")
    run("reached 1 again")
    assert made_at(older) == ["2026-11-20T09:00:00Z"]
    at("2026-11-21T08:30:00Z")
    run("note 1 'on a Saturday'")
    assert made_at(older) == ["2026-11-21T08:30:00Z", "2026-11-20T09:00:00Z"]


def test_a_refused_write_makes_none(run: Run, older: Path, at: Callable[[str], None]) -> None:
    at("2026-11-20T09:00:00Z")
    assert run("follow 1 call --due 'never ever'").code == 2
    assert made_at(older) == []


def test_remind_makes_one(run: Run, older: Path, at: Callable[[str], None]) -> None:
    at("2026-11-20T07:30:00Z")
    result = run("remind --once")
    assert (result.code, result.err) == (0, "")
    assert made_at(older) == ["2026-11-20T07:30:00Z"]
    at("2026-11-20T09:00:00Z")
    run("reached 1 spoke")
    assert made_at(older) == ["2026-11-20T07:30:00Z"]


def test_it_can_be_switched_off(run: Run, older: Path, at: Callable[[str], None]) -> None:
    at("2026-11-20T09:00:00Z")
    assert run("config set backup off").code == 0
    run("reached 1 spoke")
    run("remind")
    assert made_at(older) == []
    finding = findings(run)["daily backup"]
    assert (finding["state"], finding["do"]) == ("warn", "casectl config set backup daily")
    assert run("backup").code == 0
    assert run("config get backup").out == "off\n"
    assert run("config unset backup").code == 0
    assert run("config get backup --json").json["value"] == "daily"


@pytest.mark.parametrize("value", ["weekly", "yes", "", "no"])
def test_what_the_setting_may_be(run: Run, value: str) -> None:
    result = run(["config", "set", "backup", value])
    assert result.code == 2
    assert "backup is daily or off" in result.err


def test_its_failure_never_fails_the_command(
    run: Run, older: Path, at: Callable[[str], None]
) -> None:
    at("2026-11-20T09:00:00Z")
    folder = folder_of(older)
    folder.rename(folder.with_name("moved"))
    folder.symlink_to(folder.with_name("moved"))
    result = run("reached 1 spoke --json")
    assert result.code == 0
    assert result.json["text"] == "spoke"
    assert result.err.count("\n") == 1
    assert "is a link; name the place itself; there is no backup of today" in result.err
    assert len(run("show 1 --json").json["contacts"]) == 2


def test_not_even_a_mistake_of_ours_fails_the_command(
    run: Run, older: Path, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(self: Database, copy: Database, *, at_once: bool) -> bool:
        raise ZeroDivisionError

    at("2026-11-20T09:00:00Z")
    monkeypatch.setattr(Database, "copy_into", mistaken)
    result = run("reached 1 spoke")
    assert result.code == 0
    assert result.err == (
        "casectl: there is no backup of today (ZeroDivisionError); casectl doctor\n"
    )


def test_ctrl_c_during_it_says_that_the_rest_is_done(
    run: Run, older: Path, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: Database, copy: Database, *, at_once: bool) -> bool:
        raise KeyboardInterrupt

    at("2026-11-20T09:00:00Z")
    monkeypatch.setattr(Database, "copy_into", interrupted)
    result = run("reached 1 spoke")
    assert result.code == 0
    assert "interrupted, so there is no backup of today; the rest is done" in result.err
    assert [each.name for each in folder_of(older).iterdir() if each.name.startswith(".")] == []


def test_who_is_told_that_there_is_no_backup_is_not_told_to_repeat_what_is_recorded(
    run: Run, older: Path, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(self: Database, copy: Database, *, at_once: bool) -> bool:
        raise Busy("somebody is at work", hint="nothing was written; repeat the command")

    at("2026-11-20T09:00:00Z")
    monkeypatch.setattr(Database, "copy_into", busy)
    result = run("reached 1 spoke")
    assert result.code == 0
    assert result.err == "casectl: somebody is at work; there is no backup of today\n"


def test_before_an_import(run: Run, people: None, path: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("name\nPat Placeholder\n", encoding="utf-8")
    assert run(f"intake --from {rows}").code == 0
    (made,) = backups.backups_of(path)
    assert made.manifest is not None
    assert (made.manifest.reason, made.manifest.contents.rows["cases"]) == ("import", 2)
    rows.write_text("name\nSam Mock\n", encoding="utf-8")
    assert run(f"intake --from {rows}").code == 0
    assert len(backups.backups_of(path)) == 1, "one in a quarter of an hour"


# --- doctor ---------------------------------------------------------------------------------


def findings(run: Run) -> dict[str, dict[str, str]]:
    return {each["check"]: each for each in run("doctor --json").json}


def test_doctor_without_a_backup(run: Run, people: None) -> None:
    found = findings(run)
    assert "backup folder" not in found
    assert found["backups"]["detail"] == "none yet; the tenth entry makes one, or tomorrow's first"
    assert found["restore"]["detail"] == "there is no backup to try"


def test_doctor_tries_the_newest(run: Run, people: None, path: Path) -> None:
    run("backup")
    run("reached 1 spoke")
    names = sorted(each.name for each in folder_of(path).iterdir())
    found = findings(run)
    assert {found[name]["state"] for name in ("backups", "restore", "backup folder")} == {"ok"}
    assert found["backups"]["detail"].endswith(", 1 operation since")
    assert found["restore"]["detail"] == ("the newest backup was restored and is sound: 2 cases")
    assert sorted(each.name for each in folder_of(path).iterdir()) == names
    (made,) = backups.backups_of(path)
    made.path.write_bytes(made.path.read_bytes()[:-1])
    broken = findings(run)["restore"]
    assert (broken["state"], broken["do"]) == ("FAIL", "casectl backup makes one")
    assert "is not as it was made" in broken["detail"]


def test_doctor_finds_an_old_one(run: Run, older: Path, at: Callable[[str], None]) -> None:
    assert findings(run)["backups"]["detail"] == "there is no backup"
    at("2026-11-18T10:00:00Z")
    run("backup")
    at("2026-11-30T09:00:00Z")
    assert findings(run)["backups"]["state"] == "ok", "nothing was recorded since"
    run("config set backup off")
    run("reached 1 spoke")
    found = findings(run)["backups"]
    assert found["state"] == "warn"
    assert found["detail"] == "the newest of 2026-11-18, and 1 operation in none"
    at("2026-11-10T09:00:00Z")
    assert "a day to come" in findings(run)["backups"]["detail"]


def test_doctor_looks_at_the_folder(
    run: Run, people: None, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup")
    folder = folder_of(path)
    folder.chmod(0o755)
    found = findings(run)["backup folder"]
    assert (found["state"], found["do"]) == ("FAIL", f"chmod 700 {folder}")
    folder.chmod(0o700)
    (made,) = backups.backups_of(path)
    made.path.chmod(0o644)
    assert "1 files of" in findings(run)["backup folder"]["detail"]
    made.path.chmod(0o600)
    (tmp_path / ".stfolder").mkdir()
    assert "Syncthing copies this folder" in findings(run)["backup folder"]["detail"]
    (tmp_path / ".stfolder").rmdir()
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert findings(run)["backup folder"]["state"] == "FAIL"


def test_doctor_finds_plain_copies_of_an_encrypted_caseload(
    run: Run, people: None, path: Path, encrypted: bool
) -> None:
    if encrypted:
        return
    run("backup")
    assert run(["encrypt", "--key-file", os.environ["CASECTL_KEY_FILE"]]).code == 0
    found = findings(run)["backups"]
    assert found["state"] == "warn"
    assert "1 copy not encrypted, as the caseload is (caseload-" in found["detail"]


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-11-18T08:00:00Z", "ok"),
        ("2026-11-18T07:57:00Z", "ok"),
        ("2026-11-18T07:30:00Z", "warn"),
        ("2026-11-17T08:00:00Z", "warn"),
    ],
)
def test_doctor_looks_at_the_clock(
    run: Run, older: Path, at: Callable[[str], None], now: str, state: str
) -> None:
    at(now)
    found = findings(run)["clock"]
    assert found["state"] == state, found


def test_a_first_day_of_typing_has_its_backup(run: Run) -> None:
    run("init --unencrypted")
    for number in range(9):
        run(["intake", f"Ada Example {number}", "--next", "call", "--due", "fri", "--new"])
    assert run("backup --list --json").json == []
    run("intake 'Ben Sample' --next call --due fri")
    made = run("backup --list --json").json
    assert [each["reason"] for each in made] == ["daily"]
    run("intake 'Cleo Sample' --next call --due fri")
    assert len(run("backup --list --json").json) == 1
