"""Rows to core values and back. Days are ISO text in the file and ``date`` outside it."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from casectl.core.errors import CasectlError
from casectl.core.facts import BETWEEN, lacking
from casectl.core.model import (
    ASSESSING,
    FOLLOW_UP,
    ME,
    MISSED_TWICE,
    UNFINISHED,
    UNWRITTEN_NOTE,
    Case,
    CaseRecord,
    Client,
    Contact,
    Jot,
    Note,
    Promise,
    Watch,
    assessment_draft,
    said_safely,
)
from casectl.core.values import NamedTuple, new_tuple
from casectl.store.connection import Database, Row, Value
from casectl.store.schema import CASEWORK_FROM

Made = TypeVar("Made", Promise, Contact, Note, Jot)

NEVER = "9999-12-31"  # no day of a caseload comes after it
CHUNK = 500  # under SQLite's oldest limit on variables in one statement

CASE_COLUMNS = (
    "c.id, c.number, c.handle, c.client_id, k.name AS client, c.status, c.urgency, c.risk, "
    "c.opened_on, c.level_reviewed_on, c.program, c.referred_by, c.need, c.external_id, "
    "c.crisis_since, c.covered_until, c.assessed_on, c.clock_from, c.hold_until, c.resumed_on, "
    "c.closed_on, c.close_reason, c.worker, c.planned_on, c.planned_from, c.planned_reason, "
    "c.plan_agreed_on, c.plan_reviewed_on, c.flagged_on, c.flagged_for"
)
CASE_WIDTH = len(Case._fields)
CLIENT_AT = Case._fields.index("client_id")
CASES = f"SELECT {CASE_COLUMNS} FROM cases c JOIN clients k ON k.id = c.client_id"
PROMISE_COLUMNS = ", ".join(Promise._fields)
# The worker's own work as promises to nobody, and what a promise has and that has no column for.
NOT_OWN = {
    "case_id": f"'{ME.id}'", "kind": f"'{FOLLOW_UP}'", "lead_days": "NULL", "place": "NULL",
    "waiting_on": "NULL",
}  # fmt: skip
OWN_COLUMNS = ", ".join(NOT_OWN.get(name, name) for name in Promise._fields)
CLIENT_COLUMNS = ", ".join(Client._fields)
CONTACT_COLUMNS = (
    'id, case_id, number, on_day, outcome, "by", party, text, minutes, interpreter, seen_by, '
    "covered_until, corrects, EXISTS (SELECT 1 FROM contacts later WHERE later.corrects = "
    "contacts.id), item, recorded_at, worker"
)
NOTE_COLUMNS = ", ".join(Note._fields)
JOT_COLUMNS = ", ".join(Jot._fields)
GROUP_COLUMNS = "kind, stage, level, program, lead, who, reaching, tried, planned, lacks"

# A letter is sent, not answered: it never counts as reaching anybody. A corrected contact no
# longer counts; the row that corrects it does.
_COUNTS = (
    "x.\"by\" <> 'letter' AND NOT EXISTS (SELECT 1 FROM contacts later WHERE later.corrects = x.id)"
)


def _last_reached(party: str) -> str:
    return (
        "(SELECT x.on_day FROM contacts x WHERE x.case_id = c.id AND x.outcome = 'reached' "
        f"AND x.party = '{party}' AND {_COUNTS} ORDER BY x.on_day DESC LIMIT 1)"
    )


LAST_REACHED = f"SELECT {_last_reached('client')} FROM cases c WHERE c.number = ?"


def _records(reached: str, rest: str) -> str:
    return (
        f"SELECT {CASE_COLUMNS}, {reached}, {rest} "
        "FROM cases c JOIN clients k ON k.id = c.client_id"
    )


_REACHED = (_last_reached("client"), _last_reached("guardian"))
_REST = (
    "(SELECT max(p.ended_on) FROM promises p WHERE p.case_id = c.id AND p.status <> 'open'), "
    "k.phone, k.safe_contact, k.safe_when, k.safe_how, k.safe_never, "
    f"(SELECT value FROM meta WHERE name = '{CASEWORK_FROM}')"
)
# Of a part, which no reminder tells the rest of: whether the client may have had another name, by
# an edit or by a merge, which changes the other cases that are theirs since.
_EDITED = (
    "k.rev > 1 OR c.rev > 1 OR EXISTS "
    "(SELECT 1 FROM cases o WHERE o.client_id = c.client_id AND o.number <> c.number)"
)
RECORDS = _records(", ".join(_REACHED), _REST)
# And what says what is not known of a case.
_OF_KIND = "FROM casework w WHERE w.case_id = c.id AND w.kind"
WITH_KNOWN = _records(
    ", ".join(_REACHED),
    f"{_REST}, k.birth_date, k.language, "
    f"EXISTS (SELECT 1 {_OF_KIND} = 'need' AND w.status IN ('open', 'planned')), "
    f"(SELECT group_concat(w.stage, '{BETWEEN}') {_OF_KIND} = 'unavailable' "
    "AND w.status = 'open')",
)
# Attempts since somebody was last reached; on the same day the order of recording decides.
ATTEMPTS = (
    "SELECT x.case_id, count(*), max(x.on_day) FROM contacts x "
    "WHERE x.outcome = 'tried' AND x.party IN ('client', 'guardian') AND x.case_id IN ({marks}) "
    "AND NOT EXISTS (SELECT 1 FROM contacts later WHERE later.corrects = x.id) "
    "AND NOT EXISTS (SELECT 1 FROM contacts r WHERE r.case_id = x.case_id "
    "AND r.outcome = 'reached' AND r.party IN ('client', 'guardian') AND r.\"by\" <> 'letter' "
    "AND (r.on_day > x.on_day OR (r.on_day = x.on_day AND r.number > x.number)) "
    "AND NOT EXISTS (SELECT 1 FROM contacts later WHERE later.corrects = r.id)) "
    "GROUP BY x.case_id"
)

# Why a case is to be closed that waits for its sign-off. An older casectl wrote the reason into the
# body alone, and left that of the notice beside it.
SAID = (
    "CASE WHEN w.kind = 'closing' AND w.stage = 'sign_off' "
    "THEN coalesce(json_extract(w.body, '$.said'), w.what) ELSE w.what END"
)
# Of a referral that is scheduled, what is on record of the last time that it was.
FIRST_DAY = (
    "CASE WHEN w.kind = 'referral' AND w.stage = 'scheduled' THEN "
    "(SELECT json_extract(e.value, '$.{of}') FROM json_each(w.body, '$.log') e "
    "WHERE json_extract(e.value, '$.did') = 'scheduled' ORDER BY e.key DESC LIMIT 1) END"
)
# Since when a closing waits for its sign-off, and what was written down after that. Within one
# second the number tells which was first.
_WAITS_SINCE = "coalesce(json_extract(w.body, '$.waits.since'), w.recorded_at)"


def _written_since(counted: str) -> str:
    return (
        "x.case_id = w.case_id AND x.on_day >= w.due_on AND (x.recorded_at, x.number) > "
        f"({_WAITS_SINCE}, coalesce(json_extract(w.body, '$.waits.{counted}'), 0))"
    )


def _moved_since(column: str, stood: str) -> str:
    """A day of the case that is another than it was when the closing began to wait, and later."""
    day = "coalesce(json_extract(w.body, '$.waits.on'), w.due_on)"
    return f"iif(c.{column} >= {day} AND c.{column} IS NOT {stood}, c.{column}, '')"


_FLAG_THEN = "json_extract(w.body, '$.waits.flagged_on')"
_CRISIS_THEN = "coalesce(json_extract(w.body, '$.waits.crisis_since'), w.due_on)"
# Set to another level on the very day that it had been reviewed.
_LEVEL_MOVED = (
    "iif(json_extract(w.body, '$.waits.urgency') IS NOT NULL "
    "AND (c.urgency IS NOT json_extract(w.body, '$.waits.urgency') "
    "OR c.risk IS NOT json_extract(w.body, '$.waits.risk')), "
    "max(c.level_reviewed_on, w.due_on), '')"
)
_LEVEL_THEN = "coalesce(json_extract(w.body, '$.waits.level_reviewed_on'), w.due_on)"
# The last day of what speaks against a death that waits for its sign-off: the client was reached or
# asked a questionnaire, a red flag, a crisis or a review of the level. Written down since the
# closing was: what was on record before is no news of a client of whom somebody then said that.
SPEAKS_AGAINST = (
    "nullif(max(coalesce((SELECT max(x.on_day) FROM contacts x WHERE x.outcome = 'reached' "
    f"AND x.party = 'client' AND {_written_since('contacts')} AND {_COUNTS}), ''), "
    "coalesce((SELECT max(x.on_day) FROM casework x WHERE x.kind = 'screening' "
    f"AND {_written_since('screenings')}), ''), "
    f"(SELECT max({_moved_since('flagged_on', _FLAG_THEN)}, "
    f"{_moved_since('crisis_since', _CRISIS_THEN)}, "
    f"{_moved_since('level_reviewed_on', _LEVEL_THEN)}, {_LEVEL_MOVED}) "
    "FROM cases c WHERE c.id = w.case_id)), '')"
)
# The open pieces of casework that owe something; when a transition's client was last seen, when
# that of a case taken over was last reached by a contact that was not in the file, and what speaks
# against a death.
WATCHED = (
    f"SELECT w.case_id, w.kind, w.stage, w.number, w.domain, {SAID}, w.who, w.due_on, w.lead_days, "
    "CASE w.kind WHEN 'transition' THEN (SELECT max(x.on_day) FROM contacts x "
    "WHERE x.case_id = w.case_id AND x.outcome = 'reached' AND x.party = 'client' "
    f"AND x.\"by\" IN ('visit', 'office') AND {_COUNTS}) "
    "WHEN 'handover' THEN (SELECT max(x.on_day) FROM contacts x "
    "WHERE x.case_id = w.case_id AND x.outcome = 'reached' AND x.party = 'client' "
    "AND x.number > coalesce(json_extract(w.body, '$.contacts'), 0) "
    f"AND {_COUNTS}) "
    f"WHEN 'closing' THEN iif(w.stage = 'sign_off', {SPEAKS_AGAINST}, NULL) END, "
    f"{FIRST_DAY.format(of='time')}, {FIRST_DAY.format(of='text')} "
    "FROM casework w WHERE w.status = 'open' AND w.due_on IS NOT NULL AND w.case_id IN ({marks}) "
    "AND w.due_on <= ? ORDER BY w.rowid"
)
# The first contact of each case whose note nobody has written: not in the contact itself, nor as
# a note of it or of its day, nor as casework of that day.
UNWRITTEN = (
    "SELECT x.case_id, min(x.on_day) FROM contacts x WHERE x.text IS NULL "
    "AND x.outcome = 'reached' AND x.case_id IN ({marks}) AND x.on_day >= "
    f"coalesce((SELECT value FROM meta WHERE name = '{CASEWORK_FROM}'), '') "
    "AND NOT EXISTS (SELECT 1 FROM contacts later WHERE later.corrects = x.id) "
    "AND NOT EXISTS (SELECT 1 FROM notes n WHERE n.contact_id = x.id) "
    "AND NOT EXISTS (SELECT 1 FROM notes n WHERE n.case_id = x.case_id AND n.on_day = x.on_day) "
    "AND NOT EXISTS (SELECT 1 FROM casework w WHERE w.case_id = x.case_id "
    "AND w.on_day = x.on_day) GROUP BY x.case_id"
)
# Cases whose client missed two appointments or more, since one was kept or they were reached.
MISSED = (
    "SELECT p.case_id, max(p.ended_on) FROM promises p WHERE p.status = 'missed' "
    "AND p.case_id IN ({marks}) AND NOT EXISTS (SELECT 1 FROM contacts x "
    "WHERE x.case_id = p.case_id AND x.outcome = 'reached' AND x.party = 'client' "
    f"AND x.on_day >= p.ended_on AND {_COUNTS}) "
    "AND NOT EXISTS (SELECT 1 FROM promises k WHERE k.case_id = p.case_id AND k.status = 'kept' "
    "AND k.ended_on >= p.ended_on) GROUP BY p.case_id HAVING count(*) >= 2"
)
DRAFTS = (
    f"SELECT substr(name, {len(ASSESSING) + 1}), substr(updated_at, 1, 10) FROM drafts "
    "WHERE name IN ({marks})"
)


@contextmanager
def readable_days() -> Iterator[None]:
    """Only a damaged file holds a day that cannot be read; say so, without the day."""
    try:
        yield
    except (TypeError, ValueError):
        raise CasectlError(
            "the caseload holds a day that cannot be read", hint="casectl doctor tells more"
        ) from None


def iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def case_of(row: Row) -> Case:
    """A case alone; ``_case`` for many, inside one ``readable_days``."""
    with readable_days():
        return _case(tuple(row)[:CASE_WIDTH])


def _case(values: tuple[Any, ...]) -> Case:
    """What was selected with ``CASE_COLUMNS``."""
    (
        id_, number, handle, client_id, client, status, urgency, risk, opened_on, reviewed_on,
        program, referred_by, need, external_id, crisis_since, covered_until, assessed_on,
        clock_from, hold_until, resumed_on, closed_on, close_reason, worker, planned_on,
        planned_from, planned_reason, agreed_on, plan_reviewed_on, flagged_on, flagged_for,
    ) = values  # fmt: skip
    read = date.fromisoformat  # a list reads thousands of days: no call of ours around each
    return new_tuple(
        Case, (
            id_, number, handle, client_id, client, status, urgency, risk,
            read(opened_on), read(reviewed_on), program, referred_by, need, external_id,
            crisis_since and read(crisis_since), covered_until and read(covered_until),
            assessed_on and read(assessed_on), clock_from and read(clock_from),
            hold_until and read(hold_until), resumed_on and read(resumed_on),
            closed_on and read(closed_on), close_reason, worker, planned_on and read(planned_on),
            planned_from and read(planned_from), planned_reason,
            agreed_on and read(agreed_on), plan_reviewed_on and read(plan_reviewed_on),
            flagged_on and read(flagged_on), flagged_for,
        )
    )  # fmt: skip


def promise_of(row: Row) -> Promise:
    return _with_days(Promise, row)


def contact_of(row: Row) -> Contact:
    contact = _with_days(Contact, row)
    return contact._replace(
        interpreter=bool(contact.interpreter), corrected=bool(contact.corrected)
    )


def note_of(row: Row) -> Note:
    return _with_days(Note, row)


def jot_of(row: Row) -> Jot:
    return _with_days(Jot, row)


def client_of(row: Row) -> Client:
    values = list(row)
    values[Client._fields.index("interpreter")] = bool(row["interpreter"])
    return Client(*values)


def columns_of(value: Any, *, leave: Iterable[str] = ()) -> dict[str, Value]:
    """A core value as columns; ``leave`` names fields that are not columns of its table."""
    skipped = set(leave)
    return {
        name: each.isoformat() if isinstance(each, date) else _plain(each)
        for name, each in value._asdict().items()
        if name not in skipped
    }


def _plain(value: Any) -> Value:
    return int(value) if isinstance(value, (bool, int)) else value


def _with_days(kind: type[Made], row: Row) -> Made:
    with readable_days():
        return _read(kind, row)


def _read(kind: type[Made], row: Row) -> Made:
    """A row whose columns stand in the order of the type's fields, its days read as days."""
    values = list(row)
    for index in _DAYS[kind]:
        if values[index] is not None:
            values[index] = date.fromisoformat(values[index])
    return new_tuple(kind, values)


def _day_fields(kind: type[Any]) -> tuple[int, ...]:
    return tuple(
        index
        for index, name in enumerate(kind._fields)
        if name in ("on_day", "covered_until", "repeats_from")
        or (name.endswith("_on") and name != "waiting_on")
    )


_DAYS = {kind: _day_fields(kind) for kind in (Promise, Contact, Note, Jot)}


def read_cases(db: Database, where: str, values: Iterable[Value] = ()) -> list[Case]:
    return [case_of(row) for row in db.rows(f"{CASES} WHERE {where}", tuple(values))]


class Part(NamedTuple):
    """As much of the records as some items need, where reading all of it would be most of the work.

    What a promise ended on is left out: it is a fact of its own. The phone and
    the words about calling are, too: no reminder tells them.
    """

    promised: Container[int]  # cases whose open promises are read,
    until: str  # and up to which day
    tried: Container[int]  # cases whose attempts are
    reached: Collection[int]  # cases of which it is read when they were reached last, beside those
    guardian: bool  # whose clock moved, and whether reaching the guardian counts anywhere
    watched: Mapping[tuple[str, str], Collection[int]]  # cases whose casework is, by what it owes,
    watched_until: str  # and up to which day it counts from
    edited: set[str]  # to which clients are added whose record, or case, was changed since


def read_records(
    db: Database, numbers: Iterable[int], part: Part | None = None, *, lacks: bool = True
) -> list[CaseRecord]:
    """What the due engine reads of these cases; closed ones included, in number order.

    Without what each ``lacks`` where no program asks for it; of a ``part`` that is a fact already.
    """
    wanted = sorted(set(numbers))
    select = WITH_KNOWN if lacks else RECORDS
    reached: list[Value] = []
    if part is not None:
        reached = [f"[{','.join(map(str, part.reached))}]"]
        asked = (
            "CASE WHEN c.clock_from IS NOT NULL OR c.resumed_on IS NOT NULL "
            "OR c.number IN (SELECT value FROM json_each(?1)) THEN {} END"
        )
        client, guardian = map(asked.format, _REACHED)
        select = _records(f"{client}, {guardian if part.guardian else 'NULL'}", _EDITED)
    records: list[CaseRecord] = []
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        rows = db.tuples(f"{select} WHERE c.number IN ({marks(chunk)})", [*reached, *chunk])
        promised = tried = [row[0] for row in rows]
        if part is not None:
            promised = [row[0] for row in rows if row[1] in part.promised]
            tried = [row[0] for row in rows if row[1] in part.tried]
        with readable_days():
            promises = _open_promises(db, promised, part and part.until)
            attempts = _attempts(db, tried)
            watches = _watches(db, rows, part)
            made = _record if part is None else _part_of
            records += [made(row, promises, attempts, watches) for row in rows]
        if part is not None:
            part.edited.update([row[CLIENT_AT] for row in rows if row[-1]])
    return sorted(records, key=lambda record: record.case.number)


def _open_promises(db: Database, ids: list[str], until: str | None) -> dict[str, list[Promise]]:
    """The open promises of each of these cases, the earliest first."""
    found: dict[str, list[Promise]] = {}
    if ids:
        where = "" if until is None else "AND due_on <= ? "
        for row in db.rows(
            f"SELECT {PROMISE_COLUMNS} FROM promises WHERE status = 'open' "
            f"AND case_id IN ({marks(ids)}) {where}ORDER BY due_on, number",
            ids if until is None else [*ids, until],
        ):
            promise = _read(Promise, row)
            found.setdefault(promise.case_id, []).append(promise)
    return found


def _attempts(db: Database, ids: list[str]) -> dict[str, tuple[int, str]]:
    """How often each of these cases was tried since it was last reached, and the last day."""
    if not ids:
        return {}
    rows = db.rows(ATTEMPTS.format(marks=marks(ids)), ids)
    return {row[0]: (row[1], row[2]) for row in rows}


# What owes something by what is not there, and the statement that finds it.
NOT_THERE = {
    (watch.kind, watch.stage): (watch, statement)
    for watch, statement in (
        (UNWRITTEN_NOTE, UNWRITTEN), (MISSED_TWICE, MISSED), (UNFINISHED, DRAFTS),
    )
}  # fmt: skip


def _watches(
    db: Database, rows: list[tuple[Any, ...]], part: Part | None
) -> dict[str, list[Watch]]:
    """What casework on file owes, of each of these cases."""
    found: dict[str, list[Watch]] = {}
    pieces = () if part is None else part.watched.keys() - NOT_THERE.keys()
    _watch_pieces(db, _owing(rows, part, pieces), part, found)
    for owes, (watch, statement) in NOT_THERE.items():
        ids = _owing(rows, part, (owes,))
        if ids:
            values = [assessment_draft(each) for each in ids] if watch is UNFINISHED else ids
            for case_id, day in map(tuple, db.rows(statement.format(marks=marks(ids)), values)):
                found.setdefault(case_id, []).append(watch._replace(day=date.fromisoformat(day)))
    return found


def _owing(
    rows: list[tuple[Any, ...]], part: Part | None, kinds: Iterable[tuple[str, str]]
) -> list[str]:
    """The cases whose casework is asked for; in part, those that owe one of these kinds."""
    if part is None:
        return [row[0] for row in rows]
    numbers = {number for owes in kinds for number in part.watched.get(owes, ())}
    return [row[0] for row in rows if row[1] in numbers] if numbers else []


def _watch_pieces(
    db: Database, ids: list[str], part: Part | None, found: dict[str, list[Watch]]
) -> None:
    """Add what open pieces owe to what was ``found``."""
    until = NEVER if part is None else part.watched_until
    rows = db.tuples(WATCHED.format(marks=marks(ids)), [*ids, until]) if ids else []
    if not rows:
        return
    from casectl.core.casework import LETTERS, owed

    read = date.fromisoformat
    for row in rows:
        case_id, kind, stage, number, domain, what, who, due_on, lead, seen_on, time, note = row
        if kind not in LETTERS:  # a newer casectl's: doctor names it
            continue
        seen = seen_on and read(seen_on)
        due = read(due_on)
        watches = owed(kind, stage, number, domain, what, who, due, lead, seen, time, note)
        found.setdefault(case_id, []).extend(watches)


def _record(
    row: tuple[Any, ...],
    promises: dict[str, list[Promise]],
    attempts: dict[str, tuple[int, str]],
    watches: dict[str, list[Watch]],
) -> CaseRecord:
    case = _case(row[:CASE_WIDTH])
    client_on, guardian_on, ended_on, phone, words, when, how, never, since, *known = row[
        CASE_WIDTH:
    ]
    safe_contact = said_safely(words, when, how, never)
    tries, tried_on = attempts.get(case.id, (0, ""))
    read = date.fromisoformat
    return new_tuple(
        CaseRecord,
        (
            case,
            tuple(promises.get(case.id, ())),
            client_on and read(client_on),
            guardian_on and read(guardian_on),
            tries,
            read(tried_on) if tried_on else None,
            ended_on and read(ended_on),
            phone,
            safe_contact,
            tuple(watches.get(case.id, ())),
            since and read(since),
            _lacks(case, phone, safe_contact, *known) if known else (),
        ),
    )


def _part_of(
    row: tuple[Any, ...],
    promises: dict[str, list[Promise]],
    attempts: dict[str, tuple[int, str]],
    watches: dict[str, list[Watch]],
) -> CaseRecord:
    """As much of a record as was read of it."""
    case = _case(row[:CASE_WIDTH])
    client_on, guardian_on, _ = row[CASE_WIDTH:]
    tries, tried_on = attempts.get(case.id, (0, ""))
    read = date.fromisoformat
    return new_tuple(
        CaseRecord,
        (
            case,
            tuple(promises.get(case.id, ())),
            client_on and read(client_on),
            guardian_on and read(guardian_on),
            tries,
            read(tried_on) if tried_on else None,
            None, None, None,
            tuple(watches.get(case.id, ())),
            None, (),
        ),
    )  # fmt: skip


def _lacks(
    case: Case,
    phone: str | None,
    safe_contact: str | None,
    birth_date: str | None,
    language: str | None,
    need_stands: int,
    given_up: str | None,
) -> tuple[str, ...]:
    """As ``facts.known_of`` has it, of the columns alone: a list reads many."""
    known = (
        case.risk, phone, safe_contact or not phone, birth_date, language, case.program,
        case.need or need_stands,
    )  # fmt: skip
    return lacking(known, given_up.split(BETWEEN) if given_up else ())


def marks(values: Iterable[object]) -> str:
    return ",".join("?" for _ in values)
