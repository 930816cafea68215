"""history: who changed what, and when."""

from typing import Annotated

import typer

from casectl.parameters import MOST, complete_case, current
from casectl.render import reports


def history(
    ctx: typer.Context,
    case: Annotated[
        str | None,
        typer.Argument(
            metavar="[CASE]",
            help="Only this case: its number, handle, or part of the client's name.",
            autocompletion=complete_case,
        ),
    ] = None,
    limit: Annotated[
        int,
        typer.Option("--limit", "-n", min=1, max=MOST, metavar="N", help="How many operations."),
    ] = 20,
) -> None:
    """Who changed what, and when.

    The newest operation first, numbered as casectl undo takes them. What was undone says so.
    """
    session = current(ctx)
    found = session.find_case(case) if case is not None else None
    entries = session.store.journal.entries(case=found, limit=limit + 1)
    reports.history(entries[:limit], len(entries) > limit, session.output)
