"""Golden screens of the sheets and of whois."""

from __future__ import annotations

import re

import pytest
from conftest import Run
from rich.cells import cell_len

COMMANDS = (
    "intake 'Ann Sample' --urgency crisis --risk high --on 2026-11-17 --phone '555 0142' "
    "--safe-contact 'text first, never voicemail' --language Spanish --interpreter "
    "--pronouns she/her --next 'agree a safety plan' --due fri --new",
    "intake 'Benedikta Example-Placeholder' --urgency low --risk low --on 2026-11-16 "
    "--address '12 Oak St' --next 'home visit' --due yesterday --new",
    "intake '王小明' --urgency medium --on 2026-11-16 --phone 1 --address '9 Oak St' --new",
    "appointment 3 'clinic' --at 'today 14:00' --place 'Main St'",
    "follow 3 'visit the flat' --due today",
    "tried 3",
)


@pytest.fixture(autouse=True)
def three(run: Run, caseload: None) -> None:
    for command in COMMANDS:
        assert run(command).code == 0, command


GOLDEN = {
    ("today --calls", 40): """\
Wed 18 Nov 2026  2 to reach

1.safety   SAFETY 1d
  Ann Sample
  Phone 555 0142 (safe contact: text
  first, never voicemail)
  Speaks Spanish, with an interpreter ·
  she/her
  reach the client; crisis since
  yesterday, not reached since; every
  day until it is reviewed

3.contact  TRIED 1x
  王小明
  Phone 1 (safe contact: not known, ask)
  make the first contact; no contact
  since intake Mon 16 Nov; medium:
  within 5 working days; tried 1x, last
  today; again Fri 20 Nov
""",
    ("today --calls", 80): """\
Wed 18 Nov 2026  2 to reach

1.safety  Ann Sample                     SAFETY 1d
  Phone 555 0142 (safe contact: text first, never voicemail)
  Speaks Spanish, with an interpreter · she/her
  reach the client; crisis since yesterday, not reached since; every day until
  it is reviewed

3.contact  王小明                        TRIED 1x
  Phone 1 (safe contact: not known, ask)
  make the first contact; no contact since intake Mon 16 Nov; medium: within 5
  working days; tried 1x, last today; again Fri 20 Nov
""",
    ("today --visits", 40): """\
Wed 18 Nov 2026  3 places to be

14:00    3.1        DUE TODAY
  王小明
  Phone 1 (safe contact: not known, ask)
  clinic at Main St
  Address 9 Oak St

3.2        TRIED 1x
  王小明
  Phone 1 (safe contact: not known, ask)
  visit the flat; promised for today;
  tried 1x, last today; again Fri 20 Nov
  Address 9 Oak St

2.1        OVERDUE 1d
  Benedikta Example-Placeholder
  No phone (safe contact: not known,
  ask)
  home visit; promised for yesterday
  Address 12 Oak St
""",
    ("today --visits", 80): """\
Wed 18 Nov 2026  3 places to be

14:00    3.1  王小明                     DUE TODAY
  Phone 1 (safe contact: not known, ask)
  clinic at Main St
  Address 9 Oak St

3.2  王小明                              TRIED 1x
  Phone 1 (safe contact: not known, ask)
  visit the flat; promised for today; tried 1x, last today; again Fri 20 Nov
  Address 9 Oak St

2.1  Benedikta Example-Placeholder       OVERDUE 1d
  No phone (safe contact: not known, ask)
  home visit; promised for yesterday
  Address 12 Oak St
""",
    ("whois 555-0142", 40): """\
Ann Sample  she/her
Phone 555 0142 (safe contact: text
first, never voicemail)
Speaks Spanish, with an interpreter

sample-1  crisis · active
  1.safety     SAFETY 1d
  crisis since yesterday, not reached
  since; every day until it is reviewed

casectl show 1
""",
    ("whois 555-0142", 80): """\
Ann Sample  she/her
Phone 555 0142 (safe contact: text first, never voicemail)
Speaks Spanish, with an interpreter

sample-1  crisis · active
  1.safety     SAFETY 1d       crisis since yesterday, not reached since; every
                               day until it is reviewed

casectl show 1
""",
    ("whois Oak", 40): """\
2 clients fit.
王小明-3  王小明
  medium? · active
  address: 9 Oak St
exampleplaceholder-2  Benedikta Example…
  low · active
  address: 12 Oak St

casectl show CASE, or more digits or
words
""",
    ("whois Oak", 80): """\
2 clients fit.
王小明-3  王小明  medium? · active
  address: 9 Oak St
exampleplaceholder-2  Benedikta Example-Placeholder  low · active
  address: 12 Oak St

casectl show CASE, or more digits or words
""",
    ("today --calls", 120): """\
Wed 18 Nov 2026  2 to reach

1.safety  Ann Sample                     SAFETY 1d
  Phone 555 0142 (safe contact: text first, never voicemail)
  Speaks Spanish, with an interpreter · she/her
  reach the client; crisis since yesterday, not reached since; every day until it is reviewed

3.contact  王小明                        TRIED 1x
  Phone 1 (safe contact: not known, ask)
  make the first contact; no contact since intake Mon 16 Nov; medium: within 5 working days; tried 1x, last today; again
  Fri 20 Nov
""",  # noqa: E501
}

SHEET = """\
CONFIDENTIAL  Wed 18 Nov 2026  kim                                   page 1 of 1
================================================================================

1  sample-1  A.S.  CRISIS  she/her
Phone 555 0142 (safe contact: text first, never voicemail)
Address not known
Speaks Spanish, with an interpreter
  1.safety      SAFETY 1d        reach the client; crisis since yesterday, not
                                 reached since; every day until it is reviewed
  1.review      in 2d            review the crisis level; crisis level last
                                 reviewed yesterday; every 3 days
  1.1           in 2d            agree a safety plan; promised for Fri 20 Nov

________________________________________________________________________________

________________________________________________________________________________

________________________________________________________________________________

3  王小明-3  王.  MEDIUM?
Phone 1 (safe contact: not known, ask)
Address 9 Oak St
  3.1           DUE TODAY        14:00 clinic; appointment today 14:00; at Main
                                 St
  3.2           TRIED 1x         visit the flat; promised for today; tried 1x,
                                 last today; again Fri 20 Nov
  3.contact     TRIED 1x         make the first contact; no contact since intake
                                 Mon 16 Nov; medium: within 5 working days;
                                 tried 1x, last today; again Fri 20 Nov

________________________________________________________________________________

________________________________________________________________________________

________________________________________________________________________________

2  exampleplaceholder-2  B.E.  LOW
No phone (safe contact: not known, ask)
Address 12 Oak St
  2.1           OVERDUE 1d       home visit; promised for yesterday

________________________________________________________________________________

________________________________________________________________________________

________________________________________________________________________________

What was written here comes back with casectl log, a line for each contact:
    1 visit 45m what was said; next call the school fri
Then destroy this sheet: it holds what is nobody else's business.
"""


@pytest.mark.parametrize(("words", "width"), GOLDEN)
def test_a_screen(run: Run, words: str, width: int) -> None:
    assert run(words, width=width).out == GOLDEN[words, width]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(run: Run, width: int) -> None:
    for words in ("today --calls", "today --visits", "whois 555-0142", "whois Oak"):
        for line in run(words, width=width).out.splitlines():
            assert cell_len(line) <= width


def test_the_field_sheet_is_always_itself(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    for width in (None, 40, 80, 120):
        assert run("today --sheet", width=width).out == SHEET


def test_a_screen_reader_gets_whole_sentences(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESSIBLE", "1")
    shown = " ".join(run("today --calls", width=80).out.split())
    assert (
        "1.safety, Ann Sample: SAFETY 1d. Phone 555 0142 (safe contact: text first, never "
        "voicemail). Speaks Spanish, with an interpreter · she/her. reach the client;" in shown
    )
    shown = " ".join(run("today --visits", width=80).out.split())
    assert "14:00, 3.1, 王小明: DUE TODAY. Phone 1" in shown


def test_where_others_see_the_screen(run: Run) -> None:
    for words in ("today --calls", "today --visits", "today --sheet", "whois 555-0142"):
        for width in (None, 40, 80):
            out = run(f"{words} --private", width=width).out
            assert "***" in out and re.search(r"\b1\b|3\.1", out)
            for secret in ("Ann", "sample", "555", "voicemail", "Oak", "小", "Spanish", "she/her"):
                assert secret not in out


def test_pages(run: Run) -> None:
    for number in range(11):
        run(
            ["intake", f"Person {number} Example", "--urgency", "high", "--on", "2026-11-02",
             "--next", "call " + "about everything that there is " * (number % 5), "--due",
             "yesterday", "--new"]
        )  # fmt: skip
    run(["follow", "1", "word " * 700, "--due", "today"])
    pages = run("today --sheet").out.split("\f")
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        lines = page.splitlines()
        assert lines[0].endswith(f"page {number} of {len(pages)}")
        assert lines[0].startswith("CONFIDENTIAL  Wed 18 Nov 2026  kim")
        assert len(lines) <= 58
        assert all(cell_len(line) <= 80 for line in lines)
    on_screen = run("today --sheet", width=80).out
    assert "\f" not in on_screen and on_screen.split() == " ".join(pages).split()
    # A case that fits on a page is on one: its three lines to write on stand beneath it.
    for page in pages[2:-1]:
        assert page.count("_" * 80) == 3 * len(re.findall(r"^\d+  \w", page, re.MULTILINE))
