"""A spreadsheet of fictitious clients to import: python bench/rows.py ROWS DAY FILE.csv"""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path

from casectl.core.fictitious import stories
from casectl.core.model import CLOSED, OPEN, REACHED, Level, Load
from casectl.core.standards import Standards

COLUMNS = (
    "Name", "Date of birth", "Phone", "Email", "Address", "Language", "Program", "Urgency", "Risk",
    "Need", "Intake date", "Last contact", "Next step", "Due",
)  # fmt: skip


def main() -> int:
    rows, day, out = int(sys.argv[1]), date.fromisoformat(sys.argv[2]), Path(sys.argv[3])
    part = out.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        # Three in ten are closed and are no rows: so many cases give rows enough.
        cases = stories(1, rows * 10 // 7 + 100, day, Standards())
        open_cases = (load for load in cases if load.case.status != CLOSED)
        for _, load in zip(range(rows), open_cases, strict=False):
            writer.writerow(_row(load))
    part.rename(out)
    return 0


def _row(load: Load) -> list[str]:
    client, case = load.client, load.case
    reached = [each.on_day.isoformat() for each in load.contacts if each.outcome == REACHED]
    promised = [each for each in load.promises if each.status == OPEN]
    step = promised[0] if promised else None
    return [
        client.name,
        client.birth_date or "",
        client.phone or "",
        client.email or "",
        client.address or "",
        client.language or "",
        case.program or "",
        Level(case.urgency).word,
        case.risk or "",
        case.need or "",
        case.opened_on.isoformat(),
        reached[-1] if reached else "",
        step.what if step else "",
        step.due_on.isoformat() if step else "",
    ]


if __name__ == "__main__":
    sys.exit(main())
