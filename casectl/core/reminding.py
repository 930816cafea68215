"""What a reminder may say, in which state its item is, and what is new since it was last sent.

The items and their order are those of the day's list (``due`` and ``priority``), one by one instead
of case by case. Knows no clock and no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from casectl.core.due import WHAT, Band, DueItem, is_past_its_hour
from casectl.core.facts import MISSING
from casectl.core.model import ME
from casectl.core.text import initials, without_name
from casectl.core.values import NamedTuple, new_tuple

# These are sent once every day, changed or not.
DAILY = (Band.SAFETY, Band.DEADLINE)

# A case's id and the part of an item's name after the dot: ``3`` of 12.3, ``contact``.
Key = tuple[str, str]


class Mark(NamedTuple):
    """The state an item was in when it was last sent, and the day (ISO)."""

    case_id: str
    part: str
    state: str
    sent_on: str


class Reminder(NamedTuple):
    """One due item, and the moment that it is looked at."""

    item: DueItem
    today: date
    now: str

    @property
    def state(self) -> str:
        """What a new reminder waits for a change of: the due day and how far along it is.

        Soon, due, overdue, then each interval missed. The day is part of it, so that what was done
        and is owed again later, or was moved, is new.
        """
        return f"{self.item.due.isoformat()}:{_stage(*self)}"

    @property
    def key(self) -> Key:
        return self.item.case.id, self.item.item.partition(".")[2]

    @property
    def uid(self) -> str:
        """The same for this item as long as it is owed; it holds no word of the client's."""
        return ".".join(self.key)

    @property
    def id(self) -> str:
        """The same for this item as long as its state is."""
        return f"{self.uid}:{self.state}"

    def mark(self, today: date) -> Mark:
        return Mark(*self.key, self.state, today.isoformat())


def reminders(items: Iterable[DueItem], today: date, now: str) -> list[Reminder]:
    """Each item at this day and hour, in the order given."""
    return [new_tuple(Reminder, (item, today, now)) for item in items]


def _stage(item: DueItem, today: date, now: str) -> str:
    late = item.days_late
    if late >= item.allowed:
        return f"missed-{1 if item.kind == MISSING else late // item.allowed}"
    if late > 0 or is_past_its_hour(item, today, now):
        return "overdue"
    return "due" if item.is_pressing else "soon"


def unsent(reminders: Iterable[Reminder], marks: Mapping[Key, Mark], today: date) -> list[Reminder]:
    """Those whose state changed since they were sent; SAFETY and DEADLINE once every day."""
    return [each for each in reminders if _is_new(each, marks.get(each.key), today)]


def _is_new(reminder: Reminder, mark: Mark | None, today: date) -> bool:
    if mark is None or mark.state != reminder.state:
        return True
    return reminder.item.band in DAILY and mark.sent_on != today.isoformat()


def is_typed(item: DueItem) -> bool:
    """Whether what it says may be somebody's words: a promise's, a goal's, a step's."""
    return (item.kind, item.stage) not in WHAT


def unnamed(item: DueItem, former_names: Iterable[str] = ()) -> tuple[str, str]:
    """Whom an item is about and what it says, in words that may leave the room.

    The client is initials, and what was typed has lost the client's names, former ones too. What is
    the worker's own names no client, and stays.
    """
    name, what = item.case.client, item.what
    if item.case == ME:
        return name, what
    return initials(name), without_name(what, name, *former_names) if is_typed(item) else what


def private(reminder: Reminder, former_names: Iterable[str] = ()) -> Reminder:
    """The reminder with nothing in it that names anybody but what the worker's own words say.

    Beside what is ``unnamed`` the handle, the program, the place and who is waited for are gone.
    """
    item, today, now = reminder
    if item.case == ME:
        return reminder
    client, what = unnamed(item, former_names)
    case = item.case._replace(client=client, handle="", program=None)
    promise = item.promise
    if promise is not None:
        promise = promise._replace(what=what, place=None, waiting_on=None)
    return Reminder(item._replace(case=case, what=what, promise=promise), today, now)
