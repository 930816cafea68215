"""docs/instruments.md: its examples are read, and its tables say what the files say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from casectl.core.errors import BadConfiguration
from casectl.core.instruments import parse_answers, score
from casectl.formats.instruments import load_instruments, parse_instrument
from casectl.formats.templates import load_templates, parse_template

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "instruments.md").read_text(
    encoding="utf-8"
)
OUR_VISIT, EVICTION = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)


def test_the_example_of_an_instrument_is_one() -> None:
    visit = parse_instrument("our-visit", OUR_VISIT, Path("our-visit.toml"))
    result = score(visit, parse_answers(visit, "2,1,0"))
    assert (result.total, result.band, result.positive) == (3, "needs a look", True)
    assert [flag.words for flag in result.flags] == ["afraid at home"]
    assert parse_answers(visit, "1=2 rooms=1+2") == {"1": 2, "rooms": (1, 2)}
    assert score(visit, {"1": 9, "2": 0, "rooms": 0}).total is None


def test_the_mistake_shown_is_the_one_told() -> None:
    (shown,) = re.findall(r"^    (our-visit\.toml, line .*)$", DOCUMENT, re.MULTILINE)
    wrong = OUR_VISIT.replace("from = 3", "from = 4")
    with pytest.raises(BadConfiguration) as refused:
        parse_instrument("our-visit", wrong, Path("our-visit.toml"))
    assert str(refused.value) == shown


def test_the_example_of_a_plan_is_one() -> None:
    plan = parse_template("eviction", EVICTION, Path("eviction.toml"))
    assert [step.who for step in plan.goals[0].steps] == ["client", "worker"]


def test_the_table_of_what_ships_is_right() -> None:
    rows = re.findall(
        r"^\| `([\w-]+)` \| (.+?), .* \| (.+) \| .* \| (\d+) days \|$", DOCUMENT, re.M
    )
    shelf = load_instruments(Path("/nowhere"))
    assert sorted(row[0] for row in rows) == shelf.names()
    for name, title, total, days in rows:
        instrument = shelf.find(name)
        assert title == instrument.title
        assert int(days) == instrument.repeat_days
        lowest, highest = instrument.reach
        assert total == (f"{lowest}-{highest}" if instrument.totalled else "none")


def test_the_table_of_plans_is_right() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| .* \| (intake|the day it is applied) \|$", DOCUMENT, re.M)
    shelf = load_templates(Path("/nowhere"))
    assert sorted(row[0] for row in rows) == shelf.names()
    for name, start in rows:
        assert shelf.find(name).counts_from == ("intake" if start == "intake" else "applied")
