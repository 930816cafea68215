"""Backups: checked copies of a caseload, where they are and how long they are kept.

    caseload.db.backups/                       only its owner can enter it
      caseload-2026-11-22T093000Z.db           the copy, encrypted as the caseload is
      caseload-2026-11-22T093000Z.db.keys/     its key slots, so that it can be opened alone
      caseload-2026-11-22T093000Z.json         its manifest

A backup is made and checked in a hidden folder beside its place, which the next one clears away
where a kill left it. The slots are moved into place first and the copy last: a backup is there, and
whole, once its copy is.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from pathlib import Path

from casectl import __version__
from casectl.core.errors import BadValue, Busy, CasectlError, Locked, NotFound
from casectl.core.model import Author
from casectl.core.views import Backup, Contents, Manifest
from casectl.store.alone import SIDE_FILES, AtWork, alone_in
from casectl.store.caseload import is_hardly_begun
from casectl.store.connection import (
    BUSY_SECONDS,
    STEP_PAGES,
    Database,
    check_file,
    connect,
    connect_new,
)
from casectl.store.manifest import (
    STAMP,
    BadBackup,
    check,
    contents_of,
    difference,
    manifest_of,
    read_manifest,
    write_manifest,
)
from casectl.store.private import (
    create,
    make_folder,
    private_umask,
    put,
    read,
    refuse_link,
    sync,
    sync_folder,
)

ASKED, DAILY, MIGRATION, ROTATION, IMPORT = "asked", "daily", "migration", "rotation", "import"
# A little less than a day, so that one at the same hour every morning never comes too early.
EACH_DAY = timedelta(hours=20)
BETWEEN_IMPORTS = timedelta(minutes=15)
# How often a large copy is begun again because somebody wrote, before writers have to wait for it.
TRIES = 3

BEFORE = ".before-restore-"  # and a moment: what a restored file took the place of
LEFTOVER = rf"\..+-{STAMP}\.[0-9a-f]{{16}}\.new"
# Pages held while a copy is checked, which reads and decrypts each several times.
CACHE_KIB = 65_536
LARGEST_SLOT = 10_000  # bytes
HASHED_AT_ONCE = 1 << 20


def folder_of(caseload: Path) -> Path:
    """Where a caseload's backups are kept: beside the file itself, behind every link."""
    real = Path(os.path.realpath(caseload))
    return real.with_name(f"{real.name}.backups")


def keys_of(caseload: Path) -> Path:
    """Where the key slots of a caseload or a backup are."""
    return caseload.with_name(f"{caseload.name}.keys")


class Backups:
    def __init__(self, db: Database, author: Author) -> None:
        self.db = db
        self.author = author
        self.real = Path(os.path.realpath(db.path))

    @property
    def folder(self) -> Path:
        return folder_of(self.real)

    # -- making --------------------------------------------------------------------------------

    def make(
        self, reason: str = ASKED, to: Path | None = None, *, wait: float = BUSY_SECONDS
    ) -> Backup:
        """Copy the caseload as it stands, check the copy, and only then let it take its place.

        In the default place the old ones go that need not be kept; in any other folder nothing is
        ever removed. Others may write meanwhile. Raises BadBackup, Busy, CasectlError; then the
        backups that there were are all still there.
        """
        folder = self._folder_at(to)
        with self._at_work_in(folder, wait):
            backup = self._make(reason, folder)
            if folder == self.folder:
                self._drop_old(backup)
        return backup

    def automatic(self, reason: str) -> Backup | None:
        """A backup before something that changes a great deal. None where there is nothing yet.

        Before imports it makes at most one in a quarter of an hour.
        """
        if self._first_moment() is None:
            return None
        if reason == IMPORT and self._has_one_since(BETWEEN_IMPORTS):
            return None
        return self.make(reason)

    def daily(self) -> Backup | None:
        """The day's backup, unless there is one, or another program makes it just now.

        On a caseload's first day there is none until there is something to lose.
        """
        first = self._first_moment()
        if first is None or (self._age(first) < EACH_DAY and is_hardly_begun(self.db)):
            return None
        if self._has_one_since(EACH_DAY):
            return None
        try:
            return self.make(DAILY, wait=0)
        except AtWork:
            return None

    def rekey(self, old: bytes) -> list[Path]:
        """Encrypt what is under an older key with the one that the caseload has now.

        The backups, and what restoring set aside: who has the old key then opens none of them, and
        who has the new one all. Each is written anew, checked, and only then removed; a kill leaves
        some of either sort. Gives those that neither key opens. Raises CasectlError where one that
        the old key opens could not be written anew, once all others are.
        """
        unopened: list[Path] = []
        failed: list[str] = []
        with ExitStack() as held:
            if self.folder.is_dir():
                held.enter_context(self._at_work_in(self.folder, BUSY_SECONDS))
            clear_staging(self.real.parent, "new")
            for each in backups_of(self.real):
                try:
                    if not self._is_rekeyed(each, old):
                        unopened.append(each.path)
                except Busy:
                    raise
                except (CasectlError, OSError) as error:
                    why = error.strerror if isinstance(error, OSError) else error.args[0]
                    failed.append(
                        f"{each.path} is under the old key and could not be encrypted with the new "
                        f"one ({why})"
                    )
        if failed:
            raise CasectlError(
                failed[0],
                hint="the caseload opens as before; move that file elsewhere, then casectl key "
                "rotate again",
            )
        return unopened

    def _is_rekeyed(self, backup: Backup, old: bytes) -> bool:
        """Whether it is plain, or under the caseload's key, now or before."""
        if not backup.size or not check_file(backup.path):
            return True
        try:
            source = connect(backup.path, lambda: [old])
        except Locked:
            key = self.db.key
            with suppress(Locked), closing(connect(backup.path, lambda: [key] if key else [])):
                return True
            return False
        if backup.manifest is not None:
            self._make_again(backup, backup.manifest, source)
        else:
            self._encrypt_again(backup.path, source)
        return True

    @contextmanager
    def _at_work_in(self, folder: Path, wait: float) -> Iterator[None]:
        try:
            with alone_in(folder, wait):
                _clear_leftovers(folder)
                if folder == self.folder:
                    self._clear_rests()
                yield
        except OSError as error:
            raise CasectlError(f"cannot back up to {folder} ({error.strerror})") from None

    def _folder_at(self, to: Path | None) -> Path:
        if to is None:
            refuse_link(self.folder)
            make_folder(self.folder)
            return self.folder
        folder = Path(os.path.realpath(to))
        if not folder.parent.is_dir():
            raise NotFound(f"no folder {folder.parent}", hint="is its disk there?")
        if folder.exists() and not folder.is_dir():
            raise CasectlError(f"{to} is not a folder", hint="name the folder that backups go to")
        make_folder(folder)
        _check_alone_in(folder)
        return folder

    def _make(self, reason: str, folder: Path) -> Backup:
        place = self._free_place(folder, self.author.moment)
        with making(place) as fresh:
            contents = self._copy_to(fresh)
            return self._finish(fresh, place, self.author.moment, reason, contents)

    def _make_again(self, backup: Backup, manifest: Manifest, source: Database) -> None:
        place = self._free_place(self.folder, backup.made_at)
        with making(place) as fresh:
            with closing(source):
                copy_whole(source, fresh, self.db.key)
            self._finish(fresh, place, backup.made_at, manifest.reason, manifest.contents)
        _remove(backup.path)

    def _encrypt_again(self, path: Path, source: Database) -> None:
        """One without a manifest keeps its name. The slots open both keys meanwhile."""
        with making(path) as fresh:
            with closing(source):
                contents = contents_of(source)
                copy_whole(source, fresh, self.db.key)
            self._check(fresh, contents)
            sealed(fresh)
            copy_keys(keys_of(self.real), keys_of(path))
            fresh.replace(path)
            for end in SIDE_FILES:
                Path(f"{path}{end}").unlink(missing_ok=True)
            for slot in _files(keys_of(path)):
                if not os.path.lexists(keys_of(self.real) / slot.name):
                    Path(slot.path).unlink()
            sync_folder(path.parent)

    def _finish(
        self, fresh: Path, place: Path, made_at: str, reason: str, contents: Contents
    ) -> Backup:
        """Check a copy, write its manifest, and move it into its place."""
        size, digest = sealed(fresh)
        broken = self._check(fresh, contents)
        encrypted = self.db.key is not None
        manifest = Manifest(made_at, reason, __version__, encrypted, size, digest, broken, contents)
        write_manifest(fresh, manifest)
        if encrypted:
            copy_keys(keys_of(self.real), keys_of(fresh))
            keys_of(fresh).rename(keys_of(place))
        fresh.with_suffix(".json").rename(place.with_suffix(".json"))
        fresh.rename(place)
        sync_folder(place.parent)
        return Backup(place, made_at, size, manifest)

    def _free_place(self, folder: Path, moment: str) -> Path:
        """The name by the moment; with a number where two are made in one second."""
        name = f"{self.real.stem}-{stamp_of(moment)}"
        names = chain([name], (f"{name}-{number}" for number in count(2)))
        places = (folder / f"{each}.db" for each in names)
        return next(place for place in places if not _is_taken(place))

    def _copy_to(self, fresh: Path) -> Contents:
        """Copy the caseload, and tell what it held at the moment of the copy."""
        if self.db.value("PRAGMA page_count") > STEP_PAGES:
            for _ in range(TRIES):
                version = self.db.value("PRAGMA data_version")
                contents = contents_of(self.db)
                whole = copy_whole(self.db, fresh, self.db.key, at_once=False)
                if whole and self.db.value("PRAGMA data_version") == version:
                    return contents
                fresh.unlink()
        with self.db.turn(), self.db.snapshot():
            contents = contents_of(self.db)
            copy_whole(self.db, fresh, self.db.key)
        return contents

    def _check(self, fresh: Path, contents: Contents) -> int:
        """The copy, opened on its own: sound, and the same as the caseload. Its broken links."""
        with closing(connect_new(fresh, self.db.key)) as copy:
            copy.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            broken = check(copy)
            differing = difference(contents_of(copy), contents)
        if differing:
            raise BadBackup(f"{fresh} has {differing}")
        return broken

    # -- those that there are ------------------------------------------------------------------

    def all(self) -> list[Backup]:
        """The backups in the default place, the newest first."""
        return backups_in(self.folder, self.real.stem)

    def delete(self, backups: Iterable[Backup]) -> None:
        """Remove backups, or what restoring set aside, with their manifests and key slots."""
        folder = self.folder if self.folder.is_dir() else self.real.parent
        with alone_in(folder, BUSY_SECONDS):
            for each in backups:
                _remove(each.path)

    def _drop_old(self, made: Backup) -> None:
        from casectl.core.retention import Made, kept

        there = {}
        for moment, number, path in _places(self.folder, self.real.stem):
            manifest = _manifest_of(path)
            reason = manifest.reason if manifest else None
            there[Made(_moment(moment), number, reason)] = path
        stay = {there[each] for each in kept(there)}
        for path in there.values():
            if path not in stay and path != made.path:
                _remove(path)

    def _clear_rests(self) -> None:
        """Manifests and slots whose copy is not there: of a backup half moved or half removed."""
        name = re.compile(rf"({re.escape(self.real.stem)}-{STAMP})\.(?:json|db\.keys)")
        for each in self.folder.iterdir():
            match = name.fullmatch(each.name)
            if match and not os.path.lexists(self.folder / f"{match[1]}.db"):
                _remove(self.folder / f"{match[1]}.db")

    def _has_one_since(self, span: timedelta) -> bool:
        """Whether there is a backup that is younger; one of a day to come is a wrong clock's."""
        ages = (self._age(moment) for moment, _, _ in _places(self.folder, self.real.stem))
        return any(timedelta(0) <= age < span for age in ages)

    def _age(self, moment: str) -> timedelta:
        return _moment(self.author.moment) - _moment(moment)

    def _first_moment(self) -> str | None:
        at: str | None = self.db.value("SELECT at FROM operations ORDER BY id LIMIT 1")
        return at


def _check_alone_in(folder: Path) -> None:
    """Refuse a folder in which others could remove a backup, or put one of theirs in its place."""
    if not hasattr(os, "geteuid"):
        return
    status = folder.stat()
    if status.st_uid not in (os.geteuid(), 0):
        raise BadValue(f"{folder} belongs to another user", hint="name a folder of your own")
    if status.st_mode & 0o022 and not status.st_mode & stat.S_ISVTX:
        raise BadValue(
            f"others may replace files in {folder} ({stat.S_IMODE(status.st_mode):03o})",
            hint="name a folder of your own, or chmod 700 that one",
        )


def copy_whole(db: Database, fresh: Path, key: bytes | None, *, at_once: bool = True) -> bool:
    """Copy a caseload into a new file, under ``key``; False as ``Database.copy_into`` says."""
    create(fresh)
    with closing(connect_new(fresh, key)) as copy:
        # What is half made is thrown away, and what is whole is synced at the end.
        copy.value("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        return db.copy_into(copy, at_once=at_once)


# -- files and folders -------------------------------------------------------------------------


@contextmanager
def staging_for(place: Path, ending: str = "new") -> Iterator[Path]:
    """Where a copy is made until it is whole: in a hidden folder that only its owner can enter."""
    staging = place.with_name(f".{place.stem}.{os.urandom(8).hex()}.{ending}")
    try:
        with private_umask():
            staging.mkdir(mode=0o700)
        yield staging / place.name
    finally:
        remove_folder(staging)


@contextmanager
def making(place: Path) -> Iterator[Path]:
    """As ``staging_for``; what goes wrong is told in words that name no file that is gone."""
    with staging_for(place) as fresh:
        try:
            yield fresh
        except Busy:
            raise
        except CasectlError as error:
            words = str(error.args[0]).replace(str(fresh), "the copy")
            hint = "casectl doctor tells more"
            raise BadBackup(f"no backup was made: {words}", hint=hint) from None


def backups_of(caseload: Path, folder: Path | None = None) -> list[Backup]:
    """The copies of a caseload that casectl keeps: its backups, and what restoring set aside.

    The newest of each come first. With ``folder``, the backups that were put there.
    """
    real = Path(os.path.realpath(caseload))
    if folder is not None:
        if not folder.is_dir():
            raise NotFound(f"no folder {folder}", hint="is its disk there?")
        return backups_in(folder, real.stem)
    return [*backups_in(folder_of(real), real.stem), *set_aside(real)]


def backups_in(folder: Path, stem: str) -> list[Backup]:
    """The backups of a caseload of that name in a folder, the newest first."""
    found = []
    for moment, _, path in sorted(_places(folder, stem), reverse=True):
        with suppress(FileNotFoundError):  # another program removed it a moment ago
            found.append(Backup(path, moment, path.stat().st_size, _manifest_of(path)))
    return found


def _manifest_of(path: Path) -> Manifest | None:
    """What was written down of a backup; None where it cannot be read either."""
    try:
        return read_manifest(path)
    except BadBackup:
        return None


def set_aside(caseload: Path) -> list[Backup]:
    """What ``restore`` kept of the files that were there before, the newest first."""
    found = []
    for moment, _, path in sorted(
        _named(caseload.parent, caseload.name + BEFORE, ""), reverse=True
    ):
        with suppress(FileNotFoundError):
            found.append(Backup(path, moment, path.stat().st_size, None, aside=True))
    return found


def _places(folder: Path, stem: str) -> list[tuple[str, int, Path]]:
    return _named(folder, f"{stem}-", ".db")


def _named(folder: Path, begin: str, end: str) -> list[tuple[str, int, Path]]:
    """The files with a moment in their name: the moment, the number, the path. Links are none."""
    name = re.compile(f"{re.escape(begin)}{STAMP}{re.escape(end)}")
    return [
        (_spelled(match[1]), int(match[2] or 1), Path(each.path))
        for each in _files(folder)
        if (match := name.fullmatch(each.name))
    ]


def _files(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [each for each in entries if each.is_file(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CasectlError(f"cannot look into {folder} ({error.strerror})") from None


def sealed(path: Path) -> tuple[int, str]:
    """Bring a file onto the disk; its size and SHA-256."""
    from hashlib import sha256

    digest = sha256()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(HASHED_AT_ONCE):
            digest.update(piece)
        sync(file.fileno())
        return file.tell(), digest.hexdigest()


def copy_keys(slots: Path, to: Path) -> None:
    """Copy the key slots of an encrypted caseload. An empty folder says that there are none.

    Whatever else a person put there stays there: it may be the key itself.
    """
    from casectl.store.slots import FILES

    make_folder(to)
    for each in _files(slots):
        if each.name in FILES:
            content, _ = read(Path(each.path), LARGEST_SLOT)
            put(to / each.name, content, lambda fresh: None)


def remove_folder(folder: Path) -> None:
    from shutil import rmtree

    rmtree(folder, ignore_errors=True)


def clear_staging(folder: Path, ending: str) -> bool:
    """Remove the hidden folders that killed runs left; whether there were any."""
    name = re.compile(rf"\..+\.[0-9a-f]{{16}}\.{ending}")
    left = [
        each
        for each in folder.iterdir()
        if name.fullmatch(each.name) and each.is_dir() and not each.is_symlink()
    ]
    for each in left:
        remove_folder(each)
    return bool(left)


def _clear_leftovers(folder: Path) -> None:
    """What a killed run left of a backup that it was making."""
    for each in folder.iterdir():
        if re.fullmatch(LEFTOVER, each.name) and each.is_dir() and not each.is_symlink():
            remove_folder(each)


def _is_taken(place: Path) -> bool:
    whole = place, place.with_suffix(".json"), keys_of(place)
    return any(os.path.lexists(each) for each in whole)


def _remove(backup: Path) -> None:
    """The copy first: without it the rest is no backup."""
    manifest = manifest_of(backup)
    try:
        backup.unlink(missing_ok=True)
        if manifest is not None:
            manifest.unlink(missing_ok=True)
    except OSError as error:
        raise CasectlError(f"cannot remove {backup} ({error.strerror})") from None
    remove_folder(keys_of(backup))


def stamp_of(moment: str) -> str:
    """``2026-11-22T09:30:00Z`` without the colons, which some disks do not take."""
    return moment.replace(":", "")


def _spelled(stamp: str) -> str:
    return f"{stamp[:13]}:{stamp[13:15]}:{stamp[15:]}"


def _moment(spelled: str) -> datetime:
    """The moment that a backup's name says; what is on no calendar came before everything."""
    try:
        return datetime.fromisoformat(spelled)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
