"""Cases that are covered here for a colleague, and what may not join their clients meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from casectl.core.casework import COVERING, HANDOVER, Piece
from casectl.core.covering import Covers, beside_covered, check_arrival, is_covered, refusal
from casectl.core.model import Case
from casectl.store.casework import COLUMNS, piece_of
from casectl.store.connection import Database
from casectl.store.rows import marks, read_cases

BOTH = "keep both"
CLOSED_MEANWHILE = "leave it closed"


class Covering:
    """Asked before somebody is asked more; what writes asks once more within its operation."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def of_client(self, client_id: str) -> Case | None:
        """The client's first case that is covered here now."""
        cases = _cases_of(self.db, client_id)
        covers = _covers(self.db, cases)
        return next((each for each in cases if is_covered(each, covers)), None)

    def check_new(self, client_id: str) -> None:
        """Raise BadValue where no new case of one's own may be this client's now."""
        check_new(self.db, client_id)

    def check_joined(self, *client_ids: str) -> None:
        """Raise BadValue where these clients may not be one now."""
        check_clients(self.db, client_ids, BOTH)

    def check_together(self, *cases: Case) -> None:
        """Raise BadValue where the work of one of these cases may not go on in another now."""
        check_cases(self.db, cases, BOTH)

    def check_opened(self, case: Case) -> None:
        """Raise BadValue where a closed case may not be open beside what its client has now."""
        check_opened(self.db, case)


def check_new(db: Database, client_id: str, owner: str | None = None) -> None:
    """The same of a case that is to be covered for an ``owner``."""
    cases = _cases_of(db, client_id)
    check_arrival(cases, _covers(db, cases), owner)


def check_clients(db: Database, client_ids: Iterable[str], meanwhile: str) -> None:
    """Raise BadValue where the cases of these clients may not be one client's."""
    check_cases(db, _cases_of(db, *client_ids), meanwhile)


def check_cases(db: Database, cases: Sequence[Case], meanwhile: str) -> None:
    covers = _covers(db, cases)
    for covered, other in beside_covered(cases, covers):
        raise refusal(covered, other, covers, meanwhile)


def check_opened(db: Database, case: Case) -> None:
    """``case`` counts as it is given here, open or not."""
    cases = [*(e for e in _cases_of(db, case.client_id) if e.id != case.id), case]
    covers = _covers(db, cases)
    for covered, other in beside_covered(cases, covers):
        if other.id == case.id:
            raise refusal(covered, other, covers, CLOSED_MEANWHILE)


def check_again(
    db: Database, clients: Iterable[str], turned: Iterable[str], touched: Iterable[str]
) -> None:
    """The same where something is undone or done again: cases came to ``clients``, were ``turned``
    open or closed, and were ``touched`` beside.

    One of one's own that stood beside a covered one before it was refused opens again.
    """
    for client_id in clients:
        check_clients(db, (client_id,), BOTH)
    for case in _by_key(db, turned):
        if case.is_open and _covers(db, [case]):
            check_opened(db, case)
        elif not case.is_open:  # what was open of it may go on in another that was touched
            theirs = [e for e in _by_key(db, touched) if e.client_id == case.client_id]
            check_cases(db, [case, *(e for e in theirs if e.id != case.id)], BOTH)


def _by_key(db: Database, keys: Iterable[str]) -> list[Case]:
    found = sorted(keys)
    return read_cases(db, f"c.id IN ({marks(found)}) ORDER BY c.number", found) if found else []


def _cases_of(db: Database, *client_ids: str) -> list[Case]:
    return read_cases(db, f"c.client_id IN ({marks(client_ids)}) ORDER BY c.number", client_ids)


def _covers(db: Database, cases: Sequence[Case]) -> Covers:
    keys = [case.id for case in cases]
    found: dict[str, list[Piece]] = {}
    for row in db.rows(
        f"SELECT {COLUMNS} FROM casework WHERE case_id IN ({marks(keys)}) "
        f"AND kind = '{HANDOVER}' AND stage = '{COVERING}' ORDER BY number",
        keys,
    ):
        piece = piece_of(row)
        found.setdefault(piece.case_id, []).append(piece)
    return found
