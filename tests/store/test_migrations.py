"""Migrations: from the oldest schema, empty and populated, whole or not at all, triggers again."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import pytest
from conftest import TODAY, Run
from frozen import thaw
from sqlite_utils import Database as SqliteUtils
from sqlite_utils.migrations import Migrations

from casectl.core.errors import CasectlError
from casectl.core.model import Author
from casectl.core.views import FAIL, OK
from casectl.store import Caseload, caseload, create_caseload, migrations, open_caseload, schema
from casectl.store.blueprint import differences
from casectl.store.derived import CLIENTS_FROM, FACT_COLUMNS, Groups, fact_rows
from casectl.store.recount import Recount
from casectl.store.rows import read_records
from casectl.store.schema import MIGRATIONS, SCHEMA_MARK, SCHEMA_VERSION, mark_of, triggers

AUTHOR = Author("kim", TODAY, f"{TODAY}T08:00:00Z")


@pytest.fixture(params=[False, True], ids=["empty", "populated"])
def oldest(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A caseload as the first casectl left it."""
    path = tmp_path / "caseload.db"
    thaw("v1", path, populated=request.param)
    return path


@pytest.fixture(params=["v1", "v2", "v3", "v4", "v5", "v6", "v7"])
def any_schema(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same people as each casectl left them."""
    path = tmp_path / "caseload.db"
    thaw(request.param, path, populated=True)
    return path


@pytest.fixture
def populated(tmp_path: Path) -> Path:
    """A caseload of this program's schema."""
    path = tmp_path / "caseload.db"
    thaw(f"v{SCHEMA_VERSION}", path, populated=True)
    return path


@pytest.fixture
def add_migration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Make this program one schema newer: ``add_migration(function)``."""

    def add(function: Callable[[SqliteUtils], None]) -> None:
        newer = Migrations("casectl")
        newer()(migrations.m001_caseload)
        newer()(migrations.m002_seals)
        newer()(migrations.m003_working_day)
        newer()(migrations.m004_casework)
        newer()(migrations.m005_with_others)
        newer()(migrations.m006_what_is_known)
        newer()(migrations.m007_people_first)
        newer(name="m_next")(function)
        monkeypatch.setattr(migrations, "migrations", newer)
        monkeypatch.setattr(migrations, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
        monkeypatch.setattr(caseload, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
        with suppress(CasectlError):  # one that fails makes none
            newest = create_caseload(tmp_path / "newest.db", AUTHOR)
            monkeypatch.setattr(schema, "SCHEMA_MARK", mark_of(newest.db))
            newest.close()

    return add


@pytest.fixture
def opened() -> Iterator[Callable[[Path], Caseload]]:
    stores: list[Caseload] = []

    def open_it(path: Path) -> Caseload:
        stores.append(open_caseload(path, AUTHOR))
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


def schema_of(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        ).fetchall()
    finally:
        connection.close()


def test_the_oldest_schema_becomes_the_newest(oldest: Path, tmp_path: Path) -> None:
    open_caseload(oldest, AUTHOR).close()
    fresh = tmp_path / "fresh.db"
    create_caseload(fresh, AUTHOR).close()
    assert schema_of(oldest) == schema_of(fresh), "a landed schema changes by a migration only"


def test_texts_stand_as_their_records_were_made_and_clients_behind_them(
    any_schema: Path, opened: Callable[[Path], Caseload]
) -> None:
    with closing(sqlite3.connect(any_schema)) as connection:
        (before,) = connection.execute("PRAGMA user_version").fetchone()
    store = opened(any_schema)
    texts = store.db.rows("SELECT id, row_id, source FROM search_texts ORDER BY id")
    of_clients = [row["source"] == "clients" for row in texts]
    assert of_clients == sorted(of_clients) == [row["id"] >= CLIENTS_FROM for row in texts]
    assert any(of_clients)
    if before < 7:  # since then each stands where it was written last
        for clients in (False, True):
            ids = [row["row_id"] for row in texts if (row["source"] == "clients") is clients]
            assert ids == sorted(ids)
    assert not Recount(store.db).index_differs()


def test_the_schema_never_changes_without_a_migration(tmp_path: Path) -> None:
    """What every open compares with, and what doctor names differences from, are what is made."""
    marks = {
        2: "e27edc80f49749c4ebb1c9bebc32bc50",
        3: "bdc4bfcf7bba4760ab7972ae6d3d6a48",
        4: "48d7eb0d927281c48a4c20791fd1ec68",
        5: "a16eafb5bf2f0bd2144e0b7988ccbcfa",
        6: "fc5d6d0fbfa5384f68b7377a184b7c6a",
        7: "fc5d6d0fbfa5384f68b7377a184b7c6a",  # the same tables, their texts in another order
    }
    assert marks[SCHEMA_VERSION] == SCHEMA_MARK
    names = tuple(each.name for each in migrations.migrations._migrations)
    assert (names, len(names)) == (MIGRATIONS, SCHEMA_VERSION)
    store = create_caseload(tmp_path / "fresh.db", AUTHOR)
    assert mark_of(store.db) == SCHEMA_MARK
    assert differences(store.db) == []
    store.close()


def test_nothing_is_wrong_with_a_caseload_of_the_oldest_schema(
    oldest: Path, opened: Callable[[Path], Caseload]
) -> None:
    findings = list(opened(oldest).checkup.findings())
    assert {each.name: each.detail for each in findings if each.state != OK} == {}


def test_nothing_is_wrong_with_a_caseload_of_any_schema(
    any_schema: Path, opened: Callable[[Path], Caseload]
) -> None:
    store = opened(any_schema)
    assert [each.name for each in store.checkup.findings() if each.state == FAIL] == []
    assert store.audit.verify().faults == 0


def test_what_a_column_was_added_to_is_held_against_the_journal_as_well(
    any_schema: Path, opened: Callable[[Path], Caseload]
) -> None:
    """Entries of before the column say nothing of it, so nothing may stand there."""
    store = opened(any_schema)
    store.db.execute("INSERT INTO current_operation (id) VALUES (1)")
    store.db.execute("DROP TRIGGER journal_cases_update")
    store.db.execute("UPDATE cases SET planned_on = '2099-01-01' WHERE number = 2")
    store.db.execute("DELETE FROM current_operation")
    findings = {each.name: each.state for each in store.checkup.findings()}
    assert findings["journal"] == FAIL
    verified = store.audit.verify()
    assert str(verified.first).startswith("operation")
    assert "case 2 was altered" in str(verified.first)


def test_a_case_planned_in_the_newest_schema_goes_back_to_no_plan(
    any_schema: Path, opened: Callable[[Path], Caseload]
) -> None:
    store = opened(any_schema)
    maria = store.cases.by_number(1)
    assert maria is not None
    with store.journal.operation("triage") as operation:
        operation.update("cases", maria.id, planned_on="2026-11-27", planned_from=TODAY)
    undone = store.journal.undo()
    assert undone.command == "triage"
    assert store.audit.verify().faults == 0


def test_a_journal_that_was_kept_without_seals_is_sealed_and_chained(
    tmp_path: Path, opened: Callable[[Path], Caseload]
) -> None:
    path = tmp_path / "caseload.db"
    thaw("v1", path, populated=True)
    store = opened(path)
    audited = store.audit.verify()
    assert (audited.operations, audited.changes, audited.faults) == (7, 17, 0)
    assert audited.head == store.audit.head()
    assert (audited.head.operation, audited.head.keyed) == (7, False)
    seals = [row[0] for row in store.db.rows("SELECT seal FROM changes")]
    assert all(re.fullmatch("[0-9a-f]{32}:[0-9a-f]{64}", seal) for seal in seals)
    assert len({seal[:32] for seal in seals}) == len(seals), "each has a salt of its own"
    case = store.cases.by_number(1)
    assert case is not None
    store.notes.add(case, "after the migration", date.fromisoformat(TODAY))
    assert store.audit.verify().faults == 0


def test_a_populated_caseload_of_the_newest_schema_is_not_migrated(
    populated: Path, opened: Callable[[Path], Caseload]
) -> None:
    before = populated.read_bytes()
    opened(populated)
    assert populated.read_bytes() == before


def test_the_people_of_any_schema_are_all_there(any_schema: Path, run: Run) -> None:
    assert [each["client"] for each in run("list --all --json").json] == [
        "Maria Example", "Ola Sample", "Pat Placeholder", "Sam Mock",
    ]  # fmt: skip
    assert run("today --json").json[0]["band"] == "SAFETY"
    assert run("reached 1 'spoke again'").code == 0
    assert run("doctor").code == 0


def drops_triggers(db: SqliteUtils) -> None:
    """What a later migration may do; sqlite-utils drops the table's triggers on the way."""
    db["leaves"].transform(rename={"reason": "words"})  # type: ignore[union-attr]
    db["leaves"].transform(rename={"words": "reason"})  # type: ignore[union-attr]
    db.execute("ALTER TABLE clients ADD COLUMN nickname TEXT")


def test_triggers_are_back_after_a_migration_that_drops_them(
    populated: Path,
    add_migration: Callable[..., None],
    opened: Callable[[Path], Caseload],
) -> None:
    add_migration(drops_triggers)
    store = opened(populated)
    installed = {name for name, sql in schema_of(populated) if sql.startswith("CREATE TRIGGER")}
    assert installed == set(triggers())
    case = store.cases.by_number(1)
    assert case is not None
    before = store.db.value("SELECT count(*) FROM changes")
    store.notes.add(case, "after the migration", date.fromisoformat(TODAY))
    assert store.db.value("SELECT count(*) FROM changes") == before + 1
    assert store.db.value("PRAGMA user_version") == SCHEMA_VERSION + 1
    states = {each.name: each.state for each in store.checkup.findings()}
    assert states["journal"] == states["integrity"] == states["links"] == OK


def test_a_migration_that_fails_changes_nothing(
    populated: Path, add_migration: Callable[..., None]
) -> None:
    before = populated.read_bytes()

    def fails(db: SqliteUtils) -> None:
        drops_triggers(db)
        db.execute("INSERT INTO nowhere VALUES (1)")

    add_migration(fails)
    with pytest.raises(CasectlError, match="nowhere"):
        open_caseload(populated, AUTHOR)
    assert populated.read_bytes() == before


def test_migrating_twice_does_nothing_the_second_time(
    populated: Path,
    add_migration: Callable[..., None],
    opened: Callable[[Path], Caseload],
) -> None:
    add_migration(drops_triggers)
    opened(populated)
    before = schema_of(populated)
    again = opened(populated)
    migrations.migrate(again.db)
    assert schema_of(populated) == before


def test_a_newer_schema_is_refused_by_name(populated: Path, run: Run) -> None:
    connection = sqlite3.connect(populated)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = populated.read_bytes()
    for command in ("today", "reached 1", "note 1 x"):
        result = run(command)
        assert result.code == 1
        assert (
            f"a newer casectl wrote {populated} (schema {SCHEMA_VERSION + 1}, this one"
            in result.err
        )
        assert "upgrade casectl" in result.err
    assert populated.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER journal_notes_insert",
        "CREATE TRIGGER stranger AFTER INSERT ON notes BEGIN DELETE FROM reminders; END",
    ],
)
def test_a_lost_trigger_or_a_foreign_one_stops_writing_and_not_reading(
    populated: Path, run: Run, change: str
) -> None:
    connection = sqlite3.connect(populated)
    connection.execute(change)
    connection.close()
    before = populated.read_bytes()
    assert run("today").code == 0
    assert run("show 1").code == 0
    for command in ("reached 1 spoke", "follow 1 call --due fri", "undo", "set 1 --reason x"):
        result = run(command)
        assert result.code == 1, command
        assert "nothing is written without a journal" in result.err
        assert len(result.err.splitlines()) == 1
    assert populated.read_bytes() == before
    doctor = run("doctor --json")
    assert doctor.code == 1
    schema = next(each for each in doctor.json if each["check"] == "schema")
    assert (schema["state"], schema["do"]) == ("FAIL", "casectl doctor --repair")


def test_repair_puts_the_triggers_back_and_is_on_the_record(populated: Path, run: Run) -> None:
    assert run("note 1 'before the repair'").code == 0
    connection = sqlite3.connect(populated)
    connection.execute("DROP TRIGGER journal_notes_insert")
    connection.execute("DELETE FROM due_facts")
    connection.execute("UPDATE search_texts SET folded = 'something else'")
    connection.commit()
    connection.close()
    assert run("reached 1 spoke").code == 1
    failed = {each["check"] for each in run("doctor --json").json if each["state"] == "FAIL"}
    assert failed == {"schema", "facts", "promise", "search"}
    repaired = run("doctor --repair")
    assert repaired.code == 0, repaired.out
    assert run("history --json").json[0]["command"] == "repair"
    assert run("search rent --json").json
    assert run("reached 1 spoke").code == 0
    assert run("undo").code == 0
    assert run("show 1 --json").json["contacts"][0]["text"] == "spoke of the rent"
    again = run("undo --json").json
    assert again["command"] == "note", "a repair changed no record, so there is nothing to undo"


@pytest.mark.parametrize("version", ["v1", "v2", "v3", "v4", "v5"])
def test_the_facts_of_an_older_caseload_are_worked_out_anew(
    version: str, tmp_path: Path, opened: Callable[[Path], Caseload]
) -> None:
    """Each schema kept fewer facts than this one: what it lacks is owed from the first day on."""
    path = tmp_path / "caseload.db"
    thaw(version, path, populated=True)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("DELETE FROM due_facts")
    connection.close()
    db = opened(path).db
    groups = Groups(db)
    kept = set(map(tuple, db.rows(f"SELECT {', '.join(FACT_COLUMNS)} FROM due_facts")))
    numbers = [row[0] for row in db.rows("SELECT number FROM cases")]
    given = {row for record in read_records(db, numbers) for row in fact_rows(record, groups)}
    assert kept == given
    assert {group.kind for group in groups.known} >= {"contact", "missing"}
