"""edit: what is known of a client, put right."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

INTAKE = (
    "intake 'Ann Sample' --urgency high --risk high --on 2026-10-01 --phone 555-0100 "
    "--safe-contact 'evenings only' --program Housing --new"
)


@pytest.fixture(autouse=True)
def ann(caseload: None, run: Run) -> None:
    assert run(INTAKE).code == 0


def test_what_is_stated_changes_and_nothing_else(run: Run) -> None:
    before = run("show 1 --json").json
    result = run(
        ["edit", "1", "--dob", "29 mar 1978", "--email", "a@example.org", "--language", "Dari",
         "--interpreter", "--address", "1 Sample Road", "--need", "a door that locks",
         "--referred-by", "the school", "--external-id", "X-1", "--pronouns", "she/her"]
    )  # fmt: skip
    assert result.code == 0, result.err
    after = run("show 1 --json").json
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {
        "birth_date", "email", "language", "interpreter", "address", "need", "referred_by",
        "client_external_id", "pronouns", "missing",
    }  # fmt: skip
    assert after["birth_date"] == "1978-03-29"
    assert "Ann Sample (sample-1):" in result.out
    assert "birth date: none -> 1978-03-29" in result.out


def test_a_new_name_changes_the_handle_of_every_case_and_says_so(run: Run) -> None:
    run("intake 'Ann Sample' --urgency low --same 1")
    result = run("edit sample-1 --name 'Ann Otero'")
    assert result.code == 0
    assert "The handle is otero-1 now; sample-1 is no longer known." in result.out
    assert "otero-2" in result.out
    assert run("show otero-2 --json").json["client"] == "Ann Otero"
    assert run("show sample-1").code == 3
    assert run("undo").code == 0
    assert run("show sample-2").code == 0


def test_the_phone_brings_its_safe_contact_words(run: Run) -> None:
    out = run("edit 1 --phone 555-0199").out
    assert "phone: 555-0100 -> 555-0199 (safe contact: evenings only)" in out
    assert "Do the safe-contact words hold for the new number as well?" in out
    out = run("edit 1 --phone 555-0198 --safe-contact 'mornings only'").out
    assert out.splitlines()[1:] == [
        "  phone: 555-0199 -> 555-0198 (safe contact: mornings only)",
        "  safe contact before: evenings only",
    ]
    out = run(["edit", "1", "--phone", "", "--safe-contact", "never"]).out
    assert "  safe contact: mornings only -> never" in out
    out = run(["edit", "1", "--phone", "555-0197", "--safe-contact", ""]).out
    assert "phone: none -> 555-0197 (safe contact: not known, ask)" in out
    assert "  safe contact: never -> none" in out


def test_an_id_that_another_client_holds(run: Run) -> None:
    run("intake 'Bo Example' --external-id P1")
    run("intake --same 2")
    before = run("show 1 --json").json
    result = run("edit 1 --external-id P1 --phone 555-0199")
    assert (result.code, result.out) == (4, "")
    assert result.err == (
        "casectl: external id 'P1' is that of example-2 already; "
        "casectl merge 2 1 if they are the same person\n"
    )
    assert run("show 1 --json").json == before
    assert run("edit 3 --external-id P1").code == 0, "the client's own"
    assert run("edit 1 --external-id P2").code == 0
    assert run("edit 2 --external-id P3").code == 0
    assert run("edit 1 --external-id P1").code == 0, "nobody holds it any longer"


def test_an_id_that_another_holds_is_asked_for_again_in_a_walk(run: Run) -> None:
    run("intake 'Bo Example' --external-id P1")
    answers = ["", "1978", *[""] * 10, "P1", "P2", "", "", "", ""]
    result = run("edit 1", answers=answers)
    assert result.code == 0, result.err
    assert "external id 'P1' is that of example-2 already" in result.err
    shown = run("show 1 --json").json
    assert (shown["birth_date"], shown["client_external_id"]) == ("1978", "P2")


def test_an_empty_text_clears_but_for_the_name(run: Run) -> None:
    assert run(["edit", "1", "--phone", "", "--program", ""]).code == 0
    shown = run("show 1 --json").json
    assert (shown["phone"], shown["program"]) == (None, None)
    result = run(["edit", "1", "--name", ""])
    assert (result.code, result.out) == (2, "")
    assert "name is empty" in result.err


def test_nothing_to_change(run: Run) -> None:
    operations = len(run("history --json").json)
    result = run("edit 1 --phone 555-0100")
    assert result.code == 0
    assert "nothing changed" in result.out
    assert len(run("history --json").json) == operations


@pytest.mark.parametrize(
    "words",
    [
        ["--name", "x" * 201], ["--name", " "], ["--dob", "03/04/1990"], ["--dob", "2027-01-01"],
        ["--phone", "x" * 1_000_001], ["--phone", "\u200b"], [],
    ],
)  # fmt: skip
def test_a_bad_value_writes_nothing(run: Run, words: list[str]) -> None:
    before = run("show 1 --json").json
    result = run(
        ["edit", "1", *words, "--email", "new@example.org"] if words[1:] else ["edit", "1"]
    )
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert run("show 1 --json").json == before


def test_a_field_that_is_not_there_is_said_after_the_writing(run: Run) -> None:
    result = run("edit 1 --phone 555-0199 --fields nope")
    assert result.code == 1
    assert "it was written, but has no field 'nope'" in result.err
    assert run("show 1 --json").json["phone"] == "555-0199"


def test_a_program_that_nobody_declared(run: Run, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[programs.Legal]\n")
    result = run("edit 1 --program Leagl")
    assert (result.code, result.out) == (2, "")
    assert "Legal" in result.err
    assert run("edit 1 --program Legal").code == 0


def test_a_guess_is_confirmed(run: Run) -> None:
    result = run("edit sam --email a@example.org")
    assert (result.code, result.out) == (4, "")
    assert run("edit sam --email a@example.org --yes").code == 0
    assert run("edit nobody --email a@example.org").code == 3


def test_a_walk_through_the_fields(run: Run) -> None:
    answers = ["", "1978-13", "1978", "-", "", "after 18:00", "", "the shelter", "", "", "Dari"]
    answers += ["maybe", "y", "", "", "", "", "", ""]
    result = run("edit 1", answers=answers)
    assert result.code == 0, result.err
    assert "Phone [555-0100 (safe contact: evenings only)]: " in result.err
    assert "answer yes or no" in result.err
    shown = run("show 1 --json").json
    assert (shown["client"], shown["birth_date"], shown["phone"]) == ("Ann Sample", "1978", None)
    assert (shown["language"], shown["interpreter"]) == ("Dari", True)
    assert shown["program"] == "Housing"
    assert shown["safe_contact"] == "after 18:00; evenings only; never: the shelter"


def test_a_walk_that_is_left_writes_nothing(run: Run) -> None:
    before = run("show 1 --json").json
    result = run("edit 1", answers=["New Name", "1978"])
    assert (result.code, result.out) == (1, "")
    assert run("show 1 --json").json == before


def test_hostile_text_is_kept_exactly_and_shown_harmlessly(run: Run) -> None:
    hostile = "[bold]x[/] \x1b[2J\u202e\r\n;"
    result = run(["edit", "1", "--safe-contact", hostile, "--address", hostile])
    assert result.code == 0
    assert not set(result.out) & set("\x1b\r\u202e")
    assert run("show 1 --json").json["safe_contact"] == hostile


def test_back_and_help_are_no_data(run: Run) -> None:
    """As in a guided intake: < shows the field before as it was answered, ? tells of this one."""
    answers = ["<", "?", "Ann Otero", "1978", "?", "<", *[""] * 9, "?", "<", "Dari"]
    result = run("edit 1", answers=[*answers, *[""] * 7])
    assert result.code == 0, result.err
    assert "That was the first field." in result.err
    assert "Birth date [1978]: " in result.err
    assert "  As you will look for it." in result.err
    shown = run("show 1 --json").json
    assert (shown["client"], shown["birth_date"]) == ("Ann Otero", "1978")
    assert (shown["phone"], shown["language"]) == ("555-0100", "Dari")


def test_a_name_typed_is_not_shown_in_private_on_the_way_back(run: Run) -> None:
    result = run("--private edit 1", answers=["Ann Otero", "<", *[""] * 17])
    assert result.code == 0, result.err
    assert "Otero" not in result.err
