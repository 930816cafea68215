"""Reads the head of the day's list without reading every case, and exactly.

Due days never decrease with fact days, so of each group only its first cases can be among the
first of the list. Where days off give several fact days one due day, the tie (longer open, then
number) runs across them, so the first cases of each of those fact days are read as well. What is
read is then ranked whole, by the one engine; a property test compares with ranking everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from casectl.core.agenda import COUNT_CAP, WHOLE, Agenda, Ask, Counts, cut
from casectl.core.due import Band, allowed_days, applies, band_of, due_on, waits
from casectl.core.facts import Group
from casectl.core.model import Case, CaseRecord, Promise
from casectl.core.priority import RankKey, key_of, rank
from casectl.store.connection import Database
from casectl.store.derived import GROUP_COLUMNS
from casectl.store.rows import CASES, PROMISE_COLUMNS, case_of, marks, promise_of, read_records

# No standard reaches further back than this; it bounds the search for a group's cutoff.
LONGEST_REACH = timedelta(days=4000)
FIRST_DAY = date(1900, 1, 1)


class _Stream(NamedTuple):
    """One group, or the half of a tried group that waits or does not."""

    group_id: int
    group: Group
    waits: bool
    tried: str  # SQL that picks the half
    tried_day: str


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
            self._next_due(ask, streams),
        )

    def pressing(self, ask: Ask, until: date) -> list[CaseRecord]:
        """Every case with something in a band that presses, or due by ``until``."""
        numbers: set[int] = set()
        for stream in self._streams(ask):
            last = _last_fact(stream.group, ask, lambda due: due <= until)
            pressed = _last_fact(stream.group, ask, _presses(stream.group, ask))
            numbers.update(self._numbers(stream, max(last, pressed), limit=-1))
        return read_records(self.db, numbers)

    # -- the head of the list ------------------------------------------------------------------

    def _candidates(self, ask: Ask, streams: list[_Stream], limit: int) -> set[int]:
        """The cases that could be among the first ``limit``, from the heads of the groups."""
        scale = ask.standards.common_scale()
        heads = sorted(
            (key, index)
            for index, stream in enumerate(streams)
            if (key := self._head(ask, stream, scale)) is not None
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

    def _head(self, ask: Ask, stream: _Stream, scale: int) -> RankKey | None:
        row = self.db.one(
            "SELECT day, opened_on, number FROM due_facts WHERE group_id = ?"
            f"{stream.tried} ORDER BY day, opened_on, number LIMIT 1",
            self._values(stream),
        )
        # Of the rows that share the head's due day another may have been open for longer.
        return _key(ask, stream, row[0], "0001-01-01", 0, scale) if row else None

    def _first(
        self, ask: Ask, stream: _Stream, take: int, scale: int
    ) -> Iterator[tuple[int, RankKey]]:
        select = f"SELECT day, opened_on, number FROM due_facts WHERE group_id = ?{stream.tried} "
        rows = self.db.rows(
            f"{select} ORDER BY day, opened_on, number LIMIT ?", [*self._values(stream), take]
        )
        if len(rows) == take:
            last = date.fromisoformat(rows[-1][0])
            due = due_on(stream.group, last, ask.standards)
            while due_on(stream.group, last, ask.standards) == due:
                rows += self.db.rows(
                    f"{select} AND day = ? ORDER BY opened_on, number LIMIT ?",
                    [*self._values(stream), last.isoformat(), take],
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
        for row in map(tuple, self.db.rows(f"SELECT id, {GROUP_COLUMNS} FROM due_groups")):
            group = Group._make((*row[1:7], bool(row[7]), bool(row[8])))
            if ask.level is not None and group.level < ask.level:
                continue
            if ask.program is not None and group.program != ask.program:
                continue
            if not applies(group, ask.standards.of(group.program)):
                continue
            if group.tried:
                first = _first_waiting(group, ask).isoformat()
                yield _Stream(row[0], group, True, " AND tried_on >= ?", first)
                yield _Stream(row[0], group, False, " AND tried_on < ?", first)
            else:
                yield _Stream(row[0], group, False, "", "")

    def _values(self, stream: _Stream) -> list[str | int | None]:
        return [stream.group_id, stream.tried_day] if stream.tried else [stream.group_id]

    def _numbers(
        self, stream: _Stream, until: date, *, after: date | None = None, limit: int
    ) -> list[int]:
        rows = self.db.rows(
            f"SELECT number FROM due_facts WHERE group_id = ?{stream.tried} "
            "AND day > ? AND day <= ? ORDER BY day LIMIT ?",
            [
                *self._values(stream),
                after.isoformat() if after else "",
                until.isoformat(),
                limit,
            ],
        )
        return [row[0] for row in rows]

    # -- what stands around the list -----------------------------------------------------------

    def _counts(self, ask: Ask, streams: list[_Stream]) -> Counts:
        cap = COUNT_CAP + 1
        overdue: set[int] = set()
        due: set[int] = set()
        silent: set[int] = set()
        for stream in streams:
            group = stream.group
            late = _last_fact(group, ask, lambda day: day < ask.today)
            if group.kind == "contact" and len(silent) < cap:
                silent.update(self._numbers(stream, late, limit=cap))
            if len(overdue) < cap:
                overdue.update(self._numbers(stream, late, limit=cap))
            if len(due) < cap:
                pressing = _last_fact(group, ask, _presses(group, ask))
                due.update(self._numbers(stream, pressing, after=late, limit=cap))
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
        if ask.limit is None:
            return 0
        cap = COUNT_CAP + 1 + shown
        listed: set[int] = set()
        for stream in streams:
            last = _last_fact(stream.group, ask, _is_listed(stream.group, ask))
            listed.update(self._numbers(stream, last, limit=cap))
            if len(listed) >= cap:
                break
        return max(len(listed) - shown, 0)

    def _next_due(self, ask: Ask, streams: list[_Stream]) -> date | None:
        days = []
        for stream in streams:
            day = self.db.value(
                f"SELECT min(day) FROM due_facts WHERE group_id = ?{stream.tried}",
                self._values(stream),
            )
            if day:
                days.append(due_on(stream.group, date.fromisoformat(day), ask.standards))
        return min(days, default=None)

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


def _presses(group: Group, ask: Ask) -> Callable[[date], bool]:
    return lambda due: band_of(group, due, ask.today, ask.standards) not in (None, Band.SOON)


def _is_listed(group: Group, ask: Ask) -> Callable[[date], bool]:
    return lambda due: band_of(group, due, ask.today, ask.standards) is not None


def _last_fact(group: Group, ask: Ask, holds: Callable[[date], bool]) -> date:
    """The last fact day whose due day ``holds``: due days never decrease, so halving finds it."""
    low = ask.today - LONGEST_REACH
    high = ask.today + LONGEST_REACH
    while (high - low).days > 1:
        middle = low + (high - low) // 2
        if holds(due_on(group, middle, ask.standards)):
            low = middle
        else:
            high = middle
    return low


def _first_waiting(group: Group, ask: Ask) -> date:
    """The earliest day of an attempt that still lets a case of this group wait."""
    day = ask.today
    while day > FIRST_DAY and waits(day - timedelta(days=1), group, ask.today, ask.standards):
        day -= timedelta(days=1)
    return day
