"""The one due engine: what a case owes, by which day, and in which band that puts it today.

Every screen, reminder and feed asks here, so that no two can disagree. Knows no clock and no
database; the day, and the hour where one matters, are arguments. Adding a kind of due item means
a fact in ``facts`` and a rule here.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from enum import IntEnum

from casectl.core.facts import BOTH, CLIENT_ONLY, WITH_GUARDIAN, Fact, Group, facts_of
from casectl.core.model import (
    APPOINTMENT,
    DEADLINE,
    FOLLOW_UP,
    Case,
    CaseRecord,
    Level,
    Promise,
)
from casectl.core.standards import Intervals, Standards
from casectl.core.values import NamedTuple
from casectl.core.workdays import WorkCalendar


class Band(IntEnum):
    """First the bands, which are never crossed; the number only orders inside one."""

    SAFETY = 0
    DEADLINE = 1
    NOW = 2
    SOON = 3


class DueItem(NamedTuple):
    """*This case owes this, by this day, because of that.*"""

    case: Case
    kind: str
    stage: str
    item: str  # as a person types it: 12.3, 12.contact
    what: str
    due: date
    level: int
    allowed: int  # days that one missed interval takes
    band: Band | None  # None: beyond the horizon, so not on the list yet
    days_late: int  # negative before its day
    since: date  # the fact day that the rule counted from
    waits: bool = False  # tried, and not to be tried again until ``retry_on``
    attempts: int = 0
    tried_on: date | None = None
    retry_on: date | None = None
    time: str | None = None
    promise: Promise | None = None
    last_reached: date | None = None

    @property
    def is_listed(self) -> bool:
        return self.band is not None

    @property
    def is_pressing(self) -> bool:
        """In a band that asks for something today."""
        return self.band is not None and self.band is not Band.SOON


# A rule: the fact's day and the program's intervals -> the due day, before days off are considered.
Rule = Callable[[date, Group, Intervals, WorkCalendar], date]


def _same_day(day: date, group: Group, intervals: Intervals, calendar: WorkCalendar) -> date:
    return day


def _after(days_of: Callable[[Intervals, Group], int]) -> Rule:
    """So many calendar days after the fact; off a day off to the working day before, if it can."""

    def rule(day: date, group: Group, intervals: Intervals, calendar: WorkCalendar) -> date:
        due = day + timedelta(days=days_of(intervals, group))
        working = calendar.on_or_before(due)
        return working if working > day else due

    return rule


def _unmoved(days_of: Callable[[Intervals], int], at_high: Callable[[Intervals], int]) -> Rule:
    """So many calendar days after the fact, worked or not, as safety is owed.

    But no later than the high level would owe it, whose day may move: raising a case to crisis
    never gives it a later day.
    """
    high = _after(lambda intervals, group: at_high(intervals))

    def rule(day: date, group: Group, intervals: Intervals, calendar: WorkCalendar) -> date:
        own = day + timedelta(days=days_of(intervals))
        return min(own, high(day, group, intervals, calendar))

    return rule


def _working_days_after(day: date, group: Group, intervals: Intervals, cal: WorkCalendar) -> date:
    return cal.after(day, intervals.first_contact[group.level - 1])


RULES: dict[tuple[str, str], Rule] = {
    ("safety", "begun"): _same_day,
    ("safety", "reach"): _unmoved(
        lambda i: i.contact[Level.CRISIS - 1], lambda i: i.contact[Level.HIGH - 1]
    ),
    ("safety", "review"): _unmoved(lambda i: i.crisis_review, lambda i: i.high_review),
    ("contact", "first"): _working_days_after,
    ("contact", "again"): _after(lambda i, g: i.contact[g.level - 1]),
    ("assessment", "first"): _after(lambda i, g: i.first_assessment),
    ("assessment", "again"): _after(lambda i, g: i.reassessment),
    ("assessment", "level"): _after(lambda i, g: i.high_review),
    ("next_step", "set"): _same_day,
    ("next_step", "clock"): _after(lambda i, g: i.contact[g.level - 1]),
    ("next_step", "decide"): _working_days_after,
    ("hold", ""): _same_day,
    (FOLLOW_UP, ""): _same_day,
    (APPOINTMENT, ""): _same_day,
}

ITEM_NAMES = {
    ("safety", "begun"): "safety",
    ("safety", "reach"): "safety",
    ("safety", "review"): "review",
    ("contact", "first"): "contact",
    ("contact", "again"): "contact",
    ("assessment", "first"): "assessment",
    ("assessment", "again"): "assessment",
    ("assessment", "level"): "review",
    ("next_step", "set"): "next",
    ("next_step", "clock"): "next",
    ("next_step", "decide"): "next",
    ("hold", ""): "hold",
}

WHAT = {
    ("safety", "begun"): "reach the client",
    ("safety", "reach"): "reach the client",
    ("safety", "review"): "review the crisis level",
    ("contact", "first"): "make the first contact",
    ("contact", "again"): "reach the client",
    ("assessment", "first"): "first assessment",
    ("assessment", "again"): "assess again",
    ("assessment", "level"): "review the high level",
    ("next_step", "set"): "set a next step",
    ("next_step", "clock"): "set a next step",
    ("next_step", "decide"): "take the referral on or decline it",
    ("hold", ""): "look at the held case again",
}
# Three attempts without reaching the client owe a change of approach.
CHANGE_OF_APPROACH = 3
ONE_DAY = timedelta(days=1)
OTHER_WAYS = "try another way: visit, letter, somebody who sees them"


def applies(group: Group, intervals: Intervals) -> bool:
    """Whether a fact counts under these standards (does the guardian's answer count?)."""
    if group.who == BOTH:
        return True
    return group.who == (WITH_GUARDIAN if intervals.guardian_counts else CLIENT_ONLY)


def due_on(group: Group, day: date, standards: Standards) -> date:
    """The day that a fact of ``group`` falls due. Never decreases as ``day`` grows."""
    if group.kind == DEADLINE:
        return day
    rule = RULES[group.kind, group.stage]
    return rule(day, group, standards.of(group.program), standards.calendar)


def allowed_days(group: Group, intervals: Intervals) -> int:
    """The days that one missed interval takes for this kind at this level."""
    level = group.level - 1
    match group.kind, group.stage:
        case ("safety", "review"):
            return intervals.crisis_review
        case ("safety", _) | ("contact", "again"):
            return intervals.contact[level]
        case ("contact", "first") | ("next_step", "decide"):
            return intervals.first_contact[level]
        case ("assessment", "first"):
            return intervals.first_assessment
        case ("assessment", "again"):
            return intervals.reassessment
        case ("assessment", "level"):
            return intervals.high_review
    return intervals.follow_up


def band_of(group: Group, since: date, due: date, today: date, standards: Standards) -> Band | None:
    """The band on ``today``; None while it is beyond the horizon and its own warning.

    What falls due before the next working day shows today: in NOW, safety too, because SAFETY
    holds only what is due; or in SOON where it was done today and cannot be cleared before then.
    """
    calendar = standards.calendar
    if group.kind == "safety" and due <= today:
        return Band.SAFETY
    if group.kind == DEADLINE:
        lead = standards.of(group.program).lead(group.stage)
        days = lead.lead if group.lead is None else group.lead
        if calendar.before(due, days) <= calendar.last_day_off_after(today):
            return Band.DEADLINE
        if calendar.before(due, max(lead.warning, days)) <= today:
            return Band.SOON
    elif due <= today:
        return Band.NOW
    elif due <= calendar.last_day_off_after(today):
        # What counts from today was done today; doing it once more would clear nothing.
        return Band.NOW if since < today or since == due else Band.SOON
    return Band.SOON if due <= today + timedelta(days=standards.horizon) else None


def last_fact(group: Group, until: date, standards: Standards) -> date:
    """The last fact day that falls due by ``until``; later facts fall due later."""
    span = timedelta(days=_span(group, standards.of(group.program)))
    day = standards.calendar.last_day_off_after(until) - span
    while due_on(group, day, standards) > until:
        day -= ONE_DAY
    return day


def _span(group: Group, intervals: Intervals) -> int:
    """The fewest days from a fact to its due day, before it moves off a day off."""
    if group.kind == DEADLINE or RULES[group.kind, group.stage] is _same_day:
        return 0
    if group.kind == "next_step" and group.stage == "clock":
        return intervals.contact[group.level - 1]
    return allowed_days(group, intervals)


def last_pressing(group: Group, today: date, standards: Standards) -> date:
    """The last fact day that puts an item of ``group`` into a band that presses today."""
    lead = standards.of(group.program).lead(group.stage).lead if group.lead is None else group.lead
    until = _days_off_after(group, lead, today, standards)
    return _last_where(group, until, today, standards, lambda band: band not in (None, Band.SOON))


def last_listed(group: Group, today: date, standards: Standards) -> date:
    """The last fact day that puts an item of ``group`` on today's list."""
    lead = standards.of(group.program).lead(group.stage)
    shown = max(lead.warning, lead.lead, group.lead or 0)
    until = max(
        _days_off_after(group, shown, today, standards),
        today + timedelta(days=standards.horizon),
    )
    return _last_where(group, until, today, standards, lambda band: band is not None)


def _days_off_after(group: Group, lead: int, today: date, standards: Standards) -> date:
    """The last day that today must look at, or one a little after it."""
    calendar = standards.calendar
    day = calendar.last_day_off_after(today)
    return calendar.after(day, lead + 1) if group.kind == DEADLINE else day


def _last_where(
    group: Group,
    until: date,
    today: date,
    standards: Standards,
    holds: Callable[[Band | None], bool],
) -> date:
    """The last fact due by ``until`` whose band ``holds``; every fact before it holds as well."""
    day = last_fact(group, until, standards)
    while not holds(band_of(group, day, due_on(group, day, standards), today, standards)):
        day -= ONE_DAY
    return day


def retry_on(tried_on: date, level: int, intervals: Intervals, calendar: WorkCalendar) -> date:
    """The day to try again after an attempt: 0 working days means later the same day."""
    return calendar.after(tried_on, intervals.retry[level - 1])


def waits(tried_on: date, group: Group, today: date, standards: Standards) -> bool:
    """Whether an attempt lets the case stand after the untried rows of its band."""
    again = retry_on(tried_on, group.level, standards.of(group.program), standards.calendar)
    return today < again or today == tried_on


def due_items(
    record: CaseRecord,
    standards: Standards,
    today: date,
    wanted: Callable[[Band | None, date], bool] | None = None,
) -> Iterator[DueItem]:
    """Everything one case owes, listed today or not. An open case always owes something.

    ``wanted`` picks by band and due day, before an item is made that nobody will see.
    """
    intervals = standards.of(record.case.program)
    for fact in facts_of(record):
        group, day, _ = fact
        if not applies(group, intervals):
            continue
        due = due_on(group, day, standards)
        band = band_of(group, day, due, today, standards)
        if wanted is None or wanted(band, due):
            yield _item(record, fact, due, band, standards, intervals, today)


def _item(
    record: CaseRecord,
    fact: Fact,
    due: date,
    band: Band | None,
    standards: Standards,
    intervals: Intervals,
    today: date,
) -> DueItem:
    group, day, promise = fact
    case = record.case
    tried = record.tried_on if group.tried else None
    return DueItem(
        case=case,
        kind=group.kind,
        stage=group.stage,
        item=item_name(case.number, group, promise),
        what=promise.what if promise else _what(group, record.attempts),
        due=due,
        level=group.level,
        allowed=allowed_days(group, intervals),
        band=band,
        days_late=(today - due).days,
        since=day,
        waits=tried is not None and waits(tried, group, today, standards),
        attempts=record.attempts if group.reaching else 0,
        tried_on=tried,
        retry_on=retry_on(tried, group.level, intervals, standards.calendar) if tried else None,
        time=promise.due_time if promise else None,
        promise=promise,
        last_reached=_last_reached(record, intervals),
    )


def item_name(number: int, group: Group, promise: Promise | None) -> str:
    return f"{number}.{promise.number if promise else ITEM_NAMES[group.kind, group.stage]}"


def _what(group: Group, attempts: int) -> str:
    if group.reaching and attempts >= CHANGE_OF_APPROACH:
        return OTHER_WAYS
    return WHAT[group.kind, group.stage]


def _last_reached(record: CaseRecord, intervals: Intervals) -> date | None:
    days = [record.reached_client_on]
    if intervals.guardian_counts:
        days.append(record.reached_guardian_on)
    return max((day for day in days if day), default=None)


def is_past_its_hour(item: DueItem, today: date, now: str) -> bool:
    """An appointment whose hour has passed asks: kept or missed?"""
    return item.kind == APPOINTMENT and (
        item.due < today or (item.due == today and item.time is not None and item.time < now)
    )
