"""A caseload from one sort to the other: encrypted in its place, or copied out of encryption."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from casectl.core.errors import CasectlError, Kept
from casectl.store.alone import SIDE_FILES, alone_in, nobody_else
from casectl.store.audit import Audit
from casectl.store.backup import clear_staging, sealed, staging_for
from casectl.store.caseload import Caseload
from casectl.store.connection import BUSY_SECONDS, Database, connect_new, create_file
from casectl.store.manifest import check, contents_of, difference
from casectl.store.private import sync_folder

ENCRYPTING, DECRYPTING = "encrypting", "decrypting"  # how a hidden folder's name ends


def encrypt(caseload: Caseload, key: bytes) -> None:
    """Put an encrypted copy in the caseload's place, once it was checked. Closes the caseload.

    Killed at any moment, the plain file or the encrypted one is there, whole. Others that are
    about to write find that the file was replaced, and say so. Raises Busy, with everything as
    it was, while another program has the file open in WAL mode or reads it.
    """
    if caseload.db.key is not None:
        raise CasectlError(f"{caseload.path} is encrypted already", hint="casectl key rotate")
    real = Path(os.path.realpath(caseload.path))
    with caseload.db.turn():
        caseload.close()
        clear_staging(real.parent, ENCRYPTING)
        with (
            _staging(real, ENCRYPTING) as fresh,
            closing(connect_new(real, cipher=True)) as plain,
            nobody_else(plain),
        ):
            _copied(plain, fresh, key)
            _put_in_place(fresh, real)


def decrypt(caseload: Caseload, to: Path) -> bool:
    """A copy that is not encrypted, in a new file (0600). The caseload stays as it is.

    Nothing has that name before all of it is there. True where unfinished plain copies, which
    a killed run had left in that folder, were removed.
    """
    if caseload.db.key is None:
        raise CasectlError(f"{caseload.path} is not encrypted", hint="casectl backup copies it")
    create_file(to)  # raises what cannot be, before every record is written out
    to.unlink()
    with alone_in(to.parent, BUSY_SECONDS, on="a plain copy"):
        cleared = clear_staging(to.parent, DECRYPTING)
        with _staging(to, DECRYPTING) as fresh:
            with caseload.db.turn():
                _copied(caseload.db, fresh, None)
            _put_new(fresh, to)
    return cleared


def _copied(source: Database, copy: Path, key: bytes | None) -> None:
    """Everything copied into a new file under ``key``, and compared."""
    contents = contents_of(source)
    create_file(copy)
    source.export_into(copy, key)
    with closing(connect_new(copy, key)) as made:
        check(made)
        differing = difference(contents_of(made), contents)
        # Keyed and unkeyed chains differ in each link, so it is made anew.
        Audit(made).rekey(os.urandom(32) if key is not None else None)
    if differing:
        raise CasectlError(f"the copy has {differing}, so nothing was changed")
    sealed(copy)


# -- files -------------------------------------------------------------------------------------


@contextmanager
def _staging(place: Path, ending: str) -> Iterator[Path]:
    try:
        with staging_for(place, ending) as fresh:
            yield fresh
    except OSError as error:
        raise CasectlError(f"cannot write in {place.parent} ({error.strerror})") from None


def _put_in_place(fresh: Path, real: Path) -> None:
    """Exchange a plain file for an encrypted one; only inside ``nobody_else``.

    A program that has the plain file open and is idle holds no lock. SQLite lets it read on, and
    refuses what it would write into a file that has another name by then, or none.
    """
    for end in SIDE_FILES:  # a journal that another program keeps, emptied at its beginning
        Path(f"{real}{end}").unlink(missing_ok=True)
    try:
        fresh.replace(real)
    except OSError as error:
        raise CasectlError(
            f"cannot put the encrypted file in its place ({error.strerror})",
            hint="the caseload is as it was",
        ) from None
    try:
        sync_folder(real.parent)
    except OSError as error:
        raise Kept(
            f"cannot sync {real.parent} ({error.strerror}), though the caseload is encrypted now",
            hint="casectl doctor looks at it; the key must be kept",
        ) from None


def _put_new(fresh: Path, to: Path) -> None:
    """Give a file its name, and never take another's."""
    try:
        os.link(fresh, to)
    except FileExistsError:
        raise CasectlError(f"{to} exists already", hint="it was left as it is") from None
    except OSError:  # a disk without hard links
        create_file(to)
        fresh.replace(to)
    sync_folder(to.parent)
