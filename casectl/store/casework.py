"""Casework on file: assessments, needs, goals, steps and the rest, all in one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from casectl.core.casework import DONE, LETTERS, NEED, OPEN, PAST, PLANNED, UNAVAILABLE, Piece
from casectl.core.errors import BadValue, NotFound
from casectl.core.facts import known_of, lacking
from casectl.core.model import ASSESSING, KNOWABLE, Case, assessment_draft
from casectl.core.views import Draft
from casectl.store import derived
from casectl.store.connection import Database, Row, Value
from casectl.store.journal import Journal, Operation
from casectl.store.rows import (
    CHUNK,
    CLIENT_COLUMNS,
    client_of,
    iso,
    marks,
    read_cases,
    readable_days,
)

COLUMNS = ", ".join(Piece._fields)
OF_PIECE = ", ".join(f"w.{name}" for name in Piece._fields)
DAYS = ("on_day", "due_on", "ended_on")


class Casework:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def of(self, case: Case, *kinds: str, only_open: bool = False) -> list[Piece]:
        """The pieces of these kinds, or of every kind, in the order they were made."""
        return self.of_id(case.id, *kinds, only_open=only_open)

    def of_id(self, case_id: str, *kinds: str, only_open: bool = False) -> list[Piece]:
        where, values = "case_id = ?", [case_id]
        if kinds:
            where += f" AND kind IN ({', '.join('?' * len(kinds))})"
            values += kinds
        if only_open:
            where += f" AND status = '{OPEN}'"
        rows = self.db.rows(
            f"SELECT {COLUMNS} FROM casework WHERE {where} ORDER BY on_day, kind, number", values
        )
        return [piece_of(row) for row in rows]

    def numbered(self, case: Case, kind: str, number: int) -> Piece | None:
        row = self.db.one(
            f"SELECT {COLUMNS} FROM casework WHERE case_id = ? AND kind = ? AND number = ?",
            (case.id, kind, number),
        )
        return piece_of(row) if row else None

    def last(self, case: Case, kind: str, domain: str | None = None) -> Piece | None:
        """The newest of a kind, of one domain or instrument where that is named."""
        where, values = "case_id = ? AND kind = ?", [case.id, kind]
        if domain is not None:
            where, values = f"{where} AND domain = ?", [*values, domain]
        row = self.db.one(
            f"SELECT {COLUMNS} FROM casework WHERE {where} ORDER BY on_day DESC, number DESC "
            "LIMIT 1",
            values,
        )
        return piece_of(row) if row else None

    # -- a sitting that was interrupted --------------------------------------------------------

    def draft(self, case: Case, part: str) -> dict[str, Any] | None:
        """What was kept of an assessment that was begun, or of a questionnaire (its name).

        None where none was.
        """
        kept: dict[str, Any] | None = self._draft(case).get(part)
        return kept

    def keep_draft(self, case: Case, part: str, answers: Mapping[str, Any]) -> None:
        """Keep the answers given so far. Its first day stays: that is what it lapses by."""
        with self.db.transaction():
            self._write_draft(case, {**self._draft(case), part: answers})

    def drop_draft(self, case: Case, part: str | None = None) -> None:
        """Forget a part of what was begun, or all of it."""
        with self.db.transaction():
            if part is None:
                self._write_draft(case, {})
            else:
                self.forget_draft(case, part)

    def forget_draft(self, case: Case, part: str) -> None:
        """The same within an operation, which did what was begun."""
        kept = self._draft(case)
        if kept.pop(part, None) is not None:
            self._write_draft(case, kept)

    def drafts(self, case: Case | None = None) -> list[Draft]:
        """What was begun and not finished, of one case or of all, the oldest first."""
        rows = self.db.rows(
            "SELECT name, body, substr(updated_at, 1, 10) FROM drafts "
            "WHERE substr(name, 1, ?) = ? ORDER BY updated_at, name",
            (len(ASSESSING), ASSESSING),
        )
        found = []
        for name, body, day in map(tuple, rows):
            key = name.removeprefix(ASSESSING)
            if case is None or case.id == key:
                found += [
                    Draft(each, date.fromisoformat(day), _parts(body))
                    for each in read_cases(self.db, "c.id = ?", (key,))
                ]
        return found

    def _draft(self, case: Case) -> dict[str, Any]:
        body = self.db.value("SELECT body FROM drafts WHERE name = ?", (assessment_draft(case.id),))
        return _parts(body)

    def _write_draft(self, case: Case, kept: Mapping[str, Any]) -> None:
        name = assessment_draft(case.id)
        if kept:
            self.db.execute(
                "INSERT INTO drafts (name, body, updated_at) VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET body = excluded.body",
                (name, body_json(kept), self.journal.author.day),
            )
        else:
            self.db.execute("DELETE FROM drafts WHERE name = ?", (name,))
        derived.refresh_facts(self.db, [case.id])


# -- inside an operation ---------------------------------------------------------------------------


def add(operation: Operation, piece: Piece) -> Piece:
    """Add a piece; its key, number, moment and worker are given here."""
    author = operation.author
    row = {
        **piece._asdict(),
        "id": None,
        "number": operation.next_number(f"{piece.case_id}.{piece.kind}"),
        "recorded_at": author.moment,
        "worker": author.worker,
        "body": body_json(piece.body),
        **{name: iso(getattr(piece, name)) for name in DAYS},
    }
    return read(operation.db, operation.insert("casework", row))


def change(operation: Operation, piece: Piece, **values: Any) -> Piece:
    """Change named fields of a piece that still stands as it was read. Raises BadValue if not."""
    if read(operation.db, piece.id) != piece:
        raise BadValue(
            "that has just been changed by another command",
            hint="casectl show shows how it stands",
        )
    columns: dict[str, Value] = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if name != "body"
    }
    if "body" in values:
        columns["body"] = body_json(values["body"])
    operation.update("casework", piece.id, **columns)
    return read(operation.db, piece.id)


def say_unavailable(
    operation: Operation, case: Case, facts: Iterable[str], reason: str | None
) -> None:
    """That these facts cannot be had, each in a piece of its own."""
    day = date.fromisoformat(operation.author.day)
    for fact in facts:
        add(operation, Piece("", case.id, UNAVAILABLE, 0, day, reason, stage=fact))


def end_unavailable(operation: Operation, case: Case, facts: Iterable[str]) -> None:
    """These facts were given, or cleared: what was said of one holds no longer."""
    of = set(facts)
    for row in operation.db.rows(
        f"SELECT {COLUMNS} FROM casework WHERE case_id = ? AND kind = '{UNAVAILABLE}' "
        f"AND status = '{OPEN}'",
        (case.id,),
    ):
        if row["stage"] in of:
            change(operation, piece_of(row), status=DONE, ended_on=operation.author.day)


def end_known(operation: Operation) -> None:
    """End what was said to be not available of the cases just changed, where it is known now.

    By whichever door it came: another case of the same client, a merge, a file, a need.
    """
    db, stated = operation.db, f"w.kind = '{UNAVAILABLE}' AND w.status = '{OPEN}'"
    for column, keys in (("id", operation.cases), ("client_id", operation.clients)):
        of = sorted(keys)
        for start in range(0, len(of), CHUNK):
            chunk = of[start : start + CHUNK]
            for row in db.rows(
                f"SELECT {OF_PIECE} FROM cases c CROSS JOIN casework w ON w.case_id = c.id "
                f"WHERE c.{column} IN ({marks(chunk)}) AND {stated}",
                chunk,
            ):
                piece = piece_of(row)
                if piece.stage in _known(db, piece.case_id):
                    change(operation, piece, status=DONE, ended_on=operation.author.day)


def _known(db: Database, case_id: str) -> list[str]:
    (case,) = read_cases(db, "c.id = ?", (case_id,))
    client = db.one(f"SELECT {CLIENT_COLUMNS} FROM clients WHERE id = ?", (case.client_id,))
    assert client is not None, "a case has its client"
    stands = db.value(
        f"SELECT 1 FROM casework WHERE case_id = ? AND kind = '{NEED}' "
        f"AND status IN ('{OPEN}', '{PLANNED}')",
        (case_id,),
    )
    unknown = lacking(known_of(case, client_of(client), need_stands=bool(stands)))
    return [fact for fact in KNOWABLE if fact not in unknown]


def replace(operation: Operation, piece: Piece) -> Piece:
    """Add a piece in the place of the open one of its kind and domain, which is past from now on.

    So the engine reads one piece of each risk and each instrument, however many there were.
    """
    for row in operation.db.rows(
        f"SELECT {COLUMNS} FROM casework WHERE case_id = ? AND kind = ? AND domain IS ? "
        f"AND status = '{OPEN}'",
        (piece.case_id, piece.kind, piece.domain),
    ):
        change(operation, piece_of(row), status=PAST, ended_on=piece.on_day)
    return add(operation, piece)


def read(db: Database, piece_id: str) -> Piece:
    row = db.one(f"SELECT {COLUMNS} FROM casework WHERE id = ?", (piece_id,))
    if row is None:
        raise NotFound("that is no longer on file")
    return piece_of(row)


def piece_of(row: Row) -> Piece:
    values = dict(zip(Piece._fields, tuple(row), strict=True))
    with readable_days():
        for name in DAYS:
            values[name] = values[name] and date.fromisoformat(values[name])
        values["body"] = read_json(values["body"])
    if values["kind"] not in LETTERS:
        from casectl.core.foreign import Foreign

        return Foreign(**values)
    return Piece(**values)


def _parts(body: str | None) -> dict[str, Any]:
    """The parts of a draft; one that cannot be read is as good as none."""
    try:
        kept = read_json(body or "{}")
    except ValueError:
        return {}
    if not isinstance(kept, dict):
        return {}
    return {part: answers for part, answers in kept.items() if isinstance(answers, dict)}


# JSON is loaded where there is some: a case without any body is shown without it.


def body_json(value: Mapping[str, Any]) -> str:
    if not value:
        return "{}"
    import json

    return json.dumps(value, ensure_ascii=False)


def read_json(text: str) -> Any:
    if text == "{}":
        return {}
    import json

    return json.loads(text)
