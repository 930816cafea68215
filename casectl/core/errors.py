"""What can go wrong, in one line each, with the exit code a script sees.

Raised in ``core``, ``store`` and ``commands``; turned into a line on standard error in ``cli``
alone. A message says what to do next and never holds a client's words, except where the person
typed them on this very command line.
"""

from __future__ import annotations


class CasectlError(Exception):
    """A failure the person can act on. ``str(error)`` is the one line they read."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = str(self.args[0])
        return f"{message}; {self.hint}" if self.hint else message


class Declined(CasectlError):
    """Somebody was asked and said no. Nothing was written."""

    exit_code = 1


class BadValue(CasectlError):
    """A value that cannot be meant: an empty name, a risk nobody defined, a day before intake."""

    exit_code = 2


class BadDay(BadValue):
    """A day or time that cannot be read, or that could be read in two ways."""


class NotADay(BadDay):
    """Nothing in the text is a day, so it may be a text that ends before one."""


class NotShared(CasectlError):
    """No live release lets somebody be told what was about to be told them. Nothing was shared."""

    exit_code = 1


class NotFound(CasectlError):
    """No such case, item, worker, file."""

    exit_code = 3


class Ambiguous(CasectlError):
    """Several things fit, or a possible duplicate: say which one."""

    exit_code = 4


class BadImport(CasectlError):
    """Rows of a file that cannot be taken in."""

    exit_code = 5


class Locked(CasectlError):
    """The caseload is encrypted, and nothing at hand opens it."""


class EncryptionGone(CasectlError):
    """The caseload is not encrypted, and what lies beside it says that it was."""


class Busy(CasectlError):
    """Another program holds the caseload (EX_TEMPFAIL of sysexits.h)."""

    exit_code = 75


class DiskFailed(CasectlError):
    """The disk did not do what it was asked; whether anything was written is told beside it."""


class Kept(DiskFailed):
    """The disk failed at the very end: what was to be recorded is, and must not be repeated."""


class BadConfiguration(CasectlError):
    """The configuration cannot be used as it stands (EX_CONFIG of sysexits.h)."""

    exit_code = 78


class NoConfiguration(BadConfiguration):
    """The configuration that was named is not there. Only what makes it goes on."""


class BadProfile(BadConfiguration):
    """The sector's profile that is configured cannot be used. What names another goes on."""
