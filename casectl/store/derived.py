"""What is derived from the records and kept beside them: due facts and searchable text.

Refreshed at the end of every operation for the cases it touched, from the same pure functions
that ``casectl doctor`` compares with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from casectl.core.casework import texts_in
from casectl.core.errors import CasectlError
from casectl.core.facts import Group, earliest_by_group
from casectl.core.model import CaseRecord
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
# A text's place: in an index of any size the last of those that match are found first. So clients
# stand behind everything else, and of each the one that was written last.
CLIENTS_FROM = 1 << 40


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


def fact_rows(record: CaseRecord, groups: Groups, number: int | None = None) -> list[FactRow]:
    """The rows that this case has in ``due_facts``; ``number`` where it has none of its own yet."""
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


def refresh_all_facts(db: Database) -> None:
    """Every case's facts anew: a schema before 7 kept fewer, or others.

    Until 3 a call promised for a later day than the attempt waited with the rest; the plan that 4
    asks for of a case that was assessed, and what 6 does of one that something is not known of,
    stood in no caseload of before; and until 7 a closing as died, where an older casectl had asked
    for its sign-off, left everything else to be done. A record that cannot be read keeps nobody
    from the caseload; doctor tells of it.
    """
    groups = Groups(db)
    numbers = [row[0] for row in db.rows("SELECT number FROM cases ORDER BY number")]
    for start in range(0, len(numbers), CHUNK):
        for record in _readable(db, numbers[start : start + CHUNK]):
            forget_facts(db, record.case.number)
            insert_facts(db, fact_rows(record, groups))


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


def next_text(db: Database, table: str) -> int:
    """The place of a text behind all others of its kind: a client's, or anything else's."""
    if table == "clients":
        last: int = db.value("SELECT max(id) FROM search_texts") or 0
        return max(last + 1, CLIENTS_FROM)
    last = db.value(f"SELECT max(id) FROM search_texts WHERE id < {CLIENTS_FROM}") or 0
    return last + 1


def order_texts(execute: Callable[[str], object]) -> None:
    """Give every text its place, as if each had been written when its record was made.

    In two steps, since no two may have one place on the way. The index is made anew.
    """
    execute(
        "UPDATE search_texts SET id = -placed.place FROM (SELECT row_id, row_number() "
        "OVER (ORDER BY row_id) AS place FROM search_texts) placed "
        "WHERE search_texts.row_id = placed.row_id"
    )
    execute(f"UPDATE search_texts SET id = iif(source = 'clients', {CLIENTS_FROM}, 0) - id")
    execute("INSERT INTO search_index (search_index) VALUES ('rebuild')")


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
    place = next_text(db, table)
    db.execute(
        "INSERT INTO search_texts (id, row_id, source, case_id, folded) VALUES (?,?,?,?,?)",
        (place, row_id, table, case_id, folded),
    )
    db.execute("INSERT INTO search_index (rowid, folded) VALUES (?, ?)", (place, folded))
