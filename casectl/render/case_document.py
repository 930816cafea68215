"""The case file as one HTML page: print-ready, needing nothing else, and running nothing.

Every text passes ``_text``, which shows what could act and escapes what a browser would read as
markup. The page has no script, loads nothing, and says so to the browser as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from casectl.core.amending import by_record
from casectl.core.casefile import corrections
from casectl.core.casework import Piece, texts_in
from casectl.core.consents import NOTICE, Permission
from casectl.core.model import Contact, Note
from casectl.core.noting import with_what_it_belongs_to
from casectl.core.people import AROUND
from casectl.core.spoken import spoken
from casectl.core.text import visible
from casectl.core.views import Entry, File
from casectl.render import Output
from casectl.render.around import person_words
from casectl.render.changes import entry_words
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
            spoken(each.on_day, output.order), each.kind, _piece(each, file),
            f"{each.status}{ended}{outcome}", _by(each),
        )  # fmt: skip


def _piece(piece: Piece, file: File) -> str:
    """All that a piece says; beside a person's number stands what stands there everywhere."""
    if piece.kind in AROUND:
        return person_words(piece, file.client, {each.id: each for each in file.linked})
    level = str(piece.level) if piece.level is not None else None
    told = [piece.domain, level, piece.what, piece.who, *texts_in(piece.body)]
    return "; ".join(filter(None, told))


def _by(record: Contact | Note | Piece) -> str:
    return ", ".join(filter(None, (record.worker, record.recorded_at)))


def _trail(entries: Sequence[Entry], output: Output) -> Iterable[Row]:
    for each in reversed(entries):
        undone = f" (undone by {each.undone_by})" if each.undone_by is not None else ""
        what = "\n".join(entry_words(each, output))
        yield str(each.id), each.at, each.worker, f"{each.command}{undone}", what
