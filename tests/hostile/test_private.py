"""--private: numbers and initials, and no word of anybody's, in whatever a command prints.

A marker stands in every text of a caseload. No command prints one, but what its own line held.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from planting import plant
from terminals import Ask, shown

from casectl.cli import COMMANDS
from casectl.core.handovers import TRANSFER, brief, case_object, handover_object
from casectl.core.model import Author
from casectl.core.privacy import HIDDEN, private, without_handles, without_quotes
from casectl.store import Caseload, open_caseload
from casectl.store.keys import read_key_file
from casectl.store.schema import RECORDS

pytest.importorskip("pty", reason="no pseudo-terminals on this system")

MARK = "zqx"
# Nobody has the identity that this age recipient belongs to.
RECIPIENT = "age15ywcskh8wyykhl9smqw5wlexj6wnmd2qk9q056e8j540d3hvyvmq6zurze"
# Who signed an entry, and when, is the worker's own.
THE_WORKER_S = ("cases.worker", "contacts.worker", "notes.worker", "jots.worker",
                "contacts.recorded_at", "notes.recorded_at", "jots.recorded_at",
                "casework.worker", "casework.recorded_at")  # fmt: skip

# What an agency is called and offers stands in every directory; that a client goes there does not.
OF_AN_AGENCY = ("resources.organization", "resources.service")


def marked(column: str) -> str:
    if column in THE_WORKER_S:
        return "kim"
    if column in OF_AN_AGENCY:
        return "Public Pantry"
    if column == "cases.handle":
        return f"{MARK}handle"
    return f"{MARK}{column.replace('.', '')} {MARK}more"


@pytest.fixture
def planted(store: Caseload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Caseload:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.delenv("HISTFILE", raising=False)
    # A file is no command line: what stands in it is hidden as what is on record is.
    lines = f"4 call 5m {MARK} said; next {MARK} fri\n4 tried text {MARK}\n"
    (tmp_path / "lines.txt").write_text(lines, "utf-8")
    wrong = [
        f"{MARK}clientsname tried",
        f"{MARK}none tried",
        f"1.99 tried {MARK}",
        f"1 call {MARK}; next {MARK}",
        f"1 call \"{MARK}\" it's '{MARK}; next {MARK} it's 3/4",
        f"1 {MARK}",
        f"1 call {MARK}; next fri",
    ]
    (tmp_path / "wrong.txt").write_text("\n".join(wrong), "utf-8")
    plant(store, marked)
    (tmp_path / "handover.json").write_text(json.dumps(a_handover(store)), "utf-8")
    return store


def a_handover(store: Caseload) -> dict[str, Any]:
    """The first case as a colleague's file holds it, every text of theirs marked as well."""
    first = store.cases.by_number(1)
    assert first is not None
    file = store.cases.file(first)
    lines = brief(file, (), date(2026, 11, 18), None)
    made = case_object(file, [*lines[:2], f"{MARK}line"])
    return handover_object("k1", TRANSFER, "kim", "kim", date(2026, 11, 18), [made])


READING = [
    "today --all", "today --done", "jots", "today --explain 1", "today --explain 4",
    "today --accessible",
    "show 1", "show 1 --all", "show 2", "show 3", "show 4", "show zqx", f"show {MARK}clientsname",
    "list --all", "list --sort name", "search zqx", "search no-such-word",
    "whois zqx", "whois no-such-word",
    f"whois {MARK}clientsname", "whois 555-0142", "show 555-0142", "today --calls",
    "today --visits", "today --sheet", "history", "history 1", "away",
    "week", "week --from fri", "today --hours 6", "today --matrix",
    "undo --list", "remind", "remind --within '1 year'", "remind --format json", "remind --terse",
    "remind --format ndjson", "remind --format ics", "remind --full-names", "doctor", "db path",
    "config list", "config get worker", "cron", "backup --list", "key slots", "audit verify",
    "audit log", "audit log --case 1", "purge 1 --dry-run", "purge 2 --dry-run",
    "purge --older-than '1 day' --dry-run", "away", "triage", "triage --spread 2d",
    "plan show 1", "plan show 5", "plan versions 1",
    "plan compare 1", "plan compare 1 1 2", "plan templates", "plan apply 1 hospital-discharge",
    "plan apply 5 hospital-discharge --dry-run", "goal list 1", "transition list 1",
    "people show 1 --all", "consent list 1 --all", "consent show 1.roi1", "disclosures 1",
    "disclosures list 1",
    "meds list 1 --all", "provider list 1 --all", "progress 1", "voice 1 --history",
    "step done 1", "goal done zqx",
    "assess 1 --previous", "assess --drafts",
    "screen --list", "screen 1", "need list 1 --all", "lint", "lint 1", "close 1 --sheet",
    "letter 1 cannot-reach", "letter 1 closure --field agency=x", "letter --list",
    "letter 1 closure --to zqx --purpose zqx", "letter zqx closure",
    "resource list --all", "resource show 1", "resource search zqx", "resource match 1",
    "resource export", "referral list", "referral list 1 --all", "referral show 1.ref1",
    "denial list", "denial list 1 --all", "denial show 1.den1",
    "caseload", "escalate", "report caseload --by program", "report timeliness --by language",
    "report outcomes", "report activity --by program", "receive handover.json --show",
]  # fmt: skip
# In this order each does something; what is typed here holds no marker.
WRITING = [
    "intake 'Fay Trial' --new --need help --next call --due fri --phone 5",
    "intake 'zqxclientsname zqxmore'",
    "intake --same 1 --phone 3",
    "intake --same 1",
    "follow 1 call --due fri",
    "follow zqxclients call --due fri",
    "follow 2 call --due fri",
    "deadline 1 court --on fri",
    "appointment 1 visit --at fri --place here",
    "reached 1 talked --next call --due fri",
    "reached 1.3",
    "reached 1.5",
    "tried 1",
    "contact 1 talked --outcome tried",
    "again 1",
    "again 3 --like 1 --yes",
    "again 1 --like 3",
    "log lines.txt",
    "log lines.txt --yes",
    "log wrong.txt --yes",
    "note 1 noted",
    "note 1 --form soap --part S=noted --part P=noted",
    "note 1 --kind ethics --part concern=noted",
    "note 1 noted --contact none",
    "sign 1.n3 1.n4",
    "note 1.n3 noted",
    "note resolve 1.n4 noted",
    "jot jotted",
    "file 2 1",
    "file 1 1",
    "jots --drop 3",
    "correct 1.c3 right",
    "correct 1.c1 right",
    "done 1",
    "done 1.1",
    "done 1.2 'went well' --again fri",
    "done 1.2 again",
    "done 1.assessment",
    "goal add 1 better --need 1 --reason asked",
    "goal change 1.g1 --by '1 mar' --reason asked",
    "goal progress 1.g1 +1 better",
    "step add 1 'do it' --due fri --goal 1 --who me --reason asked",
    "step change 1.s1 --due '20 dec' --reason asked",
    "snooze 1.s1 '24 dec' why",
    "done 1.s2 1.6 'did both'",
    "cancel 1.s3 why",
    "barrier add 1 'in the way' --goal 1",
    "barrier clear 1.b1 gone",
    "plan agree 1 --with client --by visit",
    "plan agree 4 --with client --by visit",
    "plan review 1 fine",
    "plan apply 1 hospital-discharge --yes",
    "transition add 1 discharge --of hospital",
    "transition done 1.t1 settled",
    "transition drop 1.t2 stays",
    "meds add 1 pill --dose one",
    "meds stop 1.m1 over",
    "provider add 1 'Dr No' --role doctor",
    "provider drop 1.pr1 gone",
    "people add 1 'Rosa No' --as family --role sister --phone 5 --primary --household --case 2",
    "people edit 1.per1 --phone 6 --safe quietly",
    "people end 1.per1 gone",
    "consent add 1 --to pantry --purpose food --what name --until 'dec 1 2026'",
    "consent sign 1.roi2 --told-rights",
    "consent renew 1.roi2 --event 'the end' --told-rights --signed today",
    "consent check 1.roi3",
    "consent revoke 1.roi3 asked",
    "consent lapse 1.roi1",
    "amend 1.n1 no",
    "amend 1 no",
    "copy 1 --request",
    "copy 1",
    "casefile 1 --for court --basis order",
    "disclosures add 1 --to court --purpose hearing --what name",
    "disclosures add 1 --to court --purpose hearing --what name --override danger",
    "voice 1 4 good",
    "goal done 1.g1 reached --met",
    "goal drop 1.g2 changed",
    "step drop 1.s1 changed",
    "assess 1 --domain food=2 --need food=bread --need food=bread",
    "assess 1 --risk 'fire setting=low' --safety-plan calls --review fri",
    "assess 1 --risk self-harm=high --risk medical=low",
    "assess 1 --reviewed mon",
    "assess 1 --drop-draft",
    "assess 1 --drop-draft --yes",
    "screen 1 phq9 9=1",
    "screen 1 phq9 1,1,1,1,1,1,1,1,1",
    "screen 1 phq9 --repeat 'in 9 days'",
    "need add 1 stove --domain housing",
    "resource add Here help --domain food --phone 5",
    "resource edit 2 --phone 6",
    "need add 1 bread --domain food",
    "resource match 1",
    "resource verify 2",
    "refer 1 2 --need 1",
    "refer 1 2 --need 3 --send",
    "refer 1 2 --need 3 --send --override asked --who them",
    "referral chase 1.ref1 asked",
    "referral answer 1.ref1 declined full",
    "referral answer 1.ref2 accepted",
    "referral schedule 1.ref3 fri",
    "referral received 1.ref3 came",
    "referral connected 1.ref3 goes --by phone",
    "referral cancel 1.ref2 why",
    "referral close 1.ref1 why",
    "resource retire 2 gone",
    "need met 1",
    "need met 1.need1 how",
    "need drop 1.need2 why",
    "missed 1.3",
    "snooze 4.1 fri why",
    "snooze 1.6 mon why",
    "cancel 1.7 why",
    "kept 1.8",
    "denial add 1 'food benefits' --by them --why papers --appeal-by fri",
    "denial file 1.den2 papers --with them",
    "denial file 1.den2 --with them --appeal",
    "denial decide 1.den2 upheld no --by them --appeal-by mon",
    "denial decide 1.den2 overturned yes",
    "denial decide 1.den1 upheld",
    "summary -o summary.json",
    "caseload --of summary.json",
    "escalate --of summary.json",
    "report caseload --by program --of summary.json",
    "receive handover.json",
    "receive handover.json --new --yes",
    "cover --give-back --to zqxhandover -o back.age --override asked",
    f"transfer 4 --to lee -o transfer.age --override asked --recipient {RECIPIENT}",
    "transfer 4 --to lee -o other.age",
    "transfer withdrawn 4 --reason asked",
    f"cover 4 --until fri --to lee -o cover.age --override asked --recipient {RECIPIENT}",
    "cover --back handover.json",
    f"transfer 5 --to lee -o five.age --override asked --recipient {RECIPIENT}",
    "transfer accepted 5",
    "undo",
    "edit 1 --phone 5 --need flat",
    "edit 1 --name 'New Name'",
    "edit 1 --phone ''",
    "edit 5 --external-id 'zqxclientsexternal_id zqxmore'",
    "edit 1",
    "set 1 --risk low --reason better",
    "triage 1 --on fri --reason asked",
    "triage 1 --on today",
    "triage --spread 2d --hours 1 --reason asked --yes",
    "away --from '7 dec' --to '8 dec' --reason asked",
    "away --cancel --from '7 dec'",
    "hold 5 --until fri --reason leave",
    "hold 5 --until fri --reason leave",
    "reopen 5 --reason back",
    "reopen 2 --reason back",
    "accept 3 --next call --due fri",
    "close 3 --reason ended",
    "close 1 --reason ended",
    "close 1 --take-back ended",
    "close 1 --notice --by letter --reason ended",
    "close 1 --notice --by letter",
    "close 1 --reason ended --yes",
    "hold 4 --unreachable --until fri",
    "tried 4",
    "hold 4 --unreachable --until '30 nov' --reason leave",
    "close 1 --reason declined --handed-to somebody --summary ended",
    "cancel 1.ac2 ended",
    "merge 1 4",
    "merge 1 4 --yes",
    "undo 3",
    "undo 3 --yes",
    "undo",
    "redo",
    "redo",
    "purge 1 --reason asked",
    "purge 2 --reason asked",
    "purge 2 --reason asked --yes",
    "config set limit 10",
]
# Commands that know nothing of any client, or that make another caseload.
APART = {
    "init": "makes an empty caseload",
    "demo": "makes fictitious people",
    "unlock": "asks for a passphrase",
    "lock": "forgets a key",
    "key": "keys alone, but for slots above",
    "encrypt": "makes another file of the whole",
    "decrypt": "makes another file of the whole",
    "backup": "copies the file, but for --list above",
    "restore": "puts a copy in place",
    "day": "a prompt for the others; tests/commands/test_day.py looks at it",
}


def asks_of(command: str) -> Iterator[Ask]:
    import shlex

    words = ["--private", *shlex.split(command)]
    yield Ask(words, 80)
    yield Ask(words)
    if "--format" not in words:
        yield Ask([*words, "--json"])


def assert_no_marker(asks: list[Ask]) -> None:
    for told in shown(asks):
        typed = " ".join(told.ask.words).split() + told.ask.stdin.split()
        text = (told.out + told.err).decode().casefold()
        for word in {each.strip("'\"") for each in typed}:
            text = text.replace(word, "")
        assert MARK not in text, told


def test_every_command_is_looked_at() -> None:
    used = {command.split()[0] for command in (*READING, *WRITING)}
    assert used | set(APART) >= set(COMMANDS), "say here what a new command prints in private"


@pytest.mark.parametrize("width", [40, 120])
def test_no_screen_tells(planted: Caseload, width: int) -> None:
    assert_no_marker([each._replace(width=width) for words in READING for each in asks_of(words)
                      if each.width])  # fmt: skip


def test_no_reading_tells(planted: Caseload) -> None:
    assert_no_marker([each for words in READING for each in asks_of(words)])


def test_without_it_the_same_commands_do_tell(planted: Caseload) -> None:
    """So that the tests here would notice."""
    told = shown([Ask(["show", "1", "--all", "--json"]), Ask(["today"], 80), Ask(["history"])])
    assert all(MARK.encode() in each.out for each in told)


@pytest.mark.parametrize("form", [0, 1, 2], ids=["a terminal", "a pipe", "JSON"])
def test_no_writing_tells(planted: Caseload, form: int) -> None:
    assert_no_marker([list(asks_of(words))[form] for words in WRITING])


PROMPTS = [
    (["intake"], "y\n\n\n\n\n\n"),
    (["intake"], "n\nzqxclientsname zqxmore\n\n"),
    (["intake", "Bo New"], "n\n"),
    (["edit", "1"], "\n" * 20),
    (["edit", "1"], "-\n"),
    (["show", "zqx"], "a\n"),
    (["note", "zqx"], "a\nhello\n.\n"),
    (["close", "1"], "why\nletter\n"),
    (["close", "1", "--reason", "declined"], "name\nn\n"),
    (["merge", "1", "4"], "y\n"),
    (["undo", "2"], "y\n"),
    (["reopen", "2"], "why\nhigh\n"),
    (["note", "1", "--edit"], ""),
    (["log"], "1 call fine\n9 tried\n\nzqx tried\na\n\n1\n1 tried\ny\n"),
    (["log", "wrong.txt"], "a\n\n\n\n\n\n\nn\n"),
    (["log", "lines.txt"], "\n1\n\nn\n"),
    (["assess", "1"], "y\n" + "\n" * 40),
    (["assess", "1", "--risk-only"], "n\nhigh\nwhy\n<\n?\n\n\n\n\n\n\n\n\n\nplan\n<\n-\n\n"),
    (["screen", "1", "phq2"], "1\n<\n\n"),
    (["screen", "1", "phq2"], "y\n1\n"),
    (["need", "add", "1"], "stove\nhousing\n"),
]


def test_no_prompt_tells(planted: Caseload) -> None:
    assert_no_marker([Ask(["--private", *words], 80, stdin=typed) for words, typed in PROMPTS])


def test_no_import_tells(planted: Caseload, tmp_path: Path) -> None:
    rows = [
        "name,birth date,phone,level,due,intake",
        "zqxclientsname zqxmore,,,,,",
        "Ann Zqxother,zqxnoday,zqxphone,zqxlevel,zqxdue,zqxday",
        "Ann Zqxother,2001,1,low,,",
    ]
    (tmp_path / "people.csv").write_text("\n".join(rows), "utf-8")
    words = ["--private", "intake", "--from", "people.csv"]
    assert_no_marker([Ask(words), Ask(words, 80), Ask([*words, "--skip-bad"], 80)])


def test_no_completion_tells(planted: Caseload) -> None:
    told = shown(
        [
            Ask([], environment={"_CASECTL_COMPLETE": "complete_bash", "COMP_WORDS": line,
                                 "COMP_CWORD": "2", "CASECTL_PRIVATE": "1"})
            for line in ("casectl show zq", "casectl show ", "casectl show 1")
        ]
    )  # fmt: skip
    assert all(MARK.encode() not in each.out for each in told)
    assert told[-1].out.split() == [b"1"]


# --- How it is asked for ----------------------------------------------------------------------


@pytest.fixture
def maria(run: Run, caseload: None) -> None:
    run("intake 'Maria Garcia' --phone 555-0142 --next 'call Maria' --due today --risk low")


def test_the_option_the_variable_and_the_setting(
    run: Run, maria: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Maria" in run("list").out
    for words in ("--private list", "list --private"):
        out = run(words).out
        assert "M.G." in out and "Maria" not in out and "garcia" not in out
    assert run("config set private yes").code == 0
    assert "Maria" not in run("list").out
    assert "Maria" in run("list --no-private").out
    assert "Maria" in run("--no-private list").out
    assert run("config unset private --json").json["value"] is False
    monkeypatch.setenv("CASECTL_PRIVATE", "1")
    assert "Maria" not in run("list").out
    assert run("config get private --json").json["source"] == "CASECTL_PRIVATE"
    assert "Maria" in run("list --no-private").out


def test_what_is_left_is_enough_to_work_with(run: Run, maria: None) -> None:
    (row,) = run("today --private --json").json
    assert (row["case"], row["handle"], row["client"]) == (1, "1", "M.G.")
    assert (row["status"], row["what"], row["phone"]) == ("DUE TODAY", f"call {HIDDEN}", HIDDEN)
    assert row["safe_contact"] is None, "that nothing is known is no secret"
    assert "1.1          M.G.  " in run("today --private", width=80).out
    assert run("reached 1 --private").out.startswith("Reached M.G. (1) by phone")


def test_full_names_are_the_opposite(run: Run, maria: None) -> None:
    result = run("remind --full-names --private")
    assert result.code == 2
    assert "--full-names shows what is private; add --no-private" in result.err


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ("no case 'garcia'; see", "no case '***'; see"),
        (f"no case {chr(34)}o'brien{chr(34)}", "no case '***'"),
        (f"{'it is'!r} and {chr(34) + chr(39)!r}", "'***' and '***'"),
        ("the person's case isn't 'a' or 'b'", "the person's case isn't '***' or '***'"),
        ("nothing is quoted", "nothing is quoted"),
    ],
)
def test_what_a_sentence_quotes(said: str, hidden: str) -> None:
    assert without_quotes(said) == hidden


def test_an_error_names_the_number(run: Run, maria: None) -> None:
    assert run("close 1 --reason declined --yes").code == 0
    assert "garcia-1 is closed already" in run("close 1 --reason x --yes").err
    assert "casectl: 1 is closed already" in run("close 1 --reason x --yes --private").err
    assert run("show gacria-1 --private").err == (
        "casectl: no case 'gacria-1'; did you mean 1?\n".replace("'gacria-1'", "'1'")
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("garcia-12 is closed", "12 is closed"),
        ("no item garcia-12.3; did you mean (王小明-7)?", "no item 12.3; did you mean (7)?"),
        ("Fri 27 Nov 2026, 2026-11-27, 1978-03", "Fri 27 Nov 2026, 2026-11-27, 1978-03"),
        ("/tmp/garcia-12/x-1.db", "/tmp/garcia-12/x-1.db"),
        ("019a95e0-7c00-7b2e-9f3a-5d1c2e4f6a80", "019a95e0-7c00-7b2e-9f3a-5d1c2e4f6a80"),
    ],
)
def test_handles_in_an_error(said: str, told: str) -> None:
    assert without_handles(said) == told


# --- Only what is told changes ----------------------------------------------------------------


def test_what_is_stored_is_the_same(planted: Caseload, tmp_path: Path) -> None:
    """A hidden text is never written back: the same commands leave the same records."""
    import shlex

    paths = [tmp_path / name for name in ("open.db", "private.db")]
    for path, flags in zip(paths, ([], ["--private"]), strict=True):
        shutil.copy(planted.path, path)
        for written in tmp_path.glob("*.age"):  # one that is there is never written over
            written.unlink()
        asks = [Ask([*flags, "--db", str(path), "--yes", *shlex.split(each)]) for each in WRITING]
        shown([each for each in asks if "config" not in each.words])
    open_one, private_one = map(contents, paths)
    assert open_one == private_one
    assert HIDDEN not in str(private_one)


UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every record but its keys and moments, which differ from run to run, in a body as well."""
    changing = {"id", "client_id", "case_id", "corrects", "updated_at", "recorded_at"}
    author = Author("kim", "2026-11-18", "2026-11-18T08:00:00Z")
    store = open_caseload(path, author, lambda: read_key_file(Path(os.environ["CASECTL_KEY_FILE"])))
    try:
        return {
            table: sorted(
                (tuple(re.sub(UUID, "key", str(row[name])) for name in columns
                       if name not in changing)
                 for row in store.db.rows(f"SELECT * FROM {table}")),
                key=str,
            )
            for table, columns in RECORDS.items()
        }  # fmt: skip
    finally:
        store.close()


def test_a_type_that_nobody_thought_of_is_hidden() -> None:
    from typing import NamedTuple

    class New(NamedTuple):
        words: str
        number: int
        within: list[str]

    assert private(New("secret", 3, ["secret"])) == New(HIDDEN, 3, [HIDDEN])
    assert private({"key": "secret"}) == {"key": HIDDEN}
