"""How old what is shown is, where a summary tells it and not the caseload itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from casectl.core.spoken import spoken_short
from casectl.render import Output
from casectl.render.screens import Line, wrapped

OLD = 3  # days; on Monday the newest there is may be of Friday


def age_words(day: date, output: Output) -> str | None:
    """``as of Mon 23 Nov, 4 days old``; None of what is today's."""
    days = (output.today - day).days
    if not days:
        return None
    said = spoken_short(day, output.today, output.order)
    if days < 0:
        return f"as of {said}, which is still ahead"
    return f"as of {said}, {days:,} day{'s' * (days != 1)} old"


def is_old(day: date, output: Output) -> bool:
    return (output.today - day).days > OLD


def warnings(days: Mapping[str, date], output: Output) -> Iterator[str]:
    """What nobody may miss, whatever they read the rest with."""
    for worker, day in days.items():
        if is_old(day, output):
            yield (
                f"OLD: {worker} {age_words(day, output)}; what happened since is not in it. "
                "Ask for a newer one."
            )
        elif day > output.today:
            yield (
                f"AHEAD: {worker} {age_words(day, output)}; no day of it can be trusted. "
                "Ask for another, and whose clock is wrong."
            )


def aged_lines(days: Mapping[str, date], output: Output) -> list[Line]:
    """A line for each summary that is not today's, before what it tells."""
    lines: list[Line] = []
    for worker, day in days.items():
        words = age_words(day, output)
        if words is not None:
            style = "SAFETY" if is_old(day, output) else "head"
            drawn = wrapped(f"{worker} {words}", output.width)
            lines += [[(each, style) for each, _ in line] for line in drawn]
    return lines


def as_of(worker: str, days: Mapping[str, date]) -> str | None:
    """The day of a row, ISO; of everybody's the oldest, because no more than that is known of."""
    day = days.get(worker) or min(days.values(), default=None)
    return day.isoformat() if day else None
