"""reached, tried, contact, again: what happened when you got in touch, or tried to."""

from datetime import date
from typing import Annotated

import typer

from casectl.core.contacting import check_come, new_contact, repeated
from casectl.core.due import due_items
from casectl.core.errors import Ambiguous, BadValue, NotFound
from casectl.core.model import MEANS, REACHED, TRIED, Case, Contact, Promise
from casectl.core.text import shortened, without_name
from casectl.core.views import Recorded
from casectl.naming import find_case, find_contacted
from casectl.parameters import CaseArgument, CaseOrItemArgument, current, whole_number
from casectl.render.objects import recorded_object
from casectl.session import Session

TextArgument = Annotated[
    str | None,
    typer.Argument(metavar="[TEXT|-]", help="What was said or left; - reads standard input."),
]
ByOption = Annotated[
    str,
    typer.Option(
        "--by", metavar="MEANS", help="phone, visit, office, video, text, email or letter."
    ),
]
WithOption = Annotated[
    str | None,
    typer.Option("--with", metavar="WHO", help="client, guardian, collateral or provider."),
]
MinutesOption = Annotated[
    int | None,
    typer.Option("--minutes", parser=whole_number, metavar="N", help="How long it took."),
]
InterpreterOption = Annotated[bool, typer.Option("--interpreter", help="An interpreter was there.")]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help="The day it happened (today).")
]
NextOption = Annotated[
    str | None, typer.Option("--next", metavar="TEXT", help="The next follow-up; needs --due.")
]
DueOption = Annotated[
    str | None, typer.Option("--due", metavar="WHEN", help="When that follow-up is due.")
]
SeenByOption = Annotated[
    str | None,
    typer.Option("--seen-by", metavar="NAME", help="The professional who saw a client in crisis."),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="How long that covers the client.")
]
SHOWN = 60  # characters of a text that is repeated


def reached(
    ctx: typer.Context,
    item: CaseOrItemArgument,
    text: TextArgument = None,
    by: ByOption = "phone",
    party: WithOption = None,
    minutes: MinutesOption = None,
    interpreter: InterpreterOption = False,
    on: OnOption = None,
    next_step: NextOption = None,
    due: DueOption = None,
    seen_by: SeenByOption = None,
    until: UntilOption = None,
) -> None:
    """Record that you reached somebody.

    Naming an item (12.3) also marks it done. Only reaching the client clears what asks for
    contact; a letter, a relative or a provider is recorded and does not. For a client in crisis,
    --seen-by NAME --until DAY records a professional who saw them and covers them until then.

    The text may end with the next step and its day, instead of --next and --due, behind "; next":
    casectl reached 12 "aide starts Mon; next check aide mon".
    """
    _record(
        current(ctx), item, text, REACHED, by, party, minutes, interpreter, on, next_step, due,
        seen_by, until, command="reached",
    )  # fmt: skip


def tried(
    ctx: typer.Context,
    item: CaseOrItemArgument,
    text: TextArgument = None,
    by: ByOption = "phone",
    party: WithOption = None,
    minutes: MinutesOption = None,
    interpreter: InterpreterOption = False,
    on: OnOption = None,
    next_step: NextOption = None,
    due: DueOption = None,
) -> None:
    """Record that you tried and did not reach them.

    An attempt clears nothing. It sets a day to try again; until then the case stands after those
    you have not tried. After three, try another way.

    The text may end with the next step and its day, instead of --next and --due, behind "; next":
    casectl tried 12 "rang out; next call again tomorrow".
    """
    _record(
        current(ctx), item, text, TRIED, by, party, minutes, interpreter, on, next_step, due,
        None, None, command="tried",
    )  # fmt: skip


def contact(
    ctx: typer.Context,
    item: CaseOrItemArgument,
    text: TextArgument = None,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", metavar="WORD", help="reached or tried; never assumed."),
    ] = None,
    by: ByOption = "phone",
    party: WithOption = None,
    minutes: MinutesOption = None,
    interpreter: InterpreterOption = False,
    on: OnOption = None,
    next_step: NextOption = None,
    due: DueOption = None,
    seen_by: SeenByOption = None,
    until: UntilOption = None,
) -> None:
    """Record a contact, reached or tried."""
    session = current(ctx)
    if outcome is None and session.can_ask:
        outcome = session.ask("Reached or tried? ").strip().lower()
    if outcome not in (REACHED, TRIED):
        raise BadValue("--outcome is reached or tried", hint="it is never assumed")
    _record(
        session, item, text, outcome, by, party, minutes, interpreter, on, next_step, due,
        seen_by, until, command="contact",
    )  # fmt: skip


def again(
    ctx: typer.Context,
    case: CaseArgument,
    text: TextArgument = None,
    like: Annotated[
        str | None,
        typer.Option("--like", metavar="CASE", help="Repeat this one's last contact, not its own."),
    ] = None,
    on: OnOption = None,
) -> None:
    """Record a case's last contact once more, for today.

    Outcome, means, minutes and text are repeated, unless you give another text. The case is always
    named, and so is the one whose contact is repeated: again 14 --like 12 records for 14 what was
    said in the group that 12 was in. There is no word for the last case, because after an
    interruption it is the wrong one. Having reached somebody is repeated without a question only
    from a contact of the same day on another case; a text that names the other client never is.
    """
    session = current(ctx)
    target = find_case(session, case, write=True)
    source = find_case(session, like, write=True) if like is not None else target
    last = session.store.contacts.last_of(source)
    if last is None:
        raise NotFound(
            f"{source.handle} has no contact to repeat",
            hint=f"casectl reached {target.number}, or tried {target.number}, records one",
        )
    day = session.read_day(on, back=True) if on else session.today
    made = _once_more(session, source, last, target, text, day)
    if made.outcome == REACHED and (source.id == target.id or last.on_day != day):
        _be_sure(session, target, made, day)
    recorded = session.store.contacts.record(target, made, command="again")
    source, target = session.shown(source), session.shown(target)
    last, recorded = session.shown(last), session.shown(recorded)
    said = f': "{shortened(recorded.contact.text, SHOWN)}"' if recorded.contact.text else ""
    like_what = f"{source.number}.c{last.number}"
    if source.id != target.id:
        like_what += f" of {source.client} ({source.handle})"
    session.output.wrote(
        recorded_object(recorded, target),
        f"As {like_what}, {session.say_short(last.on_day)}{said}.",
        *_sentences(session, target, recorded, day),
    )


def _once_more(
    session: Session, source: Case, last: Contact, target: Case, text: str | None, day: date
) -> Contact:
    """The contact to write. Raises BadValue for one that would tell of the other client."""
    if last.by not in MEANS:
        raise BadValue(
            f"how {source.number}.c{last.number} was made is not on record",
            hint=f"casectl reached {target.number}, or tried {target.number}, says it anew",
        )
    if text is not None:
        last = last._replace(text=session.typed(text, "text"))
    elif last.text and _names(last.text, source, target):
        raise BadValue(
            f"the text of {source.number}.c{last.number} names its client",
            hint=f"write another: casectl again {target.number} TEXT --like {source.number}",
        )
    order = session.config.date_order
    return repeated(last, target, on_day=day, today=session.today, order=order)


def _names(text: str, source: Case, target: Case) -> bool:
    """Whether a text of one client's record would tell of them in another's."""
    return source.client_id != target.client_id and without_name(text, source.client) != text


def _be_sure(session: Session, case: Case, made: Contact, day: date) -> None:
    """Ask before a client counts as reached by a repetition: that clears what asks for them."""
    told = session.shown(case)
    text = session.shown(made).text
    said = f': "{shortened(text, SHOWN)}"' if text else ""
    whom = f"{told.client} ({told.handle})"
    if made.party != "client":
        whom = f"the {made.party} of {whom}"
    session.confirm(
        f"Reached {whom} by {made.by}, {session.say_day(day)}{said}?",
        otherwise=Ambiguous(
            f"that would say that {case.handle} was reached again",
            hint="casectl reached says it anew, and --yes repeats it",
        ),
    )


def _record(
    session: Session,
    named: str,
    text: str | None,
    outcome: str,
    by: str,
    party: str | None,
    minutes: int | None,
    interpreter: bool,
    on: str | None,
    next_step: str | None,
    due: str | None,
    seen_by: str | None,
    until: str | None,
    *,
    command: str,
) -> None:
    case, promise = find_contacted(session, named)
    day = session.read_day(on, back=True) if on else session.today
    text = session.typed(text, "text") if text is not None else None
    if promise is not None and outcome == REACHED:
        check_come(case, promise, day, session.config.date_order)
    text, following = _next(session, case, text, next_step, due)
    made = new_contact(
        case,
        outcome=outcome,
        by=by,
        party=party,
        on_day=day,
        today=session.today,
        text=text,
        minutes=minutes,
        interpreter=interpreter,
        seen_by=seen_by,
        covered_until=session.read_day(until) if until else None,
        item=f"{case.number}.{promise.number}" if promise else None,
        order=session.config.date_order,
    )
    recorded = session.store.contacts.record(
        case,
        made,
        command=command,
        does=promise if outcome == REACHED else None,
        promise=following,
    )
    case, recorded = session.shown(case), session.shown(recorded)
    session.output.wrote(
        recorded_object(recorded, case),
        *_sentences(session, case, recorded, day),
    )


def _next(
    session: Session, case: Case, text: str | None, next_step: str | None, due: str | None
) -> tuple[str | None, Promise | None]:
    """The text and the next step, by --next and --due or behind ``; next`` in the text."""
    if text is None or next_step is not None or due is not None:
        return text, session.next_step(case, next_step, due)
    return session.next_in_text(case, text)


def _sentences(session: Session, case: Case, recorded: Recorded, day: date) -> list[str]:
    contact = recorded.contact
    verb = "Reached" if contact.outcome == REACHED else "Tried"
    whom = f"{case.client} ({case.handle})"
    if contact.party != "client":
        whom = f"the {contact.party} of {whom}"
    item = f"{case.number}.c{contact.number}"
    sentences = [f"{verb} {whom} by {contact.by}, {session.say_day(day)} ({item})."]
    if contact.on_day < case.opened_on:
        began = session.say_day(case.opened_on)
        sentences.append(f"That is before the intake on {began}: casectl undo if it was not meant.")
    if recorded.aftercare is not None:
        part = recorded.aftercare.part
        sentences.append(f"{case.number}.{part}, the aftercare call, is done: it owes nothing now.")
    elif not case.is_open:
        sentences.append(f"{case.handle} is closed: casectl reopen {case.number} if it is not.")
    if recorded.ended:
        done = recorded.ended.promise
        sentences.append(f"Done: {case.number}.{done.number} {done.what}.")
        following = recorded.ended.following
        if following:
            sentences.append(_promised(session, case, following, "Again"))
            sentences += session.say_held(case, following)
    if recorded.promised:
        sentences.append(_promised(session, case, recorded.promised, "Next"))
        sentences += session.say_held(case, recorded.promised)
    return [*sentences, *_what_it_owes(session, case, contact.outcome)]


def _promised(session: Session, case: Case, promise: Promise, word: str) -> str:
    day = session.say_promised(promise)
    late = " That day has passed." if promise.due_on < session.today else ""
    return f"{word}: {case.number}.{promise.number} {promise.what}, {day}.{late}"


def _what_it_owes(session: Session, case: Case, outcome: str) -> list[str]:
    """What the case still asks for: the next contact's day, the retry, a missing next step."""
    record = session.store.cases.record(case)
    owed = {
        item.item.rpartition(".")[2]: item
        for item in due_items(record, session.standards, session.today)
    }
    sentences = session.say_death(record)
    asks = owed.get("safety") or owed.get("contact")
    if asks is not None:
        if outcome == TRIED and asks.retry_on is not None and asks.due <= asks.retry_on:
            times = f"Tried {asks.attempts}x"
            again = asks.retry_on
            when = "later today" if again <= session.today else session.say_day(again)
            way = (
                " another way: a visit, a letter, somebody who sees them"
                if (asks.attempts >= 3)
                else ""
            )
            sentences.append(f"{times}; try again {when}{way}.")
        else:
            sentences.append(f"{asks.item} is due {session.say_day(asks.due)}.")
    if "next" in owed and case.is_open:
        sentences.append(f"No next step: casectl follow {case.number} TEXT --due WHEN")
    return sentences
