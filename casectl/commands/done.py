"""done, kept, missed, snooze, cancel: how a promise ends, or moves."""

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.core.contacting import new_contact
from casectl.core.errors import BadValue
from casectl.core.model import (
    APPOINTMENT,
    DEADLINE,
    DONE,
    FOLLOW_UP,
    ME,
    MISSED,
    OPEN,
    REACHED,
    Case,
    Promise,
)
from casectl.core.promising import check_snooze, checked_due, new_promise
from casectl.core.text import checked_text
from casectl.core.typed import ITEM
from casectl.core.views import Ended
from casectl.naming import find_item, find_piece, find_promise, how_to_clear, names_a_call
from casectl.parameters import ItemArgument, complete_item, current, whole_number
from casectl.render import Object
from casectl.render.objects import promise_object
from casectl.session import Session

if TYPE_CHECKING:
    from casectl.core.casework import Piece
    from casectl.core.dates import When

# What of casework is done as promises are: 12.s3.
DONE_PIECES = ("step", "goal", "barrier", "transition")

ByOption = Annotated[
    str,
    typer.Option(
        "--by", metavar="MEANS", help="phone, visit, office, video, text, email or letter."
    ),
]


def done(
    ctx: typer.Context,
    items: Annotated[
        list[str],
        typer.Argument(
            metavar="ITEM... [OUTCOME|-]",
            help="Items (12.3, me.1), or cases with just one that fits; then what came of it "
            "(- reads standard input).",
            autocompletion=complete_item,
        ),
    ],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it was done (today).")
    ] = None,
    again: Annotated[
        str | None, typer.Option("--again", metavar="WHEN", help="The same again, on that day.")
    ] = None,
) -> None:
    """Mark items done, with their outcome.

    casectl done 12.3 12.4 "sent both" — the words after the items are the outcome. Steps and goals
    of a plan (12.s3, 12.g1) and transitions (12.t1) are done as promises are. A deadline
    needs one: casectl done 12.4 "continued" --again "14 jan 9:00" records a hearing's outcome and
    its next date together.
    """
    session = current(ctx)
    names, words = _items_and_words(items)
    outcome = None
    if words is not None:
        outcome = checked_text(session.typed(words, "outcome"), "outcome")
    day = session.read_day(on, back=True) if on else session.today
    if day > session.today:
        raise BadValue(f"{session.say_day(day)} is still ahead", hint="say when it was done")
    if any(name.endswith(".assessment") for name in names):
        _assessed(session, names, outcome, day)
        return
    pieces, names = _pieces_apart(session, names, DONE_PIECES)
    found = _open(session, names, (FOLLOW_UP, DEADLINE))
    for case, promise in found:
        if promise.kind == DEADLINE and outcome is None:
            raise BadValue(
                f"{_item(case, promise)} is a deadline and needs its outcome",
                hint=f'casectl done {_item(case, promise)} "what was decided"',
            )
    if pieces:
        if again:
            raise BadValue("--again goes with a promise", hint="casectl step add plans a step")
        _done_together(session, found, pieces, outcome, day)
        return
    following = _again(session, found, again) if again else None
    ended = session.store.promises.end(
        [promise for _, promise in found],
        DONE,
        outcome=outcome,
        on=day,
        command="done",
        again=following,
    )
    _echo(session, found, ended, "Done")


def kept(
    ctx: typer.Context,
    item: ItemArgument,
    text: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT|-]", help="What was said; - reads standard input."),
    ] = None,
    by: ByOption = "office",
    minutes: Annotated[
        int | None,
        typer.Option("--minutes", parser=whole_number, metavar="N", help="How long it took."),
    ] = None,
) -> None:
    """Mark an appointment kept, which is a contact."""
    session = current(ctx)
    ((case, promise),) = _open(session, [item], (APPOINTMENT,))
    _check_come(session, case, promise)
    contact = new_contact(
        case,
        outcome=REACHED,
        by=by,
        party="client",
        on_day=promise.due_on,
        today=session.today,
        text=session.typed(text, "text") if text is not None else None,
        minutes=minutes if minutes is not None else promise.minutes,
        item=_item(case, promise),
        order=session.config.date_order,
    )
    recorded = session.store.contacts.record(case, contact, command="kept", does=promise)
    assert recorded.ended is not None
    _echo(session, [(case, promise)], [recorded.ended], "Kept")


def missed(
    ctx: typer.Context,
    item: ItemArgument,
    text: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT|-]", help="What is known; - reads standard input."),
    ] = None,
) -> None:
    """Mark an appointment missed.

    Nobody was reached, so it clears no contact.
    """
    session = current(ctx)
    found = _open(session, [item], (APPOINTMENT,))
    ((case, promise),) = found
    _check_come(session, case, promise)
    outcome = checked_text(session.typed(text, "text"), "text") if text else None
    ended = session.store.promises.end([promise], MISSED, outcome=outcome, command="missed")
    _echo(session, found, ended, "Missed")


def snooze(
    ctx: typer.Context,
    items: Annotated[
        list[str],
        typer.Argument(
            metavar="ITEM... WHEN REASON|-",
            help="Follow-ups, the day they move to, and why (- reads standard input).",
            autocompletion=complete_item,
        ),
    ],
) -> None:
    """Move follow-ups, or steps of a plan, to a later day, with a reason.

    casectl snooze 12.3 mon "back from leave" — the last two words are WHEN and REASON. Only
    follow-ups and steps (12.s3) move; the first day is kept, and the count of moves shows. A step
    of an agreed plan makes a version of it.
    """
    session = current(ctx)
    if len(items) < 3:
        raise BadValue("snooze needs ITEM, WHEN and REASON", hint='snooze 12.3 mon "on leave"')
    *names, when, reason = items
    steps, names = _pieces_apart(session, names, ("step",))
    found = _open(session, names, (FOLLOW_UP,))
    until = session.read_when(when)
    check_snooze(until.day, session.today, session.config.date_order)
    for case, promise in found:
        if until.day <= promise.due_on:
            raise BadValue(
                f"{_item(case, promise)} is due {session.say_day(promise.due_on)}, "
                f"not before {session.say_day(until.day)}",
                hint="snooze moves on; to do it sooner, do it",
            )
        if case != ME:
            checked_due(until.day, case.opened_on, session.config.date_order)
    for case, step in steps:
        if step.due_on is not None and until.day <= step.due_on:
            raise BadValue(
                f"{case.stem}.{step.part} is due {session.say_day(step.due_on)}, "
                f"not before {session.say_day(until.day)}",
                hint=f"casectl step change {case.stem}.{step.part} --due takes an earlier day",
            )
    reason = checked_text(session.typed(reason, "reason"), "reason")
    if steps:
        _move_together(session, found, steps, until, reason)
        return
    moved = session.store.promises.snooze(
        [promise for _, promise in found], until.day, until.time, reason
    )
    found, moved = session.shown(found), session.shown(moved)
    _wrote(session, found, moved, _snoozed(session, found, moved, reason))


def _snoozed(
    session: Session, found: list[tuple[Case, Promise]], moved: list[Promise], reason: str
) -> list[str]:
    sentences = []
    for (case, _), promise in zip(found, moved, strict=True):
        sentences.append(
            f"{_whose(case)}: {_item(case, promise)} {promise.what}, now "
            f"{session.say_promised(promise)}, snoozed {promise.snoozes}x: {reason}."
        )
        sentences += session.say_held(case, promise)
    return sentences


def cancel(
    ctx: typer.Context,
    items: Annotated[
        list[str],
        typer.Argument(
            metavar="ITEM... REASON|-",
            help="Items, and why (- reads standard input).",
            autocompletion=complete_item,
        ),
    ],
) -> None:
    """Cancel items, with a reason.

    casectl cancel 12.3 "no longer needed" — the last words are the reason. A repeating item ends;
    a step or goal of a plan (12.s3) is dropped, and so is the call after the end (12.ac1).
    """
    session = current(ctx)
    if len(items) < 2:
        raise BadValue("cancel needs ITEM and REASON", hint='cancel 12.3 "no longer needed"')
    *names, reason = items
    if any(names_a_call(name) for name in names):
        _drop_call(session, names, reason)
        return
    pieces, names = _pieces_apart(session, names, ("step", "goal"))
    found = _open(session, names, (FOLLOW_UP, DEADLINE, APPOINTMENT))
    reason = checked_text(session.typed(reason, "reason"), "reason")
    if pieces:
        _drop_together(session, found, pieces, reason)
        return
    ended = session.store.promises.cancel([promise for _, promise in found], reason)
    found, ended = session.shown(found), session.shown(ended)
    _wrote(session, found, ended, [*_cancelled(found), *_next_steps(session, found)])


def _drop_call(session: Session, names: list[str], reason: str) -> None:
    """The call that a closed case owes will not be made, with the reason."""
    if len(names) > 1:
        raise BadValue("an aftercare call is dropped by itself", hint="name it alone")
    from casectl.render.casework import piece_object

    case, piece = find_piece(session, names[0], "aftercare")
    if piece.status != OPEN:
        raise BadValue(
            f"{case.number}.{piece.part} is {piece.status} already",
            hint=f"casectl history {case.number} tells more",
        )
    why = checked_text(session.typed(reason, "reason"), "reason")
    piece = session.store.closing.drop_aftercare(piece, why, session.today)
    case, piece = session.shown(case), session.shown(piece)
    session.output.wrote_all(
        [piece_object(piece, case)],
        f"{_whose(case)}: no aftercare call: {piece.outcome}. It owes nothing now.",
    )


def _cancelled(found: list[tuple[Case, Promise]]) -> list[str]:
    return [
        f"{_whose(case)}: cancelled {_item(case, promise)} {promise.what}."
        for case, promise in found
    ]


def _items_and_words(words: list[str]) -> tuple[list[str], str | None]:
    """The items, then perhaps the outcome: ``["12.3", "12.4", "sent both"]``."""
    names, rest = words[:1], words[1:]
    while rest and re.fullmatch(ITEM, rest[0].lower()):
        names.append(rest.pop(0))
    if len(rest) > 1:
        raise BadValue("the outcome is several words", hint='put it in quotes: "sent both forms"')
    return names, rest[0] if rest else None


def _open(session: Session, names: list[str], kinds: tuple[str, ...]) -> list[tuple[Case, Promise]]:
    """The open promises that the names mean, each once; one that has ended is refused."""
    found: dict[str, tuple[Case, Promise]] = {}
    for name in names:
        case, promise = find_promise(session, name, kinds=kinds)
        if promise.status != OPEN:
            when = f" since {session.say_day(promise.ended_on)}" if promise.ended_on else ""
            raise BadValue(
                f"{_item(case, promise)} is {promise.status} already{when}",
                hint=f"casectl history {case.stem} tells more",
            )
        found[promise.id] = (case, promise)
    return list(found.values())


# -- pieces of casework, alone or beside promises --------------------------------------------------


def _pieces_apart(
    session: Session, names: list[str], kinds: tuple[str, ...]
) -> "tuple[list[tuple[Case, Piece]], list[str]]":
    """The open pieces of these kinds among what was named, each once, and the other names."""
    from casectl.core.casework import LETTERS, named_part

    letters = {LETTERS[kind] for kind in kinds}
    found: dict[str, tuple[Case, Piece]] = {}
    others = []
    for name in names:
        named = named_part(name.rpartition(".")[2])
        if "." not in name or named is None or LETTERS[named[0]] not in letters:
            others.append(name)
            continue
        from casectl.pieces import open_piece

        case, piece = open_piece(session, name, named[0])
        found[piece.id] = (case, piece)
    return list(found.values()), others


def _done_together(
    session: Session,
    promises: list[tuple[Case, Promise]],
    pieces: "list[tuple[Case, Piece]]",
    outcome: str | None,
    day: date,
) -> None:
    from casectl.core.planning import check_past_day
    from casectl.pieces import needs_left
    from casectl.render.plan import as_promise_object, ended_sentences

    for case, _ in pieces:
        check_past_day(case, day, session.today, session.config.date_order)
    ending = [(promise, DONE) for _, promise in promises]
    ended, done = session.store.planning.end(pieces, outcome, day, "done", promises=ending)
    shown_promises, shown_ended = session.shown(promises), session.shown(ended)
    sentences = _ended(session, shown_promises, shown_ended, "Done")
    objects = _objects(
        shown_promises,
        [each.promise for each in shown_ended],
        [each.following for each in shown_ended],
    )
    for (case, _), piece in zip(pieces, done, strict=True):
        shown, told = session.shown(case), session.shown(piece)
        sentences += [*ended_sentences(shown, told, "done"), *needs_left(session, case, piece)]
        objects.append(as_promise_object(told, shown))
    sentences += _next_steps(session, shown_promises)
    session.output.wrote_all(objects, *sentences)


def _move_together(
    session: Session,
    promises: list[tuple[Case, Promise]],
    steps: "list[tuple[Case, Piece]]",
    until: "When",
    reason: str,
) -> None:
    from casectl.render.plan import as_promise_object, step_sentences, version_sentences

    moved, changed = session.store.planning.move(
        steps, until.day, reason, [promise for _, promise in promises], until.time
    )
    promises, moved = session.shown(promises), session.shown(moved)
    sentences = _snoozed(session, promises, moved, reason)
    objects = _objects(promises, moved)
    for (case, _), each in zip(steps, changed, strict=True):
        shown, each = session.shown(case), session.shown(each)
        sentences += step_sentences(each.piece, shown, None, session.output)
        objects.append(as_promise_object(each.piece, shown))
    sentences += version_sentences(session.shown(changed[-1].version))
    session.output.wrote_all(objects, *sentences)


def _drop_together(
    session: Session,
    promises: list[tuple[Case, Promise]],
    pieces: "list[tuple[Case, Piece]]",
    reason: str,
) -> None:
    from casectl.pieces import needs_left
    from casectl.render.plan import as_promise_object, dropped_sentences, version_sentences

    ended, changed = session.store.planning.drop(
        pieces, reason, "cancel", [promise for _, promise in promises]
    )
    promises, ended = session.shown(promises), session.shown(ended)
    sentences = _cancelled(promises)
    objects = _objects(promises, ended)
    for (case, _), each in zip(pieces, changed, strict=True):
        shown, told = session.shown(case), session.shown(each)
        sentences += dropped_sentences(shown, told.pieces)
        sentences += needs_left(session, case, each.piece)
        objects.append(as_promise_object(told.piece, shown))
    sentences += version_sentences(session.shown(changed[-1].version))
    session.output.wrote_all(objects, *sentences, *_next_steps(session, promises))


def _assessed(session: Session, names: list[str], outcome: str | None, day: date) -> None:
    if len(names) > 1:
        raise BadValue("record one assessment at a time", hint=f"casectl done {names[0]}")
    case, part = find_item(session, names[0])
    if part != "assessment":
        raise BadValue(f"{names[0]} {how_to_clear(part or '', 'is not an assessment', case.stem)}")
    if not case.is_open:
        raise BadValue(f"{case.handle} is closed", hint=f"casectl reopen {case.number} first")
    if day < case.opened_on:
        raise BadValue(f"{session.say_day(day)} is before the intake")
    session.store.cases.assessed(case, day, outcome)
    case = session.shown(case)
    session.output.wrote(
        {"case": case.number, "handle": case.handle, "assessed_on": day.isoformat()},
        f"{_whose(case)}: assessed {session.say_day(day)}.",
        *([] if case.risk else [f"Risk is not assessed yet: casectl set {case.number} --risk …"]),
    )


def _again(session: Session, found: list[tuple[Case, Promise]], again: str) -> Promise:
    if len(found) != 1:
        raise BadValue("--again goes with one item", hint="name them one at a time")
    case, promise = found[0]
    when = session.read_when(again)
    if when.day <= session.today:
        raise BadValue(f"{session.say_day(when.day)} is not a later day", hint="--again looks on")
    return new_promise(
        case,
        promise.kind,
        promise.what,
        when,
        subject=promise.subject,
        lead_days=promise.lead_days,
        waiting_on=promise.waiting_on,
        order=session.config.date_order,
    )._replace(repeats=promise.repeats, repeats_from=when.day if promise.repeats else None)


def _check_come(session: Session, case: Case, promise: Promise) -> None:
    if promise.due_on > session.today:
        raise BadValue(
            f"{_item(case, promise)} is on {session.say_day(promise.due_on)}, still ahead",
            hint="cancel it if it will not take place",
        )


def _echo(
    session: Session, found: list[tuple[Case, Promise]], ended: list[Ended], word: str
) -> None:
    found, ended = session.shown(found), session.shown(ended)
    _wrote(
        session,
        found,
        [each.promise for each in ended],
        [*_ended(session, found, ended, word), *_next_steps(session, found)],
        [each.following for each in ended],
    )


def _ended(
    session: Session, found: list[tuple[Case, Promise]], ended: list[Ended], word: str
) -> list[str]:
    sentences = []
    for (case, promise), each in zip(found, ended, strict=True):
        outcome = f": {each.promise.outcome}" if each.promise.outcome else ""
        sentences.append(
            f"{_whose(case)}: {word.lower()} {_item(case, promise)} {promise.what}{outcome}."
        )
        if each.following is not None:
            day = session.say_promised(each.following)
            item = f"{case.stem}.{each.following.number}"
            sentences.append(f"Again: {item} {each.following.what}, {day}.")
            sentences += session.say_held(case, each.following)
        elif promise.repeats:
            sentences.append("That was the last of its series.")
    return sentences


def _next_steps(session: Session, found: list[tuple[Case, Promise]]) -> list[str]:
    """Say which cases now owe a next step."""
    sentences = []
    for case in {case.id: case for case, _ in found}.values():
        if case.status == "active" and not session.store.promises.open_of(case):
            sentences.append(f"No next step: casectl follow {case.number} TEXT --due WHEN")
    return sentences


def _wrote(
    session: Session,
    found: list[tuple[Case, Promise]],
    promises: list[Promise],
    sentences: list[str],
    following: list[Promise | None] | None = None,
) -> None:
    session.output.wrote_all(_objects(found, promises, following), *sentences)


def _objects(
    found: list[tuple[Case, Promise]],
    promises: list[Promise],
    following: list[Promise | None] | None = None,
) -> list[Object]:
    objects = []
    for index, ((case, _), promise) in enumerate(zip(found, promises, strict=True)):
        made = following[index] if following else None
        next_one = promise_object(made, case) if made else None
        objects.append({**promise_object(promise, case), "next": next_one})
    return objects


def _item(case: Case, promise: Promise) -> str:
    return f"{case.stem}.{promise.number}"


def _whose(case: Case) -> str:
    return "Your own work" if case == ME else f"{case.client} ({case.handle})"
