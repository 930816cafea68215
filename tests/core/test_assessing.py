"""Assessments: one document whichever way it comes, how two compare, which needs are one."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.assessing import (
    HIGH,
    LOW,
    MEDIUM,
    Appraisal,
    Need,
    appraisals_of,
    body_of,
    compared,
    priority_by,
    read_document,
    same_need,
)
from casectl.core.casework import ASSESSMENT, DONE, NEED, PLANNED, Piece
from casectl.core.domains import DOMAINS
from casectl.core.errors import BadValue, CasectlError
from casectl.core.standing import Stood, last_stood

DAY = date(2026, 11, 18)
KEYS = [each.key for each in DOMAINS]
TEXTS = st.text("abc äé漢", min_size=1).filter(lambda text: text.strip() == text != "")
APPRAISALS = st.dictionaries(
    st.sampled_from(KEYS),
    st.fixed_dictionaries(
        {"level": st.integers(1, 5)},
        optional={"strengths": TEXTS, "note": TEXTS, "needs": st.lists(TEXTS, max_size=3)},
    ),
    min_size=1,
)


def assessment(number: int, levels: dict[str, int], on: date = DAY) -> Piece:
    body = body_of(Appraisal(key, level) for key, level in levels.items())
    return Piece("", "", ASSESSMENT, number, on, status=DONE, body=body)


@given(APPRAISALS)
def test_what_is_read_is_kept_and_read_back(domains: dict[str, Any]) -> None:
    made = read_document({"domains": domains}, DAY, date.fromisoformat)
    body = json.loads(json.dumps(body_of(made.appraisals)))
    back = appraisals_of(Piece("", "", ASSESSMENT, 1, DAY, body=body))
    assert tuple(back.values()) == made.appraisals
    assert list(back) == [key for key in KEYS if key in domains], "in the order of the domains"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["domains", "risk", "housing", "level", "needs", "what", "safety_plan", "on", "x"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_document_does_more_than_be_refused_in_one_line(document: Any) -> None:
    try:
        made = read_document(document, DAY, date.fromisoformat)
    except BadValue as error:
        assert "\n" not in str(error)
    except ValueError:  # of the day, which the caller reads
        pass
    else:
        assert made.appraisals or made.risks


def test_a_need_may_say_its_priority() -> None:
    made = read_document(
        {"domains": {"food": {"needs": ["bread", {"what": "a card", "priority": "high"}]}}},
        DAY,
        date.fromisoformat,
    )
    assert made.appraisals[0].needs == (Need("bread"), Need("a card", HIGH))


@pytest.mark.parametrize(
    ("level", "priority"),
    [(None, MEDIUM), (1, HIGH), (2, HIGH), (3, MEDIUM), (4, LOW), (5, LOW)],
)
def test_a_need_is_as_pressing_as_its_domain(level: int | None, priority: int) -> None:
    assert priority_by(level) == priority


def test_two_assessments_compare_by_domain() -> None:
    before = assessment(1, {"food": 3, "housing": 2, "legal": 4})
    now = assessment(2, {"food": 1, "housing": 3, "legal": 4, "income": 2})
    assert [tuple(each) for each in compared(before, now)] == [
        ("housing", 2, 3, "better"),
        ("food", 3, 1, "worse"),
        ("income", None, 2, None),
        ("legal", 4, 4, "same"),
    ]
    assert [each.before for each in compared(None, now)] == [None] * 4


def test_each_domain_stands_as_last_looked_at() -> None:
    old, new = date(2026, 5, 1), date(2026, 9, 1)
    found = last_stood(
        [assessment(2, {"food": 4}, new), assessment(1, {"food": 1, "legal": 2}, old)]
    )
    assert found == {"food": Stood(4, new), "legal": Stood(2, old)}


def test_the_same_words_are_the_same_need_while_it_stands() -> None:
    need = Piece("", "", NEED, 1, DAY, "Eviction  notice", domain="housing")
    assert same_need([need], "housing", "eviction notice") == need
    assert same_need([need._replace(status=PLANNED)], "housing", "eviction notice") is not None
    assert same_need([need], "legal", "eviction notice") is None
    assert same_need([need._replace(status=DONE)], "housing", "eviction notice") is None


@pytest.mark.parametrize("body", [{"domains": 5}, {"domains": {"food": 5}}, {"domains": []}])
def test_what_cannot_be_read_says_so(body: dict[str, Any]) -> None:
    with pytest.raises(CasectlError, match="cannot be read"):
        appraisals_of(Piece("", "", ASSESSMENT, 1, DAY, body=body))
