"""What the store hands to commands and screens beside the model: answers as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casectl.core.model import Case, CaseRecord, Client, Contact, Note, Promise
from casectl.core.values import NamedTuple

if TYPE_CHECKING:
    from casectl.core.casework import Piece


class Match(NamedTuple):
    """What a CASE on the command line may mean. ``exact``: whole and one's own, not a guess."""

    cases: list[Case]
    exact: bool
    by: str = ""  # number, handle, id, name or phone


class File(NamedTuple):
    """Everything on file for one case."""

    case: Case
    client: Client
    record: CaseRecord
    promises: list[Promise]
    contacts: list[Contact]
    notes: list[Note]
    other_cases: list[Case]  # of the same client
    casework: tuple[Piece, ...] = ()  # every piece, the oldest first
    linked: tuple[Case, ...] = ()  # the own cases of people around the client
    note_begun: bool = False  # a note that could not be saved, kept as a draft


class Ended(NamedTuple):
    """A promise as it ended, and the one that follows it in its series, if any."""

    promise: Promise
    following: Promise | None


class Recorded(NamedTuple):
    """A contact as it was written, what it ended, and what was promised in the same breath."""

    contact: Contact
    ended: Ended | None
    promised: Promise | None
    aftercare: Piece | None = None  # the call after the end of the service, if this was it


class Assessed(NamedTuple):
    """What one sitting left on file."""

    case: Case  # as it is now
    before: Case
    assessment: Piece | None
    needs: tuple[Piece, ...]  # the new ones
    known_needs: tuple[Piece, ...]  # on file already in the same words
    risks: tuple[Piece, ...]


class Screened(NamedTuple):
    """A screening as it was recorded, and the one before it."""

    case: Case
    before: Case
    piece: Piece
    last: Piece | None


class Draft(NamedTuple):
    """An assessment, or a questionnaire, that was begun and not finished."""

    case: Case
    begun_on: date
    parts: Mapping[str, Mapping[str, Any]]


class Drafted(NamedTuple):
    """The same, with how much of each part is answered, and the day it asks to be finished."""

    case: Case
    begun_on: date
    parts: tuple[tuple[str, int], ...]
    due: date
    days_late: int


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
    words: tuple[str, ...] = ()  # what to point out in the text; empty: what was typed


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


class Access(NamedTuple):
    """One line of the access log: who was shown which cases, or failed to unlock the caseload."""

    at: str  # ISO, UTC
    worker: str
    command: str
    cases: tuple[int, ...]
    more: int = 0  # cases beyond those that the line names
    failed: bool = False


OK, WARN, FAIL = "ok", "warn", "FAIL"


class Finding(NamedTuple):
    """One thing that ``casectl doctor`` looked at, how it stands, and what to do about it."""

    name: str
    state: str  # OK, WARN or FAIL
    detail: str
    hint: str | None = None


class Head(NamedTuple):
    """The end of the journal's chain. Noted elsewhere, it proves that nothing before it changed."""

    operation: int  # the newest; 0 before any
    hash: str  # hexadecimal; "" before any operation
    keyed: bool


class Fault(NamedTuple):
    """A place where the journal, or a record, is not as it was recorded."""

    operation: int | None  # None where no operation knows of it
    change: int | None  # the first of its operation is 1
    what: str

    def __str__(self) -> str:
        if self.operation is None:
            return self.what
        where = f"operation {self.operation}"
        if self.change is None:
            return f"{where} {self.what}"
        return f"{where}, change {self.change}: {self.what}"


class Audited(NamedTuple):
    """What reading the whole journal found."""

    operations: int
    changes: int
    purged: int  # of these, erased by a purge: their contents cannot be compared
    head: Head
    noted: int | None  # the operation whose head was given to compare with, if it is in the chain
    first: Fault | None
    faults: int


class Contents(NamedTuple):
    """What a caseload holds, in few enough words to compare two by."""

    schema: int
    rows: dict[str, int]  # table -> how many
    operation: int  # the newest, 0 for none
    at: str | None  # its moment
    day: str | None
    head: Head | None  # schema 1 has no chain


class Manifest(NamedTuple):
    """What was written down beside a backup once it had been checked."""

    made_at: str  # UTC
    reason: str  # asked, daily, or what it was made before: migration, rotation, import
    version: str  # of casectl
    encrypted: bool
    size: int  # bytes
    sha256: str
    broken_links: int  # rows of no case or client, in the caseload too
    contents: Contents


class Backup(NamedTuple):
    """A copy of a caseload in a file. Without a manifest nobody knows whether it was checked."""

    path: Path
    made_at: str
    size: int
    manifest: Manifest | None
    aside: bool = False  # kept by ``restore``, which put another in its place


class Copies(NamedTuple):
    """The copies of a caseload that casectl keeps, as to what a purge erased."""

    holding: tuple[Backup, ...]  # still hold something of it
    untold: tuple[Backup, ...]  # could not be looked into, and may


class Plan(NamedTuple):
    """What putting a backup back would mean, for whoever has to say yes."""

    backup: Path
    contents: Contents  # of the backup
    manifest: Manifest | None
    there: bool  # whether there is a file already
    unreadable: str | None  # why nobody can tell what it holds
    lost: int  # operations that the file has and the backup has not
    lost_day: str | None  # the newest one's
    common: bool  # whether the two are one caseload


class Restored(NamedTuple):
    """A backup that was put back, and where the file is that was there before."""

    path: Path
    aside: Path | None
    other_slots: bool  # the backup's own came along, so its passphrase and code open it


class Gone(NamedTuple):
    """A case that a purge erased. Its number is not given again."""

    number: int
    case_id: str
    operation: int  # the purge
    day: str  # ISO


class Doomed(NamedTuple):
    """A case that a purge would erase, with enough of it to be sure that it is the one."""

    number: int
    handle: str
    client: str
    status: str | None  # None for one that an undo took back: only the journal still has it
    closed_on: str | None
    promises: int
    contacts: int
    notes: int
    calls: int = 0  # owed after the end of the service, and not made yet


class Purging(NamedTuple):
    """What a purge would erase."""

    cases: tuple[Doomed, ...]
    clients: int  # those who have no other case
    entries: int  # changes in the journal, of these cases and clients


class Purged(NamedTuple):
    """What a purge erased, and what it could not reach."""

    operation: int
    numbers: tuple[int, ...]
    records: int  # rows that there were
    clients: int
    entries: int  # changes of the journal that were blanked
    mentions: int  # other records that still hold a client's name
    uncompacted: str | None  # why what was freed could not be given back to the disk
