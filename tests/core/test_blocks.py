"""A day as blocks of time: what has its hour, what comes first, and what does not fit."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.blocks import Blocks, begins_at, blocks_of, clock, is_over, minute_of
from casectl.core.due import Band
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
from casectl.core.priority import rank
from casectl.core.standards import Standards

DAY = date(2026, 11, 18)  # a Wednesday


def case(number: int, **more: Any) -> Case:
    made = Case(
        f"c{number}", number, f"example-{number}", "k", "Ann Example", ACTIVE, 2, "low", DAY, DAY
    )
    return made._replace(**{"assessed_on": DAY, "plan_agreed_on": DAY, **more})


def promise(kind: str = FOLLOW_UP, days: int = 0, number: int = 1, **more: Any) -> Promise:
    due = DAY + timedelta(days=days)
    return Promise("p", "c", number, kind, "something", due, made_on=DAY)._replace(**more)


def record(number: int, *promises: Promise, **more: Any) -> CaseRecord:
    return CaseRecord(case(number, **more), promises, reached_client_on=DAY)


def crisis(number: int) -> CaseRecord:
    begun = DAY - timedelta(days=1)
    return CaseRecord(
        case(number, urgency=4, crisis_since=begun, opened_on=begun), (promise(days=30),)
    )


def blocks(*records: CaseRecord, now: str = "08:00", hours: int = 6) -> Blocks:
    return blocks_of(rank(records, Standards(), DAY), DAY, now, hours, {})


def told(day: Blocks) -> list[str]:
    return [
        f"{'later' if each.begins is None else clock(each.begins)} {each.item.item}"
        for each in day.blocks
    ]


def test_the_list_goes_around_what_has_its_hour() -> None:
    day = blocks(
        record(1, promise(APPOINTMENT, due_time="08:30", minutes=45)),
        record(2, promise(minutes=30, days=-3)),
        record(3, promise(minutes=20, days=-2)),
        record(4, promise(minutes=10, days=-1)),
    )
    assert told(day) == ["08:00 2.1", "08:30 1.1", "09:15 3.1", "09:35 4.1"]
    assert [each.fixed for each in day.blocks] == [False, True, False, False]
    assert day.left == ()


def test_a_gap_is_filled_by_what_it_holds_and_the_rest_is_left() -> None:
    day = blocks(
        record(1, promise(APPOINTMENT, due_time="08:20", minutes=40)),
        record(2, promise(minutes=30, days=-3)),
        record(3, promise(minutes=20, days=-2)),
        hours=1,
    )
    assert told(day) == ["08:00 3.1", "08:20 1.1"]
    assert [(each.item.item, each.minutes) for each in day.left] == [("2.1", 30)]


def test_safety_and_deadlines_come_first_and_go_on_behind_the_hours() -> None:
    court = promise(DEADLINE, 1, subject="court", minutes=60)
    day = blocks(record(1, promise(minutes=30, days=-9)), record(2, court), crisis(3), hours=1)
    assert told(day)[0] == "08:00 3.safety"
    urgent = {each.item.item for each in day.blocks}
    assert {"3.safety", "2.1"} <= urgent
    assert day.overrun
    assert [is_over(each, day) for each in day.blocks][-1]


def test_a_hearing_of_another_day_is_named_and_takes_none_of_today() -> None:
    court = promise(DEADLINE, 3, subject="court", due_time="09:30")
    file = promise(DEADLINE, 3, subject="appeal", due_time="17:00", number=2)
    day = blocks(
        record(1, court, promise(days=-1, number=3)), record(2, court, file), record(3, court)
    )
    assert sorted(each.item.item for each in day.ahead) == ["1.1", "2.1", "3.1"]
    assert [(each.item.item, each.also) for each in day.blocks] == [("2.2", 0), ("1.3", 0)]
    assert day.left == ()


def test_who_is_seen_today_gets_no_other_block_and_what_else_presses_is_counted() -> None:
    day = blocks(
        record(
            1, promise(APPOINTMENT, due_time="10:00"), promise(days=-3, number=2),
            promise(days=-1, number=3),
        ),
        record(2, promise(days=-3), promise(days=-1, number=2)),
    )  # fmt: skip
    assert [(each.item.item, each.also) for each in day.blocks] == [("2.1", 1), ("1.1", 2)]


def test_what_is_put_off_or_not_due_is_no_part_of_the_day() -> None:
    later = DAY + timedelta(days=2)
    day = blocks(
        record(1, promise(days=-3), planned_on=later, planned_from=DAY), record(2, promise(days=3))
    )
    assert day.blocks == () and day.left == ()


def test_an_appointment_that_is_over_takes_the_time_of_recording_it() -> None:
    day = blocks(record(1, promise(APPOINTMENT, due_time="09:00", minutes=90)), now="11:02")
    assert told(day) == ["11:05 1.1"]
    assert (day.blocks[0].fixed, day.blocks[0].minutes) == (False, 5)


def test_an_appointment_without_an_hour_is_never_left_out() -> None:
    day = blocks(record(1, promise(minutes=60, days=-9)), record(2, promise(APPOINTMENT)), hours=1)
    assert told(day) == ["08:00 2.1"]
    assert [each.item.item for each in day.left] == ["1.1"]


def test_two_at_one_hour_are_both_there() -> None:
    at = promise(APPOINTMENT, due_time="10:00", minutes=60)
    assert told(blocks(record(1, at), record(2, at))) == ["10:00 1.1", "10:00 2.1"]


def test_own_work_keeps_its_hour() -> None:
    own = CaseRecord(ME, (promise(due_time="09:00", minutes=30),))
    day = blocks(own, record(1, promise(minutes=90, days=-3)))
    assert told(day) == ["09:00 me.1", "09:30 1.1"]


@pytest.mark.parametrize(
    ("now", "begins"),
    [("00:00", "08:00"), ("05:59", "08:00"), ("07:01", "07:05"), ("13:30", "13:30")],
)
def test_a_day_begins_now_but_not_at_night(now: str, begins: str) -> None:
    assert clock(begins_at(now)) == begins


some_promises = st.lists(
    st.builds(
        lambda kind, days, minutes, hour: promise(
            kind,
            days,
            minutes=minutes,
            due_time=f"{hour:02}:15" if hour is not None and kind != FOLLOW_UP else None,
            subject="court" if kind == DEADLINE else None,
        ),
        st.sampled_from((FOLLOW_UP, FOLLOW_UP, APPOINTMENT, DEADLINE)),
        st.integers(-3, 2),
        st.sampled_from((5, 20, 45, 240)),
        st.one_of(st.none(), st.integers(7, 20)),
    ),
    max_size=3,
)


@given(
    st.lists(st.tuples(some_promises, st.booleans()), max_size=12),
    st.integers(1, 12),
    st.integers(6, 22),
)
def test_nothing_urgent_is_lost_and_no_two_share_a_minute(
    drawn: list[tuple[list[Promise], bool]], hours: int, hour: int
) -> None:
    records = []
    for number, (promises, in_crisis) in enumerate(drawn, 1):
        numbered = [each._replace(number=n) for n, each in enumerate(promises, 1)]
        made = crisis(number) if in_crisis else record(number)
        records.append(made._replace(promises=tuple(numbered)))
    rows = rank(records, Standards(), DAY)
    day = blocks_of(rows, DAY, f"{hour:02}:00", hours, {})
    placed = [each.item.item for each in day.blocks]
    assert len(placed) == len(set(placed))
    left = [each.item.item for each in day.left]
    ahead = [each.item.item for each in day.ahead]
    assert not set(placed) & set(left) and not set(ahead) & {*placed, *left}
    assert all(each.item.due > DAY and each.item.time for each in day.ahead)
    for row in rows:
        musts = {i.item for i in row.items if i.band in (Band.SAFETY, Band.DEADLINE)}
        assert musts <= {*placed, *ahead}
        if any(item.is_pressing and not item.stands_behind for item in row.items):
            assert {item.item for item in row.items} & {*placed, *left, *ahead}
    free = sorted((b.begins, b.ends) for b in day.blocks if not b.fixed and b.begins is not None)
    fixed = [(b.begins, b.ends) for b in day.blocks if b.fixed]
    spans = [(begins, ends) for begins, ends in free if ends is not None]
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    for begins, ends in spans:
        for at, until in fixed:
            assert at is not None and until is not None
            assert until <= begins or ends <= at
    for block in day.blocks:
        if block.item.band is Band.NOW and not block.fixed and block.item.kind == FOLLOW_UP:
            assert not is_over(block, day)


def test_minutes_read_back() -> None:
    assert clock(minute_of("09:05")) == "09:05"
    assert clock(24 * 60 + 30) == "24:30"
