"""intake: one at a terminal, one in a script, many from a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import TODAY, Result, Run

from casectl.core.views import FAIL
from casectl.session import Session
from casectl.store import Caseload

NOW = date.fromisoformat(TODAY)  # a Wednesday


def shown(run: Run, case: int = 1) -> dict[str, Any]:
    made: dict[str, Any] = run(f"show {case} --json").json
    return made


def count(run: Run) -> int:
    return len(run("list --all --json").json)


def says_nothing_wrong(store: Caseload) -> bool:
    return not [each for each in store.checkup.findings() if each.state == FAIL]


def due_days(run: Run, kind: str) -> list[date]:
    cases = run("list --all --json").json
    found = [each for case in cases for each in shown(run, case["case"])["due"]]
    return [date.fromisoformat(each["due"]) for each in found if each["kind"] == kind]


# --- One, in a script -----------------------------------------------------------------------


def test_a_name_is_enough(run: Run, store: Caseload) -> None:
    result = run("intake 'Maria Example'")
    assert result.code == 0
    assert result.out.splitlines() == [
        "Took in Maria Example: case 1 (example-1), intake Wed 18 Nov 2026.",
        "Level medium (urgency medium), provisional: risk is not assessed.",
        "1.contact: make the first contact by Wed 25 Nov 2026.",
        "Missing facts: risk, phone, birth date, language, program, need "
        "(casectl set 1 --risk LEVEL, casectl edit 1).",
        "It owes a next step: casectl follow 1 TEXT --due WHEN",
    ]
    assert says_nothing_wrong(store)


def test_every_flag_is_kept(run: Run, caseload: None) -> None:
    result = run(
        "intake 'Maria Example' --dob 'mar 1978' --phone 555-0100 --email m@example.org "
        "--address '1 Sample St' --language Twi --interpreter --pronouns she/her "
        "--safe-contact 'never at work' --program Housing --referred-by 'a friend' "
        "--urgency high --risk low --need 'a flat' --next 'call the school' --due 'fri 9:00' "
        "--on 2026-11-16 --external-id P1"
    )
    assert result.code == 0
    assert "case 1 (example-1) in Housing, intake Mon 16 Nov 2026." in result.out
    assert "Level high (urgency high, risk low)." in result.out
    assert "Next: 1.1 call the school, Fri 20 Nov 2026, 09:00." in result.out
    assert "1.contact: make the first contact by Wed 18 Nov 2026." in result.out
    assert "Missing" not in result.out
    assert result.out.endswith("See it whole: casectl show 1\n")
    case = shown(run)
    assert {key: case[key] for key in ("birth_date", "phone", "email", "address", "language")} == {
        "birth_date": "1978-03",
        "phone": "555-0100",
        "email": "m@example.org",
        "address": "1 Sample St",
        "language": "Twi",
    }
    assert (case["interpreter"], case["pronouns"]) == (True, "she/her")
    assert (case["safe_contact"], case["client_external_id"]) == ("never at work", "P1")
    assert (case["urgency"], case["risk"], case["level"]) == (3, "low", 3)
    assert (case["program"], case["need"], case["referred_by"]) == ("Housing", "a flat", "a friend")
    assert (case["opened_on"], case["level_reviewed_on"]) == ("2026-11-16", "2026-11-16")
    (promise,) = case["promises"]
    assert (promise["what"], promise["subject"]) == ("call the school", "call")


def test_json_says_what_was_made(run: Run, caseload: None) -> None:
    made = run("intake 'Maria Example' --next call --due fri --json").json
    assert (made["case"], made["handle"], made["client"]) == (1, "example-1", "Maria Example")
    assert (made["level"], made["provisional"], made["case_status"]) == (2, True, "active")
    assert (made["next"]["item"], made["next"]["due"]) == ("1.1", "2026-11-20")
    assert [each["item"] for each in made["owed"]] == ["1.1", "1.contact", "1.assessment"]
    assert made["missing"] == ["risk", "phone", "birth date", "language", "program", "need"]
    assert run("intake 'Bo Sample' --fields case,handle").out == "2\tsample-2\n"


def test_a_crisis_begins_on_the_day_of_intake(run: Run, caseload: None) -> None:
    result = run("intake 'Maria Example' --risk imminent --on yesterday")
    assert "1.safety: reach the client today, and every day until" in result.out
    assert "casectl reached 1" in result.out
    assert shown(run)["crisis_since"] == "2026-11-17"


def test_a_referral_waits_until_it_is_taken_on(run: Run, caseload: None) -> None:
    result = run("intake 'Maria Example' --pending --urgency low --risk none")
    assert "Noted a referral of Maria Example: case 1" in result.out
    assert "Take it on by Wed 2 Dec 2026: casectl accept 1" in result.out
    assert shown(run)["case_status"] == "pending"


@pytest.mark.parametrize(
    ("risk", "urgency", "level"),
    [("none", 1, 1), ("low", 1, 1), ("moderate", 2, 2), ("high", 2, 3), ("imminent", 2, 4)],
)
def test_an_unsaid_urgency_is_no_higher_than_an_assessed_risk(
    run: Run, caseload: None, risk: str, urgency: int, level: int
) -> None:
    run(f"intake 'Maria Example' --risk {risk}")
    run("intake --from -", stdin=f"name,risk\nBo Sample,{risk}\n")
    for case in (1, 2):
        assert (shown(run, case)["urgency"], shown(run, case)["level"]) == (urgency, level)
    run(f"intake 'Dora Test' --risk {risk} --urgency high")
    assert shown(run, 3)["urgency"] == 3
    run(f"set 1 --risk {risk} --reason looked")
    assert shown(run)["level"] == level


def test_an_urgency_that_was_asked_for_is_what_the_question_said(run: Run, caseload: None) -> None:
    run("intake 'Maria Example' --risk low", answers=["", "", ""])
    assert (shown(run)["urgency"], shown(run)["risk"]) == (2, "low")


@pytest.mark.parametrize("risk", ["none", "low", "moderate", "high", "imminent", " High "])
def test_risk_takes_its_five_words(run: Run, caseload: None, risk: str) -> None:
    assert run(["intake", "Maria Example", "--risk", risk]).code == 0
    assert shown(run)["risk"] == risk.strip().lower()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("", "an intake needs a name"),
        ("''", "the name is empty"),
        ("' \u200b\u2060'", "the name is empty"),
        ("A --risk medium", "no risk 'medium'; there are none, low, moderate, high, imminent"),
        ("A --urgency urgent", "no level 'urgent'; there are crisis, high, medium, low"),
        ("A --dob 2045-01-24", "it lies in the future"),
        ("A --dob 1990-02-30", "February 1990 has 28 days"),
        ("A --on tomorrow", "an intake cannot be in the future; give today or an earlier day"),
        ("A --next call", "--next needs --due WHEN"),
        ("A --due fri", "--due needs --next TEXT"),
        ("A --next call --due yesterday", "is before the intake on Wed 18 Nov 2026"),
        ("A --next call --due 03/04/2027", "it could be 3 April or 4 March"),
        ("A --next '' --due fri", "the next step is empty"),
        ("A --phone ''", "the phone is empty"),
        ("A --new --same 1", "--new and --same say opposite things"),
        ("A --skip-bad", "--skip-bad and --encoding go with --from FILE"),
        ("A --from x.csv", "with --from, the rows say who it is"),
        ("--from x.csv --phone 1", "with --from, the rows say who it is"),
        ("--from ''", "--from needs the path of a file"),
    ],
)
def test_a_bad_value_writes_nothing(run: Run, caseload: None, words: str, error: str) -> None:
    result = run(f"intake {words}")
    assert (result.code, result.out) == (2, "")
    assert error in result.err
    assert result.err.count("\n") == 1
    assert count(run) == 0


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("A" * 201, "the name is over 200 characters"),
        ("A" * 100_000, "the name is over 200 characters"),
        ("A\0B", "holds a NUL character"),
        ("\udcff\udcfe name", "not valid UTF-8"),
    ],
)
def test_a_name_that_cannot_be_kept(run: Run, caseload: None, name: str, error: str) -> None:
    result = run(["intake", name])
    assert result.code == 2
    assert error in result.err
    assert count(run) == 0


def test_200_characters_are_a_name(run: Run, caseload: None) -> None:
    assert run(["intake", "é" * 200]).code == 0
    assert shown(run)["client"] == "é" * 200


def test_hostile_names_are_kept_exactly_and_shown_harmlessly(
    run: Run, caseload: None, shared: Path
) -> None:
    inputs = json.loads((shared / "data" / "hostile_inputs.json").read_text(encoding="utf-8"))
    names = [
        each["input"]
        for each in inputs
        if ("name" in each["where"] or "any text field" in each["where"])
        and not each["input"].startswith("py:")
    ]
    taken = 0
    for name in names:
        result = run(["intake", "--new", "--need", name, "--", name])
        assert not set(result.out + result.err) & set("\x1b\x07\b\x9b\u202e"), name
        if result.code == 0:
            taken += 1
            case = shown(run, taken)
            assert (case["client"], case["need"]) == (name.strip(), name)
        else:
            assert (result.code, result.err.count("\n")) == (2, 1)
    assert taken > len(names) / 2


def test_a_declared_program_is_spelled_as_declared(
    run: Run, caseload: None, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text("[programs.Housing]\n[programs.Legal]\n", "utf-8")
    assert run("intake 'Maria Example' --program housing").code == 0
    assert shown(run)["program"] == "Housing"
    result = run("intake 'Bo Sample' --program Huosing")
    assert result.code == 2
    assert "no program 'Huosing'; there are Housing, Legal; did you mean Housing?" in result.err


def test_without_a_caseload_a_script_is_told_how_to_make_one(run: Run) -> None:
    result = run("intake 'Maria Example'")
    assert result.code == 3
    assert "casectl init makes one" in result.err


# --- Who is on file already -----------------------------------------------------------------


@pytest.fixture
def maria(run: Run, caseload: None) -> None:
    assert run("intake 'María Example' --dob 1978-03 --external-id P1 --risk low").code == 0


@pytest.mark.parametrize(
    "words",
    ["'maria  EXAMPLE'", "'Maria Example' --dob 1978-03-29", "'Somebody Else' --external-id P1"],
)
def test_a_script_is_stopped_by_a_possible_duplicate(run: Run, maria: None, words: str) -> None:
    result = run(f"intake {words}")
    assert result.code == 4
    assert "possibly on file already: example-1 (María Example)" in result.err
    assert "--new for a new person, --same CASE" in result.err
    assert count(run) == 1


def test_another_birth_date_is_another_person(run: Run, maria: None) -> None:
    assert run("intake 'Maria Example' --dob 1980").code == 0


def test_new_is_somebody_new(run: Run, maria: None) -> None:
    assert run("intake 'Maria Example' --new").code == 0
    assert shown(run, 1)["client_id"] != shown(run, 2)["client_id"]


def test_same_is_another_case_of_the_same_person(run: Run, store: Caseload, maria: None) -> None:
    result = run("intake --same 1 --urgency low --need 'a flat'")
    assert result.code == 0
    assert "Took in María Example: case 2 (example-2)" in result.out
    assert shown(run, 1)["client_id"] == shown(run, 2)["client_id"]
    assert [each["case"] for each in shown(run, 2)["other_cases"]] == [1]
    assert says_nothing_wrong(store)


def test_same_leaves_what_is_known_of_the_person(run: Run, maria: None) -> None:
    result = run("intake --same 1 --phone 555-0100")
    assert result.code == 2
    assert "the phone of María Example is on file already; casectl edit 1" in result.err
    assert count(run) == 1


def test_same_needs_a_case_that_is_there(run: Run, maria: None) -> None:
    assert run("intake --same 7").code == 3
    assert run("intake --same mari").code == 4  # a guess, and nobody to confirm it


@pytest.mark.parametrize(("answer", "persons"), [("1", 1), ("example-1", 1), ("n", 2), ("new", 2)])
def test_at_a_terminal_it_is_asked(run: Run, maria: None, answer: str, persons: int) -> None:
    flags = "--urgency low --risk low --next call --due fri"
    result = run(f"intake 'Maria Example' {flags}", answers=["7", answer])
    assert result.code == 0
    assert "1  María Example (example-1), born 1978-03, active, intake Wed 18 Nov" in result.err
    assert len({shown(run, case)["client_id"] for case in (1, 2)}) == persons


def test_what_was_typed_of_a_known_person_is_not_dropped_silently(run: Run, maria: None) -> None:
    words = "intake 'Maria Example' --phone 555-0100 --urgency low --risk low --next x --due fri"
    result = run(words, answers=["1"])
    assert result.code == 0
    assert "Their phone stays as it is on file: casectl edit 1" in result.err
    assert shown(run, 2)["phone"] is None


def test_it_is_asked_as_soon_as_there_is_a_name(run: Run, maria: None) -> None:
    result = run("intake", answers=["Maria Example", "n", "high", "low", ""])
    assert result.code == 0
    asked = ["Name: ", "Possibly on file already", "Its number for a new case", "Urgency: "]
    places = [result.err.index(each) for each in asked]
    assert places == sorted(places)
    assert result.err.count("Its number for a new case") == 1


def test_a_birth_date_that_is_known_counts_there(run: Run, maria: None) -> None:
    result = run("intake --dob 1980", answers=["Maria Example", "", "", ""])
    assert result.code == 0
    assert "Possibly on file" not in result.err
    result = run("intake 'Maria Example' --dob 1978", answers=["n", "", "", ""])
    assert "born 1978-03, active" in result.err


def test_going_back_asks_again_only_about_another_name(run: Run, maria: None) -> None:
    answers = ["Maria Example", "1", "<", "", "<", "Bo Sample", "", "", ""]
    result = run("intake", answers=answers)
    assert result.code == 0
    assert result.err.count("Possibly on file already") == 1
    assert shown(run, 2)["client"] == "Bo Sample"
    assert shown(run, 2)["client_id"] != shown(run, 1)["client_id"]


def test_stopping_there_writes_nothing_and_keeps_the_draft(run: Run, maria: None) -> None:
    words = "intake 'Maria Example' --phone 555-0100 --urgency high"
    result = run(words, answers=[""])
    assert (result.code, result.out, count(run)) == (1, "", 1)
    assert result.err.endswith(
        "Kept as a draft: casectl intake goes on with it.\ncasectl: nothing was written\n"
    )
    result = run("intake", answers=["", "n", "", ""])
    assert "An intake of Maria Example was interrupted. Go on with it? [Y/n]" in result.err
    case = shown(run, 2)
    assert (case["client"], case["phone"], case["urgency"]) == ("Maria Example", "555-0100", 3)
    assert "interrupted" not in run("intake", answers=["Chen Mock", "", "", ""]).err


def test_a_draft_survives_a_slip_and_a_no(run: Run, maria: None) -> None:
    run("intake 'Maria Example' --phone 555-0100 --urgency high", answers=[""])
    result = run("intake", answers=["?", "later", "n"])
    assert result.err.count("Answer y or n; Enter is y.") == 2
    assert "It is dropped once this intake has a name." in result.err
    assert run("intake", answers=["y", "n", "", ""]).code == 0, "no name came, so it is there"
    assert shown(run, 2)["phone"] == "555-0100"


def test_what_all_stands_on_the_command_line_is_kept_as_well(run: Run, maria: None) -> None:
    words = "intake 'Maria Example' --urgency low --risk low --next call --due fri"
    assert "Kept as a draft" in run(words, answers=[""]).err
    assert run("intake", answers=["y", "1"]).code == 0
    assert shown(run, 2)["client_id"] == shown(run, 1)["client_id"]


def test_a_draft_is_not_mixed_into_somebody_else_s_intake(run: Run, maria: None) -> None:
    run("intake 'Maria Example' --phone 555-0100", answers=[""])
    result = run("intake 'Bo Sample'", answers=["n"])
    assert (result.code, count(run)) == (1, 1)
    question = "An intake of Maria Example was interrupted. Drop it, and take in Bo Sample instead?"
    assert question in result.err
    assert run("intake 'Bo Sample'", answers=["y", "", "", ""]).code == 0
    assert shown(run, 2)["phone"] is None


# --- Guided ---------------------------------------------------------------------------------


def test_it_asks_for_what_nobody_said(run: Run, caseload: None) -> None:
    result = run("intake", answers=["Maria Example", "high", "low", "call the school", "fri 9:00"])
    assert result.code == 0
    assert "Next: 1.1 call the school, Fri 20 Nov 2026, 09:00." in result.out
    case = shown(run)
    assert (case["client"], case["urgency"], case["risk"]) == ("Maria Example", 3, "low")


def test_every_question_but_the_name_is_skipped_with_enter(run: Run, caseload: None) -> None:
    result = run("intake", answers=["", "Maria Example", "", "", ""])
    assert result.code == 0
    assert "A case needs a name" in result.err
    assert "It owes a next step" in result.out
    assert (shown(run)["urgency"], shown(run)["risk"]) == (2, None)


def test_what_the_command_line_says_is_not_asked(run: Run, caseload: None) -> None:
    result = run("intake 'Maria Example' --urgency low --next call --due fri", answers=["high"])
    assert result.code == 0
    assert [line.split(":")[0] for line in result.err.splitlines()[1:]] == ["Risk"]


def test_no_input_asks_nothing(run: Run, caseload: None) -> None:
    result = run("intake 'Maria Example' --no-input", answers=[])
    assert (result.code, result.err) == (0, "")


def test_a_question_mark_helps_and_a_bad_answer_is_asked_again(run: Run, caseload: None) -> None:
    answers = [
        "?",
        "Maria Example",
        "very",
        "?",
        "low",
        "",
        "call",
        "30 feb",
        "tue",
    ]
    result = run("intake", answers=answers)
    assert result.code == 0
    assert "Initials or a case number will do" in result.err
    assert "no level 'very'" in result.err
    assert "cannot read '30 feb' as a day" in result.err
    assert "Tue 24 Nov 2026" in result.err
    assert shown(run)["urgency"] == 1


def test_going_back_shows_the_answer_and_enter_keeps_it(run: Run, caseload: None) -> None:
    answers = ["<", "Maria Exmple", "high", "<", "<", "Maria Example", "", "-", "low", ""]
    result = run("intake", answers=answers)
    assert result.code == 0
    assert "That was the first question." in result.err
    assert "Name [Maria Exmple]: " in result.err
    case = shown(run)
    assert (case["client"], case["urgency"], case["risk"]) == ("Maria Example", 3, "low")


def test_a_next_step_that_gets_no_day_can_be_taken_back(run: Run, caseload: None) -> None:
    result = run("intake 'Maria Example' --urgency low --risk low", answers=["call", "", "<", "-"])
    assert result.code == 0
    assert "A next step needs a day" in result.err
    assert "It owes a next step" in result.out


def test_a_day_before_the_intake_is_asked_again(run: Run, caseload: None) -> None:
    flags = "--urgency low --risk low --next call --on 2026-11-10"
    result = run(f"intake 'Maria Example' {flags}", answers=["2026-11-09", "2026-11-12"])
    assert result.code == 0
    assert "is before the intake" in result.err
    assert shown(run)["promises"][0]["due"] == "2026-11-12"


def test_it_offers_to_create_the_caseload(run: Run) -> None:
    result = run("intake", answers=["y", "Maria Example", "", "", ""])
    assert result.code == 0
    assert "There is no caseload at" in result.err
    assert shown(run)["client"] == "Maria Example"


def test_no_caseload_is_created_against_a_no(run: Run, tmp_path: Path) -> None:
    assert run("intake", answers=["n"]).code == 1
    assert not (tmp_path / "caseload.db").exists()


# --- Drafts ---------------------------------------------------------------------------------

Interrupt = Callable[..., Result]


@pytest.fixture
def interrupt(run: Run, monkeypatch: pytest.MonkeyPatch, caseload: None) -> Interrupt:
    """Ctrl-C after these answers."""

    def interrupt(command: str, *answers: str) -> Result:
        left = list(answers)

        def ask(self: Session, question: str) -> str:
            if not left:
                raise KeyboardInterrupt
            return left.pop(0)

        with monkeypatch.context() as patch:
            patch.setattr(Session, "ask", ask)
            return run(command, answers=[])

    return interrupt


def test_what_was_typed_survives_an_interruption(run: Run, interrupt: Interrupt) -> None:
    words = "intake --phone 555-0100 --pending --interpreter"
    result = interrupt(words, "Maria Example", "high", "", "call", "fri")
    assert result.code == 0  # every question was answered
    result = interrupt(words.replace("0100", "0177"), "Bo Sample", "high", "", "call the school")
    assert result.code == 130
    assert "Kept as a draft: casectl intake goes on with it." in result.err
    assert count(run) == 1

    result = run("intake", answers=["", "", "fri"], today="2026-11-30")
    assert "An intake of Bo Sample was interrupted. Go on with it? [Y/n]" in result.err
    case = shown(run, 2)
    assert (case["client"], case["urgency"], case["phone"]) == ("Bo Sample", 3, "555-0177")
    assert (case["case_status"], case["interpreter"]) == ("pending", True)
    assert case["promises"][0]["due"] == "2026-12-04"
    assert "interrupted" not in run("intake", answers=["Chen Mock", "", "", ""]).err


def test_a_day_means_what_it_meant_when_it_was_typed(run: Run, interrupt: Interrupt) -> None:
    interrupt("intake --next call --due 'fri 9:00' --on yesterday", "Maria Example")
    run("intake", answers=["y", "", ""], today="2026-11-30")
    case = shown(run)
    assert (case["opened_on"], case["promises"][0]["due"]) == ("2026-11-17", "2026-11-20")
    assert case["promises"][0]["time"] == "09:00"


def test_what_comes_before_a_drafted_answer_can_be_gone_back_to(
    run: Run, interrupt: Interrupt
) -> None:
    interrupt("intake", "Maria Exmple", "high", "low")
    answers = ["y", "<", "<", "<", "Maria Example", "", "", ""]
    assert run("intake", answers=answers).code == 0
    assert (shown(run)["client"], shown(run)["risk"]) == ("Maria Example", "low")


def test_a_draft_can_be_dropped(run: Run, interrupt: Interrupt) -> None:
    interrupt("intake", "Maria Example", "high")
    assert run("intake", answers=["n", "Bo Sample", "", "", ""]).code == 0
    assert shown(run)["client"] == "Bo Sample"
    assert "interrupted" not in run("intake", answers=["Chen Mock", "", "", ""]).err


def test_an_interruption_at_the_last_question_keeps_the_draft(
    run: Run, interrupt: Interrupt
) -> None:
    result = interrupt("intake", "Maria Example", "high", "low")
    assert result.code == 130
    assert "Kept as a draft" in result.err
    assert run("intake", answers=["y", ""]).code == 0
    assert shown(run)["risk"] == "low"


def test_an_interruption_where_somebody_is_on_file_keeps_the_draft(
    run: Run, interrupt: Interrupt
) -> None:
    run("intake 'Maria Example'")
    for result in (interrupt("intake 'Maria Example' --risk low"), interrupt("intake", "y")):
        assert result.code == 130
        assert "Kept as a draft" in result.err
    result = run("intake", answers=["y", "n", "high", ""])
    assert result.code == 0
    assert shown(run, 2)["risk"] == "low"


def test_nothing_typed_is_no_draft(run: Run, interrupt: Interrupt) -> None:
    assert "Kept" not in interrupt("intake").err
    assert run("intake", answers=["Maria Example", "", "", ""]).code == 0


def test_a_script_does_not_touch_a_draft_it_is_not_asked_about(
    run: Run, store: Caseload, interrupt: Interrupt
) -> None:
    interrupt("intake", "Maria Example")
    assert run("intake --from - --json", stdin="name\nBo Sample\n").code == 0
    assert "Maria Example" in (store.intake.draft("intake") or "")


# --- Many -----------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes], str]:
    def file(content: str | bytes) -> str:
        path = tmp_path / "rows.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return file


File = Callable[[str | bytes], str]


def test_rows_become_cases(run: Run, store: Caseload, file: File) -> None:
    path = file(
        "Client name;D.O.B.;Level;Risk;Last contact;Next step;Due;Court date;Hair\n"
        "Maria Example;March 1978;high;moderate;2026-11-10;call the school;2026-11-20;;red\n"
        "Bo Sample;;low;;;;;2026-12-01 9:30;\n"
        "Chen Mock;;;imminent;;ask about rent;;;\n"
    )
    result = run(f"intake --from {path}")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "Took in 3 of 3 rows: cases 1 to 3.",
        "Columns not understood, so left out: Hair.",
        "Where the last contact is not known, contact comes due spread over days ahead.",
        "casectl undo takes it all back.",
        "Next: casectl today",
    ]
    maria, bo, chen = (shown(run, case) for case in (1, 2, 3))
    assert (maria["birth_date"], maria["level"], maria["last_reached"]) == (
        "1978-03",
        3,
        "2026-11-10",
    )
    assert [(each["kind"], each["what"]) for each in maria["promises"]] == [
        ("follow_up", "call the school")
    ]
    (court,) = bo["promises"]
    assert (court["kind"], court["subject"], court["time"]) == ("deadline", "court", "09:30")
    assert chen["crisis_since"] == TODAY
    assert [each["text"] for each in chen["notes"]] == [
        "Next step, imported without a day: ask about rent"
    ]
    assert run("search rent --json").json
    assert says_nothing_wrong(store)


OF_A_WEEK = (
    "Client First Name,Client Last Name,Client ID #,Last Contact Dt,Next Step / Task,"
    "Task Due,Risk Lvl,Special Instructions\n"
    "Maria,Example,HMIS-1001,11/16/2026,call the school,11/20/2026,high,Do not leave voicemail\n"
)


def test_the_headings_of_another_system_are_read_as_meant(run: Run, store: Caseload) -> None:
    result = run("intake --from -", stdin=OF_A_WEEK)
    assert (result.code, result.err) == (0, "")
    assert "not understood" not in result.out
    maria = shown(run)
    assert (maria["client"], maria["client_external_id"]) == ("Maria Example", "HMIS-1001")
    assert (maria["risk"], maria["last_reached"]) == ("high", "2026-11-16")
    assert maria["safe_contact"] == "Do not leave voicemail"
    assert [(each["what"], each["due"]) for each in maria["promises"]] == [
        ("call the school", "2026-11-20")
    ]
    assert "casectl undo takes it all back.\nNext: casectl today" in result.out
    assert says_nothing_wrong(store)


def test_numbers_stand_for_names_only_on_purpose_where_a_column_may_name(
    run: Run, caseload: None
) -> None:
    stdin = "Full nm of person,Client ID,Risk\nMaria Example,HMIS-1001,high\n"
    refused = run("intake --from -", stdin=stdin)
    assert (refused.code, refused.out, count(run)) == (5, "", 0)
    assert refused.err == (
        "casectl: no column is understood as a name (Full nm of person?), and Client ID would be "
        "it; call it name, or first name and last name; --yes goes on with the numbers\n"
    )
    assert run("intake --from - --yes", stdin=stdin).code == 0
    assert shown(run)["client"] == "HMIS-1001"


def test_a_person_sees_how_the_columns_were_read(run: Run, caseload: None, file: File) -> None:
    path = file("Full nm of person,Client ID,Risk\nMaria Example,HMIS-1001,high\n")
    result = run(f"intake --from {path}", answers=["n"])
    assert (result.code, result.out, count(run)) == (1, "", 0)
    assert "  Client ID: client id\n  Risk: risk\n" in result.err
    assert "Not understood, so left out: Full nm of person." in result.err
    assert run(f"intake --from {path}", answers=["y"]).code == 0


def test_numbers_stand_for_names_where_no_column_may_name(run: Run, caseload: None) -> None:
    stdin = "Case number,Case manager name,Household\nA-1,Kim,3\n"
    assert run("intake --from -", stdin=stdin).code == 0
    assert shown(run)["client"] == "A-1"


def test_levels_may_be_shortened_and_never_is_no_day(run: Run, caseload: None) -> None:
    stdin = "name,level,risk,last contact\nAnn,M,Med,never\nBo,h,MEDIUM,n/a\nCy,moderate,l,\n"
    result = run("intake --from -", stdin=stdin)
    assert (result.code, result.err) == (0, "")
    told = [shown(run, case) for case in (1, 2, 3)]
    assert [each["risk"] for each in told] == ["moderate", "moderate", "low"]
    assert [each["urgency"] for each in told] == [2, 3, 2]
    assert {each["last_reached"] for each in told} == {None}


def test_a_next_step_that_speaks_of_a_court_is_pointed_out(run: Run, caseload: None) -> None:
    stdin = (
        "name,next step,due\nAnn,call,2026-11-20\nBo,Court eviction hearing,2026-11-20\n"
        "Cy,file the appeal,2026-12-01\n"
    )
    result = run("intake --from -", stdin=stdin)
    assert (
        "2 next steps speak of a court or an appeal, and are follow-ups here: casectl deadline "
        "CASE TEXT --on DAY puts it among the deadlines (2, 3)."
    ) in result.out


def test_who_may_be_there_twice_under_another_name_is_told(run: Run, store: Caseload) -> None:
    run("intake 'Bo Sample' --dob 1990-03-04 --phone 555-0111 --new --no-input")
    stdin = (
        "name,dob,phone\nMary Example,1980-02-01,555-0100\n"
        '"Mary ""Molly"" Example",1980-02-01,555-0100\nSister,1982-02-01,555-0100\n'
        "Robert Sample,1990-03-04,555-0111\nCy,1990,555-0111\nDi,1990,555-0111\n"
    )
    result = run("intake --from -", stdin=stdin)
    assert (
        "Perhaps the same person twice, for birth date and phone agree: 1 and 5, 2 and 3 "
        "(casectl merge joins two)."
    ) in result.out
    assert (
        "Perhaps" not in run("intake --from -", stdin="name,dob,phone\nEd,1970-01-01,1234567\n").out
    )


def test_what_is_left_out_adds_up(run: Run, caseload: None) -> None:
    run("intake 'Bo Sample'")
    result = run("intake --from -", stdin="name,risk\nAnn,huge\nBo Sample,\nCy,\nDi,\n")
    assert result.err.splitlines()[-1] == (
        "casectl: 1 of 4 rows cannot be taken in, and 1 may be there already, so nothing was "
        "written; correct them, --skip-bad takes the other 2"
    )


def test_two_phones_are_both_found(run: Run, caseload: None) -> None:
    stdin = "name,home phone,cell phone,email,safe contact\nAnn,555-0100,555-0199,,never at home\n"
    assert "not understood" not in run("intake --from -", stdin=stdin).out
    assert shown(run)["phone"] == "555-0100 (home); 555-0199 (cell)"
    assert [each["case"] for each in run("search 555-0199 --json").json] == [1]
    assert "never at home" in run("show 1").out


def test_a_name_is_found_whichever_part_stands_first(run: Run, store: Caseload) -> None:
    stdin = 'name\n"Gomez, Hal"\nBo Sample\n'
    result = run("intake --from -", stdin=stdin)
    assert "1 name written family name first: turned round." in result.out
    for words in ("hal gomez", "gomez, hal", "Gomez, H", "gomez-1"):
        assert run(["show", words, "--json"]).json["client"] == "Hal Gomez"
    assert run(["reached", "hal gomez", "--yes"]).code == 0
    assert run(["intake", "GOMEZ, Hal"]).code == 4
    assert run(["intake", "Alvarez, Rosa"]).code == 0, "kept as it was typed"
    assert shown(run, 3)["client"] == "Alvarez, Rosa"
    assert run(["show", "rosa alvarez", "--json"]).json["case"] == 3
    assert run("intake 'Rosa Alvarez'").code == 4
    assert run("intake --from -", stdin="name\nRosa Alvarez\n").code == 4
    assert run(["edit", "3", "--name", "Alvarez-Ruiz, Rosa"]).code == 0
    assert run("intake 'Rosa Alvarez-Ruiz'").code == 4
    assert says_nothing_wrong(store)


def test_a_total_becomes_no_client(run: Run, caseload: None) -> None:
    result = run("intake --from -", stdin="name,dob,phone\nMaria Example,,\nTotal: 1,,\n")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[:2] == [
        "Row 3 is a total, not a person: left out.",
        "Took in 1 of 1 row: case 1.",
    ]
    assert count(run) == 1
    again = run("intake --from -", stdin="name\nBo Sample\nSubtotal\nCy Mock\nGrand total\n")
    assert "Rows 3, 5 are totals, not people: left out." in again.out
    assert count(run) == 3


def test_a_pipe_gives_the_same(run: Run, caseload: None) -> None:
    result = run("intake --from - --json", stdin="\ufeffname,Age\nMaria Example,40\n")
    assert result.json == {
        "rows": 1,
        "taken": 1,
        "closed": 0,
        "left_out": 0,
        "left_out_pressing": 0,
        "without_cells": 0,
        "total_rows": 0,
        "filled_in": 0,
        "first_case": 1,
        "last_case": 1,
        "ignored_columns": ["Age"],
        "date_orders": {},
    }


def test_the_import_is_one_operation_and_can_be_undone(
    run: Run, caseload: None, file: File
) -> None:
    path = file("name,last contact\n" + "".join(f"Person {n},2026-11-01\n" for n in range(30)))
    assert run(f"intake --from {path}").code == 0
    assert count(run) == 30
    assert run("undo").code == 0
    assert count(run) == 0


def test_pending_and_program_go_for_every_row(run: Run, caseload: None) -> None:
    stdin = "name,program\nMaria Example,\nBo Sample,Legal\n"
    assert run("intake --from - --pending --program Housing", stdin=stdin).code == 0
    assert [(shown(run, n)["case_status"], shown(run, n)["program"]) for n in (1, 2)] == [
        ("pending", "Housing"),
        ("pending", "Legal"),
    ]


BAD_ROWS = "name,level\nMaria Example,low\nBo Sample,urgent\nChen Mock\nDora Test,high\n"
BAD_LEVEL = "row 3, level: no level like that; there are crisis, high, medium, low"


def test_a_bad_row_stops_all_of_them(run: Run, caseload: None) -> None:
    result = run("intake --from -", stdin=BAD_ROWS)
    assert (result.code, result.out) == (5, "")
    assert result.err.splitlines() == [
        BAD_LEVEL,
        "row 4: it has 1 cell, and there are 2 columns",
        "casectl: 2 of 4 rows cannot be taken in, so nothing was written; correct them, "
        "--skip-bad takes the other 2",
    ]
    assert count(run) == 0


def test_skip_bad_takes_the_good_rows_and_still_reports(run: Run, store: Caseload) -> None:
    result = run("intake --from - --skip-bad", stdin=BAD_ROWS)
    assert result.code == 0
    assert result.err.splitlines() == [
        BAD_LEVEL,
        "row 4: it has 1 cell, and there are 2 columns",
    ]
    assert "Took in 2 of 4 rows: cases 1 to 2.\n2 left out, as reported.\n" in result.out
    assert result.out.endswith(
        "First: 1 row left out with a level or risk that is high, crisis, imminent or not "
        "readable (3).\n"
    )
    assert [each["client"] for each in run("list --json").json] == ["Maria Example", "Dora Test"]
    assert says_nothing_wrong(store)


def test_a_long_report_is_cut_only_where_the_file_comes_again(run: Run, caseload: None) -> None:
    stdin = "name,level\n" + "A,x\n" * 300
    result = run("intake --from -", stdin=stdin)
    assert result.err.count("\n") == 202
    assert "and 100 lines more like these" in result.err
    assert run("intake --from - --skip-bad", stdin=stdin).err.count("\n") == 300


BAD_CELLS = (
    "name,dob,phone,risk\nMaria Example,2045-01-24,at home,imminent\nBo Sample,1990,,low\n"
    "Chen Mock,,,severe\n"
)


def test_a_client_in_danger_is_not_left_out_for_a_bad_phone_number(
    run: Run, store: Caseload
) -> None:
    result = run("intake --from -", stdin=BAD_CELLS)
    assert (result.code, count(run)) == (5, 0)
    assert result.err.splitlines()[-1] == (
        "casectl: 2 of 3 rows cannot be taken in, so nothing was written; correct them, "
        "--skip-bad takes the other 1 and 1 without the cells named"
    )
    result = run("intake --from - --skip-bad", stdin=BAD_CELLS)
    assert result.code == 0
    assert result.err.splitlines()[:2] == [
        "row 2, dob: it lies in the future; taken in without it",
        "row 2, phone: not a phone number (5 to 15 digits, then perhaps an extension); "
        "taken in without it",
    ]
    assert result.out.splitlines()[:3] == [
        "Took in 2 of 3 rows: cases 1 to 2.",
        "1 of them without the cells reported, which a note on the case keeps.",
        "1 left out, as reported.",
    ]
    assert "not readable (4)." in result.out.splitlines()[-1]
    maria = shown(run)
    assert (maria["risk"], maria["phone"], maria["birth_date"]) == ("imminent", None, None)
    assert [each["text"] for each in maria["notes"]] == [
        "Left out when this was imported: dob: 2045-01-24; phone: at home"
    ]
    assert run("today --json").json[0]["band"] == "SAFETY"
    assert says_nothing_wrong(store)


def test_a_last_contact_that_is_newer_than_on_file_is_said(run: Run, maria: None) -> None:
    run("reached 1 --on 2026-11-09")
    rows = "María Example,2026-11-10\nMaria Example,2026-11-09\nMaria Example,\n"
    result = run("intake --from -", stdin=f"name,last contact\n{rows}")
    assert (result.code, count(run)) == (4, 1)
    assert result.err.splitlines()[:3] == [
        "row 2: the same name as example-1; its last contact is newer: "
        "casectl reached 1 --on 2026-11-10 --by MEANS",
        "row 3: the same name as example-1",
        "row 4: the same name as example-1",
    ]
    assert run("reached 1 --on 2026-11-10 --by office").code == 0
    again = run("intake --from -", stdin=f"name,last contact\n{rows}")
    assert "newer" not in again.err


def test_whoever_is_left_out_as_on_file_and_pressing_is_named_last(run: Run, maria: None) -> None:
    stdin = "name,risk\nMaria Example,high\nBo Sample,low\nDora Test,low\n"
    result = run("intake --from - --skip-bad", stdin=stdin)
    assert "First: 1 row left out with a level" in result.out.splitlines()[-1]
    assert result.out.splitlines()[-1].endswith("(2).")


def test_nobody_is_filed_under_somebody_elses_number(run: Run, maria: None) -> None:
    stdin = "name,dob,client id,urgency\nBo Sample,1999-09-09,P1,crisis\n"
    for flags in ("", "--new"):
        result = run(f"intake --from - {flags}", stdin=stdin)
        assert result.code == 5
        assert "row 2: another name and the same client id as example-1" in result.err
    assert count(run) == 1


def test_rows_that_may_be_there_already_stop_all(run: Run, maria: None) -> None:
    stdin = (
        "name,dob,client id,case number,risk\n"
        "MARIA EXAMPLE,1978-03,,,\nMaria Example,,P1,C1,low\nBo Sample,1990,,,\n"
        "bo sample,1990,,,\n"
    )
    result = run("intake --from -", stdin=stdin)
    assert result.code == 4
    assert result.err.splitlines() == [
        "row 2: the same name and birth date as example-1",
        "row 3: the same client id as example-1",
        "row 5: the same name and birth date as row 4",
        "casectl: 3 of 4 rows may be there already, so nothing was written; --new takes them "
        "anyway, --skip-bad takes the other 1",
    ]
    assert count(run) == 1

    assert run("intake --from - --skip-bad --json", stdin=stdin).json["taken"] == 1
    assert run("undo").code == 0
    assert run("intake --from - --new --json", stdin=stdin).json["taken"] == 4
    by_name: dict[str, set[str]] = {}
    for case in run("list --json").json:
        by_name.setdefault(case["client"], set()).add(shown(run, case["case"])["client_id"])
    assert {name: len(ids) for name, ids in by_name.items()} == {
        "María Example": 1,  # the same client id: another case of that person
        "MARIA EXAMPLE": 1,
        "Bo Sample": 1,
        "bo sample": 1,
    }


def test_the_same_file_twice_is_stopped(run: Run, caseload: None, file: File) -> None:
    path = file("name\nMaria Example\nBo Sample\n")
    assert run(f"intake --from {path}").code == 0
    result = run(f"intake --from {path}")
    assert result.code == 4
    assert "row 2: the same name as example-1" in result.err


@pytest.mark.parametrize(
    ("rows", "report"),
    [
        ("name,client_ref\nA,dup\nA,dup\n", "row 3: the same client id as row 2"),
        (
            "name,client_ref\nA,dup\nB,dup\n",
            "row 3: another name and the same client id as row 2",
        ),
        ("case_number\nC1\nC1\n", "row 3: the same case number as row 2"),
    ],
)
@pytest.mark.parametrize("flag", ["", "--new"])
def test_an_id_twice_in_the_file_is_its_mistake(
    run: Run, caseload: None, rows: str, report: str, flag: str
) -> None:
    result = run(f"intake --from - {flag}", stdin=rows)
    assert result.code == 5
    assert report in result.err
    assert count(run) == 0


def test_several_cases_of_one_person_may_stand_in_one_file(run: Run, store: Caseload) -> None:
    stdin = "client id,case number\nP1,C1\nP2,C2\nP1,C3\n"
    assert run("intake --from -", stdin=stdin).code == 0
    cases = run("list --json").json
    assert [(each["client"], each["external_id"]) for each in cases] == [
        ("P1", "C1"),
        ("P2", "C2"),
        ("P1", "C3"),
    ]
    assert shown(run, 1)["client_id"] == shown(run, 3)["client_id"]
    assert says_nothing_wrong(store)


def test_no_rows_are_no_error(run: Run, caseload: None) -> None:
    result = run("intake --from -", stdin="name,dob\n")
    assert result.code == 0
    assert "There are no rows below the headers" in result.out
    assert run("undo").code == 3  # nothing happened


@pytest.mark.parametrize(
    ("content", "code", "error"),
    [
        (b"", 5, "the file is empty"),
        (b"name\nJos\xe9\n", 5, "line 2 is not UTF-8; nothing was taken in; from Excel, add"),
        (b"name\nJos\xc3\xa9\nJos\xe9\n", 5, "line 3 is not UTF-8"),
        (b"name\nA\x00B\n", 5, "row 2, name: it holds a NUL character"),
        (b'name\n"Ann" x\n', 5, "row 2: its quotes do not pair up"),
        (b"a,b\n1,2\n", 5, "no column names a person or a case; understood are name"),
    ],
)
def test_a_file_that_cannot_be_read(
    run: Run, caseload: None, file: File, content: bytes, code: int, error: str
) -> None:
    result = run(f"intake --from {file(content)}")
    assert (result.code, result.out) == (code, "")
    assert error in result.err
    assert count(run) == 0


def test_a_named_encoding_is_read_right(run: Run, caseload: None, file: File) -> None:
    path = file(b"name\nJos\xe9\n")
    assert run(f"intake --from {path} --encoding cp1252").code == 0
    assert shown(run)["client"] == "José"


def test_a_file_that_is_none(run: Run, caseload: None, tmp_path: Path) -> None:
    assert run("intake --from /dev/zero").code == 2
    assert run(f"intake --from {tmp_path}").code == 2
    assert run(f"intake --from {tmp_path / 'absent.csv'}").code == 3
    assert run(["intake", "--from", "a\0b"]).code == 2


def test_an_order_that_a_column_proves_is_said(run: Run, caseload: None) -> None:
    result = run("intake --from -", stdin="name,dob\nAnn,3/29/1978\nBob,3/4/1978\n")
    assert "dob is written month first, as its own values prove." in result.out
    again = run("intake --from - --new", stdin="name,dob,intake\nCy,3/29/1978,1/2/2026\n")
    assert "intake is read month first, as dob in row 2 is written." in again.out
    assert shown(run, 3)["opened_on"] == "2026-01-02"
    assert shown(run, 2)["birth_date"] == "1978-03-04"


def test_a_declared_program_is_asked_of_the_rows_too(
    run: Run, caseload: None, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text("[programs.Housing]\n", "utf-8")
    result = run("intake --from -", stdin="name,program\nAnn,Huosing\n")
    assert result.code == 5
    assert "row 2, program: no program like that; there are Housing" in result.err


CLOSED_ROWS = (
    "name,intake,exit date,court date,risk\n"
    "Maria Example,2025-01-10,2025-06-30,2025-05-01,imminent\n"
    "Bo Sample,2026-11-02,,,low\n"
    "Chen Mock,,2026-11-18,,\n"
)


def test_a_row_with_an_exit_date_becomes_a_closed_case(run: Run, store: Caseload) -> None:
    result = run("intake --from -", stdin=CLOSED_ROWS)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "Took in 3 of 3 rows: cases 1 to 3.",
        "2 of them are closed, as the file says: nothing is owed.",
        "Where the last contact is not known, contact comes due spread over days ahead.",
        "casectl undo takes it all back.",
        "Next: casectl today",
    ]
    maria, bo, chen = (shown(run, case) for case in (1, 2, 3))
    assert (maria["case_status"], maria["opened_on"], maria["closed_on"], maria["due"]) == (
        "closed",
        "2025-01-10",
        "2025-06-30",
        [],
    )
    assert maria["close_reason"] == "closed before it was imported"
    assert (chen["case_status"], chen["opened_on"]) == ("closed", "2026-11-18")
    assert (bo["case_status"], bo["closed_on"]) == ("active", None)
    assert [each["case"] for each in run("today --soon 60 --json").json] == [2]
    assert says_nothing_wrong(store)
    assert run("intake 'Maria Example'").code == 4, "who comes back is on file"
    assert run("reopen 1 --reason back --risk low").code == 0
    assert says_nothing_wrong(store)


def test_a_status_column_says_who_is_still_served(run: Run, store: Caseload) -> None:
    stdin = (
        "name,status,risk,exit date\nMaria Example,Closed,imminent,\nBo Sample,Waitlist,low,\n"
        "Chen Mock,On hold,low,\nDora Test,Open,low,\nEva Pattern,,low,\n"
        "Finn Model,Discharged,high,2026-01-05\n"
    )
    result = run("intake --from - --pending", stdin=stdin)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[1:4] == [
        "2 of them are closed, as the file says: nothing is owed.",
        "1 of those has no closing day in the file: it is Wed 18 Nov 2026 here.",
        "1 on hold in the file is active here, for a hold needs its last day: "
        "casectl hold CASE --until DAY --reason TEXT (3).",
    ]
    cases = [shown(run, case) for case in range(1, 7)]
    assert [each["case_status"] for each in cases] == [
        "closed", "pending", "active", "active", "pending", "closed",
    ]  # fmt: skip
    assert (cases[0]["closed_on"], cases[5]["closed_on"]) == (TODAY, "2026-01-05")
    assert cases[0]["close_reason"].endswith("on a day that is not known")
    assert [each["text"] for each in cases[2]["notes"]] == [
        "On hold, imported without the day that it ends"
    ]
    assert [each["case"] for each in run("today --all --json").json if each["case"] in (1, 6)] == []
    assert says_nothing_wrong(store)


def test_closed_rows_alone_speak_of_no_contact(run: Run, caseload: None) -> None:
    stdin = "name,ExitDate,court date\nMaria Example,2026-11-10,2026-11-09\n"
    result = run("intake --from - --pending", stdin=stdin)
    assert result.out.splitlines() == [
        "Took in 1 of 1 row: case 1.",
        "1 of them is closed, as the file says: nothing is owed.",
        "casectl undo takes it all back.",
        "Next: casectl today",
    ]
    assert run("undo").code == 0
    assert run("intake --from - --json", stdin=CLOSED_ROWS).json["closed"] == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,2026-11-02,2026-11-01", "it is before the intake day"),
        ("A,,2026-11-19", "it lies in the future"),
        ("A,,yes", "write the day with its year"),
    ],
)
def test_an_exit_date_that_cannot_be_meant(run: Run, caseload: None, row: str, reason: str) -> None:
    result = run("intake --from -", stdin=f"name,intake,date closed\n{row}\n")
    assert (result.code, count(run)) == (5, 0)
    assert result.err.startswith(f"row 2, date closed: {reason}")


# --- The first morning ----------------------------------------------------------------------


@pytest.mark.parametrize(("level", "days"), [("low", 30), ("medium", 14), ("high", 7)])
def test_the_first_morning_is_no_flood(run: Run, caseload: None, level: str, days: int) -> None:
    """Contacts come due evenly over the working days of one interval, none on the first."""
    rows = "".join(f"Person {n},{level},low\n" for n in range(40))
    assert run("intake --from -", stdin=f"name,level,risk\n{rows}").code == 0
    assert [row for row in run("today --all --json").json if row["band"] != "SOON"] == []

    due = due_days(run, "contact")
    working = [
        NOW + timedelta(days=each)
        for each in range(1, days + 1)
        if (NOW + timedelta(days=each)).weekday() < 5
    ]
    counts = [due.count(day) for day in working]
    assert sum(counts) == 40
    assert max(counts) - min(counts) <= 1
    assert min(due_days(run, "next_step")) > NOW
    assert min(due_days(run, "assessment")) > NOW


def test_a_few_rows_are_spread_as_well(run: Run, caseload: None) -> None:
    stdin = "name,level,risk\n" + "".join(f"Person {n},low,low\n" for n in range(4))
    run("intake --from -", stdin=stdin)
    due = sorted(due_days(run, "contact"))
    assert min((later - day).days for day, later in pairwise(due)) >= 4


def test_a_known_last_contact_counts_and_nothing_else_floods(run: Run, caseload: None) -> None:
    stdin = "name,level,risk,last contact,intake\nMaria Example,low,low,2026-06-01,2024-01-05\n"
    run("intake --from -", stdin=stdin)
    (row,) = run("today --json").json
    assert (row["status"], row["reasons"][0]["item"]) == ("NO CONTACT 170d", "1.contact")
    assert len([each for each in row["reasons"] if each["days_late"] >= 0]) == 1


def test_how_an_imported_client_was_reached_is_not_made_up(run: Run, store: Caseload) -> None:
    run("intake --from -", stdin="name,last contact\nMaria Example,2026-11-10\n")
    (contact,) = shown(run)["contacts"]
    assert (contact["by"], contact["outcome"], contact["on"]) == (
        "unknown",
        "reached",
        "2026-11-10",
    )
    assert "reached (means not known): as imported" in run("show 1", width=120).out
    assert "reached (means not known) Tue 10 Nov" in run("history 1", width=120).out
    assert "unknown" in run("show 1 --private --json").out
    assert says_nothing_wrong(store)

    assert run("reached 1 --by unknown").code == 2
    assert run("correct 1.c1 --on 2026-11-11").code == 0
    assert [each["by"] for each in shown(run)["contacts"]] == ["unknown", "unknown"]
    assert run("correct 1.c2 --by visit").code == 0
    assert shown(run)["contacts"][0]["by"] == "visit"


def test_the_reason_says_that_the_last_contact_is_unknown(run: Run, caseload: None) -> None:
    run("intake --from -", stdin="name,level,risk\nMaria Example,high,low\n")
    assert "last contact unknown, clock set at import" in str(run("today --all --json").json)


def test_an_old_promise_stays_late(run: Run, caseload: None) -> None:
    stdin = "name,next step,due,court date\nMaria Example,call,2026-11-10,2026-11-12\n"
    result = run("intake --from -", stdin=stdin)
    assert "1 court date has passed: casectl done records" in result.out
    (row,) = run("today --json").json
    assert (row["status"], row["band"]) == ("COURT MISSED 6d", "DEADLINE")


# --- Files that others wrote ----------------------------------------------------------------

CASA = {
    "casa_cases.csv": (0, 3, []),
    "casa_cases_without_case_number.csv": (5, 1, ["row 2, case_number: no name"]),
    "existing_casa_case.csv": (5, 0, ["row 2: it has 3 cells, and there are 4 columns"]),
    "generic.csv": (0, 2, []),
    "no_rows.csv": (0, 0, []),
    "supervisor_volunteers.csv": (0, 2, []),
    "supervisors.csv": (0, 3, []),
    "supervisors_invalid_phone_numbers.csv": (
        5,
        4,
        ["row 3, phone_number: not a phone", "row 4, phone_number: not a phone"],
    ),
    "supervisors_without_display_names.csv": (
        5,
        0,
        [f"row {n}, display_name: no name" for n in (2, 3, 4)],
    ),
    "supervisors_without_email.csv": (0, 2, []),
    "supervisors_without_phone_numbers.csv": (0, 3, []),
    "volunteers.csv": (0, 3, []),
    "volunteers_invalid_phone_numbers.csv": (5, 3, ["row 3, phone_number: not a phone"]),
    "volunteers_without_display_names.csv": (
        5,
        0,
        [f"row {n}, display_name: no name" for n in (2, 3, 4)],
    ),
    "volunteers_without_email.csv": (5, 2, ["row 3: it has 2 cells, and there are 3 columns"]),
    "volunteers_without_phone_numbers.csv": (0, 2, []),
}
HMIS = {
    "Client.csv": (5, 12, [f"row {n}, DateOfBirth: it lies" for n in (2, 4, 7, 8, 12, 13)]),
    "DaveClientTest.csv": (5, 19, [f"row {n}, DateOfBirth: it lies" for n in (2, 4, 7, 8, 12, 13)]),
    "NewClient.csv": (0, 3, []),
    "Enrollment.csv": (0, 28, []),
}
FILES = {
    **{f"casa-import-csv/{name}": each for name, each in CASA.items()},
    **{f"hmis-openhmis-small/{name}": each for name, each in HMIS.items()},
}


@pytest.mark.parametrize("name", FILES)
def test_a_real_file(run: Run, store: Caseload, shared: Path, name: str) -> None:
    """All or nothing, and with --skip-bad what is good; every other verb works on it then."""
    code, taken, report = FILES[name]
    path = shared / "data" / name
    result = run(f"intake --from {path}")
    assert result.code == code
    lines = result.err.splitlines()[:-1] if code else result.err.splitlines()
    assert [line[: len(start)] for line, start in zip(lines, report, strict=True)] == report
    if code:
        assert count(run) == 0
        assert run(f"intake --from {path} --skip-bad --json").json["taken"] == taken
    assert count(run) == taken
    for command in ("today --all", "today --all --json", "remind --within 60d", "doctor --json"):
        assert run(command).code in (0, 1), command
    for case in range(1, taken + 1):
        assert shown(run, case)["due"]
    assert says_nothing_wrong(store)


def test_cases_without_names_keep_partial_birth_dates_and_court_dates(
    run: Run, caseload: None, shared: Path
) -> None:
    result = run(f"intake --from {shared / 'data/casa-import-csv/casa_cases.csv'}")
    assert "Columns not understood, so left out: case_assignment." in result.out
    first = shown(run)
    assert (first["client"], first["external_id"]) == ("CINA-01-4347", "CINA-01-4347")
    assert first["birth_date"] == "2011-03"
    assert [(each["kind"], each["subject"], each["due"]) for each in first["promises"]] == [
        ("deadline", "court", "2022-09-16")
    ]
    ranked = run("today --json").json
    assert [each["status"].split()[0] for each in ranked[:2]] == ["COURT", "COURT"]
    assert run("search CINA-01-4349 --json").json[0]["case"] == 3
    assert run("show cina014349-3").code == 0


def test_an_exit_opens_no_case(run: Run, caseload: None, shared: Path) -> None:
    path = shared / "data/hmis-openhmis-small/Exit.csv"
    for flags in ("", "--skip-bad", "--new"):
        result = run(f"intake --from {path} {flags}")
        assert result.code == 5
        assert result.err == (
            "casectl: these are exits alone, and an exit opens no case; put the exit dates beside "
            "the entry dates in one file, or casectl close CASE\n"
        )
    assert count(run) == 0
    both = "PersonalID,EnrollmentID,EntryDate,ExitDate,Destination\nP1,E1,2026-01-05,2026-02-05,1\n"
    assert run("intake --from -", stdin=both).code == 0
    assert shown(run)["case_status"] == "closed"


def test_clients_first_and_their_enrollments_after(run: Run, store: Caseload, shared: Path) -> None:
    """The case that came with the client is the first enrollment; a second one is another case."""
    folder = shared / "data" / "hmis-openhmis-small"
    result = run(f"intake --from {folder / 'DaveClientTest.csv'} --skip-bad")
    assert "DateOfBirth is written month first, as its own values prove." in result.out
    before = count(run)
    enrollments = f"intake --from {folder / 'Enrollment.csv'}"
    result = run(enrollments)
    assert (result.code, count(run)) == (4, before)
    assert "--yes fills it in" in result.err
    made = run(f"{enrollments} --yes --json").json
    assert made["filled_in"] > 0
    assert (made["filled_in"] + made["taken"], made["left_out"]) == (28, 0)
    assert count(run) == before + made["taken"]
    (lion,) = [each for each in run("list --json").json if each["client"] == "Rachel Lion"]
    assert lion["opened_on"] == "2005-06-20"
    assert says_nothing_wrong(store)
    assert run(f"{enrollments} --yes").code == 4, "the same file twice"
    assert run("undo").code == 0
    assert count(run) == before
    assert says_nothing_wrong(store)


def test_enrollments_first_and_their_clients_after(run: Run, store: Caseload, shared: Path) -> None:
    folder = shared / "data" / "hmis-openhmis-small"
    run(f"intake --from {folder / 'Enrollment.csv'}")
    before = count(run)
    clients = f"intake --from {folder / 'Client.csv'} --skip-bad"
    assert (run(clients).code, count(run)) == (4, before)
    result = run(f"{clients} --yes")
    assert result.code == 0
    assert "people on file, known by numbers, have a name now." in result.out
    lions = [each for each in run("list --json").json if each["client"] == "Rachel Lion"]
    assert lions, "she has an enrollment"
    assert {each["handle"] for each in lions} == {f"lion-{each['case']}" for each in lions}
    assert [each["case"] for each in run("search lion --json").json if each["case"]] != []
    named = [shown(run, each["case"]) for each in run("list --json").json]
    assert any("DateOfBirth" in note["text"] for each in named for note in each["notes"])
    assert any(each["birth_date"] for each in named)
    assert says_nothing_wrong(store)
    assert run("undo").code == 0
    assert [each for each in run("list --json").json if each["client"] == "Rachel Lion"] == []
    assert says_nothing_wrong(store)


FILLING = "client id,case number,intake\nP1,C1,2026-02-01\nP1,C2,2026-03-01\n"


def test_nothing_that_is_known_is_filled_over(run: Run, store: Caseload, maria: None) -> None:
    """Maria, P1, has one case without a number: the first row is it, the second another."""
    result = run("intake --from - --yes", stdin=FILLING)
    assert result.code == 0
    assert "1 case on file has its case number and intake now." in result.out
    first, second = shown(run, 1), shown(run, 2)
    assert (first["external_id"], first["opened_on"]) == ("C1", "2026-02-01")
    assert (second["external_id"], second["client_id"]) == ("C2", first["client_id"])
    assert first["birth_date"] == "1978-03"
    again = run("intake --from - --yes", stdin="client id,name,dob\nP1,Bo Sample,1990\n")
    assert again.code == 5, "another name, and hers is known"
    assert says_nothing_wrong(store)


@pytest.mark.parametrize(
    "rows",
    [
        "client id,case number,risk\nP1,C1,high\n",
        "client id,case number,status\nP1,C1,closed\n",
        "client id,case number,last contact\nP1,C1,2026-11-10\n",
    ],
)
def test_a_row_that_says_more_than_a_number_fills_in_nothing(
    run: Run, maria: None, rows: str
) -> None:
    result = run("intake --from - --yes", stdin=rows)
    assert result.code == 4
    assert "row 2: the same client id as example-1" in result.err
    assert shown(run)["external_id"] is None


@pytest.mark.parametrize("rows", ["P1,Ann Test\nP1,Bo Test\n", "P1,Ann Test\nP1,Ann Test\n"])
def test_one_number_has_one_name(run: Run, caseload: None, rows: str) -> None:
    run("intake --from -", stdin="client id\nP1\n")
    result = run("intake --from - --yes", stdin=f"client id,name\n{rows}")
    assert result.code == 5
    assert "row 3: like row 2, the same id as p1-1" in result.err
    assert shown(run)["client"] == "P1"


def test_where_every_last_contact_is_known_nothing_is_said_of_the_others(
    run: Run, caseload: None, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("name,urgency,last contact\nAnn Sample,low,2026-11-12\n")
    taken = run(f"intake --from {sheet} --yes")
    assert taken.code == 0 and "Where the last contact" not in taken.out
    sheet.write_text("name,urgency,last contact\nBo Sample,low,\n")
    assert "Where the last contact is not known" in run(f"intake --from {sheet} --yes").out


def test_a_day_without_its_year_is_the_last_one(run: Run, caseload: None) -> None:
    words = "intake Ada --urgency low --risk low --next call --due fri --new --no-input --on"
    taken_in = run(f"{words} '2 nov'")
    assert taken_in.code == 0, taken_in.err
    assert run("show 1 --json").json["opened_on"] == "2026-11-02"
    assert run(f"{words} '2 dec'").code == 2
