"""backup: a checked copy of the caseload, here or elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from casectl.core.errors import BadValue
from casectl.parameters import current
from casectl.render.backups import backup_object, made_sentences, show_backups


def backup(
    ctx: typer.Context,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="DIR", help="Put it in this folder: another disk, a stick."),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="List the backups that there are.")
    ] = False,
) -> None:
    """Make a checked copy of the caseload, or list those made.

    The copy is opened and checked before it counts, and others may write meanwhile. It lies beside
    the caseload, where the newest of each of 7 days, 4 weeks and 12 months are kept; in a folder
    named by --to nothing is ever removed. An encrypted caseload's backup is encrypted as well, and
    has its key slots beside it. casectl restore puts one back.

    One is made by itself each day you record something, and before an import, a new key and a new
    version's changes to the file. casectl config set backup off ends the daily ones.
    """
    session = current(ctx)
    folder = _folder(to)
    if listed:
        where = folder or session.backup_folder
        show_backups(session.backups(folder), str(where), session.output)
        return
    made = session.store.backups.make(to=folder)
    if folder is not None:
        session.was_shown("backup", [])
    session.output.wrote(backup_object(made), *made_sentences(made, elsewhere=folder is not None))


def _folder(to: str | None) -> Path | None:
    if to is None:
        return None
    if not to.strip() or "\x00" in to:
        raise BadValue("--to needs the path of a folder")
    try:
        return Path(to).expanduser()
    except RuntimeError:  # ~somebody, who is not on this machine
        raise BadValue(f"no such home folder: {to[:80]}") from None
