"""What was done of a case while a colleague covered it, and how it goes into the record it is of.

Whatever is new or other than it was handed over goes back, of every kind: there is no list of what
does, only of what stays. What only one side changed is as that side has it now. Where both changed
the same thing, the safer stands (a revocation, a higher risk, an earlier day, both safe-contact
words), else the owner's, and both are said.

Numbers stay what they were when a case is handed over, so a row that both sides have is named by
its number: ``3`` a promise, ``c3`` a contact, ``n3`` a note, ``g1`` a goal. What is new there gets
a number of its own here, and what names it follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from casectl.core.carried import key_of, plain, read_field, read_name, read_value, whole
from casectl.core.casework import (
    AFTERCARE,
    CLOSING,
    CONSENT,
    DROPPED,
    GOAL,
    HANDOVER,
    NEED,
    OPEN,
    PAST,
    STEP,
    Piece,
    named_part,
)
from casectl.core.dates import When
from casectl.core.merging import FIELDS
from casectl.core.model import (
    ACTIVE,
    CLOSED,
    FOLLOW_UP,
    ME,
    ON_HOLD,
    RISKS,
    SAFE,
    UNASSESSED_RISK,
    Case,
    Client,
    Contact,
    Level,
    Note,
    Promise,
    level_of,
)
from casectl.core.promising import new_promise
from casectl.core.text import NOTE_LIMIT, checked_text
from casectl.core.values import NamedTuple

Row = Promise | Contact | Note | Piece
# What of a case stays with whoever works it, and what is the same case's on either side.
NOT_RETURNED: Mapping[type, frozenset[str]] = {
    Client: frozenset({"id"}),
    Case: frozenset(
        {"id", "number", "handle", "client_id", "client", "worker", "planned_on", "planned_from",
         "planned_reason", "closed_on", "close_reason"}
    ),
    Promise: frozenset({"id", "case_id", "number"}),
    Contact: frozenset({"id", "case_id", "number", "corrected", "recorded_at", "worker"}),
    Note: frozenset({"id", "case_id", "number", "recorded_at", "worker"}),
    Piece: frozenset({"id", "case_id", "kind", "number", "recorded_at", "worker"}),
}  # fmt: skip
# The hand-over itself, and the call after an end there. A closing that is over is told in words.
STAY = (HANDOVER, AFTERCARE)
BODY = "body."
PROMISES, CONTACTS, NOTES = "promises", "contacts", "notes"
# What a body names by its number, within its case.
NAMED_IN_BODY: Mapping[str, str] = {
    "needs": NEED, "release": CONSENT, "follows": CONSENT, "deadline": PROMISES, "asks": PROMISES,
    "contact": CONTACTS, "goal": GOAL,
}  # fmt: skip
LISTED_IN_BODY: Mapping[str, str] = {"goals": GOAL, "steps": STEP}  # of a version, by their numbers
NAMES = re.compile(r"(c|n|)([1-9]\d{0,8})")
# Of rows, what names another row of the case.
LINKS = ("corrects", "contact_id", "addendum_to", "parent")


class Stood(NamedTuple):
    """A case as it stood at one moment."""

    client: Client
    case: Case
    promises: Sequence[Promise] = ()
    contacts: Sequence[Contact] = ()
    notes: Sequence[Note] = ()
    casework: Sequence[Piece] = ()

    @property
    def rows(self) -> list[Row]:
        return [*self.promises, *self.contacts, *self.notes, *self.casework]


class Returned(NamedTuple):
    """What became of one case. Keys and links are names within it, as ``c3``."""

    origin: str  # the key of the case, where it was handed over
    number: int  # and its number there
    client: Mapping[str, Any]  # what of the client is other than it was, as it is now
    case: Mapping[str, Any]
    added: tuple[Row, ...]
    changed: Mapping[str, Mapping[str, Any]]  # by the name of the row
    closed: str | None = None  # why it was closed there, which is the owner's to do here
    cover: str = ""  # the key of the hand-over that it answers
    held: tuple[str, ...] = ()  # facts of the client that another record had: they stay


class Clash(NamedTuple):
    """What both sides changed, and which of the two stands."""

    item: str  # the row's name in its case; "" for the client or the case itself
    what: str
    here: str
    there: str
    stands: str  # here, there, or both


class Backed(NamedTuple):
    """What a colleague did of one case, as it was taken in."""

    case: Case
    was: Case
    contacts: int
    notes: int
    ended: tuple[Promise, ...]
    promised: tuple[Promise, ...]
    added: tuple[Piece, ...] = ()
    changed: tuple[Row, ...] = ()  # as they are now
    facts: Mapping[str, Any] = {}  # of the client and the case, as they are now
    safe_contact: str | None = None  # what stands beside a phone number
    clashes: tuple[Clash, ...] = ()
    closed: str | None = None
    opened: tuple[Row, ...] = ()  # what came back open for a case that is closed here
    since: tuple[Contact, ...] = ()  # contacts there, after it was closed here
    raised: int | None = None  # its level there, where that is above the one here or confirmed
    own: int | None = None  # the number of one's own work that owes the look at both


def name_of(row: Row) -> str:
    """How a row is named in its case."""
    if isinstance(row, Piece):
        return row.part
    letter = "c" if isinstance(row, Contact) else "n" if isinstance(row, Note) else ""
    return f"{letter}{row.number}"


def sort_and_number(name: str) -> tuple[str, int]:
    """What sort of row a name is of (a table, or a piece's kind). Raises ValueError for none."""
    if found := NAMES.fullmatch(name):
        return {"c": CONTACTS, "n": NOTES, "": PROMISES}[found[1]], int(found[2])
    piece = named_part(name)
    if piece is None or piece[0] in STAY:
        raise ValueError
    return piece


def kind_of(sort: str) -> Any:
    return {PROMISES: Promise, CONTACTS: Contact, NOTES: Note}.get(sort, Piece)


# -- what became of it -------------------------------------------------------------------------


def meanwhile(
    origin: str, number: int, before: Stood, after: Stood, linked: Mapping[str, str]
) -> Returned:
    """What of a case is new or other. ``linked`` are the keys that other cases have at home."""
    named = {each.id: name_of(each) for each in (*before.rows, *after.rows)}
    was = {each.id: each for each in map(_linker(named, linked), before.rows)}
    added: list[Row] = []
    changed: dict[str, Mapping[str, Any]] = {}
    for row in map(_linker(named, linked), after.rows):
        if isinstance(row, Piece) and (
            row.kind in STAY or (row.kind == CLOSING and row.status != OPEN)
        ):
            continue
        old = was.get(row.id)
        if old is None:
            added.append(row._replace(id=named[row.id], case_id=""))
        elif fields := differences(old, row):
            changed[named[row.id]] = fields
    case = differences(before.case, after.case)
    if after.case.status == CLOSED:
        case = {name: each for name, each in case.items() if name not in ("status", "hold_until")}
    return Returned(
        origin, number, differences(before.client, after.client), case, tuple(added), changed,
        _ended(after) if after.case.status == CLOSED else None,
    )  # fmt: skip


def _ended(stood: Stood) -> str:
    """Why, when and with which words it was closed there."""
    case = stood.case
    closings = [each for each in stood.casework if each.kind == CLOSING and each.status != OPEN]
    summary = closings[-1].body.get("summary") if closings else None
    on = f" on {case.closed_on.isoformat()}" if case.closed_on else ""
    return f"{case.close_reason or 'closed'}{on}{f': {summary}' if summary else ''}"


def _linker(named: Mapping[str, str], linked: Mapping[str, str]) -> Callable[[Row], Row]:
    """What names the rows that a row belongs to; a case that is on file only there is left out."""

    def link(row: Row) -> Row:
        values: dict[str, Any] = {
            name: named.get(getattr(row, name)) for name in LINKS if getattr(row, name, None)
        }
        if isinstance(row, Contact) and row.item:
            values["item"] = row.item.partition(".")[2] or None
        if isinstance(row, Piece):
            values["body"] = without_own(row.body, linked)
        return row._replace(**values) if values else row

    return link


def without_own(body: Mapping[str, Any], linked: Mapping[str, str]) -> Mapping[str, Any]:
    """A body without what only its own caseload knows: a service's number, another case's key."""
    if "case" not in body and "resource" not in body:
        return body
    made = {name: each for name, each in body.items() if name not in ("case", "resource")}
    if body.get("case") in linked:
        made["case"] = linked[body["case"]]
    return made


def differences(before: Any, after: Any) -> dict[str, Any]:
    """The fields that are other than they were, as they are now; of a body each key by itself."""
    found = {}
    for name in after._fields:
        if name in NOT_RETURNED[type(after)]:
            continue
        was, now = getattr(before, name), getattr(after, name)
        if name == "body":
            for key in {**was, **now}:
                if was.get(key) != now.get(key):
                    found[f"{BODY}{key}"] = now.get(key)
        elif was != now:
            found[name] = now
    return found


def is_owed(row: Row) -> bool:
    """Whether an open case owes what the row says: a closed one owes it no more."""
    return isinstance(row, (Promise, Piece)) and row.status == OPEN and row.due_on is not None


def came_back_open(returned: Returned, number: int) -> list[str]:
    """In words, what of case ``number`` nobody would owe where it is closed."""
    said = [
        f"{row.kind.replace('_', '-')} {row.what or ''}".strip()
        for row in returned.added
        if isinstance(row, (Promise, Piece)) and is_owed(row)
    ]
    return said + [
        f"{number}.{name}"
        for name, fields in returned.changed.items()
        if fields.get("due_on") or fields.get("status") == OPEN
    ]


def contacts_since(rows: Iterable[Row], closed_on: date | None) -> tuple[Contact, ...]:
    """The contacts that somebody had with a case after it was closed here.

    On the day of the closing as well: nothing tells which came first.
    """
    rows = list(rows)
    corrected = {each.corrects for each in rows if isinstance(each, Contact)}
    return tuple(
        each
        for each in rows
        if isinstance(each, Contact)
        and each.id not in corrected
        and closed_on is not None
        and each.on_day >= closed_on
    )


def said_contacts(contacts: Sequence[Contact]) -> str:
    """``a contact on 2026-11-03 (reached client)``: nothing of what was said; "" for none."""
    if not contacts:
        return ""
    last = max(contacts, key=lambda each: (each.on_day, each.number))
    said = f"on {last.on_day.isoformat()} ({last.outcome} {last.party})"
    more = len(contacts) - 1
    return f"{more + 1} contacts, the last {said}" if more else f"a contact {said}"


MOST_NAMED = 10  # items of one case in a sentence


def left_open(case: Case, opened: Sequence[Row], level: str | None, today: date) -> Promise | None:
    """What the worker owes, as work of their own, where a closed case came back with open items.

    By their numbers alone: what is nobody's case tells nothing of a client's. ``level``: what came
    back of its level, in words.
    """
    names = [f"{case.number}.{name_of(each)}" for each in opened]
    if level is not None:
        names.append(level)
    if not names:
        return None
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    said = f"case {case.number} is closed, and came back with {', '.join(names[:MOST_NAMED])}{more}"
    return new_promise(ME, FOLLOW_UP, f"{said}: reopen it, or leave that as past", When(today))


def raised_level(returned: Returned, mine: Case) -> Level | None:
    """The level that a case closed here has there, where somebody has to know of it.

    It is above the one here, or its risk is, or a danger was seen there after the closing.
    """
    there = mine._replace(**level_fields(returned.case))
    in_danger = there.level == Level.CRISIS or _risk(there) >= Level.HIGH
    days = [returned.case.get(name) for name in ("level_reviewed_on", "flagged_on")]
    closed_on = mine.closed_on or date.max
    seen_since = in_danger and any(day is not None and day >= closed_on for day in days)
    if there.level > mine.level or _risk(there) > _risk(mine) or seen_since:
        return there.level
    return None


def hold_undone(
    mine: Case, base: Case, theirs: Mapping[str, Any], today: date
) -> tuple[dict[str, Any], Clash] | None:
    """What to set where one side put a case on hold and the other raised its level meanwhile.

    It is as who raised it left it: nobody would be asked to reach the client. None where no hold
    stands against a raise.
    """
    there = base._replace(**theirs)
    held_here, held_there = (_is_newly_held(each, base) for each in (mine, there))
    if held_here is held_there:
        return None
    raised, stands = (mine, HERE) if held_there else (there, THERE)
    if raised.level <= base.level and _risk(raised) <= _risk(base):
        return None
    here, other = (
        _said_standing(each) + (f", level raised to {each.level.word}" if each is raised else "")
        for each in (mine, there)
    )
    values: dict[str, Any] = {}
    if held_here:
        values = {"status": there.status, "hold_until": there.hold_until}
        if there.status != ON_HOLD:
            values["resumed_on"] = today
    return values, Clash("", WORDS["status"], here, other, stands)


def _is_newly_held(case: Case, base: Case) -> bool:
    return case.status == ON_HOLD and (ON_HOLD, case.hold_until) != (base.status, base.hold_until)


def _said_standing(case: Case) -> str:
    until = f" until {case.hold_until.isoformat()}" if case.hold_until else ""
    return case.status.replace("_", " ") + until


def _risk(case: Case) -> int:
    return RISKS[case.risk] if case.risk else UNASSESSED_RISK


def level_fields(theirs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in theirs.items() if name in TOGETHER[Case][1]}


def level_kept(mine: Case, theirs: Mapping[str, Any]) -> Clash | None:
    """A case that is closed here keeps its level; what it is there is said."""
    there = level_fields(theirs)
    theirs_now = mine._replace(**there)
    if not there or theirs_now[:] == mine[:]:
        return None
    here, other = _said_level(mine), _said_level(theirs_now)
    if here == other:
        other = f"still, reviewed on {theirs_now.level_reviewed_on.isoformat()}"
    return Clash("", WORDS["urgency"], here, other, HERE)


# -- in a file, and out of it ------------------------------------------------------------------


def returned_object(returned: Returned) -> dict[str, Any]:
    return {
        "origin": returned.origin,
        "number": returned.number,
        "cover": returned.cover,
        "client": _plain_fields(returned.client),
        "case": _plain_fields(returned.case),
        "added": {
            sort: [
                plain(each, leave=("case_id", "corrected"))
                for each in returned.added
                if isinstance(each, kind)
            ]
            for sort, kind in SORTS.items()
        },
        "changed": {name: _plain_fields(fields) for name, fields in returned.changed.items()},
        "closed": returned.closed,
    }


SORTS: Mapping[str, Any] = {
    PROMISES: Promise, CONTACTS: Contact, NOTES: Note, "casework": Piece,
}  # fmt: skip


def _plain_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: each.isoformat() if isinstance(each, date) else each for name, each in fields.items()
    }


def read_returned(made: Mapping[str, Any]) -> Returned:
    """Raises what ``carried`` does for anything that is not sound."""
    changed = {}
    for name, fields in made["changed"].items():
        changed[name] = _read_fields(kind_of(sort_and_number(name)[0]), fields)
    added: list[Row] = []
    for sort, kind in SORTS.items():
        rows = [read_value(kind, each) for each in made["added"][sort]]
        added += sorted(rows, key=lambda each: each.number)  # nothing before what it adds to
    if any(each.id != name_of(each) or sort_and_number(each.id)[1] < 1 for each in added):
        raise ValueError
    if len({each.id for each in added}) < len(added):
        raise ValueError
    closed = made.get("closed")
    other = {name: each for name, each in made["client"].items() if name != "name"}
    client = _read_fields(Client, other)
    if "name" in made["client"]:
        client = {"name": read_name(made["client"]["name"]), **client}
    case = _read_fields(Case, made["case"])
    if "urgency" in case:
        Level(case["urgency"])
    if case.get("risk") is not None and case["risk"] not in RISKS:
        raise ValueError
    return Returned(
        key_of(made["origin"]),
        whole(made["number"]),
        client,
        case,
        tuple(added),
        changed,
        None if closed is None else checked_text(closed, "text", limit=NOTE_LIMIT),
        key_of(made["cover"]),
    )


NEVER_NOTHING = frozenset(
    {"name", "status", "urgency", "opened_on", "level_reviewed_on", "what", "due_on", "on_day",
     "text", "stage", "snoozes", "interpreter"}
)  # fmt: skip


def _read_fields(kind: Any, made: Mapping[str, Any]) -> dict[str, Any]:
    fields = {}
    for name, value in made.items():
        base = "body" if name.startswith(BODY) else name
        if base not in kind._fields or name in NOT_RETURNED[kind] or name == "body":
            raise ValueError
        if base == "body":
            fields[name] = read_field(kind, "body", {name[len(BODY) :]: value})[name[len(BODY) :]]
        elif value is None:
            if name in NEVER_NOTHING and not (kind is Piece and name in ("what", "due_on")):
                raise ValueError
            fields[name] = None
        else:
            fields[name] = read_field(kind, name, value)
    return fields


def renumbered(value: Any, numbers: Mapping[tuple[str, int], int]) -> Any:
    """A body whose rows of the case are named by the numbers that they have here."""
    if isinstance(value, list):
        return [renumbered(each, numbers) for each in value]
    if not isinstance(value, Mapping):
        return value
    made = {}
    for name, each in value.items():
        sort = NAMED_IN_BODY.get(name)
        if sort is not None and type(each) is int:
            each = numbers.get((sort, each), each)
        elif sort is not None and isinstance(each, list):
            each = [numbers.get((sort, n), n) if type(n) is int else n for n in each]
        elif name in LISTED_IN_BODY and isinstance(each, list):
            each = [_relisted(one, LISTED_IN_BODY[name], numbers) for one in each]
        else:
            each = renumbered(each, numbers)
        made[name] = each
    return made


def _relisted(value: Any, sort: str, numbers: Mapping[tuple[str, int], int]) -> Any:
    made = renumbered(value, numbers)
    if isinstance(made, dict) and type(made.get("number")) is int:
        made["number"] = numbers.get((sort, made["number"]), made["number"])
    return made


# -- into the record that it is of -------------------------------------------------------------

HERE, THERE, BOTH = "here", "there", "both"
ALSO = "; also: "  # between safe-contact words of both sides
ENDING = ("status", "ended_on", "outcome")
# Fields that are one thing said in several: they go together or not at all.
TOGETHER: Mapping[type, tuple[tuple[str, ...], ...]] = {
    Piece: ((*ENDING, "stage"),),
    Promise: (
        ENDING,
        ("due_on", "due_time", "first_due_on", "snoozes", "snooze_reason", "repeats",
         "repeats_from"),
    ),
    Note: (("text", "form", "signed_at", "signed_by"),),
    Case: (
        ("status", "hold_until", "resumed_on", "opened_on"),
        ("urgency", "risk", "flagged_on", "flagged_for", "crisis_since", "covered_until",
         "level_reviewed_on"),
    ),
}  # fmt: skip
DONE_ON = frozenset({"assessed_on", "plan_agreed_on", "plan_reviewed_on"})
WORDS: Mapping[str, str] = {
    "status": "how it stands", "due_on": "its day", "text": "its text", "urgency": "the level",
    "what": "its words", "who": "with whom", **FIELDS,
}  # fmt: skip


def settled(mine: Any, base: Any, theirs: Mapping[str, Any]) -> tuple[dict[str, Any], list[Clash]]:
    """What to set of a value here (``mine``, that was ``base``), given what is other there.

    ``mine`` and ``base`` are of one row, or of the client, or of the case.
    """
    values: dict[str, Any] = {}
    clashes = []
    for group in _groups(type(mine), theirs):
        there = {name: theirs[name] for name in group if name in theirs}
        moved = [name for name in group if _get(mine, name) != _get(base, name)]
        if not moved:
            values |= there
        elif any(_get(mine, name) != each for name, each in there.items()):
            kept, stands = _safer(mine, base, there)
            values |= kept
            if stands is not None:
                clashes.append(_clash(mine, base, there, stands))
    return {n: each for n, each in values.items() if _get(mine, n) != each}, clashes


def settled_client(
    mine: Client, sides: Sequence[tuple[Client, Mapping[str, Any]]]
) -> tuple[dict[str, Any], list[Clash]]:
    """The same of a client of several cases: one answer, whichever of them are given back.

    Each side is what the client was with a case and what is other there. What changed here after
    one of the cases was handed over was changed on both sides, whenever the others were.
    """
    now = mine
    values: dict[str, Any] = {}
    clashes: list[Clash] = []
    for name in dict.fromkeys(name for _, theirs in sides for name in theirs):
        said = [(base, theirs[name]) for base, theirs in sides if name in theirs]
        said.sort(key=lambda each: _get(each[0], name) == _get(mine, name))
        answered: list[Any] = []
        for base, there in said:
            if there in answered:
                continue
            answered.append(there)
            made, found = settled(now, base, {name: there})
            now, clashes = now._replace(**made), clashes + found
            values |= made
    return values, clashes


def _groups(kind: type, theirs: Mapping[str, Any]) -> list[tuple[str, ...]]:
    together = TOGETHER.get(kind, ())
    grouped = {name for group in together for name in group}
    return [
        *(group for group in together if any(name in theirs for name in group)),
        *((name,) for name in theirs if name not in grouped),
    ]


def _get(value: Any, name: str) -> Any:
    if name.startswith(BODY):
        return value.body.get(name[len(BODY) :])
    return getattr(value, name)


def _safer(mine: Any, base: Any, there: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """What to set where both changed it, and which side that is; None where nothing is lost."""
    name = next(iter(there))
    here, other = _get(mine, name), there[name]
    match mine:
        case Case() if any(each in TOGETHER[Case][1] for each in there):
            return _level(mine, base, there)
        case Case() if "status" in there or "hold_until" in there:
            return _sooner_at_work(mine, there)
        case Client() if name in SAFE:  # words that keep somebody safe are never dropped
            if here and other:
                known = here.split(ALSO)
                more = [each for each in other.split(ALSO) if each not in known]
                return ({name: ALSO.join([*known, *more])}, BOTH) if more else ({}, None)
            return {name: here or other}, HERE if here else THERE
        case Piece(kind=kind) if "status" in there and kind == CONSENT:
            if there["status"] != DROPPED:
                return {}, HERE
            ended_on = there.get("ended_on") or date.max
            earlier = mine.status != DROPPED or ended_on < (mine.ended_on or date.max)
            return (dict(there), THERE) if earlier else ({}, HERE)
        case _ if name in DONE_ON:
            return {name: max(filter(None, (here, other)))}, None
        case _ if "due_on" in there and None not in (mine.due_on, there["due_on"]):
            sooner = there["due_on"] < mine.due_on
            return (dict(there), THERE) if sooner else ({}, HERE)
        case _ if _grew(_get(base, name), here, other):
            return {name: [*here, *other[len(_get(base, name) or ()) :]]}, None
    return {}, HERE


def _sooner_at_work(mine: Case, there: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """No hold over what is at work on the other side; of two holds the one that ends sooner."""
    if mine.status == ON_HOLD and there.get("status") == ACTIVE:
        return {**there, "hold_until": None}, THERE
    ends, ends_there = mine.hold_until, there.get("hold_until")
    if ends is not None and ends_there is not None and ends_there < ends:
        return dict(there), THERE
    return {}, HERE


def _grew(base: Any, here: Any, there: Any) -> bool:
    """Whether both only added to a list."""
    known = base or []
    return all(isinstance(e, list) for e in (known, here, there)) and (
        here[: len(known)] == known and there[: len(known)] == known
    )


def _level(mine: Case, base: Case, there: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """The higher urgency, the higher risk, every red flag: together one level and its days."""
    theirs = base._replace(**there)

    def of(name: str, higher: Callable[[Any], int]) -> Any:
        here, other, was = (getattr(each, name) for each in (mine, theirs, base))
        if was in (here, other):
            return other if here == was else here
        return max(here, other, key=higher)

    urgency = of("urgency", int)
    risk = of("risk", lambda each: RISKS[each] if each else 0)
    flag = of("flagged_for", lambda each: 1 if each else 0)
    flagged = mine if flag == mine.flagged_for else theirs
    values: dict[str, Any] = {
        "urgency": urgency,
        "risk": risk,
        "flagged_on": flagged.flagged_on,
        "flagged_for": flagged.flagged_for,
        "level_reviewed_on": max(mine.level_reviewed_on, theirs.level_reviewed_on),
        "crisis_since": None,
        "covered_until": None,
    }
    if level_of(urgency, risk, flagged=flagged.flagged_on) == Level.CRISIS:
        begun = [each for each in (mine.crisis_since, theirs.crisis_since) if each]
        values["crisis_since"] = min(begun, default=values["level_reviewed_on"])
        seen = [each for each in (mine.covered_until, theirs.covered_until) if each]
        values["covered_until"] = min(seen, default=None)
    here, other = ((e.urgency, e.risk, e.flagged_for) for e in (mine, theirs))
    if other in (here, (base.urgency, base.risk, base.flagged_for)):
        return values, None
    if (urgency, risk, flag) == here:
        return values, HERE
    return values, THERE if (urgency, risk, flag) == other else BOTH


def _clash(mine: Any, base: Any, there: Mapping[str, Any], stands: str) -> Clash:
    """Both sides in words, with every field that is other there: nothing of it is left unsaid."""
    item = name_of(mine) if isinstance(mine, (Promise, Contact, Note, Piece)) else ""
    first = next(iter(there))
    if isinstance(mine, Case) and first in TOGETHER[Case][1]:
        return Clash(item, WORDS["urgency"], _said_level(mine), _said_level(base._replace(**there)),
                     stands)  # fmt: skip
    word = first[len(BODY) :] if first.startswith(BODY) else first
    words = RELEASE_WORDS if isinstance(mine, Piece) and mine.kind == CONSENT else {}
    pairs = [(_get(mine, name), each) for name, each in there.items()]
    here, other = (
        ", ".join(words.get(each, each) for each in map(_said, side))
        for side in zip(*(pair for pair in pairs if pair != (None, None)), strict=True)
    )
    return Clash(item, WORDS.get(first, word.replace("_", " ")), here, other, stands)


RELEASE_WORDS = {DROPPED: "revoked", PAST: "replaced"}


def _said_level(case: Case) -> str:
    risk = case.risk or "not assessed"
    flag = f", red flag: {case.flagged_for}" if case.flagged_for else ""
    return f"{case.level.word} (urgency {Level(case.urgency).word}, risk {risk}{flag})"


def _said(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(str(value).split())


def clash_note(clashes: Iterable[Clash], stem: str, by: str) -> str:
    """What both changed, in words that stay on the case: nothing that was said there is lost."""
    lines = [f"Changed on both sides while {by} covered it (first as it was here, then there):"]
    for each in clashes:
        item = f"{stem}.{each.item} " if each.item else ""
        lines.append(f"{item}{each.what}: {each.here} / {each.there} ({each.stands} stands)")
    return "\n".join(lines)
