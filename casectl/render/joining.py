"""Two records of one client told: what the one that stays does not keep of the other."""

from __future__ import annotations

from collections.abc import Iterable

from casectl.core.merging import FIELDS, Joining
from casectl.core.model import Client
from casectl.render.words import beside_phone


def joining_note(joint: Joining, theirs: Client) -> str | None:
    """What stays on the case of what another record of the client says and theirs does not."""
    if not joint.conflicts:
        return None
    return f"Joined with another record of the same client. Not kept: {not_kept(joint, theirs)}."


def revoked_words(given: Iterable[tuple[str, str]]) -> list[str]:
    """Of each release that stands in one record and was revoked in the other: what to do."""
    return [
        f"REVOKED as {by}, and {item} for the same still stands: casectl consent revoke {item} "
        "REASON; what the client wants all the same they sign anew."
        for item, by in given
    ]


def not_kept(joint: Joining, theirs: Client) -> str:
    """What of the other record is not kept, in words; a phone number with its safe contact."""
    told = []
    for name, value in joint.conflicts.items():
        beside = f" {beside_phone(theirs.safely)}" if name == "phone" else ""
        told.append(f"{FIELDS[name]} {value}{beside}")
    return "; ".join(told)
