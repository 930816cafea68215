"""Reports over a time: how a caseload moved, what was in time, what came of it, what was done.

Every measure is a count of things that happened (``Seen``), each in one part of it and in one
group. docs/reports.md defines them one by one, with examples that a test works out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from casectl.core.domains import DOMAINS
from casectl.core.due import Rules
from casectl.core.facts import Group
from casectl.core.model import ACTIVE, Level
from casectl.core.profiles import REASONS
from casectl.core.standards import Standards
from casectl.core.trails import Trail
from casectl.core.values import NamedTuple
from casectl.core.withholding import withheld
from casectl.core.workdays import ONE_DAY

CASELOAD, TIMELINESS, OUTCOMES, ACTIVITY = "caseload", "timeliness", "outcomes", "activity"
KINDS = (CASELOAD, TIMELINESS, OUTCOMES, ACTIVITY)
BY = ("program", "language")
ALL, NOT_SAID = "all", "not said"
READMITTED = 30  # days after closing
# How the parts of a caseload add up: what was there and what came, less what went, is what is left.
FLOW: Mapping[str, int] = {
    "open before": 1, "opened": 1, "reopened": 1, "closed": -1, "open at the end": -1,
}  # fmt: skip
ON_TIME, LATE = "on time", "late"
MEDIAN, SUM = "median", "sum"


class Seen(NamedTuple):
    """One thing that is counted. ``value`` is what is added up, or of what the median is taken."""

    measure: str
    part: str
    value: int | None = None


class Where(NamedTuple):
    """Whose a count is: the worker's, and of which program or language."""

    worker: str
    group: str


class Measure(NamedTuple):
    """One measure: its parts in their order, and how they add up."""

    name: str
    parts: tuple[str, ...]
    unit: str | None = None  # of its value: days, minutes, cents
    how: str = MEDIAN
    signs: Mapping[str, int] | None = None  # None: the parts come to the whole
    total: str | None = None  # measures that count the same things say the same word


class Line(NamedTuple):
    """One row of a report. ``n`` is None where it is withheld, and so is what follows from it."""

    worker: str
    group: str
    measure: str
    part: str
    n: int | None
    of: int | None = None
    percent: int | None = None
    value: int | None = None
    unit: str | None = None
    withheld: bool = False


class Period(NamedTuple):
    first: date
    last: date

    def holds(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


class Source(NamedTuple):
    """One worker's cases."""

    worker: str
    trails: Sequence[Trail]


def report(
    kind: str,
    sources: Sequence[Source],
    period: Period,
    standards: Standards,
    today: date,
    by: str | None = None,
    withhold_under: int | None = None,
) -> list[Line]:
    """The rows of one report, measure by measure, each group's before those of all together."""
    seen: list[tuple[Where, Seen]] = []
    rules = Rules(standards, today)
    for source in sources:
        of_client = _by_client(source.trails)
        for trail in source.trails:
            where = Where(source.worker, _group(trail, by))
            counted = _counted(kind, trail, of_client, period, rules)
            seen += [(where, each) for each in counted]
    measures = _measures(kind, seen)
    tables = [_Table(measure, seen) for measure in measures]
    hidden: set[_Key] = set()
    if withhold_under is not None:
        counts = {key: n for table in tables for key, n in table.counts.items()}
        sums = [each for table in tables for each in table.sums()] + list(_shared(tables))
        hidden = withheld(counts, sums, withhold_under)
    return [line for table in tables for line in table.lines(hidden)]


def _group(trail: Trail, by: str | None) -> str:
    if by is None:
        return ALL
    said = (trail.program if by == "program" else trail.language) or ""
    said = " ".join(said.split())
    return said[:1].upper() + said[1:] if said else NOT_SAID


def _by_client(trails: Iterable[Trail]) -> dict[str, list[Trail]]:
    found: dict[str, list[Trail]] = {}
    for each in trails:
        found.setdefault(each.client, []).append(each)
    return found


def _counted(
    kind: str, trail: Trail, of_client: Mapping[str, Sequence[Trail]], period: Period, rules: Rules
) -> Iterator[Seen]:
    if kind == CASELOAD:
        yield from _caseload(trail, period)
    elif kind == TIMELINESS:
        yield from _contacts(trail, period, rules)
        yield from _first_contact(trail, period, rules)
        yield from _plan(trail, period, rules)
    elif kind == OUTCOMES:
        yield from _referrals(trail, period)
        yield from _goals(trail, period)
        yield from _domains(trail, period)
        yield from _endings(trail, of_client[trail.client], period, rules.today)
    else:
        yield from _activity(trail, period)


# -- caseload --------------------------------------------------------------------------------------


def moves(trail: Trail) -> list[tuple[date, str]]:
    """The days on which a case was opened, closed or reopened, in order."""
    days = {trail.opened_on, *(each.from_on for each in trail.stands)}
    if trail.closed_on is not None:
        days.add(trail.closed_on)
    found: list[tuple[date, str]] = []
    was_open = False
    for day in sorted(each for each in days if each >= trail.opened_on):
        is_open = trail.is_open(day)
        if not was_open and (is_open or not found):
            found.append((day, "reopened" if found else "opened"))
            was_open = True
        if was_open and not is_open:
            found.append((day, "closed"))
        was_open = is_open
    return found


def _caseload(trail: Trail, period: Period) -> Iterator[Seen]:
    before = period.first - ONE_DAY
    if trail.is_open(before):
        yield Seen("cases", "open before")
    for day, what in moves(trail):
        if period.holds(day):
            yield Seen("cases", what)
    if trail.is_open(period.last):
        yield Seen("cases", "open at the end")


# -- timeliness ------------------------------------------------------------------------------------


def _due(rules: Rules, kind: str, stage: str, level: int, program: str | None, day: date) -> date:
    """The day that the one due engine has for it."""
    return rules.of(Group(kind, stage, level, program or "")).due_on(day)


def _contacts(trail: Trail, period: Period, rules: Rules) -> Iterator[Seen]:
    """Each time that a contact was owed after one that reached the client."""
    reached = trail.reached
    for place, day in enumerate(reached):
        following = reached[place + 1] if place + 1 < len(reached) else None
        level = trail.level(day)
        crisis = level == Level.CRISIS
        kind, stage = ("safety", "reach") if crisis else ("contact", "again")
        due = _due(rules, kind, stage, level, trail.program, day)
        end = due if following is None else min(following, due)
        if following is None and due >= rules.today:
            continue  # there is time left
        if period.holds(end) and _was_active(trail, day, end):
            on_time = following is not None and following <= due
            yield Seen(f"contact, {level.word}", ON_TIME if on_time else LATE)


def _was_active(trail: Trail, first: date, last: date) -> bool:
    """Whether a case was active the whole time: on hold or closed, no contact was owed."""
    days = [first, last, *(each.from_on for each in trail.stands if first < each.from_on <= last)]
    stood = [trail.stood(day) for day in days]
    return all(each is not None and each.status == ACTIVE for each in stood)


def _first_contact(trail: Trail, period: Period, rules: Rules) -> Iterator[Seen]:
    """Of cases whose intake is in the time. What was imported in the middle is left out."""
    if not period.holds(trail.opened_on) or trail.clock_from is not None:
        return
    level = trail.level(trail.opened_on)
    due = _due(rules, "contact", "first", level, trail.program, trail.opened_on)
    first = next((day for day in trail.reached if day >= trail.opened_on), None)
    if first is not None:
        days = (first - trail.opened_on).days
        yield Seen("first contact", ON_TIME if first <= due else LATE, days)
    elif due < rules.today:
        if trail.is_open(due):
            yield Seen("first contact", LATE)
    elif trail.is_open(rules.today):
        yield Seen("first contact", "not due yet")


def _plan(trail: Trail, period: Period, rules: Rules) -> Iterator[Seen]:
    """Of cases whose first plan was agreed in the time: the days since intake."""
    agreed = first_agreed(trail)
    if agreed is None or not period.holds(agreed) or trail.clock_from is not None:
        return
    intervals = rules.standards.of(trail.program)
    days = (agreed - trail.opened_on).days
    allowed = intervals.first_assessment + intervals.plan
    yield Seen("time to plan", ON_TIME if days <= allowed else LATE, days)


def first_agreed(trail: Trail) -> date | None:
    """The day of the first plan; a later one stands in the case's own column."""
    since = next((each.from_on for each in trail.stands if each.agreed), None)
    days = [day for day in (since, trail.agreed_on) if day is not None]
    return min(days, default=None)


# -- outcomes --------------------------------------------------------------------------------------


def _referrals(trail: Trail, period: Period) -> Iterator[Seen]:
    for each in trail.sent:
        if period.holds(each.on):
            days = (each.answered_on - each.on).days if each.answered_on else None
            yield Seen("referral answer", each.answer or "no answer", days)
            yield Seen("referral", "connected" if each.connected else "not connected")


def _goals(trail: Trail, period: Period) -> Iterator[Seen]:
    for each in trail.work:
        if each.kind == "goal" and period.holds(each.ended_on):
            yield Seen("goal", "reached" if each.status == "done" else "dropped")


def _domains(trail: Trail, period: Period) -> Iterator[Seen]:
    """Each domain that was assessed at least twice, the last time within the time."""
    by_domain: dict[str, list[tuple[date, int]]] = {}
    for assessed in trail.assessments:
        if assessed.on <= period.last:
            for domain, level in assessed.levels.items():
                by_domain.setdefault(domain, []).append((assessed.on, level))
    for domain, levels in by_domain.items():
        (_, first), (last_on, last) = levels[0], levels[-1]
        if len(levels) > 1 and period.holds(last_on):
            part = "same" if last == first else "better" if last > first else "worse"
            yield Seen(f"domain, {domain}", part)


def _endings(
    trail: Trail, same_client: Sequence[Trail], period: Period, today: date
) -> Iterator[Seen]:
    closed = [day for day, what in moves(trail) if what == "closed"]
    for day in closed:
        if not period.holds(day):
            continue
        last = day == trail.closed_on
        yield Seen("closing", (trail.ending if last else None) or "reopened since")
        until = day + timedelta(days=READMITTED)
        began = [d for d, what in moves(trail) if what == "reopened"]
        began += [each.opened_on for each in same_client if each.number != trail.number]
        if any(day <= each <= until for each in began):
            part = f"back within {READMITTED} days"
        else:
            part = "not back" if until <= today else "too early to tell"
        yield Seen("readmission", part)


# -- activity --------------------------------------------------------------------------------------


def _activity(trail: Trail, period: Period) -> Iterator[Seen]:
    for each in trail.contacts:
        if period.holds(each.on):
            outcome = "reached" if each.reached else "tried"
            yield Seen("contact", f"{each.by}, {outcome}", each.minutes)
            yield Seen("contact with", each.party, each.minutes)
    for day in trail.notes:
        if period.holds(day):
            yield Seen("note", "written")
    for assessed in trail.assessments:
        if period.holds(assessed.on):
            yield Seen("assessment", "made")
    for sent in trail.sent:
        if period.holds(sent.on):
            yield Seen("referral sent", "sent")
            if sent.cents is not None:
                yield Seen("cost of a service", f"resource {sent.service}", sent.cents)


# -- counted ---------------------------------------------------------------------------------------

IN_TIME = (ON_TIME, LATE)
ORDER: Mapping[str, tuple[Measure, ...]] = {
    CASELOAD: (Measure("cases", tuple(FLOW), signs=FLOW),),
    TIMELINESS: (
        *(Measure(f"contact, {level.word}", IN_TIME) for level in sorted(Level, reverse=True)),
        Measure("first contact", (*IN_TIME, "not due yet"), "days"),
        Measure("time to plan", IN_TIME, "days"),
    ),
    OUTCOMES: (
        Measure(
            "referral answer", ("accepted", "declined", "waitlisted", "no answer"), "days",
            total="sent",
        ),
        Measure("referral", ("connected", "not connected"), total="sent"),
        Measure("goal", ("reached", "dropped")),
        *(Measure(f"domain, {each.key}", ("better", "same", "worse")) for each in DOMAINS),
        Measure("closing", (*REASONS, "reopened since"), total="closed"),
        Measure(
            "readmission", (f"back within {READMITTED} days", "not back", "too early to tell"),
            total="closed",
        ),
    ),
    ACTIVITY: (
        Measure("contact", (), "minutes", SUM, total="contacts"),
        Measure("contact with", (), "minutes", SUM, total="contacts"),
        Measure("note", ("written",)),
        Measure("assessment", ("made",)),
        Measure("referral sent", ("sent",)),
        Measure("cost of a service", (), "cents", SUM),
    ),
}  # fmt: skip


def _measures(kind: str, seen: Iterable[tuple[Where, Seen]]) -> list[Measure]:
    """The measures of a report of which anything was seen, with parts that only a record knows."""
    parts: dict[str, dict[str, None]] = {}
    for _, each in seen:
        parts.setdefault(each.measure, {})[each.part] = None
    found = []
    known = {each.name: each for each in ORDER[kind]}
    own = [Measure(name, ("better", "same", "worse")) for name in sorted(set(parts) - set(known))]
    for measure in (*ORDER[kind], *own):
        if measure.name in parts:
            more = sorted(set(parts[measure.name]) - set(measure.parts))
            listed = measure.parts if measure.name != "closing" else tuple(
                each for each in measure.parts if each in parts[measure.name]
            )  # fmt: skip
            found.append(measure._replace(parts=(*listed, *more)))
    return found


_Key = tuple[str, Where, str]
EVERYONE = Where(ALL, ALL)


class _Table:
    """One measure counted: groups by parts, with what they come to."""

    def __init__(self, measure: Measure, seen: Iterable[tuple[Where, Seen]]) -> None:
        self.measure = measure
        values: dict[tuple[Where, str], list[int | None]] = {}
        for where, each in seen:
            if each.measure == measure.name:
                values.setdefault((where, each.part), []).append(each.value)
        self.groups = sorted({where for where, _ in values})
        self.adds = len(measure.parts) > 1 and measure.signs is None
        self.values: dict[tuple[Where, str], list[int | None]] = {}
        parts = [*measure.parts, *([ALL] if self.adds else [])]
        groups = [*self.groups, *([EVERYONE] if len(self.groups) > 1 else [])]
        for group in groups:
            for part in parts:
                self.values[group, part] = [
                    value
                    for (where, name), each in values.items()
                    if group in (where, EVERYONE) and part in (name, ALL)
                    for value in each
                ]
        self.counts: dict[_Key, int] = {
            (measure.name, group, part): len(each) for (group, part), each in self.values.items()
        }

    def sums(self) -> Iterator[dict[_Key, int]]:
        """What a reader can add up: the parts of each group, the groups of each part."""
        name, measure = self.measure.name, self.measure
        groups = {group for group, _ in self.values}
        for group in groups:
            if measure.signs is not None:
                yield {(name, group, part): sign for part, sign in measure.signs.items()}
            elif self.adds:
                yield {
                    **{(name, group, part): 1 for part in measure.parts},
                    (name, group, ALL): -1,
                }
        if EVERYONE in groups:
            for part in {part for _, part in self.values}:
                yield {
                    **{(name, group, part): 1 for group in self.groups if group != EVERYONE},
                    (name, EVERYONE, part): -1,
                }

    @property
    def whole(self) -> str:
        """The part that stands for everything counted."""
        return ALL if self.adds else self.measure.parts[0]

    def lines(self, hidden: set[_Key]) -> Iterator[Line]:
        measure = self.measure
        for (group, part), values in self.values.items():
            key = (measure.name, group, part)
            told = key not in hidden
            of_key = (measure.name, group, ALL)
            of = self.counts[of_key] if self.adds and part != ALL and of_key not in hidden else None
            line = Line(group.worker, group.group, measure.name, part, None, withheld=not told)
            if not told:
                yield line._replace(of=of)
                continue
            value = _value(values, measure.how) if measure.unit else None
            percent = _percent(len(values), of) if of else None
            yield line._replace(
                n=len(values), of=of, percent=percent, value=value,
                unit=measure.unit if value is not None else None,
            )  # fmt: skip


def _shared(tables: Sequence[_Table]) -> Iterator[dict[_Key, int]]:
    """Measures that count the same things have the same whole, which a reader knows."""
    by_total: dict[str, list[_Table]] = {}
    for table in tables:
        if table.measure.total is not None:
            by_total.setdefault(table.measure.total, []).append(table)
    for same in by_total.values():
        first = same[0]
        for other in same[1:]:
            for group in {group for group, _ in first.values} & {g for g, _ in other.values}:
                yield {
                    (first.measure.name, group, first.whole): 1,
                    (other.measure.name, group, other.whole): -1,
                }


def _value(values: Sequence[int | None], how: str) -> int | None:
    """The sum, or the median (the lower one of two), of those that have a value."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    return sum(known) if how == SUM else known[(len(known) - 1) // 2]


def _percent(n: int, of: int) -> int:
    """Rounded half up."""
    return (200 * n + of) // (2 * of)
