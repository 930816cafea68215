"""The text around a match, as typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.matching import snippet, words_of
from casectl.core.text import fold


@pytest.mark.parametrize(
    ("text", "words", "match"),
    [
        ("María García", "garcia", "García"),
        ("Mari\u0301a Garci\u0301a", "maria", "Mari\u0301a"),
        ("in der Straße", "strasse", "Straße"),
        ("in der Straße", "ras", "raß"),
        ("ﬁne", "fi", "ﬁ"),
        ("第一次见面", "见", "见"),
        ("ÉÉÉ", "e", "É"),
        ("IŞIK", "is", "IŞ"),
        ("plain", "nothing", ""),
    ],
)
def test_the_match_is_as_typed(text: str, words: str, match: str) -> None:
    assert snippet(text, words_of(words), 80).match == match


def test_it_begins_and_ends_at_words() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve"
    found = snippet(text, ["seven"], 30)
    assert str(found) == "…five six seven eight nine ten…"
    assert str(snippet("short enough", ["enough"], 30)) == "short enough"
    assert str(snippet(text, ["absent"], 10)) == "one two thr…"


def test_it_is_one_line() -> None:
    assert str(snippet("a\nneedle\n\n\tb", ["needle"], 80)) == "a needle b"


@given(st.text(min_size=1, max_size=200), st.integers(1, 100), st.data())
def test_any_word_of_any_text_is_found_where_it_stands(
    text: str, width: int, data: st.DataObject
) -> None:
    words = words_of(text)
    if words:
        word = data.draw(st.sampled_from(words))
        found = snippet(text, [word], width)
        assert word in fold(found.match) or word not in fold(text)
        assert len(str(found)) <= width + len(found.match) + 4


@given(st.text(max_size=200), st.lists(st.text(min_size=1, max_size=5), max_size=3))
def test_nothing_breaks_it(text: str, words: list[str]) -> None:
    snippet(text, words_of(" ".join(words)), 20)
