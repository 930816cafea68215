"""Text that people typed: folding it for comparison, and showing it without letting it act."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import filterfalse

from casectl.core.errors import BadValue

NAME_LIMIT = 200
NOTE_LIMIT = 1_000_000

# Patterns stay text until they are needed: compiling one costs start-up half a millisecond.
# What could act on a terminal or reorder a line: C0 and C1 controls, line and paragraph
# separators, bidirectional overrides and isolates, interlinear anchors, lone surrogates, tags.
_ACTS = (
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_INVISIBLE = r"[\s\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u00ad\x00-\x1f\x7f-\x9f]+"


def visible(text: str, *, lines: bool = False) -> str:
    """``text`` with everything that could act on a terminal shown as a visible symbol.

    This is the one gateway between stored text and a screen. ``lines`` keeps line feeds.
    """
    if text.isprintable():  # nothing that acts is
        return text
    return re.sub(_ACTS, lambda match: _symbol(match.group(), lines), text)


def _symbol(char: str, lines: bool) -> str:
    code = ord(char)
    if char == "\n" and lines:
        return char
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"\\u{{{code:x}}}"


# What keys send that type nothing: arrows and F keys as ECMA-48 and xterm have them, and controls.
_KEYS = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[A-DFHMP-S])?|[\x00-\x08\x0a-\x1f\x7f-\x9f]"


def without_keys(line: str) -> str:
    """A line from a keyboard without what keys sent that are no text. A tab is text."""
    return line if line.isprintable() else re.sub(_KEYS, "", line)


# Letters that no decomposition takes apart and that people write without their stroke.
_STROKES = str.maketrans(
    {
        "Ł": "L", "ł": "l", "Ø": "O", "ø": "o", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h",
        "ı": "i", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Þ": "Th", "þ": "th",
        "Ð": "D", "ð": "d", "Ŧ": "T", "ŧ": "t",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """For comparing: case, accents, strokes and spacing aside, in any script."""
    if not text.isascii():
        import unicodedata

        text = unicodedata.normalize("NFKD", text.translate(_STROKES))
        text = "".join(filterfalse(unicodedata.combining, text))
    return " ".join(text.casefold().split())


def same_name(one: str, other: str) -> bool:
    """Whether two names are one person's, spacing and signs aside: "k i m" and "KIM." are kim."""
    letters = [
        "".join(each for each in fold(text) if each.isalnum()) or fold(text)
        for text in (one, other)
    ]
    return letters[0] == letters[1]


def checked_text(text: str, what: str, *, limit: int = NOTE_LIMIT) -> str:
    """``text`` exactly as typed, or BadValue: what SQLite or a screen cannot hold is refused."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadValue(f"the {what} is not valid UTF-8") from None
    if "\x00" in text:
        raise BadValue(f"the {what} holds a NUL character, which cannot be kept")
    if len(text) > limit:
        raise BadValue(f"the {what} is over {limit:,} characters")
    if not any(map(str.isalnum, text)) and not re.sub(_INVISIBLE, "", text):
        raise BadValue(f"the {what} is empty")
    return text


def checked_name(text: str) -> str:
    """A client's name: exact but for the spaces around it."""
    return checked_text(text.strip(), "name", limit=NAME_LIMIT)


def initials(name: str) -> str:
    """``M.G.`` for Maria Garcia: enough for the worker, nothing for anybody else."""
    words = name.replace(",", " ").split()
    letters = [word[0] for word in words if word[0].isalpha()]
    if not letters or words == letters:  # a name of single letters would be told whole
        return "?"
    if len(letters) > 3:
        letters = [letters[0], letters[-1]]
    return f"{'.'.join(letters).upper()}."  # letters, which act on nothing


# What stands behind a whole name. "V" and "Md" are names as well.
_SUFFIXES = frozenset(("jr", "jnr", "sr", "snr", "ii", "iii", "iv", "2nd", "3rd"))
_NAME_SIGNS = " ,.'’-"


def turned(name: str) -> str:
    """``Hal Gomez`` for ``Gomez, Hal``; any other name as it is.

    What stands behind a name stays there: ``King, Martin Luther, Jr.`` is ``Martin Luther King,
    Jr.``, and ``Smith, Jr.`` is nothing to turn. What holds more than letters and the signs of a
    name is nobody's to mend, and stays exact.
    """
    if not all(char.isalpha() or char in _NAME_SIGNS for char in name):
        return name
    parts = [part.strip() for part in name.split(",")]
    suffixes = [part for part in parts if _is_suffix(part)]
    rest = [part for part in parts if not _is_suffix(part)]
    if len(rest) != 2 or not all(rest):
        return name
    *family, last = rest[0].split()
    if family and _is_suffix(last):
        suffixes.append(last)
    else:
        family.append(last)
    return ", ".join([f"{rest[1]} {' '.join(family)}", *suffixes])


def _is_suffix(word: str) -> bool:
    return word.rstrip(".").lower() in _SUFFIXES


def name_key(name: str) -> str:
    """By what people with one name are found, whichever of its parts is written first."""
    return fold(turned(name) if "," in name else name)


def handle_stem(name: str) -> str:
    """The part of a handle before the number: the family name in plain letters (``garcia``)."""
    family, _, _ = name.partition(",")
    words = _handle_words(family) or _handle_words(name)
    if len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    return words[-1][:20] if words else "case"


def _handle_words(name: str) -> list[str]:
    """The words of a name in letters and digits alone, without those that have none (an emoji)."""
    words = [
        word if word.isalnum() else "".join(char for char in word if char.isalnum())
        for word in fold(name).split()
    ]
    return [word for word in words if word]


def without_name(text: str, *names: str) -> str:
    """``text`` with the client's own names cut to initials, for reminders that leave the room.

    Case, accents, a plural or possessive s, digits beside them and names run together aside
    (``Vanderblerk``, ``maryann2026@``). Scripts without capitals join words, or set particles
    before them, so there a name is found inside a word as well. Nicknames, inflected names and
    names of one letter are beyond it.
    """
    plain = _plain(text)
    letters = plain.replace(" ", "")
    if not letters.isalpha():
        letters = "".join(filter(str.isalpha, letters))
    for name in names:  # as a rule it stands nowhere, which is seen at less cost
        if _may_stand(name, plain, letters):
            break
    else:
        return text
    parts = set().union(*map(_name_parts, names))
    if plain.isascii() and not _may_be_found(parts, plain):  # "la" is in landlord
        return text
    found = sorted(_found(parts, plain))
    if not found:
        return text
    places = _places(text)
    made, done = [], 0
    for start, end in found:
        if places[start] >= done:
            made += [text[done : places[start]], f"{text[places[start]].upper()[0]}."]
            done = places[end] if end < len(places) else len(text)
    return "".join([*made, text[done:]])


def _name_parts(name: str) -> set[str]:
    """The words of a name, and those that punctuation joins: o, zorkan and ozorkan."""
    plain = _plain(name)
    chunks = plain.split()
    whole = "".join(chunks)
    if whole.isalnum():  # as most names are: no punctuation inside a word
        return {*chunks, whole}
    words = {plain[start:end] for start, end in _words(plain)}
    joined = {"".join(filter(str.isalnum, chunk)) for chunk in (*chunks, whole)}
    return (words | joined) - {""}


def _may_stand(name: str, plain: str, letters: str) -> bool:
    """Whether a part of two letters or more is in a text, punctuation inside it aside.

    Words run together stand there only if each of them does, so the words alone tell.
    """
    parts: Collection[str] = _plain(name).split()
    whole = "".join(parts)
    if not whole.isalpha() or len(whole) == len(parts):  # punctuation, or nothing but initials
        parts = _name_parts(name)
    for part in parts:  # noqa: SIM110 - a generator costs more, for each text
        if (part in letters or part in plain) and len(part) > 1:
            return True
    return False


def _may_be_found(parts: set[str], plain: str) -> bool:
    """Whether a word is made of parts of a name, or may be where it holds more than letters."""
    for chunk in plain.split():
        if chunk.isalpha():
            if _is_made_of(chunk, parts):
                return True
        else:
            letters = "".join(filter(str.isalpha, chunk))
            if any(part in letters for part in parts):
                return True
    return False


def _found(parts: set[str], plain: str) -> Iterator[tuple[int, int]]:
    """Where a name stands in ``plain``: its first letter, and the one after its last."""
    for start, end in (*_chunks(plain), *_words(plain)):
        if _is_made_of(plain[start:end], parts):
            yield start, end
    for part in parts:
        if len(part) > 1 and any(_category(char) == "Lo" for char in part):
            start = plain.find(part)
            while start >= 0:
                yield start, start + len(part)
                start = plain.find(part, start + len(part))


def _is_made_of(word: str, parts: set[str]) -> bool:
    """Whether the letters of ``word`` are parts of a name run together, more than initials."""
    letters = word if word.isalpha() else "".join(filter(str.isalpha, word))
    if not 1 < len(letters) <= NAME_LIMIT or not letters.startswith(tuple(parts)):
        return False
    return _splits(letters, parts) or _splits(letters.removesuffix("s"), parts)


def _splits(letters: str, parts: set[str]) -> bool:
    # Ends that parts reach from the start -> whether one of them was longer than a letter.
    reached: dict[int, bool] = {0: False}
    for start in range(len(letters)):
        if start in reached:
            for part in parts:
                if letters.startswith(part, start):
                    end = start + len(part)
                    reached[end] = reached.get(end, False) or reached[start] or len(part) > 1
    return reached.get(len(letters), False)


def _chunks(plain: str) -> Iterator[tuple[int, int]]:
    """What stands between spaces, from its first letter or digit to its last and the marks on it.

    No pattern: compiling one takes longer than a whole list of names.
    """
    end = 0
    for chunk in plain.split():
        start = plain.index(chunk, end)
        end = start + len(chunk)
        letters = [place for place in range(start, end) if plain[place].isalnum()]
        if letters:
            last = letters[-1] + 1
            while last < end and _is_mark(plain[last]):
                last += 1
            yield letters[0], last


def _words(plain: str) -> Iterator[tuple[int, int]]:
    """Runs of letters, digits and the marks on them."""
    first: int | None = None
    for place, char in enumerate(plain):
        if char.isalnum() or _is_mark(char):
            first = place if first is None else first
        elif first is not None:
            yield first, place
            first = None
    if first is not None:
        yield first, len(plain)


def _is_mark(char: str) -> bool:
    """An accent or a vowel sign, which belongs to the letter before it."""
    return _category(char)[0] == "M"


def _category(char: str) -> str:
    """A letter's category in Unicode; ``-`` for what English is written with."""
    if char.isascii():
        return "-"
    import unicodedata

    return unicodedata.category(char)


def _plain(text: str) -> str:
    """Each letter without case and accents."""
    if text.isascii():
        return text.lower()
    import unicodedata

    letters = unicodedata.normalize("NFKD", text.translate(_STROKES)).casefold()
    return "".join([letter for letter in letters if not unicodedata.combining(letter)])


def _places(text: str) -> list[int]:
    """For each letter of ``_plain(text)``, the place in ``text`` that it comes from."""
    return [place for place, char in enumerate(text) for _ in _plain(char)]


def shortened(text: str, width: int) -> str:
    """``text`` cut to ``width`` characters, the cut marked."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"
