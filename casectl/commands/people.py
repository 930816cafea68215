"""people: who is around a client, how to reach them, and what must never be said there."""

from typing import TYPE_CHECKING, Annotated

import typer

from casectl.asking import Answers, Question, drafting
from casectl.core.casework import PERSON, PROVIDER
from casectl.core.errors import BadValue
from casectl.core.model import person_draft
from casectl.core.people import (
    AROUND,
    AT_HOME,
    EMAIL,
    HOUSEHOLD,
    KINDS,
    NOTE,
    PHONE,
    PRIMARY,
    ROLE,
    SAFE,
    THEIR_CASE,
    checked_body,
    checked_person,
    find_kind,
    in_order,
    new_person,
    same_person,
)
from casectl.core.text import checked_text
from casectl.naming import find_case
from casectl.parameters import CaseArgument, complete_case, current
from casectl.pieces import PieceArgument, PiecesArgument, named_pieces, open_piece, rest_as_text
from casectl.render import tell
from casectl.render.around import PEOPLE_COLUMNS, person_line, person_object, person_sentences
from casectl.session import Session

if TYPE_CHECKING:
    from casectl.core.casework import Piece
    from casectl.core.model import Case, Client

people_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

AsOption = Annotated[
    str | None,
    typer.Option("--as", metavar="KIND", help=f"What part they have: {', '.join(KINDS)}."),
]
RoleOption = Annotated[
    str | None, typer.Option("--role", metavar="TEXT", help="What they are to the client: sister.")
]
PhoneOption = Annotated[
    str | None, typer.Option("--phone", metavar="NUMBER", help="Their phone number.")
]
EmailOption = Annotated[
    str | None, typer.Option("--email", metavar="ADDRESS", help="Their e-mail address.")
]
NoteOption = Annotated[
    str | None, typer.Option("--note", metavar="TEXT", help="What else there is to know.")
]
SafeOption = Annotated[
    str | None,
    typer.Option("--safe", metavar="TEXT", help="When and how, and what must never be said there."),
]
PrimaryOption = Annotated[
    bool | None,
    typer.Option("--primary/--not-primary", help="The first to call, instead of others."),
]
HouseholdOption = Annotated[
    bool | None, typer.Option("--household/--not-household", help="Lives with the client.")
]
AtHomeOption = Annotated[
    bool | None,
    typer.Option("--at-home/--not-at-home", help="The number rings where the client lives."),
]
TheirCaseOption = Annotated[
    str | None,
    typer.Option(
        "--case", metavar="CASE", help="Their own case, where they have one.",
        autocompletion=complete_case,
    ),
]  # fmt: skip


@people_app.callback()
def people() -> None:
    """Who is around a client: add, show, edit, end.

    Family, a guardian, an emergency contact, a lawyer, an interpreter, a provider. A person is
    named 12.per1. Providers stand in the same list under their own name, 12.pr1: casectl provider
    add is the short way to add one. What may be told them is a release (casectl consent).
    """


@people_app.command("add")
def add(
    ctx: typer.Context,
    case: CaseArgument,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME|-]", help="Their name; - reads standard input.")
    ] = None,
    kind: AsOption = None,
    role: RoleOption = None,
    phone: PhoneOption = None,
    email: EmailOption = None,
    note: NoteOption = None,
    safe: SafeOption = None,
    primary: PrimaryOption = None,
    household: HouseholdOption = None,
    at_home: AtHomeOption = None,
    their_case: TheirCaseOption = None,
) -> None:
    """Add somebody.

    casectl people add 12 "Rosa Garcia" --as family --role sister --phone 555-0199 --primary. A
    member of the household who has a case: --household --case 14. Beside a number that rings where
    the client lives (--at-home, or the client's own) stand the client's safe-contact words. On a
    terminal what is missing is asked, and Ctrl-C keeps a draft.
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    said = {NAME: name, KIND: kind, ROLE: role, PHONE: phone, SAFE: safe}

    def add(said: Answers) -> "tuple[Piece, Piece | None]":
        """The person, and who has that name and number already."""
        who = session.needed(said.get(NAME), "Their name? ", "NAME")
        part = find_kind(session.needed(said.get(KIND), "What part have they? ", "--as"))
        body = _given(
            session, found, said.get(ROLE), said.get(PHONE), email, note, said.get(SAFE),
            primary, household, at_home, their_case,
        )  # fmt: skip
        person = new_person(found, who, part, body, session.today)
        twin = same_person(session.store.casework.of(found, *AROUND, only_open=True), person)
        return session.store.people.add(person), twin

    if session.can_ask and (name is None or kind is None):
        whose = session.shown(found)
        with drafting(
            session,
            person_draft(found.id),
            f"Somebody around {whose.client} ({whose.handle}) was begun.",
            f"casectl people add {found.number}",
            given := {key: each for key, each in said.items() if each is not None},
            names=(NAME,),
        ) as draft:
            asks = [each for each in ASKS if each.key not in given]
            made, twin = add({**draft.walk(lambda _: asks), **given})
    else:
        made, twin = add(said)
    _told(session, found, [made], "added")
    if twin is not None:
        tell(
            f"casectl: {found.number}.{twin.part} has that name and number as well; casectl people "
            "end takes one of them off"
        )


NAME, KIND = "name", "kind"
ASKS = (
    Question(NAME, "Their name", checked_person, needed="Nobody is added without it.", words=True),
    Question(KIND, "What part have they", find_kind, ", ".join(KINDS),
             lead=(f"Their part: {', '.join(KINDS)}.",), needed="Nobody is added without it."),
    Question(ROLE, "What they are to the client", lambda text: checked_text(text, "text"),
             "sister, teacher, landlord …", words=True),
    Question(PHONE, "Phone", lambda text: checked_text(text, "text"), words=True),
    Question(SAFE, "Safe contact", lambda text: checked_text(text, "text"),
             "When and how to call, and what must never be said there.", words=True),
)  # fmt: skip


@people_app.command("edit")
def edit(
    ctx: typer.Context,
    item: PieceArgument,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Their name.")] = None,
    kind: AsOption = None,
    role: RoleOption = None,
    phone: PhoneOption = None,
    email: EmailOption = None,
    note: NoteOption = None,
    safe: SafeOption = None,
    primary: PrimaryOption = None,
    household: HouseholdOption = None,
    at_home: AtHomeOption = None,
    their_case: TheirCaseOption = None,
) -> None:
    """Change what is on file of somebody; an empty text takes it out.

    casectl people edit 12.per1 --phone 555-0100 --safe "never before noon".
    """
    session = current(ctx)
    found, person = open_piece(session, item, *AROUND)
    changes = _given(
        session, found, role, phone, email, note, safe, primary, household, at_home, their_case
    )
    values: dict[str, object] = {"body": checked_body(person.body, changes)}
    if name is not None:
        values["what"] = checked_person(name)
    if kind is not None:
        part = find_kind(kind)
        if (part == "provider") is not (person.kind == PROVIDER):
            raise BadValue(
                f"{found.number}.{person.part} keeps its name, so it becomes no {part}",
                hint="casectl people end it, and add it anew",
            )
        if person.kind == PERSON:
            values["stage"] = part
    made = session.store.people.edit(person, **values)
    word = "changed" if made != person else "nothing changed of"
    _told(session, found, [made], word)


@people_app.command("end")
def end(ctx: typer.Context, items: PiecesArgument) -> None:
    """Say that somebody is no longer around, and why where it is known; the row stays.

    casectl people end 12.per1 "moved away"
    """
    session = current(ctx)
    pairs, words = named_pieces(session, items, *AROUND)
    reason = rest_as_text(session, words, "reason")
    ended = session.store.people.end([each for _, each in pairs], reason, session.today)
    sentences, objects = [], []
    for (case, _), person in zip(pairs, ended, strict=True):
        objects += _objects(session, case, [person])
        sentences += _sentences(session, case, person, "ended")
    session.output.wrote_all(objects, *sentences)


@people_app.command("show")
def show(
    ctx: typer.Context,
    case: CaseArgument,
    all_: Annotated[bool, typer.Option("--all", help="Those of before as well.")] = False,
) -> None:
    """Who is around a client, the primary contact first."""
    session = current(ctx)
    found = find_case(session, case)
    around = in_order(session.store.casework.of(found, *AROUND, only_open=not all_))
    session.was_shown("people show", [found])
    if not session.output.draws:
        session.output.table(_objects(session, found, around), PEOPLE_COLUMNS)
    elif not around:
        session.output.say(f"Nobody is on record. casectl people add {found.number} NAME")
    else:
        client, cases = _client(session, found), _linked(session, around)
        shown, around = session.shown(found), session.shown(around)
        session.output.say(*(person_line(each, shown, client, cases) for each in around))


def _given(
    session: Session, case: "Case", role: str | None, phone: str | None, email: str | None,
    note: str | None, safe: str | None, primary: bool | None, household: bool | None,
    at_home: bool | None, their_case: str | None,
) -> dict[str, str | bool | None]:  # fmt: skip
    """What was given of a body; their case is kept by its key."""
    linked = their_case
    if their_case:
        theirs = find_case(session, their_case)
        if theirs.id == case.id:
            raise BadValue(f"{case.handle} is the case itself", hint="--case is their own case")
        linked = theirs.id
    return {
        ROLE: role, PHONE: phone, EMAIL: email, NOTE: note, SAFE: safe, PRIMARY: primary,
        HOUSEHOLD: household, AT_HOME: at_home, THEIR_CASE: linked,
    }  # fmt: skip


def _client(session: Session, case: "Case") -> "Client":
    return session.shown(session.store.cases.client(case.client_id))


def _linked(session: Session, around: "list[Piece]") -> "dict[str, Case]":
    """The cases that people have of their own, by what their rows hold of them here."""
    ids = [str(each.body[THEIR_CASE]) for each in around if each.body.get(THEIR_CASE)]
    return {each.id: each for each in session.store.cases.by_ids(ids)}


def _objects(session: Session, case: "Case", around: "list[Piece]") -> list[dict[str, object]]:
    client, cases = _client(session, case), _linked(session, around)
    shown, around = session.shown(case), session.shown(around)
    return [person_object(each, shown, client, cases) for each in around]


def _sentences(session: Session, case: "Case", person: "Piece", word: str) -> list[str]:
    client, cases = _client(session, case), _linked(session, [person])
    shown, person = session.shown(case), session.shown(person)
    return person_sentences(person, shown, client, cases, word)


def _told(session: Session, case: "Case", around: "list[Piece]", word: str) -> None:
    (made,) = _objects(session, case, around)
    session.output.wrote(made, *_sentences(session, case, around[0], word))
