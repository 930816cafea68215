"""``today --explain``: the arithmetic of one case in lines that a person can check."""

from __future__ import annotations

from casectl.core.due import Band, DueItem
from casectl.core.explaining import Explanation, Step
from casectl.core.facts import MISSING
from casectl.core.model import Level
from casectl.core.priority import priority_of
from casectl.core.spoken import spoken, spoken_short
from casectl.render import Object, Output
from casectl.render.objects import item_object
from casectl.render.words import reason, status


def explain_lines(explanation: Explanation, output: Output) -> list[str]:
    case = explanation.record.case
    day = spoken(output.today, output.order)
    if explanation.rank is None:
        place = f"not on the list of {day}"
    else:
        place = f"number {explanation.rank} of {explanation.listed} on {day}"
    lines = [f"{case.client} ({case.handle}): {place}.", _level(explanation), ""]
    if not explanation.steps:
        lines.append("A closed case owes nothing.")
    for step in explanation.steps:
        lines += _step(step, output)
    if explanation.steps:
        lines += ["", _after(explanation, output)]
    return lines


def explain_object(explanation: Explanation, output: Output) -> Object:
    return {
        "case": explanation.record.case.number,
        "handle": explanation.record.case.handle,
        "client": explanation.record.case.client,
        "rank": explanation.rank,
        "listed": explanation.listed,
        "level": int(explanation.record.case.level),
        "provisional": explanation.record.case.provisional,
        "items": [
            {
                **item_object(step.item, output),
                "standard": step.standard,
                "days": step.value,
                "source": step.source if step.standard else None,
            }
            for step in explanation.steps
        ],
        "rank_once_done": explanation.after,
    }


def _level(explanation: Explanation) -> str:
    case = explanation.record.case
    urgency = Level(case.urgency).word
    if case.risk is None:
        risk = "risk not assessed, which counts as medium (2)"
    else:
        risk = f"risk {case.risk}"
    return (
        f"Level {int(case.level)} ({case.level.word}): the higher of urgency {urgency} "
        f"({case.urgency}) and {risk}{'; provisional' if case.provisional else ''}."
    )


def _step(step: Step, output: Output) -> list[str]:
    item = step.item
    band = item.band.name if item.band is not None else "not listed yet"
    lines = [
        f"{item.item}  {item.what}",
        f"    {status(item, output.today, output.time)}: "
        f"{reason(item, output.today, output.order)}",
        f"    due {spoken(item.due, output.order, time=item.time)}{_standard(step, output)}",
        f"    {band}: {_arithmetic(item.band, step)}",
    ]
    if item.waits:
        lines.append("    tried, so it stands after the untried rows of its band until then")
    if item.put_off:
        lines.append(f"    {_plan(item, output)}, so it stands after the rows of NOW until then")
    return lines


def _plan(item: DueItem, output: Output) -> str:
    case = item.case
    assert item.planned_on is not None and case.planned_from is not None, "it is put off"
    made = spoken_short(case.planned_from, output.today, output.order)
    why = f" ({case.planned_reason})" if case.planned_reason else ""
    return f"planned {made} for {spoken_short(item.planned_on, output.today, output.order)}{why}"


def _standard(step: Step, output: Output) -> str:
    if step.standard is None:
        return ""
    days = "working day" if step.standard == "first_contact" else "day"
    plural = "" if step.value == 1 else "s"
    since = spoken_short(step.item.since, output.today, output.order)
    moved = ", which is a day off: the working day before" if step.moved else ""
    return f", {step.value} {days}{plural} after {since}{moved} ({step.standard}, {step.source})"


def _arithmetic(band: Band | None, step: Step) -> str:
    item = step.item
    late, allowed, level = item.days_late, item.allowed, item.level
    if band is Band.SAFETY:
        return f"safety comes before everything; level {level}, {max(late, 0)} days late"
    if band is Band.DEADLINE:
        return f"by day, then level {level}, then hour; {-late} days to go"
    if band is Band.SOON or band is None:
        return f"level {level} - {-late} days to go / 7 = {level + late / 7:.2f}"
    if item.kind == MISSING:
        return f"priority = level {level}; a missing fact counts as due, however late"
    missed = f"{max(late, 0)} days late / {allowed}"
    return f"priority = level {level} + {missed} = {priority_of(item):.2f}"


def _after(explanation: Explanation, output: Output) -> str:
    done = explanation.steps[0].item.item
    following = explanation.first_after
    if explanation.after is None or following is None:
        return f"Once {done} is done, it leaves the list."
    word = status(following, output.today, output.time)
    return (
        f"Once {done} is done, it is number {explanation.after}: {following.item} "
        f"{following.what} ({word})."
    )
