"""What of a case's casework asks for a second look, and what to do about it. No client's words.

Nothing here is owed by a day: what is stands on the list. These are habits that a supervisor would
see, and the worker in the middle of them does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from casectl.core.casework import (
    BARRIER,
    CLIENT,
    GOAL,
    OPEN,
    PROGRESS,
    STEP,
    VERSION,
    WORKER,
    Piece,
)
from casectl.core.model import (
    APPOINTMENT,
    CLOSED,
    DEADLINE,
    FOLLOW_UP,
    ON_HOLD,
    REACHED,
    Case,
    Contact,
)
from casectl.core.noting import is_open
from casectl.core.planning import MOVES, WORDS
from casectl.core.values import NamedTuple
from casectl.core.views import File

UNTOUCHED = 90  # days, after which a plan is one on paper
FEWEST_STEPS = 3  # of fewer, who has more says nothing
FEWEST_MOVES = 2  # one goal that moved once is not a habit
EVENING, MORNING = 20, 6  # hours by the local clock; what lies between them is night
NIGHTS, LOOKED_BACK = 3, 14  # nights in a row, the last of them in so many days
NAMED = 5  # items in a sentence
KEEP = {
    FOLLOW_UP: "keep it, or say a day that you can keep: casectl done, casectl snooze",
    DEADLINE: "say how it ended: casectl done, casectl cancel",
    APPOINTMENT: "say whether they came: casectl kept, casectl missed",
}

RULES = (
    "worker_steps", "plan_untouched", "no_client_words", "undocumented", "promises_late",
    "ethics_open", "targets_moved", "nights", "overloaded",
)  # fmt: skip


class Found(NamedTuple):
    """One finding. ``case`` is None for what is about the worker."""

    rule: str
    case: Case | None
    items: tuple[str, ...]
    says: str
    do: str


def findings(file: File, today: date, note_days: int) -> list[Found]:
    """What is found in one case, by rule. ``note_days`` is the standard, of which 0 asks nothing.

    On hold its plan and promises wait, and so do their findings; a closed one has none.
    """
    if file.case.status == CLOSED:
        return []
    found = [*_undocumented(file, today, note_days), *_ethics(file, today)]
    if file.case.status != ON_HOLD:
        found += [
            *_worker_steps(file),
            *_untouched(file, today),
            *_without_words(file),
            *_late_promises(file, today),
            *_moved(file),
        ]
    return sorted(found, key=lambda each: RULES.index(each.rule))


def nights(
    contacts: Iterable[Contact], worker: str, today: date, local: Callable[[str], datetime | None]
) -> list[Found]:
    """Whether this worker logged contacts night after night; ``local`` is the local time."""
    logged = set()
    for each in contacts:
        if each.worker != worker or each.recorded_at is None:
            continue
        at = local(each.recorded_at)
        if at is not None and not MORNING <= at.hour < EVENING:
            logged.add(at.date() - timedelta(days=at.hour < MORNING))
    row = _longest_row(each for each in logged if 0 <= (today - each).days <= LOOKED_BACK)
    if row < NIGHTS:
        return []
    return [
        Found(
            "nights", None, (),
            f"you logged contacts on {row} nights in a row, between {EVENING}:00 and {MORNING}:00",
            "casectl jot keeps a word by day; what the day has no room for belongs in supervision",
        )
    ]  # fmt: skip


def overloaded(points: int, full_time: int | None) -> list[Found]:
    """Whether the cases weigh more than somebody full-time carries, as ``casectl caseload`` has it.

    Nothing is found where nothing says how much that is.
    """
    if full_time is None or points <= full_time:
        return []
    return [
        Found(
            "overloaded", None, (),
            f"your cases weigh {points:,} points, and full-time is {full_time:,}",
            "take it to your supervisor: casectl caseload, casectl escalate",
        )
    ]  # fmt: skip


def _longest_row(days: Iterable[date]) -> int:
    longest = row = 0
    last: date | None = None
    for day in sorted(days):
        row = row + 1 if last is not None and day - last == timedelta(days=1) else 1
        longest, last = max(longest, row), day
    return longest


def _worker_steps(file: File) -> Iterator[Found]:
    steps = _open(file, STEP)
    own = [each for each in steps if each.who in (None, WORKER)]
    theirs = sum(each.who == CLIENT for each in steps)
    if len(steps) >= FEWEST_STEPS and len(own) > theirs:
        items = _named(file.case, own)
        yield Found(
            "worker_steps", file.case, items,
            f"{len(own)} open steps are yours and {theirs} the client's: {_said(items)}",
            "ask which of them the client would do, and then "
            f"casectl step change {items[0]} --who client",
        )  # fmt: skip


def _untouched(file: File, today: date) -> Iterator[Found]:
    goals, steps = _open(file, GOAL), _open(file, STEP)
    if not goals and not steps:
        return
    touched = [
        day
        for each in file.casework
        if each.kind in (GOAL, STEP, BARRIER, PROGRESS, VERSION)
        for day in (each.on_day, each.ended_on)
    ]
    touched += [file.case.plan_agreed_on, file.case.plan_reviewed_on]
    days = (today - max(day for day in touched if day is not None)).days
    if days >= UNTOUCHED:
        yield Found(
            "plan_untouched", file.case, _named(file.case, goals or steps),
            f"nothing of the plan was touched for {days} days",
            f"look at it with the client: casectl plan review {file.case.number}",
        )  # fmt: skip


def _without_words(file: File) -> Iterator[Found]:
    items = _named(file.case, [each for each in _open(file, GOAL) if not each.body.get(WORDS)])
    if items:
        yield Found(
            "no_client_words", file.case, items,
            f"{_count(items, 'goal has', 'goals have')} no words of the client's: {_said(items)}",
            f"ask what they would say: casectl goal change {items[0]} --words TEXT",
        )  # fmt: skip


def _undocumented(file: File, today: date, note_days: int) -> Iterator[Found]:
    """As the due engine looks for one. Those of the earliest day are on the list, but on hold."""
    if not note_days:
        return
    since = file.record.casework_from or date.min
    written = {each.on_day for each in file.notes} | {each.on_day for each in file.casework}
    noted = {each.contact_id for each in file.notes}
    unwritten = [
        each
        for each in reversed(file.contacts)
        if each.outcome == REACHED
        and each.text is None
        and not each.corrected
        and each.id not in noted
        and each.on_day not in written
        and each.on_day >= since
        and (today - each.on_day).days >= note_days
    ]
    one, several = "contact says", "contacts say"
    if unwritten and file.case.status != ON_HOLD:
        asked_for = min(each.on_day for each in unwritten)
        unwritten = [each for each in unwritten if each.on_day > asked_for]
        one, several = "more contact says", "more contacts say"
    items = tuple(f"{file.case.number}.c{each.number}" for each in unwritten)
    if items:
        yield Found(
            "undocumented", file.case, items,
            f"{_count(items, one, several)} nowhere what was spoken: {_said(items)}",
            f"casectl note {file.case.number} --contact {items[0]}",
        )  # fmt: skip


def _late_promises(file: File, today: date) -> Iterator[Found]:
    late = [each for each in file.promises if each.status == OPEN and each.due_on < today]
    items = tuple(f"{file.case.number}.{each.number}" for each in late)
    if items:
        days = (today - min(each.due_on for each in late)).days
        yield Found(
            "promises_late", file.case, items,
            f"{_count(items, 'promise is', 'promises are')} past due, by {_days(days)} at the "
            f"most: {_said(items)}",
            "; ".join(how for kind, how in KEEP.items() if kind in {each.kind for each in late}),
        )  # fmt: skip


def _ethics(file: File, today: date) -> Iterator[Found]:
    for each in reversed(file.notes):
        if is_open(each):
            item = f"{file.case.number}.n{each.number}"
            yield Found(
                "ethics_open", file.case, (item,),
                f"an ethical concern is open for {_days((today - each.on_day).days)}: {item}",
                f"take it to supervision, and then casectl note resolve {item} TEXT",
            )  # fmt: skip


def _moved(file: File) -> Iterator[Found]:
    goals = [each for each in _open(file, GOAL) if each.due_on is not None]
    moves = [each.body.get(MOVES, 0) for each in goals]
    if goals and all(moves) and sum(moves) >= FEWEST_MOVES:
        items = _named(file.case, goals)
        yield Found(
            "targets_moved", file.case, items,
            f"every target day was moved, {sum(moves)} times in all: {_said(items)}",
            "the goals may be too large, or not the client's: "
            f"casectl plan review {file.case.number}",
        )  # fmt: skip


def _open(file: File, kind: str) -> list[Piece]:
    return [each for each in file.casework if each.kind == kind and each.status == OPEN]


def _named(case: Case, pieces: Sequence[Piece]) -> tuple[str, ...]:
    return tuple(f"{case.number}.{each.part}" for each in pieces)


def _said(items: Sequence[str]) -> str:
    more = f" and {len(items) - NAMED} more" if len(items) > NAMED else ""
    return ", ".join(items[:NAMED]) + more


def _count(items: Sequence[str], one: str, several: str) -> str:
    return f"{len(items)} {one if len(items) == 1 else several}"


def _days(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"
