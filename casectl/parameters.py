"""Parameters that several commands share, and completion of what they name."""

from typing import Annotated

import typer

from casectl.core.errors import CasectlError
from casectl.session import Session


def current(ctx: typer.Context) -> Session:
    """The session of this invocation."""
    session = ctx.find_object(Session)
    assert session is not None, "cli makes the session before any command runs"
    return session


def complete_case(ctx: typer.Context, incomplete: str) -> list[str]:
    """Handles (or numbers) that begin with what was typed. Never an error, never a prompt.

    No names beside them: a handle says enough, and a shell would draw a name as markup.
    """
    session = current(ctx)
    session.named_db = ctx.find_root().params.get("db")
    try:
        return [value for value, _ in session.store.cases.handles(incomplete)]
    except CasectlError:
        return []


MOST = 1_000_000  # of anything that --limit asks for

CaseArgument = Annotated[
    str,
    typer.Argument(
        metavar="CASE",
        help="A case: its number, its handle (garcia-12), or part of the client's name.",
        autocompletion=complete_case,
    ),
]
ItemArgument = Annotated[
    str,
    typer.Argument(
        metavar="ITEM",
        help="An item (12.3), or a case that has just one that fits.",
        autocompletion=complete_case,
    ),
]
CaseOrItemArgument = Annotated[
    str,
    typer.Argument(
        metavar="CASE|ITEM",
        help="A case, or an item of it (12.3), which is then what it is about.",
        autocompletion=complete_case,
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help="Look as of this day instead of today."),
]
ProgramOption = Annotated[
    str | None, typer.Option("--program", metavar="NAME", help="Only this program.")
]
LevelOption = Annotated[
    str | None,
    typer.Option(
        "--level", metavar="LEVEL", help="Only this level or higher: low, medium, high, crisis."
    ),
]
