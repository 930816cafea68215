"""That a letter was printed: a note on the case, and a disclosure where it tells somebody else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from casectl.core.model import Case
from casectl.store.connection import Database
from casectl.store.journal import Journal

if TYPE_CHECKING:
    from casectl.core.consents import Permission


class Letters:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def printed(self, case: Case, kind: str, permission: Permission | None, on: date) -> None:
        """Raises NotShared where the release has ended since it was asked for."""
        to = f"to {permission.recipient}" if permission is not None else "to the client"
        with self.journal.operation("letter") as operation:
            operation.add_note(case.id, f"Letter printed: {kind}, {to}", on.isoformat())
            if permission is not None:
                from casectl.store.sharing import disclose

                disclose(operation, case, permission, on)
