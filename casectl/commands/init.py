"""init: a new caseload."""

from typing import Annotated

import typer

from casectl.core.text import checked_name
from casectl.parameters import current
from casectl.session import Session
from casectl.unlocking import make_caseload


def init(
    ctx: typer.Context,
    key_file: Annotated[
        str | None,
        typer.Option("--key-file", metavar="FILE", help="Keep its key in this file (0600)."),
    ] = None,
    unencrypted: Annotated[
        bool, typer.Option("--unencrypted", help="Leave it readable to whoever gets the file.")
    ] = False,
) -> None:
    """Create a caseload.

    A new file only you can read, at --db or CASECTL_DB, else in your data folder. One that is
    there already is left as it is. It is encrypted: a passphrase is asked for twice, and a recovery
    code is shown once. --key-file makes a key without questions, for scripts and cron; so do
    CASECTL_KEY_FILE and the key_file setting. docs/security.md tells what protects what.
    """
    session = current(ctx)
    session.vault.check_place()
    name = None if key_file is not None else _asked_name(session)
    if name is not None:
        session.config = session.config._replace(worker=name)  # signs it; in no file yet
    protection = make_caseload(session, unencrypted=unencrypted, key_file=key_file)
    if name is not None:
        session.configure("worker", name)
    path = session.store.path.absolute()
    session.output.wrote(
        {
            "path": str(path),
            "worker": session.config.worker,
            "encrypted": protection.key is not None,
        },
        "Created your caseload, readable by you alone:",
        f"  {path}",
        *protection.said,
        f"Entries are signed {session.config.worker}; casectl config set worker NAME changes that.",
        "Next: casectl intake",
    )


def _asked_name(session: Session) -> str | None:
    """The worker's name, where a person sits there and none is set. Enter keeps the login."""
    if not session.can_ask or "worker" in session.config.sources:
        return None
    name = session.ask(f"Your name, as it signs what you record? [{session.config.worker}] ")
    return checked_name(name) if name.strip() else None
