"""Contacts, their corrections, and notes. All of them only ever grow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from casectl.core.errors import BadValue
from casectl.core.model import CLOSED, DONE, KEPT, Case, Contact, Level, Promise
from casectl.core.views import Recorded
from casectl.store.connection import Database
from casectl.store.journal import Journal, Operation
from casectl.store.promises import add_promise, end_promise
from casectl.store.rows import (
    CONTACT_COLUMNS,
    columns_of,
    contact_of,
    read_cases,
)

if TYPE_CHECKING:
    from casectl.core.contacting import Meant


class Contacts:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def record(
        self,
        case: Case,
        contact: Contact,
        *,
        command: str,
        does: Promise | None = None,
        promise: Promise | None = None,
    ) -> Recorded:
        """Write a contact; ``does`` is the promise it keeps, ``promise`` the next one made.

        A professional who saw a client in crisis covers the case until the day they named.
        """
        with self.journal.operation(command) as operation:
            return self._record(operation, case, contact, does, promise)

    def record_all(
        self, all_meant: Sequence[Meant], *, command: str, draft: str | None = None
    ) -> list[Recorded]:
        """Write several contacts and forget the draft they were typed as, in one operation."""
        with self.journal.operation(command) as operation:
            recorded = [self._record(operation, *meant) for meant in all_meant]
            if draft is not None:
                self.db.execute("DELETE FROM drafts WHERE name = ?", (draft,))
        return recorded

    def on_record(self, contact: Contact) -> Contact | None:
        """A contact that says the same of the same day, if there is one that counts."""
        row = self.db.one(
            f"SELECT {CONTACT_COLUMNS} FROM contacts WHERE case_id = ? AND on_day = ? "
            'AND outcome = ? AND "by" = ? AND party = ? AND text IS ? AND minutes IS ? '
            "AND NOT EXISTS (SELECT 1 FROM contacts later WHERE later.corrects = contacts.id) "
            "LIMIT 1",
            (
                contact.case_id,
                contact.on_day.isoformat(),
                contact.outcome,
                contact.by,
                contact.party,
                contact.text,
                contact.minutes,
            ),
        )
        return contact_of(row) if row else None

    def numbered(self, case: Case, number: int) -> Contact | None:
        row = self.db.one(
            f"SELECT {CONTACT_COLUMNS} FROM contacts WHERE case_id = ? AND number = ?",
            (case.id, number),
        )
        return contact_of(row) if row else None

    def last_of(self, case: Case) -> Contact | None:
        """The contact of a case that was recorded last, as it counts now."""
        row = self.db.one(
            f"SELECT {CONTACT_COLUMNS} FROM contacts WHERE case_id = ? "
            "AND NOT EXISTS (SELECT 1 FROM contacts later WHERE later.corrects = contacts.id) "
            "ORDER BY number DESC LIMIT 1",
            (case.id,),
        )
        return contact_of(row) if row else None

    def newest(self, contact: Contact) -> Contact:
        """The correction that counts instead of ``contact``; itself where nothing corrects it."""
        row = self.db.one(
            f"SELECT {CONTACT_COLUMNS} FROM contacts WHERE corrects = ?", (contact.id,)
        )
        return self.newest(contact_of(row)) if row else contact

    def correct(self, case: Case, wrong: Contact, right: Contact) -> Contact:
        """Add the corrected contact beside the wrong one, which stays and no longer counts."""
        with self.journal.operation("correct") as operation:
            if self.newest(wrong).id != wrong.id:
                raise BadValue(
                    "that contact was corrected meanwhile", hint="casectl show tells how"
                )
            corrected = self._insert(operation, case, right._replace(corrects=wrong.id))
            if case.level == Level.CRISIS and wrong.covered_until != right.covered_until:
                until = right.covered_until.isoformat() if right.covered_until else None
                operation.update("cases", case.id, covered_until=until)
            if case.status == CLOSED:
                from casectl.store.closing import correct_aftercare

                correct_aftercare(operation, case, wrong, self._read(corrected))
        return self._read(corrected)

    def on_day(self, day: date) -> list[tuple[Case, Contact]]:
        """What was recorded for ``day``, oldest first."""
        contacts = [
            contact_of(row)
            for row in self.db.rows(
                f"SELECT {CONTACT_COLUMNS} FROM contacts WHERE on_day = ? ORDER BY recorded_at, id",
                (day.isoformat(),),
            )
        ]
        cases = {
            each.case_id: read_cases(self.db, "c.id = ?", (each.case_id,))[0] for each in contacts
        }
        return [(cases[each.case_id], each) for each in contacts]

    def _record(
        self,
        operation: Operation,
        case: Case,
        contact: Contact,
        does: Promise | None,
        promise: Promise | None,
    ) -> Recorded:
        written = self._insert(operation, case, contact)
        self._cover(operation, case, contact)
        aftercare = None
        if case.status == CLOSED:
            from casectl.store.closing import clear_aftercare

            aftercare = clear_aftercare(operation, case, self._read(written))
        ended = None
        if does is not None:
            status = KEPT if does.kind == "appointment" else DONE
            ended = end_promise(operation, self.db, does, status, contact.text, on=contact.on_day)
        promised = add_promise(operation, case.id, promise) if promise else None
        return Recorded(self._read(written), ended, promised, aftercare)

    def _insert(self, operation: Operation, case: Case, contact: Contact) -> str:
        return add_contact(operation, case, contact).id

    def _cover(self, operation: Operation, case: Case, contact: Contact) -> None:
        if contact.covered_until is not None and case.level == Level.CRISIS:
            operation.update("cases", case.id, covered_until=contact.covered_until.isoformat())

    def _read(self, contact_id: str) -> Contact:
        row = self.db.one(f"SELECT {CONTACT_COLUMNS} FROM contacts WHERE id = ?", (contact_id,))
        assert row is not None
        return contact_of(row)


def add_contact(operation: Operation, case: Case, contact: Contact) -> Contact:
    """Write a contact inside an operation; its key, number, moment and worker are given here."""
    row = columns_of(contact, leave=("corrected",))
    row["id"] = None
    row["case_id"] = case.id
    row["number"] = number = operation.next_number(f"{case.id}.c")
    row["recorded_at"] = operation.author.moment
    row["worker"] = operation.author.worker
    made = operation.insert("contacts", row)
    return contact._replace(id=made, case_id=case.id, number=number)
