"""log: a line for each contact, understood together, recorded as one operation."""

import stat
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from casectl.core.contacting import Meant, check_come, new_contact
from casectl.core.due import due_items
from casectl.core.errors import Ambiguous, BadDay, BadValue, CasectlError, Declined, NotFound
from casectl.core.model import FOLLOW_UP, REACHED, TRIED, Case, Contact
from casectl.core.oneline import DayUnsaid, OutcomeUnsaid, with_case, with_day, with_outcome
from casectl.core.promising import new_promise
from casectl.core.text import fold, shortened
from casectl.core.views import Recorded
from casectl.naming import find_contacted
from casectl.parameters import current
from casectl.render import tell
from casectl.render.objects import recorded_object
from casectl.render.words import by_means
from casectl.session import MOST_BYTES, STDIN, Session, decoded

DRAFT = "log"
KEPT = "Kept as a draft: casectl log goes on with it."
LONGEST_SHOWN = 200  # of a text in the preview
MOST_TOLD = 20  # wrong lines of a file
MOST_LINES = 1000  # more than a month of contacts: another file was meant
OUTCOMES = {"r": REACHED, "reached": REACHED, "t": TRIED, "tried": TRIED}
# What a line can be mended for; anything else is about the caseload.
MENDABLE = (BadValue, NotFound, Ambiguous, Declined)
HELP = (
    "  12 call 10m aide starts Mon; next check aide mon",
    "  garcia tried; next call again tomorrow",
    "  12.3 visit 45m signed the form",
    "  A case; call, visit, office, video, text, email or letter; the minutes; what was said; and",
    "  ; next STEP DAY where there is one. Where the text does not tell, reached or tried does.",
    "  With somebody else than the client: guardian, collateral or provider.",
)


def log(
    ctx: typer.Context,
    source: Annotated[
        str | None,
        typer.Argument(metavar="[FILE|-]", help="A file of lines; - reads standard input."),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DAY", help="The day that the contacts happened (today)."),
    ] = None,
) -> None:
    """Record several contacts, a line each.

    A line is CASE, how you got in touch, how long it took, what was said, and the next step with
    its day: 12 call 10m aide starts Mon; next check aide mon. Only the case and how are needed
    (garcia tried). An item in place of a case (12.3) is done as well.

    A call, visit, meeting at the office or on video with a text is reached, unless the text says
    that nobody answered; no answer, left message and the like are tried. A text message or e-mail
    is not answered yet, and a text may leave it open: write reached or tried then. provider,
    guardian or collateral says who it was with. @mon in front is another day.

    On a terminal it asks line by line; an empty line ends. What was understood is shown, any line
    of it can still be mended, and it is confirmed once. It is one operation, and one undo takes it
    back. What you typed survives Ctrl-C: the next log offers to go on with it.

    A script adds --yes. A line that names two cases, an unknown one, or no day that there is stops
    all of them: each such line is shown with its number, and nothing is written.
    """
    session = current(ctx)
    day = session.read_day(on, back=True) if on else session.today
    if day > session.today:
        raise BadValue(
            f"{session.say_day(day)} is still ahead", hint="casectl appointment plans ahead"
        )
    _ = session.store  # a locked caseload asks before anything is typed
    if not session.can_ask:
        meant = _checked(session, source, day)
        _tell_recorded(session, session.store.contacts.record_all(meant, command="log"), meant)
        return
    asking = _Asking(session, day)
    try:
        meant = asking.ask(source)
        recorded = session.store.contacts.record_all(meant, command="log", draft=DRAFT)
    except (KeyboardInterrupt, EOFError):
        tell("")
        asking.leave()
        raise
    except CasectlError:
        asking.leave()
        raise
    _tell_recorded(session, recorded, meant)


class Typed(NamedTuple):
    """A line, the day that its words are read from, and the day that it tells of."""

    text: str
    typed_on: date
    on: date


def _understood(session: Session, typed: Typed, others: Iterable[Meant]) -> Meant:
    """What a line means. Raises BadValue, NotFound or Ambiguous, and writes nothing."""
    line = session.read_line(typed.text, typed.typed_on)
    case, promise = find_contacted(session, line.case, write=False)
    on, order = line.on or typed.on, session.config.date_order
    does = promise if line.outcome == REACHED else None
    if does is not None:
        check_come(case, does, on, order)
        if any(other.does is not None and other.does.id == does.id for other in others):
            raise BadValue(
                f"another line does {case.number}.{does.number} already",
                hint=f"name the case to record a contact: {case.number}",
            )
    contact = new_contact(
        case,
        outcome=line.outcome,
        by=line.by,
        party=line.party,
        on_day=on,
        today=session.today,
        text=line.text,
        minutes=line.minutes,
        item=f"{case.number}.{promise.number}" if promise else None,
        order=session.config.date_order,
    )
    step = line.step
    following = new_promise(case, FOLLOW_UP, step.what, step.when, order=order) if step else None
    return Meant(case, contact, does, following)


# --- A file or a pipe -------------------------------------------------------------------------


def _checked(session: Session, source: str | None, day: date) -> list[Meant]:
    """Every line of a script's log, or none: each that is wrong is told with its number."""
    if source is None:
        raise BadValue("there are no lines", hint="name a file, or - for standard input")
    numbered: list[tuple[int, Meant]] = []
    wrong: list[CasectlError] = []
    lines = _lines(session, source)
    for number, text in lines:
        try:
            typed = Typed(text, session.today, day)
            numbered.append((number, _understood(session, typed, [each for _, each in numbered])))
        except MENDABLE as error:
            wrong.append(error)
            if len(wrong) <= MOST_TOLD:
                _tell_wrong(session, number, text, error)
    if wrong:
        raise _refusal(wrong, len(lines))
    _tell_preview(session, numbered, day)
    session.confirm(
        "Record them?",
        otherwise=Ambiguous(
            f"{_contacts(len(numbered))} not confirmed, so nothing was written", hint="add --yes"
        ),
    )
    return [each for _, each in numbered]


def _lines(session: Session, source: str) -> list[tuple[int, str]]:
    """The lines that hold anything, by number."""
    written = session.typed(STDIN, "log", exact=True) if source == STDIN else _read(source)
    lines = [
        (number, line.removesuffix("\r"))
        for number, line in enumerate(written.removeprefix("\ufeff").split("\n"), 1)
        if line.strip()
    ]
    if not lines:
        raise BadValue("there are no lines in it")
    if len(lines) > MOST_LINES:
        raise BadValue(f"it has {len(lines):,} lines", hint=f"a log has at most {MOST_LINES:,}")
    return lines


def _read(source: str) -> str:
    if not source.strip() or "\x00" in source:
        raise BadValue("log needs the path of a file, or - for standard input")
    try:
        path = Path(source).expanduser()
    except RuntimeError:  # ~somebody, who is not on this machine
        raise BadValue(f"no such home folder: {source[:80]}") from None
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise BadValue(f"{path} is not a regular file", hint="- reads standard input")
        with path.open("rb") as file:
            return decoded(file.read(MOST_BYTES + 1), "log")
    except FileNotFoundError:
        raise NotFound(f"no file {path}") from None
    except OSError as error:
        raise CasectlError(f"cannot read {path} ({error.strerror})") from None


def _tell_wrong(session: Session, number: int, text: str, error: CasectlError) -> None:
    tell(f"line {number}: {_shown_line(session, text)}")
    tell(f"  {_said(session, error)}")


def _refusal(wrong: Sequence[CasectlError], count: int) -> CasectlError:
    """Why nothing was written; a script sees the code of the first wrong line."""
    if len(wrong) > MOST_TOLD:
        tell(f"and {len(wrong) - MOST_TOLD:,} more")
    lines = f"{len(wrong):,} of {count:,} line{'' if count == 1 else 's'}"
    refusal = CasectlError(
        f"{lines} cannot be recorded, so nothing was written", hint="correct what is shown above"
    )
    refusal.exit_code = wrong[0].exit_code
    return refusal


def _shown_line(session: Session, text: str) -> str:
    """The line as typed. Where others can see the screen none of it is shown."""
    return session.shown(shortened(text.strip(), LONGEST_SHOWN))


def _said(session: Session, error: CasectlError) -> str:
    """An error in words. It quotes the line, which where others can see the screen is hidden."""
    if not session.private:
        return str(error)
    from casectl.core.privacy import without_handles, without_quotes

    return without_handles(without_quotes(str(error)))


# --- At a terminal ----------------------------------------------------------------------------


class _Row:
    """One line at the terminal, and what it means once that is clear.

    One that has a number was not just typed: it is shown before anything is asked about it.
    """

    def __init__(self, typed: Typed, number: int | None = None) -> None:
        self.typed = typed
        self.number = number
        self.meant: Meant | None = None


class _Asking:
    """Lines as a person types and mends them. Everything typed is kept at once as a draft."""

    def __init__(self, session: Session, day: date) -> None:
        self.session = session
        self.day = day
        self.rows: list[_Row] = []
        self.has_typed = False  # else the lines are in a file, and need no draft
        self.cannot_keep = False

    @property
    def meant(self) -> list[Meant]:
        return [row.meant for row in self.rows if row.meant is not None]

    def ask(self, source: str | None) -> list[Meant]:
        """Lines until every one is understood and all of them are confirmed."""
        self._resume()
        if source is None or source == STDIN:
            self._listen()
        else:
            for number, text in _lines(self.session, source):
                self._take(self._typed(text), number)
        self._confirm()
        return self.meant

    def leave(self) -> None:
        """Keep what was typed, and say so."""
        self._keep()
        if self.has_typed and self.rows and not self.cannot_keep:
            tell(KEPT)

    def _typed(self, text: str) -> Typed:
        return Typed(text, self.session.today, self.day)

    def _listen(self) -> None:
        on = f" on {self.session.say_day(self.day)}" if self.day != self.session.today else ""
        tell(f"A line for each contact{on}; an empty line ends, ? helps.")
        while True:
            try:
                text = self.session.ask(f"{len(self.rows) + 1}> ")
            except EOFError:  # Ctrl-D ends as well
                tell("")
                return
            if not text.strip():
                return
            if text.strip() == "?":
                for line in HELP:
                    tell(line)
                continue
            self.has_typed = True
            row = self._take(self._typed(text))
            if row is not None:
                self._echo(row)

    def _echo(self, row: _Row) -> None:
        assert row.meant is not None, "it was settled"
        for line in _told(self.session, row.meant, self.day):
            tell(f"   {line}")

    def _take(self, typed: Typed, number: int | None = None) -> _Row | None:
        row = _Row(typed, number)
        self.rows.append(row)
        return row if self._settle(row) else None

    def _settle(self, row: _Row) -> bool:
        """Ask until the line is understood; one that is skipped is gone."""
        self._keep()
        while row.meant is None:
            try:
                several = self._names_several(row.typed)
                if several:  # which one is asked next
                    self._show(row)
                row.meant = _understood(self.session, row.typed, self.meant)
            except MENDABLE as error:
                self._show(row)
                mended = self._mended(row.typed, error)
                self.has_typed = True
                if mended is None:
                    self.rows.remove(row)
                    self._keep()
                    return False
                row.typed = mended
                self._keep()
            else:
                if several:  # asked once: neither a mended line nor a draft asks again
                    chosen = with_case(row.typed.text, row.meant.case.handle)
                    row.typed = row.typed._replace(text=chosen)
                    self._keep()
        return True

    def _names_several(self, typed: Typed) -> bool:
        line = self.session.read_line(typed.text, typed.typed_on)
        found = self.session.store.cases.find(line.case)
        return len(found.cases) > 1

    def _show(self, row: _Row) -> None:
        if row.number is not None:
            tell(f"line {row.number}: {_shown_line(self.session, row.typed.text)}")
            row.number = None

    def _mended(self, typed: Typed, error: CasectlError) -> Typed | None:
        """The line with what it lacks, or another one; None to go on without it."""
        if isinstance(error, OutcomeUnsaid):
            outcome = OUTCOMES.get(fold(self.session.ask("   Reached or tried? [r/t] ")))
            if outcome is not None:
                return typed._replace(text=with_outcome(typed.text, outcome))
        elif isinstance(error, DayUnsaid):
            tell("   The next step has no day.")
            try:
                due = self.session.ask_due()
            except BadDay as bad_day:
                tell(f"   {_said(self.session, bad_day)}")
            else:
                day = f"{due.day.isoformat()} {due.time or ''}".strip()
                return typed._replace(text=with_day(typed.text, day))
        else:
            tell(f"   {_said(self.session, error)}")
        return self._again(typed, "skip it")

    def _again(self, typed: Typed, otherwise: str) -> Typed | None:
        """The line as somebody writes it again today, for the day that it told of."""
        text = self.session.ask(f"   Write it again, or Enter to {otherwise}: ")
        self.has_typed = True
        return Typed(text, self.session.today, typed.on) if text.strip() else None

    def _confirm(self) -> None:
        """Show what was understood and have it confirmed, once; any line can still be mended."""
        self._preview()
        while not self.session.yes:
            count = len(self.rows)
            which = "it" if count == 1 else f"these {count}"
            answer = fold(self.session.ask(f"Record {which}? [y/N, or a line's number] "))
            if answer in ("y", "yes"):
                return
            if answer in ("", "n", "no"):
                raise Declined("nothing was written")
            if answer.isascii() and answer.isdigit() and 1 <= int(answer[:9]) <= count:
                self._mend(int(answer))
                self._preview()
            else:
                tell("y records, Enter does not, and the number of a line mends it.")

    def _preview(self) -> None:
        if not self.rows:
            raise Declined("there is nothing to record")
        _tell_preview(self.session, list(enumerate(self.meant, 1)), self.day)

    def _mend(self, number: int) -> None:
        row = self.rows[number - 1]
        tell(f"{number}> {_shown_line(self.session, row.typed.text)}")
        again = self._again(row.typed, "leave it out")
        if again is None:
            self.rows.remove(row)
            self._keep()
            return
        row.typed, row.meant = again, None
        self._settle(row)

    # -- the draft -----------------------------------------------------------------------------

    def _keep(self) -> None:
        """The lines as they stand, each with the days it is read by: next week it means the same.

        Where they cannot be kept it is said once, and typing goes on.
        """
        if not self.has_typed:
            return
        drafts = self.session.store.intake
        try:
            if self.rows:
                drafts.keep_draft(DRAFT, _spelled(row.typed for row in self.rows))
            else:
                drafts.drop_draft(DRAFT)
        except CasectlError as error:
            if not self.cannot_keep:
                tell(f"casectl: {error}; these lines are kept nowhere until they are recorded")
            self.cannot_keep = True
        else:
            self.cannot_keep = False

    def _resume(self) -> None:
        """Go on with what an interrupted log left; else that stays until there is a new line."""
        body = self.session.store.intake.draft(DRAFT)
        lines = _read_draft(body) if body is not None else []
        if not lines:
            return
        day = lines[0].typed_on
        since = f" on {self.session.say_day(day)}" if day != self.session.today else ""
        one = len(lines) == 1
        tell(f"A log of {len(lines)} line{'' if one else 's'} was interrupted{since}.")
        if not (self.session.yes or self.session.agrees("Go on with it?")):
            tell("It is dropped once there is another line.")
            return
        self.rows = [_Row(typed, number) for number, typed in enumerate(lines, 1)]
        self.has_typed = True
        for row in list(self.rows):
            if self._settle(row):
                self._echo(row)


def _spelled(lines: Iterable[Typed]) -> str:
    import json

    return json.dumps([[each.text, each.typed_on.isoformat(), each.on.isoformat()]
                       for each in lines])  # fmt: skip


def _read_draft(body: str) -> list[Typed]:
    import json

    return [
        Typed(text, date.fromisoformat(typed_on), date.fromisoformat(on))
        for text, typed_on, on in json.loads(body)
    ]


# --- What was understood, and what was made ---------------------------------------------------


def _tell_preview(session: Session, numbered: Sequence[tuple[int, Meant]], day: date) -> None:
    tell(f"{_contacts(len(numbered))}, {session.say_day(day)}:")
    first: dict[Contact, int] = {}
    for number, meant in numbered:
        head, *more = _told(session, meant, day)
        same = first.setdefault(meant.contact, number)
        there = session.store.contacts.on_record(meant.contact)
        if same != number:
            more.append(f"WARNING: line {same} says the same")
        elif there is not None:
            more.append(f"WARNING: on record already, as {meant.case.number}.c{there.number}")
        tell(f"{number:>2} {head}")
        for line in more:
            tell(f"   {line}")


def _told(session: Session, meant: Meant, day: date) -> Iterator[str]:
    """What will be written for one line, whole: whose, how it went, what is done and is next."""
    case, contact = session.shown(meant.case), session.shown(meant.contact)
    does, promise = session.shown(meant.does), session.shown(meant.promise)
    words = [f"{contact.outcome} {by_means(contact.by)}"]
    if contact.party != "client":
        words.append(f"the {contact.party}")
    if contact.minutes is not None:
        words.append(f"{contact.minutes} min")
    if contact.on_day != day:
        words.append(session.say_day(contact.on_day))
    text = f": {shortened(contact.text, LONGEST_SHOWN)}" if contact.text else ""
    yield f"{case.client} ({case.handle}): {', '.join(words)}{text}"
    if not case.is_open:
        yield f"{case.handle} is closed: casectl reopen {case.number} if it is not"
    if does is not None:
        yield f"done: {case.number}.{does.number} {does.what}"
    elif contact.item is not None:
        yield f"about {contact.item}, which stays open"
    if promise is not None:
        yield f"next: {promise.what}, {session.say_day(promise.due_on, promise.due_time)}"


def _tell_recorded(
    session: Session, recorded: Sequence[Recorded], all_meant: Sequence[Meant]
) -> None:
    cases = [meant.case for meant in all_meant]
    pairs = list(zip(session.shown(cases), session.shown(list(recorded)), strict=True))
    reached = sum(each.contact.outcome == REACHED for each in recorded)
    sentences = [_made(session, case, each) for case, each in pairs]
    total = f"{reached} reached, {len(recorded) - reached} tried"
    sentences.append(f"Recorded {_contacts(len(recorded))}: {total}. casectl undo takes all back.")
    without = _without_next_step(session, cases)
    if without:
        numbers = ", ".join(map(str, without))
        sentences.append(f"No next step: {numbers} (casectl follow CASE TEXT --due WHEN)")
    session.output.wrote_all([recorded_object(each, case) for case, each in pairs], *sentences)


def _made(session: Session, case: Case, recorded: Recorded) -> str:
    contact, ended = recorded.contact, recorded.ended
    said = (
        f"{case.number}.c{contact.number} {case.client} ({case.handle}): {contact.outcome} "
        f"{by_means(contact.by)}, {session.say_day(contact.on_day)}."
    )
    if ended is not None:
        said += f" Done: {case.number}.{ended.promise.number} {ended.promise.what}."
    following = ended.following if ended is not None else None
    for word, promise in (("Again", following), ("Next", recorded.promised)):
        if promise is not None:
            day = session.say_day(promise.due_on, promise.due_time)
            said += f" {word}: {case.number}.{promise.number} {promise.what}, {day}."
            said = " ".join([said, *session.say_held(case, promise)])
    return said


def _without_next_step(session: Session, cases: Iterable[Case]) -> list[int]:
    """The numbers of those of these cases that owe a next step."""
    records = session.store.cases.records(list({case.number: case for case in cases}.values()))
    return [
        record.case.number
        for record in records
        if record.case.is_open
        and any(
            item.item == f"{record.case.number}.next"
            for item in due_items(record, session.standards, session.today)
        )
    ]


def _contacts(count: int) -> str:
    return f"{count:,} contact{'' if count == 1 else 's'}"
