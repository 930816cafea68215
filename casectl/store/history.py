"""The journal read back: which operation changed what, of whom, and what undid it."""

from __future__ import annotations

from typing import Any

from casectl.core.model import ME, Case
from casectl.core.views import Change, Entry, Gone
from casectl.store.connection import Database, Row, Value
from casectl.store.schema import PURGES

# An import changes a hundred thousand rows; nobody reads more than the first of them.
SHOWN_CHANGES = 20

OPERATIONS = "SELECT o.id, o.at, o.day, o.worker, o.command, o.undoes FROM operations o"
OF_CASE = (
    "x.operation_id = ?1 AND (?2 IS NULL OR x.case_id = ?2 OR x.row_id = ?3 "
    f"OR (?2 = '{ME.id}' AND x.table_name = 'own_work'))"
)


def entries(db: Database, case: Case | Gone | None, limit: int | None) -> list[Entry]:
    """The newest operations first, of one case (its client's included) or of all.

    Of the worker's own work those of what is on record; what an undo removed has no row.
    """
    where: str = "1"
    values: list[Value] = []
    if case == ME:
        where = (
            "o.id IN (SELECT operation_id FROM changes WHERE row_id IN (SELECT id FROM own_work))"
        )
    elif case is not None:
        where = "o.id IN (SELECT operation_id FROM changes WHERE case_id = ? OR row_id = ?)"
        values = list(_keys_of(case))
    rows = db.rows(
        f"{OPERATIONS} WHERE {where} ORDER BY o.id DESC LIMIT ?",
        [*values, -1 if limit is None else limit],
    )
    undone = undone_by(db)
    return [_entry(db, row, undone, case) for row in rows]


def standing_on(db: Database, day: str) -> list[Entry]:
    """The operations of one day (ISO) that are not undone and undo nothing, oldest first."""
    undone = undone_by(db)
    rows = db.rows(f"{OPERATIONS} WHERE o.day = ? AND o.undoes IS NULL ORDER BY o.id", (day,))
    return [_entry(db, row, undone) for row in rows if row["id"] not in undone]


def entry(db: Database, number: int) -> Entry | None:
    row = db.one(f"{OPERATIONS} WHERE o.id = ?", (number,))
    return _entry(db, row, undone_by(db)) if row else None


def undone_by(db: Database) -> dict[int, int]:
    """Each operation that stands undone -> the one that undid it. An undo may be undone itself."""
    undone: dict[int, int] = {}
    # An undo is newer than what it undoes, so from the newest on each one's own fate is known.
    for row in db.rows(
        "SELECT id, undoes FROM operations WHERE undoes IS NOT NULL ORDER BY id DESC"
    ):
        if row["id"] not in undone:
            undone[row["undoes"]] = row["id"]
    return undone


def last_undoable(db: Database) -> int | None:
    """The newest operation that is neither an undo nor undone; a repair changed no record.

    A purge is one: it will be refused, which is better than undoing what came before it.
    """
    undone = undone_by(db)
    rows = db.rows(
        "SELECT o.id FROM operations o WHERE o.undoes IS NULL "
        "AND EXISTS (SELECT 1 FROM changes x WHERE x.operation_id = o.id) "
        "ORDER BY o.id DESC LIMIT ?",
        (len(undone) + 1,),
    )
    return next((row["id"] for row in rows if row["id"] not in undone), None)


def standing_undos(db: Database) -> list[int]:
    """The undos that are not undone themselves, oldest first.

    What undoes an undo is a redo, and what undoes a redo is an undo again.
    """
    undos: dict[int, None] = {}
    for row in db.rows("SELECT id, undoes FROM operations WHERE undoes IS NOT NULL ORDER BY id"):
        if row["undoes"] not in undos:
            undos[row["id"]] = None
    undone = undone_by(db)
    return [number for number in undos if number not in undone]


def newest_of_its_own(db: Database) -> int | None:
    """The newest operation that changed something and is neither an undo nor a redo."""
    number: int | None = db.value(
        "SELECT o.id FROM operations o WHERE o.undoes IS NULL "
        "AND EXISTS (SELECT 1 FROM changes x WHERE x.operation_id = o.id) "
        "ORDER BY o.id DESC LIMIT 1"
    )
    return number


def gone(db: Database, number: int) -> Gone | None:
    """The case of that number, if it was purged."""
    row = db.one(
        "SELECT x.case_id, o.id, o.day FROM changes x JOIN operations o ON o.id = x.operation_id "
        f"WHERE x.row_id = ? AND x.table_name = '{PURGES}'",
        (str(number),),
    )
    return Gone(number, *row) if row else None


def purged_by(db: Database, operation: int) -> str | None:
    """Why an operation cannot be undone for ever, in words; None where nothing of it was purged."""
    row = db.one(
        "SELECT table_name FROM changes WHERE operation_id = ? "
        f"AND (table_name = '{PURGES}' OR (before IS NULL AND after IS NULL)) "
        f"ORDER BY table_name <> '{PURGES}' LIMIT 1",
        (operation,),
    )
    if row is None:
        return None
    if row["table_name"] == PURGES:
        return "is a purge, and what it erased is gone"
    return "wrote something that was purged since"


def _entry(
    db: Database, row: Row, undone: dict[int, int], case: Case | Gone | None = None
) -> Entry:
    changes = tuple(_changes(db, row["id"], case))
    count = db.value(f"SELECT count(*) FROM changes x WHERE {OF_CASE}", _of_case(row["id"], case))
    return Entry(
        row["id"],
        row["at"],
        row["day"],
        row["worker"],
        row["command"],
        row["undoes"],
        undone.get(row["id"]),
        tuple(dict.fromkeys(each.handle for each in changes if each.handle)),
        tuple(dict.fromkeys(each.client for each in changes if each.client)),
        changes,
        count,
    )


def _of_case(operation: int, case: Case | Gone | None) -> tuple[Value, ...]:
    return (operation, *_keys_of(case)) if case else (operation, None, None)


def _keys_of(case: Case | Gone) -> tuple[str, str | None]:
    """The case's key and its client's; of a purged case nobody says whose it was."""
    return (case.case_id, None) if isinstance(case, Gone) else (case.id, case.client_id)


def _changes(db: Database, operation: int, case: Case | Gone | None) -> list[Change]:
    """The first changes of an operation; those of ``case`` alone where one is asked for."""
    import json

    rows = db.rows(
        "SELECT x.table_name, x.row_id, x.case_id, x.before, x.after FROM changes x "
        f"WHERE {OF_CASE} ORDER BY x.id LIMIT {SHOWN_CHANGES}",
        _of_case(operation, case),
    )
    changes = []
    for row in rows:
        before = json.loads(row["before"]) if row["before"] else None
        after = json.loads(row["after"]) if row["after"] else None
        who: Whose
        if row["table_name"] == PURGES:
            who = (int(row["row_id"]), None, None)
        elif row["table_name"] == "clients":
            who = _whose_client(db, row["row_id"], after or before or {})
        else:
            who = _whose_case(db, row["case_id"])
        changes.append(Change(row["table_name"], *who, before, after))
    return changes


Whose = tuple[int | None, str | None, str | None]  # case number, handle, client


def _whose_client(db: Database, client_id: str, written: dict[str, Any]) -> Whose:
    first = db.one(
        "SELECT number, handle FROM cases WHERE client_id = ? ORDER BY number LIMIT 1", (client_id,)
    )
    name = db.value("SELECT name FROM clients WHERE id = ?", (client_id,)) or written.get("name")
    return (first["number"], first["handle"], name) if first else (None, None, name)


def _whose_case(db: Database, case_id: str) -> Whose:
    row = db.one(
        "SELECT c.number, c.handle, k.name FROM cases c JOIN clients k ON k.id = c.client_id "
        "WHERE c.id = ?",
        (case_id,),
    )
    return (row["number"], row["handle"], row["name"]) if row else _removed_case(db, case_id)


def _removed_case(db: Database, case_id: str) -> Whose:
    """An undone intake took the case away; the journal still knows whose it was."""
    row = db.one(
        "SELECT json_extract(before, '$.number') AS number, "
        "json_extract(before, '$.handle') AS handle, "
        "json_extract(before, '$.client_id') AS client_id "
        "FROM changes WHERE row_id = ? AND after IS NULL ORDER BY id DESC LIMIT 1",
        (case_id,),
    )
    if row is None or row["number"] is None:
        return _purged_number(db, case_id), None, None
    name = db.value(
        "SELECT json_extract(coalesce(after, before), '$.name') FROM changes "
        "WHERE row_id = ? ORDER BY id DESC LIMIT 1",
        (row["client_id"],),
    )
    return row["number"], row["handle"], name


def _purged_number(db: Database, case_id: str) -> int | None:
    number: str | None = db.value(
        f"SELECT row_id FROM changes WHERE case_id = ? AND table_name = '{PURGES}'", (case_id,)
    )
    return None if number is None else int(number)
