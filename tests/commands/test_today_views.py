"""today --hours and --matrix: as screens, TSV and JSON, and what they refuse."""

from __future__ import annotations

import pytest
from conftest import Run
from rich.cells import cell_len

COMMANDS = (
    "intake 'Ann Sample' --urgency crisis --on 2026-11-17 --next 'safety plan' --due fri --new",
    "intake 'Benedikta Example-Placeholder' --urgency low --risk low --on 2026-11-16 --new",
    "deadline 2 'court hearing' --on 'fri 9:30'",
    "intake '王小明' --urgency medium --on 2026-11-16 --next call --due '16 nov 2026' --new",
    "intake 'Cleo Test' --urgency low --risk low --next call --due '16 nov 2026' --new "
    "--on 2026-11-16",
    "appointment 3 'clinic' --at 'today 9:30' --place 'Main St'",
)

BLOCKS_AT_80 = """\
Wed 18 Nov  08:00 to 10:00 · 2 fit in 2 h

  Fri 09:30     2.1           Benedikta Example-Placeholder: COURT court hearing

08:00-08:30 1.safety     Ann Sample        SAFETY 1d       reach the client
08:30-08:45 4.1          Cleo Test         OVERDUE 2d      call

past 10:00
09:30-10:30 3.2          王小明            at its hour     clinic at Main St (+…
"""
BLOCKS_AT_40 = """\
Wed 18 Nov  08:00 to 10:00
2 fit in 2 h

  Fri 09:30     2.1
    Benedikta Example-Placeholder: COUR…

08:00-08:30 1.safety    SAFETY 1d
  Ann Sample: reach the client
"""
MATRIX_AT_80 = """\
Wed 18 Nov 2026

URGENT AND IMPORTANT: today (1)          IMPORTANT: give it a day (1)
1.safety   Ann Sample   SAFETY 1d        2.1        Benedikta E… COURT in 2d

URGENT: quick, or by others (2)          NEITHER: it can wait (0)
3.1        王小明       OVERDUE 2d       nothing
4.1        Cleo Test    OVERDUE 2d
"""
MATRIX_AT_40 = """\
Wed 18 Nov 2026

URGENT AND IMPORTANT: today (1)
1.safety   Ann Sample    SAFETY 1d

IMPORTANT: give it a day (1)
2.1        Benedikta Ex… COURT in 2d

URGENT: quick, or by others (2)
3.1        王小明        OVERDUE 2d
4.1        Cleo Test     OVERDUE 2d

NEITHER: it can wait (0)
nothing
"""


@pytest.fixture(autouse=True)
def some(run: Run, caseload: None) -> None:
    for command in COMMANDS:
        assert run(command).code == 0, command


def test_the_blocks_of_a_day(run: Run) -> None:
    assert run("today --hours 2", width=80).out == BLOCKS_AT_80
    assert run("today --hours 2", width=40).out.startswith(BLOCKS_AT_40)


def test_the_matrix(run: Run) -> None:
    assert run("today --matrix", width=80).out == MATRIX_AT_80
    assert run("today --matrix", width=40).out == MATRIX_AT_40


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
@pytest.mark.parametrize("words", ["--hours 3", "--matrix"])
def test_no_line_is_wider_than_the_terminal(run: Run, words: str, width: int) -> None:
    for line in run(f"today {words}", width=width).out.splitlines():
        assert cell_len(line) <= width


def test_machines_get_what_fits_and_what_does_not(run: Run) -> None:
    run("deadline 2 'hand in the appeal' --on 'fri 17:00' --kind appeal")
    made = run("today --hours 1 --json").json
    assert [(each["item"], each["state"], each["begins"]) for each in made] == [
        ("1.safety", "placed", "08:00"),
        ("2.2", "over", "08:30"),
        ("3.2", "fixed", "09:30"),
        ("4.1", "left", None),
        ("2.1", "ahead", None),
    ]
    rows = run("today --hours 1 --level high").out.splitlines()
    assert [row.split("\t")[:5] for row in rows] == [["08:00", "08:30", "placed", "30", "1.safety"]]


def test_what_is_never_left_out_says_that_it_takes_longer(run: Run) -> None:
    run("deadline 2 'hand in the appeal' --on 'fri 17:00' --kind appeal")
    out = run("today --hours 1", width=80).out
    assert "SAFETY and DEADLINE take longer than that. They are never left out.\n" in out
    assert "\npast 09:00\n08:30-09:30 2.2 " in out


def test_machines_get_every_row_with_its_box(run: Run) -> None:
    made = run("today --matrix --json").json
    assert [(each["item"], each["box"]) for each in made] == [
        ("1.safety", "urgent and important"),
        ("2.1", "important"),
        ("3.1", "urgent"),
        ("4.1", "urgent"),
    ]
    assert run("today --matrix").out.split("\t")[0] == "urgent and important"


@pytest.mark.parametrize(
    "words", ["--hours 0", "--hours 25", "--hours six", "--hours 6 --matrix", "--matrix --calls"]
)
def test_what_cannot_be_is_refused(run: Run, words: str) -> None:
    done = run(f"today {words}")
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1


def test_an_empty_caseload_says_so(run: Run) -> None:
    for number in (1, 2, 3, 4):
        run(f"close {number} --reason died --yes")
    assert "Nobody needs you today." in run("today --hours 6", width=80).out
    assert "Nobody needs you today." in run("today --matrix", width=80).out
    assert run("today --hours 6 --json").json == []
