"""docs/profiles.md: its example is one, its mistake is told so, its table is what the files say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from casectl.core.errors import BadConfiguration
from casectl.core.profiles import BUILT_IN, REASONS, WRITTEN_MEANS
from casectl.core.standards import DEADLINE_LEADS, Intervals, laid_over
from casectl.formats.profiles import Read, load_profile, parse_profile
from casectl.formats.sectors import find, names

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "profiles.md").read_text(
    encoding="utf-8"
)
(EXAMPLE,) = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
OURS = Path("ours.toml")
PROFILES = {name: load_profile(find(name, OURS.parent)) for name in names()}
COLUMNS = ("health", "housing", "family", "legal", "reentry")


def row(title: str) -> list[str]:
    """The cells of the table's row, in the order of COLUMNS."""
    (line,) = (line for line in DOCUMENT.splitlines() if line.startswith(f"| {title} |"))
    return [cell.strip() for cell in line.strip("|").split("|")[1:]]


def listed(*values: object) -> str:
    return ", ".join(map(str, values))


def intervals(read: Read) -> Intervals:
    return laid_over(Intervals(), read.standards)


def deadlines(days: Intervals) -> str:
    """Those that announce themselves otherwise than built in."""
    return "; ".join(
        f"{kind} {lead.warning}, {lead.lead}"
        for kind, lead in days.deadlines.items()
        if lead != DEADLINE_LEADS[kind]
    )


def test_the_example_is_one() -> None:
    profile, standards = parse_profile("ours.toml", EXAMPLE, OURS)
    assert profile.words["client"] == "young person"
    assert standards["contact.low"] == 21
    of_one = {name for name in profile.told if name.startswith("closing.programs.")}
    assert of_one and set(profile.closings) == {"Drop In"}
    said = {name for name in profile.told if name.startswith("closing.")} - of_one
    assert said == {f"closing.{name}" for name in BUILT_IN.closing._fields}, "it shows every key"


def test_the_mistake_shown_is_the_one_told() -> None:
    (shown,) = re.findall(r"^    (ours\.toml, line .*)$", DOCUMENT, re.MULTILINE)
    assert EXAMPLE.count('"substance_use"') == 1
    with pytest.raises(BadConfiguration) as refused:
        parse_profile("ours.toml", EXAMPLE.replace('"substance_use"', '"subtance_use"'), OURS)
    assert str(refused.value) == shown


def test_the_columns_are_the_profiles_that_ship() -> None:
    assert sorted(COLUMNS) == names()
    assert tuple(row("what")) == COLUMNS


@pytest.mark.parametrize("place", range(len(COLUMNS)), ids=COLUMNS)
def test_the_table_is_what_the_file_says(place: int) -> None:
    read = PROFILES[COLUMNS[place]]
    profile, days = read.profile, intervals(read)
    own = [each.words for each in profile.asked if each not in BUILT_IN.asked]
    closing, capacity = profile.closing, profile.capacity
    words = profile.words
    expected = {
        "client, case": listed(words.get("client", "client"), words.get("case", "case")),
        "own domains": listed(*own),
        "contact, low to crisis": listed(*days.contact),
        "first contact, low to crisis": listed(*days.first_contact),
        "first assessment": listed(days.first_assessment),
        "assessed again": listed(days.reassessment),
        "plan, reviewed": listed(days.plan, days.plan_review),
        "has to be known": listed(*days.requires),
        "deadlines": deadlines(days),
        "notice before closing, days": listed(days.notice),
        "tries, means": listed(closing.tries, closing.different_means),
        "sign-off": "yes" if closing.sign_off else "no",
        "points, low to crisis": listed(*capacity.level),
        "points full-time": listed(capacity.full_time),
    }
    table = DOCUMENT.partition("| what |")[2].partition("\n\n")[0]
    assert len(re.findall(r"^\| \w", table, re.M)) == len(expected), "a row that nobody checks"
    assert {title: row(title)[place] for title in expected} == expected


def test_every_reason_and_means_is_named() -> None:
    text = " ".join(DOCUMENT.split())
    assert all(f"`{each}`" in text for each in (*REASONS, *WRITTEN_MEANS))
