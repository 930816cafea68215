"""A caseload and what it weighs: a screen, rows for machines, and what lint says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from casectl.core.model import Case
from casectl.core.spoken import spoken_short
from casectl.core.values import NamedTuple
from casectl.core.weighing import Part, Slot, Unreached, Week, Weight
from casectl.render import Object, Output
from casectl.render.aged import aged_lines
from casectl.render.screens import NARROW, Line, cell, wrapped
from casectl.render.triage import hours

COLUMNS = ("worker", "by", "name", "cases", "points", "as_of")
BY = ("level", "phase", "program", "status")


class Told(NamedTuple):
    """One caseload as ``casectl caseload`` tells it."""

    weight: Weight
    trend: tuple[Week, ...] = ()
    unreached: tuple[tuple[Unreached, Case | None], ...] = ()  # None where only a summary tells
    slots: tuple[Slot, ...] | None = None  # None where nobody can tell
    known_on: date | None = None  # the last day that it knows of; None: the day of the weight

    @property
    def as_of(self) -> date:
        return self.known_on or self.weight.day


def caseload_report(told: Sequence[Told], output: Output, *, several: bool) -> None:
    """One caseload, or ``several`` with a worker beside each row."""
    told = [_without_programs(each) if output.private else each for each in output.shown(told)]
    if output.json:
        made = [caseload_object(each) for each in told]
        if several or output.fields:
            output.table(made, ())
        else:
            output.one(made[0], ())
    elif not output.draws:
        output.table([row for each in told for row in _rows(each)], COLUMNS)
    else:
        lines: list[Line] = []
        for each in told:
            lines += [*([[]] if lines else []), *_screen(each, output, several=several)]
        output.draw(lines)


def _without_programs(told: Told) -> Told:
    """A program may be the name of a small house: where others see the screen it is a number."""
    programs = enumerate(told.weight.by_program.values(), 1)
    by_program = {f"program {number}": each for number, each in programs}
    return told._replace(weight=told.weight._replace(by_program=by_program))


def caseload_object(told: Told) -> Object:
    weight = told.weight
    return {
        "worker": weight.worker,
        "day": weight.day.isoformat(),
        "as_of": told.as_of.isoformat(),
        "cases": weight.total.cases,
        "points": weight.total.points,
        "full_time": weight.full_time,
        "percent": weight.percent,
        "overloaded": weight.is_over,
        **{
            f"by_{by}": {name: _part(each) for name, each in parts.items()}
            for by, parts in _tables(weight)
        },
        "trend": [
            {
                "day": week.day.isoformat(),
                **_part(week.total),
                "opened": week.opened,
                "closed": week.closed,
            }
            for week in told.trend
        ],
        "longest_unreached": [
            {
                "case": each.number,
                "client": case.client if case is not None else None,
                "reached": each.on.isoformat() if each.on else None,
                "days": each.days,
            }
            for each, case in told.unreached
        ],
        "free_slots": None
        if told.slots is None
        else [{"day": each.day.isoformat(), "minutes": each.minutes} for each in told.slots],
    }


def _part(part: Part) -> Object:
    return {"cases": part.cases, "points": part.points}


def _tables(weight: Weight) -> Iterable[tuple[str, Mapping[str, Part]]]:
    tables = (weight.by_level, weight.by_phase, weight.by_program, weight.by_status)
    return zip(BY, tables, strict=True)


def _rows(told: Told) -> Iterable[Object]:
    weight = told.weight
    for by, parts in (*_tables(weight), ("all", {"": weight.total})):
        for name, part in parts.items():
            row = {"worker": weight.worker, "by": by, "name": name, **_part(part)}
            yield {**row, "as_of": told.as_of.isoformat()}


def _screen(told: Told, output: Output, *, several: bool) -> list[Line]:
    weight = told.weight
    lines: list[Line] = []
    head = f"{weight.worker}: {load_words(weight)}" if several else _capital(load_words(weight))
    lines += [[(each, "head") for each, _ in line] for line in wrapped(head, output.width)]
    lines += aged_lines({weight.worker: told.as_of}, output)
    if weight.is_over:
        warning = (
            "OVERLOADED: more than one person can carry. Take this to your supervisor: "
            "casectl escalate"
        )
        lines += [[(each, "SAFETY") for each, _ in line] for line in wrapped(warning, output.width)]
    for by, parts in _tables(weight):
        lines += [[], [(f"By {by}", "head")]]
        shown = {name: each for name, each in parts.items() if each.cases}
        for name, each in shown.items():
            lines.append([("  ", ""), (cell(name, 24), ""), (_said(each), "")])
        if not shown:
            lines.append([("  none", "dim")])
    if told.trend:
        lines += [[], [("Weeks", "head")], *_trend(told.trend, weight.day, output)]
    if told.unreached:
        lines += [[], [("Not reached for the longest", "head")]]
        lines += [
            line
            for unreached, case in told.unreached
            for line in wrapped(_unreached(unreached, case, output), output.width, "  ")
        ]
    if told.slots is not None:
        lines += [[], [("Next days with room", "head")]]
        if not told.slots:
            lines.append([("  none in the next four weeks", "")])
        for slot in told.slots:
            lines.append([("  ", ""), (cell(_day(slot.day, output), 12), ""),
                          (f"about {hours(slot.minutes)} free", "")])  # fmt: skip
    return lines


def load_words(weight: Weight) -> str:
    """``42 open cases, 96 points; full-time is 90, so 107%``."""
    said = f"{weight.total.cases:,} open case{'s' * (weight.total.cases != 1)}"
    points = f"{weight.total.points:,} point{'s' * (weight.total.points != 1)}"
    if weight.full_time is None:
        return f"{said}, {points}; full-time is not set: casectl config set full_time N"
    return f"{said}, {points} of {weight.full_time:,} ({weight.percent}%)"


def _trend(trend: Sequence[Week], today: date, output: Output) -> Iterable[Line]:
    for week in trend:
        came = f"{week.opened} opened, {week.closed} closed"
        words = f"{_said(week.total)}; {came}"
        day = "today" if week.day == today else _day(week.day, output)
        if output.width < NARROW:
            yield [("  ", ""), (day, "")]
            yield [("    ", ""), (words, "")]
        else:
            yield [("  ", ""), (cell(day, 12), ""), (words, "")]


def _unreached(unreached: Unreached, case: Case | None, output: Output) -> str:
    who = f"{case.client} ({case.handle})" if case is not None else f"case {unreached.number}"
    days = f"{unreached.days:,} day{'s' * (unreached.days != 1)}"
    if unreached.on is None:
        return f"{who}: never reached, {days} since intake"
    return f"{who}: {days}, since {_day(unreached.on, output)}"


def _said(part: Part) -> str:
    cases = f"{part.cases:,} case{'s' * (part.cases != 1)}"
    return f"{cases}, {part.points:,} point{'s' * (part.points != 1)}"


def _day(day: date, output: Output) -> str:
    return spoken_short(day, output.today, output.order)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
