"""Pieces of casework for machines, and in a line or two for the case they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from casectl.core.casework import NEED, OPEN, PLANNED, RISK, SCREENING, Piece
from casectl.core.model import RISKS, Case
from casectl.core.spoken import spoken_short
from casectl.render import Object, Output

PIECE_COLUMNS = ("item", "kind", "on", "state", "domain", "level", "what")
# How a need ends is said in its own words.
NEED_WORDS = {"done": "met"}


def piece_object(piece: Piece, case: Case) -> Object:
    """One piece, the same keys whatever its kind; ``details`` is what only its kind has."""
    return {
        "case": case.number,
        "handle": case.handle,
        "client": case.client,
        "item": f"{case.number}.{piece.part}",
        "id": piece.id,
        "kind": piece.kind,
        "on": piece.on_day.isoformat(),
        "what": piece.what,
        "stage": piece.stage or None,
        "domain": piece.domain,
        "level": piece.level,
        "who": piece.who,
        "counts_from": _iso(piece.due_on),
        "days": piece.lead_days,
        "state": state_of(piece),
        "ended_on": _iso(piece.ended_on),
        "outcome": piece.outcome,
        "parent": piece.parent,
        "details": dict(piece.body),
        "recorded_at": piece.recorded_at,
        "worker": piece.worker,
    }


def state_of(piece: Piece) -> str:
    return NEED_WORDS.get(piece.status, piece.status) if piece.kind == NEED else piece.status


def domain_words(domain: str | None) -> str:
    return (domain or "").replace("_", " ")


def risk_words(piece: Piece) -> str:
    """``self-harm high``."""
    return f"{piece.domain} {tuple(RISKS)[piece.level or 0]}"


def screening_words(piece: Piece) -> str:
    """``PHQ-9 14 moderate``; ``AHC-HRSN positive``; without all answers it says so."""
    name = piece.what or piece.domain or ""
    if piece.body.get("missing"):
        return f"{name} incomplete"
    total = "" if piece.level is None else f" {piece.level}"
    found = piece.body.get("band") or ("positive" if piece.body.get("positive") else "negative")
    return f"{name}{total} {found}"


# -- on the screen of a case -------------------------------------------------------------------


def assessed_lines(pieces: Sequence[Piece], output: Output) -> list[str]:
    """How the client stands, what the risk is, and the last questionnaires: a line each."""
    from casectl.core.standing import last_stood

    told = []
    stood = last_stood(pieces)
    if stood:
        newest = max(each.on for each in stood.values())
        by_level = sorted(stood.items(), key=lambda each: each[1].level)
        levels = ", ".join(f"{domain_words(key)} {each.level}" for key, each in by_level)
        told.append(f"Assessed {_day(newest, output)} (1 in crisis, 5 empowered): {levels}")
    # One of each kind and each instrument is open; by name they could not be told apart in private.
    standing = [each for each in pieces if each.status == OPEN]
    risks = [each for each in standing if each.kind == RISK]
    risks.sort(key=lambda each: -(each.level or 0))
    if risks:
        newest = max(each.on_day for each in risks)
        words = ", ".join(map(risk_words, risks))
        reviews = [each.due_on for each in risks if each.due_on is not None]
        plan = f"; safety plan to be reviewed {_day(min(reviews), output)}" if reviews else ""
        told.append(f"Risk {_day(newest, output)}: {words}{plan}")
    screened = [each for each in standing if each.kind == SCREENING]
    if screened:
        words = ", ".join(
            f"{screening_words(each)} ({_day(each.on_day, output)})" for each in reversed(screened)
        )
        told.append(f"Screened: {words}")
    needs = [each for each in pieces if each.kind == NEED and each.status in (OPEN, PLANNED)]
    if needs:
        ordered = sorted(needs, key=lambda each: (-(each.level or 0), each.number))
        told.append(f"Needs: {'; '.join(each.what or '' for each in ordered)}")
    return told


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(day: date, output: Output) -> str:
    return spoken_short(day, output.today, output.order)
