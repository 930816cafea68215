"""A contact in a line: how each part is read, what is refused, and that nothing is made up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.dates import When
from casectl.core.errors import BadDay, BadValue
from casectl.core.model import MEANS, PARTIES, REACHED, TRIED
from casectl.core.oneline import (
    DayUnsaid,
    Line,
    OutcomeUnsaid,
    Step,
    parse_line,
    read_step,
    split_next,
    with_case,
    with_day,
    with_outcome,
)

TODAY = date(2026, 11, 18)  # a Wednesday


def told(text: str) -> tuple[object, ...]:
    """Case, outcome, means, minutes and text."""
    line = parse_line(text, TODAY)
    return line.case, line.outcome, line.by, line.minutes, line.text


def next_of(text: str) -> tuple[str, str, str | None] | None:
    step = parse_line(text, TODAY).step
    return (step.what, step.when.day.isoformat(), step.when.time) if step else None


def refusal(text: str) -> BadValue:
    with pytest.raises(BadValue) as caught:
        parse_line(text, TODAY)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 call 10m aide starts Mon", ("12", REACHED, "phone", 10, "aide starts Mon")),
        ("12 10m call aide starts Mon", ("12", REACHED, "phone", 10, "aide starts Mon")),
        ("garcia tried", ("garcia", TRIED, "phone", None, None)),
        ("GARCIA Tried", ("GARCIA", TRIED, "phone", None, None)),
        ("lee visit 45m saw the flat", ("lee", REACHED, "visit", 45, "saw the flat")),
        ("lee visited 1h saw the flat", ("lee", REACHED, "visit", 60, "saw the flat")),
        ("lee video 1h 30m forms", ("lee", REACHED, "video", 90, "forms")),
        ("lee office visit, 30 min, forms", ("lee", REACHED, "office", 30, "forms")),
        ("lee phone call 1h5 forms", ("lee", REACHED, "phone", 65, "forms")),
        ("12.3 reached signed it", ("12.3", REACHED, "phone", None, "signed it")),
        ("garcia-12 email reached she agrees", ("garcia-12", REACHED, "email", None, "she agrees")),
        ("12 tried text", ("12", TRIED, "text", None, None)),
        ("12 text tried", ("12", TRIED, "text", None, None)),
        ("12 tried visit nobody home", ("12", TRIED, "visit", None, "nobody home")),
        # Each kind of word comes once: what follows is the text.
        ("12 call office is closed", ("12", REACHED, "phone", None, "office is closed")),
        ("12 reached tried the form", ("12", REACHED, "phone", None, "tried the form")),
        ("12 call 10m 20m late", ("12", REACHED, "phone", 10, "20m late")),
        # A colon ends it; minutes may still follow.
        ("12 reached: letter arrived", ("12", REACHED, "phone", None, "letter arrived")),
        ("12: call: 10m letter arrived", ("12", REACHED, "phone", 10, "letter arrived")),
        ("12 call - all is well", ("12", REACHED, "phone", None, "all is well")),
        # A name of several words ends where the rest begins.
        ("maria garcia call she is fine", ("maria garcia", REACHED, "phone", None, "she is fine")),
        ("de la cruz no answer", ("de la cruz", TRIED, "phone", None, "no answer")),
        ("O'Brien tried", ("O'Brien", TRIED, "phone", None, None)),
        ('"maria garcia" tried', ("maria garcia", TRIED, "phone", None, None)),
        ("王小明 call 好的", ("王小明", REACHED, "phone", None, "好的")),
        ("  12\tcall\tall  is well ", ("12", REACHED, "phone", None, "all  is well")),
    ],
)
def test_a_line(text: str, expected: tuple[object, ...]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "said",
    ["no answer", "No answer.", "left message to call back", "left a message", "voicemail",
     "didn't pick up", "didn’t answer", "rang out, no voicemail", "wrong number", "busy",
     "busy, later", "no show", "nobody home"],
)  # fmt: skip
def test_words_of_an_attempt_begin_a_try(said: str) -> None:
    """They stay in the text; whoever looks later wants to know how it went."""
    for words in (f"12 call {said}", f"12 {said}", f"12 visit 10m {said}", f"12 email {said}"):
        line = parse_line(words, TODAY)
        assert (line.outcome, line.text) == (TRIED, said)


@pytest.mark.parametrize(
    "text",
    [
        "12 call",  # nothing was said, so it may have been an attempt
        "12 visit 45m",
        "12 10m about the lease",  # by which means?
        "12 provider about the lease",
        "12 text sent the address",  # sent is not answered
        "12 email sent the list",
        "12 call spoke to her sister, she was not there",
        "12 visit knocked twice, nobody opened",
        "12 call went to voicemail",
        "12 visit she was out",
        "12 call (no answer)",
    ],
)
def test_what_leaves_the_outcome_open_is_refused(text: str) -> None:
    assert isinstance(refusal(text), OutcomeUnsaid)
    for outcome in (REACHED, TRIED):
        line = parse_line(with_outcome(text, outcome), TODAY)
        assert (line.case, line.outcome) == ("12", outcome)


def test_what_sounds_like_an_attempt_and_is_none() -> None:
    assert told("12 call busy week, she is fine")[1] == REACHED
    assert told("12 call another answer came")[1] == REACHED
    assert told("12 reached nobody home but her")[1] == REACHED


def test_a_letter_is_sent_and_not_answered() -> None:
    assert told("12 letter sent the forms") == ("12", TRIED, "letter", None, "sent the forms")
    assert isinstance(refusal("12 letter"), OutcomeUnsaid)


@pytest.mark.parametrize("party", ["guardian", "collateral", "provider"])
def test_with_somebody_else(party: str) -> None:
    for words in (f"12 call {party} aide starts", f"12 call with {party}: aide starts"):
        line = parse_line(words, TODAY)
        assert (line.party, line.outcome, line.text) == (party, REACHED, "aide starts")
    assert parse_line("12 call client is well", TODAY).text == "client is well"


@pytest.mark.parametrize(
    ("text", "day"),
    [("@mon garcia tried", "2026-11-16"), ("garcia @yesterday tried", "2026-11-17"),
     ("@wed garcia tried", "2026-11-18"), ("@2026-11-02 garcia tried", "2026-11-02")],
)  # fmt: skip
def test_another_day(text: str, day: str) -> None:
    line = parse_line(text, TODAY)
    assert (line.case, line.outcome, line.on) == ("garcia", TRIED, date.fromisoformat(day))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 tried", None),
        ("12 tried; next call again tomorrow", ("call again", "2026-11-19", None)),
        ("12 call ok; next check aide mon", ("check aide", "2026-11-23", None)),
        ("12 call ok;next: check aide mon.", ("check aide", "2026-11-23", None)),
        ("12 call ok; NEXT bring papers next tue", ("bring papers", "2026-11-24", None)),
        ("12 call ok; next papers by fri", ("papers", "2026-11-20", None)),
        ("12 call ok; next see him in 2 weeks", ("see him", "2026-12-02", None)),
        ("12 call ok; next hearing 14 jan 9:00", ("hearing", "2027-01-14", "09:00")),
        ("12 call ok; next call at 9:00 am on fri 27 nov", ("call", "2026-11-27", "09:00")),
        ("12 call ok; next call the day after tomorrow", ("call", "2026-11-20", None)),
        ("12 call ok; next call 555-0142 tomorrow", ("call 555-0142", "2026-11-19", None)),
        ("12 call ok; next llamar a José mañana fri", ("llamar a José mañana", "2026-11-20", None)),
        ("12 call ok; next week is hard; next call fri", ("call", "2026-11-20", None)),
        ("12 call he moves; nextdoor helps", None),
        ("12 call he moves; then next fri", None),
    ],
)
def test_the_next_step(text: str, expected: object) -> None:
    assert next_of(text) == expected


def test_a_text_keeps_its_other_semicolons() -> None:
    line = parse_line("12 call aide; bus; next week is hard; next call fri", TODAY)
    assert line.text == "aide; bus; next week is hard"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12 aide starts mon", "how you got in touch; after the case comes call, visit"),
        ("12", "how you got in touch"),
        ("12; next call fri", "how you got in touch"),
        ("; next call fri", "names no case"),
        ("@mon", "names no case"),
        ("''  call x", "names no case"),
        ("12 call 9999m x", "up to 24 hours"),
        ("12 tried; next", "nothing follows ; next"),
        ("12 tried; next fri", "a day alone"),
        ("12 tried; next by fri", "a day alone"),
        ("12 tried; next call last mon", "Mon 16 Nov 2026, has gone by"),
        ("12 tried\x00", "NUL"),
        ("   ", "empty"),
        ("12 tried\udc80", "not valid UTF-8"),
    ],
)
def test_refused(text: str, words: str) -> None:
    assert words in str(refusal(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12 tried; next call 03/04", "cannot read '03/04' as a day: it could be 3 April or"),
        ("12 tried; next call fri 28 nov", "'fri 28 nov' as a day: 28 Nov 2026 is a Saturday"),
        ("12 tried; next call 31 feb", "February has"),
        ("12 tried; next call 25:00", "25:00' as a day: times run"),
        ("12 tried; next call dec", "which day of the month?"),
        ("12 tried; next see room 12", "a number alone is not a day"),
        ("@soon garcia tried", "cannot read 'soon'"),
    ],
)
def test_a_day_that_cannot_be_read_is_never_read_shorter(text: str, words: str) -> None:
    error = refusal(text)
    assert isinstance(error, BadDay)
    assert words in str(error)


def test_the_configured_order_settles_two_readings() -> None:
    line = parse_line("12 tried; next call 03/04", TODAY, "dmy")
    assert line.step is not None and line.step.when.day == date(2027, 4, 3)


def test_a_missing_day_can_be_given() -> None:
    text = "12 tried; next call again!"
    assert isinstance(refusal(text), DayUnsaid)
    assert next_of(with_day(text, "2026-11-25 09:00")) == ("call again", "2026-11-25", "09:00")


@pytest.mark.parametrize(
    ("text", "named"),
    [("garcia tried", "garcia-3 tried"), ("@mon maria garcia: tried", "@mon garcia-3: tried"),
     ("garcia call x; next y fri", "garcia-3 call x; next y fri")],
)  # fmt: skip
def test_a_chosen_case_is_named(text: str, named: str) -> None:
    assert with_case(text, "garcia-3") == named
    assert parse_line(named, TODAY)._replace(case="") == parse_line(text, TODAY)._replace(case="")


# --- Laws -------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["12", "12.3", "garcia", "call", "visit", "text", "letter", "tried", "reached", "10m", "1h",
     "@", "@mon", "no answer", "nobody", "provider", "with", ";", "; next", ";next", "mon", "3/4",
     "next", "by", "in 2 weeks", "9:00", "25:00", ":", "-", "”", "\x1b[31m", "\u202e", "\x85",
     "é", "٣"]
)  # fmt: skip
LINES = st.lists(WORDS | st.text(max_size=5), max_size=12).map(" ".join) | st.text(max_size=300)


@given(LINES, st.dates(date(1990, 1, 1), date(2150, 1, 1)), st.sampled_from([None, "dmy", "mdy"]))
def test_any_line_is_understood_or_refused_in_one_line(
    text: str, today: date, order: str | None
) -> None:
    try:
        line = parse_line(text, today, order)  # type: ignore[arg-type]
    except BadValue as error:
        assert str(error).isprintable() and len(str(error)) < 400
        return
    assert line.outcome in (REACHED, TRIED)
    assert line.by in MEANS and line.party in PARTIES
    assert line.minutes is None or 0 <= line.minutes <= 24 * 60
    # Nothing is made up: what is kept as text stands in the line as it was typed.
    assert line.case and line.case in text
    assert line.text is None or (line.text and line.text in text)
    if line.step is not None:
        assert line.step.what and line.step.what in text
        assert line.step.when.day >= today


@given(LINES)
def test_what_is_missing_can_be_given(text: str) -> None:
    """A line that lacks one thing is whole with it, or lacks another; it never lacks it again."""
    try:
        parse_line(text, TODAY)
    except OutcomeUnsaid:
        try:
            assert parse_line(with_outcome(text, TRIED), TODAY).outcome == TRIED
        except OutcomeUnsaid:
            raise AssertionError("it still does not say") from None
        except BadValue:
            pass
    except DayUnsaid:
        line = parse_line(with_day(text, "2026-12-01"), TODAY)
        assert line.step is not None
    except BadValue:
        pass


cases = st.integers(1, 10**6).map(str) | st.sampled_from(["garcia-12", "12.3", "lee"])
plain = st.lists(
    st.sampled_from(["aide", "starts", "the", "flat", "form", "signed", "rent", "she", "papers"]),
    min_size=1,
    max_size=6,
).map(" ".join)


@given(
    cases,
    st.sampled_from(["call", "visit", "office", "video"]),
    st.sampled_from(["", REACHED, TRIED]),
    st.none() | st.integers(0, 1440),
    plain,
    st.none() | st.tuples(plain, st.dates(TODAY, date(2150, 1, 1))),
)
def test_what_was_put_into_a_line_comes_out(
    case: str, means: str, outcome: str, minutes: int | None, said: str,
    step: tuple[str, date] | None,
) -> None:  # fmt: skip
    words = [case, means, outcome, f"{minutes}m" if minutes is not None else "", said]
    text = " ".join(filter(None, words))
    if step is not None:
        text += f"; next {step[0]} {step[1].isoformat()}"
    line = parse_line(text, TODAY)
    by = {"call": "phone"}.get(means, means)
    assert line == Line(case, outcome or REACHED, by, "client", minutes, said, None, line.step)
    assert (line.step and (line.step.what, line.step.when.day)) == step


@given(st.text(max_size=200))
def test_a_text_without_next_is_left_whole(text: str) -> None:
    said, clause = split_next(text)
    assert clause is not None or said == text
    if "next" not in text.lower():
        assert clause is None
    if clause is not None:
        assert said in text and clause in text


@pytest.mark.parametrize(
    ("clause", "what", "when"),
    [
        ("meet her jan 14 at 9", "meet her", When(date(2027, 1, 14), "09:00")),
        ("look at 3 flats fri", "look at 3 flats", When(date(2026, 11, 20))),
        ("look at 9 flats fri", "look at 9 flats", When(date(2026, 11, 20))),
    ],
)
def test_an_hour_in_a_step_stands_beside_its_day(clause: str, what: str, when: When) -> None:
    assert read_step(clause, TODAY) == Step(what, when)


@given(st.text(max_size=200))
def test_any_clause_is_a_step_or_refused(clause: str) -> None:
    try:
        step = read_step(clause, TODAY)
    except BadValue as error:
        assert str(error).isprintable()
    else:
        assert step.what in clause and step.when.day >= TODAY
