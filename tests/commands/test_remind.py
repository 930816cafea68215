"""remind: what cron, a mail program, a desktop and a calendar get, and when they get it again."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import TODAY, Run
from icalendar import Calendar

from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    DEADLINE,
    FOLLOW_UP,
    Case,
    Client,
    Contact,
    Level,
    Load,
    Promise,
)
from casectl.store import Caseload

NOW = date.fromisoformat(TODAY)  # a Wednesday
DAY = timedelta(days=1)

TakeIn = Callable[..., Case]


def promised(kind: str, what: str, due: date, **more: Any) -> Promise:
    return Promise("", "", 0, kind, what, due)._replace(**more)


@pytest.fixture
def take_in(store: Caseload) -> TakeIn:
    """A client who owes nothing soon but what is promised: reached, assessed, reviewed today."""

    def take_in(name: str, *promises: Promise, urgency: Level = Level.LOW, **more: Any) -> Case:
        case = Case(
            "", 0, "", "", name, ACTIVE, urgency, "low", NOW - 40 * DAY, NOW,
            assessed_on=NOW, crisis_since=NOW if urgency == Level.CRISIS else None,
        )._replace(**more)  # fmt: skip
        reached = Contact("", "", 0, NOW, "reached", "phone", "client", "spoke")
        known = [reached] if urgency < Level.CRISIS else []
        return store.intake.take_in(Load(Client("", name), case, promises, known))

    return take_in


@pytest.fixture
def busy_day(take_in: TakeIn) -> None:
    """One item of every band, and one that falls due in twelve days."""
    take_in(
        "Ada Bello",
        promised(FOLLOW_UP, "call Ada Bello's school", NOW - 3 * DAY, waiting_on="Mrs Ferro"),
        promised(APPOINTMENT, "home visit", NOW, due_time="14:00", place="9 Mill Lane"),
    )
    take_in("Chen Wu", promised(DEADLINE, "hearing", NOW + DAY, subject="court", due_time="09:30"))
    take_in("Dora Eck", promised(FOLLOW_UP, "x", NOW + 99 * DAY), urgency=Level.CRISIS)
    take_in("Finn Gray", promised(FOLLOW_UP, "renew the lease", NOW + 12 * DAY))


def start(*words: str, stdout: Any = subprocess.PIPE, **environment: str) -> Any:
    """The installed program in a process of its own, as cron starts it."""
    return subprocess.run(
        [sys.executable, "-m", "casectl", *words],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


# --- What is told -------------------------------------------------------------------------------


def test_one_line_for_each_item_the_most_pressing_first(run: Run, busy_day: None) -> None:
    result = run("remind")
    assert result.code == 0 and result.err == ""
    assert result.out.splitlines() == [
        "SAFETY          3.safety  D.E.  reach the client",
        "COURT TOMORROW  2.1       C.W.  09:30 hearing",
        "OVERDUE 3d      1.1       A.B.  call A. B.'s school",
        "DUE TODAY       1.2       A.B.  14:00 home visit",
    ]


def test_a_name_that_was_corrected_is_left_out_as_well(run: Run, take_in: TakeIn) -> None:
    take_in("Ada Bello", promised(FOLLOW_UP, "call Bello's school, ask for Cerny", NOW))
    assert "Cerny" in run("remind").out
    run("edit 1 --name 'Ada Cerny'")
    assert "call B.'s school, ask for C." in run("remind").out
    # Back to the first name, then out of the caseload and in again: it still was the other one.
    for number in (2, 1, 4):
        assert run(f"undo {number}").code == 0
    assert "call B.'s school, ask for C." in run("remind").out


@pytest.mark.parametrize("phone", ["", "--phone 555-0199"])
def test_the_name_of_a_record_that_was_joined_is_left_out_as_well(
    run: Run, take_in: TakeIn, phone: str
) -> None:
    """Whether or not anything new was learnt of the client who stays."""
    take_in("Bob Sampleton", promised(FOLLOW_UP, "call Bob Sampleton about rent", NOW))
    run(f"intake 'Ann Example' --new --no-input {phone}")
    assert "call B. S. about rent" in run("remind").out
    assert run("merge 2 1 --yes").code == 0
    for words in ("remind", "remind --json", "remind --format ics"):
        told = run(words).out
        assert "call B. S. about rent" in told, words
        assert "Sampleton" not in told
    assert run("close 1 --reason duplicate --into 2 --yes").code == 0
    for words in ("remind", "remind --json", "remind --format ics"):
        assert "B. S." in run(words).out and "Sampleton" not in run(words).out
    run("intake 'Cleo Third' --new --no-input")
    assert run("merge 3 1 --yes").code == 0
    assert "Sampleton" not in run("remind").out


def test_it_is_the_day_s_list_item_by_item(run: Run, busy_day: None) -> None:
    listed = {
        reason["item"]: reason
        for row in run("today --all --json").json
        for reason in row["reasons"]
        if reason["band"] != "SOON"
    }
    told = run("remind --json").json
    assert {each["item"] for each in told} == set(listed)
    for each in told:
        assert (each["due"], each["band"]) == (
            listed[each["item"]]["due"], listed[each["item"]]["band"],
        )  # fmt: skip


@pytest.mark.parametrize("words", ["", "--once", "--terse", "--format ndjson", "--level crisis"])
def test_nothing_due_is_no_output_and_no_error(run: Run, take_in: TakeIn, words: str) -> None:
    take_in("Finn Gray", promised(FOLLOW_UP, "renew the lease", NOW + 12 * DAY))
    assert run(f"remind {words}") == (0, "", "")
    assert run(f"remind --exit-code {words}") == (0, "", "")


def test_machines_get_an_empty_array_and_an_empty_calendar(run: Run, caseload: None) -> None:
    assert run("remind --json").out == "[]\n"
    out = run("remind --format ics").out
    assert out.startswith("BEGIN:VCALENDAR") and "VEVENT" not in out


def test_exit_code_says_that_something_is_due(run: Run, busy_day: None) -> None:
    assert run("remind").code == 0
    assert run("remind --exit-code").code == 10
    assert run("remind --exit-code --once --format ndjson").code == 10
    assert run("remind --exit-code --once --format ndjson").code == 0  # sent a moment ago


def test_within_adds_what_falls_due_by_then(run: Run, busy_day: None) -> None:
    assert "4.1" not in run("remind --within 'in 11 days'").out
    (soon,) = (each for each in run("remind --within +12d --json").json if each["case"] == 4)
    assert soon["band"] == "SOON" and soon["status"] == "in 12d" and soon["days_late"] == -12
    assert run("remind --within today").out == run("remind").out


def test_level_is_that_level_or_higher(run: Run, busy_day: None) -> None:
    assert [each["case"] for each in run("remind --json --level high").json] == [3]
    assert len(run("remind --json --level low").json) == 4


def test_as_of_looks_at_another_day(run: Run, busy_day: None) -> None:
    assert "OVERDUE 6d" in run("remind --as-of 2026-11-21").out


def test_terse_is_the_number_the_kind_and_the_days(run: Run, busy_day: None) -> None:
    assert run("remind --terse").out.splitlines() == [
        "3.safety  safety, today",
        "2.1       deadline, tomorrow",
        "1.1       follow-up, 3 days late",
        "1.2       appointment, today",
    ]
    assert "4.1       follow-up, in 12 days" in run("remind --terse --within +12d").out


def test_full_names_tells_who_and_where(run: Run, busy_day: None) -> None:
    assert "Ada Bello  call Ada Bello's school" in run("remind --full-names").out
    told = {each["item"]: each for each in run("remind --full-names --json").json}
    assert told["1.1"]["handle"] == "bello-1"
    assert "waiting on Mrs Ferro" in told["1.1"]["why"]
    assert "LOCATION:9 Mill Lane" in run("remind --full-names --format ics").out


@pytest.mark.parametrize(
    "words",
    [
        f"{words} {form}".strip()
        for form in ("", "--json", "--format ndjson", "--format ics")
        for words in ("", "--terse", "--once")
        if "--once" not in words or "ics" not in form
    ],
)
def test_no_format_holds_a_name_a_handle_or_a_place(run: Run, take_in: TakeIn, words: str) -> None:
    take_in(
        "Quillon, Maribel",
        promised(FOLLOW_UP, "call quillon-1: MARIBEL's teacher", NOW, waiting_on="Mr Quillon"),
        promised(APPOINTMENT, "visit Quillons", NOW, due_time="14:00", place="at Maribel's"),
        program="Quillon House",
    )
    assert run("goal add 1 'Maribel keeps her flat' --by +3d").code == 0
    assert run("step add 1 'Quillon calls' --goal 1.g1 --due +4d").code == 0
    result = run(f"remind --within +30d {words}")
    assert result.code == 0 and "follow" in result.out + "follow" * ("--terse" not in words)
    assert "quillon" not in result.out.lower() and "maribel" not in result.out.lower()


# --- JSON and lines of JSON ---------------------------------------------------------------------


def test_json_has_the_keys_of_today_for_one_item(run: Run, busy_day: None) -> None:
    row = set(run("today --json").json[0])
    told = {each["item"]: each for each in run("remind --json").json}
    for each in told.values():
        assert row - set(each) <= {"rank", "next_step", "phone", "safe_contact", "reasons"}
        assert each["handle"] is None and each["program"] is None
    first = told["1.1"]
    assert first["client"] == "A.B." and first["case"] == 1 and first["level"] == 1
    assert first["kind"] == "follow_up" and first["what"] == "call A. B.'s school"
    assert first["due"] == "2026-11-15" and first["days_late"] == 3 and first["band"] == "NOW"
    assert "Ferro" not in first["why"]


def test_ids_are_stable_and_change_with_the_state(run: Run, busy_day: None) -> None:
    def ids(today: str) -> dict[str, str]:
        return {each["item"]: each["id"] for each in run("remind --json", today=today).json}

    first, next_day = ids("2026-11-18"), ids("2026-11-19")
    assert len(set(first.values())) == len(first)
    assert first["1.1"] == next_day["1.1"]  # overdue on both days
    assert first["1.2"] != next_day["1.2"]  # due, then overdue


def test_ndjson_is_the_same_objects_one_on_each_line(run: Run, busy_day: None) -> None:
    lines = run("remind --format ndjson").out.splitlines()
    assert [json.loads(line) for line in lines] == run("remind --format json").json


def test_fields_choose(run: Run, busy_day: None) -> None:
    assert run("remind --fields item,days_late").out.splitlines()[2] == "1.1\t3"
    assert run("remind --json --fields item").json[2] == {"item": "1.1"}
    assert run("remind --format ndjson --fields item").out.splitlines()[2] == '{"item": "1.1"}'
    for form in ("text", "json", "ndjson"):
        result = run(f"remind --format {form} --fields item,colour")
        assert result.code == 2 and "no field 'colour'" in result.err


def test_terse_json_keeps_the_keys_and_says_nothing_typed(run: Run, busy_day: None) -> None:
    for each in run("remind --json --terse").json:
        assert each["what"] is each["why"] is each["client"] is each["handle"] is None
        assert each["kind"] and each["case"]


# --- The calendar -------------------------------------------------------------------------------


def events(text: str) -> dict[str, Any]:
    """The events that a calendar program finds, by the item that each names."""
    found = {}
    for event in Calendar.from_ical(text).walk("VEVENT"):
        name = re.search(r"\b\d+\.\w+", str(event["summary"]))
        assert name
        found[name.group()] = event
    return found


def test_a_calendar_holds_thirty_days(run: Run, busy_day: None) -> None:
    found = events(run("remind --format ics").out)
    within = {each["item"] for each in run("remind --json --within +30d").json}
    assert set(found) == within > {"1.1", "1.2", "2.1", "3.safety", "4.1"}
    assert "4.1" not in events(run("remind --format ics --within +11d").out)


def test_late_items_stand_on_today_and_timed_ones_on_their_hour(run: Run, busy_day: None) -> None:
    found = events(run("remind --format ics").out)
    assert found["1.1"]["dtstart"].dt == NOW
    assert str(found["1.1"]["summary"]) == "OVERDUE 3d: 1.1 A.B. call A. B.'s school"
    assert str(found["1.1"]["description"]) == "Due Sun 15 Nov 2026."
    visit = found["1.2"]["dtstart"].dt.astimezone()
    assert (visit.date(), f"{visit:%H:%M}") == (NOW, "14:00")
    assert str(found["2.1"]["summary"]) == "COURT: 2.1 C.W. hearing"
    assert found["4.1"]["dtstart"].dt == NOW + 12 * DAY


def test_an_event_keeps_its_uid_as_the_days_go_by(run: Run, busy_day: None) -> None:
    def uids(today: str) -> dict[str, str]:
        made = events(run("remind --format ics", today=today).out)
        return {name: str(event["uid"]) for name, event in made.items()}

    first, later = uids("2026-11-18"), uids("2026-11-25")
    assert len(set(first.values())) == len(first)
    assert {name: later[name] for name in first if name in later} == {
        name: uid for name, uid in first.items() if name in later
    }


# --- Once ---------------------------------------------------------------------------------------


def told_on(run: Run, day: date, words: str = "") -> list[str]:
    result = run(f"remind --once --terse {words}", today=day.isoformat())
    assert result.code == 0, result.err
    return [line.split()[0] for line in result.out.splitlines()]


def test_once_tells_when_the_state_changes(run: Run, take_in: TakeIn) -> None:
    take_in("Ada Bello", promised(FOLLOW_UP, "call", NOW + DAY), status="on_hold")
    take_in("Chen Wu", promised(FOLLOW_UP, "call", NOW + DAY))
    told = [later for later in range(17) if "2.1" in told_on(run, NOW + later * DAY, "--level low")]
    assert told == [1, 2, 8, 15]  # due, overdue, one interval missed, two


def test_once_tells_what_cron_slept_through(run: Run, take_in: TakeIn) -> None:
    take_in("Chen Wu", promised(FOLLOW_UP, "call", NOW + DAY))
    assert told_on(run, NOW + 9 * DAY) == ["1.1"]
    assert told_on(run, NOW + 10 * DAY) == []


def test_once_tells_safety_and_deadlines_every_day(run: Run, busy_day: None) -> None:
    assert told_on(run, NOW) == ["3.safety", "2.1", "1.1", "1.2"]
    assert told_on(run, NOW) == []
    assert told_on(run, NOW + DAY) == ["3.safety", "2.1", "1.2", "+1"]
    assert told_on(run, NOW + DAY) == []
    friday = told_on(run, NOW + 2 * DAY)
    assert friday[:2] == ["3.safety", "2.1"] and "1.1" not in friday


def test_the_rest_is_counted_in_one_last_line(run: Run, take_in: TakeIn) -> None:
    take_in("Ada Bello", promised(FOLLOW_UP, "call", NOW), promised(FOLLOW_UP, "write", NOW))
    take_in("Chen Wu", promised(FOLLOW_UP, "call", NOW + DAY))
    assert len(run("remind --once").out.splitlines()) == 2
    assert run("remind --once").out == ""  # nothing new, so not a word of the rest either
    out = run("remind --once --level low", today="2026-11-19").out
    assert len(out.splitlines()) == 3  # two became overdue, one is due
    take_in("Finn Gray", promised(FOLLOW_UP, "call", NOW + 2 * DAY))
    assert run("remind --once", today="2026-11-20").out.splitlines()[-1] == (
        "+2 more still due: casectl today"
    )


def test_the_last_line_is_only_for_people(run: Run, take_in: TakeIn) -> None:
    take_in("Ada Bello", promised(FOLLOW_UP, "call", NOW - DAY), promised(FOLLOW_UP, "x", NOW))
    assert len(run("remind --once --json").json) == 2
    assert len(run("remind --once --json", today="2026-11-19").json) == 1
    assert run("remind --once --json", today="2026-11-19").out == "[]\n"


def test_what_was_done_and_is_owed_again_is_told_again(
    run: Run, store: Caseload, take_in: TakeIn
) -> None:
    case = take_in("Ada Bello", promised(FOLLOW_UP, "x", NOW + 99 * DAY))
    first = NOW + 30 * DAY  # low: a contact every thirty days
    assert told_on(run, first - 8 * DAY) == []
    assert "1.contact" in told_on(run, first)
    assert "1.contact" not in told_on(run, first)
    reached = Contact("", case.id, 0, first, "reached", "phone", "client")
    store.contacts.record(case, reached, command="reached")
    assert "1.contact" not in told_on(run, first + 5 * DAY)
    assert "1.contact" in told_on(run, first + 30 * DAY)


def test_a_snoozed_item_is_told_on_its_new_day(run: Run, store: Caseload, take_in: TakeIn) -> None:
    case = take_in("Ada Bello", promised(FOLLOW_UP, "call", NOW))
    assert told_on(run, NOW) == ["1.1"]
    store.promises.snooze(store.promises.open_of(case), NOW + 5 * DAY, None, "away")
    assert told_on(run, NOW + DAY) == []
    assert told_on(run, NOW + 5 * DAY) == ["1.1"]


def test_marks_of_what_has_ended_are_dropped_and_undo_tells_it_again(
    run: Run, store: Caseload, take_in: TakeIn
) -> None:
    case = take_in("Ada Bello", promised(FOLLOW_UP, "call", NOW), promised(FOLLOW_UP, "x", NOW))
    told_on(run, NOW)
    assert {part for _, part in store.reminders.marks()} == {"1", "2"}
    first = store.promises.numbered(case, 1)
    assert first is not None
    store.promises.end([first], "done", outcome=None, on=NOW, command="done")
    told_on(run, NOW + DAY)
    assert {part for _, part in store.reminders.marks()} == {"2"}
    store.journal.undo()
    assert told_on(run, NOW + DAY) == ["1.1", "+1"]


def test_marks_are_neither_operations_nor_undone(
    run: Run, store: Caseload, take_in: TakeIn
) -> None:
    take_in("Ada Bello", promised(FOLLOW_UP, "call", NOW))
    before = store.journal.entries()
    told_on(run, NOW)
    assert store.journal.entries() == before


# --- At least once ------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("form", ["text", "json", "ndjson"])
def test_a_full_disk_leaves_everything_unsent(busy_day: None, run: Run, form: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = start("remind", "--once", "--format", form, stdout=full)
    assert done.returncode == 1
    assert done.stderr.decode().count("\n") == 1
    assert b"what was not written counts as not sent" in done.stderr
    assert len(told_on(run, NOW)) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break differently there")
@pytest.mark.parametrize("many", [1, 3000])
def test_a_reader_that_left_leaves_everything_unsent(take_in: TakeIn, run: Run, many: int) -> None:
    take_in("Ada Bello", *(promised(FOLLOW_UP, f"call {n}", NOW) for n in range(many)))
    ours, theirs = os.pipe()
    os.close(ours)
    done = start("remind", "--once", stdout=theirs)
    os.close(theirs)
    assert done.returncode == 1
    assert done.stderr.decode().count("\n") == 1 and b"counts as not sent" in done.stderr
    assert len(told_on(run, NOW)) == many


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_head_has_enough_without_an_error(busy_day: None) -> None:
    done = subprocess.run(
        f"'{sys.executable}' -m casectl remind | true; '{sys.executable}' -m casectl remind >&-",
        shell=True, capture_output=True, check=False,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    assert done.stderr.count(b"\n") == 1 and b"standard output is closed" in done.stderr


def test_a_read_only_caseload_fails_before_a_word_is_printed(
    run: Run, busy_day: None, encrypted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if encrypted:
        pytest.skip("it opens the plain driver's file read-only")
    connect = sqlite3.connect

    def read_only(file: str, **more: Any) -> sqlite3.Connection:
        opened: sqlite3.Connection = connect(file.replace("mode=rw", "mode=ro"), **more)
        return opened

    monkeypatch.setattr(sqlite3, "connect", read_only)
    result = run("remind --once")
    assert (result.code, result.out) == (1, "")
    assert result.err.count("\n") == 1 and "read-only" in result.err
    assert run("remind").out  # reading goes on


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_cannot_be_written_fails_before_a_word_is_printed(
    run: Run, busy_day: None, tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    try:
        result = run("remind --once")
    finally:
        tmp_path.chmod(0o700)
    assert (result.code, result.out) == (1, "")


def test_a_caseload_that_another_program_holds_is_busy_before_a_word_is_printed(
    run: Run, busy_day: None, store: Caseload, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casectl.store import connection

    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.6)
    with store.db.transaction():
        result = run("remind --once")
    assert (result.code, result.out) == (75, "")
    assert result.err.count("\n") == 1


# --- Never silence, never a question ------------------------------------------------------------


@pytest.mark.parametrize("words", ["", "--once", "--json", "--format ics", "--exit-code"])
@pytest.mark.parametrize(("content", "code"), [(None, 3), (b"", 1), (b"a letter" * 99, 1)])
def test_a_caseload_that_cannot_be_opened_is_one_line_and_a_failure(
    run: Run, tmp_path: Path, words: str, content: bytes | None, code: int
) -> None:
    if content is not None:
        (tmp_path / "caseload.db").write_bytes(content)
    result = run(f"remind {words}")
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith("casectl: ") and result.err.count("\n") == 1


def test_a_bad_configuration_is_one_line_and_a_failure(
    run: Run, busy_day: None, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text("horizon = 'soon'\n")
    result = run("remind")
    assert (result.code, result.out, result.err.count("\n")) == (78, "", 1)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--within yesterday", "looks ahead"),
        ("--within 03/04", "03/04"),
        ("--within ''", "cannot read"),
        ("--level urgent", "no level 'urgent'"),
        ("--format xml", "no format 'xml'"),
        ("--format ''", "no format ''"),
        ("--json --format ics", "two formats"),
        ("--terse --full-names", "--terse leaves names out"),
        ("--once --as-of fri", "--once marks"),
        ("--once --format ics", "leave --once out"),
        ("--format ics --fields item", "no --fields"),
        ("--as-of never", "never"),
    ],
)
def test_bad_values(run: Run, busy_day: None, words: str, says: str) -> None:
    result = run(f"remind {words}")
    assert (result.code, result.out) == (2, "")
    assert says in result.err and result.err.count("\n") == 1


def test_a_refused_once_marks_nothing(run: Run, busy_day: None, store: Caseload) -> None:
    run("remind --once --fields item,colour")
    assert store.reminders.marks() == {}
    assert len(told_on(run, NOW)) == 4


def test_closed_standard_input_is_no_matter(busy_day: None) -> None:
    done = start("remind")
    assert done.returncode == 0 and done.stdout and not done.stderr


# --- Whatever was typed -------------------------------------------------------------------------


def test_hostile_texts_stay_on_their_line(run: Run, take_in: TakeIn, shared: Path) -> None:
    inputs = json.loads((shared / "data" / "hostile_inputs.json").read_text(encoding="utf-8"))
    texts = [each["input"].replace("\x00", "").strip() for each in inputs]
    for text in texts:
        take_in(text[:200] or "x", promised(FOLLOW_UP, text or "x", NOW))
    for words in ("remind", "remind --full-names", "remind --once", "remind --terse"):
        out = run(words).out
        assert len(out.split("\n")) == len(texts) + 1, words
        assert not {char for char in out if ord(char) < 32 or 127 <= ord(char) < 160} - {"\n"}
        assert not set(out) & set("\u202e\u2066\u2028\u2029\u200f\ufeff")
    assert run("remind --terse").out.isascii()
    assert len(run("remind --json").json) == len(texts)
    assert all(json.loads(line) for line in run("remind --format ndjson").out.splitlines())


def test_an_injected_event_stays_text(run: Run, take_in: TakeIn) -> None:
    injected = "Visit\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:injected"
    take_in(f"Eve {injected}"[:200], promised(FOLLOW_UP, injected, NOW))
    out = run("remind --format ics --within today --full-names").out
    assert out.count("BEGIN:VEVENT\r\n") == 1
    assert "1.1" in events(out)


def test_a_megabyte_is_one_short_line(run: Run, take_in: TakeIn) -> None:
    take_in("Ada Bello", promised(FOLLOW_UP, "A" * 1_000_000, NOW))
    assert len(run("remind").out) < 300
    assert len(run("remind --format ics").out) < 2000
    assert len(run("remind --json").json[0]["what"]) == 1_000_000


@pytest.mark.parametrize("charset", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_without_the_letters_still_gets_the_line(take_in: TakeIn, charset: str) -> None:
    take_in("Ада Белло", promised(FOLLOW_UP, "позвонить в школу", NOW))
    done = start("remind", "--once", PYTHONIOENCODING=charset)
    assert done.returncode == 0 and not done.stderr
    assert done.stdout.startswith(b"DUE TODAY  1.1") and done.stdout.count(b"\n") == 1


def test_a_calendar_is_utf_8_whatever_the_terminal(take_in: TakeIn) -> None:
    take_in("Ada Bello", promised(FOLLOW_UP, "позвонить", NOW))
    done = start("remind", "--format", "ics", PYTHONIOENCODING="ascii")
    assert "1.1 A.B. позвонить" in done.stdout.decode("utf-8")


# --- Its own format, and fast -------------------------------------------------------------------


def test_a_terminal_and_a_pipe_get_the_same(run: Run, busy_day: None) -> None:
    assert run("remind", width=80).out == run("remind").out
    assert run("remind", width=80).out == start("remind", FORCE_COLOR="1").stdout.decode()


SLOW = ("rich", "icalendar", "dateutil", "json", "tomlkit", "tomllib", "sqlite_utils", "csv")


@pytest.mark.parametrize(
    ("words", "needs"),
    [
        ("", set()),
        ("--once --terse", set()),
        ("--within +30d", set()),
        ("--json", {"json"}),
        ("--format ndjson", {"json"}),
        ("--format ics", {"icalendar", "dateutil", "json"}),
    ],
)
def test_it_loads_only_what_it_prints_with(
    busy_day: None, run: Run, words: str, needs: set[str]
) -> None:
    assert run("backup").code == 0, "the day's first run would make one"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "casectl", "remind", *words.split()],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "casectl.core.reminding" in loaded and done.stdout
    assert {name for name in SLOW if name in loaded} <= needs
