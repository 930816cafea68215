"""A contact in a line: ``12 call 10m aide starts Mon; next check aide mon``.

    [@DAY] CASE  means, outcome, party, minutes in any order  TEXT  [; next STEP WHEN]

One grammar for the log, the day's prompt and what follows ``; next`` in ``reached`` and ``tried``.
Whether somebody was reached is read from words that say so, else it is refused: a contact that was
taken for a reached one would clear what asks for the next. Pure functions of a text and a day.

No error but a BadDay holds a word of the line.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from itertools import islice

from casectl.core.dates import MONDAY_TO_FRIDAY, When, parse_day, parse_when
from casectl.core.errors import BadValue, NotADay
from casectl.core.model import REACHED, TRIED
from casectl.core.spoken import DateOrder, spoken
from casectl.core.text import checked_text, fold
from casectl.core.values import NamedTuple
from casectl.core.workdays import WorkCalendar

MEANS_WORDS = {
    "call": "phone", "called": "phone", "phone": "phone", "phoned": "phone",
    "phone call": "phone", "visit": "visit", "visited": "visit", "home visit": "visit",
    "office": "office", "office visit": "office", "video": "video", "video call": "video",
    "text": "text", "texted": "text", "text message": "text", "sms": "text", "email": "email",
    "e-mail": "email", "emailed": "email", "letter": "letter",
}  # fmt: skip
OUTCOME_WORDS = {"reached": REACHED, "tried": TRIED}
PARTY_WORDS = {
    "guardian": "guardian", "with guardian": "guardian", "collateral": "collateral",
    "with collateral": "collateral", "provider": "provider", "with provider": "provider",
    "with client": "client",  # a bare "client" begins a sentence as often
}  # fmt: skip
# A text that begins so tells of an attempt. The second row tells of one only where it stands alone.
TRIED_PHRASES = (
    "no answer", "no reply", "no response", "no show", "no-show", "not home", "not at home",
    "nobody home", "nobody there", "nobody answered", "no one home", "no one there",
    "no one answered", "did not answer", "didn't answer", "did not pick up", "didn't pick up",
    "left message", "left a message", "left word", "left voicemail", "left a voicemail",
    "left a note", "left note", "voicemail", "rang out", "wrong number", "unanswered",
)  # fmt: skip
TRIED_ALONE = ("busy", "engaged", "line busy", "number busy", "disconnected", "vm", "lm", "out")
# Elsewhere in a text these may tell of an attempt, or of something else: that is not guessed.
DOUBTS = (
    *TRIED_PHRASES, "nobody", "no one", "noone", "mailbox", "could not reach", "couldn't reach",
    "did not come", "didn't come", "did not show", "didn't show", "did not open", "didn't open",
    "not there", "not in", "not available", "unavailable", "was out", "is out", "was away",
    "is away", "out of service", "switched off", "disconnected", "unreachable", "missed call",
    "try again",
)  # fmt: skip
# Written and sent is not yet answered, and a letter never counts as an answer (store/rows.py).
WRITTEN = ("text", "email")

LONGEST_NAME = 4  # words
LONGEST_DAY = 9  # words: "on the day after tomorrow at 9:30 am" and one to spare
MOST_MINUTES = 24 * 60
SIGNS = ("-", "–", "—", ":", ",")

# Patterns stay text until they are needed. None repeats a group that itself repeats.
_NEXT = r"(?i);\s*next(?:\s|:|$)"
_WORD = r"\S+"
_MINUTES = r"([0-9]{1,4}) ?(?:m|mins?|minutes?)"
_HOURS = r"([0-9]{1,2}) ?(?:h|hrs?|hours?)(?: ?([0-9]{1,2}) ?(?:m|mins?|minutes?)?)?"

HOW_TO_BEGIN = (
    "after the case comes call, visit, office, video, text, email or letter, or reached or tried"
)


class OutcomeUnsaid(BadValue):
    """The line tells of a contact, and not whether it reached anybody."""

    def __init__(self) -> None:
        super().__init__(
            "it does not say whether you reached them", hint="write reached or tried after the case"
        )


class DayUnsaid(BadValue):
    """The next step ends with no day."""

    def __init__(self) -> None:
        super().__init__(
            "what follows ; next ends with no day",
            hint="write it as in ; next check aide mon, or a comma where it is no next step",
        )


class Step(NamedTuple):
    """The next step, in the words of the line, and when it is due."""

    what: str
    when: When


class Line(NamedTuple):
    """A line as it was understood. ``case`` is as typed: 12, 12.3, garcia-12, maria garcia."""

    case: str
    outcome: str
    by: str
    party: str
    minutes: int | None
    text: str | None  # as typed, of one piece
    on: date | None  # the day that an @ names
    step: Step | None


def parse_line(
    text: str,
    today: date,
    order: DateOrder | None = None,
    calendar: WorkCalendar = MONDAY_TO_FRIDAY,
) -> Line:
    """One line as somebody means it who writes it ``today``.

    Raises OutcomeUnsaid and DayUnsaid where just that is missing, else BadValue or BadDay, in one
    line that says what is accepted.
    """
    said, clause = split_next(checked_text(text, "line"))
    head = _Head(said)
    head.read(today, order, calendar)
    rest = said[head.end :].strip() or None
    return Line(
        case=head.case,
        outcome=head.outcome or _outcome(head, rest),
        by=head.by or "phone",
        party=head.party or "client",
        minutes=head.minutes,
        text=rest,
        on=head.on,
        step=None if clause is None else read_step(clause, today, order, calendar),
    )


def split_next(text: str) -> tuple[str, str | None]:
    """The text before the last ``; next``, and what follows it; None where there is none."""
    found = [*re.finditer(_NEXT, text)]
    if not found:
        return text, None
    last = found[-1]
    return text[: last.start()].rstrip(), text[last.end() :].strip()


def read_step(
    clause: str,
    today: date,
    order: DateOrder | None = None,
    calendar: WorkCalendar = MONDAY_TO_FRIDAY,
) -> Step:
    """``check aide next tue`` as a step and its day: the longest end that is a day.

    An end that could be two days, or is none of any year, is refused and not read shorter.
    """
    clause = clause.rstrip(" \t.,!")
    if not clause:
        raise BadValue("nothing follows ; next", hint="write it as in ; next check aide mon")
    starts = [each.start() for each in re.finditer(_WORD, clause)]
    for start in starts[-LONGEST_DAY:]:
        with suppress(NotADay):  # but a BadDay ends it: "fri 28 nov" is not read as "28 nov"
            when = parse_when(clause[start:], today, order=order, calendar=calendar)
            break
    else:
        raise DayUnsaid
    what = _without_by(clause[:start].rstrip(" \t,:-"))
    if not what:
        raise BadValue(
            "; next is followed by a day alone", hint="say what is due, as in ; next check aide mon"
        )
    if when.day < today:
        raise BadValue(
            f"the next step's day, {spoken(when.day, order)}, has gone by", hint="give a day ahead"
        )
    return Step(what, when)


def with_case(text: str, name: str) -> str:
    """The line with another name for its case, once somebody chose one."""
    start, end = _Head(split_next(text)[0]).place
    return f"{text[:start]}{name}{text[end:]}"


def with_outcome(text: str, outcome: str) -> str:
    """The line with ``reached`` or ``tried`` behind its case."""
    head = _Head(split_next(text)[0])
    end = head.spans[head.after - 1][1]
    return f"{text[:end]} {outcome}{text[end:]}"


def with_day(text: str, day: str) -> str:
    """The line with a day at its end, for a next step that has none."""
    return f"{text.rstrip(' .,!')} {day}"


def _without_by(what: str) -> str:
    """``papers by fri`` is papers, due on Friday."""
    before, _, last = what.rpartition(" ")
    return before.rstrip() if last.lower() in ("by", "due") else what


# --- What stands before the text --------------------------------------------------------------


class _Head:
    """The words of a line up to its text: whose contact it is, and how it went."""

    def __init__(self, said: str) -> None:
        self.said = said
        # No head is longer than this; a text may be.
        self.spans = [each.span() for each in islice(re.finditer(_WORD, said), 4 * LONGEST_NAME)]
        self.words = [fold(said[start:end]).rstrip(",.:;!") for start, end in self.spans]
        self.by: str | None = None
        self.outcome: str | None = None
        self.party: str | None = None
        self.minutes: int | None = None
        self.on: date | None = None
        self.at = ""  # the day after an @, as typed
        self.told = False  # how it went is told: only minutes may follow
        self.first = 1 if self.words and self.words[0].startswith("@") else 0
        if len(self.spans) <= self.first:
            raise BadValue("it names no case", hint="a line begins with a number, handle or name")
        self.after = self._end_of_name()
        self.end = len(said)

    @property
    def place(self) -> tuple[int, int]:
        """Where the case's name begins and ends in the line."""
        start, end = self.spans[self.first][0], self.spans[self.after - 1][1]
        return start, start + len(self.said[start:end].rstrip(":,"))

    @property
    def case(self) -> str:
        start, end = self.place
        name = self.said[start:end].strip("\"'“”")
        if not name:
            raise BadValue("it names no case", hint="a line begins with a number, handle or name")
        return name

    def read(self, today: date, order: DateOrder | None, calendar: WorkCalendar) -> None:
        if self.first:
            self.at = self._typed(0)
        place = self.after
        while place < len(self.words) and (size := self._take(place)):
            place += size
            # Behind a colon words of the head are words of the text: "reached: letter came".
            self.told |= self._typed(place - 1).endswith(":")
        while place < len(self.words) and self._typed(place) in SIGNS:
            place += 1
        if place < len(self.words):
            self.end = self.spans[place][0]
        if self.at:
            self.on = parse_day(self.at[1:], today, order=order, calendar=calendar, back=True)

    def _end_of_name(self) -> int:
        """The place of the first word after the name: a number is one word, a name up to four."""
        first = self.first
        if any(char.isdigit() for char in self.words[first]):
            return first + 1
        for place in range(first, min(first + LONGEST_NAME, len(self.words))):
            if self._typed(place).endswith(":") or place + 1 == len(self.words):
                return place + 1
            if self._begins_at(place + 1):
                return place + 1
        return first + 1

    def _begins_at(self, place: int) -> bool:
        known = (*MEANS_WORDS, *OUTCOME_WORDS, *PARTY_WORDS)
        if any(each in known or _minutes(each) is not None for each in self._phrases(place)):
            return True
        typed = self._typed(place)
        return typed in SIGNS or typed.startswith("@") or _tells_of_a_try(self._rest(place))

    def _take(self, place: int) -> int:
        """How many words here belong to the head: two, one, or none. Each kind comes once."""
        for size, phrase in zip((2, 1), self._phrases(place), strict=True):
            if self.minutes is None and (minutes := _minutes(phrase)) is not None:
                self.minutes = minutes
                if minutes > MOST_MINUTES:
                    raise BadValue("a contact takes up to 24 hours", hint="write minutes as 10m")
            elif self.told:
                continue
            elif self.by is None and phrase in MEANS_WORDS:
                self.by = MEANS_WORDS[phrase]
            elif self.outcome is None and phrase in OUTCOME_WORDS:
                self.outcome = OUTCOME_WORDS[phrase]
            elif self.party is None and phrase in PARTY_WORDS:
                self.party = PARTY_WORDS[phrase]
            elif size == 1 and not self.at and phrase.startswith("@"):
                self.at = self._typed(place)
            else:
                continue
            return size
        return 0

    def _phrases(self, place: int) -> tuple[str, str]:
        """The two words that begin here ("" where only one is left), and the one."""
        two = self.words[place : place + 2]
        return " ".join(two) if len(two) == 2 else "", self.words[place]

    def _typed(self, place: int) -> str:
        start, end = self.spans[place]
        return self.said[start:end]

    def _rest(self, place: int) -> str:
        return self.said[self.spans[place][0] :]


def _minutes(phrase: str) -> int | None:
    """``10m``, ``45 min``, ``1h`` and ``1h30`` in minutes; None for anything else."""
    if parts := re.fullmatch(_MINUTES, phrase):
        return int(parts[1])
    if parts := re.fullmatch(_HOURS, phrase):
        return 60 * int(parts[1]) + int(parts[2] or 0)
    return None


# --- Reached or tried -------------------------------------------------------------------------


def _outcome(head: _Head, text: str | None) -> str:
    """What the means and the text say of it, where no word of the head does."""
    if text is not None and _tells_of_a_try(text):
        return TRIED
    if head.by == "letter" and text is not None:
        return TRIED
    if head.by is None and head.minutes is None and head.party is None:
        raise BadValue("it does not say how you got in touch", hint=HOW_TO_BEGIN)
    if text is None or head.by is None or head.by in WRITTEN or _is_in_doubt(text):
        raise OutcomeUnsaid
    return REACHED


def _tells_of_a_try(text: str) -> bool:
    words = _plain(text[:200])
    for phrase in TRIED_PHRASES:
        if words.startswith(phrase) and not words[len(phrase) :][:1].isalnum():
            return True
    return any(words == each or words.startswith((f"{each},", f"{each};")) for each in TRIED_ALONE)


def _is_in_doubt(text: str) -> bool:
    return re.search(rf"(?<!\w)(?:{'|'.join(DOUBTS)})", _plain(text)) is not None


def _plain(text: str) -> str:
    return fold(text).replace("’", "'").rstrip(".!")
