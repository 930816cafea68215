"""Ending a service: the notice, what is prepared for it, the closing itself, and the call after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from casectl.core.casework import (
    AFTERCARE,
    CLOSING,
    DONE,
    DROPPED,
    GOAL,
    NOTICE,
    OPEN,
    SIGN_OFF,
    Piece,
)
from casectl.core.errors import BadValue
from casectl.core.model import CLOSED, Case, Contact
from casectl.store.casework import COLUMNS, add, change, piece_of
from casectl.store.connection import Database
from casectl.store.journal import Journal, Operation
from casectl.store.rows import read_cases

if TYPE_CHECKING:
    from casectl.core.closing import Ending
    from casectl.core.duplicates import Carried

# With whom a contact after the end is the call that is owed.
WITH_THE_CLIENT = ("client", "guardian")


class Closings:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def give_notice(
        self, case: Case, on: date, until: date, reason: str | None, body: Mapping[str, Any]
    ) -> Piece:
        """Written notice was given ``on`` a day; the closing is due when it ends."""
        with self.journal.operation("close") as operation:
            _check_same(operation, case)
            return _keep(
                operation, case, on_day=on, stage=NOTICE, due_on=until, what=reason, body=body
            )

    def give_sheet(self, case: Case, on: date) -> Piece:
        """The client was given the sheet of what goes on and whom to ask."""
        from casectl.core.closing import SHEET

        with self.journal.operation("close") as operation:
            _check_same(operation, case)
            before = _under_way(operation, case)
            stage = before.stage if before is not None else SHEET
            return _keep(operation, case, stage=stage, body={"sheet_on": on.isoformat()})

    def await_sign_off(self, case: Case, on: date, reason: str, body: Mapping[str, Any]) -> Piece:
        """Everything else is there: from ``on`` the case owes its sign-off."""
        from casectl.core.closing import waits_body

        with self.journal.operation("close") as operation:
            _check_same(operation, case)
            author = operation.author
            counted = (_last_number(self.db, case, each) for each in (CONTACTS, SCREENINGS))
            whole = {**body, "waits": waits_body(case, author.moment, author.day, *counted)}
            return _keep(operation, case, stage=SIGN_OFF, due_on=on, what=reason, body=whole)

    def take_back(self, case: Case, closing: Piece, reason: str, on: date) -> Piece:
        with self.journal.operation("close") as operation:
            _check_same(operation, case)
            return change(operation, closing, status=DROPPED, ended_on=on, outcome=reason)

    def end(self, case: Case, ending: Ending) -> tuple[Case, Piece | None, Piece | None]:
        """Close the case: as it is now, its closing, and the call that is owed from now on.

        A referral that is declined leaves neither. What was promised stays on file.
        """
        with self.journal.operation("close") as operation:
            closing, aftercare = end_service(operation, case, ending)
        return read_cases(self.db, "c.id = ?", (case.id,))[0], closing, aftercare

    def end_duplicate(
        self, case: Case, ending: Ending, into: Case
    ) -> tuple[Case, Piece | None, list[Carried]]:
        """Close a second record of one service; what is open of it goes on in ``into``."""
        from casectl.store.covering import BOTH, check_cases
        from casectl.store.duplicates import carry_over

        with self.journal.operation("close") as operation:
            check_cases(self.db, (case, into), BOTH)
            check_no_death(self.db, case, into)
            carried = carry_over(operation, case, into, ending.on)
            if ending.body:
                told = {each.item: each.now for each in carried}
                body = {**ending.body, "into": into.number, "carried": told}
                ending = ending._replace(body=body)
            closing, _ = end_service(operation, case, ending)
        return read_cases(self.db, "c.id = ?", (case.id,))[0], closing, carried

    def check_no_death(self, *cases: Case) -> None:
        """Raise BadValue where a closing as died of one of these cases waits for its sign-off."""
        check_no_death(self.db, *cases)

    def deaths(self, cases: Iterable[Case]) -> dict[str, Piece]:
        """Of these cases, by their keys, the closings as died that wait for their sign-off."""
        found = {each.id: _death_of(self.db, each) for each in cases}
        return {key: piece for key, piece in found.items() if piece is not None}

    def drop_aftercare(self, piece: Piece, reason: str, on: date) -> Piece:
        """No call is made after all, with the reason."""
        with self.journal.operation("cancel") as operation:
            if piece.status != OPEN:
                raise BadValue(f"that is {piece.status} already")
            return change(operation, piece, status=DROPPED, ended_on=on, outcome=reason)


# -- inside an operation ---------------------------------------------------------------------------


def check_no_death(db: Database, *cases: Case) -> None:
    from casectl.core.closing import death_refused

    for case in cases:
        closing = _death_of(db, case)
        if closing is not None:
            raise death_refused(case, closing)


CONTACTS = "SELECT max(number) FROM contacts WHERE case_id = ?"
SCREENINGS = "SELECT max(number) FROM casework WHERE case_id = ? AND kind = 'screening'"


def _last_number(db: Database, case: Case, statement: str) -> int:
    return db.value(statement, (case.id,)) or 0


def _death_of(db: Database, case: Case) -> Piece | None:
    from casectl.core.closing import death_waiting

    return death_waiting(_pieces(db, case.id, CLOSING))


def end_service(
    operation: Operation, case: Case, ending: Ending
) -> tuple[Piece | None, Piece | None]:
    """Close ``case``; everything that ends a service comes through here."""
    _check_same(operation, case)
    for goal in ending.reached:
        _reach(operation, case, goal, ending.on)
    closing = None
    if ending.body:
        closing = _keep(
            operation, case, stage="", status=DONE, due_on=None, what=ending.reason.said,
            ended_on=ending.on, body=ending.body, fresh_day=ending.on,
        )  # fmt: skip
    operation.update(
        "cases",
        case.id,
        status=CLOSED,
        closed_on=ending.on.isoformat(),
        close_reason=ending.reason.said,
        hold_until=None,
    )
    aftercare = None
    if ending.aftercare:
        aftercare = add(operation, Piece("", case.id, AFTERCARE, 0, ending.on, due_on=ending.on))
    return closing, aftercare


def clear_aftercare(operation: Operation, case: Case, contact: Contact) -> Piece | None:
    """The call after the end, where ``contact`` is one; reached or tried, it was made.

    Not on the day of the end itself: that contact is the closing talk, whenever it is written down.
    """
    if case.status != CLOSED or case.closed_on is None or contact.on_day <= case.closed_on:
        return None
    if contact.party not in WITH_THE_CLIENT:
        return None
    for piece in _pieces(operation.db, case.id, AFTERCARE):
        if piece.status == OPEN:
            return change(
                operation, piece, status=DONE, ended_on=contact.on_day,
                outcome=contact.outcome, body={"contact": contact.number},
            )  # fmt: skip
    return None


def correct_aftercare(operation: Operation, case: Case, wrong: Contact, right: Contact) -> None:
    """A call that was none after all is owed again, unless what it is corrected to is one."""
    for piece in _pieces(operation.db, case.id, AFTERCARE):
        if piece.status == DONE and piece.body.get("contact") == wrong.number:
            change(operation, piece, status=OPEN, ended_on=None, outcome=None, body={})
            clear_aftercare(operation, case, right)


def drop_open_aftercare(operation: Operation, case: Case, on: date) -> None:
    """A case that is open again owes what open cases do."""
    for piece in _pieces(operation.db, case.id, AFTERCARE):
        if piece.status == OPEN:
            change(operation, piece, status=DROPPED, ended_on=on, outcome="reopened")


def _keep(
    operation: Operation,
    case: Case,
    *,
    body: Mapping[str, Any],
    fresh_day: date | None = None,
    **values: Any,
) -> Piece:
    """The closing of a case with ``values``, and ``body`` beside what it holds already."""
    before = _under_way(operation, case)
    if before is not None:
        if values.get("what") is None:
            values.pop("what", None)
        whole = body if "reason" in body else {**before.body, **body}
        return change(operation, before, **values, body=whole)
    day = fresh_day or date.fromisoformat(operation.author.day)
    return add(operation, Piece("", case.id, CLOSING, 0, day)._replace(**{**values, "body": body}))


def _under_way(operation: Operation, case: Case) -> Piece | None:
    open_ones = [each for each in _pieces(operation.db, case.id, CLOSING) if each.status == OPEN]
    return open_ones[0] if open_ones else None


def _reach(operation: Operation, case: Case, goal: Piece, on: date) -> None:
    """A goal that the end shows to be reached, and the needs that only it served."""
    assert goal.kind == GOAL
    from casectl.store.planning import leave_needs

    change(operation, goal, status=DONE, ended_on=on, outcome="reached, at the closing")
    leave_needs(operation, case, goal, on, met=True)


def _pieces(db: Database, case_id: str, kind: str) -> list[Piece]:
    rows = db.rows(
        f"SELECT {COLUMNS} FROM casework WHERE case_id = ? AND kind = ? ORDER BY number",
        (case_id, kind),
    )
    return [piece_of(row) for row in rows]


def _check_same(operation: Operation, case: Case) -> None:
    """Refuse to end what another command changed between reading and writing."""
    status = operation.db.value("SELECT status FROM cases WHERE id = ?", (case.id,))
    if status != case.status:
        word = str(status).replace("_", " ")
        raise BadValue(
            f"{case.handle} has just become {word}",
            hint=f"casectl show {case.number} shows how it stands",
        )
