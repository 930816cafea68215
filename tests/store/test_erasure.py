"""Legal erasure: not a byte of the client is left, all of everybody else, and the chain fits."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from torture.desk import a_case, a_client, a_contact, a_promise, state_of

from casectl.core.errors import BadValue, CasectlError
from casectl.core.finding import sought
from casectl.core.model import (
    CLOSED,
    FOLLOW_UP,
    REACHED,
    TRIED,
    Author,
    Case,
    Load,
    Note,
    note_draft,
)
from casectl.core.reminding import Mark
from casectl.core.views import FAIL
from casectl.store import Caseload, create_caseload, open_caseload

DAY = date(2026, 11, 18)
AUTHOR = Author("kim", DAY.isoformat(), f"{DAY}T08:00:00Z")
NAME = "Zyxwvut Fictitious"
# Words that stand nowhere but in what is to be erased.
SECRETS = (
    "Zyxwvut", "zyxwvut", "5550177", "Qwertz Lane", "Frobnish", "quuxschool", "plughword",
    "grualtnote", "wrongword", "rightword", "Wibblewobble", "Gruntleprogram", "snarkreason",
    "mumbleneed", "takenback", "draftword", "doneword", "typoword",
    "halfnote", "jottedword", "planword",
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "caseload.db"


@pytest.fixture
def store(path: Path) -> Iterator[Caseload]:
    store = create_caseload(path, AUTHOR)
    store.db.execute("PRAGMA synchronous = OFF")
    yield store
    store.close()


def taken_in(store: Caseload, name: str, **known: object) -> Case:
    return store.intake.take_in(Load(a_client(name), a_case(DAY, **known)))


def lived_through(store: Caseload) -> Case:
    """A case with everything that a case can leave behind, closed; and one of somebody else."""
    taken_in(store, "Ann Bystander")
    client = a_client(NAME)._replace(
        phone="5550177", address="14 Qwertz Lane", language="Frobnish", safe_contact="typoword"
    )
    case = store.intake.take_in(
        Load(
            client,
            a_case(DAY, program="Gruntleprogram", need="mumbleneed"),
            [a_promise(FOLLOW_UP, DAY, what="call the quuxschool")],
            [a_contact(REACHED, DAY, text="plughword was said")],
            [Note("", "", 0, DAY, "grualtnote " * 2_000)],  # over many pages
        )
    )
    wrong = store.contacts.record(
        case, a_contact(REACHED, DAY, text="wrongword"), command="contact"
    ).contact
    store.contacts.correct(case, wrong, wrong._replace(outcome=TRIED, text="rightword"))
    store.notes.add(case, "takenback", DAY)
    store.journal.undo()
    store.promises.snooze(store.promises.open_of(case), DAY, None, "snarkreason")
    store.promises.end(store.promises.open_of(case), "done", outcome="doneword", command="done")
    case = store.cases.correct_facts(case, {"name": "Wibblewobble Fictitious"}, {})
    store.reminders.mark([Mark(case.id, "contact", "due", "2026-11-18")])
    store.intake.keep_draft("intake", '{"name": "wibblewobble fictitious", "need": "draftword"}')
    store.intake.keep_draft(note_draft(case.id), "halfnote, which could not be saved")
    filed(store, jotted(store, "jottedword"), case)
    with store.journal.operation("triage") as operation:
        operation.update("cases", case.id, planned_on="2026-11-20", planned_reason="planword")
    return store.cases.close(case, "moved away", DAY)


def jotted(store: Caseload, text: str) -> str:
    with store.journal.operation("jot") as operation:
        number = operation.next_number("jot")
        row = {"number": number, "text": text, "on_day": f"{DAY}", "recorded_at": AUTHOR.moment}
        return operation.insert("jots", row)


def filed(store: Caseload, jot: str, case: Case) -> None:
    text = store.db.value("SELECT text FROM jots WHERE id = ?", (jot,))
    with store.journal.operation("file") as operation:
        note = operation.add_note(case.id, text)
        operation.update("jots", jot, filed_as=note, case_id=case.id)


def raw(path: Path) -> bytes:
    """Every byte of the file and of what lies beside it."""
    return b"".join(each.read_bytes() for each in sorted(path.parent.iterdir()) if each.is_file())


def assert_sound(store: Caseload) -> None:
    audited = store.audit.verify()
    assert (audited.faults, audited.first) == (0, None)
    assert [each for each in store.checkup.findings() if each.state == FAIL] == []


def test_not_a_byte_is_left(store: Caseload, path: Path) -> None:
    case = lived_through(store)
    before = raw(path)
    for word in SECRETS:
        assert word.encode() in before, f"{word} is not even there"
    keys = (case.id, case.client_id)
    store.purge.erase([case.number], "asked to be forgotten")
    after = raw(path)
    for word in SECRETS:
        assert word.encode() not in after
        assert word.encode("utf-16-le") not in after
    assert_sound(store)
    assert case.id.encode() in after, "the journal still knows which row it was"
    for table in ("counters", "reminders", "drafts", "search_texts", "due_facts", "due_groups"):
        rows = [str(tuple(row)) for row in store.db.rows(f"SELECT * FROM {table}")]
        assert not any(key in row for key in keys for row in rows), table
    for word in ("grualtnote", "Wibble"):
        assert store.search.find(sought(word, date(2026, 11, 18), None), 5) == []
    assert [each.client for each in store.cases.all(closed=True)] == ["Ann Bystander"]


def test_a_jot_goes_with_the_case_that_it_is_filed_to(store: Caseload, path: Path) -> None:
    """Not with one that it was filed to by mistake: it waits, or is another's by now."""
    case, other = lived_through(store), taken_in(store, "Ben Neighbour")
    waits, moved, gone = (jotted(store, f"{word}word") for word in ("waiting", "moved", "fleeting"))
    for jot in (waits, moved):
        filed(store, jot, case)
        store.journal.undo()
    filed(store, moved, other)
    filed(store, gone, case)
    for _ in range(2):  # the filing, then the filing before it: the jot waits again
        store.journal.undo()
    filed(store, moved, other)
    filed(store, gone, case)
    store.purge.erase([case.number], "asked")
    left = {row[0] for row in store.db.rows("SELECT text FROM jots")}
    assert left == {"waitingword", "movedword"}
    assert b"fleetingword" not in raw(path)
    assert_sound(store)
    with pytest.raises(CasectlError, match="purged since"):
        operation = "SELECT operation_id FROM changes WHERE row_id = ? ORDER BY id LIMIT 1"
        store.journal.undo(store.db.value(operation, (gone,)))
    assert_sound(store)


def test_a_draft_of_somebody_elses_note_stays(store: Caseload) -> None:
    case = lived_through(store)
    other = taken_in(store, "Ben Neighbour")
    store.intake.keep_draft(note_draft(other.id), "half a thought")
    store.purge.erase([case.number], "asked")
    assert store.intake.draft(note_draft(case.id)) is None
    assert store.intake.draft(note_draft(other.id)) == "half a thought"


@pytest.mark.parametrize(
    ("name", "body", "left"),
    [
        ("intake", json.dumps({"name": "Łukasz Żółć", "need": "secret"}), None),
        ("log", json.dumps([["1 call secret", "2026-11-18", "2026-11-18"]]), None),
        (
            "log",
            json.dumps([["1.2 call secret", "", ""], ["2 call", "", ""]]),
            '[["2 call", "", ""]]',
        ),
        ("log", json.dumps([["zolc secret", "", ""], ["1.contact call secret", "", ""]]), None),
        ("log", json.dumps([["12 call at 1", "", ""]]), json.dumps([["12 call at 1", "", ""]])),
        ("day:/dev/pts/1", "note zolc-1 secret", None),
        ("day:/dev/pts/1", "note 1 secret", None),
        ("day:/dev/pts/1", "note 11 call Lukasz Zolc", None),
        ("day:/dev/pts/1", "note 11 the 1 of us", "note 11 the 1 of us"),
        ("day:/dev/pts/1", "[1", "[1"),
        ("intake", json.dumps({"name": "Żółć, Łukasz"}), None),
        ("intake", json.dumps({"name": "Łukasz Other"}), json.dumps({"name": "Łukasz Other"})),
        ("note:other", "Łukasz 1 of their sons", "Łukasz 1 of their sons"),
    ],
)
def test_what_a_draft_says_of_it_goes_as_well(
    store: Caseload, name: str, body: str, left: str | None
) -> None:
    """However it is spelled there, and by whatever its lines name the case."""
    case = taken_in(store, "Łukasz Żółć")
    store.cases.close(case, "moved", DAY)
    store.intake.keep_draft(name, body)
    store.purge.erase([case.number], "asked")
    assert store.intake.draft(name) == left


def test_the_search_index_holds_nothing_of_it(store: Caseload, path: Path) -> None:
    """Not as trigrams either, from which a text could be put together again."""
    taken_in(store, "Ann Bystander")  # a segment of its own: SQLite merges only a few by itself
    case = taken_in(store, NAME)
    store.cases.close(case, "moved", DAY)
    assert b"zyx" in raw(path)
    store.purge.erase([case.number], "asked")
    assert b"zyx" not in raw(path)


def test_what_it_says_of_itself(store: Caseload) -> None:
    case = lived_through(store)
    plan = store.purge.plan([case.number])
    (doomed,) = plan.cases
    assert (doomed.number, doomed.handle, doomed.client) == (2, "fictitious-2", case.client)
    assert (doomed.status, doomed.closed_on) == (CLOSED, "2026-11-18")
    assert (doomed.promises, doomed.contacts, doomed.notes) == (1, 3, 2)
    assert plan.clients == 1
    before = store.audit.verify()
    purged = store.purge.erase([case.number], "asked")
    assert (purged.numbers, purged.clients, purged.records) == ((2,), 1, 11)
    assert purged.entries == plan.entries + purged.records
    assert purged.operation == before.operations + 1
    assert purged.uncompacted is None
    after = store.audit.verify()
    assert after.purged == purged.entries
    assert after.changes == before.changes + purged.records + 1


def test_everybody_else_stays_as_they_were(store: Caseload) -> None:
    lived_through(store)
    other = taken_in(store, "Ben Neighbour")
    store.notes.add(other, "a note of theirs", DAY)
    before = state_of(store)
    store.purge.erase([2], "asked")
    after = state_of(store)
    for table, rows in before.items():
        kept = [row for row in rows if row in after[table]]
        assert kept == after[table], "nothing is there that was not"
    assert len(after["cases"]) == len(before["cases"]) - 1
    assert after["notes"] == [row for row in before["notes"] if "a note of theirs" in row]
    assert store.journal.changes(store.audit.head().operation - 1)[0][2], "and their journal"
    assert_sound(store)


def test_the_heads_that_were_noted_before_are_still_in_the_chain(store: Caseload) -> None:
    case = lived_through(store)
    heads = [store.audit.head()]
    store.purge.erase([case.number], "asked")
    heads.append(store.audit.head())
    assert [store.audit.verify(head.hash).noted for head in heads] == [
        head.operation for head in heads
    ]


def test_under_a_key_as_well(store: Caseload) -> None:
    case = lived_through(store)
    store.audit.rekey(bytes(32))
    store.purge.erase([case.number], "asked")
    assert_sound(store)
    store.audit.rekey(None)
    assert_sound(store)


def test_an_encrypted_file(tmp_path: Path) -> None:
    key = bytes(range(32))
    store = create_caseload(tmp_path / "encrypted.db", AUTHOR, key)
    case = lived_through(store)
    purged = store.purge.erase([case.number], "asked")
    assert purged.uncompacted is None
    assert store.audit.verify().faults == 0
    store.close()
    again = open_caseload(tmp_path / "encrypted.db", AUTHOR, lambda: [key])
    assert again.audit.verify().purged == purged.entries
    again.close()


def test_what_was_purged_and_then_altered_is_found(store: Caseload, path: Path) -> None:
    case = lived_through(store)
    store.purge.erase([case.number], "asked")
    for column, value in (
        ("row_id", "'x'"), ("table_name", "'notes'"), ("case_id", "'x'"), ("seal", "':00'"),
        ("after", "'{}'"), ("before", "'{}'"), ("operation_id", "1"),
    ):  # fmt: skip
        copy = path.with_name("altered.db")
        store.db.execute("VACUUM INTO ?", (str(copy),))
        connection = sqlite3.connect(copy, isolation_level=None)
        connection.execute("DROP TRIGGER keep_changes_update")
        connection.execute(
            f"UPDATE changes SET {column} = {value} WHERE id = "
            "(SELECT min(id) FROM changes WHERE after IS NULL AND before IS NULL)"
        )
        connection.close()
        altered = open_caseload(copy, AUTHOR)
        assert altered.audit.verify().faults, column
        altered.close()
        copy.unlink()


# --- Whose case, whose client -----------------------------------------------------------------


def test_a_client_with_another_case_stays(store: Caseload, path: Path) -> None:
    first = taken_in(store, NAME)
    second = store.intake.take_in(Load(a_client(NAME), a_case(DAY), same_client=first.client_id))
    store.notes.add(first, "grualtnote", DAY)
    store.cases.close(first, "moved", DAY)
    plan = store.purge.plan([first.number])
    assert (len(plan.cases), plan.clients) == (1, 0)
    store.purge.erase([first.number], "asked")
    assert store.cases.client(second.client_id).name == NAME
    assert b"grualtnote" not in raw(path)
    assert_sound(store)
    store.cases.close(second, "moved", DAY)
    store.purge.erase([second.number], "asked")
    assert b"Zyxwvut" not in raw(path)
    assert_sound(store)


def test_a_record_that_was_joined_goes_with_the_case_it_came_with(
    store: Caseload, path: Path
) -> None:
    """Of the joined client only the journal knows; it belongs to the case that it had."""
    keep, join = taken_in(store, "Wibblewobble Kept"), taken_in(store, "Zyxwvut Joined")
    store.cases.merge(keep, join, {}, "Not kept: typoword")
    join = store.cases.by_number(join.number) or join
    for case in (keep, join):
        store.cases.close(case, "moved", DAY)
    plan = store.purge.plan([keep.number])
    assert plan.clients == 0, "the client has another case now"
    store.purge.erase([keep.number], "asked")
    assert store.journal.entry(3), "the merge itself is still known"
    assert b"Zyxwvut" in raw(path)
    assert_sound(store)
    store.purge.erase([join.number], "asked")
    after = raw(path)
    for word in (b"Zyxwvut", b"zyxwvut", b"Wibblewobble", b"typoword"):
        assert word not in after
    assert_sound(store)


def test_an_intake_that_was_undone_is_only_in_the_journal_and_can_be_erased(
    store: Caseload, path: Path
) -> None:
    case = taken_in(store, NAME)
    store.notes.add(case, "grualtnote", DAY)
    store.journal.undo()
    store.journal.undo()
    assert store.cases.all(closed=True) == []
    assert b"Zyxwvut" in raw(path)
    assert store.purge.was_taken_back(case.number)
    (doomed,) = store.purge.plan([case.number]).cases
    assert (doomed.client, doomed.status) == (NAME, None)
    store.purge.erase([case.number], "asked")
    assert b"Zyxwvut" not in raw(path) and b"grualtnote" not in raw(path)
    assert not store.purge.was_taken_back(case.number)
    assert_sound(store)


def test_what_was_undone_of_the_same_client_goes_with_the_last_case(
    store: Caseload, path: Path
) -> None:
    case = taken_in(store, NAME)
    store.intake.take_in(Load(a_client(NAME), a_case(DAY), same_client=case.client_id))
    store.journal.undo()
    store.cases.close(case, "moved", DAY)
    purged = store.purge.erase([case.number], "asked")
    assert purged.numbers == (1, 2)
    assert b"zyxwvut" not in raw(path).lower()
    assert_sound(store)


def test_whoever_else_holds_the_name_is_counted(store: Caseload) -> None:
    other = taken_in(store, "Ann Bystander")
    case = taken_in(store, NAME)
    store.notes.add(other, f"{NAME} is her cousin", DAY)
    store.cases.close(case, "moved", DAY)
    assert store.purge.erase([case.number], "asked").mentions == 1


def test_closed_before_a_day(store: Caseload) -> None:
    for number, closed in enumerate(("2018-01-31", "2019-11-17", "2019-11-18", None), 1):
        case = taken_in(store, f"Mock Number{number}", opened_on=date(2018, 1, 1))
        if closed:
            store.cases.close(case, "moved", date.fromisoformat(closed))
    undone = taken_in(store, "Mock Undone")
    store.journal.undo()
    assert store.purge.closed_before("2019-11-18") == [1, 2]
    assert store.purge.closed_before("2026-11-19") == [1, 2, 3, undone.number]
    assert store.purge.closed_before("2018-01-31") == []
    store.purge.erase([1, 2], "retention")
    assert store.purge.closed_before("2019-11-18") == []
    assert_sound(store)


def test_hundreds_at_once(store: Caseload, path: Path) -> None:
    arriving = a_case(DAY, status=CLOSED, closed_on=DAY, close_reason="snarkreason")
    loads = [Load(a_client(f"Zyxwvut Number{n}"), arriving) for n in range(700)]
    store.intake.load_many(loads)
    taken_in(store, "Ann Bystander")
    purged = store.purge.erase(store.purge.closed_before("2026-11-19"), "retention")
    assert (len(purged.numbers), purged.clients, purged.records) == (700, 700, 1400)
    assert b"Zyxwvut" not in raw(path)
    assert store.audit.verify().purged == 2 * 1400
    assert_sound(store)


# --- Refusals, and what comes after -----------------------------------------------------------


def test_an_open_case_is_not_erased(store: Caseload) -> None:
    case = taken_in(store, NAME)
    before = state_of(store)
    with pytest.raises(BadValue, match="not closed"):
        store.purge.erase([case.number], "asked")
    assert state_of(store) == before
    assert store.audit.head().operation == 1


def test_a_purge_that_fails_erases_nothing(
    store: Caseload, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = lived_through(store)
    before, head = state_of(store), store.audit.head()
    monkeypatch.setattr(type(store.purge), "_blank", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        store.purge.erase([case.number], "asked")
    monkeypatch.undo()
    assert (state_of(store), store.audit.head()) == (before, head)
    assert_sound(store)


def test_a_file_that_cannot_be_written_anew_says_so_and_can_be_later(
    store: Caseload, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = lived_through(store)
    execute = store.db.execute

    def full(sql: str, *values: object) -> int:
        if sql == "VACUUM":
            raise CasectlError("no space left")
        return execute(sql, *values)  # type: ignore[arg-type]

    monkeypatch.setattr(store.db, "execute", full)
    assert store.purge.erase([case.number], "asked").uncompacted == "no space left"
    monkeypatch.undo()
    assert store.journal.gone(case.number)
    assert store.purge.compact() is None
    assert b"Zyxwvut" not in raw(path)
    assert_sound(store)


def test_neither_a_purge_nor_what_it_erased_can_be_undone(store: Caseload) -> None:
    case = lived_through(store)
    other = store.cases.by_number(1)
    assert other is not None
    store.notes.add(other, "later", DAY)
    purged = store.purge.erase([case.number], "asked")
    before = state_of(store)
    for number in (purged.operation, 2, 3, 10):
        with pytest.raises(CasectlError, match="purge"):
            store.journal.undo(number)
    with pytest.raises(CasectlError, match=f"cannot undo operation {purged.operation}: it is a"):
        store.journal.undo()
    with pytest.raises(CasectlError, match="nothing to redo"):
        store.journal.redo()
    assert state_of(store) == before
    store.journal.undo(purged.operation - 1)
    store.notes.add(other, "later still", DAY)
    store.journal.undo()
    store.journal.redo()
    assert_sound(store)


def test_an_import_of_which_one_was_purged_is_not_undone(store: Caseload) -> None:
    arriving = a_case(DAY)
    store.intake.load_many([Load(a_client(f"Mock Number{n}"), arriving) for n in range(3)])
    case = store.cases.by_number(2)
    assert case is not None
    store.cases.close(case, "moved", DAY)
    store.purge.erase([2], "asked")
    with pytest.raises(CasectlError, match="operation 1: it wrote something that was purged"):
        store.journal.undo(1)
    assert_sound(store)


def test_a_number_is_not_given_again(store: Caseload) -> None:
    case = taken_in(store, NAME)
    store.cases.close(case, "moved", DAY)
    store.purge.erase([case.number], "asked")
    assert taken_in(store, "Ann Bystander").number == case.number + 1
    gone = store.journal.gone(case.number)
    assert gone is not None
    assert (gone.number, gone.case_id, gone.operation, gone.day) == (1, case.id, 3, "2026-11-18")
    assert store.journal.gone(2) is None
