"""A person's own TOML file, read value by value; every complaint is one line with its line number.

What is not known is refused, so that a slip of the finger is not silently a default. Texts that
could act on a terminal are refused as well: a questionnaire comes from somewhere.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from casectl.core.errors import BadConfiguration
from casectl.core.text import shortened, visible
from casectl.formats.toml_lines import Place, lines_of

LARGEST = 200_000  # bytes: more is no questionnaire
SHORT, LONG = 200, 2_000  # characters of a title or a choice, and of a question
LONGEST_KEY = 40
_LINE_BREAKS = str.maketrans("\n\r\t", "   ")


def read_text(path: Path) -> str:
    """What the file holds. Raises BadConfiguration for what is no text file of a sensible size."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for
            raise BadConfiguration(f"{path} is not a file")
        if status.st_size > LARGEST:
            raise BadConfiguration(f"{path} is over {LARGEST:,} bytes")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadConfiguration(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise BadConfiguration(f"cannot read {path} ({error.strerror})") from None


def parse_toml(text: str, path: Path) -> Table:
    """The whole document. Raises BadConfiguration that names the file and the line."""
    import tomllib

    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise BadConfiguration(f"{path}: nested too deep") from None
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(error, text, path) from None
    except ValueError:  # a number too long to be read
        raise BadConfiguration(f"{path}: holds a number that is too long") from None
    return Table(values, (), path, Lines(text))


class Lines:
    """The lines of a document's values, looked for once somebody has to be told of one."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _found(self) -> Mapping[Place, int]:
        return lines_of(self.text)

    def of(self, place: Place) -> int:
        """The line of a value, or else of the nearest table around it."""
        while place and place not in self._found:
            place = place[:-1]
        return self._found.get(place, 1)


def _not_toml(error: ValueError, text: str, path: Path) -> BadConfiguration:
    words, _, place = str(error).partition(" (at ")
    line = place.removeprefix("line ").partition(",")[0]
    if not line.isdigit():  # "(at end of document)"
        line = str(text.rstrip("\n").count("\n") + 1)
    return BadConfiguration(f"{path}, line {line}: {words[:1].lower()}{words[1:]}")


class Table:
    """One table of a document. What is read is noted, and ``nothing_else`` refuses the rest."""

    def __init__(self, values: Mapping[str, Any], place: Place, path: Path, lines: Lines) -> None:
        self.values = values
        self.place = place
        self.path = path
        self.lines = lines
        self.read: list[str] = []

    def wrong(self, words: str, *keys: str | int) -> BadConfiguration:
        """The complaint, with the line of the value under ``keys``, or else of this table."""
        line = self.lines.of((*self.place, *keys))
        return BadConfiguration(f"{self.path}, line {line}: {words}")

    def _get(self, key: str) -> Any:
        self.read.append(key)
        return self.values.get(key)

    def _missing(self, key: str) -> BadConfiguration:
        """What is missing may be there under nearly its name (licence; male is no near female)."""
        from difflib import get_close_matches

        unread = [each for each in self.values if each not in self.read]
        for near in get_close_matches(key, unread, n=1, cutoff=0.85):
            return self.wrong(f"{echo(near)} is not known here; did you mean {key}?", near)
        return self.wrong(f"{key} is missing")

    def text(self, key: str, default: str | None = None, *, limit: int = SHORT) -> str:
        """A text, its line breaks as spaces; without a default it must be there."""
        value = self._get(key)
        if value is None:
            if default is None:
                raise self._missing(key)
            return default
        words = self._checked_text(value, key)
        if len(words) > limit:
            raise self.wrong(f"{key} is over {limit:,} characters", key)
        return words

    def _checked_text(self, value: Any, *keys: str | int) -> str:
        if not isinstance(value, str):
            raise self.wrong(f"{keys[0]} is a text in quotes, not {echo(value)}", *keys)
        words = " ".join(each for each in value.translate(_LINE_BREAKS).split(" ") if each)
        if not words:
            raise self.wrong(f"{keys[0]} is empty", *keys)
        if visible(words) != words:
            raise self.wrong(f"{keys[0]} holds a control character: {echo(words)}", *keys)
        return words

    def key(self, key: str, default: str | None = None) -> str:
        """A short name that can be typed in a shell."""
        return self._checked_key(self.text(key, default, limit=LONGEST_KEY), key)

    def _checked_key(self, word: str, *keys: str | int) -> str:
        plain = word.replace("-", "").replace("_", "")
        if not (plain.isascii() and plain.isalnum() and word[0].isalnum()):
            raise self.wrong(f"{keys[0]} is letters, digits and hyphens, not {echo(word)}", *keys)
        return word

    def keys(self, key: str) -> tuple[str, ...]:
        """A list of such names, each once, at least one."""
        value = self._get(key)
        if value is None:
            raise self._missing(key)
        if not isinstance(value, list) or not value:
            raise self.wrong(f"{key} is a list of names in quotes", key)
        names: list[str] = []
        for place, each in enumerate(value):
            name = self._checked_key(self._checked_text(each, key, place), key, place)
            if name in names:
                raise self.wrong(f"{key} names {echo(name)} twice", key, place)
            names.append(name)
        return tuple(names)

    def texts(self, key: str, most: int, limit: int) -> tuple[str, ...]:
        """A list of short texts, each once; none where there is no such key."""
        value = self._get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.wrong(f"{key} is a list of texts in quotes", key)
        if len(value) > most:
            raise self.wrong(f"{key} are more than {most}", key, most)
        texts: list[str] = []
        for place, each in enumerate(value):
            text = self._checked_text(each, key, place)
            if len(text) > limit:
                raise self.wrong(f"{key} has one over {limit} characters", key, place)
            if text in texts:
                raise self.wrong(f"{key} names {echo(text)} twice", key, place)
            texts.append(text)
        return tuple(texts)

    def words(self, key: str, allowed: Sequence[str], default: tuple[str, ...]) -> tuple[str, ...]:
        """Some of these words, each once, at least one; the default where there is no such key."""
        if not self.has(key):
            self.read.append(key)
            return default
        words = self.texts(key, len(allowed), SHORT)
        for place, word in enumerate(words):
            if word not in allowed:
                raise self.wrong(f"{key} are of {', '.join(allowed)}, not {echo(word)}", key, place)
        if not words:
            raise self.wrong(f"{key} is empty", key)
        return words

    def word(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """One of some words."""
        word = self.text(key, default)
        if word not in allowed:
            raise self.wrong(f"{key} is one of {', '.join(allowed)}, not {echo(word)}", key)
        return word

    def number(self, key: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number; without a default it must be there."""
        value = self._get(key)
        if value is None:
            if default is None:
                raise self._missing(key)
            return default
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(
                f"{key} is a whole number from {least} to {most:,}, not {echo(value)}", key
            )
        return value

    def yes(self, key: str, default: bool) -> bool:
        value = self._get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong(f"{key} is true or false, not {echo(value)}", key)
        return value

    def has(self, key: str) -> bool:
        return key in self.values

    def table(self, key: str) -> Table | None:
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(f"{key} is a table, written [{key}]", key)
        return Table(value, (*self.place, key), self.path, self.lines)

    def tables(self, key: str, most: int) -> list[Table]:
        """Tables under one name, in order; none where there are none."""
        value = self._get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.wrong(f"{key} are tables, written [[{key}]]", key)
        if len(value) > most:
            raise self.wrong(f"{key} are more than {most}", key, most)
        return [
            Table(each, (*self.place, key, place), self.path, self.lines)
            for place, each in enumerate(value)
        ]

    def nothing_else(self) -> None:
        """Refuse what nobody asked for, and name the nearest thing that is known."""
        for key in self.values:
            if key not in self.read:
                from difflib import get_close_matches

                close = get_close_matches(key, self.read, n=1, cutoff=0.6)
                words = f"did you mean {close[0]}?" if close else f"known: {', '.join(self.read)}"
                raise self.wrong(f"{echo(key)} is not known here; {words}", key)


def echo(value: object) -> str:
    """A value of the file as a complaint shows it: short, and escaped so that nothing acts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, str):
        return repr(shortened(value, 40))
    try:
        return shortened(str(value), 40)
    except ValueError:  # a whole number of thousands of digits
        return "so long a number"
