"""A resource as a plain value: a service that one can refer to, in the words of HSDS 3.0.

What the standard has no column for here stands in ``body`` as the standard writes it: a service
object, with ``organization`` inside it. What casectl does not know of it is kept and given back.
``domains`` alone is ours: the keys of the domains that it serves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from casectl.core.domains import DOMAINS as EVERY_DOMAIN
from casectl.core.domains import Domain, domain_words, find_domain
from casectl.core.errors import BadValue
from casectl.core.standards import VERIFIED_FOR
from casectl.core.text import NAME_LIMIT, checked_text, fold
from casectl.core.values import NamedTuple

# What it has room for.
OPEN, WAITLIST, FULL = "open", "waitlist", "full"
CAPACITIES = (OPEN, WAITLIST, FULL)
DOMAINS = "domains"
TEXT, TEXTS, AGE, LISTED = "text", "texts", "age", "listed"
OLDEST = 120
TEXT_LIMIT = 4_000


class Resource(NamedTuple):
    """One service of one organization. Its number is never reused."""

    id: str
    number: int
    organization: str
    service: str
    capacity: str | None = None
    verified_on: date | None = None
    ended_on: date | None = None  # the day it was retired
    body: Mapping[str, Any] = {}
    recorded_at: str | None = None
    worker: str | None = None

    @property
    def name(self) -> str:
        """``food parcels, Example Pantry``."""
        return f"{self.service}, {self.organization}"

    @property
    def domains(self) -> tuple[str, ...]:
        named = self.body.get(DOMAINS)
        return tuple(each for each in _list(named) if isinstance(each, str) and each)


class Field(NamedTuple):
    """One thing to know about a service: where HSDS has it, and what a person calls it.

    ``path`` goes through lists: ``("phones", "number")`` is the number of each of the phones.
    """

    key: str
    path: tuple[str, ...]
    kind: str
    words: str


FIELDS = (
    Field("domain", (DOMAINS,), LISTED, "Meets needs in"),
    Field("description", ("description",), TEXT, "What it is"),
    Field("eligibility", ("eligibility_description",), TEXT, "Who may come"),
    Field("min_age", ("minimum_age",), AGE, "From the age of"),
    Field("max_age", ("maximum_age",), AGE, "To the age of"),
    Field("area", ("service_areas", "name"), TEXTS, "Serves"),
    Field("language", ("languages", "name"), TEXTS, "Languages"),
    Field("interpretation", ("interpretation_services",), TEXT, "Interpreters"),
    Field("cost", ("cost_options", "amount_description"), TEXTS, "Cost"),
    Field("apply", ("application_process",), TEXT, "How to apply"),
    Field("document", ("required_documents", "document"), TEXTS, "Papers"),
    Field("wait", ("wait_time",), TEXT, "Wait"),
    Field("phone", ("phones", "number"), TEXTS, "Phone"),
    Field("hours", ("schedules", "description"), TEXTS, "Hours"),
    Field("address", ("service_at_locations", "location", "name"), TEXTS, "Where"),
    Field(
        "access", ("service_at_locations", "location", "accessibility", "description"), TEXTS,
        "Access",
    ),
    Field("email", ("email",), TEXT, "Email"),
    Field("url", ("url",), TEXT, "Web"),
    Field("alert", ("alert",), TEXT, "Note well"),
)  # fmt: skip
BY_FIELD = {field.key: field for field in FIELDS}
# Where another catalogue says it in a second place, the first that says something counts.
ELSEWHERE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "cost": (("fees_description",),),
    "phone": (("contacts", "phones", "number"), ("service_at_locations", "phones", "number")),
    "hours": (("service_at_locations", "schedules", "description"),),
    "address": (("service_at_locations", "location", "addresses", "address_1"),),
    "language": (("phones", "languages", "name"),),
}


def new_resource(
    organization: str, service: str, *, capacity: str | None, verified_on: date | None
) -> Resource:
    """A resource not yet written. Raises BadValue for one that cannot be meant."""
    return Resource(
        "", 0, checked_label(organization, "organization"), checked_label(service, "service"),
        checked_capacity(capacity), verified_on,
    )  # fmt: skip


def checked_label(text: str, what: str) -> str:
    return " ".join(checked_text(text, what, limit=NAME_LIMIT).split())


def checked_capacity(text: str | None) -> str | None:
    """One of the three; nothing for nothing, or for ``-``, which says that it is not known."""
    if text is None or text.strip() in ("", "-"):
        return None
    word = fold(text)
    if word not in CAPACITIES:
        raise BadValue(f"no capacity {text[:40]!r}: it is {', '.join(CAPACITIES)}, or - for none")
    return word


def checked_body(
    body: Mapping[str, Any],
    given: Mapping[str, Sequence[str] | str | None],
    domains: Sequence[Domain] = EVERY_DOMAIN,
) -> dict[str, Any]:
    """``body`` with what was given for its fields; what is empty is taken out. Raises BadValue.

    ``domains`` are those that may be named.
    """
    made = dict(body)
    for key, value in given.items():
        if value is None:
            continue
        texts = [value] if isinstance(value, str) else list(value)
        _put(made, BY_FIELD[key], [text for text in texts if text.strip()], domains)
    low, high = made.get("minimum_age"), made.get("maximum_age")
    if low is not None and high is not None and low > high:
        raise BadValue(f"from {low} to {high} years is nobody", hint="give both ages")
    return made


def _put(body: dict[str, Any], field: Field, texts: list[str], domains: Sequence[Domain]) -> None:
    name = field.path[0]
    if not texts:
        if field.kind == TEXTS:
            _put_nested(body, field.path, [])
        else:
            body.pop(name, None)
        return
    what = field.words.lower()
    match field.kind:
        case "listed":
            keys = [find_domain(each, domains).key for text in texts for each in text.split(",")]
            body[name] = list(dict.fromkeys(keys))
        case "age":
            body[name] = checked_age(texts[0])
        case "texts":
            checked = [checked_text(text.strip(), what, limit=TEXT_LIMIT) for text in texts]
            _put_nested(body, field.path, list(dict.fromkeys(checked)))
        case _:
            body[name] = checked_text(texts[0].strip(), what, limit=TEXT_LIMIT)


def _put_nested(body: dict[str, Any], path: tuple[str, ...], texts: list[str]) -> None:
    """A list of objects that say these texts; one that said its text before stays as it was."""
    name, *inner = path
    if len(inner) > 1:  # of a location there is one, and its own parts stay
        first, *rest = [each for each in _list(body.get(name)) if isinstance(each, Mapping)] or [{}]
        found = first.get(inner[0])
        place = dict(found) if isinstance(found, Mapping) else {}
        if len(inner) == 2:
            place = {**place, inner[1]: "; ".join(texts)} if texts else _without(place, inner[1])
        else:
            _put_nested(place, tuple(inner[1:]), texts)
        kept = {**_without(first, inner[0]), **({inner[0]: place} if place else {})}
        _keep(body, name, [*([kept] if kept else []), *rest])
        return
    was = {
        each[inner[0]]: each
        for each in _list(body.get(name))
        if isinstance(each, Mapping) and isinstance(each.get(inner[0]), str)
    }
    _keep(body, name, [was.get(text, {inner[0]: text}) for text in texts])


def _keep(body: dict[str, Any], name: str, values: list[Any]) -> None:
    if values:
        body[name] = values
    else:
        body.pop(name, None)


def _without(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key != name}


def checked_age(text: str) -> int:
    typed = text.strip()
    if not (typed.isascii() and typed.isdigit() and int(typed[:6]) <= OLDEST):
        raise BadValue(f"{text[:40]!r} is no age: a number of years from 0 to {OLDEST}")
    return int(typed)


# -- reading it ------------------------------------------------------------------------------------


def said(resource: Resource, key: str) -> list[str]:
    """What is on record for a field, as texts; empty where nothing is."""
    if key == "domain":
        return [domain_words(each) for each in resource.domains]
    for path in (BY_FIELD[key].path, *ELSEWHERE.get(key, ())):
        found = list(dict.fromkeys(_texts_at(resource.body, path)))
        if found:
            return found
    return []


def _texts_at(value: Any, path: tuple[str, ...]) -> Iterable[str]:
    if isinstance(value, list):
        for each in value:
            yield from _texts_at(each, path)
    elif path and isinstance(value, Mapping):
        yield from _texts_at(value.get(path[0]), path[1:])
    elif isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield f"{value:g}"


def ages(resource: Resource) -> tuple[float | None, float | None]:
    """From and to, in years, both included."""

    def at(name: str) -> float | None:
        value = resource.body.get(name)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return value if number else None

    return at("minimum_age"), at("maximum_age")


def unverified_days(
    resource: Resource, today: date, verified_for: int = VERIFIED_FOR
) -> int | None:
    """How many days ago it was last verified, where that is too long; None where it is not.

    0 where nobody ever did. ``verified_for`` is how many days a verification counts.
    """
    if resource.verified_on is None:
        return 0
    days = (today - resource.verified_on).days
    return days if days > verified_for else None


def verified_words(resource: Resource, today: date, verified_for: int = VERIFIED_FOR) -> str | None:
    """``NOT VERIFIED for 212 days``; None where it was verified in time."""
    days = unverified_days(resource, today, verified_for)
    if days is None:
        return None
    return f"NOT VERIFIED for {days:,} days" if days else "NEVER VERIFIED"


def holds(resource: Resource, words: str) -> bool:
    """Whether every one of the words is somewhere in it, in any script and case."""
    from casectl.core.casework import texts_in

    everything = [resource.organization, resource.service, *texts_in(dict(resource.body))]
    folded = fold(" | ".join(everything))
    return all(word in folded for word in fold(words).split())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
