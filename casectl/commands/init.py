"""init: a new caseload."""

import os

import typer

from casectl.parameters import current
from casectl.session import Session


def init(ctx: typer.Context) -> None:
    """Create a caseload.

    A new file only you can read, at --db or CASECTL_DB, else in your data folder. One that is
    there already is left as it is.
    """
    session = current(ctx)
    if not os.path.lexists(session.db_path):
        _ask_who(session)
    store = session.create_store()
    path = store.path.absolute()
    session.output.wrote(
        {"path": str(path), "worker": session.config.worker},
        "Created your caseload, readable by you alone:",
        f"  {path}",
        "It is not encrypted yet: keep it on an encrypted disk, and back it up.",
        f"Entries are signed {session.config.worker}; casectl config set worker NAME changes that.",
        "Next: casectl intake",
    )


def _ask_who(session: Session) -> None:
    """The worker's name, where a person sits there and none is set. Enter keeps the login."""
    if not session.can_ask or "worker" in session.config.sources:
        return
    name = session.ask(f"Your name, as it signs what you record? [{session.config.worker}] ")
    if name.strip():
        session.configure("worker", name)
