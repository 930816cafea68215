"""Caseloads of older schemas, kept as SQL: what a program of that time left on somebody's disk.

    python tests/frozen.py v1

makes ``schemas/v1.sql`` of a few fictitious people with the program as it stands. Run it while a
schema is being made; once released its file stays as it is, and the next schema has its own.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from casectl.core.casework import (
    AFTERCARE,
    ASSESSMENT,
    CONSENT,
    DISCLOSURE,
    DONE,
    GOAL,
    NEED,
    PERSON,
    REFERRAL,
    RISK,
    SCREENING,
    SENT,
    STEP,
    Piece,
)
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    DEADLINE,
    FOLLOW_UP,
    PENDING,
    REACHED,
    Author,
    Case,
    Client,
    Contact,
    Load,
    Note,
    Promise,
)
from casectl.store import Caseload, create_caseload
from casectl.store.casework import add

SCHEMAS = Path(__file__).parent / "schemas"
# FTS5 makes these itself from the virtual table.
SHADOWS = ("search_index_", "sqlite_")


def thaw(name: str, path: Path, *, populated: bool) -> None:
    """Make the caseload of ``schemas/NAME.sql``, with or without its people."""
    sql = (SCHEMAS / f"{name}.sql").read_text(encoding="utf-8")
    schema, _, rest = sql.partition("-- people\n")
    people, _, triggers = rest.partition("-- triggers\n")
    connection = sqlite3.connect(path, isolation_level=None)
    for script in (schema, people if populated else "", triggers):
        connection.executescript(script)
    connection.close()
    path.chmod(0o600)


def freeze(path: Path) -> str:
    """The caseload at ``path`` as SQL: its schema with what every file holds, then its people."""
    connection = sqlite3.connect(path)
    lines = ["BEGIN;"]
    people = ["-- people", "BEGIN;"]
    # The triggers come last, so that the people above are not journaled anew.
    triggers = ["-- triggers"]
    for kind, name, sql in connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    ).fetchall():
        if name.startswith(SHADOWS):
            continue
        (triggers if kind == "trigger" else lines).append(f"{sql};")
        if kind == "table" and "VIRTUAL" not in sql:
            always = name in ("meta", "_sqlite_migrations")
            (lines if always else people).extend(_rows(connection, name))
    for pragma in ("user_version", "application_id"):
        (value,) = connection.execute(f"PRAGMA {pragma}").fetchone()
        lines.append(f"PRAGMA {pragma} = {value};")
    connection.close()
    people.append("INSERT INTO search_index (search_index) VALUES ('rebuild');")
    return "\n".join([*lines, "COMMIT;", *people, "COMMIT;", *triggers, ""])


def _rows(connection: sqlite3.Connection, table: str) -> list[str]:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    quoted = " || ', ' || ".join(f'quote("{column}")' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return [
        f"INSERT INTO {table} ({names}) VALUES ({values});"
        for (values,) in connection.execute(f"SELECT {quoted} FROM {table}")
    ]


def take_people_in(store: Caseload) -> None:
    """Four people, one of each status, with everything that a case can hold."""
    intake = date(2026, 11, 2)

    def case(name: str, status: str, urgency: int, risk: str | None) -> Case:
        return Case("", 0, "", "", name, status, urgency, risk, intake, intake)

    store.intake.take_in(
        Load(
            Client("", "Maria Example", birth_date="1990-03", phone="555 0101",
                   language="Spanish", safe_contact="text only, before 3"),
            case("Maria Example", ACTIVE, 3, "high")._replace(need="rent arrears"),
            [
                Promise("", "", 0, FOLLOW_UP, "call the school", date(2026, 11, 20), None, "call"),
                Promise("", "", 0, DEADLINE, "court hearing", date(2026, 12, 1), "09:00", "court"),
                Promise("", "", 0, APPOINTMENT, "home visit", date(2026, 11, 19), "10:00",
                        place="14 Sample Road"),
            ],
            [Contact("", "", 0, intake, REACHED, "phone", "client", "spoke of the rent")],
            [Note("", "", 0, intake, "Prefers mornings.")],
        )
    )  # fmt: skip
    in_crisis = case("Ola Sample", ACTIVE, 4, "imminent")._replace(crisis_since=intake)
    store.intake.take_in(Load(Client("", "Ola Sample"), in_crisis))
    referred = case("Pat Placeholder", PENDING, 1, None)._replace(referred_by="Dr Fiction")
    pat = store.intake.take_in(Load(Client("", "Pat Placeholder"), referred))
    pat = store.cases.accept(pat, date(2026, 11, 16), None)
    store.cases.hold(pat, date(2026, 12, 1), "in hospital")
    sam = store.intake.take_in(Load(Client("", "Sam Mock"), case("Sam Mock", ACTIVE, 1, "low")))
    store.cases.close(sam, "moved away", date(2026, 11, 17))
    plan_the_working_day(store)
    do_casework(store)
    work_with_others(store)


def do_casework(store: Caseload) -> None:
    """An assessment, a need with its goal and step, a screening that repeats, a signed note."""
    maria = store.cases.by_number(1)
    assert maria is not None, "she was taken in first"
    day = date(2026, 11, 18)

    def piece(kind: str, what: str, **more: Any) -> Piece:
        return Piece("", maria.id, kind, 0, day, what)._replace(**more)

    with store.journal.operation("assess") as operation:
        body = {"domains": {"housing": {"level": 2, "needs": "eviction notice"}}}
        add(operation, piece(ASSESSMENT, "first assessment", status=DONE, body=body))
        add(operation, piece(NEED, "keep the flat", domain="housing", level=3, due_on=day))
        plan = {"safety_plan": "her sister first"}
        risk = piece(RISK, "since the letter", domain="self-harm", level=1, body=plan)
        add(operation, risk._replace(due_on=date(2026, 12, 2)))
        answers = {"answers": {"1": 1, "2": 0}}
        phq = piece(SCREENING, "PHQ-2", domain="phq2", level=1, due_on=day, lead_days=14)
        add(operation, phq._replace(body=answers))
        operation.update("cases", maria.id, assessed_on=day.isoformat())
    with store.journal.operation("goal") as operation:
        goal = add(operation, piece(GOAL, "rent paid on time", due_on=date(2027, 3, 1)))
        step = piece(STEP, "bring the papers", parent=goal.id, who="client")
        add(operation, step._replace(due_on=date(2026, 11, 25)))
        operation.update("cases", maria.id, plan_agreed_on=day.isoformat())
    with store.journal.operation("note") as operation:
        note = operation.add_note(maria.id, "S: worried about the rent")
        operation.update(
            "notes", note, form="soap", signed_at="2026-11-18T08:00:00Z", signed_by="kim"
        )


def work_with_others(store: Caseload) -> None:
    """A person, a release, a disclosure, a referral that nobody answered, aftercare, a resource."""
    maria, sam = store.cases.by_number(1), store.cases.by_number(4)
    assert maria is not None and sam is not None, "they were taken in first"
    day = date(2026, 11, 18)

    def piece(case: Case, kind: str, what: str, **more: Any) -> Piece:
        return Piece("", case.id, kind, 0, day, what)._replace(**more)

    with store.journal.operation("resource") as operation:
        operation.insert(
            "resources",
            {
                "number": operation.next_number("resource"),
                "organization": "Example Pantry",
                "service": "food parcels",
                "capacity": "open",
                "verified_on": "2026-11-01",
                "body": '{"phones": ["555 0199"], "needs": ["food"]}',
                "recorded_at": "2026-11-18T08:00:00Z",
                "worker": "kim",
            },
        )
    with store.journal.operation("refer") as operation:
        add(operation, piece(maria, PERSON, "Rosa Example", stage="family", who="sister"))
        ends = date(2027, 11, 18)
        release = piece(maria, CONSENT, "name, phone, need", who="Example Pantry", due_on=ends)
        release = add(operation, release._replace(body={"purpose": "referral"}))
        told = piece(maria, DISCLOSURE, "name, phone", who="Example Pantry", parent=release.id)
        add(operation, told._replace(status=DONE))
        sent = piece(maria, REFERRAL, "food parcels", stage=SENT, who="Example Pantry")
        add(operation, sent._replace(due_on=day))
        add(operation, piece(sam, AFTERCARE, "aftercare", due_on=date(2026, 11, 17)))
    with store.journal.operation("edit") as operation:
        operation.update("clients", maria.client_id, legal_name="María Example Sample")


def plan_the_working_day(store: Caseload) -> None:
    """A planned day, a jot that waits and one that was filed, own work, a leave, a morning."""
    maria = store.cases.by_number(1)
    assert maria is not None, "she was taken in first"
    with store.journal.operation("triage") as operation:
        operation.update(
            "cases",
            maria.id,
            planned_on="2026-11-20",
            planned_from="2026-11-18",
            planned_reason="back from leave",
        )
    with store.journal.operation("jot") as operation:
        jots = [
            operation.insert(
                "jots",
                {
                    "number": operation.next_number("jot"),
                    "text": text,
                    "on_day": "2026-11-18",
                    "recorded_at": "2026-11-18T08:00:00Z",
                    "worker": "kim",
                },
            )
            for text in ("the landlord rang, wants a date", "ask about the bus pass")
        ]
    with store.journal.operation("file") as operation:
        note = operation.add_note(maria.id, "the landlord rang, wants a date")
        operation.update("jots", jots[0], filed_as=note, case_id=maria.id)
    with store.journal.operation("follow") as operation:
        operation.insert(
            "own_work",
            {
                "number": operation.next_number("me"),
                "what": "supervision",
                "due_on": "2026-11-20",
                "due_time": "14:00",
                "snoozes": 0,
                "minutes": 60,
                "status": "open",
                "made_on": "2026-11-18",
            },
        )
    with store.journal.operation("away") as operation:
        operation.insert(
            "leaves", {"from_on": "2026-12-07", "to_on": "2026-12-18", "reason": "annual leave"}
        )
    store.db.execute(
        "INSERT INTO mornings (day, at) VALUES ('2026-11-18', '2026-11-18T08:00:00Z')"
    )  # fmt: skip


def main(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "caseload.db"
        store = create_caseload(path, Author("kim", "2026-11-18", "2026-11-18T08:00:00Z"))
        take_people_in(store)
        store.close()
        (SCHEMAS / f"{name}.sql").write_text(freeze(path), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
