"""What a supervisor should see, by rule: a screen, and rows for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from casectl.core.escalating import OVERLOADED, RULES, TWO_MISSED, Raised
from casectl.core.model import Level
from casectl.core.spoken import spoken_short
from casectl.render import Object, Output
from casectl.render.aged import aged_lines, as_of
from casectl.render.screens import wrapped

COLUMNS = (
    "worker", "rule", "case", "client", "level", "item", "kind", "due", "days_late", "points",
    "full_time", "as_of",
)  # fmt: skip


def raised_object(each: Raised, days: Mapping[str, date]) -> Object:
    """``client`` is null where only a summary tells; ``case`` is, of what is about the worker."""
    return {
        "worker": each.worker,
        "rule": each.rule,
        "case": each.number,
        "client": each.case.client if each.case is not None else None,
        "level": Level(each.level).word if each.level is not None else None,
        "item": each.item,
        "kind": each.kind,
        "due": each.due.isoformat() if each.due else None,
        "days_late": each.days_late,
        "intervals_missed": each.intervals,
        "points": each.points,
        "full_time": each.full_time,
        "as_of": as_of(each.worker, days),
    }


def escalate_report(
    found: Sequence[Raised], days: Mapping[str, date], output: Output, *, several: bool
) -> None:
    """Every row; with ``several`` caseloads a worker beside each, the gravest rule first.

    ``days`` are those that each worker's rows are of.
    """
    found = sorted(output.shown(list(found)), key=lambda each: RULES.index(each.rule))
    if not output.draws:
        output.table([raised_object(each, days) for each in found], COLUMNS)
        return
    lines = aged_lines(days, output)
    for rule in RULES:
        rows = [each for each in found if each.rule == rule]
        if rows:
            style = "SAFETY" if rule == RULES[0] else "head"
            lines += [*([[]] if lines else []), [(f"{rule.capitalize()} ({len(rows)})", style)]]
            for each in rows:
                lines += wrapped(_said(each, output, several=several), output.width, "  ")
    if not found:
        count = f"{len(days)} caseloads" if len(days) > 1 else "that caseload"
        whose = f" of {count}" if several else ""
        lines += wrapped(f"Nothing{whose} for a supervisor to see.", output.width)
    output.draw(lines)


def _said(each: Raised, output: Output, *, several: bool) -> str:
    by = f"{each.worker}: " if several else ""
    if each.rule == OVERLOADED:
        whose = f"{each.worker} carries" if several else "you carry"
        return f"{whose} {each.points:,} points; full-time is {each.full_time:,}"
    who = f"{each.case.client} ({each.case.handle})" if each.case else f"case {each.number}"
    level = Level(each.level).word if each.level is not None else "level not known"
    late = f"{each.days_late:,} day{'s' * (each.days_late != 1)} late" if each.days_late else ""
    if each.rule == TWO_MISSED:
        late += f", {each.intervals} intervals"
    kind = (each.kind or "").replace("_", " ")
    due = f", due {spoken_short(each.due, output.today, output.order)}" if each.due else ""
    return f"{by}{each.item}  {who}, {level}: {kind} {late}{due}"
