"""The arithmetic behind one case's rank, as a value: what it owes, by which standard, and after."""

from __future__ import annotations

from datetime import date, timedelta

from casectl.core.due import DueItem, due_items
from casectl.core.facts import WATCHED
from casectl.core.model import ACTIVE, CaseRecord
from casectl.core.priority import Ranked, RankKey, item_key, ranked_case
from casectl.core.standards import DAY_FIELDS, Standards
from casectl.core.values import NamedTuple

# Which standard an item applies: its name in the configuration, by level where it has levels.
STANDARD_NAMES = {
    ("safety", "reach"): "contact",
    ("safety", "review"): "crisis_review",
    ("contact", "first"): "first_contact",
    ("contact", "again"): "contact",
    ("assessment", "first"): "first_assessment",
    ("assessment", "again"): "reassessment",
    ("assessment", "level"): "high_review",
    ("assessment", "draft"): "draft_lapse",
    ("plan", "first"): "plan",
    ("plan", "need"): "plan",
    ("plan", "review"): "plan_review",
    ("goal", "again"): "goal_review",
    ("note", ""): "note",
    ("transition", "contact"): "transition_contact",
    ("referral", "send"): "referral",
    ("referral", "chase"): "referral",
    ("denial", ""): "follow_up",
    ("handover", ""): "handover",
    ("handover", "back"): "handover",
    ("handover", "contact"): "first_contact",
    ("aftercare", ""): "aftercare",
    ("missing", ""): "missing",
    ("missing", "clock"): "contact",
    ("next_step", "clock"): "contact",
    ("next_step", "decide"): "first_contact",
}
IN_WORKING_DAYS = ("first_contact", "transition_contact", "handover")


class Step(NamedTuple):
    """One item: the standard that it applies and where that comes from."""

    item: DueItem
    standard: str | None  # its name in the configuration; None for a day somebody fixed
    value: int | None  # in days, or working days for first_contact
    source: str
    moved: bool = False  # from a day off to the working day before


class Explanation(NamedTuple):
    record: CaseRecord
    steps: tuple[Step, ...]  # in rank order, what is not listed yet last
    rank: int | None  # among the listed cases, from 1; None when it is not on the list
    listed: int
    after: int | None  # the rank once its first item is done
    first_after: DueItem | None


def explain(
    record: CaseRecord, standards: Standards, today: date, ranked: list[Ranked]
) -> Explanation:
    """``ranked`` is the whole list of the day, this case in it or not."""
    scale = standards.common_scale()
    items = sorted(
        due_items(record, standards, today),
        key=lambda item: item_key(item, today, scale),
    )
    others = [each.key for each in ranked if each.record.case.id != record.case.id]
    own = ranked_case(record, standards, today, scale)
    once_done = (
        ranked_case(after_doing(record, items[0], today), standards, today, scale)
        if (items)
        else None
    )
    return Explanation(
        record,
        tuple(_step(record, item, standards) for item in items),
        _place(own, others),
        len(ranked),
        _place(once_done, others),
        once_done.first if once_done else None,
    )


def _step(record: CaseRecord, item: DueItem, standards: Standards) -> Step:
    program = record.case.program
    name = STANDARD_NAMES.get((item.kind, item.stage))
    if name is None:
        return Step(item, None, None, standards.source(program, "follow_up"))
    days = item.allowed
    if name == "contact":
        days = standards.of(program).contact[item.level - 1]
    elif name in DAY_FIELDS:
        days = getattr(standards.of(program), name)
    fell_on = item.since + timedelta(days=days)
    moved = name not in IN_WORKING_DAYS and item.due < fell_on
    return Step(
        item, name, days, standards.source(program, name, item.level),
        moved and not standards.calendar.is_working(fell_on),
    )  # fmt: skip


def _place(own: Ranked | None, others: list[RankKey]) -> int | None:
    return None if own is None else 1 + sum(key < own.key for key in others)


def _without(record: CaseRecord, item: DueItem) -> CaseRecord:
    """The record without the piece of casework that this item is about."""
    part = item.item.partition(".")[2]
    left = tuple(
        each for each in record.watches
        if (each.kind, each.stage, each.part) != (item.kind, item.stage, part)
    )  # fmt: skip
    return record._replace(watches=left)


def after_doing(record: CaseRecord, item: DueItem, today: date) -> CaseRecord:
    """The record as it would be once ``item`` is done today, and nothing else."""
    case = record.case
    if item.promise is not None:
        left = tuple(each for each in record.promises if each.id != item.promise.id)
        return record._replace(promises=left, promise_ended_on=today)
    if (item.kind, item.stage) in WATCHED:
        return _without(record, item)
    match item.kind, item.stage:
        case ("contact", _) | ("safety", "begun" | "reach"):
            return record._replace(reached_client_on=today, attempts=0, tried_on=None)
        case ("safety", "flag"):
            return record._replace(case=case._replace(flagged_on=None, risk=case.risk or "high"))
        case ("plan", "first"):
            return record._replace(case=case._replace(plan_agreed_on=today))
        case ("plan", _):
            return record._replace(case=case._replace(plan_reviewed_on=today))
        case (_, "review" | "level"):
            return record._replace(case=case._replace(level_reviewed_on=today))
        case ("assessment", _):
            return record._replace(case=case._replace(assessed_on=today))
        case ("missing", _):
            return record._replace(lacks=())
        case ("hold", _):
            resumed = case._replace(status=ACTIVE, hold_until=None, resumed_on=today)
            return record._replace(case=resumed)
        case ("next_step", "decide"):
            return record._replace(case=case._replace(status=ACTIVE, opened_on=today))
    # A next step that the case owed: any promise beyond the horizon clears it.
    return record._replace(case=case._replace(clock_from=None), promise_ended_on=date.max)
