"""Days as a reader sees them, always with their weekday. English everywhere, as the grammar is."""

from __future__ import annotations

from datetime import date
from typing import Literal

DateOrder = Literal["dmy", "mdy"]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def spoken(day: date, order: DateOrder | None = None, *, time: str | None = None) -> str:
    """``Fri 27 Nov 2026``, or ``Fri Nov 27 2026`` in month-first order; reads back as itself."""
    at = f", {time}" if time else ""
    return f"{_weekday_and_day(day, order)} {day.year}{at}"


def spoken_short(day: date, today: date, order: DateOrder | None = None) -> str:
    """``Fri 27 Nov``; the year is said only where it is not this year."""
    return _weekday_and_day(day, order) if day.year == today.year else spoken(day, order)


def _weekday_and_day(day: date, order: DateOrder | None) -> str:
    month = MONTHS[day.month - 1][:3]
    words = f"{month} {day.day}" if order == "mdy" else f"{day.day} {month}"
    return f"{WEEKDAYS[day.weekday()][:3]} {words}"


# --- The text -------------------------------------------------------------------------------
