"""From a case's record to its *facts*: the days that standards count from, by group.

A group is everything a rule reads but the day, so two facts of one group are ordered by their day
alone and ``due.due_on`` never decreases with it. The store keeps the earliest fact of each case
and group beside the cases, and the day's list reads the head of each group instead of every case.
Facts change only when the record does; standards are applied when asking.
"""

from collections.abc import Container, Iterable, Iterator
from datetime import date

from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CLOSED,
    DEADLINE,
    FOLLOW_UP,
    KNOWABLE,
    ON_HOLD,
    PENDING,
    REACHING_KINDS,
    Case,
    CaseRecord,
    Client,
    Level,
    Promise,
    Watch,
)
from casectl.core.values import NamedTuple, new_tuple

# What a person typed in: a case may have several facts of one group.
PROMISED = (FOLLOW_UP, DEADLINE, APPOINTMENT)
# What a piece of casework owes has a name of its own; of a group there may be several as well.
WATCHED = frozenset(
    {
        ("aftercare", ""), (APPOINTMENT, "missed"), ("assessment", "draft"),
        ("assessment", "repeat"), ("closing", "after_death"), ("closing", "notice"),
        ("closing", "sign_off"), ("consent", ""), ("consent", "look"), ("consent", "sign"),
        ("denial", ""),
        ("goal", "again"), ("goal", "step"), ("goal", "target"), ("handover", ""),
        ("handover", "back"), ("handover", "contact"), ("handover", "give"),
        ("note", ""), ("plan", "need"), ("referral", "chase"), ("referral", "connect"),
        ("referral", "elsewhere"), ("referral", "send"), ("safety", "plan"),
        ("transition", "contact"), ("transition", "visit"), ("voice", ""),
    }
)  # fmt: skip
# Every other kind is derived from the case: at most one fact of a case and group.
NEVER_PLANNED = ("safety", DEADLINE)
# Of casework, what goes on while a case is on hold, and once it is closed.
ON_WHILE_HELD = ("safety", "consent", "closing", "handover")
# And what is left to do of a case whose client died, while the closing waits for its sign-off.
ON_AFTER_DEATH = ("closing", "handover", "note", "referral", "denial", "aftercare")
AFTER_DEATH = ("closing", "after_death")
SEEN_AFTER = ("transition", "contact")  # owed until the client is reached
AFTER_CLOSING = "aftercare"
CONTACT, MISSING = "contact", "missing"
BETWEEN = ", "  # the words of a group's ``lacks``
# Whose answer a fact counts: everybody's rule, the client's alone, or the guardian's as well.
BOTH, CLIENT_ONLY, WITH_GUARDIAN = "", "client", "guardian"


class Group(NamedTuple):
    """What a rule reads beside the day."""

    kind: str
    stage: str
    level: int
    program: str
    lead: int | None = None  # a deadline's own lead
    who: str = BOTH
    reaching: bool = False  # cleared only by reaching somebody
    tried: bool = False  # attempts were made since the client was last reached, and it may wait
    planned: bool = False  # the case's plan covers it
    lacks: str = ""  # what is not known of the case: "phone, language"


class Fact(NamedTuple):
    group: Group
    day: date
    promise: Promise | None = None
    watch: Watch | None = None


def planned_for(case: Case, kind: str, day: date) -> date | None:
    """The day that the case's plan puts a fact of this ``day`` off to; None where it covers none.

    It covers what counted when it was made: neither a promise that falls due later nor a clock that
    a contact started since. Safety and deadlines never.
    """
    made = case.planned_from
    if made is None or day > made or kind in NEVER_PLANNED:
        return None
    return case.planned_on


def facts_of(record: CaseRecord) -> Iterator[Fact]:
    """Every fact of one case. An open one has at least one, a closed one only its aftercare."""
    case = record.case
    make = _Maker(record)
    if case.status == CLOSED:
        yield from _watched(record, make)
        return
    yield from _promised(record, make)
    if record.watches:
        yield from _watched(record, make)
        if make.after_death:
            return
    if make.level == Level.CRISIS:
        yield from _safety(record, make)
    if case.status == PENDING:
        yield make("next_step", "decide", case.opened_on)
    elif case.status == ON_HOLD:
        yield make("hold", "", case.hold_until or case.opened_on)
    elif case.status == ACTIVE:
        yield from _standards(record, make)


def named_facts(record: CaseRecord) -> Iterator[Fact]:
    """The facts that have a name of their own: of the open promises, and of the casework."""
    if record.promises or record.watches:
        make = _Maker(record)
        yield from _promised(record, make)
        yield from _watched(record, make)


class _Maker:
    """Facts of one case, its level and program filled in."""

    def __init__(self, record: CaseRecord) -> None:
        self.level = int(record.case.level)
        self.program = record.case.program or ""
        self.tried_on = record.tried_on if record.attempts > 0 else None
        self.case = record.case
        # Nobody is to be reached, and no family asked, whose closing as died is to be signed off.
        self.after_death = bool(record.watches) and any(
            watch[:2] == AFTER_DEATH for watch in record.watches
        )

    def __call__(
        self,
        kind: str,
        stage: str,
        day: date,
        promise: Promise | None = None,
        lead: int | None = None,
        watch: Watch | None = None,
    ) -> Fact:
        """What needs nobody's answer."""
        planned = planned_for(self.case, kind, day) is not None
        group = new_tuple(
            Group, (kind, stage, self.level, self.program, lead, BOTH, False, False, planned, "")
        )
        return new_tuple(Fact, (group, day, promise, watch))

    def missing(self, stage: str, day: date, lacks: tuple[str, ...]) -> Fact:
        """All that is not known, in one fact: a program asks for some of it, or for none."""
        fact = self(MISSING, stage, day)
        return fact._replace(group=fact.group._replace(lacks=BETWEEN.join(lacks)))

    def reaching(
        self, kind: str, stage: str, day: date, who: str = BOTH, promise: Promise | None = None
    ) -> Fact:
        """What only reaching somebody clears; an attempt lets it wait, unless it comes after."""
        tried = self.tried_on is not None and not comes_after(promise, day, self.tried_on)
        planned = planned_for(self.case, kind, day) is not None
        group = new_tuple(
            Group, (kind, stage, self.level, self.program, None, who, True, tried, planned, "")
        )
        return new_tuple(Fact, (group, day, promise, None))


def comes_after(promise: Promise | None, day: date, tried_on: date) -> bool:
    """Whether it was promised for a later day than that of the attempt, which is not its own."""
    return promise is not None and day > tried_on


def _promised(record: CaseRecord, make: _Maker) -> Iterator[Fact]:
    case = record.case
    for promise in record.promises:
        if promise.kind == DEADLINE:
            subject, lead = promise.subject or "other", promise.lead_days
            yield make(DEADLINE, subject, promise.due_on, promise, lead)
        elif promise.kind == APPOINTMENT:
            yield make(APPOINTMENT, "", promise.due_on, promise)
        elif case.status != ON_HOLD:
            day = _latest(promise.due_on, case.resumed_on)
            if promise.subject in REACHING_KINDS:
                if make.after_death:
                    continue
                yield make.reaching(FOLLOW_UP, "", day, promise=promise)
            else:
                yield make(FOLLOW_UP, "", day, promise)


def _watched(record: CaseRecord, make: _Maker) -> Iterator[Fact]:
    """While a case is on hold some of it goes on; the rest counts from the hold's end."""
    case = record.case
    for watch in record.watches:
        kind, stage, day, _, _, lead, _ = watch
        if (kind == AFTER_CLOSING) is not (case.status == CLOSED):
            continue
        if make.after_death and kind not in ON_AFTER_DEATH:
            continue
        if (kind, stage) == SEEN_AFTER and _seen_since(record, day):
            continue
        if kind in ON_WHILE_HELD:
            yield make(kind, stage, day, lead=lead, watch=watch)
        elif case.status != ON_HOLD:
            yield make(kind, stage, _latest(day, case.resumed_on), lead=lead, watch=watch)


def _seen_since(record: CaseRecord, day: date) -> bool:
    reached = record.reached_client_on
    return reached is not None and reached >= day


def _safety(record: CaseRecord, make: _Maker) -> Iterator[Fact]:
    case = record.case
    begun = case.crisis_since or case.opened_on
    for who, reached in _reached(record):
        if reached is not None and reached < begun:
            reached = None  # the crisis began after that contact
        if case.covered_until and case.covered_until >= begun:
            reached = _latest(case.covered_until, reached)
        if reached is None:
            yield make.reaching("safety", "begun", begun, who)
        else:
            yield make.reaching("safety", "reach", reached, who)
    if case.flagged_on:
        yield make("safety", "flag", case.flagged_on)
    yield make("safety", "review", case.level_reviewed_on)


def _standards(record: CaseRecord, make: _Maker) -> Iterator[Fact]:
    case = record.case
    if make.level < Level.CRISIS:
        for who, reached in _reached(record):
            since = reached or case.clock_from
            if since is None:
                day = _latest(case.opened_on, case.resumed_on)
                yield make.reaching("contact", "first", day, who)
            else:
                day = _latest(since, case.resumed_on)
                yield make.reaching("contact", "again", day, who)
    if make.level == Level.HIGH:
        yield make("assessment", "level", _latest(case.level_reviewed_on, case.resumed_on))
    if case.assessed_on:
        yield make("assessment", "again", _latest(case.assessed_on, case.resumed_on))
    else:
        started = case.clock_from or case.opened_on
        yield make("assessment", "first", _latest(started, case.resumed_on))
    if case.plan_agreed_on:
        agreed = _latest(case.plan_agreed_on, case.plan_reviewed_on)
        yield make("plan", "review", _latest(agreed, case.resumed_on))
    elif case.assessed_on:
        asked_from = _latest(case.assessed_on, record.casework_from)
        yield make("plan", "first", _latest(asked_from, case.resumed_on))
    if record.lacks:
        stage, since = ("clock", case.clock_from) if case.clock_from else ("", case.opened_on)
        asked_from = _latest(since, record.casework_from)
        yield make.missing(stage, _latest(asked_from, case.resumed_on), record.lacks)
    if not record.promises:
        ended = record.promise_ended_on
        began_again = case.clock_from and case.resumed_on and case.resumed_on > case.clock_from
        if case.clock_from and ended is None and not began_again:
            yield make("next_step", "clock", _latest(case.clock_from, case.resumed_on))
        else:
            yield make("next_step", "set", _latest(ended or case.opened_on, case.resumed_on))


def clock_moved(case: Case) -> bool:
    """Whether a contact may count from another day than that of the last one who was reached."""
    return case.clock_from is not None or case.resumed_on is not None


def known_of(case: Case, client: Client, *, need_stands: bool) -> tuple[object, ...]:
    """What is known, in the order of KNOWABLE.

    Who has no phone needs no words about how to call, and a need that stands among the casework
    says what the case is about as well.
    """
    return (
        case.risk,
        client.phone,
        client.safely or not client.phone,
        client.birth_date,
        client.language,
        case.program,
        case.need or need_stands,
    )


def lacking(known: Iterable[object], given_up: Container[str] = ()) -> tuple[str, ...]:
    """What of KNOWABLE is not ``known``, less what was said to be not available."""
    return tuple(
        name
        for name, value in zip(KNOWABLE, known, strict=True)
        if not value and name not in given_up
    )


def _reached(record: CaseRecord) -> Iterator[tuple[str, date | None]]:
    """The last reaching day by whose answer counts; one entry where both rules agree."""
    client, guardian = record.reached_client_on, record.reached_guardian_on
    with_guardian = _latest_of(client, guardian)
    if with_guardian == client:
        yield BOTH, client
    else:
        yield CLIENT_ONLY, client
        yield WITH_GUARDIAN, with_guardian


def _latest(day: date, other: date | None) -> date:
    return day if other is None or other < day else other


def _latest_of(one: date | None, other: date | None) -> date | None:
    return other if one is None else _latest(one, other)


def earliest_by_group(record: CaseRecord) -> dict[Group, date]:
    """What the store keeps: the earliest day of each group of one case."""
    earliest: dict[Group, date] = {}
    for group, day, _, _ in facts_of(record):
        known = earliest.get(group)
        if known is None or day < known:
            earliest[group] = day
    return earliest
