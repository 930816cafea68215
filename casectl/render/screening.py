"""Questionnaires told: a result, results over time, which there are, and what a red flag asks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from casectl.core.casework import OPEN, Piece
from casectl.core.instruments import (
    CHOICE,
    CHOICES,
    Instrument,
    Question,
    Result,
    allowed,
    change_words,
)
from casectl.core.instruments import change as changed
from casectl.core.screening import result_of
from casectl.core.spoken import spoken
from casectl.render import Object, Output
from casectl.render.casework import piece_object
from casectl.render.owed import owed_object, owed_sentences
from casectl.render.sparkline import can_show_bars, sparkline

if TYPE_CHECKING:
    from casectl.core.due import DueItem
    from casectl.core.model import Case
    from casectl.core.views import Screened
    from casectl.render.screens import Line

HISTORY_COLUMNS = ("item", "instrument", "on", "total", "band", "positive", "change")
LIST_COLUMNS = ("instrument", "title", "name", "lowest", "highest", "repeat_days", "language")
NOT_A_DIAGNOSIS = "A screening is no diagnosis: a positive one asks for a fuller look."
FEWEST_BARS = 2


# -- one result --------------------------------------------------------------------------------


def screened_object(made: Screened, items: Sequence[DueItem], output: Output) -> Object:
    return {
        **owed_object(made.case, items, output),
        "level_before": int(made.before.level),
        "red_flag": made.case.flagged_for,
        "screening": screening_object(made.piece, made.last, made.case),
    }


def screening_object(piece: Piece, last: Piece | None, case: Case) -> Object:
    """One screening, and how it differs from the ``last`` one of its instrument."""
    result = result_of(piece)
    told = changed(result_of(last), result) if last is not None else None
    return {
        **piece_object(piece, case),
        "instrument": piece.domain,
        "version": result.version,
        "answers": dict(piece.body.get("answers", {})),
        "total": result.total,
        "lowest": result.lowest,
        "highest": result.highest,
        "missing": list(result.missing),
        "band": result.band,
        "positive": result.positive,
        "cut_off": result.cut_off,
        "flags": [each.words for each in result.flags],
        "parts": [
            {
                "part": each.key,
                "title": each.title,
                "total": each.total,
                "positive": each.positive,
                "missing": list(each.missing),
            }
            for each in result.parts
        ],
        "change": told.direction if told else None,
        "change_points": told.points if told else None,
        "repeats_every": piece.lead_days if piece.due_on is not None else None,
    }


def red_flag_lines(case: Case, flags: Sequence[str]) -> list[str]:
    """What must be heard before anything else, and what to do about it."""
    return [
        f"RED FLAG: {'; '.join(flags)}.",
        f"{case.client} ({case.handle}) counts as CRISIS until the risk is assessed. Today:",
        "  1. Talk with them about it now, and leave nobody alone who may not be safe.",
        "  2. Follow your agency's procedure for a crisis, and tell your supervisor.",
        f"  3. Assess the risk, with a safety plan: casectl assess {case.number} --risk-only",
    ]


def screened_sentences(
    made: Screened, instrument: Instrument, result: Result, items: Sequence[DueItem], output: Output
) -> list[str]:
    case, piece = made.case, made.piece
    whose = f"{case.client} ({case.handle})"
    on, item = _day(piece.on_day, output), f"{case.number}.{piece.part}"
    told = [f"{whose}: {instrument.title} {on} ({item}): {result_words(result)}."]
    told += [f"  {each}" for each in part_lines(result)]
    if result.cut_off_assumed:
        told.append("The lower cut-off was taken, as the client's sex is not given (--sex).")
    if made.last is not None:
        before = _day(made.last.on_day, output)
        # Where others see the screen, even its instrument's name is hidden in what was on file.
        last = result_of(made.last)._replace(instrument=result.instrument)
        words = change_words(changed(last, result))
        told.append(f"Since {before}: {words}.")
    told.append(again_words(piece, items, case, output))
    if result.positive:
        told.append(NOT_A_DIAGNOSIS)
    told += owed_sentences(case, items, output)
    return [*told, credit_line(instrument)]


def again_words(piece: Piece, items: Sequence[DueItem], case: Case, output: Output) -> str:
    item = f"{case.number}.{piece.part}"
    due = next((each.due for each in items if each.item == item), None)
    if due is not None:
        return f"Asked again by {_day(due, output)} ({item}), every {piece.lead_days} days."
    if piece.due_on is not None and piece.status == OPEN:
        return f"Asked again every {piece.lead_days} days."
    return "It is not asked again by itself (--repeat WHEN)."


def result_words(result: Result) -> str:
    """``14 of 27, moderate; positive (cut-off 10)``."""
    if result.missing:
        keys = ", ".join(result.missing)
        told = f"incomplete, so there is no total (no answer to {keys})"
    elif result.total is None:
        told = ""
    else:
        told = f"{result.total} of {result.highest}"
        told += f", {result.band}" if result.band else ""
    if result.positive is None:
        return told or "nothing found"
    said = "positive" if result.positive else "negative"
    if result.cut_off is not None:
        said += f" (cut-off {result.cut_off})"
    return f"{told}; {said}" if told else said


def part_lines(result: Result) -> list[str]:
    """Each subscale on a line of its own."""
    told = []
    for each in result.parts:
        said = {True: "positive", False: "negative", None: "not known"}[each.positive]
        total = f" {each.total}" if each.total is not None and result.total is not None else ""
        told.append(f"{each.title}{total}: {said}")
    return told


def credit_line(instrument: Instrument) -> str:
    return f"{instrument.title}: {' '.join(instrument.credit.split())}"


# -- asking ------------------------------------------------------------------------------------


def question_lines(instrument: Instrument, question: Question, place: int) -> tuple[str, ...]:
    """A question as it is read out, and what may be answered."""
    lines = [f"{place} of {len(instrument.questions)}  {' '.join(question.text.split())}"]
    if question.kind in (CHOICE, CHOICES):
        lines += [f"    {each.value}  {' '.join(each.text.split())}" for each in question.choices]
    return tuple(lines)


def prompt_of(question: Question) -> str:
    if question.kind == CHOICES:
        return "  any, with + between"
    if question.kind == CHOICE:
        return "  answer"
    return f"  {allowed(question)}"


# -- over time ---------------------------------------------------------------------------------


def history(pieces: Sequence[Piece], case: Case, output: Output) -> None:
    """Screenings by instrument, the oldest first: each result, its change, and a line of bars."""
    by_instrument: dict[str, list[Piece]] = {}
    for each in pieces:  # by their own names: shown in private they have none
        by_instrument.setdefault(each.domain or "", []).append(output.shown(each))
    case = output.shown(case)
    if not output.draws:
        output.table(
            [
                screening_object(each, before, case)
                for found in by_instrument.values()
                for before, each in zip([None, *found], found, strict=False)
            ],
            HISTORY_COLUMNS,
        )
        return
    lines: list[Line] = [[(f"{case.client} ({case.handle})", "head")]]
    for found in by_instrument.values():
        lines += [[], *_over_time(found, case, output)]
    output.draw(lines)


def _over_time(found: Sequence[Piece], case: Case, output: Output) -> list[Line]:
    from casectl.render.screens import cell, wrapped

    results = [result_of(each) for each in found]
    newest = results[-1]
    name = found[-1].what or found[-1].domain or ""
    totals = [each.total for each in results]
    bars = ""
    if sum(total is not None for total in totals) >= FEWEST_BARS:
        plain = output.accessible or not can_show_bars(getattr(sys.stdout, "encoding", None))
        drawn = sparkline(
            totals, newest.lowest, newest.highest, plain=plain, width=max(output.width - 40, 10)
        )
        bars = f"  {drawn}  ({newest.lowest}-{newest.highest})"
    lines: list[Line] = [[(name, "head"), (bars, "")]]
    for place, (piece, result) in enumerate(zip(found, results, strict=True)):
        words = result_words(result)
        positive = [each.title for each in result.parts if each.positive]
        if result.total is None and positive:
            words += f": {', '.join(positive)}"
        if place:
            words += f"; {change_words(changed(results[place - 1], result))}"
        start = f"{cell(f'{case.number}.{piece.part}', 9)}{cell(_day(piece.on_day, output), 16)}"
        first, *more = wrapped(words, output.width, " " * len(start))
        lines += [[(start, ""), (first[0][0][len(start) :], "")], *more]
    return lines


# -- which there are ---------------------------------------------------------------------------


def instruments(found: Sequence[Instrument], output: Output) -> None:
    """The questionnaires that can be asked: those that ship, and one's own."""
    if not output.draws:
        output.table([_instrument_object(each) for each in found], LIST_COLUMNS)
        return
    from casectl.render.screens import cell, wrapped

    lines: list[Line] = []
    for each in found:
        again = f"; again after {each.repeat_days} days" if each.repeat_days else ""
        low, high = each.reach
        total = f"; {low} to {high}" if each.totalled else ""
        indent = " " * 20
        first, *more = wrapped(f"{each.title}: {each.name}{total}{again}", output.width, indent)
        lines += [[(cell(each.key, 19), "name"), (first[0][0][20:], "")], *more]
    output.draw(lines)


def _instrument_object(each: Instrument) -> Object:
    low, high = each.reach
    return {
        "instrument": each.key,
        "title": each.title,
        "name": each.name,
        "version": each.version,
        "lowest": low if each.totalled else None,
        "highest": high if each.totalled else None,
        "repeat_days": each.repeat_days,
        "domain": each.domain,
        "language": each.language,
        "questions": [{"key": one.key, "text": one.text} for one in each.questions],
        "credit": each.credit,
        "licence": each.licence,
        "source": each.source,
    }


def _day(day: date, output: Output) -> str:
    return spoken(day, output.order)
