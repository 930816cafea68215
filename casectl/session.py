"""What one invocation knows: the day, the configuration, the output, and the store on first use."""

from __future__ import annotations

import os
import sys
from datetime import date
from functools import cached_property
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, NamedTuple

from casectl.config import Config, default_caseload_path, load_config
from casectl.core.errors import Ambiguous, BadValue, CasectlError, Declined, NotFound
from casectl.core.model import FOLLOW_UP, URGENCIES, Author, Case, Promise
from casectl.core.spoken import spoken, spoken_short
from casectl.core.standards import Standards
from casectl.core.text import fold, visible
from casectl.render import Output, tell
from casectl.store import Caseload, create_caseload, open_caseload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from casectl.config import Value
    from casectl.core.dates import When
    from casectl.core.views import Finding

# The names of derived items, and what clears each.
HOW_TO_CLEAR = {
    "contact": "is cleared by reaching the client: casectl reached",
    "safety": "is cleared by reaching the client: casectl reached",
    "review": "is cleared by reviewing the level, changed or not: casectl set CASE --reason TEXT",
    "next": "is cleared by a next step: casectl follow, deadline or appointment",
    "hold": "is cleared by casectl reopen, or by casectl hold with a new day",
    "assessment": "is cleared by casectl done",
}
DERIVED_PARTS = frozenset(HOW_TO_CLEAR)
NOT_A_PROMISE = "is not a follow-up, deadline or appointment"


class Item(NamedTuple):
    """A case, and the part of it that was named: ``3``, ``contact``, ``c2``; None for the case."""

    case: Case
    part: str | None


class Clock(NamedTuple):
    """The day, the hour and the moment, as ``cli`` found them. Nothing else asks for them."""

    today: date
    time: str  # HH:MM, local
    moment: str  # ISO, UTC, for the journal


class Session:
    """One run of casectl. Commands read it; only ``cli`` makes it."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.named_db: str | None = None  # --db or CASECTL_DB
        self.colour: bool | None = None  # None: as the terminal and the environment say
        self.json = False
        self.fields: tuple[str, ...] | None = None
        self.no_input = False
        self.yes = False

    @property
    def today(self) -> date:
        return self.clock.today

    def as_of(self, text: str | None) -> None:
        """Look at the caseload as of another day; reading commands offer it."""
        if text:
            self.clock = self.clock._replace(today=self.read_day(text), time="00:00")

    # -- configuration -------------------------------------------------------------------------

    @cached_property
    def config(self) -> Config:
        return load_config()

    @property
    def standards(self) -> Standards:
        return self.config.standards

    def read_when(self, text: str) -> When:
        """A day with a time of day where one is given, in the reader's date order."""
        from casectl.core.dates import parse_when

        return parse_when(
            text, self.today, order=self.config.date_order, calendar=self.standards.calendar
        )

    def read_day(self, text: str, *, back: bool = False) -> date:
        """A day; ``back`` for what has happened, so that ``9 nov`` is the last one."""
        from casectl.core.dates import parse_day

        return parse_day(
            text,
            self.today,
            order=self.config.date_order,
            calendar=self.standards.calendar,
            back=back,
        )

    def read_every(self, text: str, first: date) -> str:
        """How a promise repeats, as RFC 5545 text."""
        from casectl.core.recurrence import parse_every

        return parse_every(
            text,
            first,
            self.today,
            order=self.config.date_order,
            calendar=self.standards.calendar,
        )

    def say_rule(self, rule: str) -> str:
        from casectl.core.recurrence import spoken_rule

        return spoken_rule(rule, self.config.date_order)

    def say_day(self, day: date, time: str | None = None) -> str:
        """``Fri 27 Nov 2026``, in the reader's order."""
        return spoken(day, self.config.date_order, time=time)

    def say_short(self, day: date) -> str:
        return spoken_short(day, self.today, self.config.date_order)

    def read_level(self, text: str | None) -> int | None:
        """``high`` as a level; None for None."""
        if text is None:
            return None
        level = URGENCIES.get(text.strip().lower())
        if level is None:
            raise BadValue(f"no level {text[:40]!r}; there are {', '.join(URGENCIES)}")
        return int(level)

    def use_defaults(self) -> None:
        """Go on as if nothing were configured, to look at what is wrong with the configuration."""
        from casectl.config import default_config

        self.config = default_config()

    def setting(self, key: str) -> Value:
        """One setting as it holds now, and what set it. Raises BadValue for an unknown key."""
        from casectl.config import value_of

        return value_of(self.config, key)

    def settings(self) -> list[Value]:
        from casectl.config import all_values

        return all_values(self.config)

    def configure(self, key: str, value: str | None) -> None:
        """Write one setting (``None`` takes it out) and go on with what now holds."""
        from casectl.config import set_value

        self.config = set_value(self.config, key, value)

    # -- the store -----------------------------------------------------------------------------

    @cached_property
    def db_path(self) -> Path:
        if self.named_db is not None:
            if not self.named_db.strip() or "\x00" in self.named_db:
                raise BadValue("--db needs the path of a caseload")
            try:
                return Path(self.named_db).expanduser()
            except RuntimeError:  # ~somebody, who is not on this machine
                raise BadValue(f"no such home folder: {self.named_db[:80]}") from None
        return default_caseload_path()

    @cached_property
    def store(self) -> Caseload:
        return open_caseload(self.db_path, self._author())

    def create_store(self) -> Caseload:
        """Make a new caseload where this session looks for one, and use it from here on."""
        made = create_caseload(self.db_path, self._author())
        self.__dict__["store"] = made
        return made

    def surroundings(self) -> Iterator[Finding]:
        """What there is to say about the caseload's file without opening it."""
        from casectl.store.surroundings import surroundings

        return surroundings(self.db_path)

    def _author(self) -> Author:
        return Author(self.config.worker, self.today.isoformat(), self.clock.moment)

    @property
    def has_written(self) -> bool:
        """Whether this invocation recorded anything."""
        store: Caseload | None = self.__dict__.get("store")
        return store is not None and store.has_written

    def close(self) -> None:
        store = self.__dict__.pop("store", None)
        if store is not None:
            store.close()

    # -- output and asking ---------------------------------------------------------------------

    @cached_property
    def output(self) -> Output:
        return Output.detect(
            json=self.json,
            fields=self.fields,
            colour=self.colour,
            accessible=self.config.accessible,
            order=self.config.date_order,
            today=self.today,
            time=self.clock.time,
        )

    @property
    def can_ask(self) -> bool:
        """Whether a person sits at the terminal and may be asked."""
        return (
            not self.no_input
            and sys.stdin is not None
            and sys.stdin.isatty()
            and sys.stderr.isatty()
            and not os.environ.get("CASECTL_NO_INPUT")
        )

    def ask(self, question: str) -> str:
        """One answer from the person at the terminal. Only where ``can_ask``."""
        sys.stderr.write(visible(question))
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    def confirm(self, question: str, *, otherwise: CasectlError) -> None:
        """Go on if ``--yes`` or the person says so; a script that cannot be asked gets an error."""
        if self.yes:
            return
        if not self.can_ask:
            raise otherwise
        if fold(self.ask(f"{question} [y/N] ")) not in ("y", "yes"):
            raise Declined("nothing was written")

    def needed(self, value: str | None, question: str, flag: str) -> str:
        """``value``, or what the person answers; a script is told which option is missing."""
        if value is not None:
            return value
        if not self.can_ask:
            raise BadValue(f"{flag} is missing", hint="a script gives it on the command line")
        return self.ask(question)

    def next_step(self, case: Case, text: str | None, due: str | None) -> Promise | None:
        """The follow-up of ``--next TEXT --due WHEN``; neither without the other."""
        if text is None and due is None:
            return None
        if text is None:
            raise BadValue("--due needs --next TEXT", hint="say what is due")
        if due is None:
            raise BadValue("--next needs --due WHEN", hint="say by when")
        from casectl.core.promising import new_promise

        order = self.config.date_order
        return new_promise(case, FOLLOW_UP, text, self.read_when(due), order=order)

    # -- naming a case or an item --------------------------------------------------------------

    def find_case(self, text: str, *, write: bool = False) -> Case:
        """The case that ``text`` names. A write never acts on a guess without confirmation.

        Raises NotFound, or Ambiguous with the candidates where nobody can be asked.
        """
        match = self.store.cases.find(text)
        if not match.cases:
            near = self.store.cases.nearest(text)
            hint = f"did you mean {near.handle}?" if near else "casectl list shows them all"
            raise NotFound(f"no case {text[:60]!r}", hint=hint)
        if match.exact:
            return match.cases[0]
        if len(match.cases) > 1:
            return self._pick(text, match.cases)
        case = match.cases[0]
        if write:
            self.confirm(
                f"{case.client} ({case.handle}, {case.status})?",
                otherwise=Ambiguous(
                    f"{text[:60]!r} is only part of a name, of {case.handle}",
                    hint=f"write {case.handle}, or add --yes",
                ),
            )
        return case

    def _pick(self, text: str, cases: list[Case]) -> Case:
        if not self.can_ask:
            names = ", ".join(f"{case.handle} ({case.client})" for case in cases)
            raise Ambiguous(f"several cases fit {text[:60]!r}: {names}", hint="write the handle")
        # Letters, because a number would look like a case's.
        letters = dict(zip(ascii_lowercase, cases, strict=False))
        for letter, case in letters.items():
            opened = self.say_short(case.opened_on)
            where = f", {case.program}" if case.program else ""
            tell(f"  {letter}  {case.handle}  {case.client}  {case.status}, {opened}{where}")
        answer = self.ask("Which one? (letter or handle, Enter for none) ").strip().lower()
        for letter, case in letters.items():
            if answer in (letter, case.handle):
                return case
        raise Declined("nothing was chosen")

    def find_item(self, text: str, *, write: bool = True) -> Item:
        """What ``12.3``, ``garcia-12.contact`` or a bare case names. ``part`` is after the dot."""
        stem, dot, part = text.strip().rpartition(".")
        if dot and part and (part[0].isdigit() or part in DERIVED_PARTS or part[0] in "cn"):
            found = self.store.cases.find(stem)
            if found.exact and found.cases:
                return Item(found.cases[0], part)
            if stem.isascii() and stem.isdigit():
                raise NotFound(f"no case {stem[:20]}", hint="casectl list shows them all")
        return Item(self.find_case(text, write=write), None)

    def find_promise(self, text: str, *, kinds: tuple[str, ...]) -> tuple[Case, Promise]:
        """The promise that ITEM names: ``12.3``, or the only open one of ``kinds`` of a case."""
        case, part = self.find_item(text)
        if part is None:
            fitting = [each for each in self.store.promises.open_of(case) if each.kind in kinds]
            if len(fitting) == 1:
                return case, fitting[0]
            if not fitting:
                words = " or ".join(kind.replace("_", "-") for kind in kinds)
                raise NotFound(
                    f"{case.handle} has no open {words}", hint=f"casectl show {case.number}"
                )
            items = ", ".join(f"{case.number}.{each.number} ({each.what})" for each in fitting)
            raise Ambiguous(f"{case.handle} has several: {items}", hint="name the item")
        if not (part.isascii() and part.isdigit()):
            raise BadValue(f"{case.number}.{part} {HOW_TO_CLEAR.get(part, NOT_A_PROMISE)}")
        promise = self.store.promises.numbered(case, int(part[:10]))
        if promise is None:
            raise NotFound(
                f"{case.handle} has no item {case.number}.{part[:20]}",
                hint=f"casectl show {case.number} lists them",
            )
        if promise.kind not in kinds:
            wanted = " or ".join(map(_a, kinds))
            raise BadValue(f"{case.number}.{part[:20]} is {_a(promise.kind)}, not {wanted}")
        return case, promise


def _a(kind: str) -> str:
    """``a follow-up``, ``an appointment``."""
    word = kind.replace("_", "-")
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
