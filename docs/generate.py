"""Writes docs/commands.md and docs/casectl.1 from the commands themselves.

    python docs/generate.py           write both
    python docs/generate.py --check   exit 1 when one of them is stale

What is printed depends on the source alone: no day, no terminal width, no person's settings. The
JSON in the reference is made by the functions that commands print with, so its keys are the keys.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from typer._click.core import Command, Context, Parameter
from typer.core import TyperArgument, TyperGroup

from casectl import __version__, cli
from casectl.core.blocks import blocks_of
from casectl.core.casefile import list_rows
from casectl.core.casework import NEED, Piece
from casectl.core.finding import Known
from casectl.core.matrix import matrix_of
from casectl.core.model import Case, CaseRecord, Client, Contact, Jot, Note, Promise
from casectl.core.priority import rank
from casectl.core.reminding import reminders
from casectl.core.sheets import SheetRow, Visit
from casectl.core.spoken import MONTHS
from casectl.core.standards import Standards
from casectl.core.views import Backup, Change, Entry, File, Hit
from casectl.core.weeks import week_of
from casectl.render import (
    Object,
    Output,
    around,
    assessing,
    casework,
    consents,
    objects,
    planned_days,
    screening,
    sheets,
)
from casectl.render import reminders as mail
from casectl.render.backups import BACKUP_COLUMNS, backup_object
from casectl.render.changes import entry_object
from casectl.render.done import DONE_COLUMNS, done_objects

DOCS = Path(__file__).resolve().parent
REFERENCE, MAN_PAGE = DOCS / "commands.md", DOCS / "casectl.1"

TAGLINE = "Who needs you first today, and why."

CASE_AND_ITEM = """\
CASE is a case's number (12), its handle (garcia-12), part of the client's name, another system's
id for the case or the client, or a phone number with a sign or a space in it (555-0142): digits
alone are always a case's number. Where several fit, a terminal shows them to pick from and a script
gets exit code 4 with the candidates. A number, a handle and a whole id that stands for one case
alone are exact; a command that writes asks before it acts on part of a name or on a phone number,
and a script adds --yes.

ITEM is one due item: 12.3 is the third thing promised on case 12; 12.contact, 12.safety,
12.review, 12.assessment, 12.next and 12.hold are what its record owes. A contact is 12.c1 and a
note 12.n1; of the casework an assessment is 12.a1, a risk 12.r1, a questionnaire 12.q1, a need
12.need1, a goal 12.g1, a step 12.s1, a barrier 12.b1, a version of the plan 12.v1, a transition
12.t1, a medication 12.m1, a provider 12.pr1; of the others a person 12.per1, a release 12.roi1, a
disclosure 12.d1, what the client disagrees with 12.am1. A bare CASE will do where just one of its
items fits.

me is nobody's case: it is your own work (casectl follow me), and its items are me.1, me.2. follow,
show, history, done, snooze and cancel take it; the others refuse it. A client who is called Me goes
by number or handle."""

WHEN = """\
WHEN and DAY are read as a person says them: 2026-12-01, today, tomorrow, fri, next tue (next
week's), in 2 weeks, +10d, eow, eom, end of next week, 1 dec, dec 1 2026; WHEN also takes an hour,
as in '14 jan 9:00', 'fri 2pm' or 'jan 14 at 9' (at 3, which may be in the afternoon, is refused). A
year has four digits. What could mean two days (03/04, 31, may) is refused, with what is accepted;
the setting date_order settles 03/04. What was understood is always printed with its weekday."""

OUTPUT = """\
On a terminal a command prints a screen. Piped, a reading command prints one line for each thing,
its columns separated by tabs; remind prints its own format. --json prints JSON, and --fields
chooses the keys: casectl today --fields case,due. A command that writes prints what it made.
Errors are one line on standard error."""

ENVIRONMENT = [
    ("CASECTL_DB", "The caseload file, as --db."),
    ("CASECTL_CONFIG", "The configuration file, instead of the one in the settings folder."),
    ("CASECTL_KEY_FILE", "The file that holds the key, before every other source of it."),
    ("CASECTL_KEY_COMMAND", "What prints the key, before the settings key_file and key_command."),
    ("CASECTL_WORKER", "Who is writing, instead of the setting worker."),
    ("CASECTL_TODAY", "The day that it is, as 2026-11-18, at 8:00: for tests."),
    ("CASECTL_NO_INPUT", "When set, never ask, as --no-input."),
    ("CASECTL_PRIVATE", "When set, numbers and initials only, as --private."),
    ("VISUAL, EDITOR", "The editor of casectl note --edit."),
    ("NO_COLOR", "When set, print without colour, as --no-color."),
    ("FORCE_COLOR", "When set, print colour into a pipe as well."),
    ("ACCESSIBLE", "When set, print screens without boxes, as the setting accessible."),
    ("COLUMNS", "The width of a screen, instead of the terminal's."),
]

STABLE = """\
These keys stay. A later version may add keys; it does not rename or remove one without saying so
in CHANGELOG.md. Days are ISO 8601, hours are HH:MM, and what is not known is null. band is SAFETY,
DEADLINE, NOW or SOON; level is 1 (low) to 4 (crisis); priority is the level plus the intervals
missed, whatever the band (docs/priority.md). The first of the reasons is the one that ranks. Your
own work has the case and the client null and the handle me; its due and promises hold the same
objects as a case's."""


class Described(NamedTuple):
    """One command as the reference tells it."""

    words: str  # as typed: "today", "config get"
    usage: str
    help: str
    rows: list[tuple[str, str]]  # an argument or option, and what it means


# --- Reading the command tree ---------------------------------------------------------------


def root() -> tuple[TyperGroup, Context]:
    group = cli.root_command()
    assert isinstance(group, TyperGroup)
    return group, Context(group, info_name="casectl")


def described(name: str) -> Iterator[Described]:
    """The command of that name, or each command under it where it is a noun."""
    _, above = root()
    command = cli.built(name, cli.COMMANDS[name])
    if isinstance(command, TyperGroup):
        noun = Context(command, info_name=name, parent=above)
        for word, each in command.commands.items():
            yield _described(f"{name} {word}", each, Context(each, info_name=word, parent=noun))
    else:
        yield _described(name, command, Context(command, info_name=name, parent=above))


def _described(words: str, command: Command, context: Context) -> Described:
    common = {param.name for param in cli.common_parameters()}
    own = [param for param in command.params if param.name not in common]
    options, *arguments = command.collect_usage_pieces(context)
    pieces = [*(argument.strip("{}") for argument in arguments), options]
    rows = [(_spelled(param, context), _said(param)) for param in own]
    return Described(words, " ".join(["casectl", words, *pieces]), _text(command), rows)


def _spelled(param: Parameter, context: Context) -> str:
    if isinstance(param, TyperArgument):
        return param.make_metavar(context).strip("{}")
    names = ", ".join([*param.opts, *param.secondary_opts])
    return names if getattr(param, "is_flag", False) else f"{names} {param.make_metavar(context)}"


def _said(param: Parameter) -> str:
    return " ".join((getattr(param, "help", None) or "").split())


def _text(command: Command) -> str:
    return (command.help or "").strip()


def exit_codes() -> list[tuple[str, str]]:
    """``cli.EXIT_CODES`` as rows: the code, and what it means."""
    listed = cli.EXIT_CODES.partition(": ")[2].rstrip(".")
    rows = [part.partition(" ") for part in re.split(r", (?=\d)", listed)]
    return [(code, meaning) for code, _, meaning in rows]


def common_rows() -> list[tuple[str, str]]:
    _, context = root()
    return [(_spelled(param, context), _said(param)) for param in cli.common_parameters()]


def root_rows() -> list[tuple[str, str]]:
    group, context = root()
    rows = [(_spelled(param, context), _said(param)) for param in group.params]
    return [*rows, ("-h, --help", "Print help, of casectl or of one command.")]


# --- Samples, made by the functions that print ------------------------------------------------

DAY = date(2026, 11, 18)
SAMPLE_CASE = Case(
    id="019a95e0-7c00-7b2e-9f3a-5d1c2e4f6a80",
    number=12,
    handle="garcia-12",
    client_id="019a95e0-7c00-7c11-8d20-4b6a8c0e2f31",
    client="Maria Garcia",
    status="active",
    urgency=3,
    risk="moderate",
    opened_on=date(2026, 10, 1),
    level_reviewed_on=date(2026, 11, 2),
    program="Housing",
    assessed_on=date(2026, 10, 20),
    worker="kim",
)
SAMPLE_CLIENT = Client(
    id=SAMPLE_CASE.client_id,
    name="Maria Garcia",
    birth_date="1991-03",
    phone="555 0142",
    language="Spanish",
    safe_contact="text first, never voicemail",
)
SAMPLE_PROMISE = Promise(
    id="019a95e0-7c00-7d44-a1b2-c3d4e5f60718",
    case_id=SAMPLE_CASE.id,
    number=3,
    kind="follow_up",
    what="call the school",
    due_on=DAY,
    subject="call",
)
SAMPLE_CONTACT = Contact(
    id="019a95e0-7c00-7e55-b2c3-d4e5f6071829",
    case_id=SAMPLE_CASE.id,
    number=1,
    on_day=date(2026, 11, 9),
    outcome="reached",
    by="phone",
    party="client",
    text="spoke about the school",
    minutes=15,
)
SAMPLE_JOT = Jot(
    "019a95e0-7c00-7a10-9a01-0123456789ab", 3, "sister called, rings again", DAY,
    "2026-11-18T10:05:00Z", "kim",
)  # fmt: skip
SAMPLE_NOTE = Note(
    id="019a95e0-7c00-7f66-83d4-e5f60718293a",
    case_id=SAMPLE_CASE.id,
    number=1,
    on_day=DAY,
    text="the school asks for a letter",
)
SAMPLE_NEED = Piece(
    id="019a95e0-7c00-7a77-94e5-f60718293a4b",
    case_id=SAMPLE_CASE.id,
    kind=NEED,
    number=1,
    on_day=DAY,
    what="notice to leave by January",
    domain="housing",
    level=3,
    due_on=DAY,
)
SAMPLE_BACKUP = Backup(Path("caseload-2026-11-22T093000Z.db"), "2026-11-22T09:30:00Z", 0, None)
SAMPLE_RECORD = CaseRecord(
    SAMPLE_CASE,
    promises=(SAMPLE_PROMISE,),
    reached_client_on=SAMPLE_CONTACT.on_day,
    phone=SAMPLE_CLIENT.phone,
    safe_contact=SAMPLE_CLIENT.safe_contact,
)


def sample_list() -> list[Object]:
    standards = Standards()
    output = _output()._replace(json=True)
    return objects.agenda_objects(rank([SAMPLE_RECORD], standards, DAY), output)


def _output() -> Output:
    return Output(today=DAY, time="08:00")


def sample_reports() -> list[tuple[str, Object]]:
    """What each reading command prints, one object of it."""
    output, standards = _output(), Standards()
    due = list_rows([SAMPLE_RECORD], standards, DAY)
    items = list(rank([SAMPLE_RECORD], standards, DAY)[0].items)
    pressing = reminders(items, DAY, output.time)
    file = File(
        SAMPLE_CASE, SAMPLE_CLIENT, SAMPLE_RECORD, [SAMPLE_PROMISE], [SAMPLE_CONTACT],
        [SAMPLE_NOTE], [],
    )  # fmt: skip
    hit = Hit(SAMPLE_CASE, "note", "12.n1", DAY.isoformat(), SAMPLE_NOTE.text, "text")
    phone = Hit(SAMPLE_CASE, "client", "12", None, SAMPLE_CLIENT.phone or "", "phone")
    who = Known(SAMPLE_CASE, SAMPLE_CLIENT, items[0], len(items) - 1, phone)
    call = SheetRow(rank([SAMPLE_RECORD], standards, DAY)[0], SAMPLE_CLIENT)
    visit = Visit(items[0], SAMPLE_CLIENT)
    rows = rank([SAMPLE_RECORD], standards, DAY)
    blocks, matrix = blocks_of(rows, DAY, output.time, 6, {}), matrix_of(rows, DAY)
    week = week_of(items, DAY, DAY, standards.calendar, [], {})
    written = {"number": 1, "text": SAMPLE_NOTE.text}
    noted = Change("notes", 12, SAMPLE_CASE.handle, SAMPLE_CASE.client, None, written)
    did = Entry(7, "", DAY.isoformat(), "kim", "note", None, None, (), (), (noted,), 1)
    entry = Entry(7, "", DAY.isoformat(), "kim", "note", None, None, (), (), (), 0)
    return [
        ("remind --json", mail.objects(pressing, output, full_names=False, terse=False)[0]),
        ("list --json", objects.list_object(due[0], output)),
        ("show CASE --json", objects.file_object(file, items, output)),
        ("show me --json", objects.own_object([], [], output)),
        ("search TEXT --json", objects.hit_object(hit, ["school"])),
        ("whois TEXT --json", objects.known_object(who, [], output)),
        ("today --calls --json", sheets.call_object(call, output)),
        ("today --visits --json", sheets.visit_object(visit, output)),
        ("today --done --json", done_objects([did], output)[0]),
        ("today --hours N --json", planned_days.block_objects(blocks, output)[0]),
        ("today --matrix --json", planned_days.matrix_objects(matrix, output)[0]),
        ("week --json", planned_days.day_object(week.days[0], output)),
        ("history --json", entry_object(entry, output)),
        ("backup --list --json", backup_object(SAMPLE_BACKUP)),
    ]


def sample_writes() -> list[tuple[str, Object]]:
    """What a writing command prints of the thing that it made, and ``show`` of what is on file."""
    return [
        ("a follow-up, deadline or appointment",
         objects.promise_object(SAMPLE_PROMISE, SAMPLE_CASE)),
        ("a contact", objects.contact_object(SAMPLE_CONTACT, SAMPLE_CASE)),
        ("a note", objects.note_object(SAMPLE_NOTE, SAMPLE_CASE)),
        ("a jot", objects.jot_object(SAMPLE_JOT)),
        ("a piece of casework", casework.piece_object(SAMPLE_NEED, SAMPLE_CASE)),
    ]  # fmt: skip


PIPED = {
    "today": objects.TODAY_COLUMNS,
    "today --calls": sheets.CALL_COLUMNS,
    "today --visits": sheets.VISIT_COLUMNS,
    "today --done": DONE_COLUMNS,
    "today --hours N": planned_days.BLOCK_COLUMNS,
    "today --matrix": planned_days.MATRIX_COLUMNS,
    "week": planned_days.WEEK_COLUMNS,
    "list": objects.LIST_COLUMNS,
    "jots": objects.JOT_COLUMNS,
    "search": objects.HIT_COLUMNS,
    "whois": objects.KNOWN_COLUMNS,
    "history": objects.HISTORY_COLUMNS,
    "assess CASE --previous": assessing.COMPARED_COLUMNS,
    "screen CASE": screening.HISTORY_COLUMNS,
    "screen --list": screening.LIST_COLUMNS,
    "need list CASE": assessing.NEED_COLUMNS,
    "people show CASE": around.PEOPLE_COLUMNS,
    "consent list CASE": consents.RELEASE_COLUMNS,
    "disclosures CASE": consents.DISCLOSURE_COLUMNS,
    "backup --list": BACKUP_COLUMNS,
}


# --- The reference --------------------------------------------------------------------------


def reference() -> str:
    parts = [
        "# Commands",
        "<!-- Written by docs/generate.py from the commands themselves: change those, then run "
        "`make docs`. -->",
        f"{TAGLINE} `casectl` alone is `casectl today` with what is new since the last "
        "morning; `casectl COMMAND --help` says what stands "
        "here. A morning's work with them is in [tour.md](tour.md).",
        "## What a command is told",
        _unwrapped(CASE_AND_ITEM),
        _unwrapped(WHEN),
        "Every command accepts:",
        _table(common_rows()),
        "Before the command's name:",
        _table(root_rows()),
    ]
    for section in (cli.DAILY, cli.CASEWORK, cli.UPKEEP):
        parts.append(f"## {section}")
        for name, entry in cli.COMMANDS.items():
            if entry.section == section:
                parts += _entry(name, entry)
    parts += [
        "## What comes out",
        _unwrapped(OUTPUT),
        _unwrapped(STABLE),
        "`casectl today --json`:",
        _json_block(sample_list()),
        "The keys of the other reading commands:",
        _table([(f"casectl {words}", _keys(each)) for words, each in sample_reports()]),
        "And of what a writing command made:",
        "\n".join(f"- {what}: {_keys(each)}" for what, each in sample_writes()),
        "Piped, the columns are:",
        _table([(f"casectl {words}", ", ".join(columns)) for words, columns in PIPED.items()]),
        "## Exit codes",
        _table(exit_codes(), head=("code", "meaning")),
        "## Environment",
        _table(ENVIRONMENT),
    ]
    return "\n\n".join(parts) + "\n"


def _entry(name: str, entry: cli.Entry) -> Iterator[str]:
    yield f"### {name}"
    each = list(described(name))
    if len(each) > 1 or each[0].words != name:
        yield entry.help
    for command in each:
        yield f"```\n{command.usage}\n```"
        yield command.help
        if command.rows:
            yield _table(command.rows)


def _table(rows: list[tuple[str, str]], head: tuple[str, str] = ("", "")) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "| --- | --- |"]
    lines += [f"| `{_cell(left)}` | {_cell(right)} |" for left, right in rows]
    return "\n".join(lines)


def _keys(each: Object) -> str:
    return ", ".join(each)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _unwrapped(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _json_block(value: Any) -> str:
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```"


# --- The man page ---------------------------------------------------------------------------


def man_page() -> str:
    month = f"{MONTHS[DAY.month - 1]} {DAY.year}"
    lines = [
        '.\\" Written by docs/generate.py from the commands themselves.',
        f'.TH CASECTL 1 "{month}" "casectl {__version__}" "User Commands"',
        ".SH NAME",
        "casectl \\- a terminal caseload manager: who needs you first today, and why",
        ".SH SYNOPSIS",
        ".B casectl",
        "[OPTIONS] [COMMAND [ARGS]...]",
        ".SH DESCRIPTION",
        _roff(
            "casectl keeps a case manager's caseload in one local file. Alone it shows the day's "
            "list: who needs you first, and why. The file is not encrypted; keep it on an "
            "encrypted disk."
        ),
        *_paragraphs(CASE_AND_ITEM),
        *_paragraphs(WHEN),
        *_paragraphs(OUTPUT),
        ".SH OPTIONS",
        *_tagged(root_rows()),
        ".SH OPTIONS OF EVERY COMMAND",
        *_tagged(common_rows()),
    ]
    for section in (cli.DAILY, cli.CASEWORK, cli.UPKEEP):
        lines.append(f'.SH "{section.upper()}"')
        for name, entry in cli.COMMANDS.items():
            if entry.section == section:
                for command in described(name):
                    lines.append(f".SS {_roff(command.usage)}")
                    lines += _paragraphs(command.help)[1:]
                    lines += _tagged(command.rows)
    lines += [
        ".SH EXIT STATUS",
        *_tagged(exit_codes()),
        ".SH ENVIRONMENT",
        *_tagged(ENVIRONMENT),
        ".SH SEE ALSO",
        _roff("casectl config list and casectl db path tell which files are in use."),
    ]
    return "\n".join(lines) + "\n"


def _paragraphs(text: str) -> list[str]:
    lines = []
    for paragraph in text.split("\n\n"):
        lines += [".PP", _roff(" ".join(paragraph.split()))]
    return lines


def _tagged(rows: list[tuple[str, str]]) -> list[str]:
    lines = []
    for left, right in rows:
        lines += [".TP", f".B {_roff(left)}", _roff(right)]
    return lines


def _roff(text: str) -> str:
    """``text`` as roff reads it: its backslashes, hyphens, quotes and leading dots kept."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    text = text.replace("—", "\\(em").replace("–", "\\(en").replace("'", "\\(aq")
    return f"\\&{text}" if text.startswith(".") else text


# --- Writing and checking ---------------------------------------------------------------------


def pages() -> dict[Path, str]:
    return {REFERENCE: reference(), MAN_PAGE: man_page()}


def stale() -> list[Path]:
    """The pages that no longer say what the commands say."""
    return [
        path
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main() -> int:
    if sys.argv[1:] == ["--check"]:
        old = [path.name for path in stale()]
        if old:
            sys.stderr.write(f"stale: {', '.join(old)}; make docs writes them again\n")
        return 1 if old else 0
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
