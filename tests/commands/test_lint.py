"""lint: each finding appears where it should, says what to do, and goes when that was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from casectl import cli
from casectl.core.linting import RULES
from casectl.session import Clock


@pytest.fixture(autouse=True)
def ben(
    caseload: None, run: Run, monkeypatch: pytest.MonkeyPatch, zone: Callable[[str], None]
) -> None:
    at(monkeypatch, "2026-11-18T10:00:00Z")
    zone("UTC")
    assert run("intake 'Ben Example' --urgency medium --risk low --on 2026-11-02 --new").code == 0


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    clock = Clock(date.fromisoformat(moment[:10]), moment[11:16], moment)
    monkeypatch.setattr(cli, "clock", lambda: clock)


def found(run: Run, words: str = "lint") -> dict[str, dict[str, Any]]:
    result = run(f"{words} --json")
    assert result.code == 0, result.err
    return {each["rule"]: each for each in result.json}


def test_nothing_is_said_so(run: Run) -> None:
    assert run("lint").out == ""
    assert run("lint --json").json == []
    assert run("lint", width=80).out.splitlines() == [
        "Nothing found.",
        "Not looked at: more weight than capacity (config set full_time N).",
    ]
    assert run("lint 1", width=80).out == "Nothing found.\n"


def test_who_does_the_steps(run: Run) -> None:
    run("goal add 1 'keeps the flat' --words 'I stay' --by '1 mar'")
    for number in (1, 2):
        run(f"step add 1 'call office {number}' --who worker --due '1 dec'")
    assert "worker_steps" not in found(run)
    run("step add 1 'bring the lease' --who client --due '1 dec'")
    told = found(run)["worker_steps"]
    assert told["says"] == "2 open steps are yours and 1 the client's: 1.s1, 1.s2"
    assert told["items"] == ["1.s1", "1.s2"] and told["handle"] == "example-1"
    assert told["do"].endswith("casectl step change 1.s1 --who client")
    assert run("step change 1.s1 --who client").code == 0
    assert "worker_steps" not in found(run)


def test_a_plan_that_nobody_touches(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("goal add 1 'keeps the flat' --words 'I stay' --by '1 jun'")
    at(monkeypatch, "2027-02-15T10:00:00Z")
    assert "plan_untouched" not in found(run)
    at(monkeypatch, "2027-02-16T10:00:00Z")
    assert found(run)["plan_untouched"]["says"] == "nothing of the plan was touched for 90 days"
    assert run("goal progress 1.g1 0 'as hoped'").code == 0
    assert "plan_untouched" not in found(run)


def test_goals_without_the_client_s_words(run: Run) -> None:
    run("goal add 1 'keeps the flat'")
    assert found(run)["no_client_words"]["says"] == "1 goal has no words of the client's: 1.g1"
    assert run("goal change 1.g1 --words 'I stay'").code == 0
    assert "no_client_words" not in found(run)


def test_contacts_that_say_nothing(run: Run) -> None:
    run("reached 1 --by phone --on 2026-11-10")
    run("reached 1 --by phone --on 2026-11-12")
    run("reached 1 --by phone --on 2026-11-17")
    run("tried 1 --by phone --on 2026-11-11")
    run("reached 1 --by visit --on 2026-11-13")
    told = found(run)["undocumented"]
    assert told["items"] == ["1.c2", "1.c5"], "1.c1 stands on the list"
    assert told["says"] == "2 more contacts say nowhere what was spoken: 1.c2, 1.c5"
    assert told["do"] == "casectl note 1 --contact 1.c2"
    assert listed_note(run) == "2026-11-13"
    assert run("note 1 'spoke of the rent' --contact 1.c1").code == 0
    assert found(run)["undocumented"]["items"] == ["1.c5"]
    assert listed_note(run) == "2026-11-13", "three days after the 12th is a Sunday"
    assert run("config set standards.note 0").code == 0
    assert "undocumented" not in found(run)
    assert listed_note(run) is None


def test_on_hold_no_list_asks_for_a_note_so_lint_names_each(run: Run) -> None:
    run("reached 1 --by phone --on 2026-11-10")
    assert "undocumented" not in found(run)
    assert run("hold 1 --until '1 dec' --reason ill").code == 0
    assert listed_note(run) is None
    told = found(run)["undocumented"]
    assert told["says"] == "1 contact says nowhere what was spoken: 1.c1"


def listed_note(run: Run) -> str | None:
    owed = {each["item"]: each["due"] for each in run("show 1 --json").json["due"]}
    return owed.get("1.note")


def test_promises_past_due(run: Run) -> None:
    run("follow 1 'ask for the lease' --due 2026-11-18")
    assert "promises_late" not in found(run)
    run("follow 1 'call the office' --due 2026-11-16")
    told = found(run)["promises_late"]
    assert told["says"] == "1 promise is past due, by 2 days at the most: 1.2"
    assert told["do"] == "keep it, or say a day that you can keep: casectl done, casectl snooze"
    assert run("done 1.2 called").code == 0
    assert "promises_late" not in found(run)


def test_what_to_do_about_a_promise_goes_by_its_kind(run: Run) -> None:
    run("deadline 1 hearing --kind court --on 2026-11-17")
    run("appointment 1 clinic --at '2026-11-16 10:00'")
    assert found(run)["promises_late"]["do"] == (
        "say how it ended: casectl done, casectl cancel; "
        "say whether they came: casectl kept, casectl missed"
    )


def test_an_ethical_concern(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("note 1 --kind ethics --part 'concern=a gift'")
    at(monkeypatch, "2026-11-21T10:00:00Z")
    told = found(run)["ethics_open"]
    assert told["says"] == "an ethical concern is open for 3 days: 1.n1"
    assert run("note resolve 1.n1 'gave it back'").code == 0
    assert "ethics_open" not in found(run)


def test_target_days_that_all_moved(run: Run) -> None:
    run("goal add 1 'keeps the flat' --words 'I stay' --by '1 dec'")
    run("goal change 1.g1 --by '10 dec'")
    assert "targets_moved" not in found(run)
    run("goal change 1.g1 --by '20 dec'")
    assert "2 times in all: 1.g1" in found(run)["targets_moved"]["says"]
    run("goal add 1 'finds work' --words 'I earn' --by '1 mar'")
    assert "targets_moved" not in found(run)


def test_night_after_night(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for moment in ("2026-11-15T21:10:00Z", "2026-11-17T01:30:00Z"):  # of the 15th, of the 16th
        at(monkeypatch, moment)
        run("reached 1 'spoke at length'")
    assert "nights" not in found(run)
    at(monkeypatch, "2026-11-17T20:00:00Z")
    run("reached 1 'spoke at length'")
    told = found(run)["nights"]
    assert told["says"].startswith("you logged contacts on 3 nights in a row")
    assert (told["case"], told["items"]) == (None, [])
    assert "nights" not in found(run, "lint 1")
    monkeypatch.setenv("CASECTL_WORKER", "lee")
    assert "nights" not in found(run)
    monkeypatch.setenv("CASECTL_WORKER", "kim")
    at(monkeypatch, "2026-12-02T10:00:00Z")
    assert "nights" not in found(run)


def everything(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case in which all of it is found at once."""
    for moment in ("2026-11-10T21:00:00Z", "2026-11-11T21:00:00Z", "2026-11-12T21:00:00Z"):
        at(monkeypatch, moment)
        run("reached 1 --by phone")
    at(monkeypatch, "2026-11-13T10:00:00Z")
    run("follow 1 'call the office' --due 2026-11-16")
    run("goal add 1 'keeps the flat' --by '1 dec'")
    run("goal change 1.g1 --by '10 dec'")
    run("goal change 1.g1 --by '20 dec'")
    for number in range(3):
        run(f"step add 1 'call {number}' --who worker --due '30 mar'")
    run("note 1 --kind ethics --part 'concern=a gift'")
    at(monkeypatch, "2027-02-16T10:00:00Z")


def test_a_screen_of_all_findings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    everything(run, monkeypatch)
    # The nights are long past by the time that the plan is.
    assert set(found(run)) == set(RULES) - {"nights", "overloaded"}
    screen = run("lint", width=40).out
    assert screen.startswith("Ben Example (example-1)\n  3 open steps are yours and 0 the\n")
    assert all(len(line) <= 40 for line in screen.splitlines())
    piped = run("lint").out.splitlines()
    assert [line.split("\t")[:3] for line in piped] == [
        [rule, "example-1", "Ben Example"] for rule in RULES if rule in found(run)
    ]
    assert run("lint --fields rule,items").out.splitlines()[0] == "worker_steps\t1.s1; 1.s2; 1.s3"


def test_what_waits_is_left_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    everything(run, monkeypatch)
    assert run("hold 1 --until '1 jun' --reason 'in hospital'").code == 0
    assert set(found(run)) == {"undocumented", "ethics_open"}
    assert run("close 1 --reason declined --yes").code == 0
    assert found(run) == {} and found(run, "lint 1") == {}


def test_others_see_numbers_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    everything(run, monkeypatch)
    told = run("lint --private", width=80).out
    assert told.startswith("B.E. (1)\n") and "1.s1, 1.s2, 1.s3" in told
    assert "Example" not in told and "example" not in told


def test_it_is_on_record_who_was_shown(run: Run) -> None:
    run("goal add 1 'keeps the flat'")
    run("lint")
    assert "lint" in run("audit log").out


def test_it_writes_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everything(run, monkeypatch)
    before = run("history --json").out
    run("lint")
    assert run("history --json").out == before
