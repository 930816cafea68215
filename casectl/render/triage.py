"""Going through the list: one row at a time, and the table of a spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casectl.core.model import OWN
from casectl.core.spoken import spoken_short
from casectl.render import Object, Output
from casectl.render.screens import NARROW, Line, cell, wrapped
from casectl.render.today import priority
from casectl.render.words import reason, status, told_phone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from casectl.core.due import DueItem
    from casectl.core.model import Case, CaseRecord
    from casectl.core.triage import DayLoad, Planned, Spread

PLAN_COLUMNS = ("case", "handle", "client", "item", "what", "days_late", "planned", "minutes")


def row_lines(
    place: str,
    record: CaseRecord,
    item: DueItem,
    others: Sequence[DueItem],
    whom: str | None,
    output: Output,
) -> list[Line]:
    """One row to answer: who, how late, what and why, and the phone with its safe-contact words.

    Of a referral, ``whom`` to ask stands before the client's phone.
    """
    word = status(item, output.today, output.time)
    style = item.band.name if item.band is not None else ""
    head: list[Line]
    if output.width < NARROW:
        head = [
            [(f"{place}  ", "dim"), (cell(item.item, 12), ""), (record.case.client, "name")],
            [("  ", ""), (f"{word}  ", style), (priority(item), "dim")],
        ]
    else:
        head = [
            [(f"{place}  ", "dim"), (cell(item.item, 12), ""), (f"{record.case.client}  ", "name"),
             (f"{word}  ", style), (priority(item), "dim")]
        ]  # fmt: skip
    why = f"{item.what}: {reason(item, output.today, output.order)}"
    also = ", ".join(f"{each.item} {each.what}" for each in others)
    lines = [*head, *wrapped(why, output.width, "  ")]
    if also:
        lines += wrapped(f"also {also}", output.width, "  ")
    if whom:
        lines += wrapped(f"Ask {whom}", output.width, "  ")
    if record.case.status == OWN:
        return lines
    return [*lines, *wrapped(told_phone(record.phone, record.safe_contact), output.width, "  ")]


def spread_lines(spread: Spread, output: Output) -> list[Line]:
    """A line a day: how many overdue cases it gets, what it has anyway, and the hours of both."""
    count = len(spread.planned)
    days = len(spread.days)
    lines: list[Line] = [
        [(f"{count} overdue over {days} day{'s' * (days != 1)} of {hours(spread.minutes)}", "head")]
    ]
    lines += [_day(load, spread, output) for load in spread.days]
    stays = []
    if spread.urgent:
        stays.append(f"{spread.urgent} in SAFETY and DEADLINE stay first")
    if spread.waiting:
        stays.append(f"{spread.waiting} overdue wait for a day already")
    if stays:
        lines += wrapped(f"{'; '.join(stays)}.", output.width)
    if spread.overfull is not None:
        most = hours(spread.overfull.total)
        lines += wrapped(
            f"They do not fit into {hours(spread.minutes)} a day: the fullest has {most}. "
            "More days, or more --hours.",
            output.width,
        )
    return lines


def _day(load: DayLoad, spread: Spread, output: Output) -> Line:
    due = f"+ {load.due} due" if load.due else ""
    style = "NOW" if load.total > spread.minutes else ""
    return [
        ("  ", ""), (cell(_said(load.day, output), 11), "head"), (f"{load.cases:>3} ", "name"),
        (cell(due, 8), ""), (f"{hours(load.total):>8}", style),
    ]  # fmt: skip


def _said(day: date, output: Output) -> str:
    return "today" if day == output.today else spoken_short(day, output.today, output.order)


def hours(minutes: int) -> str:
    """``6 h``, ``5 h 50``, ``45 min``."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return f"{rest} min"
    return f"{whole} h {rest:02}" if rest else f"{whole} h"


def planned_object(each: Planned, today: date) -> Object:
    """One case of ``triage --spread --json``; ``planned`` is null where it stays for today."""
    case, item = each.row.record.case, each.row.first
    return {
        "case": case.number,
        "handle": case.handle,
        "client": case.client,
        "item": item.item,
        "what": item.what,
        "due": item.due.isoformat(),
        "days_late": item.days_late,
        "planned": each.day.isoformat() if each.day > today else None,
        "minutes": each.minutes,
    }


def case_plan_object(case: Case) -> Object:
    """One case of ``triage CASE --on DAY --json``."""
    return {
        "case": case.number,
        "handle": case.handle,
        "client": case.client,
        "planned": case.planned_on.isoformat() if case.planned_on else None,
        "reason": case.planned_reason,
    }
