"""day: the same commands at a prompt, and nothing to wait for between them."""

import gc
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import typer

from casectl.core.errors import BadValue, CasectlError
from casectl.core.model import ME
from casectl.core.offered import is_the_profiles, option_values
from casectl.core.spoken import spoken_short
from casectl.core.text import NOTE_LIMIT
from casectl.core.typed import ITEM, OWN_WORDS, Shape, first_word, last_word, pieces, typed_words
from casectl.keyboard import was_ended
from casectl.parameters import (
    OF_ME,
    current,
    named_cases,
    named_items,
    named_jots,
    named_resources,
)
from casectl.render import tell
from casectl.session import Program, Session, Sitting

if TYPE_CHECKING:
    from casectl.prompt import Choice

ENDS = ("quit", "exit")


def day(ctx: typer.Context) -> None:
    """The same commands at a prompt, for a whole day.

    A line is a command without casectl and without a shell's quotes: reached garcia aide's coming
    Mon; next check aide mon. Options may stand anywhere, and values of several words need no
    quotes: follow 12 call the school --due next tue. Tab completes commands, cases, items and
    options; the up key brings back what was typed, which is kept in memory alone. Ctrl-C drops the
    line or stops the command, Ctrl-O hides names and texts, Ctrl-D or quit ends. Unused for
    lock_minutes it locks itself and clears the screen.
    """
    session = current(ctx)
    if session.json or session.fields:
        raise BadValue("day is a prompt", hint="give --json or --fields to a command at it")
    if session.sitting is not None:
        raise BadValue("this is the prompt already", hint="quit ends it")
    if not session.can_ask or not sys.stdout.isatty():
        raise BadValue(
            "day is a prompt and needs a terminal", hint="casectl log takes lines from a file"
        )
    assert session.program is not None, "cli hands it to every command"
    gc.enable()  # this process stays; main switched it off for short ones
    Desk(session, session.program).work()


class Desk:
    """One person's day at the prompt."""

    def __init__(self, session: Session, program: Program) -> None:
        from casectl.prompt import Prompt

        idle = session.config.lock_minutes * 60
        self.program = program
        self.path = str(session.db_path)
        self.colour = session.colour
        self.date_order = session.config.date_order
        self.yes = session.yes
        self.private = session.private
        self.sitting = Sitting(idle)
        self.prompt = Prompt(self.choices, idle, self._keep_key)
        self.aliases = session.aliases
        self.begun = ""  # what stands at the prompt before anything is typed

    def work(self) -> None:
        from casectl import prompt

        self._open()
        while True:
            try:
                line = self.prompt.ask(self._message, self._take_begun(), private=self.private)
                if line.how == prompt.ENDED:
                    return
                if line.how == prompt.DROPPED:
                    self.prompt.remember(line.text, private=self.private)
                elif line.how == prompt.PRIVATE:
                    self._turn_private(line.text)
                elif line.how == prompt.IDLE:
                    if not self._lock(line.text):
                        return
                elif not self._do(line.text):
                    return
            except KeyboardInterrupt:  # between two commands, where it stops nothing
                continue

    # -- a line --------------------------------------------------------------------------------

    def _do(self, line: str) -> bool:
        """What a line asks for; False where it ends the day."""
        word, rest = first_word(line)
        if word == "casectl":  # a habit
            word, rest = first_word(rest)
        if word not in self.aliases:
            word = word.lower()  # a telephone's keyboard begins with a capital
        if word in ENDS and not rest:
            return False
        if word == "private" and not rest:
            self._turn_private()
        elif word == "lock" and not rest:
            return self._lock()
        elif word == "help" or (word == "?" and not rest):
            self._help(rest)
        elif word:
            self._run(self._words(word, rest), line)
        if self.sitting.was_left:
            return self._lock()
        return not was_ended()

    def _run(self, words: list[str], line: str) -> None:
        several = self._next_command(line)
        refused = None
        if several is not None:
            refused = f"that is several lines, and one begins with {several!r}; one at a time"
        elif words[0].startswith("-"):
            refused = f"{words[0][:40]!r} stands after a command, or before casectl day"
        elif len(line) > 2 * NOTE_LIMIT:
            refused = f"a line is at most {2 * NOTE_LIMIT:,} characters"
        if refused is not None:
            tell(f"casectl: {refused}")
            return
        self.program.run([*self._before(), *words], self.sitting)
        if self.sitting.private is not None:
            self.private, self.sitting.private = self.sitting.private, None
        if words[0] == "config":
            with suppress(CasectlError), self._session() as session:
                self.aliases = session.aliases

    def _next_command(self, line: str) -> str | None:
        """The command that a further line begins with: pasted lines are not one line's text."""
        for each in line.splitlines()[1:]:
            word, _ = first_word(each)
            if word in self.program.commands or word in self.aliases:
                return word
        return None

    def _words(self, word: str, rest: str) -> list[str]:
        """A line as a command line's words."""
        if word not in self.program.commands and word in self.aliases:
            word, rest = first_word(f"{self.aliases[word]} {rest}")
        try:
            shape = self.program.shape([word])
            names = [word]
            if shape is not None and shape.below:
                below, left = first_word(rest)
                if below in shape.below:
                    names, rest = [word, below], left
                    shape = self.program.shape(names)
        except Exception:  # noqa: BLE001 - it cannot be built, which running it tells
            shape = None
        if shape is None:
            return [word, *(each.text for each in pieces(rest))]
        return [*names, *typed_words(rest, shape)]

    def _before(self) -> list[str]:
        """What stands before each command, as it did before ``day``."""
        words = ["--db", self.path, "--private" if self.private else "--no-private"]
        words += ["--no-color"] if self.colour is False else []
        return [*words, "--yes"] if self.yes else words

    def _help(self, rest: str) -> None:
        words = rest.split()
        self.program.run([*words, "--help"], self.sitting)
        if not words:
            tell("")
            for name, about in OWN_WORDS.items():
                tell(f"  {name:<12} {about}")

    # -- what is seen --------------------------------------------------------------------------

    def _message(self) -> str:
        today = self.program.clock().today
        day = spoken_short(today, today, self.date_order)
        return f"{day}{', private' if self.private else ''}> "

    def _turn_private(self, text: str = "") -> None:
        """Hide from here on, or show again.

        Hiding clears the screen as well, and the line begun, which is remembered with the others.
        """
        self.private = not self.private
        if self.private:
            self.prompt.remember(text)
            self.prompt.clear()
            tell("Private: numbers and initials only.")
        else:
            self.begun = text
            tell("Names are shown again.")

    def _take_begun(self) -> str:
        begun, self.begun = self.begun, ""
        return begun

    # -- completion ----------------------------------------------------------------------------

    def choices(self, typed: str) -> "list[Choice]":
        """How the line may go on. Never an error: what cannot be completed is not."""
        try:
            return list(self._choices(typed))
        except Exception:  # noqa: BLE001 - a person types on without it
            return []

    def _choices(self, typed: str) -> "Iterator[Choice]":
        from casectl.prompt import Choice

        begun = last_word(typed)
        word, rest = first_word(typed[: len(typed) - len(begun)])
        if word == "casectl":
            word, rest = first_word(rest)
        word = word.lower()
        if not word or (word == "help" and not rest):
            yield from _beginning(begun, self._first_words())
            return
        words = self._words(word, rest)
        shape = self.program.shape(words[:1])
        if shape is not None and shape.below:
            if len(words) == 1:
                yield from _beginning(begun, {name: shape.about[name] for name in shape.below})
                return
            shape = self.program.shape(words[:2]) if words[1] in shape.below else None
        if shape is None:
            return
        before = last_word(typed[: len(typed) - len(begun)].rstrip())
        if before in shape.options and (values := self._values(words[0], before)):
            yield from _beginning(begun, dict.fromkeys(values, ""))
        elif begun.startswith("-"):
            yield from _beginning(
                begun, {name: shape.about.get(name, "") for name in shape.options}
            )
        elif (metavar := _wanted(words, shape)) in SERVICES or metavar == LETTERS:
            with self._session() as session:
                session.no_input = True
                offered = _letters if metavar == LETTERS else named_resources
                for text, about in offered(session, begun):
                    yield Choice(text, len(begun), about)
        elif _wants_case(words, shape):
            with self._session() as session:
                session.no_input = True  # a locked caseload completes nothing
                named = named_items if "." in begun else named_cases
                if shape.jot_first and not _given(words):
                    named = named_jots
                for text, about in named(session, begun):
                    yield Choice(text, len(begun), about)
            if words[0] in OF_ME and begun:
                yield from _beginning(begun, {ME.handle: "your own work"})

    def _values(self, command: str, option: str) -> Sequence[str]:
        """What the option takes, where that is one of a few words, the profile's included."""
        if not is_the_profiles(command, option):
            return option_values(command, option)
        with self._session() as session:
            try:
                return option_values(command, option, session.profile)
            except CasectlError:
                return option_values(command, option)

    def _first_words(self) -> dict[str, str]:
        return {**self.program.commands, **self.aliases, **OWN_WORDS}

    # -- the caseload --------------------------------------------------------------------------

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """The caseload, for as long as one question to it takes."""
        session = Session(self.program.clock(), self.program, self.sitting)
        session.named_db, session.named_private = self.path, self.private
        try:
            yield session
        finally:
            session.close()

    def _open(self) -> None:
        """Open it once, which asks for the passphrase, and take up the line that was left."""
        with self._session() as session:
            drafts = session.store.intake
            left = drafts.draft(self._draft)
            if left is not None:
                drafts.drop_draft(self._draft)
                self.begun = left

    @property
    def _draft(self) -> str:
        """One for each terminal, so that nobody gets the line of another prompt."""
        if sys.platform == "win32":
            return "day"
        return f"day:{os.ttyname(sys.stdin.fileno())}"

    def _keep_key(self) -> None:
        """Typing is use, so the login keyring's time begins anew: a line begun can be kept then."""
        with suppress(CasectlError), self._session() as session:
            if not session.vault.has_command:
                session.vault.found()

    def _lock(self, text: str = "") -> bool:
        """Nothing of it on the screen or in memory, until somebody opens it; False at the end.

        The line that was begun is kept in the caseload, and comes back with it. Of a caseload that
        is not encrypted only the screen is cleared.
        """
        self.sitting.was_left = False
        self.prompt.forget()
        self.prompt.clear()
        if not self._take_key_away(text):
            self.prompt.remember(text, private=self.private)
            tell("Cleared.")
            return True
        while self.prompt.wait_for_key("Locked. Press a key to open it, Ctrl-D to end. "):
            try:
                self._open()
            except (KeyboardInterrupt, EOFError):
                tell("")
            except CasectlError as error:
                tell(f"casectl: {error}")
            else:
                return True
        return False

    def _take_key_away(self, text: str) -> bool:
        """Whether the caseload is locked by that: an encrypted one, whoever has its key."""
        self.begun = text
        with suppress(CasectlError), self._session() as session:
            session.no_input = True
            if not session.vault.is_encrypted:
                self.begun = ""
                return False
            if text.strip():
                with suppress(CasectlError):  # it stays in memory then, which loses nothing
                    session.store.intake.keep_draft(self._draft, text)
                    self.begun = ""
            session.vault.forget()
        self.sitting.keys = None
        return True


def _beginning(begun: str, words: Mapping[str, str]) -> "Iterator[Choice]":
    from casectl.prompt import Choice

    for text, about in words.items():
        if text.startswith(begun):
            yield Choice(text, len(begun), about)


def _given(words: list[str]) -> list[str]:
    """The arguments that stand there already."""
    return words[words.index("--") + 1 :] if "--" in words else []


# The metavars of what is neither a case nor an item, and is one of those that there are.
SERVICES = ("SERVICE", "RESOURCE", "RESOURCE...")
LETTERS = "KIND"


def _wanted(words: list[str], shape: Shape) -> str:
    """The metavar of the argument that the next word is, or begins."""
    place = len(_given(words))
    if shape.metavars and shape.metavars[-1].endswith("..."):
        place = min(place, len(shape.metavars) - 1)
    named = shape.metavars[place] if place < len(shape.metavars) else ""
    return "" if named == LETTERS and words[0] != "letter" else named


def _letters(session: Session, begun: str) -> list[tuple[str, str]]:
    from casectl.formats.letters import kinds_begun

    return [(kind, "") for kind in kinds_begun(session.config.path.parent / "letters", begun)]


def _wants_case(words: list[str], shape: Shape) -> bool:
    """Whether the next word may name a case: none of those before it was something else."""
    given = _given(words)
    return len(given) < shape.cases and all(
        re.fullmatch(ITEM, each.lower()) for each in given[: shape.cases]
    )
