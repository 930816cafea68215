"""A night's summary of a caseload: what a supervisor reads, with no name and no text in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from casectl.core.errors import BadValue
from casectl.core.escalating import RULES, Raised
from casectl.core.model import Level
from casectl.core.profiles import PHASES, Capacity
from casectl.core.text import NAME_LIMIT
from casectl.core.trails import Trail, as_plain, from_plain
from casectl.core.values import NamedTuple

SUMMARY, VERSION = "summary", 1
MOST_CASES = 100_000


class Summary(NamedTuple):
    worker: str
    day: date
    capacity: Capacity
    raised: tuple[Raised, ...]
    trails: tuple[Trail, ...]


def summary_object(
    worker: str, day: date, capacity: Capacity, raised: Sequence[Raised], trails: Sequence[Trail]
) -> dict[str, Any]:
    """A summary as JSON takes it."""
    return {
        "casectl": SUMMARY,
        "version": VERSION,
        "worker": worker,
        "day": day.isoformat(),
        "capacity": {
            "level": list(capacity.level),
            "phase": list(capacity.phase),
            "full_time": capacity.full_time,
        },
        "raised": [_raised_object(each) for each in raised],
        "cases": [as_plain(each) for each in trails],
    }


def _raised_object(each: Raised) -> dict[str, Any]:
    plain = each._replace(case=None)._asdict()
    plain["due"] = each.due and each.due.isoformat()
    return {name: value for name, value in plain.items() if value is not None}


def read_summary(made: Mapping[str, Any], where: str) -> Summary:
    """The summary that ``summary_object`` made. Raises BadValue that names the file."""
    if made.get("casectl") != SUMMARY:
        raise BadValue(f"{where} is no summary", hint="casectl summary -o FILE writes one")
    if made.get("version") != VERSION:
        raise BadValue(f"a newer casectl wrote {where}", hint="upgrade casectl")
    try:
        cases = made["cases"]
        if len(cases) > MOST_CASES:
            raise ValueError
        return Summary(
            _name(made["worker"]),
            date.fromisoformat(made["day"]),
            _capacity(made["capacity"]),
            tuple(map(_raised, made["raised"])),
            tuple(map(from_plain, cases)),
        )
    except (BadValue, KeyError, TypeError, ValueError, AttributeError):
        raise BadValue(f"{where} is damaged, or no summary of casectl's") from None


def _capacity(made: Mapping[str, Any]) -> Capacity:
    level, phase = tuple(map(_count, made["level"])), tuple(map(_count, made["phase"]))
    if len(level) != len(Level) or len(phase) != len(PHASES):
        raise ValueError
    full_time = made["full_time"]
    a, b, c, d = level
    v, w, x, y, z = phase
    return Capacity((a, b, c, d), (v, w, x, y, z), None if full_time is None else _count(full_time))


def _raised(made: Mapping[str, Any]) -> Raised:
    known = {name: made.get(name) for name in Raised._fields}
    known["case"] = None
    for name in ("number", "level", "intervals", "points", "full_time", "days_late"):
        if known[name] is not None:
            known[name] = _count(known[name])
    for name in ("item", "kind"):
        if known[name] is not None:
            known[name] = _name(known[name])
    if known["due"] is not None:
        known["due"] = date.fromisoformat(str(known["due"]))
    if known["level"] is not None:
        Level(known["level"])
    if known["rule"] not in RULES:
        raise ValueError
    known["worker"] = _name(known["worker"])
    return Raised(**known)  # type: ignore[arg-type]


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > NAME_LIMIT:
        raise ValueError
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 10**9:
        raise ValueError
    return value
