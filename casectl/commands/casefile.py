"""casefile: the whole case file as a document for an audit or a court."""

from typing import Annotated

import typer

from casectl.core.errors import BadValue
from casectl.naming import find_case
from casectl.parameters import CaseArgument, current
from casectl.render import tell
from casectl.render.consents import disclosure_object
from casectl.session import at_home
from casectl.sharing import permit

AUDIT, COURT = "audit", "court"


def casefile(
    ctx: typer.Context,
    case: CaseArgument,
    reader: Annotated[
        str | None, typer.Option("--for", metavar="audit|court", help="Who reads it.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="NAME", help="The reader by name (the audit, the court)."),
    ] = None,
    basis: Annotated[
        str | None,
        typer.Option("--basis", metavar="TEXT", help="The law or order that asks for it."),
    ] = None,
    override: Annotated[
        str | None,
        typer.Option("--override", metavar="REASON|-", help="Why, where no release covers it."),
    ] = None,
    to_file: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="A new file, readable by you alone."),
    ] = None,
) -> None:
    """The case file for an audit or a court, print-ready, with its trail.

    casectl casefile 12 --for court --to "Example County Court" --basis "order 14-2 of 3 Nov" -o
    file.html. One HTML page that needs nothing else and runs nothing: every contact, note and
    piece of casework, who was told what, and who wrote what when. It leaves under a live release
    of the whole record whose purpose is audit or court, or --basis; it is logged among the
    disclosures. For a court it bears the legal name.
    """
    session = current(ctx)
    if session.private:
        raise BadValue("--private hides what the file is made of", hint="casectl --no-private")
    found = find_case(session, case, write=True)
    kind = session.needed(reader, "For whom? (audit, court) ", "--for").strip().lower()
    if kind not in (AUDIT, COURT):
        raise BadValue(f"{kind[:40]!r} reads no case file; it is {AUDIT} or {COURT}")
    if to_file is not None and not to_file.strip():
        raise BadValue("-o needs the name of a file")
    permission = permit(
        session, found, to if to is not None else f"the {kind}", kind, "the whole case file",
        whole=True, override=override, basis=basis,
    )  # fmt: skip
    from casectl.render.case_document import case_document

    page = case_document(
        session.store.cases.file(found),
        session.store.journal.entries(case=found),
        permission,
        session.config.worker,
        session.output,
        court=kind == COURT,
    )
    session.was_shown("casefile", [found])
    path = at_home(to_file) if to_file is not None else None
    logged = session.store.sharing.hand_out(
        "casefile", found, permission, session.today, (path, page) if path is not None else None
    )
    made = {**disclosure_object(logged, found), "file": str(path) if path is not None else None}
    if session.json or session.fields:
        session.output.wrote({**made, "html": page})
    elif path is not None:
        session.output.say(
            f"{found.client} ({found.handle}): the case file for {permission.recipient} is in "
            f"{path}."
        )
    else:
        session.output.write(page)
    tell(f"casectl: logged as {found.number}.{logged.part}.")
