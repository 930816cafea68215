"""Core types -> screens, plain text, TSV and JSON. The only importer of Rich, behind this door.

Every piece of stored text passes ``visible`` on its way to a terminal or a pipe; JSON escapes all
that is not ASCII. Data goes to standard output; ``tell`` goes to standard error.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from casectl.core.errors import BadValue, CasectlError
from casectl.core.spoken import DateOrder
from casectl.core.standards import VERIFIED_FOR
from casectl.core.text import visible
from casectl.core.values import NamedTuple

if TYPE_CHECKING:
    from casectl.render.screens import Line

Object = dict[str, Any]
Told = TypeVar("Told")
PIPED_WIDTH = 80


class Output(NamedTuple):
    """How this invocation prints: decided once, asked everywhere."""

    terminal: bool = False
    json: bool = False
    fields: tuple[str, ...] | None = None
    width: int = PIPED_WIDTH
    colour: bool = False
    accessible: bool = False
    order: DateOrder | None = None
    today: date = date.min
    time: str = "00:00"
    private: bool = False
    height: int | None = None  # lines of the terminal; None where nothing scrolls away
    words: Mapping[str, str] = {}  # the sector's own for a client and a case
    verified_for: int = VERIFIED_FOR  # days that what is on record about a service is relied on

    @classmethod
    def detect(
        cls,
        *,
        json: bool,
        fields: tuple[str, ...] | None,
        colour: bool | None,
        accessible: bool,
        order: DateOrder | None,
        today: date,
        time: str,
        private: bool = False,
        words: Mapping[str, str] = {},
        verified_for: int = VERIFIED_FOR,
    ) -> "Output":
        terminal = sys.stdout is not None and sys.stdout.isatty()
        if colour is None:
            colour = bool(os.environ.get("FORCE_COLOR")) or (
                terminal
                and not os.environ.get("NO_COLOR")
                and os.environ.get("TERM", "") not in ("dumb", "unknown")
            )
        width = height = 0
        if terminal:
            width, height = os.get_terminal_size(sys.stdout.fileno())
        named = os.environ.get("COLUMNS", "")
        if named.isdigit() and int(named) > 0:
            width = int(named)
        return cls(
            terminal=terminal,
            json=json,
            fields=fields,
            width=width or PIPED_WIDTH,
            colour=colour,
            accessible=accessible or bool(os.environ.get("ACCESSIBLE")),
            order=order,
            today=today,
            time=time,
            private=private,
            height=height or None,
            words=words,
            verified_for=verified_for,
        )

    def word(self, name: str) -> str:
        """``client`` or ``case`` as the sector calls it. Fields of JSON keep casectl's name."""
        return self.words.get(name, name)

    @property
    def draws(self) -> bool:
        """Whether a report becomes a screen, not JSON or TSV."""
        return self.terminal and not self.json and not self.fields

    def shown(self, value: Told) -> Told:
        """``value`` as it may be told here: itself, or with --private no client's words in it.

        Everything that is drawn, said or asked from a value of the caseload passes here first.
        """
        if not self.private:
            return value
        from casectl.core.privacy import private

        return private(value)

    def table(self, objects: Sequence[Object], columns: Sequence[str]) -> None:
        """A report for machines: a JSON array, or TSV of ``columns`` (or of ``--fields``)."""
        self.write(self.as_table(objects, columns))

    def as_table(self, objects: Sequence[Object], columns: Sequence[str]) -> str:
        chosen = self._checked_fields(objects, columns)
        if self.json:
            return _json([_only(each, self.fields) for each in objects], single=False)
        return "".join(_tsv(each, chosen) for each in objects)

    def one(self, each: Object, columns: Sequence[str]) -> None:
        """A report that is one object."""
        chosen = self._checked_fields([each], columns)
        if self.json:
            self.write(_json([_only(each, self.fields)], single=True))
        else:
            self.write(_tsv(each, chosen))

    def facts(self, each: Object) -> None:
        """A report on one thing: JSON, the fields asked for, or a line for each that is known."""
        if self.json or self.fields:
            self.one(each, ())
            return
        from casectl.render.facts import fact_lines

        self.table(fact_lines(each), ("name", "value"))

    def wrote(self, made: Object, *sentences: str) -> None:
        """Echo a write: what was made as JSON or fields, else the sentences a person reads."""
        if self.json or self.fields:
            self._check_written([made])
            self.one(made, ())
        else:
            self.say(*sentences)

    def made_lines(self, made: Object, *lines: str) -> None:
        """As ``wrote``, for lines to be pasted elsewhere: none is broken."""
        if self.json or self.fields:
            self.wrote(made)
        else:
            self.verbatim(*lines)

    def wrote_all(self, made: Sequence[Object], *sentences: str) -> None:
        """Echo a write to several things: a list of what was made, or sentences."""
        if self.json or self.fields:
            self._check_written(made)
            self.table(made, ())
        else:
            self.say(*sentences)

    def draw(self, lines: "list[Line]") -> None:
        """Styled lines to the terminal, at most its width."""
        from casectl.render.screens import draw

        self.write(draw(lines, self))

    def say(self, *sentences: str) -> None:
        """Sentences, each on a line of its own; a terminal gets them broken between words."""
        lines = [visible(sentence) for sentence in sentences]
        if self.terminal:
            lines = [broken(line, self.width) for line in lines]
        self.write("".join(f"{line}\n" for line in lines))

    def verbatim(self, *lines: str) -> None:
        """Lines that somebody will paste, each in one piece."""
        self.write("".join(f"{visible(line)}\n" for line in lines))

    def write(self, text: str) -> None:
        """Text that is safe already, to standard output in one piece."""
        if sys.stdout is None:
            raise CasectlError("standard output is closed, so the answer cannot be shown")
        if text:
            sys.stdout.write(text)

    def _check_written(self, made: Sequence[Object]) -> None:
        """What a write made is known only once it is written, so say that it was."""
        for name in self.fields or ():
            if made and name not in made[0]:
                raise CasectlError(
                    f"it was written, but has no field {name[:40]!r}; "
                    f"there are {', '.join(made[0])}"
                )

    def _checked_fields(self, objects: Sequence[Object], columns: Sequence[str]) -> tuple[str, ...]:
        if not self.fields:
            return tuple(columns)
        if objects:
            for name in self.fields:
                if name not in objects[0]:
                    raise BadValue(f"no field {name[:40]!r}; there are {', '.join(objects[0])}")
        return self.fields


def broken(line: str, width: int) -> str:
    """A line broken between words, so that no terminal breaks it inside one."""
    if len(line) <= width or " " not in line.strip():
        return line  # it fits, or it is one word (a path), which stays whole
    from textwrap import fill

    indent = " " * (len(line) - len(line.lstrip(" ")))
    return fill(
        line,
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=bool(line.strip()),
    )


def tell(message: str) -> None:
    """A line for the person, never for a pipe: standard error.

    A terminal that is gone stops nothing: what was typed there is being kept.
    """
    if sys.stderr is None:
        return
    line = visible(message)
    with suppress(OSError):
        if sys.stderr.isatty():
            line = broken(line, os.get_terminal_size(sys.stderr.fileno()).columns or PIPED_WIDTH)
        sys.stderr.write(f"{line}\n")


def fitting(question: str) -> str:
    """A question broken between words where standard error is a terminal; what follows it stays."""
    if sys.stderr is None or not sys.stderr.isatty():
        return question
    width = os.get_terminal_size(sys.stderr.fileno()).columns or PIPED_WIDTH
    asked = question.rstrip(" ")
    return broken(asked, width) + question[len(asked) :]


def _only(each: Object, fields: tuple[str, ...] | None) -> Object:
    return {name: each[name] for name in fields} if fields else each


def _json(objects: Sequence[Object], *, single: bool) -> str:
    return json_text(objects[0] if single else list(objects)) + "\n"


def json_text(value: Any, margin: str = "\n") -> str:
    """``json.dumps(value, indent=2)`` without the package, whose import is half of printing a list.

    For what an ``Object`` holds: text, numbers, yes and no, nothing, lists, and names to those.
    """
    from _json import encode_basestring_ascii as quoted  # the half of json that is written in C

    inner = f"{margin}  "
    if isinstance(value, str):
        # DEL is the one control character that JSON leaves as it is, and a terminal may act on it.
        return quoted(value).replace("\x7f", "\\u007f")
    if isinstance(value, dict) and value:
        each = [f"{quoted(name)}: {json_text(of, inner)}" for name, of in value.items()]
        return f"{{{inner}{f',{inner}'.join(each)}{margin}}}"
    if isinstance(value, (list, tuple)) and value:
        return f"[{inner}{f',{inner}'.join(json_text(each, inner) for each in value)}{margin}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value)
    return "{}" if isinstance(value, dict) else "[]"


def _tsv(each: Object, columns: Sequence[str]) -> str:
    return "\t".join(_cell(each[name]) for name in columns) + "\n"


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return visible(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return "; ".join(_cell(each) for each in value)
    if isinstance(value, dict):
        return _cell(value.get("text") or value.get("item") or "")
    return visible(str(value))
