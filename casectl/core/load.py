"""How many minutes what is due takes, by its kind.

A guess until contacts say how long they took: what was learned from them is handed in.
"""

from collections.abc import Mapping

from casectl.core.due import DueItem
from casectl.core.model import APPOINTMENT, DEADLINE, FOLLOW_UP

HOURS = 6  # of a working day that there are for what is due
# By what a follow-up is for, by a due item's kind otherwise.
DEFAULT_MINUTES: Mapping[str, int] = {
    "call": 15,
    "visit": 60,
    "paperwork": 30,
    "email": 10,
    "letter": 20,
    "meeting": 60,
    "other": 20,
    APPOINTMENT: 60,
    DEADLINE: 60,
    "safety": 30,
    "contact": 20,
    "assessment": 60,
    "next_step": 10,
    "hold": 10,
}


def kind_of(item: DueItem) -> str:
    """What the minutes of an item are looked up by."""
    if item.kind == FOLLOW_UP:
        subject = item.promise.subject if item.promise is not None else None
        return subject if subject is not None and subject in DEFAULT_MINUTES else "other"
    return item.kind if item.kind in DEFAULT_MINUTES else "other"


def minutes_of(item: DueItem, learned: Mapping[str, int]) -> int:
    """The minutes one item takes: its own where it has any, else those of its kind.

    ``learned`` has what logged contacts took, by the same kinds, where there were enough of them.
    """
    if item.promise is not None and item.promise.minutes:
        return item.promise.minutes
    kind = kind_of(item)
    return learned.get(kind) or DEFAULT_MINUTES[kind]
