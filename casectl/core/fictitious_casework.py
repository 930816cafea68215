"""The casework of fictitious people: assessed, planned, followed over the years.

Drawn with dice of its own, so that what a case's other draws came to stays as it was. What falls
due of it is mostly in hand: a few goals and steps are late, never anything of SAFETY.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from casectl.core import fictitious_people as words
from casectl.core.casework import (
    AFTERCARE,
    AGAIN,
    ASSESSMENT,
    CLIENT,
    CLOSING,
    CONSENT,
    DENIAL,
    DONE,
    DRAFT,
    GOAL,
    HANDOVER,
    NEED,
    NOTICE,
    OPEN,
    PAST,
    PLANNED,
    PROGRESS,
    REFERRAL,
    RISK,
    SCREENING,
    SENT,
    SIGN_OFF,
    STEP,
    TRANSITION,
    UNSIGNED,
    UNTIL_EVENT,
    VERSION,
    VOICE,
    Piece,
)
from casectl.core.fictitious_people import Aim, Dice
from casectl.core.model import CLOSED, PENDING, REACHED, TRIED, Contact, Note
from casectl.core.monitoring import USUAL_VOICE
from casectl.core.planning import AGREED, UNTIL, snapshot
from casectl.core.risks import LEVELS

if TYPE_CHECKING:
    from casectl.core.fictitious import Draft

PHQ9_DAYS = 30
# Days. Sixty of both in a case of three years' caseload, which has been open for half of them.
BETWEEN_CONTACTS, BETWEEN_NOTES = (4, 11), (18, 34)


class Casework:
    """The pieces of one case as they are told. The number of each is its place in its kind."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.pieces: list[Piece] = []

    def add(self, kind: str, on: date, what: str | None = None, **more: Any) -> Piece:
        number = 1 + sum(each.kind == kind for each in self.pieces)
        piece = Piece(more.pop("id", ""), "", kind, number, on, what, **more)
        self.pieces.append(piece)
        return piece

    def key(self, on: date) -> str:
        """A key for what has children, of the form that the store gives: by its day, then dice."""
        head = f"{(on - date(1970, 1, 1)).days * 86_400_000:012x}"
        tail = "".join(f"{self.dice.between(0, 0xFFFF):04x}" for _ in range(5))
        return f"{head[:8]}-{head[8:]}-7{tail[:3]}-8{tail[3:6]}-{tail[6:18]}"


# -- assessed and planned ----------------------------------------------------------------------


def tell(draft: Draft, *, calm: bool) -> None:
    """What was assessed and agreed of an open case; ``calm``: nothing of it is due soon."""
    facts = {**draft.planned(), **draft.facts}
    assessed = facts.get("assessed_on")
    if assessed is None or facts.get("status") in (PENDING, CLOSED):
        return
    made, dice = draft.casework, draft.casework.dice
    aims = _aims(dice)
    agreed = facts.get("plan_agreed_on")
    _assessment(made, assessed, aims)
    for aim in aims if agreed is not None or not calm else ():
        status = OPEN if agreed is None else PLANNED
        made.add(NEED, assessed, aim.need, domain=aim.domain, level=2, due_on=assessed,
                 status=status)  # fmt: skip
    risk = facts.get("risk")
    if risk in LEVELS[1:] and not any(each.kind == RISK for each in made.pieces):
        # The plan's review is far enough ahead that no safety comes of it.
        review = draft.ahead(dice.between(12, 40)) if risk == "high" else None
        made.add(RISK, assessed, domain=dice.among(words.RISKS), level=LEVELS.index(risk),
                 due_on=review)  # fmt: skip
    if agreed is not None:
        for number, aim in enumerate(aims, 1):
            _goal(draft, aim, number, agreed, calm=calm)
        body = {"by": "office", **snapshot(made.pieces)}
        made.add(VERSION, agreed, stage=AGREED, who=CLIENT, body=body)
    _asked(draft, assessed, calm=calm)


def _aims(dice: Dice) -> Sequence[Aim]:
    first = int(dice.random() * len(words.AIMS))
    more = 1 + int(dice.random() * (len(words.AIMS) - 1))
    both = words.AIMS[first], words.AIMS[(first + more) % len(words.AIMS)]
    return both if dice.chance(0.45) else both[:1]


def _assessment(made: Casework, day: date, aims: Sequence[Aim]) -> None:
    dice = made.dice
    domains: dict[str, dict[str, Any]] = {
        aim.domain: {"level": dice.among((1, 2, 2)), "needs": [aim.need]} for aim in aims
    }
    for domain in words.ASSESSED:
        if domain not in domains:
            domains[domain] = {"level": dice.between(2, 5)}
    domains["social_support"]["strengths"] = dice.among(words.STRENGTHS)
    made.add(ASSESSMENT, day, dice.among(words.SUMMARIES), body={"domains": domains})


def _goal(draft: Draft, aim: Aim, need: int, agreed: date, *, calm: bool) -> None:
    made, dice = draft.casework, draft.casework.dice
    body: dict[str, Any] = {
        "words": aim.words, "measure": aim.measure, "baseline": aim.baseline, "target": aim.target,
        "needs": [need],
    }  # fmt: skip
    drawn = dice.random()
    target, stage = draft.ahead(dice.between(14, 160)), ""
    if not calm and drawn < 0.02:
        target = max(draft.ago(dice.between(1, 9)), agreed)
    elif not calm and drawn < 0.06:
        target, stage = max(draft.ago(dice.between(2, 22)), agreed), AGAIN
        body[UNTIL] = max(target - timedelta(days=6), agreed).isoformat()
    goal = made.add(
        GOAL, agreed, aim.goal, id=made.key(agreed), domain=aim.domain, due_on=target, stage=stage,
        body=body,
    )  # fmt: skip
    days = (draft.today - agreed).days
    if stage == AGAIN:
        _progress(made, goal, target)
    elif days > 20 and dice.chance(0.6):
        _progress(made, goal, agreed + timedelta(days=dice.between(10, days)))
    for what, who in aim.steps:
        _step(draft, goal, what, who, days, calm=calm)


def _progress(made: Casework, goal: Piece, on: date) -> None:
    score = made.dice.among((-1, 0, 0, 1))
    made.add(PROGRESS, on, made.dice.among(words.PROGRESS_NOTES[score]), parent=goal.id,
             domain=goal.domain, level=score)  # fmt: skip


def _step(draft: Draft, goal: Piece, what: str, who: str, days: int, *, calm: bool) -> None:
    made, dice, agreed = draft.casework, draft.casework.dice, goal.on_day
    drawn = dice.random()
    due, more = draft.ahead(dice.between(10, 60)), {}
    if days > 7 and drawn < 0.5:
        due = agreed + timedelta(days=dice.between(3, days))
        outcome = dice.among(words.DONE_OUTCOMES)
        more = {"status": DONE, "ended_on": due, "outcome": outcome}
    elif not calm and drawn < 0.52:
        due = max(draft.ago(dice.between(1, 6)), agreed)
    elif not calm and drawn < 0.6:
        due = draft.ahead(dice.between(1, 9))
    made.add(STEP, agreed, what, parent=goal.id, domain=goal.domain, who=who, due_on=due, **more)


def _asked(draft: Draft, assessed: date, *, calm: bool) -> None:
    """A questionnaire now and then, and what the client says of the service."""
    made, dice = draft.casework, draft.casework.dice
    lately = (draft.today - assessed).days
    known = {each.kind for each in made.pieces}
    if SCREENING not in known and dice.chance(0.15):
        last = dice.between(0, 16 if calm else 31)
        phq9(draft, min(last, lately), times=1 + (lately - last) // PHQ9_DAYS)
    if VOICE not in known and dice.chance(0.1):
        score = dice.between(2, 5)
        on = draft.ago(min(dice.between(0, 75), lately))
        made.add(VOICE, on, words.VOICES[score], level=score, due_on=on, lead_days=USUAL_VOICE)


def phq9(draft: Draft, ago: int, *, times: int = 1) -> None:
    """So many PHQ-9 a month apart, the last one so long ago; nobody answers question nine."""
    made = draft.casework
    for n in reversed(range(min(times, 4))):
        on = draft.ago(ago + n * PHQ9_DAYS)
        answers = {str(question): made.dice.among((0, 0, 1, 1, 2)) for question in range(1, 9)}
        answers["9"] = 0
        total = sum(answers.values())
        body = {
            "version": "1", "answers": answers, "range": [0, 27], "higher_is": "worse",
            "band": next(word for most, word in words.PHQ9_BANDS if total <= most),
        }  # fmt: skip
        then = draft.ago(ago + (n - 1) * PHQ9_DAYS) if n else None
        made.add(
            SCREENING, on, "PHQ-9", domain="phq9", level=total, due_on=on, lead_days=PHQ9_DAYS,
            body=body, status=PAST if n else OPEN, ended_on=then,
        )  # fmt: skip


# -- one of each for the roster ----------------------------------------------------------------


def safety_plan(draft: Draft, review: int) -> None:
    """A risk with a plan that is reviewed so many days ahead."""
    text = {"plan": "The night line, then the sister; no pills at home."}
    draft.casework.add(
        RISK, draft.ago(1), "Spoke of not waking up; no plan, no means.", domain="self-harm",
        level=LEVELS.index(draft.facts["risk"]), due_on=draft.ahead(review), body=text,
    )  # fmt: skip


def goal_past_its_day(draft: Draft, ago: int) -> None:
    _one_goal(draft, draft.ago(ago), "", {})


def goal_to_judge_again(draft: Draft, ago: int) -> None:
    """Progress was recorded after its target day, so long ago."""
    day = draft.ago(ago)
    goal = _one_goal(draft, day, AGAIN, {UNTIL: (day - timedelta(days=4)).isoformat()})
    _progress(draft.casework, goal, day)


def _one_goal(draft: Draft, due: date, stage: str, more: dict[str, Any]) -> Piece:
    made, aim, began = draft.casework, words.AIMS[0], draft.ago(85)
    body = {"words": aim.words, "measure": aim.measure, **more}
    return made.add(
        GOAL, began, aim.goal, id=made.key(began), domain=aim.domain, due_on=due, stage=stage,
        body=body,
    )  # fmt: skip


def step_past_its_day(draft: Draft, ago: int) -> None:
    draft.casework.add(
        STEP, draft.ago(ago + 12), "bring the pay slips for the voucher", who=CLIENT,
        due_on=draft.ago(ago),
    )  # fmt: skip


def need_without_a_goal(draft: Draft, ago: int) -> None:
    found = draft.ago(ago)
    draft.casework.add(NEED, found, "a bed of her own", domain="housing", level=2, due_on=found)


def voice(draft: Draft, ago: int) -> None:
    on = draft.ago(ago)
    draft.casework.add(
        VOICE, on, words.VOICES[4], level=4, due_on=on, lead_days=USUAL_VOICE
    )  # fmt: skip


def discharged(draft: Draft, ago: int) -> None:
    on = draft.ago(ago)
    draft.casework.add(
        TRANSITION, on, "discharge from Sample Hospital", domain="discharge", due_on=on, lead_days=7
    )


def unwritten(draft: Draft, ago: int) -> None:
    """A contact of which nobody wrote anything down."""
    draft.contacts.append(_contact(draft, draft.ago(ago), None))


# -- with others, and at the end ---------------------------------------------------------------


def referral(draft: Draft, stage: str, service: str, agency: str, due: date) -> None:
    """A referral two weeks old that stands at ``stage`` and owes something by it."""
    began = draft.ago(14)
    log = [{"did": "sent", "on": began.isoformat(), "by": "email"}]
    if stage not in (DRAFT, SENT):
        log.append({"did": stage, "on": draft.ago(2).isoformat(), "by": "phone"})
    body = {"purpose": "referral", "needs": [], "log": [] if stage == DRAFT else log}
    draft.casework.add(
        REFERRAL, began, service, stage=stage, who=agency, due_on=due, body=body
    )  # fmt: skip


def denial(draft: Draft, ago: int) -> None:
    """Something refused whose day to appeal went by so long ago."""
    draft.casework.add(
        DENIAL, draft.ago(ago + 30), "rent supplement", stage="denied", due_on=draft.ago(ago),
        who="Example County benefits office", body={"why": "papers missing"},
    )  # fmt: skip


def release(draft: Draft, stage: str, due: date) -> None:
    """A release that ends on its day, holds until an event, or waits to be signed."""
    began = due if stage == UNSIGNED else draft.ago(40)
    body: dict[str, Any] = {
        "discloser": "Example Services", "purpose": "referral", "told_rights": True
    }  # fmt: skip
    body |= {"event": "the move"} if stage == UNTIL_EVENT else {"until": due.isoformat()}
    if stage == UNSIGNED:
        body["until"] = draft.ahead(180).isoformat()
    else:
        body |= {"signed_on": began.isoformat(), "signed_by": draft.client.name}
    draft.casework.add(
        CONSENT, began, "name, phone, what is needed", stage=stage, who="Sample Street Clinic",
        due_on=due, body=body,
    )  # fmt: skip


def handed(draft: Draft, stage: str, what: str, colleague: str, due: date) -> None:
    """A case that went to a colleague, or came from one."""
    on = min(due, draft.today)
    body = {"id": draft.casework.key(on), "until": due.isoformat()}
    draft.casework.add(HANDOVER, on, what, stage=stage, who=colleague, due_on=due, body=body)


def notice(draft: Draft, ahead: int) -> None:
    """Notice of closure that ends so many days ahead."""
    on, until = draft.ago(8), draft.ahead(ahead)
    given = {"on": on.isoformat(), "by": "letter", "days": (until - on).days}
    draft.casework.add(
        CLOSING, on, stage=NOTICE, due_on=until,
        body={"notice": {**given, "until": until.isoformat()}},
    )  # fmt: skip


def sign_off(draft: Draft, ahead: int) -> None:
    """A closure that a supervisor is to sign off."""
    draft.casework.add(
        CLOSING, draft.ago(1), "goals met", stage=SIGN_OFF, due_on=draft.ahead(ahead),
        body={"summary": "Housed since spring; knows whom to call.", "said": "goals met"},
    )  # fmt: skip


def aftercare(draft: Draft, closed: int) -> None:
    """What a case that was closed so long ago owes."""
    on = draft.ago(closed)
    draft.casework.add(AFTERCARE, on, due_on=on)


# -- years of work -----------------------------------------------------------------------------


def history(draft: Draft) -> None:
    """Contacts and notes from intake to the first contact on file, which stays the first to count.

    So nothing that is due changes by it.
    """
    if not draft.contacts:
        return
    dice = draft.casework.dice
    until = min(each.on_day for each in draft.contacts)
    day = draft.opened_on + timedelta(days=dice.between(1, 6))
    while day < until:
        text = dice.among(words.REACHED)[1]
        draft.contacts.append(_contact(draft, day, text))
        day += timedelta(days=dice.between(*BETWEEN_CONTACTS))
    day = draft.opened_on + timedelta(days=dice.between(2, 20))
    while day < until:
        written = dice.among(words.NOTES)
        draft.notes.append(Note("", "", 0, day, written, _moment(draft, day)))
        day += timedelta(days=dice.between(*BETWEEN_NOTES))


def _contact(draft: Draft, day: date, text: str | None) -> Contact:
    dice = draft.casework.dice
    tried = text is not None and dice.chance(0.2)
    return Contact(
        "", "", 0, day, TRIED if tried else REACHED, dice.among(("phone", "visit", "office")),
        "client", dice.among(words.TRIED_TEXTS) if tried else text,
        None if tried else dice.among((10, 15, 20, 30, 45)), recorded_at=_moment(draft, day),
    )  # fmt: skip


def _moment(draft: Draft, day: date) -> str:
    dice = draft.casework.dice
    return f"{day}T{dice.between(8, 16):02}:{dice.between(0, 59):02}:00Z"
