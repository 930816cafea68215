"""Being the only one: with a folder's files among all casectls, with a file among all programs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from casectl.core.errors import Busy, CasectlError
from casectl.store.connection import Database

LOCK_SLICE = 0.05  # seconds
# What SQLite may have left beside a file, and would take for the next file's own.
SIDE_FILES = ("-journal", "-wal", "-shm")


class AtWork(Busy):
    """Another casectl is at work on the same files."""


@contextmanager
def alone_in(folder: Path, seconds: float, *, on: str = "the backups") -> Iterator[None]:
    """One program at a time makes, checks or removes backups in a folder. Raises AtWork.

    For the folder that a caseload lies in: one at a time changes what opens it, or puts another
    file in its place. The folder itself is locked, so that nothing is left lying about. Where it
    cannot be (Windows, some network disks), names that are never given twice keep two apart.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    give_up = monotonic() + seconds
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise CasectlError(f"cannot look into {folder} ({error.strerror})") from None
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if monotonic() >= give_up:
                    raise AtWork(
                        f"another casectl is at work on {on} in {folder}", hint="try again"
                    ) from None
                sleep(LOCK_SLICE)
                continue
            except OSError:  # a disk without locks
                pass
            break
        yield
    finally:
        os.close(handle)


@contextmanager
def nobody_else(db: Database) -> Iterator[None]:
    """Inside, no program reads or writes the file, one that knows nothing of casectl included.

    All of the caseload is in the one file then: a ``-wal`` that stayed behind would be taken for
    the next file's of that name, and holds pages that are not encrypted as that one is. Only inside
    ``turn``. Raises Busy, with everything as it was.
    """
    leave_wal(db)
    db.value("PRAGMA main.locking_mode = EXCLUSIVE")
    try:
        db.execute("BEGIN EXCLUSIVE")
        db.execute("COMMIT")  # the lock stays
        if db.value("PRAGMA journal_mode") != "delete":
            raise in_use(db.path)
        yield
    finally:
        if db.connection.in_transaction:  # a change that failed on the way
            db.connection.rollback()
        db.value("PRAGMA main.locking_mode = NORMAL")
        with suppress(CasectlError):  # of a file that was replaced meanwhile
            db.one("SELECT 1 FROM sqlite_master")  # which lets go


def leave_wal(db: Database) -> None:
    """Take in what another program left in a ``-wal``. Raises Busy while one has it open so."""
    try:
        if db.value("PRAGMA journal_mode = DELETE") == "delete":
            return
    except Busy:
        pass
    raise in_use(db.path)


def in_use(path: Path) -> Busy:
    return Busy(
        f"another program has {path} open, and nothing was changed",
        hint="close it (Datasette, a database browser) and repeat the command",
    )
