"""Values of ours that a file carries from one caseload to another.

Written plainly, and read with every field looked at: such a file may be anybody's. What is not
sound raises BadValue, KeyError, TypeError or ValueError, for the reader to say which file it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from math import isfinite
from typing import Any

from casectl.core.casework import (
    DROPPED,
    GOAL,
    LETTERS,
    OPEN,
    PAST,
    PLANNED,
    STEP,
    TRANSITION,
    Piece,
)
from casectl.core.closing import LONGEST_HOLD
from casectl.core.contacting import LONGEST_COVER as LONGEST_STAY
from casectl.core.dates import FIRST_DAY, LAST_DAY
from casectl.core.errors import BadValue
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CANCELLED,
    DEADLINE,
    DONE,
    FOLLOW_UP,
    KEPT,
    MEANS,
    MEANS_UNKNOWN,
    MISSED,
    ON_HOLD,
    PARTIES,
    PENDING,
    REACHED,
    TRIED,
    Case,
    Client,
    Contact,
    Note,
    Promise,
)
from casectl.core.monitoring import FURTHEST
from casectl.core.text import NAME_LIMIT, NOTE_LIMIT, checked_name, checked_text

DEEPEST = 12  # levels of a body

TEXT_LISTS: Mapping[type, Mapping[str, tuple[str, ...]]] = {
    Case: {"status": (PENDING, ACTIVE, ON_HOLD)},
    Promise: {
        "kind": (FOLLOW_UP, DEADLINE, APPOINTMENT),
        "status": (OPEN, DONE, CANCELLED, KEPT, MISSED),
    },
    Contact: {
        "outcome": (REACHED, TRIED),
        "by": (*MEANS, MEANS_UNKNOWN),
        "party": PARTIES,
    },
    Piece: {"kind": tuple(LETTERS), "status": (OPEN, DONE, DROPPED, PLANNED, PAST)},
}
NUMBERS = frozenset({"urgency", "snoozes", "lead_days", "minutes", "number"})
BELOW_NOTHING = (-2, -1)
YES_OR_NO = frozenset({"interpreter"})
NOT_DAYS = frozenset({"waiting_on"})
NEEDED: Mapping[type, tuple[str, ...]] = {
    Case: ("status", "urgency", "opened_on", "level_reviewed_on"),
    Client: ("name",),
    Promise: ("id", "number", "kind", "what", "due_on", "status"),
    Contact: ("id", "number", "on_day", "outcome", "by", "party"),
    Note: ("id", "number", "on_day", "text"),
    Piece: ("id", "number", "kind", "on_day", "status"),
}
KEY = re.compile(r"[0-9a-zA-Z-]{1,64}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z")
# What is text and yet has a shape.
WRITTEN: Mapping[str, re.Pattern[str]] = {
    "due_time": re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d"),
    "birth_date": re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?"),
    "recorded_at": MOMENT,
    "signed_at": MOMENT,
}
# The days that may lie ahead, and how far at the most; every other says what has happened.
AHEAD: Mapping[str, int | None] = {
    "due_on": None, "first_due_on": None, "repeats_from": None, "hold_until": LONGEST_HOLD,
    "covered_until": LONGEST_STAY,
}  # fmt: skip
BEGINS_AHEAD: Mapping[str, int | None] = {GOAL: None, STEP: None, TRANSITION: FURTHEST.days}
KEYS = frozenset({"id", "corrects", "contact_id", "addendum_to", "parent"})


def plain(value: Any, *, leave: Iterable[str] = ()) -> dict[str, Any]:
    """A value of ours as JSON takes it, without what it does not say."""
    left = set(leave)
    return {
        name: each.isoformat() if isinstance(each, date) else each
        for name, each in value._asdict().items()
        if name not in left and each is not None and each != {}
    }


def read_value(kind: Any, made: Mapping[str, Any]) -> Any:
    """One value of ``kind``: only fields that it has, each of its sort."""
    if not isinstance(made, Mapping) or set(made) - set(kind._fields):
        raise ValueError
    if any(made.get(name) is None for name in NEEDED[kind]):
        raise ValueError
    values: dict[str, Any] = {
        name: "" for name in ("id", "case_id", "handle", "client_id", "client") if name in
        kind._fields
    }  # fmt: skip
    if kind is Case:
        values["risk"] = None  # not assessed
    if "number" in kind._fields:
        values["number"] = 0
    for name, each in made.items():
        values[name] = read_field(kind, name, each)
    return kind(**values)


def read_field(kind: Any, name: str, value: Any) -> Any:
    listed = TEXT_LISTS.get(kind, {}).get(name)
    if listed is not None:
        if value not in listed:
            raise ValueError
        return value
    if name == "body":
        if not isinstance(value, Mapping):
            raise ValueError
        check_body(value, DEEPEST)
        return value
    if name in KEYS:
        return key_of(value)
    if name == "level":  # of a goal's progress it may be less than nothing
        return value if value in BELOW_NOTHING else whole(value)
    if name in NUMBERS:
        return whole(value)
    if name in YES_OR_NO:
        if type(value) is not bool:
            raise ValueError
        return value
    if name not in NOT_DAYS and is_day(name):
        return date.fromisoformat(value)
    if name in WRITTEN and not WRITTEN[name].fullmatch(value):
        raise ValueError
    if name == "repeats":
        from casectl.core.recurrence import spoken_rule

        spoken_rule(value)  # raises BadDay for what is no rule
    return checked_text(value, "text", limit=NOTE_LIMIT) if value != "" else ""


class OddName(ValueError):
    """A name that no client has; ``str(error)`` says why, and nothing of it."""


def read_name(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    try:
        return checked_name(value)
    except BadValue as error:
        raise OddName(error.args[0]) from None


def is_day(name: str) -> bool:
    return name.endswith("_on") or name in (
        "on_day", "crisis_since", "covered_until", "clock_from", "hold_until", "repeats_from",
    )  # fmt: skip


def absurd_day(fields: Mapping[str, Any], today: date, kind: str = "") -> str | None:
    """Which day among these fields cannot be meant, in words; None where all can.

    They are held to what a person may type. ``kind`` is a piece's: a goal may begin later, and a
    discharge is recorded before it comes.
    """
    for name, day in fields.items():
        if not isinstance(day, date):
            continue
        said = f"{name.replace('_', ' ')} {day.isoformat()}"
        if not FIRST_DAY <= day <= LAST_DAY:
            return f"{said} is not from {FIRST_DAY.year} to {LAST_DAY.year}"
        most = BEGINS_AHEAD.get(kind, 0) if name == "on_day" else AHEAD.get(name, 0)
        if most is not None and (day - today).days > most:
            return f"{said} is {f'more than {most} days' if most else 'still'} ahead"
    return None


def check_body(value: Any, depth: int) -> None:
    if depth == 0 or not isinstance(value, (str, int, bool, float, list, Mapping, type(None))):
        raise ValueError
    if isinstance(value, float) and not isfinite(value):
        raise ValueError
    if isinstance(value, Mapping):
        for name, each in value.items():
            checked_text(name, "name", limit=NAME_LIMIT)
            check_body(each, depth - 1)
    elif isinstance(value, list):
        for each in value:
            check_body(each, depth - 1)
    elif isinstance(value, str) and value:
        checked_text(value, "text", limit=NOTE_LIMIT)


def key_of(value: Any) -> str:
    if not isinstance(value, str) or not KEY.fullmatch(value):
        raise ValueError
    return value


def whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 10**9:
        raise ValueError
    return value


def day_or_none(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)
