"""The worker's days away."""

from __future__ import annotations

from datetime import date

from casectl.core.errors import NotFound
from casectl.core.leave import Leave
from casectl.store.connection import Database, Row
from casectl.store.journal import Journal
from casectl.store.rows import readable_days

LEAVES = "SELECT id, from_on, to_on, reason FROM leaves"


class Leaves:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def all(self) -> list[Leave]:
        """By their first days."""
        return leaves_of(self.db.rows(f"{LEAVES} ORDER BY from_on, id"))

    def add(self, leave: Leave) -> Leave:
        with self.journal.operation("away") as operation:
            made = operation.insert(
                "leaves",
                {
                    "from_on": leave.from_on.isoformat(),
                    "to_on": leave.to_on.isoformat(),
                    "reason": leave.reason,
                },
            )
        return leave._replace(id=made)

    def cancel(self, leave: Leave) -> None:
        """Take a leave back. Raises NotFound where somebody did meanwhile."""
        with self.journal.operation("away") as operation:
            if not self.db.value("SELECT 1 FROM leaves WHERE id = ?", (leave.id,)):
                raise NotFound("that leave is cancelled already", hint="casectl away lists them")
            operation.delete("leaves", leave.id)

    def worked_since(self, leave: Leave, today: date) -> bool:
        """Whether anything was done, or the morning's list seen, on a day between its end and
        ``today``.
        """
        between = (leave.to_on.isoformat(), today.isoformat())
        return bool(
            self.db.value("SELECT 1 FROM operations WHERE day > ? AND day < ? LIMIT 1", between)
            or self.db.value("SELECT 1 FROM mornings WHERE day > ? AND day < ? LIMIT 1", between)
        )


def leaves_of(rows: list[Row]) -> list[Leave]:
    with readable_days():
        return [
            Leave(id_, date.fromisoformat(first), date.fromisoformat(last), reason)
            for id_, first, last, reason in rows
        ]
