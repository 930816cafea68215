"""config: get, set, unset, list and path, for people and for scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_a_value_and_where_it_comes_from(run: Run, file: Path) -> None:
    assert run("config get limit").out == "20\n"
    assert run("config get limit --json").json == {
        "key": "limit", "value": 20, "source": "default",
    }  # fmt: skip
    assert run("config get worker --fields value,source").out == "kim\tCASECTL_WORKER\n"
    assert run("config set limit 5").out == f"limit is now 5 ({file}).\n"
    assert run("config get limit --fields value,source").out == f"5\t{file}\n"
    assert run("config unset limit").out == "limit is now 20 (default).\n"


def test_lists_and_days(run: Run) -> None:
    assert run("config set working_days 'tue,mon, wed'").code == 0
    assert run("config get working_days").out == "mon; tue; wed\n"
    run("config set holidays '2026-12-25 2026-12-24'")
    assert run("config get holidays --json").json["value"] == ["2026-12-24", "2026-12-25"]
    assert run("config unset holidays").code == 0
    assert run("config get holidays").out == "\n"


def test_what_is_set_counts_at_once(run: Run, caseload: None) -> None:
    run("intake 'Maria Example' --urgency high --risk high --new --no-input")
    run("reached 1")
    run("config set standards.contact.high 3")
    step = run("today --explain 1").out
    assert "config.toml" in step
    assert "Sat 21 Nov" in step or "Fri 20 Nov" in step


def test_every_setting_is_listed_once(run: Run, file: Path) -> None:
    run("config set programs.Housing.contact.high 5")
    rows = run("config list --json").json
    keys = [each["key"] for each in rows]
    assert len(keys) == len(set(keys))
    assert {"worker", "holidays", "standards.retry.crisis"} < set(keys)
    assert rows[-1] == {"key": "programs.Housing.contact.high", "value": 5, "source": str(file)}
    assert len(run("config list").out.splitlines()) == len(keys)
    for key in keys:
        assert run(["config", "get", key]).code == 0


def test_a_first_setting_of_a_program_declares_it(run: Run) -> None:
    said = run("config set programs.Housing.contact.high 5").out
    assert "Housing is now a declared program" in said
    assert "declared" not in run("config set programs.Housing.contact.low 20").out


def test_a_variable_that_still_overrides_is_said(run: Run, file: Path) -> None:
    said = run("config set worker 'Other Person'").out
    assert f"Written to {file}, but CASECTL_WORKER in the environment still says kim." in said


def test_where_the_file_is(run: Run, file: Path) -> None:
    assert run("config path").out == f"{file}\n"
    assert run("config path --json").json == {"path": str(file), "exists": True}


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("config get wroker", "no setting 'wroker'; did you mean 'worker'?"),
        ("config get ''", "no setting ''"),
        ("config set limit many", "limit is a whole number from 1"),
        ("config set standards.contact.high 30", "contact grows with the level"),
        ("config set limit", "missing argument 'VALUE'"),
        ("config unset wroker", "did you mean 'worker'?"),
        ("config", "missing command"),
        ("config sett limit 3", "no such command 'sett'"),
    ],
)
def test_a_bad_word_typed(run: Run, file: Path, command: str, words: str) -> None:
    result = run(command)
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert result.err.count("\n") == 1
    assert file.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    "command",
    ["today", "config get limit", "config set limit 3", "config list", "follow 1 x --due fri"],
)
def test_a_bad_file_stops_every_command_with_its_name(
    run: Run, caseload: None, file: Path, command: str
) -> None:
    file.write_text("[standards]\nfolow_up = 3\n", encoding="utf-8")
    result = run(command)
    assert (result.code, result.out) == (78, "")
    assert result.err == (
        f"casectl: {file}: no setting 'standards.folow_up'; did you mean 'standards.follow_up'?\n"
    )


@pytest.mark.parametrize(
    "command",
    [
        "today", "remind", "show 1", "list", "config list", "config get limit",
        "config unset limit", "init", "cron", "follow 1 x --due fri",
    ],
)  # fmt: skip
def test_a_file_that_is_named_and_not_there_stops_every_command(
    run: Run, caseload: None, file: Path, command: str
) -> None:
    file.unlink()
    result = run(command)
    assert (result.code, result.out) == (78, "")
    assert result.err == (
        f"casectl: CASECTL_CONFIG names {file}, which is not there; name the right file, or make "
        "it with casectl config set\n"
    )
    assert not file.exists()


def test_doctor_says_so_and_goes_on(run: Run, caseload: None, file: Path) -> None:
    file.unlink()
    result = run("doctor --json")
    findings = {each["check"]: each for each in result.json}
    assert (result.code, findings["configuration"]["state"]) == (1, "FAIL")
    assert f"CASECTL_CONFIG names {file}" in findings["configuration"]["detail"]
    assert findings["facts"]["state"] == "ok"


def test_set_makes_the_file_that_is_named(run: Run, caseload: None, file: Path) -> None:
    file.unlink()
    assert run("config path --json").json == {"path": str(file), "exists": False}
    result = run("config set limit many")
    assert (result.code, file.exists()) == (2, False)
    assert run("config set limit 5").out == f"limit is now 5 ({file}).\n"
    assert file.read_text(encoding="utf-8") == "limit = 5\n"
    file.unlink()
    said = run("config set worker 'Kim Example'").out
    assert f"Written to {file}, but CASECTL_WORKER in the environment still says kim." in said
    assert run("today").code == 0


def test_without_the_variable_there_need_be_no_file(
    run: Run, caseload: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASECTL_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    assert run("config get limit --fields value,source").out == "20\tdefault\n"
    monkeypatch.setenv("CASECTL_CONFIG", "")
    assert run("today").code == 0


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_list_on_a_terminal(run: Run, width: int, file: Path) -> None:
    run("config set limit 5")
    out = run("config list", width=width).out
    assert max(len(line) for line in out.splitlines()) <= width
    assert "standards.deadlines.recertification.w" in out
    if width == 40:
        assert "limit\n  5  (" in out
    else:
        assert f"{'limit':<44} 5  " in out
        assert f"{'standards.contact.high':<44} 7  default" in out
    assert run("config get limit", width=width).out in out


def test_a_key_file_that_is_not_there_is_warned_of(run: Run, tmp_path: Path) -> None:
    result = run(f"config set key_file {tmp_path / 'gone.key'}")
    assert result.code == 0
    assert f"WARNING: {tmp_path / 'gone.key'} is not there." in " ".join(result.out.split())
    (tmp_path / "there.key").touch()
    assert "WARNING" not in run(f"config set key_file {tmp_path / 'there.key'}").out
