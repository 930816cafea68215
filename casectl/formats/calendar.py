"""Entries -> an iCalendar file (RFC 5545). The only importer of icalendar, slow to load."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from casectl.core.text import visible
from casectl.core.values import NamedTuple

# How long an entry with an hour lasts where nobody said.
MINUTES = 60


class Entry(NamedTuple):
    """One entry of the calendar: a whole day, or an hour of it in the machine's own time zone."""

    uid: str
    day: date
    summary: str
    description: str
    category: str
    time: str | None = None  # HH:MM
    minutes: int | None = None
    place: str | None = None


def calendar_file(entries: Iterable[Entry], *, name: str, moment: str) -> bytes:
    """The whole file, made at ``moment`` (ISO, UTC).

    Entries keep their UID from one file to the next, so that a calendar that reads the file again
    moves what moved and drops what is gone.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//casectl//reminders//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    stamp = datetime.fromisoformat(moment)
    for entry in entries:
        calendar.add_component(_event(entry, stamp))
    return bytes(calendar.to_ical())


def _event(entry: Entry, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", stamp)
    if entry.time is None:
        event.add("dtstart", entry.day)
        event.add("transp", "TRANSPARENT")  # owed that day, but the hours stay free
    else:
        start = _instant(entry.day, entry.time)
        event.add("dtstart", start)
        event.add("dtend", start + timedelta(minutes=entry.minutes or MINUTES))
    event.add("summary", _text(entry.summary))
    event.add("description", _text(entry.description))
    event.add("categories", [entry.category])
    event.add("class", "PRIVATE")
    if entry.place:
        event.add("location", _text(entry.place))
    return event


def _instant(day: date, hour: str) -> datetime:
    """Local wall-clock time as UTC: every calendar program reads that alike, zones or none."""
    local = datetime.combine(day, time.fromisoformat(hour))
    return local.astimezone(UTC)


def _text(words: str) -> str:
    """Text that RFC 5545 can carry: line breaks are escaped by the library, controls shown."""
    return visible(words.replace("\r\n", "\n"), lines=True)
