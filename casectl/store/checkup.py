"""What ``casectl doctor`` looks at inside the file: integrity, journal, derived facts, promises."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from casectl.core.errors import Busy, CasectlError, EncryptionGone, Locked
from casectl.core.model import Author
from casectl.core.text import name_key
from casectl.core.views import FAIL, OK, WARN, Finding
from casectl.store.connection import Database, check_file
from casectl.store.derived import order_texts, refresh_facts, searchable
from casectl.store.journal import Journal
from casectl.store.recount import UNREADABLE, Recount
from casectl.store.rows import marks
from casectl.store.schema import RECORDS, SCHEMA_VERSION, has_its_schema

if TYPE_CHECKING:
    from casectl.store.backup import Backups

REPAIR = "casectl doctor --repair"
RESTORE = "keep the file as it is and restore a backup: casectl backup --list"
BACK_UP = "casectl backup makes one"
MOST_NAMED = 5
MOST_SAID = 120  # characters of what SQLite finds wrong
OLD_BACKUP_DAYS = 4  # a long weekend, over which nothing is recorded
CLOCK_SLACK = 5 / 1440  # days; programs that run at once begin at different moments

# What ``unchangeable.contradiction`` says of one case.
CONTRADICTS = (
    "(status = 'on_hold') <> (hold_until IS NOT NULL) "
    "OR (status = 'closed') <> (closed_on IS NOT NULL) "
    "OR (urgency = 4 OR risk IS 'imminent' OR flagged_on IS NOT NULL) <> (crisis_since IS NOT NULL)"
)


class Checkup:
    def __init__(self, db: Database, author: Author) -> None:
        self.db = db
        self.author = author
        self.recount = Recount(db)

    def findings(self) -> Iterator[Finding]:
        """Every check, each by itself: one that cannot be made says so and stops no other.

        Raises Busy where another program holds the file: the other checks would wait as long.
        """
        checks: dict[str, Callable[[], Finding]] = {
            "schema": self._schema,
            "integrity": self._integrity,
            "links": self._links,
            "journal": self._journal,
            "chain": self._chain,
            "cases": self._cases,
            "names": self._names,
            "facts": self._facts,
            "promise": self._promise,
            "search": self._search,
            "backups": self._backups,
            "restore": self._restore,
            "clock": self._clock,
            "shell history": self._shell_history,
            "access log": self._access_log,
        }
        for name, check in checks.items():
            try:
                yield check()
            except Busy:
                raise
            except UNREADABLE as error:
                words = str(error) if isinstance(error, CasectlError) else type(error).__name__
                yield Finding(name, FAIL, f"cannot be looked at ({words})", RESTORE)

    def repair(self) -> None:
        """Put triggers and indexes back as they belong, and derive anew what is derived.

        One operation of the journal says that it happened. Records stay as they are, but for how
        names are compared, which is an operation of its own.
        """
        from casectl.store.blueprint import put_right
        from casectl.store.chain import Changes, add_link

        reason = self.db.why_read_only()
        if isinstance(reason, EncryptionGone):  # nothing in that file is to be made look right
            raise reason
        self.db.read_only_because = None
        try:
            with self.db.transaction():
                number = self.db.value(
                    "INSERT INTO operations (at, day, worker, command) VALUES (?,?,?,'repair') "
                    "RETURNING id",
                    (self.author.moment, self.author.day, self.author.worker),
                )
                self.db.execute("DELETE FROM current_operation")
                self.db.execute("DELETE FROM lifted")
                put_right(self.db)
                self._derive_facts()
                self._derive_texts()
                add_link(self.db, number, Changes())
        except BaseException:
            self.db.read_only_because = reason
            raise
        if not has_its_schema(self.db):  # a table is not mended
            self.db.read_only_because = reason
            return
        misfiled = list(self._misfiled())
        if misfiled:
            with Journal(self.db, self.author).operation("doctor") as operation:
                for client_id, key in misfiled:
                    operation.update("clients", client_id, folded=key)

    def _schema(self) -> Finding:
        """Whether tables, indexes and triggers are this program's, and nothing stands beside."""
        from casectl.store.blueprint import differences

        found = differences(self.db)
        if not found:
            detail = f"version {SCHEMA_VERSION}, every table, index and trigger as casectl makes it"
            return Finding("schema", OK, detail)
        more = f", and {_count(len(found) - 1, 'more difference')}" if len(found) > 1 else ""
        if all(each.is_idle for each in found):
            detail = f"version {SCHEMA_VERSION}; {found[0]} by another program{more}"
            return Finding("schema", WARN, detail, "casectl does not read it; remove it there")
        return Finding(
            "schema",
            FAIL,
            f"version {SCHEMA_VERSION}, but {found[0]}{more}: nothing is written until it is right",
            REPAIR if all(each.is_mendable or each.is_idle for each in found) else RESTORE,
        )

    def _integrity(self) -> Finding:
        said = self.db.value("PRAGMA integrity_check")
        if said != "ok":
            return Finding("integrity", FAIL, str(said).splitlines()[0][:MOST_SAID], RESTORE)
        mode = self.db.value("PRAGMA journal_mode")
        if mode != "delete":
            return Finding(
                "integrity",
                WARN,
                f"every page reads, but another program set its journal mode to {mode}: a copy of "
                "the file alone may miss the newest changes",
                f'sqlite3 {self.db.path} "PRAGMA journal_mode = DELETE"',
            )
        return Finding("integrity", OK, "every page of the file reads")

    def _links(self) -> Finding:
        broken = len(self.db.rows("PRAGMA foreign_key_check"))
        if broken:
            return Finding("links", FAIL, f"{_count(broken, 'row')} of no case or client", RESTORE)
        return Finding("links", OK, "every row belongs to a case or a client")

    def _journal(self) -> Finding:
        """Every record's newest journal entry is the record as it stands."""
        if self.db.value(
            "SELECT (SELECT count(*) FROM current_operation) + (SELECT count(*) FROM lifted)"
        ):
            return Finding("journal", FAIL, "an operation was left open", REPAIR)
        wrong = sum(self._unlike_journal(table) for table in RECORDS)
        if wrong:
            detail = f"{_count(wrong, 'record')} changed behind the journal's back"
            return Finding("journal", FAIL, detail, "casectl history CASE shows what it knows")
        count = self.db.value("SELECT count(*) FROM operations")
        return Finding("journal", OK, f"{_count(count, 'operation')}, every record as it says")

    def _chain(self) -> Finding:
        """Nothing in the journal itself was altered since it was recorded."""
        from casectl.store.audit import Audit

        audited = Audit(self.db).verify(records=False)
        if audited.first is not None:
            more = f", and {_count(audited.faults - 1, 'more fault')}" if audited.faults > 1 else ""
            return Finding("chain", FAIL, f"{audited.first}{more}", "casectl audit verify")
        keyed = "keyed" if audited.head.keyed else "unkeyed"
        purged = f", {audited.purged:,} of them purged" if audited.purged else ""
        detail = f"{_count(audited.changes, 'change')} as sealed{purged}; the chain is {keyed}"
        return Finding("chain", OK, detail)

    def _unlike_journal(self, table: str) -> int:
        """How many records differ from what the journal last said of them.

        An entry written before a column was added does not speak of it: there was nothing in it.
        """
        pairs = ", ".join(f"'{name}', r.\"{name}\"" for name in RECORDS[table])
        rows = self.db.rows(
            f"SELECT now, after FROM (SELECT json_object({pairs}) AS now, "
            "(SELECT x.after FROM changes x WHERE x.row_id = r.id ORDER BY x.id DESC LIMIT 1) "
            f"AS after FROM {table} r) WHERE now IS NOT after"
        )
        wrong = 0
        for row in rows:
            now, after = json.loads(row["now"]), json.loads(row["after"] or "null")
            wrong += after is None or any(now.get(name) != after.get(name) for name in now | after)
        return wrong

    def _shell_history(self) -> Finding:
        from casectl.store.shellhistory import shell_history

        return shell_history(self.db)

    def _access_log(self) -> Finding:
        from casectl.store.accesslog import AccessLog

        return AccessLog(self.db.path).finding()

    def _cases(self) -> Finding:
        """What the program keeps true of each case by itself."""
        wrong = self.db.value(
            f"SELECT count(*) FROM cases WHERE {CONTRADICTS} "
            "OR number > (SELECT value FROM counters WHERE scope = 'case')"
        )
        if wrong:
            return Finding("cases", FAIL, f"{_count(wrong, 'case')} whose columns contradict")
        if strange := self._not_understood():
            detail = f"casework of {strange}"
            return Finding("cases", FAIL, detail, "upgrade casectl, or casectl undo takes it back")
        count = self.db.value("SELECT count(*) FROM cases")
        still = self.db.value("SELECT count(*) FROM cases WHERE status <> 'closed'")
        return Finding("cases", OK, f"{_count(count, 'case')}, {still:,} open")

    def _not_understood(self) -> str:
        """Pieces of a kind, and open ones of a stage, that no rule is of, by their names."""
        from casectl.core.bodies import stages_of
        from casectl.core.casework import LETTERS
        from casectl.core.foreign import part_name

        found = self.db.rows(
            "SELECT c.number AS case_number, w.kind, w.stage, w.number FROM casework w "
            "JOIN cases c ON c.id = w.case_id "
            f"WHERE w.status = 'open' OR w.kind NOT IN ({marks(LETTERS)}) ORDER BY 1, 2, 4",
            tuple(LETTERS),
        )
        strange: dict[str, list[str]] = {"kind": [], "stage": []}
        for each in found:
            name = f"{each['case_number']}.{part_name(each['kind'], each['number'])}"
            if each["kind"] not in LETTERS:
                strange["kind"].append(name)
            elif each["stage"] not in stages_of(each["kind"]):
                strange["stage"].append(name)
        return "; ".join(
            f"a {what} that this casectl does not know: {', '.join(names[:MOST_NAMED])}"
            + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
            for what, names in strange.items()
            if names
        )

    def _names(self) -> Finding:
        """Whether people are found by their names as names are compared today."""
        count = sum(1 for _ in self._misfiled())
        if count:
            detail = (
                f"{_count(count, 'client')} whose name an older casectl compares as it is written, "
                "family name first: a duplicate may be missed"
            )
            return Finding("names", WARN, detail, REPAIR)
        return Finding("names", OK, "every name is compared as it is spoken")

    def _misfiled(self) -> Iterator[tuple[str, str]]:
        """Clients written ``Garcia, Maria`` and compared as that, with what they compare by now."""
        for client_id, name, folded in self.db.rows(
            "SELECT id, name, folded FROM clients WHERE instr(folded, ',') > 0"
        ):
            key = name_key(name)
            if key != folded:
                yield client_id, key

    def _facts(self) -> Finding:
        """The stored facts are the ones that the records give."""
        wrong = sum(1 for _ in self.recount.wrong_facts()) + self.recount.odd_groups()
        if wrong:
            detail = f"{_count(wrong, 'case')} with due facts that the record does not give"
            return Finding("facts", FAIL, detail, REPAIR)
        return Finding(
            "facts", OK, f"{self.recount.facts:,} due facts worked out again, all the same"
        )

    def _promise(self) -> Finding:
        silent = self.db.value(
            "SELECT count(*) FROM cases c WHERE c.status <> 'closed' AND NOT EXISTS "
            "(SELECT 1 FROM due_facts f WHERE f.number = c.number)"
        )
        if silent:
            detail = f"{_count(silent, 'open case')} owing nothing, which could be forgotten"
            return Finding("promise", FAIL, detail, REPAIR)
        return Finding("promise", OK, "every open case owes something")

    def _search(self) -> Finding:
        wrong = sum(1 for _ in self.recount.wrong_texts())
        if wrong or self.recount.index_differs():
            detail = f"{_count(wrong or 1, 'record')} not to be found by what it says"
            return Finding("search", FAIL, detail, REPAIR)
        return Finding("search", OK, "every record is found by what it says")

    def _backups(self) -> Finding:
        """Whether what was recorded is in one, and how old that is."""
        from casectl.store.backup import backups_of

        newest = next((each for each in self.backups.all() if each.manifest is not None), None)
        first = self.db.value("SELECT at FROM operations ORDER BY id LIMIT 1")
        if newest is None:
            if first is None or self._days_since(first) < 1:
                return Finding(
                    "backups", OK, "none yet; the tenth entry makes one, or tomorrow's first"
                )
            return Finding("backups", WARN, "there is no backup", BACK_UP)
        assert newest.manifest is not None
        plain = [each.path.name for each in backups_of(self.db.path) if not check_file(each.path)]
        if plain and self.db.key is not None:
            detail = f"{_count(len(plain), 'copy')} not encrypted, as the caseload is ({plain[0]})"
            hint = f"{BACK_UP} that is; remove those in {self.backups.folder}"
            return Finding("backups", WARN, detail, hint)
        days = self._days_since(newest.made_at)
        held = newest.manifest.contents.operation
        since: int = self.db.value("SELECT count(*) FROM operations WHERE id > ?", (held,))
        when = f"the newest of {newest.made_at[:10]}"
        if days < 0:
            return Finding("backups", WARN, f"{when}, a day to come", BACK_UP)
        if since and days >= OLD_BACKUP_DAYS:
            detail = f"{when}, and {_count(since, 'operation')} in none"
            return Finding("backups", WARN, detail, BACK_UP)
        held_words = f"{_count(since, 'operation')} since" if since else "with everything recorded"
        return Finding("backups", OK, f"{when}, {held_words}")

    def _restore(self) -> Finding:
        """The newest backup, restored into a private folder and checked there."""
        from casectl.store.restore import tried_out

        newest = next(iter(self.backups.all()), None)
        if newest is None:
            return Finding("restore", OK, "there is no backup to try")
        try:
            contents = tried_out(newest.path, self.db.key)
        except Busy:
            raise
        except Locked:
            detail = f"{newest.path.name} has another key than the caseload has now"
            return Finding("restore", WARN, detail, BACK_UP)
        except CasectlError as error:
            return Finding("restore", FAIL, str(error.args[0]), BACK_UP)
        cases = _count(contents.rows.get("cases", 0), "case")
        return Finding("restore", OK, f"the newest backup was restored and is sound: {cases}")

    @property
    def backups(self) -> Backups:
        from casectl.store.backup import Backups

        return Backups(self.db, self.author)

    def _days_since(self, moment: str) -> float:
        now = datetime.fromisoformat(self.author.moment)
        return (now - datetime.fromisoformat(moment)) / timedelta(days=1)

    def _clock(self) -> Finding:
        """Whether the machine's clock stands before what was recorded, by day or by the hour."""
        newest = self.db.one("SELECT max(at) AS at, max(day) AS day FROM operations")
        assert newest is not None, "an aggregate has one row"
        at, day = newest["at"] or "", newest["day"] or ""
        hint = "set the machine's clock right, or what is late will not show"
        if max(day, at[:10]) > max(self.author.day, self.author.moment[:10]):
            detail = f"the newest entry is of {max(day, at[:10])}, and today is {self.author.day}"
            return Finding("clock", WARN, detail, hint)
        if at and self._days_since(at) < -CLOCK_SLACK:
            detail = f"the newest entry is of {at}, and now it is {self.author.moment}"
            return Finding("clock", WARN, detail, hint)
        return Finding("clock", OK, f"today is {self.author.day}, after everything recorded")

    def _derive_facts(self) -> None:
        self.db.execute("DELETE FROM due_facts")
        self.db.execute("DELETE FROM due_groups")
        for numbers in self.recount.numbers():
            ids = self.db.rows(f"SELECT id FROM cases WHERE number IN ({marks(numbers)})", numbers)
            refresh_facts(self.db, [row["id"] for row in ids])

    def _derive_texts(self) -> None:
        self.db.execute("DELETE FROM search_texts")
        for table in RECORDS:
            for rows in self.recount.texts(table):
                texts = [
                    (row["id"], table, row["of_case"], text)
                    for row in rows
                    if (text := searchable(table, row))
                ]
                self.db.execute_many(
                    "INSERT INTO search_texts (row_id, source, case_id, folded) VALUES (?,?,?,?)",
                    texts,
                )
        order_texts(self.db.execute)


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
