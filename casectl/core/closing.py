"""How a service ends: what is asked before a case is closed, and what stays on record of it.

A closing is one piece of casework, from the written notice to the day that the case is closed. Its
body fills as that goes on: ``notice`` (``on``, ``by``, ``days``, ``until``; of one that was written
down later ``recorded_on`` and, where somebody vouched for its day, ``override`` and
``approved_by``), ``sheet_on``, and at the end ``reason`` (a code), ``goals`` (``reached``,
``open``, ``dropped``, each of numbers), ``domains`` (key -> the first and the last level),
``tries`` (``on``, ``by``), ``handed_to`` with ``handed`` (items), ``lapsed`` (items), ``override``
with ``approved_by``, ``signed_by``, ``summary``; of a duplicate ``into`` (the other case's number)
and ``carried`` (item -> its name there). While it waits for its sign-off, ``said``, what was
``given`` by then, and ``waits``: ``since`` that moment, ``on`` that day, the last numbers of the
``contacts`` and ``screenings`` of then, the case's ``urgency`` and ``risk``, and which days it had
(``flagged_on``, ``crisis_since``, ``level_reviewed_on``). Days are ISO text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from casectl.core.casework import (
    ASSESSMENT,
    CLOSING,
    COVERING,
    DENIAL,
    DIED,
    DONE,
    DROPPED,
    GIVEN,
    GOAL,
    HANDOVER,
    NOTICE,
    OPEN,
    REFERRAL,
    RISK,
    SCREENING,
    SIGN_OFF,
    TAKEN,
    Piece,
)
from casectl.core.errors import BadValue
from casectl.core.model import (
    APPOINTMENT,
    DEADLINE,
    PENDING,
    REACHED,
    TRIED,
    Case,
    Contact,
    Level,
    Promise,
)
from casectl.core.profiles import (
    CANNOT_LOCATE,
    DECLINED,
    TRANSFERRED,
    Closing,
)
from casectl.core.spoken import DateOrder, spoken
from casectl.core.standing import levels_of
from casectl.core.text import NAME_LIMIT, checked_text, fold, same_name
from casectl.core.values import NamedTuple
from casectl.core.views import File

# Not the end of a service, but of a second record of it; every program has it.
DUPLICATE = "duplicate"
OWN_WORDS = "own words"  # the code of a reason that somebody wrote themselves

LEVEL_DAYS = ("flagged_on", "crisis_since", "level_reviewed_on")  # of a case
NOW = "9999"  # behind every moment on file
STILL_WAITING = ("given", "said", "waits")  # in a body, until it is signed off
SHEET = "sheet"  # the stage of a closing of which there is no more than the client's sheet

UNWARNED = (DIED, DECLINED, CANNOT_LOCATE, DUPLICATE)  # reasons that no notice comes before
TRY_DAYS = 2  # on which a client was looked for who is said not to be found
LONGEST_HOLD = 180  # days; a hold of a year would be a case that nobody looks at


class Asked(NamedTuple):
    """What a program asks before a case is closed: its profile's list, and its days of notice."""

    closing: Closing = Closing()
    notice_days: int = 14  # 0 asks for none


class Reason(NamedTuple):
    """Why it ends: one of the program's reasons, or OWN_WORDS, and as it was said."""

    code: str
    said: str


class Given(NamedTuple):
    """What somebody says who closes a case, beside the reason and the day."""

    summary: str | None = None
    reached: tuple[int, ...] = ()  # goals, open until now, that were reached
    handed_to: str | None = None  # who sees from now on to what others count on
    override: str | None = None  # why what the checklist asks is left out
    approved_by: str | None = None
    signed_by: str | None = None


class Lack(NamedTuple):
    """Something that the checklist asks and that is not there, and how to give it."""

    what: str
    how: str

    def __str__(self) -> str:
        return f"{self.what} ({self.how})"


class Ending(NamedTuple):
    """A closing as it is to be written."""

    reason: Reason
    on: date
    body: Mapping[str, Any]
    reached: tuple[Piece, ...] = ()  # goals that end with it
    aftercare: bool = True  # whether a call is owed afterwards


# -- the reason ------------------------------------------------------------------------------------


def reason_of(text: str, asked: Asked) -> Reason:
    """``cannot-locate`` is the program's "cannot locate"; other words are one's own.

    Raises BadValue for a misspelt reason, and where the program takes none but its own.
    """
    said = checked_text(text, "reason")
    known = {_plain(each): each for each in (*asked.closing.reasons, DUPLICATE)}
    plain = _plain(said)
    if plain in known:
        return Reason(known[plain], known[plain])
    from difflib import get_close_matches

    near = get_close_matches(plain, known, n=1, cutoff=0.85)
    if near:
        raise BadValue(f"no reason {said[:40]!r}", hint=f"did you mean {known[near[0]]!r}?")
    if not asked.closing.own_words:
        raise BadValue(
            f"no reason {said[:40]!r}", hint=f"this program has {', '.join(known.values())}"
        )
    return Reason(OWN_WORDS, said)


def _plain(text: str) -> str:
    return "".join(char for char in fold(text) if char.isalnum())


# -- what is on file -------------------------------------------------------------------------------


def closing_of(pieces: Iterable[Piece]) -> Piece | None:
    """The closing that is under way, or being prepared; a case has one at the most."""
    return next((each for each in pieces if each.kind == CLOSING and each.status == OPEN), None)


def under_notice(closing: Piece | None) -> date | None:
    """The day that a notice runs until; None where none was given."""
    given = (closing.body.get("notice") or {}) if closing is not None else {}
    return date.fromisoformat(given["until"]) if given.get("until") else None


def tries_of(contacts: Iterable[Contact], since: date) -> list[Contact]:
    """Attempts to reach the client that stand, since they were last reached, the oldest first.

    None of them is from before ``since``, the intake.

    A letter is an attempt, whatever is said to have come of it.
    """
    found: list[Contact] = []
    for each in sorted(contacts, key=lambda each: (each.on_day, each.number)):
        if each.corrected or each.party not in ("client", "guardian") or each.on_day < since:
            continue
        if each.outcome == TRIED or each.by == "letter":
            found.append(each)
        elif each.outcome == REACHED:
            found = []
    return found


def tries_words(tries: Sequence[Contact], order: DateOrder | None = None) -> str:
    """``tried 3x since Mon 2 Nov 2026, by phone, visit``; of none, ``not tried yet``."""
    if not tries:
        return "not tried yet"
    means = ", ".join(dict.fromkeys(each.by for each in tries))
    return f"tried {len(tries)}x since {spoken(tries[0].on_day, order)}, by {means}"


def hard_items(file: File, *, crisis: bool = True) -> list[tuple[str, str]]:
    """What others count on, or the client's safety does: the item, and what it is, in words."""
    number = file.case.number
    found = []
    if crisis and file.case.level == Level.CRISIS:
        found.append((f"{number}.safety", "the level crisis"))
    for promise in _open_promises(file, DEADLINE, APPOINTMENT):
        found.append((f"{number}.{promise.number}", f"{promise.kind}: {promise.what}"))
    for piece in file.casework:
        if piece.kind in (REFERRAL, DENIAL, HANDOVER) and piece.status == OPEN:
            if piece.kind == HANDOVER and piece.stage == TAKEN:
                continue  # taken over here: nobody waits for it any longer
            word = "hand-over" if piece.kind == HANDOVER else piece.kind
            found.append((f"{number}.{piece.part}", f"{word}: {piece.what or piece.who or ''}"))
    return found


def soft_promises(file: File) -> list[Promise]:
    """What ends with the case: follow-ups, which the worker promised alone."""
    return [
        each
        for each in file.promises
        if each.status == OPEN and each.kind not in (DEADLINE, APPOINTMENT)
    ]


def _open_promises(file: File, *kinds: str) -> list[Promise]:
    return [each for each in file.promises if each.status == OPEN and each.kind in kinds]


def hard_words(file: File) -> str:
    """``the level crisis, 2 open deadlines and 1 open referral``; nothing where nothing is."""
    counts: dict[str, int] = {}
    for _, what in hard_items(file):
        word = what.partition(":")[0]
        counts[word] = counts.get(word, 0) + 1
    words = [
        word if word.startswith("the ") else f"{count} open {word}{'s' if count > 1 else ''}"
        for word, count in counts.items()
    ]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def accepted_by(file: File) -> str | None:
    """Who has taken the case over, where a hand-over was accepted since it last began.

    One that covered for a leave has a stage, and gave nothing away.
    """
    piece = _ended_handover(file, GIVEN)
    return (piece.who or "a colleague") if piece is not None else None


def gone_to(file: File) -> Piece | None:
    """The hand-over by which somebody else has the case now: accepted, or given back to them."""
    return _ended_handover(file, GIVEN, COVERING)


def _ended_handover(file: File, *stages: str) -> Piece | None:
    since = file.case.resumed_on or date.min
    pieces = [each for each in file.casework if each.kind == HANDOVER and each.status == DONE]
    ended = [
        each
        for each in pieces
        if each.stage in stages and each.ended_on is not None and each.ended_on > since
    ]
    return ended[-1] if ended else None


def ended_beside(file: File) -> list[tuple[str, str, str]]:
    """What ends with the case and is no promise: the item, its kind, and what it is, in words."""
    number = file.case.number
    found = []
    for item, what in hard_items(file):
        kind, _, said = what.partition(": ")
        if what == "the level crisis":
            found.append((item, "safety", what))
        elif kind not in (DEADLINE, APPOINTMENT):
            found.append((item, kind, said))
    for piece in file.casework:
        if piece.kind == RISK and piece.status == OPEN and piece.due_on is not None:
            found.append((f"{number}.{piece.part}", "safety", "review the safety plan"))
    return found


# -- the checklist ---------------------------------------------------------------------------------


def is_warned_of(file: File, reason: Reason) -> bool:
    """Whether a notice, a sheet and a summary belong to an end for this reason.

    Not where the client died, declined or cannot be found, nor where the service goes on: with a
    colleague who has accepted it, or on the client's other case.
    """
    if file.case.status == PENDING or reason.code in UNWARNED:
        return False
    return not (reason.code == TRANSFERRED and accepted_by(file))


def lacking(
    file: File, reason: Reason, given: Given, asked: Asked, on: date,
    order: DateOrder | None = None,
) -> list[Lack]:  # fmt: skip
    """Everything that the checklist asks for and that is not there, with how to give it."""
    if reason.code == DUPLICATE:
        signing = [] if file.case.status == PENDING else _sign_off_lacking(file, given, asked)
        return [*_carrying_lacking(file, given), *signing]
    if file.case.status == PENDING:
        return []
    return [
        *lacking_before(file, reason, given, asked, on, order),
        *_hard_lacking(file, reason, given),
        *_sum_lacking(file, reason, given),
        *_sign_off_lacking(file, given, asked),
    ]


def lacking_before(
    file: File, reason: Reason, given: Given, asked: Asked, on: date,
    order: DateOrder | None = None,
) -> list[Lack]:  # fmt: skip
    """What no answer at the end can give: the notice and its days, the sheet, the attempts."""
    if file.case.status == PENDING or given.override is not None:
        return []
    number, lacks = file.case.number, []
    if reason.code == DIED:
        return _alive_lacking(file, on, order)
    if reason.code == CANNOT_LOCATE:
        lacks += _tries_lacking(file, asked)
    if not is_warned_of(file, reason):
        return lacks
    closing = closing_of(file.casework)
    until = under_notice(closing)
    if asked.notice_days:
        if until is None:
            lacks.append(Lack("no written notice", f"casectl close {number} --notice --by letter"))
        elif on < until:
            lacks.append(
                Lack(
                    f"the notice runs until {spoken(until, order)}",
                    "close it then, or --override REASON --approved-by NAME",
                )
            )
    if asked.closing.transition_sheet and not (closing and closing.body.get("sheet_on")):
        lacks.append(Lack("no transition sheet", f"casectl close {number} --sheet"))
    return lacks


def _tries_lacking(file: File, asked: Asked) -> list[Lack]:
    """Three calls within an hour are one attempt: a means counts once a day, and a day is not all.

    The days are two at the least wherever more than one attempt is asked for.
    """
    counted = {(each.on_day, each.by) for each in tries_of(file.contacts, file.case.opened_on)}
    has = (len(counted), len({by for _, by in counted}), len({day for day, _ in counted}))
    wants = (
        asked.closing.tries,
        min(asked.closing.different_means, asked.closing.tries),
        min(TRY_DAYS, asked.closing.tries),
    )
    short = [
        f"{have} of {want} {word}"
        for have, want, word in zip(has, wants, ("attempts", "means", "days"), strict=True)
        if have < want
    ]
    if not short:
        return []
    return [
        Lack(f"{', '.join(short)} on record", f"casectl tried {file.case.number} TEXT --by letter")
    ]


def _hard_lacking(file: File, reason: Reason, given: Given) -> list[Lack]:
    words = hard_words(file)
    if not words or given.handed_to is not None or reason.code == DIED:
        return []
    if reason.code == TRANSFERRED and accepted_by(file):
        return []
    named = ", ".join(item for item, _ in hard_items(file))
    return [Lack(f"{words}: {named}", "end that first, or --handed-to NAME who sees to it")]


def _carrying_lacking(file: File, given: Given) -> list[Lack]:
    """What of a duplicate does not go on in the other case by itself.

    A crisis does, but nobody alone says that the record with the crisis is the one too many.
    """
    lacks = []
    if file.case.level == Level.CRISIS and given.override is None:
        lacks.append(
            Lack(
                f"the level crisis: {file.case.number}.safety",
                "close the other one, or --override REASON --approved-by NAME; it goes on there",
            )
        )
    handed = [item for item, what in hard_items(file) if what.startswith("hand-over:")]
    if handed:
        word = "hand-overs" if len(handed) > 1 else "hand-over"
        lacks.append(Lack(f"{len(handed)} open {word}: {', '.join(handed)}", "end that first"))
    return lacks


def _sum_lacking(file: File, reason: Reason, given: Given) -> list[Lack]:
    if given.summary is not None or not is_warned_of(file, reason):
        return []
    closing = closing_of(file.casework)
    if closing is not None and closing.body.get("summary"):
        return []
    return [Lack("no summary", "--summary TEXT")]


def _sign_off_lacking(file: File, given: Given, asked: Asked) -> list[Lack]:
    if not asked.closing.sign_off or given.signed_by or given.approved_by:
        return []
    return [Lack("nobody has signed it off", "--signed-off-by NAME")]


def checked_given(given: Given, worker: str) -> Given:
    """``given`` with its texts sound. An override has a reason and an approver, who is another."""
    if (given.override is None) != (given.approved_by is None):
        raise BadValue("--override REASON and --approved-by NAME go together")
    checked = given._replace(
        summary=given.summary and checked_text(given.summary, "summary"),
        override=given.override and checked_text(given.override, "reason after --override"),
        handed_to=_name(given.handed_to, "--handed-to"),
        approved_by=_name(given.approved_by, "--approved-by"),
        signed_by=_name(given.signed_by, "--signed-off-by"),
    )
    for name, flag in (
        (checked.handed_to, "--handed-to"),
        (checked.approved_by, "--approved-by"),
        (checked.signed_by, "--signed-off-by"),
    ):
        if name is not None and (same_name(name, worker) or same_name(name, "me")):
            raise BadValue(f"{flag} is somebody else than who closes the case")
    if checked.handed_to is not None and fold(checked.handed_to) in ("nobody", "no one", "none"):
        raise BadValue("--handed-to is somebody: a name, or an agency")
    return checked


def _name(text: str | None, flag: str) -> str | None:
    if text is None:
        return None
    return checked_text(text.strip(), f"name after {flag}", limit=NAME_LIMIT)


# -- notice ----------------------------------------------------------------------------------------


def checked_means(text: str, asked: Asked) -> str:
    """How a notice is given: one of the written means that the program takes."""
    word = {_plain(each): each for each in asked.closing.notice_means}.get(_plain(text))
    if word is None:
        raise BadValue(
            f"a notice is given in writing, not by {text[:40]!r}",
            hint=f"--by {', '.join(asked.closing.notice_means)}",
        )
    return word


def check_notice(case: Case, on: date, closing: Piece | None, order: DateOrder | None) -> None:
    """Raise BadValue for a notice that cannot be given."""
    if case.status == PENDING:
        raise BadValue(
            f"{case.handle} is pending, and declining it needs no notice",
            hint=f"casectl close {case.number} --reason TEXT",
        )
    until = under_notice(closing)
    if until is not None:
        raise BadValue(
            f"{case.handle} has notice until {spoken(until, order)} already",
            hint=f"casectl close {case.number} --take-back REASON takes it back",
        )


def notice_body(on: date, by: str, days: int, today: date, given: Given) -> dict[str, Any]:
    """What a closing keeps of its notice. The client has all of its days after it is on record.

    So the days of one that was given before run from ``today``, unless somebody else says, with a
    reason, that it was given then: nobody ends a service on their own word alone.
    """
    vouched = given.override is not None
    until = (on if vouched else max(on, today)) + timedelta(days=days)
    notice = {"on": on.isoformat(), "by": by, "days": days, "until": until.isoformat()}
    if on < today:
        notice["recorded_on"] = today.isoformat()
        if vouched:
            notice |= {"override": given.override, "approved_by": given.approved_by}
    return {"notice": notice}


# -- the end ---------------------------------------------------------------------------------------


def ending(file: File, reason: Reason, given: Given, on: date) -> Ending:
    """What is written once nothing is lacking."""
    pending = file.case.status == PENDING
    reached = tuple(
        each
        for each in file.casework
        if each.kind == GOAL and each.status == OPEN and each.number in given.reached
    )
    return Ending(
        reason,
        on,
        {} if pending else _body(file, reason, given),
        reached,
        aftercare=not pending and reason.code not in (DIED, DUPLICATE),
    )


def _body(file: File, reason: Reason, given: Given) -> dict[str, Any]:
    closing = closing_of(file.casework)
    body: dict[str, Any] = dict(closing.body) if closing is not None else {}
    body |= facts_at_end(file.casework, reason, given.reached)
    handed = given.handed_to
    if reason.code == TRANSFERRED and handed is None:
        handed = accepted_by(file)
    hard = [item for item, _ in hard_items(file)]
    soft = [f"{file.case.number}.{each.number}" for each in soft_promises(file)]
    tries = tries_of(file.contacts, file.case.opened_on) if reason.code == CANNOT_LOCATE else ()
    if reason.code == DUPLICATE:
        hard, soft = [], []  # nothing of it ends
    more = {
        "summary": given.summary or body.get("summary"),
        "handed_to": handed,
        "handed": hard if handed else None,
        "lapsed": soft if handed else [*hard, *soft],
        "tries": [{"on": each.on_day.isoformat(), "by": each.by} for each in tries],
        "override": given.override,
        "approved_by": given.approved_by,
        "signed_by": given.signed_by,
    }
    kept = {name: each for name, each in body.items() if name not in STILL_WAITING}
    return {**kept, **{name: each for name, each in more.items() if each}}


def facts_at_end(
    pieces: Sequence[Piece], reason: Reason, reached: Sequence[int] = ()
) -> dict[str, Any]:
    """What the end of a service shows: why, which goals were reached, each domain then and now."""
    goals: dict[str, list[int]] = {"reached": [], "open": [], "dropped": []}
    for each in pieces:
        if each.kind == GOAL:
            done = each.status == DONE or (each.status == OPEN and each.number in reached)
            state = "reached" if done else "dropped" if each.status == DROPPED else "open"
            goals[state].append(each.number)
    domains: dict[str, list[int]] = {}
    for each in sorted(pieces, key=lambda each: (each.on_day, each.number)):
        if each.kind == ASSESSMENT:
            for key, level in levels_of(each):
                domains[key] = [domains.get(key, [level])[0], level]
    return {"reason": reason.code, "goals": goals, "domains": domains}


def waiting_body(file: File, reason: Reason, given: Given) -> dict[str, Any]:
    """What a closing keeps that waits for nothing but its sign-off."""
    closing = closing_of(file.casework)
    body: dict[str, Any] = dict(closing.body) if closing is not None else {}
    kept = {**given._asdict(), "reached": list(given.reached)}
    return body | {"said": reason.said, "given": {k: v for k, v in kept.items() if v}}


def _alive_lacking(file: File, on: date, order: DateOrder | None) -> list[Lack]:
    """Who was reached after a death did not die that day, or was not reached."""
    waiting = death_waiting(file.casework)
    since = reached_since(waiting, file.contacts) if waiting is not None else None
    later = [
        each
        for each in file.contacts
        if _reached_client(each)
        and (each.on_day > on or (since is not None and each.id == since.id))
    ]
    last = max(later, key=lambda each: (each.on_day, each.number), default=None)
    if last is None:
        return []
    number = file.case.number
    way = "" if waiting is None else f"casectl close {number} --take-back REASON, "
    return [
        Lack(
            f"{number}.c{last.number} reached the client on {spoken(last.on_day, order)}",
            f"{way}--on the day that they died, casectl correct {number}.c{last.number}, or "
            "--override REASON --approved-by NAME",
        )
    ]


def waits_body(
    case: Case, moment: str, day: str, contacts: int, screenings: int
) -> dict[str, str | int]:
    """Since when a closing waits, and what was on record then."""
    stood = {name: getattr(case, name) for name in LEVEL_DAYS}
    days = {name: each.isoformat() for name, each in stood.items() if each is not None}
    level = {"urgency": int(case.urgency), **({"risk": case.risk} if case.risk else {})}
    counted = {"contacts": contacts, "screenings": screenings}
    return {"since": moment, "on": day, **counted, **level, **days}


def given_before(closing: Piece | None, given: Given) -> Given:
    """``given`` with what was said when the closing began to wait for its sign-off."""
    if closing is None or closing.stage != SIGN_OFF:
        return given
    kept = closing.body.get("given", {})
    before = {**kept, "reached": tuple(kept.get("reached", ()))}
    new = {name: value for name, value in given._asdict().items() if value}
    return Given(**{**before, **new})


def said_before(closing: Piece | None) -> str | None:
    """The reason that the notice gave, or the closing that waits for its sign-off."""
    if closing is None:
        return None
    return closing.body.get("said") or closing.what


def is_waiting(closing: Piece | None) -> bool:
    """Whether it is under way, and so owes its end; a sheet alone begins nothing."""
    return closing is not None and closing.stage in (NOTICE, SIGN_OFF)


def death_waiting(pieces: Iterable[Piece]) -> Piece | None:
    """The closing as died that waits for its sign-off."""
    closing = closing_of(pieces)
    waits = closing is not None and closing.stage == SIGN_OFF and said_before(closing) == DIED
    return closing if waits else None


def reached_since(closing: Piece, contacts: Iterable[Contact]) -> Contact | None:
    """The last contact that reached the client and was written down after a death that waits."""
    found = [
        each for each in contacts if _reached_client(each) and _is_since(closing, each, "contacts")
    ]
    return max(found, key=lambda each: (each.on_day, each.number), default=None)


def _reached_client(contact: Contact) -> bool:
    """Whether it stands and the client themselves answered; a letter is sent, not answered."""
    reached = (contact.outcome, contact.party) == (REACHED, "client")
    return reached and not contact.corrected and contact.by != "letter"


def contradicted_on(
    case: Case, closing: Piece, contacts: Iterable[Contact], pieces: Iterable[Piece]
) -> date | None:
    """The last day of what speaks against a death that waits, as the store finds it on file."""
    waits, died_on = closing.body.get("waits") or {}, closing.due_on or date.max
    day = waits.get("on") or died_on.isoformat()
    seen = reached_since(closing, contacts)
    days = [] if seen is None else [seen.on_day]
    days += [
        each.on_day
        for each in pieces
        if each.kind == SCREENING and _is_since(closing, each, "screenings")
    ]
    for name in LEVEL_DAYS:
        now: date | None = getattr(case, name)
        before = waits.get(name) or (died_on.isoformat() if name != "flagged_on" else None)
        if now is not None and now.isoformat() >= day and now.isoformat() != before:
            days.append(now)
    if "urgency" in waits and (int(case.urgency), case.risk) != (
        waits["urgency"],
        waits.get("risk"),
    ):
        days.append(max(case.level_reviewed_on, died_on))  # raised on the day of a review
    return max(days, default=None)


def _is_since(closing: Piece, each: Contact | Piece, counted: str) -> bool:
    """Within one second the number tells which was first; what has no moment is written now."""
    waits = closing.body.get("waits") or {}
    since, moment = waits.get("since") or closing.recorded_at or NOW, each.recorded_at or NOW
    if closing.due_on is None or each.on_day < closing.due_on or moment < since:
        return False
    return moment > since or each.number > waits.get(counted, 0)


def death_refused(case: Case, closing: Piece) -> BadValue:
    """What would let a case go on elsewhere without what is on record of its client's death."""
    return BadValue(
        f"{case.handle} waits for its sign-off as died ({case.number}.{closing.part})",
        hint=f"casectl close {case.number} --signed-off-by NAME first, or if they live "
        f"--take-back REASON",
    )


# -- a hold ----------------------------------------------------------------------------------------


def check_hold(day: date, today: date, order: DateOrder | None = None) -> None:
    """Raise BadValue for a hold that ends too late: somebody looks at every case twice a year."""
    last = today + timedelta(days=LONGEST_HOLD)
    if day > last:
        raise BadValue(
            f"a hold ends by {spoken(last, order)}, {LONGEST_HOLD} days ahead",
            hint="hold it again then, with a new day and reason",
        )
