"""The one module that opens a caseload file and knows its driver and the driver's exceptions."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import quote

from casectl.core.errors import Busy, CasectlError, NotFound

# "casectl" files say so in their header, so that another program's file is never mistaken for one.
APPLICATION_ID = 0x43415345
# How long to wait while another program writes. The driver's own wait is deaf to Ctrl-C, so it is
# cut into slices and asked again.
BUSY_SECONDS = 30.0
SLICE_SECONDS = 0.5

NOT_TEXT = "a text in it is not valid UTF-8"

PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # macOS: really on the disk
)

Row = sqlite3.Row
Value = str | int | None
Answer = TypeVar("Answer")


class Database:
    """A thin cover of one connection: rows in, rows out, the driver's errors in our words."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self.read_only_because: CasectlError | None = None  # raised at the first write

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        return self._ask(lambda: self.connection.execute(sql, values).fetchall())

    def one(self, sql: str, values: Sequence[Value] = ()) -> Row | None:
        row: Row | None = self._ask(lambda: self.connection.execute(sql, values).fetchone())
        return row

    def value(self, sql: str, values: Sequence[Value] = ()) -> Any:
        """The first column of the first row; None when there is no row."""
        row = self.one(sql, values)
        return None if row is None else row[0]

    def execute(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Run a statement and return how many rows it changed."""
        return self._ask(lambda: self.connection.execute(sql, values).rowcount)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        with translated_errors(self.path):
            self.connection.executemany(sql, rows)

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One immediate transaction: everything inside happens, or nothing does."""
        if self.read_only_because is not None:
            raise self.read_only_because
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.rollback()
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """One consistent view for several reads, and one lock taken instead of one for each."""
        if self.connection.in_transaction:
            yield
            return
        self.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.rollback()

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        """The driver's answer, asked for again while another program holds the file."""
        give_up: float | None = None
        with translated_errors(self.path):
            while True:
                try:
                    return question()
                except sqlite3.OperationalError as error:
                    now = monotonic()
                    give_up = give_up or now + BUSY_SECONDS - SLICE_SECONDS
                    if not _is_busy(error) or now >= give_up:
                        raise


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """The driver's exceptions as errors that say what to do. Never holds a stored value."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # a mistake of ours, not the file's
    except UnicodeDecodeError:
        raise damaged(path, NOT_TEXT) from None
    except sqlite3.DatabaseError as error:
        raise _translated(error, path) from None


def _translated(error: sqlite3.DatabaseError, path: Path) -> CasectlError:
    words = str(error)
    match _primary_code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Busy(
                f"the caseload is busy: another program has held it for {BUSY_SECONDS:g} s",
                hint="try again, or close the other program",
            )
        case sqlite3.SQLITE_READONLY:
            return CasectlError(
                f"cannot write: {path} is read-only",
                hint="check the permissions of the file and its folder",
            )
        case sqlite3.SQLITE_FULL:
            return CasectlError(
                f"cannot write: no space left where {path} lives", hint="nothing was changed"
            )
        case sqlite3.SQLITE_IOERR:
            return CasectlError(
                f"cannot read or write {path} ({words})",
                hint="nothing was changed; is its disk full or gone? casectl doctor tells more",
            )
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return CasectlError(
                f"cannot open {path}", hint="check the permissions of the file and its folder"
            )
        case sqlite3.SQLITE_NOTADB:
            return not_a_caseload(path)
        case sqlite3.SQLITE_CONSTRAINT if "FOREIGN KEY" in words:
            return CasectlError("later records depend on this, so it stays")
        case sqlite3.SQLITE_CONSTRAINT:
            return CasectlError(f"the caseload refused the change ({words})")
        case sqlite3.SQLITE_CORRUPT:
            return damaged(path, words)
        case None:
            # The driver could not read what the file holds; its message quotes it, ours must not.
            return damaged(path, NOT_TEXT)
    return CasectlError(f"the caseload could not do that ({words})", hint="casectl doctor")


def _primary_code(error: sqlite3.DatabaseError) -> int | None:
    """SQLite's own code, without what it adds; None where the driver itself complains."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _is_busy(error: sqlite3.DatabaseError) -> bool:
    return _primary_code(error) == sqlite3.SQLITE_BUSY


def not_a_caseload(path: Path) -> CasectlError:
    return CasectlError(f"{path} is not a casectl caseload", hint="name another with --db")


def damaged(path: Path, words: str) -> CasectlError:
    return CasectlError(
        f"{path} is damaged ({words})", hint="keep the file as it is and restore a backup"
    )


def create_file(path: Path) -> None:
    """An empty file only its owner can read, in a folder only its owner can enter.

    They are made so, whatever the umask. A folder that is there already stays as it is.
    """
    mask = os.umask(0o077)
    try:
        _make_folder(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        if path.is_symlink() and not path.exists():
            raise CasectlError(
                f"{path} is a link to a file that is not there",
                hint="a caseload is not made through a link; name the place itself",
            ) from None
        raise CasectlError(f"{path} exists already", hint="it was left as it is") from None
    except OSError as error:
        raise CasectlError(
            f"cannot create {path} ({error.strerror})", hint="choose another place with --db"
        ) from None
    finally:
        os.umask(mask)


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def check_file(path: Path) -> None:
    """Refuse what is not a caseload before the driver can touch it."""
    try:
        status = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            raise NotFound(
                f"{path} is a link to a file that is not there",
                hint="bring its disk or folder back, or name another with --db",
            ) from None
        raise NotFound(f"no caseload at {path}", hint="casectl init makes one") from None
    except OSError as error:
        raise CasectlError(f"cannot open {path} ({error.strerror})") from None
    if not stat.S_ISREG(status.st_mode):
        raise CasectlError(f"{path} is not a file", hint="name a caseload with --db")
    if status.st_size == 0:
        raise CasectlError(
            f"{path} is empty, not a caseload",
            hint="restore a backup, or remove it and run casectl init",
        )


def connect(path: Path) -> Database:
    """Open an existing file. Reading works on a read-only disk; writing then says why not."""
    check_file(path)
    return connect_new(path)


def connect_new(path: Path) -> Database:
    """Open a file that was checked, or that was made empty a moment ago."""
    # mode=rw never creates a file, and rolls back what a crash left half written. A plain path
    # becomes a URI whole, so that no ?, # or % in it is an option.
    uri = f"file:{quote(os.fsencode(path.absolute()))}?mode=rw"
    with translated_errors(path):
        connection = sqlite3.connect(uri, uri=True, timeout=SLICE_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    db = Database(connection, path)
    try:
        for pragma in PRAGMAS:
            db.execute(pragma)
    except BaseException:
        db.close()
        raise
    return db
