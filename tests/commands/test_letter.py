"""letter: whole or not at all, from your own templates first, to nobody who may not read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Run

QUIET = "--new --no-input"
OURS = "agency: Example Agency\nagency_address: 1 Example St\nagency_phone: 555 0100\n"
KINDS = ("appointment", "cannot-reach", "closure", "missed-appointment", "referral")


@pytest.fixture(autouse=True)
def people(run: Run, caseload: None, tmp_path: Path) -> None:
    ok(run(f"intake 'Maria Example' --urgency medium --risk low --on 2026-11-02 {QUIET} "
           "--address '2 Sample Road' --dob 1990-01-02 --next call --due fri"))  # fmt: skip
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "fields.txt").write_text(f"# ours\n\n{OURS}", "utf-8")


def ok(result: Any) -> Any:
    assert result.code == 0, result.err
    return result


def unbroken(letter: str) -> str:
    """Its paragraphs, each on one line."""
    return letter.replace("\n\n", "\0").replace("\n", " ").replace("\0", "\n\n")


def notes(run: Run) -> list[str]:
    return [each["text"] for each in run("show 1 --json").json["notes"]]


def release(run: Run) -> None:
    ok(run("consent add 1 --to 'Example Pantry' --purpose referral --what 'name and need' "
           "--until 2027-01-01 --signed today --told-rights"))  # fmt: skip


# --- each kind ------------------------------------------------------------------------------


def test_the_notice_of_closure(run: Run) -> None:
    ok(run("close 1 --notice --by letter --reason 'goals met'"))
    result = ok(run("letter 1 closure"))
    assert "Our work with you will end on Wed 2 Dec 2026. The reason is: goals met." in result.out
    assert "2 Sample Road" in result.out and "ask for kim" in unbroken(result.out)
    assert "{" not in result.out and "None" not in result.out
    assert notes(run) == ["Letter printed: closure, to the client"]
    assert "safe contact: not known, ask" in result.err


def test_cannot_reach_says_when_it_was_tried(run: Run) -> None:
    run("tried 1 --on mon")
    said = unbroken(ok(run("letter 1 cannot-reach")).out)
    assert "The last time was Mon 16 Nov 2026." in said


def test_an_appointment_and_a_missed_one(run: Run) -> None:
    ok(run("appointment 1 'first visit' --at 'fri 10:00' --place 'room 3'"))
    said = ok(run("letter 1 appointment")).out
    assert "    Fri 20 Nov 2026 at 10:00\n    room 3\n" in said
    ok(run("appointment 1 'second' --at '27 nov 11:00' --place 'room 4'"))
    several = run("letter 1 appointment")
    assert (several.code, several.out) == (4, "")
    assert "several: 1.2, 1.3; name one" in several.err
    assert "room 4" in ok(run("letter 1.3 appointment")).out
    ok(run("missed 1.2", today="2026-11-20"))
    assert (
        "appointment on Fri 20 Nov 2026"
        in ok(run("letter 1 missed-appointment", today="2026-11-20")).out
    )


def test_a_line_is_broken_for_a_page(run: Run) -> None:
    run("tried 1")
    said = ok(run("letter 1 cannot-reach")).out
    assert max(map(len, said.splitlines())) <= 76


# --- whole or not at all --------------------------------------------------------------------


def test_every_field_that_nothing_fills_in_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letters" / "fields.txt").write_text("agency: Example Agency\n", "utf-8")
    before = run("show 1 --json").json
    result = run(f"letter 1 closure -o {tmp_path}/closure.txt")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    for name in ("agency_address", "notice_until", "reason", "agency_phone"):
        assert f"{name} (" in result.err
    assert "casectl close 1 --notice --by letter" in result.err
    assert f"'agency_phone: TEXT' in {tmp_path}/letters/fields.txt" in result.err
    assert not (tmp_path / "closure.txt").exists()
    assert run("show 1 --json").json == before, "what was not printed is not on record"


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_says_none(run: Run, kind: str) -> None:
    """Where the record has nothing, each is refused or whole."""
    run("intake 'Pat Placeholder' --new --next call --due fri")
    result = run(f"letter 2 {kind} --to Somebody --purpose referral --override asked")
    assert result.code == 2 and result.out == ""
    assert "None" not in result.err


def test_a_field_may_be_said_on_the_line(run: Run) -> None:
    ok(run("close 1 --notice --by letter"))
    assert "reason" in run("letter 1 closure").err
    said = ok(run("letter 1 closure --field 'reason=the grant ended' --field agency=Other")).out
    assert "the grant ended" in unbroken(said) and said.startswith("Other\n")


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("letter", 2, "letter needs a CASE and a KIND"),
        ("letter 1", 2, "letter needs a CASE and a KIND"),
        ("letter 1 clsure", 3, "did you mean closure?"),
        ("letter 9 closure", 3, "no case '9'"),
        ("letter me closure", 2, "your own work"),
        ("letter 1 closure --field x", 2, "--field is NAME=TEXT"),
        ("letter 1 closure --field 'X Y=z'", 2, "--field is NAME=TEXT"),
        ("letter 1 closure --field reason=", 2, "is empty"),
        ("letter 1 referral", 2, "--to NAME"),
        ("letter 1 cannot-reach -o ''", 2, "-o needs the name of a file"),
        ("letter 1 referral --field recipient=x", 2, "--to NAME says whom"),
        ("letter 1 closure --purpose x", 2, "go with --to"),
        ("letter 1 closure --to Sister", 2, "--purpose is missing"),
        ("letter 1.1 appointment", 2, "is nothing that this letter tells of"),
        ("letter --copy nothing", 3, "no letter 'nothing'"),
    ],
)
def test_what_cannot_be_meant_prints_nothing(run: Run, command: str, code: int, words: str) -> None:
    before = run("show 1 --json").json
    result = run(f"{command} --no-input")
    assert (result.code, result.out, result.err.count("\n")) == (code, "", 1), result
    assert words in result.err
    assert run("show 1 --json").json == before


# --- one's own templates --------------------------------------------------------------------


def test_a_copy_is_edited_and_goes_before_the_shipped_one(run: Run, tmp_path: Path) -> None:
    ok(run("letter --copy cannot-reach"))
    mine = tmp_path / "letters" / "cannot-reach.txt"
    assert mine.stat().st_mode & 0o777 == 0o600
    mine.write_text("Dear {client}, please call. {{ {agency_phone}\n", "utf-8")
    assert ok(run("letter 1 cannot-reach")).out == ("Dear Maria Example, please call. { 555 0100\n")
    assert run("letter --copy cannot-reach").code == 2
    listed = run("letter --list --json").json
    assert {each["letter"]: each["from"] for each in listed}["cannot-reach"] == "your folder"
    assert [each["letter"] for each in listed] == list(KINDS)


def test_a_letter_of_ones_own(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "letters" / "birthday.txt"
    path.write_text("Happy birthday, {client}! {agency_cake}\n", "utf-8")
    assert "agency_cake" in run("letter 1 birthday").err
    assert ok(run("letter 1 birthday --field agency_cake=Yes")).out == (
        "Happy birthday, Maria Example! Yes\n"
    )


@pytest.mark.parametrize("text", ["Dear {client\n", "{Client}\n", "{client.__class__}\n",
                                  "{0}\n", "{}\n", "{client!r}\n", "{client:>10}\n"])  # fmt: skip
def test_a_template_that_cannot_be_meant_names_its_line(
    run: Run, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "letters" / "odd.txt"
    path.write_text(f"first\n{text}", "utf-8")
    result = run("letter 1 odd")
    assert (result.code, result.out) == (78, "")
    assert f"{path}: line 2: a field is a word in braces" in result.err


@pytest.mark.parametrize("text", ["agency\n", "a b: c\n", ": c\n", "Agency: x\n"])
def test_fields_that_cannot_be_read_name_their_line(run: Run, tmp_path: Path, text: str) -> None:
    path = tmp_path / "letters" / "fields.txt"
    path.write_text(f"agency: x\n{text}", "utf-8")
    result = run("letter 1 closure")
    assert result.code == 78 and f"{path}: line 2" in result.err
    path.write_bytes(b"\xff\xfe")
    assert run("letter 1 closure").code == 78


def test_a_value_is_no_template(run: Run) -> None:
    """What a client is called fills nothing in."""
    ok(run(["edit", "1", "--name", "{worker} Example"]))
    run("tried 1")
    assert "Dear {worker} Example," in ok(run("letter 1 cannot-reach")).out


def test_nothing_in_a_letter_acts(run: Run) -> None:
    ok(run(["edit", "1", "--address", "2 Road\n\x1b[31mred\x1b[0m"]))
    run("tried 1")
    said = ok(run("letter 1 cannot-reach")).out
    assert "\x1b" not in said and "2 Road\n" in said


# --- where it goes --------------------------------------------------------------------------


def test_a_file_is_its_owners_alone_and_never_over_another(run: Run, tmp_path: Path) -> None:
    run("tried 1")
    place = tmp_path / "letter.txt"
    ok(run(f"letter 1 cannot-reach -o {place}"))
    assert place.stat().st_mode & 0o777 == 0o600
    before = place.read_bytes()
    again = run(f"letter 1 cannot-reach -o {place}")
    assert again.code == 1 and "exists already" in again.err
    assert place.read_bytes() == before
    assert len(notes(run)) == 1


def test_private_shows_none_and_may_write_one(run: Run, tmp_path: Path) -> None:
    run("tried 1")
    refused = run("letter 1 cannot-reach --private")
    assert (refused.code, refused.out) == (2, "") and "-o FILE" in refused.err
    told = ok(run(f"letter 1 cannot-reach --private -o {tmp_path}/l.txt"))
    assert "Maria" not in told.out + told.err
    assert "Maria Example" in (tmp_path / "l.txt").read_text("utf-8")


def test_as_json(run: Run) -> None:
    run("tried 1")
    made = ok(run("letter 1 cannot-reach --json")).json
    assert (made["letter"], made["to"], made["file"]) == ("cannot-reach", None, None)
    assert made["text"].startswith("Example Agency\n")


def test_the_record_of_it_can_be_taken_back(run: Run) -> None:
    run("tried 1")
    ok(run("letter 1 cannot-reach"))
    ok(run("undo"))
    assert notes(run) == []


# --- to somebody else -----------------------------------------------------------------------


@pytest.fixture
def referred(run: Run) -> None:
    """1.ref1 to Example Pantry, drafted."""
    ok(run("resource add 'Example Pantry' 'food parcels' --phone '555 0199' --domain food"))
    ok(run("need add 1 'nothing to eat' --domain food"))
    ok(run("refer 1 1 --need 1"))


def test_without_a_release_nothing_is_told(run: Run, referred: None, tmp_path: Path) -> None:
    before = run("show 1 --json").json
    result = run(f"letter 1.ref1 referral --to 'Example Pantry' -o {tmp_path}/cover.txt")
    assert result.code == 1 and result.out == ""
    assert "no release lets 'Example Pantry' be told of" in result.err
    assert not (tmp_path / "cover.txt").exists()
    assert run("show 1 --json").json == before


def test_a_live_release_lets_it_through(run: Run, referred: None, tmp_path: Path) -> None:
    """To the organization that the referral names, for its purpose, unless something else is."""
    release(run)
    ok(run(f"letter 1.ref1 referral -o {tmp_path}/cover.txt"))
    assert "To: Example Pantry" in (tmp_path / "cover.txt").read_text("utf-8")
    (told,) = [e for e in run("show 1 --json").json["casework"] if e["kind"] == "disclosure"]
    assert (told["who"], told["details"]["release"]) == ("Example Pantry", 1)
    assert run("letter 1.ref1 referral --to 'Other Pantry' --purpose referral").code == 1
    ok(run("consent revoke 1.roi1 'changed their mind'"))
    assert run("letter 1.ref1 referral").code == 1


def test_a_referral_s_letter_goes_to_its_agency_alone(run: Run, referred: None) -> None:
    """A release for the other one is not enough: nobody referred the client there."""
    ok(run("consent add 1 --to 'Other Pantry' --purpose 'referral; advice' --what 'name and need' "
           "--until 2027-01-01 --signed today --told-rights"))  # fmt: skip
    before = run("show 1 --json").json
    for item in ("1", "1.ref1"):
        refused = run(f"letter {item} referral --to 'Other Pantry'")
        assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
        assert "1.ref1 is to 'Example Pantry', not to 'Other Pantry'" in refused.err
    assert run("show 1 --json").json == before
    said = ok(run("letter 1.ref1 referral --to 'Other Pantry' --purpose advice")).out
    assert "To: Other Pantry" in said


def test_of_several_referrals_the_recipient_says_which(run: Run, referred: None) -> None:
    ok(run("resource add 'Warm Coats' 'winter clothes' --domain food"))
    ok(run("refer 1 2 --need 1"))
    several = run("letter 1 referral --override x")
    assert (several.code, several.out) == (4, "") and "1.ref1, 1.ref2" in several.err
    said = ok(run("letter 1 referral --to 'warm coats' --override asked")).out
    assert "winter clothes" in said and "food parcels" not in said


def test_a_referral_that_is_over_has_no_letter(run: Run, referred: None) -> None:
    ok(run("referral cancel 1.ref1 'found another'"))
    refused = run("letter 1.ref1 referral --override x")
    assert (refused.code, refused.out) == (2, "")
    assert "1.ref1 is cancelled and over" in refused.err


def test_a_template_that_names_the_agency_is_about_its_referral(
    run: Run, referred: None, tmp_path: Path
) -> None:
    mine = tmp_path / "letters" / "cover.txt"
    mine.write_text("{recipient}: {client} comes to {organization}\n", "utf-8")
    said = ok(run("letter 1 cover --override asked")).out
    assert said == "Example Pantry: Maria Example comes to Example Pantry\n"
    assert run("letter 1 cover --to 'Other Pantry' --override asked").code == 2


@pytest.mark.parametrize("field", ["referral", "organization"])
def test_a_typed_addressee_needs_the_release_as_well(
    run: Run, referred: None, tmp_path: Path, field: str
) -> None:
    mine = tmp_path / "letters" / "ours.txt"
    mine.write_text(f"Dear Example Pantry, {{client}}: {{{field}}}\n", "utf-8")
    refused = run("letter 1 ours")
    assert (refused.code, refused.out) == (1, "")
    assert "no release lets" in refused.err
    release(run)
    assert "Maria Example" in ok(run("letter 1 ours")).out
    assert len(run("disclosures 1 --json").json) == 1


def test_what_cannot_be_had_is_said_to_be_not_available(run: Run, referred: None) -> None:
    release(run)
    ok(run("edit 1 --dob '' --phone ''"))
    assert "birth_date" in run("letter 1 referral").err
    ok(run("edit 1 --not-available 'birth date' --not-available phone --reason 'no papers'"))
    assert "not available" in ok(run("letter 1 referral")).out


def test_an_override_is_on_record_as_a_disclosure(run: Run, referred: None) -> None:
    said = ok(run("letter 1 referral --override 'asked by phone'")).out
    assert "To: Example Pantry\nAbout: Maria Example, born 1990-01-02\n" in said
    assert "We refer Maria Example to you for: food parcels." in said
    assert "42 CFR part 2 prohibits unauthorized use or disclosure of these records." in said
    (told,) = [e for e in run("show 1 --json").json["casework"] if e["kind"] == "disclosure"]
    assert (told["who"], told["what"]) == ("Example Pantry", "letter: referral")
    assert told["details"]["override"] == "asked by phone"
    assert notes(run) == ["Letter printed: referral, to Example Pantry"]


def test_a_client_s_letter_to_somebody_else_is_a_disclosure_too(run: Run) -> None:
    run("tried 1")
    refused = run("letter 1 cannot-reach --to 'Her Sister' --purpose 'find her'")
    assert refused.code == 1 and "no release" in refused.err
