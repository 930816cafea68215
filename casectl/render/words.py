"""What a due item says of itself: its status in a word or two, and why it stands where it does."""

from __future__ import annotations

from datetime import date, timedelta

from casectl.core.due import Band, DueItem, is_past_its_hour
from casectl.core.model import APPOINTMENT, DEADLINE, FOLLOW_UP, MEANS_UNKNOWN, Level
from casectl.core.spoken import DateOrder, spoken_short

DEADLINE_WORDS = {
    "court": "COURT",
    "appeal": "APPEAL",
    "authorization": "AUTH",
    "recertification": "RECERT",
    "other": "DEADLINE",
}
MEANS_WORDS = {
    "visit": "on a visit",
    "office": "at the office",
    MEANS_UNKNOWN: "(means not known)",
}


def status(item: DueItem, today: date, time: str) -> str:
    """``OVERDUE 3d``, ``NO CONTACT 23d``, ``COURT in 2d``: short, and enough without colour."""
    if item.band is Band.SAFETY:
        return _safety(item)
    if item.kind == DEADLINE:
        return f"{DEADLINE_WORDS[item.stage]} {_when(item.due, today, late='MISSED')}"
    if item.waits and _is_due_by_the_retry(item):
        return f"TRIED {item.attempts}x"
    if is_past_its_hour(item, today, time):
        return "KEPT?" if item.due == today else f"KEPT? {_days(item.days_late)}"
    if item.band is Band.NOW:
        if item.kind == "contact" and item.days_late > 0:
            return f"NO CONTACT {_days((today - (item.last_reached or item.since)).days)}"
        if item.days_late > 0:
            return f"OVERDUE {_days(item.days_late)}"
        return "DUE TODAY" if item.days_late == 0 else f"DUE {item.due:%a}"
    return _when(item.due, today)


def _is_due_by_the_retry(item: DueItem) -> bool:
    """Else the attempt changes nothing yet: who was reached and tried on one day is due later."""
    return item.is_listed or item.retry_on is None or item.due <= item.retry_on


def _safety(item: DueItem) -> str:
    if item.waits:
        return f"SAFETY TRIED {item.attempts}x"
    return f"SAFETY {_days(item.days_late)}" if item.days_late > 0 else "SAFETY"


def _when(due: date, today: date, *, late: str = "OVERDUE") -> str:
    days = (due - today).days
    if days < 0:
        return f"{late} {_days(-days)}"
    return ("TODAY", "TOMORROW")[days] if days < 2 else f"in {_days(days)}"


def _days(count: int) -> str:
    """``23d``; past a thousand days in whole years, which a row has room for."""
    return f"{count}d" if count < 1000 else f"{count // 365}y"


def reason(item: DueItem, today: date, order: DateOrder | None) -> str:
    """Why the item is owed, in words a person can check."""
    words = [*planned_words(item, today, order), *_why(item, today, order)]
    if item.attempts and item.tried_on:
        words.append(f"tried {item.attempts}x, last {_day(item.tried_on, today, order)}")
        if item.waits and item.retry_on:
            again = item.retry_on
            words.append(
                "again later today" if again <= today else f"again {_day(again, today, order)}"
            )
    return "; ".join(words)


def planned_words(item: DueItem, today: date, order: DateOrder | None) -> list[str]:
    """``planned Thu 26 Nov``, first of all, where it is never cut off; nothing without a plan."""
    if item.planned_on is None:
        return []
    return [f"planned {_day(item.planned_on, today, order)}"]


def _why(item: DueItem, today: date, order: DateOrder | None) -> list[str]:
    promise = item.promise
    if promise is not None:
        words = [_promised(item, today, order)]
        if promise.snoozes and promise.first_due_on:
            first = _day(promise.first_due_on, today, order)
            words.append(f"snoozed {promise.snoozes}x, first {first}")
        if promise.waiting_on:
            words.append(f"waiting on {promise.waiting_on}")
        if promise.place:
            words.append(f"at {promise.place}")
        return words
    return [_derived(item, today, order)]


def _promised(item: DueItem, today: date, order: DateOrder | None) -> str:
    day = _day(item.due, today, order) + (f" {item.time}" if item.time else "")
    if item.kind == DEADLINE:
        return f"{'deadline' if item.stage == 'other' else item.stage} {day}"
    if item.kind == APPOINTMENT:
        return f"appointment {day}"
    return f"promised for {day}"


def _derived(item: DueItem, today: date, order: DateOrder | None) -> str:
    since = _day(item.since, today, order)
    level = Level(item.level).word
    match item.kind, item.stage:
        case "safety", "begun":
            return f"crisis since {since}, not reached since; every day until it is reviewed"
        case "safety", "reach":
            if item.case.covered_until == item.since:
                return f"seen by a professional until {since}; every day from then"
            return f"last reached {since}; crisis: every day"
        case "safety", "review":
            return f"crisis level last reviewed {since}; every {item.allowed} days"
        case "contact", "first":
            days = f"{item.allowed} working day{'s' if item.allowed > 1 else ''}"
            return f"no contact since {_opened(item)} {since}; {level}: within {days}"
        case "contact", "again":
            if item.last_reached is None:
                return f"last contact unknown, clock set at import; {level}: {_every(item)}"
            return f"last reached {_day(item.last_reached, today, order)}; {level}: {_every(item)}"
        case "assessment", "first":
            if item.since == item.case.clock_from:
                return f"imported, clock set at {since}; within {item.allowed} days"
            return f"{_opened(item)} {since}; within {item.allowed} days"
        case "assessment", "again":
            return f"assessed {since}; every {item.allowed} days"
        case "assessment", "level":
            return f"high level last reviewed {since}; every {item.allowed} days"
        case "assessment", "repeat":
            return f"asked {since}; again after {(item.due - item.since).days} days"
        case "assessment", "draft":
            return f"begun {since} and not finished"
        case "safety", "flag":
            return f"red flag {since}: {item.case.flagged_for}"
        case "safety", "plan":
            return f"review the safety plan; set for {since}"
        case "next_step", "decide":
            return f"referred {since}"
        case "next_step", "clock":
            return "imported without a next step"
        case "next_step", _:
            return f"no next step since {since}"
        case "hold", _:
            return f"on hold until {since}"
        case "missing", "":
            return f"not known since {_opened(item)} {since}"
        case "missing", _:
            return f"not known since the import; {level}: {_every(item)}"
        case "note", _:
            return f"nothing says what was spoken {since}"
        case "appointment", _:
            return f"the last one {since}"
        case (("goal" | "plan" | "transition" | "voice"), _):
            return _of_the_plan(item, since, _day(item.due, today, order))
        case (("referral" | "denial" | "consent" | "handover" | "closing" | "aftercare"), _):
            return _with_others(item, since)
    return ""


def _of_the_plan(item: DueItem, since: str, due: str) -> str:
    match item.kind, item.stage:
        case "goal", "target":
            return f"to be reached by {due}"
        case "goal", "again":
            return f"progress recorded {since}, past its day; every {item.allowed} days"
        case "goal", _:
            return f"step for {due}"
        case "plan", "review":
            done = "reviewed" if item.case.plan_reviewed_on == item.since else "agreed"
            return f"plan {done} {since}; every {item.allowed} days"
        case "plan", "need":
            return f"need without a goal since {since}; within {item.allowed} days"
        case "plan", _:
            counted = "assessed" if item.case.assessed_on == item.since else "counts from"
            return f"{counted} {since}; within {item.allowed} days"
        case "transition", "contact":
            return f"since {since} not reached"
        case "transition", _:
            return f"since {since} not seen"
    return f"last asked {since}"


def _with_others(item: DueItem, since: str) -> str:
    match item.kind, item.stage:
        case "referral", "send":
            return f"drafted {since}; to be sent within {item.allowed} days"
        case "referral", "chase":
            return f"no word since {since}; asked every {item.allowed} days"
        case "referral", "elsewhere":
            return f"declined {since}, and nobody else was asked"
        case "referral", _:
            return f"answered; to look again {since}"
        case "denial", _:
            return f"was to be appealed or decided {since}; nothing is on record"
        case "consent", "sign":
            return f"written {since} and not signed, so it covers nothing"
        case "consent", "look":
            return f"it ends with an event, not on a day; to look again {since}"
        case "consent", _:
            return f"the release ends {since}"
        case "handover", "back":
            return f"covered until {since}"
        case "handover", "contact":
            days = f"{item.allowed} working day{'s' * (item.allowed > 1)}"
            return f"taken over {since}; within {days}"
        case "handover", "give":
            return f"covered for a colleague until {since}"
        case "handover", _:
            return f"handed over {since}"
        case "closing", "notice":
            return f"notice of closure ends {since}"
        case "closing", _:
            return f"waiting for the sign-off; due {since}"
    return f"closed {since}"


def _opened(item: DueItem) -> str:
    return "hold" if item.case.resumed_on == item.since else "intake"


def _every(item: DueItem) -> str:
    return "every day" if item.allowed == 1 else f"every {item.allowed} days"


def _day(day: date, today: date, order: DateOrder | None) -> str:
    if day == today:
        return "today"
    if day == today - timedelta(days=1):
        return "yesterday"
    if day == today + timedelta(days=1):
        return "tomorrow"
    return spoken_short(day, today, order)


def by_means(by: str) -> str:
    """``by phone``, ``on a visit``."""
    return MEANS_WORDS.get(by, f"by {by}")


def kind_word(item: DueItem) -> str:
    """``follow-up``, ``next step``: the kind as a person says it."""
    subject = item.promise.subject if item.promise is not None else None
    if item.kind == FOLLOW_UP and subject not in (None, "other"):
        return str(subject)
    return item.kind.replace("_", " ") if item.kind != FOLLOW_UP else "follow-up"


def speaks(language: str | None, interpreter: bool) -> str:
    """``Spanish, with an interpreter``; nothing where nothing is known."""
    if not interpreter:
        return language or ""
    return f"{language or 'language not known'}, with an interpreter"


def told_phone(phone: str | None, safe_contact: str | None) -> str:
    """``Phone 555 0142 (safe contact: evenings)``; without a number the words stand alone."""
    return f"{f'Phone {phone}' if phone else 'No phone'} {beside_phone(safe_contact)}"


def beside_phone(safe_contact: str | None) -> str:
    """What stands beside every phone number: when and how to call, and what never to say."""
    return f"(safe contact: {safe_contact or 'not known, ask'})"
