"""Passphrases, recovery codes and key lines as people type and keep them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.errors import BadValue
from casectl.core.keys import (
    CODE_BEGINS,
    checked_passphrase,
    keys_in,
    lines_of,
    normalised,
    tidy_code,
)

CODE = "AGE-SECRET-KEY-1RY62RJDFXUV0SD74DW7J7RHX5GU7T9FPRKTCYU9SHY2ZVMLSK7YQYM3TAF"
LETTERS = CODE.removeprefix(CODE_BEGINS)


@pytest.mark.parametrize(
    "typed",
    [
        "four words nobody joins",
        "exactly 15 char",
        "  spaces around stay  ",
        "пароль из четырёх слов",
        "密码短语由几个没有关联的词语组成的吧",
        "😀😁😂🤣😃😄😅😆😉😊😋😎😍😘🥰",
        "a" * 10 + " bcdefgh" * 100,
    ],
)
def test_a_passphrase_is_kept_as_it_was_typed(typed: str) -> None:
    assert checked_passphrase(typed) == typed


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "at least 15 characters; four or five words"),
        ("fourteen chars", "at least 15 characters"),
        ("ﬁ" * 7, "at least 15 characters"),
        ("abcdefgh" * 126, "at most 1,000 characters"),
        ("aaaaaaaaaaaaaaaaaaaa", "the same again and again"),
        ("passwordpassword", "the same again and again"),
        ("121212121212122", "the same again and again"),
        ("a tab\tin the middle", "cannot be typed again"),
        ("a bell\x07 in the middle", "cannot be typed again"),
        ("half a \udc80 character here", "cannot be typed again"),
        ("not yet \U0003fffd a character", "cannot be typed again"),
    ],
)
def test_a_passphrase_that_is_refused(typed: str, words: str) -> None:
    with pytest.raises(BadValue) as caught:
        checked_passphrase(typed)
    assert words in str(caught.value)
    assert not typed or typed not in str(caught.value)


def test_a_passphrase_is_one_however_it_was_composed() -> None:
    typed = "élan über Ångström ½"
    composed, decomposed = (unicodedata.normalize(form, typed) for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert checked_passphrase(composed) == checked_passphrase(decomposed)
    assert normalised("ＦＵＬＬ　ｗｉｄｔｈ") == "FULL width"


@given(st.text(max_size=1100))
def test_any_passphrase_is_taken_once_and_for_all_or_refused(typed: str) -> None:
    try:
        taken = checked_passphrase(typed)
    except BadValue:
        return
    assert checked_passphrase(taken) == taken == normalised(typed)
    taken.encode()


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        f"  {CODE}\r\n",
        f"{CODE[:40]}\n{CODE[40:]}",
        f"{CODE[:20]} {CODE[20:50]}\t{CODE[50:]}",
        CODE.replace("-", " "),
        CODE.replace("-", "\N{NON-BREAKING HYPHEN}"),
        LETTERS,
        "-".join(LETTERS[start : start + 4] for start in range(0, len(LETTERS), 4)),
        CODE.replace("0", "O"),
        CODE.lower().replace("0", "o").replace("l", "1"),
        CODE.replace("KEY-1", "KEY-l").replace("8", "B"),
    ],
)
def test_a_recovery_code_is_read_forgivingly(typed: str) -> None:
    assert tidy_code(typed) == CODE


@given(st.text())
def test_whatever_is_typed_for_a_code_becomes_plain_letters(typed: str) -> None:
    code = tidy_code(typed)
    assert code.startswith(CODE_BEGINS)
    assert code.isascii()
    assert tidy_code(code) == code


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=2))
def test_keys_are_lines_and_lines_keys(keys: list[bytes]) -> None:
    lines = lines_of(keys)
    assert keys_in(lines) == keys_in(lines.upper().replace("\n", "\r\n")) == keys
    assert keys_in(lines.removesuffix("\n")) == keys


@pytest.mark.parametrize(
    "text",
    ["", "\n", "ab", "0" * 63, "0" * 65, "g" * 64, f"{'0' * 32} {'0' * 32}", "٣" * 64,
     f"{'0' * 64}\n" * 3, f"{'0' * 64} # mine"],
)  # fmt: skip
def test_what_is_not_a_key(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a key$"):
        keys_in(text)


@given(st.text())
def test_reading_keys_never_fails_in_another_way(text: str) -> None:
    try:
        keys = keys_in(text)
    except ValueError as error:
        assert str(error) == "not a key"
    else:
        assert all(len(key) == 32 for key in keys)


@pytest.mark.parametrize("keys", [[], [b"short"], [bytes(32)] * 3])
def test_what_is_never_written_as_a_key(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="one or two keys of 32 bytes"):
        lines_of(keys)
