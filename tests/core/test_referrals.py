"""What may follow what of a referral, and from which day it is asked about again."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.casework import DECLINED, DRAFT, OPEN, REFERRAL, SENT, Piece, owed
from casectl.core.errors import BadValue
from casectl.core.model import ACTIVE, Case
from casectl.core.referrals import (
    ACCEPTED,
    AFTER,
    ANSWERS,
    ASKED,
    CANCELLED,
    CLOSED,
    CONNECTED,
    RECEIVED,
    SCHEDULED,
    WAITLISTED,
    after,
    check_next,
    events,
    new_event,
    new_referral,
    times_asked,
)
from casectl.core.resources import Resource

DAY = date(2026, 11, 18)
CASE = Case("c", 1, "example-1", "k", "Ben Example", ACTIVE, 2, "low", DAY, DAY)
PANTRY = Resource("r", 3, "Example Pantry", "food parcels", body={"domains": ["food"]})
EVERY = (SENT, ASKED, *ANSWERS, SCHEDULED, RECEIVED, CONNECTED, CLOSED, CANCELLED)


def at(stage: str, on: date = DAY) -> Piece:
    body = {"resource": 3, "needs": [1], "log": []}
    return Piece("p", "c", REFERRAL, 1, DAY, "food parcels", stage, who="Example Pantry",
                 due_on=on, body=body)  # fmt: skip


def happened(piece: Piece, did: str, on: date, until: date | None = None) -> Piece:
    event = new_event(did, on, until=until)
    check_next(CASE, piece, event)
    return piece._replace(**after(piece, event, 7))


def test_the_way_from_a_draft_to_a_client_who_is_there() -> None:
    piece = new_referral(CASE, PANTRY, [], DAY, "referral")
    assert (piece.stage, piece.domain, piece.due_on) == (DRAFT, "food", DAY)
    for did in (SENT, ACCEPTED, SCHEDULED, RECEIVED, CONNECTED):
        piece = happened(piece, did, DAY)
    assert (piece.stage, piece.status, piece.ended_on) == (CONNECTED, "done", DAY)
    assert [each.did for each in events(piece)] == [SENT, ACCEPTED, SCHEDULED, RECEIVED, CONNECTED]


@pytest.mark.parametrize("stage", AFTER)
def test_only_what_may_follow_does(stage: str) -> None:
    for did in EVERY:
        allowed = did in AFTER[stage] or did == CANCELLED
        if allowed:
            happened(at(stage), did, DAY)
        else:
            with pytest.raises(BadValue, match=f"is {stage}, so it cannot be {did}"):
                happened(at(stage), did, DAY)


def test_what_is_over_stays_over() -> None:
    for did in (CONNECTED, CLOSED, CANCELLED):
        over = happened(at(ACCEPTED), did, DAY)
        assert over.status != OPEN
        with pytest.raises(BadValue, match="and over"):
            happened(over, CANCELLED, DAY)


def test_nothing_happens_before_what_happened_last() -> None:
    sent = happened(at(DRAFT), SENT, DAY)
    with pytest.raises(BadValue, match="before it was sent"):
        happened(sent, ASKED, DAY - timedelta(days=1))
    with pytest.raises(BadValue, match="before it was drafted"):
        happened(at(DRAFT), SENT, DAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("did", "until", "days"),
    [
        (ACCEPTED, None, 7), (WAITLISTED, None, 28), (RECEIVED, None, 7), (DECLINED, None, 0),
        (ACCEPTED, 3, 3), (WAITLISTED, 40, 40), (SCHEDULED, 5, 5),
    ],
)  # fmt: skip
def test_the_day_to_look_again(did: str, until: int | None, days: int) -> None:
    given_day = None if until is None else DAY + timedelta(days=until)
    piece = happened(at(SENT), did, DAY, given_day)
    assert piece.due_on == DAY + timedelta(days=days)


def test_asking_restarts_the_interval_and_changes_no_stage() -> None:
    piece = happened(at(DRAFT), SENT, DAY)
    for count in (1, 2, 3):
        on = DAY + timedelta(days=7 * count)
        piece = happened(piece, ASKED, on)
        assert (piece.stage, piece.status, piece.due_on) == (SENT, OPEN, on)
        assert times_asked(piece) == count
    assert times_asked(happened(piece, ACCEPTED, on)) == 0
    waiting = happened(at(WAITLISTED), ASKED, DAY)
    assert (waiting.stage, waiting.due_on) == (WAITLISTED, DAY + timedelta(days=28))


@given(st.lists(st.tuples(st.sampled_from(EVERY), st.integers(0, 9)), max_size=12))
def test_an_open_referral_always_owes_something(steps: list[tuple[str, int]]) -> None:
    """Whatever happens to it, in whatever order, it owes an item until it is over."""
    piece, day = at(DRAFT), DAY
    for did, days in steps:
        try:
            piece = happened(piece, did, day + timedelta(days=days))
        except BadValue:
            continue
        day += timedelta(days=days)
        if piece.status == OPEN:
            assert piece.due_on is not None and piece.due_on >= DAY
            watches = list(owed(REFERRAL, piece.stage, 1, None, "x", None, day, None, None))
            assert len(watches) == 1
        else:
            assert piece.stage in (CONNECTED, CLOSED, CANCELLED)
    days_of = [each.on for each in events(piece)]
    assert all(first <= second for first, second in pairwise(days_of))


def test_a_retired_service_is_not_referred_to() -> None:
    with pytest.raises(BadValue, match="was retired"):
        new_referral(CASE, PANTRY._replace(ended_on=DAY), [], DAY, "referral")


def test_a_means_that_is_none() -> None:
    with pytest.raises(BadValue, match="no means 'pigeon'"):
        new_event(SENT, DAY, by="pigeon")
