"""What the store hands to commands and screens beside the model: answers as plain values."""

from typing import Any

from casectl.core.model import Case, CaseRecord, Client, Contact, Note, Promise
from casectl.core.values import NamedTuple


class Match(NamedTuple):
    """What a CASE on the command line may mean. ``exact``: a number or a handle, not a guess."""

    cases: list[Case]
    exact: bool


class File(NamedTuple):
    """Everything on file for one case."""

    case: Case
    client: Client
    record: CaseRecord
    promises: list[Promise]
    contacts: list[Contact]
    notes: list[Note]
    other_cases: list[Case]  # of the same client


class Ended(NamedTuple):
    """A promise as it ended, and the one that follows it in its series, if any."""

    promise: Promise
    following: Promise | None


class Recorded(NamedTuple):
    """A contact as it was written, what it ended, and what was promised in the same breath."""

    contact: Contact
    ended: Ended | None
    promised: Promise | None


class Hit(NamedTuple):
    """One record that holds all the words: its case, where it was found, and the text as typed."""

    case: Case
    source: str  # client, case, contact, note, or a promise's kind
    item: str  # 12.3, 12.c1, 12.n2, or the case's number
    day: str | None  # ISO
    text: str  # of the field that matched
    field: str  # name, phone, what, text: where in the record it was found
    safe_contact: str | None = None  # beside a phone number, always
    superseded: bool = False  # a contact that was corrected since


class Change(NamedTuple):
    """One record that an operation added (no ``before``), changed, or removed (no ``after``)."""

    table: str
    case: int | None
    handle: str | None
    client: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Entry(NamedTuple):
    """One operation as the history shows it."""

    id: int
    at: str
    day: str
    worker: str
    command: str
    undoes: int | None
    undone_by: int | None
    cases: tuple[str, ...]  # the handles of the cases it touched, as far as ``changes`` goes
    clients: tuple[str, ...]  # and whose they are
    changes: tuple[Change, ...]  # the first ones
    change_count: int


OK, WARN, FAIL = "ok", "warn", "FAIL"


class Finding(NamedTuple):
    """One thing that ``casectl doctor`` looked at, how it stands, and what to do about it."""

    name: str
    state: str  # OK, WARN or FAIL
    detail: str
    hint: str | None = None
