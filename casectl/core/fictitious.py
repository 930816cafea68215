"""A caseload of fictitious people, of any size, for the demo, the tests and the benchmark.

Pure: the day is an argument, and one seed always tells the same stories. A caseload is a *roster*,
one case of each thing that can need somebody, and around it as many ordinary cases as are asked
for. What is never cut from the day's list (SAFETY, DEADLINE, today's appointments) comes from the
roster alone, so that it stays the same few cases at every size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from casectl.core import fictitious_people as words
from casectl.core.fictitious_people import Dice, person
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CANCELLED,
    CLOSED,
    DEADLINE,
    DONE,
    FOLLOW_UP,
    ON_HOLD,
    PENDING,
    REACHED,
    TRIED,
    URGENCIES,
    Case,
    Client,
    Contact,
    Level,
    Note,
    Promise,
    level_of,
)
from casectl.core.standards import Standards

DEMO_SEED = 1
SPREAD = 730  # days before the day of the list over which cases were opened
CLOSED_SHARE = 0.3
ROSTER_SHARE = 0.7  # of a small caseload at most, so that some of it is ordinary and closed
OLD_ENOUGH = 45  # days since intake before an ordinary case may have been closed


class Story(NamedTuple):
    """One fictitious case with everything on file. The store gives it its keys and its handle."""

    client: Client
    case: Case
    promises: tuple[Promise, ...]
    contacts: tuple[Contact, ...]
    notes: tuple[Note, ...]


def stories(seed: int, count: int, as_of: date, standards: Standards) -> Iterator[Story]:
    """``count`` cases as they stand on ``as_of``, the longest open first.

    Exactly three in ten are closed. Open ones have 1.5 open follow-ups on average.
    """
    roster = _places(count)
    ordinary = [0, 0]  # those old enough to be closed: so far, and closed of them
    old = sum(1 for index in range(count) if index not in roster and _age(index, count))
    for index in range(count):
        dice = Dice(seed * 1_000_003 + index)
        draft = Draft(dice, index, as_of, standards)
        entry = roster.get(index)
        if entry is not None:
            draft.opened(entry.age)
            entry.tell(draft)
        else:
            draft.opened(_age(index, count))
            ...
        yield draft.story()
