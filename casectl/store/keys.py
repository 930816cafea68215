"""Where the key comes from for one run: a key file, a key command or the login keyring.

``today`` with a key file is a start-up budget, so what only a command or the keyring needs is
loaded when one is asked.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from casectl.core.keys import BadKey, is_shared, key_file_of, keys_in_file
from casectl.core.values import NamedTuple
from casectl.store.private import make_folder, put, read

FILE_VARIABLE = "CASECTL_KEY_FILE"
COMMAND_VARIABLE = "CASECTL_KEY_COMMAND"
FILE_SETTING = "key_file"
COMMAND_SETTING = "key_command"
KEYRING = "the login keyring"

LARGEST = 1000  # bytes; two keys take 130
COMMAND_SECONDS = 30
MOMENT = 0.5  # seconds, to read what a command printed that has ended
ONE_KEY = "a key is one line of 64 hexadecimal digits"


class Found(NamedTuple):
    """The keys to try, in order, and what gave them."""

    keys: list[bytes]
    source: str


class Source(NamedTuple):
    """What is asked for the key: a variable of the environment, or a setting."""

    name: str
    value: str

    @property
    def is_file(self) -> bool:
        return self.name in (FILE_VARIABLE, FILE_SETTING)

    @property
    def path(self) -> Path:
        """The key file."""
        return at_home(self.value)


def source_of(key_file: str | None, key_command: str | None) -> Source | None:
    """The first that is set; None where the login keyring or a person is asked."""
    named = (
        Source(FILE_VARIABLE, os.environ.get(FILE_VARIABLE, "")),
        Source(COMMAND_VARIABLE, os.environ.get(COMMAND_VARIABLE, "")),
        Source(FILE_SETTING, key_file or ""),
        Source(COMMAND_SETTING, key_command or ""),
    )
    return next((each for each in named if each.value), None)


def find_keys(
    name: str, *, key_file: str | None = None, key_command: str | None = None
) -> Found | None:
    """What the first source that is set gives; None where none is, and the keyring has no key.

    The environment goes before the configuration, whose ``key_file`` and ``key_command`` these
    are. ``name`` is the caseload's in the login keyring. A source that is set and gives no key
    raises BadKey or NotFound; the next one is not tried, which could hold an older key.
    """
    from casectl.store.hardening import no_core_dumps

    no_core_dumps()
    if (source := source_of(key_file, key_command)) is not None:
        if source.is_file:
            return Found(read_key_file(source.path), source.name)
        return Found(run_key_command(source.value, source.name), source.name)
    from casectl.store import keyring

    keys = keyring.get(name)
    return None if keys is None else Found(keys, KEYRING)


def at_home(named: str) -> Path:
    """Cron and the configuration have no shell that knows ``~``."""
    try:
        return Path(named).expanduser()
    except RuntimeError:  # nobody's home; the file's own name then
        return Path(named)


# -- a key file --------------------------------------------------------------------------------


def read_key_file(path: Path) -> list[bytes]:
    """One key, or two while a rotation is under way. Raises NotFound, BadKey, CasectlError.

    Refused unless a plain file of one's own, 0600 or stricter: a key that others could read
    protects nothing. Windows has no such modes, and a home folder there is private.
    """
    from casectl.store.hardening import no_core_dumps

    no_core_dumps()
    content, status = read(path, LARGEST)
    if hasattr(os, "geteuid"):
        if status.st_uid != os.geteuid():
            raise BadKey(f"the key file {path} belongs to another user of this machine")
        mode = status.st_mode & 0o7777
        if mode & ~0o600:
            raise BadKey(
                f"the key file {path} is open to more than its owner's reading ({mode:03o})",
                hint=f"chmod 600 {path}, and think about who may have seen it",
            )
    try:
        return keys_in_file(content.decode("ascii"))
    except ValueError:
        raise BadKey(f"{path} does not hold a key", hint=ONE_KEY) from None


def is_shared_key_file(path: Path) -> bool:
    """Whether other caseloads may need the key in it. Raises as ``read_key_file``."""
    read_key_file(path)
    return is_shared(read(path, LARGEST)[0].decode("ascii"))


def write_key_file(path: Path, keys: Sequence[bytes], *, shared: bool = False) -> None:
    """Make a key file (0600), or replace one that holds one of these keys already.

    So another caseload's key is never written over, and a rotation goes by way of both keys.
    ``shared`` marks it as one that no rotation may change.
    """

    def check(fresh: Path) -> None:
        if read_key_file(fresh) != list(keys):
            raise BadKey(f"{path} was not written as it should be", hint="check the disk")

    new = not os.path.lexists(path)
    if not new and not set(read_key_file(path)) & set(keys):
        raise BadKey(f"{path} holds the key of another caseload", hint="it was left as it is")
    make_folder(path.parent)
    put(path, key_file_of(keys, shared=shared).encode(), check, new=new)


# -- a key command -----------------------------------------------------------------------------


def run_key_command(command: str, source: str = COMMAND_SETTING) -> list[bytes]:
    """The key that a program prints, as borg and restic ask for theirs. Raises BadKey.

    No shell reads ``command``; it is split into words as one would. Its standard input is closed,
    its standard error is the terminal's or cron's. ``source`` names it: an error quotes neither
    the command, which could hold a secret, nor what it printed.
    """
    import shlex
    import subprocess

    what = f"the key command ({source})"
    try:
        words = shlex.split(command)
    except ValueError:
        raise BadKey(f"{what} opens a quotation mark and never closes it") from None
    if not words:
        raise BadKey(f"{what} is empty")
    try:
        code, printed = _printed_by(words)
    except subprocess.TimeoutExpired:
        raise BadKey(f"{what} did not end within {COMMAND_SECONDS} s, and was stopped") from None
    except (OSError, ValueError) as error:  # a NUL character is a ValueError
        why = error.strerror if isinstance(error, OSError) else "not a command"
        raise BadKey(
            f"{what} cannot be run ({why})", hint="name its program with the whole path"
        ) from None
    if code < 0:
        raise BadKey(f"{what} was ended by signal {-code}")
    if code:
        raise BadKey(f"{what} failed with exit code {code}")
    try:
        return keys_in_file(printed.decode("ascii"))
    except ValueError:
        raise BadKey(f"{what} did not print a key", hint=ONE_KEY) from None


def _printed_by(words: Sequence[str]) -> tuple[int, bytes]:
    """A command's exit code and what it printed until then. Raises OSError, TimeoutExpired.

    A program that it leaves behind, such as an agent that it started, holds the pipe open and may
    do so for days; what the command itself printed is in the pipe when it ends, and is read within
    a moment.
    """
    import subprocess
    import threading

    ours, theirs = os.pipe()
    printed = bytearray()

    def read_all() -> None:
        with os.fdopen(ours, "rb", buffering=0) as pipe:
            while part := pipe.read(LARGEST):
                if len(printed) <= LARGEST:  # more is no key, and is read so that nobody waits
                    printed.extend(part)

    reader = threading.Thread(target=read_all, daemon=True)
    reader.start()
    try:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=theirs)
    finally:
        os.close(theirs)
    try:
        code = process.wait(COMMAND_SECONDS)
    except BaseException:
        process.kill()
        process.wait()
        raise
    reader.join(MOMENT)
    return code, bytes(printed)
