"""audit: is everything still as it was recorded?"""

from typing import Annotated

import typer

from casectl.core.errors import BadValue
from casectl.core.views import Audited
from casectl.naming import find_case
from casectl.parameters import complete_case, current
from casectl.render import Object
from casectl.render.accesses import show_accesses

audit_app = typer.Typer(help="Prove that the record is as it was written.")

SHORTEST_HEAD = 8  # digits that somebody may have noted of it
SHOWN_HEAD = 16
DIGITS = frozenset("0123456789abcdef")


@audit_app.command()
def verify(
    ctx: typer.Context,
    head: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="HASH",
            help="A head noted elsewhere, as in a backup's manifest: is it in the chain?",
        ),
    ] = None,
) -> int:
    """Read the whole journal and every record, and find what was altered.

    Each operation is chained to the one before it, and each change sealed, so whatever is altered,
    added or taken away behind casectl's back shows, with its place. Exit code 1 when something is
    found. Only a head that was noted elsewhere shows that the end was cut off, or that somebody who
    can open the file wrote a whole history anew.
    """
    session = current(ctx)
    audited = session.store.audit.verify(_checked_head(head))
    session.output.wrote(_object(audited), *_sentences(audited))
    return int(audited.faults > 0)


@audit_app.command()
def log(
    ctx: typer.Context,
    case: Annotated[
        str | None,
        typer.Option(
            "--case",
            metavar="CASE",
            help="Only what showed this case.",
            autocompletion=complete_case,
        ),
    ] = None,
) -> None:
    """Who was shown which cases, and who failed to unlock.

    One line each time that a case was shown, found by a search or exported, the oldest first; the
    day's list, lists and reminders are not logged. It names cases by their numbers alone and says
    nothing of what was searched for. A locked caseload's is read without its key.
    """
    session = current(ctx)
    number = find_case(session, case).number if case is not None else None
    show_accesses(list(session.accesses.read(number)), session.output)


def _checked_head(text: str | None) -> str | None:
    if text is None:
        return None
    head = text.strip().lower()
    if len(head) < SHORTEST_HEAD or len(head) > 64 or not set(head) <= DIGITS:
        raise BadValue(
            f"{text[:70]!r} is not a head: {SHORTEST_HEAD} to 64 of the digits 0 to 9 and a to f"
        )
    return head


def _object(audited: Audited) -> Object:
    first = audited.first
    return {
        "operations": audited.operations,
        "changes": audited.changes,
        "purged": audited.purged,
        "head": audited.head.hash,
        "keyed": audited.head.keyed,
        "noted": audited.noted,
        "faults": audited.faults,
        "operation": first.operation if first else None,
        "change": first.change if first else None,
        "what": first.what if first else None,
    }


def _sentences(audited: Audited) -> list[str]:
    read = f"{_count(audited.operations, 'operation')}, {_count(audited.changes, 'change')}"
    if audited.first is not None:
        others = audited.faults - 1
        return [
            f"{audited.first}.",
            *([f"And {_count(others, 'more fault', 'more faults')}."] if others else []),
            f"Read: {read}. Keep the file as it is; casectl backup --list shows older ones.",
        ]
    said = [f"{read}: all as they were recorded, and every record as they left it."]
    if audited.purged:
        said.append(f"Of {_count(audited.purged, 'change')} the contents were purged.")
    if audited.noted is not None:
        since = audited.head.operation - audited.noted
        said.append(f"The head you gave is operation {audited.noted}'s, {since:,} before the last.")
    if audited.operations:
        said.append(f"Head: {audited.head.hash[:SHOWN_HEAD]}, {_keyed(audited)}.")
    return said


def _keyed(audited: Audited) -> str:
    return "keyed" if audited.head.keyed else "unkeyed, since the caseload is not encrypted"


def _count(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
