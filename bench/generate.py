"""Make a caseload of fictitious people, of any size: python bench/generate.py --cases N --out FILE

The same stories as ``casectl demo``, written through the store. ``--cases 100 --years 3`` is an
ordinary caseload with all that was done in three years: 6,000 contacts and notes. ``--no-journal``
leaves the journal empty, which halves a very large file and is all that ``casectl doctor`` finds
wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from casectl.core.errors import CasectlError
from casectl.core.fictitious import stories
from casectl.core.model import Author
from casectl.core.standards import Standards
from casectl.store import Caseload, create_caseload
from casectl.store.schema import triggers


def main() -> int:
    asked = arguments()
    try:
        generate(
            asked.out, asked.cases, asked.seed, asked.as_of, journal=asked.journal,
            years=asked.years,
        )  # fmt: skip
    except CasectlError as error:
        print(f"generate.py: {error}", file=sys.stderr)
        return error.exit_code
    size = asked.out.stat().st_size / 1e6
    print(f"{asked.out}: {asked.cases:,} fictitious cases as of {asked.as_of}, {size:,.0f} MB")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make a caseload of fictitious people.")
    parser.add_argument("--cases", type=int, required=True, metavar="N", help="how many cases")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="one seed, one caseload")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new file")
    parser.add_argument(
        "--as-of",
        type=date.fromisoformat,
        default=date.today(),
        metavar="DAY",
        help="the day that days are counted from (today)",
    )
    parser.add_argument(
        "--years", type=int, metavar="Y", help="with all the contacts and notes of so many years"
    )
    parser.add_argument(
        "--no-journal", dest="journal", action="store_false", help="leave the journal empty"
    )
    asked = parser.parse_args()
    if asked.cases < 1:
        parser.error("--cases is 1 or more")
    if asked.years is not None and not 1 <= asked.years <= 20:
        parser.error("--years is 1 to 20")
    return asked


def generate(
    out: Path,
    cases: int,
    seed: int,
    as_of: date,
    *,
    journal: bool = True,
    years: int | None = None,
) -> None:
    """Write ``cases`` fictitious cases to a new caseload at ``out``; a failure leaves no file."""
    author = Author("bench", as_of.isoformat(), f"{as_of}T08:00:00Z")
    caseload = create_caseload(out, author)
    try:
        loads = stories(seed, cases, as_of, Standards(), years=years)
        if journal:
            caseload.intake.load_many(loads, command="generate")
        else:
            with _unwatched(caseload):
                caseload.intake.load_many(loads, command="generate")
        caseload.close()
    except BaseException:
        caseload.close()
        out.unlink()
        raise


@contextmanager
def _unwatched(caseload: Caseload) -> Iterator[None]:
    """Without the journal's triggers; the very same ones are put back, so their mark still fits."""
    for name in triggers():
        caseload.db.execute(f"DROP TRIGGER {name}")
    yield
    for statement in triggers().values():
        caseload.db.execute(statement)


if __name__ == "__main__":
    sys.exit(main())
