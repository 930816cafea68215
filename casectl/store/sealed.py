"""Files that go to somebody else: age files (age-encryption.org), which stock ``age -d`` opens.

To a passphrase (age's scrypt), or to a recipient ``age1…``, whose identity alone opens it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from casectl.core.errors import BadValue, CasectlError, Locked, NotFound
from casectl.core.keys import checked_passphrase, normalised
from casectl.store.private import put
from casectl.store.slots import DOES_NOT_FIT, TOO_MUCH_WORK

BEGINS = b"age-encryption.org/v1\n"
BY_PASSPHRASE = b"age-encryption.org/v1\n-> scrypt "
LARGEST = 200_000_000  # bytes; a whole caseload's years of notes have a tenth
IDENTITY = "AGE-SECRET-KEY-1"


def check_recipient(text: str) -> str:
    """An age recipient as age writes it. Raises BadValue."""
    from pyrage import RecipientError
    from pyrage.x25519 import Recipient

    try:
        return str(Recipient.from_str(text.strip()))
    except RecipientError:
        raise BadValue(
            f"{text.strip()[:20]!r} is no age recipient",
            hint="it begins with age1; casectl receive --new-identity FILE makes one",
        ) from None


def seal_to_recipients(content: bytes, recipients: Sequence[str]) -> bytes:
    from pyrage import encrypt
    from pyrage.x25519 import Recipient

    return encrypt(content, [Recipient.from_str(each) for each in recipients])


def seal_to_passphrase(content: bytes, passphrase: str) -> bytes:
    """Takes a second. Raises BadValue for a passphrase that is easily guessed."""
    from pyrage.passphrase import encrypt

    return encrypt(content, checked_passphrase(passphrase))


def holds_a_caseload(path: Path) -> bool:
    """Whether a file is a caseload, going by how it begins: neither sealed nor JSON.

    An encrypted one begins with its salt, which is nothing in particular.
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(BEGINS))
    except FileNotFoundError:
        raise NotFound(f"{path} is not there") from None
    except OSError as error:
        raise CasectlError(f"cannot read {path} ({error.strerror})") from None
    return not (is_sealed(head) or head.lstrip().startswith(b"{"))


def is_sealed(content: bytes) -> bool:
    return content.startswith(BEGINS)


def by_passphrase(content: bytes) -> bool:
    return content.startswith(BY_PASSPHRASE)


def open_by_passphrase(content: bytes, passphrase: str, path: Path) -> bytes:
    from pyrage import DecryptError
    from pyrage.passphrase import decrypt

    try:
        return decrypt(content, normalised(passphrase))
    except DecryptError as error:
        if str(error).startswith(TOO_MUCH_WORK):
            raise CasectlError(
                f"{path} asks for more work than this machine does in reasonable time"
            ) from None
        if str(error) not in DOES_NOT_FIT:
            raise damaged(path) from None
    except UnicodeEncodeError:
        pass
    raise Locked(f"that is not the passphrase of {path}", hint="ask who sent it") from None


def open_by_identity(content: bytes, identity: str, path: Path) -> bytes:
    """With the identities of an age key file; each line that is one."""
    from pyrage import DecryptError, IdentityError, decrypt
    from pyrage.x25519 import Identity

    lines = [each.strip() for each in identity.splitlines()]
    try:
        keys = [Identity.from_str(each) for each in lines if each.startswith(IDENTITY)]
    except IdentityError:
        raise BadValue("the identity file holds a damaged identity") from None
    if not keys:
        raise BadValue(
            "the identity file holds no age identity", hint="casectl receive --new-identity FILE"
        )
    try:
        return decrypt(content, keys)
    except DecryptError as error:
        if str(error) not in DOES_NOT_FIT:
            raise damaged(path) from None
    raise Locked(f"the identity does not open {path}", hint="it was sealed to another recipient")


def new_identity(path: Path) -> str:
    """Write a new identity as age-keygen does, never over a file; its recipient."""
    from pyrage.x25519 import Identity

    identity = Identity.generate()
    recipient = str(identity.to_public())
    text = f"# public key: {recipient}\n{identity}\n"
    put(path, text.encode("ascii"), lambda made: None, new=True)
    return recipient


def write(path: Path, content: bytes, *, over: bool = False) -> None:
    """A file that only its owner can read (0600). Never over another, unless that is wanted."""

    def check(made: Path) -> None:
        if made.read_bytes() != content:
            raise CasectlError(f"{path} does not hold what was written", hint="is its disk sound?")

    put(path, content, check, new=not over)


def read(path: Path, largest: int = LARGEST) -> bytes:
    """What a plain file holds. Raises NotFound where there is none, CasectlError for the rest."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise CasectlError(f"{path} is not a file")
            content = file.read(largest + 1)
    except FileNotFoundError:
        raise NotFound(f"{path} is not there", hint="name the file that was sent") from None
    except OSError as error:
        raise CasectlError(f"cannot read {path} ({error.strerror})") from None
    if len(content) > largest:
        raise BadValue(f"{path} is too large to be from casectl")
    return content


def damaged(path: Path) -> CasectlError:
    return CasectlError(f"{path} is damaged, or was cut short", hint="ask for it once more")
