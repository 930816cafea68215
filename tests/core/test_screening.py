"""Screenings on file: what was scored reads back as it was, and when it is asked again."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.casework import OPEN, PAST, SCREENING, Piece
from casectl.core.errors import BadValue, CasectlError
from casectl.core.instruments import (
    CHOICE,
    CHOICES,
    NUMBER,
    Instrument,
    Question,
    Result,
    check_answers,
    score,
)
from casectl.core.screening import (
    NEVER,
    Repeat,
    body_of,
    days_until,
    repeat_of,
    result_of,
)
from casectl.formats.instruments import load_instruments

SHIPPED = load_instruments(Path("/nowhere")).all()[0]
DAY = date(2026, 11, 18)


def an_answer(question: Question) -> st.SearchStrategy[Any]:
    if question.kind == CHOICE:
        return st.sampled_from([each.value for each in question.choices])
    if question.kind == CHOICES:
        together = [each.value for each in question.choices if not each.alone]
        return st.lists(st.sampled_from(together), min_size=1, unique=True)
    if question.kind == NUMBER:
        return st.integers(question.least, question.most)
    return st.text("abc", min_size=1)


@st.composite
def asked(draw: st.DrawFn) -> tuple[Instrument, dict[str, Any]]:
    instrument = draw(st.sampled_from(SHIPPED))
    answers = {
        each.key: draw(an_answer(each)) for each in instrument.questions if draw(st.booleans())
    }
    return instrument, answers


@given(asked(), st.sampled_from((None, "female", "male")))
def test_a_result_reads_back_as_it_was_scored(
    each: tuple[Instrument, dict[str, Any]], sex: str | None
) -> None:
    instrument, given_answers = each
    answers = check_answers(instrument, given_answers)
    result = score(instrument, answers, sex)
    body = json.loads(json.dumps(body_of(answers, result, sex)))
    piece = Piece(
        "", "", SCREENING, 1, DAY, domain=instrument.key, level=result.total, body=body
    )  # fmt: skip
    assert result_of(piece) == result._replace(cut_off_assumed=False)
    assert check_answers(instrument, body["answers"]) == answers


@pytest.mark.parametrize(
    "body", [{}, {"range": [1]}, {"range": 5}, {"range": [0, 1], "version": "1"}]
)
def test_what_cannot_be_read_says_so(body: dict[str, Any]) -> None:
    with pytest.raises(CasectlError, match="cannot be read"):
        result_of(Piece("", "", SCREENING, 1, DAY, body=body))


# --- Asked again ----------------------------------------------------------------------------------

WHOLE = Result("x", "1", 3, (), 0, 9, "worse")
PART = WHOLE._replace(total=None, missing=("4",))


def last(**more: Any) -> Piece:
    piece = Piece("", "", SCREENING, 1, date(2026, 10, 1), status=OPEN, due_on=date(2026, 10, 1),
                  lead_days=14)  # fmt: skip
    return piece._replace(**more)


@pytest.mark.parametrize(
    ("result", "usual", "before", "told", "repeat"),
    [
        (WHOLE, 30, None, None, Repeat(DAY, 30)),
        (WHOLE, None, None, None, NEVER),
        (WHOLE, 30, None, 7, Repeat(DAY, 7)),
        (WHOLE, 30, last(), None, Repeat(DAY, 14)),
        (WHOLE, 30, last(), 7, Repeat(DAY, 7)),
        (WHOLE, 30, last(due_on=None, lead_days=None), None, NEVER),
        (WHOLE, 30, last(status=PAST, lead_days=5), None, Repeat(DAY, 30)),
        (PART, 30, None, None, Repeat(DAY, 30)),
        (PART, 30, last(), None, Repeat(date(2026, 10, 1), 14)),
        (PART, 30, last(), 7, Repeat(date(2026, 10, 1), 7)),
    ],
)
def test_when_it_is_asked_again(
    result: Result, usual: int | None, before: Piece | None, told: int | None, repeat: Repeat
) -> None:
    assert repeat_of(DAY, result, usual, before, told) == repeat


def test_an_interval_is_named_by_its_day() -> None:
    assert days_until(DAY, DAY + timedelta(days=14)) == 14
    for day in (DAY, DAY - timedelta(days=1), DAY + timedelta(days=4000)):
        with pytest.raises(BadValue):
            days_until(DAY, day)
