"""Which journal mode suits one-shot commands and many writers: DELETE or WAL, both at FULL.

    python bench/journal_mode.py [--dir FOLDER] [--writers 20] [--operations 50]

Each operation is what a command does: open the caseload, write one note, close. The two modes take
turns, so that a noisy machine disturbs both alike. FOLDER must be on a real disk: on a memory disk
a sync costs nothing. "queued" waits for a file lock before it asks SQLite, as a queue of writers
would.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from casectl.core.errors import Busy
from casectl.core.model import ACTIVE, Author, Case, Client, Load
from casectl.store import create_caseload, open_caseload

if TYPE_CHECKING:
    from collections.abc import Iterator

MODES = ("DELETE", "WAL")
DAY = date(2026, 11, 18)
AUTHOR = Author("bench", DAY.isoformat(), "2026-11-18T08:00:00Z")


class Crowd(NamedTuple):
    """How many writers did at once: seconds of each operation, and how many gave up as busy."""

    seconds: list[float]
    failed: int
    whole: float


def made(folder: Path, mode: str) -> Path:
    path = folder / f"{mode.lower()}.db"
    store = create_caseload(path, AUTHOR)
    client = Client("", "Fictitious Person")
    store.intake.take_in(Load(client, Case("", 0, "", "", client.name, ACTIVE, 2, None, DAY, DAY)))
    store.close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.close()
    return path


def write_once(path: Path) -> None:
    store = open_caseload(path, AUTHOR)
    try:
        case = store.cases.by_number(1)
        assert case is not None
        store.notes.add(case, "called, no answer", DAY)
    finally:
        store.close()


@contextmanager
def queue(path: Path, *, queued: bool) -> Iterator[None]:
    """One writer at a time, in the order they came, as far as the system keeps one."""
    if not queued:
        yield
        return
    import fcntl

    handle = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def in_process(paths: dict[str, Path], count: int) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {mode: [] for mode in paths}
    for _ in range(count):
        for mode, path in paths.items():
            began = time.perf_counter()
            write_once(path)
            took[mode].append(time.perf_counter() - began)
    return took


def in_subprocesses(paths: dict[str, Path], count: int) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {mode: [] for mode in paths}
    for _ in range(count):
        for mode, path in paths.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, __file__, "--write-once", str(path)], check=True)
            took[mode].append(time.perf_counter() - began)
    return took


def _write_many(
    path: Path,
    count: int,
    queued: bool,
    start: multiprocessing.synchronize.Event,
    results: multiprocessing.queues.Queue[tuple[list[float], int]],
) -> None:
    seconds, failed = [], 0
    start.wait()
    for _ in range(count):
        began = time.perf_counter()
        try:
            with queue(path, queued=queued):
                write_once(path)
        except Busy:
            failed += 1
        seconds.append(time.perf_counter() - began)
    results.put((seconds, failed))


def crowd(path: Path, writers: int, operations: int, *, queued: bool) -> Crowd:
    context = multiprocessing.get_context("spawn")
    start, results = context.Event(), context.Queue()
    processes = [
        context.Process(target=_write_many, args=(path, operations, queued, start, results))
        for _ in range(writers)
    ]
    for process in processes:
        process.start()
    time.sleep(1)  # let them all load, so that they begin together
    began = time.perf_counter()
    start.set()
    seconds, failed = [], 0
    for _ in processes:
        own, lost = results.get()
        seconds += own
        failed += lost
    whole = time.perf_counter() - began
    for process in processes:
        process.join()
    return Crowd(seconds, failed, whole)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def compare(name: str, took: dict[str, list[float]]) -> None:
    delete, wal = took["DELETE"], took["WAL"]
    ratio = statistics.median(one / other for one, other in zip(wal, delete, strict=True))
    print(
        f"{name:28} DELETE {milliseconds(statistics.median(delete)):>9}"
        f"  WAL {milliseconds(statistics.median(wal)):>9}  WAL/DELETE {ratio:.2f}"
    )


def describe(name: str, result: Crowd) -> None:
    ordered = sorted(result.seconds)
    print(
        f"{name:28} longest {max(ordered):6.2f} s  p99 {ordered[int(len(ordered) * 0.99)]:6.2f} s  "
        f"median {milliseconds(statistics.median(ordered)):>9}  "
        f"whole {result.whole:6.2f} s  failed {result.failed}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dir", type=Path, default=Path(__file__).parent / "out")
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument("--operations", type=int, default=50)
    parser.add_argument("--once", type=int, default=200, help="one-shot operations in process")
    parser.add_argument("--commands", type=int, default=30, help="one-shot subprocesses")
    parser.add_argument("--write-once", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write_once:
        write_once(asked.write_once)
        return
    asked.dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=asked.dir))
    try:
        paths = {mode: made(folder, mode) for mode in MODES}
        print(
            f"{datetime.now(UTC):%Y-%m-%d}  SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores"
        )
        compare(f"open+write+close x{asked.once}", in_process(paths, asked.once))
        compare(f"subprocess x{asked.commands}", in_subprocesses(paths, asked.commands))
        print(f"{asked.writers} writers x {asked.operations} operations")
        for queued in (False, True):
            for mode in MODES:
                name = f"  {mode}{', queued' if queued else ''}"
                describe(name, crowd(paths[mode], asked.writers, asked.operations, queued=queued))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
