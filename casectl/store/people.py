"""The people around a client on file; at most one of them is the primary contact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from casectl.core.casework import DROPPED, OPEN, Piece
from casectl.core.errors import BadValue
from casectl.core.people import AROUND, PRIMARY
from casectl.store.casework import add, change
from casectl.store.connection import Database
from casectl.store.journal import Journal, Operation
from casectl.store.planning import pieces_of


class People:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def add(self, person: Piece) -> Piece:
        with self.journal.operation("people add") as operation:
            made = add(operation, person)
            _only_primary(operation, made)
            return made

    def edit(self, person: Piece, **values: Any) -> Piece:
        with self.journal.operation("people edit") as operation:
            made = change(operation, person, **values)
            _only_primary(operation, made)
            return made

    def end(self, people: Sequence[Piece], reason: str | None, on: date) -> list[Piece]:
        """They are no longer around; their rows stay."""
        with self.journal.operation("people end") as operation:
            for person in people:
                if person.status != OPEN:
                    raise BadValue(f"{person.part} has ended already")
            return [
                change(operation, person, status=DROPPED, ended_on=on, outcome=reason)
                for person in people
            ]


def _only_primary(operation: Operation, person: Piece) -> None:
    """Whoever was the primary contact before is no longer."""
    if not person.body.get(PRIMARY):
        return
    for other in pieces_of(operation.db, person.case_id, *AROUND):
        if other.id != person.id and other.body.get(PRIMARY):
            body = {name: value for name, value in other.body.items() if name != PRIMARY}
            change(operation, other, body=body)
