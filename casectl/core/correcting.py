"""A contact as it should have been written down."""

from __future__ import annotations

from datetime import date

from casectl.core.contacting import new_contact
from casectl.core.errors import BadValue
from casectl.core.model import MEANS, MEANS_UNKNOWN, REACHED, TRIED, Case, Contact

CORRECTABLE = ("outcome", "by", "party", "on_day", "minutes", "text")


def corrected(
    wrong: Contact,
    case: Case,
    today: date,
    *,
    text: str | None = None,
    outcome: str | None = None,
    by: str | None = None,
    party: str | None = None,
    on_day: date | None = None,
    minutes: int | None = None,
) -> Contact:
    """``wrong`` put right: what is None stays, an empty ``text`` takes it away.

    Raises BadValue when nothing differs, or for a contact that cannot have happened. Nobody was
    seen in an attempt, so correcting to one drops the professional and the days they covered.
    """
    if outcome is not None and outcome not in (REACHED, TRIED):
        raise BadValue(f"--outcome is {REACHED} or {TRIED}, not {outcome[:40]!r}")
    unknown = by is None and wrong.by == MEANS_UNKNOWN  # and it is not made up here
    right = new_contact(
        case,
        outcome=outcome or wrong.outcome,
        by=MEANS[0] if unknown else wrong.by if by is None else by,
        party=wrong.party if party is None else party,
        on_day=on_day or wrong.on_day,
        today=today,
        text=wrong.text if text is None else text,
        minutes=wrong.minutes if minutes is None else minutes,
        interpreter=wrong.interpreter,
        item=wrong.item,
    )
    if unknown:
        right = right._replace(by=MEANS_UNKNOWN)
    if right.outcome == REACHED:
        right = right._replace(seen_by=wrong.seen_by, covered_until=wrong.covered_until)
    if not differences(wrong, right):
        raise BadValue(f"{case.number}.c{wrong.number} says that already")
    return right


def differences(wrong: Contact, right: Contact) -> list[str]:
    """The fields that a correction changes."""
    return [name for name in CORRECTABLE if getattr(wrong, name) != getattr(right, name)]
