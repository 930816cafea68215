"""Somebody at work: one thing after another, as commands do, to a caseload of a few cases.

What is done next is left to chance, which is a seed's in the torture and hypothesis's in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, Protocol, TypeVar

from casectl.core.errors import CasectlError
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CLOSED,
    DEADLINE,
    DONE,
    FOLLOW_UP,
    KEPT,
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
from casectl.store import Caseload
from casectl.store.schema import COMMON, RECORDS

NAMES = ("Maria Garcia", "Ann Otero", "王小明", "Sam Otero")
WORDS = ("call the school", "看医生", "bring papers")

Thing = TypeVar("Thing")
State = dict[str, list[tuple[Any, ...]]]


class Chance(Protocol):
    def one_of(self, things: Sequence[Thing]) -> Thing:
        """Any of these."""

    def number(self, low: int, high: int) -> int:
        """Any number from ``low`` to ``high``."""

    def yes(self) -> bool:
        """Yes or no."""


class Dice:
    """Chance that a seed decides."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def one_of(self, things: Sequence[Thing]) -> Thing:
        return self._random.choice(things)

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def yes(self) -> bool:
        return self._random.random() < 0.5


def state_of(store: Caseload) -> State:
    """Every record, but for who changed it last and how often."""
    kept = {
        table: ", ".join(f'"{name}"' for name in columns if name not in COMMON)
        for table, columns in RECORDS.items()
    }
    return {
        table: [tuple(row) for row in store.db.rows(f"SELECT {names} FROM {table} ORDER BY id")]  # noqa: S608 - the schema's names
        for table, names in kept.items()
    }


def newest(store: Caseload) -> int:
    """The number of the newest operation; 0 before any."""
    return int(store.db.value("SELECT max(id) FROM operations") or 0)


def a_client(name: str) -> Client:
    return Client("", name, phone="555-0100")


def a_case(day: date, **known: Any) -> Case:
    values: dict[str, Any] = {
        "id": "", "number": 0, "handle": "", "client_id": "", "client": "", "status": ACTIVE,
        "urgency": 2, "risk": "low", "opened_on": day, "level_reviewed_on": day,
    }  # fmt: skip
    return Case(**(values | known))


def a_promise(kind: str, due_on: date, **known: Any) -> Promise:
    values: dict[str, Any] = {
        "id": "", "case_id": "", "number": 0, "kind": kind, "what": "call the school",
        "due_on": due_on,
    }  # fmt: skip
    return Promise(**(values | known))


def a_contact(outcome: str, day: date, **known: Any) -> Contact:
    values: dict[str, Any] = {
        "id": "", "case_id": "", "number": 0, "on_day": day, "outcome": outcome, "by": "phone",
        "party": "client", "text": "all well",
    }  # fmt: skip
    return Contact(**(values | known))


class Desk:
    def __init__(self, store: Caseload, chance: Chance) -> None:
        self.store = store
        self.chance = chance
        self.numbers: set[tuple[str, int]] = set()

    def act(self, actions: Sequence[Action] | None = None) -> None:
        """One thing; nothing where what it needs is not there."""
        later = self.day + timedelta(days=self.chance.number(0, 2))
        moment = f"{later}T08:00:00Z"
        self.store.journal.author = Author("kim", later.isoformat(), moment)
        self.chance.one_of(actions or ACTIONS)(self)

    @property
    def day(self) -> date:
        return date.fromisoformat(self.store.journal.author.day)

    def some_case(self, *statuses: str) -> Case | None:
        cases = [
            case
            for case in self.store.cases.all(closed=True)
            if case.status in statuses or (not statuses and case.is_open)
        ]
        return self.chance.one_of(cases) if cases else None

    def some_promise(self, case: Case) -> Promise | None:
        promises = self.store.promises.open_of(case)
        return self.chance.one_of(promises) if promises else None

    def a_day(self) -> date:
        return self.day + timedelta(days=self.chance.number(-5, 12))

    def new_promise(self) -> Promise:
        kind = self.chance.one_of((FOLLOW_UP, DEADLINE, APPOINTMENT))
        repeats = self.chance.one_of((None, "FREQ=WEEKLY")) if kind == FOLLOW_UP else None
        return a_promise(kind, self.a_day(), what=self.chance.one_of(WORDS), repeats=repeats)

    # -- the things that commands do -----------------------------------------------------------

    def intake(self) -> None:
        known = self.some_case() if self.chance.yes() else None
        urgency = self.chance.number(1, 4)
        arriving = a_case(
            self.day,
            status=self.chance.one_of((ACTIVE, ACTIVE, PENDING)),
            urgency=urgency,
            crisis_since=self.day if urgency == Level.CRISIS else None,
        )
        name = known.client if known else self.chance.one_of(NAMES)
        made = self.store.intake.take_in(
            Load(
                a_client(name),
                arriving,
                (self.new_promise(),) if self.chance.yes() else (),
                (a_contact(REACHED, self.day),) if self.chance.yes() else (),
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
            again = self.new_promise() if self.chance.yes() else None
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
            outcome = self.chance.one_of((REACHED, TRIED))
            covered = self.chance.one_of((None, self.a_day()))
            party = self.chance.one_of(("client", "guardian", "provider"))
            does = self.some_promise(case) if outcome == REACHED else None
            recorded = self.store.contacts.record(
                case,
                a_contact(outcome, self.day, party=party, covered_until=covered),
                command="contact",
                does=does,
                promise=self.new_promise() if self.chance.yes() else None,
            )
            self.is_new(f"{case.id}.c", recorded.contact.number)

    def correct(self) -> None:
        if case := self.some_case():
            wrong = self.store.contacts.numbered(case, self.chance.number(1, 3))
            if wrong is not None and not wrong.corrected:
                right = wrong._replace(outcome=TRIED, on_day=self.a_day(), covered_until=None)
                made = self.store.contacts.correct(case, wrong, right)
                self.is_new(f"{case.id}.c", made.number)

    def note(self) -> None:
        if case := self.some_case():
            made = self.store.notes.add(case, self.chance.one_of(WORDS), self.day)
            self.is_new(f"{case.id}.n", made.number)

    def level(self) -> None:
        if case := self.some_case():
            urgency = self.chance.one_of((None, 1, 3, 4))
            risk = self.chance.one_of((None, "low", "imminent"))
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
            promise = self.new_promise() if self.chance.yes() else None
            risk = self.chance.one_of((None, "moderate", "imminent"))
            self.store.cases.reopen(case, self.day, "came back", risk=risk, promise=promise)

    def accept(self) -> None:
        if case := self.some_case(PENDING):
            self.store.cases.accept(case, self.day, None)

    def edit(self) -> None:
        if case := self.some_case():
            name = self.chance.one_of(NAMES)
            program = self.chance.one_of((None, "Housing"))
            self.store.cases.correct_facts(case, {"name": name}, {"program": program})

    def merge(self) -> None:
        keep, join = self.some_case(), self.some_case()
        if keep and join and keep.client_id != join.client_id:
            self.store.cases.merge(keep, join, {"phone": "555-0199"}, "two phones")

    def undo(self) -> None:
        """Any operation of the past, undone ones and undos among them."""
        last = newest(self.store)
        if last:
            self.try_to_undo(self.chance.number(1, last))

    def redo(self) -> None:
        try:
            self.store.journal.redo()
        except CasectlError:  # nothing was undone, or something stands in the way
            return

    def try_to_undo(self, number: int) -> CasectlError | None:
        """Undo it whole, or say why not."""
        try:
            self.store.journal.undo(number)
        except CasectlError as error:
            return error
        return None

    def is_new(self, scope: str, number: int) -> None:
        assert (scope, number) not in self.numbers, f"number {number} was given twice"
        self.numbers.add((scope, number))


Action = Callable[[Desk], None]
CHANGES: tuple[Action, ...] = (
    Desk.intake, Desk.intake, Desk.promise, Desk.promise, Desk.end, Desk.snooze, Desk.cancel,
    Desk.contact, Desk.contact, Desk.correct, Desk.note, Desk.level, Desk.assess, Desk.close,
    Desk.hold, Desk.reopen, Desk.accept, Desk.edit, Desk.merge,
)  # fmt: skip
ACTIONS = (*CHANGES, Desk.undo, Desk.undo, Desk.redo)
