"""triage for scripts: days for named cases, days for all that is overdue, and what is refused."""

from __future__ import annotations

import pytest
from conftest import Run
from rich.cells import cell_len

SIXTY = 60


@pytest.fixture(autouse=True)
def three(run: Run, caseload: None) -> None:
    commands = (
        "intake 'Maria Example' --urgency high --risk low --on 2026-10-01 --new",
        "done 1.assessment --on 2026-11-10",
        "reached 1 spoke --on 2026-10-26 --next 'housing form' --due 2026-11-13",
        "intake 'Ola Sample' --urgency low --risk low --on 2026-11-10 --next 'write' --due "
        "2026-11-17 --new",
        "intake 'Pat Mock' --urgency crisis --risk low --on 2026-11-18 --new",
    )
    for command in commands:
        assert run(command).code == 0, command


@pytest.fixture
def sixty(run: Run) -> None:
    """Sixty more, each with a follow-up some days late."""
    lines = ["name,urgency,risk,next_step,due,intake"]
    lines += [
        f"Example Number{n},medium,low,write to them,2026-11-{1 + n % 14:02},2026-10-30"
        for n in range(SIXTY)
    ]
    assert run("intake --from - --yes", stdin="\n".join(lines)).code == 0


def row(run: Run, case: int, today: str | None = None) -> dict[str, object]:
    rows = run("today --all --json", today=today).json
    return next(each for each in rows if each["case"] == case)


# --- Named cases --------------------------------------------------------------------------------


def test_a_case_is_planned_and_stands_behind_until_then(run: Run) -> None:
    before = row(run, 1)
    result = run("triage 1 --on fri --reason 'back from leave'")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "Maria Example (example-1): planned for Fri 20 Nov 2026 (back from leave).\n"
    )
    after = row(run, 1)
    assert (before["planned"], after["planned"]) == (None, "2026-11-20")
    unchanged = ("status", "due", "days_late", "band", "priority", "item")
    assert [after[key] for key in unchanged] == [before[key] for key in unchanged]
    assert str(after["why"]).startswith("planned Fri 20 Nov; last reached")
    order = [each["case"] for each in run("today --json").json]
    assert order.index(1) > order.index(2)
    friday = row(run, 1, "2026-11-20")
    assert str(friday["why"]).startswith("planned today; ")
    order = [each["case"] for each in run("today --json", today="2026-11-20").json]
    assert order.index(1) < order.index(2)
    assert row(run, 1, "2026-11-21")["planned"] is None


def test_show_and_explain_say_so(run: Run) -> None:
    run("triage 1 --on fri --reason 'back from leave'")
    shown = run("show 1", width=100).out
    assert "planned Fri 20 Nov: back from leave" in shown
    explained = run("today --explain 1").out
    assert (
        "planned Wed 18 Nov for Fri 20 Nov (back from leave), so it stands after the rows of NOW"
    ) in explained
    assert "number 3 of 3" in explained
    known = run("show 1 --json").json
    assert known["planned_on"] == "2026-11-20"
    assert (known["planned_from"], known["planned_reason"]) == ("2026-11-18", "back from leave")


def test_several_are_one_operation_and_one_undo(run: Run) -> None:
    assert run("triage 1 ola --on thu --yes").code == 0
    assert {row(run, each)["planned"] for each in (1, 2)} == {"2026-11-19"}
    run("undo")
    assert {row(run, each)["planned"] for each in (1, 2)} == {None}
    run("redo")
    assert {row(run, each)["planned"] for each in (1, 2)} == {"2026-11-19"}
    assert run("doctor").code == 0
    assert run("audit verify").code == 0


def test_today_ends_a_plan(run: Run) -> None:
    run("triage 1 --on fri")
    result = run("triage 1 --on today")
    assert (
        result.out
        == "Maria Example (example-1): no plan any more, so it stands where it belongs.\n"
    )
    assert row(run, 1)["planned"] is None
    assert run("show 1 --json").json["planned_on"] is None


def test_what_a_plan_does_not_cover_is_named(run: Run) -> None:
    result = run("triage 3 --on fri")
    assert result.out == (
        "Pat Mock (mock-3): planned for Fri 20 Nov 2026. Still today: 3.safety.\n"
    )
    run("deadline 2 'court hearing' --on tomorrow")
    assert "Still today: 2.2." in run("triage 2 --on fri").out


def test_reaching_the_client_starts_a_clock_that_no_plan_covers(run: Run) -> None:
    run("triage 1 --on '2 dec'")
    run("reached 1", today="2026-11-19")
    later = {each["item"]: each for each in row(run, 1, "2026-11-26")["reasons"]}  # type: ignore[attr-defined]
    assert later["1.contact"]["planned"] is None
    assert later["1.1"]["planned"] == "2026-12-02"


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("triage 1", 2, "--on DAY is missing"),
        ("triage --on fri", 2, "--on plans named cases"),
        ("triage 1 --on yesterday", 2, "has gone by"),
        ("triage 1 --on '31 jan 2027'", 2, "more than 60 days ahead"),
        ("triage 1 --on today", 2, "planned for no later day"),
        ("triage 9 --on fri", 3, "no case '9'"),
        ("triage 1 9 --on fri", 3, "no case '9'"),
        ("triage 1 --on fri --spread 5d", 2, "--spread plans the whole list"),
        ("triage 1 --on fri --hours 3", 2, "--hours goes with --spread"),
        ("triage --spread 5d --hours 0", 2, "--hours goes with --spread"),
        ("triage --spread 5d --hours 25", 2, "--hours goes with --spread"),
        ("triage --spread soon --yes", 2, "number of working days"),
        ("triage --spread 0 --yes", 2, "1 to 20 working days"),
        ("triage --spread 21d --yes", 2, "1 to 20 working days"),
        ("triage 1 --on fri --program Housing", 2, "for the whole list"),
        ("triage --program Nowhere", 3, "no case in a program"),
        ("triage 1 --on fri --reason ''", 2, "reason"),
    ],
)
def test_what_is_refused_plans_nothing(run: Run, command: str, code: int, words: str) -> None:
    before = run("history --json").out
    result = run(command)
    assert (result.code, words in result.err) == (code, True), result.err
    assert len(result.err.splitlines()) == 1
    assert run("history --json").out == before


def test_a_closed_case_is_not_planned(run: Run) -> None:
    run("close 2 --reason declined --yes")
    assert "is closed" in run("triage 2 --on fri").err


def test_a_case_that_a_plan_puts_nothing_off_of_is_refused(run: Run) -> None:
    """All that it owes by then is safety."""
    run("set 1 --urgency crisis --reason worse")
    run("done 1.1 --on 2026-11-18 sent")
    run("follow 1 write --due '20 dec'")
    refused = run("triage 1 --on fri")
    assert (refused.code, "Fri 20 Nov 2026 puts off nothing of example-1" in refused.err) == (
        2,
        True,
    ), refused


# --- A spread -----------------------------------------------------------------------------------

TABLE_AT_80 = """\
62 overdue over 5 days of 6 h
  today        16 + 1 due    5 h 50
  Thu 19 Nov   18               6 h
  Fri 20 Nov   17 + 1 due    5 h 50
  Mon 23 Nov   11            3 h 40
  Tue 24 Nov    0             0 min
1 in SAFETY and DEADLINE stay first.
"""


def test_sixty_overdue_are_one_command_and_one_yes(run: Run, sixty: None) -> None:
    assert run("today --json", width=80).code == 0
    before = run("history --json").json[0]["operation"]
    line = "casectl triage --spread 5d"
    result = run(line.removeprefix("casectl "), width=80, answers=["y"])
    assert result.code == 0, result.err
    assert len(f"{line}\ry\r") == 29
    assert "in one step that undo takes back? [y/N]" in result.err
    planned = [each["planned"] for each in run("today --all --json").json]
    assert planned.count("2026-11-19") == 18
    assert run("history --json").json[0]["operation"] == before + 1
    run("undo")
    assert {each["planned"] for each in run("today --all --json").json} == {None}
    assert run("audit verify").code == 0


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_table_says_each_day(run: Run, sixty: None, width: int) -> None:
    told = run("triage --spread 5d", width=width, answers=["n"])
    assert (told.code, "nothing was written" in told.err) == (1, True)
    assert told.out == TABLE_AT_80
    assert all(cell_len(line) <= width for line in told.out.splitlines())


def test_the_most_pressing_stay_for_today(run: Run, sixty: None) -> None:
    result = run("triage --spread 5d --yes --json")
    objects = result.json
    kept = [each["case"] for each in objects if each["planned"] is None]
    assert (len(objects), len(kept)) == (62, 16)
    rows = run("today --all --json").json
    now = [each["case"] for each in rows if each["band"] == "NOW"]
    assert now[: len(kept)] == kept
    days = [each["planned"] or "2026-11-18" for each in objects]
    assert days == sorted(days)
    # Once planned, they wait, and nothing is left to spread.
    again = run("triage --spread 5d --yes")
    assert again.out == "All 16 that are overdue fit into today, so nothing is planned.\n"


def test_a_script_that_does_not_say_yes_sees_it_and_writes_nothing(run: Run, sixty: None) -> None:
    before = run("history --json").out
    result = run("triage --spread 5d")
    assert (result.code, result.out) == (2, TABLE_AT_80)
    assert "nothing is planned yet; add --yes" in result.err
    assert run("history --json").out == before


def test_where_hours_do_not_hold_it_all_it_says_so(run: Run, sixty: None) -> None:
    told = run("triage --spread 2d --hours 3", width=80, answers=["n"]).out
    assert "They do not fit into 3 h a day: the fullest has " in told
    assert "More days, or more --hours." in " ".join(told.split())


def test_nothing_overdue_is_no_plan(run: Run) -> None:
    run("reached 1 'spoke; next call fri'")
    run("done 1.1 sent")
    run("set 1 --reason 'looked at it'")
    run("reached 2 'spoke; next call fri'")
    run("done 2.1 sent")
    assert run("triage --spread 5d").out == "Nothing is overdue that a plan could put off.\n"


def test_the_hours_are_those_of_the_configuration_and_minutes_are_learned(
    run: Run, sixty: None
) -> None:
    assert run("config set working_hours 4").code == 0
    told = run("triage --spread 5d", width=80, answers=["n"]).out
    assert told.startswith("62 overdue over 5 days of 4 h\n")
    run("follow 2 'call them' --due 2026-11-16")
    for number in range(4, 9):
        assert run(f"reached {number} 'spoke' --minutes 45").code == 0
    objects = run("triage --spread 5d --json --yes").json
    minutes = {each["item"]: each["minutes"] for each in objects}
    assert minutes["2.2"] == 45, "a call takes what the calls that were logged took"


def test_ones_own_work_takes_its_minutes_and_is_not_planned(run: Run, sixty: None) -> None:
    run("follow me supervision --due 2026-11-16 --minutes 60")
    run("follow me training --due 'thu' --minutes 120")
    told = run("triage --spread 5d", width=80, answers=["n"]).out.splitlines()
    assert told[1:3] == [
        "  today        13 + 2 due    5 h 50",
        "  Thu 19 Nov   12 + 1 due       6 h",
    ]
    objects = run("triage --spread 5d --yes --json").json
    assert not [each for each in objects if each["handle"] == "me"]
    assert row_of_me(run)["planned"] is None


def row_of_me(run: Run) -> dict[str, object]:
    return next(each for each in run("today --all --json").json if each["handle"] == "me")


# --- Nobody at a terminal -----------------------------------------------------------------------


def test_without_a_terminal_it_lists_what_it_would_go_through(run: Run) -> None:
    run("triage 2 --on fri")
    result = run("triage")
    assert result.code == 2
    assert [line.split("\t")[1] for line in result.out.splitlines()] == ["3.safety", "1.contact"]
    assert "2 want an answer; triage goes through them on a terminal" in result.err
    assert "--spread 5d --yes" in result.err
    assert [each["case"] for each in run("triage --json").json] == [3, 1]


def test_where_others_see_the_screen_it_tells_no_names_and_no_reason(run: Run) -> None:
    told = run("--private triage 1 --on fri --reason 'surgery of hers'")
    assert "Maria" not in told.out and "surgery" not in told.out
    assert "surgery" not in run("--private show 1", width=100).out
    assert "surgery" not in run("--private today --explain 1").out
    assert "surgery" not in run("--private triage 1 --on thu --reason surgery --json").out
