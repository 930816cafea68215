"""again: the last contact once more, and never on another client than the one that was named."""

from __future__ import annotations

import pytest
from conftest import Run

from casectl.store import Caseload


@pytest.fixture(autouse=True)
def two(run: Run, caseload: None) -> None:
    for command in (
        "intake 'Maria Garcia' --urgency high --risk low --on 2026-11-02 --new",
        "intake 'Ben Example' --urgency low --risk low --on 2026-11-02 --new",
    ):
        assert run(command).code == 0, command


def contacts(run: Run, case: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = run(f"show {case} --all --json").json["contacts"]
    return sorted(found, key=lambda each: str(each["item"]))


def test_a_try_is_repeated_and_its_client_named(run: Run) -> None:
    run("tried 1 'rang out' --on mon --minutes 2")
    result = run("again 1")
    assert result.code == 0
    assert result.out.startswith('As 1.c1, Mon 16 Nov: "rang out".\n')
    assert "Tried Maria Garcia (garcia-1) by phone, Wed 18 Nov 2026 (1.c2)." in result.out
    first, second = contacts(run, 1)
    assert (second["on"], second["text"], second["minutes"]) == ("2026-11-18", "rang out", 2)
    assert (first["outcome"], second["outcome"]) == ("tried", "tried")
    assert run("again 1 'engaged'").code == 0
    assert contacts(run, 1)[2]["text"] == "engaged"


def test_there_is_no_word_for_the_last_case(run: Run) -> None:
    run("tried 1")
    result = run("again")
    assert result.code == 2
    assert "CASE" in result.err
    assert len(contacts(run, 1)) == 1


def test_what_was_recorded_last_elsewhere_is_not_what_is_repeated(run: Run) -> None:
    """An interruption between two entries on one case changes nothing."""
    run("tried 1 'rang out'")
    run("reached 2 'by chance'")
    assert run("again 1").code == 0
    assert [each["outcome"] for each in contacts(run, 1)] == ["tried", "tried"]
    assert len(contacts(run, 2)) == 1


def test_a_group_visit_names_both(run: Run) -> None:
    run("reached 1 'cooking together' --by visit --minutes 90 --interpreter")
    result = run("again 2 --like 1")
    assert result.code == 0
    assert result.out.startswith(
        'As 1.c1 of Maria Garcia (garcia-1), Wed 18 Nov: "cooking together".\n'
        "Reached Ben Example (example-2) by visit, Wed 18 Nov 2026 (2.c1).\n"
    )
    (made,) = contacts(run, 2)
    assert (made["by"], made["minutes"], made["interpreter"]) == ("visit", 90, True)
    assert len(contacts(run, 1)) == 1
    run("undo")
    assert contacts(run, 2) == []


def test_a_text_that_names_the_other_client_stays_with_them(run: Run) -> None:
    run("reached 1 'garcia cooked for all' --by visit")
    result = run("again 2 --like 1")
    assert result.code == 2
    assert result.err == (
        "casectl: the text of 1.c1 names its client; write another: casectl again 2 TEXT --like 1\n"
    )
    assert contacts(run, 2) == []
    assert run("again 2 'cooked with the others' --like 1").code == 0


def test_reached_is_not_repeated_by_habit(run: Run) -> None:
    """It would clear what asks for the client."""
    run("reached 1 'doing well' --on mon")
    refused = run("again 1")
    assert refused.code == 4
    assert "that would say that garcia-1 was reached again" in refused.err
    assert run("again 1", answers=["n"]).code == 1
    assert len(contacts(run, 1)) == 1
    asked = run("again 1", answers=["y"])
    assert asked.code == 0
    question = 'Reached Maria Garcia (garcia-1) by phone, Wed 18 Nov 2026: "doing well"? [y/N]'
    assert question in asked.err
    assert run("again 2 --like 1 --on tue").code == 4, "not of the same day"
    assert run("again 2 --like 1 --on tue --yes").code == 0


def test_a_part_of_a_name_is_asked_about_as_everywhere(run: Run) -> None:
    run("tried 1")
    assert run("again mari").code == 4
    assert run("again 2 --like mari").code == 4
    assert run("again mari", answers=["y"]).code == 0
    assert len(contacts(run, 1)) == 2


def test_a_correction_is_what_counts(run: Run) -> None:
    run("tried 1 'wrong' --by phone")
    run("correct 1.c1 'left a letter' --by letter")
    run("again 1")
    assert [(each["by"], each["text"]) for each in contacts(run, 1)][2] == (
        "letter", "left a letter",
    )  # fmt: skip


def test_neither_the_promise_nor_the_cover_is_repeated(run: Run) -> None:
    run("set 1 --urgency crisis --reason found")
    run("follow 1 'call' --due today")
    run("reached 1.1 'at the clinic' --seen-by 'Dr Made-Up' --until tomorrow")
    assert run("again 1 --yes").code == 0
    first, second = contacts(run, 1)
    assert (first["seen_by"], first["about"]) == ("Dr Made-Up", "1.1")
    assert (second["seen_by"], second["about"], second["covered_until"]) == (None, None, None)
    assert (first["with"], second["with"]) == ("provider", "provider"), "the client was not reached"


def test_nothing_to_repeat(run: Run, store: Caseload) -> None:
    result = run("again 1")
    assert result.code == 3
    assert result.err == (
        "casectl: garcia-1 has no contact to repeat; casectl reached 1, or tried 1, records one\n"
    )
    assert run("again 9").code == 3
    run("tried 1")
    assert run("again 1 --on tomorrow").code == 2
    assert store.db.value("SELECT count(*) FROM contacts") == 1
