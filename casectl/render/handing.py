"""Hand-overs told: what was written for whom, what was taken in, what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from casectl.core.casework import Piece
from casectl.core.handovers import Handed
from casectl.core.model import Case, Level
from casectl.core.spoken import spoken
from casectl.render import Object, Output

if TYPE_CHECKING:
    from casectl.core.handovers import Backed

COLUMNS = ("case", "line")


def given_object(given: Sequence[tuple[Case, Piece]], path: Path | None, kind: str) -> Object:
    return {
        "kind": kind,
        "path": str(path) if path is not None else None,
        "to": given[0][1].who,
        "cases": [_case_object(case, piece) for case, piece in given],
    }


def _case_object(case: Case, piece: Piece) -> Object:
    return {
        "case": case.number,
        "handle": case.handle,
        "client": case.client,
        "item": f"{case.number}.{piece.part}",
        "status": case.status,
    }


def received_object(case: Case, handed: Handed) -> Object:
    return {
        "case": case.number,
        "handle": case.handle,
        "client": case.client,
        "level": case.level.word,
        "status": case.status,
        "from": handed.sender,
        "kind": handed.kind,
        "until": handed.until.isoformat() if handed.until else None,
    }


def received_words(
    cases: Sequence[Case],
    handed: Handed,
    output: Output,
    pieces: Mapping[int, Sequence[Piece]],
    *,
    covers: bool,
) -> list[str]:
    said = []
    for case, given in zip(cases, handed.cases, strict=True):
        verb = "Covered for" if covers else "Taken over from"
        said.append(f"{verb} {handed.sender}: {case.client} ({case.handle}).")
        said += [f"  {line}" for line in given.brief]
        for piece in pieces.get(case.number, ()):
            name = f"{case.number}.{piece.part}"
            if covers and piece.due_on is not None:
                said.append(f"  It is yours until {spoken(piece.due_on, output.order)} ({name}).")
            else:
                said.append(f"  It owes a first contact by you ({name}).")
    if covers:
        said.append(f"Then: casectl cover --give-back --to {handed.sender} -o FILE")
    return said


def briefs_told(handed: Handed, output: Output) -> None:
    """Where each case of a file stands, without taking it in."""
    rows = [
        {"case": each.number, "client": each.load.case.client, "line": line}
        for each in handed.cases
        for line in each.brief
    ]
    if not output.draws:
        output.table(rows, COLUMNS)
        return
    until = f" until {spoken(handed.until, output.order)}" if handed.until else ""
    said = [f"{handed.kind} from {handed.sender} to {handed.recipient}{until}"]
    for each in handed.cases:
        said += ["", f"Case {each.number} there", *(f"  {line}" for line in each.brief)]
    output.say(*said)


def backs_told(backs: Sequence[Backed], output: Output) -> None:
    """What came back of each case, and what its level became."""
    said = []
    for back in backs:
        case = back.case
        parts = [
            _count(back.contacts, "contact"),
            _count(back.notes, "note"),
            _count(len(back.ended), "promise", "ended"),
            _count(len(back.promised), "promise", "made"),
        ]
        what = ", ".join(each for each in parts if each) or "nothing was done"
        said.append(f"{case.client} ({case.handle}): {what}.")
        if case.level != back.was.level:
            said.append(
                f"  Its level is {case.level.word} now, and was {Level(back.was.level).word}."
            )
    output.wrote_all(
        [
            {
                "case": back.case.number,
                "handle": back.case.handle,
                "client": back.case.client,
                "contacts": back.contacts,
                "notes": back.notes,
                "ended": len(back.ended),
                "promised": len(back.promised),
                "level": back.case.level.word,
                "level_before": back.was.level.word,
            }
            for back in backs
        ],
        *said,
    )


def _count(count: int, one: str, after: str = "") -> str:
    if not count:
        return ""
    return f"{count} {one}{'s' * (count != 1)}{f' {after}' if after else ''}"
