"""What is kept beside a plan: transitions, medications, providers, and the client's own word.

The body of a medication is ``dose``, ``for`` and ``prescriber``; of a provider ``role``, ``phone``,
``email`` and ``note``; all of them texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from casectl.core.casework import MEDICATION, PROVIDER, TRANSITION, VOICE, Piece
from casectl.core.errors import BadValue
from casectl.core.guards import check_change
from casectl.core.model import Case
from casectl.core.spoken import DateOrder, spoken
from casectl.core.text import NAME_LIMIT, checked_text

# From where to where a client goes: out of hospital, out of custody, to another home.
TRANSITIONS = ("discharge", "release", "move")
USUAL_VISIT, LONGEST_VISIT = 7, 30  # days until the client is to be seen
WINDOW = 30  # days after a transition in which most goes wrong
FURTHEST = timedelta(days=366)

# How well the service works for a client, in their own judgement.
VOICE_SCALE: Mapping[int, str] = {
    1: "not at all",
    2: "a little",
    3: "partly",
    4: "well",
    5: "very well",
}
USUAL_VOICE = 90  # days until the client is asked again


def new_transition(
    case: Case,
    kind: str,
    day: date,
    visit: int,
    of: str | None,
    today: date,
    order: DateOrder | None = None,
) -> Piece:
    """A transition not yet written. Raises BadValue for one that cannot be meant.

    It may be older than the intake (somebody was referred because of it), or still ahead.
    """
    check_change(case, "transition")
    word = kind.strip().lower()
    if word not in TRANSITIONS:
        raise BadValue(f"no transition {kind[:40]!r}; there are {', '.join(TRANSITIONS)}")
    if abs(day - today) > FURTHEST:
        raise BadValue(f"{spoken(day, order)} is over a year away", hint="--on DAY says when")
    if not 1 <= visit <= LONGEST_VISIT:
        raise BadValue(f"--visit is a number of days from 1 to {LONGEST_VISIT}", hint="7 or 14")
    said = f"{word} from {checked_text(of, 'text after --of', limit=NAME_LIMIT)}" if of else word
    return Piece("", case.id, TRANSITION, 0, day, said, domain=word, due_on=day, lead_days=visit)


def window_ends(transition: Piece) -> date:
    return transition.on_day + timedelta(days=WINDOW)


def new_medication(
    case: Case,
    name: str,
    since: date,
    body: Mapping[str, str | None],
    today: date,
    order: DateOrder | None = None,
) -> Piece:
    """What a client takes, as it was told: casectl checks no dose. It may be older than intake."""
    check_change(case, "meds")
    if since > today:
        raise BadValue(f"{spoken(since, order)} is still ahead", hint="add it once it is taken")
    return Piece(
        "", case.id, MEDICATION, 0, since, checked_text(name.strip(), "name", limit=NAME_LIMIT),
        body=_checked(body),
    )  # fmt: skip


def new_provider(case: Case, name: str, today: date, body: Mapping[str, str | None]) -> Piece:
    check_change(case, "provider")
    return Piece(
        "", case.id, PROVIDER, 0, today, checked_text(name.strip(), "name", limit=NAME_LIMIT),
        body=_checked(body),
    )  # fmt: skip


def _checked(body: Mapping[str, str | None]) -> dict[str, str]:
    return {
        name: checked_text(text, f"text after --{name}")
        for name, text in body.items()
        if text is not None
    }


def new_voice(case: Case, score: int, words: str | None, on: date, repeat: int | None) -> Piece:
    """What a client says of the service; asked again after ``repeat`` days, or never for None."""
    check_change(case, "voice")
    return Piece(
        "", case.id, VOICE, 0, on, checked_text(words, "words") if words else None, level=score,
        due_on=on if repeat else None, lead_days=repeat,
    )  # fmt: skip


def parse_voice(text: str) -> int:
    """``4`` or ``well``. Raises BadValue with what each means."""
    wanted = text.strip().lower()
    for score, words in VOICE_SCALE.items():
        if wanted in (str(score), words):
            return score
    said = ", ".join(f"{score} {words}" for score, words in VOICE_SCALE.items())
    raise BadValue(f"{text[:40]!r} is no answer: {said}")
