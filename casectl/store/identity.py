"""Keys: UUIDv7 as text (RFC 9562), so that rows sort by the moment they were made."""

from __future__ import annotations

import os
import time

# A random hexadecimal digit as the one that marks the variant: its upper two bits are 10.
VARIANT = {f"{digit:x}": "89ab"[digit & 3] for digit in range(16)}


def new_id() -> str:
    """48 bits of milliseconds, 12 of the part of one (RFC 9562, method 3), then 62 random bits.

    The fraction, a quarter of a microsecond, lets two rows of one operation sort as they were made.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    random = int.from_bytes(os.urandom(8), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | (rest << 12) // 1_000_000 << 64 | 0b10 << 62 | random >> 2
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_ids(count: int) -> list[str]:
    """So many keys of one moment, in order, so that a batch lands at the far end of its index."""
    stamp = time.time_ns() // 1_000_000 & 0xFFFF_FFFF_FFFF
    head = f"{stamp:012x}"
    head = f"{head[:8]}-{head[8:]}-7"
    drawn = os.urandom(10 * count).hex()
    keys = []
    for at in range(0, 20 * count, 20):
        group, end = drawn[at + 4 : at + 7], drawn[at + 7 : at + 19]
        keys.append(f"{head}{drawn[at : at + 3]}-{VARIANT[drawn[at + 3]]}{group}-{end}")
    keys.sort()
    return keys
