# ruff: noqa: E501 - screens of 120 columns
"""Golden screens of show, list, search and history at 40, 80 and 120 columns."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Run
from rich.cells import cell_len

from casectl.core.fictitious import DEMO_CASES
from casectl.render import Output

COMMANDS = (
    "intake 'Ann Sample' --urgency high --on 2026-10-01 --phone 555-0100 --pronouns she/her "
    "--safe-contact 'never leave a message; ask for the bakery' --dob 1990-03 "
    "--language Dari --interpreter --program Housing --next 'housing form' --due fri --new",
    "reached 1 'Wants a room with a door that locks before anything else.' --on 2026-11-02",
    "tried 1 'no answer' --on 2026-11-16",
    "correct 1.c2 'the line was dead'",
    "note 1 'Brought the letter from the landlord; it gives her until the end of the year.'",
    "follow 1 'ask about the waiting list' --due 2026-12-20",
    "intake 'Benedikta Example-Placeholder von Notreal' --urgency low --risk low "
    "--on 2026-11-16 --new",
    "deadline 2 'court hearing' --on 'fri 9:30'",
    "intake '王小明' --urgency medium --on 2025-03-03 --new",
    "close 3 --reason declined",
)
WIDTHS = (40, 80, 120)


@pytest.fixture(autouse=True)
def people(caseload: None, run: Run) -> None:
    for command in COMMANDS:
        result = run(command)
        assert result.code == 0, (command, result.err)


SHOW = {
    40: """\
Ann Sample  sample-1  she/her
HIGH? (risk not assessed) · active ·
Housing · intake Thu 1 Oct 2026
Phone 555-0100 (safe contact: never
leave a message; ask for the bakery)
Born 1990-03 · speaks Dari, with an
interpreter

Due
1.contact    NO CONTACT 16d
  last reached Mon 2 Nov; high: every 7
  days; tried 1x, last Mon 16 Nov
1.assessment OVERDUE 19d
  first assessment
1.review     OVERDUE 19d
  review the high level
1.1          in 2d
  housing form; Fri 20 Nov
1.2          in 32d
  ask about the waiting list; Sun 20 Dec

Last contacts
1.c3         Mon 16 Nov
  corrected: tried by phone: the line
  was dead
1.c2         Mon 16 Nov
  superseded by 1.c3: tried by phone: no
  answer
1.c1         Mon 2 Nov
  reached by phone: Wants a room with a
  door that locks before anything else.

Last notes
1.n1         Wed 18 Nov
  Brought the letter from the landlord;
  it gives her until the end of the
  year.

Missing: risk, need (casectl set 1
--risk LEVEL, casectl edit 1)
""",
    80: """\
Ann Sample  sample-1  she/her
HIGH? (risk not assessed) · active · Housing · intake Thu 1 Oct 2026
Phone 555-0100 (safe contact: never leave a message; ask for the bakery)
Born 1990-03 · speaks Dari, with an interpreter

Due
1.contact    NO CONTACT 16d  last reached Mon 2 Nov; high: every 7 days; tried …
1.assessment OVERDUE 19d     first assessment
1.review     OVERDUE 19d     review the high level
1.1          in 2d           housing form; Fri 20 Nov
1.2          in 32d          ask about the waiting list; Sun 20 Dec

Last contacts
1.c3         Mon 16 Nov      corrected: tried by phone: the line was dead
1.c2         Mon 16 Nov      superseded by 1.c3: tried by phone: no answer
1.c1         Mon 2 Nov       reached by phone: Wants a room with a door that …

Last notes
1.n1         Wed 18 Nov      Brought the letter from the landlord; it gives her…

Missing: risk, need (casectl set 1 --risk LEVEL, casectl edit 1)
""",
    120: """\
Ann Sample  sample-1  she/her
HIGH? (risk not assessed) · active · Housing · intake Thu 1 Oct 2026
Phone 555-0100 (safe contact: never leave a message; ask for the bakery)
Born 1990-03 · speaks Dari, with an interpreter

Due
1.contact    NO CONTACT 16d  last reached Mon 2 Nov; high: every 7 days; tried 1x, last Mon 16 Nov
1.assessment OVERDUE 19d     first assessment
1.review     OVERDUE 19d     review the high level
1.1          in 2d           housing form; promised for Fri 20 Nov
1.2          in 32d          ask about the waiting list; promised for Sun 20 Dec

Last contacts
1.c3         Mon 16 Nov      corrected: tried by phone: the line was dead
1.c2         Mon 16 Nov      superseded by 1.c3: tried by phone: no answer
1.c1         Mon 2 Nov       reached by phone: Wants a room with a door that locks before anything else.

Last notes
1.n1         Wed 18 Nov      Brought the letter from the landlord; it gives her until the end of the year.

Missing: risk, need (casectl set 1 --risk LEVEL, casectl edit 1)
""",
}
LIST = {
    40: """\
Ann Sample                       high?
  sample-1         1.contact Mon 9 Nov
Benedikta Example-Placeholder v… low
  notreal-2        2.1       Fri 20 Nov
王小明                           medium?
  王小明-3         closed    Wed 18 Nov

3 cases
""",
    80: """\
case      client                          level   next                  reached
sample-1  Ann Sample                      high?   1.contact Mon 9 Nov   16d ago
notreal-2 Benedikta Example-Placeholder … low     2.1       Fri 20 Nov  never
王小明-3  王小明                          medium? closed    Wed 18 Nov  never

3 cases
""",
    120: """\
case      client                                    level   program next                                  reached
sample-1  Ann Sample                                high?   Housing 1.contact Mon 9 Nov   NO CONTACT 16d  16d ago
notreal-2 Benedikta Example-Placeholder von Notreal low             2.1       Fri 20 Nov  COURT in 2d     never
王小明-3  王小明                                    medium?         closed    Wed 18 Nov                  never

3 cases
""",
}
SEARCH = {
    40: """\
1       Ann Sample
  name: Ann Sample
1.n1    Ann Sample       Wed 18 Nov
  …from the landlord; it gives her un…
1.c2    Ann Sample       Mon 16 Nov
  (superseded) no answer
1.c1    Ann Sample       Mon 2 Nov
  Wants a room with a door that locks…
""",
    80: """\
1       Ann Sample                        name: Ann Sample
1.n1    Ann Sample         Wed 18 Nov     …from the landlord; it gives her un…
1.c2    Ann Sample         Mon 16 Nov     (superseded) no answer
1.c1    Ann Sample         Mon 2 Nov      Wants a room with a door that locks…
""",
    120: """\
1       Ann Sample                              name: Ann Sample
1.n1    Ann Sample               Wed 18 Nov     …the letter from the landlord; it gives her until the end of the year…
1.c2    Ann Sample               Mon 16 Nov     (superseded) no answer
1.c1    Ann Sample               Mon 2 Nov      Wants a room with a door that locks before anything else.
""",
}
HISTORY = {
    40: """\
6     Wed 18 Nov  kim        follow
  Ann Sample (sample-1)
  added 1.2: ask about the waiting list,
  due Sun 20 Dec
5     Wed 18 Nov  kim        note
  Ann Sample (sample-1)
  added note 1.n1: Brought the letter
  from the landlord; it gives her until
  th…
4     Wed 18 Nov  kim        correct
  Ann Sample (sample-1)
  added 1.c3: tried by phone Mon 16 Nov
  (a correction)

Older ones: casectl history 1 --limit
100
""",
    80: """\
6     Wed 18 Nov  kim        follow  Ann Sample (sample-1)
      added 1.2: ask about the waiting list, due Sun 20 Dec
5     Wed 18 Nov  kim        note  Ann Sample (sample-1)
      added note 1.n1: Brought the letter from the landlord; it gives her until
      th…
4     Wed 18 Nov  kim        correct  Ann Sample (sample-1)
      added 1.c3: tried by phone Mon 16 Nov (a correction)

Older ones: casectl history 1 --limit 100
""",
    120: """\
6     Wed 18 Nov  kim        follow  Ann Sample (sample-1)
      added 1.2: ask about the waiting list, due Sun 20 Dec
5     Wed 18 Nov  kim        note  Ann Sample (sample-1)
      added note 1.n1: Brought the letter from the landlord; it gives her until th…
4     Wed 18 Nov  kim        correct  Ann Sample (sample-1)
      added 1.c3: tried by phone Mon 16 Nov (a correction)

Older ones: casectl history 1 --limit 100
""",
}


@pytest.mark.parametrize("width", WIDTHS)
def test_show(run: Run, width: int) -> None:
    assert run("show 1", width=width).out == SHOW[width]


@pytest.mark.parametrize("width", WIDTHS)
def test_list(run: Run, width: int) -> None:
    assert run("list --all", width=width).out == LIST[width]


@pytest.mark.parametrize("width", WIDTHS)
def test_search(run: Run, width: int) -> None:
    assert run("search an", width=width).out == SEARCH[width]


@pytest.mark.parametrize("width", WIDTHS)
def test_history(run: Run, width: int) -> None:
    assert run("history 1 --limit 3", width=width).out == HISTORY[width]


@pytest.mark.parametrize("width", (*WIDTHS, 20, 10, 3, 1))
@pytest.mark.parametrize(
    "command", ["show 1", "show 1 --all", "show 3", "list --all", "search 555", "history"]
)
def test_no_line_is_wider_than_the_terminal(run: Run, command: str, width: int) -> None:
    result = run(command, width=width)
    assert result.code == 0, result.err
    if width >= 20:
        assert max(map(cell_len, result.out.splitlines())) <= width


def test_an_ordinary_case_fits_a_screen(run: Run) -> None:
    for day in range(1, 9):
        run(f"tried 1 'attempt on the {day}th, nobody at home' --on 2026-11-0{day} --by visit")
        run(f"note 1 'note {day}' --on 2026-11-0{day}")
        run(f"follow 1 'thing {day}' --due 2027-03-0{day}")
    out = run("show 1", width=80).out
    assert out.count("\n") <= 23
    for words in ("Ann Sample", "555-0100", "1.1 ", "1.contact", "1.c3", "1.n1", "Missing: risk"):
        assert words in out
    assert "8 more due, 8 more contacts, 7 more notes: casectl show 1 --all" in out


CASEWORK = (
    "assess 1 --domain housing=2 --domain income=2 --domain mental=2 --on 2026-11-03 "
    "--need 'housing=notice to leave' --need 'income=hours were cut' --risk self-harm=moderate "
    "--safety-plan 'calls her sister, then the crisis line' --review '2 dec'",
    "screen 1 phq9 1,1,1,1,0,0,0,0,0",
    "screen 1 gad2 1,1",
    "goal add 1 'I stay in my flat' --words 'not a third time' --by '1 mar' --need 1",
    "goal add 1 'I earn enough for the rent' --by '1 feb' --need 2",
    "step add 1 'bring the letters of the landlord' --who client --due fri --goal 1",
    "step add 1 'ask the office about arrears help' --due mon --goal 1",
    "plan agree 1 --with client --by visit",
    "transition add 1 discharge --on yesterday",
    "voice 1 4 'you call back'",
)


def test_a_case_with_all_of_the_casework_fits_a_screen(run: Run) -> None:
    for command in CASEWORK:
        assert run(command).code == 0, command
    for day in range(3, 9):
        run(f"reached 1 'spoke of the notice on the {day}th' --on 2026-11-0{day} --by visit")
        run(f"note 1 'note {day}' --on 2026-11-0{day}")
    out = run("show 1", width=80).out
    assert out.count("\n") <= 23
    assert "7 more due, 8 more contacts, 7 more notes, assessment, …: casectl show 1" in out
    for words in (
        "Phone 555-0100 (safe contact: never leave a message",
        "speaks Dari, with an interpreter",
        "self-harm moderate; safety plan (review Wed 2 Dec): calls her sister",
        " Due 1.", "Last contacts 1.c",
    ):  # fmt: skip
        assert words in " ".join(out.split()), words


EVERYTHING = (
    *CASEWORK[:1],
    "edit 1 --safe-contact '' --safe-when 'after 18:00' --safe-how 'text first' "
    "--safe-never 'that you call from the shelter'",
    "deadline 1 'court hearing' --on 'fri 9:30'",
    "people add 1 'Rosa Sample' --as family --role sister --phone 555-0100 --primary",
    *(f"people add 1 '{name} Sample' --as other" for name in ("Ben", "Lee", "Dana", "Inge")),
    "consent add 1 --to 'Example Pantry' --purpose care --what name --until '18 may 2027' "
    "--told-rights --signed today",
    "consent add 1 --to 'Sample Housing Office' --purpose 'referral; lease' --what 'name, need' "
    "--until '18 dec 2026' --told-rights --signed today",
    "consent add 1 --to 'City Clinic' --purpose care --what name --event 'it ends' --told-rights",
    "resource add 'Sample Housing Office' 'emergency rooms' --domain housing --phone 555-0112",
    "refer 1 1",
    *CASEWORK[3:4],
    *CASEWORK[5:7],
    "close 1 --notice --by letter --reason moved",
)


@pytest.mark.parametrize(("width", "lines"), [(40, 40), (80, 23), (120, 23)])
def test_what_is_due_is_left_out_when_everything_else_was(run: Run, width: int, lines: int) -> None:
    for command in EVERYTHING:
        assert run(command).code == 0, command
    out = run("show 1", width=width).out
    assert out.count("\n") <= lines
    due = run("show 1 --json").json["due"]
    soon = [each["item"] for each in due if each["due"] <= "2026-12-18"]
    shown = re.findall(r"^1\.\S+", out, re.MULTILINE)
    assert len(soon) == 13 and "1.cl1" in soon
    # What is left out of them are the last; nothing else has a row then.
    assert shown[:10] == soon[:10]
    assert "Last" not in out or set(soon) <= set(shown)
    assert "Closing: notice" in out and "Risk Tue 3 Nov: self-harm moderate" in out
    assert " ".join(out.split()).count("after 18:00; text first; never: that you call from") == 1
    assert re.search(r"\d more due, .*people", " ".join(out.split()))


def test_a_number_that_rings_at_the_clients_refers_to_the_words_above(run: Run) -> None:
    for command in EVERYTHING[1:4]:
        assert run(command).code == 0, command
    out = run("show 1", width=120).out
    words = "after 18:00; text first; never: that you call from the shelter"
    assert out.count(words) == 1
    assert f"Phone 555-0100 (safe contact: {words})" in out
    assert "Rosa Sample, sister, 555-0100 (rings at the client's; safe contact: as above)" in out
    whole = " ".join(run("show 1 --all", width=120).out.split())
    assert whole.count(words) == 2, "there it may be many lines below"


def test_safety_and_deadlines_are_never_left_out(run: Run) -> None:
    for day in range(1, 31):
        assert run(f"deadline 1 'hearing {day}' --on tomorrow").code == 0
    out = run("show 1", width=80).out
    assert out.count("COURT TOMORROW") + out.count("DEADLINE TOMORROW") == 30
    assert "1.contact" not in out and "Last" not in out


def test_a_tall_terminal_has_room_for_more(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in EVERYTHING:
        assert run(command).code == 0, command
    low = run("show 1", width=120).out
    monkeypatch.setattr(Output, "height", 40)
    high = run("show 1", width=120).out
    assert low.count("\n") <= 23 < high.count("\n") <= 39
    assert "Released: Example Pantry" in high and "Last contacts" in high


def test_people_that_a_line_has_no_room_for_are_counted(run: Run) -> None:
    for number in range(6):
        run(f"people add 1 'Person Number{number} of Sample' --as other --role neighbour")
    out = run("show 1", width=80).out
    assert "Around: Person Number0 of Sample (neighbour) +5 more: casectl people show 1" in out


def test_no_case_of_the_demo_is_longer_than_a_screen(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASECTL_KEY_FILE", str(tmp_path / "demo.key"))
    demo = ["--db", str(tmp_path / "demo.db")]
    assert run([*demo, "demo"]).code == 0
    for number in range(1, DEMO_CASES + 1):
        shown = run([*demo, "show", str(number)], width=80)
        assert shown.code == 0 and shown.out.count("\n") <= 23, number


def test_colour_changes_no_word(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in ("show 1", "list", "search an", "history"):
        plain = run(command, width=80).out
        monkeypatch.setenv("FORCE_COLOR", "1")
        coloured = run(command, width=80).out
        monkeypatch.delenv("FORCE_COLOR")
        assert "\x1b[" in coloured
        bare = re.sub(r"\x1b\[[\d;]*m", "", coloured)
        assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


def test_a_word_without_a_break_is_broken_at_the_line(run: Run) -> None:
    for text in ("\u00a0" * 500, "住" * 500, "e\u0301" * 500, "\u0301" * 500, "x" * 500):
        assert run(["note", "1", f"begin {text} end"]).code == 0
    for width in (40, 80):
        out = run("show 1 --all", width=width).out
        assert max(map(cell_len, out.splitlines())) <= width
        assert out.count("住") == out.count("e\u0301") == 500
