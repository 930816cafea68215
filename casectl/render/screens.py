"""Screens: lines of styled spans. Words carry the meaning, not colour.

A screen is built for a width: at 40 columns a row takes two lines, at 80 one, at 120 more columns.
Rich measures the text, whose cells are not its characters. Its console is not needed for seven
styles of a line, and loading it costs the day's list a fifth of its start-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, get_character_cell_size, set_cell_size

from casectl.core.text import visible
from casectl.render import Output

# A line is spans of text and style; "" is the terminal's own style.
Span = tuple[str, str]
Line = Sequence[Span]

NARROW, WIDE = 60, 110

# The terminal's own colours, as SGR codes (ECMA-48); a reader's theme decides what they look like.
STYLES = {
    "SAFETY": "1;31",
    "DEADLINE": "1;35",
    "NOW": "33",
    "SOON": "2",
    "head": "1",
    "dim": "2",
    "name": "1",
}


def draw(lines: Iterable[Line], output: Output) -> str:
    """The lines as one string, coloured if the output is, each cut to the output's width."""
    if not output.colour:
        return "".join(_plain(line, output.width).rstrip() + "\n" for line in lines)
    return "".join(_coloured(line, output.width) + "\n" for line in lines)


def _coloured(line: Line, width: int) -> str:
    fitted, start = _plain(line, width), 0
    drawn = []
    for words, style in line:
        end = start + len(visible(words))
        shown = fitted[start:end]
        drawn.append(f"\x1b[{STYLES[style]}m{shown}\x1b[0m" if style and shown else shown)
        start = end
    return "".join(drawn)


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


def whole(text: str, width: int) -> str:
    """One column that is never cut: a longer text pushes what follows it to the right."""
    return cell(text, max(width, cell_len(visible(text))))


def wrapped(text: str, width: int, indent: str = "") -> list[Line]:
    """Paragraphs in lines of ``width`` cells, broken at spaces where there are any.

    A paragraph that somebody set in stays set in, as far as the line has room for it.
    """
    whole = max(width - cell_len(indent), 2)
    lines: list[Line] = []
    for paragraph in visible(text, lines=True).split("\n"):
        words = paragraph.lstrip(" ")
        set_in = " " * min(len(paragraph) - len(words), whole // 2)
        room, begins = whole - len(set_in), indent + set_in
        left = ""
        for word in words.split(" "):
            for piece in _pieces(word, room):
                joined = f"{left} {piece}" if left else piece
                if left and cell_len(joined) > room:
                    lines.append([(begins + left, "")])
                    left = piece
                else:
                    left = joined
        lines.append([(begins + left, "")])
    return lines


def as_many(title: str, each: Sequence[str], parted: str, width: int | None, more: str) -> str:
    """``Around: Rosa Garcia (sister) +3 more: casectl people show 12``: what a line has room for.

    ``more`` is the command that shows all of them; without a ``width`` they stand here. One alone
    is not counted, but cut at the end.
    """
    line = f"{title}: {parted.join(each)}"
    if width is None or len(each) < 2 or cell_len(visible(line)) <= width:
        return line
    for count in range(len(each) - 1, 0, -1):
        line = f"{title}: {parted.join(each[:count])} +{len(each) - count} more: {more}"
        if cell_len(visible(line)) <= width:
            return line
    return f"{title}: {len(each)}, {more}"


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
