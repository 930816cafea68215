"""The flows of a working day, each typed whole and its keys counted, Enter included.

``shell`` counts ``casectl`` and its space; ``prompt`` is the same line at ``casectl day``. What is
counted is what is then run, so no count is of a line that does something else.
"""

from __future__ import annotations

import pytest
from conftest import Result, Run

from casectl.cli import shape_of
from casectl.core.typed import first_word, typed_words

ENTER = 1


@pytest.fixture(autouse=True)
def twelve(run: Run, caseload: None) -> None:
    """Twelve cases; the last is Maria Garcia's, who was promised a call about her aide."""
    lines = ["name,risk,next_step,due"]
    lines += [f"Example Number{number},low,write,2026-11-2{number % 10}" for number in range(11)]
    assert run("intake --from - --yes", stdin="\n".join(lines)).code == 0
    assert run("intake 'Maria Garcia' --risk low --next 'call aide' --due today --new").code == 0


def shell(line: str) -> int:
    return len(f"casectl {line}".rstrip()) + ENTER


def prompt(line: str) -> int:
    return len(line) + ENTER


def at_prompt(run: Run, line: str) -> Result:
    """The line as ``casectl day`` takes it apart, run."""
    word, rest = first_word(line)
    shape = shape_of([word])
    assert shape is not None
    return run([word, *typed_words(rest, shape)])


def contacts(run: Run) -> list[dict[str, object]]:
    found: list[dict[str, object]] = run("show 12 --all --json").json["contacts"]
    return found


def test_the_morning(run: Run) -> None:
    assert shell("") <= 8
    shown = run("", width=80).out
    assert "12.1" in shown and "need you" in shown


def test_a_call_nobody_answered(run: Run) -> None:
    line = "tried 12"
    assert prompt(line) <= 9
    assert shell(line) <= 17
    assert run(line).code == 0
    assert at_prompt(run, line).code == 0
    assert [each["outcome"] for each in contacts(run)] == ["tried", "tried"]


def test_a_call_answered_the_promise_kept_and_the_next_one_made(run: Run) -> None:
    line = "reached 12.1 aide's coming Mon; next check aide mon"
    assert prompt(line) < 60
    assert at_prompt(run, line).code == 0
    file = run("show 12 --all --json").json
    assert file["contacts"][0]["text"] == "aide's coming Mon"
    promises = {each["what"]: each["state"] for each in file["promises"]}
    assert promises == {"call aide": "done", "check aide": "open"}
    in_the_shell = 'reached 12 "aide is coming Mon; next check aide mon"'
    assert shell(in_the_shell) <= 61
    assert run(in_the_shell).code == 0


SIX = [
    "12 call 10m aide starts Mon; next check aide mon",
    "1 tried",
    "2 visit 45m signed the lease",
    "3 call 5m will ring back; next call her thu",
    "4 reached email has the form; next ask 2 dec",
    "5 office 30m budget done; next budget again 2 dec",
]


def test_six_contacts_at_the_days_end(run: Run) -> None:
    assert all(prompt(line) <= 50 for line in SIX)
    before = len(run("history --limit 500 --json").json)
    result = run("log", answers=[*SIX, "", "y"])
    assert result.code == 0
    assert "Recorded 6 contacts: 5 reached, 1 tried" in result.out
    assert len(run("history --limit 500 --json").json) == before + 1, "one operation"
    assert result.err.count("[y/N") == 1, "one confirmation"


def test_sixty_overdue_after_two_weeks_of_leave(run: Run) -> None:
    lines = ["name,risk,next_step,due,intake"]
    lines += [
        f"Example Late{number},low,write to them,2026-11-{1 + number % 14:02},2026-10-30"
        for number in range(60)
    ]
    assert run("intake --from - --yes", stdin="\n".join(lines)).code == 0
    line = "triage --spread 5d"
    assert shell(line) + len("y") + ENTER <= 29
    result = run(line, answers=["y"], width=80)
    assert result.code == 0, result.err
    planned = [each for each in run("today --all --json").json if each["planned"]]
    assert len(planned) >= 30
    assert run("undo").code == 0
    assert not [each for each in run("today --all --json").json if each["planned"]]


def test_a_jot_and_its_filing(run: Run) -> None:
    assert prompt("jot sister called") <= 18
    assert at_prompt(run, "jot sister called, she's in town").code == 0
    assert prompt("file 1 12") <= 10
    assert at_prompt(run, "file 1 12").code == 0
    assert "she's in town" in run("show 12 --all").out


def test_the_same_once_more(run: Run) -> None:
    run("tried 12")
    assert prompt("again 12") <= 9
    assert "Tried Maria Garcia (garcia-12)" in at_prompt(run, "again 12").out
