"""transition, meds, provider, voice, progress: what is watched, and what came of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Result, Run

INTAKE = "2026-11-02"


@pytest.fixture(autouse=True)
def maria(run: Run, caseload: None) -> None:
    command = f"intake 'Maria Example' --urgency low --risk low --on {INTAKE} --new"
    assert run(command).code == 0


def ok(result: Result) -> Result:
    assert result.code == 0, result.err
    return result


def owed(run: Run, today: str | None = None) -> dict[str, str]:
    """Each item of the case and the day it is due."""
    due = ok(run("show 1 --json", today=today)).json["due"]
    return {each["item"]: each["due"] for each in due}


def progress(run: Run) -> dict[str, Any]:
    told: dict[str, Any] = ok(run("progress 1 --json")).json
    return told


# -- transitions -----------------------------------------------------------------------------------


def test_a_discharge_asks_for_a_contact_and_a_visit(run: Run) -> None:
    result = ok(run("transition add 1 discharge --on '16 nov' --of 'St Example'"))
    assert result.out == (
        "Maria Example (example-1): 1.t1 discharge from St Example, Mon 16 Nov 2026.\n"
        "Reach them by Wed 18 Nov 2026.\nSee them by Mon 23 Nov 2026.\n"
    )
    assert (owed(run)["1.t1"], owed(run)["1.t1v"]) == ("2026-11-18", "2026-11-23")
    row = run("today --json").json[0]
    assert "contact after discharge from St Example" in {each["what"] for each in row["reasons"]}


def test_the_contact_is_cleared_by_reaching_and_the_visit_by_seeing(run: Run) -> None:
    ok(run("transition add 1 release --on '16 nov' --visit 14"))
    assert owed(run)["1.t1v"] == "2026-11-30"
    ok(run("tried 1 'rang out'"))
    ok(run("reached 1 'their sister' --with collateral"))
    assert {"1.t1", "1.t1v"} <= set(owed(run))
    ok(run("reached 1 'at home now'"))
    assert "1.t1" not in owed(run)
    assert "1.t1v" in owed(run)
    ok(run("reached 1 'all well' --by visit"))
    assert not {"1.t1", "1.t1v"} & set(owed(run))
    (listed,) = run("transition list 1 --json").json
    assert (listed["state"], listed["contact_due"], listed["watched_until"]) == (
        "open", None, "2026-12-16",
    )  # fmt: skip


def test_reached_takes_the_name_of_the_transition(run: Run) -> None:
    ok(run("transition add 1 release --on '16 nov'"))
    ok(run("reached 1.t1v 'seen' --by visit"))
    assert not {"1.t1", "1.t1v"} & set(owed(run))


def test_a_contact_of_before_does_not_count(run: Run) -> None:
    ok(run("reached 1 'on the ward' --by visit --on '16 nov'"))
    ok(run("transition add 1 discharge --on '17 nov'"))
    assert {"1.t1", "1.t1v"} <= set(owed(run))


def test_a_transition_is_closed_or_did_not_come(run: Run) -> None:
    ok(run("transition add 1 discharge --on '16 nov'"))
    ok(run("transition add 1 move --on 2026-12-07"))
    assert owed(run)["1.t2"] == "2026-12-09"
    ok(run("transition done 1.t1 'no return in 30 days'"))
    assert run("transition drop 1.t2").code == 2
    ok(run("transition drop 1.t2 'the flat is gone'"))
    assert not [item for item in owed(run) if item.startswith("1.t")]
    ok(run("undo"))
    assert "1.t2" in owed(run)
    assert run("transition done 1.t1").code == 2


@pytest.mark.parametrize(
    "command",
    ["transition add 1 holiday", "transition add 1 discharge --visit 31",
     "transition add 1 discharge --visit 0", "transition add 1 discharge --on 2020-01-01",
     "transition add 1 discharge --on '30 feb'", "transition add 1 discharge --of ' '"],
)  # fmt: skip
def test_a_transition_that_cannot_be_is_refused(run: Run, command: str) -> None:
    result = run(command)
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert run("transition list 1 --json").json == []


def test_on_hold_nothing_of_it_is_owed(run: Run) -> None:
    ok(run("transition add 1 discharge --on '16 nov'"))
    ok(run("hold 1 --until '1 dec' --reason 'in hospital again'"))
    assert "1.t1" not in owed(run)
    shown = run("transition list 1", width=120).out
    assert "reached" not in shown and "watched until Wed 16 Dec" in shown


# -- medications and providers ---------------------------------------------------------------------


def test_a_new_dose_takes_the_place_of_the_one_before(run: Run) -> None:
    ok(run("meds add 1 Sertraline --dose '50 mg' --for 'low mood' --by 'Dr Sample'"))
    result = ok(run("meds add 1 sertraline --dose '100 mg'"))
    assert "takes the place of 1.m1" in result.out
    (taken,) = run("meds list 1 --json").json
    assert (taken["item"], taken["dose"], taken["since"]) == ("1.m2", "100 mg", "2026-11-18")
    before = run("meds list 1 --all --json").json[0]
    assert (before["state"], before["for"], before["prescriber"]) == (
        "past", "low mood", "Dr Sample",
    )  # fmt: skip
    ok(run("meds stop 1.m2 'made her dizzy'"))
    assert run("meds list 1 --json").json == []
    assert "made her dizzy" in run("meds list 1 --all", width=120).out
    ok(run("undo"))
    assert len(run("meds list 1 --json").json) == 1


def test_providers_are_kept_with_their_numbers(run: Run) -> None:
    ok(run("provider add 1 'Dr Sample' --role 'family doctor' --phone 555-0100"))
    ok(run("provider add 1 'Ms Trial' --role teacher"))
    listed = run("provider list 1 --json").json
    assert [(each["what"], each["phone"]) for each in listed] == [
        ("Dr Sample", "555-0100"), ("Ms Trial", None),
    ]  # fmt: skip
    assert [each["item"] for each in run("search 555-0100 --json").json] == ["1.pr1"]
    ok(run("provider drop 1 1 retired"))
    assert [each["what"] for each in run("provider list 1 --json").json] == ["Ms Trial"]
    assert "Dr Sample" not in run("show 1 --all", width=100).out.split("Due")[0]
    assert "Ms Trial, teacher" in run("show 1 --all", width=100).out


@pytest.mark.parametrize(
    "command",
    ["meds add 1 ' '", "meds add 1 x --since 2027-01-01", "provider add 1 ''", "meds stop 1.m7",
     "provider add 1 x --role ' '", "voice 1 4", "transition add 1 move"],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(run: Run, command: str) -> None:
    if "voice" in command or "move" in command:
        ok(run("close 1 --reason declined --yes"))
    result = run(command)
    assert result.code in (2, 3), result.out
    assert result.err.count("\n") == 1


# -- the client's own word -------------------------------------------------------------------------


def test_a_client_is_asked_again_after_three_months(run: Run) -> None:
    assert not [item for item in owed(run) if item.startswith("1.o")]
    ok(run("voice 1 2 'you never call'"))
    assert owed(run)["1.o1"] == "2027-02-16"
    late = "2027-02-17"
    assert "1.o1" in {each["item"] for each in run("today --json", today=late).json[0]["reasons"]}
    ok(run("voice 1 4 'you call now'", today=late))
    assert "1.o1" not in owed(run, late)
    assert owed(run, late)["1.o2"] == "2027-05-18"
    said = run("voice 1 --history --json").json
    assert [(each["score"], each["words"]) for each in said] == [
        (2, "you never call"), (4, "you call now"),
    ]  # fmt: skip


def test_the_interval_is_one_s_own_and_stays(run: Run) -> None:
    ok(run("voice 1 4 --repeat 'in 30 days'"))
    assert owed(run)["1.o1"] == "2026-12-18"
    ok(run("voice 1 5"))
    assert owed(run)["1.o2"] == "2026-12-18"
    ok(run("voice 1 5 --no-repeat"))
    assert not [item for item in owed(run) if item.startswith("1.o")]
    ok(run("voice 1 3"))
    assert not [item for item in owed(run) if item.startswith("1.o")]


def test_a_person_is_asked_two_questions(run: Run) -> None:
    ok(run("voice 1", answers=["well", "stay as you are"]))
    (said,) = run("voice 1 --history --json").json
    assert (said["score"], said["words"]) == (4, "stay as you are")
    assert run("voice 1").code == 2
    for wrong in ("0", "6", "good", "4.5"):
        assert run(f"voice 1 {wrong}").code == 2
    assert len(run("voice 1 --history --json").json) == 1


# -- progress --------------------------------------------------------------------------------------


def several_months(run: Run) -> None:
    ok(run("assess 1 --domain housing=2 --domain food=3 --need 'housing=eviction notice'"))
    ok(run("screen 1 phq9 2,2,2,1,1,1,1,2,0"))
    ok(run("goal add 1 'I stay in my home' --need 1 --by '1 mar'"))
    ok(run("step add 1 'bring the lease' --due fri"))
    ok(run("reached 1 'spoke'"))
    ok(run("voice 1 2 'you never call'"))
    later = "2027-01-13"
    ok(run("tried 1 'rang out'", today="2026-12-02"))
    ok(run("assess 1 --domain housing=4", today=later))
    ok(run("screen 1 phq9 1,1,1,1,1,1,1,1,0", today=later))
    ok(run("goal progress 1.g1 -1", today="2026-12-02"))
    ok(run("goal progress 1.g1 +1 'three rents in a row'", today=later))
    ok(run("step done 1.s1", today=later))
    ok(run("reached 1 'spoke' --by visit", today=later))
    ok(run("voice 1 4 'you call now'", today=later))


def test_progress_tells_what_changed(run: Run) -> None:
    several_months(run)
    told = ok(run("progress 1 --json", today="2027-01-13")).json
    housing = told["domains"][0]
    assert (housing["domain"], housing["change"]) == ("housing", "better")
    assert [each["level"] for each in housing["levels"]] == [2, 4]
    phq = told["instruments"][0]
    assert (phq["change"], phq["change_points"]) == ("better", -4)
    assert [each["total"] for each in phq["results"]] == [12, 8]
    (goal,) = told["goals"]
    assert [each["score"] for each in goal["progress"]] == [-1, 1]
    assert (goal["steps"], goal["steps_done"]) == (1, 1)
    assert told["contacts"] == [
        {"month": "2026-11", "reached": 1, "tried": 0},
        {"month": "2026-12", "reached": 0, "tried": 1},
        {"month": "2027-01", "reached": 1, "tried": 0},
    ]
    assert [each["score"] for each in told["voice"]] == [2, 4]


def test_progress_is_seen_as_it_was(run: Run) -> None:
    several_months(run)
    told = ok(run("progress 1 --json --as-of 2026-12-31", today="2027-01-13")).json
    assert [len(each["levels"]) for each in told["domains"]] == [1, 1]
    assert [each["score"] for each in told["goals"][0]["progress"]] == [-1]
    assert told["contacts"][-1] == {"month": "2026-12", "reached": 0, "tried": 1}


@pytest.mark.parametrize("width", [40, 80, 120])
def test_progress_is_drawn_with_bars(run: Run, width: int) -> None:
    several_months(run)
    shown = run("progress 1", width=width, today="2027-01-13").out
    assert "▂▆" in shown  # 2 and 4 of 5
    assert max(map(len, shown.split("\n"))) <= width
    joined = " ".join(shown.split())
    for words in ("2 -> 4 self-sufficient, better since Wed 18 Nov 2026", "8 of 27",
                  "+1 more than hoped", "1 of 1 steps done", "you call now"):  # fmt: skip
        assert words in joined


def test_without_bars_where_they_cannot_be_shown(run: Run) -> None:
    several_months(run)
    ok(run("config set accessible true"))
    assert "▂" not in run("progress 1", width=80, today="2027-01-13").out


def test_one_measurement_is_no_change(run: Run) -> None:
    ok(run("assess 1 --domain housing=2"))
    told = progress(run)
    assert told["domains"][0]["change"] is None
    assert (told["instruments"], told["goals"], told["voice"]) == ([], [], [])
    shown = run("progress 1", width=80).out
    assert "2 vulnerable, Wed 18 Nov" in shown
    assert "Not on record: questionnaire (casectl screen)" in shown


def test_a_corrected_contact_is_counted_once(run: Run) -> None:
    ok(run("reached 1 'spoke'"))
    ok(run("correct 1.c1 'spoke on the stairs'"))
    assert progress(run)["contacts"][-1]["reached"] == 1


def test_progress_goes_into_a_pipe_line_by_line(run: Run) -> None:
    several_months(run)
    rows = [line.split("\t") for line in run("progress 1", today="2027-01-13").out.splitlines()]
    assert ["domain", "housing", "2027-01-13", "4", "self-sufficient"] in rows
    assert ["goal", "1.g1", "2027-01-13", "1", "three rents in a row"] in rows
    assert ["contacts", "tried", "2026-12", "1", ""] in rows


def test_show_has_the_plan_in_two_lines(run: Run) -> None:
    several_months(run)
    ok(run("step add 1 'ask the office' --due 2026-11-20 --who client"))
    ok(run("plan agree 1 --with client --by visit"))
    shown = run("show 1", width=80, today="2026-11-24").out
    assert "Plan agreed Wed 18 Nov; 1 of 2 steps done, 1 late: casectl plan show 1" in shown
    assert "Goals: g1 I stay in my home (+1)" in shown
    assert len(shown.splitlines()) <= 24


# -- what holds for every record -------------------------------------------------------------------


def test_nothing_of_it_is_told_where_others_can_see(run: Run) -> None:
    several_months(run)
    ok(run("transition add 1 discharge --of 'St Example'"))
    ok(run("meds add 1 Sertraline --dose '50 mg' --by 'Dr Sample'"))
    ok(run("provider add 1 'Dr Sample' --role 'family doctor' --phone 555-0100"))
    reading = ["progress 1", "transition list 1", "meds list 1", "provider list 1",
               "voice 1 --history", "show 1 --all", "today --all", "history 1"]  # fmt: skip
    for command in reading:
        for width in (None, 80):
            for form in ("", " --json"):
                shown = run(f"--private {command}{form}", width=width, today="2027-01-13")
                for words in ("Maria", "St Ex", "Sertra", "50 mg", "Sample", "doctor", "555-0100",
                              "call now", "never call", "eviction", "my home", "lease", "rents",
                              "PHQ"):  # fmt: skip
                    assert words not in shown.out + shown.err, (command, words)


def test_the_chain_and_the_facts_are_sound_after_all_of_it(run: Run) -> None:
    several_months(run)
    ok(run("transition add 1 discharge --on '16 nov'"))
    ok(run("meds add 1 Sertraline"))
    ok(run("meds add 1 Sertraline --dose less"))
    ok(run("undo"))
    ok(run("redo"))
    ok(run("audit verify"))
    findings = run("doctor --json").json
    assert not [each for each in findings if each["state"] == "FAIL"], json.dumps(findings)


def test_a_purge_takes_all_of_it(run: Run) -> None:
    several_months(run)
    ok(run("meds add 1 Sertraline"))
    ok(run("close 1 --reason declined --yes", today="2027-01-13"))
    ok(run("purge 1 --reason asked --yes", today="2027-01-13"))
    assert run("search Sertraline --json").json == []
    assert run("search lease --json").json == []
