"""A plain question on a terminal of its own: its keys, and what becomes of what was typed."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from casectl.core.text import without_keys
from casectl.store import Caseload

pexpect = pytest.importorskip("pexpect", reason="no pseudo-terminals on this system")
pytest.importorskip("pty", reason="no pseudo-terminals on this system")
pytest.importorskip("readline", reason="this Python has no readline")

CASECTL = [sys.executable, "-m", "casectl"]
LEFT, UP, HOME, CTRL_L, TAB = "\x1b[D", "\x1b[A", "\x1b[H", "\x0c", "\t"
DRAFT = "SELECT body FROM drafts WHERE name LIKE ?"

Spawn = Callable[..., Any]


@pytest.fixture
def spawn(run: Run, caseload: None) -> Iterator[Spawn]:
    """``spawn("note", "1")`` -> casectl on a terminal of 80 by 24."""
    assert run("intake 'Zoë 王小明' --urgency low").code == 0
    spawned: list[Any] = []

    def spawn(*words: str, program: str = CASECTL[0], before: tuple[str, ...] = ()) -> Any:
        child = pexpect.spawn(
            program, [*(before or CASECTL[1:]), *words], env={**os.environ, "TERM": "xterm"},
            encoding="utf-8", dimensions=(24, 80), timeout=15,
        )  # fmt: skip
        spawned.append(child)
        return child

    yield spawn
    for each in spawned:
        with suppress(OSError):  # its window is closed already
            each.close(force=True)


def notes(run: Run) -> list[str]:
    return [each["text"] for each in run("show 1 --json").json["notes"]]


def ends(child: Any) -> int:
    child.expect(pexpect.EOF)
    child.wait()
    return int(child.exitstatus)


# --- Keys -------------------------------------------------------------------------------------


def test_keys_mend_the_line_and_none_is_written(run: Run, spawn: Spawn) -> None:
    child = spawn("note", "1")
    child.expect("> ")
    child.send(f"h\u00e9llo \u738b wrld{LEFT}{LEFT}{LEFT}o{CTRL_L}\r")
    child.expect("> ")
    child.send(f"{UP}a{TAB}second{HOME}\x1bOP\x1b[15~{UP}{LEFT}the \r")
    child.expect("> ")
    child.send(".\r")
    assert ends(child) == 0
    assert notes(run) == ["h\u00e9llo \u738b world\nthe a\tsecond"]


def test_pasted_lines_are_a_line_each(run: Run, spawn: Spawn) -> None:
    child = spawn("note", "1")
    child.expect("> ")
    child.send("one\rtwo\r\x1b[200~three\x1b[201~\r.\r")
    assert ends(child) == 0
    assert notes(run) == ["one\ntwo\nthree"]


def test_a_long_line_behind_a_wide_name(run: Run, spawn: Spawn) -> None:
    child = spawn("edit", "1")
    child.expect("Name")
    child.send(f"{'lang ' * 30}x{HOME}Ana \r")
    child.expect("Pronouns|Legal|Birth|Phone")
    child.sendcontrol("d")
    ends(child)
    child = spawn("note", "1")
    child.expect("> ")
    child.send(f"{'王' * 60}{HOME}{'é' * 50}\r.\r")
    assert ends(child) == 0
    assert notes(run) == ["é" * 50 + "王" * 60]


def test_where_no_line_can_be_edited_keys_are_dropped(
    run: Run, spawn: Spawn, tmp_path: Path
) -> None:
    line = f'{sys.executable} -m casectl note 1 > "{tmp_path}/out"'
    child = spawn(program="/bin/sh", before=("-c", line))
    child.expect("> ")
    child.send(f"ab{LEFT}c{CTRL_L}\x1bOA \r.\r")
    assert ends(child) == 0
    assert notes(run) == ["abc "]


def test_what_comes_by_a_pipe_is_as_it_is(run: Run, spawn: Spawn) -> None:
    assert run("note 1 -", stdin=f"ab{LEFT}{CTRL_L}\n").code == 0
    assert notes(run) == [f"ab{LEFT}{CTRL_L}\n"]


def test_nothing_typed_is_remembered(
    run: Run, spawn: Spawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = tmp_path / "history"
    monkeypatch.setenv("HISTFILE", str(history))
    child = spawn("note", "1", "--private")
    child.expect("> ")
    child.send("a secret\r")
    child.expect("> ")
    child.send(f"{UP}{UP}\r.\r")
    assert ends(child) == 0
    assert notes(run) == ["a secret\n"]
    found = [each for each in tmp_path.rglob("*history*") if each.is_file()]
    assert found == []


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("plain", "plain"), ("a\tb", "a\tb"), ("a\x1b[Db", "ab"), ("\x1b[1;5Cx", "x"),
        ("\x1bOAx", "x"), ("\x1bhello", "hello"), ("\x1b[200~p\x1b[201~", "p"),
        ("\x0c\x00x\x7f", "x"),
        ("\x9bDx", "Dx"), ("é 王 \u202e", "é 王 \u202e"), ("a [D b", "a [D b"),
    ],
)  # fmt: skip
def test_what_keys_send_that_is_no_text(typed: str, line: str) -> None:
    assert without_keys(typed) == line


# --- What ends it -----------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    ("words", "asked", "name", "kept"),
    [
        (("note", "1"), "> ", "note:%", "what she said"),
        (("note", "1", "--form", "soap"), "Subjective", "note:%", "Subjective: what she said"),
        (("jot",), "> ", "jot", "what she said"),
    ],
)
def test_a_signal_keeps_what_was_typed(
    spawn: Spawn, store: Caseload, number: signal.Signals, words: tuple[str, ...], asked: str,
    name: str, kept: str,
) -> None:  # fmt: skip
    child = spawn(*words)
    child.expect(asked)
    child.send("what she said\r")
    child.expect("> |Objective")
    child.kill(number)
    child.expect("Kept as a draft: casectl")
    assert ends(child) == 130
    assert store.db.value(DRAFT, (name,)) == kept


@pytest.mark.parametrize("shell", [False, True])
def test_a_closed_window_keeps_what_was_typed(
    run: Run, spawn: Spawn, store: Caseload, shell: bool
) -> None:
    """In a shell the terminal is gone before the signal comes."""
    if shell:
        line = f"{sys.executable} -m casectl note 1; true"
        child = spawn(program="bash", before=("--norc", "-ic", line))
    else:
        child = spawn("note", "1")
    child.expect("> ")
    child.send("what she said\r")
    child.expect("said\r\n> ")
    os.close(child.child_fd)
    give_up = time.monotonic() + 20
    while store.db.value(DRAFT, ("note:%",)) is None and time.monotonic() < give_up:
        time.sleep(0.05)
    assert store.db.value(DRAFT, ("note:%",)) == "what she said"
    assert notes(run) == []


def test_a_signal_at_a_question_ends_the_day(run: Run, spawn: Spawn) -> None:
    child = spawn("day")
    child.expect("Nov> ?")
    child.send("follow 1 call\r")
    child.expect("By when")
    child.kill(signal.SIGTERM)
    ends(child)
    assert run("show 1 --json").json["due"] != []
