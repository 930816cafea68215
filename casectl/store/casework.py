"""Casework on file: assessments, needs, goals, steps and the rest, all in one table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from casectl.core.casework import OPEN, PAST, Piece
from casectl.core.errors import BadValue, NotFound
from casectl.core.model import Case, assessment_draft
from casectl.store import derived
from casectl.store.connection import Database, Row, Value
from casectl.store.journal import Journal, Operation
from casectl.store.rows import iso, readable_days

COLUMNS = ", ".join(Piece._fields)
DAYS = ("on_day", "due_on", "ended_on")


class Casework:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def of(self, case: Case, *kinds: str, only_open: bool = False) -> list[Piece]:
        """The pieces of these kinds, or of every kind, in the order they were made."""
        where, values = "case_id = ?", [case.id]
        if kinds:
            where += f" AND kind IN ({', '.join('?' * len(kinds))})"
            values += kinds
        if only_open:
            where += f" AND status = '{OPEN}'"
        rows = self.db.rows(
            f"SELECT {COLUMNS} FROM casework WHERE {where} ORDER BY on_day, kind, number", values
        )
        return [piece_of(row) for row in rows]

    def numbered(self, case: Case, kind: str, number: int) -> Piece | None:
        row = self.db.one(
            f"SELECT {COLUMNS} FROM casework WHERE case_id = ? AND kind = ? AND number = ?",
            (case.id, kind, number),
        )
        return piece_of(row) if row else None

    def last(self, case: Case, kind: str, domain: str | None = None) -> Piece | None:
        """The newest of a kind, of one domain or instrument where that is named."""
        where, values = "case_id = ? AND kind = ?", [case.id, kind]
        if domain is not None:
            where, values = f"{where} AND domain = ?", [*values, domain]
        row = self.db.one(
            f"SELECT {COLUMNS} FROM casework WHERE {where} ORDER BY on_day DESC, number DESC "
            "LIMIT 1",
            values,
        )
        return piece_of(row) if row else None

    # -- a sitting that was interrupted --------------------------------------------------------

    def draft(self, case: Case) -> dict[str, Any] | None:
        """What was kept of an assessment that was begun; None where none was."""
        body = self.db.value("SELECT body FROM drafts WHERE name = ?", (assessment_draft(case.id),))
        if body is None:
            return None
        kept: dict[str, Any] = json.loads(body)
        return kept

    def keep_draft(self, case: Case, answers: Mapping[str, Any]) -> None:
        """Keep the answers given so far. Its first day stays: that is what it lapses by."""
        with self.db.transaction():
            self.db.execute(
                "INSERT INTO drafts (name, body, updated_at) VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET body = excluded.body",
                (assessment_draft(case.id), json.dumps(answers), self.journal.author.day),
            )
            derived.refresh_facts(self.db, [case.id])

    def drop_draft(self, case: Case) -> None:
        with self.db.transaction():
            self.db.execute("DELETE FROM drafts WHERE name = ?", (assessment_draft(case.id),))
            derived.refresh_facts(self.db, [case.id])


# -- inside an operation ---------------------------------------------------------------------------


def add(operation: Operation, piece: Piece) -> Piece:
    """Add a piece; its key, number, moment and worker are given here."""
    author = operation.author
    row = {
        **piece._asdict(),
        "id": None,
        "number": operation.next_number(f"{piece.case_id}.{piece.kind}"),
        "recorded_at": author.moment,
        "worker": author.worker,
        "body": json.dumps(piece.body, ensure_ascii=False),
        **{name: iso(getattr(piece, name)) for name in DAYS},
    }
    return read(operation.db, operation.insert("casework", row))


def change(operation: Operation, piece: Piece, **values: Any) -> Piece:
    """Change named fields of a piece that still stands as it was read. Raises BadValue if not."""
    if read(operation.db, piece.id) != piece:
        raise BadValue(
            "that has just been changed by another command",
            hint="casectl show shows how it stands",
        )
    columns: dict[str, Value] = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if name != "body"
    }
    if "body" in values:
        columns["body"] = json.dumps(values["body"], ensure_ascii=False)
    operation.update("casework", piece.id, **columns)
    return read(operation.db, piece.id)


def replace(operation: Operation, piece: Piece) -> Piece:
    """Add a piece in the place of the open one of its kind and domain, which is past from now on.

    So the engine reads one piece of each risk and each instrument, however many there were.
    """
    for row in operation.db.rows(
        f"SELECT {COLUMNS} FROM casework WHERE case_id = ? AND kind = ? AND domain IS ? "
        f"AND status = '{OPEN}'",
        (piece.case_id, piece.kind, piece.domain),
    ):
        change(operation, piece_of(row), status=PAST, ended_on=piece.on_day)
    return add(operation, piece)


def read(db: Database, piece_id: str) -> Piece:
    row = db.one(f"SELECT {COLUMNS} FROM casework WHERE id = ?", (piece_id,))
    if row is None:
        raise NotFound("that is no longer on file")
    return piece_of(row)


def piece_of(row: Row) -> Piece:
    values = dict(zip(Piece._fields, tuple(row), strict=True))
    with readable_days():
        for name in DAYS:
            values[name] = values[name] and date.fromisoformat(values[name])
        values["body"] = json.loads(values["body"])
    return Piece(**values)
