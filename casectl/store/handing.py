"""Hand-overs on file: given to a colleague, taken over, covered, and given back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from casectl.core.casework import (
    COVERED,
    COVERING,
    DONE,
    DROPPED,
    GIVEN,
    HANDOVER,
    LETTERS,
    OPEN,
    Piece,
)
from casectl.core.closing import OWN_WORDS, Given, Reason, ending
from casectl.core.consents import Permission
from casectl.core.errors import Ambiguous, BadValue, NotFound
from casectl.core.handovers import COVER, Handed, covered_piece, given_piece
from casectl.core.model import Case, CaseRecord, Load
from casectl.core.profiles import TRANSFERRED
from casectl.core.returning import Backed, Returned, meanwhile
from casectl.core.views import File
from casectl.store.asof import NOW, merged_in, operation_of, stood
from casectl.store.bulk import record_of, write
from casectl.store.cases import Cases, correct_client
from casectl.store.casework import COLUMNS, add, change, piece_of
from casectl.store.closing import check_no_death, end_service
from casectl.store.connection import Database, Value
from casectl.store.covering import check_new
from casectl.store.identity import new_id
from casectl.store.journal import Journal, Operation
from casectl.store.rows import read_cases
from casectl.store.sharing import disclose
from casectl.store.trails import COVER_ENDED

# What a file is to hold is read inside the operation, so that nothing changes before it is written.
Read = Callable[[], bytes]
Deliver = Callable[[bytes], None]  # writes the file; what it raises takes everything back


class Handing:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    def new_key(self) -> str:
        return new_id()

    def record_of(self, load: Load) -> CaseRecord:
        """What the due engine reads of a case that is not written yet."""
        return record_of(load)

    def standing(self, case: Case, *stages: str) -> list[Piece]:
        """The open hand-overs of a case in one of these stages."""
        rows = self.db.rows(
            f"SELECT {COLUMNS} FROM casework WHERE case_id = ? AND kind = '{HANDOVER}' "
            f"AND status = '{OPEN}' ORDER BY number",
            (case.id,),
        )
        return [piece for piece in map(piece_of, rows) if piece.stage in stages]

    def covering(self) -> list[tuple[Case, Piece]]:
        """Every case that is covered here for a colleague, by number; one that ended as well."""
        return self._all(COVERING)

    def covered(self) -> list[tuple[Case, Piece]]:
        """Every case of one's own that a colleague covers."""
        return self._all(COVERED)

    def given(self) -> list[tuple[Case, Piece]]:
        """Every case that was handed over and not accepted yet."""
        return self._all(GIVEN)

    def _all(self, stage: str) -> list[tuple[Case, Piece]]:
        rows = self.db.rows(
            f"SELECT {COLUMNS} FROM casework WHERE kind = '{HANDOVER}' AND status = '{OPEN}' "
            "AND stage = ? ORDER BY on_day, number",
            (stage,),
        )
        found = [
            (read_cases(self.db, "c.id = ?", (piece.case_id,))[0], piece)
            for piece in map(piece_of, rows)
        ]
        return sorted(found, key=lambda each: each[0].number)

    def not_understood(self, cases: Sequence[Case]) -> list[str]:
        """Casework of these cases, by name, that the rules of this casectl are not of."""
        from casectl.core.bodies import stages_of

        return [
            f"{case.number}.{piece.part}"
            for case in cases
            for piece in map(piece_of, self.db.rows(
                f"SELECT {COLUMNS} FROM casework WHERE case_id = ? ORDER BY kind, number",
                (case.id,),
            ))
            if piece.kind not in LETTERS or piece.stage not in stages_of(piece.kind)
        ]  # fmt: skip

    # -- giving --------------------------------------------------------------------------------

    def transfer(
        self,
        case: Case,
        to: str,
        key: str,
        permission: Permission,
        day: date,
        content: Read,
        deliver: Deliver,
    ) -> Piece:
        """Write the file and what it owes, in one: the case stays here until it was accepted."""
        with self.journal.operation("transfer") as operation:
            _check_still(self.db, case)
            check_no_death(self.db, case)
            if self.standing(case, GIVEN):
                raise BadValue(f"{case.handle} has just been handed over by another command")
            read = content()
            made = add(operation, given_piece(case, to, day, key))
            disclose(operation, case, permission, day)
            deliver(read)
        return made

    def cover(
        self,
        covered: Sequence[tuple[Case, Permission]],
        to: str,
        key: str,
        days: tuple[date, date],
        today: date,
        content: Read,
        deliver: Deliver,
    ) -> list[Piece]:
        with self.journal.operation("cover") as operation:
            made = []
            for case, _ in covered:
                _check_still(self.db, case)
                check_no_death(self.db, case)
            read = content()
            for case, permission in covered:
                made.append(add(operation, covered_piece(case, to, *days, key)))
                disclose(operation, case, permission, today)
            deliver(read)
        return made

    def accepted(self, case: Case, piece: Piece, on: date, by: str) -> Case:
        """The colleague has it: it is closed here, as transferred. What was promised stays."""
        file = Cases(self.db, self.journal).file(case)
        with self.journal.operation("transfer accepted") as operation:
            check_no_death(self.db, case)
            change(operation, piece, status=DONE, ended_on=on, outcome=f"accepted by {by}")
            _close(operation, file, Reason(TRANSFERRED, TRANSFERRED), by, on)
        return read_cases(self.db, "c.id = ?", (case.id,))[0]

    def withdrawn(self, case: Case, piece: Piece, on: date, reason: str) -> Piece:
        with self.journal.operation("transfer withdrawn") as operation:
            return change(operation, piece, status=DROPPED, ended_on=on, outcome=reason)

    # -- taking --------------------------------------------------------------------------------

    def known(self, key: str) -> list[Case]:
        """The cases that were taken in of a hand-over file."""
        return read_cases(
            self.db,
            "c.id IN (SELECT case_id FROM casework WHERE kind = ? AND stage IN ('taken', "
            "'covering') AND json_extract(body, '$.id') = ?) ORDER BY c.number",
            (HANDOVER, key),
        )

    def take(
        self,
        handed: Handed,
        loads: Sequence[Load],
        joined: Sequence[tuple[Mapping[str, Value], str | None]],
    ) -> list[Case]:
        """Take in every case of a file, in one operation. Raises Ambiguous for a second time.

        ``joined``: what each one's client, where they are on file here, learns from the file, and
        a note of what theirs contradicts.
        """
        with self.journal.operation("receive") as operation:
            if self.known(handed.id):
                raise Ambiguous("that hand-over has just been taken in by another command")
            made = {load.client.id for load in loads if load.same_client is None}
            owner = handed.sender if handed.kind == COVER else None
            for load in loads:
                if load.same_client is not None and load.same_client not in made:
                    check_new(self.db, load.same_client, owner)
            loaded = write(operation, list(loads))
            numbers = range(loaded.first, loaded.last + 1)
            operation.cases.update(
                row[0]
                for row in self.db.rows(
                    "SELECT id FROM cases WHERE number BETWEEN ? AND ?",
                    (loaded.first, loaded.last),
                )
            )
            for load, (learnt, note) in zip(loads, joined, strict=True):
                if load.same_client is not None:
                    correct_client(operation, load.same_client, learnt)
                if note is not None:
                    operation.add_note(load.case.id, note)
        return [read_cases(self.db, "c.number = ?", (number,))[0] for number in numbers]

    # -- back ----------------------------------------------------------------------------------

    def given_back(self) -> list[tuple[Case, Piece]]:
        """Every case that was covered here and has been given back."""
        rows = self.db.rows(
            f"SELECT {COLUMNS} FROM casework WHERE kind = '{HANDOVER}' AND stage = '{COVERING}' "
            f"AND status = '{DONE}' ORDER BY ended_on, number"
        )
        pieces = list(map(piece_of, rows))
        return [(read_cases(self.db, "c.id = ?", (each.case_id,))[0], each) for each in pieces]

    def returned(self, case: Case, piece: Piece) -> Returned:
        """What of a case is other than it was taken in; of one given back, until it was."""
        until = NOW
        if piece.status == DONE:
            until = operation_of(self.db, piece.id, last=True) - 1
        linked = {
            each.case_id: str(each.body["origin"])
            for _, each in (*self.covering(), *self.given_back())
        }
        since = operation_of(self.db, piece.id)
        after = stood(self.db, case.id, until)
        own = merged_in(self.db, case.id, after.client, since, until)
        after = after._replace(client=after.client._replace(**own))
        made = meanwhile(
            piece.body["origin"],
            piece.body["number"],
            stood(self.db, case.id, since),
            after,
            linked,
        )
        return made._replace(cover=str(piece.body["id"]), held=tuple(own))

    def give_back(
        self,
        given: Sequence[tuple[Case, Piece, Permission]],
        today: date,
        content: Callable[[Sequence[Returned]], bytes],
        deliver: Deliver,
    ) -> list[Returned]:
        """The cover ends: the file for the colleague, and the cases are closed here.

        For one that has been given back before, the file is written anew. Returns what is in it.
        """
        cases = Cases(self.db, self.journal)
        with self.journal.operation("cover back") as operation:
            for case, _, _ in given:
                _check_still(self.db, case)
            returned = [self.returned(case, piece) for case, piece, _ in given]
            read = content(returned)
            for case, piece, permission in given:
                file = cases.file(case)
                disclose(operation, case, permission, today)
                if piece.status != OPEN:
                    continue
                change(operation, piece, status=DONE, ended_on=today, outcome="given back")
                if case.is_open:
                    ended = Reason(OWN_WORDS, COVER_ENDED)
                    _close(operation, file, ended, piece.who or "a colleague", today)
            deliver(read)
        return returned

    def take_back(
        self, returned: Sequence[tuple[Case, Piece, Returned]], by: str, today: date
    ) -> list[Backed]:
        """What was done while it was covered, on the cases that it was done of."""
        from casectl.store.returning import Taking, settle_clients

        with self.journal.operation("cover back") as operation:
            takings = [Taking(operation, *each, by) for each in returned]
            settle_clients(takings)
            return [each.take(today) for each in takings]

    def cover_of(self, case_key: str, key: str) -> tuple[Case, Piece] | None:
        """The case and its cover under this hand-over, one that is over as well; None for none."""
        rows = self.db.rows(
            f"SELECT {COLUMNS} FROM casework WHERE case_id = ? AND kind = '{HANDOVER}' "
            f"AND stage = '{COVERED}' AND json_extract(body, '$.id') = ?",
            (case_key, key),
        )
        found = list(map(piece_of, rows))
        return (read_cases(self.db, "c.id = ?", (case_key,))[0], found[-1]) if found else None


def _close(operation: Operation, file: File, reason: Reason, to: str, on: date) -> None:
    """The service goes on with somebody else, so nobody calls afterwards from here."""
    ended = ending(file, reason, Given(handed_to=to), on)._replace(aftercare=False)
    end_service(operation, file.case, ended)


def _check_still(db: Database, case: Case) -> None:
    found = read_cases(db, "c.id = ?", (case.id,))
    if not found:
        raise NotFound("that case is no longer on file")
    if found[0].status != case.status:
        raise BadValue(f"{case.handle} has just become {found[0].status.replace('_', ' ')}")
