"""The journal read against itself and against the records: has anything been altered?

Everything is read in pages: a journal of any length takes the same memory, and nobody who writes
waits for longer than a page, or than SQLite takes to hold one table against its indexes. What is
found is named by its place, the operation and which of its changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from casectl.core.errors import Busy, CasectlError
from casectl.core.values import NamedTuple
from casectl.core.views import Audited, Fault, Head
from casectl.store import recount
from casectl.store.blueprint import differences
from casectl.store.chain import (
    LINKED,
    OPERATION,
    START,
    Changes,
    by_operation,
    chain_key,
    digest_of,
    head_of,
    link_of,
)
from casectl.store.connection import Database, Row, Value
from casectl.store.recount import ALONE, BY_KIND, NUMBERED, UNREADABLE, counter_of
from casectl.store.rows import CHUNK, marks
from casectl.store.schema import CASEWORK_FROM, CHAIN_KEY, MIGRATIONS, OURS, PURGES, RECORDS

PAGE = 2 * CHUNK  # rows
LOWEST, HIGHEST = -(2**63), 2**63 - 1
OPERATIONS = (
    f"SELECT {OPERATION}, (SELECT hash FROM chain WHERE operation_id = operations.id) AS link "
    "FROM operations WHERE id <= {newest} AND id > ? ORDER BY id LIMIT ?"
)
CHANGES = "SELECT {columns} FROM changes WHERE {where} ORDER BY operation_id, id LIMIT ?"
# What no walk along the operations comes by, because none of them is its own.
STRAY = (
    "SELECT count(*), min(id) FROM changes x "
    "WHERE NOT EXISTS (SELECT 1 FROM operations o WHERE o.id = x.operation_id)"
)
BEFORE_THE_FIRST = {
    "an operation": "SELECT count(*) FROM operations WHERE id < 1",
    "a change": "SELECT count(*) FROM changes WHERE id < 1",
    "a link of the chain": (
        "SELECT count(*) FROM chain c WHERE operation_id < 1 "
        "OR NOT EXISTS (SELECT 1 FROM operations o WHERE o.id = c.operation_id)"
    ),
}
OF_EACH_ROW = (
    "SELECT row_id, id, operation_id, table_name, case_id, before, after FROM changes "
    "WHERE (row_id, id) > (?, ?) ORDER BY row_id, id LIMIT ?"
)
THINGS = {
    "clients": "a client",
    "promises": "a promise",
    "contacts": "a contact",
    "notes": "a note",
    "jots": "a jot",
    "own_work": "an item of one's own work",
    "leaves": "a leave",
    "casework": "a piece of casework",
    "resources": "a resource",
    PURGES: "the purge",
}
ALTERED = "was altered after it was recorded"
FORMER_SETTINGS = ("triggers",)  # what an older casectl kept in ``meta``, and nobody reads


class Audit:
    def __init__(self, db: Database) -> None:
        self.db = db

    def head(self) -> Head:
        """Where the chain ends now."""
        last = self.db.one(
            "SELECT operation_id, hash FROM chain ORDER BY operation_id DESC LIMIT 1"
        )
        number, link = last or (0, START)
        return Head(number, link, bool(chain_key(self.db)))

    def verify(self, noted: str | None = None, *, records: bool = True) -> Audited:
        """Walk the whole journal and, unless only the journal itself is asked for, every record.

        ``noted`` is a head that was kept elsewhere, or how it begins. By that alone shows an end
        that was cut off, or a history written anew with all its links.
        """
        with _any_text(self.db):
            return _Walk(self.db, noted).walked(records=records)

    def rekey(self, key: bytes | None) -> None:
        """Link the chain anew under another key, or under none.

        An operation that did not fit its link still does not. A head noted before says nothing of
        the new chain.
        """
        old, new = chain_key(self.db), key or b""
        was, now = START, START
        with self.db.transaction():
            self.db.execute("INSERT INTO lifted (what) VALUES ('rekey')")
            linked = _changes(self.db, LINKED)
            for (*operation, link), changes in by_operation(_operations(self.db), linked):
                if link is None:
                    continue
                digested = Changes(changes)
                fits = link == link_of(old, was, operation, digested)
                was, now = link, link_of(new, now if fits else link, operation, digested)
                self.db.execute(
                    "UPDATE chain SET hash = ? WHERE operation_id = ?", (now, operation[0])
                )
            self.db.execute("DELETE FROM lifted")
            self.db.execute("DELETE FROM meta WHERE name = ?", (CHAIN_KEY,))
            if key:
                self.db.execute(
                    "INSERT INTO meta (name, value) VALUES (?, ?)", (CHAIN_KEY, key.hex())
                )


def _pages(db: Database, sql: str, start: tuple[Value, ...]) -> Iterator[Row]:
    """All rows of a query that takes the key to begin after, and a limit. The key comes first."""
    key = start
    while rows := db.rows(sql, (*key, PAGE)):
        yield from rows
        key = tuple(rows[-1])[: len(start)]


def _operations(db: Database) -> Iterator[Row]:
    """The operations there are now; their columns as ``OPERATION`` has them, then the link."""
    newest = db.value("SELECT coalesce(max(id), 0) FROM operations")
    return _pages(db, OPERATIONS.format(newest=newest), (LOWEST,))


def _changes(db: Database, columns: str) -> Iterator[Row]:
    """The changes of each operation in turn; ``columns`` begin with the operation and the key.

    An operation that is no number has none here: SQLite sorts a text behind every number.
    One operation's in pages, then the next one's: SQLite finds no place within an operation by a
    comparison of both columns, and would read a long one from its start for every page.
    """
    rest = CHANGES.format(columns=columns, where="operation_id = ? AND id > ?")
    others = CHANGES.format(
        columns=columns, where=f"operation_id > ? AND operation_id <= {HIGHEST}"
    )
    operation, key = LOWEST, LOWEST
    while rows := (db.rows(rest, (operation, key, PAGE)) or db.rows(others, (operation, PAGE))):
        yield from rows
        operation, key = rows[-1][0], rows[-1][1]


class Place(NamedTuple):
    """Where a fault is, before it is put into words."""

    operation: int | None
    change: int | None  # its key in the journal
    what: str
    about: tuple[str, str, str | None] | None = None  # the table, row and case


class _Walk:
    """One reading of everything: the journal in its order, then what it says of each record."""

    def __init__(self, db: Database, noted: str | None) -> None:
        self.db = db
        self.noted = noted
        self.noted_at: int | None = None
        self.operations = self.changes = self.purged = self.faults = 0
        self.first: Place | None = None
        self.settled = False  # the first is the journal's own, which the others may follow from
        self.told: set[int] = set()  # changes that are at fault already
        self.erased: set[str] = set()  # the cases and clients that a purge names
        self.erased_until = -1  # the operation up to which that is so

    def walked(self, *, records: bool) -> Audited:
        self._step("the journal", self._walk_journal)
        self._step("the journal", self._look_at_its_end)
        self._step("the journal", self._look_for_strays)
        if records:
            self.settled = self.first is not None
            self._step("what is under way", self._look_for_open_operations)
            self._step("a record", self._walk_records)
            self._step("the schema", self._check_tables)
            self._step("what casectl keeps for itself", self._check_settings)
            self._step("what follows from the records", self._check_derived)
        if self.noted is not None and self.noted_at is None:
            self._fault(
                Place(
                    None,
                    None,
                    "the head to compare with is nowhere in the chain: the journal's end was cut "
                    "off, or it was written anew, or the head is not this caseload's",
                )
            )
        return Audited(
            self.operations,
            self.changes,
            self.purged,
            self._head(),
            self.noted_at,
            None if self.first is None else self._in_words(self.first),
            self.faults,
        )

    def _step(self, what: str, step: Callable[[], None]) -> None:
        """One part of the reading; where the file cannot be read so, the others still are."""
        try:
            step()
        except Busy:
            raise
        except UNREADABLE as error:
            words = str(error.args[0]) if isinstance(error, CasectlError) else type(error).__name__
            self._fault(Place(None, None, f"{what} cannot be read ({words})"))

    def _key(self) -> bytes:
        try:
            return chain_key(self.db)
        except CasectlError as error:
            self._fault(Place(None, None, str(error.args[0])))
            return b""

    def _head(self) -> Head:
        try:
            return Audit(self.db).head()
        except UNREADABLE:  # a fault by then
            return Head(0, START, keyed=False)

    def _fault(self, place: Place) -> None:
        self.faults += 1
        if place.change is not None:
            self.told.add(place.change)
        if self.first is None or (not self.settled and _order(place) < _order(self.first)):
            self.first = place

    # -- the journal ---------------------------------------------------------------------------

    def _walk_journal(self) -> None:
        """Numbers without a gap, contents that fit their seals, and links that fit both."""
        key = self._key()
        number, change_id = 1, 1
        # A link may fit the one before as it stands, or as it should: only one of the two is wrong.
        before = [START]
        changes = _changes(self.db, f"{LINKED}, before, after")
        for (*operation, link), its_changes in by_operation(_operations(self.db), changes):
            faults = self.faults
            if operation[0] != number:
                self._fault(Place(number, None, _missing(number, operation[0] - 1)))
            number, in_order = operation[0], True
            digested = Changes()
            for change in its_changes:
                in_order = in_order and change["id"] == change_id
                change_id = change["id"] + 1
                self._check_seal(change, digested)
            links = [link_of(key, each, operation, digested) for each in before]
            if self.faults == faults and (link not in links or not in_order):
                what = "was altered after it was recorded" if link else "is not in the chain"
                self._fault(Place(number, None, what))
            if link is not None:
                before = [link] if link in links else [link, links[0]]
                self._compare_head(number, link)
            self.operations += 1
            self.changes += digested.count
            number += 1

    def _check_seal(self, change: Row, digested: Changes) -> None:
        """Whether a change is what was sealed; a purged one is told by its digest alone."""
        operation, key, table, row_id, case_id, seal, before, after = change
        fits = False
        salt = digest = head = ""
        try:
            head = head_of(table, row_id, case_id)
            salt, _, digest = seal.partition(":")
            if _is_blank(change) and not salt:
                self.purged += 1
                fits = True
            else:
                raw = bytes.fromhex(salt)
                fits = raw.hex() == salt and digest_of(raw, head, before, after) == digest
            digested.add(head, digest)
        except (AttributeError, TypeError, ValueError):  # no text at all
            fits = False
        if not fits:
            self._fault(Place(operation, key, ALTERED, (table, row_id, case_id)))

    def _compare_head(self, number: int, link: str) -> None:
        if self.noted is not None and link.startswith(self.noted):
            self.noted_at = number

    def _look_at_its_end(self) -> None:
        """Operations that something still knows of."""
        last, counted, newest = self.db.rows(
            "SELECT (SELECT coalesce(max(id), 0) FROM operations), "
            "(SELECT seq FROM sqlite_sequence WHERE name = 'operations'), max("
            "coalesce((SELECT max(operation_id) FROM chain), 0), coalesce("
            f"(SELECT max(operation_id) FROM changes WHERE operation_id <= {HIGHEST}), 0))"
        )[0]
        if isinstance(counted, int):
            newest = max(newest, counted)
        if newest > last:
            self._fault(Place(last + 1, None, _missing(last + 1, newest)))
        elif last and counted != last:
            self._fault(Place(None, None, "the count of operations was altered"))

    def _look_for_strays(self) -> None:
        """What stands in the journal under no operation, so that no link counts it.

        Each question is one statement: whoever writes meanwhile has both or neither.
        """
        count, change = self.db.rows(STRAY)[0]
        if count:
            about = self.db.rows(
                "SELECT table_name, row_id, case_id FROM changes WHERE id = ?", (change,)
            )[0]
            what = "stands in the journal under no operation"
            self._fault(Place(None, change, what, (about[0], about[1], about[2])))
            self.faults += count - 1
        for what, question in BEFORE_THE_FIRST.items():
            if self.db.value(question):
                self._fault(Place(None, None, f"{what} stands where none belongs"))

    def _look_for_open_operations(self) -> None:
        for table in ("current_operation", "lifted"):
            if self.db.value(f"SELECT count(*) FROM {table}"):
                self._fault(Place(None, None, "an operation was left open"))

    # -- the file ------------------------------------------------------------------------------

    def _check_tables(self) -> None:
        """Whether the schema is this program's, and each table has what its indexes say it has.

        What was read above was found by those indexes; and of two rows under one key, which no
        schema of ours lets in, it saw one.
        """
        for difference in differences(self.db):
            self._fault(Place(None, None, str(difference)))
        for table in OURS:
            said = str(self.db.value(f"PRAGMA integrity_check({table})"))
            if said != "ok":
                self._fault(Place(None, None, f"the table {table} is not whole ({said})"))

    def _check_settings(self) -> None:
        """The rows that casectl keeps for itself: the chain's key, and which migrations ran."""
        names = {row[0] for row in self.db.rows("SELECT name FROM meta")}
        since = self.db.value("SELECT value FROM meta WHERE name = ?", (CASEWORK_FROM,))
        worked = "SELECT 1 FROM operations WHERE day = ? LIMIT 1"
        if not names <= {CHAIN_KEY, CASEWORK_FROM, *FORMER_SETTINGS} or (
            since is not None and self.db.value(worked, (since,)) is None
        ):
            self._fault(Place(None, None, "meta holds what casectl did not write"))
        if self.db.key is not None and CHAIN_KEY not in names:
            what = "the chain of an encrypted caseload has a key, and this one's is gone"
            self._fault(Place(None, None, what))
        ran = self.db.rows("SELECT migration_set, name FROM _sqlite_migrations ORDER BY id")
        if [tuple(each) for each in ran] != [("casectl", name) for name in MIGRATIONS]:
            what = "the migrations that ran are not those of this schema"
            self._fault(Place(None, None, what))

    def _check_derived(self) -> None:
        for what in recount.faults(self.db):
            self._fault(Place(None, None, f"{what} (casectl doctor --repair)"))

    # -- the records ---------------------------------------------------------------------------

    def _walk_records(self) -> None:
        """Each change goes on from the one before, and each record is as the last one left it."""
        last: Row | None = None
        ended: list[Row] = []
        for change in _pages(self.db, OF_EACH_ROW, ("", LOWEST)):
            if last is not None and last["row_id"] != change["row_id"]:
                ended.append(last)
                last = None
            self._check_step(last, change)
            last = change
            if len(ended) == CHUNK:
                self._compare_records(ended)
                ended = []
        self._compare_records(ended if last is None else [*ended, last])
        for table in RECORDS:
            for row in self.db.rows(
                f"SELECT id FROM {table} r "
                "WHERE NOT EXISTS (SELECT 1 FROM changes x "
                f"WHERE x.row_id = r.id AND x.table_name = '{table}')"
            ):
                case_id = self._case_of(table, row["id"])
                place = Place(None, None, "was added by no operation", (table, row["id"], case_id))
                self._fault(place)

    def _check_step(self, last: Row | None, change: Row) -> None:
        if change["id"] in self.told or (last is not None and last["id"] in self.told):
            return
        if _is_blank(change):
            if not self._is_erased(change):
                self._fault(_place(change, "was blanked, and by no purge"))
        elif change["table_name"] in RECORDS:
            before = None if last is None else last["after"]
            if not _alike(before, change["before"]):
                self._fault(_place(change, "had been altered before that, by no operation"))

    def _is_erased(self, change: Row) -> bool:
        newest = self.db.value("SELECT max(id) FROM operations")
        if newest != self.erased_until:  # somebody may have purged since we began
            self.erased = _erased(self.db)
            self.erased_until = newest
        return change["case_id"] in self.erased or change["row_id"] in self.erased

    def _compare_records(self, ended: Sequence[Row]) -> None:
        """The last change of each of these rows, beside the rows."""
        for last in ended:
            if last["after"] is None and last["before"] is not None and last["id"] not in self.told:
                self._compare_counter(last)
        for table in RECORDS:
            of_it = {each["row_id"]: each for each in ended if each["table_name"] == table}
            there = _as_they_are(self.db, table, list(of_it))
            for row_id, last in of_it.items():
                differs = not _alike(there.get(row_id), last["after"])
                if differs and last["id"] not in self.told:
                    self._look_again(table, row_id)

    def _compare_counter(self, last: Row) -> None:
        """A record that was undone keeps its number: its counter still knows of it."""
        table = last["table_name"]
        if table not in ALONE and table not in NUMBERED and table != BY_KIND:
            return
        was = json.loads(last["before"])
        within = was["kind"] if table == BY_KIND else NUMBERED.get(table)
        scope = ALONE.get(table) or f"{was['case_id']}.{within}"
        if was["number"] > self.db.value(f"SELECT {counter_of('?')}", (scope,)):
            self._fault(_place(last, "had a number that its counter knows no more"))

    def _look_again(self, table: str, row_id: str) -> None:
        """Whether a record still differs from its last change when both are read at once."""
        with self.db.snapshot():
            now = _as_they_are(self.db, table, [row_id]).get(row_id)
            last = self.db.one(
                "SELECT id, operation_id, table_name, row_id, case_id, after FROM changes "
                "WHERE row_id = ? ORDER BY id DESC LIMIT 1",
                (row_id,),
            )
        assert last is not None, "that is how it was found"
        if now is None and last["after"] is not None:
            self._fault(_place(last, "is gone, and no operation removed it"))
        elif now is not None and last["after"] is None:
            self._fault(_place(last, "is there, although it was removed"))
        elif not _alike(now, last["after"]):
            self._fault(_place(last, ALTERED))

    # -- in words ------------------------------------------------------------------------------

    def _in_words(self, place: Place) -> Fault:
        change = None
        if place.operation is not None and place.change is not None:
            change = self.db.value(
                "SELECT count(*) FROM changes WHERE operation_id = ? AND id <= ?",
                (place.operation, place.change),
            )
        words = place.what if place.about is None else f"{self._named(*place.about)} {place.what}"
        return Fault(place.operation, change, words)

    def _named(self, table: str, row_id: str, case_id: str | None) -> str:
        """``a contact of case 12``, without a word of what it holds."""
        if table == PURGES:
            return f"the purge of case {row_id}"
        of_it = case_id if table != "clients" else self._any_case_of(row_id)
        number = None if of_it is None else self._number(of_it)
        if table == "cases":
            return "a case" if number is None else f"case {number}"
        thing = THINGS.get(table, "a record")
        return thing if number is None else f"{thing} of case {number}"

    def _number(self, case_id: str | None) -> int | None:
        """A case's number as the journal has it, which is more to be relied on than the case."""
        number: int | None = self.db.value(
            "SELECT json_extract(coalesce(after, before), '$.number') FROM changes "
            "WHERE row_id = ? AND json_valid(coalesce(after, before)) ORDER BY id LIMIT 1",
            (case_id,),
        )
        if number is None:
            number = self.db.value("SELECT number FROM cases WHERE id = ?", (case_id,))
        return number

    def _any_case_of(self, client_id: str) -> str | None:
        case_id: str | None = self.db.value(
            "SELECT id FROM cases WHERE client_id = ? ORDER BY number LIMIT 1", (client_id,)
        )
        return case_id

    def _case_of(self, table: str, row_id: str) -> str | None:
        column = {"cases": "id"}.get(table, "case_id" if "case_id" in RECORDS[table] else "NULL")
        case_id: str | None = self.db.value(f"SELECT {column} FROM {table} WHERE id = ?", (row_id,))
        return case_id


def _order(place: Place) -> tuple[bool, int, int]:
    """The journal's order; what is in no operation comes last."""
    return place.operation is None, place.operation or 0, place.change or 0


def _missing(first: int, last: int) -> str:
    if last < first:
        return "is not where it belongs"
    return "is missing" if first == last else f"is missing, and so are all until {last}"


def _place(change: Row, what: str) -> Place:
    about = (change["table_name"], change["row_id"], change["case_id"])
    return Place(change["operation_id"], change["id"], what, about)


def _is_blank(change: Row) -> bool:
    return change["before"] is None and change["after"] is None


def _erased(db: Database) -> set[str]:
    """The cases that purges of the journal name, and their clients."""
    erased: set[str] = set()
    for case_id, said in db.rows(
        "SELECT x.case_id, x.after FROM changes x JOIN operations o ON o.id = x.operation_id "
        f"WHERE x.table_name = '{PURGES}' AND o.command = 'purge'"
    ):
        said = json.loads(said)
        erased |= {case_id, *said["clients"], *said.get("jots", ())}
    return erased


def _as_they_are(db: Database, table: str, ids: Sequence[str]) -> dict[str, str]:
    """Records as the journal would write them, by key; those that are not there are left out.

    Bytes that are no text, which casectl never writes, are read as a text that says so.
    """
    for value in ('"{0}"', 'iif(typeof("{0}") = \'blob\', \'bytes \' || hex("{0}"), "{0}")'):
        pairs = ", ".join(f"'{name}', {value.format(name)}" for name in RECORDS[table])
        asked = f"SELECT id, json_object({pairs}) FROM {table} WHERE id IN ({marks(ids)})"
        with suppress(CasectlError):
            return {row[0]: row[1] for row in db.rows(asked, ids)}
    return {}


def _alike(one: str | None, other: str | None) -> bool:
    """Whether two states of a record agree.

    An entry written before a column was added does not speak of it: there was nothing in it.
    """
    if one == other:
        return True
    if one is None or other is None:
        return False
    try:
        left, right = json.loads(one), json.loads(other)
        return all(left.get(name) == right.get(name) for name in left.keys() | right)
    except (AttributeError, TypeError, ValueError):  # not what the journal writes
        return False


@contextmanager
def _any_text(db: Database) -> Iterator[None]:
    """Read text that is not valid UTF-8 as well: it was altered, which is what we look for."""
    known: Any = db.connection.text_factory
    db.connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        yield
    finally:
        db.connection.text_factory = known
