"""Screens: lines of styled spans, drawn by Rich in one piece. Words carry the meaning, not colour.

A screen is built for a width: at 40 columns a row takes two lines, at 80 one, at 120 more columns.
One Rich ``Text`` with spans draws twenty rows ten times faster than a measured Rich ``Table``.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, get_character_cell_size, set_cell_size
from rich.console import Console
from rich.text import Text

from casectl.core.text import visible
from casectl.render import Output

# A line is spans of text and style; "" is the terminal's own style.
Span = tuple[str, str]
Line = Sequence[Span]

NARROW, WIDE = 60, 110

STYLES = {
    "SAFETY": "bold red",
    "DEADLINE": "bold magenta",
    "NOW": "yellow",
    "SOON": "dim",
    "head": "bold",
    "dim": "dim",
    "name": "bold",
}


def draw(lines: Iterable[Line], output: Output) -> str:
    """The lines as one string, coloured if the output is, each cut to the output's width."""
    lines = list(lines)
    if not output.colour:
        return "".join(_plain(line, output.width).rstrip() + "\n" for line in lines)
    console = Console(
        file=io.StringIO(),
        force_terminal=True,
        width=output.width,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    text = Text(no_wrap=True, end="")
    for line in lines:
        fitted, start = _plain(line, output.width), 0
        for words, style in line:
            end = start + len(visible(words))
            text.append(fitted[start:end], STYLES.get(style, style) or None)
            start = end
        text.append("\n")
    console.print(text, soft_wrap=True, end="")
    drawn = console.file
    assert isinstance(drawn, io.StringIO)
    return drawn.getvalue()


def _plain(line: Line, width: int) -> str:
    return fit("".join(visible(words) for words, _ in line), width, pad=False)


def fit(text: str, width: int, *, pad: bool = True) -> str:
    """``text`` in exactly ``width`` cells (at most, without ``pad``); a cut is marked."""
    size = cell_len(text)
    if size <= width:
        return text + " " * (width - size) if pad else text
    if width <= 1:
        return text[:width] if width == 1 and cell_len(text[:1]) == 1 else " " * max(width, 0)
    return set_cell_size(text, width - 1) + "…"


def cell(text: str, width: int) -> str:
    """One column of a row: safe, cut or padded to ``width``, and a space to the next."""
    return fit(visible(text), width) + " "


def wrapped(text: str, width: int, indent: str = "") -> list[Line]:
    """Paragraphs in lines of ``width`` cells, broken at spaces where there are any."""
    room = max(width - cell_len(indent), 2)
    lines: list[Line] = []
    for paragraph in visible(text, lines=True).split("\n"):
        left = ""
        for word in paragraph.split(" "):
            for piece in _pieces(word, room):
                joined = f"{left} {piece}" if left else piece
                if left and cell_len(joined) > room:
                    lines.append([(indent + left, "")])
                    left = piece
                else:
                    left = joined
        lines.append([(indent + left, "")])
    return lines


def _pieces(word: str, room: int) -> list[str]:
    """A word in pieces that fit a line. Measures each character once, be it a megabyte of them."""
    if cell_len(word) <= room:
        return [word]
    pieces, start, size = [], 0, 0
    for place, char in enumerate(word):
        cells = get_character_cell_size(char)
        if size + cells > room:
            pieces.append(word[start:place])
            start, size = place, 0
        size += cells
    return [*pieces, word[start:]]
