"""screen: scores, what is missing, red flags at once, repeats, and results over time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from casectl.core.model import Case
from casectl.store import Caseload


@pytest.fixture(autouse=True)
def maria(run: Run, caseload: None) -> None:
    """Medium and not assessed, taken in on Monday the 2nd, last reached on the 16th."""
    for command in (
        "intake 'Maria Garcia' --urgency medium --on 2026-11-02 --new --no-input "
        "--next 'call the school' --due 'dec 1 2026'",
        "reached 1 'spoke' --on 2026-11-16",
    ):
        assert run(command).code == 0


def items(run: Run, today: str | None = None) -> dict[str, dict[str, Any]]:
    return {each["item"]: each for each in run("show 1 --json", today=today).json["due"]}


def case_of(store: Caseload) -> Case:
    found = store.cases.by_number(1)
    assert found is not None
    return found


# --- Scores -------------------------------------------------------------------------------------


def test_a_second_time_can_be_compared_where_others_see_the_screen(run: Run) -> None:
    assert run("screen 1 phq9 1,1,1,1,1,1,1,1,0").code == 0
    again = run("--private screen 1 phq9 2,1,1,1,1,1,1,1,0")
    assert again.code == 0, again.err
    assert "1 point worse" in again.out


def test_a_score_with_its_band_and_credit(run: Run) -> None:
    result = run("screen 1 phq9 2,1,0,3,1,0,1,2,0")
    assert result.code == 0, result.err
    lines = result.out.splitlines()
    assert lines[:5] == [
        "Maria Garcia (garcia-1): PHQ-9 Wed 18 Nov 2026 (1.q1): "
        "10 of 27, moderate; positive (cut-off 10).",
        "  PHQ-2 3: positive",
        "Asked again by Fri 18 Dec 2026 (1.q1), every 30 days.",
        "A screening is no diagnosis: a positive one asks for a fuller look.",
        "It owes:",
    ]
    assert lines[-1].startswith("PHQ-9: Developed by Drs. Robert L. Spitzer")


@pytest.mark.parametrize(
    "answers",
    ["2,1,0,3,1,0,1,2,0", "2 1 0 3 1 0 1 2 0", "1=2 2=1 3=0 4=3 5=1 6=0 7=1 8=2 9=0",
     "'1=2 2=1 3=0 4=3 5=1 6=0 7=1 8=2 9=0'"],
)  # fmt: skip
def test_answers_in_any_of_their_forms(run: Run, answers: str) -> None:
    told = run(f"screen 1 PHQ-9 {answers} --json").json
    assert told["screening"]["total"] == 10
    assert told["screening"]["answers"]["4"] == 3


def test_a_missing_answer_is_no_zero(run: Run) -> None:
    told = run("screen 1 phq9 2,1,0,-,1,0,1,2,0 --json").json["screening"]
    assert (told["total"], told["band"], told["positive"]) == (None, None, None)
    assert told["missing"] == ["4"]
    out = run("screen 1 phq9 2,1,0,-,1,0,1,2,0").out
    assert "incomplete, so there is no total (no answer to 4)" in out
    assert "Screened: PHQ-9 incomplete" in run("show 1", width=80).out


def test_answers_from_json(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({"1": 1, "2": [1, 2], "3": 0, "4": 0, "5": 0, "6": 0}), "utf-8")
    made = run(f"screen 1 ahc-hrsn --from {path} --json")
    assert made.code == 0, made.err
    told = made.json["screening"]
    assert told["total"] is None
    assert {each["part"] for each in told["parts"] if each["positive"]}
    assert run("screen 1 gad2 --from -", stdin='{"1": 3, "2": 1}').code == 0


def test_a_cut_off_by_sex_is_asked_for_and_remembered(run: Run) -> None:
    out = run("screen 1 audit-c 1,1,1").out
    assert "3 of 12" in out and "positive (cut-off 3)" in out
    assert "the client's sex is not given (--sex)" in out
    assert "negative (cut-off 4)" in run("screen 1 audit-c 1,1,1 --sex male").out
    assert "negative (cut-off 4)" in run("screen 1 audit-c 1,1,1").out, "as the last time"
    assert run("screen 1 audit-c 1,1,1 --sex x").code == 2


# --- Red flags ----------------------------------------------------------------------------------


def test_question_nine_is_a_red_flag_today_whatever_the_total(run: Run, store: Caseload) -> None:
    result = run("screen 1 phq9 0,0,0,0,0,0,0,0,1")
    assert result.out.splitlines()[:2] == [
        "RED FLAG: thoughts of being better off dead or of self-harm.",
        "Maria Garcia (garcia-1) counts as CRISIS until the risk is assessed. Today:",
    ]
    assert "1.flag         red flag: assess the risk today: Wed 18 Nov 2026" in result.out
    row = run("today --json").json[0]
    assert (row["band"], row["level"], row["item"]) == ("SAFETY", 4, "1.flag")
    owed = items(run)
    assert (owed["1.review"]["due"], owed["1.safety"]["due"]) == ("2026-11-21", "2026-11-18")
    assert str(case_of(store).crisis_since) == "2026-11-18"
    assert case_of(store).flagged_for == (
        "self-harm: thoughts of being better off dead or of self-harm (PHQ-9)"
    )
    assert "red flag today: self-harm" in run("show 1", width=120).out


def test_the_flag_waits_for_the_risk_that_it_was_for(run: Run, store: Caseload) -> None:
    run("screen 1 phq9 0,0,0,0,0,0,0,0,1")
    result = run("assess 1 --risk medical=low")
    assert "The red flag stays until that risk is assessed: self-harm" in result.out
    assert "1.flag" in items(run)
    assert str(case_of(store).crisis_since) == "2026-11-18"
    result = run("assess 1 --risk self-harm=moderate")
    assert "The red flag is cleared: self-harm" in result.out
    assert "1.flag" not in items(run)
    assert (case_of(store).level.word, case_of(store).crisis_since) == ("medium", None)


def test_a_red_flag_without_a_total_and_in_json(run: Run) -> None:
    result = run("screen 1 phq9 9=2 --json")
    assert result.json["red_flag"] == (
        "self-harm: thoughts of being better off dead or of self-harm (PHQ-9)"
    )
    assert result.json["screening"]["total"] is None
    assert result.err.startswith("RED FLAG: ")


def test_a_flag_that_names_no_risk_is_cleared_by_any(run: Run) -> None:
    result = run("screen 1 ahc-hrsn 1=0 safety=15")
    assert result.code == 0, result.err
    assert result.out.startswith("RED FLAG: safety score over 10")
    run("assess 1 --risk 'domestic violence=low'")
    assert "1.flag" not in items(run)


def test_undo_takes_the_flag_back(run: Run) -> None:
    before = run("show 1 --json").out
    run("screen 1 phq9 0,0,0,0,0,0,0,0,1")
    assert run("undo --yes").code == 0
    assert run("show 1 --json").out == before


# --- Asked again --------------------------------------------------------------------------------


def test_it_is_asked_again_after_its_interval(run: Run) -> None:
    run("screen 1 phq9 0,0,0,0,0,0,0,0,0")
    owed = items(run)["1.q1"]
    assert (owed["what"], owed["due"], owed["kind"]) == ("PHQ-9 again", "2026-12-18", "assessment")
    assert "1.q1" in str(run("today --all --json", today="2026-12-18").json)
    run("screen 1 phq9 0,0,0,0,0,0,0,0,0", today="2026-12-18")
    after = items(run, "2026-12-18")
    assert "1.q1" not in after
    assert after["1.q2"]["due"] == "2027-01-15", "the 17th is a Sunday"


def test_repeat_and_no_repeat(run: Run) -> None:
    run("screen 1 phq9 0,0,0,0,0,0,0,0,0 --repeat 'in 14 days'")
    assert items(run)["1.q1"]["due"] == "2026-12-02"
    run("screen 1 phq9 0,0,0,0,0,0,0,0,0", today="2026-12-02")
    assert items(run, "2026-12-02")["1.q2"]["due"] == "2026-12-16", "as the last time"
    result = run("screen 1 phq9 --no-repeat", today="2026-12-02")
    assert "It is not asked again by itself (--repeat WHEN)." in result.out
    assert "1.q2" not in items(run, "2026-12-02")
    run("screen 1 phq9 0,0,0,0,0,0,0,0,0", today="2026-12-03")
    assert "1.q3" not in items(run, "2026-12-03"), "nor after that, until somebody says so"
    result = run("screen 1 phq9 --repeat 'in 10 days'", today="2026-12-04")
    assert "Asked again by Mon 14 Dec 2026 (1.q3)" in result.out


def test_an_incomplete_one_leaves_owed_what_was(run: Run) -> None:
    run("screen 1 phq9 0,0,0,0,0,0,0,0,0")
    run("screen 1 phq9 1=1", today="2026-12-18")
    assert items(run, "2026-12-18")["1.q2"]["due"] == "2026-12-18"


def test_an_older_one_entered_later_changes_no_day(run: Run) -> None:
    run("screen 1 phq9 0,0,0,0,0,0,0,0,0")
    run("screen 1 phq9 1,1,1,1,1,1,1,1,0 --on 2026-11-04")
    assert items(run)["1.q1"]["due"] == "2026-12-18"
    assert [each["item"] for each in run("screen 1 --history --json").json] == ["1.q2", "1.q1"]


# --- Over time ----------------------------------------------------------------------------------


def test_results_over_time_with_a_line_of_bars(run: Run) -> None:
    run("screen 1 phq9 3,3,3,3,3,3,3,0,0 --on 2026-11-03")
    run("screen 1 phq9 2,2,2,2,2,0,0,0,0 --on 2026-11-10")
    result = run("screen 1 phq9 1,1,1,1,0,0,0,0,0")
    assert "Since Tue 10 Nov 2026: 6 points better: moderate before, minimal now" in result.out
    run("screen 1 gad2 1,1")
    screen = run("screen 1", width=80).out
    assert "PHQ-9  ▆▄▂  (0-27)" in screen
    assert "11 points better: severe before, moderate now" in " ".join(screen.split())
    assert "GAD-2\n" in screen, "one result is no line"
    told = run("screen 1 phq9 --history --json").json
    assert [(each["total"], each["change_points"]) for each in told] == [
        (21, None), (10, -11), (4, -6),
    ]  # fmt: skip
    assert [each["change"] for each in told] == [None, "better", "better"]
    assert run("screen 1 phq9 --history").out.splitlines()[1] == (
        "1.q2\tphq9\t2026-11-10\t10\tmoderate\tyes\tbetter"
    )


def test_a_questionnaire_of_one_s_own(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "instruments"
    own.mkdir()
    (own / "our-visit.toml").write_text(
        'title = "Our visit"\nname = "Home"\nversion = "1"\ncredit = "Us"\nlicence = "Ours"\n'
        'source = "Here"\n[[questions]]\nkey = "1"\nkind = "number"\nleast = 0\nmost = 5\n'
        'text = "Rooms?"\n[[flags]]\nquestion = "1"\nat_least = 5\nwords = "no way out"\n'
        'risk = "abuse or neglect"\n',
        encoding="utf-8",
    )
    assert "our-visit" in run("screen --list").out
    assert "not asked again by itself" in run("screen 1 our-visit 3").out
    assert run("screen 1 our-visit 5").out.startswith("RED FLAG: no way out.")
    (own / "our-visit.toml").unlink()
    assert "Our visit" in run("screen 1 our-visit --history", width=80).out, "still on record"


def test_a_broken_file_stops_no_other(run: Run, tmp_path: Path) -> None:
    (tmp_path / "instruments").mkdir()
    (tmp_path / "instruments" / "bad.toml").write_text("title = 5\n", encoding="utf-8")
    listed = run("screen --list")
    assert "phq9" in listed.out
    assert "bad.toml, line 1" in listed.err
    assert run("screen 1 bad 1").code == 78
    assert run("screen 1 gad2 1,1").code == 0


# --- On a terminal ------------------------------------------------------------------------------


def test_guided_reads_out_each_question(run: Run, store: Caseload) -> None:
    result = run("screen 1 gad2", answers=["?", "7", "3", "<", "2", "several"])
    assert result.code == 0, result.err
    assert "Over the last 2 weeks" in result.err
    assert "1 of 2  Feeling nervous, anxious or on edge" in result.err
    assert "    2  More than half the days" in result.err
    assert "not 7 but one of 0 not at all" in result.err
    (piece,) = store.casework.of(case_of(store), "screening")
    assert piece.body["answers"] == {"1": 2, "2": 1}
    assert piece.level == 3


def test_an_interrupted_one_is_gone_on_with(run: Run, store: Caseload) -> None:
    result = run("screen 1 phq2", answers=["2"])
    assert result.code == 1
    assert "Kept: casectl screen 1 phq2 goes on with it." in result.err
    assert "1.draft" in items(run)
    assert "phq2" in run("assess --drafts").out
    result = run("screen 1 phq2", answers=["", "3"])
    assert result.code == 0, result.err
    assert store.casework.of(case_of(store), "screening")[0].level == 5
    assert "1.draft" not in items(run)


def test_a_stray_answer_throws_no_draft_away(run: Run, store: Caseload) -> None:
    run("screen 1 phq2", answers=["2"])
    for answers in (["1"], ["nearly every day", "1"], ["n"], ["n", "", ""]):
        assert run("screen 1 phq2", answers=answers).code == 1
        assert store.casework.draft(case_of(store), "phq2") == {"1": 2}
    run("screen 1 phq2", answers=["n", "3"])
    assert store.casework.draft(case_of(store), "phq2") == {"1": 3}


def test_a_red_flag_is_raised_as_soon_as_it_is_answered(run: Run, store: Caseload) -> None:
    result = run("screen 1 phq9", answers=[*["0"] * 8, "2"])  # and then somebody runs
    assert result.code == 1
    assert "RED FLAG: thoughts of being better off dead" in result.err
    assert "1.flag" in items(run)
    assert store.casework.of(case_of(store), "screening") == []
    result = run("screen 1 phq9", answers=["y", "-"])
    assert result.out.startswith("RED FLAG: ")
    assert case_of(store).flagged_for == (
        "self-harm: thoughts of being better off dead or of self-harm (PHQ-9)"
    )


def test_a_flag_by_a_slip_is_said_to_stay(run: Run) -> None:
    result = run("screen 1 phq9", answers=[*["0"] * 8, "2", "<", "0", ""])
    assert result.code == 0, result.err
    assert "A red flag was raised as you went, and stays until the risk is assessed." in result.err
    assert "1.flag" in items(run)


def test_nothing_answered_is_nothing(run: Run, store: Caseload) -> None:
    assert run("screen 1 phq2", answers=["", ""]).code == 1
    assert store.casework.of(case_of(store)) == []
    assert "1.draft" not in items(run)


# --- What cannot be meant -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("screen", 2, "screen needs a CASE"),
        ("screen 9 phq9 1=1", 3, "no case '9'"),
        ("screen 1", 3, "was asked no questionnaire yet"),
        ("screen 1 phq9 --history", 3, "has no phq9 yet"),
        ("screen 1 phq", 3, "no instrument 'phq'; did you mean phq9?"),
        ("screen 1 phq9", 2, "no answers"),
        ("screen 1 phq9 1,2", 2, "takes 9 to 10 answers, and these are 2"),
        ("screen 1 phq9 4,0,0,0,0,0,0,0,0", 2, "question 1: not 4 but one of 0 not at all"),
        ("screen 1 phq9 11=1", 2, "has no question '11'"),
        ("screen 1 phq9 1=1 1=2", 2, "question 1 is answered twice"),
        ("screen 1 phq9 1=1 --on 2026-11-01", 2, "before the intake"),
        ("screen 1 phq9 1=1 --on 2026-11-20", 2, "2026"),
        ("screen 1 phq9 1=1 --repeat fri --no-repeat", 2, "say opposite things"),
        ("screen 1 phq9 1=1 --repeat 2026-11-17", 2, "is not 1 to 3650 days after"),
        ("screen 1 phq9 --no-repeat", 3, "has no PHQ-9 yet"),
        ("screen 1 phq9 --from nothing.json", 2, "is not a file"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(run: Run, command: str, code: int, words: str) -> None:
    before = run("show 1 --json").out
    result = run(f"{command} --no-input")
    assert (result.code, result.out) == (code, ""), result.err
    assert words in result.err
    assert result.err.count("\n") == 1
    assert run("show 1 --json").out == before


@pytest.mark.parametrize("text", ["[1]", '{"1": "x"}', '{"1": 1.5}', '{"1": true}', "1"])
def test_answers_in_json_that_cannot_be(run: Run, text: str) -> None:
    result = run("screen 1 phq9 --from -", stdin=text)
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1
