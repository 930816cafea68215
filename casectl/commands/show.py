"""show: one case, everything on file."""

from typing import Annotated

import typer

from casectl.core.casefile import missing_facts, owed
from casectl.parameters import AsOfOption, CaseArgument, current
from casectl.render import reports


def show(
    ctx: typer.Context,
    case: CaseArgument,
    whole: Annotated[
        bool, typer.Option("--all", "--full", help="Every contact and note, in full.")
    ] = False,
    as_of: AsOfOption = None,
) -> None:
    """Everything on file for one case.

    On a terminal, what is due, the last contacts and the last notes. --json holds every contact
    and note whole; in a pipe, one line per fact: its name, a tab, its value.
    """
    session = current(ctx)
    session.as_of(as_of)
    file = session.store.cases.file(session.find_case(case))
    items = owed(file.record, session.standards, session.today)
    missing = missing_facts(file.case, file.client)
    session.was_shown("show", [file.case])
    reports.case_file(file, items, missing, session.output, whole=whole)
