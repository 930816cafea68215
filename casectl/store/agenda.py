"""Reads the head of the day's list without reading every case, and exactly.

Due days never decrease with fact days, so of each group only its first cases can be among the
first of the list. Where days off give several fact days one due day, the tie (longer open, then
number) runs across them, so the first cases of each of those fact days are read as well. What is
read is then ranked whole, by the one engine; a property test compares with ranking everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from casectl.core.agenda import COUNT_CAP, WHOLE, Agenda, Ask, Counts, cut
from casectl.core.due import (
    Band,
    allowed_days,
    applies,
    band_of,
    due_on,
    last_fact,
    last_listed,
    last_pressing,
    waits,
)
from casectl.core.facts import Group
from casectl.core.model import Case, CaseRecord, Promise
from casectl.core.priority import RankKey, key_of, rank
from casectl.store.connection import Database, Value
from casectl.store.derived import GROUP_COLUMNS
from casectl.store.rows import CASES, PROMISE_COLUMNS, case_of, marks, promise_of, read_records

# Every group with its earliest fact: one index seek each.
GROUPS = (
    f"SELECT id, {GROUP_COLUMNS}, (SELECT min(day) FROM due_facts WHERE group_id = due_groups.id) "
    "FROM due_groups"
)
FIRST_DAY = date(1900, 1, 1)


class _Stream(NamedTuple):
    """One group, or the half of a tried group that waits or does not, and its earliest fact."""

    group_id: int
    group: Group
    waits: bool
    half: str  # SQL that picks the half of a tried group
    values: tuple[Value, ...]
    head: str  # the earliest fact day, ISO


class AgendaReader:
    def __init__(self, db: Database) -> None:
        self.db = db

    def read(self, ask: Ask) -> Agenda:
        """The list for ``ask.today``, its counts and its hours."""
        streams = list(self._streams(ask))
        if ask.limit is None:
            numbers = self._open_numbers()
        else:
            numbers = self._candidates(ask, streams, ask.limit)
        ranked = rank(self._wanted(ask, numbers), ask.standards, ask.today)
        rows = cut(ranked, ask.limit)
        return Agenda(
            ask,
            tuple(rows),
            self._counts(ask, streams),
            tuple(self._hours(ask)),
            self._more(ask, streams, len(rows)),
            None if rows else _next_due(ask, streams),
        )

    def pressing(self, ask: Ask, until: date) -> list[CaseRecord]:
        """Every case with something in a band that presses, or due by ``until``."""
        numbers: set[int] = set()
        for stream in self._streams(ask):
            last = max(until, last_pressing(stream.group, ask.today, ask.standards))
            numbers.update(self._numbers(stream, last_fact(stream.group, last, ask.standards)))
        return self._wanted(ask, numbers)

    # -- the head of the list ------------------------------------------------------------------

    def _candidates(self, ask: Ask, streams: list[_Stream], limit: int) -> set[int]:
        """The cases that could be among the first ``limit``, from the heads of the groups."""
        scale = ask.standards.common_scale()
        # Of the rows that share a head's due day another may have been open for longer.
        heads = sorted(
            (_key(ask, stream, stream.head, "0001-01-01", 0, scale), index)
            for index, stream in enumerate(streams)
        )
        best: dict[int, RankKey] = {}
        for head, index in heads:
            band = head[0]
            if band > Band.SOON:
                break
            if band > Band.DEADLINE and _full(best, limit, head):
                break
            take = max(limit, WHOLE + 1) if band <= Band.DEADLINE else limit
            for number, key in self._first(ask, streams[index], take, scale):
                if number not in best or key < best[number]:
                    best[number] = key
        chosen = sorted(best, key=best.__getitem__)
        urgent = sum(best[number][0] <= Band.DEADLINE for number in chosen)
        return set(chosen[: max(limit, urgent)])

    def _first(
        self, ask: Ask, stream: _Stream, take: int, scale: int
    ) -> Iterator[tuple[int, RankKey]]:
        select = f"SELECT day, opened_on, number FROM due_facts WHERE group_id = ?{stream.half} "
        rows = self.db.rows(
            f"{select} ORDER BY day, opened_on, number LIMIT ?", [*stream.values, take]
        )
        if len(rows) == take:
            last = date.fromisoformat(rows[-1][0])
            due = due_on(stream.group, last, ask.standards)
            while due_on(stream.group, last, ask.standards) == due:
                rows += self.db.rows(
                    f"{select} AND day = ? ORDER BY opened_on, number LIMIT ?",
                    [*stream.values, last.isoformat(), take],
                )
                last += timedelta(days=1)
        for row in rows:
            key = _key(ask, stream, row[0], row[1], row[2], scale)
            if key[0] <= Band.SOON:
                yield row[2], key

    def _wanted(self, ask: Ask, numbers: set[int]) -> list[CaseRecord]:
        return [
            record
            for record in read_records(self.db, numbers)
            if (ask.level is None or record.case.level >= ask.level)
            and (ask.program is None or record.case.program == ask.program)
        ]

    def _open_numbers(self) -> set[int]:
        return {row[0] for row in self.db.rows("SELECT number FROM cases WHERE status <> 'closed'")}

    # -- groups --------------------------------------------------------------------------------

    def _streams(self, ask: Ask) -> Iterator[_Stream]:
        """The groups asked for that have any fact, a tried one in its two halves."""
        for row in map(tuple, self.db.rows(GROUPS)):
            group_id, head = row[0], row[9]
            group = Group._make((*row[1:7], bool(row[7]), bool(row[8])))
            if head is None or (ask.level is not None and group.level < ask.level):
                continue
            if ask.program is not None and group.program != ask.program:
                continue
            if not applies(group, ask.standards.of(group.program)):
                continue
            if group.tried:
                yield from self._halves(ask, group_id, group)
            else:
                yield _Stream(group_id, group, False, "", (group_id,), head)

    def _halves(self, ask: Ask, group_id: int, group: Group) -> Iterator[_Stream]:
        first = _first_waiting(group, ask).isoformat()
        for waiting, half in ((True, " AND tried_on >= ?"), (False, " AND tried_on < ?")):
            head = self.db.value(
                f"SELECT min(day) FROM due_facts WHERE group_id = ?{half}", (group_id, first)
            )
            if head is not None:
                yield _Stream(group_id, group, waiting, half, (group_id, first), head)

    def _numbers(
        self, stream: _Stream, until: date, *, after: date | None = None, limit: int = -1
    ) -> list[int]:
        """Cases of a stream whose fact day lies after ``after`` and not after ``until``."""
        last = until.isoformat()
        if stream.head > last:
            return []
        rows = self.db.rows(
            f"SELECT number FROM due_facts WHERE group_id = ?{stream.half} "
            "AND day > ? AND day <= ? ORDER BY day LIMIT ?",
            [*stream.values, after.isoformat() if after else "", last, limit],
        )
        return [row[0] for row in rows]

    # -- what stands around the list -----------------------------------------------------------

    def _counts(self, ask: Ask, streams: list[_Stream]) -> Counts:
        cap = COUNT_CAP + 1
        overdue: set[int] = set()
        due: set[int] = set()
        silent: set[int] = set()
        yesterday = ask.today - timedelta(days=1)
        for stream in streams:
            group = stream.group
            late = last_fact(group, yesterday, ask.standards)
            if group.kind == "contact" and len(silent) < cap:
                silent.update(self._numbers(stream, late, limit=cap))
            if len(overdue) < cap:
                overdue.update(self._numbers(stream, late, limit=cap))
            if len(due) < cap:
                pressing = last_pressing(group, ask.today, ask.standards)
                last = last_fact(group, pressing, ask.standards)
                due.update(self._numbers(stream, last, after=late, limit=cap))
        return Counts(
            self._open_count(ask, cap),
            min(len(overdue | due), cap),
            min(len(overdue), cap),
            min(len(due), cap),
            min(len(silent), cap),
        )

    def _open_count(self, ask: Ask, cap: int) -> int:
        where, values = "", []
        if ask.program is not None:
            where, values = " AND program = ?", [ask.program]
        if ask.level is not None:
            return len(
                [
                    case
                    for row in self.db.rows(f"{CASES} WHERE c.status <> 'closed'{where}", values)
                    if (case := case_of(row)).level >= ask.level
                ]
            )
        return int(
            self.db.value(
                "SELECT count(*) FROM (SELECT 1 FROM cases "
                f"WHERE status IN ('active', 'pending', 'on_hold'){where} LIMIT {cap})",
                values,
            )
        )

    def _more(self, ask: Ask, streams: list[_Stream], shown: int) -> int:
        """Cases on the list beyond the rows shown, capped."""
        if ask.limit is None or shown < ask.limit:
            return 0
        cap = COUNT_CAP + 1 + shown
        listed: set[int] = set()
        for stream in streams:
            last = last_listed(stream.group, ask.today, ask.standards)
            fact = last_fact(stream.group, last, ask.standards)
            listed.update(self._numbers(stream, fact, limit=cap))
            if len(listed) >= cap:
                break
        return max(len(listed) - shown, 0)

    def _hours(self, ask: Ask) -> Iterator[tuple[Case, Promise]]:
        """Today's appointments and timed deadlines; before days off, the next working day's too."""
        calendar = ask.standards.calendar
        until = ask.today
        if calendar.last_day_off_after(ask.today) > ask.today:
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
        ids = sorted({promise.case_id for promise in promises})
        cases: dict[str, Case] = {}
        for start in range(0, len(ids), WHOLE):
            chunk = ids[start : start + WHOLE]
            for row in self.db.rows(f"{CASES} WHERE c.id IN ({marks(chunk)})", chunk):
                case = case_of(row)
                cases[case.id] = case
        for promise in promises:
            case = cases[promise.case_id]
            if not case.is_open:
                continue
            if ask.program is not None and case.program != ask.program:
                continue
            if ask.level is None or case.level >= ask.level:
                yield case, promise


def _full(best: dict[int, RankKey], limit: int, head: RankKey) -> bool:
    """Whether ``limit`` cases already stand before everything from ``head`` on."""
    return sum(key < head for key in best.values()) >= limit


def _key(ask: Ask, stream: _Stream, day: str, opened_on: str, number: int, scale: int) -> RankKey:
    group, standards = stream.group, ask.standards
    due = due_on(group, date.fromisoformat(day), standards)
    return key_of(
        band_of(group, due, ask.today, standards),
        stream.waits,
        group.level,
        allowed_days(group, standards.of(group.program)),
        due,
        ask.today,
        None,
        date.fromisoformat(opened_on),
        number,
        scale,
    )


def _next_due(ask: Ask, streams: list[_Stream]) -> date | None:
    """The earliest day that anything at all falls due."""
    return min(
        (
            due_on(stream.group, date.fromisoformat(stream.head), ask.standards)
            for stream in streams
        ),
        default=None,
    )


def _first_waiting(group: Group, ask: Ask) -> date:
    """The earliest day of an attempt that still lets a case of this group wait."""
    day = ask.today
    while day > FIRST_DAY and waits(day - timedelta(days=1), group, ask.today, ask.standards):
        day -= timedelta(days=1)
    return day
