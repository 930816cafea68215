"""The plan in words, as objects and as a screen: goals, steps, barriers, versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from casectl.core.casework import DONE, GOAL, OPEN, STEP, WORKER, Piece
from casectl.core.model import Case
from casectl.core.planning import (
    ADDED,
    AGREED,
    AIM,
    BASELINE,
    GONE,
    IS_DONE,
    MEASURE,
    NEEDS,
    SCALE,
    WORDS,
    Difference,
    GoalNow,
    Plan,
    moves_of,
    plan_of,
    score_words,
    target_day,
)
from casectl.core.spoken import spoken, spoken_short
from casectl.render import Object, Output
from casectl.render.words import by_means

if TYPE_CHECKING:
    from casectl.core.templates import DatedGoal, Template

PLAN_COLUMNS = ("item", "kind", "who", "what", "due", "state", "progress")
GOAL_COLUMNS = ("item", "what", "by", "state", "progress", "progress_on")
VERSION_COLUMNS = ("version", "on", "what", "with", "by", "reason")
DIFFERENCE_COLUMNS = ("item", "change", "what", "field", "then", "now")


# -- objects ---------------------------------------------------------------------------------------


def goal_object(now: GoalNow, case: Case) -> Object:
    """``goal list --json``: a goal, how far it has come, and its steps."""
    goal, body = now.goal, now.goal.body
    moves, first = moves_of(goal)
    last = now.progress[-1] if now.progress else None
    return {
        **piece_object(goal, case),
        "words": body.get(WORDS),
        "measure": body.get(MEASURE),
        "baseline": body.get(BASELINE),
        "target": body.get(AIM),
        "starts": goal.on_day.isoformat(),
        "by": _iso(target_day(goal)),
        "moves": moves,
        "first_by": _iso(first),
        "needs": [f"{case.number}.need{number}" for number in body.get(NEEDS, ())],
        "domain": goal.domain,
        "progress": last.level if last else None,
        "progress_on": _iso(last.on_day) if last else None,
        "history": [progress_object(each, case) for each in now.progress],
        "lacks": list(now.lacks),
        "steps": [step_object(each, case, goal) for each in now.steps],
    }


def progress_object(progress: Piece, case: Case) -> Object:
    return {
        "item": _item(case, progress),
        "on": progress.on_day.isoformat(),
        "score": progress.level,
        "note": progress.what,
    }


def step_object(step: Piece, case: Case, goal: Piece | None) -> Object:
    moves, first = moves_of(step)
    return {
        **piece_object(step, case),
        "who": step.who,
        "due": _iso(step.due_on),
        "moves": moves,
        "first_due": _iso(first),
        "goal": _item(case, goal) if goal else None,
    }


def barrier_object(barrier: Piece, case: Case) -> Object:
    return {**piece_object(barrier, case), "on": barrier.on_day.isoformat()}


def need_object(need: Piece, case: Case) -> Object:
    return {**piece_object(need, case), "domain": need.domain, "found_on": need.on_day.isoformat()}


def version_object(version: Piece, case: Case) -> Object:
    """``plan versions --json``: the plan as it then was, with its own keys."""
    body = version.body
    return {
        **who(case),
        "item": _item(case, version),
        "version": version.number,
        "on": version.on_day.isoformat(),
        "what": version.stage,
        "with": version.who,
        "by": body.get("by"),
        "reason": version.what,
        "goals": body.get("goals", []),
        "steps": body.get("steps", []),
    }


def plan_object(plan: Plan) -> Object:
    """``plan show --json``: the plan as it stands."""
    case, agreed = plan.case, plan.agreed
    return {
        **who(case),
        "agreed_on": _iso(case.plan_agreed_on),
        "agreed_with": agreed.who if agreed else None,
        "agreed_by": agreed.body.get("by") if agreed else None,
        "reviewed_on": _iso(case.plan_reviewed_on),
        "version": plan.versions[-1].number if plan.versions else None,
        "goals": [goal_object(each, case) for each in plan.goals],
        "steps": [step_object(each, case, None) for each in plan.steps],
        "barriers": [barrier_object(each, case) for each in plan.barriers],
        "needs_without_goal": [need_object(each, case) for each in plan.needs],
    }


def plan_rows(plan: Plan) -> list[Object]:
    """``plan show`` in a pipe: a line for each piece, a goal's steps below it."""
    case = plan.case
    rows = []
    for each in plan.goals:
        made = goal_object(each, case)
        rows.append(_row(made, "goal", due=made["by"], progress=made["progress"]))
        rows += [_row(step, "step", who=step["who"], due=step["due"]) for step in made["steps"]]
    for step in plan.steps:
        own = step_object(step, case, None)
        rows.append(_row(own, "step", who=own["who"], due=own["due"]))
    rows += [_row(barrier_object(each, case), "barrier") for each in plan.barriers]
    return [*rows, *(_row(need_object(each, case), "need") for each in plan.needs)]


def _row(made: Object, kind: str, **more: Any) -> Object:
    row = {**dict.fromkeys(PLAN_COLUMNS), **more, "kind": kind}
    return {**row, "item": made["item"], "what": made["what"], "state": made["state"]}


NO_FIELD: tuple[tuple[str | None, Any, Any], ...] = ((None, None, None),)


def difference_objects(found: Sequence[Difference], case: Case) -> list[Object]:
    """``plan compare --json``: one object for each field that differs."""
    objects = []
    for each in found:
        for name, then, now in each.fields or NO_FIELD:
            objects.append(
                {
                    **who(case),
                    "item": f"{case.number}.{each.item}",
                    "change": each.change,
                    "what": each.what,
                    "field": name,
                    "then": then,
                    "now": now,
                }
            )
    return objects


def piece_object(piece: Piece, case: Case) -> Object:
    """What every piece of casework has: its name, its words, and how it stands."""
    return {
        **who(case),
        "item": _item(case, piece),
        "id": piece.id,
        "what": piece.what,
        "state": piece.status,
        "ended_on": _iso(piece.ended_on),
        "outcome": piece.outcome,
    }


def as_promise_object(piece: Piece, case: Case) -> Object:
    """A piece with the keys of a promise, where a command ends or moves both."""
    moves, first = moves_of(piece)
    day = target_day(piece)
    return {
        **who(case),
        "item": _item(case, piece),
        "id": piece.id,
        "kind": piece.kind,
        "subject": None,
        "what": piece.what,
        "due": _iso(day),
        "time": None,
        "first_due": _iso(first),
        "snoozes": moves,
        "snooze_reason": None,
        "lead_days": piece.lead_days,
        "place": None,
        "minutes": None,
        "waiting_on": None if piece.who == WORKER else piece.who,
        "repeats": None,
        "state": piece.status,
        "ended_on": _iso(piece.ended_on),
        "outcome": piece.outcome,
        "next": None,
    }


def who(case: Case) -> Object:
    """Whose it is, with the keys that every report has."""
    return {"case": case.number, "handle": case.handle, "client": case.client}


def _item(case: Case, piece: Piece) -> str:
    return f"{case.number}.{piece.part}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# -- sentences -------------------------------------------------------------------------------------


def goal_sentences(now: GoalNow, case: Case, output: Output) -> list[str]:
    """A goal that was written, and what it lacks to be SMART, in one line."""
    goal = now.goal
    by = target_day(goal)
    day = f", by {spoken(by, output.order)}" if by else ""
    lines = [f"{_whose(case)}: goal {_item(case, goal)} {goal.what}{day}."]
    if now.lacks:
        lines.append(
            f"To be SMART it lacks {_listed(now.lacks)}: casectl goal change {_item(case, goal)}"
        )
    return lines


def step_sentences(step: Piece, case: Case, goal: Piece | None, output: Output) -> list[str]:
    day = f", {spoken(step.due_on, output.order)}" if step.due_on else ""
    serves = f", for {_item(case, goal)} {goal.what}" if goal else ""
    lines = [f"{_whose(case)}: step {_item(case, step)} {step.who}: {step.what}{day}{serves}."]
    if step.status == OPEN and step.due_on and step.due_on < output.today:
        lines.append("That day has passed, so it is late already.")
    return lines


def ended_sentences(case: Case, piece: Piece, word: str) -> list[str]:
    """A goal reached, a step done, a barrier cleared."""
    outcome = f": {piece.outcome}" if piece.outcome else ""
    return [f"{_whose(case)}: {word} {_item(case, piece)} {piece.what}{outcome}."]


def dropped_sentences(case: Case, pieces: Sequence[Piece]) -> list[str]:
    """What was dropped: the first of the pieces, and its steps with it."""
    first, *steps = pieces
    lines = [f"{_whose(case)}: dropped {_item(case, first)} {first.what}."]
    if steps:
        lines.append(f"With it went {_listed([_item(case, each) for each in steps])}.")
    return lines


def goal_line(now: GoalNow, case: Case, output: Output) -> str:
    """A goal on one line: when, how far, and how many of its steps are done."""
    done = sum(each.status == DONE for each in now.steps)
    steps = [f"{done} of {len(now.steps)} steps done"] if now.steps else []
    return (
        f"{_item(case, now.goal)}  {now.goal.what}{_in_brackets([*_standing(now, output), *steps])}"
    )


def version_sentences(version: Piece | None) -> list[str]:
    if version is None:
        return []
    return [f"The plan is version {version.number} now: {version.what}."]


def _whose(case: Case) -> str:
    return f"{case.client} ({case.handle})"


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


# -- a screen --------------------------------------------------------------------------------------


def plan_lines(plan: Plan, output: Output) -> list[str]:
    """The plan as it stands, one line for a goal and for each step, in reading order."""
    case = plan.case
    lines = [f"{_whose(case)}: {agreed_words(plan, output)}"]
    for each in plan.goals:
        lines += ["", *_goal_lines(each, case, output)]
    if plan.steps:
        lines += ["", "Steps that serve no goal"]
        lines += [_step_line(each, case, output) for each in plan.steps]
    standing = [each for each in plan.barriers if each.status == OPEN]
    if standing:
        lines += ["", "In the way"]
        lines += [f"  {_item(case, each)}  {each.what}" for each in standing]
    if plan.needs:
        lines += ["", "Needs without a goal"]
        lines += [f"  {_item(case, each)}  {each.what or each.domain}" for each in plan.needs]
    if not plan.goals:
        lines += ["", f"No goal yet: casectl goal add {case.number} TEXT, or plan templates"]
    return lines


def agreed_words(plan: Plan, output: Output) -> str:
    """``plan agreed Mon 2 Nov with client on a visit, version 2 since Wed 18 Nov``."""
    case, agreed = plan.case, plan.agreed
    if agreed is None or case.plan_agreed_on is None:
        return "the plan is not agreed yet"
    means = by_means(str(agreed.body.get("by")))
    words = [f"plan agreed {_day(case.plan_agreed_on, output)} with {agreed.who} {means}"]
    last = plan.versions[-1]
    words.append(f"version {last.number} since {_day(last.on_day, output)}")
    if case.plan_reviewed_on is not None:
        words.append(f"reviewed {_day(case.plan_reviewed_on, output)}")
    return ", ".join(words)


def _goal_lines(now: GoalNow, case: Case, output: Output) -> list[str]:
    goal, body = now.goal, now.goal.body
    lines = [f"{_item(case, goal)}  {goal.what}{_in_brackets(_standing(now, output))}"]
    if body.get(WORDS):
        lines.append(f"  in their words: {body[WORDS]}")
    aim = [f"from {body[BASELINE]}"] if body.get(BASELINE) else []
    aim += [f"to {body[AIM]}"] if body.get(AIM) else []
    if body.get(MEASURE) or aim:
        lines.append(f"  measured by: {', '.join([*filter(None, [body.get(MEASURE)]), *aim])}")
    if now.lacks:
        lines.append(f"  to be SMART it lacks {_listed(now.lacks)}")
    return [*lines, *(_step_line(each, case, output) for each in now.steps)]


def _standing(now: GoalNow, output: Output) -> list[str]:
    """By when a goal is to be reached, or since when it is; and how far it has come."""
    goal, by = now.goal, target_day(now.goal)
    if goal.status == DONE:
        told = [f"reached {_day(goal.ended_on, output)}" if goal.ended_on else "reached"]
    else:
        told = [f"by {_day(by, output)}"] if by else []
        told += _moved(goal, output)
    if now.progress:
        last = now.progress[-1]
        level = last.level or 0
        told.append(f"{score_words(level)} {SCALE[level]}, {_day(last.on_day, output)}")
    return told


def _step_line(step: Piece, case: Case, output: Output) -> str:
    if step.status == DONE:
        told = [f"done {_day(step.ended_on, output)}" if step.ended_on else "done"]
    else:
        told = [_day(step.due_on, output)] if step.due_on else []
        if step.due_on and step.due_on < output.today:
            told.append(f"{(output.today - step.due_on).days}d late")
        told += _moved(step, output)
    return f"  {_item(case, step)}  {step.who}: {step.what}{_in_brackets(told)}"


def _moved(piece: Piece, output: Output) -> list[str]:
    count, first = moves_of(piece)
    if not count:
        return []
    return [f"moved {count}x" + (f", first {_day(first, output)}" if first else "")]


def _in_brackets(words: Sequence[str]) -> str:
    return f" ({'; '.join(words)})" if words else ""


def _day(day: date, output: Output) -> str:
    return spoken_short(day, output.today, output.order)


def plan_summary(case: Case, pieces: Sequence[Piece], output: Output) -> list[str]:
    """The plan in two lines for the screen of a case: how it stands, and its open goals."""
    plan = plan_of(case, pieces)
    goals = [each for each in plan.goals if each.goal.status == OPEN]
    steps = plan.all_steps
    if not (goals or steps):
        return []
    told = []
    if steps:
        done = sum(each.status == DONE for each in steps)
        late = sum(_is_late(each, output) for each in steps)
        told.append(f"{done} of {len(steps)} steps done" + (f", {late} late" if late else ""))
    agreed = "not agreed yet"
    if case.plan_agreed_on is not None:
        agreed = f"agreed {_day(case.plan_agreed_on, output)}"
        if case.plan_reviewed_on is not None:
            agreed += f", reviewed {_day(case.plan_reviewed_on, output)}"
    line, how = f"Plan {'; '.join([agreed, *told])}", f": casectl plan show {case.number}"
    lines = [line + how if len(line + how) <= output.width else line]
    if goals:
        lines.append(f"Goals: {'; '.join(_goal_in_short(each) for each in goals)}")
    return lines


def _goal_in_short(now: GoalNow) -> str:
    score = "" if now.score is None else f" ({score_words(now.score)})"
    return f"{now.goal.part} {now.goal.what}{score}"


# -- versions --------------------------------------------------------------------------------------

FIELD_WORDS = {"by": "day", "what": "text", AIM: "target", WORDS: "client's words"}


def unready(plan: Plan) -> list[str]:
    """What an agreed plan still lacks: goals that are not SMART, needs without a goal."""
    number = plan.case.number
    lines = [
        f"{number}.{each.goal.part} lacks {_listed(each.lacks)}."
        for each in plan.goals
        if each.lacks
    ]
    if plan.needs:
        named = ", ".join(_item(plan.case, each) for each in plan.needs)
        lines.append(f"No goal serves {named}.")
    return lines


def review_lines(plan: Plan, output: Output, *, late_only: bool = False) -> list[str]:
    """What to go through in a review: each open goal, and its steps that are late."""
    lines = []
    for each in plan.goals:
        if each.goal.status != OPEN:
            continue
        late = [
            _step_line(step, plan.case, output) for step in each.steps if _is_late(step, output)
        ]
        lines += [] if late_only else [goal_line(each, plan.case, output)]
        lines += late
    others = [_step_line(each, plan.case, output) for each in plan.steps if _is_late(each, output)]
    lines += others
    return [*(["Late:"] if late_only and lines else []), *lines]


def _is_late(step: Piece, output: Output) -> bool:
    return step.status == OPEN and step.due_on is not None and step.due_on < output.today


def version_line(version: Piece, output: Output) -> str:
    number = f"{version.number:>3}  {_day(version.on_day, output):<15}"
    if version.stage == AGREED:
        return f"{number}  agreed with {version.who} {by_means(str(version.body.get('by')))}"
    return f"{number}  {version.what}"


def difference_lines(found: Sequence[Difference], case: Case, output: Output) -> list[str]:
    """What two versions differ in, in words."""
    if not found:
        return ["They are the same."]
    lines = []
    for each in found:
        name = f"{case.number}.{each.item}"
        if each.change in (ADDED, GONE, IS_DONE):
            lines.append(f"{each.change}: {each.kind} {name} {each.what}")
            continue
        lines.append(f"{each.change}: {each.kind} {name} {each.what}")
        lines += [
            f"  {FIELD_WORDS.get(field, field)}: {_told(field, then, output)} -> "
            f"{_told(field, now, output)}"
            for field, then, now in each.fields
        ]
    return lines


def _told(field: str, value: Any, output: Output) -> str:
    if value is None:
        return "none"
    if field == "by":
        try:
            return spoken_short(date.fromisoformat(value), output.today, output.order)
        except ValueError:  # hidden
            return str(value)
    if field == "needs":
        return ", ".join(f"need{each}" for each in value)
    return f"g{value}" if field == "goal" else str(value)


# -- templates -------------------------------------------------------------------------------------

TEMPLATE_COLUMNS = ("template", "title", "counts_from", "goals", "steps")


def template_object(template: Template) -> Object:
    return {
        "template": template.key,
        "title": template.title,
        "about": template.about.strip(),
        "counts_from": template.counts_from,
        "goals": len(template.goals),
        "steps": sum(len(each.steps) for each in template.goals),
    }


def preview_lines(
    template: Template, goals: Sequence[DatedGoal], begins: date, output: Output
) -> list[str]:
    """What a template would add, with its days; how many of them have passed is said."""
    lines = [f"{template.title}, counted from {spoken(begins, output.order)}"]
    for goal in goals:
        lines.append(f"{goal.text} (by {_day(goal.target, output)})")
        lines += [f"  {_day(step.due, output):<11} {step.who}: {step.text}" for step in goal.steps]
    past = sum(step.due < output.today for goal in goals for step in goal.steps)
    if past:
        lines.append(f"{past} of these days {'has' if past == 1 else 'have'} passed.")
    return lines


def applied_object(pieces: Sequence[Piece], case: Case) -> Object:
    """What a template added, its goals and its steps."""
    goals = {each.id: each for each in pieces if each.kind == GOAL}
    return {
        **who(case),
        "goals": [_item(case, each) for each in goals.values()],
        "steps": [step_object(p, case, goals[p.parent or ""]) for p in pieces if p.kind == STEP],
    }
