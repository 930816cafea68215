"""The tables, and the triggers that journal every change to a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casectl.store.connection import Database

SCHEMA_VERSION = 7
MIGRATIONS = (
    "m001_caseload",
    "m002_seals",
    "m003_working_day",
    "m004_casework",
    "m005_with_others",
    "m006_what_is_known",
    "m007_people_first",
)  # as ``migrations`` names them
# What ``mark_of`` gives for a file as this program makes it. Nothing that a file says of itself is
# compared with: whoever can add a trigger can write what fits it. A test says what it should be.
SCHEMA_MARK = "fc5d6d0fbfa5384f68b7377a184b7c6a"

# Record tables and their columns, in the order the journal writes them. Each row has a UUIDv7 as
# its key and says who last changed it; days are ISO text.
COMMON = ("rev", "updated_at", "updated_by")
RECORDS: dict[str, tuple[str, ...]] = {
    "clients": (
        "id", "name", "folded", "birth_date", "phone", "email", "address", "language",
        "interpreter", "pronouns", "safe_contact", "external_id", "legal_name",
        "safe_when", "safe_how", "safe_never", *COMMON,
    ),
    "cases": (
        "id", "number", "handle", "client_id", "status", "urgency", "risk", "opened_on",
        "level_reviewed_on", "program", "referred_by", "need", "external_id", "crisis_since",
        "covered_until", "assessed_on", "clock_from", "hold_until", "resumed_on", "closed_on",
        "close_reason", "worker", "planned_on", "planned_from", "planned_reason",
        "plan_agreed_on", "plan_reviewed_on", "flagged_on", "flagged_for", *COMMON,
    ),
    "promises": (
        "id", "case_id", "number", "kind", "what", "due_on", "due_time", "subject",
        "first_due_on", "snoozes", "snooze_reason", "lead_days", "place", "minutes",
        "waiting_on", "repeats", "repeats_from", "status", "ended_on", "outcome", "made_on",
        *COMMON,
    ),
    "contacts": (
        "id", "case_id", "number", "on_day", "outcome", "by", "party", "text", "minutes",
        "interpreter", "seen_by", "covered_until", "corrects", "item", "recorded_at", "worker",
        *COMMON,
    ),
    "notes": (
        "id", "case_id", "number", "on_day", "text", "recorded_at", "worker", "form", "contact_id",
        "signed_at", "signed_by", "addendum_to", "resolved_on", *COMMON,
    ),
    "jots": (
        "id", "number", "text", "on_day", "recorded_at", "worker", "filed_as", "case_id", *COMMON,
    ),
    "own_work": (
        "id", "number", "what", "due_on", "due_time", "subject", "first_due_on", "snoozes",
        "snooze_reason", "minutes", "repeats", "repeats_from", "status", "ended_on", "outcome",
        "made_on", *COMMON,
    ),
    "leaves": ("id", "from_on", "to_on", "reason", *COMMON),
    "casework": (
        "id", "case_id", "kind", "number", "on_day", "what", "stage", "parent", "domain", "level",
        "who", "due_on", "lead_days", "status", "ended_on", "outcome", "body", "recorded_at",
        "worker", *COMMON,
    ),
    "resources": (
        "id", "number", "organization", "service", "capacity", "verified_on", "ended_on", "body",
        "recorded_at", "worker", *COMMON,
    ),
}  # fmt: skip

TABLES = """
CREATE TABLE clients (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL, birth_date TEXT, phone TEXT,
    email TEXT, address TEXT, language TEXT, interpreter INTEGER NOT NULL DEFAULT 0,
    pronouns TEXT, safe_contact TEXT, external_id TEXT,
    rev INTEGER NOT NULL, updated_at TEXT NOT NULL, updated_by TEXT NOT NULL);
CREATE INDEX clients_by_name ON clients (folded);
CREATE INDEX clients_by_external_id ON clients (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE cases (
    id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, handle TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES clients (id),
    status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'on_hold', 'closed')),
    urgency INTEGER NOT NULL CHECK (urgency BETWEEN 1 AND 4),
    risk TEXT CHECK (risk IN ('none', 'low', 'moderate', 'high', 'imminent')),
    opened_on TEXT NOT NULL, level_reviewed_on TEXT NOT NULL, program TEXT, referred_by TEXT,
    need TEXT, external_id TEXT, crisis_since TEXT, covered_until TEXT, assessed_on TEXT,
    clock_from TEXT, hold_until TEXT, resumed_on TEXT, closed_on TEXT, close_reason TEXT,
    worker TEXT,
    rev INTEGER NOT NULL, updated_at TEXT NOT NULL, updated_by TEXT NOT NULL);
CREATE INDEX cases_by_handle ON cases (handle);
CREATE INDEX cases_by_client ON cases (client_id);
CREATE INDEX cases_by_status ON cases (status, number);
CREATE INDEX cases_by_external_id ON cases (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE promises (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('follow_up', 'deadline', 'appointment')),
    what TEXT NOT NULL, due_on TEXT NOT NULL, due_time TEXT, subject TEXT, first_due_on TEXT,
    snoozes INTEGER NOT NULL DEFAULT 0, snooze_reason TEXT, lead_days INTEGER, place TEXT,
    minutes INTEGER, waiting_on TEXT, repeats TEXT, repeats_from TEXT,
    status TEXT NOT NULL DEFAULT 'open'
        CHECK (status IN ('open', 'done', 'cancelled', 'kept', 'missed')),
    ended_on TEXT, outcome TEXT, made_on TEXT,
    rev INTEGER NOT NULL, updated_at TEXT NOT NULL, updated_by TEXT NOT NULL,
    UNIQUE (case_id, number));
CREATE INDEX promises_open ON promises (case_id, due_on) WHERE status = 'open';
CREATE INDEX promises_ended ON promises (case_id, ended_on) WHERE status <> 'open';
CREATE INDEX promises_timed ON promises (due_on, due_time)
    WHERE status = 'open' AND kind <> 'follow_up';
CREATE INDEX promises_by_end ON promises (ended_on) WHERE ended_on IS NOT NULL;

CREATE TABLE contacts (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), number INTEGER NOT NULL,
    on_day TEXT NOT NULL, outcome TEXT NOT NULL CHECK (outcome IN ('reached', 'tried')),
    "by" TEXT NOT NULL, party TEXT NOT NULL, text TEXT, minutes INTEGER,
    interpreter INTEGER NOT NULL DEFAULT 0, seen_by TEXT, covered_until TEXT,
    corrects TEXT REFERENCES contacts (id), item TEXT, recorded_at TEXT NOT NULL, worker TEXT,
    rev INTEGER NOT NULL, updated_at TEXT NOT NULL, updated_by TEXT NOT NULL,
    UNIQUE (case_id, number));
CREATE INDEX contacts_by_case ON contacts (case_id, outcome, party, on_day);
CREATE INDEX contacts_by_day ON contacts (on_day);
CREATE INDEX contacts_corrected ON contacts (corrects) WHERE corrects IS NOT NULL;

CREATE TABLE notes (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), number INTEGER NOT NULL,
    on_day TEXT NOT NULL, text TEXT NOT NULL, recorded_at TEXT NOT NULL, worker TEXT,
    rev INTEGER NOT NULL, updated_at TEXT NOT NULL, updated_by TEXT NOT NULL,
    UNIQUE (case_id, number));
CREATE INDEX notes_by_day ON notes (on_day);

-- The journal: who changed which row, when, by which command, from what to what.
CREATE TABLE operations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, day TEXT NOT NULL,
    worker TEXT NOT NULL, command TEXT NOT NULL, undoes INTEGER REFERENCES operations (id));
CREATE INDEX operations_undone ON operations (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX operations_by_day ON operations (day);
CREATE TABLE changes (
    id INTEGER PRIMARY KEY, operation_id INTEGER NOT NULL REFERENCES operations (id),
    table_name TEXT NOT NULL, row_id TEXT NOT NULL, case_id TEXT, before TEXT, after TEXT);
CREATE INDEX changes_by_operation ON changes (operation_id);
CREATE INDEX changes_by_row ON changes (row_id);
CREATE INDEX changes_by_case ON changes (case_id);
CREATE TABLE current_operation (id INTEGER NOT NULL);

-- Outside the journal: numbers are never reused, so never undone; drafts and marks are not records.
CREATE TABLE counters (scope TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE drafts (name TEXT PRIMARY KEY, body TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE reminders (
    case_id TEXT NOT NULL, item TEXT NOT NULL, state TEXT NOT NULL, sent_on TEXT NOT NULL,
    PRIMARY KEY (case_id, item)) WITHOUT ROWID;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Derived, and rebuilt from the records at any time (casectl doctor compares).
CREATE TABLE due_groups (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, stage TEXT NOT NULL, level INTEGER NOT NULL,
    program TEXT NOT NULL, lead INTEGER, who TEXT NOT NULL, reaching INTEGER NOT NULL,
    tried INTEGER NOT NULL);
CREATE TABLE due_facts (
    group_id INTEGER NOT NULL, day TEXT NOT NULL, opened_on TEXT NOT NULL,
    number INTEGER NOT NULL, tried_on TEXT,
    PRIMARY KEY (group_id, day, opened_on, number)) WITHOUT ROWID;
CREATE INDEX due_facts_by_case ON due_facts (number);
CREATE TABLE search_texts (
    id INTEGER PRIMARY KEY, row_id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, case_id TEXT,
    folded TEXT NOT NULL);
CREATE INDEX search_texts_by_case ON search_texts (case_id);
CREATE VIRTUAL TABLE search_index USING fts5 (
    folded, content = 'search_texts', content_rowid = 'id', tokenize = 'trigram');
"""

# Version 2: nothing in the journal can be altered unnoticed; see ``chain``.
SEALS = """
ALTER TABLE changes ADD COLUMN seal TEXT;
CREATE TABLE chain (operation_id INTEGER PRIMARY KEY, hash TEXT NOT NULL);

-- What the keep triggers let through meanwhile: a row stands here within one transaction only.
CREATE TABLE lifted (what TEXT NOT NULL);
"""

# Version 3: days planned for a case, and what is the worker's own: jots until they are filed as a
# note, work that belongs to no case, days away. The mornings on which the list was first seen
# stand outside the journal.
WORKING_DAY = """
ALTER TABLE cases ADD COLUMN planned_on TEXT;
ALTER TABLE cases ADD COLUMN planned_from TEXT;
ALTER TABLE cases ADD COLUMN planned_reason TEXT;
ALTER TABLE due_groups ADD COLUMN planned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE due_facts ADD COLUMN planned_on TEXT;

CREATE TABLE jots (
    id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, text TEXT NOT NULL, on_day TEXT NOT NULL,
    recorded_at TEXT NOT NULL, worker TEXT, filed_as TEXT REFERENCES notes (id),
    case_id TEXT REFERENCES cases (id),
    rev INTEGER NOT NULL, updated_at TEXT NOT NULL, updated_by TEXT NOT NULL);
CREATE INDEX jots_unfiled ON jots (number) WHERE filed_as IS NULL;
CREATE INDEX jots_by_case ON jots (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX jots_by_note ON jots (filed_as) WHERE filed_as IS NOT NULL;

CREATE TABLE own_work (
    id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, what TEXT NOT NULL, due_on TEXT NOT NULL,
    due_time TEXT, subject TEXT, first_due_on TEXT, snoozes INTEGER NOT NULL DEFAULT 0,
    snooze_reason TEXT, minutes INTEGER, repeats TEXT, repeats_from TEXT,
    status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done', 'cancelled')),
    ended_on TEXT, outcome TEXT, made_on TEXT,
    rev INTEGER NOT NULL, updated_at TEXT NOT NULL, updated_by TEXT NOT NULL);
CREATE INDEX own_work_open ON own_work (due_on) WHERE status = 'open';

CREATE TABLE leaves (
    id TEXT PRIMARY KEY, from_on TEXT NOT NULL, to_on TEXT NOT NULL, reason TEXT,
    rev INTEGER NOT NULL, updated_at TEXT NOT NULL, updated_by TEXT NOT NULL,
    CHECK (from_on <= to_on));

CREATE TABLE mornings (day TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
"""

# Version 4: assessing, planning, monitoring. One table for every piece of it, because a command
# reads the text of each table's triggers before it does anything: twelve more cost 0.8 ms.
CASEWORK = """
ALTER TABLE cases ADD COLUMN plan_agreed_on TEXT;
ALTER TABLE cases ADD COLUMN plan_reviewed_on TEXT;
ALTER TABLE cases ADD COLUMN flagged_on TEXT;
ALTER TABLE cases ADD COLUMN flagged_for TEXT;
ALTER TABLE notes ADD COLUMN form TEXT;
ALTER TABLE notes ADD COLUMN contact_id TEXT REFERENCES contacts (id);
ALTER TABLE notes ADD COLUMN signed_at TEXT;
ALTER TABLE notes ADD COLUMN signed_by TEXT;
ALTER TABLE notes ADD COLUMN addendum_to TEXT REFERENCES notes (id);
ALTER TABLE notes ADD COLUMN resolved_on TEXT;
CREATE INDEX notes_by_case ON notes (case_id, on_day);
CREATE INDEX notes_by_contact ON notes (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX notes_added ON notes (addendum_to) WHERE addendum_to IS NOT NULL;
CREATE INDEX contacts_unwritten ON contacts (case_id, on_day)
    WHERE text IS NULL AND outcome = 'reached';

CREATE TABLE casework (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), kind TEXT NOT NULL,
    number INTEGER NOT NULL, on_day TEXT NOT NULL, what TEXT, stage TEXT NOT NULL DEFAULT '',
    parent TEXT, domain TEXT, level INTEGER, who TEXT, due_on TEXT, lead_days INTEGER,
    status TEXT NOT NULL, ended_on TEXT, outcome TEXT, body TEXT NOT NULL DEFAULT '{}',
    recorded_at TEXT NOT NULL, worker TEXT,
    rev INTEGER NOT NULL, updated_at TEXT NOT NULL, updated_by TEXT NOT NULL,
    UNIQUE (case_id, kind, number));
CREATE INDEX casework_watched ON casework (case_id) WHERE status = 'open' AND due_on IS NOT NULL;
CREATE INDEX casework_by_day ON casework (case_id, on_day);
CREATE INDEX casework_of ON casework (parent) WHERE parent IS NOT NULL;
"""
# Version 5: others. A resource is nobody's case, so it has a table of its own; what else stands
# between a client and others (people, referrals, releases, a closing) is casework.
WITH_OTHERS = """
ALTER TABLE clients ADD COLUMN legal_name TEXT;
CREATE INDEX casework_by_kind ON casework (kind, on_day);

CREATE TABLE resources (
    id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, organization TEXT NOT NULL,
    service TEXT NOT NULL, capacity TEXT, verified_on TEXT, ended_on TEXT,
    body TEXT NOT NULL DEFAULT '{}', recorded_at TEXT NOT NULL, worker TEXT,
    rev INTEGER NOT NULL, updated_at TEXT NOT NULL, updated_by TEXT NOT NULL);
"""
# Version 6: what is not known of a case is a fact of its own, and safe contact has its three parts.
WHAT_IS_KNOWN = """
ALTER TABLE clients ADD COLUMN safe_when TEXT;
ALTER TABLE clients ADD COLUMN safe_how TEXT;
ALTER TABLE clients ADD COLUMN safe_never TEXT;
ALTER TABLE due_groups ADD COLUMN lacks TEXT NOT NULL DEFAULT '';
DROP INDEX casework_watched;
CREATE INDEX casework_watched ON casework (case_id, due_on)
    WHERE status = 'open' AND due_on IS NOT NULL;
CREATE INDEX promises_missed ON promises (case_id, ended_on) WHERE status = 'missed';
"""
# In ``meta``: the day that a caseload of before was brought up to version 4. What casework owes for
# the time before it, nobody was asked for.
CASEWORK_FROM = "casework_from"
# Each version's, in their order.
SCRIPTS = (TABLES, SEALS, WORKING_DAY, CASEWORK, WITH_OTHERS, WHAT_IS_KNOWN)
CHAIN_KEY = "chain_key"  # in ``meta``, in hexadecimal; none there for an unkeyed chain
# A change of no record: that a case was erased, and why. Its row is the case's number.
PURGES = "purges"

CASE_OF = {
    "clients": "NULL",
    "cases": "{row}.id",
    "promises": "{row}.case_id",
    "contacts": "{row}.case_id",
    "notes": "{row}.case_id",
    "jots": "{row}.case_id",  # of none until it is filed
    "own_work": "NULL",
    "leaves": "NULL",
    "casework": "{row}.case_id",
    "resources": "NULL",
}


def statements(script: str) -> list[str]:
    """The statements of a script whose text holds no other semicolon."""
    return [each.strip() for each in script.split(";\n") if each.strip()]


def triggers() -> dict[str, str]:
    """Every trigger, by name. Reinstalled whole after each migration (``transform`` drops them).

    Those of the journal call ``seal``, a function that only casectl defines, so that another
    program's writes fail even inside an operation.
    """
    made: dict[str, str] = {}
    for table, columns in RECORDS.items():
        for event, old, new in (
            ("INSERT", "", "NEW"),
            ("UPDATE", "OLD", "NEW"),
            ("DELETE", "OLD", ""),
        ):
            row = new or old
            of = f"'{table}', {row}.id, {CASE_OF[table].format(row=row)}"
            name = f"journal_{table}_{event.lower()}"
            made[name] = (
                f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN "
                "SELECT RAISE(ABORT, 'a write outside an operation') "
                "WHERE NOT EXISTS (SELECT 1 FROM current_operation); "
                f"{insert_change(of, _as_json(old, columns), _as_json(new, columns))}; END"
            )
    for table, (key, but_for) in KEPT.items():
        for event, unless in (
            ("INSERT", f"NOT EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"),
            ("UPDATE", but_for),
            ("DELETE", None),
        ):
            name = f"keep_{table}_{event.lower()}"
            when = f" WHEN NOT ({unless})" if unless else ""
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {event} ON {table}{when} BEGIN "
                "SELECT RAISE(ABORT, 'the journal only grows'); END"
            )
    return made


def insert_change(of: str, before: str, after: str) -> str:
    """The statement that journals one change; ``of`` is its table, row and case.

    The inner SELECT is there so that each side is made into JSON once.
    """
    return (
        "INSERT INTO changes (operation_id, table_name, row_id, case_id, before, after, seal) "
        f"SELECT (SELECT id FROM current_operation), {of}, was, is_now, seal({of}, was, is_now) "
        f"FROM (SELECT {before} AS was, {after} AS is_now)"
    )


# The digest of a change without the salt, by which its contents could be guessed at.
UNSALTED = "substr({row}.seal, instr({row}.seal, ':'))"

# What only grows: each table's key, and which update is let through. An INSERT OR REPLACE would
# delete the old row without a word to any delete trigger, so a key that is there is refused.
KEPT = {
    "operations": ("id", None),
    "changes": (
        "id",
        "EXISTS (SELECT 1 FROM lifted WHERE what = 'purge') "
        f"AND OLD.table_name <> '{PURGES}' AND NEW.before IS NULL AND NEW.after IS NULL "
        f"AND NEW.seal IS {UNSALTED.format(row='OLD')} AND "
        + " AND ".join(
            f"NEW.{name} IS OLD.{name}"
            for name in ("id", "operation_id", "table_name", "row_id", "case_id")
        ),
    ),
    "chain": (
        "operation_id",
        "EXISTS (SELECT 1 FROM lifted WHERE what = 'rekey') "
        "AND NEW.operation_id IS OLD.operation_id",
    ),
}


def _as_json(row: str, columns: tuple[str, ...]) -> str:
    if not row:
        return "NULL"
    pairs = ", ".join(f"'{column}', {row}.\"{column}\"" for column in columns)
    return f"json_object({pairs})"


# The tables that casectl reads. Others' tables do nothing by themselves, so they stop nobody.
OURS = (
    *RECORDS, "operations", "changes", "chain", "current_operation", "lifted", "counters", "drafts",
    "reminders", "meta", "due_groups", "due_facts", "search_texts", "search_index", "mornings",
)  # fmt: skip
PARTS = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') "
    f"OR tbl_name IN ({', '.join(map(repr, OURS))}) ORDER BY type, name"
)


def mark_of(db: Database) -> str:
    """A digest of all that acts in a file or is read from: tables, indexes, triggers, views."""
    try:  # hashlib takes ten times as long to load: it brings OpenSSL
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    parts = "\x1f".join([str(each) for part in db.rows(PARTS) for each in part])
    return blake2b(parts.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def has_its_schema(db: Database) -> bool:
    return mark_of(db) == SCHEMA_MARK
