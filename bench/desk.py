"""``casectl day`` on a terminal of its own, typed at as a person types, timed line by line."""

from __future__ import annotations

import os
import pty
import select
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

from measure import FAILED_OUTPUT, TERMINAL_SIZE, Failed

PROMPT = b">\x1b["  # its last letter, and the cursor set behind it
QUIET = 0.15  # seconds without another byte, before a line is sent
GIVE_UP = 60.0


class Desk:
    """One prompt, from its start to its end."""

    def __init__(self, words: Sequence[str], env: Mapping[str, str]) -> None:
        import fcntl
        import termios

        started = time.perf_counter()
        self.child, self.handle = pty.fork()
        if self.child == 0:
            os.execve(words[0], list(words), dict(env))
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, TERMINAL_SIZE)
        self._until(PROMPT)
        self.start = time.perf_counter() - started

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self.handle)
        os.waitpid(self.child, 0)

    def typed(self, line: str, answer: str) -> float:
        """Seconds from Enter until ``answer`` and the next prompt are there."""
        os.write(self.handle, line.encode())
        self._drain()
        started = time.perf_counter()
        os.write(self.handle, b"\r")
        self._until(answer.encode(), PROMPT)
        return time.perf_counter() - started

    def _drain(self) -> None:
        while select.select([self.handle], [], [], QUIET)[0]:
            os.read(self.handle, 65536)

    def _until(self, *marks: bytes) -> None:
        """Read until each mark came, in this order. Raises Failed."""
        said, give_up = b"", time.monotonic() + GIVE_UP
        for mark in marks:
            while mark not in said:
                if not select.select([self.handle], [], [], max(give_up - time.monotonic(), 0))[0]:
                    raise Failed(f"no {mark!r} in {said[-FAILED_OUTPUT:]!r}")
                said += os.read(self.handle, 65536)
            said = said.partition(mark)[2]
