"""What a program requires and intake left out: asked for, given, or said to be not available."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from conftest import Run

from casectl.core.due import due_items
from casectl.core.model import KNOWABLE
from casectl.core.priority import priority_of, rank_key
from casectl.core.reminding import reminders
from casectl.core.standards import Intervals, Standards
from casectl.store import Caseload

ADA = "intake 'Ada Example' --urgency medium --on 2026-11-02 --program Housing --new --no-input"
WANTED = "config set standards.requires 'phone, birth date, safe contact'"
NEXT_MONTH = "2026-12-10"


@pytest.fixture(autouse=True)
def people(run: Run, caseload: None) -> None:
    for command in (WANTED, ADA, "follow 1 'ask for the lease' --due 2027-06-01"):
        assert run(command).code == 0


def missing(run: Run, today: str = "2026-11-18") -> Any:
    """What the case owes of it, as the list says."""
    for row in run("today --all --json", today=today).json:
        for reason in row["reasons"]:
            if reason["kind"] == "missing":
                return reason
    return None


def test_one_item_names_all_that_is_required_and_nothing_else(run: Run) -> None:
    row = missing(run)
    assert (row["item"], row["due"], row["band"]) == ("1.missing", "2026-11-09", "NOW")
    assert row["what"] == "find out: phone, birth date"
    assert row["text"] == "not known since intake Mon 2 Nov"
    run("edit 1 --phone '555 0100'")
    assert missing(run)["what"] == "find out: safe contact, birth date", "a phone wants its words"
    run("edit 1 --safe-contact evenings --dob 1978")
    assert missing(run) is None
    assert "language" in run("show 1 --json").json["missing"], "which nobody requires"


def test_nothing_is_required_unless_somebody_says_so(run: Run) -> None:
    assert run("config unset standards.requires").code == 0
    assert missing(run) is None


@pytest.mark.parametrize(
    "door",
    [
        "edit 2 --phone '555 0101'",
        "merge 1 3 --yes",
    ],
)
def test_what_is_not_available_ends_when_it_is_known_by_another_door(run: Run, door: str) -> None:
    run("intake --same 1 --program Legal --urgency low --no-input")
    run("intake 'Ada Exemplar' --phone '555 0101' --urgency low --no-input --new")
    assert run("edit 1 --not-available phone --reason 'lives outside'").code == 0
    done = run(door)
    assert done.code == 0, done.err
    pieces = run("show 1 --json").json["casework"]
    assert [each["state"] for each in pieces if each["kind"] == "unavailable"] == ["done"]
    assert run("undo").code == 0
    pieces = run("show 1 --json").json["casework"]
    assert [each["state"] for each in pieces if each["kind"] == "unavailable"] == ["open"]


def test_a_need_ends_that_there_is_none_to_be_had(run: Run) -> None:
    assert run("edit 1 --not-available need --reason 'will not say'").code == 0
    assert run("need add 1 'a flat' --domain housing").code == 0
    pieces = run("show 1 --json").json["casework"]
    assert [each["state"] for each in pieces if each["kind"] == "unavailable"] == ["done"]
    assert run("need drop 1.need1 'not hers' --no-input").code == 0
    assert "need" in run("show 1 --json").json["missing"]


def test_an_intake_of_long_ago_buries_nobody_under_its_paperwork(run: Run, store: Caseload) -> None:
    """A profile that asks for a fact from now on asks it of clients who came years ago."""
    run("intake 'Bo Sample' --urgency medium --risk low --on 2018-11-02 --new --no-input")
    asked = Standards(Intervals(requires=("phone",)))
    today = date(2026, 11, 18)
    case = store.cases.by_number(2)
    assert case is not None
    record = store.cases.record(case)
    old = next(each for each in due_items(record, asked, today) if each.kind == "missing")
    assert old.days_late > 10 * old.allowed
    assert priority_of(old) == 2.0, "the level alone"
    unreached = old._replace(kind="contact", days_late=1, due=date(2026, 11, 17))
    scale = asked.common_scale()
    assert rank_key(unreached, today, scale) < rank_key(old, today, scale)
    assert reminders([old], today, "09:00")[0].state.endswith("missed-1")
    assert "2.missing" not in {each["item"] for each in run("escalate --json").json}
    told = " ".join(run("today --explain 2", width=200).out.split())
    assert "priority = level 2; a missing fact counts as due, however late" in told


def test_a_program_asks_for_its_own(run: Run) -> None:
    assert run("config set programs.Housing.requires Language").code == 0
    assert missing(run)["what"] == "find out: language"
    assert run("config set programs.Housing.requires none").code == 0
    assert missing(run) is None
    assert run("config get programs.Housing.requires --json").json["value"] == []


def test_a_profile_asks_for_some(run: Run) -> None:
    run("config unset standards.requires")
    assert run("config profile reentry").code == 0
    assert missing(run)["what"] == "find out: phone, birth date"
    assert run("config get standards.requires --json").json["source"] == "profile reentry"


@pytest.mark.parametrize("value", ["'shoe size'", "'phone, shoe size'", "phone;language", "''"])
def test_only_facts_are_required(run: Run, value: str) -> None:
    refused = run(f"config set standards.requires {value}")
    assert refused.code == 2
    assert f"standards.requires is none, or some of {', '.join(KNOWABLE)}" in refused.err


def test_not_available_with_a_reason_and_back_again(run: Run) -> None:
    said = run("edit 1 --not-available Birth-Date --reason 'born abroad, no papers'")
    assert said.code == 0
    assert "birth date: not available (born abroad, no papers)" in said.out
    assert missing(run)["what"] == "find out: phone"
    shown = run("show 1", width=80).out
    assert "Not available: birth date (born abroad, no papers)" in shown
    assert "birth date" not in shown.partition("Missing: ")[2].partition("(")[0]
    told = run("show 1 --json").json
    assert told["not_available"] == [{"fact": "birth date", "reason": "born abroad, no papers"}]
    assert "added unavailable 1.na1: birth date (born abroad, no papers)" in run("history 1").out
    assert run("undo").code == 0
    assert missing(run)["what"] == "find out: phone, birth date"
    assert run("redo").code == 0
    assert missing(run)["what"] == "find out: phone"
    assert run("doctor").code == 0


def test_a_walk_offers_to_give_up_what_is_missing(run: Run) -> None:
    # name; birth date: why is asked again; phone: given up, and found after all; safe contact
    answers = ["", "!", "", "!", "no papers", "!", "lives outside", "<", "555-0100", "!", "unsaid"]
    said = run("edit 1", answers=[*answers, *[""] * 14])
    assert said.code == 0, said.err
    assert said.err.count("Birth date [missing; ! if it cannot be had]: ") == 2
    assert "reason is empty" in said.err
    assert "Phone [not available: lives outside]: " in said.err
    assert "Email [none]: " in said.err, "nobody misses it"
    assert "birth date: not available (no papers)" in said.out
    told = run("show 1 --json").json
    assert told["phone"] == "555-0100"
    assert told["not_available"] == [
        {"fact": "birth date", "reason": "no papers"},
        {"fact": "safe contact", "reason": "unsaid"},
    ]
    assert missing(run) is None
    assert run("undo").code == 0
    assert missing(run)["what"] == "find out: phone, birth date"


def test_a_walk_gives_up_nothing_that_is_known(run: Run) -> None:
    answers = ["", "", "555-0100", "!", "unsaid", "after 18:00", *[""] * 12]
    said = run("edit 1", answers=answers)
    assert said.code == 0, said.err
    assert "Why can the safe contact not be had?" in said.err
    assert run("show 1 --json").json["not_available"] == []
    assert run(["edit", "1", "--pronouns", "they"]).code == 0
    again = run("edit 1", answers=[*[""] * 11, "!", "she", *[""] * 5])
    assert again.code == 0 and "not be had?" not in again.err
    assert "! says that what is missing cannot be had; this is not" in again.err
    assert run("show 1 --json").json["pronouns"] == "she"


def test_a_sign_is_no_words_about_calling_and_no_reason(run: Run) -> None:
    """It would pass for known, and nobody would ask what must never be said."""
    answers = ["", "", "555-0100", "", "!", "", "!", "", "!", *[""] * 14]
    assert run("edit 1", answers=answers).code == 0
    told = run("show 1 --json").json
    assert (told["safe_when"], told["safe_how"], told["safe_never"]) == (None, None, None)
    asked = run("edit 1", answers=["", "!", "?", "!", "<", "!", "no papers", *[""] * 15])
    assert asked.err.count("why, in a few words") == 2
    assert run("show 1 --json").json["not_available"][0]["reason"] == "no papers"


def test_what_was_given_since_is_asked_for_again_once_it_is_gone(run: Run) -> None:
    run("edit 1 --not-available 'birth date' --reason 'no papers'")
    run("edit 1 --dob 1978")
    assert run("show 1 --json").json["not_available"] == []
    run("edit 1 --dob ''")
    assert missing(run)["what"] == "find out: phone, birth date"


def test_several_at_once_and_beside_what_is_given(run: Run) -> None:
    said = run(
        "edit 1 --language Dari --not-available phone --not-available 'birth date' --reason x"
    )
    assert said.code == 0
    assert "language: none -> Dari" in said.out
    assert missing(run) is None
    assert run("edit 1 --not-available program --reason x").code == 2, "it is in one"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--not-available 'shoe size' --reason x", "no fact 'shoe size'; there are risk, phone"),
        ("--not-available program --reason x", "the program of 1 is not missing; missing is risk"),
        ("--not-available phone", "--reason is missing"),
        ("--not-available phone --reason ''", "reason is empty"),
        ("--reason x", "--reason says why of --not-available FACT; name the fact as well"),
    ],
)
def test_what_is_refused_writes_nothing(run: Run, store: Caseload, words: str, says: str) -> None:
    before = store.journal.last_undoable()
    refused = run(f"edit 1 --language Dari {words}")
    assert refused.code == 2
    assert says in refused.err
    assert store.journal.last_undoable() == before


def test_a_person_is_asked_for_the_reason(run: Run) -> None:
    said = run("edit 1 --not-available phone", answers=["lives outside"])
    assert "phone: not available (lives outside)" in said.out


def test_nobody_reads_the_reason_over_a_shoulder(run: Run) -> None:
    said = run("--private edit 1 --not-available phone --reason 'lives outside'")
    assert "phone: not available (***)" in said.out
    for command in ("show 1", "show 1 --json", "history 1", "today --all --json"):
        told = run(f"--private {command}").out
        assert "outside" not in told
    assert missing(run)["what"] == "find out: birth date"


def test_every_case_of_the_client_knows_what_one_of_them_learns(run: Run) -> None:
    assert run("intake 'Ada Example' --same 1 --urgency low --on 2026-11-03 --no-input").code == 0
    assert run("doctor").code == 0, "the second case knew what is on file of the client"
    run("edit 2 --phone '555 0100' --safe-contact evenings --dob 1978")
    assert missing(run) is None
    assert run("doctor").code == 0
    run("undo")
    assert missing(run)["what"] == "find out: phone, birth date"
    assert run("doctor").code == 0


def test_a_merge_and_an_import_give_facts_as_well(run: Run) -> None:
    run("intake 'Ada Example' --phone '555 0100' --safe-contact evenings --new --on 2026-11-03")
    assert run("merge 1 2 --yes").code == 0
    assert missing(run)["what"] == "find out: birth date"
    assert run("doctor").code == 0
    sheet = "client id,name,urgency,birth date\nX1,Cy Sample,low,1978-01-01\n"
    assert run("intake --from - --yes", stdin=sheet).code == 0
    assert run("doctor").code == 0


def test_what_an_import_left_out_is_asked_for_when_the_contact_is(run: Run) -> None:
    run("config set standards.requires language")
    run("edit 1 --language Dari")
    sheet = "name,urgency\n" + "".join(f"Person{n} Example,medium\n" for n in range(6))
    assert run("intake --from - --yes", stdin=sheet).code == 0
    due: dict[str, list[tuple[int, str]]] = {
        reason["kind"]: [] for row in run("today --all --json").json for reason in row["reasons"]
    }
    for row in run("today --all --json", today="2026-12-31").json:
        for reason in row["reasons"]:
            due.setdefault(reason["kind"], []).append((row["case"], reason["due"]))
    assert sorted(due["missing"]) == sorted(due["contact"])[-6:]
    assert len({day for _, day in due["missing"]}) > 3, "nobody fills in sixty on one day"


def test_a_held_case_is_not_asked_and_a_need_on_file_says_what_it_is_about(run: Run) -> None:
    run("config set standards.requires need")
    assert missing(run)["what"] == "find out: need"
    run("need add 1 'a lease' --domain housing")
    assert missing(run) is None
    run("need drop 1.need1 'moved in'")
    assert missing(run)["what"] == "find out: need"
    run("hold 1 --until 2026-12-01 --reason x")
    assert missing(run) is None
    run("reopen 1 --reason back", today="2026-12-01")
    assert missing(run, NEXT_MONTH)["due"] == "2026-12-08"


def test_it_is_done_by_the_facts_alone(run: Run) -> None:
    for command in ("done 1.missing", "snooze 1.missing tomorrow later", "cancel 1.missing x"):
        refused = run(command)
        assert refused.code == 2
        assert "1.missing is cleared by the facts" in refused.err
        assert "casectl edit 1 --not-available FACT" in refused.err
