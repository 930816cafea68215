"""screen: a questionnaire asked, scored, and followed over time."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from casectl.asking import GO_ON, Answers, Question, Walk, begun
from casectl.core.casefile import owed
from casectl.core.casework import OPEN, SCREENING, Piece
from casectl.core.errors import BadValue, Declined, NotFound
from casectl.core.guards import check_change
from casectl.core.instruments import (
    CHOICES,
    NUMBER,
    SEXES,
    TEXT,
    Instrument,
    Result,
    allowed,
    check_answers,
    parse_answers,
    score,
)
from casectl.core.instruments import Question as Asked
from casectl.core.model import Case
from casectl.core.screening import NEVER, Repeat, body_of, days_until, flags_of, in_order, repeat_of
from casectl.core.text import fold
from casectl.formats.instruments import load_instruments
from casectl.formats.shelf import Shelf
from casectl.naming import find_case
from casectl.parameters import complete_case, current
from casectl.render import screening as told
from casectl.render import tell
from casectl.session import STDIN, Session


def screen(
    ctx: typer.Context,
    case: Annotated[
        str | None,
        typer.Argument(
            metavar="[CASE]",
            help="A case: its number, its handle (garcia-12), part of the client's name.",
            autocompletion=complete_case,
        ),
    ] = None,
    instrument: Annotated[
        str | None, typer.Argument(metavar="[INSTRUMENT]", help="phq9, gad7 …: see --list.")
    ] = None,
    answers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ANSWERS]...",
            help="2,1,0,- in the order of the questions, or 1=2 4=0; - is not answered.",
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="The answers from JSON; - is a pipe."),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it was asked (today).")
    ] = None,
    sex: Annotated[
        str | None,
        typer.Option("--sex", metavar="SEX", help="female or male, where a cut-off goes by it."),
    ] = None,
    repeat: Annotated[
        str | None,
        typer.Option("--repeat", metavar="WHEN", help='Asked again: "in 2 weeks", and so on.'),
    ] = None,
    no_repeat: Annotated[
        bool, typer.Option("--no-repeat", help="It is not asked again by itself.")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="The results so far, with their changes.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="Which questionnaires there are.")] = False,
) -> None:
    """Ask a questionnaire, score it, and follow it over time.

    casectl screen 12 phq9 asks on a terminal, question by question; casectl screen 12 phq9
    2,1,0,3,1,0,1,0,0 is the same in one line. A missing answer means no total, never a zero. What
    is found is told with its change since the last time. An answer that is a red flag makes the
    case a crisis at once, until its risk is assessed.

    It is asked again after its interval, which --repeat and --no-repeat change (without answers,
    of the last one). casectl screen 12 shows what was asked so far. Your own questionnaires are
    files: docs/instruments.md.
    """
    session = current(ctx)
    domains = tuple(each.key for each in session.profile.domains)
    shelf = load_instruments(session.config.path.parent / "instruments", domains)
    if list_:
        _list(session, shelf)
        return
    if case is None:
        raise BadValue("screen needs a CASE", hint="casectl screen 12 phq9, or --list")
    if repeat is not None and no_repeat:
        raise BadValue("--repeat and --no-repeat say opposite things", hint="give one of them")
    if history or instrument is None:
        _history(session, find_case(session, case), instrument, shelf)
        return
    questionnaire = shelf.find(instrument)
    found = find_case(session, case, write=True)
    check_change(found, "screen")
    day = _day(session, found, on)
    days = days_until(day, session.read_day(repeat)) if repeat is not None else None
    asked = _Asked(session, found, questionnaire, _sex(session, found, questionnaire, sex))
    if answers or source is not None:
        given = _given(session, questionnaire, answers, source)
    elif repeat is not None or no_repeat:
        _change_repeat(session, found, questionnaire, days)
        return
    elif session.can_ask:
        given = asked.guided(day)
    else:
        raise BadValue("no answers", hint=f"casectl screen {found.number} {instrument} 2,1,0,…")
    asked.record(given, day, days, never=no_repeat)


def _day(session: Session, case: Case, on: str | None) -> date:
    day = session.read_day(on, back=True) if on is not None else session.today
    if day > session.today:
        raise BadValue(f"{session.say_day(day)} is still ahead", hint="say when it was asked")
    if day < case.opened_on:
        raise BadValue(f"{session.say_day(day)} is before the intake")
    return day


def _sex(session: Session, case: Case, instrument: Instrument, typed: str | None) -> str | None:
    """The client's sex where a cut-off goes by it: as typed, else as the last time."""
    if typed is not None:
        sex = fold(typed)
        matching = [each for each in SEXES if sex and each.startswith(sex)]
        if not matching:
            raise BadValue(f"--sex is {' or '.join(SEXES)}, not {typed[:20]!r}")
        return matching[0]
    if instrument.cut_off is None or not instrument.cut_off.by_sex:
        return None
    last = session.store.casework.last(case, SCREENING, instrument.key)
    known = last.body.get("sex") if last is not None else None
    return known if known in SEXES else None


def _given(
    session: Session, instrument: Instrument, answers: list[str] | None, source: str | None
) -> Mapping[str, Any]:
    if source is None:
        return parse_answers(instrument, " ".join(answers or ()))
    if answers:
        raise BadValue("with --from, the file holds the answers")
    from casectl.formats.assessments import parse_json, read_json

    if source == STDIN:
        document = parse_json(session.typed(STDIN, "answers"), "standard input")
    elif source.strip() and "\x00" not in source:
        document = read_json(Path(source).expanduser())
    else:
        raise BadValue("--from needs the path of a file, or - for a pipe")
    if not isinstance(document, dict):
        raise BadValue('the answers are an object, as in {"1": 2, "2": 0}')
    return check_answers(instrument, document)


class _Asked:
    """One questionnaire with one client."""

    def __init__(
        self, session: Session, case: Case, instrument: Instrument, sex: str | None
    ) -> None:
        self.session = session
        self.case = case
        self.instrument = instrument
        self.sex = sex
        self.is_flagged = False  # in this sitting

    # -- asking --------------------------------------------------------------------------------

    def guided(self, on: date) -> Mapping[str, Any]:
        """Ask question by question. What was begun is kept, and gone on with.

        A red flag is raised as soon as it is answered: who is interrupted then has no time for the
        other questions, and the client may be in danger.
        """
        store, case, instrument = self.session.store, self.case, self.instrument
        typed, lies = self._draft()
        tell(f"{instrument.title}. {' '.join(instrument.stem.split())}".strip())
        tell(told.credit_line(instrument))

        def keep() -> None:
            store.casework.keep_draft(case, instrument.key, typed)
            self._raise_flags(typed, on)

        def kept() -> str:
            return f"Kept: casectl screen {case.number} {instrument.key} goes on with it."

        questions = [
            self._question(each, place) for place, each in enumerate(instrument.questions, 1)
        ]
        Walk(self.session, typed, lambda _: questions, keep, kept, lies=lies).go()
        given = check_answers(instrument, typed)
        if not given:
            if not lies:
                store.casework.drop_draft(case, instrument.key)
            raise Declined("nothing was answered")
        if instrument.cut_off is not None and instrument.cut_off.by_sex and self.sex is None:
            answer = self.session.ask("Sex, for the cut-off: female or male [not known]: ")
            if answer.strip():
                self.sex = _sex(self.session, case, instrument, answer)
        return given

    def _raise_flags(self, typed: Answers, on: date) -> None:
        raised = score(self.instrument, typed).flags
        if not raised or self.is_flagged:
            return
        self.is_flagged = True
        result = score(self.instrument, typed)
        case = self.session.store.assessments.flag(self.case, flags_of(self.instrument, result), on)
        for line in told.red_flag_lines(
            self.session.shown(case), self.session.shown([each.words for each in raised])
        ):
            tell(line)

    def _draft(self) -> tuple[Answers, bool]:
        store, instrument = self.session.store, self.instrument
        typed = store.casework.draft(self.case, instrument.key) or {}
        whose = self.session.shown(self.case)
        count = sum(each is not None for each in typed.values())
        return begun(
            self.session,
            typed,
            f"A {instrument.title} of {whose.client} ({whose.handle}) has {count} "
            f"answer{'' if count == 1 else 's'}. {GO_ON}",
        )

    def _question(self, asked: Asked, place: int) -> Question:
        def read(text: str) -> Any:
            return _one_answer(self.instrument, asked, text)

        help_ = " ".join(asked.help.split()) or allowed(asked)
        lead = told.question_lines(self.instrument, asked, place)
        return Question(
            asked.key, told.prompt_of(asked), read, help_, lead=lead, words=asked.kind == TEXT
        )

    # -- recording -----------------------------------------------------------------------------

    def record(
        self, answers: Mapping[str, Any], on: date, days: int | None, *, never: bool
    ) -> None:
        session, instrument = self.session, self.instrument
        result = score(instrument, answers, self.sex)

        def repeat(last: Piece | None) -> Repeat:
            if never:
                return NEVER
            return repeat_of(on, result, instrument.repeat_days, last, days)

        made = session.store.assessments.screen(
            self.case,
            _screening(self.case, instrument, answers, result, on, self.sex),
            repeat,
            flags_of(instrument, result),
        )
        record = session.store.cases.record(made.case)
        items = session.shown(owed(record, session.standards, session.today))
        made = session.shown(made)
        flags = session.shown([each.words for each in result.flags])
        loud = told.red_flag_lines(made.case, flags) if flags else []
        if session.json or session.fields:
            for line in loud:  # a script's own output stays what it asked for
                tell(line)
        if self.is_flagged and not flags:
            tell("A red flag was raised as you went, and stays until the risk is assessed.")
        session.output.wrote(
            told.screened_object(made, items, session.output),
            *loud,
            *session.say_death(record),
            *told.screened_sentences(made, instrument, result, items, session.output),
        )


def _screening(
    case: Case,
    instrument: Instrument,
    answers: Mapping[str, Any],
    result: Result,
    on: date,
    sex: str | None,
) -> Piece:
    return Piece(
        "", case.id, SCREENING, 0, on, instrument.title, domain=instrument.key,
        level=result.total, body=body_of(check_answers(instrument, answers), result, sex),
    )  # fmt: skip


def _one_answer(instrument: Instrument, asked: Asked, text: str) -> Any:
    """What was typed for one question. Raises BadValue that says what is allowed."""
    if asked.kind == TEXT:
        value: Any = text
    elif asked.kind == CHOICES:
        pieces = text.replace(",", "+").replace(" ", "+").split("+")
        value = [_number(each) for each in pieces if each]
    else:
        value = _number(text)
        if value == text and asked.kind != NUMBER:  # the words of a choice do as well
            wanted = fold(text)
            near = [each for each in asked.choices if fold(each.text).startswith(wanted)]
            value = near[0].value if len(near) == 1 else text
    checked = check_answers(instrument, {asked.key: value})[asked.key]
    return list(checked) if isinstance(checked, tuple) else checked


def _number(text: str) -> int | str:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 6 else text


def _change_repeat(session: Session, case: Case, instrument: Instrument, days: int | None) -> None:
    last = session.store.casework.last(case, SCREENING, instrument.key)
    if last is None or last.status != OPEN:
        raise NotFound(
            f"{case.handle} has no {instrument.title} yet",
            hint=f"casectl screen {case.number} {instrument.key}",
        )
    repeat = (
        NEVER if days is None else Repeat(last.on_day, (session.today - last.on_day).days + days)
    )
    piece = session.store.assessments.change_repeat(case, last, repeat)
    record = session.store.cases.record(case)
    items = session.shown(owed(record, session.standards, session.today))
    piece, case = session.shown(piece), session.shown(case)
    session.output.wrote(
        told.screening_object(piece, None, case),
        f"{case.client} ({case.handle}): {instrument.title}. "
        f"{told.again_words(piece, items, case, session.output)}",
    )


# --- What is on file ------------------------------------------------------------------------


def _history(
    session: Session, case: Case, instrument: str | None, shelf: Shelf[Instrument]
) -> None:
    """What was asked so far; an instrument whose file is gone is still on record."""
    pieces = in_order(session.store.casework.of(case, SCREENING))
    if instrument is not None:
        known = {each.domain for each in pieces}
        key = instrument if instrument in known else shelf.find(instrument).key
        pieces = in_order(pieces, key)
    if not pieces:
        raise NotFound(
            f"{case.handle} was asked no questionnaire yet" if instrument is None
            else f"{case.handle} has no {instrument[:40]} yet",
            hint=f"casectl screen {case.number} INSTRUMENT; --list shows which there are",
        )  # fmt: skip
    session.was_shown("screen", [case])
    told.history(pieces, case, session.output)


def _list(session: Session, shelf: Shelf[Instrument]) -> None:
    good, bad = shelf.all()
    told.instruments(good, session.output)
    for error in bad:
        tell(f"casectl: {error}")
