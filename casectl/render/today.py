"""The day's list on a terminal: what counts, the hours, then case by case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from casectl.core.agenda import COUNT_CAP, WHOLE, Agenda
from casectl.core.due import Band, DueItem
from casectl.core.model import DEADLINE, ME
from casectl.core.priority import Ranked, priority_of
from casectl.core.spoken import spoken, spoken_short
from casectl.core.views import Entry
from casectl.render import Output
from casectl.render.done import done_objects
from casectl.render.screens import NARROW, WIDE, Line, cell, whole, wrapped
from casectl.render.words import DEADLINE_WORDS, planned_words, reason, status

if TYPE_CHECKING:
    from casectl.core.leave import Back

BAND_TITLES = {
    Band.SAFETY: "SAFETY",
    Band.DEADLINE: "DEADLINE",
    Band.NOW: "NOW",
    Band.SOON: "SOON",
}


def today_screen(
    agenda: Agenda, output: Output, back: Back | None = None, news: Sequence[str] = ()
) -> list[Line]:
    """``news`` stands below the list, where the eye is once it has scrolled by."""
    lines: list[Line] = [
        *_greeting(back, output), *_counts(agenda, output), *_hours(agenda, output),
    ]  # fmt: skip
    told = [line for each in news for line in wrapped(each, output.width)]
    below: list[Line] = [[], *told] if told else []
    if not agenda.rows and not agenda.load:
        return [*lines, *_nothing(agenda, output), *below]
    band: Band | None = None
    for row in agenda.rows:
        if row.first.band is not band:
            if row.first.band is Band.SOON:
                lines += _folded(agenda, output, is_begun=band is Band.NOW)
            band = row.first.band
            assert band is not None
            lines += [[], [(BAND_TITLES[band], band.name)]]
        lines += _row(row, output)
    if band is not Band.SOON:
        lines += _folded(agenda, output, is_begun=band is Band.NOW)
    lines += [*_more(agenda), *below]
    # The prompt takes the last line.
    if output.height is not None and len(lines) >= output.height:
        lines += _scrolled_away(agenda)
    return lines


def _greeting(back: Back | None, output: Output) -> list[Line]:
    if back is None:
        return []
    from casectl.core.leave import greeting

    return wrapped(greeting(back), output.width)


def capped(count: int) -> str:
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"


def done_screen(done: list[Entry], output: Output) -> list[Line]:
    day = spoken(output.today, output.order)
    objects = done_objects(done, output)
    if not objects:
        return [[(f"{day}  Nothing recorded yet.", "head")]]
    count = len(objects)
    lines: list[Line] = [[(f"{day}  {count} thing{'s' * (count > 1)} done", "head")], []]
    for each in objects:
        item, client = each["item"] or "", each["client"] or ""
        if output.width < NARROW:
            lines.append([(cell(item, 8), ""), (client, "name")])
            lines.append([("  ", ""), (each["text"], "")])
        else:
            lines.append([(cell(item, 8), ""), (cell(client, 20), "name"), (each["text"], "")])
    return lines


def _counts(agenda: Agenda, output: Output) -> list[Line]:
    counts = agenda.counts
    today = agenda.ask.today
    wide = output.width >= WIDE
    day = spoken(today, output.order) if wide else spoken_short(today, today, output.order)
    need = f"{capped(counts.need)} need you"
    fits = _fits(agenda)
    detail = (
        f"{capped(counts.overdue)} overdue · {capped(counts.due)} due · "
        f"{capped(counts.out_of_contact)} out of contact"
    )
    opened = f"{capped(counts.open)} open"
    if output.width < NARROW:
        also = [[(fits, "head")]] if fits else []
        return [[(day, "head")], [(f"{opened} · {need}", "head")], *also, [(detail, "")]]
    if fits and not wide:
        head = f"{day}  "
        return [
            [(head, "head"), (f"{opened} · {need}, {fits}", "head")],
            [(" " * len(head), ""), (detail, "")],
        ]
    if fits:
        need = f"{need}, {fits}"
    return [[(f"{day}  ", "head"), (f"{opened} · {need}", "head"), (f" · {detail}", "")]]


def _fits(agenda: Agenda) -> str:
    """How many fit into the day, as far as anybody can tell; nothing where all do."""
    if agenda.load is None:
        return ""
    return f"about {agenda.load.fits:,} fit in {agenda.ask.hours} h"


def _folded(agenda: Agenda, output: Output, *, is_begun: bool) -> list[Line]:
    """What NOW holds beyond the day, counted: a list that is all urgent says nothing."""
    load = agenda.load
    if load is None or not load.folded:
        return []
    lines: list[Line] = [] if is_begun else [[], [(BAND_TITLES[Band.NOW], Band.NOW.name)]]
    words = f"+{capped(load.folded)} more due or late, beyond {agenda.ask.hours} h"
    told = wrapped(f"{words}: casectl today --all", output.width)
    return [*lines, *([(line[0][0], "dim")] for line in told)]


def _hours(agenda: Agenda, output: Output) -> list[Line]:
    lines: list[Line] = []
    for case, promise in agenda.hours:
        day = "" if promise.due_on == agenda.ask.today else f"{promise.due_on:%a} "
        clock = f"{day}{promise.due_time or 'all day'}"
        kind = DEADLINE_WORDS[promise.subject or "other"] if promise.kind == DEADLINE else ""
        place = f" at {promise.place}" if promise.place else ""
        name = f"{case.stem}.{promise.number}"
        whose = "" if case == ME else f"{case.client}: "
        words = f"{kind + ' ' if kind else ''}{promise.what}{place}"
        if output.width < NARROW:
            lines.append([("  ", ""), (cell(clock, 9), "head"), (cell(name, 8), "")])
            lines.append([("    ", ""), (whose, ""), (words, "")])
            continue
        lines.append(
            [("  ", ""), (cell(clock, 9), "head"), (cell(name, 8), ""), (whose, ""),
             (words, "")]
        )  # fmt: skip
    return [[], *lines] if lines else []


def _row(row: Ranked, output: Output) -> list[Line]:
    item, case = row.first, row.record.case
    word = status(item, output.today, output.time)
    style = item.band.name if item.band is not None else ""
    number = priority(item)
    if output.accessible:
        return _sentence(row, word, number, output)
    if output.width < NARROW:
        room = output.width - 2
        return [
            [
                (cell(item.item, 10 + _longer(item, 9)), ""),
                (whole(word, 16), style),
                (number, "dim"),
            ],
            [("  ", ""), (case.client[:room], "name"), (f": {first_words(item, output)}", "")],
        ]
    longer = _longer(item, 11)
    named = [(cell(item.item, 12 + longer), "")]
    if output.width < WIDE:
        return [
            [*named, (cell(case.client, 17 - longer), "name"), (whole(word, 16), style),
             (cell(number, 4), "dim"), (first_words(item, output), "")]
        ]  # fmt: skip
    others = f" (+{len(row.items) - 1} more)" if len(row.items) > 1 else ""
    return [
        [*named, (cell(case.client, 20 - longer), "name"), (whole(word, 15), style),
         (cell(number, 4), "dim"), (cell(item.what, 26), ""),
         (f"{reason(item, output.today, output.order)}{others}", "")]
    ]  # fmt: skip


def _longer(item: DueItem, room: int) -> int:
    """So many letters of its name beyond its column: a name is typed again, so it is never cut."""
    return max(len(item.item) - room, 0)


def _sentence(row: Ranked, word: str, number: str, output: Output) -> list[Line]:
    """For a screen reader: the whole row in words, nothing cut and nothing in columns."""
    item = row.first
    why = reason(item, output.today, output.order)
    others = f" And {len(row.items) - 1} more." if len(row.items) > 1 else ""
    return wrapped(
        f"{item.item}, {row.record.case.client}: {word}. {item.what}; {why}. "
        f"Priority {number}.{others}",
        output.width,
    )


def priority(item: DueItem) -> str:
    """``3.4``; a question mark says that risk is not assessed yet."""
    number = priority_of(item)
    shown = f"{number:.1f}" if number < 100 else f"{number:.0f}"
    return f"{shown}{'?' if item.case.provisional else ''}"


def first_words(item: DueItem, output: Output) -> str:
    """The few words that a narrow row has room for.

    A promise says what in its own words; a contact says since when; the rest what to do.
    """
    if item.kind in ("contact", "safety"):
        return reason(item, output.today, output.order)
    planned = planned_words(item, output.today, output.order)
    clock = f"{item.time} " if item.promise is not None and item.time else ""
    return "; ".join([*planned, f"{clock}{item.what}"])


def _more(agenda: Agenda) -> list[Line]:
    urgent = sum(row.first.band in (Band.SAFETY, Band.DEADLINE) for row in agenda.rows)
    folded = agenda.load is not None and agenda.load.folded  # that line names the whole list
    if not agenda.more or (folded and urgent < WHOLE):
        return []
    count = f"+{capped(agenda.more)} more"
    what = "SAFETY and DEADLINE run on" if urgent >= WHOLE else "the whole list"
    return [[], [(f"{count}: casectl today --all ({what})", "dim")]]


def _scrolled_away(agenda: Agenda) -> list[Line]:
    """The rows that may never wait, named again where a person still sees them."""
    urgent = (Band.SAFETY, Band.DEADLINE)
    above = {
        band: [row.first.item for row in agenda.rows if row.first.band is band] for band in urgent
    }
    return [
        [(f"above: {BAND_TITLES[band]} ", band.name), (" ".join(items), "")]
        for band, items in above.items()
        if items
    ]


def _nothing(agenda: Agenda, output: Output) -> list[Line]:
    if agenda.counts.open == 0:
        return [[], [("No open cases. casectl intake takes one in.", "")]]
    if agenda.next_due is None:
        return [[], [("Nobody needs you today.", "")]]
    ahead = (agenda.next_due - agenda.ask.today) // timedelta(days=1)
    day = spoken_short(agenda.next_due, agenda.ask.today, output.order)
    return [[], [(f"Nobody needs you today. Next: {day}, in {ahead} days.", "")]]
