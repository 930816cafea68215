"""The sheets as a person reads them: calls and visits on a screen, pages for the field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from casectl.core.due import DueItem
from casectl.core.model import Client
from casectl.core.sheets import AgencyCall, SheetRow, Visit
from casectl.core.spoken import spoken
from casectl.core.text import initials, visible
from casectl.render import Output
from casectl.render.screens import NARROW, Line, Span, cell, fit, whole, wrapped
from casectl.render.words import reason, speaks, status, told_phone

INDENT = "  "


def calls_screen(
    rows: Sequence[SheetRow],
    agencies: Sequence[AgencyCall],
    more: int,
    whole: str,
    output: Output,
) -> list[Line]:
    """``whole`` is the command that lists the ``more`` as well."""
    lines: list[Line] = [_head(len(rows) + len(agencies) + more, "to reach", output)]
    for each in rows:
        first, *others = each.row.items
        also = f" (+ {', '.join(item.item for item in others)})" if others else ""
        what = f"{_what(first, output)}{also}"
        lines += [[], *_entry(first, each.client, "", [what], output)]
    for call in agencies:
        lines += [[], *_agency(call, output)]
    return [*lines, *_more(more, whole, output)]


def _agency(call: AgencyCall, output: Output) -> list[Line]:
    """A silent referral: of whom, how it stands, and whom to ask by which number."""
    from casectl.render.referrals import call_words

    item = call.item
    told = [f"Ask {call_words(call.referral, call.resource)}", _what(item, output)]
    return _heading(item, item.case.client, "", told, output)


def visits_screen(visits: Sequence[Visit], more: int, whole: str, output: Output) -> list[Line]:
    count = len(visits) + more
    lines: list[Line] = [_head(count, f"place{'s' * (count > 1)} to be", output)]
    if not visits:
        lines = [_head(0, "to go to", output)]
    for visit in visits:
        item, promise = visit.item, visit.item.promise
        place = f"at {promise.place}" if promise is not None and promise.place else ""
        told = [
            _what(item, output) if not place else f"{item.what} {place}",
            f"Address {visit.client.address or 'not known'}",
        ]
        hour = item.time or ("all day" if item.is_appointment else "")
        lines += [[], *_entry(item, visit.client, hour, told, output)]
    return [*lines, *_more(more, whole, output)]


def _head(count: int, what: str, output: Output) -> Line:
    words = f"{count:,} {what}" if count else f"nothing {what}"
    return [(f"{spoken(output.today, output.order)}  {words}", "head")]


def _more(more: int, whole: str, output: Output) -> list[Line]:
    return [[], *wrapped(f"+{more:,} more: {whole}", output.width)] * (more > 0)


def _entry(
    item: DueItem, client: Client, hour: str, told: Sequence[str], output: Output
) -> list[Line]:
    """Whose it is and how it stands on one line, then what is needed on the way, whole."""
    details = [
        told_phone(client.phone, client.safely),
        " · ".join(filter(None, _manner(client))),
        *told,
    ]
    return _heading(item, client.name, hour, details, output)


def _heading(
    item: DueItem, name: str, hour: str, details: Sequence[str], output: Output
) -> list[Line]:
    word = status(item, output.today, output.time)
    if output.accessible:
        when = f"{hour}, " if hour else ""
        words = ". ".join([f"{when}{item.item}, {name}: {word}", *filter(None, details)])
        return wrapped(f"{words}.", output.width)
    style = item.band.name if item.band is not None else ""
    clock: list[Span] = [(cell(hour, 8), "head")] if hour else []
    lines: list[Line] = []
    if output.width < NARROW:
        lines += [
            [*clock, (cell(item.item, 10), ""), (word, style)],
            [(INDENT, ""), (name, "name")],
        ]
    else:
        room = 38 - len(item.item) - (9 if hour else 0)
        lines.append([*clock, (f"{item.item}  ", ""), (cell(name, room), "name"), (word, style)])
    return [
        *lines,
        *(line for each in details if each for line in wrapped(each, output.width, INDENT)),
    ]


def _manner(client: Client) -> Iterator[str]:
    """How to speak with them: language, interpreter, pronouns."""
    speech = speaks(client.language, client.interpreter)
    yield f"Speaks {speech}" if speech else ""
    yield client.pronouns or ""


def _what(item: DueItem, output: Output) -> str:
    return f"{item.what}; {reason(item, output.today, output.order)}"


# -- for the field -----------------------------------------------------------------------------

# A sheet of paper at ten characters and six lines to the inch, with a margin on Letter and A4.
WIDTH, PAGE_LINES = 80, 58
WRITING_LINES = 3
PAGE_BREAK = "\f"


def field_pages(
    rows: Sequence[SheetRow], more: int, whole: str, worker: str, output: Output
) -> str:
    """Pages of plain text. In a pipe a form feed parts them, as a printer wants it."""
    blocks = [_case_block(each, output) for each in rows]
    if not rows:
        blocks = [["Nobody needs you today."]]
    pages = _paged([*blocks, _last_words(rows, more, whole)])
    between = "\n" if output.terminal else PAGE_BREAK
    texts = []
    for number, lines in enumerate(pages, 1):
        top = _page_head(worker, number, len(pages), output)
        texts.append("".join(f"{line.rstrip()}\n" for line in (*top, *lines)))
    return between.join(texts)


def _page_head(worker: str, number: int, count: int, output: Output) -> list[str]:
    day = spoken(output.today, output.order)
    page = f"page {number} of {count}"
    left = fit(visible(f"CONFIDENTIAL  {day}  {worker}"), WIDTH - len(page) - 2)
    return [f"{left}  {page}", "=" * WIDTH, ""]


def _paged(blocks: Sequence[list[str]]) -> list[list[str]]:
    """Blocks on pages, none broken that fits on one."""
    room = PAGE_LINES - 3
    pages: list[list[str]] = [[]]
    for block in blocks:
        page = pages[-1]
        needed = len(block) + (1 if page else 0)
        if page and len(page) + needed > room:
            pages.append([])
        elif page:
            page.append("")
        for line in block:
            if len(pages[-1]) == room:
                pages.append([])
            pages[-1].append(line)
    return pages


def _case_block(each: SheetRow, output: Output) -> list[str]:
    case, client = each.row.record.case, each.client
    named = [str(case.number), case.handle] if case.handle != str(case.number) else [case.handle]
    # With --private the name is initials already.
    short = client.name if output.private else initials(client.name)
    level = f"{case.level.word.upper()}{'?' if case.provisional else ''}"
    lines = _text("  ".join([*named, short, level, *filter(None, [client.pronouns])]))
    lines += _text(told_phone(client.phone, client.safely))
    lines += _text(f"Address {client.address or 'not known'}")
    speech = speaks(client.language, client.interpreter)
    lines += _text(f"Speaks {speech}") if speech else []
    for item in each.row.items:
        lines += _item_lines(item, output)
    return [*lines, *(["", "_" * WIDTH] * WRITING_LINES)]


def _item_lines(item: DueItem, output: Output) -> list[str]:
    hour = f"{item.time} " if item.time else ""
    word = status(item, output.today, output.time)
    left = f"{INDENT}{cell(item.item, max(13, len(item.item)))}{whole(word, 16)}"
    first, *rest = _text(f"{hour}{_what(item, output)}", WIDTH - cell_len(left))
    return [f"{left}{first}", *(f"{' ' * cell_len(left)}{line}" for line in rest)]


def _last_words(rows: Sequence[SheetRow], more: int, whole: str) -> list[str]:
    lines = []
    if more:
        lines += [*_text(f"+{more:,} more on the list: {whole}"), ""]
    number = rows[0].row.record.case.number if rows else 12
    lines += _text("What was written here comes back with casectl log, a line for each contact:")
    lines += [f"    {number} visit 45m what was said; next call the school fri"]
    return [*lines, *_text("Then destroy this sheet: it holds what is nobody else's business.")]


def _text(words: str, width: int = WIDTH) -> list[str]:
    """``words`` in lines of ``width``, everything in them harmless. Line feeds are kept."""
    return ["".join(span for span, _ in line) for line in wrapped(words, width)]
