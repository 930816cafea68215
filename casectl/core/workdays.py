"""Which days are worked, and counting in them. Knows no clock."""

from datetime import date, timedelta
from functools import lru_cache

from casectl.core.values import NamedTuple

ONE_DAY = timedelta(days=1)
# A list asks for the same few days again and again; a walk over days off is worth remembering.
REMEMBERED = 4096


class WorkCalendar(NamedTuple):
    """The weekdays one works (Monday is 0) less the holidays and one's own days away.

    At least one weekday is worked (``config`` sees to it), so every search below ends.
    """

    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    holidays: frozenset[date] = frozenset()
    away: frozenset[date] = frozenset()

    @property
    def office(self) -> "WorkCalendar":
        """The same for somebody who is never away."""
        return self._replace(away=frozenset()) if self.away else self

    def is_working(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.holidays and day not in self.away

    @lru_cache(REMEMBERED)  # noqa: B019 - a process has one or two calendars, and they are small
    def after(self, day: date, count: int) -> date:
        """The ``count``-th working day strictly after ``day``; ``day`` itself for 0."""
        while count > 0:
            day += ONE_DAY
            if self.is_working(day):
                count -= 1
        return day

    @lru_cache(REMEMBERED)  # noqa: B019
    def before(self, day: date, count: int) -> date:
        """The ``count``-th working day strictly before ``day``; ``day`` itself for 0."""
        while count > 0:
            day -= ONE_DAY
            if self.is_working(day):
                count -= 1
        return day

    @lru_cache(REMEMBERED)  # noqa: B019
    def on_or_before(self, day: date) -> date:
        """``day`` if it is worked, else the last working day before it."""
        while not self.is_working(day):
            day -= ONE_DAY
        return day

    @lru_cache(REMEMBERED)  # noqa: B019
    def last_day_off_after(self, day: date) -> date:
        """The day before the next working day: ``day`` itself unless days off follow it.

        What falls due up to here cannot wait for the next working morning, so it shows on ``day``.
        """
        return self.after(day, 1) - ONE_DAY
