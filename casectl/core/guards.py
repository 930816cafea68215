"""Which changes of a case's status are allowed, and what to type instead of one that is not.

pending -> active <-> on_hold       pending -> closed is declined
active, on_hold -> closed -> active (reopened)
"""

from __future__ import annotations

from collections.abc import Mapping

from casectl.core.errors import BadValue
from casectl.core.model import ACTIVE, CLOSED, ON_HOLD, PENDING, Case

ALLOWED: Mapping[str, tuple[str, ...]] = {
    "set": (PENDING, ACTIVE, ON_HOLD),
    "assess": (PENDING, ACTIVE, ON_HOLD),
    "screen": (PENDING, ACTIVE, ON_HOLD),
    "need": (PENDING, ACTIVE, ON_HOLD),
    "plan": (PENDING, ACTIVE, ON_HOLD),
    "transition": (PENDING, ACTIVE, ON_HOLD),
    "meds": (PENDING, ACTIVE, ON_HOLD),
    "provider": (PENDING, ACTIVE, ON_HOLD),
    "refer": (PENDING, ACTIVE, ON_HOLD),
    "denial": (PENDING, ACTIVE, ON_HOLD),
    "voice": (PENDING, ACTIVE, ON_HOLD),
    "people": (PENDING, ACTIVE, ON_HOLD),
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
