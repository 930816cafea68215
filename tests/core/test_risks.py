"""Risk: kinds and levels as they are typed, what a case's risk is, and when a flag ends."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.casework import PAST, RISK, Piece
from casectl.core.errors import BadValue
from casectl.core.risks import (
    KINDS,
    LEVELS,
    SELF_HARM,
    Risk,
    find_kind,
    find_level,
    flag_words,
    flagged,
    live,
    risk_of,
    still_flagged,
)

DAY = date(2026, 11, 18)
OWN = "fire setting"
LEVEL_NUMBERS = st.integers(0, len(LEVELS) - 1)
STANDING = st.dictionaries(st.sampled_from((*KINDS, OWN)), LEVEL_NUMBERS, max_size=4)
FOUND = st.dictionaries(st.sampled_from((*KINDS, OWN)), LEVEL_NUMBERS, min_size=1, max_size=9)


def pieces(levels: dict[str, int]) -> list[Piece]:
    return [
        Piece(kind, "case", RISK, number, DAY, domain=kind, level=level)
        for number, (kind, level) in enumerate(levels.items(), 1)
    ]


def risks(levels: dict[str, int]) -> list[Risk]:
    return [Risk(kind, level) for kind, level in levels.items()]


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("self-harm", SELF_HARM),
        ("Self", SELF_HARM),
        ("harm", "harm to others"),
        ("domestic_violence", "domestic violence"),
        ("homeless", "homelessness tonight"),
        ("Fire setting", "Fire setting"),
    ],
)
def test_a_kind_by_its_first_letters_or_in_one_s_own_words(typed: str, kind: str) -> None:
    assert find_kind(typed) == kind


@pytest.mark.parametrize("typed", ["", " ", "h", "a=b", "a: b", "a; b", "x" * 61])
def test_what_is_no_kind(typed: str) -> None:
    with pytest.raises(BadValue):
        find_kind(typed)


@pytest.mark.parametrize(("typed", "level"), [("none", 0), ("mod", 2), ("IMMINENT", 4)])
def test_a_level_by_its_first_letters(typed: str, level: int) -> None:
    assert find_level(typed) == level


@pytest.mark.parametrize("typed", ["", "5", "severe", "x"])
def test_what_is_no_level(typed: str) -> None:
    with pytest.raises(BadValue):
        find_level(typed)


# --- What the case's risk is ----------------------------------------------------------------------


@given(STANDING, FOUND, st.sampled_from((None, *LEVELS)))
def test_it_is_never_below_a_kind_that_stands(
    standing: dict[str, int], found: dict[str, int], case_risk: str | None
) -> None:
    risk = LEVELS.index(risk_of(case_risk, pieces(standing), risks(found)))
    assert risk >= max((standing | found).values())


@given(STANDING, FOUND, st.sampled_from((None, *LEVELS)), LEVEL_NUMBERS)
def test_finding_more_never_lowers_it(
    standing: dict[str, int], found: dict[str, int], case_risk: str | None, higher: int
) -> None:
    kind = next(iter(found))
    more = found | {kind: max(higher, found[kind])}
    before = risk_of(case_risk, pieces(standing), risks(found))
    assert LEVELS.index(risk_of(case_risk, pieces(standing), risks(more))) >= LEVELS.index(before)


@given(FOUND)
def test_what_pieces_explain_they_also_end(found: dict[str, int]) -> None:
    """From risks that were assessed alone the case's risk follows them down."""
    highest = LEVELS[max(found.values())]
    over = risks(dict.fromkeys(found, 0))
    assert risk_of(highest, pieces(found), over) == "none"


def test_one_that_was_set_by_hand_stays_until_all_are_looked_at() -> None:
    assert risk_of("high", [], [Risk("medical", 1)]) == "high"
    assert risk_of("high", pieces({"medical": 3}), [Risk("medical", 1)]) == "low"
    assert risk_of("high", [], [Risk(kind, 1) for kind in KINDS]) == "low"
    assert risk_of("low", [], [Risk("medical", 3)]) == "high"


def test_only_what_is_open_stands() -> None:
    (first,) = pieces({"medical": 3})
    assert live([first._replace(status=PAST)]) == {}
    assert live([first]) == {"medical": first}


# --- Red flags ------------------------------------------------------------------------------------


def test_a_flag_waits_for_its_kind_and_another_for_any() -> None:
    of_self_harm = flag_words(SELF_HARM, "thoughts; at night")
    assert of_self_harm == "self-harm: thoughts, at night"
    both = flagged(of_self_harm, ["somebody threatens them", of_self_harm])
    assert both == "self-harm: thoughts, at night; somebody threatens them"
    assert still_flagged(both, ["medical"]) == of_self_harm
    assert still_flagged(both, [SELF_HARM]) is None
    assert still_flagged(of_self_harm, ["overdose"]) == of_self_harm
    assert still_flagged(None, ["overdose"]) is None


@given(st.lists(st.tuples(st.sampled_from((None, *KINDS)), st.text(min_size=1)), min_size=1))
def test_assessing_every_kind_ends_every_flag(flags: list[tuple[str | None, str]]) -> None:
    told = flagged(None, [flag_words(kind, words) for kind, words in flags])
    assert still_flagged(told, KINDS) is None
