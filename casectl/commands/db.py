"""db: where the caseload is."""

import os

import typer

from casectl.parameters import current

db_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@db_app.callback()
def db() -> None:
    """Where the caseload is."""


@db_app.command("path")
def path(ctx: typer.Context) -> None:
    """Print the caseload's path, whether it is there yet or not."""
    session = current(ctx)
    place = session.db_path.absolute()
    session.output.one({"path": str(place), "exists": os.access(place, os.F_OK)}, ("path",))
