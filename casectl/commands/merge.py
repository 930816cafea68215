"""merge: two records of the same client become one."""

from typing import Annotated

import typer

from casectl.core.errors import Ambiguous, BadValue
from casectl.core.merging import FIELDS, Joining, joining
from casectl.core.model import Case, Client
from casectl.naming import find_case
from casectl.parameters import complete_case, current
from casectl.render import reports, tell
from casectl.render.joining import joining_note, not_kept
from casectl.render.objects import case_object, client_object
from casectl.session import Session


def merge(
    ctx: typer.Context,
    keep: Annotated[
        str,
        typer.Argument(
            metavar="A", help="A case of the client who stays.", autocompletion=complete_case
        ),
    ],
    join: Annotated[
        str,
        typer.Argument(
            metavar="B", help="A case of the record that joins it.", autocompletion=complete_case
        ),
    ],
) -> None:
    """Join two records of the same client.

    Both cases stay; they are one client's from then on. A's record keeps its own facts and takes
    from B's what it lacks; what the two contradict is told, and kept in a note on B.
    """
    session = current(ctx)
    cases = session.store.cases
    kept, joined = find_case(session, keep, write=True), find_case(session, join, write=True)
    if kept.client_id == joined.client_id:
        raise BadValue(f"{kept.handle} and {joined.handle} are the same client's already")
    mine, theirs = cases.client(kept.client_id), cases.client(joined.client_id)
    joint = joining(mine, theirs)
    _confirm(session, kept, joined, mine, theirs, joint)
    moved = cases.of_client(theirs.id)
    after = cases.merge(kept, joined, joint.learnt, joining_note(joint, theirs))
    now = [each for each in cases.of_client(after.client_id) if each.id in {c.id for c in moved}]
    client = session.shown(cases.client(after.client_id))
    theirs_now = session.shown(cases.of_client(client.id))
    after, moved, now = session.shown(after), session.shown(moved), session.shown(now)
    joint, theirs = session.shown(joint), session.shown(theirs)
    session.output.wrote(
        {
            **case_object(after),
            **client_object(client),
            "cases": [each.handle for each in theirs_now],
            "filled": list(joint.learnt),
            "kept": list(joint.conflicts),
        },
        *_sentences(after, client, moved, now, joint, theirs),
        *_open_twice(theirs_now, kept, joined),
    )


def _open_twice(cases: list[Case], kept: Case, joined: Case) -> list[str]:
    """Several open cases of one client may be one service recorded twice: how to close one."""
    opened = [each for each in cases if each.is_open]
    if len(opened) < 2:
        return []
    handles = ", ".join(each.handle for each in opened)
    *_, goes = sorted(opened, key=lambda each: (each.id != kept.id, each.id == joined.id))
    close = f"casectl close {goes.number} --reason duplicate"
    if len(opened) > 2:
        close += f" --into {kept.number}"
    return [f"Open now: {handles}. If one will do, its open items go on in the other: {close}"]


def _confirm(
    session: Session, kept: Case, joined: Case, mine: Client, theirs: Client, joint: Joining
) -> None:
    cases = session.store.cases
    differ = ", although their birth dates differ" if joint.birth_dates_differ else ""
    if session.can_ask and not session.yes:
        left, right = (mine, cases.of_client(mine.id)), (theirs, cases.of_client(theirs.id))
        for line in reports.side_by_side(left, right, session.output):
            tell(line)
    kept, joined = session.shown(kept), session.shown(joined)
    session.confirm(
        f"Are they the same person{differ}? Join {joined.handle} to {kept.handle}?",
        otherwise=Ambiguous(
            f"{joined.handle} would become the client of {kept.handle}{differ}",
            hint="add --yes if they are the same person",
        ),
    )


def _sentences(
    kept: Case, client: Client, before: list[Case], now: list[Case], joint: Joining, theirs: Client
) -> list[str]:
    joined = ", ".join(
        was.handle if was.handle == each.handle else f"{was.handle} (now {each.handle})"
        for was, each in zip(before, now, strict=True)
    )
    sentences = [f"{client.name} ({kept.handle}): joined {joined}; one client from now on."]
    if joint.learnt:
        told = ", ".join(FIELDS[name] for name in joint.learnt)
        sentences.append(f"Filled in from the other record: {told}.")
    if joint.conflicts:
        sentences.append(f"Not kept, but noted on {now[0].handle}: {not_kept(joint, theirs)}.")
    return sentences
