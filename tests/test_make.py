"""The Makefile, .ci/run and bench/generate.py: what a fresh machine runs first."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from casectl.core.model import Author
from casectl.core.views import FAIL
from casectl.store import open_caseload

ROOT = Path(__file__).resolve().parents[1]


def test_ci_runs_make_test() -> None:
    text = (ROOT / ".ci" / "run").read_text()
    assert text.startswith("#!/usr/bin/env bash\n")
    assert re.search(r"^set -eu$", text, re.MULTILINE)
    assert re.search(r"^make test$", text, re.MULTILINE)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize("name", ["Makefile", ".ci/run", "pyproject.toml"])
def test_no_registry_is_named(name: str) -> None:
    assert not re.search(r"https?://|--index-url|--extra-index-url", (ROOT / name).read_text())


@pytest.mark.skipif(sys.platform == "win32", reason="make and sh")
def test_without_python_make_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (tmp_path / "bin").mkdir()
    for name in ("make", "sh"):
        found = next(
            (
                folder / name
                for folder in map(Path, os.environ["PATH"].split(os.pathsep))
                if (folder / name).exists()
            ),
            None,
        )
        if found is None:
            pytest.skip(f"no {name} here")
        (tmp_path / "bin" / name).symlink_to(found)
    for name in ("pyproject.toml", "casectl/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    done = subprocess.run(
        [str(tmp_path / "bin" / "make"), "demo"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert "casectl needs Python 3.11 or newer" in done.stderr


@pytest.mark.parametrize("journal", [True, False])
def test_a_caseload_is_generated_from_the_command_line(tmp_path: Path, journal: bool) -> None:
    out = tmp_path / "made.db"
    words = [sys.executable, "bench/generate.py", "--cases", "60", "--seed", "3", "--out", str(out)]
    words += ["--as-of", "2026-11-18"] + ([] if journal else ["--no-journal"])
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "60 fictitious cases as of 2026-11-18" in done.stdout
    store = open_caseload(out, Author("kim", "2026-11-18", "2026-11-18T08:00:00Z"))
    wrong = {finding.name for finding in store.checkup.findings() if finding.state == FAIL}
    store.close()
    assert wrong == (set() if journal else {"journal"})
    again = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert again.returncode == 1 and "exists already" in again.stderr
