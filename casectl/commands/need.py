"""need: what a client lacks, until it is met."""

from typing import Annotated

import typer

from casectl.core.assessing import Need, checked_need, find_priority
from casectl.core.casework import DONE, DROPPED, NEED, OPEN, PLANNED, Piece
from casectl.core.domains import find_domain
from casectl.core.errors import BadValue
from casectl.core.guards import check_change
from casectl.core.model import Case
from casectl.core.text import checked_text
from casectl.naming import find_case, find_piece
from casectl.parameters import CaseArgument, current
from casectl.render import assessing as told
from casectl.session import Session

need_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

NeedArgument = Annotated[
    str,
    typer.Argument(metavar="ITEM", help="A need (12.need3), or a case that has just one."),
]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help="The day it was so (today).")
]


@need_app.callback()
def need() -> None:
    """The needs of a case: add, met, drop, list.

    Needs come out of assessments (casectl assess) and can be added alone. One that is open asks
    for a goal that serves it.
    """


@need_app.command("add")
def add(
    ctx: typer.Context,
    case: CaseArgument,
    text: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT|-]", help="What is lacking; - reads standard input."),
    ] = None,
    domain: Annotated[
        str | None, typer.Option("--domain", metavar="DOMAIN", help="housing, food, legal …")
    ] = None,
    priority: Annotated[
        str | None, typer.Option("--priority", metavar="LEVEL", help="low, medium or high.")
    ] = None,
    on: OnOption = None,
) -> None:
    """Add a need to a case.

    casectl need add 12 "no working stove" --domain housing --priority high
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    check_change(found, "need")
    what = checked_need(session.needed(text, "What is lacking? ", "TEXT"))
    named = session.needed(domain, "Domain? ", "--domain")
    where = find_domain(named, session.profile.domains)
    pressing = find_priority(priority) if priority is not None else None
    day = session.read_day(on, back=True) if on is not None else session.today
    if not found.opened_on <= day <= session.today:
        raise BadValue(f"{session.say_day(day)} is before the intake, or still ahead")
    piece = session.store.assessments.add_need(found, where.key, Need(what, pressing), day)
    piece, found = session.shown(piece), session.shown(found)
    session.output.wrote(
        told.need_object(piece, found),
        f"{found.client} ({found.handle}): need {told.need_words(piece, found)}.",
    )


@need_app.command("met")
def met(
    ctx: typer.Context,
    item: NeedArgument,
    text: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT|-]", help="How; - reads standard input."),
    ] = None,
    on: OnOption = None,
) -> None:
    """Mark a need met."""
    session = current(ctx)
    how = checked_text(session.typed(text, "text"), "text") if text is not None else None
    _end(session, item, DONE, "met", how, on)


@need_app.command("drop")
def drop(
    ctx: typer.Context,
    item: NeedArgument,
    reason: Annotated[
        str | None, typer.Argument(metavar="[REASON|-]", help="Why; - reads standard input.")
    ] = None,
    on: OnOption = None,
) -> None:
    """Drop a need that nobody will meet here, with the reason."""
    session = current(ctx)
    why = checked_text(session.needed(reason, "Why? ", "REASON"), "reason")
    _end(session, item, DROPPED, "dropped", why, on)


@need_app.command("list")
def list_(
    ctx: typer.Context,
    case: CaseArgument,
    all_: Annotated[
        bool, typer.Option("--all", help="Those that were met or dropped as well.")
    ] = False,
) -> None:
    """The needs of a case, the most pressing first."""
    session = current(ctx)
    found = find_case(session, case)
    pieces = [
        each
        for each in session.store.casework.of(found, NEED)
        if all_ or each.status in (OPEN, PLANNED)
    ]
    pieces.sort(key=lambda each: (each.ended_on is not None, -(each.level or 0), each.number))
    session.was_shown("need", [found])
    told.needs(pieces, found, session.output)


def _end(
    session: Session, item: str, status: str, word: str, outcome: str | None, on: str | None
) -> None:
    case, piece = find_piece(session, item, NEED)
    check_change(case, "need")
    _check_open(case, piece)
    day = session.read_day(on, back=True) if on is not None else session.today
    if not piece.on_day <= day <= session.today:
        raise BadValue(f"{session.say_day(day)} is before the need was found, or still ahead")
    piece = session.store.assessments.end_need(case, piece, status, day, outcome)
    piece, case = session.shown(piece), session.shown(case)
    said = f": {piece.outcome}" if piece.outcome else ""
    session.output.wrote(
        told.need_object(piece, case),
        f"{case.client} ({case.handle}): {word} {case.number}.{piece.part} {piece.what}{said}.",
    )


def _check_open(case: Case, piece: Piece) -> None:
    if piece.status not in (OPEN, PLANNED):
        word = "met" if piece.status == DONE else piece.status
        raise BadValue(
            f"{case.number}.{piece.part} is {word} already", hint=f"casectl history {case.number}"
        )
