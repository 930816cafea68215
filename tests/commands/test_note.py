"""note: stored exactly as written, from wherever it comes."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Run


@pytest.fixture(autouse=True)
def ann(caseload: None, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # what is left to be found stays here
    assert run("intake 'Ann Sample' --urgency low --on 2026-10-01 --new").code == 0


def notes(run: Run) -> list[str]:
    return [each["text"] for each in run("show 1 --json").json["notes"]]


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Make ``script`` (Python; ``path`` is the note's file) this person's editor."""
    program = tmp_path / "my editor.py"
    program.write_text(f"import os, sys, time\npath = sys.argv[-1]\n{script}\n")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} '{program}' -n")


def test_a_text(run: Run) -> None:
    result = run("note 1 'came by; all well'")
    assert result.code == 0
    assert result.out == "Ann Sample (sample-1): note 1.n1, Wed 18 Nov 2026, 17 characters.\n"
    assert notes(run) == ["came by; all well"]
    made = run("note 1 again --on mon --json").json
    assert (made["item"], made["on"], made["text"]) == ("1.n2", "2026-11-16", "again")


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines\n", "  spaces  ", "tab\tcr\r\nend\n\n", "[red]x[/red]", "\x1b[31m\u202e\x07",
        "e\u0301 and \u00e9", "王小明\n", "\ufeffmarked", "- not a flag",
    ],
)  # fmt: skip
def test_standard_input_is_kept_exactly(run: Run, text: str) -> None:
    result = run("note 1 -", stdin=text)
    assert result.code == 0, result.err
    assert notes(run) == [text]
    assert not set(result.out) & set("\x1b\r\u202e\x07")


def test_a_megabyte_is_kept_and_one_more_is_not(run: Run) -> None:
    assert run("note 1 -", stdin="é" * 1_000_000).code == 0
    assert len(notes(run)[0]) == 1_000_000
    result = run("note 1 -", stdin="é" * 1_000_001)
    assert (result.code, result.out) == (2, "")
    assert "over 1,000,000 characters" in result.err


def test_endless_input_stops_at_the_limit(tmp_path: Path) -> None:
    def little_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))

    command = [sys.executable, "-m", "casectl", "note", "1", "-"]
    reading, writing = os.pipe()
    with subprocess.Popen(
        command, stdin=reading, stderr=subprocess.PIPE, preexec_fn=little_memory
    ) as process:
        os.close(reading)
        written = 0
        try:
            while written < 200_000_000:
                written += os.write(writing, b"x" * 1_000_000)
        except BrokenPipeError:
            pass
        os.close(writing)
        assert process.stderr
        error = process.stderr.read().decode()
        assert process.wait() == 2
    assert written < 200_000_000, "it stopped reading at the limit"
    assert "over 1,000,000 characters" in error


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (["1"], ""), (["1", ""], ""), (["1", " \n"], ""), (["1", "-"], ""), (["1", "-"], "\n\n"),
        (["1", "-"], "a\x00b"), (["1", "\u200b"], ""), (["1", "x", "--on", "tomorrow"], ""),
        (["1", "x", "--on", "31"], ""), (["1", "-", "--edit"], ""), (["1", "--edit"], ""),
    ],
)  # fmt: skip
def test_bad_values_write_nothing(
    run: Run, words: list[str], stdin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    result = run(["note", *words], stdin=stdin)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert notes(run) == []


def test_bytes_that_are_no_text(tmp_path: Path, run: Run) -> None:
    command = [sys.executable, "-m", "casectl", "note", "1", "-"]
    done = subprocess.run(command, input=b"\xff\xfe", capture_output=True, check=False)
    assert done.returncode == 2
    assert b"not valid UTF-8" in done.stderr
    assert notes(run) == []


def test_closed_standard_input(run: Run) -> None:
    for words in ("note 1 -", "note 1"):
        line = f'exec "{sys.executable}" -m casectl {words} <&-'
        done = subprocess.run(["sh", "-c", line], capture_output=True, check=False)
        assert done.returncode == 2, done.stderr
        assert done.stderr.count(b"\n") == 1


def test_cases_that_are_not_there(run: Run) -> None:
    assert run("note 9 text").code == 3
    assert run("note sam text").code == 4, "a guess is not written to"
    assert run("note sam text --yes").code == 0


def test_lines_on_a_terminal_end_with_a_dot(run: Run) -> None:
    result = run("note 1", answers=["first line", "", "  third", ".", "not this"])
    assert result.code == 0, result.err
    assert notes(run) == ["first line\n\n  third"]


def test_lines_on_a_terminal_end_with_the_input(run: Run) -> None:
    assert run("note 1", answers=["one", "two"]).code == 0
    assert notes(run) == ["one\ntwo"]
    for answers in ([], ["."], ["", " ", "."]):
        result = run("note 1", answers=answers)
        assert (result.code, result.out) == (1, "")
    assert len(notes(run)) == 1


def test_an_editor(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    script = (
        "folder = os.path.dirname(path)\n"
        f"open({str(seen)!r}, 'w').write(f'{{path}}|{{os.stat(folder).st_mode}}|"
        "{os.stat(path).st_mode}|{sys.argv[1]}')\n"
        "text = open(path).read()\n"
        "open(path, 'w').write(text + 'more\\n\\n')\n"
        "open(path + '~', 'w').write('a backup')"
    )
    editor(tmp_path, monkeypatch, script)
    result = run("note 1 'begun; ' --edit")
    assert result.code == 0, result.err
    assert notes(run) == ["begun; more\n"], "but for the end of the last line, exactly"
    path, folder_mode, mode, option = seen.read_text().split("|")
    assert not Path(path).parent.exists(), "nothing of it stays"
    assert stat.S_IMODE(int(folder_mode)) == 0o700
    assert stat.S_IMODE(int(mode)) == 0o600
    assert option == "-n", "the editor's own options reach it"


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        ("sys.exit(3)", 1, "the editor ended with 3"),
        ("pass", 1, "the note is empty"),
        ("open(path, 'w').write(' \\n')", 1, "the note is empty"),
        ("os.remove(path)", 1, "the note is empty"),
        ("open(path, 'wb').write(b'\\xff')", 2, "not valid UTF-8"),
        ("open(path, 'wb').write(b'x' * 5_000_000)", 2, "over 1,000,000 characters"),
    ],
)
def test_an_editor_that_leaves_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, code: int, words: str
) -> None:
    editor(tmp_path, monkeypatch, script)
    result = run("note 1 --edit")
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert notes(run) == []


@pytest.mark.parametrize(("name", "code"), [("no-such-editor", 1), ("'unclosed", 2), (" ", 2)])
def test_an_editor_that_cannot_run(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv("VISUAL", name)
    result = run("note 1 --edit")
    assert (result.code, result.err.count("\n")) == (code, 1)
    assert run("note 1 --edit --no-input").code == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_folder_is_gone_after_a_signal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, number: signal.Signals
) -> None:
    seen = tmp_path / "seen"
    script = f"os.rename(path, path)\nopen({str(seen)!r}, 'w').write(path)\ntime.sleep(30)"
    editor(tmp_path, monkeypatch, script)
    command = [sys.executable, "-m", "casectl", "note", "1", "secret words", "--edit"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ) as process:
        deadline = time.monotonic() + 20
        while not (seen.exists() and seen.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        folder = Path(seen.read_text()).parent
        assert folder.is_dir()
        process.send_signal(number)
        assert process.stderr
        error = process.stderr.read()
        assert process.wait() == 130, error
    assert not folder.exists()
    assert notes(run) == []
