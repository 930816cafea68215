"""The coming days, a day's blocks of time and the matrix as objects, with explicit keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casectl.render import Object, Output
from casectl.render.objects import item_object

if TYPE_CHECKING:
    from casectl.core.weeks import Day

WEEK_COLUMNS = ("day", "weekday", "working", "count", "late", "minutes", "hours", "due")


def day_object(day: Day, output: Output) -> Object:
    """``week --json``: one object a day, every item of it."""
    return {
        "day": day.day.isoformat(),
        "weekday": f"{day.day:%a}",
        "working": day.working,
        "away": day.leave is not None,
        "reason": day.leave.reason if day.leave is not None else None,
        "count": day.count,
        "late": day.late,
        "minutes": day.minutes,
        "hours": [item_object(item, output) for item in day.hours],
        "due": [item_object(item, output) for item in day.due],
    }
