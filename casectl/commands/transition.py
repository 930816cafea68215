"""transition: out of hospital, out of custody, to another home; the days after it are watched."""

from typing import TYPE_CHECKING, Annotated

import typer

from casectl.core.casework import DROPPED, TRANSITION
from casectl.core.model import Case
from casectl.core.monitoring import USUAL_VISIT, new_transition
from casectl.naming import find_case
from casectl.parameters import CaseArgument, current, whole_number
from casectl.pieces import (
    PiecesArgument,
    PiecesReasonArgument,
    ending,
    named_pieces,
    needed_reason,
)
from casectl.render.monitoring import (
    TRANSITION_COLUMNS,
    transition_line,
    transition_object,
    transition_sentences,
)
from casectl.render.plan import ended_sentences
from casectl.session import Session

if TYPE_CHECKING:
    from casectl.core.casework import Piece
    from casectl.core.due import DueItem

transition_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@transition_app.callback()
def transition() -> None:
    """A discharge, release or move, and the contact it asks for.

    It starts a clock: the client is reached within two working days (standards.transition_contact)
    and seen within 7 or 14 days, and is watched for 30. A transition is named 12.t1.
    """


@transition_app.command("add")
def add(
    ctx: typer.Context,
    case: CaseArgument,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="discharge, release or move.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day of it (today).")
    ] = None,
    of: Annotated[
        str | None, typer.Option("--of", metavar="TEXT", help="From where: a hospital, a jail.")
    ] = None,
    visit: Annotated[
        int,
        typer.Option(
            "--visit",
            parser=whole_number,
            metavar="DAYS",
            help="Within how many days the client is to be seen: 7 or 14.",
        ),
    ] = USUAL_VISIT,
) -> None:
    """Record a transition, which starts its clock.

    casectl transition add 12 discharge --on yesterday --of "St Mary's" --visit 14. Reaching the
    client clears the contact; a visit, or seeing them at the office, clears the visit.
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    day = session.read_day(on, back=True) if on else session.today
    order = session.config.date_order
    made = new_transition(found, kind, day, visit, of, session.today, order)
    made = session.store.monitoring.add(made, "transition add")
    items = _owed(session, found)
    shown, made = session.shown(found), session.shown(made)
    session.output.wrote(
        transition_object(made, shown, items),
        *transition_sentences(made, shown, items, session.output),
    )


@transition_app.command("done")
def done(
    ctx: typer.Context,
    items: PiecesArgument,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it was settled (today).")
    ] = None,
) -> None:
    """Close a transition: how it went.

    casectl transition done 12.t1 "30 days at home, no return". It ends the contact and the visit
    that are still owed, so say why where there were none.
    """
    session = current(ctx)
    found, outcome, day = ending(session, items, on, TRANSITION)
    _, ended = session.store.planning.end(found, outcome, day, "transition done")
    _told(session, [case for case, _ in found], ended, "done")


@transition_app.command("drop")
def drop(ctx: typer.Context, items: PiecesReasonArgument) -> None:
    """Drop a transition that did not come, with a reason.

    casectl transition drop 12.t1 "stays in hospital"
    """
    session = current(ctx)
    found, words = named_pieces(session, items, TRANSITION)
    reason = needed_reason(session, words)
    ended = session.store.monitoring.end(
        [piece for _, piece in found], DROPPED, reason, session.today, "transition drop"
    )
    _told(session, [case for case, _ in found], ended, "dropped")


@transition_app.command("list")
def list_(ctx: typer.Context, case: CaseArgument) -> None:
    """The transitions of a case, what each still owes, and until when it is watched."""
    session = current(ctx)
    found = find_case(session, case)
    pieces = session.store.casework.of(found, TRANSITION)
    session.was_shown("transition list", [found])
    items = _owed(session, found)
    shown, pieces = session.shown(found), session.shown(pieces)
    if not session.output.draws:
        objects = [transition_object(each, shown, items) for each in pieces]
        session.output.table(objects, TRANSITION_COLUMNS)
    elif not pieces:
        session.output.say("No transition on record.")
    else:
        lines = (transition_line(each, shown, items, session.output) for each in pieces)
        session.output.say(*lines)


def _owed(session: Session, case: Case) -> "list[DueItem]":
    from casectl.core.due import due_items

    record = session.store.cases.record(case)
    items = due_items(record, session.standards, session.today)
    return [item for item in items if item.kind == "transition"]


def _told(session: Session, cases: list[Case], ended: "list[Piece]", word: str) -> None:
    sentences, objects = [], []
    for case, piece in zip(cases, ended, strict=True):
        shown, piece = session.shown(case), session.shown(piece)
        objects.append(transition_object(piece, shown, []))
        sentences += ended_sentences(shown, piece, word)
    session.output.wrote_all(objects, *sentences)
