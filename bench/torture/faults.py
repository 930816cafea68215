"""Disks that are full, read-only, broken or half there: one clear line, and nothing half written.

The faults are made by failing.c between the installed program and its disk, so that root meets
them too. Each call of a write that changes or syncs something is made to fail, once or from there
on; the disk fills up after so many bytes; the file, or its folder, cannot be written. Then the
file itself is cut off at every page and has bytes flipped.

A command that fails says so in one line, with the right exit code, and leaves the records as they
were; one that succeeds in spite of a fault has written what it says.
"""

from __future__ import annotations

import errno
import os
import resource
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

from casectl.core.errors import CasectlError
from torture.caseload import (
    UNFINISHED,
    complaints,
    contents,
    copy,
    is_unfinished,
    last_operation,
    looked_into,
    make,
)
from torture.native import Missing, library
from torture.program import Ended, forked, installed, run, world
from torture.report import Failures, Verdict, figure, heading

WRITES: tuple[tuple[str, ...], ...] = (
    ("reached", "1", "spoke", "--next", "call again", "--due", "fri"),
    ("intake", "Invented Person", "--new", "--next", "first call", "--due", "fri"),
    ("edit", "1", "--phone", "555 0123"),
    ("close", "1", "--reason", "declined", "--handed-to", "Example Agency"),
    ("undo",),
)
READS: tuple[tuple[str, ...], ...] = (
    ("today",),
    ("show", "1"),
    ("list",),
    ("search", "call"),
    ("remind",),
)
# How a call fails: the error, and whether every later one does as well.
WAYS = ((errno.EIO, 0), (errno.ENOSPC, 1), (errno.EIO, 1), (errno.ENOSPC, 0))
FAILED = 1  # the exit code of a disk that does not do what is asked
BROKEN_FILE_CODES = (0, 1, 3)  # a flipped byte may be anywhere, in a case's number too
LONGEST_LINE = 500


class Sizes(NamedTuple):
    writes: int  # commands, of WRITES
    ways: int  # that a call fails, of WAYS
    every: int  # of the calls that write data, one in so many is failed; of the others, each
    full: int  # disks that fill up
    pages: int  # one page boundary in so many
    flipped: int  # files with flipped bytes


FULL, QUICK = Sizes(len(WRITES), len(WAYS), 3, 60, 1, 300), Sizes(1, 1, 150, 3, 60, 4)


def torture(folder: Path, sizes: Sizes) -> Verdict:
    heading("faults: the disk refuses, or the file is not whole")
    bench = Bench(folder)
    try:
        bench.failing = library("failing", folder)
        calls_that_fail(bench, sizes)
        disks_that_fill_up(bench, sizes)
        read_only(bench, sizes)
    except Missing as error:
        figure("failing calls and read-only disks", f"skipped: {error}")
    files_that_may_not_grow(bench, sizes)
    files_cut_short(bench, sizes)
    flipped_bytes(bench, sizes)
    wrong = bench.failures
    line = (
        f"faults: {bench.met:,} faults met, {wrong['unclear']} unclear answers, {wrong['untrue']} "
        f"untrue ones, {wrong['half written']} half written, {wrong['corrupt']} corrupt"
    )
    return Verdict(line, not wrong)


class Bench:
    """A sound caseload to break copies of, and the judgement of what a command then does."""

    def __init__(self, folder: Path) -> None:
        self.failures = Failures(folder)
        self.failing: Path | None = None
        self.met = 0  # faults that a command ran into
        self.base = folder / "base.db"
        self.path = folder / "disk" / "caseload.db"
        self.told = folder / "told"
        make(self.base)
        run(["note", "1", "to be undone"], world(self.base))
        with looked_into(self.base) as store:
            self.rows = contents(store)
            self.operations = last_operation(store)

    def fresh(self) -> None:
        copy(self.base, self.path)
        shutil.rmtree(f"{self.path}.backups", ignore_errors=True)  # a day's first write makes one
        self.told.unlink(missing_ok=True)

    def run(self, words: Sequence[str], **fault: int | str) -> Ended:
        """One command of the installed program on a disk with this fault."""
        values = {f"TORTURE_{name.upper()}": str(value) for name, value in fault.items()}
        env = world(
            self.path,
            LD_PRELOAD=str(self.failing),
            TORTURE_FOLDER=str(self.path.parent),
            TORTURE_TOLD=str(self.told),
            **values,
        )
        return run(words, env, installed)

    def calls(self) -> list[str]:
        """The calls that were failed in the last run, by name."""
        return self.told.read_text(encoding="utf-8").split() if self.told.exists() else []

    def judge_write(self, what: str, ended: Ended) -> None:
        """What a write left behind, once the disk is well again."""
        self.met += 1
        self.expect_clear(what, ended, (0, FAILED))
        try:
            with looked_into(self.path) as store:
                added = last_operation(store) - self.operations
                as_before = contents(store) == self.rows
                wrong = complaints(store)
        except CasectlError as error:
            self._failed("corrupt", f"{what}: {error}")
            return
        if wrong:
            self._failed("corrupt", f"{what}: {'; '.join(wrong)}")
        if ended.code == 0 and added != 1:
            self._failed("untrue", f"{what}: said {ended.out!r}, and it is not in the file")
        if ended.code and bool(added) != ("is kept" in ended.err):
            where = "in the file" if added else "not in the file"
            self._failed("untrue", f"{what}: said {ended.err!r}, and it is {where}")
        if not added and not as_before:
            self._failed("half written", f"{what}: no operation was added, and rows differ")

    def expect_clear(
        self, what: str, ended: Ended, codes: Iterable[int], *, damaged: bool = False
    ) -> None:
        """One of these exit codes, and one line on standard error where it is not 0.

        On a ``damaged`` file that line may say that casectl itself is puzzled and name doctor.
        """
        why = None
        if ended.code not in codes:
            why = f"exit code {ended.code}"
        elif "Traceback" in ended.err:
            why = "a traceback"
        elif ended.code and (ended.err.count("\n") != 1 or not ended.err.startswith("casectl: ")):
            why = "not one line"
        elif ended.code and (ended.out or len(ended.err) > LONGEST_LINE):
            why = "it says too much"
        elif "went wrong inside" in ended.err and not damaged:
            why = "a bug of its own"
        if why:
            self._failed("unclear", f"{what}: {why}: {ended.err[:300]!r}")

    def _failed(self, kind: str, what: str) -> None:
        left = [Path(f"{self.path}{end}") for end in ("", *UNFINISHED)]
        self.failures.add(kind, what, *left)


# --- The disk -------------------------------------------------------------------------------


def calls_that_fail(bench: Bench, sizes: Sizes) -> None:
    """Each call fails once, or it and all after it do."""
    refused = 0
    tried = []
    for words in WRITES[: sizes.writes]:
        bench.fresh()
        bench.run(words, call=-1)
        for number in _worth_failing(bench.calls(), sizes.every):
            for error, stays in WAYS[: sizes.ways]:
                bench.fresh()
                ended = bench.run(words, call=number, error=error, stays=stays)
                for_good = ", and all after it" if stays else ""
                call = next(iter(bench.calls()), "no call")
                what = f"{words[0]}, {call} {number} fails ({os.strerror(error)}){for_good}"
                bench.judge_write(what, ended)
                refused += ended.code != 0
                tried.append(call)
    kinds = ", ".join(f"{tried.count(kind):,} {kind}" for kind in dict.fromkeys(tried))
    figure(f"{len(tried):,} calls that fail", f"{refused:,} commands refused ({kinds})")


def _worth_failing(calls: list[str], every: int) -> Iterator[int]:
    """The numbers of the calls to fail, from 1: all but most of the many that write data."""
    last = max(number for number, call in enumerate(calls) if call == "write")
    for number, call in enumerate(calls):
        if call != "write" or number % every == 0 or number == last:
            yield number + 1


def disks_that_fill_up(bench: Bench, sizes: Sizes) -> None:
    """From so many bytes on, nothing more fits."""
    chance = Random(sizes.full)
    refused = 0
    for _ in range(sizes.full):
        words = chance.choice(WRITES[: sizes.writes])
        left = int(200_000 * chance.random() ** 2)
        bench.fresh()
        ended = bench.run(words, bytes=left, error=errno.ENOSPC, stays=1)
        if bench.calls():
            bench.judge_write(f"{words[0]}, a disk full after {left} bytes", ended)
            refused += 1
            if "no space left" not in ended.err:
                bench.expect_clear(f"{words[0]}, a full disk that is not called one", ended, ())
    figure(f"{refused:,} disks that fill up", "each called full, nothing written")


@contextmanager
def _limit(most: int) -> Iterator[None]:
    """No file of this process or of its children grows beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def files_that_may_not_grow(bench: Bench, sizes: Sizes) -> None:
    """A file-size limit, as a quota is: needs neither a compiler nor root."""
    size = bench.base.stat().st_size
    chance = Random(size)
    before = bench.met
    for _ in range(sizes.full):
        words = ("note", "1", "x" * 100_000)
        most = chance.choice((chance.randrange(512, 60_000), size + chance.randrange(60_000)))
        bench.fresh()
        with _limit(most):
            running = installed(words, world(bench.path))
        bench.judge_write(f"a limit of {most} bytes", running.wait())
    figure(f"{bench.met - before:,} files that may not grow", "nothing written")


def read_only(bench: Bench, sizes: Sizes) -> None:
    """Reading goes on; writing says why not; what a crash left half written is not guessed at."""
    before = bench.met
    for names in ("file", "folder", "file,folder"):
        for error in (errno.EROFS, errno.EACCES)[: sizes.ways]:
            what = f"{names} read-only ({os.strerror(error)})"
            fault: dict[str, str | int] = {"names": names, "error": error}
            for words in READS[: 2 * sizes.writes]:
                bench.fresh()
                ended = bench.run(words, **fault)
                bench.met += 1
                bench.expect_clear(f"{words[0]}, {what}", ended, (0,))
                if not ended.out:
                    bench.expect_clear(f"{words[0]}, {what}, shows nothing", ended, ())
            for words in WRITES[: sizes.writes]:
                bench.fresh()
                ended = bench.run(words, **fault)
                bench.judge_write(f"{words[0]}, {what}", ended)
                bench.expect_clear(f"{words[0]}, {what}", ended, (FAILED,))
            _half_a_write(bench, what, fault)
    figure(f"{bench.met - before:,} commands on read-only disks", "what can be read is shown")


def _half_a_write(bench: Bench, what: str, fault: dict[str, str | int]) -> None:
    """Pages of a write that was killed are in the file, and cannot be taken out of it again."""
    if not _left_half_way(bench):
        figure(f"half a write left, {what}", "skipped: no kill was in time")
        return
    ended = bench.run(("today",), **fault)
    bench.met += 1
    bench.expect_clear(f"today, half a write left, {what}", ended, (FAILED,))
    with looked_into(bench.path) as store:  # the disk is well again
        if contents(store) != bench.rows:
            bench.failures.add("corrupt", f"half a write left, {what}: rows differ")


def _left_half_way(bench: Bench) -> bool:
    """Kill writers until one has changed the file and not committed; False if none did."""
    whole = bench.base.read_bytes()
    for _ in range(50):
        bench.fresh()
        made = bench.path.stat().st_mtime_ns
        running = forked(("note", "1", "x" * 100_000), world(bench.path))
        while bench.path.stat().st_mtime_ns == made and not running.has_ended():
            pass
        running.kill()
        running.wait()
        if is_unfinished(bench.path) and bench.path.read_bytes() != whole:
            return True
    return False


# --- The file -------------------------------------------------------------------------------


def files_cut_short(bench: Bench, sizes: Sizes) -> None:
    """At every page, and a few bytes to either side of it."""
    whole = bench.base.read_bytes()
    with looked_into(bench.base) as store:
        page = int(store.db.value("PRAGMA page_size"))
    cuts = 0
    for boundary in range(page, len(whole), page * sizes.pages):
        for length in (boundary - 7, boundary, boundary + 100):
            bench.fresh()
            os.truncate(bench.path, length)
            cuts += 1
            for words in (("today",), ("reached", "1", "spoke"), ("doctor",)):
                ended = run(words, world(bench.path))
                bench.met += 1
                _judge_broken(bench, f"{words[0]} of a file cut at {length}", ended, (FAILED,))
                if bench.path.stat().st_size != length:
                    bench.failures.add("half written", f"{words[0]} wrote to a file cut short")
    figure(f"{cuts:,} files cut short", "each refused, and left as it is")


def flipped_bytes(bench: Bench, sizes: Sizes) -> None:
    """Nothing tells a flipped byte in a text from what was typed; nothing may crash on one."""
    whole = bench.base.read_bytes()
    chance = Random(sizes.flipped)
    noticed = puzzled = 0
    for number in range(sizes.flipped):
        broken = bytearray(whole)
        for _ in range(chance.choice((1, 8, 200))):
            broken[chance.randrange(100, len(broken))] ^= 1 << chance.randrange(8)
        for words in (*READS, ("reached", "1", "spoke"), ("doctor",)):
            bench.fresh()
            bench.path.write_bytes(broken)
            ended = run(words, world(bench.path))
            bench.met += 1
            _judge_broken(bench, f"{words[0]} of flipped file {number}", ended, BROKEN_FILE_CODES)
            noticed += ended.code != 0
            puzzled += "went wrong inside" in ended.err
    figure(
        f"{sizes.flipped:,} files with flipped bytes",
        f"{noticed:,} commands noticed, {puzzled:,} of them puzzled and naming doctor",
    )


def _judge_broken(bench: Bench, what: str, ended: Ended, codes: Iterable[int]) -> None:
    """As every command, but for doctor, whose answer is what it prints."""
    if ended.code and ended.out and not ended.err:
        if "FAIL" not in ended.out:
            bench.failures.add("unclear", f"{what}: {ended.out[:300]!r}")
        return
    bench.expect_clear(what, ended, codes, damaged=True)
