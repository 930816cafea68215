"""Spreadsheets as they come: their cells exactly, and what the columns mean."""

from __future__ import annotations

import io
import json
import os
import tempfile
from datetime import date
from pathlib import Path

import pytest

from casectl.core.dates import When
from casectl.core.errors import BadImport, BadValue, CasectlError, NotFound
from casectl.core.intake import Given
from casectl.core.spoken import DateOrder
from casectl.formats.spreadsheet import (
    HEADERS,
    Problem,
    Proof,
    Reader,
    Sheet,
    opened,
    settled_orders,
    understood,
)

TODAY = date(2026, 11, 18)


def sheet_of(text: str | bytes, encoding: str | None = None) -> Sheet:
    raw = text.encode() if isinstance(text, str) else text
    return Sheet(io.BytesIO(raw), encoding)


def reader_of(
    sheet: Sheet, *, order: DateOrder | None = None, programs: tuple[str, ...] = ()
) -> Reader:
    return Reader(
        sheet,
        TODAY,
        order=order,
        orders=settled_orders(sheet),
        programs=programs,
        program=None,
    )


def read(
    text: str | bytes, *, order: DateOrder | None = None, programs: tuple[str, ...] = ()
) -> tuple[list[Given], list[str]]:
    """The rows that can be taken in, and the problems of the others as they are reported."""
    sheet = sheet_of(text)
    reader = reader_of(sheet, order=order, programs=programs)
    given, problems = [], []
    for number, cells in sheet.rows():
        one, wrong = reader.read(number, cells)
        problems += [str(each) for each in wrong]
        if one is not None:
            given.append(one)
    return given, problems


def only(text: str, **more: str) -> Given:
    given, problems = read(text, **more)  # type: ignore[arg-type]
    assert not problems
    (one,) = given
    return one


# --- Exact cells ----------------------------------------------------------------------------

SPECTRUM = (
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines",
    "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
)  # fmt: skip


@pytest.mark.parametrize("name", SPECTRUM)
def test_cells_are_read_exactly(shared: Path, name: str) -> None:
    folder = shared / "data" / "csv-spectrum"
    with opened(folder / "csvs" / f"{name}.csv", None, None) as sheet:
        read = [dict(zip(sheet.headers, cells, strict=True)) for _, cells in sheet.rows()]
    expected = json.loads((folder / "json" / f"{name}.json").read_text(encoding="utf-8"))
    assert [{key: _as_lf(each[key]) for key in each} for each in read] == [
        {key: _as_lf(each[key]) for key in each} for each in expected
    ]


def _as_lf(cell: str) -> str:
    """The spectrum's JSON has LF where its CRLF files have CRLF inside a cell."""
    return cell.replace("\r\n", "\n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_delimiter_mark_and_line_ends_do_not_matter(delimiter: str, mark: str, ends: str) -> None:
    lines = [["Name", "Last contact", "Need"], ["Ann Example", "2026-11-02", "a; b\tc, d"]]
    text = mark + ends.join(
        delimiter.join(f'"{cell}"' if " " in cell else cell for cell in cells) for cells in lines
    )
    one = only(text)
    assert (one.name, one.last_contact, one.need) == (
        "Ann Example",
        date(2026, 11, 2),
        "a; b\tc, d",
    )


def test_quotes_commas_and_line_ends_inside_a_cell_are_kept() -> None:
    one = only('name,need\nAnn,"Smith, ""Bob""\nJr"\n')
    assert one.need == 'Smith, "Bob"\nJr'


def test_utf_16_is_told_by_its_mark() -> None:
    given, _ = read("name\tdob\nZoë Example\t1990-01-01\n".encode("utf-16"))
    assert given[0].name == "Zoë Example"


def test_another_encoding_can_be_named() -> None:
    sheet = sheet_of("name\nJosé Example\n".encode("cp1252"), "cp1252")
    assert [cells for _, cells in sheet.rows()] == [["José Example"]]


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"name\nJos\xe9\n", 2),
        (b"name\nJos\xc3\xa9\nJos\xe9\n", 3),
        (b"name\r\n" + b"Ann Example\r\n" * 200_000 + b"Jos\xe9\r\n", 200_002),
        (b"name\nJos\xc3", 2),
    ],
)
def test_what_is_not_utf_8_is_refused_by_its_line(raw: bytes, line: int) -> None:
    with pytest.raises(BadImport, match=rf"^line {line} is not UTF-8; .*--encoding"):
        sheet_of(raw)


def test_blank_rows_count_and_are_left_out() -> None:
    sheet = sheet_of("name,dob\n\nAnn,1990\n , \n\nBob,\n")
    assert list(sheet.rows()) == [(3, ["Ann", "1990"]), (6, ["Bob", ""])]


@pytest.mark.parametrize(
    ("text", "row"),
    [('name\nAnn\n"Bob" Example\n', 3), ('name\nAnn\n"Bob\nCarl\n', 3), ('"name\nAnn\n', 1)],
)
def test_quotes_that_do_not_pair_up_stop_the_reading(text: str, row: int) -> None:
    with pytest.raises(BadImport, match=f"^row {row}: its quotes do not pair up"):
        list(sheet_of(text).rows())


def test_a_cell_without_end_is_refused() -> None:
    with pytest.raises(BadImport, match="row 2: a cell is over 2,000,000 characters"):
        list(sheet_of('name\n"' + "Ann\n" * 600_000).rows())


def test_a_line_without_end_is_no_table() -> None:
    with pytest.raises(BadImport, match="line 2 does not end"):
        sheet_of(b"name\n" + b"\0" * (1 << 25))


@pytest.mark.parametrize("text", ["", "\ufeff", " \n\n", "\t\r\n"])
def test_an_empty_file_is_a_bad_value(text: str) -> None:
    with pytest.raises(BadImport, match="the file is empty"):
        sheet_of(text)


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_is_told_from_a_csv_file(start: bytes) -> None:
    with pytest.raises(BadImport, match=r"a workbook.*save it as CSV UTF-8"):
        sheet_of(start + b"\xff" * 100)


# --- Which file -----------------------------------------------------------------------------


def refused(path: Path) -> CasectlError:
    with pytest.raises(CasectlError) as error, opened(path, None, None):
        pass
    return error.value


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero"), Path("/dev/stdin")):
        assert "is not a regular file" in str(refused(path))
        assert refused(path).exit_code == 2
    assert isinstance(refused(tmp_path / "absent.csv"), NotFound)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("name\nAnn\n", encoding="utf-8")
    secret.chmod(0)
    if os.access(secret, os.R_OK):
        pytest.skip("root reads everything")
    assert "cannot read" in str(refused(secret))


def test_a_pipe_is_read_to_its_end_and_no_further() -> None:
    with opened(None, io.BytesIO(b"name\nAnn Example\n"), None) as sheet:
        assert [cells for _, cells in sheet.rows()] == [["Ann Example"]]


class Endless(io.RawIOBase):
    """``/dev/zero`` through a pipe."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return bytes(size)


def test_what_is_piped_touches_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    rows = f"Ann {'x' * 95}\n" * 100_000  # 10 MB
    with opened(None, io.BytesIO(f"name\n{rows}".encode()), None) as sheet:
        assert sum(1 for _ in sheet.rows()) == 100_000


def test_a_pipe_that_never_ends_is_let_go() -> None:
    with (
        pytest.raises(BadImport, match="too much for a pipe"),
        opened(None, Endless(), None),  # type: ignore[arg-type]
    ):
        pass


@pytest.mark.parametrize("name", ["", "klingon", "base64", "a\0b"])
def test_an_unknown_encoding_is_a_bad_value(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadValue, match="no encoding"), opened(tmp_path / "x", None, name):
        pass


# --- Columns --------------------------------------------------------------------------------


def test_headers_are_known_in_any_case_spacing_and_joining() -> None:
    columns, ignored = understood([" DATE of Birth", "legal_first_name", "LegalLastName", "Age"])
    assert [each.field for each in columns] == ["birth_date", "first", "last"]
    assert ignored == ["Age"]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Client First Name", "first"), ("Client Last Name", "last"), ("Client ID #", "client_ref"),
        ("Last Contact Dt", "last_contact"), ("Next Step / Task", "next_step"),
        ("Task Due Date", "due"), ("Risk Lvl", "risk"), ("Special Instructions", "safe_contact"),
        ("Case #", "case_ref"), ("Participant DOB (mm/dd/yyyy)", "birth_date"),
        ("Client Phone #", "phone"), ("Urgency Lvl", "urgency"), ("Client Notes", "note"),
        ("Phone / Email", None), ("Date of Birth / Age", None), ("Client", "name"),
        ("Client Type", None), ("#", None), ("/", None), ("", None), ("Case Manager Name", None),
    ],
)  # fmt: skip
def test_a_header_may_be_shortened_and_say_whose_it_is(header: str, field: str | None) -> None:
    columns, ignored = understood([header])
    assert [each.field for each in columns] == ([field] if field else [])
    assert len(ignored) == (field is None)


def test_a_looser_reading_takes_no_column_s_place() -> None:
    columns, ignored = understood(["Client Risk", "Risk", "Clt Risk"])
    assert [(each.field, each.header) for each in columns] == [("risk", "Risk")]
    assert ignored == ["Client Risk", "Clt Risk"]
    columns, ignored = understood(["Special instructions", "Name", "Safe contact"])
    assert [each.field for each in columns] == ["safe_contact", "name", "note"]
    assert ignored == []


def test_no_header_stands_for_two_things() -> None:
    spelled = [header for headers in HEADERS.values() for header in headers]
    assert len(spelled) == len(set(spelled))


def test_the_first_column_of_a_kind_counts_and_the_rest_is_said() -> None:
    columns, ignored = understood(["name", "need", "needs", "", "Name"])
    assert [each.field for each in columns] == ["name", "need"]
    assert ignored == ["needs", "column 4", "Name"]


PHONES = "name,Home Phone,Cell Phone,Work Phone,phone\nAnn,"


@pytest.mark.parametrize(
    ("cells", "phone"),
    [
        ("555-0100,,,", "555-0100 (home)"),
        (",555-0101,n/a,", "555-0101 (cell)"),
        (",,,555-0103", "555-0103"),
        ("555-0100,555-0101,,", "555-0100 (home); 555-0101 (cell)"),
        ("555-0100,555-0100,555-0102,555-0103", "555-0100 (home); 555-0102 (work); 555-0103"),
        (",,,", None),
    ],
)
def test_every_phone_is_kept_and_told_from_the_others(cells: str, phone: str | None) -> None:
    one = only(f"{PHONES}{cells}\n")
    assert (one.phone, one.email) == (phone, None)


def test_one_column_is_kept_as_it_is_unless_it_is_the_one_at_work() -> None:
    assert only("name,cell phone\nAnn,555-0101\n").phone == "555-0101"
    assert only("name,work phone\nAnn,555-0101\n").phone == "555-0101 (work)"


def test_a_second_phone_that_is_none_spares_the_first() -> None:
    given, problems = read("name,phone,phone 2,email,work email\nAnn,555-0100,12,a@b.org,c@d.org\n")
    assert [each.split(":")[0] for each in problems] == ["row 2, phone 2"]
    assert (given[0].phone, given[0].email) == ("555-0100", "a@b.org; c@d.org (work)")
    assert given[0].unread == "phone 2: 12"


def test_every_field_is_read() -> None:
    one = only(
        "client name;dob;phone;e-mail;address;language;interpreter;pronouns;safe contact;"
        "client id;case number;program;referred by;need;level;risk;intake date;last contact;"
        "next step;due;next court date;notes\n"
        "Ann Example;1990-03;555-0100 ext. 4;ann@example.org;1 Sample St;Twi;yes;she/her;"
        "never at work;P1;C1;housing;a friend;a flat;HIGH;Low;2026-01-05;5 Nov 2026;"
        "call school;Fri 20 Nov 2026, 9:00;Dec 1, 2026;likes tea",
        programs=("Housing",),  # type: ignore[arg-type]
    )
    assert one == Given(
        name="Ann Example",
        birth_date="1990-03",
        phone="555-0100 ext. 4",
        email="ann@example.org",
        address="1 Sample St",
        language="Twi",
        interpreter=True,
        pronouns="she/her",
        safe_contact="never at work",
        client_ref="P1",
        case_ref="C1",
        program="Housing",
        referred_by="a friend",
        need="a flat",
        urgency=3,
        risk="low",
        opened_on=date(2026, 1, 5),
        next_step="call school",
        due=When(date(2026, 11, 20), "09:00"),
        court=When(date(2026, 12, 1)),
        last_contact=date(2026, 11, 5),
        note="likes tea",
    )


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Open", "active"),
        ("ACTIVE", "active"),
        ("Re-opened", "active"),
        ("in progress", "active"),
        ("Referred", "pending"),
        ("wait-list", "pending"),
        ("On Hold", "on_hold"),
        ("Closed", "closed"),
        ("in-active", "closed"),
        ("Discharged (moved)", "closed"),
        ("Closed - active elsewhere", "closed"),
        ("Exited: housed", "closed"),
        ("", None),
    ],
)
def test_a_status_is_read_in_the_words_of_other_systems(word: str, status: str | None) -> None:
    assert only(f"name,Case Status\nAnn,{word}\n").status == status


@pytest.mark.parametrize("word", ["Not active", "pending closure", "open/closed", "A", "1"])
def test_a_status_without_a_plain_reading_is_not_guessed(word: str) -> None:
    _, problems = read(f"name,status\nAnn,{word}\n")
    assert [each.split(";")[0] for each in problems] == ["row 2, status: no status like that"]


def test_a_name_is_put_together_from_its_parts() -> None:
    header = "last name,suffix,first name,middle name\n"
    assert only(header + "Example,Jr,Ann,B\n").name == "Ann B Example Jr"
    assert only(header + "Example,,,\n").name == "Example"


def test_a_name_in_one_column_may_begin_with_the_family() -> None:
    given, _ = read('name,client id\n"Gomez, Hal",\n"King, Martin Luther, Jr.",\n"?","A, 1"\n')
    assert [each.name for each in given] == ["Hal Gomez", "Martin Luther King, Jr.", "A, 1"]
    assert only('first,last\n"Ann, B","Example, MSW"\n').name == "Ann, B Example, MSW"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("case_number,dob\nCINA-01-4347,\n", "CINA-01-4347"),
        ("name,case_number\n,CINA-01-4347\n", "CINA-01-4347"),
        ("PersonalIdentificationNumber,EnrollmentID\n336788,46521\n", "336788"),
    ],
)
def test_without_a_name_a_number_stands_for_the_client(text: str, name: str) -> None:
    assert only(text).name == name


def test_no_column_that_names_anybody_is_refused_with_those_that_would() -> None:
    with pytest.raises(BadImport, match=r"understood are name, first name, .*case number"):
        reader_of(sheet_of("a,b\n1,2\n"))


# --- Rows that cannot be taken in -----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "report"),
    [
        ("name,dob\nAnn\n", "row 2: it has 1 cell, and there are 2 columns"),
        ("name,dob\nA,1990,x\n", "row 2: it has 3 cells, and there are 2 columns"),
        ("name\nA\0B\n", "row 2, name: it holds a NUL character"),
        ("Name,Age\nAnn,\0\n", "row 2, column 2: it holds a NUL character"),
        ("name,dob\n,1990\n", "row 2, name: no name, and no number that could stand in"),
        ("name,dob\n\u200b\u200b,1990\n", "row 2, name: the cell is empty"),
        (f"name\n{'A' * 201}\n", "row 2, name: the name is over 200 characters"),
        (
            f"first name,last name\n{'A' * 150},{'B' * 150}\n",
            "row 2, first name: the name is over 200 characters",
        ),
        ("name,DateOfBirth\nA,2045-01-24\n", "row 2, DateOfBirth: it lies in the future"),
        ("name,dob\nA,1/24/45\n", "row 2, dob: it needs a 4-digit year"),
        (
            "name,dob\nA,1990-02-30\n",
            "row 2, dob: February 1990 has 28 days; the last is 1990-02-28",
        ),
        ("name,dob\nA,1899-02-03\n", "row 2, dob: birth dates run from 1900 to today"),
        ("name,dob\nA,spring\n", "row 2, dob: write 1978-03-29, 29 mar 1978, 1978-03 or 1978"),
        (
            "name,dob\nA,3/4/1990\n",
            "row 2, dob: day or month first? casectl config set date_order dmy (or mdy) says",
        ),
        ("name,last contact\nA,2026-11-19\n", "row 2, last contact: it lies in the future"),
        ("name,intake\nA,2027-01-01\n", "row 2, intake: it lies in the future"),
        (
            "name,last contact\nA,11/3/26\n",
            "row 2, last contact: write the year with four digits: which century is not said",
        ),
        (
            "name,last contact\nA,5 nov\n",
            "row 2, last contact: write the day with its year, as in 2025-12-05 or 5 Dec 2025",
        ),
        (
            "name,next,due\nA,call,fri\n",
            "row 2, due: write the day with its year, as in 2026-12-05 or 5 Dec 2026",
        ),
        ("name,next,due\nA,,2026-12-01\n", "row 2, due: a due day without a next step"),
        (
            "name,next,due,intake\nA,call,2026-01-01,2026-02-01\n",
            "row 2, due: it is before the intake day",
        ),
        (
            "name,level\nA,urgent\n",
            "row 2, level: no level like that; there are crisis, high, medium, low",
        ),
        (
            "name,risk\nA,extreme\n",
            "row 2, risk: no risk like that; there are none, low, moderate, high, imminent",
        ),
        (
            "name,program\nA,Housng\n",
            "row 2, program: no program like that; there are Housing; did you mean Housing?",
        ),
        (
            "name,status\nA,Not active\n",
            "row 2, status: no status like that; write active, pending, on hold, closed",
        ),
        (
            "name,status,exit date\nA,Open,2026-02-01\n",
            "row 2, exit date: the case is open, says status",
        ),
        (
            "name,email\nA,11111111111\n",
            "row 2, email: not an e-mail address, as name@example.org is",
        ),
        (
            "name,email\nA,a b@example.org\n",
            "row 2, email: not an e-mail address, as name@example.org is",
        ),
        ("name,interpreter\nA,Twi\n", "row 2, interpreter: write yes or no"),
    ],
)
def test_a_bad_row_is_reported_by_row_column_and_reason(text: str, report: str) -> None:
    given, problems = read(text, programs=("Housing",))
    assert problems == [report]
    column = report.split(": ")[0].partition(", ")[2]
    assert len(given) == (column in SPARED)


SPARED = {"dob", "DateOfBirth", "last contact", "due", "email", "interpreter", "exit date"}


def test_a_person_can_be_had_without_a_cell_that_is_not_needed() -> None:
    given, problems = read(
        "name,dob,phone,risk,intake,next,due,court date\n"
        "Ann,31/31/1990,home,imminent,2026-02-01,call,2026-01-01,soon\n"
    )
    assert [each.split(":")[0] for each in problems] == [
        "row 2, dob",
        "row 2, phone",
        "row 2, court date",
        "row 2, due",
    ]
    (ann,) = given
    assert (ann.birth_date, ann.phone, ann.due, ann.court) == (None, None, None, None)
    assert (ann.risk, ann.next_step) == ("imminent", "call")
    assert ann.unread == "dob: 31/31/1990; phone: home; due: 2026-01-01; court date: soon"


@pytest.mark.parametrize("row", ["A,x,low,x,2026-01-01", "A,x,low,low,soon", "?,x,low,low,"])
def test_a_bad_name_level_risk_or_intake_spoils_the_row(row: str) -> None:
    given, problems = read(f"name,phone,level,risk,intake\n{row}\n")
    assert (given, len(problems)) == ([], 2)


@pytest.mark.parametrize(
    ("row", "pressing"),
    [
        ("?,high,low", True),
        ("?,low,Imminent", True),
        ("?,crisis,", True),
        ("A,urgent,", True),
        ("A,medium,n/a,more", False),
        ("A,HIGH", True),
        ("?,medium,moderate", False),
        ("?,n/a,none", False),
        ("?,,", False),
    ],
)
def test_a_row_that_is_left_out_may_be_pressing(row: str, pressing: bool) -> None:
    sheet = sheet_of(f"name,level,risk\n{row}\n")
    reader = reader_of(sheet)
    ((number, cells),) = sheet.rows()
    assert reader.read(number, cells)[0] is None
    assert reader.may_be_pressing(cells) is pressing


@pytest.mark.parametrize("word", ["n/a", "N/A", "none", "Unknown", "-", "--", "?", ".", "na"])
def test_a_cell_that_says_nothing_is_empty(word: str) -> None:
    header = (
        "name,dob,phone,email,language,interpreter,client id,level,intake,last contact,next,due\n"
    )
    assert only(f"{header}Ann Example{f',{word}' * 11}\n") == Given(name="Ann Example")


@pytest.mark.parametrize(
    "row",
    [
        "Total,,", "TOTAL: 11,,", "Grand total,,11", "sub-total 4,,", "Count: 11,,", "Total: 11",
        "Total clients: 1200,,", "Totals,3,11%", ",Total,11", "Total number of cases = 7,,",
        "Client count 4,,",
    ],
)  # fmt: skip
def test_a_total_is_no_person(row: str) -> None:
    assert read(f"name,dob,phone\n{row}\n") == ([], [])


@pytest.mark.parametrize("row", ["Total,mar 1990,", "Count,,", "Tota Example,,", "Total,,555 x2"])
def test_a_person_with_such_a_name_is_one(row: str) -> None:
    given, _ = read(f"name,dob,phone\n{row}\n")
    assert [each.name for each in given] == [row.partition(",")[0]]


def test_what_says_nothing_elsewhere_may_say_something() -> None:
    one = only("first,last,risk,safe contact\nNa,Null,None,none\n")
    assert (one.name, one.risk, one.safe_contact) == ("Na Null", "none", "none")
    assert only("name,risk\nAnn,unknown\n").risk is None


@pytest.mark.parametrize("name", ["n/a", "None", "?", "-", "."])
def test_a_name_that_says_nothing_is_none(name: str) -> None:
    given, problems = read(f"name,dob\n{name},1990\n")
    assert (given, problems) == ([], ["row 2, name: no name, and no number that could stand in"])
    assert only(f"name,client id\n{name},P1\n").name == "P1"


@pytest.mark.parametrize(
    "phone", ["+++++++++++", "1bc12345678", "1" * 18, "123", "ann@example.org"]
)
def test_a_cell_that_is_no_phone_number_is_a_slipped_column(phone: str) -> None:
    _, problems = read(f"name,phone\nAnn,{phone}\n")
    assert problems == [
        "row 2, phone: not a phone number (5 to 15 digits, then perhaps an extension)"
    ]


@pytest.mark.parametrize(
    "phone", ["12345678", "+44 20 7946 0100", "(202) 555-0100 x12", "555.0100", "555-0100, mother"]
)
def test_a_phone_number_may_be_written_in_many_ways(phone: str) -> None:
    assert only(f'name,phone\nAnn,"{phone}"\n').phone == phone


def test_all_the_problems_of_a_row_are_told_at_once() -> None:
    _, problems = read("name,dob,risk\n,2045-01-01,big\n")
    assert [each.split(":")[0] for each in problems] == ["row 2, dob", "row 2, risk", "row 2, name"]


def test_a_report_says_nothing_that_stands_in_the_cells() -> None:
    secret = "Zanzibar"
    text = (
        "name,dob,phone,email,level,risk,last contact,due,next\n"
        f"A,{secret} '1990',{secret},{secret},{secret},{secret},{secret} 2026,{secret} 2026,x\n"
    )
    _, problems = read(text)
    assert len(problems) == 7
    assert secret not in "".join(problems)


def test_hostile_text_is_kept_as_text() -> None:
    given, _ = read("id,name\n1); DROP TABLE clients;--,\x1b[31mRED\x1b[0m\n")
    assert given[0].client_ref == "1); DROP TABLE clients;--"
    assert given[0].name == "\x1b[31mRED\x1b[0m"


# --- Dates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("March 2011", "2011-03"),
        ("2011", "2011"),
        ("03/2011", "2011-03"),
        ("Sept 16 2002", "2002-09-16"),
        ("1978-03-29 00:00:00", "1978-03-29"),
        ("29.03.1978", "1978-03-29"),
    ],
)
def test_birth_dates_are_kept_as_exact_as_they_are(written: str, kept: str) -> None:
    assert only(f"name,dob\nAnn,{written}\n").birth_date == kept


def test_a_column_that_proves_its_order_settles_the_rest() -> None:
    text = "name,dob,intake\nBob,3/4/1978,\nAnn,3/29/1978,2026-02-01\n"
    assert settled_orders(sheet_of(text)) == {"dob": Proof("mdy", 3, "dob")}
    given, problems = read(text, order=None)
    assert [each.birth_date for each in given] == ["1978-03-04", "1978-03-29"]
    assert problems == []


def test_a_column_that_proves_nothing_is_written_as_the_others_are() -> None:
    text = "name,dob,intake,last contact\nBob,3/4/1978,1/2/2026,\nAnn,3/29/1978,,03/25/2026\n"
    assert settled_orders(sheet_of(text)) == {
        "dob": Proof("mdy", 3, "dob"),
        "intake": Proof("mdy", 3, "dob"),
        "last contact": Proof("mdy", 3, "last contact"),
    }
    given, _ = read(text, order="dmy")
    assert [each.opened_on for each in given] == [date(2026, 1, 2), None]


def test_columns_that_disagree_settle_no_third() -> None:
    text = "name,dob,intake,last contact\nAnn,3/29/1978,29/3/2026,3/4/2026\n"
    found = settled_orders(sheet_of(text))
    assert {header: proof.order for header, proof in found.items()} == {
        "dob": "mdy",
        "intake": "dmy",
    }
    _, problems = read(text)
    assert [each.split(":")[0] for each in problems] == ["row 2, last contact"]


def test_a_column_proves_its_order_against_the_configured_one() -> None:
    given, _ = read("name,dob\nAnn,29/03/1978\nBob,3/4/1978\n", order="mdy")
    assert [each.birth_date for each in given] == ["1978-03-29", "1978-04-03"]


def test_a_column_that_proves_both_ways_proves_neither() -> None:
    text = "name,dob\nAnn,3/29/1978\nBob,29/3/1978\nCy,3/4/1978\n"
    assert settled_orders(sheet_of(text)) == {}
    _, problems = read(text)
    assert [each.split(":")[0] for each in problems] == ["row 4, dob"]


@pytest.mark.parametrize(("order", "day"), [("dmy", "1978-04-03"), ("mdy", "1978-03-04")])
def test_the_configured_order_settles_what_nothing_proves(order: DateOrder, day: str) -> None:
    assert only("name,dob\nAnn,3/4/1978\n", order=order).birth_date == day


def test_the_hour_of_a_past_day_is_left_and_of_a_court_date_kept() -> None:
    one = only("name,intake,court date\nAnn,2003-03-03 14:22:11,2026-12-01 9:30\n")
    assert (one.opened_on, one.court) == (date(2003, 3, 3), When(date(2026, 12, 1), "09:30"))


def test_a_problem_reads_as_one_line() -> None:
    assert str(Problem(4, None, "it is short")) == "row 4: it is short"
