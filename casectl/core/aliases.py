"""Words of one's own for commands: what they may be, and what they stand for."""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path

from casectl.core.errors import BadConfiguration
from casectl.core.typed import OWN_WORDS, first_word, pieces


def check_aliases(aliases: Mapping[str, str], commands: Container[str], path: Path) -> None:
    """Raise BadConfiguration for one that hides a command or does not begin with one.

    An alias stands for a command and never for another alias, so that what a word does can be
    read off one line.
    """
    for name, line in aliases.items():
        if name in commands or name in OWN_WORDS:
            raise BadConfiguration(
                f"{path}: aliases.{name} would hide the command {name}", hint="give it another name"
            )
        word, _ = first_word(line)
        if word not in commands:
            raise BadConfiguration(
                f"{path}: aliases.{name} begins with {word[:40]!r}, which is no command",
                hint='write one as you type it, without casectl: "today --soon 3"',
            )


def words_of(line: str) -> list[str]:
    """What an alias stands for, as a shell hands words over: "next tue" is one."""
    return [f"{each.option}={each.text}" if each.option else each.text for each in pieces(line)]
