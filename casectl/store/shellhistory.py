"""Whether the shell's history holds names of this caseload's clients. Counts lines, tells none."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from casectl.core.text import fold
from casectl.core.views import OK, WARN, Finding
from casectl.store.connection import Database

NAME = "shell history"
HINT = (
    "take them out with an editor; casectl intake asks for a name, casectl intake - reads it from "
    "a pipe, and a number names a case as well"
)
LONGEST_LINE = 100_000  # bytes; the rest of it is looked at as the next line
META = 0x83  # zsh writes a byte above 127 as this one and the byte with its sixth bit turned


def shell_history(db: Database) -> Finding:
    """How many casectl lines of the histories name a client: the whole name, or the handle."""
    names = _Names(db)
    found = {}
    for path in histories():
        count = sum(names.are_in(line) for line in _casectl_lines(path))
        if count:
            found[path] = count
    if not found:
        return Finding(NAME, OK, "no line of it names a client")
    told = " and ".join(f"{count:,} of {path}" for path, count in found.items())
    one = sum(found.values()) == 1
    return Finding(NAME, WARN, f"line{'' if one else 's'} that name clients: {told}", HINT)


def histories() -> list[Path]:
    """The files in which shells keep what was typed, as far as they are there."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    places = [
        *([Path(os.environ["HISTFILE"])] if os.environ.get("HISTFILE") else []),
        home / ".bash_history",
        home / ".zsh_history",
        home / ".histfile",
        home / ".history",
        home / ".sh_history",
        data / "fish/fish_history",
    ]
    roaming = os.environ.get("APPDATA")
    if roaming:
        places.append(
            Path(roaming) / "Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt"
        )
    return [path for path in dict.fromkeys(places) if path.is_file()]


def _casectl_lines(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as file:
            while line := file.readline(LONGEST_LINE):
                if b"casectl" in line:
                    yield _unmetafied(line).decode("utf-8", "replace")
    except OSError:
        return  # another user's, or gone meanwhile


def _unmetafied(line: bytes) -> bytes:
    """A line as zsh read it; in other shells' files the byte stands in no valid text like that."""
    if META not in line:
        return line
    try:
        line.decode()
    except UnicodeDecodeError:
        return re.sub(rb"\x83(.)", lambda found: bytes([found[1][0] ^ 0x20]), line)
    return line


class _Names:
    """The clients' names as sets of words, found by their longest word."""

    def __init__(self, db: Database) -> None:
        self.by_word: dict[str, list[frozenset[str]]] = {}
        for row in db.rows("SELECT DISTINCT folded FROM clients"):
            words = frozenset(_words(row[0]))
            longest = max(words, key=len, default="")
            if len(longest) > 1:
                self.by_word.setdefault(longest, []).append(words)
        self.handles = {row[0] for row in db.rows("SELECT handle FROM cases")}

    def are_in(self, line: str) -> bool:
        folded = fold(line)
        # Each character is looked at once: a line may be long, and hold no space.
        if any(word in self.handles for word in re.findall(r"[^\W_]+(?:-\d+)?", folded)):
            return True
        words = set(_words(folded))
        return any(name <= words for word in words for name in self.by_word.get(word, ()))


def _words(folded: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded)
