"""Whose a client's record is: while a case is covered here for a colleague, theirs.

What is done of a covered case goes back to its owner, and what is on the client with it. So no case
of one's own stands on that client, nor one that is covered for anybody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from casectl.core.casework import DONE, OPEN, Piece
from casectl.core.errors import BadValue
from casectl.core.model import CLOSED, Case
from casectl.core.text import fold

BY_THEMSELVES = "--new takes them in by themselves"
# By the key of a case, the hand-overs by which it is or was covered here.
Covers = Mapping[str, Sequence[Piece]]


def is_covered(case: Case, covers: Covers) -> bool:
    return any(each.status == OPEN for each in covers.get(case.id, ()))


def beside_covered(cases: Sequence[Case], covers: Covers) -> Iterator[tuple[Case, Case]]:
    """Of cases that are, or would be, one client's: each covered one, with each that is not its
    owner's.
    """
    for covered in cases:
        owners = {fold(e.who or "") for e in covers.get(covered.id, ()) if e.status == OPEN}
        for other in cases:
            if owners and not owners & _owners(other, covers.get(other.id, ())):
                yield covered, other


def _owners(case: Case, covers: Sequence[Piece]) -> set[str]:
    """Whose a case is: covered for them, or given back to them and not opened here since."""
    since = case.resumed_on
    return {
        fold(each.who or "")
        for each in covers
        if each.status == OPEN
        or (
            each.status == DONE
            and case.status == CLOSED
            and not (since and each.ended_on and since >= each.ended_on)
        )
    }


def check_arrival(cases: Sequence[Case], covers: Covers, owner: str | None) -> None:
    """Raise BadValue where a new case may not be the client's who has ``cases``.

    One of one's own, or, with an ``owner``, one that is to be covered for them.
    """
    wanted = {fold(owner)} if owner is not None else set()
    for case in cases:
        if is_covered(case, covers) and not wanted & _owners(case, covers.get(case.id, ())):
            raise refusal(case, None, covers, BY_THEMSELVES)
    for case in cases:
        if wanted and not wanted & _owners(case, covers.get(case.id, ())):
            raise BadValue(
                f"{case.handle} is not the sender's, and what is covered joins no other record",
                hint=f"{BY_THEMSELVES}; casectl merge joins them once it is given back",
            )


def refusal(covered: Case, other: Case | None, covers: Covers, meanwhile: str) -> BadValue:
    """``other``: what may not stand beside it, None for a case that is not there yet.

    ``meanwhile``: what is possible until the covered case is given back.
    """
    said = f"{covered.handle} is covered for a colleague: the client's record is theirs"
    if other is not None and is_covered(other, covers):
        both = f"{covered.handle} and {other.handle} are covered for two colleagues"
        said = f"{both}: each record is its owner's"
    return BadValue(
        f"{said} until it is given back",
        hint=f"{meanwhile}, or casectl cover {covered.number} --give-back first",
    )
