"""What a questionnaire came to, as a screening on file, and back: enough to be compared later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from casectl.core.casework import OPEN, SCREENING, Piece
from casectl.core.errors import BadValue, CasectlError
from casectl.core.instruments import Answers, Flag, Instrument, Part, Result
from casectl.core.risks import flag_words
from casectl.core.values import NamedTuple

MOST_DAYS = 3650  # of an interval


class Repeat(NamedTuple):
    """When it is asked again: the day it counts from, and after how many days; None for never."""

    from_on: date | None
    days: int | None

    @property
    def due_on(self) -> date | None:
        if self.from_on is None or self.days is None:
            return None
        return self.from_on + timedelta(days=self.days)


NEVER = Repeat(None, None)


def repeat_of(
    on: date, result: Result, usual: int | None, last: Piece | None, told: int | None
) -> Repeat:
    """How a screening of the day ``on`` repeats.

    As ``told``; else as the ``last`` one did; else as ``usual`` for the instrument. One without all
    answers does not begin the interval anew: what was owed stays owed.
    """
    standing = last if last is not None and last.status == OPEN else None
    if told is not None:
        days: int | None = told
    elif standing is not None:
        days = standing.lead_days
    else:
        days = usual
    if days is None:
        return NEVER
    if not result.complete and standing is not None and standing.due_on is not None:
        return Repeat(standing.due_on, days)
    return Repeat(on, days)


def days_until(on: date, day: date) -> int:
    """The interval that ``--repeat`` names by a day. Raises BadValue."""
    days = (day - on).days
    if not 1 <= days <= MOST_DAYS:
        raise BadValue(
            f"{day.isoformat()} is not 1 to {MOST_DAYS} days after {on.isoformat()}",
            hint='--repeat "in 30 days"',
        )
    return days


# -- on file -----------------------------------------------------------------------------------


def body_of(answers: Answers, result: Result, sex: str | None) -> dict[str, Any]:
    """What is kept of it beside its total. Answers go by the questions' keys."""
    kept: dict[str, Any] = {
        "version": result.version,
        "answers": {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in answers.items()
        },
        "range": [result.lowest, result.highest],
        "higher_is": result.higher_is,
        "missing": list(result.missing) or None,
        "band": result.band,
        "positive": result.positive,
        "cut_off": result.cut_off,
        "sex": sex,
        "flags": [
            {name: value for name, value in each._asdict().items() if value is not None}
            for each in result.flags
        ]
        or None,
        "parts": [_part(each) for each in result.parts] or None,
    }
    return {name: value for name, value in kept.items() if value is not None}


def _part(part: Part) -> dict[str, Any]:
    kept = {**part._asdict(), "missing": list(part.missing) or None}
    return {name: value for name, value in kept.items() if value is not None}


def result_of(piece: Piece) -> Result:
    """The result of a screening on file, as it was scored then."""
    try:
        return _result(piece, piece.body)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise CasectlError("a screening on file cannot be read", hint="casectl doctor") from None


def _result(piece: Piece, kept: Mapping[str, Any]) -> Result:
    lowest, highest = kept["range"]
    return Result(
        instrument=piece.domain or "",
        version=kept["version"],
        total=piece.level,
        missing=tuple(kept.get("missing", ())),
        lowest=lowest,
        highest=highest,
        higher_is=kept["higher_is"],
        band=kept.get("band"),
        positive=kept.get("positive"),
        cut_off=kept.get("cut_off"),
        flags=tuple(Flag(**each) for each in kept.get("flags", ())),
        parts=tuple(
            Part(
                each["key"],
                each["title"],
                each.get("total"),
                each.get("positive"),
                tuple(each.get("missing", ())),
                each.get("domain"),
            )
            for each in kept.get("parts", ())
        ),
    )


def in_order(pieces: Iterable[Piece], instrument: str | None = None) -> list[Piece]:
    """The screenings, of one instrument or of all, the oldest first."""
    found = [
        each for each in pieces if each.kind == SCREENING and instrument in (None, each.domain)
    ]
    return sorted(found, key=lambda each: (each.on_day, each.number))


def flags_of(instrument: Instrument, result: Result) -> list[str]:
    """What the case is flagged for: the kind of risk, the words, and what raised it."""
    return [flag_words(each.risk, f"{each.words} ({instrument.title})") for each in result.flags]
