"""What a caseload weighs: points by level and phase, against what one person can carry.

Points order nothing. They say whether there is more work than hours, which no list of cases shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from casectl.core.due import DueItem
from casectl.core.load import minutes_of
from casectl.core.model import Level
from casectl.core.profiles import PHASES, Capacity
from casectl.core.trails import Trail
from casectl.core.values import NamedTuple
from casectl.core.weeks import day_of
from casectl.core.workdays import ONE_DAY, WorkCalendar

TREND = 6  # weeks, this one the last
WEEK = timedelta(days=7)
OLDEST = 3  # clients named who were not reached for the longest
SLOTS, AHEAD = 5, 28  # free days that are named, and how many days ahead they are looked for
ROOM = 60  # minutes that a day must have left to be free
NONE_SAID = "not said"  # of a program that a case has none of


class Part(NamedTuple):
    """So many cases, and what they weigh."""

    cases: int = 0
    points: int = 0


class Weight(NamedTuple):
    """The caseload of one person on one day."""

    worker: str
    day: date
    total: Part
    by_level: Mapping[str, Part]
    by_phase: Mapping[str, Part]
    by_program: Mapping[str, Part]
    by_status: Mapping[str, Part]
    full_time: int | None  # points; None where nothing says how much is too much

    @property
    def percent(self) -> int | None:
        """Of what somebody full-time carries, rounded up: 100 is full, 101 is over."""
        if not self.full_time:
            return None
        return -(-100 * self.total.points // self.full_time)

    @property
    def is_over(self) -> bool:
        return self.full_time is not None and self.total.points > self.full_time


class Week(NamedTuple):
    """The caseload at the end of a day, and what came and went in the seven days up to it."""

    day: date
    total: Part
    opened: int
    closed: int


class Unreached(NamedTuple):
    """An open case whose client was not reached for the longest; ``on`` is None for never."""

    number: int
    on: date | None
    days: int  # since then, or since intake


class Slot(NamedTuple):
    """A working day with room."""

    day: date
    minutes: int  # left of the hours that one has for the list


def weight_of(trails: Iterable[Trail], day: date, capacity: Capacity, worker: str = "") -> Weight:
    """What the cases that are open at the end of ``day`` weigh."""
    levels = {each.word: Part() for each in sorted(Level, reverse=True)}
    phases = {each: Part() for each in PHASES}
    programs: dict[str, Part] = {}
    statuses: dict[str, Part] = {}
    total = Part()
    for trail in trails:
        phase, stood = trail.phase(day), trail.stood(day)
        if phase is None or stood is None:
            continue
        level = Level(stood.level)
        points = capacity.points(level, phase)
        total = _more(total, points)
        levels[level.word] = _more(levels[level.word], points)
        phases[phase] = _more(phases[phase], points)
        for table, name in (
            (programs, trail.program or NONE_SAID),
            (statuses, stood.status.replace("_", " ")),
        ):
            table[name] = _more(table.get(name, Part()), points)
    by_program = dict(sorted(programs.items(), key=lambda each: (-each[1].cases, each[0])))
    return Weight(
        worker, day, total, levels, phases, by_program, dict(sorted(statuses.items())),
        capacity.full_time,
    )  # fmt: skip


def trend_of(trails: Sequence[Trail], today: date, capacity: Capacity) -> list[Week]:
    """The last weeks, the oldest first, each up to today's weekday."""
    return [_week(trails, today - n * WEEK, capacity) for n in reversed(range(TREND))]


def _week(trails: Sequence[Trail], day: date, capacity: Capacity) -> Week:
    before = day - WEEK
    opened = sum(each.is_open(day) and not each.is_open(before) for each in trails)
    closed = sum(each.is_open(before) and not each.is_open(day) for each in trails)
    return Week(day, weight_of(trails, day, capacity).total, opened, closed)


def longest_unreached(trails: Iterable[Trail], today: date) -> list[Unreached]:
    """The open cases that wait the longest for a contact that reached the client."""
    found = []
    for trail in trails:
        if trail.is_open(today):
            days = [day for day in trail.reached if day <= today]
            last = days[-1] if days else None
            found.append(Unreached(trail.number, last, (today - (last or trail.opened_on)).days))
    return sorted(found, key=lambda each: (-each.days, each.number))[:OLDEST]


def free_slots(
    items: Iterable[DueItem],
    today: date,
    calendar: WorkCalendar,
    hours: int,
    learned: Mapping[str, int],
) -> list[Slot]:
    """The next working days with an hour or more to spare, of the hours that the list may take.

    ``items`` are all that press or fall due within ``AHEAD`` days. What is late stands on today,
    as in ``casectl week``; work that today has no room for is taken on into the days after it.
    """
    due: dict[date, int] = {}
    for item in items:
        day = day_of(item, today)
        due[day] = due.get(day, 0) + minutes_of(item, learned)
    slots: list[Slot] = []
    waiting = 0
    for n in range(AHEAD + 1):
        day = today + n * ONE_DAY
        waiting += due.get(day, 0)
        if not calendar.is_working(day):
            continue
        left = hours * 60 - waiting
        waiting = max(-left, 0)
        if left >= ROOM:
            slots.append(Slot(day, left))
            if len(slots) == SLOTS:
                break
    return slots


def _more(part: Part, points: int) -> Part:
    return Part(part.cases + 1, part.points + points)
