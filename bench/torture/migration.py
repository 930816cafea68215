"""An older caseload is opened, and killed while it is migrated: it is wholly old or wholly new.

There is no schema after this one, so a stand-in makes one: in the forked child, and only there,
one more migration is registered and the schema's version counts one higher. It does what real
migrations do: it adds a column, rewrites a table (which drops its triggers), and makes and fills a
new one. It runs on a caseload of this schema, and on the oldest one there is, which takes every
real migration on its way there.

After each round of kills, this casectl opens the file and finds every row as it was, or refuses it
as a newer one's; then the next casectl opens it, finishes, and finds it sound. And several open it
at the same moment, of whom one migrates and the others wait.
"""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from casectl.core.errors import CasectlError
from casectl.store import Caseload
from casectl.store.schema import RECORDS, SCHEMA_VERSION
from torture.caseload import (
    Operation,
    complaints,
    contents,
    copy,
    is_unfinished,
    looked_into,
    make,
    operations,
)
from torture.kills import Aim
from torture.program import forked, run, world
from torture.report import Failures, Verdict, figure, heading

if TYPE_CHECKING:
    from sqlite_utils import Database

OLDEST = Path(__file__).resolve().parents[2] / "tests" / "schemas" / "v1.sql"
CASES = 300
KILLS_A_ROUND = 2
CROWD = 6


class Sizes(NamedTuple):
    kills: int  # of each of the two caseloads
    crowds: int


FULL, QUICK = Sizes(250, 20), Sizes(5, 1)


def torture(folder: Path, sizes: Sizes) -> Verdict:
    heading("migration: killed on the way to the next schema")
    failures = Failures(folder)
    this, oldest = folder / "this.db", folder / "oldest.db"
    make(this, CASES)
    bases = {f"{CASES} cases of this schema": this}
    if OLDEST.exists():
        thaw(oldest)
        bases["the oldest schema"] = oldest
    kills = 0
    for name, base in bases.items():
        migrated = Migrated(base, folder / "caseload.db", Random(sizes.kills), failures)
        while migrated.kills < sizes.kills:
            migrated.one_round()
        figure(f"{migrated.kills:,} kills, {name}", migrated.figures())
        kills += migrated.kills
    for _ in range(sizes.crowds):
        crowd(this, folder / "caseload.db", failures)
    figure(f"{sizes.crowds:,} times {CROWD} at once", f"{failures['failed']} turned away")
    line = (
        f"migration: {kills:,} SIGKILLs, {failures['half migrated']} half migrated, "
        f"{failures['corrupt']} corrupt, {failures['failed']} failed"
    )
    return Verdict(line, not failures)


def thaw(path: Path) -> None:
    """The caseload that the first schema's program left on somebody's disk."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(OLDEST.read_text(encoding="utf-8"))
    connection.close()
    path.chmod(0o600)


def the_next_casectl() -> None:
    """Make this process the casectl of the next schema, which knows its own tables and triggers."""
    from sqlite_utils import Database as SqliteUtils

    from casectl.store import blueprint, caseload, connection, migrations, schema

    def m999_stand_in(db: Database) -> None:
        db.execute("ALTER TABLE promises ADD COLUMN of_tomorrow TEXT")
        db.table("notes").transform(types={"text": str})
        db.execute("CREATE TABLE tomorrow (id TEXT PRIMARY KEY, text TEXT NOT NULL)")
        db.execute("INSERT INTO tomorrow SELECT id, text FROM notes")

    migrations.migrations()(m999_stand_in)
    for module in (caseload, migrations):  # each has its own name for the schema's number
        vars(module)["SCHEMA_VERSION"] = SCHEMA_VERSION + 1
    memory = sqlite3.connect(":memory:", isolation_level=None)
    migrations.migrations.apply(SqliteUtils(memory, execute_plugins=False))
    for trigger in schema.triggers().values():
        memory.execute(trigger)
    made = connection.Database(memory, Path(":memory:"), sqlite3)
    parts, mark = list(blueprint.parts_of(made)), schema.mark_of(made)
    vars(blueprint)["made"] = lambda: parts
    vars(schema)["SCHEMA_MARK"] = mark


def rows(store: Caseload) -> tuple[dict[str, bytes], list[Operation]]:
    """The records and their history. What a migration adds to them may differ each time it runs."""
    held = contents(store)
    return {table: held[table] for table in RECORDS}, operations(store)


next_one = partial(forked, prepare=the_next_casectl)


class Migrated:
    """One caseload, migrated again and again, and killed while it is."""

    def __init__(self, base: Path, path: Path, chance: Random, failures: Failures) -> None:
        self.base, self.path = base, path
        self.failures = failures
        self.aim = Aim(chance, path)
        copy(base, path)
        with looked_into(path) as store:
            self.rows = rows(store)
        self.list = run(["list", "--all", "--json"], world(path)).out
        self.kills = self.half_way = self.old = self.new = 0

    def figures(self) -> str:
        return f"{self.half_way:,} half way; then {self.old:,} old and {self.new:,} new"

    def one_round(self) -> None:
        copy(self.base, self.path)
        env = world(self.path)
        if not self.aim.usual:
            self.aim.learn("today", next_one(["today"], env))
            self._finish()
            return
        for _ in range(KILLS_A_ROUND):
            ended = self.aim.strike("today", next_one(["today"], env))
            self.kills += ended.killed
            self.half_way += is_unfinished(self.path)
        self._is_whole()
        self._finish()

    def _is_whole(self) -> None:
        """For this casectl the file is as it was, or a newer casectl's; nothing between."""
        try:
            with looked_into(self.path) as store:
                if rows(store) != self.rows:
                    self.failures.add("half migrated", "rows differ", self.path)
                for words in complaints(store):
                    self.failures.add("corrupt", words, self.path)
                self.old += 1
        except CasectlError as error:
            self.new += 1
            if "a newer casectl wrote" not in str(error):
                self.failures.add("corrupt", str(error), self.path)

    def _finish(self) -> None:
        """The next casectl opens it, whatever was done of it, and finds everything."""
        check_migrated(self.path, self.list, self.failures)


def check_migrated(path: Path, cases: str, failures: Failures) -> None:
    env = world(path)
    listed = run(["list", "--all", "--json"], env, next_one)
    if listed.code:
        failures.add("failed", f"the next casectl ended with {listed.code}: {listed.err}", path)
    elif listed.out != cases:
        failures.add("half migrated", "the next casectl lists other cases", path)
    doctor = run(["doctor"], env, next_one)
    if doctor.code:
        failures.add("corrupt", f"the next casectl's doctor says {doctor.out}", path)


def crowd(base: Path, path: Path, failures: Failures) -> None:
    """Several open an older caseload at the same moment."""
    copy(base, path)
    env = world(path)
    cases = run(["list", "--all", "--json"], env).out
    together = [next_one(["today"], env) for _ in range(CROWD)]
    for running in together:
        ended = running.wait()
        if ended.code:
            failures.add("failed", f"one of {CROWD} at once: {ended.code}, {ended.err}", path)
    check_migrated(path, cases, failures)
