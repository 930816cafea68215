"""Plans that begin the same way each time: goals and dated steps, to be put on a case's plan.

Days count from one day, the start: intake's, or the day that the template is applied.
"""

from __future__ import annotations

from datetime import date, timedelta

from casectl.core.dates import LAST_DAY, months_after
from casectl.core.values import NamedTuple
from casectl.core.workdays import WorkCalendar

WHO = ("client", "worker", "provider", "family")
INTAKE, APPLIED = "intake", "applied"
STARTS = (INTAKE, APPLIED)
DAYS, WORKING_DAYS, WEEKS, MONTHS = "days", "working days", "weeks", "months"
UNITS = (DAYS, WORKING_DAYS, WEEKS, MONTHS)


class After(NamedTuple):
    """How long after the start: 5 working days."""

    amount: int
    unit: str

    @property
    def words(self) -> str:
        return f"{self.amount} {self.unit if self.amount != 1 else self.unit[:-1]}"


class TemplateStep(NamedTuple):
    text: str
    who: str
    after: After
    domain: str


class TemplateGoal(NamedTuple):
    """What will be different, how one sees it, by when, and the steps towards it."""

    text: str
    measure: str
    target: After
    domain: str
    steps: tuple[TemplateStep, ...]


class Template(NamedTuple):
    key: str
    title: str
    about: str
    counts_from: str
    goals: tuple[TemplateGoal, ...]


class DatedStep(NamedTuple):
    text: str
    who: str
    due: date
    domain: str


class DatedGoal(NamedTuple):
    text: str
    measure: str
    target: date
    domain: str
    steps: tuple[DatedStep, ...]


def dated(template: Template, start: date, calendar: WorkCalendar) -> tuple[DatedGoal, ...]:
    """The goals with their days, each with its steps by day.

    Raises OverflowError for days beyond those that casectl keeps.
    """
    return tuple(_dated_goal(goal, start, calendar) for goal in template.goals)


def _dated_goal(goal: TemplateGoal, start: date, calendar: WorkCalendar) -> DatedGoal:
    steps = [
        DatedStep(step.text, step.who, day_after(start, step.after, calendar), step.domain)
        for step in goal.steps
    ]
    steps.sort(key=lambda step: step.due)
    target = day_after(start, goal.target, calendar)
    return DatedGoal(goal.text, goal.measure, target, goal.domain, tuple(steps))


def day_after(start: date, after: After, calendar: WorkCalendar) -> date:
    """The day so long after ``start``.

    One that is not worked moves to the working day before it, as standards do, so that nothing is
    later than it was meant to be. Where that would not be after the start, it is the next working
    day, because a step on a Sunday is nobody's.
    """
    if after.unit == WORKING_DAYS:
        day = calendar.after(start, after.amount)
    elif after.unit == MONTHS:
        day = months_after(start, after.amount)
    else:
        day = start + timedelta(days=after.amount * (7 if after.unit == WEEKS else 1))
    if not calendar.is_working(day):
        before = calendar.on_or_before(day)
        day = before if before > start else calendar.after(day, 1)
    if day > LAST_DAY:
        raise OverflowError("beyond the days that casectl keeps")
    return day
