"""caseload: how many cases of which sort, and whether one person can carry them."""

from datetime import timedelta

import typer

from casectl.colleagues import IdentityOption, MoreFiles, OfOption, Sight, closing, days_of, sights
from casectl.core.weighing import AHEAD, Slot, free_slots, longest_unreached, trend_of
from casectl.parameters import current
from casectl.render.weighing import Told, caseload_report
from casectl.session import Session


def caseload(
    ctx: typer.Context,
    files: MoreFiles = None,
    of: OfOption = None,
    identity: IdentityOption = None,
) -> None:
    """How many cases of which sort, and whether one can carry them.

    Open cases by level, phase, program and status, and what they weigh in points, against what
    somebody full-time carries: of the sector's profile, or casectl config set full_time N. Then
    the last six weeks, who was not reached for the longest, and the next days with room. A phase
    is read off the record: assessment, planning, implementation, monitoring, closure.
    """
    session = current(ctx)
    seen = sights(session, of, files, identity)
    told = [_told(session, each) for each in seen]
    closing(seen, session)
    days_of(seen, session)
    caseload_report(told, session.output, several=of is not None)


def _told(session: Session, sight: Sight) -> Told:
    unreached = longest_unreached(sight.trails, sight.day)
    cases = sight.cases(each.number for each in unreached)
    sight.was_shown("caseload", list(cases.values()))
    return Told(
        sight.weight,
        tuple(trend_of(sight.trails, sight.day, sight.capacity)),
        tuple((each, cases.get(each.number)) for each in unreached),
        _slots(session, sight),
        sight.known_on,
    )


def _slots(session: Session, sight: Sight) -> tuple[Slot, ...] | None:
    items = sight.pressing(sight.day + timedelta(days=AHEAD))
    if items is None:
        return None
    hours = session.config.working_hours
    calendar = sight.calendar
    return tuple(free_slots(items, sight.day, calendar, hours, sight.learned_minutes))
