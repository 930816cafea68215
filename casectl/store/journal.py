"""Operations: every change to a record happens inside one, whole or not at all, and is journaled.

The triggers of ``schema`` write the journal; this module opens and closes operations, reads the
history, and undoes an operation while nothing later depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from casectl.core.errors import Ambiguous, CasectlError, NotFound
from casectl.core.model import Author, Case
from casectl.store import derived
from casectl.store.connection import Database, Row, Value
from casectl.store.identity import new_id
from casectl.store.schema import COMMON, RECORDS


class Entry(NamedTuple):
    """One operation as the history shows it."""

    id: int
    at: str
    day: str
    worker: str
    command: str
    undoes: int | None
    undone_by: int | None
    cases: tuple[str, ...]  # the handles of the cases it touched
    changes: int


class Operation:
    """The open operation: inserts and updates of records, and what they touched."""

    def __init__(self, db: Database, author: Author, number: int) -> None:
        self.db = db
        self.author = author
        self.number = number
        self.cases: set[str] = set()
        self.clients: set[str] = set()
        self.changed = 0

    def insert(self, table: str, row: dict[str, Any]) -> str:
        """Add a record. Its key is made here unless it has one; returns the key."""
        row_id = str(row.get("id") or new_id())
        full = {**row, "id": row_id, **self._stamp(1)}
        columns = RECORDS[table]
        self.db.execute(insert_sql(table), [full.get(name) for name in columns])
        self._touched(table, full)
        derived.index_text(self.db, table, row_id, full)
        return row_id

    def update(self, table: str, row_id: str, **values: Value) -> None:
        """Change named columns of one record."""
        row = self._row(table, row_id)
        changed = {name: value for name, value in values.items() if row[name] != value}
        if not changed:
            return
        changed.update(self._stamp(row["rev"] + 1))
        sets = ", ".join(f'"{name}" = ?' for name in changed)
        self.db.execute(f"UPDATE {table} SET {sets} WHERE id = ?", [*changed.values(), row_id])
        full = {**row, **changed}
        self._touched(table, full)
        derived.index_text(self.db, table, row_id, full)

    def delete(self, table: str, row_id: str) -> None:
        """Remove a record; only undo does. The journal keeps what it was."""
        row = self._row(table, row_id)
        if table == "cases":
            derived.forget_facts(self.db, row["number"])
        self.db.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))
        self._touched(table, row)
        derived.index_text(self.db, table, row_id, None)

    def next_number(self, scope: str) -> int:
        """The next short number of a scope. Never given twice, undone or not."""
        return int(
            self.db.value(
                "INSERT INTO counters (scope, value) VALUES (?, 1) "
                "ON CONFLICT (scope) DO UPDATE SET value = value + 1 RETURNING value",
                (scope,),
            )
        )

    def add_note(self, case_id: str, text: str, day: str | None = None) -> str:
        """A note that the operation itself leaves on the case."""
        return self.insert(
            "notes",
            {
                "case_id": case_id,
                "number": self.next_number(f"{case_id}.n"),
                "on_day": day or self.author.day,
                "text": text,
                "recorded_at": self.author.moment,
                "worker": self.author.worker,
            },
        )

    def _row(self, table: str, row_id: str) -> dict[str, Any]:
        row = self.db.one(f"SELECT * FROM {table} WHERE id = ?", (row_id,))
        if row is None:
            raise NotFound("that record is no longer there")
        return dict(row)

    def _stamp(self, rev: int) -> dict[str, Value]:
        return {"rev": rev, "updated_at": self.author.moment, "updated_by": self.author.worker}

    def _touched(self, table: str, row: dict[str, Any]) -> None:
        self.changed += 1
        if table == "clients":
            self.clients.add(row["id"])
        else:
            self.cases.add(row["id"] if table == "cases" else row["case_id"])


def insert_sql(table: str) -> str:
    columns = RECORDS[table]
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' for _ in columns)})"


class Journal:
    """Opens operations and reads what they did."""

    def __init__(self, db: Database, author: Author) -> None:
        self.db = db
        self.author = author

    @contextmanager
    def operation(self, command: str, *, undoes: int | None = None) -> Iterator[Operation]:
        """Everything inside is one operation. Without a change nothing is recorded.

        ``command`` is the verb alone, never the words that followed it.
        """
        with suppress(_NothingChanged), self.db.transaction():
            number = self.db.value(
                "INSERT INTO operations (at, day, worker, command, undoes) "
                "VALUES (?,?,?,?,?) RETURNING id",
                (self.author.moment, self.author.day, self.author.worker, command, undoes),
            )
            self.db.execute("INSERT INTO current_operation (id) VALUES (?)", (number,))
            operation = Operation(self.db, self.author, number)
            yield operation
            if not operation.changed:
                raise _NothingChanged
            derived.refresh_facts(self.db, operation.cases)
            self.db.execute("DELETE FROM current_operation")

    def entries(self, *, case: Case | None = None, limit: int | None = None) -> list[Entry]:
        """The newest operations first, of one case (its client's included) or of all."""
        where, values = "1", []
        if case is not None:
            where = "o.id IN (SELECT operation_id FROM changes WHERE case_id = ? OR row_id = ?)"
            values = [case.id, case.client_id]
        rows = self.db.rows(
            "SELECT o.*, (SELECT max(u.id) FROM operations u WHERE u.undoes = o.id) AS undone_by "
            f"FROM operations o WHERE {where} ORDER BY o.id DESC LIMIT ?",
            [*values, -1 if limit is None else limit],
        )
        return [self._entry(row) for row in rows]

    def _entry(self, row: Row) -> Entry:
        handles = self.db.rows(
            "SELECT DISTINCT c.handle FROM changes x JOIN cases c ON c.id = x.case_id "
            "WHERE x.operation_id = ? ORDER BY c.number LIMIT 4",
            (row["id"],),
        )
        count = self.db.value("SELECT count(*) FROM changes WHERE operation_id = ?", (row["id"],))
        return Entry(
            row["id"], row["at"], row["day"], row["worker"], row["command"], row["undoes"],
            row["undone_by"], tuple(each[0] for each in handles), count,
        )  # fmt: skip

    def changes(
        self, operation: int
    ) -> list[tuple[str, dict[str, Any] | None, dict[str, Any] | None]]:
        """Table, row before, row after, in the order they happened."""
        import json

        return [
            (
                row["table_name"],
                json.loads(row["before"]) if row["before"] else None,
                json.loads(row["after"]) if row["after"] else None,
            )
            for row in self.db.rows(
                "SELECT table_name, before, after FROM changes WHERE operation_id = ? ORDER BY id",
                (operation,),
            )
        ]

    def last_undoable(self) -> int | None:
        """The newest operation that is neither an undo nor undone."""
        number: int | None = self.db.value(
            "SELECT max(o.id) FROM operations o WHERE o.undoes IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM operations u WHERE u.undoes = o.id)"
        )
        return number

    def undo(self, number: int | None = None) -> Entry:
        """Undo one operation, the newest by default; the undo is itself an operation.

        Raises CasectlError when a later operation changed the same thing, and says which.
        """
        target = self.last_undoable() if number is None else number
        if target is None:
            raise NotFound("nothing to undo")
        row = self.db.one(
            "SELECT o.*, (SELECT max(u.id) FROM operations u WHERE u.undoes = o.id) AS undone_by "
            "FROM operations o WHERE o.id = ?",
            (target,),
        )
        if row is None:
            raise NotFound(f"no operation {target}", hint="casectl undo --list shows them")
        if row["undone_by"]:
            raise Ambiguous(f"operation {target} is undone already (by {row['undone_by']})")
        entry = self._entry(row)
        with self.operation("undo", undoes=target) as operation:
            for table, before, after in reversed(self.changes(target)):
                self._revert(operation, target, table, before, after)
        return entry

    def _revert(
        self,
        operation: Operation,
        target: int,
        table: str,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> None:
        row_id = (after or before or {})["id"]
        current = self.db.one(f"SELECT * FROM {table} WHERE id = ?", (row_id,))
        if after is None:  # it had been deleted
            if before is not None and current is None:
                operation.insert(table, before)
            return
        if current is None:
            raise self._conflict(target, row_id)
        changed = [
            name
            for name, value in after.items()
            if name not in COMMON and (before is None or before[name] != value)
        ]
        if any(current[name] != after[name] for name in changed):
            raise self._conflict(target, row_id)
        if before is None:
            if self._is_depended_on(table, row_id):
                raise CasectlError(
                    f"cannot undo operation {target}: later records depend on it",
                    hint="undo those first (casectl undo --list)",
                )
            operation.delete(table, row_id)
        else:
            operation.update(table, row_id, **{name: before[name] for name in changed})

    def _conflict(self, target: int, row_id: str) -> CasectlError:
        later = self.db.value(
            "SELECT max(operation_id) FROM changes WHERE row_id = ? AND operation_id <> "
            "(SELECT id FROM current_operation)",
            (row_id,),
        )
        return CasectlError(
            f"cannot undo operation {target}: operation {later} changed the same thing later",
            hint=f"casectl undo {later} first",
        )

    def _is_depended_on(self, table: str, row_id: str) -> bool:
        if table == "cases":
            children = ("promises", "contacts", "notes")
            return any(
                self.db.value(f"SELECT 1 FROM {child} WHERE case_id = ? LIMIT 1", (row_id,))
                for child in children
            )
        if table == "clients":
            return bool(self.db.value("SELECT 1 FROM cases WHERE client_id = ? LIMIT 1", (row_id,)))
        if table == "contacts":
            return bool(self.db.value("SELECT 1 FROM contacts WHERE corrects = ?", (row_id,)))
        return False


class _NothingChanged(Exception):
    """Rolls an operation back that changed nothing; never leaves this module."""
