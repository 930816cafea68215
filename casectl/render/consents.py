"""Releases of information, and the accounting of what was told to whom, in words and as objects."""

from __future__ import annotations

from collections.abc import Sequence

from casectl.core.casework import CONSENT, OPEN, UNSIGNED, Piece
from casectl.core.consents import (
    BASIS,
    DISCLOSER,
    EVENT,
    FOLLOWS,
    NOTICE,
    OVERRIDE,
    PURPOSE,
    RELEASE,
    SIGNED_BY,
    TO_CLIENT,
    TOLD_RIGHTS,
    said_state,
    state_of,
    until_of,
)
from casectl.core.model import Case
from casectl.core.spoken import spoken, spoken_short
from casectl.render import Object, Output
from casectl.render.plan import piece_object

RELEASE_COLUMNS = ("item", "to", "purpose", "what", "state", "signed_on", "until", "event")
DISCLOSURE_COLUMNS = ("item", "on", "to", "what", "purpose", "under", "worker")


# -- releases --------------------------------------------------------------------------------------


def release_object(release: Piece, case: Case, output: Output) -> Object:
    body = release.body
    until = until_of(release)
    return {
        **piece_object(release, case),
        "to": release.who,
        "from": body.get(DISCLOSER),
        "purpose": body.get(PURPOSE),
        "what": release.what,
        "state": state_of(release, output.today),
        "told_rights": bool(body.get(TOLD_RIGHTS)),
        "signed_on": release.on_day.isoformat() if release.stage != UNSIGNED else None,
        "signed_by": body.get(SIGNED_BY),
        "until": until.isoformat() if until else None,
        "event": body.get(EVENT),
        "follows": body.get(FOLLOWS),
        "revoked_on": release.ended_on.isoformat() if release.ended_on else None,
        "reason": release.outcome,
    }


def release_line(release: Piece, case: Case, output: Output) -> str:
    body = release.body
    state = said_state(release, output.today, output.order)
    why = f": {release.outcome}" if release.outcome else ""
    return (
        f"{case.number}.{release.part}  {release.who}, for {body.get(PURPOSE)}: {release.what}; "
        f"{state}{why}"
    )


def release_sentences(release: Piece, case: Case, word: str, output: Output) -> list[str]:
    """What a command did with a release, and what it means from now on."""
    item, body = f"{case.number}.{release.part}", release.body
    lines = [
        f"{case.client} ({case.handle}): {word} {item}, {release.who} for {body.get(PURPOSE)}: "
        f"{release.what}."
    ]
    if release.status != OPEN:
        return [*lines, "It covers nothing from now on; what was told before stays on record."]
    if release.stage == UNSIGNED:
        return [*lines, f"It covers nothing until it is signed: casectl consent sign {item}"]
    return [*lines, f"It is {said_state(release, output.today, output.order)}."]


def still_live_line(case: Case, release: Piece, output: Output) -> str:
    """What lets the same be told all the same, beside a release that was revoked."""
    item = f"{case.number}.{release.part}"
    return (
        f"STILL LIVE: {item} lets {release.who} be told for {release.body.get(PURPOSE)}, "
        f"{said_state(release, output.today, output.order)}. "
        f"casectl consent revoke {item} REASON ends it."
    )


def release_form(release: Piece, case: Case, name: str, output: Output) -> list[str]:
    """Every element that the rule asks for, to be read out, printed or signed."""
    body = release.body
    signed = body.get(SIGNED_BY)
    until = until_of(release)
    end = spoken(until, output.order) if until else body.get(EVENT)
    rights = (
        "was told" if body.get(TOLD_RIGHTS) else "is still to be told"
    ) + " that they may revoke it at any time, but for what was told by then"
    return [
        f"Release of information {case.number}.{release.part}",
        f"  Client        {name}",
        f"  Who tells     {body.get(DISCLOSER)}",
        f"  Who is told   {release.who}",
        f"  What          {release.what}",
        f"  Purpose       {body.get(PURPOSE)}",
        f"  Ends          {end}",
        f"  Right         the client {rights}",
        f"  Signature     {signed or '______________________'}",
        f"  Signed on     "
        f"{spoken(release.on_day, output.order) if signed else '______________________'}",
        f"  It is {said_state(release, output.today, output.order)}.",
    ]


# -- the accounting --------------------------------------------------------------------------------


def disclosure_object(disclosure: Piece, case: Case) -> Object:
    body = disclosure.body
    return {
        **piece_object(disclosure, case),
        "on": disclosure.on_day.isoformat(),
        "to": disclosure.who,
        "purpose": body.get(PURPOSE),
        "under": under(disclosure, case),
        "release": f"{case.number}.roi{body[RELEASE]}" if body.get(RELEASE) else None,
        "override": body.get(OVERRIDE),
        "basis": body.get(BASIS),
        "to_client": bool(body.get(TO_CLIENT)),
        "notice": None if body.get(TO_CLIENT) else NOTICE,
        "recorded_at": disclosure.recorded_at,
        "worker": disclosure.worker,
    }


def under(disclosure: Piece, case: Case) -> str:
    """By which right it was told: ``release 12.roi1``, ``override: …``, ``the client's right``."""
    body = disclosure.body
    if body.get(RELEASE):
        return f"release {case.number}.roi{body[RELEASE]}"
    if body.get(TO_CLIENT):
        return "the client's own right"
    rights = [
        *([f"legal basis: {body[BASIS]}"] if body.get(BASIS) else []),
        *([f"override: {body[OVERRIDE]}"] if body.get(OVERRIDE) else []),
    ]
    return "; ".join(rights) or "not said"


def disclosure_line(disclosure: Piece, case: Case, output: Output) -> str:
    by = f", by {disclosure.worker}" if disclosure.worker else ""
    return (
        f"{case.number}.{disclosure.part}  {spoken(disclosure.on_day, output.order)}  "
        f"{disclosure.who}: {disclosure.what}; for {disclosure.body.get(PURPOSE)}; "
        f"under {under(disclosure, case)}{by}"
    )


def disclosure_sentences(disclosure: Piece, case: Case, output: Output) -> list[str]:
    """What was logged, and what has to go along with it."""
    told = (
        f"{case.client} ({case.handle}): logged {case.number}.{disclosure.part}, "
        f"{disclosure.who} was told {disclosure.what}, "
        f"{spoken_short(disclosure.on_day, output.today, output.order)}, "
        f"under {under(disclosure, case)}."
    )
    if disclosure.body.get(TO_CLIENT):
        return [told]
    return [told, f"This goes with it: {NOTICE}"]


def accounting(disclosures: Sequence[Piece], case: Case, name: str, output: Output) -> list[str]:
    """The list that a client may ask for, the oldest first, with the notice below it."""
    if not disclosures:
        return [f"Nothing of {name} ({case.handle}) was told anybody, as far as is on record."]
    lines = [disclosure_line(each, case, output) for each in disclosures]
    return [f"What was told of {name} ({case.handle})", *lines, NOTICE]


def sharing_lines(
    case: Case, pieces: Sequence[Piece], output: Output, width: int | None
) -> list[str]:
    """Of a case's screen: the releases that are live, or wait for a signature.

    As many as a line of ``width`` has room for; all of them without.
    """
    told = []
    for each in pieces:
        if each.kind == CONSENT and each.status == OPEN:
            state = state_of(each, output.today)
            until = until_of(each)
            when = f" until {spoken_short(until, output.today, output.order)}" if until else ""
            told.append(f"{each.who}{when}" if state == "live" else f"{each.who} ({state})")
    if not told:
        return []
    from casectl.render.screens import as_many

    return [as_many("Released", told, "; ", width, f"casectl consent list {case.number}")]
