"""cron: the printed lines are run here as cron, systemd and sh would run them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from conftest import TODAY, Result, Run
from hypothesis import given, settings
from hypothesis import strategies as st

from casectl.core.errors import CasectlError
from casectl.core.model import ACTIVE, FOLLOW_UP, Case, Client, Level, Load, Promise
from casectl.formats.crontab import Errand, checked, crontab_lines, systemd_units, task_lines
from casectl.store import Caseload

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")

AWKWARD = 'o\'case load 100% $HOME `id` \\% "x" é;#.db'
PLAIN = Errand(("/opt/casectl",), "/data/c.db", (), 7, 30, frozenset({0, 1, 2, 3, 4}), None)


def as_cron_reads(line: str) -> tuple[str, str]:
    """The times and the command of a crontab line, as cron takes them apart.

    An unescaped % ends the command; a backslash before one is taken away, as in Vixie cron and
    its descendants.
    """
    *times, command = line.split(" ", 5)
    read, escaped = "", False
    for char in command:
        if escaped:
            read = read[:-1] + char if char == "%" else read + char
            escaped = False
            continue
        if char == "%":
            break
        escaped = char == "\\"
        read += char
    return " ".join(times), read


def as_systemd_reads(line: str) -> list[str]:
    """The words of ExecStart= or Environment=, as systemd.syntax(7) and systemd.service(5) say."""
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%").replace("$$", "$") for word in words]


def lines_of(result: Result) -> list[str]:
    assert result.code == 0, result.err
    return result.out.splitlines()


def crontab_line(lines: list[str]) -> str:
    (line,) = (each for each in lines if each[0].isdigit())
    return line


@pytest.fixture
def due(store: Caseload) -> None:
    """A case that owes something today."""
    today = date.fromisoformat(TODAY)
    case = Case("", 0, "", "", "Ada Bello", ACTIVE, Level.LOW, "low", today, today)
    call = Promise("", "", 0, FOLLOW_UP, "call", today)
    store.intake.take_in(Load(Client("", "Ada Bello"), case, (call,)))
    store.close()  # some tests move the file


def as_cron_runs(command: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """With cron's own environment, in which no variable of the shell names a key."""
    env = {"HOME": str(home), "LOGNAME": "kim", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", **more}
    return subprocess.run(
        ["/bin/sh", "-c", command], env=env, cwd=home, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


# --- The crontab --------------------------------------------------------------------------------


def test_lines_to_paste(run: Run, caseload: None, tmp_path: Path) -> None:
    lines = lines_of(run("cron --mail kim@example.org"))
    assert "MAILTO=kim@example.org" in lines
    times, command = as_cron_reads(crontab_line(lines))
    assert times == "30 7 * * 1-5"
    assert command.endswith(f" --db '{tmp_path}/caseload.db' remind --once --terse")
    assert f"CASECTL_CONFIG='{tmp_path}/config.toml' " in command
    assert any(">/dev/null" in line and line.startswith("#") for line in lines)
    active = [line for line in lines if not line.startswith("#")]
    assert len(active) == 2 and not any("null" in line or "||" in line for line in active)


def test_the_line_runs_with_nothing_but_cron_s_environment(
    run: Run, due: None, tmp_path: Path
) -> None:
    _, command = as_cron_reads(crontab_line(lines_of(run("cron"))))
    done = as_cron_runs(command, tmp_path, CASECTL_TODAY=TODAY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1.")
    done = as_cron_runs(command, tmp_path, CASECTL_TODAY=TODAY)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")  # cron mails nothing


def test_the_line_says_so_when_the_caseload_is_gone(run: Run, due: None, tmp_path: Path) -> None:
    _, command = as_cron_reads(crontab_line(lines_of(run("cron"))))
    (tmp_path / "caseload.db").rename(tmp_path / "elsewhere.db")
    done = as_cron_runs(command, tmp_path)
    assert done.returncode == 3 and done.stdout == ""
    assert done.stderr.startswith("casectl: no caseload at ") and done.stderr.count("\n") == 1


def test_awkward_paths_come_through(
    run: Run, due: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    awkward = tmp_path / "100% \\%" / AWKWARD
    awkward.parent.mkdir()
    (tmp_path / "caseload.db").rename(awkward)
    config = tmp_path / f"config {AWKWARD}"
    config.write_text("horizon = 3\n")
    monkeypatch.setenv("CASECTL_CONFIG", str(config))
    monkeypatch.setenv("CASECTL_DB", str(awkward))
    _, command = as_cron_reads(crontab_line(lines_of(run("cron"))))
    done = as_cron_runs(command, tmp_path, CASECTL_TODAY=TODAY)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("1.")
    config.write_text("horizon = 'soon'\n")
    assert as_cron_runs(command, tmp_path).returncode == 78  # it is read, then


paths = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=12)


@given(paths, paths)
@settings(deadline=None, max_examples=60)
def test_any_path_comes_back_from_cron_and_sh(caseload: str, config: str) -> None:
    says_what_it_got = ("/bin/sh", "-c", 'printf "<%s>" "$CASECTL_CONFIG" "$@"', "sh")
    errand = PLAIN._replace(
        program=says_what_it_got,
        caseload=f"/{caseload}",
        settings=(("CASECTL_CONFIG", f"/{config}"),),
    )
    line = next(each for each in crontab_lines(errand, "kim") if each[0].isdigit())
    _, command = as_cron_reads(line)
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True)
    words = [f"/{config}", "--db", f"/{caseload}", "remind", "--once", "--terse"]
    assert done.stdout.decode() == "".join(f"<{word}>" for word in words)


def test_a_relative_caseload_is_named_whole(
    run: Run, caseload: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"'{tmp_path}/caseload.db'" in run("--db caseload.db cron").out


def test_the_configuration_is_named_only_where_the_shell_moves_it(
    run: Run, caseload: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASECTL_CONFIG")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert "CASECTL_CONFIG" not in run("cron").out
    monkeypatch.setenv("XDG_CONFIG_HOME", "/etc/kim")
    assert " XDG_CONFIG_HOME='/etc/kim' " in run("cron").out
    assert 'Environment="XDG_CONFIG_HOME=/etc/kim"' in lines_of(run("cron --systemd"))


def test_a_settings_folder_without_a_file_is_no_failure_under_cron(
    run: Run, due: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line finds what is set there later, and until then the defaults hold."""
    monkeypatch.delenv("CASECTL_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    _, command = as_cron_reads(crontab_line(lines_of(run("cron"))))
    assert as_cron_runs(command, tmp_path, CASECTL_TODAY=TODAY).stdout.startswith("1.")
    file = tmp_path / "settings" / "casectl" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("horizon = 'soon'\n")
    assert as_cron_runs(command, tmp_path).returncode == 78  # it is read, then


@pytest.mark.parametrize(
    ("at", "times"),
    [("8:05", "5 8"), ("7:30am", "30 7"), ("noon", "0 12"), ("4pm", "0 16"), ("0:00", "0 0")],
)
def test_the_hour(run: Run, caseload: None, at: str, times: str) -> None:
    assert crontab_line(lines_of(run(["cron", "--at", at]))).startswith(f"{times} * * 1-5 ")


def test_the_days_are_the_working_days(run: Run, caseload: None, tmp_path: Path) -> None:
    def days() -> list[str]:
        return [line.split()[4] for line in run("cron").out.splitlines() if "* *" in line]

    assert days() == ["1-5", "0,6"]
    config = tmp_path / "config.toml"
    config.write_text('working_days = ["sun", "mon", "tue", "wed", "thu"]\n')
    assert days() == ["0-4", "5,6"]
    config.write_text('working_days = ["tue", "thu"]\n')
    assert days() == ["2,4", "0,1,3,5,6"]
    config.write_text('working_days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n')
    assert days() == ["*"]


def test_days_off_are_offered_for_clients_in_crisis(run: Run, caseload: None) -> None:
    last = lines_of(run("cron"))[-1]
    assert last.startswith("#30 7 * * 0,6 ")
    assert last.endswith("remind --once --terse --level crisis")


def test_without_an_address_cron_mails_whoever_it_runs_for(
    run: Run, caseload: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "kim.lee")
    assert "MAILTO=kim.lee" in lines_of(run("cron"))
    monkeypatch.setenv("LOGNAME", "OFFICE\\kim lee")
    assert (run("cron").code, run("cron").out) == (2, "")


def test_it_names_the_program_that_was_called(
    run: Run, caseload: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"'{sys.executable}' -m casectl --db" in run("cron").out
    program = tmp_path / "bin" / "casectl"
    program.parent.mkdir()
    program.symlink_to(sys.executable)
    monkeypatch.setattr(sys, "argv", [str(program), "cron"])
    assert f"'{program}' --db" in run("cron").out  # the link, which an upgrade keeps
    monkeypatch.chdir(program.parent)
    monkeypatch.setattr(sys, "argv", ["./casectl", "cron"])
    assert f"'{program}' --db" in run("cron").out


# --- The key ------------------------------------------------------------------------------------


@pytest.fixture
def keyed(run: Run, tmp_path: Path) -> Path:
    """An encrypted caseload, opened by a key file that this shell names."""
    assert run("init").code == 0
    return tmp_path / "caseload.key"


def test_the_line_takes_the_key_along_that_this_shell_names(
    run: Run, keyed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f" CASECTL_KEY_FILE='{keyed}' " in crontab_line(lines_of(run("cron")))
    monkeypatch.chdir(keyed.parent)
    monkeypatch.setenv("CASECTL_KEY_FILE", keyed.name)
    assert f" CASECTL_KEY_FILE='{keyed}' " in crontab_line(lines_of(run("cron")))
    monkeypatch.delenv("CASECTL_KEY_FILE")
    monkeypatch.setenv("CASECTL_KEY_COMMAND", f"cat '{keyed}'")
    (_, command) = as_cron_reads(crontab_line(lines_of(run("cron"))))
    assert as_cron_runs(command, keyed.parent, CASECTL_TODAY=TODAY).returncode == 0


def test_a_key_of_the_configuration_needs_no_word(
    run: Run, keyed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASECTL_KEY_FILE")
    assert run(f"config set key_file {keyed}").code == 0
    line = crontab_line(lines_of(run("cron")))
    assert "KEY" not in line
    assert as_cron_runs(as_cron_reads(line)[1], keyed.parent).returncode == 0


def test_what_only_a_person_opens_is_said_first(
    run: Run, keyed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casectl.store import keyring, keys

    (key,) = keys.read_key_file(keyed)
    monkeypatch.delenv("CASECTL_KEY_FILE")
    monkeypatch.setattr(keyring, "get", lambda name: [key])
    for words in ("cron", "cron --systemd"):
        assert lines_of(run(words))[0].startswith("# NOT YET: the caseload is encrypted")
    assert run("cron --json").json["locked"] is True
    monkeypatch.setenv("CASECTL_KEY_FILE", str(keyed))
    assert run("cron --json").json["locked"] is False
    assert "NOT YET" not in run("cron").out


# --- systemd ------------------------------------------------------------------------------------


def unit(lines: list[str], name: str) -> list[str]:
    start = next(n for n, line in enumerate(lines) if line.startswith("# ~/") and name in line)
    rest = lines[start + 1 :]
    return rest[: next((n for n, line in enumerate(rest) if line.startswith("# ~/")), len(rest))]


def test_a_timer_for_working_mornings(run: Run, caseload: None) -> None:
    timer = unit(lines_of(run("cron --systemd --at 8:05")), ".timer")
    assert "OnCalendar=Mon,Tue,Wed,Thu,Fri 08:05" in timer
    assert "Persistent=true" in timer and "WantedBy=timers.target" in timer


def started(service: list[str]) -> list[str]:
    (line,) = (each for each in service if each.startswith("ExecStart="))
    return as_systemd_reads(line)


@pytest.fixture
def stand_ins(tmp_path: Path) -> Path:
    """mail and notify-send that note what they got; they fail while a file ``fail`` is there."""
    folder = tmp_path / "stand-ins"
    folder.mkdir()
    for name in ("mail", "notify-send"):
        program = folder / name
        program.write_text(
            f"#!/bin/sh\n{{ printf '<%s>' \"$@\"; cat; }} >>'{tmp_path}/got'\n"
            f"[ ! -e '{tmp_path}/fail' ]\n"
        )
        program.chmod(0o700)
    return folder


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "<--urgency=critical><--app-name=casectl><casectl reminders><1."),
        ("--mail kim@example.org", "<-s><casectl reminders><kim@example.org>1."),
    ],
)
def test_the_service_tells_what_is_new_and_what_went_wrong(
    run: Run, due: None, tmp_path: Path, stand_ins: Path, encrypted: bool, words: str, told: str
) -> None:
    awkward = tmp_path / AWKWARD
    (tmp_path / "caseload.db").rename(awkward)
    service = unit(
        lines_of(run(["--db", str(awkward), "cron", "--systemd", *words.split()])), "ice"
    )
    settings = [each for each in service if each.startswith("Environment=")]
    named = dict(as_systemd_reads(each)[0].split("=", 1) for each in settings)
    assert set(named) == {"CASECTL_CONFIG", *(["CASECTL_KEY_FILE"] if encrypted else [])}
    env = {
        "HOME": str(tmp_path), "PATH": f"{stand_ins}:/usr/bin:/bin", "CASECTL_TODAY": TODAY, **named
    }  # fmt: skip

    def start() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            started(service), env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    got = tmp_path / "got"
    assert start().returncode == 0
    assert got.read_text().startswith(told)
    got.write_text("")
    assert start().returncode == 0
    assert got.read_text() == ""  # nothing new, nobody told
    (tmp_path / "fail").touch()
    awkward.unlink()
    done = start()
    assert done.returncode == 1 and "no caseload at" in done.stderr  # at least in its journal
    (tmp_path / "fail").unlink()
    assert start().returncode == 3
    assert "no caseload at" in got.read_text()


def test_the_service_marks_nothing_where_nobody_can_be_told(
    run: Run, due: None, tmp_path: Path
) -> None:
    (tool_folder := tmp_path / "tools").mkdir()
    words = started(unit(lines_of(run("cron --systemd")), ".service"))
    done = subprocess.run(
        words, env={"PATH": str(tool_folder)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr == "notify-send is not installed\n"
    assert run("remind --once").out


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_takes_the_units(
    run: Run, caseload: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    awkward = tmp_path / AWKWARD
    (tmp_path / "caseload.db").rename(awkward)
    (tmp_path / f"{AWKWARD}.toml").touch()
    monkeypatch.setenv("CASECTL_CONFIG", str(tmp_path / f"{AWKWARD}.toml"))
    lines = lines_of(run(["--db", str(awkward), "cron", "--systemd"]))
    files = []
    for name in ("casectl-remind.service", "casectl-remind.timer"):
        files.append(tmp_path / name)
        files[-1].write_text("\n".join(unit(lines, name)) + "\n", encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *map(str, files)],
        capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )  # fmt: skip
    assert [line for line in done.stderr.splitlines() if "casectl-remind" in line] == []


@given(paths)
def test_any_path_comes_back_from_a_unit(caseload: str) -> None:
    service = systemd_units(PLAIN._replace(caseload=f"/{caseload}"))["casectl-remind.service"]
    assert started(service)[-5:] == ["--db", f"/{caseload}", "remind", "--once", "--terse"]


# --- Windows ------------------------------------------------------------------------------------


def test_windows_gets_a_task() -> None:
    errand = PLAIN._replace(program=(r"C:\Users\Kim Lee\casectl.exe",), caseload=r"C:\Data\c.db")
    _, line = task_lines(errand)
    assert line == (
        "schtasks /Create /TN casectl /SC WEEKLY /D MON,TUE,WED,THU,FRI /ST 07:30 /TR "
        r'"cmd /k \"\"C:\Users\Kim Lee\casectl.exe\" \"--db\" \"C:\Data\c.db\" remind\""'
    )
    with pytest.raises(CasectlError, match="too long"):
        task_lines(errand._replace(caseload="C:\\" + "x" * 300))


# --- Refused, and for scripts -------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/a\nb", "/a\tb", "/a\u202eb", "/a\x1b[2Jb"])
def test_a_path_that_no_line_can_hold_is_refused(path: str) -> None:
    for errand in (
        PLAIN._replace(program=(path,)),
        PLAIN._replace(caseload=path),
        PLAIN._replace(settings=(("CASECTL_CONFIG", path),)),
    ):
        with pytest.raises(CasectlError, match="control characters"):
            checked(errand)


@pytest.mark.parametrize(
    "words",
    [
        "--at 7", "--at 25:00", "--at fri", "--at 'fri 7:30'", "--at ''", "--at '7:30 8:30'",
        "--mail ''", "--mail 'a b@example.org'", "--mail '-t'", "--mail 'a@x;id'",
        "--mail 'a@x\nMAILTO=b'", "--mail '$(id)@x'", "--mail \"'@x\"",
    ],
)  # fmt: skip
def test_bad_values_print_nothing(run: Run, caseload: None, words: str) -> None:
    result = run(f"cron {words}")
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1


def test_without_a_caseload_there_is_nothing_to_paste(run: Run) -> None:
    result = run("cron")
    assert (result.code, result.out) == (3, "")
    assert "casectl init" in result.err


def test_json(run: Run, caseload: None, tmp_path: Path) -> None:
    made = run("cron --json --mail kim@example.org").json
    assert made["caseload"] == str(tmp_path / "caseload.db")
    assert made["mail"] == "kim@example.org"
    assert made["config"] == str(tmp_path / "config.toml")
    assert made["program"] == [sys.executable, "-m", "casectl"]
    assert made["lines"] == lines_of(run("cron --mail kim@example.org"))


# --- Whether they did run ---------------------------------------------------------------------


def test_printing_the_lines_expects_reminders_and_off_ends_that(run: Run, store: Caseload) -> None:
    assert store.reminded_at() is None
    assert run("remind").code == 0
    assert store.reminded_at() is None, "nobody set cron up"
    assert run("cron").code == 0
    assert store.reminded_at() == 0
    off = run("cron --off")
    assert (off.code, store.reminded_at()) == (0, None)
    assert off.out == "Nothing says from now on that reminders did not run.\n"
    assert run("cron --off --json").json == {"expected": False}
    assert run("cron --off --mail a@example.org").code == 2


def test_a_run_by_itself_is_noted(run: Run, store: Caseload, due: None) -> None:
    run("cron")
    run("remind --as-of tomorrow")
    assert store.reminded_at() == 0, "looking at another day is no reminder"
    assert run("remind").code == 0
    first = store.reminded_at()
    assert first is not None and first > 0
    run("cron")
    assert store.reminded_at() == first, "lines printed again forget nothing"
    mark = Path(f"{os.path.realpath(store.path)}.reminded")
    assert (mark.stat().st_mode & 0o777, mark.stat().st_size) == (0o600, 0)


def test_a_folder_that_cannot_be_written_stops_neither(
    run: Run, store: Caseload, due: None, tmp_path: Path
) -> None:
    if os.getuid() == 0:
        pytest.skip("root may write anywhere")
    tmp_path.chmod(0o500)
    try:
        assert run("cron").code == 0
        assert "call" in run("remind").out
        assert run("cron --off").code == 0, "there is nothing to remove"
    finally:
        tmp_path.chmod(0o700)
