"""receive: take in the case that a colleague handed over."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.colleagues import IdentityOption, as_json, new_identity, new_path, opened
from casectl.core.casework import COVERING, TAKEN
from casectl.core.errors import Ambiguous, BadValue
from casectl.core.handovers import BACK, COVER, read_handover, taken
from casectl.core.merging import FIELDS, joining
from casectl.core.text import fold
from casectl.handing import check_for_me
from casectl.naming import find_case
from casectl.parameters import current
from casectl.render.handing import briefs_told, received_object, received_words
from casectl.render.joining import joining_note, not_kept
from casectl.session import Session, at_home

if TYPE_CHECKING:
    from casectl.core.handovers import Given, Handed
    from casectl.core.merging import Joining
    from casectl.core.model import Case, Load


def receive(
    ctx: typer.Context,
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="The file that the colleague sent.")
    ] = None,
    identity: IdentityOption = None,
    same: Annotated[
        str | None,
        typer.Option(
            "--same", metavar="CASE", help="It is this client, who has a case here already."
        ),
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Nobody in it is on file here, whatever the name.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Only say where things stand; take nothing in.")
    ] = False,
    own: Annotated[
        str | None,
        typer.Option(
            "--new-identity",
            metavar="FILE",
            help="Make an age identity for files sealed to you, and print its recipient.",
        ),
    ] = None,
) -> None:
    """Take in the case that a colleague handed over.

    The whole record, under a new number. It owes a first contact by you, or, where you only
    cover, to be given back. Who may be on file already is asked, as casectl intake asks.
    """
    session = current(ctx)
    if own is not None:
        if file is not None or show or same or new:
            raise BadValue("--new-identity FILE stands alone")
        path = new_path(own, "the identity")
        told = new_identity(path)
        session.output.made_lines(
            {"identity": str(path), "recipient": told},
            f"{path} opens what is sealed to you; keep it, and give nobody but this:",
            told,
        )
        return
    if file is None:
        raise BadValue("FILE is missing", hint="casectl receive FILE takes in what was sent")
    if same is not None and new:
        raise BadValue("--same and --new exclude each other")
    path = at_home(file)
    handed = read_handover(as_json(opened(session, path, identity), path), str(path), session.today)
    if handed.kind == BACK:
        raise BadValue(
            f"{path} gives covered cases back", hint=f"casectl cover --back {path} takes it in"
        )
    if show:
        numbers = [each.number for each in handed.cases]
        briefs_told(session.shown(_standing(session, handed, numbers)), session.output)
        return
    _take(session, handed, same, new=new)


def _take(session: Session, handed: "Handed", same: str | None, *, new: bool) -> None:
    if known := session.store.handing.known(handed.id):
        numbers = ", ".join(str(case.number) for case in known[:10])
        raise Ambiguous(f"that hand-over was taken in already, as case {numbers}")
    check_for_me(session, handed)
    if same is not None and len(handed.cases) > 1:
        raise BadValue("--same is for a file with one case", hint="it has several")
    people = {each.person: each for each in reversed(handed.cases)}
    clients = {key: _client_of(session, each, same, new=new) for key, each in people.items()}
    new_key = session.store.handing.new_key
    keys = {each.origin: new_key() for each in handed.cases}
    loads = []
    made: dict[str, str] = {}  # by the key there, the clients that are new here
    for each in handed.cases:
        load = taken(handed, each, session.today, new_key, keys)
        client = clients[each.person] or made.get(each.person)
        if client is None:
            made[each.person] = new_key()
            load = load._replace(client=load.client._replace(id=made[each.person]))
        loads.append(load._replace(same_client=client))
    joints = [
        _joint(session, load) if load.same_client not in made.values() else None for load in loads
    ]
    notes = [
        joining_note(joint, load.client) if joint is not None else None
        for joint, load in zip(joints, loads, strict=True)
    ]
    learnt = [joint.learnt if joint is not None else {} for joint in joints]
    cases = session.store.handing.take(handed, loads, list(zip(learnt, notes, strict=True)))
    session.was_shown("receive", cases)
    handed = _standing(session, handed, [case.number for case in cases])
    items = {case.number: session.store.handing.standing(case, TAKEN, COVERING) for case in cases}
    told_cases = session.shown(cases)
    session.output.wrote_all(
        [received_object(case, session.shown(handed)) for case in told_cases],
        *received_words(
            told_cases,
            session.shown(handed),
            session.output,
            {n: session.shown(each) for n, each in items.items()},
            covers=handed.kind == COVER,
        ),
        *_joined_words(session, told_cases, joints, loads),
    )


def _joint(session: Session, load: "Load") -> "Joining | None":
    """What the client on file learns from the file and what theirs contradicts, as merge has it."""
    if load.same_client is None:
        return None
    return joining(session.store.cases.client(load.same_client), load.client)


def _joined_words(
    session: Session,
    cases: "Sequence[Case]",
    joints: "Sequence[Joining | None]",
    loads: "Sequence[Load]",
) -> list[str]:
    said = []
    for case, joint, load in zip(cases, joints, loads, strict=True):
        if joint is not None and joint.learnt:
            told = ", ".join(FIELDS[name] for name in joint.learnt)
            said.append(f"{case.handle}: filled in from the file: {told}.")
        if joint is not None and joint.conflicts:
            told = not_kept(session.shown(joint), session.shown(load.client))
            said.append(f"{case.handle}: here it says otherwise, so noted on the case: {told}.")
    return said


def _standing(session: Session, handed: "Handed", numbers: Sequence[int]) -> "Handed":
    """The hand-over with where each case stands, as the record that came says it."""
    from casectl.core.handovers import stands

    cases = [
        each._replace(
            stands=stands(
                each, number, session.store.handing.record_of(each.load), session.standards,
                session.today, session.config.date_order,
            )
        )
        for each, number in zip(handed.cases, numbers, strict=True)
    ]  # fmt: skip
    return handed._replace(cases=tuple(cases))


def _client_of(session: Session, given: "Given", same: str | None, *, new: bool) -> str | None:
    """The key of the client on file that it is; None for a new one. Asked as intake asks."""
    if new:
        return None
    if same is not None:
        return find_case(session, same, write=True).client_id
    client = given.load.client
    found = session.store.intake.possible_duplicates(
        client.name, client.birth_date, client.external_id
    )
    if not found:
        return None
    names = ", ".join(f"{case.handle} ({case.client})" for case in session.shown(found))
    if not session.can_ask:
        raise Ambiguous(
            f"possibly on file already: {names}",
            hint="--new for a new person, --same CASE for that person",
        )
    return _asked(session, found, names)


def _asked(session: Session, found: "list[Case]", names: str) -> str | None:
    answer = session.ask(f"Possibly on file already: {names}. Is it one of them? (handle, or n) ")
    wanted = fold(answer.strip())
    for case in found:
        if wanted in (case.handle, str(case.number)):
            return case.client_id
    if wanted in ("n", "no"):
        return None
    raise Ambiguous("nobody was chosen", hint="nothing was taken in")
