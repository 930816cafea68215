"""Pieces of casework on a command line: which are meant, and why the plan changes."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.core.casework import CONSENT, LETTERS, NEED, OPEN, PLANNED, PROGRESS, STEP, named_part
from casectl.core.errors import BadValue
from casectl.core.guards import check_change
from casectl.core.model import Case
from casectl.core.planning import check_past_day
from casectl.core.text import checked_text
from casectl.core.values import NamedTuple
from casectl.naming import find_case, find_piece
from casectl.parameters import complete_case
from casectl.session import Session

if TYPE_CHECKING:
    from casectl.core.casework import Piece
    from casectl.core.planning import GoalNow


def named_pieces(
    session: Session, words: list[str], *kinds: str
) -> "tuple[list[tuple[Case, Piece]], list[str]]":
    """The open pieces that the first words name, each once, and the words after them.

    ``12.s1 12.s2 both sent``; or a case and the numbers of its pieces, ``garcia 1 2``; or a case
    that has just one. One that has ended is refused.
    """
    names, rest = [words[0]], list(words[1:])
    if names_a_piece(words[0]):
        while rest and names_a_piece(rest[0]):
            names.append(rest.pop(0))
    elif rest and is_number(rest[0]):
        case = find_case(session, words[0], write=True)
        names = []
        while rest and is_number(rest[0]):
            names.append(f"{case.number}.{LETTERS[kinds[0]]}{rest.pop(0)}")
    found: dict[str, tuple[Case, Piece]] = {}
    for name in names:
        case, piece = find_piece(session, name, *kinds)
        check_stands(session, case, piece)
        found[piece.id] = (case, piece)
    return list(found.values()), rest


class Ending(NamedTuple):
    """Which pieces end, what came of it, and on which day."""

    found: "list[tuple[Case, Piece]]"
    outcome: str | None
    day: date

    @property
    def pieces(self) -> "list[Piece]":
        return [piece for _, piece in self.found]


def ending(
    session: Session, items: list[str], on: str | None, kind: str, what: str = "outcome"
) -> Ending:
    """The open pieces that end by these words; ``what`` the text behind them is called.

    Raises BadValue for a day that is ahead, or before a case began.
    """
    found, words = named_pieces(session, items, kind)
    outcome = rest_as_text(session, words, what)
    day = session.read_day(on, back=True) if on else session.today
    for case, _ in found:
        check_past_day(case, day, session.today, session.config.date_order)
    return Ending(found, outcome, day)


def open_piece(session: Session, text: str, *kinds: str) -> "tuple[Case, Piece]":
    """The one piece that ``12.g1`` or a case names. One that has ended is refused."""
    case, piece = find_piece(session, text, *kinds)
    check_stands(session, case, piece)
    return case, piece


def goal_now(session: Session, case: Case, goal: "Piece") -> "GoalNow":
    """A goal with what belongs to it, as it is on file."""
    from casectl.core.planning import goal_now

    return goal_now(goal, session.store.casework.of(case, STEP, PROGRESS))


def needs_left(session: Session, case: Case, goal: "Piece") -> list[str]:
    """Say which needs a goal that has ended leaves without any."""
    left = []
    for number in goal.body.get("needs", ()):
        need = session.store.casework.numbered(case, NEED, number)
        if need is not None and need.status == OPEN:
            left.append(f"{case.number}.need{number}")
    if not left:
        return []
    have = "has" if len(left) == 1 else "have"
    how = f"casectl goal add {case.number} TEXT --need N"
    return [f"{', '.join(left)} {have} no goal any more: {how}"]


def needed_reason(session: Session, words: list[str]) -> str:
    """The reason behind the items, which a script must give; a person is asked for it."""
    reason = rest_as_text(session, words, "reason")
    if reason is None and session.can_ask:
        return checked_text(session.ask("Why? "), "reason")
    if reason is None:
        raise BadValue("the reason is missing", hint='it stands behind the item: 12.s1 "why"')
    return reason


def check_stands(session: Session, case: Case, piece: "Piece") -> None:
    """Raise BadValue for a piece that has ended, or whose case has."""
    if piece.kind != CONSENT:  # which a client may revoke whatever has become of the case
        check_change(case, "plan")
    if piece.status not in (OPEN, PLANNED):
        when = f" since {session.say_day(piece.ended_on)}" if piece.ended_on else ""
        how, word = f"casectl history {case.stem} tells more", piece.status
        if piece.kind == CONSENT:
            from casectl.core.consents import in_its_place, state_of

            word = state_of(piece, session.today)  # revoked, or replaced
            how = f"casectl consent add {case.stem} makes a new one, which the client signs"
            now = in_its_place(piece, session.store.casework.of(case, CONSENT))
            if now is not None:
                name, stands = f"{case.stem}.{now.part}", state_of(now, session.today)
                how = (
                    f"{name} took its place and is {stands}: casectl consent revoke {name} REASON "
                    "ends it"
                )
        raise BadValue(f"{case.stem}.{piece.part} is {word} already{when}", hint=how)


def names_a_piece(word: str) -> bool:
    """Whether a word is the name of a piece: 12.g1."""
    stem, dot, part = word.rpartition(".")
    return bool(stem and dot) and named_part(part) is not None


def is_number(word: str) -> bool:
    """Whether a word is the number of a piece."""
    return word.isascii() and word.isdigit() and len(word) < 10


def rest_as_text(session: Session, words: list[str], what: str) -> str | None:
    """The words that are left, as one text (- reads standard input); None where none are."""
    if not words:
        return None
    if len(words) > 1:
        raise BadValue(f"the {what} is several words", hint=f'put it in quotes: "{what}"')
    return checked_text(session.typed(words[0], what), what)


def reason_for_plan(session: Session, case: Case, reason: str | None) -> str | None:
    """Why the plan changes, which an agreed one needs: asked of a person, an option of a script.

    Enter takes the reason of the last change of today, so that a review gives it once.
    """
    if reason is not None:
        return checked_text(session.typed(reason, "reason"), "reason")
    if case.plan_agreed_on is None:
        return None
    if not session.can_ask:
        raise BadValue(
            f"the plan of {case.handle} is agreed, so a change needs --reason",
            hint="it makes a version",
        )
    last = session.store.planning.reason_of_today(case)
    usual = f" [{session.shown(last).what}]" if last else ""
    answer = session.ask(f"Why does the plan change?{usual} ")
    return checked_text(answer, "reason") if answer.strip() or last is None else last.what


PieceArgument = Annotated[
    str,
    typer.Argument(
        metavar="ITEM",
        help="Its name (12.g1), or a case that has just one that fits.",
        autocompletion=complete_case,
    ),
]
PiecesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="ITEM... [OUTCOME|-]",
        help="Their names (12.s1 12.s2), or a case and their numbers (garcia 1 2), or a case with "
        "just one; then what came of it (- reads standard input).",
        autocompletion=complete_case,
    ),
]
PiecesReasonArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="ITEM... REASON|-",
        help="Their names (12.s1 12.s2), or a case and their numbers (garcia 1 2), or a case with "
        "just one; then why (- reads standard input).",
        autocompletion=complete_case,
    ),
]
ReasonOption = Annotated[
    str | None,
    typer.Option(
        "--reason", metavar="TEXT|-", help="Why an agreed plan changes; it makes a version."
    ),
]
