"""The torture: python bench/torture/run.py [--only kills,cuts,...] [--quick]

Kills casectl, takes the power away under it, crowds it, and refuses it its disk, and sees that no
acknowledged write is lost and no caseload is corrupt. Each part prints its figures; the last lines
of all parts stand together at the end, and the exit code is 1 where a promise did not hold. See
bench/README.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import secrets
import shutil
import sqlite3
import sys
import time
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BENCH))  # the parts are the package ``torture`` beside bench's own modules

from casectl.core.errors import CasectlError  # noqa: E402
from torture import cuts, faults, histories, kills, migration, remind, rotation, writers  # noqa: E402
from torture.program import KEY  # noqa: E402
from torture.report import Verdict  # noqa: E402

PARTS = {
    "kills": kills,
    "cuts": cuts,
    "writers": writers,
    "faults": faults,
    "migration": migration,
    "rotation": rotation,
    "histories": histories,
    "remind": remind,
}
OUT = BENCH / "out" / "torture"


def main() -> int:
    parser = argparse.ArgumentParser(description="casectl under torture.")
    parser.add_argument("--quick", action="store_true", help="a little of each: half a minute")
    parser.add_argument(
        "--only", metavar="PARTS", default=",".join(PARTS), help=f"of {','.join(PARTS)}"
    )
    parser.add_argument(
        "--dir", type=Path, default=OUT, help="a folder on a real disk (bench/out/torture)"
    )
    parser.add_argument(
        "--plain", action="store_true", help="caseloads that are not encrypted; else all are"
    )
    asked = parser.parse_args()
    chosen = asked.only.split(",")
    if not set(chosen) <= set(PARTS):
        parser.error(f"--only takes {', '.join(PARTS)}")
    if not hasattr(os, "fork"):
        print("skipped: this system cannot fork, and the torture kills what it forked")
        return 0
    print(
        f"casectl under torture: Python {platform.python_version()}, SQLite "
        f"{sqlite3.sqlite_version}, {platform.system()}, {os.cpu_count()} cores; "
        f"{'plain' if asked.plain else 'encrypted'} caseloads"
    )
    key = asked.dir / "key"
    if not asked.plain:
        make_key(key)
    verdicts = [torture(name, asked.dir / name, quick=asked.quick) for name in chosen]
    if all(verdict.held for verdict in verdicts):
        key.unlink(missing_ok=True)
    print()
    for verdict in verdicts:
        print(verdict.line)
    return int(not all(verdict.held for verdict in verdicts))


def make_key(path: Path) -> None:
    """A throwaway key for every caseload of this run; it stays beside one that is kept."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(f"{secrets.token_hex(32)}\n", encoding="ascii")
    os.environ[KEY] = str(path)


def torture(name: str, folder: Path, *, quick: bool) -> Verdict:
    """One part in a folder of its own, which goes afterwards unless it keeps what failed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    part = PARTS[name]
    began = time.monotonic()
    try:
        verdict: Verdict = part.torture(folder, part.QUICK if quick else part.FULL)
    except CasectlError as error:
        verdict = Verdict(f"{name}: stopped: {error}", held=False)
    print(f"  ({time.monotonic() - began:,.0f} s)", flush=True)
    if verdict.held:
        shutil.rmtree(folder)
    return verdict


if __name__ == "__main__":
    sys.exit(main())
