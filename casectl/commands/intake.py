"""intake: taking a client in, or many from a file."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any, NamedTuple

import typer

from casectl.core.dates import When, parse_birth_date
from casectl.core.due import due_items
from casectl.core.errors import Ambiguous, BadValue, Declined, NotFound
from casectl.core.intake import (
    UNSTATED_URGENCY,
    Given,
    arrival,
    checked_intake_day,
    checked_program,
    level_named,
    risk_named,
)
from casectl.core.model import PENDING, Case, Level
from casectl.core.promising import checked_due
from casectl.core.text import checked_name, checked_text, fold, initials
from casectl.naming import find_case
from casectl.parameters import current
from casectl.render import tell
from casectl.render.objects import case_object, client_object, item_object, promise_object
from casectl.session import STDIN, Session, Unanswered

DRAFT = "intake"
KEPT = "Kept as a draft: casectl intake goes on with it."
YES = "yes"
# What belongs to the person, not to the case: on file already where the person is.
OF_THE_CLIENT = (
    "birth_date", "phone", "email", "address", "language", "interpreter", "pronouns",
    "safe_contact", "safe_when", "safe_how", "safe_never", "client_ref",
)  # fmt: skip


OWN_WORDS = ("name", "next_step")  # answers that are nobody else's business


class Question(NamedTuple):
    key: str
    ask: str
    skipped: str  # what Enter leaves it at
    help: str


QUESTIONS = (
    Question("name", "Name", "", "As you will look for it. Initials or a case number will do."),
    Question(
        "urgency",
        "Urgency: low, medium, high or crisis",
        "medium",
        "It sets how often the client must be reached; crisis is every day.",
    ),
    Question(
        "risk",
        "Risk: none, low, moderate, high or imminent",
        "not assessed",
        "The risk of harm, as somebody assessed it. Until then it counts as moderate, provisional.",
    ),
    Question(
        "next_step",
        "Next step",
        "none yet",
        "What you will do next, in your own words. Without one, the case owes one.",
    ),
    Question("due", "By when", "", "A day: fri, tomorrow, in 2 weeks, 14 jan, 2027-01-14."),
)


def intake(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME|-]", help="Who; - reads the name from standard input."),
    ] = None,
    birth_date: Annotated[
        str | None,
        typer.Option("--dob", metavar="DAY", help="Birth date: 1978-03-29, 1978-03 or 1978."),
    ] = None,
    phone: Annotated[str | None, typer.Option("--phone", metavar="NUMBER", help="Phone.")] = None,
    email: Annotated[str | None, typer.Option("--email", metavar="TEXT", help="E-mail.")] = None,
    address: Annotated[
        str | None, typer.Option("--address", metavar="TEXT", help="Where they live.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="TEXT", help="Their language.")
    ] = None,
    interpreter: Annotated[
        bool, typer.Option("--interpreter", help="They need an interpreter.")
    ] = False,
    pronouns: Annotated[
        str | None, typer.Option("--pronouns", metavar="TEXT", help="Their pronouns.")
    ] = None,
    safe_contact: Annotated[
        str | None,
        typer.Option(
            "--safe-contact", metavar="TEXT", help="When and how to call, and what never to say."
        ),
    ] = None,
    safe_when: Annotated[
        str | None, typer.Option("--safe-when", metavar="TEXT", help="When to call: after 18:00.")
    ] = None,
    safe_how: Annotated[
        str | None, typer.Option("--safe-how", metavar="TEXT", help="How to call: text first.")
    ] = None,
    safe_never: Annotated[
        str | None,
        typer.Option("--safe-never", metavar="TEXT", help="What must never be said or left."),
    ] = None,
    program: Annotated[
        str | None, typer.Option("--program", metavar="NAME", help="The program that serves them.")
    ] = None,
    referred_by: Annotated[
        str | None, typer.Option("--referred-by", metavar="TEXT", help="Who sent them.")
    ] = None,
    need: Annotated[
        str | None, typer.Option("--need", metavar="TEXT", help="What they came for.")
    ] = None,
    urgency: Annotated[
        str | None,
        typer.Option(
            "--urgency",
            metavar="LEVEL",
            help="crisis, high, medium or low; unsaid, medium, or low where the risk is.",
        ),
    ] = None,
    risk: Annotated[
        str | None,
        typer.Option(
            "--risk", metavar="RISK", help="none, low, moderate, high or imminent, once assessed."
        ),
    ] = None,
    next_step: Annotated[
        str | None, typer.Option("--next", metavar="TEXT", help="The next step; needs --due.")
    ] = None,
    due: Annotated[
        str | None, typer.Option("--due", metavar="WHEN", help="When the next step is due.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day of the intake (today).")
    ] = None,
    external_id: Annotated[
        str | None,
        typer.Option("--external-id", metavar="ID", help="Another system's id for the person."),
    ] = None,
    pending: Annotated[
        bool, typer.Option("--pending", help="A referral that is not taken on yet.")
    ] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Somebody new, whoever is on file already.")
    ] = False,
    same: Annotated[
        str | None,
        typer.Option("--same", metavar="CASE", help="A new case of the person of this case."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="Many at once: a CSV or TSV file, - a pipe."),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="With --from: take what is good, report the rest.")
    ] = False,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", metavar="NAME", help="With --from: if not UTF-8, as cp1252."),
    ] = None,
) -> None:
    """Take a client in, or many from a file.

    On a terminal it asks for what the command line does not say: Enter skips a question, < goes
    back, ? helps, and what you typed survives Ctrl-C. Only a name is needed. A name that was asked
    for, or piped in (casectl intake - < file), stands in no shell's history; one typed as an
    argument does.

    --from takes a spreadsheet saved as CSV or TSV: one row per person or case, the columns known
    by their usual names (name or first and last name, birth date, phone, program, level, risk,
    status, intake, exit date, last contact, next step, due, court date, case number ...). All rows
    are taken in, or none: a row that cannot be is reported by row, column and reason. --skip-bad
    takes the good ones, and a person whose birth date, phone or due day is bad without that cell,
    which a note keeps; a bad level, risk or intake spoils the row.

    A row whose status is closed, or with an exit date (closed on, date closed, discharge date),
    becomes a closed case; a file of exits alone is refused, for an exit opens no case. Where the
    last contact is not known, contacts come due spread over the level's interval from today. With
    --new, whoever is on file is taken in again: the same id is another case of that person. A row
    that knows by the client id who a number is, or the case number of somebody's only case, fills
    that in, once you say yes. Where no column is understood as a name and one that is not may be,
    a script adds --yes to go on with the numbers.
    """
    session = current(ctx)
    if name == STDIN and source is None:
        name = session.typed_name()
    texts = {
        "name": name,
        "birth_date": birth_date,
        "phone": phone,
        "email": email,
        "address": address,
        "language": language,
        "pronouns": pronouns,
        "safe_contact": safe_contact,
        "safe_when": safe_when,
        "safe_how": safe_how,
        "safe_never": safe_never,
        "program": program,
        "referred_by": referred_by,
        "need": need,
        "urgency": urgency,
        "risk": risk,
        "next_step": next_step,
        "due": due,
        "opened_on": on,
        "client_ref": external_id,
    }
    typed = {key: text for key, text in texts.items() if text is not None}
    flags = {key: YES for key, on in (("interpreter", interpreter), ("pending", pending)) if on}
    if new and same is not None:
        raise BadValue("--new and --same say opposite things", hint="give one of them")
    if source is not None:
        if set(typed) - {"program"} or interpreter or same is not None:
            raise BadValue(
                "with --from, the rows say who it is",
                hint="only --program, --pending, --new, --skip-bad and --encoding go with it",
            )
        from casectl.importing import take_many

        take_many(
            session,
            source,
            encoding=encoding,
            program=program,
            pending=pending,
            new=new,
            skip_bad=skip_bad,
            ensure_caseload=lambda: _ensure_caseload(session),
        )
    elif skip_bad or encoding is not None:
        raise BadValue("--skip-bad and --encoding go with --from FILE")
    else:
        _take_one(session, {**typed, **flags}, new, same)


def _ensure_caseload(session: Session) -> None:
    """Offer to make one where there is none."""
    try:
        _ = session.store
    except NotFound as error:
        path = session.db_path.absolute()
        session.confirm(f"There is no caseload at {path} yet. Create it?", otherwise=error)
        from casectl.unlocking import make_caseload

        protection = make_caseload(session)
        tell("Created your caseload, readable by you alone:")
        for line in (f"  {path}", *protection.said):
            tell(line)


# --- One ------------------------------------------------------------------------------------


def _take_one(
    session: Session,
    typed: dict[str, str],
    new: bool,
    same: str | None,
) -> None:
    known = {key: _read(session, key, text) for key, text in typed.items()}
    _ensure_caseload(session)
    twin = find_case(session, same, write=True) if same is not None else None
    if twin is not None:
        session.store.covering.check_new(twin.client_id)
        _refuse_client_facts(session, known, twin)
        known["name"] = twin.client
    settled = twin is not None or new
    if session.can_ask:
        known, twin = _guided(session, known, twin, settled)
        known.setdefault("urgency", int(UNSTATED_URGENCY))  # what Enter left it at
    if "name" not in known:
        raise BadValue("an intake needs a name", hint='casectl intake "Maria Garcia"')
    pending = known.pop("pending", False)
    given = Given(**known)
    load = arrival(given, session.today, pending=pending, order=session.config.date_order)
    if not (settled or session.can_ask):
        _refuse_possible_twin(session, given)
    if twin is not None:
        client = session.store.cases.client(twin.client_id)
        load = load._replace(client=client, same_client=client.id)
    case = session.store.intake.take_in(load)
    _tell_taken(session, case)


def _read(session: Session, key: str, text: str) -> Any:
    """One fact as it was typed, read as what it is. Raises BadValue."""
    match key:
        case "name":
            return checked_name(text)
        case "birth_date":
            return parse_birth_date(text, session.today, order=session.config.date_order)
        case "program":
            return checked_program(checked_text(text, "program"), session.config.programs)
        case "urgency":
            return level_named(text)
        case "risk":
            return risk_named(text)
        case "opened_on":
            return checked_intake_day(session.read_day(text, back=True), session.today)
        case "interpreter" | "pending":
            return text == YES
        case "due":
            return session.read_when(text)
    return checked_text(text, key.replace("_", " ").replace("client ref", "external id"))


def _refuse_client_facts(session: Session, known: Iterable[str], twin: Case) -> None:
    extra = _of_the_client(known)
    if extra:
        raise BadValue(
            f"the {extra[0]} of {session.shown(twin).client} is on file already",
            hint=f"casectl edit {twin.number} corrects it",
        )


def _of_the_client(known: Iterable[str]) -> list[str]:
    return [key.replace("_", " ") for key in known if key in OF_THE_CLIENT]


def _refuse_possible_twin(session: Session, given: Given) -> None:
    """A script says itself whether it is the same person."""
    found = session.store.intake.possible_duplicates(given.name, given.birth_date, given.client_ref)
    if found:
        names = ", ".join(f"{case.handle} ({case.client})" for case in session.shown(found))
        raise Ambiguous(
            f"possibly on file already: {names}",
            hint="--new for a new person, --same CASE for a new case of that person",
        )


# --- Asking ---------------------------------------------------------------------------------


def _guided(
    session: Session, given: dict[str, Any], twin: Case | None, settled: bool
) -> tuple[dict[str, Any], Case | None]:
    """What the command line gave and the answers to the rest, and whose new case it is.

    Whoever is interrupted, or stops because the person is on file, finds it all in the draft.
    """
    try:
        known = {**_draft(session, given), **given}
        asking = _Asking(session, known, twin, settled)
        asking.ask([each for each in QUESTIONS if each.key not in given])
    except (KeyboardInterrupt, EOFError, Unanswered):
        if session.store.intake.draft(DRAFT) is not None:
            tell("")
            tell(KEPT)
        raise
    return known, asking.twin


class _Asking:
    """One walk through the questions, there and back. What a draft answers is passed over.

    As soon as there is a name, and before anything more is asked, it looks who is on file.
    """

    def __init__(
        self, session: Session, known: dict[str, Any], twin: Case | None, settled: bool
    ) -> None:
        self.session = session
        self.known = known
        self.drafted = set(known)
        self.twin = twin  # whose new case it is; None for a new person
        self.settled = settled  # the command line says who it is
        self.looked_for: str | None = None

    def ask(self, questions: Sequence[Question]) -> None:
        """Ask what is not known yet; what is can be gone back to."""
        self._look()
        unknown = (n for n, each in enumerate(questions) if each.key not in self.known)
        place = next(unknown, len(questions))
        if place < len(questions):
            self._keep()
            tell("Enter skips a question, < goes back, ? helps.")
        while place < len(questions):
            question = questions[place]
            needless = question.key == "due" and "next_step" not in self.known
            if needless or question.key in self.drafted:
                place += 1
                continue
            step = self._one(question)
            if step < 0 and place == 0:
                tell("That was the first question.")
            place = max(place + step, 0)
            if step < 0:
                self.drafted.discard(questions[place].key)

    def _one(self, question: Question) -> int:
        """Ask once: 1 goes on, -1 back, 0 asks again."""
        key = question.key
        before = _spelled(key, self.known[key]) if key in self.known else ""
        told = self.session.shown(before) if key in OWN_WORDS else before
        enter = f" [{told or question.skipped}]" if told or question.skipped else ""
        answer = self.session.ask(f"{question.ask}{enter}: ").strip()
        if answer == "<":
            return -1
        if answer == "?":
            tell(f"  {question.help}{' - takes the answer back.' if before else ''}")
            return 0
        if answer == "-" and before:
            del self.known[key]
        elif answer:
            try:
                self.known[key] = self._read(key, answer)
            except BadValue as error:
                tell(f"  {error}")
                return 0
        elif not before and key == "name":
            tell("  A case needs a name; initials or a case number will do.")
            return 0
        elif not before and key == "due":
            tell("  A next step needs a day. < goes back to it, and - there takes it back.")
            return 0
        self._keep()
        if key == "name":
            self._look()
        return 1

    def _look(self) -> None:
        """Ask whether the person is on file, once for each name."""
        name = self.known.get("name")
        if self.settled or name is None or name == self.looked_for:
            return
        self.looked_for = name
        found = self.session.store.intake.possible_duplicates(
            name, self.known.get("birth_date"), self.known.get("client_ref")
        )
        self.twin = self._same_person(found) if found else None
        if self.twin is not None and (typed_again := _of_the_client(self.known)):
            words = " and ".join(typed_again)
            tell(f"Their {words} stays as it is on file: casectl edit {self.twin.number}")

    def _same_person(self, found: list[Case]) -> Case | None:
        """The case of the same person, where somebody says that it is; None for a new person."""
        self._keep()
        say = self.session.say_day
        born = self.session.store.cases.birth_dates(case.client_id for case in found)
        born = self.session.shown(born)
        tell("Possibly on file already:")
        for case in self.session.shown(found):
            birth = f", born {born[case.client_id]}" if case.client_id in born else ""
            status = case.status.replace("_", " ")
            whose = f"{case.client} ({case.handle}){birth}"
            tell(f"  {case.number}  {whose}, {status}, intake {say(case.opened_on)}")
        while True:
            question = (
                "Its number for a new case of that person, n for a new person, Enter to stop: "
            )
            answer = fold(self.session.ask(question))
            if not answer:
                tell(KEPT)
                raise Declined("nothing was written")
            if answer in ("n", "new"):
                return None
            for case in found:
                if answer in (str(case.number), case.handle) and self._may_be(case):
                    return case

    def _may_be(self, case: Case) -> bool:
        """Whether a new case may be the client's of this one; why not is said."""
        covered = self.session.store.covering.of_client(case.client_id)
        if covered is not None:
            handle = self.session.shown(covered).handle
            tell(f"  {handle} is covered for a colleague: n takes them in by themselves meanwhile.")
        return covered is None

    def _read(self, key: str, answer: str) -> Any:
        value = _read(self.session, key, answer)
        if key == "due":
            opened_on = self.known.get("opened_on", self.session.today)
            checked_due(value.day, opened_on, self.session.config.date_order)
            tell(f"  {self.session.say_day(value.day, value.time)}")
        return value

    def _keep(self) -> None:
        """Every answer is kept at once: a closed window is an interruption too."""
        if "name" in self.known:
            import json

            spelled = {key: _spelled(key, value) for key, value in self.known.items()}
            self.session.store.intake.keep_draft(DRAFT, json.dumps(spelled))


def _spelled(key: str, value: Any) -> str:
    """A fact as text that reads back as itself, next week too: no "fri"."""
    if isinstance(value, When):
        return f"{value.day.isoformat()} {value.time or ''}".strip()
    if isinstance(value, bool):
        return YES
    return Level(value).word if key == "urgency" else str(value)


def _draft(session: Session, given: Mapping[str, Any]) -> dict[str, Any]:
    """The draft of an interrupted intake, if somebody wants to go on with it.

    One that nobody wants now stays until the next has a name. Where the command line names somebody
    else, the draft's answers are not that person's: it is dropped, or nothing is done.
    """
    body = session.store.intake.draft(DRAFT)
    if body is None:
        return {}
    import json

    known: dict[str, Any] = {}
    for key, text in json.loads(body).items():
        with suppress(BadValue):  # the day it named may have become impossible since
            known[key] = _read(session, key, text)
    whose, name = known.get("name", "somebody"), given.get("name")
    same = name is None or fold(name) == fold(whose)
    if session.private:
        whose, name = initials(whose), initials(name or "")
    interrupted = f"An intake of {whose} was interrupted."
    if same:
        if session.agrees(f"{interrupted} Go on with it?"):
            return known
        tell("It is dropped once this intake has a name.")
        return {}
    question = f"{interrupted} Drop it, and take in {name} instead?"
    session.confirm(question, otherwise=Declined("nothing was written"))
    session.store.intake.drop_draft(DRAFT)
    return {}


# --- What was made --------------------------------------------------------------------------


def _tell_taken(session: Session, case: Case) -> None:
    store = session.store
    client = store.cases.client(case.client_id)
    record = store.cases.record(case)
    missing = record.lacks
    owed = session.shown(list(due_items(record, session.standards, session.today)))
    case, client, record = session.shown(case), session.shown(client), session.shown(record)
    promise = record.promises[0] if record.promises else None
    verb = "Noted a referral of" if case.status == PENDING else "Took in"
    where = f" in {case.program}" if case.program else ""
    sentences = [
        f"{verb} {case.client}: case {case.number} ({case.handle}){where}, "
        f"intake {session.say_day(case.opened_on)}.",
        _level(case),
    ]
    if promise is not None:
        day = session.say_promised(promise)
        sentences.append(f"Next: {case.number}.{promise.number} {promise.what}, {day}.")
    for item in owed:
        if item.kind == "contact":
            sentences.append(f"{item.item}: {item.what} by {session.say_day(item.due)}.")
        elif item.kind == "safety" and item.stage != "review":
            how = f"every day until the level is reviewed (casectl reached {case.number})"
            sentences.append(f"{item.item}: reach the client today, and {how}.")
    if missing:
        ways = [f"casectl set {case.number} --risk LEVEL"] if "risk" in missing else []
        ways += [f"casectl edit {case.number}"] if set(missing) - {"risk"} else []
        sentences.append(f"Missing facts: {', '.join(missing)} ({', '.join(ways)}).")
    if case.status == PENDING:
        day = session.say_day(next(item.due for item in owed if item.kind == "next_step"))
        sentences.append(f"Take it on by {day}: casectl accept {case.number}")
    elif promise is None:
        sentences.append(f"It owes a next step: casectl follow {case.number} TEXT --due WHEN")
    else:
        sentences.append(f"See it whole: casectl show {case.number}")
    session.output.wrote(
        {
            **case_object(case),
            **client_object(client),
            "next": promise_object(promise, case) if promise else None,
            "missing": missing,
            "owed": [item_object(item, session.output) for item in owed],
        },
        *sentences,
    )


def _level(case: Case) -> str:
    urgency = f"urgency {Level(case.urgency).word}"
    if case.risk is None:
        return f"Level {case.level.word} ({urgency}), provisional: risk is not assessed."
    return f"Level {case.level.word} ({urgency}, risk {case.risk})."
