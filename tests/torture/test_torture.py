"""The torture in short, as everybody's change meets it; ``make torture`` runs it in full."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "bench" / "torture" / "run.py"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="it kills what it forked")


def torture(part: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, str(RUN), "--quick", "--only", part, "--dir", str(folder)]
    return subprocess.run(
        words, capture_output=True, text=True, env={**os.environ, **env}, timeout=240, check=False
    )


@pytest.mark.parametrize(
    "part", ["kills", "cuts", "writers", "faults", "remind", "migration", "rotation"]
)
def test_nothing_is_lost(part: str, tmp_path: Path) -> None:
    done = torture(part, tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith(f"{part}: ")
    assert list((tmp_path / "out").iterdir()) == [], "what held leaves nothing behind"


# --- The torture tells a good program from a bad one ----------------------------------------


def broken_casectl(folder: Path, module: str, good: str, bad: str) -> dict[str, str]:
    """The environment in which casectl is a copy of this one, with one thing done wrong.

    ``good`` is a regular expression of what ``module`` says, ``bad`` what it says instead.
    """
    source = ROOT / "casectl"
    for path in source.rglob("*.py"):
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    broken = folder / "casectl" / module
    text = broken.read_text(encoding="utf-8")
    text, found = re.subn(good, bad, text)
    assert found, f"{module} has changed: nothing there is like {good}"
    broken.write_text(text, encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


def test_a_program_that_does_not_sync_fails(tmp_path: Path) -> None:
    env = broken_casectl(
        tmp_path / "copy",
        "store/connection.py",
        r"PRAGMA synchronous = \w+",
        "PRAGMA synchronous = OFF",
    )
    done = torture("cuts", tmp_path / "out", **env)
    if "skipped" in done.stdout:
        pytest.skip(done.stdout.splitlines()[-1])
    assert done.returncode == 1, done.stdout + done.stderr
    lost = re.search(r"(\d+) that lost one, (\d+) corrupt", done.stdout)
    assert lost is not None and int(lost[1]) and int(lost[2]), done.stdout


def test_a_program_that_commits_too_early_fails(tmp_path: Path) -> None:
    """Facts and journal in two transactions: a kill between them leaves half an operation."""
    env = broken_casectl(
        tmp_path / "copy",
        "store/journal.py",
        r"( +)(derived\.refresh_facts\(self\.db, operation\.cases, operation\.clients\)\n)",
        r'\1self.db.execute("COMMIT")\n\1self.db.execute("BEGIN IMMEDIATE")\n\1\2',
    )
    done = torture("kills", tmp_path / "out", **env)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "CORRUPT" in done.stdout
