"""undo and redo: take an operation back, whole, and do it again."""

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
DIGITS = 18  # of a number that SQLite still counts with


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
    an undo does it again. Numbers that were given out are not given out twice. A terminal is asked
    before an older operation is undone, and a script adds --yes.
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
    _confirm(session, number, last=number in (newest, _last(session)))
    undone = session.shown(journal.undo(number))
    session.output.wrote(entry_object(undone, session.output), *_sentences(session, undone))


def redo(ctx: typer.Context) -> None:
    """Do again what was undone last.

    Again and again it walks back up what casectl undo walked down, as in an editor: once something
    else was changed there is nothing to redo, and casectl undo with the undo's number may still do
    it. What was done again is the last change once more.
    """
    session = current(ctx)
    done, number = session.store.journal.redo()
    entry = session.shown(done)
    session.output.wrote(
        {**entry_object(entry, session.output), "redone_by": number},
        f"Did {_what(session, entry)} again:",
        *_told(session, entry),
        f"casectl undo {number} takes it back.",
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadValue(
            f"{text[:40]!r} is not an operation's number", hint="casectl undo --list shows them"
        )
    if len(text.lstrip("0")) > DIGITS:
        raise NotFound(f"no operation {text[:40]}", hint="casectl undo --list shows them")
    return int(text)


def _last(session: Session) -> int | None:
    """The last operation of all, which may itself be an undo."""
    entries = session.store.journal.entries(limit=1)
    return entries[0].id if entries else None


def _confirm(session: Session, number: int, *, last: bool) -> None:
    """Ask before an older operation, or one that changed more than can be told, is undone.

    A script is not asked about the last one, however much it changed.
    """
    entry = session.store.journal.entry(number)
    if entry is None or entry.undone_by is not None:
        return  # the undo itself says so
    entry = session.shown(entry)
    if last and (entry.change_count <= TOLD or not session.can_ask):
        return
    if session.can_ask and not session.yes:
        for words in _told(session, entry):
            tell(words)
    which = "" if last else ", which is not the last change"
    session.confirm(
        f"Undo {_what(session, entry)}{which}?",
        otherwise=BadValue(
            f"operation {number} is not the last change, so nothing was undone",
            hint="add --yes to undo it all the same",
        ),
    )


def _what(session: Session, entry: Entry) -> str:
    """``operation 7 (follow by kim, Wed 18 Nov) for Maria Garcia (garcia-12)``."""
    day = session.say_short(date.fromisoformat(entry.day))
    more = " and others" if len(entry.clients) > NAMED else ""
    whose = ", ".join(entry.clients[:NAMED])
    handles = f" ({', '.join(entry.cases[:NAMED])})" if entry.cases else ""
    done = f"{entry.command} by {entry.worker}, {day}"
    of_whom = f" for {whose}{handles}{more}" if whose or entry.cases else ""
    return f"operation {entry.id} ({done}){of_whom}"


def _sentences(session: Session, undone: Entry) -> list[str]:
    again = f"casectl undo {undone.undone_by}"
    if undone.undoes is None:
        again = f"casectl redo, or later {again},"
    return [
        f"Undid {_what(session, undone)}:",
        *_told(session, undone),
        f"{again} does it again.",
    ]


def _told(session: Session, entry: Entry) -> list[str]:
    more = entry.change_count - TOLD
    return [
        *(f"  {words}" for words in entry_words(entry, session.output)[:TOLD]),
        *([f"  and {more:,} more changes"] if more > 0 else []),
    ]
