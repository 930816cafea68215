"""An assessment as it is given and as it stands on file: domains, needs, risk, a safety plan.

What a script sends, what a person answers and what a draft keeps is one document of plain JSON,
read in one place: ``read_document``. docs/casework.md shows a whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from casectl.core.casework import NEED, OPEN, PLANNED, Piece
from casectl.core.domains import (
    DOMAINS,
    Domain,
    Standing,
    find_domain,
    find_standing,
    in_order,
)
from casectl.core.errors import BadValue, CasectlError
from casectl.core.risks import Risk, find_kind, find_level
from casectl.core.text import checked_text, fold, shortened
from casectl.core.values import NamedTuple

LOW, MEDIUM, HIGH = 1, 2, 3
PRIORITIES: Mapping[str, int] = {"low": LOW, "medium": MEDIUM, "high": HIGH}
PRIORITY_WORDS = {number: word for word, number in PRIORITIES.items()}
MOST_NEEDS = 50  # in one domain
LONGEST = 20_000  # characters of one text
LONGEST_NEED = 500
BETTER, WORSE, SAME = "better", "worse", "same"

ReadDay = Callable[[str], date]


class Need(NamedTuple):
    """What a client lacks; without a priority it takes what the domain's level says."""

    what: str
    priority: int | None = None


class Appraisal(NamedTuple):
    """One domain of a life as somebody found it. What was not looked at has no level."""

    domain: str
    level: int | None = None
    strengths: str | None = None
    needs: tuple[Need, ...] = ()
    note: str | None = None


class SafetyPlan(NamedTuple):
    """What is to be done if it gets worse, as agreed, and the day to look at it again."""

    text: str | None
    review_on: date


class Assessment(NamedTuple):
    """All that was assessed in one sitting: domains, risk, or both."""

    on: date
    appraisals: tuple[Appraisal, ...] = ()
    risks: tuple[Risk, ...] = ()
    safety_plan: SafetyPlan | None = None
    summary: str | None = None


# -- the document ------------------------------------------------------------------------------

DOCUMENT = ("on", "summary", "domains", "risk", "safety_plan")
IN_A_DOMAIN = ("level", "strengths", "needs", "note")
IN_A_NEED = ("what", "priority")
IN_A_RISK = ("level", "note")
IN_A_PLAN = ("text", "review")


def read_document(
    document: object, on: date, read_day: ReadDay, domains: Sequence[Domain] = DOMAINS
) -> Assessment:
    """A document as an assessment of the day ``on``, unless it names another.

    ``domains`` are those that may be named; the assessment has them in their order.

    Raises BadValue, one line that says where and what is allowed.
    """
    table = _table(document, "the assessment", DOCUMENT)
    appraisals = [
        _appraisal(name, value, domains)
        for name, value in _named(table, "domains", "a domain").items()
    ]
    _each_once([each.domain for each in appraisals], "domain")
    risks = [_risk(name, value) for name, value in _named(table, "risk", "a risk").items()]
    _each_once([fold(each.kind) for each in risks], "risk")
    summary = _text(table, "summary", "summary")
    plan = _safety_plan(table.get("safety_plan"), read_day)
    if plan is not None and not risks:
        raise BadValue("a safety plan goes with a risk", hint="say which, as in self-harm=high")
    if not (appraisals or risks):
        raise BadValue("nothing was assessed", hint="name a domain or a risk")
    order = [each.key for each in domains]
    return Assessment(
        _day(table["on"], "on", read_day) if table.get("on") is not None else on,
        tuple(sorted(appraisals, key=lambda each: order.index(each.domain))),
        tuple(risks),
        plan,
        summary,
    )


def _appraisal(name: str, value: object, domains: Sequence[Domain]) -> Appraisal:
    domain = find_domain(name, domains)
    where = domain.words
    if isinstance(value, int | str) and not isinstance(value, bool):
        value = {"level": value}
    table = _table(value, where, IN_A_DOMAIN)
    made = Appraisal(
        domain.key,
        _standing(table.get("level"), where),
        _text(table, "strengths", f"strengths of {where}"),
        _needs(table.get("needs"), where),
        _text(table, "note", f"note of {where}"),
    )
    if made == Appraisal(domain.key):
        raise BadValue(f"{where} says nothing", hint="a level from 1 to 5, a need or a note")
    return made


def _standing(value: object, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | str):
        value = "?"
    try:
        return int(find_standing(str(value)))
    except BadValue as error:
        raise BadValue(f"{where}: {error}") from None


def _needs(value: object, where: str) -> tuple[Need, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_NEEDS:
        raise BadValue(f"{where}: needs are a list of up to {MOST_NEEDS}")
    return tuple(_need(each, where) for each in value)


def _need(value: object, where: str) -> Need:
    if isinstance(value, str):
        value = {"what": value}
    table = _table(value, f"a need of {where}", IN_A_NEED)
    what = checked_need(table.get("what"))
    priority = table.get("priority")
    return Need(what, None if priority is None else find_priority(str(priority)))


def checked_need(value: object) -> str:
    if not isinstance(value, str):
        raise BadValue("a need is said in words")
    return checked_text(value.strip(), "need", limit=LONGEST_NEED)


def find_priority(text: str) -> int:
    """``high`` as 3. Raises BadValue."""
    wanted = text.strip().lower()
    found = [number for word, number in PRIORITIES.items() if wanted and word.startswith(wanted)]
    if len(found) != 1:
        raise BadValue(f"no priority {text[:40]!r}: it is one of {', '.join(PRIORITIES)}")
    return found[0]


def _risk(name: str, value: object) -> Risk:
    kind = find_kind(name)
    if isinstance(value, str):
        value = {"level": value}
    table = _table(value, kind, IN_A_RISK)
    level = table.get("level")
    if not isinstance(level, str):
        level = "?" if level is None else str(level)
    try:
        return Risk(kind, find_level(level), _text(table, "note", f"note of {kind}"))
    except BadValue as error:
        raise BadValue(f"{kind}: {error}") from None


def _safety_plan(value: object, read_day: ReadDay) -> SafetyPlan | None:
    if value is None:
        return None
    table = _table(value, "the safety plan", IN_A_PLAN)
    if table.get("review") is None:
        raise BadValue("a safety plan needs the day of its review", hint="--review WHEN")
    return SafetyPlan(
        _text(table, "text", "safety plan"), _day(table["review"], "review", read_day)
    )


def _table(value: object, what: str, keys: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadValue(f"{what} is not an object with {', '.join(keys)}")
    for key in value:
        if key not in keys:
            raise BadValue(f"{what} has no {shortened(str(key), 40)!r}: it has {', '.join(keys)}")
    return value


def _named(table: Mapping[str, Any], key: str, one: str) -> Mapping[str, Any]:
    value = table.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadValue(f"{key} is not an object with {one} for each name")
    return value


def _text(table: Mapping[str, Any], key: str, what: str) -> str | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadValue(f"the {what} is not a text")
    return checked_text(value, what, limit=LONGEST)


def _day(value: object, what: str, read_day: ReadDay) -> date:
    if not isinstance(value, str):
        raise BadValue(f"{what} is not a day like 2026-11-22")
    return read_day(value)


def _each_once(names: Sequence[str], what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadValue(f"{what} {name.replace('_', ' ')} is there twice")


def checked_days(assessment: Assessment, opened_on: date, today: date) -> Assessment:
    """The assessment, if its days can be. Raises BadValue."""
    on, plan = assessment.on, assessment.safety_plan
    if on > today:
        raise BadValue(f"{on.isoformat()} is still ahead", hint="say when it was assessed")
    if on < opened_on:
        raise BadValue(f"{on.isoformat()} is before the intake, {opened_on.isoformat()}")
    if plan is not None and plan.review_on <= on:
        raise BadValue(
            f"{plan.review_on.isoformat()} is not after the assessment",
            hint="the safety plan is reviewed on a later day",
        )
    return assessment


# -- on file -----------------------------------------------------------------------------------


def body_of(appraisals: Iterable[Appraisal]) -> dict[str, Any]:
    """What an assessment keeps of its domains. Its needs are pieces of their own as well."""
    return {"domains": {each.domain: _kept(each) for each in appraisals}}


def _kept(appraisal: Appraisal) -> dict[str, Any]:
    kept = {
        "level": appraisal.level,
        "strengths": appraisal.strengths,
        "needs": [each.what for each in appraisal.needs] or None,
        "note": appraisal.note,
    }
    return {name: value for name, value in kept.items() if value is not None}


def appraisals_of(piece: Piece) -> dict[str, Appraisal]:
    """The domains of an assessment on file, by key, in the order that they were assessed in."""
    try:
        domains: Mapping[str, Mapping[str, Any]] = piece.body.get("domains", {})
        return {key: _appraisal_of(key, kept) for key, kept in domains.items()}
    except (AttributeError, TypeError):
        raise CasectlError("an assessment on file cannot be read", hint="casectl doctor") from None


def _appraisal_of(key: str, kept: Mapping[str, Any]) -> Appraisal:
    return Appraisal(
        key,
        kept.get("level"),
        kept.get("strengths"),
        tuple(Need(what) for what in kept.get("needs", ())),
        kept.get("note"),
    )


def priority_by(level: int | None) -> int:
    """How pressing a need is by the level of its domain, where nobody said."""
    if level is None or level == Standing.STABLE:
        return MEDIUM
    return HIGH if level < Standing.STABLE else LOW


def same_need(pieces: Iterable[Piece], domain: str | None, what: str) -> Piece | None:
    """The need that stands on file already in the same words."""
    for piece in pieces:
        if (
            piece.kind == NEED
            and piece.status in (OPEN, PLANNED)
            and piece.domain == domain
            and fold(piece.what or "") == fold(what)
        ):
            return piece
    return None


# -- two of them -------------------------------------------------------------------------------


class Compared(NamedTuple):
    """One domain in two assessments. A level is None where nobody looked."""

    domain: str
    before: int | None
    now: int | None
    direction: str | None  # None: there is nothing to compare


def compared(before: Piece | None, now: Piece) -> list[Compared]:
    """Each domain that either of them has, in the order of the domains."""
    old = appraisals_of(before) if before is not None else {}
    new = appraisals_of(now)
    rows = []
    for key in in_order([*old, *new]):
        was = old[key].level if key in old else None
        level = new[key].level if key in new else None
        if was is not None or level is not None:
            rows.append(Compared(key, was, level, _direction(was, level)))
    return rows


def _direction(before: int | None, now: int | None) -> str | None:
    if before is None or now is None:
        return None
    return SAME if now == before else BETTER if now > before else WORSE
