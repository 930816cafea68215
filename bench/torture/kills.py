"""SIGKILL at random points of real commands: nothing acknowledged is lost, nothing is half done.

One command after another writes to one caseload, most of them killed on their way. A write counts
as acknowledged once its whole echo was printed, even where the command was killed before it could
exit. After each command the caseload is opened as the next command would open it, and either it
holds what it held before, row by row, or it has one operation more: the whole of it, which is what
the same command makes of a copy of the same caseload when it is left alone. Some of the commands
that find half a write, and take it back, are killed as well.
"""

from __future__ import annotations

import time
from pathlib import Path
from random import Random
from statistics import median_low
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
    operations,
)
from torture.day import Day, Standing, Words, standing
from torture.program import Ended, Running, Start, forked, installed, run, world
from torture.report import Failures, Verdict, figure, heading

# A new caseload after so many kills, or once the file is so large: checking it takes longer.
KILLS_A_CASELOAD = 250
MOST_BYTES = 4_000_000
KILLED_AGAIN = 0.3  # of the caseloads with half a write, while the next command takes it back
LEFT_ALONE = 0.05  # of the commands: the record grows, and how long they take is learnt
ENOUGH = 3  # kinds of commands, to guess how long another takes


class Sizes(NamedTuple):
    forked: int
    installed: int


FULL, QUICK = Sizes(9_000, 1_000), Sizes(40, 4)


def torture(folder: Path, sizes: Sizes) -> Verdict:
    heading("kills: SIGKILL at random points of real commands")
    failures = Failures(folder)
    base = folder / "base.db"
    make(base)
    killed = acknowledged = 0
    for name, start, count in (
        ("of casectl.__main__.main in a forked child", forked, sizes.forked),
        ("of the installed program", installed, sizes.installed),
    ):
        victim = Victim(start, base, folder, Random(count), failures)
        victim.kill(count)
        figure(f"{victim.killed:,} {name}", victim.figures())
        killed += victim.killed
        acknowledged += victim.acknowledged
    line = (
        f"kills: {killed:,} SIGKILLs, {acknowledged:,} acknowledged writes, "
        f"{failures['lost']} lost, {failures['corrupt']} corrupt"
    )
    return Verdict(line, not failures)


class Aim:
    """When to strike: anywhere in a command, or from the moment that it has begun to write.

    The second is what matters and is a tenth of a command's time, so half the kills wait for it.
    """

    def __init__(self, chance: Random, path: Path) -> None:
        self.chance = chance
        self.path = path
        self.usual: dict[str, tuple[float, float]] = {}  # seconds of a command, and of its writing

    def learn(self, kind: str, running: Running) -> Ended:
        """Leave the command alone and see how long it takes."""
        self._until_it_writes(running)
        wrote = time.perf_counter()
        ended = running.wait()
        self.usual[kind] = ended.seconds, time.perf_counter() - wrote
        return ended

    def strike(self, kind: str, running: Running) -> Ended:
        whole, writing = self._usual(kind)
        if self.chance.random() < 0.5:
            time.sleep(self.chance.uniform(0, whole))
        else:
            self._until_it_writes(running)
            time.sleep(self.chance.uniform(0, writing))
        running.kill()
        return running.wait()

    def knows(self, kind: str) -> bool:
        return kind in self.usual or len(self.usual) >= ENOUGH

    def _usual(self, kind: str) -> tuple[float, float]:
        """As learnt; of a kind that was never left alone, as of most others."""
        return self.usual.get(kind) or median_low(self.usual.values())

    def _until_it_writes(self, running: Running) -> None:
        before = self.path.stat().st_mtime_ns
        while not (is_unfinished(self.path) or running.has_ended()):
            if self.path.stat().st_mtime_ns != before:
                return  # a program that keeps no journal


class Victim:
    """One way of running casectl, killed again and again."""

    def __init__(
        self, start: Start, base: Path, folder: Path, chance: Random, failures: Failures
    ) -> None:
        self.start = start
        self.base = base
        self.path, self.twin = folder / "caseload.db", folder / "twin.db"
        self.left = folder / "left.db"  # half a write, as the last kill left it
        self.chance = chance
        self.failures = failures
        self.day = Day(chance, folder)
        self.aim = Aim(chance, self.path)
        self.killed = self.acknowledged = 0
        self.half_way = self.again = self.untold = 0

    def figures(self) -> str:
        return (
            f"{self.half_way:,} half way through a write, {self.again:,} more while that was taken "
            f"back, {self.untold:,} done and not told; {self.acknowledged:,} acknowledged"
        )

    def kill(self, count: int) -> None:
        while self.killed < count:
            self._one_caseload(min(count, self.killed + KILLS_A_CASELOAD))

    def _one_caseload(self, until: int) -> None:
        """Kills on one caseload, up to ``until`` in all; then doctor looks at what is left."""
        copy(self.base, self.path)
        with looked_into(self.path) as store:
            stand, last = standing(store), last_operation(store)
        acknowledged: list[int] = []
        while self.killed < until and self.path.stat().st_size < MOST_BYTES:
            before = self.path.read_bytes()
            words = self.day.command(stand)
            ended = self._run(words)
            self.killed += ended.killed
            self.acknowledged += ended.told
            try:
                stand, found = self._judge(words, ended, before, last)
            except (Unsound, CasectlError) as error:
                kind = error.kind if isinstance(error, Unsound) else "corrupt"
                self._failed(kind, f"{' '.join(words)[:60]}: {error}", before)
                return
            last += found
            if ended.told:
                acknowledged.append(last)
        self._look_back(acknowledged)

    def _run(self, words: Words) -> Ended:
        kind = "import" if "--from" in words else words[0]
        running = self.start(words, world(self.path))
        if not self.aim.knows(kind) or self.chance.random() < LEFT_ALONE:
            return self.aim.learn(kind, running)
        return self.aim.strike(kind, running)

    def _judge(self, words: Words, ended: Ended, before: bytes, last: int) -> tuple[Standing, int]:
        """What there is to write about now, and how many operations were added: one or none."""
        if is_unfinished(self.path):
            self.half_way += 1
            copy(self.path, self.left)
            if self.chance.random() < KILLED_AGAIN:
                self.again += self._run(["today"]).killed
        with looked_into(self.path) as store:
            new = operations(store, last)
            stand = standing(store)
            wrong = complaints(store) if new else []
        if wrong:
            raise Unsound("corrupt", "; ".join(wrong))
        if ended.told and not new:
            raise Unsound("lost", f"echoed {ended.out!r}, and is not in the file")
        if not new and not self._is_as_before(before):
            raise Unsound("corrupt", "the file differs, and no operation says why")
        if len(new) > 1:
            raise Unsound("corrupt", f"{len(new)} operations of one command")
        if new and not ended.told:
            self.untold += 1
        if (
            new
            and ended.killed
            and [each.alike() for each in new] != self._left_alone(words, before, last)
        ):
            raise Unsound("corrupt", "half an operation is in the file")
        return stand, len(new)

    def _is_as_before(self, before: bytes) -> bool:
        if self.path.read_bytes() == before:
            return True
        self._make_twin(before)
        with looked_into(self.path) as store, looked_into(self.twin) as twin:
            return contents(store) == contents(twin)

    def _make_twin(self, before: bytes) -> None:
        for end in UNFINISHED:
            Path(f"{self.twin}{end}").unlink(missing_ok=True)
        self.twin.write_bytes(before)

    def _left_alone(self, words: Words, before: bytes, last: int) -> list[str]:
        """What the same command writes to the same caseload when nobody kills it."""
        self._make_twin(before)
        run(words, world(self.twin))
        with looked_into(self.twin) as store:
            return [each.alike() for each in operations(store, last)]

    def _look_back(self, acknowledged: list[int]) -> None:
        """Everything acknowledged is still there at the end, and the program itself says so."""
        with looked_into(self.path) as store:
            there = {each.number for each in operations(store)}
        missing = sorted(set(acknowledged) - there)
        if missing:
            self._failed("lost", f"operations {missing[:5]}, acknowledged, are gone later")
        doctor = run(["doctor"], world(self.path), installed)
        if doctor.code:
            self._failed("corrupt", f"casectl doctor ended with {doctor.code}")

    def _failed(self, kind: str, what: str, before: bytes = b"") -> None:
        copy_before = self.path.with_name("before.db")
        copy_before.write_bytes(before)
        left = [Path(f"{self.left}{end}") for end in ("", *UNFINISHED)]
        self.failures.add(kind, what, copy_before, self.path, *left)


class Unsound(Exception):
    """A caseload that breaks the promise: something acknowledged is lost, or it is corrupt."""

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(what)
        self.kind = kind
