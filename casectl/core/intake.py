"""Taking somebody in: what makes a case of what is known, and who may be on file already.

Knows no clock and no database; where the clocks of imported cases start is a rule like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from math import gcd
from typing import NamedTuple

from casectl.core.dates import When
from casectl.core.errors import BadValue
from casectl.core.model import (
    ACTIVE,
    CLOSED,
    DEADLINE,
    FOLLOW_UP,
    MEANS_UNKNOWN,
    ON_HOLD,
    PENDING,
    REACHED,
    RISKS,
    URGENCIES,
    Case,
    Client,
    Contact,
    Level,
    Load,
    Note,
    Promise,
    level_of,
)
from casectl.core.promising import new_promise, subject_of
from casectl.core.spoken import DateOrder
from casectl.core.standards import Standards
from casectl.core.text import fold, name_key

# Nobody said how urgent it is, and no risk is assessed: neither the lowest, which would hide it,
# nor a level that it takes a judgement to give. Unassessed risk counts the same.
UNSTATED_URGENCY = Level.MEDIUM
# The golden section: steps of it through a circle land far from each other, however many there are.
SECTION = 0.618

CLOSED_BEFORE = "closed before it was imported"
CLOSED_UNDATED = "closed before it was imported, on a day that is not known"
# How the client was reached is not known, and is not made up; the text says where it comes from.
REACHED_BEFORE = Contact("", "", 0, date.min, REACHED, MEANS_UNKNOWN, "client", "as imported")
PROMISED_BEFORE = Promise("", "", 0, FOLLOW_UP, "", date.min)
COURT_DATE = PROMISED_BEFORE._replace(kind=DEADLINE, what="court date", subject="court")

CASE_NUMBER, CLIENT_ID, NAME = "case number", "client id", "name and birth date"


class Given(NamedTuple):
    """What is known of somebody at the door; None is not known. Texts are as they were typed."""

    name: str
    birth_date: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    language: str | None = None
    interpreter: bool = False
    pronouns: str | None = None
    safe_contact: str | None = None
    safe_when: str | None = None
    safe_how: str | None = None
    safe_never: str | None = None
    client_ref: str | None = None  # another system's name for the person
    case_ref: str | None = None  # and for the case
    program: str | None = None
    referred_by: str | None = None
    need: str | None = None
    urgency: int | None = None
    risk: str | None = None
    opened_on: date | None = None
    closed_on: date | None = None  # of an imported case whose service has ended
    next_step: str | None = None
    due: When | None = None
    court: When | None = None
    last_contact: date | None = None
    note: str | None = None
    status: str | None = None  # as another system has it; None where it does not say
    unread: str | None = None  # what stood in a file and could not be taken over


class Twin(NamedTuple):
    """Somebody on file, or earlier in the same load, who may be the one at the door."""

    why: str  # CASE_NUMBER, CLIENT_ID or NAME
    number: int
    handle: str
    client_id: str
    client: str
    birth_date: str | None
    client_ref: str | None
    case_ref: str | None
    place: int | None = None  # in this load, the first being 0; None for who was on file before


class Fill(NamedTuple):
    """What a row adds to somebody on file, where nothing is known yet; what is known stays."""

    number: int  # of the case
    client_id: str
    client: Client  # the name only where a number stood for it
    notes: Sequence[Note] = ()
    case: Case | None = None  # its number, intake, program, need and referrer


# Who a load turns out to be: itself, or with ``same_client``; None leaves it out.
Settle = Callable[[Load, Sequence[Twin]], Load | Fill | None]


def arrival(given: Given, today: date, *, pending: bool, order: DateOrder | None) -> Load:
    """One intake as it is written. Raises BadValue for what cannot be meant."""
    if given.next_step is None and given.due is not None:
        raise BadValue("--due needs --next TEXT", hint="say what is due")
    if given.next_step is not None and given.due is None:
        raise BadValue("--next needs --due WHEN", hint="a next step without a day is no promise")
    level = level_of(_urgency(given), given.risk)
    case = _case(given, level, today, pending)
    promises = []
    if given.next_step is not None and given.due is not None:
        promises.append(new_promise(case, FOLLOW_UP, given.next_step, given.due, order=order))
    return Load(_client(given), case, promises)


def imported(given: Given, today: date, *, pending: bool, clocks: Clocks) -> Load:
    """A row of somebody's spreadsheet as it is written: its past is known in part at best.

    What was promised may be late already. A next step without a day is kept as a note, for a
    promise without a day is none, and none is made up. A case that has been closed stays so: who
    it was is on file, and nothing is owed. One on hold is active, for a hold needs the day that it
    ends. ``pending`` is for those whose status the row does not say.
    """
    level = level_of(_urgency(given), given.risk)
    closed = given.closed_on is not None or given.status == CLOSED
    clock_from = None if closed else clocks.start(level, given.program)
    if given.status is not None:
        pending = given.status == PENDING
    case = _case(given, level, today, pending, clock_from)
    promises = []
    if given.next_step is not None and given.due is not None:
        what, when = given.next_step, given.due
        subject = subject_of(FOLLOW_UP, None, what)
        promises.append(
            PROMISED_BEFORE._replace(
                what=what, due_on=when.day, due_time=when.time, subject=subject
            )
        )
    if given.court is not None:
        when = given.court
        promises.append(COURT_DATE._replace(due_on=when.day, due_time=when.time))
    contacts = []
    if given.last_contact is not None:
        contacts.append(REACHED_BEFORE._replace(on_day=given.last_contact))
    notes = [Note("", "", 0, today, text) for text in _notes(given)]
    return Load(_client(given), case, promises, contacts, notes, None)


def _urgency(given: Given) -> int:
    """What was said, or as low as an assessed risk allows. A high risk makes no urgency: the level
    is to come down with it.
    """
    if given.urgency is not None:
        return given.urgency
    return min(UNSTATED_URGENCY, RISKS[given.risk]) if given.risk else UNSTATED_URGENCY


def _notes(given: Given) -> list[str]:
    notes = [given.note] if given.note is not None else []
    if given.next_step is not None and given.due is None:
        notes.append(f"Next step, imported without a day: {given.next_step}")
    if given.unread is not None:
        notes.append(f"Left out when this was imported: {given.unread}")
    if given.status == ON_HOLD:
        notes.append("On hold, imported without the day that it ends")
    return notes


def _case(
    given: Given, level: Level, today: date, pending: bool, clock_from: date | None = None
) -> Case:
    """``clock_from`` for an imported case: its level is as of today, whenever its intake was.

    A case that was closed nobody knows when counts from today: it is kept longer, not shorter.
    """
    urgency = int(_urgency(given))
    undated = given.closed_on is None and given.status == CLOSED
    closed_on = today if undated else given.closed_on
    opened_on = given.opened_on or closed_on or today
    reviewed_on = opened_on if clock_from is None else today
    crisis_since = reviewed_on if level == Level.CRISIS else None
    status = CLOSED if closed_on else PENDING if pending else ACTIVE
    close_reason = CLOSED_UNDATED if undated else CLOSED_BEFORE if closed_on else None
    covered_until = assessed_on = hold_until = resumed_on = worker = None
    return Case(
        "", 0, "", "", given.name, status, urgency, given.risk, opened_on, reviewed_on,
        given.program, given.referred_by, given.need, given.case_ref, crisis_since,
        covered_until, assessed_on, clock_from, hold_until, resumed_on, closed_on, close_reason,
        worker,
    )  # fmt: skip


def _client(given: Given) -> Client:
    return Client(
        "", given.name, given.birth_date, given.phone, given.email, given.address, given.language,
        given.interpreter, given.pronouns, given.safe_contact, given.client_ref, None,
        given.safe_when, given.safe_how, given.safe_never,
    )  # fmt: skip


class Clocks:
    """Where the clocks of imported cases start, so that their first contacts come due spread out.

    What is due is a start and the level's interval, so the start lies in the past. The due days
    run over the working days from tomorrow to one interval from today, as evenly as they can, and
    far apart for as few cases as there may be:

    #   today                                            today + interval
    #     |    4    1    .    2    5    .    3    .  ...       |
    """

    def __init__(self, today: date, standards: Standards) -> None:
        self.today = today
        self.standards = standards
        self._starts: dict[tuple[Level, str | None], list[date]] = {}
        self._given: dict[tuple[Level, str | None], int] = {}

    def start(self, level: Level, program: str | None) -> date:
        """The start for the next case of a level in a program."""
        key = (level, program)
        starts = self._starts.get(key)
        if starts is None:
            starts = self._starts[key] = self._spread(level, program)
        count = self._given.get(key, 0)
        self._given[key] = count + 1
        return starts[count % len(starts)]

    def _spread(self, level: Level, program: str | None) -> list[date]:
        interval = self.standards.of(program).contact[level - 1]
        ahead = [self.today + timedelta(days=days) for days in range(1, interval + 1)]
        due = [day for day in ahead if self.standards.calendar.is_working(day)] or ahead[-1:]
        count = len(due)
        # A walk of steps that share no divisor with the days visits each of them once.
        steps = [step for step in range(1, count + 1) if gcd(step, count) == 1]
        step = min(steps, key=lambda each: abs(each - count * SECTION))
        walk = [due[place * step % count] for place in range(1, count + 1)]
        return [day - timedelta(days=interval) for day in walk]


# --- Who it may be ---------------------------------------------------------------------------


class Verdict(NamedTuple):
    """What becomes of a row: ``load`` is written, or the row may be ``twin``."""

    load: Load | None
    twin: Twin | None = None
    wrong: bool = False  # a mistake of the file, not only a possibility
    why: str = ""
    fill: Fill | None = None  # instead, what is on file may be filled in


def judged(load: Load, twins: Sequence[Twin], *, new: bool) -> Verdict:
    """A row of a file beside those it may be, the surest first.

    One client id may stand on several rows where each has a case number of its own: several cases
    of one person. With ``new``, whoever is on file is taken in again: the same id is another case
    of that person, the same name is another person.
    """
    for twin in twins:
        again = twin.place is not None
        fill = None if again else _filling(load, twin, new=new)
        if fill is not None:
            return Verdict(None, twin, False, f"the same {twin.why}", fill)
        if twin.why != NAME and _is_somebody_else(load, twin):
            return Verdict(None, twin, True, f"another name and the same {twin.why}")
        if again and twin.why == CASE_NUMBER:
            return Verdict(None, twin, True, "the same case number")
        if again and twin.why == CLIENT_ID:
            if load.case.external_id is None:
                return Verdict(None, twin, True, "the same client id")
        elif not new:
            return Verdict(None, twin, False, f"the same {_alike(load, twin)}")
        if twin.why != NAME:
            return Verdict(another_case(load, twin))
    return Verdict(load)


def another_case(load: Load, twin: Twin) -> Load:
    """``load`` as a further case of whoever ``twin`` is."""
    client = load.client._replace(name=twin.client)
    return load._replace(client=client, same_client=twin.client_id)


def _filling(load: Load, twin: Twin, *, new: bool) -> Fill | None:
    """A row that says of somebody on file, by their client id, only what is not known yet.

    Either who it is that stood there as a number; or, of a case without one, the case number.
    Whatever else a row says of the case would be lost, so there must be nothing but notes.
    """
    case = load.case
    said = load.promises or load.contacts or case.risk or not case.is_open
    if twin.why != CLIENT_ID or said or case.urgency != UNSTATED_URGENCY:
        return None
    if case.external_id is None:
        born, known = load.client.birth_date, twin.birth_date
        served = case.program or case.need or case.referred_by
        undated = case.opened_on == case.level_reviewed_on  # the day of import, for want of another
        unknown = _is_number(twin.client, (twin.client_ref, twin.case_ref))
        if served or not (undated and unknown) or (born and known and born != known):
            return None
        return Fill(twin.number, twin.client_id, load.client, load.notes)
    if new or twin.case_ref is not None or _is_somebody_else(load, twin):
        return None
    return Fill(twin.number, twin.client_id, load.client, load.notes, case)


def _is_number(name: str, numbers: Sequence[str | None]) -> bool:
    """Whether a number stands for the name."""
    return name_key(name) in [fold(each) for each in numbers if each]


def told_apart(load: Load, namesake: Twin) -> bool:
    """Whether another system's numbers make two people of namesakes whose birth dates agree.

    They do where one birth date is not known: the name alone does not outweigh them.
    """
    if load.client.birth_date and namesake.birth_date:
        return False
    ids = (load.client.external_id, load.case.external_id)
    known = (namesake.client_ref, namesake.case_ref)
    return any(own and other and own != other for own, other in zip(ids, known, strict=True))


def _alike(load: Load, twin: Twin) -> str:
    """What the two have in common, in words; of birth dates only what both rows know."""
    if twin.why != NAME:
        return twin.why
    born = load.client.birth_date
    if not born or not twin.birth_date:
        return "name"
    return NAME if born == twin.birth_date else "name, and a birth date that agrees,"


def _is_somebody_else(load: Load, twin: Twin) -> bool:
    """Another name under the same number. Where a row has no name its number stands for one."""
    name, numbers = load.client.name, (load.client.external_id, load.case.external_id)
    return name_key(name) != name_key(twin.client) and not _is_number(name, numbers)


# --- What a person may have meant -----------------------------------------------------------


def checked_intake_day(day: date, today: date) -> date:
    if day > today:
        raise BadValue("an intake cannot be in the future", hint="give today or an earlier day")
    return day


def level_named(text: str) -> int:
    level = URGENCIES.get(text.strip().lower())
    if level is None:
        meant = "medium" if text.strip().lower() == "moderate" else text  # the word is a risk's
        raise BadValue(
            f"no level {text[:40]!r}; there are {', '.join(reversed(URGENCIES))}",
            hint=did_you_mean(meant, URGENCIES),
        )
    return int(level)


def risk_named(text: str) -> str:
    risk = text.strip().lower()
    if risk not in RISKS:
        meant = "moderate" if risk == "medium" else text  # the word is an urgency's
        raise BadValue(
            f"no risk {text[:40]!r}; there are {', '.join(RISKS)}", hint=did_you_mean(meant, RISKS)
        )
    return risk


def did_you_mean(text: str, words: Iterable[str]) -> str | None:
    """``did you mean medium?`` for ``med`` and ``meduim``; None where nothing is near."""
    from difflib import get_close_matches

    word, known = text.strip().lower(), list(words)
    near = [each for each in known if word and each.startswith(word)]
    near = near or get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if len(near) == 1 else None


# What other systems call it, compared by letters and digits alone.
STATUS_WORDS = {
    ACTIVE: (
        "active", "open", "opened", "reopened", "current", "enrolled", "ongoing", "in progress",
    ),
    PENDING: (
        "pending", "referred", "referral", "waitlist", "waitlisted", "waiting", "waiting list",
        "on waitlist",
    ),
    ON_HOLD: ("on hold", "hold", "held", "suspended", "paused"),
    CLOSED: (
        "closed", "inactive", "discharged", "exited", "completed", "terminated", "ended",
        "withdrawn", "transferred", "deceased",
    ),
}  # fmt: skip
_STATUS_OF = {
    word.replace(" ", ""): status for status, words in STATUS_WORDS.items() for word in words
}
_STATUS_REASON = r"\s[-\u2013\u2014]\s|[:;,(]"


def status_named(text: str) -> str:
    """A case's status from another system's word; ``Closed - moved`` is closed."""
    for said in (text, re.split(_STATUS_REASON, text, maxsplit=1)[0]):
        status = _STATUS_OF.get("".join(filter(str.isalnum, fold(said))))
        if status is not None:
            return status
    accepted = ", ".join(words[0] for words in STATUS_WORDS.values())
    raise BadValue(f"no status {text[:40]!r}; write {accepted}")


def checked_program(text: str, declared: Sequence[str]) -> str:
    """A program as it is declared; any name will do where none are. Case aside."""
    if not declared:
        return text
    by_name = {name.casefold(): name for name in declared}
    found = by_name.get(text.strip().casefold())
    if found is None:
        from difflib import get_close_matches

        close = get_close_matches(text.strip().casefold(), by_name, n=1, cutoff=0.5)
        hint = f"did you mean {by_name[close[0]]}?" if close else "add it under [programs]"
        raise BadValue(
            f"no program {text[:40]!r}; there are {', '.join(declared)}",
            hint=hint,
        )
    return found
