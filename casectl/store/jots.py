"""What was jotted down and belongs to no case yet, until it is filed as a note."""

from __future__ import annotations

from casectl.core.errors import BadValue
from casectl.core.model import Case, Jot, Note
from casectl.store.connection import Database
from casectl.store.journal import Journal
from casectl.store.rows import JOT_COLUMNS, NOTE_COLUMNS, jot_of, note_of, read_cases

COUNTER = "jot"
UNFILED = "filed_as IS NULL"


class Jots:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def add(self, text: str) -> Jot:
        author = self.journal.author
        with self.journal.operation("jot") as operation:
            number = operation.next_number(COUNTER)
            operation.insert(
                "jots",
                {
                    "number": number,
                    "text": text,
                    "on_day": author.day,
                    "recorded_at": author.moment,
                    "worker": author.worker,
                },
            )
        made = self.numbered(number)
        assert made is not None
        return made

    def unfiled(self) -> list[Jot]:
        """The oldest first."""
        return [
            jot_of(row)
            for row in self.db.rows(
                f"SELECT {JOT_COLUMNS} FROM jots WHERE {UNFILED} ORDER BY number"
            )
        ]

    def count(self) -> int:
        """How many are not filed."""
        return int(self.db.value(f"SELECT count(*) FROM jots WHERE {UNFILED}"))

    def numbered(self, number: int) -> Jot | None:
        row = self.db.one(f"SELECT {JOT_COLUMNS} FROM jots WHERE number = ?", (number,))
        return jot_of(row) if row else None

    def case_of(self, jot: Jot) -> Case:
        """The case that it is filed to."""
        return read_cases(self.db, "c.id = ?", (jot.case_id,))[0]

    def file(self, jot: Jot, case: Case) -> Note:
        """Make it a note of the case, on the day that it was jotted down; the jot keeps where."""
        with self.journal.operation("file") as operation:
            self._check_unfiled(jot)
            note = operation.add_note(case.id, jot.text, jot.on_day.isoformat())
            operation.update("jots", jot.id, filed_as=note, case_id=case.id)
        row = self.db.one(f"SELECT {NOTE_COLUMNS} FROM notes WHERE id = ?", (note,))
        assert row is not None
        return note_of(row)

    def drop(self, jot: Jot) -> None:
        with self.journal.operation("drop") as operation:
            self._check_unfiled(jot)
            operation.delete("jots", jot.id)

    def _check_unfiled(self, jot: Jot) -> None:
        """Somebody may have filed it since it was read; from here on nobody else writes."""
        now = self.numbered(jot.number)
        if now is None or now.filed_as is not None:
            raise BadValue(
                f"jot {jot.number} was filed meanwhile", hint="casectl jots lists others"
            )
