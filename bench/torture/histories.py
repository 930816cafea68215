"""Random histories: undoing everything gives back the first state, and redoing it the last.

One half is walked back with plain ``casectl undo`` and forth with ``casectl redo``, and every state
on the way must be the one that was there. The other half holds undos and redos of anything itself,
and is undone by number. After each the journal's chain must fit.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from casectl.core.errors import CasectlError, NotFound
from casectl.core.model import Author
from casectl.store import Caseload, create_caseload, open_caseload
from torture.caseload import complaints
from torture.desk import CHANGES, Desk, Dice, State, newest, state_of
from torture.report import Failures, Verdict, figure, heading

DAY = "2026-11-18"
AUTHOR = Author("torture", DAY, f"{DAY}T08:00:00Z")
MEMORY = Path("/dev/shm")  # where it is, thousands of caseloads are made and thrown away faster
LONGEST = 14  # operations, so many in all of each history
BY_DOCTOR = 10  # one history in so many is looked at by everything that doctor knows


class Sizes(NamedTuple):
    histories: int


FULL, QUICK = Sizes(10_000), Sizes(60)


class Wrong(Exception):
    """A promise that did not hold, in words."""


def torture(folder: Path, sizes: Sizes) -> Verdict:
    heading("histories: everything undone, and done again")
    failures = Failures(folder)
    scratch = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else folder))
    empty, path = scratch / "empty.db", scratch / "caseload.db"
    create_caseload(empty, AUTHOR).close()
    walked = 0
    for seed in range(sizes.histories):
        shutil.copy(empty, path)
        try:
            walked += one_history(path, seed)
        except (Wrong, AssertionError, CasectlError) as error:
            failures.add("wrong", f"history {seed}: {error}", path)
    shutil.rmtree(scratch)
    figure("histories", f"{sizes.histories:,}, {walked:,} operations done, undone and done again")
    line = (
        f"histories: {sizes.histories:,} random histories undone and done again, "
        f"{failures['wrong']} that came out otherwise"
    )
    return Verdict(line, not failures)


def one_history(path: Path, seed: int) -> int:
    """Live through one history and back; the operations it had. Raises Wrong."""
    store = open_caseload(path, AUTHOR)
    try:
        store.db.execute("PRAGMA synchronous = OFF")
        dice = Dice(seed)
        desk = Desk(store, dice)
        if seed % 2:
            count = walk_by_steps(store, desk, dice.number(1, LONGEST))
        else:
            count = walk_by_number(store, desk, dice.number(1, LONGEST))
        audited = store.audit.verify()
        if audited.faults:
            raise Wrong(f"the chain does not fit: {audited.first}")
        if seed % (2 * BY_DOCTOR) < 2:
            for wrong in complaints(store):
                raise Wrong(wrong)
        return count
    finally:
        store.close()


def walk_by_steps(store: Caseload, desk: Desk, length: int) -> int:
    """``undo`` until nothing is left, ``redo`` until nothing is, past every state there was."""
    states = [state_of(store)]
    while len(states) <= length:
        before = newest(store)
        desk.act(CHANGES)
        if newest(store) > before:
            states.append(state_of(store))
    for state in reversed(states[:-1]):
        store.journal.undo()
        _compare(store, state, "after an undo")
    _refuses(store.journal.undo)
    for state in states[1:]:
        store.journal.redo()
        _compare(store, state, "after a redo")
    _refuses(store.journal.redo)
    return len(states) - 1


def walk_by_number(store: Caseload, desk: Desk, length: int) -> int:
    """Whatever stands is undone, the newest first; then the undos are."""
    first = state_of(store)
    while newest(store) < length:
        desk.act()
    last, done = state_of(store), newest(store)
    undos = []
    for number in range(done, 0, -1):
        entry = store.journal.entry(number)
        if entry is not None and entry.undone_by is None:
            undos.append(store.journal.undo(number).undone_by or 0)
    _compare(store, first, "once everything was undone")
    for number in reversed(undos):
        store.journal.undo(number)
    _compare(store, last, "once everything was done again")
    return done


def _compare(store: Caseload, state: State, when: str) -> None:
    now = state_of(store)
    for table, rows in state.items():
        if now[table] != rows:
            raise Wrong(f"{table} is not as it was {when}")


def _refuses(act: Callable[[], object]) -> None:
    try:
        act()
    except NotFound:
        return
    raise Wrong("there was something left to do")


def main(count: int) -> int:
    """So many histories; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        verdict = torture(Path(folder), Sizes(count))
    print(verdict.line)
    return int(not verdict.held)
