"""Golden screens of today at 40, 80 and 120 columns."""

from __future__ import annotations

import pytest
from conftest import Run
from rich.cells import cell_len

COMMANDS = (
    "intake 'Ann Sample' --urgency crisis --on 2026-11-17 --next 'safety plan' --due fri --new",
    "intake 'Benedikta Example-Placeholder' --urgency low --risk low --on 2026-11-16 --new",
    "deadline 2 'court hearing' --on 'fri 9:30'",
    "intake 'Cleo Test' --urgency high --risk high --on 2026-10-01 --new",
    "reached 3 'fears the letter' --on 2026-10-26 --next 'housing form' --due 'next fri'",
    "done 3.assessment",
    "intake '王小明' --urgency medium --on 2026-11-16 --new",
    "appointment 4 'clinic' --at 'today 14:00' --place 'Main St'",
    "tried 4",
)

AT_80 = """\
Wed 18 Nov  4 open · 4 need you · 2 overdue · 2 due · 1 out of contact

  14:00     4.1      王小明: clinic at Main St

SAFETY
1.safety     Ann Sample        SAFETY 1d        5.0? crisis since yesterday, no…

DEADLINE
2.1          Benedikta Exampl… COURT in 2d      1.0  09:30 court hearing

NOW
3.contact    Cleo Test         NO CONTACT 23d   5.3  last reached Mon 26 Oct; h…
4.1          王小明            DUE TODAY        2.0? 14:00 clinic
"""

AT_40 = """\
Wed 18 Nov
4 open · 4 need you
2 overdue · 2 due · 1 out of contact

  14:00     4.1
    王小明: clinic at Main St

SAFETY
1.safety   SAFETY 1d        5.0?
  Ann Sample: crisis since yesterday, n…

DEADLINE
2.1        COURT in 2d      1.0
  Benedikta Example-Placeholder: 09:30 …

NOW
3.contact  NO CONTACT 23d   5.3
  Cleo Test: last reached Mon 26 Oct; h…
4.1        DUE TODAY        2.0?
  王小明: 14:00 clinic
"""


@pytest.fixture(autouse=True)
def four(run: Run, caseload: None) -> None:
    for command in COMMANDS:
        assert run(command).code == 0, command


def test_at_80(run: Run) -> None:
    assert run("today", width=80).out == AT_80


def test_at_40(run: Run) -> None:
    assert run("today", width=40).out == AT_40


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(run: Run, width: int) -> None:
    for line in run("today", width=width).out.splitlines():
        assert cell_len(line) <= width


def test_colour_only_helps(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import re

    plain = run("today", width=80).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = run("today", width=80).out
    assert "\x1b[" in coloured
    stripped = "\n".join(
        line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", coloured).splitlines()
    )
    assert stripped + "\n" == plain
    assert run("--no-color today", width=80).out == plain


def test_a_wide_terminal_says_why_as_well(run: Run) -> None:
    row = next(line for line in run("today", width=140).out.splitlines() if "3.contact" in line)
    assert "reach the client" in row
    assert "last reached Mon 26 Oct; high: every 7 days" in row


def test_a_screen_reader_gets_whole_sentences(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESSIBLE", "1")
    shown = " ".join(run("today", width=80).out.split())
    assert (
        "3.contact, Cleo Test: NO CONTACT 23d. reach the client; last reached Mon 26 Oct; "
        "high: every 7 days. Priority 5.3. And 1 more." in shown
    )
    assert "…" not in shown


PLANNED = {
    40: """\
3.contact  NO CONTACT 23d   5.3
  Cleo Test: planned Fri 20 Nov; last r…
""",
    80: """\
3.contact    Cleo Test         NO CONTACT 23d   5.3  planned Fri 20 Nov; last r…
""",
    120: (
        "3.contact    Cleo Test            NO CONTACT 23d  5.3  reach the client           "
        "planned Fri 20 Nov; last reached Mon …\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("width", PLANNED)
def test_a_planned_row_says_so_first_stays_overdue_and_stands_behind(run: Run, width: int) -> None:
    run("triage 3 --on fri --reason 'asked to'")
    out = run("today", width=width).out
    row = PLANNED[width]
    assert row in out
    assert out.index("4.1") < out.index(row)


AWAY = """\
Back after 5 days away: 4 came due.
casectl triage --spread 5d
"""


def test_after_a_leave_the_first_line_greets_at_any_width(run: Run) -> None:
    run("away --from mon --to '27 nov'")
    told = run("today", width=40, today="2026-11-30").out
    assert told.startswith(AWAY)
    assert all(cell_len(line) <= 40 for line in told.splitlines())
