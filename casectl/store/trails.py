"""Every case as it can be counted, read in a handful of passes and without a client's words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from casectl.core.casework import ASSESSMENT, CLOSING, GOAL, PAST, REFERRAL, STEP
from casectl.core.model import MEANS, MEANS_UNKNOWN, PARTIES, level_of
from casectl.core.profiles import REASONS
from casectl.core.trails import LONGEST, Assessed, Met, Sent, Stand, Trail, Work
from casectl.store.connection import Database, Row
from casectl.store.rows import readable_days

COVER_ENDED = "cover ended"  # of a case that was only covered for a colleague
OTHER, OWN_WORDS = "other", "own words"
CASES = (
    "SELECT c.id, c.number, c.client_id, c.opened_on, c.closed_on, c.close_reason, c.program, "
    "k.language, c.clock_from, c.assessed_on, c.plan_agreed_on, c.status, c.urgency, c.risk, "
    "c.flagged_on FROM cases c JOIN clients k ON k.id = c.client_id ORDER BY c.number"
)
# What the journal wrote down of each case, in order. What was purged is nobody's any more.
STOOD = (
    "SELECT x.row_id, o.day, json_extract(x.after, '$.status'), json_extract(x.after, '$.urgency'),"
    " json_extract(x.after, '$.risk'), json_extract(x.after, '$.flagged_on'), "
    "json_extract(x.after, '$.assessed_on'), json_extract(x.after, '$.plan_agreed_on') "
    "FROM cases c JOIN changes x ON x.row_id = c.id JOIN operations o ON o.id = x.operation_id "
    "WHERE x.table_name = 'cases' AND x.after IS NOT NULL ORDER BY x.id"
)
CONTACTS = (
    'SELECT case_id, on_day, outcome, "by", party, minutes FROM contacts x WHERE NOT EXISTS '
    "(SELECT 1 FROM contacts later WHERE later.corrects = x.id) ORDER BY on_day, number"
)
# What went on in another case, of which this one was a duplicate, is counted there.
WORK = (
    "SELECT case_id, kind, on_day, ended_on, status FROM casework "
    f"WHERE kind IN ('{GOAL}', '{STEP}', '{CLOSING}') AND status <> '{PAST}' "
    "ORDER BY on_day, number"
)
REFERRALS = (
    f"SELECT case_id, stage, body FROM casework WHERE kind = '{REFERRAL}' AND status <> '{PAST}' "
    "ORDER BY number"
)
ASSESSMENTS = (
    f"SELECT case_id, on_day, body FROM casework WHERE kind = '{ASSESSMENT}' "
    "ORDER BY on_day, number"
)
# Why each case ended, as the closing that ended it has it.
ENDINGS = (
    f"SELECT case_id, json_extract(body, '$.reason') FROM casework WHERE kind = '{CLOSING}' "
    "AND json_extract(body, '$.reason') IS NOT NULL ORDER BY number"
)
ANSWERS = ("accepted", "declined", "waitlisted")
COSTS = "SELECT number, json_extract(body, '$.cost') FROM resources"
FREE = ("free", "no cost", "no charge", "none", "0")
AMOUNT = re.compile(r"\d[\d,]*(?:\.\d\d)?")

ByCase = dict[str, list[Any]]


class Trails:
    def __init__(self, db: Database) -> None:
        self.db = db

    def worker(self) -> str | None:
        """Whose caseload it is: who has the most open cases; None where no case says."""
        worker: str | None = self.db.value(
            "SELECT worker FROM cases WHERE worker IS NOT NULL "
            "GROUP BY worker ORDER BY sum(status <> 'closed') DESC, count(*) DESC, worker LIMIT 1"
        )
        return worker

    def last_day(self) -> date | None:
        """The day of the last operation: a copy knows of nothing after it."""
        with readable_days():
            day = self.db.value("SELECT max(day) FROM operations")
            return date.fromisoformat(day) if day is not None else None

    def all(self) -> list[Trail]:
        """Every case on file, closed ones too, by number; all of one moment."""
        with self.db.snapshot(), readable_days():
            stood, met, work, sent, assessed, notes = (
                _by_case(each)
                for each in (
                    self._stood(), self._met(), self._work(), self._sent(), self._assessed(),
                    self._notes(),
                )
            )  # fmt: skip
            endings = dict(map(tuple, self.db.rows(ENDINGS)))
            return [
                _trail(row, endings.get(row[0]), stood, met, work, sent, assessed, notes)
                for row in self.db.rows(CASES)
            ]

    def _stood(self) -> Iterator[tuple[str, Stand]]:
        for row in self.db.rows(STOOD):
            case_id, day, status, urgency, risk, flagged, assessed, agreed = tuple(row)
            level = int(level_of(urgency, risk, flagged=flagged))
            yield (
                case_id,
                Stand(
                    date.fromisoformat(day), status, level, assessed is not None, agreed is not None
                ),
            )

    def _met(self) -> Iterator[tuple[str, Met]]:
        for row in self.db.rows(CONTACTS):
            case_id, on, outcome, by, party, minutes = tuple(row)
            by = by if by in (*MEANS, MEANS_UNKNOWN) else OTHER
            party = party if party in PARTIES else OTHER
            yield case_id, Met(date.fromisoformat(on), outcome == "reached", by, party, minutes)

    def _work(self) -> Iterator[tuple[str, Work]]:
        for row in self.db.rows(WORK):
            case_id, kind, on, ended, status = tuple(row)
            ended_on = date.fromisoformat(ended) if ended else None
            yield case_id, Work(kind, date.fromisoformat(on), ended_on, status)

    def _sent(self) -> Iterator[tuple[str, Sent]]:
        cents = {row[0]: cents_of(row[1]) for row in self.db.rows(COSTS)}
        for row in self.db.rows(REFERRALS):
            case_id, stage, body = tuple(row)
            known = json.loads(body)
            log = known.get("log", ())
            sent_on = _first(log, ("sent",))
            if sent_on is None:
                continue
            answered = next((each for each in log if each.get("did") in ANSWERS), None)
            service = known.get("resource")
            yield (
                case_id,
                Sent(
                    sent_on,
                    str(service or ""),
                    answered and answered["did"],
                    answered and date.fromisoformat(answered["on"]),
                    stage == "connected",
                    cents.get(service),
                ),
            )

    def _assessed(self) -> Iterator[tuple[str, Assessed]]:
        for row in self.db.rows(ASSESSMENTS):
            case_id, on, body = tuple(row)
            levels = {
                domain: level
                for domain, each in json.loads(body).get("domains", {}).items()
                if isinstance(each, dict) and isinstance(level := each.get("level"), int)
            }
            yield case_id, Assessed(date.fromisoformat(on), levels)

    def _notes(self) -> Iterator[tuple[str, date]]:
        for row in self.db.rows("SELECT case_id, on_day FROM notes ORDER BY on_day, number"):
            yield row[0], date.fromisoformat(row[1])


def cents_of(cost: str | None) -> int | None:
    """What one time of a service costs, in cents; None where its words say no single amount.

    ``$20``, ``1,250.00 a month``, ``free``. A sliding scale has two amounts, and so has none.
    """
    if cost is None:
        return None
    said = cost.strip('[]" ').casefold()
    if said in FREE:
        return 0
    amounts = AMOUNT.findall(said)
    if len(amounts) != 1:
        return None
    whole, _, rest = amounts[0].replace(",", "").partition(".")
    return int(whole[:9]) * 100 + int(rest or 0)


def _first(log: Any, did: tuple[str, ...]) -> date | None:
    day = next((each["on"] for each in log if each.get("did") in did), None)
    return date.fromisoformat(day) if day else None


def _by_case(pairs: Iterator[tuple[str, Any]]) -> ByCase:
    found: ByCase = {}
    for case_id, each in pairs:
        found.setdefault(case_id, []).append(each)
    return found


def _trail(row: Row, ending: str | None, stood: ByCase, *parts: ByCase) -> Trail:
    (
        case_id, number, client, opened_on, closed_on, reason, program, language, clock_from,
        assessed_on, agreed_on, status, urgency, risk, flagged,
    ) = tuple(row)  # fmt: skip
    met, work, sent, assessed, notes = (tuple(each.get(case_id, ())) for each in parts)
    now = Stand(
        date.fromisoformat(opened_on), status, int(level_of(urgency, risk, flagged=flagged)),
        assessed_on is not None, agreed_on is not None,
    )  # fmt: skip
    return Trail(
        number,
        client,
        date.fromisoformat(opened_on),
        closed_on and date.fromisoformat(closed_on),
        None if closed_on is None else _ending(ending, reason),
        program,
        language,
        clock_from and date.fromisoformat(clock_from),
        assessed_on and date.fromisoformat(assessed_on),
        agreed_on and date.fromisoformat(agreed_on),
        _daily(stood.get(case_id, [now])),
        met,
        work,
        sent,
        assessed,
        notes,
    )


def _daily(stands: list[Stand]) -> tuple[Stand, ...]:
    """How it stood at the end of each day that something changed; the last of a day counts.

    A journal may hold a day that is before an earlier one, where the machine's clock was put back.
    """
    by_day: dict[date, Stand] = {}
    last = date.min
    for each in stands:
        last = max(last, each.from_on)
        by_day[last] = each._replace(from_on=last)
    return tuple(by_day.values())


def _ending(code: str | None, reason: str | None) -> str:
    """The program's word for it. One's own words are somebody's text, so they are only "other"."""
    if reason == COVER_ENDED:
        return COVER_ENDED
    if code is not None:
        return OTHER if code == OWN_WORDS else code[:LONGEST]
    said = " ".join((reason or "").casefold().replace("_", " ").replace("-", " ").split())
    return said if said in REASONS else OTHER
