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
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="The sector's: family, health, housing, legal, reentry, or a file.",
        ),
    ] = None,
) -> None:
    """Create a caseload.

    A new file only you can read, at --db or CASECTL_DB, else in your data folder. One that is
    there already is left as it is. It is encrypted: a passphrase is asked for twice, and a recovery
    code is shown once. --key-file makes a key without questions, for scripts and cron; so do
    CASECTL_KEY_FILE and the key_file setting. docs/security.md tells what protects what.

    --profile is written into the configuration: your sector's words, domains and standards
    (docs/profiles.md). casectl config profile changes it at any time.
    """
    session = current(ctx)
    if profile is not None:
        session.makes_config()
    session.vault.check_place()
    if profile is not None:
        session.check_setting("profile", profile)
    name = None if key_file is not None else _asked_name(session)
    if name is not None:
        session.config = session.config._replace(worker=name)  # signs it; in no file yet
    protection = make_caseload(session, unencrypted=unencrypted, key_file=key_file)
    if name is not None:
        session.configure("worker", name)
    if profile is not None:
        session.configure("profile", profile)
    path = session.store.path.absolute()
    session.output.wrote(
        {
            "path": str(path),
            "worker": session.config.worker,
            "encrypted": protection.key is not None,
            "profile": session.config.profile,
        },
        "Created your caseload, readable by you alone:",
        f"  {path}",
        *protection.said,
        f"Entries are signed {session.config.worker}; casectl config set worker NAME changes that.",
        *_of_profile(session, profile is not None),
        "Next: casectl intake",
    )


def _of_profile(session: Session, is_new: bool) -> list[str]:
    """A sentence on the sector's profile, where one was named."""
    if not is_new:
        return []
    return [
        f"Your profile is {session.profile.title}; casectl config profile shows what it sets.",
    ]


def _asked_name(session: Session) -> str | None:
    """The worker's name, where a person sits there and none is set. Enter keeps the login."""
    if not session.can_ask or "worker" in session.config.sources:
        return None
    name = session.ask(f"Your name, as it signs what you record? [{session.config.worker}] ")
    return checked_name(name) if name.strip() else None
