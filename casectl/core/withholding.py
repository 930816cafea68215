"""Small counts are not told, and cannot be worked out from what is told beside them.

A count under the threshold is withheld, for a few people are soon one person. Then so are others,
until nobody can subtract their way back: by no sum that the report shows is a withheld count
determined, and no sum of withheld counts is itself under the threshold. Zero is told.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def withheld(
    counts: Mapping[Key, int], sums: Iterable[Mapping[Key, int]], threshold: int
) -> set[Key]:
    """Which counts are not told.

    ``sums`` are what a reader knows of them: for each, the counts times their signs come to 0.
    """
    known = [each for each in sums if each]
    hidden = {key for key, count in counts.items() if 0 < count < threshold}
    if not hidden:
        return hidden
    while True:
        wanted = _next(counts, known, hidden, threshold)
        if wanted is None:
            return hidden
        hidden.add(wanted)


def _next(
    counts: Mapping[Key, int], sums: Sequence[Mapping[Key, int]], hidden: set[Key], threshold: int
) -> Key | None:
    """One count more that has to be withheld; None where enough are."""
    for each in sums:
        lacking = [key for key in each if key in hidden]
        if not lacking:
            continue
        signs = {each[key] for key in lacking}
        together = sum(counts[key] for key in lacking)
        if len(lacking) == 1 or (len(signs) == 1 and 0 < together < threshold):
            more = _smallest(counts, each, hidden)
            if more is not None:
                return more
    for key in _determined(sums, hidden):
        for each in sums:
            if key in each:
                more = _smallest(counts, each, hidden)
                if more is not None:
                    return more
    return None


def _smallest(counts: Mapping[Key, int], within: Mapping[Key, int], hidden: set[Key]) -> Key | None:
    """The smallest count of a sum that is told, a zero only where there is no other."""
    told = [key for key in within if key not in hidden]
    return min(told, key=lambda key: (counts[key] == 0, counts[key], str(key)), default=None)


def _determined(sums: Sequence[Mapping[Key, int]], hidden: set[Key]) -> list[Key]:
    """The withheld counts that follow from what is told, by any chain of sums.

    Each sum is an equation in the withheld counts. One of them is determined exactly where, once
    the equations are reduced, it stands in one alone.
    """
    rows = []
    for each in sums:
        row = {key: Fraction(sign) for key, sign in each.items() if key in hidden}
        if row:
            rows.append(row)
    reduced: dict[Key, dict[Key, Fraction]] = {}
    for row in rows:
        for pivot, known in reduced.items():
            _subtract(row, known, pivot)
        if not row:
            continue
        pivot = next(iter(row))
        lead = row[pivot]
        row = {key: value / lead for key, value in row.items()}
        for known in reduced.values():
            _subtract(known, row, pivot)
        reduced[pivot] = row
    return [pivot for pivot, row in reduced.items() if len(row) == 1]


def _subtract(row: dict[Key, Fraction], other: Mapping[Key, Fraction], pivot: Key) -> None:
    times = row.get(pivot)
    if not times:
        return
    for key, value in other.items():
        left = row.get(key, Fraction(0)) - times * value
        if left:
            row[key] = left
        else:
            row.pop(key, None)
