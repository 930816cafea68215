"""What a part of the torture says of itself: its figures, what went wrong, and one last line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

MOST_TOLD = 5  # failures; one is enough to fail, a few tell the pattern


class Verdict(NamedTuple):
    """The last line of a part, and whether its promise held."""

    line: str
    held: bool


def heading(text: str) -> None:
    print(f"\n{text}", flush=True)


def figure(name: str, value: str) -> None:
    print(f"  {name:46} {value}", flush=True)


class Failures:
    """What went wrong, by kind; the caseloads of the first few are kept to be looked at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder  # of the part; what it keeps stays in ``kept``
        self.counts: dict[str, int] = {}

    def __getitem__(self, kind: str) -> int:
        return self.counts.get(kind, 0)

    def __bool__(self) -> bool:
        return bool(self.counts)

    def add(self, kind: str, what: str, *evidence: Path) -> None:
        """One failure; ``evidence`` are the files that show it."""
        self.counts[kind] = self[kind] + 1
        if sum(self.counts.values()) > MOST_TOLD:
            return
        print(f"  {kind.upper()}: {what}", flush=True)
        if evidence:
            place = self.folder / "kept" / f"{kind}-{self[kind]}"
            place.mkdir(parents=True, exist_ok=True)
            for path in evidence:
                if path.is_file():
                    shutil.copy2(path, place)
            print(f"    kept in {place}", flush=True)
