"""Lines for other programs that run casectl at an hour: cron, systemd, the Windows Task Scheduler.

Each has its own quoting, and each hides failures in its own way. Paths are written out whole: these
programs know neither the shell's PATH nor its settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from casectl.core.errors import CasectlError
from casectl.core.text import visible
from casectl.core.values import NamedTuple

WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TASK_LIMIT = 261  # characters of schtasks' /TR

# What the timer runs: it tells what remind says, failures included, and is itself marked failed
# when that could not be told. The words of the command come as its arguments.
TELL = (
    'command -v {tool} >/dev/null || {{ echo "{tool} is not installed" >&2; exit 127; }}; '
    'said=$("$@" 2>&1); code=$?; '
    '[ -z "$said" ] || {how} || {{ printf "%s\\n" "$said" >&2; exit 1; }}; exit $code'
)
BY_MAIL = 'printf "%s\\n" "$said" | mail -s "casectl reminders" {address}'
ON_DESKTOP = 'notify-send --urgency=critical --app-name=casectl "casectl reminders" "$said"'


class Errand(NamedTuple):
    """What is run, when, and who is told."""

    program: tuple[str, ...]  # casectl itself
    caseload: str
    settings: tuple[tuple[str, str], ...]  # the shell's variables that it needs, with their values
    hour: int
    minute: int
    weekdays: frozenset[int]  # worked ones, Monday is 0
    mail: str | None
    locked: bool = False  # encrypted, and nothing that cron has would open it

    def words(self, *more: str) -> list[str]:
        return [*self.program, "--db", self.caseload, "remind", "--once", "--terse", *more]

    @property
    def days_off(self) -> list[int]:
        return [day for day in range(7) if day not in self.weekdays]


def checked(errand: Errand) -> Errand:
    """``errand`` if a line of text can hold its paths."""
    settings = (value for _, value in errand.settings)
    for words in (*errand.program, errand.caseload, *settings):
        if visible(words) != words:
            raise CasectlError(
                "a path holds control characters, which no crontab can hold",
                hint="move the caseload with --db",
            )
    return errand


# What a caseload says that only somebody at a terminal can open.
LOCKED = (
    "NOT YET: the caseload is encrypted, and at that hour nobody types its",
    "passphrase. Write its key into a file that you alone can read, or name a key",
    "command (docs/security.md), and print these lines again:",
    "  casectl key file ~/casectl.key",
    "  casectl config set key_file ~/casectl.key",
)


# -- cron --------------------------------------------------------------------------------------


def crontab_lines(errand: Errand, user: str) -> list[str]:
    lines = [
        "# casectl reminders: paste these lines at the end of your crontab (crontab -e).",
        "# cron mails you what remind prints: number, kind and days, never a name, and",
        "# nothing on a morning when nothing has changed. casectl today shows the rest.",
        "# Leave the line as it is. With >/dev/null, 2>/dev/null, || true or a script",
        "# that keeps the output, you would never hear that a reminder failed.",
        f"MAILTO={errand.mail or user}",
        _crontab_line(errand, sorted(errand.weekdays)),
    ]
    if not errand.mail:
        lines.insert(5, "# MAILTO is who is told; casectl cron --mail you@example.org sets it.")
    if errand.locked:
        lines[:0] = (f"# {line}" for line in LOCKED)
    if errand.days_off:
        lines += [
            "# For clients in crisis on your days off too: take away the # of the next line.",
            f"#{_crontab_line(errand, errand.days_off, '--level', 'crisis')}",
        ]
    return lines


def _crontab_line(errand: Errand, days: Sequence[int], *more: str) -> str:
    command = shell_words(errand.words(*more))
    for variable, value in reversed(errand.settings):
        command = f"{variable}={shell_words([value])} {command}"
    # cron reads an unescaped % as the end of the line, and takes the backslash away.
    command = command.replace("%", "'\\%'")
    return f"{errand.minute} {errand.hour} * * {_cron_days(days)} {command}"


def shell_words(words: Iterable[str]) -> str:
    """Words as ``sh`` reads them back. What is not plain letters is in single quotes."""
    return " ".join(
        word if re.fullmatch(r"[A-Za-z0-9_-]+", word) else "'" + word.replace("'", "'\\''") + "'"
        for word in words
    )


def _cron_days(days: Sequence[int]) -> str:
    """``1-5``: cron counts from Sunday, which is 0."""
    if len(days) == 7:
        return "*"
    numbers = sorted((day + 1) % 7 for day in days)
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]}-{numbers[-1]}"
    return ",".join(map(str, numbers))


# -- systemd -----------------------------------------------------------------------------------


def systemd_units(errand: Errand) -> Mapping[str, list[str]]:
    """The two files of a user's timer, by name. What is told, is told by mail or on the desktop."""
    tool, how = ("mail", BY_MAIL) if errand.mail else ("notify-send", ON_DESKTOP)
    script = TELL.format(tool=tool, how=how.format(address=errand.mail))
    words = ["/bin/sh", "-c", script, "casectl", *errand.words()]
    service = ["[Unit]", "Description=casectl reminders", "", "[Service]", "Type=oneshot"]
    for setting in errand.settings:
        service.append(f"Environment={_unit_word('='.join(setting))}")
    service.append("ExecStart=" + " ".join(_unit_word(word, run=True) for word in words))
    days = ",".join(WEEK[day] for day in sorted(errand.weekdays))
    timer = [
        "[Unit]",
        "Description=casectl reminders every working morning",
        "",
        "[Timer]",
        f"OnCalendar={days} {errand.hour:02}:{errand.minute:02}",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return {"casectl-remind.service": service, "casectl-remind.timer": timer}


def _unit_word(word: str, *, run: bool = False) -> str:
    """One word of a unit file: % starts a specifier there, and $ a variable in what is run."""
    quoted = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{quoted.replace("$", "$$") if run else quoted}"'


# -- Windows -----------------------------------------------------------------------------------


def task_lines(errand: Errand) -> list[str]:
    """A Task Scheduler line. It opens a window, because nobody is mailed what a task prints."""
    command = " ".join(f'"{word}"' for word in (*errand.program, "--db", errand.caseload))
    run = f'cmd /k "{command} remind"'.replace('"', '\\"')
    if len(run) > TASK_LIMIT:
        raise CasectlError(
            f"the paths are too long for the Task Scheduler ({TASK_LIMIT} characters)",
            hint="put the command into a .cmd file and schedule that",
        )
    days = ",".join(WEEK[day].upper() for day in sorted(errand.weekdays))
    return [
        *(f"REM {line}" for line in LOCKED if errand.locked),
        "REM Type this line once, in a command window; it opens a window with your reminders.",
        f"schtasks /Create /TN casectl /SC WEEKLY /D {days} "
        f'/ST {errand.hour:02}:{errand.minute:02} /TR "{run}"',
    ]
