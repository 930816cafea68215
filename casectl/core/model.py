"""The words of a caseload as plain values: client, case, promise, contact, note.

Days are ``datetime.date``, times ``"HH:MM"`` (24 h, local), text is exactly what was typed.
Values are named tuples: they cost start-up a tenth of what dataclasses do, and they cannot change.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from casectl.core.values import IntEnum, NamedTuple

if TYPE_CHECKING:
    from casectl.core.casework import Piece


class Level(IntEnum):
    """How pressing a case is: the higher of its urgency and its assessed risk."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRISIS = 4

    @property
    def word(self) -> str:
        return self.name.lower()


URGENCIES = {"low": Level.LOW, "medium": Level.MEDIUM, "high": Level.HIGH, "crisis": Level.CRISIS}
RISKS = {
    "none": Level.LOW,
    "low": Level.LOW,
    "moderate": Level.MEDIUM,
    "high": Level.HIGH,
    "imminent": Level.CRISIS,
}
# Risk that nobody has assessed is not low risk.
UNASSESSED_RISK = Level.MEDIUM

# Case status. Every status but closed is open, and every open case owes something.
PENDING, ACTIVE, ON_HOLD, CLOSED = "pending", "active", "on_hold", "closed"
STATUSES = (PENDING, ACTIVE, ON_HOLD, CLOSED)

# Promise kinds (what a person typed in) and their states.
FOLLOW_UP, DEADLINE, APPOINTMENT = "follow_up", "deadline", "appointment"
OPEN, DONE, CANCELLED, KEPT, MISSED = "open", "done", "cancelled", "kept", "missed"

FOLLOW_UP_KINDS = ("call", "visit", "paperwork", "email", "letter", "meeting", "other")
# Follow-ups that are kept only by reaching somebody: an attempt lets them wait like a contact does.
REACHING_KINDS = ("call", "visit")
DEADLINE_KINDS = ("court", "appeal", "authorization", "recertification", "other")

MEANS = ("phone", "visit", "office", "video", "text", "email", "letter")
MEANS_UNKNOWN = "unknown"  # of a contact that another system recorded; nobody may type it
PARTIES = ("client", "guardian", "collateral", "provider")
REACHED, TRIED = "reached", "tried"


def level_of(urgency: int, risk: str | None, *, flagged: object = None) -> Level:
    """The higher of urgency and risk; unassessed risk counts as medium (shown as provisional).

    A red flag counts as crisis, until the risk is assessed.
    """
    if flagged:
        return Level.CRISIS
    assessed = RISKS[risk] if risk else UNASSESSED_RISK
    return assessed if assessed >= urgency else Level(urgency)


# What a program may require to be known, in the words of the flags that fill it in.
KNOWABLE = ("risk", "phone", "safe contact", "birth date", "language", "program", "need")


class Client(NamedTuple):
    """A person. One client may have several cases over the years."""

    id: str
    name: str
    birth_date: str | None = None  # ISO, perhaps partial: "2011", "2011-03", "2011-03-05"
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    language: str | None = None
    interpreter: bool = False
    pronouns: str | None = None
    safe_contact: str | None = None  # when and how to call, in words; its parts stand below
    external_id: str | None = None
    legal_name: str | None = None  # where it is not the name that they go by
    safe_when: str | None = None  # after 18:00
    safe_how: str | None = None  # text first
    safe_never: str | None = None  # what must never be said or left

    @property
    def safely(self) -> str | None:
        """All that must be known before they are called, on one line."""
        return said_safely(self.safe_contact, self.safe_when, self.safe_how, self.safe_never)


SAFE = ("safe_contact", "safe_when", "safe_how", "safe_never")


def said_safely(
    words: str | None, when: str | None, how: str | None, never: str | None
) -> str | None:
    """``after 18:00; text first; never: say where you call from``; None where nothing is known.

    Every phone number of a client has it beside it, whole.
    """
    if not (when or how or never):
        return words
    return "; ".join(filter(None, (when, how, words, never and f"never: {never}")))


class Case(NamedTuple):
    """One episode of service. ``number`` and ``handle`` are for people, ``id`` for the rest."""

    id: str
    number: int
    handle: str
    client_id: str
    client: str  # the client's name, as every row shows it
    status: str
    urgency: int
    risk: str | None
    opened_on: date
    level_reviewed_on: date
    program: str | None = None
    referred_by: str | None = None
    need: str | None = None
    external_id: str | None = None
    crisis_since: date | None = None  # set exactly while the level is crisis
    covered_until: date | None = None  # a named professional sees a client in crisis until then
    assessed_on: date | None = None
    clock_from: date | None = None  # imported, its past unknown: standards count from here
    hold_until: date | None = None
    resumed_on: date | None = None  # the day its last hold ended
    closed_on: date | None = None
    close_reason: str | None = None
    worker: str | None = None
    planned_on: date | None = None  # the day that somebody means to see to it
    planned_from: date | None = None  # the day that plan was made: it covers what counted by then
    planned_reason: str | None = None
    plan_agreed_on: date | None = None  # the plan of the casework, with the client
    plan_reviewed_on: date | None = None
    flagged_on: date | None = None  # a red flag: counts as crisis until the risk is assessed
    flagged_for: str | None = None

    @property
    def level(self) -> Level:
        return level_of(self.urgency, self.risk, flagged=self.flagged_on)

    @property
    def provisional(self) -> bool:
        return self.risk is None

    @property
    def is_open(self) -> bool:
        return self.status != CLOSED

    @property
    def stem(self) -> str:
        """What stands before the dot in the name of its items: ``12`` of 12.3, ``me`` of me.1."""
        return str(self.number) if self.number else self.handle


# The worker's own work (supervision, a training) stands on the list as one row more. It is of a
# medium level and nobody's case: open since no day, so that it stands behind every case it ties
# with, and of no program.
OWN = "own"  # its status: it owes what was promised, and nothing is derived from it
ME = Case(
    "me", 0, "me", "", "me", OWN, Level.MEDIUM, "moderate", date.max, date.max
)  # fmt: skip


class Promise(NamedTuple):
    """What was promised or fixed from outside: a follow-up, a deadline or an appointment."""

    id: str
    case_id: str
    number: int  # within its case, never reused: 12.3
    kind: str
    what: str
    due_on: date
    due_time: str | None = None
    subject: str | None = None  # call, visit, paperwork … or court, appeal …
    first_due_on: date | None = None
    snoozes: int = 0
    snooze_reason: str | None = None
    lead_days: int | None = None  # working days; None takes the standard of its subject
    place: str | None = None
    minutes: int | None = None
    waiting_on: str | None = None
    repeats: str | None = None  # RFC 5545 RRULE
    repeats_from: date | None = None
    status: str = OPEN
    ended_on: date | None = None
    outcome: str | None = None
    made_on: date | None = None


class Contact(NamedTuple):
    """One contact, attempted or reached. Append-only: a correction is a new row naming the old."""

    id: str
    case_id: str
    number: int  # within its case: 12.c3
    on_day: date
    outcome: str
    by: str
    party: str
    text: str | None = None
    minutes: int | None = None
    interpreter: bool = False
    seen_by: str | None = None  # the named professional who saw a client in crisis
    covered_until: date | None = None
    corrects: str | None = None
    corrected: bool = False  # a later row corrects this one
    item: str | None = None  # the promise it kept or tried, as "12.3"
    recorded_at: str | None = None
    worker: str | None = None


class Note(NamedTuple):
    """A note on a case, exactly as written."""

    id: str
    case_id: str
    number: int  # within its case: 12.n1
    on_day: date
    text: str
    recorded_at: str | None = None
    worker: str | None = None
    form: str | None = None  # SOAP …, decision …; None for a free one
    contact_id: str | None = None  # the contact that it is the note of
    signed_at: str | None = None  # ISO, UTC; from then on only addenda
    signed_by: str | None = None
    addendum_to: str | None = None  # the id of the signed note that it adds to
    resolved_on: date | None = None  # of a concern that was open


class Jot(NamedTuple):
    """What was written down of no case yet, exactly as written. Filed, it is a case's note."""

    id: str
    number: int  # of all jots, never reused
    text: str
    on_day: date
    recorded_at: str | None = None
    worker: str | None = None
    filed_as: str | None = None  # the note
    case_id: str | None = None


# The name under which a jot that could not be saved is kept, as a draft.
JOT_DRAFT = "jot"


def note_draft(case_id: str) -> str:
    """The name under which a note that could not be saved is kept, as a draft."""
    return f"note:{case_id}"


ASSESSING = "assess:"


def assessment_draft(case_id: str) -> str:
    """The same of an assessment that was begun."""
    return f"{ASSESSING}{case_id}"


def goal_draft(case_id: str) -> str:
    """The same of a goal."""
    return f"goal:{case_id}"


def consent_draft(case_id: str) -> str:
    """The same of a release."""
    return f"consent:{case_id}"


def closing_draft(case_id: str) -> str:
    """The same of a closing."""
    return f"close:{case_id}"


def person_draft(case_id: str) -> str:
    """The same of somebody around a client."""
    return f"person:{case_id}"


# What is kept as a draft of one case, by the names of those drafts.
DRAFTS_OF_A_CASE = (
    note_draft,
    assessment_draft,
    goal_draft,
    consent_draft,
    closing_draft,
    person_draft,
)


class Watch(NamedTuple):
    """What a case owes by itself a day for, as the due engine reads it: a fact with a name."""

    kind: str  # of the due item
    stage: str
    day: date
    part: str  # "g1", "phq9", "note"
    what: str
    lead: int | None = None  # days, where the piece has its own
    who: str | None = None  # who acts, where it is not the worker


# What a contact or an appointment owes by what is not there. The day is filled in.
UNWRITTEN_NOTE = Watch("note", "", date.min, "note", "write the contact's note")
MISSED_TWICE = Watch(
    "appointment", "missed", date.min, "missed", "missed twice: find out what is in the way"
)
UNFINISHED = Watch("assessment", "draft", date.min, "draft", "finish the assessment that was begun")


class CaseRecord(NamedTuple):
    """Everything the due engine reads of one case, and nothing else."""

    case: Case
    promises: tuple[Promise, ...] = ()  # the open ones
    reached_client_on: date | None = None
    reached_guardian_on: date | None = None
    attempts: int = 0  # since the client was last reached
    tried_on: date | None = None  # the latest of those attempts
    promise_ended_on: date | None = None
    phone: str | None = None
    safe_contact: str | None = None  # on one line, as ``Client.safely`` has it
    watches: tuple[Watch, ...] = ()  # what casework on file owes by itself
    casework_from: date | None = None  # older than this nothing was asked for that casework owes
    lacks: tuple[str, ...] = ()  # of KNOWABLE, what is neither known nor said to be not available


class Load(NamedTuple):
    """One person at the door, with everything that is known of their case.

    The store gives keys, numbers and the handle; items are numbered in the order they stand here,
    unless they are ``numbered`` already, and in that order.
    A moment, worker or day made that is given is kept, a missing one is this operation's. A contact
    that another one here ``corrects`` needs an id of its own. ``same_client`` is the key of a
    client on file, whose record then stays as it is.
    """

    client: Client
    case: Case
    promises: Sequence[Promise] = ()
    contacts: Sequence[Contact] = ()
    notes: Sequence[Note] = ()
    same_client: str | None = None
    casework: "Sequence[Piece]" = ()  # one with children needs an id of its own
    numbered: bool = False


class Author(NamedTuple):
    """Who writes, and when: what every operation of one invocation is signed with."""

    worker: str
    day: str  # ISO
    moment: str  # ISO, UTC
