"""Reads the head of the day's list without reading every case, and exactly.

Due days never decrease with fact days, so of each group only its first cases can be among the
first of the list. Where days off give several fact days one due day, the tie (longer open, then
number) runs across them, so the first cases of each of those fact days are read as well. What is
read is then ranked whole, by the one engine; a property test compares with ranking everything.

Every open case has facts. One without any was taken out of them by another program, and is read and
ranked like the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator
from datetime import date

from casectl.core.agenda import COUNT_CAP, WHOLE, Agenda, Ask, Counts, Load, ahead, cut
from casectl.core.due import Band, DueItem, Rule, Rules
from casectl.core.facts import (
    AFTER_CLOSING,
    MISSING,
    PROMISED,
    SEEN_AFTER,
    WATCHED,
    Group,
    facts_of,
    named_facts,
)
from casectl.core.model import ME, RISKS, UNASSESSED_RISK, Case, CaseRecord, Level, Promise
from casectl.core.priority import DUE_ON, Ranked, RankKey, fact_key, in_order, rank_by
from casectl.core.values import NamedTuple, new_tuple
from casectl.core.workdays import ONE_DAY
from casectl.store.connection import Database, Row, Value
from casectl.store.rows import (
    CASES,
    CHUNK,
    GROUP_COLUMNS,
    OWN_COLUMNS,
    PROMISE_COLUMNS,
    Part,
    case_of,
    marks,
    promise_of,
    read_records,
)

# Every group, and the same with the day of its earliest fact, which is an index seek each.
GROUPS = f"SELECT id, {GROUP_COLUMNS}, '' FROM due_groups"
HEADS = (
    f"SELECT id, {GROUP_COLUMNS}, (SELECT min(day) FROM due_facts WHERE group_id = due_groups.id) "
    "FROM due_groups"
)
NOTHING_REQUIRED = f" WHERE kind <> '{MISSING}'"
# What is the worker's own, by its day, as a case's open promises are read.
OWN_WORK = f"SELECT {OWN_COLUMNS} FROM own_work WHERE status = 'open' ORDER BY due_on, number"
# A case's level in SQL, as ``model.level_of`` has it.
_RISK_LEVELS = " ".join(f"WHEN '{risk}' THEN {int(level)}" for risk, level in RISKS.items())
LEVEL = (
    f"max(urgency, CASE risk {_RISK_LEVELS} ELSE {int(UNASSESSED_RISK)} END, "
    f"CASE WHEN flagged_on IS NULL THEN 0 ELSE {int(Level.CRISIS)} END)"
)
# The names in the journal of some clients, and of those whose cases are theirs since a merge.
FORMER = (
    "SELECT id, name FROM (SELECT k.id, json_extract(x.before, '$.name') AS name FROM clients k "
    "JOIN changes x ON x.row_id = k.id WHERE k.id IN ({marks}) "
    "UNION SELECT c.client_id, json_extract(d.before, '$.name') FROM cases c "
    "JOIN changes x ON x.row_id = c.id "
    "JOIN changes d ON d.row_id = json_extract(x.before, '$.client_id') "
    "WHERE c.client_id IN ({marks}) AND d.row_id <> c.client_id) WHERE name IS NOT NULL"
)
# More facts than this are not counted in one pass; each count then stops at its own cap.
SCANNED = 5000
# So many groups are counted each by itself to see whether one of them meets the cap.
ALONE = 8
ONE_GROUP = (
    "SELECT count(*) FROM (SELECT 1 FROM due_facts WHERE group_id = ? AND day > ? AND day <= ? "
    "LIMIT ?)"
)
# With more open cases than this the day's list does not ask whether each has facts (0.1 ms for a
# thousand); reminders, which nobody waits for, always do.
ASKED_ABOUT = 2000
OPEN = "status IN ('active', 'pending', 'on_hold')"
# Of so many contacts, the latest, the logged minutes say how long things take here.
LATEST = 200


class AgendaReader:
    def __init__(self, db: Database) -> None:
        self.db = db
        self.left_out: list[int] = []  # open cases that had no facts, as the last reading found
        self.edited: set[str] = set()  # clients who may have had another name, of those it read

    def read(self, ask: Ask) -> Agenda:
        """The list for ``ask.today``, its counts and its hours, all of one moment."""
        with self.db.snapshot():
            return self._reading(ask, HEADS, ASKED_ABOUT).agenda()

    def rows(self, ask: Ask) -> list[Ranked]:
        """The list alone, for a machine: half the reading."""
        with self.db.snapshot():
            return self._reading(ask, HEADS, ASKED_ABOUT).rows()

    def learned_minutes(self) -> dict[str, int]:
        """What the latest contacts took, by kind of due item, where there are enough of them."""
        from casectl.core.load import learned_from

        return learned_from(_logged(self.db))

    def pressing(self, ask: Ask, until: date) -> list[DueItem]:
        """Every item in a band that presses, or due by ``until``, the most pressing first."""
        with self.db.snapshot():
            return self._reading(ahead(ask, until), GROUPS, None).pressing(until, self.edited)

    def _reading(self, ask: Ask, groups: str, most: int | None) -> _Reading:
        self.left_out = _left_out(self.db, most)
        return _Reading(self.db, ask, groups, self.left_out)

    def former_names(self, client_ids: Iterable[str]) -> dict[str, set[str]]:
        """Names that these clients, of those read last, had before, or that others had who were
        joined with them; who has no other is left out.
        """
        ids = sorted(self.edited.intersection(client_ids))
        names: dict[str, set[str]] = {}
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            for client_id, name in self.db.tuples(FORMER.format(marks=marks(chunk)), chunk * 2):
                names.setdefault(client_id, set()).add(name)
        return names


class _Stream(NamedTuple):
    """One group: its number, its rule, and its earliest fact day, ISO, where it was asked for."""

    group_id: int
    rule: Rule
    tried: bool
    planned: bool
    head: str


class _Reading:
    """One reading of the list: the groups asked for, and what their rules say today."""

    def __init__(self, db: Database, ask: Ask, groups: str, left_out: list[int]) -> None:
        self.db = db
        self.ask = ask
        self.left_out = left_out
        self.rules = Rules(ask.standards, ask.today)
        self.streams = list(self._streams(groups))
        self.own = self._own()

    def rows(self) -> list[Ranked]:
        ask = self.ask
        numbers = self._open_numbers() if ask.limit is None else self._candidates(ask.limit)
        numbers.update(self.left_out)
        return cut(rank_by(self.rules, [*self._wanted(numbers), *self.own]), ask.limit)

    def agenda(self) -> Agenda:
        ask, rows = self.ask, self.rows()
        counts, listed = self._counts(len(rows))
        load, kept = self._load(rows, counts.need)
        return Agenda(
            ask,
            tuple(kept),
            counts,
            tuple(self._hours()),
            0 if ask.limit is None else max(0, listed - len(rows)),
            None if rows else self._next_due(),
            load,
        )

    def _load(self, rows: list[Ranked], need: int) -> tuple[Load | None, list[Ranked]]:
        """How much of it one day holds, and the rows that are not folded."""
        ask = self.ask
        if ask.hours is None or not need:
            return None, rows
        from casectl.core.load import learned_from, load_of

        load, kept = load_of(rows, need, ask.hours, ask.today, learned_from(_logged(self.db)))
        if load is None or ask.folds:
            return load, kept
        return load._replace(folded=0), rows

    def pressing(self, until: date, edited: set[str]) -> list[DueItem]:
        """The items of the facts that press, or that fall due by ``until``.

        What is kept of a derived fact is all there is of it; of promises only the earliest is kept,
        so those are read: no more of them, and no more attempts, than can be among the items. Whose
        record was changed since it was made is added to ``edited``.
        """
        streams = {stream.group_id: stream for stream in self.streams}
        days: dict[Rule, str] = {}  # several groups have one rule
        lasts = {}
        for group_id, rule, _, _, _ in self.streams:
            if rule not in days:
                days[rule] = rule.none_told_after(until).isoformat()
            lasts[group_id] = days[rule]
        derived: dict[int, list[tuple[Rule, date]]] = {}
        promised: set[int] = set()
        tried: set[int] = set()
        watched: dict[tuple[str, str], set[int]] = {}
        last = last_watched = ""
        for group_id, on, number in self._facts_to(lasts):
            _, rule, is_tried, _, _ = streams[group_id]
            group = rule.group
            day = date.fromisoformat(on)
            if not _is_told(rule, day, until):
                continue
            facts = derived.setdefault(number, [])
            if is_tried:
                tried.add(number)
            owes = group.kind, group.stage
            if owes in WATCHED:
                watched.setdefault(owes, set()).add(number)
                last_watched = max(last_watched, lasts[group_id])
            elif group.kind in PROMISED:
                promised.add(number)
                last = max(last, lasts[group_id])
            else:
                facts.append((rule, day))
        guardian = self.ask.standards.guardian_counts
        seen = watched.get(SEEN_AFTER, set())
        part = Part(promised, last, tried, seen, guardian, watched, last_watched, edited)
        records = read_records(self.db, derived, part)
        items = (
            item
            for record in records
            for item in self._pressing_items(record, derived[record.case.number], seen, until)
        )
        left_out = self._wanted(self.left_out)
        edited.update(record.case.client_id for record in left_out)
        added = (
            item for record in [*left_out, *self.own] for item in self._items_of(record, until)
        )
        scale = self.ask.standards.common_scale()
        return in_order([*items, *added], self.ask.today, scale)

    def _items_of(self, record: CaseRecord, until: date) -> Iterator[DueItem]:
        """The same of one record, worked out from it alone."""
        for group, day, promise, watch in facts_of(record):
            rule = self.rules.of(group)
            if rule.applies and _is_told(rule, day, until):
                yield rule.item(record, day, promise, watch)

    def _pressing_items(
        self,
        record: CaseRecord,
        derived: Iterable[tuple[Rule, date]],
        seen: Container[int],
        until: date,
    ) -> Iterator[DueItem]:
        """Its derived facts as items, and its named ones: of those ``seen`` it was read when."""
        for rule, day in derived:
            yield rule.item(record, day, None)
        for group, day, promise, watch in named_facts(record):
            if group[:2] == SEEN_AFTER and record.case.number not in seen:
                continue  # the client was seen, or the facts on file would hold it
            rule = self.rules.of(group)
            if rule.applies and _is_told(rule, day, until):
                yield rule.item(record, day, promise, watch)

    def _facts_to(self, lasts: dict[int, str]) -> list[tuple[int, str, int]]:
        """The group, day and case of the facts up to each group's last day.

        The days go as one JSON object, which costs less than a variable for each.
        """
        days = ",".join(f'"{group_id}":"{last}"' for group_id, last in lasts.items())
        return self.db.tuples(
            "SELECT f.group_id, f.day, f.number FROM json_each(?) w "
            "CROSS JOIN due_facts f ON f.group_id = CAST(w.key AS INTEGER) AND f.day <= w.value",
            (f"{{{days}}}",),
        )

    # -- what is the worker's own ---------------------------------------------------------------

    def _own(self) -> list[CaseRecord]:
        """The worker's own work as one record, if there is any; none where it was not asked for."""
        ask = self.ask
        if ask.program is not None or (ask.level is not None and ask.level > ME.level):
            return []
        rows = self.db.rows(OWN_WORK)
        return [CaseRecord(ME, tuple(map(promise_of, rows)))] if rows else []

    def _own_counts(self) -> tuple[bool, bool, bool]:
        """Whether it is listed, presses and is late."""
        days = [promise.due_on for record in self.own for promise in record.promises]
        if not days:
            return False, False, False
        (record,) = self.own
        items = list(self.rules.items(record))
        return (
            any(item.is_listed for item in items),
            any(item.is_pressing for item in items),
            min(days) < self.ask.today,
        )

    # -- groups --------------------------------------------------------------------------------

    def _streams(self, groups: str) -> Iterator[_Stream]:
        """The groups asked for; with their heads, only those that have any fact."""
        ask = self.ask
        if not ask.standards.requires_any:
            groups += NOTHING_REQUIRED
        for row in self.db.tuples(groups):
            group_id, kind, stage, level, program, lead, who, reaching, tried, planned = row[:10]
            lacks, head = row[10:]
            if head is None or (ask.level is not None and level < ask.level):
                continue
            if ask.program is not None and program != ask.program:
                continue
            group = new_tuple(
                Group,
                (
                    kind, stage, level, program, lead, who,
                    bool(reaching), bool(tried), bool(planned), lacks,
                ),
            )  # fmt: skip
            rule = self.rules.of(group)
            if rule.applies:
                yield new_tuple(_Stream, (group_id, rule, bool(tried), bool(planned), head))

    # -- the head of the list ------------------------------------------------------------------

    def _candidates(self, limit: int) -> set[int]:
        """The cases that could be among the first ``limit``, from the heads of the groups."""
        scale = self.ask.standards.common_scale()
        # No case of a group stands before its head, were it open the longest and never tried.
        heads = sorted(
            (fact_key(stream.rule, day, False, date.min, 0, scale), index)
            for index, stream in enumerate(self.streams)
            if stream.rule.due(day := date.fromisoformat(stream.head))[1] is not None
        )
        best: dict[int, RankKey] = {}
        for head, index in heads:
            band = head[0]
            last = None if band <= Band.DEADLINE else _last_of(best, limit)
            if last is not None and last < head:
                break
            for number, key in self._first(self.streams[index], limit, scale, last):
                if number not in best or key < best[number]:
                    best[number] = key
        chosen = sorted(best, key=best.__getitem__)
        whole = sum(best[number][0] <= Band.DEADLINE for number in chosen)
        return set(chosen[: max(limit, whole)])

    def _first(
        self, stream: _Stream, take: int, scale: int, last: RankKey | None
    ) -> Iterator[tuple[int, RankKey]]:
        """The first cases of a group; of a tried or planned one, of each of its parts.

        None that fall due on a day behind ``last``, where there are enough before it.
        """
        rule = stream.rule
        for waits, put_off, part, values in self._parts(stream):
            for day, opened_on, number in self._head_rows(rule, part, values, take):
                on, opened = date.fromisoformat(day), date.fromisoformat(opened_on)
                behind = waits or (put_off and rule.due(on)[1] is Band.NOW)
                key = fact_key(rule, on, behind, opened, number, scale)
                if last is not None and key[:DUE_ON] > last[:DUE_ON]:
                    break
                if key[0] <= Band.SOON:
                    yield number, key

    def _parts(self, stream: _Stream) -> Iterator[tuple[bool, bool, str, list[Value]]]:
        """A group in parts, in each of which the earlier fact comes first: whether they wait after
        an attempt, whether a plan puts them off, and the condition in SQL with its values.
        """
        tried = planned = [(False, "", "")]
        if stream.tried:
            first_waiting = stream.rule.first_waiting.isoformat()
            tried = [
                (False, " AND tried_on < ?", first_waiting),
                (True, " AND tried_on >= ?", first_waiting),
            ]
        if stream.planned:
            today = self.ask.today.isoformat()
            planned = [(False, " AND planned_on <= ?", today), (True, " AND planned_on > ?", today)]
        for waits, of_tried, first in tried:
            for put_off, of_planned, second in planned:
                values: list[Value] = [stream.group_id, *filter(None, (first, second))]
                yield waits, put_off, of_tried + of_planned, values

    def _head_rows(self, rule: Rule, part: str, values: list[Value], limit: int) -> list[Row]:
        """The first rows: as many as the list has, or as SAFETY and DEADLINE may have beyond it."""
        select = f"SELECT day, opened_on, number FROM due_facts WHERE group_id = ?{part} "
        for take in sorted({limit, max(limit, WHOLE + 1)}):
            rows = self.db.rows(
                f"{select} ORDER BY day, opened_on, number LIMIT ?", [*values, take]
            )
            if len(rows) < take:
                return rows
            last = date.fromisoformat(rows[-1][0])
            due, band = rule.due(last)
            if band is None or band > Band.DEADLINE:
                break
        # DEADLINE goes by the hour as well, which is not kept here: the whole day is read.
        most = -1 if band is Band.DEADLINE else take
        while rule.due(last)[0] == due:
            rows += self.db.rows(
                f"{select} AND day = ? ORDER BY opened_on, number LIMIT ?",
                [*values, last.isoformat(), most],
            )
            last += ONE_DAY
        return rows

    def _wanted(self, numbers: Collection[int]) -> list[CaseRecord]:
        ask = self.ask
        return [
            record
            for record in read_records(self.db, numbers, lacks=ask.standards.requires_any)
            if (ask.level is None or record.case.level >= ask.level)
            and (ask.program is None or record.case.program == ask.program)
        ]

    def _open_numbers(self) -> set[int]:
        """And the closed ones that owe their aftercare."""
        rows = self.db.rows(
            "SELECT number FROM cases WHERE status <> 'closed' UNION ALL SELECT f.number "
            "FROM due_groups g JOIN due_facts f ON f.group_id = g.id "
            f"WHERE g.kind = '{AFTER_CLOSING}'"
        )
        return {row[0] for row in rows}

    # -- what stands around the list -----------------------------------------------------------

    def _counts(self, shown: int) -> tuple[Counts, int]:
        """The counts, and how many cases are listed; each exact up to a cap."""
        cap = COUNT_CAP + 1
        still_open = self._open_count(cap)
        at_once = self._counted_at_once() if still_open < cap else None
        listed, need, overdue, silent = at_once or self._counted_to(cap, shown)
        # Only each group's earliest fact is kept, so a case's second one is not seen here; taking
        # the overdue from those in need is exact, while both are whole.
        due = need - overdue
        if need >= cap:
            due = self._cases(cap, lambda rule: rule.last_pressing, lambda rule: rule.last_late)
        is_listed, presses, is_late = self._own_counts()
        counts = (
            min(each, cap)
            for each in (
                still_open, need + presses, overdue + is_late, due + (presses and not is_late),
                silent,
            )
        )  # fmt: skip
        return Counts(*counts), min(listed + is_listed, cap + shown)

    def _counted_at_once(self) -> tuple[int, int, int, int] | None:
        """Cases listed, pressing, late and out of contact in one pass; None past ``SCANNED``."""
        wanted: list[Value] = []
        for group_id, rule, _, _, head in self.streams:
            listed = rule.last_listed.isoformat()
            if head <= listed:
                late = rule.last_late.isoformat()
                silent = late if rule.group.kind == "contact" else ""
                wanted += [group_id, listed, rule.last_pressing.isoformat(), late, silent]
        if not wanted:
            return 0, 0, 0, 0
        groups = ",".join(["(?,?,?,?,?)"] * (len(wanted) // 5))
        row = self.db.one(
            "WITH wanted (group_id, listed, pressing, late, silent) AS "
            f"(VALUES {groups}), facts AS (SELECT f.number, f.day <= w.pressing AS presses, "
            "f.day <= w.late AS is_late, f.day <= w.silent AS is_silent FROM wanted w "
            "CROSS JOIN due_facts f ON f.group_id = w.group_id AND f.day <= w.listed LIMIT ?), "
            "cases_found AS (SELECT count(*) AS seen, max(presses) AS presses, "
            "max(is_late) AS is_late, max(is_silent) AS is_silent FROM facts GROUP BY number) "
            "SELECT sum(seen), count(*), sum(presses), sum(is_late), sum(is_silent) "
            "FROM cases_found",
            [*wanted, SCANNED],
        )
        assert row is not None
        seen, *found = tuple(each or 0 for each in row)
        return None if seen >= SCANNED else (found[0], found[1], found[2], found[3])

    def _counted_to(self, cap: int, shown: int) -> tuple[int, int, int, int]:
        """The same four counts, each in a pass of its own that ends at its cap.

        Who is out of contact is late, who is late presses, and who presses is listed: past the cap
        the wider counts are known to be there as well.
        """
        passes: tuple[Callable[[Rule], date | None], ...] = (
            lambda rule: rule.last_late if rule.group.kind == "contact" else None,
            lambda rule: rule.last_late,
            lambda rule: rule.last_pressing,
            lambda rule: rule.last_listed,
        )
        counts: list[int] = []
        for until in passes:
            known = counts[-1] if counts else 0
            counts.append(known if known == cap + shown else self._cases(cap + shown, until))
        silent, late, presses, listed = counts
        return listed, presses, late, silent

    def _cases(
        self,
        cap: int,
        until: Callable[[Rule], date | None],
        after: Callable[[Rule], date] = lambda rule: date.min,
    ) -> int:
        """How many cases have a fact after one day and not after another, up to ``cap``.

        A group has one fact of a case at most, so one group alone may show that the cap is met;
        if a few do not, one statement for all does: a seek for each, and no more rows than it must.
        """
        wanted: list[Value] = []
        for stream in self.streams:
            last = until(stream.rule)
            if last is not None and stream.head <= last.isoformat():
                group: list[Value] = [
                    stream.group_id,
                    after(stream.rule).isoformat(),
                    last.isoformat(),
                ]
                if len(wanted) < 3 * ALONE and self.db.value(ONE_GROUP, [*group, cap]) == cap:
                    return cap
                wanted += group
        if not wanted:
            return 0
        groups = ",".join(["(?,?,?)"] * (len(wanted) // 3))
        return int(
            self.db.value(
                f"WITH wanted (group_id, after, until) AS (VALUES {groups}) "
                "SELECT count(*) FROM (SELECT DISTINCT f.number FROM wanted w "
                "CROSS JOIN due_facts f ON f.group_id = w.group_id "
                "AND f.day > w.after AND f.day <= w.until LIMIT ?)",
                [*wanted, cap],
            )
        )

    def _open_count(self, cap: int) -> int:
        ask = self.ask
        where = OPEN
        values: list[Value] = []
        if ask.program is not None:
            where += " AND program = ?"
            values.append(ask.program)
        if ask.level is not None:
            where += f" AND {LEVEL} >= ?"
            values.append(ask.level)
        return int(
            self.db.value(
                f"SELECT count(*) FROM (SELECT 1 FROM cases WHERE {where} LIMIT {cap})", values
            )
        )

    def _hours(self) -> Iterator[tuple[Case, Promise]]:
        """Today's appointments and timed deadlines; before days off, the next working day's too."""
        ask = self.ask
        calendar = ask.standards.calendar
        until = ask.today
        if not calendar.is_working(ask.today) or calendar.last_day_off_after(ask.today) > ask.today:
            until = calendar.after(ask.today, 1)
        promises = [
            promise_of(row)
            for row in self.db.rows(
                f"SELECT {PROMISE_COLUMNS} FROM promises WHERE status = 'open' "
                "AND kind <> 'follow_up' AND due_on BETWEEN ? AND ? "
                "AND (kind = 'appointment' OR due_time IS NOT NULL) "
                "ORDER BY due_on, due_time IS NULL, due_time, id",
                (ask.today.isoformat(), until.isoformat()),
            )
        ]
        own = [
            promise
            for record in self.own
            for promise in record.promises
            if promise.due_time is not None and ask.today <= promise.due_on <= until
        ]
        ids = sorted({promise.case_id for promise in promises})
        cases: dict[str, Case] = {ME.id: ME}
        for start in range(0, len(ids), WHOLE):
            chunk = ids[start : start + WHOLE]
            for row in self.db.rows(f"{CASES} WHERE c.id IN ({marks(chunk)})", chunk):
                case = case_of(row)
                cases[case.id] = case
        if own:
            promises = sorted([*promises, *own], key=_by_the_hour)
        for promise in promises:
            case = cases[promise.case_id]
            if not case.is_open:
                continue
            if ask.program is not None and case.program != ask.program:
                continue
            if ask.level is None or case.level >= ask.level:
                yield case, promise

    def _next_due(self) -> date | None:
        """The earliest day that anything at all falls due."""
        heads = ((each.rule, date.fromisoformat(each.head)) for each in self.streams)
        own = (promise.due_on for record in self.own for promise in record.promises)
        return min((*(rule.due_on(head) for rule, head in heads), *own), default=None)


def _is_told(rule: Rule, day: date, until: date) -> bool:
    """Whether a fact presses, or falls due by ``until``."""
    due, band = rule.due(day)
    return due <= until or (band is not None and band is not Band.SOON)


def _by_the_hour(promise: Promise) -> tuple[date, bool, str, str]:
    """As ``_hours`` has them from the file."""
    return promise.due_on, promise.due_time is None, promise.due_time or "", promise.id


def _logged(db: Database) -> list[tuple[str, int]]:
    """The means and minutes of the latest contacts that have them."""
    return [
        (row[0], row[1])
        for row in db.rows(
            'SELECT "by", minutes FROM (SELECT "by", minutes FROM contacts '
            "ORDER BY on_day DESC LIMIT ?) WHERE minutes > 0",
            (LATEST,),
        )
    ]


def _left_out(db: Database, most: int | None) -> list[int]:
    """The open cases without any fact; none where more than ``most`` are open."""
    if most is not None:
        counted = f"SELECT count(*) FROM (SELECT 1 FROM cases WHERE {OPEN} LIMIT {most + 1})"
        if db.value(counted) > most:
            return []
    without = (
        f"SELECT number FROM cases WHERE {OPEN} AND number NOT IN (SELECT number FROM due_facts)"
    )
    return [row[0] for row in db.rows(without)]


def _last_of(best: dict[int, RankKey], limit: int) -> RankKey | None:
    """The last of the first ``limit`` keys; None while there are fewer."""
    return sorted(best.values())[limit - 1] if len(best) >= limit else None
