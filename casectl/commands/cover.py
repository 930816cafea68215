"""cover: cases in a sealed file for a colleague, until they give them back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.asking import needed
from casectl.colleagues import (
    IdentityOption,
    OutOption,
    RecipientOption,
    Seal,
    as_json,
    checked_worker,
    new_path,
    opened,
)
from casectl.core.casework import CONSENT, DROPPED, OPEN, Piece
from casectl.core.consents import are_for_the_same
from casectl.core.errors import Ambiguous, BadValue, NotFound
from casectl.core.guards import check_change
from casectl.core.handovers import BACK, COVER, check_cover
from casectl.core.model import Case
from casectl.core.text import fold
from casectl.handing import (
    OverrideOption,
    PurposeOption,
    ToOption,
    check_for_me,
    check_free,
    check_readable,
    document,
    packed,
    permit_all,
)
from casectl.naming import find_case
from casectl.parameters import complete_case, current
from casectl.render import tell
from casectl.render.handing import backs_told, closed_words, given_object, returned_words
from casectl.session import Session, at_home

if TYPE_CHECKING:
    from casectl.core.handovers import Handed
    from casectl.core.returning import Backed, Returned


SIGNING = "its closing waits for the sign-off"  # of a client who died


def cover(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CASE]...",
            help="Only these cases; else every open one.",
            autocompletion=complete_case,
        ),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day (today).")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="The last day.")
    ] = None,
    to: ToOption = None,
    output: OutOption = None,
    recipient: RecipientOption = None,
    purpose: PurposeOption = None,
    override: OverrideOption = None,
    back: Annotated[
        str | None,
        typer.Option("--back", metavar="FILE", help="Take in what the colleague did meanwhile."),
    ] = None,
    give_back: Annotated[
        bool,
        typer.Option(
            "--give-back", help="Of what you covered: write what you did, and end it here."
        ),
    ] = False,
    skip_bad: Annotated[
        bool,
        typer.Option(
            "--skip-bad", help="With --back: take in the rest where a case is not covered."
        ),
    ] = False,
    identity: IdentityOption = None,
) -> None:
    """Let a colleague see to cases while you are away.

    The records, in a sealed file: casectl cover --from "7 dec" --until "18 dec" --to lee -o
    dec.age; lee's casectl receive takes it in, casectl cover --give-back --to kim -o back.age
    writes what lee did, and casectl cover --back back.age puts that on your record: whatever is
    new or was changed. Where you changed the same thing, the safer of the two stands, and both are
    said. A file that was lost is written anew by naming the case: casectl cover 2 --give-back ...
    """
    session = current(ctx)
    names = words or []
    if back is not None and (to or output or give_back):
        raise BadValue("--back FILE stands alone")
    if skip_bad and back is None:
        raise BadValue("--skip-bad goes with --back FILE")
    if back is not None:
        _take_back(session, at_home(back), identity, skip_bad=skip_bad)
    elif give_back:
        _give_back(session, names, to, output, recipient, purpose, override)
    else:
        _cover(session, names, (first, until), to, output, recipient, purpose, override)


def _cover(
    session: Session,
    names: list[str],
    days: tuple[str | None, str | None],
    to: str | None,
    output: str | None,
    recipient: str | None,
    purpose: str | None,
    override: str | None,
) -> None:
    colleague = needed(session, to, "To whom? ", "--to", lambda text: checked_worker(session, text))
    first = session.read_day(days[0]) if days[0] else session.today
    until = needed(session, days[1], "Until when, the last day? ", "--until", session.read_day)
    check_cover(first, until, session.today, session.config.date_order)
    cases = _cases(session, names)
    check_readable(session, cases)
    path = new_path(output, "the hand-over")
    permitted = permit_all(session, cases, colleague, COVER, purpose, override)
    seal = Seal(session, recipient)
    key = session.store.handing.new_key()
    pieces = session.store.handing.cover(
        permitted, colleague, key, (first, until), session.today,
        lambda: document(session, key, COVER, colleague, cases, first, until),
        lambda content: seal.write(path, content),
    )  # fmt: skip
    session.was_shown("cover", cases)
    told = list(zip(session.shown(cases), session.shown(pieces), strict=True))
    count = f"{len(cases)} case{'s' * (len(cases) != 1)}"
    who = told[0][1].who
    session.output.wrote(
        given_object(told, path, COVER),
        f"{count} for {who}, {session.say_day(first)} to {session.say_day(until)}: {path}, "
        f"{seal.words}.",
        "When you are back: casectl cover --back FILE puts what they did on your record.",
    )


def _cases(session: Session, names: list[str]) -> list[Case]:
    """The named cases, or every open one that nobody else has. Raises where one cannot go."""
    if names:
        cases = list({c.id: c for c in (find_case(session, n, write=True) for n in names)}.values())
        for case in cases:
            check_change(case, "cover")
            check_free(session, case)
        return cases
    handing = session.store.handing
    taken: dict[str, str] = {}
    for word, pieces in (
        ("on its way to {}", handing.given()),
        ("covered by {}", handing.covered()),
        ("covered here for {}", handing.covering()),
    ):
        taken |= {case.id: word.format(session.shown(piece).who) for case, piece in pieces}
    listed = session.store.cases.listed()
    taken |= dict.fromkeys(session.store.closing.deaths(listed), SIGNING)
    cases = [case for case in listed if case.id not in taken]
    if not cases:
        raise NotFound("there is no open case that nobody else has", hint="casectl list")
    for case in session.shown([case for case in listed if case.id in taken]):
        tell(f"{case.handle} is left out: {taken[case.id]}.")
    return cases


def _give_back(
    session: Session,
    names: list[str],
    to: str | None,
    output: str | None,
    recipient: str | None,
    purpose: str | None,
    override: str | None,
) -> None:
    from casectl.core.returning import returned_object

    colleague = needed(session, to, "To whom? ", "--to", lambda text: checked_worker(session, text))
    found = _to_give_back(session, names, colleague)
    check_readable(session, [case for case, _ in found])
    path = new_path(output, "what was done")
    permitted = permit_all(session, [c for c, _ in found], colleague, BACK, purpose, override)
    seal = Seal(session, recipient)
    handing = session.store.handing
    given = [(case, piece, p) for (case, piece), (_, p) in zip(found, permitted, strict=True)]
    key = handing.new_key()
    returned = handing.give_back(
        given, session.today,
        lambda made: packed(session, key, BACK, colleague, list(map(returned_object, made))),
        lambda content: seal.write(path, content),
    )  # fmt: skip
    cases = [case for case, _ in found]
    session.was_shown("cover", cases)
    now = {case.id: case for case in session.store.cases.by_ids([case.id for case in cases])}
    told = [(session.shown(now[case.id]), session.shown(piece)) for case, piece in found]
    made = given_object(told, path, BACK)
    for each, back in zip(made["cases"], returned, strict=True):
        each["held_back"] = list(back.held)
    count = f"{len(cases)} case{'s' * (len(cases) != 1)}"
    session.output.wrote(
        made,
        f"{count} given back to {told[0][1].who}: {path}, {seal.words}."
        + closed_words([case for case, _ in told]),
        *returned_words([case for case, _ in told], session.shown(returned)),
    )


def _to_give_back(session: Session, names: list[str], colleague: str) -> list[tuple[Case, Piece]]:
    """What is covered for a colleague, or of that what is named; what is named once more as well.

    Raises NotFound where there is none.
    """
    handing = session.store.handing
    named = [find_case(session, name, write=True) for name in names]
    wanted = {case.id for case in named}
    standing = [each for each in handing.covering() if not wanted or each[0].id in wanted]
    past = {case.id: (case, piece) for case, piece in handing.given_back() if case.id in wanted}
    past |= {case.id: (case, piece) for case, piece in standing}
    found = [each for each in past.values() if fold(each[1].who or "") == fold(colleague)]
    missing = next((case for case in named if case.id not in {c.id for c, _ in found}), None)
    if missing is not None:
        raise NotFound(
            f"{missing.handle} is not covered here for {colleague[:40]!r}",
            hint=f"casectl show {missing.number} shows how it stands",
        )
    if found:
        return found
    if any(fold(piece.who or "") == fold(colleague) for _, piece in handing.given_back()):
        raise NotFound(
            f"everything covered for {colleague[:40]!r} is given back",
            hint="name the cases to write the file anew: casectl cover CASE --give-back ...",
        )
    raise NotFound(
        f"nothing is covered here for {colleague[:40]!r}", hint="casectl receive takes it in"
    )


def _take_back(session: Session, path: Path, identity: str | None, *, skip_bad: bool) -> None:
    from casectl.core.handovers import read_handover

    handed = read_handover(as_json(opened(session, path, identity), path), str(path), session.today)
    if handed.kind != BACK:
        raise BadValue(f"{path} hands a case over", hint=f"casectl receive {path}")
    found = _covered(session, handed, path, skip_bad=skip_bad)
    check_for_me(session, handed)
    _check_sender(session, handed, [piece for _, piece, _ in found])
    _check_open(session, found)
    handing = session.store.handing
    backs = handing.take_back(found, handed.sender, session.today)
    session.was_shown("cover", [back.case for back in backs])
    still_live = [_still_live(session, back) for back in backs]
    backs_told(session.shown(backs), session.shown(still_live), session.output)


def _still_live(session: Session, back: "Backed") -> list[tuple[Case, Piece]]:
    """What lets somebody be told of the client all the same, beside a revocation that came."""
    gone = [
        each
        for each in (*back.changed, *back.added)
        if isinstance(each, Piece) and each.kind == CONSENT and each.status == DROPPED
    ]
    new = [
        each
        for each in back.added
        if isinstance(each, Piece) and each.kind == CONSENT and each.status == OPEN
    ]
    if not (gone or new):
        return []
    cases = session.store.cases.of_client(back.case.client_id)
    found = {
        other.id: (case, other)
        for each in gone
        for case, other in session.store.sharing.still_live(each, cases, session.today)
    }
    # What was signed there after the client had revoked the same here.
    revoked = [e for e in session.store.casework.of(back.case, CONSENT) if e.status == DROPPED]
    found |= {
        each.id: (back.case, each)
        for each in new
        if any(are_for_the_same(each, other) for other in revoked)
    }
    return list(found.values())


def _covered(
    session: Session, handed: "Handed", path: Path, *, skip_bad: bool
) -> "list[tuple[Case, Piece, Returned]]":
    """What a file gives back, with the cover that each answers. Raises NotFound for any other."""
    handing = session.store.handing
    known = [(handing.cover_of(each.origin, each.cover), each) for each in handed.returned]
    found = [(*cover, each) for cover, each in known if cover and cover[1].status == OPEN]
    over = [f"case {each.number}" for cover, each in known if cover and cover[1].status != OPEN]
    strange = [f"case {each.number}" for cover, each in known if cover is None]
    if not found and over:
        raise NotFound(
            f"{path} is of an earlier cover, taken in already",
            hint="nothing was taken in; casectl history tells what was then",
        )
    if not found:
        raise NotFound(
            f"{path} is of no case that is covered by anybody",
            hint="what it holds is on record already, or of another caseload",
        )
    for names, word in ((over, "is of an earlier cover"), (strange, "is not covered by anybody")):
        if not names:
            continue
        left = f"{', '.join(names[:10])} of {path} {word}"
        if not skip_bad:
            raise NotFound(left, hint="--skip-bad takes in the rest; nothing was taken in")
        tell(f"{left}: left out.")
    return found


def _check_open(session: Session, found: "list[tuple[Case, Piece, Returned]]") -> None:
    """What a closed case got meanwhile is asked about: nobody owes what is open, or looks again."""
    from casectl.core.returning import came_back_open, contacts_since, raised_level, said_contacts

    for case, _, each in found:
        if case.is_open:
            continue
        opened = came_back_open(session.shown(each), case.number)
        said = opened[:5]
        if len(opened) > 5:
            said.append(f"{len(opened) - 5} more")
        if level := raised_level(each, case):
            said.append(f"the level, {level.word}")
        if since := said_contacts(contacts_since(each.added, case.closed_on)):
            said.append(since)
        if not said:
            continue
        case = session.shown(case)
        word = "came back open" if opened else "came back"
        told = f"{case.handle} is CLOSED HERE, and this {word}: {', '.join(said)}"
        session.confirm(
            f"{told}. A closed case owes none of it. Take it in all the same?",
            otherwise=Ambiguous(
                told,
                hint=f"casectl reopen {case.number} first, so that it is owed; --yes takes it in "
                "as past, and you owe a look at it",
            ),
        )


def _check_sender(session: Session, handed: "Handed", covers: "list[Piece]") -> None:
    """Who gives a case back is who covered it; another name is asked about."""
    other = [each for each in covers if fold(each.who or "") != fold(handed.sender)]
    if not other:
        return
    who, sender = session.shown(other[0]).who, session.shown(handed).sender
    session.confirm(
        f"{who} covered it, and this is from {sender}. Take it in?",
        otherwise=Ambiguous(
            f"{who!r} covered it, and this is from {sender!r}",
            hint="--yes takes it in all the same",
        ),
    )
