"""Legal erasure: a case, its client where no other case is left, and all that the journal holds.

What stays is that there was a case of that number, and the operations by number, day, worker and
command. The contents of the journal's entries and the salts of their seals are blanked, so that the
chain still fits and nobody can try guesses on the digests. The triggers let that through while
``lifted`` says so, which happens in here alone; anybody who can write SQL into the file can say it
too, and ``audit`` then finds entries that were blanked by no purge.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

from casectl.core.casework import AFTERCARE, LETTERS
from casectl.core.drafts import without_client
from casectl.core.errors import BadValue, Busy, CasectlError
from casectl.core.model import CLOSED, DRAFTS_OF_A_CASE, note_draft
from casectl.core.text import fold, name_key
from casectl.core.values import NamedTuple
from casectl.core.views import Copies, Doomed, Purged, Purging
from casectl.store import connection, derived
from casectl.store.backup import backups_of
from casectl.store.connection import Database, connect
from casectl.store.journal import Journal, Operation
from casectl.store.schema import PURGES, UNSALTED, insert_change

# Children before what they belong to.
OF_A_CASE = ("jots", "casework", "promises", "notes", "contacts")
TOLD = ("promises", "contacts", "notes")  # a filed jot's words are a note's
COUNTED = {"promises": "p", "contacts": "c", "notes": "n"}  # in the names of counters
ASK_SECONDS = 0.05  # between two questions whether a reader has ended
MOST_NAMES = 100  # looked for in what is left

# Every case that was ever a client's, though a merge or an undo may have taken it from them.
EVER = (
    "SELECT DISTINCT row_id, client FROM ("
    "SELECT row_id, json_extract(before, '$.client_id') AS client FROM changes "
    "WHERE table_name = 'cases' AND before IS NOT NULL "
    "UNION SELECT row_id, json_extract(after, '$.client_id') FROM changes "
    "WHERE table_name = 'cases' AND after IS NOT NULL) "
)
CALLS = (
    f"SELECT count(*) FROM casework WHERE case_id = ? AND kind = '{AFTERCARE}' AND status = 'open'"
)
LISTED = "(SELECT value FROM json_each(?))"  # a list of any length as one value


class Scope(NamedTuple):
    """What a purge takes with it."""

    cases: dict[str, int]  # key -> number; those that an undo took back among them
    clients: list[str]  # keys of those who have no other case
    jots: list[str]  # keys of those filed to these cases, and of no other


class Purge:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    # -- what would go -------------------------------------------------------------------------

    def plan(self, numbers: Sequence[int]) -> Purging:
        """What purging these cases would erase."""
        with self.db.snapshot():
            scope = self._scope(numbers)
            doomed = [self._doomed(key, number) for key, number in scope.cases.items()]
            entries = self.db.value(
                f"SELECT count(*) FROM changes WHERE {_entries_of()}", _keys(scope)
            )
        return Purging(tuple(doomed), len(scope.clients), entries)

    def closed_before(self, day: str) -> list[int]:
        """Cases that were closed, or whose intake was undone, before ``day`` (ISO)."""
        closed = self.db.rows(
            f"SELECT number FROM cases WHERE status = '{CLOSED}' AND closed_on < ?", (day,)
        )
        taken_back = self.db.rows(
            "SELECT json_extract(x.before, '$.number'), max(o.day) AS day FROM changes x "
            "JOIN operations o ON o.id = x.operation_id "
            "WHERE x.table_name = 'cases' AND x.after IS NULL AND x.before IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = x.row_id) "
            "GROUP BY x.row_id HAVING max(o.day) < ?",
            (day,),
        )
        return sorted(row[0] for row in [*closed, *taken_back])

    def was_taken_back(self, number: int) -> bool:
        """Whether an undo took the case of that number back, so that only the journal has it."""
        return self._key_of(number) is not None and not self.db.value(
            "SELECT 1 FROM cases WHERE number = ?", (number,)
        )

    def _scope(self, numbers: Sequence[int]) -> Scope:
        cases = {key: number for number in numbers if (key := self._key_of(number)) is not None}
        clients: list[str] = []
        while True:
            # Whoever was a client of these cases, and every case that was ever theirs.
            known = self._ever(cases, EVER + f"WHERE row_id IN {LISTED}")
            ever = self._ever({client for _, client in known}, EVER + f"WHERE client IN {LISTED}")
            there = set(self._still_there({case for case, _ in ever}))
            staying = {client for case, client in ever if case in there and case not in cases}
            clients = sorted({client for _, client in ever} - staying)
            more = {case for case, client in ever if client in clients} - cases.keys()
            if not more:
                return Scope(cases, clients, self._jots(cases))
            cases |= {case: self._number_of(case) for case in sorted(more)}

    def _jots(self, cases: Iterable[str]) -> list[str]:
        """The jots that are filed to these cases, or were until an undo took them back.

        One that was filed to another case since is that case's, and one that waits to be filed
        stays with its words: whose they are nobody has said.
        """
        keys = json.dumps(sorted(cases))
        rows = self.db.rows(
            f"SELECT id FROM jots WHERE case_id IN {LISTED} UNION "
            f"SELECT row_id FROM changes WHERE table_name = 'jots' AND case_id IN {LISTED} "
            "AND NOT EXISTS (SELECT 1 FROM jots j WHERE j.id = row_id)",
            (keys, keys),
        )
        return [row[0] for row in rows]

    def _ever(self, keys: Iterable[str], sql: str) -> set[tuple[str, str]]:
        return {(row[0], row[1]) for row in self.db.rows(sql, (json.dumps(sorted(keys)),))}

    def _still_there(self, keys: Iterable[str]) -> list[str]:
        rows = self.db.rows(
            f"SELECT id FROM cases WHERE id IN {LISTED}", (json.dumps(sorted(keys)),)
        )
        return [row[0] for row in rows]

    def _key_of(self, number: int) -> str | None:
        key: str | None = self.db.value(
            "SELECT id FROM cases WHERE number = ?", (number,)
        ) or self.db.value(
            "SELECT row_id FROM changes WHERE table_name = 'cases' AND after IS NULL "
            "AND json_extract(before, '$.number') = ? LIMIT 1",
            (number,),
        )
        return key

    def _number_of(self, key: str) -> int:
        return int(
            self.db.value(
                "SELECT json_extract(coalesce(before, after), '$.number') FROM changes "
                "WHERE row_id = ? LIMIT 1",
                (key,),
            )
        )

    def _doomed(self, key: str, number: int) -> Doomed:
        counts = [
            self.db.value(f"SELECT count(*) FROM {table} WHERE case_id = ?", (key,))
            for table in TOLD
        ]
        counts.append(self.db.value(CALLS, (key,)))
        row = self.db.one(
            "SELECT c.handle, k.name, c.status, c.closed_on FROM cases c "
            "JOIN clients k ON k.id = c.client_id WHERE c.id = ?",
            (key,),
        )
        if row is not None:
            return Doomed(number, *row, *counts)
        before = self.db.one(
            "SELECT json_extract(before, '$.handle') AS handle, "
            "json_extract(before, '$.client_id') AS client FROM changes "
            "WHERE row_id = ? AND after IS NULL ORDER BY id DESC LIMIT 1",
            (key,),
        )
        assert before is not None, "that is how it was found"
        name = next(iter(self._names([before["client"]])), "")
        return Doomed(number, before["handle"], name, None, None, *counts)

    def _names(self, clients: Iterable[str]) -> list[str]:
        """Every name that these clients have had."""
        rows = self.db.rows(
            "SELECT DISTINCT json_extract(coalesce(after, before), '$.name') FROM changes "
            f"WHERE row_id IN {LISTED} AND coalesce(after, before) IS NOT NULL ORDER BY id DESC",
            (json.dumps(sorted(clients)),),
        )
        return [row[0] for row in rows if row[0]]

    def _handles(self, cases: Iterable[str]) -> list[str]:
        """Every handle that these cases have had, each with its number at the end."""
        rows = self.db.rows(
            "SELECT DISTINCT json_extract(coalesce(after, before), '$.handle') FROM changes "
            f"WHERE row_id IN {LISTED} AND table_name = 'cases' "
            "AND coalesce(after, before) IS NOT NULL",
            (json.dumps(sorted(cases)),),
        )
        return [row[0] for row in rows]

    # -- erasing -------------------------------------------------------------------------------

    def erase(self, numbers: Sequence[int], reason: str) -> Purged:
        """Erase these cases in one operation, and leave nothing of them in the file.

        ``reason`` stays in the journal for ever. Raises BadValue where a case is open (again).
        """
        # What is freed is overwritten, not only forgotten.
        self.db.value("PRAGMA secure_delete = ON")
        with self.journal.operation("purge") as operation:
            scope = self._scope(numbers)
            self._check_closed(scope)
            names = [fold(name) for name in self._names(scope.clients)]
            names += [key for name in names if (key := name_key(name)) != name]
            handles = self._handles(scope.cases)
            self._put_on_record(operation, scope, reason)
            records = self._delete_records(operation, scope)
            self._forget(scope, names, handles)
            entries = self._blank(scope)
        return Purged(
            operation.number,
            tuple(sorted(scope.cases.values())),
            records,
            len(scope.clients),
            entries,
            self._mentions(names),
            self.compact(),
        )

    def compact(self) -> str | None:
        """Write the file anew, so that no freed page holds what was in it; why not, in words.

        Without a purge as well: the second half of one that was interrupted.
        """
        self.db.value("PRAGMA secure_delete = ON")
        try:
            with self.db.turn():
                for prefix in (each("") for each in DRAFTS_OF_A_CASE):
                    self.db.execute(
                        "DELETE FROM drafts WHERE name IN "
                        f"(SELECT ? || case_id FROM changes WHERE table_name = '{PURGES}')",
                        (prefix,),
                    )
                self.db.execute("VACUUM")
                return self._into_the_file()
        except CasectlError as error:
            return str(error.args[0])

    def _into_the_file(self) -> str | None:
        """In WAL mode all of it is beside the file first. SQLite answers, and raises nothing, where
        a reader keeps it from being brought in and the old pages in place.
        """
        give_up = monotonic() + connection.BUSY_SECONDS
        while True:
            row = self.db.one("PRAGMA wal_checkpoint(TRUNCATE)")
            if row is None or not row[0]:
                return None
            if monotonic() >= give_up:
                return "another program is reading it"
            sleep(ASK_SECONDS)

    # -- copies --------------------------------------------------------------------------------

    def copies(self, operation: int) -> Copies:
        """Which of the copies that casectl keeps still hold something of what that purge erased.

        Each is opened and looked into: neither its date, which a clock may have wrong, nor its last
        operation, which a restore takes back, tells. Copies elsewhere nobody knows. Raises Busy.
        """
        cases, clients = self._erased_by(operation)
        holding, untold = [], []
        for each in backups_of(self.db.path):
            try:
                if self._is_held_in(each.path, cases, clients):
                    holding.append(each)
            except Busy:
                raise
            except CasectlError:
                untold.append(each)
        return Copies(tuple(holding), tuple(untold))

    def _erased_by(self, operation: int) -> tuple[list[str], list[str]]:
        """The keys of the cases, and of the rest, which stand in the journal for ever."""
        rows = self.db.rows(
            "SELECT case_id, after FROM changes "
            f"WHERE operation_id = ? AND table_name = '{PURGES}'",
            (operation,),
        )
        others: set[str] = set()
        for _, after in rows:
            said = json.loads(after)
            others |= {*said["clients"], *said.get("jots", ())}
        return [case for case, _ in rows], sorted(others)

    def _is_held_in(self, copy: Path, cases: list[str], clients: list[str]) -> bool:
        key = self.db.key
        with closing(connect(copy, lambda: [key] if key is not None else [])) as db:
            places = [
                (f"changes WHERE {_entries_of()}", [cases, clients]),
                (f"cases WHERE id IN {LISTED}", [cases]),
                (f"clients WHERE id IN {LISTED}", [clients]),
                *(
                    (f"drafts WHERE name IN {LISTED}", [list(map(each, cases))])
                    for each in DRAFTS_OF_A_CASE
                ),
                *((f"{table} WHERE case_id IN {LISTED}", [cases]) for table in OF_A_CASE),
            ]
            return any(
                db.one(f"SELECT 1 FROM {where} LIMIT 1", [json.dumps(each) for each in keys])
                for where, keys in places
            )

    def _check_closed(self, scope: Scope) -> None:
        keys = json.dumps(list(scope.cases))
        row = self.db.one(
            f"SELECT handle, number FROM cases WHERE id IN {LISTED} AND status <> '{CLOSED}'",
            (keys,),
        )
        if row is not None:
            raise BadValue(
                f"{row['handle']} is not closed, and an open case is not erased",
                hint=f"casectl close {row['number']} --reason TEXT",
            )

    def _put_on_record(self, operation: Operation, scope: Scope, reason: str) -> None:
        """First of all, so that the history shows it first: each case's number, and why."""
        insert = insert_change(f"'{PURGES}', ?1, ?2", "NULL", "?3")
        for key, number in scope.cases.items():
            said = {"number": number, "reason": reason, "clients": scope.clients}
            if scope.jots:
                said["jots"] = scope.jots
            self.db.execute(insert, (str(number), key, json.dumps(said, ensure_ascii=False)))
            operation.changed += 1

    def _delete_records(self, operation: Operation, scope: Scope) -> int:
        """The rows and their texts. A contact may correct another, so they go all at once."""
        deleted = 0
        for key, number in scope.cases.items():
            for row_id, table in self.db.rows(
                "SELECT row_id, source FROM search_texts WHERE case_id = ?", (key,)
            ):
                derived.index_text(self.db, table, row_id, None)
            derived.forget_facts(self.db, number)
            for table in OF_A_CASE:
                deleted += self.db.execute(f"DELETE FROM {table} WHERE case_id = ?", (key,))
            deleted += self.db.execute("DELETE FROM cases WHERE id = ?", (key,))
        for client in scope.clients:
            derived.index_text(self.db, "clients", client, None)
            deleted += self.db.execute("DELETE FROM clients WHERE id = ?", (client,))
        operation.changed += deleted
        # Deleting a text leaves it in the index's older segments until they are merged.
        self.db.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
        return deleted

    def _forget(self, scope: Scope, names: Sequence[str], handles: Sequence[str]) -> None:
        """What stands outside the journal: counters, marks, drafts, groups that nobody is in."""
        for key in scope.cases:
            for within in (*COUNTED.values(), *LETTERS):
                self.db.execute("DELETE FROM counters WHERE scope = ?", (f"{key}.{within}",))
            self.db.execute("DELETE FROM reminders WHERE case_id = ?", (key,))
            for each in DRAFTS_OF_A_CASE:
                self.db.execute("DELETE FROM drafts WHERE name = ?", (each(key),))
        for name, body in self.db.rows("SELECT name, body FROM drafts"):
            is_note = name.startswith(note_draft(""))
            left = without_client(body, names, handles, is_note=is_note)
            if left is None:
                self.db.execute("DELETE FROM drafts WHERE name = ?", (name,))
            elif left != body:
                self.db.execute("UPDATE drafts SET body = ? WHERE name = ?", (left, name))
        self.db.execute("DELETE FROM due_groups WHERE id NOT IN (SELECT group_id FROM due_facts)")

    def _blank(self, scope: Scope) -> int:
        """Take the contents out of the journal's entries, those of this very operation as well."""
        self.db.execute("INSERT INTO lifted (what) VALUES ('purge')")
        unsalted = UNSALTED.format(row="changes")
        blanked = self.db.execute(
            f"UPDATE changes SET before = NULL, after = NULL, seal = {unsalted} "
            f"WHERE {_entries_of()}",
            _keys(scope),
        )
        self.db.execute("DELETE FROM lifted")
        return blanked

    def _mentions(self, names: Sequence[str]) -> int:
        """How many records of others hold one of these names; 0 also where there are too many."""
        if not 0 < len(names) <= MOST_NAMES:
            return 0
        where = " OR ".join("instr(folded, ?) > 0" for _ in names)
        count: int = self.db.value(f"SELECT count(*) FROM search_texts WHERE {where}", names)
        return count


def _entries_of() -> str:
    """Which entries of the journal hold something of what is given by ``_keys``.

    A jot's by its own key: it was of no case at first, and may have been of another.
    """
    return (
        f"((case_id IN {LISTED} AND table_name <> 'jots') OR row_id IN {LISTED}) "
        f"AND table_name <> '{PURGES}' AND NOT (before IS NULL AND after IS NULL)"
    )


def _keys(scope: Scope) -> tuple[str, str]:
    return json.dumps(list(scope.cases)), json.dumps([*scope.clients, *scope.jots])
