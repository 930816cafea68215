"""How a deadline stands is never cut: whoever reads RECERT MISSED wants to know since when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from conftest import Run

TODAY = date(2026, 11, 18)


@pytest.fixture(autouse=True)
def missed(run: Run, caseload: None) -> None:
    for number, (kind, day) in enumerate(
        [("recertification", -2), ("recertification", -14), ("other", -123), ("other", 1)], 1
    ):
        due = TODAY + timedelta(days=day)
        lines = (
            f"intake 'Ann Sample {number}' --urgency low --risk low --on 2026-06-01 --new",
            f"deadline {number} 'hand in the form' --on {due.isoformat()} --kind {kind}",
        )
        for line in lines:
            assert run(line).code == 0, line


WORDS = ("RECERT MISSED 2d", "RECERT MISSED 14d", "DEADLINE MISSED 123d", "DEADLINE TOMORROW")


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("command", ["today", "today --hours 6", "today --matrix", "week"])
def test_it_is_whole_in_every_list(run: Run, command: str, width: int) -> None:
    shown = run(command, width=width)
    assert shown.code == 0
    told = " ".join(shown.out.split())
    assert [each for each in WORDS if each not in told] == []


@pytest.mark.parametrize("command", ["show {}", "show {} --all", "whois 'Ann Sample {}'"])
@pytest.mark.parametrize("width", [40, 80, 120])
def test_and_where_one_case_is_shown(run: Run, command: str, width: int) -> None:
    for number, word in enumerate(WORDS, 1):
        shown = run(command.format(number), width=width).out
        assert word in shown
        assert max(map(len, shown.splitlines())) <= width
        assert "hand in the form" in shown


def test_and_in_the_wide_table(run: Run) -> None:
    shown = run("list", width=120).out
    assert [each for each in WORDS if each not in shown] == []
    assert max(map(len, shown.splitlines())) <= 120
    assert all(word in run("today --sheet").out for word in WORDS)
