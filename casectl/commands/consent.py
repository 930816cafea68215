"""consent: releases of information, and what becomes of them."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.asking import Answers, Question, Walk, asked, drafting, yes_or_no
from casectl.core.casework import CONSENT, OPEN, UNTIL_EVENT
from casectl.core.consents import (
    DISCLOSER,
    LOOK_EVERY,
    PURPOSE,
    SIGNED,
    TOLD_RIGHTS,
    UNTIL,
    Release,
    check_ends_after,
    check_signature,
    new_release,
    until_of,
)
from casectl.core.errors import BadValue, NotADay
from casectl.core.model import consent_draft
from casectl.core.text import NAME_LIMIT, NOTE_LIMIT, checked_text
from casectl.core.values import NamedTuple
from casectl.naming import find_case, find_piece
from casectl.parameters import CaseArgument, current
from casectl.pieces import PieceArgument, open_piece
from casectl.render import tell
from casectl.render.consents import (
    RELEASE_COLUMNS,
    release_form,
    release_line,
    release_object,
    release_sentences,
    still_live_line,
)
from casectl.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

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
    asked, and Ctrl-C keeps a draft. Unsigned it covers nothing. One that an event ends asks every
    90 days whether it has come (casectl consent check).
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    said = _Said(to, purpose, what, until, event, told_rights, signed, signed_by)
    given = _read(session, said, by)
    if not session.can_ask:
        _needed(said)
        made = _add(session, found, given, {})
    else:
        whose = session.shown(found)
        with drafting(
            session,
            consent_draft(found.id),
            f"A release of {whose.client} ({whose.handle}) was begun.",
            f"casectl consent add {found.number}",
            {**_given(said), SIGNED_DAY: signed, BY: signed_by},
            names=(TO, PURPOSE),
        ) as draft:
            for each in (*NEEDED, TOLD):
                if draft.answers.get(each) is None:
                    draft.answers.pop(each, None)  # skipped, and there is no release without
            answers = draft.walk(lambda answers: _questions(session, said, answers))
            made = _add(session, found, given, answers)
    _told(session, found, made, "added")


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
    said = _Said(
        former.who or "",
        purpose if purpose is not None else str(body.get(PURPOSE) or ""),
        what if what is not None else former.what or "",
        until,
        event,
        told_rights,
        signed,
        signed_by,
    )
    given = _read(session, said, str(body.get(DISCLOSER) or session.config.worker))
    answers: Answers = {}
    if session.can_ask:
        walk = Walk(
            session, answers, lambda answers: _questions(session, said, answers),
            lambda: None, lambda: "Nothing was written.",
        )  # fmt: skip
        walk.go()
    else:
        _needed(said)
    made = new_release(found, _with(given, answers), session.today, session.config.date_order)
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
    accounting. Whatever else lets the same recipient be told for the same purpose is named.
    """
    session = current(ctx)
    found, release = open_piece(session, item, CONSENT)
    why = checked_text(session.needed(reason, "Why? ", "REASON"), "reason")
    sharing = session.store.sharing
    revoked = sharing.revoke(release, why, session.today)
    cases = session.store.cases.of_client(found.client_id)
    others = session.shown(sharing.still_live(revoked, cases, session.today))
    revoked, found = session.shown(revoked), session.shown(found)
    session.output.wrote(
        {
            **release_object(revoked, found, session.output),
            "still_live": [f"{case.number}.{each.part}" for case, each in others],
        },
        *release_sentences(revoked, found, "revoked", session.output),
        *(still_live_line(case, each, session.output) for case, each in others),
    )


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
    found = find_case(session, case)
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
    found, release = find_piece(session, item, CONSENT)
    session.was_shown("consent show", [found])
    client = session.store.cases.file(found).client
    shown, release, client = session.shown(found), session.shown(release), session.shown(client)
    if not session.output.draws and (session.output.json or session.output.fields):
        session.output.one(release_object(release, shown, session.output), RELEASE_COLUMNS)
    else:
        name = client.legal_name or client.name
        session.output.say(*release_form(release, shown, name, session.output))


class _Said(NamedTuple):
    """What the command line says of a release, as it was typed."""

    to: str | None
    purpose: str | None
    what: str | None
    until: str | None
    event: str | None
    told_rights: bool
    signed: str | None
    signed_by: str | None


# The keys of the answers, and the options that say the same.
TO, WHAT, ENDS, TOLD, SIGNED_DAY, BY = "to", "what", "ends", "told", "signed", "by"
NEEDED = {TO: "--to", PURPOSE: "--purpose", WHAT: "--what", ENDS: "--until or --event"}
WITHOUT = "There is no release without it."


def _given(said: _Said) -> dict[str, str | None]:
    """What has to be there, by the keys of the answers."""
    ends = said.until if said.until is not None else said.event
    return {TO: said.to, PURPOSE: said.purpose, WHAT: said.what, ENDS: ends}


def _needed(said: _Said) -> None:
    lacks = [NEEDED[key] for key, each in _given(said).items() if each is None]
    if lacks:
        raise BadValue(
            f"{', '.join(lacks)} {'is' if len(lacks) == 1 else 'are'} missing",
            hint="a script gives what is needed on the command line",
        )


def _read(session: Session, said: _Said, by: str | None) -> Release:
    """The elements as the command line has them; what is still to be asked is left empty.

    Raises BadValue before anything is asked.
    """
    if said.until is not None and said.event is not None:
        raise BadValue(
            "a release ends on a day or with an event, not both",
            hint="--until DAY, or --event TEXT",
        )
    given = Release(
        session.typed(said.to or "", "recipient"),
        session.typed(said.purpose or "", "purpose"),
        session.typed(said.what or "", "text of what may be told"),
        by if by is not None else session.config.worker,
        _until(session, said.until) if said.until is not None else None,
        said.event,
        said.told_rights,
        session.read_day(said.signed, back=True) if said.signed is not None else None,
        said.signed_by,
    )
    check_ends_after(given.signed_on or session.today, given.until, session.config.date_order)
    return given


def _until(session: Session, text: str) -> date:
    try:
        return session.read_day(text)
    except NotADay as error:
        raise BadValue(str(error), hint="what ends it, in words, is --event TEXT") from None


def _add(session: Session, case: "Case", given: Release, answers: Answers) -> "Piece":
    made = new_release(case, _with(given, answers), session.today, session.config.date_order)
    return session.store.sharing.add(made)


def _with(given: Release, answers: Answers) -> Release:
    """``given`` with what was answered."""
    ends = answers.get(ENDS)
    day = _day_in(ends)
    signed = answers.get(SIGNED_DAY)
    return given._replace(
        recipient=answers.get(TO) or given.recipient,
        purpose=answers.get(PURPOSE) or given.purpose,
        information=answers.get(WHAT) or given.information,
        until=day or given.until,
        event=ends if ends is not None and day is None else given.event,
        told_rights=given.told_rights or answers.get(TOLD) is True,
        signed_on=date.fromisoformat(signed) if signed else given.signed_on,
        signed_by=answers.get(BY) or given.signed_by,
    )


def _day_in(ends: str | None) -> date | None:
    """The day that an answer to ``ENDS`` was read as; None for an event."""
    try:
        return date.fromisoformat(ends) if ends is not None else None
    except ValueError:
        return None


def _questions(session: Session, said: _Said, answers: Answers) -> list[Question]:
    """What is asked for, by what is known; each answer is looked at when it is given."""
    order = session.config.date_order

    def end_of(text: str) -> str:
        try:
            day = session.read_day(text)
        except NotADay as error:
            event = checked_text(text, "event", limit=NAME_LIMIT)
            if not asked(session, f"An event, not a day: {event!r}? (y/n) ", yes_or_no):
                raise error from None
            return event
        begins = session.read_day(said.signed, back=True) if said.signed else None
        check_ends_after(begins or session.today, day, order)
        tell(f"  {session.say_day(day)}")
        return day.isoformat()

    def signed_on(text: str) -> str:
        day = session.read_day(text, back=True)
        ends = session.read_day(said.until) if said.until else _day_in(answers.get(ENDS))
        check_signature(Release("", "", "", "", ends, None, True, day), session.today, order)
        tell(f"  {session.say_day(day)}")
        return day.isoformat()

    def text_of(what: str, limit: int) -> "Callable[[str], str]":
        return lambda text: checked_text(text, what, limit=limit)

    asks = [
        Question(TO, "Who may be told?", text_of("recipient", NAME_LIMIT),
                 "A person or an agency, as the release names them.", words=True, needed=WITHOUT),
        Question(PURPOSE, "What for?", text_of("purpose", NAME_LIMIT),
                 "Several are parted by ;", words=True, needed=WITHOUT),
        Question(WHAT, "What may be told?", text_of("text of what may be told", NOTE_LIMIT),
                 "And how much of it.", words=True, needed=WITHOUT),
        Question(ENDS, "Until when? (a day, or what ends it, in words)", end_of,
                 "18 may 2027, or: she leaves the school.", words=True, needed=WITHOUT),
    ]  # fmt: skip
    given = _given(said)
    asks = [each for each in asks if given[each.key] is None]
    if said.signed is None:
        asks += _signing(said, answers, signed_on)
    return asks


def _signing(said: _Said, answers: Answers, signed_on: "Callable[[str], str]") -> list[Question]:
    """Whether the client was told of their right, and then when it was signed, and by whom."""
    asks = []
    if not said.told_rights:
        asks.append(
            Question(
                TOLD, "Was the client told that they may revoke it?", yes_or_no,
                "A signature counts once they were.", needed="Answer y or n.",
            )
        )  # fmt: skip
    if said.told_rights or answers.get(TOLD) is True:
        asks.append(
            Question(SIGNED_DAY, "Signed on which day?", signed_on, "today, or a day before.",
                     skipped="not signed yet")
        )  # fmt: skip
    if answers.get(SIGNED_DAY) is not None and said.signed_by is None:
        asks.append(
            Question(
                BY, "Signed by whom?",
                lambda text: checked_text(text, "name of who signed", limit=NAME_LIMIT),
                "A guardian, where not the client.", skipped="the client", words=True,
            )
        )  # fmt: skip
    return asks


def _were_told(session: Session) -> bool:
    question = "Was the client told that they may revoke it? (y/n) "
    return session.can_ask and asked(session, question, yes_or_no)


def _told(session: Session, case: "Case", release: "Piece", word: str) -> None:
    release, case = session.shown(release), session.shown(case)
    session.output.wrote(
        release_object(release, case, session.output),
        *release_sentences(release, case, word, session.output),
    )
