"""A second record of one service: what of it goes on in the other case once it is closed.

Nothing that is open ends with a duplicate. Promises and casework go on under new numbers, and the
other case's level is never lower than that of the one which is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from casectl.core.casework import (
    BARRIER,
    CONSENT,
    DENIAL,
    DROPPED,
    FROM_CASE,
    GOAL,
    MEDICATION,
    NEED,
    OPEN,
    PERSON,
    PLANNED,
    PROVIDER,
    REFERRAL,
    RISK,
    SCREENING,
    STEP,
    TRANSITION,
    VOICE,
    Piece,
)
from casectl.core.closing import Lack
from casectl.core.consents import SIGNED, are_for_the_same
from casectl.core.errors import BadValue
from casectl.core.model import ACTIVE, ON_HOLD, PENDING, RISKS, UNASSESSED_RISK, Case
from casectl.core.text import fold
from casectl.core.values import NamedTuple

# What goes on, in an order in which nothing comes before what it belongs to. Assessments, versions
# of the plan, disclosures and amendments are of the record as it was, and stay with it.
CARRIED = (
    NEED, GOAL, STEP, BARRIER, RISK, SCREENING, REFERRAL, DENIAL, CONSENT, TRANSITION, VOICE,
    PERSON, PROVIDER, MEDICATION,
)  # fmt: skip
ONE_OF_A_DOMAIN = (RISK, SCREENING, VOICE)
ONE_OF_A_NAME = (NEED, PERSON, PROVIDER, MEDICATION)
NEEDS = "needs"  # in a body: the numbers of those that are served
# Of which kind, under which name, a body holds a number, and of what; promises have no kind.
NUMBERS = ((DENIAL, "deadline", ""), (DENIAL, "asks", ""), (CONSENT, "follows", CONSENT))


class Carried(NamedTuple):
    """What went on in the other case: the item, its name there, and what it is, in words."""

    item: str
    now: str
    kind: str
    what: str


def going_on(pieces: Iterable[Piece]) -> list[Piece]:
    """What of a case's casework goes on elsewhere, what it belongs to first."""
    found = [each for each in pieces if each.kind in CARRIED and each.status in (OPEN, PLANNED)]
    return sorted(found, key=lambda each: (CARRIED.index(each.kind), each.number))


def goes_on_in(case: Case, others: Sequence[Case], named: Case | None) -> Case:
    """The client's other open case. Raises BadValue where there is none, or several and no name.

    An active one does not go on in one on hold, nor either in one that is not taken on yet: nobody
    would be asked to reach the client.
    """
    there = _other_open(case, others, named)
    if case.status == ACTIVE and there.status == ON_HOLD:
        raise BadValue(
            f"{there.handle} is on hold, and {case.handle} is not: its contact would not be due",
            hint=f"casectl reopen {there.number} first",
        )
    if case.status != PENDING and there.status == PENDING:
        raise BadValue(
            f"{there.handle} is pending, and {case.handle} is not: its contact would not be due",
            hint=f"casectl accept {there.number} first, or close {there.number} into this one",
        )
    return there


def _other_open(case: Case, others: Sequence[Case], named: Case | None) -> Case:
    there = [each for each in others if each.is_open]
    if named is not None:
        if named.id not in {each.id for each in there}:
            raise BadValue(
                f"{named.handle} is no other open case of {case.handle}'s client",
                hint="casectl merge A B makes two records one client's first",
            )
        return named
    if not there:
        raise BadValue(
            f"{case.handle} is the client's only open case, so it is no duplicate",
            hint="casectl merge A B makes two records one client's first",
        )
    if len(there) > 1:
        handles = ", ".join(each.handle for each in there)
        raise BadValue(f"it may go on in {handles}", hint="say in which: --into CASE")
    return there[0]


def twin_of(piece: Piece, there: Iterable[Piece]) -> Piece | None:
    """What stands in the other case already of the same thing, so that there are not two."""
    for each in there:
        if each.kind != piece.kind or each.status not in (OPEN, PLANNED):
            continue
        if piece.kind in ONE_OF_A_DOMAIN and each.domain == piece.domain:
            return each
        same = each.domain == piece.domain and fold(each.what or "") == fold(piece.what or "")
        if piece.kind in ONE_OF_A_NAME and same:
            return each
    return None


def revoked_there(release: Piece, there: Iterable[Piece]) -> Piece | None:
    """The same release in the other case, where the client revoked that since they signed this.

    One that was revoked on the day of the signature counts: nothing tells which came first, and a
    signature can be given again.
    """
    if release.kind != CONSENT or release.stage not in SIGNED:
        return None
    revoked = [
        each
        for each in there
        if each.kind == CONSENT
        and each.status == DROPPED
        and each.stage in SIGNED
        and each.ended_on is not None
        and each.ended_on >= release.on_day
        and are_for_the_same(each, release)
    ]
    return max(revoked, key=lambda each: (each.ended_on, each.number), default=None)


def still_given(stays: Iterable[Piece], goes: Sequence[Piece]) -> Iterator[tuple[Piece, Piece]]:
    """What is released in the record that stays and was revoked in the other since: both."""
    for release in stays:
        revoked = revoked_there(release, goes) if release.status == OPEN else None
        if revoked is not None:
            yield release, revoked


def revoking_lacking(
    case: Case, goes: Sequence[Piece], other: Case, stays: Sequence[Piece]
) -> list[Lack]:
    """A revocation is not closed away with its record: it is made in the other one first."""
    return [
        Lack(
            f"{case.number}.{revoked.part} was revoked, and {other.number}.{release.part} for the "
            "same still stands",
            f"casectl consent revoke {other.number}.{release.part} REASON; what the client wants "
            "all the same they sign anew",
        )
        for release, revoked in still_given(stays, goes)
    ]


def replaces(piece: Piece, twin: Piece) -> Piece | None:
    """What stands in the place of ``twin``, where ``piece`` says more than it; None leaves it.

    The newer answer of a questionnaire or a client; of a risk the higher level, with whichever
    safety plan is to be looked at first.
    """
    if piece.kind != RISK:
        newer = piece.kind in ONE_OF_A_DOMAIN and piece.on_day > twin.on_day
        return piece if newer else None
    higher = piece if (piece.level or 0) > (twin.level or 0) else twin
    plans = [each for each in (twin, piece) if each.due_on is not None]
    plan = min(plans, key=lambda each: each.due_on or date.max, default=None)
    if higher is twin and plan in (twin, None):
        return None
    if plan in (higher, None):
        return higher
    assert plan is not None
    body = {**higher.body, **plan.body}
    return higher._replace(due_on=plan.due_on, lead_days=plan.lead_days, body=body)


def carried_body(
    case: Case, piece: Piece, numbers: Mapping[str, Mapping[int, int]]
) -> dict[str, Any]:
    """A body with the other case's numbers, by kind ("" is of promises); what did not go on is
    left out.
    """
    made = {**piece.body, FROM_CASE: case.number}
    if isinstance(made.get(NEEDS), list):
        known = numbers.get(NEED, {})
        made[NEEDS] = [known[each] for each in made[NEEDS] if each in known]
    for kind, name, of in NUMBERS:
        if piece.kind == kind and name in made:
            number = numbers.get(of, {}).get(made.pop(name))
            made |= {name: number} if number is not None else {}
    return made


def joint_risk(goes: Case, stays: Case) -> str | None:
    """The higher of the two; a risk that nobody assessed counts as it does everywhere."""
    if goes.risk is None:
        return stays.risk
    if stays.risk is None:
        return goes.risk if RISKS[goes.risk] >= UNASSESSED_RISK else None
    words = list(RISKS)
    return max(goes.risk, stays.risk, key=words.index)
