"""Which reminders were sent, in which state. Marks, not records: they stay out of the journal."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress

from casectl.core.errors import Busy
from casectl.core.model import ME
from casectl.core.reminding import Key, Mark
from casectl.store.connection import Database

# A promise's number is never given again, so once it has ended its mark says nothing.
_ENDED = (
    "SELECT 1 FROM promises p WHERE p.case_id = reminders.case_id "
    "AND CAST(p.number AS TEXT) = reminders.item AND p.status <> 'open' UNION ALL "
    f"SELECT 1 FROM own_work w WHERE reminders.case_id = '{ME.id}' "
    "AND CAST(w.number AS TEXT) = reminders.item AND w.status <> 'open'"
)

SENDING = 60.0  # seconds that a run waits for another to have sent


class Reminders:
    def __init__(self, db: Database) -> None:
        self.db = db

    def marks(self) -> dict[Key, Mark]:
        rows = self.db.rows("SELECT case_id, item, state, sent_on FROM reminders")
        return {(row[0], row[1]): Mark(*row) for row in rows}

    def turn(self) -> AbstractContextManager[None]:
        """Inside, no other run sends: it waits, and then finds what this one marked.

        The lease is the kernel's, so a killed run gives it back at once. Others write meanwhile.
        """
        from casectl.store.turn import turn

        return turn(self.db.path.with_name(f"{self.db.path.name}.remind"), SENDING, _at_work())

    def mark(self, sent: Iterable[Mark]) -> None:
        """Remember what was sent. Called only after it has left this process."""
        with self.db.transaction():
            self._write(sent)

    def forget_ended(self) -> None:
        """Drop the marks that say nothing any more."""
        with self.db.transaction():
            self.db.execute(f"DELETE FROM reminders WHERE EXISTS ({_ENDED})")

    def check_writable(self) -> None:
        """Raise now, before anything is sent, what writing the marks would raise.

        SQLite takes a read-only file's word for it until a row is really written.
        """
        with suppress(_TakenBack), self.db.transaction():
            self._write([Mark("", "", "", "")])
            raise _TakenBack

    def _write(self, marks: Iterable[Mark]) -> None:
        self.db.execute_many(
            "INSERT INTO reminders (case_id, item, state, sent_on) VALUES (?,?,?,?) "
            "ON CONFLICT (case_id, item) DO UPDATE "
            "SET state = excluded.state, sent_on = excluded.sent_on",
            marks,
        )


def _at_work() -> Busy:
    return Busy("another remind --once is sending", hint="it tells what is new")


class _TakenBack(Exception):
    """Rolls back what was written only to see that it can be."""
