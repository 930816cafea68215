"""What may be told where others can see the screen: numbers, initials and days; nobody's words.

With ``--private`` every value is made private before anything is drawn or said from it. Only what
is named here as plain is told as it stands: a field or a type that nobody thought of is hidden.
What is made here is only ever told, never written to a caseload.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from casectl.core.agenda import Agenda
from casectl.core.casework import ACTORS, Piece
from casectl.core.domains import BY_KEY
from casectl.core.due import DueItem
from casectl.core.explaining import Step
from casectl.core.intake import Twin
from casectl.core.model import (
    DEADLINE_KINDS,
    FOLLOW_UP_KINDS,
    ME,
    MEANS,
    MEANS_UNKNOWN,
    PARTIES,
    Case,
    CaseRecord,
    Client,
    Contact,
    Jot,
    Note,
    Promise,
    Watch,
)
from casectl.core.morning import Morning, Reminded
from casectl.core.priority import Ranked
from casectl.core.reminding import Reminder
from casectl.core.text import initials
from casectl.core.views import Change, Doomed, Entry, Hit

Told = TypeVar("Told")

HIDDEN = "***"

# The texts that are ours or the worker's own: keys, moments, words from a closed list. Numbers and
# days are told always, and so is that there is nothing.
PLAIN: Mapping[type, frozenset[str]] = {
    Client: frozenset({"id"}),
    CaseRecord: frozenset({"lacks"}),
    Case: frozenset({"id", "client_id", "status", "risk", "worker"}),
    Promise: frozenset({"id", "case_id", "kind", "due_time", "repeats", "status"}),
    Contact: frozenset({"id", "case_id", "outcome", "corrects", "recorded_at", "worker"}),
    Note: frozenset(
        {
            "id",
            "case_id",
            "recorded_at",
            "worker",
            "form",
            "contact_id",
            "signed_at",
            "signed_by",
            "addendum_to",
        }
    ),
    Piece: frozenset(
        {"id", "case_id", "kind", "stage", "parent", "status", "recorded_at", "worker"}
    ),
    Jot: frozenset({"id", "case_id", "filed_as", "recorded_at", "worker"}),
    Watch: frozenset({"kind", "stage", "part"}),
    DueItem: frozenset({"kind", "stage", "item", "time"}),
    Ranked: frozenset({"key"}),
    Agenda: frozenset({"ask"}),
    Morning: frozenset({"new"}),
    Reminded: frozenset({"time"}),
    Step: frozenset({"standard", "source"}),
    Reminder: frozenset({"today", "now"}),
    Twin: frozenset({"why", "client_id"}),
    Hit: frozenset({"source", "item", "day", "field"}),
    Change: frozenset({"table"}),
    Doomed: frozenset({"status", "closed_on"}),
    Entry: frozenset({"at", "day", "worker", "command"}),
}
# The same of types that few commands know, by where they stand: no other command loads them.
PLAIN_ELSEWHERE: Mapping[str, frozenset[str]] = {
    # A catalogue of services is nobody's record; what else it says is somebody's text all the same.
    "casectl.core.resources.Resource": frozenset(
        {"id", "organization", "service", "capacity", "recorded_at", "worker"}
    ),
    "casectl.core.service_match.Fit": frozenset({"unverified"}),
    "casectl.core.duplicates.Carried": frozenset({"item", "now", "kind"}),
    "casectl.core.planning.GoalNow": frozenset({"lacks"}),
    "casectl.core.planning.Difference": frozenset({"item", "kind", "change"}),
    "casectl.core.planning.Field": frozenset({"name"}),
    "casectl.core.linting.Found": frozenset({"rule", "items", "says", "do"}),
    "casectl.core.outcomes.Track": frozenset({"direction"}),
    "casectl.core.handovers.Handed": frozenset({"id", "kind", "sender", "recipient"}),
    "casectl.core.handovers.Given": frozenset({"origin", "person"}),
    "casectl.core.returning.Returned": frozenset({"origin", "cover", "held"}),
    "casectl.core.returning.Clash": frozenset({"item", "stands"}),
    "casectl.core.weighing.Weight": frozenset({"worker"}),
    "casectl.core.escalating.Raised": frozenset({"rule", "worker", "item", "kind"}),
    "casectl.core.instruments.Change": frozenset({"direction"}),
    "casectl.core.instruments.Result": frozenset({"higher_is"}),
}
# The same of a row as the journal holds it, by column.
PLAIN_COLUMNS = frozenset(
    {
        "id", "client_id", "case_id", "rev", "updated_at", "updated_by", "recorded_at", "made_on",
        "status", "risk", "worker", "opened_on", "level_reviewed_on", "crisis_since",
        "covered_until", "assessed_on", "clock_from", "hold_until", "resumed_on", "closed_on",
        "kind", "due_on", "due_time", "first_due_on", "repeats", "repeats_from", "ended_on",
        "on_day", "outcome", "corrects", "planned_on", "planned_from", "filed_as", "from_on",
        "to_on", "plan_agreed_on", "plan_reviewed_on", "flagged_on", "form", "contact_id",
        "signed_at", "signed_by", "addendum_to", "resolved_on", "parent", "stage",
    }
)  # fmt: skip
# Words that a person picks from a list; anything else in such a column is somebody's own.
LISTED: Mapping[str, tuple[str, ...]] = {
    "by": (*MEANS, MEANS_UNKNOWN),
    "party": PARTIES,
    "subject": (*FOLLOW_UP_KINDS, *DEADLINE_KINDS),
    "who": ACTORS,
}
# What an item says that holds a client's words, and what it says without them.
WATCHED_WORDS: Mapping[tuple[str, str], str] = {
    ("goal", "target"): "goal",
    ("goal", "again"): "goal",
    ("goal", "step"): "step",
    ("plan", "need"): "set a goal:",
    ("assessment", "repeat"): "ask again:",
    ("transition", "contact"): "contact after",
    ("transition", "visit"): "visit after",
    ("referral", "send"): "send the referral:",
    ("referral", "chase"): "no answer yet:",
    ("referral", "connect"): "are they connected?",
    ("referral", "elsewhere"): "refer elsewhere:",
    ("denial", ""): "what came of the denial?",
    ("consent", ""): "renew the release:",
    ("consent", "look"): "does the release still hold?",
    ("consent", "sign"): "have the release signed:",
    ("closing", "sign_off"): "have the closure signed off:",
    ("closing", "after_death"): "have the closure signed off:",
    ("handover", ""): "is the hand-over accepted?",
    ("handover", "back"): "is the case given back?",
    ("handover", "contact"): "make your own first contact",
    ("handover", "give"): "give the case back",
}

# In a piece's body: which way a scale goes, by which means, and what happened to a referral or a
# denial. A day there is told as every day is.
DIRECTIONS = ("better", "worse")
HAPPENED = (
    "sent", "asked", "accepted", "declined", "waitlisted", "scheduled", "received", "connected",
    "closed", "cancelled", "filed", "overturned", "partly", "upheld", "withdrawn",
)  # fmt: skip
TOLD_IN_BODY = frozenset((*DIRECTIONS, *HAPPENED, *MEANS))
_DAY = r"\d{4}-\d\d-\d\d"
# A key of another case, which says nothing to a person.
_KEY = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

# How an item is named: 12.3, 12.contact.
_ITEM = r"\d{1,19}\.(?:\d{1,19}|[a-z]{1,20}\d{0,19}v?)"
# What names a case by its client, as a word of its own: garcia-12, not a day and not a path.
_HANDLE = r"(?<![\w./-])(?=\w*[^\W\d])[^\W_]{1,20}-(\d{1,19})(?![\w/-])"

_QUOTED = r"""(?<!\w)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""


def private(value: Told) -> Told:
    """``value`` with initials for names, the number for a handle, and ``***`` for free text."""
    told: Any = _private(value)
    return told  # type: ignore[no-any-return]


def without_handles(sentence: str) -> str:
    """``sentence`` with each case named by its number, for an error made deep inside."""
    return re.sub(_HANDLE, r"\1", sentence)


def without_quotes(sentence: str) -> str:
    """``sentence`` with what it quotes hidden: words that came from a file, or that others read.

    Our messages quote by ``repr``, so a quote begins where no letter stands before it, and holds
    its own sign only escaped.
    """
    return re.sub(_QUOTED, f"'{HIDDEN}'", sentence)


def _private(value: Any) -> Any:
    if isinstance(value, str):
        return HIDDEN if value else value
    if isinstance(value, Mapping):
        return {key: _private(each) for key, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return _named(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_private(each) for each in value)
    return value


def _named(value: Any) -> Any:
    if value == ME:
        return value
    plain = PLAIN.get(type(value)) or _plain_elsewhere(type(value))
    made = {
        name: each if name in plain else _field(name, each)
        for name, each in zip(value._fields, value, strict=True)
    }
    match value:
        case Client():
            made["name"] = initials(value.name)
        case Case() | Twin() | Doomed():
            made |= {"client": initials(value.client), "handle": str(value.number)}
        case Promise():
            made["what"] = _promised(made)
        case DueItem():
            # What is derived from the record is said in words of ours.
            made["what"] = value.what if value.promise is None else made["promise"].what
            if (value.kind, value.stage) in WATCHED_WORDS:
                made["what"] = f"{WATCHED_WORDS[value.kind, value.stage]} {HIDDEN}"
        case Piece():
            if value.domain in BY_KEY:  # a risk's, or a profile's own, is in somebody's words
                made["domain"] = value.domain
            made["body"] = _body(value.body)
        case Change():
            made |= {
                "client": value.client and initials(value.client),
                "handle": value.handle and _number(value.handle),
                "before": _row(value.table, value.before),
                "after": _changed_row(value),
            }
        case Entry():
            made["cases"] = tuple(map(_number, value.cases))
            made["clients"] = tuple(map(initials, value.clients))
    return value._replace(**made)


def _plain_elsewhere(kind: type) -> frozenset[str]:
    return PLAIN_ELSEWHERE.get(f"{kind.__module__}.{kind.__qualname__}", frozenset())


def _field(name: str, value: Any) -> Any:
    if name in LISTED and isinstance(value, str):
        return value if value in LISTED[name] else "other" if name == "subject" else HIDDEN
    if name == "item" and isinstance(value, str) and re.fullmatch(_ITEM, value):
        return value
    return _private(value)


def _promised(made: Mapping[str, Any]) -> str:
    """``call ***``: of what somebody promised, what kind of thing it is."""
    subject = made["subject"]
    kind = subject if subject not in (None, "other") else made["kind"]
    return f"{kind.replace('_', '-')} {HIDDEN}"


def _body(value: Any) -> Any:
    """What only this kind of piece has, without its texts."""
    if isinstance(value, Mapping):
        return {
            key: each if key == "case" and is_key(each) else _body(each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_body(each) for each in value]
    if isinstance(value, str) and (value in TOLD_IN_BODY or re.fullmatch(_DAY, value)):
        return value
    return _private(value)


def is_key(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(_KEY, value) is not None


def _row(table: str, row: dict[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    made = {
        name: each if name in PLAIN_COLUMNS else _field(name, each) for name, each in row.items()
    }
    if table in ("promises", "own_work", "casework"):
        made["outcome"] = _private(row.get("outcome"))  # of a contact it is reached or tried
    if "name" in row:
        made["name"] = initials(row["name"] or "")
    if "handle" in row:
        made["handle"] = _number(row["handle"] or "")
    return made


def _changed_row(change: Change) -> dict[str, Any] | None:
    """The row as it became. What changed and looks the same once it is hidden says that it did."""
    before, after = change.before or {}, change.after
    made, was = _row(change.table, after), _row(change.table, before) or {}
    if made is None or after is None or change.before is None:
        return made
    return {
        name: f"{each} (changed)" if before.get(name) != after[name] and each == was.get(name)
        else each
        for name, each in made.items()
    }  # fmt: skip


def _number(handle: str) -> str:
    """``12`` of garcia-12."""
    number = handle.rpartition("-")[2]
    return number if number.isascii() and number.isdigit() else HIDDEN
