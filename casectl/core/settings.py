"""The settings by their dotted keys: what each may be, as somebody types it and as a file holds it.

``standards.contact.high`` is everybody's; ``programs.Housing.contact.high`` is one program's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from casectl.core.errors import BadValue
from casectl.core.model import DEADLINE_KINDS, KNOWABLE, Level
from casectl.core.spoken import WEEKDAYS as WEEKDAY_NAMES
from casectl.core.standards import BY_LEVEL_FIELDS, DAY_FIELDS, MAY_BE_NONE
from casectl.core.text import NAME_LIMIT, checked_text
from casectl.core.values import NamedTuple

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DATE_ORDERS = ("dmy", "mdy")
BACKUPS = DAILY, OFF = ("daily", "off")
LEVELS = tuple(level.word for level in Level)
NONE = "none"  # of a list that may be empty
LONGEST_COMMAND = 1000  # characters, of a path too
ALIASES = "aliases"

Value = str | int | bool | list[str] | list[date]


class Setting(NamedTuple):
    """What a value may be; ``least`` and ``most`` are a number's."""

    kind: str
    least: int = 0
    most: int = 3650


ROOT: Mapping[str, Setting] = {
    "worker": Setting("name"),
    "profile": Setting("name or path"),
    "date_order": Setting("order"),
    "limit": Setting("number", 1, 1_000_000),
    "horizon": Setting("number", 0, 366),
    "accessible": Setting("yes or no"),
    "private": Setting("yes or no"),
    "working_days": Setting("weekdays"),
    "holidays": Setting("days"),
    "working_hours": Setting("number", 1, 24),
    "full_time": Setting("number", 1, 100_000),
    "withhold_under": Setting("number", 2, 1000),
    "verified_for": Setting("number", 1),
    "backup": Setting("daily or off"),
    "key_file": Setting("path"),
    "key_command": Setting("command"),
    "lock_minutes": Setting("number", 1, 1440),
}
STANDARDS: Mapping[str, Setting] = {
    **{
        f"{name}.{level}": Setting("number", 0 if name == "retry" else 1)
        for name in BY_LEVEL_FIELDS
        for level in LEVELS
    },
    **{name: Setting("number", 0 if name in MAY_BE_NONE else 1) for name in DAY_FIELDS},
    "guardian_counts": Setting("yes or no"),
    "requires": Setting("facts"),
    **{
        f"deadlines.{kind}.{part}": Setting("number")
        for kind in DEADLINE_KINDS
        for part in ("warning", "lead")
    },
}


class Key(NamedTuple):
    """A key taken apart; without a program it is everybody's, without a standard of the root."""

    text: str
    setting: Setting
    program: str = ""
    standard: str = ""
    alias: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """Where it stands in a file, table by table."""
        if self.alias:
            return (ALIASES, self.alias)
        if self.program:
            return ("programs", self.program, *self.standard.split("."))
        if self.standard:
            return ("standards", *self.standard.split("."))
        return (self.text,)


def find_key(text: str) -> Key:
    """The key that ``text`` names. Raises BadValue with the nearest one for a key nobody knows."""
    wanted = text.strip()
    if wanted in ROOT:
        return Key(wanted, ROOT[wanted])
    head, _, rest = wanted.partition(".")
    if head == "standards" and rest in STANDARDS:
        return Key(wanted, STANDARDS[rest], standard=rest)
    if head == ALIASES and rest:
        return _alias(rest)
    if head == "programs":
        # A program's name may hold dots, so it is what stands before a standard.
        for standard, setting in STANDARDS.items():
            name = rest.removesuffix(f".{standard}").strip("\"'")
            if rest.endswith(f".{standard}") and name.strip():
                checked_text(name, "program", limit=NAME_LIMIT)
                return Key(f"programs.{name}.{standard}", setting, name, standard)
    raise BadValue(f"no setting {wanted[:80]!r}", hint=_nearest(wanted))


def _alias(name: str) -> Key:
    """The key of a word of one's own. Raises BadValue for what could not be typed as one."""
    if not (name[0].isalnum() and name.replace("-", "").replace("_", "").isalnum()):
        raise BadValue(f"{ALIASES}.{name[:40]} is not a word of letters, digits and hyphens")
    return Key(f"{ALIASES}.{name}", Setting("command line"), alias=name)


def _nearest(text: str) -> str:
    from difflib import get_close_matches

    keys = [*ROOT, *(f"standards.{name}" for name in STANDARDS)]
    if text.startswith("programs."):
        program = text.split(".")[1] or "NAME"
        keys = [f"programs.{program}.{name}" for name in STANDARDS]
    close = get_close_matches(text, keys, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else "casectl config list shows them all"


def key_at(path: tuple[str, ...]) -> Key | None:
    """The key of a value found at ``path`` in a file; None where there is no such setting."""
    if len(path) == 1 and path[0] in ROOT:
        return Key(path[0], ROOT[path[0]])
    head, *rest = path
    program = rest.pop(0) if head == "programs" and rest else ""
    standard = ".".join(rest)
    if head == ALIASES and len(rest) == 1 and rest[0]:
        return _alias(rest[0])
    if standard in STANDARDS and (head == "standards" or program.strip()):
        return Key(".".join(path), STANDARDS[standard], program, standard)
    return None


def typed(key: Key, text: str) -> Value:
    """What somebody typed after ``config set KEY``, as a value. Raises BadValue."""
    words = text.strip()
    value: Any = words
    match key.setting.kind:
        case "number":
            digits = words.isascii() and words.isdigit() and len(words) < 10
            value = int(words) if digits else None
        case "yes or no":
            value = {"yes": True, "true": True, "on": True, "no": False, "false": False,
                     "off": False}.get(words.lower())  # fmt: skip
        case "weekdays":
            names = {name.lower() for name in WEEKDAY_NAMES}
            each = words.lower().replace(",", " ").split()
            value = [word[:3] if word in names else word for word in each]
        case "days":
            value = words.replace(",", " ").split()
        case "facts":
            value = [fact_named(each) for each in words.split(",")] if words != NONE else []
        case "order" | "daily or off":
            value = words.lower()
    return checked_value(key, value)


def checked_value(key: Key, value: Any) -> Value:
    """``value`` if the setting may have it, else BadValue that says what it may be."""
    kind, least, most = key.setting
    match kind:
        case "number":
            if type(value) is int and least <= value <= most:
                return value
            raise BadValue(f"{key.text} is a whole number from {least} to {most}")
        case "yes or no":
            if type(value) is bool:
                return value
            raise BadValue(f"{key.text} is yes or no (true or false in the file)")
        case "order":
            if value in DATE_ORDERS:
                return str(value)
            raise BadValue(f"{key.text} is dmy (31/12) or mdy (12/31)")
        case "daily or off":
            if value in BACKUPS:
                return str(value)
            raise BadValue(f"{key.text} is daily or off")
        case "weekdays":
            if isinstance(value, list) and value and all(day in WEEKDAYS for day in value):
                return sorted(set(value), key=WEEKDAYS.index)
            raise BadValue(f"{key.text} is one or more of {', '.join(WEEKDAYS)}")
        case "days":
            return _days(key, value)
        case "facts":
            if isinstance(value, list) and all(each in KNOWABLE for each in value):
                return [each for each in KNOWABLE if each in value]
            raise BadValue(f"{key.text} is {NONE}, or some of {', '.join(KNOWABLE)}")
    if not isinstance(value, str):
        raise BadValue(f"{key.text} is a {kind} in quotes")
    if kind in ("path", "command", "command line", "name or path"):
        return checked_text(value, key.text, limit=LONGEST_COMMAND)
    return checked_text(value, key.text, limit=NAME_LIMIT)


def fact_named(text: str) -> str:
    """A fact as it is typed: ``Birth-Date`` is birth date."""
    return " ".join(text.lower().replace("-", " ").split())


def _days(key: Key, value: Any) -> list[date]:
    refusal = BadValue(f"{key.text} is a list of days like 2026-12-25")
    if not isinstance(value, list):
        raise refusal
    days = set()
    for each in value:
        if type(each) is date:
            days.add(each)
            continue
        try:
            if isinstance(each, datetime) or len(each) != 10:
                raise refusal
            days.add(date.fromisoformat(each))
        except (TypeError, ValueError):
            raise refusal from None
    return sorted(days)


def said(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(each if isinstance(each, str) else each.isoformat() for each in value)
    return str(value)
