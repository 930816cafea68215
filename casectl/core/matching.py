"""Where a search found its words: the place in the text as typed, not as folded for comparing."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from casectl.core.text import fold
from casectl.core.values import NamedTuple


class Snippet(NamedTuple):
    """The match as typed, and what stands around it on one line."""

    before: str
    match: str
    after: str

    def __str__(self) -> str:
        return self.before + self.match + self.after


def words_of(text: str) -> list[str]:
    """The words to look for, folded as the index is, each once."""
    return list(dict.fromkeys(fold(text).split()))


def snippet(text: str, words: Sequence[str], width: int) -> Snippet:
    """The first of the folded ``words`` in ``text``, with about ``width`` characters around it.

    Where none is found (a match of another field) the beginning of the text.
    """
    found = _first_match(text, words)
    if found is None:
        return Snippet("", "", _one_line(text[: width + 1], cut_end=len(text) > width))
    start, end = found
    right = min(max(start - width // 3, 0) + width, len(text))
    left = _word_start(text, max(right - width, 0), start)
    right = max(right, end)
    return Snippet(
        ("…" if left else "") + _spaces(text[left:start]).lstrip(),
        _spaces(text[start:end]),
        _one_line(text[end:right], cut_end=right < len(text)),
    )


def _word_start(text: str, left: int, start: int) -> int:
    """The beginning of the first whole word between ``left`` and ``start``, if there is one."""
    if left == 0 or left >= start:
        return min(left, start)
    space = re.compile(r"\s").search(text, left, start)
    return space.end() if space else left


def _one_line(text: str, *, cut_end: bool) -> str:
    shown = _spaces(text).rstrip()
    return f"{shown}…" if cut_end else shown


def _spaces(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _first_match(text: str, words: Sequence[str]) -> tuple[int, int] | None:
    """Start and end of the first word that holds one of ``words``; a match never spans a space."""
    for token in re.finditer(r"\S+", text):
        folded = fold(token.group())
        at, word = min(
            ((folded.find(word), word) for word in words if word in folded), default=(-1, "")
        )
        if at >= 0:
            start, end = _as_typed(token.group(), at, at + len(word))
            return token.start() + start, token.start() + end
    return None


def _as_typed(token: str, start: int, end: int) -> tuple[int, int]:
    """Places in the folded ``token`` as places in ``token`` itself, its accents included."""
    lengths = range(len(token) + 1)

    def folded_length(count: int) -> int:
        return len(fold(token[:count]))

    first = bisect_right(lengths, start, key=folded_length) - 1
    last = bisect_left(lengths, end, key=folded_length)
    return first, max(bisect_right(lengths, folded_length(last), key=folded_length) - 1, first + 1)
