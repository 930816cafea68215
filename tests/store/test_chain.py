"""The chain: whatever is altered behind casectl's back is found, and its place named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from frozen import take_people_in

from casectl.core.errors import CasectlError
from casectl.core.model import Author, Case, Client, Load
from casectl.core.views import FAIL, Audited
from casectl.store import audit, create_caseload, open_caseload
from casectl.store.audit import Audit
from casectl.store.chain import Sealer, link_of, seal_all
from casectl.store.schema import CHAIN_KEY, RECORDS

AUTHOR = Author("kim", "2026-11-18", "2026-11-18T08:00:00Z")
TODAY = date(2026, 11, 18)
KEY = bytes(range(32))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people, their history, something undone and done again. Each test gets a copy."""
    path = tmp_path_factory.mktemp("chain") / "made.db"
    store = create_caseload(path, AUTHOR)
    take_people_in(store)
    case = store.cases.by_number(1)
    assert case is not None
    store.cases.set_level(case, urgency=4, risk=None, reason="a threat", on=TODAY)
    store.journal.undo()
    store.journal.redo()
    store.notes.add(case, "the last of all", TODAY)
    store.close()
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    path = tmp_path / "caseload.db"
    shutil.copy(made, path)
    return path


def audited(path: Path, noted: str | None = None) -> Audited:
    store = open_caseload(path, AUTHOR)
    try:
        return store.audit.verify(noted)
    finally:
        store.close()


def first(path: Path) -> str:
    """The first fault in words; "" where there is none."""
    found = audited(path)
    assert (found.first is None) == (found.faults == 0)
    return "" if found.first is None else str(found.first)


def tamper(path: Path, *statements: str) -> None:
    """Change the file as somebody would who knows SQL: the triggers out of the way, then back."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    triggers = triggers_away(connection)
    changed = [connection.execute(statement).rowcount for statement in statements]
    assert all(changed), "the statement found nothing to change"
    put_back(connection, triggers)
    connection.close()


def triggers_away(connection: sqlite3.Connection) -> list[str]:
    """Drop every trigger, and return how they are made."""
    made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = made.fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    return [sql for _, sql in triggers]


def put_back(connection: sqlite3.Connection, triggers: list[str]) -> None:
    for sql in triggers:
        connection.execute(sql)


# What searching reads follows the records; whoever forges a record well forges it as well.
THE_TEXTS_TOO = (
    "DELETE FROM search_texts WHERE folded LIKE 'the last%' OR folded = 'a kind word'",
    "INSERT INTO search_index (search_index) VALUES ('rebuild')",
)
WITHOUT_THE_LAST_NOTE = ("DELETE FROM notes WHERE text LIKE 'the last%'", *THE_TEXTS_TOO)


# --- Untouched ------------------------------------------------------------------------------------


def test_nothing_is_found_where_nothing_was_altered(path: Path) -> None:
    found = audited(path)
    assert (found.operations, found.faults, found.first, found.purged) == (22, 0, None, 0)
    assert (found.head.operation, found.head.keyed) == (22, False)
    assert len(found.head.hash) == 64


def test_every_operation_moves_the_head(path: Path) -> None:
    store = open_caseload(path, AUTHOR)
    heads = [store.audit.head()]
    case = store.cases.all()[0]
    for _ in range(3):
        store.notes.add(case, "the same again", TODAY)
        heads.append(store.audit.head())
    with store.journal.operation("nothing"):
        pass
    assert store.audit.head() == heads[-1], "what changes nothing is no operation"
    store.close()
    assert len({head.hash for head in heads}) == 4
    assert [head.operation for head in heads] == [22, 23, 24, 25]
    assert all(audited(path, head.hash).noted == head.operation for head in heads)


def test_the_same_contents_have_other_seals_each_time(path: Path) -> None:
    """Nobody can try a name on the digest of a change that was purged."""
    store = open_caseload(path, AUTHOR)
    case = store.cases.all()[0]
    store.db.execute("PRAGMA synchronous = OFF")
    for _ in range(300):  # more than the salts that are made at once
        store.notes.add(case, "the same again", TODAY)
    seals = [row[0] for row in store.db.rows("SELECT seal FROM changes")]
    store.close()
    for part in (0, 1):
        assert len({seal.split(":")[part] for seal in seals}) == len(seals)


def test_an_empty_caseload_has_a_head_before_the_first(tmp_path: Path) -> None:
    store = create_caseload(tmp_path / "new.db", AUTHOR)
    assert store.audit.head() == (0, "", False)
    found = store.audit.verify()
    assert (found.operations, found.faults) == (0, 0)
    store.close()


def test_a_statement_that_failed_half_way_and_was_forgiven_breaks_nothing(path: Path) -> None:
    store = open_caseload(path, AUTHOR)
    case = store.cases.all()[0]
    with store.journal.operation("test") as operation:
        operation.add_note(case.id, "before")
        with pytest.raises(CasectlError):
            store.db.execute("UPDATE promises SET number = 1, rev = rev + 1")
        operation.add_note(case.id, "after")
    assert store.audit.verify().faults == 0
    store.close()


def test_an_import_is_sealed_like_single_writes(path: Path) -> None:
    store = open_caseload(path, AUTHOR)
    arriving = Case("", 0, "", "", "", "active", 1, None, TODAY, TODAY)
    loads = [Load(Client("", f"Mock Number{n}"), arriving) for n in range(2_500)]
    store.intake.load_many(loads)
    assert store.audit.verify().faults == 0
    store.journal.undo()
    found = store.audit.verify()
    assert (found.operations, found.faults) == (24, 0)
    assert found.changes > 10_000
    store.close()


# --- Every column of every table ------------------------------------------------------------------

RECORD_COLUMNS = [(table, column) for table, columns in RECORDS.items() for column in columns]
OF_MARIA = {
    "clients": "name LIKE 'Maria%'",
    "cases": "number = 1",
    "own_work": "1",
    "leaves": "1",
    "resources": "1",
}
NAMED = {"own_work": "one's own work", "leaves": "a leave", "resources": "a resource"}  # of no case
ALTERED = (
    "CASE typeof(\"{0}\") WHEN 'integer' THEN \"{0}\" + 50 ELSE coalesce(\"{0}\", '') || 'x' END"
)


def altered(table: str, column: str, where: str) -> str:
    return f'UPDATE {table} SET "{column}" = {ALTERED.format(column)} WHERE {where}'


@pytest.mark.parametrize(("table", "column"), RECORD_COLUMNS)
def test_an_altered_record_is_found(path: Path, table: str, column: str) -> None:
    where = OF_MARIA.get(table, "case_id = (SELECT id FROM cases WHERE number = 1)")
    tamper(path, altered(table, column, f"id = (SELECT max(id) FROM {table} WHERE {where})"))
    found = first(path)
    assert found.startswith("operation "), found
    named = NAMED.get(table, "case 1 ")
    assert named in found
    assert "Example" not in found and "Maria" not in found


@pytest.mark.parametrize("table", RECORDS)
@pytest.mark.parametrize("what", ["removed", "added"])
def test_a_record_that_came_or_went_by_itself_is_found(path: Path, table: str, what: str) -> None:
    rest = ", ".join(
        f'"{name}" + 50' if name == "number" else f'"{name}"' for name in RECORDS[table][1:]
    )
    if what == "removed":
        tamper(path, f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})")
        assert "is gone, and no operation removed it" in first(path)
    else:
        names = ", ".join(f'"{name}"' for name in RECORDS[table])
        tamper(path, f"INSERT INTO {table} ({names}) SELECT 'new', {rest} FROM {table} LIMIT 1")
        assert "was added by no operation" in first(path)


def test_a_record_that_was_altered_and_then_changed_by_the_program_is_found(path: Path) -> None:
    """Its last entry says how it stands, and only the step between two entries is broken."""
    tamper(path, "UPDATE clients SET phone = '555 6666' WHERE name LIKE 'Maria%'")
    store = open_caseload(path, AUTHOR)
    case = store.cases.by_number(1)
    assert case is not None
    store.cases.correct_facts(case, {"email": "maria@example.org"}, {})
    store.close()
    assert first(path) == (
        "operation 23, change 1: a client of case 1 had been altered before that, by no operation"
    )


@pytest.mark.parametrize("column", ["id", "at", "day", "worker", "command", "undoes"])
def test_an_altered_operation_is_found(path: Path, column: str) -> None:
    tamper(path, altered("operations", column, "id = 5"))
    found = first(path)
    assert found.startswith("operation 5 "), found
    if column != "id":
        assert found == "operation 5 was altered after it was recorded"
        assert audited(path).faults == 1


@pytest.mark.parametrize(
    "column",
    ["operation_id", "table_name", "row_id", "case_id", "before", "after", "seal"],
)
@pytest.mark.parametrize("place", ["first", "last"])
def test_an_altered_change_is_found(path: Path, column: str, place: str) -> None:
    chosen = "min(id)" if place == "first" else "max(id)"
    where = f"id = (SELECT {chosen} FROM changes WHERE operation_id = 1)"
    tamper(path, altered("changes", column, where))
    found = first(path)
    if column == "operation_id":
        assert found == "operation 1 was altered after it was recorded"
    else:
        number = 1 if place == "first" else 7
        assert found.startswith(f"operation 1, change {number}: "), found
        assert found.endswith("was altered after it was recorded")


@pytest.mark.parametrize("change", ["salt", "digest", "none", "upper", "no salt", "blank"])
def test_a_seal_is_exact(path: Path, change: str) -> None:
    value = {
        "salt": "'00' || substr(seal, 3)",
        "digest": "substr(seal, 1, 33) || '00' || substr(seal, 36)",
        "none": "NULL",
        "upper": "upper(seal)",
        "no salt": "substr(seal, 33)",
        "blank": "''",
    }[change]
    tamper(path, f"UPDATE changes SET seal = {value} WHERE id = 9")
    assert "was altered after it was recorded" in first(path)


def test_the_number_of_a_change_is_found_to_be_another(path: Path) -> None:
    tamper(path, "UPDATE changes SET id = id + 1000 WHERE id = (SELECT max(id) FROM changes)")
    assert first(path) == "operation 22 was altered after it was recorded"


def test_changes_that_changed_places_are_found(path: Path) -> None:
    tamper(
        path,
        "UPDATE changes SET id = 1000 WHERE id = 3",
        "UPDATE changes SET id = 3 WHERE id = 4",
        "UPDATE changes SET id = 4 WHERE id = 1000",
    )
    assert first(path) == "operation 1 was altered after it was recorded"
    assert audited(path).faults == 1


def test_a_change_sealed_anew_by_somebody_who_knows_how_is_found(path: Path) -> None:
    """Contents, seal and record all fit each other; the link does not."""
    connection = sqlite3.connect(path, isolation_level=None)
    dropped = triggers_away(connection)
    Sealer(connection)
    connection.execute(
        "UPDATE search_texts SET folded = 'a kind word' WHERE folded LIKE 'the last%'"
    )
    connection.execute(THE_TEXTS_TOO[-1])
    connection.execute("UPDATE notes SET text = 'a kind word' WHERE text LIKE 'the last%'")
    (note,) = connection.execute("SELECT id FROM notes WHERE text = 'a kind word'").fetchone()
    connection.execute(
        "UPDATE changes SET after = json_set(after, '$.text', 'a kind word') WHERE row_id = ?",
        (note,),
    )
    connection.execute(
        "UPDATE changes SET seal = seal(table_name, row_id, case_id, before, after) "
        "WHERE row_id = ?",
        (note,),
    )
    put_back(connection, dropped)
    connection.close()
    assert first(path) == "operation 22 was altered after it was recorded"
    assert audited(path).faults == 1


@pytest.mark.parametrize("column", ["operation_id", "hash"])
def test_an_altered_link_is_found_once(path: Path, column: str) -> None:
    tamper(path, altered("chain", column, "operation_id = 5"))
    found = first(path)
    assert found.startswith("operation 5 "), found
    if column == "hash":
        assert audited(path).faults == 1, "the next one fits what it should have been"


def test_text_that_no_program_of_ours_wrote_is_found(path: Path) -> None:
    tamper(path, "UPDATE notes SET text = CAST(x'ff6f' AS TEXT) WHERE text LIKE 'the last%'")
    assert "a note of case 1 was altered" in first(path)
    tamper(path, "UPDATE changes SET before = x'ff00', row_id = x'00' WHERE id = 2")
    assert first(path).startswith("operation 1, change 2: ")


# --- Whole operations ---------------------------------------------------------------------------


def without(number: int, *tables: str) -> list[str]:
    column = {"operations": "id"}
    return [
        f"DELETE FROM {table} WHERE {column.get(table, 'operation_id')} = {number}"
        for table in tables
    ]


def test_an_operation_taken_out_of_the_middle_is_found(path: Path) -> None:
    tamper(path, *without(5, "changes", "operations", "chain"))
    assert first(path) == "operation 5 is missing"


def test_several_that_were_taken_out_are_told_together(path: Path) -> None:
    for number in (4, 5, 6):
        tamper(path, *without(number, "operations"))
    assert first(path) == "operation 4 is missing, and so are all until 6"


def test_the_changes_of_an_operation_taken_out_are_found(path: Path) -> None:
    tamper(path, *without(5, "changes"))
    assert first(path).startswith("operation 5 was altered")


@pytest.mark.parametrize("left", ["nothing", "link", "changes", "sequence"])
def test_an_end_that_was_cut_off_leaves_traces(path: Path, left: str) -> None:
    """The last note, its row and its operation; and, but for one, every trace of them."""
    tamper(path, *WITHOUT_THE_LAST_NOTE)
    tables = {"link": "chain", "changes": "changes"}
    gone = {"changes", "operations", "chain"} - {tables.get(left, "")}
    tamper(path, *without(22, *sorted(gone)))
    if left != "sequence":
        tamper(path, "UPDATE sqlite_sequence SET seq = 21 WHERE name = 'operations'")
    assert first(path) == ("" if left == "nothing" else "operation 22 is missing")


def test_only_a_head_noted_elsewhere_shows_a_clean_cut(path: Path) -> None:
    noted = audited(path).head
    tamper(
        path,
        *WITHOUT_THE_LAST_NOTE,
        *without(22, "changes", "operations", "chain"),
        "UPDATE sqlite_sequence SET seq = 21 WHERE name = 'operations'",
    )
    assert audited(path).faults == 0
    found = audited(path, noted.hash)
    assert (found.faults, found.noted) == (1, None)
    assert "nowhere in the chain" in str(found.first)
    assert audited(path, noted.hash[:8]).faults == 1


def test_only_a_head_noted_elsewhere_shows_a_chain_that_was_made_anew(path: Path) -> None:
    noted = audited(path).head
    tamper(path, "UPDATE operations SET worker = 'sam' WHERE id = 4", "DELETE FROM chain")
    connection = sqlite3.connect(path, isolation_level=None)
    dropped = triggers_away(connection)
    seal_all(connection)
    put_back(connection, dropped)
    connection.close()
    assert audited(path).faults == 0
    assert audited(path, noted.hash).faults == 1


def test_operations_that_another_program_added_are_found(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(
        "INSERT INTO operations (at, day, worker, command) VALUES ('x', 'x', 'eve', 'x')"
    )
    connection.close()
    assert first(path) == "operation 23 is not in the chain"
    store = open_caseload(path, AUTHOR)
    store.notes.add(store.cases.all()[0], "goes on", TODAY)
    store.close()
    assert first(path) == "operation 23 is not in the chain"
    assert audited(path).faults == 1


STRAY = "a note of case 1 stands in the journal under no operation"


@pytest.mark.parametrize("operation", ["0", "-3", "-9223372036854775808", "'x'", "x'00'", "900"])
def test_a_change_of_no_operation_is_found_with_the_record_that_fits_it(
    path: Path, operation: str
) -> None:
    """Another last entry of the note, sealed as one should be, and the note as it says."""
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = triggers_away(connection)
    Sealer(connection)
    connection.execute("UPDATE notes SET text = 'a kind word' WHERE text LIKE 'the last%'")
    connection.execute(
        "INSERT INTO changes (operation_id, table_name, row_id, case_id, before, after, seal) "
        f"SELECT {operation}, table_name, row_id, case_id, after, is_now, "
        "seal(table_name, row_id, case_id, after, is_now) FROM (SELECT *, "
        "json_set(after, '$.text', 'a kind word') AS is_now FROM changes ORDER BY id DESC LIMIT 1)"
    )
    put_back(connection, triggers)
    connection.close()
    assert first(path) == ("operation 23 is missing, and so are all until 900"
                           if operation == "900" else STRAY)  # fmt: skip


@pytest.mark.parametrize("number", [0, -1, -(2**63)])
def test_what_stands_before_the_first_operation_is_found(path: Path, number: int) -> None:
    tamper(path, f"INSERT INTO operations SELECT {number}, at, day, worker, command, undoes "
                 "FROM operations WHERE id = 1")  # fmt: skip
    assert first(path)
    tamper(path, f"DELETE FROM operations WHERE id = {number}")
    assert first(path) == ""
    tamper(path, f"INSERT INTO chain VALUES ({number}, 'x')")
    assert first(path) == "a link of the chain stands where none belongs"


def test_a_change_before_the_first_is_found(path: Path) -> None:
    tamper(path, f"UPDATE changes SET id = {-(2**63)} WHERE id = (SELECT max(id) FROM changes)")
    assert first(path) == "operation 22 was altered after it was recorded"


@pytest.mark.parametrize("seq", ["seq - 1", "seq - 22", "'x'", "NULL"])
def test_a_lowered_count_of_operations_is_found(path: Path, seq: str) -> None:
    tamper(path, f"UPDATE sqlite_sequence SET seq = {seq} WHERE name = 'operations'")
    assert first(path) == "the count of operations was altered"


@pytest.mark.parametrize("table", ["current_operation", "lifted"])
def test_an_operation_that_was_left_open_is_found(path: Path, table: str) -> None:
    tamper(path, f"INSERT INTO {table} VALUES ({'1' if table != 'lifted' else repr('purge')})")
    assert first(path) == "an operation was left open"


# --- What the triggers refuse ---------------------------------------------------------------------


@pytest.fixture
def plain(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection, with nothing of ours switched on."""
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


REWRITES = [
    "INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE rowid = 2",
    "REPLACE INTO {table} SELECT * FROM {table}",
    "INSERT INTO {table} SELECT * FROM {table} WHERE rowid = 2 ON CONFLICT DO UPDATE SET rowid = 9",
    "INSERT OR IGNORE INTO {table} SELECT * FROM {table} WHERE rowid = 2",
    "UPDATE OR REPLACE {table} SET rowid = 3 WHERE rowid = 2",
    "UPDATE OR IGNORE {table} SET rowid = 900 WHERE rowid = 2",
    "UPDATE {table} SET rowid = rowid",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE rowid = 2",
]


@pytest.mark.parametrize("table", ["operations", "changes", "chain"])
@pytest.mark.parametrize("statement", REWRITES)
@pytest.mark.parametrize("recursive", [False, True])
def test_the_journal_cannot_be_rewritten_by_a_plain_statement(
    plain: sqlite3.Connection, path: Path, table: str, statement: str, recursive: bool
) -> None:
    plain.execute(f"PRAGMA recursive_triggers = {recursive:d}")
    before = path.read_bytes()
    with pytest.raises(sqlite3.DatabaseError, match="only grows"):
        plain.execute(statement.format(table=table))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notes SET text = 'x'",
        "DELETE FROM contacts",
        "INSERT OR REPLACE INTO notes SELECT * FROM notes LIMIT 1",
        "UPDATE OR REPLACE cases SET number = 2 WHERE number = 1",
    ],
)
def test_another_program_cannot_write_records_even_in_an_operation(
    plain: sqlite3.Connection, path: Path, statement: str
) -> None:
    plain.execute("BEGIN")
    plain.execute("INSERT INTO operations (at, day, worker, command) VALUES ('x', 'x', 'x', 'x')")
    plain.execute("INSERT INTO current_operation VALUES (20)")
    with pytest.raises(sqlite3.OperationalError, match="no such function: seal"):
        plain.execute(statement)
    plain.execute("ROLLBACK")
    assert first(path) == ""


@pytest.mark.parametrize(
    "values",
    [
        "before = NULL, after = '{{}}', seal = {unsalted}",
        "before = NULL, after = NULL",
        "before = NULL, after = NULL, seal = NULL",
        "before = NULL, after = NULL, seal = {unsalted}, row_id = 'x'",
        "before = NULL, after = NULL, seal = {unsalted}, case_id = 'x'",
        "before = NULL, after = NULL, seal = {unsalted}, table_name = 'x'",
        "before = NULL, after = NULL, seal = {unsalted}, operation_id = 1",
        "before = NULL, after = NULL, seal = {unsalted}, id = id + 1000",
        "before = NULL, after = NULL, seal = ':' || substr(seal, 2)",
    ],
)
def test_lifted_for_a_purge_only_contents_can_be_blanked(
    plain: sqlite3.Connection, values: str
) -> None:
    plain.execute("INSERT INTO lifted VALUES ('purge')")
    unsalted = "substr(seal, instr(seal, ':'))"
    with pytest.raises(sqlite3.DatabaseError, match="only grows"):
        plain.execute(f"UPDATE changes SET {values.format(unsalted=unsalted)} WHERE id = 9")


@pytest.mark.parametrize("what", ["rekey", "anything"])
def test_lifted_for_anything_else_nothing_is_blanked(plain: sqlite3.Connection, what: str) -> None:
    plain.execute("INSERT INTO lifted VALUES (?)", (what,))
    with pytest.raises(sqlite3.DatabaseError, match="only grows"):
        plain.execute(
            "UPDATE changes SET before = NULL, after = NULL, seal = substr(seal, instr(seal, ':'))"
        )


def test_contents_blanked_by_hand_are_found(plain: sqlite3.Connection, path: Path) -> None:
    """The triggers can be told to let it through; the journal then lacks the purge."""
    plain.execute("INSERT INTO lifted VALUES ('purge')")
    plain.execute(
        "UPDATE changes SET before = NULL, after = NULL, seal = substr(seal, instr(seal, ':')) "
        "WHERE id = 9"
    )
    plain.execute("DELETE FROM lifted")
    found = first(path)
    assert found.startswith("operation ") and found.endswith("was blanked, and by no purge")


def test_a_purge_that_nobody_made_is_found(plain: sqlite3.Connection, path: Path) -> None:
    """An entry that claims one, put where no program of ours would seal it."""
    Sealer(plain)
    case = plain.execute("SELECT id FROM cases WHERE number = 1").fetchone()[0]
    plain.execute("INSERT INTO lifted VALUES ('purge')")
    plain.execute(
        "INSERT INTO changes (operation_id, table_name, row_id, case_id, after, seal) VALUES "
        "(22, 'purges', '1', ?, ?, seal('purges', '1', 'x', NULL, NULL))",
        (case, '{"number": 1, "clients": [], "reason": ""}'),
    )
    plain.execute("DELETE FROM lifted")
    assert first(path).startswith("operation 22, change 2: the purge of case 1 was altered")


# --- Keys -----------------------------------------------------------------------------------------


@pytest.fixture
def keyed(path: Path) -> Path:
    store = open_caseload(path, AUTHOR)
    store.audit.rekey(KEY)
    store.close()
    return path


def test_a_chain_under_a_key_fits_and_says_so(keyed: Path) -> None:
    found = audited(keyed)
    assert (found.faults, found.head.keyed, found.operations) == (0, True, 22)
    store = open_caseload(keyed, AUTHOR)
    store.notes.add(store.cases.all()[0], "goes on under it", TODAY)
    assert store.audit.verify().faults == 0
    store.close()


def test_rekeying_back_gives_the_first_chain(path: Path, keyed: Path) -> None:
    store = open_caseload(keyed, AUTHOR)
    under_a_key = store.audit.head()
    store.audit.rekey(None)
    plain = store.audit.head()
    store.audit.rekey(KEY)
    assert store.audit.head() == under_a_key
    assert (plain.keyed, plain.operation) == (False, 22)
    assert plain.hash != under_a_key.hash
    assert not store.db.rows("SELECT * FROM lifted")
    store.close()


def test_without_the_key_nobody_makes_the_links(keyed: Path) -> None:
    tamper(keyed, f"DELETE FROM meta WHERE name = '{CHAIN_KEY}'")
    assert audited(keyed).faults == 22
    assert first(keyed) == "operation 1 was altered after it was recorded"


def test_another_key_fits_nothing(keyed: Path) -> None:
    tamper(keyed, f"UPDATE meta SET value = '{KEY[::-1].hex()}' WHERE name = '{CHAIN_KEY}'")
    assert audited(keyed).faults == 22


def test_rekeying_does_not_mend_what_was_altered(path: Path) -> None:
    tamper(
        path,
        "UPDATE operations SET worker = 'sam' WHERE id = 4",
        "UPDATE chain SET hash = 'x' || hash WHERE operation_id = 8",
    )
    before = audited(path)
    store = open_caseload(path, AUTHOR)
    for key in (KEY, None):
        store.audit.rekey(key)
        after = store.audit.verify()
        assert str(after.first) == str(before.first)
        assert after.faults >= before.faults == 2
    store.close()


def test_a_rekey_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_caseload(path, AUTHOR)
    head = store.audit.head()
    calls: list[int] = []

    def breaks(*values: object) -> str:
        calls.append(1)
        if len(calls) == 9:
            raise KeyboardInterrupt
        return link_of(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(audit, "link_of", breaks)
    with pytest.raises(KeyboardInterrupt):
        store.audit.rekey(KEY)
    monkeypatch.undo()
    assert store.audit.head() == head
    assert store.audit.verify().faults == 0
    store.close()


# --- Others at work, and long journals ------------------------------------------------------------


def test_somebody_who_writes_meanwhile_is_no_fault(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = open_caseload(path, AUTHOR), open_caseload(path, AUTHOR)
    case = writer.cases.all()[0]
    monkeypatch.setattr(audit, "PAGE", 3)
    monkeypatch.setattr(audit, "CHUNK", 2)
    rows, reads = reader.db.rows, [0]

    def rows_with_a_write_between(*asked: object) -> list[sqlite3.Row]:
        reads[0] += 1
        if reads[0] % 3 == 0 and reads[0] < 120:
            writer.cases.set_level(case, urgency=reads[0] % 4 + 1, risk=None, reason="x", on=TODAY)
        return rows(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(reader.db, "rows", rows_with_a_write_between)
    found = reader.audit.verify()
    assert (found.faults, found.first) == (0, None)
    assert writer.audit.verify().operations > 20
    reader.close()
    writer.close()


def test_pages_of_any_size_read_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = audited(path)
    tamper(path, altered("contacts", "text", "text IS NOT NULL"))
    altered_whole = audited(path)
    for page in (1, 2, 7):
        monkeypatch.setattr(audit, "PAGE", page)
        monkeypatch.setattr(audit, "CHUNK", page)
        assert audited(path) == altered_whole
    assert whole.changes == altered_whole.changes


def test_doctor_looks_at_the_chain(path: Path) -> None:
    tamper(path, "UPDATE operations SET day = '2026-11-17' WHERE id = 4")
    store = open_caseload(path, AUTHOR)
    failed = [each for each in store.checkup.findings() if each.state == FAIL]
    store.close()
    assert [(each.name, each.hint) for each in failed] == [("chain", "casectl audit verify")]
    assert failed[0].detail == "operation 4 was altered after it was recorded"


def test_a_repair_is_in_the_chain(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER journal_notes_insert")
    connection.close()
    store = open_caseload(path, AUTHOR)
    store.checkup.repair()
    found = store.audit.verify()
    store.close()
    assert (found.operations, found.faults) == (23, 0)


def test_the_seal_comes_with_the_first_write_only(path: Path) -> None:
    """A command that reads does not pay for it."""
    store = open_caseload(path, AUTHOR)
    store.cases.all()
    assert "_sealer" not in vars(store.journal)
    store.notes.add(store.cases.all()[0], "x", TODAY)
    assert "_sealer" in vars(store.journal)
    store.close()


def test_head_is_what_the_manifest_of_a_backup_notes(path: Path) -> None:
    store = open_caseload(path, AUTHOR)
    backup = store.backups.make()
    assert backup.manifest is not None
    assert backup.manifest.contents.head == Audit(store.db).head()
    store.close()
