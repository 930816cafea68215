"""Facts: the days that standards count from, and what the store keeps of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from caseloads import records, standards, todays
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.due import Rules, applies, due_items
from casectl.core.facts import (
    BOTH,
    CLIENT_ONLY,
    WITH_GUARDIAN,
    earliest_by_group,
    facts_of,
)
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CLOSED,
    DEADLINE,
    FOLLOW_UP,
    ON_HOLD,
    PENDING,
    STATUSES,
    Case,
    CaseRecord,
    Promise,
)
from casectl.core.standards import Standards


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def a_case(**known: Any) -> Case:
    values: dict[str, Any] = {
        "id": "c", "number": 12, "handle": "garcia-12", "client_id": "k", "client": "Maria Garcia",
        "status": ACTIVE, "urgency": 1, "risk": "moderate", "opened_on": day("03-01"),
        "level_reviewed_on": day("03-02"),
    }  # fmt: skip
    return Case(**(values | known))


def a_promise(kind: str, due: str, number: int = 1, **known: Any) -> Promise:
    return Promise(f"p{number}", "c", number, kind, "something", day(due), **known)


def stages(record: CaseRecord) -> list[tuple[str, str, str]]:
    """Kind, stage and day of every fact."""
    return [
        (fact.group.kind, fact.group.stage, fact.day.strftime("%m-%d")) for fact in facts_of(record)
    ]


CRISIS = {"urgency": 4, "crisis_since": day("03-20")}
CALL = a_promise(FOLLOW_UP, "03-10", subject="call")


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (CaseRecord(a_case(status=CLOSED), (CALL,)), []),
        (
            CaseRecord(a_case(), (CALL,)),
            [("follow_up", "", "03-10"), ("contact", "first", "03-01"),
             ("assessment", "first", "03-01")],
        ),
        (
            CaseRecord(a_case(assessed_on=day("03-05")), reached_client_on=day("03-07")),
            [("contact", "again", "03-07"), ("assessment", "again", "03-05"),
             ("plan", "first", "03-05"), ("next_step", "set", "03-01")],
        ),
        (
            CaseRecord(a_case(clock_from=day("03-09")), promise_ended_on=day("03-12")),
            [("contact", "again", "03-09"), ("assessment", "first", "03-09"),
             ("next_step", "set", "03-12")],
        ),
        (
            CaseRecord(a_case(clock_from=day("03-09"))),
            [("contact", "again", "03-09"), ("assessment", "first", "03-09"),
             ("next_step", "clock", "03-09")],
        ),
        (
            CaseRecord(a_case(urgency=3), (CALL,), reached_client_on=day("03-07")),
            [("follow_up", "", "03-10"), ("contact", "again", "03-07"),
             ("assessment", "level", "03-02"), ("assessment", "first", "03-01")],
        ),
        # Off hold again: everything that was paused counts from that day at the earliest.
        (
            CaseRecord(a_case(resumed_on=day("03-15")), (CALL,), reached_client_on=day("03-07")),
            [("follow_up", "", "03-15"), ("contact", "again", "03-15"),
             ("assessment", "first", "03-15")],
        ),
        (
            CaseRecord(
                a_case(status=ON_HOLD, hold_until=day("04-01")),
                (CALL, a_promise(DEADLINE, "03-30", 2), a_promise(APPOINTMENT, "03-31", 3)),
            ),
            [("deadline", "other", "03-30"), ("appointment", "", "03-31"), ("hold", "", "04-01")],
        ),
        (CaseRecord(a_case(status=PENDING)), [("next_step", "decide", "03-01")]),
        (
            CaseRecord(a_case(status=PENDING, **CRISIS)),
            [("safety", "begun", "03-20"), ("safety", "review", "03-02"),
             ("next_step", "decide", "03-01")],
        ),
        # Who was reached before the crisis began says nothing about it; on that day it does.
        (
            CaseRecord(a_case(status=PENDING, **CRISIS), reached_client_on=day("03-19")),
            [("safety", "begun", "03-20"), ("safety", "review", "03-02"),
             ("next_step", "decide", "03-01")],
        ),
        (
            CaseRecord(a_case(status=PENDING, **CRISIS), reached_client_on=day("03-20")),
            [("safety", "reach", "03-20"), ("safety", "review", "03-02"),
             ("next_step", "decide", "03-01")],
        ),
        # Cover ends on its last day, and never shortens what reaching the client gave.
        (
            CaseRecord(a_case(status=PENDING, covered_until=day("03-25"), **CRISIS)),
            [("safety", "reach", "03-25"), ("safety", "review", "03-02"),
             ("next_step", "decide", "03-01")],
        ),
        (
            CaseRecord(
                a_case(status=PENDING, covered_until=day("03-25"), **CRISIS),
                reached_client_on=day("03-26"),
            ),
            [("safety", "reach", "03-26"), ("safety", "review", "03-02"),
             ("next_step", "decide", "03-01")],
        ),
        (
            CaseRecord(a_case(status=PENDING, covered_until=day("03-19"), **CRISIS)),
            [("safety", "begun", "03-20"), ("safety", "review", "03-02"),
             ("next_step", "decide", "03-01")],
        ),
    ],
)  # fmt: skip
def test_facts_of_a_case(record: CaseRecord, expected: list[tuple[str, str, str]]) -> None:
    assert stages(record) == expected


@pytest.mark.parametrize(
    ("client", "guardian", "expected"),
    [
        (None, None, [(BOTH, "first", "03-01")]),
        ("03-07", None, [(BOTH, "again", "03-07")]),
        ("03-07", "03-05", [(BOTH, "again", "03-07")]),
        ("03-07", "03-09", [(CLIENT_ONLY, "again", "03-07"), (WITH_GUARDIAN, "again", "03-09")]),
        (None, "03-09", [(CLIENT_ONLY, "first", "03-01"), (WITH_GUARDIAN, "again", "03-09")]),
    ],
)
def test_whose_answer_a_contact_counts(
    client: str | None, guardian: str | None, expected: list[tuple[str, str, str]]
) -> None:
    record = CaseRecord(
        a_case(),
        (CALL,),
        reached_client_on=day(client) if client else None,
        reached_guardian_on=day(guardian) if guardian else None,
    )
    found = [
        (fact.group.who, fact.group.stage, fact.day.strftime("%m-%d"))
        for fact in facts_of(record)
        if fact.group.kind == "contact"
    ]
    assert found == expected


def test_only_what_reaching_clears_is_of_a_tried_group() -> None:
    """And only what was promised for the attempt's day at the latest."""
    promises = (
        CALL,
        a_promise(FOLLOW_UP, "03-10", 2, subject="paperwork"),
        a_promise(FOLLOW_UP, "03-11", 3, subject="call"),
    )
    record = CaseRecord(a_case(), promises, attempts=1, tried_on=day("03-10"))
    tried = [(f.group.kind, f.group.reaching) for f in facts_of(record) if f.group.tried]
    assert tried == [("follow_up", True), ("contact", True)]


def test_a_group_keeps_its_earliest_day() -> None:
    promises = tuple(a_promise(DEADLINE, due, n) for n, due in enumerate(("04-02", "04-01"), 1))
    kept = {
        (group.kind, group.stage): found
        for group, found in earliest_by_group(CaseRecord(a_case(), promises)).items()
    }
    assert kept["deadline", "other"] == day("04-01")


@given(todays, standards(), st.data())
def test_what_is_kept_gives_the_earliest_due_day_of_each_group(
    today: date, standards: Standards, data: st.DataObject
) -> None:
    """So the earliest of a case's due days can be told from what is kept alone."""
    record = data.draw(records(today, statuses=STATUSES))
    kept = earliest_by_group(record)
    assert set(kept) == {fact.group for fact in facts_of(record)}
    intervals, rules = standards.of(record.case.program), Rules(standards, today)
    due = [
        rules.of(group).due_on(since) for group, since in kept.items() if applies(group, intervals)
    ]
    items = [item.due for item in due_items(record, standards, today)]
    assert min(due, default=None) == min(items, default=None)


@given(todays, st.data())
def test_an_attempt_changes_no_day(today: date, data: st.DataObject) -> None:
    """It moves facts into the tried half of their group, and that is all."""
    record = data.draw(records(today))
    untried = record._replace(attempts=0, tried_on=None)

    def outline(each: CaseRecord) -> list[tuple[Any, ...]]:
        return [(f.group._replace(tried=False), f.day, f.promise) for f in facts_of(each)]

    assert outline(record) == outline(untried)
