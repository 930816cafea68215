"""What each kind of casework may say: its stages, its levels, and the shape of its body.

The commands write only this, and what comes by file is held to it. A body may have more in it than
is listed here, which nobody reads; what is listed has its shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from casectl.core.casework import (
    AFTERCARE,
    AGAIN,
    AMENDMENT,
    ASSESSMENT,
    CLOSING,
    CONSENT,
    DECLINED,
    DENIAL,
    DISCLOSURE,
    DRAFT,
    FROM_CASE,
    GOAL,
    HANDOVER,
    MEDICATION,
    NEED,
    NOTICE,
    PERSON,
    PROGRESS,
    PROVIDER,
    REFERRAL,
    RISK,
    SCREENING,
    SENT,
    SIGN_OFF,
    STEP,
    TARGET,
    TRANSITION,
    UNAVAILABLE,
    UNSIGNED,
    UNTIL_EVENT,
    VERSION,
    VOICE,
    Piece,
)
from casectl.core.dates import FIRST_DAY, LAST_DAY
from casectl.core.model import (
    APPOINTMENT,
    DEADLINE,
    DEADLINE_KINDS,
    FOLLOW_UP,
    FOLLOW_UP_KINDS,
    KNOWABLE,
    Promise,
)
from casectl.core.screening import MOST_DAYS

Shape = Callable[[Any], bool]
MOST = 10**9
MOST_ROWS = 10**6  # of one kind on one case; no hand writes as many

# A closing of which there is no more than the client's sheet has that stage.
STAGES: Mapping[str, tuple[str, ...]] = {
    GOAL: ("", TARGET, AGAIN),
    VERSION: ("agreed", "changed"),
    PERSON: ("", "guardian", "emergency", "family", "provider", "lawyer", "interpreter", "other"),
    REFERRAL: (
        DRAFT, SENT, DECLINED, "accepted", "waitlisted", "scheduled", "received", "connected",
        "closed", "cancelled",
    ),
    DENIAL: ("denied", "appealed", "overturned", "partly", "upheld", "withdrawn"),
    CONSENT: ("", UNTIL_EVENT, UNSIGNED),
    HANDOVER: ("", "covered", "taken", "covering"),
    CLOSING: ("", NOTICE, SIGN_OFF, "sheet"),
    UNAVAILABLE: KNOWABLE,
}  # fmt: skip
SUBJECTS: Mapping[str, tuple[str, ...]] = {
    FOLLOW_UP: FOLLOW_UP_KINDS, DEADLINE: DEADLINE_KINDS,
    APPOINTMENT: (*FOLLOW_UP_KINDS, *DEADLINE_KINDS),
}  # fmt: skip
# The lowest and the highest; of these kinds each piece has one.
LEVELS: Mapping[str, tuple[int, int]] = {
    RISK: (0, 4), PROGRESS: (-2, 2), VOICE: (1, 5), NEED: (1, 3),
}  # fmt: skip


def stages_of(kind: str) -> tuple[str, ...]:
    return STAGES.get(kind, ("",))


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return type(value) is int and -MOST < value < MOST


def _yes_or_no(value: Any) -> bool:
    return isinstance(value, bool)


def _day(value: Any) -> bool:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return day.isoformat() == value and FIRST_DAY <= day <= LAST_DAY


def _list_of(shape: Shape) -> Shape:
    return lambda value: isinstance(value, list) and all(map(shape, value))


def _by_key(shape: Shape) -> Shape:
    return lambda value: isinstance(value, Mapping) and all(map(shape, value.values()))


def _record(needed: Mapping[str, Shape] = {}, /, **more: Shape) -> Shape:
    """So many keys and no other; without those that are ``needed`` it is none."""
    shapes = {**needed, **more}
    return lambda value: (
        isinstance(value, Mapping)
        and not set(needed) - set(value)
        and all(name in shapes and shapes[name](each) for name, each in value.items())
    )


def _level_of_a_domain(value: Any) -> bool:
    return _number(value) and 1 <= value <= 5


def _answer(value: Any) -> bool:
    return _text(value) or _number(value) or _list_of(_number)(value)


def _pair(value: Any) -> bool:
    return _list_of(_number)(value) and len(value) == 2


def _above_nothing(value: Any) -> bool:
    return _number(value) and value >= 0


_texts, _numbers = _list_of(_text), _list_of(_number)
_MOVED: Mapping[str, Shape] = {"moves": _above_nothing, "first": _day, "until": _day}
_AROUND: Mapping[str, Shape] = {
    "role": _text, "phone": _text, "email": _text, "note": _text, "safe": _text, "case": _text,
    "at_home": _yes_or_no, "household": _yes_or_no, "primary": _yes_or_no,
}  # fmt: skip
BODIES: Mapping[str, Mapping[str, Shape]] = {
    ASSESSMENT: {
        "domains": _by_key(
            _record(level=_level_of_a_domain, strengths=_text, needs=_texts, note=_text)
        ),
    },
    RISK: {"safety_plan": _text, "reviewed_on": _day},
    SCREENING: {
        "version": _text, "answers": _by_key(_answer), "range": _pair, "higher_is": _text,
        "missing": _texts, "band": _text, "positive": _yes_or_no, "cut_off": _number, "sex": _text,
        "flags": _list_of(
            _record({"question": _text, "at_least": _number, "words": _text}, risk=_text)
        ),
        "parts": _list_of(
            _record(
                {"key": _text, "title": _text}, total=_number, positive=_yes_or_no, missing=_texts,
                domain=_text,
            )
        ),
    },
    GOAL: {
        "words": _text, "measure": _text, "baseline": _text, "target": _text, "template": _text,
        "needs": _numbers, **_MOVED,
    },
    STEP: _MOVED,
    VERSION: {
        "by": _text,
        "goals": _list_of(
            _record(
                number=_number, what=_text, words=_text, measure=_text, baseline=_text,
                target=_text, by=_day, needs=_numbers, state=_text,
            )
        ),
        "steps": _list_of(
            _record(number=_number, what=_text, who=_text, by=_day, goal=_number, state=_text)
        ),
    },
    MEDICATION: {"dose": _text, "for": _text, "prescriber": _text},
    PROVIDER: _AROUND,
    PERSON: _AROUND,
    REFERRAL: {
        "resource": _number, "needs": _numbers, "purpose": _text,
        "log": _list_of(
            _record(
                {"did": _text, "on": _day}, who=_text, by=_text, text=_text, there=_text,
                until=_day, time=_text,
            )
        ),
    },
    DENIAL: {
        "why": _text, "deadline": _number, "asks": _number,
        "log": _list_of(_record({"did": _text, "on": _day}, what=_text, where=_text)),
    },
    CONSENT: {
        "discloser": _text, "purpose": _text, "until": _day, "event": _text,
        "told_rights": _yes_or_no, "signed_on": _day, "signed_by": _text, "follows": _number,
    },
    DISCLOSURE: {
        "purpose": _text, "release": _number, "override": _text, "basis": _text,
        "to_client": _yes_or_no,
    },
    AMENDMENT: {"of": _text},
    CLOSING: {
        "notice": _record(
            {"on": _day, "by": _text, "days": _number, "until": _day}, recorded_on=_day,
            override=_text, approved_by=_text,
        ),
        "sheet_on": _day, "reason": _text, "goals": _by_key(_numbers), "domains": _by_key(_pair),
        "tries": _list_of(_record({"on": _day, "by": _text})), "handed_to": _text,
        "handed": _texts, "lapsed": _texts, "override": _text, "approved_by": _text,
        "signed_by": _text, "summary": _text, "into": _number, "carried": _by_key(_text),
        "said": _text,
        "waits": _record(
            since=_text, on=_day, contacts=_number, screenings=_number, flagged_on=_day,
            crisis_since=_day, level_reviewed_on=_day, urgency=_number, risk=_text,
        ),
        "given": _record(
            summary=_text, reached=_numbers, handed_to=_text, override=_text, approved_by=_text,
            signed_by=_text,
        ),
    },
    AFTERCARE: {"contact": _number},
}  # fmt: skip
# Without these a piece of that kind cannot be read.
NEEDED: Mapping[str, tuple[str, ...]] = {
    SCREENING: ("version", "range", "higher_is"), CONSENT: ("purpose",), DISCLOSURE: ("purpose",),
}  # fmt: skip
OF_A_DOMAIN = (RISK, SCREENING, NEED, TRANSITION)


def misshapen(row: Any) -> str | None:
    """What of a row no command of ours could have written, in words; None where nothing is."""
    if row.number > MOST_ROWS:
        return "its number is higher than any"
    if isinstance(row, Promise):
        return odd_promise(row._asdict(), row.kind)
    return _odd_piece(row) if isinstance(row, Piece) else None


def odd_promise(fields: Mapping[str, Any], kind: str | None) -> str | None:
    """The same of some fields of a promise; where its ``kind`` is not known, it stays as it is."""
    if kind is None and "kind" in fields:
        return "a promise stays of its kind"
    subjects = SUBJECTS[kind] if kind else tuple(e for each in SUBJECTS.values() for e in each)
    if fields.get("subject") not in (None, *subjects):
        return "its kind is none that this casectl knows"
    return _too_long(fields)


def _too_long(fields: Mapping[str, Any]) -> str | None:
    if (fields.get("lead_days") or 0) > MOST_DAYS:
        return f"its days are more than {MOST_DAYS}"
    return None


def _odd_piece(piece: Piece) -> str | None:
    if any(value is None for value in piece.body.values()):
        return "it says nothing where it has to"
    fields = {**piece._asdict(), **_of_body(piece.body)}
    if why := odd_field(piece.kind, fields):
        return why
    if lacking := [name for name in NEEDED.get(piece.kind, ()) if name not in piece.body]:
        return f"its {lacking[0].replace('_', ' ')} is missing"
    if piece.kind in OF_A_DOMAIN and not piece.domain:
        return "what it is of is missing"
    if piece.kind == CONSENT and ("until" in piece.body) is ("event" in piece.body):
        return "a release ends on a day or with an event"
    if piece.parent is not None and piece.parent == piece.id:
        return "it belongs to itself"
    return None


def _of_body(body: Mapping[str, Any]) -> dict[str, Any]:
    return {f"body.{name}": value for name, value in body.items()}


def odd_field(kind: str, fields: Mapping[str, Any]) -> str | None:
    """The same of some fields of a piece of ``kind``, a body's as ``body.until``.

    Nothing of what they say is repeated: it may be anything.
    """
    if "stage" in fields and fields["stage"] not in stages_of(kind):
        return f"its stage is none that this casectl knows of a {kind}"
    if "level" in fields and kind in LEVELS:
        lowest, highest = LEVELS[kind]
        if fields["level"] is None or not lowest <= fields["level"] <= highest:
            return f"its level is none from {lowest} to {highest}"
    shapes = {f"body.{name}": shape for name, shape in BODIES.get(kind, {}).items()}
    shapes[f"body.{FROM_CASE}"] = _number
    if why := _too_long(fields):
        return why
    needed = {f"body.{name}" for name in NEEDED.get(kind, ())}
    for name, value in fields.items():
        shape = shapes.get(name)
        if shape is None or (value is None and name not in needed):
            continue
        if not shape(value):
            return f"its {name.removeprefix('body.').replace('_', ' ')} is not what it has to be"
    return None
