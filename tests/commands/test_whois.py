"""whois, and cases named by what one has: numbers, ids, birth dates, words."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

from casectl.store import Caseload

PEOPLE = (
    ["intake", "María García", "--urgency", "high", "--risk", "low", "--on", "2026-11-02",
     "--phone", "(202) 555-0142 / 555-0199 (sister)", "--safe-contact",
     "evenings only; the sister Rosalía may answer", "--dob", "1978-03-05", "--language",
     "Spanish", "--interpreter", "--external-id", "HM-22", "--next", "call the school", "--due",
     "fri", "--new"],
    ["intake", "Ben Test", "--urgency", "low", "--on", "2026-11-02", "--phone", "202.555.0177",
     "--dob", "1978-03", "--need", "a flat near his aunt Oluwaseun", "--new"],
    ["intake", "王小明", "--urgency", "low", "--on", "2026-11-02", "--phone", "+1 303 555 0142",
     "--new"],
    ["intake", "Cleo Test", "--urgency", "low", "--on", "2026-11-02", "--phone", "202 555 0177",
     "--new"],
    ["note", "4", "Her mother's new number is 0044 20 7946 0018, after six."],
    ["reached", "3", "his sister Rosalía calls for him"],
)  # fmt: skip


@pytest.fixture(autouse=True)
def people(caseload: None, run: Run) -> None:
    for words in PEOPLE:
        result = run(words)
        assert result.code == 0, result.err


def cases(run: Run, *words: str) -> list[int]:
    result = run(["whois", "--json", *words])
    assert result.code == 0, result.err
    return [each["case"] for each in result.json]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["2025550142"], [1]), (["+1", "(202)", "555-0142"], [1]), (["5550199"], [1]),
        (["555-0142"], [1, 3]), (["tel:+13035550142"], [3]), (["555 0177"], [2, 4]),
        (["020 7946 0018"], [4]), (["+442079460018"], [4]), (["hm-22"], [1]), (["HM-22"], [1]),
        (["1978-03-05"], [1, 2]), (["5", "mar", "1978"], [1, 2]), (["garc"], [1]), (["小"], [3]),
        (["oluwa"], [2]), (["rosalia"], [1, 3]), (["mother's"], [4]), (["school"], [1]),
    ],
)  # fmt: skip
def test_who_it_is(run: Run, words: list[str], expected: list[int]) -> None:
    assert cases(run, *words) == expected


def test_the_date_order_is_the_reader_s(run: Run) -> None:
    assert run("config set date_order dmy").code == 0
    assert cases(run, "05/03/1978") == [1, 2]
    result = run("whois 03/05/1978")
    assert cases(run, "03/05/1978") == [2] if result.code == 0 else result.code == 3
    run("config set date_order mdy")
    assert cases(run, "03/05/1978") == [1, 2]


def test_search_finds_the_same(run: Run) -> None:
    found = run("search 202-5550142 --json").json
    assert [(each["item"], each["field"]) for each in found] == [("1", "phone")]
    found = run("search '5 mar 1978' --json").json
    assert [(each["case"], each["field"]) for each in found] == [
        (1, "birth_date"), (2, "birth_date"),
    ]  # fmt: skip
    (noted,) = run("search +442079460018 --json").json
    assert (noted["item"], noted["match"]) == ("4.n1", "0018")
    assert [each["item"] for each in run("search hm-22 --json").json] == ["1"]


def test_the_keys(run: Run) -> None:
    (who,) = run("whois 5550199 --json").json
    assert who["handle"] == "garcia-1" and who["case_status"] == "active"
    assert (who["language"], who["interpreter"]) == ("Spanish", True)
    assert who["safe_contact"] == "evenings only; the sister Rosalía may answer"
    assert (who["next_item"], who["found_in"], who["field"]) == ("1.contact", "client", "phone")
    assert "(safe contact: evenings only" in who["snippet"]
    assert run("whois 5550199 --fields case,phone,safe_contact").out == (
        "1\t(202) 555-0142 / 555-0199 (sister)\tevenings only; the sister Rosalía may answer\n"
    )


def test_a_case_that_another_system_numbers(run: Run, store: Caseload) -> None:
    case = store.cases.by_number(2)
    assert case is not None
    store.cases.correct_facts(case, {}, {"external_id": "C-7001"})
    assert cases(run, "c-7001") == [2]
    assert run("show C-7001 --json").json["case"] == 2
    assert "Found in 2: external id: C-7001" in run("whois C-7001", width=80).out


def test_several_cases_of_one_client(run: Run) -> None:
    run("close 1 --reason declined --yes")
    run("intake --same 1 --urgency low --next call --due fri --yes")
    assert cases(run, "5550199") == [5, 1]
    shown = run("whois 5550199", width=80).out
    assert shown.index("garcia-5") < shown.index("garcia-1  closed Wed 18 Nov")


@pytest.mark.parametrize("words", ["999-9999", "no-one", "2025550143", "HM-2299", "1955-01-01"])
def test_nobody(run: Run, words: str) -> None:
    result = run(["whois", words])
    assert (result.code, result.out, result.err.count("\n")) == (3, "", 1)
    assert f"nobody is on file with '{words}'; fewer digits or letters find more" in result.err
    assert words not in run(["whois", words, "--private"]).err


@pytest.mark.parametrize("words", [[""], ["  "], ["x" * 201], ["a", "--limit", "0"], []])
def test_bad_values(run: Run, words: list[str]) -> None:
    result = run(["whois", *words])
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)


def test_by_standard_input(run: Run) -> None:
    assert run("whois - --json", stdin="5550199\n").json[0]["case"] == 1


# --- CASE by what one has ---------------------------------------------------------------------


def test_a_case_by_its_phone_number_or_id(run: Run) -> None:
    assert run("show 202-555-0142 --json").json["case"] == 1
    assert run("show HM-22 --json").json["case"] == 1
    assert run("history HM-22").code == 0
    assert run("show 555-0142").code == 4
    assert "test-2 (Ben Test), test-4 (Cleo Test)" in run("show 555-0177").err


def test_a_write_asks_before_it_acts_on_a_phone_number(run: Run, store: Caseload) -> None:
    result = run("note 202-555-0142 hello")
    assert result.code == 4
    assert "'202-555-0142' is a phone number, of garcia-1; write garcia-1, or add --yes" in (
        result.err
    )
    assert run("note 202-555-0142 hello", answers=["n"]).code == 1
    assert store.db.value("SELECT count(*) FROM notes") == 1
    assert run("note 202-555-0142 hello", answers=["y"]).code == 0
    assert run("note 202-555-0142 hello --yes").code == 0


def test_a_whole_id_needs_no_question(run: Run, store: Caseload) -> None:
    assert run("note HM-22 hello").code == 0
    assert run("note HM-2 hello").code == 3
    assert store.db.value("SELECT count(*) FROM notes") == 2


def test_an_id_that_is_part_of_a_name_is_a_guess(run: Run) -> None:
    run("edit 3 --external-id ben")
    result = run("note ben hello")
    assert result.code == 4 and "test-2 (Ben Test), 王小明-3" in result.err


def test_an_id_of_several_cases_is_a_guess(run: Run, store: Caseload) -> None:
    case = store.cases.by_number(3)
    assert case is not None
    store.cases.correct_facts(case, {}, {"external_id": "HM-22"})
    assert run("note HM-22 hello").code == 4


@pytest.mark.parametrize("words", ["2025550142", "12", "1.9", "202.5550142", "555", "0142"])
def test_digits_alone_are_a_case_number(run: Run, words: str) -> None:
    run("edit 3 --external-id 12")
    assert run(["note", words, "hello"]).code in (3, 4)
    assert run(["show", words]).code == 3


def test_long_digits_are_told_where_to_look(run: Run) -> None:
    assert "if that is a phone number: casectl whois 2025550142" in run("show 2025550142").err


def test_an_item_is_never_named_by_an_id(run: Run, tmp_path: Path) -> None:
    assert run("done HM-22.1 fine").code == 3
    assert run("done 1.1 fine").code == 0


# --- Many -------------------------------------------------------------------------------------


def test_among_many(run: Run, tmp_path: Path) -> None:
    rows = [f"Person {n},303 555 {n:04},low" for n in range(2000)]
    (tmp_path / "people.csv").write_text("\n".join(["name,phone,urgency", *rows]), "utf-8")
    assert run(["intake", "--from", str(tmp_path / "people.csv"), "--yes"]).code == 0
    (who,) = run("whois 3035551234 --json").json
    assert who["client"] == "Person 1234"
    assert len(run("whois person --json").json) == 20
    assert "and there are more" in run("whois person", width=80).out


# --- A service that calls -----------------------------------------------------------------------


def test_a_service_s_number_says_which_and_who_is_referred_there(run: Run) -> None:
    run("resource add 'Example Pantry' 'food parcels' --phone '(555) 010-0110' --domain food")
    alone = run("whois --json 555 0100110")
    assert alone.code == 0, alone.err
    assert [(each["resource"], each["service"]) for each in alone.json] == [(1, "food parcels")]
    assert "resource 1  food parcels, Example Pantry" in run("whois 5550100110", width=80).out
    run("need add 2 'no food' --domain food")
    assert run("refer 2 1 --need 1 --send --override asked").code == 0
    assert cases(run, "555-010-0110") == [2]
    told = run("whois 555-010-0110", width=80)
    assert "that is the number of resource 1, food parcels, Example Pantry" in told.err
    assert "Found in 2.ref1: " in told.out and "Ben Test" in told.out
    run("referral cancel 2.ref1 'found another'")
    assert [each["resource"] for each in run("whois --json 555 0100110").json] == [1]
    assert run("whois 555 0100111").code == 3


def test_somebody_around_the_client_is_found_by_their_number(run: Run) -> None:
    run("people add 4 'Ora Sample' --as family --phone '555-013-0199'")
    assert cases(run, "5550130199") == [4]
    assert "Found in 4.per1" in run("whois 555 0130199", width=80).out
