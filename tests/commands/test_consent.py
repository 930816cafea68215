"""consent and disclosures: a release from paper to its end, and what was told to whom."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Run

from casectl.core.consents import NOTICE

ADD = (
    "consent add 1 --to 'Example Pantry' --purpose 'food parcels' --what 'name, phone, need' "
    "--until 2027-05-18 --told-rights --signed today"
)


@pytest.fixture(autouse=True)
def ana(run: Run, caseload: None) -> None:
    assert run(
        "intake 'Ana Garcia' --urgency low --risk low --new --no-input "
        "--next 'call the school' --due 'dec 1 2026'"
    ).code == 0  # fmt: skip


def owed(run: Run, **known: Any) -> dict[str, dict[str, Any]]:
    return {each["item"]: each for each in run("show 1 --json", **known).json["due"]}


# --- A release from its beginning to its end --------------------------------------------------


def test_a_signed_release_is_live_until_its_last_day(run: Run) -> None:
    result = run(ADD)
    assert result.out == (
        "Ana Garcia (garcia-1): added 1.roi1, Example Pantry for food parcels: name, phone, need.\n"
        "It is live until Tue 18 May 2027.\n"
    )
    (listed,) = run("consent list 1 --json").json
    assert (listed["state"], listed["to"], listed["from"]) == ("live", "Example Pantry", "kim")
    assert (listed["signed_on"], listed["signed_by"]) == ("2026-11-18", "Ana Garcia")
    assert owed(run)["1.roi1"]["due"] == "2027-05-18"
    (lapsed,) = run("consent list 1 --json", today="2027-05-19").json
    assert lapsed["state"] == "lapsed"


def test_it_warns_thirty_days_ahead(run: Run) -> None:
    run(ADD)
    for day, listed in (("2027-04-17", False), ("2027-04-18", True)):
        told = run("today --all --json", today=day).json
        rows = [reason["item"] for row in told for reason in row["reasons"]]
        assert ("1.roi1" in rows) is listed


def test_without_a_signature_it_covers_nothing_and_asks_for_one(run: Run) -> None:
    run("consent add 1 --to School --purpose grades --what name --until 2027-05-18")
    assert owed(run)["1.roi1"]["what"] == "have the release signed: School"
    told = run("disclosures add 1 --to School --purpose grades --what name")
    assert told.code == 1 and "1.roi1 is not signed; casectl consent sign 1.roi1" in told.err
    assert run("consent sign 1.roi1 --told-rights --by 'Rosa Garcia, guardian'").code == 0
    assert run("disclosures add 1 --to School --purpose grades --what name").code == 0
    (listed,) = run("consent list 1 --json").json
    assert listed["signed_by"] == "Rosa Garcia, guardian"


def test_one_that_an_event_ends_asks_whether_it_has_come(run: Run) -> None:
    run(
        "consent add 1 --to School --purpose grades --what name --event 'the end of the placement' "
        "--told-rights --signed today"
    )
    (listed,) = run("consent list 1 --json").json
    assert (listed["state"], listed["until"], listed["event"]) == (
        "live", None, "the end of the placement",
    )  # fmt: skip
    assert owed(run)["1.roi1"]["due"] == "2027-02-16"
    assert run("consent check 1.roi1", today="2027-02-16").code == 0
    assert owed(run)["1.roi1"]["due"] == "2027-05-17"
    assert run("consent lapse 1.roi1").code == 2


def test_a_renewal_is_a_new_release_that_names_the_old_one(run: Run) -> None:
    run(ADD)
    result = run("consent renew 1.roi1 --until 2028-05-18 --told-rights --signed today")
    assert "renewed 1.roi1 as 1.roi2" in result.out
    was, now = run("consent list 1 --all --json").json
    assert (was["state"], now["state"], now["follows"]) == ("replaced", "live", 1)
    assert now["what"] == "name, phone, need"
    assert run("consent renew 1.roi1 --until 2029-05-18").code == 2


def test_revoking_one_that_was_renewed_names_what_stands_in_its_place(run: Run) -> None:
    run(ADD)
    for number in (1, 2):
        words = f"consent renew 1.roi{number} --until 2028-05-18 --told-rights --signed today"
        assert run(words).code == 0
    refused = run("consent revoke 1.roi1 'client says no'")
    assert (refused.code, refused.out) == (2, "")
    assert "1.roi1 is replaced already" in refused.err
    assert "1.roi3 took its place and is live: casectl consent revoke 1.roi3 REASON" in refused.err
    assert "makes a new one" not in refused.err and refused.err.count("\n") == 1
    assert run("consent revoke 1.roi3 'client says no'").code == 0
    assert "makes a new one" in run("consent revoke 1.roi1 'client says no'").err


def test_a_revoked_one_covers_nothing_from_that_moment(run: Run) -> None:
    run(ADD)
    telling = "disclosures add 1 --to 'Example Pantry' --purpose 'food parcels' --what name"
    assert run(telling).code == 0
    assert run("consent revoke 1.roi1 'changed her mind'").code == 0
    assert "1.roi1" not in owed(run)
    refused = run(telling)
    assert refused.code == 1 and "1.roi1 is revoked since Wed 18 Nov 2026" in refused.err
    assert "nothing was recorded" in refused.err, "it was told all the same"
    assert len(run("disclosures 1 --json").json) == 1
    assert run("consent revoke 1.roi1 again").code == 2


def test_what_else_lets_the_same_be_told_is_named_with_a_revocation(run: Run) -> None:
    """In the client's other case as well; what is of others, or not live, is not."""
    run("intake 'Ana Garcia' --same 1")
    run("intake 'Pavel Example' --new")
    ends = "--until 2027-05-18 --told-rights --signed today --what name"
    for command in (
        ADD,
        f"consent add 1 --to 'example pantry' --purpose 'rent; Food parcels' {ends}",
        f"consent add 2 --to 'Example Pantry' --purpose 'food parcels' {ends}",
        f"consent add 1 --to 'Example Pantry' --purpose rent {ends}",
        f"consent add 1 --to School --purpose 'food parcels' {ends}",
        f"consent add 3 --to 'Example Pantry' --purpose 'food parcels' {ends}",
        "consent add 2 --to 'Example Pantry' --purpose 'food parcels' --until 2027-05-18 "
        "--what name",
    ):
        assert run(command).code == 0, command
    revoked = run("consent revoke 1.roi1 'changed her mind'")
    lines = revoked.out.splitlines()
    assert [each.split()[2] for each in lines if each.startswith("STILL LIVE: ")] == [
        "1.roi2", "2.roi1",
    ]  # fmt: skip
    assert (
        "STILL LIVE: 2.roi1 lets Example Pantry be told for food parcels, live until Tue 18 May "
        "2027. casectl consent revoke 2.roi1 REASON ends it." in lines
    )
    hidden = run("consent revoke 2.roi1 x --private").out
    assert "STILL LIVE: 1.roi2" in hidden and "pantry" not in hidden.casefold()
    told = run("consent revoke 1.roi2 x --json").json
    assert (told["item"], told["still_live"]) == ("1.roi2", ["1.roi3"])


def test_what_was_told_while_it_was_live_is_put_under_it_later(run: Run) -> None:
    run(ADD)
    run("consent revoke 1.roi1 'changed her mind'", today="2026-12-02")
    telling = "disclosures add 1 --to 'Example Pantry' --purpose 'food parcels' --what name --on "
    assert run(f"{telling} 2026-12-01", today="2026-12-03").code == 0
    assert run(f"{telling} 2026-12-02", today="2026-12-03").code == 1


def test_one_may_be_left_to_lapse(run: Run) -> None:
    run(ADD)
    assert run("consent lapse 1.roi1").code == 0
    assert "1.roi1" not in owed(run)
    (listed,) = run("consent list 1 --json").json
    assert (listed["state"], listed["until"]) == ("live", "2027-05-18")
    (later,) = run("consent list 1 --json", today="2027-05-19").json
    assert later["state"] == "lapsed"


def test_a_hold_stops_no_release(run: Run) -> None:
    run(ADD)
    run("hold 1 --until 2027-06-01 --reason travels")
    assert owed(run, today="2027-05-01")["1.roi1"]["due"] == "2027-05-18"


# --- Asking at a terminal ---------------------------------------------------------------------


def test_it_asks_for_every_element(run: Run) -> None:
    answers = ["Example Pantry", "food parcels", "name", "18 may 2027", "y", "today", ""]
    assert run("consent add 1", answers=answers).code == 0
    (listed,) = run("consent list 1 --json").json
    assert (listed["state"], listed["signed_by"]) == ("live", "Ana Garcia")


def test_words_that_are_no_day_are_the_event(run: Run) -> None:
    answers = ["School", "grades", "name", "she leaves the school", "y", "n"]
    assert run("consent add 1", answers=answers).code == 0
    (listed,) = run("consent list 1 --json").json
    assert (listed["event"], listed["state"]) == ("she leaves the school", "not signed")


def test_a_mistyped_day_is_not_taken_for_an_event(run: Run) -> None:
    answers = ["School", "grades", "name", "31 dcember", "n", "31 december 2027", "n"]
    asked = run("consent add 1", answers=answers)
    assert "An event, not a day: '31 dcember'? (y/n)" in asked.err
    assert "cannot read '31 dcember'" in asked.err
    assert "  Fri 31 Dec 2027\n" in asked.err
    (listed,) = run("consent list 1 --json").json
    assert (listed["event"], listed["until"]) == (None, "2027-12-31")
    run("consent sign 1.roi1 --told-rights")
    renewed = run("consent renew 1.roi1", answers=["nex month", "n", "31 jan 2028", "n"])
    assert renewed.code == 0, renewed.err
    assert [each["until"] for each in run("consent list 1 --json").json][-1] == "2028-01-31"


def test_each_answer_is_looked_at_when_it_is_given(run: Run) -> None:
    answers = ["Example Pantry", "food", "name", "yesterday", "31 feb 2027", "18 may 2027",
               "perhaps", "y", "tomorrow", "today", ""]  # fmt: skip
    asked = run("consent add 1", answers=answers)
    assert asked.code == 0, asked.err
    assert "the release would end on Tue 17 Nov 2026, before it begins" in asked.err
    assert asked.err.count("Until when?") == 3 and "answer y or n" in asked.err
    assert asked.err.count("Signed on which day?") == 2
    (listed,) = run("consent list 1 --json").json
    assert (listed["state"], listed["until"]) == ("live", "2027-05-18")


def test_a_draft_of_another_release_puts_no_word_into_this_one(run: Run) -> None:
    """What was begun for the school is never signed for the doctor."""
    left = run("consent add 1 --to School --purpose attend", answers=["grades and address"])
    assert left.code != 0
    typed = "--purpose health --what meds --until '1 may 2027' --told-rights --signed today"
    made = run(f"consent add 1 --to Doctor {typed}", answers=[])
    assert made.code == 0, made.err
    (listed,) = run("consent list 1 --json").json
    assert (listed["to"], listed["purpose"], listed["what"]) == ("Doctor", "health", "meds")


def test_what_is_typed_goes_before_what_was_begun(run: Run) -> None:
    begun = "consent add 1 --to School --purpose attend"
    assert run(begun, answers=["grades and address", "18 may 2027"]).code != 0
    again = run(f"{begun} --what grades", answers=["y", "y", "today", ""])
    assert again.code == 0, again.err
    assert "what: grades and address (typed anew)" in again.err
    (listed,) = run("consent list 1 --json").json
    assert (listed["what"], listed["until"]) == ("grades", "2027-05-18")


def test_an_interruption_keeps_a_draft_that_is_gone_on_with(run: Run) -> None:
    left = run("consent add 1", answers=["Example Pantry", "food parcels"])
    assert left.code != 0
    assert left.err.count("Kept as a draft: casectl consent add 1 goes on with it.") == 1
    assert run("consent list 1 --json").json == []
    again = run("consent add 1", answers=["y", "name", "18 may 2027", "n"])
    assert again.code == 0, again.err
    assert (
        "A release of Ana Garcia (garcia-1) was begun.\n  to: Example Pantry\n"
        "  purpose: food parcels\nGo on with it? [Y/n]"
    ) in again.err
    (listed,) = run("consent list 1 --json").json
    assert (listed["to"], listed["purpose"]) == ("Example Pantry", "food parcels")
    fresh = run(
        "consent add 1", answers=["School", "grades", "name", "she leaves the school", "y", "n"]
    )
    assert fresh.code == 0 and "was begun" not in fresh.err


def test_what_is_needed_and_was_skipped_is_said_and_asked_again(run: Run) -> None:
    answers = ["Example Pantry", "", "-", "food", "name", "18 may 2027", "n"]
    made = run("consent add 1", answers=answers)
    assert made.code == 0 and made.err.count("There is no release without it.") == 2
    (listed,) = run("consent list 1 --json").json
    assert listed["purpose"] == "food"
    refused = run("consent add 1 --to School --until 2027-05-18")
    assert refused.code == 2 and "--purpose, --what are missing" in refused.err


def test_enter_never_says_that_the_client_was_told_of_their_rights(run: Run) -> None:
    answers = ["Example Pantry", "food", "name", "18 may 2027", "", "n"]
    made = run("consent add 1", answers=answers)
    assert made.code == 0 and "Answer y or n." in made.err
    (listed,) = run("consent list 1 --json").json
    assert (listed["told_rights"], listed["state"]) == (False, "not signed")
    asked = run("consent sign 1.roi1", answers=["", "n"])
    assert asked.code == 2 and "answer y or n" in asked.err


def test_a_revoked_release_is_called_revoked(run: Run) -> None:
    run(ADD)
    run("consent revoke 1.roi1 'changed her mind'")
    for verb in ("renew 1.roi1 --until 2028-01-01", "sign 1.roi1", "lapse 1.roi1"):
        refused = run(f"consent {verb} --no-input")
        assert refused.code == 2
        assert "1.roi1 is revoked already since Wed 18 Nov 2026" in refused.err
        assert "casectl consent add 1 makes a new one" in refused.err


# --- The paper --------------------------------------------------------------------------------


def test_the_form_has_every_element_and_the_legal_name(run: Run) -> None:
    run("edit 1 --legal-name 'Anastasia Garcia'")
    run(ADD)
    told = run("consent show 1.roi1").out
    for element in (
        "Anastasia Garcia", "kim", "Example Pantry", "name, phone, need", "food parcels",
        "Tue 18 May 2027", "may revoke it at any time", "Wed 18 Nov 2026",
    ):  # fmt: skip
        assert element in told


# --- The accounting ---------------------------------------------------------------------------


def test_the_accounting_says_day_recipient_what_why_and_by_which_right(run: Run) -> None:
    run(ADD)
    run("disclosures add 1 --to 'Example Pantry' --purpose 'food parcels' --what 'her need'")
    run("disclosures add 1 --to Court --purpose hearing --what attendance --basis 'order 14-2'")
    run("disclosures add 1 --to Police --purpose safety --what address --override 'life in danger'")
    told = run("disclosures 1 --json").json
    assert [each["under"] for each in told] == [
        "release 1.roi1", "legal basis: order 14-2", "override: life in danger",
    ]  # fmt: skip
    assert {each["worker"] for each in told} == {"kim"}
    assert {each["notice"] for each in told} == {NOTICE}
    screen = " ".join(run("disclosures 1", width=80).out.split())
    for words in (
        "1.d1",
        "Wed 18 Nov 2026",
        "Example Pantry: her need; for food parcels",
        "by kim",
    ):
        assert words in screen
    assert screen.endswith(
        "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
    )
    assert run("disclosures list 1").out == run("disclosures 1").out


def test_neither_a_disclosure_nor_a_signature_is_undone(run: Run) -> None:
    run(ADD)
    signed = run("undo --yes")
    assert signed.code == 1 and "signatures cannot be undone" in signed.err
    run("disclosures add 1 --to 'Example Pantry' --purpose 'food parcels' --what name")
    told = run("undo --yes")
    assert told.code == 1 and "cannot be taken back" in told.err
    assert len(run("disclosures 1 --json").json) == 1


def test_a_revocation_stays_revoked(run: Run) -> None:
    """The client's no is not taken back by a key meant for something else."""
    run(ADD)
    run("consent revoke 1.roi1 'said no'")
    refused = run("undo --yes")
    assert (refused.code, refused.out) == (1, "")
    assert "1.roi1 is a release that was revoked" in refused.err
    assert "casectl consent add 1" in refused.err
    assert run("consent list 1 --all --json").json[0]["state"] != "live"


def test_an_unsigned_release_is_undone(run: Run) -> None:
    run(ADD)
    run("consent add 1 --to School --purpose grades --what name --until 2027-05-18")
    assert run("undo --yes").code == 0
    assert len(run("consent list 1 --json").json) == 1


def test_others_see_neither_names_nor_words(run: Run) -> None:
    run(ADD)
    run("disclosures add 1 --to 'Example Pantry' --purpose 'food parcels' --what 'her need'")
    for command in ("consent list 1", "consent show 1.roi1", "disclosures 1", "show 1 --all"):
        for flags in ("", "--json"):
            told = run(f"--private {command} {flags}", width=100 if not flags else None).out
            assert told
            for word in ("Pantry", "parcels", "her need", "Ana", "name, phone"):
                assert word not in told
    refused = run("--private disclosures add 1 --to Court --purpose hearing --what attendance")
    assert refused.code == 1 and "Court" not in refused.err and "hearing" not in refused.err


def test_a_closed_case_keeps_its_releases_and_owes_none(run: Run) -> None:
    run(ADD)
    assert run("close 1 --reason declined --summary ended --yes").code == 0
    assert run("consent revoke 1.roi1 'asked to'").code == 0
    assert (
        run("disclosures add 1 --to Court --purpose hearing --what name --basis 'order'").code == 0
    )


# --- What cannot be meant ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("consent add 1 --purpose p --what w --until 2027-01-01", 2, "--to is missing"),
        ("consent add 1 --to t --what w --until 2027-01-01", 2, "--purpose is missing"),
        ("consent add 1 --to t --purpose p --until 2027-01-01", 2, "--what is missing"),
        ("consent add 1 --to t --purpose p --what w", 2, "--until or --event is missing"),
        (
            "consent add 1 --to t --purpose p --what w --until 2027-01-01 --event e",
            2,
            "not both",
        ),
        ("consent add 1 --to t --purpose p --what w --until yesterday", 2, "before it begins on"),
        (
            "consent add 1 --to t --purpose p --what w --until '2 nov 2026' --signed '3 nov 2026' "
            "--told-rights",
            2,
            "before it begins on Tue 3 Nov 2026",
        ),
        (
            "consent add 1 --to t --purpose p --what w --until 2027-01-01 --signed today",
            2,
            "told that they may revoke",
        ),
        (
            "consent add 1 --to t --purpose p --what w --until 2027-01-01 --told-rights "
            "--signed 2026-12-01",
            2,
            "still ahead",
        ),
        ("consent add 1 --to ' ' --purpose p --what w --until 2027-01-01", 2, "recipient is empty"),
        ("consent add 9 --to t --purpose p --what w --until 2027-01-01", 3, "no case '9'"),
        ("consent sign 1.roi1", 2, "told that they may revoke"),
        ("consent sign 1.roi1 --told-rights --on 2026-11-20", 2, "still ahead"),
        ("consent sign 1.roi7 --told-rights", 3, "has no consent 1.roi7"),
        ("consent revoke 1.roi1", 2, "REASON is missing"),
        ("consent revoke 1.roi1 ' '", 2, "the reason is empty"),
        ("consent renew 1.roi1 --until yesterday", 2, "before it begins"),
        ("consent check 1.roi1", 2, "is not signed, or ends on a day"),
        ("consent show 1.g1", 2, "1.g1 is not a consent"),
        ("disclosures add 1 --to t --purpose p", 2, "--what is missing"),
        ("disclosures add 1 --to t --purpose p --what w", 1, "no release lets 't'"),
        ("disclosures add 1 --to t --purpose p --what w --override ''", 2, "is empty"),
        ("disclosures add 1 --to t --purpose p --what w --override o --basis b", 2, "not both"),
        ("disclosures add 1 --to t --purpose p --what w --override o --on 2026-11-20", 2, "ahead"),
        ("disclosures 9", 3, "no case '9'"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(run: Run, command: str, code: int, words: str) -> None:
    run("consent add 1 --to School --purpose grades --what name --until 2027-05-18")
    before = len(run("history --json").json)
    result = run(command)
    assert (result.code, result.out) == (code, "")
    assert words in result.err and result.err.count("\n") == 1
    assert len(run("history --json").json) == before
