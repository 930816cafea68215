"""The casework itself as plain values: what assessing, planning and monitoring leave on a case.

Each piece is one row of one table, whatever its kind: an assessment, a risk, a screening, a need, a
goal, a step. They differ in few words (``body``) and share what everything else needs: a short
number, a day, who acts, whether it still stands, and the day that the due engine counts from.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from casectl.core.model import Watch
from casectl.core.text import shortened
from casectl.core.values import NamedTuple

# The kinds, each with the letters before its number: 12.g1 is the first goal of case 12.
ASSESSMENT, RISK, SCREENING, NEED = "assessment", "risk", "screening", "need"
GOAL, STEP, BARRIER, PROGRESS, VERSION = "goal", "step", "barrier", "progress", "version"
MEDICATION, PROVIDER, TRANSITION, VOICE = "medication", "provider", "transition", "voice"
PERSON, REFERRAL, DENIAL, CONSENT = "person", "referral", "denial", "consent"
DISCLOSURE, AMENDMENT, HANDOVER = "disclosure", "amendment", "handover"
CLOSING, AFTERCARE = "closing", "aftercare"
UNAVAILABLE = "unavailable"  # a fact that cannot be had: its stage, and why
LETTERS: Mapping[str, str] = {
    ASSESSMENT: "a",
    RISK: "r",
    SCREENING: "q",
    NEED: "need",
    GOAL: "g",
    STEP: "s",
    BARRIER: "b",
    PROGRESS: "p",
    VERSION: "v",
    MEDICATION: "m",
    PROVIDER: "pr",
    TRANSITION: "t",
    VOICE: "o",
    PERSON: "per",
    REFERRAL: "ref",
    DENIAL: "den",
    CONSENT: "roi",  # a release of information, as the field says
    DISCLOSURE: "d",
    AMENDMENT: "am",
    HANDOVER: "h",
    CLOSING: "cl",
    AFTERCARE: "ac",
    UNAVAILABLE: "na",
}
OF_LETTERS = {letters: kind for kind, letters in LETTERS.items()}
DIGITS = "0123456789"
FROM_CASE = "from_case"  # in a body: the number of the case, a duplicate, that it went on from
# How a piece stands. What is ``open`` may owe something; ``past`` was followed by another.
OPEN, DONE, DROPPED, PLANNED, PAST = "open", "done", "dropped", "planned", "past"

# Stages of an open goal: its target day is what counts, or the progress recorded after it.
TARGET, AGAIN = "target", "again"

# Stages of an open referral: not sent yet, silent, refused, and answered in any other way until the
# client is connected. Of a closing: its notice is running, or somebody has to sign it off.
DRAFT, SENT, DECLINED = "draft", "sent", "declined"
NOTICE, SIGN_OFF = "notice", "sign_off"
AFTER_DEATH = "after_death"  # of what a closing owes: its sign-off, and the client died
DIED = "died"  # the reason, in every program
DOUBTED = "did they die? the record says otherwise since"
# Of a release: not signed yet, and signed until something happens that has no day.
UNSIGNED, UNTIL_EVENT = "unsigned", "event"

# Of a hand-over: a case that was given away is waited for (""), one that is covered comes back, one
# that was taken over wants to be met, one that is covered for a colleague is given back.
GIVEN, COVERED, TAKEN, COVERING = "", "covered", "taken", "covering"

OWED_BY_STAGE = {GIVEN: "", COVERED: "back", TAKEN: "contact", COVERING: "give"}
HANDOVER_WORDS = {
    GIVEN: "has {} accepted the hand-over?",
    COVERED: "has {} given the case back?",
    TAKEN: "make your own first contact; {} handed it over",
    COVERING: "give the case back to {}",
}

LONGEST_WORDS = 80  # of what was said, in the words of an item

# Who acts. Anybody else is named as typed.
CLIENT, WORKER = "client", "worker"
ACTORS = (CLIENT, WORKER, "provider", "family")


class Piece(NamedTuple):
    """One piece of casework on a case."""

    id: str
    case_id: str
    kind: str
    number: int  # within its case and kind, never reused
    on_day: date
    what: str | None = None
    stage: str = ""
    parent: str | None = None  # the id of the goal, assessment or contact that it belongs to
    domain: str | None = None  # of life; of a risk its kind, of a screening its instrument
    level: int | None = None  # what the kind says: a domain's 1–5, a score, a priority
    who: str | None = None  # who acts, or with whom it was agreed
    due_on: date | None = None  # the day that the due engine counts from; None owes nothing
    lead_days: int | None = None  # a repeat, or a window, in days
    status: str = OPEN
    ended_on: date | None = None
    outcome: str | None = None
    body: Mapping[str, Any] = {}  # what only this kind has, as plain JSON
    recorded_at: str | None = None
    worker: str | None = None

    @property
    def part(self) -> str:
        """Its name behind the case's number: ``g1``."""
        return f"{LETTERS[self.kind]}{self.number}"


def named_part(part: str) -> tuple[str, int] | None:
    """The kind and number that ``g1`` or ``need2`` names; None for what is no piece's name.

    ``t1v`` is the visit that the first transition owes.
    """
    name = part.lower()
    if name.startswith("t") and name.endswith("v"):
        name = name[:-1]
    letters = name.rstrip(DIGITS)
    number = name[len(letters) :]
    kind = OF_LETTERS.get(letters)
    return (kind, int(number)) if kind and number and len(number) < 10 else None


def owed(
    kind: str,
    stage: str,
    number: int,
    domain: str | None,
    what: str | None,
    who: str | None,
    day: date,
    lead: int | None,
    seen_on: date | None,
    time: str | None = None,
    note: str | None = None,
) -> Iterator[Watch]:
    """What an open piece owes, counted from ``day``.

    ``time`` and ``note``: of a referral that is scheduled, the hour there and what was said of it.
    ``seen_on``: of a transition when the client was last seen, of a hand-over when they were last
    reached by whoever took the case over, of a closing the last day of what speaks against a death.
    """
    part, said = f"{LETTERS[kind]}{number}", what or ""
    if kind == GOAL:
        # A stage that a newer casectl wrote owes its day all the same: nothing falls off the list.
        yield Watch(
            "goal", stage if stage == AGAIN else TARGET, day, part, f"goal: {said}", None, who
        )
    elif kind == STEP:
        act = said if who in (None, WORKER) else f"{who}: {said}"
        yield Watch("goal", "step", day, part, act, None, None if who == WORKER else who)
    elif kind == NEED:
        yield Watch("plan", "need", day, part, f"set a goal: {said or domain}")
    elif kind == SCREENING:
        yield Watch("assessment", "repeat", day, part, f"{said or domain} again", lead)
    elif kind == RISK:
        yield Watch("safety", "plan", day, part, "review the safety plan")
    elif kind == VOICE:
        yield Watch("voice", "", day, part, "ask how the service works for them", lead)
    elif kind == TRANSITION:
        # The contact within days is the engine's to see done; the visit is seen here.
        yield Watch("transition", "contact", day, part, f"contact after {said or domain}")
        if seen_on is None or seen_on < day:
            yield Watch(
                "transition", "visit", day, f"{part}v", f"visit after {said or domain}", lead
            )
    elif kind == REFERRAL and (time or note):
        there = f"{time} {who}" if time else who
        words = shortened(" ".join((note or said).split()), LONGEST_WORDS)
        asked = f"{there}: are they connected? {words}"
        yield Watch("referral", "connect", day, part, asked, None, who)
    elif kind == HANDOVER and stage == TAKEN and seen_on is not None and seen_on >= day:
        return
    else:
        yield from _owed_with_others(kind, stage, part, said, who, day, seen_on)


def _owed_with_others(
    kind: str, stage: str, part: str, said: str, who: str | None, day: date, seen_on: date | None
) -> Iterator[Watch]:
    """What coordinating and closing owe."""
    if kind == REFERRAL and stage == DRAFT:
        yield Watch("referral", "send", day, part, f"send the referral: {said}")
    elif kind == REFERRAL and stage == SENT:
        yield Watch("referral", "chase", day, part, f"no answer yet: {said}", None, who)
    elif kind == REFERRAL and stage == DECLINED:
        yield Watch("referral", "elsewhere", day, part, f"refer elsewhere: {said}")
    elif kind == REFERRAL:
        yield Watch("referral", "connect", day, part, f"are they connected? {said}", None, who)
    elif kind == DENIAL:
        yield Watch("denial", "", day, part, f"what came of the denial? {said}")
    elif kind == CONSENT and stage == UNSIGNED:
        yield Watch("consent", "sign", day, part, f"have the release signed: {who}")
    elif kind == CONSENT and stage == UNTIL_EVENT:
        yield Watch("consent", "look", day, part, f"does the release still hold? {who}")
    elif kind == CONSENT:
        yield Watch("consent", "", day, part, f"renew the release: {who}")
    elif kind == HANDOVER:
        words = HANDOVER_WORDS.get(stage, "what is this hand-over with {}? casectl doctor")
        yield Watch("handover", OWED_BY_STAGE.get(stage, ""), day, part, words.format(who))
    elif kind == CLOSING and stage == SIGN_OFF:
        what = "have the closure signed off"
        what = f"{what}: {said}" if said else what
        if said != DIED:
            yield Watch("closing", SIGN_OFF, day, part, what)
        elif seen_on is None or seen_on < day:
            yield Watch("closing", AFTER_DEATH, day, part, what)
        else:  # a client who may be alive is owed everything again
            yield Watch("closing", SIGN_OFF, day, part, DOUBTED)
    elif kind == CLOSING:
        yield Watch("closing", NOTICE, day, part, "the notice ends: close the case or take it back")
    elif kind == AFTERCARE:
        yield Watch("aftercare", "", day, part, "aftercare call")


def texts_in(value: Any) -> Iterator[str]:
    """Every text of a body, however deep, in its order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
