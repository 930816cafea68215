"""Goals, steps and versions as plain values."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from casectl.core.casework import (
    AGAIN,
    BARRIER,
    DONE,
    DROPPED,
    GOAL,
    LETTERS,
    NEED,
    OPEN,
    PROGRESS,
    STEP,
    VERSION,
    Piece,
    named_part,
)
from casectl.core.errors import BadValue
from casectl.core.model import Case
from casectl.core.planning import (
    SCALE,
    actor,
    differences,
    judged,
    moved,
    moves_of,
    not_smart,
    parse_score,
    plan_of,
    score_words,
    snapshot,
    target_day,
)

DAY = date(2026, 11, 18)
CASE = Case("c", 1, "example-1", "k", "Ada Example", "active", 2, "low", DAY, DAY)


def piece(kind: str, number: int, **more: Any) -> Piece:
    return Piece(f"{kind}{number}", "c", kind, number, DAY, f"{kind} {number}")._replace(**more)


@pytest.mark.parametrize("kind", LETTERS)
def test_each_kind_is_named_by_its_letters(kind: str) -> None:
    assert named_part(f"{LETTERS[kind]}12") == (kind, 12)
    assert piece(kind, 12).part == f"{LETTERS[kind]}12"
    assert named_part(LETTERS[kind]) is None


NO_NAMES = [
    "",
    "3",
    "contact",
    "g",
    "g1x",
    "x1",
    "t1w",
    "v",
    "g1234567890123",
    "g\N{ARABIC-INDIC DIGIT ONE}",
]


@pytest.mark.parametrize("part", NO_NAMES)
def test_what_is_no_piece_is_named_by_nothing(part: str) -> None:
    assert named_part(part) is None


def test_the_visit_of_a_transition_is_that_transition() -> None:
    assert named_part("t3v") == ("transition", 3)


@pytest.mark.parametrize("score", SCALE)
def test_a_score_is_read_as_it_is_written(score: int) -> None:
    assert parse_score(score_words(score)) == parse_score(str(score)) == score


@pytest.mark.parametrize("text", ["", "3", "-3", "+", "one", "1.0", "--1", "+-1", "1 2"])
def test_what_is_no_score_is_refused_with_what_there_is(text: str) -> None:
    with pytest.raises(BadValue, match="-2 much less than hoped"):
        parse_score(text)


@pytest.mark.parametrize(
    ("typed", "who"),
    [("client", "client"), (" Worker ", "worker"), ("me", "worker"), ("Kim", "worker"),
     ("Mr Sample", "Mr Sample"), ("FAMILY", "family"), ("familiar", "familiar")],
)  # fmt: skip
def test_who_acts(typed: str, who: str) -> None:
    assert actor(typed, "kim") == who


def test_a_goal_with_everything_lacks_nothing() -> None:
    whole = {"words": "w", "measure": "m", "baseline": "b", "target": "t", "needs": [1]}
    goal = piece(GOAL, 1, due_on=DAY, body=whole)
    assert not_smart(goal, 1) == []
    for name in whole:
        body = {key: value for key, value in whole.items() if key != name}
        assert len(not_smart(goal._replace(body=body), 1)) == 1
    assert len(not_smart(goal._replace(due_on=None), 0)) == 2


def test_a_day_that_moves_keeps_the_first() -> None:
    step = piece(STEP, 1, due_on=DAY)
    for days in (3, 5, 2):
        step = step._replace(**moved(step, DAY + timedelta(days=days)))
    assert (step.due_on, moves_of(step)) == (DAY + timedelta(days=2), (3, DAY))
    assert moved(step, DAY + timedelta(days=2))["body"] == step.body, "no move is no move"


def test_progress_counts_from_the_target_day_on() -> None:
    goal = piece(GOAL, 1, due_on=DAY)
    assert judged(goal, DAY - timedelta(days=1)) == {}
    late = goal._replace(**judged(goal, DAY + timedelta(days=4)))
    assert (late.stage, late.due_on, target_day(late)) == (AGAIN, DAY + timedelta(days=4), DAY)
    later = late._replace(**judged(late, DAY + timedelta(days=9)))
    assert (later.due_on, target_day(later)) == (DAY + timedelta(days=9), DAY)
    anew = later._replace(**moved(later, DAY + timedelta(days=60)))
    assert (anew.stage, target_day(anew), moves_of(anew)) == ("", anew.due_on, (1, DAY))


def test_a_plan_is_put_together_by_what_belongs_to_what() -> None:
    goal = piece(GOAL, 1)
    steps = [
        piece(STEP, 1, parent=goal.id, due_on=DAY + timedelta(days=2)),
        piece(STEP, 2, parent=goal.id, due_on=DAY),
        piece(STEP, 3, due_on=DAY),
        piece(STEP, 4, parent="a goal that was dropped"),
        piece(STEP, 5, parent=goal.id, status=DROPPED),
    ]
    others = [
        piece(GOAL, 2, status=DROPPED),
        piece(PROGRESS, 1, parent=goal.id, level=1, status=DONE),
        piece(PROGRESS, 2, parent=goal.id, level=-1, status=DONE, on_day=DAY - timedelta(days=1)),
        piece(BARRIER, 1),
        piece(NEED, 1),
        piece(NEED, 2, status="planned"),
        piece(VERSION, 2, stage="changed", status=DONE),
        piece(VERSION, 1, stage="agreed", status=DONE),
    ]
    plan = plan_of(CASE, [*steps, goal, *others])
    (now,) = plan.goals
    assert [each.number for each in now.steps] == [2, 1]
    assert now.score == 1, "the newest by its day"
    assert [each.number for each in plan.steps] == [3, 4]
    assert [each.number for each in plan.needs] == [1]
    assert [each.number for each in plan.versions] == [1, 2]
    assert plan.agreed is not None and plan.agreed.number == 1


# -- versions --------------------------------------------------------------------------------------

PIECES = some.lists(
    some.builds(
        piece,
        some.sampled_from((GOAL, STEP)),
        some.integers(1, 5),
        what=some.sampled_from(("one", "other")),
        status=some.sampled_from((OPEN, DONE, DROPPED)),
        due_on=some.sampled_from((None, DAY, DAY + timedelta(days=1))),
        body=some.sampled_from(({}, {"words": "w"}, {"needs": [1, 2], "measure": "m"})),
        who=some.sampled_from(("client", "worker")),
    ),
    max_size=8,
    unique_by=lambda each: (each.kind, each.number),
)


@given(PIECES)
def test_a_plan_does_not_differ_from_itself(pieces: list[Piece]) -> None:
    assert differences(snapshot(pieces), snapshot(reversed(pieces))) == []


@given(PIECES, PIECES)
def test_every_difference_is_told_once_and_both_ways(a: list[Piece], b: list[Piece]) -> None:
    there, back = differences(snapshot(a), snapshot(b)), differences(snapshot(b), snapshot(a))
    assert [each.item for each in there] == [each.item for each in back]
    opposite = {"added": "dropped", "dropped": "added"}
    for one, other in zip(there, back, strict=True):
        if one.change in opposite:
            assert other.change == opposite[one.change]
        else:
            assert "changed" in (one.change, other.change) or one.change == other.change
    assert (not there) == (snapshot(a) == snapshot(sorted(b, key=lambda each: a_place(a, each))))


def a_place(pieces: list[Piece], piece: Piece) -> int:
    """Where the same goal or step stands among others, so that order is no difference."""
    keys = [(each.kind, each.number) for each in pieces]
    key = (piece.kind, piece.number)
    return keys.index(key) if key in keys else len(keys)


def test_what_changed_is_named_by_its_field() -> None:
    before = [piece(GOAL, 1, due_on=DAY), piece(STEP, 1, who="client")]
    after = [
        piece(GOAL, 1, due_on=DAY + timedelta(days=7), body={"words": "mine"}),
        piece(STEP, 1, who="client", status=DONE),
        piece(STEP, 2, who="worker"),
    ]
    told = differences(snapshot(before), snapshot(after))
    assert [(each.item, each.change) for each in told] == [
        ("g1", "changed"), ("s1", "done"), ("s2", "added"),
    ]  # fmt: skip
    assert {(f.name, f.then, f.now) for f in told[0].fields} == {
        ("by", "2026-11-18", "2026-11-25"), ("words", None, "mine"),
    }  # fmt: skip
