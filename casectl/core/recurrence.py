"""When a repeating promise comes round again.

A repeat is RRULE text (RFC 5545), so that it leaves for any calendar as it is. It is read together
with ``first``, the first day of the whole series, which is kept beside it and never moves: the
pace of "every 2 weeks" and the end of "6 times" are both counted from there.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from casectl.core.dates import (
    LAST_DAY,
    MONDAY_TO_FRIDAY,
    NUMBER_WORDS,
    parse_day,
    plain_words,
    quoted,
    unit_name,
    weekday_number,
)
from casectl.core.errors import BadDay
from casectl.core.spoken import MONTHS, WEEKDAYS, DateOrder, spoken
from casectl.core.workdays import WorkCalendar

if TYPE_CHECKING:
    from dateutil.rrule import rrule

LONGEST_RULE = 200
MOST = 999  # times, or units apart
ACCEPTED = "write day, 2 weeks, month, mon,thu, working day or last day, until DAY or for 6 times"
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_OFFICE_DAYS = "MO,TU,WE,TH,FR"

# Each word's frequency, and how many of it the word means.
_UNITS = {
    "day": ("DAILY", 1),
    "week": ("WEEKLY", 1),
    "fortnight": ("WEEKLY", 2),
    "month": ("MONTHLY", 1),
    "quarter": ("MONTHLY", 3),
    "year": ("YEARLY", 1),
}
_ADVERBS = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
}

_NUMBER = r"[1-9]\d{0,2}"
_ORDINAL = r"[-+]?[1-5]"
_MONTH_DAY = r"-?(?:[1-9]|[12]\d|3[01])"
_WEEKDAY = "(?:MO|TU|WE|TH|FR|SA|SU)"

# What a rule may hold, in the order it is kept in. Hours are refused: a promise falls on a day.
_PARTS = {
    "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": _NUMBER,
    "BYMONTH": r"(?:[1-9]|1[0-2])(?:,(?:[1-9]|1[0-2])){0,11}",
    "BYMONTHDAY": rf"{_MONTH_DAY}(?:,{_MONTH_DAY}){{0,30}}",
    "BYDAY": rf"(?:{_ORDINAL})?{_WEEKDAY}(?:,(?:{_ORDINAL})?{_WEEKDAY}){{0,6}}",
    "BYSETPOS": _ORDINAL,
    "WKST": _WEEKDAY,
    "UNTIL": r"\d{8}(?:T\d{6}Z?)?",
    "COUNT": _NUMBER,
}
# Kept narrow so that looking for the next day always ends soon: a day or a week that is also
# narrowed by month could search thousands of years in vain.
_PARTS_OF = {
    "DAILY": set[str](),
    "WEEKLY": {"BYDAY"},
    "MONTHLY": {"BYMONTHDAY", "BYDAY", "BYSETPOS"},
    "YEARLY": {"BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"},
}


def parse_every(
    text: str,
    first: date,
    today: date,
    *,
    order: DateOrder | None = None,
    calendar: WorkCalendar = MONDAY_TO_FRIDAY,
) -> str:
    """The RRULE of a series that begins on ``first`` and comes round ``every`` ``text``.

    A working day is a weekday one works; a repeat knows no holidays, for RRULE has none. A raw
    RRULE means what the RFC says, so a bare FREQ=MONTHLY from the 31st skips short months, where
    ``month`` takes their last day. Raises BadDay, in one line.
    """
    if re.match(r"\s*(?:RRULE:|FREQ=)", text, re.IGNORECASE):
        parts = _read_rule(text)
    else:
        parts = _read_words(text, first, today, order, calendar)
    if parts.get("INTERVAL") == "1":
        del parts["INTERVAL"]
    rule = _rule_text(parts)
    if next_after(rule, first, first) is None:
        raise _refusal(text, f"it never comes round after {spoken(first, order)}")
    return rule


def next_after(rule: str, first: date, after: date) -> date | None:
    """The series' next day strictly after ``after``; None once it has ended.

    ``first`` begins the series, and is one of its "6 times", whether or not it fits the rule: the
    RFC counts it so.
    """
    if after < first:
        return first
    found = _series(_read_rule(rule), first).after(_midnight(after))
    return found.date() if found and found.date() <= LAST_DAY else None


def spoken_rule(rule: str, order: DateOrder | None = None) -> str:
    """``every 2 weeks``, ``monthly on the last day, 6 times``: the rule as a person says it."""
    parts = _read_rule(rule)
    pace, on = _spoken_pace(parts), _spoken_on(parts, order)
    if on and pace == "every week":
        pace, on = f"every {on}", ""
    return pace + (f" on {on}" if on else "") + _spoken_end(parts, order)


def _refusal(text: str, reason: str) -> BadDay:
    return BadDay(f"cannot read {quoted(text)} as a repeat: {reason}")


def _series(parts: dict[str, str], first: date) -> rrule:
    from dateutil.rrule import rrule, rrulestr

    start = _midnight(first)
    series = rrulestr(_rule_text(parts), dtstart=start)
    if "COUNT" in parts and start not in series:
        rest = {**parts, "COUNT": str(int(parts["COUNT"]) - 1)}
        series = rrulestr(_rule_text(rest), dtstart=start)
    assert isinstance(series, rrule)  # one rule is never a set of rules
    return series


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _rule_text(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={parts[name]}" for name in _PARTS if name in parts)


# --- Reading words --------------------------------------------------------------------------


def _read_words(
    text: str, first: date, today: date, order: DateOrder | None, calendar: WorkCalendar
) -> dict[str, str]:
    words = plain_words(text).removeprefix("every ")
    words, until, day = words.partition(" until ")
    if until:
        last = parse_day(day, today, order=order, calendar=calendar)
        end = {"UNTIL": last.isoformat().replace("-", "")}
    else:
        words, end = _split_count(words, text)
    pace = _named_days(words, calendar) or _units_apart(words, first)
    if pace is None:
        raise _refusal(text, ACCEPTED)
    return pace | end


def _split_count(words: str, text: str) -> tuple[str, dict[str, str]]:
    """The pace, and the count that ends it: ``for 6 times``, ``six times`` or ``x6``."""
    found = re.search(r" (?:x ?(\d+)|(?:for )?(\d+|[a-z]+) times)$", words)
    if not found:
        return words, {}
    count = _number(found[1] or found[2])
    if count is None or not 1 <= count <= MOST:
        raise _refusal(text, f"it comes round from 1 to {MOST} times")
    return words[: found.start()], {"COUNT": str(count)}


def _named_days(words: str, calendar: WorkCalendar) -> dict[str, str] | None:
    """``mon and thu``, ``working day``, ``last day``; None for anything else."""
    if words in ("last day", "last day of the month", "eom", "end of month"):
        return {"FREQ": "MONTHLY", "BYMONTHDAY": "-1"}
    if words in ("weekday", "working day", "business day"):
        numbers = set(calendar.weekdays)
    else:
        names = [weekday_number(word) for word in words.split() if word != "and"]
        numbers = {number for number in names if number is not None}
        if not names or None in names:
            return None
    return {"FREQ": "WEEKLY", "BYDAY": ",".join(_CODES[number] for number in sorted(numbers))}


def _units_apart(words: str, first: date) -> dict[str, str] | None:
    """``2 weeks``, ``month``, ``other day``, ``quarterly``: an amount of days to years."""
    found = re.fullmatch(r"(?:(\d+) ?|([a-z]+) )?([a-z]+)", words)
    if not found:
        return None
    amount = _number(found[1] or found[2] or "one")
    unit = unit_name(_ADVERBS.get(found[3], found[3]))
    if amount is None or unit not in _UNITS:
        return None
    frequency, each = _UNITS[unit]
    if not 1 <= amount * each <= MOST:
        return None
    return {"FREQ": frequency, "INTERVAL": str(amount * each)} | _day_within(frequency, first)


def _day_within(frequency: str, first: date) -> dict[str, str]:
    """The day of the month or year that the series keeps, and what a month without it takes.

    Left to itself RRULE skips a month that has no 31st. Of the 28th to the wanted day, the last
    that the month has is meant, so the promise is kept every month and returns to its own day.
    """
    if frequency == "MONTHLY":
        return _clamped(first.day)
    if frequency == "YEARLY":
        leap_day = (first.month, first.day) == (2, 29)
        days = _clamped(29) if leap_day else {"BYMONTHDAY": str(first.day)}
        return {"BYMONTH": str(first.month)} | days
    return {}


def _clamped(day: int) -> dict[str, str]:
    if day <= 28:
        return {"BYMONTHDAY": str(day)}
    if day == 31:
        return {"BYMONTHDAY": "-1"}
    return {"BYMONTHDAY": ",".join(str(d) for d in range(28, day + 1)), "BYSETPOS": "-1"}


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    return 2 if word == "other" else NUMBER_WORDS.get(word)


# --- Reading rules --------------------------------------------------------------------------


def _read_rule(text: str) -> dict[str, str]:
    """The parts of an RRULE, each known and well formed and all of them fit to stand together."""
    if len(text) > LONGEST_RULE:
        raise _refusal(text, f"it is longer than {LONGEST_RULE} characters")
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if name in parts or not re.fullmatch(_PARTS.get(name, "(?!)"), value, re.ASCII):
            raise _refusal(text, f"{quoted(part)} cannot stand in a repeat")
        parts[name] = value
    if fault := _fault(parts):
        raise _refusal(text, fault)
    if "UNTIL" in parts:
        parts["UNTIL"] = _last_day(parts["UNTIL"], text)
    return parts


def _fault(parts: dict[str, str]) -> str | None:
    """Why these parts cannot stand together, or None. The RFC's rules, and narrower."""
    frequency = parts.get("FREQ")
    narrowing = {name for name in parts if name.startswith("BY")}
    if frequency is None:
        return "FREQ is missing"
    if stray := narrowing - _PARTS_OF[frequency]:
        return f"{frequency} takes no {' or '.join(sorted(stray))}"
    if frequency == "WEEKLY" and re.search(r"\d", parts.get("BYDAY", "")):
        return "WEEKLY takes weekdays without a number"
    if {"UNTIL", "COUNT"} <= parts.keys():
        return "it may end by UNTIL or by COUNT, not both"
    if {"BYDAY", "BYMONTHDAY"} <= narrowing:
        return "it may name BYDAY or BYMONTHDAY, not both"
    if "BYSETPOS" in narrowing and not narrowing & {"BYDAY", "BYMONTHDAY"}:
        return "BYSETPOS needs BYDAY or BYMONTHDAY"
    if frequency == "YEARLY" and narrowing and "BYMONTH" not in narrowing:
        return "YEARLY needs BYMONTH beside a day"
    return None


def _last_day(until: str, text: str) -> str:
    try:
        return date.fromisoformat(until[:8]).isoformat().replace("-", "")
    except ValueError:
        raise _refusal(text, f"UNTIL={until} is no day") from None


# --- Saying rules ---------------------------------------------------------------------------


def _spoken_pace(parts: dict[str, str]) -> str:
    frequency, interval = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    if frequency == "MONTHLY" and interval == 1:
        return "monthly"
    unit = next(unit for unit, (name, _) in _UNITS.items() if name == frequency)
    return f"every {unit}" if interval == 1 else f"every {interval} {unit}s"


def _spoken_on(parts: dict[str, str], order: DateOrder | None) -> str:
    days = _spoken_weekdays(parts) if "BYDAY" in parts else _spoken_month_days(parts)
    months = [MONTHS[int(number) - 1][:3] for number in _split(parts, "BYMONTH")]
    if not months:
        return days
    kept = _kept_day(parts)
    if kept and len(months) == 1:
        return f"{months[0]} {kept}" if order == "mdy" else f"{kept} {months[0]}"
    return f"{days or 'its day'} of {_listed(months)}"


def _kept_day(parts: dict[str, str]) -> int | None:
    """The one day of the month that a rule keeps, clamped to short months or not."""
    days = [int(day) for day in _split(parts, "BYMONTHDAY")]
    if not days or days[-1] < 1 or (len(days) > 1 and parts | _clamped(days[-1]) != parts):
        return None
    return days[-1]


def _spoken_month_days(parts: dict[str, str]) -> str:
    kept = _kept_day(parts)
    if kept and "BYSETPOS" in parts:
        return f"the {_nth(kept)} or the last day"
    days = [int(day) for day in _split(parts, "BYMONTHDAY")]
    return _spoken_choice(parts, [f"the {_nth(n)}" + (" day" if n < 0 else "") for n in days])


def _spoken_weekdays(parts: dict[str, str]) -> str:
    if parts["BYDAY"] == _OFFICE_DAYS:
        nth = parts.get("BYSETPOS")
        return f"the {_nth(int(nth))} weekday" if nth else "weekday"
    days = []
    for code in _split(parts, "BYDAY"):
        name = WEEKDAYS[_CODES.index(code[-2:])][:3]
        days.append(f"the {_nth(int(code[:-2]))} {name}" if code[:-2] else name)
    return _spoken_choice(parts, days)


def _spoken_choice(parts: dict[str, str], days: list[str]) -> str:
    nth = parts.get("BYSETPOS")
    return f"the {_nth(int(nth))} of {_listed(days)}" if nth else _listed(days)


def _spoken_end(parts: dict[str, str], order: DateOrder | None) -> str:
    if "UNTIL" in parts:
        return f" until {spoken(date.fromisoformat(parts['UNTIL']), order)}"
    return f", {parts['COUNT']} times" if "COUNT" in parts else ""


def _split(parts: dict[str, str], name: str) -> list[str]:
    return parts[name].split(",") if name in parts else []


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _nth(number: int) -> str:
    """``1st``, ``22nd``; counted from the end, ``last`` and ``2nd-last``."""
    if number < 0:
        return "last" if number == -1 else f"{_nth(-number)}-last"
    suffix = "th" if 11 <= number <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
