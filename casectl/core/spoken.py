"""Days as a reader sees them, always with their weekday, and sizes. English everywhere."""

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


def spoken_size(size: int) -> str:
    """``812 bytes``, ``1.2 MB``, ``40 GB``: a file's size, as disks are sold."""
    if size < 1000:
        return f"{size} bytes"
    amount = float(size)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.5 or unit == "GB":
            break
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"


def _weekday_and_day(day: date, order: DateOrder | None) -> str:
    month = MONTHS[day.month - 1][:3]
    words = f"{month} {day.day}" if order == "mdy" else f"{day.day} {month}"
    return f"{WEEKDAYS[day.weekday()][:3]} {words}"


# --- The text -------------------------------------------------------------------------------
