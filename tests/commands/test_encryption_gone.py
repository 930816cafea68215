"""A plain file where an encrypted caseload was: shown, never written into, and told of."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run


@pytest.fixture
def swapped(run: Run, tmp_path: Path) -> Path:
    """An encrypted caseload with a backup, and then somebody else's plain file under its name."""
    path = tmp_path / "caseload.db"
    assert run("init").code == 0
    assert run("intake 'Ann Sample' --urgency low").code == 0
    assert run("backup").code == 0
    other = tmp_path / "other.db"
    assert run(f"--db {other} init --unencrypted").code == 0
    assert run(f"--db {other} intake 'Eve Stranger' --urgency low").code == 0
    shutil.copy(other, path)
    return path


def test_it_is_shown_and_each_command_says_that_it_is_not_encrypted(
    run: Run, swapped: Path
) -> None:
    for command in ("today", "list", "show 1", "remind", "history"):
        result = run(command)
        assert result.code == 0, command
        assert result.err == (
            f"casectl: {swapped} is not encrypted, and {swapped}.keys says that it was, so nothing "
            "is written\n"
        )


@pytest.mark.parametrize(
    "command",
    ["note 1 secret", "intake 'Bo Example' --urgency low", "undo", "remind --once",
     "doctor --repair", "follow 1 call --due fri"],
)  # fmt: skip
def test_nothing_is_written_into_it(run: Run, swapped: Path, command: str) -> None:
    before = swapped.read_bytes()
    result = run(command)
    assert result.code == 1
    assert "so nothing is written; casectl restore puts a backup back" in result.err
    assert swapped.read_bytes() == before


def test_it_is_not_encrypted_as_if_it_were_ours(run: Run, swapped: Path) -> None:
    before = swapped.read_bytes()
    result = run("encrypt")
    assert (result.code, result.out) == (1, "")
    assert "so nothing is written; casectl restore puts a backup back" in result.err
    assert swapped.read_bytes() == before
    assert swapped.with_name(f"{swapped.name}.keys").is_dir()


def test_no_plain_caseload_is_made_where_it_could_not_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "caseload.db.keys").mkdir(mode=0o700)
    result = run("init --unencrypted")
    assert (result.code, result.out) == (1, "")
    assert "is an earlier caseload's, which was encrypted" in result.err
    assert not (tmp_path / "caseload.db").exists()


def test_no_backup_of_it_displaces_a_good_one(run: Run, swapped: Path) -> None:
    folder = swapped.with_name(f"{swapped.name}.backups")
    before = sorted(each.name for each in folder.iterdir())
    assert run("remind", today="2026-11-25").code == 0
    assert sorted(each.name for each in folder.iterdir()) == before


def test_doctor_fails(run: Run, swapped: Path) -> None:
    result = run("doctor --json")
    assert result.code == 1
    finding = next(each for each in result.json if each["check"] == "encryption")
    assert finding["state"] == "FAIL"
    assert f"{swapped}.keys says that the file was encrypted" in finding["detail"]


def test_a_backup_puts_the_caseload_back(run: Run, swapped: Path) -> None:
    backup = run("backup --list --json").json[0]["path"]
    assert run(f"restore {backup} --yes").code == 0
    result = run("list --json")
    assert (result.err, [each["client"] for each in result.json]) == ("", ["Ann Sample"])
    assert run("note 1 'goes on'").code == 0


def test_whoever_took_the_encryption_off_moves_the_slots_away(run: Run, tmp_path: Path) -> None:
    path, plain = tmp_path / "caseload.db", tmp_path / "plain.db"
    assert run("init").code == 0
    assert run("intake 'Ann Sample' --urgency low").code == 0
    assert run(f"decrypt --to {plain} --yes").code == 0
    plain.replace(path)
    assert run("note 1 refused").code == 1
    Path(f"{path}.keys").rename(tmp_path / "former.keys")
    result = run("note 1 'goes on'")
    assert (result.code, result.err) == (0, "")


def test_a_key_file_that_is_named_is_mentioned_to_a_person(
    run: Run, swapped: Path, tmp_path: Path
) -> None:
    """The slots are gone as well; the key file may be another caseload's, so writing goes on."""
    shutil.rmtree(f"{swapped}.keys")
    assert run("remind").err == "", "cron would send it each day"
    finding = next(each for each in run("doctor --json").json if each["check"] == "encryption")
    assert finding["state"] == "warn"
    assert "CASECTL_KEY_FILE names a key file" in finding["detail"]
    pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "casectl", "note", "1", "goes on"],
        stdout=subprocess.DEVNULL, stderr=theirs, check=False,
    )  # fmt: skip
    os.close(theirs)
    said = " ".join(os.read(ours, 4096).decode().split())
    os.close(ours)
    assert done.returncode == 0
    assert said == (
        f"casectl: {swapped} is not encrypted, though there is {tmp_path / 'caseload.key'} "
        "for its key"
    )
