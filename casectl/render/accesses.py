"""The access log: who was shown which cases, on a terminal and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from casectl.core.views import Access
from casectl.render import Object, Output

if TYPE_CHECKING:
    from casectl.render.screens import Line

ACCESS_COLUMNS = ("at", "worker", "command", "cases", "failed")
NAMED = 20  # cases on one line of a screen


def show_accesses(accesses: Sequence[Access], output: Output) -> None:
    if output.draws:
        output.draw(accesses_screen(accesses, output))
    else:
        output.table([access_object(each) for each in accesses], ACCESS_COLUMNS)


def access_object(access: Access) -> Object:
    return {
        "at": access.at,
        "worker": access.worker,
        "command": access.command,
        "cases": list(access.cases),
        "more": access.more,
        "failed": access.failed,
    }


def accesses_screen(accesses: Sequence[Access], output: Output) -> list[Line]:
    """One line each; the moment is UTC, as it was written."""
    from casectl.render.screens import NARROW, cell, wrapped

    if not accesses:
        return wrapped("Nothing was shown yet, as far as it was logged.", output.width)
    lines: list[Line] = []
    for each in accesses:
        moment = each.at.replace("T", " ").replace("Z", " UTC")
        head = f"{cell(moment, 23)}{cell(each.worker, 12)}"
        told = _told(each)
        if output.width < NARROW:
            lines += [[(head, "dim")], *wrapped(told, output.width, "  ")]
        else:
            first, *more = wrapped(told, output.width, " " * len(head))
            lines += [[(head, "dim"), (first[0][0].lstrip(" "), "")], *more]
    return lines


def _told(access: Access) -> str:
    if access.failed:
        return f"{access.command} failed"
    count = len(access.cases) + access.more
    if not count:
        return "search: nothing found" if access.command == "search" else access.command
    named = ", ".join(map(str, access.cases[:NAMED]))
    more = f" and {count - NAMED:,} more" if count > NAMED else ""
    return f"{access.command}: case{'s' if count > 1 else ''} {named}{more}"
