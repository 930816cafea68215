"""The editor's file: private, in memory, gone afterwards; and no text that was written is lost."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

import casectl.editor
from casectl.core.errors import Busy, CasectlError
from casectl.editor import VIM, editor_command
from casectl.session import Session
from casectl.store import Caseload
from casectl.store.intake import Intake
from casectl.store.notes import Notes

Editor = Callable[[str], None]


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the private folder is made in this test."""
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture
def editor(
    run: Run, caseload: None, memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Editor:
    """Make a script (Python; ``path`` is the note's file) this person's editor."""
    assert run("intake 'Ann Sample' --urgency low").code == 0

    def set_editor(script: str) -> None:
        program = tmp_path / "editor.py"
        program.write_text(f"import os, sys, time, signal\npath = sys.argv[-1]\n{script}\n")
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", f"{sys.executable} '{program}'")

    return set_editor


WRITES = "open(path, 'a').write('what was written')\n"
DRAFT = "SELECT body FROM drafts WHERE name LIKE 'note:%'"


def notes(run: Run) -> list[str]:
    return [each["text"] for each in run("show 1 --json").json["notes"]]


def left(memory: Path) -> list[str]:
    return [path.name for path in memory.rglob("*")]


def test_nothing_stays(run: Run, editor: Editor, memory: Path) -> None:
    editor(
        WRITES + "folder = os.path.dirname(path)\n"
        "for name in ('note.txt~', '.note.txt.swp', '#note.txt#', '4913'):\n"
        "    open(os.path.join(folder, name), 'w').write('a copy')\n"
        "os.mkdir(os.path.join(folder, 'undo')); os.symlink('/', os.path.join(folder, 'link'))\n"
        "assert os.stat(folder).st_mode & 0o7777 == 0o700, 'private'\n"
        "assert os.stat(path).st_mode & 0o7777 == 0o600, 'private'\n"
    )
    mask = os.umask(0)
    try:
        assert run("note 1 --edit").code == 0
    finally:
        os.umask(mask)
    assert notes(run) == ["what was written"]
    assert left(memory) == []
    assert Path("/etc").is_dir(), "a link is removed, not what it leads to"


# --- What could not be saved ------------------------------------------------------------------


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*given: Any, **named: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (WRITES + "sys.exit(3)", 1),
        (WRITES + "os.kill(os.getpid(), 9)", 1),
    ],
)
def test_an_editor_that_fails_loses_nothing(
    run: Run, editor: Editor, store: Caseload, memory: Path, script: str, code: int
) -> None:
    editor(script)
    result = run("note 1 --edit")
    assert result.code == code
    assert "Kept as a draft: casectl note 1 --edit goes on with it." in result.err
    assert store.db.value(DRAFT) == "what was written"
    assert left(memory) == [] and notes(run) == []


def test_a_draft_goes_on_and_is_gone_once_it_is_saved(
    run: Run, editor: Editor, store: Caseload
) -> None:
    editor(WRITES + "sys.exit(1)")
    run("note 1 --edit")
    asked = run("note 1", answers=["another", "."])
    assert "A draft of a note on it is kept: casectl note 1 --edit" in asked.err
    editor("text = open(path).read()\nopen(path, 'w').write(text + ', and then some\\n')")
    result = run("note 1 --edit")
    assert result.code == 0 and "It goes on with the draft that was kept." in result.err
    assert notes(run) == ["what was written, and then some", "another"]
    assert store.db.value(DRAFT) is None


@pytest.mark.parametrize("before", [False, True])
def test_ctrl_c_at_the_prompt_keeps_what_was_typed(
    run: Run, editor: Editor, store: Caseload, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    """Behind a draft that is there: neither takes the other's place."""
    if before:
        editor(WRITES + "sys.exit(1)")
        run("note 1 --edit")
    answers = ["first line", "", "second"]

    def ask(self: Session, question: str) -> str:
        if not answers:
            raise KeyboardInterrupt
        return answers.pop(0)

    monkeypatch.setattr(Session, "ask", ask)
    result = run("note 1", answers=[])
    assert result.code == 130
    assert "Kept as a draft: casectl note 1 --edit goes on with it." in result.err
    begun = "what was written\n" if before else ""
    assert store.db.value(DRAFT) == f"{begun}first line\n\nsecond"
    assert notes(run) == []
    result = run("jot", answers=[])
    assert (result.code, "draft" in result.err.replace("keeps a draft", "")) == (130, False)


def test_a_draft_is_dropped_by_emptying_it(run: Run, editor: Editor, store: Caseload) -> None:
    editor(WRITES + "sys.exit(1)")
    run("note 1 'and this' --edit")
    assert store.db.value(DRAFT) == "and thiswhat was written"
    editor("open(path, 'w')")
    assert run("note 1 --edit").code == 1
    assert store.db.value(DRAFT) is None


def test_nothing_written_makes_no_draft(run: Run, editor: Editor, store: Caseload) -> None:
    editor("sys.exit(1)")
    assert run("note 1 'begun' --edit").code == 1
    assert store.db.value(DRAFT) is None, "it stands on the command line"


@pytest.mark.parametrize("error", [Busy("busy"), CasectlError("no space left")])
def test_a_caseload_that_takes_nothing(
    run: Run, editor: Editor, memory: Path, monkeypatch: pytest.MonkeyPatch, error: CasectlError
) -> None:
    """Neither the note nor a draft: the file stays, alone, and it is said where."""
    editor(WRITES + "open(path + '~', 'w').write('a copy')")
    monkeypatch.setattr(Notes, "add", failing(error))
    monkeypatch.setattr(Intake, "keep_draft", failing(error))
    result = run("note 1 --edit")
    assert result.code == error.exit_code
    path = Path(result.err.partition("What you wrote is in ")[2].partition(", which only you")[0])
    assert path.read_text() == "what was written"
    assert result.err.count("It is in memory: log out or restart, and it is gone.") == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["note.txt"]
    monkeypatch.undo()
    # It is no leftover that the next editing clears away.
    assert path.exists()


def test_a_file_that_stays_where_there_is_no_memory_says_that_a_restart_may_clear_it(
    run: Run, editor: Editor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(casectl.editor, "_in_memory", lambda: None)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    editor(WRITES)
    monkeypatch.setattr(Notes, "add", failing(Busy("busy")))
    result = run("note 1 --edit")
    assert f"What you wrote is in {tmp_path}" in result.err
    assert "A restart may clear that folder." in result.err and "in memory" not in result.err


def test_what_was_typed_line_by_line_is_not_lost(
    run: Run, editor: Editor, store: Caseload, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Notes, "add", failing(CasectlError("no space left")))
    result = run("note 1", answers=["two", "lines", "."])
    assert result.code == 1 and "Kept as a draft" in result.err
    assert store.db.value(DRAFT) == "two\nlines"
    monkeypatch.setattr(Intake, "keep_draft", failing(CasectlError("no space left")))
    result = run("note 1", answers=["three", "."])
    (path,) = memory.rglob("note.txt")
    assert str(path) in result.err and path.read_text() == "three"


@pytest.mark.parametrize("content", ["b'\\xff\\xfe'", "b'a\\x00b'", "b'x' * 5_000_000"])
def test_a_file_that_is_no_note_is_not_lost(
    run: Run, editor: Editor, memory: Path, store: Caseload, content: str
) -> None:
    editor(f"open(path, 'wb').write({content})")
    result = run("note 1 --edit")
    assert result.code == 2
    kept = [*memory.rglob("note.txt")]
    assert bool(kept) != bool(store.db.value(DRAFT))
    assert not kept or str(kept[0]) in result.err


# --- Signals ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("stubborn", [False, True])
def test_after_a_signal_the_folder_is_gone_and_the_text_is_not(
    run: Run, editor: Editor, memory: Path, store: Caseload, number: signal.Signals, stubborn: bool
) -> None:
    ignore = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if stubborn else ""
    editor(f"{ignore}{WRITES}time.sleep(60)")
    with subprocess.Popen(
        [sys.executable, "-m", "casectl", "note", "1", "--edit"],
        stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        written = wait_for(lambda: [each for each in memory.rglob("note.txt") if each.read_text()])
        process.send_signal(number)
        time.sleep(0.05)
        process.send_signal(number)  # a second one stops no clearing up
        assert process.stderr is not None
        said = process.stderr.read().decode()
        assert process.wait() == 130, said
    assert written and left(memory) == []
    assert store.db.value(DRAFT) == "what was written"
    assert "Kept as a draft" in said


def killed(memory: Path, *words: str, editor_too: bool = True) -> int:
    """Kill casectl while somebody writes; the process of the editor."""
    with subprocess.Popen(
        [sys.executable, "-m", "casectl", *words], start_new_session=True
    ) as process:
        wait_for(lambda: [each for each in memory.rglob("note.txt") if each.read_text()])
        (number,) = wait_for(lambda: [each for each in memory.rglob(".editor") if each.read_text()])
        editing = int(number.read_text())
        if editor_too:
            os.killpg(process.pid, signal.SIGKILL)
            wait_for(lambda: [] if Path(f"/proc/{editing}").exists() else [memory])
        else:
            process.kill()
    return editing


def test_what_a_kill_leaves_is_the_draft_of_the_next(
    run: Run, editor: Editor, memory: Path, store: Caseload
) -> None:
    editor(f"{WRITES}time.sleep(60)")
    killed(memory, "note", "1", "--edit")
    assert left(memory) != []
    running = memory / f"casectl-note-{os.getpid()}-running"
    running.mkdir()
    editor("text = open(path).read()\nopen(path, 'w').write(text + ' and more')")
    result = run("note 1 --edit")
    assert result.code == 0 and "It goes on with the draft that was kept." in result.err
    assert notes(run) == ["what was written and more"]
    assert left(memory) == [running.name], "another one that is still being written stays"
    assert store.db.value(DRAFT) is None


def test_what_a_kill_leaves_of_another_is_kept_for_that_one(
    run: Run, editor: Editor, memory: Path, store: Caseload
) -> None:
    assert run("intake 'Ben Example' --urgency low").code == 0
    editor(f"{WRITES}time.sleep(60)")
    killed(memory, "note", "1", "--edit")
    doctor = run("doctor").out
    assert f"lies in {next(memory.iterdir())} in clear text" in doctor
    assert "casectl note 1 --edit takes it up" in doctor
    editor("open(path, 'w').write('of Ben')")
    result = run("note 2 --edit")
    assert "is kept as a draft: casectl note 1 --edit goes on with it." in result.err
    assert notes(run) == [] and store.db.value(DRAFT) == "what was written"
    assert left(memory) == [] and "clear text" not in run("doctor").out


def test_a_killed_casectl_takes_no_file_from_an_editor_that_runs(
    run: Run, editor: Editor, memory: Path, store: Caseload
) -> None:
    editor(f"{WRITES}time.sleep(60)")
    editing = killed(memory, "note", "1", "--edit", editor_too=False)
    try:
        (file,) = memory.rglob("note.txt")
        editor("open(path, 'w').write('another')")
        result = run("note 1 --edit")
        assert "An editor still has an earlier text open, of casectl note 1." in result.err
        assert file.read_text() == "what was written" and notes(run) == ["another"]
        assert "in that editor, which still runs" in run("doctor").out
    finally:
        os.kill(editing, signal.SIGKILL)


def test_what_is_another_caseload_s_or_nobody_s_stays(
    run: Run, editor: Editor, memory: Path, store: Caseload, tmp_path: Path
) -> None:
    editor(f"{WRITES}time.sleep(60)")
    killed(memory, "note", "1", "--edit")
    (whose,) = memory.rglob(".whose")
    caseload, draft, command = whose.read_text().split("\n")
    whose.write_text(f"{tmp_path}/other.db\n{draft}\n{command}")
    editor("open(path, 'w').write('another')")
    assert run("note 1 --edit").code == 0
    assert notes(run) == ["another"] and whose.exists()
    assert f"casectl --db {tmp_path}/other.db note CASE --edit" in run("doctor").out
    whose.write_text(f"{caseload}\nnote:erased\n{command}")
    assert run("note 1 --edit").code == 0
    assert left(memory) == [] and store.db.value("SELECT count(*) FROM drafts") == 0


def test_a_killed_editor_that_saved_nothing_leaves_no_draft(
    run: Run, editor: Editor, memory: Path, store: Caseload
) -> None:
    editor("time.sleep(60)")
    killed(memory, "note", "1", "on the command line", "--edit")
    editor("open(path, 'w').write('another')")
    assert run("note 1 --edit").code == 0
    assert notes(run) == ["another"] and left(memory) == []


def wait_for(found: Callable[[], list[Path]]) -> list[Path]:
    end = time.monotonic() + 30
    while not (now := found()) and time.monotonic() < end:
        time.sleep(0.02)
    return now


# --- Which editor -----------------------------------------------------------------------------


def test_vim_leaves_nothing_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Swap, undo and backup files may be set to other folders, and registers go to viminfo."""
    vim = tmp_path / "vim.basic"
    vim.touch(mode=0o700)
    (tmp_path / "vi").symlink_to(vim)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    for command in ("vi", "vim.basic", f"{vim} -u NONE"):
        monkeypatch.setenv("EDITOR", command)
        assert editor_command()[-len(VIM) :] == list(VIM)
    monkeypatch.setenv("EDITOR", "nano -w")
    assert editor_command() == ["nano", "-w"]


def test_no_shell_reads_the_editor_s_name(
    run: Run, editor: Editor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", f"true; touch {tmp_path}/pwn; $(touch {tmp_path}/pwn)")
    assert run("note 1 --edit").code == 1
    assert not (tmp_path / "pwn").exists()


# --- Left without saving ------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["note 1", "jot"])
def test_leaving_the_editor_without_saving_leaves_the_draft(
    run: Run, editor: Editor, store: Caseload, words: str
) -> None:
    drafts = "SELECT body FROM drafts"
    editor(WRITES + "sys.exit(1)")
    run(f"{words} --edit")
    editor("pass")  # as :q! does
    for more in ("", " 'and this'"):
        result = run(f"{words}{more} --edit")
        assert (result.code, result.out) == (1, "")
        assert "was not saved in the editor, so nothing was written; the draft stays" in result.err
        assert store.db.value(drafts) == "what was written"
    assert notes(run) == [] and run("jots").out == ""
    editor("text = open(path).read()\nopen(path, 'w').write(text)")  # as :wq does
    assert run(f"{words} --edit").code == 0
    assert store.db.value(drafts) is None
    assert "what was written" in notes(run) or "what was written" in run("jots").out
