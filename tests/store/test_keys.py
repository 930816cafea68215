"""Key files and key commands: what is refused, which comes first, what an error never says."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from casectl.core.errors import CasectlError, NotFound
from casectl.core.keys import BadKey, lines_of
from casectl.store import keyring, keys, private
from casectl.store.keys import find_keys, read_key_file, run_key_command, write_key_file

ONE, TWO, THREE = (bytes([number]) * 32 for number in (1, 2, 3))

posix = pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such modes")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "own" / "casectl.key"
    write_key_file(path, [ONE])
    return path


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get", lambda name: None)


def prints(*wanted: bytes) -> str:
    """A command that prints these keys."""
    return python(f"print({lines_of(wanted)!r}, end='')")


def python(code: str) -> str:
    return shlex.join((sys.executable, "-c", code))


# -- key files ---------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o277, 0o777])
def test_a_key_file_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "new" / "folder" / "casectl.key"
    old = os.umask(umask)
    try:
        write_key_file(path, [ONE, TWO])
        assert os.umask(umask) == umask
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parents[:2]} == {0o700}
    assert path.read_text(encoding="ascii") == f"{ONE.hex()}\n{TWO.hex()}\n"
    assert read_key_file(path) == [ONE, TWO]
    assert [each.name for each in path.parent.iterdir()] == ["casectl.key"]


@posix
@pytest.mark.parametrize("mode", [0o400, 0o600])
def test_a_key_file_may_be_stricter(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    assert read_key_file(key_file) == [ONE]


@posix
@pytest.mark.parametrize("mode", [0o601, 0o604, 0o640, 0o644, 0o660, 0o666, 0o700, 0o4600])
def test_a_key_file_that_others_may_read_is_refused(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(BadKey, match=rf"\({mode:03o}\); chmod 600 "):
        read_key_file(key_file)


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
def test_a_key_file_of_another_user_is_refused(key_file: Path) -> None:
    os.chown(key_file, 65534, -1)
    with pytest.raises(BadKey, match="belongs to another user"):
        read_key_file(key_file)


def test_a_key_file_is_no_link(key_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.key"
    link.symlink_to(key_file)
    with pytest.raises(CasectlError, match="is a link"):
        read_key_file(link)
    with pytest.raises(CasectlError, match="is a link"):
        write_key_file(link, [ONE, TWO])
    gone = tmp_path / "gone.key"
    gone.symlink_to(tmp_path / "nowhere")
    with pytest.raises(CasectlError, match="is a link"):
        write_key_file(gone, [ONE])
    assert not (tmp_path / "nowhere").exists()
    assert read_key_file(key_file) == [ONE]


def test_a_key_file_may_lie_in_a_linked_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "usb").symlink_to(tmp_path / "real")
    write_key_file(tmp_path / "usb" / "casectl.key", [ONE])
    assert read_key_file(tmp_path / "real" / "casectl.key") == [ONE]


@posix
def test_what_is_not_a_plain_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    began = time.monotonic()
    for path in (pipe, tmp_path, Path(os.devnull)):
        with pytest.raises(CasectlError, match="is not a file"):
            read_key_file(path)
    assert time.monotonic() - began < 5, "a pipe nobody writes to keeps nobody waiting"


def test_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is not there"):
        read_key_file(tmp_path / "casectl.key")


@pytest.mark.parametrize(
    "content", [b"", b"secret", b"\xff" * 64, b"00" * 31, (b"00" * 32 + b"\n") * 3]
)
def test_a_file_that_holds_no_key(key_file: Path, content: bytes) -> None:
    key_file.write_bytes(content)
    with pytest.raises(BadKey, match="does not hold a key; a key is one line of 64") as caught:
        read_key_file(key_file)
    assert "secret" not in str(caught.value)


def test_a_large_file_is_not_read_whole(key_file: Path) -> None:
    key_file.write_bytes(b"0" * 10_000)
    with pytest.raises(CasectlError, match="too large to hold a key"):
        read_key_file(key_file)


def test_a_key_file_goes_from_key_to_key_by_way_of_both(key_file: Path) -> None:
    with pytest.raises(BadKey, match="another caseload; it was left as it is"):
        write_key_file(key_file, [TWO])
    assert read_key_file(key_file) == [ONE]
    for step in ([ONE, TWO], [TWO], [TWO], [TWO, THREE]):
        write_key_file(key_file, step)
        assert read_key_file(key_file) == step


def test_nothing_is_written_over_what_is_no_key_file(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("mine", encoding="utf-8")
    notes.chmod(0o600)
    with pytest.raises(BadKey, match="does not hold a key"):
        write_key_file(notes, [ONE])
    assert notes.read_text(encoding="utf-8") == "mine"


def test_a_key_file_that_appears_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own" / "casectl.key"
    link = os.link

    def late(source: Path, target: Path) -> None:
        path.write_text("another's", encoding="utf-8")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(CasectlError, match="exists already; it was left as it is"):
        write_key_file(path, [ONE])
    assert path.read_text(encoding="utf-8") == "another's"
    assert [each.name for each in path.parent.iterdir()] == ["casectl.key"]


@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
def test_a_key_file_that_cannot_be_written_stays_as_it_was(
    key_file: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    real = getattr(os, call)

    def full(path: object, flags: object = 0, *rest: object, **named: object) -> object:
        if call == "open" and not (isinstance(flags, int) and flags & os.O_CREAT):
            return real(path, flags, *rest, **named)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(CasectlError, match=r"cannot write .* \(No space left on device\)"):
            write_key_file(key_file, [ONE, TWO])
    assert read_key_file(key_file) == [ONE]
    assert list(key_file.parent.iterdir()) == [key_file]


def test_a_key_file_is_read_back_before_it_takes_its_place(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "key_file_of", lambda wanted, shared: lines_of([THREE]))
    with pytest.raises(BadKey, match="was not written as it should be"):
        write_key_file(key_file, [ONE, TWO])
    assert read_key_file(key_file) == [ONE]


def test_what_a_kill_left_beside_the_file_is_cleared(key_file: Path) -> None:
    leftover = key_file.with_name(f".{key_file.name}.0123456789abcdef.new")
    leftover.write_text(ONE.hex(), encoding="ascii")
    others = [key_file.with_name(name) for name in (".casectl.key.notes.new", "casectl.key.new")]
    for other in others:
        other.touch()
    write_key_file(key_file, [ONE, TWO])
    assert not leftover.exists()
    assert all(other.exists() for other in others)


# -- key commands ------------------------------------------------------------------------------


def test_a_command_prints_the_key() -> None:
    assert run_key_command(prints(ONE)) == [ONE]
    assert run_key_command(prints(ONE, TWO)) == [ONE, TWO]
    assert run_key_command(python(f"print('{ONE.hex().upper()}', end='')")) == [ONE]


def test_a_command_is_no_shell_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    shown = "import sys; print(sys.argv[1] == '$HOME > a; b' and '01' * 32)"
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(shown)} '$HOME > a; b'"
    assert run_key_command(command) == [ONE]
    assert list(Path().iterdir()) == []


def test_a_command_has_nothing_to_read() -> None:
    began = time.monotonic()
    echo = "import sys; print(sys.stdin.read() or '01' * 32)"
    assert run_key_command(python(echo)) == [ONE]
    assert time.monotonic() - began < 20


def test_a_command_may_complain_in_its_own_words(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadKey):
        run_key_command(python("import sys; print('no such item', file=sys.stderr); sys.exit(1)"))
    assert capfd.readouterr().err == "no such item\n"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("print('hunter2'); import sys; sys.exit(3)", "failed with exit code 3"),
        ("print('hunter2')", "did not print a key; a key is one line of 64 hexadecimal digits"),
        ("print('01' * 32); print('02' * 32); print('hunter2')", "did not print a key"),
        ("import sys; sys.stdout.buffer.write(b'\\xff' * 64)", "did not print a key"),
        ("pass", "did not print a key"),
        ("import os; os.abort()", "was ended by signal 6" if os.name != "nt" else "failed"),
    ],
)
def test_a_command_that_gives_no_key(code: str, words: str) -> None:
    with pytest.raises(BadKey) as caught:
        run_key_command(python(code), "CASECTL_KEY_COMMAND")
    said = str(caught.value)
    assert said.startswith("the key command (CASECTL_KEY_COMMAND) ")
    assert words in said
    assert "hunter2" not in said
    assert sys.executable not in said
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("no-such-program-anywhere hunter2", r"cannot be run \(No such file or directory\)"),
        ("echo 'hunter2", "opens a quotation mark and never closes it"),
        (" ", "is empty"),
        ("hunter2\0", "cannot be run"),
    ],
)
def test_a_command_that_cannot_be_run(command: str, words: str) -> None:
    with pytest.raises(BadKey, match=words) as caught:
        run_key_command(command)
    assert "hunter2" not in str(caught.value)


def test_a_command_may_leave_a_program_behind_that_holds_its_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one does that starts an agent on the way."""
    monkeypatch.setattr(keys, "COMMAND_SECONDS", 20)
    code = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(25)'])\n"
        f"print('{ONE.hex()}')"
    )
    began = time.monotonic()
    assert run_key_command(python(code)) == [ONE]
    assert time.monotonic() - began < 15


def test_a_command_that_prints_a_great_deal_is_not_waited_for() -> None:
    with pytest.raises(BadKey, match="did not print a key"):
        run_key_command(python("print('x' * 10_000_000)"))


def test_a_command_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert keys.COMMAND_SECONDS == 30
    monkeypatch.setattr(keys, "COMMAND_SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(BadKey, match=r"did not end within 0\.5 s, and was stopped"):
        run_key_command(python("import time; time.sleep(60)"))
    assert time.monotonic() - began < 20


# -- which comes first -------------------------------------------------------------------------


def test_the_first_source_that_is_set_gives_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {name: tmp_path / f"{name}.key" for name in ("variable", "setting")}
    for path, key in zip(files.values(), (ONE, THREE), strict=True):
        write_key_file(path, [key])
    monkeypatch.setattr(keyring, "get", {"here": [bytes(32)]}.get)
    monkeypatch.setenv("CASECTL_KEY_FILE", str(files["variable"]))
    monkeypatch.setenv("CASECTL_KEY_COMMAND", prints(TWO))

    def found() -> tuple[list[bytes], str] | None:
        return find_keys("here", key_file=key_file, key_command=key_command)

    key_file: str | None = str(files["setting"])
    key_command: str | None = prints(b"\4" * 32)
    assert found() == ([ONE], "CASECTL_KEY_FILE")
    monkeypatch.setenv("CASECTL_KEY_FILE", "")
    assert found() == ([TWO], "CASECTL_KEY_COMMAND")
    monkeypatch.delenv("CASECTL_KEY_COMMAND")
    assert found() == ([THREE], "key_file")
    key_file = None
    assert found() == ([b"\4" * 32], "key_command")
    key_command = ""
    assert found() == ([bytes(32)], "the login keyring")
    assert find_keys("there") is None


def test_a_source_that_gives_no_key_is_not_passed_over(
    key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASECTL_KEY_FILE", str(tmp_path / "gone.key"))
    with pytest.raises(NotFound):
        find_keys("here", key_file=str(key_file))


def test_a_key_file_at_home(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(key_file.parent))
    monkeypatch.delenv("CASECTL_KEY_FILE", raising=False)
    assert find_keys("here", key_file="~/casectl.key") == ([ONE], "key_file")
    monkeypatch.setenv("CASECTL_KEY_FILE", "~/casectl.key")
    assert find_keys("here") == ([ONE], "CASECTL_KEY_FILE")
    monkeypatch.setenv("CASECTL_KEY_FILE", "~nobody-by-this-name/casectl.key")
    with pytest.raises(NotFound, match=r"~nobody-by-this-name/casectl.key is not there"):
        find_keys("here")


def test_a_key_file_is_read_without_anything_heavy(key_file: Path) -> None:
    code = (
        "import sys; from casectl.store.keys import find_keys; assert find_keys('x');"
        "print(*sorted({'subprocess', 'shlex', 'secrets', 'ctypes', 'pyrage', 'tempfile',"
        " 'unicodedata', 'casectl.store.slots', 'casectl.store.keyring'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "CASECTL_KEY_FILE": str(key_file)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "\n"


@posix
def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CasectlError, match="cannot make"):
        private.make_folder(tmp_path / "file" / "folder")
