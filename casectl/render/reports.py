"""The door to every report: a screen on a terminal, else TSV or JSON. Only screens load Rich.

Whatever comes in is made private first where the output is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from casectl.render import Output
from casectl.render.objects import (
    HISTORY_COLUMNS,
    HIT_COLUMNS,
    JOT_COLUMNS,
    KNOWN_COLUMNS,
    LIST_COLUMNS,
    TODAY_COLUMNS,
    agenda_objects,
    file_object,
    hit_object,
    jot_object,
    known_object,
    list_object,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from casectl.core.agenda import Agenda
    from casectl.core.blocks import Blocks
    from casectl.core.casefile import ListRow
    from casectl.core.due import DueItem
    from casectl.core.explaining import Explanation
    from casectl.core.finding import Known
    from casectl.core.leave import Back
    from casectl.core.matrix import Matrix
    from casectl.core.model import Case, CaseRecord, Client, Jot, Promise
    from casectl.core.morning import Morning
    from casectl.core.priority import Ranked
    from casectl.core.triage import Spread
    from casectl.core.views import Entry, File, Hit
    from casectl.core.weeks import Week


def agenda(
    agenda: Agenda, output: Output, back: Back | None = None, morning: Morning | None = None
) -> None:
    """The day's list as a screen; after a leave it says so, and in the morning what is new."""
    agenda = output.shown(agenda)
    from casectl.render.today import today_screen

    news: list[str] = []
    if morning is not None:
        from casectl.render.morning import news_of

        news = news_of(output.shown(morning), output)
    output.draw(today_screen(agenda, output, back, news))


def agenda_rows(rows: Sequence[Ranked], output: Output) -> None:
    """The day's list for machines."""
    rows = output.shown(rows)
    output.table(agenda_objects(rows, output), TODAY_COLUMNS)


def triage_row(
    place: str,
    record: CaseRecord,
    item: DueItem,
    others: Sequence[DueItem],
    whom: str | None,
    output: Output,
) -> None:
    """One row of triage, to be answered; of a referral with ``whom`` to ask."""
    record, item, others = output.shown(record), output.shown(item), output.shown(others)
    from casectl.render.triage import row_lines

    output.draw([[], *row_lines(place, record, item, others, whom, output)])


def spread(made: Spread, output: Output) -> None:
    """What a spread would plan, a line a day."""
    from casectl.render.triage import spread_lines

    output.draw(spread_lines(made, output))


def week(week: Week, output: Output) -> None:
    """The coming days, one by one."""
    week = output.shown(week)
    if output.draws:
        from casectl.render.weeks import week_screen

        output.draw(week_screen(week, output))
        return
    from casectl.render.planned_days import WEEK_COLUMNS, day_object

    output.table([day_object(day, output) for day in week.days], WEEK_COLUMNS)


def blocks(day: Blocks, most: int | None, output: Output) -> None:
    """One day as blocks of time, and what does not fit; ``most`` of that are named on a screen."""
    day = output.shown(day)
    if output.draws:
        from casectl.render.blocks import blocks_screen

        output.draw(blocks_screen(day, most, output))
        return
    from casectl.render.planned_days import BLOCK_COLUMNS, block_objects

    output.table(block_objects(day, output), BLOCK_COLUMNS)


def matrix(matrix: Matrix, most: int | None, output: Output) -> None:
    """The list in four boxes; ``most`` rows of each on a screen."""
    matrix = output.shown(matrix)
    if output.draws:
        from casectl.render.matrix import matrix_screen

        output.draw(matrix_screen(matrix, most, output))
        return
    from casectl.render.planned_days import MATRIX_COLUMNS, matrix_objects

    output.table(matrix_objects(matrix, output), MATRIX_COLUMNS)


def explanation(explanation: Explanation, output: Output) -> None:
    """The arithmetic of one case."""
    explanation = output.shown(explanation)
    from casectl.render.explain import explain_lines, explain_object

    if output.json or output.fields:
        output.one(explain_object(explanation, output), ())
    else:
        output.say(*explain_lines(explanation, output))


def day_done(done: list[Entry], output: Output) -> None:
    """What was done on one day, oldest first."""
    done = output.shown(done)
    if output.draws:
        from casectl.render.today import done_screen

        output.draw(done_screen(done, output))
    else:
        from casectl.render.done import DONE_COLUMNS, done_objects

        output.table(done_objects(done, output), DONE_COLUMNS)


def case_file(file: File, items: Sequence[DueItem], output: Output, *, whole: bool) -> None:
    """One case: a screen, JSON, or one line per fact (its name, a tab, its value)."""
    file, items = output.shown(file), output.shown(items)
    if output.draws:
        from casectl.render.case import case_screen

        output.draw(case_screen(file, items, output, whole=whole))
        return
    each = file_object(file, items, output)
    if output.json or output.fields:
        output.one(each, ())
    else:
        from casectl.render.facts import fact_lines

        output.table(fact_lines(each), ("name", "value"))


def own_work(
    items: Sequence[DueItem], promises: Sequence[Promise], output: Output, *, whole: bool
) -> None:
    """``show me``: what the worker's own work owes; ``promises`` are those that ended as well."""
    items, promises = output.shown(items), output.shown(promises)
    if output.draws:
        from casectl.render.case import own_screen

        output.draw(own_screen(items, promises, output, whole=whole))
        return
    from casectl.render.objects import own_object

    each = own_object(items, promises, output)
    if output.json or output.fields:
        output.one(each, ())
    else:
        from casectl.render.facts import fact_lines

        output.table(fact_lines(each), ("name", "value"))


def case_list(rows: Sequence[ListRow], more: int, output: Output) -> None:
    """Cases, one a line; ``more`` were cut by a limit."""
    rows = output.shown(rows)
    if output.draws:
        from casectl.render.listing import list_screen

        output.draw(list_screen(rows, more, output))
    else:
        output.table([list_object(row, output) for row in rows], LIST_COLUMNS)


def who(
    people: Sequence[Known], hits: Sequence[Hit], words: Sequence[str], more: bool, output: Output
) -> None:
    """Whose a number is: one client on a screen, several as a list; for machines case by case."""
    people, hits = output.shown(people), output.shown(hits)
    if output.draws:
        from casectl.render.who import who_screen

        output.draw(who_screen(people, hits, words, more, output))
    else:
        output.table([known_object(each, words, output) for each in people], KNOWN_COLUMNS)


def jots(jots: Sequence[Jot], output: Output, *, is_begun: bool = False) -> None:
    """What is not filed yet, the oldest first; on a screen also that one ``is_begun``."""
    jots = output.shown(jots)
    if output.draws:
        from casectl.render.listing import jots_screen

        output.draw(jots_screen(jots, output))
        if is_begun:
            from casectl.render.morning import JOT_BEGUN

            output.say(JOT_BEGUN)
    else:
        output.table([jot_object(jot) for jot in jots], JOT_COLUMNS)


def hits(hits: Sequence[Hit], words: Sequence[str], more: bool, output: Output) -> None:
    """What a search found, each with the text around the match."""
    hits = output.shown(hits)
    if output.draws:
        from casectl.render.listing import hits_screen

        output.draw(hits_screen(hits, words, more, output))
    else:
        output.table([hit_object(hit, words) for hit in hits], HIT_COLUMNS)


def history(entries: Sequence[Entry], more: bool, output: Output, of: str = "") -> None:
    """Operations, the newest first, and what each changed."""
    entries = output.shown(entries)
    from casectl.render.changes import entry_object

    if output.draws:
        from casectl.render.listing import history_screen

        output.draw(history_screen(entries, more, output, of))
    else:
        output.table([entry_object(each, output) for each in entries], HISTORY_COLUMNS)


def side_by_side(
    left: tuple[Client, Sequence[Case]], right: tuple[Client, Sequence[Case]], output: Output
) -> list[str]:
    """Two clients' records beside each other, as lines to read before saying yes."""
    from casectl.render.case import sides

    return sides(output.shown(left), output.shown(right), output)
