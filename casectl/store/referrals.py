"""Referrals and denials on file: every step of one is one operation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from casectl.core.casework import DENIAL, DROPPED, NEED, OPEN, REFERRAL, SENT, Piece
from casectl.core.denials import ASKS, DEADLINE, Filing, promise_number, with_filing
from casectl.core.model import CANCELLED, DONE, Case, Contact, Promise
from casectl.core.referrals import (
    CLOSED,
    PURPOSE,
    RESOURCE,
    Event,
    after,
    needs_of,
    new_event,
)
from casectl.core.resources import Resource
from casectl.core.service_match import Person
from casectl.core.values import NamedTuple
from casectl.store.casework import COLUMNS, add, change, piece_of
from casectl.store.connection import Database
from casectl.store.contacts import add_contact
from casectl.store.journal import Journal, Operation
from casectl.store.planning import pieces_of
from casectl.store.promises import add_promise, end_promise
from casectl.store.rows import PROMISE_COLUMNS, marks, promise_of, read_cases
from casectl.store.sharing import disclose

if TYPE_CHECKING:
    from casectl.core.consents import Permission


class Connected(NamedTuple):
    """A referral that ended well, the contact that says so, and the needs that it served."""

    referral: Piece
    contact: Contact | None
    needs: tuple[Piece, ...]


class Denied(NamedTuple):
    """A denial as it stands, and what it ended and promised."""

    denial: Piece
    ended: tuple[Promise, ...] = ()
    made: tuple[Promise, ...] = ()


class Referrals:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    # -- reading -------------------------------------------------------------------------------

    def open_ones(self) -> list[tuple[Case, Piece]]:
        """Every referral that is not over, of every open case, by the day it counts from."""
        return self._with_cases(
            f"kind = '{REFERRAL}' AND status = '{OPEN}' ORDER BY due_on, recorded_at, id", ()
        )

    def open_to(self, resource: Resource) -> list[tuple[Case, Piece]]:
        """Those of them to one service."""
        return [
            (case, each)
            for case, each in self.open_ones()
            if each.body.get(RESOURCE) == resource.number
        ]

    def open_denials(self) -> list[tuple[Case, Piece]]:
        return self._with_cases(
            f"kind = '{DENIAL}' AND status = '{OPEN}' ORDER BY on_day, recorded_at, id", ()
        )

    def _with_cases(self, where: str, values: Sequence[str]) -> list[tuple[Case, Piece]]:
        rows = self.db.rows(f"SELECT {COLUMNS} FROM casework WHERE {where}", values)
        pieces = [piece_of(row) for row in rows]
        ids = sorted({each.case_id for each in pieces})
        cases: dict[str, Case] = {}
        for start in range(0, len(ids), 500):
            chunk = ids[start : start + 500]
            found = read_cases(self.db, f"c.id IN ({marks(chunk)})", chunk)
            cases |= {each.id: each for each in found if each.is_open}
        return [(cases[each.case_id], each) for each in pieces if each.case_id in cases]

    def person(self, case: Case, areas: Sequence[str]) -> Person:
        """What a service asks of the client of a case; ``areas`` are places named beside it."""
        row = self.db.one(
            "SELECT language, birth_date, address FROM clients WHERE id = ?", (case.client_id,)
        )
        language, born, address = tuple(row) if row else (None, None, None)
        places = tuple(each for each in (*areas, address) if each)
        return Person(language, born, places)

    def promise(self, case: Case, number: int | None) -> Promise | None:
        """A promise that a denial made, if it is still open."""
        row = self.db.one(
            f"SELECT {PROMISE_COLUMNS} FROM promises "
            "WHERE case_id = ? AND number = ? AND status = 'open'",
            (case.id, number),
        )
        return promise_of(row) if row else None

    # -- a referral ----------------------------------------------------------------------------

    def draft(
        self,
        case: Case,
        referral: Piece,
        event: Event | None = None,
        permission: Permission | None = None,
        *,
        interval: int,
        instead: Sequence[Piece] = (),
    ) -> Piece:
        """Write a referral, and send it where ``event`` says so.

        ``instead`` are declined ones of the same need: this one takes their place.
        """
        with self.journal.operation("refer") as operation:
            made = add(operation, referral)
            for each in instead:
                ended = new_event(CLOSED, referral.on_day, text=f"referred to {referral.who}")
                change(operation, each, **after(each, ended, interval))
            if event is None:
                return made
            return self._happened(operation, case, made, event, permission, interval)

    def happen(
        self,
        case: Case,
        referral: Piece,
        event: Event,
        command: str,
        *,
        interval: int,
        permission: Permission | None = None,
    ) -> Piece:
        """Record what happened to a referral."""
        with self.journal.operation(command) as operation:
            return self._happened(operation, case, referral, event, permission, interval)

    def connect(
        self, case: Case, referral: Piece, event: Event, contact: Contact | None, *, interval: int
    ) -> Connected:
        """The client is there and said so; a contact in which they did is written with it."""
        with self.journal.operation("referral connected") as operation:
            written = add_contact(operation, case, contact) if contact is not None else None
            if written is not None:
                event = event._replace(text=event.text, who=f"c{written.number}")
            done = change(operation, referral, **after(referral, event, interval))
            numbers = needs_of(referral)
            needs = [
                each for each in pieces_of(operation.db, case.id, NEED) if each.number in numbers
            ]
            return Connected(done, written, tuple(needs))

    def _happened(
        self,
        operation: Operation,
        case: Case,
        referral: Piece,
        event: Event,
        permission: Permission | None,
        interval: int,
    ) -> Piece:
        if event.did == SENT:
            assert permission is not None, "nothing is sent that nobody permitted"
            disclose(operation, case, permission, event.on)
            body = {**referral.body, PURPOSE: permission.purpose}
            referral = change(operation, referral, body=body)
        return change(operation, referral, **after(referral, event, interval))

    # -- a denial ------------------------------------------------------------------------------

    def deny(self, case: Case, denial: Piece, deadline: Promise | None) -> Denied:
        """Write a denial, and the day to appeal by as a deadline of the case."""
        with self.journal.operation("denial add") as operation:
            made = add(operation, denial)
            if deadline is None:
                return Denied(made)
            promise = add_promise(operation, case.id, deadline)
            made = change(operation, made, body={**made.body, DEADLINE: promise.number})
            return Denied(made, made=(promise,))

    def file(
        self,
        case: Case,
        denial: Piece,
        filing: Filing,
        *,
        stage: str,
        appeals: bool,
        asks: Promise | None,
    ) -> Denied:
        """Something was filed. The appeal itself ends its deadline and promises to ask again."""
        with self.journal.operation("denial file") as operation:
            numbers: dict[str, int | None] = {}
            ended: list[Promise] = []
            made: list[Promise] = []
            if appeals:
                said = f"filed{f' with {filing.where}' if filing.where else ''}"
                ended = self._end(operation, case, denial, DEADLINE, DONE, said, filing.on)
                numbers[DEADLINE] = None
            if asks is not None:
                ended += self._end(operation, case, denial, ASKS, DONE, "filed anew", filing.on)
                made = [add_promise(operation, case.id, asks)]
                numbers[ASKS] = made[0].number
            body = with_filing(denial, filing, **numbers)
            values: dict[str, Any] = {"stage": stage, "body": body}
            if made:
                values["due_on"] = made[0].due_on
            changed = change(operation, denial, **values)
            return Denied(changed, tuple(ended), tuple(made))

    def decide(
        self, case: Case, denial: Piece, filing: Filing, decision: str, further: Promise | None
    ) -> Denied:
        """What was decided. It ends what was promised for it; ``further`` is the next deadline.

        With one the denial stays open, as denied again; without it is over.
        """
        with self.journal.operation("denial decide") as operation:
            ended = []
            for name in (DEADLINE, ASKS):
                status = DONE if name == ASKS or decision != "withdrawn" else CANCELLED
                ended += self._end(operation, case, denial, name, status, decision, filing.on)
            made = () if further is None else (add_promise(operation, case.id, further),)
            numbers = {DEADLINE: made[0].number if made else None, ASKS: None}
            values: dict[str, Any] = {"body": with_filing(denial, filing, **numbers)}
            if further is None:
                status = DROPPED if decision == "withdrawn" else "done"
                values |= {"stage": decision, "status": status, "ended_on": filing.on}
                values["outcome"] = filing.what
            else:
                values |= {"stage": "denied", "due_on": further.due_on}
            return Denied(change(operation, denial, **values), tuple(ended), made)

    def _end(
        self,
        operation: Operation,
        case: Case,
        denial: Piece,
        name: str,
        status: str,
        outcome: str,
        on: date,
    ) -> list[Promise]:
        """End a promise that the denial made; one that somebody ended meanwhile stays as it is."""
        promise = self.promise(case, promise_number(denial, name))
        if promise is None:
            return []
        return [end_promise(operation, self.db, promise, status, outcome, on=on).promise]
