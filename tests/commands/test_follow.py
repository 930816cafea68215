"""follow, deadline, appointment: one grammar of days, one numbering, sound promises only."""

from __future__ import annotations

import pytest
from conftest import Run


@pytest.fixture(autouse=True)
def maria(run: Run, caseload: None) -> None:
    command = "intake 'Maria Example' --urgency low --risk low --on 2026-11-02 --new"
    assert run(command).code == 0


def promises(run: Run) -> list[dict[str, object]]:
    made: list[dict[str, object]] = run("show 1 --json").json["promises"]
    return made


@pytest.mark.parametrize("flag", ["--due", "--on", "--at"])
@pytest.mark.parametrize("verb", ["follow", "deadline", "appointment"])
def test_due_on_and_at_are_one_and_the_same(run: Run, verb: str, flag: str) -> None:
    result = run(f"{verb} 1 'the clinic' {flag} 'fri 14:30'")
    assert result.code == 0
    assert "Maria Example (example-1): 1.1 " in result.out
    assert "Fri 20 Nov 2026, 14:30" in result.out
    assert [(each["due"], each["time"]) for each in promises(run)] == [("2026-11-20", "14:30")]


def test_numbers_run_through_all_kinds_and_are_never_reused(run: Run) -> None:
    run("follow 1 'one' --due fri")
    run("deadline 1 'two' --on fri")
    run("undo")
    run("appointment 1 'three' --at fri")
    assert [each["item"] for each in promises(run)] == ["1.1", "1.3"]


def test_a_repeat_is_said_in_words(run: Run) -> None:
    result = run("follow 1 'month end report' --due 2027-01-31 --every month")
    assert result.code == 0
    assert "repeats" in result.out
    run("done 1.1", today="2027-01-31")
    assert promises(run)[0]["due"] == "2027-02-28"
    run("done 1.2", today="2027-02-28")
    assert promises(run)[0]["due"] == "2027-03-31"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("court hearing", "court"),
        ("file the appeal", "appeal"),
        ("SNAP recertification", "recertification"),
        ("prior authorization ends", "authorization"),
        ("lease ends", "recertification"),
        ("hand in the form", "other"),
    ],
)
def test_a_deadline_tells_its_kind_by_its_words(run: Run, words: str, kind: str) -> None:
    run(f"deadline 1 '{words}' --on 2027-03-01")
    assert promises(run)[0]["subject"] == kind


def test_a_deadline_says_when_it_enters_its_band(run: Run) -> None:
    said = run("deadline 1 'court hearing' --on 2026-12-01").out
    assert "enters the DEADLINE band on Fri 27 Nov 2026" in said
    said = run("deadline 1 'court hearing' --on 2026-12-01 --lead 4").out
    assert "enters the DEADLINE band on Wed 25 Nov 2026" in said


def test_words_do_not_tell_a_kind_by_accident(run: Run) -> None:
    run("follow 1 'bring the papers' --due fri")
    run("follow 1 'call the school' --due fri")
    assert [each["subject"] for each in promises(run)] == ["other", "call"]


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("follow 1 'call'", 2, "--due is missing"),
        ("follow 1 'call' --due 31", 2, "31"),
        ("follow 1 'call' --due 2026-02-30", 2, "February 2026 has 28 days"),
        ("follow 1 'call' --due 2026-10-01", 2, "before the intake"),
        ("follow 1 '' --due fri", 2, "text is empty"),
        ("follow 1 'call' --due fri --kind dance", 2, "there are call, visit"),
        ("follow 1 'call' --due fri --every never", 2, "never"),
        ("deadline 1 'court' --on fri --lead -1", 2, "--lead"),
        ("deadline 1 'court' --on fri --kind duel", 2, "there are court"),
        ("appointment 1 'clinic' --at 'fri 14:00' --minutes 0", 2, "--minutes"),
        ("follow 7 'call' --due fri", 3, "no case '7'"),
    ],
)
def test_bad_input_writes_nothing(run: Run, command: str, code: int, words: str) -> None:
    result = run(command)
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert result.err.count("\n") == 1
    assert promises(run) == []


def test_nothing_is_promised_on_a_closed_case(run: Run) -> None:
    run("close 1 --reason declined")
    result = run("follow 1 'call' --due fri")
    assert result.code == 2
    assert "closed" in result.err


def test_the_day_is_asked_for_on_a_terminal(run: Run) -> None:
    assert run("follow 1 'call'", answers=["fri"]).code == 0
    assert promises(run)[0]["due"] == "2026-11-20"


def test_a_hostile_text_is_kept_exactly_and_shown_harmlessly(run: Run) -> None:
    text = "\x1b[31mcall\x1b[0m [bold]now[/] \u202eevil"
    result = run(["follow", "1", text, "--due", "fri"])
    assert "\x1b" not in result.out
    assert "\u202e" not in result.out
    assert "[bold]now[/]" in result.out
    assert promises(run)[0]["what"] == text


def test_json_says_what_was_made(run: Run) -> None:
    made = run("follow 1 'call' --due fri --waiting-on 'the landlord' --json").json
    assert made["item"] == "1.1"
    assert made["due"] == "2026-11-20"
    assert made["waiting_on"] == "the landlord"
    assert run("follow 1 'call' --due fri --fields item,due").out == "1.2\t2026-11-20\n"


# --- How full the day is already --------------------------------------------------------------


def test_the_echo_says_how_much_is_promised_for_that_day(run: Run) -> None:
    said = run("follow 1 'first' --due '2026-12-04'").out
    assert said.endswith("first, Fri 4 Dec 2026.\n")
    assert "Fri 4 Dec 2026 (1 other that day)." in run("follow 1 'second' --due '4 dec'").out
    assert "Fri 4 Dec 2026, 09:30 (2 others that day)." in (
        run("deadline 1 'court' --on '4 dec 9:30'").out
    )
    assert "(3 others that day)." in run("appointment 1 'office' --at '4 dec 10:00'").out
    said = run("reached 1 'spoke' --next 'fifth' --due '4 dec'").out
    assert "fifth, Fri 4 Dec 2026 (4 others that day)." in said
    said = run("tried 1 --next 'sixth' --due '4 dec'").out
    assert "sixth, Fri 4 Dec 2026 (5 others that day)." in said


def test_so_do_snooze_intake_and_done_with_again(run: Run) -> None:
    run("follow 1 'call' --due '4 dec'")
    taken = run("intake 'Bo Sample' --risk low --urgency low --new --next call --due '4 dec'")
    assert "Next: 2.1 call, Fri 4 Dec 2026 (1 other that day)." in taken.out
    run("follow 1 'form' --due mon")
    moved = run("snooze 1.2 '4 dec' 'still closed'").out
    assert "now Fri 4 Dec 2026 (2 others that day), snoozed 1x: still closed." in moved
    run("deadline 1 'court' --on tomorrow")
    again = run("done 1.3 continued --again '4 dec 9:00'").out
    assert "Again: 1.4 court, Fri 4 Dec 2026, 09:00 (3 others that day)." in again


def test_what_is_done_closed_or_paused_does_not_count(run: Run) -> None:
    run("intake 'Bo Other' --next call --due '4 dec' --new")
    run("follow 2 'another' --due '4 dec'")
    run("appointment 2 'office' --at '4 dec 10:00'")
    run("done 2.1 fine")
    assert "(2 others that day)" in run("follow 1 'first' --due '4 dec'").out
    run("undo")
    run("hold 2 --until '2026-12-20' --reason leave")
    assert "(1 other that day)" in run("follow 1 'first' --due '4 dec'").out
    run("undo")
    run("close 2 --reason died --yes")
    assert "that day" not in run("follow 1 'first' --due '4 dec'").out


def test_the_count_is_private_too_and_no_json(run: Run) -> None:
    run("follow 1 'first' --due '4 dec'")
    assert "(1 other that day)" in run("follow 1 'second' --due '4 dec' --private").out
    assert "promised" not in run("follow 1 'third' --due '4 dec' --json").out


def test_what_is_there_already_on_that_day_is_said(run: Run) -> None:
    run("intake 'Bo Sample' --new --no-input")
    made = run("deadline 1 'file the appeal' --on '4 dec'")
    assert "already" not in made.out
    item = made.out.split()[made.out.split().index("deadline") - 1]
    again = run("deadline 1 'File the  appeal' --on '4 dec'").out
    assert f"The same is there already: {item}." in again or "File the  appeal" in again
    assert (
        f"The same is there already: {item}."
        in run("deadline 1 'FILE the appeal' --on '4 dec'").out
    )
    assert "already:" not in run("deadline 1 'file the appeal' --on '5 dec'").out
    run("appointment 2 'home visit' --at '7 dec 10:00' --minutes 60")
    out = " ".join(run("appointment 1 'clinic' --at '7 dec 10:30'").out.split())
    assert "At that hour there is Bo Sample (sample-2): 2.1 home visit, 10:00." in out
    assert "At that hour" not in run("appointment 1 'clinic' --at '7 dec 11:00'").out
    longer = " ".join(run("appointment 1 'long' --at '7 dec 9:30' --minutes 45").out.split())
    assert "2.1 home visit, 10:00." in longer
    assert "Sample" not in run("--private appointment 1 'x' --at '7 dec 10:15'").out


def test_another_kind_is_told_with_its_own_command(run: Run) -> None:
    run("deadline 1 'file the appeal' --on '4 dec'")
    run("appointment 1 'home visit' --at '7 dec 10:00'")
    open_ = {each["kind"]: each["item"] for each in run("show 1 --json").json["promises"]}
    appeal, visit = open_["deadline"], open_["appointment"]
    assert f"casectl kept {visit} or casectl missed {visit}" in run(f"done {visit}").err
    assert f"casectl done {appeal} OUTCOME ends it" in run(f"snooze {appeal} mon why").err
    assert f"casectl done {appeal} OUTCOME ends it" in run(f"missed {appeal}").err


def test_an_item_that_a_case_does_not_owe_is_not_explained(run: Run) -> None:
    assert run("done 1.safety").err == (
        "casectl: example-1 owes no 1.safety; casectl show 1 lists what it owes\n"
    )
    assert "is cleared by reaching the client" in run("done 1.contact").err
    assert "'Maria Example' is a name, which others may have" in run("reached 'Maria Example'").err
