"""In which order one goes, from plain addresses."""

from __future__ import annotations

from casectl.core.sheets import place_key

IN_ORDER = [
    "9 Acorn St", "Acorn St 10", "acorn st 11, Springfield", "12 Acorn St", "12b Acorn St",
    "Émile Row 3", "Main Street", "1 Main Street", "Ölweg 2, 10115 Berlin", "中山路 5", "", None,
]  # fmt: skip


def test_street_by_street_and_by_number() -> None:
    turned = list(reversed(IN_ORDER[:-2])) + IN_ORDER[-2:]
    assert sorted(turned, key=place_key) == IN_ORDER


def test_a_number_alone_and_hostile_ones() -> None:
    for address in ("12", ",", ", ,", "9" * 400 + " Oak", "²³ Oak", "٣ Oak", "\x1b[2J"):
        assert place_key(address)[0] is False
