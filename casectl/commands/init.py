"""init: a new caseload."""

import typer

from casectl.parameters import current


def init(ctx: typer.Context) -> None:
    """Create a caseload.

    A new file only you can read, at --db or CASECTL_DB, else in your data folder.
    """
    session = current(ctx)
    store = session.create_store()
    session.output.wrote(
        {"path": str(store.path.absolute())},
        f"Created your caseload at {store.path.absolute()}, readable by you alone.",
        "It is not encrypted: keep it on an encrypted disk, and back it up.",
        "Next: casectl intake",
    )
