"""What has changed for a client, as a screen with lines of bars, as TSV and as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date

from casectl.core.casework import DONE, Piece
from casectl.core.domains import Standing
from casectl.core.instruments import change_words
from casectl.core.model import Case
from casectl.core.monitoring import VOICE_SCALE
from casectl.core.outcomes import Asked, Month, Outcomes, Track
from casectl.core.planning import SCALE, GoalNow, score_words, target_day
from casectl.core.spoken import MONTHS, spoken, spoken_short
from casectl.render import Object, Output
from casectl.render.plan import piece_object, who
from casectl.render.sparkline import can_show_bars, sparkline

OUTCOME_COLUMNS = ("measure", "name", "on", "value", "words")
VOICE_COLUMNS = ("item", "on", "score", "words")
FEWEST_BARS = 2
ROOM = 40  # cells of a line that words take beside the bars
MOST_BARS = 24


# -- for machines ----------------------------------------------------------------------------------


def outcomes_object(told: Outcomes) -> Object:
    """``progress --json``."""
    return {
        **who(told.case),
        "domains": [
            {
                "domain": each.name,
                "change": each.direction,
                "levels": [{"on": p.on.isoformat(), "level": p.value} for p in each.points],
            }
            for each in told.domains
        ],
        "instruments": [_asked_object(each) for each in told.asked],
        "goals": [_goal_object(each, told.case) for each in told.goals],
        "contacts": [
            {"month": each.first.isoformat()[:7], "reached": each.reached, "tried": each.tried}
            for each in told.months
        ],
        "voice": [
            {"on": p.on.isoformat(), "score": p.value, "words": p.words}
            for p in (told.voice.points if told.voice else ())
        ],
    }


def _asked_object(each: Asked) -> Object:
    told = each.since_first
    return {
        "instrument": each.results[-1].instrument,
        "title": each.track.name,
        "lowest": each.track.lowest,
        "highest": each.track.highest,
        "higher_is": each.results[-1].higher_is,
        "change": told.direction if told else None,
        "change_points": told.points if told else None,
        "results": [
            {"on": p.on.isoformat(), "total": p.value, "band": result.band,
             "positive": result.positive}
            for p, result in zip(each.track.points, each.results, strict=True)
        ],
    }  # fmt: skip


def _goal_object(now: GoalNow, case: Case) -> Object:
    by = target_day(now.goal)
    return {
        "item": f"{case.number}.{now.goal.part}",
        "what": now.goal.what,
        "state": now.goal.status,
        "by": by.isoformat() if by else None,
        "steps": len(now.steps),
        "steps_done": sum(each.status == DONE for each in now.steps),
        "progress": [
            {"on": each.on_day.isoformat(), "score": each.level, "note": each.what}
            for each in now.progress
        ],
    }


def outcome_rows(told: Outcomes) -> list[Object]:
    """``progress`` in a pipe: a line for each thing that was measured on a day."""
    return list(_rows(told))


def _rows(told: Outcomes) -> Iterator[Object]:
    for track in told.domains:
        for p in track.points:
            words = Standing(p.value or 1).words
            yield _row("domain", track.name, p.on.isoformat(), p.value, words)
    for asked in told.asked:
        for p in asked.track.points:
            yield _row("instrument", asked.track.name, p.on.isoformat(), p.value, p.words)
    for now in told.goals:
        name = f"{told.case.number}.{now.goal.part}"
        for each in now.progress:
            yield _row("goal", name, each.on_day.isoformat(), each.level, each.what)
    for month in told.months:
        on = month.first.isoformat()[:7]
        yield _row("contacts", "reached", on, month.reached, None)
        yield _row("contacts", "tried", on, month.tried, None)
    for p in told.voice.points if told.voice else ():
        yield _row("voice", "voice", p.on.isoformat(), p.value, p.words)


def _row(measure: str, name: str, on: str, value: int | None, words: str | None) -> Object:
    return {"measure": measure, "name": name, "on": on, "value": value, "words": words}


# -- a screen --------------------------------------------------------------------------------------


def outcome_lines(told: Outcomes, output: Output) -> list[str]:
    case = told.case
    intake = spoken(case.opened_on, output.order)
    lines = [f"{case.client} ({case.handle}), intake {intake}"]
    if told.domains:
        lines += ["", "Domains, 1 in crisis to 5 empowered"]
        lines += [_domain_line(each, output) for each in told.domains]
    if told.asked:
        lines += ["", "Questionnaires"]
        lines += [_asked_line(each, output) for each in told.asked]
    if told.goals:
        lines += ["", "Goals, -2 to +2"]
        lines += [_goal_line(each, case, output) for each in told.goals]
    lines += ["", "Contacts by month", *_contact_lines(told.months, output)]
    if told.voice:
        lines += ["", "In their own words, 1 not at all to 5 very well"]
        last = told.voice.points[-1]
        said = f": {last.words}" if last.words else ""
        words = f"{last.value} {VOICE_SCALE[last.value or 1]}, {_day(last.on, output)}{said}"
        lines.append(f"  {_bars(told.voice.values, 1, 5, output)}{words}")
    missing = [
        name
        for name, there in (
            ("assessment (casectl assess)", told.domains),
            ("questionnaire (casectl screen)", told.asked),
            ("goal (casectl goal add)", told.goals),
            ("word of the client (casectl voice)", told.voice),
        )
        if not there
    ]
    return [*lines, *(["", f"Not on record: {', '.join(missing)}."] if missing else [])]


def _domain_line(track: Track, output: Output) -> str:
    first, last = track.points[0], track.points[-1]
    name = track.name.replace("_", " ")
    bars = _bars(track.values, track.lowest, track.highest, output)
    if track.direction is None:
        words = f"{last.value} {Standing(last.value or 1).words}, {_day(last.on, output)}"
    else:
        words = (
            f"{first.value} -> {last.value} {Standing(last.value or 1).words}, {track.direction} "
            f"since {_day(first.on, output)}"
        )
    return f"  {name:<25}{bars}{words}"


def _asked_line(each: Asked, output: Output) -> str:
    track = each.track
    last = track.points[-1]
    bars = _bars(track.values, track.lowest, track.highest, output)
    told = [] if last.value is None else [f"{last.value} of {track.highest}"]
    told += [last.words] if last.words else []
    told.append(_day(last.on, output))
    if each.since_first is not None:
        since = _day(track.points[0].on, output)
        hidden = each.since_first.direction if output.private else None
        told.append(f"since {since}: {hidden or change_words(each.since_first)}")
    return f"  {track.name:<25}{bars}{', '.join(told)}"


def _goal_line(now: GoalNow, case: Case, output: Output) -> str:
    bars = _bars([each.level for each in now.progress], -2, 2, output)
    told = []
    if now.progress:
        last = now.progress[-1]
        told.append(
            f"{score_words(last.level or 0)} {SCALE[last.level or 0]}, {_day(last.on_day, output)}"
        )
    else:
        told.append("no progress recorded")
    if now.steps:
        done = sum(each.status == DONE for each in now.steps)
        told.append(f"{done} of {len(now.steps)} steps done")
    if now.goal.status == DONE:
        told.append("reached")
    return f"  {case.number}.{now.goal.part} {now.goal.what}: {bars}{'; '.join(told)}"


def _contact_lines(months: Sequence[Month], output: Output) -> list[str]:
    lines = []
    last = months[-1].first
    span = f"{_month(months[0].first)} to {_month(last)}" if len(months) > 1 else _month(last)
    for name, counts in (
        ("reached", [each.reached for each in months]),
        ("tried", [each.tried for each in months]),
    ):
        bars = _bars(counts, 0, max(*counts, 4), output)
        lines.append(f"  {name:<25}{bars}{sum(counts)} in {span}")
    return lines


def _month(first: date) -> str:
    return f"{MONTHS[first.month - 1][:3]} {first.year}"


def _bars(values: Sequence[int | None], lowest: int, highest: int, output: Output) -> str:
    """The bars and a space behind them; nothing where there is nothing to compare."""
    if sum(value is not None for value in values) < FEWEST_BARS:
        return ""
    plain = output.accessible or not can_show_bars(getattr(sys.stdout, "encoding", None))
    width = min(max(output.width - ROOM, 10), MOST_BARS)
    return f"{sparkline(values, lowest, highest, plain=plain, width=width)}  "


# -- the client's voice ----------------------------------------------------------------------------


def voice_object(voice: Piece, case: Case) -> Object:
    return {
        **piece_object(voice, case),
        "on": voice.on_day.isoformat(),
        "score": voice.level,
        "words": voice.what,
        "repeats_every": voice.lead_days,
    }


def voice_line(voice: Piece, case: Case, output: Output) -> str:
    said = f": {voice.what}" if voice.what else ""
    score = voice.level or 1
    day = _day(voice.on_day, output)
    return f"{case.number}.{voice.part}  {day:<11}  {score} {VOICE_SCALE[score]}{said}"


def _day(day: date, output: Output) -> str:
    return spoken_short(day, output.today, output.order)
