"""What stays as it is on record, whoever gives a case back: what no command changes, no file does.

Contacts and notes are added to, never written over; a release that was signed or has ended is what
the client signed; who was told what stays told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from casectl.core.casework import AMENDMENT, CONSENT, DISCLOSURE, OPEN, UNSIGNED, Piece
from casectl.core.consents import SIGNED, SIGNED_BY, SIGNED_ON, TOLD_RIGHTS
from casectl.core.model import CLOSED, ON_HOLD, Case, Contact, Level, Note
from casectl.core.returning import BODY, CONTACTS, NOTES, Returned, Row, Stood, name_of
from casectl.core.returning import sort_and_number as named

OF_AN_END = frozenset({"status", "ended_on", "outcome", "due_on"})
OF_A_SIGNATURE = frozenset(
    {"on_day", "stage", *(f"{BODY}{each}" for each in (TOLD_RIGHTS, SIGNED_ON, SIGNED_BY))}
)


def refused(base: Stood, returned: Returned) -> str | None:
    """The first row that may not come so, and why; None where all may. ``base`` is what was given.

    Raises ValueError for a name that is none.
    """
    rows = {name_of(each): each for each in base.rows}
    for name, fields in returned.changed.items():
        row = rows.get(name)
        if row is not None and (why := _of_change(row, fields)):
            return f"{name}: {why}"
    return next(_of_added(base, returned), None)


def _of_change(row: Row, fields: Mapping[str, Any]) -> str | None:
    if isinstance(row, Contact):
        return "a contact stays as it is on record; a new one corrects it" if fields else None
    if isinstance(row, Note):
        return _of_note(row, fields)
    if not isinstance(row, Piece):
        return None
    if row.kind in (DISCLOSURE, AMENDMENT) and fields:
        return f"what was kept as {row.kind} stays as it is on record"
    if row.kind == CONSENT:
        return _of_release(row, fields)
    return "it belongs to itself" if fields.get("parent") == row.part else None


def _of_note(note: Note, fields: Mapping[str, Any]) -> str | None:
    signed = {"signed_at", "signed_by"} & set(fields)
    if set(fields) - signed - {"resolved_on"}:
        return "a note stays as it is on record; an addendum adds to it"
    if signed and (note.signed_at is not None or not all(fields.get(e) for e in
                                                         ("signed_at", "signed_by"))):  # fmt: skip
        return "a signature stays as it is on record"
    return None


def _of_release(release: Piece, fields: Mapping[str, Any]) -> str | None:
    if release.status != OPEN:
        return "a release that has ended stays as it is; a new one is signed" if fields else None
    if release.stage in SIGNED:
        odd = set(fields) - OF_AN_END
        return "a release that is signed is only ended; a new one is signed" if odd else None
    if set(fields) - OF_AN_END - OF_A_SIGNATURE:
        return "what a release is of stays as it is; a new one is signed"
    if fields.get("stage", UNSIGNED) != UNSIGNED and not fields.get(f"{BODY}{SIGNED_ON}"):
        return "it is signed without a day"
    return None


def _of_added(base: Stood, returned: Returned) -> Iterator[str]:
    of_contacts = {each.id: name_of(each) for each in base.contacts}
    corrected = {
        of_contacts[each.corrects] for each in base.contacts if each.corrects in of_contacts
    }
    for row in returned.added:
        if isinstance(row, Contact) and row.corrects is not None:
            if not _is_earlier(row.corrects, CONTACTS, row.number) or row.corrects in corrected:
                yield f"{row.id}: it corrects what it cannot"
            corrected.add(row.corrects)
        adds_to = row.addendum_to if isinstance(row, Note) else None
        if adds_to is not None and not _is_earlier(adds_to, NOTES, row.number):
            yield f"{row.id}: it adds to what it cannot"
        of = row.contact_id if isinstance(row, Note) else None
        if of is not None and named(of)[0] != CONTACTS:
            yield f"{row.id}: it is the note of what is no contact"


def _is_earlier(name: str, sort: str, number: int) -> bool:
    of, its = named(name)
    return of == sort and its < number


def contradiction(case: Case) -> str | None:
    """Which columns of a case contradict, in words; None where none do."""
    if (case.status == ON_HOLD) is not (case.hold_until is not None):
        return "its status and the end of its hold contradict"
    if (case.status == CLOSED) is not (case.closed_on is not None):
        return "its status and the day it was closed contradict"
    if (case.level == Level.CRISIS) is not (case.crisis_since is not None):
        return "its level and the day its crisis began contradict"
    return None
