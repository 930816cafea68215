"""Four boxes on a terminal: beside and below each other, or below each other where it is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from casectl.core.model import ME
from casectl.core.spoken import spoken
from casectl.render import Output
from casectl.render.screens import Line, Span, cell, wrapped
from casectl.render.words import status

if TYPE_CHECKING:
    from casectl.core.matrix import Matrix
    from casectl.core.priority import Ranked

# In the order of ``Matrix``: what each box means for the day.
TITLES = (
    "URGENT AND IMPORTANT: today",
    "IMPORTANT: give it a day",
    "URGENT: quick, or by others",
    "NEITHER: it can wait",
)
BESIDE = 76  # columns from which two boxes stand beside each other
BETWEEN = "  "


def matrix_screen(matrix: Matrix, most: int | None, output: Output) -> list[Line]:
    """``most`` rows of a box are named, but SAFETY and DEADLINE whole; the rest are counted."""
    lines: list[Line] = [[(spoken(output.today, output.order), "head")], []]
    if not any(matrix):
        return [*lines, [("Nobody needs you today.", "")]]
    if output.accessible:
        for title, rows in zip(TITLES, matrix, strict=True):
            lines += [
                *wrapped(f"{title}. {len(rows):,}.", output.width),
                *_told(rows, most, output),
            ]
        return lines
    is_wide = output.width >= BESIDE
    width = (output.width - len(BETWEEN)) // 2 if is_wide else output.width
    boxes = [
        _box(title, rows, most, width, output) for title, rows in zip(TITLES, matrix, strict=True)
    ]
    if not is_wide:
        for place, box in enumerate(boxes):
            lines += [*([[]] if place else []), *box]
        return lines
    return [*lines, *_beside(boxes[0], boxes[1], width), [], *_beside(boxes[2], boxes[3], width)]


def _box(
    title: str, rows: Sequence[Ranked], most: int | None, width: int, output: Output
) -> list[list[Span]]:
    """The lines of one box, each cell of them filled, so that another can stand beside it."""
    lines: list[list[Span]] = [[(cell(f"{title} ({len(rows):,})", width - 1), "head")]]
    if not rows:
        lines.append([(cell("nothing", width - 1), "dim")])
    named = _named(rows, most)
    for row in named:
        item = row.first
        whose = "yours" if item.case == ME else item.case.client
        style = item.band.name if item.band is not None else ""
        word = status(item, output.today, output.time)
        own = max(len(item.item), 10)  # a name is typed again, so it is never cut
        said = max(len(word), 14)  # nor is how late a deadline is
        room = max(width - own - said - 3, 1)
        lines.append(
            [(cell(item.item, own), ""), (cell(whose, room), "name"), (cell(word, said), style)]
        )
    if len(rows) > len(named):
        lines.append([(cell(f"+{len(rows) - len(named):,} more", width - 1), "dim")])
    return lines


def _named(rows: Sequence[Ranked], most: int | None) -> Sequence[Ranked]:
    from casectl.core.agenda import cut

    return cut(list(rows), most)


def _beside(left: list[list[Span]], right: list[list[Span]], width: int) -> list[Line]:
    empty: list[Span] = [(" " * width, "")]
    return [
        [*(one or empty), (BETWEEN, ""), *(other or [])] for one, other in zip_longest(left, right)
    ]


def _told(rows: Sequence[Ranked], most: int | None, output: Output) -> list[Line]:
    lines: list[Line] = []
    named = _named(rows, most)
    for row in named:
        item = row.first
        whose = "yours" if item.case == ME else item.case.client
        word = status(item, output.today, output.time)
        lines += wrapped(f"{item.item}, {whose}: {word}. {item.what}.", output.width, "  ")
    if len(rows) > len(named):
        lines += wrapped(f"And {len(rows) - len(named):,} more.", output.width, "  ")
    return lines
