"""A typed line taken apart: what people type, and that no line at all is too much for it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casectl.core.typed import (
    FLAG,
    ITEMS,
    ITEMS_WHEN,
    MANY,
    ONE,
    REST,
    WHEN,
    WORD,
    WORDS,
    Shape,
    first_word,
    last_word,
    pieces,
    typed_words,
)

OPTIONS = {
    "--due": WHEN, "--on": WHEN, "--by": WORD, "--minutes": WORD, "--next": WORDS,
    "--json": FLAG, "--yes": FLAG, "-y": FLAG, "-n": WORD,
}  # fmt: skip
CONTACT = Shape(OPTIONS, (ONE, REST))
SHAPES = [
    CONTACT, Shape(OPTIONS), Shape(OPTIONS, (REST,)), Shape(OPTIONS, (MANY,)),
    Shape(OPTIONS, (ITEMS,)), Shape(OPTIONS, (ITEMS_WHEN,)), Shape(),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("12", ["--", "12"]),
        ("garcia aide's coming Mon; next check aide mon",
         ["--", "garcia", "aide's coming Mon; next check aide mon"]),
        ('garcia she said "no"', ["--", "garcia", 'she said "no"']),
        ('garcia "no" is what she said', ["--", "garcia", '"no" is what she said']),
        ("12 call the school --due fri", ["--due=fri", "--", "12", "call the school"]),
        ('12 "call the school" --due "next tue"',
         ["--due=next tue", "--", "12", "call the school"]),
        ("12 call the school --due next tue", ["--due=next tue", "--", "12", "call the school"]),
        ("--due fri 9:00 --by visit 12 it's ok",
         ["--due=fri 9:00", "--by=visit", "--", "12", "it's ok"]),
        ("12 ok --by=visit", ["--by=visit", "--", "12", "ok"]),
        ('12 ok --due="next tue" then', ["--due=next tue", "--", "12", "ok then"]),
        ("12 ok --next call aide --due fri", ["--next=call aide", "--due=fri", "--", "12", "ok"]),
        ("12 two  spaces   kept", ["--", "12", "two  spaces   kept"]),
        ("12 one\n  two", ["--", "12", "one\n  two"]),
        ('garcia "unclosed --due fri', ["--due=fri", "--", "garcia", '"unclosed']),
        ('12 "she wrote --due fri"', ["--", "12", "she wrote --due fri"]),
        ('12 6" pipe, 8" pipe', ["--", "12", '6" pipe, 8" pipe']),
        ("12 -5 degrees -y", ["--", "12", "-5 degrees -y"]),
        ("-y 12 well", ["-y", "--", "12", "well"]),
        ("12 a -- b --- c", ["--", "12", "a -- b --- c"]),
        ("12 --due", ["--due", "--", "12"]),
        ("12 ok --due --json", ["--due", "--json", "--", "12", "ok"]),
        ("", []),
        # How a contact's line goes on belongs to its text, whichever option stands before it.
        ("12 ok --by visit; next check aide", ["--by=visit", "--", "12", "ok; next check aide"]),
        ("12 ok --on yesterday ; next check",
         ["--on=yesterday", "--", "12", "ok; next check"]),
    ],
)  # fmt: skip
def test_a_contact(line: str, words: list[str]) -> None:
    assert typed_words(line, CONTACT) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("6 'call the clinic' --due mon", ["--due=mon", "--", "6", "call the clinic"]),
        ("6 call --due '14 jan 9:00'", ["--due=14 jan 9:00", "--", "6", "call"]),
        ("6 call --due='14 jan 9:00' now", ["--due=14 jan 9:00", "--", "6", "call now"]),
        ("'maria garcia' it's fine", ["--", "maria garcia", "it's fine"]),
        ("6 'she said \"no\", it's off'", ["--", "6", 'she said "no", it\'s off']),
        ('6 "the dogs\' walk"', ["--", "6", "the dogs' walk"]),
        # An apostrophe holds nothing together, wherever it stands.
        ("6 the aide's coming --due mon", ["--due=mon", "--", "6", "the aide's coming"]),
        ("6 'twas nothing --due mon", ["--due=mon", "--", "6", "'twas nothing"]),
        ("6 the clients' room --due mon", ["--due=mon", "--", "6", "the clients' room"]),
        ("6 rock 'n' roll, 5' by 6'", ["--", "6", "rock 'n' roll, 5' by 6'"]),
        ("6 tell 'em --due 'next tue'", ["--due=next tue", "--", "6", "tell 'em"]),
        ("6 tell 'em --due='next tue'", ["--due=next tue", "--", "6", "tell 'em"]),
        ("6 '", ["--", "6", "'"]),
    ],
)
def test_single_quotation_marks(line: str, words: list[str]) -> None:
    assert typed_words(line, CONTACT) == words


def test_what_is_nearly_an_option_is_not_written_into_a_record() -> None:
    assert typed_words("12 ok --mintues 5", CONTACT)[0] == "--mintues"
    assert typed_words("12 ok --whatever", CONTACT) == ["--", "12", "ok --whatever"]
    assert typed_words("--whatever", Shape(OPTIONS)) == ["--whatever"]


def test_items_and_then_a_text() -> None:
    words = typed_words('12.3 garcia-12.4 sent "both" forms --on fri', Shape(OPTIONS, (ITEMS,)))
    assert words == ["--on=fri", "--", "12.3", "garcia-12.4", 'sent "both" forms']
    words = typed_words("12.3 mon she's on leave", Shape(OPTIONS, (ITEMS_WHEN,)))
    assert words == ["--", "12.3", "mon", "she's on leave"]
    words = typed_words('12.3 12.4 "next mon" leave', Shape(OPTIONS, (ITEMS_WHEN,)))
    assert words == ["--", "12.3", "12.4", "next mon", "leave"]


def test_words_alone() -> None:
    assert typed_words('school "call aide"', Shape({}, (MANY,))) == ["--", "school", "call aide"]
    assert typed_words("Maria Garcia", Shape({}, (REST,))) == ["--", "Maria Garcia"]


def test_a_line_begins_with_its_command() -> None:
    assert first_word("  tried 12 no answer ") == ("tried", "12 no answer")
    assert first_word("tried\t12") == ("tried", "12")
    assert first_word("note 12 a\nb") == ("note", "12 a\nb")
    assert first_word(" ") == ("", "")
    assert (last_word("tried garc"), last_word("tried "), last_word("")) == ("garc", "", "")


# --- Any line ---------------------------------------------------------------------------------

CHUNKS = st.one_of(
    st.sampled_from(["'", '"', " ", "--", "-", "=", ";", "\n", "--due", "--by", "--next", "-y",
                     "--json", "12.3", "garcia", "--due=", '--due="', "--due='", "fri", "--dux",
                     "\t", "\xa0"]),
    st.text(max_size=5),
)  # fmt: skip
LINES = st.lists(CHUNKS, max_size=30).map("".join)


def letters(text: str) -> Counter[str]:
    """What must not be lost: all but space, and the marks that hold words together."""
    return Counter("".join(text.split()).replace('"', "").replace("'", ""))


@example('--due=""', Shape({}, (), 0, (), False, {}))
@given(LINES, st.sampled_from(SHAPES))
def test_no_character_is_lost(line: str, shape: Shape) -> None:
    words = typed_words(line, shape)
    kept = letters("".join(words))
    assert not letters(line) - kept
    assert set(kept - letters(line)) <= {"=", "-"}  # what is spelled out: --by=visit, and --


@given(LINES, st.sampled_from(SHAPES))
def test_no_apostrophe_inside_a_word_is_lost(line: str, shape: Shape) -> None:
    inside = "".join(each for each in line if each != "'").split()
    typed = " ".join(f"{each[:1]}'{each[1:]}" if each[1:].isalnum() else each for each in inside)
    assert "".join(typed_words(typed, shape)).count("'") == typed.count("'")


@given(LINES, st.sampled_from(SHAPES))
def test_no_text_is_taken_for_an_option(line: str, shape: Shape) -> None:
    words = typed_words(line, shape)
    before = words[: words.index("--")] if "--" in words else words
    assert all(each.startswith("-") or shape.options.get(last, FLAG) != FLAG
               for last, each in zip(["", *before], before, strict=False))  # fmt: skip


@given(st.text(alphabet=st.characters(blacklist_characters="-"), min_size=1))
def test_a_text_without_options_comes_as_it_was_typed(text: str) -> None:
    line = f"12 {text}"
    whole = line[3:].strip()
    if not whole or len(list(pieces(whole))) < 2:
        return
    assert typed_words(line, CONTACT) == ["--", "12", whole]


@given(LINES)
def test_pieces_are_the_line(line: str) -> None:
    found = list(pieces(line))
    assert all(before.end <= after.start for before, after in pairwise(found))
    between = [0, *(each for one in found for each in (one.start, one.end)), len(line)]
    gaps = zip(between[::2], between[1::2], strict=True)
    assert not "".join(line[start:end] for start, end in gaps).strip()
    assert first_word(line)[0] == (line.split() or [""])[0]
