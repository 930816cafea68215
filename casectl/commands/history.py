"""history: who changed what, and when."""

from typing import Annotated

import typer

from casectl.core.model import ME, Case
from casectl.core.views import Gone
from casectl.naming import find_case, find_gone, is_own
from casectl.parameters import complete_case_or_me, current, limit_number
from casectl.render import reports

MOST = 20  # operations, unless somebody says


def history(
    ctx: typer.Context,
    case: Annotated[
        str | None,
        typer.Argument(
            metavar="[CASE]",
            help="Only this case: its number, handle, or part of the client's name. me is your "
            "own work.",
            autocompletion=complete_case_or_me,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", "-n", parser=limit_number, metavar="N", help="How many operations (20)."
        ),
    ] = None,
) -> None:
    """Who changed what, and when.

    The newest operation first, numbered as casectl undo takes them. What was undone says so. Of a
    purged case it tells by whom, when and why, and nothing that was in it.
    """
    session = current(ctx)
    found: Case | Gone | None = None
    if case is not None:
        found = ME if is_own(case) else find_gone(session, case) or find_case(session, case)
    most = limit or MOST
    entries = session.store.journal.entries(case=found, limit=most + 1)
    of = "" if found is None else found.stem if isinstance(found, Case) else str(found.number)
    reports.history(entries[:most], len(entries) > most, session.output, of)
    if len(entries) > most and limit is None:
        session.tell_that_it_was_cut("--limit N")
