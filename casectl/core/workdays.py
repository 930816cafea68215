"""Which days are worked, and counting in them. Knows no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The weekdays one works (Monday is 0) less the holidays.

    At least one weekday is worked, so every search below ends.
    """

    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("working weekdays are numbers from 0 (Monday) to 6 (Sunday)")

    def is_working(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.holidays

    def after(self, day: date, count: int) -> date:
        """The ``count``-th working day strictly after ``day``; ``day`` itself for 0."""
        while count > 0:
            day += ONE_DAY
            if self.is_working(day):
                count -= 1
        return day

    def before(self, day: date, count: int) -> date:
        """The ``count``-th working day strictly before ``day``; ``day`` itself for 0."""
        while count > 0:
            day -= ONE_DAY
            if self.is_working(day):
                count -= 1
        return day

    def on_or_before(self, day: date) -> date:
        """``day`` if it is worked, else the last working day before it."""
        while not self.is_working(day):
            day -= ONE_DAY
        return day

    def last_day_off_after(self, day: date) -> date:
        """The day before the next working day: ``day`` itself unless days off follow it.

        What falls due up to here cannot wait for the next working morning, so it shows on ``day``.
        """
        return self.after(day, 1) - ONE_DAY
