"""Spreadsheets of people or cases, saved as CSV or TSV: exact cells, and what the columns mean.

Reads with the standard library's csv, strictly: cells come back exactly as they were written, and
a quote in the wrong place is an error instead of a guess. One row is held at a time.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple

from casectl.core.dates import FIRST_DAY, LAST_DAY, When, parse_birth_date, parse_when
from casectl.core.errors import BadImport, BadValue, CasectlError, NotFound
from casectl.core.intake import (
    Given,
    checked_program,
    level_named,
    risk_named,
    status_named,
)
from casectl.core.model import ACTIVE, ON_HOLD, PENDING, SAFE, Level
from casectl.core.spoken import DateOrder
from casectl.core.text import NAME_LIMIT, NOTE_LIMIT, checked_text, fold, shortened, turned

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
CHUNK = 1 << 20
LONGEST_LINE = 1 << 24  # characters: beyond it a file is no table
MOST_PIPED = 1 << 28  # bytes: what comes through a pipe is kept in memory until it has been read
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx and .ods, and .xls, begin
LONGEST_CELL = 2 * NOTE_LIMIT

# What each column may be called; case, spaces and signs aside. The first column of a kind counts,
# but a person may have several phones and addresses for mail.
HEADERS: dict[str, tuple[str, ...]] = {
    "name": (
        "name", "full name", "client name", "client", "display name", "person", "person name",
        "participant", "participant name", "case name", "child name", "youth name", "patient",
    ),
    "first": ("first name", "first", "given name", "forename", "legal first name", "fname"),
    "middle": ("middle name", "middle", "middle initial", "legal middle name"),
    "last": ("last name", "last", "surname", "family name", "legal last name", "lname"),
    "suffix": ("suffix", "name suffix", "legal suffix"),
    "birth_date": (
        "birth date", "date of birth", "dob", "birthday", "born", "birth month year",
        "birth_month_year_youth", "client dob",
    ),
    "phone": (
        "phone", "phone number", "telephone", "telephone number", "tel", "mobile", "mobile phone",
        "cell", "cell phone", "cell number", "primary phone", "client phone", "home phone",
        "work phone", "business phone", "day phone", "daytime phone", "evening phone",
        "secondary phone", "alternate phone", "other phone", "phone 1", "phone 2", "phone 3",
    ),
    "email": (
        "email", "email address", "mail", "primary email", "home email", "personal email",
        "work email", "secondary email", "alternate email", "other email", "email 1", "email 2",
    ),
    "address": ("address", "home address", "street address", "street", "current address"),
    "language": ("language", "preferred language", "primary language", "home language"),
    "interpreter": ("interpreter", "interpreter needed", "needs interpreter"),
    "pronouns": ("pronouns",),
    "safe_contact": (
        "safe contact", "safe to call", "safe contact instructions", "contact instructions",
        "special instructions", "special instruction", "special contact instructions",
        "call instructions", "instructions",
    ),
    "safe_when": (
        "safe when", "safe times", "safe time to call", "when to call", "best time to call",
        "best time to contact", "best time",
    ),
    "safe_how": (
        "safe how", "how to call", "how to contact", "preferred contact method",
        "preferred method of contact", "contact preference",
    ),
    "safe_never": ("safe never", "never say", "do not say", "never leave", "do not leave"),
    "client_ref": (
        "client id", "client ref", "client reference", "client number", "client no",
        "external id", "personal id", "PersonalIdentificationNumber", "person id", "id",
    ),
    "case_ref": (
        "case number", "case no", "case id", "case ref", "case reference", "case",
        "enrollment id", "file number", "docket number",
    ),
    "program": ("program", "program name", "programme", "project", "project name"),
    "referred_by": ("referred by", "referral source", "referrer", "referring agency", "referral"),
    "need": (
        "need", "needs", "presenting need", "presenting problem", "reason for referral",
        "presenting issue",
    ),
    "urgency": ("urgency", "level", "priority", "urgency level", "acuity"),
    "risk": ("risk", "risk level", "assessed risk"),
    "status": ("status", "case status", "client status", "enrollment status", "program status"),
    "opened_on": (
        "intake", "intake date", "date of intake", "opened", "opened on", "date opened",
        "open date", "entry date", "project entry date", "enrollment date", "enrolled",
        "start date", "admission date",
    ),
    "closed_on": (
        "closed on", "closed date", "date closed", "close date", "closing date", "closure date",
        "exit date", "project exit date", "date of exit", "discharge date", "date of discharge",
    ),
    "last_contact": (
        "last contact", "last contact date", "date of last contact", "last contacted",
        "last contacted on", "last reached", "last seen",
    ),
    "next_step": (
        "next step", "next steps", "next", "next action", "follow-up", "action", "action item",
        "task", "next task", "to do",
    ),
    "due": (
        "due", "due date", "due on", "next step due", "next due", "next step date",
        "next action date", "follow-up date", "follow-up due", "task due", "task due date",
        "task date", "action due",
    ),
    "court": (
        "court date", "next court date", "next court", "hearing", "hearing date", "next hearing",
        "next hearing date",
    ),
    "note": ("note", "notes", "comment", "comments"),
}  # fmt: skip


def spelled(header: str) -> str:
    """A header for comparing: ``Legal First-Name`` and ``legal_first_name`` are the same."""
    return "".join(char for char in fold(header) if char.isalnum())


# What people shorten in a header, and what they put before or behind it without meaning more.
SHORT = {
    "#": "number", "no": "number", "num": "number", "nbr": "number", "dt": "date", "lvl": "level",
    "ph": "phone", "addr": "address", "lang": "language", "nm": "name", "clt": "client",
    "ct": "court", "hrg": "hearing", "pgm": "program", "appt": "appointment",
}  # fmt: skip
WHOSE = ("client", "clients", "participant", "participants", "patient", "consumer")
_BRACKETED = re.compile(r"\([^)]*\)|\[[^\]]*\]")  # DOB (mm/dd/yyyy)
_WORD = re.compile(r"\w+|#")
# A header that is not understood and may be a client's name all the same; not a worker's.
_MAY_NAME = re.compile(r"name|\bnm\b|nombre|apellido|prenom")
_NAMES_OTHERS = re.compile(
    r"worker|manager|staff|provider|agency|user|project|program|organi[sz]ation|school|landlord|"
    r"supervisor|volunteer|contact|file|sheet|quality"
)

FIELD_OF = {spelled(header): field for field, headers in HEADERS.items() for header in headers}
SEVERAL = ("phone", "email")  # the second of them is the field "phone 2", and so on
# Which of several it is, as its header says it.
WHICH = ("home", "work", "business", "personal", "cell", "mobile", "day", "evening")
NAME_PARTS = ("first", "middle", "last", "suffix")
NAMING = ("name", "first", "last", "case_ref", "client_ref")  # one of these must be there
OF_AN_EXIT = frozenset(("client_ref", "case_ref", "closed_on"))  # and nothing else: exits alone
DAYS = ("opened_on", "closed_on", "last_contact")
DATES = ("birth_date", "due", "court", *DAYS)
REPEATING = ("urgency", "risk", "status", "program", "due", "court", *DAYS)

# What is known of somebody before a row is read, field by field in their order.
NOTHING_KNOWN: dict[str, Any] = {**dict.fromkeys(Given._fields), **Given._field_defaults}

# Without these right, a row is nobody, somebody else, or in the wrong place of the list.
NEEDED = (
    "name", "first", "middle", "last", "suffix", "client_ref", "case_ref", "program", "urgency",
    "risk", "status", "opened_on", "closed_on",
)  # fmt: skip
# How people write that a cell is empty. Some of it is a name, too.
UNSAID_NAMES = frozenset(
    ("-", "--", "---", "?", "??", "???", ".", "..", "...", "n/a", "none", "unknown")
)
UNSAID = UNSAID_NAMES | {"na", "n.a.", "n/k", "nil", "null", "unk"}
LONGEST_UNSAID = max(map(len, UNSAID))
LONGEST_UNREAD = 200  # characters of a cell that a note keeps
# Levels as they are shortened in a table, where nobody is there to be asked. Moderate is a risk's
# word and medium an urgency's; each is read as the other's there.
SHORT_LEVELS = {"l": "low", "m": "medium", "med": "medium", "mod": "medium", "moderate": "medium",
                "h": "high", "hi": "high"}  # fmt: skip
SHORT_RISKS = {"l": "low", "m": "moderate", "med": "moderate", "mod": "moderate",
               "medium": "moderate", "h": "high", "hi": "high"}  # fmt: skip
PRESSING = (Level.HIGH, Level.CRISIS, "high", "crisis", "imminent")

_TOO_LONG_A_NAME = f"the name is over {NAME_LIMIT} characters"
STILL_OPEN = (ACTIVE, PENDING, ON_HOLD)
YES, NO = ("yes", "y", "true", "1", "x"), ("no", "n", "false", "0")

_NUMERIC_DATE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2\d{4}")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}")
_HOUR = re.compile(r"[ T]\d{1,2}:\d\d(:\d\d(\.\d+)?)?( ?[AaPp][Mm])?Z?$")
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(:00(\.0+)?)?Z?$")
_NO_SIGNS = dict.fromkeys(map(ord, "+() .-/"))
_READING = re.compile(r"^cannot read (['\"]).*\1( as a birth date| as a day)?: ")
_PHONE = re.compile(r"[+(\d][\d\s().+/-]*([A-Za-z,;:#(].*)?")


# The last line of many a sheet: "Total: 11". Count is a family name, so it needs its number.
_PEOPLE = "(?:clients?|cases?|people|participants?|records?|rows?|enrollments?)"
_TOTAL = re.compile(
    rf"(?:(?:grand|sub|overall)[\s-]*)?totals?(?:\s+(?:number\s+)?(?:of\s+)?{_PEOPLE})?"
    rf"\s*[:=-]?\s*[\d,.]*(?:\s*{_PEOPLE})?|(?:{_PEOPLE}\s+)?count\s*[:=-]?\s*\d[\d,.]*",
    re.IGNORECASE,
)
_TOTALS_BEGIN = "tTgGsSoOcC"
_FIGURE = re.compile(r"[\d.,%$\s-]+")


class Problem(NamedTuple):
    """Why a row, or a cell of it, cannot be taken in. Says nothing that stands in its cells."""

    row: int  # as a spreadsheet counts: the headers are row 1
    column: str | None
    reason: str
    spared: bool = False  # the person can be taken in without that cell

    def __str__(self) -> str:
        where = f"row {self.row}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.reason}"


class Proof(NamedTuple):
    """Which way round dates are written, and the cell that can only be read so."""

    order: DateOrder
    row: int
    header: str


class Column(NamedTuple):
    """A column that is understood."""

    place: int
    field: str
    header: str  # as it stands in the file


class Surveyed(NamedTuple):
    """What one look through the whole file found, before anything is made of it."""

    encoding: str
    lines: int
    holds_nul: bool


def said_field(field: str) -> str:
    """A field in words, as its column is usually called."""
    kind, _, which = field.partition(" ")
    return f"{HEADERS[kind][0]} {which}".strip()


class Sheet:
    """A table that has been opened: its headers, and then its rows, one at a time."""

    def __init__(self, file: BinaryIO, encoding: str | None) -> None:
        self.surveyed = _survey(file, encoding)
        self._text = _text_of(file, self.surveyed.encoding)
        self.delimiter, self.headers = self._first_row()
        self.columns, self.ignored = understood(self.headers)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the headers with its number; rows without a word in them are left out.

        Raises BadImport where quotes do not pair up: what follows could not be trusted.
        """
        numbered = enumerate(self._read(self.delimiter), 1)
        number = 1
        try:
            next(numbered, None)
            for number, cells in numbered:
                if any(map(str.strip, cells)):
                    yield number, cells
        except csv.Error as error:
            raise BadImport(f"row {number + 1}: {_quoting(error)}") from None

    def _first_row(self) -> tuple[str, list[str]]:
        """The headers, and what separates them: whatever makes the most columns understood."""
        best: tuple[tuple[int, int], str, list[str]] | None = None
        problem = None
        for delimiter in DELIMITERS:
            try:
                headers = next(self._read(delimiter), [])
            except csv.Error as error:
                problem = problem or error
                continue
            score = (len(understood(headers)[0]), len(headers))
            if best is None or score > best[0]:
                best = (score, delimiter, headers)
        if best is None:
            raise BadImport(f"row 1: {_quoting(problem)}")
        return best[1], [header.strip() for header in best[2]]

    def _read(self, delimiter: str) -> Iterator[list[str]]:
        csv.field_size_limit(LONGEST_CELL)
        self._text.seek(0)
        return csv.reader(self._text, delimiter=delimiter, strict=True)


@contextmanager
def opened(path: Path | None, piped: BinaryIO | None, encoding: str | None) -> Iterator[Sheet]:
    """The sheet at ``path``, or what comes through the pipe. Raises BadValue, NotFound, BadImport.

    What is piped is kept, because it is read twice: in memory, so that no disk has it in plain.
    """
    if encoding is not None:
        _check_encoding(encoding)
    if path is not None:
        with _regular(path) as file:
            yield Sheet(file, encoding)
    else:
        assert piped is not None
        with io.BytesIO() as kept:
            size, lines = 0, 0
            while chunk := piped.read(CHUNK):
                size += len(chunk)
                lines += chunk.count(b"\n")
                if size > MOST_PIPED or (size > LONGEST_LINE and not lines):
                    raise BadImport("that is too much for a pipe", hint="name a file instead")
                kept.write(chunk)
            yield Sheet(kept, encoding)


def _regular(path: Path) -> BinaryIO:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise BadValue(f"{path} is not a regular file", hint="name a CSV file, or - for a pipe")
        return path.open("rb")
    except FileNotFoundError:
        raise NotFound(f"no file {path}") from None
    except (OSError, ValueError) as error:
        raise CasectlError(f"cannot read {path} ({getattr(error, 'strerror', error)})") from None


# --- The whole file, once -------------------------------------------------------------------


def _survey(file: BinaryIO, named: str | None) -> Surveyed:
    """Look through the file: does it decode, and how long is it? Nothing is made of it yet."""
    file.seek(0)
    encoding = _with_mark(named) if named else _told_by_its_mark(file)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    lines = length = 0
    nul = seen = False
    while True:
        chunk = file.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding, "ignore")
            raise _not_text(lines + before.count("\n") + 1, encoding, named) from None
        except UnicodeError:  # of UTF-16 without its mark, say: there is no place to name
            raise _not_text(lines + 1, encoding, named) from None
        seen = seen or bool(text.strip("\ufeff \r\n\t"))
        nul = nul or "\0" in text
        lines += text.count("\n")
        length = length + len(text) if not _ends_a_line(text) else len(text)
        if length > LONGEST_LINE:
            raise BadImport(f"line {lines + 1} does not end: this is not a table")
        if not chunk:
            break
    if not seen:
        raise BadImport("the file is empty", hint="its first row names the columns")
    return Surveyed(encoding, lines, nul)


def _ends_a_line(text: str) -> bool:
    return "\n" in text or "\r" in text


def _told_by_its_mark(file: BinaryIO) -> str:
    start = file.read(4)
    file.seek(0)
    if start in WORKBOOKS:
        raise BadImport("this is a workbook, not a CSV file", hint="save it as CSV UTF-8 first")
    marked = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "utf-16" if marked else "utf-8-sig"


def _with_mark(named: str) -> str:
    """UTF-8 may begin with a byte order mark, which is no part of the first header."""
    return "utf-8-sig" if codecs.lookup(named).name == "utf-8" else named


def _not_text(line: int, encoding: str, named: str | None) -> BadImport:
    name = named or encoding.removesuffix("-sig").upper()
    hint = "name another with --encoding" if named else "from Excel, add --encoding cp1252"
    return BadImport(f"line {line} is not {name}; nothing was taken in", hint=hint)


def _check_encoding(name: str) -> None:
    try:
        "name".encode(name)
    except (LookupError, ValueError):
        raise BadValue(f"no encoding {name[:40]!r}", hint="utf-8, cp1252 or utf-16") from None


def _text_of(file: BinaryIO, encoding: str) -> IO[str]:
    file.seek(0)
    return io.TextIOWrapper(file, encoding=encoding, newline="")


def _quoting(error: csv.Error | None) -> str:
    if "field larger" in str(error):
        return f"a cell is over {LONGEST_CELL:,} characters, or its quote never ends"
    return "its quotes do not pair up (a quote inside a cell is doubled)"


# --- What the columns mean ------------------------------------------------------------------


def understood(headers: Sequence[str]) -> tuple[list[Column], list[str]]:
    """The columns that mean something here, and the headers of those that do not."""
    columns: dict[int, Column] = {}
    taken: set[str] = set()
    bare = [header.lstrip("\ufeff") for header in headers]
    # First those written as they are listed: a looser reading never takes the place of one.
    for field_of in (lambda header: FIELD_OF.get(spelled(header)), loosely_understood):
        for place, header in enumerate(bare):
            field = field_of(header) if place not in columns else None
            if field in SEVERAL and field in taken:
                field = f"{field} {1 + sum(each.partition(' ')[0] == field for each in taken)}"
            if field in SAFE and field in taken and field_of is loosely_understood:
                field = "note"  # two columns of warnings: neither is lost
            if field is not None and field not in taken:
                taken.add(field)
                columns[place] = Column(place, field, header.strip())
    ignored = [
        header.strip() or f"column {place + 1}"
        for place, header in enumerate(headers)
        if place not in columns
    ]
    return [columns[place] for place in sorted(columns)], ignored


def loosely_understood(header: str) -> str | None:
    """The field of ``Client First Name``, ``Risk Lvl``, ``Client ID #`` and ``Next Step / Task``.

    Where a header says two things, both must be understood, and be the same.
    """
    text = _BRACKETED.sub(" ", fold(header))
    fields = {_field_of(part) for part in text.split("/")}
    return fields.pop() if len(fields) == 1 else None


def _field_of(text: str) -> str | None:
    words = [SHORT.get(word, word) for word in _WORD.findall(text)]
    plain = words[1:] if words and words[0] in WHOSE else words
    for some in (words, plain, plain[:-1] if plain and plain[-1] == "number" else []):
        field = FIELD_OF.get("".join(some))
        if field is not None:
            return field
    return None


def may_be_names(headers: Sequence[str]) -> list[str]:
    """Of headers that are not understood, those that may name the client."""
    return [
        header
        for header in headers
        if _MAY_NAME.search(fold(header)) and not _NAMES_OTHERS.search(fold(header))
    ]


def settled_orders(sheet: Sheet) -> dict[str, Proof]:
    """Date columns of which the file proves which way round they are written, by header.

    ``3/29/1978`` can only be month first. A column that proves both ways proves neither. One that
    proves nothing is written as the others are, where those agree.
    """
    columns = [column for column in sheet.columns if column.field in DATES]
    first: dict[int, dict[DateOrder, int]] = {column.place: {} for column in columns}
    unclear: set[int] = set()
    if columns:
        for number, cells in sheet.rows():
            for place, rows in first.items():
                cell = cells[place].strip() if place < len(cells) else ""
                found = _NUMERIC_DATE.match(cell)
                if found:
                    one, other = int(found[1]), int(found[3])
                    if one > 12 >= other:
                        rows.setdefault("dmy", number)
                    elif other > 12 >= one:
                        rows.setdefault("mdy", number)
                    else:
                        unclear.add(place)
    proofs = {
        column.place: Proof(order, row, column.header)
        for column in columns
        for order, row in first[column.place].items()
        if len(first[column.place]) == 1
    }
    if len({order for rows in first.values() for order in rows}) == 1:
        earliest = min(proofs.values(), key=lambda proof: proof.row)
        proofs = dict.fromkeys(unclear, earliest) | proofs
    return {column.header: proofs[column.place] for column in columns if column.place in proofs}


# --- A row ----------------------------------------------------------------------------------


class Reader:
    """Makes what is known of one person out of one row, or says why it cannot."""

    def __init__(
        self,
        sheet: Sheet,
        today: date,
        *,
        order: DateOrder | None,
        orders: Mapping[str, Proof],
        programs: Sequence[str],
        program: str | None,
    ) -> None:
        self.today = today
        self.turned = 0  # names that were written family name first
        self.programs = programs
        self.program = program
        self.width = len(sheet.headers)
        self.holds_nul = sheet.surveyed.holds_nul
        self.sheet_columns = sheet.columns
        self.headers = {column.field: column.header for column in sheet.columns}
        self.name_parts = [part for part in NAME_PARTS if part in self.headers]
        self.columns = [
            (*column, self._column_reader(column.field, proof.order if proof else order))
            for column in sheet.columns
            for proof in [orders.get(column.header)]
        ]
        self.several = {field: some for field in SEVERAL if (some := self._several(field))}
        self.texts = {place for place, _, _, read in self.columns if read in (_text, _name_part)}
        if not any(field in self.headers for field in NAMING):
            raise BadImport("no column names a person or a case", hint=_understood_headers())
        if "closed_on" in self.headers and OF_AN_EXIT.issuperset(self.headers):
            raise BadImport(
                "these are exits alone, and an exit opens no case",
                hint="put the exit dates beside the entry dates in one file, or casectl close CASE",
            )

    def read(self, number: int, cells: list[str]) -> tuple[Given | None, list[Problem]]:
        """What is known, and each problem of the row; None where it cannot do without the cell.

        Nothing known and no problem: it is no person but the total of a column.
        """
        if len(cells) != self.width:
            if _is_total(cells):
                return None, []
            some = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            reason = f"it has {some}, and there are {self.width} columns"
            return None, [Problem(number, None, reason)]
        if self.holds_nul and any("\0" in cell for cell in cells):
            place = next(place for place, cell in enumerate(cells) if "\0" in cell)
            return None, [Problem(number, self._header_at(place), "it holds a NUL character")]
        known: dict[str, Any] = {}
        problems: list[Problem] = []
        whole = "".join(cells)
        plain = len(whole) <= NAME_LIMIT and whole.isascii() and whole.isprintable()
        for place, field, header, read in self.columns:
            cell = cells[place].strip()
            if not cell:
                continue
            if len(cell) <= LONGEST_UNSAID and _is_unsaid(field, cell):
                continue
            if plain and place in self.texts:
                known[field] = cell
                continue
            try:
                known[field] = read(cell)
            except BadValue as error:
                reason = _reason(error, cell)
                problems.append(Problem(number, header, reason, field not in NEEDED))
        if self.several:
            self._join(known)
        problems += self._between(number, known)
        self._name(number, known, problems)
        if (problems or known["name"][0] in _TOTALS_BEGIN) and _is_total(cells):
            return None, []
        if problems:
            if not all(problem.spared for problem in problems):
                return None, problems
            known["unread"] = self._unread(cells, problems)
        known.setdefault("program", self.program)
        return Given._make({**NOTHING_KNOWN, **known}.values()), problems

    def may_be_pressing(self, cells: list[str]) -> bool:
        """Whether a row that is left out says high, crisis or imminent, or nothing readable."""
        if len(cells) != self.width:
            return any(cell.strip().lower() in PRESSING for cell in cells)
        for place, field, _, read in self.columns:
            cell = cells[place].strip()
            if field in ("urgency", "risk") and cell and not _is_unsaid(field, cell):
                try:
                    if read(cell) in PRESSING:
                        return True
                except BadValue:
                    return True
        return False

    def _several(self, field: str) -> list[tuple[str, str]]:
        """The fields of one kind and what tells each from the others; none where one says it all.

        A phone at work alone is said to be that: who picks it up is not the client.
        """
        some = [
            (each, next((word for word in WHICH if word in fold(header)), ""))
            for _, each, header in self.sheet_columns
            if each.partition(" ")[0] == field
        ]
        plain = len(some) == 1 and some[0][1] not in ("work", "business")
        return [] if plain else some

    def _join(self, known: dict[str, Any]) -> None:
        """Each phone and address that a row has, once: ``555-0100; 555-0101 (work)``."""
        for field, some in self.several.items():
            found: dict[str, str] = {}
            for each, which in some:
                if each in known:
                    found.setdefault(known.pop(each), which)
            if found:
                said = (f"{text} ({which})" if which else text for text, which in found.items())
                known[field] = "; ".join(said)

    def _unread(self, cells: list[str], problems: Sequence[Problem]) -> str:
        columns = {problem.column for problem in problems}
        return "; ".join(
            f"{header}: {shortened(cells[place].strip(), LONGEST_UNREAD)}"
            for place, _, header, _ in self.columns
            if header in columns
        )

    def _header_at(self, place: int) -> str:
        return next(
            (header for at, _, header, _ in self.columns if at == place),
            f"column {place + 1}",
        )

    def _name(self, number: int, known: dict[str, Any], problems: list[Problem]) -> None:
        """Put the name together; where there is none, a number stands for the client."""
        parts = " ".join([known.pop(part) for part in self.name_parts if part in known])
        name = known.get("name") or parts or known.get("client_ref") or known.get("case_ref")
        if name and "," in name and name == known.get("name"):
            name = turned(name)
            self.turned += name != known["name"]
        if name and len(name) <= NAME_LIMIT:
            known["name"] = name
            return
        naming = [self.headers[part] for part in ("name", *NAME_PARTS) if part in self.headers]
        if name:
            problems.append(Problem(number, naming[0], _TOO_LONG_A_NAME))
        elif not any(problem.column in naming for problem in problems):
            column = next(self.headers[field] for field in NAMING if field in self.headers)
            problems.append(Problem(number, column, "no name, and no number that could stand in"))

    def _between(self, number: int, known: dict[str, Any]) -> Iterator[Problem]:
        """What two cells say together. What cannot be meant, and can be spared, is dropped."""
        opened_on, due = known.get("opened_on"), known.get("due")
        if due is not None and "next_step" not in known:
            known.pop("due", None)
            yield Problem(number, self.headers["due"], "a due day without a next step", True)
        if due is not None and opened_on is not None and due.day < opened_on:
            known.pop("due", None)
            yield Problem(number, self.headers["due"], "it is before the intake day", True)
        closed_on = known.get("closed_on")
        if closed_on is not None and opened_on is not None and closed_on < opened_on:
            yield Problem(number, self.headers["closed_on"], "it is before the intake day")
        elif closed_on is not None and known.get("status") in STILL_OPEN:
            del known["closed_on"]
            reason = f"the case is open, says {self.headers['status']}"
            yield Problem(number, self.headers["closed_on"], reason, True)

    # -- cells ---------------------------------------------------------------------------------

    def _column_reader(self, field: str, order: DateOrder | None) -> Callable[[str], Any]:
        """Reads a cell; what repeats down a column (a level, a program, a day) is read once."""
        read = self._cell_reader(field, order)
        return lru_cache(4096)(read) if field in REPEATING else read

    def _cell_reader(self, field: str, order: DateOrder | None) -> Callable[[str], Any]:
        match field.partition(" ")[0]:
            case "birth_date":
                return lambda cell: self._birth_date(cell, order)
            case "opened_on" | "closed_on" | "last_contact":
                return lambda cell: self._past_day(cell, order)
            case "due" | "court":
                return lambda cell: self._when(cell, order)
            case "urgency":
                return lambda cell: level_named(SHORT_LEVELS.get(cell.lower(), cell))
            case "risk":
                return lambda cell: risk_named(SHORT_RISKS.get(cell.lower(), cell))
            case "status":
                return status_named
            case "program":
                return lambda cell: checked_program(_text(cell), self.programs)
            case "phone":
                return _phone
            case "email":
                return _email
            case "interpreter":
                return _yes_or_no
            case "name" | "first" | "middle" | "last" | "suffix":
                return _name_part
        return _text

    def _birth_date(self, cell: str, order: DateOrder | None) -> str:
        day = _iso_day(cell)
        if day is not None and FIRST_DAY <= day <= self.today:
            return cell
        return parse_birth_date(_MIDNIGHT.sub("", cell), self.today, order=order)

    def _past_day(self, cell: str, order: DateOrder | None) -> date:
        day = self._when(_HOUR.sub("", cell), order, "2025-12-05 or 5 Dec 2025").day
        if day > self.today:
            raise BadValue("it lies in the future")
        return day

    def _when(
        self, cell: str, order: DateOrder | None, like: str = "2026-12-05 or 5 Dec 2026"
    ) -> When:
        day = _iso_day(cell)
        if day is not None and FIRST_DAY <= day <= LAST_DAY:
            return When(day)
        if not re.search(r"\d{4}", cell):
            if _SHORT_YEAR.fullmatch(cell):
                raise BadValue("write the year with four digits: which century is not said")
            raise BadValue(f"write the day with its year, as in {like}")
        return parse_when(_MIDNIGHT.sub("", cell), self.today, order=order)


def _is_total(cells: list[str]) -> bool:
    """``Total: 11``, and in the other cells nothing but figures."""
    first, *others = [cell for cell in map(str.strip, cells) if cell]
    return bool(_TOTAL.fullmatch(first)) and all(map(_FIGURE.fullmatch, others))


def _is_unsaid(field: str, cell: str) -> bool:
    """Whether a cell only says that nothing is known. No risk is a risk, and "none" may be all
    that stands for a safe way to reach somebody.
    """
    word = cell.lower()
    if field == "last_contact" and word == "never":
        return True
    if word not in UNSAID or field in SAFE:
        return False
    if field in NAMING or field in NAME_PARTS:
        return word in UNSAID_NAMES or field in ("case_ref", "client_ref")
    return field != "risk" or word != "none"


def _iso_day(cell: str) -> date | None:
    """``2026-12-05`` at once: most files write days so."""
    if len(cell) == 10 and cell[4] == cell[7] == "-" and cell.isascii():
        try:
            return date.fromisoformat(cell)
        except ValueError:
            return None
    return None


def _text(cell: str) -> str:
    if len(cell) < NAME_LIMIT and cell.isascii() and cell.isprintable():
        return cell
    return checked_text(cell, "cell")


def _name_part(cell: str) -> str:
    if len(cell) > NAME_LIMIT:
        raise BadValue(_TOO_LONG_A_NAME)
    return _text(cell)


def _phone(cell: str) -> str:
    """A number, perhaps with an extension after it. What is typed by hand is not asked so much:
    here the reason to look is that a column may have slipped.
    """
    bare = cell.translate(_NO_SIGNS)
    if 5 <= len(bare) <= 15 and bare.isascii() and bare.isdigit() and cell.isprintable():
        return cell
    digits = sum(map(str.isdigit, re.split("[A-Za-z,;:#]", cell)[0]))
    if not _PHONE.fullmatch(cell) or not 5 <= digits <= 15:
        raise BadValue("not a phone number (5 to 15 digits, then perhaps an extension)")
    return _text(cell)


def _email(cell: str) -> str:
    user, at, host = cell.rpartition("@")
    if not (user and at and host) or len(cell.split()) > 1:
        raise BadValue("not an e-mail address, as name@example.org is")
    return _text(cell)


def _yes_or_no(cell: str) -> bool:
    word = cell.lower()
    if word not in YES + NO:
        raise BadValue("write yes or no")
    return word in YES


def _reason(error: BadValue, cell: str) -> str:
    """Why, without the cell's own words: they are a client's, and a report may be mailed."""
    message = _READING.sub("", str(error))
    if "set date_order" in message:
        return "day or month first? casectl config set date_order dmy (or mdy) says"
    return message.replace(f" {cell[:40]!r}", " like that")


def _understood_headers() -> str:
    return f"understood are {', '.join(headers[0] for headers in HEADERS.values())}"
