"""Hand-overs told: what was written for whom, what was taken in, what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casectl.core.casework import CONSENT, DROPPED, PROGRESS, VERSION, Piece
from casectl.core.handovers import Given, Handed, other_words
from casectl.core.merging import FIELDS
from casectl.core.model import (
    CLOSED,
    SAFE,
    Case,
    Contact,
    Level,
    Note,
    Promise,
)
from casectl.core.returning import BOTH, ENDING, HERE, THERE, name_of, said_contacts
from casectl.core.spoken import spoken
from casectl.core.text import shortened
from casectl.render import Object, Output
from casectl.render.consents import still_live_line
from casectl.render.words import beside_phone

if TYPE_CHECKING:
    from casectl.core.returning import Backed, Clash, Returned

COLUMNS = ("case", "line")


def given_object(given: Sequence[tuple[Case, Piece]], path: Path | None, kind: str) -> Object:
    return {
        "kind": kind,
        "path": str(path) if path is not None else None,
        "to": given[0][1].who,
        "cases": [_case_object(case, piece) for case, piece in given],
    }


def _case_object(case: Case, piece: Piece) -> Object:
    return {
        "case": case.number,
        "handle": case.handle,
        "client": case.client,
        "item": f"{case.number}.{piece.part}",
        "status": case.status,
    }


def received_object(case: Case, handed: Handed) -> Object:
    return {
        "case": case.number,
        "handle": case.handle,
        "client": case.client,
        "level": case.level.word,
        "status": case.status,
        "from": handed.sender,
        "kind": handed.kind,
        "until": handed.until.isoformat() if handed.until else None,
    }


def received_words(
    cases: Sequence[Case],
    handed: Handed,
    output: Output,
    pieces: Mapping[int, Sequence[Piece]],
    *,
    covers: bool,
) -> list[str]:
    said = []
    for case, given in zip(cases, handed.cases, strict=True):
        verb = "Covered for" if covers else "Taken over from"
        said.append(f"{verb} {handed.sender}: {case.client} ({case.handle}).")
        said += [f"  {line}" for line in _lines(given, handed)]
        for piece in pieces.get(case.number, ()):
            name = f"{case.number}.{piece.part}"
            if covers and piece.due_on is not None:
                said.append(f"  It is yours until {spoken(piece.due_on, output.order)} ({name}).")
            else:
                said.append(f"  It owes a first contact by you ({name}).")
    if covers:
        said.append(f"Then: casectl cover --give-back --to {handed.sender} -o FILE")
    return said


def _lines(given: Given, handed: Handed) -> list[str]:
    """What the record says, and beside it what only the sender's own lines say."""
    others = other_words(given)
    beside = [f"{handed.sender} wrote as well:", *(f"  {line}" for line in others)]
    return [*given.stands, *(beside if others else [])]


def briefs_told(handed: Handed, output: Output) -> None:
    """Where each case of a file stands, without taking it in."""
    rows = [
        {"case": each.number, "client": each.load.case.client, "line": line}
        for each in handed.cases
        for line in _lines(each, handed)
    ]
    if not output.draws:
        output.table(rows, COLUMNS)
        return
    until = f" until {spoken(handed.until, output.order)}" if handed.until else ""
    said = [f"{handed.kind} from {handed.sender} to {handed.recipient}{until}"]
    for each in handed.cases:
        said += ["", f"Case {each.number} there", *(f"  {line}" for line in _lines(each, handed))]
    output.say(*said)


def closed_words(cases: Sequence[Case]) -> str:
    """Which of the cases that were given back are closed here; nothing where none is."""
    still = [case.handle for case in cases if case.is_open]
    if len(still) == len(cases):
        return ""
    return f" Closed here, but for {', '.join(still)}." if still else " Closed here."


def returned_words(cases: Sequence[Case], returned: Sequence[Returned]) -> list[str]:
    """What goes back of each case, so that the giver sees that nothing stays behind."""
    said = []
    for case, each in zip(cases, returned, strict=True):
        ended = [name for name, fields in each.changed.items() if _ends_promise(name, fields)]
        what = _summary(
            sum(isinstance(row, Contact) for row in each.added),
            sum(isinstance(row, Note) for row in each.added),
            len(ended),
            sum(isinstance(row, Promise) for row in each.added),
            [row.kind for row in each.added if isinstance(row, Piece)],
            len(each.changed) - len(ended),
            [*each.client, *each.case],
        )
        said.append(f"  {case.client} ({case.handle}): {what}.")
        if each.held:
            told = ", ".join(map(_words, each.held))
            said.append(f"  HELD BACK, of a record of your own that was joined: {told}.")
        if each.closed is not None:
            said.append(f"  CLOSED HERE, and open there: {each.closed}. Tell them to close it.")
        if case.is_open:
            said.append(
                "  OPEN HERE, reopened since it was given back, and nothing since is in the file. "
                f"casectl close {case.number} closes it."
            )
    return said


def _ends_promise(name: str, fields: Mapping[str, Any]) -> bool:
    return name.isdigit() and "status" in fields and set(fields) <= set(ENDING)


def backs_told(
    backs: Sequence[Backed], still_live: Sequence[Sequence[tuple[Case, Piece]]], output: Output
) -> None:
    """What came back of each case, and first of all what both sides had changed."""
    said = []
    for back, live in zip(backs, still_live, strict=True):
        case = back.case
        what = _summary(
            back.contacts, back.notes, len(back.ended), len(back.promised),
            [piece.kind for piece in back.added], len(back.changed), list(back.facts),
        )  # fmt: skip
        said.append(f"{case.client} ({case.handle}): {what}.")
        if case.level != back.was.level:
            said.append(
                f"  Its level is {case.level.word} now, and was {Level(back.was.level).word}."
            )
        said += [
            f"  REVOKED: {case.number}.{each.part}, the release to {each.who}."
            for each in (*back.changed, *back.added)
            if isinstance(each, Piece) and each.kind == CONSENT and each.status == DROPPED
        ]
        said += [f"  {still_live_line(*each, output)}" for each in live]
        held_until = back.facts.get("hold_until")
        if held_until is not None:
            said.append(f"  ON HOLD until {spoken(held_until, output.order)}.")
        said += [
            f"  {_words(name)}: {'nothing' if value is None else value}{_beside(name, back)}."
            for name, value in back.facts.items()
            if name in TOLD_FACTS
        ]
        said += [f"  BOTH CHANGED {_clash_words(back, each)}" for each in back.clashes]
        if back.case.status == CLOSED and (open_ones := _opened(back)):
            word = "came back open" if back.opened else "came back"
            said.append(f"  CLOSED HERE, and this {word}: {', '.join(open_ones)}.")
            said.append(
                f"  No case owes it until casectl reopen {case.number}: you do, as me.{back.own}."
            )
        if back.closed is not None and back.case.status != CLOSED:
            said.append(f"  CLOSED THERE, and open here: {back.closed}.")
            said.append(f"  casectl close {case.number} closes it.")
    made = [_back_object(*each) for each in zip(backs, still_live, strict=True)]
    output.wrote_all(made, *said)


def _opened(back: Backed) -> list[str]:
    """What is open of a case that is closed, the level it has there, and contacts since."""
    said = [
        f"{back.case.number}.{name_of(each)} {getattr(each, 'what', None) or ''}".strip()
        for each in back.opened
    ]
    if back.raised is not None:
        said.append(f"the level, {Level(back.raised).word}")
    return [*said, *filter(None, [said_contacts(back.since)])]


# What of a client's facts is said in full: how they are reached from now on.
KIND_WORDS = {CONSENT: "release", VERSION: "version of the plan", PROGRESS: "progress on a goal"}
# Facts that go with another one, which is named.
WITH_OTHERS = ("level_reviewed_on", "crisis_since", "covered_until", "flagged_on", "resumed_on",
               "hold_until")  # fmt: skip
TOLD_FACTS = ("name", "phone", "email", "address", *SAFE)


def _summary(
    contacts: int,
    notes: int,
    ended: int,
    promised: int,
    added: Sequence[str],
    changed: int,
    facts: Sequence[str],
) -> str:
    known = [_words(name) for name in facts if name not in WITH_OTHERS]
    parts = [
        _count(contacts, "contact"),
        _count(notes, "note"),
        _count(ended, "promise", "ended"),
        _count(promised, "promise", "made"),
        *(
            _count(added.count(kind), f"new {KIND_WORDS.get(kind, kind)}")
            for kind in dict.fromkeys(added)
        ),
        f"{changed} on file changed" if changed else "",
        f"changed: {', '.join(known)}" if known else "",
    ]
    return ", ".join(each for each in parts if each) or "nothing was done"


def _words(name: str) -> str:
    return FIELDS.get(name, name.replace("_", " "))


def _beside(name: str, back: Backed) -> str:
    """What has to be known before the number is called."""
    return f" {beside_phone(back.safe_contact)}" if name == "phone" else ""


def _clash_words(back: Backed, clash: Clash) -> str:
    item = f"{back.case.number}.{clash.item} " if clash.item else ""
    here, there = shortened(clash.here, LONGEST_SAID), shortened(clash.there, LONGEST_SAID)
    beside = _beside(clash.what, back)
    return f"{item}{clash.what}: here {here!r}, there {there!r}{beside}. {STANDS[clash.stands]}"


LONGEST_SAID = 60  # the note on the case has all of it
STANDS = {
    HERE: "What is here stands; the other is in a note.",
    THERE: "What was done there stands; the other is in a note.",
    BOTH: "Both stand.",
}


def _back_object(back: Backed, still_live: Sequence[tuple[Case, Piece]]) -> Object:
    case = back.case
    return {
        "case": case.number,
        "handle": case.handle,
        "client": case.client,
        "contacts": back.contacts,
        "notes": back.notes,
        "ended": len(back.ended),
        "promised": len(back.promised),
        "added": [f"{case.number}.{each.part}" for each in back.added],
        "changed": [f"{case.number}.{name_of(each)}" for each in back.changed],
        "facts": list(back.facts),
        "level": case.level.word,
        "level_before": back.was.level.word,
        "clashes": [
            {
                "item": f"{case.number}.{each.item}" if each.item else None,
                "what": each.what,
                "here": each.here,
                "there": each.there,
                "stands": each.stands,
            }
            for each in back.clashes
        ],
        "still_live": [f"{each.number}.{release.part}" for each, release in still_live],
        "closed_there": back.closed,
        "closed_here": case.status == CLOSED,
        "open_here": [f"{case.number}.{name_of(each)}" for each in back.opened],
        "since_closed": [f"{case.number}.{name_of(each)}" for each in back.since],
        "own_work": f"me.{back.own}" if back.own is not None else None,
    }


def _count(count: int, one: str, after: str = "") -> str:
    if not count:
        return ""
    return f"{count} {one}{'s' * (count != 1)}{f' {after}' if after else ''}"
