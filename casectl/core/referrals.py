"""A referral from its draft until the client is connected, and what may follow what.

    draft -> sent -> accepted | declined | waitlisted -> scheduled -> received -> connected
    closed with a reason from where it was answered; cancelled from anywhere

A referral's ``what`` is the service, its ``who`` the organization, its domain that of the first
need. ``due_on`` is the day that the engine counts from: of a draft the day it was written, of a
silent one the day it was sent or last asked about, of an answered one the day to look again. The
body is ``resource`` and ``needs`` (numbers), ``purpose``, and ``log``: what happened, in order,
each with ``on`` (ISO), ``did`` and, where they are known, ``who``, ``by``, ``text``, ``there`` (who
was at a warm hand-off), ``until`` and ``time``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from casectl.core.casework import DECLINED, DRAFT, OPEN, REFERRAL, SENT, Piece
from casectl.core.errors import BadValue
from casectl.core.guards import check_change
from casectl.core.model import MEANS, Case
from casectl.core.resources import Resource
from casectl.core.spoken import DateOrder, spoken, spoken_short
from casectl.core.text import NAME_LIMIT, checked_text
from casectl.core.values import NamedTuple

ACCEPTED, WAITLISTED = "accepted", "waitlisted"
SCHEDULED, RECEIVED, CONNECTED = "scheduled", "received", "connected"
CLOSED, CANCELLED, ASKED = "closed", "cancelled", "asked"
ANSWERS = (ACCEPTED, DECLINED, WAITLISTED)
RESOURCE, NEEDS, PURPOSE, LOG = "resource", "needs", "purpose", "log"

# Which stage may follow which. An answer may be followed by another one: a place comes free, or is
# taken back. Whatever they answered, the client's word that they are connected counts.
AFTER: Mapping[str, tuple[str, ...]] = {
    DRAFT: (SENT,),
    SENT: (ASKED, *ANSWERS, SCHEDULED, RECEIVED, CONNECTED),
    ACCEPTED: (*ANSWERS, SCHEDULED, RECEIVED, CONNECTED, CLOSED, ASKED),
    WAITLISTED: (*ANSWERS, SCHEDULED, RECEIVED, CONNECTED, CLOSED, ASKED),
    SCHEDULED: (*ANSWERS, SCHEDULED, RECEIVED, CONNECTED, CLOSED, ASKED),
    RECEIVED: (RECEIVED, SCHEDULED, DECLINED, CONNECTED, CLOSED, ASKED),
    DECLINED: (ACCEPTED, WAITLISTED, SCHEDULED, CLOSED),
}
# What to do where a verb does not fit.
INSTEAD: Mapping[str, str] = {
    DRAFT: "casectl referral send {item} sends it first",
    SENT: "casectl referral answer {item} records what they said",
    DECLINED: "casectl refer names another service, casectl referral close {item} REASON ends it",
}
# What goes on with one as it stands.
ONWARD: Mapping[str, str] = {
    DRAFT: "is a draft: casectl referral send {item} sends it",
    SENT: "is a referral: casectl referral answer {item} records what they said, casectl referral "
    "chase {item} that you asked",
    DECLINED: "was declined: casectl resource match {case} finds another service, casectl referral "
    "close {item} REASON ends it",
}
ANSWERED = (
    "is a referral, {stage}: casectl referral connected {item} once the client says that they are "
    "there, answer or received {item} for what they say, chase {item} that you asked"
)
WAITLIST_INTERVALS = 4  # a waiting list is asked about every so many intervals of silence


class Event(NamedTuple):
    """One thing that happened to a referral."""

    did: str
    on: date
    who: str | None = None  # of them, who said or did it
    by: str | None = None  # by which means
    text: str | None = None
    there: str | None = None  # who was there at a warm hand-off
    until: date | None = None  # the day given: of an appointment, or to look again
    time: str | None = None


def new_referral(
    case: Case, resource: Resource, needs: Sequence[Piece], day: date, purpose: str
) -> Piece:
    """A draft not yet written. Raises BadValue for one that cannot be meant."""
    check_change(case, "refer")
    if resource.ended_on is not None:
        raise BadValue(
            f"resource {resource.number} was retired on {resource.ended_on.isoformat()}",
            hint=f"casectl resource match {case.number}",
        )
    return Piece(
        "", case.id, REFERRAL, 0, day, resource.service,
        stage=DRAFT,
        who=resource.organization,
        domain=needs[0].domain if needs else next(iter(resource.domains), None),
        due_on=day,
        body={
            RESOURCE: resource.number,
            NEEDS: [each.number for each in needs],
            PURPOSE: checked_text(purpose.strip(), "purpose", limit=NAME_LIMIT),
        },
    )  # fmt: skip


def new_event(
    did: str,
    on: date,
    *,
    who: str | None = None,
    by: str | None = None,
    text: str | None = None,
    there: str | None = None,
    until: date | None = None,
    time: str | None = None,
) -> Event:
    """What happened, its texts sound. Raises BadValue."""
    if by is not None and by not in MEANS:
        raise BadValue(f"no means {by[:40]!r}; there are {', '.join(MEANS)}")
    name = checked_text(who.strip(), "name after --who", limit=NAME_LIMIT) if who else None
    warm = checked_text(there.strip(), "name after --warm", limit=NAME_LIMIT) if there else None
    return Event(did, on, name, by, checked_text(text, "text") if text else None, warm, until, time)


def check_next(case: Case, referral: Piece, event: Event, order: DateOrder | None = None) -> None:
    """Raise BadValue where this cannot follow what is on record."""
    item = f"{case.number}.{referral.part}"
    if referral.status != OPEN:
        raise BadValue(
            f"{item} is {referral.stage} and over", hint=f"casectl referral show {item} tells more"
        )
    if event.did != CANCELLED and event.did not in AFTER[referral.stage]:
        instead = INSTEAD.get(referral.stage, "casectl referral show {item} shows how it stands")
        raise BadValue(
            f"{item} is {referral.stage}, so it cannot be {event.did}",
            hint=instead.format(item=item),
        )
    last = last_event(referral)
    since = last.on if last else referral.on_day
    if event.on < since:
        what = last.did if last else "drafted"
        raise BadValue(
            f"{spoken(event.on, order)} is before it was {what}, {spoken(since, order)}",
            hint="give a later day",
        )


def how_to_go_on(referral: Piece, case: str) -> str:
    """What one does with it next, by the commands that fit how it stands."""
    item = f"{case}.{referral.part}"
    if referral.status != OPEN:
        return f"is {referral.stage} and over: casectl referral show {item}"
    words = ONWARD.get(referral.stage, ANSWERED)
    return words.format(item=item, case=case, stage=referral.stage)


def after(referral: Piece, event: Event, interval: int) -> dict[str, Any]:
    """The columns of a referral once this happened; ``interval`` is the days of silence allowed.

    What was only asked changes no stage: it restarts the interval and clears nothing. The look on
    the day that the client is to come stays where it is until that day has gone by.
    """
    values: dict[str, Any] = {"body": {**referral.body, LOG: [*_log(referral), _entry(event)]}}
    if event.did == ASKED:
        if _is_to_come(referral, event.on):
            return values
        return {**values, "due_on": look_again(referral.stage, event, interval)}
    if event.did in (CONNECTED, CLOSED):
        ending = {"stage": event.did, "status": "done", "ended_on": event.on}
        return {**values, **ending, "outcome": event.text}
    if event.did == CANCELLED:
        ending = {"stage": CANCELLED, "status": "dropped", "ended_on": event.on}
        return {**values, **ending, "outcome": event.text}
    return {**values, "stage": event.did, "due_on": look_again(event.did, event, interval)}


def _is_to_come(referral: Piece, day: date) -> bool:
    """Whether the client's first day there is that day, or still ahead."""
    return referral.stage == SCHEDULED and referral.due_on is not None and day <= referral.due_on


def look_again(stage: str, event: Event, interval: int) -> date:
    """The day that the engine counts from. A silent one's standard is added by its rule."""
    if stage == SENT:
        return event.on
    if event.until is not None:
        return event.until
    if stage == DECLINED:
        return event.on
    if stage == WAITLISTED:
        return event.on + timedelta(days=WAITLIST_INTERVALS * interval)
    return event.on + timedelta(days=interval)


# -- reading it ------------------------------------------------------------------------------------


def events(referral: Piece) -> list[Event]:
    return [_event(each) for each in _log(referral)]


def last_event(referral: Piece) -> Event | None:
    log = _log(referral)
    return _event(log[-1]) if log else None


def appointment(referral: Piece) -> Event | None:
    """Of one that is scheduled, when the client is to come, and what was said about it."""
    if referral.stage != SCHEDULED:
        return None
    return next((each for each in reversed(events(referral)) if each.did == SCHEDULED), None)


def too_early(referral: Piece, day: date) -> date | None:
    """The client's first day there, where ``day`` is before it."""
    first = appointment(referral)
    return first.until if first is not None and first.until and day < first.until else None


def sent_on(referral: Piece) -> date | None:
    return next((each.on for each in events(referral) if each.did == SENT), None)


def times_asked(referral: Piece) -> int:
    """How often it was asked about since it was sent or last answered."""
    count = 0
    for each in reversed(events(referral)):
        if each.did != ASKED:
            break
        count += 1
    return count


def refusal(referral: Piece) -> Event | None:
    """Their no, where that is the last that they answered, whatever was done about it since."""
    answers = [each for each in events(referral) if each.did in (*ANSWERS, SCHEDULED, RECEIVED)]
    return answers[-1] if answers and answers[-1].did == DECLINED else None


def asked_before(
    case: Case,
    referrals: Iterable[Piece],
    needs: Iterable[int],
    today: date,
    order: DateOrder | None = None,
) -> dict[int, str]:
    """The services that were asked for any of these needs and said no, or have yet to say.

    By a resource's number, in words: ``declined Sun 20 Dec: full till june``, ``open already:
    2.ref2``.
    """
    found: dict[int, str] = {}
    wanted = set(needs)
    ones = [each for each in referrals if wanted & set(needs_of(each)) and RESOURCE in each.body]
    for each in sorted(ones, key=lambda each: each.number):
        no = refusal(each)
        if no is not None:
            text = f": {no.text}" if no.text else ""
            found[each.body[RESOURCE]] = f"declined {spoken_short(no.on, today, order)}{text}"
    for each in ones:
        if each.status == OPEN and each.stage != DECLINED:
            found[each.body[RESOURCE]] = f"open already: {case.number}.{each.part}"
    return found


def needs_of(referral: Piece) -> tuple[int, ...]:
    return tuple(referral.body.get(NEEDS, ()))


def connected(referrals: Iterable[Piece]) -> dict[int, Piece]:
    """The needs that a referral has met, by number: the client says that they are there."""
    return {
        number: each for each in referrals if each.stage == CONNECTED for number in needs_of(each)
    }


def _log(referral: Piece) -> list[dict[str, Any]]:
    return list(referral.body.get(LOG, ()))


def _entry(event: Event) -> dict[str, Any]:
    """An event as plain JSON, without what is not known."""
    made = {name: value for name, value in event._asdict().items() if value is not None}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in made.items()
    }


def _event(entry: Mapping[str, Any]) -> Event:
    known = {name: entry.get(name) for name in Event._fields}
    for name in ("on", "until"):
        known[name] = _day(known[name])
    known["on"] = known["on"] or date.min
    return Event(**known)  # type: ignore[arg-type]


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:  # hidden, where others can see the screen
        return None
