"""list: cases, filtered and sorted."""

from typing import Annotated

import typer

from casectl.core.casefile import SORTS, list_rows, sorted_rows
from casectl.core.errors import BadValue
from casectl.core.model import STATUSES
from casectl.parameters import AsOfOption, LevelOption, ProgramOption, current, limit_number
from casectl.render import reports


def list_(
    ctx: typer.Context,
    closed: Annotated[bool, typer.Option("--all", help="Closed cases too.")] = False,
    program: ProgramOption = None,
    level: LevelOption = None,
    status: Annotated[
        str | None,
        typer.Option("--status", metavar="STATUS", help="pending, active, on_hold or closed."),
    ] = None,
    sort: Annotated[
        str,
        typer.Option(
            "--sort",
            metavar="BY",
            help="number, name, level, opened, due or contact (longest ago).",
        ),
    ] = "number",
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", "-n", parser=limit_number, metavar="N", help="How many cases (all)."
        ),
    ] = None,
    as_of: AsOfOption = None,
) -> None:
    """List cases.

    The open ones, each with what it owes first and when the client was last reached.
    """
    session = current(ctx)
    session.as_of(as_of)
    sort = sort.strip().lower()
    if sort not in SORTS:
        raise BadValue(f"cannot sort by {sort[:40]!r}", hint=f"there are {', '.join(SORTS)}")
    cases = session.store.cases
    program = session.known_program(program)
    wanted = cases.listed(
        status=_status(status),
        closed=closed,
        program=program,
        level=session.read_level(level),
    )
    records = cases.records(wanted, lacks=session.standards.requires_any)
    rows = list_rows(records, session.standards, session.today)
    rows = sorted_rows(rows, sort)
    kept = rows if limit is None else rows[:limit]
    reports.case_list(kept, len(rows) - len(kept), session.output)


def _status(text: str | None) -> str | None:
    if text is None:
        return None
    status = text.strip().lower().replace("-", "_").replace(" ", "_")
    if status not in STATUSES:
        raise BadValue(f"no status {text[:40]!r}", hint=f"there are {', '.join(STATUSES)}")
    return status
