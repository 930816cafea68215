"""undo: take an operation back, whole."""

from datetime import date
from typing import Annotated

import typer

from casectl.core.errors import BadValue, NotFound
from casectl.core.views import Entry
from casectl.parameters import current
from casectl.render import reports, tell
from casectl.render.changes import entry_object, entry_words
from casectl.session import Session

LISTED = 20
TOLD = 10  # changes
NAMED = 3  # clients
BIGGEST = 2**63 - 1


def undo(
    ctx: typer.Context,
    operation: Annotated[
        str | None,
        typer.Argument(metavar="[OP]", help="The operation's number; without it, the newest."),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="Show the last operations instead.")
    ] = False,
) -> None:
    """Undo the last change, or a chosen one.

    An operation is undone whole, or not at all where a later one changed the same thing. Undoing
    an undo does it again. Numbers that were given out are not given out twice.
    """
    session = current(ctx)
    journal = session.store.journal
    if listed:
        entries = journal.entries(limit=LISTED + 1)
        reports.history(entries[:LISTED], len(entries) > LISTED, session.output)
        return
    newest = journal.last_undoable()
    number = newest if operation is None else _number(operation)
    if number is None:
        raise NotFound("nothing to undo")
    if session.can_ask:
        _confirm(session, number, newest=number == newest)
    undone = journal.undo(number)
    session.output.wrote(entry_object(undone, session.output), *_sentences(session, undone))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadValue(
            f"{text[:40]!r} is not an operation's number", hint="casectl undo --list shows them"
        )
    return min(int(text[:20]), BIGGEST)


def _confirm(session: Session, number: int, *, newest: bool) -> None:
    """Ask before an older operation, or one that changed more than can be told, is undone."""
    entry = session.store.journal.entry(number)
    if entry is None or entry.undone_by is not None:
        return  # the undo itself says so
    if newest and entry.change_count <= TOLD:
        return
    for words in entry_words(entry, session.output)[:TOLD]:
        tell(f"  {words}")
    which = "" if newest else ", which is not the last change"
    session.confirm(
        f"Undo {_what(session, entry)}{which}?", otherwise=BadValue("nothing was undone")
    )


def _what(session: Session, entry: Entry) -> str:
    """``operation 7 (follow by kim, Wed 18 Nov) for Maria Garcia (garcia-12)``."""
    day = session.say_short(date.fromisoformat(entry.day))
    more = " and others" if len(entry.clients) > NAMED else ""
    whose = ", ".join(entry.clients[:NAMED]) or "nobody"
    handles = f" ({', '.join(entry.cases[:NAMED])})" if entry.cases else ""
    done = f"{entry.command} by {entry.worker}, {day}"
    return f"operation {entry.id} ({done}) for {whose}{handles}{more}"


def _sentences(session: Session, undone: Entry) -> list[str]:
    told = entry_words(undone, session.output)
    more = undone.change_count - TOLD
    return [
        f"Undid {_what(session, undone)}:",
        *(f"  {words}" for words in told[:TOLD]),
        *([f"  and {more:,} more changes"] if more > 0 else []),
        f"casectl undo {undone.undone_by} does it again.",
    ]
