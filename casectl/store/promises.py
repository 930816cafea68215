"""Follow-ups, deadlines and appointments: making them, ending them, moving them.

The worker's own work too, which is promised to nobody and stands in a table of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from casectl.core.errors import BadValue
from casectl.core.model import CANCELLED, ME, OPEN, Case, Promise
from casectl.core.views import Ended
from casectl.store.connection import Database, Value
from casectl.store.journal import Journal, Operation
from casectl.store.rows import (
    NOT_OWN,
    OWN_COLUMNS,
    PROMISE_COLUMNS,
    columns_of,
    marks,
    promise_of,
    read_cases,
)


class Promises:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def numbered(self, case: Case, number: int) -> Promise | None:
        where, values = _of(case)
        row = self.db.one(f"SELECT {where} AND number = ?", [*values, number])
        return promise_of(row) if row else None

    def open_of(self, case: Case, kind: str | None = None) -> list[Promise]:
        where, values = _of(case)
        rows = self.db.rows(f"SELECT {where} AND status = 'open' ORDER BY due_on, number", values)
        return [promise for promise in map(promise_of, rows) if kind in (None, promise.kind)]

    def own(self) -> list[Promise]:
        """All of the worker's own work: what is open by its day, then what ended, newest first."""
        rows = self.db.rows(
            f"SELECT {OWN_COLUMNS} FROM own_work ORDER BY status <> 'open', "
            "iif(status = 'open', due_on, NULL), ended_on DESC, number"
        )
        return list(map(promise_of, rows))

    def others_on(self, promise: Promise) -> int:
        """How many other open promises fall on its day; a held case's follow-ups are paused.

        Own work counts as well: it takes of the same hours. Reads the index of open promises, a
        millisecond for 11,000 of them.
        """
        return int(
            self.db.value(
                "SELECT (SELECT count(*) FROM promises p JOIN cases c ON c.id = p.case_id "
                "WHERE p.status = 'open' AND p.due_on = ?1 AND p.id <> ?2 "
                "AND c.status <> 'closed' AND (c.status <> 'on_hold' OR p.kind <> 'follow_up')) "
                "+ (SELECT count(*) FROM own_work "
                "WHERE status = 'open' AND due_on = ?1 AND id <> ?2)",
                (promise.due_on.isoformat(), promise.id),
            )
        )

    def appointments_on(self, day: date) -> list[tuple[Case, Promise]]:
        """The open ones of that day with an hour, whoever's they are, by the hour."""
        rows = self.db.rows(
            f"SELECT {PROMISE_COLUMNS} FROM promises WHERE status = 'open' AND due_on = ? "
            "AND kind = 'appointment' AND due_time IS NOT NULL ORDER BY due_time, number",
            (day.isoformat(),),
        )
        found = list(map(promise_of, rows))
        cases = {each.id: each for each in self._open_cases(found)}
        return [(cases[each.case_id], each) for each in found if each.case_id in cases]

    def _open_cases(self, promises: Sequence[Promise]) -> list[Case]:
        ids = list({each.case_id for each in promises})
        if not ids:
            return []
        return read_cases(self.db, f"c.status <> 'closed' AND c.id IN ({marks(ids)})", ids)

    def make(self, case: Case, promise: Promise, command: str) -> Promise:
        """Add a promise; its key, number and day made are given here."""
        with self.journal.operation(command) as operation:
            return add_promise(operation, case.id, promise)

    def end(
        self,
        promises: Sequence[Promise],
        status: str,
        *,
        outcome: str | None,
        command: str,
        on: date | None = None,
        again: Promise | None = None,
    ) -> list[Ended]:
        """End open promises in one operation. A repeating one makes its next; ``again`` adds one.

        Raises BadValue when one has ended already, and then ends none.
        """
        with self.journal.operation(command) as operation:
            return [
                end_promise(operation, self.db, promise, status, outcome, again, on)
                for promise in promises
            ]

    def snooze(
        self, promises: Sequence[Promise], until: date, time: str | None, reason: str
    ) -> list[Promise]:
        """A new day for follow-ups; the first one is kept, and the count grows."""
        with self.journal.operation("snooze") as operation:
            return [
                move_promise(operation, self.db, promise, until, time, reason)
                for promise in promises
            ]

    def cancel(self, promises: Sequence[Promise], reason: str) -> list[Promise]:
        """Cancel with a reason; a repeating one ends with it."""
        with self.journal.operation("cancel") as operation:
            return [cancel_promise(operation, self.db, promise, reason) for promise in promises]


def _table(case_id: str) -> str:
    return "own_work" if case_id == ME.id else "promises"


def _of(case: Case) -> tuple[str, list[Value]]:
    """What follows SELECT to read the promises of a case, or one's own work, and its values."""
    if case == ME:
        return f"{OWN_COLUMNS} FROM own_work WHERE 1", []
    return f"{PROMISE_COLUMNS} FROM promises WHERE case_id = ?", [case.id]


def _read(db: Database, case_id: str, promise_id: str) -> Promise:
    columns = OWN_COLUMNS if case_id == ME.id else PROMISE_COLUMNS
    row = db.one(f"SELECT {columns} FROM {_table(case_id)} WHERE id = ?", (promise_id,))
    assert row is not None, "a promise is only removed by undo"
    return promise_of(row)


def check_open(db: Database, promise: Promise) -> None:
    """Refuse to end what another command ended meanwhile."""
    current = _read(db, promise.case_id, promise.id)
    if current.status != OPEN:
        when = f" on {current.ended_on.isoformat()}" if current.ended_on else ""
        raise BadValue(f"that is {current.status} already{when}", hint="casectl undo takes it back")


def add_promise(operation: Operation, case_id: str, promise: Promise) -> Promise:
    own = case_id == ME.id
    row = columns_of(promise, leave=NOT_OWN if own else ())
    row["id"] = None
    if not own:
        row["case_id"] = case_id
    row["number"] = operation.next_number(ME.id if own else f"{case_id}.p")
    row["made_on"] = operation.author.day
    return _read(operation.db, case_id, operation.insert(_table(case_id), row))


def move_promise(
    operation: Operation, db: Database, promise: Promise, until: date, time: str | None, reason: str
) -> Promise:
    """A new day for a follow-up; the first one is kept, and the count grows."""
    check_open(db, promise)
    operation.update(
        _table(promise.case_id),
        promise.id,
        due_on=until.isoformat(),
        due_time=time,
        first_due_on=(promise.first_due_on or promise.due_on).isoformat(),
        snoozes=promise.snoozes + 1,
        snooze_reason=reason,
    )
    return _read(db, promise.case_id, promise.id)


def cancel_promise(operation: Operation, db: Database, promise: Promise, reason: str) -> Promise:
    check_open(db, promise)
    operation.update(
        _table(promise.case_id),
        promise.id,
        status=CANCELLED,
        ended_on=operation.author.day,
        outcome=reason,
    )
    return _read(db, promise.case_id, promise.id)


def end_promise(
    operation: Operation,
    db: Database,
    promise: Promise,
    status: str,
    outcome: str | None,
    again: Promise | None = None,
    on: date | None = None,
) -> Ended:
    check_open(db, promise)
    ended_on = on.isoformat() if on else operation.author.day
    table = _table(promise.case_id)
    operation.update(table, promise.id, status=status, ended_on=ended_on, outcome=outcome)
    following = again or _next_of_series(promise, date.fromisoformat(operation.author.day))
    made = add_promise(operation, promise.case_id, following) if following else None
    return Ended(_read(db, promise.case_id, promise.id), made)


def _next_of_series(promise: Promise, today: date) -> Promise | None:
    """The next occurrence after both its day and today; None when it never repeats or has ended."""
    if not promise.repeats:
        return None
    from casectl.core.recurrence import next_after

    first = promise.repeats_from or promise.first_due_on or promise.due_on
    due = next_after(promise.repeats, first, max(promise.due_on, today))
    if due is None:
        return None
    return promise._replace(
        due_on=due,
        first_due_on=None,
        snoozes=0,
        snooze_reason=None,
        repeats_from=first,
        status=OPEN,
        ended_on=None,
        outcome=None,
    )
