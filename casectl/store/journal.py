"""Operations: every change to a record happens inside one, whole or not at all, and is journaled.

The triggers of ``schema`` write the journal; this module opens and closes operations, reads the
history, and undoes an operation while nothing later depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from casectl.core.casework import CONSENT, DISCLOSURE, DROPPED, FROM_CASE, LETTERS, UNSIGNED
from casectl.core.errors import BadValue, CasectlError, NotFound
from casectl.core.model import Author, Case
from casectl.core.text import handle_stem
from casectl.core.views import Entry, Gone
from casectl.store import derived, history
from casectl.store.connection import Database, Value
from casectl.store.identity import new_id
from casectl.store.schema import COMMON, RECORDS

if TYPE_CHECKING:
    from casectl.store.chain import Sealer

# The records that belong to one; while there are any, it stays.
DEPENDENTS = {
    "cases": " UNION ALL ".join(
        f"SELECT id FROM {table} WHERE case_id = ?1"
        for table in ("promises", "contacts", "notes", "jots", "casework")
    ),
    "clients": "SELECT id FROM cases WHERE client_id = ?1",
    "contacts": "SELECT id FROM contacts WHERE corrects = ?1 "
    "UNION ALL SELECT id FROM notes WHERE contact_id = ?1 "
    "UNION ALL SELECT id FROM casework WHERE parent = ?1",
    "notes": "SELECT id FROM jots WHERE filed_as = ?1 "
    "UNION ALL SELECT id FROM notes WHERE addendum_to = ?1 "
    "UNION ALL SELECT id FROM casework WHERE parent = ?1",
    "casework": "SELECT id FROM casework WHERE parent = ?1",
}

COPIES = "receive"  # the command that takes in copies of what is on record elsewhere
NAMING = frozenset({"name", "client_id"})  # the columns that a handle follows from


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
        """Add a record. Its key is made here unless it has one; returns the key.

        One that was there before goes on counting its revisions: more than one means that it has
        been something else.
        """
        row_id = str(row.get("id") or new_id())
        full = {**row, "id": row_id, **self._stamp(row.get("rev", 0) + 1)}
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
        """Remove a record; only undo does, and dropping a jot. The journal keeps what it was."""
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

    def add_note(self, case_id: str, text: str, day: str | None = None, **more: str | None) -> str:
        """A note on the case; ``more`` are columns of a note that is not a free one."""
        return self.insert(
            "notes",
            {
                "case_id": case_id,
                "number": self.next_number(f"{case_id}.n"),
                "on_day": day or self.author.day,
                "text": text,
                "recorded_at": self.author.moment,
                "worker": self.author.worker,
                **more,
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
        elif table == "cases":
            self.cases.add(row["id"])
        elif row.get("case_id"):
            self.cases.add(row["case_id"])


def insert_sql(table: str) -> str:
    columns = RECORDS[table]
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' for _ in columns)})"


class Journal:
    """Opens operations and reads what they did."""

    def __init__(self, db: Database, author: Author) -> None:
        self.db = db
        self.author = author
        self.committed = False  # whether any operation was
        self.newest: int | None = None  # of those that were

    @cached_property
    def _sealer(self) -> Sealer:
        """Made by the first operation: a command that only reads does not load the hash."""
        from casectl.store.chain import Sealer

        return Sealer(self.db.connection)

    @contextmanager
    def operation(self, command: str, *, undoes: int | None = None) -> Iterator[Operation]:
        """Everything inside is one operation. Without a change nothing is recorded.

        ``command`` is the verb alone, never the words that followed it. Raises Kept where the disk
        failed, and it is on record all the same.
        """
        number: int | None = None

        def recorded() -> bool:
            asked = "SELECT 1 FROM operations WHERE id = ? AND at = ? AND worker = ?"
            return (
                self.db.value(asked, (number, self.author.moment, self.author.worker)) is not None
            )

        with suppress(_NothingChanged), self._noting(recorded), self.db.transaction(recorded):
            number = self.db.value(
                "INSERT INTO operations (at, day, worker, command, undoes) "
                "VALUES (?,?,?,?,?) RETURNING id",
                (self.author.moment, self.author.day, self.author.worker, command, undoes),
            )
            self.db.execute("INSERT INTO current_operation (id) VALUES (?)", (number,))
            self._sealer.begin()
            operation = Operation(self.db, self.author, number)
            yield operation
            if not operation.changed:
                raise _NothingChanged
            if undoes is None:
                from casectl.store.casework import end_known

                end_known(operation)
            derived.refresh_facts(self.db, operation.cases, operation.clients)
            self.db.execute("DELETE FROM current_operation")
            self._sealer.close(self.db, number)
        if operation.changed:
            self.committed, self.newest = True, operation.number

    @contextmanager
    def _noting(self, recorded: Callable[[], bool]) -> Iterator[None]:
        """Ctrl-C while SQLite commits is heard once that is done, and what was recorded is told."""
        try:
            yield
        except KeyboardInterrupt:
            with suppress(CasectlError):
                self.committed = self.committed or recorded()
            raise

    def entries(self, *, case: Case | Gone | None = None, limit: int | None = None) -> list[Entry]:
        """The newest operations first, of one case (its client's included) or of all."""
        return history.entries(self.db, case, limit)

    def entry(self, number: int) -> Entry | None:
        return history.entry(self.db, number)

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

    def did(self, day: date) -> list[Entry]:
        """What was done on ``day`` and stands, oldest first."""
        return history.standing_on(self.db, day.isoformat())

    def last_undoable(self) -> int | None:
        """The newest operation that is neither an undo nor undone."""
        return history.last_undoable(self.db)

    def gone(self, number: int) -> Gone | None:
        """The case of that number, if it was purged."""
        return history.gone(self.db, number)

    def undo(self, number: int | None = None) -> Entry:
        """Undo one operation, the newest by default; the undo is itself an operation.

        Returns what was undone, ``undone_by`` the new operation. Undoing an undo does it again.
        Raises CasectlError when a later operation changed the same thing, and says which, or when
        what it wrote was purged.
        """
        target = self.last_undoable() if number is None else number
        if target is None:
            raise NotFound("nothing to undo")
        entry = self.entry(target)
        if entry is None:
            raise NotFound(f"no operation {target}", hint="casectl undo --list shows them")
        if entry.undone_by is not None:
            raise _undone_already(target, entry.undone_by)
        return entry._replace(undone_by=self._take_back(target, "undo", target))

    def redo(self) -> tuple[Entry, int]:
        """Do again what was undone last: what that was, and the operation that did it again.

        Raises NotFound when nothing was undone since the last change, CasectlError when something
        stands in the way.
        """
        undos = history.standing_undos(self.db)
        if not undos:
            raise NotFound("nothing to redo")
        target = undos[-1]
        newest = history.newest_of_its_own(self.db) or 0
        if target < newest:
            last = self.db.value("SELECT command FROM operations ORDER BY id DESC LIMIT 1")
            if last == "redo":
                raise NotFound("nothing to redo: all that was undone last is done again")
            raise NotFound(
                f"nothing to redo: operation {newest} came after the last undo",
                hint=f"casectl undo {target} takes that undo back, where nothing depends on it",
            )
        first = target
        while (undone_entry := self.entry(first)) and undone_entry.undoes is not None:
            first = undone_entry.undoes
        again = self._take_back(target, "redo", first)
        entry = self.entry(first)
        assert entry is not None, "it was there to be undone"
        return entry, again

    def _command_behind(self, number: int) -> str | None:
        """The command of an operation; of an undo or a redo, of the one that it is about."""
        while (entry := self.entry(number)) and entry.undoes is not None:
            number = entry.undoes
        return entry.command if entry else None

    def _take_back(self, target: int, command: str, told: int) -> int:
        """Revert one operation by another, whose number is returned; ``told`` is the one named."""
        with self.operation(command, undoes=target) as operation:
            # Somebody may have undone it since we looked; from here on nobody else writes.
            undone = history.undone_by(self.db)[target]
            if undone != operation.number:
                raise _undone_already(target, undone)
            purged = history.purged_by(self.db, target)
            if purged is not None:
                raise CasectlError(
                    f"cannot {command} operation {told}: it {purged}",
                    hint="casectl undo --list shows others",
                )
            reversal = _Reversal(operation, target, f"{command} operation {told}")
            reversal.copied = self._command_behind(target) == COPIES
            changes = self.changes(target)
            reversal.made = {after["id"] for _, before, after in changes if after and not before}
            for table, before, after in reversed(changes):
                reversal.revert(table, before, after)
            reversal.remove_the_rest()
            reversal.put_handles_right()
            reversal.check_covered()
        return operation.number


class _Reversal:
    """One operation being reverted by another, change by change; ``what`` says so to a person."""

    def __init__(self, operation: Operation, target: int, what: str) -> None:
        self.db = operation.db
        self.operation = operation
        self.target = target
        self.what = what
        # What was taken in from a colleague is a copy: its disclosures and signatures are on record
        # where they were made, so all of it may go.
        self.copied = False
        self.renamed: set[str] = set()  # clients, and cases that came to one
        self.made: set[str] = set()  # the keys of what the operation wrote first
        self.left: list[tuple[str, str]] = []  # of it, what something else of it belongs to
        self.came_to: set[str] = set()  # clients to whom a case came that they had lost
        self.turned: set[str] = set()  # cases that are open again, or closed

    def revert(
        self, table: str, before: dict[str, Any] | None, after: dict[str, Any] | None
    ) -> None:
        """Put one record back as it was, in the columns that were changed."""
        row_id = (after or before or {})["id"]
        current = self.db.one(f"SELECT * FROM {table} WHERE id = ?", (row_id,))
        if self.copied:
            pass
        elif table == "notes" and current is not None and current["signed_at"]:
            self._check_unsigned(before, after)
        elif table == "casework":
            self._check_taken_back(before, after)
        if after is None:  # it had been deleted
            if before is not None and current is None:
                self.operation.insert(table, before)
                if table in ("clients", "cases"):
                    self.renamed.add(row_id)
                if table == "cases" and before["client_id"] not in self.renamed:
                    self.came_to.add(before["client_id"])
            return
        changed = [
            name
            for name, value in after.items()
            if name not in COMMON and (before is None or before[name] != value)
        ]
        if current is None or any(current[name] != after[name] for name in changed):
            raise self._conflict("x.row_id = ?1", row_id, changed)
        if before is not None and "client_id" in changed:
            self._check_apart(row_id)
        if before is not None:
            self.operation.update(table, row_id, **{name: before[name] for name in changed})
            if not NAMING.isdisjoint(changed):
                self.renamed.add(row_id)
            if "client_id" in changed and before["client_id"] not in self.renamed:
                self.came_to.add(before["client_id"])
            if table == "cases" and "status" in changed:
                self.turned.add(row_id)
            return
        if not self._remove(table, row_id):
            self.left.append((table, row_id))

    def _remove(self, table: str, row_id: str) -> bool:
        """Delete what was written, unless what was written with it still belongs to it."""
        of_it = DEPENDENTS.get(table)
        for dependent in self.db.rows(of_it, (row_id,)) if of_it else ():
            if dependent[0] not in self.made:
                raise self._conflict(f"x.row_id IN ({of_it})", row_id, None)
            return False
        self.operation.delete(table, row_id)
        return True

    def remove_the_rest(self) -> None:
        """Rows come by their numbers, so what belongs to one may have been written before it."""
        while self.left:
            still = [
                (table, row_id) for table, row_id in self.left if not self._remove(table, row_id)
            ]
            if len(still) == len(self.left):
                raise self._conflict("x.row_id = ?1", still[0][1], None)
            self.left = still

    def _check_unsigned(self, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        """Nobody takes back a note that is signed, nor the signature; what was open may be again.

        Raises CasectlError.
        """
        signs = before is not None and after is not None and not before["signed_at"]
        if before is None or (signs and after is not None and after["signed_at"]):
            row = after or before or {}
            number = self.db.value("SELECT number FROM cases WHERE id = ?", (row["case_id"],))
            item = f"{number}.n{row['number']}"
            raise CasectlError(
                f"cannot {self.what}: {item} is signed, and signatures cannot be undone",
                hint=f"casectl note {item} TEXT adds to it",
            )

    def _check_taken_back(
        self, before: dict[str, Any] | None, after: dict[str, Any] | None
    ) -> None:
        """Nobody takes back what was told somebody, nor what a client signed or revoked.

        Raises CasectlError.
        """
        if after is None:  # an undo that took it off, done again
            return
        was, now = before or {}, after
        if now["kind"] == DISCLOSURE and before is None:
            why = "a disclosure, and what was told cannot be taken back"
            how = "casectl disclosures {number} lists what was told"
        elif now["kind"] == CONSENT and is_signed(now) and not is_signed(was) and not _goes_on(now):
            why = "a release that was signed, and signatures cannot be undone"
            how = "casectl consent revoke {item} REASON ends it"
        elif now["kind"] == CONSENT and now["status"] == DROPPED and was["status"] != DROPPED:
            why = "a release that was revoked, and it covers nothing any more"
            how = "casectl consent add {number} makes a new one, which the client signs"
        else:
            return
        number = self.db.value("SELECT number FROM cases WHERE id = ?", (now["case_id"],))
        item = f"{number}.{LETTERS[now['kind']]}{now['number']}"
        raise CasectlError(
            f"cannot {self.what}: {item} is {why}", hint=how.format(number=number, item=item)
        )

    def _check_apart(self, case_id: str) -> None:
        """Nobody's case goes to another client while its work goes on in one of the first one's.

        A closing that touched two cases carried it over. Raises CasectlError.
        """
        undone = history.undone_by(self.db)
        for row in self.db.rows(
            "SELECT DISTINCT x.operation_id AS id FROM changes x "
            "JOIN operations o ON o.id = x.operation_id "
            "WHERE x.case_id = ?1 AND o.id > ?2 AND o.command = 'close' AND EXISTS (SELECT 1 "
            "FROM changes y WHERE y.operation_id = o.id AND y.case_id <> ?1) ORDER BY o.id DESC",
            (case_id, self.target),
        ):
            if row["id"] not in undone:
                raise CasectlError(
                    f"cannot {self.what}: the work of one case goes on in the other since "
                    f"(operation {row['id']})",
                    hint=f"casectl undo {row['id']} first",
                )

    def check_covered(self) -> None:
        """Nothing joins a covered client again, nor goes on in a covered case. Raises BadValue."""
        if self.came_to or self.turned:
            from casectl.store.covering import check_again

            check_again(self.db, self.came_to, self.turned, self.operation.cases)

    def put_handles_right(self) -> None:
        """A case that came to a client meanwhile bears a name that is not theirs any more."""
        asked = (
            "SELECT c.id, c.number, c.handle, k.name FROM cases c "
            "JOIN clients k ON k.id = c.client_id WHERE c.client_id = ?1 OR c.id = ?1"
        )
        for row_id in sorted(self.renamed):
            for case_id, number, was, name in self.db.rows(asked, (row_id,)):
                handle = f"{handle_stem(name)}-{number}"
                if handle != was:
                    self.operation.update("cases", case_id, handle=handle)

    def _conflict(self, where: str, row_id: str, columns: list[str] | None) -> CasectlError:
        """The refusal, naming the newest operation that stands in the way; undoing it helps.

        That is one that changed the ``columns`` of these rows, or, for None, the rows at all.
        """
        undone = history.undone_by(self.db)
        for row in self.db.rows(
            "SELECT o.id, o.undoes, x.before, x.after FROM changes x "
            "JOIN operations o ON o.id = x.operation_id "
            f"WHERE {where} AND o.id > ?2 AND o.id NOT IN (SELECT id FROM current_operation) "
            "ORDER BY o.id DESC",
            (row_id, self.target),
        ):
            # An operation that is undone again, and its undo, cancel out.
            cancelled = row["id"] in undone or (row["undoes"] or 0) > self.target
            if not cancelled and _changes(row["before"], row["after"], columns):
                later = row["id"]
                why = (
                    f"later records depend on it (operation {later})"
                    if columns is None
                    else f"operation {later} changed the same thing later"
                )
                return CasectlError(
                    f"cannot {self.what}: {why}", hint=f"casectl undo {later} first"
                )
        return CasectlError(
            f"cannot {self.what}: what it wrote is no longer as it left it",
            hint="casectl doctor tells more",
        )


def _changes(before: str | None, after: str | None, columns: list[str] | None) -> bool:
    """Whether a change as the journal holds it touches one of ``columns``; None is any."""
    import json

    if columns is None or before is None or after is None:
        return True
    old, new = json.loads(before), json.loads(after)
    return any(old.get(name) != new.get(name) for name in columns)


def is_signed(release: Mapping[str, Any]) -> bool:
    """Whether the row of a release, or none at all, is of one that was signed."""
    return bool(release) and release["stage"] != UNSIGNED


def _goes_on(release: Mapping[str, Any]) -> bool:
    """Whether it is one that was signed on another case, where it stands again without this one."""
    import json

    return FROM_CASE in json.loads(release["body"])


def _undone_already(target: int, by: int) -> BadValue:
    return BadValue(
        f"operation {target} is undone already", hint=f"casectl undo {by} does it again"
    )


class _NothingChanged(Exception):
    """Rolls an operation back that changed nothing; never leaves this module."""
