"""One small grammar for days and times, used by every command and flag.

Refuses what could be read in two ways. Knows no clock: ``today`` is always an argument. Knows no
locale: the words are English everywhere, so the same text means the same day on every machine.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

from casectl.core.errors import BadDay, NotADay
from casectl.core.spoken import MONTHS, WEEKDAYS, DateOrder
from casectl.core.values import NamedTuple
from casectl.core.workdays import WorkCalendar

MONDAY_TO_FRIDAY = WorkCalendar()
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2200, 12, 31)

A_DAY = "a day"
LONGEST_TEXT = 60
LONGEST_ECHO = 40
MOST_UNITS = 9999  # of days, weeks, months or years: more is a slip of the finger
# A day without its year that was, or will be, within so many days on the other side may as well be
# that one: a hearing of last week must not land in next year, nor tomorrow's call in the last.
CLOSE = 60
LEAP_YEAR = 2024  # any of them: it shows how long each month can be

NUMBER_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip

_WEEKDAY_WORDS = {word.lower(): n for n, name in enumerate(WEEKDAYS) for word in (name, name[:3])}
_WEEKDAY_WORDS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_MONTH_WORDS = {word.lower(): n for n, name in enumerate(MONTHS, 1) for word in (name, name[:3])}
_MONTH_WORDS |= {"sept": 9}

# Patterns are plain text: ``re`` compiles and keeps each at its first use, so importing is free.
# None repeats a group that itself repeats, so none can backtrack for long.
_CLOCK = r"(?:^| )(?:at )?(noon|\d{1,2}(?::\d\d){1,2}(?: ?[ap]m)?|\d{1,2} ?[ap]m)(?= |$)"
# An hour alone, beside a day. What may as well be one of the afternoon is not read as any.
_BARE_HOUR = r"(?:^| )at ([7-9]|1\d|2[0-3])(?= |$)"
_DOUBTFUL_HOUR = r"(?:^|.* )at ([0-6])"
_CLOCK_PARTS = r"(\d{1,2})(?::(\d\d))?(?::(\d\d))? ?([ap]m)?"
_YEAR_FIRST = r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})"
_NUMBERS = r"(\d{1,2})([-/.])(\d{1,2})(?:\2(\d+))?"
_DAY_MONTH = r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?[ -]?(?:of )?([a-z]+)\.?(?:[ -](\d+))?"
_MONTH_DAY = r"([a-z]+)\.?[ -]?(?:the )?(\d{1,2})(?:st|nd|rd|th)?(?:[ -](\d+))?"
_DAY_OF_MONTH = r"(?:the )?(\d{1,2})(?:st|nd|rd|th)"
_AMOUNT = r"(?:(\d+) ?|([a-z]+) )((?:working |business )?[a-z]+)"
_DISTANCE = rf"(in |\+)?{_AMOUNT}( ago| from (?:now|today))?"

_UNITS = {
    "d": "day",
    "w": "week",
    "wk": "week",
    "mo": "month",  # never a bare "m", which is as often minutes
    "y": "year",
    "yr": "year",
    "wd": "working day",
    "business day": "working day",
}


class When(NamedTuple):
    """A day, and an hour of it as 24-hour ``HH:MM`` where one was given."""

    day: date
    time: str | None = None


class _Written(NamedTuple):
    """A day as somebody wrote it, perhaps without its year."""

    year: int | None
    month: int
    day: int


class _Reading(NamedTuple):
    """One text being read, and what its words are relative to."""

    text: str
    today: date
    order: DateOrder | None = None
    calendar: WorkCalendar = MONDAY_TO_FRIDAY
    kind: str = A_DAY
    span: str = f"days run from {FIRST_DAY.year} to {LAST_DAY.year}"
    back: bool = False  # a day without its year or week is the last such day, not the next
    far: bool = False  # and however long ago that was

    def refuse(self, reason: str, error: type[BadDay] = BadDay) -> BadDay:
        return error(f"cannot read {quoted(self.text)} as {self.kind}: {reason}")


# --- What the commands call -----------------------------------------------------------------


def parse_when(
    text: str,
    today: date,
    *,
    order: DateOrder | None = None,
    calendar: WorkCalendar = MONDAY_TO_FRIDAY,
    back: bool = False,
    far: bool = False,
) -> When:
    """The day, and the time of day if any, that ``text`` means to somebody who reads it today.

    A time alone is a time today. ``back`` looks back, for what has happened: ``fri`` and ``9 nov``
    are then the last such day, today included, instead of the next. A day that is nearly a year ago
    is asked about, unless it may be as ``far``: where a report begins.

    Days run from 1900 to 2200. Raises BadDay, in one line that says what is accepted.
    """
    reading = _Reading(text, today, order, calendar, back=back, far=far)
    words, time = _split_time(plain_words(text), reading)
    if not words and time:
        return When(today, time)
    try:
        day = _read_day(words, reading)
    except OverflowError:
        raise reading.refuse(reading.span) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise reading.refuse(reading.span)
    return When(day, time)


def parse_day(
    text: str,
    today: date,
    *,
    order: DateOrder | None = None,
    calendar: WorkCalendar = MONDAY_TO_FRIDAY,
    back: bool = False,
    far: bool = False,
) -> date:
    """As ``parse_when`` where no hour is kept: a time of day is refused, never dropped."""
    when = parse_when(text, today, order=order, calendar=calendar, back=back, far=far)
    if when.time:
        raise _Reading(text, today).refuse("it has a time of day; write the day alone")
    return when.day


def parse_birth_date(text: str, today: date, *, order: DateOrder | None = None) -> str:
    """A birth date as ISO text, as exact as it is known: ``2011-03-05``, ``2011-03`` or ``2011``.

    The year is always written out: nobody's birthday is "the next 5 March". From 1900 to today.
    """
    span = f"birth dates run from {FIRST_DAY.year} to today"
    reading = _Reading(text, today, order, kind="a birth date", span=span)
    words = plain_words(text)
    born = _partial_date(words) or _full_birth_date(words, reading)
    if born[:4] < str(FIRST_DAY.year):
        raise reading.refuse(span)
    if born > today.isoformat()[: len(born)]:
        raise reading.refuse("it lies in the future")
    return born


def quoted(text: str) -> str:
    """The start of ``text``, in quotes and escaped, so that a terminal acts on none of it."""
    return repr(text if len(text) <= LONGEST_ECHO else text[: LONGEST_ECHO - 1] + "…")


def plain_words(text: str, longest: int = LONGEST_TEXT) -> str:
    """``text`` in lower case, its words one space apart and its commas gone.

    Only ASCII passes: other scripts' digits look alike and Python would count with some of them.
    """
    stripped = text.strip(" \t\r\n")
    if len(stripped) > longest:
        raise NotADay(f"cannot read {quoted(text)}: it is longer than {longest} characters")
    if not (stripped.isascii() and stripped.isprintable()):
        raise NotADay(f"cannot read {quoted(text)}: write plain letters and the digits 0 to 9")
    return " ".join(stripped.lower().replace(",", " ").split())


def weekday_number(word: str) -> int | None:
    """0 for ``mon`` or ``monday`` up to 6; None for any other word."""
    return _WEEKDAY_WORDS.get(word)


def unit_name(word: str) -> str:
    """``week`` for ``week``, ``weeks``, ``wk`` and ``w``; an unknown word comes back singular."""
    singular = word.removesuffix("s")
    return _UNITS.get(singular, singular)


# --- Times ----------------------------------------------------------------------------------


def _split_time(words: str, reading: _Reading) -> tuple[str, str | None]:
    """The words that tell the day, and the time of day beside them."""
    words = re.sub(r"^(\d{4}-\d\d-\d\d)t(?=\d)", r"\1 ", words)
    found = re.findall(_CLOCK, words)
    if not found:
        return _split_hour(words)
    if len(found) > 1:
        raise reading.refuse("it has two times of day")
    return re.sub(_CLOCK, "", words).strip(), _read_time(found[0], reading)


def _split_hour(words: str) -> tuple[str, str | None]:
    """``14 jan at 9``: the day, and ``09:00``. Without a day ``at 9`` is no time."""
    found = re.search(_BARE_HOUR, words)
    day = re.sub(_BARE_HOUR, "", words, count=1).strip()
    return (day, f"{int(found[1]):02}:00") if found and day else (words, None)


def _read_time(text: str, reading: _Reading) -> str:
    if text == "noon":
        return "12:00"
    parts = re.fullmatch(_CLOCK_PARTS, text)
    assert parts is not None  # _CLOCK found it
    hour, minute, half = int(parts[1]), int(parts[2] or 0), parts[4]
    if half and not 1 <= hour <= 12:
        raise reading.refuse("with am or pm, hours run from 1 to 12")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise reading.refuse("times run from 0:00 to 23:59")
    if parts[3] not in (None, "00"):
        raise reading.refuse("times are kept to the minute; leave the seconds out")
    return f"{hour:02}:{minute:02}"


# --- Days -----------------------------------------------------------------------------------


def _read_day(words: str, reading: _Reading) -> date:
    words = words.removeprefix("on ")
    for read in _FORMS:
        day = read(words, reading)
        if day is not None:
            return day
    if words in _MONTH_WORDS:
        raise reading.refuse(f"which day of the month? write 1 {words} or {words} 15")
    if words.isdigit():
        raise reading.refuse("a number alone is not a day; write 3rd, in 3 days or 2026-12-03")
    if hour := re.fullmatch(_DOUBTFUL_HOUR, words):
        raise reading.refuse(f"write {hour[1]}am or {hour[1]}pm, with its day", NotADay)
    raise reading.refuse("write 2026-12-05, 5 dec, fri, tomorrow or in 2 weeks", NotADay)


def _named_day(words: str, reading: _Reading) -> date | None:
    """``today`` and its like. An end is never a past day.

    ``eow`` is the last working day of this week, or today once that has gone by, ``end of next
    week`` that of the next; ``eom`` and ``eoy`` are the last day of the month and of the year,
    worked or not.
    """
    today = reading.today
    match re.sub(r"^end of (?:the|this) ", "end of ", words):
        case "today" | "tonight":
            return today
        case "tomorrow" | "tmrw" | "tomorow":
            return today + timedelta(days=1)
        case "yesterday":
            return today - timedelta(days=1)
        case "day after tomorrow" | "the day after tomorrow":
            return today + timedelta(days=2)
        case "next week":
            return _monday(today) + timedelta(days=7)
        case "next month":
            return months_after(today.replace(day=1), 1)
        case "next year":
            return months_after(today.replace(month=1, day=1), 12)
        case "eow" | "end of week":
            sunday = _monday(today) + timedelta(days=6)
            return max(today, reading.calendar.on_or_before(sunday))
        case "end of next week":
            return reading.calendar.on_or_before(_monday(today) + timedelta(days=13))
        case "end of next month":
            following = months_after(today.replace(day=1), 1)
            return following.replace(day=month_length(following.year, following.month))
        case "eom" | "end of month":
            return today.replace(day=month_length(today.year, today.month))
        case "eoy" | "end of year":
            return today.replace(month=12, day=31)
    return None


def _named_weekday(words: str, reading: _Reading) -> date | None:
    """``fri`` is the next one, never today (looking back: the last one, or today).

    ``this`` and ``next`` count weeks from Monday.
    """
    which, _, name = words.rpartition(" ")
    number = weekday_number(name)
    if number is None:
        return None
    today = reading.today
    match which:
        case "" if reading.back:
            return today - timedelta(days=(today.weekday() - number) % 7)
        case "":
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
        case "this":
            return _monday(today) + timedelta(days=number)
        case "next":
            return _monday(today) + timedelta(days=7 + number)
        case "last":
            return today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
    return None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _distance(words: str, reading: _Reading) -> date | None:
    """``in 2 weeks``, ``2w``, ``+10d``, ``a month``, ``3 days ago``, ``in 3 working days``."""
    parts = re.fullmatch(_DISTANCE, words)
    if not parts:
        return None
    ahead, digits, word, name, way = parts.groups()
    amount = int(digits) if digits else NUMBER_WORDS.get(word)
    ago = way == " ago"
    if amount is None or (ago and ahead):
        return None
    if amount > MOST_UNITS:
        raise reading.refuse(reading.span)
    return _step(reading, unit_name(name), -amount if ago else amount)


def _step(reading: _Reading, unit: str, amount: int) -> date | None:
    today, calendar = reading.today, reading.calendar
    match unit:
        case "day":
            return today + timedelta(days=amount)
        case "week":
            return today + timedelta(weeks=amount)
        case "fortnight":
            return today + timedelta(weeks=2 * amount)
        case "month":
            return months_after(today, amount)
        case "year":
            return months_after(today, 12 * amount)
        case "working day":
            return calendar.before(today, -amount) if amount < 0 else calendar.after(today, amount)
    return None


def month_length(year: int, month: int) -> int:
    """How many days a month has. (``calendar`` knows too, and loads ``locale`` to say it.)"""
    next_month = date(year + month // 12, month % 12 + 1, 1)
    return (next_month - timedelta(days=1)).day


def months_after(day: date, count: int) -> date:
    """The same day ``count`` months on, or that month's last day where it is shorter."""
    years, month = divmod(day.month - 1 + count, 12)
    year = day.year + years
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise OverflowError("beyond the days that casectl keeps")
    return date(year, month + 1, min(day.day, month_length(year, month + 1)))


def _calendar_day(words: str, reading: _Reading) -> date | None:
    """A written day, behind its weekday or not: ``fri 27 nov``. The two must agree."""
    first, _, rest = words.partition(" ")
    number = weekday_number(first)
    day = _unprefixed_day(words if number is None else rest, reading)
    if day is None or number is None or day.weekday() == number:
        return day
    meant, said = WEEKDAYS[day.weekday()], WEEKDAYS[number]
    plain_day = f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"
    raise reading.refuse(f"{plain_day} is a {meant}, not a {said}")


def _unprefixed_day(words: str, reading: _Reading) -> date | None:
    written = _written_day(words, reading)
    if written:
        day = _settle(written, reading)
        return day if written.year or reading.far else _not_the_other(day, reading)
    parts = re.fullmatch(_DAY_OF_MONTH, words)
    return _next_day_of_month(int(parts[1]), reading) if parts else None


_FORMS: tuple[Callable[[str, _Reading], date | None], ...] = (
    _named_day,
    _named_weekday,
    _distance,
    _calendar_day,
)


# --- Days written with numbers and month names ----------------------------------------------


def _written_day(words: str, reading: _Reading) -> _Written | None:
    if parts := re.fullmatch(_YEAR_FIRST, words):
        return _Written(int(parts[1]), int(parts[3]), int(parts[4]))
    if parts := re.fullmatch(_NUMBERS, words):
        return _numeric_day(parts, reading)
    if (parts := re.fullmatch(_DAY_MONTH, words)) and parts[2] in _MONTH_WORDS:
        return _Written(_year(parts[3], reading), _MONTH_WORDS[parts[2]], int(parts[1]))
    if (parts := re.fullmatch(_MONTH_DAY, words)) and parts[1] in _MONTH_WORDS:
        return _Written(_year(parts[3], reading), _MONTH_WORDS[parts[1]], int(parts[2]))
    return None


def _numeric_day(parts: re.Match[str], reading: _Reading) -> _Written | None:
    """``13/02/2026`` has one reading. ``3/4`` has two, unless the configured order says."""
    if parts[4] is None and parts[2] != "/":
        return None  # 3.4 and 3-4 are as often an amount and a range
    first, second, year = int(parts[1]), int(parts[3]), _year(parts[4], reading)
    day_first, month_first = _Written(year, second, first), _Written(year, first, second)
    if first > 12 or first == second:
        return day_first
    if second > 12:
        return month_first
    if reading.order is None:
        raise _two_readings(day_first, month_first, reading)
    return day_first if reading.order == "dmy" else month_first


def _two_readings(one: _Written, other: _Written, reading: _Reading) -> BadDay:
    names = [f"{w.day} {_month_name(w, reading)}" for w in (one, other)]
    days = [_settle(w, reading).isoformat() for w in (one, other)]
    return reading.refuse(
        f"it could be {' or '.join(names)}; write {' or '.join(days)}, or set date_order"
    )


def _year(digits: str | None, reading: _Reading) -> int | None:
    if digits is None:
        return None
    if len(digits) != 4:
        hours = " (an hour is written 9:00 or 9am)" if reading.kind == A_DAY else ""
        raise reading.refuse(f"it needs a 4-digit year{hours}")
    return int(digits)


def _month_name(written: _Written, reading: _Reading) -> str:
    if not 1 <= written.month <= 12:
        raise reading.refuse(f"there is no month {written.month}")
    return MONTHS[written.month - 1]


def _settle(written: _Written, reading: _Reading) -> date:
    """The day meant: in its year, or without one the next such day (or last), today included."""
    month = _month_name(written, reading)
    if written.day == 0:
        raise reading.refuse("days of the month start at 1")
    if written.year is not None:
        return _day_in_year(written, written.year, reading)
    longest = month_length(LEAP_YEAR, written.month)
    if written.day > longest:
        raise reading.refuse(f"{month} has {longest} days")
    year, this_year = reading.today.year, (reading.today.month, reading.today.day)
    step = -1 if reading.back else 1
    passed = (written.month, written.day) < this_year
    if (written.month, written.day) != this_year and passed != reading.back:
        year += step
    while written.day > month_length(year, written.month):
        year += step
    return date(year, written.month, written.day)


def _not_the_other(day: date, reading: _Reading) -> date:
    """``day``, unless the same day of the year before (looking back: after) is as likely meant."""
    year = day.year + (1 if reading.back else -1)
    if day == reading.today or day.day > month_length(year, day.month):
        return day
    other = date(year, day.month, day.day)
    away = abs((other - reading.today).days)
    if away > CLOSE:
        return day
    days = f"{away} day{'' if away == 1 else 's'}"
    if reading.back:
        raise reading.refuse(
            f"{other} is {days} ahead, and the last one was {day}; write the one you mean"
        )
    raise reading.refuse(f"{other} was {days} ago; write that, or {day}")


def _day_in_year(written: _Written, year: int, reading: _Reading) -> date:
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise reading.refuse(reading.span)
    length = month_length(year, written.month)
    if written.day > length:
        last = date(year, written.month, length)
        month = _month_name(written, reading)
        raise reading.refuse(f"{month} {year} has {length} days; the last is {last}")
    return date(year, written.month, written.day)


def _next_day_of_month(number: int, reading: _Reading) -> date:
    """The next ``31st`` (or last), today included, passing over the months that have none."""
    if not 1 <= number <= 31:
        raise reading.refuse("days of the month run from 1 to 31")
    month, step = reading.today.replace(day=1), -1 if reading.back else 1
    if number != reading.today.day and (number < reading.today.day) != reading.back:
        month = months_after(month, step)
    while number > month_length(month.year, month.month):
        month = months_after(month, step)
    return month.replace(day=number)


# --- Birth dates ----------------------------------------------------------------------------


def _partial_date(words: str) -> str | None:
    """``2011``, ``2011-03``, ``march 2011`` and ``03/2011``; None for anything else."""
    if re.fullmatch(r"\d{4}", words):
        return words
    if parts := re.fullmatch(r"(\d{4})[-/](\d{1,2})", words):
        year, month = parts[1], int(parts[2])
    elif parts := re.fullmatch(r"(\d{1,2})[-/](\d{4})", words):
        year, month = parts[2], int(parts[1])
    elif parts := re.fullmatch(r"([a-z]+)\.?[ -](\d{4})", words):
        year, month = parts[2], _MONTH_WORDS.get(parts[1], 0)
    else:
        return None
    return f"{year}-{month:02}" if 1 <= month <= 12 else None


def _full_birth_date(words: str, reading: _Reading) -> str:
    written = _written_day(words, reading)
    if written is None:
        raise reading.refuse("write 1978-03-29, 29 mar 1978, 1978-03 or 1978")
    if written.year is None:
        raise reading.refuse("it needs a 4-digit year")
    if written.year > reading.today.year:
        raise reading.refuse("it lies in the future")
    return _settle(written, reading).isoformat()
