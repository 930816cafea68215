"""Instruments as files: what ships agrees with what others published, and bad files are refused."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.errors import BadConfiguration, NotFound
from casectl.core.instruments import CutOff, Instrument, score
from casectl.formats.instruments import load_instruments, parse_instrument
from casectl.formats.shelf import SHIPPED

NOWHERE = Path("/nowhere")
SMALL = """\
title = "Small"
name = "A small one"
version = "3"
credit = "us"
licence = "ours"
source = "here"

[[questions]]
key = "1"
text = "How was it?"
choices = [
    { value = 0, text = "good" },
    { value = 1, text = "bad" },
]

[[questions]]
key = "2"
kind = "number"
least = 0
most = 4
text = "How often?"

[[bands]]
from = 0
to = 2
words = "fine"

[[bands]]
from = 3
to = 5
words = "not fine"

[positive]
at_least = 3
"""


def read(text: str) -> Instrument:
    return parse_instrument("small", text, Path("small.toml"))


def refusal(text: str) -> str:
    with pytest.raises(BadConfiguration) as refused:
        read(text)
    assert refused.value.exit_code == 78
    words = str(refused.value)
    assert words.isprintable()
    assert len(words) < 400
    return words


# --- What ships -----------------------------------------------------------------------------


def test_what_ships() -> None:
    shelf = load_instruments(NOWHERE)
    assert shelf.names() == [
        "ahc-hrsn", "audit-c", "gad2", "gad7", "hunger-vital-sign", "phq2", "phq9",
    ]  # fmt: skip
    good, bad = shelf.all()
    assert bad == []
    for each in good:
        assert each.credit and each.licence and each.source and each.version == "1"
        assert each.language == "en"
        assert each.repeat_days is not None and each.repeat_days > 0
        assert all(question.code for question in each.questions if question.key != "safety-note")
        for question in each.questions:
            assert all(choice.code for choice in question.choices)


def test_every_code_is_shaped_like_one_of_loincs() -> None:
    for path in SHIPPED.joinpath("instruments").glob("*.toml"):
        for code in re.findall(r'code = "(.*)"', path.read_text(encoding="utf-8")):
            parts = re.fullmatch(r"(L?A?)(\d+)-(\d)", code)
            assert parts and int(parts[3]) == check_digit(parts[1], parts[2]), code


def check_digit(letters: str, number: str) -> int:
    """LOINC's last digit, by which a slip in a code shows: modulus 10 over the others.

    Every second one counts double, from the right; the letters of an answer's code count too.
    """
    total = (8 if len(number) % 2 else 5) if letters else 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 if place % 2 else 2)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def test_short_ones_are_part_of_the_long_ones() -> None:
    find = load_instruments(NOWHERE).find
    for short, long in (("phq2", "phq9"), ("gad2", "gad7")):
        assert find(short).questions == find(long).questions[:2]
        assert find(short).cut_off == CutOff(find(long).subscales[0].cut_off)
        assert find(short).stem == find(long).stem


# --- The same as others published -----------------------------------------------------------


def resource(shared: Path, folder: str, name: str) -> Any:
    path = shared / "data" / folder / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{folder} is not beside this checkout")
    return json.loads(path.read_text(encoding="utf-8"))


PHR, US_CORE, SDOH = "fhir-phr-phq9-gad7", "fhir-uscore-examples", "fhir-sdohcc-examples"


def code_of(item: dict[str, Any]) -> str:
    return str(item["linkId"]).removeprefix("/")


@pytest.mark.parametrize(
    ("name", "folder", "questionnaire", "elsewhere"),
    [
        ("phq9", PHR, "Questionnaire-phq9", set()),
        ("phq9", US_CORE, "Questionnaire-phq-9-example", {"44261-6"}),
        ("gad7", PHR, "Questionnaire-gad7", set()),
        ("hunger-vital-sign", US_CORE, "Questionnaire-hunger-vital-sign-example", {"88124-3"}),
        ("hunger-vital-sign", SDOH, "Questionnaire-SDOHCC-QuestionnaireHungerVitalSign",
         {"88124-3"}),
        # US Core's example has another instrument's question in the place of the first.
        ("audit-c", US_CORE, "Questionnaire-AUDIT-C", {"68517-2", "75626-2"}),
    ],
)  # fmt: skip
def test_codes_are_those_of_the_published_questionnaire(
    shared: Path, name: str, folder: str, questionnaire: str, elsewhere: set[str]
) -> None:
    theirs = resource(shared, folder, questionnaire)
    ours = load_instruments(NOWHERE).find(name)
    assert ours.code in [each["code"] for each in theirs.get("code", [{"code": ours.code}])]
    assert elsewhere - {"68517-2"} <= {ours.total_code, ours.band_code}
    by_code = {question.code: question for question in ours.questions}
    compared = 0
    for item in theirs["item"]:
        if code_of(item) in elsewhere:
            continue
        question = by_code[code_of(item)]
        options = [each["valueCoding"] for each in item["answerOption"]]
        codes = [each["code"] for each in options if each["code"] != "asked-declined"]
        assert [choice.code for choice in question.choices] == codes
        texts = [each["display"] for each in options if each["code"] in codes]
        assert [choice.text for choice in question.choices] == texts
        for option, choice in zip(item["answerOption"], question.choices, strict=False):
            for extension in option["valueCoding"].get("extension", []):
                if extension["url"].endswith("/ordinalValue"):
                    assert extension["valueDecimal"] == choice.points
        compared += 1
    expected = {"phq9": (9, 10), "gad7": (7,), "hunger-vital-sign": (2,), "audit-c": (2,)}
    assert compared in expected[name]


def answers_of(instrument: Instrument, response: dict[str, Any]) -> dict[str, object]:
    by_code = {question.code: question for question in instrument.questions}
    answers: dict[str, object] = {}
    for item in response["item"]:
        question = by_code.get(code_of(item))
        if question is not None:
            code = item["answer"][0]["valueCoding"]["code"]
            answers[question.key] = next(one.value for one in question.choices if one.code == code)
    return answers


@pytest.mark.parametrize(
    ("name", "response", "observation"),
    [
        ("phq9", "QuestionnaireResponse-phq9", "Observation-ScoredAssessmentPHQ9Example"),
        ("gad7", "QuestionnaireResponse-gad7", "Observation-ScoredAssessmentGAD7Example"),
    ],
)
def test_totals_are_those_of_the_published_example(
    shared: Path, name: str, response: str, observation: str
) -> None:
    ours = load_instruments(NOWHERE).find(name)
    result = score(ours, answers_of(ours, resource(shared, PHR, response)))
    total, risk = resource(shared, PHR, observation)["component"]
    assert total["code"]["coding"][0]["code"] == ours.total_code
    assert result.total == total["valueInteger"] == 3
    assert result.band == risk["valueCodeableConcept"]["coding"][0]["display"].lower()


def test_the_total_of_us_cores_phq_9_and_its_hunger(shared: Path) -> None:
    find = load_instruments(NOWHERE).find
    phq9, hunger = find("phq9"), find("hunger-vital-sign")
    response = resource(shared, US_CORE, "QuestionnaireResponse-phq-9-example")
    (total,) = [each for each in response["item"] if code_of(each) == phq9.total_code]
    result = score(phq9, answers_of(phq9, response))
    assert result.total == total["answer"][0]["valueDecimal"] == 12
    assert result.positive is True
    response = resource(shared, US_CORE, "QuestionnaireResponse-hunger-vital-sign-example")
    (risk,) = [each for each in response["item"] if code_of(each) == hunger.band_code]
    band = score(hunger, answers_of(hunger, response)).band
    coded = next(each.code for each in hunger.bands if each.words == band)
    assert coded == risk["answer"][0]["valueCoding"]["code"]


# --- Bad files ------------------------------------------------------------------------------


def test_a_small_one_is_read() -> None:
    small = read(SMALL)
    assert small.reach == (0, 5)
    assert [choice.points for choice in small.questions[0].choices] == [0, 1]
    assert score(small, {"1": 1, "2": 2}).band == "not fine"
    assert read(SMALL.replace("\n", "\r\n")) == small


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('title = "Small"\n', "", "small.toml, line 1: title is missing"),
        ('version = "3"', "version = 3", "line 3: version is a text in quotes, not 3"),
        ('credit = "us"', 'credit = "  "', "line 4: credit is empty"),
        ('licence = "ours"', 'license = "ours"',
         "line 5: 'license' is not known here; did you mean licence?"),
        ('licence = "ours"\n', "", "small.toml, line 1: licence is missing"),
        ('source = "here"', 'source = "here"\ncolour = 1', "line 7: 'colour' is not known here"),
        ('source = "here"', 'source = "here"\nbandss = 1', "line 7: 'bandss' is not known here; "
         "did you mean bands?"),
        ('source = "here"', 'source = "here"\ndomain = "wether"',
         "line 7: domain is one of safety, housing,"),
        ('source = "here"', 'source = "here"\nrepeat_days = 0',
         "line 7: repeat_days is a whole number from 1 to 3,650, not 0"),
        ('key = "2"', 'key = "1"', "line 17: two questions have the key '1'"),
        ('key = "2"', 'key = "a b"', "line 17: key is letters, digits and hyphens, not 'a b'"),
        ('key = "2"\n', "", "line 16: key is missing"),
        ('kind = "number"', 'kind = "numbr"',
         "line 18: kind is one of choice, choices, number, text, not 'numbr'"),
        ("least = 0\n", "", "line 16: least is missing"),
        ("most = 4", "most = 4.5", "line 20: most is a whole number from 0 to 10,000, not 4.5"),
        ("most = 4", "most = true", "line 20: most is a whole number from 0 to 10,000, not true"),
        ("most = 4", 'most = "4"', "line 20: most is a whole number from 0 to 10,000, not '4'"),
        ("most = 4", "most = -4", "line 20: most is a whole number from 0 to 10,000, not -4"),
        ("value = 1, ", "value = 0, ", "line 13: two choices have the value 0"),
        ("value = 1, ", "value = 1.5, ", "line 13: value is a whole number from 0 to 999,999"),
        ("value = 1, ", "", "line 13: value is missing"),
        ("value = 1, ", "value = 1, color = 3, ", "line 13: 'color' is not known here"),
        ("value = 1, ", "value = 1, points = 2, scored = false, ",
         "line 13: an unscored choice has no points"),
        ("value = 1, ", "value = 1, points = [], ", "line 13: points is a whole number"),
        ("choices = [", 'choices = "often"\nx = [',
         "line 11: no list of choices is called 'often'"),
        ("choices = [", "other = [", "line 8: choices are missing"),
        ('text = "How often?"', 'text = "How\\u001b[2J often?"',
         r"line 21: text holds a control character: 'How\x1b[2J often?'"),
        ('text = "How often?"', 'text = "How\\u202e often?"', "holds a control character"),
        ('text = "How often?"', f'text = "{"x" * 2001}"', "line 21: text is over 2,000 characters"),
        ('text = "How often?"', 'text = ["How"]', "line 21: text is a text in quotes, not a list"),
        ("from = 3", "from = 4", "line 29: this band begins at 3, not at 4: "
         "some totals would be in no band"),
        ("from = 3", "from = 2", "line 29: this band begins at 3, not at 2: "
         "some totals would be in two bands"),
        ("from = 0", "from = 1", "line 24: this band begins at 0, not at 1"),
        ("to = 5", "to = 6", "line 30: to is a whole number from 3 to 5, not 6"),
        ("to = 5", "to = 4", "line 28: the bands end at 4, and the highest total is 5"),
        ("to = 2", "to = -1", "line 25: to is a whole number from 0 to 5, not -1"),
        ("at_least = 3", "at_least = 6", "line 34: at_least is a whole number from 0 to 5, not 6"),
        ("at_least = 3", "at_most = 3", "line 33: at_least is missing"),
        ("at_least = 3", "at_least = { male = 3 }", "line 34: female is missing"),
        ("at_least = 3", "at_least = { male = 3, female = 2, x = 1 }",
         "line 34: 'x' is not known here"),
        ("[positive]\nat_least = 3", "positive = 3",
         "line 33: 'positive' is not known here; known: from, to"),
        ("[positive]", '[[flags]]\nquestion = "3"\nat_least = 1\nwords = "x"\n[positive]',
         "line 34: no scored question has the key '3'"),
        ("[positive]", '[[flags]]\nquestion = "2"\nat_least = 5\nwords = "x"\n[positive]',
         "line 35: at_least is a whole number from 1 to 4, not 5"),
        ("[positive]", '[[subscales]]\nkey = "s"\ntitle = "S"\nquestions = ["1", "9"]\n[positive]',
         "line 36: no scored question has the key '9'"),
        ("[positive]", '[[subscales]]\nkey = "s"\ntitle = "S"\nquestions = ["1", "1"]\n[positive]',
         "line 36: questions names '1' twice"),
        ("[positive]", '[[subscales]]\nkey = "s"\ntitle = "S"\nquestions = []\n[positive]',
         "line 36: questions is a list of names in quotes"),
        ('title = "Small"', 'title = "Small"\ntotalled = false',
         "line 2: without a total there are subscales, no bands and no cut-off"),
        ('title = "Small"', 'title = "Small"\ntotalled = "no"',
         "line 2: totalled is true or false"),
        ('title = "Small"', 'title = "Small"\nhigher_is = "good"',
         "line 2: higher_is is one of worse, better"),
        ('title = "Small"', 'title = "Small', "small.toml, line 1: illegal character"),
        ('title = "Small"', 'title = "Small"\ntitle = "Small"', "line 2: cannot overwrite a value"),
        ('title = "Small"', "title = \x1b", "small.toml, line 1: invalid value"),
        ('title = "Small"', "title", "small.toml, line 1: expected '=' after a key"),
        ("at_least = 3\n", "at_least = [3", "small.toml, line 34: "),
        ("most = 4", f"most = {'9' * 5000}", "small.toml: holds a number that is too long"),
        ("most = 4", f"most = 0x{'f' * 5000}", "line 20: most is a whole number from 0 to 10,000, "
         "not so long a number"),
        ("most = 4", f"most = {'[' * 3000}{']' * 3000}", "small.toml: nested too deep"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(before: str, after: str, words: str) -> None:
    assert before in SMALL
    assert words in refusal(SMALL.replace(before, after, 1))


def test_questions_are_needed_and_not_without_end() -> None:
    head = SMALL.partition("[[questions]]")[0]
    assert refusal(head) == "small.toml, line 1: there are no questions"
    unscored = '[[questions]]\nkey = "1"\nkind = "text"\ntext = "?"\n'
    assert refusal(head + unscored) == "small.toml, line 8: no question is scored"
    number = '[[questions]]\nkey = "{}"\nkind = "number"\nleast = 0\nmost = 1\ntext = "?"\n'
    many = "".join(number.format(each) for each in range(201))
    assert refusal(head + many) == f"small.toml, line {8 + 6 * 200}: questions are more than 200"
    assert len(read(head + many.rpartition("[[questions]]")[0]).questions) == 200


def test_a_text_has_no_score() -> None:
    text = SMALL.replace('kind = "number"\nleast = 0\nmost = 4', 'kind = "text"\nscored = true')
    assert refusal(text) == "small.toml, line 19: a text has no score"


def test_choices_without_any_points_are_no_score() -> None:
    text = SMALL.replace("value = 0,", "value = 0, scored = false,").replace(
        "value = 1,", "value = 1, scored = false,"
    )
    assert refusal(text) == "small.toml, line 11: none of the choices has points"


lines = st.lists(st.sampled_from([*SMALL.splitlines(), "]", '"""', "[[", "x = {", "\x00", "﻿", "é"]))


@given(lines)
def test_any_lines_are_read_or_refused(some: list[str]) -> None:
    try:
        read("\n".join(some))
    except BadConfiguration as refused:
        assert str(refused).isprintable()
        assert str(refused).startswith("small.toml")


@given(st.integers(0, len(SMALL)), st.text(max_size=5))
def test_whatever_is_typed_into_a_file_is_read_or_refused(place: int, typed: str) -> None:
    try:
        read(SMALL[:place] + typed + SMALL[place:])
    except BadConfiguration as refused:
        assert str(refused).isprintable()


# --- One's own ------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "instruments"
    folder.mkdir()
    return folder


def put(folder: Path, name: str, text: str = SMALL) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_ones_own_stand_beside_what_ships(own: Path) -> None:
    put(own, "our-visit.toml")
    put(own, "notes.txt", "no instrument")
    shelf = load_instruments(own)
    assert shelf.names()[-1] == "our-visit"
    assert "notes" not in shelf.names()
    assert shelf.find("Our Visit") == read(SMALL)._replace(key="our-visit")
    assert shelf.find("PHQ-9").key == "phq9"


def test_a_broken_one_stops_nobody_from_using_the_others(own: Path) -> None:
    put(own, "broken.toml", "title = ")
    put(own, "works.toml")
    shelf = load_instruments(own)
    assert shelf.find("works").title == "Small"
    assert shelf.find("phq9").title == "PHQ-9"
    good, bad = shelf.all()
    assert len(good) == 8
    assert [str(each) for each in bad] == [f"{own}/broken.toml, line 1: invalid value"]


def test_a_shipped_name_is_taken(own: Path) -> None:
    for name in ("phq9.toml", "PHQ-9.toml", "gad_7.toml"):
        put(own, name)
    shelf = load_instruments(own)
    for name in ("phq9", "gad7"):
        with pytest.raises(BadConfiguration, match="has the name of an instrument that casectl"):
            shelf.find(name)
    assert shelf.find("phq2").title == "PHQ-2"
    assert len(shelf.all()[1]) == 2


def test_two_of_ones_own_with_one_name_are_told_apart_by_nobody(own: Path) -> None:
    put(own, "our-visit.toml")
    put(own, "ourvisit.toml")
    with pytest.raises(BadConfiguration, match="have one name: rename one"):
        load_instruments(own).find("our-visit")


@pytest.mark.parametrize("name", ["Ours", "our visit", "-ours", "öurs", "our_visit", "x" * 41])
def test_a_name_that_is_hard_to_type_is_refused(own: Path, name: str) -> None:
    put(own, f"{name}.toml")
    with pytest.raises(BadConfiguration, match="small letters, digits and hyphens; rename"):
        load_instruments(own).find(name)


def test_an_unknown_name_hears_the_nearest(own: Path) -> None:
    shelf = load_instruments(own)
    with pytest.raises(NotFound, match=r"no instrument 'phq8'; did you mean phq9\?"):
        shelf.find("phq8")
    with pytest.raises(NotFound, match="no instrument 'xyz'; there is ahc-hrsn, audit-c, gad2"):
        shelf.find("xyz")
    with pytest.raises(NotFound) as refused:
        shelf.find("\x1b[2J" * 100)
    assert str(refused.value).isprintable()


def test_what_is_no_text_file_is_refused(own: Path) -> None:
    (own / "folder.toml").mkdir()
    (own / "latin.toml").write_bytes(SMALL.replace("Small", "Größe").encode("latin-1"))
    (own / "gone.toml").symlink_to(own / "nothing")
    put(own, "large.toml", SMALL + "#" * 200_000)
    put(own, "mark.toml", "﻿" + SMALL)
    if hasattr(os, "mkfifo"):
        os.mkfifo(own / "pipe.toml")
    shelf = load_instruments(own)
    for name, words in (
        ("folder", "is not a file"),
        ("latin", "is not UTF-8 text"),
        ("gone", "No such file"),
        ("large", "is over 200,000 bytes"),
    ):
        with pytest.raises(BadConfiguration, match=words):
            shelf.find(name)
    if hasattr(os, "mkfifo"):
        with pytest.raises(BadConfiguration, match="is not a file"):
            shelf.find("pipe")
    assert shelf.find("mark").title == "Small"


def test_a_folder_that_is_none_is_told(own: Path) -> None:
    with pytest.raises(BadConfiguration, match="cannot read"):
        load_instruments(put(own, "instruments"))
