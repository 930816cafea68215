"""Finding, reading and changing cases and their clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from casectl.core.errors import BadValue
from casectl.core.model import (
    ACTIVE,
    CLOSED,
    ON_HOLD,
    Case,
    CaseRecord,
    Client,
    Level,
    Promise,
    level_of,
    note_draft,
)
from casectl.core.text import fold, handle_stem, name_key
from casectl.core.views import File, Match
from casectl.store.connection import Database, Value
from casectl.store.journal import Journal, Operation
from casectl.store.promises import add_promise
from casectl.store.rows import (
    CHUNK,
    CLIENT_COLUMNS,
    CONTACT_COLUMNS,
    LAST_REACHED,
    NOTE_COLUMNS,
    PROMISE_COLUMNS,
    client_of,
    contact_of,
    marks,
    note_of,
    promise_of,
    read_cases,
    read_records,
)

if TYPE_CHECKING:
    from casectl.core.casework import Piece

CANDIDATES = 20
BIGGEST = 2**63 - 1
# The columns that hold a fact which a program may require.
FACT_OF = {
    "phone": "phone", "safe_contact": "safe contact", "safe_when": "safe contact",
    "safe_how": "safe contact", "safe_never": "safe contact", "birth_date": "birth date",
    "language": "language", "program": "program", "need": "need",
}  # fmt: skip


class Cases:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    # -- finding -------------------------------------------------------------------------------

    def find(self, text: str) -> Match:
        """The cases that ``text`` may mean: a number, a handle, an external id, a name, a phone.

        Digits alone are always a case's number. An external id is exact where it stands for one
        case and is part of nobody's name. ``gomez, h`` and ``maria lopez`` are parts of a name.
        """
        wanted = text.strip()
        if wanted.isascii() and wanted.isdigit():
            number = int(wanted[:20])
            found = read_cases(self.db, "c.number = ?", (min(number, BIGGEST),))
            return Match(found, exact=True, by="number")
        folded = fold(wanted)
        by_handle = read_cases(self.db, "c.handle = ?", (folded,))
        if by_handle:
            return Match(by_handle, exact=True, by="handle")
        if not folded:
            return Match([], exact=False)
        named = self._named(folded)
        by_ref = self._by_ref(wanted)
        if not named and by_ref:
            return Match(by_ref, exact=len(by_ref) == 1, by="id")
        if named:
            known = {case.id for case in named}
            others = [case for case in by_ref if case.id not in known]
            return Match([*named, *others], exact=False, by="name")
        return Match(self._by_phone(wanted), exact=False, by="phone")

    def _named(self, folded: str) -> list[Case]:
        """Cases with the text in the name, or what its commas part, or else each of its words."""
        commas = [part for part in map(str.strip, folded.split(",")) if part]
        return self._with_parts(commas or [folded]) or self._with_parts(folded.split())

    def _with_parts(self, parts: list[str]) -> list[Case]:
        return self._guessed(" AND ".join(["instr(k.folded, ?) > 0"] * len(parts)), *parts)

    def _by_ref(self, ref: str) -> list[Case]:
        """Cases that another system calls so, or whose client it does. Never what looks like ours:
        12.3 is an item.
        """
        from casectl.core.finding import may_be_ours

        if may_be_ours(ref):
            return []
        return self._guessed(
            "c.id IN (SELECT id FROM cases WHERE external_id = ?1 UNION "
            "SELECT x.id FROM clients y JOIN cases x ON x.client_id = y.id "
            "WHERE y.external_id = ?1)",
            ref,
        )

    def _by_phone(self, text: str) -> list[Case]:
        from casectl.core.finding import FEWEST_DIGITS, may_be_ours, typed_number
        from casectl.store.search import with_number

        number = None if may_be_ours(text) else typed_number(text)
        if number is None or len(number) < FEWEST_DIGITS:
            return []
        found = with_number(self.db, number)[:CANDIDATES]
        cases = [case for client_id, _ in found for case in self.of_client(client_id)]
        return sorted(cases, key=lambda case: (not case.is_open, case.number))[:CANDIDATES]

    def _guessed(self, where: str, *values: str) -> list[Case]:
        order = f"ORDER BY c.status = 'closed', c.number LIMIT {CANDIDATES}"
        return read_cases(self.db, f"{where} {order}", values)

    def called(self, word: str) -> list[Case]:
        """Open cases of clients who have this very word as a name, or as another system's id."""
        named = self._guessed("instr(' ' || k.folded || ' ', ?) > 0", f" {fold(word)} ")
        found = {case.id: case for case in (*named, *self._by_ref(word)) if case.is_open}
        return list(found.values())

    def by_number(self, number: int) -> Case | None:
        found = read_cases(self.db, "c.number = ?", (number,))
        return found[0] if found else None

    def nearest(self, text: str) -> Case | None:
        """The case whose handle or name looks most like ``text``, for "did you mean"."""
        from difflib import get_close_matches

        words: dict[str, str] = {}
        for row in self.db.rows(
            "SELECT c.handle, k.folded FROM cases c JOIN clients k ON k.id = c.client_id "
            "ORDER BY c.status = 'closed', c.number DESC LIMIT 2000"
        ):
            words[row["handle"]] = row["handle"]
            for part in (row["folded"], *row["folded"].split()):
                words.setdefault(part, row["handle"])
        close = get_close_matches(fold(text), words, n=1, cutoff=0.7)
        return self.find(words[close[0]]).cases[0] if close else None

    def handles(
        self, prefix: str, limit: int = 50, *, numbers: bool = False
    ) -> list[tuple[str, str]]:
        """Handles that begin with ``prefix`` and whose they are, open cases first.

        Then those of whom another name begins so: ``mar`` is Maria Garcia's garcia-12. Numbers,
        where ``numbers`` says so or ``prefix`` begins one.
        """
        stem = fold(prefix)
        by_number = numbers or stem.isdigit()
        column = "CAST(c.number AS TEXT)" if by_number else "c.handle"
        begins = f"substr({column}, 1, ?1) = ?2"
        named = "" if by_number else "OR instr(' ' || k.folded, ' ' || ?2) > 0 "
        return [
            (row[0], row[1])
            for row in self.db.rows(
                f"SELECT {column}, k.name FROM cases c JOIN clients k ON k.id = c.client_id "
                f"WHERE {begins} {named}"
                f"ORDER BY {begins} DESC, c.status = 'closed', c.number LIMIT ?3",
                (len(stem), stem, limit),
            )
        ]

    def all(self, *, closed: bool = False) -> list[Case]:
        return self.listed(closed=closed)

    def listed(
        self,
        *,
        status: str | None = None,
        closed: bool = False,
        program: str | None = None,
        level: int | None = None,
    ) -> list[Case]:
        """Cases by number: the open ones, ``closed`` ones too, or those of one ``status``.

        ``level`` is the lowest that is wanted.
        """
        where, values = "1" if closed else "c.status <> 'closed'", []
        if status is not None:
            where, values = "c.status = ?", [status]
        if program is not None:
            where, values = f"{where} AND c.program = ?", [*values, program]
        found = read_cases(self.db, f"{where} ORDER BY c.number", values)
        return [case for case in found if level is None or case.level >= level]

    def records(self, cases: list[Case], *, lacks: bool = True) -> list[CaseRecord]:
        """What the due engine reads of these cases; what each ``lacks`` where it is required."""
        return read_records(self.db, [case.number for case in cases], lacks=lacks)

    def record(self, case: Case) -> CaseRecord:
        return read_records(self.db, [case.number])[0]

    def with_client_ref(self, external_id: str, *, but: str) -> Case | None:
        """The first case of a client, ``but`` this one, whom another system calls so."""
        found = read_cases(
            self.db,
            "k.external_id = ? AND k.id <> ? ORDER BY c.status = 'closed', c.number LIMIT 1",
            (external_id, but),
        )
        return found[0] if found else None

    def birth_dates(self, client_ids: Iterable[str]) -> dict[str, str]:
        """When these few clients were born, as far as it is known."""
        ids = sorted(set(client_ids))
        return {
            row[0]: row[1]
            for row in self.db.rows(
                "SELECT id, birth_date FROM clients "
                f"WHERE birth_date IS NOT NULL AND id IN ({marks(ids)})",
                ids,
            )
        }

    def programs(self) -> list[str]:
        return [
            row[0]
            for row in self.db.rows(
                "SELECT DISTINCT program FROM cases WHERE program IS NOT NULL ORDER BY program"
            )
        ]

    def last_reached(self, number: int) -> date | None:
        """When the client of this case was last reached, on its record."""
        day = self.db.value(LAST_REACHED, (number,))
        return date.fromisoformat(day) if day else None

    # -- reading one ---------------------------------------------------------------------------

    def client(self, client_id: str) -> Client:
        row = self.db.one(f"SELECT {CLIENT_COLUMNS} FROM clients WHERE id = ?", (client_id,))
        assert row is not None, "a case always has its client"
        return client_of(row)

    def clients(self, client_ids: Iterable[str]) -> dict[str, Client]:
        """These clients by their keys."""
        ids = sorted(set(client_ids))
        found: dict[str, Client] = {}
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            for row in self.db.rows(
                f"SELECT {CLIENT_COLUMNS} FROM clients WHERE id IN ({marks(chunk)})", chunk
            ):
                client = client_of(row)
                found[client.id] = client
        return found

    def file(self, case: Case) -> File:
        """Everything on file, newest contacts and notes first."""
        promises = self.db.rows(
            f"SELECT {PROMISE_COLUMNS} FROM promises WHERE case_id = ? "
            "ORDER BY status <> 'open', due_on, number",
            (case.id,),
        )
        contacts = self.db.rows(
            f"SELECT {CONTACT_COLUMNS} FROM contacts WHERE case_id = ? "
            "ORDER BY on_day DESC, number DESC",
            (case.id,),
        )
        notes = self.db.rows(
            f"SELECT {NOTE_COLUMNS} FROM notes WHERE case_id = ? ORDER BY on_day DESC, number DESC",
            (case.id,),
        )
        others = [each for each in self.of_client(case.client_id) if each.id != case.id]
        casework = self._casework(case)
        return File(
            case,
            self.client(case.client_id),
            self.record(case),
            [promise_of(row) for row in promises],
            [contact_of(row) for row in contacts],
            [note_of(row) for row in notes],
            others,
            casework,
            self._linked(casework),
            self.db.value("SELECT 1 FROM drafts WHERE name = ?", (note_draft(case.id),))
            is not None,
        )

    def _casework(self, case: Case) -> tuple[Piece, ...]:
        """Every piece; what reads them is loaded where there is one."""
        if self.db.value("SELECT 1 FROM casework WHERE case_id = ? LIMIT 1", (case.id,)) is None:
            return ()
        from casectl.store.casework import Casework

        return tuple(Casework(self.db, self.journal).of(case))

    def _linked(self, casework: Sequence[Piece]) -> tuple[Case, ...]:
        """The cases that people around the client have of their own."""
        around = (each.body.get("case") for each in casework if each.kind in ("person", "provider"))
        return tuple(self.by_ids([each for each in around if isinstance(each, str)]))

    # -- changing ------------------------------------------------------------------------------

    def correct_facts(
        self,
        case: Case,
        client: Mapping[str, Value],
        service: Mapping[str, Value],
        unavailable: Mapping[str, str] = {},
    ) -> Case:
        """Correct what is known of the client, and of this ``service``: program, need, referrer.

        A new name gives every case of theirs its handle. ``unavailable`` are facts that cannot be
        had, each with the reason.
        """
        from casectl.store.casework import end_unavailable, say_unavailable

        with self.journal.operation("edit") as operation:
            correct_client(operation, case.client_id, client)
            operation.update("cases", case.id, **service)
            changed = [FACT_OF[each] for each in (*client, *service) if each in FACT_OF]
            end_unavailable(operation, case, changed)
            for fact, reason in unavailable.items():
                say_unavailable(operation, case, (fact,), reason)
        return self._again(case)

    def set_level(
        self, case: Case, *, urgency: int | None, risk: str | None, reason: str, on: date
    ) -> Case:
        """Set urgency or risk, with the reason as a note; the level counts as reviewed ``on``.

        A risk that is set is assessed, which ends a red flag. Below crisis nobody covers the client
        any longer, so that ends too.
        """
        values = level_values(
            case,
            case.urgency if urgency is None else urgency,
            case.risk if risk is None else risk,
            on,
            flagged_for=case.flagged_for if risk is None else None,
        )
        level = level_of(values["urgency"], values["risk"], flagged=values["flagged_on"])
        said = (
            f"Level reviewed, still {level.word}"
            if level == case.level
            else f"Level {level.word}, was {case.level.word}"
        )
        with self.journal.operation("set") as operation:
            self._check_status(case)
            operation.update("cases", case.id, **values)
            operation.add_note(case.id, f"{said}: {reason}", on.isoformat())
        return self._again(case)

    def assessed(self, case: Case, on: date, outcome: str | None) -> Case:
        with self.journal.operation("done") as operation:
            operation.update("cases", case.id, assessed_on=on.isoformat())
            operation.add_note(case.id, f"Assessed: {outcome or 'completed'}", on.isoformat())
        return self._again(case)

    def close(self, case: Case, reason: str, on: date) -> Case:
        """End a service for a reason alone, with nothing given that a checklist asks for."""
        from casectl.core.closing import Asked, Given, ending, reason_of
        from casectl.store.closing import Closings

        wanted = ending(self.file(case), reason_of(reason, Asked()), Given(), on)
        return Closings(self.db, self.journal).end(case, wanted)[0]

    def hold(
        self, case: Case, until: date, reason: str, said: str = "On hold until {until}"
    ) -> Case:
        """Look at it again on ``until``; ``said`` is how the note of it begins."""
        with self.journal.operation("hold") as operation:
            self._check_status(case)
            operation.update("cases", case.id, status=ON_HOLD, hold_until=until.isoformat())
            operation.add_note(case.id, f"{said.format(until=until.isoformat())}: {reason}")
        return self._again(case)

    def plan(
        self, plans: Sequence[tuple[Case, date | None]], reason: str | None, on: date
    ) -> list[Case]:
        """Plan days for cases, in one operation; None takes a plan away. ``on`` is when it is made.

        Raises BadValue where one of them has another status by now, and then plans none.
        """
        with self.journal.operation("triage") as operation:
            for case, day in plans:
                self._check_status(case)
                operation.update(
                    "cases",
                    case.id,
                    planned_on=day.isoformat() if day else None,
                    planned_from=on.isoformat() if day else None,
                    planned_reason=reason if day else None,
                )
        return [self._again(case) for case, _ in plans]

    def reopen(
        self, case: Case, on: date, reason: str, *, risk: str | None, promise: Promise | None
    ) -> Case:
        """Open a closed case again, or take a held one off hold. Standards count from ``on``.

        A closed case's level counts as looked at on that day, and a crisis begins anew.
        """
        values: dict[str, Value] = {
            "status": ACTIVE,
            "closed_on": None,
            "close_reason": None,
            "hold_until": None,
            "resumed_on": on.isoformat(),
        }
        if risk is not None or case.status == CLOSED:
            flagged_for = case.flagged_for if risk is None else None
            values |= level_values(
                case, case.urgency, risk or case.risk, on, flagged_for=flagged_for
            )
        said = "Reopened" if case.status == CLOSED else "Taken off hold"
        with self.journal.operation("reopen") as operation:
            self._check_status(case)
            operation.update("cases", case.id, **values)
            operation.add_note(case.id, f"{said}: {reason}", on.isoformat())
            if case.status == CLOSED:
                from casectl.store.closing import drop_open_aftercare
                from casectl.store.covering import check_opened

                check_opened(self.db, self._again(case))
                drop_open_aftercare(operation, case, on)
            if promise is not None:
                add_promise(operation, case.id, promise)
        return self._again(case)

    def accept(self, case: Case, on: date, promise: Promise | None) -> Case:
        """Take a pending referral on: intake is that day, and the clocks start."""
        with self.journal.operation("accept") as operation:
            self._check_status(case)
            operation.update("cases", case.id, status=ACTIVE, opened_on=on.isoformat())
            if promise is not None:
                add_promise(operation, case.id, promise)
        return self._again(case)

    def merge(
        self, keep: Case, join: Case, learnt: Mapping[str, Value], note: str | None = None
    ) -> Case:
        """``join``'s client is ``keep``'s: one client who learns ``learnt``, every case kept.

        ``note``, on ``join``, holds what the client's record contradicts and so does not keep.
        """
        from casectl.store.covering import BOTH, check_clients

        with self.journal.operation("merge") as operation:
            check_clients(self.db, (keep.client_id, join.client_id), BOTH)
            for case in read_cases(self.db, "c.client_id = ?", (join.client_id,)):
                handle = f"{handle_stem(keep.client)}-{case.number}"
                operation.update("cases", case.id, client_id=keep.client_id, handle=handle)
            operation.update("clients", keep.client_id, **learnt)
            if note:
                operation.add_note(join.id, note)
            operation.delete("clients", join.client_id)
        return self._again(keep)

    def by_ids(self, ids: Sequence[str]) -> list[Case]:
        """Those of these cases that are still on file."""
        return read_cases(self.db, f"c.id IN ({marks(ids)})", ids) if ids else []

    def of_client(self, client_id: str) -> list[Case]:
        return read_cases(self.db, "c.client_id = ? ORDER BY c.number", (client_id,))

    def of_clients(self, client_ids: Iterable[str]) -> list[Case]:
        """Every case of these clients, each client's by number."""
        return [case for each in dict.fromkeys(client_ids) for case in self.of_client(each)]

    def _check_status(self, case: Case) -> None:
        """Refuse to change what another command changed between reading and writing."""
        status = self._again(case).status
        if status != case.status:
            raise BadValue(
                f"{case.handle} has just become {status.replace('_', ' ')}",
                hint=f"casectl show {case.number} shows how it stands",
            )

    def _again(self, case: Case) -> Case:
        return read_cases(self.db, "c.id = ?", (case.id,))[0]


def correct_client(operation: Operation, client_id: str, client: Mapping[str, Value]) -> None:
    """What is known of a client, within an operation; a new name gives their cases new handles."""
    name = client.get("name")
    if name is None:
        operation.update("clients", client_id, **client)
        return
    operation.update("clients", client_id, **{**client, "folded": name_key(str(name))})
    for case_id, number in map(
        tuple,
        operation.db.rows("SELECT id, number FROM cases WHERE client_id = ?", (client_id,)),
    ):
        handle = f"{handle_stem(str(name))}-{number}"
        operation.update("cases", case_id, handle=handle)


def level_values(
    case: Case, urgency: int, risk: str | None, on: date, *, flagged_for: str | None
) -> dict[str, Any]:
    """The columns of a level reviewed ``on``: a crisis has a first day, and only a crisis cover.

    ``flagged_for`` is what the case is flagged for from now on; while it is, that is a crisis.
    """
    flagged_on = (case.flagged_on or on) if flagged_for else None
    values: dict[str, Any] = {
        "urgency": urgency,
        "risk": risk,
        "level_reviewed_on": max(on, case.level_reviewed_on).isoformat(),
        "flagged_on": flagged_on and flagged_on.isoformat(),
        "flagged_for": flagged_for,
    }
    if level_of(urgency, risk, flagged=flagged_on) != Level.CRISIS:
        values["crisis_since"] = values["covered_until"] = None
    elif case.level != Level.CRISIS or case.status == CLOSED:
        values["crisis_since"] = on.isoformat()
    return values
