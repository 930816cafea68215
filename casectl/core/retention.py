"""How long backups are kept: the newest of each day, week and month, fewer the further back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from casectl.core.values import NamedTuple

DAYS, WEEKS, MONTHS = 7, 4, 12
# Made before something that changes everything; worth a week, whatever is made later that day.
GUARDS = frozenset({"migration", "rotation", "import"})


class Made(NamedTuple):
    """A backup as retention sees it: when it was made, and what for."""

    at: datetime
    number: int = 1  # of those made in one second
    reason: str | None = None


def kept(backups: Iterable[Made]) -> set[Made]:
    """Which of the backups to keep; the others may go.

    The newest of each of the last 7 days that have one, of 4 weeks and of 12 months, and of each of
    those 7 days the newest guard. Days without a backup do not count, so nothing is dropped because
    nobody was at work.
    """
    newest_first = sorted(backups, key=lambda each: (each.at, each.number), reverse=True)
    guards = [each for each in newest_first if each.reason in GUARDS]
    days = _newest_of_each(newest_first, _day, DAYS)
    first_day = min((_day(each) for each in days), default=())
    return {
        *days,
        *(each for each in _newest_of_each(guards, _day, DAYS) if _day(each) >= first_day),
        *_newest_of_each(newest_first, _week, WEEKS),
        *_newest_of_each(newest_first, _month, MONTHS),
    }


def _newest_of_each(
    newest_first: Iterable[Made], period: Callable[[Made], tuple[int, ...]], count: int
) -> list[Made]:
    """The newest backup of each of the last ``count`` periods that have one."""
    found: dict[tuple[int, ...], Made] = {}
    for each in newest_first:
        found.setdefault(period(each), each)
    return list(found.values())[:count]


def _day(each: Made) -> tuple[int, ...]:
    return (each.at.year, each.at.month, each.at.day)


def _week(each: Made) -> tuple[int, ...]:
    return each.at.isocalendar()[:2]


def _month(each: Made) -> tuple[int, ...]:
    return (each.at.year, each.at.month)
