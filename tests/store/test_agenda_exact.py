"""The list read from the heads of the groups is the list of ranking everything, exactly."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from caseloads import as_read, own_work, records, standards, todays, write, write_own
from hypothesis import given, settings
from hypothesis import strategies as st

import casectl.core.agenda
import casectl.store.agenda
from casectl.core.agenda import Agenda, Ask, Counts, ahead, cut
from casectl.core.due import DueItem, due_items
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CLOSED,
    DEADLINE,
    ME,
    ON_HOLD,
    PENDING,
    Author,
    Case,
    CaseRecord,
    Level,
    Promise,
)
from casectl.core.priority import in_order, rank
from casectl.core.standards import Standards
from casectl.core.views import FAIL
from casectl.store import Caseload, create_caseload, open_caseload

AUTHOR = Author("kim", "2026-11-18", "2026-11-18T08:00:00Z")
MOST_CASES = 60
STATUSES = (ACTIVE, ACTIVE, ACTIVE, ACTIVE, PENDING, ON_HOLD, CLOSED)
# The day itself, and looking back and ahead from it (--as-of).
SHIFTS = (0, 0, 0, -3, 1, 6)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty caseload, made once; every example writes into a copy of it."""
    path = tmp_path_factory.mktemp("exact") / "empty.db"
    create_caseload(path, AUTHOR).close()
    return path


@contextmanager
def on_file(caseload: list[CaseRecord], empty: Path) -> Iterator[Caseload]:
    path = empty.with_name("drawn.db")
    shutil.copy(empty, path)
    store = open_caseload(path, AUTHOR)
    try:
        store.db.execute("PRAGMA synchronous = OFF")
        write(store, caseload)
        yield store
    finally:
        store.close()


@st.composite
def drawn_caseloads(draw: st.DrawFn, today: date) -> list[CaseRecord]:
    """1 to 60 cases, some closed, numbered in an order that has nothing to do with their days."""
    size = draw(st.integers(1, MOST_CASES))
    return [draw(records(today, number=each, statuses=STATUSES)) for each in range(1, size + 1)]


@st.composite
def asks(draw: st.DrawFn, today: date, standards: Standards) -> Ask:
    return Ask(
        today + timedelta(days=draw(st.sampled_from(SHIFTS))),
        standards,
        limit=draw(st.sampled_from((1, 2, 3, 4, 5, 6, 7, 8, None))),
        program=draw(st.sampled_from((None, None, None, "Housing", "Legal", "Nobody's"))),
        level=draw(st.sampled_from((None, None, None, 2, 3, 4))),
    )


@settings(max_examples=200, deadline=None)
@given(todays, standards(), st.data())
def test_the_list_equals_ranking_everything(
    empty: Path, today: date, standards: Standards, data: st.DataObject
) -> None:
    caseload, own = data.draw(drawn_caseloads(today)), data.draw(own_work(today))
    drawn_asks = data.draw(st.lists(asks(today, standards), min_size=4, max_size=4))
    whole, cap = data.draw(st.sampled_from(((200, 1000), (200, 1000), (1, 2), (4, 10))))
    with on_file(caseload, empty) as store, limits(whole, cap):
        write_own(store, own)
        for ask in drawn_asks:
            expected = ranking_everything(caseload, ask, cap, own)
            assert told(store.agenda.read(ask), cap) == told(expected, cap)
            until = ask.today + timedelta(days=data.draw(st.sampled_from((-3, 0, 1, 7, 30))))
            pressing = everything_pressing(caseload, ask, until, own)
            assert store.agenda.pressing(ask, until) == pressing


@contextmanager
def limits(whole: int, cap: int) -> Iterator[None]:
    """SAFETY and DEADLINE cut, and counting given up, sooner than in earnest."""
    scanned = 5000 if cap == 1000 else cap
    with pytest.MonkeyPatch.context() as patch:
        for module in (casectl.core.agenda, casectl.store.agenda):
            patch.setattr(module, "WHOLE", whole)
            patch.setattr(module, "COUNT_CAP", cap)
        patch.setattr(casectl.store.agenda, "SCANNED", scanned)
        yield


def told(agenda: Agenda, cap: int) -> Agenda:
    """An agenda to compare: without what was asked, and without what a capped count cannot say."""
    counts = agenda.counts
    if counts.need > cap:
        counts = counts._replace(due=0)
    return agenda._replace(ask=Ask(date.min, Standards()), counts=counts)


def ranking_everything(
    caseload: list[CaseRecord], ask: Ask, cap: int, own: Sequence[Promise] = ()
) -> Agenda:
    """The agenda by brute force, every open case's items looked at."""
    wanted, mine = asked_for(caseload, ask), own_record(own, ask)
    ranked = rank([*wanted, *mine], ask.standards, ask.today)
    rows = cut(ranked, ask.limit)
    owed = {each.case.number: owes(each, ask) for each in [*wanted, *mine]}
    overdue = {n for n, items in owed.items() if any(item.due < ask.today for item in items)}
    pressing = {n for n, items in owed.items() if any(item.is_pressing for item in items)}
    assert overdue <= pressing
    silent = {
        n
        for n, items in owed.items()
        if any(item.kind == "contact" and item.due < ask.today for item in items)
    }
    still_open = [each for each in wanted if each.case.is_open]
    next_due = min((item.due for items in owed.values() for item in items), default=None)
    return Agenda(
        ask,
        tuple(rows),
        Counts(
            *(
                min(len(each), cap + 1)
                for each in (still_open, pressing, overdue, pressing - overdue, silent)
            )
        ),
        tuple(hours([*wanted, *mine], ask)),
        min(len(ranked) - len(rows), cap + 1),
        None if rows else next_due,
    )


def asked_for(caseload: list[CaseRecord], ask: Ask) -> list[CaseRecord]:
    """As they are read: what is not known of a case only where a program asks for it."""
    required = ask.standards.requires_any
    return [
        as_read(record if required else record._replace(lacks=()))
        for record in caseload
        if (record.case.is_open or owes(record, ask))
        and (ask.program is None or record.case.program == ask.program)
        and (ask.level is None or record.case.level >= ask.level)
    ]


def own_record(own: Sequence[Promise], ask: Ask) -> list[CaseRecord]:
    """The worker's own work: of no program, and of a medium level."""
    if not own or ask.program is not None or (ask.level or 0) > Level.MEDIUM:
        return []
    return [CaseRecord(ME, tuple(sorted(own, key=lambda p: (p.due_on, p.number))))]


def owes(record: CaseRecord, ask: Ask) -> list[DueItem]:
    return list(due_items(record, ask.standards, ask.today))


def hours(wanted: list[CaseRecord], ask: Ask) -> list[tuple[Case, Promise]]:
    """Appointments and timed deadlines of today, and of the next working day before days off."""
    calendar = ask.standards.calendar
    until = ask.today
    if not calendar.is_working(ask.today) or calendar.last_day_off_after(ask.today) > ask.today:
        until = calendar.after(ask.today, 1)
    timed = [
        (record.case, promise)
        for record in wanted
        if record.case.is_open
        for promise in record.promises
        if (
            promise.kind == APPOINTMENT
            or ((promise.kind == DEADLINE or record.case == ME) and promise.due_time)
        )
        and ask.today <= promise.due_on <= until
    ]
    return sorted(timed, key=lambda each: (each[1].due_on, each[1].due_time or "99", each[1].id))


def everything_pressing(
    caseload: list[CaseRecord], ask: Ask, until: date, own: Sequence[Promise] = ()
) -> list[DueItem]:
    ask = ahead(ask, until)
    items = [
        item
        for record in [*asked_for(caseload, ask), *own_record(own, ask)]
        for item in owes(record, ask)
        if item.is_pressing or item.due <= until
    ]
    return in_order(items, ask.today, ask.standards.common_scale())


@settings(max_examples=60, deadline=None)
@given(todays, standards(), st.data())
def test_cases_taken_out_of_the_facts_are_listed_and_reminded_of_all_the_same(
    empty: Path, today: date, standards: Standards, data: st.DataObject
) -> None:
    caseload = data.draw(drawn_caseloads(today))
    drawn_asks = data.draw(st.lists(asks(today, standards), min_size=2, max_size=2))
    taken = data.draw(st.sets(st.integers(1, len(caseload))))
    # Of a closed case nobody asks whether it has facts; doctor does.
    known = [each for each in caseload if each.case.is_open or each.case.number not in taken]
    with on_file(caseload, empty) as store:
        numbers = ", ".join(map(str, taken))
        store.db.execute(f"DELETE FROM due_facts WHERE number IN ({numbers})")
        for ask in drawn_asks:
            expected = ranking_everything(known, ask, 1000)
            read = store.agenda.read(ask)
            assert read.rows == tuple(store.agenda.rows(ask)) == expected.rows
            assert read.counts.open == expected.counts.open
            assert read.more >= 0
            assert store.agenda.pressing(ask, ask.today) == everything_pressing(
                known, ask, ask.today
            )
            open_ones = {each.case.number for each in caseload if each.case.is_open}
            assert set(store.agenda.left_out) == taken & open_ones


@settings(max_examples=100, deadline=None)
@given(todays, standards(), st.data())
def test_a_tie_across_days_off_goes_to_the_longer_open(
    empty: Path, today: date, standards: Standards, data: st.DataObject
) -> None:
    """Many alike: each group holds more than the list takes, of several days due on one."""
    level = data.draw(st.integers(1, 4))
    days = data.draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), min_size=9))
    caseload = [
        CaseRecord(
            Case(
                f"case{n}", n, f"case-{n}", f"client{n}", f"Client {n}", ACTIVE, level, "low",
                today - timedelta(days=60 + opened), today, assessed_on=today,
                crisis_since=today - timedelta(days=60) if level == 4 else None,
            ),
            (Promise("", "", 1, DEADLINE, "rent", today + timedelta(days=40)),),
            reached_client_on=today - timedelta(days=reached),
        )
        for n, (reached, opened) in enumerate(days, 1)
    ]  # fmt: skip
    with on_file(caseload, empty) as store, limits(whole=3, cap=1000):
        for limit in (1, 2, 4, 8):
            ask = Ask(today, standards, limit)
            assert store.agenda.read(ask).rows == ranking_everything(caseload, ask, 1000).rows


def test_of_more_deadlines_than_are_listed_whole_the_earliest_hours_come_first(
    empty: Path,
) -> None:
    """The hour is no part of what is kept of a case, and decides all the same."""
    hours = (None, "14:30", None, "09:00", "11:00", "09:00")
    due_on = date(2026, 11, 18)
    caseload = [
        CaseRecord(
            Case(
                f"case{n}", n, f"case-{n}", f"client{n}", f"Client {n}", ACTIVE, 2, "low",
                date(2026, 11, 1), due_on, assessed_on=due_on,
            ),
            (Promise("", "", 1, DEADLINE, "hearing", due_on, due_time=hour, subject="court"),),
            reached_client_on=due_on,
        )
        for n, hour in enumerate(hours, 1)
    ]  # fmt: skip
    ask = Ask(due_on, Standards(), limit=1)
    with on_file(caseload, empty) as store, limits(whole=3, cap=1000):
        assert [row.record.case.number for row in store.agenda.read(ask).rows] == [4, 6, 5]


@settings(max_examples=40, deadline=None)
@given(todays, st.data())
def test_what_was_written_is_what_the_due_engine_reads(
    empty: Path, today: date, data: st.DataObject
) -> None:
    caseload = data.draw(drawn_caseloads(today))
    with on_file(caseload, empty) as store:
        read = store.cases.records(store.cases.all(closed=True))
        assert read == [as_read(record) for record in caseload]
        assert [each.name for each in store.checkup.findings() if each.state == FAIL] == []
