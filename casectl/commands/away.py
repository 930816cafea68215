"""away: days off of one's own, known to everything that is due."""

from typing import TYPE_CHECKING, Annotated

import typer

from casectl.core.errors import Ambiguous, BadValue, NotFound
from casectl.core.leave import Leave, checked_leave, meanwhile, with_leaves
from casectl.core.text import checked_text
from casectl.parameters import current
from casectl.render.leaves import LEAVE_COLUMNS, leave_object, leave_sentences, leaves_listed
from casectl.session import Session

if TYPE_CHECKING:
    from casectl.core.leave import Meanwhile


def away(
    ctx: typer.Context,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day away.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="The last day away.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; nobody needs to say.")
    ] = None,
    cancel: Annotated[
        bool,
        typer.Option("--cancel", help="Take a leave back: the one of --from, or the only one."),
    ] = False,
) -> None:
    """Your days away, and what falls due meanwhile.

    casectl away --from "7 dec" --to "18 dec" — those days are days off. Contacts, assessments and
    reviews that would fall due meanwhile are due on the working day before; safety, deadlines and
    appointments stay, and are named because a colleague must see to them. The first list after it
    says what came due. Without --from it lists the leaves; casectl undo takes one back as well.
    """
    session = current(ctx)
    if cancel:
        _cancel(session, first, last)
    elif first is None and last is None:
        if reason is not None:
            raise BadValue("--reason goes with --from and --to")
        _list(session)
    else:
        _go(session, first, last, reason)


def _list(session: Session) -> None:
    leaves = session.store.leaves.all()
    if session.output.draws:
        session.output.say(*leaves_listed(leaves, session.output))
    else:
        objects = [leave_object(leave) for leave in session.shown(leaves)]
        session.output.table(objects, LEAVE_COLUMNS)


def _go(session: Session, first: str | None, last: str | None, reason: str | None) -> None:
    if last is None or first is None:
        missing = "--from is" if first is None else "--to is"
        raise BadValue(f"{missing} missing", hint="a leave has a first and a last day")
    others = session.store.leaves.all()
    begins, ends = session.read_day(first), session.read_day(last)
    leave = checked_leave(begins, ends, session.today, others)
    if reason is not None:
        leave = leave._replace(reason=checked_text(session.typed(reason, "reason"), "reason"))
    falls_due = _meanwhile(session, leave, others)
    leave = session.store.leaves.add(leave)
    falls_due, leave = session.shown(falls_due), session.shown(leave)
    session.output.wrote(
        {**leave_object(leave, falls_due, session.output)},
        *leave_sentences(leave, falls_due, session.calendar, session.output),
    )


def _meanwhile(session: Session, leave: Leave, others: list[Leave]) -> "Meanwhile | None":
    """What falls due during a leave, by the same engine with it and without; None once it is over.

    Nobody sees to anything then that was due meanwhile.
    """
    if leave.to_on < session.today:
        return None
    from casectl.core.agenda import Ask

    configured = session.config.standards
    read = session.store.agenda.pressing
    without = Ask(session.today, with_leaves(configured, others), limit=None)
    within = Ask(session.today, with_leaves(configured, [*others, leave]), limit=None)
    return meanwhile(leave, read(without, leave.to_on), read(within, leave.to_on), session.today)


def _cancel(session: Session, first: str | None, last: str | None) -> None:
    if last is not None:
        raise BadValue("--cancel takes --from alone", hint="the first day of the leave")
    known = session.store.leaves.all()
    leaves = [each for each in known if each.to_on >= session.today] or known
    if first is not None:
        day = session.read_day(first)
        leaves = [each for each in known if each.from_on == day]
        if not leaves:
            raise NotFound(
                f"no leave begins on {session.say_day(day)}", hint="casectl away lists them"
            )
    if not leaves:
        raise NotFound("no leave to cancel", hint="there is none")
    if len(leaves) > 1:
        days = ", ".join(session.say_day(each.from_on) for each in leaves)
        raise Ambiguous(f"several leaves, from {days}", hint="--from DAY says which")
    session.store.leaves.cancel(leaves[0])
    leave = session.shown(leaves[0])
    days = f"{session.say_day(leave.from_on)} to {session.say_day(leave.to_on)}"
    session.output.wrote(
        leave_object(leave), f"Not away {days}: those are working days as the others are."
    )
