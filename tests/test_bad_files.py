"""Hostile files, disks and terminals, against the real program: one clear line, the right code."""

from __future__ import annotations

import ctypes
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from frozen import thaw

from casectl.store import connection
from casectl.store.schema import SCHEMA_VERSION

CASECTL = [sys.executable, "-m", "casectl"]
CONFIG = "config.toml"  # stands beside the caseload in every test
# Reading, writing, and looking at what is wrong.
NEWEST = f"v{SCHEMA_VERSION}"
COMMANDS = (["today"], ["show", "1"], ["reached", "1", "spoke"], ["remind"])


class Program:
    """casectl in a process of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, *words: str, **given: Any) -> subprocess.CompletedProcess[str]:
        given = {"stdin": subprocess.DEVNULL, **given}
        if "stdout" not in given:
            given["stdout"] = subprocess.PIPE
        return subprocess.run(
            [*CASECTL, "--db", str(self.path), *words],
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            **given,
        )

    def refused(self, *words: str, code: int, says: str, **given: Any) -> None:
        done = self(*words, **given)
        assert done.returncode == code, done
        assert done.stderr.startswith("casectl: "), done
        assert says in done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
        assert "went wrong inside" not in done.stderr
        assert not done.stdout


@pytest.fixture
def casectl(tmp_path: Path) -> Program:
    return Program(tmp_path / "caseload.db")


@pytest.fixture
def people(casectl: Program) -> Path:
    """A sound caseload with a few people in it."""
    thaw(NEWEST, casectl.path, populated=True)
    return casectl.path


# --- What is not a caseload -----------------------------------------------------------------


def nothing(path: Path) -> None: ...


def an_empty_file(path: Path) -> None:
    path.touch()


def a_text_file(path: Path) -> None:
    path.write_text("name,phone\n" * 1000, encoding="utf-8")


def a_picture(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(5000))


def another_programs_database(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE cases (id, number)")
    other.execute("PRAGMA user_version = 1")
    other.commit()
    other.close()


def a_header_alone(path: Path) -> None:
    thaw(NEWEST, path, populated=False)
    os.truncate(path, 100)


def a_caseload_cut_short(path: Path) -> None:
    thaw(NEWEST, path, populated=True)
    os.truncate(path, path.stat().st_size // 2)


def a_newer_caseload(path: Path) -> None:
    thaw(NEWEST, path, populated=True)
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_link_to_nowhere(path: Path) -> None:
    path.symlink_to(path.parent / "gone.db")


def a_link_to_itself(path: Path) -> None:
    path.symlink_to(path)


BAD_FILES: list[tuple[Callable[[Path], None], int, str]] = [
    (nothing, 3, "no caseload at"),
    (an_empty_file, 1, "is empty, not a caseload"),
    (a_text_file, 1, "is not a casectl caseload"),
    (a_picture, 1, "is not a casectl caseload"),
    (another_programs_database, 1, "is not a casectl caseload"),
    (a_header_alone, 1, "is damaged"),
    (a_caseload_cut_short, 1, "is damaged"),
    (a_newer_caseload, 1, "a newer casectl wrote"),
    (a_folder, 1, "is not a file"),
    (a_pipe, 1, "is not a file"),
    (a_link_to_nowhere, 3, "is a link to a file that is not there"),
    (a_link_to_itself, 1, "cannot open"),
]


@pytest.mark.parametrize(
    ("make", "code", "says"), BAD_FILES, ids=[each[0].__name__ for each in BAD_FILES]
)
def test_a_bad_file_is_refused_and_stays_as_it_is(
    casectl: Program, make: Callable[[Path], None], code: int, says: str, run: Run
) -> None:
    make(casectl.path)
    is_file = casectl.path.is_file()
    before = casectl.path.read_bytes() if is_file else None
    casectl.refused("today", code=code, says=says)
    for words in COMMANDS:
        result = run(words)
        assert result.code == code, result
        assert says in result.err
        assert result.err.count("\n") == 1
        assert result.out == ""
    doctor = run("doctor")
    assert doctor.code == 1
    assert doctor.err == ""
    assert "FAIL" in doctor.out
    if make is not nothing:
        assert run("init").code == 1, "never over what is there"
    assert sorted(each.name for each in casectl.path.parent.iterdir()) == (
        [CONFIG] if make is nothing else [casectl.path.name, CONFIG]
    )
    if is_file:
        assert casectl.path.read_bytes() == before


def test_a_caseload_with_flipped_bits_never_ends_in_a_traceback(people: Path, run: Run) -> None:
    whole = people.read_bytes()
    chance = random.Random(20261118)
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(chance.choice((1, 8, 200))):
            place = chance.randrange(100, len(broken))
            broken[place] ^= 1 << chance.randrange(8)
        people.write_bytes(broken)
        for words in ("today", "show 1", "list --all", "search rent", "reached 1 spoke", "doctor"):
            result = run(words)
            assert result.code in (0, 1, 3), (words, result)
            assert result.err.count("\n") <= 1
            # No checksum guards a page's text, so a value may be anything; then doctor is named.
            assert "went wrong" not in result.err or "casectl doctor tells" in result.err


@pytest.mark.parametrize("words", ["today", "init"])
def test_a_place_that_cannot_be(casectl: Program, tmp_path: Path, words: str) -> None:
    (tmp_path / "plain").write_text("", encoding="utf-8")
    says = "cannot create" if words == "init" else "cannot open"
    Program(tmp_path / "plain" / "c.db").refused(words, code=1, says=says)
    Program(tmp_path / ("x" * 300)).refused(words, code=1, says="File name too long")
    Program(Path("~nobody-of-that-name/c.db")).refused(words, code=2, says="no such home folder")


def test_a_folder_that_cannot_be_written(casectl: Program, tmp_path: Path) -> None:
    if os.getuid() == 0:
        Program(Path("/proc/casectl/c.db")).refused("init", code=1, says="cannot create")
        return
    tmp_path.chmod(0o500)
    try:
        casectl.refused("init", code=1, says="cannot create")
    finally:
        tmp_path.chmod(0o700)


# --- Disks ----------------------------------------------------------------------------------


def test_a_read_only_disk_is_read_and_not_written(casectl: Program, people: Path) -> None:
    """Permission bits do not bind root, so a read-only mount does where the system allows one."""
    words = [*CASECTL, "--db", str(people)]
    if os.getuid() == 0:
        folder = str(people.parent)
        mount = f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}'"
        shell = ["unshare", "-m", "sh", "-c"]
        if (
            not shutil.which("unshare")
            or subprocess.run([*shell, mount], capture_output=True, check=False).returncode
        ):
            pytest.skip("no read-only mount here")
        words = [*shell, f'{mount} && exec "$@"', "sh", *words]
    else:
        people.chmod(0o400)
    today = subprocess.run([*words, "today"], capture_output=True, text=True, check=False)
    assert today.returncode == 0, today
    assert "Ola Sample" in today.stdout
    written = subprocess.run(
        [*words, "reached", "1", "x"], capture_output=True, text=True, check=False
    )
    assert written.returncode == 1
    assert written.stderr.startswith(f"casectl: cannot write: {people} is read-only")
    assert written.stderr.count("\n") == 1


def test_a_file_without_permission_is_refused(casectl: Program, people: Path) -> None:
    if os.getuid() == 0:
        pytest.skip("permission bits do not bind root")
    people.chmod(0o000)
    casectl.refused("today", code=1, says="check the permissions")


def bound_by_permissions() -> None:
    """Root as anybody else is: without the two capabilities that pass over permission bits."""
    if os.getuid() == 0:
        drop_from_bounding_set = 24
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="root is bound by Linux's capabilities")
def test_slots_that_cannot_be_looked_at(
    casectl: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert casectl("init").returncode == 0
    slots = tmp_path / "caseload.db.keys"
    slots.chmod(0o000)
    says = f"cannot look into {slots} (Permission denied)"
    try:
        casectl.refused("key", "slots", code=1, says=says, preexec_fn=bound_by_permissions)
        found = casectl("doctor", preexec_fn=bound_by_permissions)
        assert f"FAIL\tkey slots\t{says}" in found.stdout, found
        assert "\nok\tchain\t" in found.stdout, "the other checks go on"
        monkeypatch.delenv("CASECTL_KEY_FILE")
        casectl.refused("today", code=1, says=says, preexec_fn=bound_by_permissions)
    finally:
        slots.chmod(0o700)


@pytest.mark.skipif(sys.platform != "linux", reason="root is bound by Linux's capabilities")
def test_a_file_that_cannot_be_used_is_not_told_as_output(casectl: Program, people: Path) -> None:
    people.parent.chmod(0o000)
    try:
        casectl.refused(
            "restore", "x", code=1, says=f"cannot use {people.parent}/",
            preexec_fn=bound_by_permissions, env={**os.environ, "CASECTL_CONFIG": ""},
        )  # fmt: skip
    finally:
        people.parent.chmod(0o700)


def test_a_full_disk_changes_nothing(
    people: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run("show 1 --json").json
    pages = sqlite3.connect(people).execute("PRAGMA page_count").fetchone()[0]
    monkeypatch.setattr(
        connection, "PRAGMAS", (*connection.PRAGMAS, f"PRAGMA max_page_count = {pages}")
    )
    result = run(["note", "1", "x" * 500_000])
    assert result.code == 1
    assert "no space left" in result.err
    assert result.err.count("\n") == 1
    assert run("show 1 --json").json == before
    assert run("doctor").code == 0


@pytest.mark.parametrize("more", [0, 40_000])
def test_a_write_that_the_system_refuses_changes_nothing(
    casectl: Program, people: Path, run: Run, more: int
) -> None:
    """A file-size limit, as a quota is: the write fails half way."""
    before = run("show 1 --json").json
    limit = people.stat().st_size + more
    casectl.refused(
        "note", "1", "x" * 100_000, code=1, says="nothing was changed",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    assert run("show 1 --json").json == before
    assert run("doctor").code == 0
    beside = [f"{people.name}.access.log", f"{people.name}.lock"]
    there = sorted(each.name for each in people.parent.iterdir())
    assert there == [people.name, *beside, CONFIG]


def test_init_on_a_full_disk_leaves_nothing(casectl: Program) -> None:
    casectl.refused(
        "init", code=1, says="nothing was changed",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )  # fmt: skip
    assert [each.name for each in casectl.path.parent.iterdir()] == [CONFIG]


# --- Standard input and output --------------------------------------------------------------


def test_a_closed_standard_input(casectl: Program, people: Path) -> None:
    done = casectl("today", stdin=None, preexec_fn=lambda: os.close(0))
    assert done.returncode == 0, done
    assert casectl("reached", "1", "x", stdin=None, preexec_fn=lambda: os.close(0)).returncode == 0
    casectl.refused(
        "hold", "1", code=2, says="--until is missing", stdin=None, preexec_fn=lambda: os.close(0)
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("words", ["today", "config list", "doctor", "show 1 --json"])
def test_a_full_standard_output(casectl: Program, people: Path, words: str) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        casectl.refused(
            *words.split(), code=1, says="cannot write the output (No space left", stdout=full
        )


def test_a_closed_standard_output_is_said_and_spares_the_file(
    casectl: Program, people: Path, run: Run
) -> None:
    """With descriptor 1 free, the next file opened could take its place."""
    casectl.refused(
        "today", code=1, says="standard output is closed", stdout=None,
        preexec_fn=lambda: os.close(1),
    )  # fmt: skip
    casectl("reached", "1", "spoke", stdout=None, preexec_fn=lambda: os.close(1))
    assert people.read_bytes()[:16] == b"SQLite format 3\x00"
    assert run("doctor").code == 0


def test_a_reader_that_leaves_is_no_error(casectl: Program, people: Path) -> None:
    for words in ("today", "config list", "show 1 --json"):
        reading, writing = os.pipe()
        os.close(reading)
        done = casectl(*words.split(), stdout=writing)
        os.close(writing)
        assert done.returncode == 0, done
        assert done.stderr == ""


# --- Being stopped --------------------------------------------------------------------------

# Runs a command that stops in the middle of its operation and says so.
STOPS = """
import sys, time
from casectl.store import derived
def stop(*given):
    sys.stderr.write("half way\\n")
    sys.stderr.flush()
    time.sleep(60)
derived.refresh_facts = stop
from casectl.__main__ import main
main()
"""


def stopped(path: Path, sent: signal.Signals) -> tuple[int, str]:
    with subprocess.Popen(
        [sys.executable, "-c", STOPS, "--db", str(path), "reached", "1", "spoke"],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "half way\n"
        process.send_signal(sent)
        _, said = process.communicate(timeout=20)
        return process.returncode, said


def test_ctrl_c_in_the_middle_of_a_write(people: Path, run: Run) -> None:
    before = run("show 1 --json").json
    code, said = stopped(people, signal.SIGINT)
    assert (code, said) == (130, "casectl: interrupted; nothing was half written\n")
    assert run("show 1 --json").json == before
    assert run("doctor").code == 0


def commits_and_is_interrupted(db: connection.Database, statement: str) -> None:
    db.connection.execute(statement)
    raise KeyboardInterrupt


def is_interrupted_before(db: connection.Database, statement: str) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("when", "kept", "said"),
    [
        (commits_and_is_interrupted, 1, "what you recorded is kept, so do not repeat it"),
        (is_interrupted_before, 0, "nothing was half written"),
    ],
)
def test_ctrl_c_while_it_is_committed_says_whether_it_was(
    people: Path, run: Run, monkeypatch: pytest.MonkeyPatch, when: Any, kept: int, said: str
) -> None:
    before = len(run("show 1 --json").json["notes"])
    execute = connection.Database.execute

    def interrupted(db: connection.Database, sql: str, values: Any = ()) -> int:
        if sql == "COMMIT":
            when(db, sql)
        return execute(db, sql, values)

    with monkeypatch.context() as patch:
        patch.setattr(connection.Database, "execute", interrupted)
        result = run("note 1 hello")
    assert (result.code, result.err) == (130, f"casectl: interrupted; {said}\n")
    assert len(run("show 1 --json").json["notes"]) == before + kept


def test_being_killed_in_the_middle_of_a_write(people: Path, run: Run) -> None:
    before = run("show 1 --json").json
    assert stopped(people, signal.SIGKILL)[0] == -signal.SIGKILL
    assert run("show 1 --json").json == before
    assert run("doctor").code == 0
    assert run("reached 1 spoke").code == 0


def test_ctrl_c_is_heard_while_waiting_for_another_program(people: Path) -> None:
    other = sqlite3.connect(people, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    with subprocess.Popen(
        [*CASECTL, "--db", str(people), "today"], stderr=subprocess.PIPE, text=True
    ) as process:
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    other.close()
    assert (process.returncode, said) == (130, "casectl: interrupted; nothing was half written\n")
    assert time.monotonic() - began < connection.BUSY_SECONDS / 2


def test_many_at_once_lose_nothing(casectl: Program, people: Path, run: Run) -> None:
    crowd = [
        subprocess.Popen(
            [*CASECTL, "--db", str(people), "note", "1", f"note {number}"],
            stdout=subprocess.DEVNULL,
        )
        for number in range(8)
    ]
    assert [each.wait(timeout=60) for each in crowd] == [0] * 8
    texts = {note["text"] for note in run("show 1 --json").json["notes"]}
    assert texts >= {f"note {number}" for number in range(8)}
    assert run("doctor").code == 0
