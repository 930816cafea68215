"""How a client stands in each domain, as a case's screen tells it. Loads no list of domains."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from casectl.core.casework import ASSESSMENT, Piece
from casectl.core.errors import CasectlError
from casectl.core.values import NamedTuple


class Stood(NamedTuple):
    """How a client stood in a domain when somebody last looked."""

    level: int
    on: date


def last_stood(pieces: Iterable[Piece]) -> dict[str, Stood]:
    """The newest level of each domain, whichever assessment has it."""
    found: dict[str, Stood] = {}
    for piece in sorted(pieces, key=lambda each: (each.on_day, each.number)):
        if piece.kind == ASSESSMENT:
            for key, level in levels_of(piece):
                found[key] = Stood(level, piece.on_day)
    return found


def levels_of(piece: Piece) -> list[tuple[str, int]]:
    try:
        kept = {key: each.get("level") for key, each in piece.body.get("domains", {}).items()}
    except AttributeError:
        raise CasectlError("an assessment on file cannot be read", hint="casectl doctor") from None
    return [(key, level) for key, level in kept.items() if isinstance(level, int)]
