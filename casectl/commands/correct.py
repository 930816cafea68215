"""correct: the right contact beside the wrong one, which stays and no longer counts."""

from datetime import date
from typing import Annotated

import typer

from casectl.core.correcting import corrected, differences
from casectl.core.due import due_items
from casectl.core.errors import BadValue, NotFound
from casectl.core.model import REACHED, Case, Contact
from casectl.core.text import shortened
from casectl.naming import find_item
from casectl.parameters import complete_case, current, whole_number
from casectl.render.objects import contact_object
from casectl.session import Session

WORDS = {"party": "with", "on_day": "day", "text": "text"}
LONGEST_SHOWN = 60


def correct(
    ctx: typer.Context,
    item: Annotated[
        str,
        typer.Argument(
            metavar="ITEM",
            help="A contact, as casectl show names it (12.c3).",
            autocompletion=complete_case,
        ),
    ],
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXT|-]",
            help='What was said or left; "" takes it out, - reads standard input.',
        ),
    ] = None,
    outcome: Annotated[str | None, typer.Option("--outcome", help="reached or tried.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="phone, visit, office, video, text, email or letter.")
    ] = None,
    party: Annotated[
        str | None, typer.Option("--with", help="client, guardian, collateral or provider.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it happened.")
    ] = None,
    minutes: Annotated[
        int | None,
        typer.Option("--minutes", parser=whole_number, metavar="N", help="How long it took."),
    ] = None,
) -> None:
    """Correct a contact by adding the right one beside it.

    What you do not state is copied. The wrong one stays on file, marked, and no longer counts.
    """
    session = current(ctx)
    case, wrong = _contact(session, item)
    if all(each is None for each in (text, outcome, by, party, on, minutes)):
        raise BadValue(
            "say what was wrong", hint="TEXT, --outcome, --by, --with, --on or --minutes"
        )
    right = corrected(
        wrong,
        case,
        session.today,
        text=session.typed(text, "text") if text is not None else None,
        outcome=outcome.strip().lower() if outcome is not None else None,
        by=by,
        party=party,
        on_day=session.read_day(on, back=True) if on is not None else None,
        minutes=minutes,
    )
    before = _clocks(session, case)
    written = session.store.contacts.correct(case, wrong, right)
    session.output.wrote(
        {
            **contact_object(session.shown(written), session.shown(case)),
            "corrects_item": f"{case.number}.c{wrong.number}",
        },
        *_sentences(session, case, wrong, written),
        *_moved(session, before, _clocks(session, case)),
    )


def _contact(session: Session, named: str) -> tuple[Case, Contact]:
    """The contact that ITEM names. Raises BadValue for one that was corrected already."""
    case, part = find_item(session, named)
    number = (part or "").removeprefix("c")
    if part is None or not part.startswith("c") or not (number.isascii() and number.isdigit()):
        raise BadValue(
            f"{named[:40]!r} is not a contact", hint=f"casectl show {case.number} names them (c1)"
        )
    contact = session.store.contacts.numbered(case, min(int(number[:18]), 10**17))
    if contact is None:
        raise NotFound(
            f"{case.handle} has no contact {case.number}.c{number[:18]}",
            hint=f"casectl show {case.number} --all lists them",
        )
    newest = session.store.contacts.newest(contact)
    if newest.id != contact.id:
        raise BadValue(
            f"{case.number}.c{contact.number} was corrected by {case.number}.c{newest.number}",
            hint=f"correct {case.number}.c{newest.number}",
        )
    return case, contact


def _sentences(session: Session, case: Case, wrong: Contact, right: Contact) -> list[str]:
    names = differences(wrong, right)
    case, wrong, right = session.shown(case), session.shown(wrong), session.shown(right)
    told = [
        f"{WORDS.get(name, name)} {_said(session, getattr(wrong, name))} -> "
        f"{_said(session, getattr(right, name))}"
        for name in names
    ]
    sentences = [
        f"{case.client} ({case.handle}): {case.number}.c{right.number} corrects "
        f"{case.number}.c{wrong.number}: {'; '.join(told)}."
    ]
    if wrong.outcome == REACHED != right.outcome and right.item:
        sentences.append(f"{right.item} stays as it is; casectl history {case.number} tells why.")
    return sentences


def _said(session: Session, value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, date):
        return session.say_day(value)
    return shortened(" ".join(str(value).split()), LONGEST_SHOWN)


def _clocks(session: Session, case: Case) -> dict[str, date]:
    """The due day of everything that a contact can clear."""
    record = session.store.cases.record(case)
    return {
        item.item: item.due
        for item in due_items(record, session.standards, session.today)
        if item.promise is None and item.kind in ("contact", "safety")
    }


def _moved(session: Session, before: dict[str, date], after: dict[str, date]) -> list[str]:
    return [
        f"{item} is due {session.say_day(due)} now, not {session.say_day(before[item])}."
        for item, due in after.items()
        if item in before and before[item] != due
    ]
