"""Which reminders were sent, in which state. Marks, not records: they stay out of the journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from casectl.store.connection import Database


class Mark(NamedTuple):
    """The state an item was in when it was last sent, and the day (ISO)."""

    case_id: str
    item: str
    state: str
    sent_on: str


class Reminders:
    def __init__(self, db: Database) -> None:
        self.db = db

    def marks(self) -> dict[tuple[str, str], Mark]:
        rows = self.db.rows("SELECT case_id, item, state, sent_on FROM reminders")
        return {(row[0], row[1]): Mark._make(row) for row in rows}

    def mark(self, sent: Iterable[Mark]) -> None:
        """Remember what was sent. Called only after it has left this process."""
        with self.db.transaction():
            self.db.execute_many(
                "INSERT INTO reminders (case_id, item, state, sent_on) VALUES (?,?,?,?) "
                "ON CONFLICT (case_id, item) DO UPDATE "
                "SET state = excluded.state, sent_on = excluded.sent_on",
                sent,
            )
