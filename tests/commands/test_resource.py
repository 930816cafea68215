"""resource: what is on record of a service, and which fit a case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run

from casectl.store import Caseload

PANTRY = (
    "resource add 'Example Pantry' 'food parcels' --domain food --language Spanish "
    "--area Springfield --phone 555-0100 --apply 'call first' --eligibility anybody "
    "--capacity open --verified today"
)


@pytest.fixture
def ben(run: Run, caseload: None) -> None:
    run(
        "intake 'Ben Example' --risk low --language Spanish --dob 1990-05 "
        "--address '1 Main St, Springfield' --next call --due fri"
    )
    run("need add 1 'no food' --domain food --priority high")


@pytest.fixture
def pantry(run: Run, caseload: None) -> None:
    assert run(PANTRY).code == 0


def test_adding_one_says_what_it_is(run: Run, caseload: None, store: Caseload) -> None:
    result = run(PANTRY)
    assert result.code == 0, result.err
    assert result.out == "Resource 1: food parcels, Example Pantry (open; verified Wed 18 Nov).\n"
    (made,) = store.resources.all()
    assert made.body == {
        "domains": ["food"],
        "eligibility_description": "anybody",
        "service_areas": [{"name": "Springfield"}],
        "languages": [{"name": "Spanish"}],
        "application_process": "call first",
        "phones": [{"number": "555-0100"}],
    }
    bare = run("resource add Sample help")
    assert "NEVER VERIFIED" in bare.out and "It does not say its domains (--domain)" in bare.out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("resource add", 2, "ORGANIZATION and SERVICE are missing"),
        ("resource add Sample", 2, "SERVICE is missing"),
        ("resource add Sample ' '", 2, "the service is empty"),
        ("resource add 'Example Pantry' 'FOOD  parcels'", 2, "that is resource 1 already"),
        ("resource add Sample help --domain fod", 2, "no domain 'fod'"),
        ("resource add Sample help --capacity some", 2, "no capacity 'some'"),
        ("resource add Sample help --min-age old", 2, "'old' is no age"),
        ("resource add Sample help --min-age 65 --max-age 18", 2, "from 65 to 18 years is nobody"),
        ("resource add Sample help --verified tomorrow", 2, "is still ahead"),
        ("resource show 9", 3, "no resource 9"),
        ("resource show nothing", 3, "no resource 'nothing'"),
        ("resource verify 9", 3, "no resource 9"),
        ("resource verify pantry", 4, "is only words of resource 1; write 1, or add --yes"),
        ("resource verify 1 --on '1 nov'", 2, "was verified Wed 18 Nov 2026"),
        ("resource edit 1", 2, "nothing to change"),
        ("resource edit 1 --capacity open", 2, "says that already"),
        ("resource retire 1", 2, "REASON is missing"),
        ("resource import none.json", 3, "no file none.json"),
        ("resource match 1", 3, "no case '1'"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_writes_nothing(
    run: Run, pantry: None, store: Caseload, words: str, code: int, told: str
) -> None:
    before = store.resources.all(retired=True)
    result = run(words)
    assert (result.code, result.out) == (code, ""), result.err
    assert told in result.err and result.err.count("\n") == 1
    assert store.resources.all(retired=True) == before


def test_several_that_fit_are_named(run: Run, pantry: None) -> None:
    run("resource add 'Example Kitchen' 'hot meals'")
    result = run("resource show example")
    assert result.code == 4
    assert "1 food parcels, Example Pantry" in result.err
    assert run("resource show pantry").code == 0


def test_a_terminal_asks_for_each_thing(run: Run, caseload: None, store: Caseload) -> None:
    answers = [
        "Example Pantry", "food parcels", "fod", "food", "", "anybody", "18", "", "Springfield",
        "Spanish; Urdu", "", "free", "", "", "", "555-0100", "", "", "", "", "", "", "some",
        "open", "y",
    ]  # fmt: skip
    result = run("resource add", answers=answers)
    assert result.code == 0, result.err
    assert "did you mean food?" in result.err
    assert "no domain 'fod'" in result.err and "no capacity 'some'" in result.err
    (made,) = store.resources.all()
    assert made.domains == ("food",) and made.capacity == "open" and made.verified_on is not None
    assert made.body["languages"] == [{"name": "Spanish"}, {"name": "Urdu"}]
    assert made.body["minimum_age"] == 18
    unsure = run("resource add 'Example Clinic'", answers=["dentist", *[""] * 20, "", "n"])
    assert unsure.code == 0 and "Answer y or n." in unsure.err
    assert store.resources.all()[0].verified_on is None
    edited = run("resource edit 1", answers=[*[""] * 6, "-", *[""] * 12, ""])
    assert edited.code == 0, edited.err
    after = store.resources.all()[-1]
    assert "languages" not in after.body and after.body["service_areas"]


def test_one_can_go_back_and_ask_for_help(run: Run, caseload: None, store: Caseload) -> None:
    run("resource add 'Example Pantry' 'food parcels'")
    answers = [
        "Example Pantry", "food parcels", "<", "Example Clinic", "dentist", "?", "helth", "<",
        "-", "dentists", "physical health", "teeth", "<", "-", "anybody", *[""] * 17, "", "n",
    ]  # fmt: skip
    made = run("resource add", answers=answers)
    assert made.code == 0, made.err
    assert "that is resource 1 already" in made.err and "Service [dentist]: " in made.err
    clinic = store.resources.numbered(2)
    assert clinic is not None and clinic.name == "dentists, Example Clinic"
    assert "description" not in clinic.body
    assert clinic.body["eligibility_description"] == "anybody"
    changed = run("resource edit 2", answers=["", "", "-", "<", "", *[""] * 17])
    assert changed.code == 0 and "Who may come [-]: " in changed.err
    clinic = store.resources.numbered(2)
    assert clinic is not None and "eligibility_description" not in clinic.body


def test_an_interrupted_service_is_a_draft_that_is_gone_on_with(
    run: Run, caseload: None, store: Caseload
) -> None:
    left = run("resource add", answers=["Example Pantry", "food parcels", "food"])
    assert left.code != 0
    assert left.err.count("Kept as a draft: casectl resource add goes on with it.") == 1
    assert store.resources.all() == []
    again = run("resource add", answers=["y", "", "anybody", *[""] * 16, "open", "n"])
    assert again.code == 0, again.err
    assert again.err.startswith("A service was begun.\n  organization: Example Pantry\n")
    assert "Go on with it? [Y/n]" in again.err
    (made,) = store.resources.all()
    assert made.name == "food parcels, Example Pantry" and made.domains == ("food",)
    assert made.body["eligibility_description"] == "anybody" and made.capacity == "open"
    fresh = run("resource add", answers=["Example Clinic", "dentist", *[""] * 20, "n"])
    assert fresh.code == 0 and "was begun" not in fresh.err


def test_a_draft_of_a_service_gives_way_to_what_is_typed_and_to_the_day(
    run: Run, caseload: None, store: Caseload
) -> None:
    asked = ["Example Pantry", "food parcels", "food", *[""] * 17, "open"]
    assert run("resource add", answers=asked).code != 0
    again = run("resource add 'Example pantry' --capacity full", answers=["y", "y"])
    assert again.code == 0, again.err
    assert "Did you ask them today" in again.err
    (made,) = store.resources.all()
    assert made.name == "food parcels, Example pantry" and made.capacity == "full"


def test_a_draft_of_another_service_is_not_gone_on_with(
    run: Run, caseload: None, store: Caseload
) -> None:
    assert run("resource add", answers=["Example Pantry", "food parcels", "food"]).code != 0
    other = run("resource add 'Other Pantry'", answers=["clothes", *[""] * 20, "n"])
    assert other.code == 0, other.err
    assert "This one is another, so it begins anew" in other.err
    (made,) = store.resources.all()
    assert made.name == "clothes, Other Pantry" and "domains" not in made.body


def test_editing_keeps_the_rest_and_can_be_undone(run: Run, pantry: None, store: Caseload) -> None:
    (before,) = store.resources.all()
    assert run("resource edit 1 --phone 555-0101 --phone 555-0102 --language -").code == 0
    (after,) = store.resources.all()
    assert after.body["phones"] == [{"number": "555-0101"}, {"number": "555-0102"}]
    assert "languages" not in after.body and after.body["service_areas"]
    assert run("history").out.count("resource 1")
    assert run("undo --yes").code == 0
    assert store.resources.all() == [before]


def test_unverified_is_said_on_every_showing(run: Run, ben: None) -> None:
    run("resource add Old help --domain food --verified '1 may'")
    run("resource add New help --domain food --verified today")
    late = "NOT VERIFIED for 201 days"
    for words in ("list", "show 1", "search help", "match 1"):
        for width in (None, 40, 80, 120):
            told = run(f"resource {words}", width=width).out
            assert late in " ".join(told.split()), words
    for words in ("resource edit 1 --capacity open", "refer 1 1"):
        assert late in run(words).out
    assert run("resource list --unverified").out.count("\n") == 1
    done = run("resource verify 1 --capacity waitlist")
    assert done.out == "Resource 1: help, Old (waitlist; verified Wed 18 Nov).\n"
    assert late not in run("resource list").out
    assert run("resource list --json").json[0]["verified"] is True


def test_one_that_was_retired_is_off_the_lists(run: Run, ben: None, pantry: None) -> None:
    run("refer 1 1")
    result = run("resource retire 1 'closed for good'")
    assert "retired Wed 18 Nov 2026" in result.out
    assert "Referred to it and still open: 1.ref1." in result.out
    assert run("resource list").out == ""
    assert "RETIRED" in run("resource list --all", width=80).out
    assert run("resource match 1").out == ""
    refused = run("refer 1 1 --need 1")
    assert (refused.code, "was retired" in refused.err) == (2, True)
    assert run("resource retire 1 again").code == 2


def test_listing_and_searching(run: Run, pantry: None) -> None:
    run("resource add Sample 'legal advice' --domain legal --capacity full")
    assert run("resource list").out.split("\t")[:3] == ["1", "Example Pantry", "food parcels"]
    assert "legal advice" not in run("resource list --domain food").out
    assert "food parcels" not in run("resource list --capacity full").out
    assert "food parcels" in run("resource search 'SPRINGFIELD 555'").out
    assert run("resource search nothing", width=80).out == "Nothing on record holds that.\n"
    objects = run("resource list --json").json
    assert objects[0]["languages"] == ["Spanish"] and objects[0]["phones"] == ["555-0100"]
    assert (
        run("resource list --fields service,capacity").out
        == "food parcels\topen\nlegal advice\tfull\n"
    )


def test_matching_says_why_and_why_not(run: Run, ben: None, pantry: None) -> None:
    run("resource add 'Sample Kitchen' 'hot meals' --domain food --language English")
    run("resource add Third boxes --domain food --capacity full")
    run("need add 1 'no stove' --domain housing")
    screen = run("resource match 1", width=100).out
    fits, near = screen.split("Near, and why not")
    assert "Spanish is spoken; serves Springfield" in " ".join(fits.split())
    assert "hot meals, Sample Kitchen: no Spanish: speaks English" in near
    assert "boxes, Third: full" in near
    assert "Nothing on record meets need2 no stove" in near
    objects = run("resource match 1 --json").json
    assert [each["fits"] for each in objects] == [True, False, False]
    assert objects[0]["needs"] == ["1.need1"]
    assert run("resource match 1 --need 2").out == ""
    assert len(run("resource match 1 --limit 1 --json").json) == 1
    assert run("resource match 1 --need 7").code == 3
    run("need met 1.need1")
    run("need met 1.need2")
    assert "has no open need" in run("resource match 1").err


def test_a_need_for_which_they_are_connected_is_left_out(run: Run, ben: None, pantry: None) -> None:
    run("refer 1 1 --need 1 --send --override asked")
    assert len(run("resource match 1 --json").json) == 1, "sent is not there yet"
    assert run("referral connected 1.ref1 'goes every Friday' --by phone").code == 0
    refused = run("resource match 1")
    assert (refused.code, refused.out) == (2, "")
    assert "nothing is left to match: 1.need1" in refused.err
    assert "connected by 1.ref1 (casectl need met 1.need1 ends it)" in refused.err
    run("need add 1 'a stove' --domain food")
    objects = run("resource match 1 --json")
    assert [each["needs"] for each in objects.json] == [["1.need2"]]
    assert "casectl: left out: 1.need1" in objects.err
    (again,) = run("resource match 1 --need 1 --json").json
    assert again["needs"] == ["1.need1"]


def test_in_private_no_word_of_the_client_s(run: Run, ben: None, pantry: None) -> None:
    for width in (None, 80):
        out = run("--private resource match 1", width=width).out
        assert "food parcels" in out and "Ben" not in out
        assert "no food" not in out and "Spanish" not in out


def test_a_catalogue_comes_and_goes(
    run: Run, pantry: None, tmp_path: Path, store: Caseload
) -> None:
    run("resource add Sample help --domain legal --verified '1 nov'")
    page = run("resource export").out
    assert [each["name"] for each in json.loads(page)["contents"]] == ["food parcels", "help"]
    path = tmp_path / "services.json"
    path.write_text(page, "utf-8")
    before = store.resources.all()
    assert run(f"resource import {path}").out == "0 new, 0 changed, 2 as they were.\n"
    assert store.resources.all() == before
    changed = json.loads(page)
    changed["contents"][1]["assured_date"] = "2026-10-01"
    changed["contents"][1]["alert"] = "moved"
    changed["contents"].append(
        {"id": "x", "name": "rides", "status": "active", "organization": {"name": "Third"}}
    )
    path.write_text(json.dumps(changed), "utf-8")
    result = run(f"resource import {path}")
    assert result.out.startswith("1 new, 1 changed, 1 as they were.\n")
    assert "Without a domain no case matches them" in result.out
    help_ = store.resources.numbered(2)
    assert help_ is not None and help_.body["alert"] == "moved"
    assert str(help_.verified_on) == "2026-11-01", "a later day is not taken back"
    assert run(f"resource import {path} --json").json["same"] == 3
    assert run("undo --yes").code == 0 and len(store.resources.all()) == 2


def test_a_bad_catalogue_takes_nothing_in(
    run: Run, pantry: None, tmp_path: Path, store: Caseload
) -> None:
    good = {"name": "rides", "status": "active", "organization": {"name": "Third"}}
    path = tmp_path / "services.json"
    path.write_text(json.dumps([good, {**good, "name": ""}]), "utf-8")
    result = run(f"resource import {path}")
    assert (result.code, result.out) == (5, "")
    assert result.err == "casectl: service 2: the service is empty; nothing was taken in\n"
    assert len(store.resources.all()) == 1


def test_the_standard_s_own_example_twice(run: Run, caseload: None, shared: Path) -> None:
    folder = shared / "data" / "hsds-3.0-examples"
    if not folder.is_dir():
        pytest.skip("the shared examples are not on this machine")
    assert run(f"resource import {folder / 'service_full.json'}").out.startswith("1 new")
    for name in ("service_full", "service_list"):  # the list says less, and takes nothing away
        result = run(f"resource import {folder / name}.json")
        assert result.code == 0, result.err
    assert run("resource show 1 --json").json["languages"] == ["Urdu"]
    assert "NOT VERIFIED for" in run("resource list").out


def test_a_profile_s_own_domain(run: Run, ben: None, tmp_path: Path) -> None:
    assert run("resource add Clinic papers --domain immigration").code == 2
    assert run("config set profile legal").code == 0
    assert run("resource add Clinic papers --domain immigration").code == 0
    run("need add 1 'no papers' --domain immigration")
    (fit,) = run("resource match 1 --json").json
    assert fit["domains"] == ["immigration"] and fit["needs"] == ["1.need2"]
    assert run("resource list --domain immi").out.count("\n") == 1
    path = tmp_path / "services.json"
    assert run(f"resource export -o {path}").code == 0
    assert path.read_text("utf-8") == run("resource export").out
    assert run(f"resource export -o {path}").code == 2, "it takes no other's place"
    assert run(f"resource import {path}").out == "0 new, 0 changed, 1 as they were.\n"
    assert run("refer 1 1 --need immigration").code == 0


def test_for_how_long_a_verification_counts_is_a_setting(run: Run, ben: None) -> None:
    run("resource add 'Old Pantry' parcels --domain food --verified 2026-10-01")
    assert run("resource list --unverified").out == ""
    assert run("config set verified_for 30").code == 0
    assert "NOT VERIFIED for 48 days" in run("resource list", width=80).out
    assert [each["verified"] for each in run("resource list --unverified --json").json] == [False]
    assert "NOT VERIFIED for 48 days" in run("resource match 1", width=80).out
    assert "is NOT VERIFIED for 48 days" in run("refer 1 1 --need 1").out
    assert run("config set verified_for 0").code == 2
