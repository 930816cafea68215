"""Sixty days of ninety cases, one caseload of those that ``make simulate`` lives through."""

from __future__ import annotations

import day  # bench/day.py


def test_retry_days_leave_fewer_cases_untried_for_too_long() -> None:
    """Not none: fifteen tries do not hold what two weeks of leave leave behind, see bench/."""
    kept, clogged = (day.simulate(1, retry=retry) for retry in (True, False))
    assert kept.tries == clogged.tries == day.DAYS * day.TRIES
    assert kept.reached > clogged.reached
    assert kept.cases_over < clogged.cases_over
    assert kept.over < clogged.over


def test_with_tries_enough_nobody_is_untried_for_longer_than_the_interval_and_the_leave() -> None:
    assert day.simulate(1, retry=True, tries_a_day=23).cases_over == 0


def test_the_same_seed_gives_the_same_days() -> None:
    assert day.simulate(2, retry=True) == day.simulate(2, retry=True)
