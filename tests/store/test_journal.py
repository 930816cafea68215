"""The journal: every change is one whole operation, and any sequence of them can be undone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casectl.core.errors import BadValue, CasectlError, NotFound
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CANCELLED,
    CLOSED,
    DEADLINE,
    DONE,
    FOLLOW_UP,
    KEPT,
    OPEN,
    PENDING,
    REACHED,
    TRIED,
    Author,
    Case,
    Client,
    Contact,
    Level,
    Load,
    Promise,
)
from casectl.core.views import FAIL
from casectl.store import Caseload, create_caseload, open_caseload
from casectl.store.schema import COMMON, RECORDS

AUTHOR = Author("kim", "2026-11-18", "2026-11-18T08:00:00Z")
TODAY = date(2026, 11, 18)
NAMES = ("Maria Garcia", "Ann Otero", "王小明", "Sam Otero")
WORDS = ("call the school", "看医生", "bring papers")


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


def a_client(name: str) -> Client:
    return Client("", name, phone="555-0100")


def a_case(**known: Any) -> Case:
    values: dict[str, Any] = {
        "id": "", "number": 0, "handle": "", "client_id": "", "client": "", "status": ACTIVE,
        "urgency": 2, "risk": "low", "opened_on": TODAY, "level_reviewed_on": TODAY,
    }  # fmt: skip
    return Case(**(values | known))


def a_promise(kind: str, **known: Any) -> Promise:
    values: dict[str, Any] = {
        "id": "", "case_id": "", "number": 0, "kind": kind, "what": "call the school",
        "due_on": TODAY + timedelta(days=7),
    }  # fmt: skip
    return Promise(**(values | known))


def a_contact(outcome: str, **known: Any) -> Contact:
    values: dict[str, Any] = {
        "id": "", "case_id": "", "number": 0, "on_day": TODAY, "outcome": outcome, "by": "phone",
        "party": "client", "text": "all well",
    }  # fmt: skip
    return Contact(**(values | known))


# --- What is on file --------------------------------------------------------------------------

State = dict[str, list[tuple[Any, ...]]]


def state_of(store: Caseload) -> State:
    """Every record, but for who changed it last and how often."""
    kept = {
        table: ", ".join(f'"{name}"' for name in columns if name not in COMMON)
        for table, columns in RECORDS.items()
    }
    return {
        table: [tuple(row) for row in store.db.rows(f"SELECT {names} FROM {table} ORDER BY id")]
        for table, names in kept.items()
    }


def everything(store: Caseload) -> dict[str, list[tuple[Any, ...]]]:
    """All that a failed operation must leave alone: records, journal, counters, what is derived."""
    tables = (*RECORDS, "operations", "changes", "current_operation", "counters", "due_facts")
    return {
        table: [tuple(row) for row in store.db.rows(f"SELECT * FROM {table}")]
        for table in (*tables, "search_texts", "drafts")
    }


def newest(store: Caseload) -> int:
    """The number of the newest operation; 0 before any."""
    return int(store.db.value("SELECT max(id) FROM operations") or 0)


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
        "INSERT INTO {table} SELECT 'new', {rest} FROM {table}",
    ],
)
def test_a_write_outside_an_operation_aborts(own: Caseload, table: str, statement: str) -> None:
    before = everything(own)
    own.db.execute("PRAGMA foreign_keys = OFF")
    unique = {"number": "number + 50"}
    rest = ", ".join(unique.get(name, f'"{name}"') for name in RECORDS[table][1:])
    with pytest.raises(CasectlError, match="outside an operation"):
        own.db.execute(statement.format(table=table, rest=rest))
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

Draw = Callable[[st.SearchStrategy[Any]], Any]


class Desk:
    """Somebody who does one thing after another, as commands do, to a caseload of a few cases."""

    def __init__(self, store: Caseload, draw: Draw) -> None:
        self.store = store
        self.draw = draw
        self.numbers: set[tuple[str, int]] = set()

    def act(self) -> None:
        """One thing; nothing where what it needs is not there."""
        tomorrow = self.day + timedelta(days=self.draw(st.integers(0, 2)))
        moment = f"{tomorrow}T08:00:00Z"
        self.store.journal.author = Author("kim", tomorrow.isoformat(), moment)
        self.draw(st.sampled_from(ACTIONS))(self)
        assert_sound(self.store)

    @property
    def day(self) -> date:
        return date.fromisoformat(self.store.journal.author.day)

    def some_case(self, *statuses: str) -> Case | None:
        cases = [
            case
            for case in self.store.cases.all(closed=True)
            if case.status in statuses or (not statuses and case.is_open)
        ]
        return self.draw(st.sampled_from(cases)) if cases else None

    def some_promise(self, case: Case) -> Promise | None:
        promises = self.store.promises.open_of(case)
        return self.draw(st.sampled_from(promises)) if promises else None

    def a_day(self) -> date:
        return self.day + timedelta(days=self.draw(st.integers(-5, 12)))

    def new_promise(self) -> Promise:
        kind = self.draw(st.sampled_from((FOLLOW_UP, DEADLINE, APPOINTMENT)))
        repeats = self.draw(st.sampled_from((None, "FREQ=WEEKLY"))) if kind == FOLLOW_UP else None
        what = self.draw(st.sampled_from(WORDS))
        return a_promise(kind, due_on=self.a_day(), what=what, repeats=repeats)

    # -- the things that commands do -----------------------------------------------------------

    def intake(self) -> None:
        known = self.some_case() if self.draw(st.booleans()) else None
        urgency = self.draw(st.integers(1, 4))
        arriving = a_case(
            status=self.draw(st.sampled_from((ACTIVE, ACTIVE, PENDING))),
            urgency=urgency,
            opened_on=self.day,
            level_reviewed_on=self.day,
            crisis_since=self.day if urgency == Level.CRISIS else None,
        )
        name = known.client if known else self.draw(st.sampled_from(NAMES))
        made = self.store.intake.take_in(
            Load(
                a_client(name),
                arriving,
                (self.new_promise(),) if self.draw(st.booleans()) else (),
                (a_contact(REACHED, on_day=self.day),) if self.draw(st.booleans()) else (),
                same_client=known.client_id if known else None,
            )
        )
        self.is_new("case", made.number)

    def promise(self) -> None:
        if case := self.some_case():
            made = self.store.promises.make(case, self.new_promise(), "follow")
            self.is_new(f"{case.id}.p", made.number)

    def end(self) -> None:
        if (case := self.some_case()) and (promise := self.some_promise(case)):
            again = self.new_promise() if self.draw(st.booleans()) else None
            status = KEPT if promise.kind == APPOINTMENT else DONE
            ended = self.store.promises.end(
                [promise], status, outcome="went well", command="done", again=again
            )
            if ended[0].following:
                self.is_new(f"{case.id}.p", ended[0].following.number)

    def snooze(self) -> None:
        if (case := self.some_case()) and (promise := self.some_promise(case)):
            self.store.promises.snooze([promise], self.a_day(), None, "asked to")

    def cancel(self) -> None:
        if case := self.some_case():
            self.store.promises.cancel(self.store.promises.open_of(case)[:2], "not needed")

    def contact(self) -> None:
        if case := self.some_case():
            outcome = self.draw(st.sampled_from((REACHED, TRIED)))
            covered = self.draw(st.sampled_from((None, self.a_day())))
            party = self.draw(st.sampled_from(("client", "guardian", "provider")))
            does = self.some_promise(case) if outcome == REACHED else None
            recorded = self.store.contacts.record(
                case,
                a_contact(outcome, on_day=self.day, party=party, covered_until=covered),
                command="contact",
                does=does,
                promise=self.new_promise() if self.draw(st.booleans()) else None,
            )
            self.is_new(f"{case.id}.c", recorded.contact.number)

    def correct(self) -> None:
        if case := self.some_case():
            wrong = self.store.contacts.numbered(case, self.draw(st.integers(1, 3)))
            if wrong is not None and not wrong.corrected:
                right = wrong._replace(outcome=TRIED, on_day=self.a_day(), covered_until=None)
                made = self.store.contacts.correct(case, wrong, right)
                self.is_new(f"{case.id}.c", made.number)

    def note(self) -> None:
        if case := self.some_case():
            made = self.store.contacts.note(case, self.draw(st.sampled_from(WORDS)), self.day)
            self.is_new(f"{case.id}.n", made.number)

    def level(self) -> None:
        if case := self.some_case():
            urgency = self.draw(st.sampled_from((None, 1, 3, 4)))
            risk = self.draw(st.sampled_from((None, "low", "imminent")))
            self.store.cases.set_level(case, urgency=urgency, risk=risk, reason="seen", on=self.day)

    def assess(self) -> None:
        if case := self.some_case():
            self.store.cases.assessed(case, self.day, None)

    def close(self) -> None:
        if case := self.some_case():
            self.store.cases.close(case, "moved away", self.day)

    def hold(self) -> None:
        if case := self.some_case(ACTIVE):
            self.store.cases.hold(case, self.a_day(), "in hospital")

    def reopen(self) -> None:
        if case := self.some_case(CLOSED, "on_hold"):
            promise = self.new_promise() if self.draw(st.booleans()) else None
            risk = self.draw(st.sampled_from((None, "moderate", "imminent")))
            self.store.cases.reopen(case, self.day, "came back", risk=risk, promise=promise)

    def accept(self) -> None:
        if case := self.some_case(PENDING):
            self.store.cases.accept(case, self.day, None)

    def edit(self) -> None:
        if case := self.some_case():
            name = self.draw(st.sampled_from(NAMES))
            program = self.draw(st.sampled_from((None, "Housing")))
            self.store.cases.correct_facts(case, {"name": name}, {"program": program})

    def merge(self) -> None:
        keep, join = self.some_case(), self.some_case()
        if keep and join and keep.client_id != join.client_id:
            self.store.cases.merge(keep, join, {"phone": "555-0199"}, "two phones")

    def undo(self) -> None:
        """Any operation of the past, undone ones and undos among them."""
        last = newest(self.store)
        if last:
            self.try_to_undo(self.draw(st.integers(1, last)))

    def try_to_undo(self, number: int) -> CasectlError | None:
        """Undo it whole, or leave everything as it is and say why."""
        before = everything(self.store)
        try:
            self.store.journal.undo(number)
        except CasectlError as error:
            assert everything(self.store) == before
            assert str(number) in str(error)
            assert "casectl undo" in str(error)
            return error
        return None

    def is_new(self, scope: str, number: int) -> None:
        assert (scope, number) not in self.numbers
        self.numbers.add((scope, number))


ACTIONS = (
    Desk.intake, Desk.intake, Desk.promise, Desk.promise, Desk.end, Desk.snooze, Desk.cancel,
    Desk.contact, Desk.contact, Desk.correct, Desk.note, Desk.level, Desk.assess, Desk.close,
    Desk.hold, Desk.reopen, Desk.accept, Desk.edit, Desk.merge, Desk.undo, Desk.undo,
)  # fmt: skip


def a_days_work(store: Caseload, data: st.DataObject) -> tuple[Desk, list[State]]:
    """A desk after up to 14 operations; and what was on file before the first and after each."""
    desk = Desk(store, data.draw)
    states = [state_of(store)]
    for _ in range(data.draw(st.integers(1, 14))):
        before = newest(store)
        desk.act()
        if newest(store) > before:
            states.append(state_of(store))
    return desk, states


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
def test_the_newest_undone_first_walks_back_through_every_state(
    empty: Path, data: st.DataObject
) -> None:
    """Plain ``casectl undo``, again and again: each step stands where it stood."""
    with a_copy(empty) as store:
        desk = Desk(store, data.draw)
        states = [state_of(store)]
        for _ in range(data.draw(st.integers(1, 10))):
            before = newest(store)
            data.draw(st.sampled_from([act for act in ACTIONS if act is not Desk.undo]))(desk)
            if newest(store) > before:
                states.append(state_of(store))
        for state in reversed(states[:-1]):
            store.journal.undo()
            assert state_of(store) == state
            assert_sound(store)
        with pytest.raises(NotFound, match="nothing to undo"):
            store.journal.undo()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_refusal_names_what_to_undo_first(empty: Path, data: st.DataObject) -> None:
    """Doing what it says, again and again, lets every operation be undone."""
    with a_copy(empty) as store:
        desk, _ = a_days_work(store, data)
        wanted = data.draw(st.integers(1, max(newest(store), 1)))
        entry = store.journal.entry(wanted)
        if entry is None or entry.undone_by is not None:
            return
        number, steps = wanted, 0
        while error := desk.try_to_undo(number):
            named = re.search(r"casectl undo (\d+)", str(error))
            assert named, str(error)
            first = int(named[1])
            while again := desk.try_to_undo(first):
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
