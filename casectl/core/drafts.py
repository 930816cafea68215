"""What unfinished texts say of a client, so that erasing the client leaves none of it. No I/O."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from casectl.core.text import fold, name_key

SHORTEST = 3  # letters of a part of a name that one would type for it


def without_client(
    body: str, names: Collection[str], handles: Collection[str], *, is_note: bool = False
) -> str | None:
    """What is left of a draft once nothing in it is about a client; None where nothing is.

    ``names`` are folded. Of a log each line is looked at by itself, anything else is left whole or
    not at all. Whoever erases wants it gone, so a line that may name the case is about the client.
    ``is_note``: somebody's note, which names no case by its first words.
    """
    held = body if is_note else _held_in(body)
    if isinstance(held, list):
        left = [each for each in held if not _names_it(_words_of(each), 1, names, handles)]
        if len(left) < len(held):
            return json.dumps(left) if left else None
        return body
    if isinstance(held, dict):
        text = f"{_words_of(held)} {name_key(str(held.get('name')))}"
        return None if _holds(text, names) else body
    behind_its_command = 0 if is_note else 2  # as typed at the prompt
    return None if _names_it(body, behind_its_command, names, handles) else body


def _held_in(body: str) -> Any:
    """A log is a list and an intake an object in JSON, which spells accents in its own way."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


def _words_of(held: Any) -> str:
    if isinstance(held, dict):
        held = list(held.values())
    return " ".join(map(str, held)) if isinstance(held, list) else str(held)


def _holds(text: str, names: Collection[str]) -> bool:
    text = fold(text)
    return any(name in text for name in names)


def _names_it(text: str, first: int, names: Collection[str], handles: Collection[str]) -> bool:
    """Whether it holds the whole name, or one of its first words is a way to say the case."""
    return _holds(text, names) or any(
        _may_say(word.partition(".")[0], names, handles) for word in fold(text).split()[:first]
    )


def _may_say(word: str, names: Collection[str], handles: Collection[str]) -> bool:
    """Whether a word is the case's number or handle, or a part of the client's name."""
    if any(word in (each, each.rpartition("-")[2]) for each in handles):
        return True
    return len(word) >= SHORTEST and any(word in name.split() for name in names)
