"""Files that casectl ships and files that a person adds, under one set of names.

A file is read when it is asked for, so one that is broken stops nobody from using the others.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from casectl.core.errors import BadConfiguration, NotFound
from casectl.core.text import fold
from casectl.formats.shipped import SHIPPED as SHIPPED
from casectl.formats.toml_document import LONGEST_KEY, Table, echo, parse_toml, read_text

SUFFIX = ".toml"

T = TypeVar("T")


class Shelf(Generic[T]):
    """``what`` is the word for one of them. ``make`` reads a document under its name."""

    def __init__(self, what: str, shipped: Path, own: Path, make: Callable[[str, Table], T]):
        self.what = what
        self.make = make
        self.shipped = {_plain(path.stem): path for path in _files(shipped)}
        self.own: dict[str, list[Path]] = {}
        for path in _files(own):
            self.own.setdefault(_plain(path.stem), []).append(path)

    def names(self) -> list[str]:
        """What may be asked for: what ships, and then one's own."""
        first = {plain: paths[0] for plain, paths in self.own.items()} | self.shipped
        return [first[plain].stem for plain in {**self.shipped, **self.own}]

    def find(self, name: str) -> T:
        """``PHQ-9`` finds phq9. Raises NotFound with the nearest name, or BadConfiguration."""
        plain = _plain(name)
        paths = self.own.get(plain, [])
        shipped = self.shipped.get(plain)
        if shipped and paths:  # neither is taken silently: they may score differently
            raise BadConfiguration(
                f"{paths[0]} has the name of {_article(self.what)} that casectl ships",
                hint="rename the file",
            )
        if len(paths) > 1:
            raise BadConfiguration(f"{paths[0]} and {paths[1].name} have one name: rename one")
        path = shipped or (paths[0] if paths else None)
        if path is None:
            raise NotFound(f"no {self.what} {echo(name)}", hint=self._nearest(plain))
        return self.make(_checked_name(path), parse_toml(read_text(path), path))

    def all(self) -> tuple[list[T], list[BadConfiguration]]:
        """Every one that can be read, and what is wrong with the others."""
        good: list[T] = []
        bad: list[BadConfiguration] = []
        for name in self.names():
            try:
                good.append(self.find(name))
            except BadConfiguration as error:
                bad.append(error)
        return good, bad

    def _nearest(self, plain: str) -> str:
        from difflib import get_close_matches

        names = {_plain(name): name for name in self.names()}
        close = get_close_matches(plain, names, n=1, cutoff=0.6)
        if close:
            return f"did you mean {names[close[0]]}?"
        return f"there is {', '.join(names.values())}"


def _files(folder: Path) -> list[Path]:
    """The files there; none where there is no such folder."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BadConfiguration(f"cannot read {folder} ({error.strerror})") from None


def _plain(name: str) -> str:
    return "".join(char for char in fold(name) if char.isalnum())


def _checked_name(path: Path) -> str:
    """The file's name as people type it. Raises BadConfiguration for one that they could not."""
    name = path.stem
    plain = name.replace("-", "")
    fits = plain.isascii() and plain.isalnum() and name == name.lower() and name[0] != "-"
    if not fits or len(name) > LONGEST_KEY:
        raise BadConfiguration(
            f"{path}: a file's name is small letters, digits and hyphens",
            hint="rename the file",
        )
    return name


def _article(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"
