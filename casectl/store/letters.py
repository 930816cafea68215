"""That a letter was printed: a note on the case, and a disclosure where it tells somebody else."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from casectl.core.model import Case
from casectl.store.connection import Database
from casectl.store.journal import Journal
from casectl.store.private import put

if TYPE_CHECKING:
    from casectl.core.consents import Permission


class Letters:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def printed(
        self,
        case: Case,
        kind: str,
        permission: Permission | None,
        on: date,
        paper: tuple[Path, str] | None = None,
    ) -> None:
        """Record a letter, and write it into a new file (0600) where one is named; both or neither.

        Raises NotShared where the release has ended since it was asked for.
        """
        to = f"to {permission.recipient}" if permission is not None else "to the client"
        with ExitStack() as undoing:
            with self.journal.operation("letter") as operation:
                operation.add_note(case.id, f"Letter printed: {kind}, {to}", on.isoformat())
                if permission is not None:
                    from casectl.store.sharing import disclose

                    disclose(operation, case, permission, on)
                if paper is not None:
                    path, text = paper
                    put(path, text.encode(), lambda written: None, new=True)
                    undoing.callback(path.unlink, missing_ok=True)
            undoing.pop_all()  # it is on record, so it stays
