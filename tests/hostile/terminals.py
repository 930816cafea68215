"""Commands run by the hundred, each in a process and on a terminal of its own, byte by byte.

``shown`` starts this file once as a program; it forks for every command, so that only the first
pays for start-up. What comes back is what would have reached the screen, untranslated.
"""

from __future__ import annotations

import base64
import json
import os
import re
import select
import subprocess
import sys
import time
import unicodedata
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from casectl.cli import COMMANDS

LOADED = (
    *(f"casectl.commands.{entry.module}" for entry in COMMANDS.values()),
    "casectl.store.bulk", "casectl.store.cases", "casectl.store.agenda", "casectl.store.search",
    "casectl.render.today", "casectl.render.case", "casectl.render.listing",
    "casectl.render.who", "casectl.render.sheet_screens", "casectl.core.sheets",
    "casectl.core.privacy", "json", "sqlite3", "sqlite_utils",
)  # fmt: skip
SECONDS = 60  # many times what any command takes
STILL = 0.1  # seconds of silence until Ctrl-D is pressed once more

# The styles of render/screens.py: the only escape sequences that casectl itself may write.
OWN_STYLES = re.compile(r"\x1b\[(?:0|1|2|33|1;31|1;35)m")
# https://www.unicode.org/reports/tr9/: what reorders the text around it; and tags, which hide.
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
TAGS = frozenset(map(chr, range(0xE0000, 0xE0080)))


class Ask(NamedTuple):
    """One command: on a terminal ``width`` wide (0: into pipes), and what is typed or piped in."""

    words: Sequence[str]
    width: int = 0
    colour: bool = False
    stdin: str = ""
    environment: dict[str, str] = {}  # noqa: RUF012 - never changed


class Shown(NamedTuple):
    ask: Ask
    code: int
    out: bytes  # on a terminal standard error as well
    err: bytes


def shown(asks: Sequence[Ask]) -> list[Shown]:
    """Run every command, in order."""
    sent = json.dumps([each._asdict() for each in asks])
    done = subprocess.run(
        [sys.executable, __file__], input=sent.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    answers = json.loads(done.stdout)
    return [
        Shown(ask, code, base64.b64decode(out), base64.b64decode(err))
        for ask, (code, out, err) in zip(asks, answers, strict=True)
    ]


def acting(written: bytes, *, colour: bool = False, keep: str = "\n") -> str:
    """What in ``written`` could act on a terminal; "" for nothing. Raises if it is not UTF-8."""
    text = written.decode("utf-8")
    if colour:
        text = OWN_STYLES.sub("", text)
    return "".join(char for char in text if acts(char) and char not in keep)


def acts(char: str) -> bool:
    if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
        return True
    return char in BIDI or char in TAGS or char == "\ufeff" or "\ufff9" <= char <= "\ufffb"


# -- the program -------------------------------------------------------------------------------


def main() -> None:
    for module in LOADED:  # once, for every child
        import_module(module)
    answers = [answer(Ask(**each)) for each in json.load(sys.stdin)]
    json.dump(answers, sys.stdout)


def answer(ask: Ask) -> tuple[int, str, str]:
    in_child, in_ours = _terminal(ask.width) if ask.width else os.pipe()
    out_child = err_child = in_child
    out_ours = err_ours = in_ours
    if not ask.width:
        (out_ours, out_child), (err_ours, err_child) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        for number, handle in enumerate((in_child, out_child, err_child)):
            os.dup2(handle, number)
        os.closerange(3, 256)
        _run(ask)
    for handle in {in_child, out_child, err_child}:
        os.close(handle)
    _feed(in_ours, ask)
    told = _read_all(ask, {out_ours, err_ours})
    if ask.width:
        os.close(in_ours)
    _, status = os.waitpid(child, 0)
    out, err = (base64.b64encode(told[each]).decode() for each in (out_ours, err_ours))
    return os.waitstatus_to_exitcode(status), out, "" if ask.width else err


def _read_all(ask: Ask, handles: set[int]) -> dict[int, bytes]:
    """What comes until every one has closed at the other side."""
    told = dict.fromkeys(handles, b"")
    waiting = set(handles)
    give_up = time.monotonic() + SECONDS
    while waiting:
        ready, _, _ = select.select(list(waiting), [], [], STILL)
        if not ready:
            assert time.monotonic() < give_up, f"it waits for what never comes: {ask}, {told}"
            if ask.width:  # a question for a passphrase throws away what was typed before it
                os.write(next(iter(waiting)), b"\x04")
        for each in ready:
            try:
                read = os.read(each, 65536)
            except OSError:  # Linux says so when the other side of a terminal has closed
                read = b""
            told[each] += read
            if not read:
                waiting.remove(each)
    return told


def _terminal(width: int) -> tuple[int, int]:
    """What the child has and what we have of a terminal that changes nothing on the way."""
    import fcntl
    import struct
    import termios

    ours, theirs = os.openpty()
    settings = termios.tcgetattr(theirs)
    settings[1] &= ~termios.OPOST
    settings[3] &= ~termios.ECHO
    termios.tcsetattr(theirs, termios.TCSANOW, settings)
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    return theirs, ours


def _feed(handle: int, ask: Ask) -> None:
    if ask.width:
        # What nobody answers ends here as it does when a person presses Ctrl-D.
        os.write(handle, ask.stdin.encode() + b"\x04")
    else:
        os.write(handle, ask.stdin.encode())
        os.close(handle)


def _run(ask: Ask) -> None:
    from casectl import __main__ as program

    os.environ.update(ask.environment)
    os.environ["TERM"] = "xterm-256color"
    if not ask.colour:
        os.environ["NO_COLOR"] = "1"
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        stream = os.fdopen(number, mode, encoding="utf-8", closefd=False)
        setattr(sys, name, stream)
    sys.argv = ["casectl", *ask.words]
    program.main()


if __name__ == "__main__":
    main()
