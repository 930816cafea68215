"""transfer: a case in a sealed file for a colleague, until they have it."""

from typing import Annotated, Any

import typer

from casectl.asking import asked, needed
from casectl.colleagues import OutOption, RecipientOption, Seal, checked_worker, new_path
from casectl.core.casework import GIVEN
from casectl.core.errors import BadValue, NotFound
from casectl.core.guards import check_change
from casectl.core.handovers import TRANSFER
from casectl.core.model import Case
from casectl.core.text import checked_text
from casectl.handing import (
    OverrideOption,
    PurposeOption,
    ToOption,
    check_free,
    check_readable,
    document,
    permit_handover,
)
from casectl.naming import find_case
from casectl.parameters import complete_case, current
from casectl.render.handing import given_object
from casectl.session import Session

ACCEPTED, WITHDRAWN = "accepted", "withdrawn"


def transfer(
    ctx: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[accepted|withdrawn] CASE",
            help="A case; after accepted, one that the colleague has by now; after withdrawn, one "
            "that stays after all.",
            autocompletion=complete_case,
        ),
    ],
    to: ToOption = None,
    output: OutOption = None,
    recipient: RecipientOption = None,
    purpose: PurposeOption = None,
    override: OverrideOption = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT|-", help="Why it was withdrawn.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it was accepted (today).")
    ] = None,
) -> None:
    """Hand a case over to a colleague.

    The whole record, in a sealed file: casectl transfer 12 --to lee -o garcia.age, which lee's
    casectl receive takes in. The case stays yours and owes their word until casectl transfer
    accepted 12 closes it as transferred. It needs the client's release, or --override REASON.
    """
    session = current(ctx)
    verb, name = _verb_and_case(words)
    if verb == ACCEPTED:
        _accepted(session, name, on)
    elif verb == WITHDRAWN:
        _withdrawn(session, name, reason)
    else:
        _transfer(session, name, to, output, recipient, purpose, override)


def _verb_and_case(words: list[str]) -> tuple[str | None, str]:
    verb = words[0].lower() if words[0].lower() in (ACCEPTED, WITHDRAWN) else None
    rest = words[1:] if verb else words
    if not rest:
        raise BadValue("CASE is missing", hint=f"casectl transfer {verb} 12")
    if len(rest) > 1:
        raise BadValue(f"{rest[1][:60]!r} is one case too many", hint="each goes into its own file")
    return verb, rest[0]


def _transfer(
    session: Session,
    name: str,
    to: str | None,
    output: str | None,
    recipient: str | None,
    purpose: str | None,
    override: str | None,
) -> None:
    case = find_case(session, name, write=True)
    check_change(case, "transfer")
    check_free(session, case)
    check_readable(session, [case])
    colleague = needed(session, to, "To whom? ", "--to", lambda text: checked_worker(session, text))
    if output is None and session.can_ask:
        path = asked(session, "Into which file? ", lambda text: new_path(text, "the hand-over"))
    else:
        path = new_path(output, "the hand-over")
    permission = permit_handover(session, case, colleague, TRANSFER, purpose, override)
    seal = Seal(session, recipient)
    key = session.store.handing.new_key()
    piece = session.store.handing.transfer(
        case, colleague, key, permission, session.today,
        lambda: document(session, key, TRANSFER, colleague, [case]),
        lambda content: seal.write(path, content),
    )  # fmt: skip
    session.was_shown("transfer", [case])
    piece, told = session.shown(piece), session.shown(case)
    session.output.wrote(
        given_object([(told, piece)], path, TRANSFER),
        f"{told.client} ({told.handle}) is in {path} for {piece.who}, {seal.words}.",
        f"The case stays yours until they have it: casectl transfer accepted {case.number}",
    )


def _accepted(session: Session, name: str, on: str | None) -> None:
    case, piece = _given(session, name)
    check_change(case, "close")
    day = session.read_day(on, back=True) if on else session.today
    if not piece.on_day <= day <= session.today:
        raise BadValue(f"{session.say_day(day)} is before it was handed over, or still ahead")
    by = piece.who or "the colleague"
    after = session.shown(session.store.handing.accepted(case, piece, day, by))
    piece = session.shown(piece)
    session.output.wrote(
        {**given_object([(after, piece)], None, TRANSFER), "closed_on": day.isoformat()},
        f"{after.client} ({after.handle}) is {piece.who}'s since {session.say_day(day)}: closed "
        "here as transferred.",
    )


def _withdrawn(session: Session, name: str, reason: str | None) -> None:
    case, piece = _given(session, name)
    why = checked_text(session.needed(reason, "Why? ", "--reason"), "reason")
    made = session.shown(session.store.handing.withdrawn(case, piece, session.today, why))
    told = session.shown(case)
    session.output.wrote(
        given_object([(told, made)], None, TRANSFER),
        f"{told.client} ({told.handle}) stays yours. Ask {made.who} to destroy the file; that it "
        "was shared stays on record.",
    )


def _given(session: Session, name: str) -> tuple[Case, Any]:
    case = find_case(session, name, write=True)
    found = session.store.handing.standing(case, GIVEN)
    if not found:
        raise NotFound(
            f"{case.handle} is not handed over to anybody",
            hint=f"casectl transfer {case.number} --to WORKER -o FILE",
        )
    return case, found[-1]
