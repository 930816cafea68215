"""On which line of a TOML document each of its values stands.

The standard library's tomllib reads a document and tells no lines but those of its own errors.
This walks over the same text a second time. It may assume that the text is valid, because tomllib
has read it, and so it need not understand a value to find where it ends.
"""

from __future__ import annotations

from collections.abc import Iterator

# Where a value stands: keys, and places in a list: ("questions", 2, "text").
Place = tuple[str | int, ...]

_BLANK = " \t\r\n"
_ENDS_A_VALUE = ",]}#\n"
_ENDS_A_KEY = " \t.=]"


def lines_of(text: str) -> dict[Place, int]:
    """Every value's line, from 1; a table's is that of its header or of its first key."""
    return dict(_Walk(text.replace("\r\n", "\n")).lines())


class _Walk:
    """A place in the text, and what was found before it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Place, int] = {}
        self.entries: dict[Place, int] = {}  # of an array of tables, how many so far

    def lines(self) -> Iterator[tuple[Place, int]]:
        table: Place = ()
        while self._skip_blank():
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        # A table without a line of its own (``[a.b]`` says nothing of ``a``) has its first part's.
        for place, offset in list(self.found.items()):
            for length in range(1, len(place)):
                self.found.setdefault(place[:length], offset)
        line, before = 1, 0
        for place, offset in sorted(self.found.items(), key=lambda each: each[1]):
            line += self.text.count("\n", before, offset)
            before = offset
            yield place, line

    def _skip_blank(self) -> bool:
        """Past spaces, ends of lines and comments; whether anything is left."""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif char in _BLANK:
                self.at += 1
            else:
                return True
        return False

    def _header(self) -> Place:
        start = self.at
        several = self.text.startswith("[[", self.at)
        self.at += 2 if several else 1
        keys = self._keys()
        self.at += 2 if several else 1
        place: Place = ()
        for key in keys[:-1]:
            place = self._newest((*place, key))
        place = (*place, keys[-1])
        if several:
            self.found.setdefault(place, start)
            self.entries[place] = self.entries.get(place, 0) + 1
            place = self._newest(place)
        self.found.setdefault(place, start)
        return place

    def _newest(self, place: Place) -> Place:
        """The table that ``place`` means: of an array of tables, its last one."""
        return (*place, self.entries[place] - 1) if place in self.entries else place

    def _pair(self, table: Place) -> None:
        start = self.at
        place = (*table, *self._keys())
        self.at += 1  # the equals sign
        self._skip_spaces()
        self.found.setdefault(place, start)
        self._value(place)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip_spaces()
            keys.append(self._key())
            self._skip_spaces()
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _key(self) -> str:
        start = self.at
        if self.text[start] not in "\"'":
            while self.text[self.at] not in _ENDS_A_KEY:
                self.at += 1
            return self.text[start : self.at]
        self._string()
        written = self.text[start : self.at]
        if "\\" not in written or written[0] == "'":
            return written[1:-1]
        import tomllib

        return str(tomllib.loads(f"key = {written}")["key"])

    def _skip_spaces(self) -> None:
        while self.text[self.at] in " \t":
            self.at += 1

    def _value(self, place: Place) -> None:
        char = self.text[self.at]
        if char in "\"'":
            self._string()
        elif char == "[":
            self._list(place)
        elif char == "{":
            self._inline_table(place)
        else:
            while self.at < len(self.text) and self.text[self.at] not in _ENDS_A_VALUE:
                self.at += 1

    def _string(self) -> None:
        quote = self.text[self.at]
        if self.text.startswith(quote * 3, self.at):
            quote *= 3
        self.at += len(quote)
        while not self.text.startswith(quote, self.at):
            escaped = quote[0] == '"' and self.text[self.at] == "\\"
            self.at += 2 if escaped else 1
        self.at += len(quote)
        # Up to two quotation marks may stand right before the three that end a text.
        while len(quote) == 3 and self.text.startswith(quote[0], self.at):
            self.at += 1

    def _list(self, place: Place) -> None:
        self.at += 1
        count = 0
        while self._skip_blank() and self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.found[*place, count] = self.at
            self._value((*place, count))
            count += 1
        self.at += 1

    def _inline_table(self, place: Place) -> None:
        self.at += 1
        while self._skip_blank() and self.text[self.at] != "}":
            if self.text[self.at] == ",":
                self.at += 1
            else:
                self._pair(place)
        self.at += 1
