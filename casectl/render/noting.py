"""Notes for a person and for a script: of which contact, signed, late, open."""

from __future__ import annotations

from datetime import datetime

from casectl.core.model import Case
from casectl.core.noting import Written, form_words, is_late, is_open


def local_time(moment: str | None) -> datetime | None:
    """A moment of the record (ISO, UTC) in this machine's time; None for what is no moment."""
    try:
        return datetime.fromisoformat(moment or "").astimezone()
    except ValueError:  # only a damaged file holds one, and doctor tells of it
        return None


def came_late(written: Written) -> bool:
    """Whether it was written more than 24 hours after its contact."""
    note, contact = written.note, written.contact
    if contact is None:
        return False
    at, recorded = local_time(note.recorded_at), local_time(contact.recorded_at)
    return at is not None and recorded is not None and is_late(at, contact, recorded)


def note_marks(written: Written, case: Case) -> list[str]:
    """What there is to say of a note before its text: ``SOAP``, ``of 12.c3``, ``late``."""
    note, contact, adds_to = written
    marks = [form_words(note.form)] if note.form else []
    marks += [f"adds to {case.number}.n{adds_to.number}"] if adds_to is not None else []
    marks += [f"of {case.number}.c{contact.number}"] if contact is not None else []
    marks += ["late"] if came_late(written) else []
    marks += [f"signed {note.signed_by}"] if note.signed_at else []
    if is_open(note):
        marks.append("open")
    elif note.resolved_on is not None:
        marks.append("resolved")
    return marks
