"""What follows from the records, worked out again and held against what is stored beside them.

Due facts, searchable texts and counters stand outside the journal, so no seal speaks for them; the
records do. All is read in pages, each of one moment, so that somebody may write meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from casectl.core.errors import Busy, CasectlError
from casectl.core.facts import earliest_by_group
from casectl.store.connection import Database, Value
from casectl.store.derived import FACT_COLUMNS, SEARCHED, Groups, fact_rows, searchable
from casectl.store.rows import CHUNK, marks, read_records
from casectl.store.schema import RECORDS

# What a damaged or altered file can make of reading it, beside the driver's own complaints.
UNREADABLE = (CasectlError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

# The records that are numbered within their case, and how their counters' names end.
NUMBERED = {"promises": "p", "contacts": "c", "notes": "n"}
# Casework is numbered by kind, and its counters are named by the kind.
BY_KIND = "casework"
CASES = "case"  # the counter of cases themselves
MOST = 10**9  # a higher one would run into what SQLite counts no further than
# Those numbered for themselves, and their counters.
ALONE = {"cases": CASES, "jots": "jot", "own_work": "me", "resources": "resource"}
CASE_OF = {
    "clients": "NULL", "cases": "r.id", "own_work": "NULL", "leaves": "NULL", "resources": "NULL",
}  # fmt: skip

Texts = dict[str, Value]


def faults(db: Database) -> Iterator[str]:
    """Everything stored that the records do not give, in words that name the case alone."""
    found = Recount(db)
    for number in found.wrong_facts():
        yield f"the due facts of case {number} are not what its record gives"
    if found.odd_groups():
        yield "a group of due facts is not as casectl writes it"
    for case in found.wrong_texts():
        of_it = "no case" if case is None else f"case {case}"
        yield f"the searchable texts of {of_it} are not what is on record"
    if found.index_differs():
        yield "the search index does not fit its texts"
    for number in found.low_counters():
        yield f"a counter of case {number} is lower than a number that was given"
    if found.odd_counters():
        yield "a counter stands at what casectl never counts to"
    for scope in found.miscounted():
        yield f"the counter {scope!r} is lower than a number that was given"


class Recount:
    def __init__(self, db: Database) -> None:
        self.db = db
        self.facts = 0  # so many fitted or not

    # -- due facts -----------------------------------------------------------------------------

    def wrong_facts(self) -> Iterator[int]:
        """The numbers of the cases whose stored facts are not the ones that their records give."""
        for numbers in self.numbers():
            with self.db.snapshot():
                wrong = self._wrong_facts_of(numbers)
            yield from wrong
        after: Value = None
        while rows := self.db.rows(
            "SELECT DISTINCT number FROM due_facts WHERE (?1 IS NULL OR number > ?1) "
            f"AND number NOT IN (SELECT number FROM cases) ORDER BY number LIMIT {CHUNK}",
            (after,),
        ):
            yield from (row[0] for row in rows)
            after = rows[-1][0]

    def _wrong_facts_of(self, numbers: list[int]) -> list[int]:
        groups = Groups(self.db)  # anew each time: whoever writes may have made one
        stored: dict[int, set[tuple[object, ...]]] = {}
        for row in self.db.rows(
            f"SELECT {', '.join(FACT_COLUMNS)} FROM due_facts WHERE number IN ({marks(numbers)})",
            numbers,
        ):
            stored.setdefault(row["number"], set()).add(tuple(row))
            self.facts += 1
        wrong = []
        for record in read_records(self.db, numbers):
            known = all(group in groups.known for group in earliest_by_group(record))
            given = set(fact_rows(record, groups)) if known else None
            if given != stored.get(record.case.number, set()):
                wrong.append(record.case.number)
        return wrong

    def odd_groups(self) -> int:
        """How many groups say of themselves what no rule reads as we wrote it."""
        wrong: int = self.db.value(
            "SELECT count(*) FROM due_groups WHERE reaching NOT IN (0, 1) OR tried NOT IN (0, 1) "
            "OR planned NOT IN (0, 1)"
        )
        return wrong

    def numbers(self) -> Iterator[list[int]]:
        """The numbers of all cases, in lists that one statement can hold."""
        after: Value = None
        while rows := self.db.rows(
            "SELECT number FROM cases WHERE (?1 IS NULL OR number > ?1) "
            f"ORDER BY number LIMIT {CHUNK}",
            (after,),
        ):
            yield [row[0] for row in rows]
            after = rows[-1][0]

    # -- search --------------------------------------------------------------------------------

    def wrong_texts(self) -> Iterator[int | None]:
        """The case of each record that is not found by what it says, or that is not there.

        None where there is no case to name: a client's own, a jot nobody filed.
        """
        for table in RECORDS:
            for rows in self.texts(table):
                for row in rows:
                    text = searchable(table, row)
                    wanted = (text, table, row["of_case"]) if text else (None, None, None)
                    if (row["found"], row["source"], row["found_for"]) != wanted:
                        yield self._number(row["of_case"])
        after: Value = -(2**63)
        there = " UNION ALL ".join(
            f"SELECT 1 FROM {table} WHERE id = t.row_id" for table in RECORDS
        )
        while astray := self.db.rows(
            f"SELECT id, case_id FROM search_texts t WHERE id >= ? AND NOT EXISTS ({there}) "
            f"ORDER BY id LIMIT {CHUNK}",
            (after,),
        ):
            for _, case_id in astray:
                yield self._number(case_id)
            after = astray[-1][0] + 1

    def texts(self, table: str) -> Iterator[list[Texts]]:
        """The searched columns of a table and what is found of each row, so many rows at a time."""
        columns = ", ".join(f'r."{name}"' for name in ("id", *SEARCHED[table]))
        after = ""
        while rows := self.db.rows(
            f"SELECT {columns}, {CASE_OF.get(table, 'r.case_id')} AS of_case, "
            "t.folded AS found, t.source, t.case_id AS found_for "
            f"FROM (SELECT * FROM {table} WHERE id > ? ORDER BY id LIMIT {CHUNK}) r "
            "LEFT JOIN search_texts t ON t.row_id = r.id ORDER BY r.id",
            (after,),
        ):
            yield [dict(row) for row in rows]
            after = rows[-1]["id"]

    def index_differs(self) -> bool:
        """FTS5's own comparison of its index with the texts; False as well where nobody can ask it.

        It asks as if it wrote, which a read-only file lets nobody do.
        """
        if not os.access(self.db.path, os.W_OK):
            return False
        try:
            self.db.execute(
                "INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"
            )
        except Busy:
            raise
        except CasectlError:
            return True
        return False

    def _number(self, case_id: Value) -> int | None:
        number: int | None = self.db.value("SELECT number FROM cases WHERE id = ?", (case_id,))
        return number

    # -- counters ------------------------------------------------------------------------------

    def low_counters(self) -> Iterator[int]:
        """The numbers of the cases in which a number would be given a second time."""
        low = " OR ".join(
            f"(SELECT max(number) FROM {table} WHERE case_id = c.id) > "
            + counter_of(f"c.id || '.{letter}'")
            for table, letter in NUMBERED.items()
        )
        low += (
            f" OR EXISTS (SELECT 1 FROM {BY_KIND} w WHERE w.case_id = c.id AND w.number > "
            + counter_of("c.id || '.' || w.kind")
            + ")"
        )
        for numbers in self.numbers():
            for row in self.db.rows(
                f"SELECT number FROM cases c WHERE number IN ({marks(numbers)}) AND ({low})",
                numbers,
            ):
                yield row[0]

    def odd_counters(self) -> int:
        wrong: int = self.db.value(
            "SELECT count(*) FROM counters WHERE typeof(value) <> 'integer' "
            f"OR value NOT BETWEEN 1 AND {MOST}"
        )
        return wrong

    def miscounted(self) -> Iterator[str]:
        """The counters of what is numbered for itself that would give a number a second time."""
        for table, scope in ALONE.items():
            low = f"SELECT (SELECT max(number) FROM {table}) > {counter_of('?')}"
            if self.db.value(low, (scope,)):
                yield scope


def counter_of(scope: str) -> str:
    """A counter in SQL, by the expression of its scope; 0 where there is none, or no number."""
    return f"coalesce((SELECT CAST(value AS INTEGER) FROM counters WHERE scope = {scope}), 0)"
