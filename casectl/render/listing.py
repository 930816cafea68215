"""Many at a time on a terminal: cases, what a search found, and the history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from rich.cells import cell_len

from casectl.core.casefile import ListRow
from casectl.core.due import DueItem
from casectl.core.matching import snippet
from casectl.core.model import ACTIVE, CLOSED, ON_HOLD, Case, Jot
from casectl.core.spoken import spoken_short
from casectl.core.text import visible
from casectl.core.values import NamedTuple
from casectl.core.views import Entry, Hit
from casectl.render import Output
from casectl.render.changes import entry_words
from casectl.render.objects import has_a_number
from casectl.render.screens import NARROW, WIDE, Line, Span, cell, wrapped
from casectl.render.words import beside_phone, status

# How many changes of one operation a screen tells; the rest is a number.
TOLD_CHANGES = 6
# Columns of the list: a handle up to there and its number from there on, a day, how long ago.
HANDLE, HANDLE_WIDE, DUE, REACHED = 13, 18, 11, 8


# -- list --------------------------------------------------------------------------------------


def list_screen(rows: Sequence[ListRow], more: int, output: Output) -> list[Line]:
    if not rows:
        return wrapped(
            "No case fits. casectl list --all shows every one, casectl intake takes one in.",
            output.width,
        )
    columns = _columns(rows, output)
    lines: list[Line] = []
    if output.width >= NARROW:
        lines.append([(words, "head") for words in _list_head(columns, output)])
    for row in rows:
        lines += _list_row(row, columns, output)
    count = f"{len(rows):,} case{'s' if len(rows) != 1 else ''}"
    cut = f", {more:,} more: give a higher --limit" if more else ""
    return [*lines, [], [(count + cut, "dim")]]


class _Columns(NamedTuple):
    """How wide each is: as wide as what stands in it, and the names have what is left."""

    case: int
    client: int
    level: int
    program: int
    item: int
    status: int


def _columns(rows: Sequence[ListRow], output: Output) -> _Columns:
    """An item's name is there to be typed, so it is never cut; a client's name gives way."""

    def widest(texts: Iterable[str], least: int, most: int) -> int:
        return min(max(least, *map(_cells, texts)), most)

    wide, narrow = output.width >= WIDE, output.width < NARROW
    handle = HANDLE_WIDE if wide else HANDLE
    heads = _cells(output.word("case")), _cells(output.word("client"))
    case = widest((_typed(row.case, handle) for row in rows), heads[0], handle)
    level = widest((_level(row.case) for row in rows), 5, 15)
    item = max(len(row.first.item) if row.first else 6 for row in rows)
    program = widest((row.case.program or "" for row in rows), 7, 12) if wide else 0
    word = max(15, *(len(_word(_first(row), output)) for row in rows)) if wide else 0
    if narrow:
        left = output.width - level - 1
    else:
        taken = (case, level, item, DUE, REACHED, *((program, word) if wide else ()))
        left = output.width - sum(taken) - len(taken)
    name = widest((row.case.client for row in rows), heads[1], max(left, 8))
    return _Columns(case, name, level, program, item, word)


def _cells(text: str) -> int:
    return cell_len(visible(text))


def _list_head(columns: _Columns, output: Output) -> list[str]:
    case = cell(output.word("case"), columns.case)
    client = cell(output.word("client"), columns.client)
    level = cell("level", columns.level)
    following = columns.item + 1 + DUE
    if output.width < WIDE:
        return [case, client, level, cell("next", following), "reached"]
    program = cell("program", columns.program)
    return [case, client, level, program, cell("next", following + 1 + columns.status), "reached"]


def _first(row: ListRow) -> DueItem | None:
    """What it owes first; that a case is closed goes before that."""
    return row.first if row.case.is_open else None


def _word(first: DueItem | None, output: Output) -> str:
    return status(first, output.today, output.time) if first else ""


def _list_row(row: ListRow, columns: _Columns, output: Output) -> list[Line]:
    case = row.case
    first = _first(row)
    style = first.band.name if first and first.band is not None else "dim"
    item: Span = (cell(first.item if first else "closed", columns.item), style)
    due = _short_day(first.due, output) if first else _closed(case, output)
    client: Span = (cell(case.client, columns.client), "name")
    level: Span = (cell(_level(case), columns.level), "")
    reached = _ago(row.last_reached, output.today)
    if output.width < NARROW:
        room = max(output.width - 2 - columns.item - 1 - DUE - 1, 4)
        handle = cell(_typed(case, room), room)
        return [[client, (_level(case), "")], [("  ", ""), (handle, ""), item, (due, "")]]
    handle = cell(_typed(case, columns.case), columns.case)
    if output.width < WIDE:
        return [[(handle, ""), client, level, item, (cell(due, DUE), ""), (reached, "")]]
    word = _word(first, output)
    return [
        [(handle, ""), client, level, (cell(case.program or "", columns.program), ""), item,
         (cell(due, DUE), ""), (cell(word, columns.status), style), (reached, "")]
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
    if has_a_number(hit):
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
    how = wrapped("casectl file N CASE makes one a note of that case", output.width)
    return [*lines, [], *([(line[0][0], "dim")] for line in how)]


# -- history -----------------------------------------------------------------------------------


def history_screen(
    entries: Sequence[Entry], more: bool, output: Output, of: str = ""
) -> list[Line]:
    """``of``: whose it is, as it was asked for."""
    if not entries:
        return [[("Nothing has been changed yet.", "")]]
    lines: list[Line] = []
    for entry in entries:
        lines += _entry(entry, output)
    if more:
        whole = f"casectl history {of}".strip()
        older = f"Older ones: {whole} --limit {max(100, 5 * len(entries))}"
        lines += [[], *wrapped(older, output.width)]
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
