"""The coming days on a terminal: what has an hour, then the first of what falls due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casectl.core.agenda import WHOLE
from casectl.core.due import Band
from casectl.core.model import DEADLINE, ME, Level
from casectl.core.spoken import spoken, spoken_short
from casectl.render import Output
from casectl.render.screens import NARROW, WIDE, Line, cell, whole, wrapped
from casectl.render.triage import hours
from casectl.render.words import DEADLINE_WORDS, status

if TYPE_CHECKING:
    from casectl.core.due import DueItem
    from casectl.core.weeks import Day, Week

FIRST, FIRST_WIDE = 3, 5  # items that a day of a screen names, before a count


def week_screen(week: Week, output: Output) -> list[Line]:
    lines: list[Line] = []
    if week.before:
        told = f"Before it, {_things(week.before)} late or due: casectl today --all"
        lines += [*wrapped(told, output.width), []]
    for place, day in enumerate(week.days):
        lines += [*([[]] if place else []), *_day(day, output)]
    return lines


def _day(day: Day, output: Output) -> list[Line]:
    said = _said(day, output)
    head = spoken(day.day, output.order) if output.width >= WIDE else _short(day, output)
    lines: list[Line] = [[(f"{head}  ", "head"), (said, "")]]
    if output.width < NARROW or len(head) + len(said) + 2 > output.width:
        lines = [[(head, "head")], *wrapped(said, output.width, "  ")]
    for item in day.hours:
        lines += hour_lines(item.time or "all day", item, output)
    named = _named(day, FIRST_WIDE if output.width >= WIDE else FIRST)
    for item in named:
        lines += _item(item, output)
    if len(day.due) > len(named):
        where = ": casectl today" if day.day == output.today else ""
        lines.append([(f"  +{len(day.due) - len(named):,} more{where}", "dim")])
    return lines


def _named(day: Day, most: int) -> list[DueItem]:
    """The first ones, and whatever is in SAFETY or DEADLINE: no count ever stands for that."""
    urgent = [item for item in day.due if item.band in (Band.SAFETY, Band.DEADLINE)][:WHOLE]
    rest = [item for item in day.due if item not in urgent]
    return [*urgent, *rest[: max(most - len(urgent), 0)]]


def _short(day: Day, output: Output) -> str:
    return spoken_short(day.day, output.today, output.order)


def _said(day: Day, output: Output) -> str:
    """``today · 23 due, 20 of them late, about 6 h 40``; ``day off``; ``away (course)``."""
    said = ["today"] if day.day == output.today else []
    if day.leave is not None:
        said.append(f"away ({day.leave.reason})" if day.leave.reason else "away")
    elif not day.working:
        said.append("day off")
    counts = []
    if day.hours:
        counts.append(f"{len(day.hours)} at {'their' if len(day.hours) > 1 else 'its'} hour")
    if day.due:
        all_late = "all late" if day.late == len(day.due) else f"{day.late:,} of them late"
        late = f", {all_late}" if day.late else ""
        counts.append(f"{len(day.due):,} due{late}")
    said.append(", ".join(counts) if counts else "nothing due")
    if day.minutes:
        said[-1] += f", about {hours(day.minutes)}"
    return " · ".join(said)


def hour_lines(clock: str, item: DueItem, output: Output) -> list[Line]:
    """What takes place at an hour: whose it is, what, and where."""
    kind = f"{DEADLINE_WORDS[item.stage]} " if item.kind == DEADLINE else ""
    where = item.promise.place if item.promise is not None else None
    place = f" at {where}" if where else ""
    whose = "" if item.case == ME else f"{item.case.client}: "
    words = f"{whose}{kind}{item.what}{place}"
    if output.accessible:
        return wrapped(f"{clock}, {item.item}, {words}.", output.width, "  ")
    if output.width < NARROW:
        return [
            [("  ", ""), (whole(clock, 13), "head"), (item.item, "")],
            [("    ", ""), (words, "")],
        ]
    return [[("  ", ""), (whole(clock, 13), "head"), (cell(item.item, 13), ""), (words, "")]]


def _item(item: DueItem, output: Output) -> list[Line]:
    style = item.band.name if item.band is not None else ""
    word = _word(item, output)
    whose = "yours" if item.case == ME else item.case.client
    if output.accessible:
        return wrapped(f"{item.item}, {whose}: {word}. {item.what}.", output.width, "  ")
    clock = f"{item.time} " if item.time else ""
    if output.width < NARROW:
        room = output.width - 4
        return [
            [("  ", ""), (cell(item.item, 13), ""), (word, style)],
            [("    ", ""), (whose[:room], "name"), (f": {clock}{item.what}", "")],
        ]
    name = 24 if output.width >= WIDE else 18
    return [
        [("  ", ""), (cell(item.item, 13), ""), (cell(whose, name), "name"),
         (whole(word, 15), style), (f"{clock}{item.what}", "")]
    ]  # fmt: skip


def _word(item: DueItem, output: Output) -> str:
    """Its status where that says more than the day does, else its level."""
    if item.days_late > 0 or item.kind in (DEADLINE, "safety"):
        return status(item, output.today, output.time)
    return Level(item.level).word


def _things(count: int) -> str:
    return f"{count:,} thing{'s' * (count != 1)}"
