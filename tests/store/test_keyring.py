"""The kernel's keyring, where there is one: time limits, other programs, and machines without."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from casectl.core.keys import BadKey
from casectl.store import keyring

ONE, TWO = bytes([1]) * 32, bytes([2]) * 32

needs_keyring = pytest.mark.skipif(
    not keyring.available(),
    reason="no kernel keyring: not Linux, or this container forbids keyctl",
)


@pytest.fixture
def name() -> Iterator[str]:
    """A name nobody else uses; nothing stays in this person's keyring."""
    name = f"test/{uuid4()}"
    yield name
    keyring.forget(name)


def serial_of(name: str) -> int:
    return keyring._find(name)


def permissions_and_time(name: str) -> tuple[str, str]:
    """What the kernel says of a key: its permissions, and the time it has left (``59m``)."""
    # One whose place was taken still shows for a moment, under the same name.
    serial = f"{serial_of(name):08x}"
    for line in Path("/proc/keys").read_text(encoding="utf-8").splitlines():
        if line.startswith(serial):
            words = line.split()
            return words[4], words[3]
    raise AssertionError("the kernel shows no such key")


def in_another_program(name: str, before: str = "") -> str:
    """What a program of this user finds, in hexadecimal digits; it runs ``before`` first."""
    code = (
        f"from casectl.store import keyring as k\n{before}\n"
        f"print(*(key.hex() for key in k.get({name!r}) or []))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
    )
    return done.stdout.strip()


@needs_keyring
@pytest.mark.parametrize("keys", [[ONE], [ONE, TWO]])
def test_what_is_put_is_got(name: str, keys: list[bytes]) -> None:
    assert keyring.get(name) is None
    keyring.put(name, keys)
    assert keyring.get(name) == keys
    assert keyring.forget(name)
    assert keyring.get(name) is None
    assert not keyring.forget(name)


@needs_keyring
@pytest.mark.parametrize("kind", ["/home/Kim Example/ü ; : %.db", "\udce9.db", "x" * 2000])
def test_any_path_is_a_name(name: str, kind: str) -> None:
    name = f"{name}/{kind}"
    keyring.put(name, [ONE], 60)
    assert keyring.get(name) == [ONE]
    assert keyring.forget(name)


# Joining another session leaves @u unlinked from it; ending it is what logging out does to a
# program that stays behind, as tmux does.
JOIN = "k._keyctl(1, 0)"
END = f"{JOIN}; k._keyctl(3, -3)"


@needs_keyring
@pytest.mark.parametrize("before", ["", JOIN, END], ids=["plain", "another session", "ended"])
def test_another_program_reads_it(name: str, before: str) -> None:
    assert in_another_program(name, before) == ""
    keyring.put(name, [ONE, TWO], 60)
    assert in_another_program(name, before) == f"{ONE.hex()} {TWO.hex()}"
    assert in_another_program(name, f"{before}\nk.forget({name!r})") == ""
    assert keyring.get(name) is None


@needs_keyring
def test_nobody_else_may_see_it(name: str) -> None:
    keyring.put(name, [ONE], 60)
    permissions, _ = permissions_and_time(name)
    assert permissions == "3f2b0000", "the owner and no one else"


@needs_keyring
def test_its_time_runs_from_the_last_who_asked(name: str) -> None:
    assert keyring.IDLE_SECONDS == 3600
    keyring.put(name, [ONE])
    assert permissions_and_time(name)[1] in ("1h", "60m", "59m")
    keyring._keyctl(keyring.SET_TIMEOUT, serial_of(name), 120)
    assert permissions_and_time(name)[1] in ("2m", "1m")
    assert keyring.get(name) == [ONE]
    assert permissions_and_time(name)[1] in ("1h", "60m", "59m")


@needs_keyring
def test_it_is_gone_when_its_time_is_over(name: str) -> None:
    keyring.put(name, [ONE], 1)
    time.sleep(1.1)
    assert keyring.get(name) is None
    assert not keyring.forget(name)
    keyring.put(name, [TWO], 60)
    assert keyring.get(name) == [TWO]


@needs_keyring
def test_a_later_key_takes_the_place_and_the_time(name: str) -> None:
    keyring.put(name, [ONE], 7200)
    before = serial_of(name)
    keyring.put(name, [TWO], 120)
    assert keyring.get(name) == [TWO]
    assert permissions_and_time(name)[1] in ("2m", "1m")
    assert serial_of(name) != before, "one written over would lose its time limit for a moment"


@needs_keyring
@pytest.mark.parametrize("killed_at", ["SET_TIMEOUT", "SETPERM", "LINK"])
def test_a_kill_leaves_no_key_without_a_time(name: str, killed_at: str) -> None:
    code = (
        "import os, signal; from casectl.store import keyring as k; real = k._keyctl\n"
        "def keyctl(operation, *values):\n"
        f"    if operation == k.{killed_at}: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return real(operation, *values)\n"
        f"k._keyctl = keyctl; k.put({name!r}, [bytes(32)], 60)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -9
    assert keyring.get(name) is None


@needs_keyring
@pytest.mark.parametrize("payload", [b"", b"hello", b"60\nnot a key", b"x" * 2000, b"\xff"])
def test_what_another_program_put_there_is_no_key(name: str, payload: bytes) -> None:
    if not payload:
        payload = b"\n"  # the kernel takes no empty one
    keyring._add_key(keyring._described(name), payload, keyring.USER_KEYRING)
    assert keyring.get(name) is None
    keyring.put(name, [ONE], 60)
    assert keyring.get(name) == [ONE]


def test_a_key_is_never_kept_for_ever() -> None:
    with pytest.raises(ValueError, match="0 for ever"):
        keyring.put("test/none", [ONE], 0)


def no_such_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "NUMBERS", {})


def no_such_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")


def forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def call(number: int, *values: object) -> int:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(keyring, "_call", call)


def no_ctypes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctypes", None)


@pytest.mark.parametrize("without", [no_such_machine, no_such_system, forbidden, no_ctypes])
def test_a_machine_without_one_goes_on(without: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(without)
    without(monkeypatch)
    assert not keyring.available()
    assert keyring.get("test/none") is None
    assert not keyring.forget("test/none")
    with pytest.raises(BadKey, match=r"does not take the key .*; use a key file or a key command"):
        keyring.put("test/none", [ONE], 60)
