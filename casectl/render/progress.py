"""How far a long import is: one line on a terminal's standard error, wiped when it ends."""

from __future__ import annotations

import sys

EVERY = 1_000  # rows between two drawings
LONG = 5_000  # rows: a shorter file is done before anybody wonders
BAR = 24


class Progress:
    """A bar for ``total`` rows, drawn only where somebody watches and it takes a while."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.shown = 0  # characters on the line
        watched = sys.stderr is not None and sys.stderr.isatty()
        self.draws = watched and total >= LONG

    def reached(self, row: int) -> None:
        if self.draws and row % EVERY == 0:
            share = min(row / self.total, 1.0)
            bar = "#" * round(share * BAR)
            self._write(f"  [{bar:.<{BAR}}] {share:4.0%}  {row:,} rows")

    def clear(self) -> None:
        """Wipe the line, so that something else can be said."""
        if self.shown:
            self._write("")

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r{line:{self.shown}}" + ("" if line else "\r"))
        sys.stderr.flush()
        self.shown = len(line)
