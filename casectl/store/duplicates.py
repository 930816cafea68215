"""Closing a second record of one service: what is open of it goes on in the other case."""

from __future__ import annotations

from datetime import date
from typing import Any

from casectl.core.casework import GOAL, OPEN, PAST, PLANNED, STEP, Piece
from casectl.core.duplicates import (
    Carried,
    carried_body,
    going_on,
    joint_risk,
    replaces,
    revoked_there,
    twin_of,
)
from casectl.core.errors import BadValue
from casectl.core.model import CANCELLED, CLOSED, Case, Level, level_of
from casectl.core.people import PRIMARY
from casectl.core.risks import BETWEEN_FLAGS, flagged
from casectl.core.spoken import spoken
from casectl.store.cases import level_values
from casectl.store.casework import COLUMNS, add, change, piece_of
from casectl.store.connection import Database
from casectl.store.journal import Operation
from casectl.store.planning import versioned
from casectl.store.promises import add_promise
from casectl.store.rows import PROMISE_COLUMNS, promise_of, read_cases


def carry_over(operation: Operation, case: Case, into: Case, on: date) -> list[Carried]:
    """Everything that is open of ``case`` goes on in ``into``, under numbers of its own there."""
    there = read_cases(operation.db, "c.id = ?", (into.id,))
    if not there or there[0].status == CLOSED:
        raise BadValue(
            f"{into.handle} has just been closed", hint=f"casectl show {into.number} tells more"
        )
    carrying = _Carrying(operation, case, there[0], on)
    carrying.promises()
    carrying.casework()
    carrying.level()
    carrying.note()
    return carrying.done


class _Carrying:
    """One case's open work on its way into another."""

    def __init__(self, operation: Operation, case: Case, into: Case, on: date) -> None:
        self.operation = operation
        self.case = case
        self.into = into
        self.on = on
        self.done: list[Carried] = []
        self.keys: dict[str, str] = {}  # the key of a piece -> of what stands in its place
        self.numbers: dict[str, dict[int, int]] = {}  # by kind; "" is of promises
        self.level_was = into.level
        self.revoked: list[Carried] = []

    def promises(self) -> None:
        rows = self.operation.db.rows(
            f"SELECT {PROMISE_COLUMNS} FROM promises WHERE case_id = ? AND status = 'open' "
            "ORDER BY number",
            (self.case.id,),
        )
        for promise in [promise_of(row) for row in rows]:
            made = add_promise(self.operation, self.into.id, promise)
            self.numbers.setdefault("", {})[promise.number] = made.number
            self.operation.update(
                "promises",
                promise.id,
                status=CANCELLED,
                ended_on=self.operation.author.day,
                outcome=f"goes on as {self.into.number}.{made.number}",
            )
            kind = promise.kind.replace("_", "-")
            self._told(str(promise.number), str(made.number), kind, promise.what)

    def casework(self) -> None:
        changed = False
        for piece in going_on(_pieces(self.operation.db, self.case.id)):
            there = _pieces(self.operation.db, self.into.id)
            revoked = revoked_there(piece, there)
            if revoked is not None:
                self._revoke(piece, revoked)
                continue
            made = self._in_place_of(piece, twin_of(piece, there), there)
            self._end(piece, made)
            self.keys[piece.id] = made.id
            self.numbers.setdefault(piece.kind, {})[piece.number] = made.number
            what = piece.what or piece.who or piece.domain or ""
            self._told(piece.part, made.part, piece.kind, what)
            changed = changed or piece.kind in (GOAL, STEP)
        if changed:
            versioned(self.operation, self.into, f"case {self.case.number} was the same service")

    def _in_place_of(self, piece: Piece, twin: Piece | None, there: list[Piece]) -> Piece:
        """What stands for ``piece`` in the other case: itself, or ``twin``, or both in one."""
        if twin is None:
            return self._add(piece, there)
        more = replaces(piece, twin)
        if more is not None:
            made = self._add(more, there)
            self._end(twin, made)
            return made
        if (piece.status, twin.status) == (PLANNED, OPEN):  # a goal serves it, and goes on as well
            return change(self.operation, twin, status=PLANNED)
        return twin

    def _add(self, piece: Piece, there: list[Piece]) -> Piece:
        body = carried_body(self.case, piece, self.numbers)
        if any(each.body.get(PRIMARY) for each in there):
            body.pop(PRIMARY, None)  # the other case has its own primary contact
        parent = self.keys.get(piece.parent) if piece.parent else None
        return add(self.operation, piece._replace(case_id=self.into.id, parent=parent, body=body))

    def _revoke(self, release: Piece, there: Piece) -> None:
        """What the client took back in the other case is not given again by carrying it there.

        It ends with its case and not as revoked itself, so that undo can open both again.
        """
        assert there.ended_on is not None
        outcome = f"revoked as {self.into.number}.{there.part}"
        change(self.operation, release, status=PAST, ended_on=self.on, outcome=outcome)
        what = f"revoked there since {spoken(there.ended_on)}"
        self._told(release.part, there.part, release.kind, what)
        self.revoked.append(self.done[-1])

    def _end(self, piece: Piece, now: Piece) -> None:
        outcome = f"goes on as {self.into.number}.{now.part}"
        change(self.operation, piece, status=PAST, ended_on=self.on, outcome=outcome)

    def level(self) -> None:
        """The other case is never of a lower level than this one was; a crisis goes on as it is."""
        goes, stays = self.case, self.into
        urgency, risk = max(goes.urgency, stays.urgency), joint_risk(goes, stays)
        flags = stays.flagged_for
        if goes.flagged_for:
            flags = flagged(flags, goes.flagged_for.split(BETWEEN_FLAGS))
        if (urgency, risk, flags) == (stays.urgency, stays.risk, stays.flagged_for):
            return
        values: dict[str, Any] = level_values(
            stays, urgency, risk, goes.level_reviewed_on, flagged_for=flags
        )
        values["level_reviewed_on"] = goes.level_reviewed_on.isoformat()
        if flags and goes.flagged_on:
            values["flagged_on"] = min(goes.flagged_on, stays.flagged_on or goes.flagged_on)
            values["flagged_on"] = values["flagged_on"].isoformat()
        after = level_of(urgency, risk, flagged=flags)
        if after == Level.CRISIS and stays.level != Level.CRISIS:
            since, covered = goes.crisis_since or self.on, goes.covered_until
            values["crisis_since"] = since.isoformat()
            values["covered_until"] = covered.isoformat() if covered else None
        self.operation.update("cases", stays.id, **values)
        self.into = read_cases(self.operation.db, "c.id = ?", (stays.id,))[0]

    def note(self) -> None:
        """What became of the other case, on the record of this one."""
        told = [f"Case {self.case.number} was the same service recorded twice, and is closed."]
        if self.into.level != self.level_was:
            told.append(f"Level {self.into.level.word}, was {self.level_was.word}.")
        on = [f"{e.item} as {e.now}" for e in self.done if e not in self.revoked]
        if on:
            told.append("Goes on here: " + ", ".join(on))
        if self.revoked:
            ended = ", ".join(f"{e.item} as {e.now}" for e in self.revoked)
            told.append(f"Ended, because the client had revoked it here: {ended}")
        self.operation.add_note(self.into.id, " ".join(told), self.on.isoformat())

    def _told(self, item: str, now: str, kind: str, what: str) -> None:
        there = f"{self.into.number}.{now}"
        self.done.append(Carried(f"{self.case.number}.{item}", there, kind, what))


def _pieces(db: Database, case_id: str) -> list[Piece]:
    rows = db.rows(f"SELECT {COLUMNS} FROM casework WHERE case_id = ?", (case_id,))
    return [piece_of(row) for row in rows]
