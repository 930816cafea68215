"""init: a private file, where it is said to be, and never over another."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from conftest import Run


def test_init_says_where_and_what_next(run: Run, tmp_path: Path) -> None:
    result = run("init")
    path = tmp_path / "caseload.db"
    assert result.code == 0
    assert f"Created your caseload, readable by you alone:\n  {path}\n" in result.out
    assert "It is encrypted" in result.out
    assert result.out.endswith("Next: casectl intake\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert run("today").code == 0


def test_the_default_place_is_ones_own(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASECTL_DB")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    made = run("init --json").json
    path = Path(made["path"])
    assert path.is_relative_to(tmp_path)
    assert path.name == "caseload.db"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_option_goes_before_the_environment(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "else where" / "cases.db"
    assert run(["--db", str(other), "init"]).code == 0
    assert other.exists()
    assert not (tmp_path / "caseload.db").exists()


def test_what_is_there_stays(run: Run, tmp_path: Path) -> None:
    run("init")
    before = (tmp_path / "caseload.db").read_bytes()
    result = run("init --yes", answers=[])
    assert result.code == 1
    assert "exists already; it was left as it is" in result.err
    assert "name" not in result.err, "nobody is asked for nothing"
    assert (tmp_path / "caseload.db").read_bytes() == before


def test_never_through_a_link_to_nowhere(run: Run, tmp_path: Path) -> None:
    (tmp_path / "caseload.db").symlink_to(tmp_path / "gone.db")
    result = run("init")
    assert result.code == 1
    assert "a caseload is not made through a link" in result.err
    assert not (tmp_path / "gone.db").exists()


@pytest.fixture
def nobody_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASECTL_WORKER")
    monkeypatch.setenv("USER", "kexample")


def test_a_terminal_is_asked_who_signs(run: Run, nobody_yet: None) -> None:
    result = run("init", answers=["Kim Example"])
    assert result.code == 0
    assert "Your name, as it signs what you record? [kexample]" in result.err
    assert "Entries are signed Kim Example" in result.out
    assert run("config get worker").out == "Kim Example\n"


def test_enter_keeps_the_login(run: Run, nobody_yet: None, tmp_path: Path) -> None:
    result = run("init", answers=[""])
    assert "Entries are signed kexample" in result.out
    assert not (tmp_path / "config.toml").read_text(encoding="utf-8")


def test_a_key_file_asks_nothing(run: Run, nobody_yet: None, tmp_path: Path) -> None:
    result = run(f"init --key-file {tmp_path / 'my.key'}", answers=[])
    assert (result.code, result.err) == (0, "")
    assert "  casectl config set key_file ~/my.key\n" in result.out, "the test's home"


def test_a_name_is_kept_once_there_is_a_caseload(
    run: Run, nobody_yet: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASECTL_KEY_FILE")
    interrupted = run("init", answers=["correct horse battery staple"])
    assert interrupted.code == 1
    assert not (tmp_path / "config.toml").read_text(encoding="utf-8")
    assert "Your name" in run("init", answers=["Kim Example"]).err


def test_a_script_is_not_asked(run: Run, nobody_yet: None) -> None:
    assert run("init --no-input", answers=["Kim"]).err == ""


def test_a_bad_configuration_makes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("wroker = 'x'", encoding="utf-8")
    assert run("init").code == 78
    assert not (tmp_path / "caseload.db").exists()


@pytest.mark.parametrize("db", ["", " "])
def test_an_empty_path_is_no_path(run: Run, db: str) -> None:
    assert run(["--db", db, "init"]).code == 2


@pytest.mark.parametrize("place", ["", ".keys/key", ".backups/key", ".lock", ".access.log"])
def test_a_key_file_among_the_caseloads_own_files_is_refused(
    run: Run, tmp_path: Path, place: str
) -> None:
    """Whoever copies the caseload with its slots and backups would copy the key as well."""
    result = run(["init", "--key-file", f"{tmp_path}/caseload.db{place}"])
    assert (result.code, result.out) == (1, "")
    assert "no key file is kept there; name a file in another folder" in result.err
    assert [each.name for each in tmp_path.glob("caseload*")] == []
