"""What an operation changed, in words one can check: ``12.3: due Fri 20 Nov -> Mon 23 Nov``."""

from __future__ import annotations

from datetime import date
from typing import Any

from casectl.core.casework import (
    PERSON,
    PROVIDER,
    RISK,
    SCREENING,
    UNAVAILABLE,
    texts_in,
)
from casectl.core.foreign import part_name
from casectl.core.model import RISKS, SAFE, Level, said_safely
from casectl.core.spoken import spoken_short
from casectl.core.text import shortened
from casectl.core.views import Change, Entry
from casectl.render import Object, Output
from casectl.render.words import by_means

# Columns that say nothing to a person: keys, counters, and what follows from another column.
UNTOLD = frozenset(
    {
        "id", "rev", "updated_at", "updated_by", "folded", "number", "case_id", "client_id",
        "recorded_at", "repeats_from", "made_on", "first_due_on", "corrects", "clients",
        "filed_as", "planned_from", "contact_id", "addendum_to", "parent", "stage", "kind",
        "signed_at",
    }
)  # fmt: skip
RECORDS = {
    "clients": "client",
    "cases": "case",
    "promises": "promise",
    "contacts": "contact",
    "notes": "note",
    "jots": "jot",
    "own_work": "own work",
    "leaves": "leave",
    "casework": "piece of casework",
    "resources": "resource",
    "purges": "purge",
}
COLUMN_WORDS = {
    "due_on": "due",
    "due_time": "time",
    "on_day": "day",
    "opened_on": "intake",
    "closed_on": "closed",
    "hold_until": "held until",
    "assessed_on": "assessed",
    "level_reviewed_on": "level reviewed",
    "resumed_on": "clocks start again",
    "clock_from": "clocks start",
    "ended_on": "ended",
    "lead_days": "lead",
    "from_on": "from",
    "to_on": "to",
    "planned_on": "planned for",
    "planned_reason": "plan",
    "plan_agreed_on": "plan agreed",
    "plan_reviewed_on": "plan reviewed",
    "flagged_on": "red flag",
    "flagged_for": "red flag for",
    "resolved_on": "resolved",
    "party": "with",
}
# The same of what only one kind of a piece of casework has.
BODY_WORDS = {
    "words": "client's words",
    "first": "first day",
    "moves": "times moved",
    "from_case": "goes on from case",
    "told_rights": "told of their right",
    "signed_on": "signed",
    "signed_by": "signed by",
}
AROUND = (PERSON, PROVIDER)
LONGEST_VALUE = 60


def changed_columns(change: Change) -> list[str]:
    """The columns that say something, of those that changed."""
    before, after = change.before or {}, change.after or {}
    return [
        name
        for name in {**before, **after}
        if name not in UNTOLD and before.get(name) != after.get(name)
    ]


def change_words(change: Change, output: Output) -> str:
    """One record's change on one line. A phone number has its safe-contact words beside it."""
    row = change.after or change.before or {}
    if change.table == "purges":
        return f"purged case {change.case}: {_short(row['reason'])}"
    if is_purged(change):
        return f"{_a_record(change)}, purged"
    if change.before is None:
        return f"added {_described(change, row, output)}"
    if change.after is None:
        return f"removed {_described(change, row, output)}"
    told = [
        f"{COLUMN_WORDS.get(column, column.replace('_', ' '))} "
        f"{_value(column, change.before[column], output)} -> "
        f"{_value(column, change.after[column], output)}"
        for column in changed_columns(change)
        if column != "body"
    ]
    told += _in_body(change.before.get("body"), change.after.get("body"))
    if row.get("kind") in AROUND and any(each.startswith("phone ") for each in told):
        told.append(f"safe contact: casectl people show {change.case}")
    if change.table == "clients" and change.before["phone"] != change.after["phone"]:
        told.append(f"safe contact: {said_safely(*map(row.get, SAFE)) or 'not known'}")
    if change.table == "cases" and change.before["client_id"] != change.after["client_id"]:
        told.append("moved to another client's record")
    if change.table == "jots" and change.before["filed_as"] != change.after["filed_as"]:
        told.append("filed as a note" if row["filed_as"] else "to be filed again")
    return f"{item_name(change, row)}: {', '.join(told)}"


def is_purged(change: Change) -> bool:
    """Whether what changed was erased: only that something did is left."""
    return change.before is None and change.after is None


def _a_record(change: Change) -> str:
    """``a note of case 12``, of which nothing more is known."""
    if change.table == "cases":
        return f"case {change.case}"
    of = f" of case {change.case}" if change.case is not None else ""
    return f"a {RECORDS[change.table]}{of}"


def item_name(change: Change, row: dict[str, Any]) -> str:
    """``12.3``, ``12.c2``, ``case 12``, ``client``, ``jot 3``, ``me.2``, ``leave``."""
    number = "" if change.case is None else str(change.case)
    match change.table:
        case "clients":
            return "client"
        case "purges":
            return f"case {number}"
        case "cases":
            return f"case {row['number']}"
        case "contacts":
            return f"{number}.c{row['number']}"
        case "notes":
            return f"{number}.n{row['number']}"
        case "jots":
            return f"jot {row['number']}"
        case "own_work":
            return f"me.{row['number']}"
        case "leaves":
            return "leave"
        case "resources":
            return f"resource {row['number']}"
        case "casework":
            return f"{number}.{part_name(row['kind'], row['number'])}"
    return f"{number}.{row['number']}"


def _described(change: Change, row: dict[str, Any], output: Output) -> str:
    """A record that came or went: its item and enough of it to know it by."""
    item = item_name(change, row)
    match change.table:
        case "clients":
            return f"client {row['name']}"
        case "cases":
            return f"{item} ({row['handle']})"
        case "leaves":
            first, last = (_value(name, row[name], output) for name in ("from_on", "to_on"))
            return f"{item}: {first} to {last}"
        case "jots":
            return f"{item}: {_short(row['text'])}"
        case "resources":
            return f"{item}: {_short(row['organization'])}, {_short(row['service'])}"
        case "casework":
            said = _piece_said(row)
            return f"{row['kind']} {item}" + (f": {_short(said)}" if said else "")
        case "promises" | "own_work":
            return f"{item}: {_short(row['what'])}, due {_value('due_on', row['due_on'], output)}"
        case "contacts":
            correcting = " (a correction)" if row["corrects"] else ""
            day = _value("on_day", row["on_day"], output)
            return f"{item}: {row['outcome']} {by_means(row['by'])} {day}{correcting}"
    return f"note {item}: {_short(row['text'])}"


def _piece_said(row: dict[str, Any]) -> str:
    """Of a piece of casework, enough to know it by: a risk's level, a questionnaire's total."""
    kind, level = row["kind"], row["level"]
    if kind == RISK:
        return f"{row['domain']} {tuple(RISKS)[level or 0]}"
    said = row["what"] or row["domain"] or ""
    if kind == UNAVAILABLE:
        return f"{row['stage']} ({said})"
    return f"{said} {level}" if kind == SCREENING and level is not None else said


def _value(column: str, value: Any, output: Output) -> str:
    if value is None:
        return "none"
    if column == "urgency":
        return Level(value).word
    if column == "interpreter":
        return "yes" if value else "no"
    if column.endswith(("_on", "_since", "_until", "_from", "on_day")) and column != "waiting_on":
        return spoken_short(date.fromisoformat(value), output.today, output.order)
    return _short(str(value))


def _in_body(before: str | None, after: str | None) -> list[str]:
    """What changed of what only this kind of piece has: ``measure none -> rent paid``."""
    if before == after:
        return []
    import json

    try:
        was, now = json.loads(before or "{}"), json.loads(after or "{}")
    except ValueError:  # hidden, where others can see
        return ["details changed"]
    return [
        "their own case changed"
        if name == "case"  # a key, which says nothing to a person
        else f"{BODY_WORDS.get(name, name)} {_from_to(was.get(name), now.get(name))}"
        for name in {**was, **now}
        if was.get(name) != now.get(name)
    ]


def _from_to(was: Any, now: Any) -> str:
    """Of a list that grew, as what happened to a referral does, only what came."""
    if isinstance(was, list) and isinstance(now, list) and was and now[: len(was)] == was:
        return f"+ {_told(now[len(was) :])}"
    return f"{_told(was)} -> {_told(now)}"


def _told(value: Any) -> str:
    """A text or number as it is; of anything deeper its texts."""
    if value is None:
        return "none"
    if isinstance(value, str | int):
        return _short(str(value))
    return _short(", ".join(texts_in(value))) or "recorded"


def _short(text: str) -> str:
    """On one line, and not much of one."""
    return shortened(" ".join(text[: 4 * LONGEST_VALUE].split()), LONGEST_VALUE)


def entry_words(entry: Entry, output: Output) -> list[str]:
    """Every change of an operation in words, the uncounted rest as a number."""
    words = [change_words(change, output) for change in entry.changes]
    more = entry.change_count - len(entry.changes)
    return [*words, f"and {more:,} more changes"] if more > 0 else words


def entry_object(entry: Entry, output: Output) -> Object:
    """``history --json``: one operation and, per record, what was there before and after."""
    return {
        "operation": entry.id,
        "at": entry.at,
        "day": entry.day,
        "worker": entry.worker,
        "command": entry.command,
        "handles": list(entry.cases),
        "clients": list(entry.clients),
        "what": entry_words(entry, output),
        "undoes": entry.undoes,
        "undone_by": entry.undone_by,
        "change_count": entry.change_count,
        "changes": [_change_object(change, output) for change in entry.changes],
    }


def _change_object(change: Change, output: Output) -> Object:
    row = change.after or change.before or {}
    columns = changed_columns(change)
    before, after = change.before, change.after
    named = change.table != "clients" and not is_purged(change)
    kind = "added" if before is None else "removed" if after is None else "changed"
    return {
        "record": RECORDS[change.table],
        "item": item_name(change, row).removeprefix("case ") if named else None,
        "handle": change.handle,
        "change": "purged" if is_purged(change) or change.table == "purges" else kind,
        "before": {name: before[name] for name in columns} if before is not None else None,
        "after": {name: after[name] for name in columns} if after is not None else None,
        "text": change_words(change, output),
    }
