"""The writers' queue: one file lock beside the caseload, taken before each transaction.

SQLite lets its waiting writers try again and again, and the unlucky one waits for seconds. The
kernel's own queue is fair: twenty writers at once wait a tenth of a second there. The lock file
is never removed, because whoever waits for a removed one waits alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from types import FrameType

from casectl.core.errors import Busy
from casectl.store.private import private_umask

# Where nothing can wake a waiting program, it asks this often.
ASK_SECONDS = 0.002


class _TimeOver(Exception):
    """The alarm rang while the program waited for its turn."""


@contextmanager
def turn(path: Path, seconds: float, busy: Busy) -> Iterator[None]:
    """Wait until no other casectl writes to ``path``, and keep others waiting meanwhile.

    A killed holder lets go at once, and Ctrl-C ends the waiting. Raises ``busy`` after ``seconds``.
    Where no lock can be made (a read-only folder, a file system without locks) SQLite's own lock
    decides, as it does in the end everywhere.
    """
    handle = _opened(path)
    if handle is None:
        yield
        return
    try:
        _take(handle, seconds, busy)
        yield
    finally:
        os.close(handle)  # which lets go


def _opened(path: Path) -> int | None:
    real = os.path.realpath(path)
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        with private_umask():
            return os.open(f"{real}.lock", flags, 0o600)
    except OSError:
        return None


if sys.platform == "win32":  # pragma: no cover - looked at on Linux by mypy only
    import msvcrt

    def _take(handle: int, seconds: float, busy: Busy) -> None:
        _keep_asking(lambda: msvcrt.locking(handle, msvcrt.LK_NBLCK, 1), seconds, busy)

else:
    import fcntl

    def _take(handle: int, seconds: float, busy: Busy) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _wait(handle, seconds, busy)
        except OSError:  # no locks on this file system
            return

    def _wait(handle: int, seconds: float, busy: Busy) -> None:
        """In the kernel's queue, woken by an alarm; by asking where another thread is the first."""
        import signal
        import threading

        if threading.current_thread() is not threading.main_thread():
            _keep_asking(lambda: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB), seconds, busy)
            return

        def ring(number: int, frame: FrameType | None) -> None:
            raise _TimeOver

        before = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except _TimeOver:
            raise busy from None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def _keep_asking(ask: Callable[[], object], seconds: float, busy: Busy) -> None:
    give_up = monotonic() + seconds
    while True:
        try:
            ask()
            return
        except OSError:
            if monotonic() >= give_up:
                raise busy from None
            sleep(ASK_SECONDS)
