"""What ``casectl doctor`` says of the key: whether there is one, and what holds it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from casectl.core.errors import CasectlError
from casectl.core.views import FAIL, OK, WARN, Finding
from casectl.store.caseload import UNFINISHED
from casectl.store.connection import check_file, driver_for
from casectl.store.keys import KEYRING, Source, read_key_file, source_of
from casectl.store.slots import PASSPHRASE, RECOVERY, check_slots, folder_of, slots_of

NEW_SLOT = "casectl key passphrase makes one"


def protection(
    path: Path, key: bytes | None, key_file: str | None, key_command: str | None
) -> Iterator[Finding]:
    """Whether the file is encrypted, and whether its key can be lost or is seen by others.

    ``key`` is what opened it; None where nothing did, and for a plain file. ``key_file`` and
    ``key_command`` are the configuration's.
    """
    try:
        if not check_file(path):
            yield _plain(path, source_of(key_file, key_command))
            return
    except CasectlError:  # the check of the file said it
        return
    source = source_of(key_file, key_command)
    if key is not None:
        yield _encrypted(source, key)
    folder = folder_of(path)
    if folder.is_dir():
        yield _slots(folder, key, source)


def _plain(path: Path, source: Source | None) -> Finding:
    folder = folder_of(path)
    if (folder / UNFINISHED).exists():
        return Finding(
            "encryption",
            WARN,
            "none: casectl encrypt was stopped on the way, and the file is as it was",
            "casectl encrypt, if it is the caseload that you mean",
        )
    if folder.is_dir():
        return Finding(
            "encryption",
            FAIL,
            f"none, and {folder} says that the file was encrypted: somebody may have put another "
            "in its place, and nothing is written into it",
            "casectl restore BACKUP; whoever took the encryption off themselves moves it away",
        )
    if source is not None and source.is_file and source.path.exists():
        return Finding(
            "encryption",
            WARN,
            f"none, though {source.name} names a key file: is it the caseload that you mean?",
            "casectl encrypt, or casectl restore BACKUP where it was encrypted",
        )
    return Finding(
        "encryption",
        WARN,
        "none: whoever gets the file, a copy or a backup of it reads every record, unless the disk "
        "is encrypted",
        "casectl encrypt",
    )


def _encrypted(source: Source | None, key: bytes) -> Finding:
    driver = driver_for(key)
    said = f"the file is encrypted (SQLCipher, SQLite {driver.sqlite_version})"
    if source is not None and source.is_file:
        try:
            keys = read_key_file(source.path)
        except CasectlError as error:
            return Finding(
                "encryption",
                FAIL,
                f"{said}, and {source.name} gives no key, so cron cannot open it: {error.args[0]}",
                error.hint or "put the file back from its copy, or name another",
            )
        if len(keys) > 1:
            return Finding(
                "encryption",
                WARN,
                f"{said}, and a change of its key was interrupted: {source.name} holds two",
                "casectl key rotate",
            )
    return Finding("encryption", OK, f"{said}, opened by {source.name if source else KEYRING}")


def _slots(folder: Path, key: bytes | None, source: Source | None) -> Finding:
    try:
        open_to = [each for each in (folder, *folder.iterdir()) if each.lstat().st_mode & 0o077]
    except OSError as error:
        return Finding("key slots", FAIL, f"cannot look into {folder} ({error.strerror})")
    if open_to:
        mode = stat.S_IMODE(open_to[0].lstat().st_mode)
        command = f"chmod -R go= {quote(str(folder))}"
        return Finding(
            "key slots", FAIL, f"others may look into {open_to[0]} ({mode:03o})", command
        )
    try:
        check_slots(folder, [] if key is None else [key])
    except CasectlError as error:
        hint = "casectl key passphrase and casectl key code make them anew"
        return Finding("key slots", FAIL, str(error.args[0]), hint)
    slots = {slot.name: slot for slot in slots_of(folder)}
    if not slots:
        kept = "the key file" if source is not None and source.is_file else "what gives the key"
        detail = f"none: with {kept} lost, nobody can read the records again"
        return Finding("key slots", WARN, detail, f"keep a copy of it elsewhere, or {NEW_SLOT}")
    if RECOVERY not in slots:
        detail = "no recovery code: with the passphrase lost, so may the records be"
        return Finding("key slots", WARN, detail, "casectl key code makes one")
    if PASSPHRASE not in slots:
        return Finding("key slots", WARN, "no passphrase, only a recovery code", NEW_SLOT)
    words = " and ".join(slot.kind for slot in slots.values())
    return Finding("key slots", OK, f"{words}, readable by you alone")
