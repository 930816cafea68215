"""casectl in processes of its own, to be killed: the installed program, or a faster fork of it.

The fork imports casectl once and then runs ``casectl.__main__.main`` in a child of its own for
each command: the same code on the same file descriptors, and what ends it is a real signal. It
spares the 90 ms that Python needs to start, so that ten thousand kills take minutes.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from measure import environment

CASECTL = str(Path(sys.executable).parent / "casectl")
DAY = "2026-11-18"  # every caseload here is of this day, a Wednesday
# Names, in the environment, the file with the key of every caseload here; unset, they are plain.
KEY = "TORTURE_KEY_FILE"
# A child that could not even begin, so that no exit code of casectl's own is mistaken for it.
NOT_BEGUN = 70


class Ended(NamedTuple):
    """How a command ended: its exit code (negative for a signal), what it said, and seconds."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL

    @property
    def told(self) -> bool:
        """Whether the whole echo was printed, so that a person believes it, killed or not."""
        return self.out.endswith("\n") and self.code in (0, -signal.SIGKILL)


class Running:
    """One command while it runs."""

    def __init__(self, pid: int, out: int, err: int) -> None:
        self.pid = pid
        self._out, self._err = out, err
        self._began = time.perf_counter()
        self._status: int | None = None

    def has_ended(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = status
        return self._status is not None

    def has_spoken(self) -> bool:
        """Whether it has printed something, or ended."""
        return bool(select.select([self._out], [], [], 0)[0])

    def kill(self) -> None:
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> Ended:
        # What a command says fits into a pipe, so neither end can wait for the other.
        out, err = _read_to_end(self._out), _read_to_end(self._err)
        if self._status is None:
            _, self._status = os.waitpid(self.pid, 0)
        seconds = time.perf_counter() - self._began
        code = os.waitstatus_to_exitcode(self._status)
        if code == NOT_BEGUN:
            raise RuntimeError(f"casectl did not begin: {err}")
        return Ended(code, out, err, seconds)


Start = Callable[[Sequence[str], Mapping[str, str]], Running]


def world(caseload: Path, **values: str) -> dict[str, str]:
    """The environment of one casectl: its caseload and key, its day, and no configuration."""
    folder = caseload.parent
    if KEY in os.environ:
        values = {"CASECTL_KEY_FILE": os.environ[KEY], **values}
    return environment(
        HOME=str(folder),
        XDG_CONFIG_HOME=str(folder / ".config"),
        CASECTL_CONFIG="",  # nor one that the outer shell names
        CASECTL_DB=str(caseload),
        CASECTL_TODAY=DAY,
        CASECTL_WORKER="torture",
        **values,
    )


def installed(words: Sequence[str], env: Mapping[str, str]) -> Running:
    """The installed program, from the start of its interpreter on."""
    (out, told_out), (err, told_err) = os.pipe(), os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, told_out, 1),
        (os.POSIX_SPAWN_DUP2, told_err, 2),
    ]
    pid = os.posix_spawn(CASECTL, [CASECTL, *words], env, file_actions=actions)
    os.close(told_out)
    os.close(told_err)
    return Running(pid, out, err)


def forked(
    words: Sequence[str], env: Mapping[str, str], prepare: Callable[[], None] = lambda: None
) -> Running:
    """The same in a child of this process, which has imported casectl already.

    ``prepare`` is called in the child, to make another casectl of it than this one.
    """
    import_everything()
    sys.stdout.flush()
    sys.stderr.flush()
    (out, told_out), (err, told_err) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        _become_casectl(words, env, told_out, told_err, prepare)
    os.close(told_out)
    os.close(told_err)
    return Running(pid, out, err)


def run(words: Sequence[str], env: Mapping[str, str], start: Start = forked) -> Ended:
    """One command, undisturbed."""
    return start(words, env).wait()


def _become_casectl(
    words: Sequence[str],
    env: Mapping[str, str],
    out: int,
    err: int,
    prepare: Callable[[], None],
) -> None:
    """In the child: the descriptors, arguments and environment of a program, then its main."""
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.closerange(3, 256)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        os.environ.clear()
        os.environ.update(env)
        sys.argv = ["casectl", *words]
        prepare()
        from casectl.__main__ import main

        main()
    finally:
        os._exit(NOT_BEGUN)


@cache
def import_everything() -> None:
    """All that a command may import while it runs, so that no child pays for it again."""
    from casectl.cli import COMMANDS

    for entry in COMMANDS.values():
        import_module(f"casectl.commands.{entry.module}")
    for folder in ("core", "store"):
        place = Path(import_module(f"casectl.{folder}").__path__[0])
        for module in place.glob("[a-z]*.py"):
            import_module(f"casectl.{folder}.{module.stem}")


def _read_to_end(pipe: int) -> str:
    with os.fdopen(pipe, "rb") as reading:
        return reading.read().decode(errors="replace")
