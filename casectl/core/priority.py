"""Which cases come first, and why. Knows no clock and no database.

Bands come first and are never crossed; one number a person can check orders inside a band:

    late by:   -7 … 0 … +7 … +14 days      (a high case, interval 7)
    priority:       3.0   4.0     5.0      = level + missed intervals

Everything compares as integers on a common scale, so no two machines round differently.
"""

from collections.abc import Iterable
from datetime import date

from casectl.core.due import Band, DueItem, Rule, Rules
from casectl.core.facts import MISSING
from casectl.core.model import CaseRecord
from casectl.core.standards import Standards
from casectl.core.values import NamedTuple

# Smaller comes first. Band, waits, the band's own numbers, then due day, opened on, case number.
RankKey = tuple[int, bool, int, int, str, int, int, int]
DUE_ON = 6  # up to here a key is the same for all facts of a group that fall due on one day

# A deadline without an hour stands after the timed ones of its day and level.
NO_HOUR = "99:99"
SAFETY = "safety"  # the kind


class Ranked(NamedTuple):
    """One case of the list: the rank of its first due item, the others as further reasons."""

    record: CaseRecord
    items: tuple[DueItem, ...]  # listed ones, the ranking item first
    key: RankKey

    @property
    def first(self) -> DueItem:
        return self.items[0]


def priority_of(item: DueItem) -> float:
    """Level + missed intervals, for people and JSON. Ranking never uses this float."""
    late = 0 if item.kind == MISSING else max(item.days_late, 0)
    return round(item.level + late / item.allowed, 3)


def key_of(
    kind: str,
    band: Band | None,
    waits: bool,
    level: int,
    allowed: int,
    due: date,
    today: date,
    hour: str | None,
    opened_on: date,
    number: int,
    scale: int,
) -> RankKey:
    """Where one item stands among all; ``scale`` is ``Standards.common_scale()``."""
    late = (today - due).days
    first = second = 0
    at = ""
    if band is Band.SAFETY:
        first, second = -level, -late
    elif band is Band.DEADLINE:
        # On one day the higher level comes first, whatever the hour: the hours have their own
        # block above the list, and raising a level may never lower a case.
        first, second, at, waits = due.toordinal(), -level, hour or NO_HOUR, False
    elif band is Band.NOW:
        missed = max(late, 0) * scale // allowed  # exact: every allowance divides the scale
        if kind == MISSING:  # an intake may be years old: what it left out buries no client
            missed = 0
        first = -(level * scale + missed)
    else:
        first = -(7 * level + late)  # level − days to go / 7, times 7
    return (
        Band.SOON + 1 if band is None else int(band),
        waits,
        first,
        second,
        at,
        due.toordinal(),
        opened_on.toordinal(),
        number,
    )


def rank_key(item: DueItem, today: date, scale: int) -> RankKey:
    return item_key(item, today, scale)[0]


def item_key(item: DueItem, today: date, scale: int) -> tuple[RankKey, bool, str]:
    """The same for the items of one case, where a tie is a matter of what: safety before all."""
    # Taken apart at once, which costs a fraction of asking for each by its name.
    case, kind, _, name, _, due, level, allowed, band, *_ = item
    rank = key_of(
        kind, band, item.stands_behind, level, allowed, due, today, item.time, case.opened_on,
        case.number, scale,
    )  # fmt: skip
    return rank, kind != SAFETY, name


def fact_key(
    rule: Rule, day: date, waits: bool, opened_on: date, number: int, scale: int
) -> RankKey:
    """Where a fact's item stands, as far as the fact alone tells: an hour is not part of it."""
    due, band = rule.due(day)
    return key_of(
        rule.group.kind, band, waits, rule.group.level, rule.allowed, due, rule.rules.today, None,
        opened_on, number, scale,
    )  # fmt: skip


def in_order(items: Iterable[DueItem], today: date, scale: int) -> list[DueItem]:
    """Items of any cases, the most pressing first."""
    return sorted(items, key=lambda item: item_key(item, today, scale))


def ranked_case(record: CaseRecord, standards: Standards, today: date, scale: int) -> Ranked | None:
    """One case with its listed items in order; None when nothing is listed yet."""
    return _ranked(record, Rules(standards, today), scale)


def _ranked(record: CaseRecord, rules: Rules, scale: int) -> Ranked | None:
    items = in_order(rules.items(record, listed=True), rules.today, scale)
    if not items:
        return None
    return Ranked(record, tuple(items), rank_key(items[0], rules.today, scale))


def rank(records: Iterable[CaseRecord], standards: Standards, today: date) -> list[Ranked]:
    """The cases that have something listed on ``today``, most pressing first."""
    return rank_by(Rules(standards, today), records)


def rank_by(rules: Rules, records: Iterable[CaseRecord]) -> list[Ranked]:
    """The same, by rules that may have been asked before."""
    scale = rules.standards.common_scale()
    cases = (_ranked(record, rules, scale) for record in records)
    return sorted((each for each in cases if each), key=lambda each: each.key)
