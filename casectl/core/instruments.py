"""Questionnaires as plain values: their questions, how answers are scored, what a total means.

Knows no file. What is not answered is never a zero: without it there is no total. What a client did
answer still counts: a flag is raised, and a cut-off that is reached already is reached, however
many answers are missing. That somebody is below a cut-off is said of a whole total alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from casectl.core.errors import BadValue
from casectl.core.text import checked_text, shortened
from casectl.core.values import NamedTuple

# Kinds of questions: one of some choices, any of them, a number, a text.
CHOICE, CHOICES, NUMBER, TEXT = "choice", "choices", "number", "text"
KINDS = (CHOICE, CHOICES, NUMBER, TEXT)
SEXES = ("female", "male")
BETTER, WORSE, SAME, MIXED = "better", "worse", "same", "mixed"
NOT_ANSWERED = "-"
LONGEST_TYPED = 5_000  # characters of answers in their short form
LONGEST_NUMBER = 6  # digits

Answer = int | tuple[int, ...] | str
Answers = Mapping[str, Answer]  # by the question's key; what is not answered is not in it


class Choice(NamedTuple):
    """One answer. ``value`` is what is typed for it, ``points`` what it adds to the total.

    Without points ("don't know") it is an answer on record that scores nothing.
    """

    value: int
    text: str
    points: int | None = None
    code: str | None = None  # LOINC's
    alone: bool = False  # goes with no other one: "none of these"


class Question(NamedTuple):
    """One question; an unscored one is asked and kept. ``least`` and ``most`` are a number's."""

    key: str
    text: str
    kind: str = CHOICE
    choices: tuple[Choice, ...] = ()
    scored: bool = True
    least: int = 0
    most: int = 0
    code: str | None = None
    help: str = ""

    def choice(self, value: int) -> Choice:
        return next(each for each in self.choices if each.value == value)


class Band(NamedTuple):
    """Totals from ``least`` to ``most``, both included, in a word or two."""

    least: int
    most: int
    words: str
    code: str | None = None


class Flag(NamedTuple):
    """An answer that asks for a look at the client's safety today, whatever the total."""

    question: str
    at_least: int  # points
    words: str
    risk: str | None = None  # the kind of risk to assess; None: any


class CutOff(NamedTuple):
    """From where on a total is positive, for everybody or by sex."""

    everybody: int | None
    by_sex: Mapping[str, int] = {}


class Subscale(NamedTuple):
    """Some of the questions with a total of their own."""

    key: str
    title: str
    questions: tuple[str, ...]
    cut_off: int | None = None
    domain: str | None = None
    code: str | None = None


class Instrument(NamedTuple):
    """A questionnaire, its credit line and its rules.

    Where ``higher_is`` is "worse", a total at the cut-off or above is positive; where it is
    "better", at or below. One that is not ``totalled`` has no total, and is positive where one of
    its subscales is.
    """

    key: str
    title: str
    name: str
    version: str
    credit: str
    licence: str
    source: str
    questions: tuple[Question, ...]
    bands: tuple[Band, ...] = ()
    flags: tuple[Flag, ...] = ()
    subscales: tuple[Subscale, ...] = ()
    cut_off: CutOff | None = None
    higher_is: str = WORSE
    totalled: bool = True
    language: str = "en"
    domain: str | None = None
    repeat_days: int | None = None  # asked again after so many days, unless told otherwise
    stem: str = ""
    about: str = ""
    code: str | None = None  # LOINC's: of the whole, of its total, of its band
    total_code: str | None = None
    band_code: str | None = None

    @property
    def scored(self) -> tuple[Question, ...]:
        return tuple(each for each in self.questions if each.scored)

    @property
    def reach(self) -> tuple[int, int]:
        """The lowest and the highest total that answers can come to."""
        return reach(self.scored)

    def question(self, key: str) -> Question:
        return next(each for each in self.questions if each.key == key)


class Part(NamedTuple):
    """What a subscale came to."""

    key: str
    title: str
    total: int | None
    positive: bool | None
    missing: tuple[str, ...]
    domain: str | None = None


class Result(NamedTuple):
    """What answers came to; enough to be compared without the instrument.

    ``positive`` is None where it is not known, or where there is no cut-off. ``missing`` are the
    scored questions without a score. ``cut_off_assumed`` says that the cut-off goes by sex, and
    that the one that catches more was taken because the client's is not known.
    """

    instrument: str
    version: str
    total: int | None
    missing: tuple[str, ...]
    lowest: int
    highest: int
    higher_is: str
    band: str | None = None
    positive: bool | None = None
    cut_off: int | None = None
    cut_off_assumed: bool = False
    flags: tuple[Flag, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.missing


# -- scoring -----------------------------------------------------------------------------------


def score(instrument: Instrument, answers: Mapping[str, object], sex: str | None = None) -> Result:
    """What the answers come to. Raises BadValue for an answer that the instrument does not have."""
    checked = check_answers(instrument, answers)
    points = {each.key: points_of(each, checked.get(each.key)) for each in instrument.scored}
    missing = _missing(instrument.scored, points)
    total = None if missing or not instrument.totalled else _sum(points.values())
    parts = tuple(_part(instrument, each, points) for each in instrument.subscales)
    cut_off, assumed = _cut_off(instrument, sex)
    if instrument.totalled:
        positive = _is_positive(instrument, instrument.scored, points, cut_off)
    else:
        positive = _any_positive(parts)
    lowest, highest = instrument.reach
    return Result(
        instrument=instrument.key,
        version=instrument.version,
        total=total,
        missing=missing,
        lowest=lowest,
        highest=highest,
        higher_is=instrument.higher_is,
        band=band_of(instrument, total),
        positive=positive,
        cut_off=cut_off,
        cut_off_assumed=assumed,
        flags=tuple(each for each in instrument.flags if _is_raised(each, points)),
        parts=parts,
    )


def points_of(question: Question, answer: Answer | None) -> int | None:
    """What a checked answer adds to the total; None for none, and for one that scores nothing."""
    if answer is None or not question.scored:
        return None
    if isinstance(answer, int):
        return answer if question.kind == NUMBER else question.choice(answer).points
    if isinstance(answer, str):
        return None
    points = [question.choice(value).points for value in answer]
    known = [each for each in points if each is not None]
    return sum(known) if known else None


def band_of(instrument: Instrument, total: int | None) -> str | None:
    if total is None:
        return None
    return next((each.words for each in instrument.bands if each.least <= total <= each.most), None)


def reach(questions: Iterable[Question]) -> tuple[int, int]:
    """The lowest and the highest sum that answers to all of these can come to."""
    ends = [_ends(each) for each in questions]
    return sum(low for low, _ in ends), sum(high for _, high in ends)


def _ends(question: Question) -> tuple[int, int]:
    if question.kind == NUMBER:
        return question.least, question.most
    points = [each.points for each in question.choices if each.points is not None]
    if question.kind == CHOICE:
        return min(points), max(points)
    together = sum(each.points or 0 for each in question.choices if not each.alone)
    return min(points), max(together, *points)


def _missing(questions: Iterable[Question], points: Mapping[str, int | None]) -> tuple[str, ...]:
    return tuple(each.key for each in questions if points[each.key] is None)


def _sum(points: Iterable[int | None]) -> int:
    return sum(each for each in points if each is not None)


def _part(instrument: Instrument, subscale: Subscale, points: Mapping[str, int | None]) -> Part:
    questions = [instrument.question(key) for key in subscale.questions]
    missing = _missing(questions, points)
    return Part(
        subscale.key,
        subscale.title,
        None if missing else _sum(points[each.key] for each in questions),
        _is_positive(instrument, questions, points, subscale.cut_off),
        missing,
        subscale.domain,
    )


def _is_positive(
    instrument: Instrument,
    questions: Sequence[Question],
    points: Mapping[str, int | None],
    cut_off: int | None,
) -> bool | None:
    """Whether the cut-off is reached, whatever the answers that are missing would be."""
    if cut_off is None:
        return None
    missing = [each for each in questions if points[each.key] is None]
    known = _sum(points[each.key] for each in questions)
    lowest, highest = reach(missing)
    if instrument.higher_is == WORSE:
        reached = known + lowest >= cut_off
    else:
        reached = known + highest <= cut_off
    return True if reached else None if missing else False


def _any_positive(parts: Sequence[Part]) -> bool | None:
    told = [part.positive for part in parts]
    return True if True in told else None if None in told else False


def _cut_off(instrument: Instrument, sex: str | None) -> tuple[int | None, bool]:
    """The cut-off that holds, and whether it was taken for want of knowing the client's sex."""
    if instrument.cut_off is None:
        return None, False
    everybody, by_sex = instrument.cut_off
    if not by_sex:
        return everybody, False
    if sex is not None and sex in by_sex:
        return by_sex[sex], False
    catches_more = min if instrument.higher_is == WORSE else max
    return catches_more(by_sex.values()), True


def _is_raised(flag: Flag, points: Mapping[str, int | None]) -> bool:
    got = points[flag.question]
    return got is not None and got >= flag.at_least


# -- answers -----------------------------------------------------------------------------------


def check_answers(instrument: Instrument, answers: Mapping[str, object]) -> Answers:
    """The answers given, in the order of the questions; None and an empty choice are no answers.

    Raises BadValue, one line that says what is allowed.
    """
    known = {each.key for each in instrument.questions}
    for key in answers:
        if key not in known:
            keys = ", ".join(each.key for each in instrument.questions)
            raise BadValue(f"{instrument.title} has no question {_echo(key)}: it has {keys}")
    checked: dict[str, Answer] = {}
    for question in instrument.questions:
        answer = _checked(question, answers.get(question.key))
        if answer is not None:
            checked[question.key] = answer
    return checked


def _checked(question: Question, answer: object) -> Answer | None:
    if answer is None:
        return None
    if question.kind == TEXT:
        if not isinstance(answer, str):
            raise _refusal(question, answer)
        return (
            checked_text(answer, f"answer to question {question.key}") if answer.strip() else None
        )
    if question.kind == CHOICES:
        values = list(answer) if isinstance(answer, list | tuple) else [answer]
        return _checked_choices(question, values) if values else None
    if type(answer) is not int:
        raise _refusal(question, answer)
    if question.kind == NUMBER:
        fits = question.least <= answer <= question.most
    else:
        fits = any(each.value == answer for each in question.choices)
    if not fits:
        raise _refusal(question, answer)
    return answer


def _checked_choices(question: Question, values: Sequence[object]) -> tuple[int, ...]:
    offered = {each.value: each for each in question.choices}
    for value in values:
        if type(value) is not int or value not in offered:
            raise _refusal(question, value)
    chosen = [each for each in question.choices if each.value in values]
    for each in chosen:
        if each.alone and len(chosen) > 1:
            raise BadValue(
                f"question {question.key}: {each.value} ({_brief(each.text)}) goes with no other"
            )
    return tuple(each.value for each in chosen)


def _refusal(question: Question, answer: object) -> BadValue:
    return BadValue(f"question {question.key}: not {_echo(answer)} but {allowed(question)}")


def allowed(question: Question) -> str:
    """What may be answered, in words."""
    if question.kind == TEXT:
        return "a text"
    if question.kind == NUMBER:
        return f"a whole number from {question.least} to {question.most}"
    each = ", ".join(f"{one.value} {_brief(one.text)}" for one in question.choices)
    return f"{'one' if question.kind == CHOICE else 'any'} of {each}"


def _brief(text: str) -> str:
    return shortened(f"{text[:1].lower()}{text[1:]}", 40)


def _echo(value: object) -> str:
    """What somebody gave, short and escaped."""
    if isinstance(value, str):
        return repr(shortened(value, 40))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**LONGEST_NUMBER else "so long a number"
    return str(value) if isinstance(value, float) else "a list or a table"


# -- the short form ----------------------------------------------------------------------------


def parse_answers(instrument: Instrument, text: str) -> Answers:
    """``2,1,0,-,1`` in the order of the questions, or ``1=2 4=-``; ``1+3`` for several choices.

    In the first form each scored question has its place, and what follows them may be left out.
    Questions that take a text have none. Raises BadValue.
    """
    if len(text) > LONGEST_TYPED:
        raise BadValue(f"the answers are over {LONGEST_TYPED:,} characters")
    pieces = [each.strip() for each in text.split(",")] if "," in text else text.split()
    if not pieces:
        raise BadValue("no answers", hint=_how(instrument))
    if not all(pieces):
        raise BadValue("nothing stands between two commas", hint=_how(instrument))
    if "=" in text:
        typed = _by_key(instrument, " ".join(pieces).split())
    else:
        typed = _in_order(instrument, pieces)
    return check_answers(instrument, typed)


def _in_order(instrument: Instrument, pieces: Sequence[str]) -> dict[str, object]:
    questions = [each for each in instrument.questions if each.kind != TEXT]
    least = max(place for place, each in enumerate(questions, 1) if each.scored)
    if not least <= len(pieces) <= len(questions):
        most = len(questions)
        count = str(least) if least == most else f"{least} to {most}"
        raise BadValue(
            f"{instrument.title} takes {count} answers, and these are {len(pieces)}",
            hint=_how(instrument),
        )
    pairs = zip(questions, pieces, strict=False)
    return {question.key: _typed(question, piece) for question, piece in pairs}


def _by_key(instrument: Instrument, pieces: Sequence[str]) -> dict[str, object]:
    typed: dict[str, object] = {}
    questions = {each.key: each for each in instrument.questions}
    for piece in pieces:
        key, equals, value = piece.partition("=")
        if not equals or not value:
            raise BadValue(f"{_echo(piece)} is not like 3=1", hint=_how(instrument))
        if key in typed:
            raise BadValue(f"question {key} is answered twice")
        question = questions.get(key)
        typed[key] = _typed(question, value) if question else value
    return typed


def _typed(question: Question, piece: str) -> object:
    """A typed answer as a value; what cannot be one stays a text, to be refused with its words."""
    if piece == NOT_ANSWERED:
        return None
    if question.kind == TEXT:
        return piece
    numbers = [_number(each) for each in piece.split("+")]
    if None in numbers or (len(numbers) > 1 and question.kind != CHOICES):
        raise _refusal(question, piece)
    return numbers if question.kind == CHOICES else numbers[0]


def _number(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if plain else None


def _how(instrument: Instrument) -> str:
    first = instrument.questions[0].key
    return f"write them in order with commas, or by number ({first}=1); - is not answered"


# -- over time ---------------------------------------------------------------------------------


class Change(NamedTuple):
    """From one result to the next. Without a direction the two cannot be compared.

    ``points`` are those of the total, higher being positive; ``began`` and ``ended`` are the
    titles of subscales that are positive now, or no longer.
    """

    direction: str | None
    points: int | None = None
    before: str | None = None
    now: str | None = None
    began: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()


def change(before: Result, after: Result) -> Change:
    """What changed between two results of one instrument. Raises BadValue for two instruments.

    Totals are compared in points alone: whether a change is more than chance is for the people who
    know the client and the instrument.
    """
    if before.instrument != after.instrument:
        raise BadValue(f"{before.instrument} and {after.instrument} cannot be compared")
    began, ended = _turned(before, after), _turned(after, before)
    if before.total is not None and after.total is not None and _same_scale(before, after):
        points = after.total - before.total
        return Change(_direction(points, after), points, before.band, after.band, began, ended)
    direction = None
    told = [part.positive for part in (*before.parts, *after.parts)]
    no_totals = before.total is None and after.total is None
    if no_totals and before.complete and after.complete and told:
        direction = MIXED if began and ended else WORSE if began else BETTER if ended else SAME
    return Change(direction, None, before.band, after.band, began, ended)


def _same_scale(before: Result, after: Result) -> bool:
    scales = [(each.lowest, each.highest, each.higher_is) for each in (before, after)]
    return scales[0] == scales[1]


def _direction(points: int, result: Result) -> str:
    if points == 0:
        return SAME
    return WORSE if (points > 0) == (result.higher_is == WORSE) else BETTER


def _turned(before: Result, after: Result) -> tuple[str, ...]:
    """The subscales that were known not to be positive and now are."""
    negative = {part.key for part in before.parts if part.positive is False}
    return tuple(part.title for part in after.parts if part.positive and part.key in negative)


def change_words(change: Change) -> str:
    """``4 points better: moderate before, mild now``."""
    if change.direction is None:
        return "cannot be compared"
    words = change.direction
    if change.points:
        count = abs(change.points)
        words = f"{count} point{'s' if count > 1 else ''} {change.direction}"
    told = []
    if change.before and change.now:
        still = change.before == change.now
        told.append(f"still {change.now}" if still else f"{change.before} before, {change.now} now")
    if change.began:
        told.append(f"new: {', '.join(change.began)}")
    if change.ended:
        told.append(f"no longer: {', '.join(change.ended)}")
    return f"{words}: {'; '.join(told)}" if told else words
