"""Reading what somebody has in hand: numbers however written, dates, ids, words."""

from __future__ import annotations

from datetime import date

import pytest

from casectl.core.finding import may_be_ours, number_in, sought, typed_number

TODAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("555-0142", "5550142"), ("(212) 555-0142", "2125550142"),
        ("+1 212.555.0142", "12125550142"),
        ("tel:+1-212-555-0142", "12125550142"), ("555-0142 x12", "5550142"),
        ("555-0142 ext. 12", "5550142"), ("030/1234567", "0301234567"),
        ("+49 (0)30 1234567", "49301234567"), ("٥٥٥ ٠١٤٢", "5550142"), ("555–0142", "5550142"),
        ("0142", "0142"), ("12", None), ("", None), ("garcia-12", None), ("call 555-0142", None),
        ("+", None), ("--", None), ("()", None),
    ],
)  # fmt: skip
def test_a_typed_number(text: str, digits: str | None) -> None:
    assert typed_number(text) == digits


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("555-0142", "5550142"), ("5550142", "555-0142"), ("(202) 555-0142", "555 0142"),
        ("555-0142", "+1 202 555 0142"), ("+1 202 555 0142", "202-555-0142"),
        ("555-0142 / 555-0199 (sister)", "5550199"), ("555-0142 / 555-0199 (sister)", "5550142"),
        ("555-0142, 555-0199", "555 0142"), ("555 0142 555 0199", "+1 202 555 0142"),
        ("555 0142 555 0199", "5550199"), ("home 555-0142; work 555-0199", "1 202 555 0199"),
        ("+49 (0)30 1234567", "030 1234567"), ("030/1234567", "+49 30 1234567"),
        ("0049 30 1234567", "+49 30 1234567"), ("07700 900123", "+44 7700 900123"),
        ("01 42 55 01 99", "0142550199"), ("٥٥٥٠١٤٢", "555-0142"), ("555\u20110142", "5550142"),
        ("555\xa00142", "5550142"), ("555-0142 x12", "5550142"),
        ("call 5550142 after five", "5550142"),
        ("1234", "1234"), ("0123456", "0123456"), ("+1 202 555 0142+1 202 555 0199", "5550199"),
    ],
)  # fmt: skip
def test_the_same_number(field: str, typed: str) -> None:
    digits = typed_number(typed)
    assert digits is not None
    assert number_in(field, digits) is not None


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("555-0142", "555-0143"), ("(202) 555-0142", "(303) 555-0142"),
        ("+1 202 555 0142", "+1 303 555 0142"), ("555-0142", "0142"), ("1234", "51234"),
        ("12345678", "2345"), ("030 1234567", "+49 40 1234567"), ("555-0142", "550142"),
        ("555, 0142", "5550142"), ("", "5550142"), ("none", "5550142"), ("55 501", "5550142"),
        ("555 0142 33", "5550142"),
    ],
)  # fmt: skip
def test_another_number(field: str, typed: str) -> None:
    digits = typed_number(typed)
    assert digits is not None
    assert number_in(field, digits) is None


def test_the_number_is_told_as_it_is_written() -> None:
    assert number_in("mum (202) 555-0142", "5550142") == "202 555 0142"


def test_a_long_text_of_digits_takes_no_time() -> None:
    assert number_in("5 " * 20_000 + "x", "5550142") is None
    assert typed_number("(" * 50_000) is None
    assert typed_number("1" * 50_000 + "x") is None


@pytest.mark.parametrize(
    ("text", "order", "born"),
    [
        ("1978-03-05", None, ["1978-03-05"]), ("05.03.1978", "dmy", ["1978-03-05"]),
        ("03/05/1978", "mdy", ["1978-03-05"]), ("03/05/1978", None, ["1978-05-03", "1978-03-05"]),
        ("5 mar 1978", None, ["1978-03-05"]), ("1978-03", None, ["1978-03"]), ("1978", None, []),
        ("garcia", None, []), ("2027-01-01", None, []), ("1978-13-41", None, []),
        ("555-0142", None, []),
    ],
)  # fmt: skip
def test_a_birth_date_in_the_reader_s_order(text: str, order: str | None, born: list[str]) -> None:
    assert list(sought(text, TODAY, order).born) == born  # type: ignore[arg-type]


def test_one_text_is_read_in_every_way() -> None:
    found = sought("1978-03-05", TODAY, None)
    assert found == (("1978-03-05",), "19780305", "1978-03-05", ("1978-03-05",))
    assert sought("  HM-22  Rosa ", TODAY, None) == (("hm-22", "rosa"), None, "HM-22  Rosa", ())


@pytest.mark.parametrize(
    "text", ["12", " 12 ", "12.3", "12.contact", "12.c1", "5550142", "555.0142"]
)
def test_what_may_be_a_case_of_ours(text: str) -> None:
    assert may_be_ours(text)


@pytest.mark.parametrize(
    "text", ["555-0142", "+5550142", "HM-12", "garcia-12", "555 0142", "A12.3"]
)
def test_what_may_not(text: str) -> None:
    assert not may_be_ours(text)
