"""caseload: how many cases of which sort, and whether one person can carry them."""

import typer

from casectl.colleagues import FilesOption, Sight, sights
from casectl.core.agenda import Ask
from casectl.core.weighing import AHEAD, free_slots, longest_unreached, trend_of, weight_of
from casectl.parameters import current
from casectl.render.weighing import Told, caseload_report
from casectl.session import Session


def caseload(ctx: typer.Context, of: FilesOption = None) -> None:
    """How many cases of which sort, and whether one person can carry them.

    Open cases by level, phase, program and status, and what they weigh in points, against what
    somebody full-time carries: of the sector's profile, or casectl config set full_time N. Then
    the last six weeks, who was not reached for the longest, and the next days with room. A phase
    is read off the record: assessment, planning, implementation, monitoring, closure.
    --of FILE reads others' caseloads or summaries, and writes nothing into them.
    """
    session = current(ctx)
    seen = sights(session, of, "caseload")
    caseload_report(
        [_told(session, each) for each in seen], session.output, several=of is not None
    )


def _told(session: Session, sight: Sight) -> Told:
    trails, capacity = sight.trails, sight.capacity
    unreached = longest_unreached(trails, sight.day)
    numbers = [each.number for each in unreached]
    cases = sight.cases(numbers)
    sight.was_shown("caseload", list(cases.values()))
    return Told(
        weight_of(trails, sight.day, capacity, sight.worker),
        tuple(trend_of(trails, sight.day, capacity)),
        tuple((each, cases.get(each.number)) for each in unreached),
        _slots(session, sight),
    )


def _slots(session: Session, sight: Sight):  # placeholder
    ...
