"""Text that people typed: shown without acting, folded for comparison, cut for reminders."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.errors import BadValue
from casectl.core.text import (
    NAME_LIMIT,
    checked_name,
    checked_text,
    fold,
    handle_stem,
    initials,
    name_key,
    shortened,
    turned,
    visible,
    without_name,
)

ACTING = ("Cc", "Cs", "Zl", "Zp")
# https://www.unicode.org/reports/tr9/: what reorders the text around it.
BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
EVERY_CHARACTER = "".join(map(chr, range(sys.maxunicode + 1)))

any_text = st.text(st.characters())  # surrogates among them


def acts(char: str) -> bool:
    return unicodedata.category(char) in ACTING or char in BIDI_CONTROLS


# --- visible ----------------------------------------------------------------------------------


def test_no_character_at_all_acts_once_it_is_visible() -> None:
    assert {char for char in visible(EVERY_CHARACTER) if acts(char)} == set()


def test_with_lines_only_the_line_feed_is_kept() -> None:
    shown = visible(EVERY_CHARACTER, lines=True)
    assert {char for char in shown if acts(char)} == {"\n"}
    assert visible("one\ntwo\r\n", lines=True) == "one\ntwo␍\n"


@given(any_text, st.booleans())
def test_nothing_in_any_text_acts(text: str, lines: bool) -> None:
    shown = visible(text, lines=lines)
    assert not [char for char in shown if acts(char) and not (lines and char == "\n")]
    assert visible(shown, lines=lines) == shown
    shown.encode()  # and it can be written out at all


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Maria Garcia", "Maria Garcia"),
        ("García 王小明 شرما 🙂 👩‍👧", "García 王小明 شرما 🙂 👩‍👧"),
        ("\x1b[31mred", "␛[31mred"),
        ("a\tb\x00c\x7fd", "a␉b␀c␡d"),
        ("\x9b31m", "\\u{9b}31m"),
        ("safe\u202egpj.exe", "safe\\u{202e}gpj.exe"),
        ("\ud800", "\\u{d800}"),
        ("[bold]not markup[/bold]", "[bold]not markup[/bold]"),
        ("", ""),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


# --- fold -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  María   GARCÍA ", "maria garcia"),
        ("Mari\u0301a", "maria"),
        ("Straße", "strasse"),
        ("İpek Şahin", "ipek sahin"),
        ("Nguyễn Thị Ánh", "nguyen thi anh"),
        ("Ólafur Þór", "olafur thor"),
        ("王小明", "王小明"),
        ("ＡＢＣ１２", "abc12"),
        ("مُحَمَّد", "محمد"),
        ("Ёлкина", "елкина"),
        ("🙂", "🙂"),
        ("", ""),
        (" \t\n", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(any_text)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(any_text)
def test_folding_knows_no_case_and_no_spelling(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Maria Garcia", "M.G."),
        ("Garcia, Maria", "G.M."),
        ("maria garcia", "M.G."),
        ("Cher", "C."),
        ("Ana María de la Cruz", "A.C."),
        ("Maria (Mia) Garcia", "M.G."),
        ("Óscar Núñez", "Ó.N."),
        ("王小明", "王."),
        ("王 小明", "王.小."),
        ("محمد علي", "م.ع."),
        ("🙂 Maria", "M."),
        ("42", "?"),
        ("🙂", "?"),
        ("", "?"),
    ],
)
def test_initials(name: str, short: str) -> None:
    assert initials(name) == short


@given(any_text)
def test_initials_are_few_and_harmless(name: str) -> None:
    short = initials(name)
    assert short == "?" or short.count(".") <= 3
    assert not any(map(acts, short))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Gomez, Hal", "Hal Gomez"),
        ("Gomez,Hal", "Hal Gomez"),
        ("de la Cruz, Ana María", "Ana María de la Cruz"),
        ("King, Martin Luther, Jr.", "Martin Luther King, Jr."),
        ("King, Jr., Martin Luther", "Martin Luther King, Jr."),
        ("King Jr., Martin Luther", "Martin Luther King, Jr."),
        ("Example, Md", "Md Example"),
        ("Smith, Jr.", "Smith, Jr."),
        ("Hal Gomez, III", "Hal Gomez, III"),
        ("Hal Gomez", "Hal Gomez"),
        ("Gomez,", "Gomez,"),
        (",", ","),
        ("a, b, c", "a, b, c"),
    ],
)
def test_a_name_with_the_family_first_is_turned_round(name: str, said: str) -> None:
    assert turned(name) == said
    assert turned(said) == said
    assert name_key(name.upper()) == name_key(said)
    assert handle_stem(said) == handle_stem(name)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Maria Garcia", "garcia"),
        ("Garcia, Maria", "garcia"),
        ("van der Berg, Jan", "berg"),
        ("Núñez", "nunez"),
        ("O'Brien", "obrien"),
        ("Smith-Jones", "smithjones"),
        ("Cher", "cher"),
        ("王小明", "王小明"),
        ("محمد علي", "علي"),
        ("Maria 🙂", "maria"),
        (", Maria", "maria"),
        ("Garcia,", "garcia"),
        ("Wolfeschlegelsteinhausenbergerdorff", "wolfeschlegelsteinha"),
        ("🙂", "case"),
        (",", "case"),
        ("", "case"),
    ],
)
def test_handle_stem(name: str, stem: str) -> None:
    assert handle_stem(name) == stem


@given(any_text)
def test_a_handle_is_found_as_it_is_typed(name: str) -> None:
    """Typed text is folded before it is compared, so a handle must fold to itself."""
    stem = handle_stem(name)
    assert 1 <= len(stem) <= 20
    assert fold(stem) == stem
    assert stem.isalnum()


# --- reminders that leave the room --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("call Maria about the lease", "Maria Garcia", "call M. about the lease"),
        ("Call GARCIA, Maria's aunt", "Garcia, Maria", "Call G., M.'s aunt"),
        ("marian is somebody else", "Maria Garcia", "marian is somebody else"),
        ("call Garcia today", "María García", "call G. today"),
        ("call García today", "Maria Garcia", "call G. today"),
        ("call Garci\u0301a today", "María García", "call G. today"),
        ("Smith has the key", "Ann Smith-Jones", "S. has the key"),
        ("Smith-Jones has the key", "Ann Smith-Jones", "S.-J. has the key"),
        ("请王小明来", "王小明", "请王.来"),
        ("اتصل بمحمد غدا", "محمد علي", "اتصل بم. غدا"),
        ("visit A at home", "A B", "visit A at home"),
        ("nothing to hide", "Maria Garcia", "nothing to hide"),
        ("", "Maria Garcia", ""),
        ("call back", "", "call back"),
        ("🙂 call", "🙂", "🙂 call"),
    ],
)
def test_without_name(text: str, name: str, told: str) -> None:
    assert without_name(text, name) == told


@given(
    st.lists(st.text("abcdeéíßЁж王小明", min_size=2, max_size=6), min_size=1, max_size=3),
    st.text(" abc,.-王明é", max_size=10),
)
def test_no_word_of_the_name_is_left(names: list[str], before: str) -> None:
    name = " ".join(names)
    told = without_name(f"{before} {name.upper()} and {name}", name)
    words = {fold(word) for word in told.replace(",", " ").replace("-", " ").split()}
    assert not words & {fold(word) for word in names}


# --- what is accepted -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "   ", "\n", "\u200b\u200d", "\u202e", "a\x00b", "\ud800", "x" * 201]
)
def test_a_name_that_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        checked_name(text)


def test_text_is_kept_exactly_as_typed() -> None:
    note = "  [red]\x1b[31m\u202e two lines\r\n🙂  "
    assert checked_text(note, "note") == note
    assert checked_name(" x" * (NAME_LIMIT // 2) + " ") == ("x " * (NAME_LIMIT // 2)).strip()


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [("short", 5, "short"), ("longer", 5, "long…"), ("longer", 1, "…"), ("", 0, "")],
)
def test_shortened(text: str, width: int, cut: str) -> None:
    assert shortened(text, width) == cut
