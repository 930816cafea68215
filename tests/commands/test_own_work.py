"""Own work: ``me`` and its items, from the promise to undo, and never taken for a client's."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from conftest import Run
from icalendar import Calendar

from casectl.core.agenda import Ask
from casectl.core.load import minutes_of
from casectl.core.standards import Standards
from casectl.core.views import FAIL
from casectl.store import Caseload

NOW = date(2026, 11, 18)


@pytest.fixture
def low(run: Run, caseload: None) -> None:
    """A low case with a call today, whose other clocks are quiet."""
    assert (
        run("intake 'Bo Sample' --urgency low --risk low --new --next call --due today").code == 0
    )


@pytest.fixture
def crisis(run: Run, low: None) -> None:
    assert run("intake 'Ann Example' --urgency crisis --risk imminent --new").code == 0


def rows(run: Run, more: str = "") -> list[tuple[object, ...]]:
    """Case, handle, item, status and band of each row of the list."""
    return [
        tuple(each[key] for key in ("case", "handle", "client", "item", "status", "band"))
        for each in run(f"today --json {more}").json
    ]


def test_follow_me_says_whose_it_is(run: Run, low: None) -> None:
    said = run(
        "follow me 'team meeting' --due 'fri 14:00' --every week --minutes 60 --kind meeting"
    )
    assert said.out == (
        "Your own work: me.1 follow-up (meeting): team meeting, Fri 20 Nov 2026, 14:00.\n"
        "It repeats every week.\n"
        "60 minutes.\n"
    )
    made = run("follow me 'write the report' --due tomorrow --json").json
    assert (made["case"], made["handle"], made["client"]) == (None, "me", None)
    assert (made["item"], made["due"], made["minutes"]) == ("me.2", "2026-11-19", None)
    assert "is late already" in run("follow me 'old form' --due '9 nov 2026'").out


def test_it_stands_on_the_list_as_a_row_behind_every_safety(run: Run, crisis: None) -> None:
    run("follow me 'supervision' --due '1 oct 2026'")
    run("follow me 'training' --due fri")
    listed = rows(run)
    assert listed[0][3:] == ("2.safety", "SAFETY", "SAFETY")
    assert listed[1] == (None, "me", None, "me.1", "OVERDUE 48d", "NOW")
    assert [row[0] for row in listed] == [2, None, 1]
    (own,) = (each for each in run("today --json").json if each["handle"] == "me")
    assert [each["item"] for each in own["reasons"]] == ["me.1", "me.2"]
    assert (own["level"], own["provisional"]) == (2, False)


def test_a_tie_is_the_clients(run: Run, caseload: None) -> None:
    run("follow me 'supervision' --due today")
    run("intake 'Bo Sample' --urgency medium --risk low --new --next form --due today")
    assert [row[3] for row in rows(run)] == ["1.1", "me.1"]


def test_what_is_counted(run: Run, low: None) -> None:
    run("follow me 'supervision' --due 'today 14:00'")
    out = run("today", width=80).out
    assert "1 open · 2 need you · 0 overdue · 2 due" in out
    assert "  14:00     me.1     supervision\n" in out
    assert "me.1         me                DUE TODAY        2.0  14:00 supervision" in out
    run("follow me 'old form' --due '9 nov 2026'")
    assert "1 open · 2 need you · 1 overdue · 1 due" in run("today", width=80).out
    run("done 1.1")
    run("follow 1 call --due '1 mar 2027'")
    assert "1 open · 1 need you · 1 overdue · 0 due" in run("today", width=80).out


def test_other_programs_and_higher_levels_leave_it_out(run: Run, low: None) -> None:
    run("follow me 'supervision' --due today")
    run("edit 1 --program Housing")
    assert [row[3] for row in rows(run, "--level medium")] == ["me.1"]
    assert rows(run, "--level high") == rows(run, "--program Housing --level medium") == []


def test_with_nobody_on_file_it_is_the_list(run: Run, caseload: None) -> None:
    run("follow me 'supervision' --due 'mon 9:00'")
    assert [row[3] for row in rows(run)] == ["me.1"]
    assert rows(run, "--soon 0") == []
    assert "No open cases" in run("today --soon 0", width=80).out


def test_the_sheets_are_for_clients(run: Run, low: None) -> None:
    run("follow me 'call the union' --due today --kind call")
    run("follow me 'see the new office' --due 'today 9:00' --kind visit")
    for sheet in ("--calls", "--visits", "--sheet"):
        said = run(f"today {sheet}")
        assert said.code == 0, said.err
        assert "me." not in said.out


def test_reminders_and_the_calendar(run: Run, low: None) -> None:
    run("follow me 'supervision' --due 'today 14:00' --minutes 60")
    assert "DUE TODAY  me.1  me    14:00 supervision\n" in run("remind").out
    assert "me.1  follow-up, today\n" in run("remind --terse").out
    (told,) = (each for each in run("remind --json").json if each["item"] == "me.1")
    assert (told["case"], told["handle"], told["id"]) == (None, None, "me.1:2026-11-18:due")
    assert run("remind --full-names --json").json[0]["handle"] == "me"
    (event,) = (
        each
        for each in Calendar.from_ical(run("remind --format ics").out).walk("VEVENT")
        if "me.1" in str(each["summary"])
    )
    assert (event.decoded("dtend") - event.decoded("dtstart")).seconds == 3600
    assert "me.1" in run("remind --once").out
    assert "me.1" not in run("remind --once").out
    assert "me.1" in run("remind --once", today="2026-11-19").out


def test_done_snooze_cancel_and_undo(run: Run, low: None) -> None:
    run("follow me 'supervision' --due today --every week")
    done = run("done 1.1 me.1 'talked it over'").out
    assert "Your own work: done me.1 supervision: talked it over." in done
    assert "Again: me.2 supervision, Wed 25 Nov 2026." in done
    assert "Bo Sample (sample-1): done 1.1 call: talked it over." in done
    assert "me.2 is due Wed 25 Nov" in run("snooze me mon 'on leave'").err, "never to a sooner day"
    moved = run("snooze me '1 dec' 'on leave'").out
    assert "Your own work: me.2 supervision, now Tue 1 Dec 2026, snoozed 1x: on leave." in moved
    assert "cancelled me.2" in run("cancel me.2 'she left'").out
    assert run("cancel me.2 again").code == 2
    undone = run("undo --yes").out
    assert (
        "Undid operation 5 (cancel by kim, Wed 18 Nov):\n  me.2: status open -> cancelled" in undone
    )
    assert "me.2" in run("show me").out
    assert run("redo").code == 0
    assert run("done me").err.startswith("casectl: me has no open follow-up or deadline")
    run("follow me one --due today")
    run("follow me two --due today")
    assert "me has several: me.3 (one), me.4 (two)" in run("done me").err


def test_show_and_history(run: Run, low: None) -> None:
    assert "Nothing is open. casectl follow me TEXT --due WHEN" in run("show me", width=80).out
    run("follow me 'supervision' --due today")
    run("follow me 'training' --due fri")
    run("done me.2 'half of it'")
    shown = run("show me", width=80).out
    assert shown == (
        "Your own work\n"
        "me.1          DUE TODAY       supervision; Wed 18 Nov\n"
        "\n"
        "1 ended: casectl show me --all\n"
    )
    whole = run("show me --all", width=80).out
    assert "me.2          done            Wed 18 Nov, training: half of it" in whole
    file = run("show me --json").json
    assert [each["item"] for each in file["due"]] == ["me.1"]
    assert [(each["item"], each["state"]) for each in file["promises"]] == [
        ("me.1", "open"), ("me.2", "done"),
    ]  # fmt: skip
    assert run("show me").out.startswith("handle\tme\ndue\tme.1 2026-11-18 DUE TODAY supervision")
    told = run("history me --json").json
    assert [each["command"] for each in told] == ["done", "follow", "follow"]
    assert "done: training: half of it" in run("today --done", width=80).out


def test_it_fills_the_day(run: Run, store: Caseload) -> None:
    run("intake 'Bo Sample' --urgency low --risk low --new")
    run("follow me 'training' --due '4 dec' --minutes 90")
    assert "(1 other that day)" in run("follow 1 call --due '4 dec'").out
    assert "(2 others that day)" in run("follow me more --due '4 dec'").out
    items = store.agenda.pressing(Ask(NOW, Standards(), limit=None), date(2026, 12, 4))
    assert [minutes_of(each, {}) for each in items if each.item == "me.1"] == [90]


# --- Never taken for a client's ---------------------------------------------------------------


@pytest.fixture
def client_me(run: Run, low: None) -> None:
    made = run("intake 'Me Example' --urgency low --risk low --new --next form --due today")
    assert "case 2" in made.out


def test_a_client_called_me_goes_by_number_or_handle(run: Run, client_me: None) -> None:
    said = run("follow ME 'supervision' --due fri").out
    assert "Your own work: me.1" in said
    assert "That is your own work; the client of that name is example-2." in said
    assert "Me Example (example-2): 2.2" in run("follow 2 'call' --due fri").out
    assert "Me Example (example-2): 2.3" in run("follow example-2 'call' --due fri").out
    assert run("show me --json").json["case"] is None
    assert run("show 2 --json").json["client"] == "Me Example"


@pytest.mark.parametrize(
    "command",
    [
        "reached me", "tried me.1", "reached me.1 'spoke'", "deadline me court --on fri",
        "appointment me office --at 'fri 9:00'", "note me x", "close me --reason declined",
        "set me --risk low --reason x", "edit me --phone 5", "today --explain me",
        "kept me.1", "missed me.1", "merge me 1", "hold me --until fri", "purge me --reason x",
    ],
)  # fmt: skip
def test_no_other_command_takes_it_for_a_case(
    run: Run, client_me: None, store: Caseload, command: str
) -> None:
    run("follow me 'supervision' --due today")
    before = store.db.value("SELECT max(id) FROM operations")
    refused = run(f"{command} --no-input --yes")
    assert refused.code in (2, 3), refused.out
    assert "me" in refused.err and "Traceback" not in refused.err
    assert store.db.value("SELECT max(id) FROM operations") == before


def test_a_line_of_the_log_is_refused(run: Run, client_me: None) -> None:
    refused = run("log - --yes", stdin="me call talked\n")
    assert refused.code != 0
    assert "your own work" in refused.err


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("follow me x --due fri --waiting-on Ann", "no --waiting-on"),
        ("follow me '' --due fri", "empty"),
        ("follow me x --due 03/04", "could be"),
        ("follow me x --due fri --minutes 0", "from 1 to 1440"),
        ("done me.9", "me has no item me.9; casectl show me lists them"),
        ("done me.contact", "me.contact"),
        ("snooze me.1 yesterday x", "not a later day"),
    ],
)
def test_bad_input_writes_nothing(
    run: Run, low: None, store: Caseload, command: str, says: str
) -> None:
    run("follow me 'supervision' --due today")
    before = store.db.value("SELECT max(id) FROM operations")
    refused = run(command)
    assert refused.code in (2, 3)
    assert says in refused.err
    assert store.db.value("SELECT max(id) FROM operations") == before


def test_private_hides_its_words(run: Run, low: None) -> None:
    run("follow me 'supervision: Bo' --due 'today 14:00'")
    for words in ("today --private", "show me --private", "remind --private", "history --private"):
        for width in (None, 80):
            said = run(words, width=width).out
            assert "supervision" not in said
            assert "me.1" in said


# --- Kept as everything else is ---------------------------------------------------------------


def test_a_purge_leaves_it_and_the_record_verifies(run: Run, low: None, store: Caseload) -> None:
    run("follow me 'supervision' --due today")
    run("close 1 --reason declined --yes")
    assert run("purge 1 --reason asked --yes").code == 0
    assert run("audit verify").code == 0
    assert run("show me --json").json["due"][0]["what"] == "supervision"
    assert run("audit verify").code == 0
    assert [each.name for each in store.checkup.findings() if each.state == FAIL] == []
    run("follow me 'training' --due today")
    run("undo")
    assert "me.3" in run("follow me 'third' --due today").out, "a number is never given twice"


@pytest.mark.plain
def test_a_changed_item_is_found(run: Run, low: None, tmp_path: Path) -> None:
    run("follow me 'supervision' --due today")
    other = sqlite3.connect(tmp_path / "caseload.db")
    other.executescript(
        "DROP TRIGGER journal_own_work_update; UPDATE own_work SET due_on = '2027-01-01';"
    )
    other.close()
    assert run("audit verify").code == 1


def test_a_shell_completes_what_an_option_takes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_CASECTL_COMPLETE", "complete_bash")
    for typed, offered in (
        ("casectl set 1 --risk ", ["none", "low", "moderate", "high", "imminent"]),
        ("casectl intake x --urgency m", ["medium"]),
        ("casectl reached 1 --by v", ["visit", "video"]),
        ("casectl reached 1 --with g", ["guardian"]),
        ("casectl follow 1 call --due t", ["today", "tomorrow", "tue", "thu"]),
        ("casectl deadline 1 x --kind a", ["appeal", "authorization"]),
    ):
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", str(len(typed.split(" ")) - 1))
        assert run("").out.split() == offered, typed


def test_services_and_letters_are_completed_in_a_shell(
    run: Run, client_me: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Example Pantry", "Sample Kitchen"):
        run(f"resource add '{name}' 'food parcels' --domain food")
    monkeypatch.setenv("_CASECTL_COMPLETE", "complete_bash")
    for typed, offered in (
        ("casectl refer 1 ", ["1", "2"]),
        ("casectl resource show 2", ["2"]),
        ("casectl letter 1 c", ["cannot-reach", "closure"]),
        ("casectl letter --copy m", ["missed-appointment"]),
    ):
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", "3")
        assert run("").out.split() == offered, typed


def test_completion(run: Run, client_me: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run("follow me 'supervision' --due today")
    run("follow me 'training' --due today")
    monkeypatch.setenv("_CASECTL_COMPLETE", "complete_bash")
    for typed, offered in (
        ("casectl follow m", ["me"]),
        ("casectl show me", ["me"]),
        ("casectl done me.", ["me.1", "me.2"]),
        ("casectl snooze me.2", ["me.2"]),
        ("casectl tried me", []),
        ("casectl done ", ["sample-1", "example-2"]),
    ):
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", "2")
        assert run("").out.split() == offered, typed
