"""Finding text in names, notes, contacts, promises and cases, in any script.

FTS5's trigram index finds any part of a word of three characters or more; shorter ones (a Chinese
family name) are looked for in the folded text itself. Folding happened in Python, in both.
"""

from __future__ import annotations

from casectl.core.text import fold
from casectl.core.views import Hit
from casectl.store.connection import Database, Value
from casectl.store.rows import read_cases

SHORTEST_INDEXED = 3


class Search:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, text: str, limit: int) -> list[Hit]:
        """Records whose text holds every word of ``text``, open cases and newest records first."""
        words = fold(text).split()
        if not words:
            return []
        rows = self.db.rows(_matching(words), [*_values(words), limit])
        hits = []
        for row in rows:
            hits += self._hits(row["source"], row["row_id"], row["case_id"])
        hits.sort(key=lambda hit: not hit.case.is_open)
        return hits[:limit]

    def _hits(self, source: str, row_id: str, case_id: str | None) -> list[Hit]:
        if source == "clients":
            cases = read_cases(self.db, "c.client_id = ? ORDER BY c.number", (row_id,))
            return [Hit(case, "client", str(case.number), None, case.client) for case in cases]
        case = read_cases(self.db, "c.id = ?", (case_id,))[0]
        if source == "cases":
            words = (case.program, case.need, case.referred_by, case.external_id, case.close_reason)
            text = " · ".join(word for word in words if word) or case.handle
            return [Hit(case, "case", str(case.number), case.opened_on.isoformat(), text)]
        row = self.db.one(f"SELECT * FROM {source} WHERE id = ?", (row_id,))
        if row is None:
            return []
        if source == "promises":
            text = " · ".join(
                row[name] for name in ("what", "waiting_on", "place", "outcome") if row[name]
            )
            return [Hit(case, row["kind"], f"{case.number}.{row['number']}", row["due_on"], text)]
        letter = "c" if source == "contacts" else "n"
        item = f"{case.number}.{letter}{row['number']}"
        return [Hit(case, source.removesuffix("s"), item, row["on_day"], row["text"] or "")]


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
