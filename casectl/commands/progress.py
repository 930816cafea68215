"""progress, voice: what has changed for a client, and what they say of the service themselves."""

from typing import Annotated

import typer

from casectl.core.casework import OPEN, VOICE
from casectl.core.errors import BadValue
from casectl.core.guards import check_change
from casectl.core.model import Case
from casectl.core.monitoring import USUAL_VOICE, VOICE_SCALE, new_voice, parse_voice
from casectl.core.outcomes import outcomes
from casectl.core.planning import check_past_day
from casectl.core.screening import days_until
from casectl.naming import find_case
from casectl.parameters import AsOfOption, CaseArgument, current
from casectl.render.outcomes import (
    OUTCOME_COLUMNS,
    VOICE_COLUMNS,
    outcome_lines,
    outcome_rows,
    outcomes_object,
    voice_line,
    voice_object,
)
from casectl.session import Session


def progress(ctx: typer.Context, case: CaseArgument, as_of: AsOfOption = None) -> None:
    """What has changed for a client over time.

    Domains from assessment to assessment, questionnaires, goals, contacts of the last twelve
    months, and the client's own word; on a terminal with lines of bars, each on its own scale.
    """
    session = current(ctx)
    session.as_of(as_of)
    file = session.store.cases.file(find_case(session, case))
    session.was_shown("progress", [file.case])
    pieces = [each for each in file.casework if each.on_day <= session.today]
    told = session.shown(outcomes(file.case, pieces, file.contacts, session.today))
    output = session.output
    if output.draws:
        output.say(*outcome_lines(told, output))
    elif output.json or output.fields:
        output.one(outcomes_object(told), ())
    else:
        output.table(outcome_rows(told), OUTCOME_COLUMNS)


def voice(
    ctx: typer.Context,
    case: CaseArgument,
    score: Annotated[
        str | None,
        typer.Argument(metavar="[1-5]", help="How well it helps: 1 not at all, 5 very well."),
    ] = None,
    words: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT|-]", help="In the client's words; - reads standard input."),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day they said it (today).")
    ] = None,
    repeat: Annotated[
        str | None,
        typer.Option("--repeat", metavar="DAY", help="When they are asked again (in 90 days)."),
    ] = None,
    no_repeat: Annotated[
        bool, typer.Option("--no-repeat", help="They are not asked again by itself.")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="What they said before, the oldest first.")
    ] = False,
) -> None:
    """What the client says of the service, in two answers.

    casectl voice 12 4 "you call when you say you will" — how well the service works for them, from
    1 to 5, and what they say of it. They are asked again in 90 days, or as often as the last time.
    A terminal asks for both.
    """
    session = current(ctx)
    if history:
        _history(session, find_case(session, case))
        return
    found = find_case(session, case, write=True)
    check_change(found, "voice")
    if score is None and not session.can_ask:
        raise BadValue("the answer is missing", hint='voice 12 4 "in their words"')
    asked = score is None
    level = parse_voice(score if score is not None else _asked(session))
    if words is not None:
        words = session.typed(words, "words")
    elif asked:
        words = session.ask("What should stay, or change? In their words: ") or None
    day = session.read_day(on, back=True) if on else session.today
    check_past_day(found, day, session.today, session.config.date_order)
    last = session.store.casework.last(found, VOICE)
    usual = last.lead_days if last is not None and last.status == OPEN else USUAL_VOICE
    days = days_until(day, session.read_day(repeat)) if repeat else usual
    made = new_voice(found, level, words, day, None if no_repeat else days)
    made = session.store.monitoring.say(made)
    shown, made = session.shown(found), session.shown(made)
    again = (
        f"They are asked again after {made.lead_days} days."
        if made.lead_days
        else "They are not asked again by itself."
    )
    session.output.wrote(
        voice_object(made, shown),
        f"{shown.client} ({shown.handle}): {voice_line(made, shown, session.output)}.",
        again,
    )


def _asked(session: Session) -> str:
    scale = ", ".join(f"{score} {words}" for score, words in VOICE_SCALE.items())
    return session.ask(f"How well does this work for you? ({scale}) ")


def _history(session: Session, case: Case) -> None:
    pieces = session.store.casework.of(case, VOICE)
    session.was_shown("voice", [case])
    shown, pieces = session.shown(case), session.shown(pieces)
    if not session.output.draws:
        session.output.table([voice_object(each, shown) for each in pieces], VOICE_COLUMNS)
    elif not pieces:
        session.output.say(f"Nothing on record: casectl voice {shown.number}")
    else:
        session.output.say(*(voice_line(each, shown, session.output) for each in pieces))
