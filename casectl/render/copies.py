"""The client's own copy: what is on file about them, in plain language and addressed to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casectl.core.amending import ASKED_FOR, by_record
from casectl.core.casework import (
    CONSENT,
    DISCLOSURE,
    DONE,
    DROPPED,
    GOAL,
    NEED,
    OPEN,
    PLANNED,
    STEP,
    WORKER,
    Piece,
)
from casectl.core.consents import PURPOSE, is_live, said_state
from casectl.core.model import REACHED, Contact, Note
from casectl.core.people import ROLE, kind_of, kind_words
from casectl.core.spoken import spoken
from casectl.core.text import visible
from casectl.core.views import File
from casectl.render import Output
from casectl.render.around import in_order_of
from casectl.render.letters import letter_text
from casectl.render.words import by_means, speaks

# What the copy ends with: nobody asks for what they do not know they may.
RIGHTS = (
    "You may ask for another copy at any time.",
    "You may say where you disagree with any of this. What you say is kept beside it.",
    "You may take back a permission to tell others. It does not undo what they were told before.",
    "You may ask who was told what about you; the list stands above.",
)


def client_copy(file: File, worker: str, output: Output) -> str:
    """The whole copy as text, a line feed at the end of each line."""
    sections = (
        ("Who you are", _person(file)),
        ("What you came for", _service(file, output)),
        ("What we agreed to do", _plan(file.casework, output)),
        ("What comes next", _ahead(file, output)),
        ("When we were in touch", _contacts(file, output)),
        ("What was written down", _notes(file, output)),
        ("People around you whom we have on file", _people(file.casework)),
        ("Whom you allowed us to tell", _releases(file.casework, output)),
        ("Who was told what about you", _disclosures(file.casework, output)),
        ("Where you disagree with the record as a whole", _disagreed(file.casework, None, output)),
        ("Your rights", RIGHTS),
    )
    day = spoken(output.today, output.order)
    lines = [f"Your copy of your record, {file.client.name}", f"Printed {day} by {worker}"]
    for title, told in sections:
        each = list(told)
        if each:
            lines += ["", title, *(f"  {line}" for line in each)]
    return letter_text("".join(f"{visible(line)}\n" for line in lines))


def _person(file: File) -> Iterator[str]:
    client = file.client
    known = {
        "Name": client.name,
        "Legal name": client.legal_name,
        "Born": client.birth_date,
        "Phone": client.phone,
        "How to reach you safely": client.safely,
        "E-mail": client.email,
        "Address": client.address,
        "Language": speaks(client.language, client.interpreter),
        "Pronouns": client.pronouns,
    }
    return (f"{name}: {value}" for name, value in known.items() if value)


def _service(file: File, output: Output) -> Iterator[str]:
    case = file.case
    yield f"With us since {spoken(case.opened_on, output.order)}"
    if case.program:
        yield f"Program: {case.program}"
    if case.need:
        yield f"Your words when you came, or those of who sent you: {case.need}"
    needs = [
        str(each.what)
        for each in file.casework
        if each.kind == NEED and each.status in (OPEN, PLANNED)
    ]
    if needs:
        yield f"What you need: {'; '.join(needs)}"
    if case.closed_on:
        why = f": {case.close_reason}" if case.close_reason else ""
        yield f"Ended {spoken(case.closed_on, output.order)}{why}"


def _plan(pieces: Sequence[Piece], output: Output) -> Iterator[str]:
    steps = [each for each in pieces if each.kind == STEP and each.status != DROPPED]
    goals = [each for each in pieces if each.kind == GOAL and each.status != DROPPED]
    for goal in goals:
        yield f"Goal: {goal.body.get('words') or goal.what}{_state(goal, output)}"
        yield from (_step(each, output) for each in steps if each.parent == goal.id)
    known = {goal.id for goal in goals}
    yield from (_step(each, output) for each in steps if each.parent not in known)


def _step(step: Piece, output: Output) -> str:
    who = {WORKER: "we", "client": "you", None: "we"}.get(step.who, step.who)
    return f"  Step ({who}): {step.what}{_state(step, output)}"


def _state(piece: Piece, output: Output) -> str:
    if piece.status == DONE:
        how = f": {piece.outcome}" if piece.outcome else ""
        return f", done{how}"
    return f", by {spoken(piece.due_on, output.order)}" if piece.due_on else ""


def _ahead(file: File, output: Output) -> Iterator[str]:
    for promise in file.promises:
        if promise.status == OPEN and promise.what != ASKED_FOR:  # this is that copy
            day = spoken(promise.due_on, output.order, time=promise.due_time)
            place = f", at {promise.place}" if promise.place else ""
            yield f"{day}: {promise.what}{place}"


def _contacts(file: File, output: Output) -> Iterator[str]:
    for contact in reversed(file.contacts):
        if not contact.corrected:
            yield _contact(contact, output)
            yield from _disagreed(file.casework, contact.id, output)


def _contact(contact: Contact, output: Output) -> str:
    means = by_means(contact.by)
    whom = "you" if contact.party == "client" else f"your {contact.party}"
    if contact.party in ("collateral", "provider"):
        whom = "somebody else about you"
    did = f"we reached {whom}" if contact.outcome == REACHED else f"we tried to reach {whom}"
    text = f": {' '.join(contact.text.split())}" if contact.text else ""
    return f"{spoken(contact.on_day, output.order)}, {did} {means}{text}"


def _notes(file: File, output: Output) -> Iterator[str]:
    for note in reversed(file.notes):
        yield _note(note, output)
        yield from _disagreed(file.casework, note.id, output)


def _note(note: Note, output: Output) -> str:
    by = f", by {note.worker}" if note.worker else ""
    text = " ".join(note.text.split())
    return f"{spoken(note.on_day, output.order)}{by}: {text}"


def _people(pieces: Sequence[Piece]) -> Iterator[str]:
    for each in in_order_of(pieces):
        if each.status == OPEN:
            yield f"{each.what}, {each.body.get(ROLE) or kind_words(kind_of(each))}"


def _releases(pieces: Sequence[Piece], output: Output) -> Iterator[str]:
    for each in pieces:
        if each.kind == CONSENT:
            state = said_state(each, output.today, output.order)
            stands = "" if is_live(each, output.today) else " (nothing is told them under it now)"
            yield f"{each.who}, for {each.body.get(PURPOSE)}: {each.what}; {state}{stands}"


def _disclosures(pieces: Sequence[Piece], output: Output) -> Iterator[str]:
    from casectl.core.consents import BASIS, OVERRIDE, RELEASE, TO_CLIENT

    for each in pieces:
        if each.kind != DISCLOSURE:
            continue
        body, day = each.body, spoken(each.on_day, output.order)
        right = "because you allowed it" if body.get(RELEASE) else "by law"
        if body.get(BASIS):
            right = f"because of {body[BASIS]}"
        elif body.get(OVERRIDE):
            right = f"without your permission, because: {body[OVERRIDE]}"
        whom = "you" if body.get(TO_CLIENT) else each.who
        told = f"{day}: {whom}, {each.what}"
        yield told if body.get(TO_CLIENT) else f"{told}, for {body.get(PURPOSE)}, {right}"


def _disagreed(pieces: Sequence[Piece], of: str | None, output: Output) -> Iterator[str]:
    for each in by_record(pieces).get(of, ()):
        yield f"{'  ' if of else ''}You disagree ({spoken(each.on_day, output.order)}): {each.what}"
