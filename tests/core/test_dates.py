"""The grammar of days and times, read on one fixed day: Wednesday 25 November 2026."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casectl.core.dates import When, months_after, parse_birth_date, parse_day, parse_when
from casectl.core.errors import BadDay
from casectl.core.spoken import DateOrder, spoken, spoken_short
from casectl.core.workdays import WorkCalendar

TODAY = date(2026, 11, 25)

days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
working_lives = st.dates(date(1950, 1, 1), date(2150, 12, 31))
orders = st.sampled_from([None, "dmy", "mdy"])
# Words of the grammar in any order come far closer to its edges than letters at random.
WORDS = """
    today tomorrow yesterday mon friday this next last on in a two of the at ago week weeks 2w +10d
    month years working days eow eom 1 3rd 31 2026 dec may december 3/4 13/02/2026 2026-02-29
    2026-12-05T14:30 9am 24:00 noon pm , 99999999999
"""
texts = st.one_of(
    st.text(),
    st.text("0123456789/-.:t apmdec,", max_size=20),
    st.lists(st.sampled_from(WORDS.split()), max_size=6).map(" ".join),
)


def day_of(text: str, order: DateOrder | None = None) -> str:
    return parse_day(text, TODAY, order=order).isoformat()


def refusal(text: str, order: DateOrder | None = None) -> str:
    with pytest.raises(BadDay) as caught:
        parse_when(text, TODAY, order=order)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-05", "2026-12-05"),
        ("2024-02-29", "2024-02-29"),  # DATE-04
        ("2011-12-30", "2011-12-30"),  # DATE-21: a day is a day here, in no time zone
        ("2026/12/5", "2026-12-05"),
        ("today", "2026-11-25"),
        ("Tomorrow", "2026-11-26"),
        ("yesterday", "2026-11-24"),
        ("day after tomorrow", "2026-11-27"),
        ("fri", "2026-11-27"),
        ("FRIDAY", "2026-11-27"),
        ("on fri", "2026-11-27"),
        ("wed", "2026-12-02"),
        ("tue", "2026-12-01"),
        ("thurs", "2026-11-26"),
        ("this fri", "2026-11-27"),
        ("this mon", "2026-11-23"),
        ("this wed", "2026-11-25"),
        ("next tue", "2026-12-01"),
        ("next sun", "2026-12-06"),
        ("last fri", "2026-11-20"),
        ("last wed", "2026-11-18"),
        ("in 2 weeks", "2026-12-09"),
        ("2 weeks", "2026-12-09"),
        ("two weeks", "2026-12-09"),
        ("2w", "2026-12-09"),
        ("2 weeks from now", "2026-12-09"),
        ("a fortnight", "2026-12-09"),
        ("a week", "2026-12-02"),
        ("+10d", "2026-12-05"),
        ("10d", "2026-12-05"),
        ("in 0 days", "2026-11-25"),
        ("3 days ago", "2026-11-22"),
        ("in a month", "2026-12-25"),
        ("3mo", "2027-02-25"),
        ("in twelve years", "2038-11-25"),
        ("in 3 working days", "2026-11-30"),
        ("3 business days", "2026-11-30"),
        ("3 working days ago", "2026-11-20"),
        ("next week", "2026-11-30"),
        ("next month", "2026-12-01"),
        ("next year", "2027-01-01"),
        ("eow", "2026-11-27"),
        ("end of the week", "2026-11-27"),
        ("eom", "2026-11-30"),
        ("end of month", "2026-11-30"),
        ("end of this month", "2026-11-30"),
        ("end of next week", "2026-12-04"),
        ("end of next month", "2026-12-31"),
        ("eoy", "2026-12-31"),
        ("1 dec", "2026-12-01"),
        ("dec 1", "2026-12-01"),
        ("dec 1 2026", "2026-12-01"),
        ("1 dec 2026", "2026-12-01"),
        ("Dec 1, 2026", "2026-12-01"),
        ("  1   dec ", "2026-12-01"),
        ("1st of december", "2026-12-01"),
        ("the 1st of december", "2026-12-01"),
        ("december the 1st", "2026-12-01"),
        ("27-nov-2026", "2026-11-27"),
        ("sept 3", "2027-09-03"),
        ("25 nov", "2026-11-25"),
        ("24 sep", "2027-09-24"),
        ("29 feb", "2028-02-29"),
        ("fri 27 nov", "2026-11-27"),
        ("Friday, 27 November 2026", "2026-11-27"),
        ("fri 2026-11-27", "2026-11-27"),
        ("fri 27th", "2026-11-27"),
        ("the 3rd", "2026-12-03"),
        ("25th", "2026-11-25"),
        ("31st", "2026-12-31"),
        ("13/02/2026", "2026-02-13"),
        ("02/13/2026", "2026-02-13"),
        ("13.02.2026", "2026-02-13"),
        ("3/3", "2027-03-03"),
    ],
)
def test_a_day(text: str, expected: str) -> None:
    assert day_of(text) == expected


@pytest.mark.parametrize(
    ("text", "day", "time"),
    [
        ("14 jan 9:00", "2027-01-14", "09:00"),
        ("2026-12-05T14:30", "2026-12-05", "14:30"),
        ("2026-12-05 14:30", "2026-12-05", "14:30"),
        ("2026-12-05T14:30:00", "2026-12-05", "14:30"),
        ("tomorrow 9am", "2026-11-26", "09:00"),
        ("tomorrow 9 AM", "2026-11-26", "09:00"),
        ("9am tomorrow", "2026-11-26", "09:00"),
        ("fri at 2:30pm", "2026-11-27", "14:30"),
        ("Fri 27 Nov 2026, 09:00", "2026-11-27", "09:00"),
        ("in 2 weeks at noon", "2026-12-09", "12:00"),
        ("jan 14 at 9", "2027-01-14", "09:00"),
        ("at 10 fri", "2026-11-27", "10:00"),
        ("14 jan 2027 at 14", "2027-01-14", "14:00"),
        ("14 jan at 9:30", "2027-01-14", "09:30"),
        ("14:30", "2026-11-25", "14:30"),
        ("at 9am", "2026-11-25", "09:00"),
        ("noon", "2026-11-25", "12:00"),
        ("12pm", "2026-11-25", "12:00"),
        ("12am", "2026-11-25", "00:00"),
        ("fri", "2026-11-27", None),
    ],
)
def test_a_day_and_a_time(text: str, day: str, time: str | None) -> None:
    assert parse_when(text, TODAY) == When(date.fromisoformat(day), time)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("02/03/2026", "dmy", "2026-03-02"),  # DATE-09
        ("02/03/2026", "mdy", "2026-02-03"),
        ("3/4", "dmy", "2027-04-03"),
        ("3/4", "mdy", "2027-03-04"),
        ("13/02/2026", "mdy", "2026-02-13"),
        ("2026-03-02", "mdy", "2026-03-02"),
    ],
)
def test_the_configured_order_settles_two_readings(
    text: str, order: DateOrder, expected: str
) -> None:
    assert day_of(text, order) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-02-30", "February 2026 has 28 days"),  # DATE-01
        ("2026-02-29", "February 2026 has 28 days; the last is 2026-02-28"),  # DATE-03
        ("0001-01-01", "days run from 1900 to 2200"),  # DATE-05
        ("9999-12-31", "days run from 1900 to 2200"),  # DATE-06
        ("99999999999999999999", "a number alone is not a day"),  # DATE-08
        ("02/03/2026", "it could be 2 March or 3 February"),  # DATE-09
        ("01/02/03", "it needs a 4-digit year"),  # DATE-11
        ("1", "a number alone is not a day"),  # DATE-12
        ("may", "which day of the month?"),  # DATE-13
        ("2026-W54-1", "write 2026-12-05"),  # DATE-16
        ("2026-02-14T24:00", "times run from 0:00 to 23:59"),  # DATE-17
        ("2026-06-30T23:59:60", "leave the seconds out"),  # DATE-18
        ("٢٠٢٦-٠١-٠١", "the digits 0 to 9"),  # DATE-22
        ("\uff12\uff10\uff12\uff16-01-01", "the digits 0 to 9"),  # DATE-23
        ("nan", "write 2026-12-05"),  # DATE-26
        ("in 10000000 years", "days run from 1900 to 2200"),  # DATE-28
        ("tomorrow; rm -rf /", "write 2026-12-05"),  # DATE-29
        ("03/04", "it could be 3 April or 4 March; write 2027-04-03 or 2027-03-04, or set"),
        ("13/13", "there is no month 13"),
        ("30/02/2026", "February 2026 has 28 days"),
        ("0/0/2026", "there is no month 0"),
        ("2026-00-10", "there is no month 0"),
        ("2026-01-00", "days of the month start at 1"),
        ("30 feb", "February has 29 days"),
        ("31", "write 3rd, in 3 days or 2026-12-03"),
        ("2026", "a number alone is not a day"),
        ("1 dec 26", "it needs a 4-digit year"),
        ("jan 14 9", "it needs a 4-digit year (an hour is written 9:00 or 9am)"),
        ("fri at 3", "write 3am or 3pm"),
        ("at 9", "write 2026-12-05, 5 dec, fri"),
        ("fri at 24", "write 2026-12-05, 5 dec, fri"),
        ("24 nov", "2026-11-24 was 1 day ago; write that, or 2027-11-24"),
        ("26 sep", "2026-09-26 was 60 days ago; write that, or 2027-09-26"),
        ("0th", "days of the month run from 1 to 31"),
        ("32nd", "days of the month run from 1 to 31"),
        ("thu 27 nov", "27 Nov 2026 is a Friday, not a Thursday"),
        ("thu 2026-11-27", "27 Nov 2026 is a Friday, not a Thursday"),
        ("24:00", "times run from 0:00 to 23:59"),
        ("fri 9:60", "times run from 0:00 to 23:59"),
        ("13pm", "hours run from 1 to 12"),
        ("0am", "hours run from 1 to 12"),
        ("fri 9:00 10:00", "it has two times of day"),
        ("9999 weeks ago", "days run from 1900 to 2200"),
        ("in 300 years", "days run from 1900 to 2200"),
        ("2201-01-01", "days run from 1900 to 2200"),
        ("2m", "write 2026-12-05"),
        ("in 3 days ago", "write 2026-12-05"),
        ("3.4", "write 2026-12-05"),
        ("3-4", "write 2026-12-05"),
        ("", "write 2026-12-05"),
        ("x" * 61, "it is longer than 60 characters"),
        ("fri\x1b[2J", "write plain letters"),
        ("fri\nmon", "write plain letters"),
    ],
)
def test_refused(text: str, reason: str) -> None:
    assert reason in refusal(text)


def test_a_refusal_shows_what_was_written_and_no_more_than_a_terminal_can_bear() -> None:
    assert refusal("03/04").startswith("cannot read '03/04' as a day: ")
    assert "\\x1b[2J" in refusal("\x1b[2J")
    assert "x" * 40 not in refusal("x" * 60)


def test_a_time_is_refused_where_none_is_kept() -> None:
    with pytest.raises(BadDay, match="it has a time of day; write the day alone"):
        parse_day("fri 9am", TODAY)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 23), date(2026, 11, 26)),  # Friday is a holiday
        (date(2026, 11, 26), date(2026, 11, 26)),
        (date(2026, 11, 27), date(2026, 11, 27)),  # gone by: today
        (date(2026, 11, 28), date(2026, 11, 28)),
    ],
)
def test_the_end_of_the_week_is_worked_and_never_past(today: date, expected: date) -> None:
    calendar = WorkCalendar(holidays=frozenset({date(2026, 11, 27)}))
    assert parse_day("eow", today, calendar=calendar) == expected


def test_working_days_follow_the_calendar() -> None:
    calendar = WorkCalendar(weekdays=frozenset({0, 2}), holidays=frozenset({date(2026, 11, 30)}))
    assert parse_day("2 working days", TODAY, calendar=calendar) == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_months_end_where_they_end(day: date, count: int, expected: date) -> None:
    assert months_after(day, count) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1978-03-29", "1978-03-29"),
        ("29 mar 1978", "1978-03-29"),
        ("March 29, 1978", "1978-03-29"),
        ("3/29/1978", "1978-03-29"),
        ("29/3/1978", "1978-03-29"),
        ("2011", "2011"),
        ("2011-03", "2011-03"),
        ("03/2011", "2011-03"),
        ("March 2011", "2011-03"),
        (" March 2011 ", "2011-03"),
        ("2024-02-29", "2024-02-29"),
        ("1900", "1900"),
        ("2026-11-25", "2026-11-25"),
        ("2026-11", "2026-11"),
        ("2026", "2026"),
    ],
)
def test_a_birth_date(text: str, expected: str) -> None:
    assert parse_birth_date(text, TODAY) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("4/3/1978", "it could be 4 March or 3 April"),
        ("3/29/78", "it needs a 4-digit year"),
        ("mar 11", "it needs a 4-digit year"),
        ("29 mar", "it needs a 4-digit year"),
        ("1899", "birth dates run from 1900 to today"),
        ("1899-12-31", "birth dates run from 1900 to today"),
        ("0001-01-01", "birth dates run from 1900 to today"),
        ("2026-11-26", "it lies in the future"),
        ("2026-12", "it lies in the future"),
        ("2027", "it lies in the future"),
        ("9999-12-31", "it lies in the future"),
        ("2023-02-29", "February 2023 has 28 days"),
        ("13/2011", "write 1978-03-29"),
        ("yesterday", "write 1978-03-29"),
        ("", "write 1978-03-29"),
    ],
)
def test_a_birth_date_refused(text: str, reason: str) -> None:
    with pytest.raises(BadDay) as caught:
        parse_birth_date(text, TODAY)
    assert reason in str(caught.value)


def test_a_birth_date_in_the_configured_order() -> None:
    assert parse_birth_date("4/3/1978", TODAY, order="mdy") == "1978-04-03"


def test_spoken() -> None:
    day = date(2026, 11, 27)
    assert spoken(day) == "Fri 27 Nov 2026"
    assert spoken(day, "mdy") == "Fri Nov 27 2026"
    assert spoken(day, time="09:00") == "Fri 27 Nov 2026, 09:00"
    assert spoken_short(day, TODAY) == "Fri 27 Nov"
    assert spoken_short(day, TODAY, "mdy") == "Fri Nov 27"
    assert spoken_short(date(2027, 1, 1), TODAY) == "Fri 1 Jan 2027"


# --- Laws -----------------------------------------------------------------------------------


@given(texts, working_lives, orders)
@example("next month", date(2026, 12, 31), None)
def test_any_text_is_read_or_refused_in_one_printable_line(
    text: str, today: date, order: DateOrder | None
) -> None:
    for read in (parse_when, parse_day, parse_birth_date):
        try:
            read(text, today, order=order)
        except BadDay as error:
            assert str(error).isprintable()
            assert len(str(error)) < 400


@given(days, days, orders, st.none() | st.times().map(lambda t: t.strftime("%H:%M")))
def test_what_is_spoken_reads_back_as_itself_on_any_day(
    day: date, today: date, order: DateOrder | None, time: str | None
) -> None:
    assert parse_when(spoken(day, order, time=time), today, order=order) == When(day, time)
    assert parse_when(day.isoformat(), today, order=order).day == day


@given(days, days, orders)
def test_a_short_form_of_a_day_to_come_reads_back_as_itself(
    day: date, today: date, order: DateOrder | None
) -> None:
    if day >= today:
        assert parse_day(spoken_short(day, today, order), today) == day


@given(texts)
def test_case_and_space_around_change_nothing(text: str) -> None:
    if text.isascii():
        assert outcome(text) == outcome(text.upper()) == outcome(f"  {text.title()} ")


@given(st.integers(1, 12), st.integers(1, 31))
def test_a_numeric_day_has_one_reading_or_is_refused(first: int, second: int) -> None:
    text = f"{first}/{second}/2026"
    dmy, mdy = outcome(text, "dmy"), outcome(text, "mdy")
    assert outcome(text) == (dmy if dmy == mdy else None)


@given(working_lives, st.sampled_from(["eow", "eom", "eoy", "fri", "3rd", "1 dec", "29 feb"]))
def test_what_names_a_day_to_come_is_never_past(today: date, text: str) -> None:
    try:
        assert parse_day(text, today) >= today
    except BadDay as refusal:  # it has only just gone by, and may be what is meant
        assert " ago; write that, or " in str(refusal)


def outcome(text: str, order: DateOrder | None = None) -> When | None:
    try:
        return parse_when(text, TODAY, order=order)
    except BadDay:
        return None


def test_reading_a_day_loads_nothing_heavy() -> None:
    code = (
        "import sys; from datetime import date; from casectl.core.dates import parse_when;"
        "parse_when('fri 9am', date(2026, 11, 25)); print('dateutil' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("mon", date(2026, 11, 16)),
        ("wed", date(2026, 11, 18)),
        ("thu", date(2026, 11, 12)),
        ("9 nov", date(2026, 11, 9)),
        ("18 nov", date(2026, 11, 18)),
        ("1 mar", date(2026, 3, 1)),
        ("25 jan", date(2026, 1, 25)),
        ("29 feb", date(2024, 2, 29)),
        ("the 3rd", date(2026, 11, 3)),
        ("31st", date(2026, 10, 31)),
        ("yesterday", date(2026, 11, 17)),
        ("2026-11-02", date(2026, 11, 2)),
        ("next fri", date(2026, 11, 27)),
    ],
)
def test_what_has_happened_looks_back(text: str, day: date) -> None:
    assert parse_day(text, date(2026, 11, 18), back=True) == day


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(["mon", "31st", "29 feb"]))
def test_looking_back_never_finds_a_later_day(today: date, text: str) -> None:
    assert parse_day(text, today, back=True) <= today


def test_looking_back_a_day_that_is_near_ahead_is_refused() -> None:
    assert parse_day("1 dec", date(2026, 11, 25), back=True, far=True) == date(2025, 12, 1)
    with pytest.raises(BadDay, match="2026-12-01 is 6 days ahead, and the last one was 2025-12-01"):
        parse_day("1 dec", TODAY, back=True)
    assert parse_day("25 jan", TODAY, back=True) == date(2026, 1, 25)
    assert parse_day(f"{TODAY.day} nov", TODAY, back=True) == TODAY
