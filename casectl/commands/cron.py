"""cron: what to paste so that remind runs by itself."""

import os
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from casectl.core.errors import BadDay, BadValue
from casectl.formats.crontab import (
    LOCKED,
    Errand,
    checked,
    crontab_lines,
    systemd_units,
    task_lines,
)
from casectl.parameters import current
from casectl.session import Session

# What cron itself takes for an address, several with commas between them.
ADDRESS = r"[A-Za-z0-9_][A-Za-z0-9@!:.,_+%-]*"


def cron(
    ctx: typer.Context,
    at: Annotated[
        str, typer.Option("--at", metavar="TIME", help="When, on working days.")
    ] = "7:30",
    mail: Annotated[
        str | None, typer.Option("--mail", metavar="ADDRESS", help="Who is mailed.")
    ] = None,
    systemd: Annotated[
        bool, typer.Option("--systemd", help="A systemd timer, which catches up after sleep.")
    ] = False,
    off: Annotated[
        bool, typer.Option("--off", help="No reminders are wanted: nothing says that none ran.")
    ] = False,
) -> None:
    """Print crontab lines that run remind.

    Nothing is installed: paste what is printed. From then on casectl alone says in the morning when
    they did not run, until --off. The paths of this program and of your caseload are
    written out, and what gives the key of an encrypted one, because cron has neither your PATH nor
    your settings. docs/reminders.md says how to be told on the desktop or in a calendar instead.
    """
    session = current(ctx)
    if off:
        if mail is not None or systemd:
            raise BadValue("--off prints no lines", hint="leave --mail and --systemd out")
        session.store.expect_no_reminders()
        session.output.wrote(
            {"expected": False}, "Nothing says from now on that reminders did not run."
        )
        return
    errand = read_errand(session, at, mail)
    session.store.expect_reminders()
    made = {
        "program": list(errand.program),
        "caseload": errand.caseload,
        "config": str(session.config.path.absolute()) if config_setting() else None,
        "locked": errand.locked,
        "mail": errand.mail,
    }
    if sys.platform == "win32":
        lines = task_lines(errand)
    elif systemd:
        lines = unit_lines(errand)
    else:
        lines = crontab_lines(errand, login())
    session.output.made_lines({**made, "lines": lines}, *lines)


def read_errand(session: Session, at: str, mail: str | None) -> Errand:
    """Everything checked before a line is printed: the hour, the address, the caseload itself."""
    if mail is not None and not re.fullmatch(ADDRESS, mail):
        raise BadValue(f"{mail[:60]!r} is not an address that cron takes; write you@example.org")
    hour, minute = read_hour(session, at)
    settings = [config_setting()]
    locked = False
    if session.store.key is not None:
        key = session.key_setting
        locked = key is None
        if key is not None and key[0].startswith("CASECTL_"):  # else the configuration has it
            settings.append(key)
    return checked(
        Errand(
            program=program(),
            caseload=str(session.store.path.absolute()),
            settings=tuple(each for each in settings if each is not None),
            hour=hour,
            minute=minute,
            weekdays=session.calendar.weekdays,
            mail=mail,
            locked=locked,
        )
    )


def read_hour(session: Session, text: str) -> tuple[int, int]:
    try:
        when = session.read_when(text)
    except BadDay:
        when = None
    if when is None or when.time is None or when.day != session.today:
        raise BadValue(f"cannot read {text[:40]!r} as a time of day; write 7:30 or 7:30am")
    hour, minute = when.time.split(":")
    return int(hour), int(minute)


def program() -> tuple[str, ...]:
    """This very program, by a path that still holds after an upgrade: a link is not followed."""
    run_as = Path(sys.argv[0])
    if run_as.stem == "casectl" and run_as.is_file():
        return (str(run_as.absolute()),)
    return (sys.executable, "-m", "casectl")


def config_setting() -> tuple[str, str] | None:
    """The variable without which cron would look for the configuration elsewhere than this shell.

    CASECTL_CONFIG names a file that must be there; in the settings folder there need be none yet.
    """
    for variable in ("CASECTL_CONFIG", "XDG_CONFIG_HOME"):
        if path := os.environ.get(variable):
            return variable, str(Path(path).absolute())
    return None


def login() -> str:
    """Whom cron mails where nobody else is named."""
    from getpass import getuser

    try:
        user = getuser()
    except (KeyError, OSError):
        user = ""
    if not re.fullmatch(ADDRESS, user):
        raise BadValue("who is to be mailed? name an address with --mail")
    return user


def unit_lines(errand: Errand) -> list[str]:
    """Both files, each under its name, and what starts them."""
    lines = [f"# {line}" for line in LOCKED if errand.locked]
    lines += [
        "# casectl reminders by systemd. Save the two parts by the names given, then:",
        "#   systemctl --user daemon-reload",
        "#   systemctl --user enable --now casectl-remind.timer",
        "# It tells you on the desktop; casectl cron --systemd --mail ADDRESS, by mail.",
    ]
    for name, unit in systemd_units(errand).items():
        lines += ["", f"# ~/.config/systemd/user/{name}", *unit]
    return lines
