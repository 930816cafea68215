"""What a case leaves behind that can be counted: days, levels and words from closed lists.

A trail holds nobody's words and no name, so it may stand in a summary that a supervisor reads.
Reports, the weight of a caseload and its trend are worked out from trails alone, and so are the
same from a caseload and from a summary of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from casectl.core.errors import BadValue
from casectl.core.model import ACTIVE, CLOSED, Level
from casectl.core.phases import phase_of
from casectl.core.values import NamedTuple


class Stand(NamedTuple):
    """How a case stood from a day on, as the journal has it."""

    from_on: date
    status: str
    level: int
    assessed: bool
    agreed: bool  # a plan was


class Met(NamedTuple):
    """A contact, without what was said. Corrected ones are left out."""

    on: date
    reached: bool
    by: str
    party: str
    minutes: int | None = None


class Work(NamedTuple):
    """A goal, a step or a closing: from when to when it was open, and how it ended."""

    kind: str
    on: date
    ended_on: date | None = None
    status: str = "open"


class Sent(NamedTuple):
    """A referral that was sent: what was answered first, when, and whether the client got there."""

    on: date
    service: str = ""  # the key of the resource
    answer: str | None = None  # accepted, declined, waitlisted; None while it is silent
    answered_on: date | None = None
    connected: bool = False  # the client confirmed it
    cents: int | None = None  # what one time of the service costs, where that is kept


class Assessed(NamedTuple):
    """The domains of one assessment, each from 1 (in crisis) to 5 (thriving)."""

    on: date
    levels: Mapping[str, int] = {}


class Trail(NamedTuple):
    """One case as it can be counted."""

    number: int
    client: str  # a key that two cases of one client share, and that names nobody
    opened_on: date
    closed_on: date | None = None
    ending: str | None = None  # why it was closed, as a word of the list, or "other"
    program: str | None = None
    language: str | None = None
    clock_from: date | None = None  # imported: its first contact is nobody's to judge
    assessed_on: date | None = None
    agreed_on: date | None = None
    stands: tuple[Stand, ...] = ()  # by day; at least one
    contacts: tuple[Met, ...] = ()  # by day
    work: tuple[Work, ...] = ()
    sent: tuple[Sent, ...] = ()
    assessments: tuple[Assessed, ...] = ()  # by day
    notes: tuple[date, ...] = ()

    def stood(self, day: date) -> Stand | None:
        """How it stood at the end of ``day``; None before intake.

        Before the journal knows of it (an import) it stood as it was taken over.
        """
        if day < self.opened_on or not self.stands:
            return None
        found = self.stands[0]
        for each in self.stands:
            if each.from_on > day:
                break
            found = each
        if self.closed_on is not None and self.closed_on <= day:
            return found._replace(status=CLOSED)
        if found.status == CLOSED and day < found.from_on:  # taken over when it was closed already
            return found._replace(status=ACTIVE)
        return found

    def is_open(self, day: date) -> bool:
        stood = self.stood(day)
        return stood is not None and stood.status != CLOSED

    def phase(self, day: date) -> str | None:
        """The phase at the end of ``day``; None where it was not open."""
        stood = self.stood(day)
        if stood is None or stood.status == CLOSED:
            return None
        at_work = closing = False
        for each in self.work:
            if each.on <= day and (each.ended_on is None or each.ended_on > day):
                closing = closing or each.kind == "closing"
                at_work = at_work or each.kind != "closing"
        return phase_of(
            assessed=stood.assessed, agreed=stood.agreed, at_work=at_work, closing=closing
        )

    def level(self, day: date) -> Level:
        stood = self.stood(day) or self.stands[0]
        return Level(stood.level)

    @property
    def reached(self) -> list[date]:
        """The days that the client was reached; a letter reaches nobody."""
        return sorted(
            {e.on for e in self.contacts if e.reached and e.party == "client" and e.by != "letter"}
        )


# What each field of a trail that is a list holds; days stand as ISO text in a file.
LISTS: Mapping[str, Any] = {
    "stands": Stand,
    "contacts": Met,
    "work": Work,
    "sent": Sent,
    "assessments": Assessed,
}
DAYS = frozenset({"on", "from_on", "ended_on", "answered_on"})
OWN_DAYS = frozenset({"opened_on", "closed_on", "clock_from", "assessed_on", "agreed_on"})
LONGEST = 200  # characters of any text of a trail that comes from a file


def as_plain(trail: Trail) -> dict[str, Any]:
    """A trail as JSON takes it."""
    plain: dict[str, Any] = {}
    for name, value in trail._asdict().items():
        if name in LISTS:
            plain[name] = [
                [each.isoformat() if isinstance(each, date) else each for each in one]
                for one in value
            ]
        elif name == "notes":
            plain[name] = [day.isoformat() for day in value]
        else:
            plain[name] = value.isoformat() if isinstance(value, date) else value
    return plain


def from_plain(plain: Mapping[str, Any]) -> Trail:
    """The trail that ``as_plain`` made. Raises BadValue for anything else."""
    try:
        values: dict[str, Any] = {}
        for name in Trail._fields:
            value = plain[name]
            if name in LISTS:
                value = tuple(_listed(LISTS[name], each) for each in value)
            elif name == "notes":
                value = tuple(date.fromisoformat(each) for each in value)
            elif name in OWN_DAYS:
                value = None if value is None else date.fromisoformat(value)
            elif name == "number":
                value = _number(value)
            else:
                value = _text(value)
            values[name] = value
        trail = Trail(**values)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadValue("a case of the summary cannot be read") from None
    if trail.opened_on is None or trail.client is None or not trail.stands:
        raise BadValue("a case of the summary has no intake day")
    return trail


def _listed(kind: Any, values: Iterable[Any]) -> Any:
    made: list[Any] = []
    for name, value in zip(kind._fields, values, strict=True):
        if name in DAYS:
            made.append(None if value is None else date.fromisoformat(value))
        elif name == "levels":
            made.append({str(_text(key)): _number(each) for key, each in value.items()})
        elif isinstance(value, str):
            made.append(_text(value))
        elif value is None or isinstance(value, (bool, int)):
            made.append(value)
        else:
            raise ValueError(name)
    if kind is Stand:
        Level(made[2])
    if made[0] is None:
        raise ValueError
    return kind(*made)


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 10**12:
        raise ValueError(value)
    return value


def _text(value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or len(value) > LONGEST):
        raise ValueError
    return value
