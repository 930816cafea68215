"""Random caseloads for property tests: standards, calendars and records that could really occur.

Days come from short lists, so that cases tie and days fall on and beside days off as often as
they can. Everything is drawn against one ``today``; nothing on file lies after it but promises,
a hold's end and cover that somebody promised for a crisis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from hypothesis import strategies as st

from casectl.core.casework import (
    AFTER_DEATH,
    AFTERCARE,
    AGAIN,
    CLOSING,
    CONSENT,
    COVERING,
    DECLINED,
    DENIAL,
    DIED,
    DOUBTED,
    DRAFT,
    GOAL,
    HANDOVER,
    LETTERS,
    NEED,
    NOTICE,
    OWED_BY_STAGE,
    REFERRAL,
    RISK,
    SCREENING,
    SENT,
    SIGN_OFF,
    STEP,
    TAKEN,
    TARGET,
    TRANSITION,
    UNAVAILABLE,
    UNSIGNED,
    UNTIL_EVENT,
    VOICE,
    Piece,
    owed,
)
from casectl.core.casework import (
    COVERED as COVERED_BY,
)
from casectl.core.facts import known_of, lacking
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CLOSED,
    DEADLINE,
    DONE,
    FOLLOW_UP,
    KNOWABLE,
    ME,
    MISSED,
    MISSED_TWICE,
    ON_HOLD,
    PENDING,
    REACHED,
    RISKS,
    TRIED,
    UNASSESSED_RISK,
    UNFINISHED,
    UNWRITTEN_NOTE,
    Case,
    CaseRecord,
    Client,
    Contact,
    Level,
    Promise,
    Watch,
    assessment_draft,
    level_of,
)
from casectl.core.standards import DEADLINE_LEADS, ByLevel, Intervals, Lead, Standards, checked
from casectl.core.text import fold
from casectl.core.workdays import WorkCalendar
from casectl.store import Caseload
from casectl.store.rows import NOT_OWN, columns_of

Value = TypeVar("Value")
Draw = Callable[[st.SearchStrategy[Value]], Value]

OPEN_STATUSES = (ACTIVE, ACTIVE, ACTIVE, PENDING, ON_HOLD)
PROGRAMS = (None, "Housing", "Legal")

# A plain Wednesday, a Friday, the Saturday and Sunday after it, a Monday, and the last working
# day before an office closes for eleven days.
WEDNESDAY, FRIDAY, SATURDAY = date(2026, 11, 18), date(2026, 11, 20), date(2026, 11, 21)
SUNDAY, MONDAY, LAST_OF_YEAR = date(2026, 11, 22), date(2026, 11, 23), date(2026, 12, 23)
TODAYS = (FRIDAY, WEDNESDAY, SATURDAY, SUNDAY, MONDAY, LAST_OF_YEAR)

OFFICE = WorkCalendar()
CLOSED_AT_YEAR_END = WorkCalendar(
    holidays=frozenset(
        {date(2026, 11, 26), date(2026, 11, 27)}
        | {date(2026, 12, 24) + timedelta(days=each) for each in range(11)}
    )
)
CALENDARS = (
    OFFICE,
    CLOSED_AT_YEAR_END,
    WorkCalendar(weekdays=frozenset({6, 0, 1, 2, 3})),
    WorkCalendar(weekdays=frozenset({2})),
    WorkCalendar(weekdays=frozenset(range(7))),
    WorkCalendar(holidays=frozenset({WEDNESDAY, date(2026, 11, 19), FRIDAY, MONDAY})),
    # Away from Monday, and back since the Wednesday.
    WorkCalendar(away=frozenset(MONDAY + timedelta(days=each) for each in range(12))),
    WorkCalendar(away=frozenset(WEDNESDAY - timedelta(days=each) for each in range(1, 15))),
)

# Days since something happened, and days until something is promised. A record draws from one
# of two lists of each: in a quiet one little else is due that would hide what a law looks at.
AGO = (0, 1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 29, 30, 31, 60, 180, 200)
QUIET_AGO = (0, 0, 1, 2, 3)
AHEAD = (-30, -8, -3, -2, -1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 14, 15)
QUIET_AHEAD = (8, 15, 40)
OPENED_AGO = (0, 1, 5, 30, 40, 200)


class _Pool(NamedTuple):
    """The strategies of one record's days, made once: making one costs more than drawing it."""

    ago: st.SearchStrategy[int]
    perhaps_ago: st.SearchStrategy[int | None]
    seldom_ago: st.SearchStrategy[int | None]
    ahead: st.SearchStrategy[int]


def _pool(ago: tuple[int, ...], ahead: tuple[int, ...]) -> _Pool:
    return _Pool(
        st.sampled_from(ago),
        st.sampled_from((*ago, *[None] * (len(ago) // 2))),
        st.sampled_from((*ago, *[None] * (3 * len(ago)))),
        st.sampled_from(ahead),
    )


POOLS = st.sampled_from((_pool(AGO, AHEAD), _pool(QUIET_AGO, QUIET_AHEAD)))
ANY_AHEAD = st.sampled_from((*AHEAD, *QUIET_AHEAD))
SINCE_CRISIS = st.sampled_from((0, 0, 1, 1, 2, 3, 4, 5, 8))
COVERED = st.sampled_from((None, None, -5, -1, 0, 1, 2, 5))
OPENED = st.sampled_from(OPENED_AGO)
URGENCIES = st.sampled_from(tuple(Level))
RISKS_KNOWN = st.sampled_from((None, *RISKS))
IN_PROGRAM = st.sampled_from(PROGRAMS)
COUNTS = st.sampled_from((0, 1, 1, 2, 3))
KINDS = st.sampled_from((FOLLOW_UP, FOLLOW_UP, DEADLINE, DEADLINE, APPOINTMENT))
FOLLOW_UP_SUBJECTS = st.sampled_from((None, "call", "visit", "paperwork"))
DEADLINE_SUBJECTS = st.sampled_from((None, "court", "appeal", "recertification"))
OWN_LEADS = st.sampled_from((None, None, None, 0, 1, 12))
HOURS = st.sampled_from((None, "09:00", "14:30"))
SNOOZED_BY = st.sampled_from((None, None, 1, 7))
ATTEMPTS = st.sampled_from((0, 0, 1, 2, 3, 4))
# A plan: made so many days ago, for so many days from today.
PLANS = st.sampled_from(
    (None, None, None, (0, 1), (0, 2), (0, 5), (1, 0), (1, 1), (2, 5), (5, -1), (14, 30))
)

FLAGGED = st.sampled_from((*[None] * 12, 0, 1, 4))
ACCEPTED = "accepted"
# Of a referral, and of a release, by what it owes.
STAGES = {
    "send": DRAFT, "chase": SENT, "connect": ACCEPTED, "elsewhere": DECLINED, "": "",
    "sign": UNSIGNED, "look": UNTIL_EVENT,
}  # fmt: skip
# What a day ahead makes sense of; the others count from a day that has been.
DATED = (GOAL, STEP, RISK, CONSENT, CLOSING, DENIAL)
SELDOM = st.sampled_from((False, False, False, True))
PHONES = st.sampled_from((None, "555 0100"))
REPEATS = st.sampled_from((1, 7, 14, 90))
ACTING = st.sampled_from((None, "client"))
PIECES = st.sampled_from(
    (
        (GOAL, TARGET), (GOAL, AGAIN), (STEP, ""), (NEED, ""), (SCREENING, ""), (RISK, ""),
        (VOICE, ""), (TRANSITION, ""), (REFERRAL, DRAFT), (REFERRAL, SENT), (REFERRAL, ACCEPTED),
        (REFERRAL, DECLINED), (DENIAL, ""),
        (CONSENT, ""), (CONSENT, UNSIGNED), (CONSENT, UNTIL_EVENT),
        (HANDOVER, ""), (HANDOVER, COVERED_BY), (HANDOVER, TAKEN), (HANDOVER, COVERING),
        (CLOSING, NOTICE), (CLOSING, SIGN_OFF), (CLOSING, AFTER_DEATH), (AFTERCARE, ""),
    )
)  # fmt: skip
BEFORE_CONTACTS = "2025-12-31T00:00:00Z"
# Long before anything that a record says of its contacts, so that no piece is the note of one.
PIECES_ON = date(2020, 1, 1)

calendars = st.sampled_from(CALENDARS)
todays = st.sampled_from(TODAYS)

_FEW_DAYS = st.sampled_from((1, 2, 3, 4, 7, 10, 30))
_LEADS = st.sampled_from((Lead(0, 0), Lead(3, 0), Lead(4, 1), Lead(10, 2), Lead(15, 5)))


def _shrinking(*days: int) -> st.SearchStrategy[ByLevel]:
    """A standard by level that never grows with the level."""
    each = st.sampled_from(days)
    return st.tuples(each, each, each, each).map(_highest_first)


def _highest_first(days: ByLevel) -> ByLevel:
    low, medium, high, crisis = sorted(days, reverse=True)
    return low, medium, high, crisis


_REQUIRED = st.sampled_from(((), ("language",), ("birth date", "need"), KNOWABLE))
_CONTACT = _shrinking(1, 1, 2, 3, 7, 9, 10, 14, 30)
_FIRST_CONTACT = _shrinking(1, 2, 3, 5, 10)
_RETRY = _shrinking(0, 1, 2, 3, 5)


@st.composite
def intervals(draw: Draw[Any]) -> Intervals:
    """Any standards that the configuration takes, the default ones half of the time."""
    if draw(st.booleans()):
        return Intervals(guardian_counts=draw(st.booleans()))
    high_review = draw(_FEW_DAYS)
    return checked(
        Intervals(
            contact=draw(_CONTACT),
            first_contact=draw(_FIRST_CONTACT),
            retry=draw(_RETRY),
            follow_up=draw(_FEW_DAYS),
            first_assessment=draw(_FEW_DAYS),
            reassessment=draw(_FEW_DAYS),
            high_review=high_review,
            crisis_review=min(draw(_FEW_DAYS), high_review),
            plan=draw(_FEW_DAYS),
            plan_review=draw(_FEW_DAYS),
            goal_review=draw(_FEW_DAYS),
            note=draw(st.sampled_from((0, 1, 3, 10))),
            referral=draw(_FEW_DAYS),
            consent_warning=draw(_FEW_DAYS),
            aftercare=draw(_FEW_DAYS),
            handover=draw(_FEW_DAYS),
            missing=draw(_FEW_DAYS),
            requires=draw(_REQUIRED),
            transition_contact=draw(st.sampled_from((1, 2, 5))),
            draft_lapse=draw(_FEW_DAYS),
            guardian_counts=draw(st.booleans()),
            deadlines={subject: draw(_LEADS) for subject in DEADLINE_LEADS},
        ),
        "drawn",
    )


@st.composite
def standards(draw: Draw[Any]) -> Standards:
    return Standards(
        intervals=draw(intervals()),
        programs={"Housing": draw(intervals())} if draw(st.booleans()) else {},
        calendar=draw(calendars),
        horizon=draw(st.sampled_from((7, 7, 0, 1, 3, 14))),
    )


@st.composite
def promises(
    draw: Draw[Any], today: date, number: int = 1, ahead: st.SearchStrategy[int] = ANY_AHEAD
) -> Promise:
    """One open promise of any kind, with an hour or snoozed perhaps."""
    kind = draw(KINDS)
    due_on = today + timedelta(days=draw(ahead))
    made = Promise(f"p{number}", "", number, kind, f"{kind} {number}", due_on)
    if kind == FOLLOW_UP:
        made = made._replace(subject=draw(FOLLOW_UP_SUBJECTS))
        snoozed_by = draw(SNOOZED_BY)
        if snoozed_by is not None:
            first = due_on - timedelta(days=snoozed_by)
            made = made._replace(first_due_on=first, snoozes=1, snooze_reason="asked to")
        return made
    made = made._replace(due_time=draw(HOURS))
    if kind == DEADLINE:
        made = made._replace(subject=draw(DEADLINE_SUBJECTS), lead_days=draw(OWN_LEADS))
    return made


@st.composite
def records(
    draw: Draw[Any],
    today: date,
    *,
    number: int = 1,
    statuses: Sequence[str] = OPEN_STATUSES,
) -> CaseRecord:
    """One case, open unless ``statuses`` says otherwise, with all that the due engine reads."""

    def ago(days: st.SearchStrategy[int]) -> date:
        return today - timedelta(days=draw(days))

    def perhaps(days: st.SearchStrategy[int | None]) -> date | None:
        count = draw(days)
        return None if count is None else today - timedelta(days=count)

    pool = draw(POOLS)
    status = draw(st.sampled_from(statuses))
    urgency, risk = draw(URGENCIES), draw(RISKS_KNOWN)
    flagged = draw(FLAGGED)
    crisis = flagged is not None or level_of(urgency, risk) == Level.CRISIS
    covered = draw(COVERED) if crisis else None
    case = Case(
        id=f"case{number}",
        number=number,
        handle=f"case-{number}",
        client_id=f"client{number}",
        client=f"Client {number}",
        status=status,
        urgency=urgency,
        risk=risk,
        opened_on=ago(OPENED),
        level_reviewed_on=ago(pool.ago),
        program=draw(IN_PROGRAM),
        crisis_since=ago(SINCE_CRISIS) if crisis else None,
        covered_until=None if covered is None else today + timedelta(days=covered),
        assessed_on=perhaps(pool.perhaps_ago),
        clock_from=perhaps(pool.seldom_ago),
        hold_until=today + timedelta(days=draw(pool.ahead)) if status == ON_HOLD else None,
        resumed_on=perhaps(pool.seldom_ago),
        closed_on=today if status == CLOSED else None,
        plan_agreed_on=perhaps(pool.seldom_ago),
        plan_reviewed_on=perhaps(pool.seldom_ago),
        flagged_on=None if flagged is None else today - timedelta(days=flagged),
    )
    case = planned(case, draw(PLANS), today)
    record = CaseRecord(
        case,
        tuple(draw(promises(today, each, pool.ahead)) for each in range(1, draw(COUNTS) + 1)),
        reached_client_on=perhaps(pool.perhaps_ago),
        reached_guardian_on=perhaps(pool.seldom_ago),
        promise_ended_on=perhaps(pool.seldom_ago),
    )
    record = _with_casework(draw, record, today, pool)
    record = _lacking_some(draw, record)
    return _with_some_attempts(draw, record, today, draw(ATTEMPTS))


def _with_casework(draw: Draw[Any], record: CaseRecord, today: date, pool: _Pool) -> CaseRecord:
    """What pieces on file owe, and then a note not written, appointments missed, a draft."""
    watches: list[Watch] = []
    for number in range(1, draw(COUNTS) + 1):
        watches += draw(pieces(today, number, pool))
    reached = record.reached_client_on
    if reached is not None and draw(SELDOM):
        watches.append(UNWRITTEN_NOTE._replace(day=reached))
    if draw(SELDOM):
        day = today - timedelta(days=draw(pool.ago))
        if reached is None or reached < day - timedelta(days=1):
            watches.append(MISSED_TWICE._replace(day=day))
            record = record._replace(promise_ended_on=day)
    if draw(SELDOM):
        watches.append(UNFINISHED._replace(day=today - timedelta(days=draw(pool.ago))))
    return record._replace(watches=tuple(_doubted(record, each) for each in watches))


def _doubted(record: CaseRecord, watch: Watch) -> Watch:
    """What a closing as died owes where the record, as ``write`` puts it on file, contradicts it.

    Every contact is written down after it; of the case, nothing tells which days it had then.
    """
    if (watch.kind, watch.stage) != (CLOSING, AFTER_DEATH):
        return watch
    case, died_on = record.case, watch.day
    since = (record.reached_client_on, case.flagged_on)
    later = (case.crisis_since, case.level_reviewed_on)
    speaks = [day for day in since if day is not None and day >= died_on]
    speaks += [day for day in later if day is not None and day > died_on]
    number = int(watch.part.removeprefix(LETTERS[CLOSING]))
    seen_on = max(speaks, default=None)
    (owes,) = owed(CLOSING, SIGN_OFF, number, None, DIED, None, died_on, None, seen_on)
    return owes


def _lacking_some(draw: Draw[Any], record: CaseRecord) -> CaseRecord:
    """Some of what is not known, as ``unknown`` has it; the rest is said to be not available."""
    record = record._replace(phone=draw(PHONES))
    return record._replace(lacks=tuple(each for each in unknown(record) if draw(SELDOM)))


def unknown(record: CaseRecord) -> tuple[str, ...]:
    """What the record as ``write`` puts it on file does not say of its client and case."""
    stands = any(each.part.startswith(LETTERS[NEED]) for each in record.watches)
    return lacking(known_of(record.case, Client("", "", phone=record.phone), need_stands=stands))


@st.composite
def pieces(
    draw: Draw[Any], today: date, number: int = 1, pool: _Pool | None = None
) -> tuple[Watch, ...]:
    """What one piece of casework owes; two things, where it is a transition."""
    kind, stage = draw(PIECES)
    days = pool or draw(POOLS)
    dated = (kind in DATED and stage not in (AGAIN, AFTER_DEATH)) or stage in (
        ACCEPTED,
        COVERED_BY,
        COVERING,
    )
    ahead = draw(days.ahead) if dated else -draw(days.ago)
    lead = draw(REPEATS) if kind in (SCREENING, VOICE, TRANSITION) else None
    who = draw(ACTING) if kind == STEP else None
    day = today + timedelta(days=ahead)
    said = f"{kind} {number}"
    if stage == AFTER_DEATH:
        stage, said = SIGN_OFF, DIED
    return tuple(owed(kind, stage, number, None, said, who, day, lead, None))


def planned(case: Case, plan: tuple[int, int] | None, today: date) -> Case:
    """The case with a plan made so many days before ``today`` for so many days after it."""
    if plan is None:
        return case
    made, ahead = (timedelta(days=each) for each in plan)
    return case._replace(
        planned_on=today + ahead, planned_from=today - made, planned_reason="back from leave"
    )


@st.composite
def with_attempts(draw: Draw[Any], record: CaseRecord, today: date) -> CaseRecord:
    """The same record after one to four more attempts."""
    return _with_some_attempts(draw, record, today, draw(st.integers(1, 4)))


def _with_some_attempts(
    draw: Draw[Any], record: CaseRecord, today: date, attempts: int
) -> CaseRecord:
    """Attempts count from the last time that somebody answered, so none is older."""
    if not attempts:
        return record
    last = latest(record.reached_client_on, record.reached_guardian_on, record.tried_on)
    tried_on = today - timedelta(days=draw(SINCE_CRISIS))
    return record._replace(attempts=record.attempts + attempts, tried_on=latest(tried_on, last))


@st.composite
def caseloads(
    draw: Draw[Any],
    today: date,
    *,
    most: int = 6,
    statuses: Sequence[str] = OPEN_STATUSES,
) -> list[CaseRecord]:
    size = draw(st.integers(1, most))
    return [draw(records(today, number=each, statuses=statuses)) for each in range(1, size + 1)]


def write(store: Caseload, caseload: Sequence[CaseRecord]) -> None:
    """Put drawn records on file in one operation, so that reading them gives them back.

    Contacts that count for nothing (a letter, a provider's answer) stand among those that do.
    """
    with store.journal.operation("intake") as operation:
        for record in caseload:
            case = record.case
            client = Client(case.client_id, case.client, phone=record.phone)
            said = [each for each in unknown(record) if each not in record.lacks]
            if "birth date" in said:
                client = client._replace(birth_date="1978")
            if "language" in said:
                client = client._replace(language="Spanish")
            operation.insert("clients", {**columns_of(client), "folded": fold(client.name)})
            operation.insert("cases", columns_of(case, leave=("client",)))
            for promise in _promises_of(record):
                operation.insert("promises", columns_of(promise))
            for contact in _contacts_of(record):
                operation.insert("contacts", columns_of(contact, leave=("corrected",)))
            for piece in (*_pieces_of(record), *_given_up(record, said)):
                row = columns_of(piece, leave=("body",))
                body = ALL_IN_THE_FILE if piece.kind == HANDOVER else "{}"
                operation.insert("casework", {**row, "body": body})
            for watch in _drafts_of(record):
                store.db.execute(
                    "INSERT INTO drafts (name, body, updated_at) VALUES (?, '{}', ?)",
                    (assessment_draft(case.id), watch.day.isoformat()),
                )


# So that what a hand-over owes was not met by the contacts that came with it.
ALL_IN_THE_FILE = '{"contacts": 1000}'
LETTER = {letters: kind for kind, letters in LETTERS.items()}


def _pieces_of(record: CaseRecord) -> list[Piece]:
    """The pieces that owe what the record's watches say: a transition owes twice."""
    made: dict[str, Piece] = {}
    for watch in record.watches:
        letters = watch.part.rstrip("v").rstrip("0123456789")
        if letters not in LETTER or letters == watch.part:
            continue
        number = int(watch.part.rstrip("v")[len(letters) :])
        kind = LETTER[letters]
        dead = watch.stage == AFTER_DEATH or watch.what == DOUBTED
        said = DIED if dead else f"{kind} {number}"
        piece = Piece(
            f"{record.case.id}.{watch.part}", record.case.id, kind, number, PIECES_ON,
            said, stage=_stage_of(kind, watch.stage), who=watch.who,
            due_on=watch.day,
            lead_days=watch.lead, recorded_at=BEFORE_CONTACTS if dead else "2026-01-01T00:00:00Z",
        )  # fmt: skip
        known = made.setdefault(f"{letters}{number}", piece)
        if watch.lead is not None:
            made[f"{letters}{number}"] = known._replace(lead_days=watch.lead)
    return list(made.values())


def _given_up(record: CaseRecord, facts: Sequence[str]) -> list[Piece]:
    case_id = record.case.id
    return [
        Piece(
            f"{case_id}.na{number}", case_id, UNAVAILABLE, number, PIECES_ON, "cannot be had",
            stage=fact, recorded_at="2026-01-01T00:00:00Z",
        )
        for number, fact in enumerate(facts, 1)
        if fact not in ("birth date", "language")
    ]  # fmt: skip


def _stage_of(kind: str, owed_stage: str) -> str:
    if kind in (REFERRAL, CONSENT):
        return STAGES[owed_stage]
    if kind == HANDOVER:
        return next(stage for stage, owes in OWED_BY_STAGE.items() if owes == owed_stage)
    if kind == DENIAL:
        return "denied"
    if owed_stage == AFTER_DEATH:
        return SIGN_OFF
    return owed_stage if kind in (GOAL, CLOSING) else ""


def _drafts_of(record: CaseRecord) -> list[Watch]:
    return [each for each in record.watches if each.stage == "draft"]


@st.composite
def own_work(draw: Draw[Any], today: date) -> list[Promise]:
    """The worker's own: none half of the time, due on any of the days that cases tie on."""
    days = draw(st.just([]) | st.lists(ANY_AHEAD, max_size=3))
    return [
        Promise(
            f"own{number}", ME.id, number, FOLLOW_UP, "supervision", today + timedelta(days=ahead),
            due_time=draw(st.sampled_from((None, "09:00", "14:30"))),
            subject=draw(st.sampled_from(("other", "call"))),
        )
        for number, ahead in enumerate(days, 1)
    ]  # fmt: skip


def write_own(store: Caseload, own: Sequence[Promise]) -> None:
    with store.journal.operation("follow") as operation:
        for each in own:
            operation.insert("own_work", columns_of(each, leave=NOT_OWN))


def as_read(record: CaseRecord) -> CaseRecord:
    """The record as the store gives it back: its promises by due day, each naming its case."""
    case = record.case
    promises = [
        each._replace(id=f"{case.id}.{each.number}", case_id=case.id) for each in record.promises
    ]
    return record._replace(promises=tuple(sorted(promises, key=lambda p: (p.due_on, p.number))))


def _promises_of(record: CaseRecord) -> list[Promise]:
    made = list(as_read(record).promises)
    ended_on = record.promise_ended_on
    if ended_on is not None:
        case_id, number = record.case.id, len(made) + 1
        made += [
            Promise(
                f"{case_id}.{number + each}", case_id, number + each, FOLLOW_UP, "ended",
                ended_on, status=DONE, ended_on=ended_on - timedelta(days=each),
            )
            for each in (0, 1)
        ]  # fmt: skip
    if any(each.stage == "missed" for each in record.watches):
        made[-2:] = [each._replace(kind=APPOINTMENT, status=MISSED) for each in made[-2:]]
    return made


def _contacts_of(record: CaseRecord) -> list[Contact]:
    case = record.case
    told = [
        *(("client", REACHED, "phone", day) for day in _since(record.reached_client_on)),
        *(("guardian", REACHED, "visit", day) for day in _since(record.reached_guardian_on)),
        *(("client", TRIED, "phone", record.tried_on) for _ in range(record.attempts)),
        ("provider", REACHED, "phone", case.opened_on),
        ("client", REACHED, "letter", case.opened_on),
    ]
    unwritten = {each.day for each in record.watches if each.kind == "note"}
    return [
        Contact(
            f"{case.id}.c{number}", case.id, number, day, outcome, by, party,
            None if day in unwritten and (party, by) == ("client", "phone") else "spoke",
            recorded_at="2026-01-01T00:00:00Z",
        )
        for number, (party, outcome, by, day) in enumerate(told, 1)
        if day is not None
    ]  # fmt: skip


def _since(day: date | None) -> list[date]:
    """The last time somebody answered, and a time before it."""
    return [] if day is None else [day - timedelta(days=20), day]


def latest(*days: date | None) -> date | None:
    return max((day for day in days if day is not None), default=None)


def raised(record: CaseRecord, urgency: int, risk: str | None, today: date) -> CaseRecord:
    """The record as it stands once urgency and risk were raised ``today``, and nothing else.

    A crisis begins on the day it was seen; cover belongs to a crisis alone.
    """
    case = record.case._replace(urgency=urgency, risk=risk)
    if case.level == Level.CRISIS and record.case.level != Level.CRISIS:
        case = case._replace(crisis_since=today, covered_until=None)
    return record._replace(case=case)


def higher_urgencies(case: Case) -> list[int]:
    return [level for level in Level if level > case.urgency]


def higher_risks(case: Case) -> list[str]:
    """Unassessed risk counts as medium, so only what is above that raises it."""
    now = RISKS[case.risk] if case.risk else UNASSESSED_RISK
    return [risk for risk, level in RISKS.items() if level > now]
