"""Transitions, medications and providers, in words and as objects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from casectl.core.casework import MEDICATION, OPEN, Piece
from casectl.core.due import DueItem
from casectl.core.model import ACTIVE, PENDING, Case
from casectl.core.monitoring import window_ends
from casectl.core.spoken import spoken, spoken_short
from casectl.render import Object, Output
from casectl.render.plan import piece_object

WATCHED = (ACTIVE, PENDING)  # while a case is on hold or closed, nothing of this is owed
TRANSITION_COLUMNS = ("item", "what", "on", "state", "contact_due", "visit_due", "watched_until")
MEDICATION_COLUMNS = ("item", "what", "dose", "for", "prescriber", "since", "state")
PROVIDER_COLUMNS = ("item", "what", "role", "phone", "safe_contact", "email", "note", "state")


def transition_object(transition: Piece, case: Case, items: Sequence[DueItem]) -> Object:
    """A transition and what it still owes; what was done owes nothing, so its day is null."""
    return {
        **piece_object(transition, case),
        "kind": transition.stage or transition.domain,
        "on": transition.on_day.isoformat(),
        "visit_within": transition.lead_days,
        "contact_due": _iso(_due(transition, case, items, "contact")),
        "visit_due": _iso(_due(transition, case, items, "visit")),
        "watched_until": window_ends(transition).isoformat(),
    }


def transition_sentences(
    transition: Piece, case: Case, items: Sequence[DueItem], output: Output
) -> list[str]:
    lines = [
        f"{case.client} ({case.handle}): {case.number}.{transition.part} {transition.what}, "
        f"{spoken(transition.on_day, output.order)}."
    ]
    contact = _due(transition, case, items, "contact")
    visit = _due(transition, case, items, "visit")
    if contact is not None:
        lines.append(f"Reach them by {spoken(contact, output.order)}.")
    if visit is not None:
        lines.append(f"See them by {spoken(visit, output.order)}.")
    if contact is None and visit is None and case.status in WATCHED:
        lines.append("They were reached and seen since, so it owes nothing.")
    return lines


def transition_line(transition: Piece, case: Case, items: Sequence[DueItem], output: Output) -> str:
    told = [_day(transition.on_day, output)]
    if transition.status != OPEN:
        told.append(f"{transition.status}: {transition.outcome or 'no word of how it went'}")
    else:
        for stage, words in (("contact", "reach them by"), ("visit", "see them by")):
            due = _due(transition, case, items, stage)
            if due is not None:
                told.append(f"{words} {_day(due, output)}")
            elif case.status in WATCHED:
                told.append("reached" if stage == "contact" else "seen")
        told.append(f"watched until {_day(window_ends(transition), output)}")
    return f"{case.number}.{transition.part}  {transition.what}, {'; '.join(told)}"


def _due(transition: Piece, case: Case, items: Sequence[DueItem], stage: str) -> date | None:
    part = transition.part + ("v" if stage == "visit" else "")
    return next((each.due for each in items if each.item == f"{case.number}.{part}"), None)


def medication_object(medication: Piece, case: Case) -> Object:
    body = medication.body
    return {
        **piece_object(medication, case),
        "dose": body.get("dose"),
        "for": body.get("for"),
        "prescriber": body.get("prescriber"),
        "since": medication.on_day.isoformat(),
    }


def medication_line(medication: Piece, case: Case, output: Output) -> str:
    body = medication.body
    told = [str(medication.what)]
    told += [body["dose"]] if body.get("dose") else []
    told += [f"for {body['for']}"] if body.get("for") else []
    told += [f"by {body['prescriber']}"] if body.get("prescriber") else []
    told.append(f"since {_day(medication.on_day, output)}")
    if medication.status != OPEN and medication.ended_on:
        why = f": {medication.outcome}" if medication.outcome else ""
        told.append(f"until {_day(medication.ended_on, output)}{why}")
    return f"{case.number}.{medication.part}  {', '.join(told)}"


def kept_lists(case: Case, pieces: Sequence[Piece], output: Output) -> list[str]:
    """What a client takes, for the whole screen of a case."""
    standing = [each for each in pieces if each.status == OPEN]
    takes = [medication_line(p, case, output) for p in standing if p.kind == MEDICATION]
    return [f"Takes {'; '.join(takes)}"] if takes else []


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(day: date, output: Output) -> str:
    return spoken_short(day, output.today, output.order)
