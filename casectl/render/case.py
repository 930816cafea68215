"""One case on a terminal: an ordinary one fits a screen of 24 lines, ``--all`` shows everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import zip_longest

from rich.cells import cell_len

from casectl.core.casefile import corrections
from casectl.core.casework import (
    AMENDMENT,
    CLOSING,
    CONSENT,
    DENIAL,
    PERSON,
    PROVIDER,
    REFERRAL,
    Piece,
)
from casectl.core.due import DueItem
from casectl.core.known import unavailable
from casectl.core.model import (
    CLOSED,
    ME,
    OPEN,
    PENDING,
    REACHED,
    Case,
    Client,
    Contact,
    Level,
    Note,
    Promise,
)
from casectl.core.spoken import spoken, spoken_short
from casectl.core.text import visible
from casectl.core.views import File
from casectl.render import Output
from casectl.render.screens import NARROW, WIDE, Line, Span, cell, fit, wrapped
from casectl.render.today import first_words
from casectl.render.words import beside_phone, by_means, reason, speaks, status

SCREEN = 23  # lines that leave the prompt on a screen of 24
TALL = 40  # a narrow screen is a phone's, or half of a wide one
# How many rows of what is due, contacts and notes a screen shows at the most.
MOST_ROWS = (8, 5, 3)
FACT_LINES = 2
# The lines that one row may take and how many rows there are at the least, as the screen has room
# for: words are cut first, and then notes, where much was assessed and planned.
STEPS = (
    (3, (5, 3, 2)),
    (2, (5, 3, 2)),
    (1, (5, 3, 2)),
    (1, (4, 2, 0)),
    (1, (3, 2, 0)),
    (1, (3, 1, 0)),
)

# Pieces that say who else is around a client, and what they may be told.
AROUND = (PERSON, PROVIDER, CONSENT, AMENDMENT)

Section = list[list[Line]]  # rows of lines


def case_screen(
    file: File,
    items: Sequence[DueItem],
    output: Output,
    *,
    whole: bool = False,
) -> list[Line]:
    """``items`` are what the case owes, ranked; ``whole`` shows every contact and note in full."""
    head = [*_head(file, output), *_person(file, output, whole), *_casework(file, output, whole)]
    foot = _foot(file, output)
    if whole:
        ended = [_ended(each, file.case, output) for each in file.promises if each.status != OPEN]
        sections = [*_sections(file, items, output, None), _assessed(file, output), ended]
        titles = ("Due", "Contacts", "Notes", "Assessed", "Ended")
        body = _titled(titles, sections, [len(rows) for rows in sections])
        return [*head, *body, *_below(foot)]
    lines = TALL if output.width < NARROW else SCREEN
    room = lines - len(head) - len(foot) - 2  # the blank line and the count of what was cut
    for depth, least in STEPS:
        sections = _sections(file, items, output, depth)
        shown = _fitting(sections, room, least)
        if _height(sections, shown) <= room:
            break
    body = _titled(("Due", "Last contacts", "Last notes"), sections, shown)
    return [*head, *body, *_below([*foot, *_cut(file.case, sections, shown)])]


def own_screen(
    items: Sequence[DueItem], promises: Sequence[Promise], output: Output, *, whole: bool
) -> list[Line]:
    """The worker's own work; ``whole`` shows what ended as well, and every text in full."""
    due = [_due_row(item, output, None if whole else STEPS[0][0]) for item in items]
    ended = [each for each in promises if each.status != OPEN]
    lines: list[Line] = [[("Your own work", "head")]]
    if not due:
        lines += wrapped("Nothing is open. casectl follow me TEXT --due WHEN", output.width)
    lines += [line for row in due for line in row]
    if whole:
        rows = [_ended(each, ME, output) for each in ended]
        return [*lines, *_titled(("Ended",), [rows], [len(rows)])]
    told = f"{len(ended):,} ended: casectl show me --all"
    return [*lines, *([[], [(told, "dim")]] if ended else [])]


def _sections(
    file: File, items: Sequence[DueItem], output: Output, depth: int | None
) -> list[Section]:
    """What is due, contacts and notes, each row at most ``depth`` lines; None: in full."""
    return [
        _due(file, items, output, depth),
        _contacts(file, output, depth),
        _notes(file, output, depth),
    ]


def _titled(titles: Sequence[str], sections: list[Section], shown: list[int]) -> list[Line]:
    lines: list[Line] = []
    for title, rows, count in zip(titles, sections, shown, strict=True):
        if count:
            lines += [[], [(title, "head")], *(line for row in rows[:count] for line in row)]
    return lines


def _below(lines: list[Line]) -> list[Line]:
    return [[], *lines] if lines else []


def _fitting(sections: list[Section], room: int, least: tuple[int, int, int]) -> list[int]:
    """How many rows of each section a screen has room for."""
    shown = [min(len(rows), most) for rows, most in zip(sections, MOST_ROWS, strict=True)]
    for index in (2, 1, 0):
        while shown[index] > least[index] and _height(sections, shown) > room:
            shown[index] -= 1
    return shown


def _height(sections: list[Section], shown: list[int]) -> int:
    return sum(
        2 + sum(len(row) for row in rows[:count])
        for rows, count in zip(sections, shown, strict=True)
        if count
    )


def _cut(case: Case, sections: list[Section], shown: list[int]) -> list[Line]:
    left = [len(rows) - count for rows, count in zip(sections, shown, strict=True)]
    more = [
        f"{count} more {name if count > 1 else name.removesuffix('s')}"
        for count, name in zip(left, ("due", "contacts", "notes"), strict=True)
        if count
    ]
    return [[(f"{', '.join(more)}: casectl show {case.number} --all", "dim")]] if more else []


# -- who it is ---------------------------------------------------------------------------------


def _head(file: File, output: Output) -> list[Line]:
    case, client = file.case, file.client
    pronouns = f"  {client.pronouns[:20]}" if client.pronouns else ""
    handle = f"  {case.handle}"
    room = max(output.width - len(handle) - len(pronouns), 10)
    name = fit(visible(case.client), room, pad=False)
    style = "SAFETY" if case.level == Level.CRISIS and case.is_open else "head"
    rest = " · ".join([*_standing(case, output), *_service(case, output)])
    level = _level(case)
    first, *more = wrapped(f"{level} · {rest}", output.width)
    words = first[0][0]
    styled = [(words[: len(level)], style), (words[len(level) :], "")]
    lines: list[Line] = [[(name, "name"), (handle, ""), (pronouns, "dim")], styled]
    return [*lines, *_few(more, FACT_LINES, output.width)]


def _level(case: Case) -> str:
    word = case.level.word.upper()
    return f"{word}? (risk not assessed)" if case.provisional else word


def _standing(case: Case, output: Output) -> list[str]:
    words = []
    if case.is_open and case.level == Level.CRISIS:
        words.append(f"crisis since {_day(case.crisis_since or case.opened_on, output)}")
        if case.covered_until:
            words.append(f"seen by a professional until {_day(case.covered_until, output)}")
    if case.status == CLOSED:
        closed = f"closed {_day(case.closed_on, output)}" if case.closed_on else "closed"
        words.append(f"{closed}: {_short(case.close_reason)}" if case.close_reason else closed)
    elif case.hold_until:
        words.append(f"on hold until {_day(case.hold_until, output)}")
    elif case.status == PENDING:
        words.append("pending, not taken on yet")
    else:
        words.append(case.status.replace("_", " "))
    if case.is_open and case.planned_on is not None and case.planned_on >= output.today:
        plan = f"planned {_day(case.planned_on, output)}"
        words.append(f"{plan}: {_short(case.planned_reason)}" if case.planned_reason else plan)
    return words


def _service(case: Case, output: Output) -> list[str]:
    words = [_short(case.program)] if case.program else []
    return [*words, f"intake {spoken(case.opened_on, output.order)}"]


def _person(file: File, output: Output, whole: bool) -> list[Line]:
    """Phone and safe-contact words whole, always; the rest of what is known in two lines."""
    client, case = file.client, file.case
    lines: list[Line] = []
    if client.phone:
        phone = f"Phone {client.phone} {beside_phone(client.safely)}"
        lines += wrapped(phone, output.width)
    elif client.safely:
        lines += wrapped(f"Safe contact: {client.safely}", output.width)
    known = {
        "legal name": client.legal_name,
        "born": client.birth_date,
        "speaks": speaks(client.language, client.interpreter),
        "needs": case.need,
        "referred by": case.referred_by,
        "email": client.email,
        "address": client.address,
        "id": client.external_id or case.external_id,
    }
    facts = [
        f"{name} {value if whole else _short(value)}" for name, value in known.items() if value
    ]
    if facts:
        joined = " · ".join(facts)
        told = wrapped(joined[0].upper() + joined[1:], output.width)
        lines += told if whole else _few(told, FACT_LINES, output.width)
    return lines


def _casework(file: File, output: Output, whole: bool) -> list[Line]:
    """What was assessed and planned, a line each, and two for the risk; whole with everything."""
    if not file.casework:
        return []
    from casectl.render.casework import assessed_lines
    from casectl.render.plan import plan_summary

    told = list(assessed_lines(file.casework, output))
    told += [(each, 1) for each in plan_summary(file.case, file.casework, output)]
    if any(each.kind in AROUND for each in file.casework):
        from casectl.render.around import around_lines

        told += around_lines(file, output, whole=whole)
    if any(each.kind in (REFERRAL, DENIAL) for each in file.casework):
        from casectl.render.referrals import summary

        told += [(each, 1) for each in summary(file.case, file.casework, output)]
    if any(each.kind == CLOSING for each in file.casework):
        from casectl.render.closing import closing_lines

        told += [(each, 2) for each in closing_lines(file.casework, output, whole=whole)]
    if whole:
        from casectl.render.monitoring import kept_lists

        told += [(each, 1) for each in kept_lists(file.case, file.casework, output)]
    lines: list[Line] = []
    for words, most in told:
        line = wrapped(words if whole else _short(words), output.width)
        lines += line if whole else _few(line, most, output.width)
    return lines


def _assessed(file: File, output: Output) -> Section:
    """Assessments, risks, questionnaires and needs, each in full."""
    if not file.casework:
        return []
    from casectl.render.casework import assessing_rows
    from casectl.render.referrals import rows as others_rows

    return [
        _row(item, day, words, output, None)
        for item, day, words in (
            *others_rows(file.casework, file.case, output),
            *assessing_rows(file.casework, file.case, output),
        )
    ]


def _foot(file: File, output: Output) -> list[Line]:
    lines: list[Line] = []
    missing = file.record.lacks
    if missing and file.case.is_open:
        number = file.case.number
        how = [f"casectl set {number} --risk LEVEL"] if "risk" in missing else []
        how += [f"casectl edit {number}"] if set(missing) - {"risk"} else []
        lines += wrapped(f"Missing: {', '.join(missing)} ({', '.join(how)})", output.width)
    for fact, why in unavailable(file).items():
        lines += _few(wrapped(f"Not available: {fact} ({why})", output.width), 1, output.width)
    if file.note_begun:
        goes_on = f"casectl note {file.case.number} --edit goes on with it"
        lines += wrapped(f"A note is kept as a draft: {goes_on}", output.width)
    if file.other_cases:
        others = ", ".join(f"{each.handle} ({_status(each)})" for each in file.other_cases[:6])
        more = f" and {len(file.other_cases) - 6} more" if len(file.other_cases) > 6 else ""
        lines += wrapped(
            f"Other cases of this {output.word('client')}: {others}{more}", output.width
        )
    return lines


# -- what is on file ---------------------------------------------------------------------------


def _due(file: File, items: Sequence[DueItem], output: Output, depth: int | None) -> Section:
    rows = [_due_row(item, output, depth) for item in items]
    named = {item.promise.id for item in items if item.promise}
    # A held or closed case still has its follow-ups; they are owed again when it goes on.
    for promise in file.promises:
        if promise.status == OPEN and promise.id not in named:
            day = _day(promise.due_on, output)
            rows.append(
                _row(
                    f"{file.case.number}.{promise.number}",
                    "waits",
                    f"{promise.what}; was for {day}",
                    output,
                    depth,
                )
            )
    return rows


def _due_row(item: DueItem, output: Output, depth: int | None) -> list[Line]:
    word = status(item, output.today, output.time)
    words = first_words(item, output)
    if item.promise and (depth is None or output.width >= WIDE):
        words = f"{words}; {reason(item, output.today, output.order)}"
    elif item.promise:
        words = f"{words}; {_day(item.due, output)}"
    style = item.band.name if item.band is not None else "dim"
    return _row(item.item, word, words, output, depth, style)


def _contacts(file: File, output: Output, depth: int | None) -> Section:
    corrected_by, disagreed = corrections(file.contacts), _disagreed(file)
    return [
        _contact(
            each, file.case, corrected_by.get(each.id), disagreed.get(each.id, ()), output, depth
        )
        for each in file.contacts
    ]


def _disagreed(file: File) -> Mapping[str | None, Sequence[Piece]]:
    """What the client disagrees with, by the key of the note or contact."""
    if not any(each.kind == AMENDMENT for each in file.casework):
        return {}
    from casectl.core.amending import by_record

    return by_record(file.casework)


def _contact(
    contact: Contact,
    case: Case,
    newer: Contact | None,
    disagreed: Sequence[Piece],
    output: Output,
    depth: int | None,
) -> list[Line]:
    party = "" if contact.party == "client" else f" {contact.party}"
    means = by_means(contact.by)
    words = f"{contact.outcome}{party} {means}"
    details = [f"{contact.minutes} min"] if contact.minutes is not None else []
    details += ["with an interpreter"] if contact.interpreter else []
    details += [f"seen by {contact.seen_by}"] if contact.seen_by else []
    details += [f"for {contact.item}"] if contact.item else []
    if depth is None and details:
        words += f" ({', '.join(details)})"
    if contact.text:
        words += f": {contact.text}"
    mark = _disagreement(disagreed, case, depth is None)
    style = "" if contact.outcome == REACHED else "dim"
    if newer is not None:
        words, style = f"superseded by {case.number}.c{newer.number}: {words}", "dim"
    elif contact.corrects:
        words = f"corrected: {words}"
    item = f"{case.number}.c{contact.number}"
    return _row(item, _day(contact.on_day, output), words, output, depth, style, mark)


def _notes(file: File, output: Output, depth: int | None) -> Section:
    """The notes with what marks them; what reads the marks is loaded where any has one."""
    marks: dict[str, str] = {}
    if any(
        each.form or each.contact_id or each.signed_at or each.addendum_to for each in file.notes
    ):
        from casectl.core.noting import with_what_it_belongs_to
        from casectl.render.noting import note_marks

        for each in with_what_it_belongs_to(file.notes, file.contacts):
            marks[each.note.id] = ", ".join(note_marks(each, file.case))
    disagreed = _disagreed(file)
    return [
        _note(note, marks.get(note.id), disagreed.get(note.id, ()), file.case, output, depth)
        for note in file.notes
    ]


def _note(
    note: Note,
    marks: str | None,
    disagreed: Sequence[Piece],
    case: Case,
    output: Output,
    depth: int | None,
) -> list[Line]:
    item = f"{case.number}.n{note.number}"
    words = f"({marks}) {note.text}" if marks else note.text
    mark = _disagreement(disagreed, case, depth is None)
    return _row(item, _day(note.on_day, output), words, output, depth, mark=mark)


def _disagreement(disagreed: Sequence[Piece], case: Case, whole: bool) -> str:
    """What stands behind a text: in full, and by name where the text is cut."""
    if not disagreed:
        return ""
    if whole:
        from casectl.render.around import disagreeing

        return disagreeing(disagreed, case)
    names = ", ".join(f"{case.number}.{each.part}" for each in disagreed)
    return f" (the client disagrees: {names})"


def _ended(promise: Promise, case: Case, output: Output) -> list[Line]:
    day = _day(promise.ended_on, output) if promise.ended_on else ""
    outcome = f": {promise.outcome}" if promise.outcome else ""
    words = f"{day}, {promise.what}{outcome}"
    return _row(f"{case.stem}.{promise.number}", promise.status, words, output, None, "dim")


def _row(
    item: str,
    word: str,
    words: str,
    output: Output,
    depth: int | None,
    style: str = "",
    mark: str = "",
) -> list[Line]:
    """An item, its word or day, and what it says; on a narrow terminal the words stand below.

    The ``mark`` stands last, and is whole where the words before it are cut.
    """
    room = len(item.partition(".")[0]) + len(".assessment")
    said = max(15, cell_len(visible(word)))
    first: list[Span] = [(cell(item, room), ""), (cell(word, said), style)]
    narrow = output.width < NARROW
    indent = "  " if narrow else " " * (room + said + 2)
    if depth is None:
        told = wrapped(words + mark, output.width, indent)
    else:
        words = _short(words, depth * output.width)
        told = wrapped(words + mark, output.width, indent)
        while mark and " " in words and len(told) > depth:
            words = words.rpartition(" ")[0]
            told = wrapped(f"{words} …{mark}", output.width, indent)
        told = _few(told, depth, output.width)
    if narrow:
        return [first, *told]
    return [[*first, (told[0][0][0][len(indent) :], "")], *told[1:]]


def _short(text: str | None, width: int = 200) -> str:
    """The beginning of a text on one line; the line itself is cut where the terminal ends."""
    return " ".join((text or "")[: 4 * width].split())


def _few(lines: list[Line], count: int, width: int) -> list[Line]:
    """The first lines of a paragraph; a cut is marked."""
    if len(lines) <= count:
        return lines
    kept = lines[:count]
    return [*kept[:-1], [(fit(f"{kept[-1][0][0]} …", width, pad=False), "")]]


def _day(day: date, output: Output) -> str:
    return spoken_short(day, output.today, output.order)


def _status(case: Case) -> str:
    return case.status.replace("_", " ")


# -- two records beside each other -------------------------------------------------------------


def sides(
    left: tuple[Client, Sequence[Case]], right: tuple[Client, Sequence[Case]], output: Output
) -> list[str]:
    """Two clients' records, field by field, nothing of either cut."""
    width = max((output.width - 14) // 2, 10)
    lines = []
    for (name, one), (_, other) in zip(_told(*left, "kept"), _told(*right, "joined"), strict=True):
        pairs = zip_longest(_column(one, width), _column(other, width), fillvalue="")
        for row, (first, second) in enumerate(pairs):
            lines.append(f"{cell('' if row else name, 12)}{cell(first, width)}{second}".rstrip())
    return lines


def _column(text: str, width: int) -> list[str]:
    return [line[0][0] for line in wrapped(text, width)]


def _told(client: Client, cases: Sequence[Case], role: str) -> list[tuple[str, str]]:
    phone = f"{client.phone} {beside_phone(client.safely)}" if client.phone else ""
    return [
        ("", role),
        ("name", client.name),
        ("birth date", client.birth_date or ""),
        ("phone", phone),
        ("address", _short(client.address)),
        ("language", client.language or ""),
        ("cases", ", ".join(f"{each.handle} ({_status(each)})" for each in cases)),
    ]
