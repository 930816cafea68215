"""Taking in any number of people at once: one operation, written in batches, memory flat.

The journal's triggers see every row as they see a single write. Due facts and searchable text come
from the same pure functions, worked out here from what is loaded instead of being read back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter
from typing import NamedTuple, TypeVar

from casectl.core.casework import (
    CLOSING,
    HANDOVER,
    NEED,
    PLANNED,
    REFERRAL,
    SIGN_OFF,
    UNAVAILABLE,
    Piece,
    owed,
)
from casectl.core.facts import known_of, lacking
from casectl.core.intake import Fill, Settle
from casectl.core.model import (
    KEPT,
    MISSED,
    MISSED_TWICE,
    OPEN,
    REACHED,
    TRIED,
    UNWRITTEN_NOTE,
    Case,
    CaseRecord,
    Client,
    Contact,
    Load,
    Note,
    Promise,
    Watch,
)
from casectl.core.referrals import appointment
from casectl.core.text import handle_stem, name_key
from casectl.store.connection import Database, Value
from casectl.store.derived import (
    CLIENTS_FROM,
    FACT_COLUMNS,
    SEARCHED,
    FactRow,
    Groups,
    fact_rows,
    joined,
    next_text,
    words_of,
)
from casectl.store.identity import new_ids
from casectl.store.journal import Journal, Operation
from casectl.store.rows import CHUNK, iso
from casectl.store.schema import CASEWORK_FROM, RECORDS
from casectl.store.twins import Twins

BATCH = 1_000
CACHE_KIB = 32_768  # pages held while loading, so that the indexes' far ends stay in memory
PIECE = 1 << 20  # of the search index, as FTS5 has it by default
LARGE_PIECE = 1 << 22

TEXT_COLUMNS = ("id", "row_id", "source", "case_id", "folded")
COUNTER_COLUMNS = ("scope", "value")

FILLED_OF_CLIENT = (
    "birth_date", "phone", "email", "address", "language", "pronouns", "safe_contact",
    "safe_when", "safe_how", "safe_never",
)  # fmt: skip
FILLED_OF_CASE = ("external_id", "program", "need", "referred_by")

Row = tuple[Value, ...]
Item = TypeVar("Item", Promise, Contact, Note)


def _picker(table: str) -> Callable[[Row], Iterable[Value]]:
    """What picks the searchable columns out of a row of ``table``."""
    places = [RECORDS[table].index(name) for name in SEARCHED[table]]
    if len(places) == 1:
        return itemgetter(slice(places[0], places[0] + 1))
    return itemgetter(*places)


# Every contact that an import takes over says the same, so it is folded once. Few are kept: what
# people write may be long.
JOINED: dict[str, Callable[..., str]] = dict.fromkeys(SEARCHED, joined)
JOINED["contacts"] = lru_cache(16)(joined)
JOINED["casework"] = lambda *values: joined([*values[0][:-1], words_of(values[0][-1])])
# What a load may hold, and where its row says which case it belongs to; a client's says nothing.
CASE_ID_AT = {"clients": None, "cases": 0, "promises": 1, "contacts": 1, "notes": 1, "casework": 1}
SEARCHED_IN = {table: _picker(table) for table in CASE_ID_AT}


class Loaded(NamedTuple):
    """What a load made: so many cases, numbered without a gap in the order they came."""

    cases: int
    first: int
    last: int


class Loader:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def load(
        self,
        loads: Iterable[Load],
        *,
        command: str = "intake",
        settle: Settle | None = None,
        namesakes: bool = True,
        approve: Callable[[], None] | None = None,
    ) -> Loaded:
        """Write every load in one operation. An error, ``loads``' own too, writes none of them.

        ``settle`` is asked, in order, about each load and those it may be: on file before, or
        earlier in this load; without ``namesakes``, by another system's id alone. ``approve``
        comes last: what it raises takes everything back.
        """
        pages = self.db.value("PRAGMA cache_size")
        self.db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        try:
            with self.journal.operation(command) as operation:
                loaded = write(operation, loads, settle, namesakes=namesakes)
                if approve is not None:
                    approve()
                return loaded
        finally:
            self.db.execute(f"PRAGMA cache_size = {pages}")


def write(
    operation: Operation,
    loads: Iterable[Load],
    settle: Settle | None = None,
    *,
    namesakes: bool = True,
) -> Loaded:
    """Write loads as part of an operation; see ``Loader.load``."""
    writer = _Writer(operation, settle, namesakes)
    remaining = iter(loads)
    while batch := list(islice(remaining, BATCH)):
        writer.write(batch)
    writer.finish()
    return Loaded(writer.last - writer.first + 1, writer.first, writer.last)


class _Writer:
    """The batches of one operation: rows, then the facts and texts that follow from them."""

    def __init__(self, operation: Operation, settle: Settle | None, namesakes: bool) -> None:
        self.operation = operation
        self.db = operation.db
        self.settle = settle
        self.namesakes = namesakes
        self.groups = Groups(self.db)
        since = self.db.value("SELECT value FROM meta WHERE name = ?", (CASEWORK_FROM,))
        self.casework_from = date.fromisoformat(since) if since else None
        self.fills: list[Fill] = []
        self.last: int = self.db.value("SELECT value FROM counters WHERE scope = 'case'") or 0
        self.first = self.last + 1
        self.first_text = self.next_text = next_text(self.db, "cases")
        self.first_client_text = self.next_client_text = next_text(self.db, "clients")

    def write(self, batch: list[Load]) -> None:
        rows = _Rows(self.operation, batch)
        twins = None
        if self.settle:
            twins = Twins(self.db, batch, self.first, named=self.namesakes)
        facts: list[FactRow] = []
        for place, each in enumerate(batch):
            load: Load | Fill | None = each
            if self.settle and twins:
                load = self.settle(each, twins.of(place))
            if load is None:
                continue
            if isinstance(load, Fill):
                self.fills.append(load)
                continue
            self.last += 1
            handle = f"{handle_stem(load.client.name)}-{self.last}"
            client_id = rows.add(load, self.last, handle)
            if load.same_client:  # of whom more is known than this load says
                self.operation.cases.add(str(rows.tables["cases"][-1][0]))
            facts += fact_rows(record_of(load, self.casework_from), self.groups, self.last)
            if twins:
                twins.add(place, load, self.last, handle, client_id)
        for table, made in rows.tables.items():
            insert_all(self.db, table, RECORDS[table], made)
            self.operation.changed += len(made)
        insert_all(self.db, "counters", COUNTER_COLUMNS, rows.counters)
        facts.sort()  # in the order of the table's key, which no two share
        insert_all(self.db, "due_facts", FACT_COLUMNS, facts)
        self._add_texts(rows.tables)

    def finish(self) -> None:
        if self.last >= self.first:
            self.db.execute(
                "INSERT INTO counters (scope, value) VALUES ('case', ?) "
                "ON CONFLICT (scope) DO UPDATE SET value = excluded.value",
                (self.last,),
            )
        # All at once, and many in large pieces: each piece has to be merged with others again.
        many = self.last - self.first >= BATCH
        if many:
            self._index_in_pieces_of(LARGE_PIECE)
        self.db.execute(
            "INSERT INTO search_index (rowid, folded) "
            f"SELECT id, folded FROM search_texts WHERE id >= ? AND id < {CLIENTS_FROM} "
            "UNION ALL SELECT id, folded FROM search_texts WHERE id >= ?",
            (self.first_text, self.first_client_text),
        )
        if many:
            self._index_in_pieces_of(PIECE)
        for fill in self.fills:  # the last, for it keeps the index itself
            self._fill(fill)

    def _fill(self, fill: Fill) -> None:
        """Add to a client and a case what is not known of them; nothing that is known is lost."""
        client, case = fill.client, fill.case
        row = self.db.one("SELECT * FROM clients WHERE id = ?", (fill.client_id,))
        assert row is not None, "it was found by its id"
        facts = {name: getattr(client, name) for name in FILLED_OF_CLIENT if row[name] is None}
        if case is None:
            facts |= {"name": client.name, "folded": name_key(client.name)}
            cases = "SELECT id, number FROM cases WHERE client_id = ?"
            for case_id, number in self.db.rows(cases, (fill.client_id,)):
                handle = f"{handle_stem(client.name)}-{number}"
                self.operation.update("cases", case_id, handle=handle)
        self.operation.update("clients", fill.client_id, **facts)
        row = self.db.one("SELECT * FROM cases WHERE number = ?", (fill.number,))
        assert row is not None, "it was found by its client"
        for note in fill.notes:
            self.operation.add_note(row["id"], note.text, note.on_day.isoformat())
        if case is not None:
            of_case = {name: getattr(case, name) for name in FILLED_OF_CASE if row[name] is None}
            opened_on = case.opened_on.isoformat()
            self.operation.update("cases", row["id"], opened_on=opened_on, **of_case)

    def _index_in_pieces_of(self, size: int) -> None:
        """Bytes that FTS5 gathers in memory before it writes them; the file remembers it."""
        self.db.execute(
            "INSERT INTO search_index (search_index, rank) VALUES ('hashsize', ?)", (size,)
        )

    def _add_texts(self, tables: dict[str, list[Row]]) -> None:
        texts: list[Row] = []
        for table, made in tables.items():
            searched, joined_of, case_at = SEARCHED_IN[table], JOINED[table], CASE_ID_AT[table]
            for row in made:
                folded = joined_of(searched(row))
                if folded:
                    case_id = None if case_at is None else row[case_at]
                    texts.append((self._place(table), row[0], table, case_id, folded))
        insert_all(self.db, "search_texts", TEXT_COLUMNS, texts)

    def _place(self, table: str) -> int:
        """As ``next_text`` has it, without asking the file for each."""
        if table == "clients":
            self.next_client_text += 1
            return self.next_client_text - 1
        self.next_text += 1
        return self.next_text - 1


def insert_all(
    db: Database, table: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]
) -> None:
    """Write ``rows`` in their order, as many with each statement as it has variables for.

    While a statement runs, SQLite keeps a copy of each page that the row and its triggers change,
    to take that statement alone back. With a row each, the copies cost as much as the rows.
    """
    one = f"({', '.join('?' * len(columns))})"
    names = ", ".join(f'"{name}"' for name in columns)
    insert = f"INSERT INTO {table} ({names}) VALUES"
    each = CHUNK // len(columns)
    whole = len(rows) - len(rows) % each
    if whole:
        together = (tuple(chain(*rows[at : at + each])) for at in range(0, whole, each))
        db.execute_many(f"{insert} {', '.join([one] * each)}", together)
    if whole < len(rows):
        db.execute_many(f"{insert} {one}", rows[whole:])


class _Rows:
    """One batch as rows, in the order of ``RECORDS``' columns, and the counters they leave."""

    def __init__(self, operation: Operation, batch: list[Load]) -> None:
        author = operation.author
        self.worker, self.moment, self.day = author.worker, author.moment, author.day
        self.stamp: tuple[int, str, str] = (1, author.moment, author.worker)
        self.keys: Iterator[str] = iter(new_ids(sum(_size(load) for load in batch)))
        self.tables: dict[str, list[Row]] = {table: [] for table in CASE_ID_AT}
        self.counters: list[tuple[str, Value]] = []

    def add(self, load: Load, number: int, handle: str) -> str:
        """Add one load; the key of its client."""
        client, case = load.client, load.case
        client_id = load.same_client or client.id or next(self.keys)
        case_id = case.id or next(self.keys)
        if load.same_client is None:
            self.tables["clients"].append(self._client(client, client_id))
        self.tables["cases"].append(self._case(case, case_id, number, handle, client_id))
        if load.promises:
            made = [self._promise(each, case_id, n) for n, each in _numbered(load, load.promises)]
            self._items("promises", f"{case_id}.p", made)
        if load.contacts:
            contacts = _corrected_first(load.contacts) if load.numbered else load.contacts
            made = [self._contact(each, case_id, n) for n, each in _numbered(load, contacts)]
            self._items("contacts", f"{case_id}.c", made)
        if load.notes:
            made = [self._note(each, case_id, n) for n, each in _numbered(load, load.notes)]
            self._items("notes", f"{case_id}.n", made)
        last: dict[str, int] = {}
        for number, piece in _numbered_pieces(load):
            last[piece.kind] = max(number, last.get(piece.kind, 0))
            self.tables["casework"].append(self._piece(piece, case_id, number))
        self.counters += [(f"{case_id}.{kind}", number) for kind, number in last.items()]
        return client_id

    def _items(self, table: str, scope: str, rows: list[Row]) -> None:
        self.tables[table] += rows
        self.counters.append((scope, max(int(row[2] or 0) for row in rows)))

    def _client(self, client: Client, client_id: str) -> Row:
        return (
            client_id, client.name, name_key(client.name), client.birth_date, client.phone,
            client.email, client.address, client.language, int(client.interpreter),
            client.pronouns, client.safe_contact, client.external_id, client.legal_name,
            client.safe_when, client.safe_how, client.safe_never, *self.stamp,
        )  # fmt: skip

    def _case(self, case: Case, case_id: str, number: int, handle: str, client_id: str) -> Row:
        return (
            case_id, number, handle, client_id, case.status, int(case.urgency), case.risk,
            case.opened_on.isoformat(), case.level_reviewed_on.isoformat(), case.program,
            case.referred_by, case.need, case.external_id, iso(case.crisis_since),
            iso(case.covered_until), iso(case.assessed_on), iso(case.clock_from),
            iso(case.hold_until), iso(case.resumed_on), iso(case.closed_on), case.close_reason,
            case.worker or self.worker, iso(case.planned_on), iso(case.planned_from),
            case.planned_reason, iso(case.plan_agreed_on), iso(case.plan_reviewed_on),
            iso(case.flagged_on), case.flagged_for, *self.stamp,
        )  # fmt: skip

    def _promise(self, each: Promise, case_id: str, number: int) -> Row:
        return (
            each.id or next(self.keys), case_id, number, each.kind, each.what,
            each.due_on.isoformat(), each.due_time, each.subject, iso(each.first_due_on),
            each.snoozes, each.snooze_reason, each.lead_days, each.place, each.minutes,
            each.waiting_on, each.repeats, iso(each.repeats_from), each.status,
            iso(each.ended_on), each.outcome, iso(each.made_on) or self.day, *self.stamp,
        )  # fmt: skip

    def _contact(self, each: Contact, case_id: str, number: int) -> Row:
        return (
            each.id or next(self.keys), case_id, number, each.on_day.isoformat(), each.outcome,
            each.by, each.party, each.text, each.minutes, int(each.interpreter), each.seen_by,
            iso(each.covered_until), each.corrects, each.item, each.recorded_at or self.moment,
            each.worker or self.worker, *self.stamp,
        )  # fmt: skip

    def _note(self, each: Note, case_id: str, number: int) -> Row:
        return (
            each.id or next(self.keys), case_id, number, each.on_day.isoformat(), each.text,
            each.recorded_at or self.moment, each.worker or self.worker, each.form,
            each.contact_id, each.signed_at, each.signed_by, each.addendum_to,
            iso(each.resolved_on), *self.stamp,
        )  # fmt: skip

    def _piece(self, each: Piece, case_id: str, number: int) -> Row:
        return (
            each.id or next(self.keys), case_id, each.kind, number, each.on_day.isoformat(),
            each.what, each.stage, each.parent, each.domain, each.level, each.who,
            iso(each.due_on), each.lead_days, each.status, iso(each.ended_on), each.outcome,
            json.dumps(each.body, ensure_ascii=False), each.recorded_at or self.moment,
            each.worker or self.worker, *self.stamp,
        )  # fmt: skip


def _numbered(load: Load, items: Sequence[Item]) -> Iterator[tuple[int, Item]]:
    if load.numbered:
        return ((each.number, each) for each in items)
    return enumerate(items, 1)


def _corrected_first(contacts: Sequence[Contact]) -> list[Contact]:
    """Each after what it corrects, which has a later number where both sides of a cover did."""
    corrects = {each.id: each.corrects for each in contacts if each.corrects}

    def steps(each: Contact) -> int:
        count, wrong = 0, each.corrects
        while wrong is not None:
            count, wrong = count + 1, corrects.get(wrong)
        return count

    return sorted(contacts, key=steps)


def _numbered_pieces(load: Load) -> Iterator[tuple[int, Piece]]:
    """Pieces count within their kind."""
    last: dict[str, int] = {}
    for piece in load.casework:
        number = piece.number if load.numbered else last.get(piece.kind, 0) + 1
        last[piece.kind] = number
        yield number, piece


def record_of(load: Load, casework_from: date | None = None) -> CaseRecord:
    """What the due engine reads of a load: what ``store.rows`` would read back of its rows."""
    opened: list[Promise] = []
    ended: date | None = None
    for each in load.promises:
        if each.status == OPEN:
            opened.append(each)
        elif each.ended_on and (ended is None or ended < each.ended_on):
            ended = each.ended_on
    if len(opened) > 1:
        opened.sort(key=lambda each: each.due_on)
    client, guardian, attempts, tried_on = _reached_and_tried(load.contacts)
    return CaseRecord(
        load.case, tuple(opened), client, guardian, attempts, tried_on,
        ended, load.client.phone, load.client.safely,
        tuple(_watches(load, client, casework_from)), casework_from, _lacks(load),
    )  # fmt: skip


def _lacks(load: Load) -> tuple[str, ...]:
    pieces = load.casework
    needs = any(each.kind == NEED and each.status in (OPEN, PLANNED) for each in pieces)
    given_up = [each.stage for each in pieces if each.kind == UNAVAILABLE and each.status == OPEN]
    return lacking(known_of(load.case, load.client, need_stands=needs), given_up)


def _watches(load: Load, client: date | None, since: date | None) -> Iterator[Watch]:
    """What casework owes, a contact's note that is not written, two appointments missed."""
    for number, each in _numbered_pieces(load):
        if each.status == OPEN and each.due_on is not None:
            seen = _seen(load.contacts)
            if each.kind == HANDOVER:
                new = load.contacts[int(each.body.get("contacts", 0)) :]
                seen = _reached_and_tried(new)[0]
            if each.kind == CLOSING:
                seen = _contradicted(load, each) if each.stage == SIGN_OFF else None
            first = appointment(each) if each.kind == REFERRAL else None
            yield from owed(
                each.kind, each.stage, number, each.domain, each.what, each.who, each.due_on,
                each.lead_days, seen, first and first.time, first and first.text,
            )  # fmt: skip
    written_on = {each.on_day for each in load.casework}
    if load.contacts:
        corrected = {each.corrects for each in load.contacts if each.corrects}
        written = written_on | {each.on_day for each in load.notes}
        unwritten = [
            each.on_day for each in load.contacts
            if each.text is None and each.outcome == REACHED and each.id not in corrected
            and each.on_day not in written and (since is None or each.on_day >= since)
        ]  # fmt: skip
        if unwritten:
            yield UNWRITTEN_NOTE._replace(day=min(unwritten))
    missed = [each.ended_on for each in load.promises if each.status == MISSED and each.ended_on]
    if len(missed) > 1:
        kept = [each.ended_on for each in load.promises if each.status == KEPT and each.ended_on]
        last = max([*kept, *([client] if client else [])], default=date.min)
        missed = [day for day in missed if day > last]
        if len(missed) > 1:
            yield MISSED_TWICE._replace(day=max(missed))


def _reached_and_tried(
    contacts: Sequence[Contact],
) -> tuple[date | None, date | None, int, date | None]:
    """The days that client and guardian were last reached; the attempts since, and the last's day.

    A letter reaches nobody, and a corrected contact does not count; the one that corrects it does.
    """
    reached: dict[str, date] = {}
    answered = (date.min, 0)
    attempts: list[tuple[date, int]] = []
    corrected = {each.corrects for each in contacts if each.corrects}
    for number, each in enumerate(contacts, 1):
        party, day = each.party, each.on_day
        if party not in ("client", "guardian") or each.id in corrected:
            continue
        moment = (day, number)
        if each.outcome == TRIED:
            attempts.append(moment)
        elif each.by != "letter":
            if day >= reached.get(party, date.min):
                reached[party] = day
            if moment > answered:
                answered = moment
    since = [day for day, number in attempts if (day, number) > answered] if attempts else ()
    last = max(since) if since else None
    return reached.get("client"), reached.get("guardian"), len(since), last


def _contradicted(load: Load, closing: Piece) -> date | None:
    """The last day of what speaks against a death that waits for its sign-off."""
    from casectl.core.closing import contradicted_on

    corrected = {each.corrects for each in load.contacts if each.corrects}
    contacts = [
        each._replace(number=number, corrected=each.id in corrected)
        for number, each in _numbered(load, load.contacts)
    ]
    pieces = [each._replace(number=number) for number, each in _numbered_pieces(load)]
    return contradicted_on(load.case, closing, contacts, pieces)


def _seen(contacts: Sequence[Contact]) -> date | None:
    """When the client was last seen face to face."""
    corrected = {each.corrects for each in contacts if each.corrects}
    days = [
        each.on_day for each in contacts
        if each.outcome == REACHED and each.party == "client" and each.by in ("visit", "office")
        and each.id not in corrected
    ]  # fmt: skip
    return max(days, default=None)


def _size(load: Load) -> int:
    return 2 + sum(map(len, (load.promises, load.contacts, load.notes, load.casework)))
