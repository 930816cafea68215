"""goal: what will be different, in the client's words, and how far it has come."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casectl.asking import Answers, Question, Walk, drafting, is_answered
from casectl.core.casework import GOAL, NEED, OPEN
from casectl.core.errors import BadValue, CasectlError
from casectl.core.guards import check_change
from casectl.core.model import Case, goal_draft
from casectl.core.planning import (
    NEEDS,
    SCALE,
    check_goal_days,
    check_past_day,
    checked_texts,
    moved,
    new_goal,
    parse_score,
    score_words,
    served,
    target_day,
)
from casectl.core.text import checked_text, fold
from casectl.core.values import NamedTuple
from casectl.naming import find_case, find_piece
from casectl.parameters import CaseArgument, current
from casectl.pieces import (
    PieceArgument,
    PiecesArgument,
    PiecesReasonArgument,
    ReasonOption,
    ending,
    goal_now,
    is_number,
    named_pieces,
    needed_reason,
    needs_left,
    open_piece,
    reason_for_plan,
    rest_as_text,
)
from casectl.render import tell
from casectl.render.plan import (
    GOAL_COLUMNS,
    dropped_sentences,
    ended_sentences,
    goal_line,
    goal_object,
    goal_sentences,
    progress_object,
    version_sentences,
    who,
)
from casectl.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from casectl.core.casework import Piece
    from casectl.core.planning import Changed

goal_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

WordsOption = Annotated[
    str | None, typer.Option("--words", metavar="TEXT|-", help="The client's own words for it.")
]
MeasureOption = Annotated[
    str | None, typer.Option("--measure", metavar="TEXT", help="How one will see it.")
]
BaselineOption = Annotated[
    str | None, typer.Option("--baseline", metavar="TEXT", help="How it is now.")
]
TargetOption = Annotated[
    str | None, typer.Option("--target", metavar="TEXT", help="How it will be then.")
]
ByOption = Annotated[str | None, typer.Option("--by", metavar="DAY", help="The target day.")]
NeedOption = Annotated[
    list[str] | None,
    typer.Option("--need", metavar="N", help="A need that it serves: 2, or 12.need2; repeatable."),
]


TEXT, BY, NEED_KEY = "text", "by", "need"
# What a person is asked for first: its key, the question, what it is in an error, its help.
ASKED = (
    (TEXT, "What will be different", "goal", "The goal itself, in a sentence."),
    ("words", "In the client's own words", "client's words", "As the client says it."),
    ("measure", "How one will see it", "measure", "As in: rent paid on the 1st."),
    ("baseline", "How it is now", "baseline", "As in: 2 months of 6."),
    ("target", "How it will be then", "target", "As in: 6 of 6."),
)


@goal_app.callback()
def goal() -> None:
    """Goals of a plan: what will be different for the client.

    A goal is named 12.g1. Where a verb takes an ITEM, that is its name, or a case and the goal's
    number (garcia 1), or a case that has just one open goal.
    """


@goal_app.command("add")
def add(
    ctx: typer.Context,
    case: CaseArgument,
    text: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT|-]", help="What will be different; - reads standard input."),
    ] = None,
    words: WordsOption = None,
    measure: MeasureOption = None,
    baseline: BaselineOption = None,
    target: TargetOption = None,
    by: ByOption = None,
    need: NeedOption = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it starts (today).")
    ] = None,
    reason: ReasonOption = None,
) -> None:
    """Add a goal to the plan.

    casectl goal add 12 "I stay in my home" --words "I will not move again" --measure "rent paid on
    the 1st" --baseline "2 months of 6" --target "6 of 6" --by "1 mar" --need 1. What it lacks to
    be SMART is said in one line and never forced. Without TEXT a terminal asks for each: Enter
    leaves one out, < goes back, and Ctrl-C keeps a draft that the same command goes on with.
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    body = {"words": words, "measure": measure, "baseline": baseline, "target": target}
    starts = session.read_day(on, back=True) if on else session.today
    ends = session.read_day(by) if by else None
    needs = _needs(session, found, need)
    if text is None:
        check_change(found, "plan")
        changed = _guided(session, found, body, starts, ends, needs, reason)
    else:
        if words is not None:
            body["words"] = session.typed(words, "client's words")
        given = Given(session.typed(text, "goal"), ends, body, needs)
        changed = _add(session, found, given, starts, reason)
    _told(session, found, changed)


class Given(NamedTuple):
    """What somebody said of a goal."""

    text: str
    ends: date | None
    body: dict[str, str | None]
    needs: "list[Piece]"


def _add(session: Session, case: Case, given: Given, starts: date, reason: str | None) -> "Changed":
    order = session.config.date_order
    made = new_goal(case, given.text, starts, given.ends, given.body, given.needs, order)
    why = reason_for_plan(session, case, reason)
    return session.store.planning.add_goal(case, made, given.needs, why)


def _guided(
    session: Session,
    case: Case,
    body: dict[str, str | None],
    starts: date,
    ends: date | None,
    needs: "list[Piece]",
    reason: str | None,
) -> "Changed":
    """Ask for what the command line leaves out, in a walk that outlives an interruption."""
    if not session.can_ask:
        raise BadValue("there is no text", hint='say what will be different: goal add 12 "…"')
    whose = session.shown(case)
    questions = [
        each
        for each in _questions(session, case, starts)
        if body.get(each.key) is None
        and not ((each.key == BY and ends) or (each.key == NEED_KEY and needs))
    ]
    with drafting(
        session,
        goal_draft(case.id),
        f"A goal for {whose.client} ({whose.handle}) was begun.",
        f"casectl goal add {case.number}",
        body,
    ) as draft:
        if draft.answers.get(TEXT) is None:
            draft.answers.pop(TEXT, None)  # skipped, and there is no goal without
        answers = draft.walk(lambda _: questions)
        if not is_answered(answers):
            draft.drop()
            raise BadValue("the goal is empty", hint="nothing was written")
        if answers.get(TEXT) is None:
            raise BadValue("it has no text: what will be different?", hint="nothing was written")
        texts = {
            each: given if given is not None else answers.get(each) for each, given in body.items()
        }
        by = answers.get(BY)
        ends = ends or (date.fromisoformat(by) if by is not None else None)
        needs = needs or _needs(session, case, answers.get(NEED_KEY))
        return _add(session, case, Given(answers[TEXT], ends, texts, needs), starts, reason)


def _asked_change(
    session: Session, case: Case, piece: "Piece", body: dict[str, str | None]
) -> "tuple[date | None, list[Piece]]":
    """What a goal still lacks, question by question: its day and needs, and ``body`` the rest."""
    known = {TEXT, *(name for name in body if piece.body.get(name))}
    known |= {BY} if target_day(piece) is not None else set()
    known |= {NEED_KEY} if served(piece) else set()
    asks = _questions(session, case, piece.on_day)
    questions = [each for each in asks if each.key not in known]
    if not questions:
        return None, []
    tell(f"What {case.number}.{piece.part} lacks:")
    answers: Answers = {}
    Walk(session, answers, lambda _: questions, lambda: None, lambda: "Nothing was changed.").go()
    body |= {name: answers.get(name) for name in body}
    by = answers.get(BY)
    needs = _needs(session, case, answers.get(NEED_KEY))
    return (date.fromisoformat(by) if by is not None else None), needs


def _text_of(what: str) -> "Callable[[str], str]":
    return lambda text: checked_text(text, what)


def _questions(session: Session, case: Case, starts: date) -> list[Question]:
    def day_of(answer: str) -> str:
        day = session.read_day(answer)
        check_goal_days(case, starts, day, session.config.date_order)
        return day.isoformat()

    def needs_of(answer: str) -> list[str]:
        try:
            found = _needs(session, case, answer.replace(",", " ").split())
        except BadValue:
            raise
        except CasectlError as error:
            raise BadValue(str(error)) from None
        return [str(each.number) for each in found]

    questions = [
        Question(key, ask, _text_of(what), help_, words=True) for key, ask, what, help_ in ASKED
    ]
    questions.append(Question(BY, "By when", day_of, "fri, in 3 months, 1 mar."))
    open_ones = session.store.casework.of(case, NEED, only_open=True)
    if open_ones:
        told = ", ".join(f"{each.number} {each.what}" for each in session.shown(open_ones))
        questions.append(
            Question(
                NEED_KEY, f"Which needs it serves ({told})", needs_of, "Their numbers, as in 1, 2."
            )
        )
    return questions


def _needs(session: Session, case: Case, named: list[str] | None) -> "list[Piece]":
    """The needs that ``--need 1 --need 12.need2`` names, each once."""
    found = {}
    for text in [each for several in named or () for each in several.split(",")]:
        word = text.strip().lower().removeprefix(f"{case.number}.").removeprefix("need")
        if not (word.isascii() and word.isdigit()):
            raise BadValue(f"--need takes the number of a need, not {text[:40]!r}")
        _, piece = find_piece(session, f"{case.number}.need{word[:10]}", NEED)
        if piece.status not in ("open", "planned"):
            raise BadValue(f"{case.number}.need{word[:10]} is {piece.status} already")
        found[piece.id] = piece
    return list(found.values())


@goal_app.command("progress", context_settings={"ignore_unknown_options": True})
def progress(
    ctx: typer.Context,
    items: Annotated[
        list[str],
        typer.Argument(
            metavar="ITEM... SCORE [TEXT|-]",
            help="A goal (12.g1), from -2 to +2 how far it has come, and what there is to say.",
        ),
    ],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it was judged (today).")
    ] = None,
) -> None:
    """Record how far a goal has come, from -2 to +2.

    casectl goal progress 12.g1 +1 "rent paid twice in a row" — goal attainment scaling: 0 is what
    was hoped for, +1 more and +2 much more, -1 less and -2 much less. Recorded on the target day
    or later it clears what the goal owes, and asks again in 30 days (standards.goal_review).
    """
    session = current(ctx)
    ((case, piece),), score, note = _judged(session, items)
    day = session.read_day(on, back=True) if on else session.today
    check_past_day(case, day, session.today, session.config.date_order)
    made = session.store.planning.progress(case, piece, score, day, note)
    case, piece, made = session.shown(case), session.shown(piece), session.shown(made)
    said = f": {made.what}" if made.what else ""
    session.output.wrote(
        {
            **who(case),
            **progress_object(made, case),
            "goal": f"{case.number}.{piece.part}",
        },
        f"{case.client} ({case.handle}): {case.number}.{piece.part} {piece.what}, "
        f"{score_words(score)} {SCALE[score]}{said}.",
    )


def _judged(
    session: Session, items: list[str]
) -> "tuple[list[tuple[Case, Piece]], int, str | None]":
    """The goal, score and note of ``12.g1 +1 note``, ``garcia 1 +1 note`` or ``garcia +1``."""
    for each in items[1:]:
        if each.startswith("--"):
            raise BadValue(f"no option {each[:40]!r}", hint="casectl goal progress --help")
    second = items[1].split(" ", 1)[0] if len(items) > 1 else ""
    by_number = "." not in items[0] and is_number(second) and second != "0"
    count = 2 if by_number else 1
    # At the prompt of casectl day the score and the note are one text.
    words = [*items[:count], *(w for each in items[count : count + 1] for w in each.split(" ", 1))]
    words += items[count + 1 :]
    found, _ = named_pieces(session, words[:count], GOAL)
    rest = words[count:]
    if not rest:
        raise BadValue("how far has it come?", hint='-2 to +2: goal progress 12.g1 +1 "note"')
    return found, parse_score(rest[0]), rest_as_text(session, rest[1:], "note")


@goal_app.command("done")
def done(
    ctx: typer.Context,
    items: PiecesArgument,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it was reached (today).")
    ] = None,
    met: Annotated[
        bool, typer.Option("--met", help="The needs that it served are met as well.")
    ] = False,
) -> None:
    """Mark goals reached.

    A need that only such a goal served asks for a goal again, unless --met says that it is met.
    The steps of a goal stay open until they are done or dropped.
    """
    session = current(ctx)
    found, outcome, day = ending(session, items, on, GOAL)
    if not met and session.can_ask:
        met = _asked_whether_met(session, found)
    _, ended = session.store.planning.end(found, outcome, day, "goal done", met=met)
    sentences, objects = [], []
    for (case, _), piece in zip(found, ended, strict=True):
        now = goal_now(session, case, piece)
        shown, now = session.shown(case), session.shown(now)
        objects.append(goal_object(now, shown))
        sentences += ended_sentences(shown, now.goal, "reached")
        still = [f"{case.number}.{each.part}" for each in now.steps if each.status == OPEN]
        if still:
            sentences.append(f"Its steps {', '.join(still)} are still open.")
        sentences += needs_left(session, case, now.goal)
    session.output.wrote_all(objects, *sentences)


def _asked_whether_met(session: Session, found: "list[tuple[Case, Piece]]") -> bool:
    served = [f"{case.number}.need{n}" for case, goal in found for n in goal.body.get(NEEDS, ())]
    if not served:
        return False
    verb = "Is" if len(served) == 1 else "Are"
    return fold(session.ask(f"{verb} {', '.join(served)} met? [y/N] ")) in ("y", "yes")


@goal_app.command("drop")
def drop(ctx: typer.Context, items: PiecesReasonArgument) -> None:
    """Take goals off the plan, with a reason.

    casectl goal drop 12.g1 "moved in with her sister" — its open steps go with it. Of an agreed
    plan it makes a version.
    """
    session = current(ctx)
    found, words = named_pieces(session, items, GOAL)
    reason = needed_reason(session, words)
    _, changed = session.store.planning.drop(found, reason, "goal drop")
    sentences, objects = [], []
    for (case, _), each in zip(found, changed, strict=True):
        now = goal_now(session, case, each.piece)
        shown, now, each = session.shown(case), session.shown(now), session.shown(each)
        objects.append(goal_object(now, shown))
        sentences += dropped_sentences(shown, each.pieces)
        sentences += needs_left(session, case, now.goal)
    sentences += version_sentences(session.shown(changed[-1].version))
    session.output.wrote_all(objects, *sentences)


@goal_app.command("change")
def change(
    ctx: typer.Context,
    item: PieceArgument,
    text: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT|-]", help="What will be different, said anew."),
    ] = None,
    words: WordsOption = None,
    measure: MeasureOption = None,
    baseline: BaselineOption = None,
    target: TargetOption = None,
    by: ByOption = None,
    need: NeedOption = None,
    reason: ReasonOption = None,
) -> None:
    """Change what a goal says, or its day.

    casectl goal change 12.g1 --measure "rent paid on the 1st" --by "1 mar". Of an agreed plan it
    makes a version, with its reason. The first target day stays on record. With nothing but the
    goal a terminal asks for what it lacks.
    """
    session = current(ctx)
    case, piece = open_piece(session, item, GOAL)
    body = {"words": words, "measure": measure, "baseline": baseline, "target": target}
    needs = [each for each in _needs(session, case, need) if each.number not in served(piece)]
    day = session.read_day(by) if by is not None else None
    if session.can_ask and not any((text, by, need, *body.values())):
        day, needs = _asked_change(session, case, piece, body)
    given = checked_texts(body)
    values: dict[str, Any] = {}
    if text is not None:
        values["what"] = checked_text(session.typed(text, "goal"), "goal")
    if day is not None:
        check_goal_days(case, piece.on_day, day, session.config.date_order)
        if day != target_day(piece):
            values |= moved(piece, day)
    if given or needs:
        body_now: dict[str, Any] = {**values.get("body", piece.body), **given}
        if needs:
            body_now[NEEDS] = [*served(piece), *(each.number for each in needs)]
        values["body"] = body_now
    if not values:
        raise BadValue("nothing to change", hint="--measure, --by, --need or a new text")
    why = reason_for_plan(session, case, reason)
    changed = session.store.planning.change(case, piece, values, needs, why)
    _told(session, case, changed)


@goal_app.command("list")
def list_(ctx: typer.Context, case: CaseArgument) -> None:
    """The goals of a case, and how far each has come."""
    session = current(ctx)
    found = find_case(session, case)
    plan = session.store.planning.now(found)
    session.was_shown("goal list", [found])
    plan = session.shown(plan)
    if not session.output.draws:
        session.output.table([goal_object(each, plan.case) for each in plan.goals], GOAL_COLUMNS)
    elif not plan.goals:
        session.output.say(f"No goal yet: casectl goal add {plan.case.number} TEXT")
    else:
        session.output.say(*(goal_line(each, plan.case, session.output) for each in plan.goals))


def _told(session: Session, case: Case, changed: "Changed") -> None:
    now = goal_now(session, case, changed.piece)
    case, now, version = session.shown(case), session.shown(now), session.shown(changed.version)
    made = {**goal_object(now, case), "version": version.number if version else None}
    sentences = [*goal_sentences(now, case, session.output), *version_sentences(version)]
    session.output.wrote(made, *sentences)
