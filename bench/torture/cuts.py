"""The power goes: whatever of the unsynced was written, nothing acknowledged is lost or corrupt.

Real commands, run by the installed program one after another, write under recorder.c, which logs
what they do to the disk and, in the same order, what they say. For a random place of that log,
disk.py works out what a disk may then hold; casectl opens it and finds every write whose echo
stands before that place, and at most the one that was under way besides: every table, row by row,
is what it was on that day after the last of them.
"""

from __future__ import annotations

import shutil
import tempfile
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import NamedTuple

from casectl.core.errors import CasectlError
from casectl.store import Caseload
from torture.caseload import (
    broken_pages,
    complaints,
    contents,
    last_operation,
    looked_into,
    make,
)
from torture.day import Day, Words, standing
from torture.disk import KEEPS, Disk, Keep, read_log
from torture.native import Missing, library
from torture.program import Ended, installed, run, world
from torture.report import Failures, Verdict, figure, heading

MEMORY = Path("/dev/shm")  # where it is, thousands of caseloads are made and thrown away faster
BY_DOCTOR = 100  # one cut in so many is also looked at by the installed program


class Sizes(NamedTuple):
    commands: int  # of a day on a caseload that is there
    cuts: int
    first_commands: int  # of the first day, whose first is init
    first_cuts: int


FULL, QUICK = Sizes(400, 9_000, 40, 1_000), Sizes(20, 100, 5, 40)


def torture(folder: Path, sizes: Sizes) -> Verdict:
    heading("cuts: the power goes at a random moment, and takes what was not synced")
    try:
        recorder = library("recorder", folder)
    except Missing as error:
        return Verdict(f"cuts: skipped: {error}", held=True)
    failures = Failures(folder)
    acknowledged = 0
    for name, words, commands, cuts in (
        ("day", "a day's work", sizes.commands, sizes.cuts),
        ("first", "a first day, from init on", sizes.first_commands, sizes.first_cuts),
    ):
        day = RecordedDay(folder / name, recorder, commands, first=name == "first")
        figure(words, f"{day.told:,} writes acknowledged, {len(day.records):,} entries in the log")
        PowerCuts(day, Random(cuts), failures).cut(cuts)
        acknowledged += day.told
    line = (
        f"cuts: {sizes.cuts + sizes.first_cuts:,} power cuts through {acknowledged:,} acknowledged "
        f"writes, {failures['lost']} that lost one, {failures['corrupt']} corrupt"
    )
    return Verdict(line, not failures)


class RecordedDay:
    """Commands that ran, and the log of what they did to the disk."""

    def __init__(self, folder: Path, recorder: Path, commands: int, *, first: bool) -> None:
        self.first = first
        self.root = folder / "disk"
        self.root.mkdir(mode=0o700, parents=True)
        self.path = self.root / "casectl" / "caseload.db" if first else self.root / "caseload.db"
        self.log = folder / "log"
        self.env = world(
            self.path,
            LD_PRELOAD=str(recorder),
            TORTURE_FOLDER=str(self.root),
            TORTURE_LOG=str(self.log),
        )
        self.day = Day(Random(commands), folder)
        self.before = 0  # operations in the file before the first command
        # What the file was, by the operations in it: its bytes, and every table's rows.
        self.images: dict[int, bytes] = {}
        self.states: dict[int, dict[str, bytes]] = {}
        if not first:
            make(self.path)
            self.before = self._note_state()
        self.disk = Disk(self.root)
        self.told = sum(self._run_one(index).told for index in range(commands))
        self.records = read_log(self.log)
        echoes = sum(record.is_echo for record in self.records)
        assert echoes == self.told, f"{echoes} echoes in the log of {self.told} commands"
        assert max(self.states) == self.operations_after(self.told)
        with looked_into(self.path) as store:
            assert not complaints(store), "the day itself leaves a caseload that is not sound"

    def operations_after(self, echoes: int) -> int:
        """How many operations the file holds once so much was echoed. Init writes none."""
        return max(0, self.before + echoes - self.first)

    def _run_one(self, index: int) -> Ended:
        words = ["init"] if self.first and index == 0 else self._draw()
        ended = run(words, self.env, installed)
        self._note_state()
        return ended

    def _draw(self) -> Words:
        with looked_into(self.path) as store:
            return self.day.command(standing(store))

    def _note_state(self) -> int:
        """Remember what the file holds; returns how many operations that is."""
        with looked_into(self.path) as store:
            count = last_operation(store)
            self.states[count] = contents(store)
        self.images[count] = image(self.path)
        return count


def image(path: Path) -> bytes:
    """A mark of a file's bytes."""
    return blake2b(path.read_bytes(), digest_size=16).digest()


class PowerCuts:
    """One recorded day, cut short again and again."""

    def __init__(self, day: RecordedDay, chance: Random, failures: Failures) -> None:
        self.day = day
        self.chance = chance
        self.failures = failures
        self.scratch = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else day.root.parent))

    def cut(self, count: int) -> None:
        places = sorted(self._place() for _ in range(count))
        results = {keep.words: [0, 0] for keep in KEEPS}
        disk, echoes, at = self.day.disk, 0, 0
        for number, place in enumerate(places):
            for record in self.day.records[at:place]:
                disk.happen(record)
                echoes += record.is_echo
            at = place
            keep = self.chance.choice(KEEPS)
            is_wrong = self._judge(disk, keep, echoes, by_doctor=number % BY_DOCTOR == 0)
            results[keep.words][0] += 1
            results[keep.words][1] += is_wrong
        shutil.rmtree(self.scratch)
        for words, (cuts, wrong) in results.items():
            figure(f"  {words}", f"{cuts:,} cuts, {wrong:,} wrong")

    def _place(self) -> int:
        """A place in the log: any command, however little it writes, and then any entry of it."""
        ends = [0, *(at + 1 for at, each in enumerate(self.day.records) if each.is_echo)]
        command = self.chance.randrange(len(ends))
        last = ends[command + 1] if command + 1 < len(ends) else len(self.day.records)
        return self.chance.randint(ends[command], last)

    def _judge(self, disk: Disk, keep: Keep, echoes: int, *, by_doctor: bool) -> bool:
        """Whether what the disk may hold breaks the promise."""
        files = disk.after_a_cut(self.chance, keep)
        path = self._laid_out(files)
        try:
            if by_doctor:
                self._ask_doctor(path, echoes)
                path = self._laid_out(files)
            self._look_into(path, echoes)
        except Broken as broken:
            path = self._laid_out(files)  # as it was before it was opened
            what = f"after {echoes} echoes, where {keep.words}: {broken}"
            self.failures.add(broken.kind, what, *path.parent.glob("*"))
            return True
        return False

    def _laid_out(self, files: dict[str, bytes | None]) -> Path:
        """The files on a disk of memory; returns where the caseload is, or would be."""
        root = self.scratch / "disk"
        shutil.rmtree(root, ignore_errors=True)
        for name, held in files.items():
            path = root / Path(name).relative_to(self.day.root)
            if held is None:
                path.mkdir(mode=0o700)
            else:
                path.touch(mode=0o600)
                path.write_bytes(held)
        return root / self.day.path.relative_to(self.day.root)

    def _look_into(self, path: Path, echoes: int) -> None:
        try:
            with looked_into(path) as store:
                found = last_operation(store)
                self._check_count(found, echoes)
                if self.day.first and echoes == 0:
                    self._check_sound(store)  # init is not done: it is not yet as init leaves it
                elif image(path) != self.day.images[found]:
                    self._check_rows(store, found)
        except CasectlError as error:
            if self.day.first and echoes == 0:
                return  # init has not said that there is one, and what is there is refused
            raise Broken("lost" if not path.exists() else "corrupt", str(error)) from None

    def _check_count(self, found: int, echoes: int) -> None:
        least = self.day.operations_after(echoes)
        if found < least:
            raise Broken("lost", f"{found} operations in the file, of {least} acknowledged")
        if found > self.day.operations_after(echoes + 1):
            raise Broken("corrupt", f"{found} operations, and {least} were acknowledged")

    def _check_sound(self, store: Caseload) -> None:
        wrong = complaints(store)
        if wrong:
            raise Broken("corrupt", "; ".join(wrong))

    def _check_rows(self, store: Caseload, found: int) -> None:
        """The bytes differ. They may where no row is: what SQLite freed it does not restore."""
        wrong = broken_pages(store)
        held, state = contents(store), self.day.states[found]
        wrong += [name for name in sorted(held.keys() | state) if held.get(name) != state.get(name)]
        if wrong:
            raise Broken("corrupt", f"not as it was that day: {', '.join(wrong)}")

    def _ask_doctor(self, path: Path, echoes: int) -> None:
        if not (self.day.first and echoes == 0):
            doctor = run(["doctor"], world(path), installed)
            if doctor.code:
                raise Broken("corrupt", f"casectl doctor ended with {doctor.code}")


class Broken(Exception):
    """What the disk may hold breaks the promise: something acknowledged is lost, or corrupt."""

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(what)
        self.kind = kind
