"""What a case owes now, in a few lines after a write that changed it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from casectl.core.spoken import spoken
from casectl.render import Object
from casectl.render.objects import case_object, reason_object

if TYPE_CHECKING:
    from casectl.core.due import DueItem
    from casectl.core.model import Case
    from casectl.render import Output

MOST = 6  # lines; casectl show has the rest


def owed_object(case: Case, items: Sequence[DueItem], output: Output) -> Object:
    """The case as it stands, and everything it owes."""
    return {**case_object(case), "owes": [reason_object(item, output) for item in items]}


def owed_sentences(case: Case, items: Sequence[DueItem], output: Output) -> list[str]:
    """``1.contact  reach the client: Wed 25 Nov 2026``, most pressing first."""
    if not items:
        return ["It owes nothing now."]
    lines = ["It owes:", *(f"  {item.item:<14} {_what(item, output)}" for item in items[:MOST])]
    if len(items) > MOST:
        lines.append(f"  and {len(items) - MOST} more: casectl show {case.number}")
    return lines


def _what(item: DueItem, output: Output) -> str:
    day = spoken(item.due, output.order, time=item.time)
    late = ""
    if item.days_late > 0:
        late = f", {item.days_late} day{'s' if item.days_late > 1 else ''} late"
    return f"{item.what}: {day}{late}"
