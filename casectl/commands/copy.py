"""copy: the client's own copy of what is on file about them."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.core.amending import ASKED_FOR
from casectl.core.consents import to_client
from casectl.core.dates import When
from casectl.core.errors import BadValue
from casectl.core.model import DEADLINE
from casectl.core.planning import check_past_day
from casectl.naming import find_case
from casectl.parameters import CaseArgument, current
from casectl.render import tell
from casectl.render.consents import disclosure_object
from casectl.render.objects import promise_object
from casectl.session import Session, at_home

if TYPE_CHECKING:
    from casectl.core.model import Case, Promise

# A request is a deadline of this text, which giving the copy ends.
READ_IT = "Read it before you hand it over: it holds what others said as well."
WITHIN = timedelta(days=30)


def copy(
    ctx: typer.Context,
    case: CaseArgument,
    request: Annotated[
        bool, typer.Option("--request", help="The client asks for a copy: a deadline in 30 days.")
    ] = False,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it was asked for (today).")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only look at it: nothing is logged or done.")
    ] = False,
    to_file: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="A new file, readable by you alone."),
    ] = None,
) -> None:
    """The client's own copy of what is on file, in plain language.

    Who they are, the plan, contacts, notes, people, and who was told what. It needs nobody's
    release, and is logged among the disclosures; giving it ends the deadline that casectl copy 12
    --request made. Read it before you hand it over: it holds what others said as well.
    """
    session = current(ctx)
    if session.private:
        raise BadValue("--private hides what a copy is made of", hint="casectl --no-private copy")
    found = find_case(session, case, write=not preview)
    if request:
        _asked_for(session, found, on)
    elif on is not None:
        raise BadValue("--on goes with --request", hint="a copy is given today")
    else:
        _given(session, found, preview, to_file)


def _asked_for(session: Session, case: "Case", on: str | None) -> None:
    from casectl.core.promising import new_promise

    if not case.is_open:
        raise BadValue(
            f"{case.handle} is closed and owes nothing", hint=f"casectl copy {case.number} now"
        )
    day = session.read_day(on, back=True) if on is not None else session.today
    check_past_day(case, day, session.today, session.config.date_order)
    before = _request(session, case)
    if before is not None:
        raise BadValue(
            f"{case.handle} was asked for one already: {case.number}.{before.number}, by "
            f"{session.say_day(before.due_on)}",
            hint=f"casectl copy {case.number} gives it",
        )
    order = session.config.date_order
    made = new_promise(
        case, DEADLINE, ASKED_FOR, When(day + WITHIN, None), subject="other", order=order
    )
    made = session.store.promises.make(case, made, "copy")
    shown = session.shown(case)
    session.output.wrote(
        promise_object(made, shown),
        f"{shown.client} ({shown.handle}): {shown.number}.{made.number}, {ASKED_FOR} by "
        f"{session.say_day(made.due_on)}. casectl copy {shown.number} gives it.",
    )


def _request(session: Session, case: "Case") -> "Promise | None":
    """The open deadline that a request made."""
    promises = session.store.promises.open_of(case, DEADLINE)
    return next((each for each in promises if each.what == ASKED_FOR), None)


def _given(session: Session, case: "Case", preview: bool, to_file: str | None) -> None:
    from casectl.render.copies import client_copy

    file = session.store.cases.file(case)
    text = client_copy(file, session.config.worker, session.output)
    session.was_shown("copy", [case])
    if preview:
        _previewed(session, case, text)
        return
    path = _new_file(to_file)
    asked = _request(session, case)
    logged = session.store.sharing.hand_out(
        "copy", case, to_client(case, "the client's own copy"), session.today,
        (path, text) if path is not None else None, asked,
    )  # fmt: skip
    made = {**disclosure_object(logged, case), "file": str(path) if path is not None else None}
    if session.json or session.fields:
        session.output.wrote({**made, "text": text})
    elif path is not None:
        session.output.say(f"{case.client} ({case.handle}): their copy is in {path}.")
    else:
        session.output.write(text)
    done = f" {case.number}.{asked.number} is done with it." if asked is not None else ""
    tell(f"casectl: logged as {case.number}.{logged.part}.{done} {READ_IT}")


def _previewed(session: Session, case: "Case", text: str) -> None:
    if session.json or session.fields:
        told = {"case": case.number, "handle": case.handle, "client": case.client, "text": text}
        session.output.one(told, ())
    else:
        session.output.write(text)


def _new_file(named: str | None) -> Path | None:
    if named is None:
        return None
    if not named.strip():
        raise BadValue("-o needs the name of a file")
    return at_home(named)
