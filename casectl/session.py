"""What one invocation knows: the day, the configuration, the output, and the store on first use."""

from __future__ import annotations

import os
import sys
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from casectl.config import Config, default_caseload_path, load_config
from casectl.core.errors import (
    BadValue,
    Busy,
    CasectlError,
    Declined,
    EncryptionGone,
    Locked,
    NotFound,
)
from casectl.core.model import (
    FOLLOW_UP,
    ON_HOLD,
    URGENCIES,
    Author,
    Case,
    Promise,
)
from casectl.core.spoken import spoken, spoken_short
from casectl.core.standards import Standards
from casectl.core.text import NOTE_LIMIT, fold, visible
from casectl.core.values import NamedTuple
from casectl.render import Output, Told, fitting, tell
from casectl.store import Caseload, create_caseload, open_caseload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from casectl.config import Value
    from casectl.core.agenda import Ask
    from casectl.core.dates import When
    from casectl.core.leave import Back
    from casectl.core.oneline import Line, Step
    from casectl.core.profiles import Capacity, Profile
    from casectl.core.typed import Shape
    from casectl.core.views import Backup, Finding
    from casectl.core.workdays import WorkCalendar
    from casectl.store.accesslog import AccessLog
    from casectl.store.restore import Restoring
    from casectl.store.vault import Vault

STDIN = "-"  # in place of a text
MOST_BYTES = 4 * NOTE_LIMIT  # UTF-8 takes four bytes at the most for a character


class Clock(NamedTuple):
    """The day, the hour and the moment, as ``cli`` found them. Nothing else asks for them."""

    today: date
    time: str  # HH:MM, local
    moment: str  # ISO, UTC, for the journal


class Unanswered(Declined):
    """Somebody was asked and went away. Nothing was written."""


class Sitting:
    """What outlasts one command where casectl stays open: ``casectl day``.

    Keys are held only where nothing else holds them: no login keyring, or a key command, which
    may take its time or ask. So ``casectl lock`` elsewhere takes the key from here as well.
    """

    def __init__(self, idle_seconds: float) -> None:
        self.idle_seconds = idle_seconds
        self.keys: Sequence[bytes] | None = None
        self.was_left = False  # a question waited so long for its answer
        self.private: bool | None = None  # what a key of a command turned it to


class Program(NamedTuple):
    """What ``cli`` hands to a command that runs others. Nothing else reaches back to it."""

    clock: Callable[[], Clock]
    run: Callable[[Sequence[str], Sitting], int]  # a whole command line -> its exit code
    shape: Callable[[Sequence[str]], Shape | None]  # of a command by its words
    commands: Mapping[str, str]  # the names and what each does


class Session:
    """One run of casectl. Commands read it; only ``cli`` makes it."""

    def __init__(
        self, clock: Clock, program: Program | None = None, sitting: Sitting | None = None
    ) -> None:
        self.clock = clock
        self.program = program
        self.sitting = sitting
        self.alone = False  # no command was typed, which is the morning
        self.named_db: str | None = None  # --db or CASECTL_DB
        self.colour: bool | None = None  # None: as the terminal and the environment say
        self.json = False
        self.fields: tuple[str, ...] | None = None
        self.no_input = False
        self.yes = False
        self.named_private: bool | None = None  # --private or --no-private
        self.backup_by_code = False  # whether the recovery code opened what is restored
        self.backs_up = False  # whether the day's backup may be made once the answer is out

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

    def makes_config(self) -> None:
        """The file that CASECTL_CONFIG names need not be there yet: this command writes it."""
        self.config = load_config(to_be_made=True)

    @property
    def aliases(self) -> Mapping[str, str]:
        """One's own words for commands. Raises BadConfiguration for one that cannot be.

        Only who looks for one hears of it: cron's reminders do not stop because a new version has
        a command of that name, and a command goes before an alias anyway.
        """
        return self._checked_aliases(self.config).aliases

    def _checked_aliases(self, config: Config) -> Config:
        if config.aliases and self.program is not None:
            from casectl.core.aliases import check_aliases

            check_aliases(config.aliases, self.program.commands, config.path)
        return config

    @cached_property
    def profile(self) -> Profile:
        """How this sector works: its domains, endings and loads; the built-in ones without one."""
        from casectl.config import profile_of

        return profile_of(self.config)

    @property
    def capacity(self) -> Capacity:
        """What cases weigh here, and what this worker carries where that was set."""
        capacity = self.profile.capacity
        own = self.config.full_time
        return capacity if own is None else capacity._replace(full_time=own)

    @cached_property
    def standards(self) -> Standards:
        """What the caseload's items are due by: as configured, and the days away are days off."""
        configured = self.config.standards
        if not self.store.has_leaves():
            return configured
        from casectl.core.leave import with_leaves

        return with_leaves(configured, self.store.leaves.all())

    def back_from_leave(self, ask: Ask) -> Back | None:
        """The leave that this is the first day after, and what came due over it."""
        if not self.store.has_leaves():
            return None
        from casectl.core.leave import Back, came_due, just_ended

        leave = just_ended(self.store.leaves.all(), ask.today)
        if leave is None or self.store.leaves.worked_since(leave, ask.today):
            return None
        items = self.store.agenda.pressing(ask, ask.today)
        planned = any(item.put_off for item in items)
        return Back(leave, came_due(leave, items, self.calendar), planned)

    @property
    def calendar(self) -> WorkCalendar:
        """The working days that a typed day is read by, whoever is away on them."""
        return self.config.standards.calendar

    def read_when(self, text: str) -> When:
        """A day with a time of day where one is given, in the reader's date order."""
        from casectl.core.dates import parse_when

        return parse_when(text, self.today, order=self.config.date_order, calendar=self.calendar)

    def read_day(self, text: str, *, back: bool = False, far: bool = False) -> date:
        """A day; ``back`` for what has happened, so that ``9 nov`` is the last one, as ``far`` as
        nearly a year ago only where nothing else can be meant.
        """
        from casectl.core.dates import parse_day

        return parse_day(
            text,
            self.today,
            order=self.config.date_order,
            calendar=self.calendar,
            back=back,
            far=far,
        )

    def read_line(self, text: str, today: date | None = None) -> Line:
        """A contact in a line, as it was meant on the day that it was typed."""
        from casectl.core.oneline import parse_line

        return parse_line(text, today or self.today, self.config.date_order, self.calendar)

    def read_step(self, text: str) -> Step:
        """A next step and its day: ``check aide next tue``."""
        from casectl.core.oneline import read_step

        return read_step(text, self.today, self.config.date_order, self.calendar)

    def read_every(self, text: str, first: date) -> str:
        """How a promise repeats, as RFC 5545 text."""
        from casectl.core.recurrence import parse_every

        return parse_every(
            text,
            first,
            self.today,
            order=self.config.date_order,
            calendar=self.calendar,
        )

    def say_rule(self, rule: str) -> str:
        from casectl.core.recurrence import spoken_rule

        return spoken_rule(rule, self.config.date_order)

    def say_day(self, day: date, time: str | None = None) -> str:
        """``Fri 27 Nov 2026``, in the reader's order."""
        return spoken(day, self.config.date_order, time=time)

    def say_promised(self, promise: Promise) -> str:
        """Its day, and how full that is: ``Fri 27 Nov 2026, 9:30 (9 others that day)``.

        Others are promises: what falls due by the standards alone moves with every contact.
        """
        day = self.say_day(promise.due_on, promise.due_time)
        others = self.store.promises.others_on(promise)
        return f"{day} ({others:,} other{'s' * (others > 1)} that day)" if others else day

    def say_held(self, case: Case, promise: Promise | None) -> list[str]:
        """A sentence where a hold keeps a follow-up from the list: else nobody would know."""
        if promise is None or promise.kind != FOLLOW_UP or case.status != ON_HOLD:
            return []
        until = f" until {self.say_day(case.hold_until)}" if case.hold_until else ""
        return [
            f"{case.handle} is on hold{until}, and this waits with it: "
            f"casectl reopen {case.number} ends the hold."
        ]

    def say_short(self, day: date) -> str:
        return spoken_short(day, self.today, self.config.date_order)

    def known_program(self, text: str | None) -> str | None:
        """A program as some case has it, case aside; None for None. Raises NotFound."""
        if text is None:
            return None
        programs = self.store.cases.programs()
        if text in programs:
            return text
        same = [each for each in programs if each.casefold() == text.strip().casefold()]
        if len(same) == 1:
            return same[0]
        from casectl.core.intake import did_you_mean

        by_word = {each.casefold(): each for each in programs}
        near = did_you_mean(text.casefold(), by_word)
        hint = f"there are {', '.join(programs[:20])}" if programs else "no case has one yet"
        if near is not None:
            word = near.removeprefix("did you mean ").removesuffix("?")
            hint = f"did you mean {by_word[word]}?"
        raise NotFound(f"no case in a program {text[:60]!r}", hint=hint)

    def read_level(self, text: str | None) -> int | None:
        """``high`` as a level; None for None."""
        if text is None:
            return None
        level = URGENCIES.get(text.strip().lower())
        if level is None:
            from casectl.core.intake import did_you_mean

            raise BadValue(
                f"no level {text[:40]!r}; there are {', '.join(URGENCIES)}",
                hint=did_you_mean(text, URGENCIES),
            )
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

        self._checked_aliases(self.config)
        return all_values(self.config)

    def profile_values(self) -> list[Value]:
        """What the sector's profile sets beside standards, and where each value comes from."""
        from casectl.config import profile_values

        return profile_values(self.config)

    def check_setting(self, key: str, value: str) -> None:
        """Raise what ``configure`` would, and write nothing."""
        from casectl.config import check_value

        check_value(self.config, key, value, self._checked_aliases)

    def configure(self, key: str, value: str | None) -> None:
        """Write one setting (``None`` takes it out) and go on with what now holds."""
        from casectl.config import set_value

        self.config = set_value(self.config, key, value, self._checked_aliases)
        self.__dict__.pop("profile", None)

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
        store = self._opened()
        if store.key is None:
            self._tell_that_it_is_plain(store)
        return store

    def _tell_that_it_is_plain(self, store: Caseload) -> None:
        """One line where a caseload that has a key is not encrypted, as far as one can tell.

        Where only a key is named, by the environment or the configuration, it may be another
        caseload's: then a person is told, and cron is not, who would write a mail each day.
        """
        reason = store.db.read_only_because
        named = os.environ.get("CASECTL_KEY_FILE") or self.config.key_file
        if isinstance(reason, EncryptionGone):
            tell(f"casectl: {reason.args[0]}")
        elif named and sys.stderr is not None and sys.stderr.isatty():
            from casectl.store.keys import at_home

            if at_home(named).exists():
                tell(f"casectl: {store.path} is not encrypted, though there is {named} for its key")

    def _opened(self) -> Caseload:
        sitting = self.sitting
        if sitting is not None and sitting.keys is not None:
            try:
                return open_caseload(self.db_path, self.author, lambda: sitting.keys or ())
            except Locked:  # another program gave it another key, or put another file in its place
                sitting.keys = None
        try:
            return open_caseload(self.db_path, self.author, self._keys)
        except Locked:
            if not self.can_ask or not self.vault.holds_another_key:
                raise
            self.vault.forget()  # the file was moved, or given another key on another machine
            return open_caseload(self.db_path, self.author, self._keys)

    @cached_property
    def vault(self) -> Vault:
        """The key of the caseload: where it is, and what holds it."""
        from casectl.store.vault import Sources, Vault

        config = self.config
        return Vault(
            self.db_path,
            Sources(config.key_file, config.key_command, config.lock_minutes, config.path),
        )

    def _keys(self) -> Sequence[bytes]:
        """The keys of an encrypted caseload; the person is asked where nothing else has them."""

        def ask() -> Sequence[bytes]:
            from casectl.unlocking import ask_keys

            return ask_keys(self)

        try:
            keys = self.vault.keys(ask if self.can_ask else None)
        except CasectlError as error:
            from casectl.core.keys import NoKeyFile

            if not (isinstance(error, NoKeyFile) and self.can_ask and self.vault.slots()):
                raise
            tell(f"casectl: {error}")
            keys = ask()
        if self.sitting is not None and not self.vault.is_at_hand:
            self.sitting.keys = keys
        return keys

    def looking_at(self, path: Path) -> Session:
        """A session that reads another's caseload and writes nothing into it."""
        from casectl.store.caseload import open_for_reading

        other = Session(self.clock)
        other.named_db, other.config = str(path), self.config
        other.no_input, other.named_private = self.no_input, self.named_private
        other.__dict__["store"] = open_for_reading(path, self.author, other._keys)
        return other

    @property
    def key_setting(self) -> tuple[str, str] | None:
        """The variable or setting that gives the key without a person, with its value.

        None where the login keyring or the passphrase does, which cron has not.
        """
        from casectl.store.keys import source_of

        source = source_of(self.config.key_file, self.config.key_command)
        if source is not None and source.is_file:
            return source.name, str(source.path.absolute())
        return source

    def create_store(self, key: bytes | None = None) -> Caseload:
        """Make a new caseload where this session looks for one, and use it from here on."""
        made = create_caseload(self.db_path, self.author, key)
        self.__dict__["store"] = made
        return made

    def surroundings(self) -> Iterator[Finding]:
        """What there is to say about the caseload's file without opening it."""
        from casectl.store.surroundings import surroundings

        return surroundings(self.db_path)

    def protection(self) -> Iterator[Finding]:
        """What there is to say about the key, whether or not the caseload could be opened."""
        from casectl.store.protection import protection

        store: Caseload | None = self.__dict__.get("store")
        key = None if store is None else store.key
        return protection(self.db_path, key, self.config.key_file, self.config.key_command)

    @cached_property
    def accesses(self) -> AccessLog:
        """Who was shown what; it needs no key. Raises NotFound where there is no caseload."""
        from casectl.store.accesslog import AccessLog
        from casectl.store.connection import check_file

        check_file(self.db_path)
        return AccessLog(self.db_path)

    def write_new(self, path: Path, text: str) -> None:
        """A new file that this person alone can read. Raises CasectlError where there is one."""
        from casectl.store.private import make_folder, put

        make_folder(path.parent)
        put(path, text.encode(), lambda written: None, new=True)

    @property
    def backup_folder(self) -> Path:
        """Where the caseload's backups are kept unless somebody names another folder."""
        from casectl.store.backup import folder_of

        return folder_of(self.db_path)

    def backups(self, folder: Path | None = None) -> list[Backup]:
        """The copies that there are, whether or not the caseload can still be opened.

        In the usual place, those that restoring kept as well.
        """
        from casectl.store.backup import backups_of

        return backups_of(self.db_path, folder)

    def restoring(self, backup: Path) -> AbstractContextManager[Restoring]:
        """A backup on its way to where this session looks for its caseload."""
        from casectl.store.restore import restoring

        def at_hand(_: Path) -> Sequence[bytes]:
            from casectl.core.keys import NoKeyFile

            try:
                found = self.vault.found()
            except NoKeyFile:  # the backup's own slots may open it
                return ()
            return found.keys if found is not None else ()

        def by_its_slots(place: Path) -> Sequence[bytes]:
            from casectl.unlocking import ask_keys

            other = Session(self.clock)
            other.named_db, other.config = str(place), self.config
            if not self.can_ask or not other.vault.slots():
                return ()
            keys = ask_keys(other, hint="")  # the backup itself gets no other passphrase
            self.backup_by_code = other.vault.by_code
            return keys

        return restoring(backup, self.db_path, self._keys, at_hand, by_its_slots)

    def back_up_daily(self) -> None:
        """The day's backup, if it is due and wanted. What goes wrong is told, and no more.

        It comes after what was recorded, or after cron's reminders, and never before the answer.
        """
        if not (self.has_written or self.backs_up) or self.config.backup == "off":
            return
        if isinstance(self.store.db.read_only_because, EncryptionGone):
            return  # whose file it is nobody knows, and it would displace a good one
        try:
            if not self.store.has_todays_backup(self.clock.moment[:10]):
                self.store.backups.daily()
        except Busy as error:  # its hint says to repeat the command, which is done
            tell(f"casectl: {error.args[0]}; there is no backup of today")
        except CasectlError as error:
            tell(f"casectl: {error}; there is no backup of today")
        except KeyboardInterrupt:
            tell("casectl: interrupted, so there is no backup of today; the rest is done")
        except Exception as error:  # noqa: BLE001 - what was asked for is done, whatever this is
            tell(f"casectl: there is no backup of today ({type(error).__name__}); casectl doctor")

    @property
    def author(self) -> Author:
        """Who writes, and when, as the journal has it."""
        return Author(self.config.worker, self.today.isoformat(), self.clock.moment)

    def was_shown(self, command: str, cases: Sequence[Case]) -> None:
        """Put on record that these cases are shown. Where that fails it warns, and they are."""
        try:
            self.store.accesses.add(
                self.clock.moment, self.config.worker, command, [case.number for case in cases]
            )
        except CasectlError as error:
            tell(f"casectl: {error}; what follows is shown and not on record")

    def tell_who_was_left_out(self) -> None:
        """Open cases that the list just read would have lost, going by the due facts alone."""
        numbers = self.store.agenda.left_out
        if numbers:
            named = ", ".join(map(str, numbers[:10])) + (", …" if len(numbers) > 10 else "")
            cases = f"case {named} was" if len(numbers) == 1 else f"cases {named} were"
            tell(
                f"casectl: {cases} taken out of the due facts behind casectl's back, and listed "
                "all the same; casectl audit verify tells more, casectl doctor --repair mends it"
            )

    def tell_that_it_was_cut(self, way: str) -> None:
        """Where a machine reads rows that nobody asked to be cut; a screen counts them itself."""
        if not self.output.draws:
            tell(f"casectl: these are not all; {way} gives more")

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
            private=self.private,
            words=self.config.words,
            verified_for=self.config.verified_for,
        )

    @property
    def private(self) -> bool:
        """Whether others can see the screen: numbers and initials then, and nobody's words."""
        return self.config.private if self.named_private is None else self.named_private

    def turn_private(self) -> bool:
        """Hide names and texts from here on, or show them again; whether they are hidden now."""
        self.named_private = not self.private
        self.__dict__.pop("output", None)
        if self.sitting is not None:
            self.sitting.private = self.named_private
        return self.named_private

    def shown(self, value: Told) -> Told:
        """``value`` as it may be told on this screen. Never to be written back."""
        return self.output.shown(value)

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
        shown = fitting(visible(question))
        try:
            if sys.stdin.isatty():
                return self._typed_there(shown)
            sys.stderr.write(shown)
            sys.stderr.flush()
            line = sys.stdin.readline()
        except UnicodeDecodeError:
            raise BadValue("the answer is not valid UTF-8") from None
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    def _typed_there(self, question: str) -> str:
        """Raises Unanswered where nobody types for as long as an unused caseload stays open."""
        from casectl import keyboard

        idle = self.sitting.idle_seconds if self.sitting is not None else None
        try:
            return keyboard.read_line(question, idle)
        except keyboard.NobodyTyped:
            assert self.sitting is not None, "else it waits for ever"
            self.sitting.was_left = True
            raise Unanswered("nobody answered; nothing was written") from None

    def ask_secret(self, question: str) -> str:
        """One answer that nobody sees. Only where ``can_ask``."""
        if not sys.stdin.isatty():
            return self.ask(question)
        from getpass import getpass

        return getpass(visible(question), sys.stderr)

    def confirm(self, question: str, *, otherwise: CasectlError) -> None:
        """Go on if ``--yes`` or the person says so; a script that cannot be asked gets an error."""
        if self.yes:
            return
        if not self.can_ask:
            raise otherwise
        answer = fold(self.ask(f"{question} [y/N] "))
        if answer not in ("y", "yes", "n", "no", ""):  # the next line, typed in haste
            tell("Answer y or n; Enter is n.")
            answer = fold(self.ask(f"{question} [y/N] "))
        if answer not in ("y", "yes"):
            raise Declined("nothing was written")

    def agrees(self, question: str) -> bool:
        """Yes for Enter or y, no for n alone; any other answer is asked about again."""
        while True:
            answer = fold(self.ask(f"{question} [Y/n] "))
            if answer in ("", "y", "yes"):
                return True
            if answer in ("n", "no"):
                return False
            tell("Answer y or n; Enter is y.")

    def needed(self, value: str | None, question: str, flag: str) -> str:
        """``value``, or what the person answers; a script is told which option is missing."""
        if value is not None:
            return self.typed(value, flag.removeprefix("--"))
        if not self.can_ask:
            raise BadValue(f"{flag} is missing", hint="a script gives it on the command line")
        return self.ask(question)

    def typed(self, text: str, what: str, *, exact: bool = False) -> str:
        """``text``; for ``-`` what standard input holds, but for the end of its last line.

        What comes so stands in no shell's history and in no list of processes. A longer one than
        any text may be is refused without reading it whole. ``exact`` keeps every line's end.
        """
        if text != STDIN:
            return text
        if sys.stdin is None:
            raise BadValue("standard input is closed", hint="write the text as an argument")
        if sys.stdin.isatty():
            tell(f"Write the {what}; Ctrl-D on a line of its own ends it.")
        written = decoded(sys.stdin.buffer.read(MOST_BYTES + 1), what)
        if not written.strip():
            raise BadValue(f"the {what} is empty", hint="nothing came by standard input")
        return written if exact else written.removesuffix("\n").removesuffix("\r")

    def typed_name(self) -> str | None:
        """The first line of standard input; None where a person sits there and can be asked."""
        if self.can_ask:
            return None
        if sys.stdin is None or sys.stdin.isatty():
            raise BadValue("- reads a name from a pipe, and nothing is piped in")
        return decoded(sys.stdin.buffer.readline(MOST_BYTES + 1), "name")

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

    def next_in_text(self, case: Case, text: str) -> tuple[str | None, Promise | None]:
        """The text of one line without its ``; next STEP WHEN``, and the follow-up that names.

        Only ``; next`` counts: any other semicolon belongs to the text. A missing day is asked.
        """
        if ";" not in text or "next" not in text.lower() or "\n" in text:
            return text, None
        from casectl.core.oneline import DayUnsaid, Step, read_step, split_next
        from casectl.core.promising import new_promise

        said, clause = split_next(text)
        if clause is None:
            return text, None
        order = self.config.date_order
        try:
            step = read_step(clause, self.today, order, self.calendar)
        except DayUnsaid:
            if not self.can_ask:
                raise
            step = Step(clause, self.ask_due(case.program))
        promise = new_promise(case, FOLLOW_UP, step.what, step.when, order=order)
        return said.strip() or None, promise

    def ask_due(self, program: str | None = None) -> When:
        """By when, of the person at the terminal. Enter takes one follow-up interval from today."""
        from casectl.core.dates import When

        usual = self.today + timedelta(days=self.standards.of(program).follow_up)
        answer = self.ask(f"By when? [{self.say_day(usual)}] ")
        return self.read_when(answer) if answer.strip() else When(usual, None)


def at_home(named: str) -> Path:
    """A path as somebody typed it, with ``~`` for the home folder."""
    from casectl.store import keys

    return keys.at_home(named)


def decoded(written: bytes, what: str) -> str:
    """Bytes of a person's text as they were meant. Raises BadValue for what is none."""
    if len(written) > MOST_BYTES:
        raise BadValue(f"the {what} is over {NOTE_LIMIT:,} characters")
    try:
        return written.decode()
    except UnicodeDecodeError:
        raise BadValue(f"the {what} is not valid UTF-8") from None
