"""A caseload file, opened: its sections, each loaded when it is first asked for."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from casectl.core.errors import CasectlError, DiskFailed, EncryptionGone
from casectl.core.model import Author
from casectl.store.connection import (
    APPLICATION_ID,
    Database,
    Keys,
    connect,
    connect_new,
    create_file,
    not_a_caseload,
)
from casectl.store.schema import SCHEMA_VERSION, has_its_schema

if TYPE_CHECKING:
    from casectl.store.accesslog import AccessLog
    from casectl.store.agenda import AgendaReader
    from casectl.store.assessments import Assessments
    from casectl.store.audit import Audit
    from casectl.store.backup import Backups
    from casectl.store.cases import Cases
    from casectl.store.casework import Casework
    from casectl.store.checkup import Checkup
    from casectl.store.closing import Closings
    from casectl.store.contacts import Contacts
    from casectl.store.covering import Covering
    from casectl.store.handing import Handing
    from casectl.store.intake import Intake
    from casectl.store.jots import Jots
    from casectl.store.journal import Journal
    from casectl.store.leaves import Leaves
    from casectl.store.letters import Letters
    from casectl.store.monitoring import Monitoring
    from casectl.store.mornings import Mornings
    from casectl.store.notes import Notes
    from casectl.store.people import People
    from casectl.store.planning import Planning
    from casectl.store.promises import Promises
    from casectl.store.purge import Purge
    from casectl.store.referrals import Referrals
    from casectl.store.reminders import Reminders
    from casectl.store.resources import Resources
    from casectl.store.search import Search
    from casectl.store.sharing import Sharing
    from casectl.store.trails import Trails

# In the folder of slots while a plain file is being encrypted, so that a kill then accuses nobody.
UNFINISHED = "unfinished"
WORTH_A_BACKUP = 10  # entries on a caseload's first day; from the second on, one is


class Caseload:
    """One open caseload. Each section is a set of use cases; none of them shows SQL."""

    def __init__(self, db: Database, author: Author) -> None:
        self.db = db
        self.author = author

    @property
    def path(self) -> Path:
        return self.db.path

    @property
    def key(self) -> bytes | None:
        """What opened it; None where it is not encrypted."""
        return self.db.key

    @cached_property
    def agenda(self) -> AgendaReader:
        from casectl.store.agenda import AgendaReader

        return AgendaReader(self.db)

    @cached_property
    def journal(self) -> Journal:
        from casectl.store.journal import Journal

        return Journal(self.db, self.author)

    @cached_property
    def cases(self) -> Cases:
        """Finding, reading and changing cases and their clients."""
        from casectl.store.cases import Cases

        return Cases(self.db, self.journal)

    @cached_property
    def intake(self) -> Intake:
        """Taking clients in, one or many."""
        from casectl.store.intake import Intake

        return Intake(self.db, self.journal)

    @cached_property
    def promises(self) -> Promises:
        """Follow-ups, deadlines and appointments."""
        from casectl.store.promises import Promises

        return Promises(self.db, self.journal)

    @cached_property
    def casework(self) -> Casework:
        """Assessments, needs, goals, steps and the rest of the casework."""
        from casectl.store.casework import Casework

        return Casework(self.db, self.journal)

    @cached_property
    def planning(self) -> Planning:
        """The plan: its goals, steps and barriers, and its versions."""
        from casectl.store.planning import Planning

        return Planning(self.db, self.journal)

    @cached_property
    def resources(self) -> Resources:
        """Services that one can refer to."""
        from casectl.store.resources import Resources

        return Resources(self.db, self.journal)

    @cached_property
    def referrals(self) -> Referrals:
        """Referrals until the client is connected, and denials until they are decided."""
        from casectl.store.referrals import Referrals

        return Referrals(self.db, self.journal)

    @cached_property
    def monitoring(self) -> Monitoring:
        """Transitions, medications, providers, and the client's voice."""
        from casectl.store.monitoring import Monitoring

        return Monitoring(self.db, self.journal)

    @cached_property
    def sharing(self) -> Sharing:
        """Releases of information, and what was told to whom."""
        from casectl.store.sharing import Sharing

        return Sharing(self.db, self.journal)

    @cached_property
    def people(self) -> People:
        """Who is around a client."""
        from casectl.store.people import People

        return People(self.db, self.journal)

    @cached_property
    def assessments(self) -> Assessments:
        """Domains, risk and questionnaires, as they are assessed, and the needs found."""
        from casectl.store.assessments import Assessments

        return Assessments(self.db, self.journal)

    @cached_property
    def closing(self) -> Closings:
        """How a service ends, and the call after it."""
        from casectl.store.closing import Closings

        return Closings(self.db, self.journal)

    @cached_property
    def covering(self) -> Covering:
        """What may not join a client whom a colleague's case is covered of."""
        from casectl.store.covering import Covering

        return Covering(self.db)

    @cached_property
    def contacts(self) -> Contacts:
        """Contacts, their corrections, and notes."""
        from casectl.store.contacts import Contacts

        return Contacts(self.db, self.journal)

    @cached_property
    def notes(self) -> Notes:
        """Notes of contacts, signed ones, and what is added to them."""
        from casectl.store.notes import Notes

        return Notes(self.db, self.journal)

    @cached_property
    def leaves(self) -> Leaves:
        """The worker's days away."""
        from casectl.store.leaves import Leaves

        return Leaves(self.db, self.journal)

    @cached_property
    def letters(self) -> Letters:
        """That letters were printed, and to whom."""
        from casectl.store.letters import Letters

        return Letters(self.db, self.journal)

    def has_leaves(self) -> bool:
        """Whether any day away is on file; asked by every command that knows a due day."""
        return self.db.value("SELECT 1 FROM leaves LIMIT 1") is not None

    @cached_property
    def jots(self) -> Jots:
        """What belongs to no case yet."""
        from casectl.store.jots import Jots

        return Jots(self.db, self.journal)

    @cached_property
    def mornings(self) -> Mornings:
        """When the list was first seen each day, and what is new since."""
        from casectl.store.mornings import Mornings

        return Mornings(self.db, self.author)

    @cached_property
    def handing(self) -> Handing:
        """Hand-overs to colleagues and from them."""
        from casectl.store.handing import Handing

        return Handing(self.db, self.journal)

    @cached_property
    def trails(self) -> Trails:
        """Every case as it can be counted."""
        from casectl.store.trails import Trails

        return Trails(self.db)

    @cached_property
    def search(self) -> Search:
        from casectl.store.search import Search

        return Search(self.db)

    @cached_property
    def reminders(self) -> Reminders:
        from casectl.store.reminders import Reminders

        return Reminders(self.db)

    @cached_property
    def accesses(self) -> AccessLog:
        """Who was shown what."""
        from casectl.store.accesslog import AccessLog

        return AccessLog(self.path)

    @cached_property
    def backups(self) -> Backups:
        """Checked copies, beside the caseload or elsewhere."""
        from casectl.store.backup import Backups

        return Backups(self.db, self.author)

    @cached_property
    def audit(self) -> Audit:
        """Whether the journal and the records are as they were written."""
        from casectl.store.audit import Audit

        return Audit(self.db)

    @cached_property
    def purge(self) -> Purge:
        """Legal erasure."""
        from casectl.store.purge import Purge

        return Purge(self.db, self.journal)

    @cached_property
    def checkup(self) -> Checkup:
        """What ``casectl doctor`` looks at."""
        from casectl.store.checkup import Checkup

        return Checkup(self.db, self.author)

    @property
    def has_written(self) -> bool:
        """Whether an operation was committed through this opening of the file."""
        journal: Journal | None = self.__dict__.get("journal")
        return journal is not None and journal.committed

    def has_todays_backup(self, day: str) -> bool:
        """Whether none is due on ``day`` (ISO, UTC), told without loading what makes one.

        There is one by its name, or nothing was recorded before that day, and little on it.
        """
        folder = Path(f"{os.path.realpath(self.path)}.backups")
        with suppress(OSError):
            if any(f"-{day}T" in each.name for each in folder.iterdir()):
                return True
        first = self.db.value("SELECT at FROM operations ORDER BY id LIMIT 1")
        return first is None or bool(first[:10] == day and is_hardly_begun(self.db))

    # -- whether reminders run by themselves ---------------------------------------------------
    # An empty file beside the caseload, whose time is that of the last run: a touch is neither a
    # write into the file nor a sync of the disk, so it costs the reminders nothing.

    @property
    def _reminded(self) -> str:
        return f"{os.path.realpath(self.path)}.reminded"

    def expect_reminders(self) -> None:
        """From now on it is noticed when they stay away, where that can be written."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with suppress(OSError):
            os.close(os.open(self._reminded, flags, 0o600))
            os.utime(self._reminded, (0, 0))

    def expect_no_reminders(self) -> None:
        try:
            Path(self._reminded).unlink(missing_ok=True)
        except OSError as error:
            raise CasectlError(f"cannot remove {self._reminded} ({error.strerror})") from None

    def reminders_ran(self) -> None:
        """Note that they did, where they are expected. Where that cannot be written, they did."""
        with suppress(OSError):
            os.utime(self._reminded)

    def reminded_at(self) -> float | None:
        """When they last ran, in seconds since 1970; 0 for not yet, None for not expected."""
        try:
            return os.lstat(self._reminded).st_mtime
        except OSError:
            return None

    def close(self) -> None:
        self.db.close()


def is_hardly_begun(db: Database) -> bool:
    """Whether so little is recorded that it could be typed again."""
    entries = "SELECT count(*) FROM (SELECT 1 FROM operations LIMIT ?)"
    return bool(db.value(entries, (WORTH_A_BACKUP,)) < WORTH_A_BACKUP)


def open_caseload(path: Path, author: Author, keys: Keys | None = None) -> Caseload:
    """Open an existing caseload, migrating it first when its schema is older.

    Where its tables or triggers are not this program's, or a plain file stands where the slots of
    an encrypted one are, it opens for reading: today's list is needed most when something is wrong.
    ``keys`` is asked only for an encrypted file. Raises
    NotFound where there is no file, Locked where no key fits, CasectlError for a file that is not
    a caseload or that a newer casectl wrote.
    """
    db = connect(path, keys)
    try:
        _check_encryption(db)
        _check_schema(db, author)
    except BaseException:
        db.close()
        raise
    return Caseload(db, author)


def open_for_reading(path: Path, author: Author, keys: Keys | None = None) -> Caseload:
    """Open somebody else's caseload to look at it. Nothing is ever written into it.

    So one of an older schema is refused, whose owner's casectl brings it up to this one.
    """
    db = connect(path, keys)
    try:
        version = schema_of(db)
        if version < SCHEMA_VERSION:
            raise CasectlError(
                f"an older casectl wrote {path} (schema {version}, this one reads "
                f"{SCHEMA_VERSION})",
                hint="whoever works with it upgrades first",
            )
        db.execute("PRAGMA query_only = ON")
    except BaseException:
        db.close()
        raise
    db.read_only_because = CasectlError(f"{path} is only looked at")
    return Caseload(db, author)


def _check_encryption(db: Database) -> None:
    """Who can write to the folder and has no key can only put a plain file there."""
    folder = Path(f"{os.path.realpath(db.path)}.keys")  # as ``slots.folder_of``, not loaded
    if db.key is not None:
        with suppress(OSError):
            (folder / UNFINISHED).unlink()
    elif folder.is_dir() and not os.path.lexists(folder / UNFINISHED):
        db.read_only_because = EncryptionGone(
            f"{db.path} is not encrypted, and {folder} says that it was, so nothing is written",
            hint="casectl restore puts a backup back; whoever took the encryption off "
            "themselves moves that folder away",
        )


def _check_schema(db: Database, author: Author) -> None:
    if schema_of(db) < SCHEMA_VERSION:
        from casectl.store.backup import MIGRATION, Backups
        from casectl.store.migrations import migrate

        Backups(db, author).automatic(MIGRATION)
        migrate(db)
    db.look = lambda: db.read_only_because or _why_not_to_write(db)


def _why_not_to_write(db: Database) -> CasectlError | None:
    if has_its_schema(db):
        return None
    return CasectlError(
        f"the tables or triggers in {db.path} are not the ones that casectl makes, and nothing "
        "is written without a journal",
        hint="casectl doctor tells more",
    )


def schema_of(db: Database) -> int:
    """The schema of an opened file, which this program can read or migrate; refused otherwise."""
    header = db.one(
        "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version"
    )
    if header is None or header["application_id"] != APPLICATION_ID:
        raise not_a_caseload(db.path)
    version: int = header["user_version"]
    if version > SCHEMA_VERSION:
        raise CasectlError(
            f"a newer casectl wrote {db.path} (schema {version}, this one knows {SCHEMA_VERSION})",
            hint="upgrade casectl",
        )
    return version


def create_caseload(path: Path, author: Author, key: bytes | None = None) -> Caseload:
    """Make a new caseload file (0600, its folder 0700) and open it; encrypted, with a ``key``.

    Never over an existing file; a failure on the way leaves none.
    """
    create_file(path)
    try:
        return _created(path, author, key)
    except DiskFailed as error:
        raise DiskFailed(
            str(error.args[0]), hint="nothing was changed, and no caseload was made"
        ) from None


def _created(path: Path, author: Author, key: bytes | None) -> Caseload:
    """The caseload in an empty file, which is gone again where that fails."""
    db: Database | None = None
    try:
        db = connect_new(path, key)
        from casectl.store.migrations import migrate  # the driver must be known by then

        # The journal has a key of its own, which a rotation leaves as it is.
        migrate(db, None if key is None else os.urandom(32))
    except BaseException as error:
        if db is not None:
            db.close()
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
        if isinstance(error, DiskFailed):
            raise DiskFailed(
                str(error.args[0]),
                hint="the new file is removed again, so nothing was changed; is its disk full?",
            ) from None  # whatever it said of a commit, it is not there any more
        raise
    return Caseload(db, author)
