"""A report: a table on a terminal, TSV, CSV and JSON for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from casectl.core.reporting import ALL, Line, Period
from casectl.core.spoken import spoken
from casectl.core.text import visible
from casectl.render import Object, Output
from casectl.render.aged import aged_lines, as_of
from casectl.render.screens import NARROW, cell, wrapped
from casectl.render.screens import Line as Drawn

COLUMNS = (
    "worker", "group", "measure", "part", "n", "of", "percent", "value", "unit", "withheld",
    "as_of",
)  # fmt: skip
WITHHELD = "withheld"


def line_object(line: Line, days: Mapping[str, date]) -> Object:
    """``n`` is null where it is withheld; ``value`` is a median of days, a sum of others."""
    told = {name: getattr(line, name) for name in COLUMNS if name != "as_of"}
    return {**told, "as_of": as_of(line.worker, days)}


def report_told(
    kind: str,
    lines: Sequence[Line],
    period: Period,
    output: Output,
    *,
    several: bool,
    by: str | None,
    as_csv: bool,
    withhold_under: int | None,
    days: Mapping[str, date],
) -> None:
    """``days`` are those that each worker's figures are of."""
    lines = [_without_groups(each, lines) for each in lines] if output.private and by else lines
    if as_csv:
        output.write(_csv([line_object(each, days) for each in lines]))
    elif not output.draws:
        output.table([line_object(each, days) for each in lines], COLUMNS)
    else:
        output.draw(_screen(kind, lines, period, output, several=several, by=by,
                            withhold_under=withhold_under, whose=days))  # fmt: skip


def _without_groups(line: Line, lines: Sequence[Line]) -> Line:
    """Where others see the screen a group is a number, for it may be the name of a small house."""
    groups = sorted({each.group for each in lines} - {ALL})
    return (
        line if line.group == ALL else line._replace(group=f"group {1 + groups.index(line.group)}")
    )


def _csv(rows: Sequence[Object]) -> str:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in COLUMNS])
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    # A spreadsheet would run what begins so; a quote before it makes it text there.
    if isinstance(value, str):
        text = visible(text)
        return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
    return text


def _screen(
    kind: str,
    lines: Sequence[Line],
    period: Period,
    output: Output,
    *,
    several: bool,
    by: str | None,
    withhold_under: int | None,
    whose: Mapping[str, date],
) -> list[Drawn]:
    days = f"{spoken(period.first, output.order)} to {spoken(period.last, output.order)}"
    drawn: list[Drawn] = [
        [(each, "head") for each, _ in line] for line in wrapped(f"{kind.capitalize()}, {days}",
                                                                 output.width)
    ]  # fmt: skip
    drawn += aged_lines(whose, output)
    if not lines:
        return [*drawn, [], [("Nothing happened that this report counts.", "")]]
    last: tuple[str, str, str] | None = None
    for line in lines:
        head = (line.measure, line.worker, line.group)
        if head != last:
            drawn += [[], *_heading(line, output, several=several, by=by)]
            last = head
        words = _words(line)
        if output.width < NARROW:
            drawn += [[("  ", ""), (line.part, "")], [("    ", ""), (words, "")]]
        else:
            drawn.append([("  ", ""), (cell(line.part, 26), ""), (words, "")])
    if withhold_under is not None:
        drawn += [[], *wrapped(
            f"Withheld: counts under {withhold_under}, and those that would give them away.",
            output.width,
        )]  # fmt: skip
    return drawn


def _heading(line: Line, output: Output, *, several: bool, by: str | None) -> list[Drawn]:
    said = [line.measure]
    if several:
        said.append("everybody" if line.worker == ALL else line.worker)
    if by is not None and line.group != ALL:
        said.append(line.group)
    elif by is not None and not several:
        said.append(f"every {by}")
    text = ", ".join(said)
    return [
        [(each, "head") for each, _ in drawn]
        for drawn in wrapped(text[:1].upper() + text[1:], output.width)
    ]


def _words(line: Line) -> str:
    """``12 of 15, 80%``; the median or the sum behind it."""
    if line.n is None:
        return WITHHELD
    said = f"{line.n:,}"
    if line.of is not None:
        said += f" of {line.of:,}, {line.percent or 0}%"
    if line.value is not None:
        said += f"; {_value(line)}"
    return said


def _value(line: Line) -> str:
    value = line.value or 0
    if line.unit == "days":
        return f"median {value:,} day{'s' * (value != 1)}"
    if line.unit == "cents":
        return f"{value // 100:,}.{value % 100:02}"
    return f"{value:,} minute{'s' * (value != 1)}"
