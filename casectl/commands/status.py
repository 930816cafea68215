"""accept, hold, reopen: where a case stands between its referral and its end."""

from datetime import date
from typing import Annotated

import typer

from casectl.core.casefile import owed
from casectl.core.closing import check_hold, gone_to, tries_of, tries_words
from casectl.core.errors import Ambiguous, BadValue
from casectl.core.guards import check_change
from casectl.core.intake import risk_named
from casectl.core.model import ACTIVE, CLOSED, FOLLOW_UP, ON_HOLD, PENDING, RISKS, Case, Promise
from casectl.core.text import checked_text
from casectl.naming import find_case
from casectl.parameters import CaseArgument, current
from casectl.render import Object, tell
from casectl.render.owed import owed_object, owed_sentences
from casectl.session import Session

ReasonOption = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why; it stays on file.")
]
NextOption = Annotated[
    str | None, typer.Option("--next", metavar="TEXT", help="The next step; needs --due.")
]
DueOption = Annotated[str | None, typer.Option("--due", metavar="WHEN", help="When that is due.")]


def accept(
    ctx: typer.Context,
    case: CaseArgument,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day of intake (today).")
    ] = None,
    next_step: NextOption = None,
    due: DueOption = None,
) -> None:
    """Take a pending referral on.

    That day is its intake, and the program's standards count from it.
    """
    session = current(ctx)
    before = find_case(session, case, write=True)
    check_change(before, "accept")
    day = _past_day(session, on, before)
    promise = session.next_step(before._replace(opened_on=day), next_step, due)
    after = session.shown(session.store.cases.accept(before, day, promise))
    _wrote(session, after, f"Taken on, {session.say_day(day)}: {_whose(after)}, now active.")


def hold(
    ctx: typer.Context,
    case: CaseArgument,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="The day to look at it again.")
    ] = None,
    reason: ReasonOption = None,
    unreachable: Annotated[
        bool,
        typer.Option("--unreachable", help="Nobody can reach the client; the attempts say why."),
    ] = False,
) -> None:
    """Put a case on hold until a day.

    Safety, deadlines, appointments, releases and a notice of closure go on meanwhile; what else it
    owes waits, and counts from the end of the hold, which is 180 days ahead at the most. A case on
    hold is held on with a new day and a new reason.

    casectl hold 12 --unreachable --until "in 2 weeks": its reason is the attempts on record, and
    without one it is refused.
    """
    session = current(ctx)
    before = find_case(session, case, write=True)
    check_change(before, "hold")
    tried = _tried(session, before) if unreachable else None
    day = _held_until(session, until)
    if before.status == ON_HOLD and before.hold_until == day:
        raise BadValue(
            f"{before.handle} is on hold until {session.say_day(day)} already",
            hint="give another day",
        )
    if tried is not None:
        why = tried if reason is None else f"{checked_text(reason, 'reason')} ({tried})"
        after = session.store.cases.hold(before, day, why, "Unreachable, on hold until {until}")
    else:
        why = checked_text(session.needed(reason, "Why? ", "--reason"), "reason")
        after = session.store.cases.hold(before, day, why)
    promises = session.shown(session.store.promises.open_of(after))
    waiting = [each for each in promises if each.kind == FOLLOW_UP]
    after = session.shown(after)
    said = "Unreachable, on hold" if unreachable else "On hold"
    found = f"Reached again: casectl reopen {after.number} --reason TEXT takes it off hold."
    _wrote(
        session,
        after,
        f"{said} until {session.say_day(day)}: {_whose(after)}.",
        *([f"{why[:1].upper()}{why[1:]}."] if tried is not None and not session.private else []),
        "Safety, deadlines and appointments go on; the rest waits until then.",
        *([found] if unreachable else []),
        *_still_open(session, after, waiting, "Waiting:"),
    )


def _tried(session: Session, case: Case) -> str:
    """The attempts since the client was last reached. Raises BadValue where there are none."""
    tries = tries_of(session.store.cases.file(case).contacts, case.opened_on)
    if not tries:
        raise BadValue(
            f"nobody has tried {case.handle} since the client was last reached",
            hint=f"casectl tried {case.number} TEXT records an attempt",
        )
    return tries_words(tries, session.config.date_order)


def reopen(
    ctx: typer.Context,
    case: CaseArgument,
    reason: ReasonOption = None,
    risk: Annotated[
        str | None,
        typer.Option(
            "--risk", metavar="RISK", help="As it is now: none, low, moderate, high or imminent."
        ),
    ] = None,
    next_step: NextOption = None,
    due: DueOption = None,
) -> None:
    """Open a closed case again, or take one off hold.

    The program's standards count from today. A closed case needs its risk as it is now; what was
    on file stays there.
    """
    session = current(ctx)
    if risk is not None:
        risk = risk_named(risk)
    before = find_case(session, case, write=True)
    check_change(before, "reopen")
    if before.status == CLOSED:
        session.store.covering.check_opened(before._replace(status=ACTIVE))
    promise = session.next_step(before._replace(status=ACTIVE), next_step, due)
    why = checked_text(session.needed(reason, "Why? ", "--reason"), "reason")
    _be_sure_of_another(session, before)
    fresh = risk.strip().lower() if risk is not None else _asked_risk(session, before)
    after = session.store.cases.reopen(before, session.today, why, risk=fresh, promise=promise)
    after = session.shown(after)
    said = "Reopened" if before.status == CLOSED else "Taken off hold"
    day = session.say_day(session.today)
    _wrote(session, after, f"{said}, {day}: {_whose(after)}, now active.")


def _be_sure_of_another(session: Session, case: Case) -> None:
    """A case that was handed over is somebody's: two workers on it is asked about."""
    if case.status != CLOSED:
        return
    gone = gone_to(session.store.cases.file(case))
    if gone is None or gone.ended_on is None:
        return
    who, day = session.shown(gone).who, session.say_day(gone.ended_on)
    has = f"{who} has {session.shown(case).handle} since {day}"
    session.confirm(
        f"{has}. Open it here as well?",
        otherwise=Ambiguous(
            has, hint="they hand it back by casectl transfer; --yes opens it here as well"
        ),
    )


def _held_until(session: Session, until: str | None) -> date:
    """The day that a hold ends; a person is asked again until it is one."""
    while True:
        asked = session.needed(until, "Until when? (mon, in 2 weeks, 14 jan) ", "--until")
        try:
            day = session.read_day(asked)
            if day <= session.today:
                raise BadValue(
                    f"{session.say_day(day)} is not ahead", hint="a hold ends on a later day"
                )
            check_hold(day, session.today, session.config.date_order)
        except BadValue as error:
            if until is not None or not asked.strip():
                raise
            tell(f"  {error}")
        else:
            return day


def _past_day(session: Session, text: str | None, case: Case) -> date:
    """A day that is not ahead, and not before the case began."""
    day = session.read_day(text, back=True) if text else session.today
    if day > session.today:
        raise BadValue(f"{session.say_day(day)} is still ahead", hint="give today or a day before")
    if day < case.opened_on:
        began = "referred" if case.status == PENDING else "opened"
        raise BadValue(
            f"{session.say_day(day)} is before it was {began} on {session.say_day(case.opened_on)}"
        )
    return day


def _still_open(session: Session, case: Case, promises: list[Promise], head: str) -> list[str]:
    if not promises:
        return []
    lines = [head]
    for each in promises:
        kind = each.kind.replace("_", "-")
        day = session.say_day(each.due_on, each.due_time)
        lines.append(f"  {f'{case.number}.{each.number}':<14} {kind}: {each.what}, {day}")
    return lines


def _asked_risk(session: Session, case: Case) -> str | None:
    """The risk as it is now, of a closed case that opens again: nobody has looked since."""
    if case.status != CLOSED:
        return None
    if not session.can_ask:
        raise BadValue("--risk is missing", hint=f"as it is now: {', '.join(RISKS)}")
    while True:
        word = session.ask(f"Risk now? {', '.join(RISKS)} ").strip().lower()
        if word in RISKS:
            return word
        tell(
            f"There is no risk {word[:40]!r}." if word else "Nobody has looked since it was closed."
        )


def _wrote(session: Session, case: Case, *sentences: str) -> None:
    """Echo the case as it stands now, with what it owes and whether a next step is missing."""
    items = session.shown(owed(session.store.cases.record(case), session.standards, session.today))
    made: Object = owed_object(case, items, session.output)
    lines = [*sentences, *owed_sentences(case, items, session.output)]
    if any(item.item.endswith(".next") for item in items):
        lines.append(f"No next step: casectl follow {case.number} TEXT --due WHEN")
    session.output.wrote(made, *lines)


def _whose(case: Case) -> str:
    return f"{case.client} ({case.handle})"
