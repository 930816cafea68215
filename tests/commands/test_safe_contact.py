"""When, how and what never: beside every phone number, whole, whichever command shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from casectl.core.handovers import brief, case_object
from casectl.store import Caseload

PHONE = "555 0142"
LINE = "after 18:00; text first; the sister may answer; never: say where you call from"
MARIA = [
    "intake", "Maria Example", "--phone", PHONE, "--safe-when", "after 18:00", "--safe-how",
    "text first", "--safe-never", "say where you call from", "--safe-contact",
    "the sister may answer", "--urgency", "high", "--risk", "low", "--on", "2026-11-02", "--new",
    "--no-input",
]  # fmt: skip
# Whatever shows a number, as a person or a pipe asks for it.
SHOWING = [
    "show 1", "show 1 --all", "today --calls", "today --visits", "today --sheet",
    f"whois '{PHONE}'", f"search '{PHONE}'", "whois 5550142", "history 1", "people show 1",
    "search Rosa", f"edit 1 --phone '{PHONE} evenings'",
]  # fmt: skip
TOLD_AS_JSON = [
    "show 1", "today --all", "today --calls", "today --visits", f"whois '{PHONE}'",
    "people show 1",
]  # fmt: skip


@pytest.fixture(autouse=True)
def people(run: Run, caseload: None) -> None:
    for command in (
        MARIA,
        "appointment 1 clinic --at '2026-11-18 15:00' --place 'Example Clinic'",
        ["people", "add", "1", "Rosa Example", "--as", "family", "--phone", PHONE],
        f"edit 1 --phone '{PHONE}0'",
        f"edit 1 --phone '{PHONE}'",
    ):
        assert run(command).code == 0


def in_one_line(text: str) -> str:
    return " ".join(text.replace("\t", " ").split())


@pytest.mark.parametrize("width", [None, 40, 80, 120])
@pytest.mark.parametrize("command", SHOWING)
def test_every_number_has_the_words_beside_it(run: Run, command: str, width: int | None) -> None:
    told = run(command, width=width)
    assert told.code == 0, told.err
    text = in_one_line(told.out)
    assert PHONE not in text or LINE in text, command


def test_they_are_shown_at_all(run: Run) -> None:
    for command in ("show 1", "today --calls", f"whois '{PHONE}'", f"search '{PHONE}'"):
        text = in_one_line(run(command, width=80).out)
        assert f"{PHONE} (safe contact: {LINE})" in text, command
    assert f"phone\t{PHONE} (safe contact: {LINE})" in run("show 1").out


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from objects(each)


@pytest.mark.parametrize("command", TOLD_AS_JSON)
def test_a_script_gets_them_with_the_number(run: Run, command: str) -> None:
    told = [each for each in objects(run(f"{command} --json").json) if each.get("phone")]
    found = [each for each in told if "safe_contact" in each]
    assert found
    assert {each["safe_contact"] for each in found} <= {LINE}


def test_the_parts_are_told_one_by_one(run: Run) -> None:
    told = run("show 1 --json").json
    assert (told["safe_when"], told["safe_how"], told["safe_never"]) == (
        "after 18:00", "text first", "say where you call from",
    )  # fmt: skip
    assert told["safe_words"] == "the sister may answer"
    assert run("show 1 --json").json["missing"].count("safe contact") == 0


def test_one_part_is_enough_to_know_how_to_call(run: Run) -> None:
    run("edit 1 --safe-when '' --safe-how '' --safe-contact ''")
    assert run("show 1 --json").json["safe_contact"] == "never: say where you call from"
    run("edit 1 --safe-never ''")
    told = run("show 1 --json").json
    assert told["safe_contact"] is None
    assert "safe contact" in told["missing"]
    assert "(safe contact: not known, ask)" in run("show 1").out
    assert run("undo").code == 0
    assert "safe contact" not in run("show 1 --json").json["missing"]
    assert run("doctor").code == 0


def test_the_papers_have_them(run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.txt"
    assert run(f"copy 1 -o {copy} --no-input --yes").code == 0
    assert LINE in in_one_line(copy.read_text("utf-8"))
    run("edit 1 --address '2 Sample Road'")
    fields = ("agency", "agency_address", "agency_phone")
    given = [f"--field={each}=x" for each in fields]
    told = run(["letter", "1", "appointment", *given], width=80)
    assert f"before it goes out (safe contact: {LINE})" in in_one_line(told.err), told.err


def test_they_are_found_and_hidden(run: Run) -> None:
    for words in ("after 18:00", "text first", "where you call from"):
        assert run(f"search '{words}' --json").json[0]["case"] == 1
    for command in ("show 1", "show 1 --json", f"whois '{PHONE}'", "history 1", "today --calls"):
        told = run(f"--private {command}").out
        assert not any(each in told for each in ("18:00", "text first", "where you call"))


def test_a_sheet_brings_them(run: Run) -> None:
    sheet = (
        "name,phone,when to call,preferred contact method,do not say,urgency\n"
        "Cy Sample,555 0199,mornings,text,the name of the shelter,low\n"
    )
    assert run("intake --from - --yes", stdin=sheet).code == 0
    told = run("show 2 --json").json
    assert told["safe_contact"] == "mornings; text; never: the name of the shelter"


def test_two_records_lose_none_of_them(run: Run) -> None:
    run(
        ["intake", "Maria Exampel", "--new", "--no-input", "--safe-never", "leave a voicemail",
         "--phone", "555 0199"]
    )  # fmt: skip
    assert run("merge 1 2 --yes").code == 0
    told = run("show 1 --json").json
    assert told["safe_never"] == "say where you call from; also: leave a voicemail"


def test_a_colleague_gets_them(run: Run, store: Caseload) -> None:
    case = store.cases.by_number(1)
    assert case is not None
    file = store.cases.file(case)
    lines = brief(file, [], date(2026, 11, 18), None)
    made = case_object(file, lines)
    assert made["client"]["safe_never"] == "say where you call from"
    assert f"Safe contact: {LINE}; phone {PHONE}" in lines


def test_the_words_of_a_person_of_another_case_are_not_asked_for(run: Run) -> None:
    refused = run("intake 'Maria Example' --same 1 --safe-when mornings --no-input")
    assert refused.code == 2
    assert "safe when" in refused.err
