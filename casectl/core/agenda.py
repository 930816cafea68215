"""The day's list as a value: what was asked, what comes first, and what stands behind it."""

from datetime import date

from casectl.core.due import Band
from casectl.core.model import Case, Promise
from casectl.core.priority import Ranked
from casectl.core.standards import Standards
from casectl.core.values import NamedTuple

LIMIT = 20
# Of a day, for what the list asks; the rest goes to records, ways, meetings and who walks in.
WORKING_HOURS = 6
# SAFETY and DEADLINE are never cut by a limit; past this many a count says how to see the rest.
WHOLE = 200
# Totals are exact up to here and then say "1,000+": counting a million rows is nobody's morning.
COUNT_CAP = 1000


class Ask(NamedTuple):
    """What somebody wants of the list."""

    today: date
    standards: Standards
    limit: int | None = LIMIT  # None: everything
    program: str | None = None
    level: int | None = None  # this level or higher
    hours: int | None = None  # that one has for it today; None asks nothing of the load
    folds: bool = False  # whether what does not fit them is left to a count


class Counts(NamedTuple):
    """Cases, each number capped at ``COUNT_CAP + 1``.

    The worker's own work, which is a row and no case, counts as one in ``need``, ``overdue`` and
    ``due``: those say how much the list asks for.
    """

    open: int = 0
    need: int = 0  # something due or late, or in SAFETY or DEADLINE
    overdue: int = 0
    due: int = 0  # the others of those in need: nothing late yet
    out_of_contact: int = 0


class Load(NamedTuple):
    """How much of what needs somebody one day holds, by the minutes that it is likely to take."""

    fits: int  # cases, of those in need
    folded: int = 0  # of the others, rows that the list leaves to a count, capped as counts are


class Agenda(NamedTuple):
    ask: Ask
    rows: tuple[Ranked, ...]
    counts: Counts
    hours: tuple[tuple[Case, Promise], ...]  # appointments and timed deadlines, by the hour
    more: int  # listed cases that the limit cut, capped
    next_due: date | None  # of anything at all
    load: Load | None = None  # where not all of it fits


def ahead(ask: Ask, until: date) -> Ask:
    """``ask`` with all that falls due by ``until`` on the list: SOON, where nothing presses."""
    horizon = max(ask.standards.horizon, (until - ask.today).days)
    return ask._replace(standards=ask.standards._replace(horizon=horizon))


def cut(ranked: list[Ranked], limit: int | None) -> list[Ranked]:
    """The first ``limit`` rows, but SAFETY and DEADLINE whole up to ``WHOLE``."""
    if limit is None:
        return ranked
    kept: list[Ranked] = []
    for row in ranked:
        urgent = row.first.band in (Band.SAFETY, Band.DEADLINE)
        if len(kept) < (max(WHOLE, limit) if urgent else limit):
            kept.append(row)
    return kept
