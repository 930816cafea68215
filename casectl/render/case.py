"""One case on a terminal: an ordinary one fits a screen of 24 lines, ``--all`` shows everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from casectl.core.due import Band, DueItem
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
from casectl.core.values import NamedTuple
from casectl.core.views import File
from casectl.render import Output
from casectl.render.screens import NARROW, WIDE, Line, Span, cell, fit, wrapped
from casectl.render.today import first_words
from casectl.render.words import beside_phone, by_means, reason, speaks, status

SCREEN = 23  # lines that leave the prompt on a screen of 24
TALL = 40  # a narrow screen is a phone's, or half of a wide one
MOST_ROWS = (5, 3)  # of contacts and notes
FACT_LINES = 2
NEAR = 30  # days ahead; what is due later may give way to other things
WHOLE_ROWS = 3  # lines of a row at the most
# The lines that one row may take and how many rows there are at the least: words are cut first,
# then notes and contacts.
STEPS = (
    (WHOLE_ROWS, (5, 3, 2)),
    (2, (5, 3, 2)),
    (1, (5, 3, 2)),
    (1, (4, 2, 0)),
    (1, (3, 2, 0)),
    (1, (3, 1, 0)),
)
# What gives way before the last contact does and before anything that is due soon, in this order.
GIVES_WAY = (
    "goals",
    "questionnaires",
    "needs",
    "assessment",
    "plan",
    "releases",
    "referrals",
    "denials",
    "people",
    "disagreement",
)

# Pieces that say who else is around a client, and what they may be told.
AROUND = (PERSON, PROVIDER, CONSENT, AMENDMENT)

Section = list[list[Line]]  # rows of lines


class Layout(NamedTuple):
    """What a screen has room for."""

    depth: int  # lines of a row
    short: bool  # a line for the risk, and one for the closing
    gone: int  # how many of GIVES_WAY are only named
    rows: tuple[int, int, int]  # due, contacts, notes


class Told(NamedTuple):
    """One thing of the casework, the lines that it may take, and what it is called where it is
    left out; nothing for what never is.
    """

    words: str
    most: int
    name: str


def case_screen(
    file: File,
    items: Sequence[DueItem],
    output: Output,
    *,
    whole: bool = False,
) -> list[Line]:
    """``items`` are what the case owes, ranked; ``whole`` shows every contact and note in full."""
    head = [*_head(file, output), *_person(file, output, whole)]
    told, foot = _casework(file, output, whole), _foot(file, output)
    if whole:
        head += [line for each in told for line in wrapped(each.words, output.width)]
        ended = [_ended(each, file.case, output) for each in file.promises if each.status != OPEN]
        sections = [*_sections(file, items, output, None), _assessed(file, output), ended]
        titles = ("Due", "Contacts", "Notes", "Assessed", "Ended")
        body = _titled(titles, sections, [len(rows) for rows in sections])
        return [*head, *body, *_below(foot)]
    room = max(TALL if output.width < NARROW else SCREEN, (output.height or 0) - 1)
    wholes = [wrapped(_short(each.words), output.width) for each in told]
    made: dict[int, list[Section]] = {}
    screen: list[Line] = []
    for layout in _layouts(file, items, told, room):
        if layout.depth not in made:
            made[layout.depth] = _sections(file, items, output, layout.depth)
        rows = made[layout.depth]
        screen = [
            *head,
            *_standing_casework(told, wholes, layout, output),
            *_titled(("Due", "Last contacts", "Last notes"), rows, layout.rows),
            *_below([*foot, *_cut(file.case, rows, layout, told, output)]),
        ]
        if len(screen) <= room:
            break
    return screen


def own_screen(
    items: Sequence[DueItem], promises: Sequence[Promise], output: Output, *, whole: bool
) -> list[Line]:
    """The worker's own work; ``whole`` shows what ended as well, and every text in full."""
    due = [_due_row(item, output, None if whole else WHOLE_ROWS) for item in items]
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


def _titled(titles: Sequence[str], sections: list[Section], shown: Sequence[int]) -> list[Line]:
    lines: list[Line] = []
    for title, rows, count in zip(titles, sections, shown, strict=True):
        if count:
            lines += [[], [(title, "head")], *(line for row in rows[:count] for line in row)]
    return lines


def _below(lines: list[Line]) -> list[Line]:
    return [[], *lines] if lines else []


def _layouts(
    file: File, items: Sequence[DueItem], told: Sequence[Told], room: int
) -> Iterator[Layout]:
    """From the one that leaves out least to the one that leaves out most.

    What is due soon gives way when everything else has, the last rows first; what is in the bands
    SAFETY and DEADLINE never does, and stands first.
    """
    near = [each.is_listed or each.days_late >= -NEAR for each in items]
    soon = max((place for place, is_soon in enumerate(near, 1) if is_soon), default=0)
    pressing = sum(each.band in (Band.SAFETY, Band.DEADLINE) for each in items)
    named = {each.name for each in told}
    last = max((n for n, name in enumerate(GIVES_WAY, 1) if name in named), default=0)
    steps = [(depth, False, 0, least) for depth, least in STEPS]
    depth, least = STEPS[-1]
    steps += [(depth, False, gone, least) for gone in range(1, last + 1)]
    steps += [(depth, True, last, least), (depth, True, last, (least[0], 0, 0))]
    due = len(items) + len(_waiting(file, items))
    most = (max(pressing, room), *MOST_ROWS)
    counts = (due, len(file.contacts), len(file.notes))
    for place, (depth, short, gone, (fewest, *others)) in enumerate([*steps, steps[-1]]):
        kept = pressing if place == len(steps) else max(fewest, soon)
        shown = [min(count, up_to) for count, up_to in zip(counts, most, strict=True)]
        for index, at_least in ((2, others[1]), (1, others[0]), (0, kept)):
            for count in range(shown[index], min(at_least, shown[index]) - 1, -1):
                shown[index] = count
                yield Layout(depth, short, gone, (shown[0], shown[1], shown[2]))


def _standing_casework(
    told: Sequence[Told], wholes: Sequence[list[Line]], layout: Layout, output: Output
) -> list[Line]:
    """What was assessed and planned, as far as a layout has room for it.

    ``wholes`` are the lines of each, which are cut here.
    """
    gone = GIVES_WAY[: layout.gone]
    lines: list[Line] = []
    for each, whole in zip(told, wholes, strict=True):
        if each.name not in gone:
            # A phone number has what must be known of it behind it, so it is never cut.
            most = 1 if layout.short and each.most == 2 else each.most
            lines += _few(whole, most, output.width)
    return lines


def _cut(
    case: Case, sections: list[Section], layout: Layout, told: Sequence[Told], output: Output
) -> list[Line]:
    """What a screen left out, and where it stands."""
    left = [len(rows) - count for rows, count in zip(sections, layout.rows, strict=True)]
    more = [
        f"{count} more {name if count > 1 else name.removesuffix('s')}"
        for count, name in zip(left, ("due", "contacts", "notes"), strict=True)
        if count
    ]
    named = {each.name for each in told}
    gone = [name for name in reversed(GIVES_WAY[: layout.gone]) if name in named]
    if not more and not gone:
        return []
    how = f": casectl show {case.number} --all"
    line = ", ".join([*more, *gone]) + how
    lines = 2 if output.width < NARROW else 1
    while gone and cell_len(line) > lines * output.width:
        gone.pop()
        line = ", ".join([*more, *gone, "…"]) + how
    return [[(words, "dim")] for ((words, _),) in wrapped(line, output.width)]


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


def _casework(file: File, output: Output, whole: bool) -> list[Told]:
    """What was assessed and planned, a line each, and two for the risk; whole with everything."""
    if not file.casework:
        return []
    from casectl.render.casework import assessed_lines
    from casectl.render.plan import plan_summary

    told = [Told(*each) for each in assessed_lines(file.casework, output)]
    plan = plan_summary(file.case, file.casework, output)
    told += [Told(each, 1, name) for each, name in zip(plan, ("plan", "goals"), strict=False)]
    if any(each.kind in AROUND for each in file.casework):
        from casectl.render.around import around_lines

        told += [Told(*each) for each in around_lines(file, output, whole=whole)]
    if any(each.kind in (REFERRAL, DENIAL) for each in file.casework):
        from casectl.render.referrals import summary

        width = None if whole else output.width
        told += [Told(*each) for each in summary(file.case, file.casework, output, width)]
    if any(each.kind == CLOSING for each in file.casework):
        from casectl.render.closing import closing_lines

        told += [Told(each, 2, "") for each in closing_lines(file.casework, output, whole=whole)]
    if whole:
        from casectl.render.monitoring import kept_lists

        told += [Told(each, 1, "") for each in kept_lists(file.case, file.casework, output)]
    return told


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


def _waiting(file: File, items: Sequence[DueItem]) -> list[Promise]:
    """Of a held or closed case: its follow-ups, which are owed again when it goes on."""
    named = {item.promise.id for item in items if item.promise}
    return [each for each in file.promises if each.status == OPEN and each.id not in named]


def _due(file: File, items: Sequence[DueItem], output: Output, depth: int | None) -> Section:
    rows = [_due_row(item, output, depth) for item in items]
    for promise in _waiting(file, items):
        words = f"{promise.what}; was for {_day(promise.due_on, output)}"
        rows.append(_row(f"{file.case.number}.{promise.number}", "waits", words, output, depth))
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
