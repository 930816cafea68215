"""A letter as text to print, and for machines."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from casectl.core.text import visible
from casectl.render import Object

if TYPE_CHECKING:
    from casectl.core.letters import Letter
    from casectl.core.model import Case

LETTER_COLUMNS = ("letter", "from", "to", "fields")
WIDTH = 76  # columns of a printed page


def letter_text(text: str) -> str:
    """Its lines broken between words for a page, and safe for a terminal."""
    return (
        "".join(
            f"{visible(line, lines=True)}\n" for each in text.split("\n") for line in _lines(each)
        ).rstrip("\n")
        + "\n"
    )


def _lines(line: str) -> list[str]:
    if len(line) <= WIDTH:
        return [line]
    indent = " " * (len(line) - len(line.lstrip(" ")))
    return fill(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ).split("\n")


def letter_object(kind: str, case: Case, to: str | None, file: str | None, text: str) -> Object:
    return {
        "case": case.number,
        "handle": case.handle,
        "client": case.client,
        "letter": kind,
        "to": to,
        "file": file,
        "text": text if file is None else None,
    }


def list_object(letter: Letter) -> Object:
    return {
        "letter": letter.kind,
        "from": "your folder" if letter.own else "casectl",
        "to": "somebody else" if letter.goes_to_others else "the client",
        "fields": list(letter.fields),
    }
