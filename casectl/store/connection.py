"""The one module that opens a caseload file and knows its driver and the driver's exceptions.

Two drivers with one interface: SQLCipher's for an encrypted file, the standard library's for one
that is not, which starts faster and needs no key. The file's first bytes tell which it is.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from casectl.core.errors import Busy, CasectlError, DiskFailed, Kept, Locked, NotFound

if TYPE_CHECKING:
    from sqlite3 import Connection
    from sqlite3 import Row as Row
else:
    Connection = Row = object

# "casectl" files say so in their header, so that another program's file is never mistaken for one.
APPLICATION_ID = 0x43415345
# How long to wait while another program writes. The driver's own wait is deaf to Ctrl-C, so it is
# cut into slices and asked again.
BUSY_SECONDS = 30.0
SLICE_SECONDS = 0.5

# A copy is made in steps, so that nobody waits long to write; each write begins it anew.
STEP_PAGES = 2_000
STEP_SLEEP = 0.05  # seconds, while another program has the file to itself
RESTARTS = 3

NOT_TEXT = "a text in it is not valid UTF-8"

# EXTRA also syncs the folder once the rollback journal is gone from it. FULL leaves that to the
# system, and a power cut right after a commit can bring the journal back, which takes it back.
PRAGMAS = ["PRAGMA foreign_keys = ON", "PRAGMA synchronous = EXTRA"]
if sys.platform == "darwin":
    PRAGMAS.append("PRAGMA fullfsync = ON")  # really on the disk

# What stands for itself in a URI; urllib, which says the same, takes half a millisecond to load.
IN_A_URI = frozenset(b"/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

# How a file begins that anybody can read; an encrypted one begins with its salt.
PLAIN = b"SQLite format 3\0"


class Code:
    """SQLite's result codes (https://sqlite.org/rescode.html), which both drivers pass on."""

    PERM, BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN = 3, 5, 6, 8, 10, 11, 13, 14
    CONSTRAINT, NOTADB = 19, 26


# Gives the keys to try for an encrypted file, or raises what says why there are none.
Keys = Callable[[], Sequence[bytes]]
Value = str | int | None
Answer = TypeVar("Answer")


class Database:
    """A thin cover of one connection: rows in, rows out, the driver's errors in our words."""

    def __init__(self, connection: Connection, path: Path, driver: Any) -> None:
        self.connection = connection
        self.path = path
        self.driver = driver  # a module of DB-API 2.0
        self.key: bytes | None = None  # what opened it; None for a file that is not encrypted
        self.has_opened = False  # so that the key did fit
        self.file: tuple[int, int] | None = None  # which file the path named when it was opened
        self.read_only_because: CasectlError | None = None  # raised at the first write,
        # and looked for no sooner: most commands only read
        self.look: Callable[[], CasectlError | None] | None = None

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        return self._ask(lambda: self.connection.execute(sql, values).fetchall())

    def tuples(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """The same without the names of the columns: for rows by the hundred."""
        return self._ask(lambda: self._without_names().execute(sql, values).fetchall())

    def _without_names(self) -> Any:
        cursor = self.connection.cursor()
        cursor.row_factory = None
        return cursor

    def one(self, sql: str, values: Sequence[Value] = ()) -> Row | None:
        row: Row | None = self._ask(lambda: self.connection.execute(sql, values).fetchone())
        return row

    def value(self, sql: str, values: Sequence[Value] = ()) -> Any:
        """The first column of the first row; None when there is no row."""
        row = self.one(sql, values)
        return None if row is None else row[0]

    def execute(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Run a statement and return how many rows it changed."""
        return self._ask(lambda: self.connection.execute(sql, values).rowcount)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        with self.translated_errors():
            self.connection.executemany(sql, rows)

    def close(self) -> None:
        self.connection.close()

    def why_read_only(self) -> CasectlError | None:
        """Why nothing may be written into the file; looked for once."""
        if self.look is not None:
            self.read_only_because, self.look = self.look(), None
        return self.read_only_because

    @contextmanager
    def transaction(self, recorded: Callable[[], bool] | None = None) -> Iterator[None]:
        """One immediate transaction: everything inside happens, or nothing does.

        ``recorded`` looks whether it happened, where the disk failed while it was committed. Raises
        Kept where it did.
        """
        reason = self.why_read_only()
        if reason is not None:
            raise reason
        with self.turn():
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._commit(recorded)
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.rollback()
                raise

    def _commit(self, recorded: Callable[[], bool] | None) -> None:
        """The last step of a commit is to sync the folder, once the rollback journal is gone from
        it. Where that alone fails SQLite says so as of any other, and everything is written.
        """
        try:
            self.execute("COMMIT")
        except DiskFailed as error:
            journal = f"{os.path.realpath(self.path)}-journal"
            if self.connection.in_transaction or os.path.lexists(journal):
                raise  # whoever opens the file next takes back what there is of it
            raise self._after_the_end(error, recorded) from None

    def _after_the_end(
        self, error: DiskFailed, recorded: Callable[[], bool] | None
    ) -> CasectlError:
        """What to say of a commit that failed and left no rollback journal. Nobody else can have
        written since: this is still our turn.
        """
        told = str(error.args[0])
        if recorded is None:
            return DiskFailed(
                told,
                hint="it may be written all the same: repeat it once the disk is well again",
            )
        try:
            if not recorded():
                return error
        except CasectlError:
            return DiskFailed(
                told,
                hint="casectl history tells whether it was recorded, once the disk is well again",
            )
        return Kept(
            f"{told} at the end of recording",
            hint="what you recorded is kept, so do not repeat it; casectl backup --to another disk",
        )

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Inside, no other casectl writes. Raises Busy, also where the file was replaced meanwhile:
        what is written into the old one would be lost.
        """
        from casectl.store.turn import turn

        with turn(self.path, BUSY_SECONDS, _busy()):
            if self.file is not None and _file_at(self.path) != self.file:
                raise Busy(
                    f"{self.path} was replaced by another file a moment ago",
                    hint="nothing was written; repeat the command",
                )
            yield

    def rekey(self, key: bytes) -> None:
        """Encrypt every page with another key, in one transaction of the driver's own.

        Only inside ``nobody_else``. SQLCipher says "ok" also where the transaction failed, so only
        opening the file anew tells which key it is under. Raises DiskFailed where it may be either.
        """
        try:
            with self.translated_errors():
                self.connection.execute(f"PRAGMA rekey = {raw_key(key)}")
        except DiskFailed as error:
            raise DiskFailed(
                str(error.args[0]),
                hint="the caseload opens with the old key or the new one, and whatever opened it "
                "has both; repeat it when the disk does what it is asked",
            ) from None
        self.key = key

    def export_into(self, path: Path, key: bytes | None) -> None:
        """Copy everything into an empty file, encrypted with ``key``, or not at all for None.

        ``backup`` cannot cross that border. Only inside ``turn``, so that nobody writes meanwhile,
        and only by SQLCipher's driver: a plain file is opened with ``connect_new``'s ``cipher``.
        """
        whole = {name: self.value(f"PRAGMA {name}") for name in ("application_id", "user_version")}
        self.execute(
            "ATTACH DATABASE ? AS copy KEY ?",
            (str(path.absolute()), f"x'{key.hex()}'" if key else ""),
        )
        try:
            self.connection.execute("SELECT sqlcipher_export('copy')").fetchall()
            for name, value in whole.items():  # what the export leaves behind
                self.connection.execute(f"PRAGMA copy.{name} = {value}")
        except self.driver.DatabaseError as error:
            raise _translated(error, path) from None
        finally:
            self.execute("DETACH DATABASE copy")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """One consistent view for several reads, and one lock taken instead of one for each."""
        if self.connection.in_transaction:
            yield
            return
        self.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.rollback()

    def copy_into(self, copy: Database, *, at_once: bool) -> bool:
        """Copy every page into an empty file, under that file's key; never encrypted into plain.

        Between the steps others write, and each write begins the copy anew: after some, False, and
        the copy is worth nothing. ``at_once`` keeps writers waiting until it is done. Raises Busy.
        """
        give_up = monotonic() + BUSY_SECONDS
        left, restarts, code = self.value("PRAGMA page_count"), 0, 0

        def after_step(status: int, remaining: int, _: int) -> None:
            nonlocal give_up, left, restarts, code
            code = status
            if status not in (Code.BUSY, Code.LOCKED):
                give_up = monotonic() + BUSY_SECONDS
            elif monotonic() >= give_up:
                raise _busy()
            restarts += remaining > left
            left = remaining
            if restarts > RESTARTS:
                raise _Restarted

        try:
            self.connection.backup(
                copy.connection,
                pages=-1 if at_once else STEP_PAGES,
                progress=after_step,
                sleep=STEP_SLEEP,
            )
        except _Restarted:
            return False
        except self.driver.DatabaseError as error:
            if _primary_code(error) is None:
                error.sqlite_errorcode = code  # SQLCipher's driver forgets it here
            written = _primary_code(error) in (Code.FULL, Code.READONLY, Code.IOERR)
            raise _translated(error, copy.path if written else self.path) from None
        return True

    @contextmanager
    def translated_errors(self) -> Iterator[None]:
        """The driver's exceptions as errors that say what to do. Never holds a stored value."""
        try:
            yield
        except self.driver.ProgrammingError:
            raise  # a mistake of ours, not the file's
        except UnicodeDecodeError:
            raise damaged(self.path, NOT_TEXT) from None
        except self.driver.DatabaseError as error:
            if self.has_opened and _primary_code(error) == Code.NOTADB:
                raise self._why_no_more() from None
            raise _translated(error, self.path) from None

    def _why_no_more(self) -> CasectlError:
        """What is wrong with a file that opened and now reads as none: another key, most likely."""
        try:
            connect_new(self.path, self.key).close()
        except NotACaseload:
            return Busy(
                f"{self.path} was encrypted with another key a moment ago",
                hint="nothing was written; repeat the command",
            )
        except CasectlError as error:
            return error
        return damaged(self.path, "a page does not open with its key")

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        """The driver's answer, asked for again while another program holds the file."""
        give_up: float | None = None
        with self.translated_errors():
            while True:
                try:
                    return question()
                except self.driver.OperationalError as error:
                    now = monotonic()
                    give_up = give_up or now + BUSY_SECONDS - SLICE_SECONDS
                    if not _is_busy(error) or now >= give_up:
                        raise


# What SQLite says in words of its own, of a column or of our triggers.
OWN_WORDS = (
    "disk I/O error|database disk image is malformed|database or disk is full|out of memory"
    "|database (table )?is locked|file is not a database|attempt to write a readonly database"
    "|interrupted|string or blob too big|a write outside an operation|the journal only grows"
    "|(FOREIGN KEY|CHECK) constraint failed|(UNIQUE|NOT NULL) constraint failed: [a-z_., ]{1,80}"
    "|no such (function|table|column): [a-z_.]{1,40}"
)


def _own_words(error: Exception) -> str:
    """What SQLite says, where it cannot quote anybody's text; else the number of its error.

    A rule that a value breaks, a search that it cannot read, a schema or a trigger that somebody
    else wrote: it quotes them all, at any length.
    """
    import re

    words = str(error)
    known = re.match(OWN_WORDS, words)
    if known is not None and (known[0] == words or words.startswith("CHECK")):
        return known[0]
    return f"SQLite's error {_primary_code(error)}"


def _translated(error: Exception, path: Path) -> CasectlError:
    words = _own_words(error)
    match _primary_code(error):
        case Code.BUSY | Code.LOCKED:
            return _busy()
        case Code.READONLY:
            return CasectlError(
                f"cannot write: {path} is read-only",
                hint="check the permissions of the file and its folder",
            )
        case Code.FULL:
            return CasectlError(
                f"cannot write: no space left where {path} lives", hint="nothing was changed"
            )
        case Code.IOERR:
            return DiskFailed(
                f"cannot read or write {path} ({words})",
                hint="nothing was changed; is its disk full or gone? casectl doctor tells more",
            )
        case Code.CANTOPEN | Code.PERM:
            return CasectlError(
                f"cannot open {path}", hint="check the permissions of the file and its folder"
            )
        case Code.NOTADB:
            return not_a_caseload(path)
        case Code.CONSTRAINT if "FOREIGN KEY" in words:
            return CasectlError("later records depend on this, so it stays")
        case Code.CONSTRAINT:
            return CasectlError(f"the caseload refused the change ({words})")
        case Code.CORRUPT:
            return damaged(path, words)
        case None:
            # The driver could not read what the file holds; its message quotes it, ours must not.
            return damaged(path, NOT_TEXT)
    return CasectlError(f"the caseload could not do that ({words})", hint="casectl doctor")


def _busy() -> Busy:
    return Busy(
        f"the caseload is busy: another program has held it for {BUSY_SECONDS:g} s",
        hint="try again, or close the other program",
    )


def _primary_code(error: Exception) -> int | None:
    """SQLite's own code, without what it adds; None where the driver itself complains."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _is_busy(error: Exception) -> bool:
    return _primary_code(error) == Code.BUSY


class _Restarted(Exception):
    """Ends a copy that others' writes begin anew again and again; never leaves this module."""


class NotACaseload(CasectlError):
    """The file is another program's, or encrypted with another key."""


def not_a_caseload(path: Path) -> CasectlError:
    return NotACaseload(f"{path} is not a casectl caseload", hint="name another with --db")


def damaged(path: Path, words: str) -> CasectlError:
    return CasectlError(
        f"{path} is damaged ({words})", hint="keep the file as it is and restore a backup"
    )


def create_file(path: Path) -> None:
    """An empty file only its owner can read, in a folder only its owner can enter.

    They are made so, whatever the umask. A folder that is there already stays as it is.
    """
    from casectl.store.private import create, make_folders, private_umask, sync_folder

    try:
        with private_umask():
            make_folders(path.parent)
        create(path)
        sync_folder(path.parent)  # or a power cut takes the name, and all that was acknowledged
    except FileExistsError:
        if path.is_symlink() and not path.exists():
            raise CasectlError(
                f"{path} is a link to a file that is not there",
                hint="a caseload is not made through a link; name the place itself",
            ) from None
        raise CasectlError(f"{path} exists already", hint="it was left as it is") from None
    except OSError as error:
        raise CasectlError(
            f"cannot create {path} ({error.strerror})", hint="choose another place with --db"
        ) from None


def check_file(path: Path) -> bool:
    """Refuse what is not a caseload before the driver can touch it; whether it is encrypted."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CasectlError(f"{path} is not a file", hint="name a caseload with --db")
        if status.st_size == 0:
            raise CasectlError(
                f"{path} is empty, not a caseload",
                hint="restore a backup, or remove it and run casectl init",
            )
        with path.open("rb", buffering=0) as file:
            return file.read(len(PLAIN)) != PLAIN
    except FileNotFoundError:
        if path.is_symlink():
            raise NotFound(
                f"{path} is a link to a file that is not there",
                hint="bring its disk or folder back, or name another with --db",
            ) from None
        raise NotFound(f"no caseload at {path}", hint="casectl init makes one") from None
    except OSError as error:
        raise CasectlError(f"cannot open {path} ({error.strerror})") from None


def connect(path: Path, keys: Keys | None = None) -> Database:
    """Open an existing file. Reading works on a read-only disk; writing then says why not.

    Raises Locked for an encrypted file without ``keys``, and where none of them fits. They are
    asked for a second time then: a rotation may have come between their reading and the opening.
    """
    if not check_file(path):
        return connect_new(path)
    if keys is None:
        raise not_a_caseload(path)
    tried: list[bytes] = []
    for _ in range(2):
        for key in keys():
            if key not in tried:
                tried.append(key)
                with suppress(NotACaseload):
                    return connect_new(path, key)
    raise Locked(
        f"the key does not open {path}",
        hint="it is another caseload's key, or the file is damaged or not a caseload",
    )


def quoted(path: Path) -> str:
    """A path as a URI has it whole, so that no ?, # or % in it is an option."""
    letters = os.fsencode(path.absolute())
    return "".join([chr(each) if each in IN_A_URI else f"%{each:02X}" for each in letters])


def connect_new(path: Path, key: bytes | None = None, *, cipher: bool = False) -> Database:
    """Open a file that was checked, or that was made empty a moment ago.

    ``cipher`` opens a plain one by SQLCipher's driver as well. Nobody has one file open by both:
    they are two SQLites in one process, and closing the one ends the other's locks.
    """
    driver = driver_for(b"" if cipher else key)
    # mode=rw never creates a file, and rolls back what a crash left half written.
    uri = f"file:{quoted(path)}?mode=rw"
    try:
        connection = driver.connect(uri, uri=True, timeout=SLICE_SECONDS, isolation_level=None)
    except driver.DatabaseError as error:
        raise _translated(error, path) from None
    connection.row_factory = driver.Row
    db = Database(connection, path, driver)
    db.key, db.file = key, _file_at(path)
    try:
        if cipher or key is not None:
            connection.execute("PRAGMA cipher_log_level = NONE")  # it would go to stderr
        if key is not None:
            # Raw, so that nothing is derived from it at each opening.
            connection.execute(f"PRAGMA key = {raw_key(key)}")
            if path.stat().st_size:  # only now does a key show that it does not fit
                db.value("SELECT count(*) FROM sqlite_master")
        for pragma in PRAGMAS:
            db.execute(pragma)
        db.has_opened = key is not None
    except BaseException:
        db.close()
        raise
    return db


def _file_at(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def driver_for(key: bytes | None) -> Any:
    """The driver that opens a file with this key; SQLCipher's costs a command three ms."""
    if key is None:
        import sqlite3

        return sqlite3
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        raise CasectlError(
            "this Python has no sqlcipher3, which opens encrypted caseloads",
            hint="pip install sqlcipher3",
        ) from None
    # sqlite-utils takes a driver by this name before the standard one, and so its exceptions.
    sys.modules.setdefault("pysqlite3", dbapi2)
    sys.modules.setdefault("pysqlite3.dbapi2", dbapi2)
    return dbapi2


def raw_key(key: bytes) -> str:
    """A key as SQLCipher takes it without deriving anything: bytes in hexadecimal."""
    return f"\"x'{key.hex()}'\""
