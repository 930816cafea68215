"""The day's list as sheets: whom to call, where to go, and what to take along on paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from casectl.core.agenda import cut
from casectl.core.due import Band, DueItem
from casectl.core.model import DEADLINE, FOLLOW_UP, ME, Client
from casectl.core.priority import Ranked, RankKey, rank_key
from casectl.core.standards import Standards
from casectl.core.text import fold
from casectl.core.values import NamedTuple

if TYPE_CHECKING:
    from casectl.core.casework import Piece
    from casectl.core.resources import Resource


class SheetRow(NamedTuple):
    """A case on a sheet: what it owes there, and how its client is reached."""

    row: Ranked
    client: Client


class Visit(NamedTuple):
    """Somewhere to be today: an appointment, or a visit that was promised."""

    item: DueItem
    client: Client


class AgencyCall(NamedTuple):
    """An agency that was told of a client and has not answered yet."""

    item: DueItem
    referral: Piece
    resource: Resource | None


def calls(rows: Iterable[Ranked], today: date, scale: int) -> list[Ranked]:
    """The cases to call, each with the items that this clears, the most pressing call first."""
    kept = []
    for row in rows:
        items = tuple(item for item in row.items if is_cleared_by_a_call(item))
        if items:
            kept.append(row._replace(items=items, key=rank_key(items[0], today, scale)))
    return sorted(kept, key=lambda row: row.key)


def to_chase(rows: Iterable[Ranked], today: date, scale: int) -> list[DueItem]:
    """The silent referrals whose agency is to be asked by now, the most pressing first."""
    items = [item for row in rows for item in row.items if _is_silent(item) and item.is_pressing]
    return sorted(items, key=lambda item: rank_key(item, today, scale))


def _is_silent(item: DueItem) -> bool:
    return (item.kind, item.stage) == ("referral", "chase")


def longest_untried(rows: Iterable[Ranked], standards: Standards) -> list[Ranked]:
    """The calls by who would soonest go without a try for too long; SAFETY stays before them.

    That is a level's interval after the client was last reached or tried, whether anything is due
    or not. For the weeks around a leave, when one day does not hold what presses: the list calls
    the higher levels again before it comes to the low ones.
    """
    return sorted(rows, key=lambda row: _untried_key(row, standards))


def _untried_key(row: Ranked, standards: Standards) -> tuple[bool, date, RankKey]:
    if row.first.band is Band.SAFETY:
        return False, date.min, row.key
    return True, untried_until(row, standards), row.key


def untried_until(row: Ranked, standards: Standards) -> date:
    """The day from which nobody would have tried a client for longer than their level allows."""
    record = row.record
    touched = [day for day in (record.reached_client_on, record.tried_on) if day is not None]
    if not touched:
        return min(item.due for item in row.items)
    interval = standards.of(record.case.program).contact[record.case.level - 1]
    return max(touched) + timedelta(days=interval)


def of_clients(rows: Iterable[Ranked]) -> list[Ranked]:
    """Without the worker's own work: nobody is called about it or visited for it."""
    return [row for row in rows if row.record.case != ME]


def is_cleared_by_a_call(item: DueItem) -> bool:
    """A call, or whatever else only reaching the client clears. A promised visit is not one."""
    if item.kind == "safety":
        return item.stage != "review"
    if item.kind == FOLLOW_UP:
        return item.promise is not None and item.promise.subject == "call"
    return item.kind in ("contact", "aftercare")


def visits(rows: Iterable[Ranked], today: date, limit: int | None) -> tuple[list[DueItem], int]:
    """Where to be today, and how many promised visits the limit cut. Appointments never are."""
    items = [item for row in rows for item in row.items]
    hours = [item for item in items if _is_today(item, today)]
    promised = [item for item in items if _is_promised_visit(item)]
    kept = promised[:limit]
    return [*hours, *kept], len(promised) - len(kept)


def in_order_of_going(visits: Iterable[Visit]) -> list[Visit]:
    """What has an hour by the hour, then the rest by place."""

    def place(visit: Visit) -> tuple[bool, str, tuple[bool, PlaceKey], str]:
        time = visit.item.time
        return time is None, time or "", place_key(where(visit)), visit.item.item

    return sorted(visits, key=place)


def where(visit: Visit) -> str | None:
    """Where an appointment was made for, else where the client lives."""
    promise = visit.item.promise
    return (promise.place if promise is not None else None) or visit.client.address


def _is_today(item: DueItem, today: date) -> bool:
    return item.is_appointment and item.due == today


def _is_promised_visit(item: DueItem) -> bool:
    promise = item.promise
    return (
        item.kind == FOLLOW_UP
        and item.is_pressing
        and promise is not None
        and promise.subject == "visit"
    )


PlaceKey = tuple[tuple[bool, int, str], ...]


def place_key(address: str | None) -> tuple[bool, PlaceKey]:
    """Street by street, and in a street by number, wherever the number is written.

    ``9 Oak St`` and ``Oak St 9`` stand before ``12 Oak St``; no address comes last.
    """
    if not address:
        return True, ()
    first, _, rest = fold(address).partition(",")
    words = first.split()
    if len(words) > 1 and words[0][0].isdigit():
        words = [*words[1:], words[0]]
    return False, tuple(map(_natural, (*words, *rest.split())))


def _natural(word: str) -> tuple[bool, int, str]:
    """Numbers before words, and 9 before 12."""
    digits = re.match(r"[0-9]{1,15}", word)
    return digits is None, int(digits.group()) if digits else 0, word


def field_rows(rows: Sequence[Ranked], today: date, limit: int | None) -> list[Ranked]:
    """The cases on the sheet for the field: the list to its limit, and all who have an hour."""
    kept = cut(list(rows), limit)
    numbers = {row.record.case.number for row in kept}
    left = (row for row in rows if row.record.case.number not in numbers)
    return [*kept, *(row for row in left if _has_hour(row, today))]


def _has_hour(row: Ranked, today: date) -> bool:
    return any(
        item.due == today
        and (item.is_appointment or (item.kind == DEADLINE and item.time is not None))
        for item in row.items
    )
