"""What one process costs: wall time, processor time and peak memory, beside a reference or alone.

Everything is measured by one harness: posix_spawn, wait4, standard output on a terminal of
80 x 24 or on a pipe, read to its end. Two commands are compared by running them in turn, A B A B,
and taking the median of the paired ratios, so that a slow minute of the machine hits both.
"""

from __future__ import annotations

import os
import struct
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

TERMINAL_SIZE = struct.pack("HHHH", 24, 80, 0, 0)
FAILED_OUTPUT = 400  # characters of what a failed command said


class Took(NamedTuple):
    """One run: seconds by the clock, seconds of processor (user and system), peak KiB."""

    wall: float
    cpu: float
    peak: int


class Pair(NamedTuple):
    """A command beside its reference: medians of each, and of their ratios pair by pair."""

    wall: float
    cpu: float
    reference_wall: float
    reference_cpu: float
    wall_ratio: float
    cpu_ratio: float


class Difference(NamedTuple):
    """What a command takes more than its reference: medians of the differences pair by pair."""

    wall: float
    cpu: float


class Failed(Exception):
    """A command that did not end with 0: it has no figure."""


Command = Callable[[], Sequence[str]]


def environment(**values: str) -> dict[str, str]:
    """This process's environment without what would change a figure: byte code is kept."""
    dropped = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in dropped and not name.startswith("CASECTL_")
    }
    return {**kept, "TERM": "xterm-256color", **values}


def run(words: Sequence[str], env: Mapping[str, str], *, terminal: bool = False) -> Took:
    """Run one command to its end and say what it took. Raises Failed unless it exits with 0."""
    reader, writer = _terminal() if terminal else os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, writer, 1),
        (os.POSIX_SPAWN_DUP2, writer, 2),
        (os.POSIX_SPAWN_CLOSE, reader),
        (os.POSIX_SPAWN_CLOSE, writer),
    ]
    started = time.perf_counter()
    child = os.posix_spawn(words[0], list(words), env, file_actions=actions)
    os.close(writer)
    said = _read_to_end(reader)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - started
    os.close(reader)
    if status:
        code = os.waitstatus_to_exitcode(status)
        raise Failed(f"exit {code}: {said[-FAILED_OUTPUT:].decode(errors='replace').strip()}")
    return Took(wall, usage.ru_utime + usage.ru_stime, _kib(usage.ru_maxrss))


def output(words: Sequence[str], env: Mapping[str, str]) -> str:
    """What a command prints, for reading rather than measuring."""
    import subprocess

    done = subprocess.run(words, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"exit {done.returncode}: {done.stderr[-FAILED_OUTPUT:].strip()}")
    return done.stdout


def compare(reference: Callable[[], Took], command: Callable[[], Took], rounds: int) -> Pair:
    """``rounds`` runs of each in turn, after one of each that does not count."""
    pairs = in_turn(reference, command, rounds)
    return Pair(
        median(each.wall for _, each in pairs),
        median(each.cpu for _, each in pairs),
        median(each.wall for each, _ in pairs),
        median(each.cpu for each, _ in pairs),
        median(each.wall / other.wall for other, each in pairs),
        median(each.cpu / other.cpu for other, each in pairs),
    )


def subtract(reference: Callable[[], Took], command: Callable[[], Took], rounds: int) -> Difference:
    """As ``compare``, where the bound is a time and not a ratio."""
    pairs = in_turn(reference, command, rounds)
    return Difference(
        median(each.wall - other.wall for other, each in pairs),
        median(each.cpu - other.cpu for other, each in pairs),
    )


def in_turn(
    reference: Callable[[], Took], command: Callable[[], Took], rounds: int
) -> list[tuple[Took, Took]]:
    reference()
    command()
    return [(reference(), command()) for _ in range(rounds)]


def _terminal() -> tuple[int, int]:
    import fcntl
    import pty
    import termios

    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, TERMINAL_SIZE)
    return reader, writer


def _read_to_end(reader: int) -> bytes:
    """Everything the child printed. A terminal ends with an error on Linux, a pipe with nothing."""
    said = b""
    while True:
        try:
            part = os.read(reader, 65536)
        except OSError:
            return said
        if not part:
            return said
        said += part


def _kib(peak: int) -> int:
    """Linux counts peak memory in KiB, macOS in bytes."""
    return peak // 1024 if sys.platform == "darwin" else peak
