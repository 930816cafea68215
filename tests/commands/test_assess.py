"""assess: domains and needs, risk and safety plans, drafts, two assessments beside each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from casectl.core.model import Case
from casectl.store import Caseload

DOMAINS = 15
KINDS = 7


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
    """What the case owes, by item."""
    return {each["item"]: each for each in run("show 1 --json", today=today).json["due"]}


def case_of(store: Caseload) -> Case:
    found = store.cases.by_number(1)
    assert found is not None
    return found


# --- Domains and needs --------------------------------------------------------------------------


def test_an_assessment_clears_what_asked_for_it(run: Run, store: Caseload) -> None:
    before = items(run)["1.assessment"]
    assert (before["what"], before["due"]) == ("first assessment", "2026-12-02")
    result = run(
        "assess 1 --domain hous=2 --domain food=stable --strength 'family=a sister nearby' "
        "--need 'housing=eviction notice' --note 'housing=lives with a cousin' "
        "--summary 'Needs a flat by January'"
    )
    assert result.code == 0, result.err
    assert result.out.splitlines()[:2] == [
        "Maria Garcia (garcia-1): assessed Wed 18 Nov 2026 (1.a1). "
        "Vulnerable: housing; stable: food.",
        "Need 1.need1 eviction notice (housing, high priority).",
    ]
    after = items(run)["1.assessment"]
    assert (after["what"], after["due"]) == ("assess again", "2027-05-17")
    assert str(case_of(store).assessed_on) == "2026-11-18"
    (piece,) = store.casework.of(case_of(store), "assessment")
    assert piece.what == "Needs a flat by January"
    assert piece.body["domains"] == {
        "housing": {"level": 2, "needs": ["eviction notice"], "note": "lives with a cousin"},
        "food": {"level": 3},
        "family_and_relationships": {"strengths": "a sister nearby"},
    }


def test_assessing_again_comes_due_and_is_cleared(run: Run) -> None:
    run("assess 1 --domain housing=2")
    day = "2027-05-17"
    assert "1.assessment" in str(run("today --all --json", today=day).json)
    run("assess 1 --domain housing=3", today=day)
    assert "1.assessment" not in str(run("today --all --json", today=day).json)
    assert items(run, day)["1.assessment"]["due"] == "2027-11-12", "the 13th is a Saturday"


def test_a_purge_leaves_nothing_of_it(run: Run, store: Caseload) -> None:
    run("assess 1 --domain housing=2 --need 'housing=a grualt lease' --risk medical=high")
    run("screen 1 phq9 9=1")
    run("assess 1", answers=["2", "grualt"])
    run("close 1 --reason died --yes")
    assert run("purge 1 --reason asked --yes").code == 0
    for table in ("casework", "drafts", "search_texts"):
        assert store.db.value(f"SELECT count(*) FROM {table}") == 0, table
    told = store.db.rows("SELECT before, after FROM changes")
    assert "grualt" not in str([tuple(row) for row in told])
    assert run("audit verify").code == 0
    assert run("doctor").code == 0


def test_the_record_is_sound_after_all_of_it(run: Run, store: Caseload) -> None:
    run("assess 1 --domain housing=2 --need housing=heat --risk self-harm=high --safety-plan x "
        "--review fri")  # fmt: skip
    run("screen 1 phq9 1,1,1,1,1,1,1,1,1")
    run("assess 1 --reviewed mon")
    run("assess 1 --risk self-harm=low")
    run("need met 1")
    assert run("audit verify").code == 0
    assert [each for each in run("doctor --json").json if each["state"] == "FAIL"] == []


def test_a_need_asks_for_a_goal_and_is_not_there_twice(run: Run) -> None:
    run("assess 1 --domain housing=1 --need 'housing=eviction notice'")
    owed = items(run)["1.need1"]
    assert (owed["what"], owed["due"]) == ("set a goal: eviction notice", "2026-12-18")
    again = run("assess 1 --domain housing=2 --need 'housing=Eviction  notice'")
    assert "On file already: 1.need1." in again.out
    assert len(run("need list 1 --all --json").json) == 1


def test_a_part_of_it_leaves_the_assessment_due(run: Run, store: Caseload) -> None:
    assert run("assess 1 --domain housing=2 --partial").code == 0
    assert items(run)["1.assessment"]["what"] == "first assessment"
    assert case_of(store).assessed_on is None
    assert len(store.casework.of(case_of(store), "assessment")) == 1


def test_an_older_one_entered_later_leaves_the_day(run: Run, store: Caseload) -> None:
    run("assess 1 --domain housing=2")
    run("assess 1 --domain housing=1 --on 2026-11-05")
    assert str(case_of(store).assessed_on) == "2026-11-18"
    compared = run("assess 1 --previous --json").json
    assert (compared["before"]["on"], compared["now"]["on"]) == ("2026-11-05", "2026-11-18")


def test_undo_takes_all_of_it_back_and_redo_brings_it_again(run: Run) -> None:
    before = run("show 1 --json").out
    run("assess 1 --domain housing=1 --need 'housing=heat' --risk medical=high")
    assessed = run("show 1 --json").json
    assert run("undo --yes").code == 0
    assert run("show 1 --json").out == before
    assert run("redo").code == 0
    again = run("show 1 --json").json
    for each in (assessed, again):
        each["due"] = [(one["item"], one["due"]) for one in each["due"]]
    assert again == assessed


def test_done_assessment_still_works(run: Run) -> None:
    assert run("done 1.assessment 'seen at home'").code == 0
    assert items(run)["1.assessment"]["what"] == "assess again"


def test_two_of_them_beside_each_other(run: Run) -> None:
    run("assess 1 --domain housing=2 --domain food=3 --domain legal=4 --on 2026-11-05")
    result = run("assess 1 --domain housing=3 --domain food=1 --domain legal=4 --domain income=2")
    assert "Worse: food 3 -> 1." in result.out
    assert "Better: housing 2 -> 3." in result.out
    assert run("assess 1 --previous").out == (
        "housing\t2\t3\tbetter\nfood\t3\t1\tworse\nincome\t\t2\t\nlegal\t4\t4\tsame\n"
    )
    screen = run("assess 1 --previous", width=80).out
    assert "↑ better: 2 vulnerable before, 3 stable now" in screen
    assert "↓ worse: 3 stable before, 1 in crisis now" in screen
    assert "same: 4 self-sufficient" in screen
    assert "income                    not assessed before" in screen


def test_the_first_one_stands_alone(run: Run) -> None:
    assert run("assess 1 --previous").code == 3
    run("assess 1 --domain housing=2 --note 'housing=on the sofa'")
    screen = run("assess 1 --previous", width=80).out
    assert "for the first time" in screen
    assert "housing                   2 vulnerable" in screen
    assert "Note, housing: on the sofa" in screen


def test_what_was_assessed_is_found_and_shown(run: Run) -> None:
    run("assess 1 --domain housing=2 --note 'housing=boiler exploded' --risk overdose=low")
    assert [hit["item"] for hit in run("search boiler --json").json] == ["1.a1"]
    shown = run("show 1", width=80).out
    assert "Assessed Wed 18 Nov (1 in crisis, 5 empowered): housing 2" in shown
    assert "Risk Wed 18 Nov: overdose low" in shown
    assert "added risk 1.r1: overdose low" in run("history 1").out
    assert len(shown.splitlines()) <= 23


# --- From a file --------------------------------------------------------------------------------

DOCUMENT: dict[str, Any] = {
    "on": "2026-11-16",
    "summary": "Needs a flat",
    "domains": {
        "housing": {
            "level": 2,
            "strengths": "kind landlord",
            "needs": ["eviction notice", {"what": "a lease", "priority": "low"}],
            "note": "sofa",
        },
        "food": "stable",
        "income": 1,
    },
    "risk": {"self-harm": {"level": "moderate", "note": "no plan"}, "fire setting": "low"},
    "safety_plan": {"text": "calls her sister", "review": "2026-12-01"},
}


def test_a_document_says_all_of_it(run: Run, store: Caseload, tmp_path: Path) -> None:
    path = tmp_path / "assessment.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    made = run(f"assess 1 --from {path} --json")
    assert made.code == 0, made.err
    told = made.json
    assert told["assessment"]["on"] == "2026-11-16"
    assert [(each["what"], each["priority"]) for each in told["needs"]] == [
        ("eviction notice", "high"),
        ("a lease", "low"),
    ]
    assert [(each["risk"], each["risk_level"]) for each in told["risks"]] == [
        ("self-harm", "moderate"),
        ("fire setting", "low"),
    ]
    assert told["risks"][0]["safety_plan"] == "calls her sister"
    assert (told["risk"], told["risk_before"]) == ("moderate", None)
    piped = run("assess 1 --from -", stdin=json.dumps(DOCUMENT | {"risk": {}, "safety_plan": None}))
    assert piped.code == 0, piped.err
    assert len(store.casework.of(case_of(store), "assessment")) == 2


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "the assessment is not an object"),
        ("{}", "nothing was assessed"),
        ('{"domains": {"housing": 6}}', "housing: no level '6': it is one of 1 in crisis"),
        ('{"domains": {"housing": 2.5}}', "housing is not an object"),
        ('{"domains": {"housing": true}}', "housing is not an object"),
        ('{"domains": {"housing": {"level": 0}}}', "housing: no level '0'"),
        ('{"domains": {"housing": {"level": [1]}}}', "housing: no level '?'"),
        ('{"domains": {"housing": {"lvl": 1}}}', "housing has no 'lvl': it has level, strengths"),
        ('{"domains": {"housing": {}}}', "housing says nothing"),
        ('{"domains": {"house": 1}}', "no domain 'house': it is one of safety, housing"),
        ('{"domains": {"hous": 1, "housing": 2}}', "domain housing is there twice"),
        ('{"domains": {"food": 1, "food": 2}}', "'food' is there twice"),
        ('{"domains": {"food": {"needs": "bread"}}}', "food: needs are a list"),
        ('{"domains": {"food": {"needs": [""]}}}', "the need is empty"),
        ('{"domains": {"food": {"needs": [{"what": "x", "priority": "big"}]}}}', "no priority"),
        ('{"domains": {"food": {"note": 5}}}', "the note of food is not a text"),
        ('{"domains": {"food": {"note": "\\u0000x"}}}', "NUL"),
        ('{"risk": {"self-harm": "huge"}}', "self-harm: no level of risk 'huge'"),
        ('{"risk": {"self-harm": {}}}', "self-harm: no level of risk '?'"),
        ('{"risk": {"a=b": "low"}}', "a kind of risk holds none of"),
        ('{"risk": {"h": "low"}}', "may be harm to others or homelessness tonight"),
        ('{"domains": {"food": 1}, "safety_plan": {"review": "2026-12-01"}}', "goes with a risk"),
        ('{"risk": {"medical": "high"}, "safety_plan": {"text": "x"}}', "day of its review"),
        (
            '{"risk": {"medical": "high"}, "safety_plan": {"review": "2026-11-18"}}',
            "is not after the assessment",
        ),
        ('{"on": "2026-02-30", "domains": {"food": 1}}', "2026-02-30"),
        ('{"on": "2026-11-19", "domains": {"food": 1}}', "still ahead"),
        ('{"on": "2026-11-01", "domains": {"food": 1}}', "before the intake"),
        ('{"on": 5, "domains": {"food": 1}}', "on is not a day"),
        ('{"domains": {"food": NaN}}', "NaN is no number"),
    ],
)
def test_a_document_that_cannot_be_meant(
    run: Run, store: Caseload, document: str, words: str
) -> None:
    before = run("show 1 --json").out
    result = run("assess 1 --from -", stdin=document)
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert result.err.count("\n") == 1
    assert run("show 1 --json").out == before
    assert store.casework.of(case_of(store)) == []


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("assess", 2, "assess needs a CASE"),
        ("assess 9 --domain food=1", 3, "no case '9'"),
        ("assess 1", 2, "nothing was assessed"),
        ("assess 1 --domain food", 2, "--domain 'food' is not like housing=2"),
        ("assess 1 --domain food=9", 2, "food: no level '9'"),
        ("assess 1 --domain fo=1 --domain food=2", 2, "says once more"),
        ("assess 1 --risk self-harm", 2, "is not like self-harm=low"),
        ("assess 1 --risk self-harm=5", 2, "no level of risk '5': it is one of none, low"),
        ("assess 1 --safety-plan x --review fri", 2, "a safety plan goes with a risk"),
        ("assess 1 --risk medical=low --safety-plan x", 2, "needs the day of its review"),
        ("assess 1 --domain food=1 --on 2026-11-01", 2, "before the intake"),
        ("assess 1 --domain food=1 --on 2026-11-19", 2, "2026-11-19"),
        ("assess 1 --reviewed fri", 3, "has no safety plan to review"),
        ("assess 1 --reviewed fri --risk medical=low", 2, "--reviewed goes with --safety-plan"),
        ("assess 1 --from nothing.json", 2, "is not a file"),
        ("assess 1 --from x --domain food=1", 2, "the file says what was assessed"),
        ("assess 1 --drop-draft", 3, "has no draft"),
        ("assess mari --domain food=1", 4, "only part of a name"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(run: Run, command: str, code: int, words: str) -> None:
    before = run("show 1 --json").out
    result = run(f"{command} --no-input")
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert result.err.count("\n") == 1
    assert run("show 1 --json").out == before


def test_a_closed_case_is_not_assessed(run: Run) -> None:
    assert run("close 1 --reason died --yes").code == 0
    for command in ("assess 1 --domain food=1", "screen 1 phq9 1=1", "need add 1 x --domain food"):
        result = run(command)
        assert result.code == 2
        assert "garcia-1 is closed; casectl reopen 1 opens it again" in result.err


# --- Risk ---------------------------------------------------------------------------------------


def test_the_highest_risk_that_stands_is_the_case_s(run: Run, store: Caseload) -> None:
    result = run("assess 1 --risk self-harm=moderate --risk 'domestic violence=high'")
    assert "The case: risk high, was not assessed; level high, was medium." in result.out
    assert case_of(store).risk == "high"
    assert str(case_of(store).level_reviewed_on) == "2026-11-18"
    run("assess 1 --risk dom=low", today="2026-11-20")
    assert case_of(store).risk == "moderate", "the other one still stands"
    assert str(case_of(store).level_reviewed_on) == "2026-11-20"
    run("assess 1 --risk self=none", today="2026-11-21")
    assert case_of(store).risk == "low"
    standing = [each for each in store.casework.of(case_of(store), "risk") if each.status == "open"]
    assert {(each.domain, each.level) for each in standing} == {
        ("self-harm", 0),
        ("domestic violence", 1),
    }


def test_imminent_is_a_crisis_from_that_day_until_it_is_over(run: Run, store: Caseload) -> None:
    result = run("assess 1 --risk overdose=imminent")
    assert "level crisis, was medium" in result.out
    assert run("today --json").json[0]["band"] == "SAFETY"
    assert str(case_of(store).crisis_since) == "2026-11-18"
    run("assess 1 --risk overdose=imminent", today="2026-11-19")
    assert str(case_of(store).crisis_since) == "2026-11-18"
    run("assess 1 --risk overdose=moderate", today="2026-11-20")
    assert case_of(store).crisis_since is None


def test_a_risk_set_by_hand_stays_until_every_kind_was_looked_at(run: Run, store: Caseload) -> None:
    run("set 1 --risk high --reason 'as the hospital says'")
    result = run("assess 1 --risk medical=low")
    assert case_of(store).risk == "high"
    assert "casectl set 1 --risk lowers one that was set by hand" in result.out
    kinds = ("self-harm", "harm to others", "abuse or neglect", "domestic violence", "medical",
             "homelessness tonight", "overdose")  # fmt: skip
    run(["assess", "1", *(word for kind in kinds for word in ("--risk", f"{kind}=low"))])
    assert case_of(store).risk == "low"


def test_a_risk_set_below_a_kind_that_stands_says_so(run: Run) -> None:
    run("assess 1 --risk self-harm=high --risk medical=low")
    result = run("set 1 --risk low --reason 'calmer'")
    assert (
        "Assessed as higher, and standing: 1.r1 self-harm high. "
        "casectl assess 1 --risk KIND=LEVEL says how it is now." in result.out
    )
    assert "standing" not in run("set 1 --risk imminent --reason 'worse'").out


def test_an_older_risk_does_not_replace_a_newer(run: Run) -> None:
    run("assess 1 --risk medical=high")
    result = run("assess 1 --risk medical=low --on 2026-11-10")
    assert result.code == 2
    assert "medical was assessed on 2026-11-18, after that day" in result.err


def test_a_safety_plan_comes_due_and_is_cleared_by_a_review(run: Run, store: Caseload) -> None:
    run("assess 1 --risk self-harm=moderate --safety-plan 'calls her sister' --review 'dec 2 2026'")
    assert items(run)["1.r1"]["due"] == "2026-12-02"
    row = run("today --json", today="2026-12-02").json[0]
    assert (row["item"], row["band"], row["status"]) == ("1.r1", "SAFETY", "SAFETY")
    result = run(
        "assess 1 --reviewed 'dec 16 2026' --safety-plan 'and the line'", today="2026-12-02"
    )
    assert result.out == (
        "Maria Garcia (garcia-1): 1.r1 safety plan reviewed Wed 2 Dec 2026, "
        "again by Wed 16 Dec 2026.\n"
    )
    assert items(run, "2026-12-02")["1.r1"]["due"] == "2026-12-16"
    assert "1.r1" not in str(run("today --json", today="2026-12-02").json)
    (piece,) = store.casework.of(case_of(store), "risk")
    assert piece.body == {"safety_plan": "and the line", "reviewed_on": "2026-12-02"}


def test_of_several_safety_plans_one_is_named(run: Run, store: Caseload) -> None:
    run("assess 1 --risk self-harm=high --safety-plan 'calls her sister' --review 'in 2 days'")
    run("assess 1 --risk fire=moderate --safety-plan 'an alarm' --review 'in 3 days'")
    result = run("assess 1 --reviewed 'in 9 days' --safety-plan new")
    assert result.code == 4
    assert "1.r1 (self-harm), 1.r2 (fire)" in result.err
    assert run("assess 1.r2 --reviewed 'in 9 days' --safety-plan 'two alarms'").code == 0
    risks = store.casework.of(case_of(store), "risk")
    assert {each.domain: each.body["safety_plan"] for each in risks} == {
        "self-harm": "calls her sister",
        "fire": "two alarms",
    }
    assert run("assess 1 --reviewed 'in 10 days'").out.count("safety plan reviewed") == 2
    assert run("assess 1.need1 --reviewed fri").code == 2


def test_show_tells_the_plan_and_all_of_it_in_full(run: Run) -> None:
    run("assess 1 --domain housing=2 --strength 'housing=kind landlord' --need housing=heat "
        "--summary 'A cold flat' --risk self-harm=high --note 'self-harm=no plan' "
        "--safety-plan 'calls her sister' --review 'in 2 days'")  # fmt: skip
    run("screen 1 gad2 1,2")
    run("need met 1.need1 'a new boiler'")
    assert "safety plan (review Fri 20 Nov): calls" in run("show 1", width=80).out
    whole = run("show 1 --all", width=200).out
    for words in (
        "assessed: A cold flat",
        "housing 2 vulnerable (strengths: kind landlord; needs: heat)",
        "risk, self-harm high; no plan; safety plan: calls her sister; to be reviewed Fri 20 Nov",
        "GAD-2 3 positive screen (1=1, 2=2)",
        "need, housing: heat, met Wed 18 Nov: a new boiler",
    ):
        assert words in whole, words


def test_assessing_the_risk_again_reviews_its_plan(run: Run, store: Caseload) -> None:
    run("assess 1 --risk self-harm=moderate --safety-plan 'calls her sister' --review 'in 2 weeks'")
    run("assess 1 --risk self-harm=low", today="2026-12-02")
    owed = items(run, "2026-12-02")
    assert "1.r1" not in owed
    assert owed["1.r2"]["due"] == "2026-12-16", "two weeks on, as before"
    assert store.casework.of(case_of(store), "risk")[-1].body == {"safety_plan": "calls her sister"}
    run("assess 1 --risk self-harm=none", today="2026-12-03")
    assert not {"1.r1", "1.r2", "1.r3"} & set(items(run, "2026-12-03"))


def test_set_risk_ends_a_red_flag_and_set_alone_does_not(run: Run, store: Caseload) -> None:
    run("screen 1 phq9 0,0,0,0,0,0,0,0,1")
    assert case_of(store).level.word == "crisis"
    run("set 1 --urgency low --reason 'to look'")
    assert case_of(store).level.word == "crisis"
    assert str(case_of(store).crisis_since) == "2026-11-18"
    run("set 1 --risk low --reason 'talked it through'")
    assert (case_of(store).flagged_on, case_of(store).crisis_since) == (None, None)
    assert case_of(store).level.word == "low"


# --- On a terminal ------------------------------------------------------------------------------


def test_guided_asks_domain_by_domain(run: Run, store: Caseload) -> None:
    run("assess 1 --domain housing=2 --need 'housing=eviction notice' --on 2026-11-05")
    answers = ["", "3", "kind landlord", "a lease; a stove", "sofa", *[""] * (DOMAINS - 2)]
    answers += ["low", "no plan", *[""] * (KINDS - 1), ""]  # risk, and none of one's own
    result = run("assess 1", answers=[*answers, "Better", "y"])
    assert result.code == 0, result.err
    assert "Housing, 1 to 5 (was 2 vulnerable, Thu 5 Nov)" in result.err
    assert "on file: 1.need1 eviction notice" in result.err
    assert "To be recorded: housing 3; 2 needs; self-harm low." in result.err
    made = store.casework.of(case_of(store), "assessment")[-1]
    assert made.what == "Better"
    assert made.body["domains"] == {
        "housing": {
            "level": 3,
            "strengths": "kind landlord",
            "needs": ["a lease", "a stove"],
            "note": "sofa",
        }
    }
    (risk,) = store.casework.of(case_of(store), "risk")
    assert (risk.domain, risk.level, risk.what) == ("self-harm", 1, "no plan")
    assert store.casework.drafts() == []


def test_guided_goes_back_helps_and_takes_back(run: Run, store: Caseload) -> None:
    answers = ["<", "?", "9", "2", "", "", "", "3", "<", "4", "", "", "", *[""] * (DOMAINS - 2)]
    result = run("assess 1", answers=[*answers, *[""] * (KINDS + 2), "y"])
    assert result.code == 0, result.err
    assert "That was the first question." in result.err
    assert "1 in crisis, 2 vulnerable" in result.err
    assert "no level '9'" in result.err
    made = store.casework.of(case_of(store), "assessment")[-1].body["domains"]
    assert made == {"safety": {"level": 2}, "housing": {"level": 4}}


def test_an_interruption_keeps_a_draft_that_lapses_and_is_gone_on_with(
    run: Run, store: Caseload
) -> None:
    result = run("assess 1", answers=["2", "", "", "", "4"])  # and then the terminal goes away
    assert result.code == 1
    assert "Kept as a draft: casectl assess 1 goes on with it." in result.err
    assert store.casework.of(case_of(store)) == []
    owed = items(run)["1.draft"]
    assert (owed["what"], owed["due"]) == (
        "finish the assessment that was begun",
        "2026-12-18",
    )
    assert run("assess --drafts").out == (
        "1\tgarcia-1\tMaria Garcia\t2026-11-18\t2026-12-18\t-30\tassessment\n"
    )
    lapsed = run("assess --drafts", width=200, today="2026-12-20").out
    assert lapsed == (
        "Maria Garcia (garcia-1): assessment (2 answered), begun Wed 18 Nov 2026, was to be "
        "finished by Fri 18 Dec 2026, 2 days ago.\n"
    )
    assert "1.draft" in str(run("today --all --json", today="2026-12-18").json)
    answers = ["y", *["", "", ""], *[""] * (DOMAINS - 2), *[""] * (KINDS + 2), "y"]
    result = run("assess 1", answers=answers, today="2026-11-20")
    assert result.code == 0, result.err
    assert "An assessment of Maria Garcia (garcia-1) begun Wed 18 Nov 2026 has 2 answers." in (
        result.err
    )
    made = store.casework.of(case_of(store), "assessment")[-1]
    assert made.body["domains"] == {"safety": {"level": 2}, "housing": {"level": 4}}
    assert str(made.on_day) == "2026-11-20"
    assert "1.draft" not in items(run)


def test_a_draft_can_be_dropped(run: Run, store: Caseload) -> None:
    run("assess 1", answers=["2"])
    assert run("assess 1 --drop-draft").code == 2
    assert "1.draft" in items(run)
    assert run("assess 1 --drop-draft", answers=["n"]).code == 1
    dropped = run("assess 1 --drop-draft --yes")
    assert dropped.out == "Dropped the draft of Maria Garcia (garcia-1), begun Wed 18 Nov 2026.\n"
    assert "1.draft" not in items(run)
    assert run("assess --drafts").out == ""


def test_a_stray_answer_throws_no_draft_away(run: Run, store: Caseload) -> None:
    run("assess 1", answers=["2", "kind neighbours"])
    before = store.casework.draft(case_of(store), "assessment")
    result = run("assess 1", answers=["2", "housing"])
    assert "Answer y or n; Enter is y." in result.err
    assert store.casework.draft(case_of(store), "assessment") == before
    # Not even n does, before there is an answer in its place.
    result = run("assess 1", answers=["n", "", ""])
    assert "It is dropped once there is an answer." in result.err
    assert store.casework.draft(case_of(store), "assessment") == before
    assert run("assess 1", answers=["n", *[""] * (DOMAINS + KINDS + 2)]).code == 1
    assert store.casework.draft(case_of(store), "assessment") == before
    run("assess 1", answers=["n", "4"])
    assert store.casework.draft(case_of(store), "assessment") == {"safety": 4}


def test_saying_no_at_the_end_keeps_the_draft(run: Run, store: Caseload) -> None:
    answers = ["2", "", "", "", *[""] * (DOMAINS - 1), *[""] * (KINDS + 2)]
    result = run("assess 1", answers=[*answers, "n"])
    assert result.code == 1
    assert store.casework.of(case_of(store)) == []
    assert run("assess 1", answers=["", "y"]).code == 0
    assert len(store.casework.of(case_of(store), "assessment")) == 1


def test_skipping_everything_leaves_nothing(run: Run, store: Caseload) -> None:
    result = run("assess 1", answers=[""] * (DOMAINS + KINDS + 2))
    assert result.code == 1
    assert "nothing was assessed" in result.err
    assert store.casework.drafts() == []


def test_risk_alone_with_a_safety_plan(run: Run, store: Caseload) -> None:
    run("screen 1 phq9 0,0,0,0,0,0,0,0,1")
    answers = ["high", "spoke of a plan", *[""] * (KINDS - 1), "fire", "low", ""]
    result = run("assess 1 --risk-only", answers=[*answers, "calls her sister", "", "y"])
    assert result.code == 0, result.err
    assert "The red flag is cleared" in result.out
    pieces = {each.domain: each for each in store.casework.of(case_of(store), "risk")}
    assert pieces["self-harm"].body == {"safety_plan": "calls her sister"}
    assert str(pieces["self-harm"].due_on) == "2026-11-25", "a week on, as nothing was said"
    assert pieces["fire"].level == 1
    assert store.casework.of(case_of(store), "assessment") == []


def test_a_risk_in_a_draft_is_said_not_to_be_on_record(run: Run, store: Caseload) -> None:
    result = run("assess 1 --risk-only", answers=["imminent"])
    assert "The risk is NOT on record yet." in result.err
    assert case_of(store).risk is None


def test_a_red_flag_asks_for_the_risk_first(run: Run) -> None:
    run("screen 1 phq9 0,0,0,0,0,0,0,0,1")
    result = run("assess 1", answers=["<"])
    assert result.err.index("Risk, self-harm") > 0
    assert "Safety, 1 to 5" not in result.err
