"""``today --done``: what was done on a day, in the words one would tell a colleague."""

from __future__ import annotations

from datetime import date
from typing import Any

from casectl.core.spoken import spoken_short
from casectl.core.views import Change, Entry
from casectl.render import Object, Output
from casectl.render.changes import change_words, item_name
from casectl.render.words import by_means

DONE_COLUMNS = ("at", "command", "item", "handle", "client", "text")


def done_objects(done: list[Entry], output: Output) -> list[Object]:
    """One object per thing done; what an operation changed beside it goes without saying."""
    return [each for entry in done for each in _entry_objects(entry, output)]


def _entry_objects(entry: Entry, output: Output) -> list[Object]:
    if entry.change_count > len(entry.changes):  # an import, or a merge of long records
        text = f"{entry.command}: {entry.change_count:,} records"
        return [_object(entry, None, None, text)]
    told = [each for each in entry.changes if each.table not in ("clients", "cases")]
    told = told or [each for each in entry.changes if each.table == "cases"] or list(entry.changes)
    if any(each.table == "notes" for each in told):  # of a jot that became one
        told = [each for each in told if each.table != "jots"]
    if any(each.table == "cases" and each.before is None for each in entry.changes):
        told = [each for each in entry.changes if each.table != "clients"]
    return [
        _object(entry, each, _item(each), _words(each, output))
        for each in told
        if each.after is not None
    ]


def _object(entry: Entry, change: Change | None, item: str | None, text: str) -> Object:
    return {
        "at": entry.at,
        "command": entry.command,
        "case": change.case if change else None,
        "handle": change.handle if change else None,
        "client": change.client if change else None,
        "item": item,
        "text": text,
        "worker": entry.worker,
    }


def _item(change: Change) -> str:
    return item_name(change, change.after or {}).removeprefix("case ")


def _words(change: Change, output: Output) -> str:
    before, after = change.before, change.after or {}
    match change.table:
        case "contacts":
            return _contact(after, output)
        case "notes" if before is None:
            return f"note: {after['text']}"
        case "jots" if before is None:
            return f"jot: {after['text']}"
        case "promises" | "own_work" if before is None:
            return f"{after['what']}, due {_day(after['due_on'], output)}"
        case "promises" | "own_work" if before is not None and before["status"] != after["status"]:
            outcome = f": {after['outcome']}" if after["outcome"] else ""
            return f"{after['status']}: {after['what']}{outcome}"
        case "promises" | "own_work":
            return f"{after['what']}, moved to {_day(after['due_on'], output)}"
        case "cases" if before is None:
            return "referral" if after["status"] == "pending" else "intake"
    return change_words(change, output)


def _contact(after: dict[str, Any], output: Output) -> str:
    words = f"{after['outcome']} {by_means(after['by'])}"
    if after["party"] != "client":
        words += f", the {after['party']}"
    if after["on_day"] != output.today.isoformat():
        words += f", {_day(after['on_day'], output)}"
    return f"{words}: {after['text']}" if after["text"] else words


def _day(day: str, output: Output) -> str:
    return spoken_short(date.fromisoformat(day), output.today, output.order)
