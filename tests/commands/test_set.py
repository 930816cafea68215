"""set: the level, who reviewed it and why, and what it owes from then on."""

from __future__ import annotations

import pytest
from conftest import Run

from casectl.store import Caseload


@pytest.fixture(autouse=True)
def maria(run: Run, caseload: None) -> None:
    """Medium and not assessed, taken in on Monday the 2nd, last reached on the 16th."""
    for command in (
        "intake 'Maria Example' --urgency medium --on 2026-11-02 --new --no-input "
        "--next 'call the school' --due 'dec 1 2026'",
        "reached 1 --on 2026-11-16",
    ):
        assert run(command).code == 0


def owes(run: Run) -> dict[str, str]:
    return {
        each["item"]: each["due"]
        for each in run("set 1 --reason 'to look' --json --fields owes").json["owes"]
    }


def case(run: Run) -> dict[str, object]:
    shown = run("show 1 --json").json
    assert isinstance(shown, dict)
    return shown


def test_a_new_level_is_echoed_with_what_it_owes(run: Run) -> None:
    result = run("set 1 --urgency high --reason 'eviction notice'")
    assert result.code == 0
    assert result.out.splitlines()[0] == (
        "Maria Example (example-1): level high, was medium "
        "(urgency high, risk not assessed); reviewed today."
    )
    assert "1.contact      reach the client: Mon 23 Nov 2026" in result.out
    assert "1.review       review the high level: Fri 18 Dec 2026" in result.out
    assert "Risk is not assessed yet: casectl set 1 --risk …" in result.out


def test_the_reason_stays_on_file(run: Run) -> None:
    run("set 1 --urgency high --reason 'eviction notice'")
    run("set 1 --reason 'still no lease'")
    notes = [note["text"] for note in run("show 1 --json").json["notes"]]
    assert notes == [
        "Level reviewed, still high: still no lease",
        "Level high, was medium: eviction notice",
    ]


def test_assessing_the_risk_ends_what_was_provisional(run: Run) -> None:
    assert case(run)["provisional"] is True
    result = run("set 1 --risk low --urgency low --reason 'assessed at home'")
    assert "level low, was medium (urgency low, risk low)" in result.out
    assert "no longer provisional" in result.out
    assert case(run)["provisional"] is False
    assert "1.contact" in result.out


def test_a_review_without_a_change_clears_review(run: Run) -> None:
    run("set 1 --urgency high --reason 'eviction notice'")
    later = "2026-12-20"
    before = run("today --all --json", today=later).json[0]["reasons"]
    assert "1.review" in {each["item"] for each in before}
    result = run("set 1 --reason 'still high, seen yesterday'", today=later)
    assert "level still high" in result.out
    after = run("today --all --json", today=later).json[0]["reasons"]
    assert "1.review" not in {each["item"] for each in after}


def test_crisis_is_owed_the_same_day_and_ends_with_a_reason(run: Run, store: Caseload) -> None:
    result = run("set 1 --risk imminent --reason 'spoke of a plan'")
    assert "level crisis, was medium" in result.out
    assert "1.safety       reach the client: Wed 18 Nov 2026" in result.out
    assert run("today --json").json[0]["band"] == "SAFETY"
    run("reached 1 --seen-by 'Dr Sample' --until fri")
    found = store.cases.by_number(1)
    assert found is not None and found.covered_until is not None
    lowered = run("set 1 --risk moderate --reason 'safe with her sister'")
    assert "level medium, was crisis" in lowered.out
    assert "Nobody covers the client any longer" in lowered.out
    found = store.cases.by_number(1)
    assert found is not None
    assert (found.crisis_since, found.covered_until) == (None, None)


def test_a_crisis_that_goes_on_keeps_its_first_day(run: Run, store: Caseload) -> None:
    run("set 1 --urgency crisis --reason 'threats'")
    run("set 1 --risk imminent --reason 'worse'", today="2026-11-20")
    found = store.cases.by_number(1)
    assert found is not None and found.crisis_since is not None
    assert found.crisis_since.isoformat() == "2026-11-18"
    assert found.level_reviewed_on.isoformat() == "2026-11-20"


def test_what_was_set_as_json(run: Run) -> None:
    made = run("set 1 --urgency high --risk high --reason 'x' --json").json
    assert (made["level_before"], made["level"], made["urgency"], made["risk"]) == (2, 3, 3, "high")
    assert {each["item"] for each in made["owes"]} >= {"1.contact", "1.review", "1.1"}
    assert run("set 1 --reason x --fields case,level").out == "1\t3\n"


def test_a_reason_is_asked_for_on_a_terminal(run: Run) -> None:
    result = run("set 1 --urgency high", answers=["eviction notice"])
    assert result.code == 0
    assert "Why?" in result.err
    assert run("set 1 --urgency high", answers=[""]).code == 2
    assert run("set 1 --urgency high", answers=[]).code == 1, "the input ended"


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("set 9 --urgency high --reason x", 3, "no case '9'"),
        ("set 1 --urgency urgent --reason x", 2, "no level 'urgent'; there are low, medium"),
        ("set 1 --risk 5 --reason x", 2, "no risk '5'; there are none, low, moderate"),
        ("set 1 --risk '' --reason x", 2, "no risk ''"),
        ("set 1 --urgency high", 2, "--reason is missing"),
        ("set 1 --urgency high --reason ' '", 2, "the reason is empty"),
        ("set 1 --urgency high --reason ''", 2, "the reason is empty"),
        ("set mari --reason x", 4, "only part of a name"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(run: Run, command: str, code: int, words: str) -> None:
    before = case(run)
    result = run(f"{command} --no-input")
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert result.err.count("\n") == 1
    assert case(run) == before


def test_a_closed_case_has_no_level_to_set(run: Run) -> None:
    assert run("close 1 --reason declined --yes").code == 0
    result = run("set 1 --urgency high --reason x")
    assert result.code == 2
    assert "is closed; casectl reopen 1 opens it again" in result.err


def test_setting_is_undone(run: Run) -> None:
    before = owes(run)
    run("set 1 --urgency crisis --reason x")
    assert run("undo").code == 0
    assert owes(run) == before
