"""The forms that a note may have: the parts each is written in, and when one is late.

A note with a form is stored as text like any other, a heading before each part, so that whoever
reads it without casectl reads it as it was meant. The form itself stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from casectl.core.errors import BadValue, Declined
from casectl.core.model import Contact, Note
from casectl.core.text import checked_text, fold
from casectl.core.values import NamedTuple

IN_TIME = timedelta(hours=24)


class Part(NamedTuple):
    key: str  # what --part and a line may begin with
    heading: str
    asks: str


class Form(NamedTuple):
    """What a note is written as. Of a kind the words alone will do, unless it needs parts."""

    name: str
    words: str
    parts: tuple[Part, ...]
    is_kind: bool = False
    needs: tuple[str, ...] = ()  # keys of the parts without which it says too little


def _form(name: str, words: str, *parts: tuple[str, str, str]) -> Form:
    return Form(name, words, tuple(Part(*each) for each in parts))


def _kind(name: str, *parts: tuple[str, str], needs: tuple[str, ...] = ()) -> Form:
    made = tuple(Part(key, key.capitalize(), asks) for key, asks in parts)
    return Form(name, name, made, True, needs)


PLAN = ("P", "Plan", "what comes next")
ETHICS = "ethics"
FORMS: Mapping[str, Form] = {
    each.name: each
    for each in (
        _form(
            "soap", "SOAP",
            ("S", "Subjective", "what the client says"),
            ("O", "Objective", "what you saw and know"),
            ("A", "Assessment", "what you make of it"), PLAN,
        ),
        _form(
            "dap", "DAP",
            ("D", "Data", "what was said and seen"),
            ("A", "Assessment", "what you make of it"), PLAN,
        ),
        _form(
            "birp", "BIRP",
            ("B", "Behavior", "how the client was"),
            ("I", "Intervention", "what you did"),
            ("R", "Response", "how the client took it"), PLAN,
        ),
        _form(
            "girp", "GIRP",
            ("G", "Goal", "the goal that it was about"),
            ("I", "Intervention", "what you did"),
            ("R", "Response", "how the client took it"), PLAN,
        ),
        _kind(
            "advocacy", ("with", "to whom"), ("asked", "what for"), ("result", "what came of it")
        ),
        _kind(
            "conference", ("agenda", "what it was about"), ("who", "who took part"),
            ("decisions", "what was decided, and who does it"),
        ),
        _kind(
            "negotiation", ("with", "with whom"), ("about", "what about"),
            ("result", "what was agreed, or not"),
        ),
        _kind(
            "conflict", ("between", "between whom"), ("about", "what about"),
            ("result", "how it was left"),
        ),
        _kind(
            "decision", ("options", "what could be chosen"), ("choice", "what was chosen"),
            ("reason", "why"), needs=("options", "choice", "reason"),
        ),
        _kind(
            ETHICS, ("concern", "what the concern is"), ("values", "what stands against what"),
            ("consulted", "whom you asked"),
        ),
        _kind(
            "education", ("topic", "what was taught"), ("how", "by which means"),
            ("understood", "what the client made of it"),
        ),
    )
}  # fmt: skip
NOTE_FORMS = tuple(name for name, each in FORMS.items() if not each.is_kind)
NOTE_KINDS = tuple(name for name, each in FORMS.items() if each.is_kind)


class Written(NamedTuple):
    """A note with what it belongs to, as it is told."""

    note: Note
    contact: Contact | None = None
    adds_to: Note | None = None


def find_form(form: str | None, kind: str | None) -> Form | None:
    """The form that ``--form`` or ``--kind`` names; None for a free note. Raises BadValue."""
    if form is not None and kind is not None:
        raise BadValue("--form and --kind do not go together", hint="a kind has parts of its own")
    for typed, option, names in ((form, "--form", NOTE_FORMS), (kind, "--kind", NOTE_KINDS)):
        if typed is None:
            continue
        found = FORMS.get(fold(typed.strip()))
        if found is not None and found.name in names:
            return found
        other = "--kind" if option == "--form" else "--form"
        hint = f"{other} {found.name}" if found is not None else None
        raise BadValue(
            f"no {option.removeprefix('--')} {typed[:40]!r}; there are {', '.join(names)}",
            hint=hint,
        )
    return None


def given_parts(form: Form, given: Iterable[str]) -> dict[str, str]:
    """``S=tired``, ``plan=call monday`` as parts by their keys. Raises BadValue."""
    found: dict[str, str] = {}
    for each in given:
        name, equals, text = each.partition("=")
        part = _part(form, name)
        if part is None or not equals:
            raise BadValue(f"{each[:40]!r} is no part of {_a(form)}: {_said(form)}")
        if part.key in found:
            raise BadValue(f"{part.heading} is there twice")
        if text.strip():
            found[part.key] = checked_text(text.strip(), part.heading)
    return found


def read_parts(form: Form, text: str) -> dict[str, str]:
    """The parts of a text whose lines begin with headings: ``S: …``, ``Plan:``, ``## Plan``.

    Raises BadValue for words before the first heading, or a heading that is there twice.
    """
    found: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in text.splitlines():
        part, rest = _heading(form, line)
        if part is not None:
            if part.key in found:
                raise BadValue(f"{part.heading} is there twice")
            lines = found[part.key] = [rest]
        elif lines is not None:
            lines.append(line)
        elif line.strip():
            raise BadValue(
                f"{_a(form)} begins with a heading: {_said(form)}",
                hint=f"as in {form.parts[0].key}: text",
            )
    joined = {key: "\n".join(each).strip() for key, each in found.items()}
    return {key: each for key, each in joined.items() if each}


def text_of(form: Form, parts: Mapping[str, str]) -> str:
    """The parts under their headings, in the form's order.

    Raises Declined where there is nothing in any, BadValue where one that it needs is missing.
    """
    if not parts:
        raise Declined("nothing was written")
    missing = [
        each.heading for each in form.parts if each.key in form.needs and not parts.get(each.key)
    ]
    if missing:
        raise BadValue(
            f"{_a(form)} needs its {' and '.join(missing).lower()}",
            hint=f"it has {_said(form)}",
        )
    told = [f"{each.heading}: {parts[each.key]}" for each in form.parts if each.key in parts]
    return checked_text("\n".join(told), "note")


def written_text(form: Form, text: str) -> str:
    """A text as it was written, as a note of this form stores it.

    A kind's may be words alone, which then are kept as they are.
    """
    if form.is_kind and not form.needs and not _has_heading(form, text):
        return checked_text(text, "note")
    return text_of(form, read_parts(form, text))


def left_out(form: Form, text: str) -> list[str]:
    """The headings of a note's form that it does without; of a kind that is free to, none."""
    if form.is_kind:
        return []
    kept = {part.key for part, _ in (_heading(form, each) for each in text.splitlines()) if part}
    return [each.heading for each in form.parts if each.key not in kept]


def template(form: Form) -> str:
    """What an editor begins with: every heading, and nothing behind it."""
    return "\n\n".join(f"{each.heading}: " for each in form.parts)


def form_words(name: str | None) -> str:
    """``SOAP``, ``decision``; of one that a later version made its own word."""
    found = FORMS.get(name or "")
    return found.words if found is not None else name or ""


def is_late(written: datetime, contact: Contact, recorded: datetime) -> bool:
    """Whether a note came more than 24 hours after its contact; moments in local time.

    A contact has a day. Recorded on that day it has its hour as well; else its day's end counts.
    """
    on_time = recorded if recorded.date() == contact.on_day else _end(contact.on_day, recorded)
    return written - on_time > IN_TIME


def is_open(note: Note) -> bool:
    """Whether it is an ethical concern that nothing came of yet."""
    return note.form == ETHICS and note.addendum_to is None and note.resolved_on is None


def with_what_it_belongs_to(notes: Sequence[Note], contacts: Sequence[Contact]) -> list[Written]:
    """The notes of a case, each with its contact and the note that it adds to."""
    contact_of = {each.id: each for each in contacts}
    note_of = {each.id: each for each in notes}
    return [
        Written(each, contact_of.get(each.contact_id or ""), note_of.get(each.addendum_to or ""))
        for each in notes
    ]


def _end(day: date, like: datetime) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=like.tzinfo or UTC)
    return midnight + timedelta(days=1)


def _part(form: Form, name: str) -> Part | None:
    typed = fold(name.strip())
    for each in form.parts:
        if typed in (fold(each.key), fold(each.heading)):
            return each
    return None


def _heading(form: Form, line: str) -> tuple[Part | None, str]:
    """The part that a line begins, and what stands behind its heading."""
    alone = _part(form, line.strip().lstrip("#"))
    if alone is not None:
        return alone, ""
    found = re.match(r"\s*#{0,6}\s*(\w{1,20})\s*:\s?(.*)", line)
    part = _part(form, found[1]) if found else None
    return (part, found[2]) if found and part else (None, "")


def _has_heading(form: Form, text: str) -> bool:
    return any(_heading(form, line)[0] is not None for line in text.splitlines())


def _said(form: Form) -> str:
    """``S (Subjective), O (Objective)``; of a kind the words alone."""
    return ", ".join(
        each.key if form.is_kind else f"{each.key} ({each.heading})" for each in form.parts
    )


def _a(form: Form) -> str:
    """``a SOAP note``, ``an ethics note``."""
    return f"{'an' if form.words[0] in 'aeiou' else 'a'} {form.words} note"
