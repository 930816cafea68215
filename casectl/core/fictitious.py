"""A caseload of fictitious people, of any size, for the demo, the tests and the benchmark.

Pure: the day is an argument, and one seed always tells the same stories. A caseload is a *roster*,
one case of each thing that can need somebody, and around it as many ordinary cases as are asked
for. What no limit cuts from the day's list (SAFETY, DEADLINE, today's appointments) comes from the
roster alone, so that it stays the same few cases at every size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from casectl.core import fictitious_casework as casework
from casectl.core import fictitious_people as words
from casectl.core.casework import (
    COVERED,
    COVERING,
    DECLINED,
    DRAFT,
    GIVEN,
    SENT,
    TAKEN,
    UNSIGNED,
    UNTIL_EVENT,
)
from casectl.core.fictitious_casework import Casework
from casectl.core.fictitious_people import Dice, person
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CANCELLED,
    CLOSED,
    DEADLINE,
    DONE,
    FOLLOW_UP,
    MISSED,
    ON_HOLD,
    PENDING,
    REACHED,
    TRIED,
    URGENCIES,
    Case,
    Contact,
    Level,
    Load,
    Note,
    Promise,
    level_of,
)
from casectl.core.monitoring import USUAL_VOICE
from casectl.core.standards import Standards

DEMO_SEED, DEMO_CASES = 3, 40
SPREAD = 730  # days before the day of the list over which cases were opened
CLOSED_SHARE = 0.3
ROSTER_SHARE = 0.7  # of a small caseload at most, so that some of it is ordinary and closed
OF_CASEWORK = 0x5EED << 40  # casework draws from dice of its own
OLD_ENOUGH = 45  # days since intake before an ordinary case may have been closed


def stories(
    seed: int, count: int, as_of: date, standards: Standards, *, years: int | None = None
) -> Iterator[Load]:
    """``count`` cases as they stand on ``as_of``, the longest open first.

    Three in ten are closed; the open ones of a large caseload have 1.5 open follow-ups each. With
    ``years``, cases were opened over so many, and all that was done in them is on file. The store
    gives each its keys and its handle.
    """
    spread = years * 365 if years else SPREAD
    roster = _places(count)
    old = sum(_age(n, count, spread) >= OLD_ENOUGH and n not in roster for n in range(count))
    told = sum(tell is _closed_a_month_ago for _, tell in roster.values())
    ended = _spread(min(round(count * CLOSED_SHARE) - told, old), old)
    for index in range(count):
        drawn = seed * 1_000_003 + index
        draft = Draft(Dice(drawn), Dice(drawn ^ OF_CASEWORK), index, as_of, standards)
        if index in roster:
            age, tell = roster[index]
            draft.opened(age)
            tell(draft)
            casework.tell(draft, calm=True)
        else:
            age = _age(index, count, spread)
            draft.opened(age)
            if age >= OLD_ENOUGH and next(ended):
                _closed(draft, age)
            else:
                _ordinary(draft, age)
                casework.tell(draft, calm=False)
        if years:
            casework.history(draft)
        yield draft.story()


def _age(index: int, count: int, spread: int) -> int:
    """Days since intake of the ``index``-th case: intakes spread evenly over so many days."""
    return spread * (count - 1 - index) // count


def _spread(some: int, of: int) -> Iterator[bool]:
    """``of`` answers, ``some`` of them yes, evenly."""
    return ((n + 1) * some // of > n * some // of for n in range(of))


# --- Telling one case -----------------------------------------------------------------------


class Draft:
    """A case as it is being told. ``ago`` and ``ahead`` count days from the day of the list."""

    def __init__(
        self, dice: Dice, other: Dice, index: int, today: date, standards: Standards
    ) -> None:
        self.dice = dice
        self.casework = Casework(other)
        self.today = today
        self.calendar = standards.calendar
        self.client = person(dice, index, today)
        self.program = None if dice.chance(0.06) else dice.among(words.PROGRAMS)
        self.intervals = standards.of(self.program)
        self.promises: list[Promise] = []
        self.contacts: list[Contact] = []
        self.notes: list[Note] = []
        self.facts: dict[str, Any] = {}
        self.number = index + 1
        self.opened(0)
        self.level("low", None)

    # -- the case itself -----------------------------------------------------------------------

    def opened(self, ago: int) -> None:
        self.opened_on = self.today - timedelta(days=ago)
        self.set(opened_on=self.opened_on, level_reviewed_on=self.opened_on)

    def level(self, urgency: str, risk: str | None) -> Level:
        self.set(urgency=int(URGENCIES[urgency]), risk=risk)
        return level_of(URGENCIES[urgency], risk)

    def set(self, **facts: Any) -> None:
        """Fields of the case, by name."""
        self.facts.update(facts)

    def crisis(self, ago: int, *, reviewed: int) -> None:
        """In crisis for ``ago`` days; the level was last reviewed ``reviewed`` days ago."""
        self.level("crisis", "imminent" if self.dice.chance(0.5) else "high")
        self.set(crisis_since=self.ago(ago), level_reviewed_on=self.ago(reviewed))
        self.set(assessed_on=self.ago(min(ago + 20, (self.today - self.opened_on).days)))

    def ago(self, days: int) -> date:
        """So many days before the list, though never before intake."""
        return max(self.opened_on, self.today - timedelta(days=days))

    def ahead(self, days: int) -> date:
        return self.today + timedelta(days=days)

    # -- what is on file -----------------------------------------------------------------------

    def reached(self, ago: int, text: str | None = None, **more: Any) -> None:
        by, drawn = self.dice.among(words.REACHED)
        self._contact(ago, REACHED, more.pop("by", by), text or drawn, more)

    def tried(self, ago: int, by: str = "phone") -> None:
        self._contact(ago, TRIED, by, self.dice.among(words.TRIED_TEXTS), {})

    def _contact(self, ago: int, outcome: str, by: str, text: str, more: dict[str, Any]) -> None:
        day = self.ago(ago)
        reached = outcome == REACHED
        contact = Contact(
            id="",
            case_id="",
            number=0,
            on_day=day,
            outcome=outcome,
            by=by,
            party=more.pop("party", "client"),
            text=text,
            minutes=self.dice.among((5, 10, 15, 20, 30, 45, 60)) if reached else None,
            interpreter=reached and self.client.interpreter,
            recorded_at=self._moment(day),
            **more,
        )
        self.contacts.append(contact)

    def note(self, ago: int, text: str | None = None) -> None:
        day = self.ago(ago)
        written = text or self.dice.among(words.NOTES)
        self.notes.append(Note("", "", 0, day, written, self._moment(day)))

    def _moment(self, day: date) -> str:
        return f"{day}T{self.dice.between(8, 16):02}:{self.dice.between(0, 59):02}:00Z"

    def follow_up(self, due: date, what: tuple[str, str] | None = None, **more: Any) -> None:
        """A promise by ``due``; ``what`` is its kind and its words, drawn where not given."""
        subject, text = what or self.dice.among(words.FOLLOW_UPS)
        self._promise(FOLLOW_UP, text, due, subject=subject, **more)

    def deadline(self, due: date, subject: str, text: str, **more: Any) -> None:
        self._promise(DEADLINE, text, due, subject=subject, **more)

    def appointment(self, due: date, time: str, text: str, place: str) -> None:
        self._promise(APPOINTMENT, text, due, due_time=time, place=place, minutes=45)

    def missed(self, ago: int) -> None:
        """An appointment at the clinic that nobody came to."""
        day = self.ago(ago)
        self.promises.append(
            Promise(
                "", "", 0, APPOINTMENT, "clinic intake together", day, "10:00", minutes=45,
                status=MISSED, ended_on=day, made_on=self.ago(ago + 5),
            )
        )  # fmt: skip

    def ended(self, ago: int, *, status: str = DONE) -> None:
        """A follow-up that was done, or cancelled, ``ago`` days ago."""
        subject, text = self.dice.among(words.FOLLOW_UPS)
        day = self.ago(ago)
        outcome = self.dice.among(words.DONE_OUTCOMES)
        self._promise(
            FOLLOW_UP, text, day, subject=subject, status=status, ended_on=day, outcome=outcome
        )

    def _promise(self, kind: str, what: str, due: date, **more: Any) -> None:
        made = min(due, self.today) - timedelta(days=self.dice.between(1, 14))
        self.promises.append(
            Promise("", "", 0, kind, what, due, made_on=max(made, self.opened_on), **more)
        )

    def no_plan(self) -> None:
        """Assessed, and nothing was agreed with the client since."""
        self.set(plan_agreed_on=None)

    def planned(self) -> dict[str, date]:
        """A plan ten days after the assessment, and its last review; no dice, so that a caseload of
        one seed stays the same.
        """
        assessed = self.facts.get("assessed_on")
        if assessed is None or (self.today - assessed).days < 10:
            return {}
        agreed = assessed + timedelta(days=10)
        lately = self.today - timedelta(days=self.number * 7 % (self.intervals.plan_review - 10))
        return {"plan_agreed_on": agreed, "plan_reviewed_on": max(agreed, lately)}

    def story(self) -> Load:
        facts: dict[str, Any] = {"status": ACTIVE, "need": self.dice.among(words.NEEDS)}
        facts |= self.planned()
        facts |= self.facts
        if self.dice.chance(0.6):
            facts["referred_by"] = self.dice.among(words.REFERRERS)
        case = Case(
            id="",
            number=self.number,
            handle="",
            client_id="",
            client=self.client.name,
            program=self.program,
            **facts,
        )
        self.contacts.sort(key=lambda each: each.on_day)
        self.notes.sort(key=lambda each: each.on_day)
        return Load(
            self.client,
            case,
            tuple(each._replace(number=n) for n, each in enumerate(self.promises, 1)),
            tuple(each._replace(number=n) for n, each in enumerate(self.contacts, 1)),
            tuple(each._replace(number=n) for n, each in enumerate(self.notes, 1)),
            casework=tuple(self.casework.pieces),
        )


# --- The roster: one of each ----------------------------------------------------------------


def _crisis_begun(draft: Draft) -> None:
    draft.crisis(1, reviewed=1)
    draft.client = draft.client._replace(
        phone="(202) 555-0142", safe_contact="text only, before 15:00; leave no voicemail"
    )
    draft.reached(6)
    draft.follow_up(draft.today, ("meeting", "agree the safety plan with the crisis team"))
    draft.note(1, "Called the crisis line last night. Safe with a friend until the weekend.")
    casework.safety_plan(draft, 5)


def _crisis_tried(draft: Draft) -> None:
    draft.crisis(4, reviewed=2)
    draft.set(flagged_on=draft.today, flagged_for="PHQ-9, item 9")
    draft.reached(3, "At home with the sister. Did not want to talk long.", by="visit")
    draft.tried(1)
    draft.tried(0)
    draft.follow_up(draft.ahead(1), ("call", "tell the sister how to reach the night line"))


def _crisis_reached_yesterday(draft: Draft) -> None:
    draft.crisis(5, reviewed=5)
    draft.reached(2)
    draft.reached(1, "Slept at the shelter and has the number of the night line.", by="phone")
    draft.follow_up(draft.ahead(2), ("paperwork", "emergency housing form"))


def _crisis_covered(draft: Draft) -> None:
    seen = {"seen_by": "Dr. Sample, crisis team", "covered_until": draft.ahead(1)}
    draft.crisis(1, reviewed=0)
    draft.set(covered_until=draft.ahead(1))
    draft.reached(
        0, "Seen on the ward with Dr. Sample, who stays until tomorrow evening.", by="visit", **seen
    )
    draft.follow_up(draft.ahead(4), ("visit", "visit on the ward before discharge"))


def _recertification_missed(draft: Draft) -> None:
    _steady(draft, "medium", "moderate")
    draft.deadline(draft.ago(2), "recertification", "recertify the housing voucher")
    casework.denial(draft, 10)
    casework.unwritten(draft, 12)


def _court_tomorrow(draft: Draft) -> None:
    _steady(draft, "medium", "moderate")
    day = draft.calendar.after(draft.today, 1)
    draft.deadline(day, "court", "family court review", due_time="09:30", place="room 4")
    draft.follow_up(draft.today, ("letter", "letter of support for the hearing"))
    casework.goal_to_judge_again(draft, draft.intervals.goal_review + 1)


def _appeal_within_lead(draft: Draft) -> None:
    _steady(draft, "low", "low")
    lead = draft.intervals.lead("appeal").lead
    day = draft.calendar.after(draft.today, max(lead - 1, 0))
    draft.deadline(day, "appeal", "appeal the benefits denial")


def _authorization_ahead(draft: Draft) -> None:
    _steady(draft, "medium", "moderate")
    lead = draft.intervals.lead("authorization").lead
    day = draft.calendar.after(draft.today, lead + 2)
    draft.deadline(day, "authorization", "treatment authorization ends")
    casework.referral(draft, "accepted", "day program", "Sample Clinic", draft.ahead(4))
    casework.handed(draft, TAKEN, "taken over from Lou", "Lou", draft.ago(1))


def _appointment_today(draft: Draft) -> None:
    _steady(draft, "medium", "low")
    draft.appointment(draft.today, "10:00", "clinic intake together", "Sample Street Clinic")
    casework.release(draft, "", draft.ahead(20))


def _home_visit_of_a_high_case(draft: Draft) -> None:
    _steady(draft, "high", "high")
    draft.set(level_reviewed_on=draft.ago(draft.intervals.high_review + 1))
    draft.appointment(draft.today, "15:30", "home visit", "12 Sample Street")
    casework.discharged(draft, 1)


def _appointment_tomorrow(draft: Draft) -> None:
    _steady(draft, "low", None)
    day = draft.calendar.after(draft.today, 1)
    draft.appointment(day, "11:15", "sign the application", "the office")
    casework.sign_off(draft, 3)


def _appointment_unrecorded(draft: Draft) -> None:
    _steady(draft, "medium", "low")
    day = draft.calendar.before(draft.today, 1)
    draft.appointment(day, "14:00", "meeting at the school", "Placeholder School")
    casework.phq9(draft, 27, times=3)


def _no_first_contact(draft: Draft) -> None:
    allowed = draft.intervals.first_contact[draft.level("medium", None) - 1]
    draft.opened((draft.today - draft.calendar.before(draft.today, allowed + 1)).days)
    draft.follow_up(draft.ahead(6), ("paperwork", "identity card: ask for a new one"))


def _intake_today(draft: Draft) -> None:
    draft.level("medium", None)
    draft.follow_up(draft.ahead(3), ("call", "first call: what matters most"))
    draft.note(0)


def _silent_and_high(draft: Draft) -> None:
    draft.level("high", "moderate")
    draft.client = draft.client._replace(
        phone="(202) 555-0177", safe_contact="weekday mornings only; the phone is shared"
    )
    draft.set(assessed_on=draft.ago(100), level_reviewed_on=draft.ago(16))
    draft.reached(21)
    draft.reached(draft.intervals.contact[Level.HIGH - 1] + 5)
    draft.follow_up(draft.ahead(5), ("visit", "home visit: look at the heating together"))
    casework.goal_past_its_day(draft, 2)


def _tried_twice(draft: Draft) -> None:
    level = draft.level("medium", "moderate")
    draft.set(assessed_on=draft.ago(60))
    draft.reached(draft.intervals.contact[level - 1] + 6)
    yesterday = (draft.today - draft.calendar.before(draft.today, 1)).days
    draft.tried(yesterday + 3)
    draft.tried(yesterday)
    draft.follow_up(draft.ahead(9))


def _tried_three_times(draft: Draft) -> None:
    level = draft.level("low", "low")
    draft.set(assessed_on=draft.ago(90))
    last = draft.intervals.contact[level - 1] + 12
    draft.reached(last)
    for ago in (last - 15, last - 20, 10):
        draft.tried(ago)
    draft.follow_up(draft.ahead(12), ("letter", "write a plain letter: the door is open"))
    for ago in (9, 2):
        draft.missed(ago)
    casework.notice(draft, 6)


def _call_today(draft: Draft) -> None:
    _steady(draft, "low", "low", next_step=False)
    draft.follow_up(draft.today, ("call", "ask how the interview went"), due_time="13:00")
    casework.release(draft, UNTIL_EVENT, draft.ahead(4))


def _waiting_on_an_office(draft: Draft) -> None:
    _steady(draft, "medium", "low", next_step=False)
    draft.set(assessed_on=draft.ago(draft.intervals.reassessment + 4))
    draft.set(plan_reviewed_on=draft.ago(draft.intervals.plan_review + 2))
    draft.follow_up(
        draft.ago(3), ("paperwork", "income statement for the voucher"),
        waiting_on="county benefits office",
    )  # fmt: skip
    casework.voice(draft, USUAL_VOICE + 2)
    casework.step_past_its_day(draft, 2)
    casework.referral(draft, SENT, "rent help", "Example County Housing", draft.ago(9))
    casework.need_without_a_goal(draft, draft.intervals.plan + 2)


def _snoozed(draft: Draft) -> None:
    _steady(draft, "low", "none", next_step=False)
    draft.follow_up(
        draft.ahead(3), ("meeting", "care team meeting: agree who does what"),
        first_due_on=draft.ago(11), snoozes=2, snooze_reason="the school is closed this week",
    )  # fmt: skip
    casework.referral(draft, DRAFT, "tutoring", "Placeholder School", draft.ago(4))
    casework.handed(draft, COVERING, "covered for Kim", "Kim", draft.ahead(5))


def _repeating(draft: Draft) -> None:
    _steady(draft, "medium", None, next_step=False)
    draft.no_plan()
    draft.ended(3)
    draft.follow_up(
        draft.ahead(4), ("call", "weekly call about the medication"),
        repeats="FREQ=WEEKLY", repeats_from=draft.ago(31),
    )  # fmt: skip
    casework.referral(draft, DECLINED, "legal advice", "Example Legal Aid", draft.ahead(3))
    casework.handed(draft, COVERED, "covered by Kim", "Kim", draft.ahead(1))


def _assessment_owed(draft: Draft) -> None:
    draft.level("low", None)
    draft.opened(draft.intervals.first_assessment - 3)
    draft.reached(20)
    draft.reached(2)
    draft.follow_up(draft.ahead(8))
    casework.release(draft, UNSIGNED, draft.ago(4))


def _no_next_step(draft: Draft) -> None:
    _steady(draft, "low", "low", next_step=False)
    draft.ended(2)


def _referral_to_decide(draft: Draft) -> None:
    draft.level("medium", None)
    draft.opened((draft.today - draft.calendar.before(draft.today, 3)).days)
    draft.set(status=PENDING, referred_by="Example Shelter")


def _imported(draft: Draft) -> None:
    draft.level("medium", None)
    draft.set(clock_from=draft.ago(9), external_id="EX-IMPORT-7")
    draft.client = draft.client._replace(language=None, interpreter=False)


def _hold_is_over(draft: Draft) -> None:
    draft.level("low", "low")
    draft.reached(70)
    draft.set(status=ON_HOLD, hold_until=draft.ago(1), assessed_on=draft.ago(100))
    draft.note(60, "In treatment out of town; we agreed to pause.")


def _held(draft: Draft) -> None:
    draft.level("low", "moderate")
    draft.reached(30)
    draft.set(status=ON_HOLD, hold_until=draft.ahead(24), assessed_on=draft.ago(120))
    casework.handed(draft, GIVEN, "transfer to Lou", "Lou", draft.ago(1))
    draft.follow_up(draft.ahead(10))


def _closed_a_month_ago(draft: Draft) -> None:
    draft.level("low", "low")
    closed = draft.intervals.aftercare + 1
    draft.reached(closed + 2)
    draft.ended(closed)
    draft.set(status=CLOSED, closed_on=draft.ago(closed), close_reason="goals met")
    draft.set(assessed_on=draft.ago(150))
    casework.aftercare(draft, closed)


def _steady(draft: Draft, urgency: str, risk: str | None, *, next_step: bool = True) -> None:
    """Assessed, reached a few days ago, with a follow-up some time ahead."""
    draft.level(urgency, risk)
    draft.set(assessed_on=draft.ago(70), level_reviewed_on=draft.ago(10))
    draft.reached(24)
    draft.reached(3)
    if next_step:
        draft.follow_up(draft.ahead(draft.dice.between(9, 20)))


Tell = Callable[[Draft], None]

# Days since intake, and the story. The first matter most: a caseload of ten has only these.
ROSTER: tuple[tuple[int, Tell], ...] = (
    (140, _crisis_begun),
    (60, _silent_and_high),
    (92, _court_tomorrow),
    (7, _no_first_contact),
    (118, _call_today),
    (76, _appointment_today),
    (240, _no_next_step),
    (201, _crisis_reached_yesterday),
    (410, _recertification_missed),
    (170, _tried_twice),
    (300, _waiting_on_an_office),
    (27, _assessment_owed),
    (4, _referral_to_decide),
    (0, _intake_today),
    (330, _hold_is_over),
    (265, _crisis_tried),
    (156, _home_visit_of_a_high_case),
    (225, _appointment_unrecorded),
    (370, _tried_three_times),
    (450, _appeal_within_lead),
    (105, _snoozed),
    (500, _imported),
    (185, _appointment_tomorrow),
    (283, _authorization_ahead),
    (350, _held),
    (129, _repeating),
    (43, _crisis_covered),
    (190, _closed_a_month_ago),
)


def _places(count: int) -> dict[int, tuple[int, Tell]]:
    """Where in a caseload of ``count`` each story stands: by its days since intake."""
    chosen = sorted(ROSTER[: int(count * ROSTER_SHARE)], key=lambda each: each[0])
    places: dict[int, tuple[int, Tell]] = {}
    place = count
    for entry in chosen:
        place = min(place - 1, count - 1 - entry[0] * count // SPREAD)
        places[place] = entry
    return places


# --- Ordinary cases -------------------------------------------------------------------------


def _ordinary(draft: Draft, age: int) -> None:
    """An open case on an ordinary day: mostly in hand, now and then behind."""
    dice = draft.dice
    level = _drawn_level(draft)
    if age < 12 and dice.chance(0.4):
        draft.set(status=PENDING)
    elif age >= 5:
        _contacts(draft, level, age)
        _assessment(draft, level, age)
    if age > 60 and dice.chance(0.03):
        late = dice.chance(0.1)
        draft.set(
            status=ON_HOLD,
            hold_until=draft.ago(dice.between(0, 9)) if late else draft.ahead(dice.between(3, 80)),
        )
    _promises(draft)
    if dice.chance(0.3):
        draft.note(dice.between(0, age))


def _drawn_level(draft: Draft) -> Level:
    """Never crisis: the roster has those."""
    drawn = draft.dice.random()
    urgency = "low" if drawn < 0.5 else "medium" if drawn < 0.88 else "high"
    risk = draft.dice.among((None, None, "none", "low", "low", "low", "moderate", "moderate"))
    return draft.level(urgency, "high" if draft.dice.chance(0.05) else risk)


def _contacts(draft: Draft, level: Level, age: int) -> None:
    """Reached within the level's interval, one in twelve longer ago; then perhaps tried."""
    dice = draft.dice
    interval = draft.intervals.contact[level - 1]
    last = dice.between(0, interval)
    if dice.chance(0.08):
        last += dice.between(1, 2 * interval)
    last = min(last, age)
    draft.reached(last)
    if draft.program == "Family" and dice.chance(0.3):
        draft.reached(dice.between(0, last), party="guardian")
    before = last
    while before < age and dice.chance(0.45):
        before += dice.between(3, interval + 3)
        draft.reached(before)
    if dice.chance(0.15):
        text = dice.among(words.PROVIDER_TEXTS)
        draft.reached(dice.between(0, age), text, by="phone", party="provider")
    if last > 2 and dice.chance(0.1):
        for _ in range(dice.between(1, 3)):
            draft.tried(dice.between(0, last - 1))


def _assessment(draft: Draft, level: Level, age: int) -> None:
    dice = draft.dice
    if age > dice.between(10, draft.intervals.first_assessment + 4):
        since = dice.between(0, draft.intervals.reassessment + (30 if dice.chance(0.1) else -2))
        draft.set(assessed_on=draft.ago(min(since, age - 1)))
    if level == Level.HIGH:
        reviewed = dice.between(0, draft.intervals.high_review + (15 if dice.chance(0.1) else -2))
        draft.set(level_reviewed_on=draft.ago(reviewed))


def _promises(draft: Draft) -> None:
    """None to three open follow-ups, 1.5 on average, and what was done before."""
    dice = draft.dice
    for _ in range(dice.among((0, 1, 1))):
        draft.ended(dice.between(0, 90), status=CANCELLED if dice.chance(0.1) else DONE)
    drawn = dice.random()
    follow_ups = 0 if drawn < 0.05 else 1 if drawn < 0.55 else 2 if drawn < 0.9 else 3
    for _ in range(follow_ups):
        _follow_up(draft)
    if follow_ups == 0:
        draft.ended(dice.between(0, 5))
    # Beyond its lead, and no appointment before the next working day is over.
    if dice.chance(0.08):
        subject, text = dice.among(words.DEADLINES[draft.program or ""])
        far = draft.intervals.lead(subject).lead + dice.between(2, 60)
        draft.deadline(draft.calendar.after(draft.today, far), subject, text)
    if dice.chance(0.05):
        day = draft.calendar.after(draft.today, dice.between(2, 15))
        draft.appointment(day, f"{dice.between(9, 16):02}:30", "meeting", dice.among(words.PLACES))


def _follow_up(draft: Draft) -> None:
    dice = draft.dice
    more: dict[str, Any] = {}
    drawn = dice.random()
    late = drawn < 0.06
    due = draft.ago(dice.between(1, 12)) if late else draft.ahead(dice.between(0, 45))
    if drawn > 0.9:
        more["waiting_on"] = dice.among(words.WAITED_FOR)
    elif drawn > 0.84:
        first = draft.ago(dice.between(1, 30))
        more.update(first_due_on=first, snoozes=dice.between(1, 3))
        more["snooze_reason"] = dice.among(words.SNOOZE_REASONS)
    elif drawn > 0.8:
        more.update(repeats="FREQ=WEEKLY;INTERVAL=2", repeats_from=draft.ago(42))
    draft.follow_up(due, **more)


def _closed(draft: Draft, age: int) -> None:
    """Everything on file lies between intake and closure."""
    dice = draft.dice
    _drawn_level(draft)
    closed = dice.between(1, age - 20)
    for _ in range(dice.between(1, 3)):
        draft.reached(dice.between(closed, age))
        draft.ended(dice.between(closed, age))
    draft.set(
        status=CLOSED,
        closed_on=draft.ago(closed),
        close_reason=dice.among(words.CLOSE_REASONS),
        assessed_on=draft.ago(age - 15),
    )
    if dice.chance(0.3):
        draft.note(dice.between(closed, age))
