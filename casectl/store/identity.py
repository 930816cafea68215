"""Keys: UUIDv7 as text (RFC 9562), so that rows sort by the moment they were made."""

from __future__ import annotations

import os
import time


def new_id() -> str:
    """48 bits of milliseconds, then 74 random bits between the version and variant marks."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= (
        0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62 | (random & 0x3FFF_FFFF_FFFF_FFFF)
    )
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
