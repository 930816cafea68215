"""What ``casectl doctor`` looks at inside the file: integrity, journal, derived facts, promises."""

from __future__ import annotations

from typing import NamedTuple

from casectl.core.facts import earliest_by_group
from casectl.store.connection import Database
from casectl.store.derived import Groups, fact_rows, searchable
from casectl.store.rows import read_records
from casectl.store.schema import RECORDS, SCHEMA_VERSION

CHUNK = 2000


class Finding(NamedTuple):
    """One thing looked at: ``problem`` is None when it is as it should be."""

    name: str
    detail: str
    problem: str | None = None


class Checkup:
    def __init__(self, db: Database) -> None:
        self.db = db

    def findings(self) -> list[Finding]:
        return [
            self._schema(),
            self._integrity(),
            self._foreign_keys(),
            self._journal(),
            self._facts(),
            self._owed(),
            self._search(),
        ]

    def _schema(self) -> Finding:
        return Finding("schema", f"version {SCHEMA_VERSION}, its triggers in place")

    def _integrity(self) -> Finding:
        said = self.db.value("PRAGMA integrity_check")
        return Finding("integrity", "every page reads", None if said == "ok" else str(said))

    def _foreign_keys(self) -> Finding:
        broken = len(self.db.rows("PRAGMA foreign_key_check"))
        problem = f"{broken} rows point nowhere" if broken else None
        return Finding("links", "every row belongs to a case", problem)

    def _journal(self) -> Finding:
        """Every record's newest journal entry is the record as it stands."""
        wrong = 0
        for table, columns in RECORDS.items():
            pairs = ", ".join(f"'{name}', r.\"{name}\"" for name in columns)
            wrong += self.db.value(
                f"SELECT count(*) FROM {table} r WHERE json_object({pairs}) IS NOT "
                "(SELECT x.after FROM changes x WHERE x.row_id = r.id ORDER BY x.id DESC LIMIT 1)"
            )
        count = self.db.value("SELECT count(*) FROM operations")
        problem = f"{wrong} records differ from the journal's last word on them" if wrong else None
        return Finding("journal", f"{count} operations, records as it says", problem)

    def _facts(self) -> Finding:
        """The stored facts are the ones the records give."""
        groups = Groups(self.db)
        wrong = seen = 0
        for numbers in self._numbers("1"):
            for record in read_records(self.db, numbers):
                if any(group not in groups.known for group in earliest_by_group(record)):
                    wrong += 1
                    continue
                rows = self.db.rows(
                    "SELECT group_id, day, opened_on, number, tried_on FROM due_facts "
                    "WHERE number = ?",
                    (record.case.number,),
                )
                seen += len(rows)
                wrong += {tuple(row) for row in rows} != set(fact_rows(record, groups))
        problem = f"{wrong} cases have facts that their records do not give" if wrong else None
        return Finding("facts", f"{seen} recomputed, all the same", problem)

    def _owed(self) -> Finding:
        silent = self.db.value(
            "SELECT count(*) FROM cases c WHERE c.status <> 'closed' AND NOT EXISTS "
            "(SELECT 1 FROM due_facts f WHERE f.number = c.number)"
        )
        problem = f"{silent} open cases owe nothing and could be forgotten" if silent else None
        return Finding("promise", "every open case owes something", problem)

    def _search(self) -> Finding:
        wrong = 0
        for table in RECORDS:
            for row in self.db.rows(
                f"SELECT r.*, t.folded AS found FROM {table} r "
                "LEFT JOIN search_texts t ON t.row_id = r.id"
            ):
                wrong += (row["found"] or "") != searchable(table, dict(row))
        problem = f"{wrong} records cannot be found by their text" if wrong else None
        return Finding("search", "every text can be found", problem)

    def _numbers(self, where: str) -> list[list[int]]:
        numbers = [row[0] for row in self.db.rows(f"SELECT number FROM cases WHERE {where}")]
        return [numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK)]
