"""Letters from templates: what of a record a template may name, and filling it in.

A template is text with fields in braces, ``{client}``; ``{{`` is a brace. A letter whose template
names ``{recipient}``, or what a referral says, goes to somebody else than the client.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from casectl.core.casework import REFERRAL, Piece
from casectl.core.closing import closing_of, tries_of
from casectl.core.consents import NOTICE
from casectl.core.errors import Ambiguous, BadValue
from casectl.core.known import unavailable
from casectl.core.model import APPOINTMENT, MISSED, OPEN, Promise
from casectl.core.spoken import DateOrder, spoken
from casectl.core.text import fold
from casectl.core.values import NamedTuple
from casectl.core.views import File

FIELD = r"\{([a-z][a-z0-9_]{0,39})\}"
RECIPIENT = "recipient"
OF_A_REFERRAL = frozenset({"referral", "organization"})
# Where a field comes from, for whoever is told that it is not filled in.
FROM_RECORD: Mapping[str, str] = {
    "address": "casectl edit {number} --address TEXT",
    "birth_date": "casectl edit {number} --dob DAY",
    "phone": "casectl edit {number} --phone TEXT",
    "program": "casectl edit {number} --program NAME",
    "need": "casectl edit {number} --need TEXT",
    "notice_on": "casectl close {number} --notice --by letter",
    "notice_until": "casectl close {number} --notice --by letter",
    "reason": "casectl close {number} --notice --by letter --reason TEXT, or --field reason=TEXT",
    "appointment_day": "casectl appointment {number} TEXT --at WHEN",
    "appointment_time": "casectl appointment {number} TEXT --at 'DAY HOUR'",
    "appointment_place": "casectl appointment {number} TEXT --at WHEN --place TEXT",
    "missed_day": "casectl missed ITEM",
    "last_tried": "casectl tried {number}",
    "last_reached": "casectl reached {number}",
    "referral": "name the referral, as in 12.ref1",
    RECIPIENT: "--to NAME",
}
NOT_AVAILABLE = "not available"  # of a fact that somebody said cannot be had
# The same in every letter: one's own folder says it once.
OURS = ("agency", "agency_address", "agency_phone", "agency_hours")


class Letter(NamedTuple):
    """A template by its name."""

    kind: str
    text: str
    own: bool = False  # whether it stands in one's own folder

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(re.findall(FIELD, self.text.replace("{{", ""))))

    @property
    def goes_to_others(self) -> bool:
        """Whomever a template types as its addressee: a referral is told to its agency."""
        return not {RECIPIENT, *OF_A_REFERRAL}.isdisjoint(self.fields)


class About(NamedTuple):
    """What one letter is about, of several appointments or referrals that there may be."""

    promise: Promise | None = None
    referral: Piece | None = None


def about(
    file: File, kind_fields: tuple[str, ...], named: str | None, to: str | None = None
) -> About:
    """The appointment or referral that a letter tells of: named, or the only one that fits.

    ``to``, where somebody named a recipient, tells several open referrals apart. Raises BadValue
    for an item that the letter is not about, Ambiguous where several fit.
    """
    wants_appointment = any(each.startswith("appointment_") for each in kind_fields)
    wants_missed = "missed_day" in kind_fields
    wants_referral = not OF_A_REFERRAL.isdisjoint(kind_fields)
    status = OPEN if wants_appointment else MISSED
    promises = [
        each
        for each in file.promises
        if each.kind == APPOINTMENT
        and each.status == status
        and (wants_appointment or wants_missed)
    ]
    referrals = [each for each in file.casework if each.kind == REFERRAL and wants_referral]
    if named is not None:
        return _named(file, named, promises, referrals)
    if wants_appointment and len(promises) > 1:
        raise _several(file, [str(each.number) for each in promises])
    standing = [each for each in referrals if each.status == OPEN]
    if len(standing) > 1 and to is not None:
        standing = [each for each in standing if is_to(each, to)] or standing
    if len(standing) > 1:
        raise _several(file, [each.part for each in standing])
    last = max(promises, key=lambda each: (each.due_on, each.number), default=None)
    return About(last, standing[0] if standing else None)


def _named(file: File, part: str, promises: list[Promise], referrals: list[Piece]) -> About:
    for promise in promises:
        if part == str(promise.number):
            return About(promise=promise)
    for piece in referrals:
        if part == piece.part and piece.status == OPEN:
            return About(referral=piece)
        if part == piece.part:
            raise BadValue(
                f"{file.case.number}.{part} is {piece.stage} and over",
                hint=f"casectl referral list {file.case.number} shows those that are open",
            )
    raise BadValue(
        f"{file.case.number}.{part[:20]} is nothing that this letter tells of",
        hint=f"casectl show {file.case.number}",
    )


def is_to(referral: Piece, recipient: str) -> bool:
    return fold(referral.who or "") == fold(recipient)


def check_recipient(file: File, referral: Piece | None, to: str, *, said_why: bool) -> None:
    """Raise BadValue for a letter of one agency's referral that would go to another.

    Unless somebody says what the other one is told it for: then that purpose needs the release.
    """
    if referral is None or said_why or is_to(referral, to):
        return
    item = f"{file.case.number}.{referral.part}"
    raise BadValue(
        f"{item} is to {(referral.who or '')[:40]!r}, not to {to[:40]!r}",
        hint=f"casectl refer {file.case.number} SERVICE refers them there; "
        "--purpose TEXT says what else they are told it for",
    )


def _several(file: File, parts: list[str]) -> Ambiguous:
    named = ", ".join(f"{file.case.number}.{each}" for each in parts[:10])
    return Ambiguous(f"{file.case.handle} has several: {named}", hint="name one instead of CASE")


def record_fields(
    file: File, about: About, worker: str, today: date, recipient: str | None,
    order: DateOrder | None,
) -> dict[str, str | None]:  # fmt: skip
    """Everything that the record fills in; None where it does not say."""

    def day(when: date | None) -> str | None:
        return spoken(when, order) if when is not None else None

    case, client = file.case, file.client
    closing = closing_of(file.casework)
    notice = (closing.body.get("notice") or {}) if closing is not None else {}
    tries = tries_of(file.contacts, file.case.opened_on)
    promise = about.promise
    is_missed = promise is not None and promise.status == MISSED
    cannot_be_had = unavailable(file)

    def known(fact: str, value: str | None) -> str | None:
        return value or (NOT_AVAILABLE if fact in cannot_be_had else None)

    return {
        "today": day(today),
        "client": case.client,
        "case": str(case.number),
        "worker": worker,
        RECIPIENT: recipient,
        "address": client.address,
        "phone": known("phone", client.phone),
        "birth_date": known("birth date", client.birth_date),
        "program": known("program", case.program),
        "need": known("need", case.need),
        "notice_on": day(_read(notice.get("on"))),
        "notice_until": day(_read(notice.get("until"))),
        "reason": closing.what if closing is not None else None,
        "appointment_day": day(promise.due_on) if promise and not is_missed else None,
        "appointment_time": promise.due_time if promise and not is_missed else None,
        "appointment_place": promise.place if promise and not is_missed else None,
        "missed_day": day(promise.due_on) if promise and is_missed else None,
        "last_tried": day(tries[-1].on_day) if tries else None,
        "last_reached": day(file.record.reached_client_on),
        "referral": about.referral.what if about.referral is not None else None,
        "organization": about.referral.who if about.referral is not None else None,
        "part2_notice": NOTICE,
    }


def _read(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def filled(letter: Letter, fields: Mapping[str, str | None]) -> str:
    """The letter. Raises BadValue, naming every field that is not filled in: none is left out."""
    missing = list(unfilled(letter, fields))
    if missing:
        raise BadValue(f"the letter lacks {', '.join(missing)}")
    parts = letter.text.split("{{")
    return "{".join(re.sub(FIELD, lambda match: fields[match[1]] or "", part) for part in parts)


def unfilled(letter: Letter, fields: Mapping[str, str | None]) -> Iterator[str]:
    for name in letter.fields:
        value = fields.get(name)
        if value is None or not value.strip():
            yield name


def how_to_fill(name: str, number: int, folder: str) -> str:
    """What fills a field in: the record, one's own folder, or the command line."""
    if name in FROM_RECORD:
        return FROM_RECORD[name].format(number=number)
    return f"a line '{name}: TEXT' in {folder}/fields.txt, or --field {name}=TEXT"


def checked_template(text: str) -> int | None:
    """The line of a brace that begins no field; None where all are sound."""
    for place, line in enumerate(text.split("\n"), 1):
        rest = re.sub(FIELD, "", line.replace("{{", ""))
        if "{" in rest:
            return place
    return None
