"""A caseload of its own for every test, a fixed day, and one way to run a command."""

from __future__ import annotations

import io
import json
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from casectl import cli
from casectl.core.model import Author
from casectl.render import Output
from casectl.session import Session
from casectl.store import Caseload, open_caseload
from casectl.store.keys import read_key_file

TODAY = "2026-11-18"  # a Wednesday
SHARED = Path(__file__).resolve().parents[2] / "shared"


class Result(NamedTuple):
    """What one command did: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Result]


# What is tested with both sorts of caseloads each time; ``pytest --encrypted`` encrypts everywhere.
BOTH_SORTS = {
    "test_bulk", "test_contact", "test_correct", "test_cron", "test_done", "test_edit",
    "test_follow", "test_history", "test_list", "test_merge",
    "test_note", "test_purge", "test_redo", "test_remind", "test_search", "test_set", "test_show",
    "test_status", "test_today", "test_twins", "test_undo",
}  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--encrypted", action="store_true", help="encrypt the tests' caseloads")


def pytest_configure(config: pytest.Config) -> None:
    # A shell starts what runs in the background, or under nohup, with these ignored; the programs
    # that the tests interrupt would inherit that.
    for name, action in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, action)
    config.addinivalue_line("markers", "plain: looks into the file without a key")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    plain = metafunc.definition.get_closest_marker("plain") is not None
    if "encrypted" in metafunc.fixturenames and not plain:
        always = bool(metafunc.config.getoption("--encrypted"))
        if not always and metafunc.module.__name__.rpartition(".")[2] in BOTH_SORTS:
            metafunc.parametrize(
                "encrypted", [False, True], ids=["plain", "encrypted"], indirect=True
            )


@pytest.fixture(autouse=True)
def own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test sees this person's caseload, configuration, terminal or calendar."""
    for name in list(os.environ):
        if name.startswith(
            ("CASECTL_", "NO_COLOR", "FORCE_COLOR", "ACCESSIBLE", "COLUMNS", "XDG_CONFIG_HOME")
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CASECTL_DB", str(tmp_path / "caseload.db"))
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("CASECTL_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("CASECTL_KEY_FILE", str(tmp_path / "caseload.key"))
    monkeypatch.setenv("CASECTL_TODAY", TODAY)
    monkeypatch.setenv("CASECTL_WORKER", "kim")
    monkeypatch.setenv("HOME", str(tmp_path))
    yield


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("follow 1 'call school' --due fri")`` -> Result.

    ``stdin`` is piped in; ``answers`` are typed by a person at a terminal; ``width`` makes
    standard output a terminal of that width without colour; ``today`` moves the day.
    """

    def run(
        command: str | Sequence[str],
        *,
        stdin: str = "",
        answers: Sequence[str] | None = None,
        width: int | None = None,
        today: str | None = None,
    ) -> Result:
        words = shlex.split(command) if isinstance(command, str) else list(command)
        typed = "".join(f"{answer}\n" for answer in answers) if answers is not None else stdin
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
            if answers is not None:
                patch.setattr(Session, "can_ask", property(lambda self: not self.no_input))
            if width is not None:
                detect = Output.detect
                patch.setattr(
                    Output,
                    "detect",
                    lambda **known: detect(**known)._replace(terminal=True, width=width),
                )
            if today is not None:
                patch.setenv("CASECTL_TODAY", today)
            code = cli.run(words)
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return run


@pytest.fixture
def encrypted(request: pytest.FixtureRequest) -> bool:
    """Whether caseloads are encrypted in this test. A ``plain`` one looks into the file itself."""
    if request.node.get_closest_marker("plain") is not None:
        return False
    return bool(getattr(request, "param", request.config.getoption("--encrypted")))


@pytest.fixture
def caseload(run: Run, encrypted: bool) -> None:
    """A new, empty caseload where ``run`` looks for it."""
    assert run("init" if encrypted else "init --unencrypted").code == 0


@pytest.fixture
def store(caseload: None, tmp_path: Path) -> Iterator[Caseload]:
    """The store itself, to look at what a command wrote."""
    author = Author("kim", TODAY, f"{TODAY}T08:00:00Z")
    opened = open_caseload(
        tmp_path / "caseload.db", author, lambda: read_key_file(tmp_path / "caseload.key")
    )
    yield opened
    opened.close()


@pytest.fixture
def shared() -> Path:
    """The folder of files that others wrote; the test skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not beside this checkout")
    return SHARED
