"""The bare inserts that an import is measured beside: python bench/bare.py FROM.db NEW.db [batched]

Reads every record of one caseload, then times one ``executemany`` per table into a new one, in
one operation and through the same journal triggers. Prints seconds as JSON: of the records alone,
and of the searchable text and due facts that an import writes beside them as well.

With ``batched``, the records alone, with as many rows in a statement as an import writes. It is
the harder reference: SQLite does less for many rows in one statement than for a row in each.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from casectl.core.model import Author
from casectl.store import create_caseload, open_caseload
from casectl.store.bulk import insert_all
from casectl.store.journal import insert_sql
from casectl.store.schema import RECORDS


def records_of(source: Path, author: Author) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every record table, in the order they were made."""
    opened = open_caseload(source, author)
    records = {}
    for table, columns in RECORDS.items():
        names = ", ".join(f'"{name}"' for name in columns)
        statement = f"SELECT {names} FROM {table} ORDER BY id"  # noqa: S608 - the schema's names
        records[table] = [tuple(row) for row in opened.db.rows(statement)]
    opened.close()
    return records


def derived_of(source: Path, author: Author) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that are kept beside the records, by the statement that writes them."""
    opened = open_caseload(source, author)
    statements = {
        "INSERT INTO due_facts (group_id, day, opened_on, number, tried_on) VALUES (?,?,?,?,?)": (
            "SELECT group_id, day, opened_on, number, tried_on FROM due_facts"
        ),
        "INSERT INTO search_texts (id, row_id, source, case_id, folded) VALUES (?,?,?,?,?)": (
            "SELECT id, row_id, source, case_id, folded FROM search_texts"
        ),
        "INSERT INTO search_index (rowid, folded) VALUES (?,?)": (
            "SELECT id, folded FROM search_texts"
        ),
    }
    derived = {
        insert: [tuple(row) for row in opened.db.rows(select)]
        for insert, select in statements.items()
    }
    opened.close()
    return derived


def main() -> int:
    source, new = map(Path, sys.argv[1:3])
    author = Author("bench", "2026-11-18", "2026-11-18T08:00:00Z")
    if sys.argv[3:] == ["batched"]:
        print(json.dumps({"batched": _batched(records_of(source, author), new, author)}))
        return 0
    records, derived = records_of(source, author), derived_of(source, author)
    caseload = create_caseload(new, author)
    started = time.perf_counter(), time.process_time()
    with caseload.journal.operation("bare") as operation:
        for table, rows in records.items():
            caseload.db.execute_many(insert_sql(table), rows)
            operation.changed += len(rows)
    took = _since(started)
    with caseload.journal.operation("beside") as operation:
        for statement, rows in derived.items():
            caseload.db.execute_many(statement, rows)
            operation.changed += len(rows)
    whole = _since(started)
    caseload.close()
    count = sum(map(len, records.values()))
    print(json.dumps({"records": count, "bare": took, "with_derived": whole}))
    return 0


def _batched(
    records: dict[str, list[tuple[Any, ...]]], new: Path, author: Author
) -> tuple[float, float]:
    caseload = create_caseload(new, author)
    started = time.perf_counter(), time.process_time()
    with caseload.journal.operation("bare") as operation:
        for table, rows in records.items():
            insert_all(caseload.db, table, RECORDS[table], rows)
            operation.changed += len(rows)
    took = _since(started)
    caseload.close()
    return took


def _since(started: tuple[float, float]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    wall, cpu = started
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    sys.exit(main())
