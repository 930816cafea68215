"""today: the list."""

from typing import Annotated

import typer

from casectl.core.agenda import Ask
from casectl.core.errors import BadValue, NotFound
from casectl.parameters import (
    AsOfOption,
    LevelOption,
    ProgramOption,
    current,
    limit_number,
    whole_number,
)
from casectl.render import reports
from casectl.session import Session


def today(
    ctx: typer.Context,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", "-n", parser=limit_number, metavar="N", help="How many cases (20)."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every case on the list.")] = False,
    program: ProgramOption = None,
    level: LevelOption = None,
    soon: Annotated[
        int | None,
        typer.Option(
            "--soon", parser=whole_number, metavar="DAYS", help="How far ahead SOON looks (7)."
        ),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="CASE", help="The arithmetic behind one case's rank."),
    ] = None,
    done: Annotated[bool, typer.Option("--done", help="What was done today instead.")] = False,
    as_of: AsOfOption = None,
) -> None:
    """Who needs you first today, and why."""
    session = current(ctx)
    session.as_of(as_of)
    if done:
        reports.day_done(session.store.journal.did(session.today), session.output)
        return
    ask = asked(session, limit, everything, program, level, soon)
    if explain is not None:
        _explain(session, ask, explain)
        return
    if session.output.draws:
        reports.agenda(session.store.agenda.read(ask), session.output)
    else:
        reports.agenda_rows(session.store.agenda.rows(ask), session.output)
    session.tell_who_was_left_out()


def _explain(session: Session, ask: Ask, named: str) -> None:
    from casectl.core.explaining import explain

    case = session.find_case(named)
    record = session.store.cases.record(case)
    whole = session.store.agenda.rows(ask._replace(limit=None))
    explanation = explain(record, ask.standards, ask.today, whole)
    reports.explanation(explanation, session.output)


def asked(
    session: Session,
    limit: int | None,
    everything: bool,
    program: str | None,
    level: str | None,
    soon: int | None,
) -> Ask:
    standards = session.standards
    if soon is not None:
        if not 0 <= soon <= 366:
            raise BadValue("--soon is a number of days from 0 to 366")
        standards = standards._replace(horizon=soon)
    if program is not None and program not in session.store.cases.programs():
        raise NotFound(f"no case in a program {program[:40]!r}")
    return Ask(
        session.today,
        standards,
        None if everything else limit or session.config.limit,
        program,
        session.read_level(level),
    )
