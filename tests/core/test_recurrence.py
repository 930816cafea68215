"""When a promise comes round again: month ends, leap days, ends of series, hostile rules."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casectl.core.errors import BadDay
from casectl.core.recurrence import next_after, parse_every, spoken_rule
from casectl.core.spoken import DateOrder, spoken
from casectl.core.workdays import WorkCalendar

TODAY = date(2026, 11, 25)  # a Wednesday

firsts = st.dates(date(1950, 1, 1), date(2150, 12, 31))
paces = st.sampled_from(
    ["day", "3 days", "week", "2 weeks", "month", "quarter", "year", "mon,thu", "last day"]
)
WORDS = """
    every day 2 weeks month mon,thu and until for 6 times x6 eom fri 1 jan 2027 0 999 FREQ=MONTHLY
    FREQ=YEARLY ;BYMONTHDAY=31 ;BYMONTH=2 ;BYDAY=2TU ;BYSETPOS=-1 ;COUNT=3 ;UNTIL=20271301
"""
texts = st.one_of(
    st.text(),
    st.lists(st.sampled_from(WORDS.split()), max_size=6).map(" ".join),
    st.lists(st.sampled_from(WORDS.split()[-8:]), max_size=6).map("".join),
)


def series(rule: str, first: date, length: int) -> list[date]:
    """The first ``length`` days of a series, or all of them if it ends sooner."""
    found = [first]
    while len(found) < length and (day := next_after(rule, first, found[-1])):
        found.append(day)
    return found


def rounds(text: str, first: str, length: int = 5) -> list[str]:
    start = date.fromisoformat(first)
    return [day.isoformat() for day in series(parse_every(text, start, TODAY), start, length)]


@pytest.mark.parametrize(
    ("text", "rule", "said"),
    [
        ("day", "FREQ=DAILY", "every day"),
        ("daily", "FREQ=DAILY", "every day"),
        ("2 days", "FREQ=DAILY;INTERVAL=2", "every 2 days"),
        ("week", "FREQ=WEEKLY", "every week"),
        ("2 weeks", "FREQ=WEEKLY;INTERVAL=2", "every 2 weeks"),
        ("every two weeks", "FREQ=WEEKLY;INTERVAL=2", "every 2 weeks"),
        ("other week", "FREQ=WEEKLY;INTERVAL=2", "every 2 weeks"),
        ("fortnight", "FREQ=WEEKLY;INTERVAL=2", "every 2 weeks"),
        ("2w", "FREQ=WEEKLY;INTERVAL=2", "every 2 weeks"),
        ("month", "FREQ=MONTHLY;BYMONTHDAY=25", "monthly on the 25th"),
        ("quarter", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=25", "every 3 months on the 25th"),
        ("year", "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=25", "every year on 25 Nov"),
        ("weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("working day", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("mon", "FREQ=WEEKLY;BYDAY=MO", "every Mon"),
        ("thu,mon", "FREQ=WEEKLY;BYDAY=MO,TH", "every Mon and Thu"),
        ("mon, wed and fri", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "every Mon, Wed and Fri"),
        ("last day", "FREQ=MONTHLY;BYMONTHDAY=-1", "monthly on the last day"),
        ("eom", "FREQ=MONTHLY;BYMONTHDAY=-1", "monthly on the last day"),
        (
            "week until 1 jan 2027",
            "FREQ=WEEKLY;UNTIL=20270101",
            "every week until Fri 1 Jan 2027",
        ),
        ("week for 6 times", "FREQ=WEEKLY;COUNT=6", "every week, 6 times"),
        ("week, six times", "FREQ=WEEKLY;COUNT=6", "every week, 6 times"),
        ("week x6", "FREQ=WEEKLY;COUNT=6", "every week, 6 times"),
        ("FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYDAY=2TU", "monthly on the 2nd Tue"),
        ("rrule:freq=daily;interval=1", "FREQ=DAILY", "every day"),
        (
            "FREQ=WEEKLY;BYDAY=MO,WE;INTERVAL=2",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE",
            "every 2 weeks on Mon and Wed",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "monthly on the last weekday",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,15",
            "FREQ=MONTHLY;BYMONTHDAY=1,15",
            "monthly on the 1st and the 15th",
        ),
        (
            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            "every year on the 4th Thu of Nov",
        ),
        (
            "FREQ=YEARLY;BYMONTH=3,9",
            "FREQ=YEARLY;BYMONTH=3,9",
            "every year on its day of Mar and Sep",
        ),
        (
            "FREQ=WEEKLY;UNTIL=20261230T120000Z",
            "FREQ=WEEKLY;UNTIL=20261230",
            "every week until Wed 30 Dec 2026",
        ),
    ],
)
def test_a_repeat_and_how_it_is_said(text: str, rule: str, said: str) -> None:
    assert parse_every(text, TODAY, TODAY) == rule
    assert spoken_rule(rule) == said
    assert parse_every(rule, TODAY, TODAY) == rule  # a canonical rule stays as it is


def test_a_rule_is_said_in_the_configured_order() -> None:
    rule = parse_every("year until 3/4/2030", TODAY, TODAY, order="mdy")
    assert spoken_rule(rule, "mdy") == "every year on Nov 25 until Mon Mar 4 2030"


def test_working_days_are_the_weekdays_one_works() -> None:
    calendar = WorkCalendar(weekdays=frozenset({6, 0, 1}))
    assert parse_every("working day", TODAY, TODAY, calendar=calendar) == (
        "FREQ=WEEKLY;BYDAY=MO,TU,SU"
    )


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("month", "2026-01-31", ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("month", "2026-01-30", ["2026-02-28", "2026-03-30", "2026-04-30", "2026-05-30"]),
        ("month", "2028-01-29", ["2028-02-29", "2028-03-29", "2028-04-29", "2028-05-29"]),
        ("quarter", "2026-11-30", ["2027-02-28", "2027-05-30", "2027-08-30", "2027-11-30"]),
        # DATE-04
        ("year", "2024-02-29", ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("mon,thu", "2026-11-25", ["2026-11-26", "2026-11-30", "2026-12-03", "2026-12-07"]),
        ("eom", "2026-11-25", ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"]),
        ("week x3", "2026-11-25", ["2026-12-02", "2026-12-09"]),
        ("mon x3", "2026-11-25", ["2026-11-30", "2026-12-07"]),  # the first day counts
        ("week until 9 dec", "2026-11-25", ["2026-12-02", "2026-12-09"]),
        ("FREQ=MONTHLY", "2026-01-31", ["2026-03-31", "2026-05-31", "2026-07-31", "2026-08-31"]),
    ],
)
def test_when_it_comes_round(text: str, first: str, expected: list[str]) -> None:
    assert rounds(text, first) == [first, *expected]


def test_the_series_begins_with_its_first_day() -> None:
    assert next_after("FREQ=WEEKLY", TODAY, date(2020, 1, 1)) == TODAY


def test_a_series_ends_with_the_days_that_are_kept() -> None:
    assert next_after("FREQ=DAILY", TODAY, date(2200, 12, 31)) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "it never comes round"),  # DATE-31
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=31;BYSETPOS=2", "it never comes round"),
        ("week until tomorrow", "it never comes round after Wed 25 Nov 2026"),
        ("week x1", "it never comes round"),
        ("999 years", "it never comes round"),
        ("week x0", "from 1 to 999 times"),
        ("week x1000", "from 1 to 999 times"),
        ("week until 3/4", "it could be 3 April or 4 March"),
        ("week until fri 9am", "it has a time of day"),
        ("FREQ=HOURLY", "'FREQ=HOURLY' cannot stand in a repeat"),
        ("FREQ=MINUTELY", "cannot stand"),
        ("FREQ=SECONDLY", "cannot stand"),
        ("FREQ=DAILY;BYHOUR=3", "'BYHOUR=3' cannot stand"),
        ("FREQ=DAILY;BYEASTER=0", "cannot stand"),
        ("FREQ=DAILY;INTERVAL=0", "cannot stand"),
        ("FREQ=DAILY;INTERVAL=99999999", "cannot stand"),
        ("FREQ=DAILY;INTERVAL=\uff12", "cannot stand"),
        ("FREQ=DAILY;FREQ=DAILY", "cannot stand"),
        ("FREQ=DAILY\nDTSTART:19000101", "cannot stand"),
        ("FREQ=DAILY;BYMONTH=2", "DAILY takes no BYMONTH"),
        ("FREQ=WEEKLY;BYDAY=2MO", "WEEKLY takes weekdays without a number"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20280101", "by UNTIL or by COUNT, not both"),
        ("FREQ=WEEKLY;UNTIL=20271340", "is no day"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "BYDAY or BYMONTHDAY, not both"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS needs"),
        ("FREQ=YEARLY;BYMONTHDAY=1", "YEARLY needs BYMONTH"),
        ("RRULE:INTERVAL=2", "FREQ is missing"),
        ("FREQ=DAILY;" + "X" * 200, "longer than 200 characters"),
        ("0 weeks", "write day, 2 weeks"),
        ("hour", "write day, 2 weeks"),
        ("mon foo", "write day, 2 weeks"),
        ("week until", "write day, 2 weeks"),
        ("", "write day, 2 weeks"),
        ("\x1b[31m", "write plain letters"),
    ],
)
def test_refused(text: str, reason: str) -> None:
    with pytest.raises(BadDay) as caught:
        parse_every(text, TODAY, TODAY)
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


# --- Laws -----------------------------------------------------------------------------------


@settings(deadline=None)  # to refuse a rule that never occurs takes up to half a second
@given(texts, firsts)
def test_any_text_is_a_rule_that_comes_round_and_can_be_said_or_is_refused(
    text: str, first: date
) -> None:
    try:
        rule = parse_every(text, first, first)
    except BadDay as error:
        assert str(error).isprintable()
        return
    assert next_after(rule, first, first) is not None
    assert spoken_rule(rule).isprintable()


@settings(deadline=None)  # the first to run loads dateutil
@given(paces, firsts)
def test_days_strictly_increase(pace: str, first: date) -> None:
    found = series(parse_every(pace, first, TODAY), first, 12)
    assert len(found) == 12
    assert all(earlier < later for earlier, later in pairwise(found))


@given(paces, firsts, st.integers(2, 12))
def test_a_counted_series_has_that_many_days(pace: str, first: date, count: int) -> None:
    rule = parse_every(f"{pace} x{count}", first, TODAY)
    assert len(series(rule, first, 20)) == count


@given(firsts)
def test_monthly_from_any_day_keeps_every_month(first: date) -> None:
    found = series(parse_every("month", first, TODAY), first, 25)
    months = [12 * day.year + day.month for day in found]
    assert months == list(range(months[0], months[0] + 25))
    assert all(day.day == first.day for day in found if first.day <= 28 or day.month in (1, 3, 5))


@given(firsts)
def test_yearly_from_any_day_keeps_every_year(first: date) -> None:
    found = series(parse_every("year", first, TODAY), first, 9)
    assert [day.year for day in found] == list(range(first.year, first.year + 9))
    assert {day.month for day in found} == {first.month}


@given(firsts, st.sampled_from([None, "dmy", "mdy"]))
def test_the_last_day_is_included(first: date, order: DateOrder | None) -> None:
    rule = parse_every("week", first, TODAY)
    last = series(rule, first, 4)[-1]
    until = parse_every(f"week until {spoken(last, order)}", first, TODAY, order=order)
    assert series(until, first, 20) == series(rule, first, 4)
