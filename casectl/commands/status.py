"""accept, hold, close, reopen: where a case stands between its referral and its end."""

from datetime import date
from typing import Annotated

import typer

from casectl.core.casefile import owed
from casectl.core.errors import Ambiguous, BadValue
from casectl.core.guards import check_change, what_closing_drops
from casectl.core.intake import risk_named
from casectl.core.model import ACTIVE, CLOSED, FOLLOW_UP, ON_HOLD, PENDING, RISKS, Case, Promise
from casectl.core.text import checked_text
from casectl.parameters import CaseArgument, current
from casectl.render import Object, tell
from casectl.render.objects import promise_object
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
    before = session.find_case(case, write=True)
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
) -> None:
    """Put a case on hold until a day.

    Safety, deadlines and appointments go on meanwhile; what else it owes waits, and counts from
    the end of the hold. A case on hold is held on with a new day and a new reason.
    """
    session = current(ctx)
    before = session.find_case(case, write=True)
    check_change(before, "hold")
    day = _held_until(session, until)
    if before.status == ON_HOLD and before.hold_until == day:
        raise BadValue(
            f"{before.handle} is on hold until {session.say_day(day)} already",
            hint="give another day",
        )
    why = checked_text(session.needed(reason, "Why? ", "--reason"), "reason")
    after = session.store.cases.hold(before, day, why)
    promises = session.shown(session.store.promises.open_of(after))
    waiting = [each for each in promises if each.kind == FOLLOW_UP]
    after = session.shown(after)
    _wrote(
        session,
        after,
        f"On hold until {session.say_day(day)}: {_whose(after)}.",
        "Safety, deadlines and appointments go on; the rest waits until then.",
        *_still_open(session, after, waiting, "Waiting:"),
    )


def close(
    ctx: typer.Context,
    case: CaseArgument,
    reason: ReasonOption = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it ended (today).")
    ] = None,
) -> None:
    """Close a case, with a reason.

    A closed case owes nothing. What is still open is shown and no longer due; while that is a
    deadline, an appointment or a crisis, a script needs --yes. Closing a pending referral
    declines it.
    """
    session = current(ctx)
    before = session.find_case(case, write=True)
    check_change(before, "close")
    day = _past_day(session, on, before)
    still_open = session.shown(session.store.promises.open_of(before))
    was_shown = _confirm_closing(session, before, still_open)
    why = checked_text(session.needed(reason, "Why? ", "--reason"), "reason")
    after = session.shown(session.store.cases.close(before, why, day))
    word = "Declined" if before.status == PENDING else "Closed"
    session.output.wrote(
        {
            **owed_object(after, (), session.output),
            "no_longer_due": [promise_object(each, after) for each in still_open],
        },
        f"{word}, {session.say_day(day)}: {_whose(after)}. It owes nothing now.",
        *([] if was_shown else _still_open(session, after, still_open, "No longer due:")),
        f"casectl undo takes it back; casectl reopen {after.number} opens it again.",
    )


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

    The program's standards count from today. A closed case wants a fresh risk; without one the
    old risk stands.
    """
    session = current(ctx)
    if risk is not None:
        risk = risk_named(risk)
    before = session.find_case(case, write=True)
    check_change(before, "reopen")
    promise = session.next_step(before._replace(status=ACTIVE), next_step, due)
    why = checked_text(session.needed(reason, "Why? ", "--reason"), "reason")
    fresh = risk.strip().lower() if risk is not None else _asked_risk(session, before)
    after = session.store.cases.reopen(before, session.today, why, risk=fresh, promise=promise)
    after = session.shown(after)
    said = "Reopened" if before.status == CLOSED else "Taken off hold"
    sentences = [f"{said}, {session.say_day(session.today)}: {_whose(after)}, now active."]
    if before.status == CLOSED and fresh is None:
        old = f"{after.risk}, from before it closed" if after.risk else "not assessed"
        sentences.append(f"Its risk is {old}: casectl set {after.number} --risk … --reason …")
    _wrote(session, after, *sentences)


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


def _confirm_closing(session: Session, case: Case, still_open: list[Promise]) -> bool:
    """Show what would no longer be due, and ask; whether it was shown.

    A script is not asked, and goes on unless somebody else counts on what would go unwatched.
    """
    drops = what_closing_drops(case, still_open)
    if not drops and (not still_open or not session.can_ask):
        return False
    show = session.can_ask and not session.yes
    if show:
        for line in _still_open(session, case, still_open, "This will no longer be due:"):
            tell(line)
    what = " and ".join(drops) or "open follow-ups"
    session.confirm(
        f"Close {_whose(session.shown(case))} with {what}?",
        otherwise=Ambiguous(
            f"{case.handle} has {what}, which nobody would watch any longer",
            hint="end that first (casectl done, cancel, set), or add --yes",
        ),
    )
    return show


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
    """The risk as it is now, of a closed case that opens again. Enter leaves the old one."""
    if case.status != CLOSED or not session.can_ask:
        return None
    old = case.risk or "not assessed"
    while True:
        words = session.ask(f"Risk now? {', '.join(RISKS)} (Enter leaves it: {old}) ")
        word = words.strip().lower()
        if not word or word in RISKS:
            return word or None
        tell(f"There is no risk {word[:40]!r}.")


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
