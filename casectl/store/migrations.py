"""Making and migrating the schema. Append-only: a landed migration is never edited.

sqlite-utils runs them inside our own immediate transaction; it is imported here and for bulk
inserts only, because it costs a command 100 ms.
"""

from __future__ import annotations

from sqlite_utils import Database as SqliteUtils
from sqlite_utils.migrations import Migrations

from casectl.core.errors import DiskFailed, Kept
from casectl.store.blueprint import put_right
from casectl.store.connection import APPLICATION_ID, Database
from casectl.store.derived import order_texts, refresh_all_facts
from casectl.store.schema import (
    CASEWORK,
    CASEWORK_FROM,
    CHAIN_KEY,
    SCHEMA_VERSION,
    SEALS,
    TABLES,
    WHAT_IS_KNOWN,
    WITH_OTHERS,
    WORKING_DAY,
    statements,
)

migrations = Migrations("casectl")


@migrations()
def m001_caseload(db: SqliteUtils) -> None:
    for statement in statements(TABLES):
        db.execute(statement)


@migrations()
def m002_seals(db: SqliteUtils) -> None:
    from casectl.store.chain import seal_all

    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f'DROP TRIGGER "{name}"')  # the journal is about to be written to
    for statement in statements(SEALS):
        db.execute(statement)
    seal_all(db.conn)


@migrations()
def m003_working_day(db: SqliteUtils) -> None:
    """No case is planned for any day yet, so the due facts stay but for those of some promises."""
    for statement in statements(WORKING_DAY):
        db.execute(statement)


@migrations()
def m004_casework(db: SqliteUtils) -> None:
    """What is on file owes nothing of casework before today."""
    for statement in statements(CASEWORK):
        db.execute(statement)
    if db.execute("SELECT 1 FROM cases LIMIT 1").fetchone():
        day = db.execute("SELECT max(day) FROM operations").fetchone()[0]
        db.execute("INSERT INTO meta (name, value) VALUES (?, ?)", (CASEWORK_FROM, day))


@migrations()
def m005_with_others(db: SqliteUtils) -> None:
    for statement in statements(WITH_OTHERS):
        db.execute(statement)


@migrations()
def m006_what_is_known(db: SqliteUtils) -> None:
    for statement in statements(WHAT_IS_KNOWN):
        db.execute(statement)


@migrations()
def m007_people_first(db: SqliteUtils) -> None:
    """The same texts, in the order that search asks for them."""
    order_texts(db.execute)


def migrate(db: Database, chain_key: bytes | None = None) -> None:
    """Bring the schema up to this program's version, all of it or none of it.

    ``chain_key`` is what a new caseload's journal is linked with: no kill may leave an encrypted
    one without, whose chain anybody could make who opens it.
    """
    try:
        _migrate(db, chain_key)
    except Kept as error:
        raise DiskFailed(
            str(error.args[0]),
            hint="the file has its new schema; repeat the command once the disk is well again",
        ) from None


def _migrate(db: Database, chain_key: bytes | None) -> None:
    def recorded() -> bool:
        return bool(db.value("PRAGMA user_version") == SCHEMA_VERSION)

    with db.translated_errors(), db.transaction(recorded):
        before = db.value("PRAGMA user_version")
        migrations.apply(SqliteUtils(db.connection, execute_plugins=False))
        put_right(db)
        if 0 < before < 7:
            refresh_all_facts(db)
        if chain_key is not None:
            db.execute("INSERT INTO meta (name, value) VALUES (?, ?)", (CHAIN_KEY, chain_key.hex()))
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
