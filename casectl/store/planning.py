"""The plan on file: every change of it one operation, and a version once it is agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from casectl.core.casework import (
    BARRIER,
    DONE,
    DROPPED,
    GOAL,
    NEED,
    OPEN,
    PLANNED,
    PROGRESS,
    STEP,
    VERSION,
    Piece,
)
from casectl.core.errors import BadValue
from casectl.core.model import CLOSED, Case, Promise
from casectl.core.planning import AGREED, CHANGED, NEEDS, Changed, judged, moved, plan_of, snapshot
from casectl.core.planning import Plan as PlanNow
from casectl.core.templates import DatedGoal
from casectl.core.views import Ended
from casectl.store.casework import COLUMNS, add, change, piece_of
from casectl.store.connection import Database
from casectl.store.journal import Journal, Operation
from casectl.store.promises import cancel_promise, end_promise, move_promise

OF_THE_PLAN = (GOAL, STEP, BARRIER, NEED, PROGRESS, VERSION)


class Planning:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def now(self, case: Case) -> PlanNow:
        """The plan as it stands, with what was done and without what was dropped."""
        return plan_of(case, pieces_of(self.db, case.id, *OF_THE_PLAN))

    def reason_of_today(self, case: Case) -> Piece | None:
        """The version whose change was made today, if the last one was; its text is the reason."""
        last = _last_version(self.db, case)
        today = self.journal.author.day
        if last is None or last.stage != CHANGED or last.on_day.isoformat() != today:
            return None
        return last

    # -- making --------------------------------------------------------------------------------

    def add_goal(
        self, case: Case, goal: Piece, needs: Sequence[Piece], reason: str | None
    ) -> Changed:
        """Add a goal; the needs that it serves are planned from now on."""
        with self.journal.operation("goal add") as operation:
            _check_open(operation, case)
            made = add(operation, goal)
            for need in needs:
                change(operation, need, status=PLANNED)
            return Changed((made,), versioned(operation, case, reason))

    def add_step(self, case: Case, step: Piece, reason: str | None) -> Changed:
        with self.journal.operation("step add") as operation:
            _check_open(operation, case)
            made = add(operation, step)
            return Changed((made,), versioned(operation, case, reason))

    def add_barrier(self, case: Case, barrier: Piece) -> Piece:
        with self.journal.operation("barrier add") as operation:
            _check_open(operation, case)
            return add(operation, barrier)

    def apply(
        self, case: Case, template: str, goals: Sequence[DatedGoal], on: date, reason: str | None
    ) -> Changed:
        """Put a template's goals and steps on the plan."""
        with self.journal.operation("plan apply") as operation:
            _check_open(operation, case)
            made = []
            for goal in goals:
                body = {"measure": goal.measure, "template": template}
                served = Piece(
                    "", case.id, GOAL, 0, on, goal.text,
                    domain=goal.domain, due_on=goal.target, body=body,
                )  # fmt: skip
                served = add(operation, served)
                made.append(served)
                for step in goal.steps:
                    made.append(
                        add(
                            operation,
                            Piece(
                                "", case.id, STEP, 0, on, step.text, parent=served.id,
                                domain=step.domain, who=step.who, due_on=step.due,
                            ),
                        )
                    )  # fmt: skip
            return Changed(tuple(made), versioned(operation, case, reason))

    # -- going on ------------------------------------------------------------------------------

    def progress(self, case: Case, goal: Piece, score: int, on: date, note: str | None) -> Piece:
        """Record how far a goal has come. After its target day that asks again in its time."""
        with self.journal.operation("goal progress") as operation:
            _check_stands(operation, case, goal)
            made = add(
                operation,
                Piece(
                    "", case.id, PROGRESS, 0, on, note,
                    parent=goal.id, domain=goal.domain, level=score, status=DONE,
                ),
            )  # fmt: skip
            change(operation, goal, **judged(goal, on))
            return made

    def change(
        self, case: Case, piece: Piece, values: Mapping[str, Any], needs: Sequence[Piece],
        reason: str | None,
    ) -> Changed:  # fmt: skip
        """Change what a goal or step says, and the needs that a goal serves beside those before."""
        with self.journal.operation(f"{piece.kind} change") as operation:
            _check_stands(operation, case, piece)
            made = change(operation, piece, **values)
            for need in needs:
                change(operation, need, status=PLANNED)
            return Changed((made,), versioned(operation, case, reason))

    def move(
        self, moving: Sequence[tuple[Case, Piece]], until: date, reason: str,
        promises: Sequence[Promise] = (), time: str | None = None,
    ) -> tuple[list[Promise], list[Changed]]:  # fmt: skip
        """A later day for steps, and for follow-ups in the same breath."""
        with self.journal.operation("snooze") as operation:
            for case, piece in moving:
                _check_stands(operation, case, piece)
            snoozed = [
                move_promise(operation, self.db, promise, until, time, reason)
                for promise in promises
            ]
            pieces = [
                (case, change(operation, piece, **moved(piece, until))) for case, piece in moving
            ]
            versions = {
                case.id: versioned(operation, case, reason)
                for case in {case.id: case for case, _ in moving}.values()
            }
            return snoozed, [Changed((piece,), versions[case.id]) for case, piece in pieces]

    # -- ending --------------------------------------------------------------------------------

    def end(
        self, ending: Sequence[tuple[Case, Piece]], outcome: str | None, on: date, command: str, *,
        met: bool = False, promises: Sequence[tuple[Promise, str]] = (),
    ) -> tuple[list[Ended], list[Piece]]:  # fmt: skip
        """What is done: pieces, and promises (each with how it ended) in the same breath.

        A need that only such a goal served is ``met``, or asks for a goal again from that day.
        """
        with self.journal.operation(command) as operation:
            ended = [
                end_promise(operation, self.db, promise, status, outcome, None, on)
                for promise, status in promises
            ]
            done = []
            for case, piece in ending:
                _check_stands(operation, case, piece)
                done.append(change(operation, piece, status=DONE, ended_on=on, outcome=outcome))
                if piece.kind == GOAL:
                    leave_needs(operation, case, piece, on, met=met)
            return ended, done

    def drop(
        self, dropping: Sequence[tuple[Case, Piece]], reason: str, command: str,
        promises: Sequence[Promise] = (),
    ) -> tuple[list[Promise], list[Changed]]:  # fmt: skip
        """Take goals or steps off the plan; a goal takes its open steps with it.

        The pieces of each are itself and then those steps.
        """
        with self.journal.operation(command) as operation:
            cancelled = [
                cancel_promise(operation, self.db, promise, reason) for promise in promises
            ]
            on = date.fromisoformat(operation.author.day)
            gone: list[tuple[Case, tuple[Piece, ...]]] = []
            for case, piece in dropping:
                gone.append((case, tuple(_dropped(operation, case, piece, reason, on))))
            versions = {
                case.id: versioned(operation, case, reason)
                for case in {case.id: case for case, _ in dropping}.values()
            }
            return cancelled, [Changed(pieces, versions[case.id]) for case, pieces in gone]

    # -- agreeing and reviewing ----------------------------------------------------------------

    def agree(self, case: Case, who: str, by: str, on: date) -> Piece:
        """The plan as it stands is agreed: a version, and the day that its review counts from."""
        with self.journal.operation("plan agree") as operation:
            _check_open(operation, case)
            version = Piece(
                "", case.id, VERSION, 0, on,
                stage=AGREED, who=who, status=DONE, body={"by": by, **_snapshot(operation, case)},
            )  # fmt: skip
            version = add(operation, version)
            operation.update("cases", case.id, plan_agreed_on=on.isoformat())
            return version

    def review(self, case: Case, on: date, text: str | None) -> None:
        """The plan was gone through with the client; a text stays as a note."""
        with self.journal.operation("plan review") as operation:
            _check_open(operation, case)
            operation.update("cases", case.id, plan_reviewed_on=on.isoformat())
            said = f"Plan reviewed: {text}" if text else "Plan reviewed"
            operation.add_note(case.id, said, on.isoformat())


# -- inside an operation ---------------------------------------------------------------------------


def pieces_of(db: Database, case_id: str, *kinds: str) -> list[Piece]:
    """The pieces of these kinds of a case, by their numbers."""
    marks = ", ".join("?" * len(kinds))
    rows = db.rows(
        f"SELECT {COLUMNS} FROM casework WHERE case_id = ? AND kind IN ({marks}) ORDER BY number",
        (case_id, *kinds),
    )
    return [piece_of(row) for row in rows]


def _last_version(db: Database, case: Case) -> Piece | None:
    row = db.one(
        f"SELECT {COLUMNS} FROM casework WHERE case_id = ? AND kind = ? "
        "ORDER BY number DESC LIMIT 1",
        (case.id, VERSION),
    )
    return piece_of(row) if row else None


def _snapshot(operation: Operation, case: Case) -> dict[str, Any]:
    return snapshot(pieces_of(operation.db, case.id, GOAL, STEP))


def _check_open(operation: Operation, case: Case) -> None:
    """Refuse what another command made impossible between reading and writing."""
    status = operation.db.value("SELECT status FROM cases WHERE id = ?", (case.id,))
    if status == CLOSED:
        raise BadValue(f"{case.handle} is closed", hint=f"casectl reopen {case.number} first")


def _check_stands(operation: Operation, case: Case, piece: Piece) -> None:
    _check_open(operation, case)
    if piece.status != OPEN:
        raise BadValue(f"that is {piece.status} already", hint="casectl undo takes it back")


def versioned(operation: Operation, case: Case, reason: str | None) -> Piece | None:
    """The version that a change of an agreed plan makes; what is not agreed yet has none.

    Several changes of one day for one reason are one version: a review moves three steps at once.
    """
    agreed = operation.db.value("SELECT plan_agreed_on FROM cases WHERE id = ?", (case.id,))
    if agreed is None:
        return None
    if reason is None:
        raise BadValue("the plan has just been agreed", hint="say why it changes: --reason")
    today = date.fromisoformat(operation.author.day)
    body = _snapshot(operation, case)
    last = _last_version(operation.db, case)
    if last is not None and (last.stage, last.on_day, last.what) == (CHANGED, today, reason):
        return change(operation, last, body=body)
    version = Piece("", case.id, VERSION, 0, today, reason, stage=CHANGED, status=DONE, body=body)
    return add(operation, version)


def _dropped(operation: Operation, case: Case, piece: Piece, reason: str, on: date) -> list[Piece]:
    _check_stands(operation, case, piece)
    gone = [change(operation, piece, status=DROPPED, ended_on=on, outcome=reason)]
    if piece.kind == GOAL:
        for step in pieces_of(operation.db, case.id, STEP):
            if step.parent == piece.id and step.status == OPEN:
                gone.append(change(operation, step, status=DROPPED, ended_on=on, outcome=reason))
        leave_needs(operation, case, piece, on)
    return gone


def leave_needs(
    operation: Operation, case: Case, goal: Piece, on: date, *, met: bool = False
) -> None:
    """What becomes of the needs that no other open goal serves once this one has ended."""
    numbers = set(goal.body.get(NEEDS, ()))
    if not numbers:
        return
    for other in pieces_of(operation.db, case.id, GOAL):
        if other.status == OPEN:
            numbers -= set(other.body.get(NEEDS, ()))
    for need in pieces_of(operation.db, case.id, NEED):
        if need.number in numbers and need.status == PLANNED:
            if met:
                change(operation, need, status=DONE, ended_on=on)
            else:
                change(operation, need, status=OPEN, due_on=on)
