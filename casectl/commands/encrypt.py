"""encrypt and decrypt: a caseload from one sort to the other."""

from pathlib import Path
from typing import Annotated

import typer

from casectl.core.errors import BadValue, CasectlError
from casectl.parameters import current
from casectl.render import tell
from casectl.unlocking import protect


def encrypt(
    ctx: typer.Context,
    key_file: Annotated[
        str | None,
        typer.Option("--key-file", metavar="FILE", help="Keep its key in this file (0600)."),
    ] = None,
) -> None:
    """Encrypt a caseload that is not.

    An encrypted copy takes its place once it was checked, and not while another program has the
    file open: close Datasette or a database browser first. The plain file's traces on the disk, and
    plain backups, are yours to remove: casectl doctor names those it knows.
    """
    session = current(ctx)
    vault = session.vault
    with vault.changing(vault.chosen_key_file(key_file)):
        store = session.store
        if store.key is not None:
            raise CasectlError(f"{session.db_path} is encrypted already", hint="casectl key rotate")
        vault.begin_encrypting(store)
        try:
            protection = protect(session, unencrypted=False, key_file=key_file)
        except BaseException:
            vault.remove_folder()
            raise
        assert protection.key is not None
        try:
            vault.encrypt(store, protection.key)
        except BaseException:
            protection.take_back(session)
            raise
    session.output.wrote(
        {"path": str(session.db_path.absolute()), "encrypted": True},
        "The caseload is encrypted now.",
        *protection.said,
        "The plain file is gone, but a disk may keep its traces, and plain backups are plain.",
    )


def decrypt(
    ctx: typer.Context,
    to: Annotated[
        str, typer.Option("--to", metavar="FILE", help="The new file, which anybody can read.")
    ] = "",
) -> None:
    """Write a copy that is not encrypted.

    For Datasette and other programs that read SQLite. The caseload itself stays encrypted. To go on
    without encryption, put the copy in its place and move its .keys folder away: beside that folder
    a plain file is taken for somebody else's, and nothing is written into it.
    """
    session = current(ctx)
    if not to.strip():
        raise BadValue("--to FILE is missing", hint="decrypt writes a copy and names it")
    store, copy = session.store, Path(to).expanduser()
    session.confirm(
        f"Write every record to {copy.absolute()}, readable to whoever gets that file?",
        otherwise=CasectlError("a plain copy is written only on purpose", hint="add --yes"),
    )
    cleared = session.vault.decrypt(store, copy)
    if cleared:
        tell("An unfinished plain copy, which an earlier decrypt had left there, was removed.")
    session.output.wrote(
        {"path": str(copy.absolute()), "encrypted": False},
        f"Wrote a copy that is not encrypted: {copy.absolute()}",
        "It is outside of backups and locks; delete it when it is no longer needed.",
    )
