"""Days away, in words and as objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casectl.core.leave import last_day_before, working_days_of
from casectl.core.spoken import spoken, spoken_short
from casectl.render import Object, Output
from casectl.render.words import status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from casectl.core.due import DueItem
    from casectl.core.leave import Leave, Meanwhile, Move
    from casectl.core.workdays import WorkCalendar

LEAVE_COLUMNS = ("from", "to", "days", "reason")
MOST = 12  # of those that need nobody else; what needs a colleague is named whole


def leave_object(
    leave: Leave, meanwhile: Meanwhile | None = None, output: Output | None = None
) -> Object:
    """``away --json``: the leave, and once it is made what falls due meanwhile."""
    made: Object = {
        "from": leave.from_on.isoformat(),
        "to": leave.to_on.isoformat(),
        "days": leave.days,
        "reason": leave.reason,
    }
    if meanwhile is not None and output is not None:
        made |= {
            "needs_a_colleague": [_item(each, output) for each in meanwhile.others],
            "moved": [
                {**_item(each.item, output), "was_due": each.was_due.isoformat()}
                for each in meanwhile.moved
            ],
            "promised": [_item(each, output) for each in meanwhile.staying],
            "standing": [_item(each, output) for each in meanwhile.standing],
            "tried": [
                {
                    **_item(each.item, output),
                    "retry": each.item.retry_on.isoformat() if each.item.retry_on else None,
                    "was_retry": each.was_due.isoformat(),
                }
                for each in meanwhile.tried
            ],
        }
    return made


def _item(item: DueItem, output: Output) -> Object:
    return {
        "case": item.case.number,
        "handle": item.case.handle,
        "client": item.case.client,
        "item": item.item,
        "what": item.what,
        "due": item.due.isoformat(),
        "time": item.time,
        "status": status(item, output.today, output.time),
    }


def leaves_listed(leaves: Sequence[Leave], output: Output) -> list[str]:
    if not leaves:
        return ["No days away. casectl away --from DAY --to DAY says when."]
    return [f"{_days(each, output)}{_reason(each, output)}" for each in leaves]


def leave_sentences(
    leave: Leave, meanwhile: Meanwhile | None, calendar: WorkCalendar, output: Output
) -> list[str]:
    """What a leave means, the most pressing first; what needs a colleague by name, all of it."""
    count = working_days_of(leave, calendar)
    before = spoken(last_day_before(leave, calendar), output.order)
    lines = [
        f"Away {_days(leave, output)}, {count} working day{'s' * (count != 1)}"
        f"{_reason(leave, output)}."
    ]
    if meanwhile is None:
        return lines
    if meanwhile.others:
        lines += [
            "Needs a colleague meanwhile:",
            *(_named(each, output) for each in meanwhile.others),
        ]
    else:
        lines.append("No safety, deadline or appointment falls due meanwhile.")
    if meanwhile.moved:
        moved = [_moved(each, output) for each in meanwhile.moved]
        lines += [f"Due before it instead, by {before}: {len(moved)}", *_few(moved)]
    if meanwhile.staying:
        staying = [_named(each, output) for each in meanwhile.staying]
        lines += [
            f"Promised for those days, and on the list of {before}: {len(staying)}",
            *_few(staying),
        ]
    if meanwhile.standing:
        standing = [_named(each, output) for each in meanwhile.standing]
        lines += [
            f"Due on those days by the standards, and on the list of {before}: {len(standing)}",
            *_few(standing),
        ]
    if meanwhile.tried:
        tried = [_again(each, output) for each in meanwhile.tried]
        lines += [
            f"Tried and not reached, to be tried again only after it: {len(tried)}",
            *_few(tried),
        ]
    return lines


def _days(leave: Leave, output: Output) -> str:
    return f"{spoken(leave.from_on, output.order)} to {spoken(leave.to_on, output.order)}"


def _reason(leave: Leave, output: Output) -> str:
    told = output.shown(leave).reason
    return f" ({told})" if told else ""


def _named(item: DueItem, output: Output) -> str:
    """``  12.3  Maria Garcia: court hearing, Tue 8 Dec 9:00``"""
    day = spoken_short(item.due, output.today, output.order)
    time = f" {item.time}" if item.time else ""
    if item.kind == "safety" and item.stage != "review":
        return f"  {item.item}  {item.case.client}: {item.what}, every day"
    return f"  {item.item}  {item.case.client}: {item.what}, {day}{time}"


def _moved(move: Move, output: Output) -> str:
    was = spoken_short(move.was_due, output.today, output.order)
    return f"{_named(move.item, output)} (was {was})"


def _again(move: Move, output: Output) -> str:
    """``  4.contact  Ann Sample: tried 1x, again Mon 7 Dec (was Tue 24 Nov)``"""
    item = move.item
    was = spoken_short(move.was_due, output.today, output.order)
    retry = item.retry_on or move.was_due
    again = spoken_short(retry, output.today, output.order)
    return f"  {item.item}  {item.case.client}: tried {item.attempts}x, again {again} (was {was})"


def _few(lines: Iterable[str]) -> list[str]:
    kept = list(lines)
    more = [f"  and {len(kept) - MOST} more"] if len(kept) > MOST else []
    return [*kept[:MOST], *more]
