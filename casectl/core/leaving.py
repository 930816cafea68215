"""The sheet that a client takes along when a service ends: what goes on, and whom to ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from casectl.core.casework import (
    DECLINED,
    DONE,
    DRAFT,
    GOAL,
    MEDICATION,
    OPEN,
    PERSON,
    PROVIDER,
    REFERRAL,
    SENT,
    Piece,
)
from casectl.core.closing import closing_of, under_notice
from casectl.core.letters import OURS
from casectl.core.model import APPOINTMENT, DEADLINE, Promise
from casectl.core.referrals import CONNECTED, RESOURCE, SCHEDULED, WAITLISTED
from casectl.core.resources import Resource, said
from casectl.core.values import NamedTuple
from casectl.core.views import File

# Of the people around a client, those to ask; the rest are their own, and need no telling.
TO_ASK = ("lawyer", "interpreter")
# Stages of a referral that is over or not begun: nothing of it goes on.
GOES_NOT_ON = (DRAFT, DECLINED)

STANDS = {
    SENT: "asked, no answer yet",
    WAITLISTED: "you are on the waiting list",
    SCHEDULED: "you have an appointment there",
}


class Sheet(NamedTuple):
    """In plain language, for the client alone: nothing of it is a worker's judgement."""

    client: str
    worker: str
    on: date
    ends_on: date | None  # where notice was given
    reached: tuple[str, ...]
    goes_on: tuple[str, ...]
    dates: tuple[Promise, ...]
    ask: tuple[str, ...]
    come_back: tuple[str, ...]  # how the program is reached


def sheet_of(
    file: File, worker: str, today: date, ours: Mapping[str, str], services: Mapping[int, Resource]
) -> Sheet:
    """``ours`` is how the program is reached, ``services`` what referrals on file may be to."""
    pieces = file.casework
    return Sheet(
        file.case.client,
        worker,
        today,
        _end_of(file, today),
        tuple(p.what or "" for p in pieces if p.kind == GOAL and p.status == DONE),
        tuple(_goes_on(pieces, services)),
        tuple(
            sorted(
                (
                    each
                    for each in file.promises
                    if each.status == OPEN
                    and each.kind in (DEADLINE, APPOINTMENT)
                    and each.due_on >= today
                ),
                key=lambda each: (each.due_on, each.due_time or ""),
            )
        ),
        tuple(_to_ask(pieces)),
        tuple(ours[name] for name in OURS if ours.get(name)),
    )


def _end_of(file: File, today: date) -> date | None:
    """The day that it ended, or ends: not before the day that the sheet is given on."""
    if file.case.closed_on is not None:
        return file.case.closed_on
    ends = under_notice(closing_of(file.casework))
    return max(ends, today) if ends is not None else None


def _goes_on(pieces: Iterable[Piece], services: Mapping[int, Resource]) -> Iterable[str]:
    for each in pieces:
        if each.kind == REFERRAL and _runs(each):
            yield _service(each, services)
        elif each.kind == MEDICATION and each.status == OPEN:
            dose = each.body.get("dose")
            yield f"Medicine: {each.what}, {dose}" if dose else f"Medicine: {each.what}"


def _runs(referral: Piece) -> bool:
    """Whether the client is connected, or may yet be."""
    if referral.status == OPEN:
        return referral.stage not in GOES_NOT_ON
    return referral.status == DONE and referral.stage == CONNECTED


def _service(referral: Piece, services: Mapping[int, Resource]) -> str:
    """``food parcels, Example Pantry, 555 0199``, and where it stands if that is open."""
    service = services.get(int(referral.body.get(RESOURCE) or 0))
    phones = said(service, "phone") if service is not None else []
    told = [referral.what or "", referral.who or "", *phones[:1]]
    words = STANDS.get(referral.stage, "")
    return ", ".join(filter(None, told)) + (f" ({words})" if words else "")


def _to_ask(pieces: Iterable[Piece]) -> Iterable[str]:
    for each in pieces:
        if each.kind not in (PROVIDER, PERSON) or each.status != OPEN:
            continue
        if each.kind == PERSON and each.stage not in TO_ASK:
            continue
        role = str(each.body.get("role") or each.stage)
        told = [each.what or "", role, str(each.body.get("phone") or "")]
        yield ", ".join(filter(None, told))
