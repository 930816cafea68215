"""Totals as a line of bars."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.render.sparkline import ASCII_BARS, BARS, can_show_bars, sparkline


def test_a_bar_for_each_total_and_a_dot_for_none() -> None:
    assert sparkline([27, 20, None, 9, 3, 0], 0, 27) == "█▆·▃▂▁"
    assert sparkline([27, 20, None, 9, 3, 0], 0, 27, plain=True) == "#+?:._"
    assert sparkline([], 0, 27) == ""


def test_the_newest_are_shown_where_there_is_no_room() -> None:
    assert sparkline([0, 0, 27, 27], 0, 27, width=2) == "██"
    assert sparkline([27], 0, 27, width=5) == "█"
    assert sparkline([27, 0], 0, 27, width=0) == ""


@pytest.mark.parametrize(
    ("encoding", "can"),
    [("utf-8", True), ("UTF-8", True), ("ascii", False), ("cp437", False), ("latin-1", False),
     ("no such", False), (None, False)],
)  # fmt: skip
def test_what_cannot_hold_bars_gets_plain_ones(encoding: str | None, can: bool) -> None:
    assert can_show_bars(encoding) is can
    ASCII_BARS.encode("ascii")


@given(st.integers(0, 50), st.integers(0, 500), st.data())
def test_higher_is_never_drawn_lower_and_the_ends_stand_for_themselves(
    lowest: int, more: int, data: st.DataObject
) -> None:
    highest = lowest + more
    totals = sorted(data.draw(st.lists(st.integers(lowest, highest), min_size=1)))
    drawn = sparkline(totals, lowest, highest)
    assert len(drawn) == len(totals)
    assert list(drawn) == sorted(drawn, key=BARS.index)
    if more:
        for total, bar in zip(totals, drawn, strict=True):
            assert (bar == BARS[0]) == (total == lowest)
            assert (bar == BARS[-1]) == (total == highest)
