"""What makes a promise a sound one: its words, its day, its kind."""

from __future__ import annotations

from datetime import date, timedelta

from casectl.core.dates import When
from casectl.core.errors import BadValue
from casectl.core.model import (
    DEADLINE,
    DEADLINE_KINDS,
    FOLLOW_UP,
    FOLLOW_UP_KINDS,
    ME,
    Case,
    Promise,
)
from casectl.core.spoken import DateOrder, spoken
from casectl.core.text import checked_text

LONGEST_SNOOZE = 366  # days; what waits longer is cancelled, and promised anew then
# A deadline's kind shows in its words often enough to save a flag; it is always echoed.
DEADLINE_HINTS = {
    "appeal": ("appeal", "fair hearing"),
    "court": ("court", "hearing", "trial", "arraign", "sentenc"),
    "authorization": ("authoriz", "authoris", "prior auth"),
    "recertification": ("recert", "redetermin", "renewal", "lease"),
}
FOLLOW_UP_HINTS = {"call": ("call", "phone", "ring"), "visit": ("visit", "home visit")}


def new_promise(
    case: Case,
    kind: str,
    what: str,
    when: When,
    *,
    subject: str | None = None,
    lead_days: int | None = None,
    place: str | None = None,
    minutes: int | None = None,
    waiting_on: str | None = None,
    repeats: str | None = None,
    order: DateOrder | None = None,
) -> Promise:
    """A promise not yet written. Raises BadValue for one that cannot be meant."""
    if not case.is_open:
        raise BadValue(f"{case.handle} is closed", hint=f"casectl reopen {case.number} first")
    if case != ME:
        checked_due(when.day, case.opened_on, order)
    elif waiting_on:
        raise BadValue("your own work has no --waiting-on", hint="say it in its text")
    if minutes is not None and not 1 <= minutes <= 24 * 60:
        raise BadValue("--minutes is a number from 1 to 1440")
    if lead_days is not None and not 0 <= lead_days <= 366:
        raise BadValue("--lead is a number of working days from 0 to 366")
    return Promise(
        id="",
        case_id=case.id,
        number=0,
        kind=kind,
        what=checked_text(what, "text"),
        due_on=when.day,
        due_time=when.time,
        subject=subject_of(kind, subject, what),
        lead_days=lead_days,
        place=checked_text(place, "place") if place else None,
        minutes=minutes,
        waiting_on=checked_text(waiting_on, "name after --waiting-on") if waiting_on else None,
        repeats=repeats,
        repeats_from=when.day if repeats else None,
    )


def overlap(one: Promise, other: Promise) -> bool:
    """Whether two appointments of one day take some of the same minutes, as far as is known.

    One without a length takes the minute that it begins at.
    """
    if one.due_time is None or other.due_time is None:
        return False
    first, second = (
        (int(each.due_time[:2]) * 60 + int(each.due_time[3:]), each.minutes or 1)
        for each in sorted((one, other), key=lambda each: each.due_time or "")
        if each.due_time is not None
    )
    return second[0] < first[0] + first[1]


def checked_due(due: date, opened_on: date, order: DateOrder | None) -> None:
    if due < opened_on:
        raise BadValue(
            f"{spoken(due, order)} is before the intake on {spoken(opened_on, order)}",
            hint="give a later day",
        )


def check_snooze(until: date, today: date, order: DateOrder | None) -> None:
    """Raise BadValue for a day that is no later one, or so late that the promise is forgotten."""
    if until <= today:
        raise BadValue(f"{spoken(until, order)} is not a later day", hint="snooze moves on")
    last = today + timedelta(days=LONGEST_SNOOZE)
    if until > last:
        raise BadValue(
            f"a snooze ends by {spoken(last, order)}, {LONGEST_SNOOZE} days ahead",
            hint="snooze it again then, or casectl cancel drops it with a reason",
        )


def subject_of(kind: str, named: str | None, what: str) -> str | None:
    """The kind within its kind: named, or told by the words. Appointments have none."""
    if kind == DEADLINE:
        return _subject(named, what, DEADLINE_KINDS, DEADLINE_HINTS)
    if kind == FOLLOW_UP:
        return _subject(named, what, FOLLOW_UP_KINDS, FOLLOW_UP_HINTS)
    return None


def _subject(
    named: str | None, what: str, kinds: tuple[str, ...], hints: dict[str, tuple[str, ...]]
) -> str:
    if named is not None:
        word = named.strip().lower()
        if word not in kinds:
            raise BadValue(f"no kind {named[:40]!r}; there are {', '.join(kinds)}")
        return word
    words = f" {what.lower()}"
    for kind, parts in hints.items():
        for part in parts:
            if f" {part}" in words:
                return kind
    return "other"
