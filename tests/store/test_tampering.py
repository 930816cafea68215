"""Whoever can write SQL into a caseload, its key in hand: what they did is named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from frozen import take_people_in
from sqlcipher3 import dbapi2 as sqlcipher

from casectl.core.agenda import Ask
from casectl.core.contacting import new_contact
from casectl.core.errors import CasectlError
from casectl.core.model import Author
from casectl.core.reminding import Mark
from casectl.core.standards import Standards
from casectl.core.views import FAIL, WARN
from casectl.store import Caseload, create_caseload, open_caseload
from casectl.store.blueprint import differences
from casectl.store.schema import OURS

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
    store.notes.add(case, "the last of all", TODAY)
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
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    try:
        yield connection
    finally:
        connection.close()


def tamper(path: Path, *statements: str) -> None:
    """Change the file with the triggers out of the way, and then back as they were."""
    with by_hand(path) as connection:
        connection.execute("BEGIN")
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for each in statements:
            assert connection.execute(each).rowcount, f"found nothing to change: {each}"
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("COMMIT")


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
            store.notes.add(case, "x", TODAY)
        finding = next(each for each in store.checkup.findings() if each.name == "schema")
        assert (finding.state, finding.hint) == (FAIL, "casectl doctor --repair")
        assert f"the {named} was added" in finding.detail
        store.checkup.repair()
        store.notes.add(case, "x", TODAY)
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
        store.notes.add(store.cases.all()[0], "goes on", TODAY)
        finding = next(each for each in store.checkup.findings() if each.name == "schema")
        assert finding.state == WARN
        store.checkup.repair()
        assert store.db.value("SELECT count(*) FROM theirs") == 0, "it is left as it is"


def test_statistics_that_another_program_gathered_are_no_fault(path: Path) -> None:
    with by_hand(path) as connection:
        connection.execute("ANALYZE")
    assert first(path) == ""
    with opened(path) as store:
        store.notes.add(store.cases.all()[0], "goes on", TODAY)


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
            store.notes.add(store.cases.all()[0], "x", TODAY)


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


# --- The rows -------------------------------------------------------------------------------------

TABLES = (
    *(name for name in OURS if name != "search_index"),
    "_sqlite_migrations", "sqlite_sequence", "search_index_data", "search_index_docsize",
)  # fmt: skip
# FTS5 holds its index against the texts itself, and passes over what it does not need there: which
# page to begin at, and settings that it does not know.
LEFT_TO_FTS5 = ("search_index", "search_index_idx", "search_index_config")

# What nothing else in the file speaks of. docs/security.md tells what altering it can do.
ANYTHING = "anything"
UNSEALED: dict[str, set[str]] = {
    "drafts": {ANYTHING},
    "mornings": {ANYTHING},
    "reminders": {ANYTHING},
    "_sqlite_migrations": {"id", "applied_at"},  # when a migration ran
    "counters": {"scope", "added", "value more"},  # of nothing; and numbers that are passed over
    "due_groups": {"added"},  # a group that no case is in
    "sqlite_sequence": {"added"},  # a sequence of no table
    "search_index_data": {"added"},  # a page that no other leads to
}
# A row that means something; elsewhere it is the newest.
CHOSEN = {
    "due_groups": "id = (SELECT min(group_id) FROM due_facts)",
    "due_facts": "number = 1 AND day = (SELECT min(day) FROM due_facts WHERE number = 1)",
    "counters": "scope = 'case'",
    "meta": "name = 'chain_key'",
    "reminders": "state = 'due'",
    "mornings": "day = '2026-11-18'",
}
ALTERED = {
    "more": "CASE typeof({0}) WHEN 'integer' THEN {0} + 50 ELSE coalesce({0}, '') || 'x' END",
    "less": "CASE typeof({0}) WHEN 'integer' THEN {0} - 60 ELSE substr({0}, 2) END",
    "zero": "CASE typeof({0}) WHEN 'integer' THEN 0 ELSE coalesce({0}, '') || char(0) END",
    "bytes": "x'ff00'",
    "nothing": "NULL",
}
# For tables without a row to copy.
ADDED_ROWS = {
    "current_operation": "VALUES (3)",
    "lifted": "VALUES ('purge')",
    "meta": "VALUES ('setting', 'x')",
}


def is_unsealed(table: str, *what: str) -> bool:
    return bool(UNSEALED.get(table, set()) & {*what, ANYTHING})


def columns_of(path: Path, table: str) -> list[str]:
    with by_hand(path) as connection:
        return [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]


def where(table: str) -> str:
    return CHOSEN.get(table) or f'rowid = (SELECT max(rowid) FROM "{table}")'


def happened(path: Path, statement: str) -> bool:
    """Whether it changed a row. Of constraints SQLite makes no exception for anybody."""
    try:
        tamper(path, statement)
    except AssertionError:
        return False
    except (sqlite3.DatabaseError, sqlcipher.DatabaseError) as error:
        assert "constraint" in str(error) or "mismatch" in str(error), error
        return False
    return True


def test_every_table_of_the_file_is_tampered_with(path: Path) -> None:
    with by_hand(path) as connection:
        there = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert {name for (name,) in there} == {*TABLES, *LEFT_TO_FTS5}


@pytest.mark.parametrize("how", ALTERED)
@pytest.mark.parametrize("table", TABLES)
def test_a_row_altered_in_any_column_is_named(
    made: Path, tmp_path: Path, table: str, how: str
) -> None:
    path = tmp_path / made.name
    unseen = []
    for column in columns_of(made, table):
        shutil.copy(made, path)
        value = ALTERED[how].format(f'"{column}"')
        statement = (
            f'UPDATE "{table}" SET "{column}" = {value} '
            f'WHERE {where(table)} AND "{column}" IS NOT ({value})'
        )
        if (
            happened(path, statement)
            and not is_unsealed(table, column, f"{column} {how}")
            and not first(path)
        ):
            unseen.append(column)
    assert unseen == []


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_is_gone_is_named(made: Path, tmp_path: Path, table: str) -> None:
    path = tmp_path / made.name
    for statement in (f'DELETE FROM "{table}" WHERE {where(table)}', f'DELETE FROM "{table}"'):
        shutil.copy(made, path)
        if happened(path, statement) and not is_unsealed(table, "gone"):
            assert first(path), statement


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_was_added_is_named(path: Path, table: str) -> None:
    values = ", ".join(
        f'CASE typeof("{name}") WHEN \'integer\' THEN "{name}" + 1000 '
        f"ELSE coalesce(\"{name}\", '') || 'y' END"
        for name in columns_of(path, table)
    )
    rows = ADDED_ROWS.get(table, f'SELECT {values} FROM "{table}" LIMIT 1')
    assert happened(path, f'INSERT INTO "{table}" {rows}')
    assert first(path) or is_unsealed(table, "added")


@pytest.mark.parametrize(
    ("table", "key"), [("operations", "id"), ("changes", "id"), ("chain", "operation_id")]
)
def test_entries_that_changed_places_are_named(path: Path, table: str, key: str) -> None:
    tamper(
        path,
        f"UPDATE {table} SET {key} = 90000 WHERE {key} = 4",
        f"UPDATE {table} SET {key} = 4 WHERE {key} = 5",
        f"UPDATE {table} SET {key} = 5 WHERE {key} = 90000",
    )
    assert first(path).startswith("operation ")


def test_a_counter_that_forgot_what_was_undone_is_named(path: Path) -> None:
    with opened(path) as store:
        case = store.cases.by_number(1)
        assert case is not None
        store.notes.add(case, "undone again", TODAY)
        store.journal.undo()
        assert store.audit.verify().faults == 0
    tamper(path, "UPDATE counters SET value = value - 1 WHERE scope LIKE '%.n'")
    assert first(path) == (
        "operation 21, change 1: a note of case 1 had a number that its counter knows no more"
    )


def test_a_record_added_under_the_key_of_another_sort_of_record_is_named(path: Path) -> None:
    """The journal knows that key, and a contact without words has no text to search for."""
    with opened(path) as store:
        case = store.cases.by_number(1)
        assert case is not None
        tried = new_contact(
            case, outcome="tried", by="phone", party=None, on_day=TODAY, today=TODAY
        )
        store.contacts.record(case, tried, command="tried")
    tamper(
        path,
        "INSERT INTO notes (id, case_id, number, on_day, text, recorded_at, rev, updated_at, "
        "updated_by) SELECT id, case_id, 9, on_day, '', recorded_at, rev, updated_at, updated_by "
        "FROM contacts WHERE rowid = (SELECT max(rowid) FROM contacts)",
        "UPDATE counters SET value = 9 WHERE scope LIKE '%.n'",
    )
    assert first(path) == "a note of case 1 was added by no operation"


# --- What a single statement can hide -------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM due_facts WHERE number = 2",
        "UPDATE due_facts SET day = '2099-01-01' WHERE number = 2",
        "UPDATE due_facts SET number = 900 WHERE number = 2",
        "UPDATE due_groups SET kind = 'other' WHERE kind = 'safety'",
        "UPDATE due_groups SET reaching = 2 WHERE kind = 'safety'",
    ],
)
def test_a_client_in_crisis_taken_out_of_the_facts_is_named(path: Path, statement: str) -> None:
    tamper(path, statement)
    assert "due facts" in first(path)
    with opened(path) as store:
        store.checkup.repair()
    assert first(path) == ""


@pytest.mark.parametrize(
    "statements",
    [
        ("DELETE FROM search_texts WHERE folded LIKE '%maria%'",),
        ("UPDATE search_texts SET case_id = NULL WHERE source = 'contacts'",),
        (
            "UPDATE search_texts SET folded = 'nobody' WHERE folded LIKE '%maria%'",
            "INSERT INTO search_index (search_index) VALUES ('rebuild')",
        ),
    ],
)
def test_a_record_hidden_from_search_is_named(path: Path, statements: tuple[str, ...]) -> None:
    tamper(path, *statements)
    assert "the searchable texts of" in first(path)


def test_an_index_that_misses_a_text_is_named(path: Path) -> None:
    tamper(
        path,
        "INSERT INTO search_index (search_index, rowid, folded) "
        "SELECT 'delete', id, folded FROM search_texts WHERE folded LIKE '%maria%'",
    )
    assert first(path) == "the search index does not fit its texts (casectl doctor --repair)"


@pytest.mark.parametrize("table", ["notes", "cases", "changes", "chain", "due_facts"])
def test_a_table_that_cannot_be_read_is_named(path: Path, table: str) -> None:
    with by_hand(path) as connection:
        connection.execute("PRAGMA legacy_alter_table = ON")
        connection.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    with opened(path) as store:
        assert store.audit.verify().faults
        assert f"the table {table} is missing" in map(str, differences(store.db))


# --- Older pages ----------------------------------------------------------------------------------

PAGE = 4096


def test_older_pages_put_back_change_nothing_or_are_named(tmp_path: Path) -> None:
    """As a synchronised folder may hand them out: each page is one that our key once sealed."""
    path = tmp_path / "encrypted.db"
    with closing(create_caseload(path, AUTHOR, KEY)) as store:
        take_people_in(store)
        case = store.cases.by_number(4)
        assert case is not None
        store.cases.reopen(case, TODAY, "back again", risk=None, promise=None)
    older = path.read_bytes()
    with opened(path) as store:
        case = store.cases.by_number(4)
        assert case is not None
        store.cases.set_level(case, urgency=4, risk=None, reason="a threat", on=TODAY)
        sound = seen(store)
    newer = path.read_bytes()
    differing = [
        place
        for place in range(0, min(len(older), len(newer)), PAGE)
        if older[place : place + PAGE] != newer[place : place + PAGE]
    ]
    chosen = [*((each,) for each in differing), *combinations(differing, 2)]
    for places in chosen:
        pages = bytearray(newer)
        for place in places:
            pages[place : place + PAGE] = older[place : place + PAGE]
        path.write_bytes(pages)
        try:
            with opened(path) as store:
                as_before, faults = seen(store) == sound, store.audit.verify().faults
        except CasectlError:
            continue
        assert as_before or faults, [each // PAGE for each in places]
    assert len(differing) > 5


def seen(store: Caseload) -> object:
    """What `today` and `show` go by."""
    ask = Ask(TODAY, Standards(), limit=1)
    return store.agenda.rows(ask), store.cases.records(store.cases.all(closed=True))
