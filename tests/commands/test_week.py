"""week: the coming days one by one, as a screen, TSV and JSON."""

from __future__ import annotations

import pytest
from conftest import Run
from rich.cells import cell_len

COMMANDS = (
    "intake 'Ann Sample' --urgency crisis --on 2026-11-17 --next 'safety plan' --due fri --new",
    "intake 'Benedikta Example-Placeholder' --urgency low --risk low --on 2026-11-16 --new",
    "deadline 2 'court hearing' --on 'fri 9:30'",
    "intake '王小明' --urgency medium --on 2026-11-16 --next call --due '16 nov 2026' --new",
    "appointment 3 'clinic' --at 'today 14:00' --place 'Main St'",
    "follow me 'supervision' --due 'thu 11:00' --minutes 60",
    "away --from mon --to mon --reason course",
)

AT_80 = """\
Wed 18 Nov  today · 1 at its hour, 2 due, all late, about 1 h 45
  14:00         3.2           王小明: clinic at Main St
  1.safety      Ann Sample         SAFETY 1d       reach the client
  3.1           王小明             OVERDUE 2d      call

Thu 19 Nov  1 at its hour, about 1 h
  11:00         me.1          supervision
"""
AT_40 = """\
Wed 18 Nov
  today · 1 at its hour, 2 due, all
  late, about 1 h 45
  14:00         3.2
    王小明: clinic at Main St
  1.safety      SAFETY 1d
    Ann Sample: reach the client
"""


@pytest.fixture(autouse=True)
def some(run: Run, caseload: None) -> None:
    for command in COMMANDS:
        assert run(command).code == 0, command


def test_the_screens(run: Run) -> None:
    assert run("week", width=80).out.startswith(AT_80)
    assert run("week", width=40).out.startswith(AT_40)
    assert "Mon 23 Nov 2026  away (course) · " in run("week", width=120).out
    assert "Sat 21 Nov  day off · nothing due\n" in run("week", width=80).out


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(run: Run, width: int) -> None:
    for line in run("week", width=width).out.splitlines():
        assert cell_len(line) <= width


def test_machines_get_a_row_a_day_and_json_every_item(run: Run) -> None:
    rows = run("week").out.splitlines()
    assert rows[0].split("\t")[:6] == ["2026-11-18", "Wed", "yes", "3", "2", "105"]
    assert rows[0].split("\t")[6:] == ["3.2", "1.safety; 3.1"]
    days = run("week --json").json
    assert [each["day"] for each in days][-1] == "2026-11-24"
    assert [each["working"] for each in days] == [True, True, True, False, False, False, True]
    assert (days[5]["away"], days[5]["reason"]) == (True, "course")
    court = days[2]["hours"][0]
    assert (court["item"], court["time"], court["client"]) == (
        "2.1", "09:30", "Benedikta Example-Placeholder",
    )  # fmt: skip
    assert days[1]["hours"][0]["client"] is None


def test_safety_is_named_however_much_there_is(run: Run) -> None:
    for number in range(4, 12):
        run(f"intake 'Pat Sample{number}' --urgency crisis --on 2026-11-17 --new")
    out = run("week", width=80).out
    assert all(f"\n  {number}.safety " in out for number in (1, *range(4, 12)))


def test_a_later_week_counts_what_comes_before_it(run: Run) -> None:
    out = run("week --from '30 nov'", width=80).out
    assert out.startswith("Before it, ") and "Mon 30 Nov  " in out
    assert run("week --from '30 nov' --json").json[0]["day"] == "2026-11-30"


def test_one_program_or_level_alone(run: Run) -> None:
    assert run("week --level crisis --json").json[0]["count"] == 1
    assert run("week --program Nowhere").code == 3


@pytest.mark.parametrize("day", ["'17 nov 2026'", "'1 jan 2029'", "whenever"])
def test_a_day_that_cannot_be(run: Run, day: str) -> None:
    done = run(f"week --from {day}")
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
