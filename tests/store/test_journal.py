"""The journal: every change is one whole operation, and any sequence of them can be undone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torture import desk
from torture.desk import CHANGES, Action, Desk, State, a_client, newest, state_of

from casectl.core.errors import BadValue, CasectlError, NotFound
from casectl.core.model import (
    CANCELLED,
    DONE,
    FOLLOW_UP,
    OPEN,
    REACHED,
    Author,
    Case,
    Contact,
    Load,
    Promise,
)
from casectl.core.views import FAIL
from casectl.store import Caseload, create_caseload, open_caseload
from casectl.store.schema import RECORDS

Thing = TypeVar("Thing")

AUTHOR = Author("kim", "2026-11-18", "2026-11-18T08:00:00Z")
TODAY = date(2026, 11, 18)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty caseload, made once; every test writes into a copy of it."""
    path = tmp_path_factory.mktemp("journal") / "empty.db"
    create_caseload(path, AUTHOR).close()
    return path


@contextmanager
def a_copy(empty: Path) -> Iterator[Caseload]:
    path = empty.with_name("copy.db")
    shutil.copy(empty, path)
    store = open_caseload(path, AUTHOR)
    try:
        store.db.execute("PRAGMA synchronous = OFF")
        yield store
    finally:
        store.close()


@pytest.fixture
def own(empty: Path) -> Iterator[Caseload]:
    """A caseload with one case, a follow-up and a contact on file."""
    with a_copy(empty) as store:
        case = store.intake.take_in(Load(a_client("Maria Garcia"), a_case()))
        store.promises.make(case, a_promise(FOLLOW_UP), "follow")
        store.contacts.record(case, a_contact(REACHED), command="contact")
        yield store


def a_case(**known: Any) -> Case:
    return desk.a_case(TODAY, **known)


def a_promise(kind: str, **known: Any) -> Promise:
    return desk.a_promise(kind, TODAY + timedelta(days=7), **known)


def a_contact(outcome: str, **known: Any) -> Contact:
    return desk.a_contact(outcome, TODAY, **known)


# --- What is on file --------------------------------------------------------------------------


def everything(store: Caseload) -> dict[str, list[tuple[Any, ...]]]:
    """All that a failed operation must leave alone: records, journal, counters, what is derived."""
    tables = (*RECORDS, "operations", "changes", "chain", "current_operation", "counters")
    return {
        table: [tuple(row) for row in store.db.rows(f"SELECT * FROM {table}")]
        for table in (*tables, "lifted", "due_facts", "search_texts", "drafts")
    }


def assert_sound(store: Caseload) -> None:
    """What is derived equals what the records give, and the journal agrees with them."""
    assert [each for each in store.checkup.findings() if each.state == FAIL] == []


# --- Writes outside, and failures inside --------------------------------------------------------


@pytest.mark.parametrize("table", ["clients", "cases", "promises", "contacts"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET rev = rev + 1",
        "DELETE FROM {table}",
        "INSERT INTO {table} ({names}) SELECT 'new', {rest} FROM {table}",
    ],
)
def test_a_write_outside_an_operation_aborts(own: Caseload, table: str, statement: str) -> None:
    before = everything(own)
    own.db.execute("PRAGMA foreign_keys = OFF")
    unique = {"number": "number + 50"}
    rest = ", ".join(unique.get(name, f'"{name}"') for name in RECORDS[table][1:])
    names = ", ".join(f'"{name}"' for name in RECORDS[table])
    with pytest.raises(CasectlError, match="outside an operation"):
        own.db.execute(statement.format(table=table, rest=rest, names=names))
    assert everything(own) == before


@pytest.mark.parametrize("table", ["operations", "changes"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id + 1", "DELETE FROM {}"])
def test_the_journal_only_grows(own: Caseload, table: str, statement: str) -> None:
    before = everything(own)
    with pytest.raises(CasectlError, match="only grows"), own.journal.operation("test"):
        own.db.execute(statement.format(table))
    assert everything(own) == before


def test_an_operation_that_fails_leaves_nothing(own: Caseload) -> None:
    case = own.cases.all()[0]
    before = everything(own)
    with pytest.raises(ZeroDivisionError), own.journal.operation("test") as operation:
        operation.add_note(case.id, "half written")
        operation.update("cases", case.id, urgency=4, crisis_since="2026-11-18")
        operation.next_number("case")
        raise ZeroDivisionError
    assert everything(own) == before
    assert_sound(own)


def test_an_operation_that_the_file_refuses_leaves_nothing(own: Caseload) -> None:
    case = own.cases.all()[0]
    before = everything(own)
    with pytest.raises(CasectlError, match="refused"), own.journal.operation("test") as operation:
        operation.add_note(case.id, "half written")
        operation.update("cases", case.id, urgency=9)
    assert everything(own) == before


def test_ending_several_ends_none_when_one_has_ended(own: Caseload) -> None:
    case = own.cases.all()[0]
    first, second = (
        own.promises.open_of(case)[0],
        own.promises.make(case, a_promise(FOLLOW_UP), "follow"),
    )
    own.promises.end([second], DONE, outcome=None, command="done")
    before = everything(own)
    with pytest.raises(BadValue, match="done already"):
        own.promises.end([first, second], DONE, outcome=None, command="done")
    assert everything(own) == before


def test_an_operation_without_a_change_is_not_recorded(own: Caseload) -> None:
    case = own.cases.all()[0]
    before = everything(own)
    with own.journal.operation("test") as operation:
        operation.update("cases", case.id, urgency=case.urgency)
    assert everything(own) == before


def test_what_is_journaled_is_what_was_before_and_after(own: Caseload) -> None:
    case = own.cases.all()[0]
    own.cases.set_level(case, urgency=3, risk=None, reason="a threat", on=TODAY)
    (table, before, after), (noted, nothing, note) = own.journal.changes(newest(own))
    assert (table, noted, nothing) == ("cases", "notes", None)
    assert before and after and note
    assert (before["urgency"], after["urgency"]) == (2, 3)
    assert "a threat" in note["text"]


# --- A random day's work ------------------------------------------------------------------------


class Drawn:
    """Chance that hypothesis decides, and makes smaller where something fails."""

    def __init__(self, data: st.DataObject) -> None:
        self._draw = data.draw

    def one_of(self, things: Sequence[Thing]) -> Thing:
        return self._draw(st.sampled_from(things))

    def number(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def yes(self) -> bool:
        return self._draw(st.booleans())


class WatchedDesk(Desk):
    """A desk where after each thing everything is sound, and a refusal has changed nothing."""

    def act(self, actions: Sequence[Action] | None = None) -> None:
        super().act(actions)
        assert_sound(self.store)

    def try_to_undo(self, number: int) -> CasectlError | None:
        before = everything(self.store)
        error = super().try_to_undo(number)
        if error is not None:
            assert everything(self.store) == before
            assert str(number) in str(error)
            assert "casectl undo" in str(error)
        return error


def a_days_work(store: Caseload, data: st.DataObject) -> tuple[Desk, list[State]]:
    """A desk after up to 14 operations; and what was on file before the first and after each."""
    at_work = WatchedDesk(store, Drawn(data))
    states = [state_of(store)]
    for _ in range(data.draw(st.integers(1, 14))):
        before = newest(store)
        at_work.act()
        if newest(store) > before:
            states.append(state_of(store))
    return at_work, states


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_undoing_everything_in_turn_gives_back_every_state(
    empty: Path, data: st.DataObject
) -> None:
    """And undoing the undos, the newest first, does it all again."""
    with a_copy(empty) as store:
        _, states = a_days_work(store, data)
        done = newest(store)
        assert len(states) == done + 1
        undos: list[int] = []
        for number in range(done, 0, -1):
            entry = store.journal.entry(number)
            if entry is not None and entry.undone_by is None:
                undos.append(store.journal.undo(number).undone_by or 0)
                assert_sound(store)
        assert state_of(store) == states[0]
        for undo in reversed(undos):
            store.journal.undo(undo)
            assert_sound(store)
        assert state_of(store) == states[-1]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_undo_walks_back_through_every_state_and_redo_forth(
    empty: Path, data: st.DataObject
) -> None:
    """Plain ``casectl undo`` and ``redo``, again and again: each step stands where it stood."""
    with a_copy(empty) as store:
        at_work = WatchedDesk(store, Drawn(data))
        states = [state_of(store)]
        for _ in range(data.draw(st.integers(1, 10))):
            before = newest(store)
            at_work.act(CHANGES)
            if newest(store) > before:
                states.append(state_of(store))
        for state in reversed(states[:-1]):
            store.journal.undo()
            assert state_of(store) == state
            assert_sound(store)
        with pytest.raises(NotFound, match="nothing to undo"):
            store.journal.undo()
        for state in states[1:]:
            store.journal.redo()
            assert state_of(store) == state
            assert_sound(store)
        with pytest.raises(NotFound, match="nothing to redo"):
            store.journal.redo()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_refusal_names_what_to_undo_first(empty: Path, data: st.DataObject) -> None:
    """Doing what it says, again and again, lets every operation be undone."""
    with a_copy(empty) as store:
        at_work, _ = a_days_work(store, data)
        wanted = data.draw(st.integers(1, max(newest(store), 1)))
        entry = store.journal.entry(wanted)
        if entry is None or entry.undone_by is not None:
            return
        number, steps = wanted, 0
        while error := at_work.try_to_undo(number):
            named = re.search(r"casectl undo (\d+)", str(error))
            assert named, str(error)
            first = int(named[1])
            while again := at_work.try_to_undo(first):
                deeper = re.search(r"casectl undo (\d+)", str(again))
                assert deeper, str(again)
                first = int(deeper[1])
                steps += 1
                assert steps < 200, "the refusals go round in a circle"
            steps += 1
            assert steps < 200, "the refusals go round in a circle"
        assert_sound(store)


# --- Undo, by example ---------------------------------------------------------------------------


def test_numbers_are_never_reused_after_undo(own: Caseload) -> None:
    case = own.cases.all()[0]
    made = own.promises.make(case, a_promise(FOLLOW_UP), "follow")
    own.journal.undo()
    assert own.promises.make(case, a_promise(FOLLOW_UP), "follow").number == made.number + 1
    other = own.intake.take_in(Load(a_client("Ann Otero"), a_case()))
    own.journal.undo()
    assert own.intake.take_in(Load(a_client("Ann Otero"), a_case())).number == other.number + 1


def test_what_was_changed_later_is_not_undone(own: Caseload) -> None:
    case = own.cases.all()[0]
    promise = own.promises.make(case, a_promise(FOLLOW_UP), "follow")
    made = newest(own)
    own.promises.snooze([promise], TODAY + timedelta(days=9), None, "asked to")
    before = everything(own)
    with pytest.raises(CasectlError, match=f"operation {made + 1} .*casectl undo {made + 1} first"):
        own.journal.undo(made)
    assert everything(own) == before


def test_a_refusal_names_no_operation_that_is_undone_itself(own: Caseload) -> None:
    case = own.cases.all()[0]
    promise = own.promises.make(case, a_promise(FOLLOW_UP), "follow")
    made = newest(own)
    own.promises.snooze([promise], TODAY + timedelta(days=9), None, "asked to")
    own.promises.cancel([promise], "not needed")
    own.journal.undo()
    with pytest.raises(CasectlError, match=f"casectl undo {made + 1} first"):
        own.journal.undo(made)


def test_a_case_with_later_records_is_not_undone(own: Caseload) -> None:
    with pytest.raises(CasectlError, match="casectl undo 3 first"):
        own.journal.undo(1)


def test_other_columns_of_the_same_record_may_have_changed(own: Caseload) -> None:
    """Undo compares only what its operation changed, never the revision or who changed it last."""
    case = own.cases.all()[0]
    own.cases.set_level(case, urgency=3, risk=None, reason="a threat", on=TODAY)
    changed = newest(own)
    own.cases.assessed(case, TODAY, None)
    own.journal.undo(changed)
    after = own.cases.all()[0]
    assert (after.urgency, after.assessed_on) == (2, TODAY)


def test_undone_twice_is_refused(own: Caseload) -> None:
    own.journal.undo(3)
    with pytest.raises(BadValue, match="undone already"):
        own.journal.undo(3)
    with pytest.raises(NotFound):
        own.journal.undo(99)


def test_a_promise_that_ended_is_open_again_after_undo(own: Caseload) -> None:
    case = own.cases.all()[0]
    promise = own.promises.open_of(case)[0]
    for status in (DONE, CANCELLED):
        own.promises.end([promise], status, outcome="x", command="done")
        own.journal.undo()
        assert own.promises.open_of(case) == [promise]
        assert promise.status == OPEN
