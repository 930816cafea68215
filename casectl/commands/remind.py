"""remind: what is due, item by item, for cron, mail, a desktop or a calendar."""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated

import typer

from casectl.core.agenda import Ask
from casectl.core.errors import BadValue, CasectlError
from casectl.core.reminding import Reminder, is_typed, private, reminders, unnamed, unsent
from casectl.core.values import NamedTuple
from casectl.parameters import AsOfOption, LevelOption, current
from casectl.render import reminders as lines
from casectl.session import Session

TEXT, JSON, NDJSON, ICS = FORMATS = ("text", "json", "ndjson", "ics")
# A calendar shows the days to come; the other formats, unless told, what presses today.
FEED_DAYS = 30
SOMETHING_DUE = 10


class Manner(NamedTuple):
    """In which words reminders are told."""

    format: str
    full_names: bool
    terse: bool


def remind(
    ctx: typer.Context,
    within: Annotated[
        str | None,
        typer.Option("--within", metavar="WHEN", help="Add what falls due by then (ics: 30 days)."),
    ] = None,
    once: Annotated[
        bool,
        typer.Option("--once", help="Only what changed since it was sent; SAFETY, DEADLINE daily."),
    ] = False,
    as_format: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="text, json, ndjson or ics.")
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 10 when there is something to tell.")
    ] = False,
    full_names: Annotated[
        bool, typer.Option("--full-names", help="Names, handles and places too: not for mail.")
    ] = False,
    terse: Annotated[
        bool, typer.Option("--terse", help="Number, kind and days only: nothing you typed.")
    ] = False,
    level: LevelOption = None,
    as_of: AsOfOption = None,
) -> int:
    """Print what is due, for cron and mail.

    One line for each item, the most pressing first, and nothing when nothing is due (json: an
    empty array, ics: an empty calendar). Clients are initials unless --full-names. With --once an
    item comes when its state changes: due, overdue, another interval missed. It counts as sent
    once it is written out, and the rest is counted in one last line of text.
    """
    session = current(ctx)
    manner = checked_manner(session, as_format, full_names=full_names, terse=terse)
    check_once(manner, once=once, as_of=as_of)
    session.as_of(as_of)
    until = read_until(session, within, manner)
    ask = Ask(session.today, session.standards, limit=None, level=session.read_level(level))
    pressing = session.store.agenda.pressing(ask, until)
    due = reminders(pressing, session.today, session.clock.time)
    if once:
        told = send_once(session, due, manner)
    else:
        told = due
        tell(session, told, manner)
    session.tell_who_was_left_out()
    if as_of is None and not (sys.stdin is not None and sys.stdin.isatty()):
        session.store.reminders_ran()  # by themselves: what a person asks for proves nothing
    session.backs_up = True  # cron's run is the best one for it: nobody waits
    return SOMETHING_DUE if exit_code and told else 0


def checked_manner(
    session: Session, as_format: str | None, *, full_names: bool, terse: bool
) -> Manner:
    """The format and the words. ``--json`` is ``--format json``."""
    chosen = as_format if as_format is not None else JSON if session.json else TEXT
    if chosen not in FORMATS:
        raise BadValue(f"no format {chosen[:40]!r}; there are {', '.join(FORMATS)}")
    if session.json and chosen != JSON:
        raise BadValue(f"--json and --format {chosen} are two formats")
    if full_names and terse:
        raise BadValue("--terse leaves names out; --full-names puts them in")
    if full_names and session.private:
        raise BadValue("--full-names shows what is private", hint="add --no-private to show it")
    if session.fields and chosen == ICS:
        raise BadValue("a calendar has no --fields")
    session.json = chosen == JSON
    return Manner(chosen, full_names, terse)


def check_once(manner: Manner, *, once: bool, as_of: str | None) -> None:
    if once and as_of:
        raise BadValue("--once marks what is sent today; leave it out to look at another day")
    if once and manner.format == ICS:
        raise BadValue("a calendar holds everything each time; leave --once out")


def read_until(session: Session, within: str | None, manner: Manner) -> date:
    """The last day whose items are told, pressing or not."""
    if within is None:
        return session.today + timedelta(days=FEED_DAYS if manner.format == ICS else 0)
    until = session.read_day(within)
    if until < session.today:
        raise BadValue(f"--within looks ahead; {session.say_day(until)} is past")
    return until


def send_once(session: Session, due: list[Reminder], manner: Manner) -> list[Reminder]:
    """Tell what is new, and mark each message as soon as it has left this process.

    One run at a time, so that two cron jobs never tell the same. A kill may let the last message
    come once more, and loses none.
    """
    store = session.store.reminders
    with store.turn():
        new = unsent(due, store.marks(), session.today)
        if new:
            store.check_writable()
        try:
            for text, told in messages(session, new, manner):
                write(text)
                sys.stdout.flush()
                store.mark(each.mark(session.today) for each in told)
            if new and manner.format == TEXT and not session.output.fields:
                write(lines.rest_line(len(due) - len(new)))
                sys.stdout.flush()
        except OSError as error:
            raise CasectlError(
                f"could not write everything ({error.strerror}); what was not written counts as "
                "not sent"
            ) from None
        if new:
            store.forget_ended()
    return new


def tell(session: Session, due: Sequence[Reminder], manner: Manner) -> None:
    """Print reminders, private unless told otherwise."""
    if sys.stdout is None:
        raise CasectlError("standard output is closed, so nothing can be told")
    if manner.format == ICS:
        sys.stdout.flush()
        sys.stdout.buffer.write(calendar(session, due, manner))
    elif manner.format == TEXT and not session.output.fields:
        write("".join(texts(session, due, manner)))
    else:
        write("".join([text for text, _ in messages(session, due, manner)]))


def write(text: str) -> None:
    sys.stdout.write(text)


def messages(
    session: Session, due: Sequence[Reminder], manner: Manner
) -> Iterator[tuple[str, Sequence[Reminder]]]:
    """What leaves in one piece, and which reminders it tells: a line each, or one document."""
    output = session.output
    if manner.format == TEXT and not output.fields:
        pieces = texts(session, due, manner)
        yield from ((text, [each]) for text, each in zip(pieces, due, strict=True))
        return
    told = as_told(session, due, manner)
    made = lines.objects(told, output, full_names=manner.full_names, terse=manner.terse)
    if manner.format == NDJSON:
        pieces = lines.json_lines(made, output.fields)
        yield from ((text, [each]) for text, each in zip(pieces, due, strict=True))
    else:
        yield output.as_table(made, ()), due


def texts(session: Session, due: Sequence[Reminder], manner: Manner) -> list[str]:
    """A line of text for each."""
    if manner.terse:
        return lines.terse(due)
    if manner.full_names or session.private:
        items = [each.item for each in as_told(session, due, manner)]
        said = [(item.case.client, item.what) for item in items]
    else:  # this is all that a line says: the rest of the items need not be made private
        former = former_names(session, due)
        said = [unnamed(each.item, former.get(each.item.case.client_id, ())) for each in due]
    return lines.text(due, said, session.output)


def as_told(session: Session, due: Sequence[Reminder], manner: Manner) -> list[Reminder]:
    """The reminders with as much in them as may leave."""
    told = list(due)
    if not manner.full_names:
        former = former_names(session, due)
        told = [private(each, former.get(each.item.case.client_id, ())) for each in due]
    return session.shown(told)


def former_names(session: Session, due: Sequence[Reminder]) -> Mapping[str, Collection[str]]:
    """The names, by client, that what was typed may still call them."""
    typed = {each.item.case.client_id for each in due if is_typed(each.item)}
    return session.store.agenda.former_names(typed)


def calendar(session: Session, due: Sequence[Reminder], manner: Manner) -> bytes:
    """The reminders as a calendar file. What is late stands on today, where it is seen."""
    from casectl.formats.calendar import Entry, calendar_file

    entries = []
    for each in as_told(session, due, manner):
        item, promise = each.item, each.item.promise
        late = item.days_late > 0
        entries.append(
            Entry(
                uid=each.uid,
                day=session.today if late else item.due,
                summary=lines.summary(each, session.output, terse=manner.terse),
                description=f"Due {session.say_day(item.due, item.time)}.",
                category=item.band.name if item.band is not None else item.kind,
                time=None if late else item.time,
                minutes=promise.minutes if promise else None,
                place=promise.place if promise else None,
            )
        )
    return calendar_file(entries, name="casectl", moment=session.clock.moment)
