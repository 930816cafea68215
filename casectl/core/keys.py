"""What a key is, and how people write it: key lines, passphrases, recovery codes. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from casectl.core.errors import BadValue, CasectlError
from casectl.core.values import NamedTuple

KEY_BYTES = 32
# An old and a new one, while a rotation is under way.
MOST_KEYS = 2

# A line of a key file that was there before its caseload. A person who knows better takes it out.
SHARED_BEGINS = "# shared"
SHARED = f"{SHARED_BEGINS}: other caseloads may have this key, so casectl key rotate is refused\n"

# NIST SP 800-63B-4 asks for 15 where a passphrase stands alone. It does here, and a thief who has
# the file can guess without being counted.
SHORTEST_PASSPHRASE = 15
LONGEST_PASSPHRASE = 1000  # NIST: no shorter than 64
FEWEST_CHARACTERS = 6  # different ones
# Controls cannot be typed again, half a character cannot be stored, and a character that this
# Python does not know yet may be normalised in another way by the next.
UNTYPABLE = frozenset({"Cc", "Cs", "Cn"})

CODE_BEGINS = "AGE-SECRET-KEY-1"
CODE_LETTERS = 71  # without the hyphens
# What follows has no 1, b, i or o, so each of these was read wrong from paper.
MISREAD = str.maketrans({"O": "0", "I": "L", "1": "L", "B": "8"})


class WrongPassphrase(CasectlError):
    """The passphrase does not open its slot."""


class WrongCode(CasectlError):
    """The recovery code is mistyped, or does not open its slot."""


class DamagedSlot(CasectlError):
    """A slot that no passphrase and no code can open as it stands."""


class BadKey(CasectlError):
    """A key file, a key command or the login keyring that gives no key to be trusted."""


class NoKeyFile(BadKey):
    """A key file that is named and is not there: moved, or on a disk that is not in."""


class Slot(NamedTuple):
    """A file that holds the key, wrapped."""

    name: str
    kind: str  # what opens it, in words
    written: date  # also by a rotation


def lines_of(keys: Sequence[bytes]) -> str:
    """How keys stand in a key file and inside a slot: 64 hexadecimal digits a line."""
    if not 1 <= len(keys) <= MOST_KEYS or any(len(key) != KEY_BYTES for key in keys):
        raise ValueError("one or two keys of 32 bytes")
    return "".join(f"{key.hex()}\n" for key in keys)


def keys_in(text: str) -> list[bytes]:
    """The keys that ``text`` holds. Raises ValueError, which never quotes it."""
    lines = text.split()
    if not 1 <= len(lines) <= MOST_KEYS or any(len(line) != 2 * KEY_BYTES for line in lines):
        raise ValueError("not a key")
    try:
        return [bytes.fromhex(line) for line in lines]
    except ValueError:
        raise ValueError("not a key") from None


def key_file_of(keys: Sequence[bytes], *, shared: bool) -> str:
    """What stands in a key file. ``shared``: other caseloads may have the same key."""
    return (SHARED if shared else "") + lines_of(keys)


def keys_in_file(text: str) -> list[bytes]:
    """The keys of a key file, whose lines that begin with # say something of it.

    Raises ValueError, as ``keys_in``.
    """
    return keys_in("\n".join(line for line in text.splitlines() if not line.startswith("#")))


def is_shared(text: str) -> bool:
    """Whether a key file says that more than one caseload may need its key."""
    return any(line.startswith(SHARED_BEGINS) for line in text.splitlines())


def normalised(passphrase: str) -> str:
    """One spelling for what looks the same, however a keyboard composes it. Never stripped."""
    from unicodedata import normalize

    return normalize("NFKC", passphrase)


def checked_passphrase(typed: str) -> str:
    """A new passphrase, normalised. Raises BadValue, which never quotes it.

    Length counts, composition does not (NIST SP 800-63B-4, 3.1.1.2): no digits or symbols asked.
    """
    from unicodedata import category

    passphrase = normalised(typed)
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadValue(
            f"a passphrase has at least {SHORTEST_PASSPHRASE} characters",
            hint="four or five words that nobody would put together",
        )
    if len(passphrase) > LONGEST_PASSPHRASE:
        raise BadValue(f"a passphrase has at most {LONGEST_PASSPHRASE:,} characters")
    if any(category(each) in UNTYPABLE for each in passphrase):
        raise BadValue("the passphrase holds a character that cannot be typed again for sure")
    repeats = passphrase in (passphrase + passphrase)[1:-1]
    if repeats or len(set(passphrase)) < FEWEST_CHARACTERS:
        raise BadValue(
            "the passphrase is the same again and again, and the first to be guessed",
            hint="four or five words that nobody would put together",
        )
    return passphrase


def code_in_groups(code: str) -> list[str]:
    """A recovery code as it is copied by hand: its beginning, then groups of four, five a line."""
    letters = code.removeprefix(CODE_BEGINS)
    groups = [letters[start : start + 4] for start in range(0, len(letters), 4)]
    return [CODE_BEGINS, *(" ".join(groups[at : at + 5]) for at in range(0, len(groups), 5))]


def is_begun_code(typed: str) -> bool:
    """Whether this is a line of a recovery code that goes on in the next."""
    return begins_as_code(typed) and len(_letters(typed)) < CODE_LETTERS


def begins_as_code(typed: str) -> bool:
    """Whether somebody who typed this meant a recovery code, mistyped or not."""
    return _letters(typed).startswith(_letters(CODE_BEGINS))


def tidy_code(typed: str) -> str:
    """A recovery code as it was made, from one with spaces, line breaks, small letters.

    The beginning and hyphens may be missing, and letters be read for figures. Whether it is a
    code at all, its checksum tells.
    """
    return CODE_BEGINS + _letters(typed).removeprefix(_letters(CODE_BEGINS))


def _letters(typed: str) -> str:
    letters = "".join(each for each in typed.upper() if each.isascii() and each.isalnum())
    return letters.translate(MISREAD)
