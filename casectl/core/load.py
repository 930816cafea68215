"""How many minutes what is due takes, by its kind, and how much of it fits into a day.

A guess until contacts say how long they took: what was learned from them is handed in. Minutes
order nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from casectl.core.agenda import COUNT_CAP, Load
from casectl.core.due import Band, DueItem
from casectl.core.model import APPOINTMENT, DEADLINE, FOLLOW_UP, ME
from casectl.core.priority import Ranked

# By what a follow-up is for, by a due item's kind otherwise. Reaching somebody is a call, unless
# they have always been visited; what is learned knows better.
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
    "review": 10,
    "next_step": 10,
    "hold": 10,
    "plan": 45,
    "goal": 15,
    "note": 10,
    "missing": 10,
    "transition": 30,
    "voice": 10,
    "referral": 15,
    "denial": 15,
    "consent": 15,
    "handover": 10,
    "closing": 45,
    "aftercare": 15,
}
# The means of a contact whose minutes tell how long such a thing takes.
LEARNED_FROM: Mapping[str, str] = {
    "call": "phone",
    "contact": "phone",
    "safety": "phone",
    "visit": "visit",
    APPOINTMENT: "visit",
    "email": "email",
    "letter": "letter",
}
ENOUGH = 5  # contacts; the minutes of fewer say nothing yet


def learned_from(logged: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The median minutes by kind, of the means and minutes of contacts, where there are enough."""
    by_means: dict[str, list[int]] = {}
    for by, minutes in logged:
        by_means.setdefault(by, []).append(minutes)
    median = {by: sorted(each)[len(each) // 2] for by, each in by_means.items()}
    return {
        kind: median[by] for kind, by in LEARNED_FROM.items() if len(by_means.get(by, ())) >= ENOUGH
    }


def kind_of(item: DueItem) -> str:
    """What the minutes of an item are looked up by."""
    if item.kind == FOLLOW_UP:
        subject = item.promise.subject if item.promise is not None else None
        return subject if subject is not None and subject in DEFAULT_MINUTES else "other"
    if item.stage in ("review", "level"):
        return "review"
    return item.kind if item.kind in DEFAULT_MINUTES else "other"


def minutes_of(item: DueItem, learned: Mapping[str, int]) -> int:
    """The minutes one item takes: its own where it has any, else those of its kind.

    ``learned`` has what logged contacts took, by the same kinds, where there were enough of them.
    """
    if item.promise is not None and item.promise.minutes:
        return item.promise.minutes
    kind = kind_of(item)
    return learned.get(kind) or DEFAULT_MINUTES[kind]


def load_of(
    rows: Sequence[Ranked], need: int, hours: int, today: date, learned: Mapping[str, int]
) -> tuple[Load | None, list[Ranked]]:
    """How many of ``need`` cases fit into ``hours``, and the rows that are not left to a count.

    A row takes what its first item is likely to take: what else its case owes may follow another
    day. Today's appointments and the worker's own work are kept free first, each item of it; then
    come SAFETY and DEADLINE, then NOW in its order, until the first row that does not fit. Of those
    in need whose rows were not read, as many are taken to fit as on the average of those that were.
    None where all fit.
    """
    day = _Day(hours * 60, today, learned)
    day.keep_free(rows)
    kept = [row for row in rows if day.has_room(row) or row.first.band is not Band.NOW]
    pressing = sum(row.first.is_pressing for row in rows)
    fits = day.fits
    if not day.is_full and pressing < need:
        fits = min(need, fits + day.left // day.usual)
    if fits >= need:
        return None, list(rows)
    shown = sum(row.first.is_pressing for row in kept)
    return Load(fits, COUNT_CAP + 1 if need > COUNT_CAP else need - shown), kept


class _Day:
    """The minutes of one day, given away row by row until one does not fit."""

    def __init__(self, minutes: int, today: date, learned: Mapping[str, int]) -> None:
        self.left = minutes
        self.today = today
        self.learned = learned
        self.is_full = False
        self.fits = 0
        self.spent = 0

    def keep_free(self, rows: Iterable[Ranked]) -> None:
        """The time of what takes place whatever else there is: appointments, and one's own work."""
        for row in rows:
            for item in row.items:
                if self._is_fixed(item):
                    self.left -= minutes_of(item, self.learned)

    def has_room(self, row: Ranked) -> bool:
        item = row.first
        if not item.is_pressing:
            return False
        if self._is_fixed(item):
            self.fits += 1
            return True
        takes = minutes_of(item, self.learned)
        self.is_full = self.is_full or self.left < takes
        if not self.is_full:
            self.left -= takes
            self.spent += takes
            self.fits += 1
        return not self.is_full

    @property
    def usual(self) -> int:
        """What a row took on the average."""
        return max(self.spent // max(self.fits, 1), 1)

    def _is_fixed(self, item: DueItem) -> bool:
        if item.case == ME:
            return item.is_pressing
        return item.is_appointment and item.due == self.today
