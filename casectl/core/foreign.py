"""Casework of a kind that only a newer casectl knows: it has a name here, and owes nothing."""

from casectl.core.casework import LETTERS, Piece
from casectl.core.text import visible

LONGEST_KIND = 20


def part_name(kind: str, number: int) -> str:
    """``g1``; of a kind that nobody here knows the kind itself, safe for a terminal."""
    return f"{LETTERS.get(kind) or visible(kind)[:LONGEST_KIND]}{number}"


class Foreign(Piece):
    """A piece of such a kind. It is told as it stands, and none of the rules is about it."""

    @property
    def part(self) -> str:
        return part_name(self.kind, self.number)
