"""Finding people by what one has: text in any script, a phone number, an id, a birth date.

FTS5's trigram index finds any part of a word of three characters or more; shorter ones (a Chinese
family name) are looked for in the folded text itself. Folding happened in Python, in both. A phone
number is compared by its digits, so every client's is read: 10,000 of them take a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from casectl.core.casework import LETTERS, OPEN, PERSON, PROVIDER, REFERRAL, VERSION, texts_in
from casectl.core.finding import FEWEST_DIGITS, Sought, in_order_of_sureness, number_in
from casectl.core.foreign import part_name
from casectl.core.model import SAFE, said_safely
from casectl.core.text import fold
from casectl.core.views import Hit
from casectl.store.connection import Database, Row, Value
from casectl.store.derived import SEARCHED
from casectl.store.rows import read_cases

if TYPE_CHECKING:
    from casectl.core.resources import Resource

SHORTEST_INDEXED = 3
# What may stand between the last digits of a number where they are written in pairs.
BETWEEN_PAIRS = " -./"
AROUND = (PERSON, PROVIDER)
SERVICES = "resources"
OF_NO_CASE = ("jots", "own_work", "leaves", SERVICES)


class Search:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, wanted: Sought, limit: int) -> list[Hit]:
        """Records that hold what is ``wanted``: the surest first, then the newest.

        A phone number, an id or a birth date in whatever form it was written; else every word of
        the text. Nothing in it is an operator; a word matches inside longer ones.
        """
        if not wanted.words:
            return []
        with self.db.snapshot():
            hits = [
                *self._by_number(wanted.number),
                *self._by_ref(wanted.ref),
                *self._by_birth(wanted.born),
                *self._by_words(wanted.words, limit),
            ]
        return in_order_of_sureness(_each_once(hits))[:limit]

    # -- by what is one's own ------------------------------------------------------------------

    def _by_number(self, number: str | None) -> Iterator[Hit]:
        if number is None:
            return
        for client_id, written in with_number(self.db, number):
            yield from self._of_client(client_id, "phone", _pointed_out(written))
        if len(number) >= FEWEST_DIGITS:
            yield from self._mentions(number)

    def _mentions(self, number: str) -> Iterator[Hit]:
        """Records whose words hold the number: a sister's in a note, a neighbour's beside it.

        The index gives those that hold its last digits; which is it is then told by all of them.
        """
        for row in self._ending_alike(number):
            written = number_in(row["folded"], number)
            if written is None:
                continue
            found = _pointed_out(written)
            if row["source"] == SERVICES:
                yield from self._referred_to(row["row_id"], found)
            else:
                yield from self._hits(row, lambda text: number_in(text, number) is not None, found)

    def _referred_to(self, service_id: str, words: tuple[str, ...]) -> Iterator[Hit]:
        """Whoever may be meant where a service calls: those with an open referral to it."""
        from casectl.core.resources import said

        service = self._service(service_id)
        text = ", ".join([service.name, *said(service, "phone")])
        for row in self.db.rows(
            "SELECT case_id, number, on_day FROM casework WHERE kind = ? AND status = ? "
            "AND json_extract(body, '$.resource') = ? ORDER BY on_day DESC, id DESC",
            (REFERRAL, OPEN, service.number),
        ):
            case = read_cases(self.db, "c.id = ?", (row["case_id"],))[0]
            if case.is_open:
                item = f"{case.number}.{LETTERS[REFERRAL]}{row['number']}"
                yield Hit(case, REFERRAL, item, row["on_day"], text, "service", words=words)

    def services(self, number: str | None) -> list[Resource]:
        """The services with this phone number, those that were retired as well."""
        if number is None or len(number) < FEWEST_DIGITS:
            return []
        from casectl.core.resources import said

        with self.db.snapshot():
            found = [
                self._service(row["row_id"])
                for row in self._ending_alike(number)
                if row["source"] == SERVICES
            ]
        return sorted(
            (each for each in found if any(number_in(p, number) for p in said(each, "phone"))),
            key=lambda each: each.number,
        )

    def _service(self, service_id: str) -> Resource:
        from casectl.store.resources import COLUMNS, resource_of

        row = self.db.one(f"SELECT {COLUMNS} FROM resources WHERE id = ?", (service_id,))
        assert row is not None, "what is searched is a record"
        return resource_of(row)

    def _ending_alike(self, number: str) -> Iterator[Row]:
        first, pair = number[-3], number[-2:]
        ends = [f'"{first}{between}{pair}"' for between in ("", *BETWEEN_PAIRS)]
        yield from self.db.rows(
            "SELECT t.source, t.row_id, t.case_id, t.folded FROM search_index i "
            "JOIN search_texts t ON t.id = i.rowid WHERE search_index MATCH ? "
            "ORDER BY t.row_id DESC",
            (" OR ".join(ends),),
        )

    def _by_ref(self, ref: str) -> Iterator[Hit]:
        """What another system calls the client or the case: as typed, or all capitals or none.

        An index tells at once; one in capitals and small letters the words find.
        """
        written = (ref, ref.upper(), ref.lower())
        for row in self.db.rows("SELECT id FROM clients WHERE external_id IN (?,?,?)", written):
            yield from self._of_client(row["id"], "external_id")
        for case in read_cases(self.db, "c.external_id IN (?,?,?)", written):
            assert case.external_id is not None
            day = case.opened_on.isoformat()
            yield Hit(case, "case", str(case.number), day, case.external_id, "external_id")

    def _by_birth(self, born: Sequence[str]) -> Iterator[Hit]:
        """Clients whose birth date is this one as far as both are known, the exact ones first."""
        for day in born:
            rows = self.db.rows(
                "SELECT id, birth_date FROM clients WHERE birth_date IS NOT NULL "
                "AND (substr(birth_date, 1, length(?1)) = ?1 "
                "OR substr(?1, 1, length(birth_date)) = birth_date) "
                "ORDER BY length(birth_date) DESC, id",
                (day,),
            )
            for row in rows:
                yield from self._of_client(row["id"], "birth_date", (row["birth_date"],))

    def _of_client(self, client_id: str, field: str, words: tuple[str, ...] = ()) -> Iterator[Hit]:
        row = self.db.one("SELECT * FROM clients WHERE id = ?", (client_id,))
        assert row is not None, "it was found a moment ago"
        yield from self._client_hits(row, field, words)

    def _client_hits(self, row: Row, field: str, words: tuple[str, ...]) -> Iterator[Hit]:
        text = str(row[field] or "")
        for case in read_cases(self.db, "c.client_id = ? ORDER BY c.number", (row["id"],)):
            hit = Hit(case, "client", str(case.number), None, text, field, _safely(row))
            yield hit._replace(words=words)

    # -- by words ------------------------------------------------------------------------------

    def _by_words(self, words: Sequence[str], limit: int) -> Iterator[Hit]:
        def holds(text: str) -> bool:
            folded = fold(text)
            return any(word in folded for word in words)

        hits = [
            hit
            for row in self.db.rows(_matching(words), [*_values(words), limit])
            for hit in self._hits(row, holds)
        ]
        named = {hit.case.id for hit in hits if hit.field == "name"}
        # A name is in the handle as well, and saying so twice helps nobody.
        yield from (hit for hit in hits if hit.field != "handle" or hit.case.id not in named)

    def _hits(
        self, found: Row, holds: Callable[[str], bool], words: tuple[str, ...] = ()
    ) -> Iterator[Hit]:
        """The record as hits: one for each case of a client, by the first field that ``holds``.

        A hit is of a case, so what is the worker's own gives none, nor does a jot: once it is
        filed, its words are a note's.
        """
        source: str = found["source"]
        if source in OF_NO_CASE:
            return
        row = self.db.one(f"SELECT * FROM {source} WHERE id = ?", (found["row_id"],))
        assert row is not None, "what is searched is a record"
        names = SEARCHED[source]
        field = next((name for name in names if holds(str(row[name] or ""))), names[0])
        if source == "clients":
            yield from self._client_hits(row, field, words)
            return
        if source == "casework" and row["kind"] == VERSION and field == "body":
            return  # the goals and steps themselves are found
        text = str(row[field] or "")
        case = read_cases(self.db, "c.id = ?", (found["case_id"],))[0]
        if source == "cases":
            hit = Hit(case, "case", str(case.number), row["opened_on"], text, field)
        elif source == "promises":
            item = f"{case.number}.{row['number']}"
            hit = Hit(case, row["kind"], item, row["due_on"], text, field)
        elif source == "casework":
            item = f"{case.number}.{part_name(row['kind'], row['number'])}"
            text = _texts(text) if field == "body" else text
            hit = Hit(case, row["kind"], item, row["on_day"], text, field)
            if row["kind"] in AROUND:
                hit = self._of_a_person(hit, row)
        else:
            item = f"{case.number}.{source[0]}{row['number']}"
            hit = Hit(case, source.removesuffix("s"), item, row["on_day"], text, field)
            superseded = source == "contacts" and self._is_corrected(row["id"])
            hit = hit._replace(superseded=superseded)
        yield hit._replace(words=words)

    def _of_a_person(self, hit: Hit, row: Row) -> Hit:
        """Somebody around a client: who it is, and what stands beside their number."""
        from casectl.core.people import THEIR_CASE, beside

        body = _read(row["body"])
        said = [each for name, each in body.items() if name != THEIR_CASE and isinstance(each, str)]
        client = self.db.one(
            f"SELECT phone, {', '.join(SAFE)} FROM clients WHERE id = ?", (hit.case.client_id,)
        )
        phone, safe = (client["phone"], _safely(client)) if client else (None, None)
        return hit._replace(
            text=" | ".join([row["what"] or "", *said]),
            field="person",
            safe_contact=beside(body, phone, safe),
        )

    def _is_corrected(self, contact_id: str) -> bool:
        return bool(self.db.value("SELECT 1 FROM contacts WHERE corrects = ?", (contact_id,)))


def _texts(body: str) -> str:
    """What a piece of casework says beside its own words, as it can be read."""
    return " | ".join(texts_in(_read(body)))


def _read(body: str) -> dict[str, Any]:
    import json

    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def with_number(db: Database, number: str) -> list[tuple[str, str]]:
    """The clients whose phone number this is, and how it is written there."""
    found = []
    for client_id, phone in db.rows("SELECT id, phone FROM clients WHERE phone IS NOT NULL"):
        written = number_in(phone, number)
        if written is not None:
            found.append((client_id, written))
    return found


def _pointed_out(written: str) -> tuple[str, ...]:
    """Of a number, the longest run of digits: what can be found again in the text."""
    return (max(reversed(written.split()), key=len),)


def _each_once(hits: Iterable[Hit]) -> list[Hit]:
    """The first hit on each record, which says best why."""
    first: dict[tuple[str, str], Hit] = {}
    for hit in hits:
        first.setdefault((hit.source, hit.item), hit)
    return list(first.values())


def _matching(words: Sequence[str]) -> str:
    indexed = [word for word in words if len(word) >= SHORTEST_INDEXED]
    short = " AND instr(t.folded, ?) > 0" * (len(words) - len(indexed))
    if indexed:
        return (
            "SELECT t.source, t.row_id, t.case_id FROM search_index i "
            f"JOIN search_texts t ON t.id = i.rowid WHERE search_index MATCH ?{short} "
            "ORDER BY i.rowid DESC LIMIT ?"
        )
    return (
        f"SELECT t.source, t.row_id, t.case_id FROM search_texts t WHERE 1{short} "
        "ORDER BY t.id DESC LIMIT ?"
    )


def _values(words: Sequence[str]) -> list[Value]:
    indexed = [word for word in words if len(word) >= SHORTEST_INDEXED]
    short: list[Value] = [word for word in words if len(word) < SHORTEST_INDEXED]
    if not indexed:
        return short
    # Each word is one quoted string, so that FTS5's operators are plain text.
    quoted = " AND ".join('"' + word.replace('"', '""') + '"' for word in indexed)
    return [quoted, *short]


def _safely(client: Row) -> str | None:
    return said_safely(*(client[name] for name in SAFE))
