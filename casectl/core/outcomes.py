"""What has changed for a client: domains, questionnaires, goals, contacts, their own word.

Counts and comparisons of what is on record, and no judgement: whether a change is the service's
doing, no record says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from casectl.core.assessing import BETTER, SAME, WORSE, appraisals_of
from casectl.core.casework import ASSESSMENT, DROPPED, GOAL, VOICE, Piece
from casectl.core.domains import in_order as domains_in_order
from casectl.core.instruments import Change, Result, change
from casectl.core.model import REACHED, TRIED, Case, Contact
from casectl.core.planning import GoalNow, goal_now
from casectl.core.screening import in_order, result_of
from casectl.core.values import NamedTuple

MONTHS = 12  # of contacts


class Point(NamedTuple):
    """A number of one day, and the words that stand beside it."""

    on: date
    value: int | None
    words: str | None = None


class Track(NamedTuple):
    """Something that was measured several times, the oldest first, on its own scale."""

    name: str
    points: tuple[Point, ...]
    lowest: int
    highest: int
    direction: str | None = None  # better, worse or same, the last against the first

    @property
    def values(self) -> list[int | None]:
        return [each.value for each in self.points]


class Asked(NamedTuple):
    """One questionnaire over time."""

    track: Track
    results: tuple[Result, ...]
    since_first: Change | None


class Month(NamedTuple):
    """Contacts of one month: how often the client was reached, and tried and not reached."""

    first: date
    reached: int
    tried: int


class Outcomes(NamedTuple):
    """Everything of one case that was measured more than once, or may be."""

    case: Case
    domains: tuple[Track, ...]
    asked: tuple[Asked, ...]
    goals: tuple[GoalNow, ...]
    months: tuple[Month, ...]
    voice: Track | None


def outcomes(
    case: Case, pieces: Sequence[Piece], contacts: Iterable[Contact], today: date
) -> Outcomes:
    goals = [each for each in pieces if each.kind == GOAL and each.status != DROPPED]
    return Outcomes(
        case,
        tuple(_domains(pieces)),
        tuple(_asked(pieces)),
        tuple(goal_now(each, pieces) for each in sorted(goals, key=lambda each: each.number)),
        tuple(_months(case, contacts, today)),
        _voice(pieces),
    )


def _domains(pieces: Sequence[Piece]) -> Iterable[Track]:
    assessed = sorted(
        (each for each in pieces if each.kind == ASSESSMENT),
        key=lambda each: (each.on_day, each.number),
    )
    stood = [(each.on_day, appraisals_of(each)) for each in assessed]
    for domain in domains_in_order(key for _, appraisals in stood for key in appraisals):
        points = []
        for on, appraisals in stood:
            level = appraisals[domain].level if domain in appraisals else None
            if level is not None:
                points.append(Point(on, level))
        if points:
            first, last = points[0].value or 0, points[-1].value or 0
            yield Track(domain, tuple(points), 1, 5, _direction(first, last, len(points)))


def _direction(first: int, last: int, count: int) -> str | None:
    """How the last compares with the first, where higher is better; None for one alone."""
    if count < 2:
        return None
    return SAME if first == last else BETTER if last > first else WORSE


def _asked(pieces: Sequence[Piece]) -> Iterable[Asked]:
    by_instrument: dict[str, list[Piece]] = {}
    for each in in_order(pieces):
        by_instrument.setdefault(each.domain or "", []).append(each)
    for key in sorted(by_instrument):
        found = by_instrument[key]
        results = tuple(result_of(each) for each in found)
        points = tuple(
            Point(piece.on_day, result.total, _found(result))
            for piece, result in zip(found, results, strict=True)
        )
        told = change(results[0], results[-1]) if len(results) > 1 else None
        last = results[-1]
        track = Track(found[-1].what or key, points, last.lowest, last.highest)
        yield Asked(track._replace(direction=told and told.direction), results, told)


def _found(result: Result) -> str | None:
    if result.missing:
        return "incomplete"
    if result.band or result.positive is None:
        return result.band
    return "positive" if result.positive else "negative"


def _months(case: Case, contacts: Iterable[Contact], today: date) -> list[Month]:
    """The last twelve months up to this one, those before intake left out."""
    counted: dict[date, list[int]] = {}
    first = today.replace(day=1)
    for _ in range(MONTHS):
        counted[first] = [0, 0]
        if first <= case.opened_on:
            break
        first = (first - (first.replace(day=2) - first)).replace(day=1)
    for contact in contacts:
        month = contact.on_day.replace(day=1)
        if contact.corrected or month not in counted:
            continue
        if contact.outcome == REACHED and contact.party == "client" and contact.by != "letter":
            counted[month][0] += 1
        elif contact.outcome == TRIED:
            counted[month][1] += 1
    return [Month(each, *counted[each]) for each in sorted(counted)]


def _voice(pieces: Sequence[Piece]) -> Track | None:
    said = sorted(
        (each for each in pieces if each.kind == VOICE), key=lambda each: (each.on_day, each.number)
    )
    if not said:
        return None
    points = tuple(Point(each.on_day, each.level, each.what) for each in said)
    first, last = points[0].value or 0, points[-1].value or 0
    return Track("voice", points, 1, 5, _direction(first, last, len(points)))
