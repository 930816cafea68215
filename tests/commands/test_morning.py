"""casectl alone: the day's list, what is new since the last morning, and what was left lying."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import monotonic

import pytest
from conftest import Run

from casectl.store import Caseload
from casectl.store.mornings import Mornings, Seen

TUESDAY, WEDNESDAY, THURSDAY = "2026-11-17", "2026-11-18", "2026-11-19"


@pytest.fixture(autouse=True)
def two(run: Run, caseload: None) -> None:
    for command in (
        "intake 'Maria Garcia' --urgency high --risk low --on 2026-11-02 --new",
        "reached 1 spoke --on 2026-11-11 --next 'call school' --due 2026-11-20",
        "intake 'Ben Example' --urgency low --risk low --on 2026-11-16 --new",
        "reached 2 spoke --on 2026-11-16 --next 'call clinic' --due 2026-11-18",
    ):
        assert run(command).code == 0, command


def morning(run: Run, day: str = WEDNESDAY, width: int = 80) -> list[str]:
    result = run("", width=width, today=day)
    assert (result.code, result.err) == (0, "")
    return result.out.splitlines()


def news(run: Run, day: str = WEDNESDAY) -> list[str]:
    """What stands below the list."""
    listed = run("today", width=80, today=day).out.splitlines()
    shown = morning(run, day)
    assert shown[: len(listed)] == listed
    return [line for line in shown[len(listed) :] if line]


def test_the_first_morning_is_the_list(run: Run) -> None:
    assert news(run) == []


def test_what_presses_since_the_last_morning_is_named(run: Run) -> None:
    morning(run, TUESDAY)
    assert news(run) == ["New on the list since Tue 17 Nov: 1.contact 2.1"]


def test_a_second_look_on_the_same_day_says_the_same(run: Run, store: Caseload) -> None:
    morning(run, TUESDAY)
    first = morning(run)
    assert morning(run) == first
    run("reached 2.1 spoke --next later --due 'next fri'")
    assert news(run) == ["New on the list since Tue 17 Nov: 1.contact"]
    assert store.db.value("SELECT count(*) FROM mornings") == 2
    assert news(run, THURSDAY) == []
    assert news(run, "2026-11-20") == ["New on the list since Thu 19 Nov: 1.1"]


def test_after_days_off_it_is_since_the_last_morning(run: Run) -> None:
    morning(run, "2026-11-13")
    assert news(run) == ["New on the list since Fri 13 Nov: 1.contact 2.1"]


def test_today_stays_the_plain_list_and_is_no_morning(run: Run, store: Caseload) -> None:
    run("today", width=80, today=TUESDAY)
    assert store.db.value("SELECT count(*) FROM mornings") == 0
    assert news(run) == []


def test_piped_it_is_the_list_for_machines(run: Run, store: Caseload) -> None:
    morning(run, TUESDAY)
    assert run("").out == run("today").out
    assert store.db.value("SELECT count(*) FROM mornings") == 1


def test_a_new_deadline_is_new(run: Run) -> None:
    morning(run, TUESDAY)
    run("reached 1")
    run("reached 2.1 spoke --next later --due 'next fri'")
    run("deadline 2 'hearing' --on thu --kind court", today=TUESDAY)
    assert news(run) == ["New on the list since Tue 17 Nov: 2.3"]


def test_what_an_undo_opened_again_is_new(run: Run) -> None:
    run("follow 1 'send form' --due 2026-11-16", today="2026-11-16")
    run("done 1.2 sent", today=TUESDAY)
    morning(run, TUESDAY)
    assert "1.2" not in news(run)[0]
    run("undo")
    assert news(run) == ["New on the list since Tue 17 Nov: 1.2 1.contact 2.1"]


def test_who_was_taken_in_meanwhile(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    morning(run, TUESDAY)
    run("intake 'Cleo Own' --risk low --next call --due 'next fri' --new")
    assert "Taken in" not in "".join(news(run))
    with monkeypatch.context() as patch:
        patch.setenv("CASECTL_WORKER", "pat")
        run("intake 'Dee Other' --risk low --next call --due 'next fri' --new")
    assert news(run)[1] == "Taken in since Tue 17 Nov: other-4"
    assert "Taken in since Tue 17 Nov: 4" in morning_private(run)


def morning_private(run: Run) -> str:
    return run("--private", width=80).out


def test_an_import_is_told_of(run: Run, tmp_path: Path) -> None:
    morning(run, TUESDAY)
    people = "".join(f"Eve Trial{letter},low\n" for letter in "abcdefghijkl")
    (tmp_path / "people.csv").write_text(f"name,risk\n{people}", encoding="utf-8")
    assert run(["intake", "--from", str(tmp_path / "people.csv")]).code == 0
    (taken,) = [line for line in news(run) if line.startswith("Taken in")]
    assert taken.startswith("Taken in since Tue 17 Nov: triala-3 trialb-4")
    shown = " ".join(morning(run))
    assert "and 4 more" in shown


def test_jots_are_counted_until_they_are_filed(run: Run) -> None:
    run("jot 'sister called'")
    assert news(run) == ["1 jot to file: casectl jots"]
    run("jot 'another'")
    assert news(run) == ["2 jots to file: casectl jots"]
    run("file 1 1")
    run("jots --drop 2")
    assert news(run) == []


# --- Reminders --------------------------------------------------------------------------------


def test_reminders_that_stay_away_are_told_of(run: Run, store: Caseload) -> None:
    assert news(run) == []
    run("cron")
    said = "Reminders have not run yet: casectl cron prints what runs them, or --off"
    assert news(run) == [said]
    run("remind")
    assert news(run) == []
    mark = f"{os.path.realpath(store.path)}.reminded"
    os.utime(mark, (1_000_000_000, 1_000_000_000))
    late = " ".join(news(run))
    assert re.match(r"Reminders last ran .* 9 Sep 2001 at \d\d:46: casectl cron prints", late)
    run("cron --off")
    assert news(run) == []


# --- What cannot be written -------------------------------------------------------------------


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another program writes, and does not end."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.mark.plain
def test_a_busy_file_hinders_nobody(run: Run, store: Caseload) -> None:
    with held(store.path):
        began = monotonic()
        assert "1.contact" in "".join(morning(run))
        assert monotonic() - began < 10, "a command waits 30 s for its turn"
    assert store.db.value("SELECT count(*) FROM mornings") == 0
    morning(run)
    assert store.db.value("SELECT count(*) FROM mornings") == 1


@pytest.mark.plain
def test_a_file_that_may_only_be_read_hinders_nobody(run: Run, store: Caseload) -> None:
    store.db.execute("CREATE TRIGGER other AFTER DELETE ON notes BEGIN SELECT 1; END")
    assert "1.contact" in "".join(morning(run))
    assert store.db.value("SELECT count(*) FROM mornings") == 0, "nothing is written into it"


@pytest.mark.plain
def test_a_disk_that_takes_nothing_hinders_nobody(
    run: Run, store: Caseload, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Mornings.seen

    def read_only(self: Mornings, today: date) -> Seen:
        """As on a disk that is mounted read-only: SQLite says so once a row is to be written."""
        self.db.connection.execute("PRAGMA query_only = 1")
        return seen(self, today)

    with monkeypatch.context() as patch:
        patch.setattr(Mornings, "seen", read_only)
        assert "1.contact" in "".join(morning(run))
    assert store.db.value("SELECT count(*) FROM mornings") == 0
