"""resource: services that one can refer to, what is known of each, and which fit a case."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casectl.asking import Answers, Question, Walk, drafting, yes_or_no
from casectl.colleagues import new_path
from casectl.core.casework import NEED, OPEN, PLANNED, REFERRAL, Piece
from casectl.core.domains import domain_words
from casectl.core.errors import BadValue
from casectl.core.model import Case
from casectl.core.referrals import connected
from casectl.core.resources import (
    AGE,
    FIELDS,
    LISTED,
    TEXTS,
    Field,
    Resource,
    checked_body,
    checked_capacity,
    checked_label,
    holds,
    new_resource,
    said,
    unverified_days,
)
from casectl.core.text import checked_text, fold
from casectl.naming import find_case, find_needs, find_resource
from casectl.parameters import CaseArgument, complete_resource, current, limit_number
from casectl.render import resources as told
from casectl.render import tell
from casectl.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

resource_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
NOTHING = "-"  # takes out what is on record

Given = dict[str, list[str] | str | None]

ResourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="RESOURCE",
        help="A resource: its number, or words of its name.",
        autocompletion=complete_resource,
    ),
]
DomainOption = Annotated[
    list[str] | None,
    typer.Option("--domain", metavar="DOMAIN", help="Needs it meets: food, legal …; repeatable."),
]
DescriptionOption = Annotated[
    str | None, typer.Option("--description", metavar="TEXT", help="What it is.")
]
EligibilityOption = Annotated[
    str | None, typer.Option("--eligibility", metavar="TEXT", help="Who may come.")
]
MinAgeOption = Annotated[
    str | None, typer.Option("--min-age", metavar="YEARS", help="From this age.")
]
MaxAgeOption = Annotated[
    str | None, typer.Option("--max-age", metavar="YEARS", help="To this age, included.")
]
AreaOption = Annotated[
    list[str] | None,
    typer.Option("--area", metavar="PLACE", help="A place it serves; repeatable."),
]
LanguageOption = Annotated[
    list[str] | None,
    typer.Option("--language", metavar="NAME", help="A language spoken there; repeatable."),
]
InterpretationOption = Annotated[
    str | None,
    typer.Option("--interpretation", metavar="TEXT", help="For which languages they interpret."),
]
CostOption = Annotated[
    list[str] | None, typer.Option("--cost", metavar="TEXT", help="What it costs; repeatable.")
]
ApplyOption = Annotated[
    str | None, typer.Option("--apply", metavar="TEXT", help="How one applies.")
]
DocumentOption = Annotated[
    list[str] | None,
    typer.Option("--document", metavar="TEXT", help="A paper that they want; repeatable."),
]
WaitOption = Annotated[
    str | None, typer.Option("--wait", metavar="TEXT", help="How long it takes.")
]
PhoneOption = Annotated[
    list[str] | None, typer.Option("--phone", metavar="NUMBER", help="Their phone; repeatable.")
]
HoursOption = Annotated[
    list[str] | None, typer.Option("--hours", metavar="TEXT", help="When; repeatable.")
]
AddressOption = Annotated[str | None, typer.Option("--address", metavar="TEXT", help="Where.")]
AccessOption = Annotated[
    list[str] | None,
    typer.Option("--access", metavar="TEXT", help="Ramp, lift, bus line …; repeatable."),
]
EmailOption = Annotated[str | None, typer.Option("--email", metavar="ADDRESS", help="E-mail.")]
UrlOption = Annotated[str | None, typer.Option("--url", metavar="URL", help="Their web page.")]
AlertOption = Annotated[
    str | None, typer.Option("--alert", metavar="TEXT", help="What one must know just now.")
]
CapacityOption = Annotated[
    str | None, typer.Option("--capacity", metavar="WORD", help="open, waitlist or full.")
]
VerifiedOption = Annotated[
    str | None,
    typer.Option("--verified", metavar="DAY", help="The day somebody asked them that all is so."),
]
OnOption = Annotated[str | None, typer.Option("--on", metavar="DAY", help="The day (today).")]


@resource_app.callback()
def resource() -> None:
    """Resources: services that one can refer to, and which fit a case.

    A resource has a number, and the words of HSDS 3.0 for what is known of it. One that nobody
    verified for 180 days says so wherever it is shown.
    """


@resource_app.command("add")
def add(
    ctx: typer.Context,
    organization: Annotated[
        str | None, typer.Argument(metavar="[ORGANIZATION]", help="Who offers it.")
    ] = None,
    service: Annotated[
        str | None, typer.Argument(metavar="[SERVICE]", help="What they offer.")
    ] = None,
    domain: DomainOption = None,
    description: DescriptionOption = None,
    eligibility: EligibilityOption = None,
    min_age: MinAgeOption = None,
    max_age: MaxAgeOption = None,
    area: AreaOption = None,
    language: LanguageOption = None,
    interpretation: InterpretationOption = None,
    cost: CostOption = None,
    apply: ApplyOption = None,
    document: DocumentOption = None,
    wait: WaitOption = None,
    phone: PhoneOption = None,
    hours: HoursOption = None,
    address: AddressOption = None,
    access: AccessOption = None,
    email: EmailOption = None,
    url: UrlOption = None,
    alert: AlertOption = None,
    capacity: CapacityOption = None,
    verified: VerifiedOption = None,
) -> None:
    """Add a service. Without its name a terminal asks for each thing; Enter leaves one out.

    Ctrl-C keeps a draft, and the same command goes on with it.

    casectl resource add "Example Pantry" "food parcels" --domain food --language Spanish --area
    Springfield --phone 555-0100 --capacity open --verified today
    """
    session = current(ctx)
    given: Given = {
        "domain": domain, "description": description, "eligibility": eligibility,
        "min_age": min_age, "max_age": max_age, "area": area, "language": language,
        "interpretation": interpretation, "cost": cost, "apply": apply, "document": document,
        "wait": wait, "phone": phone, "hours": hours, "address": address, "access": access,
        "email": email, "url": url, "alert": alert,
    }  # fmt: skip
    walks = organization is None or service is None
    if walks and not session.can_ask:
        missing = "ORGANIZATION and SERVICE are" if organization is None else "SERVICE is"
        raise BadValue(f"{missing} missing", hint='resource add "Example Pantry" "food parcels"')
    day = _verified(session, verified)
    if organization is not None:
        organization = checked_label(organization, "organization")
    begun = Resource("", 0, organization or "", service or "", checked_capacity(capacity), day)
    begun = begun._replace(body=checked_body({}, given, session.profile.domains))
    if not walks:
        made = _added(session, begun)
    else:

        def asks(answers: Answers) -> list[Question]:
            names = _names_asked(session, organization, service, answers)
            fields = _fields_asked(session, begun, answers, room=capacity is None)
            return [*names, *fields, *([] if verified is not None else [ASKED_THEM])]

        said = {**given, ORGANIZATION: organization, SERVICE: service, CAPACITY: capacity}
        with drafting(
            session,
            DRAFT,
            "A service was begun.",
            "casectl resource add",
            said,
            names=(ORGANIZATION, SERVICE),
        ) as draft:
            draft.answers.pop(VERIFIED, None)  # that was asked of another day
            tell(SEVERAL)
            answers = draft.walk(asks)
            filled = _answered(session, begun, answers)
            made = _added(
                session,
                filled._replace(
                    organization=answers.get(ORGANIZATION) or begun.organization,
                    service=answers.get(SERVICE) or begun.service,
                    verified_on=session.today if answers.get(VERIFIED) else day,
                ),
            )
    lacks = told.lacking(made)
    made = session.shown(made)
    more = f"It does not say {', '.join(lacks)}: casectl resource edit {made.number}."
    session.output.wrote(
        told.resource_object(made, session.output),
        told.resource_sentence(made, session.output),
        *([more] if lacks else []),
    )


def _added(session: Session, given: Resource) -> Resource:
    """Raises BadValue for what is on record, or has no name."""
    made = new_resource(
        given.organization, given.service, capacity=given.capacity, verified_on=given.verified_on
    )._replace(body=given.body)
    _check_new(session, made)
    return session.store.resources.add(made)


def _check_new(session: Session, made: Resource) -> None:
    """Two records of one service would go stale apart."""
    for each in session.store.resources.all():
        if (fold(each.organization), fold(each.service)) == (
            fold(made.organization),
            fold(made.service),
        ):
            raise BadValue(
                f"that is resource {each.number} already",
                hint=f"casectl resource edit {each.number}",
            )


def _verified(session: Session, text: str | None) -> date | None:
    if text is None:
        return None
    day = session.read_day(text, back=True)
    if day > session.today:
        raise BadValue(f"{session.say_day(day)} is still ahead", hint="say when it was verified")
    return day


ORGANIZATION, SERVICE, CAPACITY, VERIFIED = "organization", "service", "capacity", "verified"


DRAFT = "resource"  # the name of what somebody was interrupted in
SEVERAL = "Several stand between semicolons; - takes out what is on record."

ASKED_THEM = Question(
    VERIFIED, "Did you ask them today, and all this is so?", yes_or_no,
    "y counts it as verified today.", needed="Answer y or n.",
)  # fmt: skip


def _walked(session: Session, asks: "Callable[[Answers], list[Question]]") -> Answers:
    """What was answered, there and back; NOTHING for what is to be taken out."""
    answers: Answers = {}
    tell(SEVERAL)
    Walk(session, answers, asks, lambda: None, lambda: "Nothing was written.").go()
    return answers


def _names_asked(
    session: Session, organization: str | None, service: str | None, answers: Answers
) -> list[Question]:
    """Who offers what, which is looked at before all else is typed."""

    def service_read(text: str) -> str:
        whose = organization if organization is not None else answers[ORGANIZATION]
        made = new_resource(whose, text, capacity=None, verified_on=None)
        _check_new(session, made)
        return made.service

    asks = [
        Question(ORGANIZATION, "Organization", lambda text: checked_label(text, "organization"),
                 "Who offers it.", needed="It needs a name.", words=True),
        Question(SERVICE, "Service", service_read,
                 "What they offer.", needed="It needs a name.", words=True),
    ]  # fmt: skip
    said_already = {ORGANIZATION: organization, SERVICE: service}
    return [each for each in asks if said_already[each.key] is None]


def _fields_asked(
    session: Session, resource: Resource, answers: Answers, *, room: bool = True
) -> list[Question]:
    """Each thing on record of a service, and then whether they have room."""
    helps = {
        LISTED: ", ".join(domain_words(each.key) for each in session.profile.domains),
        TEXTS: "Several stand between semicolons.",
        AGE: "A number of years.",
    }

    def reading(field: Field) -> "Callable[[str], str | list[str]]":
        def read(text: str) -> str | list[str]:
            value: str | list[str] = text
            if text != NOTHING and field.kind in (TEXTS, LISTED):
                value = [each.strip() for each in text.split(";")]
            _body_with(session, resource, {**answers, field.key: value})
            return value

        return read

    asks = [
        Question(
            field.key, field.words, reading(field), helps.get(field.kind, "In your own words."),
            skipped="; ".join(session.shown(tuple(said(resource, field.key)))),
            words=True, clears=True,
        )
        for field in FIELDS
    ]  # fmt: skip
    if room:
        asks.append(
            Question(
                CAPACITY, "Room", lambda text: checked_capacity(text) or NOTHING,
                "Whether they take somebody in: open, waitlist or full.",
                skipped=resource.capacity or "", clears=True,
                lead=("Room is open, waitlist or full.",),
            )
        )  # fmt: skip
    return asks


def _body_with(session: Session, resource: Resource, answers: Answers) -> dict[str, Any]:
    changes = {
        field.key: _taken(answers[field.key])
        for field in FIELDS
        if answers.get(field.key) is not None
    }
    return checked_body(resource.body, changes, session.profile.domains)


def _answered(session: Session, resource: Resource, answers: Answers) -> Resource:
    """``resource`` with what was answered for its fields and its room."""
    capacity = answers.get(CAPACITY)
    return resource._replace(
        body=_body_with(session, resource, answers),
        capacity=resource.capacity if capacity is None else checked_capacity(capacity),
    )


@resource_app.command("show")
def show(ctx: typer.Context, resource: ResourceArgument) -> None:
    """What is on record of a service."""
    session = current(ctx)
    told.resource(find_resource(session, resource), session.output)


@resource_app.command("list")
def list_(
    ctx: typer.Context,
    domain: Annotated[
        str | None, typer.Option("--domain", metavar="DOMAIN", help="Only what meets such needs.")
    ] = None,
    capacity: Annotated[
        str | None, typer.Option("--capacity", metavar="WORD", help="open, waitlist or full.")
    ] = None,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Only those to be verified again.")
    ] = False,
    all_: Annotated[bool, typer.Option("--all", help="Those that were retired as well.")] = False,
) -> None:
    """The services on record, by organization."""
    session = current(ctx)
    found = session.store.resources.all(retired=all_)
    if domain is not None:
        from casectl.core.domains import find_domain

        key = find_domain(domain, session.profile.domains).key
        found = [each for each in found if key in each.domains]
    if capacity is not None:
        word = checked_capacity(capacity)
        found = [each for each in found if each.capacity == word]
    if unverified:
        day, counts = session.today, session.config.verified_for
        found = [each for each in found if unverified_days(each, day, counts) is not None]
    told.resources(found, session.output, "None is on record: casectl resource add, or import")


@resource_app.command("search")
def search(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Words of anything on record.")],
    all_: Annotated[bool, typer.Option("--all", help="Those that were retired as well.")] = False,
) -> None:
    """Services in which all these words stand, in any order and case."""
    session = current(ctx)
    words = checked_text(text, "text")
    found = [each for each in session.store.resources.all(retired=all_) if holds(each, words)]
    told.resources(found, session.output, "Nothing on record holds that.")


@resource_app.command("verify")
def verify(
    ctx: typer.Context,
    resources: Annotated[
        list[str],
        typer.Argument(
            metavar="RESOURCE...",
            help="Their numbers, or words of a name.",
            autocompletion=complete_resource,
        ),
    ],
    capacity: CapacityOption = None,
    on: OnOption = None,
) -> None:
    """Record that somebody asked them and what is on record is so.

    casectl resource verify 3 --capacity waitlist
    """
    session = current(ctx)
    day = _verified(session, on) or session.today
    word = checked_capacity(capacity)
    found = {each.id: each for each in (find_resource(session, r, write=True) for r in resources)}
    for each in found.values():
        if each.ended_on is not None:
            raise BadValue(f"resource {each.number} was retired", hint="casectl undo takes it back")
        if each.verified_on is not None and day < each.verified_on:
            raise BadValue(
                f"resource {each.number} was verified {session.say_day(each.verified_on)}",
                hint="give a later day",
            )
    done = session.shown(session.store.resources.verify(list(found.values()), day, word))
    session.output.wrote_all(
        [told.resource_object(each, session.output) for each in done],
        *(told.resource_sentence(each, session.output) for each in done),
    )


@resource_app.command("edit")
def edit(
    ctx: typer.Context,
    resource: ResourceArgument,
    organization: Annotated[
        str | None, typer.Option("--organization", metavar="NAME", help="Who offers it.")
    ] = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="NAME", help="What they offer.")
    ] = None,
    domain: DomainOption = None,
    description: DescriptionOption = None,
    eligibility: EligibilityOption = None,
    min_age: MinAgeOption = None,
    max_age: MaxAgeOption = None,
    area: AreaOption = None,
    language: LanguageOption = None,
    interpretation: InterpretationOption = None,
    cost: CostOption = None,
    apply: ApplyOption = None,
    document: DocumentOption = None,
    wait: WaitOption = None,
    phone: PhoneOption = None,
    hours: HoursOption = None,
    address: AddressOption = None,
    access: AccessOption = None,
    email: EmailOption = None,
    url: UrlOption = None,
    alert: AlertOption = None,
    capacity: CapacityOption = None,
) -> None:
    """Change what is on record of a service; - takes a thing out.

    A repeatable option takes the place of all that was there. Without options a terminal asks for
    each thing. It does not count as verified by that: casectl resource verify says so.
    """
    session = current(ctx)
    found = find_resource(session, resource, write=True)
    given: Given = {
        "domain": domain, "description": description, "eligibility": eligibility,
        "min_age": min_age, "max_age": max_age, "area": area, "language": language,
        "interpretation": interpretation, "cost": cost, "apply": apply, "document": document,
        "wait": wait, "phone": phone, "hours": hours, "address": address, "access": access,
        "email": email, "url": url, "alert": alert,
    }  # fmt: skip
    named = any(each is not None for each in (*given.values(), organization, service, capacity))
    changed = found._replace(
        organization=checked_label(organization or found.organization, "organization"),
        service=checked_label(service or found.service, "service"),
        capacity=found.capacity if capacity is None else checked_capacity(capacity),
        body=checked_body(
            found.body,
            {key: _taken(value) for key, value in given.items()},
            session.profile.domains,
        ),
    )
    if not named:
        if not session.can_ask:
            raise BadValue(
                "nothing to change", hint="casectl resource edit --help lists what can be"
            )
        answers = _walked(session, lambda answers: _fields_asked(session, found, answers))
        changed = _answered(session, found, answers)
    was, now = found._asdict(), changed._asdict()
    values = {name: value for name, value in now.items() if was[name] != value}
    if not values:
        raise BadValue(f"resource {found.number} says that already", hint="nothing was written")
    done = session.shown(session.store.resources.change(found, "resource edit", **values))
    session.output.wrote(
        told.resource_object(done, session.output), told.resource_sentence(done, session.output)
    )


def _taken(value: list[str] | str | None) -> list[str] | str | None:
    """What ``-`` means: nothing."""
    if value == NOTHING or value == [NOTHING]:
        return []
    return value


@resource_app.command("retire")
def retire(
    ctx: typer.Context,
    resource: ResourceArgument,
    reason: Annotated[
        str | None, typer.Argument(metavar="[REASON|-]", help="Why; - reads standard input.")
    ] = None,
) -> None:
    """Take a service off the lists: it is not there any more. What was referred to it stays.

    casectl resource retire 3 "closed for good in May"
    """
    session = current(ctx)
    found = find_resource(session, resource, write=True)
    if found.ended_on is not None:
        raise BadValue(
            f"resource {found.number} was retired on {session.say_day(found.ended_on)} already",
            hint="casectl undo takes it back",
        )
    why = checked_text(session.needed(reason, "Why? ", "REASON"), "reason")
    body = checked_body(found.body, {"alert": why})
    done = session.store.resources.change(
        found, "resource retire", ended_on=session.today, body=body
    )
    waiting = session.store.referrals.open_to(found)
    done, waiting = session.shown(done), session.shown(waiting)
    more = ", ".join(f"{case.number}.{piece.part}" for case, piece in waiting)
    session.output.wrote(
        told.resource_object(done, session.output),
        told.resource_sentence(done, session.output),
        *([f"Referred to it and still open: {more}."] if more else []),
    )


@resource_app.command("match")
def match(
    ctx: typer.Context,
    case: CaseArgument,
    need: Annotated[
        list[str] | None,
        typer.Option("--need", metavar="N", help="Only for this need: 2, 12.need2; repeatable."),
    ] = None,
    area: Annotated[
        list[str] | None,
        typer.Option("--area", metavar="PLACE", help="Where they live, beside their address."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-n", parser=limit_number, metavar="N", help="At most so many."),
    ] = None,
) -> None:
    """Which services fit a case, the best first, and why; what comes near, and why not.

    By its open needs, the client's language and age, and where they live. A need for which they
    are connected already is left out, unless --need names it. Nothing is decided by it: it says
    what to ask.
    """
    session = current(ctx)
    found = find_case(session, case)
    needs, settled = _needs(session, found, need)
    if settled and not needs:
        raise BadValue(
            f"nothing is left to match: {'; '.join(settled)}",
            hint="--need N looks for more of one all the same",
        )
    if not needs:
        raise BadValue(
            f"{found.handle} has no open need", hint=f"casectl need add {found.number} TEXT"
        )
    from casectl.core.service_match import matching

    catalogue = session.store.resources.all()
    person = session.store.referrals.person(found, area or ())
    fits = matching(catalogue, needs, person, session.today, session.config.verified_for)
    met = {each.id for fit in fits for each in fit.needs}
    unmet = tuple(
        f"{each.part} {session.shown(each).what or each.domain}"
        for each in needs
        if each.id not in met
    )
    session.was_shown("resource match", [found])
    if limit is not None and len(fits) > limit:
        fits = fits[:limit]
        session.tell_that_it_was_cut("--limit N")
    told.fits(fits, found, unmet, session.output)
    for words in settled:
        tell(f"casectl: left out: {words}")


def _needs(session: Session, case: Case, named: list[str] | None) -> tuple[list[Piece], list[str]]:
    """The needs to match, and in words those left out because the client is connected."""
    if named:
        return find_needs(session, case, named), []
    there = connected(session.store.casework.of(case, REFERRAL))
    standing = session.store.casework.of(case, NEED)
    open_ones = [each for each in standing if each.status in (OPEN, PLANNED)]
    settled = []
    for each in open_ones:
        if each.number in there:
            need, by = session.shown(each), session.shown(there[each.number])
            settled.append(
                f"{case.number}.{each.part} {need.what or each.domain}, connected by "
                f"{case.number}.{by.part} (casectl need met {case.number}.{each.part} ends it)"
            )
    return [each for each in open_ones if each.number not in there], settled


@resource_app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="An HSDS 3.0 catalogue, as JSON.")],
) -> None:
    """Take in a catalogue of services, as Open Referral's HSDS 3.0 has it.

    A service whose id is on record takes what the file says now; what was verified here later
    stays. All of it or nothing is taken in.
    """
    session = current(ctx)
    from casectl.formats.hsds import read_catalogue, read_file

    catalogue = read_catalogue(read_file(file), session.today)
    done = session.store.resources.take_in(catalogue)
    bare = [each.number for each in done.added if not each.domains]
    sentences = [
        f"{len(done.added):,} new, {len(done.changed):,} changed, {done.same:,} as they were."
    ]
    if bare:
        some = ", ".join(map(str, bare[:10])) + (", …" if len(bare) > 10 else "")
        sentences.append(
            f"Without a domain no case matches them: casectl resource edit N --domain ({some})."
        )
    session.output.wrote(
        {
            "added": [each.number for each in done.added],
            "changed": [each.number for each in done.changed],
            "same": done.same,
            "without_domain": bare,
        },
        *sentences,
    )


@resource_app.command("export")
def export(
    ctx: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Those that were retired as well.")] = False,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it to this new file."),
    ] = None,
) -> None:
    """Print all services as an HSDS 3.0 page of services, for another program.

    casectl resource export -o services.json. It holds no word of any client's.
    """
    session = current(ctx)
    from casectl.formats.hsds import catalogue
    from casectl.render import json_text

    page = catalogue(session.store.resources.all(retired=all_))
    text = f"{json_text(session.shown(page))}\n"
    if output is None:
        session.output.write(text)
        return
    path = new_path(output, "the catalogue")
    session.write_new(path, text)
    count = len(page["contents"])
    session.output.wrote(
        {"file": str(path), "services": count}, f"{count:,} of them are in {path}."
    )
