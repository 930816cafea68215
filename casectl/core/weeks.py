"""The coming days one by one: what has an hour, what falls due, how long it takes.

What a plan of triage puts off stands on the day that it is planned for; what is late stands on
today. Knows no clock and no database.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from casectl.core.due import DueItem
from casectl.core.leave import Leave
from casectl.core.load import minutes_of
from casectl.core.model import DEADLINE, ME
from casectl.core.values import NamedTuple
from casectl.core.workdays import WorkCalendar

DAYS = 7


class Day(NamedTuple):
    """One day of a week. Its items are in the order of the list, those with an hour by it."""

    day: date
    working: bool
    leave: Leave | None  # that one is away on
    hours: tuple[DueItem, ...]  # appointments, timed deadlines, one's own work with an hour
    due: tuple[DueItem, ...]  # the others
    late: int  # of those, fell due before it: today's alone
    minutes: int  # that all of it is likely to take

    @property
    def things(self) -> int:
        return len(self.hours) + len(self.due)


class Week(NamedTuple):
    days: tuple[Day, ...]
    before: int  # items due between today and its first day, or late: on no day of it


def week_of(
    items: Iterable[DueItem],
    first: date,
    today: date,
    calendar: WorkCalendar,
    leaves: Sequence[Leave],
    learned: Mapping[str, int],
) -> Week:
    """The seven days from ``first``; ``items`` are all that press or fall due by the last one."""
    by_day: dict[date, list[DueItem]] = {}
    for item in items:
        by_day.setdefault(day_of(item, today), []).append(item)
    days = tuple(
        _day(first + timedelta(days=n), by_day, today, calendar, leaves, learned)
        for n in range(DAYS)
    )
    return Week(days, sum(len(each) for day, each in by_day.items() if day < first))


def day_of(item: DueItem, today: date) -> date:
    """The day that an item is seen to: today for what is late, a plan's day for what it puts off.

    A deadline that asks for work already stands on its own day; the list of today has it as well.
    """
    if item.put_off and item.planned_on is not None:
        return item.planned_on
    return max(item.due, today)


def has_hour(item: DueItem) -> bool:
    """Whether it takes place, at an hour or some time of its day, whatever else there is."""
    if item.is_appointment:
        return True
    return item.time is not None and (item.kind == DEADLINE or item.case == ME)


def by_the_hour(items: Iterable[DueItem]) -> list[DueItem]:
    """What has no hour comes last."""
    return sorted(items, key=lambda item: (item.time is None, item.time or ""))


def _day(
    day: date,
    by_day: Mapping[date, Sequence[DueItem]],
    today: date,
    calendar: WorkCalendar,
    leaves: Sequence[Leave],
    learned: Mapping[str, int],
) -> Day:
    items = by_day.get(day, ())
    # An appointment that is over asks whether it was kept; it takes place no more.
    timed = [item for item in items if has_hour(item) and item.due == day]
    due = [item for item in items if not (has_hour(item) and item.due == day)]
    return Day(
        day,
        calendar.is_working(day),
        next((leave for leave in leaves if leave.holds(day)), None),
        tuple(by_the_hour(timed)),
        tuple(due),
        sum(item.due < today for item in due if day == today),
        sum(minutes_of(item, learned) for item in items),
    )
