"""Taking clients in, one or many."""

from __future__ import annotations

from typing import NamedTuple

from casectl.core.model import Case, Client, Contact, Promise
from casectl.core.text import fold, handle_stem
from casectl.store.connection import Database
from casectl.store.journal import Journal, Operation
from casectl.store.promises import add_promise
from casectl.store.rows import columns_of, read_cases


class Arrival(NamedTuple):
    """One person at the door: who, their case, and what is promised. Keys are made by the store."""

    client: Client
    case: Case
    promises: tuple[Promise, ...] = ()
    last_contact: Contact | None = None
    note: str | None = None


class Intake:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def take_in(self, arrival: Arrival, *, same_client: str | None = None) -> Case:
        """Write one arrival in one operation; ``same_client`` is the person it already knows."""
        with self.journal.operation("intake") as operation:
            case_id = _write(operation, arrival, same_client)
            self._forget_draft("intake")
        return read_cases(self.db, "c.id = ?", (case_id,))[0]

    def possible_duplicates(
        self, name: str, birth_date: str | None, external_id: str | None = None
    ) -> list[Case]:
        """Cases of people with the same folded name (and no other birth date), or the same id."""
        return read_cases(
            self.db,
            "(k.folded = ? AND (k.birth_date IS NULL OR ?2 IS NULL "
            "OR substr(k.birth_date, 1, length(?2)) = ?2 "
            "OR substr(?2, 1, length(k.birth_date)) = k.birth_date)) "
            "OR (?3 IS NOT NULL AND (k.external_id = ?3 OR c.external_id = ?3)) "
            "ORDER BY c.status = 'closed', c.number LIMIT 20",
            (fold(name), birth_date, external_id),
        )

    # -- drafts: what somebody typed before they were interrupted ------------------------------

    def draft(self, name: str) -> str | None:
        body: str | None = self.db.value("SELECT body FROM drafts WHERE name = ?", (name,))
        return body

    def keep_draft(self, name: str, body: str) -> None:
        with self.db.transaction():
            self.db.execute(
                "INSERT INTO drafts (name, body, updated_at) VALUES (?,?,?) ON CONFLICT (name) "
                "DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at",
                (name, body, self.journal.author.moment),
            )

    def drop_draft(self, name: str) -> None:
        with self.db.transaction():
            self._forget_draft(name)

    def _forget_draft(self, name: str) -> None:
        self.db.execute("DELETE FROM drafts WHERE name = ?", (name,))


def _write(operation: Operation, arrival: Arrival, same_client: str | None) -> str:
    client_id = same_client
    if client_id is None:
        row = columns_of(arrival.client)
        row["id"] = None
        row["folded"] = fold(arrival.client.name)
        client_id = operation.insert("clients", row)
    number = operation.next_number("case")
    row = columns_of(arrival.case, leave=("client",))
    row["id"] = None
    row["number"] = number
    row["handle"] = f"{handle_stem(arrival.client.name)}-{number}"
    row["client_id"] = client_id
    row["worker"] = operation.author.worker
    case_id = operation.insert("cases", row)
    for promise in arrival.promises:
        add_promise(operation, case_id, promise)
    if arrival.last_contact is not None:
        contact = columns_of(arrival.last_contact, leave=("corrected",))
        contact["id"] = None
        contact["case_id"] = case_id
        contact["number"] = operation.next_number(f"{case_id}.c")
        contact["recorded_at"] = operation.author.moment
        contact["worker"] = operation.author.worker
        operation.insert("contacts", contact)
    if arrival.note:
        operation.add_note(case_id, arrival.note)
    return case_id
