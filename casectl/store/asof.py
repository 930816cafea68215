"""A case as it stood after one operation, read back from the journal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from casectl.core.carried import NOT_DAYS, is_day
from casectl.core.casework import LETTERS, Piece
from casectl.core.foreign import Foreign
from casectl.core.model import Case, Client, Contact, Note, Promise
from casectl.core.returning import Stood
from casectl.store.connection import Database
from casectl.store.rows import readable_days

TABLES: Mapping[str, Any] = {
    "promises": Promise, "contacts": Contact, "notes": Note, "casework": Piece,
}  # fmt: skip
NOW = 2**62  # after every operation


def stood(db: Database, case_id: str, after: int = NOW) -> Stood:
    """The case, its client and its rows as operation ``after`` left them; by number.

    What a later operation changed first is what it was until then. What an undo removed since
    is not in it.
    """
    earlier = _before(db, "case_id = ?", case_id, after)
    rows = {
        table: [
            _value(kind, row)
            for row in _then(db, table, "case_id = ?", case_id, earlier)
        ]
        for table, kind in TABLES.items()
    }  # fmt: skip
    (case,) = _then(db, "cases", "id = ?", case_id, earlier)
    client_id = case["client_id"]
    earlier = _before(db, "row_id = ?", client_id, after)
    known = _then(db, "clients", "id = ?", client_id, earlier)
    client = known[0] if known else json.loads(earlier["clients", client_id] or "{}")
    return Stood(_value(Client, client), _value(Case, {**case, "client": client["name"]}), **rows)


def operation_of(db: Database, row_id: str, *, last: bool = False) -> int:
    """The operation that wrote a row first, or changed it ``last``."""
    pick = "max" if last else "min"
    number: int = db.value(f"SELECT {pick}(operation_id) FROM changes WHERE row_id = ?", (row_id,))
    return number


def merged_in(
    db: Database, case_id: str, client: Client, since: int, until: int
) -> Mapping[str, Any]:
    """What the client has of another record here, joined to theirs between two operations.

    Each fact that is still as the joining left it, with what it was before.
    """
    held: dict[str, Any] = {}
    for row in db.rows(
        "SELECT id FROM operations WHERE command = 'merge' AND id > ? AND id <= ? ORDER BY id DESC",
        (since, until),
    ):
        was = stood(db, case_id, row["id"] - 1).client
        now = stood(db, case_id, row["id"]).client
        for name in was._fields:
            joined = getattr(now, name)
            if name == "id" or joined in (getattr(was, name), None):
                continue
            if held.get(name, getattr(client, name)) == joined:
                held[name] = getattr(was, name)
    return held


def _before(db: Database, where: str, key: str, after: int) -> dict[tuple[str, str], str | None]:
    """What each row that a later operation changed was before the first of those changes."""
    found: dict[tuple[str, str], str | None] = {}
    for table, row_id, before in map(
        tuple,
        db.rows(
            f"SELECT table_name, row_id, before FROM changes WHERE {where} AND operation_id > ? "
            "ORDER BY id",
            (key, after),
        ),
    ):
        found.setdefault((table, row_id), before)
    return found


def _then(
    db: Database, table: str, where: str, key: str, earlier: Mapping[tuple[str, str], str | None]
) -> list[dict[str, Any]]:
    order = "number" if table not in ("clients",) else "id"
    found = []
    for row in db.rows(f"SELECT * FROM {table} WHERE {where} ORDER BY {order}", (key,)):
        now = dict(row)
        if (table, now["id"]) not in earlier:
            found.append(now)
        elif before := earlier[table, now["id"]]:
            found.append(json.loads(before))
    return found


def _value(kind: Any, row: Mapping[str, Any]) -> Any:
    """A row by its columns as the value that it is of."""
    values: dict[str, Any] = {}
    with readable_days():
        for name in kind._fields:
            value = row.get(name)
            if value is None:
                values[name] = None
            elif name == "body":
                values[name] = json.loads(value)
            elif name == "interpreter":
                values[name] = bool(value)
            elif name not in NOT_DAYS and is_day(name):
                values[name] = date.fromisoformat(value)
            else:
                values[name] = value
    if kind is Contact:
        values["interpreter"], values["corrected"] = bool(row["interpreter"]), False
    if kind is Piece and values["kind"] not in LETTERS:
        return Foreign(**values)
    return kind(**values)
