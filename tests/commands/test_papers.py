"""amend, copy, casefile: the client's side of the record, and the papers that leave it."""

from __future__ import annotations

import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import Run

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\" ' & \u202e \x1b[31m"


@pytest.fixture(autouse=True)
def ana(run: Run, caseload: None) -> None:
    for command in (
        "intake 'Ana Garcia' --urgency low --risk low --new --no-input --phone 555-0142 "
        "--safe-contact evenings --need food --next 'call the school' --due 'dec 1 2026'",
        "edit 1 --legal-name 'Anastasia Garcia'",
        "reached 1 'spoke about the school' --by visit",
        "note 1 'She came late.'",
    ):
        assert run(command).code == 0


# --- Disagreeing ------------------------------------------------------------------------------


def test_words_that_are_cut_stand_before_the_disagreement(run: Run) -> None:
    run(f"reached 1 'spoke about the {'long ' * 40}winter' --by phone")
    run("amend 1.c2 'not a word of it'")
    shown = " ".join(run("show 1", width=80).out.split())
    assert "reached by phone: spoke about the long" in shown
    assert "long … (the client disagrees: 1.am1)" in shown


def test_a_disagreement_stands_beside_a_note_and_changes_nothing(run: Run) -> None:
    before = run("show 1 --json").json["notes"]
    assert run("amend 1.n1 'The bus was late, I was not.'").out == (
        "Ana Garcia (garcia-1): 1.am1, disagrees with 1.n1: The bus was late, I was not.\n"
        "It stands beside 1.n1 from now on, which stays as it is.\n"
    )
    assert run("show 1 --json").json["notes"] == before
    assert "She came late. (the client disagrees: 1.am1)" in " ".join(
        run("show 1", width=100).out.split()
    )
    whole = " ".join(run("show 1 --all", width=100).out.split())
    assert "She came late. (the client disagrees, 1.am1: The bus was late, I was not.)" in whole


def test_a_signed_note_can_be_disagreed_with(run: Run) -> None:
    assert run("sign 1.n1 --yes").code == 0
    assert run("amend 1.n1 'not so'").code == 0


def test_a_contact_and_the_whole_record_too(run: Run) -> None:
    assert run("amend 1.c1 'we did not speak about school'").code == 0
    assert run("amend 1 'none of this is me'").code == 0
    whole = " ".join(run("show 1 --all", width=100).out.split())
    assert "(the client disagrees, 1.am1: we did not speak about school)" in whole
    assert "The client disagrees (1.am2): none of this is me" in whole


def test_a_note_that_is_disagreed_with_is_not_undone_before_it(run: Run) -> None:
    run("amend 1.n1 'not so'")
    note = next(each for each in run("history --json").json if each["command"] == "note")
    assert run(f"undo {note['operation']} --yes").code == 1
    assert run("undo").code == 0  # the disagreement itself was a slip
    assert run("show 1 --json").json["casework"] == []


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("amend 1.n9 x", 3, "has no note 1.n9"),
        ("amend 1.c9 x", 3, "has no contact 1.c9"),
        ("amend 1.g1 x", 2, "is no note and no contact"),
        ("amend 9 x", 3, "no case '9'"),
        ("amend me x", 2, "your own work"),
        ("amend 1.n1", 2, "TEXT is missing"),
        ("amend 1.n1 ' '", 2, "the text is empty"),
        ("amend 1.n1 x --on 2026-11-19", 2, "still ahead"),
        ("amend 1.n1 x --on '1 nov 2026'", 2, "is before 1.n1"),
        ("copy 9", 3, "no case '9'"),
        ("copy 1 --on today", 2, "--on goes with --request"),
        ("copy 1 --request --on 2026-11-19", 2, "ahead"),
        ("copy 1 -o ''", 2, "name of a file"),
        ("copy 1 -o /nowhere/at/all.txt", 1, "/nowhere/at/all.txt"),
        ("--private copy 1", 2, "--private hides"),
        ("casefile 1", 2, "--for is missing"),
        ("casefile 1 --for friend --basis x", 2, "'friend' reads no case file"),
        ("casefile 1 --for court", 1, "no release lets 'the court'"),
        ("casefile 1 --for court --basis ' '", 2, "the legal basis is empty"),
        ("casefile 1 --for court --basis x -o ''", 2, "name of a file"),
        ("casefile 1 --for court --basis x -o /nowhere/f.html", 1, "/nowhere/f.html"),
        ("--private casefile 1 --for court --basis x", 2, "--private hides"),
        ("casefile 9 --for court --basis x", 3, "no case '9'"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(run: Run, command: str, code: int, words: str) -> None:
    before = len(run("history --json").json)
    result = run(command)
    assert (result.code, result.out) == (code, "")
    assert words in result.err and result.err.count("\n") == 1
    assert len(run("history --json").json) == before
    assert run("disclosures 1 --json").json == []


# --- The client's own copy --------------------------------------------------------------------


def test_a_copy_tells_the_client_what_is_on_file(run: Run) -> None:
    for command in (
        "goal add 1 'a quiet home' --words 'I want to sleep'",
        "step add 1 'look at the flat' --who client --due 'dec 3 2026' --goal 1",
        "people add 1 'Rosa Sample' --as family --role sister --phone 555-0199",
        "consent add 1 --to School --purpose grades --what name --until 2027-05-18 --told-rights "
        "--signed today",
        "disclosures add 1 --to School --purpose grades --what 'her name'",
        "disclosures add 1 --to Police --purpose safety --what address --override 'life in danger'",
        "amend 1.n1 'The bus was late.'",
    ):
        assert run(command).code == 0, command
    told = " ".join(run("copy 1").out.split())
    for words in (
        "Your copy of your record, Ana Garcia", "Legal name: Anastasia Garcia",
        "How to reach you safely: evenings", "Goal: I want to sleep",
        "Step (you): look at the flat, by Thu 3 Dec 2026", "Tue 1 Dec 2026: call the school",
        "we reached you on a visit: spoke about the school", "She came late.",
        "You disagree (Wed 18 Nov 2026): The bus was late.", "Rosa Sample, sister",
        "School, for grades: name; live until Tue 18 May 2027",
        "School, her name, for grades, because you allowed it",
        "Police, address, for safety, without your permission, because: life in danger",
        "You may ask for another copy at any time.",
    ):  # fmt: skip
        assert words in told
    assert "555-0199" not in told, "another person's number is theirs"


def test_a_copy_breaks_its_lines_between_words(run: Run) -> None:
    run(f"note 1 '{'she told about the winter ' * 10}'")
    told = run("copy 1 --preview").out
    lines = told.splitlines()
    assert max(map(len, lines)) <= 76 and " ".join(told.split()).count("the winter") == 10


def test_a_request_is_a_deadline_that_the_copy_ends(run: Run) -> None:
    asked = run("copy 1 --request --json").json
    assert (asked["due"], asked["kind"]) == ("2026-12-18", "deadline")
    assert run("copy 1 --request").code == 2
    seen = run("copy 1 --preview").out
    assert run("copy 1 --preview --json").json["text"] == seen
    assert run("disclosures 1 --json").json == []
    given = run("copy 1", today="2026-11-25")
    assert "1.2 is done with it" in given.err and "the copy they asked for" not in given.out
    (logged,) = run("disclosures 1 --json").json
    assert (logged["to_client"], logged["under"], logged["notice"]) == (
        True, "the client's own right", None,
    )  # fmt: skip
    done = {each["item"]: each for each in run("show 1 --json").json["promises"]}["1.2"]
    assert (done["state"], done["ended_on"]) == ("done", "2026-11-25")


def test_a_closed_case_is_copied_and_owes_no_copy(run: Run) -> None:
    assert run("close 1 --reason declined --summary ended --yes").code == 0
    assert run("copy 1 --request").code == 2
    assert run("copy 1").code == 0


def test_a_copy_in_a_file_is_ones_own_and_takes_no_others_place(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "copy.txt"
    assert run(f"copy 1 -o {path}").code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text("utf-8").startswith("Your copy of your record, Ana Garcia\n")
    again = run(f"copy 1 -o {path}")
    assert again.code == 1 and "exists already" in again.err
    assert len(run("disclosures 1 --json").json) == 1


# --- The case file ----------------------------------------------------------------------------


class _Page(HTMLParser):
    """What a browser would read of a page: its tags with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(html: str) -> _Page:
    parsed = _Page()
    parsed.feed(html)
    return parsed


def test_a_case_file_for_a_court_has_the_legal_name_and_the_trail(run: Run) -> None:
    told = run("casefile 1 --for court --to 'Example Court' --basis 'order 14-2'")
    read = page(told.out).text
    for words in (
        "Case file 1: Anastasia Garcia", "Goes by", "Ana Garcia", "order 14-2", "Example Court",
        "555-0142 (safe contact: evenings)", "spoke about the school", "She came late.",
        "added client Ana Garcia", "kim",
        "42 CFR part 2 prohibits unauthorized use or disclosure of these records.",
    ):  # fmt: skip
        assert words in read
    for entry in run("history 1 --json").json[1:]:
        assert entry["at"] in read and entry["command"] in read
    (logged,) = run("disclosures 1 --json").json
    assert (logged["to"], logged["basis"]) == ("Example Court", "order 14-2")


def test_a_number_that_rings_at_the_clients_keeps_its_words_in_the_file(run: Run) -> None:
    run("people add 1 'Pia Sample' --as family --role mother --phone '555 0142'")
    read = page(run("casefile 1 --for court --basis 'order 14-2'").out).text
    assert "Pia Sample, mother, 555 0142 (rings at the client's; safe contact: evenings)" in read


def test_an_audit_gets_the_name_that_the_client_goes_by(run: Run) -> None:
    read = page(run("casefile 1 --for audit --basis 'funder, section 4'").out).text
    assert "Case file 1: Ana Garcia" in read
    assert "Legal name" not in read


def test_it_leaves_under_a_live_release_for_it(run: Run) -> None:
    run(
        "consent add 1 --to 'Example Court' --purpose court --what 'the case file' "
        "--until 2027-05-18 --told-rights --signed today"
    )
    assert run("casefile 1 --for court --to 'Example Court'").code == 0
    assert run("casefile 1 --for audit --to 'Example Court'").code == 1
    (logged,) = run("disclosures 1 --json").json
    assert logged["under"] == "release 1.roi1"


def test_nothing_in_it_runs_or_is_loaded(run: Run) -> None:
    for command in (
        ["edit", "1", "--name", HOSTILE, "--legal-name", HOSTILE, "--address", HOSTILE,
         "--safe-contact", HOSTILE, "--need", HOSTILE, "--program", HOSTILE],
        ["note", "1", HOSTILE],
        ["reached", "1", HOSTILE],
        ["amend", "1.n1", HOSTILE],
        ["amend", "1", HOSTILE],
        ["people", "add", "1", HOSTILE, "--as", "family", "--role", HOSTILE],
        ["follow", "1", HOSTILE, "--due", "dec 9 2026"],
        ["need", "add", "1", HOSTILE, "--domain", "food"],
        ["consent", "add", "1", "--to", HOSTILE, "--purpose", HOSTILE, "--what", HOSTILE,
         "--event", HOSTILE],
    ):  # fmt: skip
        assert run(command).code == 0
    for kind in ("court", "audit"):
        html = run(["casefile", "1", "--for", kind, "--basis", HOSTILE, "--to", HOSTILE]).out
        read = page(html)
        assert {tag for tag, _ in read.tags} == {
            "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "thead",
            "tbody", "tr", "th", "td",
        }  # fmt: skip
        names = {name for _, attributes in read.tags for name in attributes}
        assert names <= {"lang", "charset", "http-equiv", "content", "name", "class", "scope"}
        assert "default-src 'none'" in str(read.tags)
        assert "<script>alert(1)</script>" in read.text
        assert not {"\x1b", "\u202e"} & set(html)
        assert "url(" not in html and "@import" not in html


def test_a_case_file_says_what_each_thing_is(run: Run) -> None:
    """It may be all that a court has."""
    run("screen 1 phq9 1,1,1,1,1,1,1,1,1")
    assert run("assess 1 --domain housing=2 --risk 'homelessness tonight=high'").code == 0
    run("consent add 1 --to School --purpose attend --what grades --until 2027-05-01 "
        "--told-rights --signed today")  # fmt: skip
    run("disclosures add 1 --to School --purpose attend --what grades")
    run("consent revoke 1.roi1 'no longer'")
    run("resource add 'Org A' rooms --domain housing")
    run("need add 1 'a room' --domain housing")
    assert run("refer 1 1 --send --override 'client asked'").code == 0
    assert run("referral answer 1 waitlisted 'three months'").code == 0
    read = page(run("casefile 1 --for court --basis 'order 14-2'").out).text
    for words in (
        "housing: level: 2", "homelessness tonight; high", "School was told: grades; for attend",
        "under release 1.roi1", "Who is told: School", "was told that they may revoke it",
        "revoked Wed 18 Nov 2026: no longer",
        "under override: client asked",
    ):  # fmt: skip
        assert words in read, words
    asked = next(line for line in read.splitlines() if "off dead" in line)
    assert "client's words" not in asked, "they are the questionnaire's"
    trail = read[read.index("Trail") :]
    assert "log + " in trail and "waitlisted" in trail
    assert trail.count("sent, ") == 1, "what was there before is not told again"


def test_a_case_file_is_ones_own_and_takes_no_others_place(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "file.html"
    making = f"casefile 1 --for court --basis 'order 14-2' -o {path}"
    assert run(making).code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert run(making).code == 1
    assert path.read_bytes() == before
    assert len(run("disclosures 1 --json").json) == 1


def test_an_amendment_that_was_undone_stays_in_the_journal(run: Run) -> None:
    assert run("amend 1 'the bus was late'").code == 0
    assert run("undo").code == 0
    assert [e for e in run("show 1 --json").json["casework"] if e["kind"] == "amendment"] == []
    undone, made = run("history --limit 2 --json").json
    assert undone["changes"][0]["before"]["what"] == "the bus was late"
    assert (undone["command"], made["command"], made["undone_by"]) == (
        "undo", "amend", undone["operation"],
    )  # fmt: skip
