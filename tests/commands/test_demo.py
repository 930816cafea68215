"""casectl demo: a caseload beside the person's own, its list, and what to type next."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from conftest import TODAY, Run

from casectl.core.due import Band
from casectl.core.fictitious import DEMO_CASES
from casectl.core.model import Author
from casectl.core.views import FAIL
from casectl.store import open_caseload
from casectl.store.keys import read_key_file


def path_in(out: str) -> Path:
    named = re.search(r"export CASECTL_DB=(\S+)", out)
    assert named
    return Path(named[1])


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))


def test_it_goes_to_a_private_folder_of_its_own(run: Run, tmp_path: Path) -> None:
    done = run("demo")
    path = path_in(done.out)
    assert done.code == 0 and not done.err
    assert path.is_file() and path.parent.parent == tmp_path / "tmp"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not (tmp_path / "caseload.db").exists(), "CASECTL_DB is the person's own"
    assert run("demo").code == 0


@pytest.mark.parametrize("width", [None, 40, 80, 120])
def test_it_shows_the_list_on_a_terminal_and_piped(run: Run, width: int | None) -> None:
    lines = run("demo", width=width).out.splitlines()
    for band in Band:
        assert band.name in lines
    assert any("28 open" in line for line in lines)
    end = next(place for place, line in enumerate(lines) if line.startswith("Nobody in it is"))
    start = next(place for place, line in enumerate(lines) if "28 open" in line)
    assert max(map(len, lines[start:end])) <= (width or 80)


def test_what_it_says_to_type_next_works(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    out = run("demo").out
    monkeypatch.setenv("CASECTL_DB", str(path_in(out)))
    monkeypatch.setenv("CASECTL_KEY_FILE", str(path_in(out).with_suffix(".key")))
    typed = re.findall(r"^  \S+ ((?:show|today|reached).*)$", out, re.MULTILINE)
    assert len(typed) == 4
    for command in typed:
        done = run(command)
        assert done.code == 0, (command, done.err)


def test_another_day_is_said_again(run: Run) -> None:
    out = run("demo --as-of 2028-02-29").out
    assert "export CASECTL_TODAY=2028-02-29" in out
    assert "Tue 29 Feb" in out
    assert "CASECTL_TODAY" not in run("demo").out


def test_a_folder_can_be_named_and_no_file_is_written_over(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "show" / "me"
    assert path_in(run(f"demo --dir {folder}").out) == folder / "demo.db"
    before = (folder / "demo.db").read_bytes()
    again = run(f"demo --dir {folder}")
    assert again.code == 1 and "exists already" in again.err and not again.out
    assert (folder / "demo.db").read_bytes() == before


def test_a_file_can_be_named_on_the_command_line(run: Run, tmp_path: Path) -> None:
    named = tmp_path / "my demo.db"
    done = run(["--db", str(named), "demo"])
    assert done.code == 0 and f"export CASECTL_DB='{named}'" in done.out
    assert named.is_file()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("--db x.db demo --dir y", "give --dir or --db, not both"),
        (["demo", "--dir", " "], "--dir needs the path of a folder"),
        ("demo --as-of someday", "cannot read 'someday' as a day"),
        ("demo --dir /dev/null/x", "cannot create"),
    ],
)
def test_what_cannot_be_meant_is_refused(run: Run, command: str, said: str) -> None:
    done = run(command)
    assert done.code in (1, 2) and said in done.err and done.err.count("\n") == 1


def test_json_says_what_was_made(run: Run) -> None:
    done = run("demo --json")
    assert done.json["cases"] == DEMO_CASES
    assert Path(done.json["path"]).is_file()
    assert run("demo --fields cases").out == f"{DEMO_CASES}\n"


def test_the_demo_is_a_sound_caseload(run: Run) -> None:
    path = path_in(run("demo").out)
    store = open_caseload(
        path,
        Author("kim", TODAY, f"{TODAY}T08:00:00Z"),
        lambda: read_key_file(path.with_suffix(".key")),
    )
    try:
        assert not [finding for finding in store.checkup.findings() if finding.state == FAIL]
    finally:
        store.close()
