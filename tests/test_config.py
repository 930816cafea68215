"""The configuration: read whole or refused, every value with its source, changed without loss."""

from __future__ import annotations

import os
import stat
from datetime import date
from pathlib import Path

import platformdirs
import pytest

from casectl.config import (
    Config,
    all_values,
    config_path,
    default_caseload_path,
    load_config,
    parse_config,
    set_value,
    value_of,
)
from casectl.core.errors import BadConfiguration, BadValue, NoConfiguration
from casectl.core.settings import ROOT, STANDARDS, find_key
from casectl.core.standards import Intervals, Lead

WHOLE = """
worker = "Kim Example"
date_order = "dmy"
limit = 5
horizon = 10
accessible = true
working_days = ["sun", "mon", "tue"]
holidays = [2026-12-25, "2027-01-01"]

[standards]
follow_up = 5
contact = { high = 5 }
retry.crisis = 0

[standards.deadlines.court]
lead = 3

[programs.Housing]

[programs."St. Mary".contact]
low = 21
"""


@pytest.fixture
def file() -> Path:
    return config_path()


def settle(file: Path, text: str) -> Config:
    file.write_text(text, encoding="utf-8")
    return load_config()


def test_without_a_file_everything_is_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASECTL_WORKER")
    monkeypatch.setenv("USER", "kexample")
    config = load_config()
    assert (config.worker, config.source("worker")) == ("kexample", "login name")
    assert config.standards.intervals == Intervals()
    assert {each.source for each in all_values(config)} == {"default", "login name"}


def test_a_file_that_is_named_must_be_there(file: Path) -> None:
    file.unlink()
    with pytest.raises(NoConfiguration) as caught:
        load_config()
    assert str(caught.value).startswith(f"CASECTL_CONFIG names {file}, which is not there; ")
    assert caught.value.exit_code == 78


def test_a_whole_file_is_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASECTL_WORKER")
    config = settle(file, WHOLE)
    assert (config.worker, config.date_order, config.limit) == ("Kim Example", "dmy", 5)
    assert config.accessible
    assert config.standards.horizon == 10
    assert config.standards.calendar.weekdays == {6, 0, 1}
    assert config.standards.calendar.holidays == {date(2026, 12, 25), date(2027, 1, 1)}
    assert config.programs == ("Housing", "St. Mary")
    shared = config.standards.intervals
    assert (shared.contact, shared.follow_up) == ((30, 14, 5, 1), 5)
    assert shared.lead("court") == Lead(10, 3)
    assert config.standards.of("St. Mary").contact == (21, 14, 5, 1), "a program builds on it"
    assert config.standards.of("Housing") == shared
    assert config.standards.source("St. Mary", "contact") == str(file)
    assert config.standards.source("Housing", "reassessment") == "default"


def test_the_environment_goes_before_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESSIBLE", "1")
    config = settle(file, "worker = 'Other'\naccessible = false\n")
    assert (config.worker, config.source("worker")) == ("kim", "CASECTL_WORKER")
    assert (config.accessible, config.source("accessible")) == (True, "ACCESSIBLE")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wroker = 'x'", "no setting 'wroker'; did you mean 'worker'?"),
        ("[standard]\nfollow_up = 3", "no setting 'standard.follow_up'"),
        ("[standards]\nfolow_up = 3", "did you mean 'standards.follow_up'?"),
        ("[standards.contact]\nurgent = 3", "no setting 'standards.contact.urgent'"),
        ("[programs.A]\nworker = 'x'", "no setting 'programs.A.worker'"),
        ("standards = 3", "no setting 'standards'"),
        ("programs = ['A']", "no setting 'programs'"),
        ("[[programs]]\nname = 'A'", "no setting 'programs'"),
        ("[worker]\nname = 'A'", "no setting 'worker.name'"),
        ("worker = ''", "the worker is empty"),
        ("worker = 3", "worker is a name"),
        ("date_order = 'ymd'", "date_order is dmy (31/12) or mdy (12/31)"),
        ("limit = 0", "limit is a whole number from 1 to 1000000"),
        ("limit = true", "limit is a whole number"),
        ("limit = 2.5", "limit is a whole number"),
        ("limit = 99999999999999999999", "limit is a whole number"),
        ("accessible = 'yes'", "accessible is yes or no"),
        ("working_days = []", "working_days is one or more of mon"),
        ("working_days = ['mon', 3]", "working_days is one or more of mon"),
        ("working_days = 'mon'", "working_days is one or more of mon"),
        ("holidays = ['25 Dec']", "holidays is a list of days like 2026-12-25"),
        ("holidays = [2026-12-25T10:00:00]", "holidays is a list of days"),
        ("holidays = 2026-12-25", "holidays is a list of days"),
        ("[standards]\nfollow_up = 0", "standards.follow_up is a whole number from 1 to 3650"),
        ("[standards.contact]\nhigh = 0", "standards.contact.high is a whole number from 1"),
        ("[standards.contact]\nhigh = 20", "standards: contact grows with the level"),
        ("[programs.A.contact]\ncrisis = 9", "programs.A: contact grows with the level"),
        ("[standards.deadlines.court]\nwarning = 1", "warning no shorter than its lead"),
        ("[standards.deadlines.birthday]\nlead = 1", "no setting 'standards.deadlines.birthday"),
        ("worker = 'a'\nworker = 'b'", "overwrite a value"),
        ("worker = ", "invalid value"),
        ("a = " + "[" * 5000, "nested too deep"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_key(file: Path, text: str, words: str) -> None:
    with pytest.raises(BadConfiguration) as caught:
        settle(file, text)
    assert str(caught.value).startswith(f"{file}: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 78


def test_what_is_not_a_text_file_is_refused(file: Path, tmp_path: Path) -> None:
    file.write_bytes(b"worker = '\xff'")
    with pytest.raises(BadConfiguration, match="is not UTF-8 text"):
        load_config()
    file.write_bytes(b"#" * 2_000_000)
    with pytest.raises(BadConfiguration, match="too large"):
        load_config()
    file.unlink()
    file.mkdir()
    with pytest.raises(BadConfiguration, match="is not a file"):
        load_config()
    file.rmdir()
    os.mkfifo(file)
    with pytest.raises(BadConfiguration, match="is not a file"):
        load_config()
    file.unlink()
    file.symlink_to(tmp_path / "gone.toml")
    with pytest.raises(BadConfiguration, match="a link to a file that is not there"):
        load_config()


def test_a_hostile_name_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASECTL_WORKER", "x" * 300)
    with pytest.raises(BadConfiguration, match="CASECTL_WORKER"):
        load_config()
    monkeypatch.setenv("CASECTL_WORKER", os.fsdecode(b"\xff"))
    with pytest.raises(BadConfiguration, match="not valid UTF-8"):
        load_config()
    monkeypatch.setenv("CASECTL_WORKER", "")
    monkeypatch.setenv("USER", "\x1b[31m")
    monkeypatch.setenv("LOGNAME", "kim")
    assert load_config().worker == "kim"


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    file = config_path()
    file.write_bytes(b"\xef\xbb\xbfworker = 'Kim'\n")
    assert load_config().source("worker")


@pytest.mark.parametrize("key", [*ROOT, *(f"standards.{name}" for name in STANDARDS)])
def test_every_setting_is_set_read_back_and_taken_out(file: Path, key: str) -> None:
    before = load_config()
    typed = {
        "name": "Kim Example",
        "order": "mdy",
        "number": "90" if key == "full_time" else str(value_of(before, key).value),
        "yes or no": "yes",
        "weekdays": "Monday, wed",
        "days": "2026-12-25 2026-12-24",
        "facts": "Birth-Date, phone",
        "daily or off": "Off",
        "name or path": "health",
        "path": "~/casectl.key",
        "command": "secret-tool lookup casectl key",
    }[find_key(key).setting.kind]
    set_value(before, key, typed)
    source = "CASECTL_WORKER" if key == "worker" else str(file)
    assert value_of(load_config(), key).source == source
    set_value(load_config(), key, None)
    assert value_of(load_config(), key) == value_of(before, key)


def test_a_change_keeps_comments_and_everything_else(file: Path) -> None:
    text = "# mine\nlimit = 9  # a short list\n\n[standards.contact]  # funder's\nhigh = 5\n"
    config = settle(file, text)
    config = set_value(config, "standards.contact.low", "28")
    config = set_value(config, "horizon", "14")
    config = set_value(config, "programs.Youth Services.contact.low", "21")
    config = set_value(config, "limit", "12")
    written = file.read_text(encoding="utf-8")
    for comment in ("# mine", "# a short list", "# funder's"):
        assert comment in written
    again = load_config()
    assert again == config
    assert again.standards.intervals.contact == (28, 14, 5, 1)
    assert again.programs == ("Youth Services",)
    assert (again.limit, again.standards.horizon) == (12, 14)


def test_the_file_is_private_and_replaced_in_one_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASECTL_CONFIG", str(tmp_path / "new" / "folder" / "config.toml"))
    old = os.umask(0o000)
    try:
        set_value(parse_config("", config_path()), "limit", "7")
    finally:
        os.umask(old)
    file = config_path()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [each.name for each in file.parent.iterdir()] == ["config.toml"]


def test_a_file_behind_a_link_is_written_there(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("# kept elsewhere\n", encoding="utf-8")
    file.unlink()
    file.symlink_to(real)
    set_value(load_config(), "limit", "7")
    assert file.is_symlink()
    assert "limit = 7" in real.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("wroker", "x", "did you mean 'worker'?"),
        ("standards.contact.hihg", "3", "did you mean 'standards.contact.high'?"),
        ("programs.Housing.contract.high", "3", "did you mean 'programs.Housing.contact.high'?"),
        ("programs.Housing", "3", "no setting"),
        ("programs..contact.high", "3", "no setting"),
        ("", "3", "no setting ''"),
        ("limit", "many", "limit is a whole number"),
        ("limit", "-3", "limit is a whole number"),
        ("limit", "٣", "limit is a whole number"),
        ("accessible", "perhaps", "accessible is yes or no"),
        ("working_days", "sunny", "working_days is one or more of"),
        ("working_days", "", "working_days is one or more of"),
        ("holidays", "2026-02-30", "holidays is a list of days"),
        ("date_order", "31/12", "date_order is dmy"),
        ("worker", "  ", "is empty"),
        ("standards.contact.high", "20", "contact grows with the level"),
        ("standards.contact.low", "10", "contact grows with the level"),
        ("standards.deadlines.court.lead", "30", "a warning no shorter than its lead"),
        ("programs.Housing.contact.crisis", "8", "programs.Housing: contact grows"),
    ],
)
def test_a_bad_value_typed_writes_nothing(file: Path, key: str, typed: str, words: str) -> None:
    config = settle(file, "# as it was\n")
    with pytest.raises(BadValue) as caught:
        set_value(config, key, typed)
    assert words in str(caught.value)
    assert caught.value.exit_code == 2
    assert file.read_text(encoding="utf-8") == "# as it was\n"
    assert sorted(each.name for each in file.parent.iterdir()) == ["config.toml"]


def test_nothing_is_written_over_a_file_that_cannot_be_read(file: Path) -> None:
    config = load_config()
    file.write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(BadConfiguration):
        set_value(config, "limit", "3")
    assert file.read_text(encoding="utf-8") == "nonsense\n"


def test_a_folder_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain").write_text("", encoding="utf-8")
    monkeypatch.setenv("CASECTL_CONFIG", str(tmp_path / "plain" / "config.toml"))
    with pytest.raises(BadConfiguration, match="cannot read"):
        load_config()
    with pytest.raises(BadConfiguration, match="cannot read"):
        set_value(parse_config("", config_path()), "limit", "3")


DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "configuration.md"


def test_the_document_shows_the_defaults_and_every_setting() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    config = parse_config(example, DOCUMENT)
    assert config.standards.intervals == Intervals()
    assert config.limit == Config(DOCUMENT, "").limit
    assert config.programs == ("Housing", "Youth Services")
    set_there = set(config.sources)
    assert set_there >= {*ROOT, *(f"standards.{name}" for name in STANDARDS)}
    assert all(f"| `{key}` |" in text for key in ROOT)


FOLDERS: list[dict[str, str | None]] = [
    {"XDG_CONFIG_HOME": None, "XDG_DATA_HOME": None},
    {"XDG_CONFIG_HOME": "/elsewhere/settings", "XDG_DATA_HOME": "/elsewhere/data"},
    {"XDG_CONFIG_HOME": "relative", "XDG_DATA_HOME": " "},
    {"XDG_CONFIG_HOME": " /padded ", "XDG_DATA_HOME": "~/data"},
    {"XDG_CONFIG_HOME": "", "XDG_DATA_HOME": "", "HOME": "/home/of/nobody"},
    {"XDG_CONFIG_HOME": None, "XDG_DATA_HOME": None, "HOME": None},
]


@pytest.mark.parametrize("variables", FOLDERS)
def test_the_folders_are_those_that_platformdirs_finds(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str | None]
) -> None:
    monkeypatch.delenv("CASECTL_CONFIG", raising=False)
    for name, value in variables.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert config_path() == platformdirs.user_config_path("casectl") / "config.toml"
    assert default_caseload_path() == platformdirs.user_data_path("casectl") / "caseload.db"
