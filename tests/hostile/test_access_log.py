"""What was shown is on record: who, when, which command and case numbers, and nothing else."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import TODAY, Run

from casectl.core.errors import CasectlError
from casectl.store import Caseload
from casectl.store.accesslog import MOST_CASES, AccessLog
from casectl.store.vault import Sources, Vault


@pytest.fixture
def log(run: Run, caseload: None, tmp_path: Path) -> Path:
    """Three people on file; where the log is going to be."""
    for name in ("Ann Sample", "Bo Example", "Cy Sample"):
        assert run(["intake", name, "--need", "a flat"]).code == 0
    return tmp_path / "caseload.db.access.log"


def lines(log: Path) -> list[Any]:
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def test_what_is_logged(run: Run, log: Path) -> None:
    run("show 1")
    run("search sample")
    run("search 'no such words'")
    run("show 2 --json")
    run("whois example")
    run("whois 'no such words'")
    assert [(each["command"], each["cases"]) for each in lines(log)] == [
        ("show", [1]), ("search", [3, 1]), ("search", []), ("show", [2]), ("whois", [2]),
    ]  # fmt: skip
    assert {each["worker"] for each in lines(log)} == {"kim"}
    assert all(each["at"].endswith("Z") for each in lines(log))
    text = log.read_text("utf-8")
    assert not any(word in text for word in ("Sample", "sample", "flat", "Ann", "words"))


def test_the_sheets_are_logged_because_they_hold_phone_numbers(run: Run, log: Path) -> None:
    assert run("follow 2 'home visit' --due today").code == 0
    assert run("appointment 2 'at the office' --at 'today 15:00'").code == 0
    for words in ("--calls --limit 2", "--visits", "--sheet --limit 1", "--calls --fields phone"):
        assert run(f"today --soon 60 {words}").code == 0
    run("today --sheet --json")
    assert [(each["command"], each["cases"]) for each in lines(log)] == [
        ("today --calls", [1, 2]), ("today --visits", [2]), ("today --sheet", [1, 2]),
        ("today --calls", [1, 2, 3]),
    ]  # fmt: skip


def test_what_is_not_logged(run: Run, log: Path) -> None:
    commands = (
        "today", "today --explain 1", "list", "remind", "history 1", "note 1 x", "show nobody",
        "show sample", "doctor", "edit 1 --phone 5",
    )  # fmt: skip
    for words in commands:
        run(words)
    assert not log.exists()


def test_it_is_its_owners_alone(run: Run, log: Path) -> None:
    mask = os.umask(0)
    try:
        run("show 1")
    finally:
        os.umask(mask)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    log.chmod(0o644)
    run("show 1")
    assert "access log" in run("doctor").out
    assert "others may look into" in run("doctor").out


def not_a_file(log: Path) -> None:
    log.mkdir()


def a_pipe(log: Path) -> None:
    os.mkfifo(log)


def a_link(log: Path) -> None:
    log.symlink_to(log.parent / "elsewhere")


@pytest.mark.parametrize("make", [not_a_file, a_pipe, a_link])
def test_where_it_cannot_be_written_it_warns_and_shows(run: Run, log: Path, make: Any) -> None:
    make(log)
    for words in ("show 1", "search sample"):
        result = run(words)
        assert result.code == 0 and "Ann Sample" in result.out
        assert result.err.startswith("casectl: the access log ")
        assert "is shown and not on record" in result.err
        assert result.err.count("\n") == 1
    assert not (log.parent / "elsewhere").exists()


@pytest.mark.parametrize("make", [not_a_file, a_pipe, a_link])
def test_where_it_is_not_a_file_reading_it_says_so(log: Path, make: Any) -> None:
    """In a process of its own: a pipe that nobody writes to would be waited for without end."""
    make(log)
    done = subprocess.run(
        [sys.executable, "-m", "casectl", "audit", "log"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert "access log" in done.stderr and "cannot be read" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk(run: Run, log: Path, store: Caseload) -> None:
    script = (
        "import resource, sys; from casectl import cli\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (25, 1 << 20))\n"
        "sys.exit(cli.run(['show', '1']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "Ann Sample" in done.stdout
    assert "access log" in done.stderr and done.stderr.count("\n") == 1
    run("show 2")
    assert [each.cases for each in store.accesses.read()] == [(2,)], "the cut line is passed over"


def test_many_at_once(log: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from casectl.store.accesslog import AccessLog\n"
        "for n in range(50): AccessLog(Path(sys.argv[1])).add('at', sys.argv[2], 'show', [n])"
    )
    caseload = str(tmp_path / "caseload.db")
    crowd = [
        subprocess.Popen([sys.executable, "-c", script, caseload, f"w{number}"])
        for number in range(4)
    ]
    assert [each.wait() for each in crowd] == [0] * 4
    assert len(lines(log)) == 200
    assert [each["cases"] for each in lines(log) if each["worker"] == "w2"] == [
        [n] for n in range(50)
    ]


def test_it_needs_no_caseload(tmp_path: Path) -> None:
    """A failed unlock is logged while nothing can be opened."""
    log = AccessLog(tmp_path / "secret.db")
    log.add(f"{TODAY}T08:00:00Z", "kim", "unlock", failed=True)
    (access,) = log.read()
    assert access.failed and access.command == "unlock" and access.cases == ()


def test_a_line_stays_one_line(tmp_path: Path) -> None:
    log = AccessLog(tmp_path / "c.db")
    log.add("at", 'k"im\n\x1b[31m\u2028', "show", range(MOST_CASES + 7))
    text = log.path.read_text("ascii")
    assert text.count("\n") == 1 and "\x1b" not in text
    (access,) = log.read()
    assert (len(access.cases), access.more) == (MOST_CASES, 7)


def test_what_is_not_ours_is_passed_over(tmp_path: Path) -> None:
    log = AccessLog(tmp_path / "c.db")
    log.path.write_bytes(b'{"at": 1}\n[]\nnull\n\xff\xfe\n{"cases": "x"}\n' + b"[" * 100_000)
    for cases in ("[Infinity]", "[NaN]", '[1], "more": 1e999'):
        with log.path.open("a") as file:
            file.write(f'\n{{"at": "", "worker": "", "command": "", "cases": {cases}}}\n')
    log.add("at", "kim", "show", [1])
    assert [each.cases for each in log.read()] == [(1,)]
    log.path.unlink()
    assert list(log.read()) == []
    log.path.mkdir()
    with pytest.raises(CasectlError):
        list(log.read())


def test_audit_log(run: Run, log: Path) -> None:
    run("show 1")
    run("search sample")
    run("search 'no such words'")
    rows = [line.split("\t") for line in run("audit log").out.splitlines()]
    assert [row[1:] for row in rows] == [
        ["kim", "show", "1", "no"], ["kim", "search", "3; 1", "no"], ["kim", "search", "", "no"],
    ]  # fmt: skip
    assert [each["cases"] for each in run("audit log --case 3 --json").json] == [[3, 1]]
    for width in (40, 80, 120):
        out = run("audit log", width=width).out
        assert "search: cases 3, 1" in out and "search: nothing found" in out
        assert all(len(line) <= width for line in out.splitlines())
    assert run("audit log --case 9").code == 3


def test_a_locked_caseloads_log_needs_no_key(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casectl.store import keyring

    assert run("init").code == 0
    run("search nobody")
    monkeypatch.delenv("CASECTL_KEY_FILE")
    monkeypatch.setattr(keyring, "get", lambda name: None)
    assert run("today").code == 1
    assert "\tsearch\t" in run("audit log").out
    (tmp_path / "caseload.db").unlink()
    assert run("audit log").code == 3


def test_doctor_says_how_large_it_is(run: Run, log: Path) -> None:
    assert "nothing was shown yet" in run("doctor").out
    run("show 1")
    assert "bytes of who was shown what; it only grows" in run("doctor").out


def test_a_failed_unlock(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --stdin, and with a passphrase that is asked for."""
    monkeypatch.delenv("CASECTL_KEY_FILE")
    caseload = tmp_path / "secret.db"
    made = run(["--db", str(caseload), "init", "--key-file", str(tmp_path / "some.key")])
    assert made.code == 0, made
    vault = Vault(caseload, Sources())
    vault.set_passphrase([bytes(32)], "four words nobody says")
    monkeypatch.setattr(Vault, "found", lambda self: None)
    log = AccessLog(caseload)
    assert run(["--db", str(caseload), "unlock", "--stdin"], stdin="wrong\n").code == 1
    assert [(each.command, each.failed, each.cases) for each in log.read()] == [
        ("unlock", True, ())
    ]
    assert "wrong" not in log.path.read_text("ascii")
    log.path.unlink()
    log.path.mkdir()
    result = run(["--db", str(caseload), "unlock", "--stdin"], stdin="wrong\n")
    assert result.code == 1 and "the failed unlock is not on record" in result.err
