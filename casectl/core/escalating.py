"""What a supervisor should see: what no single worker can put right by working faster.

A row says which case, which rule and by how much; nobody's words. The thresholds are those of the
one due engine, so that a supervisor and a worker never count differently.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from casectl.core.due import DueItem
from casectl.core.facts import MISSING
from casectl.core.model import APPOINTMENT, DEADLINE, ME, Case
from casectl.core.values import NamedTuple
from casectl.core.weighing import Weight

SAFETY_LATE, DEADLINE_MISSED = "safety late", "deadline missed"
TWO_MISSED, OVERLOADED = "two missed intervals", "overloaded"
RULES = (SAFETY_LATE, DEADLINE_MISSED, TWO_MISSED, OVERLOADED)
MISSED = 2  # intervals


class Raised(NamedTuple):
    """One thing to see. Without a number it is about the worker."""

    rule: str
    worker: str
    number: int | None = None
    level: int | None = None
    item: str | None = None  # 12.contact, 12.3
    kind: str | None = None  # of the due item
    due: date | None = None
    days_late: int | None = None
    intervals: int | None = None  # whole ones that were missed
    points: int | None = None
    full_time: int | None = None
    case: Case | None = None  # where the caseload itself was read


def raised(
    items: Iterable[DueItem], weight: Weight, today: date, *, named: bool = True
) -> list[Raised]:
    """What there is to see of one worker, the gravest first.

    safety late            a safety item whose day is past: the client in crisis was not reached
    deadline missed        a hard deadline whose day is past without an outcome
    two missed intervals   anything else that is late by two or more of its own intervals; no fact
                           that intake left out
    overloaded             more points than somebody full-time carries
    """
    found = []
    for item in items:
        rule = _rule(item)
        if rule is not None:
            found.append(
                Raised(
                    rule, weight.worker, item.case.number, item.level, item.item, item.kind,
                    item.due, item.days_late, item.days_late // item.allowed,
                    case=item.case if named else None,
                )
            )  # fmt: skip
    found.sort(key=_gravity)
    if weight.is_over:
        found.append(
            Raised(
                OVERLOADED, weight.worker, points=weight.total.points, full_time=weight.full_time
            )
        )
    return found


def _rule(item: DueItem) -> str | None:
    if item.case == ME or item.days_late <= 0:
        return None
    if item.kind == "safety":
        return SAFETY_LATE
    if item.kind == DEADLINE:
        return DEADLINE_MISSED
    if item.kind == APPOINTMENT and not item.stage:
        return None  # it asks whether it was kept, which is a word and no service
    if item.kind == MISSING:
        return None  # a fact that intake left out is paperwork, however long ago that was
    return TWO_MISSED if item.days_late >= MISSED * item.allowed else None


def _gravity(each: Raised) -> tuple[int, int, int, int, str]:
    return (
        RULES.index(each.rule), -(each.level or 0), -(each.days_late or 0), each.number or 0,
        each.item or "",
    )  # fmt: skip
