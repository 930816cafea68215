"""The caseload under torture: made, looked into, and what must be true of it whatever happened.

The file is opened by the program's own store and by nothing else, so that what is asked here is
what casectl would find.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from generate import generate

from casectl.core.model import Author
from casectl.core.views import FAIL
from casectl.store import Caseload, open_caseload
from casectl.store.keys import read_key_file
from torture.program import DAY, KEY, run, world

AUTHOR = Author("torture", DAY, f"{DAY}T08:00:00Z")
CASES = 40
SEED = 1
# What SQLite leaves beside the file while a write is on its way, in either of its journal modes.
UNFINISHED = ("-journal", "-wal")

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Operation(NamedTuple):
    """One operation of the journal, with the rows that it changed as text."""

    number: int
    command: str
    changes: str

    def alike(self) -> str:
        """The operation without what differs when it is done again: moments and new keys."""
        seen: dict[str, str] = {}
        text = f"{self.command}\n{self.changes}"
        text = ID.sub(lambda key: seen.setdefault(key[0], f"key {len(seen)}"), text)
        return MOMENT.sub("moment", text)


def make(path: Path, cases: int = CASES, *, plain: bool = False) -> None:
    """A caseload of fictitious people, whole and unopened; encrypted where there is a key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    generate(path, cases, SEED, date.fromisoformat(DAY))
    if KEY in os.environ and not plain:
        encrypted = run(["encrypt"], world(path))
        assert encrypted.code == 0, encrypted.err


def _keys() -> list[bytes]:
    return read_key_file(Path(os.environ[KEY]))


def is_unfinished(path: Path) -> bool:
    """Whether a write was begun that has not ended, or was left half way."""
    return any(Path(f"{path}{end}").exists() for end in UNFINISHED)


def copy(path: Path, to: Path) -> None:
    """Another caseload at ``to`` of the file at ``path``, and of what a crash left beside it."""
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for end in ("", *UNFINISHED):
        Path(f"{to}{end}").unlink(missing_ok=True)
        if Path(f"{path}{end}").exists():
            shutil.copy(f"{path}{end}", f"{to}{end}")


@contextmanager
def looked_into(path: Path) -> Iterator[Caseload]:
    """The caseload, opened as a command opens it: what a crash left half written is rolled back."""
    store = open_caseload(path, AUTHOR, _keys if KEY in os.environ else None)
    try:
        yield store
    finally:
        store.close()


def last_operation(store: Caseload) -> int:
    return int(store.db.value("SELECT coalesce(max(id), 0) FROM operations"))


def operations(store: Caseload, after: int = 0) -> list[Operation]:
    """The operations with a higher number than ``after``, the oldest first."""
    changes: dict[int, list[str]] = {}
    for row in store.db.rows(
        "SELECT operation_id, table_name, row_id, case_id, before, after FROM changes "
        "WHERE operation_id > ? ORDER BY id",
        (after,),
    ):
        changes.setdefault(row[0], []).append("|".join(map(str, tuple(row)[1:])))
    return [
        Operation(row["id"], row["command"], "\n".join(changes.get(row["id"], ())))
        for row in store.db.rows(
            "SELECT id, command FROM operations WHERE id > ? ORDER BY id", (after,)
        )
    ]


def contents(store: Caseload) -> dict[str, bytes]:
    """A mark of every table's rows. Two files may hold the same and still differ where no row is:
    what SQLite freed it neither restores nor reads again."""
    made = {}
    for (table,) in store.db.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ):
        mark = blake2b(digest_size=16)
        for row in store.db.rows(f'SELECT * FROM "{table}"'):  # noqa: S608 - a name of the schema
            mark.update(repr(tuple(row)).encode())
        made[table] = mark.digest()
    return made


def complaints(store: Caseload) -> list[str]:
    """What is wrong with a caseload: SQLite's own checks, then everything that doctor looks at.

    Among the latter: no operation is open, every record is as the journal last said, and the due
    facts and the search index are those that the records give.
    """
    wrong = broken_pages(store)
    wrong += [
        f"doctor: {finding.name}: {finding.detail}"
        for finding in store.checkup.findings()
        if finding.state == FAIL
    ]
    return wrong


def broken_pages(store: Caseload) -> list[str]:
    """What SQLite itself finds wrong: pages and indexes that contradict, rows of no other row."""
    said = [row[0] for row in store.db.rows("PRAGMA integrity_check")]
    loose = store.db.rows("PRAGMA foreign_key_check")
    return [
        *(f"integrity_check: {words}" for words in said if words != "ok"),
        *(f"foreign_key_check: {tuple(row)}" for row in loose),
    ]
