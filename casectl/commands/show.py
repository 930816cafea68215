"""show: one case, everything on file."""

from typing import Annotated

import typer

from casectl.core.casefile import owed
from casectl.core.model import ME, OPEN, CaseRecord
from casectl.naming import find_case, is_own
from casectl.parameters import AsOfOption, CaseOrMeArgument, current
from casectl.render import reports
from casectl.session import Session


def show(
    ctx: typer.Context,
    case: CaseOrMeArgument,
    whole: Annotated[
        bool, typer.Option("--all", "--full", help="Every contact and note, in full.")
    ] = False,
    as_of: AsOfOption = None,
) -> None:
    """Everything on file for one case.

    On a terminal, what is due, the last contacts and the last notes. --json holds every contact
    and note whole; in a pipe, one line per fact: its name, a tab, its value. me shows your own
    work (casectl follow me).
    """
    session = current(ctx)
    session.as_of(as_of)
    if is_own(case):
        _own(session, whole=whole)
        return
    file = session.store.cases.file(find_case(session, case))
    items = owed(file.record, session.standards, session.today)
    session.was_shown("show", [file.case])
    reports.case_file(file, items, session.output, whole=whole)


def _own(session: Session, *, whole: bool) -> None:
    """The worker's own work: what is open, and with ``whole`` what has ended."""
    promises = session.store.promises.own()
    record = CaseRecord(ME, tuple(each for each in promises if each.status == OPEN))
    items = owed(record, session.standards, session.today)
    reports.own_work(items, promises, session.output, whole=whole)
