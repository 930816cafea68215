"""How much of the day's list fits into the day, and what is left to a count."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from caseloads import WEDNESDAY, caseloads, standards, todays
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.agenda import COUNT_CAP
from casectl.core.due import Band
from casectl.core.load import learned_from, load_of
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
from casectl.core.priority import Ranked, rank
from casectl.core.standards import Standards

OPENED = date(2026, 11, 16)


def case(number: int, *promises: Promise) -> CaseRecord:
    """A low case that owes nothing but what is promised."""
    known = Case(str(number), number, f"x-{number}", "x", "X", ACTIVE, 1, "low", OPENED, OPENED)
    return CaseRecord(known, promises)


def call(due: date = WEDNESDAY, *, minutes: int | None = None) -> Promise:
    return Promise("", "", 1, FOLLOW_UP, "call", due, subject="call", minutes=minutes)


def ranked(*records: CaseRecord) -> list[Ranked]:
    return rank(records, Standards(), WEDNESDAY)


def names(rows: list[Ranked]) -> list[str]:
    return [row.first.item for row in rows]


def test_where_all_fits_nothing_changes() -> None:
    rows = ranked(*(case(number, call()) for number in range(1, 5)))
    assert load_of(rows, 4, 1, WEDNESDAY, {}) == (None, rows)


def test_now_is_folded_from_the_first_row_that_does_not_fit() -> None:
    rows = ranked(case(1, call()), case(2, call(minutes=50)), case(3, call()), case(4, call()))
    load, kept = load_of(rows, 4, 1, WEDNESDAY, {})
    assert load is not None
    assert (load.fits, load.folded) == (1, 3), "what comes later does not overtake"
    assert names(kept) == ["1.1"]


def test_soon_is_not_folded() -> None:
    later = WEDNESDAY + timedelta(days=2)
    rows = ranked(case(1, call(minutes=90)), case(2, call(later)))
    load, kept = load_of(rows, 1, 1, WEDNESDAY, {})
    assert load is not None
    assert (load.fits, load.folded, names(kept)) == (0, 1, ["2.1"])


def test_deadlines_count_first_and_stay() -> None:
    courts = [
        case(number, Promise("", "", 1, DEADLINE, "court", WEDNESDAY, subject="court"))
        for number in (1, 2)
    ]
    load, kept = load_of(ranked(*courts, case(3, call())), 3, 1, WEDNESDAY, {})
    assert load is not None
    assert (load.fits, load.folded, names(kept)) == (1, 1, ["1.1", "2.1"])


def test_todays_appointments_are_kept_free() -> None:
    visit = Promise("", "", 1, APPOINTMENT, "visit", WEDNESDAY, "14:00", minutes=50)
    rows = ranked(case(1, call()), case(2, visit))
    load, kept = load_of(rows, 2, 1, WEDNESDAY, {})
    assert load is not None
    assert names(rows) == ["1.1", "2.1"]
    assert (load.fits, load.folded, names(kept)) == (1, 1, ["2.1"])


def test_all_of_ones_own_work_is_kept_free() -> None:
    own = CaseRecord(ME, (call(minutes=20), call(minutes=20)._replace(number=2)))
    rows = ranked(case(1, call()), case(2, call()), own)
    load, kept = load_of(rows, 3, 1, WEDNESDAY, {})
    assert load is not None
    assert (load.fits, load.folded) == (2, 1)
    assert {row.record.case.number for row in kept} == {1, ME.number}, "20 minutes are left"


def test_what_was_not_read_is_taken_to_be_like_what_was() -> None:
    rows = ranked(*(case(number, call()) for number in range(1, 5)))
    load, kept = load_of(rows, 40, 2, WEDNESDAY, {})
    assert load is not None
    assert (load.fits, load.folded, kept) == (8, 36, rows), "120 minutes, 15 each"
    load, _ = load_of(rows, COUNT_CAP + 1, 2, WEDNESDAY, {})
    assert load is not None
    assert load.folded == COUNT_CAP + 1, "as many as are counted"
    assert load_of(rows, 8, 2, WEDNESDAY, {})[0] is None


def test_the_median_of_five_and_more() -> None:
    phone = [("phone", minutes) for minutes in (4, 90, 5, 6, 5)]
    assert learned_from([*phone, *[("visit", 40)] * 4]) == {"call": 5, "contact": 5, "safety": 5}
    assert learned_from([*phone, *[("visit", 40)] * 5])["visit"] == 40
    assert learned_from([]) == {}


@given(st.data(), todays, standards(), st.integers(1, 24), st.integers(0, 60))
def test_laws(data: st.DataObject, today: date, own: Standards, hours: int, unread: int) -> None:
    rows = rank(data.draw(caseloads(today, most=12)), own, today)
    need = sum(row.first.is_pressing for row in rows) + unread
    load, kept = load_of(rows, need, hours, today, {})
    if load is None:
        assert kept == rows
        return
    folded = [row for row in rows if row not in kept]
    assert all(row.first.band is Band.NOW for row in folded), "never SAFETY or DEADLINE"
    assert kept == [row for row in rows if row in kept], "the order stays"
    assert load.folded == len(folded) + unread
    assert 0 <= load.fits < need
    more, _ = load_of(rows, need, hours + 1, today, {})
    assert more is None or more.fits >= load.fits, "an hour more holds no less"


@pytest.mark.parametrize("hours", [1, 24])
def test_an_empty_list(hours: int) -> None:
    assert load_of([], 0, hours, WEDNESDAY, {}) == (None, [])
