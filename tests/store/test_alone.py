"""Beside other programs: what would destroy a file that they have open is refused, or told them."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run
from others import another_program

from casectl.store import connection
from casectl.store.connection import Database
from casectl.store.keys import read_key_file

NAME = "Zebedee Quillfeather"
DRAFT = "INSERT INTO drafts VALUES ('x', 'grualtdraft', '')"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.2)
    monkeypatch.setattr(connection, "SLICE_SECONDS", 0.05)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "caseload.db"


@pytest.fixture
def plain(run: Run, path: Path) -> Path:
    assert run("init --unencrypted").code == 0
    assert run(["intake", NAME, "--new"]).code == 0
    return path


@pytest.fixture
def key(run: Run, path: Path) -> bytes:
    """Of an encrypted caseload."""
    assert run("init").code == 0
    assert run(["intake", NAME, "--new"]).code == 0
    return read_key_file(path.with_name("caseload.key"))[0]


def beside(path: Path) -> set[str]:
    """What lies beside the caseload, but for what is always there."""
    usual = {"config.toml", "caseload.db.lock", "caseload.db.access.log", "caseload.db.backups"}
    return {each.name for each in path.parent.iterdir()} - usual


def content(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(path.parent.iterdir()) if each.is_file())


# --- encrypt ----------------------------------------------------------------------------------


def test_what_is_open_in_wal_mode_is_not_encrypted(run: Run, plain: Path) -> None:
    with another_program(plain) as other:
        assert other.ask("PRAGMA journal_mode = WAL") == "[('wal',)]"
        assert other.ask(DRAFT) == "[]"
        there = beside(plain)
        refused = run("encrypt")
        assert refused.code == 75
        assert "another program has" in refused.err and refused.err.count("\n") == 1
        assert beside(plain) == there, "nor is a key file made, or slots"
        assert other.ask("SELECT body FROM drafts") == "[('grualtdraft',)]"
    assert run("encrypt").code == 0
    assert beside(plain) == {"caseload.db", "caseload.db.keys", "caseload.key"}
    assert b"grualtdraft" not in content(plain)
    assert NAME in run("list").out
    assert run("doctor").code == 0


def test_what_a_killed_program_left_in_its_wal_is_taken_in(run: Run, plain: Path) -> None:
    with another_program(plain) as other:
        other.ask("PRAGMA journal_mode = WAL")
        other.ask(DRAFT)
        other.kill()
    assert b"grualtdraft" in plain.with_name("caseload.db-wal").read_bytes()
    assert run("encrypt").code == 0
    assert beside(plain) == {"caseload.db", "caseload.db.keys", "caseload.key"}
    [key] = read_key_file(plain.with_name("caseload.key"))
    with another_program(plain, key) as other:
        assert other.ask("SELECT body FROM drafts") == "[('grualtdraft',)]"


def test_what_is_being_read_is_not_encrypted(run: Run, plain: Path) -> None:
    before = plain.read_bytes()
    with another_program(plain) as other:
        other.ask("BEGIN")
        other.ask("SELECT count(*) FROM clients")
        there = beside(plain)
        assert run("encrypt").code == 75
        assert beside(plain) == there
        assert plain.read_bytes() == before


def test_an_idle_program_writes_nothing_beside_the_new_file(run: Run, plain: Path) -> None:
    """It holds no lock. Its journal would be rolled back into the encrypted file."""
    with another_program(plain) as other:
        assert other.ask("SELECT count(*) FROM drafts") == "[(0,)]"
        assert run("encrypt").code == 0
        assert other.ask(DRAFT) == "attempt to write a readonly database"
        assert beside(plain) == {"caseload.db", "caseload.db.keys", "caseload.key"}
    assert run("doctor").code == 0


def test_an_emptied_journal_that_a_program_keeps_does_not_stay(run: Run, plain: Path) -> None:
    with another_program(plain) as other:
        other.ask("PRAGMA journal_mode = PERSIST")
        other.ask(DRAFT)
        other.ask("UPDATE drafts SET body = ''")
    assert b"grualtdraft" in plain.with_name("caseload.db-journal").read_bytes()
    assert run("encrypt").code == 0
    assert not plain.with_name("caseload.db-journal").exists()


def test_a_kill_while_it_encrypts_leaves_what_the_next_one_clears(run: Run, plain: Path) -> None:
    left = plain.with_name(".caseload.0123456789abcdef.encrypting")
    left.mkdir()
    (left / "caseload.db").write_bytes(b"half")
    assert run("encrypt").code == 0
    assert beside(plain) == {"caseload.db", "caseload.db.keys", "caseload.key"}


# --- rotate -----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_what_another_program_reads_keeps_its_key(
    run: Run, key: bytes, path: Path, mode: str
) -> None:
    """SQLCipher calls a rotation that could not be committed "ok"."""
    with another_program(path, key) as other:
        other.ask(f"PRAGMA journal_mode = {mode}")
        other.ask("BEGIN")
        other.ask("SELECT count(*) FROM clients")
        refused = run("key rotate")
        assert refused.code == 75
        assert read_key_file(path.with_name("caseload.key")) == [key]
    assert NAME in run("list").out
    assert run("key rotate").code == 0
    assert NAME in run("list").out
    assert read_key_file(path.with_name("caseload.key")) != [key]
    assert not any(path.with_name(f"caseload.db{end}").exists() for end in ("-wal", "-shm"))


def test_an_old_key_stays_where_the_file_did_not_take_the_new_one(
    run: Run, key: bytes, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Database, "rekey", lambda self, key: None)
        refused = run("key rotate")
    assert refused.code == 1
    assert "did not take the new key" in refused.err
    assert read_key_file(path.with_name("caseload.key"))[0] == key
    assert NAME in run("list").out
    assert run("key rotate").code == 0
    assert NAME in run("list").out


# --- restore, backup and decrypt --------------------------------------------------------------


def test_nothing_is_put_in_place_of_what_is_open_in_wal_mode(
    run: Run, key: bytes, path: Path
) -> None:
    assert run("backup").code == 0
    [backup] = path.with_name("caseload.db.backups").glob("*.db")
    with another_program(path, key) as other:
        other.ask("PRAGMA journal_mode = WAL")
        other.ask("SELECT count(*) FROM clients")
        there = beside(path)
        refused = run(["restore", str(backup), "--yes"])
        assert refused.code == 75
        assert beside(path) == there
    assert run(["restore", str(backup), "--yes"]).code == 0
    assert not any(path.with_name(f"caseload.db{end}").exists() for end in ("-wal", "-shm"))


def test_copies_hold_what_another_program_has_in_its_wal(run: Run, key: bytes, path: Path) -> None:
    plain = path.with_name("plain.db")
    with another_program(path, key) as other:
        other.ask("PRAGMA journal_mode = WAL")
        other.ask(DRAFT)
        assert run("backup").code == 0
        assert run(["decrypt", "--to", str(plain), "--yes"]).code == 0
    [backup] = path.with_name("caseload.db.backups").glob("*.db")
    for copy, opened_with in ((backup, key), (plain, None)):
        with another_program(copy, opened_with) as other:
            assert other.ask("SELECT body FROM drafts") == "[('grualtdraft',)]"


# --- purge ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["purge 1 --reason asked --yes", "purge 1"])
def test_a_purge_that_a_reader_keeps_out_of_the_file_says_so(
    run: Run, plain: Path, command: str
) -> None:
    """In WAL mode a file that was written anew lies beside the old one first."""
    assert run("close 1 --reason declined --yes").code == 0
    if command == "purge 1":
        assert run("purge 1 --reason asked --yes").code == 0
    with another_program(plain) as other:
        other.ask("PRAGMA journal_mode = WAL")
        other.ask("BEGIN")
        other.ask("SELECT count(*) FROM clients")
        purged = run(command)
        assert purged.code == 1
        assert "could not be written anew (another program is reading it)" in purged.out
        if command != "purge 1":
            assert b"Quillfeather" in content(plain), "so it is true"
        other.ask("ROLLBACK")
        again = run("purge 1")
        assert (again.code, "anew" in again.out) == (0, False)
        assert b"Quillfeather" not in content(plain)
