"""What makes a contact a sound one, and what it can clear."""

from __future__ import annotations

from datetime import date

from casectl.core.errors import BadValue
from casectl.core.model import (
    APPOINTMENT,
    MEANS,
    PARTIES,
    REACHED,
    Case,
    Contact,
    Level,
    Promise,
)
from casectl.core.spoken import DateOrder, spoken
from casectl.core.text import checked_text
from casectl.core.values import NamedTuple

# A stay with somebody else watching; longer, and the level itself should be reviewed.
LONGEST_COVER = 30


class Meant(NamedTuple):
    """A contact that is not yet written, whose it is, and what goes with it."""

    case: Case
    contact: Contact
    does: Promise | None = None  # the promise that it keeps
    promise: Promise | None = None  # the next one made


def new_contact(
    case: Case,
    *,
    outcome: str,
    by: str,
    party: str | None,
    on_day: date,
    today: date,
    text: str | None = None,
    minutes: int | None = None,
    interpreter: bool = False,
    seen_by: str | None = None,
    covered_until: date | None = None,
    item: str | None = None,
    order: DateOrder | None = None,
) -> Contact:
    """A contact not yet written. Raises BadValue for one that cannot have happened."""
    if on_day > today:
        raise BadValue(
            f"{spoken(on_day, order)} is still ahead", hint="casectl appointment plans ahead"
        )
    if minutes is not None and not 0 <= minutes <= 24 * 60:
        raise BadValue("--minutes is a number from 0 to 1440")
    if (seen_by is None) != (covered_until is None):
        raise BadValue("--seen-by NAME and --until DAY go together")
    if seen_by is not None:
        _check_cover(case, outcome, covered_until, today)
        party = party or "provider"
    return Contact(
        id="",
        case_id=case.id,
        number=0,
        on_day=on_day,
        outcome=outcome,
        by=_one_of(by, MEANS, "--by"),
        party=_one_of(party or "client", PARTIES, "--with"),
        text=checked_text(text, "text") if text else None,
        minutes=minutes,
        interpreter=interpreter,
        seen_by=checked_text(seen_by, "name after --seen-by", limit=200) if seen_by else None,
        covered_until=covered_until,
        item=item,
    )


def repeated(
    contact: Contact, case: Case, *, on_day: date, today: date, order: DateOrder | None = None
) -> Contact:
    """What was recorded once more, of ``case`` and on another day.

    Outcome, means, with whom, minutes and text go along. What was only true once does not: the
    promise that it kept, and a professional's cover.
    """
    return new_contact(
        case,
        outcome=contact.outcome,
        by=contact.by,
        party=contact.party,
        on_day=on_day,
        today=today,
        text=contact.text,
        minutes=contact.minutes,
        interpreter=contact.interpreter,
        order=order,
    )


def check_come(case: Case, promise: Promise, day: date, order: DateOrder | None) -> None:
    """Reaching somebody before an appointment's day does not keep it. On its day any hour does."""
    if promise.kind == APPOINTMENT and promise.due_on > day:
        raise BadValue(
            f"{case.number}.{promise.number} is an appointment on "
            f"{spoken(promise.due_on, order)}, not kept before that",
            hint=f"name the case to record a contact: {case.number}",
        )


def _check_cover(case: Case, outcome: str, until: date | None, today: date) -> None:
    if case.level != Level.CRISIS:
        raise BadValue("--seen-by is for a client in crisis", hint="use --with provider instead")
    if outcome != REACHED:
        raise BadValue("--seen-by says that a professional saw the client: record it as reached")
    if until is not None and not 0 <= (until - today).days <= LONGEST_COVER:
        raise BadValue(f"--until is a day from today to {LONGEST_COVER} days ahead")


def _one_of(word: str, words: tuple[str, ...], flag: str) -> str:
    chosen = word.strip().lower()
    if chosen not in words:
        raise BadValue(f"{flag} is one of {', '.join(words)}, not {word[:40]!r}")
    return chosen
