"""Any input to any parser: it is read, or refused in one line of our own, and never by accident.

A few seconds here; ``make fuzz`` runs the same for minutes, with other examples each time.
"""

from __future__ import annotations

import io
import json
import os
import shlex
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from terminals import acting

from casectl.config import parse_config
from casectl.core import dates, matching, oneline, recurrence, text
from casectl.core.assessing import body_of, read_document
from casectl.core.errors import BadConfiguration, BadImport, BadValue, CasectlError
from casectl.core.privacy import private, without_handles
from casectl.core.profiles import Closing
from casectl.core.resources import FIELDS, said
from casectl.core.risks import find_kind, find_level
from casectl.core.settings import ROOT, STANDARDS, find_key, typed
from casectl.core.standards import Intervals, fault_of, laid_over
from casectl.formats.assessments import parse_json
from casectl.formats.crontab import Errand, crontab_lines, shell_words, systemd_units
from casectl.formats.hsds import catalogue, read_catalogue
from casectl.formats.profiles import parse_profile
from casectl.formats.spreadsheet import HEADERS, Reader, opened, settled_orders
from casectl.render import Output, broken, json_text
from casectl.render.screens import draw, wrapped
from casectl.store.accesslog import AccessLog

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

TODAY = date(2026, 11, 18)
# What a command line can hold; a lone surrogate is refused before anything is read.
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
days = st.dates(date(1990, 1, 1), date(2150, 1, 1))
orders = st.sampled_from([None, "dmy", "mdy"])


def pieces(*words: str) -> st.SearchStrategy[str]:
    """Words of a grammar in any order, with anything between them."""
    signs = ["", " ", "  ", "-", "/", ".", ",", ":", "+", "T", ";", "=", "\u00a0", "\n", "٣", "０"]
    numbers = st.integers(-5, 10**12).map(str) | st.integers(0, 60).map(str)
    each = st.sampled_from([*words, *signs]) | numbers | st.text(max_size=3)
    return st.lists(each, max_size=8).map("".join) | st.lists(each, max_size=8).map(" ".join)


WHEN = pieces(
    "today", "tomorrow", "yesterday", "fri", "friday", "next", "last", "in", "ago", "weeks", "day",
    "days", "month", "years", "eow", "eom", "eoy", "dec", "december", "feb", "29", "31", "3rd",
    "31st", "2026", "2028", "9999", "0001", "noon", "am", "pm", "9:00", "24:00", "23:59:60", "Z",
    "W54", "at", "half", "the", "of", "on", "working", "1978-03", "1e9", "nan", "inf", "++", "--",
    "1_000",
)  # fmt: skip
EVERY = pieces(
    "day", "week", "weeks", "month", "months", "year", "mon", "tue", "weekday", "other", "second",
    "last", "until", "times", "x", "FREQ=", "DAILY", "YEARLY", "SECONDLY", ";INTERVAL=", ";COUNT=",
    ";UNTIL=", ";BYDAY=", "MO", "-1FR", ";BYMONTH=", ";BYMONTHDAY=", "30", "-31", ";BYSETPOS=", "0",
    "RRULE:", "20261118", "T000000Z", "first", "and", "on", "of", "quarter", "fortnight",
)  # fmt: skip


def one_line(error: CasectlError) -> None:
    words = str(error)
    assert words and len(words) < 2000
    assert "\n" not in text.visible(words)


# --- Days, hours and repeats --------------------------------------------------------------------


@fuzz
@given(WHEN | anything, days, orders, st.booleans())
def test_days(words: str, today: date, order: Any, back: bool) -> None:
    try:
        day = dates.parse_day(words, today, order=order, back=back)
        when = dates.parse_when(day.isoformat(), today)
        assert when.day == day and 1900 <= day.year <= 2200
    except BadValue as error:
        one_line(error)


@fuzz
@given(WHEN | anything, days, orders)
def test_moments(words: str, today: date, order: Any) -> None:
    try:
        when = dates.parse_when(words, today, order=order)
        again = f"{when.day.isoformat()} {when.time or ''}".strip()
        assert dates.parse_when(again, today + timedelta(days=100)) == when
    except BadValue as error:
        one_line(error)


@fuzz
@given(WHEN | anything, days, orders)
def test_birth_dates(words: str, today: date, order: Any) -> None:
    try:
        born = dates.parse_birth_date(words, today, order=order)
        assert dates.parse_birth_date(born, today) == born
        assert born <= today.isoformat()
    except BadValue as error:
        one_line(error)


@fuzz
@given(EVERY | anything, days, orders)
def test_repeats(words: str, first: date, order: Any) -> None:
    try:
        rule = recurrence.parse_every(words, first, first, order=order)
        assert recurrence.parse_every(rule, first, first) == rule
        following = recurrence.next_after(rule, first, first)
        assert following is None or following > first
        assert "\n" not in recurrence.spoken_rule(rule, order)
    except BadValue as error:
        one_line(error)


DOCUMENT = pieces(
    "{", "}", "[", "]", ":", ",", '"domains"', '"risk"', '"housing"', '"level"', '"needs"', '"on"',
    '"safety_plan"', '"review"', '"self-harm"', '"high"', '"2026-12-01"', "1e999", "NaN", "null",
    "true", '"\\ud800"', '"\\u0000"', "2", "9" * 5000, "[" * 2000,
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["domains", "risk", "food", "level", "needs", "what", "note", "review",
                         "safety_plan", "medical", "on", "summary", "priority"]) | anything,
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@fuzz
@given(DOCUMENT | anything | VALUES.map(json.dumps))
def test_documents_of_an_assessment(words: str) -> None:
    try:
        document = parse_json(words, "a pipe")
        made = read_document(document, TODAY, lambda text: dates.parse_day(text, TODAY))
        again = json.loads(json.dumps(body_of(made.appraisals)))
        assert read_document(again | {"risk": {"medical": "low"}}, TODAY, date.fromisoformat)
    except BadValue as error:
        one_line(error)


@fuzz
@given(pieces("self", "harm", "domestic", "imminent", "=", "none", "high") | anything)
def test_risks(words: str) -> None:
    try:
        kind = find_kind(words)
        assert find_kind(kind) == kind
    except BadValue as error:
        one_line(error)
    try:
        assert 0 <= find_level(words) <= 4
    except BadValue as error:
        one_line(error)


LINE = pieces(
    "12", "12.3", "garcia", "@mon", "@", "call", "visit", "text", "letter", "tried", "reached",
    "with", "provider", "10m", "1h30", "min", "no answer", "nobody", "busy", "; next", ";next:",
    "NEXT", "by", "fri", "3/4", "9:00", "in 2 weeks", "'", '"', "”", "\x1b[31m", "\u202e",
)  # fmt: skip


@fuzz
@given(LINE | anything, days, orders)
def test_lines_of_a_log(words: str, today: date, order: Any) -> None:
    try:
        line = oneline.parse_line(words, today, order)
    except BadValue as error:
        one_line(error)
        return
    assert line.case in words and line.text != ""
    assert line.text is None or line.text in words
    assert line.step is None or (line.step.what in words and line.step.when.day >= today)


# --- Texts and names ----------------------------------------------------------------------------


@fuzz
@given(anything, anything, st.integers(1, 200))
def test_texts(words: str, other: str, width: int) -> None:
    assert text.fold(text.fold(words)) == text.fold(words)
    once = text.visible(words)
    told = (once, text.initials(words), text.handle_stem(words), text.shortened(once, width))
    for each in (*told, broken(once, width)):
        assert not acting(each.encode())
    assert not acting(draw(wrapped(words, width), Output(width=width, colour=True)).encode())
    assert json.loads(json_text({"key": words})) == {"key": words}
    assert not acting(json_text(words).encode())
    assert str(matching.snippet(words, matching.words_of(other), width)) is not None
    assert isinstance(text.without_name(words, other), str)
    assert isinstance(without_handles(words), str) and private(words) in ("***", "")
    for check in (text.checked_name, lambda each: text.checked_text(each, "text")):
        try:
            assert check(words).strip() == words.strip()
        except BadValue as error:
            one_line(error)


ITEM = pieces("1", "ann", "sample", "sample-1", ".1", ".contact", ".c1", ".n1", ".", "12", "-1")


# Commands that take a case or an item, and what follows it.
NAMING = [
    ["show"], ["today", "--explain"], ["history"], ["undo"], ["done"], ["kept"], ["correct"],
    ["snooze", "mon", "why"], ["cancel", "why"], ["purge", "--dry-run"], ["reached"], ["search"],
]  # fmt: skip


@pytest.fixture
def people(run: Run, caseload: None) -> None:
    assert run("intake 'Ann Sample' --next wait --due fri").code == 0
    assert run("intake 'Annette Example' --need x").code == 0
    assert run("tried 1").code == 0


@fuzz
@given(st.data())
def test_logs(run: Run, people: None, data: st.DataObject) -> None:
    lines = data.draw(st.lists(LINE | anything, max_size=4).map("\n".join))
    result = run("log -", stdin=lines)
    assert result.code in (2, 3, 4) and "went wrong" not in result.err, result
    assert result.out == "" and not acting(result.err.encode(), keep="\n")


@fuzz
@given(st.data())
def test_items_and_cases(run: Run, people: None, data: st.DataObject) -> None:
    name = data.draw(ITEM | anything.filter(lambda each: "\x00" not in each))
    command, *after = data.draw(st.sampled_from(NAMING))
    options = [each for each in after if each.startswith("-")]
    rest = [each for each in after if not each.startswith("-")]
    result = run([command, *options, "--", name, *rest])
    assert result.code in (0, 1, 2, 3, 4) and "went wrong" not in result.err, result
    assert result.code == 0 or result.err.count("\n") == 1, result
    assert not acting((result.out + result.err).encode(), keep="\n\t")


PIECE = pieces("1", ".ref1", ".den1", "accepted", "upheld",
               "2", "ann", "sample-1", ".g1", ".s1", ".b1", ".t1v", ".need1", ".v1", ".", " ",
               "+1", "-2", "0", "−", "g", "--")  # fmt: skip
OF_PIECES = [
    ["goal", "progress"], ["goal", "done"], ["goal", "drop"], ["goal", "change"], ["step", "done"],
    ["step", "drop"], ["step", "change"], ["barrier", "clear"], ["transition", "done"], ["done"],
    ["plan", "compare"], ["plan", "versions"], ["meds", "stop"], ["voice"], ["refer"],
    ["referral", "answer"], ["referral", "chase"], ["referral", "schedule"],
    ["referral", "connected"], ["referral", "cancel"], ["denial", "file"], ["denial", "decide"],
    ["resource", "verify"], ["resource", "show"], ["resource", "match"], ["resource", "retire"],
]  # fmt: skip


@fuzz
@given(st.data())
def test_pieces_of_a_plan(run: Run, people: None, data: st.DataObject) -> None:
    assert run("goal add 1 better").code == 0
    assert run("step add 1 'do it' --due fri").code == 0
    run("resource add Example help --domain food")
    run("need add 1 food --domain food")
    run("refer 1 1 --send --override asked")
    run("denial add 1 benefits --by them --no-appeal")
    some = PIECE | anything.filter(lambda each: "\x00" not in each)
    words = data.draw(st.lists(some, min_size=1, max_size=4))
    result = run([*data.draw(st.sampled_from(OF_PIECES)), "--", *words])
    assert result.code in (0, 1, 2, 3, 4) and "went wrong" not in result.err, result
    assert result.code == 0 or result.err.count("\n") == 1, result
    assert not acting((result.out + result.err).encode(), keep="\n\t")


# --- Settings and files -------------------------------------------------------------------------

KEYS = [*ROOT, *(f"standards.{name}" for name in STANDARDS), "programs.A.contact.low", "programs"]


@fuzz
@given(st.sampled_from(KEYS) | anything, WHEN | anything)
def test_settings(name: str, value: str) -> None:
    try:
        key = find_key(name)
        assert typed(key, value) is not None
    except BadValue as error:
        one_line(error)


toml_leaves = st.booleans() | st.integers() | st.floats() | anything | st.dates() | st.datetimes()


def nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    names = st.sampled_from(["low", "contact", "deadlines", "court"])
    return inner | st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)


toml_values = nested(nested(toml_leaves))
documents = st.dictionaries(
    st.sampled_from([*KEYS, "standards", "programs"]) | anything, toml_values, max_size=6
)


@fuzz
@given(st.data())
def test_configurations(data: st.DataObject) -> None:
    import tomlkit

    if data.draw(st.booleans()):
        words = data.draw(anything)
    else:
        try:
            words = tomlkit.dumps(data.draw(documents))
        except (ValueError, TypeError):
            return  # what tomlkit cannot write
    try:
        config = parse_config(words, Path("config.toml"))
        assert config.limit > 0 and isinstance(config.private, bool)
    except BadConfiguration as error:
        one_line(error)


IN_A_PROFILE = {
    "title": ("",),
    "words": ("client", "case"),
    "standards": ("plan", "notice", "contact", "guardian_counts"),
    "domains": ("asked", "own"),
    "closing": (*Closing._fields, "own_reasons"),
    "capacity": ("full_time", "level", "phase"),
}
in_lists = st.sampled_from(["died", "letter", "safety", "food", "school", "moved"]) | anything
profile_values = toml_values | st.lists(in_lists, max_size=4) | st.integers(-1, 9)


@st.composite
def profiles(draw: st.DrawFn) -> dict[str, object]:
    """What is nearly a profile: known names in their places, and anything as their values."""
    made: dict[str, object] = {"title": draw(st.just("Ours") | toml_leaves)}
    for name in draw(st.lists(st.sampled_from(sorted(IN_A_PROFILE)), unique=True)):
        keys = st.sampled_from(IN_A_PROFILE[name]) | anything
        made[name] = draw(st.dictionaries(keys, profile_values, max_size=4) | toml_leaves)
    return made


@fuzz
@given(profiles())
def test_profiles(document: dict[str, object]) -> None:
    import tomlkit

    try:
        words = tomlkit.dumps(document)
    except (ValueError, TypeError):
        return  # what tomlkit cannot write
    try:
        profile, standards = parse_profile("ours.toml", words, Path("ours.toml"))
        assert profile.title and profile.asked and "died" in profile.closing.reasons
        assert fault_of(laid_over(Intervals(), standards)) is None
    except BadConfiguration as error:
        one_line(error)


CELLS = st.one_of(
    anything, WHEN, st.sampled_from(["high", "imminent", "yes", "555-0142", "a@b.example", "Ann"])
)
NAMES = st.sampled_from([name for names in HEADERS.values() for name in names]) | anything


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    import csv

    written = io.StringIO(newline="")
    rows = csv.writer(written, delimiter=draw(st.sampled_from(",;\t")))
    width = draw(st.integers(1, 6))
    rows.writerow(draw(st.lists(NAMES, min_size=width, max_size=width)))
    for _ in range(draw(st.integers(0, 4))):
        count = width if draw(st.integers(0, 9)) else draw(st.integers(0, 8))
        rows.writerow(draw(st.lists(CELLS, min_size=count, max_size=count)))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]))
    return written.getvalue().encode(encoding, "replace")


@fuzz
@given(tables() | st.binary(max_size=300), st.sampled_from([None, "cp1252", "utf-16", "nonsense"]))
def test_spreadsheets(content: bytes, encoding: str | None) -> None:
    try:
        with opened(None, io.BytesIO(content), encoding) as sheet:
            found = settled_orders(sheet)
            reader = Reader(sheet, TODAY, order=None, orders=found, programs=(), program=None)
            for number, cells in sheet.rows():
                known, problems = reader.read(number, cells)
                if problems:  # without any, nothing known is the total of a column
                    assert (known is None) != all(problem.spared for problem in problems)
                for problem in problems:
                    assert "\n" not in text.visible(str(problem))
    except (BadImport, BadValue) as error:
        one_line(error)


# What a catalogue may hold where it means something, and anything else anywhere.
HSDS_NAMES = st.sampled_from(
    (
        "id", "name", "status", "organization", "service", "services", "contents", "phones",
        "number", "languages", "attributes", "taxonomy_term", "minimum_age", "assured_date",
        "services.csv", "organizations.csv", "organization_id", "service_at_locations", "location",
        "domains", "accessibility", "description",
    )
) | st.text(max_size=4)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
JSON_VALUES = st.recursive(
    SCALARS | st.sampled_from(("active", "defunct", "2026-11-01", "food")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HSDS_NAMES, inner, max_size=5),
    max_leaves=20,
)


@fuzz
@given(
    st.binary(max_size=300)
    | JSON_VALUES.map(lambda each: json.dumps(each).encode())
    | JSON_VALUES.map(
        lambda each: json.dumps(
            {"name": "a", "status": "active", "organization": {"name": "b"}, "phones": each,
             "service_at_locations": each, "attributes": each, "minimum_age": each}
        ).encode()
    )
)  # fmt: skip
def test_catalogues(content: bytes) -> None:
    try:
        found = read_catalogue(content, TODAY)
    except BadImport as error:
        one_line(error)
        return
    again = read_catalogue(json.dumps(catalogue(found)).encode(), TODAY)
    assert [each.name for each in again] == [each.name for each in found]
    for each in found:
        for field in FIELDS:
            assert all(said(each, field.key))


@fuzz
@given(
    st.binary(max_size=200)
    | st.lists(anything, max_size=5).map(lambda each: json.dumps(each).encode())
)
def test_access_logs(tmp_path: Path, content: bytes) -> None:
    log = AccessLog(tmp_path / "c.db")
    log.path.write_bytes(content)
    before = len(list(log.read()))
    log.add("2026-11-18T08:00:00Z", "kim", "show", [7])
    assert [each.cases for each in log.read()][before:] == [(7,)]


# --- What other programs read -------------------------------------------------------------------

printable = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Cf"]), min_size=1)


@fuzz
@given(st.lists(printable, min_size=1, max_size=4), printable)
def test_crontabs(program: list[str], caseload: str) -> None:
    assert shlex.split(shell_words([*program, caseload])) == [*program, caseload]
    errand = Errand(
        tuple(program), caseload, (("CASECTL_CONFIG", caseload),), 7, 30, frozenset(range(5)), None
    )
    lines = crontab_lines(errand, "kim")
    assert all("\n" not in line for line in lines)
    for line in lines:
        if line[0] not in "#M":
            # cron ends a command at a bare % and takes the backslash of an escaped one away.
            assert not [i for i, c in enumerate(line) if c == "%" and line[i - 1] != "\\"]
            command = line.split(" ", 5)[5].replace("\\%", "%")
            assert shlex.split(command)[1:] == errand.words()
    for unit in systemd_units(errand).values():
        assert all("\n" not in line for line in unit)
