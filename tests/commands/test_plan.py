"""plan, goal, step, barrier: what is agreed with the client, carried out and changed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from conftest import Result, Run

from casectl.core.casework import NEED, Piece
from casectl.store import Caseload
from casectl.store.casework import add

INTAKE = "2026-11-02"


@pytest.fixture(autouse=True)
def maria(run: Run, caseload: None) -> None:
    command = f"intake 'Maria Example' --urgency low --risk low --on {INTAKE} --new"
    assert run(command).code == 0


def ok(result: Result) -> Result:
    assert result.code == 0, result.err
    return result


def plan(run: Run) -> dict[str, Any]:
    shown: dict[str, Any] = ok(run("plan show 1 --json")).json
    return shown


def owed(run: Run, today: str | None = None) -> dict[str, str]:
    """Each item of the case and the day it is due."""
    due = ok(run("show 1 --json", today=today)).json["due"]
    return {each["item"]: each["due"] for each in due}


def need(store: Caseload, what: str = "a place to sleep", domain: str = "housing") -> None:
    case = store.cases.by_number(1)
    assert case is not None
    with store.journal.operation("need add") as operation:
        day = date(2026, 11, 18)
        add(operation, Piece("", case.id, NEED, 0, day, what, domain=domain, due_on=day))


# -- goals -----------------------------------------------------------------------------------------


def test_a_goal_holds_the_words_of_the_client(run: Run) -> None:
    command = (
        "goal add 1 'I stay in my home' --words 'I will not move again' --measure 'rent paid' "
        "--baseline '2 of 6' --target '6 of 6' --by '1 mar'"
    )
    result = ok(run(command))
    assert (
        "Maria Example (example-1): goal 1.g1 I stay in my home, by Mon 1 Mar 2027." in result.out
    )
    (goal,) = plan(run)["goals"]
    told = {name: goal[name] for name in ("what", "words", "measure", "baseline", "target", "by")}
    assert told == {
        "what": "I stay in my home",
        "words": "I will not move again",
        "measure": "rent paid",
        "baseline": "2 of 6",
        "target": "6 of 6",
        "by": "2027-03-01",
    }


def test_what_a_goal_lacks_is_said_in_one_line_and_not_forced(run: Run) -> None:
    result = ok(run("goal add 1 'Work again'"))
    (line,) = [line for line in result.out.split("\n") if "SMART" in line]
    for lacking in ("--words", "--measure", "--baseline", "--target", "--by", "--need", "step add"):
        assert lacking in line
    whole = "--words w --measure m --baseline b --target t --by '1 mar'"
    ok(run(f"goal change 1.g1 {whole}"))
    assert plan(run)["goals"][0]["lacks"] == [
        "a need it serves (--need)",
        "a first step (casectl step add)",
    ]
    ok(run("step add 1 'write a CV' --due fri"))
    assert plan(run)["goals"][0]["lacks"] == ["a need it serves (--need)"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--by 2026-11-01", "before it starts on Wed 18 Nov 2026"),
        ("--on '16 nov' --by 2026-11-15", "before it starts on Mon 16 Nov 2026"),
        ("--on 2026-10-01", "before the intake on Mon 2 Nov 2026"),
        ("--by '30 feb'", "30 feb"),
        ("--need 7", "has no need 1.need7"),
        ("--need seven", "--need takes the number of a need"),
        ("--words ' '", "is empty"),
    ],
)
def test_a_goal_that_cannot_be_is_refused_whole(run: Run, options: str, said: str) -> None:
    result = run(f"goal add 1 'Work again' {options}")
    assert result.code == (3 if "7" in options and "need" in options else 2)
    assert said in result.err
    assert result.err.count("\n") == 1
    assert plan(run)["goals"] == []


def test_a_person_is_asked_for_what_a_goal_is_made_of(run: Run) -> None:
    answers = ["Work again", "I miss having a boss", "", "", "a contract", "1 mar"]
    ok(run("goal add 1", answers=answers))
    (goal,) = plan(run)["goals"]
    assert (goal["words"], goal["measure"], goal["target"], goal["by"]) == (
        "I miss having a boss", None, "a contract", "2027-03-01",
    )  # fmt: skip
    assert run("goal add 1").code == 2


def test_what_is_typed_wrong_is_asked_again_and_nothing_is_lost(run: Run, store: Caseload) -> None:
    need(store)
    need(store, "help with the rent", "income")
    answers = ["Work again", "a boss", "", "", "", "soon", "1 nov 2026", "1 mar", "7", "1, 2"]
    result = ok(run("goal add 1", answers=answers))
    assert "(1 a place to sleep, 2 help with the rent)" in result.err
    (goal,) = plan(run)["goals"]
    assert (goal["by"], goal["needs"]) == ("2027-03-01", ["1.need1", "1.need2"])


def test_an_interrupted_goal_is_gone_on_with(run: Run, store: Caseload) -> None:
    need(store)
    result = run("goal add 1", answers=["Work again", "a boss", "", "", "", "1 mar"])
    assert result.code == 1
    assert "Kept as a draft: casectl goal add 1 goes on with it." in result.err
    assert plan(run)["goals"] == []
    for answers in (["Work"], ["n"], ["n", "", ""]):  # a stray answer drops nothing
        assert run("goal add 1", answers=answers).code == 1
    result = ok(run("goal add 1", answers=["y", "<", "1 apr", "1"]))
    assert "was begun.\n  text: Work again\n" in result.err
    assert "Go on with it? [Y/n]" in result.err
    (goal,) = plan(run)["goals"]
    assert (goal["what"], goal["words"], goal["by"]) == ("Work again", "a boss", "2027-04-01")
    assert goal["needs"] == ["1.need1"]
    assert store.db.value("SELECT count(*) FROM drafts") == 0


def test_a_goal_without_its_text_is_kept_and_nothing_is_nothing(run: Run, store: Caseload) -> None:
    result = run("goal add 1", answers=["", "a boss", "", "", "", ""])
    assert (result.code, plan(run)["goals"]) == (2, [])
    assert "what will be different?" in result.err and "Kept as a draft" in result.err
    ok(run("goal add 1", answers=["", "Work"]))
    assert plan(run)["goals"][0]["words"] == "a boss"
    assert run("goal add 1", answers=[""] * 6).code == 2
    assert store.db.value("SELECT count(*) FROM drafts") == 0


def test_a_goal_serves_needs_which_then_owe_none(run: Run, store: Caseload) -> None:
    need(store)
    need(store, "help with the rent", "income")
    assert {"1.need1", "1.need2"} <= set(owed(run))
    ok(run("goal add 1 'A place of my own' --need 1 --need 1.need2"))
    assert not {"1.need1", "1.need2"} & set(owed(run))
    (goal,) = plan(run)["goals"]
    assert (goal["needs"], goal["domain"]) == (["1.need1", "1.need2"], "housing")
    ok(run("undo"))
    assert {"1.need1", "1.need2"} <= set(owed(run))


def test_a_need_without_a_goal_falls_due_a_month_after_it_was_found(
    run: Run, store: Caseload
) -> None:
    need(store)
    assert owed(run)["1.need1"] == "2026-12-18"
    assert "1.need1  a place to sleep" in run("plan show 1", width=80).out


def test_a_need_whose_goal_ended_asks_for_another_or_is_met(run: Run, store: Caseload) -> None:
    need(store)
    ok(run("goal add 1 'A place of my own' --need 1"))
    result = ok(run("goal drop 1.g1 'the list is closed'"))
    assert "1.need1 has no goal any more" in result.out
    assert owed(run)["1.need1"] == "2026-12-18"
    ok(run("goal add 1 'With her sister' --need 1"))
    ok(run("goal done 1.g2 --met"))
    assert "1.need1" not in owed(run)
    assert store.casework.numbered(store.cases.all()[0], NEED, 1).status == "done"  # type: ignore[union-attr]


def test_a_need_that_another_goal_serves_is_left_alone(run: Run, store: Caseload) -> None:
    need(store)
    ok(run("goal add 1 'One' --need 1"))
    ok(run("goal add 1 'Other' --need 1"))
    assert "no goal any more" not in ok(run("goal drop 1.g1 'too much'")).out
    assert "1.need1" not in owed(run)


# -- progress --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "score"),
    [("1.g1 +1", 1), ("1.g1 -2", -2), ("1.g1 0", 0), ("1.g1 2", 2), ("1 1 -1", -1), ("1 +2", 2),
     ("example +1", 1), ("1 0", 0), ("1.g1 −1", -1)],
)  # fmt: skip
def test_progress_is_on_a_scale_of_five(run: Run, typed: str, score: int) -> None:
    ok(run("goal add 1 'Work again'"))
    ok(run(f"goal progress {typed} 'as it is' --yes"))
    (each,) = plan(run)["goals"][0]["history"]
    assert (each["score"], each["note"], each["on"]) == (score, "as it is", "2026-11-18")


@pytest.mark.parametrize("typed", ["1.g1 3", "1.g1 good", "1.g1", "1", "1.g1 +1 two words",
                                   "1.g1 +1 --nto x", "1 1", "1.g1 ++1"])  # fmt: skip
def test_what_is_no_progress_is_refused(run: Run, typed: str) -> None:
    ok(run("goal add 1 'Work again'"))
    result = run(f"goal progress {typed}")
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert plan(run)["goals"][0]["history"] == []


def test_a_goal_past_its_day_asks_until_progress_is_recorded(run: Run) -> None:
    ok(run("goal add 1 'Work again' --by '20 nov'"))
    assert owed(run)["1.g1"] == "2026-11-20"
    ok(run("goal progress 1.g1 -1"))
    assert owed(run)["1.g1"] == "2026-11-20", "progress before its day says nothing of that day"
    late = "2026-11-23"
    status = {each["item"]: each["status"] for each in run("show 1 --json", today=late).json["due"]}
    assert status["1.g1"] == "OVERDUE 3d"
    ok(run("goal progress 1.g1 0 'found work'", today=late))
    assert owed(run, late)["1.g1"] == "2026-12-23"
    (goal,) = plan(run)["goals"]
    assert (goal["by"], goal["progress"]) == ("2026-11-20", 0)
    ok(run("goal done 1.g1 'a contract'", today=late))
    assert "1.g1" not in owed(run, late)


# -- steps -----------------------------------------------------------------------------------------


def test_a_step_says_who_acts_and_by_when(run: Run) -> None:
    ok(run("goal add 1 'Work again'"))
    result = ok(run("step add 1 'write a CV' --who client --due fri"))
    assert "step 1.s1 client: write a CV, Fri 20 Nov 2026, for 1.g1 Work again" in result.out
    ok(run("step add 1 'look it over' --who me --due mon"))
    ok(run("step add 1 'a reference' --who 'Mr Sample' --due mon --goal g1"))
    steps = plan(run)["goals"][0]["steps"]
    assert [each["who"] for each in steps] == ["client", "worker", "Mr Sample"]
    assert owed(run)["1.s1"] == "2026-11-20"


def test_a_step_past_its_day_is_on_the_list_until_it_is_done(run: Run) -> None:
    ok(run("step add 1 'write a CV' --who client --due fri"))
    late = run("today --json", today="2026-11-24").json[0]
    (item,) = [each for each in late["reasons"] if each["item"] == "1.s1"]
    assert (item["what"], item["band"], item["days_late"]) == ("client: write a CV", "NOW", 4)
    assert "step for Fri 20 Nov" in item["text"]
    ok(run("step done 1.s1 'three pages'"))
    assert "1.s1" not in owed(run)
    assert plan(run)["steps"][0]["outcome"] == "three pages"


def test_a_step_needs_a_day(run: Run) -> None:
    assert run("step add 1 'write a CV'").code == 2
    assert run("step add 1 'write a CV' --due 2026-10-01").code == 2
    assert plan(run)["steps"] == []
    ok(run("step add 1 'write a CV'", answers=["fri"]))
    assert plan(run)["steps"][0]["due"] == "2026-11-20"


@pytest.mark.parametrize(
    "command",
    ["step add 1 'write a CV' --due fri", "goal add 1 'Work again'", "barrier add 1 'no bus'",
     "plan agree 1 --with client --by visit", "plan apply 1 intake-to-housing --yes",
     "plan review 1 'well'"],
)  # fmt: skip
def test_a_closed_case_has_no_plan_to_change(run: Run, command: str) -> None:
    ok(run("close 1 --reason declined --yes"))
    result = run(command)
    assert result.code == 2
    assert "example-1 is closed; casectl reopen 1 opens it again" in result.err
    assert plan(run)["goals"] == plan(run)["steps"] == plan(run)["barriers"] == []


def test_pieces_are_named_whole_or_by_case_and_number(run: Run) -> None:
    for number in range(1, 6):
        ok(run(f"step add 1 'step {number}' --due fri"))
    ok(run("step done 1.s1 example-1.s2 'both'"))
    ok(run("step done example 3 4 --yes"))
    assert run("step done 1.s4").code == 2
    ok(run("step done 1 'the last one'"))
    done = {each["item"]: each["outcome"] for each in plan(run)["steps"]}
    assert done == {"1.s1": "both", "1.s2": "both", "1.s3": None, "1.s4": None,
                    "1.s5": "the last one"}  # fmt: skip
    assert run("step done 1").code == 3
    assert run("step done 1.s9").code == 3
    assert run("step done 1.g1").code == 2


def test_several_open_ones_are_named(run: Run) -> None:
    ok(run("step add 1 'one' --due fri"))
    ok(run("step add 1 'other' --due fri"))
    result = run("step done 1")
    assert result.code == 4
    assert "1.s1 (one), 1.s2 (other)" in result.err


# -- the verbs that promises have ------------------------------------------------------------------


def test_done_takes_promises_and_pieces_in_one_breath(run: Run) -> None:
    ok(run("goal add 1 'Work again'"))
    ok(run("step add 1 'write a CV' --due fri"))
    ok(run("follow 1 'call' --due fri"))
    result = ok(run("done 1.1 1.s1 1.g1 'all of it'"))
    assert [line.split(": ", 1)[1] for line in result.out.split("\n")[:3]] == [
        "done 1.1 call: all of it.",
        "done 1.s1 write a CV: all of it.",
        "done 1.g1 Work again: all of it.",
    ]
    ok(run("undo"))
    assert {"1.1", "1.s1"} <= set(owed(run))


@pytest.mark.parametrize("verb", ["done", "snooze", "cancel"])
def test_promises_and_pieces_are_told_with_the_same_keys(run: Run, verb: str) -> None:
    ok(run("step add 1 'write a CV' --who client --due fri"))
    ok(run("follow 1 'call' --due fri --waiting-on school"))
    words = {"done": "both", "snooze": "mon ill", "cancel": "no"}[verb]
    fields = ["item", "kind", "due", "waiting_on", "state", "outcome", "next"]
    result = ok(run(f"{verb} 1.1 1.s1 {words} --json --fields {','.join(fields)}"))
    assert [list(each) for each in result.json] == [fields, fields]
    assert [(each["item"], each["waiting_on"]) for each in result.json] == [
        ("1.1", "school"), ("1.s1", "client"),
    ]  # fmt: skip


def test_snooze_moves_a_step_and_keeps_its_first_day(run: Run) -> None:
    ok(run("step add 1 'write a CV' --due fri"))
    ok(run("snooze 1.s1 mon 'was ill'"))
    ok(run("snooze 1.s1 wed 'is ill'", today="2026-11-24"))
    (step,) = plan(run)["steps"]
    assert (step["due"], step["first_due"], step["moves"]) == ("2026-11-25", "2026-11-20", 2)
    assert "moved 2x, first Fri 20 Nov" in run("plan show 1", width=120).out
    assert run("snooze 1.s1 tue 'sooner'", today="2026-11-18").code == 2
    ok(run("goal add 1 'Work again' --by '1 mar'"))
    refused = run("snooze 1.g1 '1 apr' 'later'")
    assert (refused.code, "casectl goal" in refused.err) == (2, True)


def test_cancel_drops_a_step(run: Run) -> None:
    ok(run("step add 1 'write a CV' --due fri"))
    ok(run("cancel 1.s1 'has one'"))
    assert plan(run)["steps"] == []
    assert "1.s1" not in owed(run)
    assert "has one" in run("history 1").out


def test_a_goal_takes_its_open_steps_with_it(run: Run) -> None:
    ok(run("goal add 1 'Work again'"))
    for text in ("one", "two", "three"):
        ok(run(f"step add 1 {text} --due fri"))
    ok(run("step done 1.s1"))
    result = ok(run("goal drop 1.g1 'is ill'"))
    assert "With it went 1.s2 and 1.s3." in result.out
    assert not [item for item in owed(run) if item.startswith("1.s")]
    ok(run("undo"))
    assert [each["state"] for each in plan(run)["goals"][0]["steps"]] == ["done", "open", "open"]


def test_a_reason_is_needed_to_drop(run: Run) -> None:
    ok(run("step add 1 'write a CV' --due fri"))
    assert run("step drop 1.s1").code == 2
    assert plan(run)["steps"][0]["state"] == "open"
    ok(run("step drop 1.s1", answers=["not needed"]))
    assert plan(run)["steps"] == []


# -- barriers --------------------------------------------------------------------------------------


def test_a_barrier_stands_in_the_way_until_it_is_cleared(run: Run) -> None:
    ok(run("goal add 1 'Work again'"))
    ok(run("barrier add 1 'no bus before nine' --goal 1"))
    assert "1.b1  no bus before nine" in run("plan show 1", width=80).out
    ok(run("barrier clear 1.b1 'a taxi is paid'"))
    (barrier,) = plan(run)["barriers"]
    assert (barrier["state"], barrier["outcome"]) == ("done", "a taxi is paid")
    assert "no bus" not in run("plan show 1", width=80).out


# -- agreeing, reviewing, versions -----------------------------------------------------------------


def agreed(run: Run) -> None:
    ok(run("goal add 1 'Work again' --by '1 mar'"))
    ok(run("step add 1 'write a CV' --who client --due fri"))
    ok(run("plan agree 1 --with client --by visit --on '16 nov'"))


def test_a_plan_is_asked_for_after_the_assessment_until_it_is_agreed(run: Run) -> None:
    assert "1.plan" not in owed(run)
    ok(run("done 1.assessment 'gone through'"))
    assert owed(run)["1.plan"] == "2026-12-18"
    agreed(run)
    assert owed(run)["1.plan"] == "2027-02-12", "90 days after the 16th are a Sunday"
    shown = plan(run)
    assert (shown["agreed_on"], shown["agreed_with"], shown["agreed_by"], shown["version"]) == (
        "2026-11-16", "client", "visit", 1,
    )  # fmt: skip


def test_a_review_starts_the_clock_again(run: Run) -> None:
    agreed(run)
    late = "2027-02-17"
    assert "1.plan" in {
        each["item"] for each in run("today --json --all", today=late).json[0]["reasons"]
    }
    result = ok(run("plan review 1 'half of it is done'", today=late))
    assert "plan reviewed Wed 17 Feb 2027. The next review is due Tue 18 May 2027" in result.out
    assert owed(run, late)["1.plan"] == "2027-05-18"
    assert run("show 1 --json").json["notes"][0]["text"] == "Plan reviewed: half of it is done"
    ok(run("undo", today=late))
    assert owed(run, late)["1.plan"] == "2027-02-12"


@pytest.mark.parametrize(
    "command",
    ["plan agree 1 --by visit", "plan agree 1 --with client", "plan agree 1 --with client --by bus",
     "plan agree 1 --with client --by visit --on 2026-11-20",
     "plan agree 1 --with client --by visit --on 2026-10-01", "plan review 1 --on 2026-11-20"],
)  # fmt: skip
def test_an_agreement_that_cannot_be_is_refused(run: Run, command: str) -> None:
    ok(run("goal add 1 'Work again'"))
    result = run(command)
    assert result.code == 2
    assert plan(run)["agreed_on"] is None and plan(run)["reviewed_on"] is None


def test_without_a_goal_there_is_nothing_to_agree_on_nor_to_review(run: Run) -> None:
    assert "no open goal" in run("plan agree 1 --with client --by visit").err
    assert "is not agreed yet" in run("plan review 1 'well'").err


def test_a_change_of_an_agreed_plan_is_a_version_with_its_reason(run: Run) -> None:
    agreed(run)
    refused = run("step add 1 'ask the office' --due mon")
    assert (refused.code, "--reason" in refused.err) == (2, True)
    assert len(plan(run)["goals"][0]["steps"]) == 1
    ok(run("step add 1 'ask the office' --due mon --reason 'the client asked'"))
    ok(run("goal change 1.g1 --by '1 apr' --reason 'a longer course'"))
    ok(run("step drop 1.s1 'has one'"))
    versions = run("plan versions 1 --json").json
    assert [(each["version"], each["what"], each["reason"]) for each in versions] == [
        (1, "agreed", None),
        (2, "changed", "the client asked"),
        (3, "changed", "a longer course"),
        (4, "changed", "has one"),
    ]
    ok(run("undo"))
    assert len(run("plan versions 1 --json").json) == 3


def test_changes_of_one_day_for_one_reason_are_one_version(run: Run) -> None:
    agreed(run)
    for text in ("one", "two"):
        ok(run(f"step add 1 {text} --due mon --reason 'after the review'"))
    ok(run("step add 1 three --due mon", answers=[""]))  # the reason of today's last change
    ok(run("step add 1 four --due mon", answers=["another one"]))
    versions = run("plan versions 1 --json").json
    assert [each["reason"] for each in versions] == [None, "after the review", "another one"]
    assert [len(each["steps"]) for each in versions] == [1, 4, 5]


def test_carrying_the_plan_out_makes_no_version(run: Run) -> None:
    agreed(run)
    ok(run("step done 1.s1"))
    ok(run("goal progress 1.g1 +1"))
    ok(run("barrier add 1 'no bus'"))
    ok(run("goal done 1.g1"))
    assert len(run("plan versions 1 --json").json) == 1


def test_versions_are_compared_in_words(run: Run) -> None:
    agreed(run)
    ok(run("step add 1 'ask the office' --due mon --reason 'the client asked'"))
    ok(run("goal change 1.g1 --by '1 apr' --measure 'a contract' --reason 'a longer course'"))
    ok(run("step done 1.s1"))
    ok(run("step drop 1.s2 'was closed'"))
    assert run("plan compare 1 1 2", width=80).out == "added: step 1.s2 ask the office\n"
    assert run("plan compare 1 2 3", width=80).out == (
        "changed: goal 1.g1 Work again\n  day: Mon 1 Mar 2027 -> Thu 1 Apr 2027\n"
        "  measure: none -> a contract\n"
    )
    since_agreed = {(each["item"], each["change"]) for each in run("plan compare 1 --json").json}
    assert since_agreed == {("1.g1", "changed"), ("1.s1", "done")}
    assert run("plan compare 1 4", width=80).out == "They are the same.\n"
    assert run("plan compare 1 9").code == 3
    assert run("plan compare 1 x").code == 3


# -- templates -------------------------------------------------------------------------------------


def test_a_template_is_put_on_the_plan_and_taken_back_whole(run: Run) -> None:
    refused = run("plan apply 1 benefits-application")
    assert (refused.code, "--yes" in refused.err) == (1, True)
    assert plan(run)["goals"] == []
    result = ok(run("plan apply 1 benefits-application --yes"))
    assert "4 goals and 12 steps" in result.out
    goals = plan(run)["goals"]
    assert (len(goals), sum(len(each["steps"]) for each in goals)) == (4, 12)
    assert goals[0]["steps"][0]["due"] == "2026-11-23", "three working days"
    ok(run("undo"))
    assert plan(run)["goals"] == plan(run)["steps"] == []


def test_a_template_is_shown_before_it_is_asked_about(run: Run) -> None:
    result = run("plan apply 1 benefits-application", answers=["n"])
    assert (result.code, plan(run)["goals"]) == (1, [])
    assert "Hand in the form itself at once" in result.err
    ok(run("plan apply 1 benefits-application", answers=["y"]))
    again = run("plan apply 1 benefits-application", answers=["n"])
    assert "It is on the plan already, since Wed 18 Nov 2026." in again.err
    rows = run("plan apply 1 benefits-application --dry-run --json").json
    assert len(rows) == 16
    assert len(plan(run)["goals"]) == 4


def test_days_count_from_intake_or_from_the_day_that_is_named(run: Run) -> None:
    for start, first in (("intake", "2026-11-05"), ("'7 dec'", "2026-12-10")):
        rows = run(f"plan apply 1 benefits-application --from {start} --dry-run --json").json
        assert min(each["due"] for each in rows) == first
    said = run("plan apply 1 intake-to-housing", answers=["n"]).err
    assert "counted from Mon 2 Nov 2026" in said
    assert "of these days have passed" in said
    assert run("plan apply 1 intake-to-housing --from 2026-10-01 --yes").code == 2
    assert run("plan apply 1 intake-to-houses --yes").code == 3


def test_holidays_are_no_days_of_steps(run: Run) -> None:
    ok(run("config set holidays 2026-11-23"))
    rows = run("plan apply 1 benefits-application --dry-run --json").json
    assert "2026-11-23" not in {each["due"] for each in rows}


def test_a_template_on_an_agreed_plan_is_a_version(run: Run) -> None:
    agreed(run)
    ok(run("plan apply 1 benefits-application --yes"))
    assert run("plan versions 1 --json").json[-1]["reason"] == "A benefits application"


def test_templates_are_listed(run: Run) -> None:
    listed = {each["template"]: each for each in run("plan templates --json").json}
    assert "intake-to-housing" in listed
    assert listed["benefits-application"]["steps"] == 12


# -- what holds for every record -------------------------------------------------------------------


def test_goals_and_steps_are_found_and_told(run: Run) -> None:
    agreed(run)
    ok(run("goal change 1.g1 --words 'a boss who greets me' --reason 'said today'"))
    hits = run("search greets --json").json
    assert [(each["item"], each["found_in"]) for each in hits] == [("1.g1", "goal")]
    assert "greets" in hits[0]["snippet"]
    assert [each["item"] for each in run("search CV --json").json] == ["1.s1"]
    told = run("history 1", width=100).out
    assert "added step 1.s1: write a CV" in told
    assert "client's words none -> a boss who greets me" in told


def test_the_chain_and_the_facts_are_sound_after_all_of_it(run: Run, store: Caseload) -> None:
    need(store)
    agreed(run)
    ok(run("goal change 1.g1 --need 1 --reason 'found since'"))
    ok(run("goal progress 1.g1 +1", today="2027-03-02"))
    ok(run("snooze 1.s1 mon 'ill'"))
    ok(run("goal drop 1.g1 'moved'"))
    ok(run("undo"))
    ok(run("redo"))
    ok(run("audit verify"))
    findings = run("doctor --json").json
    assert not [each for each in findings if each["state"] == "FAIL"], json.dumps(findings)


def test_what_was_planned_is_hidden_where_others_can_see(run: Run, store: Caseload) -> None:
    need(store)
    agreed(run)
    ok(run("goal change 1.g1 --words 'a boss who greets me' --reason 'said today'"))
    reading = ["plan show 1", "goal list 1", "plan versions 1", "plan compare 1", "today --all"]
    for command in (*reading, "show 1 --all", "history 1"):
        for width in (None, 80):
            shown = run(f"--private {command}", width=width).out
            for words in ("Work again", "CV", "greets", "said today", "sleep", "Maria"):
                assert words not in shown, (command, words)


def test_a_goal_named_alone_is_asked_for_what_it_lacks(run: Run, store: Caseload) -> None:
    """As ``goal add`` hints it, and as ``goal add`` asks."""
    need(store)
    ok(run("goal add 1 'Work again' --measure 'a contract' --baseline none"))
    refused = run("goal change 1.g1")
    assert (refused.code, "nothing to change" in refused.err) == (2, True)
    answers = ["a boss who greets me", "20 hours a week", "1 mar 2027", "1"]
    changed = ok(run("goal change 1.g1", answers=answers))
    assert "What 1.g1 lacks:" in changed.err
    assert "How one will see it" not in changed.err and "How it is now" not in changed.err
    (goal,) = run("goal list 1 --json").json
    assert (goal["words"], goal["measure"]) == ("a boss who greets me", "a contract")
    assert (goal["target"], goal["by"]) == ("20 hours a week", "2027-03-01")
    again = run("goal change 1.g1", answers=[])
    assert (again.code, "nothing to change" in again.err) == (2, True)


def test_nothing_answered_changes_nothing(run: Run, store: Caseload) -> None:
    ok(run("goal add 1 'Work again'"))
    refused = run("goal change 1.g1", answers=[""] * 5)
    assert (refused.code, "nothing to change" in refused.err) == (2, True)
