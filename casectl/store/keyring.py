"""The login keyring: Linux keeps the key for a time, for every program of this user.

It is the kernel's user keyring (@u), not the session's (@s): each login, and each terminal that
is a login, has a session keyring of its own, and cron has another. A program reaches what is in
@u by searching there, but to read it must possess it by way of its session, which a service, a
container or a session that has ended may not have. So the key lets its owner read it as such:
nobody gains by that who could not link @u into their own session.

Elsewhere, and where a container forbids the calls, ``available`` is false, ``get`` finds nothing,
and a key command takes its place. The names are those of keyctl(2).
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from casectl.core.keys import BadKey, keys_in, lines_of
from casectl.core.values import NamedTuple

if TYPE_CHECKING:
    import ctypes

IDLE_SECONDS = 60 * 60


class Numbers(NamedTuple):
    """Two system calls; libc has no functions for them."""

    add_key: int
    keyctl: int


# The processors that pyrage and sqlcipher3 have wheels for.
NUMBERS = {"x86_64": Numbers(248, 250), "aarch64": Numbers(217, 219)}

PROCESS_KEYRING = -2  # gone when the process is
USER_KEYRING = -4

GET_KEYRING_ID = 0
SETPERM = 5
LINK = 8
UNLINK = 9
SEARCH = 10
READ = 11
SET_TIMEOUT = 15
INVALIDATE = 21

# The possessor: everything. The owner: view, read, search, set the time limit. Others: nothing.
PERMISSIONS = 0x3F << 24 | (0x01 | 0x02 | 0x08 | 0x20) << 16

LARGEST = 1000  # bytes; a time limit and two keys


def available() -> bool:
    """Whether this machine has a keyring that this program may use."""
    try:
        _keyctl(GET_KEYRING_ID, USER_KEYRING, 1)
    except OSError:
        return False
    return True


def put(name: str, keys: Sequence[bytes], seconds: int = IDLE_SECONDS) -> None:
    """Keep the keys for as long as nobody has asked for ``seconds``, in place of others so named.

    The time runs by the clock, also while the machine sleeps. Raises BadKey.
    """
    if seconds < 1:
        raise ValueError("the kernel takes 0 for ever")
    payload = f"{seconds}\n{lines_of(keys)}".encode()
    try:
        # It is linked where others see it only when its time is running, so that a kill leaves no
        # key for ever. For the same reason it is always a new one: writing over one stops its time.
        serial = _add_key(_described(name), payload, PROCESS_KEYRING)
        try:
            _keyctl(SET_TIMEOUT, serial, seconds)
            _keyctl(SETPERM, serial, PERMISSIONS)
            _keyctl(LINK, serial, USER_KEYRING)
        finally:
            _keyctl(UNLINK, serial, PROCESS_KEYRING)
    except OSError as error:
        raise BadKey(
            f"the login keyring does not take the key ({error.strerror})",
            hint="use a key file or a key command",
        ) from None


def get(name: str) -> list[bytes] | None:
    """The keys, whose time then starts again; None when it is over, or nothing was put there."""
    try:
        serial = _find(name)
        payload = _read(serial)
        limit, _, lines = payload.decode("ascii").partition("\n")
        keys = keys_in(lines)
        with suppress(OSError):  # it ends sooner then
            _keyctl(SET_TIMEOUT, serial, int(limit))
    except (OSError, ValueError):  # whatever else bears the name is no key of ours
        return None
    return keys


def forget(name: str) -> bool:
    """Take the keys away at once, from every program; False where there are none."""
    try:
        _keyctl(INVALIDATE, _find(name))
    except OSError:
        return False
    return True


def _described(name: str) -> bytes:
    return b"casectl:" + os.fsencode(name)


def _find(name: str) -> int:
    return _keyctl(SEARCH, USER_KEYRING, b"user", _described(name), 0)


def _read(serial: int) -> bytes:
    import ctypes

    buffer = ctypes.create_string_buffer(LARGEST)
    length = _keyctl(READ, serial, buffer, LARGEST)
    if length > LARGEST:
        raise ValueError("not a key")
    return buffer.raw[:length]


def _add_key(description: bytes, payload: bytes, keyring: int) -> int:
    return _call(_numbers().add_key, b"user", description, payload, len(payload), keyring)


def _keyctl(operation: int, *values: int | bytes | ctypes.Array[ctypes.c_char]) -> int:
    return _call(_numbers().keyctl, operation, *values)


def _numbers() -> Numbers:
    numbers = NUMBERS.get(os.uname().machine) if sys.platform == "linux" else None
    if numbers is None or sys.maxsize < 2**32:  # a 32-bit program has other numbers
        raise OSError(errno.ENOSYS, "this system has none that casectl knows")
    return numbers


def _call(number: int, *values: int | bytes | ctypes.Array[ctypes.c_char]) -> int:
    """One system call. Raises OSError."""
    try:
        import ctypes
    except ImportError:  # Python was built without it
        raise OSError(errno.ENOSYS, "this Python cannot ask for it") from None
    result = _syscall()(
        ctypes.c_long(number),
        *(ctypes.c_long(value) if isinstance(value, int) else value for value in values),
    )
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(result)


@cache
def _syscall() -> ctypes._NamedFuncPointer:
    import ctypes

    function = ctypes.CDLL(None, use_errno=True).syscall
    function.restype = ctypes.c_long
    return function
