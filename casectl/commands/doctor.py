"""doctor: is the caseload sound, and is what surrounds it?"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from casectl.core.errors import BadConfiguration, Busy, CasectlError, NotFound
from casectl.core.settings import OFF
from casectl.core.views import FAIL, OK, WARN, Finding
from casectl.parameters import current
from casectl.render.upkeep import show_findings
from casectl.session import Session

CRONTAB_SECONDS = 5
MOST_TEXTS = 10
MAKE_CRON = "casectl cron prints a line to paste"


def doctor(
    ctx: typer.Context,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="First put triggers and indexes back and work out facts anew."
        ),
    ] = False,
) -> int:
    """Check the caseload and what surrounds it.

    One line a check: ok, warn or FAIL. Exit code 1 when one failed, 75 when another program keeps
    the file locked. --repair changes no record: it puts triggers and indexes back as casectl
    makes them, removes views, and works out again what is worked out from the records.
    """
    session = current(ctx)
    findings = [_configuration(session)]
    if repair:
        session.store.checkup.repair()
        findings.append(
            Finding("repair", OK, "triggers and indexes put back; facts and search worked out anew")
        )
    findings += _time_zone()
    findings += session.surroundings()
    findings += _texts_left_lying(session)
    busy = None
    try:
        for each in _inside(session):
            findings.append(each)
    except Busy as error:  # not the caseload's fault: what could be looked at is told all the same
        busy = error
    findings += _cron(session)
    show_findings(findings, session.output)
    if busy is not None:
        raise busy
    return int(any(each.state == FAIL for each in findings))


def _configuration(session: Session) -> Finding:
    """Whether the configuration can be used. The other checks go on without one that cannot."""
    try:
        config = session.config
    except BadConfiguration as error:
        session.use_defaults()
        return Finding("configuration", FAIL, str(error), "casectl config path says where it is")
    if os.environ.get("CASECTL_TODAY"):
        return Finding(
            "configuration", WARN, f"CASECTL_TODAY says that today is {session.today}", "unset it"
        )
    where = (
        f"{config.path}, worker {config.worker}"
        if os.access(config.path, os.F_OK)
        else "all defaults"
    )
    return Finding("configuration", OK, where)


def _time_zone() -> Iterator[Finding]:
    """Whether TZ is one that this machine knows; if not, today is the day in Greenwich."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if not named or any(char.isdigit() for char in named):  # EST5EDT says all there is to know
        return
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(named)
    except (OSError, ValueError, LookupError):  # not found, or not a name at all
        yield Finding(
            "time zone",
            WARN,
            f"TZ is {named[:60]}, which names no time zone here: the day is taken as UTC's",
            "unset it, or set it like America/Chicago",
        )


def _texts_left_lying(session: Session) -> Iterator[Finding]:
    """What was written in an editor and lies there in clear text."""
    from shlex import quote

    from casectl.editor import NAME, leftovers

    for each in leftovers()[:MOST_TEXTS]:
        whose = each.whose
        said = f"what was written in an editor lies in {each.folder} in clear text"
        remove = f"rm -r {quote(str(each.folder))}"
        if each.is_open:
            how = "save and end it in that editor, which still runs"
        elif whose is not None and whose.caseload == os.path.realpath(session.db_path):
            how = f"{whose.command} --edit takes it up"
        elif whose is not None:
            how = f"casectl --db {quote(whose.caseload)} note CASE --edit takes it up, or {remove}"
        else:
            file = quote(str(each.folder / NAME))
            how = f"casectl note CASE - < {file} saves it; then {remove}"
        yield Finding("editor", WARN, said, how)


def _inside(session: Session) -> Iterator[Finding]:
    try:
        store = session.store
    except NotFound:
        return  # the check of the file said it
    except Busy:
        raise
    except CasectlError as error:
        yield Finding("caseload", FAIL, f"cannot be opened: {error}")
        yield from session.protection()
        return
    yield from session.protection()
    yield from store.checkup.findings()
    if session.config.backup == OFF:
        yield Finding(
            "daily backup", WARN, "switched off by a setting", "casectl config set backup daily"
        )


def _cron(session: Session) -> Iterator[Finding]:
    """Whether reminders run by themselves, and would find the caseload."""
    named = os.environ.get("CASECTL_DB", "")
    if named and not session.db_path.is_absolute():
        yield Finding(
            "cron",
            WARN,
            f"CASECTL_DB is {named}: cron starts in another folder and would not find it",
            f"export CASECTL_DB={session.db_path.absolute()}",
        )
    if _locks_cron_out(session):
        yield Finding(
            "cron",
            WARN,
            "the caseload is encrypted, and cron finds no key: nobody is there to be asked",
            "casectl key file FILE, then casectl config set key_file FILE; or a key_command, see "
            "docs/security.md",
        )
    if sys.platform == "win32":
        return
    crontab = _crontab()
    if crontab is None:
        if not _has_timer():
            yield Finding("reminders", WARN, "there is no crontab to look at", MAKE_CRON)
        return
    lines = [line.strip() for line in crontab.splitlines()]
    ours = [line for line in lines if _is_remind(line)]
    if not ours:
        if _has_timer():
            yield Finding("reminders", OK, "a systemd timer runs casectl remind")
        else:
            yield Finding("reminders", WARN, "no line of your crontab runs remind", MAKE_CRON)
        return
    yield _reminders(session, ours, lines)


def _reminders(session: Session, ours: list[str], lines: list[str]) -> Finding:
    """How the crontab's own line would fare, away from this shell's settings."""
    for line in ours:
        if not re.search(r"/[^ ]*casectl|/[^ ]*python[^ ]*'? .*casectl", line):
            return Finding(
                "reminders",
                WARN,
                "the crontab runs casectl without its whole path, and cron has another PATH",
                MAKE_CRON,
            )
        if re.search(r">\s*/dev/null|\|\|\s*true", line):
            return Finding(
                "reminders",
                WARN,
                "the crontab's line throws away what remind says, failures too",
                MAKE_CRON,
            )
        settles = "--db" in line or any(each.startswith("CASECTL_DB") for each in lines)
        if os.environ.get("CASECTL_DB") and not settles:
            return Finding(
                "reminders",
                WARN,
                "the crontab names no caseload, and cron does not know CASECTL_DB",
                MAKE_CRON,
            )
        variable = _key_variable(session)
        if (
            variable
            and variable not in line
            and not any(each.startswith(variable) for each in lines)
        ):
            return Finding(
                "reminders",
                WARN,
                f"the crontab's line has no key: cron does not know {variable}",
                MAKE_CRON,
            )
    return Finding("reminders", OK, "your crontab runs casectl remind")


def _is_encrypted(session: Session) -> bool:
    try:
        return session.store.key is not None
    except CasectlError:  # said already
        return False


def _locks_cron_out(session: Session) -> bool:
    return _is_encrypted(session) and session.key_setting is None


def _key_variable(session: Session) -> str | None:
    """The variable of this shell that gives the key, if one does."""
    setting = session.key_setting if _is_encrypted(session) else None
    return setting[0] if setting is not None and setting[0].startswith("CASECTL_") else None


def _is_remind(line: str) -> bool:
    return not line.startswith("#") and "casectl" in line and "remind" in line


def _crontab() -> str | None:
    """This user's crontab; None where there is none, or where it does not answer at once."""
    import subprocess

    try:
        listed = subprocess.run(
            ["crontab", "-l"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=CRONTAB_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return listed.stdout if listed.returncode == 0 else ""


def _has_timer() -> bool:
    """Whether a timer of this user's systemd names casectl."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd/user"
    return any("casectl" in each.name for each in folder.glob("*.timer"))
