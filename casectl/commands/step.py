"""step, barrier: who does what by when towards a goal, and what is in the way."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.core.casework import BARRIER, GOAL, STEP, WORKER
from casectl.core.errors import BadValue
from casectl.core.model import Case
from casectl.core.planning import (
    actor,
    check_not_before_intake,
    moved,
    new_barrier,
    new_step,
)
from casectl.core.text import checked_text
from casectl.naming import find_case
from casectl.parameters import CaseArgument, current
from casectl.pieces import (
    PieceArgument,
    PiecesArgument,
    PiecesReasonArgument,
    ReasonOption,
    ending,
    is_number,
    named_pieces,
    needed_reason,
    open_piece,
    reason_for_plan,
)
from casectl.render.plan import (
    barrier_object,
    dropped_sentences,
    ended_sentences,
    step_object,
    step_sentences,
    version_sentences,
)
from casectl.session import Session

if TYPE_CHECKING:
    from casectl.core.casework import Piece
    from casectl.core.planning import Changed

step_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
barrier_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

WhoOption = Annotated[
    str | None,
    typer.Option(
        "--who",
        metavar="NAME",
        help="Who acts: client, worker (who writes), provider, family, or a name.",
    ),
]
GoalOption = Annotated[
    str | None,
    typer.Option("--goal", metavar="N", help="The goal that it serves: 1, or 12.g1."),
]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help="The day it happened (today).")
]


@step_app.callback()
def step() -> None:
    """Steps of a plan: who does what, by when.

    A step is named 12.s3. Where a verb takes an ITEM, that is its name, or a case and the step's
    number (garcia 3), or a case that has just one open step. casectl done, snooze and cancel take
    a step's name as well.
    """


@step_app.command("add")
def add(
    ctx: typer.Context,
    case: CaseArgument,
    text: Annotated[
        str, typer.Argument(metavar="TEXT|-", help="What is done; - reads standard input.")
    ],
    who: WhoOption = None,
    due: Annotated[str | None, typer.Option("--due", metavar="DAY", help="By when.")] = None,
    goal: GoalOption = None,
    reason: ReasonOption = None,
) -> None:
    """Add a step to the plan.

    casectl step add 12 "bring the lease" --who client --due fri --goal 1. Without --goal it serves
    the case's only open goal, where there is just one. A step without --who is yours.
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    serves = _goal(session, found, goal)
    day = session.read_day(due) if due else _asked_day(session, found)
    made = new_step(
        found,
        session.typed(text, "step"),
        session.today,
        day,
        actor(who or WORKER, session.config.worker),
        serves,
        session.config.date_order,
    )
    why = reason_for_plan(session, found, reason)
    _told(session, found, session.store.planning.add_step(found, made, why), serves)


def _asked_day(session: Session, case: Case) -> date:
    if session.can_ask:
        return session.ask_due(case.program).day
    raise BadValue("--due is missing", hint="a step without a day is nobody's: --due fri")


def _goal(session: Session, case: Case, named: str | None) -> "Piece | None":
    """The goal that ``--goal 1`` names; without it the only open one, if there is just one."""
    if named is None:
        open_ones = session.store.casework.of(case, GOAL, only_open=True)
        return open_ones[0] if len(open_ones) == 1 else None
    word = named.strip().lower().removeprefix(f"{case.number}.").removeprefix("g")
    if not is_number(word):
        raise BadValue(f"--goal takes the number of a goal, not {named[:40]!r}")
    _, piece = open_piece(session, f"{case.number}.g{word}", GOAL)
    return piece


@step_app.command("done")
def done(ctx: typer.Context, items: PiecesArgument, on: OnOption = None) -> None:
    """Mark steps done, with their outcome.

    casectl step done 12.s1 12.s2 "handed in both" — casectl done 12.s1 does the same.
    """
    session = current(ctx)
    found, outcome, day = ending(session, items, on, STEP)
    _, ended = session.store.planning.end(found, outcome, day, "step done")
    sentences, objects = [], []
    for (case, _), piece in zip(found, ended, strict=True):
        shown, piece = session.shown(case), session.shown(piece)
        objects.append(step_object(piece, shown, None))
        sentences += ended_sentences(shown, piece, "done")
    session.output.wrote_all(objects, *sentences)


@step_app.command("drop")
def drop(ctx: typer.Context, items: PiecesReasonArgument) -> None:
    """Take steps off the plan, with a reason.

    casectl step drop 12.s1 "not needed any more". Of an agreed plan it makes a version.
    """
    session = current(ctx)
    found, words = named_pieces(session, items, STEP)
    reason = needed_reason(session, words)
    _, changed = session.store.planning.drop(found, reason, "step drop")
    sentences, objects = [], []
    for (case, _), each in zip(found, changed, strict=True):
        shown, each = session.shown(case), session.shown(each)
        objects.append(step_object(each.piece, shown, None))
        sentences += dropped_sentences(shown, each.pieces)
    sentences += version_sentences(session.shown(changed[-1].version))
    session.output.wrote_all(objects, *sentences)


@step_app.command("change")
def change(
    ctx: typer.Context,
    item: PieceArgument,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT|-]", help="What is done, said anew.")
    ] = None,
    who: WhoOption = None,
    due: Annotated[str | None, typer.Option("--due", metavar="DAY", help="By when.")] = None,
    goal: GoalOption = None,
    reason: ReasonOption = None,
) -> None:
    """Change a step: its text, its day, who acts, or the goal that it serves.

    Of an agreed plan it makes a version, with its reason. The first day stays on record; casectl
    snooze 12.s3 mon "why" moves a step as well.
    """
    session = current(ctx)
    case, piece = open_piece(session, item, STEP)
    values: dict[str, object] = {}
    if text is not None:
        values["what"] = checked_text(session.typed(text, "step"), "step")
    if who is not None:
        values["who"] = actor(who, session.config.worker)
    if due is not None:
        day = session.read_day(due)
        check_not_before_intake(case, day, session.config.date_order)
        if day != piece.due_on:
            values |= moved(piece, day)
    serves = _parent(session, case, piece) if goal is None else _goal(session, case, goal)
    if goal is not None and serves is not None:
        values |= {"parent": serves.id, "domain": serves.domain}
    if not values:
        raise BadValue("nothing to change", hint="--due, --who, --goal or a new text")
    why = reason_for_plan(session, case, reason)
    _told(session, case, session.store.planning.change(case, piece, values, (), why), serves)


def _parent(session: Session, case: Case, piece: "Piece") -> "Piece | None":
    goals = session.store.casework.of(case, GOAL)
    return next((each for each in goals if each.id == piece.parent), None)


def _told(session: Session, case: Case, changed: "Changed", goal: "Piece | None") -> None:
    case, changed, goal = session.shown(case), session.shown(changed), session.shown(goal)
    version = changed.version
    made = step_object(changed.piece, case, goal)
    session.output.wrote(
        {**made, "version": version.number if version else None},
        *step_sentences(changed.piece, case, goal, session.output),
        *version_sentences(version),
    )


# -- what is in the way ----------------------------------------------------------------------------


@barrier_app.callback()
def barrier() -> None:
    """What is in the way of a goal.

    A barrier is named 12.b1.
    """


@barrier_app.command("add")
def barrier_add(
    ctx: typer.Context,
    case: CaseArgument,
    text: Annotated[
        str, typer.Argument(metavar="TEXT|-", help="What is in the way; - reads standard input.")
    ],
    goal: GoalOption = None,
) -> None:
    """Note what is in the way.

    casectl barrier add 12 "no bus before nine" --goal 1
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    serves = _goal(session, found, goal)
    made = new_barrier(found, session.typed(text, "barrier"), session.today, serves)
    made = session.store.planning.add_barrier(found, made)
    found, made, serves = session.shown(found), session.shown(made), session.shown(serves)
    of = f", of {found.number}.{serves.part} {serves.what}" if serves else ""
    session.output.wrote(
        barrier_object(made, found),
        f"{found.client} ({found.handle}): in the way {found.number}.{made.part} {made.what}{of}.",
    )


@barrier_app.command("clear")
def barrier_clear(ctx: typer.Context, items: PiecesArgument, on: OnOption = None) -> None:
    """Note that something is in the way no longer, and how that came.

    casectl barrier clear 12.b1 "the agency pays a taxi"
    """
    session = current(ctx)
    found, outcome, day = ending(session, items, on, BARRIER)
    _, ended = session.store.planning.end(found, outcome, day, "barrier clear")
    sentences, objects = [], []
    for (case, _), piece in zip(found, ended, strict=True):
        shown, piece = session.shown(case), session.shown(piece)
        objects.append(barrier_object(piece, shown))
        sentences += ended_sentences(shown, piece, "cleared")
    session.output.wrote_all(objects, *sentences)
