"""Backups: checked copies made while others write, and nothing half made, whatever happens."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from conftest import TODAY
from frozen import thaw

from casectl.core.errors import Busy, CasectlError, Locked, NotFound
from casectl.core.fictitious import stories
from casectl.core.model import Author
from casectl.core.standards import Standards
from casectl.core.views import Backup
from casectl.render.backups import made_sentences
from casectl.store import Caseload, backup, create_caseload, open_caseload, slots
from casectl.store.alone import AtWork, alone_in
from casectl.store.backup import Backups, backups_of, folder_of, keys_of
from casectl.store.connection import connect
from casectl.store.manifest import BadBackup, contents_of, difference, read_manifest
from casectl.store.restore import tried_out

KEY, OTHER = bytes(range(32)), bytes(range(32, 64))
MOMENT = "2026-11-22T09:30:00Z"
NAME = "caseload-2026-11-22T093000Z"


def author(moment: str = MOMENT) -> Author:
    return Author("kim", moment[:10], moment)


@pytest.fixture(params=[None, KEY], ids=["plain", "encrypted"])
def key(request: pytest.FixtureRequest) -> bytes | None:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def path(tmp_path: Path, key: bytes | None) -> Path:
    """A caseload with people in it, three days old, in a folder of its own."""
    folder = tmp_path / "own"
    folder.mkdir(mode=0o700)
    path = folder / "caseload.db"
    made = create_caseload(path, author("2026-11-19T09:30:00Z"), key)
    made.intake.load_many(stories(1, 8, date.fromisoformat(TODAY), Standards()))
    made.close()
    if key is not None:
        slots.add_recovery(slots.folder_of(path), [key], slots.new_code())
    return path


Opened = Callable[..., Caseload]


@pytest.fixture
def opened(path: Path, key: bytes | None) -> Iterator[Opened]:
    stores: list[Caseload] = []

    def open_it(moment: str = MOMENT, at: Path = path, by: bytes | None = key) -> Caseload:
        stores.append(open_caseload(at, author(moment), lambda: [by] if by else []))
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Opened) -> Caseload:
    return opened()


def note(store: Caseload, text: str = "spoke") -> None:
    case = store.cases.by_number(1)
    assert case is not None
    store.notes.add(case, text, date.fromisoformat(TODAY))


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()} if folder.exists() else set()


# --- Making one -----------------------------------------------------------------------------


def test_a_backup_is_the_caseload(store: Caseload, path: Path, key: bytes | None) -> None:
    made = store.backups.make()
    assert made.path == folder_of(path) / f"{NAME}.db"
    assert made.manifest is not None
    assert made.manifest == read_manifest(made.path)
    assert (made.made_at, made.manifest.reason) == (MOMENT, "asked")
    assert made.size == made.path.stat().st_size == made.manifest.size
    assert made.manifest.encrypted == (key is not None)
    assert made.manifest.contents == contents_of(store.db)
    assert made.manifest.contents.head == store.audit.head()
    copy = connect(made.path, lambda: [key] if key else [])
    for table in made.manifest.contents.rows:
        rows = f'SELECT * FROM "{table}"'
        assert [tuple(row) for row in copy.rows(rows)] == [tuple(r) for r in store.db.rows(rows)]
    copy.close()
    expected = {f"{NAME}.db", f"{NAME}.json"} | ({f"{NAME}.db.keys"} if key else set())
    assert names(folder_of(path)) == expected


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_it_is_private_whatever_the_umask(
    store: Caseload, path: Path, umask: int, tmp_path: Path
) -> None:
    old = os.umask(umask)
    try:
        store.backups.make()
        store.backups.make(to=tmp_path / "stick")
        assert os.umask(umask) == umask
    finally:
        os.umask(old)
    for folder in (folder_of(path), tmp_path / "stick"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for each in folder.rglob("*"):
            wanted = 0o700 if each.is_dir() else 0o600
            assert stat.S_IMODE(each.stat().st_mode) == wanted, each


def test_encrypted_ones_hold_no_word_of_a_client(tmp_path: Path) -> None:
    path = tmp_path / "caseload.db"
    made = create_caseload(path, author(), KEY)
    made.intake.load_many(stories(1, 8, date.fromisoformat(TODAY), Standards()))
    name = made.cases.by_number(1).client.split()[0].encode()  # type: ignore[union-attr]
    elsewhere = made.backups.make(to=tmp_path / "stick")
    here = made.backups.make()
    made.close()
    for each in (path, elsewhere.path, here.path):
        held = each.read_bytes()
        assert name not in held
        assert not held.startswith(b"SQLite format 3")
        assert b"CREATE TABLE" not in held
    for each in (elsewhere.path, here.path):
        with pytest.raises(Locked):
            connect(each, lambda: [OTHER])


def test_what_else_lies_among_the_slots_goes_nowhere(store: Caseload, path: Path) -> None:
    """A person may keep the key file there, and a backup goes to other disks."""
    folder = slots.folder_of(path)
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "key").write_text("f" * 64)
    (folder / "large").write_bytes(bytes(2 * backup.LARGEST_SLOT))
    made = store.backups.make()
    assert not (keys_of(made.path) / "key").exists()
    assert not (keys_of(made.path) / "large").exists()


def test_its_slots_open_it_alone(store: Caseload, path: Path, key: bytes | None) -> None:
    if key is None:
        return
    code = slots.new_code()
    slots.add_recovery(slots.folder_of(path), [key], code)
    made = store.backups.make()
    found = slots.open_recovery(slots.folder_of(made.path), code)
    connect(made.path, lambda: found).close()


def test_a_key_file_alone_leaves_an_empty_folder_that_says_encrypted(tmp_path: Path) -> None:
    made = create_caseload(tmp_path / "caseload.db", author(), KEY)
    copy = made.backups.make()
    made.close()
    assert names(keys_of(copy.path)) == set()


def test_two_in_one_second(store: Caseload, path: Path) -> None:
    first, second, third = (store.backups.make(to=path.parent / "x") for _ in range(3))
    assert [each.path.stem for each in (first, second, third)] == [NAME, f"{NAME}-2", f"{NAME}-3"]
    assert [each.path for each in backups_of(path, path.parent / "x")] == [
        third.path, second.path, first.path,
    ]  # fmt: skip


def test_elsewhere_nothing_is_ever_removed(opened: Opened, path: Path, tmp_path: Path) -> None:
    for hour in range(10, 14):
        opened(f"2026-11-22T{hour}:00:00Z").backups.make(to=tmp_path / "stick")
        opened(f"2026-11-22T{hour}:00:00Z").backups.make()
    assert len(backups_of(path, tmp_path / "stick")) == 4
    assert [each.made_at for each in backups_of(path)] == ["2026-11-22T13:00:00Z"]


def test_old_ones_go_whole_and_others_files_stay(opened: Opened, path: Path) -> None:
    folder = folder_of(path)
    for day in range(1, 20):
        opened(f"2026-10-{day:02}T10:00:00Z").backups.make()
        opened(f"2026-10-{day:02}T11:00:00Z").backups.make()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    (folder / "another-2026-01-01T100000Z.db").write_text("another's", encoding="utf-8")
    store = opened("2026-10-20T10:00:00Z")
    store.backups.make()
    there = [each.made_at[:10] for each in store.backups.all()]
    assert there == [
        "2026-10-20", "2026-10-19", "2026-10-18", "2026-10-17", "2026-10-16", "2026-10-15",
        "2026-10-14", "2026-10-11", "2026-10-04",
    ]  # fmt: skip
    stems = {name.partition(".")[0] for name in names(folder) if name.startswith("caseload-")}
    assert len(stems) == len(there)
    assert {"notes.txt", "another-2026-01-01T100000Z.db"} <= names(folder)


def test_a_failed_backup_drops_no_old_one(
    opened: Opened, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened("2026-11-22T08:00:00Z").backups.make()
    before = names(folder_of(path))

    def refuses(*_: object) -> None:
        raise BadBackup("the copy is damaged (for this test)")

    monkeypatch.setattr(backup, "check", refuses)
    with pytest.raises(BadBackup, match="no backup was made: the copy is damaged"):
        opened().backups.make()
    assert names(folder_of(path)) == before


# --- What it refuses ------------------------------------------------------------------------


def test_a_damaged_caseload_is_not_backed_up(store: Caseload, path: Path) -> None:
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 8192 * 4096
    whole[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(whole)
    store.db.connection.execute("PRAGMA cache_size = 0")
    store.db.connection.execute("PRAGMA shrink_memory")
    with pytest.raises(CasectlError, match=r"damaged|cannot read|not a casectl") as caught:
        store.backups.make()
    assert ".new" not in str(caught.value), "no name of a file that is gone"
    assert names(folder_of(path)) == set()


def test_broken_links_are_copied_and_told(tmp_path: Path) -> None:
    """Better a copy of a caseload with a fault in it than none, or no migration and no list."""
    path = tmp_path / "caseload.db"
    thaw("v1", path, populated=True)
    connection = sqlite3.connect(path)
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("DELETE FROM clients WHERE name = 'Sam Mock'")
    connection.commit()
    connection.close()
    store = open_caseload(path, author())
    made = store.backups.make()
    store.close()
    assert made.manifest is not None
    assert made.manifest.broken_links == 1
    assert "But 1 row in it is of no case or client, as in the caseload: casectl doctor" in (
        made_sentences(made, elsewhere=True)
    )
    assert tried_out(made.path, None) == made.manifest.contents
    made.path.with_suffix(".json").unlink()
    with pytest.raises(BadBackup, match="1 rows of no case or client"):
        tried_out(made.path, None)


def test_a_link_as_folder(store: Caseload, path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder_of(path).symlink_to(elsewhere)
    with pytest.raises(CasectlError, match="is a link"):
        store.backups.make()
    assert names(elsewhere) == set()
    # One that is named on the command line is another matter: a stick's mount point may be one.
    link = tmp_path / "stick"
    link.symlink_to(elsewhere)
    made = store.backups.make(to=link)
    assert made.path == elsewhere / f"{NAME}.db"


def test_a_link_in_the_place_of_a_copy(store: Caseload, path: Path, tmp_path: Path) -> None:
    folder_of(path).mkdir(mode=0o700)
    target = tmp_path / "target"
    target.write_text("mine", encoding="utf-8")
    (folder_of(path) / f"{NAME}.db").symlink_to(target)
    assert store.backups.make().path.name == f"{NAME}-2.db"
    assert target.read_text(encoding="utf-8") == "mine"
    assert [each.path.name for each in backups_of(path)] == [f"{NAME}-2.db"], "a link is none"


def test_a_caseload_behind_a_link_has_its_backups_beside_the_file(
    path: Path, tmp_path: Path, opened: Opened
) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(path)
    assert opened(at=link).backups.make().path.parent == folder_of(path) == folder_of(link)


def test_folders_that_are_none(store: Caseload, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is its disk there"):
        store.backups.make(to=tmp_path / "not" / "there")
    (tmp_path / "file").touch()
    with pytest.raises(CasectlError, match="is not a folder"):
        store.backups.make(to=tmp_path / "file")
    with pytest.raises(CasectlError):
        store.backups.make(to=tmp_path / "file" / "in")


def test_a_full_disk_leaves_nothing(store: Caseload, path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(CasectlError, match=r"no space left|cannot read or write"):
            store.backups.make()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert names(folder_of(path)) == set()
    note(store)
    assert store.backups.make().manifest is not None


def test_a_folder_that_cannot_be_written(
    store: Caseload, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(self: Path, *_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    folder_of(path).mkdir(mode=0o700)
    monkeypatch.setattr(Path, "mkdir", refuses)
    with pytest.raises(CasectlError, match=r"cannot back up to .* \(Read-only file system\)"):
        store.backups.make()


# --- While others write ---------------------------------------------------------------------

WRITER = """
import sys, time
from datetime import date
from pathlib import Path
from casectl.core.model import Author
from casectl.store import open_caseload
key = bytes.fromhex(sys.argv[2])
author = Author("writer", "2026-11-22", "2026-11-22T09:00:00Z")
store = open_caseload(Path(sys.argv[1]), author, lambda: [key])
case = store.cases.by_number(1)
print("ready", flush=True)
for turn in range(int(sys.argv[3])):
    store.notes.add(case, f"note {turn} " + "x" * 500, date(2026, 11, 22))
    time.sleep(0.02)
"""


def started(script: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, words)], stdout=subprocess.PIPE, text=True
    )


def test_while_others_write(
    opened: Opened, path: Path, key: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "STEP_PAGES", 5)
    monkeypatch.setattr("casectl.store.connection.STEP_PAGES", 5)
    writers = [started(WRITER, path, (key or b"").hex(), 60) for _ in range(2)]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    made: list[Backup] = []
    while any(each.poll() is None for each in writers) or not made:
        made.append(opened().backups.make(to=path.parent / "made"))
    for writer in writers:
        assert writer.wait() == 0
        writer.stdout.close()  # type: ignore[union-attr]
    counts = []
    for each in made:
        copy = opened(at=each.path)
        assert copy.audit.verify().faults == 0
        assert each.manifest is not None
        assert difference(contents_of(copy.db), each.manifest.contents) is None
        counts.append(each.manifest.contents.rows["notes"])
    assert counts == sorted(counts)
    last = opened().backups.make()
    assert last.manifest is not None
    assert last.manifest.contents.rows["notes"] == _notes(opened())
    assert counts[0] < _notes(opened()), "it was made while they wrote"


def _notes(store: Caseload) -> int:
    return int(store.db.value("SELECT count(*) FROM notes"))


def test_a_copy_that_is_always_begun_again_is_made_at_once(
    opened: Opened, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "STEP_PAGES", 5)
    monkeypatch.setattr("casectl.store.connection.STEP_PAGES", 5)
    other, ways = opened(), []
    copy_into = type(other.db).copy_into

    def interrupted(self: object, copy: object, *, at_once: bool) -> bool:
        ways.append(at_once)
        done = copy_into(self, copy, at_once=at_once)  # type: ignore[arg-type]
        if not at_once:
            note(other)
        return done

    monkeypatch.setattr("casectl.store.connection.Database.copy_into", interrupted)
    made = opened().backups.make()
    assert ways == [False] * backup.TRIES + [True]
    assert made.manifest is not None
    assert made.manifest.contents == contents_of(other.db)


def test_it_waits_for_a_busy_caseload_and_then_says_so(
    opened: Opened, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = opened(), opened()
    other.db.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr("casectl.store.connection.BUSY_SECONDS", 1)
    began = time.monotonic()
    with pytest.raises(Busy, match="is busy"):
        store.backups.make()
    assert 0.5 < time.monotonic() - began < 10
    assert names(folder_of(path)) == set()
    other.db.execute("ROLLBACK")
    store.backups.make()


def test_one_at_a_time(store: Caseload, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_of(path).mkdir(mode=0o700)
    with alone_in(folder_of(path), 0), pytest.raises(AtWork, match="another casectl is at work"):
        store.backups.make(wait=0)
    with alone_in(folder_of(path), 0):
        assert store.backups.daily() is None, "the other makes it"
    assert store.backups.daily() is not None


# --- Killed on the way ----------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from casectl.core.model import Author
from casectl.store import open_caseload
key, step = bytes.fromhex(sys.argv[2]), int(sys.argv[3])
store = open_caseload(
    Path(sys.argv[1]), Author("kim", "2026-11-22", "2026-11-22T11:00:00Z"), lambda: [key]
)
steps = 0
def hook(event, args):
    global steps
    if event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link") or (
        event == "open" and isinstance(args[2], int) and args[2] & (os.O_CREAT | os.O_RDWR)
    ):
        steps += 1
        if steps == step:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
store.backups.make()
print(steps)
"""


def test_killed_at_any_step(opened: Opened, path: Path, key: bytes | None) -> None:
    first = opened("2026-11-21T09:30:00Z").backups.make()
    opened("2026-11-22T10:00:00Z").backups.make()  # which the one at eleven replaces
    folder, step = folder_of(path), 0
    while True:
        step += 1
        process = started(KILLED, path, (key or b"").hex(), step)
        told = process.communicate()[0]
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL
        there = backups_of(path)
        assert len(there) in (2, 3)
        assert there[-1].path == first.path
        for each in there:
            assert each.manifest is not None, "a backup that is there is whole"
            assert (keys_of(each.path).is_dir()) == (key is not None)
            copy = connect(each.path, lambda: [key] if key else [])
            assert difference(contents_of(copy), each.manifest.contents) is None
            copy.close()
    assert 8 <= int(told) < step, "clearing away what the last one left takes some as well"
    opened("2026-11-22T12:00:00Z").backups.make()
    whole = {each.path.stem for each in backups_of(path)}
    assert whole == {"caseload-2026-11-21T093000Z", "caseload-2026-11-22T120000Z"}
    assert {re.sub(r"\.(db|json|db\.keys)$", "", name) for name in names(folder)} == whole


# --- By itself ------------------------------------------------------------------------------


def test_daily(opened: Opened, path: Path) -> None:
    def daily(moment: str) -> bool:
        made = opened(moment).backups.daily()
        assert made is None or (made.manifest and made.manifest.reason == "daily")
        return made is not None

    assert not daily("2026-11-19T20:00:00Z"), "the caseload was made that morning"
    assert daily("2026-11-20T09:00:00Z")
    assert not daily("2026-11-20T17:00:00Z")
    assert daily("2026-11-21T08:59:00Z"), "the same hour of the next day"
    opened("2026-11-25T09:00:00Z").backups.make()  # by a clock that was wrong
    assert daily("2026-11-22T09:00:00Z")


def test_an_empty_caseload_has_nothing_to_back_up(tmp_path: Path) -> None:
    made = create_caseload(tmp_path / "caseload.db", author())
    assert made.backups.daily() is None
    assert made.backups.automatic("import") is None
    made.close()
    assert not folder_of(tmp_path / "caseload.db").exists()


def test_before_imports_at_most_one_in_a_quarter_of_an_hour(opened: Opened) -> None:
    assert opened("2026-11-22T09:00:00Z").backups.automatic("import") is not None
    assert opened("2026-11-22T09:14:59Z").backups.automatic("import") is None
    assert opened("2026-11-22T09:14:59Z").backups.automatic("rotation") is not None
    assert opened("2026-11-22T09:30:00Z").backups.automatic("import") is not None


def test_before_a_migration(tmp_path: Path) -> None:
    path = tmp_path / "caseload.db"
    thaw("v1", path, populated=True)
    before = contents_of(old := connect(path))
    old.close()
    store = open_caseload(path, author())
    (made,) = store.backups.all()
    store.close()
    assert made.manifest is not None
    assert made.manifest.reason == "migration"
    assert made.manifest.contents == before
    assert before.schema == 1


def test_no_migration_without_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "caseload.db"
    thaw("v1", path, populated=True)
    before = path.read_bytes()
    folder_of(path).symlink_to(tmp_path)
    with pytest.raises(CasectlError, match="is a link"):
        open_caseload(path, author())
    assert path.read_bytes() == before


# --- What there is, and purging -------------------------------------------------------------


def test_backups_and_what_was_set_aside_are_deleted_whole(opened: Opened, path: Path) -> None:
    for day in (20, 21, 22):
        opened(f"2026-11-{day}T09:00:00Z").backups.make()
    aside = path.with_name("caseload.db.before-restore-2026-11-21T100000Z")
    aside.write_bytes(path.read_bytes())
    path.with_name("caseload.db.json").write_text("somebody's own", encoding="utf-8")
    store = opened("2026-11-22T10:00:00Z")
    held = [each for each in backups_of(path) if each.made_at < "2026-11-21T12:00:00Z"]
    assert [each.made_at[:10] for each in held] == ["2026-11-21", "2026-11-20", "2026-11-21"]
    assert [each.aside for each in held] == [False, False, True]
    store.backups.delete(held)
    assert not aside.exists()
    assert path.with_name("caseload.db.json").exists()
    left = {name.partition(".")[0] for name in names(folder_of(path))}
    assert left == {"caseload-2026-11-22T090000Z"}


def test_deleting_where_there_is_no_folder(store: Caseload, path: Path) -> None:
    store.backups.delete([])
    assert not folder_of(path).exists()
    assert store.backups.all() == backups_of(path) == []


@pytest.mark.parametrize(
    "words",
    ["", "[]", "{}", "null", "not json", '{"made_at": 1}', "[" * 100_000, "\x00", "9" * 5000],
)
def test_a_manifest_that_is_none(store: Caseload, path: Path, words: str) -> None:
    made = store.backups.make()
    made.path.with_suffix(".json").write_text(words, encoding="utf-8")
    (listed,) = backups_of(path)
    assert listed.manifest is None
    with pytest.raises(BadBackup, match="is not a manifest that casectl wrote"):
        read_manifest(made.path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("size", "1"),
        ("size", True),
        ("size", -1),
        ("size", 2**63),
        ("encrypted", 0),
        ("made_at", None),
        ("contents", []),
    ],
)
def test_a_manifest_of_other_kinds(store: Caseload, path: Path, field: str, value: object) -> None:
    made = store.backups.make()
    manifest = made.path.with_suffix(".json")
    words = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**words, field: value}), encoding="utf-8")
    with pytest.raises(BadBackup):
        read_manifest(made.path)
    manifest.write_text(json.dumps({**words, "later": "added"}), encoding="utf-8")
    assert read_manifest(made.path) == made.manifest


def test_an_older_backup_under_a_newer_name_is_not_taken_for_the_newer_one(
    store: Caseload, path: Path
) -> None:
    """Whoever can write to the folder needs no key for that; doctor would call it the newest."""
    made = store.backups.make()
    later = made.path.with_name(made.path.name.replace("2026-11-22", "2026-11-23"))
    for end in (".db", ".json"):
        made.path.with_suffix(end).rename(later.with_suffix(end))
    if keys_of(made.path).exists():
        keys_of(made.path).rename(keys_of(later))
    (listed,) = backups_of(path)
    assert (listed.path, listed.manifest) == (later, None)
    with pytest.raises(BadBackup, match=f"made at {MOMENT}, and its name says otherwise"):
        read_manifest(later)


# --- Another key ----------------------------------------------------------------------------


def test_backups_follow_the_caseload_to_another_key(tmp_path: Path) -> None:
    path = tmp_path / "caseload.db"
    store = create_caseload(path, author("2026-11-20T09:00:00Z"), KEY)
    store.intake.load_many(stories(1, 3, date.fromisoformat(TODAY), Standards()))
    old = store.backups.make()
    store.author = author()
    stranger = folder_of(path) / "caseload-2026-11-01T090000Z.db"
    stranger.write_bytes(b"x" * 4096)
    store.db.rekey(OTHER)
    Backups(store.db, author()).rekey(KEY)
    store.close()
    (made,) = [each for each in backups_of(path) if each.manifest is not None]
    assert stranger.exists()
    assert not old.path.exists()
    assert made.manifest is not None and old.manifest is not None
    assert made.manifest.contents == old.manifest.contents
    assert (made.made_at, made.manifest.reason) == (old.made_at, "asked")
    connect(made.path, lambda: [OTHER]).close()
    with pytest.raises(Locked):
        connect(made.path, lambda: [KEY])
