"""HSDS 3.0, Open Referral's Human Services Data Specification: catalogues of services, as JSON.

What is read: a service or an organization with everything in it, a list or a page of either, a
service at a location, and the one document that holds all tables. What is written is a page of
services. The keys of what casectl made are derived from its own, so that what was written and is
read again is the same.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from casectl.core.domains import domain_words
from casectl.core.errors import BadImport, BadValue, CasectlError, NotFound
from casectl.core.resources import CAPACITIES, DOMAINS, Resource, checked_label
from casectl.core.text import NAME_LIMIT, fold

MOST_BYTES = 64 * 1024 * 1024
DEEPEST = 40
OURS = UUID("5b0f6c3e-3b57-5d0c-9d3a-7a5f0c7e6a11")  # the namespace of the keys made here
RETIRED = ("inactive", "defunct")
ACTIVE, CLOSED_FOR_NOW = "active", "temporarily closed"
# HSDS 3.0 has no place for these two, so they are terms of taxonomies of casectl's own.
OUR_DOMAINS, OUR_CAPACITY = "casectl domains", "casectl capacity"
A_DOMAIN = r"[a-z][a-z_]{0,39}"  # a profile may have domains of its own
# Categories that other catalogues use, and the domain that means the same or holds it.
CATEGORIES: Mapping[str, str] = {
    "food": "food", "food pantry": "food", "meals": "food",
    "housing": "housing", "shelter": "housing", "temporary shelter": "housing",
    "transit": "transport", "transport": "transport", "transportation": "transport",
    "money": "income", "income": "income", "financial assistance": "income",
    "work": "employment", "employment": "employment", "education": "education",
    "health": "physical_health", "medical care": "physical_health",
    "mental health": "mental_health", "mental health care": "mental_health",
    "counseling": "mental_health", "counselling": "mental_health",
    "addiction & recovery": "substance_use", "substance use": "substance_use",
    "legal": "legal", "legal services": "legal", "care": "daily_living",
    "support network": "social_support", "emergency": "safety",
    "government benefits": "benefits", "benefits": "benefits",
}  # fmt: skip
# Of the one document: the table of each list that a service has, and the column that names it.
TABLES = (
    "phones", "schedules", "service_areas", "languages", "cost_options", "required_documents",
    "contacts", "funding",
)  # fmt: skip
LISTS = (*TABLES, "service_at_locations", "attributes")


def read_file(path: str) -> bytes:
    """The bytes of a catalogue. Raises NotFound, BadValue, CasectlError."""
    place = Path(path)
    try:
        if not stat.S_ISREG(place.stat().st_mode):
            raise BadValue(f"{path[:200]} is not a regular file", hint="name an HSDS file")
        if place.stat().st_size > MOST_BYTES:
            raise BadImport(f"{path[:200]} is over {MOST_BYTES // 2**20} MB")
        return place.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"no file {path[:200]}") from None
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise CasectlError(f"cannot read {path[:200]} ({said})") from None


def read_catalogue(written: bytes, today: date) -> list[Resource]:
    """The services of a catalogue. Raises BadImport in one line; then nothing is to be taken in."""
    found = list(_services(_parsed(written)))
    if not found:
        raise BadImport("it holds no service", hint="export services, or organizations in full")
    resources, seen = [], set()
    for place, service in enumerate(found, 1):
        try:
            made = _resource(service, today)
        except BadValue as error:
            raise BadImport(f"service {place}: {error}; nothing was taken in") from None
        if made.body.get("id") not in seen:  # a service at two locations comes twice
            resources.append(made)
        seen.add(made.body.get("id") or object())
    return resources


def _parsed(written: bytes) -> Any:
    import json

    def no_number(text: str) -> Any:
        raise ValueError(f"{text} is no number")

    try:
        parsed = json.loads(written.decode("utf-8-sig"), parse_constant=no_number)
        _check_depth(parsed, DEEPEST)
    except UnicodeDecodeError:
        raise BadImport("the file is not valid UTF-8") from None
    except (ValueError, RecursionError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadImport(f"the file is not JSON{where}", hint="HSDS 3.0 is read as JSON") from None
    return parsed


def _check_depth(value: Any, left: int) -> None:
    if left == 0:
        raise ValueError("too deep")
    if isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            _check_depth(each, left - 1)


def _services(parsed: Any) -> Iterator[Mapping[str, Any]]:
    """Every service, each with its organization inside it."""
    if isinstance(parsed, list):
        for each in parsed:
            yield from _services(each)
    elif not isinstance(parsed, Mapping):
        raise BadImport("a catalogue is made of objects", hint="HSDS 3.0 is read as JSON")
    elif isinstance(parsed.get("services.csv"), list):
        yield from _joined(parsed)
    elif isinstance(parsed.get("contents"), list):
        yield from _services(parsed["contents"])
    elif isinstance(parsed.get("services"), list):
        organization = {name: each for name, each in parsed.items() if name != "services"}
        for each in _objects(parsed["services"]):
            yield {"organization": organization, **each}
    elif isinstance(parsed.get("service"), Mapping):
        there = {name: each for name, each in parsed.items() if name != "service"}
        yield {"service_at_locations": [there], **parsed["service"]}
    elif "status" in parsed or isinstance(parsed.get("organization"), Mapping):
        yield parsed


def _joined(tables: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The services of a document of tables, each with the rows that name it."""

    def rows(name: str) -> list[Mapping[str, Any]]:
        return _objects(tables.get(f"{name}.csv"))

    organizations = {str(each.get("id")): each for each in rows("organizations")}
    locations = {str(each.get("id")): dict(each) for each in rows("locations")}
    for name in ("addresses", "accessibility"):
        for each in rows(name):
            place = locations.get(str(each.get("location_id")))
            if place is not None:
                place.setdefault(name, []).append(each)
    terms = {str(each.get("id")): each for each in rows("taxonomy_terms")}
    for row in rows("services"):
        key, made = row.get("id"), dict(row)
        made["organization"] = dict(organizations.get(str(row.get("organization_id")), {}))
        for name in TABLES:
            made[name] = [each for each in rows(name) if each.get("service_id") == key]
        made["service_at_locations"] = [
            {**each, "location": locations.get(str(each.get("location_id")), {})}
            for each in rows("service_at_location")
            if each.get("service_id") == key
        ]
        made["attributes"] = [
            {**each, "taxonomy_term": terms.get(str(each.get("taxonomy_term_id")), {})}
            for each in rows("attributes")
            if each.get("link_id") == key
        ]
        yield {name: each for name, each in made.items() if each not in ([], {}, "")}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    found = value if isinstance(value, list) else []
    return [each for each in found if isinstance(each, Mapping)]


# -- a service -> a resource -----------------------------------------------------------------------


def _resource(service: Mapping[str, Any], today: date) -> Resource:
    _check_texts(service)
    key = service.get("id")
    body = {
        name: each
        for name, each in service.items()
        if name not in ("name", "assured_date", "status", "organization") and each is not None
    }
    for name in LISTS:  # one object where a list belongs is a list of one
        if isinstance(body.get(name), Mapping):
            body[name] = [body[name]]
    if not isinstance(key, str) or not key.strip():
        body.pop("id", None)
    given = service.get("organization")
    organization = dict(given) if isinstance(given, Mapping) else {}
    name = organization.pop("name", None)
    if not isinstance(name, str):
        raise BadValue("its organization has no name")
    title = service.get("name")
    if not isinstance(title, str):
        raise BadValue("it has no name")
    organization = _without_ours_of(organization, name)
    domains, capacity, attributes = _sorted_out(body.pop("attributes", None))
    if organization:
        body["organization"] = organization
    if attributes:
        body["attributes"] = attributes
    if domains:
        body[DOMAINS] = domains
    status = service.get("status")
    if status == CLOSED_FOR_NOW:
        body["status"] = status
    if isinstance(key, str):
        body = _without_our_keys(body, key, "")
    return Resource(
        "", 0, checked_label(name[:NAME_LIMIT], "organization"),
        checked_label(title[:NAME_LIMIT], "service"), capacity,
        _day(service.get("assured_date")), today if status in RETIRED else None, body,
    )  # fmt: skip


def _check_texts(value: Any) -> None:
    """Refuse what a caseload cannot hold: half characters and NUL."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= each <= "\udfff" for each in value):
            raise BadValue("a text in it holds what is no character")
    elif isinstance(value, Mapping):
        for name, each in value.items():
            _check_texts(name)
            _check_texts(each)
    elif isinstance(value, list):
        for each in value:
            _check_texts(each)


def _day(text: Any) -> date | None:
    if text in (None, ""):
        return None
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        raise BadValue("its assured_date is no day (YYYY-MM-DD)") from None


def _sorted_out(attributes: Any) -> tuple[list[str], str | None, list[Mapping[str, Any]]]:
    """The domains and the capacity that attributes name, and those that are not casectl's own."""
    domains: list[str] = []
    capacity, others = None, []
    for each in _objects(attributes):
        term = each.get("taxonomy_term")
        term = term if isinstance(term, Mapping) else {}
        taxonomy, code = term.get("taxonomy"), term.get("code")
        if taxonomy == OUR_DOMAINS and re.fullmatch(A_DOMAIN, str(code)):
            domains.append(str(code))
        elif taxonomy == OUR_CAPACITY and code in CAPACITIES:
            capacity = str(code)
        else:
            others.append(each)
            named = CATEGORIES.get(fold(str(term.get("name", ""))))
            domains += [named] if named else []
    return list(dict.fromkeys(domains)), capacity, others


def _without_ours_of(organization: dict[str, Any], name: str) -> dict[str, Any]:
    """What of an organization was made here: its key, and its name for a description."""
    ours = {"id": _organization_key(name), "description": name}
    return {key: each for key, each in organization.items() if ours.get(key) != each}


def _without_our_keys(value: Any, service: str, path: str) -> Any:
    if isinstance(value, Mapping):
        ours: Mapping[str, str] = {}
        if path and value.get("id") == _key(service, path):
            ours = {"id": value["id"], **(OF_A_LOCATION if path.endswith("/location") else {})}
        return {
            name: _without_our_keys(each, service, f"{path}/{name}")
            for name, each in value.items()
            if ours.get(name) != each
        }
    if isinstance(value, list):
        return [_without_our_keys(each, service, f"{path}/{at}") for at, each in enumerate(value)]
    return value


# -- resources -> a page of services ---------------------------------------------------------------


def catalogue(resources: Sequence[Resource]) -> dict[str, Any]:
    """A page with all of them, as an HSDS 3.0 API gives services in full."""
    count = len(resources)
    return {
        "total_items": count,
        "total_pages": 1,
        "page_number": 1,
        "size": count,
        "first_page": True,
        "last_page": True,
        "empty": not count,
        "contents": [service_of(each) for each in resources],
    }


def service_of(resource: Resource) -> dict[str, Any]:
    """A service as HSDS 3.0 has it, its organization inside it."""
    body = {name: each for name, each in resource.body.items() if name != DOMAINS}
    key = str(body.pop("id", resource.id))
    organization = body.pop("organization", {})
    organization = dict(organization) if isinstance(organization, Mapping) else {}
    status = "inactive" if resource.ended_on else body.pop("status", ACTIVE)
    attributes = [*_objects(body.pop("attributes", None)), *_our_attributes(resource, key)]
    made = {
        "id": key,
        "name": resource.service,
        "status": status,
        **{name: _with_keys(each, key, f"/{name}") for name, each in body.items()},
        "organization": {
            "id": _organization_key(resource.organization),
            "name": resource.organization,
            "description": resource.organization,
            **organization,
        },
    }
    if resource.verified_on is not None:
        made["assured_date"] = resource.verified_on.isoformat()
    if attributes:
        made["attributes"] = attributes
    return made


def _our_attributes(resource: Resource, key: str) -> Iterator[dict[str, Any]]:
    terms = [(OUR_DOMAINS, each, domain_words(each)) for each in resource.domains]
    if resource.capacity is not None:
        terms.append((OUR_CAPACITY, resource.capacity, resource.capacity))
    for taxonomy, code, words in terms:
        term = _key("term", f"{taxonomy}/{code}")
        yield {
            "id": _key(key, f"{taxonomy}/{code}"),
            "link_id": key,
            "link_entity": "service",
            "taxonomy_term_id": term,
            "taxonomy_term": {
                "id": term,
                "code": code,
                "name": words,
                "description": words,
                "taxonomy": taxonomy,
            },
        }


# What HSDS 3.0 asks of a location that says no more than where it is.
OF_A_LOCATION = {"location_type": "physical"}


def _with_keys(value: Any, service: str, path: str) -> Any:
    """Every object of a list with a key, and every location, as the standard wants them."""
    if isinstance(value, list):
        return [
            _keyed(each, service, f"{path}/{at}") if isinstance(each, Mapping) else each
            for at, each in enumerate(value)
        ]
    if isinstance(value, Mapping) and path.endswith("/location"):
        return {**OF_A_LOCATION, **_keyed(value, service, path)}
    if isinstance(value, Mapping):
        return {name: _with_keys(each, service, f"{path}/{name}") for name, each in value.items()}
    return value


def _keyed(value: Mapping[str, Any], service: str, path: str) -> dict[str, Any]:
    inside = {name: _with_keys(each, service, f"{path}/{name}") for name, each in value.items()}
    return {"id": _key(service, path), **inside}


def _key(service: str, path: str) -> str:
    return str(uuid5(OURS, f"{service}{path}"))


def _organization_key(name: str) -> str:
    return _key("organization/", fold(name))
