"""What every start reads of a sector's profile: its standards and its words, and nothing more.

A profile that casectl ships is read as far as that, unchecked, because a test reads all of it. One
of somebody's own is read and checked as a whole (formats/profiles.py): a slip in it must not
quietly loosen a standard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from casectl.core.errors import BadConfiguration
from casectl.core.values import NamedTuple
from casectl.formats.shipped import SHIPPED

FOLDER = SHIPPED / "profiles"
SUFFIX = ".toml"
THE_REST = "\n[domains]\n"  # in a file that ships: words and standards stand above it


class Sector(NamedTuple):
    """``standards`` by key: ``contact.high``."""

    standards: Mapping[str, Any]
    words: Mapping[str, str]


class Named(NamedTuple):
    """A profile by its name, or somebody's own by its path."""

    name: str
    path: Path
    ships: bool


def names() -> list[str]:
    """The profiles that ship."""
    return sorted(path.stem for path in FOLDER.iterdir() if path.suffix == SUFFIX)


def is_path(text: str) -> bool:
    """Whether a profile is named by its file: ``~/ours.toml``."""
    return text.endswith(SUFFIX) or "/" in text or "\\" in text


def find(text: str, folder: Path) -> Named:
    """The profile that the configuration names. A path counts from ``folder``, where that is.

    Raises BadConfiguration with the names that there are.
    """
    if is_path(text):
        try:
            return Named(text, folder / Path(text).expanduser(), ships=False)
        except RuntimeError:  # ~somebody, who is not on this machine
            raise BadConfiguration(f"no such home folder: {text[:80]}") from None
    path = FOLDER / f"{text}{SUFFIX}"
    if text.isidentifier() and path.exists():
        return Named(text, path, ships=True)
    from difflib import get_close_matches

    known = names()
    close = get_close_matches(text.lower(), known, n=1, cutoff=0.6)
    hint = f"did you mean {close[0]}? " if close else ""
    raise BadConfiguration(
        f"no profile {text[:40]!r}",
        hint=f"{hint}there are {', '.join(known)}; one of your own is a file: ours{SUFFIX}",
    )


def read_sector(named: Named) -> Sector:
    """Raises BadConfiguration, for a file of somebody's own with its line."""
    if not named.ships:
        from casectl.formats.profiles import load_profile

        read = load_profile(named)
        return Sector(read.standards, read.profile.words)
    import tomllib

    text = named.path.read_text(encoding="utf-8").partition(THE_REST)[0]
    document = tomllib.loads(text)
    return Sector(dict(flat(document.get("standards", {}))), document.get("words", {}))


def flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a table by its dotted key."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        else:
            yield before + name, value
