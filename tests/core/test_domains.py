"""The domains and how somebody stands in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from casectl.core.domains import (
    DOMAINS,
    Standing,
    domain_of_category,
    find_domain,
    find_standing,
)
from casectl.core.errors import BadValue


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("housing", "housing"),
        ("Mental health", "mental_health"),
        ("mental-health", "mental_health"),
        ("MENTAL_HEALTH", "mental_health"),
        ("hous", "housing"),
        ("soc", "social_support"),
    ],
)
def test_a_domain_is_found_by_its_words(typed: str, key: str) -> None:
    assert find_domain(typed).key == key


@pytest.mark.parametrize("typed", ["", "weather", "e", "\x1b[2J", "-", "s" * 10_000])
def test_an_unknown_domain_names_those_there_are(typed: str) -> None:
    with pytest.raises(BadValue, match="it is one of safety, housing, food, income") as refused:
        find_domain(typed)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


def test_how_somebody_stands() -> None:
    assert [each.words for each in Standing] == [
        "in crisis", "vulnerable", "stable", "self-sufficient", "empowered",
    ]  # fmt: skip
    assert find_standing("3") is Standing.STABLE
    assert find_standing("Self-Sufficient") == find_standing("self sufficient") == 4
    for typed in ("0", "6", "fine", "", "٣"):
        with pytest.raises(BadValue, match="it is one of 1 in crisis, 2 vulnerable, 3 stable"):
            find_standing(typed)


def test_keys_are_each_there_once() -> None:
    assert len({each.key for each in DOMAINS}) == len(DOMAINS) == 15
    codes = [code for each in DOMAINS for code in (each.category, *each.within) if code]
    assert len(set(codes)) == len(codes)


def test_every_category_is_one_of_gravitys(shared: Path) -> None:
    """No code is written here that no file of theirs holds."""
    theirs = set()
    for path in (shared / "data" / "fhir-sdohcc-examples").glob("*.json"):
        theirs |= set(temporary_codes(json.loads(path.read_text(encoding="utf-8"))))
    ours = {code for each in DOMAINS for code in (each.category, *each.within) if code}
    assert ours <= theirs


def temporary_codes(part: Any) -> list[str]:
    if isinstance(part, list):
        return [code for each in part for code in temporary_codes(each)]
    if not isinstance(part, dict):
        return []
    found = [code for each in part.values() for code in temporary_codes(each)]
    if str(part.get("system", "")).endswith("SDOHCC-CodeSystemTemporaryCodes"):
        found.append(part["code"])
    return found


def test_a_part_of_a_domain_is_read_and_not_written() -> None:
    housing = domain_of_category("homelessness")
    assert housing is not None
    assert (housing.key, housing.category) == ("housing", None)
    assert domain_of_category("food-insecurity") == find_domain("food")
    assert domain_of_category("weather") is None
