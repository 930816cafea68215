"""follow, deadline, appointment: what is promised or fixed, by a day."""

from typing import Annotated

import typer

from casectl.core.errors import BadValue
from casectl.core.model import APPOINTMENT, DEADLINE, FOLLOW_UP, ME, Case, Promise
from casectl.core.promising import new_promise, overlap
from casectl.core.text import fold
from casectl.naming import find_case, is_own
from casectl.parameters import CaseArgument, CaseOrMeArgument, current, whole_number
from casectl.render.objects import promise_object
from casectl.session import Session

TextArgument = Annotated[
    str,
    typer.Argument(metavar="TEXT|-", help="What, in your own words; - reads standard input."),
]
WhenOption = Annotated[
    str | None,
    typer.Option(
        "--due",
        "--on",
        "--at",
        metavar="WHEN",
        help="The day, with a time where one matters: fri, in 2 weeks, '14 jan 9:00'.",
    ),
]


def follow(
    ctx: typer.Context,
    case: CaseOrMeArgument,
    text: TextArgument,
    due: WhenOption = None,
    every: Annotated[
        str | None,
        typer.Option("--every", metavar="WHEN", help="Repeat: week, 2 weeks, month, 'mon until …'"),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="call, visit, paperwork, email, letter, meeting or other.",
        ),
    ] = None,
    waiting_on: Annotated[
        str | None, typer.Option("--waiting-on", metavar="NAME", help="Who owes it.")
    ] = None,
    minutes: Annotated[
        int | None,
        typer.Option("--minutes", parser=whole_number, metavar="N", help="How long it takes."),
    ] = None,
) -> None:
    """Promise a follow-up by a day.

    For CASE, me is your own work, which is no client's: casectl follow me supervision --due
    'fri 14:00' --every week --minutes 60. Its items are me.1, me.2: they stand on the list and in
    reminders as you wrote them, and are done, snoozed and cancelled as others are. casectl show me
    lists them.
    """
    _make(
        current(ctx), case, FOLLOW_UP, text, due, subject=kind, every=every, waiting_on=waiting_on,
        minutes=minutes,
    )  # fmt: skip


def deadline(
    ctx: typer.Context,
    case: CaseArgument,
    text: TextArgument,
    due: WhenOption = None,
    lead: Annotated[
        int | None,
        typer.Option(
            "--lead",
            parser=whole_number,
            metavar="DAYS",
            help="Working days ahead that it enters the DEADLINE band.",
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", metavar="KIND", help="court, appeal, authorization, recertification or other."
        ),
    ] = None,
) -> None:
    """Put a hard outside date on a case.

    Its kind (court, appeal, ...) is told by its words unless --kind names it, and sets how many
    working days ahead it warns.
    """
    _make(current(ctx), case, DEADLINE, text, due, subject=kind, lead=lead)


def appointment(
    ctx: typer.Context,
    case: CaseArgument,
    text: TextArgument,
    due: WhenOption = None,
    place: Annotated[str | None, typer.Option("--place", metavar="TEXT", help="Where.")] = None,
    minutes: Annotated[
        int | None,
        typer.Option("--minutes", parser=whole_number, metavar="N", help="How long."),
    ] = None,
) -> None:
    """Make an appointment."""
    _make(current(ctx), case, APPOINTMENT, text, due, place=place, minutes=minutes)


def _make(
    session: Session,
    named: str,
    kind: str,
    text: str,
    due: str | None,
    *,
    subject: str | None = None,
    lead: int | None = None,
    place: str | None = None,
    minutes: int | None = None,
    every: str | None = None,
    waiting_on: str | None = None,
) -> None:
    own = kind == FOLLOW_UP and is_own(named)
    case = ME if own else find_case(session, named, write=True)
    when = session.read_when(_asked_day(session, due))
    repeats = session.read_every(every, when.day) if every else None
    promise = new_promise(
        case,
        kind,
        session.typed(text, "text"),
        when,
        subject=subject,
        lead_days=lead,
        place=place,
        minutes=minutes,
        waiting_on=waiting_on,
        repeats=repeats,
        order=session.config.date_order,
    )
    beside = _beside(session, case, promise)
    made = session.store.promises.make(case, promise, kind.replace("follow_up", "follow"))
    leads = [_leads(session, case, made)] if made.kind == DEADLINE else []
    case, made = session.shown(case), session.shown(made)
    session.output.wrote(
        promise_object(made, case),
        *_sentences(session, case, made, leads),
        *beside,
        *(_namesakes(session) if own else []),
    )


def _beside(session: Session, case: Case, promise: Promise) -> list[str]:
    """What is there already on that day: the same words once more, or another appointment then."""
    said = [
        f"The same is there already: {case.stem}.{each.number}."
        for each in session.store.promises.open_of(case)
        if (each.kind, each.due_on) == (promise.kind, promise.due_on)
        and fold(each.what) == fold(promise.what)
    ]
    if promise.kind == APPOINTMENT and promise.due_time is not None:
        for other, each in session.shown(session.store.promises.appointments_on(promise.due_on)):
            if overlap(promise, each):
                at = f"{other.number}.{each.number} {each.what}, {each.due_time}"
                said.append(f"At that hour there is {other.client} ({other.handle}): {at}.")
    return said


def _namesakes(session: Session) -> list[str]:
    """Clients who may have been meant by ``me``: said aloud, for the item is not theirs."""
    found = session.shown(session.store.cases.called(ME.handle))
    handles = ", ".join(case.handle for case in found)
    return [f"That is your own work; the client of that name is {handles}."] if found else []


def _asked_day(session: Session, due: str | None) -> str:
    if due is not None:
        return due
    if session.can_ask:
        return session.ask("By when? (fri, in 2 weeks, 14 jan) ")
    raise BadValue("--due is missing", hint="give a day, as in --due fri")


def _sentences(session: Session, case: Case, made: Promise, leads: list[str]) -> list[str]:
    item = f"{case.stem}.{made.number}"
    whose = "Your own work" if case == ME else f"{case.client} ({case.handle})"
    kind = made.kind.replace("_", "-")
    if made.subject and made.subject != "other":
        kind = f"{kind} ({made.subject})"
    day = session.say_promised(made)
    sentences = [f"{whose}: {item} {kind}: {made.what}, {day}."]
    if made.repeats:
        sentences.append(f"It repeats {session.say_rule(made.repeats)}.")
    if made.place or made.minutes:
        length = f"{made.minutes} minutes" if made.minutes else ""
        sentences.append(
            ", ".join(filter(None, [f"At {made.place}" if made.place else "", length])) + "."
        )
    if made.waiting_on:
        sentences.append(f"Waiting on {made.waiting_on}.")
    sentences += [*leads, *session.say_held(case, made)]
    if made.due_on < session.today:
        sentences.append("That day has passed, so it is late already.")
    return sentences


def _leads(session: Session, case: Case, made: Promise) -> str:
    standard = session.standards.of(case.program).lead(made.subject or "other")
    days = standard.lead if made.lead_days is None else made.lead_days
    enters = session.standards.calendar.before(made.due_on, days)
    return f"It enters the DEADLINE band on {session.say_day(enters)}."
