"""TOML files -> instruments, each rule of docs/instruments.md held with the line of a mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from casectl.core.domains import BY_KEY
from casectl.core.instruments import (
    BETTER,
    CHOICE,
    CHOICES,
    KINDS,
    NUMBER,
    SEXES,
    TEXT,
    WORSE,
    Band,
    Choice,
    CutOff,
    Flag,
    Instrument,
    Question,
    Subscale,
    reach,
)
from casectl.core.risks import KINDS as KINDS_OF_RISK
from casectl.formats.shelf import SHIPPED, Shelf
from casectl.formats.toml_document import LONG, Table, echo, parse_toml

MOST_QUESTIONS = 200
MOST_CHOICES = 50
MOST_POINTS = 10_000
MOST_DAYS = 3650

Offered = Mapping[str, tuple[Choice, ...]]
Keys = Sequence[str]
KNOWN = tuple(BY_KEY)


def load_instruments(folder: Path, domains: Keys = KNOWN) -> Shelf[Instrument]:
    """The instruments that ship, and those in ``folder``; each is read when it is asked for.

    ``domains`` are the keys that they may name.
    """
    make = partial(read_instrument, domains=domains)
    return Shelf("instrument", SHIPPED / "instruments", folder, make)


def parse_instrument(key: str, text: str, path: Path) -> Instrument:
    """Raises BadConfiguration, one line with the file and the line in it."""
    return read_instrument(key, parse_toml(text, path))


def read_instrument(key: str, table: Table, domains: Keys = KNOWN) -> Instrument:
    language = table.text("language", "en", limit=20)
    choices = _shared_choices(table)
    questions = _questions(table, choices)
    scored = tuple(each for each in questions if each.scored)
    if not scored:
        raise table.wrong("no question is scored", "questions")
    higher_is = table.word("higher_is", (WORSE, BETTER), WORSE)
    totalled = table.yes("totalled", True)
    instrument = Instrument(
        key=key,
        title=table.text("title"),
        name=table.text("name"),
        version=table.text("version"),
        credit=table.text("credit", limit=LONG),
        licence=table.text("licence", limit=LONG),
        source=table.text("source", limit=LONG),
        questions=questions,
        bands=_bands(table, scored),
        flags=_flags(table, scored),
        subscales=_subscales(table, scored, domains),
        cut_off=_cut_off(table, higher_is, scored),
        higher_is=higher_is,
        totalled=totalled,
        language=language,
        domain=_domain(table, domains),
        repeat_days=_repeat(table),
        stem=table.text("stem", "", limit=LONG),
        about=table.text("about", "", limit=LONG),
        code=_code(table, "code"),
        total_code=_code(table, "total_code"),
        band_code=_code(table, "band_code"),
    )
    if not totalled and (instrument.bands or instrument.cut_off or not instrument.subscales):
        raise table.wrong(
            "without a total there are subscales, no bands and no cut-off", "totalled"
        )
    table.nothing_else()
    return instrument


def _repeat(table: Table) -> int | None:
    return table.number("repeat_days", 1, MOST_DAYS) if table.has("repeat_days") else None


def _code(table: Table, key: str) -> str | None:
    return table.text(key, "", limit=20) or None


def _domain(table: Table, domains: Keys) -> str | None:
    return table.word("domain", domains, "none") if table.has("domain") else None


# -- questions and their choices ---------------------------------------------------------------


def _shared_choices(table: Table) -> Offered:
    """Lists of choices under a name, for several questions."""
    named = table.table("choices")
    if named is None:
        return {}
    return {name: _choices(named, name) for name in named.values}


def _choices(table: Table, key: str) -> tuple[Choice, ...]:
    each = table.tables(key, MOST_CHOICES)
    if not each:
        raise table.wrong(f"{key} holds no choices", key)
    choices: list[Choice] = []
    for one in each:
        choice = _choice(one)
        if any(choice.value == other.value for other in choices):
            raise one.wrong(f"two choices have the value {choice.value}", "value")
        choices.append(choice)
    return tuple(choices)


def _choice(table: Table) -> Choice:
    value = table.number("value", 0, 999_999)
    scored = table.yes("scored", True)
    if not scored and table.has("points"):
        raise table.wrong("an unscored choice has no points", "points")
    points = table.number("points", 0, MOST_POINTS, min(value, MOST_POINTS)) if scored else None
    choice = Choice(
        value,
        table.text("text", limit=LONG),
        points,
        _code(table, "code"),
        table.yes("alone", False),
    )
    table.nothing_else()
    return choice


def _questions(table: Table, offered: Offered) -> tuple[Question, ...]:
    questions: list[Question] = []
    for one in table.tables("questions", MOST_QUESTIONS):
        question = _question(one, offered)
        if any(question.key == other.key for other in questions):
            raise one.wrong(f"two questions have the key {echo(question.key)}", "key")
        questions.append(question)
    if not questions:
        raise table.wrong("there are no questions", "questions")
    return tuple(questions)


def _question(table: Table, offered: Offered) -> Question:
    key = table.key("key")
    kind = table.word("kind", KINDS, CHOICE)
    scored = table.yes("scored", kind != TEXT)
    if kind == TEXT and scored:
        raise table.wrong("a text has no score", "scored")
    choices = _choices_of(table, offered) if kind in (CHOICE, CHOICES) else ()
    if choices and scored and all(each.points is None for each in choices):
        raise table.wrong("none of the choices has points", "choices")
    least, most = 0, 0
    if kind == NUMBER:
        least = table.number("least", 0, MOST_POINTS)
        most = table.number("most", least, MOST_POINTS)
    question = Question(
        key=key,
        text=table.text("text", limit=LONG),
        kind=kind,
        choices=choices,
        scored=scored,
        least=least,
        most=most,
        code=_code(table, "code"),
        help=table.text("help", "", limit=LONG),
    )
    table.nothing_else()
    return question


def _choices_of(table: Table, offered: Offered) -> tuple[Choice, ...]:
    """Choices written at the question, or the name of a list that several share."""
    if not isinstance(table.values.get("choices"), str):
        return _choices(table, "choices") if table.has("choices") else _no_choices(table)
    name = table.text("choices")
    if name not in offered:
        raise table.wrong(f"no list of choices is called {echo(name)}", "choices")
    return offered[name]


def _no_choices(table: Table) -> tuple[Choice, ...]:
    raise table.wrong("choices are missing")


# -- what a total means ------------------------------------------------------------------------


def _bands(table: Table, scored: Sequence[Question]) -> tuple[Band, ...]:
    """From the lowest total that can be reached to the highest, without a gap."""
    lowest, highest = reach(scored)
    bands: list[Band] = []
    following = lowest
    for one in table.tables("bands", MOST_CHOICES):
        least = one.number("from", 0, highest)
        if least != following:
            raise one.wrong(_misplaced(least, following, lowest), "from")
        most = one.number("to", least, highest)
        bands.append(Band(least, most, one.text("words"), _code(one, "code")))
        one.nothing_else()
        following = most + 1
    if bands and following <= highest:
        raise table.wrong(
            f"the bands end at {following - 1}, and the highest total is {highest}",
            "bands",
            len(bands) - 1,
        )
    return tuple(bands)


def _misplaced(least: int, following: int, lowest: int) -> str:
    if least < lowest:
        fault = "no total is so low"
    elif least < following:
        fault = "some totals would be in two bands"
    else:
        fault = "some totals would be in no band"
    return f"this band begins at {following}, not at {least}: {fault}"


def _cut_off(table: Table, higher_is: str, scored: Sequence[Question]) -> CutOff | None:
    """``[positive]``: ``at_least``, or ``at_most`` where higher is better; or one for each sex."""
    positive = table.table("positive")
    if positive is None:
        return None
    lowest, highest = reach(scored)
    key = "at_least" if higher_is == WORSE else "at_most"
    by_sex = positive.table(key) if isinstance(positive.values.get(key), dict) else None
    if by_sex is None:
        cut_off = CutOff(positive.number(key, lowest, highest))
    else:
        cut_off = CutOff(None, {sex: by_sex.number(sex, lowest, highest) for sex in SEXES})
        by_sex.nothing_else()
    positive.nothing_else()
    return cut_off


def _flags(table: Table, scored: Sequence[Question]) -> tuple[Flag, ...]:
    flags = []
    for one in table.tables("flags", MOST_QUESTIONS):
        question = one.key("question")
        asked = _known(one, scored, "question", question)
        _, most = reach([asked])
        at_least, words = one.number("at_least", 1, max(most, 1)), one.text("words")
        risk = one.word("risk", KINDS_OF_RISK, "") if one.has("risk") else None
        flags.append(Flag(question, at_least, words, risk))
        one.nothing_else()
    return tuple(flags)


def _subscales(table: Table, scored: Sequence[Question], domains: Keys) -> tuple[Subscale, ...]:
    higher_is = table.word("higher_is", (WORSE, BETTER), WORSE)
    key = "at_least" if higher_is == WORSE else "at_most"
    subscales: list[Subscale] = []
    for one in table.tables("subscales", MOST_QUESTIONS):
        name = one.key("key")
        if any(name == other.key for other in subscales):
            raise one.wrong(f"two subscales have the key {echo(name)}", "key")
        keys = one.keys("questions")
        asked = [_known(one, scored, "questions", each, place) for place, each in enumerate(keys)]
        subscales.append(
            Subscale(
                name,
                one.text("title"),
                keys,
                one.number(key, *reach(asked)) if one.has(key) else None,
                _domain(one, domains),
                _code(one, "code"),
            )
        )
        one.nothing_else()
    return tuple(subscales)


def _known(table: Table, scored: Sequence[Question], name: str, key: str, *place: int) -> Question:
    """The scored question of that key, or the complaint with its line."""
    for question in scored:
        if question.key == key:
            return question
    raise table.wrong(f"no scored question has the key {echo(key)}", name, *place)
