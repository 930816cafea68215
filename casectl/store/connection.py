"""The one module that opens a caseload file and knows its driver and the driver's exceptions."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from casectl.core.errors import Busy, CasectlError, NotFound

# "casectl" files say so in their header, so that another program's file is never mistaken for one.
APPLICATION_ID = 0x43415345
BUSY_SECONDS = 30
MAGIC = b"SQLite format 3\x00"

Row = sqlite3.Row
Value = str | int | None


class Database:
    """A thin cover of one connection: rows in, rows out, the driver's errors in our words."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        with translated_errors(self.path):
            return self.connection.execute(sql, values).fetchall()

    def one(self, sql: str, values: Sequence[Value] = ()) -> Row | None:
        with translated_errors(self.path):
            row: Row | None = self.connection.execute(sql, values).fetchone()
            return row

    def value(self, sql: str, values: Sequence[Value] = ()) -> Any:
        """The first column of the first row; None when there is no row."""
        row = self.one(sql, values)
        return None if row is None else row[0]

    def execute(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Run a statement and return how many rows it changed."""
        with translated_errors(self.path):
            return self.connection.execute(sql, values).rowcount

    def execute_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        with translated_errors(self.path):
            self.connection.executemany(sql, rows)

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One immediate transaction: everything inside happens, or nothing does."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.rollback()
            raise


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """The driver's exceptions as errors that say what to do. Never holds a stored value."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _operational(error, path) from None
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError):
            if "FOREIGN KEY" in str(error):
                raise CasectlError("later records depend on this, so it stays") from None
            raise CasectlError(f"the caseload refused the change ({error})") from None
        raise _damaged(path, str(error)) from None


def _operational(error: sqlite3.OperationalError, path: Path) -> CasectlError:
    words = str(error)
    if "locked" in words or "busy" in words:
        return Busy(
            f"the caseload is busy: another program has held it for {BUSY_SECONDS} s",
            hint="try again, or close the other program",
        )
    if "readonly" in words or "read-only" in words:
        return CasectlError(
            f"cannot write: {path} is read-only", hint="check the file's and folder's permissions"
        )
    if "full" in words:
        return CasectlError(
            f"cannot write: no space left where {path} lives", hint="nothing was changed"
        )
    if "unable to open" in words or "disk I/O" in words:
        return CasectlError(f"cannot read or write {path} ({words})", hint="casectl doctor")
    return CasectlError(f"the caseload could not do that ({words})", hint="casectl doctor")


def _damaged(path: Path, words: str) -> CasectlError:
    if "not a database" in words:
        return CasectlError(f"{path} is not a casectl caseload", hint="name another with --db")
    return CasectlError(
        f"{path} is damaged ({words})", hint="keep the file as it is and restore a backup"
    )


def create_file(path: Path) -> None:
    """An empty file only its owner can read, in a folder only its owner can enter."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        if path.exists() or path.is_symlink():
            raise CasectlError(f"{path} exists already", hint="it was left as it is") from None
        raise CasectlError(f"{path.parent} is not a folder") from None
    except OSError as error:
        raise CasectlError(
            f"cannot create {path} ({error.strerror})", hint="choose another place with --db"
        ) from None


def check_file(path: Path) -> None:
    """Refuse what is not a caseload before the driver can touch it."""
    try:
        status = path.stat()
    except FileNotFoundError:
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
    # mode=rw never creates a file, and rolls back what a crash left half written.
    uri = f"file:{quote(str(path.absolute()))}?mode=rw"
    try:
        connection = _open(uri)
    except sqlite3.OperationalError:
        try:
            connection = _open(uri.removesuffix("rw") + "ro")
        except sqlite3.OperationalError as error:
            raise _operational(error, path) from None
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from None
    return Database(connection, path)


def _open(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: really on the disk
        connection.execute("PRAGMA schema_version").fetchone()  # is it a database at all?
    except BaseException:
        connection.close()
        raise
    return connection
