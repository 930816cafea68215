"""The 108 concrete cases of ../shared/data/hostile_inputs.json, each by its id.

Where a case's exit code differs from the list of the daily loop (``casectl --help``), the list
wins; CODES names them. What is about a command that does not exist yet is in LATER, and fails here
once the command is there.
"""

from __future__ import annotations

import io
import json
import os
import resource
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import SHARED, TODAY, Result, Run
from rich.cells import cell_len
from terminals import Ask, acting, shown

from casectl.cli import COMMANDS
from casectl.core.errors import BadImport, BadValue, CasectlError
from casectl.session import Session

FILE = SHARED / "data" / "hostile_inputs.json"
INPUTS: dict[str, str] = (
    {each["id"]: each["input"] for each in json.loads(FILE.read_text(encoding="utf-8"))}
    if FILE.is_file()
    else {}
)
CASECTL = [sys.executable, "-m", "casectl"]

# The case says 2; the list says 5 for import data that cannot be taken in.
CODES = dict.fromkeys(
    ("IMP-03", "IMP-04", "IMP-07", "IMP-10", "IMP-13", "ZIP-01", "ZIP-02", "ZIP-03", "ZIP-05"),
    BadImport.exit_code,
)
# The case says 3 (damaged), 4 (a wrong key) or 5 (a disk that takes nothing); in the list these
# are not found, ambiguous and bad import data, so they are 1, a failure.
CODES |= dict.fromkeys(("FS-12", "FS-14", "FS-15", "FS-16"), CasectlError.exit_code)

# The commands that a case is about, and that a later issue makes.
LATER = {
    **dict.fromkeys(("CSV-02", "CSV-03", "CSV-04", "CSV-07", "CSV-09", "CSV-10"), "export"),
    **{f"JSON-{number:02}": "import" for number in (1, 2, 3, 4, 5, 7, 9, 10)},
    **dict.fromkeys(("ICS-04", "ICS-05", "ICS-06", "ICS-08", "ICS-09"), "import"),
    "FS-03": "export",
    "SIZE-05": "tag",
}


class World(NamedTuple):
    """A caseload with one case in it, and what a check asks of it."""

    run: Run
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def path(self) -> Path:
        return self.folder / "caseload.db"

    def show(self, case: int = 1) -> Any:
        return self.run(f"show {case} --json").json

    def program(self, *words: str, **given: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*CASECTL, *words], capture_output=True, timeout=120, check=False, **given
        )

    def imported(self, content: bytes) -> Result:
        file = self.folder / "people.csv"
        file.write_bytes(content)
        return self.run(["intake", "--from", str(file)])

    def cases(self) -> int:
        return len(self.run("list --all --json").json)


@pytest.fixture
def world(
    run: Run, caseload: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    assert run("intake 'Ann Sample' --urgency low --on 2026-10-01").code == 0
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    yield World(run, tmp_path, monkeypatch)


Check = Callable[[World, str, int], None]
CHECKS: dict[str, Check] = {}


def about(*ids: str) -> Callable[[Check], Check]:
    def named(check: Check) -> Check:
        CHECKS.update(dict.fromkeys(ids, check))
        return check

    return named


def ids_of(prefix: str) -> list[str]:
    return [each for each in INPUTS if each.startswith(prefix)]


@pytest.mark.skipif(not INPUTS, reason="../shared is not beside this checkout")
def test_every_case_has_its_check() -> None:
    assert len(INPUTS) == 108
    assert set(CHECKS) | set(LATER) == set(INPUTS)


@pytest.mark.skipif(not INPUTS, reason="../shared is not beside this checkout")
@pytest.mark.parametrize("each", sorted(INPUTS))
def test_case(each: str, request: pytest.FixtureRequest) -> None:
    if each in LATER:
        assert LATER[each] not in COMMANDS, "the command is there now, so this case needs its check"
    if each not in CHECKS:
        pytest.skip(f"casectl {LATER[each]} comes later")
    CHECKS[each](
        request.getfixturevalue("world"), INPUTS[each], CODES.get(each, BadValue.exit_code)
    )


def refused(result: Result, code: int, *says: str) -> None:
    assert (result.code, result.out) == (code, ""), result
    assert result.err.startswith("casectl: ") and result.err.count("\n") == 1, result
    assert all(each in result.err for each in says), result


# --- Texts ------------------------------------------------------------------------------------

# Every field that takes a text; T is where it goes.
FIELDS = [
    "intake --new --need T --phone T --email T --address T --language T --pronouns T "
    "--safe-contact T --program T --referred-by T --external-id T --next T --due today -- T",
    "follow 2 --due today --waiting-on T -- T",
    "deadline 2 --on today -- T",
    "appointment 2 --at '2026-11-18 9:00' --place T -- T",
    "reached 2 --seen-by T --until fri -- T",
    "tried 2 -- T",
    "note 2 -- T",
    "done 2.2 -- T",
    "snooze 2.1 fri T",
    "set 2 --urgency high --reason T",
]
READING = ["today", "show 2", "show 2 --all", "list", "history", "today --done", "remind"]


@about(*ids_of("TERM"), *ids_of("MARK"), *ids_of("CSV"), "UNI-01", "UNI-10", "UNI-14", "UNI-15",
       "INJ-07", "INJ-08", "INJ-12")  # fmt: skip
def any_text(world: World, text: str, code: int) -> None:
    """Kept exactly in every field, or refused in one line; shown without acting."""
    for command in FIELDS:
        words = [text if word == "T" else word for word in shlex.split(command)]
        result = world.run(words)
        assert not acting(result.out.encode()), result
        if text == "-" and words[-1] == "-":
            continue  # it reads standard input, and nothing is there
        assert result.code in (0, 2), result
    if text == "-":
        assert world.run("intake --new -", stdin="-\n").code == 0
    assert world.show(2)["client"] == text.strip()
    searching = [["search", "--", text]] if text != "-" else []
    for words in [*(each.split() for each in READING), *searching]:
        for width in (None, 40, 80, 120):
            result = world.run(words, width=width)
            assert result.code == 0
            assert not acting(result.out.encode(), keep="\n" if width else "\n\t"), result
    stored = world.show(2)
    if text != "-":
        assert {stored[name] for name in ("need", "phone", "address", "program")} == {text}
        assert text in [each["text"] for each in stored["notes"]]
        assert text in [each["what"] for each in stored["promises"]]
        assert text in [each["text"] for each in stored["contacts"]]
    assert not Path("/tmp/pwn").exists()


@about("UNI-03")
def a_nul(world: World, text: str, code: int) -> None:
    refused(world.run(["intake", text]), code, "NUL")
    assert world.cases() == 1


@about("UNI-04")
def a_family(world: World, text: str, code: int) -> None:
    assert world.run(["intake", text, "--urgency", "high"]).code == 0
    assert world.show(2)["client"] == text
    lines = world.run("list", width=80).out.splitlines()
    column = [cell_len(line[: line.index(level)]) for line, level in
              zip(lines[1:3], ("medium?", "high?"), strict=True)]  # fmt: skip
    assert column[0] == column[1], "the columns stay where they are"


@about("UNI-08")
def an_invisible_name(world: World, text: str, code: int) -> None:
    refused(world.run(["intake", text]), code, "the name is empty")


@about("UNI-12")
def bytes_that_are_no_text(world: World, text: str, code: int) -> None:
    done = world.program("intake", b"\xff\xfe name")  # type: ignore[arg-type]
    assert (done.returncode, done.stderr) == (2, b"casectl: an argument is not valid UTF-8\n")


@about("SIZE-02")
def a_long_name(world: World, text: str, code: int) -> None:
    refused(world.run(["intake", "A" * 100_000]), code, "over 200 characters")
    assert world.cases() == 1


@about("SIZE-03")
def endless_input(world: World, text: str, code: int) -> None:
    script = (
        "import subprocess, resource, sys\n"
        "p = subprocess.Popen([sys.executable, '-m', 'casectl', 'note', '1', '-'],"
        " stdin=subprocess.PIPE)\n"
        "try:\n"
        "    for _ in range(200): p.stdin.write(b'A' * 1_000_000)\n"
        "    p.stdin.close()\n"
        "except BrokenPipeError: pass\n"
        "code = p.wait()\n"
        "print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    ended, kilobytes = map(int, done.stdout.split())
    assert ended == code and "over 1,000,000 characters" in done.stderr
    assert kilobytes < 200_000 or sys.platform == "darwin"  # which counts bytes


@about("SIZE-04")
def a_million_lines(world: World, text: str, code: int) -> None:
    refused(world.run("note 1 -", stdin="\n" * 1_000_000), code, "empty")
    assert world.run("note 1 -", stdin="x" + "\n" * 999_999).code == 0
    assert world.run("show 1", width=80).out.count("\n") < 24


@about("SIZE-08")
def a_slow_pattern(world: World, text: str, code: int) -> None:
    pattern, subject = text.replace("'", "").split(" on ")
    assert world.run(["note", "1", subject]).code == 0
    assert world.run(["search", pattern]).out == "", "a text, not a pattern"
    assert world.run(["list", "--program", pattern]).code == 3


# --- Days -------------------------------------------------------------------------------------


@about("DATE-01", "DATE-03", "DATE-05", "DATE-06", "DATE-08", "DATE-11", "DATE-12", "DATE-13",
       "DATE-16", "DATE-17", "DATE-18", "DATE-22", "DATE-23", "DATE-26", "DATE-28",
       "DATE-29")  # fmt: skip
def no_day(world: World, text: str, code: int) -> None:
    commands = [
        ["follow", "1", "x", "--due", text],
        ["follow", "1", "x", "--due", "fri", "--every", f"week until {text}"],
        ["note", "1", "x", "--on", text],
        ["intake", "Bo Sample", "--dob", text],
        ["intake", "Bo Sample", "--on", text],
        ["edit", "1", "--dob", text],
        ["hold", "1", "--until", text, "--reason", "x"],
        ["done", "1.assessment", "--on", text],
        ["snooze", "1.1", text, "x"],
        ["today", "--as-of", text],
        ["remind", "--within", text],
    ]
    assert world.run("follow 1 wait --due fri").code == 0
    for words in commands:
        result = world.run(words)
        refused(result, code)
    assert world.cases() == 1
    if text.startswith("2026-02-"):
        last = world.run(["note", "1", "x", "--on", text[:10]])
        if "T24" not in text:
            assert "February 2026 has 28 days; the last is 2026-02-28" in last.err


@about("DATE-04")
def a_leap_day(world: World, text: str, code: int) -> None:
    assert world.run(["intake", "Bo Sample", "--dob", text]).code == 0
    assert world.show(2)["birth_date"] == text
    assert world.run("intake 'Cy Sample' --on 2024-02-28").code == 0
    made = world.run(["follow", "3", "birthday", "--due", text, "--every", "year"])
    assert "Thu 29 Feb 2024" in made.out
    days = []
    for _ in range(4):
        item = next(each for each in world.show(3)["promises"] if each["state"] == "open")
        days.append(item["due"])
        today = str(max(item["due"], TODAY))
        assert world.run(["done", item["item"], "sent"], today=today).code == 0
    assert days[0] == "2024-02-29"
    assert all(day.endswith(("-02-28", "-02-29")) for day in days)
    assert all(day.endswith("-02-29") == (int(day[:4]) % 4 == 0) for day in days)


@about("DATE-09")
def an_order_that_is_not_known(world: World, text: str, code: int) -> None:
    refused(world.run(["follow", "1", "x", "--due", text]), code, "2 March or 3 February")
    assert world.run("config set date_order mdy").code == 0
    made = world.run("follow 1 x --due 02/03/2027").out
    assert "Wed Feb 3 2027" in made or "Wed 3 Feb 2027" in made


@about("DATE-21")
def a_day_that_was_skipped(world: World, text: str, code: int) -> None:
    world.monkeypatch.setenv("TZ", "Pacific/Apia")
    day = text.partition(" ")[0]
    refused(world.run(["follow", "1", "x", "--due", day]), code, "before the intake")
    assert world.run(["intake", "Bo Sample", "--dob", day]).code == 0


@about("DATE-31")
def a_rule_that_never_comes(world: World, text: str, code: int) -> None:
    result = world.run(["follow", "1", "x", "--due", "fri", "--every", text])
    refused(result, code, "it never comes round")


@about("DATE-34")
def no_time_zone(world: World, text: str, code: int) -> None:
    environment = {**os.environ, "TZ": text.removeprefix("py:TZ=")}
    environment.pop("CASECTL_TODAY")
    for words in (["today"], ["remind", "--format", "ics", "--within", "in 1 year"]):
        done = world.program(*words, env=environment)
        assert (done.returncode, done.stderr) == (0, b"")
    assert b"names no time zone" in world.program("doctor", env=environment).stdout


# --- Files that are taken in --------------------------------------------------------------------


@about("IMP-03", "IMP-04")
def not_utf_8(world: World, text: str, code: int) -> None:
    mixed = "mixed" in text
    content = b"name\nJos\xc3\xa9\nJos\xe9\n" if mixed else b"name\nJos\xe9\n"
    line = 3 if mixed else 2
    refused(world.imported(content), code, f"line {line} is not UTF-8", "--encoding")
    assert world.cases() == 1


@about("IMP-05")
def quotes(world: World, text: str, code: int) -> None:
    assert world.imported(text.encode()).code == 0
    assert world.show(2)["client"] == 'Smith, "Bob"\nJr'


@about("IMP-07", "IMP-10", "IMP-18")
def bad_rows(world: World, text: str, code: int) -> None:
    content = b"name\nA\x00B\n" if text.startswith("py:") else text.encode()
    result = world.imported(content)
    assert (result.code, result.out) == (BadImport.exit_code, "")
    assert result.err.startswith("row ")
    assert world.cases() == 1


@about("IMP-13")
def an_empty_file(world: World, text: str, code: int) -> None:
    refused(world.imported(text.encode()), code, "the file is empty")


@about("IMP-14")
def headers_alone(world: World, text: str, code: int) -> None:
    result = world.imported(text.encode())
    assert result.code == 0 and "no rows" in result.out
    assert world.cases() == 1


@about("IMP-15", "IMP-17")
def odd_cells(world: World, text: str, code: int) -> None:
    assert world.imported(text.encode()).code == 0
    name, birth_date = (world.show(2)[key] for key in ("client", "birth_date"))
    assert (name, birth_date) in (("Ann", "1990-01-01"), ("x", None))
    assert world.cases() == 2


@about("IMP-19")
def no_files(world: World, text: str, code: int) -> None:
    os.mkfifo(world.folder / "pipe")
    for place in ("/dev/zero", str(world.folder), str(world.folder / "pipe")):
        refused(world.run(["intake", "--from", place]), code, "is not a regular file")
    (told,) = shown([Ask(["intake", "--from", "/dev/stdin"], 80)])
    assert told.code == 2 and b"is not a regular file" in told.out


@about("ZIP-01", "ZIP-02", "ZIP-03", "ZIP-05")
def workbooks(world: World, text: str, code: int) -> None:
    """None is opened, so nothing in one can expand, resolve or mislead."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b"<!DOCTYPE lol [<!ENTITY a 'b'>]>" * 100_000)
    for content in (kept.getvalue(), kept.getvalue()[:200], b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"):
        refused(world.imported(content), code)
    assert world.cases() == 1


# --- Calendars ----------------------------------------------------------------------------------


@about("ICS-01", "ICS-02")
def an_event_in_a_text(world: World, text: str, code: int) -> None:
    from icalendar import Calendar

    assert world.run(["follow", "1", text, "--due", "today"]).code == 0
    out = world.run("remind --format ics --within today --full-names").out
    assert out.count("BEGIN:VEVENT\r\n") == out.count("END:VEVENT\r\n")
    told = [str(each["summary"]) for each in Calendar.from_ical(out).walk("VEVENT")]
    assert len(told) == out.count("BEGIN:VEVENT\r\n") >= 1
    assert any(text.replace("\r\n", "\n") in each for each in told)


# --- Injections ---------------------------------------------------------------------------------


@about("INJ-01", "INJ-02", "INJ-05")
def only_text(world: World, text: str, code: int) -> None:
    assert world.run(["search", text]).out == ""
    assert world.run(["show", text]).code == 3
    for option in ("--program", "--sort", "--status", "--level"):
        assert world.run(["list", option, text]).code in (2, 3)
    assert world.run(["note", "1", text]).code == 0
    assert len(world.run(["search", "--json", "--", text]).json) == 1
    assert world.run(["intake", text]).code == 0
    assert world.show(2)["client"] == text
    assert world.run(["show", text]).code == 0, "part of a name, whatever signs are in it"
    assert world.cases() == 2


# --- Files and disks ----------------------------------------------------------------------------


@about("FS-04")
def a_folder_open_to_all(world: World, text: str, code: int) -> None:
    folder = world.folder / "everybody"
    folder.mkdir()
    folder.chmod(0o777)
    result = world.run(["backup", "--to", str(folder)])
    refused(result, code, "others may replace files in")
    assert not list(folder.iterdir())


@about("FS-05")
def odd_file_names(world: World, text: str, code: int) -> None:
    for name in ("with\nnewline", "-rf", "x" * 255, "quote'\"$(id)"):
        folder = world.folder / name
        result = world.run(["backup", "--to", str(folder), "--json"])
        assert result.code == 0, result
        assert len(world.run(["backup", "--list", "--to", str(folder), "--json"]).json) == 1
    result = world.run(["backup", "--to", str(world.folder / ("x" * 256))])
    refused(result, 1, "File name too long")


@about("FS-07")
def a_path_like_a_uri(world: World, text: str, code: int) -> None:
    name = world.folder / "with" / "%20?mode=memory#x"
    assert world.run(["--db", str(name), "init", "--unencrypted"]).code == 0
    assert world.run(["--db", str(name), "intake", "Bo Sample"]).code == 0
    assert name.is_file() and name.read_bytes().startswith(b"SQLite format 3\0")


@about("FS-11")
def nothing_left(world: World, text: str, code: int) -> None:
    os.truncate(world.path, 0)
    for words in ("today", "intake 'Bo Sample'", "init --unencrypted"):
        assert world.run(words).code == 1
    assert "is empty, not a caseload" in world.run("today").err
    assert "restore" in world.run("today").err
    assert world.path.stat().st_size == 0


@about("FS-12")
def damage(world: World, text: str, code: int) -> None:
    # A header that is gone could be an encrypted one's, so nothing here says that it has a key.
    world.monkeypatch.delenv("CASECTL_KEY_FILE")
    whole = world.path.read_bytes()
    half, zeroed = whole[: len(whole) // 2], bytes(100) + whole[100:]
    for broken in (half, zeroed):
        world.path.write_bytes(broken)
        for words in ("today", "note 1 x"):
            result = world.run(words)
            assert result.code == code and result.err.count("\n") == 1, result
        assert world.path.read_bytes() == broken
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 8
    world.path.write_bytes(flipped)
    assert world.run("today").code in (0, code)


@about("FS-14")
def wrong_keys(world: World, text: str, code: int) -> None:
    secret, key = world.folder / "secret.db", world.folder / "right.key"
    world.monkeypatch.setenv("CASECTL_KEY_FILE", str(key))
    made = world.run(["--db", str(secret), "init", "--key-file", str(key)])
    assert made.code == 0, made
    assert world.run(["--db", str(secret), "today"]).code == 0
    wrong, empty, wide = (world.folder / name for name in ("wrong.key", "empty.key", "wide.key"))
    wrong.write_text("0" * 64 + "\n", "ascii")
    empty.touch()
    shutil.copy(key, wide)
    for file, mode in ((wrong, 0o600), (empty, 0o600), (wide, 0o644)):
        file.chmod(mode)
        environment = {**os.environ, "CASECTL_KEY_FILE": str(file)}
        done = world.program("--db", str(secret), "today", env=environment)
        assert (done.returncode, done.stdout) == (code, b""), done
        assert done.stderr.startswith(b"casectl: ") and done.stderr.count(b"\n") == 1, done


@about("FS-15")
def a_full_disk(world: World, text: str, code: int) -> None:
    before = world.show()
    limit = world.path.stat().st_size

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = world.program("note", "1", "x" * 100_000, preexec_fn=little)
    assert done.returncode == code and done.stderr.count(b"\n") == 1, done
    assert b"nothing was changed" in done.stderr
    assert world.show() == before


@about("FS-16")
def a_disk_to_read(world: World, text: str, code: int) -> None:
    """Permission bits do not bind root, so a read-only mount where the system allows one."""
    folder = str(world.folder)
    mount = f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}'"
    shell = ["unshare", "-m", "sh", "-c"]
    if (
        not shutil.which("unshare")
        or subprocess.run([*shell, mount], capture_output=True, check=False).returncode
    ):
        pytest.skip("no read-only mount here")
    for words, expected in ((["today"], 0), (["show", "1"], 0), (["note", "1", "x"], code)):
        done = subprocess.run(
            [*shell, f'{mount} && exec "$@"', "sh", *CASECTL, *words],
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == expected, done
        assert b"Traceback" not in done.stderr


# --- Leaks --------------------------------------------------------------------------------------


@about("LEAK-01")
def a_name_without_history(world: World, text: str, code: int) -> None:
    result = world.run("intake - --need 'a flat'", stdin="Jane Doe\nsomething else\n")
    assert result.code == 0, result
    assert (world.show(2)["client"], world.show(2)["need"]) == ("Jane Doe", "a flat")
    assert "stands in no shell's history" in " ".join(world.run("intake --help").out.split())


@about("LEAK-02")
def a_crash(world: World, text: str, code: int) -> None:
    def crash(session: Session, name: str) -> None:
        secret = "Jane Doe HIV+"
        raise RuntimeError(f"{secret} {name}")

    world.monkeypatch.setattr("casectl.commands.show.find_case", crash)
    result = world.run("show Jane")
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    report = Path(result.err.partition("is in ")[2].partition(";")[0])
    assert not any(each in result.err + report.read_text() for each in ("Jane", "HIV"))
    assert oct(report.stat().st_mode)[-3:] == "600"


@about("LEAK-03")
def what_cron_mails(world: World, text: str, code: int) -> None:
    assert world.run("follow 1 'call Ann Sample' --due today").code == 0
    for words in ("remind", "remind --terse", "remind --json"):
        assert "Sample" not in world.run(words).out
    assert "Sample" in world.run("remind --full-names").out


@about("LEAK-04")
def no_debug_log(world: World, text: str, code: int) -> None:
    """There is no log of what was typed: nothing to redact."""
    assert world.run("today --debug").code == 2
    before = {each.name for each in world.folder.iterdir()}
    assert world.run("note 1 secret").code == 0
    added = {each.name for each in world.folder.iterdir()} - before
    assert not [each for each in added if "log" in each]


@about("LEAK-05")
def core_dumps(world: World, text: str, code: int) -> None:
    """From when a key is read."""
    key = world.folder / "some.key"
    world.monkeypatch.setenv("CASECTL_KEY_FILE", str(key))
    secret = str(world.folder / "secret.db")
    assert world.run(["--db", secret, "init", "--key-file", str(key)]).code == 0
    script = (
        "import resource, sys; from casectl import cli; "
        f"cli.run(['--db', {secret!r}, 'today']); "
        "sys.stderr.write(repr(resource.getrlimit(resource.RLIMIT_CORE)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stderr == b"(0, 0)"


@about("INJ-14")
def a_page_for_a_court(world: World, text: str, code: int) -> None:
    any_text(world, text, code)
    told = world.run("casefile 2 --for audit --basis 'the yearly audit'")
    assert told.code == 0
    assert "<script" not in told.out and "&lt;script&gt;" in told.out


@about("LEAK-06")
def what_an_editor_leaves(world: World, text: str, code: int) -> None:
    editor = world.folder / "editor.sh"
    editor.write_text(
        "#!/bin/sh\nprintf 'noted' > \"$1\"\n"
        'cp "$1" "$1~"; cp "$1" "$(dirname "$1")/.note.txt.swp"; echo "$1" > seen\n'
    )
    editor.chmod(0o700)
    world.monkeypatch.setenv("EDITOR", str(editor))
    world.monkeypatch.delenv("VISUAL", raising=False)
    assert world.run("note 1 --edit").code == 0
    folder = Path((world.folder / "seen").read_text().strip()).parent
    assert folder.parent == world.folder and not folder.exists()
    # What a kill -9 left is gone the next time.
    leftover = world.folder / "casectl-note-4194304-abcdefgh"
    leftover.mkdir(mode=0o700)
    (leftover / "note.txt").write_text("secret")
    assert world.run("note 1 --edit").code == 0
    assert not leftover.exists()


@about("LEAK-07")
def who_looks_on(world: World, text: str, code: int) -> None:
    for words in ("today", "list", "show 1", "show 1 --all"):
        out = world.run(f"--private {words}", width=80).out
        assert "Sample" not in out and "sample" not in out
