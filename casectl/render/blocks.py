"""A day's blocks of time on a terminal, and what does not fit into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casectl.core.blocks import clock, is_over
from casectl.core.model import ME
from casectl.core.spoken import spoken, spoken_short
from casectl.core.weeks import DAYS
from casectl.render import Output
from casectl.render.screens import NARROW, WIDE, Line, cell, whole, wrapped
from casectl.render.triage import hours
from casectl.render.weeks import hour_lines
from casectl.render.words import reason, status

if TYPE_CHECKING:
    from casectl.core.blocks import Block, Blocks, Left
    from casectl.core.due import DueItem


def blocks_screen(day: Blocks, most: int | None, output: Output) -> list[Line]:
    """``most`` of what does not fit is named, the rest counted."""
    lines = _head(day, output)
    if not any((day.blocks, day.left, day.ahead)):
        return [*lines, [], [("Nobody needs you today.", "")]]
    lines += [[], *_ahead(day, output)] if day.ahead else []
    lines.append([])
    is_told = False
    for block in day.blocks:
        if is_over(block, day) and not is_told:
            is_told = True
            lines += [[], [(f"past {clock(day.ends)}", "head")]]
        lines += _block(block, output)
    if day.left:
        lines += [[], [("does not fit", "head")]]
        named = day.left[:most]
        for each in named:
            lines += _left(each, output)
        if len(day.left) > len(named):
            more = f"+{len(day.left) - len(named):,} more: casectl today --all"
            lines.append([(more, "dim")])
    return lines


def _head(day: Blocks, output: Output) -> list[Line]:
    wide = output.width >= WIDE
    today = output.today
    name = spoken(today, output.order) if wide else spoken_short(today, today, output.order)
    said = f"{clock(day.begins)} to {clock(day.ends)}"
    inside = sum(not is_over(each, day) for each in day.blocks)
    counts = f"{inside} fit in {hours(day.ends - day.begins)}"
    if day.left:
        counts += f", {len(day.left):,} do{'es' * (len(day.left) == 1)} not"
    lines: list[Line] = [[(f"{name}  ", "head"), (f"{said} · {counts}", "head")]]
    if output.width < NARROW:
        lines = [[(f"{name}  {said}", "head")], [(counts, "head")]]
    if day.overrun:
        told = "SAFETY and DEADLINE take longer than that. They are never left out."
        lines += wrapped(told, output.width)
    return lines


def _ahead(day: Blocks, output: Output) -> list[Line]:
    lines: list[Line] = []
    for item, _ in day.ahead:
        soon = (item.due - output.today).days < DAYS
        when = f"{item.due:%a}" if soon else spoken_short(item.due, output.today, output.order)
        lines += hour_lines(f"{when} {item.time}", item, output)
    return lines


def _block(block: Block, output: Output) -> list[Line]:
    item = block.item
    time = "later" if block.begins is None else clock(block.begins)
    until = "" if block.ends is None else clock(block.ends)
    also = f" (+{block.also} more)" if block.also else ""
    place = item.promise.place if item.promise is not None and block.fixed else None
    what = f"{item.what}{f' at {place}' if place else ''}{also}"
    if output.accessible:
        more = f" And {block.also} more." if block.also else ""
        what = what.removesuffix(also)
        return wrapped(
            f"{time}{f' to {until}' if until else ''}: {item.item}, {_whose(item)}: "
            f"{_word(block, output)}. {what}.{more}",
            output.width,
        )
    span = f"{time}-{until}" if until else time
    style = "head" if block.fixed else ""
    return _row(span, style, item, _word(block, output), what, output)


def _left(each: Left, output: Output) -> list[Line]:
    item = each.item
    word = status(item, output.today, output.time)
    if output.accessible:
        return wrapped(
            f"{item.item}, {_whose(item)}: {word}. {item.what}; {hours(each.minutes)}.",
            output.width,
        )
    what = item.what
    if item.kind == "contact":
        what = reason(item, output.today, output.order)
    return _row(f"{each.minutes} min", "dim", item, word, what, output)


def _row(span: str, style: str, item: DueItem, word: str, what: str, output: Output) -> list[Line]:
    band = item.band.name if item.band is not None else ""
    if output.width < NARROW:
        room = min(11, output.width - len(word) - 13)  # so that the word is never cut
        return [
            [(cell(span, 11), style), (whole(item.item, room), ""), (word, band)],
            [("  ", ""), (_whose(item), "name"), (f": {what}", "")],
        ]
    name = 24 if output.width >= WIDE else 17
    return [
        [(cell(span, 11), style), (cell(item.item, 12), ""), (cell(_whose(item), name), "name"),
         (whole(word, 15), band), (what, "")]
    ]  # fmt: skip


def _word(block: Block, output: Output) -> str:
    return "at its hour" if block.fixed else status(block.item, output.today, output.time)


def _whose(item: DueItem) -> str:
    return "yours" if item.case == ME else item.case.client
