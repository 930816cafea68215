"""triage: the list by single keys, and days planned for what is overdue."""

import re
import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from casectl.core.agenda import Ask
from casectl.core.contacting import check_come, new_contact
from casectl.core.dates import When
from casectl.core.due import DueItem, due_items
from casectl.core.errors import BadValue, CasectlError
from casectl.core.load import kind_of
from casectl.core.model import (
    APPOINTMENT,
    DEADLINE,
    DONE,
    FOLLOW_UP,
    KEPT,
    ME,
    MISSED,
    REACHED,
    REACHING_KINDS,
    TRIED,
    Case,
    CaseRecord,
    Promise,
)
from casectl.core.priority import Ranked, ranked_case
from casectl.core.promising import check_snooze, checked_due, new_promise
from casectl.core.text import checked_text, fold
from casectl.core.triage import (
    Spread,
    can_be_planned,
    checked_plan,
    next_item,
    spread,
    spread_days,
    to_walk,
)
from casectl.naming import find_case, how_of_a_referral, how_to_clear
from casectl.parameters import LevelOption, ProgramOption, complete_case, current, whole_number
from casectl.render import Object, reports, tell
from casectl.render.triage import case_plan_object, planned_object
from casectl.session import Session

if TYPE_CHECKING:
    from casectl.core.casework import Piece
    from casectl.core.referrals import Event
    from casectl.prompt import Line

Read = TypeVar("Read")

USAGE = (
    "triage goes through them on a terminal; a script gives --spread 5d --yes, "
    "or CASE... --on DAY --reason TEXT"
)
NOTHING_WRITTEN = "nothing is planned yet"
KEYS = {
    "r": "reached: what was said, as a line of casectl log (visit 45m signed; next check mon)",
    "t": "tried, and nobody was reached",
    "p": "plan it for a day; until then it stands behind the others",
    "z": "snooze a follow-up, with a reason",
    "d": "done, with its outcome; a next step is made",
    "c": "cancel, with a reason",
    "o": "open the case: everything on file",
    "s": "skip the case",
    "u": "undo the last of these",
    "q": "quit; what was done is kept",
    "?": "these keys",
}
ASKS = "r)eached t)ried p)lan z snooze d)one c)ancel o)pen s)kip u)ndo q)uit ? "
SHORT_ASKS = "r t p z d c o s u q ? "
# On the row of a referral they are asked and answer, not the client; of a denial nobody is.
ASKS_OF_THEM = "r they answered t you asked p)lan o)pen s)kip u)ndo q)uit ? "
SHORT_ASKS_OF_THEM = "r t p o s u q ? "
KEYS_OF_THEM = {
    "r": "they answered: accepted, declined, waitlisted or received, and what was said",
    "t": "you asked them, and nobody answered yet; it is asked again after its interval",
}
ASKS_OF_NOBODY = "p)lan z snooze d)one c)ancel o)pen s)kip u)ndo q)uit ? "
SHORT_ASKS_OF_NOBODY = "p z d c o s u q ? "
NARROW = 76
# What a visit or an appointment is by, where nobody says.
USUAL_MEANS = {"visit": "visit", APPOINTMENT: "office"}


def triage(
    ctx: typer.Context,
    cases: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CASE]...",
            help="Cases to plan for the day of --on; without any, the whole list.",
            autocompletion=complete_case,
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on", metavar="DAY", help="Plan these cases for that day; today ends a plan."
        ),
    ] = None,
    over: Annotated[
        str | None,
        typer.Option(
            "--spread", metavar="DAYS", help="Plan what is overdue over so many working days: 5d."
        ),
    ] = None,
    hours: Annotated[
        int | None,
        typer.Option(
            "--hours",
            parser=whole_number,
            metavar="N",
            help="Hours you have each day (working_hours).",
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; it stays on file.")
    ] = None,
    program: ProgramOption = None,
    level: LevelOption = None,
) -> None:
    """Go through what is due by single keys, or plan days for it.

    On a terminal each row of SAFETY, DEADLINE and NOW comes up by itself, and one key answers it,
    without Enter: r reached, t tried, p plan a day, z snooze, d done, c cancel, o open, s skip,
    u undo, q quit, ? help; Ctrl-O hides names and texts. Each answer is recorded at once, so
    stopping anywhere loses nothing.

    casectl triage --spread 5d proposes days for all that is overdue, the most pressing today, as
    many as fit into your hours; one yes plans it, one undo takes it back. A planned day puts a row
    behind the others in NOW until then. It moves no due day, hides no lateness, and never touches
    SAFETY and DEADLINE.
    """
    session = current(ctx)
    if hours is not None and (over is None or not 1 <= hours <= 24):
        raise BadValue("--hours goes with --spread, from 1 to 24", hint="--spread 5d --hours 6")
    if over is not None:
        if cases or on is not None:
            raise BadValue("--spread plans the whole list", hint="CASE... goes with --on DAY")
        _spread(session, over, hours, reason, _asked(session, program, level))
    elif on is not None or cases:
        if program is not None or level is not None:
            raise BadValue("--program and --level are for the whole list", hint="name the cases")
        _plan(session, cases or [], on, reason)
    else:
        _walk(session, reason, _asked(session, program, level))


def _asked(session: Session, program: str | None, level: str | None) -> Ask:
    known = session.known_program(program)
    return Ask(session.today, session.standards, None, known, session.read_level(level))


def _reason(session: Session, reason: str | None) -> str | None:
    return None if reason is None else checked_text(session.typed(reason, "reason"), "reason")


# -- days for named cases ----------------------------------------------------------------------


def _plan(session: Session, names: list[str], on: str | None, reason: str | None) -> None:
    if on is None:
        raise BadValue("--on DAY is missing", hint="casectl triage 12 --on thu")
    if not names:
        raise BadValue("--on plans named cases", hint="casectl triage 12 13 --on thu")
    day = checked_plan(session.read_day(on), session.today, session.config.date_order)
    found = {case.id: case for case in (find_case(session, name, write=True) for name in names)}
    why = _reason(session, reason)
    for case in found.values():
        _check_plan(session, case, day)
    until = day if day > session.today else None
    plans: list[tuple[Case, date | None]] = [(case, until) for case in found.values()]
    made = session.store.cases.plan(plans, why, session.today)
    stays = [_what_stays(session, case) for case in made]
    told = session.shown(made)
    sentences = [
        _plan_sentence(session, case) + more for case, more in zip(told, stays, strict=True)
    ]
    session.output.wrote_all([case_plan_object(case) for case in told], *sentences)


def _check_plan(session: Session, case: Case, day: date) -> None:
    if not case.is_open:
        raise BadValue(f"{case.handle} is closed", hint=f"casectl reopen {case.number} first")
    if day == session.today:
        if case.planned_on is None or case.planned_on < day:
            raise BadValue(f"{case.handle} is planned for no later day", hint="so today it counts")
        return
    wanted = case._replace(planned_on=day, planned_from=session.today)
    record = session.store.cases.record(case)._replace(case=wanted)
    items = due_items(record, session.standards, session.today)
    if not any(item.planned_on is not None and item.due <= day for item in items):
        raise BadValue(
            f"a plan for {session.say_day(day)} puts off nothing of {case.handle}",
            hint="safety, deadlines and what is promised for a later day have their own",
        )


def _what_stays(session: Session, case: Case) -> str:
    """What of a planned case stays where it is, in words; nothing where all of it waits."""
    ranked = _ranked(session, session.store.cases.record(case))
    if case.planned_on is None or ranked is None:
        return ""
    stays = [item.item for item in ranked.items if item.is_pressing and not item.stands_behind]
    return f" Still today: {', '.join(stays)}." if stays else ""


def _plan_sentence(session: Session, case: Case) -> str:
    whose = f"{case.client} ({case.handle})"
    if case.planned_on is None:
        return f"{whose}: no plan any more, so it stands where it belongs."
    why = f" ({case.planned_reason})" if case.planned_reason else ""
    off = "" if session.standards.calendar.is_working(case.planned_on) else ", a day off"
    return f"{whose}: planned for {session.say_day(case.planned_on)}{off}{why}."


# -- days for all that is overdue --------------------------------------------------------------


def _spread(session: Session, over: str, hours: int | None, reason: str | None, ask: Ask) -> None:
    days = spread_days(session.today, _days_in(over), session.standards.calendar)
    why = _reason(session, reason)
    agenda = session.store.agenda
    rows, ahead = agenda.rows(ask), agenda.pressing(ask, days[-1])
    minutes = 60 * (hours or session.config.working_hours)
    made = spread(rows, ahead, days, session.today, minutes, agenda.learned_minutes())
    later: list[tuple[Case, date | None]] = [*made.later_than(session.today)]
    if not later:
        _tell_that_it_fits(session, made)
        return
    if session.output.draws or not (session.yes or session.output.json or session.output.fields):
        reports.spread(made, session.output)
    session.confirm(
        f"Plan {len(later)} for later, in one step that undo takes back?",
        otherwise=BadValue(NOTHING_WRITTEN, hint="add --yes"),
    )
    session.store.cases.plan(later, why, session.today)
    session.output.wrote_all(
        _planned_objects(session, made),
        f"Planned {len(later)}; {len(made.planned) - len(later)} stay for today. "
        "casectl undo takes it back.",
    )


def _days_in(text: str) -> int:
    """``5d``, ``5 days``, ``5``: so many working days."""
    found = re.fullmatch(r"([0-9]{1,3}) ?(?:d|days?|working days?)?", text.strip().lower())
    if found is None:
        raise BadValue(
            f"--spread takes a number of working days, not {text[:40]!r}", hint="--spread 5d"
        )
    return int(found[1])


def _tell_that_it_fits(session: Session, made: Spread) -> None:
    count = len(made.planned)
    said = (
        f"All {count} that are overdue fit into today, so nothing is planned."
        if count
        else "Nothing is overdue that a plan could put off."
    )
    session.output.wrote_all(_planned_objects(session, made), said)


def _planned_objects(session: Session, made: Spread) -> list[Object]:
    return [planned_object(each, session.today) for each in session.shown(made.planned)]


# -- one key a row -----------------------------------------------------------------------------


def _walk(session: Session, reason: str | None, ask: Ask) -> None:
    rows = session.store.agenda.rows(ask)
    wanted = to_walk(rows)
    if session.output.json or session.output.fields or not _can_walk(session):
        reports.agenda_rows(wanted, session.output)
        raise BadValue(f"{len(wanted)} want an answer; {USAGE}")
    if not wanted:
        session.output.say("Nothing wants an answer today.")
        return
    Walk(session, [row.record.case for row in wanted], _reason(session, reason)).go()


def _can_walk(session: Session) -> bool:
    return session.can_ask and sys.stdout.isatty()


class LeftAlone(Exception):
    """Nobody typed for long, or the terminal is closed: it ends here."""


class Done:
    """One answer, to be told at the end and undone before."""

    def __init__(self, word: str, operation: int, place: int, item: str) -> None:
        self.word = word
        self.operation = operation
        self.place = place
        self.item = item


class Walk:
    """The rows one after another. Each answer is an operation of its own."""

    def __init__(self, session: Session, cases: Sequence[Case], reason: str | None) -> None:
        from casectl.prompt import Prompt

        sitting = session.sitting
        idle = sitting.idle_seconds if sitting else session.config.lock_minutes * 60
        self.session = session
        self.cases = cases
        self.reason = reason
        self.place = 0
        self.seen: set[str] = set()  # items that were answered
        self.done: list[Done] = []
        self.shown: set[int] = set()
        self.prompt: Prompt = Prompt(lambda _: (), idle, lambda: None)
        self.answers: dict[str, Callable[[CaseRecord, DueItem], str | None]] = {
            "r": self._reached,
            "t": self._tried,
            "p": self._planned,
            "z": self._snoozed,
            "d": self._ended,
            "c": self._cancelled,
        }

    def go(self) -> None:
        session = self.session
        count = len(self.cases)
        tell(
            f"{count} want{'s' * (count == 1)} an answer. One key each, without Enter; ? for help."
        )
        try:
            while self.place < count:
                if not self._row():
                    break
        except LeftAlone:
            self.prompt.clear()
            if session.sitting is not None:
                session.sitting.was_left = True
        self._sum_up()

    # -- a row ---------------------------------------------------------------------------------

    def _row(self) -> bool:
        """Show the row at this place and answer it; False to end."""
        record = self._record(self.cases[self.place])
        ranked = _ranked(self.session, record)  # of a case closed meanwhile, its call
        item = next_item(ranked, self.seen) if ranked else None
        if ranked is None or item is None:
            self.place += 1
            return True
        about = self._about(record.case, item)
        self._show(record, item, about, [each for each in ranked.items if each.is_pressing])
        while True:
            line = self.prompt.key(self._asks(about), KEYS)
            match self._how(line):
                case "again":
                    return True
                case "q":
                    return False
                case "s":
                    self.place += 1
                    return True
                case "u":
                    if self._undo():
                        return True
                case "?":
                    known = _keys_of(about).items()
                    self.session.output.say(*(f"{key}  {what}" for key, what in known))
                case "o":
                    self._open(record.case)
                case key:
                    if self._answer(key, record, item):
                        return True

    def _record(self, case: Case) -> CaseRecord:
        """The case as it stands now; one's own work as the list has it."""
        store = self.session.store
        if case == ME:
            return CaseRecord(ME, tuple(store.promises.open_of(ME)))
        return store.cases.record(case)

    def _how(self, line: "Line") -> str:
        from casectl import prompt

        if line.how == prompt.IDLE:
            raise LeftAlone
        if line.how == prompt.ENDED:
            return "q"
        if line.how == prompt.PRIVATE:
            self._turn_private()
            return "again"
        return line.text

    def _asks(self, about: "Piece | None") -> str:
        wide, short = ASKS, SHORT_ASKS
        if about is not None:
            asked = _is_asked(about)
            wide = ASKS_OF_THEM if asked else ASKS_OF_NOBODY
            short = SHORT_ASKS_OF_THEM if asked else SHORT_ASKS_OF_NOBODY
        return wide if self.session.output.width >= NARROW else short

    def _about(self, case: Case, item: DueItem) -> "Piece | None":
        """The referral or denial that an item is about: of those, no key reaches the client."""
        promise = item.promise
        if item.kind in ("referral", "denial"):
            from casectl.core.casework import named_part

            named = named_part(item.item.rpartition(".")[2])
            return self.session.store.casework.numbered(case, *named) if named else None
        if case == ME or promise is None or promise.kind != FOLLOW_UP:
            return None
        from casectl.core.casework import DENIAL
        from casectl.core.denials import ASKS as DECISION_ASKED
        from casectl.core.denials import promise_number

        denials = self.session.store.casework.of(case, DENIAL, only_open=True)
        mine = (each for each in denials if promise_number(each, DECISION_ASKED) == promise.number)
        return next(mine, None)

    def _show(
        self,
        record: CaseRecord,
        item: DueItem,
        about: "Piece | None",
        pressing: Sequence[DueItem],
    ) -> None:
        session = self.session
        if record.case != ME and record.case.number not in self.shown:
            session.was_shown("triage", [record.case])
            self.shown.add(record.case.number)
        others = [
            each for each in pressing if each.item != item.item and each.item not in self.seen
        ]
        place = f"{self.place + 1}/{len(self.cases)}"
        reports.triage_row(place, record, item, others, self._whom(about), session.output)

    def _whom(self, about: "Piece | None") -> str | None:
        """Whom to ask of a referral, with their number."""
        from casectl.core.casework import REFERRAL

        if about is None or about.kind != REFERRAL:
            return None
        from casectl.core.referrals import RESOURCE
        from casectl.render.referrals import call_words

        session, number = self.session, about.body.get(RESOURCE)
        service = session.store.resources.numbered(number) if number is not None else None
        return call_words(session.shown(about), session.shown(service))

    def _answer(self, key: str, record: CaseRecord, item: DueItem) -> bool:
        """What a key asks for; False where nothing was recorded, and why is told."""
        journal = self.session.store.journal
        before = journal.newest
        try:
            word = self.answers[key](record, item)
        except CasectlError as error:
            self._refuse(error)
            return False
        if word is None or journal.newest is None or journal.newest == before:
            return False
        self.done.append(Done(word, journal.newest, self.place, item.item))
        self.seen.add(item.item)
        return True

    def _refuse(self, error: CasectlError) -> None:
        """Say why not, and take the rest of what was typed for an answer: it is no further key.

        Whoever types "p thu" where nothing can be planned would record an attempt by its t.
        """
        tell(f"casectl: {error}")
        self._line("Enter goes on. ", "")

    def _undo(self) -> bool:
        """Take the last answer back and go back to its row."""
        if not self.done:
            tell("Nothing of this triage to undo; casectl undo takes back what was before.")
            return False
        last = self.done[-1]
        try:
            self.session.store.journal.undo(last.operation)
        except CasectlError as error:
            tell(f"casectl: {error}")
            return False
        self.done.pop()
        self.seen.discard(last.item)
        self.place = last.place
        tell(f"Undone: {last.item} {last.word}.")
        return True

    def _open(self, case: Case) -> None:
        from casectl.core.casefile import owed

        session = self.session
        if case == ME:
            tell("casectl show me tells of your own work.")
            return
        file = session.store.cases.file(case)
        items = owed(file.record, session.standards, session.today)
        reports.case_file(file, items, session.output, whole=False)

    def _turn_private(self) -> None:
        hidden = self.session.turn_private()
        if hidden:
            self.prompt.clear()
        tell("Private: numbers and initials only." if hidden else "Names are shown again.")

    # -- the answers, each the word it is told by; None where nothing is to be recorded --------

    def _reached(self, record: CaseRecord, item: DueItem) -> str | None:
        return self._contact(record, item, REACHED, "What was said? Enter: nothing more. ")

    def _tried(self, record: CaseRecord, item: DueItem) -> str | None:
        return self._contact(record, item, TRIED, "What message was left? Enter: none. ")

    def _contact(
        self, record: CaseRecord, item: DueItem, outcome: str, question: str
    ) -> str | None:
        promise = item.promise if _is_about_reaching(item) else None
        case = record.case
        about = self._about(case, item)
        if about is not None:
            return self._of_them(case, about, outcome)
        if case == ME:
            raise BadValue("your own work is nobody to reach", hint="d marks it done")
        if promise is not None and outcome == REACHED:
            check_come(case, promise, self.session.today, self.session.config.date_order)

        def record_it(text: str) -> str:
            line = self.session.read_line(f"{case.number} {outcome} {text}")
            usual = USUAL_MEANS.get(kind_of(item), "phone")
            by = usual if line.by == "phone" and not _says_phone(text) else line.by
            contact = new_contact(
                case,
                outcome=outcome,
                by=by,
                party=line.party,
                on_day=line.on or self.session.today,
                today=self.session.today,
                text=line.text,
                minutes=line.minutes,
                item=f"{case.number}.{promise.number}" if promise else None,
                order=self.session.config.date_order,
            )
            following = None
            if line.step is not None:
                following = self._follow_up(case, line.step.what, line.step.when)
            recorded = self.session.store.contacts.record(
                case,
                contact,
                command="triage",
                does=promise if outcome == REACHED else None,
                promise=following,
            )
            told = self.session.shown(case)
            shown = self.session.shown(recorded)
            more = ""
            if shown.ended is not None:
                done, following = shown.ended
                more += f" Done: {case.number}.{done.number} {done.what}."
                if following is not None:
                    day = self.session.say_day(following.due_on)
                    more += f" Again: {following.what}, {day}."
            if shown.promised is not None:
                step = shown.promised
                more += f" Next: {step.what}, {self.session.say_day(step.due_on)}."
            tell(f"{outcome.title()} {told.client} by {by} ({case.number}.c"
                 f"{recorded.contact.number}).{more}")  # fmt: skip
            return outcome

        return self._asked(question, record_it)

    def _of_them(self, case: Case, about: "Piece", outcome: str) -> str | None:
        """What the agency of a referral answered, or that it was asked: no contact with anybody."""
        from casectl.core.casework import DENIAL
        from casectl.core.referrals import ASKED, RECEIVED, new_event, too_early

        name = f"{case.number}.{about.part}"
        if about.kind == DENIAL:
            raise BadValue(
                f"{name} is a denial: asking about it reaches nobody",
                hint=f"casectl denial decide {name} records what was decided, denial file what was "
                "done",
            )
        if not _is_asked(about):
            how = how_of_a_referral(self.session, case, about.part)
            raise BadValue(f"{name} {how}")
        if outcome == TRIED:

            def asked(text: str) -> str:
                event = new_event(ASKED, self.session.today, text=text or None)
                self._happened(case, about, event, "referral chase")
                return "asked"

            return self._asked("What was said or left? Enter: nothing. ", asked)

        def answered(text: str) -> str:
            word, _, known = text.partition(" ")
            did = _answer_in(word)
            first = too_early(about, self.session.today) if did == RECEIVED else None
            if first is not None:
                raise BadValue(
                    f"{name} is scheduled for {self.session.say_day(first)}",
                    hint=f"casectl referral received {name} --yes says that they came already",
                )
            event = new_event(did, self.session.today, text=known.strip() or None)
            known_as = RECEIVED if did == RECEIVED else "answer"
            self._happened(case, about, event, f"referral {known_as}")
            return did

        question = "Accepted, declined, waitlisted or received? (a d w r, then what was said) "
        return self._asked(question, answered, needed=True)

    def _happened(self, case: Case, referral: "Piece", event: "Event", command: str) -> None:
        """Record it as ``casectl referral`` does, and tell how it stands."""
        from casectl.core.referrals import check_next
        from casectl.render.referrals import next_sentence, referral_sentence

        session = self.session
        check_next(case, referral, event, session.config.date_order)
        interval = session.standards.of(case.program).referral
        made = session.store.referrals.happen(case, referral, event, command, interval=interval)
        items = due_items(session.store.cases.record(case), session.standards, session.today)
        name = f"{case.number}.{made.part}"
        due = next((each.due for each in items if each.item == name), None)
        told, piece = session.shown(case), session.shown(made)
        tell(referral_sentence(piece, told, session.output))
        for each in next_sentence(piece, told, due, session.output):
            tell(each)

    def _planned(self, record: CaseRecord, item: DueItem) -> str | None:
        if record.case == ME:
            raise BadValue("your own work is snoozed, not planned", hint="z moves it")
        if not can_be_planned(item):
            raise BadValue(_why_not_planned(item), hint="s skips it")
        session = self.session
        usual = session.standards.calendar.after(session.today, 1)

        def plan(text: str) -> str:
            day = session.read_day(text) if text else usual
            day = checked_plan(day, session.today, session.config.date_order)
            if day == session.today:
                raise BadValue("it stands on today's list already", hint="give a later day")
            _check_plan(session, record.case, day)
            session.store.cases.plan([(record.case, day)], self.reason, session.today)
            off = "" if session.standards.calendar.is_working(day) else ", a day off"
            tell(f"Planned for {session.say_day(day)}{off}.")
            return "planned"

        return self._asked(f"Which day? Enter: {session.say_short(usual)}. ", plan)

    def _snoozed(self, record: CaseRecord, item: DueItem) -> str | None:
        promise = item.promise
        if promise is None or promise.kind != FOLLOW_UP:
            raise BadValue("only follow-ups are snoozed", hint="p plans a day for it")
        session, case = self.session, record.case

        def read(text: str) -> When:
            until = session.read_when(text)
            check_snooze(until.day, session.today, session.config.date_order)
            if until.day <= promise.due_on:
                raise BadValue(f"{session.say_day(until.day)} is not later", hint="snooze moves on")
            if case != ME:
                checked_due(until.day, case.opened_on, session.config.date_order)
            return until

        until = self._asked("Until when? ", read, needed=True)
        if until is None:
            return None

        def move(text: str) -> str:
            why = checked_text(text or self.reason or "", "reason")
            session.store.promises.snooze([promise], until.day, until.time, why)
            tell(f"Snoozed to {session.say_day(until.day, until.time)}.")
            return "snoozed"

        return self._asked(f"Why? {self._usual_reason()}", move, needed=self.reason is None)

    def _ended(self, record: CaseRecord, item: DueItem) -> str | None:
        case, promise = record.case, item.promise
        if promise is None:
            return self._ended_derived(case, item)
        if promise.kind == APPOINTMENT:
            return self._come(case, promise)
        store = self.session.store

        def end(text: str) -> str:
            outcome = checked_text(text, "outcome") if text else None
            store.promises.end([promise], DONE, outcome=outcome, command="triage")
            tell(f"Done: {item.item}.")
            return "done"

        deadline = promise.kind == DEADLINE
        question = "What was decided? " if deadline else "What came of it? Enter: nothing more. "
        return self._asked(question, end, needed=deadline)

    def _come(self, case: Case, promise: Promise) -> str | None:
        """An appointment whose day has come: kept, which is a contact, or missed."""
        session = self.session
        if promise.due_on > session.today:
            raise BadValue("that appointment is still ahead", hint="c cancels it")

        def end(text: str) -> str:
            word, _, known = text.partition(" ")
            told = {"k": KEPT, "kept": KEPT, "m": MISSED, "missed": MISSED}.get(fold(word))
            if told is None:
                raise BadValue("kept or missed, and then what is known", hint="k signed the form")
            outcome = checked_text(known, "text") if known.strip() else None
            if told == MISSED:
                session.store.promises.end([promise], MISSED, outcome=outcome, command="triage")
            else:
                contact = new_contact(
                    case,
                    outcome=REACHED,
                    by="office",
                    party="client",
                    on_day=promise.due_on,
                    today=session.today,
                    text=outcome,
                    minutes=promise.minutes,
                    item=f"{case.number}.{promise.number}",
                    order=session.config.date_order,
                )
                session.store.contacts.record(case, contact, command="triage", does=promise)
            tell(f"{told.title()}: {case.number}.{promise.number}.")
            return told

        return self._asked("Kept or missed? (k or m, then what is known) ", end, needed=True)

    def _ended_derived(self, case: Case, item: DueItem) -> str | None:
        session = self.session
        if item.kind == "assessment" and item.stage != "level":

            def assess(text: str) -> str:
                outcome = checked_text(text, "outcome") if text else None
                session.store.cases.assessed(case, session.today, outcome)
                tell(f"Assessed today: {item.item}.")
                return "assessed"

            return self._asked("What came of it? Enter: nothing more. ", assess)
        if item.kind == "next_step" and item.stage != "decide":

            def step(text: str) -> str:
                said = session.read_step(text)
                promise = self._follow_up(case, said.what, said.when)
                made = session.store.promises.make(case, promise, "triage")
                day = session.say_promised(made)
                tell(f"Next: {case.number}.{made.number}, {day}.")
                return "next step"

            return self._asked("What is next, and when? (check aide mon) ", step, needed=True)
        stem, _, part = item.item.rpartition(".")
        how = how_of_a_referral(session, case, part)
        raise BadValue(f"{item.item} {how or how_to_clear(part, 'is not marked done', stem)}")

    def _cancelled(self, record: CaseRecord, item: DueItem) -> str | None:
        promise = item.promise
        if promise is None:
            if item.kind == "referral":
                raise BadValue(
                    f"{item.item} is a referral", hint=f"casectl referral cancel {item.item} REASON"
                )
            stem, _, part = item.item.rpartition(".")
            raise BadValue(f"{item.item} {how_to_clear(part, 'is not cancelled', stem)}")

        def cancel(text: str) -> str:
            why = checked_text(text or self.reason or "", "reason")
            self.session.store.promises.cancel([promise], why)
            tell(f"Cancelled: {item.item}.")
            return "cancelled"

        return self._asked(f"Why? {self._usual_reason()}", cancel, needed=self.reason is None)

    def _follow_up(self, case: Case, what: str, when: When) -> Promise:
        return new_promise(case, FOLLOW_UP, what, when, order=self.session.config.date_order)

    def _usual_reason(self) -> str:
        return "Enter: as given with --reason. " if self.reason else ""

    def _asked(
        self, question: str, read: Callable[[str], Read], *, needed: bool = False
    ) -> Read | None:
        """One short answer, read; what could not be read comes back to be mended.

        None for Ctrl-C, and for a bare Enter where something is ``needed``.
        """
        begun = ""
        while True:
            typed = self._line(question, begun)
            if typed is None or (needed and not typed.strip()):
                return None
            try:
                return read(typed.strip())
            except CasectlError as error:
                tell(f"casectl: {error}")
                if not typed.strip():
                    return None
                begun = typed

    def _line(self, question: str, begun: str) -> str | None:
        """What was typed; None for Ctrl-C, which the up key brings back."""
        from casectl import prompt

        while True:
            line = self.prompt.ask(lambda: question, begun, private=self.session.private)
            if line.how == prompt.IDLE:
                raise LeftAlone
            if line.how == prompt.TYPED:
                return line.text
            self.prompt.remember(line.text, private=self.session.private)
            if line.how != prompt.PRIVATE:
                return None
            self._turn_private()
            begun = "" if self.session.private else line.text

    # -- the end -------------------------------------------------------------------------------

    def _sum_up(self) -> None:
        counts: dict[str, int] = {}
        for each in self.done:
            counts[each.word] = counts.get(each.word, 0) + 1
        told = ", ".join(f"{count} {word}" for word, count in counts.items()) or "nothing recorded"
        left = len(self.cases) - self.place
        remain = f"{left} not looked at" if left else "all looked at"
        self.session.output.say(f"Triage: {told}; {remain}. casectl today shows what remains.")


def _ranked(session: Session, record: CaseRecord) -> Ranked | None:
    standards = session.standards
    return ranked_case(record, standards, session.today, standards.common_scale())


def _why_not_planned(item: DueItem) -> str:
    if not item.case.is_open:
        return "the call after the end is not planned"
    return "safety and deadlines are never planned away"


def _is_about_reaching(item: DueItem) -> bool:
    """Whether reaching the client keeps what was promised: a call, a visit, an appointment."""
    if item.is_appointment:
        return True
    return (
        item.kind == FOLLOW_UP
        and item.promise is not None
        and item.promise.subject in REACHING_KINDS
    )


def _is_asked(about: "Piece | None") -> bool:
    """Whether it is a referral that somebody is asked about: sent, and not declined."""
    from casectl.core.casework import DECLINED, DRAFT, REFERRAL

    if about is None or about.kind != REFERRAL:
        return False
    return about.stage not in (DRAFT, DECLINED)


def _keys_of(about: "Piece | None") -> dict[str, str]:
    """The keys of a row, each with what it does there."""
    if about is None:
        return KEYS
    if _is_asked(about):
        return {**KEYS_OF_THEM, **{key: KEYS[key] for key in KEYS if key in "posuq?"}}
    return {key: what for key, what in KEYS.items() if key not in KEYS_OF_THEM}


def _answer_in(word: str) -> str:
    """``d``, ``declined``: what they answered, or that they say the client came."""
    from casectl.core.referrals import ANSWERS, RECEIVED

    typed = fold(word)
    for each in (*ANSWERS, RECEIVED):
        if typed and typed in (each, each[0]):
            return each
    raise BadValue(
        "accepted, declined, waitlisted or received, and then what was said", hint="d full till may"
    )


def _says_phone(text: str) -> bool:
    return fold(text).startswith(("call", "phone"))
