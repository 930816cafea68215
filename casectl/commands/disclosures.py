"""disclosures: what was told of a client, to whom, and by which right."""

from typing import Annotated

import typer
from typer.core import TyperGroup

from casectl.asking import needed
from casectl.core.casework import DISCLOSURE
from casectl.core.errors import BadValue
from casectl.core.planning import check_past_day
from casectl.core.text import checked_text
from casectl.naming import find_case
from casectl.parameters import CaseArgument, current
from casectl.render.consents import (
    DISCLOSURE_COLUMNS,
    accounting,
    disclosure_object,
    disclosure_sentences,
)
from casectl.sharing import permit


class _OfACase(TyperGroup):
    """``disclosures 12`` lists: a first word that is no verb is the case."""

    def parse_args(self, ctx: "typer._click.core.Context", args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and (args[0] == "--" or args[0][:1] != "-"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


disclosures_app = typer.Typer(
    cls=_OfACase,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@disclosures_app.callback()
def disclosures() -> None:
    """What was told of a client, to whom, and by which right: list, add.

    casectl disclosures 12 is the accounting that a client may ask for. Whatever leaves casectl
    for a named recipient stands in it by itself. None of it can be undone: what was told cannot
    be taken back.
    """


@disclosures_app.command("list")
def list_(ctx: typer.Context, case: CaseArgument) -> None:
    """The accounting of a case: day, to whom, what, what for, by which right, by whom.

    casectl disclosures 12. With the notice that goes along with every disclosure (42 CFR 2.32).
    """
    session = current(ctx)
    found = find_case(session, case)
    told = session.store.casework.of(found, DISCLOSURE)
    session.was_shown("disclosures", [found])
    found, told = session.shown(found), session.shown(told)
    if session.output.draws:
        session.output.say(*accounting(told, found, found.client, session.output))
    else:
        objects = [disclosure_object(each, found) for each in told]
        session.output.table(objects, DISCLOSURE_COLUMNS)


@disclosures_app.command("add")
def add(
    ctx: typer.Context,
    case: CaseArgument,
    to: Annotated[str | None, typer.Option("--to", metavar="NAME", help="Who was told.")] = None,
    purpose: Annotated[
        str | None, typer.Option("--purpose", metavar="TEXT", help="What for.")
    ] = None,
    what: Annotated[
        str | None, typer.Option("--what", metavar="TEXT", help="What they were told.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it was told (today).")
    ] = None,
    override: Annotated[
        str | None,
        typer.Option("--override", metavar="REASON|-", help="Why, where no release covers it."),
    ] = None,
    basis: Annotated[
        str | None,
        typer.Option("--basis", metavar="TEXT", help="The law or order that asks for it."),
    ] = None,
) -> None:
    """Log something that was told outside of casectl: on the phone, at a meeting.

    casectl disclosures add 12 --to "Example Pantry" --purpose "food parcels" --what "her address".
    It is put under the release that covered it on that day. Where none did, it was told all the
    same: --override says why.
    """
    session = current(ctx)
    found = find_case(session, case, write=True)

    def text(said: str) -> str:
        return checked_text(said, "text")

    recipient = needed(session, to, "Who was told? ", "--to", text)
    reason = needed(session, purpose, "What for? ", "--purpose", text)
    told = needed(session, what, "What were they told? ", "--what", text)
    day = session.read_day(on, back=True) if on is not None else session.today
    check_past_day(found, day, session.today, session.config.date_order)
    if override is not None and basis is not None:
        raise BadValue("a law or an override, not both", hint="--basis TEXT, or --override REASON")
    permission = permit(
        session, found, recipient, reason, told, override=override, basis=basis, on=day
    )
    made = session.store.sharing.record(found, permission, day)
    found, made = session.shown(found), session.shown(made)
    session.output.wrote(
        disclosure_object(made, found), *disclosure_sentences(made, found, session.output)
    )
