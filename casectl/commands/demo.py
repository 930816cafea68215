"""demo: a caseload to try things on."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from casectl.core.agenda import Agenda, Ask
from casectl.core.errors import BadValue
from casectl.parameters import AsOfOption, current
from casectl.render import reports
from casectl.session import Session

FILE_NAME = "demo.db"  # never the name of anybody's own caseload


def demo(
    ctx: typer.Context,
    folder: Annotated[
        str | None,
        typer.Option("--dir", metavar="DIR", help="Put it in this folder (a new temporary one)."),
    ] = None,
    as_of: AsOfOption = None,
) -> None:
    """Make a throwaway caseload of fictitious people.

    Forty cases that show everything the day's list can say, in a file of their own: your caseload
    is left alone, and no file is ever written over.
    """
    session = current(ctx)
    session.as_of(as_of)
    session.named_db = _place(ctx, folder)
    count = _fill(session)
    path, output = session.store.path.absolute(), session.output
    output.wrote(
        {"path": str(path), "cases": count},
        f"A throwaway caseload of {count} fictitious cases is at {path}",
        "",
    )
    if output.json or output.fields:
        return
    agenda = session.store.agenda.read(Ask(session.today, session.standards, session.config.limit))
    # The list is shown to be looked at: a screen, also where it is piped.
    reports.agenda(agenda, output._replace(terminal=True))
    output.verbatim("", *_what_next(path, agenda, as_of is not None))


def _place(ctx: typer.Context, folder: str | None) -> str:
    """Where the demo goes: ``--db`` on this command line, ``--dir``, else a folder of its own.

    ``CASECTL_DB`` does not count: it names the person's own caseload.
    """
    root = ctx.find_root()
    source = root.get_parameter_source("db")
    named = root.params["db"] if source is not None and source.name == "COMMANDLINE" else None
    if folder is not None:
        if named is not None:
            raise BadValue("give --dir or --db, not both")
        if not folder.strip() or "\x00" in folder:
            raise BadValue("--dir needs the path of a folder")
        return str(Path(folder).expanduser() / FILE_NAME)
    if named is not None:
        return str(named)
    from tempfile import mkdtemp

    return str(Path(mkdtemp(prefix="casectl-demo-")) / FILE_NAME)


def _fill(session: Session) -> int:
    from casectl.core.fictitious import DEMO_CASES, DEMO_SEED, stories

    loads = stories(DEMO_SEED, DEMO_CASES, session.today, session.config.standards)
    # Encrypted as anybody's is, with a throwaway key beside it and nobody's own.
    session.vault.check_place()
    key = session.vault.key_of_file(_key_file(session.db_path))
    session.vault.make_folder()
    return session.create_store(key).intake.load_many(loads, command="demo").cases


def _key_file(path: Path) -> Path:
    return path.with_suffix(".key")


def _what_next(path: Path, agenda: Agenda, another_day: bool) -> list[str]:
    """The next commands, as they can be typed here."""
    from shlex import quote
    from shutil import which

    casectl = "casectl" if which("casectl") else quote(sys.argv[0])
    first = agenda.rows[0].record.case.number
    day = [f"  export CASECTL_TODAY={agenda.ask.today.isoformat()}"] if another_day else []
    return [
        "Nobody in it is real. To try things on it, type:",
        f"  export CASECTL_DB={quote(str(path))}",
        f"  export CASECTL_KEY_FILE={quote(str(_key_file(path)))}",
        *day,
        f"  {casectl} show {first}",
        f"  {casectl} today --explain {first}",
        f'  {casectl} reached {first} "spoke, safe tonight" --next "call again" --due tomorrow',
        f"  {casectl} today",
        "When you are done:",
        f"  rm -r {quote(str(path))}* {quote(str(_key_file(path)))}",
        "  unset CASECTL_DB CASECTL_KEY_FILE",
    ]
