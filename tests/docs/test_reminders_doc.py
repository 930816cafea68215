"""docs/reminders.md: every script in it is run, with stand-ins for mail and the desktop."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import TODAY, Run
from icalendar import Calendar

from casectl.config import default_caseload_path
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    DEADLINE,
    FOLLOW_UP,
    Author,
    Case,
    Client,
    Contact,
    Level,
    Load,
    Promise,
)
from casectl.store import Caseload, create_caseload

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reminders.md"
NOW = date.fromisoformat(TODAY)
DAY = timedelta(days=1)
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)

# What the scripts of the page may be called by, and what marks each.
MAIL, NOTIFY, CALENDAR = "# casectl-mail:", "# casectl-notify:", "# casectl-calendar:"
AS_CRON, CRON, SYSTEMD = "env -i", "casectl cron --mail", "casectl cron --systemd"


def blocks(language: str) -> list[str]:
    return [
        textwrap.dedent(body)
        for _, name, body in FENCE.findall(PAGE.read_text(encoding="utf-8"))
        if name == language
    ]


def script(mark: str) -> str:
    (found,) = (each for each in blocks("sh") if mark in each)
    return found


class Done(NamedTuple):
    code: int
    out: str
    err: str


class Home:
    """A case manager's home, with a caseload in its usual place and stand-ins on the PATH."""

    def __init__(self, folder: Path, store: Caseload) -> None:
        self.folder = folder
        self.store = store
        self.bin = folder / ".local" / "bin"
        self.bin.mkdir(parents=True)
        self.tool("casectl", f"CASECTL_TODAY={TODAY} exec '{sys.executable}' -m casectl \"$@\"")
        for name in ("mail", "sendmail", "notify-send"):
            self.stand_in(name)

    def tool(self, name: str, body: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o700)

    def stand_in(self, name: str, code: int = 0) -> None:
        """A program that notes its words and what it was given to read."""
        self.tool(
            name,
            f"{{ printf '<%s>' \"$@\"; echo; cat; }} >>'{self.folder}/{name}.got'; exit {code}",
        )

    def without(self, name: str) -> None:
        (self.bin / name).unlink()

    def got(self, name: str) -> str:
        path = self.folder / f"{name}.got"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def sh(self, text: str) -> Done:
        done = subprocess.run(
            ["/bin/sh", "-c", text],
            env={"HOME": str(self.folder), "PATH": f"{self.bin}:/usr/bin:/bin"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def files(self) -> set[str]:
        """What the scripts left in the home, beside what the stand-ins noted."""
        return {
            each.name
            for each in self.folder.iterdir()
            if each.is_file() and not each.name.endswith((".got", ".toml"))
        }


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "CASECTL_DB"):
        monkeypatch.delenv(name, raising=False)
    path = default_caseload_path()
    assert tmp_path in path.parents
    store = create_caseload(path, Author("kim", TODAY, f"{TODAY}T08:00:00Z"))
    yield Home(tmp_path, store)
    store.close()


def take_in(store: Caseload, name: str, *promises: Promise, urgency: Level = Level.LOW) -> Case:
    crisis = urgency == Level.CRISIS
    case = Case(
        "", 0, "", "", name, ACTIVE, urgency, "low", NOW - 40 * DAY, NOW,
        assessed_on=NOW, crisis_since=NOW if crisis else None,
    )  # fmt: skip
    reached = [] if crisis else [Contact("", "", 0, NOW, "reached", "phone", "client")]
    return store.intake.take_in(Load(Client("", name), case, promises, reached))


@pytest.fixture
def busy_home(home: Home) -> Home:
    """The caseload that the page's examples show."""

    def promise(kind: str, what: str, due: date, **more: str) -> Promise:
        return Promise("", "", 0, kind, what, due)._replace(**more)  # type: ignore[arg-type]

    take_in(
        home.store,
        "Ada Bello",
        promise(FOLLOW_UP, "call Ada Bello's school", NOW - 3 * DAY),
        promise(APPOINTMENT, "home visit", NOW, due_time="14:00"),
    )
    hearing = promise(DEADLINE, "hearing", NOW + DAY, subject="court", due_time="09:30")
    take_in(home.store, "Chen Wu", hearing)
    later = promise(FOLLOW_UP, "visit", NOW + 99 * DAY)
    take_in(home.store, "Dora Eck", later, urgency=Level.CRISIS)
    return home


TERSE = [
    "3.safety  safety, today",
    "2.1       deadline, tomorrow",
    "1.1       follow-up, 3 days late",
    "1.2       appointment, today",
]


def test_every_script_of_the_page_is_tested_here() -> None:
    marks = (MAIL, NOTIFY, CALENDAR, AS_CRON, CRON, SYSTEMD)
    assert len(blocks("sh")) == len(marks)
    for mark in marks:
        assert script(mark)


def test_the_examples_are_what_is_printed(busy_home: Home, run: Run) -> None:
    shown = blocks("text")
    assert run("remind").out == shown[0]
    assert run("remind --terse").out == shown[1]
    assert shown[1].splitlines() == TERSE


@pytest.mark.parametrize("mark", [MAIL, NOTIFY, CALENDAR])
def test_a_script_is_plain_sh(mark: str) -> None:
    body = script(mark)
    assert body.startswith("#!/bin/sh\n")
    done = subprocess.run(["/bin/sh", "-n"], input=body, text=True, capture_output=True, check=True)
    assert not done.stderr


# --- Mail ---------------------------------------------------------------------------------------


def test_the_mail_script_mails_once(busy_home: Home) -> None:
    assert busy_home.sh(script(MAIL)) == (0, "", "")
    words, *lines = busy_home.got("mail").splitlines()
    assert words == "<-s><casectl reminders><you@example.org>"
    assert lines == TERSE
    assert busy_home.sh(script(MAIL)) == (0, "", "")
    assert busy_home.got("mail").count("<-s>") == 1  # nothing new, no second mail
    assert busy_home.files() == set()


def test_the_mail_script_takes_sendmail_where_there_is_no_mail(busy_home: Home) -> None:
    busy_home.without("mail")
    if shutil.which("mail", path="/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin"):
        pytest.skip("this machine has a mail program of its own")
    assert busy_home.sh(script(MAIL)) == (0, "", "")
    words, to, subject, empty, *lines = busy_home.got("sendmail").splitlines()
    assert (words, to, subject) == (
        "<-t>", "To: you@example.org", "Subject: casectl reminders",
    )  # fmt: skip
    assert empty == "" and lines == TERSE


def test_a_mail_that_fails_goes_out_the_next_time(busy_home: Home) -> None:
    busy_home.stand_in("mail", code=1)
    assert busy_home.sh(script(MAIL)).code == 1
    (waiting,) = busy_home.files()
    assert stat.S_IMODE((busy_home.folder / waiting).stat().st_mode) == 0o600
    busy_home.stand_in("mail")
    assert busy_home.sh(script(MAIL)).code == 0
    assert busy_home.got("mail").splitlines()[-4:] == TERSE
    assert busy_home.files() == set()


def test_the_mail_script_mails_what_went_wrong(busy_home: Home) -> None:
    busy_home.store.path.unlink()
    assert busy_home.sh(script(MAIL)).code == 3
    assert "casectl: no caseload at" in busy_home.got("mail")
    busy_home.without("casectl")
    assert busy_home.sh(script(MAIL)).code == 127
    assert "casectl: not found" in busy_home.got("mail") or "not found" in busy_home.got("mail")


def test_nothing_due_mails_nothing(home: Home) -> None:
    for mark in (MAIL, NOTIFY):
        assert home.sh(script(mark)) == (0, "", "")
    assert home.got("mail") == home.got("notify-send") == ""


# --- Desktop ------------------------------------------------------------------------------------


def test_the_notification_shows_what_is_new(busy_home: Home) -> None:
    assert busy_home.sh(script(NOTIFY)) == (0, "", "")
    shown = busy_home.got("notify-send")
    assert shown == "<--urgency=critical><casectl><" + "\n".join(TERSE) + ">\n"
    assert busy_home.sh(script(NOTIFY)) == (0, "", "")
    assert busy_home.got("notify-send") == shown


def test_the_notification_on_a_mac(busy_home: Home) -> None:
    if shutil.which("notify-send", path="/usr/local/bin:/usr/bin:/bin"):
        pytest.skip("this machine has notify-send of its own")
    busy_home.without("notify-send")
    busy_home.stand_in("osascript")
    assert busy_home.sh(script(NOTIFY)) == (0, "", "")
    assert busy_home.got("osascript").endswith("<" + "\n".join(TERSE) + ">\n")


def test_a_notification_that_fails_is_printed(busy_home: Home) -> None:
    busy_home.stand_in("notify-send", code=1)
    done = busy_home.sh(script(NOTIFY))
    assert (done.code, done.out.splitlines()) == (1, TERSE)


def test_without_a_desktop_nothing_is_marked(busy_home: Home) -> None:
    if shutil.which("notify-send", path="/usr/local/bin:/usr/bin:/bin"):
        pytest.skip("this machine has notify-send of its own")
    busy_home.without("notify-send")
    done = busy_home.sh(script(NOTIFY))
    assert (done.code, done.out) == (1, "") and done.err
    assert busy_home.store.reminders.marks() == {}


def test_the_notification_shows_what_went_wrong(busy_home: Home) -> None:
    busy_home.store.path.write_bytes(b"")
    assert busy_home.sh(script(NOTIFY)).code == 1
    assert "is empty, not a caseload" in busy_home.got("notify-send")


# --- Calendar -----------------------------------------------------------------------------------


def test_the_calendar_is_private_and_whole(busy_home: Home) -> None:
    assert busy_home.sh(script(CALENDAR)) == (0, "", "")
    assert busy_home.files() == {"casectl.ics"}
    feed = busy_home.folder / "casectl.ics"
    assert stat.S_IMODE(feed.stat().st_mode) == 0o600
    assert len(Calendar.from_ical(feed.read_bytes()).walk("VEVENT")) >= 4
    assert b"Bello" not in feed.read_bytes()


def test_the_last_good_calendar_stays_when_casectl_fails(busy_home: Home) -> None:
    busy_home.sh(script(CALENDAR))
    good = (busy_home.folder / "casectl.ics").read_bytes()
    busy_home.store.path.write_bytes(b"")
    done = busy_home.sh(script(CALENDAR))
    assert done.code == 1 and done.err.count("\n") == 1
    assert (busy_home.folder / "casectl.ics").read_bytes() == good
    assert busy_home.files() == {"casectl.ics"}


# --- cron ---------------------------------------------------------------------------------------


def test_the_lines_to_paste(busy_home: Home) -> None:
    done = busy_home.sh(script(CRON))
    assert done.code == 0 and "MAILTO=you@example.org\n" in done.out
    assert f"--db '{busy_home.store.path}'" in done.out
    done = busy_home.sh(script(SYSTEMD))
    assert done.code == 0 and "[Timer]\n" in done.out


def test_what_cron_would_see(busy_home: Home) -> None:
    done = busy_home.sh(script(AS_CRON))
    assert (done.code, done.out.splitlines(), done.err) == (0, TERSE, "")


def test_the_page_s_own_cron_lines_name_its_scripts() -> None:
    named = set(re.findall(r'\$HOME/bin/([a-z-]+)"$', "".join(blocks("text")), re.MULTILINE))
    assert named == {"casectl-mail", "casectl-calendar"}
    assert all(f"# {name}:" in "".join(blocks("sh")) for name in named)


def test_the_links_lead_somewhere() -> None:
    text = PAGE.read_text(encoding="utf-8")
    heads = {
        re.sub(r"[^a-z -]", "", head.lower()).replace(" ", "-")
        for head in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= heads
