"""The worker's days away: days off in the calendar, so that all that is due plans ahead of them.

What falls due meanwhile by a standard moves to the working day before; what was promised stays and
shows on that day. Knows no clock and no database.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from casectl.core.due import Band, DueItem
from casectl.core.errors import BadValue
from casectl.core.model import DEADLINE
from casectl.core.standards import Standards
from casectl.core.values import NamedTuple
from casectl.core.workdays import WorkCalendar

LONGEST = 366  # days of one leave; longer, and somebody else has the cases
FARTHEST = 731  # days ahead that anybody plans one


class Leave(NamedTuple):
    id: str
    from_on: date
    to_on: date
    reason: str | None = None

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days + 1

    def holds(self, day: date) -> bool:
        return self.from_on <= day <= self.to_on


class Move(NamedTuple):
    """An item that a leave moved, and the day that it was due without."""

    item: DueItem
    was_due: date


class Meanwhile(NamedTuple):
    """What falls due during a leave."""

    others: tuple[DueItem, ...]  # safety, deadlines, appointments: a colleague's
    moved: tuple[Move, ...]  # to before the leave
    staying: tuple[DueItem, ...]  # promised for those days
    standing: tuple[DueItem, ...] = ()  # due then by a standard that nothing moves
    tried: tuple[Move, ...] = ()  # to be tried again then, and now only after it; by its retry


class Back(NamedTuple):
    """A leave that has just ended, and how many cases had something come due over it."""

    leave: Leave
    came_due: int
    is_planned: bool = False  # somebody has spread it over days


def with_leaves(standards: Standards, leaves: Sequence[Leave]) -> Standards:
    """The standards of somebody who is away on those days."""
    if not leaves:
        return standards
    days = frozenset(day for leave in leaves for day in days_of(leave))
    return standards._replace(calendar=standards.calendar._replace(away=days))


def days_of(leave: Leave) -> Iterator[date]:
    """Each day; of one longer than any may be, which another program wrote, the first ones."""
    for number in range(min(leave.days, LONGEST)):
        yield leave.from_on + timedelta(days=number)


def checked_leave(first: date, last: date, today: date, others: Iterable[Leave]) -> Leave:
    """A leave not yet written. Raises BadValue for one that cannot be."""
    if last < first:
        raise BadValue(
            f"a leave to {last.isoformat()} ends before it begins, on {first.isoformat()}",
            hint="--from is the first day away, --to the last",
        )
    made = Leave("", first, last)
    if made.days > LONGEST:
        raise BadValue(f"a leave is at most {LONGEST} days", hint="hand the cases over instead")
    if (last - today).days > FARTHEST or (today - last).days > LONGEST:
        raise BadValue(f"{last.isoformat()} is too far from today", hint="check its year")
    for other in others:
        if first <= other.to_on and other.from_on <= last:
            raise BadValue(
                f"away from {other.from_on.isoformat()} to {other.to_on.isoformat()} already",
                hint=f"casectl away --cancel --from {other.from_on.isoformat()} first",
            )
    return made


def last_day_before(leave: Leave, calendar: WorkCalendar) -> date:
    """The last working day before a leave."""
    return calendar.before(leave.from_on, 1)


def working_days_of(leave: Leave, calendar: WorkCalendar) -> int:
    """Its days that are worked by a calendar that does not know of it."""
    return sum(calendar.is_working(day) for day in days_of(leave))


def meanwhile(
    leave: Leave, without: Iterable[DueItem], within: Iterable[DueItem], today: date
) -> Meanwhile:
    """What falls due during a leave, each list in the order given.

    ``without`` are the items as they stand without it, due by its end or pressing today; ``within``
    the same cases' with it.
    """
    now = {item.item: item for item in within}
    others, moved, staying, standing, tried = [], [], [], [], []
    for item in without:
        if item.kind == "safety":
            others.append(item)
        elif not leave.holds(item.due):
            after = now.get(item.item, item)
            if item.retry_on is not None and leave.holds(item.retry_on):
                tried.append(Move(after, item.retry_on))
        elif item.is_appointment or item.kind == DEADLINE:
            others.append(item)
        else:
            after = now.get(item.item, item)
            if after.due < item.due:
                moved.append(Move(after, item.due))
            elif item.promise is not None:
                staying.append(item)
            else:
                standing.append(item)
    return Meanwhile(tuple(others), tuple(moved), tuple(staying), tuple(standing), tuple(tried))


def just_ended(leaves: Iterable[Leave], today: date) -> Leave | None:
    """The last leave that is over, if it is not long ago."""
    over = [leave for leave in leaves if leave.to_on < today <= leave.to_on + GREETED]
    return max(over, key=lambda leave: leave.to_on, default=None)


# Somebody who falls ill on the last day of a leave comes back later than planned.
GREETED = timedelta(days=31)


def came_due(leave: Leave, items: Iterable[DueItem], calendar: WorkCalendar) -> int:
    """How many cases have something pressing that fell due over the leave.

    From the last working day before it, to which standards moved what they asked for meanwhile.
    """
    first = last_day_before(leave, calendar)
    return len(
        {item.case.id for item in items if item.due >= first and item.band not in (None, Band.SOON)}
    )


def greeting(back: Back) -> str:
    """``Back after 14 days away: 41 came due. casectl triage --spread 5d``

    Once that is done, what helps in the weeks after.
    """
    days = back.leave.days
    away = f"Back after {days} day{'s' * (days != 1)} away"
    if not back.came_due:
        return f"{away}: nothing came due."
    helps = "today --calls --untried" if back.is_planned else "triage --spread 5d"
    return f"{away}: {back.came_due:,} came due. casectl {helps}"
