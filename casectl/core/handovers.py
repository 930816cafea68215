"""A case in a file for a colleague: where things stand in ten lines, and the record itself.

What comes by file was written by another program, or by anybody who knows how: every value is
looked at before it becomes one of ours. Keys are never taken over, they are made anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from casectl.core.casework import (
    CLOSING,
    COVERED,
    COVERING,
    GIVEN,
    GOAL,
    HANDOVER,
    LETTERS,
    NEED,
    OPEN,
    RISK,
    TAKEN,
    Piece,
    texts_in,
)
from casectl.core.due import DueItem
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
    RISKS,
    TRIED,
    Case,
    Client,
    Contact,
    Level,
    Load,
    Note,
    Promise,
)
from casectl.core.spoken import DateOrder, spoken_short
from casectl.core.text import NAME_LIMIT, NOTE_LIMIT, checked_name, checked_text, shortened
from casectl.core.values import NamedTuple
from casectl.core.views import File

HANDED, VERSION = "handover", 1
TRANSFER, COVER, BACK = "transfer", "cover", "back"
KINDS = (TRANSFER, COVER, BACK)
LINES = 10
WIDTH = 100  # characters of a line that tells where things stand
DEEPEST = 12  # levels of a body
PURPOSES = {TRANSFER: "transfer of the case", COVER: "cover of the case", BACK: "cover of the case"}
WHAT = {
    TRANSFER: "the whole record, to the colleague who takes over",
    COVER: "the whole record, to the colleague who covers",
    BACK: "what was done while it was covered",
}
# What of a case stays with whoever worked it.
NOT_HANDED = ("id", "number", "handle", "client_id", "client", "worker", "planned_on",
              "planned_from", "planned_reason")  # fmt: skip


class Given(NamedTuple):
    """One case of a hand-over file, read and sound, with the keys that it had there."""

    origin: str  # the key of the case where it came from
    number: int  # and its number there
    brief: tuple[str, ...]
    load: Load


class Handed(NamedTuple):
    """A hand-over file."""

    id: str
    kind: str
    sender: str
    recipient: str
    day: date
    from_on: date | None
    until: date | None
    cases: tuple[Given, ...]
    returned: tuple[Returned, ...] = ()


class Returned(NamedTuple):
    """What was done of one case while a colleague covered it."""

    origin: str  # the key of the case, where it was handed over
    urgency: int
    risk: str | None
    contacts: tuple[Contact, ...]
    notes: tuple[Note, ...]
    promises: tuple[Promise, ...]  # new ones; and those that ended, by the key they came with
    ended: tuple[Ended, ...]


class Ended(NamedTuple):
    """A promise that was handed over and has ended since."""

    id: str
    status: str
    ended_on: date
    outcome: str | None


# -- where things stand ------------------------------------------------------------------------


SAFELY = "Safe contact: "


def brief(file: File, items: Sequence[DueItem], phase: str, today: date,
          order: DateOrder | None) -> list[str]:  # fmt: skip
    """Where a case stands, in ten lines at the most; the first three are never left out."""
    case, client = file.case, file.client
    level = case.level.word + (" (provisional)" if case.provisional else "")
    status = case.status.replace("_", " ")
    head = f"{case.client}, {level}, {status} since {_day(case.opened_on, today, order)}, {phase}"
    lines = [
        f"{head}; {case.program}" if case.program else head,
        f"Risk: {_risks(file)}",
        f"{SAFELY}{client.safely or 'not known, ask before calling'}"
        f"; phone {client.phone or 'not known'}",
    ]
    if client.language or client.interpreter:
        lines.append(
            f"Speaks {client.language or 'a language not noted'}"
            f"{', with an interpreter' if client.interpreter else ''}"
        )
    reached = file.record.reached_client_on
    last = f"Last reached {_day(reached, today, order)}" if reached else "Never reached"
    tried = f"; tried {file.record.attempts} times since" if file.record.attempts else ""
    lines.append(f"{last}{tried}")
    goals = [each.what or "" for each in file.casework if each.kind == GOAL and each.status == OPEN]
    if goals:
        lines.append(f"Goals: {'; '.join(goals)}")
    elif case.need:
        lines.append(f"Need: {case.need}")
    said = next((each.text for each in file.notes if each.text), None) or next(
        (each.text for each in file.contacts if each.text and not each.corrected), None
    )
    if said:
        lines.append(f"Last word: {' '.join(said.split())}")
    left = LINES - len(lines)
    due = [f"Due {_day(each.due, today, order)}: {each.what} ({each.item})" for each in items]
    if len(due) > left:
        due = [*due[: left - 1], f"and {len(due) - left + 1} more are due: the record has them"]
    told = [" ".join(line.split()) for line in [*lines, *due]]
    # How to call safely is never cut: what must not be said stands at its end.
    return [line if line.startswith(SAFELY) else shortened(line, WIDTH) for line in told]


def _risks(file: File) -> str:
    case = file.case
    risks = [
        f"{each.domain} {each.stage or ''}".strip()
        for each in file.casework
        if each.kind == RISK and each.status == OPEN
    ]
    said = case.risk or "not assessed"
    flagged = f"; RED FLAG: {case.flagged_for}" if case.flagged_for else ""
    kinds = f" ({', '.join(risks)})" if risks else ""
    return f"{said}{kinds}{flagged}"


def _day(day: date, today: date, order: DateOrder | None) -> str:
    return spoken_short(day, today, order)


# -- into a file -------------------------------------------------------------------------------


def case_object(file: File, lines: Sequence[str]) -> dict[str, Any]:
    """Everything on file for one case as JSON takes it. Hand-overs and closings of it stay here."""
    case = file.case
    handed = [each for each in file.casework if each.kind not in (HANDOVER, CLOSING)]
    return {
        "origin": case.id,
        "number": case.number,
        "brief": list(lines),
        "client": plain(file.client, leave=("id",)),
        "case": plain(case, leave=NOT_HANDED),
        "promises": [
            plain(each, leave=("case_id",)) for each in sorted(file.promises, key=_number_of)
        ],
        "contacts": [
            plain(each, leave=("case_id", "corrected"))
            for each in sorted(file.contacts, key=_number_of)
        ],
        "notes": [plain(each, leave=("case_id",)) for each in sorted(file.notes, key=_number_of)],
        "casework": [
            plain(each, leave=("case_id",))
            for each in sorted(handed, key=lambda each: (each.kind, each.number))
        ],
    }  # fmt: skip


def handover_object(
    key: str,
    kind: str,
    sender: str,
    recipient: str,
    day: date,
    cases: Sequence[Mapping[str, Any]],
    from_on: date | None = None,
    until: date | None = None,
) -> dict[str, Any]:
    return {
        "casectl": HANDED,
        "version": VERSION,
        "id": key,
        "kind": kind,
        "from": sender,
        "to": recipient,
        "day": day.isoformat(),
        "from_on": from_on and from_on.isoformat(),
        "until": until and until.isoformat(),
        "cases": list(cases),
    }


def plain(value: Any, *, leave: Iterable[str] = ()) -> dict[str, Any]:
    """A value of ours as JSON takes it, without what it does not say."""
    left = set(leave)
    return {
        name: each.isoformat() if isinstance(each, date) else each
        for name, each in value._asdict().items()
        if name not in left and each is not None and each != {}
    }


def _number_of(each: Any) -> int:
    number: int = each.number
    return number


# -- out of a file -----------------------------------------------------------------------------

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
    Piece: {"kind": tuple(LETTERS)},
}
NUMBERS = frozenset({"urgency", "snoozes", "lead_days", "minutes", "level", "number"})
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
KEYS = frozenset({"id", "corrects", "contact_id", "addendum_to", "parent"})
NOT_OURS = BadValue("it is damaged, or no hand-over of casectl's")


def read_handover(made: Mapping[str, Any], where: str, day: date) -> Handed:
    """A hand-over file as values. Raises BadValue that names the file, and nothing of its texts."""
    if made.get("casectl") != HANDED:
        raise BadValue(f"{where} is no hand-over", hint="casectl transfer writes one")
    if made.get("version") != VERSION:
        raise BadValue(f"a newer casectl wrote {where}", hint="upgrade casectl")
    try:
        return _handed(made)
    except (BadValue, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise BadValue(
            f"{where} is damaged, or no hand-over of casectl's", hint="ask for it once more"
        ) from None


def _handed(made: Mapping[str, Any]) -> Handed:
    kind = made["kind"]
    if kind not in KINDS:
        raise ValueError
    cases = made["cases"]
    if not isinstance(cases, list) or not cases:
        raise ValueError
    return Handed(
        _key(made["id"]),
        kind,
        checked_text(made["from"], "from", limit=NAME_LIMIT),
        checked_text(made["to"], "to", limit=NAME_LIMIT),
        date.fromisoformat(made["day"]),
        _day_or_none(made.get("from_on")),
        _day_or_none(made.get("until")),
        () if kind == BACK else tuple(map(_given, cases)),
        tuple(map(_returned, cases)) if kind == BACK else (),
    )


def _given(made: Mapping[str, Any]) -> Given:
    lines = tuple(checked_text(each, "line") for each in made["brief"])[:LINES]
    client = _read(Client, made["client"])._replace(id="")
    client = client._replace(name=checked_name(client.name))
    if set(NOT_HANDED) & set(made["case"]):
        raise ValueError
    case = _read(Case, made["case"])._replace(client=client.name)
    Level(case.urgency)
    if case.risk is not None and case.risk not in RISKS:
        raise ValueError
    if (case.level == Level.CRISIS) is not (case.crisis_since is not None):
        case = case._replace(crisis_since=case.opened_on if case.level == Level.CRISIS else None)
    if case.status == ON_HOLD and case.hold_until is None:
        raise ValueError
    load = Load(
        client,
        case,
        [_read(Promise, each) for each in made["promises"]],
        [_read(Contact, each) for each in made["contacts"]],
        [_read(Note, each) for each in made["notes"]],
        casework=[_read(Piece, each) for each in made["casework"]],
    )
    return Given(_key(made["origin"]), _whole(made["number"]), lines, load)


def _returned(made: Mapping[str, Any]) -> Returned:
    urgency, risk = _whole(made["urgency"]), made.get("risk")
    Level(urgency)
    if risk is not None and risk not in RISKS:
        raise ValueError
    ended = []
    for each in made["ended"]:
        status = each["status"]
        if status not in (DONE, CANCELLED, KEPT, MISSED):
            raise ValueError
        outcome = each.get("outcome")
        ended.append(
            Ended(
                _key(each["id"]), status, date.fromisoformat(each["ended_on"]),
                None if outcome is None else checked_text(outcome, "outcome"),
            )
        )  # fmt: skip
    return Returned(
        _key(made["origin"]),
        urgency,
        risk,
        tuple(_read(Contact, each) for each in made["contacts"]),
        tuple(_read(Note, each) for each in made["notes"]),
        tuple(_read(Promise, each) for each in made["promises"]),
        tuple(ended),
    )


def _read(kind: Any, made: Mapping[str, Any]) -> Any:
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
        values[name] = _value(kind, name, each)
    return kind(**values)


def _value(kind: Any, name: str, value: Any) -> Any:
    listed = TEXT_LISTS.get(kind, {}).get(name)
    if listed is not None:
        if value not in listed:
            raise ValueError
        return value
    if name == "body":
        if not isinstance(value, Mapping):
            raise ValueError
        _check_body(value, DEEPEST)
        return value
    if name in KEYS:
        return _key(value)
    if name in NUMBERS:
        return _whole(value)
    if name in YES_OR_NO:
        if type(value) is not bool:
            raise ValueError
        return value
    if name not in NOT_DAYS and is_day(name):
        return date.fromisoformat(value)
    return checked_text(value, "text", limit=NOTE_LIMIT) if value != "" else ""


def is_day(name: str) -> bool:
    return name.endswith("_on") or name in (
        "on_day", "crisis_since", "covered_until", "clock_from", "hold_until", "repeats_from",
    )  # fmt: skip


def _check_body(value: Any, depth: int) -> None:
    if depth == 0 or not isinstance(value, (str, int, bool, float, list, Mapping, type(None))):
        raise ValueError
    if isinstance(value, Mapping):
        for name, each in value.items():
            checked_text(name, "name", limit=NAME_LIMIT)
            _check_body(each, depth - 1)
    elif isinstance(value, list):
        for each in value:
            _check_body(each, depth - 1)
    elif isinstance(value, str) and value:
        checked_text(value, "text", limit=NOTE_LIMIT)


def _key(value: Any) -> str:
    if not isinstance(value, str) or not KEY.fullmatch(value):
        raise ValueError
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 10**9:
        raise ValueError
    return value


def _day_or_none(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


# -- as a case of one's own --------------------------------------------------------------------


def taken(handed: Handed, given: Given, today: date, new_key: Callable[[], str]) -> Load:
    """One case of a file as it is written here: new keys, and what the new worker owes.

    Items are numbered anew in their order, and what names another by its number follows. A case
    that was transferred owes a first contact by the new worker, one that is covered to be given
    back. What was reached on this very day was reached by the one before: that owes it tomorrow.
    """
    load = given.load
    rows: list[Any] = [*load.promises, *load.contacts, *load.notes, *load.casework]
    keys = {each.id: new_key() for each in rows}

    def key(old: str | None) -> str | None:
        return keys.get(old) if old else None

    cover = handed.kind == COVER
    reached_today = any(each.on_day >= today and each.outcome == REACHED for each in load.contacts)
    until = handed.until or today
    owes = Piece(
        "", "", HANDOVER, 0, today,
        f"{'covered for' if cover else 'taken over from'} {handed.sender}",
        stage=COVERING if cover else TAKEN,
        who=handed.sender,
        due_on=until if cover else date.fromordinal(today.toordinal() + reached_today),
        body={
            "id": handed.id, "origin": given.origin, "number": given.number,
            **({"until": until.isoformat(), **_as_handed(load, keys)} if cover else {}),
        },
    )  # fmt: skip
    return Load(
        load.client,
        load.case._replace(id="", number=0, handle="", client_id="", worker=None),
        [each._replace(id=keys[each.id]) for each in load.promises],
        [
            each._replace(id=keys[each.id], corrects=key(each.corrects), item=None)
            for each in load.contacts
        ],
        [
            each._replace(
                id=keys[each.id], contact_id=key(each.contact_id),
                addendum_to=key(each.addendum_to),
            )
            for each in load.notes
        ],
        casework=[*_renumbered(load.casework, keys), owes],
    )  # fmt: skip


def _as_handed(load: Load, keys: Mapping[str, str]) -> dict[str, Any]:
    """What tells later what is new: how many there were, and the keys that promises had there."""
    return {
        "contacts": len(load.contacts),
        "notes": len(load.notes),
        "urgency": int(load.case.urgency),
        "risk": load.case.risk,
        "promises": {
            keys[each.id]: each.id for each in load.promises if each.status == OPEN
        },
        "promises_count": len(load.promises),
    }  # fmt: skip


def _renumbered(pieces: Sequence[Piece], keys: Mapping[str, str]) -> list[Piece]:
    needs: dict[int, int] = {}
    for each in pieces:
        if each.kind == NEED:
            needs[each.number] = len(needs) + 1
    made = []
    for each in pieces:
        body = each.body
        if isinstance(body.get("needs"), list):
            body = {**body, "needs": [needs[n] for n in body["needs"] if n in needs]}
        parent = keys.get(each.parent) if each.parent else None
        made.append(each._replace(id=keys[each.id], parent=parent, body=body))
    return made


def given_piece(case: Case, to: str, day: date, key: str) -> Piece:
    """What a transferred case owes until the colleague has accepted it."""
    return Piece(
        "", case.id, HANDOVER, 0, day, f"transfer to {to}", stage=GIVEN, who=to, due_on=day,
        body={"id": key},
    )  # fmt: skip


def covered_piece(case: Case, to: str, from_on: date, until: date, key: str) -> Piece:
    """What a covered case owes once the cover has ended: to come back."""
    return Piece(
        "", case.id, HANDOVER, 0, from_on, f"covered by {to}", stage=COVERED, who=to,
        due_on=until, body={"id": key, "until": until.isoformat()},
    )  # fmt: skip


def words_of(load: Load) -> Iterable[str]:
    """Every text of a body, for whoever looks for what must not be there."""
    for each in load.casework:
        yield from texts_in(each.body)


# -- and back ----------------------------------------------------------------------------------


class Backed(NamedTuple):
    """What a colleague did of one case, as it was taken in."""

    case: Case
    was: Case
    contacts: int
    notes: int
    ended: tuple[Promise, ...]
    promised: tuple[Promise, ...]


def returned_object(file: File, promises: Sequence[Promise], piece: Piece) -> dict[str, Any]:
    """What was done of a case since it was taken in to be covered: what is newer than it was."""
    body = piece.body
    handed: Mapping[str, str] = body.get("promises", {})
    before = {name: int(body.get(name, 0)) for name in ("contacts", "notes", "promises_count")}
    return {
        "origin": body["origin"],
        "urgency": int(file.case.urgency),
        "risk": file.case.risk,
        "contacts": [
            plain(each, leave=("case_id", "corrected"))
            for each in sorted(file.contacts, key=_number_of)
            if each.number > before["contacts"] and not each.corrected
        ],
        "notes": [
            plain(each, leave=("case_id",))
            for each in sorted(file.notes, key=_number_of)
            if each.number > before["notes"]
        ],
        "promises": [
            plain(each, leave=("case_id",))
            for each in promises
            if each.number > before["promises_count"] and each.status == OPEN
        ],
        "ended": [
            {
                "id": handed[each.id],
                "status": each.status,
                "ended_on": each.ended_on.isoformat(),
                **({"outcome": each.outcome} if each.outcome else {}),
            }
            for each in promises
            if each.id in handed and each.status != OPEN and each.ended_on is not None
        ],
    }
