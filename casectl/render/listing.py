"""Many at a time on a terminal: cases, what a search found, and the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.cells import cell_len

from casectl.core.casefile import ListRow
from casectl.core.matching import snippet
from casectl.core.model import ACTIVE, CLOSED, ON_HOLD, Case, Jot
from casectl.core.spoken import spoken_short
from casectl.core.text import visible
from casectl.core.views import Entry, Hit
from casectl.render import Output
from casectl.render.changes import entry_words
from casectl.render.screens import NARROW, WIDE, Line, Span, cell, wrapped
from casectl.render.words import beside_phone, status

# How many changes of one operation a screen tells; the rest is a number.
TOLD_CHANGES = 6


# -- list --------------------------------------------------------------------------------------


def list_screen(rows: Sequence[ListRow], more: int, output: Output) -> list[Line]:
    if not rows:
        return wrapped(
            "No case fits. casectl list --all shows every one, casectl intake takes one in.",
            output.width,
        )
    # An item's name is there to be typed, so it is never cut; the client's name gives way.
    room = max(13, max(len(row.first.item) if row.first else 0 for row in rows))
    lines: list[Line] = []
    if output.width >= NARROW:
        lines.append([(words, "head") for words in _list_head(room, output)])
    for row in rows:
        lines += _list_row(row, room, output)
    count = f"{len(rows):,} case{'s' if len(rows) != 1 else ''}"
    cut = f", {more:,} more: give a higher --limit" if more else ""
    return [*lines, [], [(count + cut, "dim")]]


def _client_room(room: int, output: Output) -> int:
    if output.width < NARROW:
        return max(output.width - room - 15, 8)
    return max((15 if output.width < WIDE else 21) - (room - 13), 8)


def _list_head(room: int, output: Output) -> list[str]:
    client = cell("client", _client_room(room, output))
    if output.width < WIDE:
        return [cell("case", 13), client, cell("level", 15), cell("next", room + 12), "reached"]
    return [
        cell("case", 18), client, cell("level", 15), cell("program", 12),
        cell("next", room + 28), "reached",
    ]  # fmt: skip


def _list_row(row: ListRow, room: int, output: Output) -> list[Line]:
    case, first = row.case, row.first
    style = first.band.name if first and first.band is not None else "dim"
    item: Span = (cell(first.item if first else "closed", room), style)
    due = _short_day(first.due, output) if first else _closed(case, output)
    client: Span = (cell(case.client, _client_room(room, output)), "name")
    reached = _ago(row.last_reached, output.today)
    if output.width < NARROW:
        return [
            [(cell(_typed(case, 20), 20), ""), (_level(case), "")],
            [("  ", ""), client, item, (due, "")],
        ]
    if output.width < WIDE:
        return [
            [(cell(_typed(case, 13), 13), ""), client, (cell(_level(case), 15), ""), item,
             (cell(due, 11), ""), (reached, "")]
        ]  # fmt: skip
    word = status(first, output.today, output.time) if first else ""
    return [
        [(cell(_typed(case, 18), 18), ""), client, (cell(_level(case), 15), ""),
         (cell(case.program or "", 12), ""), item, (cell(due, 11), ""), (cell(word, 15), style),
         (reached, "")]
    ]  # fmt: skip


def _typed(case: Case, width: int) -> str:
    """What names the case on a command line: its handle, or its number where that is too long."""
    return case.handle if cell_len(visible(case.handle)) <= width else str(case.number)


def _level(case: Case) -> str:
    """``high``, ``medium? held``: a question mark where risk is not assessed.

    Active goes without saying, and closed is said where an open case has its next item.
    """
    level = f"{case.level.word}{'?' if case.provisional else ''}"
    if case.status in (ACTIVE, CLOSED):
        return level
    return f"{level} {'held' if case.status == ON_HOLD else case.status}"


def _closed(case: Case, output: Output) -> str:
    return _short_day(case.closed_on, output) if case.closed_on else ""


def _short_day(day: date, output: Output) -> str:
    """``Fri 20 Nov``, and ``3 Jan 2025`` where the year is another one: never over 11 letters."""
    words = spoken_short(day, output.today, output.order)
    return words if day.year == output.today.year else words.partition(" ")[2]


def _ago(day: date | None, today: date) -> str:
    if day is None:
        return "never"
    days = (today - day).days
    return "today" if days == 0 else f"{days}d ago"


# -- search ------------------------------------------------------------------------------------


def hits_screen(
    hits: Sequence[Hit], words: Sequence[str], more: bool, output: Output
) -> list[Line]:
    room = max((len(hit.item) for hit in hits), default=0)
    lines: list[Line] = []
    for hit in hits:
        lines += _hit(hit, max(room, 7), words, output)
    if more:
        lines += [[], *wrapped("There are more: add a word, or a higher --limit.", output.width)]
    return lines


def _hit(hit: Hit, room: int, words: Sequence[str], output: Output) -> list[Line]:
    day = spoken_short(date.fromisoformat(hit.day), output.today, output.order) if hit.day else ""
    narrow = output.width < NARROW
    client = 16 if narrow else 18 if output.width < WIDE else 24
    indent = "  " if narrow else " " * (room + 1 + client + 1 + 15)
    first: list[Span] = [(cell(hit.item, room), ""), (cell(hit.case.client, client), "name")]
    first.append((day if narrow else cell(day, 14), ""))
    told = found_words(hit, words, output.width - len(indent))
    if narrow:
        return [first, *([(indent, ""), *line] for line in told)]
    return [[*first, *told[0]], *([(indent, ""), *line] for line in told[1:])]


def found_words(hit: Hit, words: Sequence[str], width: int) -> list[Line]:
    """The text around the match; a phone number whole, with the words that stand beside it."""
    label = "" if hit.case.is_open else "(closed) "
    label += "(superseded) " if hit.superseded else ""
    if hit.source in ("client", "case"):
        label += f"{hit.field.replace('_', ' ')}: "
    if hit.field == "phone":
        return wrapped(f"{label}{hit.text} {beside_phone(hit.safe_contact)}", width)
    found = snippet(hit.text, hit.words or words, max(width - len(label) - 2, 20))
    return [[(label, "dim"), (found.before, ""), (found.match, "head"), (found.after, "")]]


# -- jots --------------------------------------------------------------------------------------


def jots_screen(jots: Sequence[Jot], output: Output) -> list[Line]:
    """Each whole, because it says whose it is only in its own words."""
    if not jots:
        return [[("Nothing is waiting to be filed.", "")]]
    room = max(3, len(str(jots[-1].number)))
    lines: list[Line] = []
    for jot in jots:
        day = spoken_short(jot.on_day, output.today, output.order)
        head: list[Span] = [(cell(str(jot.number), room), "head"), (cell(day, 11), "")]
        indent = " " * (room + 1 + 12)
        if output.width < NARROW:
            indent = "  "
            lines.append(head)
            head = [(indent, "")]
        first, *more = wrapped(" ".join(jot.text.split()), output.width - len(indent))
        lines += [[*head, *first], *([(indent, ""), *line] for line in more)]
    return [*lines, [], [("casectl file N CASE makes one a note of that case", "dim")]]


# -- history -----------------------------------------------------------------------------------


def history_screen(entries: Sequence[Entry], more: bool, output: Output) -> list[Line]:
    if not entries:
        return [[("Nothing has been changed yet.", "")]]
    lines: list[Line] = []
    for entry in entries:
        lines += _entry(entry, output)
    if more:
        lines += [[], [("Older ones: casectl history --limit 100", "dim")]]
    return lines


def _entry(entry: Entry, output: Output) -> list[Line]:
    day = spoken_short(date.fromisoformat(entry.day), output.today, output.order)
    whose = ", ".join(entry.clients[:3]) + ("" if len(entry.clients) < 4 else " …")
    handles = ", ".join(entry.cases[:3])
    undone = f"  undone by {entry.undone_by}" if entry.undone_by is not None else ""
    again = f" of {entry.undoes}" if entry.undoes is not None else ""
    gone = entry.undone_by is not None
    style = "dim" if gone else ""
    head: list[Span] = [
        (cell(str(entry.id), 5), "head"), (cell(day, 11), style), (cell(entry.worker, 10), "dim"),
        (f"{entry.command}{again}", style or "head"), (undone, "NOW"),
    ]  # fmt: skip
    who: list[Span] = [
        (f"  {whose}", style or "name"),
        (f" ({handles})" if handles else "", style),
    ]
    narrow = output.width < NARROW
    heads: list[Line] = [head, who] if narrow else [[*head, *who]]
    words = entry_words(entry, output)
    told = words[:TOLD_CHANGES]
    if len(words) > TOLD_CHANGES:
        told.append(f"and {entry.change_count - TOLD_CHANGES:,} more changes")
    indent = "  " if narrow else " " * 6
    lines = [line for each in told for line in wrapped(each, output.width, indent)]
    return [*heads, *([(line[0][0], style)] for line in lines)]
