"""Files that only their owner can read: made so, put in place whole, never through a link."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from casectl.core.errors import CasectlError, NotFound

# What is written beside a file before it takes its place. A kill may leave one; the next clears it.
FRESH = r"\.{}\.[0-9a-f]{{16}}\.new"


@contextmanager
def private_umask() -> Iterator[None]:
    """What is made meanwhile has exactly the mode that it is made with."""
    mask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(mask)


def make_folder(folder: Path) -> None:
    """A folder that only its owner can enter; one that is there stays as it is."""
    if folder.is_dir():
        return
    try:
        with private_umask():
            make_folders(folder)
    except OSError as error:
        raise CasectlError(f"cannot make {folder} ({error.strerror})") from None


def make_folders(folder: Path) -> None:
    """Those that are missing, from the outermost on. Each name is on the disk before the next is
    made: a power cut takes none that something was put into. Raises OSError.
    """
    if not folder.exists():
        make_folders(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def create(path: Path) -> None:
    """An empty new file that only its owner can read. Raises OSError, also where there is one."""
    with private_umask():
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _flag("O_BINARY"), 0o600))


def refuse_link(path: Path) -> None:
    """Whoever could place a link would choose what is read, or written over."""
    if path.is_symlink():
        raise CasectlError(f"{path} is a link", hint="name the place itself")


def read(path: Path, largest: int) -> tuple[bytes, os.stat_result]:
    """What a plain file holds, and whose it is. Raises NotFound, and CasectlError for the rest."""
    refuse_link(path)
    # O_NONBLOCK: a pipe that nobody writes to would never open.
    flags = os.O_RDONLY | _flag("O_NOFOLLOW") | _flag("O_NONBLOCK") | _flag("O_BINARY")
    try:
        handle = os.open(path, flags)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise CasectlError(f"{path} is not a file")
            content = os.read(handle, largest + 1)
        finally:
            os.close(handle)
    except FileNotFoundError:
        raise NotFound(f"{path} is not there") from None
    except OSError as error:
        raise CasectlError(f"cannot read {path} ({error.strerror})") from None
    if len(content) > largest:
        raise CasectlError(f"{path} is too large to hold a key")
    return content, status


def put(path: Path, content: bytes, check: Callable[[Path], object], *, new: bool = False) -> None:
    """Write a file beside its place (0600), let ``check`` read it back, and move it in one step.

    A kill or a failure leaves the old file or the new one, whole. ``new`` never takes the place
    of another. Raises what ``check`` raises, and CasectlError.
    """
    refuse_link(path)
    fresh = path.with_name(f".{path.name}.{os.urandom(8).hex()}.new")
    try:
        _clear_leftovers(path)
        with private_umask():
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | _flag("O_BINARY")
            handle = os.open(fresh, flags, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            sync(file.fileno())
        check(fresh)
        if new:
            os.link(fresh, path)
        else:
            fresh.replace(path)
        sync_folder(path.parent)
    except FileExistsError:
        raise CasectlError(f"{path} exists already", hint="it was left as it is") from None
    except OSError as error:
        raise CasectlError(f"cannot write {path} ({error.strerror})") from None
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _flag(name: str) -> int:
    """A flag of ``open`` where this system has it."""
    flag: int = getattr(os, name, 0)
    return flag


def _clear_leftovers(path: Path) -> None:
    """What a killed writer left may be a key in plain. A writer at work loses, and says so."""
    for each in path.parent.iterdir():
        if re.fullmatch(FRESH.format(re.escape(path.name)), each.name):
            each.unlink(missing_ok=True)


def sync(handle: int) -> None:
    """Really on the disk; macOS calls it done when the disk has only been told."""
    if sys.platform == "darwin":
        import fcntl

        with suppress(OSError):  # a network disk does not know it
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)


def sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems cannot
            raise
    finally:
        os.close(handle)
