"""The line that a person types at a question, with the keys of a line where Python has readline.

Nothing of it is remembered: no history, on no disk, and nothing completes it. What a key sends that
means nothing here is no part of the answer. A closed window and what ends a program end a question
as Ctrl-C does, so that whoever asked keeps what was typed before.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from casectl.core.text import without_keys

# Lines that are pasted are a line each, a tab is text, and a key that is bound to nothing types
# nothing.
SETTINGS = (
    "set enable-bracketed-paste off", "set disable-completion on", "tab: self-insert",
    '"\\e[": skip-csi-sequence',
)  # fmt: skip
LIBEDIT_SETTINGS = ("bind ^I ed-insert",)  # macOS

_was_ended = False


class NobodyTyped(Exception):
    """For as long as somebody was waited for."""


def read_line(question: str, idle_seconds: float | None = None) -> str:
    """What is typed at the terminal that standard input is.

    Raises EOFError for Ctrl-D, KeyboardInterrupt for Ctrl-C, a signal that ends a program or a
    terminal that is gone, NobodyTyped where that is so for ``idle_seconds``.
    """
    edits = _can_edit()
    with ending_on_signals("SIGTERM", "SIGHUP"), _waiting(idle_seconds, _begun if edits else str):
        try:
            return without_keys(_edited(question) if edits else _plain(question))
        except (EOFError, OSError):
            if sys.stdin.isatty():
                raise
            _ends()  # the shell that dies with it sends its signal after this
            raise KeyboardInterrupt from None


def was_ended() -> bool:
    """Whether the terminal went, or a signal that ends a program came, while somebody wrote."""
    return _was_ended


@contextmanager
def ending_on_signals(*names: str) -> Iterator[None]:
    """Inside, these signals are told as Ctrl-C is, and only the first: a second one must not stop
    the saving and clearing up. After one that ends the program that stays so until its end.
    """
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]

    def end(number: int, frame: object) -> None:
        if number != signal.SIGINT:
            _ends()
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    kept = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        if kept[number] != signal.SIG_IGN:  # nohup
            signal.signal(number, end)
    try:
        yield
    finally:
        if not _was_ended:
            for number, handler in kept.items():
                signal.signal(number, handler)


def _ends() -> None:
    """From here on what was typed is saved, and nothing is to stop that."""
    global _was_ended
    _was_ended = True
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _plain(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\r\n")


def _edited(question: str) -> str:
    """With the keys that move in a line and mend it."""
    before, newline, last = question.rpartition("\n")
    sys.stderr.write(before + newline)
    sys.stderr.flush()
    return input(last)


def _can_edit() -> bool:
    """Whether ``input`` would: it looks for the terminal at standard output as well."""
    return sys.stdout is not None and sys.stdout.isatty() and _has_readline()


@cache
def _has_readline() -> bool:
    try:
        import readline
    except ImportError:
        return False
    readline.set_auto_history(False)
    readline.set_completer(None)
    is_libedit = "libedit" in (readline.__doc__ or "")
    for each in LIBEDIT_SETTINGS if is_libedit else SETTINGS:
        readline.parse_and_bind(each)
    return True


def _begun() -> str:
    import readline

    return readline.get_line_buffer()


@contextmanager
def _waiting(idle_seconds: float | None, begun: Callable[[], str]) -> Iterator[None]:
    """Look now and then whether the line that was ``begun`` has grown."""
    if idle_seconds is None or sys.platform == "win32":
        yield
        return
    seen = ""

    def look(number: int, frame: object) -> None:
        nonlocal seen
        if (now := begun()) == seen:
            raise NobodyTyped
        seen = now
        signal.setitimer(signal.ITIMER_REAL, idle_seconds)

    kept = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, idle_seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, kept)
