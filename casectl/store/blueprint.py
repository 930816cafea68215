"""The schema as this program makes it: what of a file's differs from it, and how that is mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from casectl.core.values import NamedTuple
from casectl.store.connection import Database
from casectl.store.schema import OURS, SCRIPTS, statements, triggers

# SQLite's own, and those of what casectl uses: each version of it may make them in other words.
ELSEWHERE = ("sqlite_sequence", "sqlite_stat", "search_index_", "_sqlite_migrations")
TABLE = "table"
ADDED = "was added"


class Part(NamedTuple):
    type: str  # table, index, trigger or view
    name: str
    table: str
    sql: str | None  # None for the index behind a primary key


class Difference(NamedTuple):
    part: Part
    what: str

    def __str__(self) -> str:
        return f"the {self.part.type} {self.part.name} {self.what}"

    @property
    def is_mendable(self) -> bool:
        """Whether ``put_right`` mends it: no table, nor what belongs to one's own text."""
        return self.part.type != TABLE and self.part.sql is not None

    @property
    def is_idle(self) -> bool:
        """Whether it is somebody's own table or an index of one, which nothing of ours reads."""
        return self.part.type in (TABLE, "index") and self.part.table not in OURS


def differences(db: Database) -> list[Difference]:
    """What was added, changed or is missing, what acts by itself first."""
    wanted = {part[:2]: part for part in made()}
    there = {part[:2]: part for part in parts_of(db)}
    found = [
        *(Difference(there[key], ADDED) for key in there.keys() - wanted),
        *(Difference(wanted[key], "is missing") for key in wanted.keys() - there),
        *(
            Difference(wanted[key], "is not as casectl makes it")
            for key in wanted.keys() & there
            if wanted[key] != there[key]
        ),
    ]
    return sorted(found, key=_by_weight)


def put_right(db: Database) -> None:
    """Every trigger, view and index of ours as this program makes it. Inside a transaction.

    Tables stay as they are, and so does what belongs to somebody else's. After a migration as
    well: ``transform`` drops triggers.
    """
    for name in _names(db, "trigger"):
        db.execute(f"DROP TRIGGER {_quoted(name)}")
    for name in _names(db, "view"):
        db.execute(f"DROP VIEW {_quoted(name)}")
    for each in differences(db):
        part = each.part
        if part.type == "index" and each.is_mendable and not each.is_idle:
            db.execute(f"DROP INDEX IF EXISTS {_quoted(part.name)}")
            if part.sql and each.what != ADDED:
                db.execute(part.sql)
    made = triggers()
    for name in sorted(made):
        db.execute(made[name])


def _by_weight(each: Difference) -> tuple[bool, bool, str, str]:
    return each.is_idle, each.part.type not in ("trigger", "view"), each.part.type, each.part.name


def _names(db: Database, kind: str) -> list[str]:
    return [row[0] for row in db.rows("SELECT name FROM sqlite_master WHERE type = ?", (kind,))]


def made() -> Iterator[Part]:
    """The parts of a caseload of this version, made in memory."""
    import sqlite3

    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for script in SCRIPTS:
            for statement in statements(script):
                connection.execute(statement)
        for trigger in triggers().values():
            connection.execute(trigger)
        yield from parts_of(Database(connection, Path(":memory:"), sqlite3))
    finally:
        connection.close()


def parts_of(db: Database) -> Iterator[Part]:
    for row in db.rows("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        part = Part(*row)
        if part.type in ("trigger", "view") or not part.table.startswith(ELSEWHERE):
            yield part


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
