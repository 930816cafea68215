"""A caseload whose every text is chosen by a test, down to columns that no command fills so.

Somebody may hand over a file that another program wrote, so nothing is assumed of a text that the
schema does not hold. A column that is added later is planted too, unless it is named here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

from casectl.core.casework import (
    AFTERCARE,
    AMENDMENT,
    ASSESSMENT,
    BARRIER,
    CLOSING,
    CONSENT,
    DENIAL,
    DISCLOSURE,
    DROPPED,
    GOAL,
    MEDICATION,
    NEED,
    PERSON,
    PROGRESS,
    PROVIDER,
    REFERRAL,
    RISK,
    SCREENING,
    SENT,
    STEP,
    TRANSITION,
    UNAVAILABLE,
    VERSION,
    VOICE,
    Piece,
)
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CLOSED,
    DEADLINE,
    DONE,
    FOLLOW_UP,
    ON_HOLD,
    PENDING,
    REACHED,
    TRIED,
    Case,
    Client,
    Contact,
    Load,
    Note,
    Promise,
)
from casectl.core.planning import TEXTS
from casectl.store import Caseload, casework
from casectl.store.journal import Operation
from casectl.store.schema import COMMON, RECORDS

WEDNESDAY = date(2026, 11, 18)  # the tests' day
EARLIER, LATER = date(2026, 10, 1), date(2026, 11, 20)

# Columns whose text the schema, the program's own parsers or a key's shape decides.
STRUCTURED: dict[str, set[str]] = {
    "clients": {"id", "folded", "interpreter"},
    "cases": {
        "id", "number", "client_id", "status", "urgency", "risk", "opened_on", "level_reviewed_on",
        "crisis_since", "covered_until", "assessed_on", "clock_from", "hold_until", "resumed_on",
        "closed_on", "planned_on", "planned_from", "plan_agreed_on", "plan_reviewed_on",
        "flagged_on",
    },
    "promises": {
        "id", "case_id", "number", "kind", "due_on", "due_time", "subject", "first_due_on",
        "snoozes", "lead_days", "minutes", "repeats", "repeats_from", "status", "ended_on",
        "made_on",
    },
    "contacts": {
        "id", "case_id", "number", "on_day", "outcome", "minutes", "interpreter", "covered_until",
        "corrects",
    },
    "notes": {
        "id", "case_id", "number", "on_day", "form", "contact_id", "signed_at", "signed_by",
        "addendum_to", "resolved_on",
    },
    "jots": {"id", "case_id", "number", "on_day", "filed_as"},
    "own_work": {
        "id", "number", "due_on", "due_time", "subject", "first_due_on", "snoozes", "minutes",
        "repeats", "repeats_from", "status", "ended_on", "made_on",
    },
    "leaves": {"id", "from_on", "to_on"},
    "resources": {"id", "number", "capacity", "verified_on", "ended_on", "body", "recorded_at"},
    # A body is JSON, whose texts are planted one by one.
    "casework": {
        "id", "case_id", "kind", "number", "on_day", "stage", "parent", "level", "due_on",
        "lead_days", "status", "ended_on", "body",
    },
}  # fmt: skip

# Cases 1 to 5: in crisis with everything on file, closed, pending, held, and the first client's
# second one.
Text = Callable[[str], str]  # a column as table.column -> the text it is to hold


def planted_columns() -> list[str]:
    return [
        f"{table}.{column}"
        for table, columns in RECORDS.items()
        for column in columns
        if column not in STRUCTURED[table] and column not in COMMON
    ]


def plant(store: Caseload, text: Text) -> None:
    """Five cases, every planted column of every row as ``text`` says, and what was there before
    in the journal.
    """
    store.intake.load_many(loads())
    add_own(store, text)
    with store.journal.operation("edit") as operation:
        for table in RECORDS:
            for row in store.db.rows(f"SELECT * FROM {table}"):
                columns = [
                    name
                    for name in RECORDS[table]
                    if name not in STRUCTURED[table] and name not in COMMON
                ]
                values = {name: text(f"{table}.{name}") for name in columns}
                if table == "clients":
                    values["folded"] = values["name"].casefold()
                if table == "cases" and values["handle"].isalnum():
                    values["handle"] += f"-{row['number']}"
                operation.update(table, row["id"], **values)
    first = store.cases.by_number(1)
    assert first is not None
    drafted = {"name": text("drafts.name"), "next_step": text("drafts.next_step")}
    store.intake.keep_draft("intake", json.dumps(drafted))
    store.intake.keep_draft(f"note:{first.id}", text("drafts.note"))
    answers = {"housing": 2, "housing.note": text("drafts.assessment"), "risk:medical": "high"}
    store.casework.keep_draft(first, ASSESSMENT, answers)


def add_own(store: Caseload, text: Text) -> None:
    """A plan, a jot that waits and one that was filed, work of no case, a leave; casework."""
    first = store.cases.by_number(1)
    assert first is not None
    with store.journal.operation("jot") as operation:
        day, moment = WEDNESDAY.isoformat(), operation.author.moment
        row = {"text": "jotted", "on_day": day, "recorded_at": moment}
        jots = [
            operation.insert("jots", {**row, "number": operation.next_number("jot")})
            for _ in range(2)
        ]
        note = operation.add_note(first.id, "jotted")
        operation.add_note(first.id, "concern", form="ethics")
        operation.update("jots", jots[0], filed_as=note, case_id=first.id)
        operation.insert(
            "own_work",
            {
                "number": operation.next_number("me"),
                "what": "supervision",
                "due_on": day,
                "snoozes": 0,
                "status": "open",
            },
        )
        operation.insert("leaves", {"from_on": LATER.isoformat(), "to_on": LATER.isoformat()})
        operation.insert(
            "resources",
            {
                "number": operation.next_number("resource"),
                "organization": "an agency",
                "service": "a service",
                "body": json.dumps(service(text("resources.body"))),
                "recorded_at": moment,
            },
        )
        operation.update("cases", first.id, planned_on=LATER.isoformat(), planned_from=day)
        operation.update("cases", first.id, flagged_on=day, flagged_for="a flag")
        for piece in pieces(first, text):
            casework.add(operation, piece)
        add_plan(operation, first, text)


def service(told: str) -> dict[str, Any]:
    """What a catalogue may say of one, texts where they belong and where they do not."""
    return {
        "domains": ["food"],
        "phones": [told, {"number": told}],
        "languages": [{"name": told}],
        "service_areas": [{"name": told}],
        "cost_options": {"amount_description": told},
        "required_documents": [{"document": told}],
        "service_at_locations": [{"location": {"name": told}}],
        "organization": {"description": told},
        **dict.fromkeys(("description", "wait_time", "alert", "interpretation_services"), told),
    }


def pieces(case: Case, text: Text) -> list[Piece]:
    """What was assessed, with a text wherever a body holds one."""
    told = text("casework.body")
    domains = {"housing": {"level": 2, "strengths": told, "needs": [told], "note": told}}
    screening = {
        "version": told, "answers": {"note": told}, "range": [0, 27], "higher_is": "worse",
        "band": told, "positive": True, "cut_off": 10,
        "flags": [{"question": told, "at_least": 1, "words": told}],
        "parts": [{"key": told, "title": told, "total": 3, "positive": True}],
    }  # fmt: skip
    made = [
        Piece("", case.id, ASSESSMENT, 0, EARLIER, status=DONE, body={"domains": domains}),
        Piece("", case.id, ASSESSMENT, 0, WEDNESDAY, status=DONE, body={"domains": domains}),
        Piece("", case.id, RISK, 0, EARLIER, level=2, due_on=LATER, lead_days=7,
              body={"safety_plan": told}),
        Piece("", case.id, SCREENING, 0, EARLIER, level=12, due_on=EARLIER, lead_days=30,
              body=screening),
        Piece("", case.id, SCREENING, 0, WEDNESDAY, body={**screening, "missing": [told]}),
        Piece("", case.id, NEED, 0, EARLIER, level=3, due_on=EARLIER),
    ]  # fmt: skip
    return [each._replace(what="what", domain="domain", who="who") for each in made]


def add_plan(operation: Operation, case: Case, text: Text) -> None:
    """A plan that is agreed, with what belongs to it, and what is kept beside it."""

    def piece(kind: str, **more: Any) -> Piece:
        made = Piece("", case.id, kind, 0, EARLIER, "what", domain="domain", who="who")
        return casework.add(operation, made._replace(**more))

    told = text("casework.body")
    goal = piece(GOAL, due_on=EARLIER, body={**dict.fromkeys(TEXTS, told), "needs": [1]})
    piece(STEP, parent=goal.id, due_on=EARLIER)
    piece(STEP, due_on=LATER, body={"moves": 1, "first": "2026-11-01"})
    piece(BARRIER, parent=goal.id)
    piece(PROGRESS, parent=goal.id, level=1, status=DONE)
    then = {"number": 1, "what": told, "by": "2026-11-01", "state": "open"}
    body = {"by": told, "goals": [then], "steps": [then]}
    piece(VERSION, stage="agreed", status=DONE, body=body)
    piece(VERSION, stage="changed", status=DONE, body={"goals": [], "steps": []})
    piece(MEDICATION, body=dict.fromkeys(("dose", "for", "prescriber"), told))
    piece(PROVIDER, body=dict.fromkeys(("role", "phone", "email", "note"), told))
    piece(PERSON, stage="family", body={
        **dict.fromkeys(("role", "phone", "email", "note", "safe", "case"), told),
        "primary": True, "at_home": True,
    })  # fmt: skip
    release = piece(CONSENT, stage="event", due_on=EARLIER, body={
        **dict.fromkeys(("discloser", "purpose", "event", "signed_by", "signed_on"), told),
        "told_rights": True, "follows": 1,
    })  # fmt: skip
    piece(DISCLOSURE, parent=release.id, status=DONE, body={
        **dict.fromkeys(("purpose", "override", "basis"), told), "release": 1,
    })  # fmt: skip
    piece(UNAVAILABLE, stage="birth date")
    piece(AMENDMENT, status=DONE, body={"of": told})
    piece(TRANSITION, due_on=EARLIER, lead_days=7)
    piece(VOICE, level=4, due_on=EARLIER, lead_days=90)
    add_closing(piece, told)
    happened = {"did": told, "on": "2026-11-01", "until": "2026-11-20"}
    happened |= dict.fromkeys(("who", "by", "text", "there", "time"), told)
    piece(REFERRAL, stage=SENT, due_on=EARLIER,
          body={"resource": 1, "needs": [1], "purpose": told, "log": [happened]})  # fmt: skip
    filed = {"did": told, "on": "2026-11-01", "what": told, "where": told}
    piece(DENIAL, stage="denied", body={"why": told, "deadline": 1, "log": [filed]})
    operation.update("cases", case.id, plan_agreed_on=EARLIER.isoformat())


def add_closing(piece: Callable[..., Piece], told: str) -> None:
    """An end that was taken back, one that came about, and one that is under way."""
    notice = {"on": "2026-11-01", "by": told, "days": 14, "until": "2026-11-15"}
    ended = {
        "reason": told, "notice": notice, "sheet_on": "2026-11-02", "handed_to": told,
        "goals": {"reached": [1], "open": [], "dropped": []}, "domains": {"housing": [2, 4]},
        "tries": [{"on": "2026-11-01", "by": told}], "handed": [told], "lapsed": [told],
        "override": told, "approved_by": told, "signed_by": told, "summary": told,
    }  # fmt: skip
    piece(CLOSING, stage="notice", status=DROPPED, body={"notice": notice})
    piece(CLOSING, status=DONE, ended_on=EARLIER, body=ended)
    given = {"summary": told, "handed_to": told}
    waits = {"notice": notice, "said": told, "given": given}
    piece(CLOSING, stage="sign_off", due_on=LATER, body=waits)
    piece(AFTERCARE, status=DONE, ended_on=EARLIER, body={"contact": 1})


def loads() -> list[Load]:
    return [
        Load(
            Client("", "Ada Example", phone="1"),
            case(4, "imminent", ACTIVE)._replace(crisis_since=EARLIER, program="A"),
            promises=[
                promise(FOLLOW_UP, "one", subject="call", snoozes=2, first_due_on=EARLIER),
                promise(DEADLINE, "two", subject="court", due_time="09:30"),
                promise(APPOINTMENT, "three", due_time="14:00"),
                promise(FOLLOW_UP, "four", status=DONE, ended_on=WEDNESDAY),
                promise(FOLLOW_UP, "five", due_on=EARLIER),
            ],
            contacts=[
                Contact("first", "", 0, LATER, REACHED, "phone", "client", "told"),
                Contact(
                    "", "", 0, WEDNESDAY, TRIED, "visit", "guardian", "tried", corrects="first"
                ),
            ],
            notes=[Note("", "", 0, WEDNESDAY, "noted"), Note("", "", 0, EARLIER, "noted")],
        ),
        Load(
            Client("", "Bo Sample"),
            case(1, "low", CLOSED)._replace(closed_on=WEDNESDAY, close_reason="done"),
        ),
        Load(Client("", "Cy Test"), case(2, None, PENDING)),
        Load(
            Client("", "Di Trial"),
            case(3, "high", ON_HOLD)._replace(hold_until=LATER),
            promises=[promise(DEADLINE, "lease", subject="recertification")],
        ),
        Load(Client("", "Ed Instance"), case(2, "low", ACTIVE)),
    ]


def case(urgency: int, risk: str | None, status: str) -> Case:
    return Case(
        "", 0, "", "", "", status, urgency, risk, EARLIER, EARLIER,
        None if status == PENDING else "A",
    )  # fmt: skip


def promise(kind: str, what: str, **more: Any) -> Promise:
    return Promise("", "", 0, kind, what, WEDNESDAY)._replace(**more)


def rotating(texts: list[str], start: int) -> Text:
    """Each planted column the next of ``texts``, beginning with another one each round."""
    places = count(start)
    return lambda column: texts[next(places) % len(texts)]
