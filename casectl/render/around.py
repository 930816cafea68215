"""Who is around a client, what they may be told, and what the client disagrees with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casectl.core.casework import AMENDMENT, OPEN, Piece
from casectl.core.model import Case, Client
from casectl.core.people import (
    AROUND,
    EMAIL,
    FLAGS,
    HOUSEHOLD,
    NOTE,
    PHONE,
    PRIMARY,
    ROLE,
    SAFE,
    THEIR_CASE,
    beside,
    in_order,
    kind_of,
    kind_words,
    reaches_home,
)
from casectl.core.views import File
from casectl.render import Object, Output
from casectl.render.consents import sharing_lines
from casectl.render.plan import piece_object
from casectl.render.words import beside_phone

PEOPLE_COLUMNS = (
    "item",
    "what",
    "as",
    "role",
    "phone",
    "safe_contact",
    "email",
    "their_case",
    "state",
)
WHOLE = 1000  # lines that may not be cut
PEOPLE = "people"


def person_object(person: Piece, case: Case, client: Client, cases: Mapping[str, Case]) -> Object:
    """A person; ``safe_contact`` is what has to be known before the number is called."""
    body = person.body
    theirs = cases.get(body.get(THEIR_CASE, ""))
    return {
        **piece_object(person, case),
        "as": kind_of(person),
        **{name: body.get(name) for name in (ROLE, PHONE, EMAIL, NOTE)},
        **{name: bool(body.get(name)) for name in FLAGS},
        "safe_contact": _safe_contact(person, client),
        "their_case": theirs.number if theirs else None,
        "since": person.on_day.isoformat(),
    }


def person_line(person: Piece, case: Case, client: Client, cases: Mapping[str, Case]) -> str:
    return f"{case.number}.{person.part}  {person_words(person, client, cases)}"


def person_words(
    person: Piece, client: Client, cases: Mapping[str, Case], *, primary: bool = True
) -> str:
    """Who somebody is, with their number and what stands beside it.

    ``primary``: that they are the first to call is said, as it does not stand before it.
    """
    body = person.body
    told = [str(person.what), body.get(ROLE) or kind_words(kind_of(person))]
    if body.get(ROLE) and kind_of(person) in ("guardian", "emergency"):
        told.append(kind_words(kind_of(person)))
    told += ["primary contact"] if primary and body.get(PRIMARY) else []
    told += ["lives with the client"] if body.get(HOUSEHOLD) else []
    told += [phone_words(person, client)] if body.get(PHONE) else []
    told += [str(body[name]) for name in (EMAIL, NOTE) if body.get(name)]
    if body.get(SAFE) and not body.get(PHONE):
        told.append(beside_phone(body[SAFE]))
    theirs = cases.get(body.get(THEIR_CASE, ""))
    told += [f"case {theirs.number}"] if theirs else []
    if person.status != OPEN:
        told.append(f"no longer{f': {person.outcome}' if person.outcome else ''}")
    return ", ".join(told)


def _safe_contact(person: Piece, client: Client) -> str | None:
    told = beside(person.body, client.phone, client.safely)
    return told if person.body.get(PHONE) else person.body.get(SAFE)


def phone_words(person: Piece, client: Client) -> str:
    """A number as it is always shown: with what must be known before it is called."""
    phone, words = str(person.body[PHONE]), _safe_contact(person, client)
    home = "rings at the client's; " if reaches_home(person.body, client.phone) else ""
    return f"{phone} ({home}safe contact: {words})" if words else phone


def person_sentences(
    person: Piece, case: Case, client: Client, cases: Mapping[str, Case], word: str
) -> list[str]:
    said = person_words(person, client, cases)
    return [f"{case.client} ({case.handle}): {word} {case.number}.{person.part} {said}."]


# -- on the screen of a case -----------------------------------------------------------------------


def around_lines(file: File, output: Output, *, whole: bool) -> list[tuple[str, int, str]]:
    """Each with the lines that it may take, and what it is called where it is left out.

    One with a phone number is never cut. The client's own safe-contact words stand above them, so
    a number that rings at the client's refers to them.
    """
    from casectl.render.screens import as_many

    people = [each for each in in_order_of(file.casework) if each.status == OPEN]
    client = file.client
    if not whole and (client.phone or client.safely):
        client = client._replace(
            safe_contact="as above", safe_when=None, safe_how=None, safe_never=None
        )
    cases, number = {each.id: each for each in file.linked}, file.case.number
    told: list[tuple[str, int, str]] = []
    for each in people[:1]:
        if each.body.get(PRIMARY):
            said = person_words(each, client, cases, primary=False)
            told.append((f"Primary contact: {said}", WHOLE, PEOPLE))
            people = people[1:]
    if people and whole:
        told += [(f"Around: {person_line(each, file.case, file.client, cases)}", WHOLE, PEOPLE)
                 for each in people]  # fmt: skip
    elif people:
        names, how = [_name_and_role(each) for each in people], f"casectl people show {number}"
        line = as_many("Around", names, ", ", output.width, how)
        told.append((line if line.endswith(how) else f"{line}: {how}", 1, PEOPLE))
    width = None if whole else output.width
    told += [
        (line, 1, "releases") for line in sharing_lines(file.case, file.casework, output, width)
    ]
    told += [
        (f"The client disagrees ({number}.{each.part}): {each.what}", 1, "disagreement")
        for each in file.casework
        if each.kind == AMENDMENT and each.parent is None
    ]
    return told


def in_order_of(pieces: Sequence[Piece]) -> list[Piece]:
    return in_order([each for each in pieces if each.kind in AROUND])


def _name_and_role(person: Piece) -> str:
    return f"{person.what} ({person.body.get(ROLE) or kind_words(kind_of(person))})"


# -- what the client disagrees with ----------------------------------------------------------------


def amendment_object(amendment: Piece, case: Case, of: str | None) -> Object:
    return {
        **piece_object(amendment, case),
        "on": amendment.on_day.isoformat(),
        "of": f"{case.number}.{of}" if of else None,
        "text": amendment.what,
        "recorded_at": amendment.recorded_at,
        "worker": amendment.worker,
    }


def amendment_sentences(amendment: Piece, case: Case, of: str | None) -> list[str]:
    what = f"{case.number}.{of}" if of else "the record"
    return [
        f"{case.client} ({case.handle}): {case.number}.{amendment.part}, disagrees with {what}: "
        f"{amendment.what}",
        f"It stands beside {what} from now on, which stays as it is.",
    ]


def disagreeing(amendments: Sequence[Piece], case: Case) -> str:
    """What follows the text of a note or contact; nothing where nobody disagrees."""
    said = "; ".join(f"{case.number}.{each.part}: {each.what}" for each in amendments)
    return f" (the client disagrees, {said})" if said else ""
