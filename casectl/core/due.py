"""The one due engine: what a case owes, by which day, and in which band that puts it today.

Every screen, reminder and feed asks here, so that no two can disagree. Knows no clock and no
database; the day, and the hour where one matters, are arguments. Adding a kind of due item means
a fact in ``facts`` and a rule here.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cached_property

from casectl.core.facts import (
    BETWEEN,
    BOTH,
    CLIENT_ONLY,
    CONTACT,
    MISSING,
    WITH_GUARDIAN,
    Group,
    clock_moved,
    comes_after,
    facts_of,
    planned_for,
)
from casectl.core.model import (
    APPOINTMENT,
    DEADLINE,
    FOLLOW_UP,
    Case,
    CaseRecord,
    Level,
    Promise,
    Watch,
)
from casectl.core.standards import Intervals, Standards
from casectl.core.values import IntEnum, NamedTuple, new_tuple
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
    last_reached: date | None = None  # of a contact
    planned_on: date | None = None  # the day that a plan covers it for, today or ahead
    put_off: bool = False  # in NOW, and planned for a later day
    who: str | None = None  # who acts, where it is a piece of casework and not the worker
    lead: int | None = None  # a deadline's own, or the days of a piece of casework

    @property
    def stands_behind(self) -> bool:
        """Whether it comes after the rows of its band that do not wait."""
        return self.waits or self.put_off

    @property
    def is_appointment(self) -> bool:
        """Whether it takes place on its day; what two that were missed ask for does not."""
        return self.kind == APPOINTMENT and self.promise is not None

    @property
    def is_listed(self) -> bool:
        return self.band is not None

    @property
    def is_pressing(self) -> bool:
        """In a band that asks for something today."""
        return self.band is not None and self.band is not Band.SOON


# The fact's day and the program's intervals -> the due day.
DueDay = Callable[[date, Group, Intervals, WorkCalendar], date]


def _same_day(day: date, group: Group, intervals: Intervals, calendar: WorkCalendar) -> date:
    return day


def _after(days_of: Callable[[Intervals, Group], int]) -> DueDay:
    """So many calendar days after the fact; off a day off to the working day before, if it can."""

    def rule(day: date, group: Group, intervals: Intervals, calendar: WorkCalendar) -> date:
        return _worked(day, day + timedelta(days=days_of(intervals, group)), calendar)

    return rule


def _worked(day: date, due: date, calendar: WorkCalendar) -> date:
    """``due``, or the working day before it if that is after the fact's ``day``.

    The office's first, then one's own: where no day of one's own is left, the office's holds.
    """
    if calendar.away:
        due = _worked(day, due, calendar.office)
    working = calendar.on_or_before(due)
    return working if working > day else due


def _unmoved(days_of: Callable[[Intervals], int], at_high: Callable[[Intervals], int]) -> DueDay:
    """So many calendar days after the fact, worked or not, as safety is owed.

    But no later than the high level would owe it, whose day may move: raising a case to crisis
    never gives it a later day.
    """
    high = _after(lambda intervals, group: at_high(intervals))

    def rule(day: date, group: Group, intervals: Intervals, calendar: WorkCalendar) -> date:
        own = day + timedelta(days=days_of(intervals))
        return min(own, high(day, group, intervals, calendar))

    return rule


# As many days as the fact's piece of casework says itself.
_own_lead = _after(lambda intervals, group: group.lead or 0)


def _in_working_days(days_of: Callable[[Intervals, Group], int]) -> DueDay:
    """So many days that the office works; who is away then makes the contact before.

    Counting one's own days away would let a new client wait for two weeks longer.
    """

    def rule(day: date, group: Group, intervals: Intervals, calendar: WorkCalendar) -> date:
        return _worked(day, calendar.office.after(day, days_of(intervals, group)), calendar)

    return rule


_first_contact = _in_working_days(lambda i, g: i.first_contact[g.level - 1])


RULES: dict[tuple[str, str], DueDay] = {
    ("safety", "begun"): _same_day,
    ("safety", "reach"): _unmoved(
        lambda i: i.contact[Level.CRISIS - 1], lambda i: i.contact[Level.HIGH - 1]
    ),
    ("safety", "review"): _unmoved(lambda i: i.crisis_review, lambda i: i.high_review),
    ("contact", "first"): _first_contact,
    ("contact", "again"): _after(lambda i, g: i.contact[g.level - 1]),
    ("assessment", "first"): _after(lambda i, g: i.first_assessment),
    ("assessment", "again"): _after(lambda i, g: i.reassessment),
    ("assessment", "level"): _after(lambda i, g: i.high_review),
    ("next_step", "set"): _same_day,
    ("next_step", "clock"): _after(lambda i, g: i.contact[g.level - 1]),
    ("next_step", "decide"): _first_contact,
    ("hold", ""): _same_day,
    # An import left out what it left out of many at once: it is asked for as they are reached.
    (MISSING, ""): _after(lambda i, g: i.missing),
    (MISSING, "clock"): _after(lambda i, g: i.contact[g.level - 1]),
    (FOLLOW_UP, ""): _same_day,
    (APPOINTMENT, ""): _same_day,
    ("safety", "flag"): _same_day,
    ("safety", "plan"): _same_day,
    ("assessment", "repeat"): _own_lead,
    ("assessment", "draft"): _after(lambda i, g: i.draft_lapse),
    ("plan", "first"): _after(lambda i, g: i.plan),
    ("plan", "review"): _after(lambda i, g: i.plan_review),
    ("plan", "need"): _after(lambda i, g: i.plan),
    ("goal", "target"): _same_day,
    ("goal", "again"): _after(lambda i, g: i.goal_review),
    ("goal", "step"): _same_day,
    ("note", ""): _after(lambda i, g: i.note),
    (APPOINTMENT, "missed"): _same_day,
    ("transition", "contact"): _in_working_days(lambda i, g: i.transition_contact),
    ("transition", "visit"): _own_lead,
    ("voice", ""): _own_lead,
    ("referral", "send"): _after(lambda i, g: i.referral),
    ("referral", "chase"): _after(lambda i, g: i.referral),
    ("referral", "connect"): _same_day,
    ("referral", "elsewhere"): _same_day,
    ("denial", ""): _after(lambda i, g: i.follow_up),
    ("consent", ""): _same_day,
    ("consent", "look"): _same_day,
    ("consent", "sign"): _after(lambda i, g: i.follow_up),
    ("handover", ""): _in_working_days(lambda i, g: i.handover),
    ("handover", "back"): _in_working_days(lambda i, g: i.handover),
    ("handover", "contact"): _first_contact,
    ("handover", "give"): _same_day,
    ("closing", "notice"): _same_day,
    ("closing", "sign_off"): _same_day,
    ("closing", "after_death"): _same_day,
    ("aftercare", ""): _after(lambda i, g: i.aftercare),
}
# Kinds that fall due after a standard of their own, and not after what one missed interval takes.
SPANS = {
    "transition": "transition_contact", "note": "note", "handover": "handover",
    "aftercare": "aftercare", MISSING: "missing",
}  # fmt: skip
# Shown once they are due and not before: a contact of this morning owes no reminder of its note.
NEVER_SOON = frozenset({"note"})

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
    ("safety", "flag"): "flag",
    ("plan", "first"): "plan",
    ("plan", "review"): "plan",
    (MISSING, ""): "missing",
    (MISSING, "clock"): "missing",
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
    ("safety", "flag"): "red flag: assess the risk today",
    ("plan", "first"): "agree a plan with the client",
    ("plan", "review"): "review the plan",
    (MISSING, ""): "find out",
    (MISSING, "clock"): "find out",
}
# Three attempts without reaching the client owe a change of approach.
CHANGE_OF_APPROACH = 3
ONE_DAY = timedelta(days=1)
NOT_UNDERSTOOD = "not understood: casectl doctor tells more"
OTHER_WAYS = "try another way: visit, letter, somebody who sees them"


def applies(group: Group, intervals: Intervals) -> bool:
    """Whether a fact counts under these standards (does the guardian's answer count?)."""
    if group.kind == "note" and not intervals.note:
        return False
    if group.kind == MISSING:
        return bool(required(group, intervals))
    if group.who == BOTH:
        return True
    return group.who == (WITH_GUARDIAN if intervals.guardian_counts else CLIENT_ONLY)


def required(group: Group, intervals: Intervals) -> list[str]:
    """What is not known of the group's cases and has to be."""
    wanted = intervals.requires
    return [each for each in group.lacks.split(BETWEEN) if each in wanted] if wanted else []


def allowed_days(group: Group, intervals: Intervals) -> int:
    """The days that one missed interval takes for this kind at this level."""
    level = group.level - 1
    match group.kind, group.stage:
        case ("safety", "review"):
            return intervals.crisis_review
        case ("safety", _) | ("contact", "again"):
            return intervals.contact[level]
        case ("contact", "first") | ("next_step", "decide") | ("handover", "contact"):
            return intervals.first_contact[level]
        case ("assessment", "first"):
            return intervals.first_assessment
        case ("assessment", "again") | ("missing", _):  # which assessing again asks for as well
            return intervals.reassessment
        case ("assessment", "level"):
            return intervals.high_review
        case ("plan", "review"):
            return intervals.plan_review
        case ("plan", _):
            return intervals.plan
        case ("goal", "again"):
            return intervals.goal_review
        case ("note", _) | ("voice", _) | ("assessment", "draft" | "repeat"):
            return intervals.first_assessment  # paperwork that is late buries no client
        case ("referral", _):
            return intervals.referral
    return intervals.follow_up


def retry_on(tried_on: date, level: int, intervals: Intervals, calendar: WorkCalendar) -> date:
    """The day to try again after an attempt: 0 working days means later the same day."""
    return calendar.after(tried_on, intervals.retry[level - 1])


class Rules:
    """The standards on one day: a rule for every group, each made once."""

    def __init__(self, standards: Standards, today: date) -> None:
        self.standards = standards
        self.today = today
        self.soon_until = today + timedelta(days=standards.horizon)
        self._rules: dict[tuple[object, ...], Rule] = {}
        self._off_until: dict[date, date] = {}
        # What falls due before the next working day shows today.
        self.days_off_until = self.off_until(today)
        self.what = WHAT
        if standards.client != "client":
            self.what = {of: said.replace("client", standards.client) for of, said in WHAT.items()}

    def of(self, group: Group) -> "Rule":
        """One rule for all groups that differ in attempts, plans, or programs without standards."""
        kind, stage, level, program, lead, who, reaching, _, _, lacks = group
        own = program if program in self.standards.programs else ""
        same = (kind, stage, level, own, lead, who, reaching, lacks)
        rule = self._rules.get(same)
        if rule is None:
            rule = self._rules[same] = Rule(group, self)
        return rule

    def off_until(self, day: date) -> date:
        """The last of the days off that follow ``day``; itself where the next one is worked."""
        known = self._off_until.get(day)
        if known is None:
            known = self._off_until[day] = self.standards.calendar.last_day_off_after(day)
        return known

    def items(self, record: CaseRecord, *, listed: bool = False) -> Iterator[DueItem]:
        """Everything one case owes, or only what is ``listed`` today."""
        for group, day, promise, watch in facts_of(record):
            rule = self.of(group)
            if rule.applies and (not listed or rule.due(day)[1] is not None):
                yield rule.item(record, day, promise, watch)


class Rule:
    """What the facts of one group owe on one day. Later facts fall due later, in no higher band."""

    def __init__(self, group: Group, rules: Rules) -> None:
        self.group = group
        self.rules = rules
        self.intervals = rules.standards.of(group.program)
        self.applies = applies(group, self.intervals)
        self.missing = BETWEEN.join(required(group, self.intervals)) if group.lacks else ""
        # A deadline is due on its day. So is what no rule is of: one row that is not understood
        # takes no list down, and none is left out.
        self._due_day = RULES.get((group.kind, group.stage), _same_day)
        self._known: dict[date, tuple[date, Band | None]] = {}

    @cached_property
    def allowed(self) -> int:
        """The days that one missed interval takes."""
        return allowed_days(self.group, self.intervals)

    def due_on(self, day: date) -> date:
        """The day that a fact falls due. Never decreases as ``day`` grows."""
        return self._due_day(day, self.group, self.intervals, self.rules.standards.calendar)

    def due(self, day: date) -> tuple[date, Band | None]:
        """When a fact of this day falls due, and in which band that puts it; worked out once."""
        known = self._known.get(day)
        if known is None:
            due = self.due_on(day)
            known = self._known[day] = due, self._band(day, due)
        return known

    def _band(self, since: date, due: date) -> Band | None:
        """The band today; None while it is beyond the horizon and its own warning.

        What falls due before the next working day shows today: in NOW, safety too, because SAFETY
        holds only what is due; or in SOON where it was done today and cannot be cleared before
        then.
        """
        rules, today = self.rules, self.rules.today
        if self.group.kind == DEADLINE:
            warning, lead = self._announced()
            calendar = rules.standards.calendar
            if calendar.before(due, lead) <= rules.days_off_until:
                return Band.DEADLINE
            if calendar.before(due, warning) <= today:
                return Band.SOON
        elif due <= today:
            return Band.SAFETY if self.group.kind == "safety" else Band.NOW
        # What counts from today was done today; doing it once more would clear nothing.
        elif due <= rules.days_off_until and (since < today or since == due):
            return Band.NOW
        if self.group.kind in NEVER_SOON:
            return None
        return Band.SOON if due <= max(self._soon_until(), rules.days_off_until) else None

    def _soon_until(self) -> date:
        """The last due day that shows ahead: within the horizon, or a release's own warning."""
        ahead = self.rules.soon_until
        if self.group.kind == "consent" and not self.group.stage:
            warned = self.rules.today + timedelta(days=self.intervals.consent_warning)
            return max(ahead, warned)
        return ahead

    def _announced(self) -> tuple[int, int]:
        """The warning and the lead of a deadline, in working days."""
        standard, own = self.intervals.lead(self.group.stage), self.group.lead
        lead = standard.lead if own is None else own
        return max(standard.warning, lead), lead

    # -- the last facts that matter: every fact before them matters as well --------------------

    def last_due(self, until: date) -> date:
        """The last fact day that falls due by ``until``."""
        day = self._none_after(until)
        while self.due_on(day) > until:
            day -= ONE_DAY
        return day

    def none_told_after(self, until: date) -> date:
        """A fact day after which none presses or falls due by ``until``; not all before it do.

        Finding the very last one costs more than looking at a few facts too many.
        """
        return self._none_after(max(until, self._looked_at(ahead=1)))

    def _none_after(self, until: date) -> date:
        """A fact day after which none falls due by ``until``."""
        return self.rules.off_until(until) - timedelta(days=self._span())

    @cached_property
    def last_late(self) -> date:
        """The last fact day that is late."""
        return self.last_due(self.rules.today - ONE_DAY)

    @cached_property
    def last_pressing(self) -> date:
        """The last fact day in a band that presses."""
        until = self._looked_at(ahead=1)
        return self._last_where(until, lambda band: band not in (None, Band.SOON))

    @cached_property
    def last_listed(self) -> date:
        """The last fact day on the list."""
        until = max(self._looked_at(ahead=0), self._soon_until())
        return self._last_where(until, lambda band: band is not None)

    def _span(self) -> int:
        """The fewest days from a fact to its due day, before it moves off a day off."""
        if self._due_day is _same_day:
            return 0
        if self._due_day is _own_lead:
            return self.group.lead or 0
        kind, intervals = self.group.kind, self.intervals
        if self.group.stage == "clock":
            return intervals.contact[self.group.level - 1]
        if (kind, self.group.stage) == ("handover", "contact"):
            return self.allowed
        if kind in SPANS or self.group.stage == "draft":
            days: int = getattr(intervals, SPANS.get(kind, "draft_lapse"))
            return days
        return self.allowed

    def _looked_at(self, *, ahead: int) -> date:
        """The last due day that may be announced today, or one a little after it.

        ``ahead`` picks of a deadline's warning and lead.
        """
        off_until = self.rules.days_off_until
        if self.group.kind != DEADLINE:
            return off_until
        return self.rules.standards.calendar.after(off_until, self._announced()[ahead] + 1)

    def _last_where(self, until: date, holds: Callable[[Band | None], bool]) -> date:
        """The last fact due by ``until`` whose band ``holds``."""
        day = self.last_due(until)
        while not holds(self.due(day)[1]):
            day -= ONE_DAY
        return day

    # -- attempts ------------------------------------------------------------------------------

    def waits(self, tried_on: date) -> bool:
        """Whether an attempt lets the case stand after the untried rows of its band."""
        today = self.rules.today
        return today < self._retry_on(tried_on) or today == tried_on

    @cached_property
    def first_waiting(self) -> date:
        """The earliest day of an attempt that still lets a case wait."""
        day = self.rules.today
        while self.waits(day - ONE_DAY):
            day -= ONE_DAY
        return day

    def _retry_on(self, tried_on: date) -> date:
        calendar = self.rules.standards.calendar
        return retry_on(tried_on, self.group.level, self.intervals, calendar)

    # -- plans ---------------------------------------------------------------------------------

    def puts_off(self, planned_on: date) -> bool:
        """Whether a plan for that day lets what it covers stand behind the others in NOW."""
        return self.rules.today < planned_on

    # -- an item -------------------------------------------------------------------------------

    def _last_reached(self, record: CaseRecord, day: date) -> date | None:
        """Who counts from being reached, and from nothing else, was reached on that day."""
        if self.group.stage == "again" and not clock_moved(record.case):
            return day
        return last_reached(record, self.intervals)

    def item(
        self, record: CaseRecord, day: date, promise: Promise | None, watch: Watch | None = None
    ) -> DueItem:
        """What the fact of this day owes.

        Of ``record`` it reads the case, its attempts, and of a contact who was reached.
        """
        due, band = self.due(day)
        kind, stage, level, _, _, _, reaching, _, _, _ = self.group
        case = record.case
        attempts, tried, again, waiting = 0, None, None, False
        tried_on = record.tried_on if reaching and record.attempts else None
        if tried_on is not None and not comes_after(promise, day, tried_on):
            attempts, tried = record.attempts, tried_on
        if tried is not None:
            again, waiting = self._retry_on(tried), self.waits(tried)
        planned = planned_for(case, kind, day)
        if planned is not None and planned < self.rules.today:
            planned = None
        put_off = band is Band.NOW and planned is not None and self.puts_off(planned)
        reached = self._last_reached(record, day) if kind == CONTACT else None
        part: str | int
        if watch is not None:
            part, what, time = watch.part, watch.what, None
        elif promise is None:
            part = ITEM_NAMES.get((kind, stage), kind)
            what = self.rules.what.get((kind, stage), NOT_UNDERSTOOD)
            if self.missing:
                what = f"{what}: {self.missing}"
            elif attempts >= CHANGE_OF_APPROACH:
                what = OTHER_WAYS
            time = None
        else:
            part, what, time = promise.number, promise.what, promise.due_time
        return new_tuple(
            DueItem, (
                case, kind, stage, f"{case.stem}.{part}", what, due, level, self.allowed, band,
                (self.rules.today - due).days, day, waiting, attempts, tried, again, time, promise,
                reached, planned, put_off, watch and watch.who, self.group.lead,
            )
        )  # fmt: skip


def last_reached(record: CaseRecord, intervals: Intervals) -> date | None:
    """The last day that the client was reached, or the guardian where that counts."""
    reached = record.reached_client_on
    if record.reached_guardian_on is not None and intervals.guardian_counts:
        reached = max(reached or date.min, record.reached_guardian_on)
    return reached


def due_items(record: CaseRecord, standards: Standards, today: date) -> Iterator[DueItem]:
    """Everything one case owes, listed today or not. An open case always owes something."""
    return Rules(standards, today).items(record)


def is_past_its_hour(item: DueItem, today: date, now: str) -> bool:
    """An appointment whose hour has passed asks: kept or missed?"""
    return item.is_appointment and (
        item.due < today or (item.due == today and item.time is not None and item.time < now)
    )
