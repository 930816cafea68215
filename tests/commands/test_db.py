"""db path: where the caseload is, whether it is there or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run


def test_the_path_alone(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "caseload.db"
    assert run("db path").out == f"{path}\n"
    assert run("db path --json").json == {"path": str(path), "exists": False}
    run("init")
    assert run("db path --json").json == {"path": str(path), "exists": True}


def test_a_relative_one_is_shown_whole(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("--db here.db db path").out == f"{tmp_path / 'here.db'}\n"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run(["--db", "~/mine.db", "db", "path"]).out == f"{tmp_path / 'mine.db'}\n"


def test_db_alone_says_what_there_is(run: Run) -> None:
    result = run("db")
    assert result.code == 2
    assert "casectl db --help" in result.err
