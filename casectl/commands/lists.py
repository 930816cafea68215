"""meds, provider: what a client takes, and who else sees them."""

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from casectl.core.casework import DONE, DROPPED, MEDICATION, PROVIDER, Piece
from casectl.core.model import Case, Client
from casectl.core.monitoring import new_medication, new_provider
from casectl.core.values import NamedTuple
from casectl.naming import find_case
from casectl.parameters import CaseArgument, current
from casectl.pieces import PiecesArgument, ending
from casectl.render import Object, Output
from casectl.render.around import person_line, person_object
from casectl.render.monitoring import (
    MEDICATION_COLUMNS,
    PROVIDER_COLUMNS,
    medication_line,
    medication_object,
)
from casectl.render.plan import ended_sentences
from casectl.session import Session

meds_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
provider_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Listed(NamedTuple):
    """One of the two lists: what its commands are called, and how its pieces are told."""

    kind: str
    noun: str  # as on the command line
    end: str  # the verb that takes one off
    status: str  # which it then has
    ended: str  # in words
    object: Callable[[Piece, Case, Client], Object]
    line: Callable[[Piece, Case, Client, Output], str]
    columns: Sequence[str]


MEDICATIONS = Listed(
    MEDICATION, "meds", "stop", DONE, "stopped",
    lambda piece, case, client: medication_object(piece, case),
    lambda piece, case, client, output: medication_line(piece, case, output),
    MEDICATION_COLUMNS,
)  # fmt: skip
PROVIDERS = Listed(
    PROVIDER, "provider", "drop", DROPPED, "dropped",
    lambda piece, case, client: person_object(piece, case, client, {}),
    lambda piece, case, client, output: person_line(piece, case, client, {}),
    PROVIDER_COLUMNS,
)  # fmt: skip

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME|-", help="Its or their name; - reads standard input.")
]
AllOption = Annotated[bool, typer.Option("--all", help="Those of before as well.")]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help="The day it happened (today).")
]


@meds_app.callback()
def meds() -> None:
    """The medications of a client: add, stop, list.

    As the client, a bottle or a prescriber told it: casectl checks no dose and knows no
    interaction. A medication is named 12.m1.
    """


@meds_app.command("add")
def meds_add(
    ctx: typer.Context,
    case: CaseArgument,
    name: NameArgument,
    dose: Annotated[
        str | None, typer.Option("--dose", metavar="TEXT", help="How much, and how often.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--for", metavar="TEXT", help="What it is for.")
    ] = None,
    prescriber: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who prescribes it.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="Since when (today).")
    ] = None,
) -> None:
    """Add a medication.

    casectl meds add 12 Sertraline --dose "50 mg in the morning" --for depression --by "Dr Sample".
    The same name once more is a new dose: the one before ends with that day.
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    day = session.read_day(since, back=True) if since else session.today
    body = {"dose": dose, "for": reason, "prescriber": prescriber}
    made = new_medication(
        found, session.typed(name, "name"), day, body, session.today, session.config.date_order
    )
    _add(session, MEDICATIONS, found, made)


@meds_app.command("stop")
def meds_stop(ctx: typer.Context, items: PiecesArgument, on: OnOption = None) -> None:
    """End a medication, and say why where it is known.

    casectl meds stop 12.m1 "made her dizzy"
    """
    _end(current(ctx), MEDICATIONS, items, on)


@meds_app.command("list")
def meds_list(ctx: typer.Context, case: CaseArgument, all_: AllOption = False) -> None:
    """What a client takes."""
    _list(current(ctx), MEDICATIONS, case, all_)


@provider_app.callback()
def provider() -> None:
    """The providers among the people around a client: add, drop, list.

    Doctors, therapists, schools, probation: who else sees the client. A provider is named 12.pr1,
    and stands in casectl people show with the family and the others; this is the short way.
    """


@provider_app.command("add")
def provider_add(
    ctx: typer.Context,
    case: CaseArgument,
    name: NameArgument,
    role: Annotated[
        str | None, typer.Option("--role", metavar="TEXT", help="What they are to the client.")
    ] = None,
    phone: Annotated[
        str | None, typer.Option("--phone", metavar="NUMBER", help="Their phone number.")
    ] = None,
    email: Annotated[
        str | None, typer.Option("--email", metavar="ADDRESS", help="Their e-mail address.")
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="What else there is to know.")
    ] = None,
) -> None:
    """Add a provider.

    casectl provider add 12 "Dr Sample" --role "family doctor" --phone 555-0100. The same name once
    more takes the place of the one before. What may be shared with them is not said here.
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    body = {"role": role, "phone": phone, "email": email, "note": note}
    made = new_provider(found, session.typed(name, "name"), session.today, body)
    _add(session, PROVIDERS, found, made)


@provider_app.command("drop")
def provider_drop(ctx: typer.Context, items: PiecesArgument, on: OnOption = None) -> None:
    """Take a provider off the list, and say why where it is known.

    casectl provider drop 12.pr1 "retired"
    """
    _end(current(ctx), PROVIDERS, items, on)


@provider_app.command("list")
def provider_list(ctx: typer.Context, case: CaseArgument, all_: AllOption = False) -> None:
    """Who else sees a client."""
    _list(current(ctx), PROVIDERS, case, all_)


def _add(session: Session, of: Listed, case: Case, made: Piece) -> None:
    """Put one on the list, in the place of the one of its name."""
    made, before = session.store.monitoring.add_in_place(case, made, f"{of.noun} add")
    client = session.shown(session.store.cases.client(case.client_id))
    shown, made, before = session.shown(case), session.shown(made), session.shown(before)
    followed = (
        [f"It takes the place of {shown.number}.{before.part}, which is kept."] if before else []
    )
    session.output.wrote(
        of.object(made, shown, client),
        f"{shown.client} ({shown.handle}): {of.line(made, shown, client, session.output)}",
        *followed,
    )


def _end(session: Session, of: Listed, items: list[str], on: str | None) -> None:
    ends = ending(session, items, on, of.kind, "reason")
    ended = session.store.monitoring.end(
        ends.pieces, of.status, ends.outcome, ends.day, f"{of.noun} {of.end}"
    )
    sentences, objects = [], []
    for (case, _), piece in zip(ends.found, ended, strict=True):
        client = session.shown(session.store.cases.client(case.client_id))
        shown, piece = session.shown(case), session.shown(piece)
        objects.append(of.object(piece, shown, client))
        sentences += ended_sentences(shown, piece, of.ended)
    session.output.wrote_all(objects, *sentences)


def _list(session: Session, of: Listed, named: str, all_: bool) -> None:
    found = find_case(session, named)
    pieces = session.store.casework.of(found, of.kind, only_open=not all_)
    session.was_shown(f"{of.noun} list", [found])
    client = session.shown(session.store.cases.client(found.client_id))
    shown, pieces = session.shown(found), session.shown(pieces)
    if not session.output.draws:
        session.output.table([of.object(each, shown, client) for each in pieces], of.columns)
    elif not pieces:
        session.output.say(f"No {of.kind} on record.")
    else:
        session.output.say(*(of.line(each, shown, client, session.output) for each in pieces))
