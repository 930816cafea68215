"""week: the coming days, one by one."""

from datetime import timedelta
from typing import Annotated

import typer

from casectl.core.agenda import Ask
from casectl.core.errors import BadValue
from casectl.core.spoken import spoken
from casectl.core.weeks import DAYS, Week, week_of
from casectl.parameters import LevelOption, ProgramOption, current
from casectl.render import reports
from casectl.session import Session

FARTHEST = 366  # days ahead that a week may begin


def week(
    ctx: typer.Context,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="The first of the seven days (today)."),
    ] = None,
    program: ProgramOption = None,
    level: LevelOption = None,
) -> None:
    """The coming days: what has an hour, and what falls due.

    Each of seven days with its appointments and timed deadlines by the hour, then how much falls
    due and how long it is likely to take, the most pressing first. What is late stands on today,
    what triage planned on its day; days off and days away say so. --json has every item.
    """
    session = current(ctx)
    day = session.today if first is None else session.read_day(first)
    ahead = (day - session.today).days
    if not 0 <= ahead <= FARTHEST:
        raise BadValue(
            f"--from {spoken(day, session.config.date_order)} is not within the coming year",
            hint="casectl history tells what was",
        )
    ask = Ask(
        session.today,
        session.standards,
        None,
        session.known_program(program),
        session.read_level(level),
    )
    reports.week(_read(session, ask, ahead), session.output)
    session.tell_who_was_left_out()


def _read(session: Session, ask: Ask, ahead: int) -> Week:
    agenda, first = session.store.agenda, session.today + timedelta(days=ahead)
    items = agenda.pressing(ask, first + timedelta(days=DAYS - 1))
    leaves = session.store.leaves.all() if session.store.has_leaves() else []
    return week_of(
        items, first, session.today, session.standards.calendar, leaves, agenda.learned_minutes()
    )
