"""meds, provider: what a client takes, and who else sees them."""

from typing import Annotated

import typer

from casectl.core.casework import DONE, DROPPED, MEDICATION, PROVIDER
from casectl.core.monitoring import new_medication, new_provider
from casectl.core.planning import check_past_day
from casectl.parameters import CaseArgument, current
from casectl.pieces import PiecesArgument, named_pieces, rest_as_text
from casectl.render.monitoring import (
    MEDICATION_COLUMNS,
    PROVIDER_COLUMNS,
    medication_line,
    medication_object,
    provider_line,
    provider_object,
)
from casectl.render.plan import ended_sentences

meds_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
provider_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

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
    found = session.find_case(case, write=True)
    day = session.read_day(since, back=True) if since else session.today
    body = {"dose": dose, "for": reason, "prescriber": prescriber}
    made = new_medication(found, session.typed(name, "name"), day, body, session.today)
    made, before = session.store.monitoring.add_in_place(found, made, "meds add")
    shown, made, before = session.shown(found), session.shown(made), session.shown(before)
    followed = (
        [f"It takes the place of {shown.number}.{before.part}, which is kept."] if before else []
    )
    session.output.wrote(
        medication_object(made, shown),
        f"{shown.client} ({shown.handle}): {medication_line(made, shown, session.output)}",
        *followed,
    )


@meds_app.command("stop")
def meds_stop(ctx: typer.Context, items: PiecesArgument, on: OnOption = None) -> None:
    """End a medication, and say why where it is known.

    casectl meds stop 12.m1 "made her dizzy"
    """
    session = current(ctx)
    found, words = named_pieces(session, items, MEDICATION)
    outcome = rest_as_text(session, words, "reason")
    day = session.read_day(on, back=True) if on else session.today
    for case, _ in found:
        check_past_day(case, day, session.today, session.config.date_order)
    pieces = [piece for _, piece in found]
    ended = session.store.monitoring.end(pieces, DONE, outcome, day, "meds stop")
    sentences, objects = [], []
    for (case, _), piece in zip(found, ended, strict=True):
        shown, piece = session.shown(case), session.shown(piece)
        objects.append(medication_object(piece, shown))
        sentences += ended_sentences(shown, piece, "stopped")
    session.output.wrote_all(objects, *sentences)


@meds_app.command("list")
def meds_list(ctx: typer.Context, case: CaseArgument, all_: AllOption = False) -> None:
    """What a client takes."""
    session = current(ctx)
    found = session.find_case(case)
    pieces = session.store.casework.of(found, MEDICATION, only_open=not all_)
    session.was_shown("meds list", [found])
    shown, pieces = session.shown(found), session.shown(pieces)
    if not session.output.draws:
        objects = [medication_object(each, shown) for each in pieces]
        session.output.table(objects, MEDICATION_COLUMNS)
    elif not pieces:
        session.output.say("No medication on record.")
    else:
        session.output.say(*(medication_line(each, shown, session.output) for each in pieces))


@provider_app.callback()
def provider() -> None:
    """The providers of a client: add, drop, list.

    Doctors, therapists, schools, probation: who else sees the client. A provider is named 12.pr1.
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
    found = session.find_case(case, write=True)
    body = {"role": role, "phone": phone, "email": email, "note": note}
    made = new_provider(found, session.typed(name, "name"), session.today, body)
    made, before = session.store.monitoring.add_in_place(found, made, "provider add")
    shown, made, before = session.shown(found), session.shown(made), session.shown(before)
    followed = (
        [f"It takes the place of {shown.number}.{before.part}, which is kept."] if before else []
    )
    session.output.wrote(
        provider_object(made, shown),
        f"{shown.client} ({shown.handle}): {provider_line(made, shown)}",
        *followed,
    )


@provider_app.command("drop")
def provider_drop(ctx: typer.Context, items: PiecesArgument, on: OnOption = None) -> None:
    """Take a provider off the list, and say why where it is known.

    casectl provider drop 12.pr1 "retired"
    """
    session = current(ctx)
    found, words = named_pieces(session, items, PROVIDER)
    outcome = rest_as_text(session, words, "reason")
    day = session.read_day(on, back=True) if on else session.today
    for case, _ in found:
        check_past_day(case, day, session.today, session.config.date_order)
    pieces = [piece for _, piece in found]
    ended = session.store.monitoring.end(pieces, DROPPED, outcome, day, "provider drop")
    sentences, objects = [], []
    for (case, _), piece in zip(found, ended, strict=True):
        shown, piece = session.shown(case), session.shown(piece)
        objects.append(provider_object(piece, shown))
        sentences += ended_sentences(shown, piece, "dropped")
    session.output.wrote_all(objects, *sentences)


@provider_app.command("list")
def provider_list(ctx: typer.Context, case: CaseArgument, all_: AllOption = False) -> None:
    """Who else sees a client."""
    session = current(ctx)
    found = session.find_case(case)
    pieces = session.store.casework.of(found, PROVIDER, only_open=not all_)
    session.was_shown("provider list", [found])
    shown, pieces = session.shown(found), session.shown(pieces)
    if not session.output.draws:
        objects = [provider_object(each, shown) for each in pieces]
        session.output.table(objects, PROVIDER_COLUMNS)
    elif not pieces:
        session.output.say("No provider on record.")
    else:
        session.output.say(*(provider_line(each, shown) for each in pieces))
