"""How questionnaires are scored: examples, refusals, and the laws that hold for what ships."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import casectl
from casectl.core.errors import BadValue
from casectl.core.instruments import (
    CHOICE,
    CHOICES,
    NUMBER,
    TEXT,
    Answers,
    Band,
    Change,
    Choice,
    CutOff,
    Flag,
    Instrument,
    Question,
    change,
    change_words,
    check_answers,
    parse_answers,
    points_of,
    score,
)
from casectl.formats.instruments import load_instruments

SHIPPED = {each.key: each for each in load_instruments(Path("/nowhere")).all()[0]}
PHQ9, GAD7, AHC, AUDIT_C = (SHIPPED[key] for key in ("phq9", "gad7", "ahc-hrsn", "audit-c"))
HUNGER = SHIPPED["hunger-vital-sign"]

# Where a higher total is a better one: two questions from 0 to 5, a low total is positive.
WELL = Instrument(
    key="well",
    title="Well",
    name="Wellbeing",
    version="2",
    credit="us",
    licence="ours",
    source="here",
    questions=tuple(
        Question(key, "?", CHOICE, tuple(Choice(n, str(n), n) for n in range(6))) for key in "ab"
    ),
    bands=(Band(0, 4, "low"), Band(5, 10, "high")),
    cut_off=CutOff(4),
    higher_is="better",
)


# --- Scoring --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "total", "band", "positive"),
    [
        ("0,0,0,0,0,0,0,0,0", 0, "minimal", False),
        ("1,1,1,1,0,0,0,0,0", 4, "minimal", False),
        ("1,1,1,1,1,0,0,0,0", 5, "mild", False),
        ("3,3,3,0,0,0,0,0,0", 9, "mild", False),
        ("2,2,2,2,1,1,0,0,0", 10, "moderate", True),
        ("3,3,3,3,3,0,0,0,0", 15, "moderately severe", True),
        ("3,3,3,3,3,3,2,0,0", 20, "severe", True),
        ("3,3,3,3,3,3,3,3,3,3", 27, "severe", True),
    ],
)
def test_the_bands_of_the_phq_9(typed: str, total: int, band: str, positive: bool) -> None:
    result = score(PHQ9, parse_answers(PHQ9, typed))
    assert (result.total, result.band, result.positive) == (total, band, positive)


def test_what_is_not_answered_is_no_zero() -> None:
    result = score(PHQ9, parse_answers(PHQ9, "1,1,-,1,1,0,0,0,0"))
    assert result.total is None
    assert result.band is None
    assert result.missing == ("3",)
    assert not result.complete
    assert result.positive is None  # 4 so far, and question 3 might add no more than 3: not said


def test_a_cut_off_that_is_reached_needs_no_further_answer() -> None:
    result = score(PHQ9, parse_answers(PHQ9, "3,3,-,3,1,0,0,0,0"))
    assert result.total is None
    assert result.positive is True


@pytest.mark.parametrize("value", [1, 2, 3])
def test_the_last_question_of_the_phq_9_always_raises_its_flag(value: int) -> None:
    whole = score(PHQ9, {**{str(key): 0 for key in range(1, 9)}, "9": value})
    assert [flag.question for flag in whole.flags] == ["9"]
    assert whole.band == "minimal"
    alone = score(PHQ9, {"9": value})
    assert alone.flags == whole.flags
    assert alone.total is None
    assert score(PHQ9, {"9": 0}).flags == ()


def test_the_difficulty_question_adds_nothing() -> None:
    first = score(PHQ9, parse_answers(PHQ9, "1,1,1,1,1,1,1,1,0,0"))
    last = score(PHQ9, parse_answers(PHQ9, "1,1,1,1,1,1,1,1,0,3"))
    none = score(PHQ9, parse_answers(PHQ9, "1,1,1,1,1,1,1,1,0"))
    assert first == last == none


def test_the_phq_2_comes_out_of_the_phq_9() -> None:
    part = score(PHQ9, {"1": 2, "2": 1}).parts[0]
    assert (part.title, part.total, part.positive, part.missing) == ("PHQ-2", 3, True, ())
    part = score(PHQ9, {"2": 2}).parts[0]
    assert (part.total, part.positive, part.missing) == (None, None, ("1",))


@pytest.mark.parametrize(
    ("sex", "cut_off", "assumed", "positive"),
    [
        ("female", 3, False, True),
        ("male", 4, False, False),
        (None, 3, True, True),
        ("x", 3, True, True),
    ],
)
def test_audit_c_goes_by_sex(sex: str | None, cut_off: int, assumed: bool, positive: bool) -> None:
    result = score(AUDIT_C, {"1": 1, "2": 1, "3": 1}, sex)
    assert result.total == 3
    assert (result.cut_off, result.cut_off_assumed, result.positive) == (cut_off, assumed, positive)


def test_where_higher_is_better_the_unknown_sex_takes_the_higher_cut_off() -> None:
    by_sex = WELL._replace(cut_off=CutOff(None, {"female": 3, "male": 4}))
    assert score(by_sex, {"a": 2, "b": 2}).positive is True
    assert score(by_sex, {"a": 2, "b": 2}, "female").positive is False


@pytest.mark.parametrize(
    ("first", "second", "total", "band", "positive"),
    [
        (0, 0, 0, "no risk", False),
        (1, 0, 1, "at risk", True),
        (2, 2, 2, "at risk", True),
        (9, 2, None, None, True),  # refused the one, and the other is enough
        (9, 0, None, None, None),
        (9, 9, None, None, None),
    ],
)
def test_hunger_is_a_risk_where_either_is_true(
    first: int, second: int, total: int | None, band: str | None, positive: bool | None
) -> None:
    result = score(HUNGER, {"1": first, "2": second})
    assert (result.total, result.band, result.positive) == (total, band, positive)


def test_the_social_needs_are_found_one_by_one() -> None:
    result = score(AHC, parse_answers(AHC, "0,3+1,0,1,0,2,-"))
    assert result.total is None
    assert {part.key: part.positive for part in result.parts} == {
        "housing": True, "food": True, "transport": False, "utilities": True, "safety": None,
    }  # fmt: skip
    assert result.positive is True
    nothing = "0,0,0,0,0,0"
    assert score(AHC, parse_answers(AHC, f"{nothing},4")).positive is False
    assert score(AHC, parse_answers(AHC, f"{nothing},-")).positive is None


@pytest.mark.parametrize(("total", "flags"), [(4, 0), (10, 0), (11, 1), (20, 1)])
def test_the_safety_score_raises_a_flag_above_ten(total: int, flags: int) -> None:
    result = score(AHC, {"safety": total})
    assert len(result.flags) == flags
    assert result.parts[-1].positive is bool(flags)


def test_a_low_total_is_positive_where_higher_is_better() -> None:
    assert score(WELL, {"a": 2, "b": 2}).positive is True
    assert score(WELL, {"a": 3, "b": 2}).positive is False
    assert score(WELL, {"a": 0}).positive is None  # the other might be 5
    assert score(WELL._replace(cut_off=CutOff(5)), {"a": 0}).positive is True


def test_the_safety_texts_that_may_not_ship_are_not_there() -> None:
    path = Path(casectl.__file__).parent / "data" / "instruments" / "ahc-hrsn.toml"
    words = path.read_text(encoding="utf-8").lower()
    for theirs in ("insult", "talk down", "scream", "curse", "physically hurt", "with harm"):
        assert theirs not in words
    assert [each.key for each in AHC.questions] == [*"123456", "safety", "safety-note"]


# --- Answers --------------------------------------------------------------------------------

ALLOWED = "0 not at all, 1 several days, 2 more than half the days, 3 nearly every day"


@pytest.mark.parametrize(
    ("instrument", "given", "words"),
    [
        (PHQ9, {"1": 4}, f"question 1: not 4 but one of {ALLOWED}"),
        (PHQ9, {"1": -1}, f"question 1: not -1 but one of {ALLOWED}"),
        (PHQ9, {"1": True}, f"question 1: not true but one of {ALLOWED}"),
        (PHQ9, {"1": "2"}, f"question 1: not '2' but one of {ALLOWED}"),
        (PHQ9, {"1": 1.0}, f"question 1: not 1.0 but one of {ALLOWED}"),
        (PHQ9, {"1": [1]}, f"question 1: not a list or a table but one of {ALLOWED}"),
        (PHQ9, {"1": 10**5000}, f"question 1: not so long a number but one of {ALLOWED}"),
        (PHQ9, {"11": 1}, "PHQ-9 has no question '11': it has 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
        (AHC, {"safety": 3}, "question safety: not 3 but a whole number from 4 to 20"),
        (AHC, {"safety": 21}, "question safety: not 21 but a whole number from 4 to 20"),
        (AHC, {"safety-note": 3}, "question safety-note: not 3 but a text"),
        (AHC, {"2": [1, 0]}, "question 2: 0 (none of the above) goes with no other"),
    ],
)
def test_an_answer_that_there_is_not_is_refused_in_one_line(
    instrument: Instrument, given: dict[str, object], words: str
) -> None:
    with pytest.raises(BadValue) as refused:
        check_answers(instrument, given)
    assert str(refused.value) == words
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("value", [[1, 8], [1, "2"], [1, [2]], 12, "\x1b[2Jx"])
def test_a_choice_among_several_is_one_of_them(value: object) -> None:
    with pytest.raises(BadValue, match=r"^question 2: not .* but any of 1 pests") as refused:
        check_answers(AHC, {"2": value})
    assert str(refused.value).isprintable()


def test_answers_come_back_in_order_without_what_was_not_answered() -> None:
    given = {"2": [3, 1, 3], "1": 0, "3": None, "safety-note": " ", "4": 0}
    assert list(check_answers(AHC, given).items()) == [("1", 0), ("2", (1, 3)), ("4", 0)]
    assert check_answers(AHC, {"2": []}) == {}
    assert check_answers(AHC, {"2": 1}) == {"2": (1,)}


@pytest.mark.parametrize(
    ("instrument", "text", "typed"),
    [
        (PHQ9, "2,1,0,3,1,0,1,0,2", {
            "1": 2, "2": 1, "3": 0, "4": 3, "5": 1, "6": 0, "7": 1, "8": 0, "9": 2,
        }),
        (SHIPPED["phq2"], " 2 , 1 ", {"1": 2, "2": 1}),
        (SHIPPED["phq2"], "2 -", {"1": 2}),
        (PHQ9, "1=2 9=1 3=-", {"1": 2, "9": 1}),
        (PHQ9, "9=1, 1=2", {"1": 2, "9": 1}),
        (AHC, "0 1+3 0 0 0 0 -", {"1": 0, "2": (1, 3), "3": 0, "4": 0, "5": 0, "6": 0}),
        (AHC, "2=1+3 safety=12 safety-note=shouts",
         {"2": (1, 3), "safety": 12, "safety-note": "shouts"}),
    ],
)  # fmt: skip
def test_the_short_forms(instrument: Instrument, text: str, typed: Answers) -> None:
    assert parse_answers(instrument, text) == typed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no answers"),
        ("   ", "no answers"),
        ("1,2", "PHQ-9 takes 9 to 10 answers, and these are 2"),
        ("1,1,1,1,1,1,1,1,1,1,1", "PHQ-9 takes 9 to 10 answers, and these are 11"),
        ("1,1,,1,1,1,1,1,1,1", "nothing stands between two commas"),
        ("1,1,1,1,1,1,1,1,1,", "nothing stands between two commas"),
        ("1=1 1=2", "question 1 is answered twice"),
        ("1=1 2", "'2' is not like 3=1"),
        ("1=", "'1=' is not like 3=1"),
        ("x=1", "PHQ-9 has no question 'x'"),
        ("1=1+2", "question 1: not '1+2' but one of"),
        ("1=²", "question 1: not '²' but one of"),
        ("1=٣", "question 1: not '٣' but one of"),
        ("1=1.0", "question 1: not '1.0' but one of"),
        ("1=99999999", "question 1: not '99999999' but one of"),
        ("1=\x1b[2J", r"question 1: not '\x1b[2J' but one of"),
        ("1 " * 5000, "the answers are over 5,000 characters"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse_answers(PHQ9, text)
    assert str(refused.value).startswith(words)
    assert str(refused.value).isprintable()


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for instrument in (PHQ9, AHC):
        try:
            score(instrument, parse_answers(instrument, text))
        except BadValue as refused:
            assert str(refused).isprintable()


# --- The laws -------------------------------------------------------------------------------


def answers_to(question: Question) -> st.SearchStrategy[object]:
    if question.kind == TEXT:
        return st.none() | st.sampled_from(["a word", ""])
    if question.kind == NUMBER:
        return st.none() | st.integers(question.least, question.most)
    values = st.sampled_from([each.value for each in question.choices])
    if question.kind == CHOICE:
        return st.none() | values
    alone = [each.value for each in question.choices if each.alone]
    others = [each.value for each in question.choices if not each.alone]
    return st.none() | st.just(alone) | st.lists(st.sampled_from(others))


@st.composite
def answered(draw: st.DrawFn) -> tuple[Instrument, dict[str, object]]:
    instrument = draw(st.sampled_from([*SHIPPED.values(), WELL]))
    return instrument, {each.key: draw(answers_to(each)) for each in instrument.questions}


@given(answered())
def test_there_is_no_total_exactly_where_a_scored_question_is_missing(
    case: tuple[Instrument, dict[str, object]],
) -> None:
    instrument, given = case
    result = score(instrument, given)
    checked = check_answers(instrument, given)
    points = [points_of(each, checked.get(each.key)) for each in instrument.scored]
    missing = {each.key for each, got in zip(instrument.scored, points, strict=True) if got is None}
    assert set(result.missing) == missing
    if instrument.totalled:
        assert (result.total is None) == bool(missing)
        if not missing:
            assert result.total == sum(got for got in points if got is not None)
    else:
        assert result.total is None
    for part in result.parts:
        assert (part.total is None) == bool(part.missing)


@given(answered())
def test_a_total_is_within_reach_and_in_exactly_one_band(
    case: tuple[Instrument, dict[str, object]],
) -> None:
    instrument, given = case
    result = score(instrument, given)
    if result.total is not None:
        assert result.lowest <= result.total <= result.highest
        within = [band for band in instrument.bands if band.least <= result.total <= band.most]
        assert [band.words for band in within] == ([result.band] if instrument.bands else [])


@given(answered(), st.data())
def test_more_points_never_lower_the_total_or_take_a_flag_away(
    case: tuple[Instrument, dict[str, object]], data: st.DataObject
) -> None:
    instrument, given = case
    question = data.draw(st.sampled_from(instrument.scored))
    other = data.draw(answers_to(question))
    before, after = score(instrument, given), score(instrument, {**given, question.key: other})
    had = points_of(question, check_answers(instrument, given).get(question.key))
    has = points_of(question, check_answers(instrument, {question.key: other}).get(question.key))
    if had is None or has is None or has < had:
        return
    assert set(before.flags) <= set(after.flags)
    if before.total is not None:
        assert after.total == before.total + has - had
    if instrument.higher_is == "worse" and before.positive is True:
        assert after.positive is True
    if instrument.higher_is == "better" and before.positive is False:
        assert after.positive is False


@given(answered(), st.data())
def test_an_answer_more_never_takes_back_what_was_said(
    case: tuple[Instrument, dict[str, object]], data: st.DataObject
) -> None:
    """Positive stays positive and a flag stays raised, whatever the missing answers turn out."""
    instrument, given = case
    before = score(instrument, given)
    filled = dict(given)
    for key in before.missing:
        filled[key] = data.draw(answers_to(instrument.question(key)))
    after = score(instrument, filled)
    assert set(before.flags) <= set(after.flags)
    if before.positive is not None:
        assert after.positive is before.positive


@pytest.mark.parametrize("instrument", SHIPPED.values(), ids=lambda each: each.key)
def test_the_bands_of_what_ships_cover_every_total_once(instrument: Instrument) -> None:
    if not instrument.bands:
        assert instrument.key in ("audit-c", "ahc-hrsn")  # no bands in their sources
        return
    lowest, highest = instrument.reach
    covered = [n for band in instrument.bands for n in range(band.least, band.most + 1)]
    assert covered == list(range(lowest, highest + 1))


# --- Over time ------------------------------------------------------------------------------


def test_a_change_is_told_in_points_and_words() -> None:
    before = score(PHQ9, parse_answers(PHQ9, "2,2,2,2,2,2,0,0,0"))
    after = score(PHQ9, parse_answers(PHQ9, "2,2,2,1,1,0,0,0,0"))
    better = change(before, after)
    assert better == Change("better", -4, "moderate", "mild")
    assert change_words(better) == "4 points better: moderate before, mild now"
    assert change_words(change(after, before)) == "4 points worse: mild before, moderate now"
    assert change_words(change(after, after)) == "same: still mild"


def test_what_began_and_ended_among_the_subscales_is_told() -> None:
    before = score(PHQ9, parse_answers(PHQ9, "0,2,0,0,0,0,0,0,0"))
    after = score(PHQ9, parse_answers(PHQ9, "1,2,0,0,0,0,0,0,0"))
    assert change_words(change(before, after)) == "1 point worse: still minimal; new: PHQ-2"
    assert change_words(change(after, before)).endswith("no longer: PHQ-2")


def test_higher_can_be_better() -> None:
    low, high = score(WELL, {"a": 1, "b": 1}), score(WELL, {"a": 5, "b": 1})
    assert change(low, high).direction == "better"
    assert change(high, low) == Change("worse", -4, "high", "low")


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ("0,0,0,0,0,0,4", "0,0,1,0,0,0,4", "worse"),
        ("0,0,1,0,0,0,4", "0,0,0,0,0,0,4", "better"),
        ("0,0,1,0,0,0,4", "0,0,1,1,0,0,4", "same"),
        ("0,0,1,0,0,0,4", "0,0,0,0,1,0,4", "mixed"),
        ("0,0,1,0,0,0,-", "0,0,0,0,0,0,4", None),
    ],
)
def test_without_a_total_the_needs_are_compared(
    before: str, after: str, direction: str | None
) -> None:
    results = [score(AHC, parse_answers(AHC, each)) for each in (before, after)]
    assert change(*results).direction == direction


def test_what_cannot_be_compared_is_not() -> None:
    whole = score(PHQ9, parse_answers(PHQ9, "2,2,2,2,2,2,0,0,0"))
    assert change(whole, score(PHQ9, {"1": 2})).direction is None
    assert change(whole, whole._replace(highest=30)).direction is None
    assert change_words(change(whole, score(PHQ9, {"1": 2}))) == "cannot be compared"
    with pytest.raises(BadValue, match="phq9 and gad7 cannot be compared"):
        change(whole, score(GAD7, {}))


def test_a_flag_compares_points() -> None:
    several = PHQ9._replace(flags=(Flag("1", 2, "often"),))
    assert score(several, {"1": 1}).flags == ()
    assert score(several, {"1": 2}).flags == several.flags


def test_a_choice_without_points_beside_others_adds_nothing() -> None:
    question = Question("a", "?", CHOICES, (Choice(1, "x", 2), Choice(9, "unknown", None)))
    assert points_of(question, (1, 9)) == 2
    assert points_of(question, (9,)) is None
    assert points_of(question, None) is None
