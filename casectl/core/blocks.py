"""A day written out as blocks of time, around what takes place at its hour.

    08:00     SAFETY and DEADLINE first, each of them
    10:00     an appointment, where it is
    10:45     the list in its order, as far as it fits
    14:00     the end of the hours; only what is never left out goes on behind it

Knows no clock and no database.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from casectl.core.due import Band, DueItem
from casectl.core.load import minutes_of
from casectl.core.model import DEADLINE
from casectl.core.priority import Ranked
from casectl.core.values import NamedTuple
from casectl.core.weeks import has_hour

# Who asks before six, or for another day, plans for the morning.
EARLIEST, MORNING = 6 * 60, 8 * 60
STEP = 5  # a day begins at a whole five minutes
MIDNIGHT = 24 * 60
COURT = "court"  # the deadline that is a place to be
TO_RECORD = 5  # whether an appointment that is over was kept


class Block(NamedTuple):
    """One thing and its time, in minutes since midnight. What no hour of the day holds has none."""

    begins: int | None
    minutes: int
    item: DueItem
    fixed: bool  # takes place then, whatever else there is
    also: int  # what else of the case presses, and has no block

    @property
    def ends(self) -> int | None:
        return None if self.begins is None else self.begins + self.minutes


class Left(NamedTuple):
    """What has no block, and the minutes that it is likely to take."""

    item: DueItem
    minutes: int


class Blocks(NamedTuple):
    begins: int
    ends: int  # of the hours that one has
    blocks: tuple[Block, ...]  # by their time
    left: tuple[Left, ...]  # does not fit; in the order of the list, one thing of a case
    ahead: tuple[Left, ...] = ()  # takes place at an hour of another day, by that

    @property
    def overrun(self) -> bool:
        """Whether what is never left out goes on past the hours."""
        return any(not each.fixed and is_over(each, self) for each in self.blocks)


def is_over(block: Block, day: Blocks) -> bool:
    """Whether a block ends behind the hours."""
    return block.ends is None or block.ends > day.ends


def blocks_of(
    rows: Sequence[Ranked], today: date, now: str, hours: int, learned: Mapping[str, int]
) -> Blocks:
    """``rows``, the whole list, as a day of ``hours`` that begins ``now`` (HH:MM).

    A case gets a block for its first thing, and for each that is in SAFETY or DEADLINE; who is seen
    at an hour of today gets no other. What waits for another day is not looked at; a hearing of
    another day is only named, because nobody goes to it today.
    """
    begins = begins_at(now)
    ends = min(begins + hours * 60, MIDNIGHT)
    fixed = [item for row in rows for item in row.items if _is_fixed(item, today, begins)]
    seen = {item.case.id for item in fixed}
    ahead = [item for row in rows for item in row.items if _is_ahead(item, today)]
    first: list[DueItem] = []
    then: list[DueItem] = []
    for row in rows:
        items = [item for item in row.items if item not in ahead]
        musts = [item for item in items if _is_a_must(item, today) and item not in fixed]
        first += musts
        if not musts and row.record.case.id not in seen:
            then += [item for item in items if item.is_pressing and not item.stands_behind][:1]
    timeline = _Timeline(begins, ends, learned)
    for item in fixed:
        timeline.keep(item)
    for item in _urgent_first(first):
        timeline.put(item)
    left = [item for item in then if not timeline.fits(item)]
    return Blocks(
        begins,
        ends,
        tuple(_with_others(timeline.blocks, rows, ahead)),
        tuple(Left(item, takes(item, learned)) for item in left),
        tuple(
            Left(item, takes(item, learned))
            for item in sorted(ahead, key=lambda item: (item.due, item.time or ""))
        ),
    )


def takes(item: DueItem, learned: Mapping[str, int], *, fixed: bool = False) -> int:
    """The minutes of an item. An appointment that is over only asks whether it was kept."""
    if item.is_appointment and item.time is not None and not fixed:
        return TO_RECORD
    return minutes_of(item, learned)


def begins_at(now: str) -> int:
    """The minutes since midnight at which a day begins that is planned at ``now``."""
    minutes = minute_of(now)
    return MORNING if minutes < EARLIEST else -(-minutes // STEP) * STEP


def minute_of(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)


def clock(minute: int) -> str:
    """``09:30``; what goes on past midnight is 24:00 and later."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _is_fixed(item: DueItem, today: date, begins: int) -> bool:
    """Whether it takes place at an hour that is still ahead."""
    if item.due != today or item.time is None or not has_hour(item):
        return False
    return minute_of(item.time) >= begins


def _is_ahead(item: DueItem, today: date) -> bool:
    """Whether it is a hearing at an hour of a later day. Any other deadline is work before it."""
    return item.kind == DEADLINE and item.stage == COURT and item.due > today and bool(item.time)


def _is_a_must(item: DueItem, today: date) -> bool:
    """SAFETY and DEADLINE, and an appointment of today that nobody gave an hour."""
    if item.band in (Band.SAFETY, Band.DEADLINE):
        return True
    return item.is_appointment and item.due == today and item.time is None


def _urgent_first(items: Iterable[DueItem]) -> list[DueItem]:
    """Band by band, each as the list has it."""
    return sorted(items, key=lambda item: item.band if item.band is not None else Band.SOON)


def _with_others(
    blocks: Iterable[Block], rows: Iterable[Ranked], ahead: Iterable[DueItem]
) -> list[Block]:
    """The blocks by their time, each case's first one with the count of what else presses."""
    pressing = {row.record.case.id: sum(item.is_pressing for item in row.items) for row in rows}
    for item in ahead:
        pressing[item.case.id] -= item.is_pressing
    made = sorted(blocks, key=lambda each: (each.begins is None, each.begins or 0))
    for each in made:
        pressing[each.item.case.id] -= each.item.is_pressing
    told: set[str] = set()
    found = []
    for each in made:
        case = each.item.case.id
        found.append(each if case in told else each._replace(also=pressing[case]))
        told.add(case)
    return found


class _Timeline:
    """One day's minutes, given away one thing after another."""

    def __init__(self, begins: int, ends: int, learned: Mapping[str, int]) -> None:
        self.begins, self.ends, self.learned = begins, ends, learned
        self.blocks: list[Block] = []
        self._busy: list[tuple[int, int]] = []

    def keep(self, item: DueItem) -> None:
        """What takes place at its hour; two at one hour are both there."""
        assert item.time is not None
        self._take(item, minute_of(item.time), fixed=True)

    def put(self, item: DueItem) -> None:
        """What is never left out: in the hours if it can, else behind them."""
        minutes = takes(item, self.learned)
        begins = self._free(minutes, self.ends)
        if begins is None:
            begins = self._free(minutes, MIDNIGHT)
        self._take(item, begins)

    def fits(self, item: DueItem) -> bool:
        """Put what can be left out into the first gap that holds it."""
        begins = self._free(takes(item, self.learned), self.ends)
        if begins is None:
            return False
        self._take(item, begins)
        return True

    def _take(self, item: DueItem, begins: int | None, *, fixed: bool = False) -> None:
        minutes = takes(item, self.learned, fixed=fixed)
        self.blocks.append(Block(begins, minutes, item, fixed, 0))
        if begins is not None:
            self._busy = sorted([*self._busy, (begins, begins + minutes)])

    def _free(self, minutes: int, until: int) -> int | None:
        """The first minute from which so many are free, all of them before ``until``."""
        at = self.begins
        for begins, ends in self._busy:
            if begins - at >= minutes:
                break
            at = max(at, ends)
        return at if at + minutes <= until else None
