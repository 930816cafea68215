"""The machine interface: explicit, documented keys for JSON, TSV and ``--fields``.

Never a dump of a core type: a key here is a promise to somebody's script.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from casectl.core.agenda import Agenda
from casectl.core.due import DueItem
from casectl.core.model import Case, Client, Contact, Note, Promise
from casectl.core.priority import priority_of
from casectl.render import Object, Output
from casectl.render.words import reason, status

if TYPE_CHECKING:
    from casectl.core.model import CaseRecord
    from casectl.core.views import Did

TODAY_COLUMNS = (
    "rank", "item", "handle", "client", "status", "band", "priority", "what", "due", "why",
)  # fmt: skip
DONE_COLUMNS = ("at", "command", "item", "handle", "client", "text")
CASE_COLUMNS = ("case", "handle", "client", "case_status", "level", "program", "opened_on")


def agenda_objects(agenda: Agenda, output: Output) -> list[Object]:
    """``today --json``: one object per case, its reasons ranked, the ranking item first."""
    objects = []
    for rank, row in enumerate(agenda.rows, 1):
        first, case = row.first, row.record.case
        objects.append(
            {
                "rank": rank,
                **_who(case),
                "status": status(first, output.today, output.time),
                "band": first.band.name if first.band is not None else None,
                "level": first.level,
                "provisional": case.provisional,
                "priority": priority_of(first),
                "kind": first.kind,
                "item": first.item,
                "what": first.what,
                "due": first.due.isoformat(),
                "time": first.time,
                "days_late": first.days_late,
                "why": reason(first, output.today, output.order),
                "program": case.program,
                "next_step": next_step(row.record),
                "phone": row.record.phone,
                "safe_contact": row.record.safe_contact,
                "reasons": [reason_object(item, output) for item in row.items],
            }
        )
    return objects


def item_object(item: DueItem, output: Output) -> Object:
    """One due item on its own: the same keys as a row of ``today``, without the rank."""
    case = item.case
    return {
        **_who(case),
        "status": status(item, output.today, output.time),
        "band": item.band.name if item.band is not None else None,
        "level": item.level,
        "provisional": case.provisional,
        "priority": priority_of(item),
        "kind": item.kind,
        "item": item.item,
        "what": item.what,
        "due": item.due.isoformat(),
        "time": item.time,
        "days_late": item.days_late,
        "why": reason(item, output.today, output.order),
        "program": case.program,
    }


def reason_object(item: DueItem, output: Output) -> Object:
    return {
        "kind": item.kind,
        "item": item.item,
        "what": item.what,
        "due": item.due.isoformat(),
        "days_late": item.days_late,
        "band": item.band.name if item.band is not None else None,
        "text": reason(item, output.today, output.order),
    }


def _who(case: Case) -> Object:
    return {"case": case.number, "handle": case.handle, "client": case.client}


def next_step(record: CaseRecord) -> str | None:
    """The earliest open promise, in its own words."""
    return record.promises[0].what if record.promises else None


def case_object(case: Case) -> Object:
    return {
        **_who(case),
        "id": case.id,
        "case_status": case.status,
        "urgency": case.urgency,
        "risk": case.risk,
        "level": int(case.level),
        "provisional": case.provisional,
        "program": case.program,
        "need": case.need,
        "referred_by": case.referred_by,
        "external_id": case.external_id,
        "opened_on": case.opened_on.isoformat(),
        "assessed_on": _iso(case.assessed_on),
        "level_reviewed_on": case.level_reviewed_on.isoformat(),
        "hold_until": _iso(case.hold_until),
        "closed_on": _iso(case.closed_on),
        "close_reason": case.close_reason,
        "worker": case.worker,
    }


def client_object(client: Client) -> Object:
    return {
        "client_id": client.id,
        "client": client.name,
        "birth_date": client.birth_date,
        "phone": client.phone,
        "safe_contact": client.safe_contact,
        "email": client.email,
        "address": client.address,
        "language": client.language,
        "interpreter": client.interpreter,
        "pronouns": client.pronouns,
        "client_external_id": client.external_id,
    }


def promise_object(promise: Promise, case: Case) -> Object:
    return {
        **_who(case),
        "item": f"{case.number}.{promise.number}",
        "id": promise.id,
        "kind": promise.kind,
        "subject": promise.subject,
        "what": promise.what,
        "due": promise.due_on.isoformat(),
        "time": promise.due_time,
        "first_due": _iso(promise.first_due_on),
        "snoozes": promise.snoozes,
        "snooze_reason": promise.snooze_reason,
        "lead_days": promise.lead_days,
        "place": promise.place,
        "minutes": promise.minutes,
        "waiting_on": promise.waiting_on,
        "repeats": promise.repeats,
        "state": promise.status,
        "ended_on": _iso(promise.ended_on),
        "outcome": promise.outcome,
    }


def contact_object(contact: Contact, case: Case) -> Object:
    return {
        **_who(case),
        "item": f"{case.number}.c{contact.number}",
        "id": contact.id,
        "on": contact.on_day.isoformat(),
        "outcome": contact.outcome,
        "by": contact.by,
        "with": contact.party,
        "text": contact.text,
        "minutes": contact.minutes,
        "interpreter": contact.interpreter,
        "seen_by": contact.seen_by,
        "covered_until": _iso(contact.covered_until),
        "corrects": contact.corrects,
        "corrected": contact.corrected,
        "about": contact.item,
        "recorded_at": contact.recorded_at,
        "worker": contact.worker,
    }


def note_object(note: Note, case: Case) -> Object:
    return {
        **_who(case),
        "item": f"{case.number}.n{note.number}",
        "id": note.id,
        "on": note.on_day.isoformat(),
        "text": note.text,
        "recorded_at": note.recorded_at,
        "worker": note.worker,
    }


def done_object(did: Did) -> Object:
    """One line of ``today --done``."""
    return {
        "at": did.at,
        "command": did.command,
        "case": did.case,
        "handle": did.handle,
        "client": did.client,
        "item": did.item,
        "text": did.text,
        "worker": did.worker,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
