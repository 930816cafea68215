"""A case in a file for a colleague: where things stand in ten lines, and the record itself.

What comes by file was written by another program, or by anybody who knows how: every value is
looked at before it becomes one of ours. Keys are never taken over, they are made anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from casectl.core.bodies import misshapen, odd_field, odd_promise
from casectl.core.carried import (
    OddName,
    absurd_day,
    day_or_none,
    key_of,
    plain,
    read_name,
    read_value,
    whole,
)
from casectl.core.casefile import owed
from casectl.core.casework import (
    CLOSING,
    COVERED,
    COVERING,
    GIVEN,
    GOAL,
    HANDOVER,
    OPEN,
    RISK,
    STEP,
    TAKEN,
    Piece,
)
from casectl.core.closing import is_waiting
from casectl.core.due import DueItem
from casectl.core.errors import BadValue
from casectl.core.model import (
    RISKS,
    Case,
    CaseRecord,
    Client,
    Contact,
    Level,
    Load,
    Note,
)
from casectl.core.phases import phase_of
from casectl.core.returning import (
    PROMISES,
    SORTS,
    Returned,
    name_of,
    read_returned,
    sort_and_number,
    without_own,
)
from casectl.core.spoken import DateOrder, spoken, spoken_short
from casectl.core.standards import Standards
from casectl.core.text import NAME_LIMIT, checked_text, shortened
from casectl.core.unchangeable import contradiction
from casectl.core.values import NamedTuple
from casectl.core.views import File

HANDED, VERSION = "handover", 1
TRANSFER, COVER, BACK = "transfer", "cover", "back"
KINDS = (TRANSFER, COVER, BACK)
LINES = 10
WIDTH = 100  # characters of a line that tells where things stand
LONGEST_COVER = 366  # days; who is away for longer hands their cases over
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
    brief: tuple[str, ...]  # as the sender wrote it
    load: Load
    person: str  # the key of the client there, whom several cases of a file may share
    stands: tuple[str, ...] = ()  # the same lines, worked out here from the record


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


# -- where things stand ------------------------------------------------------------------------


SAFELY = "Safe contact: "


def brief(file: File, items: Sequence[DueItem], today: date, order: DateOrder | None) -> list[str]:
    """Where a case stands, in ten lines at the most; the first three are never left out."""
    case, client = file.case, file.client
    level = case.level.word + (" (provisional)" if case.provisional else "")
    status = case.status.replace("_", " ")
    head = f"{case.client}, {level}, {status} since {_day(case.opened_on, today, order)}"
    head += f", {_phase(file)}" if case.is_open else ""
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
    if said := last_word(file.contacts, file.notes):
        lines.append(f"Last word: {' '.join(said.split())}")
    left = LINES - len(lines)
    due = [f"Due {_day(each.due, today, order)}: {each.what} ({each.item})" for each in items]
    if len(due) > left:
        due = [*due[: left - 1], f"and {len(due) - left + 1} more are due: the record has them"]
    told = [" ".join(line.split()) for line in [*lines, *due]]
    # How to call safely is never cut: what must not be said stands at its end.
    return [line if line.startswith(SAFELY) else shortened(line, WIDTH) for line in told]


def _phase(file: File) -> str:
    kinds = {each.kind for each in file.casework if each.status == OPEN}
    return phase_of(
        assessed=file.case.assessed_on is not None,
        agreed=file.case.plan_agreed_on is not None,
        at_work=bool(kinds & {GOAL, STEP}),
        closing=any(each.kind == CLOSING and is_waiting(each) for each in file.casework
                    if each.status == OPEN),
    )  # fmt: skip


# How the notes begin that casectl writes beside what was done: they say nothing of the client.
AUTOMATIC = re.compile(
    r"(?:Level (?:reviewed, still \w+|\w+, was \w+)|Assessed|Reopened|Taken off hold"
    r"|(?:On|Unreachable, on) hold until \d{4}-\d\d-\d\d|Letter printed|Plan reviewed"
    r"|Changed on both sides while [^;]*|Closed by [^:]* while it was covered)(?:: |:\n|$)"
)


def last_word(contacts: Iterable[Contact], notes: Iterable[Note]) -> str | None:
    """What somebody said last of the client: in a contact or a note, not in one made by itself."""
    said = [
        *((e.on_day, e.recorded_at or "", e.text) for e in contacts if e.text and not e.corrected),
        *((e.on_day, e.recorded_at or "", e.text) for e in notes if not AUTOMATIC.match(e.text)),
    ]
    return max(said, default=(None, "", None))[2]


def stands(
    given: Given, number: int, record: CaseRecord, standards: Standards, today: date,
    order: DateOrder | None,
) -> tuple[str, ...]:  # fmt: skip
    """Where a case of a file stands, from its record; ``number`` is what it is called by."""
    load = given.load
    record = record._replace(case=record.case._replace(number=number))
    corrected = {each.corrects for each in load.contacts}
    file = File(
        record.case, load.client, record, list(load.promises),
        [each for each in load.contacts if each.id not in corrected], list(load.notes), [],
        tuple(load.casework),
    )  # fmt: skip
    return tuple(brief(file, owed(record, standards, today), today, order))


def other_words(given: Given) -> list[str]:
    """What the sender's lines say that the record does not; a case has another number there."""
    known = {ITEM.sub("(", line) for line in given.stands}
    return [line for line in given.brief if ITEM.sub("(", line) not in known]


ITEM = re.compile(r"\(\d+\.")


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
        "person": case.client_id,
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


def _number_of(each: Any) -> int:
    number: int = each.number
    return number


# -- out of a file -----------------------------------------------------------------------------


def read_handover(made: Mapping[str, Any], where: str, day: date) -> Handed:
    """A hand-over file as values. Raises BadValue that names the file, and nothing of its texts."""
    if made.get("casectl") != HANDED:
        raise BadValue(f"{where} is no hand-over", hint="casectl transfer writes one")
    if made.get("version") != VERSION:
        raise BadValue(f"a newer casectl wrote {where}", hint="upgrade casectl")
    try:
        handed = _handed(made)
        why = _absurd(handed, day)
        sender = handed.sender
    except _Odd as odd:
        why, sender = str(odd), made["from"]  # which was read before the cases were
    except (BadValue, LookupError, TypeError, ValueError, AttributeError, ArithmeticError,
            RecursionError):  # fmt: skip
        raise BadValue(
            f"{where} is damaged, or no hand-over of casectl's", hint="ask for it once more"
        ) from None
    if why:
        raise BadValue(
            f"{where}: {why}", hint=f"ask {sender} to correct that; nothing was taken in"
        )
    return handed


class _Odd(ValueError):
    """What a case of a file is refused for, in words, with its number."""


def _each(cases: Sequence[Any], there: str, read: Callable[[Any], Any]) -> Iterator[Any]:
    for each in cases:
        try:
            yield read(each)
        except OddName as odd:
            raise _Odd(f"case {whole(each['number'])}{there}, {odd}") from None


def _absurd(handed: Handed, today: date) -> str | None:
    """The first thing that cannot be meant, with its case there and its row."""
    if why := absurd_day({"day": handed.day}, today):
        return why
    if handed.until is not None and (handed.until - handed.day).days > LONGEST_COVER:
        return f"its last day {handed.until.isoformat()} is more than {LONGEST_COVER} days ahead"
    for given in handed.cases:
        load = given.load
        rows: list[Any] = [*load.promises, *load.contacts, *load.notes, *load.casework]
        why = absurd_day(load.case._asdict(), today) or contradiction(load.case)
        if why := why or _absurd_row(rows, today) or _misled(load):
            return f"case {given.number} there, {why}"
    for each in handed.returned:
        why = absurd_day(each.case, today) or _absurd_row(each.added, today)
        for name, fields in each.changed.items():
            kind = sort_and_number(name)[0]
            odd = odd_promise(fields, None) if kind == PROMISES else odd_field(kind, fields)
            if why is None and (found := absurd_day(fields, today, kind) or odd):
                why = f"{name}: {found}"
        if why:
            return f"case {each.number}, {why}"
    return None


def _misled(load: Load) -> str | None:
    """The first row that names one of another sort, and why it may not."""
    sorts = {
        each.id: type(each)
        for rows in (load.promises, load.contacts, load.notes, load.casework)
        for each in rows
    }

    def is_other(name: str | None, sort: type) -> bool:
        return name is not None and sorts.get(name, sort) is not sort

    for contact in load.contacts:
        if is_other(contact.corrects, Contact):
            return f"{name_of(contact)}: it corrects what it cannot"
    for note in load.notes:
        if is_other(note.addendum_to, Note):
            return f"{name_of(note)}: it adds to what it cannot"
        if is_other(note.contact_id, Contact):
            return f"{name_of(note)}: it is the note of what is no contact"
    return None


def _absurd_row(rows: Iterable[Any], today: date) -> str | None:
    for row in rows:
        name = name_of(row)
        why = absurd_day(row._asdict(), today, row.kind if isinstance(row, Piece) else "")
        if why := why or misshapen(row):
            return f"{name}: {why}"
    return None


def _handed(made: Mapping[str, Any]) -> Handed:
    kind = made["kind"]
    if kind not in KINDS:
        raise ValueError
    cases = made["cases"]
    if not isinstance(cases, list) or not cases:
        raise ValueError
    if len({each["origin"] for each in cases}) < len(cases):
        raise ValueError
    return Handed(
        key_of(made["id"]),
        kind,
        checked_text(made["from"], "from", limit=NAME_LIMIT),
        checked_text(made["to"], "to", limit=NAME_LIMIT),
        date.fromisoformat(made["day"]),
        day_or_none(made.get("from_on")),
        day_or_none(made.get("until")),
        () if kind == BACK else tuple(_each(cases, " there", _given)),
        tuple(_each(cases, "", read_returned)) if kind == BACK else (),
    )


def _given(made: Mapping[str, Any]) -> Given:
    lines = tuple(checked_text(each, "line") for each in made["brief"])[:LINES]
    name = read_name(made["client"]["name"])
    client = read_value(Client, {**made["client"], "name": name})._replace(id="")
    if set(NOT_HANDED) & set(made["case"]):
        raise ValueError
    case = read_value(Case, made["case"])._replace(client=client.name)
    Level(case.urgency)
    if case.risk is not None and case.risk not in RISKS:
        raise ValueError
    promises, contacts, notes, casework = (
        sorted((read_value(kind, each) for each in made[name]), key=_number_of)
        for name, kind in SORTS.items()
    )
    load = Load(client, case, promises, contacts, notes, casework=casework, numbered=True)
    _check_numbers(load)
    person = key_of(made["person"])
    return Given(key_of(made["origin"]), whole(made["number"]), lines, load, person)


def _check_numbers(load: Load) -> None:
    """Each row has a number of its own: it keeps it. A hand-over of another's is none of ours."""
    if any(each.kind == HANDOVER for each in load.casework):
        raise ValueError
    named = [
        *(("p", each.number) for each in load.promises),
        *(("c", each.number) for each in load.contacts),
        *(("n", each.number) for each in load.notes),
        *((each.kind, each.number) for each in load.casework),
    ]
    rows: list[Any] = [*load.promises, *load.contacts, *load.notes, *load.casework]
    if len({each.id for each in rows}) < len(rows):
        raise ValueError
    links = {each.id: each.corrects for each in load.contacts}
    links |= {each.id: each.addendum_to for each in load.notes}
    if any(_goes_round(links, each) for each in links):
        raise ValueError
    if len(set(named)) < len(named) or any(number < 1 for _, number in named):
        raise ValueError


def _goes_round(links: Mapping[str, str | None], first: str) -> bool:
    """Whether who follows these links from here comes back."""
    seen, each = {first}, links.get(first)
    while each is not None:
        if each in seen:
            return True
        seen.add(each)
        each = links.get(each)
    return False


# -- as a case of one's own --------------------------------------------------------------------


def taken(
    handed: Handed,
    given: Given,
    today: date,
    new_key: Callable[[], str],
    cases: Mapping[str, str],
) -> Load:
    """One case of a file as it is written here: new keys, its own numbers, what is owed.

    ``cases`` are the keys that the file's cases get here. A case that was transferred owes a first
    contact by the new worker, one that is covered to be given back.
    """
    load = given.load
    rows: list[Any] = [*load.promises, *load.contacts, *load.notes, *load.casework]
    keys = {each.id: new_key() for each in rows}

    def key(old: str | None) -> str | None:
        return keys.get(old) if old else None

    cover = handed.kind == COVER
    until = handed.until or today
    owes = Piece(
        "", "", HANDOVER, 1, today,
        f"{'covered for' if cover else 'taken over from'} {handed.sender}",
        stage=COVERING if cover else TAKEN,
        who=handed.sender,
        due_on=until if cover else today,
        body={
            "id": handed.id, "origin": given.origin, "number": given.number,
            "contacts": max((each.number for each in load.contacts), default=0),
            **({"until": until.isoformat()} if cover else {}),
        },
    )  # fmt: skip
    return Load(
        load.client,
        load.case._replace(id=cases[given.origin], worker=None),
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
        casework=[
            *(
                each._replace(
                    id=keys[each.id], parent=key(each.parent), body=without_own(each.body, cases)
                )
                for each in load.casework
            ),
            owes,
        ],
        numbered=True,
    )  # fmt: skip


def check_cover(first: date, until: date, today: date, order: DateOrder | None = None) -> None:
    """Raise BadValue for days that nobody can mean."""
    if first < today:
        raise BadValue(f"{spoken(first, order)} is before today")
    if until < first:
        raise BadValue(f"--until {spoken(until, order)} comes before --from {spoken(first, order)}")
    last = today + timedelta(days=LONGEST_COVER)
    if until > last:
        raise BadValue(
            f"a cover ends by {spoken(last, order)}, {LONGEST_COVER} days ahead",
            hint="casectl transfer hands a case over for good",
        )


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
