"""Profiles: those that ship are whole, and a mistake in one of your own is told with its line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from casectl.core.casework import DIED
from casectl.core.domains import DOMAINS
from casectl.core.errors import BadConfiguration
from casectl.core.model import Level
from casectl.core.profiles import BUILT_IN, PHASES, REASONS, Capacity, Closing
from casectl.core.settings import STANDARDS
from casectl.core.standards import Intervals, checked, laid_over
from casectl.formats.profiles import Read, load_profile, parse_profile
from casectl.formats.sectors import find, names, read_sector

NOWHERE = Path("/nowhere")
OURS = Path("ours.toml")
SHIPPED = ["family", "health", "housing", "legal", "reentry"]


def parse(text: str) -> Read:
    return parse_profile("ours.toml", text, OURS)


def refusal(text: str) -> str:
    with pytest.raises(BadConfiguration) as caught:
        parse(text)
    said = str(caught.value)
    assert caught.value.exit_code == 78
    assert "\n" not in said and said.isprintable()
    return said


# --- Those that ship ----------------------------------------------------------------------------


def test_five_ship() -> None:
    assert names() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_profile_that_ships_is_whole(name: str) -> None:
    named = find(name, NOWHERE)
    profile, standards = load_profile(named)
    assert profile.name == name
    assert profile.title and profile.about and profile.words
    assert checked(laid_over(Intervals(), standards), name)
    assert profile.asked[0].key == "safety", "what cannot wait comes first"
    assert any(each not in DOMAINS for each in profile.asked)
    assert {each.key for each in profile.domains} > {each.key for each in DOMAINS}
    assert set(REASONS) <= set(profile.closing.reasons), "a sector adds, and takes nothing away"
    assert laid_over(Intervals(), standards).notice >= 14
    assert profile.closing.transition_sheet
    assert profile.capacity.full_time


@pytest.mark.parametrize("name", SHIPPED)
def test_the_start_reads_what_the_whole_reading_does(name: str) -> None:
    """The start reads a part of the file, unchecked; so it must be the part that matters."""
    named = find(name, NOWHERE)
    whole, sector = load_profile(named), read_sector(named)
    assert sector.standards == whole.standards
    assert sector.words == whole.profile.words
    assert set(sector.standards) <= set(STANDARDS)


def most_cases(capacity: Capacity, level: Level) -> int:
    """How many cases of a level, in no phase that weighs more, somebody full-time carries."""
    assert capacity.full_time
    return capacity.full_time // capacity.points(level, "monitoring")


def test_points_are_the_cases_that_the_field_recommends() -> None:
    family = load_profile(find("family", NOWHERE)).profile.capacity
    assert [most_cases(family, level) for level in Level] == [17, 17, 15, 12]
    reentry = load_profile(find("reentry", NOWHERE)).profile.capacity
    assert [most_cases(reentry, level) for level in Level] == [200, 50, 50, 20]


# --- One of somebody's own ----------------------------------------------------------------------

WHOLE = """\
title = "Outreach"

[words]
client = "young person"

[standards]
plan = 20
notice = 0
contact = { medium = 10 }
deadlines.court.warning = 15

[domains]
asked = ["safety", "school_return", "food"]
own = ["school_return"]

[closing]
reasons = ["moved", "died"]
own_reasons = ["turned 21"]
own_words = false
notice_means = ["text"]
sign_off = true
tries = 5
different_means = 3
transition_sheet = false

[capacity]
full_time = 100

[capacity.level]
medium = 3

[capacity.phase]
planning = 2
"""


def test_a_whole_file() -> None:
    profile, standards = parse(WHOLE)
    assert standards == {
        "plan": 20,
        "notice": 0,
        "contact.medium": 10,
        "deadlines.court.warning": 15,
    }
    assert profile.words == {"client": "young person"}
    assert [each.key for each in profile.asked] == ["safety", "school_return", "food"]
    assert profile.asked[1].words == "school return"
    assert [each.key for each in profile.domains[3:5]] == ["housing", "income"]
    assert profile.closing == Closing(
        ("moved", "died", "turned 21"), False, ("text",), True, 5, 3, False
    )
    assert profile.capacity == Capacity((1, 3, 4, 8), (0, 2, 0, 0, 0), 100)
    assert profile.capacity.points(Level.HIGH, "planning") == 6
    assert {"domains", "closing.reasons", "capacity.level.medium"} <= profile.told
    assert "capacity.level.low" not in profile.told


def test_what_is_left_out_is_built_in() -> None:
    profile, standards = parse('title = "Bare"')
    assert (standards, profile.told) == ({}, frozenset())
    same = ("words", "asked", "closing", "capacity")
    assert all(getattr(profile, each) == getattr(BUILT_IN, each) for each in same)
    assert parse('title = "Bare"\n[closing]\nsign_off = true').profile.closing == Closing(
        sign_off=True
    )
    assert parse('title = "Bare"\n[closing]\ntries = 1').profile.closing.different_means == 1


def test_a_program_asks_for_something_else() -> None:
    text = WHOLE.replace("transition_sheet = false\n", "transition_sheet = false\n"
                         '[closing.programs."Drop In"]\nsign_off = false\ntries = 1\n')  # fmt: skip
    profile, _ = parse(text)
    other = profile.closing_of("Drop In")
    assert other == profile.closing._replace(sign_off=False, tries=1, different_means=1)
    assert profile.closing_of("Housing") == profile.closing == profile.closing_of(None)
    assert {"closing.programs.Drop In.sign_off", "closing.sign_off"} <= profile.told
    for wrong, words in (
        ("[closing.programs.X]\nsign_of = true", "did you mean sign_off?"),
        ("[closing]\nprograms = 3", "programs is a table"),
        ("[closing.programs]\nX = 3", "X is a table"),
        ('[closing.programs."a\\u0000b"]\ntries = 1', "line"),
    ):
        with pytest.raises(BadConfiguration, match=words):
            parse(f'title = "Bare"\n{wrong}')


REPLACED = [
    ('title = "Outreach"', "", 1, "title is missing"),
    ('title = "Outreach"', "title = 3", 1, "title is a text in quotes"),
    ('title = "Outreach"', 'titles = "Outreach"', 1, "did you mean title?"),
    ("[words]", "[wrods]", 3, "'wrods' is not known here; did you mean words?"),
    ('client = "young person"', 'clint = "x"', 4, "'clint' is not known here"),
    ('client = "young person"', 'client = "x\\u001b[2J"', 4, "control character"),
    ('client = "young person"', 'client = "x\\u202ey"', 4, "control character"),
    ('client = "young person"', 'client = "C-3PO"', 4, "is a word of letters"),
    ('client = "young person"', f'client = "{"x" * 21}"', 4, "over 20 characters"),
    ("plan = 20", "plna = 20", 7, "did you mean 'standards.plan'?"),
    ("plan = 20", "plan = 0", 7, "standards.plan is a whole number from 1 to 3650"),
    ("plan = 20", "plan = 2.5", 7, "standards.plan is a whole number"),
    ("plan = 20", "plan = true", 7, "standards.plan is a whole number"),
    ("plan = 20", "plan = {}", 7, "standards.plan is a whole number"),
    ("plan = 20", "plan = [20]", 7, "standards.plan is a whole number"),
    ("plan = 20", "plan = 9" + "9" * 400, 7, "standards.plan is a whole number"),
    ("plan = 20", "crisis_review = 60", 7, "crisis_review is longer than high_review"),
    ("medium = 10", "medium = 40", 9, "contact grows with the level; a higher level may never"),
    ("medium = 10", "medium = 5", 9, "contact grows with the level"),
    ("medium = 10", "urgent = 10", 9, "no setting 'standards.contact.urgent'"),
    ("warning = 15", "warning = 1", 10, "deadlines.court needs a warning no shorter than its"),
    ('"food"]', '"fodo"]', 13, "no domain 'fodo'; did you mean food?"),
    ('"food"]', '"camping"]', 13, "one of your own is named in own as well"),
    ('"food"]', '"food", "food"]', 13, "names 'food' twice"),
    ('"food"]', "3]", 13, "asked is a text in quotes, not 3"),
    ('asked = ["safety", "school_return", "food"]', "asked = []", 13, "asked is a list"),
    ('asked = ["safety", "school_return", "food"]', "", 12, "asked is missing"),
    ('own = ["school_return"]', 'own = ["food"]', 14, "casectl's own food"),
    ('own = ["school_return"]', 'own = ["school_return", "x"]', 14, "in own and not in asked"),
    ('own = ["school_return"]', 'own = ["School"]', 14, "small letters"),
    ('own = ["school_return"]', 'own = ["summary"]', 14, "'summary' cannot be a domain's name"),
    ('own = ["school_return"]', 'own = ["physicalhealth"]', 14, "casectl's own physical_health"),
    ('own = ["school_return"]', 'own = ["a b"]', 14, "letters, digits and hyphens"),
    ('reasons = ["moved", "died"]', 'reasons = ["moved"]', 17, "'died' is always a reason"),
    ('reasons = ["moved", "died"]', 'reasons = ["dead"]', 17, "reasons are of goals met, moved"),
    ('reasons = ["moved", "died"]', "reasons = []", 17, "reasons is empty"),
    ('reasons = ["moved", "died"]', "reasons = 'died'", 17, "reasons is a list of texts"),
    ('"turned 21"', '"turned 21", "turned 21"', 18, "names 'turned 21' twice"),
    ('"turned 21"', '"moved"', 18, "'moved' is casectl's own: name it in reasons"),
    ('"turned 21"', f'"{"x" * 61}"', 18, "over 60 characters"),
    ('["turned 21"]', str([f"r{each}" for each in range(41)]), 18, "more than 40"),
    ("own_words = false", "own_words = 'no'", 19, "own_words is true or false"),
    ('["text"]', '["pigeon"]', 20, "notice_means are of letter, email, text, by hand"),
    ("tries = 5", "tries = 21", 22, "tries is a whole number from 0 to 20"),
    ("different_means = 3", "different_means = 6", 23, "different_means is a whole number from 1"),
    ("full_time = 100", "full_time = 0", 27, "full_time is a whole number from 1"),
    ("full_time = 100", "fulltime = 100", 27, "did you mean full_time?"),
    ("medium = 3", "medium = 5", 29, "high weighs less than medium"),
    ("medium = 3", "urgent = 3", 30, "'urgent' is not known here"),
    ("medium = 3", "low = 0\nmedium = 0\nhigh = 0\ncrisis = 1001", 33, "crisis is a whole number"),
    ("planning = 2", "plannning = 2", 33, "did you mean planning?"),
    ("notice = 0", "notice = -1", 8, "standards.notice is a whole number from 0 to 3650"),
    ('"text"]', '"text"]\nnotice_days = 5', 21, "'notice_days' is not known here"),
    ("[capacity]", "[capacity.extra]\n[capacity]", 26, "'extra' is not known here"),
    ("[capacity.phase]", "[[capacity.phase]]", 32, "phase is a table, written [phase]"),
]


@pytest.mark.parametrize(("was", "now", "line", "words"), REPLACED)
def test_a_mistake_is_one_line_with_its_line(was: str, now: str, line: int, words: str) -> None:
    assert WHOLE.count(was) == 1
    said = refusal(WHOLE.replace(was, now))
    assert words in said
    assert said.startswith(f"ours.toml, line {line}: "), said


def test_nothing_may_weigh_nothing() -> None:
    zero = "low = 0\nmedium = 0\nhigh = 0\ncrisis = 0"
    said = refusal(f'title = "x"\n[capacity.level]\n{zero}')
    assert said == "ours.toml, line 2: nothing weighs anything"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: title is missing"),
        ("title = ", "line 1: invalid value"),
        ('title = "a"\ntitle = "b"', "line 2: cannot overwrite a value"),
        ("a = " + "[" * 5000, "nested too deep"),
        ('title = "a"\n[words]\nclient = "' + "é" * 30_000 + '"', "line 3: client is over 20"),
        ('title = "a"\nstandards = 3', "line 2: standards is a table, written [standards]"),
        ("[[domains]]\n[[domains]]", "line 1: title is missing"),
    ],
)
def test_what_is_no_profile_at_all(text: str, words: str) -> None:
    assert words in refusal(text)


def test_files_that_are_none(tmp_path: Path) -> None:
    def load() -> Read:
        return load_profile(find("ours.toml", tmp_path))

    file = tmp_path / "ours.toml"
    with pytest.raises(BadConfiguration, match="cannot read "):
        load()
    file.write_bytes(b"title = '\xff'")
    with pytest.raises(BadConfiguration, match="is not UTF-8 text"):
        load()
    file.write_bytes(b"#" * 300_000)
    with pytest.raises(BadConfiguration, match="is over 200,000 bytes"):
        load()
    file.unlink()
    os.mkfifo(file)  # which would be waited for
    with pytest.raises(BadConfiguration, match="is not a file"):
        load()
    file.unlink()
    file.mkdir()
    with pytest.raises(BadConfiguration, match="is not a file"):
        load()


@pytest.mark.parametrize(
    "name", ["helth", "Health", "nope", "", "..", "health\x00", "heal th", "ﬀamily", "CON"]
)
def test_a_name_that_is_none_is_refused_with_the_list(name: str) -> None:
    with pytest.raises(BadConfiguration) as caught:
        find(name, NOWHERE)
    said = str(caught.value)
    assert "there are family, health, housing, legal, reentry" in said
    assert "\n" not in said and said.isprintable()
    assert ("did you mean health?" in said) == (
        name in ("helth", "Health", "health\x00", "heal th")
    )


def test_a_path_counts_from_the_configuration_and_a_home_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/kim")
    assert find("ours.toml", tmp_path).path == tmp_path / "ours.toml"
    assert find("~/ours.toml", tmp_path).path == Path("/home/kim/ours.toml")
    assert find("/etc/ours", tmp_path).path == Path("/etc/ours")
    assert not find("health.toml", tmp_path).ships, (
        "a file of that name, and not the one that ships"
    )
    with pytest.raises(BadConfiguration, match="no such home folder"):
        find("~nobody-of-that-name/ours.toml", tmp_path)


def test_what_dies_is_a_reason_everywhere() -> None:
    assert DIED in Closing().reasons
    assert len(PHASES) == len(Capacity().phase)
