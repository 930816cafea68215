"""Referrals and denials for people and machines: how they stand, and what happened, in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from casectl.core.casework import DENIAL, DRAFT, OPEN, REFERRAL, SENT, Piece
from casectl.core.denials import ASKS, DEADLINE, FILED, WHY, Filing, filings, promise_number
from casectl.core.model import Case
from casectl.core.referrals import (
    ASKED,
    CONNECTED,
    PURPOSE,
    RESOURCE,
    SCHEDULED,
    Event,
    appointment,
    events,
    last_event,
    needs_of,
    sent_on,
    times_asked,
)
from casectl.core.resources import said
from casectl.core.spoken import spoken, spoken_short
from casectl.render import Object, Output
from casectl.render.plan import piece_object
from casectl.render.words import by_means

if TYPE_CHECKING:
    from collections.abc import Mapping

    from casectl.core.resources import Resource
    from casectl.render.screens import Line

REFERRAL_COLUMNS = (
    "item", "client", "service", "organization", "stage", "since", "asked", "looked_at_on",
)  # fmt: skip
DENIAL_COLUMNS = ("item", "client", "what", "denied_by", "on", "stage", "state")


def referral_object(referral: Piece, case: Case, output: Output) -> Object:
    sent = sent_on(referral)
    return {
        **piece_object(referral, case),
        "service": referral.what,
        "organization": referral.who,
        "resource": referral.body.get(RESOURCE),
        "needs": [f"{case.number}.need{each}" for each in needs_of(referral)],
        "purpose": referral.body.get(PURPOSE),
        "stage": referral.stage,
        "on": referral.on_day.isoformat(),
        "sent_on": sent.isoformat() if sent else None,
        "since": since(referral).isoformat(),
        "asked": times_asked(referral),
        "looked_at_on": referral.due_on.isoformat() if referral.due_on else None,
        "log": [_event_object(each, output) for each in events(referral)],
    }


def _event_object(event: Event, output: Output) -> Object:
    return {
        "text": event_words(event, output),
        "did": event.did,
        "on": event.on.isoformat(),
        "who": event.who,
        "by": event.by,
        "said": event.text,
        "there": event.there,
        "until": event.until.isoformat() if event.until else None,
        "time": event.time,
    }


def since(referral: Piece) -> date:
    """The day that it came to how it stands."""
    reached = [each.on for each in events(referral) if each.did == referral.stage]
    return reached[-1] if reached else referral.on_day


def name(referral: Piece) -> str:
    """``food parcels, Example Pantry``."""
    return f"{referral.what}, {referral.who}"


def phones_of(resource: Resource | None) -> list[str]:
    return said(resource, "phone") if resource is not None else []


def call_words(referral: Piece, resource: Resource | None) -> str:
    """``Example Pantry: 555-0100 (casectl resource show 3)``: whom to ask, and by which number."""
    told = ", ".join(phones_of(resource)) or "no phone on record"
    number = referral.body.get(RESOURCE)
    where = f" (casectl resource show {number})" if number is not None else ""
    return f"{referral.who}: {told}{where}"


def standing(referral: Piece, output: Output) -> str:
    """``silent since Wed 18 Nov, asked 2x, last Wed 2 Dec``: how it stands, since when."""
    day = _day(since(referral), output)
    if referral.status != OPEN:
        why = f": {referral.outcome}" if referral.outcome else ""
        return f"{referral.stage} {day}{why}"
    if referral.stage == DRAFT:
        return f"draft of {day}, not sent"
    words = f"silent since {day}" if referral.stage == SENT else f"{referral.stage} {day}"
    last = last_event(referral)
    if referral.stage == SCHEDULED:
        given = appointment(referral)
        if given is not None and given.until is not None:
            time = f" {given.time}" if given.time else ""
            said_so = f" ({given.text})" if given.text else ""
            words = f"scheduled for {_day(given.until, output)}{time}{said_so}"
    count = times_asked(referral)
    if count and last is not None:
        words += f", asked {count}x, last {_day(last.on, output)}"
    return words


def referral_sentence(referral: Piece, case: Case, output: Output) -> str:
    """``Ada Example (example-1): 1.ref1 food parcels, Example Pantry: silent since today.``"""
    item = f"{case.number}.{referral.part}"
    return f"{case.client} ({case.handle}): {item} {name(referral)}: {standing(referral, output)}."


def next_sentence(referral: Piece, case: Case, due: date | None, output: Output) -> list[str]:
    """What it owes from here, and by when."""
    if referral.status != OPEN or due is None:
        return []
    item, day = f"{case.number}.{referral.part}", spoken(due, output.order)
    match referral.stage:
        case "draft":
            return [f"To be sent by {day}: casectl referral send {item}"]
        case "sent":
            return [f"Without an answer it is asked again by {day}: casectl referral chase {item}"]
        case "declined":
            return [
                f"It asks for another service until there is one (casectl resource match "
                f"{case.number}), or a reason: casectl referral close {item}"
            ]
    return [f"Whether they are connected is looked at {day}: casectl referral connected {item}"]


def summary(
    case: Case, pieces: Sequence[Piece], output: Output, width: int | None
) -> list[tuple[str, int, str]]:
    """Referrals and denials that are not over, a line for each kind, for the screen of a case.

    Each with the lines that it may take, and what it is called where it is left out; as many as a
    line of ``width`` has room for, all of them without.
    """
    from casectl.render.screens import as_many

    standing_ones = [each for each in pieces if each.status == OPEN]
    sent = [each for each in standing_ones if each.kind == REFERRAL]
    denied = [each for each in standing_ones if each.kind == DENIAL]
    lines = []
    if sent:
        told = [f"{each.part} {name(each)}, {standing(each, output)}" for each in sent]
        how = f"casectl referral list {case.number}"
        line = as_many("Referred", told, "; ", width, how)
        lines.append((line, 1, "referrals"))
    if denied:
        told = [f"{each.part} {_denied(each, case, output)}" for each in denied]
        how = f"casectl denial list {case.number}"
        line = as_many("Denied", told, "; ", width, how)
        lines.append((line, 1, "denials"))
    return lines


def rows(pieces: Sequence[Piece], case: Case, output: Output) -> list[tuple[str, str, str]]:
    """Every referral and denial in full, the newest first: its item, its day, what happened."""
    found = []
    for each in reversed(pieces):
        item, day = f"{case.number}.{each.part}", _day(each.on_day, output)
        if each.kind == REFERRAL:
            told = [f"{name(each)}: {standing(each, output)}", *event_lines(each, output)]
            found.append((item, day, "\n".join(told)))
        elif each.kind == DENIAL:
            told = [_denied(each, case, output), *filing_lines(each, output)]
            found.append((item, day, "\n".join(told)))
    return found


def event_lines(referral: Piece, output: Output) -> list[str]:
    """What happened, a line for each, in order."""
    return [event_words(each, output) for each in events(referral)]


def event_words(event: Event, output: Output) -> str:
    words = f"{_day(event.on, output)} {event.did}"
    if event.by:
        words += f" {by_means(event.by)}"
    if event.who and event.did == CONNECTED:  # the contact in which the client said so
        words += f" ({event.who})"
    elif event.who:
        words += f" with {event.who}" if event.did in (ASKED, SENT) else f" by {event.who}"
    if event.until is not None:
        what = "for" if event.did == SCHEDULED else "look again"
        words += f", {what} {_day(event.until, output)}{f' {event.time}' if event.time else ''}"
    if event.there:
        words += f", warm hand-off with {event.there}"
    return words + (f": {event.text}" if event.text else "")


def referrals(
    found: Sequence[tuple[Case, Piece]],
    catalogue: Mapping[int, Resource],
    output: Output,
    empty: str,
) -> None:
    """A list over one case or many, what has waited longest first; a silent one with its phone."""
    found, catalogue = output.shown(found), output.shown(catalogue)
    if not output.draws:
        objects = [
            {
                **referral_object(piece, case, output),
                "phone": phones_of(catalogue.get(piece.body.get(RESOURCE, 0))),
            }
            for case, piece in found
        ]
        output.table(objects, REFERRAL_COLUMNS)
        return
    told = []
    for case, piece in found:
        words = f"{case.client}: {name(piece)}; {standing(piece, output)}"
        if piece.status == OPEN and piece.stage == SENT:
            words += f"; {call_words(piece, catalogue.get(piece.body.get(RESOURCE, 0)))}"
        told.append((f"{case.number}.{piece.part}", words))
    output.draw(_list(told, output) or [[(empty, "")]])


def referral(case: Case, piece: Piece, resource: Resource | None, output: Output) -> None:
    """One of them with everything that happened, and by which number one asks."""
    case, piece, resource = output.shown(case), output.shown(piece), output.shown(resource)
    if not output.draws:
        output.facts({**referral_object(piece, case, output), "phone": phones_of(resource)})
        return
    needs = ", ".join(f"{case.number}.need{each}" for each in needs_of(piece))
    output.say(
        referral_sentence(piece, case, output),
        *([f"For {needs}; purpose: {piece.body.get(PURPOSE)}."] if needs else []),
        f"{call_words(piece, resource)}.",
        *(f"  {each}" for each in event_lines(piece, output)),
    )


# -- denials ---------------------------------------------------------------------------------------


def denial_object(denial: Piece, case: Case, output: Output) -> Object:
    return {
        **piece_object(denial, case),
        "denied_by": denial.who,
        "on": denial.on_day.isoformat(),
        "stage": denial.stage,
        "why": denial.body.get(WHY),
        "deadline": _item(case, promise_number(denial, DEADLINE)),
        "asks": _item(case, promise_number(denial, ASKS)),
        "log": [
            {
                "text": _filing_words(each, output),
                "did": each.did,
                "on": each.on.isoformat(),
                "what": each.what,
                "where": each.where,
            }
            for each in filings(denial)
        ],
    }


def _denied(denial: Piece, case: Case, output: Output) -> str:
    words = f"{denial.what}, by {denial.who} {_day(denial.on_day, output)}"
    if denial.status != OPEN:
        ended = f" {_day(denial.ended_on, output)}" if denial.ended_on else ""
        return f"{words}; {denial.stage}{ended}{f': {denial.outcome}' if denial.outcome else ''}"
    for key, told in ((DEADLINE, "appeal:"), (ASKS, "appealed, decision:")):
        item = _item(case, promise_number(denial, key))
        if item is not None:
            return f"{words}; {told} {item}"
    return f"{words}; {denial.stage}"


def denial_sentence(denial: Piece, case: Case, output: Output) -> str:
    item = f"{case.number}.{denial.part}"
    return f"{case.client} ({case.handle}): {item} {_denied(denial, case, output)}."


def filing_lines(denial: Piece, output: Output) -> list[str]:
    lines = [f"because {denial.body[WHY]}"] if denial.body.get(WHY) else []
    return [*lines, *(_filing_words(each, output) for each in filings(denial))]


def _filing_words(filing: Filing, output: Output) -> str:
    beside = "with" if filing.did == FILED else "by"
    where = f" {beside} {filing.where}" if filing.where else ""
    what = f": {filing.what}" if filing.what else ""
    return f"{_day(filing.on, output)} {filing.did}{where}{what}"


def denials(found: Sequence[tuple[Case, Piece]], output: Output, empty: str) -> None:
    found = output.shown(found)
    if not output.draws:
        output.table([denial_object(piece, case, output) for case, piece in found], DENIAL_COLUMNS)
        return
    told = [
        (f"{case.number}.{piece.part}", f"{case.client}: {_denied(piece, case, output)}")
        for case, piece in found
    ]
    output.draw(_list(told, output) or [[(empty, "")]])


def denial(case: Case, piece: Piece, output: Output) -> None:
    """One of them with everything that was done."""
    case, piece = output.shown(case), output.shown(piece)
    if not output.draws:
        output.facts(denial_object(piece, case, output))
        return
    output.say(
        denial_sentence(piece, case, output),
        *(f"  {each}" for each in filing_lines(piece, output)),
    )


def _list(told: Sequence[tuple[str, str]], output: Output) -> list[Line]:
    from casectl.render.screens import cell, wrapped

    lines: list[Line] = []
    for item, words in told:
        first, *more = wrapped(words, output.width, " " * 12)
        lines += [[(cell(item, 11), "head"), (first[0][0][12:], "")], *more]
    return lines


def _item(case: Case, number: int | None) -> str | None:
    return None if number is None else f"{case.number}.{number}"


def _day(day: date, output: Output) -> str:
    return spoken_short(day, output.today, output.order)
