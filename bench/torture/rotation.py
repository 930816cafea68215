"""The key is changed, and killed while it is: the caseload opens with the old or the new key.

A key file holds the key, so that no passphrase takes a second each time; what a passphrase slot
does is the same step in the same place. After each kill the caseload is opened by what the key
file then holds, and nothing else is at hand. Every few rounds it is encrypted from a plain one,
killed in the same way: then the plain file or the encrypted one is there, whole.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import NamedTuple

from torture.caseload import copy, is_unfinished, make
from torture.kills import Aim
from torture.program import Ended, forked, run, world
from torture.report import Failures, Verdict, figure, heading

CASES = 300


class Sizes(NamedTuple):
    rotations: int  # killed
    encryptions: int  # killed


FULL, QUICK = Sizes(500, 200), Sizes(12, 8)


def torture(folder: Path, sizes: Sizes) -> Verdict:
    heading("rotation: killed while the key changes")
    failures = Failures(folder)
    plain, path = folder / "plain.db", folder / "caseload.db"
    make(plain, CASES, plain=True)
    listed = run(["list", "--all", "--json"], world(plain)).out

    rotated = Changed(plain, path, listed, Random(sizes.rotations), failures)
    rotated.encrypt()
    while rotated.kills < sizes.rotations:
        rotated.strike(["key", "rotate"])
        rotated.opens()
    figure(f"{rotated.kills:,} kills of key rotate", rotated.figures())

    encrypted = Changed(plain, path, listed, Random(sizes.encryptions), failures)
    while encrypted.kills < sizes.encryptions:
        encrypted.begin_again()
        encrypted.strike(["encrypt"])
        encrypted.opens()
    figure(f"{encrypted.kills:,} kills of encrypt", encrypted.figures())
    kills = rotated.kills + encrypted.kills
    line = (
        f"rotation: {kills:,} SIGKILLs, {failures['locked out']} locked out, "
        f"{failures['lost']} lost, {failures['corrupt']} corrupt"
    )
    return Verdict(line, not failures)


class Changed:
    """One caseload whose key is changed again and again, and killed while it is."""

    def __init__(
        self, plain: Path, path: Path, listed: str, chance: Random, failures: Failures
    ) -> None:
        self.plain, self.path, self.listed = plain, path, listed
        self.key = path.with_name("key")
        self.failures = failures
        self.aim = Aim(chance, path)
        self.env = world(path, CASECTL_KEY_FILE=str(self.key))
        self.kills = self.half_way = self.two_keys = 0

    def figures(self) -> str:
        return f"{self.half_way:,} half way, {self.two_keys:,} with both keys in the key file"

    def begin_again(self) -> None:
        """A plain caseload, and no key."""
        copy(self.plain, self.path)
        shutil.rmtree(f"{self.path}.keys", ignore_errors=True)
        shutil.rmtree(f"{self.path}.backups", ignore_errors=True)
        self.key.unlink(missing_ok=True)

    def encrypt(self) -> None:
        self.begin_again()
        self._checked(run(["encrypt"], self.env))

    def strike(self, words: list[str]) -> None:
        name = " ".join(words)
        if not self.aim.usual:
            self.aim.learn(name, forked(words, self.env))
            return
        ended = self.aim.strike(name, forked(words, self.env))
        self.kills += ended.killed
        self.half_way += is_unfinished(self.path)
        self.two_keys += self.key.exists() and len(self.key.read_text().split()) > 1

    def opens(self) -> None:
        """By what the key file holds now, with everything that was there."""
        listed = run(["list", "--all", "--json"], self.env)
        if listed.code:
            self.failures.add("locked out", listed.err.strip(), self.path, self.key)
            self.encrypt()
        elif listed.out != self.listed:
            self.failures.add("lost", "other cases are listed", self.path, self.key)
        elif self.kills % 10 == 0:
            self._checked(run(["doctor"], self.env))

    def _checked(self, ended: Ended) -> None:
        if ended.code:
            self.failures.add("corrupt", f"{ended.out}{ended.err}", self.path, self.key)
