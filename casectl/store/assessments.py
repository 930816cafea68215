"""What is assessed: domains with their needs, risk with its safety plan, questionnaires."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from casectl.core.assessing import (
    Assessment,
    Need,
    body_of,
    priority_by,
    same_need,
)
from casectl.core.casework import (
    ASSESSMENT,
    DONE,
    NEED,
    PAST,
    RISK,
    SCREENING,
    Piece,
)
from casectl.core.errors import BadValue
from casectl.core.guards import check_change
from casectl.core.model import Case, Level
from casectl.core.risks import NONE, Risk, flagged, live, risk_of, still_flagged
from casectl.core.screening import Repeat
from casectl.core.views import Assessed, Screened
from casectl.store import casework
from casectl.store.cases import level_values
from casectl.store.casework import Casework
from casectl.store.connection import Database
from casectl.store.journal import Journal, Operation
from casectl.store.rows import read_cases


class Assessments:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal
        self.casework = Casework(db, journal)

    def assess(
        self, case: Case, given: Assessment, *, partial: bool = False, from_draft: bool = False
    ) -> Assessed:
        """Record all that was assessed in one operation.

        Domains make an assessment, and their needs pieces of their own; unless it is ``partial``
        the case counts as assessed. Each risk takes the place of the standing one of its kind, and
        the case's risk is the highest that stands. ``from_draft`` forgets the draft.
        """
        with self._changing("assess", case) as (operation, before):
            assessment = None
            needs: list[Piece] = []
            known: list[Piece] = []
            if given.appraisals:
                assessment = casework.add(operation, _assessment(before, given))
                needs, known = self._add_needs(operation, assessment, given)
                assessed_on = max(given.on, before.assessed_on or given.on)
                if not partial:
                    operation.update("cases", before.id, assessed_on=assessed_on.isoformat())
            risks = self._assess_risks(operation, before, given) if given.risks else []
            if from_draft:
                self.casework.forget_draft(before, ASSESSMENT)
            after = read_cases(self.db, "c.id = ?", (before.id,))[0]
        return Assessed(after, before, assessment, tuple(needs), tuple(known), tuple(risks))

    def _add_needs(
        self, operation: Operation, assessment: Piece, given: Assessment
    ) -> tuple[list[Piece], list[Piece]]:
        standing = self.casework.of_id(assessment.case_id, NEED)
        added: list[Piece] = []
        known: list[Piece] = []
        for appraisal in given.appraisals:
            for need in appraisal.needs:
                same = same_need([*standing, *added], appraisal.domain, need.what)
                if same is not None:
                    known.append(same)
                    continue
                priority = need.priority or priority_by(appraisal.level)
                piece = _need(assessment.case_id, given.on, appraisal.domain, need, priority)
                added.append(casework.add(operation, piece._replace(parent=assessment.id)))
        return added, known

    def _assess_risks(self, operation: Operation, case: Case, given: Assessment) -> list[Piece]:
        standing = live(self.casework.of(case, RISK))
        for risk in given.risks:
            _check_newest(standing.get(risk.kind), given.on)
        bearer = max(given.risks, key=lambda risk: risk.level)
        made = []
        for risk in given.risks:
            plan = given.safety_plan if risk is bearer else None
            piece = _risk(case, given.on, risk, standing.get(risk.kind))
            if plan is not None:
                body = {"safety_plan": plan.text} if plan.text else piece.body
                piece = piece._replace(
                    due_on=plan.review_on, lead_days=(plan.review_on - given.on).days, body=body
                )
            made.append(casework.replace(operation, piece))
        kinds = [each.kind for each in given.risks]
        values = level_values(
            case,
            case.urgency,
            risk_of(case.risk, standing.values(), given.risks),
            given.on,
            flagged_for=still_flagged(case.flagged_for, kinds),
        )
        operation.update("cases", case.id, **values)
        return made

    def review_safety_plans(
        self, case: Case, plans: Sequence[Piece], on: date, again: date, text: str | None
    ) -> list[Piece]:
        """The safety plans were looked at ``on``, and are due ``again``; ``text`` is a new one."""
        with self._changing("assess", case) as (operation, _):
            return [
                casework.change(
                    operation,
                    each,
                    due_on=again,
                    lead_days=(again - on).days,
                    body={
                        **each.body,
                        **({"safety_plan": text} if text is not None else {}),
                        "reviewed_on": on.isoformat(),
                    },
                )
                for each in plans
            ]

    # -- questionnaires ------------------------------------------------------------------------

    def screen(
        self,
        case: Case,
        screening: Piece,
        repeat: Callable[[Piece | None], Repeat],
        flags: Sequence[str],
    ) -> Screened:
        """Record a screening in the place of the one before, and raise its red flags at once.

        An older one that is entered later changes nothing of when it is asked again.
        """
        with self._changing("screen", case) as (operation, before):
            last = self.casework.last(before, SCREENING, screening.domain)
            if last is not None and last.on_day > screening.on_day:
                ended = screening._replace(status=PAST, ended_on=last.on_day)
                piece = casework.add(operation, ended)
                last = None
            else:
                again = repeat(last)
                piece = casework.replace(
                    operation, screening._replace(due_on=again.from_on, lead_days=again.days)
                )
            if flags:
                self._flag(operation, before, flags, screening.on_day)
            self.casework.forget_draft(before, screening.domain or "")
            after = read_cases(self.db, "c.id = ?", (before.id,))[0]
        return Screened(after, before, piece, last)

    def flag(self, case: Case, flags: Sequence[str], on: date) -> Case:
        """Raise red flags before the questionnaire is finished."""
        with self._changing("screen", case) as (operation, before):
            self._flag(operation, before, flags, on)
        return read_cases(self.db, "c.id = ?", (case.id,))[0]

    def change_repeat(self, case: Case, piece: Piece, repeat: Repeat) -> Piece:
        """Ask again at another interval, or never."""
        with self._changing("screen", case) as (operation, _):
            return casework.change(operation, piece, due_on=repeat.from_on, lead_days=repeat.days)

    def _flag(self, operation: Operation, case: Case, flags: Sequence[str], on: date) -> None:
        """A crisis from that day, where it is none yet: its level was looked at then."""
        values: dict[str, Any] = {
            "flagged_on": min(on, case.flagged_on or on).isoformat(),
            "flagged_for": flagged(case.flagged_for, flags),
        }
        if case.level != Level.CRISIS:
            values["crisis_since"] = on.isoformat()
            values["level_reviewed_on"] = max(on, case.level_reviewed_on).isoformat()
        operation.update("cases", case.id, **values)

    # -- needs ---------------------------------------------------------------------------------

    def add_need(self, case: Case, domain: str, need: Need, on: date) -> Piece:
        with self._changing("need", case) as (operation, before):
            same = same_need(self.casework.of(before, NEED), domain, need.what)
            if same is not None:
                raise BadValue(
                    f"{before.number}.{same.part} says so already",
                    hint=f"casectl need list {before.number}",
                )
            piece = _need(before.id, on, domain, need, need.priority or priority_by(None))
            return casework.add(operation, piece)

    def end_need(
        self, case: Case, need: Piece, status: str, on: date, outcome: str | None
    ) -> Piece:
        """Met or dropped."""
        with self._changing("need", case) as (operation, _):
            return casework.change(operation, need, status=status, ended_on=on, outcome=outcome)

    @contextmanager
    def _changing(self, command: str, case: Case) -> Iterator[tuple[Operation, Case]]:
        """An operation on a case that is open, with the case as it is now."""
        with self.journal.operation(command) as operation:
            now = read_cases(self.db, "c.id = ?", (case.id,))[0]
            check_change(now, command)
            yield operation, now


def _assessment(case: Case, given: Assessment) -> Piece:
    return Piece(
        "", case.id, ASSESSMENT, 0, given.on, given.summary, status=DONE, ended_on=given.on,
        body=body_of(given.appraisals),
    )  # fmt: skip


def _need(case_id: str, on: date, domain: str, need: Need, priority: int) -> Piece:
    return Piece(
        "", case_id, NEED, 0, on, need.what, domain=domain, level=priority, due_on=on
    )  # fmt: skip


def _risk(case: Case, on: date, risk: Risk, last: Piece | None) -> Piece:
    """A risk in the place of the last of its kind, whose safety plan goes on while there is one.

    Its next review counts anew: looking at the risk again is looking at its plan.
    """
    piece = Piece("", case.id, RISK, 0, on, risk.note, domain=risk.kind, level=risk.level)
    if last is None or last.lead_days is None or risk.level == NONE:
        return piece
    plan: Mapping[str, Any] = {
        name: each for name, each in last.body.items() if name == "safety_plan"
    }
    return piece._replace(
        due_on=on + timedelta(days=last.lead_days), lead_days=last.lead_days, body=plan
    )


def _check_newest(standing: Piece | None, on: date) -> None:
    if standing is not None and standing.on_day > on:
        raise BadValue(
            f"{standing.domain} was assessed on {standing.on_day.isoformat()}, after that day",
            hint="the newest assessment is the one that stands",
        )
