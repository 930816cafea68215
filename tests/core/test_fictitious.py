"""The fictitious caseload: complete in the demo, constant where it must be, and nobody real."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from casectl.core.agenda import cut
from casectl.core.casework import AFTERCARE, GOAL, NEED, PLANNED, SCREENING, STEP
from casectl.core.due import ITEM_NAMES, Band
from casectl.core.facts import AFTER_DEATH, WATCHED
from casectl.core.fictitious import CLOSED_SHARE, DEMO_CASES, DEMO_SEED, SPREAD, stories
from casectl.core.fictitious_people import FICTIONAL_WORDS
from casectl.core.model import (
    APPOINTMENT,
    CLOSED,
    DEADLINE,
    FOLLOW_UP,
    OPEN,
    PENDING,
    STATUSES,
    Level,
    Load,
)
from casectl.core.planning import served
from casectl.core.priority import Ranked, rank
from casectl.core.standards import Intervals, Standards
from casectl.store.bulk import record_of

STANDARDS = Standards()
# Without a profile nothing is required.
REQUIRING = Standards(Intervals(requires=("language",)))
DAY = date(2026, 11, 18)

# Everything that the engine can ask for. What an import leaves behind is a stage of its own.
DERIVED_OR_PROMISED = {*ITEM_NAMES, (FOLLOW_UP, ""), (APPOINTMENT, ""), (DEADLINE, "")}
# An assessment that was begun is a draft, which no load holds; and nobody dies in the demo.
EVERY_KIND = {*DERIVED_OR_PROMISED, *WATCHED} - {("assessment", "draft"), AFTER_DEATH}

# Two whole weeks, a leap day, the turn of a year, and years ahead.
DAYS = [
    *(date(2026, 11, 16) + timedelta(days=n) for n in range(14)),
    date(2028, 2, 29),
    date(2028, 3, 1),
    date(2029, 12, 31),
    date(2031, 1, 1),
    date(2040, 6, 9),
]


def told(count: int, day: date = DAY, seed: int = DEMO_SEED) -> list[Load]:
    return list(stories(seed, count, day, STANDARDS))


def listed(loads: list[Load], day: date = DAY) -> list[Ranked]:
    return rank([record_of(load) for load in loads], STANDARDS, day)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_demo_shows_every_band_and_every_kind_of_due_item(day: date) -> None:
    loads = told(DEMO_CASES, day)
    ranked = rank([record_of(load) for load in loads], REQUIRING, day)
    shown = {
        (item.kind, "" if item.kind == DEADLINE else item.stage)
        for row in ranked
        for item in row.items
    }
    assert shown >= EVERY_KIND
    # On the first screen, before anybody asks for more.
    assert {row.first.band for row in cut(listed(loads, day), 20)} == set(Band)
    kinds_first = {row.first.kind for row in (*listed(loads, day), *ranked)}
    assert kinds_first >= {kind for kind, _ in DERIVED_OR_PROMISED}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_demo_has_every_status_and_crises_reached_and_not(day: date) -> None:
    loads = told(DEMO_CASES, day)
    assert {load.case.status for load in loads} == set(STATUSES)
    crises = [load for load in loads if load.case.level == Level.CRISIS]
    pressing = [row for row in listed(crises, day) if row.first.band is Band.SAFETY]
    assert 0 < len(pressing) < len(crises)


def test_the_demo_names_everybody_differently_and_in_many_scripts() -> None:
    names = [load.client.name for load in told(DEMO_CASES)]
    assert len(set(names)) == DEMO_CASES
    assert any("\u4e00" <= char <= "\u9fff" for name in names for char in name), "Chinese"
    assert any("\u0600" <= char <= "\u06ff" for name in names for char in name), "Arabic"
    assert any("\u0400" <= char <= "\u04ff" for name in names for char in name), "Cyrillic"
    assert max(map(len, names)) > 60


def test_nobody_is_real() -> None:
    for load in told(3_000):
        client = load.client
        assert any(word in client.name for word in FICTIONAL_WORDS), client.name
        assert client.phone is None or re.search(r"\b555-01\d\d$", client.phone)
        assert client.email is None or client.email.endswith("@example.org")


@pytest.mark.parametrize("count", [40, 1_000, 10_000])
@pytest.mark.parametrize("day", [DAY, date(2026, 11, 20), date(2026, 11, 21)], ids=str)
def test_what_is_never_cut_stays_the_same_few_cases_at_every_size(count: int, day: date) -> None:
    bands = Counter(row.first.band for row in listed(told(count, day), day))
    assert (bands[Band.SAFETY], bands[Band.DEADLINE]) == (3, 3)


def test_todays_appointments_are_the_same_few_at_every_size() -> None:
    def until_tomorrow(count: int) -> int:
        return sum(
            promise.kind == APPOINTMENT
            and promise.status == OPEN
            and promise.due_on <= DAY + timedelta(days=1)
            for load in told(count)
            for promise in load.promises
        )

    assert until_tomorrow(40) == until_tomorrow(5_000) == 4


def test_a_large_caseload_has_its_mix() -> None:
    loads = told(20_000)
    open_ones = [load for load in loads if load.case.status != CLOSED]
    assert len(open_ones) == round(20_000 * (1 - CLOSED_SHARE))
    follow_ups = sum(
        promise.kind == FOLLOW_UP and promise.status == OPEN
        for load in open_ones
        for promise in load.promises
    )
    assert follow_ups / len(open_ones) == pytest.approx(1.5, abs=0.02)
    unassessed = sum(load.case.risk is None for load in open_ones) / len(open_ones)
    assert 0.1 < unassessed < 0.5
    waiting = sum(promise.waiting_on is not None for load in open_ones for promise in load.promises)
    snoozed = sum(promise.snoozes > 0 for load in open_ones for promise in load.promises)
    assert waiting > 500 and snoozed > 500
    # Behind, but not hopelessly: a list that a case manager would believe.
    assert max(row.first.days_late for row in listed(open_ones)) < 100


def test_one_seed_tells_one_caseload_and_another_another() -> None:
    assert told(200) == told(200)
    assert told(200) != told(200, seed=2)


@pytest.mark.parametrize("count", [1, 2, 9, 10, 39, 41, 100])
def test_any_size_can_be_told(count: int) -> None:
    loads = told(count)
    assert [load.case.number for load in loads] == list(range(1, count + 1))
    assert all(
        record_of(load).case.status == CLOSED or listed([load], DAY + timedelta(days=400))
        for load in loads
    ), "an open case always owes something"


@pytest.mark.parametrize("day", DAYS[::5], ids=str)
def test_every_story_holds_together(day: date) -> None:
    loads = told(2_000, day)
    unwritten = {load.case.number for load in loads if any(not each.text for each in load.contacts)}
    assert len(unwritten) == 1, "a single case has a contact that nobody wrote about"
    for load in loads:
        case = load.case
        last = case.closed_on or day
        assert day - timedelta(days=SPREAD) <= case.opened_on <= last <= day
        assert case.opened_on <= case.level_reviewed_on <= day
        assert (case.crisis_since is not None) == (case.level == Level.CRISIS)
        assert (case.hold_until is not None) == (case.status == "on_hold")
        assert (case.closed_on is not None) == (case.status == CLOSED)
        for contact in load.contacts:
            assert case.opened_on <= contact.on_day <= last
            assert contact.text or case.number in unwritten
        for promise in load.promises:
            assert promise.made_on is not None and case.opened_on <= promise.made_on <= day
            assert (promise.ended_on is None) == (promise.status == OPEN)
            assert promise.ended_on is None or case.opened_on <= promise.ended_on <= last
        if case.status == CLOSED:
            assert all(promise.status != OPEN for promise in load.promises)
        if case.status == PENDING:
            assert not load.contacts


@pytest.mark.parametrize("day", DAYS[::5], ids=str)
def test_casework_holds_together(day: date) -> None:
    for load in told(2_000, day):
        case, pieces = load.case, load.casework
        if case.status in (CLOSED, PENDING):
            assert {each.kind for each in pieces} <= {AFTERCARE}
        keys = [each.id for each in pieces if each.id]
        assert len(keys) == len(set(keys))
        assert {each.parent for each in pieces if each.parent} <= set(keys)
        for kind in {each.kind for each in pieces}:
            numbers = [each.number for each in pieces if each.kind == kind]
            assert numbers == list(range(1, len(numbers) + 1))
        for each in pieces:
            assert case.opened_on <= each.on_day <= day, each
            assert (each.ended_on is None) == (each.status in (OPEN, PLANNED))
            assert each.ended_on is None or each.on_day <= each.ended_on <= day
            if each.kind == GOAL:
                assert each.due_on is not None and each.on_day <= each.due_on
            if each.kind == SCREENING:
                assert sum(each.body["answers"].values()) == each.level
                assert each.body["answers"]["9"] == 0, "a red flag would be owed"
        needs = {each.number for each in pieces if each.kind == NEED}
        for goal in pieces:
            assert goal.kind != GOAL or needs.issuperset(served(goal))
        asked = [each for each in pieces if each.kind == SCREENING and each.status == OPEN]
        assert len(asked) <= 1


def test_ordinary_cases_have_goals_in_the_clients_words_and_steps_of_both() -> None:
    loads = [load for load in told(2_000) if load.case.plan_agreed_on and load.case.is_open]
    assert len(loads) > 800
    goals = [each for load in loads for each in load.casework if each.kind == GOAL]
    assert len(goals) > len(loads)
    assert all(goal.body["words"] for goal in goals)
    actors = Counter(each.who for load in loads for each in load.casework if each.kind == STEP)
    assert actors["client"] > actors["worker"] > 0
    late = sum(goal.due_on < DAY and goal.stage == "" for goal in goals if goal.due_on)
    assert 0 < late < len(goals) / 20


def test_years_of_work_are_contacts_and_notes_and_move_nothing_that_is_due() -> None:
    loads = list(stories(1, 100, DAY, STANDARDS, years=3))
    written = sum(len(load.contacts) + len(load.notes) for load in loads)
    assert 5_500 < written < 6_500
    earliest = min(each.on_day for load in loads for each in load.contacts)
    assert earliest < DAY - timedelta(days=1_000)
    for load in loads:
        assert all(load.case.opened_on <= each.on_day for each in load.contacts)
        kept = [each.on_day for each in load.contacts if each.outcome == "reached"]
        assert load.case.status == CLOSED or kept == [] or max(kept) <= DAY


def test_the_programs_own_standards_are_looked_at() -> None:
    slower = Standards(STANDARDS.intervals._replace(first_contact=(20, 10, 4, 1)))
    loads = list(stories(DEMO_SEED, DEMO_CASES, DAY, slower))
    kinds = {
        (item.kind, item.stage, item.days_late > 0)
        for row in rank([record_of(load) for load in loads], slower, DAY)
        for item in row.items
    }
    assert ("contact", "first", True) in kinds
