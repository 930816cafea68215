"""casectl day on a terminal of its own: a person's keys, and what reaches their screen."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from terminals import acts

from casectl import cli
from casectl.core.keys import code_in_groups
from casectl.session import Session

pexpect = pytest.importorskip("pexpect", reason="no pseudo-terminals on this system")
pytest.importorskip("pty", reason="no pseudo-terminals on this system")

PROMPT = r"Wed 18 Nov> ?"
PRIVATE_PROMPT = r"Wed 18 Nov, private> ?"
PASSPHRASE = "four words nobody would join"
CTRL_C, CTRL_D, CTRL_O, UP, TAB = "\x03", "\x04", "\x0f", "\x1b[A", "\t"
ERASED = "\x1b[3J"

# As the installed program, but for what a test puts in the place of a setting or of a command.
PROBE = """
import os, sys
from casectl import session
class Short(int):
    def __mul__(self, sixty):  # minutes that are seconds
        return int(self)
load = session.load_config
short = Short(os.environ["IDLE_SECONDS"])
session.load_config = lambda: load()._replace(lock_minutes=short)
def sleep(*given):
    import time
    print("it sleeps", flush=True)
    time.sleep(30)
if "SLEEPS" in os.environ:
    session.Session.was_shown = sleep
sys.argv = ["casectl", *sys.argv[1:]]
from casectl.__main__ import main
main()
"""

Spawn = Callable[..., Any]


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """``spawn()`` -> casectl day on a terminal of 80 by 24, at its first prompt."""
    spawned: list[Any] = []

    def spawn(*words: str, idle: int = 3600, expect: str = PROMPT, **environment: str) -> Any:
        env = {**os.environ, "TERM": "xterm-256color", "IDLE_SECONDS": str(idle), **environment}
        child = pexpect.spawn(
            sys.executable, ["-c", PROBE, *(words or ("day",))], env=env, encoding="utf-8",
            dimensions=(24, 80), timeout=30,
        )  # fmt: skip
        spawned.append(child)
        child.expect(expect)
        return child

    yield spawn
    for each in spawned:
        each.close(force=True)


@pytest.fixture
def demo(run: Run) -> None:
    """Forty fictitious cases."""
    assert run(["--db", os.environ["CASECTL_DB"], "demo"]).code == 0


def ends(child: Any) -> None:
    child.send(CTRL_D)
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0


# --- Keys -------------------------------------------------------------------------------------


def test_a_call_nobody_answered_takes_nine_keys(demo: None, spawn: Spawn) -> None:
    keys = "tried 12\r"
    assert len(keys) == 9
    child = spawn()
    child.send(keys)
    child.expect(r"Tried .* \(12\.c\d\)")
    child.expect(PROMPT)
    ends(child)


def test_and_seventeen_in_the_shell(demo: None, run: Run) -> None:
    line = "casectl tried 12"
    assert len(f"{line}\r") == 17
    assert "(12.c" in run(line.removeprefix("casectl ")).out


def test_apostrophes_and_lone_quotes_hang_nothing(demo: None, spawn: Spawn, run: Run) -> None:
    child = spawn()
    for text in ("aide's coming", 'a 6" pipe', "it's 'odd\" isn't"):
        child.send(f"note 25 {text}\r")
        child.expect("characters")
        child.expect(PROMPT)
    ends(child)
    notes = [each["text"] for each in run("show 25 --json").json["notes"]]
    assert {"aide's coming", 'a 6" pipe', "it's 'odd\" isn't"} <= set(notes)


def test_ctrl_c_drops_the_line_and_the_up_key_brings_it_back(demo: None, spawn: Spawn) -> None:
    child = spawn()
    child.send("tried 25 nobody" + CTRL_C)
    child.expect(PROMPT)
    child.send(UP + " there\r")
    child.expect(r"Tried .* \(25\.c\d\)")
    child.expect(PROMPT)
    ends(child)


def test_ctrl_c_in_a_command_stops_the_command(demo: None, spawn: Spawn) -> None:
    child = spawn(SLEEPS="1")
    child.send("show 25\r")
    child.expect("it sleeps")
    child.send(CTRL_C)
    child.expect("interrupted; nothing was half written")
    child.expect(PROMPT)
    child.send("follow 25 call\r")
    child.expect("By when")
    child.send(CTRL_C)
    child.expect("interrupted; nothing was half written")
    child.expect(PROMPT)
    child.send("tried 25\r")
    child.expect("Tried ")
    child.expect(PROMPT)
    ends(child)


def test_a_killed_prompt_leaves_no_lock(demo: None, spawn: Spawn, run: Run) -> None:
    child = spawn()
    child.send("tried 25\r")
    child.expect(PROMPT)
    os.kill(child.pid, signal.SIGKILL)
    began = time.monotonic()
    assert run("tried 25").code == 0
    assert time.monotonic() - began < 10  # a lock that is held makes others wait for 30 s


def test_ctrl_o_hides_names_and_clears_what_was_shown(demo: None, spawn: Spawn) -> None:
    child = spawn()
    child.send("note invented-25 half")
    child.expect("half")
    child.send(CTRL_O)
    child.expect_exact(ERASED)
    child.expect("numbers and initials only")
    child.expect(PRIVATE_PROMPT)
    child.send(UP)  # no line of before
    child.send("show 25\r")
    child.expect(PRIVATE_PROMPT)
    assert "nvented" not in child.before
    child.send("tried 2" + TAB)
    child.expect(r"\b25\b.*I\.I\.")
    assert "nvented" not in child.before + child.after
    child.send(CTRL_C)
    child.expect(PRIVATE_PROMPT)
    child.send(CTRL_O)
    child.expect("Names are shown again")
    child.expect(PROMPT)
    child.send(UP)
    child.expect("note invented-25 half")
    child.send(CTRL_C)
    child.expect(PROMPT)
    ends(child)


def test_no_line_is_kept_on_the_disk(demo: None, spawn: Spawn, tmp_path: Path) -> None:
    child = spawn()
    child.send("zqxneverkept 1" + CTRL_C)
    child.expect(PROMPT)
    child.send("zqxneverkept 2\r")
    child.expect("no command")
    child.expect(PROMPT)
    ends(child)
    for each in tmp_path.rglob("*"):
        assert not each.is_file() or b"zqxneverkept" not in each.read_bytes(), each


# --- Hostile names ----------------------------------------------------------------------------

HOSTILE = "Zq\x1b]0;gone\x07\x1b[2J\u202eEvil\x9b31m <b>x</b>"


def test_a_name_in_the_menu_does_nothing(run: Run, spawn: Spawn) -> None:
    assert run("init --unencrypted").code == 0
    for name in (f"{HOSTILE} Twin", f"{HOSTILE} Two"):
        assert run(["intake", name, "--next", name, "--due", "fri", "--no-input"]).code == 0
    child = spawn()
    handles = run("list --fields handle").out.split()
    child.send("tried " + TAB)
    child.expect(handles[0])
    child.expect(handles[1])
    shown = child.before
    child.send(CTRL_C)
    child.expect(PROMPT)
    shown += child.before
    child.send("done 1." + TAB)
    child.expect("1.1")
    child.send(CTRL_C)
    child.expect(PROMPT)
    shown += child.before
    assert "\u241b]0;gone" in shown and "<b>" in shown
    assert "\x1b]0" not in shown and "\x1b[2J" not in shown
    assert not [each for each in shown if acts(each) and each not in "\x1b\r\n\b\x07"]
    assert "\x07" not in shown.replace("\x1b[?2004l\x07", "")
    ends(child)


# --- Left alone -------------------------------------------------------------------------------


@pytest.fixture
def by_passphrase(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A caseload that a passphrase opens, and its key in no file."""
    assert run("init").code == 0
    assert run("intake Garcia --next call --due fri --no-input").code == 0
    session = Session(cli.clock())
    session.named_db = os.environ["CASECTL_DB"]
    session.vault.set_passphrase(session.vault.keys(), PASSPHRASE)
    monkeypatch.delenv("CASECTL_KEY_FILE")
    yield
    session.vault.forget()


def test_left_alone_it_locks_and_asks_in_place(by_passphrase: None, spawn: Spawn) -> None:
    child = spawn(idle=3, expect="Passphrase: ")
    child.sendline(PASSPHRASE)
    child.expect(PROMPT)
    child.send("tried garcia-1\r")
    child.expect("Tried ")
    child.expect(PROMPT)
    child.send("note garcia-1 half a no")
    child.expect("half a no")
    child.expect_exact(ERASED)
    child.expect("Locked. Press a key")
    child.send("x")
    child.expect("Passphrase: ")
    child.sendline("not the passphrase at all")
    child.expect("That is not the passphrase")
    child.expect("Passphrase: ")
    child.sendline(PASSPHRASE)
    child.expect("note garcia-1 half a no")
    child.send("te\r")
    child.expect(r"1\.n1")
    child.send(CTRL_D)
    child.expect(pexpect.EOF)


def test_a_lock_elsewhere_locks_it_too(by_passphrase: None, spawn: Spawn, run: Run) -> None:
    child = spawn(expect="Passphrase: ")
    child.sendline(PASSPHRASE)
    child.expect(PROMPT)
    if run("lock").out != "Locked.\n":
        pytest.skip("no login keyring here, so only the prompt has the key")
    child.send("tried 1\r")
    child.expect("Passphrase: ")
    child.send(CTRL_C)
    child.expect("interrupted")
    child.expect(PROMPT)
    ends(child)


def test_left_alone_at_a_question_it_clears(run: Run, spawn: Spawn) -> None:
    assert run("init --unencrypted").code == 0
    assert run("intake Garcia --next call --due fri --no-input").code == 0
    child = spawn(idle=2)
    child.send("follow 1 call\r")
    child.expect("By when")
    child.expect_exact(ERASED)
    child.expect("Cleared")
    child.expect(PROMPT)
    ends(child)


def test_whoever_types_at_a_question_is_not_left(run: Run, spawn: Spawn) -> None:
    assert run("init --unencrypted").code == 0
    assert run("intake Garcia --next call --due fri --no-input").code == 0
    child = spawn(idle=2)
    child.send("follow 1 call\r")
    child.expect("By when")
    for letter in "next ":
        child.send(letter)
        time.sleep(0.7)
    child.send("tue\r")
    child.expect("Tue 24 Nov")
    ends(child)


# --- A pasted recovery code -------------------------------------------------------------------


def test_a_code_pasted_in_lines_is_taken_whole_and_never_shown(
    by_passphrase: None, spawn: Spawn, run: Run
) -> None:
    session = Session(cli.clock())
    session.named_db = os.environ["CASECTL_DB"]
    session.vault.unlock(PASSPHRASE)
    code = session.vault.new_code()
    session.vault.set_recovery(session.vault.keys(), code)
    session.vault.forget()
    lines = code_in_groups(code)
    child = spawn("today", expect="Passphrase: ")
    child.send("".join(f"{line}\r" for line in lines))
    child.expect("garcia|Garcia")
    shown = child.before
    child.expect(pexpect.EOF)
    assert len(lines) == 4
    assert not [line for line in lines if line in shown]
    assert "Opened by the recovery code" in shown
