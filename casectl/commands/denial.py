"""denial: what was denied to a client, and what is done against it."""

from datetime import date, timedelta
from typing import Annotated

import typer

from casectl.asking import needed
from casectl.core.casework import DENIAL, OPEN, Piece
from casectl.core.dates import When
from casectl.core.denials import (
    APPEALED,
    DEADLINE,
    DECISION_AFTER,
    DECISIONS,
    FILED,
    FURTHER,
    appeal_words,
    check_appeal_day,
    check_next,
    decision_words,
    new_denial,
    new_filing,
    promise_number,
)
from casectl.core.errors import BadValue
from casectl.core.model import DEADLINE as A_DEADLINE
from casectl.core.model import FOLLOW_UP, Case, Promise
from casectl.core.planning import check_past_day
from casectl.core.promising import new_promise
from casectl.core.text import NAME_LIMIT, checked_text
from casectl.naming import find_case, find_piece
from casectl.parameters import CaseArgument, current
from casectl.pieces import PieceArgument
from casectl.render import referrals as told
from casectl.session import Session

denial_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
APPEAL = "appeal"

TextArgument = Annotated[
    str | None, typer.Argument(metavar="[TEXT|-]", help="What it says; - reads standard input.")
]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help="The day it happened (today).")
]
AppealByOption = Annotated[
    str | None, typer.Option("--appeal-by", metavar="DAY", help="The last day to appeal.")
]


@denial_app.callback()
def denial() -> None:
    """What was denied to a client, and what is done against it.

    A denial is named 12.den1. Its appeal is a deadline of the case; once it is filed, the decision
    is asked for; and what is decided ends both, or makes the next deadline.
    """


@denial_app.command("add")
def add(
    ctx: typer.Context,
    case: CaseArgument,
    what: Annotated[
        str | None,
        typer.Argument(metavar="[WHAT|-]", help="What was denied; - reads standard input."),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who denied it.")] = None,
    why: Annotated[
        str | None, typer.Option("--why", metavar="TEXT", help="The reason that they gave.")
    ] = None,
    appeal_by: AppealByOption = None,
    no_appeal: Annotated[
        bool, typer.Option("--no-appeal", help="There is no appeal against it.")
    ] = False,
    on: OnOption = None,
) -> None:
    """Record a denial; the day to appeal by becomes a deadline.

    casectl denial add 12 "food benefits" --by "the county" --why "papers missing" --appeal-by "16
    feb" --on "18 nov". Where none is possible, --no-appeal says so.
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    text = needed(
        session, what, "What was denied? ", "WHAT", lambda text: checked_text(text.strip(), "text")
    )
    name = needed(
        session, by, "By whom? ", "--by",
        lambda text: checked_text(text.strip(), "name of who denied it", limit=NAME_LIMIT),
    )  # fmt: skip
    day = _day(session, found, on)
    if appeal_by is not None and no_appeal:
        raise BadValue("--appeal-by and --no-appeal say two things", hint="give one of them")
    if appeal_by is None and not no_appeal:
        last = needed(
            session, None, "Appeal by which day? (- for none) ", "--appeal-by",
            lambda text: _last_day(session, day, text),
        )  # fmt: skip
    else:
        last = session.read_day(appeal_by) if appeal_by is not None else None
    made = new_denial(found, text, name, day, last, why, session.config.date_order)
    deadline = _deadline(session, found, made, last)
    done = session.store.referrals.deny(found, made, deadline)
    _tell(session, found, done.denial, done.ended, done.made)


def _last_day(session: Session, denied_on: date, answer: str) -> date | None:
    """The day to appeal by as it was answered; None for ``-``. Raises BadValue."""
    if answer == "-":
        return None
    if not answer:
        raise BadValue("a day, or - where there is no appeal")
    last = session.read_day(answer)
    check_appeal_day(denied_on, last, session.config.date_order)
    return last


def _deadline(session: Session, case: Case, denied: Piece, last: date | None) -> Promise | None:
    if last is None:
        return None
    order = session.config.date_order
    words = appeal_words(denied)
    return new_promise(case, A_DEADLINE, words, When(last), subject=APPEAL, order=order)


@denial_app.command("file")
def file(
    ctx: typer.Context,
    item: PieceArgument,
    text: TextArgument = None,
    where: Annotated[
        str | None, typer.Option("--with", metavar="NAME", help="Where it was filed.")
    ] = None,
    appeal: Annotated[
        bool, typer.Option("--appeal", help="This is the appeal: its deadline is met.")
    ] = False,
    decision_by: Annotated[
        str | None,
        typer.Option("--decision-by", metavar="DAY", help="When to ask for the decision."),
    ] = None,
    on: OnOption = None,
) -> None:
    """Record what was filed: the day, what, and where.

    casectl denial file 12.den1 "appeal with both pay stubs" --with "the county" --appeal. The
    appeal meets its deadline, and asks for the decision after 30 days, or on --decision-by.
    """
    session = current(ctx)
    case, piece = find_piece(session, item, DENIAL)
    day = _day(session, case, on)
    said = session.typed(text, "text") if text is not None else None
    filing = new_filing(FILED, day, said or ("appeal" if appeal else None), where)
    if filing.what is None:
        raise BadValue(
            "what was filed is missing",
            hint=f'casectl denial file {case.stem}.{piece.part} "the pay stubs", or --appeal',
        )
    check_next(case, piece, filing, session.config.date_order)
    asks = None
    if appeal or decision_by is not None:
        ask_on = _decision_day(session, day, decision_by)
        if ask_on < day:
            raise BadValue(
                f"{session.say_day(ask_on)} is before it was filed",
                hint="--decision-by takes a later day",
            )
        order = session.config.date_order
        asks = new_promise(
            case, FOLLOW_UP, decision_words(piece, filing.where), When(ask_on), order=order
        )
    stage = APPEALED if appeal else piece.stage
    done = session.store.referrals.file(case, piece, filing, stage=stage, appeals=appeal, asks=asks)
    more = []
    if not appeal and promise_number(done.denial, DEADLINE) is not None:
        item_name = f"{case.number}.{promise_number(done.denial, DEADLINE)}"
        more = [f"The appeal is still due, {item_name}: --appeal says that this was it."]
    _tell(session, case, done.denial, done.ended, done.made, *more)


def _decision_day(session: Session, filed: date, text: str | None) -> date:
    """When to ask for the decision: as typed, or a working day about a month after the filing."""
    if text is not None:
        return session.read_day(text)
    usual = filed + timedelta(days=DECISION_AFTER)
    return max(session.calendar.on_or_before(usual), filed)


@denial_app.command("decide")
def decide(
    ctx: typer.Context,
    item: PieceArgument,
    decision: Annotated[
        str, typer.Argument(metavar="DECISION", help="overturned, partly, upheld or withdrawn.")
    ],
    text: TextArgument = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decided.")] = None,
    appeal_by: AppealByOption = None,
    on: OnOption = None,
) -> None:
    """Record what was decided; it ends what was promised for it.

    casectl denial decide 12.den1 upheld "no new papers" --appeal-by "1 mar". With the day of the
    next appeal it stays open; without one it is over. withdrawn: the client leaves it at that.
    """
    session = current(ctx)
    case, piece = find_piece(session, item, DENIAL)
    word = decision.strip().lower()
    if word not in DECISIONS:
        raise BadValue(f"no decision {decision[:40]!r}: it is {', '.join(DECISIONS)}")
    if appeal_by is not None and word not in FURTHER:
        raise BadValue(f"against {word} there is no appeal", hint="leave --appeal-by out")
    day = _day(session, case, on)
    said = session.typed(text, "text") if text is not None else None
    filing = new_filing(word, day, said, by)
    check_next(case, piece, filing, session.config.date_order)
    last = session.read_day(appeal_by) if appeal_by is not None else None
    check_appeal_day(day, last, session.config.date_order)
    further = _deadline(session, case, piece, last)
    done = session.store.referrals.decide(case, piece, filing, word, further)
    more = []
    if further is None and word in FURTHER:
        more = ["It is over with that; --appeal-by DAY would have kept it open (casectl undo)."]
    _tell(session, case, done.denial, done.ended, done.made, *more)


@denial_app.command("list")
def list_(
    ctx: typer.Context,
    case: Annotated[
        str | None, typer.Argument(metavar="[CASE]", help="Only this case; all of them without.")
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Of a case, those that are over as well.")
    ] = False,
) -> None:
    """Denials that are not over, the oldest first."""
    session = current(ctx)
    if case is None:
        if all_:
            raise BadValue("--all is for one case", hint="casectl denial list CASE --all")
        found = session.store.referrals.open_denials()
    else:
        named = find_case(session, case)
        pieces = session.store.casework.of(named, DENIAL)
        found = [(named, each) for each in pieces if all_ or each.status == OPEN]
    session.was_shown("denial list", list({each.id: each for each, _ in found}.values()))
    told.denials(found, session.output, "No denial is open: casectl denial add CASE WHAT --by NAME")


@denial_app.command("show")
def show(ctx: typer.Context, item: PieceArgument) -> None:
    """One denial, with everything that was done."""
    session = current(ctx)
    case, piece = find_piece(session, item, DENIAL)
    session.was_shown("denial show", [case])
    told.denial(case, piece, session.output)


def _day(session: Session, case: Case, text: str | None) -> date:
    day = session.read_day(text, back=True) if text is not None else session.today
    check_past_day(case, day, session.today, session.config.date_order)
    return day


def _tell(
    session: Session,
    case: Case,
    denied: Piece,
    ended: tuple[Promise, ...],
    made: tuple[Promise, ...],
    *more: str,
) -> None:
    shown, piece, output = session.shown(case), session.shown(denied), session.output
    lines = [told.denial_sentence(piece, shown, output)]
    for each in session.shown(ended):
        lines.append(f"Ended {case.number}.{each.number} {each.what}: {each.outcome}.")
    for each in session.shown(made):
        day = session.say_day(each.due_on)
        lines.append(f"Next: {case.number}.{each.number} {each.what}, {day}.")
    output.wrote(told.denial_object(piece, shown, output), *lines, *more)
