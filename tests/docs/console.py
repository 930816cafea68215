"""Console blocks of a document: the commands after ``$``, and what they print.

    ```console
    $ casectl today
    ...
    ```

They are run in this process, on a terminal of 80 columns without colour, at the hour that a
comment above them sets: ``<!-- clock: 2026-11-18 09:40 -->``. A block under ``<!-- file: NAME -->``
is a file that they read. ``REWRITE_DOCS=1 pytest tests/docs`` writes what they print now into the
document, for somebody to read before it is committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import date
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import Result, Run

from casectl import cli
from casectl.session import Clock

REWRITE = bool(os.environ.get("REWRITE_DOCS"))
WIDTH = 80
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"<!-- file: ([\w.]+) -->\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CLOCK = re.compile(r"<!-- clock: (\d{4}-\d\d-\d\d) (\d\d:\d\d) -->")

# Where the documents say that things are; the test's own stand in a folder of the day.
HOME = "/home/kim"
SAID = f"{HOME}/.local/share/casectl/caseload.db"

# Runs the words of one command at a clock.
Type = Callable[[str, Clock], Result]


class Typed(NamedTuple):
    """One command of a document as it went."""

    command: str
    code: int
    shown: str


class Walked(NamedTuple):
    """A document with what its commands print now."""

    text: str
    typed: list[Typed]


def walk(text: str, type_: Type) -> Walked:
    """Type every command of the document, in order."""
    typed: list[Typed] = []
    written = []
    at = 0
    for block in BLOCK.finditer(text):
        clock = clock_of(text[: block.start()])
        commands = re.findall(r"^\$ (casectl.*)$", block[1], re.MULTILINE)
        assert commands, "a console block types nothing"
        shown = []
        for command in commands:
            result = type_(command.removeprefix("casectl").strip(), clock)
            typed.append(Typed(command, result.code, result.err + result.out))
            shown.append(f"$ {command}\n{typed[-1].shown}")
        written += [text[at : block.start()], f"```console\n{''.join(shown)}```"]
        at = block.end()
    return Walked("".join([*written, text[at:]]), typed)


def typist(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Types into the program of the person that the documents are about, who sits in ``folder``.

    ``log < contacts.txt`` types what is in the file.
    """
    monkeypatch.delenv("CASECTL_KEY_FILE")
    monkeypatch.chdir(folder)

    def type_(command: str, clock: Clock) -> Result:
        monkeypatch.setattr(cli, "clock", lambda: clock)
        command, _, file = command.partition(" < ")
        stdin = (folder / file).read_text(encoding="utf-8") if file else ""
        result = run(command, width=WIDTH, stdin=stdin)
        out = result.out.replace(str(folder / "caseload.db"), SAID)
        return result._replace(out=out.replace(str(folder), HOME))

    return type_


def write_files(text: str, folder: Path) -> None:
    """The files that a document shows, for its commands to read."""
    for name, content in FILE.findall(text):
        (folder / name).write_text(content, encoding="utf-8")


def clock_of(above: str) -> Clock:
    """The hour that the last comment above a block sets."""
    set_at = CLOCK.findall(above)
    assert set_at, "no <!-- clock: ... --> above the first console block"
    day, time = set_at[-1]
    return Clock(date.fromisoformat(day), time, f"{day}T{time}:00Z")


def compare(path: Path, walked: Walked) -> None:
    """The document is as it went; with REWRITE_DOCS it is made so."""
    text = path.read_text(encoding="utf-8")
    if REWRITE and walked.text != text:
        path.write_text(walked.text, encoding="utf-8")
        text = walked.text
    differs = "\n".join(unified_diff(text.splitlines(), walked.text.splitlines(), lineterm="", n=1))
    assert not differs, (
        f"{path.name} shows something else: REWRITE_DOCS=1 writes it anew\n{differs}"
    )
