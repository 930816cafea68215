"""Whatever was stored or typed, nothing of it acts on a terminal: not on a screen, in a pipe, in a
prompt, in an error, in what a shell completes.

Every text of a caseload is planted, every command is run on terminals and into pipes, and the bytes
themselves are looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from planting import STRUCTURED, plant, planted_columns, rotating
from terminals import Ask, Shown, acting, acts, shown
from typer.core import TyperArgument, TyperGroup

from casectl.cli import COMMANDS, built, common_parameters
from casectl.store import Caseload
from casectl.store.schema import RECORDS

pytest.importorskip("pty", reason="no pseudo-terminals on this system")

WIDTHS = (40, 80, 120)

# Each begins with what would act, so that it is there however little of a text a screen shows.
SEQUENCES = [
    "\x1b[31mRED\x1b[0m",  # colour
    "\x1b]52;c;cm0gLXJmIH4K\x07",  # the clipboard
    "\x1b]8;;http://evil.test\x1b\\click\x1b]8;;\x1b\\",  # a link
    "\x1b[2J\x1b[H\x1b[?1049h\x1bc",  # the whole screen
    "\x1b[6n\x1b[c\x05",  # what a terminal answers is typed
    "\x9b31m\x9d0;title\x9c\x90q\x9c",  # the same in one byte each
    "\rover\b\bwritten\x7f\x0b\x0c",
    "\n\nlines\r\n\ttab",
    "\u202egnp.exe\u2066\u200f\u061c",  # the other way round
    "\u2028line\u2029para\x85nel",
    "\U000e0041\U000e0042\ufeff\ufff9hidden",
    "[bold red on white blink]x[/] [/note] [link=file:///etc/passwd]y[/link] :smile: \\[z]",
    "$(touch /tmp/pwn)`id`;|&& %s %(x)s {0} {client}",
]
# Everything at once; a NUL is what no text of a caseload may hold.
EVERY = "".join(
    chr(code)
    for code in chain(range(1, 0xA0), range(0x2000, 0x2070), range(0xFF00), range(0xE0000, 0xE0080))
    if acts(chr(code)) and not 0xD800 <= code < 0xE000
)

READING = [
    ["today", "--all"],
    ["today", "--done"],
    ["today", "--explain", "1"],
    ["show", "1"],
    ["show", "1", "--all"],
    ["show", "2"],
    ["show", "4"],
    ["show", "me", "--all"],
    ["list", "--all"],
    ["list", "--sort", "name"],
    ["search", "e", "--limit", "200"],
    ["whois", "e", "--limit", "200"],
    ["today", "--calls"],
    ["today", "--visits"],
    ["history"],
    ["history", "1"],
    ["history", "me"],
    ["assess", "1", "--previous"],
    ["assess", "--drafts"],
    ["screen", "--list"],
    ["screen", "1"],
    ["need", "list", "1", "--all"],
    ["plan", "show", "1"],
    ["plan", "versions", "1"],
    ["plan", "compare", "1"],
    ["plan", "compare", "1", "1", "2"],
    ["goal", "list", "1"],
    ["transition", "list", "1"],
    ["meds", "list", "1", "--all"],
    ["provider", "list", "1", "--all"],
    ["people", "show", "1", "--all"],
    ["consent", "list", "1", "--all"],
    ["consent", "show", "1.roi1"],
    ["disclosures", "list", "1"],
    ["copy", "1", "--preview"],
    ["voice", "1", "--history"],
    ["progress", "1"],
    ["resource", "list", "--all"],
    ["resource", "show", "1"],
    ["resource", "search", "e"],
    ["referral", "list"],
    ["referral", "list", "1", "--all"],
    ["referral", "show", "1.ref1"],
    ["denial", "list"],
    ["denial", "show", "1.den1"],
    ["caseload"],
    ["escalate"],
    ["report", "caseload", "--by", "program"],
    ["report", "activity", "--by", "language"],
    ["audit", "verify"],
    ["audit", "log"],
    ["purge", "2", "--dry-run"],
    ["undo", "--list"],
    ["remind", "--within", "in 1 year"],
    ["remind", "--full-names"],
    ["doctor"],
    ["close", "1", "--sheet"],
    ["letter", "--list"],
    ["db", "path"],
    ["config", "list"],
    ["config", "get", "worker"],
]
# Formats of their own, the same for a terminal and a pipe. RFC 5545 ends a line with CR and LF.
FORMATS = [
    ["remind", "--full-names", "--format", "ics", "--within", "in 1 year"],
    ["remind", "--full-names", "--format", "ndjson"],
    ["remind", "--terse"],
    ["report", "caseload", "--by", "program", "--csv"],
    ["today", "--sheet"],
]


@pytest.fixture
def quiet_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What commands make by the way is made here: demos, exports, crash reports."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("HISTFILE", raising=False)
    monkeypatch.setenv("EDITOR", "true")


@pytest.fixture
def planted(store: Caseload, quiet_surroundings: None) -> Caseload:
    plant(store, rotating(SEQUENCES, 0))
    return store


def assert_harmless(told: Shown, *, keep: str = "\n") -> None:
    for written in (told.out, told.err):
        assert acting(written, colour=told.ask.colour, keep=keep) == "", told
    assert b"Traceback" not in told.out + told.err, told
    assert b"something went wrong" not in told.out + told.err, told


# --- What is planted ------------------------------------------------------------------------


def test_every_text_column_is_planted_or_has_a_shape() -> None:
    for table, columns in RECORDS.items():
        assert STRUCTURED[table] <= set(columns)
    assert len(planted_columns()) > 30


# --- Reading --------------------------------------------------------------------------------


@pytest.mark.parametrize("first", range(0, len(SEQUENCES), 5))
def test_no_screen_lets_a_text_act(store: Caseload, quiet_surroundings: None, first: int) -> None:
    plant(store, rotating(SEQUENCES, first))
    asks = [Ask(words, width) for words in READING for width in WIDTHS]
    asks += [Ask(words, 80, colour=True) for words in READING]
    asks += [Ask(["today", "--sheet"], width, colour=True) for width in WIDTHS]
    for told in shown(asks):
        assert_harmless(told)
        assert told.code in (0, 1) and told.out, told


def test_no_pipe_lets_a_text_act(store: Caseload, quiet_surroundings: None) -> None:
    plant(store, lambda column: f"{EVERY}{column}")
    for told in shown([Ask(words) for words in [*READING, *FORMATS]]):
        kept = "\r\n" if "ics" in told.ask.words else "\n\t"
        if "--sheet" in told.ask.words:
            kept += "\f"
            own = told.out.count(b"\fCONFIDENTIAL")
            assert told.out.count(b"\f") == own, "only what parts the pages"
        assert_harmless(told, keep=kept)
        assert told.code in (0, 1) and told.out, told


def test_tsv_keeps_its_columns(store: Caseload, quiet_surroundings: None) -> None:
    plant(store, lambda column: "a\tb\nc\r\n")
    for told in shown([Ask(["today"]), Ask(["list", "--all"]), Ask(["search", "a"])]):
        columns = {line.count(b"\t") for line in told.out.splitlines()}
        assert len(columns) == 1, told


def test_json_is_exact_and_harmless(store: Caseload, quiet_surroundings: None) -> None:
    plant(store, lambda column: f"{EVERY}{column}")
    commands = [words for words in READING if words[:2] != ["today", "--explain"]]
    for told in shown([Ask([*words, "--json"], width) for words in commands for width in (0, 80)]):
        assert_harmless(told)
        json.loads(told.out)
    whole, own = shown([Ask(["show", each, "--json"]) for each in ("1", "me")])
    texts = set(every_text([json.loads(each.out) for each in (whole, own)]))
    elsewhere = (
        "jots.",
        "leaves.",
        "resources.",
    )  # of no case, or told as the note that they became
    of_case_1 = [
        name
        for name in planted_columns()
        if name not in NEVER_SET and not name.startswith(elsewhere)
    ]
    assert {f"{EVERY}{name}" for name in of_case_1} - texts <= {f"{EVERY}contacts.item"}


NEVER_SET = ("promises.snooze_reason",)  # of what is planted on case 1


def every_text(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from every_text(each)
    elif isinstance(value, list):
        for each in value:
            yield from every_text(each)


def test_columns_that_have_a_shape_stop_in_one_line(
    store: Caseload, quiet_surroundings: None
) -> None:
    """Of a file that another program wrote: nothing acts, and nothing is quoted."""
    plant(store, lambda column: column)
    shaped = {"promises": ("subject", "due_time", "repeats"), "cases": ("opened_on", "hold_until")}
    for table, columns in shaped.items():
        for column in columns:
            with store.db.transaction():
                store.db.execute("INSERT INTO current_operation (id) VALUES (2)")
                store.db.execute(f"UPDATE {table} SET {column} = ?", (f"{EVERY}secret",))
                store.db.execute("DELETE FROM current_operation")
            for told in shown([Ask(words, 80) for words in (["today"], ["show", "1"], ["list"])]):
                assert acting(told.out) == "" and b"Traceback" not in told.out
                assert told.code == 0 or b"secret" not in told.out


# --- Writing --------------------------------------------------------------------------------

# What each writing command echoes is what it was given: T stands for a hostile text.
WRITING = [
    "intake --new --need T --phone T --email T --address T --language T --pronouns T "
    "--safe-contact T --program T --referred-by T --external-id T --next T --due fri -- T",
    "intake --same 1",
    "follow 1 T --due fri --waiting-on T --every week",
    "deadline 1 T --on fri",
    "appointment 1 T --at fri --place T --minutes 30",
    "reached 1 T --next T --due fri",
    "tried 1 T --next T --due fri",
    "contact 1 T --outcome reached",
    "reached 1 T --seen-by T --until fri",
    "note 1 T",
    "correct 1.c3 T",
    "done 1.1 T",
    "done 1.2 T --again fri",
    "kept 1.3 T",
    "snooze 1.5 fri T",
    "cancel 1.6 T",
    "edit 1 --name T --phone T --address T --safe-contact T --need T --program T --external-id T",
    "assess 1 --domain food=2 --need food=T --note food=T --strength food=T --summary T",
    "assess 1 --risk fire=low --risk medical=high --note medical=T --safety-plan T --review fri",
    "assess 1.r3 --reviewed mon --safety-plan T",
    "screen 1 ahc-hrsn 1=0 safety=12",
    "screen 1 phq9 9=1",
    "need add 1 T --domain legal",
    "resource add T T --domain food --description T --eligibility T --area T --language T "
    "--interpretation T --cost T --apply T --document T --wait T --phone T --hours T --address T "
    "--access T --email T --url T --alert T",
    "resource edit 2 --service T --phone T",
    "resource verify 2 --capacity open",
    "refer 1 2 --need 1 --send --override T --note T --who T --warm T --by phone --yes",
    "referral chase 1.ref2 T --who T",
    "referral answer 1.ref2 declined T --who T",
    "refer 1 2 --need 1 --purpose T --yes",
    "referral send 1.ref3 T --override T --purpose T --who T",
    "referral schedule 1.ref3 fri T --who T --warm T",
    "referral received 1.ref3 T --warm T --yes",
    "referral connected 1.ref3 T --by phone",
    "refer 1 2 --need 1 --yes",
    "referral cancel 1.ref4 T",
    "referral answer 1.ref1 accepted --who T",
    "referral close 1.ref1 T",
    "resource retire 2 T",
    "need met 1.need1 T",
    "need drop 1.need2 T",
    "goal add 1 T --words T --measure T --baseline T --target T --reason T",
    "goal change 1.g1 T --words T --reason T",
    "goal progress 1.g1 +1 T",
    "step add 1 T --due fri --who T --reason T",
    "step change 1.s1 T --who T --reason T",
    "snooze 1.s1 mon T",
    "barrier add 1 T --goal 1",
    "barrier clear 1.b1 T",
    "plan agree 1 --with T --by visit",
    "plan review 1 T",
    "step done 1.s1 T",
    "cancel 1.s2 T",
    "goal done 1.g1 T",
    "goal drop 1.g2 T",
    "transition add 1 discharge --of T",
    "transition done 1.t1 T",
    "transition drop 1.t2 T",
    "meds add 1 T --dose T --for T --by T",
    "meds stop 1.m1 T",
    "provider add 1 T --role T --phone T --email T --note T",
    "provider drop 1.pr1 T",
    "people add 1 T --as family --role T --phone T --email T --note T --safe T --primary",
    "people edit 1.per2 --name T --phone T --at-home",
    "people end 1.per2 T",
    "consent add 1 --to T --purpose T --what T --from T --event T --told-rights --signed today "
    "--signed-by T",
    "consent renew 1.roi2 --until fri --told-rights --signed today",
    "consent check 1.roi1",
    "consent revoke 1.roi1 T",
    "amend 1.n1 T",
    "amend 1 T",
    "copy 1 --request",
    "copy 1",
    "casefile 1 --for court --to T --basis T",
    "disclosures add 1 --to T --purpose T --what T --override T",
    "voice 1 4 T",
    "denial add 1 T --by T --why T --appeal-by fri",
    "denial file 1.den2 T --with T",
    "denial file 1.den2 T --with T --appeal",
    "denial decide 1.den2 upheld T --by T --appeal-by mon",
    "denial decide 1.den2 withdrawn T",
    "set 1 --risk low --reason T",
    "hold 5 --until fri --reason T",
    "reopen 5 --reason T",
    "accept 3 --next T --due fri",
    "close 3 --reason declined --summary T",
    "close 1 --take-back T",
    "close 1 --notice --by letter --reason T",
    "close 1 --sheet",
    "letter 1 closure --field agency=T --field agency_address=T --field agency_phone=T",
    "close 1 --reason T --summary T --override T --approved-by T --handed-to T",
    "cancel 1.ac2 T",
    "merge 1 5 --yes",
    "undo",
    "redo",
    "purge 3 --reason T --yes",
    "config set worker T",
    "config set programs.T.contact.high 5",
]


NOUNS = ("need", "goal", "step", "barrier", "plan", "transition", "meds", "provider", "resource",
         "referral", "denial",
         "people", "consent", "disclosures")  # fmt: skip


@pytest.mark.parametrize("first", range(0, len(SEQUENCES), 5))
def test_no_match_lets_a_text_act(store: Caseload, quiet_surroundings: None, first: int) -> None:
    plant(store, rotating(SEQUENCES, first))
    need = Ask(["need", "add", "1", SEQUENCES[first], "--domain", "food"])
    forms = [Ask(["resource", "match", "1"], width) for width in (0, *WIDTHS)]
    as_json = Ask(["resource", "match", "1", "--json"])
    added, *told, objects = shown([need, *forms, as_json])
    assert added.code == 0
    for each in (*told, objects):
        assert_harmless(each, keep="\n" if each.ask.width else "\n\t")
        assert each.out
    assert json.loads(objects.out)[0]["resource"] == 1


@pytest.mark.parametrize("form", ["a terminal", "a pipe", "JSON"])
def test_no_echo_lets_a_text_act(planted: Caseload, form: str) -> None:
    asks = []
    for place, command in enumerate(WRITING):
        text = f"{SEQUENCES[place % len(SEQUENCES)]}{place}"
        words = [word.replace("T", text) if "T" in word else word for word in command.split()]
        as_json = ["--json"] if form == "JSON" else []
        verb = 2 if words[0] in NOUNS else 1
        words[verb:verb] = ["--no-input", *as_json] if words[0] != "config" else []
        asks.append(Ask(words, 80 if form == "a terminal" else 0))
    codes = []
    for told in shown(asks):
        assert_harmless(told)
        codes.append((told.ask.words[0], told.code))
    # config takes them or says in one line why not.
    refused = [code for code in codes if code[1] and code[0] != "config"]
    assert refused == [], "every one of these is a good command"


# --- Bad values, of every option of every command ---------------------------------------------

BAD = "\x1b]52;c;AA\x07\u202e\x9b31m\x7f[bold]x[/note]\r\n\u2028q"


def every_command() -> Iterator[tuple[list[str], Any]]:
    for name, entry in COMMANDS.items():
        command = built(name, entry)
        if isinstance(command, TyperGroup):
            for word, each in command.commands.items():
                yield [name, word], each
        else:
            yield [name], command


# A good value there begins a screen of its own, whose keys test_triage_terminal presses.
DRAWS_BY_ITSELF = (["triage"], "--reason")


def bad_values() -> Iterator[list[str]]:
    """Each argument and option of each command in turn holds what no command should be given."""
    common = {each.name for each in common_parameters()}
    for name, command in every_command():
        own = [each for each in command.params if each.name not in common]
        arguments = [each for each in own if isinstance(each, TyperArgument)]
        needed = [each for each in arguments if each.required]
        for each in own:
            if isinstance(each, TyperArgument):
                yield [*name, *(BAD if one is each else "1" for one in (needed or [each]))]
                yield [*name, *("1" for one in needed if one is not each), BAD, BAD]
            elif not getattr(each, "is_flag", False) and (name, each.opts[0]) != DRAWS_BY_ITSELF:
                yield [*name, *("1" for _ in needed), each.opts[0], BAD]
        yield [*name, f"--{BAD}"]
        yield [*name, "--fields", BAD, *("1" for _ in needed)]
    yield [BAD]
    yield ["--db", BAD, "today"]
    yield [f"--{BAD}", "today"]


def test_no_error_lets_a_value_act(planted: Caseload) -> None:
    asks = [Ask(words, 80) for words in bad_values()]
    assert len(asks) > 150
    for told in shown(asks):
        assert_harmless(told)


def test_no_variable_acts(planted: Caseload, tmp_path: Path) -> None:
    hostile = SEQUENCES[1] + SEQUENCES[8]
    (tmp_path / "hostile.toml").write_text(
        f"worker = {json.dumps(hostile)}\n[programs.{json.dumps(SEQUENCES[5])}]\n", "utf-8"
    )
    (tmp_path / "broken.toml").write_text(f"{json.dumps(hostile)} = 1\n", "utf-8")
    variables = [
        {"CASECTL_TODAY": hostile},
        {"CASECTL_WORKER": hostile},
        {"CASECTL_DB": hostile},
        {"CASECTL_CONFIG": hostile},
        {"CASECTL_CONFIG": str(tmp_path / "hostile.toml"), "CASECTL_WORKER": ""},
        {"CASECTL_CONFIG": str(tmp_path / "broken.toml")},
        {"CASECTL_KEY_FILE": hostile},
        {"CASECTL_KEY_COMMAND": hostile},
        {"EDITOR": hostile, "VISUAL": hostile},
        {"COLUMNS": hostile, "LANG": hostile, "TZ": "Not/AZone", "TERM": hostile},
        {"HOME": hostile, "XDG_CONFIG_HOME": hostile, "XDG_RUNTIME_DIR": hostile},
        {"HISTFILE": hostile, "PATH": hostile},
    ]
    commands = [
        ["today"], ["show", "1"], ["note", "1", "x"], ["note", "1", "--edit"], ["doctor"],
        ["config", "list"], ["config", "path"], ["history"], ["cron"], ["init", "--unencrypted"],
        ["unlock"], ["key", "slots"],
    ]  # fmt: skip
    asks = [Ask(words, 80, environment=each) for each in variables for words in commands]
    for told in shown(asks):
        assert_harmless(told)


def test_an_argument_that_is_no_text(run: Run, planted: Caseload) -> None:
    result = run(["note", "1", "\udcff\udcfe"])
    assert (result.code, result.err) == (2, "casectl: an argument is not valid UTF-8\n")


# --- Prompts --------------------------------------------------------------------------------

PROMPTS = [
    # what is typed, and the command that asks
    (["show", "example"], ""),
    (["show", "e"], "a\n"),
    (["edit", "1"], "\n" * 30),
    (["edit", "1"], SEQUENCES[2] + "\n"),
    (["intake"], "y\n"),
    (["intake"], "n\nAda\n?\nn\n<\n"),
    (["close", "1"], "n\n"),
    (["close", "1"], "why\nletter\n"),
    (["close", "1", "--reason", "declined"], "name\ny\n"),
    (["merge", "1", "4"], "n\n"),
    (["undo", "1"], "n\n"),
    (["note", "1"], f"{SEQUENCES[0]}\n.\n"),
    (["note", "1", "--edit"], ""),
    (["follow", "e", "call"], "y\nfri\n"),
    (["reopen", "2"], f"{SEQUENCES[3]}\nhigh\n"),
    (["set", "1", "--risk", "low"], f"{SEQUENCES[4]}\n"),
    (["contact", "1"], f"{SEQUENCES[5]}\n"),
    (["hold", "1"], f"{SEQUENCES[6]}\n"),
]


@pytest.mark.parametrize("first", [0, 4, 8])
def test_no_prompt_lets_a_text_act(store: Caseload, quiet_surroundings: None, first: int) -> None:
    plant(store, rotating(SEQUENCES, first))
    asks = [Ask(words, width, stdin=typed) for words, typed in PROMPTS for width in (40, 80)]
    for told in shown(asks):
        assert_harmless(told)


# --- What a shell completes -------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_no_completion_lets_a_handle_act(planted: Caseload, shell: str) -> None:
    lines = ["casectl show ", "casectl done \x1b", "casectl no", f"casectl {BAD}", "casectl "]
    asks = [
        Ask(
            [],
            environment={
                "_CASECTL_COMPLETE": f"complete_{shell}",
                "COMP_WORDS": line,
                "COMP_CWORD": str(len(line.split())),
                "_TYPER_COMPLETE_ARGS": line,
                "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            },
        )
        for line in lines
    ]
    answers = shown(asks)
    for told in answers:
        assert_harmless(told, keep="\n\t")
        assert b"$(" not in told.out, "a shell reads what is completed"
    assert b"today" in answers[-1].out


# --- The doors themselves ---------------------------------------------------------------------


def test_only_the_doors_write() -> None:
    """Whatever is printed goes by Output, ``tell`` or ``ask``; each of them knows the gateway."""
    house = Path(__file__).resolve().parents[2] / "casectl"
    allowed = {
        "__main__.py": 1,  # what cannot even load says so without a door
        "render/__init__.py": 2,  # Output.write and tell
        "render/progress.py": 1,  # numbers alone
        "session.py": 1,  # ask
        "keyboard.py": 2,  # a question, which comes to it shown already
        "commands/remind.py": 2,  # lines that are safe already, and a calendar's bytes
    }
    found = {}
    for path in house.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        writes = re.findall(r"std(?:out|err)(?:\.buffer)?\.write\(|\bprint\(", text)
        if writes:
            found[path.relative_to(house).as_posix()] = len(writes)
    assert found == allowed
