"""A crash is one line and a private report without a word of anybody's; never a traceback."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from casectl import cli, crash
from casectl.cli import COMMANDS
from casectl.session import Session
from casectl.store.notes import Notes

SECRET = "Jane Doe HIV+ 555-0142"


class Unspeakable(Exception):
    """Whose message, arguments and attributes are all a client's."""

    def __init__(self) -> None:
        super().__init__(SECRET)
        self.client = SECRET


def fail(*given: Any, **named: Any) -> Any:
    client = SECRET
    try:
        raise KeyError(client)
    except KeyError as error:
        raise Unspeakable from error


@pytest.fixture(autouse=True)
def ann(run: Run, caseload: None) -> None:
    assert run("intake 'Ann Sample'").code == 0


def the_report(err: str) -> Path:
    assert err.startswith("casectl: something went wrong inside casectl (")
    assert err.count("\n") == 1
    return Path(err.partition("client data is in ")[2].partition("; ")[0])


def assert_says_nothing(text: str) -> None:
    for word in (*SECRET.split(), "Ann", "Sample", "sample-1", "--reason", "argv"):
        assert word not in text, word


def test_a_crash_while_reading(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casectl.commands.show.find_case", fail)
    result = run(["show", SECRET])
    assert (result.code, result.out) == (1, "")
    assert "Unspeakable at commands/show.py:" in result.err
    assert "nothing was half written" in result.err
    report = the_report(result.err)
    text = report.read_text(encoding="utf-8")
    assert_says_nothing(text + result.err)
    assert "show" in text and "casectl/commands/show.py:" in text
    assert "test_crashes.Unspeakable" in text
    assert "because of builtins.KeyError" in text
    assert str(Path.home()) not in text, "paths above ours may hold a person's name"
    assert str(Path(sys.prefix)) not in text


def test_the_report_is_private(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casectl.commands.show.find_case", fail)
    mask = os.umask(0)
    try:
        report = the_report(run("show 1").err)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700
    assert report.is_relative_to(Path.home())


def test_a_crash_after_a_write_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Notes.add

    def note(self: Notes, *given: Any, **named: Any) -> Any:
        whole(self, *given, **named)
        fail()

    monkeypatch.setattr(Notes, "add", note)
    result = run(["note", "1", SECRET])
    assert "what you recorded is kept, so do not repeat it" in result.err
    assert_says_nothing(the_report(result.err).read_text(encoding="utf-8"))
    assert [each["text"] for each in run("show 1 --json").json["notes"]] == [SECRET]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_any_command_may_crash(run: Run, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def built(name: str, entry: cli.Entry) -> Any:
        fail()

    monkeypatch.setattr(cli, "built", built)
    result = run([name, SECRET])
    assert result.code == 1
    text = the_report(result.err).read_text(encoding="utf-8")
    assert f" {name}\n" in text
    assert_says_nothing(text + result.err)


ERRORS = [
    MemoryError(SECRET),
    RecursionError(SECRET),
    AssertionError(SECRET),
    UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET),
    ExceptionGroup(SECRET, [Unspeakable()]),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda each: type(each).__name__)
def test_any_exception_is_caught(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def raise_it(*given: Any, **named: Any) -> Any:
        raise error

    monkeypatch.setattr("casectl.commands.show.find_case", raise_it)
    result = run("show 1")
    assert result.code == 1
    assert_says_nothing(result.err + the_report(result.err).read_text(encoding="utf-8"))


def test_where_no_report_can_be_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casectl.commands.show.find_case", fail)
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    result = run("show 1")
    assert result.code == 1 and result.err.count("\n") == 1
    assert "no report could be saved (No such file or directory)" in result.err
    assert_says_nothing(result.err)


def test_a_crash_while_reporting_hides_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casectl.commands.show.find_case", fail)
    monkeypatch.setattr(crash, "save", fail)
    result = run("show 1")
    assert result.code == 1 and "no report could be saved (Unspeakable)" in result.err
    assert_says_nothing(result.err)


def test_a_link_is_not_written_through(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("casectl.commands.show.find_case", fail)
    folder = crash.report_folder()
    folder.mkdir(parents=True)
    target = tmp_path / "target"
    monkeypatch.setattr(os, "urandom", lambda size: bytes(size))
    moments = "20261118T080000Z"
    (folder / f"crash-{moments}-00000000.txt").symlink_to(target)
    with pytest.raises(FileExistsError):
        crash.save(ValueError(), "show", "2026-11-18T08:00:00Z")
    assert not target.exists()


def test_only_the_newest_reports_are_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for second in range(crash.MOST_KEPT + 5):
        crash.save(ValueError(), None, f"2026-11-18T08:00:{second:02}Z")
    kept = sorted(each.name for each in crash.report_folder().iterdir())
    assert len(kept) == crash.MOST_KEPT
    assert kept[0].startswith("crash-20261118T080005Z-")


def test_a_crash_when_closing_is_no_matter(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "close", fail)
    assert run("show 1").code == 0


def test_a_program_that_cannot_start(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text(f"raise ImportError({SECRET!r})\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "casectl", "today"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("casectl: cannot start (ImportError); a report without client")
    assert done.stderr.count("\n") == 1
    assert_says_nothing(done.stderr)


def test_what_the_interpreter_says_of_itself_is_not_heard(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from casectl import __main__, cli\n"
        "class Broken:\n"
        f"    def __del__(self): raise ValueError({SECRET!r})\n"
        "def run():\n"
        "    Broken()\n"
        "    return 0\n"
        "cli.run = run\n"
        "__main__.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
