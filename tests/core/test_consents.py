"""Releases and the gate: which one covers what, from when until when, and what a refusal says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.casework import CONSENT, DONE, DROPPED, OPEN, PAST, Piece
from casectl.core.consents import (
    LOOK_EVERY,
    Permission,
    Release,
    covers,
    is_live,
    new_disclosure,
    new_release,
    permission,
    state_of,
    to_client,
)
from casectl.core.errors import BadValue, NotShared
from casectl.core.model import ACTIVE, Case

TODAY = date(2026, 11, 18)
CASE = Case("c", 12, "garcia-12", "k", "Ana Garcia", ACTIVE, 2, "low", TODAY, TODAY)
GIVEN = Release(
    "Example Pantry", "food parcels", "name, phone, need", "kim",
    until=date(2027, 5, 18), told_rights=True, signed_on=TODAY,
)  # fmt: skip


def release(number: int = 1, **changes: Any) -> Piece:
    made = new_release(CASE, GIVEN._replace(**changes), TODAY)
    return made._replace(id=f"roi{number}", number=number)


def asked(
    *releases: Piece,
    to: str = "Example Pantry",
    purpose: str = "food parcels",
    on: date = TODAY,
    override: str | None = None,
    basis: str | None = None,
) -> Permission:
    return permission(
        CASE, releases, to, purpose, "name and need", on, override=override, basis=basis
    )


# --- Which covers -----------------------------------------------------------------------------


def test_a_live_release_covers_its_recipient_and_purpose() -> None:
    permitted = asked(release())
    assert permitted.release is not None and permitted.release.number == 1
    assert (permitted.recipient, permitted.purpose) == ("Example Pantry", "food parcels")


@pytest.mark.parametrize("to", ["EXAMPLE PANTRY", " example  pantry ", "Example Pantry."])
def test_capitals_spaces_and_signs_make_no_other_recipient(to: str) -> None:
    assert asked(release(), to=to).release is not None


@pytest.mark.parametrize("to", ["Example", "Pantry", "Example Pantry North", "Another Pantry"])
def test_a_part_of_a_name_is_another_recipient(to: str) -> None:
    with pytest.raises(NotShared):
        asked(release(), to=to)


def test_several_purposes_are_parted_by_semicolons() -> None:
    several = release(purpose="food parcels; Housing")
    assert covers(several, "Example Pantry", "housing")
    assert covers(several, "Example Pantry", "food parcels")
    assert covers(several, "Example Pantry", "food parcels; housing")
    assert not covers(several, "Example Pantry", "food")


@pytest.mark.parametrize("asked_for", ["housing", "work", "all but work"])
def test_neither_a_comma_nor_an_and_parts_purposes(asked_for: str) -> None:
    assert not covers(
        release(purpose="all but work, drugs and housing"), "Example Pantry", asked_for
    )


# --- From when until when ---------------------------------------------------------------------


def test_a_release_covers_the_whole_of_its_last_day_and_nothing_after_it() -> None:
    last = date(2027, 5, 18)
    assert is_live(release(), last)
    assert not is_live(release(), last + timedelta(days=1))
    assert state_of(release(), last + timedelta(days=1)) == "lapsed"


def test_it_covers_from_its_signature_on() -> None:
    assert is_live(release(), TODAY)
    assert not is_live(release(), TODAY - timedelta(days=1))
    assert state_of(release(), TODAY - timedelta(days=1)) == "not yet"


@pytest.mark.parametrize(
    ("status", "word"), [(DROPPED, "revoked"), (PAST, "replaced"), (DONE, "ended")]
)
def test_one_that_was_ended_covers_nothing(status: str, word: str) -> None:
    ended = release()._replace(status=status, ended_on=TODAY)
    assert not is_live(ended, TODAY)
    assert state_of(ended, TODAY) == word


def test_without_a_signature_it_covers_nothing() -> None:
    unsigned = release(signed_on=None)
    assert state_of(unsigned, TODAY) == "not signed"
    with pytest.raises(NotShared, match=r"12\.roi1 is not signed; casectl consent sign 12\.roi1"):
        asked(unsigned)


def test_one_that_an_event_ends_has_no_last_day_and_is_looked_at_again() -> None:
    of_event = release(until=None, event="the end of the placement")
    assert is_live(of_event, TODAY + timedelta(days=5000))
    assert of_event.due_on == TODAY + LOOK_EVERY


@given(st.integers(-400, 400), st.integers(0, 400), st.sampled_from([OPEN, DROPPED, PAST, DONE]))
def test_live_is_signed_not_ended_and_not_past(signed: int, days: int, status: str) -> None:
    signed_on = TODAY - timedelta(days=signed)
    piece = Piece(
        "r", "c", CONSENT, 1, signed_on, "name", who="A", status=status,
        due_on=signed_on + timedelta(days=days), body={"purpose": "food"},
    )  # fmt: skip
    assert is_live(piece, TODAY) is (status == OPEN and 0 <= signed <= days)


# --- What a refusal says ----------------------------------------------------------------------


def test_without_any_release_it_says_how_to_add_one() -> None:
    with pytest.raises(NotShared) as refused:
        asked()
    assert str(refused.value) == (
        "no release lets 'Example Pantry' be told of garcia-12 for 'food parcels'; casectl consent "
        "add 12 --to 'Example Pantry' --purpose 'food parcels', or --override REASON; nothing was "
        "shared"
    )
    assert refused.value.exit_code == 1


def test_one_for_another_purpose_is_named() -> None:
    with pytest.raises(NotShared, match=r"12\.roi1 is for other purposes; casectl consent add 12"):
        asked(release(), purpose="housing")


@pytest.mark.parametrize("name", ["Example", "Example Pantry Kitchen", "Exampel Pantry"])
def test_one_that_names_nearly_the_same_is_told_apart(name: str) -> None:
    with pytest.raises(NotShared) as refused:
        asked(release(recipient=name))
    assert f"12.roi1 names '{name}', which may be somebody else; casectl" in str(refused.value)


@pytest.mark.parametrize("name", ["Sample Law", "Pantries United"])
def test_one_for_somebody_else_is_not_told_to_them(name: str) -> None:
    with pytest.raises(NotShared) as refused:
        asked(release(recipient=name))
    assert name not in str(refused.value)
    with pytest.raises(NotShared) as refused:
        asked(release(recipient="Example"), on=date(2027, 6, 1))
    assert "names" not in str(refused.value), "it has lapsed"


def test_a_lapsed_one_is_to_be_renewed() -> None:
    with pytest.raises(NotShared, match=r"12\.roi1 is lapsed since .*; casectl consent renew 12"):
        asked(release(), on=date(2027, 6, 1))


def test_a_revoked_one_is_named_and_not_to_be_renewed() -> None:
    revoked = release()._replace(status=DROPPED, ended_on=TODAY)
    with pytest.raises(NotShared, match=r"12\.roi1 is revoked since .*; casectl consent add 12"):
        asked(revoked)


def test_a_live_one_goes_before_a_newer_one_that_is_not_signed() -> None:
    permitted = asked(release(1), release(2, signed_on=None))
    assert permitted.release is not None and permitted.release.number == 1


def test_a_refusal_repeats_no_more_than_sixty_characters() -> None:
    with pytest.raises(NotShared) as refused:
        asked(to="A" * 200)
    assert "A" * 61 not in str(refused.value)


# --- Without a release ------------------------------------------------------------------------


def test_an_override_or_a_basis_is_kept() -> None:
    assert asked(override="life in danger").override == "life in danger"
    assert asked(basis="court order 14-2").basis == "court order 14-2"


def test_an_override_that_was_not_needed_is_not_one() -> None:
    permitted = asked(release(), override="to be sure")
    assert permitted.override is None and permitted.release is not None


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_reason_recipient_or_purpose_is_refused(blank: str) -> None:
    with pytest.raises(BadValue):
        asked(override=blank)
    with pytest.raises(BadValue):
        asked(release(), to=blank)
    with pytest.raises(BadValue):
        asked(release(), purpose=blank)


def test_what_is_logged_says_by_which_right() -> None:
    covered = new_disclosure(asked(release()), TODAY)
    assert (covered.who, covered.what, covered.parent) == (
        "Example Pantry",
        "name and need",
        "roi1",
    )
    assert covered.body == {"purpose": "food parcels", "release": 1}
    overridden = new_disclosure(asked(override="life in danger"), TODAY)
    assert overridden.parent is None
    assert overridden.body == {"purpose": "food parcels", "override": "life in danger"}
    assert new_disclosure(to_client(CASE, "own copy"), TODAY).body["to_client"] is True


# --- What cannot be meant ---------------------------------------------------------------------


def test_one_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadValue, match="before it begins on Wed 18 Nov 2026"):
        release(until=TODAY - timedelta(days=1))
    assert is_live(release(until=TODAY), TODAY)


@pytest.mark.parametrize("ends", [{"until": None}, {"event": "discharge"}])
def test_it_ends_on_a_day_or_with_an_event(ends: dict[str, Any]) -> None:
    with pytest.raises(BadValue, match="ends on a day or with an event"):
        release(**ends)


def test_nobody_signs_ahead_or_untold() -> None:
    with pytest.raises(BadValue, match="still ahead"):
        release(signed_on=TODAY + timedelta(days=1))
    with pytest.raises(BadValue, match="told that they may revoke"):
        release(told_rights=False)
    with pytest.raises(BadValue, match="--signed-by needs --signed"):
        release(signed_on=None, signed_by="Ana Garcia")


@pytest.mark.parametrize("field", ["recipient", "purpose", "information", "discloser"])
def test_an_empty_element_is_refused(field: str) -> None:
    with pytest.raises(BadValue):
        blank: dict[str, Any] = {field: "  "}
        release(**blank)
