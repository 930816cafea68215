"""The coming days, a day's blocks of time and the matrix as objects, with explicit keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casectl.core.blocks import clock, is_over
from casectl.render import Object, Output
from casectl.render.objects import TODAY_COLUMNS, agenda_objects, item_object

if TYPE_CHECKING:
    from casectl.core.blocks import Blocks
    from casectl.core.matrix import Matrix
    from casectl.core.weeks import Day

WEEK_COLUMNS = ("day", "weekday", "working", "count", "late", "minutes", "hours", "due")


def day_object(day: Day, output: Output) -> Object:
    """``week --json``: one object a day, every item of it."""
    return {
        "day": day.day.isoformat(),
        "weekday": f"{day.day:%a}",
        "working": day.working,
        "away": day.leave is not None,
        "reason": day.leave.reason if day.leave is not None else None,
        "count": day.things,
        "late": day.late,
        "minutes": day.minutes,
        "hours": [item_object(item, output) for item in day.hours],
        "due": [item_object(item, output) for item in day.due],
    }


BLOCK_COLUMNS = (
    "begins", "ends", "state", "minutes", "item", "handle", "client", "status", "what",
)  # fmt: skip
MATRIX_COLUMNS = ("box", *TODAY_COLUMNS)
# Of the boxes, in the order of ``Matrix``.
BOXES = ("urgent and important", "important", "urgent", "neither")


def block_objects(day: Blocks, output: Output) -> list[Object]:
    """``today --hours N --json``: what has a time by it, what does not fit, what is ahead."""
    made: list[Object] = [
        {
            "begins": None if each.begins is None else clock(each.begins),
            "ends": None if each.ends is None else clock(each.ends),
            "minutes": each.minutes,
            "state": "fixed" if each.fixed else "over" if is_over(each, day) else "placed",
            "also": each.also,
            **item_object(each.item, output),
        }
        for each in day.blocks
    ]
    return made + [
        {
            "begins": None,
            "ends": None,
            "minutes": each.minutes,
            "state": state,
            "also": 0,
            **item_object(each.item, output),
        }
        for state, them in (("left", day.left), ("ahead", day.ahead))
        for each in them
    ]


def matrix_objects(matrix: Matrix, output: Output) -> list[Object]:
    """``today --matrix --json``: the list's objects, box by box."""
    made = []
    for box, rows in zip(BOXES, matrix, strict=True):
        for each in agenda_objects(rows, output):
            made.append({"box": box, **each})
    return made
