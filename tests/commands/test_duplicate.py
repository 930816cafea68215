"""close --reason duplicate: nothing that is open in the second record ends with it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from conftest import Result, Run

from casectl.core.casework import OPEN, PLANNED
from casectl.core.consents import Permission
from casectl.store import Caseload

AGREED = "--override 'same person' --approved-by Lee"
SETTING = (
    "deadline 1 hearing --on 2026-12-10 --kind court",
    "appointment 1 clinic --at '2026-12-11 10:00'",
    "assess 1 --risk self-harm=high --safety-plan 'call the line' --review 'in 10 days'",
    "need add 1 'food parcels' --domain food",
    "goal add 1 'eats every day' --need need1 --by '31 dec'",
    "step add 1 'call the pantry' --goal g1 --due fri",
    "resource add 'Example Pantry' 'food parcels' --domain food",
    "consent add 1 --to 'Example Pantry' --purpose food --what name --until 2027-11-01 "
    "--signed today --told-rights",
    "refer 1 1 --need need1 --purpose food --send",
    "denial add 1 parcels --by 'Example Agency' --appeal-by 2026-12-30",
    "people add 1 'Sis Example' --as family --phone 555-0111 --primary",
    "set 1 --risk imminent --reason 'has a plan'",
)


def ok(result: Result) -> Any:
    assert result.code == 0, result.err
    return result


@pytest.fixture(autouse=True)
def twice(caseload: None, run: Run) -> None:
    """Ben Example's record stands twice; 1 holds all that is open."""
    for name in ("Ben Example", "Benn Example"):
        ok(run(f"intake '{name}' --urgency low --risk low --on 2026-11-02 --next call --due fri "
               "--new"))  # fmt: skip


def owed(run: Run, number: int) -> set[tuple[str, str]]:
    """What a case owes by name: the kind of item, and what it says."""
    return {(each["kind"], each["what"]) for each in run(f"show {number} --json").json["due"]}


def test_everything_that_is_open_goes_on_in_the_other_case(run: Run, store: Caseload) -> None:
    for command in SETTING:
        ok(run(command))
    ok(run("merge 2 1 --yes"))
    named = {"deadline", "appointment", "follow_up", "referral", "denial", "consent", "goal"}
    before = {each for each in owed(run, 1) if each[0] in named}
    assert {kind for kind, _ in before} == named
    made = ok(run(f"close 1 --reason duplicate {AGREED} --json")).json
    assert made["case_status"] == "closed" and made["into"] == "example-2"
    assert before <= owed(run, 2)
    assert ("safety", "reach the client") in owed(run, 2)
    assert ("safety", "review the safety plan") in owed(run, 2)
    assert owed(run, 1) == set()
    left = store.cases.file(store.cases.all(closed=True)[0])
    assert left.case.number == 1
    assert not [each for each in left.promises if each.status == OPEN]
    moved = {each["item"] for each in made["carried"]}
    assert {each for each in moved if each.startswith("1.g")} == {"1.g1"}
    assert not [
        each for each in left.casework
        if each.status in (OPEN, PLANNED) and f"1.{each.part}" in moved
    ]  # fmt: skip


SIGNED = (
    "consent add {} --to 'Example Pantry' --purpose food --what name --until 2027-11-01 "
    "--signed 2026-11-10 --told-rights"
)


def test_a_release_that_was_revoked_in_the_other_case_is_not_given_again(run: Run) -> None:
    for number in (1, 2):
        ok(run(SIGNED.format(number)))
    ok(run("consent add 1 --to 'Example Bank' --purpose food --what name --until 2027-11-01 "
           "--signed 2026-11-10 --told-rights"))  # fmt: skip
    ok(run("consent revoke 2.roi1 'changed their mind'"))
    ok(run("merge 2 1 --yes"))
    told = ok(run("close 1 --reason duplicate")).out
    assert "revoked there since Wed 18 Nov 2026" in told
    stand = {each["item"]: each["state"] for each in run("show 2 --json").json["casework"]}
    assert stand["2.roi1"] == "dropped" and stand["2.roi2"] == "open" and "2.roi3" not in stand
    assert run("disclosures add 2 --to 'Example Pantry' --purpose food --what name").code == 1
    notes = " ".join(each["text"] for each in run("show 2 --json").json["notes"])
    assert "Ended, because the client had revoked it here: 1.roi1 as 2.roi1" in notes
    assert "Goes on here: " in notes and "roi2 as 2.roi2" in notes
    ok(run("undo"))
    back = run("show 1 --json").json["casework"]
    assert [each["state"] for each in back if each["kind"] == "consent"] == ["open", "open"]


def test_one_that_was_signed_after_the_revocation_goes_on(run: Run) -> None:
    ok(run(SIGNED.format(2)))
    ok(run("consent revoke 2.roi1 'changed their mind'", today="2026-11-12"))
    ok(run(SIGNED.format(1).replace("2026-11-10", "2026-11-16")))
    ok(run("merge 2 1 --yes"))
    assert "revoked there" not in ok(run("close 1 --reason duplicate")).out
    ok(run("disclosures add 2 --to 'Example Pantry' --purpose food --what name"))


def test_a_revocation_is_not_closed_away_with_its_record(run: Run) -> None:
    for number in (1, 2):
        ok(run(SIGNED.format(number)))
    ok(run("consent revoke 1.roi1 'changed their mind'"))
    told = ok(run("merge 2 1 --yes --json"))
    assert told.json["revoked_elsewhere"] == [{"item": "2.roi1", "revoked": "1.roi1"}]
    before = run("history --json").out
    refused = run("close 1 --reason duplicate")
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "1.roi1 was revoked, and 2.roi1 for the same still stands" in refused.err
    assert "casectl consent revoke 2.roi1 REASON" in refused.err
    assert run("history --json").out == before
    ok(run("consent revoke 2.roi1 'in the other record'"))
    ok(run("close 1 --reason duplicate"))
    assert run("disclosures add 2 --to 'Example Pantry' --purpose food --what name").code == 1


def test_what_was_signed_after_the_revocation_stays(run: Run) -> None:
    ok(run(SIGNED.format(1)))
    ok(run("consent revoke 1.roi1 'changed their mind'", today="2026-11-12"))
    ok(run(SIGNED.format(2).replace("2026-11-10", "2026-11-16")))
    assert "REVOKED" not in ok(run("merge 2 1 --yes")).out
    ok(run("close 1 --reason duplicate"))
    ok(run("disclosures add 2 --to 'Example Pantry' --purpose food --what name"))


@pytest.mark.parametrize("words", ["merge 1 2 --yes", "merge 2 1 --yes"])
def test_joining_says_what_was_revoked_in_either_record(run: Run, words: str) -> None:
    for number in (1, 2):
        ok(run(SIGNED.format(number)))
    ok(run("consent revoke 1.roi1 'changed their mind'"))
    told = " ".join(ok(run(words)).out.split())
    assert "REVOKED as 1.roi1, and 2.roi1 for the same still stands: casectl consent revoke" in told


@pytest.mark.parametrize("held", [False, True])
def test_what_was_taken_on_does_not_go_on_in_a_pending_referral(run: Run, held: bool) -> None:
    ok(run("intake 'Bennn Example' --pending --on 2026-11-02 --new"))
    ok(run("merge 1 3 --yes"))
    if held:
        ok(run("hold 1 --until 2026-12-20 --reason away"))
    before = run("history --json").out
    refused = run("close 1 --reason duplicate")
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "example-3 is pending, and example-1 is not" in refused.err
    assert "casectl accept 3 first" in refused.err
    assert run("history --json").out == before
    ok(run("accept 3"))
    ok(run("close 1 --reason duplicate"))


def test_an_active_case_does_not_go_on_in_one_on_hold(run: Run) -> None:
    ok(run("merge 2 1 --yes"))
    ok(run("hold 2 --until 2026-12-20 --reason away"))
    refused = run("close 1 --reason duplicate")
    assert (refused.code, refused.out) == (2, "")
    assert "example-2 is on hold" in refused.err and "casectl reopen 2 first" in refused.err
    ok(run("reopen 2 --reason 'back home'"))
    ok(run("close 1 --reason duplicate"))


def test_what_names_another_by_its_number_follows(run: Run, store: Caseload) -> None:
    ok(run("need add 2 'warm clothes' --domain food"))
    for command in SETTING:
        ok(run(command))
    ok(run("merge 2 1 --yes"))
    ok(run(f"close 1 --reason duplicate {AGREED}"))
    two = store.cases.by_number(2)
    assert two is not None
    by_part = {each.part: each for each in store.cases.file(two).casework}
    assert by_part["g1"].body["needs"] == [2] == by_part["ref1"].body["needs"]
    assert by_part["s1"].parent == by_part["g1"].id
    appeal = store.promises.numbered(two, by_part["den1"].body["deadline"])
    assert appeal is not None and appeal.what.startswith("appeal")
    ok(run("referral answer 2.ref1 accepted --who Pat"))


def test_a_crisis_is_not_closed_by_one_alone(run: Run) -> None:
    ok(run("set 1 --risk imminent --reason x"))
    ok(run("merge 2 1 --yes"))
    for more in ("", "--yes"):
        refused = run(f"close 1 --reason duplicate {more}")
        assert (refused.code, refused.out) == (2, "")
        assert "the level crisis: 1.safety" in refused.err
        assert "--override REASON --approved-by NAME" in refused.err
    assert run("close 1 --reason duplicate --override x --approved-by kim").code == 2
    told = ok(run(f"close 1 --reason duplicate {AGREED}")).out
    assert "override approved by Lee: same person" in " ".join(told.split())
    two = run("show 2 --json").json
    assert (two["level"], two["risk"], two["crisis_since"]) == (4, "imminent", "2026-11-18")


def test_a_red_flag_goes_on(run: Run) -> None:
    ok(run("screen 1 phq9 0,0,0,0,0,0,0,0,1"))
    ok(run("merge 2 1 --yes"))
    ok(run(f"close 1 --reason duplicate {AGREED}"))
    assert run("show 2 --json").json["flagged_on"] == "2026-11-18"


def test_a_lower_level_changes_nothing(run: Run) -> None:
    ok(run("set 2 --urgency high --reason x"))
    ok(run("merge 2 1 --yes"))
    before = run("show 2 --json").json
    ok(run("close 1 --reason duplicate"))
    after = run("show 2 --json").json
    assert {name: after[name] for name in ("urgency", "risk", "level_reviewed_on")} == {
        name: before[name] for name in ("urgency", "risk", "level_reviewed_on")
    }


def test_undo_puts_both_back_a_signed_release_too(run: Run) -> None:
    for command in SETTING:
        ok(run(command))
    ok(run("merge 2 1 --yes"))
    before = [run(f"show {number} --json").json for number in (1, 2)]
    ok(run(f"close 1 --reason duplicate {AGREED}"))
    ok(run("undo"))
    assert [run(f"show {number} --json").json for number in (1, 2)] == before
    ok(run("redo"))
    assert owed(run, 1) == set()


def test_two_people_are_not_parted_while_one_s_work_is_the_other_s(run: Run) -> None:
    ok(run("deadline 1 hearing --on 2026-12-10 --kind court"))
    ok(run("merge 2 1 --yes"))
    merged = run("history --limit 1 --json").json[0]["operation"]
    ok(run("close 1 --reason duplicate"))
    refused = run(f"undo {merged} --yes")
    assert (refused.code, refused.out) == (1, "")
    assert f"casectl undo {merged + 1} first" in refused.err
    ok(run("undo"))
    ok(run("undo"))
    assert run("show 1 --json").json["client"] == "Ben Example"
    ok(run("redo"))
    ok(run("redo"))
    assert run(f"undo {merged} --yes").code == 1


def test_the_higher_risk_stands_and_neither_safety_plan_is_lost(run: Run, store: Caseload) -> None:
    ok(run("assess 1 --risk self-harm=moderate --safety-plan 'call Sis' --review 'in 5 days'"))
    ok(run("assess 2 --risk self-harm=high"))
    ok(run("merge 2 1 --yes"))
    ok(run("close 1 --reason duplicate"))
    two = store.cases.by_number(2)
    assert two is not None
    (risk,) = [e for e in store.cases.file(two).casework if e.kind == "risk" and e.status == OPEN]
    assert (risk.level, risk.body["safety_plan"]) == (3, "call Sis")
    assert risk.due_on is not None and risk.due_on.isoformat() == "2026-11-23"


def test_a_need_in_the_same_words_stands_once(run: Run) -> None:
    for number in (1, 2):
        ok(run(f"need add {number} 'Food parcels' --domain food"))
    ok(run("merge 2 1 --yes"))
    ok(run("close 1 --reason duplicate"))
    assert len(run("need list 2 --json").json) == 1


def test_a_hand_over_is_ended_first(run: Run, store: Caseload) -> None:
    ok(run("merge 2 1 --yes"))
    one = store.cases.by_number(1)
    assert one is not None
    asked = Permission(one.id, "lee", "transfer of the case", "the record", override="asked")
    day = date(2026, 11, 18)
    store.handing.transfer(one, "lee", "key", asked, day, lambda: b"", lambda content: None)
    refused = run("close 1 --reason duplicate")
    assert (refused.code, refused.out) == (2, "")
    assert "1 open hand-over: 1.h1 (end that first)" in refused.err


def test_which_of_several_is_said(run: Run) -> None:
    ok(run("merge 2 1 --yes"))
    ok(run("intake --same 2"))
    refused = run("close 1 --reason duplicate")
    assert (refused.code, refused.out) == (2, "")
    assert "it may go on in example-2, example-3; say in which: --into CASE" in refused.err
    assert ok(run("close 1 --reason duplicate --into 3 --json")).json["into"] == "example-3"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("close 1 --reason duplicate", 2, "is the client's only open case"),
        ("close 1 --reason duplicate --into 2", 2, "is no other open case of"),
        ("close 1 --reason duplicate --into 1", 2, "is no other open case of"),
        ("close 1 --reason duplicate --into 9", 3, "no case '9'"),
        ("close 1 --reason declined --into 2", 2, "--into is where a duplicate goes on"),
    ],
)
def test_bad_values_write_nothing(run: Run, words: str, code: int, said: str) -> None:
    before = run("show 1 --json").json
    refused = run(words)
    assert (refused.code, refused.out, refused.err.count("\n")) == (code, "", 1)
    assert said in refused.err
    assert run("show 1 --json").json == before


def test_nobody_else_is_named_for_what_goes_on(run: Run) -> None:
    ok(run("merge 2 1 --yes"))
    refused = run("close 1 --reason duplicate --handed-to Lee")
    assert (refused.code, refused.out) == (2, "")
    assert "leave --handed-to and --reached out" in refused.err


def test_a_pending_one_is_declined_and_loses_nothing(run: Run) -> None:
    ok(run("intake 'Bennn Example' --pending --on 2026-11-02 --new"))
    ok(run("follow 3 'ask the school' --due fri"))
    ok(run("merge 2 3 --yes"))
    ok(run("close 3 --reason duplicate"))
    assert ("follow_up", "ask the school") in owed(run, 2)


def test_a_person_is_asked_once(run: Run) -> None:
    ok(run("merge 2 1 --yes"))
    refused = run("close 1 --reason duplicate", answers=["n"])
    assert refused.code == 1
    assert "Everything that is open goes on in example-2" in refused.err
    ok(run("close 1", answers=["duplicate", "y"]))


def test_it_says_nothing_of_the_client_where_others_see(run: Run) -> None:
    ok(run("follow 1 'ask about the shelter' --due fri"))
    ok(run("merge 2 1 --yes"))
    told = ok(run("--private close 1 --reason duplicate --json")).out
    for words in ("shelter", "Example", "example"):
        assert words not in told


def test_a_referral_that_went_on_is_counted_once(run: Run) -> None:
    for command in SETTING:
        ok(run(command))
    ok(run("merge 2 1 --yes"))
    ok(run(f"close 1 --reason duplicate {AGREED}"))
    told = run("report activity --from 2026-11-01 --to 2026-11-18 --json").json
    sent = [each for each in told if each["measure"] == "referral sent"]
    assert [each["n"] for each in sent] == [1]
