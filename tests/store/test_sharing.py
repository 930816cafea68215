"""The gate on a real file: what is told is logged with what tells it, or nothing is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from conftest import Run

from casectl.core.casework import CONSENT, DISCLOSURE, DROPPED, OPEN, PAST, Piece
from casectl.core.consents import Permission, Release, new_release, permission
from casectl.core.errors import BadValue, CasectlError, NotShared
from casectl.core.model import Case
from casectl.store import Caseload
from casectl.store.sharing import disclose

TODAY = date(2026, 11, 18)
GIVEN = Release(
    "Example Pantry", "food parcels", "name, phone, need", "kim",
    until=date(2027, 5, 18), told_rights=True, signed_on=TODAY,
)  # fmt: skip


@pytest.fixture
def case(store: Caseload, run: Run) -> Case:
    assert run("intake 'Ana Garcia' --risk low --urgency low --yes").code == 0
    return store.cases.find("1").cases[0]


def permitted(store: Caseload, case: Case, day: date = TODAY) -> Permission:
    releases = store.casework.of(case, CONSENT)
    return permission(case, releases, "Example Pantry", "food parcels", "name and need", day)


def given(store: Caseload, case: Case, **changes: Any) -> Piece:
    release = new_release(case, GIVEN._replace(**changes), TODAY)
    return store.sharing.add(release)


def test_what_is_told_is_logged_under_its_release(store: Caseload, case: Case) -> None:
    release = given(store, case)
    store.sharing.record(case, permitted(store, case), TODAY)
    (told,) = store.casework.of(case, DISCLOSURE)
    assert (told.who, told.what, told.parent) == ("Example Pantry", "name and need", release.id)
    assert told.worker == "kim"


def test_a_release_revoked_meanwhile_stops_what_shares_whole(store: Caseload, case: Case) -> None:
    release = given(store, case)
    asked = permitted(store, case)
    store.sharing.revoke(release, "changed her mind", TODAY)
    with (
        pytest.raises(NotShared, match=r"1\.roi1 has just ended"),
        store.journal.operation("letter") as operation,
    ):
        operation.add_note(case.id, "the letter")
        disclose(operation, case, asked, TODAY)
    assert store.casework.of(case, DISCLOSURE) == []
    assert store.cases.file(case).notes == []


def test_what_was_told_before_a_release_lapsed_stays(store: Caseload, case: Case) -> None:
    given(store, case, until=TODAY)
    store.sharing.record(case, permitted(store, case), TODAY)
    with pytest.raises(NotShared, match="lapsed since Thu 19 Nov 2026"):
        permitted(store, case, TODAY + timedelta(days=1))
    assert len(store.casework.of(case, DISCLOSURE)) == 1


def test_one_permission_serves_one_case_alone(store: Caseload, case: Case, run: Run) -> None:
    assert run("intake 'Ben Sample' --risk low --urgency low --yes").code == 0
    other = store.cases.find("2").cases[0]
    given(store, case)
    with pytest.raises(AssertionError), store.journal.operation("letter") as operation:
        disclose(operation, other, permitted(store, case), TODAY)
    assert store.casework.of(other, DISCLOSURE) == []


# --- Renewing, signing ------------------------------------------------------------------------


def test_a_renewal_names_the_one_before_and_replaces_it(store: Caseload, case: Case) -> None:
    former = given(store, case)
    new = new_release(case, GIVEN._replace(until=date(2028, 1, 1)), TODAY)
    renewed = store.sharing.renew(former, new)
    assert renewed.parent == former.id and renewed.body["follows"] == former.number
    was, now = store.casework.of(case, CONSENT)
    assert (was.status, was.ended_on, now.status) == (PAST, TODAY, OPEN)


def test_one_goes_on_until_its_renewal_is_signed(store: Caseload, case: Case) -> None:
    former = given(store, case)
    unsigned = new_release(case, GIVEN._replace(signed_on=None), TODAY)
    renewed = store.sharing.renew(former, unsigned)
    assert permitted(store, case).release == former
    store.sharing.sign(renewed, TODAY, "Ana Garcia")
    release = permitted(store, case).release
    assert release is not None and release.number == renewed.number
    with pytest.raises(BadValue, match="signed already"):
        store.sharing.sign(release, TODAY, "Ana Garcia")


# --- What cannot be undone --------------------------------------------------------------------


def test_nobody_undoes_a_disclosure(store: Caseload, case: Case) -> None:
    given(store, case)
    store.sharing.record(case, permitted(store, case), TODAY)
    with pytest.raises(CasectlError, match=r"1\.d1 is a disclosure, and what was told cannot"):
        store.journal.undo()
    assert len(store.casework.of(case, DISCLOSURE)) == 1


def test_nobody_undoes_a_signature(store: Caseload, case: Case) -> None:
    given(store, case)
    with pytest.raises(CasectlError, match=r"1\.roi1 is a release that was signed"):
        store.journal.undo()
    second = given(store, case, signed_on=None)
    store.sharing.sign(second, TODAY, "Ana Garcia")
    with pytest.raises(CasectlError, match=r"1\.roi2 is a release that was signed"):
        store.journal.undo()


def test_a_release_that_was_only_written_down_is_undone_and_redone(
    store: Caseload, case: Case
) -> None:
    given(store, case, signed_on=None)
    store.journal.undo()
    assert store.casework.of(case, CONSENT) == []
    store.journal.redo()
    assert len(store.casework.of(case, CONSENT)) == 1


def test_a_revocation_stays(store: Caseload, case: Case) -> None:
    """Whoever revoked the wrong one has it signed again."""
    release = given(store, case)
    assert store.sharing.revoke(release, "a slip", TODAY).status == DROPPED
    with pytest.raises(CasectlError, match="a release that was revoked"):
        store.journal.undo()
    with pytest.raises(NotShared):
        permitted(store, case)
