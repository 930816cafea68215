"""A line as a person types it at the prompt of ``casectl day``, taken apart into a command's words.

No shell's quoting: an apostrophe inside a word is a letter, a quotation mark of either sort without
its partner is one too, and whatever follows the case is the text, as it was typed. Nothing here
raises for any line.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from casectl.core.values import NamedTuple

# What an option takes: nothing; one word; a day or time, which is several words; any words.
FLAG, WORD, WHEN, WORDS = "flag", "word", "when", "words"
# What an argument takes: one word; all that is left, as typed; any number of single words; items
# and then a text; items, a day of one word, and then a text.
ONE, REST, MANY, ITEMS, ITEMS_WHEN = "one", "rest", "many", "items", "items and when"

# What the prompt itself knows. No alias may have such a name.
OWN_WORDS: Mapping[str, str] = {
    "help": "This list; help reached tells of one command.",
    "private": "Names and texts hidden from here on, or shown again (Ctrl-O).",
    "quit": "End (Ctrl-D).",
}

# 12, 12.3, 12.contact, garcia-12, garcia-12.3, me.1: a word that can only be an item. Anything else
# after the first ITEM is what happened, in words.
ITEM = r"(?:me\.\d+|(?:[^\s.]+-)?\d+(?:\.[a-z]*\d*)?)"
# How the line of a contact goes on after what was said: ``…; next check aide mon``.
THEN = ";"


class Shape(NamedTuple):
    """What a command takes: its options by name, its arguments in order, the commands under it.

    ``cases`` is how many words at the front name a case or an item; ``about`` says of an option
    or a command under it what it does.
    """

    options: Mapping[str, str] = {}
    arguments: tuple[str, ...] = ()
    cases: int = 0
    below: tuple[str, ...] = ()
    jot_first: bool = False  # and the first of these is a jot's number
    about: Mapping[str, str] = {}
    metavars: tuple[str, ...] = ()  # of the arguments, as the help has them

    @property
    def ends_in_text(self) -> bool:
        return bool(self.arguments) and self.arguments[-1] in (REST, ITEMS, ITEMS_WHEN)


class Piece(NamedTuple):
    """What stands between spaces, or between two quotation marks (which are not in ``text``)."""

    text: str
    start: int
    end: int
    quoted: bool = False
    option: str = ""  # of --due="next tue", the name


def first_word(line: str) -> tuple[str, str]:
    """``("tried", "12 no answer")``; two empty texts for a line without a word."""
    word, _, rest = line.lstrip().partition(" ")
    if len(word.split()) > 1:  # another kind of space
        word = word.split()[0]
        rest = line.lstrip()[len(word) + 1 :]
    return word.strip(), rest.strip()


def last_word(line: str) -> str:
    """What was begun and not ended by a space: ``garc`` of ``tried garc``."""
    words = line.split()
    return words[-1] if words and line.endswith(words[-1]) else ""


def pieces(line: str) -> Iterator[Piece]:
    """The line's pieces. A quotation mark opens where a piece begins and closes where one ends.

    A single one before which another opens is an apostrophe: ``'em all --due 'next tue'``.
    """
    closing = {mark: _places(rf"{mark}(?=\s|\Z)", line) for mark in "\"'"}
    opening = _places(r"(?<![^\s=])'", line)
    done = 0
    for match in re.finditer(r"\S+", line):
        start = match.start()
        if start < done:
            continue
        opened = re.match(r"(?:(--[a-z][a-z-]*)=)?([\"'])", match.group())
        if opened is not None:
            inside = start + opened.end()
            ends = closing[opened.group(2)]
            place = bisect_left(ends, inside)
            if place < len(ends) and not (
                opened.group(2) == "'" and _is_between(opening, inside, ends[place])
            ):
                done = ends[place] + 1
                name = opened.group(1) or ""
                yield Piece(line[inside : ends[place]], start, done, True, name)
                continue
        yield Piece(match.group(), start, match.end())


def _places(pattern: str, line: str) -> list[int]:
    return [match.start() for match in re.finditer(pattern, line)]


def _is_between(places: Sequence[int], first: int, end: int) -> bool:
    """Whether one of the places, which ascend, is at ``first`` or later and before ``end``."""
    found = bisect_left(places, first)
    return found < len(places) and places[found] < end


def typed_words(line: str, shape: Shape) -> list[str]:
    """The words of a command line for what follows the command's name.

    First the options, then ``--`` and the arguments, so that no text is taken for an option.
    """
    options, left = _apart(line, shape)
    arguments = _arguments(line, left, shape.arguments)
    return [*options, "--", *arguments] if arguments else options


def _apart(line: str, shape: Shape) -> tuple[list[str], list[Piece]]:
    """The options with their values, and the pieces that are none."""
    waiting = list(pieces(line))[::-1]
    options: list[str] = []
    left: list[Piece] = []
    before_text = len(shape.arguments) if shape.ends_in_text else None
    while waiting:
        piece = waiting.pop()
        in_text = before_text is not None and len(left) >= before_text
        name = _option_of(piece, shape, in_text=in_text)
        if name is None:
            if piece.option:  # of no option that there is: it stands as it was typed
                piece = piece._replace(text=line[piece.start : piece.end])
            left.append(piece)
        elif shape.options.get(name, FLAG) == FLAG:
            options.append(piece.text)
        elif piece.option:
            options.append(f"{name}={piece.text}")
        else:
            value = _value(line, piece, name, waiting, shape)
            options += [name] if value is None else _spelled(name, value)
    return options, left


def _option_of(piece: Piece, shape: Shape, *, in_text: bool) -> str | None:
    """The option that a piece names, or all but names: the command then says what it has.

    Inside a text only one of two hyphens is meant for an option.
    """
    if piece.option:
        return piece.option if shape.options.get(piece.option, FLAG) != FLAG else None
    if piece.quoted or not piece.text.startswith("-"):
        return None
    name = piece.text.partition("=")[0]
    if not name.startswith("--"):
        return name if name in shape.options and not in_text else None
    if name in shape.options or not name[2:]:
        return name if name in shape.options else None
    from difflib import get_close_matches

    long = [each for each in shape.options if each.startswith("--")]
    if in_text and not get_close_matches(name, long, n=1, cutoff=0.75):
        return None
    return name


def _spelled(name: str, value: str) -> list[str]:
    return [f"{name}={value}"] if name.startswith("--") else [name, value]


def _value(line: str, piece: Piece, name: str, waiting: list[Piece], shape: Shape) -> str | None:
    """What an option takes of what follows it; None where nothing does."""
    takes = shape.options[name]
    taken = []
    _, is_given, given = piece.text.partition("=")
    if is_given:
        taken.append(Piece(given, piece.start + len(name) + 1, piece.end))
    elif waiting and waiting[-1].quoted and not waiting[-1].option:
        return waiting.pop().text
    while waiting and not (taken and (takes == WORD or _ends(taken[-1], takes, shape))):
        following = waiting[-1]
        if _option_of(following, shape, in_text=False) is not None:
            break
        if taken and takes == WHEN and shape.ends_in_text and following.text.startswith(THEN):
            break
        taken.append(waiting.pop())
    if not taken:
        return None
    end = taken[-1].end
    if _ends(taken[-1], takes, shape):
        end -= 1
        waiting.append(Piece(THEN, end, end + 1))
    return line[taken[0].start : end]


def _ends(piece: Piece, takes: str, shape: Shape) -> bool:
    """Whether a value's last word is followed by how the text goes on: ``--by visit; next …``."""
    return (
        takes in (WORD, WHEN)
        and shape.ends_in_text
        and not piece.quoted
        and len(piece.text) > 1
        and piece.text.endswith(THEN)
    )


def _arguments(line: str, left: Sequence[Piece], takes: Sequence[str]) -> list[str]:
    last = takes[-1] if takes else MANY
    alone = len(takes) - 1
    if last in (ITEMS, ITEMS_WHEN):
        alone = 1
        while alone < len(left) and re.fullmatch(ITEM, left[alone].text.lower()):
            alone += 1
        alone += last == ITEMS_WHEN
    elif last == MANY:
        alone = len(left)
    text = left[alone:]
    return [each.text for each in left[:alone]] + ([_text(line, text)] if text else [])


def _text(line: str, left: Sequence[Piece]) -> str:
    """The pieces as they were typed, without the options between them.

    Quotation marks around all of it only hold it together, as in a shell.
    """
    if len(left) == 1:
        return left[0].text if not left[0].option else line[left[0].start : left[0].end]
    made = line[left[0].start : left[0].end]
    for before, piece in pairwise(left):
        between = line[before.end : piece.start]
        if between.strip():  # an option stood here
            between = "" if piece.text.startswith(THEN) else " "
        made += between + line[piece.start : piece.end]
    return made
