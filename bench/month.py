"""A month of a 40-case caseload, lived day by day through the store: does anything get lost?

    python bench/month.py [--seeds N] [--days N]

Every day some of what is owed is done, as a worker does it: clients are reached or not, promises
kept, snoozed with a reason or made anew, appointments kept and missed, cases assessed and planned,
referrals sent and answered, cases put on hold, taken off, handed over, closed, reopened and taken
in. At the end of each day the due engine is asked what every case owes, and two things are held:

    every open case owes something
    nothing that was owed is gone without a reason on record since: it was met, moved with a
    reason, waits with its case on hold, or its case was closed

A reason is looked for in the journal of that day, never in what the simulation meant to do.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from casectl.core.casework import (
    DONE,
    DRAFT,
    DROPPED,
    GOAL,
    HANDOVER,
    NEED,
    OPEN,
    REFERRAL,
    SENT,
    STEP,
    Piece,
)
from casectl.core.due import DueItem, due_items
from casectl.core.handovers import given_piece
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CLOSED,
    DEADLINE,
    FOLLOW_UP,
    KEPT,
    MISSED,
    ON_HOLD,
    PENDING,
    REACHED,
    TRIED,
    Author,
    Case,
    Client,
    Contact,
    Load,
    Promise,
)
from casectl.core.standards import Standards
from casectl.store import Caseload, create_caseload
from casectl.store.bulk import write
from casectl.store.casework import add, change
from casectl.store.promises import cancel_promise, end_promise, move_promise

CASES, DAYS, SEEDS = 40, 30, 3
BEGINS = date(2026, 11, 2)
STANDARDS = Standards()
# What of a due item a day's work takes up, by chance; the rest of the day is for whatever comes.
TAKEN_UP, COMES = 0.35, 6
# What a hold does not put off, so its end moves none of it.
GOES_ON = ("safety", "deadline", "appointment", "consent", "handover", "closing")
PROGRAMS = ("Housing", "Reentry", "Family", None)


class Outcome(NamedTuple):
    """How one month went."""

    days: int
    case_days: int  # of open cases, each asked what it owes
    owed: int  # items looked at, each on each day
    gone: Counter[str]  # items that are owed no more, or later than before, by the reason
    did: Counter[str]  # what the worker did
    without: list[str]  # open cases that owed nothing, by day
    lost: list[str]  # items gone without a reason
    open_at_end: int


def main() -> int:
    parser = argparse.ArgumentParser(description="A month of a caseload, day by day.")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="caseloads to live through")
    parser.add_argument("--days", type=int, default=DAYS, help="days of each")
    given = parser.parse_args()
    failed = False
    print(f"{CASES} cases to begin with, {given.days} days each; {given.seeds} caseloads")
    for seed in range(1, given.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            outcome = month(seed, Path(folder), given.days)
        failed = failed or bool(outcome.without or outcome.lost)
        print(told(seed, outcome))
        for line in (*outcome.without[:5], *outcome.lost[:5]):
            print(f"  LOST {line}")
    print(
        "every open case owed something every day, and nothing was lost: "
        f"{'MISSED' if failed else 'kept'}"
    )
    return 1 if failed else 0


def told(seed: int, outcome: Outcome) -> str:
    gone = ", ".join(f"{count} {reason}" for reason, count in outcome.gone.most_common())
    did = ", ".join(f"{count} {what}" for what, count in outcome.did.most_common())
    return (
        f"\ncaseload {seed}: {outcome.case_days} case-days, {outcome.owed} items looked at, "
        f"{outcome.open_at_end} cases open at the end\n  gone: {gone}\n  done: {did}\n"
        f"  open cases that owed nothing: {len(outcome.without)}; items lost: {len(outcome.lost)}"
    )


def month(seed: int, folder: Path, days: int = DAYS) -> Outcome:
    """Live one caseload for so many days; its file is made in ``folder``."""
    path = folder / "month.db"
    worker = _Worker(create_caseload(path, _author(BEGINS)), random.Random(seed))
    try:
        return worker.live(days)
    finally:
        worker.store.close()


def _author(day: date) -> Author:
    return Author("kim", day.isoformat(), f"{day.isoformat()}T16:00:00Z")


class _Worker:
    """Whoever works the caseload, and whoever looks over their shoulder."""

    def __init__(self, store: Caseload, dice: random.Random) -> None:
        self.store = store
        self.dice = dice
        self.today = BEGINS
        self.did: Counter[str] = Counter()
        self.names = 0

    # -- the days ------------------------------------------------------------------------------

    def live(self, days: int) -> Outcome:
        self._open_up()
        gone: Counter[str] = Counter()
        without: list[str] = []
        lost: list[str] = []
        case_days = owed = 0
        before = self._owed()
        for _ in range(days):
            self.today += timedelta(days=1)
            self._sign(self.today)
            last = self._last_operation()
            # What the night alone changes: what is owed today of what was on file yesterday.
            before = self._owed()
            self._work(before)
            after = self._owed()
            without += [
                f"{self.today} case {case.number} owes nothing"
                for case, items in after.values()
                if case.is_open and not items
            ]
            case_days += sum(case.is_open for case, _ in after.values())
            owed += sum(len(items) for _, items in after.values())
            why = _Reasons(self.store, last)
            for number, (case, items) in before.items():
                now = after[number]
                for name, item in items.items():
                    still = now[1].get(name)
                    if still is not None and still.due <= item.due:
                        continue
                    reason = why.of(case, now[0], item)
                    if reason is None:
                        lost.append(f"{self.today} {name} {items[name].kind} {items[name].stage}")
                    else:
                        gone[reason] += 1
        open_at_end = sum(case.is_open for case, _ in self._owed().values())
        return Outcome(days, case_days, owed, gone, self.did, without, lost, open_at_end)

    def _owed(self) -> dict[int, tuple[Case, dict[str, DueItem]]]:
        """What each case owes today by the one due engine, listed or not."""
        cases = self.store.cases.all(closed=True)
        return {
            record.case.number: (
                record.case,
                {_named(item): item for item in due_items(record, STANDARDS, self.today)},
            )
            for record in self.store.cases.records(cases)
        }

    def _sign(self, day: date) -> None:
        self.store.author = self.store.journal.author = _author(day)

    def _last_operation(self) -> int:
        return self.store.db.value("SELECT max(id) FROM operations") or 0

    # -- the work ------------------------------------------------------------------------------

    def _open_up(self) -> None:
        for _ in range(CASES):
            self._take_in(BEGINS - timedelta(days=self.dice.randint(0, 90)))

    def _work(self, owed: dict[int, tuple[Case, dict[str, DueItem]]]) -> None:
        for case, items in owed.values():
            for item in items.values():
                if item.due <= self.today + timedelta(days=2) and self.dice.random() < TAKEN_UP:
                    self._see_to(case.number, item)
        for _ in range(COMES):
            self._something_comes_up()

    def _see_to(self, number: int, item: DueItem) -> None:
        case = self._case(number)
        if case.status == CLOSED:
            return
        if item.promise is not None:
            self._keep(case, item.promise)
        elif item.kind in ("contact", "safety") and item.stage != "review":
            self._call(case)
        elif item.stage in ("review", "level") and item.kind != "plan":
            self._look_at_level(case)
        elif item.kind == "assessment":
            self._assess(case)
        elif item.kind == "plan" and item.stage in ("first", "review"):
            self._plan(case, item.stage)
        elif item.kind == "next_step" and item.stage == "decide":
            self._did("accept")
            self.store.cases.accept(case, self.today, None)
        elif item.kind == "next_step":
            self._promise(case)
        elif item.kind == "hold":
            self._off_hold(case)
        else:
            self._end_piece(case, item)

    def _something_comes_up(self) -> None:
        case = self.dice.choice(self.store.cases.all(closed=True))
        what = self.dice.choice(
            (
                self._call, self._call, self._promise, self._promise, self._hold, self._off_hold,
                self._close, self._reopen, self._level, self._refer, self._refer, self._goal,
                self._hand_over, self._accepted, self._arrives,
            )
        )  # fmt: skip
        what(case)

    def _arrives(self, _: Case) -> None:
        self._take_in(self.today)

    def _take_in(self, opened: date) -> None:
        self.names += 1
        status = PENDING if self.dice.random() < 0.1 else ACTIVE
        urgency = self.dice.choices((1, 2, 3, 4), (8, 9, 4, 1))[0]
        case = Case(
            "", 0, "", "", f"Example {self.names}", status, urgency,
            self.dice.choice((None, "none", "low", "moderate")), opened, opened,
            self.dice.choice(PROGRAMS), crisis_since=opened if urgency == 4 else None,
        )  # fmt: skip
        self._did("intake")
        with self.store.journal.operation("intake") as operation:
            write(operation, [Load(Client("", case.client), case)])

    def _call(self, case: Case) -> None:
        if case.status == CLOSED:
            return
        answered = self.dice.random() < 0.6
        outcome = REACHED if answered else TRIED
        self._did(outcome)
        contact = Contact(
            "", case.id, 0, self.today, outcome, self.dice.choice(("phone", "visit")), "client",
            "spoke about how it goes" if answered else "no answer",
        )  # fmt: skip
        self.store.contacts.record(case, contact, does=None, promise=None, command=outcome)

    def _promise(self, case: Case) -> None:
        if case.status == CLOSED:
            return
        kind = self.dice.choices((FOLLOW_UP, DEADLINE, APPOINTMENT), (6, 2, 2))[0]
        subject = {FOLLOW_UP: "call", DEADLINE: "court"}.get(kind)
        due = self.today + timedelta(days=self.dice.randint(1, 20))
        self._did(f"{kind.replace('_', '-')} made")
        self.store.promises.make(
            case, Promise("", case.id, 0, kind, "the next thing", due, subject=subject), kind
        )

    def _keep(self, case: Case, promise: Promise) -> None:
        with self.store.journal.operation("done") as operation:
            drawn = self.dice.random()
            if promise.kind == FOLLOW_UP and drawn < 0.3:
                until = self.today + timedelta(days=self.dice.randint(1, 7))
                self._did("snoozed")
                move_promise(operation, self.store.db, promise, until, None, "the office is shut")
            elif drawn < 0.4:
                self._did("cancelled")
                cancel_promise(operation, self.store.db, promise, "it fell away")
            elif promise.kind == APPOINTMENT:
                status = KEPT if drawn < 0.8 else MISSED
                self._did(f"appointment {status}")
                end_promise(operation, self.store.db, promise, status, "as it went")
            else:
                self._did("promise done")
                end_promise(operation, self.store.db, promise, "done", "as it went")

    def _look_at_level(self, case: Case) -> None:
        self._did("level reviewed")
        urgency = self.dice.choice((case.urgency, max(case.urgency - 1, 1)))
        self.store.cases.set_level(
            case, urgency=urgency, risk=case.risk or "low", reason="as it stands", on=self.today
        )

    def _level(self, case: Case) -> None:
        if case.status == CLOSED:
            return
        self._did("level set")
        self.store.cases.set_level(
            case, urgency=self.dice.randint(1, 4), risk=None, reason="it changed", on=self.today
        )

    def _assess(self, case: Case) -> None:
        self._did("assessed")
        self.store.cases.assessed(case, self.today, "completed")
        if self.dice.random() < 0.7:
            with self.store.journal.operation("need add") as operation:
                add(operation, Piece("", case.id, NEED, 0, self.today, "a need", domain="housing",
                                     due_on=self.today))  # fmt: skip

    def _plan(self, case: Case, stage: str) -> None:
        if stage == "review":
            self._did("plan reviewed")
            self.store.planning.review(case, self.today, None)
        else:
            self._did("plan agreed")
            self._goal(case)
            self.store.planning.agree(case, "client", "visit", self.today)

    def _goal(self, case: Case) -> None:
        if case.status == CLOSED:
            return
        self._did("goal added")
        with self.store.journal.operation("goal add") as operation:
            due = self.today + timedelta(days=self.dice.randint(5, 40))
            goal = add(operation, Piece("", case.id, GOAL, 0, self.today, "a goal", due_on=due))
            add(operation, Piece("", case.id, STEP, 0, self.today, "a step", parent=goal.id,
                                 due_on=self.today + timedelta(days=3)))  # fmt: skip

    def _refer(self, case: Case) -> None:
        if case.status == CLOSED:
            return
        self._did("referral written")
        with self.store.journal.operation("refer") as operation:
            add(operation, Piece("", case.id, REFERRAL, 0, self.today, "a service", stage=DRAFT,
                                 who="Example Agency", due_on=self.today))  # fmt: skip

    def _hand_over(self, case: Case) -> None:
        if case.status == CLOSED or self.store.handing.standing(case, ""):
            return
        self._did("handed over")
        with self.store.journal.operation("transfer") as operation:
            add(operation, given_piece(case, "lee", self.today, self.store.handing.new_key()))

    def _accepted(self, case: Case) -> None:
        given = self.store.handing.standing(case, "") if case.is_open else []
        if given:
            self._did("hand-over accepted")
            self.store.handing.accepted(case, given[-1], self.today, "lee")

    def _end_piece(self, case: Case, item: DueItem) -> None:
        """What a piece of casework owes: a referral goes on a stage, anything else ends."""
        part = item.item.partition(".")[2]
        found = [e for e in self.store.casework.of(case, only_open=True) if e.part == part]
        if not found:
            return
        piece = found[0]
        if piece.kind == HANDOVER:
            self._accepted(case)
            return
        with self.store.journal.operation(f"{piece.kind} done") as operation:
            if piece.kind == REFERRAL and piece.stage == DRAFT:
                self._did("referral sent")
                change(operation, piece, stage=SENT, due_on=self.today)
            elif piece.kind == REFERRAL and piece.stage == SENT:
                answered = self.dice.random() < 0.5
                self._did("referral answered" if answered else "referral chased")
                due = self.today + timedelta(days=7)
                stage = {"stage": "accepted", "due_on": due} if answered else {"due_on": self.today}
                change(operation, piece, **stage)
            else:
                ended = self.dice.choices((DONE, DROPPED), (3, 1))[0]
                self._did(f"{piece.kind} {ended}")
                change(operation, piece, status=ended, ended_on=self.today, outcome="as it went")

    def _hold(self, case: Case) -> None:
        if case.status == ACTIVE:
            self._did("put on hold")
            until = self.today + timedelta(days=self.dice.randint(2, 14))
            self.store.cases.hold(case, until, "away from town")

    def _off_hold(self, case: Case) -> None:
        if case.status == ON_HOLD:
            self._did("taken off hold")
            self.store.cases.reopen(case, self.today, "back in town", risk=None, promise=None)

    def _close(self, case: Case) -> None:
        if case.status in (ACTIVE, ON_HOLD):
            self._did("closed")
            self.store.cases.close(case, "moved", self.today)

    def _reopen(self, case: Case) -> None:
        if case.status == CLOSED:
            self._did("reopened")
            self.store.cases.reopen(case, self.today, "came back", risk="low", promise=None)

    def _case(self, number: int) -> Case:
        found = self.store.cases.by_number(number)
        assert found is not None
        return found

    def _did(self, what: str) -> None:
        self.did[what] += 1


def _named(item: DueItem) -> str:
    """An item by its name and what it is: 12.contact is the first one, or one of those after it."""
    return f"{item.item} {item.kind} {item.stage}"


class _Reasons:
    """Why something is no longer owed, as the journal since an operation has it."""

    def __init__(self, store: Caseload, since: int) -> None:
        self.changes: dict[str, list[tuple[str, Any, Any]]] = {}
        operations = store.db.rows("SELECT id FROM operations WHERE id > ? ORDER BY id", (since,))
        for row in operations:
            for table, before, after in store.journal.changes(row[0]):
                record = after or before or {}
                case_id = record["id"] if table == "cases" else record.get("case_id")
                if case_id:
                    self.changes.setdefault(case_id, []).append((table, before, after))

    def of(self, was: Case, now: Case, item: DueItem) -> str | None:
        """The reason on record; None where there is none, and the item was lost."""
        if now.status == CLOSED:
            return "closed with its case"
        changes = self.changes.get(was.id, [])
        if now.resumed_on != was.resumed_on and item.kind not in GOES_ON:
            return "counts from its hold's end"
        if item.promise is not None:
            return self._promise(changes, item.promise.id, now)
        part = item.item.partition(".")[2]
        pieces = [
            after
            for table, before, after in changes
            if table == "casework" and before and after and _moved_on(before, after)
        ]
        if part[-1:].isdigit():
            ended = [each for each in pieces if _part(each) == part]
            if ended:
                return "met" if ended[-1]["status"] != "dropped" else "dropped with a reason"
            return "waits with its case on hold" if now.status == ON_HOLD else None
        if now.status == ON_HOLD and item.kind != "safety":
            return "waits with its case on hold"
        return self._derived(changes, was, now, item)

    @staticmethod
    def _promise(changes: list[tuple[str, Any, Any]], promise_id: str, now: Case) -> str | None:
        for table, before, after in changes:
            if table == "promises" and before and after and after["id"] == promise_id:
                if after["status"] == "cancelled":
                    return "dropped with a reason" if after["outcome"] else None
                if after["status"] != OPEN:
                    return "met"
                if after["due_on"] > before["due_on"]:
                    return "snoozed with a reason" if after["snooze_reason"] else None
        return "waits with its case on hold" if now.status == ON_HOLD else None

    @staticmethod
    def _derived(
        changes: list[tuple[str, Any, Any]], was: Case, now: Case, item: DueItem
    ) -> str | None:
        """What clears a derived item, by what it asks for."""
        reached = any(
            table == "contacts" and before is None and after["outcome"] == REACHED
            for table, before, after in changes
        )
        promised = any(table == "promises" for table, _, _ in changes)
        match item.kind, item.stage:
            case ("contact", _) | ("safety", "begun" | "reach"):
                if reached:
                    return "met"
                return "owed at another level" if was.level != now.level else None
            case ("safety", "review") | ("assessment", "level"):
                reviewed = now.level_reviewed_on > was.level_reviewed_on
                changed = was.level != now.level
                return "owed at another level" if changed else "met" if reviewed else None
            case ("assessment", _):
                return "met" if now.assessed_on != was.assessed_on else None
            case ("plan", "first"):
                return "met" if now.plan_agreed_on is not None else None
            case ("plan", "review"):
                return "met" if now.plan_reviewed_on != was.plan_reviewed_on else None
            case ("next_step", "decide"):
                return "met" if now.status != PENDING else None
            case ("next_step", _):
                return "met" if promised else None
            case ("hold", _):
                return "met" if now.status != ON_HOLD else None
        return None


def _moved_on(before: Any, after: Any) -> bool:
    return any(before[name] != after[name] for name in ("status", "stage", "due_on"))


def _part(row: Any) -> str:
    from casectl.core.casework import LETTERS

    return f"{LETTERS[row['kind']]}{row['number']}"


if __name__ == "__main__":
    sys.exit(main())
