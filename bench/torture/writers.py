"""Twenty people and programs write at once: everybody is served, soon, and nothing is lost.

Each writer is a process that gives one command after another, without a pause, to one caseload. A
wait is the whole time of one command, from its start to its exit. The same crowd on caseloads of
their own, where nobody waits for anybody, says how much of it is the machine itself. Then once more
with one command in ten killed on its way: whoever holds the caseload and dies lets it go.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import NamedTuple

from torture.caseload import complaints, copy, last_operation, looked_into, make
from torture.day import Words, standing
from torture.program import Start, forked, import_everything, installed, world
from torture.report import Failures, Verdict, figure, heading

BUSY = 75  # the exit code of a caseload that somebody else holds
PATIENCE = 60.0  # seconds, for all writers to be ready
TEXTS = (
    "SELECT text FROM contacts UNION ALL SELECT what FROM promises UNION ALL SELECT text FROM notes"
)


class Sizes(NamedTuple):
    writers: int
    operations: int  # of each writer
    installed: int  # of each writer, through the installed program
    killed: int  # of each writer, where one in ten is killed
    most_wait: float  # seconds; a short run judges the program, not how busy the machine is


FULL, QUICK = Sizes(20, 500, 25, 50, 2.0), Sizes(6, 6, 2, 6, 30.0)


class Written(NamedTuple):
    """One command of a writer: its tag, its exit code, whether it was echoed, and seconds."""

    tag: str
    code: int
    told: bool
    seconds: float


class Crowd(NamedTuple):
    """How many give commands, how many each, and how."""

    writers: int
    operations: int
    start: Start = forked
    killed: float = 0.0  # the share of commands that are killed on their way


def torture(folder: Path, sizes: Sizes) -> Verdict:
    heading(f"writers: {sizes.writers} at once on one caseload")
    failures = Failures(folder)
    path, base = folder / "caseload.db", folder / "base.db"
    make(base)
    longest, acknowledged = 0.0, 0
    for name, crowd in (
        ("main in a forked child", Crowd(sizes.writers, sizes.operations)),
        ("the installed program", Crowd(sizes.writers, sizes.installed, installed)),
        ("one in ten killed", Crowd(sizes.writers, sizes.killed, killed=0.1)),
    ):
        copy(base, path)
        written, whole = at_once(crowd, lambda number: path)
        check(path, written, failures)
        told = [each.seconds for each in written if each.told]
        acknowledged += len(told)
        figure(f"{len(written):,} commands, {name}", waits(told, whole))
        longest = longest or max(told)  # of the first crowd, where no interpreter starts up
    alone(base, folder, sizes)
    line = (
        f"writers: {sizes.writers} writers x {sizes.operations:,} operations, {acknowledged:,} "
        f"acknowledged, {failures['lost']} lost, {failures['corrupt']} corrupt, "
        f"{failures['locked']} locked, longest wait {longest:.2f} s "
        f"(bound {sizes.most_wait:g} s)"
    )
    return Verdict(line, not failures and longest < sizes.most_wait)


def alone(base: Path, folder: Path, sizes: Sizes) -> None:
    """The same crowd, each on a caseload of its own: the machine's share of the waits."""
    crowd = Crowd(sizes.writers, max(1, sizes.operations // 10))
    paths = [folder / f"own-{number}" / "caseload.db" for number in range(crowd.writers)]
    for own in paths:
        copy(base, own)
    written, whole = at_once(crowd, lambda number: paths[number])
    told = [each.seconds for each in written]
    figure(f"{len(told):,} commands, each writer its own caseload", waits(told, whole))


def waits(seconds: Sequence[float], whole: float) -> str:
    ordered = sorted(seconds)
    return (
        f"longest {ordered[-1]:.2f} s, p99 {ordered[int(len(ordered) * 0.99)]:.2f} s, "
        f"median {ordered[len(ordered) // 2] * 1000:.0f} ms, {len(ordered) / whole:,.0f} a second"
    )


def at_once(crowd: Crowd, path_of: Callable[[int], Path]) -> tuple[list[Written], float]:
    """Everything that the crowd wrote, and how many seconds it took in all."""
    import_everything()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(crowd.writers + 1, timeout=PATIENCE)

    def writer(number: int, cases: list[int], told: Connection) -> None:
        barrier.wait()
        told.send(_write(crowd, number, path_of(number), cases))

    processes, answers = [], []
    for number in range(crowd.writers):
        answer, told = context.Pipe(duplex=False)
        given = (number, _cases(path_of(number)), told)
        processes.append(context.Process(target=writer, args=given))
        processes[-1].start()
        told.close()  # so that a writer that dies is noticed
        answers.append(answer)
    barrier.wait()
    began = time.perf_counter()
    written: list[Written] = [each for answer in answers for each in answer.recv()]
    whole = time.perf_counter() - began
    for process in processes:
        process.join()
    return written, whole


def _cases(path: Path) -> list[int]:
    with looked_into(path) as store:
        return standing(store).active


def _write(crowd: Crowd, number: int, path: Path, cases: list[int]) -> list[Written]:
    chance, env = Random(number), world(path)
    written = []
    for index in range(crowd.operations):
        tag = f"w{number}-{index}"
        running = crowd.start(_command(chance, cases, tag), env)
        if chance.random() < crowd.killed:
            time.sleep(chance.uniform(0, 0.5))
            running.kill()
        ended = running.wait()
        written.append(Written(tag, ended.code, ended.told, ended.seconds))
    return written


def _command(chance: Random, cases: list[int], tag: str) -> Words:
    """What never depends on what another writer did."""
    case = str(chance.choice(cases))
    return chance.choice(
        (
            ["reached", case, tag, "--by", "phone"],
            ["tried", case, tag],
            ["follow", case, tag, "--due", "fri"],
            ["note", case, tag],
        )
    )


def check(path: Path, written: list[Written], failures: Failures) -> None:
    """Everything that was echoed is there once; nobody was turned away; the file is sound."""
    with looked_into(path) as store:
        there = [row[0] for row in store.db.rows(TEXTS)]
        wrong = complaints(store)
        added = last_operation(store)
    found = dict.fromkeys((each.tag for each in written), 0)
    for text in there:
        if text in found:
            found[text] += 1
    for each in written:
        if each.told and not found[each.tag]:
            failures.add("lost", f"{each.tag} was echoed and is not there", path)
        if found[each.tag] > 1:
            failures.add("corrupt", f"{each.tag} is there {found[each.tag]} times", path)
        if each.code == BUSY:
            failures.add("locked", f"{each.tag} was turned away after {each.seconds:.1f} s")
        elif each.code > 0:
            failures.add("failed", f"{each.tag} ended with {each.code}")
    if added - 1 < sum(each.told for each in written):
        failures.add("lost", f"{added - 1} operations in the file")
    for words in wrong:
        failures.add("corrupt", words, path)
