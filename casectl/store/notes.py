"""Notes on file: of which contact they are, signed ones, and what is added to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from casectl.core.errors import BadValue
from casectl.core.model import Case, Contact, Note
from casectl.store.connection import Database
from casectl.store.journal import Journal, Operation
from casectl.store.rows import CONTACT_COLUMNS, NOTE_COLUMNS, contact_of, note_of


class Notes:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def numbered(self, case: Case, number: int) -> Note | None:
        row = self.db.one(
            f"SELECT {NOTE_COLUMNS} FROM notes WHERE case_id = ? AND number = ?",
            (case.id, number),
        )
        return note_of(row) if row else None

    def with_id(self, note_id: str) -> Note | None:
        row = self.db.one(f"SELECT {NOTE_COLUMNS} FROM notes WHERE id = ?", (note_id,))
        return note_of(row) if row else None

    def contact_of(self, note: Note) -> Contact | None:
        """The contact that it is the note of."""
        row = self.db.one(
            f"SELECT {CONTACT_COLUMNS} FROM contacts WHERE id = ?", (note.contact_id,)
        )
        return contact_of(row) if row else None

    def latest_without(self, case: Case, day: date) -> Contact | None:
        """The contact of that day which was recorded last, counts, and has no note of its own."""
        row = self.db.one(
            f"SELECT {CONTACT_COLUMNS} FROM contacts WHERE case_id = ? AND on_day = ? "
            "AND NOT EXISTS (SELECT 1 FROM contacts later WHERE later.corrects = contacts.id) "
            "AND NOT EXISTS (SELECT 1 FROM notes n WHERE n.contact_id = contacts.id) "
            "ORDER BY number DESC LIMIT 1",
            (case.id, day.isoformat()),
        )
        return contact_of(row) if row else None

    def add(
        self,
        case: Case,
        text: str,
        on: date,
        *,
        form: str | None = None,
        contact: Contact | None = None,
    ) -> Note:
        """Write a note, as the note of a contact where one is named."""
        with self.journal.operation("note") as operation:
            made = operation.add_note(
                case.id,
                text,
                on.isoformat(),
                form=form,
                contact_id=contact.id if contact is not None else None,
            )
        return self._read(made)

    def add_to(self, note: Note, text: str, on: date) -> Note:
        """Write an addendum. What is added to an addendum is added to the note itself."""
        with self.journal.operation("note") as operation:
            made = _addendum(operation, note, text, on)
        return self._read(made)

    def resolve(self, concern: Note, text: str, on: date) -> tuple[Note, Note]:
        """End a concern that was open, with what came of it as an addendum; both, as they are."""
        with self.journal.operation("resolve") as operation:
            if self._read(concern.id).resolved_on is not None:
                raise BadValue("that was resolved meanwhile", hint="casectl show tells how")
            operation.update("notes", concern.id, resolved_on=on.isoformat())
            made = _addendum(operation, concern, text, on)
        return self._read(concern.id), self._read(made)

    def sign(self, notes: Sequence[Note]) -> list[Note]:
        """Sign these notes, all or none. From then on nobody takes one back."""
        author = self.journal.author
        with self.journal.operation("sign") as operation:
            for each in notes:
                if self._read(each.id).signed_at is not None:
                    raise BadValue("a note was signed meanwhile", hint="casectl show tells by whom")
                operation.update("notes", each.id, signed_at=author.moment, signed_by=author.worker)
        return [self._read(each.id) for each in notes]

    def _read(self, note_id: str) -> Note:
        row = self.db.one(f"SELECT {NOTE_COLUMNS} FROM notes WHERE id = ?", (note_id,))
        if row is None:
            raise BadValue("that note was taken back meanwhile", hint="casectl show tells more")
        return note_of(row)


def _addendum(operation: Operation, note: Note, text: str, on: date) -> str:
    original = note.addendum_to or note.id
    return operation.add_note(note.case_id, text, on.isoformat(), addendum_to=original)
