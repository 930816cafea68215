"""The machine interface: explicit, documented keys for JSON, TSV and ``--fields``.

Never a dump of a core type: a key here is a promise to somebody's script.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from casectl.core.due import DueItem
from casectl.core.model import ME, Case, Client, Contact, Jot, Note, Promise
from casectl.core.priority import priority_of
from casectl.render import Object, Output
from casectl.render.words import beside_phone, reason, status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from casectl.core.casefile import ListRow
    from casectl.core.finding import Known
    from casectl.core.model import CaseRecord
    from casectl.core.priority import Ranked
    from casectl.core.views import File, Hit, Recorded

TODAY_COLUMNS = (
    "rank", "item", "handle", "client", "status", "band", "priority", "what", "due", "why",
)  # fmt: skip
LIST_COLUMNS = (
    "case", "handle", "client", "level", "case_status", "program", "next_item", "next_what",
    "next_due", "next_status", "last_reached",
)  # fmt: skip
HIT_COLUMNS = ("item", "handle", "client", "found_in", "on", "snippet")
KNOWN_COLUMNS = (
    "case", "handle", "client", "case_status", "phone", "safe_contact", "language", "next_item",
    "next_status", "next_what", "found_in", "field", "snippet",
)  # fmt: skip
JOT_COLUMNS = ("jot", "on", "text")
HISTORY_COLUMNS = ("operation", "day", "worker", "command", "handles", "what", "undone_by")
SNIPPET = 120  # characters around a match
CASE_COLUMNS = ("case", "handle", "client", "case_status", "level", "program", "opened_on")


def agenda_objects(rows: Sequence[Ranked], output: Output) -> list[Object]:
    """``today --json``: one object per case, its reasons ranked, the ranking item first.

    The columns of TSV need no reasons, and telling them all is half of the printing.
    """
    with_reasons = output.json or output.fields is not None
    objects = []
    for rank, row in enumerate(rows, 1):
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
                "planned": _iso(first.planned_on),
                "why": reason(first, output.today, output.order),
                "program": case.program,
                "next_step": next_step(row.record),
                "phone": row.record.phone,
                "safe_contact": row.record.safe_contact,
                "reasons": [reason_object(item, output) for item in row.items if with_reasons],
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
        "planned": _iso(item.planned_on),
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
        "planned": _iso(item.planned_on),
        "band": item.band.name if item.band is not None else None,
        "text": reason(item, output.today, output.order),
    }


def _who(case: Case) -> Object:
    if case == ME:
        return {"case": None, "handle": ME.handle, "client": None}
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
        "planned_on": _iso(case.planned_on),
        "planned_from": _iso(case.planned_from),
        "planned_reason": case.planned_reason,
        "closed_on": _iso(case.closed_on),
        "close_reason": case.close_reason,
        "worker": case.worker,
    }


def client_object(client: Client) -> Object:
    return {
        "client_id": client.id,
        "client": client.name,
        "legal_name": client.legal_name,
        "birth_date": client.birth_date,
        "phone": client.phone,
        "safe_contact": client.safely,
        "safe_when": client.safe_when,
        "safe_how": client.safe_how,
        "safe_never": client.safe_never,
        "safe_words": client.safe_contact,
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
        "item": f"{case.stem}.{promise.number}",
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


def recorded_object(recorded: Recorded, case: Case) -> Object:
    """A contact as it was written, what it did and what comes next."""
    ended, promised = recorded.ended, recorded.promised
    return {
        **contact_object(recorded.contact, case),
        "done": promise_object(ended.promise, case) if ended else None,
        "next": promise_object(promised, case) if promised else None,
    }


def note_object(
    note: Note, case: Case, contact: Contact | None = None, adds_to: Note | None = None
) -> Object:
    """A note; ``contact`` and ``adds_to`` are those that it belongs to."""
    return {
        **_who(case),
        "item": f"{case.number}.n{note.number}",
        "id": note.id,
        "on": note.on_day.isoformat(),
        "text": note.text,
        "form": note.form,
        "contact": f"{case.number}.c{contact.number}" if contact is not None else None,
        "late": _came_late(note, contact),
        "adds_to": f"{case.number}.n{adds_to.number}" if adds_to is not None else None,
        "signed_at": note.signed_at,
        "signed_by": note.signed_by,
        "resolved_on": _iso(note.resolved_on),
        "recorded_at": note.recorded_at,
        "worker": note.worker,
    }


def _came_late(note: Note, contact: Contact | None) -> bool | None:
    """Whether it was written late; None of a note that is no contact's."""
    if contact is None:
        return None
    from casectl.core.noting import Written
    from casectl.render.noting import came_late

    return came_late(Written(note, contact))


def _notes(file: File) -> list[Object]:
    contacts = {each.id: each for each in file.contacts}
    notes = {each.id: each for each in file.notes}
    return [
        note_object(
            each,
            file.case,
            contacts.get(each.contact_id or ""),
            notes.get(each.addendum_to or ""),
        )
        for each in file.notes
    ]


def jot_object(jot: Jot) -> Object:
    return {
        "jot": jot.number,
        "id": jot.id,
        "on": jot.on_day.isoformat(),
        "text": jot.text,
        "recorded_at": jot.recorded_at,
        "worker": jot.worker,
    }


def file_object(file: File, items: Sequence[DueItem], output: Output) -> Object:
    """``show --json``: everything on file for one case, each contact and note whole."""
    from casectl.core.known import unavailable

    case, record = file.case, file.record
    return {
        **case_object(case),
        **client_object(file.client),
        "crisis_since": _iso(case.crisis_since),
        "flagged_on": _iso(case.flagged_on),
        "flagged_for": case.flagged_for,
        "plan_agreed_on": _iso(case.plan_agreed_on),
        "plan_reviewed_on": _iso(case.plan_reviewed_on),
        "covered_until": _iso(case.covered_until),
        "resumed_on": _iso(case.resumed_on),
        "last_reached": _iso(record.reached_client_on),
        "attempts": record.attempts,
        "missing": list(file.record.lacks),
        "not_available": [{"fact": fact, "reason": why} for fact, why in unavailable(file).items()],
        "due": [item_object(item, output) for item in items],
        "promises": [promise_object(each, case) for each in file.promises],
        "contacts": [contact_object(each, case) for each in file.contacts],
        "notes": _notes(file),
        "casework": _casework(file),
        "other_cases": [case_object(each) for each in file.other_cases],
    }


def _casework(file: File) -> list[Object]:
    if not file.casework:
        return []
    from casectl.render.casework import piece_object

    return [piece_object(each, file.case) for each in file.casework]


def own_object(items: Sequence[DueItem], promises: Sequence[Promise], output: Output) -> Object:
    """``show me --json``: the worker's own work, the same keys as of a case's."""
    return {
        **_who(ME),
        "due": [item_object(item, output) for item in items],
        "promises": [promise_object(each, ME) for each in promises],
    }


def list_object(row: ListRow, output: Output) -> Object:
    """One row of ``list``: the case, and what it owes first."""
    first = row.first
    return {
        **case_object(row.case),
        "next_item": first.item if first else None,
        "next_what": first.what if first else None,
        "next_due": first.due.isoformat() if first else None,
        "next_time": first.time if first else None,
        "next_status": status(first, output.today, output.time) if first else None,
        "days_late": first.days_late if first else None,
        "last_reached": _iso(row.last_reached),
    }


def has_a_number(hit: Hit) -> bool:
    """Whether words stand beside what was found: a client's number, or that of somebody around
    them which asks for care.
    """
    return hit.field == "phone" or (hit.field == "person" and hit.safe_contact is not None)


def hit_object(hit: Hit, words: Sequence[str]) -> Object:
    """One result of ``search``. A phone number has its safe-contact words beside it."""
    from casectl.core.matching import snippet

    found = snippet(hit.text, hit.words or words, SNIPPET)
    beside = f" {beside_phone(hit.safe_contact)}" if has_a_number(hit) else ""
    return {
        **_who(hit.case),
        "case_status": hit.case.status,
        "item": hit.item,
        "found_in": hit.source,
        "field": hit.field,
        "on": hit.day,
        "snippet": f"{found}{beside}",
        "match": found.match,
        "safe_contact": hit.safe_contact,
        "superseded": hit.superseded,
    }


def known_object(known: Known, words: Sequence[str], output: Output) -> Object:
    """One case of somebody whom ``whois`` found: who it is, what is due first, how it was found."""
    case, client, first = known.case, known.client, known.first
    found = hit_object(known.hit, words)
    return {
        **_who(case),
        "case_status": case.status,
        "level": int(case.level),
        "program": case.program,
        "phone": client.phone,
        "safe_contact": client.safely,
        "language": client.language,
        "interpreter": client.interpreter,
        "pronouns": client.pronouns,
        "birth_date": client.birth_date,
        "external_id": client.external_id,
        "next_item": first.item if first else None,
        "next_what": first.what if first else None,
        "next_due": first.due.isoformat() if first else None,
        "next_status": status(first, output.today, output.time) if first else None,
        **{name: found[name] for name in ("found_in", "field", "snippet", "match")},
        "found_item": found["item"],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
