"""Who looked at which cases, and when: a file of its own beside the caseload, which only grows.

Journalled is what was changed; here is what was shown, and who failed to unlock. One JSON object
on each line holds case numbers, never a name and never what was searched for, so the file needs no
key to be written or read. It is never rotated away: a line is a hundred bytes.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from shlex import quote
from time import sleep

from casectl.core.errors import CasectlError
from casectl.core.views import FAIL, OK, Access, Finding
from casectl.store.private import private_umask

NAME = "access log"
# A search may find a thousand cases; one line stays one write.
MOST_CASES = 1_000
TRIES = 100  # in a second, to be the only one who writes


class AccessLog:
    """The log of one caseload, which need not be open, or openable, to be written to."""

    def __init__(self, caseload: Path) -> None:
        real = Path(os.path.realpath(caseload))
        self.path = real.with_name(f"{real.name}.access.log")

    def add(
        self,
        moment: str,
        worker: str,
        command: str,
        cases: Sequence[int] = (),
        *,
        failed: bool = False,
    ) -> None:
        """Add one line, and have it on the disk. Raises CasectlError where that cannot be done.

        ``failed`` is an unlock with a wrong passphrase. Beyond the first thousand cases their
        number is told.
        """
        from _json import encode_basestring_ascii as quoted  # json itself costs show its start-up

        numbers = ", ".join(map(str, cases[:MOST_CASES]))
        said = f'"at": {quoted(moment)}, "worker": {quoted(worker)}, "command": {quoted(command)}'
        said += f', "cases": [{numbers}]'
        if len(cases) > MOST_CASES:
            said += f', "more": {len(cases) - MOST_CASES}'
        if failed:
            said += ', "failed": true'
        try:
            self._append(f"{{{said}}}\n".encode("ascii"))
        except OSError as error:
            raise CasectlError(
                f"the access log {self.path} cannot be written ({error.strerror})"
            ) from None

    def _append(self, line: bytes) -> None:
        with private_umask():
            handle = self._open(os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            _take_turn(handle)
            if _ends_inside_a_line(handle):
                line = b"\n" + line
            if os.write(handle, line) != len(line):
                raise OSError(0, "no space left")
            os.fsync(handle)
        finally:
            os.close(handle)

    def _open(self, flags: int) -> int:
        """A handle of the log, if it is a file. Raises OSError.

        O_NONBLOCK: a pipe in its place would never open.
        """
        for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
            flags |= getattr(os, name, 0)
        handle = os.open(self.path, flags, 0o600)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(0, "it is not a file")
        return handle

    def read(self, case: int | None = None) -> Iterator[Access]:
        """What was shown, oldest first; of one case where one is asked for.

        A line that a full disk cut short is passed over.
        """
        try:
            with os.fdopen(self._open(os.O_RDONLY), "rb") as file:
                for line in file:
                    access = _access(line)
                    if access is not None and (case is None or case in access.cases):
                        yield access
        except FileNotFoundError:
            return
        except OSError as error:
            raise CasectlError(
                f"the access log {self.path} cannot be read ({error.strerror})"
            ) from None

    def finding(self) -> Finding:
        """Whether it can be written to by its owner alone, and how large it has grown."""
        try:
            status = os.lstat(self.path)
        except FileNotFoundError:
            return Finding(NAME, OK, "nothing was shown yet")
        if not stat.S_ISREG(status.st_mode):
            return Finding(NAME, FAIL, f"{self.path} is not a file", "move it away")
        mode = stat.S_IMODE(status.st_mode)
        if mode & 0o077 and os.name != "nt":
            return Finding(
                NAME, FAIL, f"others may look into {self.path} ({mode:03o})",
                f"chmod 600 {quote(str(self.path))}",
            )  # fmt: skip
        if not os.access(self.path, os.W_OK):
            return Finding(NAME, FAIL, f"{self.path} cannot be written ({mode:03o})")
        size = status.st_size
        said = f"{size:,} bytes" if size < 10_000 else f"{size // 1000:,} kB"
        return Finding(NAME, OK, f"{said} of who was shown what; it only grows")


def _access(line: bytes) -> Access | None:
    """A line as it was meant; None for what is not one of ours."""
    import json

    try:
        said = json.loads(line)
        return Access(
            str(said["at"]),
            str(said["worker"]),
            str(said["command"]),
            tuple(int(number) for number in said["cases"]),
            int(said.get("more", 0)),
            said.get("failed") is True,
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _take_turn(handle: int) -> None:
    """Wait until no other casectl is writing its line, which could look like one cut short.

    Not for long: a program that was stopped in the middle keeps nobody from what they look at.
    """
    if sys.platform == "win32":
        return
    from fcntl import LOCK_EX, LOCK_NB, flock

    for _ in range(TRIES):
        try:
            flock(handle, LOCK_EX | LOCK_NB)
            return
        except BlockingIOError:
            sleep(1 / TRIES)
        except OSError:  # a file system without locks
            return


def _ends_inside_a_line(handle: int) -> bool:
    """Whether an earlier line was cut short, so that this one must begin anew."""
    if os.lseek(handle, 0, os.SEEK_END) == 0:
        return False
    os.lseek(handle, -1, os.SEEK_END)
    return os.read(handle, 1) != b"\n"
