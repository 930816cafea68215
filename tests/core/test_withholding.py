"""Withheld counts stay withheld: no arithmetic over what a report tells gives one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.withholding import withheld

Key = tuple[int, int]
Sums = list[dict[Key, int]]
ALL = -1


def table(rows: Sequence[Sequence[int]]) -> tuple[dict[Key, int], Sums]:
    """Groups by parts with what they come to in each direction, as a report shows them."""
    parts = len(rows[0])
    counts = {(g, p): n for g, row in enumerate(rows) for p, n in enumerate(row)}
    counts |= {(g, ALL): sum(row) for g, row in enumerate(rows)}
    counts |= {(ALL, p): sum(row[p] for row in rows) for p in range(parts)}
    counts[ALL, ALL] = sum(map(sum, rows))
    groups = range(len(rows))
    sums: Sums = [{**{(g, p): 1 for p in range(parts)}, (g, ALL): -1} for g in (*groups, ALL)]
    sums += [{**{(g, p): 1 for g in groups}, (ALL, p): -1} for p in (*range(parts), ALL)]
    return counts, sums


def rank(rows: Sequence[Mapping[Key, int]], columns: Sequence[Key]) -> int:
    """The rank of the equations in these columns, by plain elimination."""
    matrix = [[Fraction(row.get(key, 0)) for key in columns] for row in rows]
    found = 0
    for column in range(len(columns)):
        pivot = next((n for n in range(found, len(matrix)) if matrix[n][column]), None)
        if pivot is None:
            continue
        matrix[found], matrix[pivot] = matrix[pivot], matrix[found]
        for n, row in enumerate(matrix):
            if n != found and row[column]:
                times = row[column] / matrix[found][column]
                matrix[n] = [a - times * b for a, b in zip(row, matrix[found], strict=True)]
        found += 1
    return found


def is_determined(key: Key, sums: Sums, hidden: set[Key]) -> bool:
    """Whether what is told leaves one value for it: its column is independent of the others."""
    columns = sorted(hidden)
    without = [each for each in columns if each != key]
    return rank(sums, columns) == rank(sums, without) + 1


counted = st.integers(0, 30)
tables = st.integers(1, 4).flatmap(
    lambda parts: st.lists(
        st.lists(counted, min_size=parts, max_size=parts), min_size=1, max_size=4
    )
)


@given(tables, st.integers(2, 15))
def test_no_withheld_count_can_be_worked_out(rows: list[list[int]], threshold: int) -> None:
    counts, sums = table(rows)
    hidden = withheld(counts, sums, threshold)
    assert {key for key, n in counts.items() if 0 < n < threshold} <= hidden
    for key in hidden:
        assert not is_determined(key, sums, hidden), (key, hidden)
    for each in sums:
        lacking = [key for key in each if key in hidden]
        if lacking and len({each[key] for key in lacking}) == 1 and set(each) - hidden:
            together = sum(counts[key] for key in lacking)
            assert not 0 < together < threshold


@given(tables)
def test_where_nothing_is_small_everything_is_told(rows: list[list[int]]) -> None:
    large = [[0 if n < 5 else n + 20 for n in row] for row in rows]
    counts, sums = table(large)
    assert withheld(counts, sums, 11) == set()


def test_a_second_count_is_withheld_beside_a_small_one() -> None:
    counts = {(0, 0): 40, (0, 1): 3, (0, 2): 20, (0, ALL): 63}
    sums = [{(0, 0): 1, (0, 1): 1, (0, 2): 1, (0, ALL): -1}]
    assert withheld(counts, sums, 11) == {(0, 1), (0, 2)}


def test_a_small_sum_of_small_counts_is_not_told_either() -> None:
    """3 and 4 beside a whole of 47: that there are 7 would be told."""
    counts = {(0, 0): 40, (0, 1): 3, (0, 2): 4, (0, ALL): 47}
    sums = [{(0, 0): 1, (0, 1): 1, (0, 2): 1, (0, ALL): -1}]
    assert withheld(counts, sums, 11) == {(0, 0), (0, 1), (0, 2)}


@pytest.mark.parametrize("threshold", [2, 11])
def test_zero_is_told(threshold: int) -> None:
    counts, sums = table([[0, 0], [50, 0]])
    assert withheld(counts, sums, threshold) == set()
