"""Pieces of casework for machines, and in a line or two for the case they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from casectl.core.casework import ASSESSMENT, NEED, OPEN, PLANNED, RISK, SCREENING, Piece
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


def assessed_lines(pieces: Sequence[Piece], output: Output) -> list[tuple[str, int, str]]:
    """How the client stands, what the risk is, the last questionnaires, the needs.

    Each with the lines that it may take of a screen, and what it is called where it is left out:
    the risk never is.
    """
    from casectl.core.standing import last_stood

    told = []
    stood = last_stood(pieces)
    if stood:
        newest = max(each.on for each in stood.values())
        by_level = sorted(stood.items(), key=lambda each: each[1].level)
        levels = ", ".join(f"{domain_words(key)} {each.level}" for key, each in by_level)
        said = f"Assessed {_day(newest, output)} (1 in crisis, 5 empowered): {levels}"
        told.append((said, 1, "assessment"))
    # One of each kind and each instrument is open; by name they could not be told apart in private.
    standing = [each for each in pieces if each.status == OPEN]
    risks = [each for each in standing if each.kind == RISK]
    risks.sort(key=lambda each: -(each.level or 0))
    if risks:
        newest = max(each.on_day for each in risks)
        words = ", ".join(map(risk_words, risks))
        said = f"Risk {_day(newest, output)}: {words}{_safety_plan(risks, output)}"
        told.append((said, 2, ""))
    screened = [each for each in standing if each.kind == SCREENING]
    if screened:
        words = ", ".join(
            f"{screening_words(each)} ({_day(each.on_day, output)})" for each in reversed(screened)
        )
        told.append((f"Screened: {words}", 1, "questionnaires"))
    needs = [each for each in pieces if each.kind == NEED and each.status in (OPEN, PLANNED)]
    if needs:
        ordered = sorted(needs, key=lambda each: (-(each.level or 0), each.number))
        told.append((f"Needs: {'; '.join(each.what or '' for each in ordered)}", 1, "needs"))
    return told


def _safety_plan(risks: Sequence[Piece], output: Output) -> str:
    """When the next one is to be looked at, and what it says."""
    plans = [each for each in risks if each.due_on is not None]
    if not plans:
        return ""
    first = min(plans, key=lambda each: each.due_on or date.max)
    said = first.body.get("safety_plan")
    told = f": {said}" if said else ""
    return f"; safety plan (review {_day(first.due_on or date.max, output)}){told}"


# -- in full -----------------------------------------------------------------------------------


def assessing_rows(
    pieces: Sequence[Piece], case: Case, output: Output
) -> list[tuple[str, str, str]]:
    """Everything that was assessed, the newest first: its item, its day, and all it says."""
    words_of = {
        ASSESSMENT: _assessment_in_full,
        RISK: _risk_in_full,
        SCREENING: _screening_in_full,
        NEED: _need_in_full,
    }
    return [
        (f"{case.number}.{each.part}", _day(each.on_day, output), words_of[each.kind](each, output))
        for each in reversed(pieces)
        if each.kind in words_of
    ]


def _assessment_in_full(piece: Piece, output: Output) -> str:
    from casectl.core.assessing import appraisals_of
    from casectl.core.domains import Standing

    told = [f"assessed{f': {piece.what}' if piece.what else ''}"]
    for key, each in appraisals_of(piece).items():
        level = "" if each.level is None else f" {each.level} {Standing(each.level).words}"
        parts = [f"strengths: {each.strengths}"] if each.strengths else []
        parts += [f"needs: {'; '.join(need.what for need in each.needs)}"] if each.needs else []
        parts += [f"note: {each.note}"] if each.note else []
        said = f" ({'; '.join(parts)})" if parts else ""
        told.append(f"{domain_words(key)}{level}{said}")
    return "\n".join(told)


def _risk_in_full(piece: Piece, output: Output) -> str:
    told = [f"risk, {risk_words(piece)}"]
    told += [piece.what] if piece.what else []
    plan = piece.body.get("safety_plan")
    told += [f"safety plan: {plan}"] if plan else []
    if piece.status != OPEN and piece.ended_on is not None:
        told.append(f"until {_day(piece.ended_on, output)}")
    elif piece.due_on is not None:
        told.append(f"to be reviewed {_day(piece.due_on, output)}")
    return "; ".join(told)


def _screening_in_full(piece: Piece, output: Output) -> str:
    answers = piece.body.get("answers", {})
    said = ", ".join(f"{key}={_answer(each)}" for key, each in answers.items())
    return f"{screening_words(piece)} ({said})"


def _answer(answer: object) -> str:
    return "+".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def _need_in_full(piece: Piece, output: Output) -> str:
    ended = f", {state_of(piece)} {_day(piece.ended_on, output)}" if piece.ended_on else ""
    outcome = f": {piece.outcome}" if piece.outcome else ""
    return f"need, {domain_words(piece.domain)}: {piece.what}{ended}{outcome}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(day: date, output: Output) -> str:
    return spoken_short(day, output.today, output.order)
