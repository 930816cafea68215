"""away: what falls due meanwhile, who has to see to it, and the first list after it."""

from __future__ import annotations

import pytest
from conftest import Run

LEAVE = "away --from 'mon 23 nov' --to 'fri 4 dec'"
BACK = "2026-12-07"


@pytest.fixture(autouse=True)
def three(run: Run, caseload: None) -> None:
    commands = (
        # Reached every 14 days: due Sat 28 Nov, on a leave.
        "intake 'Maria Example' --urgency medium --risk low --on 2026-10-01 --new",
        "reached 1 --on 2026-11-14",
        "done 1.assessment --on 2026-11-14",
        "follow 1 'call the school' --due 'wed 25 nov'",
        "deadline 1 'court hearing' --on '26 nov 9:00'",
        "appointment 1 'clinic' --at '1 dec 14:00'",
        "deadline 1 'lease ends' --on '7 dec'",
        # A first contact within five working days, four of which are away.
        "intake 'Ola Sample' --urgency medium --risk low --on 2026-11-18 --new",
        "intake 'Pat Mock' --urgency crisis --risk low --on 2026-11-18 --new",
    )
    for command in commands:
        assert run(command).code == 0, command


def due(run: Run, case: int, today: str | None = None) -> dict[str, str]:
    rows = run(f"show {case} --json", today=today).json["due"]
    return {each["item"]: each["due"] for each in rows}


def test_it_says_what_needs_a_colleague_what_was_moved_and_what_stays(run: Run) -> None:
    result = run(f"{LEAVE} --reason 'annual leave'", width=100)
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0] == ("Away Mon 23 Nov 2026 to Fri 4 Dec 2026, 10 working days (annual leave).")
    assert lines[1] == "Needs a colleague meanwhile:"
    colleague = lines[2 : lines.index("Due before it instead, by Fri 20 Nov 2026: 2")]
    assert [line.split()[0] for line in colleague] == ["3.safety", "3.review", "1.2", "1.3"]
    assert "  1.2  Maria Example: court hearing, Thu 26 Nov 09:00" in colleague
    assert "  3.safety  Pat Mock: reach the client, every day" in colleague
    assert "  1.contact  Maria Example: reach the client, Fri 20 Nov (was Fri 27 Nov)" in lines
    assert "  2.contact  Ola Sample: make the first contact, Fri 20 Nov (was Wed 25 Nov)" in lines
    assert "Promised for those days, and on the list of Fri 20 Nov 2026: 1" in lines
    assert lines[-1] == "  1.1  Maria Example: call the school, Wed 25 Nov"


def test_every_screen_then_knows_of_it(run: Run) -> None:
    before = due(run, 1)
    assert before["1.contact"] == "2026-11-27"
    run(LEAVE)
    after = due(run, 1)
    assert after == {**before, "1.contact": "2026-11-20"}, "promises and deadlines do not move"
    assert due(run, 2)["2.contact"] == "2026-11-20"
    friday = {row["case"]: row for row in run("today --json", today="2026-11-20").json}
    reasons = {each["item"]: each["band"] for each in friday[1]["reasons"]}
    # Monday's deadline after the leave is one working day off, and what stays is pulled forward.
    assert reasons["1.4"] == reasons["1.2"] == "DEADLINE"
    assert reasons["1.1"] == reasons["1.contact"] == "NOW"
    assert run("remind --json", today="2026-11-20").json[0]["item"] == "3.safety"
    assert run("doctor").code == 0


def test_a_leave_makes_no_first_contact_later(run: Run) -> None:
    """A new client does not wait for two weeks longer because somebody is away."""
    run("away --from 'thu 26 nov' --to 'fri 4 dec'")
    assert due(run, 2)["2.contact"] == "2026-11-25", "the office counts on"


def test_it_lists_and_it_cancels_and_it_is_undone(run: Run) -> None:
    assert "No days away" in run("away", width=80).out
    run(f"{LEAVE} --reason 'annual leave'")
    listed = "Mon 23 Nov 2026 to Fri 4 Dec 2026 (annual leave)\n"
    assert run("away", width=80).out == listed
    assert run("away").out == "2026-11-23\t2026-12-04\t12\tannual leave\n"
    run("undo")
    assert run("away").out == ""
    run("redo")
    assert run("away", width=80).out == listed
    cancelled = run("away --cancel")
    assert cancelled.code == 0
    assert cancelled.out.startswith("Not away Mon 23 Nov 2026 to Fri 4 Dec 2026")
    assert due(run, 1)["1.contact"] == "2026-11-27"
    run("undo")
    assert run("away", width=80).out == listed
    assert run("audit verify").code == 0
    assert "away" in run("history").out


def test_a_leave_that_is_over_is_taken_back_and_needs_no_colleague(run: Run) -> None:
    made = run("away --from '12 nov 2026' --to '13 nov 2026'", width=80)
    assert made.out == "Away Thu 12 Nov 2026 to Fri 13 Nov 2026, 2 working days.\n"
    cancelled = run("away --cancel")
    assert (cancelled.code, cancelled.out[:23]) == (0, "Not away Thu 12 Nov 202")
    assert run("away").out == ""
    assert "no leave to cancel" in run("away --cancel").err


def test_the_leave_ahead_is_cancelled_before_one_that_is_over(run: Run) -> None:
    run("away --from '12 nov 2026' --to '13 nov 2026'")
    run(LEAVE)
    assert run("away --cancel").out.startswith("Not away Mon 23 Nov 2026")


def test_who_was_tried_and_not_reached_is_named_and_no_standard_is_a_promise(run: Run) -> None:
    for command in (
        "intake 'Quin Trial' --urgency low --risk low --on 2026-09-01 --new",
        "reached 4 --on 2026-10-01",
        "follow 4 'send the form' --due '20 dec'",
        "tried 4 'rang out'",
    ):
        assert run(command).code == 0, command
    first = "away --from 'thu 19 nov' --to 'fri 27 nov'"
    lines = run(first, width=100).out.splitlines()
    place = lines.index("Tried and not reached, to be tried again only after it: 1")
    said = lines[place + 1]
    assert said.startswith("  4.contact  Quin Trial: tried 1x, again Fri 4 Dec (was ")
    by_standard = lines.index(
        "Due on those days by the standards, and on the list of Wed 18 Nov 2026: 1"
    )
    assert lines[by_standard + 1].startswith("  2.contact  Ola Sample: make the first contact")
    promised = [line for line in lines if line.startswith("Promised for those days")]
    assert len(promised) == 1
    run("undo")
    made = run(f"{first} --json").json
    assert [each["item"] for each in made["tried"]] == ["4.contact"]
    assert made["tried"][0]["retry"] == "2026-12-04"
    assert [each["item"] for each in made["standing"]] == ["2.contact"]


def test_of_several_one_is_named_to_cancel(run: Run) -> None:
    run(LEAVE)
    run("away --from '24 dec' --to '31 dec'")
    several = run("away --cancel")
    assert (several.code, "--from DAY says which" in several.err) == (4, True)
    assert run("away --cancel --from '24 dec'").code == 0
    assert run("away").out == "2026-11-23\t2026-12-04\t12\t\n"


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("away --from mon", 2, "--to is missing"),
        ("away --to mon", 2, "--from is missing"),
        ("away --from '4 dec' --to '23 nov 2026'", 2, "ends before it begins"),
        ("away --from mon --to '1 dec 2027'", 2, "at most 366 days"),
        ("away --from 2031-01-01 --to 2031-01-02", 2, "check its year"),
        ("away --from '1 dec' --to '9 dec'", 2, "casectl away --cancel --from 2026-11-23 first"),
        ("away --reason x", 2, "--from and --to"),
        ("away --cancel --to mon", 2, "takes --from alone"),
        ("away --cancel --from '1 dec'", 3, "no leave begins"),
        ("away --from tomorrow --to garbage", 2, "garbage"),
    ],
)
def test_what_is_refused_writes_nothing(run: Run, command: str, code: int, words: str) -> None:
    run(LEAVE)
    result = run(command)
    assert (result.code, words in result.err) == (code, True), result.err
    assert len(result.err.splitlines()) == 1
    assert run("away").out == "2026-11-23\t2026-12-04\t12\t\n"


def test_nothing_to_cancel(run: Run) -> None:
    assert run("away --cancel").code == 3


def test_json_names_it_all(run: Run) -> None:
    made = run(f"{LEAVE} --json").json
    assert (made["from"], made["to"], made["days"]) == ("2026-11-23", "2026-12-04", 12)
    assert {each["item"] for each in made["needs_a_colleague"]} >= {"1.2", "1.3", "3.safety"}
    moved = {each["item"]: (each["was_due"], each["due"]) for each in made["moved"]}
    assert moved["1.contact"] == ("2026-11-27", "2026-11-20")
    assert [each["item"] for each in made["promised"]] == ["1.1"]


def test_the_first_list_after_it_greets(run: Run) -> None:
    run(LEAVE)
    assert "Back" not in run("today", width=80).out
    first = run("today", width=80, today=BACK).out.splitlines()[0]
    assert first == "Back after 12 days away: 3 came due. casectl triage --spread 5d"
    assert "Back" not in run("today", today=BACK).out, "a script reads the list alone"
    assert run("triage 1 --on fri --reason 'after leave'", today=BACK).code == 0
    first = run("today", width=80, today=BACK).out.splitlines()[0]
    assert first.endswith("3 came due. casectl today --calls --untried")


def test_somebody_who_has_worked_since_is_not_greeted(run: Run) -> None:
    run(LEAVE)
    assert "Back after" in run("today", width=80, today="2026-12-09").out
    run("reached 1", today=BACK)
    assert "Back after" in run("today", width=80, today=BACK).out, "the same day still"
    assert "Back after" not in run("today", width=80, today="2026-12-09").out


def test_where_others_see_the_screen_it_tells_no_names_and_no_reason(run: Run) -> None:
    told = run(f"--private {LEAVE} --reason 'surgery'", width=100).out
    assert "Maria" not in told and "court hearing" not in told and "surgery" not in told
    assert "surgery" not in run("--private away", width=80).out
    assert "surgery" not in run("--private away --json").out
