"""refer, referral: a client and a service, from the draft until the client is there."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.asking import asked, needed
from casectl.core.casework import DECLINED, NEED, OPEN, PLANNED, REFERRAL, SENT, Piece
from casectl.core.contacting import new_contact
from casectl.core.errors import Ambiguous, BadValue, Declined, NotFound
from casectl.core.guards import check_change
from casectl.core.model import MEANS, REACHED, Case, Contact
from casectl.core.planning import check_past_day
from casectl.core.referrals import (
    ANSWERS,
    ASKED,
    CANCELLED,
    CLOSED,
    CONNECTED,
    PURPOSE,
    RECEIVED,
    RESOURCE,
    SCHEDULED,
    asked_before,
    check_next,
    needs_of,
    new_event,
    new_referral,
    sent_on,
    too_early,
)
from casectl.core.referrals import connected as already_met
from casectl.core.resources import FULL, Resource, said, verified_words
from casectl.core.text import checked_text
from casectl.naming import find_case, find_needs, find_piece, find_resource
from casectl.parameters import CaseArgument, complete_resource, current
from casectl.pieces import PieceArgument
from casectl.render import referrals as told
from casectl.render import tell
from casectl.session import Session

if TYPE_CHECKING:
    from casectl.core.consents import Permission
    from casectl.core.referrals import Event
    from casectl.core.service_match import Fit

referral_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
USUAL_PURPOSE = "referral"
MOST_OFFERED = 9  # services that a terminal offers at once

TextArgument = Annotated[
    str | None, typer.Argument(metavar="[TEXT|-]", help="What was said; - reads standard input.")
]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help="The day it happened (today).")
]
ByOption = Annotated[str | None, typer.Option("--by", metavar="MEANS", help=f"{', '.join(MEANS)}.")]
WhoOption = Annotated[str | None, typer.Option("--who", metavar="NAME", help="Who of them it was.")]
WarmOption = Annotated[
    str | None,
    typer.Option("--warm", metavar="NAMES", help="A warm hand-off: who was there together."),
]
AgainOption = Annotated[
    str | None, typer.Option("--again", metavar="DAY", help="The day to look at it again.")
]
OverrideOption = Annotated[
    str | None,
    typer.Option(
        "--override", metavar="REASON|-", help="Send without a release, and why; it is recorded."
    ),
]
PurposeOption = Annotated[
    str | None,
    typer.Option("--purpose", metavar="TEXT", help="What it is told for, as the release has it."),
]


def refer(
    ctx: typer.Context,
    case: CaseArgument,
    service: Annotated[
        str | None,
        typer.Argument(
            metavar="[SERVICE]",
            help="A resource: its number, or words of its name.",
            autocompletion=complete_resource,
        ),
    ] = None,
    need: Annotated[
        list[str] | None,
        typer.Option("--need", metavar="NEED", help="2, 12.need2 or its domain; repeatable."),
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="It goes out now.")] = False,
    purpose: PurposeOption = None,
    override: OverrideOption = None,
    text: Annotated[
        str | None, typer.Option("--note", metavar="TEXT|-", help="What they were told.")
    ] = None,
    by: ByOption = None,
    who: WhoOption = None,
    warm: WarmOption = None,
    on: OnOption = None,
) -> None:
    """Refer a client to a service: draft it, or send it.

    casectl refer 12 3 --need food --send --by phone. Without --send it is a draft, which asks to
    be sent. Sending asks for a live release that names the organization and the purpose (referral,
    unless --purpose says another), and is logged as a disclosure. Without --need it is for the open
    needs that the service meets. A declined referral for one of them is replaced by it; the service
    that declined is asked again only with --yes. Without SERVICE a terminal shows those that fit,
    and asks.
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    check_change(found, "refer")
    if service is None:
        resource = _chosen(session, found, need)
    else:
        resource = find_resource(session, service, write=True)
    needs = _needs(session, found, resource, need)
    day = _day(session, found, on)
    referral = new_referral(found, resource, needs, day, purpose or USUAL_PURPOSE)
    standing = session.store.casework.of(found, REFERRAL, only_open=True)
    _check_not_twice(session, found, standing, resource, needs)
    _check_declined(session, found, resource, needs)
    event, permission = None, None
    if send:
        event = new_event(SENT, day, who=who, by=by, text=_typed(session, text), there=warm)
        permission = _permit(session, found, referral, needs, override)
    elif any(each is not None for each in (override, text, by, who, warm)):
        raise BadValue(
            "--note, --by, --who, --warm and --override say how it was sent", hint="add --send"
        )
    numbers = {each.number for each in needs}
    instead = [
        each for each in standing if each.stage == DECLINED and numbers & set(needs_of(each))
    ]
    made = session.store.referrals.draft(
        found, referral, event, permission, interval=_interval(session, found), instead=instead
    )
    _tell(session, found, made, *_beside(session, found, resource, instead))


def _chosen(session: Session, case: Case, named: list[str] | None) -> Resource:
    """The service that somebody picks out of those that fit best, or finds by words of its name.

    Raises BadValue where nobody can be asked or nothing is to be met, Declined for no answer.
    """
    match = f"casectl resource match {case.number}"
    if not session.can_ask:
        raise BadValue("SERVICE is missing", hint=f"{match} lists those that fit")
    needs = find_needs(session, case, named) if named else _standing_needs(session, case)
    if not needs:
        raise BadValue(
            f"{case.handle} has no open need", hint=f"casectl need add {case.number} TEXT"
        )
    from casectl.core.service_match import matching
    from casectl.render.resources import offered

    person = session.store.referrals.person(case, ())
    catalogue = session.store.resources.all()
    if not catalogue:
        raise BadValue("there is no service on record", hint="casectl resource add")
    before = _asked_before(session, case, needs)
    found = matching(catalogue, needs, person, session.today, session.config.verified_for, before)
    for each in session.shown(found[:MOST_OFFERED]):
        tell(offered(each, session.shown(case), session.output))
    if not found:
        tell(f"No service on record meets what {session.shown(case).client} needs.")
    elif len(found) > MOST_OFFERED:
        tell(f"  and {len(found) - MOST_OFFERED} more: {match}")
    while True:
        answer = session.ask("Which one? (number, or words of its name; Enter for none) ").strip()
        if not answer:
            raise Declined("nothing was chosen")
        try:
            return find_resource(session, answer, write=True)
        except (NotFound, Ambiguous) as error:
            tell(f"  {error}")


def _standing_needs(session: Session, case: Case) -> list[Piece]:
    """The open needs, but for those that a referral has met."""
    met = already_met(session.store.casework.of(case, REFERRAL))
    return [
        each
        for each in session.store.casework.of(case, NEED)
        if each.status in (OPEN, PLANNED) and each.number not in met
    ]


def _needs(
    session: Session, case: Case, resource: Resource, named: list[str] | None
) -> list[Piece]:
    """The needs that it is for: as named, or the open ones that the service meets."""
    if named:
        return find_needs(session, case, named)
    standing = [
        each
        for each in session.store.casework.of(case, NEED)
        if each.status in (OPEN, PLANNED) and each.domain in resource.domains
    ]
    if standing:
        return standing
    raise BadValue(
        f"{case.handle} has no open need that resource {resource.number} meets",
        hint=f"name one with --need, or casectl need add {case.number} TEXT",
    )


def _check_not_twice(
    session: Session, case: Case, standing: list[Piece], resource: Resource, needs: list[Piece]
) -> None:
    """Two referrals to one service for one need would be chased apart."""
    numbers = {each.number for each in needs}
    for each in standing:
        same = each.body.get(RESOURCE) == resource.number and numbers & set(needs_of(each))
        if same and each.stage != DECLINED:
            raise BadValue(
                f"{case.number}.{each.part} goes to resource {resource.number} for that already",
                hint=f"casectl referral show {case.number}.{each.part}",
            )


def _asked_before(session: Session, case: Case, needs: list[Piece]) -> dict[int, str]:
    return asked_before(
        case, session.store.casework.of(case, REFERRAL), [each.number for each in needs],
        session.today, session.config.date_order,
    )  # fmt: skip


def _check_declined(session: Session, case: Case, resource: Resource, needs: list[Piece]) -> None:
    """Whoever said no for that is asked again only where somebody means it."""
    before = _asked_before(session, case, needs).get(resource.number)
    if before is None:
        return
    before = "declined before" if session.private else before
    named = f"{session.shown(resource).name} (resource {resource.number}): {before}"
    session.confirm(
        f"{named}. Refer there again?",
        otherwise=Ambiguous(
            named,
            hint=f"casectl resource match {case.number} finds another one; --yes refers there "
            "again",
        ),
    )


def _beside(session: Session, case: Case, resource: Resource, instead: list[Piece]) -> list[str]:
    """What one must know of a service before relying on it, and what this referral replaced."""
    how = [*said(resource, "apply")]
    how += [f"phone {each}" for each in said(resource, "phone")]
    how += [f"papers: {each}" for each in said(resource, "document")]
    lines = [f"How: {'; '.join(session.shown(tuple(how)))}."] if how else []
    words = verified_words(resource, session.today, session.config.verified_for)
    if words is not None:
        lines.append(
            f"Resource {resource.number} is {words}: casectl resource verify {resource.number}"
        )
    if resource.capacity == FULL:
        lines.append(f"Resource {resource.number} is full, as far as is known.")
    if instead:
        names = ", ".join(f"{case.number}.{each.part}" for each in instead)
        lines.append(f"It takes the place of {names}, which was declined.")
    return lines


def _permit(
    session: Session,
    case: Case,
    referral: Piece,
    needs: list[Piece],
    override: str | None,
    purpose: str | None = None,
) -> "Permission":
    """The right to tell the organization of the client. Raises NotShared where there is none."""
    from casectl.sharing import permit

    wanted = "; ".join(each.what or each.domain or "" for each in needs)
    what = f"referral to {referral.what}" + (f": {wanted}" if wanted else "")
    said = purpose or str(referral.body.get(PURPOSE) or USUAL_PURPOSE)
    return permit(session, case, referral.who or "", said, what, override=override)


@referral_app.callback()
def referral() -> None:
    """Referrals, from the draft to the client who is there.

    A referral is named 12.ref1. A silent one is asked about on its interval (standards.referral, 7
    days) until somebody answers: asking restarts the interval and clears nothing.
    """


@referral_app.command("send")
def send(
    ctx: typer.Context,
    item: PieceArgument,
    text: TextArgument = None,
    purpose: PurposeOption = None,
    override: OverrideOption = None,
    by: ByOption = None,
    who: WhoOption = None,
    warm: WarmOption = None,
    on: OnOption = None,
) -> None:
    """Send a draft. It leaves under a live release, and is logged as a disclosure.

    casectl referral send 12.ref1 --by email --who "the intake desk"
    """
    session = current(ctx)
    case, piece = find_piece(session, item, REFERRAL)
    check_change(case, "refer")
    day = _day(session, case, on)
    event = new_event(SENT, day, who=who, by=by, text=_typed(session, text), there=warm)
    check_next(case, piece, event, session.config.date_order)
    numbers = needs_of(piece)
    needs = [each for each in session.store.casework.of(case, NEED) if each.number in numbers]
    permission = _permit(session, case, piece, needs, override, purpose)
    _happen(session, case, piece, event, "referral send", permission)


@referral_app.command("answer")
def answer(
    ctx: typer.Context,
    item: PieceArgument,
    answered: Annotated[
        str | None, typer.Argument(metavar="[ANSWER]", help="accepted, declined or waitlisted.")
    ] = None,
    text: TextArgument = None,
    by: ByOption = None,
    who: WhoOption = None,
    warm: WarmOption = None,
    again: AgainOption = None,
    on: OnOption = None,
) -> None:
    """Record what they answered: who, when, and by which means.

    casectl referral answer 12.ref1 waitlisted "about six weeks" --who "Ms Sample" --by phone.
    Declined offers the services that fit next, and asks for one until it is found.
    """
    session = current(ctx)
    case, piece = find_piece(session, item, REFERRAL)
    question = f"What did they answer? ({', '.join(ANSWERS)}) "
    word = needed(session, answered, question, "ANSWER", _answer)
    until = _ahead(session, again)
    if until is not None and word == DECLINED:
        raise BadValue("a declined referral asks for another one at once", hint="leave --again out")
    day = _day(session, case, on)
    event = new_event(
        word, day, who=who, by=by, text=_typed(session, text), there=warm, until=until
    )
    done = _happened(session, case, piece, event, "referral answer")
    offers = _offers(session, case, done) if word == DECLINED else []
    _tell(session, case, done, *offers)


def _offers(session: Session, case: Case, declined: Piece) -> list[str]:
    """The services that fit next for the same needs, those that were asked already left out."""
    fits = _next_fits(session, case, declined)
    if not fits:
        return [f"No other service on record fits: casectl resource match {case.number}"]
    lines = []
    for fit in session.shown(fits[:3]):
        needs = ",".join(str(each.number) for each in fit.needs)
        why = "; ".join([*fit.why, *([fit.unverified] if fit.unverified else [])])
        lines.append(
            f"Next that fits: {fit.resource.name}{f' ({why})' if why else ''}: "
            f"casectl refer {case.number} {fit.resource.number} --need {needs}"
        )
    return lines


def _next_fits(session: Session, case: Case, declined: Piece) -> "list[Fit]":
    from casectl.core.service_match import matching

    numbers = needs_of(declined)
    needs = [
        each
        for each in session.store.casework.of(case, NEED)
        if each.number in numbers and each.status in (OPEN, PLANNED)
    ]
    were_asked = {
        each.body.get(RESOURCE)
        for each in session.store.casework.of(case, REFERRAL)
        if set(needs_of(each)) & set(numbers)
    }
    catalogue = [each for each in session.store.resources.all() if each.number not in were_asked]
    person = session.store.referrals.person(case, ())
    found = matching(catalogue, needs, person, session.today, session.config.verified_for)
    return [each for each in found if not each.is_near]


@referral_app.command("schedule")
def schedule(
    ctx: typer.Context,
    item: PieceArgument,
    when: Annotated[
        str,
        typer.Argument(metavar="WHEN", help="The client's first day there: fri, '14 jan 9:00'."),
    ],
    text: TextArgument = None,
    by: ByOption = None,
    who: WhoOption = None,
    warm: WarmOption = None,
    on: OnOption = None,
) -> None:
    """Record the client's first day there. On that day it asks whether they came.

    casectl referral schedule 12.ref1 "2 dec 10:00" "ask for Ms Sample" --by phone
    """
    session = current(ctx)
    case, piece = find_piece(session, item, REFERRAL)
    first = session.read_when(when)
    day = _day(session, case, on)
    if first.day < day:
        raise BadValue(
            f"{session.say_day(first.day)} is before the day it was fixed",
            hint="--on says when that was; referral received says that they came",
        )
    event = new_event(
        SCHEDULED, day, who=who, by=by, text=_typed(session, text), there=warm,
        until=first.day, time=first.time,
    )  # fmt: skip
    _happen(session, case, piece, event, "referral schedule")


@referral_app.command("received")
def received(
    ctx: typer.Context,
    item: PieceArgument,
    text: TextArgument = None,
    by: ByOption = None,
    who: WhoOption = None,
    warm: WarmOption = None,
    again: AgainOption = None,
    on: OnOption = None,
) -> None:
    """Record that they say the client came. That the client says so is referral connected.

    casectl referral received 12.ref1 --who "Ms Sample" --by phone --warm "Ms Sample and I". Before
    the day that is scheduled it asks first.
    """
    session = current(ctx)
    case, piece = find_piece(session, item, REFERRAL)
    event = new_event(
        RECEIVED, _day(session, case, on), who=who, by=by, text=_typed(session, text), there=warm,
        until=_ahead(session, again),
    )  # fmt: skip
    check_next(case, piece, event, session.config.date_order)
    _check_not_early(session, case, piece, event)
    _happen(session, case, piece, event, "referral received")


def _check_not_early(session: Session, case: Case, referral: Piece, event: "Event") -> None:
    """Who was to come later may have come before; or another referral is meant."""
    first = too_early(referral, event.on)
    if first is None:
        return
    told = f"{case.number}.{referral.part} is scheduled for {session.say_day(first)}"
    session.confirm(
        f"{told}. They came {session.say_day(event.on)} already?",
        otherwise=Ambiguous(
            told, hint=f"--yes says that they came {session.say_day(event.on)} already"
        ),
    )


@referral_app.command("connected")
def connected(
    ctx: typer.Context,
    item: PieceArgument,
    text: TextArgument = None,
    by: ByOption = None,
    contact: Annotated[
        str | None,
        typer.Option("--contact", metavar="ITEM", help="The contact in which they said so: 12.c5."),
    ] = None,
    on: OnOption = None,
) -> None:
    """The client says that they are connected. That ends the referral.

    casectl referral connected 12.ref1 "goes every Friday" --by phone records the contact in which
    the client said so; --contact names one that is on record. Without either a terminal asks: what
    the service alone says ends nothing.
    """
    session = current(ctx)
    case, piece = find_piece(session, item, REFERRAL)
    day = _day(session, case, on)
    words = _typed(session, text)
    event = new_event(CONNECTED, day, text=words)
    check_next(case, piece, event, session.config.date_order)
    made = None
    if contact is not None:
        if by is not None or on is not None:
            raise BadValue("--contact names what is on record", hint="leave --by and --on out")
        known = _said_so(session, case, piece, contact)
        event = event._replace(on=known.on_day, who=f"c{known.number}", by=known.by)
        check_next(case, piece, event, session.config.date_order)
    else:
        means = by or _asked_means(session)
        event = event._replace(by=means)
        said = f"connected with {piece.who}" + (f": {words}" if words else "")
        made = new_contact(
            case, outcome=REACHED, by=means, party="client", on_day=day, today=session.today,
            text=said, item=f"{case.number}.{piece.part}",
            order=session.config.date_order,
        )  # fmt: skip
    done = session.store.referrals.connect(
        case, piece, event, made, interval=_interval(session, case)
    )
    lines = []
    if done.contact is not None:
        lines.append(f"Recorded as reached: {case.number}.c{done.contact.number}.")
    for each in done.needs:
        if each.status in (OPEN, PLANNED):
            told_need = session.shown(each)
            lines.append(
                f"Is the need met? {case.number}.{each.part} {told_need.what or each.domain}: "
                f"casectl need met {case.number}.{each.part}"
            )
    _tell(session, case, done.referral, *lines)


def _asked_means(session: Session) -> str:
    if not session.can_ask:
        raise BadValue(
            "who says that they are connected?",
            hint="--by MEANS where the client told you, or --contact ITEM where it is on record",
        )
    return asked(session, f"How did the client tell you? ({', '.join(MEANS)}) ", _means)


def _means(text: str) -> str:
    if text.lower() not in MEANS:
        raise BadValue(f"no means {text[:40]!r}: it is one of {', '.join(MEANS)}")
    return text.lower()


def _answer(text: str) -> str:
    word = text.strip().lower()
    if word not in ANSWERS:
        raise BadValue(f"no answer {text[:40]!r}: it is {', '.join(ANSWERS)}")
    return word


def _said_so(session: Session, case: Case, referral: Piece, text: str) -> Contact:
    """A contact on record in which the client can have said so. Raises BadValue, NotFound."""
    word = text.strip().lower().removeprefix(f"{case.number}.").removeprefix("c")
    if not (word.isascii() and word.isdigit()):
        raise BadValue(f"--contact takes a contact, as in {case.number}.c5, not {text[:40]!r}")
    contact = session.store.contacts.numbered(case, int(word[:10]))
    if contact is None:
        raise NotFound(
            f"{case.handle} has no contact {case.number}.c{word[:10]}",
            hint=f"casectl show {case.number} --all lists them",
        )
    contact = session.store.contacts.newest(contact)
    sent = sent_on(referral) or referral.on_day
    if contact.outcome != REACHED or contact.party not in ("client", "guardian"):
        raise BadValue(
            f"{case.number}.c{contact.number} did not reach the client",
            hint="--by MEANS records the contact in which they said so",
        )
    if contact.on_day < sent:
        raise BadValue(
            f"{case.number}.c{contact.number} was before it was sent, {session.say_day(sent)}",
            hint="--by MEANS records the contact in which they said so",
        )
    return contact


@referral_app.command("close")
def close(
    ctx: typer.Context,
    item: PieceArgument,
    reason: Annotated[
        str | None, typer.Argument(metavar="[REASON|-]", help="Why; - reads standard input.")
    ] = None,
    on: OnOption = None,
) -> None:
    """End an answered referral that connects nobody, with the reason.

    casectl referral close 12.ref1 "does not want it any more"
    """
    _end(current(ctx), item, CLOSED, reason, on, "referral close")


@referral_app.command("cancel")
def cancel(
    ctx: typer.Context,
    item: PieceArgument,
    reason: Annotated[
        str | None, typer.Argument(metavar="[REASON|-]", help="Why; - reads standard input.")
    ] = None,
    on: OnOption = None,
) -> None:
    """Take a referral back, however far it is, with the reason."""
    _end(current(ctx), item, CANCELLED, reason, on, "referral cancel")


@referral_app.command("chase")
def chase(
    ctx: typer.Context,
    item: PieceArgument,
    text: TextArgument = None,
    by: ByOption = None,
    who: WhoOption = None,
    on: OnOption = None,
) -> None:
    """Record that you asked them. It clears nothing: the interval begins anew from that day.

    casectl referral chase 12.ref1 "left a message" --by phone. A day that is scheduled stays.
    """
    session = current(ctx)
    case, piece = find_piece(session, item, REFERRAL)
    day = _day(session, case, on)
    event = new_event(ASKED, day, who=who, by=by, text=_typed(session, text))
    done = _happened(session, case, piece, event, "referral chase")
    where = told.call_words(session.shown(done), session.shown(_service(session, done)))
    _tell(session, case, done, f"{where}.")


@referral_app.command("list")
def list_(
    ctx: typer.Context,
    case: Annotated[
        str | None, typer.Argument(metavar="[CASE]", help="Only this case; all of them without.")
    ] = None,
    silent: Annotated[bool, typer.Option("--silent", help="Only those without an answer.")] = False,
    all_: Annotated[
        bool, typer.Option("--all", help="Of a case, those that are over as well.")
    ] = False,
) -> None:
    """Referrals that are not over, what has waited longest first."""
    session = current(ctx)
    if case is None:
        if all_:
            raise BadValue("--all is for one case", hint="casectl referral list CASE --all")
        found = session.store.referrals.open_ones()
    else:
        named = find_case(session, case)
        pieces = session.store.casework.of(named, REFERRAL, only_open=not all_)
        found = [(named, each) for each in pieces]
    if silent:
        found = [each for each in found if each[1].status == OPEN and each[1].stage == SENT]
    session.was_shown("referral list", list({each.id: each for each, _ in found}.values()))
    catalogue = {each.number: each for each in session.store.resources.all(retired=True)}
    told.referrals(
        found, catalogue, session.output, "No referral is open: casectl refer CASE SERVICE"
    )


@referral_app.command("show")
def show(ctx: typer.Context, item: PieceArgument) -> None:
    """One referral, with everything that happened."""
    session = current(ctx)
    case, piece = find_piece(session, item, REFERRAL)
    session.was_shown("referral show", [case])
    told.referral(case, piece, _service(session, piece), session.output)


# -- what the verbs share --------------------------------------------------------------------------


def _service(session: Session, referral: Piece) -> Resource | None:
    number = referral.body.get(RESOURCE)
    return session.store.resources.numbered(number) if number is not None else None


def _happen(
    session: Session,
    case: Case,
    referral: Piece,
    event: "Event",
    command: str,
    permission: "Permission | None" = None,
) -> None:
    _tell(session, case, _happened(session, case, referral, event, command, permission))


def _happened(
    session: Session,
    case: Case,
    referral: Piece,
    event: "Event",
    command: str,
    permission: "Permission | None" = None,
) -> Piece:
    """Record what happened, where it may follow what is on record."""
    check_next(case, referral, event, session.config.date_order)
    return session.store.referrals.happen(
        case, referral, event, command,
        interval=_interval(session, case), permission=permission,
    )  # fmt: skip


def _tell(session: Session, case: Case, referral: Piece, *more: str) -> None:
    due = _due(session, case, referral)
    shown, piece, output = session.shown(case), session.shown(referral), session.output
    output.wrote(
        told.referral_object(piece, shown, output),
        told.referral_sentence(piece, shown, output),
        *told.next_sentence(piece, shown, due, output),
        *more,
    )


def _due(session: Session, case: Case, referral: Piece) -> date | None:
    from casectl.core.due import due_items

    items = due_items(session.store.cases.record(case), session.standards, session.today)
    name = f"{case.number}.{referral.part}"
    return next((each.due for each in items if each.item == name), None)


def _interval(session: Session, case: Case) -> int:
    return session.standards.of(case.program).referral


def _end(
    session: Session, item: str, did: str, reason: str | None, on: str | None, command: str
) -> None:
    """A referral that ends without the client being connected, with the reason."""
    case, piece = find_piece(session, item, REFERRAL)
    why = checked_text(session.needed(reason, "Why? ", "REASON"), "reason")
    _happen(session, case, piece, new_event(did, _day(session, case, on), text=why), command)


def _day(session: Session, case: Case, text: str | None) -> date:
    """The day that something happened. Raises BadValue for one ahead, or before intake."""
    day = session.read_day(text, back=True) if text is not None else session.today
    check_past_day(case, day, session.today, session.config.date_order)
    return day


def _ahead(session: Session, text: str | None) -> date | None:
    if text is None:
        return None
    day = session.read_day(text)
    if day < session.today:
        raise BadValue(f"{session.say_day(day)} has passed", hint="--again takes a day ahead")
    return day


def _typed(session: Session, text: str | None) -> str | None:
    return None if text is None else session.typed(text, "text")
