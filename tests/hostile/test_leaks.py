"""What could leave this program by the way: into the shell's history, and into core dumps."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run

NAMES = ("Maria Garcia", "O'Brien, Seán", "王小明", "Bo")


@pytest.fixture
def home(run: Run, caseload: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in NAMES:
        assert run(["intake", name]).code == 0
    monkeypatch.delenv("HISTFILE", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    return tmp_path


def said(run: Run) -> str:
    (found,) = [each for each in run("doctor --json").json if each["check"] == "shell history"]
    return f"{found['state']}: {found['detail']}"


# --- The shell's history ------------------------------------------------------------------------


def test_no_history(run: Run, home: Path) -> None:
    assert said(run) == "ok: no line of it names a client"


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("casectl intake 'Maria Garcia'", True),
        ("casectl --db x.db intake maria\\ garcia --phone 5", True),
        ("casectl show garcia-1", True),
        ("EDITOR=vi casectl note 1 'saw Garcia, Maria today'", True),
        ('casectl intake "Sean O\'Brien"', True),
        ("casectl intake 王小明", True),
        ("casectl intake Bo", True),
        ("casectl show 1", False),
        ("casectl intake 'Maria Example'", False),
        ("casectl follow 1 'bone scan' --due fri", False),
        ("echo Maria Garcia", False),
        ("casectl intake -", False),
    ],
)
def test_what_names_a_client(run: Run, home: Path, line: str, counts: bool) -> None:
    (home / ".bash_history").write_text(f"ls\n#1700000000\n{line}\nls\n", "utf-8")
    assert said(run).startswith("warn: line" if counts else "ok")


def test_every_shell_is_looked_at_and_nothing_told(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".bash_history").write_text("casectl intake 'Maria Garcia'\n" * 3, "utf-8")
    # zsh writes the bytes above 0x83 with a mark before them.
    metafied = bytearray()
    for byte in ": 1700000000:0;casectl intake 王小明\n".encode():
        metafied += bytes([0x83, byte ^ 0x20]) if 0x83 <= byte <= 0xA2 else bytes([byte])
    (home / ".zsh_history").write_bytes(metafied)
    fish = home / ".local/share/fish"
    fish.mkdir(parents=True)
    (fish / "fish_history").write_text("- cmd: casectl show garcia-1\n  when: 1\n", "utf-8")
    elsewhere = home / "my history"
    elsewhere.write_bytes(b"\xff\xfe\x00 casectl intake Bo\n" + b"casectl" * 100_000)
    monkeypatch.setenv("HISTFILE", str(elsewhere))
    found = said(run)
    assert f"3 of {home}/.bash_history" in found and f"1 of {home}/.zsh_history" in found
    assert f"1 of {fish}/fish_history" in found and f"1 of {elsewhere}" in found
    out = run("doctor").out
    assert not any(word in out for word in ("Maria", "Garcia", "garcia", "王小明"))


def test_a_history_that_cannot_be_read(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HISTFILE", str(home))  # a folder
    os.mkfifo(home / ".bash_history")
    assert said(run).startswith("ok")


# --- Core dumps ---------------------------------------------------------------------------------


def test_no_core_dumps() -> None:
    script = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))\n"
        "from casectl.store.hardening import no_core_dumps\n"
        "no_core_dumps(); no_core_dumps()\n"
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'import resource; print("
        "resource.getrlimit(resource.RLIMIT_CORE))'], check=True)\n"
    )
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if hard not in (-1, resource.RLIM_INFINITY):
        script = script.replace("resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))\n", "")
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "(0, 0)\n", "and a program that it starts dumps none either"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what a dump holds")
def test_an_emptied_core_dump() -> None:
    script = (
        "from casectl.store.hardening import FILTER, no_core_dumps; no_core_dumps()\n"
        "print(open(FILTER).read())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert int(done.stdout, 16) == 0


def test_no_core_file_holds_a_key(tmp_path: Path) -> None:
    """A key in memory, and the process dies as a crash in a library makes it die."""
    script = (
        "import os, sys\n"
        "from casectl.store.hardening import no_core_dumps\n"
        "no_core_dumps()\n"
        "key = bytes(reversed(b'this is the key in memory'))\n"
        "key = bytes(reversed(key))\n"
        "os.abort()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode < 0
    assert [*tmp_path.iterdir()] in ([], [tmp_path / "config.toml"])


HELD = """
import resource, sys
if resource.getrlimit(resource.RLIMIT_CORE)[1] in (-1, resource.RLIM_INFINITY):
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
from casectl import cli
from casectl.session import Session
from casectl.store import keys, slots

def held(module, name):
    real = getattr(module, name)
    def looked_at(*given, **named):
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0), name
        seen.append(name)
        made.append(real(*given, **named))
        return made[-1]
    setattr(module, name, looked_at)

seen, made = [], []
for name in ("new_key", "new_code", "add_passphrase", "open_passphrase", "open_recovery"):
    held(slots, name)
held(keys, "keys_in_file")
words = "four words nobody joins"
typed = iter([words, words])
Session.can_ask = property(lambda self: True)
Session.ask_secret = lambda self, question: next(typed)
Session.ask = lambda self, question: made[-1][-6:]  # the recovery code's end
cli.run(sys.argv[1:])
print(",".join(sorted(set(seen))))
"""


@pytest.mark.parametrize(
    ("command", "held"),
    [
        ("init --key-file {home}/new.key", "new_key"),
        ("init", "add_passphrase,new_code,new_key"),
        ("encrypt --key-file {home}/new.key", "new_key"),
        ("key rotate --yes", "new_key"),
        ("key passphrase", "add_passphrase"),
        ("today", "keys_in_file"),
    ],
)
def test_no_dumps_wherever_a_key_is_about_to_be_in_memory(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, held: str
) -> None:
    if command == "init":
        monkeypatch.delenv("CASECTL_KEY_FILE")
    elif command.startswith("encrypt"):
        assert run("init --unencrypted").code == 0
    elif not command.startswith("init"):
        assert run("init").code == 0
    words = command.format(home=tmp_path).split()
    done = subprocess.run(
        [sys.executable, "-c", HELD, *words], capture_output=True, text=True, check=False
    )
    seen = done.stdout.splitlines()[-1].split(",") if done.stdout else []
    assert set(held.split(",")) <= set(seen), done.stdout + done.stderr
