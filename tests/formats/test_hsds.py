"""HSDS 3.0: others' catalogues are read, ours are as the standard has it, and they come back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.errors import BadImport, CasectlError
from casectl.core.resources import Resource, ages, checked_body, said
from casectl.formats.hsds import catalogue, read_catalogue, read_file, service_of

TODAY = date(2026, 11, 18)
COUNSELLING = "ac148810-d857-441c-9679-408f346de14b"


EXAMPLES, SCHEMA = "hsds-3.0-examples", "hsds-3.0-schema"


def read(path: Path) -> list[Resource]:
    return read_catalogue(path.read_bytes(), TODAY)


def written(value: Any) -> bytes:
    return json.dumps(value).encode()


def service(**more: Any) -> dict[str, Any]:
    return {"id": "1", "name": "food parcels", "status": "active",
            "organization": {"name": "Example Pantry"}, **more}  # fmt: skip


# -- what others wrote -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "service_full", "service_list", "organization_full", "tabular",
        "service_at_location_full", "service_at_location_list",
    ],
)  # fmt: skip
def test_the_standard_s_own_examples(shared: Path, name: str) -> None:
    (found,) = read(shared / "data" / EXAMPLES / f"{name}.json")
    assert (found.organization, found.service) == (
        "Example Organization Inc.",
        "Community Counselling",
    )
    assert found.body["id"] == COUNSELLING
    assert found.verified_on == date(2005, 1, 1)
    assert ages(found) == (12, 100)


def test_a_service_in_full_keeps_everything_that_it_says(shared: Path) -> None:
    path = shared / "data" / EXAMPLES / "service_full.json"
    (found,) = read(path)
    assert said(found, "language") == ["Urdu"]
    assert said(found, "area")[0].startswith("The service is available to all residents")
    assert said(found, "hours")[0].startswith("The service is available from 10 am")
    assert said(found, "cost") and said(found, "document") and said(found, "apply")
    assert said(found, "address") == ["MyCity Civic Center"]
    original = json.loads(path.read_bytes())
    assert service_of(found) == original


def test_the_next_version_is_read_as_well(shared: Path) -> None:
    (found,) = read(shared / "data" / "hsds-3.1dev-examples" / "service_full.json")
    assert found.service and found.body["capacities"], "what is not known of it is kept"


@pytest.mark.parametrize("name", ["organization_list", "base", "taxonomy"])
def test_what_holds_no_service_is_refused(shared: Path, name: str) -> None:
    with pytest.raises(BadImport):
        read(shared / "data" / EXAMPLES / f"{name}.json")


# -- what is written -------------------------------------------------------------------------------


def made(**given_for: Any) -> Resource:
    body = checked_body(
        {},
        {
            "domain": ["food"], "language": ["Spanish", "Urdu"], "phone": ["555-0100"],
            "hours": ["Mon 9 to 5"], "area": ["Springfield"], "cost": ["free"], "min_age": "18",
            "document": ["proof of address"], "address": "1 Main St", "access": ["ramp"],
            "apply": "call first", "wait": "2 weeks", **given_for,
        },
    )  # fmt: skip
    return Resource("01a2", 1, "Example Pantry", "food parcels", "waitlist", TODAY, None, body)


def against(schema: Any, value: Any, where: str = "") -> list[str]:
    """What a value lacks or has of the wrong type, by the part of JSON schema that HSDS uses."""
    wrong = []
    if schema.get("type") == "object" and isinstance(value, dict):
        wrong += [f"{where}: no {name}" for name in schema.get("required", ()) if name not in value]
        for name, each in value.items():
            known = schema.get("properties", {}).get(name)
            wrong += [f"{where}.{name}: unknown"] if known is None else []
            wrong += against(known, each, f"{where}.{name}") if known else []
    elif schema.get("type") == "array" and isinstance(value, list):
        for place, each in enumerate(value):
            wrong += against(schema["items"], each, f"{where}[{place}]")
    elif not isinstance(value, TYPES[schema["type"]]):
        wrong.append(f"{where}: {value!r} is no {schema['type']}")
    if "enum" in schema and value not in schema["enum"]:
        wrong.append(f"{where}: {value!r} is none of {schema['enum']}")
    return wrong


TYPES: dict[str, Any] = {
    "string": str, "number": (int, float), "object": dict, "array": list, "integer": int,
}  # fmt: skip


def test_what_is_written_is_as_the_schema_wants_it(shared: Path) -> None:
    schema = json.loads((shared / "data" / SCHEMA / "service.json").read_bytes())
    for each in (made(), made()._replace(ended_on=TODAY), Resource("x", 2, "Bare", "bare")):
        assert against(schema, service_of(each)) == []
    broken = {**service_of(made()), "status": "open", "nmae": "x"}
    assert len(against(schema, broken)) == 2, "the check notices"


def test_what_is_written_comes_back_the_same() -> None:
    one = made()
    page = catalogue([one, one._replace(id="01a3", service="meals")])
    assert (page["total_items"], page["empty"]) == (2, False)
    back = read_catalogue(written(page), TODAY)
    for was, now in zip((one, one._replace(service="meals")), back, strict=True):
        body = {name: each for name, each in now.body.items() if name != "id"}
        assert body == was.body
        assert now._replace(id="", number=0, body={}) == was._replace(id="", number=0, body={})


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20
).filter(lambda text: any(map(str.isalnum, text)))


@given(st.lists(TEXTS, min_size=1, max_size=3, unique_by=str.strip), TEXTS)
def test_any_text_comes_back_as_it_was(texts: list[str], alert: str) -> None:
    one = made(language=texts, phone=texts, document=texts, alert=alert, access=texts)
    (back,) = read_catalogue(written(catalogue([one])), TODAY)
    for key in ("language", "phone", "document", "alert", "access"):
        assert said(back, key) == said(one, key)


# -- what cannot be read ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"", "the file is not JSON"),
        (b"\xff\xfe", "the file is not valid UTF-8"),
        (b'{"contents": [', "the file is not JSON at line 1"),
        (b"[NaN]", "the file is not JSON"),
        (b"[" * 100_000, "the file is not JSON"),
        (b"[" * 60 + b"]" * 60, "the file is not JSON"),
        (b"12", "a catalogue is made of objects"),
        (b"[]", "it holds no service"),
        (written([service(), service(name=None, id="2")]), "service 2: it has no name"),
        (written(service(organization={})), "its organization has no name"),
        (written(service(organization={"name": " "})), "the organization is empty"),
        (written(service(assured_date="soon")), "its assured_date is no day"),
        (written(service(description="a\x00b")), "what is no character"),
        (b'{"status": "active", "name": "\\ud800", "organization": {"name": "x"}}', "no character"),
    ],
)
def test_one_line_says_what_is_wrong(file: bytes, words: str) -> None:
    with pytest.raises(BadImport, match=words) as error:
        read_catalogue(file, TODAY)
    assert "\n" not in str(error.value)


ODD: list[Any] = [None, 5, "x", [], {}, [None], [5], ["x"], [{}], [[[]]], {"name": 5}]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "name",
    ["phones", "languages", "attributes", "service_at_locations", "minimum_age", "cost_options",
     "schedules", "service_areas", "domains"],
)  # fmt: skip
def test_a_part_of_another_shape_stops_nobody(name: str, odd: Any) -> None:
    (found,) = read_catalogue(written(service(**{name: odd})), TODAY)
    for key in ("phone", "language", "address", "cost", "hours", "area", "domain"):
        said(found, key)
    ages(found)
    service_of(found)


@pytest.mark.parametrize("odd", ODD)
def test_tables_of_another_shape_stop_nobody(odd: Any) -> None:
    services = [{**service(), "organization_id": odd, "id": odd}]
    organizations = [{"id": odd, "name": "Example Pantry"}, odd]
    tables = {f"{name}.csv": [odd, {"service_id": odd, "link_id": odd, "location_id": odd,
                                    "taxonomy_term_id": odd, "id": odd}]
              for name in ("phones", "locations", "addresses", "service_at_location",
                           "attributes", "taxonomy_terms")}  # fmt: skip
    every = {"services.csv": services, "organizations.csv": organizations, **tables}
    (found,) = read_catalogue(written(every), TODAY)
    assert found.organization == "Example Pantry"


def test_a_status_and_a_category_are_read() -> None:
    (gone,) = read_catalogue(written(service(status="defunct")), TODAY)
    assert gone.ended_on == TODAY
    term = {"taxonomy_term": {"name": "Food", "taxonomy": "Open Eligibility"}}
    (food,) = read_catalogue(written(service(attributes=[term])), TODAY)
    assert food.domains == ("food",)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(CasectlError):
            read_file(str(path))
