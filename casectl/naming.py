"""Which case, item, note, piece of casework or service a person's words name.

A number, a handle or part of a name; 12.3, 12.contact, 12.g1. What is only a guess is asked about
before anything is written, and an error says what could be typed instead.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from casectl.core.errors import Ambiguous, BadValue, Declined, NotFound
from casectl.core.model import APPOINTMENT, DEADLINE, FOLLOW_UP, ME, OPEN, Case, Promise
from casectl.core.text import fold, name_key
from casectl.core.values import NamedTuple
from casectl.render import tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from casectl.core.casework import Piece
    from casectl.core.model import Note
    from casectl.core.resources import Resource
    from casectl.core.views import Gone
    from casectl.session import Session

# The names of derived items, and what clears each.
HOW_TO_CLEAR = {
    "contact": "is cleared by reaching the client: casectl reached",
    "safety": "is cleared by reaching the client: casectl reached",
    "review": "is cleared by reviewing the level, changed or not: casectl set CASE --reason TEXT",
    "next": "is cleared by a next step: casectl follow, deadline or appointment",
    "hold": "is cleared by casectl reopen, or by casectl hold with a new day",
    "assessment": "is cleared by an assessment: casectl assess",
    "flag": "is cleared by assessing the risk: casectl assess CASE --risk KIND=LEVEL",
    "plan": "is cleared by a plan agreed or reviewed: casectl plan agree, casectl plan review",
    "note": "is cleared by writing it: casectl note",
    "missed": "is cleared by reaching the client: casectl reached",
    "draft": "is cleared by finishing it, or dropping it: casectl assess",
    "missing": "is cleared by the facts, or by saying why one cannot be had: casectl edit CASE, or "
    "casectl edit CASE --not-available FACT --reason TEXT",
}
# What ends or moves a promise, where something was asked of it that is for another kind.
HOW_TO_END = {
    FOLLOW_UP: "casectl done {item} ends it, casectl snooze {item} WHEN REASON moves it",
    DEADLINE: "casectl done {item} OUTCOME ends it, with --again WHEN for its next day; casectl "
    "cancel {item} REASON drops it",
    APPOINTMENT: "casectl kept {item} or casectl missed {item} once its day has come; before that, "
    "casectl cancel {item} REASON, and casectl appointment {case} for the new one",
}
DERIVED_PARTS = frozenset(HOW_TO_CLEAR)
# The same of pieces of casework, by the letters before their number: 12.q3.
HOW_TO_CLEAR_PIECES = {
    "q": "is cleared by asking again: casectl screen CASE INSTRUMENT",
    "r": "is cleared by looking at the safety plan: casectl assess CASE --reviewed WHEN",
    "need": "is cleared by a goal that serves it, or ended: casectl need met, casectl need drop",
    "g": "is a goal: casectl goal progress, done, drop or change",
    "s": "is a step of the plan: casectl step done, drop or change",
    "b": "is a barrier: casectl barrier clear",
    "t": "is a transition: casectl transition done or drop",
    "o": "is cleared by asking again: casectl voice CASE",
    "h": "is a hand-over: casectl transfer accepted CASE, casectl cover --back FILE, and of one "
    "that you took over, reaching the client",
    "roi": "is a release: casectl consent sign, renew, check, lapse or revoke",
    "cl": "is cleared by casectl close, or by casectl close CASE --take-back REASON",
    "ac": "is cleared by a call: casectl reached CASE, or tried; casectl cancel ITEM REASON drops "
    "it",
    "na": "says that a fact cannot be had; casectl edit CASE gives it once it can",
    "ref": "is a referral: casectl referral answer records what they said, chase that you asked",
    "den": "is a denial: casectl denial file or decide",
}
# What a CASE is when it is not a case's own number, handle or external id.
GUESSES = {"name": "only part of a name", "phone": "a phone number"}
LONGEST_NUMBER = 6  # digits of a case's number that anybody would type
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
# What may stand before the number of a piece of casework: 12.g1.
PART_LETTERS = frozenset(
    [
        "a", "r", "q", "need", "g", "s", "b", "p", "v", "m", "pr", "t", "o", "per", "ref", "den",
        "roi", "d", "am", "h", "cl", "ac", "na",
    ]
)  # fmt: skip
NOT_A_PROMISE = "is not a follow-up, deadline or appointment"


class Item(NamedTuple):
    """A case, and the part of it that was named: ``3``, ``contact``, ``c2``; None for the case."""

    case: Case
    part: str | None


def find_case(session: Session, text: str, *, write: bool = False) -> Case:
    """The case that ``text`` names. A write never acts on a guess without confirmation.

    Raises NotFound, or Ambiguous with the candidates where nobody can be asked.
    """
    if is_own(text):
        raise BadValue(
            f"{text.strip()} is your own work, not a case",
            hint="casectl show me lists it; a client called Me goes by number or handle",
        )
    match = session.store.cases.find(text)
    if not match.cases:
        item = _item_of(session, text)  # 9.7 copied from the list is a way to say case 9
        if item is None:
            raise _no_case(session, text)
        number, part = item.case.number, item.part or ""
        if write:
            raise NotFound(f"{text[:60]!r} is an item's name", hint=f"write its case: {number}")
        if part.isdecimal() and not session.store.promises.numbered(item.case, int(part[:10])):
            raise NotFound(
                f"{item.case.handle} has no item {number}.{part[:20]}",
                hint=f"casectl show {number} lists them",
            )
        return item.case
    if match.exact:
        return match.cases[0]
    if len(match.cases) > 1:
        return _pick(session, text, match.cases)
    case = match.cases[0]
    if write:
        told = session.shown(case)
        session.confirm(
            f"{told.client} ({told.handle}, {told.status})?",
            otherwise=Ambiguous(
                f"{text[:60]!r} is {_guess(text, match.by, case)}, of {case.handle}",
                hint=f"write {case.handle}, or add --yes",
            ),
        )
    return case


def _no_case(session: Session, text: str) -> NotFound:
    gone = find_gone(session, text)
    if gone is not None:
        return NotFound(
            f"case {gone.number} was purged on {session.say_day(date.fromisoformat(gone.day))}",
            hint=f"casectl history {gone.number} says by whom and why",
        )
    if text.strip().isdigit() and len(text.strip()) > LONGEST_NUMBER:
        hint = f"if that is a phone number: casectl whois {text.strip()[:20]}"
        return NotFound(f"no case {text[:60]!r}", hint=hint)
    near = session.store.cases.nearest(text)
    hint = f"did you mean {near.handle}?" if near else "casectl list shows them all"
    return NotFound(f"no case {text[:60]!r}", hint=hint)


def find_gone(session: Session, text: str) -> Gone | None:
    """The purged case that ``text`` names by its number or its former handle."""
    number = text.strip().rpartition("-")[2]
    if not (number.isascii() and number.isdigit()):
        return None
    return session.store.journal.gone(int(number[:20]))


def _pick(session: Session, text: str, cases: list[Case]) -> Case:
    if not session.can_ask:
        names = ", ".join(f"{case.handle} ({case.client})" for case in session.shown(cases))
        raise Ambiguous(f"several cases fit {text[:60]!r}: {names}", hint="write the handle")
    # Letters, because a number is a case's.
    letters = dict(zip(LETTERS, cases, strict=False))
    born = session.shown(session.store.cases.birth_dates(case.client_id for case in cases))
    for letter, case in letters.items():
        birth = f"born {born[case.client_id]}, " if case.client_id in born else ""
        told = session.shown(case)
        status = told.status.replace("_", " ")
        opened = session.say_short(told.opened_on)
        where = f", {told.program}" if told.program else ""
        tell(
            f"  {letter}  {told.number}  {told.handle}  {told.client}  {birth}{status}, "
            f"intake {opened}{where}"
        )
    question = "Which one? (letter, number or handle, Enter for none) "
    answer = session.ask(question).strip().lower()
    for letter, case in letters.items():
        if answer in (letter, str(case.number), case.handle):
            return case
    raise Declined("nothing was chosen")


def find_item(session: Session, text: str, *, write: bool = True) -> Item:
    """What ``12.3``, ``garcia-12.contact`` or a bare case names. ``part`` is after the dot."""
    return _item_of(session, text) or Item(find_case(session, text, write=write), None)


def _item_of(session: Session, text: str) -> Item | None:
    """The item that ``text`` is the name of; None where it is no item's name."""
    stem, dot, part = text.strip().rpartition(".")
    if is_own(text):
        return Item(ME, part if dot else None)
    if not (dot and part and is_part(part)):
        return None
    found = session.store.cases.find(stem)
    if found.cases and found.by in ("number", "handle"):
        return Item(found.cases[0], part)
    if stem.isascii() and stem.isdigit():
        if find_gone(session, stem) is not None:
            raise _no_case(session, stem)
        raise NotFound(f"no case {stem[:20]}", hint="casectl list shows them all")
    return None


def find_contacted(
    session: Session, text: str, *, write: bool = True
) -> tuple[Case, Promise | None]:
    """The case of a contact, and the promise that naming ``12.3`` is about."""
    case, part = find_item(session, text, write=write)
    if case == ME:
        raise BadValue(f"{text.strip()} is your own work", hint="casectl done me.1 ends an item")
    if part is None or part in ("contact", "safety") or is_transition(part) or is_call(part):
        return case, None
    if not part.isdigit():
        how = how_of_a_referral(session, case, part) or how_to_clear(
            part, "is not something to get in touch about", case.stem
        )
        raise BadValue(f"{case.number}.{part} {how}")
    _, promise = find_promise(session, text, kinds=(FOLLOW_UP, APPOINTMENT, DEADLINE))
    if promise.kind == DEADLINE:
        raise BadValue(
            f"{case.number}.{part} is a deadline",
            hint=f"casectl done {case.number}.{part} OUTCOME",
        )
    if promise.status != OPEN:
        raise BadValue(
            f"{case.number}.{part} is {promise.status} already",
            hint=f"name the case to record a contact: {case.number}",
        )
    return case, promise


def find_promise(session: Session, text: str, *, kinds: tuple[str, ...]) -> tuple[Case, Promise]:
    """The promise that ITEM names: ``12.3``, or the only open one of ``kinds`` of a case."""
    case, part = find_item(session, text)
    if part is None:
        fitting = [each for each in session.store.promises.open_of(case) if each.kind in kinds]
        if len(fitting) == 1:
            return case, fitting[0]
        if not fitting:
            words = " or ".join(kind.replace("_", "-") for kind in kinds)
            raise NotFound(f"{case.handle} has no open {words}", hint=f"casectl show {case.stem}")
        items = ", ".join(
            f"{case.stem}.{each.number} ({each.what})" for each in session.shown(fitting)
        )
        raise Ambiguous(f"{case.handle} has several: {items}", hint="name the item")
    if not (part.isascii() and part.isdigit()):
        if part in DERIVED_PARTS and not _owes(session, case, part):
            raise NotFound(
                f"{case.handle} owes no {case.stem}.{part}",
                hint=f"casectl show {case.stem} lists what it owes",
            )
        how = how_of_a_referral(session, case, part) or how_to_clear(part, NOT_A_PROMISE, case.stem)
        raise BadValue(f"{case.stem}.{part} {how}")
    promise = session.store.promises.numbered(case, int(part[:10]))
    if promise is None:
        raise NotFound(
            f"{case.handle} has no item {case.stem}.{part[:20]}",
            hint=f"casectl show {case.stem} lists them",
        )
    if promise.kind not in kinds:
        wanted = " or ".join(map(_a, kinds))
        name = f"{case.stem}.{promise.number}"
        raise BadValue(
            f"{name} is {_a(promise.kind)}, not {wanted}",
            hint=HOW_TO_END[promise.kind].format(item=name, case=case.stem),
        )
    return case, promise


def how_of_a_referral(session: Session, case: Case, part: str) -> str | None:
    """What goes on with a referral as it stands, by commands that fit; None for all else."""
    if part.rstrip(DIGITS) != "ref":
        return None
    from casectl.core.casework import REFERRAL
    from casectl.core.referrals import how_to_go_on

    for each in session.store.casework.of(case, REFERRAL):
        if each.part == part:
            return how_to_go_on(each, case.stem)
    return None


def _owes(session: Session, case: Case, part: str) -> bool:
    """Whether the case has this derived item, due or not yet."""
    if case == ME:
        return False
    from casectl.core.due import due_items

    items = due_items(session.store.cases.record(case), session.standards, session.today)
    return any(each.item == f"{case.stem}.{part}" for each in items)


def find_note(session: Session, text: str) -> tuple[Case, Note]:
    """The note that ``12.n3`` names. Raises NotFound, or BadValue for what names none."""
    case, part = find_item(session, text)
    if case == ME or part is None or not names_a_note(text):
        raise BadValue(
            f"{text[:60]!r} names no note", hint="a note is named as in 12.n3: casectl show 12"
        )
    note = session.store.notes.numbered(case, int(part[1:11]))
    if note is None:
        raise NotFound(
            f"{case.handle} has no note {case.number}.{part[:20]}",
            hint=f"casectl show {case.number} --all lists them",
        )
    return case, note


def find_piece(session: Session, text: str, *kinds: str) -> tuple[Case, Piece]:
    """The piece of casework that ``12.g1`` names, or the only one of a case still standing."""
    from casectl.core.casework import LETTERS, OPEN, PLANNED

    case, part = find_item(session, text)
    if case == ME:
        raise BadValue(f"{text.strip()} is your own work, not a case")
    words = " or ".join(kinds)
    if part is None:
        found = session.store.casework.of(case, *kinds)
        fitting = [each for each in found if each.status in (OPEN, PLANNED)]
        if len(fitting) == 1:
            return case, fitting[0]
        if not fitting:
            raise NotFound(f"{case.handle} has no open {words}", hint=f"casectl show {case.number}")
        named = ", ".join(
            f"{case.number}.{each.part} ({each.what or each.domain})"
            for each in session.shown(fitting)
        )
        raise Ambiguous(f"{case.handle} has several: {named}", hint="name one")
    letters, number = part.rstrip(DIGITS), part[len(part.rstrip(DIGITS)) :]
    by_letters = {LETTERS[kind]: kind for kind in kinds}
    if letters not in by_letters or not number:
        raise BadValue(f"{case.number}.{part[:20]} is not a {words}")
    piece = session.store.casework.numbered(case, by_letters[letters], int(number[:10]))
    if piece is None:
        raise NotFound(
            f"{case.handle} has no {words} {case.number}.{part[:20]}",
            hint=f"casectl show {case.number} --all lists them",
        )
    return case, piece


def find_needs(session: Session, case: Case, named: Sequence[str]) -> list[Piece]:
    """The open needs of a case that ``2``, ``need2`` or ``12.need2`` name, each once.

    A domain names all the open ones in it. Raises BadValue for one that is over.
    """
    from casectl.core.casework import NEED, OPEN, PLANNED
    from casectl.core.domains import find_domain

    standing = session.store.casework.of(case, NEED)
    fits = [each for each in standing if each.status in (OPEN, PLANNED)]
    found: dict[str, Piece] = {}
    for text in [each.strip() for several in named for each in several.split(",")]:
        word = text.lower().removeprefix(f"{case.number}.").removeprefix("need")
        if word.isascii() and word.isdigit():
            these = [each for each in standing if each.number == int(word[:10])]
            if not these:
                raise NotFound(
                    f"{case.handle} has no need {word[:10]}",
                    hint=f"casectl need list {case.number}",
                )
            if these[0] not in fits:
                raise BadValue(f"{case.number}.need{word[:10]} is {these[0].status} already")
        else:
            domain = find_domain(text, session.profile.domains)
            these = [each for each in fits if each.domain == domain.key]
            if not these:
                raise NotFound(
                    f"{case.handle} has no open need in {domain.words}",
                    hint=f"casectl need add {case.number} TEXT --domain {domain.key}",
                )
        found |= {each.id: each for each in these}
    return list(found.values())


def find_resource(session: Session, text: str, *, write: bool = False) -> Resource:
    """The service that a number names, or words of its name, which are a guess.

    Raises NotFound, or Ambiguous with the candidates where nobody can be asked.
    """
    wanted = text.strip()
    if wanted.isascii() and wanted.isdigit():
        found = session.store.resources.numbered(int(wanted[:10]))
        if found is None:
            raise NotFound(f"no resource {wanted[:20]}", hint="casectl resource list")
        return found
    words = fold(text).split()
    named = [
        each
        for each in session.store.resources.all()
        if words and all(word in fold(each.name) for word in words)
    ]
    if not named:
        raise NotFound(
            f"no resource {text[:60]!r}", hint="casectl resource list shows those on record"
        )
    if len(named) > 1:
        told = ", ".join(f"{each.number} {each.name}" for each in session.shown(named)[:10])
        raise Ambiguous(f"several resources fit {text[:60]!r}: {told}", hint="write a number")
    if write:
        session.confirm(
            f"{session.shown(named[0]).name} (resource {named[0].number})?",
            otherwise=Ambiguous(
                f"{text[:60]!r} is only words of resource {named[0].number}",
                hint=f"write {named[0].number}, or add --yes",
            ),
        )
    return named[0]


def is_part(part: str) -> bool:
    """Whether it can stand behind a case's number: 3, contact, c2, g1."""
    if part[0].isdigit() or part[0] in "cn" or part in DERIVED_PARTS:
        return True
    return part.rstrip(DIGITS) in PART_LETTERS or is_transition(part)


def names_a_note(text: str) -> bool:
    """Whether a word is a note's name: 12.n3."""
    stem, dot, part = text.strip().rpartition(".")
    return bool(stem and dot and part[:1] == "n" and part[1:].isascii() and part[1:].isdigit())


def is_transition(part: str) -> bool:
    """``t1``, or ``t1v``, the visit that it owes: both are done by getting in touch."""
    return part[0] == "t" and part[1:].removesuffix("v").isdigit()


def is_call(part: str) -> bool:
    """``ac1``: the call after the end, made by getting in touch."""
    return part[:2] == "ac" and part[2:].isdigit()


def names_a_call(text: str) -> bool:
    """Whether a word is the name of the call after the end: 12.ac1."""
    stem, dot, part = text.strip().lower().rpartition(".")
    return bool(stem and dot) and is_call(part)


def how_to_clear(part: str, otherwise: str, case: str) -> str:
    """What clears a derived item or a piece of casework of a case, by its name behind the dot."""
    found = HOW_TO_CLEAR.get(part) or HOW_TO_CLEAR_PIECES.get(
        "t" if part and is_transition(part) else part.rstrip(DIGITS)
    )
    return (found or otherwise).replace("CASE", case).replace("ITEM", f"{case}.{part}")


def is_own(text: str) -> bool:
    """Whether ``me`` or ``me.2`` was typed, which is the worker's own work."""
    stem, dot, part = text.strip().lower().partition(".")
    return stem == ME.handle and (not dot or (part.isascii() and part.isdigit()))


def _guess(text: str, by: str, case: Case) -> str:
    """Why what was typed is a guess. A whole name is one too: the next client may have it."""
    if by == "name" and name_key(text) == name_key(case.client):
        return "a name, which others may have"
    return GUESSES.get(by, "a guess")


def _a(kind: str) -> str:
    """``a follow-up``, ``an appointment``."""
    word = kind.replace("_", "-")
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
