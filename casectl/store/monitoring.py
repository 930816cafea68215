"""Transitions, medications, providers and the client's voice on file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from casectl.core.casework import OPEN, PAST, Piece
from casectl.core.errors import BadValue
from casectl.core.model import Case
from casectl.core.text import fold
from casectl.store.casework import add, change, replace
from casectl.store.connection import Database
from casectl.store.journal import Journal
from casectl.store.planning import pieces_of


class Monitoring:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def add(self, piece: Piece, command: str) -> Piece:
        with self.journal.operation(command) as operation:
            return add(operation, piece)

    def add_in_place(self, case: Case, piece: Piece, command: str) -> tuple[Piece, Piece | None]:
        """Add a piece, and end the open one of its kind and name, which it follows: a new dose."""
        with self.journal.operation(command) as operation:
            before = None
            for each in pieces_of(operation.db, case.id, piece.kind):
                if each.status == OPEN and fold(each.what or "") == fold(piece.what or ""):
                    before = change(operation, each, status=PAST, ended_on=piece.on_day)
            return add(operation, piece), before

    def say(self, piece: Piece) -> Piece:
        """What a client says now, in the place of what they said before."""
        with self.journal.operation("voice") as operation:
            return replace(operation, piece)

    def end(
        self, pieces: Sequence[Piece], status: str, outcome: str | None, on: date, command: str
    ) -> list[Piece]:
        """End open pieces in one operation. Raises BadValue when one has ended already."""
        with self.journal.operation(command) as operation:
            for piece in pieces:
                if piece.status != OPEN:
                    raise BadValue(f"that is {piece.status} already")
            return [
                change(operation, piece, status=status, ended_on=on, outcome=outcome)
                for piece in pieces
            ]
