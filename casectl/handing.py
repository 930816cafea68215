"""What handing a case over and letting it be covered share: who may be told, and the document."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casectl.core.casework import COVERED, COVERING, GIVEN
from casectl.core.consents import way_to_add
from casectl.core.errors import Ambiguous, BadValue, NotShared
from casectl.core.handovers import BACK, PURPOSES, WHAT
from casectl.core.model import Case
from casectl.core.text import NAME_LIMIT, checked_text, fold
from casectl.session import Session
from casectl.sharing import permit

if TYPE_CHECKING:
    from casectl.core.consents import Permission
    from casectl.core.handovers import Handed

ToOption = Annotated[
    str | None, typer.Option("--to", metavar="WORKER", help="The colleague's name.")
]
PurposeOption = Annotated[
    str | None,
    typer.Option("--purpose", metavar="TEXT", help="The purpose that the client's release names."),
]
OverrideOption = Annotated[
    str | None,
    typer.Option("--override", metavar="REASON", help="Why it is shared without a release."),
]


def check_free(session: Session, case: Case) -> None:
    """A case that is on its way to one colleague goes to no other, nor one whose client died."""
    session.store.closing.check_no_death(case)
    for piece in session.store.handing.standing(case, GIVEN, COVERED, COVERING):
        name = f"{case.number}.{piece.part}"
        how = {
            GIVEN: f"casectl transfer accepted {case.number}, or withdrawn",
            COVERED: "casectl cover --back FILE first",
            COVERING: "give it back first: casectl cover --give-back",
        }[piece.stage]
        word = "handed over" if piece.stage == GIVEN else "covered"
        raise BadValue(f"{case.handle} is {word} already ({name})", hint=how)


def check_readable(session: Session, cases: list[Case]) -> None:
    """What only a newer casectl knows no colleague's can read: it is not written, nor logged."""
    strange = session.store.handing.not_understood(cases)
    if not strange:
        return
    more = f" and {len(strange) - 10} more" if len(strange) > 10 else ""
    raise BadValue(
        f"{', '.join(strange[:10])}{more}: of a kind or stage that this casectl does not know, so "
        "nobody could read the file",
        hint="upgrade casectl; casectl doctor tells more; nothing was written",
    )


def check_for_me(session: Session, handed: "Handed") -> None:
    """A file for somebody else is asked about. Raises Ambiguous in a script."""
    if fold(handed.recipient) == fold(session.config.worker):
        return
    told = session.shown(handed)
    session.confirm(
        f"It is for {told.recipient}, and you are {session.config.worker}. Take it in?",
        otherwise=Ambiguous(
            f"it is for {told.recipient!r}, not for {session.config.worker!r}",
            hint="--yes takes it in all the same",
        ),
    )


def permit_handover(
    session: Session, case: Case, to: str, kind: str, purpose: str | None, override: str | None
) -> "Permission":
    named = checked_text(purpose, "purpose", limit=NAME_LIMIT) if purpose else PURPOSES[kind]
    return permit(session, case, to, named, WHAT[kind], whole=kind != BACK, override=override)


def permit_all(
    session: Session,
    cases: list[Case],
    to: str,
    kind: str,
    purpose: str | None,
    override: str | None,
) -> "list[tuple[Case, Permission]]":
    """The right to share each of them. Raises NotShared that names every one without a release."""
    if override is not None:
        override = session.typed(override, "reason")
    shared, refused = [], []
    for case in cases:
        try:
            shared.append((case, permit_handover(session, case, to, kind, purpose, override)))
        except NotShared as error:
            refused.append((case, error))
    if len(refused) == 1:
        raise refused[0][1]
    if refused:
        numbers = ", ".join(str(case.number) for case, _ in refused[:10])
        more = f" and {len(refused) - 10} more" if len(refused) > 10 else ""
        named = purpose or PURPOSES[kind]
        way = way_to_add("CASE", to, named, whole=kind != BACK)
        refusal = NotShared(
            f"no release lets {to[:40]!r} be told of cases {numbers}{more} for {named[:40]!r}",
            hint=f"{way} for each, name the other cases alone, or --override REASON; nothing was "
            "shared",
        )
        if session.private:
            from casectl.core.privacy import without_quotes

            raise NotShared(without_quotes(str(refusal)))
        raise refusal
    return shared


def document(
    session: Session,
    key: str,
    kind: str,
    to: str,
    cases: list[Case],
    first: date | None = None,
    until: date | None = None,
) -> bytes:
    from casectl.core.casefile import owed
    from casectl.core.handovers import brief, case_object

    made = []
    for case in cases:
        file = session.store.cases.file(case)
        items = owed(file.record, session.standards, session.today)
        lines = brief(file, items, session.today, session.config.date_order)
        made.append(case_object(file, lines))
    return packed(session, key, kind, to, made, first, until)


def packed(
    session: Session,
    key: str,
    kind: str,
    to: str,
    made: list[dict[str, Any]],
    first: date | None = None,
    until: date | None = None,
) -> bytes:
    from casectl.core.handovers import handover_object
    from casectl.render import json_text

    whole = handover_object(key, kind, session.config.worker, to, session.today, made, first, until)
    return f"{json_text(whole)}\n".encode("ascii")
