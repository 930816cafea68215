"""The benchmark: python bench/run.py [--quick] [--only startup,encryption,...]

Prints each promise of docs/performance.md with what was measured and whether it is kept. REF is
``python -c 'import typer, rich.table, sqlite3'`` in the same environment. See bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from zlib import crc32

from measure import Difference, Failed, Pair, Took, compare, environment, output, run, subtract

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "casectl"
OUT = HERE / "out"
PYTHON = sys.executable
CASECTL = str(Path(PYTHON).parent / "casectl")
REF = (PYTHON, "-c", "import typer, rich.table, sqlite3")
AS_OF = "2026-11-18"  # the day of every caseload here, so that a file made once stays right
SEED = 1
WORD = "voucher"  # in one record of nine or so
ENCRYPTION_MS = 8.0  # all that today may pay for it, with a key file
JOURNALED = 20_000  # larger caseloads are made without their journal: half the file

# What a caseload file holds follows from these: another version of them makes another file.
MAKERS = (
    "core/fictitious.py", "core/fictitious_people.py", "core/fictitious_casework.py",
    "core/casework.py", "core/facts.py", "store/schema.py", "store/bulk.py", "store/derived.py",
)  # fmt: skip


class Sizes(NamedTuple):
    """How much is measured: in full for the figures, or a little to see that all of it runs."""

    rounds: int
    large: int
    tasks: tuple[tuple[int, float], ...]  # how many, and the bound
    rows: int
    fewer_rows: int
    intakes: int


FULL = Sizes(31, 1_000_000, ((10_000, 0.75), (100_000, 0.10)), 100_000, 10_000, 3)
QUICK = Sizes(7, 20_000, ((1_000, 0.75),), 10_000, 5_000, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure casectl against its bounds.")
    parser.add_argument("--quick", action="store_true", help="few rounds, small caseloads")
    parser.add_argument(
        "--only", metavar="PARTS", default=",".join(PARTS), help=f"of {','.join(PARTS)}"
    )
    asked = parser.parse_args()
    chosen = asked.only.split(",")
    if not set(chosen) <= set(PARTS):
        parser.error(f"--only takes {', '.join(PARTS)}")
    OUT.mkdir(exist_ok=True)
    sizes = QUICK if asked.quick else FULL
    print(f"casectl against its bounds, {sizes.rounds} paired rounds, as of {AS_OF}")
    print(f"{'':44}{'median':>9}{'beside':>9}{'ratio':>8}{'ratio':>8}")
    print(f"{'':44}{'ms':>9}{'ms':>9}{'wall':>8}{'cpu':>8}{'bound':>8}")
    for part in chosen:
        PARTS[part](sizes)
    return 0


# --- What is printed ------------------------------------------------------------------------


def heading(text: str) -> None:
    print(f"\n{text}")


def line(name: str, bound: float, measured: Callable[[], Pair]) -> None:
    """One comparison, measured and shown; what cannot be measured says so."""
    try:
        show(name, bound, measured())
    except Failed as error:
        print(f"  {name:42} not measured: {error}")


def show(name: str, bound: float, pair: Pair) -> None:
    """Medians, paired ratios, and whether both ratios keep the bound."""
    kept = [ratio <= bound for ratio in (pair.wall_ratio, pair.cpu_ratio)]
    word = "kept" if all(kept) else "cpu only" if kept[1] else "wall only" if kept[0] else "MISSED"
    print(
        f"  {name:42}{pair.wall * 1e3:9.1f}{pair.reference_wall * 1e3:9.1f}"
        f"{pair.wall_ratio:8.2f}{pair.cpu_ratio:8.2f}{bound:8.2f}  {word}",
        flush=True,
    )


def difference(name: str, bound: float, measured: Callable[[], Difference]) -> None:
    """What one command takes more than another, in ms; the bound is one of time."""
    try:
        took = measured()
    except Failed as error:
        print(f"  {name:42} not measured: {error}")
        return
    wall, cpu = took.wall * 1e3, took.cpu * 1e3
    word = "kept" if max(wall, cpu) <= bound else "MISSED" if cpu > bound else "cpu only"
    if cpu > bound >= wall:
        word = "wall only"
    print(f"  {name:42}{'':18}{wall:+8.1f}{cpu:+8.1f}{bound:8.1f}  {word} (ms)", flush=True)


def figure(name: str, value: float, bound: float, detail: str) -> None:
    word = "kept" if value <= bound else "MISSED"
    print(f"  {name:42}{'':18}{value:8.2f}{'':8}{bound:8.2f}  {word} ({detail})", flush=True)


# --- Caseloads ------------------------------------------------------------------------------


def caseload(cases: int) -> Path:
    """A caseload file of so many cases, made at its first use and kept in bench/out."""
    mark = crc32(b"".join((SOURCE / name).read_bytes() for name in MAKERS))
    path = OUT / f"cases-{cases}-{mark:08x}.db"
    if not path.exists():
        for stale in OUT.glob(f"cases-{cases}-*"):
            if stale.is_dir():  # the day's backup, which remind made
                shutil.rmtree(stale)
            else:
                stale.unlink()
        words = [PYTHON, str(HERE / "generate.py"), "--cases", str(cases), "--seed", str(SEED)]
        words += ["--out", str(path), "--as-of", AS_OF]
        words += ["--no-journal"] if cases > JOURNALED else []
        print(f"  (making {cases:,} cases)", flush=True)
        output(words, environment())
    return path


def scratch(path: Path) -> Path:
    """A copy that may be written to."""
    copy = OUT / f"scratch-{path.name}"
    shutil.copyfile(path, copy)
    return copy


def encrypted(path: Path) -> tuple[Path, Path]:
    """The same caseload under a key, made anew each time, and the key file that opens it."""
    copy, key = OUT / "encrypted.db", OUT / "encrypted.key"
    shutil.rmtree(f"{copy}.keys", ignore_errors=True)
    key.unlink(missing_ok=True)
    shutil.copyfile(path, copy)
    output((CASECTL, "encrypt", "--key-file", str(key)), world(copy))
    return copy, key


def world(path: Path, **values: str) -> dict[str, str]:
    """The environment of one casectl: its caseload, its day, and a home without configuration."""
    home = OUT / "home"
    return environment(
        HOME=str(home),
        XDG_CONFIG_HOME=str(home / ".config"),
        CASECTL_DB=str(path),
        CASECTL_TODAY=AS_OF,
        CASECTL_WORKER="bench",
        **values,
    )


# --- The parts ------------------------------------------------------------------------------


def startup(sizes: Sizes) -> None:
    """The commands of every day beside what Python, Typer, Rich and SQLite cost by themselves."""
    heading("1,000 cases, beside REF")
    cases = caseload(1_000)
    env = world(cases)

    def against_ref(command: Callable[[], Took], *, terminal: bool = False) -> Callable[[], Pair]:
        return lambda: compare(lambda: run(REF, env, terminal=terminal), command, sizes.rounds)

    def reads(*words: str, terminal: bool = False) -> Callable[[], Pair]:
        return against_ref(
            lambda: run((CASECTL, *words), env, terminal=terminal), terminal=terminal
        )

    line("today, on a terminal", 1.0, reads("today", terminal=True))
    line("today, piped", 0.75, reads("today"))
    line("today --json", 0.75, reads("today", "--json"))
    line("remind", 0.75, reads("remind"))
    line("show N, on a terminal", 1.0, reads("show", "50", terminal=True))
    line("search WORD, on a terminal", 1.0, reads("search", WORD, terminal=True))

    copy = scratch(cases)
    numbers = _open_numbers(copy)

    def record_a_contact() -> Took:
        words = (CASECTL, "reached", next(numbers), "Spoke about the lease.", "--by", "phone")
        return run(words, world(copy))

    line("reached N TEXT --by phone", 0.8, against_ref(record_a_contact))
    line("contact, the same on a terminal", 0.8, against_ref(_contact(copy), terminal=True))
    completing = world(
        cases, _CASECTL_COMPLETE="complete_bash", COMP_WORDS="casectl show sam", COMP_CWORD="2"
    )
    line("completion of a handle", 0.75, against_ref(lambda: run((CASECTL,), completing)))
    copy.unlink()


def _contact(copy: Path) -> Callable[[], Took]:
    numbers = _open_numbers(copy)
    env = world(copy)
    return lambda: run(
        (CASECTL, "contact", next(numbers), "Spoke.", "--outcome", "reached"), env, terminal=True
    )


def _open_numbers(path: Path) -> Iterator[str]:
    """The numbers of open cases, over and over."""
    return cycle(output((CASECTL, "list", "--fields", "case"), world(path)).split())


def encryption(sizes: Sizes) -> None:
    """What opening and reading an encrypted caseload adds to the command of every morning."""
    heading("1,000 cases, encrypted with a key file, beside the same plain: ms more")
    plain = caseload(1_000)
    copy, key = encrypted(plain)
    worlds = world(plain), world(copy, CASECTL_KEY_FILE=str(key))

    def today(*words: str, terminal: bool = False) -> Callable[[], Difference]:
        before, after = (
            lambda env=env: run((CASECTL, "today", *words), env, terminal=terminal)
            for env in worlds
        )
        return lambda: subtract(before, after, sizes.rounds)

    difference("today, on a terminal", ENCRYPTION_MS, today(terminal=True))
    difference("today, piped", ENCRYPTION_MS, today())
    for each in (copy, key, copy.with_name(f"{copy.name}.lock")):
        each.unlink(missing_ok=True)
    shutil.rmtree(f"{copy}.keys", ignore_errors=True)


DAY_LINES = (
    # the line, what its answer holds, and the bound in milliseconds
    ("tried {}", "Tried ", 50.0),
    ("reached {} it's the lease again", "Reached ", 50.0),
    ("follow {} call the school --due next tue", "follow-up", 50.0),
    ("today", "casectl today --all", 50.0),
)


def day(sizes: Sizes) -> None:
    """From Enter to the next prompt, in one prompt that stays open."""
    from desk import Desk

    heading("1,000 cases, casectl day: milliseconds from Enter to the next prompt")
    cases = caseload(1_000)
    copy = scratch(cases)
    numbers = _open_numbers(copy)
    try:
        with Desk((CASECTL, "day"), world(copy)) as desk:
            for line_typed, answer, bound in DAY_LINES:
                desk.typed(line_typed.format(next(numbers)), answer)  # loads what it needs
                took = [
                    desk.typed(line_typed.format(next(numbers)), answer)
                    for _ in range(sizes.rounds)
                ]
                slowest = f"slowest of {len(took)}: {max(took) * 1e3:.1f}"
                name = f"day: {line_typed.format('N')}"
                figure(name, median(took) * 1e3, bound, slowest)
            started = f"{desk.start * 1e3:.0f} ms from its start to its first prompt"
        print(f"  {started}")
    except Failed as error:
        print(f"  not measured: {error}")
    copy.unlink()


def size(sizes: Sizes) -> None:
    """The same command however many cases there are."""
    heading(f"{sizes.large:,} cases, beside 100")
    small, large = world(caseload(100)), world(caseload(sizes.large))
    for name, words, terminal in (
        ("today, on a terminal", ("today",), True),
        ("today --json", ("today", "--json"), False),
        ("show N, on a terminal", ("show", "50"), True),
        ("search WORD, on a terminal", ("search", WORD), True),
    ):
        line(
            name,
            1.10,
            lambda words=words, terminal=terminal: compare(  # type: ignore[misc]
                lambda: run((CASECTL, *words), small, terminal=terminal),
                lambda: run((CASECTL, *words), large, terminal=terminal),
                sizes.rounds,
            ),
        )


def peers(sizes: Sizes) -> None:
    """Other people's to-do lists with the same number of items, on a terminal."""
    from peers import task_list, todo_list

    heading("today on a terminal, beside other programs")
    for count, bound in sizes.tasks:
        _beside(f"task next, {count:,} tasks", bound, task_list(OUT, count), count, sizes)
    _beside("todo list (todoman), 100 items", 0.5, todo_list(OUT, 100), 100, sizes)


def _beside(
    name: str,
    bound: float,
    peer: tuple[Sequence[str], dict[str, str]] | str,
    count: int,
    sizes: Sizes,
) -> None:
    if isinstance(peer, str):
        print(f"  {name:42} skipped: {peer}")
        return
    words, peer_env = peer
    env = world(caseload(count))
    rounds = sizes.rounds if count <= 10_000 else min(sizes.rounds, 7)
    line(
        name,
        bound,
        lambda: compare(
            lambda: run(words, peer_env, terminal=True),
            lambda: run((CASECTL, "today"), env, terminal=True),
            rounds,
        ),
    )


def intake(sizes: Sizes) -> None:
    """Many rows at once, beside the bare inserts; and whether memory grows with them."""
    heading(f"intake --from, {sizes.rows:,} rows, beside executemany through the same triggers")
    try:
        _intake(sizes)
    except Failed as error:
        print(f"  not measured: {error}")


def _intake(sizes: Sizes) -> None:
    rows, fewer = _rows_file(sizes.rows), _rows_file(sizes.fewer_rows)
    made, bare = OUT / "intake.db", OUT / "bare.db"
    imports: list[Took] = []
    beside: list[dict[str, Any]] = []
    for _ in range(sizes.intakes):
        imports.append(_take_in(rows, made))
        bare.unlink(missing_ok=True)
        words = (PYTHON, str(HERE / "bare.py"), str(made), str(bare))
        measured = json.loads(output(words, environment()))
        bare.unlink()
        beside.append(measured | json.loads(output((*words, "batched"), environment())))
    for name, which in (
        ("the records alone", "bare"),
        ("the same, many rows a statement", "batched"),
        ("and what is derived", "with_derived"),
    ):
        wall = [took.wall / each[which][0] for took, each in zip(imports, beside, strict=True)]
        cpu = [took.cpu / each[which][1] for took, each in zip(imports, beside, strict=True)]
        show(
            name,
            2.0,
            Pair(
                median(took.wall for took in imports),
                median(took.cpu for took in imports),
                median(each[which][0] for each in beside),
                median(each[which][1] for each in beside),
                median(wall),
                median(cpu),
            ),
        )
    few = _take_in(fewer, made)
    peak = max(took.peak for took in imports)
    detail = f"{peak / 1024:.0f} MB against {few.peak / 1024:.0f} MB at {sizes.fewer_rows:,} rows"
    figure("peak memory beside fewer rows", peak / few.peak, 1.25, detail)
    made.unlink()
    bare.unlink(missing_ok=True)


def _take_in(rows: Path, made: Path) -> Took:
    """One import into a new caseload, on a terminal so that its progress is drawn as well."""
    made.unlink(missing_ok=True)
    env = world(made)
    run((CASECTL, "init", "--unencrypted"), env)
    return run((CASECTL, "intake", "--from", str(rows), "--new", "--yes"), env, terminal=True)


def _rows_file(rows: int) -> Path:
    path = OUT / f"rows-{rows}.csv"
    if not path.exists():
        words = (PYTHON, str(HERE / "rows.py"), str(rows), AS_OF, str(path))
        output(words, environment())
    return path


PARTS: dict[str, Callable[[Sizes], None]] = {
    "startup": startup,
    "encryption": encryption,
    "size": size,
    "peers": peers,
    "intake": intake,
    "day": day,
}

if __name__ == "__main__":
    os.chdir(HERE)
    sys.exit(main())
