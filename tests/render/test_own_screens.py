# ruff: noqa: E501 - screens of 120 columns
"""Own work on screens of 40, 80 and 120 columns: on the list and by itself."""

from __future__ import annotations

import pytest
from conftest import Run

TODAY = {
    40: """\
NOW
me.2       OVERDUE 9d       3.3
  me: write the report
1.1        DUE TODAY        1.0
  Bo Sample: call
""",
    80: """\
NOW
me.2         me                OVERDUE 9d       3.3  write the report
1.1          Bo Sample         DUE TODAY        1.0  call
""",
    120: """\
NOW
me.2         me                   OVERDUE 9d      3.3  write the report           promised for Mon 9 Nov (+1 more)
1.1          Bo Sample            DUE TODAY       1.0  call                       promised for today
""",
}
SHOWN = {
    40: """\
Your own work
me.2          OVERDUE 9d
  write the report; Mon 9 Nov
me.1          DUE TODAY
  14:00 supervision; Wed 18 Nov
""",
    80: """\
Your own work
me.2          OVERDUE 9d      write the report; Mon 9 Nov
me.1          DUE TODAY       14:00 supervision; Wed 18 Nov
""",
    120: """\
Your own work
me.2          OVERDUE 9d      write the report; promised for Mon 9 Nov
me.1          DUE TODAY       14:00 supervision; promised for today 14:00
""",
}


@pytest.fixture(autouse=True)
def own(run: Run, caseload: None) -> None:
    run("intake 'Bo Sample' --urgency low --risk low --new --next call --due today")
    run("follow me 'supervision' --due 'today 14:00'")
    run("follow me 'write the report' --due '9 nov 2026'")


@pytest.mark.parametrize("width", TODAY)
def test_the_list(run: Run, width: int) -> None:
    out = run("today", width=width).out
    assert out.endswith(TODAY[width])
    hour = (
        "  14:00     me.1     supervision\n"
        if width > 40
        else ("  14:00     me.1\n    supervision\n")
    )
    assert hour in out


@pytest.mark.parametrize("width", SHOWN)
def test_show_me(run: Run, width: int) -> None:
    assert run("show me", width=width).out == SHOWN[width]
