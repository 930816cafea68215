"""Sixty working days of one caseload, lived by its list: is anybody left untried?

    python bench/day.py [--seeds N]

Ninety cases, a quarter of the clients hard to reach, fifteen tries a day, two weeks of leave. Every
working day the cases that press are called as the one due engine ranks them, and tries that are
left go to what is due soonest. In the two weeks before the leave and after it the worker goes by
``casectl today --calls --untried``. An attempt that reaches nobody sets a day to try again. The
same days are lived once more without such days: who cannot be reached then stays on top.

A case goes *untried* from one attempt or contact to the next. It should be no longer than its
level's interval plus the days from the last one worked to the first one worked again.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from casectl.core.leave import Leave, with_leaves
from casectl.core.model import ACTIVE, FOLLOW_UP, Case, CaseRecord, Level, Promise
from casectl.core.priority import Ranked, rank
from casectl.core.sheets import longest_untried
from casectl.core.standards import Intervals, Standards

CASES, DAYS, TRIES = 90, 60, 15
HARD = 4  # every fourth client is hard to reach
ANSWERS, SELDOM = 0.8, 0.1  # how often a call reaches somebody, and how often those
BEGINS = date(2026, 9, 7)  # a Monday
LEAVE = Leave("", date(2026, 10, 19), date(2026, 10, 30), "annual leave")
# From the last day worked to the first one.
AWAY = date(2026, 11, 2) - date(2026, 10, 16)
AROUND, WEEK = timedelta(days=14), timedelta(days=7)
# No client in crisis: what is owed every day is a colleague's on days off.
LEVELS = {Level.LOW: 45, Level.MEDIUM: 32, Level.HIGH: 13}
SEEDS = 20
MOST_TRIES = 40


class Client(NamedTuple):
    record: CaseRecord
    answers: float
    dice: random.Random  # of one's own, so that both runs throw alike


class Outcome(NamedTuple):
    """How a run went."""

    tries: int
    reached: int
    longest: int  # days that somebody was untried
    over: int  # the most days beyond what the level allows; negative where nobody was
    cases_over: int


def main() -> int:
    parser = argparse.ArgumentParser(description="Sixty days of a caseload.")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="caseloads to live through")
    seeds = range(1, parser.parse_args().seeds + 1)
    print(
        f"{CASES} cases, one in {HARD} hard to reach, {TRIES} tries on each of {DAYS} working "
        f"days, {AWAY.days} days away; {len(seeds)} caseloads\n"
    )
    runs = {"with retry days": True, "without": False}
    outcomes = {
        name: [simulate(seed, retry=retry) for seed in seeds] for name, retry in runs.items()
    }
    for name, each in outcomes.items():
        print(_told(name, each))
    kept = not any(each.cases_over for each in outcomes["with retry days"])
    print(
        f"\nno case untried longer than its interval plus the leave: {'kept' if kept else 'MISSED'}"
    )
    for name, retry in runs.items():
        fewest = fewest_tries(seeds, retry=retry)
        print(f"{name:<16} it is kept from {fewest or f'more than {MOST_TRIES}'} tries a day")
    return 0 if kept else 1


def fewest_tries(seeds: Iterable[int], *, retry: bool) -> int | None:
    """The fewest tries a day with which no case of any caseload goes untried for too long."""
    for tries in range(TRIES, MOST_TRIES + 1):
        if not any(simulate(seed, retry=retry, tries_a_day=tries).cases_over for seed in seeds):
            return tries
    return None


def _told(name: str, outcomes: list[Outcome]) -> str:
    count = len(outcomes)
    tries, reached, cases_over = (
        sum(each) / count
        for each in zip(
            *((each.tries, each.reached, each.cases_over) for each in outcomes), strict=True
        )
    )
    longest = max(each.longest for each in outcomes)
    over = max(each.over for each in outcomes)
    beyond = f"{over} days beyond the bound" if over > 0 else f"{-over} days within the bound"
    return (
        f"{name:<16} {tries:.0f} tries, {reached:.0f} reached; {cases_over:.1f} cases too long "
        f"untried; the longest {longest} days, at worst {beyond}"
    )


def simulate(seed: int, *, retry: bool, tries_a_day: int = TRIES) -> Outcome:
    """One caseload over the sixty days, its leave among them."""
    intervals = Intervals() if retry else Intervals(retry=(0, 0, 0, 0))
    standards = with_leaves(Standards(intervals), [LEAVE])
    clients = {client.record.case.number: client for client in _caseload(seed)}
    touched = {number: [client.record.reached_client_on] for number, client in clients.items()}
    tries = reached = 0
    today = BEGINS
    for today in _working_days(standards, DAYS):
        rows = rank((client.record for client in clients.values()), standards, today)
        for row in _to_call(rows, clients, standards, today)[:tries_a_day]:
            number = row.record.case.number
            client = clients[number]
            answered = client.dice.random() < client.answers
            clients[number] = client._replace(record=_called(client.record, today, answered))
            touched[number].append(today)
            tries += 1
            reached += answered
    gaps = {number: _longest([*days_of, today]) for number, days_of in touched.items()}
    over = {
        number: gap - _allowed(clients[number].record, intervals) for number, gap in gaps.items()
    }
    return Outcome(
        tries,
        reached,
        max(gaps.values()),
        max(over.values()),
        sum(each > 0 for each in over.values()),
    )


def _caseload(seed: int) -> Iterator[Client]:
    dice = random.Random(seed)
    levels = [level for level, count in LEVELS.items() for _ in range(count)]
    dice.shuffle(levels)
    for number in range(1, CASES + 1):
        level = levels[number - 1]
        interval = Intervals().contact[level - 1]
        last = BEGINS - timedelta(days=dice.randint(1, interval))
        case = Case(
            f"c{number}", number, f"example-{number}", f"k{number}", f"Example {number}", ACTIVE,
            int(level), "none", BEGINS - timedelta(days=dice.randint(60, 700)), last,
            assessed_on=BEGINS, plan_agreed_on=BEGINS, plan_reviewed_on=date(2028, 1, 1),
        )  # fmt: skip
        # A next step far ahead: nothing but reaching the client is owed.
        far = Promise("p", case.id, 1, FOLLOW_UP, "review", date(2028, 1, 1))
        answers = SELDOM if number % HARD == 0 else ANSWERS
        yield Client(CaseRecord(case, (far,), last), answers, random.Random(seed * 1000 + number))


def _working_days(standards: Standards, count: int) -> Iterator[date]:
    day = BEGINS
    for _ in range(count):
        yield day
        day = standards.calendar.after(day, 1)


def _to_call(
    rows: list[Ranked], clients: dict[int, Client], standards: Standards, today: date
) -> list[Ranked]:
    """What presses, as it is ranked; tries that are left go ahead, to what is due soonest.

    In the two weeks before the leave and after it the calls are those of the call sheet that is for
    such weeks: ``casectl today --calls --untried --soon 14``.
    """
    if LEAVE.from_on - AROUND <= today <= LEAVE.to_on + AROUND:
        ahead = standards._replace(horizon=AROUND.days)
        records = (client.record for client in clients.values())
        return longest_untried(rank(records, ahead, today), standards)
    pressing = [row for row in rows if row.first.is_pressing]
    called = {row.record.case.id for row in pressing}
    ahead = standards._replace(horizon=WEEK.days)
    others = (each.record for each in clients.values() if each.record.case.id not in called)
    soon = [row for row in rank(others, ahead, today) if not row.first.waits]
    return [*pressing, *sorted(soon, key=lambda row: row.first.due)]


def _called(record: CaseRecord, today: date, answered: bool) -> CaseRecord:
    """The record after one call. Reaching somebody is a look at their level as well."""
    if not answered:
        return record._replace(attempts=record.attempts + 1, tried_on=today)
    return record._replace(
        case=record.case._replace(level_reviewed_on=today),
        reached_client_on=today,
        attempts=0,
        tried_on=None,
    )


def _allowed(record: CaseRecord, intervals: Intervals) -> int:
    return intervals.contact[record.case.level - 1] + AWAY.days


def _longest(days: list[date | None]) -> int:
    known = [day for day in days if day is not None]
    return max((later - day).days for day, later in pairwise(known))


if __name__ == "__main__":
    sys.exit(main())
