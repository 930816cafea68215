"""A closing for machines and in a line, and the sheet that a client takes along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from textwrap import fill
from typing import TYPE_CHECKING, Any

from casectl.core.casework import CLOSING, DROPPED, NOTICE, OPEN, SIGN_OFF, Piece
from casectl.core.spoken import spoken
from casectl.core.text import visible
from casectl.render import Object, Output

if TYPE_CHECKING:
    from casectl.core.leaving import Sheet
    from casectl.core.model import Case

WIDTH = 72  # columns of a printed page


def closing_object(piece: Piece, case: Case) -> Object:
    body = piece.body
    return {
        "case": case.number,
        "handle": case.handle,
        "client": case.client,
        "item": f"{case.number}.{piece.part}",
        "state": piece.status,
        "stage": piece.stage or None,
        "said": piece.what,
        "ended_on": piece.ended_on.isoformat() if piece.ended_on else None,
        "outcome": piece.outcome,
        "reason": body.get("reason"),
        "notice": body.get("notice"),
        "sheet_on": body.get("sheet_on"),
        "goals": body.get("goals"),
        "domains": body.get("domains"),
        "tries": body.get("tries", []),
        "handed_to": body.get("handed_to"),
        "handed": body.get("handed", []),
        "lapsed": body.get("lapsed", []),
        "into": body.get("into"),
        "override": body.get("override"),
        "approved_by": body.get("approved_by"),
        "signed_off_by": body.get("signed_by"),
        "summary": body.get("summary"),
    }


def closing_line(piece: Piece, output: Output) -> str:
    """``notice of closure Wed 18 Nov 2026 by letter, ends Wed 2 Dec 2026``; or how it ended."""
    if piece.status == OPEN or piece.status == DROPPED:
        return _under_way(piece, output)
    body = piece.body
    goals = body.get("goals") or {}
    reached = len(goals.get("reached", []))
    count = sum(map(len, goals.values()))
    told = [f"reason: {piece.what}"]
    if count:
        told.append(f"{reached} of {count} goal{'s' if count > 1 else ''} reached")
    domains = body.get("domains") or {}
    moved = [each for each in domains.values() if isinstance(each, list) and len(each) == 2]
    if moved:
        up, down = sum(b > a for a, b in moved), sum(b < a for a, b in moved)
        told.append(f"domains: {up} better, {down} worse, {len(moved) - up - down} the same")
    told += _who_acts(piece, output)
    return "; ".join(told)


def _who_acts(piece: Piece, output: Output) -> list[str]:
    body = piece.body
    told = []
    if (body.get("notice") or {}).get("recorded_on"):
        given = _day(body["notice"].get("on"), output)
        told += [f"notice of {given}", *_late_notice(body["notice"], output)]
    if body.get("tries"):
        told.append(f"{len(body['tries'])} attempts on record")
    if body.get("handed_to"):
        items = ", ".join(body.get("handed", []))
        told.append(f"handed to {body['handed_to']}{f': {items}' if items else ''}")
    if body.get("into"):
        told.append(f"what was open goes on in case {body['into']}")
    if body.get("approved_by"):
        told.append(f"override approved by {body['approved_by']}: {body.get('override')}")
    if body.get("signed_by"):
        told.append(f"signed off by {body['signed_by']}")
    return told


def _under_way(piece: Piece, output: Output) -> str:
    notice = piece.body.get("notice") or {}
    told = []
    if notice:
        told.append(
            f"notice of closure {_day(notice.get('on'), output)} by {notice.get('by')}, "
            f"ends {_day(notice.get('until'), output)}"
        )
        told += _late_notice(notice, output)
    waits = piece.stage == SIGN_OFF
    if piece.what and not waits:
        told.append(f"reason: {piece.what}")
    if piece.body.get("sheet_on"):
        told.append(f"sheet given {_day(piece.body['sheet_on'], output)}")
    if waits:
        why = piece.body.get("said") or piece.what
        ended = ", ".join(filter(None, (why, _day(piece.due_on and str(piece.due_on), output))))
        told.append(f"waits for the sign-off{f': {ended}' if ended else ''}")
    return "; ".join(told)


def _late_notice(notice: Mapping[str, Any], output: Output) -> list[str]:
    """That it was written down on a later day than it was given, and on whose word it counts."""
    if not notice.get("recorded_on"):
        return []
    told = [f"on record since {_day(notice['recorded_on'], output)}"]
    if notice.get("approved_by"):
        told.append(
            f"counted from its day, approved by {notice['approved_by']}: {notice.get('override')}"
        )
    return told


def closing_lines(pieces: Sequence[Piece], output: Output, *, whole: bool) -> Iterator[str]:
    """On a case's screen: the closing under way; with ``whole`` those before, in full."""
    for piece in pieces:
        if piece.kind != CLOSING:
            continue
        if piece.status == OPEN:
            word = "Closing" if piece.stage in (NOTICE, SIGN_OFF) else "Closing prepared"
            yield f"{word}: {closing_line(piece, output)}"
        elif whole:
            day = spoken(piece.ended_on, output.order) if piece.ended_on else ""
            word = "Notice taken back" if piece.status == DROPPED else "Closed"
            line = piece.outcome if piece.status == DROPPED else closing_line(piece, output)
            yield f"{word} {day}: {line}"
            if piece.body.get("summary"):
                yield f"Summary: {piece.body['summary']}"


def _day(text: object, output: Output) -> str:
    try:
        return spoken(date.fromisoformat(str(text)), output.order)
    except ValueError:  # hidden, where others can see
        return str(text)


# -- the sheet -------------------------------------------------------------------------------------


def sheet_object(sheet: Sheet, case: Case) -> Object:
    return {
        "case": case.number,
        "handle": case.handle,
        "client": sheet.client,
        "ends_on": sheet.ends_on.isoformat() if sheet.ends_on else None,
        "reached": list(sheet.reached),
        "goes_on": list(sheet.goes_on),
        "dates": [
            {"what": each.what, "on": each.due_on.isoformat(), "time": each.due_time,
             "place": each.place}
            for each in sheet.dates
        ],
        "ask": list(sheet.ask),
        "come_back": list(sheet.come_back),
    }  # fmt: skip


def sheet_text(sheet: Sheet, output: Output) -> str:
    """A page to print and to give away. Safe for a terminal."""
    lines = [f"For {sheet.client}", spoken(sheet.on, output.order), ""]
    ends = f" on {spoken(sheet.ends_on, output.order)}" if sheet.ends_on else ""
    about = "This page is yours: it says what goes on, and whom to ask."
    lines += [_filled(f"Our work together ends{ends}. {about}"), ""]
    lines += _part("What you have reached", sheet.reached)
    lines += _part("What goes on", sheet.goes_on)
    dates = []
    for each in sheet.dates:
        where = f", at {each.place}" if each.place else ""
        dates.append(f"{spoken(each.due_on, output.order, time=each.due_time)}: {each.what}{where}")
    lines += _part("Your dates", dates)
    lines += _part("Whom to ask", sheet.ask)
    lines += _part("If you need us again", [*sheet.come_back, *_nobody(sheet)])
    lines += [f"{sheet.worker}", ""]
    return "".join(f"{visible(line, lines=True)}\n" for line in lines)


def _nobody(sheet: Sheet) -> list[str]:
    return [] if sheet.come_back else [f"Ask for {sheet.worker}, where you have met us."]


def _part(title: str, texts: Sequence[str]) -> list[str]:
    if not texts:
        return []
    told = [_filled(" ".join(each.split()), first="- ") for each in texts]
    return [title, *told, ""]


def _filled(text: str, first: str = "") -> str:
    return fill(
        text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
