"""Reminders as lines of text and as objects. Their own format everywhere: never a screen or TSV.

A terse line holds nothing but ASCII digits and words of ours, so that no mail system garbles it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from casectl.core.due import DueItem
from casectl.core.errors import BadValue
from casectl.core.model import DEADLINE
from casectl.core.reminding import Reminder
from casectl.core.text import shortened, visible
from casectl.render import Object, Output
from casectl.render.words import DEADLINE_WORDS, kind_word, status

# What one line shows of a text that has no end; JSON holds it whole.
LONGEST = 200
NARROW = 60  # columns of a terminal; screens say the same, and cost remind their loading
WIDEST = 24  # columns are aligned up to here; one long name does not push every line
# What a terse reminder keeps to itself; the keys stay, so that a script finds them.
UNSAID = ("client", "handle", "what", "why", "program")


def terse(reminders: Sequence[Reminder]) -> list[str]:
    """A line each: ``12.3  follow-up, 3 days late``."""
    return _aligned([_terse(each) for each in reminders])


def text(
    reminders: Sequence[Reminder], said: Iterable[tuple[str, str]], output: Output
) -> list[str]:
    """A line each: ``OVERDUE 3d  12.3  M.G.  call the school``, the client and the words as
    ``said``.
    """
    rows = [_full(each.item, *words, output) for each, words in zip(reminders, said, strict=True)]
    if output.terminal and output.width < NARROW:
        return [_narrow(row, output.width) for row in rows]
    return _aligned(rows)


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [min(max(map(len, column)), WIDEST) for column in zip(*rows, strict=True)][:-1]
    line = "".join(f"{{:<{width}}}  " for width in widths) + "{}\n"
    return spelled([line.format(*row) for row in rows])


def _full(item: DueItem, client: str, what: str, output: Output) -> tuple[str, ...]:
    words = shortened(what, LONGEST)
    if item.time:
        words = f"{item.time} {words}"
    return status(item, output.today, output.time), item.item, visible(client), visible(words)


def _narrow(row: tuple[str, ...], width: int) -> str:
    """On a terminal that has no room for columns the words stand below, whole."""
    from casectl.render.screens import wrapped

    *columns, words = row
    lines = [*wrapped("  ".join(columns), width), *wrapped(words, width, "  ")]
    return "".join(f"{line[0][0]}\n" for line in lines)


def _terse(reminder: Reminder) -> tuple[str, ...]:
    item = reminder.item
    return item.item, f"{kind_word(item)}, {days_in_words(item.days_late)}"


def days_in_words(days_late: int) -> str:
    if days_late in (0, -1):
        return "today" if days_late == 0 else "tomorrow"
    days = f"{abs(days_late)} day{'' if days_late == 1 else 's'}"
    return f"{days} late" if days_late > 0 else f"in {days}"


def rest_line(count: int) -> str:
    """What was sent before and is still owed."""
    return f"+{count} more still due: casectl today\n" if count else ""


def summary(reminder: Reminder, output: Output, *, terse: bool) -> str:
    """An entry's title in a calendar, true on whichever day it is looked at."""
    item = reminder.item
    if terse:
        late = f", {days_in_words(item.days_late)}" if item.days_late > 0 else ""
        return f"{item.item} {kind_word(item)}{late}"
    if item.days_late > 0:
        word = f"{status(item, output.today, output.time)}: "
    else:
        word = f"{DEADLINE_WORDS[item.stage]}: " if item.kind == DEADLINE else ""
    return f"{word}{item.item} {item.case.client} {shortened(item.what, LONGEST)}"


def objects(
    reminders: Sequence[Reminder], output: Output, *, full_names: bool, terse: bool
) -> list[Object]:
    """``remind --json``: the keys of ``today --json`` for one item, and a stable id."""
    from casectl.render.objects import item_object

    made = []
    for each in reminders:
        values = {"id": each.id, **item_object(each.item, output)}
        if not full_names:
            values["handle"] = None
        if terse:
            values.update(dict.fromkeys(UNSAID))
        made.append(values)
    return made


def json_lines(objects: Sequence[Object], fields: tuple[str, ...] | None) -> list[str]:
    """One JSON object on each line."""
    import json

    lines = []
    for each in objects:
        unknown = [name for name in fields or () if name not in each]
        if unknown:
            raise BadValue(f"no field {unknown[0]!r}; there are {', '.join(each)}")
        chosen = {name: each[name] for name in fields or each}
        lines.append(f"{json.dumps(chosen)}\n".replace("\x7f", "\\u007f"))
    return lines


def spelled(lines: list[str]) -> list[str]:
    """Text for standard output whatever its character set: cron's is often not the terminal's."""
    charset = getattr(sys.stdout, "encoding", None) or "utf-8"
    if charset == "utf-8":  # nearly always, and then every letter has its place
        return lines
    return [each.encode(charset, "backslashreplace").decode(charset) for each in lines]
