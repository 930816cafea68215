"""Opening files: private ones made, plain paths kept plain, the driver's errors in our words."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import pytest
from conftest import TODAY, Run
from frozen import thaw

from casectl.core.errors import Busy, CasectlError, DiskFailed, Kept, NotFound
from casectl.core.model import Author
from casectl.store import Caseload, caseload, connection, create_caseload, open_caseload, private
from casectl.store.connection import Database, connect, create_file

AUTHOR = Author("kim", TODAY, f"{TODAY}T08:00:00Z")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o277, 0o777])
def test_a_new_caseload_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "one" / "two" / "caseload.db"
    old = os.umask(umask)
    try:
        create_caseload(path, AUTHOR).close()
        assert os.umask(umask) == umask
    finally:
        os.umask(old)
    assert mode_of(path) == 0o600
    assert mode_of(path.parent) == mode_of(path.parent.parent) == 0o700


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    create_caseload(folder / "caseload.db", AUTHOR).close()
    assert mode_of(folder) == 0o755


@pytest.mark.parametrize(
    "name",
    ["100%.db", "a?mode=memory.db", "a#b.db", "a b.db", "%2e%2e.db", "'quoted\".db", "日本.db",
     "-x", ":memory:", "file:x.db"],
)  # fmt: skip
def test_a_path_is_a_plain_path(tmp_path: Path, name: str, run: Run) -> None:
    path = tmp_path / "odd" / name
    create_caseload(path, AUTHOR).close()
    assert {each.name for each in path.parent.iterdir()} == {name, f"{name}.lock"}
    open_caseload(path, AUTHOR).close()
    assert run(["--db", str(path), "today", "--json"]).json == []
    assert run(["--db", str(path), "db", "path"]).out == f"{path}\n"


def test_a_path_in_a_uri_is_quoted_as_urllib_quotes_it() -> None:
    every_letter = os.fsdecode(bytes(range(1, 256)))
    path = Path("/") / every_letter
    assert connection.quoted(path) == quote(os.fsencode(path))


def test_a_path_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.db")
    create_caseload(path, AUTHOR).close()
    open_caseload(path, AUTHOR).close()


def test_each_folder_that_is_made_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name stands in the folder above, which is synced before anything is put into it."""
    synced: list[Path] = []
    monkeypatch.setattr(private, "sync_folder", synced.append)
    private.make_folder(tmp_path / "one" / "two" / "three")
    assert synced == [tmp_path, tmp_path / "one", tmp_path / "one" / "two"]
    synced.clear()
    create_caseload(tmp_path / "a" / "b" / "caseload.db", AUTHOR).close()
    assert synced == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]


def test_a_kill_never_leaves_an_encrypted_caseload_without_its_chains_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each commit of its making, it is whole: whatever comes next may not come."""
    pytest.importorskip("sqlcipher3")
    commit = Database._commit
    keyed: list[bool] = []

    def looked_at(db: Database, recorded: Callable[[], bool] | None) -> None:
        commit(db, recorded)
        keyed.append(bool(db.value("SELECT count(*) FROM meta WHERE name = 'chain_key'")))

    monkeypatch.setattr(Database, "_commit", looked_at)
    create_caseload(tmp_path / "caseload.db", AUTHOR, os.urandom(32)).close()
    assert keyed
    assert all(keyed)


def test_a_failure_on_the_way_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casectl.store import migrations

    def fails(db: Database, chain_key: bytes | None = None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(migrations, "migrate", fails)
    with pytest.raises(KeyboardInterrupt):
        create_caseload(tmp_path / "caseload.db", AUTHOR)
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"]


def test_nothing_is_made_over_what_is_there(tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("mine", encoding="utf-8")
    with pytest.raises(CasectlError, match="exists already; it was left as it is"):
        create_file(there)
    assert there.read_text(encoding="utf-8") == "mine"
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "gone.db")
    with pytest.raises(CasectlError, match="a link to a file that is not there"):
        create_file(link)
    assert not (tmp_path / "gone.db").exists()
    with pytest.raises(CasectlError, match="cannot create"):
        create_file(there / "inside.db")
    with pytest.raises(NotFound, match="a link to a file that is not there"):
        connect(link)


def test_the_settings_of_a_connection(store: Caseload) -> None:
    value = store.db.value
    assert value("PRAGMA foreign_keys") == 1
    assert value("PRAGMA synchronous") == 3, "EXTRA"
    assert value("PRAGMA journal_mode") == "delete"
    assert connection.BUSY_SECONDS == 30


@contextmanager
def held(path: Path, how: str = "EXCLUSIVE") -> Iterator[None]:
    """Another program that holds the caseload."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute(f"BEGIN {how}")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@pytest.mark.plain
def test_a_busy_caseload_is_waited_for_and_then_said(
    store: Caseload, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SLICE_SECONDS", 0.05)
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.3)
    with held(tmp_path / "caseload.db"):
        began = time.monotonic()
        for command in ("today", "note 1 x", "undo", "doctor"):
            result = run(command)
            assert result.code == 75, result.err
            assert "the caseload is busy: another program has held it for 0.3 s" in result.err
            assert result.err.count("\n") == 1
        assert "permissions" in result.out, "doctor tells what needs no open caseload"
        assert "integrity" not in result.out
        assert time.monotonic() - began > 4 * 0.25
    assert run("today").code == 0
    with held(tmp_path / "caseload.db", "IMMEDIATE"):
        assert run("today").code == 0, "one who prepares to write keeps nobody from reading"
        result = run("doctor")
        assert (result.code, "integrity" in result.out) == (75, True)
        assert "FAIL\tsearch" not in result.out, "what cannot be looked at is not wrong"


def test_the_wait_ends_as_soon_as_the_other_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SLICE_SECONDS", 0.02)
    path = tmp_path / "caseload.db"
    store = create_caseload(path, AUTHOR)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asked = 0

    def asks() -> int:
        nonlocal asked
        asked += 1
        if asked == 3:
            other.rollback()
        return store.db.connection.execute("BEGIN IMMEDIATE").rowcount

    store.db._ask(asks)
    assert asked == 3
    store.db.connection.rollback()
    store.close()
    other.close()


@pytest.mark.plain
def test_two_writers_never_mix(store: Caseload, tmp_path: Path) -> None:
    other = open_caseload(tmp_path / "caseload.db", AUTHOR)
    with store.db.transaction():
        store.db.execute("INSERT INTO drafts VALUES ('one', 'x', 'y')")
        assert other.db.value("SELECT count(*) FROM drafts") == 0
    assert other.db.value("SELECT count(*) FROM drafts") == 1
    other.close()


def test_a_failure_inside_a_transaction_undoes_all_of_it(store: Caseload) -> None:
    with pytest.raises(KeyboardInterrupt), store.db.transaction():
        store.db.execute("INSERT INTO drafts VALUES ('one', 'x', 'y')")
        raise KeyboardInterrupt
    assert store.db.value("SELECT count(*) FROM drafts") == 0
    assert not store.db.connection.in_transaction


class FailingAtCommit:
    """A connection whose disk fails at the end of a commit: ``written`` or not, then as ``after``
    says. SQLite reports a folder that cannot be synced so, when everything is written.
    """

    def __init__(
        self, connection: Any, *, written: bool, after: str = "", leaves: Path | None = None
    ) -> None:
        self.real, self.written, self.after, self.leaves = connection, written, after, leaves
        self.failed = False

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        if sql == "COMMIT" and not self.failed:
            self.failed = True
            self.real.execute("COMMIT" if self.written else "ROLLBACK")
            if self.leaves is not None:
                self.leaves.touch()
            raise self._error()
        if self.failed and self.after and sql.startswith(self.after):
            raise self._error()
        return self.real.execute(sql, values)

    def _error(self) -> Exception:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        return error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """From here on a caseload is opened on a disk that fails at the end of a commit."""

    def fail(**how: Any) -> None:
        opens = connection.connect_new

        def opened(path: Path, key: bytes | None = None) -> Database:
            db = opens(path, key)
            db.connection = cast("sqlite3.Connection", FailingAtCommit(db.connection, **how))
            return db

        for module in (connection, caseload):
            monkeypatch.setattr(module, "connect_new", opened)

    return fail


@pytest.mark.plain
@pytest.mark.parametrize("written", [True, False])
def test_a_disk_that_fails_at_a_commit_is_told_as_it_is(
    run: Run, store: Caseload, failing: Callable[..., None], written: bool
) -> None:
    """A folder that cannot be synced fails the commit, and the write is there all the same."""
    run("intake 'Invented Person' --next x --due fri")
    failing(written=written)
    result = run("note 1 'once only'")
    said = "what you recorded is kept, so do not repeat it"
    assert (result.code, said in result.err) == (1, written), result.err
    assert ("nothing was changed" in result.err) is not written
    assert (result.out, result.err.count("\n")) == ("", 1)
    assert store.db.value("SELECT count(*) FROM notes") == int(written)


@pytest.mark.plain
def test_what_nobody_can_tell_is_not_told(
    run: Run, store: Caseload, failing: Callable[..., None]
) -> None:
    run("intake 'Invented Person' --next x --due fri")
    failing(written=True, after="SELECT 1 FROM operations")
    result = run("note 1 'perhaps'")
    assert result.code == 1
    assert "casectl history tells whether it was recorded" in result.err
    assert "nothing was changed" not in result.err


@pytest.mark.plain
def test_a_note_that_is_kept_leaves_no_draft(
    run: Run, store: Caseload, failing: Callable[..., None]
) -> None:
    """A draft would be saved as a second note."""
    run("intake 'Invented Person' --next x --due fri")
    failing(written=True)
    result = run("note 1", answers=["once only", "."])
    assert "is kept" in result.err
    assert "Kept as a draft" not in result.err
    assert store.db.value("SELECT count(*) FROM drafts") == 0


@pytest.mark.plain
def test_what_is_no_operation_may_have_been_written(store: Caseload) -> None:
    real = store.db.connection
    store.db.connection = cast("sqlite3.Connection", FailingAtCommit(real, written=True))
    with pytest.raises(DiskFailed, match="it may be written all the same") as caught:
        store.intake.keep_draft("one", "x")
    assert not isinstance(caught.value, Kept)
    assert store.intake.draft("one") == "x"


@pytest.mark.parametrize("written", [True, False])
def test_a_caseload_whose_making_failed_is_not_there(
    tmp_path: Path, failing: Callable[..., None], written: bool
) -> None:
    failing(written=written)
    with pytest.raises(DiskFailed, match="nothing was changed, and no caseload was made"):
        create_caseload(tmp_path / "caseload.db", AUTHOR)
    assert not (tmp_path / "caseload.db").exists()


def test_a_migration_that_is_there_is_told_so(tmp_path: Path, failing: Callable[..., None]) -> None:
    path = tmp_path / "caseload.db"
    thaw("v1", path, populated=False)
    failing(written=True)
    with pytest.raises(DiskFailed) as caught:
        open_caseload(path, AUTHOR)
    assert "the file has its new schema; repeat the command" in str(caught.value)
    assert not isinstance(caught.value, Kept)


@pytest.mark.plain
def test_a_rollback_journal_that_stays_takes_the_write_back(
    store: Caseload, tmp_path: Path
) -> None:
    left = tmp_path / "caseload.db-journal"
    half = FailingAtCommit(store.db.connection, written=False, leaves=left)
    store.db.connection = cast("sqlite3.Connection", half)
    with pytest.raises(DiskFailed, match="nothing was changed"):
        store.intake.keep_draft("one", "x")


def test_a_write_outside_an_operation_aborts(store: Caseload) -> None:
    insert = "INSERT INTO clients (id, name, folded, rev, updated_at, updated_by) "
    with pytest.raises(CasectlError, match="no such function: seal"):
        store.db.execute(f"{insert} VALUES ('x', 'Secret Name', 'x', 1, '', '')")
    with pytest.raises(CasectlError, match="the journal only grows"):
        store.db.execute(
            "INSERT INTO operations (at, day, worker, command) VALUES ('', '', '', 'x')"
        )
        store.db.execute("DELETE FROM operations")


def test_an_error_never_holds_what_is_stored(store: Caseload) -> None:
    store.db.execute("INSERT INTO drafts VALUES (CAST(x'ff53656372657400' AS TEXT), 'x', 'y')")
    with pytest.raises(CasectlError) as caught:
        store.db.rows("SELECT name FROM drafts")
    assert "is damaged" in str(caught.value)
    assert "Secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT * FROM search_index WHERE search_index MATCH '\"Secret'", "SQLite's error 1"),
        ("SELECT Secret", "SQLite's error 1"),
        ("SELECT json('Secret')", "SQLite's error 1"),
        ("INSERT INTO told VALUES ('Secret')", "SQLite's error 19"),
        ("INSERT INTO kept VALUES ('a'), ('a')", "UNIQUE constraint failed: kept.a"),
        ("INSERT INTO kept VALUES ('Secret')", "CHECK constraint failed"),
        ("SELECT absent", "no such column: absent"),
        ("DELETE FROM operations", "the journal only grows"),
    ],
)
def test_an_error_quotes_no_text_of_anybodys(store: Caseload, sql: str, said: str) -> None:
    store.journal.last_undoable()
    execute = store.db.execute
    execute("CREATE TEMP TABLE told (a)")
    execute(
        "CREATE TEMP TRIGGER tell BEFORE INSERT ON told BEGIN "
        "SELECT RAISE(ABORT, 'Secret Name, born in May'); END"
    )
    execute("CREATE TEMP TABLE kept (a UNIQUE CHECK (a <> 'Secret'))")
    with store.db.transaction():
        execute("INSERT INTO operations (at, day, worker, command) VALUES ('', '', '', 'x')")
    with pytest.raises(CasectlError) as caught:
        execute(sql)
    assert f"({said})" in str(caught.value)
    assert "Secret" not in str(caught.value)


@pytest.mark.plain
def test_a_mistake_of_ours_is_not_called_damage(store: Caseload) -> None:
    with pytest.raises(sqlite3.ProgrammingError):
        store.db.rows("SELECT ?", ())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_READONLY, "is read-only"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "is read-only"),
        (sqlite3.SQLITE_FULL, "no space left"),
        (sqlite3.SQLITE_IOERR_WRITE, "cannot read or write"),
        (sqlite3.SQLITE_CANTOPEN, "cannot open"),
        (sqlite3.SQLITE_CORRUPT_VTAB, "is damaged"),
        (sqlite3.SQLITE_NOTADB, "is not a casectl caseload"),
        (sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, "refused the change"),
        (sqlite3.SQLITE_ERROR, "could not do that"),
    ],
)
def test_each_complaint_of_the_driver_has_its_words(tmp_path: Path, code: int, words: str) -> None:
    error = sqlite3.OperationalError("as it says")
    error.sqlite_errorcode = code
    db = connection.Database(sqlite3.connect(":memory:"), tmp_path, sqlite3)
    with pytest.raises(CasectlError) as caught, db.translated_errors():
        raise error
    db.close()
    assert words in str(caught.value)
    assert not isinstance(caught.value, Busy)


# --- Another key meanwhile --------------------------------------------------------------------

OLD, NEW = bytes(32), bytes(range(32))


@pytest.fixture
def encrypted_path(tmp_path: Path) -> Path:
    create_caseload(tmp_path / "caseload.db", AUTHOR, OLD).close()
    return tmp_path / "caseload.db"


def rotated(path: Path) -> None:
    with closing(connect(path, lambda: [OLD])) as db:
        db.rekey(NEW)


def test_a_file_that_got_another_key_while_it_was_open_is_still_a_caseload(
    encrypted_path: Path,
) -> None:
    with closing(open_caseload(encrypted_path, AUTHOR, lambda: [OLD])) as store:
        rotated(encrypted_path)
        with pytest.raises(Busy, match=r"another key a moment ago; .*repeat the command"):
            store.intake.keep_draft("log", "a line")
        with pytest.raises(Busy, match="another key a moment ago"):
            store.audit.verify()


def test_a_file_that_was_spoiled_while_it_was_open_is_not_taken_for_that(
    encrypted_path: Path,
) -> None:
    with closing(connect(encrypted_path, lambda: [OLD])) as db:
        content = bytearray(encrypted_path.read_bytes())
        content[5000:] = bytes(len(content) - 5000)
        encrypted_path.write_bytes(content)
        with pytest.raises(CasectlError, match="is damaged") as raised:
            db.rows("SELECT * FROM operations")
        assert not isinstance(raised.value, Busy)


def test_a_key_that_was_read_just_before_a_rotation_is_read_again(encrypted_path: Path) -> None:
    read: list[bytes] = []

    def keys() -> list[bytes]:
        read.append(NEW if read else OLD)
        if read == [OLD]:
            rotated(encrypted_path)
        return read[-1:]

    connect(encrypted_path, keys).close()
    assert read == [OLD, NEW]
