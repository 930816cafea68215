"""plan: the plan of a case, agreed with the client, reviewed, and what became of it."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.core.casework import OPEN
from casectl.core.errors import BadValue, CasectlError, NotFound
from casectl.core.guards import check_change
from casectl.core.model import Case
from casectl.core.planning import (
    TEMPLATE,
    Plan,
    check_past_day,
    checked_agreement,
    differences,
    snapshot,
)
from casectl.core.templates import INTAKE, Template, dated
from casectl.core.text import checked_text
from casectl.naming import find_case
from casectl.parameters import CaseArgument, current
from casectl.pieces import ReasonOption, is_number
from casectl.render import tell
from casectl.render.plan import (
    DIFFERENCE_COLUMNS,
    PLAN_COLUMNS,
    TEMPLATE_COLUMNS,
    VERSION_COLUMNS,
    applied_object,
    difference_lines,
    difference_objects,
    plan_lines,
    plan_object,
    plan_rows,
    preview_lines,
    review_lines,
    template_object,
    unready,
    version_line,
    version_object,
    version_sentences,
)
from casectl.session import Session

if TYPE_CHECKING:
    from casectl.core.casework import Piece
    from casectl.core.templates import DatedGoal
    from casectl.formats.shelf import Shelf

plan_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help="The day it happened (today).")
]


@plan_app.callback()
def plan() -> None:
    """The plan of a case: show, agree, review, compare.

    A plan is made of goals, steps and barriers (casectl goal, step, barrier), by hand or from a
    template. Once it is agreed with the client each change of it makes a version with its reason.
    """


@plan_app.command("show")
def show(ctx: typer.Context, case: CaseArgument) -> None:
    """The plan as it stands: goals, their steps, what is in the way."""
    session = current(ctx)
    found = find_case(session, case)
    now = session.store.planning.now(found)
    session.was_shown("plan show", [found])
    now, output = session.shown(now), session.output
    if output.draws:
        output.say(*plan_lines(now, output))
    elif output.json or output.fields:
        output.one(plan_object(now), ())
    else:
        output.table(plan_rows(now), PLAN_COLUMNS)


@plan_app.command("agree")
def agree(
    ctx: typer.Context,
    case: CaseArgument,
    who: Annotated[
        str | None,
        typer.Option("--with", metavar="NAME", help="With whom: client, or a name."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", metavar="MEANS", help="phone, visit, office, video, text, email or letter."
        ),
    ] = None,
    on: OnOption = None,
) -> None:
    """Record that the plan was agreed: with whom, by which means, on which day.

    casectl plan agree 12 --with client --by visit. It makes a version, and its review is due every
    90 days (standards.plan_review). Later changes make versions of their own. Recording this is no
    contact: casectl reached records the visit.
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    now = session.store.planning.now(found)
    goals = [each.goal for each in now.goals if each.goal.status == OPEN]
    check_change(found, "plan")
    day = session.read_day(on, back=True) if on else session.today
    who = session.needed(who, "Agreed with whom? ", "--with")
    by = session.needed(by, "By which means? (visit, office, phone, …) ", "--by")
    who, by = checked_agreement(
        found, goals, who, by, day, session.today, session.config.date_order
    )
    version = session.store.planning.agree(found, who, by, day)
    found = find_case(session, str(found.number))
    lacking, review = unready(session.shown(now)), _review_due(session, found)
    shown, version = session.shown(found), session.shown(version)
    session.output.wrote(
        version_object(version, shown),
        f"{shown.client} ({shown.handle}): plan agreed {session.say_day(day)} with {version.who}, "
        f"version {version.number}: {_count(len(goals), 'goal')}. Its review is due {review}.",
        *lacking,
    )


@plan_app.command("review")
def review(
    ctx: typer.Context,
    case: CaseArgument,
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXT|-]", help="What came of it, kept as a note; - reads standard input."
        ),
    ] = None,
    on: OnOption = None,
) -> None:
    """Record that the plan was gone through with the client.

    casectl plan review 12 "two of three goals on their way" — the text is a note on the case.
    Changes of goals and steps are made by their own commands, before or after.
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    check_change(found, "plan")
    if found.plan_agreed_on is None:
        raise BadValue(
            f"the plan of {found.handle} is not agreed yet, so there is nothing to review",
            hint=f"casectl plan agree {found.number} --with client --by visit",
        )
    day = session.read_day(on, back=True) if on else session.today
    check_past_day(found, day, session.today, session.config.date_order)
    if day < found.plan_agreed_on:
        raise BadValue(
            f"{session.say_day(day)} is before the plan was agreed, "
            f"{session.say_day(found.plan_agreed_on)}"
        )
    if found.plan_reviewed_on is not None and day < found.plan_reviewed_on:
        raise BadValue(
            f"it was reviewed on {session.say_day(found.plan_reviewed_on)} already",
            hint="a later review stands",
        )
    now = session.shown(session.store.planning.now(found))
    if text is None and session.can_ask:
        tell("\n".join(review_lines(now, session.output)) or "There is no open goal.")
        text = session.ask("What came of it? (Enter for nothing more) ") or None
    elif text is not None:
        text = session.typed(text, "text")
    if text is not None:
        text = checked_text(text, "text")
    session.store.planning.review(found, day, text)
    found = find_case(session, str(found.number))
    due = _review_due(session, found)
    shown = session.shown(found)
    late = [] if session.can_ask else review_lines(now, session.output, late_only=True)
    session.output.wrote(
        {
            "case": shown.number,
            "handle": shown.handle,
            "client": shown.client,
            "reviewed_on": day.isoformat(),
        },
        f"{shown.client} ({shown.handle}): plan reviewed {session.say_day(day)}. The next review "
        f"is due {due}.",
        *late,
    )


def _review_due(session: Session, case: Case) -> str:
    """The day of the next review, as the due engine has it; ``never`` while it owes none."""
    from casectl.core.due import due_items

    record = session.store.cases.record(case)
    for item in due_items(record, session.standards, session.today):
        if (item.kind, item.stage) == ("plan", "review"):
            return session.say_day(item.due)
    return f"once {case.handle} is active"


@plan_app.command("versions")
def versions(ctx: typer.Context, case: CaseArgument) -> None:
    """The versions of the plan: agreed when and with whom, changed why."""
    session = current(ctx)
    found = find_case(session, case)
    made = session.store.planning.now(found).versions
    session.was_shown("plan versions", [found])
    shown, made = session.shown(found), session.shown(made)
    if not session.output.draws:
        objects = [version_object(each, shown) for each in made]
        session.output.table(objects, VERSION_COLUMNS)
    elif not made:
        session.output.say("No version yet: casectl plan agree makes the first one.")
    else:
        session.output.say(*(version_line(each, session.output) for each in made))


@plan_app.command("compare")
def compare(
    ctx: typer.Context,
    case: CaseArgument,
    then: Annotated[
        str | None, typer.Argument(metavar="[N]", help="A version (the last agreed one).")
    ] = None,
    now: Annotated[
        str | None, typer.Argument(metavar="[N]", help="A later version (the plan as it stands).")
    ] = None,
) -> None:
    """What two versions of the plan differ in.

    casectl plan compare 12 1 2. Without the second, the plan as it stands; without both, what
    became of the plan since it was last agreed.
    """
    session = current(ctx)
    found = find_case(session, case)
    current_plan = session.store.planning.now(found)
    first = _version(current_plan, found, then) if then else current_plan.agreed
    if first is None:
        raise NotFound(
            f"the plan of {found.handle} has no version yet",
            hint=f"casectl plan agree {found.number} makes the first",
        )
    if now:
        body = _version(current_plan, found, now).body
    else:
        body = snapshot([*(g.goal for g in current_plan.goals), *current_plan.all_steps])
    session.was_shown("plan compare", [found])
    differing = session.shown(differences(first.body, body))
    shown = session.shown(found)
    if session.output.draws:
        session.output.say(*difference_lines(differing, shown, session.output))
    else:
        session.output.table(difference_objects(differing, shown), DIFFERENCE_COLUMNS)


def _version(now: Plan, case: Case, text: str) -> "Piece":
    word = text.strip().lower().removeprefix(f"{case.number}.").removeprefix("v")
    for each in now.versions:
        if is_number(word) and each.number == int(word):
            return each
    there = ", ".join(str(each.number) for each in now.versions)
    raise NotFound(
        f"the plan of {case.handle} has no version {text[:20]!r}",
        hint=f"there are {there}" if there else f"casectl plan agree {case.number} makes one",
    )


# -- templates -------------------------------------------------------------------------------------


@plan_app.command("templates")
def templates(ctx: typer.Context) -> None:
    """The plan templates there are: those that ship, and your own.

    Your own are TOML files in the folder plans, beside the configuration; docs/instruments.md
    tells how they are written.
    """
    session = current(ctx)
    good, bad = _shelf(session).all()
    for error in bad:
        tell(f"casectl: {error}")
    if session.output.draws:
        session.output.say(*(f"{each.key:<24}{each.title}" for each in good))
    else:
        session.output.table([template_object(each) for each in good], TEMPLATE_COLUMNS)


@plan_app.command("apply")
def apply(
    ctx: typer.Context,
    case: CaseArgument,
    template: Annotated[
        str, typer.Argument(metavar="TEMPLATE", help="As casectl plan templates lists it.")
    ],
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="What its days count from: intake, or a day."),
    ] = None,
    reason: ReasonOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what it would add, and add nothing.")
    ] = False,
) -> None:
    """Put the goals and dated steps of a template on the plan.

    casectl plan apply 12 intake-to-housing. It shows them with their days first and asks; a script
    says --yes. Days off move to the working day before. One undo takes all of it back.
    """
    session = current(ctx)
    found = find_case(session, case, write=True)
    check_change(found, "plan")
    chosen = _shelf(session).find(template)
    begins = _start(session, found, chosen, start)
    try:
        goals = dated(chosen, begins, session.standards.calendar)
    except OverflowError:
        raise BadValue(f"{session.say_day(begins)} is too late a start") from None
    before = [
        each.goal for each in session.store.planning.now(found).goals
        if each.goal.body.get(TEMPLATE) == chosen.key and each.goal.status == OPEN
    ]  # fmt: skip
    if dry_run:
        _preview(session, chosen, goals, begins)
        return
    why = None
    if found.plan_agreed_on is not None:
        why = checked_text(session.typed(reason, "reason"), "reason") if reason else chosen.title
    if not session.yes:
        tell("\n".join(preview_lines(chosen, goals, begins, session.output)))
        if before:
            tell(f"It is on the plan already, since {session.say_day(before[0].on_day)}.")
    session.confirm(
        f"Put {_count(len(goals), 'goal')} and "
        f"{_count(sum(len(each.steps) for each in goals), 'step')} on the plan of "
        f"{session.shown(found).client}?",
        otherwise=CasectlError("a whole plan is added only on purpose", hint="add --yes"),
    )
    changed = session.store.planning.apply(found, chosen.key, goals, session.today, why)
    shown, changed = session.shown(found), session.shown(changed)
    made = applied_object(changed.pieces, shown)
    session.output.wrote(
        {**made, "template": chosen.key, "from": begins.isoformat()},
        f"{shown.client} ({shown.handle}): {_count(len(made['goals']), 'goal')} and "
        f"{_count(len(made['steps']), 'step')} of {chosen.title}, counted from "
        f"{session.say_day(begins)}.",
        *version_sentences(changed.version),
        f"casectl plan show {shown.number} shows them; one casectl undo takes them back.",
    )


def _shelf(session: Session) -> "Shelf[Template]":
    from casectl.formats.templates import load_templates

    domains = tuple(each.key for each in session.profile.domains)
    return load_templates(session.config.path.parent / "plans", domains)


def _start(session: Session, case: Case, template: Template, named: str | None) -> date:
    """What the template's days count from: as it says itself, or as it was told."""
    if (named or template.counts_from).strip().lower() == INTAKE:
        return case.opened_on
    day = session.read_day(named) if named else session.today
    if day < case.opened_on:
        raise BadValue(
            f"{session.say_day(day)} is before the intake on {session.say_day(case.opened_on)}",
            hint="--from takes intake or a later day",
        )
    return day


def _preview(
    session: Session, template: Template, goals: "tuple[DatedGoal, ...]", begins: date
) -> None:
    if session.output.draws:
        session.output.say(*preview_lines(template, goals, begins, session.output))
        return
    rows = []
    for goal in goals:
        rows.append(
            {"kind": "goal", "who": None, "what": goal.text, "due": goal.target.isoformat()}
        )
        rows += [
            {"kind": "step", "who": step.who, "what": step.text, "due": step.due.isoformat()}
            for step in goal.steps
        ]
    session.output.table(rows, ("kind", "who", "what", "due"))


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
