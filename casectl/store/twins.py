"""Who may be on file already: one batch of arrivals against the caseload and against itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TypeVar

from casectl.core.intake import CASE_NUMBER, CLIENT_ID, NAME, Twin, told_apart
from casectl.core.model import Load
from casectl.core.text import name_key
from casectl.store.connection import Database
from casectl.store.rows import CHUNK, marks

# Another system's name for a person or a case: CLIENT_ID or CASE_NUMBER, and the number itself.
Id = tuple[str, str]
Each = TypeVar("Each")

TWIN = (
    "SELECT c.number, c.handle, k.id, k.name, k.birth_date, k.external_id, c.external_id, k.folded "
)
OF_CLIENTS = "FROM clients k JOIN cases c ON c.client_id = k.id "
BY_CLIENT_ID = TWIN + OF_CLIENTS + "WHERE k.external_id IN ({marks}) ORDER BY c.number"
BY_CASE_NUMBER = TWIN + OF_CLIENTS + "WHERE c.external_id IN ({marks}) ORDER BY c.number"
# Of namesakes with one birth date, the first of each sort of numbers: what is asked of a batch does
# not grow with how many share a name. The order of the join is given, not chosen: each wanted name
# is looked up in the index. Birth dates agree where one begins with the other.
BY_NAME = (
    "WITH wanted (folded, birth_date) AS (VALUES {marks}), found (number) AS ("
    "SELECT min(c.number) FROM wanted w CROSS JOIN clients k ON k.folded = w.folded "
    "AND (k.birth_date IS NULL "
    "OR substr(k.birth_date, 1, length(w.birth_date)) = w.birth_date "
    "OR substr(w.birth_date, 1, length(k.birth_date)) = k.birth_date) "
    "JOIN cases c ON c.client_id = k.id "
    "GROUP BY k.folded, k.birth_date, k.external_id IS NULL, c.external_id IS NULL) "
    + TWIN
    + "FROM found f JOIN cases c ON c.number = f.number JOIN clients k ON k.id = c.client_id "
    "ORDER BY c.number"
)
# So many birth dates under one name are not asked for one by one: each would look at all of them.
MANY_BIRTH_DATES = 20


class Twins:
    """Who the loads of one batch may be: on file before, or earlier in the same load."""

    def __init__(self, db: Database, batch: Sequence[Load], first: int, *, named: bool) -> None:
        self.db = db
        self.batch = batch
        self.first = first  # the number of the load's first case
        self.ids = [_ids(load) for load in batch]
        self.names = [name_key(load.client.name) for load in batch] if named else []
        # What stands on one row alone makes no twins within the batch.
        counted = Counter(chain(chain.from_iterable(self.ids), self.names))
        self.shared = {each for each, count in counted.items() if count > 1}
        self.by_id: dict[Id, Twin] = {}
        self.by_name: dict[str, dict[str, list[Twin]]] = {}
        self._read_ids(CASE_NUMBER, BY_CASE_NUMBER)
        self._read_ids(CLIENT_ID, BY_CLIENT_ID)
        self._read_names()

    def of(self, place: int) -> list[Twin]:
        """Those that a load of the batch may be, the surest first."""
        found = [
            self.by_id[each]._replace(why=each[0]) for each in self.ids[place] if each in self.by_id
        ]
        namesake = self._namesake(place) if self.names else None
        return [*found, namesake] if namesake else found

    def add(self, place: int, load: Load, number: int, handle: str, client_id: str) -> None:
        """A load that was written: those after it in the batch may be the same."""
        ids = [each for each in self.ids[place] if each in self.shared]
        name = self.names[place] if self.names and self.names[place] in self.shared else None
        if not ids and name is None:
            return
        client = load.client
        twin = Twin(
            NAME, number, handle, client_id, client.name, client.birth_date,
            client.external_id, load.case.external_id, number - self.first,
        )  # fmt: skip
        for each in ids:
            self.by_id.setdefault(each, twin)
        if name is not None:
            self._keep(name, twin)

    def _namesake(self, place: int) -> Twin | None:
        load = self.batch[place]
        known = self.by_name.get(self.names[place])
        if known is None:
            return None
        for key in _looked_under(load.client.birth_date or ""):
            for twin in known.get(key, ()):
                if not told_apart(load, twin):
                    return twin
        return None

    def _keep(self, name: str, twin: Twin) -> None:
        """Keep the first of each sort: where its numbers tell it apart, another's may not."""
        known = self.by_name.setdefault(name, {})
        sort = _numbered(twin)
        for key in _kept_under(twin.birth_date or ""):
            alike = known.setdefault(key, [])
            if all(_numbered(each) != sort for each in alike):
                alike.append(twin)

    def _read_ids(self, why: str, sql: str) -> None:
        wanted = dict.fromkeys(ref for kind, ref in chain.from_iterable(self.ids) if kind == why)
        for refs in _chunks(wanted, CHUNK):
            for twin, _ in self._read(sql.format(marks=marks(refs)), refs):
                ref = twin.case_ref if why == CASE_NUMBER else twin.client_ref
                assert ref is not None, "it was found by it"
                self.by_id.setdefault((why, ref), twin)

    def _read_names(self) -> None:
        dates: dict[str, set[str]] = {}
        for name, load in zip(self.names, self.batch, strict=False):
            dates.setdefault(name, set()).add(load.client.birth_date or "")
        wanted = (
            (name, date)
            for name, some in dates.items()
            for date in ([""] if "" in some or len(some) > MANY_BIRTH_DATES else sorted(some))
        )
        for pairs in _chunks(wanted, CHUNK // 2):
            places = ",".join("(?,?)" for _ in pairs)
            values = list(chain.from_iterable(pairs))
            for twin, name in self._read(BY_NAME.format(marks=places), values):
                self._keep(name, twin)

    def _read(self, sql: str, values: Sequence[str]) -> Iterator[tuple[Twin, str]]:
        """Everybody that one statement finds, and their folded name; the lowest number first."""
        for row in self.db.rows(sql, values):
            number = row[0]
            place = number - self.first if number >= self.first else None
            yield Twin._make((NAME, *tuple(row)[:7], place)), row[7]


def _chunks(values: Iterable[Each], size: int) -> Iterator[list[Each]]:
    remaining = iter(values)
    while some := list(islice(remaining, size)):
        yield some


def _ids(load: Load) -> list[Id]:
    """What another system calls the load, the surest first."""
    client, case = load.client, load.case
    ids = [(CASE_NUMBER, case.external_id)] if case.external_id else []
    if client.external_id:
        ids.append((CLIENT_ID, client.external_id))
    return ids


def _numbered(twin: Twin) -> tuple[bool, bool]:
    """Which of another system's numbers somebody has."""
    return twin.client_ref is not None, twin.case_ref is not None


# Namesakes are kept by birth date: "1978-03" for what is known of them, and "1978*" for all whose
# birth date begins so. Whoever a load may be stands under its own with a star, or under less of it:
#
#     kept     1978-03-29    1978-03-29  1978-03-29*  1978-03*  1978*  *
#              (unknown)                                               *  and ""
#     looked   1978-03       1978-03*  1978  ""


def _kept_under(birth_date: str) -> list[str]:
    return [birth_date, *(f"{each}*" for each in (birth_date, *_less_exact(birth_date)))]


def _looked_under(birth_date: str) -> list[str]:
    return [f"{birth_date}*", *_less_exact(birth_date)]


def _less_exact(birth_date: str) -> list[str]:
    """``1978-03``, ``1978`` and nothing of ``1978-03-29``."""
    return [birth_date[:length] for length in (7, 4, 0) if length < len(birth_date)]
