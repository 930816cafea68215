"""merge: two records of the same client become one."""

from __future__ import annotations

import pytest
from conftest import Run

PEOPLE = (
    "intake 'Maria Sample' --urgency low --on 2026-11-02 --phone 555-0100 --new",
    "intake 'María Sample-Test' --urgency high --on 2026-11-09 --dob 1990-03 --phone 555-0199 "
    "--safe-contact 'never in the evening' --language Spanish --interpreter --new",
    "note 2 'came with her sister'",
)


@pytest.fixture(autouse=True)
def people(caseload: None, run: Run) -> None:
    for command in PEOPLE:
        result = run(command)
        assert result.code == 0, result.err


def test_one_client_both_cases(run: Run) -> None:
    result = run("merge 1 2 --yes")
    assert result.code == 0, result.err
    one, two = run("show 1 --json").json, run("show 2 --json").json
    assert one["client_id"] == two["client_id"]
    assert two["client"] == "Maria Sample"
    assert two["handle"] == "sample-2"
    assert [each["text"] for each in two["notes"]][-1] == "came with her sister"
    assert "test-2 (now sample-2)" in result.out


def test_missing_facts_are_filled_and_conflicts_told(run: Run) -> None:
    result = run("merge 1 2 --yes")
    client = run("show 1 --json").json
    assert (client["birth_date"], client["language"], client["interpreter"]) == (
        "1990-03", "Spanish", True,
    )  # fmt: skip
    assert client["phone"] == "555-0100"
    assert client["safe_contact"] == "never in the evening"
    assert "Filled in from the other record: birth date, safe contact, language" in result.out
    not_kept = "phone 555-0199 (safe contact: never in the evening)"
    assert not_kept in result.out
    assert not_kept in run("show 2 --json").json["notes"][0]["text"]


def test_safe_contact_words_are_never_dropped(run: Run) -> None:
    run("edit 1 --safe-contact 'mornings are best'")
    assert run("merge 1 2 --yes").code == 0
    safe = run("show 1 --json").json["safe_contact"]
    assert safe == "mornings are best; also: never in the evening"


def test_a_more_exact_birth_date_is_no_conflict(run: Run) -> None:
    run("edit 1 --dob 1990-03-05")
    assert "birth" not in run("merge 1 2 --yes").out
    assert run("show 2 --json").json["birth_date"] == "1990-03-05"


def test_a_script_says_yes_or_nothing_happens(run: Run) -> None:
    result = run("merge 1 2")
    assert (result.code, result.out) == (4, "")
    assert "--yes" in result.err
    assert run("show 1 --json").json["client_id"] != run("show 2 --json").json["client_id"]


def test_birth_dates_that_differ_are_said(run: Run) -> None:
    run("edit 1 --dob 1985-01-01")
    assert "birth dates differ" in run("merge 1 2").err
    asked = run("merge 1 2", answers=["n"])
    assert asked.code == 1
    assert "although their birth dates differ" in asked.err
    assert "birth date 1990-03" in run("merge 1 2 --yes").out
    assert run("show 2 --json").json["birth_date"] == "1985-01-01"


def test_both_are_shown_side_by_side(run: Run) -> None:
    result = run("merge 1 2", answers=["y"], width=100)
    assert result.code == 0, result.err
    lines = result.err.splitlines()
    assert next(line for line in lines if line.startswith("name")).split() == [
        "name", "Maria", "Sample", "María", "Sample-Test",
    ]  # fmt: skip
    assert "never in the" in result.err, "the words beside a phone number are not cut"
    assert "test-2 (active)" in result.err


def test_undo_parts_them_again(run: Run) -> None:
    before = [run(f"show {number} --json").json for number in (1, 2)]
    assert run("merge 1 2 --yes").code == 0
    assert run("undo").code == 0
    assert [run(f"show {number} --json").json for number in (1, 2)] == before


def test_the_history_tells_of_it(run: Run) -> None:
    assert run("merge 1 2 --yes").code == 0
    told = run("history --limit 1 --json").json[0]["what"]
    assert told[0] == "case 2: handle sampletest-2 -> sample-2, moved to another client's record"
    assert told[-1] == "removed client María Sample-Test"


def test_two_open_cases_are_said_and_how_to_close_one(run: Run) -> None:
    said = run("merge 2 1 --yes").out.splitlines()[-1]
    words, _, command = said.partition("casectl ")
    assert words == (
        "Open now: sampletest-1, sampletest-2. If one will do, its open items go on in the other: "
    )
    assert command == "close 1 --reason duplicate"
    assert run(command).code == 0
    assert [each["case"] for each in run("list --json").json] == [2]


def test_one_open_case_needs_no_such_words(run: Run) -> None:
    run("close 2 --reason declined")
    assert "Open now" not in run("merge 1 2 --yes").out


@pytest.mark.parametrize(("words", "code"), [("1 1", 2), ("1 9", 3), ("9 1", 3), ("1 sam", 4)])
def test_bad_values(run: Run, words: str, code: int) -> None:
    result = run(f"merge {words}")
    assert (result.code, result.out, result.err.count("\n")) == (code, "", 1)


def test_the_same_client_already(run: Run) -> None:
    assert run("merge 1 2 --yes").code == 0
    result = run("merge 1 2 --yes")
    assert result.code == 2
    assert "already" in result.err
