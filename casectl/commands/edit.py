"""edit: what is known of a client, put right."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import typer

from casectl.core.dates import parse_birth_date
from casectl.core.errors import Ambiguous, BadValue
from casectl.core.facts import known_of, lacking
from casectl.core.intake import checked_program
from casectl.core.known import check_missing
from casectl.core.model import SAFE, Case, Client
from casectl.core.settings import fact_named
from casectl.core.text import checked_name, checked_text, fold, shortened
from casectl.naming import find_case
from casectl.parameters import CaseArgument, current
from casectl.render import Object, tell
from casectl.render.objects import case_object, client_object
from casectl.render.words import beside_phone
from casectl.session import STDIN, Session

LONGEST_SHOWN = 60
CLEAR, BACK, ASKS, GIVES_UP = "-", "<", "?", "!"

Value = str | int | None
GivenUp = dict[str, str]  # facts that cannot be had, each with the reason


class Field(NamedTuple):
    """One thing known of a client, or of this case (``of_case``): its flag, column and words."""

    flag: str
    column: str
    words: str
    help: str
    of_case: bool = False


FIELDS = (
    Field("--name", "name", "name", "As you will look for it. A new name gives a new handle."),
    Field("--dob", "birth_date", "birth date", "1978-03-29, 29 mar 1978; 1978-03 or 1978 will do."),
    Field("--phone", "phone", "phone", "The number, with words beside it where there are any."),
    Field(
        "--safe-contact",
        "safe_contact",
        "safe contact",
        "When and how to call, and what never to say; it stands beside the phone everywhere.",
    ),
    Field("--safe-when", "safe_when", "safe: when", "When to call: after 18:00, weekdays."),
    Field("--safe-how", "safe_how", "safe: how", "How to call: text first, ask for the sister."),
    Field(
        "--safe-never",
        "safe_never",
        "safe: never",
        "What must never be said, or left as a message.",
    ),
    Field("--email", "email", "email", "An address for mail."),
    Field("--address", "address", "address", "Where they live, or where a visit goes."),
    Field("--language", "language", "language", "The language to speak with them."),
    Field("--interpreter", "interpreter", "interpreter", "Whether an interpreter is needed: y, n."),
    Field("--pronouns", "pronouns", "pronouns", "Their pronouns, as they say them."),
    Field("--external-id", "external_id", "external id", "The client's id in another system."),
    Field(
        "--legal-name",
        "legal_name",
        "legal name",
        "As papers want it, where it is not the name they go by.",
    ),
    Field("--program", "program", "program", "The program that serves them.", of_case=True),
    Field("--need", "need", "need", "What they came for.", of_case=True),
    Field("--referred-by", "referred_by", "referred by", "Who sent them.", of_case=True),
)


def edit(
    ctx: typer.Context,
    case: CaseArgument,
    name: Annotated[
        str | None,
        typer.Option("--name", help="The client's name; - reads it from standard input."),
    ] = None,
    legal_name: Annotated[
        str | None,
        typer.Option("--legal-name", help="As papers want it, where it is not the name above."),
    ] = None,
    dob: Annotated[
        str | None,
        typer.Option("--dob", metavar="DAY", help="Birth date; 1978-03 or 1978 will do."),
    ] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="Phone number.")] = None,
    safe_contact: Annotated[
        str | None,
        typer.Option("--safe-contact", help="When and how to call, and what never to say."),
    ] = None,
    safe_when: Annotated[
        str | None, typer.Option("--safe-when", help="When to call: after 18:00.")
    ] = None,
    safe_how: Annotated[
        str | None, typer.Option("--safe-how", help="How to call: text first.")
    ] = None,
    safe_never: Annotated[
        str | None, typer.Option("--safe-never", help="What must never be said or left.")
    ] = None,
    email: Annotated[str | None, typer.Option("--email", help="Email address.")] = None,
    address: Annotated[str | None, typer.Option("--address", help="Address.")] = None,
    language: Annotated[str | None, typer.Option("--language", help="Language.")] = None,
    interpreter: Annotated[
        bool | None,
        typer.Option("--interpreter/--no-interpreter", help="Whether an interpreter is needed."),
    ] = None,
    pronouns: Annotated[str | None, typer.Option("--pronouns", help="Pronouns.")] = None,
    external_id: Annotated[
        str | None, typer.Option("--external-id", help="The client's id in another system.")
    ] = None,
    program: Annotated[
        str | None, typer.Option("--program", help="The program of this case.")
    ] = None,
    need: Annotated[str | None, typer.Option("--need", help="What this case is about.")] = None,
    referred_by: Annotated[
        str | None, typer.Option("--referred-by", help="Who referred this case.")
    ] = None,
    not_available: Annotated[
        list[str] | None,
        typer.Option(
            "--not-available",
            metavar="FACT",
            help="What cannot be had, as show calls it under Missing; again for one more.",
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why it cannot be had; - reads it.")
    ] = None,
) -> None:
    """Correct a client's name, phone, address and the like.

    An empty text ("") clears a field, but for the name. On a terminal without options it walks
    through the fields: Enter keeps, - clears, < goes back, ? helps, and ! says of what is missing
    that it cannot be had. A new name gives the case a new handle. --not-available "birth date"
    --reason "born abroad, no papers" says what nobody can find out: what the program requires is
    asked for no longer, until it is given.
    """
    session = current(ctx)
    if name == STDIN:
        name = session.typed_name()
    given = {
        "name": name, "legal_name": legal_name, "birth_date": dob, "phone": phone,
        "safe_contact": safe_contact, "safe_when": safe_when, "safe_how": safe_how,
        "safe_never": safe_never, "email": email, "address": address, "language": language,
        "interpreter": interpreter, "pronouns": pronouns, "external_id": external_id,
        "program": program, "need": need, "referred_by": referred_by,
    }  # fmt: skip
    found = find_case(session, case, write=True)
    client = session.store.cases.client(found.client_id)
    given_up = _given_up(session, found, not_available or (), reason)
    if any(value is not None for value in given.values()):
        values = {
            field.column: _checked(session, field, value, found)
            for field in FIELDS
            if (value := given[field.column]) is not None
        }
    elif given_up:
        values = {}
    elif session.can_ask:
        values, given_up = _walk(session, found, client)
    else:
        flags = ", ".join(field.flag for field in FIELDS)
        raise BadValue("say what to correct", hint=f"there are {flags}")
    _write(session, found, client, values, given_up)


def _given_up(session: Session, case: Case, named: Sequence[str], reason: str | None) -> GivenUp:
    """Raises BadValue for what is no fact or is not missing, and for a reason without either."""
    if not named:
        if reason is not None:
            raise BadValue(
                "--reason says why of --not-available FACT", hint="name the fact as well"
            )
        return {}
    lacks = session.store.cases.record(case).lacks
    facts = tuple(dict.fromkeys(fact_named(each) for each in named))
    for fact in facts:
        check_missing(case, lacks, fact)
    question = f"Why can the {' and the '.join(facts)} not be had? "
    why = checked_text(session.needed(reason, question, "--reason"), "reason")
    return dict.fromkeys(facts, why)


def _checked(session: Session, field: Field, text: str | bool, case: Case) -> Value:
    """The value to keep; None for an empty one. Raises BadValue, or Ambiguous for another's id."""
    if isinstance(text, bool):
        return int(text)
    if field.column == "name":
        return checked_name(text)
    if not text:
        return None
    if field.column == "birth_date":
        return parse_birth_date(text, session.today, order=session.config.date_order)
    checked = checked_text(text, field.words)
    if field.column == "program":
        return checked_program(checked, session.config.programs)
    if field.column == "external_id":
        other = session.store.cases.with_client_ref(checked, but=case.client_id)
        if other is not None:
            raise Ambiguous(
                f"external id {checked[:60]!r} is that of {session.shown(other).handle} already",
                hint=f"casectl merge {other.number} {case.number} if they are the same person",
            )
    return checked


# -- asking, field by field --------------------------------------------------------------------


def _walk(session: Session, case: Case, client: Client) -> tuple[dict[str, Value], GivenUp]:
    """The fields there and back; what was answered is shown when one comes back to it.

    A fact that is missing may be given up where it is asked for, with the reason.
    """
    told, whose = session.shown(client), session.shown(case)
    tell(f"{told.name} ({whose.handle}). Ctrl-C leaves all as it is.")
    tell(f"Enter keeps, {CLEAR} clears, {BACK} goes back, {ASKS} helps.")
    lacks = session.store.cases.record(case).lacks
    need_stands = "need" not in lacks
    gone = set(lacking(known_of(case, client, need_stands=need_stands))) - set(lacks)
    values: dict[str, Value] = {}
    given_up: GivenUp = {}
    place = 0
    while place < len(FIELDS):
        field = FIELDS[place]
        try:
            then = _as_it_would_be(session, case, client, values)
            missing = lacking(known_of(*then, need_stands=need_stands), gone)
            may_give_up = field.words in missing
            shown = _missing(session, given_up.get(field.words)) if may_give_up else None
            answer = _ask(session, field, *then, shown)
            if answer == GIVES_UP:
                if not may_give_up:
                    raise BadValue(
                        f"{GIVES_UP} says that what is missing cannot be had; this is not"
                    )
                given_up[field.words] = _why(session.ask(f"Why can the {field.words} not be had? "))
                place += 1
                continue
            if answer == BACK:
                if place == 0:
                    tell("That was the first field.")
                place = max(place - 1, 0)
                continue
            if answer == ASKS:
                tell(f"  {field.help}")
                continue
            if answer is not None:
                values[field.column] = _checked(session, field, answer, case)
                given_up.pop(field.words, None)
            place += 1
        except (BadValue, Ambiguous) as error:
            tell(str(error))
    then = _as_it_would_be(session, case, client, values)
    missing = lacking(known_of(*then, need_stands=need_stands))
    return values, {fact: why for fact, why in given_up.items() if fact in missing}


def _why(text: str) -> str:
    """Raises BadValue, after which the fact is asked for again."""
    if text.strip() in (BACK, ASKS):
        raise BadValue("why, in a few words: they do not know it, they will not say")
    return checked_text(text, "reason")


def _missing(session: Session, why: str | None) -> str:
    """What stands for a fact that is not known: that it is missing, or why it cannot be had."""
    if why is None:
        return f"missing; {GIVES_UP} if it cannot be had"
    return f"not available: {shortened(session.shown(why), LONGEST_SHOWN)}"


def _as_it_would_be(
    session: Session, case: Case, client: Client, values: dict[str, Value]
) -> tuple[Case, Client]:
    """Both with the answers until now, as they may be told here."""
    columns = {field.column for field in FIELDS if field.of_case}
    of_case: dict[str, Any] = {}
    of_client: dict[str, Any] = {}
    for column, value in values.items():
        (of_case if column in columns else of_client)[column] = value
    return session.shown(case._replace(**of_case)), session.shown(client._replace(**of_client))


def _ask(
    session: Session, field: Field, case: Case, client: Client, missing: str | None
) -> str | bool | None:
    """What was typed, as it is or as BACK, ASKS or GIVES_UP; "" to clear, None to keep.

    ``missing`` stands where a value would, of what is not known.
    """
    words = field.words[0].upper() + field.words[1:]
    if field.column == "interpreter":
        answer = fold(session.ask(f"{words} [{_shown(field, client.interpreter)}]: "))
        if answer in (BACK, ASKS):
            return answer
        if answer not in ("", "y", "yes", "n", "no", CLEAR):
            raise BadValue("answer yes or no")
        return answer in ("y", "yes") if answer else None
    shown = missing or _shown(field, _now(field, case, client))
    if field.column == "phone" and client.phone:
        shown += f" {beside_phone(client.safely)}"
    answer = session.ask(f"{words} [{shown}]: ")
    if answer.strip() in (BACK, ASKS, GIVES_UP):
        return answer.strip()
    if answer.strip() == CLEAR:
        return ""
    return answer if answer.strip() else None


def _now(field: Field, case: Case, client: Client) -> Value:
    value: Value = getattr(case if field.of_case else client, field.column)
    return int(value) if isinstance(value, bool) else value


def _shown(field: Field, value: Value) -> str:
    """A field's value on one line."""
    if field.column == "interpreter":
        return "yes" if value else "no"
    if value is None:
        return "none"
    return shortened(" ".join(str(value).split()), LONGEST_SHOWN)


# -- writing -----------------------------------------------------------------------------------


def _write(
    session: Session, case: Case, client: Client, values: dict[str, Value], given_up: GivenUp
) -> None:
    changed = [
        field
        for field in FIELDS
        if field.column in values and values[field.column] != _now(field, case, client)
    ]
    service = {field.column: values[field.column] for field in changed if field.of_case}
    person = {field.column: values[field.column] for field in changed if not field.of_case}
    written = session.store.cases.correct_facts(case, person, service, given_up)
    now = session.store.cases.client(case.client_id)
    others = [each for each in session.store.cases.of_client(case.client_id) if each.id != case.id]
    others, renamed = session.shown(others), written.handle != case.handle
    case, client = session.shown(case), session.shown(client)
    written, now = session.shown(written), session.shown(now)
    why = {fact: session.shown(each) for fact, each in given_up.items()}
    made: Object = {
        **case_object(written),
        **client_object(now),
        "changed": [field.column for field in changed],
        "not_available": [{"fact": fact, "reason": each} for fact, each in why.items()],
    }
    if not changed and not given_up:
        session.output.wrote(made, f"{case.client} ({case.handle}): nothing changed.")
        return
    columns = {field.column for field in changed}
    sentences = [f"{written.client} ({written.handle}):"]
    for field in changed:
        before, after = _now(field, case, client), _now(field, written, now)
        told = f"  {field.words}: {_shown(field, before)} -> {_shown(field, after)}"
        if field.column == "phone" and after:
            told += f" {beside_phone(now.safely)}"
        elif field.column == "safe_contact" and after and "phone" in columns and now.phone:
            told = f"  safe contact before: {_shown(field, before)}"  # the new words stand above
        sentences.append(told)
    sentences += [f"  {fact}: not available ({each})" for fact, each in why.items()]
    if "phone" in columns and now.phone and now.safely and columns.isdisjoint(SAFE):
        sentences.append("Do the safe-contact words hold for the new number as well?")
    if renamed and not session.private:
        sentences.append(f"The handle is {written.handle} now; {case.handle} is no longer known.")
    if others and person:
        sentences.append(f"The same client's: {', '.join(each.handle for each in others)}.")
    session.output.wrote(made, *sentences)
