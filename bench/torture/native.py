"""The two small C libraries that stand between casectl and its disk, compiled when they are needed.

They are loaded before libc (LD_PRELOAD), so they need Linux and a C compiler; without, a part says
that it is skipped.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMPILERS = ("cc", "gcc", "clang")


class Missing(Exception):
    """Why a library cannot be had here."""


def library(name: str, folder: Path) -> Path:
    """``NAME.c`` compiled into ``folder``. Raises Missing."""
    if sys.platform != "linux":
        raise Missing("only Linux loads a library before libc this way")
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        raise Missing("there is no C compiler here")
    made = folder / f"{name}.so"
    words = [compiler, "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", str(made)]
    done = subprocess.run(
        [*words, str(HERE / f"{name}.c"), "-ldl"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Missing(f"{compiler} cannot compile {name}.c: {done.stderr[:300]}")
    return made
