"""The case file as one HTML page: print-ready, needing nothing else, and running nothing.

Every text passes ``_text``, which shows what could act and escapes what a browser would read as
markup. The page has no script, loads nothing, and says so to the browser as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from casectl.core.amending import by_record
from casectl.core.casefile import corrections
from casectl.core.casework import (
    CONSENT,
    DISCLOSURE,
    HANDOVER,
    NEED,
    PROGRESS,
    RISK,
    SCREENING,
    UNAVAILABLE,
    VERSION,
    VOICE,
    Piece,
)
from casectl.core.consents import NOTICE, PURPOSE, Permission, state_of
from casectl.core.domains import DOMAINS
from casectl.core.model import RISKS, Contact, Note
from casectl.core.monitoring import VOICE_SCALE
from casectl.core.noting import with_what_it_belongs_to
from casectl.core.people import AROUND
from casectl.core.privacy import is_key
from casectl.core.spoken import spoken
from casectl.core.text import visible
from casectl.core.views import Entry, File
from casectl.render import Output
from casectl.render.around import person_words
from casectl.render.changes import BODY_WORDS, entry_words
from casectl.render.consents import release_form, under
from casectl.render.noting import note_marks
from casectl.render.words import beside_phone, by_means, speaks

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
body { font: 11pt/1.4 Georgia, serif; color: #000; margin: 2em auto; max-width: 60em; }
h1 { font-size: 16pt; } h2 { font-size: 13pt; margin-top: 1.6em; }
table { border-collapse: collapse; width: 100%; } thead { display: table-header-group; }
th, td { border: 1px solid #999; padding: .2em .5em; text-align: left; vertical-align: top; }
td { white-space: pre-wrap; overflow-wrap: anywhere; } tr { break-inside: avoid; }
.notice { border: 2px solid #000; padding: .5em; }
@page { margin: 2cm; } @media print { body { margin: 0; max-width: none; } }
"""

Row = Sequence[str | None]
KIND_WORDS = {
    CONSENT: "release", VOICE: "client's voice", HANDOVER: "hand-over", SCREENING: "questionnaire",
    VERSION: "plan as it was", UNAVAILABLE: "not available",
}  # fmt: skip
DOMAIN_WORDS = {domain.key: domain.words for domain in DOMAINS}
ISO_DAY = len("2026-11-27")


def case_document(
    file: File,
    entries: Sequence[Entry],
    permission: Permission,
    worker: str,
    output: Output,
    *,
    court: bool,
) -> str:
    """``entries`` are the case's operations, the newest first. A court gets the legal name."""
    case, client = file.case, file.client
    name = (client.legal_name or client.name) if court else client.name
    body = [
        f"<h1>Case file {case.number}: {_text(name)}</h1>",
        f'<p class="notice">{_text(NOTICE)}</p>',
        _table("This document", ("", ""), _about(permission, worker, output)),
        _table("The client", ("", ""), _client(file, court=court)),
        _table("The service", ("", ""), _service(file, output)),
        _table("Promises", ("Item", "Kind", "For", "What", "State"), _promises(file, output)),
        _table("Contacts", ("Item", "Day", "What", "By whom, when"), _contacts(file, output)),
        _table("Notes", ("Item", "Day", "Text", "By whom, when"), _notes(file, output)),
        _table(
            "Casework", ("Item", "Day", "Kind", "What", "State", "By whom, when"),
            _casework(file.casework, file, output),
        ),
        _table("Trail", ("No.", "When (UTC)", "Who", "Command", "What"), _trail(entries, output)),
    ]  # fmt: skip
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>Case file {case.number}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _text(value: str | None) -> str:
    return escape(visible(value or "", lines=True))


def _table(title: str, columns: Sequence[str], rows: Iterable[Row]) -> str:
    cells = "".join(
        f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>\n" for row in rows
    )
    if not cells:
        return f"<h2>{title}</h2>\n<p>None on record.</p>"
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    named = f"<thead><tr>{head}</tr></thead>\n" if any(columns) else ""
    return f"<h2>{title}</h2>\n<table>{named}<tbody>\n{cells}</tbody></table>"


def _about(permission: Permission, worker: str, output: Output) -> Iterable[Row]:
    release = permission.release
    yield "Made", f"{spoken(output.today, output.order)} by {worker}"
    yield "For", f"{permission.recipient} ({permission.purpose})"
    if release is not None:
        yield "Release", f"{release.part}, signed {spoken(release.on_day, output.order)}"
    if permission.basis:
        yield "Legal basis", permission.basis
    if permission.override:
        yield "Without a release, because", permission.override


def _client(file: File, *, court: bool) -> Iterable[Row]:
    client = file.client
    phone = f"{client.phone} {beside_phone(client.safely)}" if client.phone else None
    legal = client.legal_name if court else None
    known = {
        "Legal name": legal,
        "Goes by" if legal else "Name": client.name,
        "Born": client.birth_date,
        "Phone": phone,
        "E-mail": client.email,
        "Address": client.address,
        "Language": speaks(client.language, client.interpreter),
        "Pronouns": client.pronouns,
        "Identifier": client.external_id,
    }
    return ((name, value) for name, value in known.items() if value)


def _service(file: File, output: Output) -> Iterable[Row]:
    case = file.case
    known = {
        "Case": f"{case.number} ({case.id})",
        "Status": case.status.replace("_", " "),
        "Intake": spoken(case.opened_on, output.order),
        "Program": case.program,
        "Referred by": case.referred_by,
        "Need at intake": case.need,
        "Level": f"{case.level.word}{' (risk not assessed)' if case.provisional else ''}",
        "Worker": case.worker,
        "Closed": spoken(case.closed_on, output.order) if case.closed_on else None,
        "Reason": case.close_reason,
    }
    yield from ((name, value) for name, value in known.items() if value)
    for each in by_record(file.casework).get(None, ()):
        yield "The client disagrees", f"{spoken(each.on_day, output.order)}: {each.what}"


def _promises(file: File, output: Output) -> Iterable[Row]:
    for each in sorted(file.promises, key=lambda promise: promise.number):
        ended = f" {spoken(each.ended_on, output.order)}" if each.ended_on else ""
        outcome = f": {each.outcome}" if each.outcome else ""
        day = spoken(each.due_on, output.order, time=each.due_time)
        item = f"{file.case.number}.{each.number}"
        yield item, each.kind.replace("_", "-"), day, each.what, f"{each.status}{ended}{outcome}"


def _contacts(file: File, output: Output) -> Iterable[Row]:
    newer = corrections(file.contacts)
    for each in reversed(file.contacts):
        words = _contact(each)
        if each.id in newer:
            words = f"(superseded by {file.case.number}.c{newer[each.id].number}) {words}"
        day, item = spoken(each.on_day, output.order), f"{file.case.number}.c{each.number}"
        yield item, day, _with_disagreement(words, each.id, file, output), _by(each)


def _contact(contact: Contact) -> str:
    told = [f"{contact.outcome} {contact.party} {by_means(contact.by)}"]
    told += [f"{contact.minutes} min"] if contact.minutes is not None else []
    told += ["with an interpreter"] if contact.interpreter else []
    told += [f"seen by {contact.seen_by}"] if contact.seen_by else []
    said = ", ".join(told)
    return f"{said}: {contact.text}" if contact.text else said


def _notes(file: File, output: Output) -> Iterable[Row]:
    written = with_what_it_belongs_to(file.notes, file.contacts)
    for each in reversed(list(written)):
        note = each.note
        marks = ", ".join(note_marks(each, file.case))
        words = f"({marks}) {note.text}" if marks else note.text
        day, item = spoken(note.on_day, output.order), f"{file.case.number}.n{note.number}"
        yield item, day, _with_disagreement(words, note.id, file, output), _by(note)


def _with_disagreement(words: str, key: str, file: File, output: Output) -> str:
    said = [
        f"\nThe client disagrees ({spoken(each.on_day, output.order)}): {each.what}"
        for each in by_record(file.casework).get(key, ())
    ]
    return words + "".join(said)


def _casework(pieces: Sequence[Piece], file: File, output: Output) -> Iterable[Row]:
    for each in pieces:
        ended = f" {spoken(each.ended_on, output.order)}" if each.ended_on else ""
        outcome = f": {each.outcome}" if each.outcome else ""
        yield (
            f"{file.case.number}.{each.part}",
            spoken(each.on_day, output.order), _kind(each), _piece(each, file, output),
            f"{_state(each, output)}{ended}{outcome}", _by(each),
        )  # fmt: skip


def _kind(piece: Piece) -> str:
    return KIND_WORDS.get(piece.kind, piece.kind)


def _state(piece: Piece, output: Output) -> str:
    if piece.kind == CONSENT:
        return state_of(piece, output.today)
    return "" if piece.kind == DISCLOSURE else piece.status


def _piece(piece: Piece, file: File, output: Output) -> str:
    """All that a piece says, and what each of it is; beside a person's number stands what stands
    there everywhere.
    """
    case = file.case
    if piece.kind in AROUND:
        return person_words(piece, file.client, {each.id: each for each in file.linked})
    if piece.kind == CONSENT:
        _, *elements = release_form(piece, case, file.client.name, output)
        return "\n".join(": ".join(each.split("  ", 1)) for each in map(_parted, elements))
    if piece.kind == DISCLOSURE:
        purpose = piece.body.get(PURPOSE)
        return f"{piece.who} was told: {piece.what}; for {purpose}; under {under(piece, case)}"
    domain = DOMAIN_WORDS.get(piece.domain or "", piece.domain)
    told = [domain, _level(piece), piece.what, piece.who and f"who: {piece.who}"]
    said = _said_in(piece.body, output)
    if piece.kind == SCREENING:  # its words are the questionnaire's, and nobody's here
        said = (each.replace(BODY_WORDS["words"], "asked about") for each in said)
    return "; ".join([*filter(None, told), *said])


def _level(piece: Piece) -> str | None:
    """The number of a piece as what it is: a risk's level, a goal's attainment, a total."""
    number = piece.level
    if number is None:
        return None
    said = {
        RISK: tuple(RISKS)[min(number, len(RISKS) - 1)],
        NEED: f"priority {number}",
        PROGRESS: f"attained {number:+d} of -2 to +2",
        SCREENING: f"total {number}",
        VOICE: VOICE_SCALE.get(number, str(number)),
    }
    return said.get(piece.kind, f"level {number}")


def _parted(element: str) -> str:
    """A line of a release's form with one gap of two spaces, behind what it is."""
    name, gap, rest = element.strip().partition("  ")
    return f"{name}{gap}{rest.strip()}"


def _said_in(body: Mapping[str, Any], output: Output) -> Iterator[str]:
    """What only this kind of piece has, each thing by its name; keys of other records left out."""
    for name, value in body.items():
        said = _said(value, output)
        if said:
            yield f"{BODY_WORDS.get(name, name.replace('_', ' '))}: {said}"


def _said(value: Any, output: Output) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Mapping() if all(isinstance(each, Mapping) for each in value.values()):
            named = {DOMAIN_WORDS.get(each, each): part for each, part in value.items()}
            return "".join(f"\n{name}: {_said(part, output)}" for name, part in named.items())
        case Mapping():
            return ", ".join(_said_in(value, output))
        case list():
            parts = [_said(each, output) for each in value]
            if any(isinstance(each, Mapping) for each in value):
                return "".join(f"\n{part}" for part in parts if part)
            return ", ".join(filter(None, parts))
        case str():
            return "" if is_key(value) else _spoken_day(value, output)
    return str(value)


def _spoken_day(text: str, output: Output) -> str:
    """A day as a person reads it; any other text as it is."""
    try:
        return spoken(date.fromisoformat(text), output.order) if len(text) == ISO_DAY else text
    except ValueError:
        return text


def _by(record: Contact | Note | Piece) -> str:
    return ", ".join(filter(None, (record.worker, record.recorded_at)))


def _trail(entries: Sequence[Entry], output: Output) -> Iterable[Row]:
    for each in reversed(entries):
        undone = f" (undone by {each.undone_by})" if each.undone_by is not None else ""
        what = "\n".join(entry_words(each, output))
        yield str(each.id), each.at, each.worker, f"{each.command}{undone}", what
