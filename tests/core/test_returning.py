"""What two sides changed of one thing: nothing is lost without a word, and the safer stands."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casectl.core.casework import CONSENT, DROPPED, GOAL, OPEN, PAST, REFERRAL, Piece
from casectl.core.model import RISKS, Case, Client, Level, Note, Promise
from casectl.core.returning import BODY, differences, name_of, renumbered, settled, sort_and_number

DAY = date(2026, 11, 18)
DAYS = st.integers(0, 3).map(lambda n: DAY + timedelta(days=n))
WORDS = st.sampled_from((None, "one", "two", "three"))
STATUS = st.sampled_from((OPEN, "done", DROPPED, PAST))
LISTS = st.sampled_from(([], ["a"], ["a", "b"], ["a", "c"]))

pieces = st.builds(
    Piece,
    st.just("p"), st.just("c"), st.just(CONSENT), st.just(1), DAYS,
    what=WORDS, who=WORDS, due_on=st.none() | DAYS, status=STATUS, ended_on=st.none() | DAYS,
    outcome=WORDS, body=st.fixed_dictionaries({"log": LISTS}, optional={"note": WORDS}),
)  # fmt: skip
clients = st.builds(
    Client, st.just("c"), st.sampled_from(("Ana", "Bo")), phone=WORDS, safe_contact=WORDS,
    safe_never=WORDS,
    interpreter=st.booleans(),
)  # fmt: skip
promises = st.builds(
    Promise, st.just("p"), st.just("c"), st.just(1), st.just("follow_up"),
    st.sampled_from(("one", "two")), DAYS, status=st.sampled_from((OPEN, "done", "cancelled")),
    ended_on=st.none() | DAYS, outcome=WORDS,
)  # fmt: skip
notes = st.builds(
    Note, st.just("n"), st.just("c"), st.just(1), DAYS, st.sampled_from(("one", "two", "three")),
    signed_at=WORDS,
)  # fmt: skip
cases = st.builds(
    Case, st.just("c"), st.just(1), st.just("a-1"), st.just("k"), st.just("Ana"),
    st.just("active"), st.integers(1, 4), st.sampled_from((None, *RISKS)), DAYS,
    DAYS, program=WORDS, assessed_on=st.none() | DAYS, flagged_for=WORDS,
).map(
    lambda case: case._replace(flagged_on=DAY if case.flagged_for else None)
).map(
    lambda case: case._replace(crisis_since=DAY if case.level == Level.CRISIS else None)
)  # fmt: skip


def of(value: Any, name: str) -> Any:
    if name.startswith(BODY):
        return value.body.get(name.removeprefix(BODY))
    return getattr(value, name)


def three(of_one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, Any, Any]]:
    return st.tuples(of_one, of_one, of_one)


EARLIER = DAY - timedelta(days=1)
RESOLVED = Note("n", "c", 1, DAY, "one", resolved_on=DAY)


@given(st.one_of(three(pieces), three(clients), three(promises), three(notes)))
@example((RESOLVED._replace(resolved_on=None), RESOLVED, RESOLVED._replace(resolved_on=EARLIER)))
@example((RESOLVED, RESOLVED._replace(resolved_on=None), RESOLVED._replace(resolved_on=EARLIER)))
def test_what_is_done_there_is_set_or_said(values: tuple[Any, Any, Any]) -> None:
    base, mine, there = values
    theirs = differences(base, there)
    made, clashes = settled(mine, base, theirs)
    for name, value in theirs.items():
        if of(mine, name) == value or made.get(name, ...) == value:
            continue
        merged = made.get(name)
        if isinstance(merged, list):  # both added to it
            assert all(each in merged for each in (*of(mine, name), *value))
        else:
            assert clashes, (name, value, made)


@given(st.one_of(three(pieces), three(clients), three(promises), three(notes), three(cases)))
def test_what_only_one_side_changed_is_as_that_side_has_it(values: tuple[Any, Any, Any]) -> None:
    base, mine, there = values
    made, clashes = settled(base, base, differences(base, there))
    assert not clashes
    if isinstance(base, Case):
        there = there._replace(level_reviewed_on=there.level_reviewed_on)
    assert made == differences(base, there)
    assert settled(mine, base, {}) == ({}, [])
    assert settled(mine, base, differences(base, mine))[1] == []


@given(three(pieces))
def test_a_revocation_on_either_side_stands(values: tuple[Piece, Piece, Piece]) -> None:
    base, mine, there = values
    base = base._replace(status=OPEN)
    made, _ = settled(mine, base, differences(base, there))
    if DROPPED in (mine.status, there.status):
        assert made.get("status", mine.status) == DROPPED


@given(three(clients))
def test_words_that_keep_a_client_safe_are_never_dropped(
    values: tuple[Client, Client, Client],
) -> None:
    base, mine, there = values
    now = mine._replace(**settled(mine, base, differences(base, there))[0])
    for name in ("safe_contact", "safe_never"):
        if getattr(mine, name) != getattr(base, name) != getattr(there, name):
            for each in (getattr(mine, name), getattr(there, name)):
                assert (each or "") in (getattr(now, name) or "")


@given(three(cases))
def test_a_level_never_falls_below_what_both_changed_it_to(
    values: tuple[Case, Case, Case],
) -> None:
    base, mine, there = values
    now = mine._replace(**settled(mine, base, differences(base, there))[0])
    if mine.urgency != base.urgency != there.urgency:
        assert now.urgency == max(mine.urgency, there.urgency)
    if mine.risk != base.risk != there.risk:
        # A risk that somebody assessed stands over none, and the higher one over the lower.
        known = [RISKS[each.risk] for each in (mine, there) if each.risk]
        assert now.risk is None if not known else RISKS[now.risk or "none"] == max(known)
    if mine.flagged_for and there.flagged_for:
        assert now.flagged_for
    assert (now.level == Level.CRISIS) is (now.crisis_since is not None)
    assert (now.flagged_on is None) is (now.flagged_for is None)


def test_numbers_in_a_body_follow() -> None:
    numbers = {(GOAL, 2): 5, ("need", 1): 3, (CONSENT, 1): 4, ("promises", 7): 9}
    body = {
        "needs": [1, 2], "release": 1, "deadline": 7, "by": "2 goals", "level": 2,
        "goals": [{"number": 2, "needs": [1], "what": "2"}, {"number": 3}],
        "steps": [{"number": 2, "goal": 2}],
    }  # fmt: skip
    assert renumbered(body, numbers) == {
        "needs": [3, 2], "release": 4, "deadline": 9, "by": "2 goals", "level": 2,
        "goals": [{"number": 5, "needs": [3], "what": "2"}, {"number": 3}],
        "steps": [{"number": 2, "goal": 5}],
    }  # fmt: skip


def test_a_row_is_named_by_its_number() -> None:
    referral = Piece("x", "c", REFERRAL, 3, DAY)
    assert sort_and_number(name_of(referral)) == (REFERRAL, 3)
    assert sort_and_number("12") == ("promises", 12)
    assert (sort_and_number("c4"), sort_and_number("n5")) == (("contacts", 4), ("notes", 5))
    for bad in ("h1", "ac1", "c0", "x", "", "c-1", "0"):
        with pytest.raises(ValueError):
            sort_and_number(bad)
