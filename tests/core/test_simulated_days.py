"""Sixty days of ninety cases, one caseload of those that ``make simulate`` lives through."""

from __future__ import annotations

import day  # bench/day.py
import pytest


@pytest.mark.parametrize("seed", range(1, 6))
def test_nobody_is_untried_for_longer_than_the_interval_and_the_leave(seed: int) -> None:
    assert day.simulate(seed, retry=True).cases_over == 0


def test_without_the_order_for_the_weeks_around_a_leave_somebody_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(day, "longest_untried", lambda rows, standards: rows)
    assert day.simulate(1, retry=True).cases_over > 0


def test_retry_days_reach_more_clients_and_leave_nobody_so_long() -> None:
    kept, clogged = (day.simulate(1, retry=retry) for retry in (True, False))
    assert kept.tries == clogged.tries == day.DAYS * day.TRIES
    assert kept.reached > clogged.reached
    assert kept.over < clogged.over


def test_the_same_seed_gives_the_same_days() -> None:
    assert day.simulate(2, retry=True) == day.simulate(2, retry=True)
