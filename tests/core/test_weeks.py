"""The coming days: where an item stands, and what of it takes place at an hour."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from casectl.core.due import DueItem, Rules
from casectl.core.leave import Leave
from casectl.core.load import DEFAULT_MINUTES
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    DEADLINE,
    FOLLOW_UP,
    ME,
    Case,
    CaseRecord,
    Promise,
)
from casectl.core.standards import Standards
from casectl.core.weeks import DAYS, Week, has_hour, week_of
from casectl.core.workdays import WorkCalendar

DAY = date(2026, 11, 18)  # a Wednesday
CASE = Case("c", 1, "example-1", "k", "Ann Example", ACTIVE, 2, "low", DAY, DAY, assessed_on=DAY)


def ahead(days: int) -> date:
    return DAY + timedelta(days=days)


def items(*promises: Promise, case: Case = CASE) -> list[DueItem]:
    record = CaseRecord(case, promises, reached_client_on=DAY)
    found = Rules(Standards(), DAY).items(record)
    return [item for item in found if item.promise is not None]


def promise(number: int, kind: str, days: int, time: str | None = None, **more: Any) -> Promise:
    made = Promise(str(number), "c", number, kind, "something", ahead(days), time)
    return made._replace(made_on=DAY, **more)


def week(found: list[DueItem], first: date = DAY, leaves: tuple[Leave, ...] = ()) -> Week:
    return week_of(found, first, DAY, WorkCalendar(), leaves, {})


def test_each_item_stands_on_its_day_and_what_is_late_on_today() -> None:
    made = week(
        items(promise(1, FOLLOW_UP, -9), promise(2, FOLLOW_UP, 0), promise(3, FOLLOW_UP, 6))
    )
    assert [day.day for day in made.days] == [ahead(n) for n in range(DAYS)]
    assert [[item.item for item in day.due] for day in made.days] == [
        ["1.1", "1.2"], [], [], [], [], [], ["1.3"],
    ]  # fmt: skip
    assert [day.late for day in made.days] == [1, 0, 0, 0, 0, 0, 0]
    assert made.days[0].minutes == 2 * DEFAULT_MINUTES["other"]


def test_what_triage_planned_stands_on_the_day_that_it_is_planned_for() -> None:
    planned = CASE._replace(planned_on=ahead(2), planned_from=DAY)
    made = week(items(promise(1, FOLLOW_UP, -3), case=planned))
    assert [day.things for day in made.days] == [0, 0, 1, 0, 0, 0, 0]
    assert made.days[2].late == 0


def test_the_hours_go_by_the_hour_and_what_has_none_comes_last() -> None:
    made = week(
        items(
            promise(1, APPOINTMENT, 1),
            promise(2, DEADLINE, 1, "15:00", subject="court"),
            promise(3, APPOINTMENT, 1, "09:15"),
            promise(4, DEADLINE, 1, subject="court"),
            promise(5, FOLLOW_UP, 1, "08:00", subject="call"),
        )
    )
    tomorrow = made.days[1]
    assert [item.item for item in tomorrow.hours] == ["1.3", "1.2", "1.1"]
    assert {item.item for item in tomorrow.due} == {"1.4", "1.5"}


def test_an_appointment_that_is_over_takes_place_no_more() -> None:
    today = week(items(promise(1, APPOINTMENT, -1, "10:00"))).days[0]
    assert today.hours == () and [item.item for item in today.due] == ["1.1"]


def test_own_work_with_an_hour_is_among_the_hours() -> None:
    own = CaseRecord(ME, (promise(1, FOLLOW_UP, 1, "14:00"), promise(2, FOLLOW_UP, 1)))
    found = list(Rules(Standards(), DAY).items(own))
    assert [has_hour(item) for item in found] == [True, False]


def test_what_comes_before_a_later_week_is_counted() -> None:
    found = items(promise(1, FOLLOW_UP, -9), promise(2, FOLLOW_UP, 3), promise(3, FOLLOW_UP, 8))
    made = week(found, ahead(7))
    assert made.before == 2
    assert [day.things for day in made.days] == [0, 1, 0, 0, 0, 0, 0]


def test_days_off_and_leave_are_known() -> None:
    leave = Leave("l", ahead(1), ahead(2), "course")
    made = week([], leaves=(leave,))
    assert [day.working for day in made.days] == [True, True, True, False, False, True, True]
    assert [day.leave for day in made.days[:4]] == [None, leave, leave, None]
