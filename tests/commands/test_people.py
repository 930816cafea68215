"""people: who is around a client, and what must be known before their number is called."""

from __future__ import annotations

import pytest
from conftest import Run

from casectl.store import Caseload


@pytest.fixture(autouse=True)
def ana(run: Run, caseload: None) -> None:
    assert run(
        "intake 'Ana Garcia' --urgency low --risk low --new --no-input --phone 555-0142 "
        "--safe-contact 'evenings only, he must not know' --next 'call' --due 'dec 1 2026'"
    ).code == 0  # fmt: skip


SISTER = "people add 1 'Rosa Sample' --as family --role sister --phone 555-0199"
WORDS = "evenings only, he must not know"


def test_somebody_is_added_with_their_part_and_number(run: Run) -> None:
    assert run(f"{SISTER} --primary").out == (
        "Ana Garcia (garcia-1): added 1.per1 Rosa Sample, sister, primary contact, 555-0199.\n"
    )
    (told,) = run("people show 1 --json").json
    assert (told["as"], told["role"], told["primary"]) == ("family", "sister", True)
    shown = run("show 1", width=80).out
    assert "Primary contact: Rosa Sample, sister" in shown and "primary contact" not in shown


def test_providers_stand_in_the_same_list_under_their_own_name(run: Run) -> None:
    run("provider add 1 'Dr Sample' --role doctor")
    run("people add 1 'Ms Trial' --as provider --role teacher")
    run(SISTER)
    listed = [each["item"] for each in run("people show 1 --json").json]
    assert listed == ["1.per1", "1.pr1", "1.pr2"]
    assert [each["item"] for each in run("provider list 1 --json").json] == ["1.pr1", "1.pr2"]
    assert run("people edit 1.pr1 --phone 555-0400").code == 0
    assert run("people end 1.pr2 left").code == 0


def test_there_is_one_primary_contact(run: Run) -> None:
    run(f"{SISTER} --primary")
    run("people add 1 'Lee Law' --as lawyer --primary")
    told = {each["what"]: each["primary"] for each in run("people show 1 --json").json}
    assert told == {"Lee Law": True, "Rosa Sample": False}
    assert run("undo --yes").code == 0
    (told,) = run("people show 1 --json").json
    assert told["primary"] is True


# --- Safe contact -----------------------------------------------------------------------------


@pytest.mark.parametrize("home", ["--phone '555 0142'", "--phone 555-0177 --at-home"])
def test_a_number_that_rings_at_the_clients_has_the_clients_words_beside_it(
    run: Run, home: str
) -> None:
    assert WORDS in run(f"people add 1 'Pia Sample' --as family --role mother {home} --primary").out
    number = run("people show 1 --json").json[0]["phone"]
    for command in (
        "people show 1", "people show 1 --json", "show 1", "show 1 --all", "search mother",
        "search mother --json", f"whois {number}",
    ):  # fmt: skip
        for width in (40, 80) if "--json" not in command else (None,):
            told = " ".join(run(command, width=width).out.split())
            assert number.replace(" ", "-") in told.replace("555 0142", "555-0142"), command
            assert WORDS in told, command
    assert WORDS in run("people show 1").out
    assert WORDS in run("search mother").out


def test_somebodys_own_words_stand_beside_their_number_everywhere(run: Run) -> None:
    run("people add 1 'Lee Law' --as lawyer --phone 555-0300 --safe 'never name the shelter'")
    for command in ("people show 1", "show 1 --all", "whois 555-0300", "search 'Lee Law'"):
        assert "never name the shelter" in " ".join(run(command, width=80).out.split()), command


def test_a_number_elsewhere_has_no_words_of_the_clients(run: Run) -> None:
    run(SISTER)
    assert WORDS not in run("people show 1", width=80).out


def test_a_changed_number_in_the_history_says_where_its_words_are(run: Run) -> None:
    run(f"{SISTER} --at-home")
    run("people edit 1.per1 --phone 555-0200")
    assert "safe contact: casectl people show 1" in run("history 1 -n 1").out


def test_a_providers_number_may_ring_at_the_clients_too(run: Run) -> None:
    run("provider add 1 'Nurse Sample' --role nurse --phone 555-0142")
    assert WORDS in run("provider list 1", width=80).out
    assert WORDS in run("provider list 1").out


# --- Finding ----------------------------------------------------------------------------------


def test_the_sister_calls(run: Run) -> None:
    run(SISTER)
    (found,) = run("whois 555-0199 --json").json
    assert (found["case"], found["found_in"], found["found_item"]) == (1, "person", "1.per1")
    assert "Rosa Sample | sister" in found["snippet"]
    assert run("whois sister --json").json[0]["case"] == 1
    assert [each["item"] for each in run("search rosa --json").json] == ["1.per1"]


def test_the_clients_own_number_comes_first(run: Run) -> None:
    run("intake 'Ben Sample' --urgency low --risk low --new --no-input --phone 555-0199")
    run(SISTER)
    first = run("whois 555-0199 --json").json[0]
    assert (first["case"], first["field"]) == (2, "phone")


# --- A household ------------------------------------------------------------------------------


def test_a_member_of_the_household_is_linked_to_their_own_case(run: Run) -> None:
    run("intake 'Ben Garcia' --urgency low --risk low --new --no-input")
    run("people add 1 'Ben Garcia' --as family --role son --household --case 2")
    (told,) = run("people show 1 --json").json
    assert (told["household"], told["their_case"]) == (True, 2)
    assert "case 2" in run("show 1 --all", width=80).out
    assert run("close 2 --reason declined --summary ended --yes").code == 0
    assert run("purge 2 --reason asked --yes").code == 0
    assert run("people show 1 --json").json[0]["their_case"] is None
    assert run("people edit 1.per1 --case ''").code == 0


# --- Changing and ending ----------------------------------------------------------------------


def test_what_is_on_file_is_changed_and_taken_out(run: Run) -> None:
    run(SISTER)
    assert run("people edit 1.per1 --name 'Rosa Trial' --as guardian --phone ''").code == 0
    (told,) = run("people show 1 --json").json
    assert (told["what"], told["as"], told["phone"]) == ("Rosa Trial", "guardian", None)
    assert run("undo --yes").code == 0
    assert run("people show 1 --json").json[0]["phone"] == "555-0199"


def test_whoever_is_no_longer_around_stays_on_record(run: Run) -> None:
    run(SISTER)
    assert run("people end 1.per1 'moved away'").code == 0
    assert run("people show 1 --json").json == []
    (told,) = run("people show 1 --all --json").json
    assert (told["state"], told["outcome"]) == ("dropped", "moved away")
    assert run("people end 1.per1").code == 2
    assert "Rosa" not in run("show 1", width=80).out


def test_it_asks_at_a_terminal(run: Run) -> None:
    answers = ["", "Rosa Sample", "sister", "fam", "sister", "555-0199", "<", "555-0198", "texts"]
    asked = run("people add 1", answers=answers)
    assert asked.code == 0, asked.err
    assert "'sister' is nobody's part" in asked.err
    (told,) = run("people show 1 --json").json
    assert (told["what"], told["as"], told["role"]) == ("Rosa Sample", "family", "sister")
    assert (told["phone"], told["safe_contact"]) == ("555-0198", "texts")


def test_an_interruption_keeps_a_draft_that_is_gone_on_with(run: Run) -> None:
    left = run("people add 1", answers=["Rosa Sample", "family", "sister"])
    assert left.code != 0
    assert left.err.count("Kept as a draft: casectl people add 1 goes on with it.") == 1
    assert run("people show 1 --json").json == []
    again = run("people add 1 --role aunt", answers=["y", "555-0198", "texts"])
    assert again.code == 0, again.err
    assert "role: sister (typed anew)\nGo on with it? [Y/n]" in again.err
    (told,) = run("people show 1 --json").json
    assert (told["what"], told["as"], told["role"]) == ("Rosa Sample", "family", "aunt")
    assert (told["phone"], told["safe_contact"]) == ("555-0198", "texts")
    fresh = run("people add 1", answers=["Ben Sample", "family", "", "", ""])
    assert fresh.code == 0 and "was begun" not in fresh.err


def test_a_draft_of_a_person_goes_with_the_case_that_is_erased(run: Run, store: Caseload) -> None:
    assert run("people add 1", answers=["Rosa Sample", "family"]).code != 0
    why = "--override 'moves today' --approved-by Lee --summary 'is well there'"
    assert run(f"close 1 --reason moved {why} --no-input").code == 0
    assert run("purge 1 --reason asked --yes").code == 0
    assert store.db.value("SELECT count(*) FROM drafts") == 0


def test_the_same_name_and_number_twice_is_said(run: Run) -> None:
    run("people add 1 'Rosa Sample' --as family --phone 555-0199")
    again = run("people add 1 'rosa sample' --as emergency --phone '555 0199'")
    assert again.code == 0 and "1.per1 has that name and number as well" in again.err
    assert "as well" not in run("people add 1 'Rosa Sample' --as family --phone 555-0100").err


def test_others_see_neither_names_nor_numbers(run: Run) -> None:
    run(f"{SISTER} --primary --safe 'never at night'")
    for command in ("people show 1", "show 1 --all", "people show 1 --json", "history 1"):
        told = run(f"--private {command}", width=80).out
        for word in ("Rosa", "sister", "0199", "never at night"):
            assert word not in told, command


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("people add 1", 2, "NAME is missing"),
        ("people add 1 Rosa", 2, "--as is missing"),
        ("people add 1 Rosa --as friend", 2, "it is one of guardian, emergency, family"),
        ("people add 1 ' ' --as other", 2, "the name is empty"),
        ("people add 1 Rosa --as other --phone ' '", 2, "text after --phone is empty"),
        ("people add 1 Rosa --as other --case 9", 3, "no case '9'"),
        ("people add 1 Rosa --as other --case 1", 2, "is the case itself"),
        ("people add 9 Rosa --as other", 3, "no case '9'"),
        ("people edit 1.per7 --phone 1", 3, "has no person or provider 1.per7"),
        ("people edit 1.per1 --as provider", 2, "becomes no provider"),
        ("people edit 1.g1 --phone 1", 2, "1.g1 is not a person or provider"),
        ("people end 1.per7", 3, "has no person or provider 1.per7"),
        ("people show 9", 3, "no case '9'"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(run: Run, command: str, code: int, words: str) -> None:
    run(SISTER)
    before = len(run("history --json").json)
    result = run(command)
    assert (result.code, result.out) == (code, "")
    assert words in result.err and result.err.count("\n") == 1
    assert len(run("history --json").json) == before


def test_a_closed_case_gets_nobody_new(run: Run) -> None:
    assert run("close 1 --reason declined --summary ended --yes").code == 0
    assert run("people add 1 Rosa --as family").code == 2


def test_with_people_releases_and_a_disagreement_a_case_still_fits_its_screen(run: Run) -> None:
    for command in (
        f"{SISTER} --primary --safe 'never say where you call from, never leave a message'",
        "people add 1 'Pia Sample' --as family --role mother --household --phone 555-0142",
        "people add 1 'Lee Law' --as lawyer --phone 555-0300",
        "consent add 1 --to School --purpose grades --what name --until 2027-05-18 --told-rights "
        "--signed today",
        "consent add 1 --to 'Example Pantry' --purpose food --what name --until 2027-05-18",
        "amend 1 'none of this is me'",
        "reached 1 'spoke about the school'",
        "note 1 'She came late.'",
        "amend 1.n1 'The bus was late, I was not.'",
        "need add 1 'a bed of her own' --domain housing",
    ):
        assert run(command).code == 0, command
    lines = run("show 1", width=80).out.splitlines()
    assert len(lines) <= 23
    assert all(len(line) <= 80 for line in lines)
    told = " ".join(" ".join(lines).split())
    assert "never say where you call from, never leave a message" in told
