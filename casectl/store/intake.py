"""Taking clients in, one or many."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from casectl.core.intake import Settle
from casectl.core.model import Case, Load
from casectl.core.text import name_key
from casectl.store.bulk import Loaded, Loader, write
from casectl.store.connection import Database
from casectl.store.journal import Journal
from casectl.store.rows import read_cases


class Intake:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def take_in(self, load: Load) -> Case:
        """Write one arrival, and forget the draft it was typed as, in one operation."""
        from casectl.store.covering import check_new

        with self.journal.operation("intake") as operation:
            if load.same_client is not None:
                check_new(self.db, load.same_client)
            number = write(operation, [load]).last
            self._forget_draft("intake")
        return read_cases(self.db, "c.number = ?", (number,))[0]

    def possible_duplicates(
        self, name: str, birth_date: str | None, external_id: str | None = None
    ) -> list[Case]:
        """Cases of people with the same name (and no other birth date), or the same id."""
        return read_cases(
            self.db,
            "(k.folded = ? AND (k.birth_date IS NULL OR ?2 IS NULL "
            "OR substr(k.birth_date, 1, length(?2)) = ?2 "
            "OR substr(?2, 1, length(k.birth_date)) = k.birth_date)) "
            "OR (?3 IS NOT NULL AND (k.external_id = ?3 OR c.external_id = ?3)) "
            "ORDER BY c.status = 'closed', c.number LIMIT 20",
            (name_key(name), birth_date, external_id),
        )

    def load_many(
        self,
        loads: Iterable[Load],
        *,
        command: str = "intake",
        settle: Settle | None = None,
        namesakes: bool = True,
        approve: Callable[[], None] | None = None,
    ) -> Loaded:
        """Write any number of arrivals in one operation, in batches; see ``Loader.load``."""
        loader = Loader(self.db, self.journal)
        return loader.load(
            loads, command=command, settle=settle, namesakes=namesakes, approve=approve
        )

    def alike(self, first: int, last: int, most: int) -> list[tuple[int, int]]:
        """Pairs of cases of two people whose whole birth date and phone agree, ``most`` at most.

        The later of the two was taken in as ``first`` to ``last``; the earlier may be older.
        """
        return [
            (row[0], row[1])
            for row in self.db.rows(
                "SELECT min(number), max(number) FROM "
                "(SELECT k.id, k.birth_date, k.phone, min(c.number) AS number "
                "FROM clients k JOIN cases c ON c.client_id = k.id "
                "WHERE length(k.birth_date) = 10 AND k.phone IS NOT NULL GROUP BY k.id) "
                "GROUP BY birth_date, phone HAVING count(*) > 1 AND max(number) BETWEEN ? AND ? "
                "ORDER BY 1 LIMIT ?",
                (first, last, most),
            )
        ]

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

    def may_keep(self, name: str) -> bool:
        """Whether the case that a draft is of is still there: one that was erased left nothing."""
        key = name.partition(":")[2]
        return not key or self.db.value("SELECT 1 FROM cases WHERE id = ?", (key,)) is not None

    def drop_draft(self, name: str) -> None:
        with self.db.transaction():
            self._forget_draft(name)

    def _forget_draft(self, name: str) -> None:
        self.db.execute("DELETE FROM drafts WHERE name = ?", (name,))
