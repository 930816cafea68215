"""The days on which the morning's list was seen, and what others did to the record since.

Outside the journal: that somebody looked is no change of anything. It is written once a day, after
the list is out, and where it cannot be written nobody hears of it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

from casectl.core.errors import Busy, CasectlError
from casectl.core.model import JOT_DRAFT
from casectl.core.values import NamedTuple
from casectl.store.connection import Database
from casectl.store.rows import marks, read_cases

if TYPE_CHECKING:
    from casectl.core.model import Author, Case

# Of the cases that others took in; a file may hold a hundred thousand.
MOST = 100
SECONDS = 0.2  # that a person waits behind the list for another program
OPENED = "{0}.table_name = 'cases' AND {0}.before IS NULL AND {0}.after IS NOT NULL"


class Seen(NamedTuple):
    """The last morning before today, and whether today's was seen already."""

    since: date | None
    at: str  # ISO, UTC; "" where there was none
    today: bool

    @property
    def since_day(self) -> str:
        """ISO."""
        return self.since.isoformat() if self.since is not None else ""


class Mornings:
    # CROSS JOIN keeps SQLite's order: the operations since then first, and never the whole journal.

    def __init__(self, db: Database, author: Author) -> None:
        self.db = db
        self.author = author

    def seen(self, today: date) -> Seen:
        day = today.isoformat()
        rows = self.db.rows(
            "SELECT day, at FROM mornings WHERE day <= ? ORDER BY day DESC LIMIT 2", (day,)
        )
        is_today = bool(rows) and rows[0]["day"] == day
        before = rows[is_today:]
        if not before:
            return Seen(None, "", is_today)
        return Seen(date.fromisoformat(before[0]["day"]), before[0]["at"], is_today)

    def see(self, today: date) -> None:
        """Remember that today's was seen. Never an error, and hardly a wait."""
        from casectl.store.turn import turn

        if self.db.why_read_only() is not None:
            return
        with (
            suppress(CasectlError),
            turn(self.db.path, SECONDS, Busy("another program writes")),
            self.db.translated_errors(),
        ):
            # By the driver, which waits half a second for another program and not half a minute.
            self.db.connection.execute(
                "INSERT INTO mornings (day, at) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (today.isoformat(), self.author.moment),
            )

    def taken_in(self, seen: Seen) -> list[Case]:
        """The cases that others opened since the last morning, or that came many at once."""
        ids = [
            row[0]
            for row in self.db.rows(
                "SELECT x.row_id FROM operations o CROSS JOIN changes x ON x.operation_id = o.id "
                "WHERE o.day >= ? AND o.at >= ? AND o.undoes IS NULL "
                f"AND {OPENED.format('x')} AND (o.worker <> ? OR EXISTS (SELECT 1 FROM changes y "
                f"WHERE y.operation_id = o.id AND y.row_id <> x.row_id AND {OPENED.format('y')})) "
                "LIMIT ?",
                (seen.since_day, seen.at, self.author.worker, MOST + 1),
            )
        ]
        return read_cases(self.db, f"c.id IN ({marks(ids)})", ids) if ids else []

    def unfiled_jots(self) -> int:
        """As ``Jots.count``, without what writes them."""
        return int(self.db.value("SELECT count(*) FROM jots WHERE filed_as IS NULL"))

    def is_jot_begun(self) -> bool:
        return self.db.value("SELECT 1 FROM drafts WHERE name = ?", (JOT_DRAFT,)) is not None

    def brought_back(self, seen: Seen) -> set[str]:
        """The items that an undo has opened again since then, by name."""
        return {
            f"{row[0]}.{row[1]}"
            for row in self.db.rows(
                "SELECT c.number, p.number FROM operations o "
                "CROSS JOIN changes x ON x.operation_id = o.id AND x.table_name = 'promises' "
                "JOIN promises p ON p.id = x.row_id JOIN cases c ON c.id = p.case_id "
                "WHERE o.day >= ? AND o.at >= ? AND o.undoes IS NOT NULL AND p.status = 'open' "
                "AND json_extract(x.before, '$.status') <> 'open' "
                "AND json_extract(x.after, '$.status') = 'open' LIMIT ?",
                (seen.since_day, seen.at, MOST),
            )
        }
