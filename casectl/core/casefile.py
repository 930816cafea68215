"""Reading one case, or many: what it owes in order, and what was corrected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from casectl.core.due import DueItem, due_items, last_reached
from casectl.core.errors import BadValue
from casectl.core.model import Case, CaseRecord, Contact
from casectl.core.priority import rank_key
from casectl.core.standards import Standards
from casectl.core.text import fold
from casectl.core.values import NamedTuple

SORTS = ("number", "name", "level", "opened", "due", "contact")


def owed(record: CaseRecord, standards: Standards, today: date) -> tuple[DueItem, ...]:
    """Everything a case owes, as ``today`` ranks it; what is beyond the horizon comes last."""
    scale = standards.common_scale()
    items = due_items(record, standards, today)
    return tuple(sorted(items, key=lambda item: (rank_key(item, today, scale), item.item)))


def corrections(contacts: Iterable[Contact]) -> dict[str, Contact]:
    """Each corrected contact's key -> the contact that corrects it."""
    return {each.corrects: each for each in contacts if each.corrects}


class ListRow(NamedTuple):
    """One case of ``casectl list``."""

    record: CaseRecord
    first: DueItem | None  # what it owes first; None once closed
    last_reached: date | None

    @property
    def case(self) -> Case:
        return self.record.case


def list_rows(records: Iterable[CaseRecord], standards: Standards, today: date) -> list[ListRow]:
    rows = []
    for record in records:
        items = owed(record, standards, today)
        first = items[0] if items else None
        reached = last_reached(record, standards.of(record.case.program))
        rows.append(ListRow(record, first, reached))
    return rows


def sorted_rows(rows: Iterable[ListRow], by: str) -> list[ListRow]:
    """Sorted by one of ``SORTS``, ties by number: what is most pressing or longest ago first."""
    if by not in SORTS:
        raise BadValue(f"cannot sort by {by[:40]!r}; there are {', '.join(SORTS)}")
    return sorted(rows, key=lambda row: (_sort_value(row, by), row.case.number))


def _sort_value(row: ListRow, by: str) -> str | int:
    match by:
        case "name":
            return fold(row.case.client)
        case "level":
            return -int(row.case.level)
        case "opened":
            return row.case.opened_on.toordinal()
        case "due":
            return row.first.due.toordinal() if row.first else date.max.toordinal()
        case "contact":
            return row.last_reached.toordinal() if row.last_reached else 0
    return row.case.number
