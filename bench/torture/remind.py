"""``remind --once`` is killed, and runs beside itself: no reminder is lost, one a kill comes twice.

What counts as delivered is a whole line on the other end of the pipe. A round kills the command a
few times on one caseload and then lets it run to its end; by then everything that is due must have
been delivered, and a kill may have made one reminder come again: the one that had left this process
and was not marked yet. Then two cron jobs run it at the same moment, while somebody types.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

from torture.caseload import complaints, copy, looked_into, make
from torture.day import standing
from torture.program import Ended, Running, Start, forked, installed, run, world
from torture.report import Failures, Verdict, figure, heading

ONCE = ("remind", "--once", "--format", "ndjson", "--within", "in 2 weeks")
ALL = ("remind", "--format", "ndjson", "--within", "in 2 weeks")
KILLS_A_ROUND = 3
TYPED = 4  # commands of the session beside two cron jobs


class Sizes(NamedTuple):
    forked: int
    installed: int
    together: int  # rounds of two cron jobs and a session


FULL, QUICK = Sizes(900, 100, 100), Sizes(9, 1, 1)


def torture(folder: Path, sizes: Sizes) -> Verdict:
    heading("remind: killed, and twice at once")
    failures = Failures(folder)
    base = folder / "base.db"
    make(base)
    kills = delivered = most = 0
    for name, start, count in (
        ("main in a forked child", forked, sizes.forked),
        ("the installed program", installed, sizes.installed),
    ):
        rounds = Rounds(start, base, folder / "caseload.db", Random(count), failures)
        while rounds.kills < count:
            rounds.one()
        figure(f"{rounds.kills:,} kills, {name}", rounds.figures())
        kills += rounds.kills
        delivered += rounds.delivered
        most = max(most, rounds.most_repeated)
    twice = sum(together(base, folder / "caseload.db", failures) for _ in range(sizes.together))
    figure(f"{sizes.together:,} times two cron jobs and a session", f"{twice:,} reminders twice")
    line = (
        f"remind: {kills:,} SIGKILLs, {delivered:,} reminders, {failures['lost']} lost, "
        f"most repeated by one kill {most:,} (bound 1); two cron jobs and a session at once: "
        f"{twice:,} repeated, {failures['failed']} failed"
    )
    return Verdict(line, not failures and most <= 1 and not twice)


def told(ended: Ended) -> list[str]:
    """The ids of the reminders whose whole line arrived."""
    lines = ended.out.split("\n")[:-1]
    return [str(json.loads(line)["id"]) for line in lines]


class Rounds:
    """Reminders sent, and killed on their way, round after round."""

    def __init__(
        self, start: Start, base: Path, path: Path, chance: Random, failures: Failures
    ) -> None:
        self.start = start
        self.base, self.path = base, path
        self.chance = chance
        self.failures = failures
        copy(base, path)
        self.due = set(told(run(ALL, world(path))))
        self.whole, self.after_speaking = self._usual()
        self.kills = self.delivered = self.repeated = self.most_repeated = 0
        self.speaking = 0  # kills of one that had printed something

    def figures(self) -> str:
        return (
            f"{self.speaking:,} after it had told something; {self.repeated:,} reminders came "
            f"again, most of them {self.most_repeated:,} for one kill"
        )

    def one(self) -> None:
        """A few kills, then one run to its end, after which nothing is left to tell."""
        copy(self.base, self.path)
        env = world(self.path)
        struck = [self._struck(self.start(ONCE, env)) for _ in range(KILLS_A_ROUND)]
        runs = [*struck, run(ONCE, env)]
        rest = told(run(ONCE, env))
        if rest:
            self.failures.add("failed", f"{len(rest)} reminders came after all were told")
        later: set[str] = set()
        for ended in reversed(runs):
            again = later.intersection(told(ended))
            if again and not ended.killed:
                self.failures.add("failed", f"{len(again)} came again, and nothing was killed")
            self.repeated += len(again)
            self.most_repeated = max(self.most_repeated, len(again))
            later.update(told(ended))
        lost = self.due - later
        if lost:
            self.failures.add("lost", f"never told: {', '.join(sorted(lost))[:200]}", self.path)
        self.kills += sum(ended.killed for ended in struck)
        self.speaking += sum(ended.killed and bool(ended.out) for ended in struck)
        self.delivered += len(later)

    def _struck(self, running: Running) -> Ended:
        """Half the kills come anywhere, half between the first line told and the end."""
        if self.chance.random() < 0.5:
            time.sleep(self.chance.uniform(0, self.whole))
        else:
            _until_it_speaks(running)
            time.sleep(self.chance.uniform(0, self.after_speaking))
        running.kill()
        return running.wait()

    def _usual(self) -> tuple[float, float]:
        """Seconds of a whole run, and from the first line told to its end."""
        running = self.start(ONCE, world(self.path))
        _until_it_speaks(running)
        spoke = time.perf_counter()
        ended = running.wait()
        return ended.seconds, time.perf_counter() - spoke


def _until_it_speaks(running: Running) -> None:
    while not running.has_spoken():
        pass


def together(base: Path, path: Path, failures: Failures) -> int:
    """Two cron jobs at once, and somebody who types meanwhile; how many reminders came twice."""
    copy(base, path)
    env = world(path)
    with looked_into(path) as store:
        cases = standing(store).active
    jobs = [installed(ONCE, env), installed(ONCE, env)]
    typed = [
        run(["follow", str(case), "call the school", "--due", "fri"], env) for case in cases[:TYPED]
    ]
    ended = [job.wait() for job in jobs]
    times = Counter(each for one in ended for each in told(one))
    twice = sum(count - 1 for count in times.values())
    times.update(told(run(ONCE, env)))
    for one in (*ended, *typed):
        if one.code:
            failures.add("failed", f"exit code {one.code}: {one.err}", path)
    lost = set(told(run(ALL, env))) - set(times)
    if lost:
        failures.add("lost", f"never told: {', '.join(sorted(lost))[:200]}", path)
    with looked_into(path) as store:
        for words in complaints(store):
            failures.add("corrupt", words, path)
    return twice
