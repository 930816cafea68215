"""The plan as plain values: goals, steps, barriers, and the versions that it went through.

What a goal is made of beyond its text stands in the body of its piece: ``words`` (the client's
own), ``measure``, ``baseline``, ``target``, ``needs`` (numbers of those it serves), ``template``
where one made it, ``until`` (ISO) its target day once progress was recorded after it. Of a goal or
step that moved, ``moves`` and ``first`` (the day that it had, ISO). A version's body is ``by``
(means) and the plan as it then was: ``goals`` and ``steps``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from casectl.core.casework import (
    ACTORS,
    AGAIN,
    BARRIER,
    CLIENT,
    DONE,
    DROPPED,
    GOAL,
    NEED,
    OPEN,
    PROGRESS,
    STEP,
    VERSION,
    WORKER,
    Piece,
)
from casectl.core.errors import BadValue
from casectl.core.guards import check_change
from casectl.core.model import MEANS, Case
from casectl.core.spoken import DateOrder, spoken
from casectl.core.text import NAME_LIMIT, checked_text, fold
from casectl.core.values import NamedTuple

# Stages of a version: agreed with the client, or changed since.
AGREED, CHANGED = "agreed", "changed"

# Goal attainment scaling: 0 is what was hoped for, and one more or less on either side.
SCALE: Mapping[int, str] = {
    -2: "much less than hoped",
    -1: "less than hoped",
    0: "as hoped",
    1: "more than hoped",
    2: "much more than hoped",
}
WORDS, MEASURE, BASELINE, AIM = "words", "measure", "baseline", "target"
TEXTS = (WORDS, MEASURE, BASELINE, AIM)  # what a goal's body holds of texts
NEEDS, TEMPLATE, MOVES, FIRST, UNTIL = "needs", "template", "moves", "first", "until"


# -- a goal ----------------------------------------------------------------------------------------


def new_goal(
    case: Case,
    text: str,
    starts: date,
    ends: date | None,
    body: Mapping[str, str | None],
    needs: Sequence[Piece],
    order: DateOrder | None = None,
) -> Piece:
    """A goal not yet written. Raises BadValue for one that cannot be meant."""
    check_change(case, "plan")
    check_goal_days(case, starts, ends, order)
    return Piece(
        id="",
        case_id=case.id,
        kind=GOAL,
        number=0,
        on_day=starts,
        what=checked_text(text, "goal"),
        due_on=ends,
        domain=needs[0].domain if needs else None,
        body={
            **checked_texts(body),
            **({NEEDS: [each.number for each in needs]} if needs else {}),
        },
    )


def checked_texts(body: Mapping[str, str | None]) -> dict[str, str]:
    """The texts of a goal that were given, each sound. Raises BadValue."""
    return {
        name: checked_text(text, f"text after --{name}")
        for name, text in body.items()
        if text is not None
    }


def check_goal_days(
    case: Case, starts: date, ends: date | None, order: DateOrder | None = None
) -> None:
    check_not_before_intake(case, starts, order)
    if ends is not None and ends < starts:
        raise BadValue(
            f"the goal would end on {spoken(ends, order)}, before it starts on "
            f"{spoken(starts, order)}",
            hint="--by takes a later day",
        )


def check_not_before_intake(case: Case, day: date, order: DateOrder | None = None) -> None:
    if day < case.opened_on:
        raise BadValue(
            f"{spoken(day, order)} is before the intake on {spoken(case.opened_on, order)}",
            hint="give a later day",
        )


def not_smart(goal: Piece, steps: int) -> list[str]:
    """What a goal lacks to be specific, measurable, achievable, relevant and timed, in words.

    Said and never forced: a goal in the client's words alone is a beginning.
    """
    body = goal.body
    lacks = {
        "the client's words (--words)": body.get(WORDS),
        "a measure (--measure)": body.get(MEASURE),
        "where it starts (--baseline)": body.get(BASELINE),
        "where it should be (--target)": body.get(AIM),
        "a day (--by)": goal.due_on,
        "a need it serves (--need)": body.get(NEEDS) or body.get(TEMPLATE),
        "a first step (casectl step add)": steps,
    }
    return [name for name, known in lacks.items() if not known]


def served(goal: Piece) -> tuple[int, ...]:
    """The numbers of the needs that a goal serves."""
    return tuple(goal.body.get(NEEDS, ()))


def parse_score(text: str) -> int:
    """``+1``, ``-2``, ``0``. Raises BadValue with what each means."""
    typed = text.strip().replace("\N{MINUS SIGN}", "-")
    for score in SCALE:
        if typed in (str(score), f"{score:+d}"):
            return score
    said = ", ".join(f"{score_words(score)} {words}" for score, words in SCALE.items())
    raise BadValue(f"{text[:40]!r} is no progress: {said}")


def score_words(score: int) -> str:
    """``+1``, ``0``, ``-2``."""
    return f"{score:+d}" if score else "0"


# -- a step ----------------------------------------------------------------------------------------


def new_step(
    case: Case,
    text: str,
    today: date,
    due: date,
    who: str,
    goal: Piece | None,
    order: DateOrder | None = None,
) -> Piece:
    """A step not yet written. Raises BadValue for one that cannot be meant."""
    check_change(case, "plan")
    check_not_before_intake(case, due, order)
    return Piece(
        id="",
        case_id=case.id,
        kind=STEP,
        number=0,
        on_day=today,
        what=checked_text(text, "step"),
        parent=goal.id if goal else None,
        domain=goal.domain if goal else None,
        who=actor(who),
        due_on=due,
    )


def actor(text: str, worker: str | None = None) -> str:
    """Who acts: client, worker, provider, family (me is the worker), or a name as it was typed."""
    said = checked_text(text.strip(), "name after --who", limit=NAME_LIMIT)
    word = fold(said)
    if word == "me" or (worker and word == fold(worker)):
        return WORKER
    return word if word in ACTORS else said


def new_barrier(case: Case, text: str, today: date, goal: Piece | None) -> Piece:
    """What is in the way, not yet written."""
    check_change(case, "plan")
    return Piece(
        "", case.id, BARRIER, 0, today, checked_text(text, "barrier"), parent=goal and goal.id,
        domain=goal and goal.domain,
    )  # fmt: skip


# -- moving ----------------------------------------------------------------------------------------


def moved(piece: Piece, day: date) -> dict[str, Any]:
    """The columns of a goal or step whose day becomes ``day``; the first one stays on record."""
    had = target_day(piece)
    body = {name: value for name, value in piece.body.items() if name != UNTIL}
    if had is not None and had != day:
        first = piece.body.get(FIRST) or had.isoformat()
        body |= {MOVES: int(piece.body.get(MOVES, 0)) + 1, FIRST: first}
    return {"due_on": day, "stage": "", "body": body}


def judged(goal: Piece, day: date) -> dict[str, Any]:
    """The columns of a goal by progress of ``day``, where that is its target day or later.

    From then on it asks again in its time; none before.
    """
    if goal.due_on is None or day < goal.due_on:
        return {}
    until = goal.body.get(UNTIL) or goal.due_on.isoformat()
    return {"due_on": day, "stage": AGAIN, "body": {**goal.body, UNTIL: until}}


def target_day(piece: Piece) -> date | None:
    """The day of a goal or step, whether or not progress was recorded after it."""
    return _day(piece.body.get(UNTIL)) or piece.due_on


def moves_of(piece: Piece) -> tuple[int, date | None]:
    """How often its day moved, and the day that it had first."""
    return int(piece.body.get(MOVES, 0)), _day(piece.body.get(FIRST))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:  # hidden, where others can see the screen
        return None


# -- the plan as it stands -------------------------------------------------------------------------


class GoalNow(NamedTuple):
    """A goal with what belongs to it."""

    goal: Piece
    steps: tuple[Piece, ...]
    progress: tuple[Piece, ...]  # in the order of their days
    lacks: tuple[str, ...]  # to be SMART

    @property
    def score(self) -> int | None:
        return self.progress[-1].level if self.progress else None


class Plan(NamedTuple):
    """Everything of a case's plan, dropped pieces aside."""

    case: Case
    goals: tuple[GoalNow, ...]
    steps: tuple[Piece, ...]  # those that serve no goal
    barriers: tuple[Piece, ...]
    needs: tuple[Piece, ...]  # open ones, which have no goal
    versions: tuple[Piece, ...]  # the first one first

    @property
    def all_steps(self) -> tuple[Piece, ...]:
        return tuple(step for each in self.goals for step in each.steps) + self.steps

    @property
    def agreed(self) -> Piece | None:
        """The version that was last agreed."""
        return next((each for each in reversed(self.versions) if each.stage == AGREED), None)


def goal_now(goal: Piece, pieces: Iterable[Piece]) -> GoalNow:
    """A goal with its steps and progress among the pieces of its case."""
    own = [each for each in pieces if each.parent == goal.id and each.status != DROPPED]
    steps = sorted((each for each in own if each.kind == STEP), key=_by_day)
    progress = sorted(
        (each for each in own if each.kind == PROGRESS), key=lambda each: (each.on_day, each.number)
    )
    lacks = not_smart(goal, len(steps)) if goal.status == OPEN else []
    return GoalNow(goal, tuple(steps), tuple(progress), tuple(lacks))


def _by_day(step: Piece) -> tuple[date, int]:
    return step.due_on or date.max, step.number


def plan_of(case: Case, pieces: Sequence[Piece]) -> Plan:
    """The plan that these pieces of a case make."""
    kept = [each for each in pieces if each.status != DROPPED]
    goals = sorted((each for each in kept if each.kind == GOAL), key=lambda each: each.number)
    steps = sorted((each for each in kept if each.kind == STEP), key=_by_day)
    known = {each.id for each in goals}
    return Plan(
        case,
        tuple(goal_now(each, kept) for each in goals),
        tuple(each for each in steps if each.parent not in known),
        tuple(each for each in kept if each.kind == BARRIER),
        tuple(each for each in kept if each.kind == NEED and each.status == OPEN),
        tuple(sorted((p for p in kept if p.kind == VERSION), key=lambda each: each.number)),
    )


class Changed(NamedTuple):
    """Pieces as they were written, and the version that the plan got by it, where it is agreed."""

    pieces: tuple[Piece, ...]
    version: Piece | None = None

    @property
    def piece(self) -> Piece:
        return self.pieces[0]


# -- versions --------------------------------------------------------------------------------------


def snapshot(pieces: Iterable[Piece]) -> dict[str, Any]:
    """The plan as a version keeps it: what was dropped is not in it."""
    standing = [each for each in pieces if each.status != DROPPED]
    numbers = {each.id: each.number for each in standing if each.kind == GOAL}
    return {
        "goals": [
            _without_nothing(
                {
                    "number": each.number,
                    "what": each.what,
                    **{name: each.body.get(name) for name in TEXTS},
                    "by": _iso(target_day(each)),
                    "needs": each.body.get(NEEDS),
                    "state": each.status,
                }
            )
            for each in standing
            if each.kind == GOAL
        ],
        "steps": [
            _without_nothing(
                {
                    "number": each.number,
                    "what": each.what,
                    "who": each.who,
                    "by": _iso(target_day(each)),
                    "goal": numbers.get(each.parent or ""),
                    "state": each.status,
                }
            )
            for each in standing
            if each.kind == STEP
        ],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


ADDED, GONE, IS_DONE = "added", "dropped", "done"


class Field(NamedTuple):
    """What a goal or step says otherwise than before."""

    name: str
    then: Any
    now: Any


class Difference(NamedTuple):
    """One goal or step that two versions differ in."""

    item: str  # g1
    kind: str  # goal or step
    change: str  # added, dropped, done, changed
    what: str
    fields: tuple[Field, ...] = ()


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """What became of a plan between two snapshots, goals first, each by its number."""
    found = []
    for kind, letter in (("goal", "g"), ("step", "s")):
        before = {each["number"]: each for each in then.get(f"{kind}s", [])}
        after = {each["number"]: each for each in now.get(f"{kind}s", [])}
        for number in sorted({*before, *after}):
            old, new = before.get(number), after.get(number)
            each = _difference(f"{letter}{number}", kind, old, new)
            found += [each] if each is not None else []
    return found


def _difference(
    item: str, kind: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> Difference | None:
    if new is None:
        return Difference(item, kind, GONE, (old or {}).get("what", ""))
    what = new.get("what", "")
    if old is None:
        return Difference(item, kind, ADDED, what)
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    if not names:
        return None
    if names == ["state"] and new.get("state") == DONE:
        return Difference(item, kind, IS_DONE, what)
    fields = tuple(Field(name, old.get(name), new.get(name)) for name in names)
    return Difference(item, kind, CHANGED, what, fields)


def checked_agreement(
    case: Case,
    goals: Sequence[Piece],
    who: str,
    by: str,
    day: date,
    today: date,
    order: DateOrder | None = None,
) -> tuple[str, str]:
    """With whom and by which means a plan was agreed, as they are kept. Raises BadValue."""
    check_change(case, "plan")
    if not goals:
        raise BadValue(
            f"{case.handle} has no open goal to agree on",
            hint=f"casectl goal add {case.number} TEXT",
        )
    if by.strip().lower() not in MEANS:
        raise BadValue(f"no means {by[:40]!r}; there are {', '.join(MEANS)}")
    check_past_day(case, day, today, order)
    if case.plan_agreed_on is not None and day < case.plan_agreed_on:
        raise BadValue(
            f"it was agreed on {spoken(case.plan_agreed_on, order)} already",
            hint="a plan is agreed again on a later day",
        )
    said = checked_text(who.strip(), "name after --with", limit=NAME_LIMIT)
    return (CLIENT if fold(said) == CLIENT else said), by.strip().lower()


def check_past_day(case: Case, day: date, today: date, order: DateOrder | None = None) -> None:
    """Raise BadValue for the day of something that has happened, where it cannot have."""
    if day > today:
        raise BadValue(f"{spoken(day, order)} is still ahead", hint="say when it was")
    check_not_before_intake(case, day, order)
