"""consent: releases of information, and what becomes of them."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.core.casework import CONSENT, OPEN, UNTIL_EVENT
from casectl.core.consents import (
    DISCLOSER,
    LOOK_EVERY,
    PURPOSE,
    SIGNED,
    TOLD_RIGHTS,
    UNTIL,
    Release,
    check_signature,
    new_release,
    until_of,
)
from casectl.core.errors import BadDay, BadValue
from casectl.core.text import checked_text
from casectl.parameters import CaseArgument, current
from casectl.pieces import PieceArgument, open_piece
from casectl.render.consents import (
    RELEASE_COLUMNS,
    release_form,
    release_line,
    release_object,
    release_sentences,
)
from casectl.session import Session

if TYPE_CHECKING:
    from casectl.core.casework import Piece
    from casectl.core.model import Case

consent_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ToOption = Annotated[
    str | None, typer.Option("--to", metavar="NAME", help="Who may be told: a person or an agency.")
]
PurposeOption = Annotated[
    str | None,
    typer.Option("--purpose", metavar="TEXT", help="What for; several are parted by ;"),
]
WhatOption = Annotated[
    str | None,
    typer.Option("--what", metavar="TEXT", help="What may be told, and how much of it."),
]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="NAME", help="Who tells it (you, the worker).")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="The last day that it covers.")
]
EventOption = Annotated[
    str | None,
    typer.Option("--event", metavar="TEXT", help="What ends it, where no day does."),
]
ToldOption = Annotated[
    bool, typer.Option("--told-rights", help="The client was told that they may revoke it.")
]
SignedOption = Annotated[
    str | None, typer.Option("--signed", metavar="DAY", help="The day it was signed.")
]
SignedByOption = Annotated[
    str | None,
    typer.Option("--signed-by", metavar="NAME", help="Who signed, where not the client."),
]


@consent_app.callback()
def consent() -> None:
    """Releases of information: who may be told what, and until when.

    add, sign, renew, check, lapse, revoke, list, show. Nothing leaves
    casectl for a named recipient without a live one: signed, not revoked, not past. It covers
    the recipient and the purposes that it names, in the same words, and the whole of its last
    day. A release is named 12.roi1.
    """


@consent_app.command("add")
def add(
    ctx: typer.Context,
    case: CaseArgument,
    to: ToOption = None,
    purpose: PurposeOption = None,
    what: WhatOption = None,
    by: FromOption = None,
    until: UntilOption = None,
    event: EventOption = None,
    told_rights: ToldOption = False,
    signed: SignedOption = None,
    signed_by: SignedByOption = None,
) -> None:
    """Write a release down, signed or to be signed.

    casectl consent add 12 --to "Example Pantry" --purpose "food parcels" --what "name, phone,
    need" --until "18 may 2027" --told-rights --signed today. On a terminal what is missing is
    asked. Unsigned it covers nothing. One that an event ends asks every 90 days whether it has
    come (casectl consent check).
    """
    session = current(ctx)
    found = session.find_case(case, write=True)
    given = Release(
        session.needed(to, "Who may be told? ", "--to"),
        session.needed(purpose, "What for? ", "--purpose"),
        session.needed(what, "What may be told? ", "--what"),
        by if by is not None else session.config.worker,
        *_end(session, until, event),
    )
    given = _signature(session, given, told_rights, signed, signed_by)
    made = new_release(found, given, session.today, session.config.date_order)
    _told(session, found, session.store.sharing.add(made), "added")


@consent_app.command("sign")
def sign(
    ctx: typer.Context,
    item: PieceArgument,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it was signed (today).")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who signed, where not the client.")
    ] = None,
    told_rights: ToldOption = False,
) -> None:
    """Record the signature of a release, which covers from then on.

    casectl consent sign 12.roi1 --told-rights. A signature cannot be undone; casectl consent
    revoke ends a release.
    """
    session = current(ctx)
    found, release = open_piece(session, item, CONSENT)
    day = session.read_day(on, back=True) if on is not None else session.today
    told = bool(release.body.get(TOLD_RIGHTS)) or told_rights or _were_told(session)
    given = Release("", "", "", "", until_of(release), None, told, day, by)
    check_signature(given, session.today, session.config.date_order)
    signed = session.store.sharing.sign(release, day, by or found.client)
    _told(session, found, signed, "signed")


@consent_app.command("renew")
def renew(
    ctx: typer.Context,
    item: PieceArgument,
    until: UntilOption = None,
    event: EventOption = None,
    purpose: PurposeOption = None,
    what: WhatOption = None,
    told_rights: ToldOption = False,
    signed: SignedOption = None,
    signed_by: SignedByOption = None,
) -> None:
    """Put a new release in the place of one that ends, or has ended.

    casectl consent renew 12.roi1 --until "18 may 2028" --told-rights --signed today. What is not
    said stays as it was. The old one goes on until the new one is signed; the new one names it.
    """
    session = current(ctx)
    found, former = open_piece(session, item, CONSENT)
    body = former.body
    given = Release(
        former.who or "",
        purpose if purpose is not None else str(body.get(PURPOSE) or ""),
        what if what is not None else former.what or "",
        str(body.get(DISCLOSER) or session.config.worker),
        *_end(session, until, event),
    )
    given = _signature(session, given, told_rights, signed, signed_by)
    made = new_release(found, given, session.today, session.config.date_order)
    made = session.store.sharing.renew(former, made)
    _told(session, found, made, f"renewed {found.number}.{former.part} as")


@consent_app.command("revoke")
def revoke(
    ctx: typer.Context,
    item: PieceArgument,
    reason: Annotated[
        str | None, typer.Argument(metavar="[REASON|-]", help="Why; - reads standard input.")
    ] = None,
) -> None:
    """End a release at once, as a client may at any time.

    casectl consent revoke 12.roi1 "does not want them to know". What was told before stays in the
    accounting.
    """
    session = current(ctx)
    found, release = open_piece(session, item, CONSENT)
    why = checked_text(session.needed(reason, "Why? ", "REASON"), "reason")
    revoked = session.store.sharing.revoke(release, why, session.today)
    _told(session, found, revoked, "revoked")


@consent_app.command("check")
def check(ctx: typer.Context, item: PieceArgument) -> None:
    """Say that what ends a release has not come yet; it asks again in 90 days.

    Where it has come: casectl consent revoke 12.roi1 "the placement ended".
    """
    session = current(ctx)
    found, release = open_piece(session, item, CONSENT)
    if release.stage != UNTIL_EVENT:
        raise BadValue(
            f"{found.number}.{release.part} is not signed, or ends on a day",
            hint=f"casectl consent list {found.number} shows how it stands",
        )
    again = session.today + LOOK_EVERY
    made = session.store.sharing.change(release, "consent check", due_on=again)
    made, found = session.shown(made), session.shown(found)
    session.output.wrote(
        release_object(made, found, session.output),
        f"{found.client} ({found.handle}): {found.number}.{made.part} still holds; to look again "
        f"{session.say_day(again)}.",
    )


@consent_app.command("lapse")
def lapse(ctx: typer.Context, item: PieceArgument) -> None:
    """Let a release end on its day, or drop one that was never signed; it asks no more.

    casectl consent lapse 12.roi1. Until its day it covers as before.
    """
    session = current(ctx)
    found, release = open_piece(session, item, CONSENT)
    if release.stage == UNTIL_EVENT:
        raise BadValue(
            f"{found.number}.{release.part} ends with an event, not on a day",
            hint=f"casectl consent revoke {found.number}.{release.part} REASON ends it",
        )
    values: dict[str, object] = {"due_on": None}
    until = until_of(release)
    if release.stage in SIGNED and until is not None:
        values["body"] = {**release.body, UNTIL: until.isoformat()}
    made = session.store.sharing.change(release, "consent lapse", **values)
    made, found = session.shown(made), session.shown(found)
    session.output.wrote(
        release_object(made, found, session.output),
        f"{found.client} ({found.handle}): nobody is asked about {found.number}.{made.part} any "
        f"more. {release_line(made, found, session.output)}",
    )


@consent_app.command("list")
def list_(
    ctx: typer.Context,
    case: CaseArgument,
    all_: Annotated[
        bool, typer.Option("--all", help="Those that were revoked or replaced as well.")
    ] = False,
) -> None:
    """The releases of a case, and how each stands."""
    session = current(ctx)
    found = session.find_case(case)
    releases = session.store.casework.of(found, CONSENT)
    session.was_shown("consent list", [found])
    shown = session.shown([each for each in releases if all_ or each.status == OPEN])
    found = session.shown(found)
    if not session.output.draws:
        objects = [release_object(each, found, session.output) for each in shown]
        session.output.table(objects, RELEASE_COLUMNS)
    elif not shown:
        session.output.say(f"No release stands. casectl consent add {found.number} --to NAME")
    else:
        session.output.say(*(release_line(each, found, session.output) for each in shown))


@consent_app.command("show")
def show(ctx: typer.Context, item: PieceArgument) -> None:
    """A release with all its elements, to be read out, printed or signed."""
    session = current(ctx)
    found, release = session.find_piece(item, CONSENT)
    session.was_shown("consent show", [found])
    client = session.store.cases.file(found).client
    shown, release, client = session.shown(found), session.shown(release), session.shown(client)
    if not session.output.draws and (session.output.json or session.output.fields):
        session.output.one(release_object(release, shown, session.output), RELEASE_COLUMNS)
    else:
        name = client.legal_name or client.name
        session.output.say(*release_form(release, shown, name, session.output))


def _end(
    session: Session, until: str | None, event: str | None
) -> "tuple[date | None, str | None]":
    """The last day, or the event; on a terminal what is typed is either."""
    if until is None and event is None:
        answer = session.needed(
            None, "Until when? (a day, or what ends it, in words) ", "--until or --event"
        )
        try:
            return session.read_day(answer), None
        except BadDay:
            return None, answer
    return session.read_day(until) if until is not None else None, event


def _signature(
    session: Session, given: Release, told_rights: bool, signed: str | None, by: str | None
) -> Release:
    """The signature that was given, or that a person is asked for; Enter leaves it open."""
    if signed is None and session.can_ask:
        told_rights = told_rights or _were_told(session)
        if told_rights:
            signed = session.ask("Signed on which day? [not signed yet] ").strip() or None
        if signed is not None and by is None:
            by = session.ask("Signed by whom? [the client] ").strip() or None
    day = session.read_day(signed, back=True) if signed is not None else None
    return given._replace(told_rights=told_rights, signed_on=day, signed_by=by)


def _were_told(session: Session) -> bool:
    return session.can_ask and session.agrees("Was the client told that they may revoke it?")


def _told(session: Session, case: "Case", release: "Piece", word: str) -> None:
    release, case = session.shown(release), session.shown(case)
    session.output.wrote(
        release_object(release, case, session.output),
        *release_sentences(release, case, word, session.output),
    )
