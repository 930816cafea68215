"""Assessments told: what was recorded, two of them beside each other, drafts, needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from casectl.core.assessing import BETTER, PRIORITY_WORDS, WORSE, Compared, appraisals_of
from casectl.core.casework import Piece
from casectl.core.domains import Standing
from casectl.core.risks import LEVELS
from casectl.core.spoken import spoken
from casectl.render import Object, Output
from casectl.render.casework import domain_words, piece_object, risk_words, state_of
from casectl.render.owed import owed_object, owed_sentences

if TYPE_CHECKING:
    from casectl.core.due import DueItem
    from casectl.core.model import Case
    from casectl.core.views import Assessed, Drafted
    from casectl.render.screens import Line

ARROWS = {BETTER: "↑", WORSE: "↓"}
DRAFT_COLUMNS = ("case", "handle", "client", "begun_on", "due", "days_late", "parts")
COMPARED_COLUMNS = ("domain", "before", "now", "change")
NEED_COLUMNS = ("item", "domain", "priority", "state", "on", "what")


def standing_words(level: int | None) -> str:
    """``2 vulnerable``."""
    return "not assessed" if level is None else f"{level} {Standing(level).words}"


# -- what was recorded -------------------------------------------------------------------------


def assessed_object(made: Assessed, items: Sequence[DueItem], output: Output) -> Object:
    case = made.case
    return {
        **owed_object(case, items, output),
        "risk_before": made.before.risk,
        "level_before": int(made.before.level),
        "red_flag": case.flagged_for,
        "red_flag_before": made.before.flagged_for,
        "assessment": piece_object(made.assessment, case) if made.assessment else None,
        "needs": [need_object(each, case) for each in made.needs],
        "known_needs": [need_object(each, case) for each in made.known_needs],
        "risks": [risk_object(each, case) for each in made.risks],
    }


def assessed_sentences(
    made: Assessed, last: Piece | None, items: Sequence[DueItem], output: Output
) -> list[str]:
    """``last`` is the assessment before."""
    case = made.case
    whose = f"{case.client} ({case.handle})"
    told: list[str] = []
    if made.assessment is not None:
        on, item = _day(made.assessment.on_day, output), f"{case.number}.{made.assessment.part}"
        told.append(f"{whose}: assessed {on} ({item}). {_levels(made.assessment)}")
        told += _changes(last, made.assessment)
        told += [f"Need {need_words(each, case)}." for each in made.needs]
        if made.known_needs:
            items_known = ", ".join(f"{case.number}.{each.part}" for each in made.known_needs)
            told.append(f"On file already: {items_known}.")
    if made.risks:
        words = ", ".join(f"{risk_words(each)} ({case.number}.{each.part})" for each in made.risks)
        told.append(f"{whose}: risk assessed {_day(made.risks[0].on_day, output)}: {words}.")
        told += _level_sentences(made)
        told += _plan_sentences(made, output)
    return [*told, *owed_sentences(case, items, output)]


def _levels(assessment: Piece) -> str:
    """The domains by how the client stands in them, the worst first."""
    by_level: dict[int, list[str]] = {}
    for key, each in appraisals_of(assessment).items():
        if each.level is not None:
            by_level.setdefault(each.level, []).append(domain_words(key))
    told = "; ".join(
        f"{Standing(level).words}: {', '.join(by_level[level])}" for level in sorted(by_level)
    )
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _changes(last: Piece | None, assessment: Piece) -> list[str]:
    from casectl.core.assessing import compared

    if last is None:
        return []
    rows = compared(last, assessment)
    told = []
    for direction in (WORSE, BETTER):
        named = [f"{domain_words(r.domain)} {r.before} -> {r.now}" for r in rows
                 if r.direction == direction]  # fmt: skip
        if named:
            told.append(f"{direction.capitalize()}: {', '.join(named)}.")
    return told


def _level_sentences(made: Assessed) -> list[str]:
    case, before = made.case, made.before
    was = "not assessed" if before.risk is None else before.risk
    risk = f"risk {case.risk}" + (f", was {was}" if was != case.risk else " as before")
    level = f"level {case.level.word}"
    level += f", was {before.level.word}" if case.level != before.level else " as before"
    told = [f"The case: {risk}; {level}."]
    assessed = max((each.level or 0 for each in made.risks), default=0)
    if case.risk is not None and case.risk == before.risk and LEVELS.index(case.risk) > assessed:
        told.append(
            f"Its risk is the highest that stands; casectl set {case.number} --risk lowers one "
            "that was set by hand."
        )
    if before.flagged_for and not case.flagged_for:
        told.append(f"The red flag is cleared: {before.flagged_for}.")
    elif case.flagged_for:
        told.append(f"The red flag stays until that risk is assessed: {case.flagged_for}.")
    return told


def _plan_sentences(made: Assessed, output: Output) -> list[str]:
    return [
        f"{made.case.number}.{each.part}: the safety plan is to be reviewed by "
        f"{_day(each.due_on, output)}."
        for each in made.risks
        if each.due_on is not None
    ]


def risk_object(piece: Piece, case: Case) -> Object:
    return {
        **piece_object(piece, case),
        "risk": piece.domain,
        "risk_level": LEVELS[piece.level or 0],
        "safety_plan": piece.body.get("safety_plan"),
        "review_on": piece.due_on.isoformat() if piece.due_on else None,
    }


# -- needs -------------------------------------------------------------------------------------


def need_object(piece: Piece, case: Case) -> Object:
    return {
        **piece_object(piece, case),
        "priority": PRIORITY_WORDS.get(piece.level or 0),
    }


def need_words(piece: Piece, case: Case) -> str:
    """``12.need1 eviction notice (housing, high priority)``."""
    priority = PRIORITY_WORDS.get(piece.level or 0, "no")
    where = f"{domain_words(piece.domain)}, {priority} priority"
    return f"{case.number}.{piece.part} {piece.what} ({where})"


def needs(pieces: Sequence[Piece], case: Case, output: Output) -> None:
    """The needs of a case, the most pressing first."""
    pieces, case = output.shown(pieces), output.shown(case)
    if not output.draws:
        output.table([need_object(each, case) for each in pieces], NEED_COLUMNS)
        return
    from casectl.render.screens import cell, wrapped

    lines: list[Line] = [[(f"Needs of {case.client} ({case.handle})", "head")]]
    for each in pieces:
        word = f"{cell(f'{case.number}.{each.part}', 10)}{cell(state_of(each), 8)}"
        told = f"{each.what} ({domain_words(each.domain)}, {PRIORITY_WORDS.get(each.level or 0)})"
        ended = f": {each.outcome}" if each.outcome else ""
        first, *more = wrapped(f"{told}{ended}", output.width, " " * 20)
        lines += [[(word, ""), (first[0][0][20:], "")], *more]
    if not pieces:
        lines.append([(f"None is open: casectl need add {case.number} TEXT", "")])
    output.draw(lines)


# -- two assessments ---------------------------------------------------------------------------


def comparison(
    before: Piece | None, now: Piece, rows: Sequence[Compared], case: Case, output: Output
) -> None:
    """Two assessments beside each other, domain by domain, with arrows and words."""
    before, now, case = output.shown(before), output.shown(now), output.shown(case)
    if not output.draws:
        objects = [_compared_object(each) for each in rows]
        if output.json:
            told = {
                "case": case.number,
                "handle": case.handle,
                "client": case.client,
                "before": piece_object(before, case) if before is not None else None,
                "now": piece_object(now, case),
                "domains": objects,
            }
            output.one(told, ())
        else:
            output.table(objects, COMPARED_COLUMNS)
        return
    output.draw(_comparison_lines(before, now, rows, case, output))


def _compared_object(row: Compared) -> Object:
    return {
        "domain": row.domain,
        "before": row.before,
        "now": row.now,
        "change": row.direction,
        "before_words": standing_words(row.before),
        "now_words": standing_words(row.now),
    }


def _comparison_lines(
    before: Piece | None, now: Piece, rows: Sequence[Compared], case: Case, output: Output
) -> list[Line]:
    from casectl.render.screens import cell, wrapped

    head = f"{case.client} ({case.handle}): assessed {_day(now.on_day, output)}"
    if before is None:
        head += ", for the first time"
    else:
        head += f", compared with {_day(before.on_day, output)}"
    lines: list[Line] = [*wrapped(head, output.width), []]
    for row in rows:
        arrow = ARROWS.get(row.direction or "", " ")
        said = row.direction or ("not assessed before" if row.before is None else "not this time")
        if before is None:
            lines.append([(cell(domain_words(row.domain), 25), ""), (standing_words(row.now), "")])
            continue
        style = "NOW" if row.direction == WORSE else ""
        was, level = standing_words(row.before), standing_words(row.now)
        words = f"{arrow} {said}: {was} before, {level} now" if row.direction else said
        if row.direction not in (BETTER, WORSE) and row.direction:
            words = f"  same: {level}"
        lines.append([(cell(domain_words(row.domain), 25), ""), (words, style)])
    appraisals = appraisals_of(now)
    for name in ("strengths", "note"):
        for key, each in appraisals.items():
            said = getattr(each, name)
            if said:
                lines += wrapped(f"{name.capitalize()}, {domain_words(key)}: {said}", output.width)
    if now.what:
        lines += wrapped(f"Summary: {now.what}", output.width)
    return lines


# -- drafts ------------------------------------------------------------------------------------


def drafts(found: Sequence[Drafted], output: Output) -> None:
    """What was begun and not finished, and by when it asks to be."""
    found = output.shown(found)
    if not output.draws:
        output.table([_draft_object(each) for each in found], DRAFT_COLUMNS)
        return
    if not found:
        output.say("No assessment was begun and left.")
    for each in found:
        output.say(draft_words(each, output))


def draft_words(each: Drafted, output: Output) -> str:
    case = each.case
    parts = ", ".join(f"{name} ({count} answered)" for name, count in each.parts)
    lapse = f"to be finished by {_day(each.due, output)}"
    if each.days_late > 0:
        days = f"{each.days_late} day{'s' if each.days_late > 1 else ''}"
        lapse = f"was to be finished by {_day(each.due, output)}, {days} ago"
    return f"{case.client} ({case.handle}): {parts}, begun {_day(each.begun_on, output)}, {lapse}."


def _draft_object(each: Drafted) -> Object:
    case = each.case
    return {
        "case": case.number,
        "handle": case.handle,
        "client": case.client,
        "begun_on": each.begun_on.isoformat(),
        "due": each.due.isoformat(),
        "days_late": each.days_late,
        "parts": [name for name, _ in each.parts],
        "answers": sum(count for _, count in each.parts),
    }


def _day(day: date | None, output: Output) -> str:
    return spoken(day, output.order) if day is not None else ""
