"""Going through the list, and spreading what is overdue over the days ahead.

The most pressing stays for today, as far as the hours go; the rest is planned for the working days
after it, in the order of the list. Knows no clock and no database.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from casectl.core.due import Band, DueItem
from casectl.core.errors import BadValue
from casectl.core.load import minutes_of
from casectl.core.model import CLOSED, DEADLINE, OWN, Case
from casectl.core.priority import Ranked
from casectl.core.spoken import DateOrder, spoken
from casectl.core.values import NamedTuple
from casectl.core.workdays import WorkCalendar

MOST_DAYS = 20  # working days that a spread may take: four weeks
MORE = 15  # minutes at a time, where the hours do not hold what is overdue
FARTHEST = 60  # days ahead that anything is planned


class Planned(NamedTuple):
    """A case and the day proposed for it; today means that it stays as it is."""

    row: Ranked
    day: date
    minutes: int


class DayLoad(NamedTuple):
    """One day of a spread, in minutes."""

    day: date
    cases: int  # overdue ones that are put on it
    minutes: int  # of those
    due: int  # items that fall due on it anyway, or were planned for it before
    due_minutes: int

    @property
    def total(self) -> int:
        return self.minutes + self.due_minutes


class Spread(NamedTuple):
    days: tuple[DayLoad, ...]
    planned: tuple[Planned, ...]  # in the order of the list
    minutes: int  # that one has each day
    urgent: int  # cases in SAFETY and DEADLINE, which no plan puts off
    waiting: int  # overdue cases that wait already: tried, or planned

    def later_than(self, today: date) -> list[tuple[Case, date]]:
        """What there is to write: the cases that are put off, and to which day."""
        return [(each.row.record.case, each.day) for each in self.planned if each.day > today]

    @property
    def overfull(self) -> DayLoad | None:
        """The fullest day, where what is put on it is more than it holds."""
        fullest = max((day for day in self.days if day.cases), key=_total, default=None)
        return fullest if fullest is not None and fullest.total > self.minutes else None


def to_walk(rows: Iterable[Ranked]) -> list[Ranked]:
    """The rows that want an answer now: what waits for its day does, except in SAFETY."""
    return [row for row in rows if next_item(row, ()) is not None]


def next_item(row: Ranked, seen: Collection[str]) -> DueItem | None:
    """The first thing of a case that wants an answer, but for those ``seen``."""
    for item in row.items:
        waits = item.stands_behind and item.band is not Band.SAFETY
        if item.is_pressing and not waits and item.item not in seen:
            return item
    return None


def can_be_planned(item: DueItem) -> bool:
    """A closed case's call cannot: no plan is made for a case that is closed."""
    if item.case.status in (OWN, CLOSED):
        return False
    return item.band is Band.NOW and item.kind != "safety"


def checked_plan(day: date, today: date, order: DateOrder | None = None) -> date:
    """A day to plan for. Raises BadValue for one gone by or so far off that it hides."""
    if day < today:
        raise BadValue(f"{spoken(day, order)} has gone by", hint="a plan looks ahead")
    if (day - today).days > FARTHEST:
        raise BadValue(
            f"{spoken(day, order)} is more than {FARTHEST} days ahead",
            hint="casectl hold is for a case that rests so long",
        )
    return day


def spread_days(today: date, count: int, calendar: WorkCalendar) -> list[date]:
    """``count`` working days, today among them if it is one. Raises BadValue for too many."""
    if not 1 <= count <= MOST_DAYS:
        raise BadValue(f"--spread takes 1 to {MOST_DAYS} working days", hint="--spread 5d")
    first = today if calendar.is_working(today) else calendar.after(today, 1)
    days = [first]
    while len(days) < count:
        days.append(calendar.after(days[-1], 1))
    return days


def spread(
    rows: Sequence[Ranked],
    ahead: Iterable[DueItem],
    days: Sequence[date],
    today: date,
    minutes: int,
    learned: Mapping[str, int],
) -> Spread:
    """Overdue NOW rows over ``days`` of so many ``minutes``, the most pressing first.

    ``rows`` is the whole list, ``ahead`` every item due by the last day. What falls due on a day
    takes its minutes first. A row that does not fit begins the next day, so that the order stays;
    where not all of them fit, each day gets as much more as it takes.
    """
    overdue = [row for row in rows if _is_overdue(row)]
    wanted = [row for row in overdue if not row.first.stands_behind]
    of_them = {row.record.case.id for row in wanted}
    booked = _booked(rows, ahead, days, today, of_them, learned)
    taken = [(row, minutes_of(row.first, learned)) for row in wanted]
    room = minutes
    while (planned := _filled(taken, booked, room)) is None:
        room += MORE
    return Spread(
        tuple(_load(day, planned, booked[day]) for day in days),
        tuple(planned),
        minutes,
        sum(row.first.band in (Band.SAFETY, Band.DEADLINE) for row in rows),
        len(overdue) - len(wanted),
    )


def _filled(
    taken: Iterable[tuple[Ranked, int]], booked: Mapping[date, Sequence[int]], room: int
) -> list[Planned] | None:
    """Every row on a day of ``room`` minutes, in their order; None where they do not fit."""
    days = iter(booked)
    planned, day = [], next(days)
    left = room - sum(booked[day])
    for row, takes in taken:
        while takes > left:
            following = next(days, None)
            if following is None:
                return None
            day, left = following, room - sum(booked[following])
        left -= takes
        planned.append(Planned(row, day, takes))
    return planned


def _total(load: DayLoad) -> int:
    return load.total


def _is_overdue(row: Ranked) -> bool:
    """Whether a plan could put the row off. One's own work is no case, and is snoozed."""
    return can_be_planned(row.first) and row.first.days_late > 0


def _load(day: date, planned: Iterable[Planned], booked: Sequence[int]) -> DayLoad:
    own = [each.minutes for each in planned if each.day == day]
    return DayLoad(day, len(own), sum(own), len(booked), sum(booked))


def _booked(
    rows: Iterable[Ranked],
    ahead: Iterable[DueItem],
    days: Sequence[date],
    today: date,
    spreading: Collection[str],
    learned: Mapping[str, int],
) -> dict[date, list[int]]:
    """The minutes of what each day has already: today's other rows, what is due later, what waits.

    Whoever sees to a case that is being spread does what else it owes by then, but for its
    appointments and deadlines.
    """
    booked: dict[date, list[int]] = {day: [] for day in days}

    def book(day: date | None, item: DueItem) -> None:
        if day is not None and (on := _day_of(day, days)) is not None:
            booked[on].append(minutes_of(item, learned))

    for row in rows:
        first = row.first
        if row.record.case.id not in spreading and first.is_pressing:
            waits_until = first.planned_on if first.put_off else None
            if waits_until is None and first.waits and first.band is Band.NOW:
                waits_until = first.retry_on
            book(max(waits_until or today, today), first)
        for item in row.items[1:]:
            if item.is_appointment and item.due == today:
                book(today, item)
    for item in ahead:
        fixed = item.is_appointment or item.kind == DEADLINE
        if not item.is_pressing and (fixed or item.case.id not in spreading):
            book(item.due, item)
    return booked


def _day_of(day: date, days: Sequence[date]) -> date | None:
    """The working day on which something due on ``day`` is seen to; None beyond them."""
    if day > days[-1]:
        return None
    before = [each for each in days if each <= day]
    return before[-1] if before else days[0]
