"""denial: its appeal is a deadline like any other, and a decision ends or makes what it must."""

from __future__ import annotations

import pytest
from conftest import Run

from casectl.core.casework import DENIAL, Piece
from casectl.core.model import Case, Promise
from casectl.store import Caseload

ADD = "denial add 1 'food benefits' --by 'the county' --why 'papers missing' --appeal-by '16 feb'"


@pytest.fixture
def case(run: Run, caseload: None, store: Caseload) -> Case:
    run("intake 'Ben Example' --risk low --on 2026-11-04 --next call --due fri")
    found = store.cases.by_number(1)
    assert found is not None
    return found


@pytest.fixture
def denied(run: Run, case: Case) -> None:
    assert run(ADD).code == 0


def promise(store: Caseload, case: Case, number: int) -> Promise:
    found = store.promises.numbered(case, number)
    assert found is not None
    return found


def denial(store: Caseload, case: Case) -> Piece:
    (found,) = store.casework.of(case, DENIAL)
    return found


def test_the_appeal_is_a_deadline_of_the_case(run: Run, case: Case, store: Caseload) -> None:
    result = run(ADD)
    assert result.out.splitlines() == [
        "Ben Example (example-1): 1.den1 food benefits, by the county Wed 18 Nov; appeal: 1.2.",
        "Next: 1.2 appeal: food benefits (denied by the county), Tue 16 Feb 2027.",
    ]
    deadline = promise(store, case, 2)
    assert (deadline.kind, deadline.subject, deadline.status) == ("deadline", "appeal", "open")
    assert "APPEAL" in run("today", today="2027-02-15").out
    assert "Denied: den1 food benefits, by the county Wed 18 Nov; appeal: 1.2" in (
        run("show 1", width=100).out
    )
    run("undo --yes")
    assert store.casework.of(case, DENIAL) == [] and store.promises.numbered(case, 2) is None


def test_what_is_filed_and_what_meets_the_deadline(
    run: Run, denied: None, case: Case, store: Caseload
) -> None:
    papers = run("denial file 1.den1 'both pay stubs' --with 'the county'")
    assert "The appeal is still due, 1.2" in papers.out
    assert promise(store, case, 2).status == "open"
    appeal = run("denial file 1.den1 --appeal --with 'the hearings office'", today="2026-11-20")
    assert "Ended 1.2" in appeal.out
    ended = promise(store, case, 2)
    assert (ended.status, ended.outcome) == ("done", "filed with the hearings office")
    asks = promise(store, case, 3)
    assert asks.kind == "follow_up" and asks.due_on.isoformat() == "2026-12-18"  # not on a Sunday
    assert denial(store, case).stage == "appealed"
    log = run("denial show 1.den1 --json").json["log"]
    assert [(each["what"], each["where"]) for each in log] == [
        ("both pay stubs", "the county"), ("appeal", "the hearings office"),
    ]  # fmt: skip


def test_upheld_with_a_further_appeal_goes_on(
    run: Run, denied: None, case: Case, store: Caseload
) -> None:
    run("denial file 1.den1 --appeal --decision-by '7 dec'")
    result = run(
        "denial decide 1.den1 upheld 'no new papers' --appeal-by '1 mar'", today="2026-12-07"
    )
    assert "Next: 1.4 appeal: food benefits" in result.out
    assert promise(store, case, 3).status == "done"
    assert promise(store, case, 4).subject == "appeal"
    assert denial(store, case).status == "open"
    won = run("denial decide 1.den1 overturned granted", today="2026-12-20")
    assert won.code == 0 and promise(store, case, 4).status == "done"
    over = denial(store, case)
    assert (over.status, over.stage, over.outcome) == ("done", "overturned", "granted")
    assert run("denial decide 1.den1 upheld", today="2026-12-21").code == 2


def test_upheld_for_good_is_over_and_says_what_it_gave_up(
    run: Run, denied: None, case: Case, store: Caseload
) -> None:
    out = run("denial decide 1.den1 upheld").out
    assert "--appeal-by DAY would have kept it open" in out
    assert denial(store, case).status == "done"
    assert promise(store, case, 2).status == "done"


def test_withdrawn_cancels_what_was_promised(
    run: Run, denied: None, case: Case, store: Caseload
) -> None:
    assert run("denial decide 1.den1 withdrawn 'got it elsewhere'").code == 0
    assert promise(store, case, 2).status == "cancelled"
    assert denial(store, case).status == "dropped"


def test_a_deadline_that_somebody_ended_meanwhile_stays_ended(
    run: Run, denied: None, case: Case, store: Caseload
) -> None:
    run("done 1.2 'filed by the lawyer'")
    assert run("denial decide 1.den1 overturned").code == 0
    assert promise(store, case, 2).outcome == "filed by the lawyer"


def test_without_an_appeal(run: Run, case: Case, store: Caseload) -> None:
    assert run("denial add 1 benefits --by county --no-appeal").code == 0
    assert store.promises.numbered(case, 2) is None
    asked = run("denial add 1", answers=["a ramp", "the landlord", "-"])
    assert asked.code == 0, asked.err
    assert len(store.casework.of(case, DENIAL)) == 2


def test_a_typo_is_asked_about_again(run: Run, case: Case, store: Caseload) -> None:
    answers = ["", "a ramp", "the landlord", "31 dcember", "", "yesterday", "31 dec"]
    asked = run("denial add 1", answers=answers)
    assert asked.code == 0, asked.err
    assert asked.err.count("Appeal by which day?") == 4
    (denied,) = store.casework.of(case, DENIAL)
    assert (denied.what, str(denied.due_on)) == ("a ramp", "2026-12-31")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("denial add 1 benefits", "--by is missing"),
        ("denial add 1 benefits --by county", "--appeal-by is missing"),
        ("denial add 1 ' ' --by county --no-appeal", "the text is empty"),
        ("denial add 1 benefits --by county --appeal-by fri --no-appeal", "say two things"),
        ("denial add 1 benefits --by county --appeal-by '5 nov 2026' --on '6 nov'", "before the"),
        ("denial add 1 benefits --by county --no-appeal --on tomorrow", "is still ahead"),
        ("denial file 1.den1", "what was filed is missing"),
        ("denial file 1.den1 papers --on '17 nov'", "before it was denied"),
        ("denial file 1.den1 --appeal --decision-by '17 nov 2026'", "before it was filed"),
        ("denial decide 1.den1 maybe", "no decision 'maybe'"),
        ("denial decide 1.den1 overturned --appeal-by fri", "there is no appeal"),
        ("denial decide 1.ref1 upheld", "is not a denial"),
        ("denial list --all", "--all is for one case"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_writes_nothing(
    run: Run, denied: None, case: Case, store: Caseload, words: str, told: str
) -> None:
    before = (store.casework.of(case), store.promises.open_of(case))
    result = run(words)
    assert (result.code, result.out) == (2, ""), result.err
    assert told in result.err and result.err.count("\n") == 1
    assert (store.casework.of(case), store.promises.open_of(case)) == before


def test_listing_and_private(run: Run, denied: None) -> None:
    assert run("denial list --fields item,what,stage").out == "1.den1\tfood benefits\tdenied\n"
    assert run("denial list --json").json[0]["deadline"] == "1.2"
    private = run("--private denial show 1.den1", width=80).out
    assert "food" not in private and "county" not in private and "Wed 18 Nov" in private
    run("denial decide 1.den1 overturned")
    assert run("denial list").out == ""
    assert "overturned" in run("denial list 1 --all", width=80).out
