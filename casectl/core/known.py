"""What has to be known of a case and is not: what cannot be had, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from casectl.core.casework import NEED, OPEN, PLANNED, UNAVAILABLE
from casectl.core.errors import BadValue
from casectl.core.facts import known_of, lacking
from casectl.core.model import KNOWABLE, Case

if TYPE_CHECKING:
    from casectl.core.views import File


def unavailable(file: File) -> dict[str, str]:
    """What of the facts cannot be had, and why; what has become known since is left out."""
    said = [e for e in file.casework if e.kind == UNAVAILABLE and e.status == OPEN]
    if not said:
        return {}
    stands = any(e.kind == NEED and e.status in (OPEN, PLANNED) for e in file.casework)
    unknown = lacking(known_of(file.case, file.client, need_stands=stands))
    return {each.stage: each.what or "" for each in said if each.stage in unknown}


def check_missing(case: Case, lacks: Sequence[str], fact: str) -> None:
    """Raise BadValue for a ``fact`` that is none, or that is not missing."""
    if fact not in KNOWABLE:
        raise BadValue(f"no fact {fact[:40]!r}", hint=f"there are {', '.join(KNOWABLE)}")
    if fact not in lacks:
        missing = ", ".join(lacks) or "nothing"
        raise BadValue(f"the {fact} of {case.number} is not missing", hint=f"missing is {missing}")
