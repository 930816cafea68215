"""A walk through questions at a terminal: there and back, kept as it goes, gone on with later.

Enter skips, ``<`` goes back, ``?`` helps, ``-`` takes an answer back. Which questions there are may
depend on the answers: they are asked for anew after each, and none depends on a later one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from casectl.core.errors import BadValue, CasectlError, NotFound
from casectl.core.text import fold
from casectl.core.values import NamedTuple
from casectl.render import tell
from casectl.session import Session, Unanswered

Read = TypeVar("Read")
BACK, HELP, TAKE_BACK = "<", "?", "-"
GO_ON = "Go on with it?"

Answers = dict[str, Any]  # by the question's key; None is one that was skipped


class Question(NamedTuple):
    """One question. ``read`` makes of what was typed what is kept, or raises BadValue."""

    key: str
    ask: str
    read: Callable[[str], Any]
    help: str = ""
    lead: tuple[str, ...] = ()  # lines before it
    skipped: str = ""  # what Enter leaves it at
    needed: str = ""  # why it cannot be skipped
    clears: bool = False  # whether ``-`` is an answer as well: take out what is on record
    words: bool = False  # whether the answer is a client's words, which others may not see


class Walk:
    """One walk. ``answers`` is filled in place; what a draft answered is passed over.

    ``keep`` is called after every answer: a closed window is an interruption too. ``kept`` is what
    somebody is told who goes away. ``lies`` an older draft that nobody went on with, only an answer
    takes its place.
    """

    def __init__(
        self,
        session: Session,
        answers: Answers,
        questions: Callable[[Answers], Sequence[Question]],
        keep: Callable[[], None],
        kept: Callable[[], str],
        *,
        lies: bool = False,
    ) -> None:
        self.session = session
        self.answers = answers
        self.questions = questions
        self.keep = keep
        self.kept = kept
        self.lies = lies
        self.passed = set(answers)

    def go(self) -> None:
        """Ask what is not answered. Raises what interrupts it, once that is told."""
        try:
            self._go()
        except (KeyboardInterrupt, EOFError, Unanswered):
            if self.answers:
                tell("")
                tell(self.kept())
            raise

    def _go(self) -> None:
        place, told = 0, False
        while place < len(questions := self.questions(self.answers)):
            question = questions[place]
            if question.key in self.passed:
                place += 1
                continue
            if not told:
                tell("Enter skips a question, < goes back, ? helps.")
                told = True
            step = self._one(question)
            if step < 0 and place == 0:
                tell("That was the first question.")
            place = max(place + step, 0)
            if step < 0:
                self.passed.discard(questions[place].key)

    def _one(self, question: Question) -> int:
        """Ask once: 1 goes on, -1 back, 0 asks again."""
        before = self.answers.get(question.key)
        said = "" if before is None else _said(before)
        told = self.session.shown(said) if question.words else said
        for line in question.lead:
            tell(line)
        enter = f" [{told or question.skipped}]" if told or question.skipped else ""
        end = " " if question.ask.endswith("?") else ": "
        answer = self.session.ask(f"{question.ask}{enter}{end}").strip()
        if answer == BACK:
            return -1
        if answer == HELP:
            taken = ""
            if before is not None and not question.needed and not question.clears:
                taken = " - takes the answer back."
            tell(f"  {question.help}{taken}")
            return 0
        if question.needed and (answer == TAKE_BACK or (not answer and before is None)):
            tell(f"  {question.needed}")
            return 0
        if answer == TAKE_BACK and not question.clears:
            self.answers[question.key] = None
        elif answer:
            try:
                self.answers[question.key] = question.read(answer)
            except BadValue as error:
                tell(f"  {error}")
                return 0
        else:
            self.answers.setdefault(question.key, None)
        if not self.lies or is_answered(self.answers):
            self.keep()
        return 1


def is_answered(answers: Answers) -> bool:
    """Whether anything is, beside what was skipped."""
    return any(each is not None for each in answers.values())


def begun(session: Session, draft: Answers | None, question: str) -> tuple[Answers, bool]:
    """The answers to begin with, and whether the draft lies there for now, as nobody wants it."""
    if not draft:
        return {}, False
    if session.agrees(question):
        return dict(draft), False
    tell("It is dropped once there is an answer.")
    return {}, True


class Draft:
    """What a walk on one case has answered so far, kept under a name until it is done with.

    ``command`` goes on with it. ``given`` is what its line says this time, by the answers' keys: it
    goes before what was kept. The keys in ``names`` say which it is: they are kept as well, and
    where the line names another than the draft does, nothing of the draft is this one's.
    """

    def __init__(
        self,
        session: Session,
        name: str,
        question: str,
        command: str,
        given: Mapping[str, Any],
        names: Sequence[str],
    ) -> None:
        import json

        self.session = session
        self.name = name
        self.command = command
        self.was_told = False
        before = session.store.intake.draft(name)
        kept = json.loads(before) if before is not None else {}
        self.named = {key: given[key] for key in names if given.get(key) is not None}
        self.answers, self.lies = self._begun(kept, question, given, names)

    def _begun(
        self, kept: Answers, question: str, given: Mapping[str, Any], names: Sequence[str]
    ) -> tuple[Answers, bool]:
        """The answers to begin with: what was kept is told before anybody goes on with it."""
        known = {key: each for key, each in kept.items() if each is not None}
        is_another = any(_is_other(known.get(key), given.get(key)) for key in names)
        if known:
            tell(question)
            for key, each in known.items():
                gone = _is_other(each, given.get(key)) and not is_another
                said = each if isinstance(each, bool) else self.session.shown(_said(each))
                tell(f"  {key.replace('_', ' ')}: {_said(said)}{' (typed anew)' * gone}")
        if is_another:
            tell("This one is another, so it begins anew; the draft goes once there is an answer.")
            return {}, True
        answers, lies = begun(self.session, known and kept, GO_ON)
        return {key: each for key, each in answers.items() if given.get(key) is None}, lies

    def walk(self, questions: Callable[[Answers], Sequence[Question]]) -> Answers:
        """Ask what is not answered, and keep each answer at once."""
        Walk(self.session, self.answers, questions, self._keep, self._kept, lies=self.lies).go()
        return self.answers

    def drop(self) -> None:
        """Forget it, but for an older one whose place nothing has taken."""
        if is_answered(self.answers) or not self.lies:
            self.session.store.intake.drop_draft(self.name)

    def tell_once(self) -> None:
        """Say that it is kept, if anything was answered and nobody has said so."""
        if is_answered(self.answers) and not self.was_told:
            tell(self._kept())

    def _keep(self) -> None:
        import json

        body = json.dumps({**self.named, **self.answers})
        self.session.store.intake.keep_draft(self.name, body)

    def _kept(self) -> str:
        self.was_told = True
        return f"Kept as a draft: {self.command} goes on with it."


@contextmanager
def drafting(
    session: Session,
    name: str,
    question: str,
    command: str,
    given: Mapping[str, Any],
    names: Sequence[str] = (),
) -> Iterator[Draft]:
    """A draft for what is done within; dropped once that is done, and kept where it is not."""
    draft = Draft(session, name, question, command, given, names)
    try:
        yield draft
    except (CasectlError, KeyboardInterrupt, EOFError):
        draft.tell_once()
        raise
    draft.drop()


def asked(session: Session, question: str, read: Callable[[str], Read]) -> Read:
    """What ``read`` makes of an answer; one that it refuses is asked for again."""
    while True:
        try:
            answer = session.ask(question).strip()
            if answer in (BACK, HELP):
                raise BadValue("this is a question by itself: answer it, or leave with Ctrl-C")
            return read(answer)
        except (BadValue, NotFound) as error:
            tell(f"  {error}")


def needed(
    session: Session, value: str | None, question: str, flag: str, read: Callable[[str], Read]
) -> Read:
    """What ``read`` makes of ``value``, or else of an answer, which is asked for until it is one.

    A script is told which option is missing.
    """
    if value is None and session.can_ask:
        return asked(session, question, read)
    return read(session.needed(value, question, flag))


def yes_or_no(text: str) -> bool:
    """Raises BadValue for anything else, so that it is asked again."""
    word = fold(text.strip())
    if word not in ("y", "yes", "n", "no"):
        raise BadValue("answer y or n")
    return word in ("y", "yes")


def _is_other(kept: Any, given: Any) -> bool:
    """Whether both say something, and not the same."""
    return None not in (kept, given) and fold(_said(kept)) != fold(_said(given))


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
