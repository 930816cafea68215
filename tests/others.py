"""Another program that has a caseload open: a process of its own, because a lock of SQLite's is
none for the process that holds it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = """
import sys
path, key = sys.argv[1:]
if key:
    from sqlcipher3 import dbapi2 as driver
else:
    import sqlite3 as driver
connection = driver.connect(path, isolation_level=None, timeout=0)
if key:
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \\"x'{key}'\\"")
for line in sys.stdin:
    try:
        said = repr(connection.execute(line).fetchall())
    except driver.Error as error:
        said = str(error)
    print(said, flush=True)
"""


class Other:
    """``ask`` runs one statement and gives its rows as text, or the error's words."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, sql: str) -> str:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{sql}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def another_program(path: Path, key: bytes | None = None) -> Iterator[Other]:
    words = [sys.executable, "-c", PROGRAM, str(path), key.hex() if key else ""]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Other(process)
        assert process.stdin is not None
        process.stdin.close()
