"""Two records of one person: what the one that stays learns from the other, and what it keeps."""

from __future__ import annotations

from casectl.core.model import SAFE, Client
from casectl.core.values import NamedTuple

# The fields two records can disagree about, and how a person says them.
FIELDS = {
    "name": "name",
    "birth_date": "birth date",
    "phone": "phone",
    "safe_contact": "safe contact",
    "safe_when": "when to call",
    "safe_how": "how to call",
    "safe_never": "what never to say",
    "email": "email",
    "address": "address",
    "language": "language",
    "interpreter": "interpreter",
    "pronouns": "pronouns",
    "external_id": "external id",
    "legal_name": "legal name",
}


class Joining(NamedTuple):
    """By field: what the record that stays learns, and what of the other one it contradicts."""

    learnt: dict[str, str | int]
    conflicts: dict[str, str]

    @property
    def birth_dates_differ(self) -> bool:
        return "birth_date" in self.conflicts


def joining(kept: Client, other: Client) -> Joining:
    """What joining ``other``'s record to ``kept`` fills in, and where ``kept``'s own words stay.

    A more exact birth date replaces a partial one. Safe-contact words are never dropped: where
    both records have some, both stand, since the other one's may warn about the very number that
    is filled in.
    """
    learnt: dict[str, str | int] = {}
    conflicts: dict[str, str] = {}
    for name in FIELDS:
        mine, theirs = getattr(kept, name), getattr(other, name)
        if not theirs or mine == theirs:
            continue
        exact = name == "birth_date" and mine is not None
        if not mine or (exact and theirs.startswith(mine)):
            learnt[name] = int(theirs) if isinstance(theirs, bool) else theirs
        elif name in SAFE:
            learnt[name] = f"{mine}; also: {theirs}"
        elif not (exact and mine.startswith(theirs)):
            conflicts[name] = theirs
    return Joining(learnt, conflicts)
