"""What a client disagrees with, beside what is on record, which it never changes.

Its ``what`` is the client's words, its parent the note or contact (none for the record as a whole),
its body ``of``: that one's name behind the case's number, ``n2``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from casectl.core.casework import AMENDMENT, DONE, Piece
from casectl.core.errors import BadValue
from casectl.core.model import Case
from casectl.core.spoken import DateOrder, spoken
from casectl.core.text import checked_text

OF = "of"
ASKED_FOR = "give the client the copy they asked for"  # what a copy that was asked for owes


def new_amendment(
    case: Case,
    text: str,
    on: date,
    today: date,
    *,
    of: str | None = None,
    parent: str | None = None,
    written_on: date | None = None,
    order: DateOrder | None = None,
) -> Piece:
    """A disagreement not yet written. Raises BadValue for a day ahead, or before what it is of."""
    if on > today:
        raise BadValue(f"{spoken(on, order)} is still ahead", hint="--on takes the day it was said")
    first = written_on or case.opened_on
    if on < first:
        what = f"{case.number}.{of}" if of else "the intake"
        raise BadValue(f"{spoken(on, order)} is before {what} on {spoken(first, order)}")
    return Piece(
        "", case.id, AMENDMENT, 0, on, checked_text(text, "text"), parent=parent, status=DONE,
        body={OF: of} if of else {},
    )  # fmt: skip


def by_record(pieces: Sequence[Piece]) -> Mapping[str | None, list[Piece]]:
    """The disagreements by the key of what they are of; None is the record as a whole."""
    found: dict[str | None, list[Piece]] = {}
    for each in pieces:
        if each.kind == AMENDMENT:
            found.setdefault(each.parent, []).append(each)
    return found
