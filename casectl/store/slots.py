"""The data key at rest: wrapped in age files beside the caseload. The only importer of pyrage.

    caseload.db.keys/
      passphrase.age    opened by the passphrase (age's scrypt)
      recovery.age      opened by the recovery code (an age X25519 identity)
      recovery.pub      its public half, so that a rotation needs no code

A slot holds one line a key, 64 hexadecimal digits, so that stock ``age -d`` shows it. While a
rotation is under way it holds two, and this is the order that survives a kill at any moment:

    1. every slot and key file: the old and the new key
    2. the caseload's file: replaced by the one under the new key
    3. every slot and key file: the new key alone
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from casectl.core.errors import CasectlError, NotFound
from casectl.core.keys import (
    KEY_BYTES,
    DamagedSlot,
    Slot,
    WrongCode,
    WrongPassphrase,
    checked_passphrase,
    keys_in,
    lines_of,
    normalised,
    tidy_code,
)
from casectl.store.private import make_folder, put, read, refuse_link

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

PASSPHRASE = "passphrase.age"
RECOVERY = "recovery.age"
RECIPIENTS = "recovery.pub"
KINDS = {PASSPHRASE: "passphrase", RECOVERY: "recovery code"}
FILES = (*KINDS, RECIPIENTS)

# How a slot begins; the rest only its secret can tell.
HEADERS = {
    PASSPHRASE: rb"age-encryption\.org/v1\n-> scrypt \S+ \d+\n",
    RECOVERY: rb"age-encryption\.org/v1\n-> X25519 \S+\n",
}

LARGEST = 10_000  # bytes; a slot has a few hundred
# What age says when a slot is sound and the passphrase or the code is another's. Whatever else it
# says is about the file.
DOES_NOT_FIT = ("Decryption failed", "No matching keys found")
# Over sixteen times what this machine does in a second, in the making or from a mischief-maker.
TOO_MUCH_WORK = "Excessive work"
SEAL = "# sealed "


def folder_of(caseload: Path) -> Path:
    """Where the slots of a caseload lie: beside the file itself, behind every link."""
    real = Path(os.path.realpath(caseload))
    return real.with_name(f"{real.name}.keys")


def new_key() -> bytes:
    from secrets import token_bytes

    return token_bytes(KEY_BYTES)


def new_code() -> str:
    """A recovery code. Show it and ask it back before ``add_recovery``, which ends the last one."""
    from pyrage.x25519 import Identity

    return str(Identity.generate())


def slots_of(folder: Path) -> list[Slot]:
    """The slots that there are. None where the folder is not there. Raises CasectlError."""
    slots = []
    try:
        for name, kind in KINDS.items():
            path = folder / name
            if path.is_file() and not path.is_symlink():
                slots.append(Slot(name, kind, date.fromtimestamp(path.stat().st_mtime)))
    except OSError as error:
        raise CasectlError(f"cannot look into {folder} ({error.strerror})") from None
    return slots


def check_slots(folder: Path, keys: Sequence[bytes]) -> None:
    """Raise DamagedSlot for one that age would not open, as far as that shows without its secret.

    With the keys, also for a public half of the recovery code that casectl did not write.
    """
    for slot in slots_of(folder):
        path = folder / slot.name
        if not re.match(HEADERS[slot.name], _content_of(path)):
            raise _damaged(path)
    if keys and (folder / RECOVERY).exists():
        _recipients(folder, keys)


# -- by passphrase -----------------------------------------------------------------------------


def add_passphrase(folder: Path, keys: Sequence[bytes], passphrase: str) -> None:
    """Wrap the keys for a new passphrase, in place of the one before. Takes some seconds.

    Raises BadValue for a passphrase that is easily guessed.
    """
    _put_passphrase(folder, keys, checked_passphrase(passphrase))


def rewrap_passphrase(folder: Path, keys: Sequence[bytes], passphrase: str) -> None:
    """Wrap other keys for the passphrase that opened the slot, even one refused today."""
    _put_passphrase(folder, keys, normalised(passphrase))


def open_passphrase(folder: Path, passphrase: str) -> list[bytes]:
    """Takes about a second, which is what guessing costs. Raises WrongPassphrase."""
    return _unwrap_passphrase(folder / PASSPHRASE, normalised(passphrase))


def _put_passphrase(folder: Path, keys: Sequence[bytes], passphrase: str) -> None:
    from pyrage.passphrase import encrypt

    content = encrypt(lines_of(keys).encode(), passphrase)
    _put(folder / PASSPHRASE, content, keys, lambda path: _unwrap_passphrase(path, passphrase))


def _unwrap_passphrase(path: Path, passphrase: str) -> list[bytes]:
    from pyrage import DecryptError
    from pyrage.passphrase import decrypt

    try:
        return _keys_of(path, decrypt(_content_of(path), passphrase))
    except DecryptError as error:
        if str(error).startswith(TOO_MUCH_WORK):
            raise DamagedSlot(
                f"{path} asks for more work than this machine does in reasonable time",
                hint="open it by the recovery code, or on a faster machine",
            ) from None
        if str(error) not in DOES_NOT_FIT:
            raise _damaged(path) from None
    except UnicodeEncodeError:  # half a character, which no slot is made with
        pass
    raise WrongPassphrase(
        "the passphrase is wrong", hint="casectl key recover sets another by the recovery code"
    ) from None


# -- by recovery code --------------------------------------------------------------------------


def add_recovery(folder: Path, keys: Sequence[bytes], code: str) -> None:
    """Wrap the keys for a recovery code, in place of the one before. Raises WrongCode.

    Killed on the way, the slot is opened by the old code or by the new one, and a rotation wraps
    for both until this is done again.
    """
    identity = _identity(code)
    recipient = str(identity.to_public())
    before: list[str] = []
    with suppress(DamagedSlot):  # what cannot be trusted is not carried on
        before = [each for each in _recipients(folder, keys) if each != recipient]
    _put_recipients(folder, keys, [*before, recipient])
    content = _wrapped(keys, [recipient])
    _put(folder / RECOVERY, content, keys, lambda path: _unwrap_recovery(path, identity))
    if before:
        _put_recipients(folder, keys, [recipient])


def is_code(typed: str) -> bool:
    """Whether a recovery code was typed, this caseload's or another's. Its checksum tells."""
    try:
        _identity(typed)
    except WrongCode:
        return False
    return True


def open_recovery(folder: Path, code: str) -> list[bytes]:
    """Raises WrongCode for a mistyped code and for another's."""
    return _unwrap_recovery(folder / RECOVERY, _identity(code))


def rewrap_recovery(folder: Path, keys: Sequence[bytes]) -> bool:
    """Wrap other keys for the recovery code, without the code; False where there is none.

    One of the keys must be one that the slot was wrapped with before. Raises DamagedSlot where the
    public half is lost or is not what casectl wrote: the slot would go on holding an old key, or
    hand the new one to a stranger.
    """
    recipients = _recipients(folder, keys)
    if not recipients:
        return False
    _put_recipients(folder, keys, recipients)
    _put(folder / RECOVERY, _wrapped(keys, recipients), keys, None)
    return True


def _wrapped(keys: Sequence[bytes], recipients: Sequence[str]) -> bytes:
    from pyrage import encrypt
    from pyrage.x25519 import Recipient

    return encrypt(lines_of(keys).encode(), [Recipient.from_str(each) for each in recipients])


def _unwrap_recovery(path: Path, identity: Identity) -> list[bytes]:
    from pyrage import DecryptError, decrypt

    try:
        return _keys_of(path, decrypt(_content_of(path), [identity]))
    except DecryptError as error:
        if str(error) not in DOES_NOT_FIT:
            raise _damaged(path) from None
    raise WrongCode(
        "the recovery code is another one's", hint="take the one that was shown last"
    ) from None


def _identity(code: str) -> Identity:
    from pyrage import IdentityError
    from pyrage.x25519 import Identity

    try:
        return Identity.from_str(tidy_code(code))
    except IdentityError:
        raise WrongCode(
            "this is not a recovery code", hint="look for a mistyped or missing letter"
        ) from None


# -- the recovery code's public half -----------------------------------------------------------


def _recipients(folder: Path, keys: Sequence[bytes]) -> list[str]:
    """Whom to wrap for; none where there is no recovery slot. Raises DamagedSlot."""
    from hmac import compare_digest

    path = folder / RECIPIENTS
    try:
        lines = _content_of(path).decode("utf-8", "replace").splitlines()
    except NotFound:
        if (folder / RECOVERY).exists():
            raise _damaged(path) from None
        return []
    recipients = [line for line in lines if not line.startswith("#")]
    seals = [line.encode() for line in lines if line.startswith(SEAL)]
    expected = [_seal(key, recipients).encode() for key in keys]
    if not any(compare_digest(one, other) for one in seals for other in expected):
        raise _damaged(path)
    return recipients


def _put_recipients(folder: Path, keys: Sequence[bytes], recipients: Sequence[str]) -> None:
    """The plain file ``age -R`` reads, sealed: who could add a line would get the next key."""
    lines = [
        "# The public half of the recovery code. It opens nothing; new keys are wrapped for it.",
        *(_seal(key, recipients) for key in keys),
        *recipients,
    ]
    _make_folder(folder)
    content = "".join(f"{line}\n" for line in lines).encode()
    put(folder / RECIPIENTS, content, lambda path: _same(path, _content_of(path), content))


def _seal(key: bytes, recipients: Sequence[str]) -> str:
    """The line that only who has the key can write."""
    from hmac import digest

    sealed = "\n".join(("casectl recovery.pub", *recipients))
    return SEAL + digest(key, sealed.encode(), "sha256").hex()


# -- files -------------------------------------------------------------------------------------


def _put(
    path: Path,
    content: bytes,
    keys: Sequence[bytes],
    unwrap: Callable[[Path], list[bytes]] | None,
) -> None:
    """Put a slot in place once it was read back; unwrapped, where what opens it is at hand."""

    def check(fresh: Path) -> None:
        _same(path, _content_of(fresh), content)
        if unwrap is not None:
            _same(path, unwrap(fresh), list(keys))

    _make_folder(path.parent)
    put(path, content, check)


def _make_folder(folder: Path) -> None:
    refuse_link(folder)
    make_folder(folder)


def _same(path: Path, read_back: object, written: object) -> None:
    if read_back != written:
        raise DamagedSlot(f"{path} was not written as it should be", hint="check the disk")


def _content_of(path: Path) -> bytes:
    refuse_link(path.parent)
    return read(path, LARGEST)[0]


def _keys_of(path: Path, content: bytes) -> list[bytes]:
    try:
        return keys_in(content.decode())
    except ValueError:
        raise _damaged(path) from None


def _damaged(path: Path) -> DamagedSlot:
    return DamagedSlot(
        f"{path} is damaged",
        hint="keep it as it is, open the caseload in another way, make it anew",
    )
