"""Files that go to a colleague or a supervisor, and what of theirs is read here.

What leaves is sealed: an age file to a recipient, or to a passphrase that both know. What is read
of another's is only read: a caseload is opened without a write, a summary is a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casectl.core.errors import BadValue, NotFound
from casectl.core.text import NAME_LIMIT, checked_text, fold, same_name
from casectl.render import tell
from casectl.session import Session, at_home

if TYPE_CHECKING:
    from casectl.core.due import DueItem
    from casectl.core.escalating import Raised
    from casectl.core.model import Case
    from casectl.core.profiles import Capacity
    from casectl.core.trails import Trail
    from casectl.core.weighing import Weight
    from casectl.core.workdays import WorkCalendar

TRIES = 3
NOBODY = ("nobody", "none", "noone", "no one", "n/a", "na", "-", "?", "unassigned", "tbd")
MOST_FILES = 100

OfOption = Annotated[
    list[str] | None,
    typer.Option(
        "--of",
        metavar="FILE",
        help="Look at others instead: their caseloads or summaries, which are only read.",
    ),
]
MoreFiles = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILE]...", help="More files behind --of.", show_default=False),
]
IdentityOption = Annotated[
    str | None,
    typer.Option("--identity", metavar="FILE", help="The age identity that opens sealed files."),
]
RecipientOption = Annotated[
    str | None,
    typer.Option(
        "--recipient",
        metavar="AGE1",
        help="Seal it to this age recipient; without one a passphrase is asked.",
    ),
]
OutOption = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Where to write it (0600)."),
]


# -- whom it goes to ---------------------------------------------------------------------------


def checked_worker(session: Session, text: str) -> str:
    """The colleague's name. Raises BadValue for nobody, and for oneself."""
    name = checked_text(text.strip(), "name after --to", limit=NAME_LIMIT)
    if fold(name).rstrip(".") in NOBODY:
        raise BadValue(
            f"--to {name[:40]!r} is nobody", hint="a case always has somebody: name the colleague"
        )
    if same_name(name, session.config.worker):
        raise BadValue(f"--to {name[:40]!r} is you", hint="name the colleague who takes over")
    return name


def new_path(text: str | None, what: str, *, over: bool = False) -> Path:
    """Where a file goes. Raises BadValue where there is one, unless it is written ``over``."""
    if text is None or not text.strip():
        raise BadValue("-o FILE is missing", hint=f"it says where {what} is written")
    path = at_home(text)
    if path.is_dir() or path.is_symlink() or (path.exists() and not over):
        raise BadValue(f"{path} exists already", hint="name a file that is not there")
    if not path.parent.is_dir():
        raise NotFound(f"there is no folder {path.parent}", hint="make it first")
    return path


class Seal:
    """How a file is sealed: decided, and a passphrase asked, before anything is written."""

    def __init__(self, session: Session, recipient: str | None, *, may_be_plain: bool = False):
        from casectl.store import sealed

        self._sealed = sealed
        self.recipients = [sealed.check_recipient(recipient)] if recipient is not None else []
        self.passphrase: str | None = None
        if self.recipients or may_be_plain:
            return
        if not session.can_ask:
            raise BadValue(
                "--recipient is missing",
                hint="a script names the age recipient; at a terminal a passphrase is asked",
            )
        tell("It is sealed with a passphrase. Tell it to them in person or by phone, never beside "
             "the file.")  # fmt: skip
        self.passphrase = _new_passphrase(session)

    @property
    def words(self) -> str:
        if self.recipients:
            return "sealed to their age recipient"
        return "sealed with the passphrase" if self.passphrase is not None else "not sealed"

    def write(self, path: Path, content: bytes, *, over: bool = False) -> None:
        """The sealed file, for its owner alone; new, or in one step ``over`` an older one."""
        if self.recipients:
            content = self._sealed.seal_to_recipients(content, self.recipients)
        elif self.passphrase is not None:
            content = self._sealed.seal_to_passphrase(content, self.passphrase)
        self._sealed.write(path, content, over=over)


def _new_passphrase(session: Session) -> str:
    from casectl.core.keys import checked_passphrase

    for left in reversed(range(TRIES)):
        first = session.ask_secret("Passphrase for the file: ")
        try:
            checked_passphrase(first)
            if session.ask_secret("Once more: ") != first:
                raise BadValue("the two are not the same")
        except BadValue as error:
            if not left:
                raise
            tell(f"{error}.")
            continue
        return first
    raise AssertionError("unreachable")


# -- what comes from them ----------------------------------------------------------------------


def opened(session: Session, path: Path, identity: str | None) -> bytes:
    """What a file holds, opened where it is sealed. Raises Locked, and BadValue in a script."""
    from casectl.store import sealed

    content = sealed.read(path)
    if not sealed.is_sealed(content):
        return content
    if sealed.by_passphrase(content):
        if not session.can_ask:
            raise BadValue(
                f"{path} opens with a passphrase, which is asked at a terminal",
                hint="for a script it is sealed to an age recipient",
            )
        return sealed.open_by_passphrase(content, session.ask_secret("Its passphrase: "), path)
    if identity is None:
        raise BadValue(f"{path} is sealed to an age recipient", hint="--identity FILE opens it")
    key = sealed.read(at_home(identity), 100_000).decode("utf-8", "replace")
    return sealed.open_by_identity(content, key, path)


def new_identity(path: Path) -> str:
    from casectl.store.sealed import new_identity as made

    return made(path)


def as_json(content: bytes, path: Path) -> dict[str, Any]:
    """A file of casectl's as the object that it holds. Raises BadValue for anything else."""
    import json

    try:
        made = json.loads(content)
    except (ValueError, RecursionError):
        made = None
    if not isinstance(made, dict) or "casectl" not in made:
        raise BadValue(f"{path} is no file of casectl's", hint="name the file that was sent")
    return made


# -- a look at a caseload, one's own or another's ----------------------------------------------


class Sight:
    """One worker's caseload as reports read it.

    ``day`` is the day that it is looked at, ``known_on`` the last one that it knows anything of:
    another's is a copy, and what was recorded after it was made is not in it.
    """

    def __init__(self, session: Session, worker: str, known_on: date | None = None) -> None:
        self._session = session
        self.worker = worker
        self.day = session.today
        self.known_on = known_on or self.day
        self.trails: Sequence[Trail] = session.store.trails.all()

    @property
    def capacity(self) -> Capacity:
        return self._session.capacity

    @property
    def weight(self) -> Weight:
        from casectl.core.weighing import weight_of

        return weight_of(self.trails, self.day, self.capacity, self.worker)

    def pressing(self, until: date) -> list[DueItem] | None:
        """What presses or falls due by then; None where only a summary is at hand."""
        from casectl.core.agenda import Ask

        ask = Ask(self.day, self._session.standards, None)
        return self._session.store.agenda.pressing(ask, until)

    def raised(self) -> list[Raised]:
        from casectl.core.escalating import raised

        return raised(self.pressing(self.day) or (), self.weight, self.day)

    @property
    def calendar(self) -> WorkCalendar:
        """The days that they work, without those that they are away."""
        return self._session.standards.calendar

    @property
    def learned_minutes(self) -> dict[str, int]:
        return self._session.store.agenda.learned_minutes()

    def cases(self, numbers: Iterable[int]) -> dict[int, Case]:
        """These cases by number, where they can be looked up."""
        found = (self._session.store.cases.by_number(each) for each in numbers)
        return {case.number: case for case in found if case is not None}

    def was_shown(self, command: str, cases: Sequence[Case]) -> None:
        if cases:
            self._session.was_shown(command, cases)


class Summarised(Sight):
    """The same from a nightly summary: what was worked out where the caseload is."""

    def __init__(self, session: Session, path: Path, made: dict[str, Any]) -> None:
        from casectl.core.summaries import read_summary

        summary = read_summary(made, str(path))
        self._session = session
        self.worker, self.day, self.trails = summary.worker, summary.day, summary.trails
        self.known_on = self.day
        self._capacity, self._raised = summary.capacity, summary.raised

    @property
    def capacity(self) -> Capacity:
        return self._capacity

    def pressing(self, until: date) -> None:
        return None

    def raised(self) -> list[Raised]:
        return list(self._raised)

    def cases(self, numbers: Iterable[int]) -> dict[int, Case]:
        return {}


def sights(
    session: Session, of: Sequence[str] | None, more: Sequence[str] | None, identity: str | None
) -> list[Sight]:
    """One's own caseload, or each of the named ones. Raises before anything is told."""
    if not of:
        if more:
            raise BadValue(f"{more[0][:60]!r} stands alone", hint="files stand behind --of")
        return [Sight(session, session.config.worker)]
    files = [*of, *(more or ())]
    if len(files) > MOST_FILES:
        raise BadValue(f"{len(files)} files are more than {MOST_FILES}")
    seen = [_sight_of(session, at_home(each), identity) for each in files]
    _check_each_once(files, seen)
    return seen


def _check_each_once(files: Sequence[str], seen: Sequence[Sight]) -> None:
    """One caseload twice, as a copy and a summary of it are, would count every case twice.

    Two colleagues of one name, or of none, have few cases of one number and day.
    """
    cases = [{(each.number, each.opened_on) for each in sight.trails} for sight in seen]
    for (one, mine), (other, theirs) in combinations(enumerate(cases), 2):
        worker = seen[one].worker
        if not same_name(worker, seen[other].worker):
            continue
        if 2 * len(mine & theirs) > min(len(mine), len(theirs)):
            raise BadValue(
                f"{files[one]} and {files[other]} hold the same cases of {worker}, which would "
                "count twice",
                hint="name the newer one alone",
            )


def _sight_of(session: Session, path: Path, identity: str | None) -> Sight:
    from casectl.store.sealed import holds_a_caseload

    if not holds_a_caseload(path):
        made = as_json(opened(session, path, identity), path)
        return Summarised(session, path, made)
    other = session.looking_at(path)
    trails = other.store.trails
    return Sight(other, trails.worker() or path.stem, trails.last_day())


def days_of(seen: Iterable[Sight], session: Session) -> dict[str, date]:
    """The day that each worker's figures are of; what is old is told at once."""
    from casectl.render.aged import warnings

    days: dict[str, date] = {}
    for each in seen:
        days[each.worker] = min(each.known_on, days.get(each.worker, each.known_on))
    for line in warnings(days, session.output):
        tell(line)
    return days


def closing(seen: Iterable[Sight], session: Session) -> None:
    """Close the caseloads that were opened beside one's own."""
    for each in seen:
        if each._session is not session:
            each._session.close()
