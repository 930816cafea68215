"""What somebody has in hand of a client, in every way it can be read: a number, a date, words.

A caller's number, a birth date on a letter, another system's id, the name of a sister. Knows no
clock and no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING

from casectl.core.errors import BadValue
from casectl.core.matching import words_of
from casectl.core.values import NamedTuple

if TYPE_CHECKING:
    from casectl.core.due import DueItem
    from casectl.core.model import Case, CaseRecord, Client
    from casectl.core.spoken import DateOrder
    from casectl.core.standards import Standards
    from casectl.core.views import Hit

# With fewer digits an area code or an extension would be taken for somebody's number.
FEWEST_DIGITS = 7
MOST_DIGITS = 20  # E.164 has 15, and what is dialled before them
# What people write inside one number. A plus begins the next one; so do letters and commas.
_INSIDE = r"\s().\-/\u2010-\u2015"
_EXTENSION = r"(?:\s*(?:x|ext\.?|#)\s*\d{1,6})?"

# The surest first: which record's field says best who it is.
_SUREST = ("phone", "external_id", "birth_date", "name", "handle", "person")


class Sought(NamedTuple):
    """One text, read as everything that it may be."""

    words: tuple[str, ...]  # folded, each once
    number: str | None = None  # the digits of a phone number
    ref: str = ""  # perhaps another system's name for the person or the case
    born: tuple[str, ...] = ()  # ISO birth dates, in both orders where none is settled


def sought(text: str, today: date, order: DateOrder | None) -> Sought:
    return Sought(
        tuple(words_of(text)),
        typed_number(text),
        text.strip(),
        tuple(_birth_dates(text, today, order)),
    )


def _birth_dates(text: str, today: date, order: DateOrder | None) -> Iterator[str]:
    """At least a year and its month: a year alone is half of all numbers."""
    if not re.search(r"\d{4}", text):
        return
    from casectl.core.dates import parse_birth_date

    orders: tuple[DateOrder, ...] = (order,) if order else ("dmy", "mdy")
    seen = set()
    for each in orders:
        try:
            born = parse_birth_date(text, today, order=each)
        except BadValue:
            continue
        if len(born) > 4 and born not in seen:
            seen.add(born)
            yield born


# --- Phone numbers ---------------------------------------------------------------------------


def typed_number(text: str) -> str | None:
    """The digits of ``text`` where it is a phone number and nothing else; at least three."""
    plain = _plain_digits(text).strip().casefold().removeprefix("tel:")
    found = re.fullmatch(rf"(\+?[\d{_INSIDE}]*\d){_EXTENSION}", plain)
    if found is None:
        return None
    digits = re.sub(r"\D", "", _without_trunk(found[1]))
    return digits if len(digits) > 2 else None


def number_in(text: str, wanted: str) -> str | None:
    """The number in ``text`` that ends as ``wanted`` does, as it is written there.

    Country and area codes may be missing on either side, and so may the 0 that is dialled before
    them. A field may hold several numbers:

        555-0142 / 555-0199 (sister)      5550199    +1 212 555-0142
    """
    plain = _plain_digits(text)
    for run in re.finditer(rf"\d(?:[\d{_INSIDE}]*\d)?", plain):
        written = _without_trunk(run.group())
        groups = re.findall(r"\d+", written)
        for start, end in _numbers(groups):
            ends_alike = wanted.endswith(groups[end - 1][-2:])
            if ends_alike and _is_same("".join(groups[start:end]), wanted):
                return " ".join(groups[start:end])
    return None


def _numbers(groups: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the numbers in one run of groups may begin and end.

    Usually it is one. Two that only a space parts have a whole number on each side.
    """
    before = list(accumulate(map(len, groups), initial=0))
    last, digits = len(groups), before[-1]
    for start in range(last):
        if 0 < before[start] < FEWEST_DIGITS:
            continue
        for end in range(min(last, start + MOST_DIGITS), start, -1):
            rest = digits - before[end]
            if before[end] - before[start] <= MOST_DIGITS and not 0 < rest < FEWEST_DIGITS:
                yield start, end


def _is_same(known: str, wanted: str) -> bool:
    short, long = sorted((known.lstrip("0"), wanted.lstrip("0")), key=len)
    if len(short) < FEWEST_DIGITS:
        return known == wanted or (len(wanted) >= FEWEST_DIGITS and known.endswith(wanted))
    return long.endswith(short)


def _without_trunk(number: str) -> str:
    """``+49 (0)30`` is dialled as +4930 or as 030, never with both."""
    return re.sub(r"\(\s*0\s*\)", "", number)


def _plain_digits(text: str) -> str:
    """``text`` with every script's digits as 0 to 9."""
    if text.isascii():
        return text
    from unicodedata import decimal

    return "".join([str(decimal(char)) if char.isdecimal() else char for char in text])


# --- Who it is -------------------------------------------------------------------------------


class Known(NamedTuple):
    """One case of somebody who was found: whose it is, what it owes first, and how it was found."""

    case: Case
    client: Client
    first: DueItem | None  # None once closed
    more_due: int  # what else presses
    hit: Hit


def surest(hits: Iterable[Hit]) -> list[Hit]:
    """Of what was found, the hits that say best who it is: a phone number before a note."""
    ranks = [(_rank(hit), hit) for hit in hits]
    best = min((rank for rank, _ in ranks), default=0)
    return [hit for rank, hit in ranks if rank == best]


def in_order_of_sureness(hits: Iterable[Hit]) -> list[Hit]:
    """The surest first, of those the open cases first; else as they came."""
    return sorted(hits, key=lambda hit: (_rank(hit), _rank(hit) < len(_SUREST) and _closed(hit)))


def _rank(hit: Hit) -> int:
    return _SUREST.index(hit.field) if hit.field in _SUREST else len(_SUREST)


def _closed(hit: Hit) -> bool:
    return not hit.case.is_open


def known(
    hits: Sequence[Hit],
    records: Iterable[CaseRecord],
    clients: dict[str, Client],
    standards: Standards,
    today: date,
) -> list[Known]:
    """Every case of ``records``: client by client as they were found, a client's open ones first.

    Each with what was found first of its client.
    """
    from casectl.core.casefile import owed

    found: dict[str, Hit] = {}
    for hit in hits:
        found.setdefault(hit.case.client_id, hit)
    places = {client_id: place for place, client_id in enumerate(found)}
    rows = []
    for record in records:
        case = record.case
        items = owed(record, standards, today)
        pressing = sum(item.is_pressing for item in items[1:])
        first = items[0] if items else None
        hit = found[case.client_id]
        rows.append(Known(case, clients[case.client_id], first, pressing, hit))

    def sureness(row: Known) -> tuple[int, bool, int]:
        return places[row.client.id], not row.case.is_open, row.case.number

    return sorted(rows, key=sureness)


def may_be_ours(text: str) -> bool:
    """Whether ``text`` looks like a case's number or an item of it: 12, 12.3, 12.contact."""
    return re.fullmatch(r"\s*\d+(?:\.\w+)?\s*", text) is not None
