"""Whoever can write SQL into a caseload, its key in hand: what they did is named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from frozen import take_people_in
from sqlcipher3 import dbapi2 as sqlcipher

from casectl.core.errors import CasectlError
from casectl.core.model import Author
from casectl.core.reminding import Mark
from casectl.core.views import FAIL, WARN
from casectl.store import Caseload, create_caseload, open_caseload
from casectl.store.blueprint import differences

AUTHOR = Author("kim", "2026-11-18", "2026-11-18T08:00:00Z")
TODAY = date(2026, 11, 18)
KEY = bytes(range(32))


@pytest.fixture(scope="module", params=["plain", "encrypted"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people, their history, a draft and a mark. Each test gets a copy."""
    path = tmp_path_factory.mktemp("tampering") / f"{request.param}.db"
    store = create_caseload(path, AUTHOR, KEY if request.param == "encrypted" else None)
    take_people_in(store)
    case = store.cases.by_number(1)
    assert case is not None
    store.contacts.note(case, "the last of all", TODAY)
    store.intake.keep_draft("note:1", "half a note")
    store.reminders.mark([Mark(case.id, "1", "due", "2026-11-18")])
    store.close()
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    path = tmp_path / made.name
    shutil.copy(made, path)
    return path


@contextmanager
def opened(path: Path) -> Iterator[Caseload]:
    store = open_caseload(path, AUTHOR, lambda: [KEY])
    try:
        yield store
    finally:
        store.close()


def first(path: Path) -> str:
    """The first fault in words; "" where there is none."""
    with opened(path) as store:
        found = store.audit.verify()
    assert (found.first is None) == (found.faults == 0)
    return "" if found.first is None else str(found.first)


@contextmanager
def by_hand(path: Path) -> Iterator[Any]:
    """Another program's connection, with nothing of ours switched on."""
    driver = sqlcipher if path.stem == "encrypted" else sqlite3
    connection = driver.connect(str(path), isolation_level=None)
    if driver is sqlcipher:
        connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    try:
        yield connection
    finally:
        connection.close()


def tamper(path: Path, *statements: str | tuple[str, Sequence[object]]) -> None:
    """Change the file with the triggers out of the way, and then back as they were."""
    with by_hand(path) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for each in statements:
            sql, values = each if isinstance(each, tuple) else (each, ())
            assert connection.execute(sql, values).rowcount, f"found nothing to change: {sql}"
        for _, sql in triggers:
            connection.execute(sql)


# --- The schema -----------------------------------------------------------------------------------

ADDED = {
    "trigger spy": "CREATE TRIGGER spy AFTER INSERT ON notes BEGIN DELETE FROM due_facts; END",
    'trigger odd "name"': 'CREATE TRIGGER "odd ""name""" AFTER INSERT ON meta BEGIN SELECT 1; END',
    "view everybody": "CREATE VIEW everybody AS SELECT * FROM clients",
    "index notes_once": "CREATE UNIQUE INDEX notes_once ON notes (text)",
    "index search_index_x": "CREATE INDEX search_index_x ON due_facts (day)",
}


def with_a_mark_that_fits(connection: Any) -> None:
    """As an older casectl marked the triggers, in the file itself."""
    sql = "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    text = "\n".join(row[0] for row in connection.execute(sql))
    connection.execute(
        "INSERT INTO meta (name, value) VALUES ('triggers', ?)", (f"{crc32(text.encode()):08x}",)
    )


@pytest.mark.parametrize("named", ADDED)
def test_what_was_added_to_the_schema_stops_writing_and_is_named(path: Path, named: str) -> None:
    with by_hand(path) as connection:
        connection.execute(ADDED[named])
        with_a_mark_that_fits(connection)
    assert f"the {named} was added" in first(path)
    with opened(path) as store:
        case = store.cases.all()[0]
        with pytest.raises(CasectlError, match="nothing is written without a journal"):
            store.contacts.note(case, "x", TODAY)
        finding = next(each for each in store.checkup.findings() if each.name == "schema")
        assert (finding.state, finding.hint) == (FAIL, "casectl doctor --repair")
        assert f"the {named} was added" in finding.detail
        store.checkup.repair()
        store.contacts.note(case, "x", TODAY)
        assert differences(store.db) == []
    assert first(path) == ""


@pytest.mark.parametrize("index", ["cases_by_status", "promises_open"])
def test_an_index_that_was_dropped_or_made_otherwise_is_named(path: Path, index: str) -> None:
    for change, what in (
        (f"DROP INDEX {index}", "is missing"),
        (f"CREATE INDEX {index} ON notes (on_day)", "is not as casectl makes it"),
    ):
        with by_hand(path) as connection:
            connection.execute(change)
        assert first(path) == f"the index {index} {what}"
    with opened(path) as store:
        store.checkup.repair()
        assert differences(store.db) == []


def test_a_table_of_another_program_is_named_and_stops_nobody(path: Path) -> None:
    with by_hand(path) as connection:
        connection.execute("CREATE TABLE theirs (a PRIMARY KEY, b)")
        connection.execute("CREATE INDEX theirs_b ON theirs (b)")
    assert first(path) == "the index sqlite_autoindex_theirs_1 was added"
    with opened(path) as store:
        store.contacts.note(store.cases.all()[0], "goes on", TODAY)
        finding = next(each for each in store.checkup.findings() if each.name == "schema")
        assert finding.state == WARN
        store.checkup.repair()
        assert store.db.value("SELECT count(*) FROM theirs") == 0, "it is left as it is"


def test_statistics_that_another_program_gathered_are_no_fault(path: Path) -> None:
    with by_hand(path) as connection:
        connection.execute("ANALYZE")
    assert first(path) == ""
    with opened(path) as store:
        store.contacts.note(store.cases.all()[0], "goes on", TODAY)


def test_a_table_that_was_altered_is_named_and_not_mended(path: Path) -> None:
    with by_hand(path) as connection:
        connection.execute("ALTER TABLE notes ADD COLUMN theirs")
    assert first(path) == "the table notes is not as casectl makes it"
    with opened(path) as store:
        finding = next(each for each in store.checkup.findings() if each.name == "schema")
        assert finding.state == FAIL
        assert finding.hint is not None and "restore a backup" in finding.hint
        store.checkup.repair()
        with pytest.raises(CasectlError, match="nothing is written"):
            store.contacts.note(store.cases.all()[0], "x", TODAY)


def test_a_view_in_the_place_of_a_table_is_named(path: Path) -> None:
    """Whoever is in a crisis is not in it."""
    with by_hand(path) as connection:
        connection.execute("PRAGMA legacy_alter_table = ON")
        connection.execute("ALTER TABLE reminders RENAME TO others")
        connection.execute("CREATE VIEW reminders AS SELECT * FROM others WHERE item <> 'safety'")
    assert "the view reminders was added" in first(path)


@pytest.mark.parametrize("restored", [False, True], ids=["no key", "key restored"])
def test_a_second_row_under_one_key_is_found(path: Path, restored: bool) -> None:
    """The key taken out of the schema, and a row added where no reading by the key comes by."""
    with by_hand(path) as connection:
        (was,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'notes'").fetchone()
        keys = connection.execute(
            "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master "
            "WHERE name LIKE 'sqlite_autoindex_notes%'"
        ).fetchall()
        without = was.replace("TEXT PRIMARY KEY", "TEXT").replace(
            ",\n    UNIQUE (case_id, number)", ""
        )
        assert "UNIQUE" not in without and "PRIMARY" not in without
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_master WHERE name LIKE 'sqlite_autoindex_notes%'")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'notes'", (without,))
        connection.execute("PRAGMA schema_version = 900")
    tamper(
        path,
        "INSERT INTO notes (rowid, id, case_id, number, on_day, text, recorded_at, rev, "
        "updated_at, updated_by) SELECT 0, id, case_id, number, on_day, 'another', recorded_at, "
        "rev, updated_at, updated_by FROM notes ORDER BY rowid DESC LIMIT 1",
    )
    if restored:
        with by_hand(path) as connection:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'notes'", (was,))
            connection.executemany("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", keys)
            connection.execute("PRAGMA schema_version = 901")
    found = first(path)
    if restored:
        assert found.startswith("the table notes is not whole (")
    else:
        assert found == "the index sqlite_autoindex_notes_1 is missing"
