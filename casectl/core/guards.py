"""Which changes of a case's status are allowed, and what to type instead of one that is not.

pending -> active <-> on_hold       pending -> closed is declined
active, on_hold -> closed -> active (reopened)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casectl.core.errors import BadValue
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CLOSED,
    DEADLINE,
    ON_HOLD,
    PENDING,
    Case,
    Level,
    Promise,
)

ALLOWED: Mapping[str, tuple[str, ...]] = {
    "set": (PENDING, ACTIVE, ON_HOLD),
    "assess": (PENDING, ACTIVE, ON_HOLD),
    "screen": (PENDING, ACTIVE, ON_HOLD),
    "need": (PENDING, ACTIVE, ON_HOLD),
    "plan": (PENDING, ACTIVE, ON_HOLD),
    "transition": (PENDING, ACTIVE, ON_HOLD),
    "meds": (PENDING, ACTIVE, ON_HOLD),
    "provider": (PENDING, ACTIVE, ON_HOLD),
    "voice": (PENDING, ACTIVE, ON_HOLD),
    "accept": (PENDING,),
    "transfer": (PENDING, ACTIVE, ON_HOLD),
    "cover": (PENDING, ACTIVE, ON_HOLD),
    "hold": (ACTIVE, ON_HOLD),
    "close": (PENDING, ACTIVE, ON_HOLD),
    "reopen": (ON_HOLD, CLOSED),
}
WORDS = {PENDING: "pending", ACTIVE: "active", ON_HOLD: "on hold", CLOSED: "closed"}
ALREADY = {("accept", ACTIVE), ("close", CLOSED), ("reopen", ACTIVE)}
# What helps where a status does not allow what was asked.
INSTEAD = {
    PENDING: "casectl accept {number} takes it on first",
    ACTIVE: "casectl show {number} shows how it stands",
    ON_HOLD: "casectl reopen {number} takes it off hold",
    CLOSED: "casectl reopen {number} opens it again",
}


def check_change(case: Case, verb: str) -> None:
    """Raise BadValue for a change that the case's status does not allow."""
    if case.status in ALLOWED[verb]:
        return
    already = " already" if (verb, case.status) in ALREADY else ""
    instead = INSTEAD[case.status].format(number=case.number)
    raise BadValue(f"{case.handle} is {WORDS[case.status]}{already}", hint=instead)


def what_closing_drops(case: Case, promises: Sequence[Promise]) -> list[str]:
    """Why closing wants a clear yes: what others expect, and nobody would watch any longer."""
    reasons = []
    if case.level == Level.CRISIS:
        reasons.append("the level crisis")
    for kind, word in ((DEADLINE, "deadline"), (APPOINTMENT, "appointment")):
        count = sum(each.kind == kind for each in promises)
        if count:
            reasons.append(f"{count} open {word}{'s' if count > 1 else ''}")
    return reasons
