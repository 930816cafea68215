"""log: lines in, contacts out; all of them or none, and nothing that was typed is lost."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from select import select
from typing import Any

import pytest
from conftest import Result, Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casectl.core.errors import Busy, CasectlError
from casectl.session import Session
from casectl.store import Caseload
from casectl.store.contacts import Contacts
from casectl.store.intake import Intake


@pytest.fixture(autouse=True)
def people(run: Run, caseload: None) -> None:
    """1 garcia, 2 lee, 3 another garcia; 1.1 is to call the school."""
    for words in (
        "'Maria Garcia' --urgency high --next 'call the school' --due fri",
        "'Ann Lee' --next wait --due fri",
        "'Bo Garcia'",
    ):
        assert run(f"intake {words} --on 2026-11-02").code == 0


def contacts(run: Run, case: int) -> list[dict[str, Any]]:
    """Oldest first."""
    told: list[dict[str, Any]] = run(f"show {case} --json --all").json["contacts"]
    return told[::-1]


def nothing_was_written(run: Run) -> bool:
    return not any(contacts(run, case) for case in (1, 2, 3))


DAY = """\
1 call 10m aide starts Mon; next check aide mon
lee tried; next call again tomorrow

1.1 visit 45m saw the flat; next bring papers next tue
3 text no answer
"""


# --- A file or a pipe -------------------------------------------------------------------------


def test_a_script_says_yes_and_a_file_is_one_operation(run: Run, tmp_path: Path) -> None:
    (tmp_path / "day.txt").write_text(f"\ufeff{DAY}".replace("\n", "\r\n"), "utf-8")
    before = len(run("history --json").json)
    result = run(f"log {tmp_path}/day.txt --yes")
    assert result.code == 0
    assert result.err.splitlines() == [
        "4 contacts, Wed 18 Nov 2026:",
        " 1 Maria Garcia (garcia-1): reached by phone, 10 min: aide starts Mon",
        "   next: check aide, Mon 23 Nov 2026",
        " 2 Ann Lee (lee-2): tried by phone",
        "   next: call again, Thu 19 Nov 2026",
        " 4 Maria Garcia (garcia-1): reached on a visit, 45 min: saw the flat",
        "   done: 1.1 call the school",
        "   next: bring papers, Tue 24 Nov 2026",
        " 5 Bo Garcia (garcia-3): tried by text: no answer",
    ]
    assert result.out.splitlines() == [
        "1.c1 Maria Garcia (garcia-1): reached by phone, Wed 18 Nov 2026. "
        "Next: 1.2 check aide, Mon 23 Nov 2026.",
        "2.c1 Ann Lee (lee-2): tried by phone, Wed 18 Nov 2026. "
        "Next: 2.2 call again, Thu 19 Nov 2026.",
        "1.c2 Maria Garcia (garcia-1): reached on a visit, Wed 18 Nov 2026. "
        "Done: 1.1 call the school. Next: 1.3 bring papers, Tue 24 Nov 2026.",
        "3.c1 Bo Garcia (garcia-3): tried by text, Wed 18 Nov 2026.",
        "Recorded 4 contacts: 2 reached, 2 tried. casectl undo takes all back.",
        "No next step: 3 (casectl follow CASE TEXT --due WHEN)",
    ]
    first, second = contacts(run, 1)
    assert (first["text"], first["minutes"], first["outcome"]) == ("aide starts Mon", 10, "reached")
    assert (second["by"], second["about"]) == ("visit", "1.1")
    assert len(run("history --json").json) == before + 1
    assert run("undo").code == 0
    assert nothing_was_written(run)
    promises = {each["item"]: each["state"] for each in run("show 1 --json").json["promises"]}
    assert promises == {"1.1": "open"}
    assert run("redo").code == 0
    assert len(contacts(run, 1)) == 2


def test_a_script_that_says_nothing_gets_the_preview(run: Run) -> None:
    result = run("log -", stdin=DAY)
    assert (result.code, result.out) == (4, "")
    assert " 2 Ann Lee (lee-2): tried by phone\n" in result.err
    assert result.err.endswith(
        "casectl: 4 contacts not confirmed, so nothing was written; add --yes\n"
    )
    assert nothing_was_written(run)
    assert run("log - --yes", stdin=DAY).code == 0


def test_json_is_what_was_made(run: Run) -> None:
    made = run("log - --yes --json", stdin=DAY).json
    assert [each["item"] for each in made] == ["1.c1", "2.c1", "1.c2", "3.c1"]
    assert [each["next"] and each["next"]["due"] for each in made] == [
        "2026-11-23", "2026-11-19", "2026-11-24", None,
    ]  # fmt: skip
    assert made[2]["done"]["item"] == "1.1"
    fields = run("log - --yes --fields item,outcome", stdin="2 tried\n")
    assert fields.out == "2.c2\ttried\n"


def test_yesterdays_log(run: Run) -> None:
    result = run("log - --on yesterday --yes", stdin="lee tried; next call fri\n@mon 1 tried\n")
    assert "2 contacts, Tue 17 Nov 2026:\n 1 Ann Lee (lee-2): tried by phone\n" in result.err
    assert "Maria Garcia (garcia-1): tried by phone, Mon 16 Nov 2026\n" in result.err
    assert [contacts(run, case)[0]["on"] for case in (2, 1)] == ["2026-11-17", "2026-11-16"]
    for words in ("log - --on tomorrow", "log - --on mañana"):
        result = run(f"{words} --yes", stdin="lee tried\n")
        assert (result.code, result.err.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("garcia tried", 4, "several cases fit 'garcia': garcia-1 (Maria Garcia), garcia-3 (Bo"),
        ("9 tried", 3, "no case '9'"),
        ("1.9 tried", 3, "garcia-1 has no item 1.9"),
        ("leee tried", 3, "no case 'leee'; did you mean lee-2?"),
        ("2 call ok; next call 03/04", 2, "it could be 3 April or 4 March"),
        ("2 call ok; next call", 2, "ends with no day"),
        ("2 call ok; next call fri 28 nov", 2, "28 Nov 2026 is a Saturday"),
        ("2 call", 2, "write reached or tried after the case"),
        ("2 went by", 2, "how you got in touch"),
        ("1.next tried", 2, "is cleared by a next step"),
        ("2 tried\x00", 2, "NUL"),
    ],
)
def test_a_wrong_line_stops_all_of_them(run: Run, line: str, code: int, words: str) -> None:
    result = run("log - --yes", stdin=f"2 tried\n\n{line}\n1 call fine\n")
    assert (result.code, result.out) == (code, "")
    shown, why, last = result.err.splitlines()
    assert shown == f"line 3: {line}".replace("\x00", "␀")
    assert why.startswith("  ") and words in why
    assert last == (
        "casectl: 1 of 3 lines cannot be recorded, so nothing was written; "
        "correct what is shown above"
    )
    assert nothing_was_written(run)


def test_every_wrong_line_is_told_at_once_and_a_wrong_file_does_not_flood(run: Run) -> None:
    result = run("log - --yes", stdin="9 tried\ngarcia tried\n2 call\n")
    assert result.code == 3, "that of the first"
    assert [line for line in result.err.splitlines() if line.startswith("line")] == [
        "line 1: 9 tried", "line 2: garcia tried", "line 3: 2 call",
    ]  # fmt: skip
    result = run("log - --yes", stdin="name,phone\n" * 900)
    assert len(result.err.splitlines()) == 42
    assert "and 880 more" in result.err
    assert "it has 1,001 lines" in run("log - --yes", stdin="2 tried\n" * 1001).err


def test_what_is_no_log(run: Run, tmp_path: Path) -> None:
    (tmp_path / "utf16.txt").write_text("2 tried\n", "utf-16")
    (tmp_path / "blank.txt").write_text("\n \r\n\t\n")
    for words, code, says in (
        ("log", 2, "there are no lines; name a file, or - for standard input"),
        ("log -", 2, "the log is empty"),
        ("log ''", 2, "needs the path of a file"),
        ("log ~nobody-here/day.txt", 2, "no such home folder"),
        (f"log {tmp_path}/none.txt", 3, "no file"),
        (f"log {tmp_path}", 2, "is not a regular file"),
        (f"log {tmp_path}/utf16.txt", 2, "not valid UTF-8"),
        (f"log {tmp_path}/blank.txt", 2, "there are no lines in it"),
    ):
        result = run(words)
        assert (result.code, result.out, result.err.count("\n")) == (code, "", 1), words
        assert says in result.err


def test_the_same_line_twice_is_warned_about(run: Run) -> None:
    result = run("log - --yes", stdin="2 tried\nlee   call tried\n2 tried again\n")
    assert result.code == 0, "it may be so: two calls"
    assert result.err.splitlines()[1:] == [
        " 1 Ann Lee (lee-2): tried by phone",
        " 2 Ann Lee (lee-2): tried by phone",
        "   WARNING: line 1 says the same",
        " 3 Ann Lee (lee-2): tried by phone: again",
    ]
    again = run("log -", stdin="2 tried again\n").err
    assert "WARNING: on record already, as 2.c3" in again
    assert run("correct 2.c3 'another one'").code == 0
    assert "WARNING" not in run("log -", stdin="2 tried again\n").err


def test_an_item_is_done_by_one_line(run: Run) -> None:
    result = run("log - --yes", stdin="1.1 tried\n1.1 call fine\n1.1 visit fine\n")
    assert result.code == 2
    assert "line 3: 1.1 visit fine\n  another line does 1.1 already; name the case" in result.err
    result = run("log - --yes", stdin="1.1 tried\n1.1 call fine\n")
    assert "   about 1.1, which stays open\n" in result.err
    assert "   done: 1.1 call the school\n" in result.err


def test_an_appointment_is_not_kept_before_its_day(run: Run) -> None:
    assert run("appointment 2 clinic --at 'fri 10:00'").code == 0
    result = run("log - --yes", stdin="2.2 office went well\n")
    assert result.code == 2 and "not kept before that" in result.err


def test_a_closed_case_is_said_to_be_closed(run: Run) -> None:
    assert run("close 2 --reason declined --yes").code == 0
    assert "lee-2 is closed: casectl reopen 2" in run("log - --yes", stdin="2 call fine\n").err
    result = run("log - --yes", stdin="2 call fine; next call fri\n")
    assert result.code == 2 and "lee-2 is closed" in result.err


def test_what_is_written_fails_as_a_whole(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    inserted = Contacts._insert
    calls: list[int] = []

    def fails(self: Contacts, *given: Any) -> str:
        calls.append(1)
        if len(calls) == 3:
            raise CasectlError("the disk is full")
        return inserted(self, *given)

    monkeypatch.setattr(Contacts, "_insert", fails)
    assert run("log - --yes", stdin=DAY).code == 1
    assert nothing_was_written(run)
    assert run("show 1 --json").json["promises"][0]["state"] == "open"


# --- At a terminal ----------------------------------------------------------------------------


def test_lines_are_typed_and_confirmed_once(run: Run) -> None:
    lines = [line for line in DAY.splitlines() if line]
    result = run("log", answers=[*lines, "", "y"])
    assert result.code == 0
    assert result.err.count("[y/N") == 1
    assert result.err.startswith("A line for each contact; an empty line ends, ? helps.\n1> ")
    assert result.err.count("reached on a visit, 45 min: saw the flat") == 2, "at once, and whole"
    assert len(contacts(run, 1)) == 2
    assert run("log", answers=["2 tried"]).code == 1, "Ctrl-D ends the lines and answers nothing"
    assert run("log --yes", answers=["n", "2 tried", ""]).code == 0


def test_help_is_at_hand(run: Run) -> None:
    assert "garcia tried; next call again tomorrow" in run("log", answers=["?", ""]).err


def test_a_line_is_mended_where_it_stands(run: Run) -> None:
    answers = [
        "garcia call fine", "b",  # which of the two
        "leee tried", "lee tried",  # written again
        "1 call 5m", "r",  # the word that is missing
        "1 call fine; next call again", "03/04", "1 call fine; next call again mon",
        "2 visit fine; next meet", "",  # Enter takes the usual day
        "9 tried", "",  # skipped
        "garcia tried", "", "",  # not picked, skipped
        "1 text sent it", "x", "1 text tried sent it",
        "", "y",
    ]  # fmt: skip
    result = run("log", answers=answers)
    assert result.code == 0, result.err
    assert "no case 'leee'; did you mean lee-2?" in result.err
    assert [each["outcome"] for each in contacts(run, 1)] == ["reached", "reached", "tried"]
    assert contacts(run, 3)[0]["text"] == "fine"
    assert [each["by"] for each in contacts(run, 2)] == ["phone", "visit"]
    due = {each["what"]: each["due"] for each in run("show 2 --json").json["promises"]}
    assert due["meet"] == "2026-11-25"


def test_a_line_of_the_preview_is_mended_before_the_confirmation(run: Run) -> None:
    answers = ["1 call fine", "2 tried", "3 tried", "", "2", "2 call 5m fine", "3", "", "7", "y"]
    result = run("log", answers=answers)
    assert result.code == 0
    assert "2> 2 tried\n" in result.err
    assert "the number of a line mends it" in result.err
    assert [len(contacts(run, case)) for case in (1, 2, 3)] == [1, 1, 0]
    assert contacts(run, 2)[0]["minutes"] == 5


def test_a_file_is_mended_at_a_terminal(run: Run, tmp_path: Path) -> None:
    (tmp_path / "day.txt").write_text("1 call fine\n\ngarcia tried\n9 tried\n")
    result = run(f"log {tmp_path}/day.txt", answers=["a", "", "y"])
    assert result.code == 0
    assert "line 4: 9 tried\n   no case '9'" in result.err
    assert [len(contacts(run, case)) for case in (1, 3)] == [2, 0]
    assert run("log", answers=[""]).err.count("interrupted") == 0


def test_no_is_no_and_loses_nothing(run: Run) -> None:
    result = run("log", answers=["1 call fine", "", "n"])
    assert (result.code, result.out) == (1, "")
    assert "Kept as a draft: casectl log goes on with it." in result.err
    assert nothing_was_written(run)
    result = run("log", answers=["", "2 tried", "", "y"])
    assert "A log of 1 line was interrupted.\nGo on with it? [Y/n]" in result.err
    assert len(contacts(run, 1)) == len(contacts(run, 2)) == 1
    assert "interrupted" not in run("log", answers=[""]).err


def test_a_log_of_nothing(run: Run) -> None:
    result = run("log", answers=[""])
    assert (result.code, result.err.splitlines()[-1]) == (
        1,
        "1> casectl: there is nothing to record",
    )


# --- Drafts -----------------------------------------------------------------------------------

Interrupt = Callable[..., Result]


@pytest.fixture
def interrupt(run: Run, monkeypatch: pytest.MonkeyPatch) -> Interrupt:
    """Ctrl-C after these answers."""

    def interrupt(command: str, *answers: str) -> Result:
        left = list(answers)

        def ask(self: Session, question: str) -> str:
            if not left:
                raise KeyboardInterrupt
            return left.pop(0)

        with monkeypatch.context() as patch:
            patch.setattr(Session, "ask", ask)
            return run(command, answers=[])

    return interrupt


@pytest.mark.parametrize(
    "answers",
    [
        ("1 call fine; next call mon", "garcia tried"),  # while one is picked
        ("1 call fine; next call mon", "garcia tried", "b"),
        ("1 call fine; next call mon", "garcia tried", "b", ""),  # at the confirmation
        ("1 call fine; next call mon", "garcia tried", "b", "", "2"),  # while one is mended
    ],
)
def test_what_was_typed_survives_an_interruption(
    run: Run, interrupt: Interrupt, answers: tuple[str, ...]
) -> None:
    result = interrupt("log --on mon", *answers)
    assert (result.code, result.out) == (130, "")
    assert "Kept as a draft" in result.err
    assert nothing_was_written(run)
    more = ["", "b"] if len(answers) == 2 else [""]
    # Next week it means what it meant: the day it told of, and the day that "mon" was.
    result = run("log", answers=[*more, "2 tried", "", "y"], today="2026-11-30")
    assert result.code == 0, result.err
    assert "A log of 2 lines was interrupted on Wed 18 Nov 2026." in result.err
    assert contacts(run, 1)[0]["on"] == contacts(run, 3)[0]["on"] == "2026-11-16"
    assert contacts(run, 2)[0]["on"] == "2026-11-30"
    assert "2026-11-23" in [each["due"] for each in run("show 1 --json").json["promises"]]
    assert "interrupted" not in run("log", answers=[""]).err


def test_a_draft_can_be_dropped(run: Run, interrupt: Interrupt) -> None:
    interrupt("log", "1 call fine")
    assert run("log", answers=["n", "2 tried", "", "y"]).code == 0
    assert contacts(run, 1) == []
    assert "interrupted" not in run("log", answers=[""]).err


def test_nothing_typed_is_no_draft(run: Run, interrupt: Interrupt, tmp_path: Path) -> None:
    (tmp_path / "day.txt").write_text("1 call fine\n")
    for words in ("log", f"log {tmp_path}/day.txt"):
        assert "Kept" not in interrupt(words).err
    assert "interrupted" not in run("log", answers=[""]).err


def test_what_was_mended_in_a_file_is_kept(run: Run, interrupt: Interrupt, tmp_path: Path) -> None:
    (tmp_path / "day.txt").write_text("1 call fine\n9 tried\n")
    assert "Kept" in interrupt(f"log {tmp_path}/day.txt", "lee tried at noon").err
    assert run("log", answers=["", "", "y"]).code == 0
    assert contacts(run, 2)[0]["text"] == "at noon"


def test_a_script_leaves_the_draft_alone(run: Run, interrupt: Interrupt) -> None:
    interrupt("log", "1 call fine")
    assert run("log - --yes", stdin="2 tried\n").code == 0
    assert "A log of 1 line was interrupted." in run("log", answers=["n", ""]).err


def test_a_draft_survives_a_slip_and_a_no(run: Run, interrupt: Interrupt) -> None:
    interrupt("log", "1 call fine")
    result = run("log", answers=["?", "n", ""])
    assert "Answer y or n; Enter is y." in result.err
    assert "It is dropped once there is another line." in result.err
    assert "A log of 1 line was interrupted." in run("log", answers=["n", "2 tried", "", "y"]).err
    assert (contacts(run, 1), len(contacts(run, 2))) == ([], 1)
    assert "interrupted" not in run("log", answers=[""]).err


def test_lines_that_could_not_be_recorded_are_kept(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(self: Contacts, *given: Any, **named: Any) -> None:
        raise Busy("the caseload is busy")

    with monkeypatch.context() as patch:
        patch.setattr(Contacts, "record_all", busy)
        result = run("log", answers=["1 call fine", "", "y"])
    assert result.code == 75
    assert "Kept as a draft" in result.err
    assert run("log", answers=["", "", "y"]).code == 0


def test_a_draft_that_cannot_be_kept_is_said_once_and_the_log_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(self: Intake, name: str, body: str) -> None:
        raise Busy("the caseload is busy")

    monkeypatch.setattr(Intake, "keep_draft", busy)
    result = run("log", answers=["1 call fine", "2 tried", "", "y"])
    assert result.code == 0
    assert result.err.count("these lines are kept nowhere until they are recorded") == 1
    result = run("log", answers=["1 call fine", "", "n"])
    assert "Kept as a draft" not in result.err


def test_what_was_recorded_is_no_draft_whatever_fails_then(run: Run) -> None:
    result = run("log --fields nonsense", answers=["1 call fine", "", "y"])
    assert result.code == 1 and "it was written" in result.err
    assert "Kept" not in result.err
    assert "interrupted" not in run("log", answers=[""]).err


def test_the_signal_itself(people: None) -> None:
    """Ctrl-C on a terminal of its own, while a line is typed."""
    pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
    words = [sys.executable, "-m", "casectl", "log"]
    ours, code = os.pipe()
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(words[0], words, {**os.environ, "NO_COLOR": "1"})
    os.close(ours)
    os.close(code)

    def until(expected: bytes, again: bytes = b"") -> bytes:
        """What is told until then. Python may lose a signal that comes while it cleans up, as a
        person sees who then presses once more: ``again`` is what they press.
        """
        told, give_up = b"", time.monotonic() + 60
        while expected not in told:
            assert time.monotonic() < give_up, told
            if not select([terminal], [], [], 5)[0]:
                os.write(terminal, again)
                continue
            try:
                told += os.read(terminal, 4096)
            except OSError:
                raise AssertionError(told) from None
        return told

    until(b"1> ")
    os.write(terminal, b"lee tried; next call again tomorrow\n")
    until(b"2> ")
    os.write(terminal, b"1 call half a li\x03")
    told = until(b"nothing was half written", again=b"\x03")
    assert b"Kept as a draft: casectl log goes on with it." in told
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 130


# --- Where others can see, and what acts on a terminal ----------------------------------------


def test_private_hides_the_lines(run: Run) -> None:
    wrong = "garcia tried\n9z tried\n2 call ok; next see \"Zed\" 3/4\nlee call it's 'fine; next x\n"
    result = run("--private log - --yes", stdin=wrong)
    assert result.code == 4
    for word in ("garcia", "Garcia", "9z", "Zed", "fine", "lee"):
        assert word not in result.err
    assert (
        "line 1: ***\n  several cases fit '***': 1 (M.G.), 3 (B.G.); write the handle" in result.err
    )
    result = run("--private log - --yes", stdin=DAY)
    assert result.code == 0
    told = result.out + result.err
    assert " 1 M.G. (1): reached by phone, 10 min: ***\n   next: " in told
    for word in ("Garcia", "garcia", "lee", "aide", "flat", "school", "papers"):
        assert word not in told
    result = run("--private log", answers=["1 call fine", "9 tried", "", "", "1", "1 tried", "y"])
    assert result.code == 0
    assert "1> ***" in result.err and "Garcia" not in result.err
    assert contacts(run, 1)[-1]["outcome"] == "tried"


HOSTILE = "2 call \x1b]0;owned\x07 \x1b[31mred \u202etxet\u202c ; next \x9b2J check\x1b[0m mon"


def test_control_characters_are_kept_and_shown_as_signs(run: Run) -> None:
    for words in ("log -", "log - --yes"):
        result = run(words, stdin=f"{HOSTILE}\n\x1b[1mgarcia tried\n")
        assert (result.code, result.out) == (3, "")
        assert_nothing_acts(result)
    result = run("log - --yes", stdin=f"{HOSTILE}\n")
    assert result.code == 0
    assert_nothing_acts(result)
    assert contacts(run, 2)[0]["text"] == "\x1b]0;owned\x07 \x1b[31mred \u202etxet\u202c"
    assert_nothing_acts(run("log", answers=[HOSTILE, "", "n"]))
    assert_nothing_acts(run("log", answers=["", "", "n"]))


def assert_nothing_acts(result: Result) -> None:
    told = result.out + result.err
    assert not any(char in told for char in "\x1b\x07\x9b\u202e\u202c"), told


# --- What is previewed is what is stored ------------------------------------------------------

LINES = st.tuples(
    st.sampled_from(["1", "lee", "bo garcia", "1.1"]),
    st.sampled_from(["call", "visit reached", "text tried", "office 10m", "video 1h", "tried"]),
    st.sampled_from(["", "all is well", "no answer", "said; more", "ünï", "next"]),
    st.sampled_from(
        ["", "; next call again fri", "; next see him in 2 weeks", "; next x mon 9:00"]
    ),
).map(lambda parts: f"{' '.join(parts[:3])}{parts[3]}")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(LINES, min_size=1, max_size=5))
def test_what_is_previewed_is_what_is_stored(run: Run, store: Caseload, lines: list[str]) -> None:
    typed = "\n".join(lines)
    preview = run("log -", stdin=typed)
    result = run("log - --yes --json", stdin=typed)
    if preview.code != 4:
        assert preview.code == result.code == 2, "no outcome, or an item done twice"
        assert preview.err == result.err
        return
    try:
        assert preview.err.splitlines()[:-1] == result.err.splitlines()
        told = preview.err
        for made in result.json:
            head = f"{made['client']} ({made['handle']}): {made['outcome']} "
            minutes = f", {made['minutes']} min" if made["minutes"] is not None else ""
            text = f": {made['text']}" if made["text"] else ""
            ways = {"visit": "on a visit", "office": "at the office"}
            by = ways.get(made["by"], f"by {made['by']}")
            assert f" {head}{by}{minutes}{text}\n" in told
            if made["next"]:
                assert f"   next: {made['next']['what']}, " in told
            if made["done"]:
                assert f"   done: {made['done']['item']} call the school\n" in told
    finally:
        assert run("undo").code == 0


# --- Keystrokes -------------------------------------------------------------------------------


def test_six_contacts_at_the_days_end(run: Run) -> None:
    """One log, one confirmation, about fifty keys each: every character and every Enter."""
    typed = [
        "casectl log",
        "1 call 10m aide starts Mon; next check aide mon",
        "lee tried; next call again tomorrow",
        "3 text no answer; next ring the sister thu",
        "2 visit 45m saw the flat; next papers next tue",
        "1.1 call 5m school agrees; next confirm 1 dec",
        "3 office 20m signed release; next fax it fri",
        "",
        "y",
    ]
    keys = sum(len(line) + 1 for line in typed)
    result = run(typed[0].removeprefix("casectl "), answers=typed[1:])
    assert result.code == 0, result.err
    assert result.err.count("[y/N") == 1
    assert [len(contacts(run, case)) for case in (1, 2, 3)] == [2, 2, 2]
    assert all(len(line) < 60 for line in typed)
    assert keys / 6 <= 50, keys


def test_a_call_and_the_next_one_in_under_sixty(run: Run) -> None:
    typed = 'casectl reached 1 "aide starts Mon; next check aide mon"'
    assert len(typed) + 1 < 60
    result = run(typed.removeprefix("casectl "))
    assert "Next: 1.2 check aide, Mon 23 Nov 2026." in result.out
    assert contacts(run, 1)[0]["text"] == "aide starts Mon"
    typed = 'casectl reached 1.1 "all is well; next check aide mon"'
    assert len(typed) + 1 < 60
    result = run(typed.removeprefix("casectl "))
    assert "Done: 1.1 call the school.\nNext: 1.3 check aide, Mon 23 Nov 2026" in result.out
