"""Totals over time as a line of small bars."""

from __future__ import annotations

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
# Where those cannot be shown: from low to high as the eye takes them.
ASCII_BARS = "_.:-=+*#"
GAP, ASCII_GAP = "·", "?"  # a time without a total


def can_show_bars(encoding: str | None) -> bool:
    """Whether a terminal or file of this encoding can hold the bars."""
    try:
        (BARS + GAP).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def sparkline(
    totals: Sequence[int | None],
    lowest: int,
    highest: int,
    *,
    plain: bool = False,
    width: int | None = None,
) -> str:
    """One bar for each total, on the scale from ``lowest`` to ``highest``; the newest ``width``.

    The scale is the instrument's and not that of these totals: a 2 beside a 3 of 27 is no cliff.
    """
    bars, gap = (ASCII_BARS, ASCII_GAP) if plain else (BARS, GAP)
    shown = totals if width is None else totals[max(len(totals) - width, 0) :]
    return "".join(
        gap if total is None else bars[_height(total, lowest, highest, len(bars))]
        for total in shown
    )


def _height(total: int, lowest: int, highest: int, bars: int) -> int:
    """The lowest bar is for the lowest total alone, and the highest for the highest."""
    if total <= lowest or highest <= lowest:
        return 0
    if total >= highest:
        return bars - 1
    return 1 + (total - lowest - 1) * (bars - 2) // max(highest - lowest - 1, 1)
