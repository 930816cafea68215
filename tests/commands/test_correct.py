"""correct: the right contact beside the wrong one."""

from __future__ import annotations

import pytest
from conftest import Run


@pytest.fixture(autouse=True)
def ann(caseload: None, run: Run) -> None:
    assert run("intake 'Ann Sample' --urgency high --risk high --on 2026-10-01 --new").code == 0
    result = run("reached 1 'talked about rent' --on 2026-11-10 --minutes 20 --by visit")
    assert result.code == 0, result.err


def contacts(run: Run) -> dict[str, dict[str, object]]:
    return {each["item"]: each for each in run("show 1 --json").json["contacts"]}


def test_what_is_not_stated_is_copied(run: Run) -> None:
    result = run("correct 1.c1 'talked about heating'")
    assert result.code == 0, result.err
    assert "Ann Sample (sample-1): 1.c2 corrects 1.c1" in result.out
    assert "text talked about rent -> talked about heating" in result.out
    found = contacts(run)
    assert found["1.c1"]["text"] == "talked about rent", "the wrong one stays"
    assert found["1.c1"]["corrected"] is True
    for name in ("on", "outcome", "by", "with", "minutes"):
        assert found["1.c2"][name] == found["1.c1"][name]


def test_the_wrong_one_no_longer_counts(run: Run) -> None:
    before = {each["item"]: each["due"] for each in run("show 1 --json").json["due"]}
    result = run("correct sample-1.c1 --outcome tried --on 2026-11-12")
    after = {each["item"]: each["due"] for each in run("show 1 --json").json["due"]}
    assert before["1.contact"] == "2026-11-17"
    assert after["1.contact"] == "2026-10-05"
    assert "outcome reached -> tried" in result.out
    assert "day Tue 10 Nov 2026 -> Thu 12 Nov 2026" in result.out
    assert "1.contact is due Mon 5 Oct 2026 now, not Tue 17 Nov 2026." in result.out
    assert run("show 1 --json").json["attempts"] == 1


def test_a_correction_that_moves_no_clock_says_nothing_of_it(run: Run) -> None:
    assert "is due" not in run("correct 1.c1 --minutes 5").out


def test_a_corrected_one_is_refused_naming_the_newer(run: Run) -> None:
    assert run("correct 1.c1 --by phone").code == 0
    assert run("correct 1.c2 --by office").code == 0
    result = run("correct 1.c1 --by video")
    assert (result.code, result.out) == (2, "")
    assert "correct 1.c3" in result.err
    assert run("correct 1.c3 --by video").code == 0
    assert run("undo").code == 0
    assert run("correct 1.c3 --by email").code == 0, "an undone correction corrects nothing"


def test_a_text_can_be_taken_out(run: Run) -> None:
    assert run(["correct", "1.c1", ""]).code == 0
    assert contacts(run)["1.c2"]["text"] is None


def test_a_professional_who_did_not_see_them_covers_nothing(run: Run) -> None:
    run("intake 'Cris Test' --urgency crisis --risk imminent --on 2026-11-17 --new")
    seen = run("reached 2 --seen-by 'Dr Sample' --until 2026-11-20")
    assert seen.code == 0, seen.err
    assert run("show 2 --json").json["covered_until"] == "2026-11-20"
    assert run("correct 2.c1 --outcome tried").code == 0
    shown = run("show 2 --json").json
    assert shown["covered_until"] is None
    assert shown["contacts"][0]["seen_by"] is None
    assert run("undo").code == 0
    assert run("show 2 --json").json["covered_until"] == "2026-11-20"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("1.c1", 2), ("1.c1 --outcome spoke", 2), ("1.c1 --by pigeon", 2),
        ("1.c1 --with nobody", 2), ("1.c1 --on tomorrow", 2), ("1.c1 --on 03/04", 2),
        ("1.c1 --minutes -1", 2), ("1.c1 --minutes many", 2), ("1.c1 'talked about rent'", 2),
        ("1.c9 --by phone", 3), ("1.c99999999999999999999 --by phone", 3), ("1.cx --by phone", 2),
        ("1 --by phone", 2), ("1.1 --by phone", 2), ("1.contact --by phone", 2),
        ("9.c1 --by phone", 3), ("'' --by phone", 3),
    ],
)  # fmt: skip
def test_bad_values_write_nothing(run: Run, words: str, code: int) -> None:
    result = run(f"correct {words}")
    assert (result.code, result.out, result.err.count("\n")) == (code, "", 1), result.err
    assert len(contacts(run)) == 1


def test_json_is_the_new_contact(run: Run) -> None:
    made = run("correct 1.c1 --with guardian --json").json
    assert (made["item"], made["with"], made["corrects_item"]) == ("1.c2", "guardian", "1.c1")
