"""The sheet that a client takes along when a service ends: what goes on, and whom to ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from casectl.core.casework import (
    DONE,
    DRAFT,
    GOAL,
    MEDICATION,
    OPEN,
    PERSON,
    PROVIDER,
    REFERRAL,
    Piece,
)
from casectl.core.closing import closing_of, under_notice
from casectl.core.letters import OURS
from casectl.core.model import APPOINTMENT, DEADLINE, Promise
from casectl.core.values import NamedTuple
from casectl.core.views import File

# People on file who are the client's own and need no telling.
THEIR_OWN = ("family", "guardian", "emergency contact", "emergency", "household", "other")


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


def sheet_of(file: File, worker: str, today: date, ours: Mapping[str, str]) -> Sheet:
    """``ours`` is how the program is reached: agency, phone, address, hours."""
    pieces = file.casework
    return Sheet(
        file.case.client,
        worker,
        today,
        under_notice(closing_of(pieces)) or file.case.closed_on,
        tuple(p.what or "" for p in pieces if p.kind == GOAL and p.status == DONE),
        tuple(_goes_on(pieces)),
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


def _goes_on(pieces: Iterable[Piece]) -> Iterable[str]:
    for each in pieces:
        if each.kind == REFERRAL and each.stage != DRAFT and each.status in (OPEN, DONE):
            yield each.what or each.who or ""
        elif each.kind == MEDICATION and each.status == OPEN:
            dose = each.body.get("dose")
            yield f"Medicine: {each.what}, {dose}" if dose else f"Medicine: {each.what}"


def _to_ask(pieces: Iterable[Piece]) -> Iterable[str]:
    for each in pieces:
        if each.kind not in (PROVIDER, PERSON) or each.status != OPEN:
            continue
        role = str(each.body.get("role") or each.domain or "")
        if each.kind == PERSON and role.lower() in ("", *THEIR_OWN):
            continue
        said = [each.what or "", role, str(each.body.get("phone") or "")]
        yield ", ".join(filter(None, said))
