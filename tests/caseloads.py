"""Random caseloads for property tests: standards, calendars and records that could really occur.

Days come from short lists, so that cases tie and days fall on and beside days off as often as
they can. Everything is drawn against one ``today``; nothing on file lies after it but promises,
a hold's end and cover that somebody promised for a crisis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CLOSED,
    DEADLINE,
    FOLLOW_UP,
    ON_HOLD,
    PENDING,
    RISKS,
    UNASSESSED_RISK,
    Case,
    CaseRecord,
    Level,
    Promise,
    level_of,
)
from casectl.core.standards import DEADLINE_LEADS, ByLevel, Intervals, Lead, Standards, checked
from casectl.core.workdays import WorkCalendar

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
)

AGO = (0, 1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 29, 30, 31, 60, 180, 200)
SHORT_AGO = (0, 0, 1, 1, 2, 3, 4, 5, 8)
AHEAD = (-30, -8, -3, -2, -1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 14, 15, 40)
OPENED_AGO = (0, 1, 5, 30, 40, 200)

calendars = st.sampled_from(CALENDARS)
todays = st.sampled_from(TODAYS)


@st.composite
def intervals(draw: Draw[Any]) -> Intervals:
    """Any standards that the configuration takes, the default ones most of the time."""
    if draw(st.booleans()):
        return Intervals(guardian_counts=draw(st.booleans()))
    leads = {
        subject: Lead(lead + draw(st.sampled_from((0, 3, 10))), lead)
        for subject in DEADLINE_LEADS
        for lead in (draw(st.sampled_from((0, 1, 2, 5))),)
    }
    days = st.sampled_from((1, 2, 3, 4, 7, 10, 30))
    high_review = draw(days)
    return checked(
        Intervals(
            contact=draw(_shrinking((1, 2, 3, 7, 9, 10, 14, 30))),
            first_contact=draw(_shrinking((1, 2, 3, 5, 10))),
            retry=draw(_shrinking((0, 1, 2, 3, 5))),
            follow_up=draw(days),
            first_assessment=draw(days),
            reassessment=draw(days),
            high_review=high_review,
            crisis_review=min(draw(days), high_review),
            guardian_counts=draw(st.booleans()),
            deadlines=leads,
        ),
        "drawn",
    )


def _shrinking(days: Sequence[int]) -> st.SearchStrategy[ByLevel]:
    """A standard by level that never grows with the level."""
    four = st.tuples(*(st.sampled_from(days) for _ in Level))
    return four.map(lambda drawn: tuple(sorted(drawn, reverse=True)))  # type: ignore[arg-type]


@st.composite
def standards(draw: Draw[Any]) -> Standards:
    programs = {"Housing": draw(intervals())} if draw(st.booleans()) else {}
    return Standards(
        intervals=draw(intervals()),
        programs=programs,
        calendar=draw(calendars),
        horizon=draw(st.sampled_from((7, 7, 0, 1, 3, 14))),
    )


@st.composite
def promises(draw: Draw[Any], today: date, number: int = 1) -> Promise:
    """One open promise of any kind, snoozed perhaps, with an hour perhaps."""
    kind = draw(st.sampled_from((FOLLOW_UP, FOLLOW_UP, DEADLINE, DEADLINE, APPOINTMENT)))
    due_on = today + timedelta(days=draw(st.sampled_from(AHEAD)))
    made = Promise(f"p{number}", "", number, kind, f"{kind} {number}", due_on)
    if kind == FOLLOW_UP:
        made = made._replace(subject=draw(st.sampled_from((None, "call", "visit", "paperwork"))))
        if draw(st.booleans()):
            first = due_on - timedelta(days=draw(st.sampled_from((1, 7))))
            made = made._replace(first_due_on=first, snoozes=1, snooze_reason="asked to")
        return made
    made = made._replace(due_time=draw(st.sampled_from((None, "09:00", "14:30"))))
    if kind == DEADLINE:
        made = made._replace(
            subject=draw(st.sampled_from((None, "court", "appeal", "recertification"))),
            lead_days=draw(st.sampled_from((None, None, None, 0, 1, 12))),
        )
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

    def before(choices: Sequence[int]) -> date:
        return today - timedelta(days=draw(st.sampled_from(choices)))

    def perhaps(choices: Sequence[int]) -> date | None:
        return before(choices) if draw(st.booleans()) else None

    status = draw(st.sampled_from(statuses))
    urgency = draw(st.sampled_from(list(Level)))
    risk = draw(st.sampled_from((None, *RISKS)))
    crisis = level_of(urgency, risk) == Level.CRISIS
    opened_on = before(OPENED_AGO)
    case = Case(
        id=f"case{number}",
        number=number,
        handle=f"case-{number}",
        client_id=f"client{number}",
        client=f"Client {number}",
        status=status,
        urgency=urgency,
        risk=risk,
        opened_on=opened_on,
        level_reviewed_on=before(AGO),
        program=draw(st.sampled_from(PROGRAMS)),
        crisis_since=before(SHORT_AGO) if crisis else None,
        covered_until=_cover(draw, today) if crisis else None,
        assessed_on=perhaps(AGO),
        clock_from=perhaps(AGO) if draw(st.booleans()) else None,
        hold_until=today + timedelta(days=draw(st.sampled_from(AHEAD))),
        resumed_on=perhaps(AGO) if draw(st.booleans()) else None,
        closed_on=today if status == CLOSED else None,
    )
    if status != ON_HOLD:
        case = case._replace(hold_until=None)
    made = CaseRecord(
        case,
        tuple(draw(promises(today, each)) for each in range(1, draw(st.integers(0, 3)) + 1)),
        reached_client_on=perhaps(AGO),
        reached_guardian_on=perhaps(AGO) if draw(st.booleans()) else None,
        promise_ended_on=perhaps(AGO) if draw(st.booleans()) else None,
    )
    return draw(with_attempts(made, today)) if draw(st.booleans()) else made


def _cover(draw: Draw[Any], today: date) -> date | None:
    days: int | None = draw(st.sampled_from((None, None, -5, -1, 0, 1, 2, 5)))
    return None if days is None else today + timedelta(days=days)


@st.composite
def with_attempts(draw: Draw[Any], record: CaseRecord, today: date) -> CaseRecord:
    """The same record after one to four attempts, none before the last time somebody answered."""
    last = latest(record.reached_client_on, record.reached_guardian_on)
    days = [today - timedelta(days=each) for each in SHORT_AGO]
    tried_on = draw(st.sampled_from([day for day in days if last is None or day >= last]))
    attempts = record.attempts + draw(st.integers(1, 4))
    return record._replace(attempts=attempts, tried_on=latest(tried_on, record.tried_on))


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
