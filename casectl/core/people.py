"""The people around a client, as plain values: family, guardian, lawyer, provider and the rest.

A person's ``what`` is the name, the stage one of ``KINDS``. The body is ``role`` (what they are to
the client, in words), ``phone``, ``email``, ``note``, ``safe`` (what must never be said or left
there), all texts; ``at_home`` (the number rings where the client lives), ``household`` and
``primary``, there where so; and ``case``, the id of their own case.

A provider is one of them: it stands in the same list, and keeps its own name, 12.pr1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from casectl.core.casework import OPEN, PERSON, PROVIDER, Piece
from casectl.core.errors import BadValue
from casectl.core.finding import FEWEST_DIGITS, number_in, typed_number
from casectl.core.guards import check_change
from casectl.core.model import Case
from casectl.core.text import NAME_LIMIT, checked_text, fold

# What somebody is to a client, as the list is ordered.
KINDS = ("guardian", "emergency", "family", "provider", "lawyer", "interpreter", "other")
KIND_WORDS = {"emergency": "emergency contact"}
AROUND = (PERSON, PROVIDER)
ROLE, PHONE, EMAIL, NOTE, SAFE = "role", "phone", "email", "note", "safe"
AT_HOME, HOUSEHOLD, PRIMARY, THEIR_CASE = "at_home", "household", "primary", "case"
TEXTS = (ROLE, PHONE, EMAIL, NOTE, SAFE)
UNKNOWN = "not known, ask"  # of the client's safe-contact words
FLAGS = (AT_HOME, HOUSEHOLD, PRIMARY)


def find_kind(text: str) -> str:
    """A kind by its word or the beginning of it. Raises BadValue with what there is."""
    wanted = fold(text)
    found = [kind for kind in KINDS if wanted and kind_words(kind).startswith(wanted)]
    if len(found) != 1:
        raise BadValue(f"{text[:40]!r} is nobody's part: it is one of {', '.join(KINDS)}")
    return found[0]


def kind_words(kind: str) -> str:
    return KIND_WORDS.get(kind, kind)


def new_person(case: Case, name: str, kind: str, body: Mapping[str, Any], today: date) -> Piece:
    """Somebody around a client, not yet written. Raises BadValue."""
    check_change(case, "people")
    return Piece(
        "", case.id, PROVIDER if kind == "provider" else PERSON, 0, today, checked_person(name),
        stage="" if kind == "provider" else kind, body=checked_body({}, body),
    )  # fmt: skip


def same_person(around: Sequence[Piece], person: Piece) -> Piece | None:
    """Who has the same name and the same number, if there is a number."""
    number = typed_number(str(person.body.get(PHONE) or ""))
    if not number:
        return None
    for each in around:
        same = fold(each.what or "") == fold(person.what or "")
        if same and typed_number(str(each.body.get(PHONE) or "")) == number:
            return each
    return None


def checked_person(name: str) -> str:
    return checked_text(name.strip(), "name", limit=NAME_LIMIT)


def checked_body(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A body with these changes: an empty text and a no take something out, None leaves it."""
    body = dict(before)
    for name, value in changes.items():
        if value is None:
            continue
        if value in ("", False):
            body.pop(name, None)
        elif name in TEXTS:
            body[name] = checked_text(value, f"text after --{name}")
        else:
            body[name] = value
    return body


def kind_of(person: Piece) -> str:
    return "provider" if person.kind == PROVIDER else person.stage or "other"


def in_order(people: Sequence[Piece]) -> list[Piece]:
    """The primary contact first, then as ``KINDS`` has them; those of before at the end."""

    def place(person: Piece) -> tuple[bool, bool, int, int]:
        primary = bool(person.body.get(PRIMARY))
        return person.status != OPEN, not primary, KINDS.index(kind_of(person)), person.number

    return sorted(people, key=place)


def reaches_home(body: Mapping[str, Any], client_phone: str | None) -> bool:
    """Whether this number rings where the client lives: said to, or one of the client's own."""
    phone = body.get(PHONE)
    if not phone:
        return False
    if body.get(AT_HOME):
        return True
    digits = typed_number(str(phone))
    return bool(
        digits
        and client_phone
        and len(digits) >= FEWEST_DIGITS
        and number_in(client_phone, digits) is not None
    )


def beside(
    body: Mapping[str, Any], client_phone: str | None, client_safe: str | None
) -> str | None:
    """What must be known before a number is called: their own words, and the client's where it
    rings at the client's. None without a number, or where nothing is to be known.
    """
    if not body.get(PHONE):
        return None
    words = [str(body[SAFE])] if body.get(SAFE) else []
    if reaches_home(body, client_phone):
        words.append(client_safe or UNKNOWN)
    return "; ".join(words) or None
