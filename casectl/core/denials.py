"""A denial: what somebody refused a client, what is done against it, and what was decided.

Its ``what`` is what was denied, its ``who`` the one that did, its day the day of the denial. The
body is ``why`` (their words), ``log`` (what was done, in order, as of a referral), and ``deadline``
and ``asks``: the numbers of the promises that it made, the day to appeal by and the day to ask for
the decision. ``due_on`` is that day as well: a while after it an open denial asks what came of it,
whoever ended the promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from casectl.core.casework import DENIAL, OPEN, Piece
from casectl.core.errors import BadValue
from casectl.core.guards import check_change
from casectl.core.model import Case
from casectl.core.spoken import DateOrder, spoken
from casectl.core.text import NAME_LIMIT, checked_text, shortened
from casectl.core.values import NamedTuple

DENIED, APPEALED = "denied", "appealed"
FILED = "filed"
OVERTURNED, PARTLY, UPHELD, WITHDRAWN = "overturned", "partly", "upheld", "withdrawn"
DECISIONS = (OVERTURNED, PARTLY, UPHELD, WITHDRAWN)
FURTHER = (PARTLY, UPHELD)  # what one may appeal against once more
WHY, LOG, DEADLINE, ASKS = "why", "log", "deadline", "asks"
DECISION_AFTER = 30  # days after filing on which the decision is asked for, unless a day is given
LONGEST_IN_PROMISE = 80


class Filing(NamedTuple):
    """One thing done against a denial, or its decision."""

    did: str
    on: date
    what: str | None = None
    where: str | None = None


def new_denial(
    case: Case,
    what: str,
    who: str,
    on: date,
    appeal_by: date | None,
    why: str | None,
    order: DateOrder | None = None,
) -> Piece:
    """A denial not yet written. Raises BadValue for one that cannot be meant."""
    check_change(case, "denial")
    check_appeal_day(on, appeal_by, order)
    body = {WHY: checked_text(why, "reason")} if why else {}
    return Piece(
        "", case.id, DENIAL, 0, on, checked_text(what.strip(), "text"),
        stage=DENIED,
        who=checked_text(who.strip(), "name of who denied it", limit=NAME_LIMIT),
        due_on=appeal_by or on,
        body=body,
    )  # fmt: skip


def check_appeal_day(on: date, appeal_by: date | None, order: DateOrder | None) -> None:
    if appeal_by is not None and appeal_by < on:
        raise BadValue(
            f"the appeal would be due {spoken(appeal_by, order)}, before the denial on "
            f"{spoken(on, order)}",
            hint="--appeal-by takes a later day",
        )


def new_filing(did: str, on: date, what: str | None, where: str | None) -> Filing:
    return Filing(
        did,
        on,
        checked_text(what, "text") if what else None,
        checked_text(where.strip(), "place", limit=NAME_LIMIT) if where else None,
    )


def check_next(case: Case, denial: Piece, filing: Filing, order: DateOrder | None = None) -> None:
    """Raise BadValue where this cannot follow what is on record."""
    item = f"{case.number}.{denial.part}"
    if denial.status != OPEN:
        raise BadValue(f"{item} is decided already", hint=f"casectl denial show {item} tells how")
    done = filings(denial)
    since = done[-1].on if done else denial.on_day
    if filing.on < since:
        what = "filed" if done else "denied"
        raise BadValue(
            f"{spoken(filing.on, order)} is before it was {what}, {spoken(since, order)}",
            hint="give a later day",
        )


def with_filing(denial: Piece, filing: Filing, **promises: int | None) -> dict[str, Any]:
    """The body once this was done; ``promises`` are the numbers of those that it made or ended."""
    body = {**denial.body, LOG: [*denial.body.get(LOG, ()), _entry(filing)]}
    for name, number in promises.items():
        if number is None:
            body.pop(name, None)
        else:
            body[name] = number
    return body


def appeal_words(denial: Piece) -> str:
    """What the deadline says: ``appeal: food benefits, by the county``."""
    return shortened(f"appeal: {denial.what} (denied by {denial.who})", LONGEST_IN_PROMISE)


def decision_words(denial: Piece, where: str | None) -> str:
    asked = where or denial.who
    return shortened(f"ask {asked} for the decision: {denial.what}", LONGEST_IN_PROMISE)


def filings(denial: Piece) -> list[Filing]:
    found = []
    for each in denial.body.get(LOG, ()):
        try:
            on = date.fromisoformat(each["on"])
        except ValueError:  # hidden, where others can see the screen
            on = date.min
        found.append(Filing(each["did"], on, each.get("what"), each.get("where")))
    return found


def promise_number(denial: Piece, name: str) -> int | None:
    number = denial.body.get(name)
    return number if isinstance(number, int) else None


def _entry(filing: Filing) -> Mapping[str, Any]:
    made = {name: value for name, value in filing._asdict().items() if value is not None}
    return {**made, "on": filing.on.isoformat()}
