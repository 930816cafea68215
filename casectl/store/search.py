"""Finding text in names, notes, contacts, promises and cases, in any script.

FTS5's trigram index finds any part of a word of three characters or more; shorter ones (a Chinese
family name) are looked for in the folded text itself. Folding happened in Python, in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casectl.core.matching import words_of
from casectl.core.text import fold
from casectl.core.views import Hit
from casectl.store.connection import Database, Row, Value
from casectl.store.derived import SEARCHED
from casectl.store.rows import read_cases

SHORTEST_INDEXED = 3


class Search:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, text: str, limit: int) -> list[Hit]:
        """Records that hold every word of ``text``: names first, then the newest records.

        Nothing in ``text`` is an operator; a word matches inside longer ones.
        """
        words = words_of(text)
        if not words:
            return []
        rows = self.db.rows(_matching(words), [*_values(words), limit])
        hits = [hit for row in rows for hit in self._hits(row, words)]
        named = {hit.case.id for hit in hits if hit.field == "name"}
        # A name is in the handle as well, and saying so twice helps nobody.
        hits = [hit for hit in hits if hit.field != "handle" or hit.case.id not in named]
        hits.sort(key=_names_first)
        return hits[:limit]

    def _hits(self, found: Row, words: Sequence[str]) -> Iterator[Hit]:
        source: str = found["source"]
        row = self.db.one(f"SELECT * FROM {source} WHERE id = ?", (found["row_id"],))
        assert row is not None, "what is searched is a record"
        field = _field(source, row, words)
        text = str(row[field] or "")
        if source == "clients":
            for case in read_cases(self.db, "c.client_id = ? ORDER BY c.number", (row["id"],)):
                item = str(case.number)
                yield Hit(case, "client", item, None, text, field, row["safe_contact"])
            return
        case = read_cases(self.db, "c.id = ?", (found["case_id"],))[0]
        if source == "cases":
            yield Hit(case, "case", str(case.number), row["opened_on"], text, field)
        elif source == "promises":
            item = f"{case.number}.{row['number']}"
            yield Hit(case, row["kind"], item, row["due_on"], text, field)
        else:
            item = f"{case.number}.{source[0]}{row['number']}"
            hit = Hit(case, source.removesuffix("s"), item, row["on_day"], text, field)
            yield hit._replace(superseded=source == "contacts" and self._is_corrected(row["id"]))

    def _is_corrected(self, contact_id: str) -> bool:
        return bool(self.db.value("SELECT 1 FROM contacts WHERE corrects = ?", (contact_id,)))


def _names_first(hit: Hit) -> tuple[bool, bool]:
    return hit.field != "name", hit.field == "name" and not hit.case.is_open


def _field(source: str, row: Row, words: Sequence[str]) -> str:
    """The first field that holds one of the words."""
    names = SEARCHED[source]
    for name in names:
        folded = fold(str(row[name] or ""))
        if any(word in folded for word in words):
            return name
    return names[0]


def _matching(words: list[str]) -> str:
    indexed = [word for word in words if len(word) >= SHORTEST_INDEXED]
    short = " AND instr(t.folded, ?) > 0" * (len(words) - len(indexed))
    if indexed:
        return (
            "SELECT t.source, t.row_id, t.case_id FROM search_index i "
            f"JOIN search_texts t ON t.id = i.rowid WHERE search_index MATCH ?{short} "
            "ORDER BY t.source = 'clients' DESC, t.row_id DESC LIMIT ?"
        )
    return (
        f"SELECT t.source, t.row_id, t.case_id FROM search_texts t WHERE 1{short} "
        "ORDER BY t.source = 'clients' DESC, t.row_id DESC LIMIT ?"
    )


def _values(words: list[str]) -> list[Value]:
    indexed = [word for word in words if len(word) >= SHORTEST_INDEXED]
    short: list[Value] = [word for word in words if len(word) < SHORTEST_INDEXED]
    if not indexed:
        return short
    # Each word is one quoted string, so that FTS5's operators are plain text.
    quoted = " AND ".join('"' + word.replace('"', '""') + '"' for word in indexed)
    return [quoted, *short]
