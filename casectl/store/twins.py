"""Who may be on file already: one batch of arrivals against the caseload and against itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from casectl.core.intake import CASE_NUMBER, CLIENT_ID, NAME, Twin
from casectl.core.model import Load
from casectl.core.text import fold
from casectl.store.connection import Database
from casectl.store.rows import CHUNK, marks

# Why two may be the same, and the value that says so.
Key = tuple[str, str, str]

TWINS = (
    "SELECT c.number, c.handle, k.id, k.name, k.birth_date, k.external_id, c.external_id, k.folded "
    "FROM {found} JOIN cases c ON c.client_id = k.id {where} ORDER BY c.number DESC"
)
# The order of this join is given, not chosen: each wanted name is looked up in the index.
BY_NAME = "WITH wanted (folded, birth_date) AS (VALUES {marks}) " + TWINS.format(
    found="wanted w CROSS JOIN clients k ON k.folded = w.folded "
    "AND ifnull(k.birth_date, '') = w.birth_date",
    where="",
)
BY_CLIENT_ID = TWINS.format(found="clients k", where="WHERE k.external_id IN ({marks})")
BY_CASE_NUMBER = TWINS.format(found="clients k", where="WHERE c.external_id IN ({marks})")


class Twins:
    """Who the loads of one batch may be: known by what makes them twins, the first on file."""

    def __init__(self, db: Database, batch: Sequence[Load], first: int, *, named: bool) -> None:
        self.db = db
        self.batch = batch
        self.first = first  # the number of the load's first case
        self.known: dict[Key, Twin] = {}
        self.keys = [_keys(load, named) for load in batch]
        wanted: dict[str, dict[Key, None]] = {CASE_NUMBER: {}, CLIENT_ID: {}, NAME: {}}
        for key in chain.from_iterable(self.keys):
            wanted[key[0]][key] = None
        for each in _chunks(wanted[CASE_NUMBER], CHUNK):
            self._read(BY_CASE_NUMBER.format(marks=marks(each)), [key[1] for key in each])
        for each in _chunks(wanted[CLIENT_ID], CHUNK):
            self._read(BY_CLIENT_ID.format(marks=marks(each)), [key[1] for key in each])
        for each in _chunks(wanted[NAME], CHUNK // 2):
            pairs = ",".join("(?,?)" for _ in each)
            values = [value for key in each for value in key[1:]]
            self._read(BY_NAME.format(marks=pairs), values)

    def of(self, place: int) -> list[Twin]:
        """Those that a load of the batch may be, the surest first."""
        load = self.batch[place]
        return [
            self.known[key]._replace(why=key[0])
            for key in self.keys[place]
            if key in self.known and (key[0] != NAME or not _differ(load, self.known[key]))
        ]

    def add(self, place: int, load: Load, number: int, handle: str, client_id: str) -> None:
        """A load that was written: those after it in the batch may be the same."""
        for key in self.keys[place]:
            if key not in self.known:
                client = load.client
                self.known[key] = Twin(
                    key[0], number, handle, client_id, client.name, client.birth_date,
                    client.external_id, load.case.external_id, number - self.first,
                )  # fmt: skip

    def _read(self, sql: str, values: Sequence[str]) -> None:
        """Everybody that one statement finds, under each of their keys."""
        for row in self.db.rows(sql, values):
            number = row[0]
            place = number - self.first if number >= self.first else None
            twin = Twin._make(("", *tuple(row)[:7], place))
            self.known[NAME, row[7], twin.birth_date or ""] = twin
            if twin.client_ref:
                self.known[CLIENT_ID, twin.client_ref, ""] = twin
            if twin.case_ref:
                self.known[CASE_NUMBER, twin.case_ref, ""] = twin


def _chunks(keys: Iterable[Key], size: int) -> Iterator[list[Key]]:
    remaining = iter(keys)
    while some := list(islice(remaining, size)):
        yield some


def _keys(load: Load, named: bool) -> list[Key]:
    client, case = load.client, load.case
    keys = [(NAME, fold(client.name), client.birth_date or "")] if named else []
    if client.external_id:
        keys.insert(0, (CLIENT_ID, client.external_id, ""))
    if case.external_id:
        keys.insert(0, (CASE_NUMBER, case.external_id, ""))
    return keys


def _differ(load: Load, twin: Twin) -> bool:
    """Namesakes whose birth dates nobody knows, and whom another system tells apart."""
    if load.client.birth_date:
        return False
    ids = (load.client.external_id, load.case.external_id)
    known = (twin.client_ref, twin.case_ref)
    return any(own and other and own != other for own, other in zip(ids, known, strict=True))
