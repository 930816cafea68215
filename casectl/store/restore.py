"""Putting a backup back: copied beside the caseload, checked there, and moved into its place.

Under the caseload's name there is at every moment the old file or the new one, whole. The old one
gets a second name first, and keeps it:

    caseload.db.before-restore-2026-11-22T093000Z          and its .keys/

A caseload keeps its key: what is put back over an encrypted one is encrypted with the key that
opens it today, and its slots stay. Where there is no such key, the backup's own slots come along.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path

from casectl.core.errors import BadValue, Busy, CasectlError, Locked, NotFound
from casectl.core.model import Author
from casectl.core.views import Contents, Manifest, Plan, Restored
from casectl.store.alone import SIDE_FILES, alone_in, in_use, leave_wal
from casectl.store.audit import Audit
from casectl.store.backup import (
    BEFORE,
    HASHED_AT_ONCE,
    copy_keys,
    copy_whole,
    folder_of,
    keys_of,
    remove_folder,
    set_aside,
    staging_for,
    stamp_of,
)
from casectl.store.caseload import schema_of
from casectl.store.connection import (
    BUSY_SECONDS,
    Database,
    Keys,
    check_file,
    connect,
    connect_new,
)
from casectl.store.manifest import BadBackup, check, contents_of, difference, read_manifest
from casectl.store.private import create, make_folder, private_umask, refuse_link, sync, sync_folder
from casectl.store.schema import SCHEMA_VERSION
from casectl.store.turn import turn

LEFTOVER = r"\.{}\.[0-9a-f]{{16}}\.restoring"
OPERATIONS = "SELECT id, at, day, worker, command FROM operations"


@contextmanager
def restoring(
    backup: Path, caseload: Path, keys: Keys, *ways: Callable[[Path], Sequence[bytes]]
) -> Iterator[Restoring]:
    """A backup on its way back, copied and checked; what is not put in place is gone afterwards.

    ``keys`` gives the keys of the caseload that is there; each of ``ways`` some for a backup that
    those do not open, or none. Raises NotFound, BadBackup, Locked, Busy, CasectlError.
    """
    real = Path(os.path.realpath(caseload))
    if caseload.is_symlink() and not real.exists():
        raise NotFound(
            f"{caseload} is a link to a file that is not there",
            hint="bring its disk or folder back, or name another with --db",
        )
    backup = _found(backup, real)
    make_folder(real.parent)
    with ExitStack() as cleared:
        cleared.enter_context(alone_in(real.parent, 0))
        _clear_leftovers(real)
        staging = real.with_name(f".{real.name}.{os.urandom(8).hex()}.restoring")
        cleared.callback(remove_folder, staging)
        try:
            with private_umask():
                staging.mkdir(mode=0o700)
        except OSError as error:
            raise CasectlError(f"cannot write in {real.parent} ({error.strerror})") from None
        restored = Restoring(backup, real, staging)
        cleared.callback(restored.close)
        restored.look_at_what_is_there(keys)
        restored.take([partial(way, backup) for way in ways])
        yield restored


def tried_out(backup: Path, key: bytes | None) -> Contents:
    """Restore a backup into a folder that only its owner can enter, check it, and leave nothing.

    Raises Locked where it is under another key than ``key``, BadBackup, Busy, CasectlError.
    """
    try:
        with alone_in(backup.parent, BUSY_SECONDS), staging_for(backup) as fresh:
            trying = Restoring(backup, fresh, fresh.parent)
            trying.take([lambda: [key] if key is not None else []], change=False)
    except OSError as error:
        raise CasectlError(f"cannot write in {backup.parent} ({error.strerror})") from None
    return trying.contents


class Restoring:
    """One backup on its way: ``look_at_what_is_there``, ``take``, ``plan``, ``put_in_place``."""

    def __init__(self, backup: Path, real: Path, staging: Path) -> None:
        self.backup = backup
        self.real = real
        self.staging = staging
        self.fresh = staging / "taken.db"
        self.old: Database | None = None
        self.unreadable: str | None = None
        self.contents: Contents
        self.manifest: Manifest | None = None

    def close(self) -> None:
        if self.old is not None:
            self.old.close()
            self.old = None

    # -- looking -------------------------------------------------------------------------------

    def look_at_what_is_there(self, keys: Keys) -> None:
        """Open the caseload that there is. One that cannot be read is kept all the same."""
        if not os.path.lexists(self.real):
            return
        try:
            self.old = connect(self.real, keys)
            schema_of(self.old)
            contents_of(self.old)
        except Busy:
            raise
        except CasectlError as error:
            self.close()
            self.unreadable = str(error.args[0])
            if not self.real.is_file():
                raise

    def plan(self) -> Plan:
        lost = self._lost()
        return Plan(
            self.backup,
            self.contents,
            self.manifest,
            there=os.path.lexists(self.real),
            unreadable=self.unreadable,
            lost=len(lost),
            lost_day=max((day for _, day in lost), default=None),
            common=self._has_common(),
        )

    def _lost(self) -> list[tuple[int, str]]:
        """Number and day of each operation that is there and not in the backup."""
        if self.old is None:
            return []
        kept = self.operations
        return [
            (row["id"], row["day"]) for row in self.old.rows(OPERATIONS) if tuple(row) not in kept
        ]

    def _has_common(self) -> bool:
        if self.old is None or not self.operations:
            return True
        return any(tuple(row) in self.operations for row in self.old.rows(OPERATIONS))

    # -- taking the backup ---------------------------------------------------------------------

    def take(self, ways: Sequence[Keys], *, change: bool = True) -> None:
        """Copy the backup and check it, as it was checked when it was made.

        Unless it is only tried out, it is then migrated, and encrypted with the caseload's key.
        """
        self.manifest = read_manifest(self.backup)
        size, digest = _copied(self.backup, self.fresh)
        made = self.manifest
        if made is not None and (size, digest) != (made.size, made.sha256):
            raise BadBackup(
                f"{self.backup} is not as it was made ({size:,} of {made.size:,} bytes)"
                if size != made.size
                else f"{self.backup} is damaged: its bytes are not those that were written"
            )
        try:
            with closing(self._open(ways)) as db:
                db.value("PRAGMA journal_mode = DELETE")  # what another program may have set
                self._check(db)
                if change:
                    self._bring_up_to_date(db)
        except CasectlError as error:
            raise _about(error, self.fresh, self.backup) from None

    def _open(self, ways: Sequence[Keys]) -> Database:
        """By the caseload's own key, else by those that the ways give, one after the other."""
        key = self.old.key if self.old is not None else None
        for way in (lambda: [key] if key is not None else [], *ways):
            with suppress(Locked):
                return connect(self.fresh, way)
        raise Locked(
            f"no key at hand opens {self.fresh}",
            hint="name its key with CASECTL_KEY_FILE, or restore it at a terminal, where its own "
            "passphrase is asked",
        )

    def _check(self, db: Database) -> None:
        schema_of(db)
        broken = check(db)
        if broken > (self.manifest.broken_links if self.manifest is not None else 0):
            raise BadBackup(f"{self.backup} is damaged ({broken:,} rows of no case or client)")
        self.contents = contents_of(db)
        if self.manifest is not None:
            differing = difference(self.contents, self.manifest.contents)
            if differing:
                raise BadBackup(f"{self.backup} is not what its manifest says: {differing}")

    def _bring_up_to_date(self, db: Database) -> None:
        self.operations = {tuple(row) for row in db.rows(OPERATIONS)}
        if self.contents.schema < SCHEMA_VERSION:
            from casectl.store.migrations import migrate

            migrate(db)
        self._under_the_caseloads_key(db)

    def _under_the_caseloads_key(self, db: Database) -> None:
        """Encrypt what was taken with the key of the caseload that is there, if it has one."""
        key = self.old.key if self.old is not None else None
        if key is None or key == db.key:
            return
        before, anew = contents_of(db), self.staging / "encrypted.db"
        if db.key is not None:
            copy_whole(db, anew, key)
        else:
            create(anew)
            with closing(connect_new(self.fresh, cipher=True)) as source:
                source.export_into(anew, key)
        with closing(connect_new(anew, key)) as copy:
            check(copy)
            differing = difference(contents_of(copy), before)
            if db.key is None:
                Audit(copy).rekey(os.urandom(32))  # an encrypted caseload's chain has a key
        if differing:
            raise BadBackup(f"{self.backup} could not be encrypted again: {differing}")
        self.fresh = anew

    # -- putting it in place -------------------------------------------------------------------

    def put_in_place(self, plan: Plan, author: Author) -> Restored:
        """Exchange the files. Raises Busy where somebody wrote since the plan was made."""
        from casectl.store.accesslog import AccessLog

        _synced(self.fresh)
        try:
            with self._nobody_writing():
                if len(self._lost()) != plan.lost or os.path.lexists(self.real) != plan.there:
                    raise written_meanwhile()
                aside = self._set_aside(author.moment)
                other_slots = self._exchange_keys()
                self.fresh.replace(self.real)
                sync_folder(self.real.parent)
        except OSError as error:
            raise CasectlError(
                f"cannot put the backup in place ({error.strerror})", hint=f"look at {self.real}"
            ) from None
        # No journal can tell of it: the one that is there now was written before.
        with suppress(CasectlError):
            AccessLog(self.real).add(author.moment, author.worker, "restore")
        return Restored(self.real, aside, other_slots)

    @contextmanager
    def _nobody_writing(self) -> Iterator[None]:
        """Inside, no program writes or reads the old file; who waits finds another afterwards."""
        if self.old is None:
            busy = Busy("another casectl writes to the caseload", hint="try again")
            with turn(self.real, BUSY_SECONDS, busy):
                yield
            return
        with self.old.turn():
            leave_wal(self.old)
            self.old.execute("BEGIN EXCLUSIVE")
            try:
                if self.old.value("PRAGMA journal_mode") != "delete":
                    raise in_use(self.real)
                yield
            finally:
                self.close()

    def _set_aside(self, moment: str) -> Path | None:
        """Give the old file a second name, under which it stays, and its key slots a copy.

        What SQLite left beside one that it cannot open goes along, there or not: it would be taken
        for the new file's.
        """
        place = self._free_name(moment)
        if self.old is None:
            for end in SIDE_FILES:
                with suppress(FileNotFoundError):
                    Path(f"{self.real}{end}").replace(f"{place}{end}")
        if keys_of(self.real).is_dir():
            copy_keys(keys_of(self.real), keys_of(place))
        if not os.path.lexists(self.real):
            return None
        try:
            os.link(self.real, place)
        except OSError:  # a disk without hard links
            self._copy_old(place)
        if stat.S_IMODE(place.stat().st_mode) & 0o077:
            place.chmod(0o600)
        sync_folder(self.real.parent)
        return place

    def _free_name(self, moment: str) -> Path:
        name = f"{self.real.name}{BEFORE}{stamp_of(moment)}"
        place, number = self.real.with_name(name), 1
        while os.path.lexists(place) or os.path.lexists(keys_of(place)):
            number += 1
            place = self.real.with_name(f"{name}-{number}")
        return place

    def _copy_old(self, place: Path) -> None:
        """For a disk without hard links. Other casectls wait for their turn meanwhile."""
        if self.old is None:
            _copied(self.real, place)
            return
        # By the driver: reading the file ourselves would end its locks when we close it. It copies
        # nothing that it has locked for writing, so for the copy it only reads.
        before = self.old.value("PRAGMA data_version")
        self.old.execute("ROLLBACK")
        copy_whole(self.old, place, self.old.key)
        _synced(place)
        self.old.execute("BEGIN EXCLUSIVE")
        if self.old.value("PRAGMA data_version") != before:
            place.unlink()
            raise written_meanwhile()

    def _exchange_keys(self) -> bool:
        """The slots stay where the key does. Else the backup's come, or none for a plain file.

        True where the backup's are there now.
        """
        if self.old is not None and self.old.key is not None:
            return False
        slots = keys_of(self.real)
        if slots.is_dir():
            slots.rename(self.staging / "slots.before")
        if not check_file(self.fresh):
            return False
        fresh = self.staging / "slots"
        copy_keys(keys_of(self.backup), fresh)
        fresh.rename(slots)
        return True


# -- files -------------------------------------------------------------------------------------


def _found(backup: Path, caseload: Path) -> Path:
    """The file that was named, or the backup of that name. Raises what says why it is none."""
    place = backup
    if not os.path.lexists(place) and place.name == str(place):
        folder = caseload.parent if BEFORE in place.name else folder_of(caseload)
        place = folder / place.name
    if not os.path.lexists(place):
        raise NotFound(f"no backup {backup}", hint="casectl backup --list shows them")
    refuse_link(place)
    if not place.is_file():
        raise BadBackup(f"{place} is not a file", hint="name the backup's .db file")
    if place.suffix == ".json":
        raise BadValue(f"{place} is a manifest", hint=f"name {place.with_suffix('.db').name}")
    if place.stat().st_size == 0:
        raise BadBackup(f"{place} is empty, not a backup")
    if caseload.exists() and place.samefile(caseload):
        raise BadValue(f"{place} is the caseload itself", hint="name a backup of it")
    for end in ("-journal", "-wal"):
        side = Path(f"{place}{end}")
        if side.exists() and side.stat().st_size:
            raise BadBackup(
                f"{place} was copied while a program wrote to it ({side.name} belongs to it)",
                hint=f"casectl --db {place} backup --to DIR makes a whole one of the two",
            )
    return place


def written_meanwhile() -> Busy:
    return Busy(
        "the caseload was written to meanwhile", hint="nothing was restored; repeat the command"
    )


def _copied(path: Path, to: Path) -> tuple[int, str]:
    """Copy a file that is at rest; its size and SHA-256."""
    digest = sha256()
    try:
        create(to)
        with path.open("rb", buffering=0) as source, to.open("r+b", buffering=0) as copy:
            while piece := source.read(HASHED_AT_ONCE):
                digest.update(piece)
                view = memoryview(piece)
                while view:
                    view = view[copy.write(view) :]
            sync(copy.fileno())
            return copy.tell(), digest.hexdigest()
    except OSError as error:
        raise CasectlError(f"cannot copy {path} ({error.strerror})") from None


def _synced(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        sync(file.fileno())


def _about(error: CasectlError, fresh: Path, backup: Path) -> CasectlError:
    """An error about the copy as one about what it is a copy of."""
    error.args = (str(error.args[0]).replace(str(fresh), str(backup)),)
    return error


def _clear_leftovers(real: Path) -> None:
    """What a killed run left: its folder, and a second name of the file that is still in place."""
    name = re.compile(LEFTOVER.format(re.escape(real.name)))
    for each in real.parent.iterdir():
        if name.fullmatch(each.name) and each.is_dir() and not each.is_symlink():
            remove_folder(each)
    for kept in set_aside(real):
        if real.exists() and kept.path.samefile(real):
            kept.path.unlink()
            remove_folder(keys_of(kept.path))
