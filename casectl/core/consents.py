"""Releases of information and disclosures: who may be told what, who was, and by which right.

A release has the elements of 42 CFR 2.31. Its ``what`` is what may be told, its ``who`` the
recipient, its day the day of the signature (or, unsigned, the day it was written down). The body is
``discloser``, ``purpose``, ``until`` (ISO) or ``event`` (text), ``told_rights`` (that it may be
revoked), ``signed_on`` (ISO) and ``signed_by``, and ``follows``, the number of the release that it
renews.

A disclosure's ``what`` is what was told, its ``who`` the recipient, its parent the release. The
body is ``purpose``, ``release`` (its number), ``override`` (a reason), ``basis`` (of the law) and
``to_client``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from casectl.core.casework import (
    CONSENT,
    DISCLOSURE,
    DONE,
    DROPPED,
    OPEN,
    PAST,
    UNSIGNED,
    UNTIL_EVENT,
    Piece,
)
from casectl.core.errors import BadValue, NotShared
from casectl.core.model import Case
from casectl.core.spoken import DateOrder, spoken
from casectl.core.text import NAME_LIMIT, checked_text, fold, shortened
from casectl.core.values import NamedTuple

# The stages of a release that is signed; the first one's ends on a day.
DATED = ""
SIGNED = (DATED, UNTIL_EVENT)
# An event has no day, so whether it has come is asked about from time to time.
LOOK_EVERY = timedelta(days=90)
# 42 CFR 2.32(a)(2), the short form, as the rule has it.
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."

DISCLOSER, PURPOSE, UNTIL, EVENT = "discloser", "purpose", "until", "event"
TOLD_RIGHTS, SIGNED_ON, SIGNED_BY, FOLLOWS = "told_rights", "signed_on", "signed_by", "follows"
RELEASE, OVERRIDE, BASIS, TO_CLIENT = "release", "override", "basis", "to_client"
ALIKE = 0.85  # of two names, how much of them is the same where one may be the other mistyped
LONGEST_QUOTE = 60  # characters of what was typed that an error repeats
SIGNS = str.maketrans(dict.fromkeys(".,;:!?'\"’“”()/&-–—", " "))
# Parts several purposes of one release. A comma or an "and" does not: "all but work and housing".
BETWEEN = ";"
# What a release calls the whole record. Nothing less lets all of it leave: other words may stand
# for any part of it, and only people can judge them.
WHOLE = "the whole record"
WHOLE_WORDS = frozenset(
    {
        "whole record", "whole case record", "whole file", "whole case file", "case file",
        "case record", "entire record", "entire file", "entire case file", "full record",
        "full file", "full case file", "complete record", "complete file", "all records",
        "everything", "everything on file", "all on file",
    }
)  # fmt: skip
OWNED = re.compile(r"^(?:(?:the|my|her|his|their|all of|all) )+")
# What helps where a release is on file that would cover, by how it stands.
NEXT_VERB: Mapping[str, str] = {"not signed": "sign", "lapsed": "renew"}


class Permission(NamedTuple):
    """That something may be told to somebody, and by which right. ``store.sharing`` logs it."""

    case_id: str
    recipient: str
    purpose: str
    what: str
    release: Piece | None = None  # the live one that covers it
    override: str | None = None  # why it was told without one
    basis: str | None = None  # the law or order that asks for it
    to_client: bool = False  # their own record, which needs nobody's release


# -- whether one covers ----------------------------------------------------------------------------


def permission(
    case: Case,
    releases: Sequence[Piece],
    recipient: str,
    purpose: str,
    what: str,
    today: date,
    *,
    whole: bool = False,
    override: str | None = None,
    basis: str | None = None,
    order: DateOrder | None = None,
    was_told: bool = False,
) -> Permission:
    """The right to tell ``recipient`` this. Raises NotShared where there is none, and says why.

    ``was_told``: it was told already, and is only to be recorded.

    Where the ``whole`` record leaves, the release has to say that all of it may be told.
    A live release comes first: an override that was not needed is not recorded as one. A blank
    recipient, purpose or reason is a BadValue.
    """
    asked = Permission(
        case.id,
        checked_text(recipient.strip(), "recipient", limit=NAME_LIMIT),
        checked_text(purpose.strip(), "purpose", limit=NAME_LIMIT),
        checked_text(what.strip(), "text of what is shared"),
        override=checked_text(override, "reason for the override")
        if override is not None
        else None,
        basis=checked_text(basis, "legal basis", limit=NAME_LIMIT) if basis is not None else None,
    )
    for release in sorted(releases, key=lambda each: -each.number):  # the newest comes first
        if (
            is_live(release, today)
            and covers(release, asked.recipient, asked.purpose)
            and (not whole or is_of_all(release))
        ):
            return asked._replace(release=release, override=None)
    if asked.override is not None or asked.basis is not None:
        return asked
    raise _refused(case, releases, asked, today, order, whole=whole, was_told=was_told)


def to_client(case: Case, what: str) -> Permission:
    """A client's right to their own record, which is logged as well."""
    return Permission(case.id, "the client", "the client's own copy", what, to_client=True)


def is_live(release: Piece, day: date) -> bool:
    """Whether it covers on ``day``: signed, not revoked or replaced by then, and not past.

    It covers the whole of its last day, and nothing of the day that it was revoked on.
    """
    if release.kind != CONSENT or release.stage not in SIGNED:
        return False
    if release.status != OPEN and not (release.ended_on and day < release.ended_on):
        return False
    until = until_of(release)
    return release.on_day <= day and (until is None or day <= until)


def covers(release: Piece, recipient: str, purpose: str) -> bool:
    """Whether it names this recipient and this purpose; live or not.

    Whole names are compared, capitals, accents and signs aside: a part of a name may be another
    agency's, and a purpose that only resembles another was not signed.
    """
    return key(recipient) == key(release.who or "") and key(purpose) in purposes(release)


def are_for_the_same(release: Piece, other: Piece) -> bool:
    """Whether both name one recipient and a purpose in common."""
    return key(other.who or "") == key(release.who or "") and bool(
        purposes(other) & purposes(release)
    )


def is_of_all(release: Piece) -> bool:
    """Whether it says that the whole record may be told: ``The whole case file``, in such words."""
    said = key(release.what or "")
    return said in WHOLE_WORDS or OWNED.sub("", said) in WHOLE_WORDS


def purposes(release: Piece) -> frozenset[str]:
    """The purposes that a release names, the whole text among them, as ``key`` has them."""
    whole = str(release.body.get(PURPOSE, ""))
    return frozenset(filter(None, map(key, (whole, *whole.split(BETWEEN)))))


def key(text: str) -> str:
    """A name or a purpose as it is compared."""
    return " ".join(fold(text).translate(SIGNS).split())


def until_of(release: Piece) -> date | None:
    """The last day that it covers; None for one that an event ends."""
    until = release.body.get(UNTIL)
    if until is None:
        return release.due_on if release.stage == DATED else None
    return date.fromisoformat(until)


def state_of(release: Piece, today: date) -> str:
    """``live``, ``not signed``, ``lapsed``, ``revoked``, ``replaced``, ``ended``, ``not yet``."""
    if release.status == DROPPED:
        return "revoked"
    if release.status == PAST:
        return "replaced"
    if release.status == DONE:
        return "ended"
    if release.stage == UNSIGNED:
        return "not signed"
    if is_live(release, today):
        return "live"
    return "not yet" if release.on_day > today else "lapsed"


def in_its_place(release: Piece, releases: Sequence[Piece]) -> Piece | None:
    """The release that still stands where this one was renewed, however often."""
    after = {each.body[FOLLOWS]: each for each in releases if FOLLOWS in each.body}
    now, seen = after.get(release.number), {release.number}
    while now is not None and now.number not in seen:
        if now.status == OPEN:
            return now
        seen.add(now.number)
        now = after.get(now.number)
    return None


def said_state(release: Piece, today: date, order: DateOrder | None) -> str:
    """``live until Fri 27 Nov 2026``, ``revoked since …``: how it stands, with its day."""
    state, until = state_of(release, today), until_of(release)
    if state in ("revoked", "replaced", "ended") and release.ended_on is not None:
        return f"{state} since {spoken(release.ended_on, order)}"
    if state == "lapsed" and until is not None:
        return f"lapsed since {spoken(until + timedelta(days=1), order)}"
    if state == "not yet":
        return f"signed for {spoken(release.on_day, order)}"
    if state == "live":
        return (
            f"live until {spoken(until, order)}" if until else f"live until {release.body[EVENT]}"
        )
    return state


def _refused(
    case: Case,
    releases: Sequence[Piece],
    asked: Permission,
    today: date,
    order: DateOrder | None,
    *,
    whole: bool,
    was_told: bool,
) -> NotShared:
    """Why it is refused, by the release that comes nearest, and what to do next."""
    recipient, purpose = _quoted(asked.recipient), _quoted(asked.purpose)
    why = f"no release lets {recipient} be told of {case.handle} for {purpose}"
    way = way_to_add(str(case.number), asked.recipient, asked.purpose, whole=whole)
    newest_last = sorted(releases, key=lambda each: each.number)
    theirs = [each for each in newest_last if key(each.who or "") == key(asked.recipient)]
    same = [each for each in theirs if covers(each, asked.recipient, asked.purpose)]
    others = [f"{case.number}.{each.part}" for each in theirs if is_live(each, today)]
    parts = [each for each in same if whole and is_live(each, today) and not is_of_all(each)]
    if parts:
        name = f"{case.number}.{parts[-1].part}"
        why = f"{why}: {name} is of {_quoted(parts[-1].what or '')}, not of {WHOLE}"
    elif same:
        name = f"{case.number}.{same[-1].part}"
        why = f"{why}: {name} is {said_state(same[-1], today, order)}"
        verb = NEXT_VERB.get(state_of(same[-1], today))
        way = f"casectl consent {verb} {name}" if verb else way
    elif others:
        why = f"{why}: {', '.join(others)} is for other purposes"
    elif near := [each for each in newest_last if is_live(each, today) and _resembles(each, asked)]:
        names = ", ".join(
            f"{case.number}.{each.part} names {_quoted(each.who or '')}" for each in near
        )
        why = f"{why}: {names}, which may be somebody else"
    done = "recorded" if was_told else "shared"
    return NotShared(why, hint=f"{way}, or --override REASON; nothing was {done}")


def way_to_add(case: str, recipient: str, purpose: str, *, whole: bool) -> str:
    """The command that writes down the release that is missing."""
    way = f"casectl consent add {case} --to {_quoted(recipient)} --purpose {_quoted(purpose)}"
    return f"{way} --what '{WHOLE}'" if whole else way


def _resembles(release: Piece, asked: Permission) -> bool:
    """Whether it may mean them by another name: one has all words of the other, or is mistyped."""
    theirs, wanted = key(release.who or ""), key(asked.recipient)
    words, others = set(theirs.split()), set(wanted.split())
    if words and others and (words <= others or others <= words):
        return True
    from difflib import SequenceMatcher

    return SequenceMatcher(None, theirs, wanted).ratio() >= ALIKE


def _quoted(text: str) -> str:
    words = shortened(" ".join(text.split()), LONGEST_QUOTE)
    return f"'{words}'"


# -- writing one down ------------------------------------------------------------------------------


class Release(NamedTuple):
    """The elements of a release as they were given, not checked yet."""

    recipient: str
    purpose: str
    information: str
    discloser: str
    until: date | None = None
    event: str | None = None
    told_rights: bool = False
    signed_on: date | None = None
    signed_by: str | None = None


def new_release(case: Case, given: Release, today: date, order: DateOrder | None = None) -> Piece:
    """A release not yet written. Raises BadValue for one that cannot be meant.

    One that is not signed yet covers nothing; it can be signed later.
    """
    if (given.until is None) is (given.event is None):
        raise BadValue(
            "a release ends on a day or with an event" if given.until is None else
            "a release ends on a day or with an event, not both",
            hint="--until DAY, or --event TEXT",
        )  # fmt: skip
    begins = given.signed_on or today
    check_signature(given, today, order)
    check_ends_after(begins, given.until, order)
    body: dict[str, Any] = {
        DISCLOSER: checked_text(given.discloser.strip(), "name of who discloses", limit=NAME_LIMIT),
        PURPOSE: checked_text(given.purpose.strip(), "purpose", limit=NAME_LIMIT),
        TOLD_RIGHTS: given.told_rights,
    }
    if given.until is not None:
        body[UNTIL] = given.until.isoformat()
    if given.event is not None:
        body[EVENT] = checked_text(given.event.strip(), "event", limit=NAME_LIMIT)
    piece = Piece(
        "", case.id, CONSENT, 0, begins,
        checked_text(given.information.strip(), "text of what may be told"),
        stage=UNSIGNED,
        who=checked_text(given.recipient.strip(), "recipient", limit=NAME_LIMIT),
        due_on=today,
        body=body,
    )  # fmt: skip
    if given.signed_on is None:
        return piece
    return piece._replace(**signed(piece, given.signed_on, given.signed_by or case.client))


def check_signature(given: Release, today: date, order: DateOrder | None) -> None:
    """Raises BadValue for a signature ahead, after the end, or of a client who was not told."""
    if given.signed_on is None:
        if given.signed_by is not None:
            raise BadValue("--signed-by needs --signed DAY", hint="say when it was signed")
        return
    if given.signed_on > today:
        raise BadValue(
            f"{spoken(given.signed_on, order)} is still ahead", hint="sign it once it is signed"
        )
    if not given.told_rights:
        raise BadValue(
            "a signature counts once the client was told that they may revoke it",
            hint="--told-rights, or leave --signed out until they were",
        )
    check_ends_after(given.signed_on, given.until, order)


def check_ends_after(begins: date, until: date | None, order: DateOrder | None) -> None:
    if until is not None and until < begins:
        raise BadValue(
            f"the release would end on {spoken(until, order)}, before it begins on "
            f"{spoken(begins, order)}",
            hint="--until takes a later day",
        )


def signed(release: Piece, on: date, by: str) -> dict[str, Any]:
    """What a signature changes of a release: from here on it covers, and owes its renewal."""
    until = until_of(release)
    body: Mapping[str, Any] = {
        **release.body,
        TOLD_RIGHTS: True,
        SIGNED_ON: on.isoformat(),
        SIGNED_BY: checked_text(by.strip(), "name of who signed", limit=NAME_LIMIT),
    }
    return {
        "on_day": on,
        "stage": DATED if until is not None else UNTIL_EVENT,
        "due_on": until if until is not None else on + LOOK_EVERY,
        "body": body,
    }


def new_disclosure(permitted: Permission, on: date) -> Piece:
    """The log of something told, not yet written."""
    release = permitted.release
    body: dict[str, Any] = {PURPOSE: permitted.purpose}
    if release is not None:
        body[RELEASE] = release.number
    if permitted.override is not None:
        body[OVERRIDE] = permitted.override
    if permitted.basis is not None:
        body[BASIS] = permitted.basis
    if permitted.to_client:
        body[TO_CLIENT] = True
    return Piece(
        "", permitted.case_id, DISCLOSURE, 0, on, permitted.what, who=permitted.recipient,
        parent=release.id if release is not None else None, status=DONE, body=body,
    )  # fmt: skip
