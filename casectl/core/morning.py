"""What a morning tells beside the list: what is new since the last one, and what was left lying."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from casectl.core.due import DueItem, Rules
from casectl.core.facts import Group
from casectl.core.model import DEADLINE, Case
from casectl.core.priority import Ranked
from casectl.core.standards import Standards
from casectl.core.values import NamedTuple
from casectl.core.workdays import ONE_DAY, WorkCalendar

# Cron runs once a day; two hours are for a machine that was off or slow.
REMINDERS_WITHIN = timedelta(hours=26)


class Reminded(NamedTuple):
    """Reminders that should have run again: the day and hour of the last time, if there was one."""

    day: date | None = None
    time: str = ""


class Morning(NamedTuple):
    since: date | None = None  # the day of the last morning; None on the first of all
    new: tuple[str, ...] = ()  # items of the list that press since then, the most pressing first
    taken_in: tuple[Case, ...] = ()  # since then, by others, or many at once
    jots: int = 0  # that are not filed
    missed: Reminded | None = None
    jot_begun: bool = False  # and kept as a draft


def new_items(
    rows: Iterable[Ranked], since: date, standards: Standards, back: Collection[str]
) -> tuple[str, ...]:
    """The items of these rows that press and did not on that morning, or were done with then.

    ``back`` are items that an undo has opened again. What is on record is taken to have been there
    already; only a deadline counts as new from the day that it was made on.
    """
    rules = Rules(standards, since)
    return tuple(
        item.item
        for row in rows
        for item in row.items
        if item.is_pressing
        and (item.item in back or _is_made_since(item, since) or not _pressed(rules, item))
    )


def _is_made_since(item: DueItem, since: date) -> bool:
    promise = item.promise
    if promise is None or promise.made_on is None or item.kind != DEADLINE:
        return False
    return promise.made_on >= since


def _pressed(rules: Rules, item: DueItem) -> bool:
    """Whether the fact of this item pressed on the rules' day."""
    group = Group(item.kind, item.stage, item.level, item.case.program or "", item.lead)
    _, band = rules.of(group).due(item.since)
    return item._replace(band=band).is_pressing


def are_missed(ran: datetime, now: datetime, calendar: WorkCalendar) -> bool:
    """Whether reminders should have run again by ``now``. They run on working days, once each."""
    day, off = ran.date(), 0
    while day < now.date() and off <= 366:
        day += ONE_DAY
        off += not calendar.is_working(day)
    return now - ran > REMINDERS_WITHIN + off * ONE_DAY
