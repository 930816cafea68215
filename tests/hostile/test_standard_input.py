"""``-`` in place of a text: what comes by standard input stands in no shell's history."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import pytest
from conftest import Run

from casectl import cli


@pytest.fixture(autouse=True)
def ann(run: Run, caseload: None) -> None:
    assert run("intake 'Ann Sample' --next wait --due fri").code == 0


def shown(run: Run, case: int = 1) -> Any:
    return run(f"show {case} --json").json


def test_a_name(run: Run) -> None:
    assert run("intake - --phone 5 --need 'a flat'", stdin="María Núñez\n").code == 0
    assert (shown(run, 2)["client"], shown(run, 2)["phone"]) == ("María Núñez", "5")
    assert run("intake -", stdin="Without an end").code == 0
    assert shown(run, 3)["client"] == "Without an end"
    assert run("edit 3 --name - --phone 7", stdin="Another Name\n").code == 0
    assert (shown(run, 3)["client"], shown(run, 3)["phone"]) == ("Another Name", "7")


@pytest.mark.parametrize("stdin", ["", "\n", "  \n", "a\x00b\n", "x" * 201, "\u200b\n"])
def test_what_is_no_name(run: Run, stdin: str) -> None:
    for words in ("intake -", "edit 1 --name -"):
        result = run(words, stdin=stdin)
        assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert len(run("list --json").json) == 1
    assert shown(run)["client"] == "Ann Sample"


def test_on_a_terminal_it_is_asked(run: Run) -> None:
    assert run("intake -", answers=["Bo Example", "low", "low", "call", "fri"]).code == 0
    assert shown(run, 2)["client"] == "Bo Example"


TEXTS = [
    ("follow 1 - --due fri", "promises", "what"),
    ("deadline 1 - --on fri", "promises", "what"),
    ("appointment 1 - --at fri", "promises", "what"),
    ("reached 1 -", "contacts", "text"),
    ("tried 1 -", "contacts", "text"),
    ("contact 1 - --outcome tried", "contacts", "text"),
    ("note 1 -", "notes", "text"),
    ("done 1.1 -", "promises", "outcome"),
    ("snooze 1.1 mon -", "promises", "snooze_reason"),
]


@pytest.mark.parametrize(("words", "where", "field"), TEXTS)
def test_a_text(run: Run, words: str, where: str, field: str) -> None:
    assert run(words, stdin="two\nlines, ünï\n").code == 0
    expected = "two\nlines, ünï" + ("\n" if words.startswith("note") else "")
    assert expected in [each[field] for each in shown(run)[where]]


def test_more_texts(run: Run) -> None:
    assert run("tried 1 wrong").code == 0
    assert run("correct 1.c1 -", stdin="right\n").code == 0
    assert shown(run)["contacts"][0]["text"] == "right"
    assert run("appointment 1 visit --at today").code == 0
    assert run("missed 1.2 -", stdin="was ill").code == 0
    assert run("set 1 --risk low --reason -", stdin="seen\n").code == 0
    assert any(each["text"].endswith(": seen") for each in shown(run)["notes"])
    assert run("cancel 1.1 -", stdin="moved\n").code == 0
    assert run("close 1 --notice --by letter --reason -", stdin="moved away\n").code == 0
    assert run("close 1 --take-back -", stdin="is back\n").code == 0
    assert run("close 1 --reason declined --summary -", stdin="well\n").code == 0
    ended = [each["details"].get("summary") for each in shown(run)["casework"]]
    assert "well" in ended
    assert len(run("search - --json", stdin="moved\n").json) > 0


@pytest.mark.parametrize("words", [words for words, _, _ in TEXTS])
@pytest.mark.parametrize(
    ("stdin", "says"),
    [(b"", "empty"), (b"\n", "empty"), (b"\xff\xfe", "not valid UTF-8"), (b"a\x00b", "NUL"),
     (b"x" * 4_000_001, "over 1,000,000 characters")],
    ids=["nothing", "a line", "no UTF-8", "a NUL", "too long"],
)  # fmt: skip
def test_what_is_no_text(
    run: Run, capsys: pytest.CaptureFixture[str], words: str, stdin: bytes, says: str
) -> None:
    before = shown(run)
    kept, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin))
    try:
        capsys.readouterr()
        assert cli.run(words.split()) == 2
        assert says in capsys.readouterr().err
    finally:
        sys.stdin = kept
    assert shown(run) == before


def test_a_closed_standard_input() -> None:
    for words in ("intake -", "follow 1 - --due fri", "search -", "edit 1 --name -"):
        line = f'exec "{sys.executable}" -m casectl {words} <&-'
        done = subprocess.run(["sh", "-c", line], capture_output=True, check=False)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done


@pytest.mark.parametrize(
    "words", ["intake", "note", "follow", "deadline", "appointment", "reached", "tried", "contact",
              "correct", "done", "snooze", "cancel", "kept", "missed", "edit", "search", "log"]
)  # fmt: skip
def test_the_help_says_so(run: Run, words: str) -> None:
    assert "standard input" in " ".join(run(f"{words} --help").out.split())
