"""What a morning says below the list: in few words, and in names that can be typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from casectl.core.morning import Morning, Reminded
from casectl.core.spoken import spoken_short
from casectl.render import Output

# More names than this nobody keeps in mind, and they stand in the list above anyway.
TOLD = 8
JOT_BEGUN = "A jot is kept as a draft: casectl jot --edit goes on with it"


def news_of(morning: Morning, output: Output) -> list[str]:
    """A sentence each, and none where there is nothing to tell."""
    news = []
    if morning.since is not None:
        since = _day(morning.since, output)
        if morning.new:
            news.append(f"New on the list since {since}: {_some(morning.new)}")
        if morning.taken_in:
            handles = [case.handle for case in morning.taken_in]
            news.append(f"Taken in since {since}: {_some(handles)}")
    if morning.jots:
        jots = "1 jot" if morning.jots == 1 else f"{morning.jots:,} jots"
        news.append(f"{jots} to file: casectl jots")
    if morning.jot_begun:
        news.append(JOT_BEGUN)
    if morning.missed is not None:
        news.append(_reminders(morning.missed, output))
    return news


def _some(names: Sequence[str]) -> str:
    more = len(names) - TOLD
    told = " ".join(names[:TOLD])
    return f"{told} and {more:,} more" if more > 0 else told


def _reminders(missed: Reminded, output: Output) -> str:
    if missed.day is None:
        return "Reminders have not run yet: casectl cron prints what runs them, or --off"
    return (
        f"Reminders last ran {_day(missed.day, output)} at {missed.time}: "
        "casectl cron prints what runs them, or --off"
    )


def _day(day: date, output: Output) -> str:
    return spoken_short(day, output.today, output.order)
