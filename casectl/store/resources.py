"""Resources on file: services that one can refer to. They are of no case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from casectl.core.errors import BadValue, NotFound
from casectl.core.resources import Resource
from casectl.core.values import NamedTuple
from casectl.store.casework import body_json, read_json
from casectl.store.connection import Database, Row, Value
from casectl.store.journal import Journal, Operation
from casectl.store.rows import iso, readable_days

COLUMNS = ", ".join(Resource._fields)
DAYS = ("verified_on", "ended_on")


class Imported(NamedTuple):
    """What a catalogue changed: services that are new, that say something else, and the rest."""

    added: tuple[Resource, ...]
    changed: tuple[Resource, ...]
    same: int


class Resources:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def all(self, *, retired: bool = False) -> list[Resource]:
        """By their organization and service; those that were retired only where asked for."""
        where = "" if retired else "WHERE ended_on IS NULL "
        rows = self.db.rows(f"SELECT {COLUMNS} FROM resources {where}ORDER BY number")
        found = map(resource_of, rows)
        return sorted(found, key=lambda each: (each.organization.casefold(), each.number))

    def numbered(self, number: int) -> Resource | None:
        row = self.db.one(f"SELECT {COLUMNS} FROM resources WHERE number = ?", (number,))
        return resource_of(row) if row else None

    def add(self, resource: Resource) -> Resource:
        with self.journal.operation("resource add") as operation:
            return _add(operation, resource)

    def change(self, resource: Resource, command: str, **values: Any) -> Resource:
        """Change named fields of a resource that still stands as it was read."""
        with self.journal.operation(command) as operation:
            return _change(operation, resource, values)

    def verify(
        self, resources: Sequence[Resource], day: date, capacity: str | None
    ) -> list[Resource]:
        """They were looked at on that day and what is on record is so."""
        values: dict[str, Any] = {"verified_on": day}
        if capacity is not None:
            values["capacity"] = capacity
        with self.journal.operation("resource verify") as operation:
            return [_change(operation, each, values) for each in resources]

    def take_in(self, catalogue: Sequence[Resource]) -> Imported:
        """Add the services of a catalogue; one whose id is known here takes what it says now.

        What the catalogue leaves out stays, and so do the domains that somebody gave it here and a
        later day of verification than its own.
        """
        with self.journal.operation("resource import") as operation:
            by_id = {each.body.get("id") or each.id: each for each in self.all(retired=True)}
            added, changed, same = [], [], 0
            for each in catalogue:
                known = by_id.get(each.body.get("id"))
                if known is None:
                    made = _add(operation, each)
                    by_id[made.body.get("id") or made.id] = made
                    added.append(made)
                    continue
                values = _news(known, each)
                if values:
                    made = _change(operation, known, values)
                    by_id[made.body.get("id") or made.id] = made
                    changed.append(made)
                else:
                    same += 1
            return Imported(tuple(added), tuple(changed), same)


def _news(known: Resource, now: Resource) -> dict[str, Any]:
    """What a catalogue says that is not so on file.

    A list of services often says less of each than one in full, so what it leaves out stays.
    """
    body = {**known.body, **now.body}
    if known.body.get("domains"):
        body["domains"] = known.body["domains"]
    if "id" not in known.body:  # it was made here and has come back: its key is in its own column
        body.pop("id", None)
    days = [each for each in (known.verified_on, now.verified_on) if each is not None]
    values = {
        "organization": now.organization,
        "service": now.service,
        "capacity": now.capacity or known.capacity,
        "verified_on": max(days, default=None),
        "ended_on": (known.ended_on or now.ended_on) if now.ended_on else None,
        "body": body,
    }
    was = known._asdict()
    return {name: value for name, value in values.items() if was[name] != value}


# -- inside an operation ---------------------------------------------------------------------------


def _add(operation: Operation, resource: Resource) -> Resource:
    author = operation.author
    row = {
        **resource._asdict(),
        "id": None,
        "number": operation.next_number("resource"),
        "recorded_at": author.moment,
        "worker": author.worker,
        "body": body_json(resource.body),
        **{name: iso(getattr(resource, name)) for name in DAYS},
    }
    return _read(operation.db, operation.insert("resources", row))


def _change(operation: Operation, resource: Resource, values: dict[str, Any]) -> Resource:
    if _read(operation.db, resource.id) != resource:
        raise BadValue(
            "that has just been changed by another command",
            hint=f"casectl resource show {resource.number} shows how it stands",
        )
    columns: dict[str, Value] = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if name != "body"
    }
    if "body" in values:
        columns["body"] = body_json(values["body"])
    operation.update("resources", resource.id, **columns)
    return _read(operation.db, resource.id)


def _read(db: Database, resource_id: str) -> Resource:
    row = db.one(f"SELECT {COLUMNS} FROM resources WHERE id = ?", (resource_id,))
    if row is None:
        raise NotFound("that is no longer on file")
    return resource_of(row)


def resource_of(row: Row) -> Resource:
    values = dict(zip(Resource._fields, tuple(row), strict=True))
    with readable_days():
        for name in DAYS:
            values[name] = values[name] and date.fromisoformat(values[name])
        values["body"] = read_json(values["body"])
    return Resource(**values)
