"""What is derived from the records and kept beside them: due facts and searchable text.

Refreshed at the end of every operation for the cases it touched, from the same pure functions
that ``casectl doctor`` compares with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from casectl.core.casework import texts_in
from casectl.core.errors import CasectlError
from casectl.core.facts import MISSING, Group, earliest_by_group
from casectl.core.model import ACTIVE, FOLLOW_UP, CaseRecord
from casectl.core.text import fold
from casectl.store.connection import Database, Value
from casectl.store.rows import CHUNK, GROUP_COLUMNS, iso, marks, read_records

FACT_COLUMNS = ("group_id", "day", "opened_on", "number", "tried_on", "planned_on")

FactRow = tuple[int, str, str, int, str | None, str | None]

# What of each record can be searched for, joined in this order.
SEARCHED = {
    "clients": (
        "name", "birth_date", "phone", "email", "address", "language", "pronouns",
        "safe_contact", "external_id", "legal_name", "safe_when", "safe_how", "safe_never",
    ),
    "cases": ("handle", "program", "referred_by", "need", "external_id", "close_reason"),
    "promises": ("what", "waiting_on", "place", "snooze_reason", "outcome"),
    "contacts": ("text", "seen_by"),
    "notes": ("text",),
    "jots": ("text",),
    "own_work": ("what", "snooze_reason", "outcome"),
    "leaves": ("reason",),
    "casework": ("what", "domain", "who", "outcome", "body"),
    "resources": ("organization", "service", "body"),
}  # fmt: skip


class Groups:
    """Group <-> its number in this file, making new numbers as they are needed."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.known = {
            Group._make((*row[1:7], *map(bool, row[7:10]), row[10])): int(row[0])
            for row in map(tuple, db.rows(f"SELECT id, {GROUP_COLUMNS} FROM due_groups"))
        }

    def number(self, group: Group) -> int:
        number = self.known.get(group)
        if number is None:
            number = self.known[group] = self.db.value(
                f"INSERT INTO due_groups ({GROUP_COLUMNS}) "
                "VALUES (?,?,?,?,?,?,?,?,?,?) RETURNING id",
                tuple(int(each) if isinstance(each, bool) else each for each in group),
            )
        return number


def fact_rows(
    record: CaseRecord, groups: Groups, number: int | None = None, kind: str | None = None
) -> list[FactRow]:
    """The rows that this case has in ``due_facts``, or those of one ``kind``.

    ``number`` where it has none of its own yet.
    """
    opened_on, number = record.case.opened_on.isoformat(), number or record.case.number
    tried_on, planned_on = iso(record.tried_on), iso(record.case.planned_on)
    return [
        (
            groups.number(group),
            day.isoformat(),
            opened_on,
            number,
            tried_on if group.tried else None,
            planned_on if group.planned else None,
        )
        for group, day in earliest_by_group(record).items()
        if kind is None or group.kind == kind
    ]


def refresh_facts(db: Database, case_ids: Iterable[str], client_ids: Iterable[str] = ()) -> None:
    """The facts anew of these cases, and of every case of these clients."""
    ids = sorted({*case_ids, *_cases_of(db, sorted(set(client_ids)))})
    if not ids:
        return
    groups = Groups(db)
    for start in range(0, len(ids), CHUNK):  # undoing an import touches a hundred thousand
        chunk = ids[start : start + CHUNK]
        numbers = [
            row[0]
            for row in db.rows(f"SELECT number FROM cases WHERE id IN ({marks(chunk)})", chunk)
        ]
        db.execute_many("DELETE FROM due_facts WHERE number = ?", [(each,) for each in numbers])
        for record in read_records(db, numbers):
            insert_facts(db, fact_rows(record, groups))


def _cases_of(db: Database, client_ids: list[str]) -> Iterator[str]:
    for start in range(0, len(client_ids), CHUNK):
        chunk = client_ids[start : start + CHUNK]
        for row in db.rows(f"SELECT id FROM cases WHERE client_id IN ({marks(chunk)})", chunk):
            yield row[0]


def refresh_promises_to_tried(db: Database) -> None:
    """Until schema 3 a call promised for a later day than the attempt waited with the rest.

    A record that cannot be read keeps nobody from the caseload; doctor tells of it.
    """
    ids = [
        row[0]
        for row in db.rows(
            "SELECT DISTINCT c.id FROM due_groups g JOIN due_facts f ON f.group_id = g.id "
            f"JOIN cases c ON c.number = f.number WHERE g.tried AND g.kind = '{FOLLOW_UP}'"
        )
    ]
    for case_id in ids:
        with suppress(CasectlError):
            refresh_facts(db, [case_id])


def refresh_missing(db: Database) -> None:
    """Until schema 6 nothing said what is not known of a case. A record as above keeps nobody."""
    groups = Groups(db)
    numbers = [row[0] for row in db.rows(f"SELECT number FROM cases WHERE status = '{ACTIVE}'")]
    for start in range(0, len(numbers), CHUNK):
        for record in _readable(db, numbers[start : start + CHUNK]):
            insert_facts(db, fact_rows(record, groups, kind=MISSING))


def _readable(db: Database, numbers: list[int]) -> list[CaseRecord]:
    """All of them at once; where one cannot be read, the others one by one."""
    try:
        return read_records(db, numbers)
    except CasectlError:
        records = []
        for number in numbers:
            with suppress(CasectlError):
                records += read_records(db, [number])
        return records


def insert_facts(db: Database, rows: Iterable[FactRow]) -> None:
    names = ", ".join(FACT_COLUMNS)
    db.execute_many(f"INSERT INTO due_facts ({names}) VALUES (?,?,?,?,?,?)", rows)


def forget_facts(db: Database, number: int) -> None:
    db.execute("DELETE FROM due_facts WHERE number = ?", (number,))


def searchable(table: str, row: dict[str, Value]) -> str:
    values = {name: row.get(name) for name in SEARCHED[table]}
    if "body" in values:
        values["body"] = words_of(values["body"])
    return joined(values.values())


def words_of(body: Value) -> str | None:
    """The texts in a body, and not the names that they have there."""
    if not body or body == "{}":
        return None
    import json

    try:
        return " | ".join(texts_in(json.loads(str(body))))
    except ValueError:
        return None


def joined(values: Iterable[Value]) -> str:
    """What can be found of these values, folded; the empty ones left out."""
    return fold(" | ".join(map(str, filter(None, values))))


def index_text(db: Database, table: str, row_id: str, row: dict[str, Value] | None) -> None:
    """Replace what can be found of one record; ``None`` forgets it."""
    old = db.one("SELECT id, folded FROM search_texts WHERE row_id = ?", (row_id,))
    if old is not None:
        db.execute(
            "INSERT INTO search_index (search_index, rowid, folded) VALUES ('delete', ?, ?)",
            (old["id"], old["folded"]),
        )
        db.execute("DELETE FROM search_texts WHERE id = ?", (old["id"],))
    folded = searchable(table, row) if row else ""
    if row is None or not folded:
        return
    case_id = row["id"] if table == "cases" else row.get("case_id")
    added = db.value(
        "INSERT INTO search_texts (row_id, source, case_id, folded) VALUES (?,?,?,?) RETURNING id",
        (row_id, table, case_id, folded),
    )
    db.execute("INSERT INTO search_index (rowid, folded) VALUES (?, ?)", (added, folded))
