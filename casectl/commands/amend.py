"""amend: what the client disagrees with, attached to the record and never changing it."""

from datetime import date
from typing import Annotated

import typer

from casectl.core.amending import new_amendment
from casectl.core.errors import BadValue, NotFound
from casectl.core.model import ME, Case
from casectl.core.text import checked_text
from casectl.core.values import NamedTuple
from casectl.naming import DIGITS, find_item
from casectl.parameters import complete_case, current
from casectl.render.around import amendment_object, amendment_sentences
from casectl.session import Session


class _Amended(NamedTuple):
    """What a disagreement is of: its name, key and day; nothing of them for the whole record."""

    case: Case
    of: str | None = None
    key: str | None = None
    on: date | None = None


def amend(
    ctx: typer.Context,
    case: Annotated[
        str,
        typer.Argument(
            metavar="CASE|ITEM",
            help="A note (12.n2), a contact (12.c3), or a case for the record as a whole.",
            autocompletion=complete_case,
        ),
    ],
    text: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT|-]", help="In the client's words; - reads standard input."),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it was said (today).")
    ] = None,
) -> None:
    """Attach what the client disagrees with.

    casectl amend 12.n2 "I was not late, the bus was". What it is of stays exactly as it is, signed
    or not; the disagreement is shown beside it from now on, and in every copy of it.
    """
    session = current(ctx)
    named = _named(session, case)
    said = checked_text(session.needed(text, "What does the client say? ", "TEXT"), "text")
    day = session.read_day(on, back=True) if on is not None else session.today
    made = new_amendment(
        named.case, said, day, session.today, of=named.of, parent=named.key, written_on=named.on,
        order=session.config.date_order,
    )  # fmt: skip
    made = session.store.sharing.amend(made)
    shown, made = session.shown(named.case), session.shown(made)
    session.output.wrote(
        amendment_object(made, shown, named.of), *amendment_sentences(made, shown, named.of)
    )


def _named(session: Session, text: str) -> _Amended:
    case, part = find_item(session, text)
    if case == ME:
        raise BadValue(f"{text.strip()} is your own work, not a case")
    if part is None:
        return _Amended(case)
    letter, number = part.rstrip(DIGITS), part[len(part.rstrip(DIGITS)) :]
    if letter not in ("n", "c") or not number:
        raise BadValue(
            f"{case.number}.{part[:20]} is no note and no contact",
            hint="a note is 12.n2, a contact 12.c3, and 12 the record as a whole",
        )
    found = min(int(number[:18]), 10**17)
    if letter == "n":
        note = session.store.notes.numbered(case, found)
        if note is not None:
            return _Amended(case, f"n{note.number}", note.id, note.on_day)
    else:
        contact = session.store.contacts.numbered(case, found)
        if contact is not None:
            return _Amended(case, f"c{contact.number}", contact.id, contact.on_day)
    what = "note" if letter == "n" else "contact"
    raise NotFound(
        f"{case.handle} has no {what} {case.number}.{part[:20]}",
        hint=f"casectl show {case.number} --all lists them",
    )
