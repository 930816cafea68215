"""Putting a backup back: checked first, the old file kept, and always a whole one in place."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from conftest import TODAY
from frozen import thaw

from casectl.core.errors import BadValue, Busy, CasectlError, Locked, NotFound
from casectl.core.fictitious import stories
from casectl.core.model import Author
from casectl.core.standards import Standards
from casectl.core.views import Backup, Contents, Plan, Restored
from casectl.store import Caseload, create_caseload, open_caseload, slots
from casectl.store import restore as restore_module
from casectl.store.backup import backups_of, folder_of, keys_of
from casectl.store.connection import check_file, connect
from casectl.store.manifest import BadBackup, contents_of
from casectl.store.restore import restoring, tried_out
from casectl.store.schema import SCHEMA_VERSION

KEY, OTHER = bytes(range(32)), bytes(range(32, 64))
EARLIER, MOMENT = "2026-11-20T09:30:00Z", "2026-11-22T09:30:00Z"
ASIDE = "caseload.db.before-restore-2026-11-22T093000Z"


def author(moment: str = MOMENT) -> Author:
    return Author("kim", moment[:10], moment)


def by(key: bytes | None) -> Callable[[], list[bytes]]:
    return lambda: [key] if key else []


def opening(key: bytes | None) -> Callable[[Path], list[bytes]]:
    return lambda _: [key] if key else []


@pytest.fixture(params=[None, KEY], ids=["plain", "encrypted"])
def key(request: pytest.FixtureRequest) -> bytes | None:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir(mode=0o700)
    return folder / "caseload.db"


def filled(path: Path, key: bytes | None, *, seed: int = 1) -> Caseload:
    made = create_caseload(path, author(EARLIER), key)
    made.intake.load_many(stories(seed, 5, date.fromisoformat(TODAY), Standards()))
    if key is not None:
        slots.add_recovery(slots.folder_of(path), [key], slots.new_code())
    return made


def note(store: Caseload, text: str = "later") -> None:
    case = store.cases.by_number(1)
    assert case is not None
    store.notes.add(case, text, date.fromisoformat(TODAY))


@pytest.fixture
def made(path: Path, key: bytes | None) -> Iterator[Backup]:
    """A backup, after which two notes were written."""
    with closing(filled(path, key)) as store:
        made = store.backups.make()
        store.journal.author = store.author = author("2026-11-21T10:00:00Z")
        note(store, "one")
        note(store, "two")
    yield made


def restored(
    backup: Path, path: Path, key: bytes | None, backup_key: bytes | None = None
) -> tuple[Plan, Restored]:
    with restoring(backup, path, by(key), opening(backup_key or key)) as each:
        plan = each.plan()
        return plan, each.put_in_place(plan, author())


def held(path: Path, key: bytes | None) -> Contents:
    with closing(connect(path, by(key))) as db:
        return contents_of(db)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- Over what is there ---------------------------------------------------------------------


def test_the_backup_takes_the_place_and_the_old_file_stays(
    made: Backup, path: Path, key: bytes | None
) -> None:
    assert made.manifest is not None
    before, there = held(path, key), path.read_bytes()
    plan, done = restored(made.path, path, key)
    assert (plan.there, plan.unreadable, plan.common) == (True, None, True)
    assert (plan.lost, plan.lost_day) == (2, "2026-11-21")
    assert held(path, key) == made.manifest.contents
    assert done.path == path
    assert done.aside == path.with_name(ASIDE)
    assert done.aside.read_bytes() == there
    assert mode_of(path) == mode_of(done.aside) == 0o600
    assert keys_of(done.aside).is_dir() == keys_of(path).is_dir() == (key is not None)
    assert [each.name for each in path.parent.iterdir() if each.name.endswith("restoring")] == []
    # And back again, by the name that it was given.
    again, _ = restored(Path(done.aside.name), path, key)
    assert (again.lost, again.manifest) == (0, None)
    assert held(path, key) == before
    with closing(open_caseload(path, author(), by(key))) as store:
        note(store)
        assert store.audit.verify().faults == 0


@pytest.mark.parametrize("umask", [0o000, 0o277])
def test_private_whatever_the_umask_and_whatever_it_was(
    made: Backup, path: Path, key: bytes | None, umask: int
) -> None:
    path.chmod(0o644)
    old = os.umask(umask)
    try:
        _, done = restored(made.path, path, key)
    finally:
        os.umask(old)
    assert done.aside is not None
    assert mode_of(path) == mode_of(done.aside) == 0o600
    if key:
        assert mode_of(keys_of(done.aside)) == 0o700
        assert {mode_of(each) for each in keys_of(done.aside).iterdir()} == {0o600}


def test_nothing_happens_until_it_is_put_in_place(
    made: Backup, path: Path, key: bytes | None
) -> None:
    there = path.read_bytes()
    names = {each.name for each in path.parent.iterdir()}
    with restoring(made.path, path, by(key), opening(key)) as each:
        each.plan()
    assert path.read_bytes() == there
    assert {each.name for each in path.parent.iterdir()} == names


def test_by_its_name_in_the_list(
    made: Backup, path: Path, key: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plan, _ = restored(Path(made.path.name), path, key)
    assert plan.backup == made.path


def test_what_was_written_since_the_plan_stops_it(
    made: Backup, path: Path, key: bytes | None
) -> None:
    with restoring(made.path, path, by(key), opening(key)) as each:
        plan = each.plan()
        with closing(open_caseload(path, author(), by(key))) as store:
            note(store, "meanwhile")
        with pytest.raises(Busy, match="was written to meanwhile"):
            each.put_in_place(plan, author())
    assert not path.with_name(ASIDE).exists()


def test_a_program_that_has_it_open_loses_no_write(
    made: Backup, path: Path, key: bytes | None
) -> None:
    """What is written into a file that is out of its place must not be told as recorded."""
    with closing(open_caseload(path, author(), by(key))) as other:
        restored(made.path, path, key)
        with pytest.raises(Busy, match="was replaced by another file"):
            note(other, "into the old one")


def test_a_program_that_writes_is_waited_for(
    made: Backup, path: Path, key: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casectl.store.connection.BUSY_SECONDS", 1)
    with closing(open_caseload(path, author(), by(key))) as other:
        other.db.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            restored(made.path, path, key)
        other.db.execute("ROLLBACK")
    assert not path.with_name(ASIDE).exists()
    restored(made.path, path, key)


def test_another_caseload_is_said_to_be_one(
    made: Backup, path: Path, key: bytes | None, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    with closing(filled(other, key, seed=2)) as store:
        note(store)
    plan, _ = restored(made.path, other, key)
    assert (plan.common, plan.lost) == (True, 1), "taken in by the same operation"
    thawed = tmp_path / "thawed.db"
    thaw("v1", thawed, populated=True)
    with restoring(made.path, thawed, by(key), opening(key)) as each:
        assert (each.plan().common, each.plan().lost) == (False, 7)


def test_without_hard_links(
    made: Backup, path: Path, key: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    before = held(path, key)
    monkeypatch.setattr(os, "link", refuses)
    _, done = restored(made.path, path, key)
    assert done.aside is not None
    assert (held(done.aside, key), mode_of(done.aside)) == (before, 0o600)
    assert made.manifest is not None
    assert held(path, key) == made.manifest.contents


def test_wal_of_another_program_is_taken_in(made: Backup, path: Path, key: bytes | None) -> None:
    if key is not None:
        return
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("PRAGMA wal_autocheckpoint = 0")
    with closing(open_caseload(path, author())) as store:
        note(store, "in the log only")
        before = contents_of(store.db)
    other.close()
    _, done = restored(made.path, path, None)
    assert done.aside is not None
    assert held(done.aside, None) == before
    assert not path.with_name("caseload.db-wal").exists()


# --- To another place -----------------------------------------------------------------------


def test_to_a_new_place(made: Backup, path: Path, key: bytes | None, tmp_path: Path) -> None:
    place = tmp_path / "new" / "folder" / "moved.db"
    plan, done = restored(made.path, place, key)
    assert (plan.there, plan.lost, done.aside) == (False, 0, None)
    assert made.manifest is not None
    assert held(place, key) == made.manifest.contents
    assert (mode_of(place), mode_of(place.parent)) == (0o600, 0o700)
    assert keys_of(place).is_dir() == (key is not None)
    if key:
        assert {each.name for each in keys_of(place).iterdir()} == {"recovery.age", "recovery.pub"}


def test_what_sqlite_left_of_a_lost_file_is_not_taken_for_the_new_ones(
    made: Backup, path: Path, key: bytes | None, tmp_path: Path
) -> None:
    place = tmp_path / "lost.db"
    for end in ("-journal", "-wal"):
        Path(f"{place}{end}").write_bytes(b"what a crash left")
    keys_of(place).mkdir()
    (keys_of(place) / "passphrase.age").write_bytes(b"of the lost file")
    restored(made.path, place, key)
    assert made.manifest is not None
    assert held(place, key) == made.manifest.contents
    assert not Path(f"{place}-journal").exists()
    aside = place.with_name("lost.db.before-restore-2026-11-22T093000Z")
    assert (keys_of(aside) / "passphrase.age").read_bytes() == b"of the lost file"
    assert keys_of(place).is_dir() == (key is not None)


def test_not_through_a_link_that_leads_nowhere(
    made: Backup, key: bytes | None, tmp_path: Path
) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "unplugged" / "caseload.db")
    with pytest.raises(NotFound, match="is a link to a file that is not there"):
        restored(made.path, link, key)


def test_behind_a_link_the_file_itself(
    made: Backup, path: Path, key: bytes | None, tmp_path: Path
) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(path)
    _, done = restored(made.path, link, key)
    assert link.is_symlink()
    assert done.path == path


# --- What is there cannot be read -----------------------------------------------------------


def test_a_damaged_caseload_is_kept_as_it_is(made: Backup, path: Path, key: bytes | None) -> None:
    rest = b"\x00" * 5000
    path.write_bytes(rest)
    path.with_name("caseload.db-journal").write_bytes(b"half")
    plan, done = restored(made.path, path, key)
    assert plan.there
    assert plan.unreadable
    assert done.aside is not None
    assert done.aside.read_bytes() == rest
    assert not path.with_name("caseload.db-journal").exists(), "it is not the new one's"
    assert made.manifest is not None
    assert held(path, key) == made.manifest.contents
    assert keys_of(path).is_dir() == (key is not None)


def test_an_empty_file_in_its_place(made: Backup, path: Path, key: bytes | None) -> None:
    path.write_bytes(b"")
    plan, _ = restored(made.path, path, key)
    assert plan.unreadable
    assert made.manifest is not None
    assert held(path, key) == made.manifest.contents


def test_a_folder_in_its_place(made: Backup, path: Path, key: bytes | None) -> None:
    path.unlink()
    path.mkdir()
    with pytest.raises(CasectlError, match="is not a file"):
        restored(made.path, path, key)


def test_a_lost_key(path: Path) -> None:
    """Nobody has the old passphrase any more; the backup of then has slots of its own."""
    with closing(filled(path, KEY)) as store:
        made = store.backups.make()
    for slot in slots.folder_of(path).iterdir():
        slot.unlink()

    def lost() -> list[bytes]:
        raise Locked("the caseload is locked")

    with restoring(made.path, path, lost, opening(KEY)) as each:
        plan = each.plan()
        assert plan.unreadable == "the caseload is locked"
        done = each.put_in_place(plan, author())
    assert done.aside is not None
    assert list(keys_of(done.aside).iterdir()) == []
    assert {each.name for each in keys_of(path).iterdir()} == {"recovery.age", "recovery.pub"}
    held(path, KEY)


# --- Keys -----------------------------------------------------------------------------------


def test_a_caseload_keeps_its_key(path: Path, tmp_path: Path) -> None:
    """A backup from before a rotation is encrypted anew; the slots are those of today."""
    with closing(filled(path, KEY)) as store:
        made = store.backups.make(to=tmp_path / "stick")
        store.db.rekey(OTHER)
    slots.add_recovery(slots.folder_of(path), [OTHER], slots.new_code())
    today = {each.name: each.read_bytes() for each in keys_of(path).iterdir()}
    restored(made.path, path, OTHER, KEY)
    assert made.manifest is not None
    assert held(path, OTHER) == made.manifest.contents
    assert {each.name: each.read_bytes() for each in keys_of(path).iterdir()} == today
    with pytest.raises(Locked):
        connect(path, by(KEY))


def test_a_plain_backup_never_makes_an_encrypted_caseload_plain(path: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.db"
    with closing(filled(plain, None)) as store:
        made = store.backups.make()
        before = contents_of(store.db)
    with closing(filled(path, KEY)):
        pass
    restored(made.path, path, KEY)
    assert check_file(path), "it is encrypted"
    now = held(path, KEY)
    assert now._replace(head=None) == before._replace(
        head=None, rows={**before.rows, "meta": before.rows["meta"] + 1}
    )
    assert now.head is not None and now.head.keyed
    with closing(open_caseload(path, author(), by(KEY))) as store:
        assert store.audit.verify().faults == 0


def test_an_encrypted_backup_over_a_plain_caseload_stays_encrypted(
    path: Path, tmp_path: Path
) -> None:
    with closing(filled(tmp_path / "encrypted.db", KEY)) as store:
        made = store.backups.make()
    with closing(filled(path, None)):
        pass
    restored(made.path, path, None, KEY)
    assert check_file(path)
    assert keys_of(path).is_dir()
    held(path, KEY)


def test_a_key_that_does_not_fit(
    made: Backup, path: Path, key: bytes | None, tmp_path: Path
) -> None:
    if key is None:
        return
    there = path.read_bytes()
    with pytest.raises(Locked, match=r"no key at hand opens .*caseload-.*\.db") as caught:
        restored(made.path, tmp_path / "new.db", None, OTHER)
    assert "restoring" not in str(caught.value)
    assert path.read_bytes() == there
    assert not (tmp_path / "new.db").exists()


# --- What is refused ------------------------------------------------------------------------


def refused(
    backup: Path, path: Path, key: bytes | None, error: type[CasectlError], words: str
) -> None:
    there = path.read_bytes()
    names = {each.name for each in path.parent.iterdir()}
    with pytest.raises(error, match=words) as caught:
        restored(backup, path, key)
    assert len(str(caught.value).splitlines()) == 1
    assert "restoring" not in str(caught.value)
    assert path.read_bytes() == there
    assert {each.name for each in path.parent.iterdir()} == names


@pytest.mark.parametrize("with_manifest", [True, False])
@pytest.mark.parametrize("size", [4096, 100_000, -4096, -1])
def test_a_truncated_backup(
    made: Backup, path: Path, key: bytes | None, size: int, with_manifest: bool
) -> None:
    whole = made.path.read_bytes()
    made.path.write_bytes(whole[:size])
    words = r"is not as it was made \([\d,]+ of [\d,]+ bytes\)"
    if not with_manifest:
        made.path.with_suffix(".json").unlink()
        words = "damaged|no key|malformed|not a casectl"
    refused(made.path, path, key, CasectlError, words)


def test_a_flipped_bit(made: Backup, path: Path, key: bytes | None) -> None:
    whole = bytearray(made.path.read_bytes())
    whole[len(whole) // 2] ^= 1
    made.path.write_bytes(whole)
    refused(made.path, path, key, BadBackup, "its bytes are not those that were written")


@pytest.mark.parametrize("content", [b"plain words\n" * 1000, b"\x00" * 9000, b"x"])
def test_a_foreign_file(
    made: Backup, path: Path, key: bytes | None, content: bytes, tmp_path: Path
) -> None:
    foreign = tmp_path / "letter.txt"
    foreign.write_bytes(content)
    refused(foreign, path, key, CasectlError, "no key at hand|not a casectl")


def test_another_programs_database(
    made: Backup, path: Path, key: bytes | None, tmp_path: Path
) -> None:
    foreign = tmp_path / "places.sqlite"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE places (x)")
    connection.close()
    refused(foreign, path, key, CasectlError, "places.sqlite is not a casectl caseload")


def test_names_that_are_no_backup(
    made: Backup, path: Path, key: bytes | None, tmp_path: Path
) -> None:
    refused(tmp_path / "none.db", path, key, NotFound, "no backup .*casectl backup --list")
    refused(tmp_path, path, key, BadBackup, "is not a file")
    refused(path, path, key, BadValue, "is the caseload itself")
    refused(made.path.with_suffix(".json"), path, key, BadValue, "is a manifest; name caseload-")
    (tmp_path / "empty.db").touch()
    refused(tmp_path / "empty.db", path, key, BadBackup, "is empty, not a backup")
    (tmp_path / "link.db").symlink_to(made.path)
    refused(tmp_path / "link.db", path, key, CasectlError, "is a link")


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_a_copy_of_a_file_in_use(
    made: Backup, path: Path, key: bytes | None, tmp_path: Path, end: str
) -> None:
    copy = tmp_path / "copied.db"
    copy.write_bytes(made.path.read_bytes())
    Path(f"{copy}{end}").write_bytes(b"the rest of it")
    refused(copy, path, key, BadBackup, f"copied while a program wrote to it .copied.db{end}")


def test_a_newer_schema(tmp_path: Path) -> None:
    newer = tmp_path / "newer.db"
    with closing(filled(newer, None)) as store:
        store.db.execute("PRAGMA user_version = 77")
    with pytest.raises(CasectlError, match=r"schema 77, this one knows \d+\); upgrade casectl"):
        restored(newer, tmp_path / "new.db", None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rows": {"cases": 4}}, "rows of"),
        ({"operation": 9}, "operation 1 as its last instead of 9"),
        ({"day": "2026-01-01"}, "operation 1 as its last"),
        ({"schema": 1}, f"schema {SCHEMA_VERSION} instead of 1"),
        ({"head": None}, "its journal ends in another hash"),
        ({"head": {"operation": 1, "hash": "00", "keyed": False}}, "ends in another hash"),
    ],
)
def test_a_manifest_that_was_changed(
    made: Backup, path: Path, key: bytes | None, change: dict[str, object], words: str
) -> None:
    manifest = made.path.with_suffix(".json")
    said = json.loads(manifest.read_text(encoding="utf-8"))
    said["contents"].update(change)
    manifest.write_text(json.dumps(said), encoding="utf-8")
    refused(made.path, path, key, BadBackup, f"is not what its manifest says: .*{words}")


def test_a_manifest_that_is_none(made: Backup, path: Path, key: bytes | None) -> None:
    made.path.with_suffix(".json").write_text("{}", encoding="utf-8")
    refused(made.path, path, key, BadBackup, "is not a manifest that casectl wrote")


def test_a_full_disk(made: Backup, path: Path, key: bytes | None) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        refused(made.path, path, key, CasectlError, r"cannot copy .* \(File too large\)")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_one_restore_at_a_time(made: Backup, path: Path, key: bytes | None) -> None:
    with restoring(made.path, path, by(key), opening(key)), pytest.raises(Busy, match="at work"):
        restored(made.path, path, key)


# --- Older schemas --------------------------------------------------------------------------


def test_an_older_schema_is_migrated(tmp_path: Path, path: Path, key: bytes | None) -> None:
    older = tmp_path / "older" / "caseload.db"
    older.parent.mkdir()
    thaw("v1", older, populated=True)
    open_caseload(older, author()).close()
    (made,) = backups_of(older)
    with closing(filled(path, key)):
        pass
    plan, _ = restored(made.path, path, key)
    assert plan.contents.schema == 1
    with closing(open_caseload(path, author(), by(key))) as store:
        assert len(store.backups.all()) == 0, "it was migrated before it took the place"
        assert {each.detail for each in store.checkup.findings() if each.state == "FAIL"} == set()
        assert contents_of(store.db).rows["cases"] == 4


# --- Killed on the way ----------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from casectl.core.model import Author
from casectl.store.restore import restoring
backup, path, step = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[4])
keys = lambda *_: [bytes.fromhex(sys.argv[3])]
steps = 0
def hook(event, args):
    global steps
    if event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.chmod") or (
        event == "open" and isinstance(args[2], int) and args[2] & (os.O_CREAT | os.O_RDWR)
    ):
        steps += 1
        if steps == step:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
with restoring(backup, path, keys, keys) as each:
    each.put_in_place(each.plan(), Author("kim", "2026-11-22", "2026-11-22T09:30:00Z"))
print(steps)
"""


def test_killed_at_any_step_the_old_or_the_new_file_is_there(
    made: Backup, path: Path, key: bytes | None
) -> None:
    assert made.manifest is not None
    old, new = held(path, key), made.manifest.contents
    whole, step, seen = path.read_bytes(), 0, []
    while True:
        step += 1
        words = [made.path, path, (key or b"").hex(), step]
        process = subprocess.run(
            [sys.executable, "-c", KILLED, *map(str, words)], capture_output=True, text=True
        )
        now = held(path, key)
        assert now in (old, new)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, process.stderr
        seen.append(now == new)
        if now == new:  # go on with the old one again, as it was kept
            (kept,) = [each for each in backups_of(path) if each.aside][:1]
            assert held(kept.path, key) == old
            path.write_bytes(whole)
            path.chmod(0o600)
            kept.path.unlink()
    assert now == new
    assert seen == sorted(seen), "there is one moment at which the files change places"
    assert len(seen) >= 8
    restored(made.path, path, key)
    left = [each.name for each in path.parent.iterdir() if each.name.startswith(".")]
    assert left == [], "what a killed run left is cleared away by the next"
    asides = [each for each in backups_of(path) if each.aside]
    assert not any(each.path.samefile(path) for each in asides)


# --- Trying one out -------------------------------------------------------------------------


def test_trying_a_backup_out_changes_nothing(made: Backup, path: Path, key: bytes | None) -> None:
    names = {each.name for each in folder_of(path).iterdir()}
    assert made.manifest is not None
    assert tried_out(made.path, key) == made.manifest.contents
    assert {each.name for each in folder_of(path).iterdir()} == names
    if key:
        with pytest.raises(Locked):
            tried_out(made.path, OTHER)
    made.path.write_bytes(made.path.read_bytes()[:-4096])
    with pytest.raises(BadBackup, match="is not as it was made"):
        tried_out(made.path, key)
    assert {each.name for each in folder_of(path).iterdir()} == names


def test_the_folder_that_it_is_tried_in_is_private(
    made: Backup, path: Path, key: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []
    take = restore_module.Restoring.take

    def looked_at(self: restore_module.Restoring, *words: object, **more: object) -> None:
        take(self, *words, **more)  # type: ignore[arg-type]
        modes.append((mode_of(self.staging), mode_of(self.fresh)))

    monkeypatch.setattr(restore_module.Restoring, "take", looked_at)
    tried_out(made.path, key)
    assert modes == [(0o700, 0o600)]
