"""Screens: lines of styled spans, drawn by Rich in one piece. Words carry the meaning, not colour.

A screen is built for a width: at 40 columns a row takes two lines, at 80 one, at 120 more columns.
One Rich ``Text`` with spans draws twenty rows ten times faster than a measured Rich ``Table``.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
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
        left = output.width
        for words, style in line:
            shown = fit(visible(words), left, pad=False)
            left -= cell_len(shown)
            text.append(shown, STYLES.get(style, style) or None)
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
    """A paragraph in lines of ``width`` cells, broken at spaces where there are any."""
    lines: list[Line] = []
    for paragraph in visible(text, lines=True).split("\n"):
        left = ""
        for word in paragraph.split(" "):
            while cell_len(indent) + cell_len(word) > width:  # a word longer than a line
                if left:
                    lines.append([(indent + left, "")])
                    left = ""
                part = set_cell_size(word, max(width - cell_len(indent), 2)).rstrip()
                lines.append([(indent + part, "")])
                word = word[len(part) :]
            joined = f"{left} {word}" if left else word
            if cell_len(indent) + cell_len(joined) > width:
                lines.append([(indent + left, "")])
                left = word
            else:
                left = joined
        lines.append([(indent + left, "")])
    return lines
