"""lint: what of the casework asks for a second look, and what to do."""

from typing import Annotated

import typer

from casectl.core.linting import findings, nights, overloaded
from casectl.core.model import Contact
from casectl.core.weighing import weight_of
from casectl.naming import find_case
from casectl.parameters import ProgramOption, complete_case, current
from casectl.render.linting import lint_report
from casectl.render.noting import local_time


def lint(
    ctx: typer.Context,
    case: Annotated[
        str | None,
        typer.Argument(
            metavar="[CASE]",
            help="Only this case; else every open one.",
            autocompletion=complete_case,
        ),
    ] = None,
    program: ProgramOption = None,
) -> None:
    """What of the casework asks for a second look, and what to do.

    More open steps are the worker's than the client's; a plan that nobody touched for 90 days;
    goals without the client's words; contacts that say nowhere what was spoken; promises past due;
    an ethical concern left open; target days that were all moved; and, without a CASE, contacts
    logged night after night and more weight than full_time. Each says what to do. It changes
    nothing, and the exit code is 0 whatever is found.
    """  # fmt: skip
    session = current(ctx)
    store = session.store
    wanted = session.known_program(program)
    cases = [find_case(session, case)] if case is not None else store.cases.listed(program=wanted)
    found = []
    contacts: list[Contact] = []
    for each in cases:
        file = store.cases.file(each)
        found += findings(file, session.today, session.standards.of(each.program).note)
        contacts += file.contacts
    notices = []
    if case is None:
        found += nights(contacts, session.config.worker, session.today, local_time)
        capacity = session.capacity
        if capacity.full_time is None:
            notices = ["Not looked at: more weight than capacity (config set full_time N)."]
        else:
            weight = weight_of(store.trails.all(), session.today, capacity)
            found += overloaded(weight.total.points, capacity.full_time)
    shown = {each.case.id: each.case for each in found if each.case is not None}
    session.was_shown("lint", list(shown.values()))
    lint_report(found, notices, session.output)
