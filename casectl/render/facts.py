"""One case for a pipe: a line per fact, its name and its value; what there are several of repeats.

``casectl show 12 | grep ^phone`` is what this is for.
"""

from __future__ import annotations

from typing import Any

from casectl.render import Object
from casectl.render.words import beside_phone

# Lists of objects: the name of one of them, and what its line says, in this order.
LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "due": ("due", ("item", "due", "status", "what", "why")),
    "promises": ("promise", ("item", "kind", "state", "due", "time", "what", "outcome")),
    "contacts": ("contact", ("item", "on", "outcome", "by", "with", "text")),
    "notes": ("note", ("item", "on", "form", "text")),
    "casework": ("piece", ("item", "on", "kind", "state", "domain", "level", "what", "outcome")),
    "not_available": ("not_available", ("fact", "reason")),
    "other_cases": ("other_case", ("handle", "case_status", "opened_on")),
}


def fact_lines(file: Object) -> list[Object]:
    """The facts of ``show --json`` that are known, in its order."""
    lines: list[Object] = []
    for name, value in file.items():
        if name in LISTS:
            one, keys = LISTS[name]
            lines += [_line(one, _joined(each, keys)) for each in value]
        elif name == "phone" and value and "safe_contact" in file:  # a client's; not an agency's
            lines.append(_line(name, f"{value} {beside_phone(file['safe_contact'])}"))
        elif value is not None and value != []:
            lines.append(_line(name, value))
    return lines


def _joined(each: Object, keys: tuple[str, ...]) -> str:
    words = [str(each[key]) for key in keys if each[key] is not None]
    superseded = " (corrected since)" if each.get("corrected") else ""
    return " ".join(words) + superseded


def _line(name: str, value: Any) -> Object:
    return {"name": name, "value": value}
