"""set: how pressing a case is, and who says so."""

from typing import Annotated

import typer

from casectl.core.casefile import owed
from casectl.core.casework import RISK
from casectl.core.guards import check_change
from casectl.core.intake import risk_named
from casectl.core.model import RISKS, URGENCIES, Case, Level
from casectl.core.text import checked_text
from casectl.naming import find_case
from casectl.parameters import CaseArgument, current
from casectl.render.casework import risk_words
from casectl.render.owed import owed_object, owed_sentences
from casectl.session import Session


def set_(
    ctx: typer.Context,
    case: CaseArgument,
    urgency: Annotated[
        str | None,
        typer.Option("--urgency", metavar="LEVEL", help="crisis, high, medium or low."),
    ] = None,
    risk: Annotated[
        str | None,
        typer.Option("--risk", metavar="RISK", help="none, low, moderate, high or imminent."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; it stays on file.")
    ] = None,
) -> None:
    """Set a case's urgency or risk, with a reason.

    The level, the higher of the two, counts as reviewed today. With --reason alone it stays as it
    is and is reviewed: casectl set 12 --reason "still high, seen yesterday". Lowering a crisis
    also ends what covered the client.
    """
    session = current(ctx)
    new_urgency = session.read_level(urgency)
    new_risk = risk_named(risk) if risk is not None else None
    before = find_case(session, case, write=True)
    check_change(before, "set")
    why = checked_text(session.needed(reason, "Why? ", "--reason"), "reason")
    after = session.store.cases.set_level(
        before, urgency=new_urgency, risk=new_risk, reason=why, on=session.today
    )
    record = session.store.cases.record(after)
    items = session.shown(owed(record, session.standards, session.today))
    after = session.shown(after)
    session.output.wrote(
        {**owed_object(after, items, session.output), "level_before": int(before.level)},
        *_sentences(before, after),
        *session.say_death(record),
        *(_still_standing(session, after) if new_risk is not None else []),
        *owed_sentences(after, items, session.output),
    )


def _sentences(before: Case, after: Case) -> list[str]:
    old, new = before.level, after.level
    change = f"level {new.word}, was {old.word}" if new != old else f"level still {new.word}"
    sentences = [f"{after.client} ({after.handle}): {change} ({_parts(after)}); reviewed today."]
    if before.provisional and not after.provisional:
        sentences.append("It is no longer provisional: the risk is assessed.")
    if old == Level.CRISIS and new < old and before.covered_until:
        sentences.append("Nobody covers the client any longer; the level's contacts count again.")
    if after.provisional:
        sentences.append(f"Risk is not assessed yet: casectl set {after.number} --risk …")
    return sentences


def _still_standing(session: Session, case: Case) -> list[str]:
    """Kinds of risk that were assessed as higher, and that nobody has said to be over."""
    pieces = session.store.casework.of(case, RISK, only_open=True)
    level = tuple(RISKS).index(case.risk or "none")
    higher = session.shown([each for each in pieces if (each.level or 0) > level])
    if not higher:
        return []
    named = ", ".join(f"{case.number}.{each.part} {risk_words(each)}" for each in higher)
    how = f"casectl assess {case.number} --risk KIND=LEVEL"
    return [f"Assessed as higher, and standing: {named}. {how} says how it is now."]


def _parts(case: Case) -> str:
    urgency = next(word for word, level in URGENCIES.items() if level == case.urgency)
    return f"urgency {urgency}, risk {case.risk or 'not assessed'}"
