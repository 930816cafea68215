"""The list in four boxes: urgent or not, important or not. Knows no clock and no database."""

from collections.abc import Iterable
from datetime import date

from casectl.core.due import Band
from casectl.core.model import Level
from casectl.core.priority import Ranked
from casectl.core.values import NamedTuple


class Matrix(NamedTuple):
    """Each box in the order of the list."""

    both: tuple[Ranked, ...]  # urgent and important
    important: tuple[Ranked, ...]
    urgent: tuple[Ranked, ...]
    neither: tuple[Ranked, ...]


def matrix_of(rows: Iterable[Ranked], today: date) -> Matrix:
    boxes: dict[tuple[bool, bool], list[Ranked]] = {}
    for row in rows:
        boxes.setdefault((is_urgent(row, today), is_important(row)), []).append(row)
    return Matrix(
        *(
            tuple(boxes.get(each, ()))
            for each in ((True, True), (False, True), (True, False), (False, False))
        )
    )


def is_urgent(row: Ranked, today: date) -> bool:
    """Something of it is due today or late."""
    return any(item.due <= today for item in row.items)


def is_important(row: Ranked) -> bool:
    """A high or crisis case, or one with something in SAFETY or DEADLINE."""
    return any(
        item.level >= Level.HIGH or item.band in (Band.SAFETY, Band.DEADLINE) for item in row.items
    )
