"""accept, hold, reopen: each change, what it owes afterwards, and what it refuses."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import Run

from casectl.core.errors import BadValue
from casectl.core.guards import ALLOWED, check_change
from casectl.core.model import ACTIVE, CLOSED, ON_HOLD, PENDING, STATUSES, Case
from casectl.store import Caseload

QUIET = "--new --no-input"


@pytest.fixture(autouse=True)
def people(run: Run, caseload: None) -> None:
    """1 is active, 2 is a pending referral."""
    for command in (
        f"intake 'Maria Example' --urgency medium --risk low --on 2026-11-02 {QUIET} "
        "--next 'call the school' --due fri",
        f"intake 'Pat Placeholder' --pending --on 2026-11-09 {QUIET}",
    ):
        result = run(command)
        assert result.code == 0, result.err


def case(run: Run, number: int = 1) -> dict[str, object]:
    shown = run(f"show {number} --json").json
    assert isinstance(shown, dict)
    return shown


def owes(run: Run, number: int = 1) -> set[str]:
    listed = run("list --all --json").json
    assert any(each["case"] == number for each in listed)
    rows = run("today --all --soon 366 --json").json
    return {reason["item"] for row in rows if row["case"] == number for reason in row["reasons"]}


# --- accept ---------------------------------------------------------------------------------


def test_accepting_starts_the_clocks(run: Run) -> None:
    result = run("accept 2 --next 'first visit' --due 'fri 10:00'")
    assert result.code == 0
    assert "Taken on, Wed 18 Nov 2026: Pat Placeholder (placeholder-2), now active." in result.out
    assert "2.1            first visit: Fri 20 Nov 2026, 10:00" in result.out
    assert "2.contact      make the first contact: Wed 25 Nov 2026" in result.out
    assert case(run, 2)["opened_on"] == "2026-11-18"
    assert "2.next" not in owes(run, 2)


def test_accepting_without_a_next_step_says_so(run: Run) -> None:
    result = run("accept placeholder-2 --on 2026-11-16")
    assert "No next step: casectl follow 2 TEXT --due WHEN" in result.out
    assert case(run, 2)["opened_on"] == "2026-11-16"


def test_accepting_is_one_operation(run: Run) -> None:
    run("accept 2 --next 'first visit' --due fri")
    assert run("undo").code == 0
    again = case(run, 2)
    assert (again["case_status"], again["promises"]) == ("pending", [])


# --- hold -----------------------------------------------------------------------------------


def test_a_hold_waits_with_all_but_the_hard_things(run: Run) -> None:
    run("deadline 1 'court hearing' --on 2026-12-01")
    run("appointment 1 'home visit' --at 'fri 10:00'")
    result = run("hold 1 --until 2026-12-14 --reason 'in hospital'")
    assert result.code == 0
    assert "On hold until Mon 14 Dec 2026: Maria Example (example-1)." in result.out
    assert "Safety, deadlines and appointments go on" in result.out
    assert "1.hold         look at the held case again: Mon 14 Dec 2026" in result.out
    assert owes(run) == {"1.hold", "1.2", "1.3"}
    assert case(run)["notes"][0]["text"] == "On hold until 2026-12-14: in hospital"  # type: ignore[index]


def test_what_a_hold_hides_is_said(run: Run) -> None:
    """A follow-up that is not on the list is one that somebody thinks is."""
    held = run("hold 1 --until 2026-12-14 --reason 'in hospital'").out
    assert "Waiting:\n  1.1            follow-up: call the school, Fri 20 Nov 2026\n" in held
    said = (
        "example-1 is on hold until Mon 14 Dec 2026, and this waits with it: casectl reopen 1 "
        "ends the hold."
    )
    assert said in run("follow 1 'call the aunt' --due fri").out
    assert said in run("reached 1 hi --next 'call again' --due fri").out
    assert said in run("snooze 1.2 mon 'away'").out
    assert said in run("done 1.3 --again mon").out
    assert said in run("log - --yes", stdin="1 call fine; next write fri\n").out
    assert said not in run("deadline 1 'file the appeal' --on fri").out
    assert said not in run("reached 1 hello").out


def test_a_crisis_goes_on_during_a_hold(run: Run) -> None:
    run("set 1 --urgency crisis --reason x")
    assert "1.safety" in run("hold 1 --until 2026-12-14 --reason x").out


def test_held_again_with_a_new_day_and_a_reason(run: Run) -> None:
    run("hold 1 --until 2026-12-14 --reason 'in hospital'")
    assert "--reason is missing" in run("hold 1 --until 2026-12-21 --no-input").err
    same = run("hold 1 --until 2026-12-14 --reason x")
    assert same.code == 2
    assert "is on hold until Mon 14 Dec 2026 already" in same.err
    assert run("hold 1 --until 2026-12-21 --reason 'still there'").code == 0
    assert case(run)["hold_until"] == "2026-12-21"


def test_a_hold_asks_on_a_terminal(run: Run) -> None:
    result = run("hold 1", answers=["in 2 weeks", "in hospital"])
    assert result.code == 0
    assert case(run)["hold_until"] == "2026-12-02"


def test_a_hold_asks_again_for_a_day_that_is_none(run: Run) -> None:
    result = run("hold 1", answers=["someday", "yesterday", "in 2 weeks", "in hospital"])
    assert result.code == 0, result.err
    assert "Tue 17 Nov 2026 is not ahead" in result.err
    assert case(run)["hold_until"] == "2026-12-02"
    assert run("hold 1 --until someday --reason x").code == 2


# --- a hold because nobody can reach the client ----------------------------------------------


def test_unreachable_has_an_end_and_the_attempts_are_its_reason(run: Run) -> None:
    run("tried 1 'rang out' --on mon")
    run("tried 1 --by visit")
    result = run("hold 1 --unreachable --until 2026-12-02")
    assert result.code == 0, result.err
    assert "Unreachable, on hold until Wed 2 Dec 2026: Maria Example (example-1)." in result.out
    assert "Tried 2x since Mon 16 Nov 2026, by phone, visit." in result.out
    note = case(run)["notes"][0]["text"]  # type: ignore[index]
    assert note == (
        "Unreachable, on hold until 2026-12-02: tried 2x since Mon 16 Nov 2026, by phone, visit"
    )
    assert owes(run) == {"1.hold"}


def test_what_goes_on_while_nobody_reaches_them(run: Run) -> None:
    run("tried 1")
    run("deadline 1 'court hearing' --on 2026-12-01")
    run("appointment 1 'home visit' --at 'fri 10:00'")
    run("close 1 --notice --by letter")
    run("set 1 --urgency crisis --reason x")
    run("hold 1 --unreachable --until 2026-12-14 --reason 'phone is off'")
    assert owes(run) == {"1.hold", "1.2", "1.3", "1.cl1", "1.safety", "1.review"}


def test_an_attempt_before_they_were_reached_says_nothing(run: Run) -> None:
    run("tried 1 --on mon")
    run("reached 1 --on tue")
    assert run("hold 1 --unreachable --until fri").code == 2
    run("tried 1 --by letter")
    assert run("hold 1 --unreachable --until fri").code == 0


# --- reopen ---------------------------------------------------------------------------------


def test_reopening_counts_from_that_day(run: Run) -> None:
    run("close 1 --reason declined")
    result = run(
        "reopen 1 --reason 'is back' --risk high --next 'home visit' --due fri",
        today="2027-01-04",
    )
    assert result.code == 0, result.err
    assert "Reopened, Mon 4 Jan 2027: Maria Example (example-1), now active." in result.out
    assert "1.contact      make the first contact: Wed 6 Jan 2027" in result.out
    assert "1.2            home visit: Fri 8 Jan 2027" in result.out
    assert "1.1            call the school: Mon 4 Jan 2027" in result.out, "from before it closed"
    opened = case(run)
    assert (opened["risk"], opened["level_reviewed_on"]) == ("high", "2027-01-04")
    assert (opened["closed_on"], opened["close_reason"]) == (None, None)


def test_a_script_says_the_risk_as_it_is_now(run: Run) -> None:
    """Nobody has looked since it was closed: the old risk would be a guess."""
    run("close 1 --reason declined")
    before = case(run)
    result = run("reopen 1 --reason back")
    assert (result.code, result.out) == (2, "")
    assert "--risk is missing; as it is now: none, low, moderate, high, imminent" in result.err
    assert case(run) == before


def test_a_terminal_asks_for_the_risk_as_it_is_now(run: Run) -> None:
    run("close 1 --reason declined")
    result = run("reopen 1", answers=["is back", "bad", "moderate"])
    assert result.code == 0
    assert "There is no risk 'bad'." in result.err
    assert case(run)["risk"] == "moderate"
    run("close 1 --reason declined")
    left = run("reopen 1", answers=["is back", ""])
    assert left.code == 1 and case(run)["case_status"] == "closed"
    again = run("reopen 1", answers=["is back", "", "low"])
    assert again.code == 0 and "Nobody has looked since it was closed." in again.err


def test_a_crisis_begins_anew(run: Run, store: Caseload) -> None:
    run("set 1 --urgency crisis --reason x")
    assert run("close 1 --reason declined --handed-to 'Crisis team'").code == 0
    result = run("reopen 1 --reason back --risk moderate", today="2027-01-04")
    assert "1.safety       reach the client: Mon 4 Jan 2027" in result.out
    found = store.cases.by_number(1)
    assert found is not None
    assert found.crisis_since == date(2027, 1, 4)


def test_what_was_before_stays_on_file(run: Run) -> None:
    run("close 1 --reason declined --summary 'did not want it'")
    run("reopen 1 --reason back --risk low")
    shown = run("show 1 --all", width=80).out
    assert "Closed Wed 18 Nov 2026: reason: declined" in shown
    assert "Summary: did not want it" in shown
    assert "1.ac1" not in owes(run)


def test_taking_a_case_off_hold(run: Run) -> None:
    run("hold 1 --until 2026-12-14 --reason 'in hospital'")
    result = run("reopen 1 --reason 'home again'", answers=[], today="2026-12-01")
    assert result.code == 0, "the risk is a reopened case's question"
    assert "Taken off hold, Tue 1 Dec 2026: Maria Example (example-1), now active." in result.out
    assert "1.1            call the school: Tue 1 Dec 2026" in result.out
    assert (case(run)["case_status"], case(run)["hold_until"]) == ("active", None)


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("accept 1", 2, "example-1 is active already; casectl show 1"),
        ("accept 2 --on tomorrow", 2, "is still ahead"),
        ("accept 2 --on 2026-11-08", 2, "is before it was referred on Mon 9 Nov 2026"),
        ("accept 2 --next 'visit'", 2, "--next needs --due"),
        ("accept 2 --due fri", 2, "--due needs --next"),
        ("accept 2 --next 'visit' --due 2026-11-10", 2, "is before the intake"),
        ("hold 1 --until today --reason x", 2, "is not ahead"),
        ("hold 1 --until 2026-11-01 --reason x", 2, "is not ahead"),
        ("hold 1 --until 03/04 --reason x", 2, "cannot read '03/04'"),
        ("hold 1 --until fri", 2, "--reason is missing"),
        ("hold 1 --reason x", 2, "--until is missing"),
        ("hold 2 --until fri --reason x", 2, "is pending; casectl accept 2 takes it on first"),
        ("hold 1 --until 2027-05-18 --reason x", 2, "a hold ends by Mon 17 May 2027"),
        ("hold 1 --unreachable --until fri", 2, "nobody has tried example-1"),
        ("reopen 1 --reason x", 2, "is active already"),
        ("reopen 2 --reason x", 2, "is pending; casectl accept 2"),
        ("reopen 1 --reason x --risk bad", 2, "no risk 'bad'"),
        ("hold 9 --until fri --reason x", 3, "no case '9'"),
        ("hold mari --until fri --reason x", 4, "only part of a name"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(run: Run, command: str, code: int, words: str) -> None:
    before = [case(run, number) for number in (1, 2)]
    result = run(f"{command} --no-input")
    assert (result.code, result.out) == (code, ""), result
    assert words in result.err
    assert result.err.count("\n") == 1
    assert [case(run, number) for number in (1, 2)] == before


def test_a_closed_case_changes_only_by_reopening(run: Run) -> None:
    run("close 1 --reason declined")
    for command in (
        "close 1 --reason x",
        "close 1 --notice --by letter",
        "hold 1 --until fri --reason x",
        "accept 1",
    ):
        result = run(command)
        assert result.code == 2
        assert "casectl reopen 1 opens it again" in result.err


def test_every_change_of_every_status_is_decided() -> None:
    day = date(2026, 11, 2)
    for verb, allowed in ALLOWED.items():
        for status in STATUSES:
            one = Case("", 7, "example-7", "", "Maria Example", status, 1, None, day, day)
            if status in allowed:
                check_change(one, verb)
                continue
            with pytest.raises(BadValue) as refused:
                check_change(one, verb)
            assert str(refused.value).startswith("example-7 is ")
            assert "casectl" in str(refused.value)
    assert set(ALLOWED["close"]) == {PENDING, ACTIVE, ON_HOLD}
    assert CLOSED in ALLOWED["reopen"]


def test_a_change_by_another_program_in_between_is_noticed(run: Run, store: Caseload) -> None:
    before = store.cases.by_number(1)
    assert before is not None
    run("close 1 --reason declined")
    with pytest.raises(BadValue, match="example-1 has just become closed"):
        store.cases.hold(before, date(2026, 12, 1), "x")
    assert case(run)["close_reason"] == "declined"
