"""Which services fit a case, in which order, and why; and what keeps the near ones from it.

    first    how much of the open needs it meets: a high need counts 3, a medium 2, a low 1
    then     the client's language is spoken there; it serves where they live; it has room;
             it was verified in time; and by its number

What rules a service out is never silent: a full one, one in other languages, for another age or
another area is listed behind the rest, with the reason. What a service does not say rules nothing
out, and is told as something to ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from casectl.core.casework import Piece
from casectl.core.resources import (
    FULL,
    OPEN,
    WAITLIST,
    Resource,
    ages,
    said,
    verified_words,
)
from casectl.core.standards import VERIFIED_FOR
from casectl.core.text import fold
from casectl.core.values import NamedTuple

# ISO 639-1 and 639-2 codes, and the language's own name where people write that.
LANGUAGES = {
    "en": "english", "eng": "english", "es": "spanish", "spa": "spanish", "espanol": "spanish",
    "fr": "french", "fra": "french", "fre": "french", "francais": "french", "de": "german",
    "ger": "german", "deu": "german", "deutsch": "german", "it": "italian", "ita": "italian",
    "pt": "portuguese", "por": "portuguese", "portugues": "portuguese", "zh": "chinese",
    "zho": "chinese", "chi": "chinese", "mandarin": "chinese", "cantonese": "chinese",
    "vi": "vietnamese", "vie": "vietnamese", "ar": "arabic", "ara": "arabic", "ru": "russian",
    "rus": "russian", "uk": "ukrainian", "ukr": "ukrainian", "pl": "polish", "pol": "polish",
    "so": "somali", "som": "somali", "ht": "haitian creole", "hat": "haitian creole",
    "kreyol": "haitian creole", "tl": "tagalog", "tgl": "tagalog", "fil": "tagalog",
    "ko": "korean", "kor": "korean", "ur": "urdu", "urd": "urdu", "hi": "hindi", "hin": "hindi",
    "pa": "punjabi", "pan": "punjabi", "bn": "bengali", "ben": "bengali", "fa": "persian",
    "fas": "persian", "per": "persian", "farsi": "persian", "dari": "dari", "ps": "pashto",
    "pus": "pashto", "tr": "turkish", "tur": "turkish", "am": "amharic", "amh": "amharic",
    "sw": "swahili", "swa": "swahili", "ja": "japanese", "jpn": "japanese", "ase": "asl",
    "american sign language": "asl", "sk": "slovak", "slk": "slovak", "ro": "romanian",
}  # fmt: skip
ANYWHERE = ("everywhere", "anywhere", "nationwide", "statewide")


class Person(NamedTuple):
    """What of a client a service asks for; None where it is not known."""

    language: str | None = None
    born: str | None = None  # ISO, perhaps partial
    places: tuple[str, ...] = ()  # where they live: an address, or an area that was named


class Fit(NamedTuple):
    """One service for one case."""

    resource: Resource
    needs: tuple[Piece, ...]  # of the case's, those that it meets
    why: tuple[str, ...]
    against: tuple[str, ...] = ()  # why it does not fit after all; empty where it does
    ask: tuple[str, ...] = ()  # what is not known about it
    unverified: str | None = None

    @property
    def is_near(self) -> bool:
        return bool(self.against)


def matching(
    resources: Sequence[Resource],
    needs: Sequence[Piece],
    person: Person,
    today: date,
    verified_for: int = VERIFIED_FOR,
    asked: Mapping[int, str] = {},
) -> list[Fit]:
    """The services that meet any of these needs, the best first, near misses last.

    ``verified_for`` is how many days a verification counts; ``asked`` says of a service, by its
    number, how it was asked for them before and why it is not asked again unthinkingly.
    """
    found = []
    for resource in resources:
        met = tuple(each for each in needs if each.domain in resource.domains)
        if met and resource.ended_on is None:
            fit = _fit(resource, met, person, today, verified_for)
            before = asked.get(resource.number)
            found.append(fit._replace(against=(before, *fit.against)) if before else fit)
    return sorted(found, key=lambda each: _order(each, person))


def _order(fit: Fit, person: Person) -> tuple[object, ...]:
    resource = fit.resource
    return (
        len(fit.against),
        -sum(each.level or 1 for each in fit.needs),
        not _speaks(resource, person.language),
        not _serves(resource, person.places),
        {OPEN: 0, None: 1, WAITLIST: 2, FULL: 3}[resource.capacity],
        fit.unverified is not None,
        resource.number,
    )


def _fit(
    resource: Resource, met: tuple[Piece, ...], person: Person, today: date, verified_for: int
) -> Fit:
    why, against, ask = [], [], []
    for told, no, unknown in (
        _by_room(resource),
        _by_language(resource, person.language),
        _by_age(resource, person.born, today),
        _by_area(resource, person.places),
    ):
        why += [told] if told else []
        against += [no] if no else []
        ask += [unknown] if unknown else []
    wait = said(resource, "wait")
    why += [f"wait {wait[0]}"] if wait else []
    unverified = verified_words(resource, today, verified_for)
    return Fit(resource, met, tuple(why), tuple(against), tuple(ask), unverified)


# What speaks for it, what against it, and what is to be asked.
Judged = tuple[str | None, str | None, str | None]


def _by_room(resource: Resource) -> Judged:
    if resource.body.get("status") == "temporarily closed":
        return None, "temporarily closed", None
    match resource.capacity:
        case "open":
            return "has room", None, None
        case "waitlist":
            return "has a waiting list", None, None
        case "full":
            return None, "full", None
    return None, None, "whether it has room"


def _by_language(resource: Resource, language: str | None) -> Judged:
    if not language:
        return None, None, None
    languages, interpreters = said(resource, "language"), said(resource, "interpretation")
    if _speaks(resource, language):
        return f"{language} is spoken", None, None
    if not languages and not interpreters:
        return None, None, f"whether {language} is spoken"
    told = f"speaks {', '.join(languages)}" if languages else f"interpreters: {interpreters[0]}"
    return None, f"no {language}: {told}", None


def _speaks(resource: Resource, language: str | None) -> bool:
    """Whether a client's language is among theirs, or is named by what they say of interpreters."""
    if not language:
        return True
    wanted = set(_languages(language))
    spoken = {name for each in said(resource, "language") for name in _languages(each)}
    if wanted & spoken:
        return True
    interpreted = f" {fold(' '.join(said(resource, 'interpretation')))} ".replace(",", " ")
    return any(f" {name} " in interpreted for name in wanted)


def _languages(text: str) -> Iterator[str]:
    """The languages that a text names, each by one name: ``Spanish``, ``es`` and ``español``."""
    for part in fold(text).replace("/", ",").replace(";", ",").replace(" and ", ",").split(","):
        name = part.strip()
        if name:
            yield LANGUAGES.get(name, name)


def _by_age(resource: Resource, born: str | None, today: date) -> Judged:
    low, high = ages(resource)
    if low is None and high is None:
        return None, None, None
    told = _age_words(low, high)
    between = ages_on(born, today)
    if between is None:
        return None, None, f"how old the client is ({told})"
    youngest, oldest = between
    if (low is not None and oldest < low) or (high is not None and youngest > high):
        years = str(oldest) if youngest == oldest else f"{youngest} or {oldest}"
        return None, f"{told}, and the client is {years}", None
    if (low is not None and youngest < low) or (high is not None and oldest > high):
        return None, None, f"how old the client is exactly ({told})"
    return told, None, None


def _age_words(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"for ages {low:g} to {high:g}"
    return f"for ages from {low:g}" if low is not None else f"for ages to {high:g}"


def ages_on(born: str | None, today: date) -> tuple[int, int] | None:
    """The youngest and the oldest that somebody can be in whole years; None where not known."""
    parts = (born or "").split("-")
    if not (parts[0].isascii() and parts[0].isdigit()):
        return None
    year, *rest = (int(each) for each in parts if each.isdigit())
    last, first = [*rest, 12, 31][:2], [*rest, 1, 1][:2]
    if len(rest) == 1:
        last, first = [rest[0], 31], [rest[0], 1]
    now = [today.month, today.day]
    youngest = today.year - year - (now < last)
    oldest = today.year - year - (now < first)
    return max(youngest, 0), max(oldest, 0)


def _by_area(resource: Resource, places: tuple[str, ...]) -> Judged:
    areas = said(resource, "area")
    if not areas:
        return None, None, None
    told = _short(", ".join(areas))
    if _serves(resource, places):
        return f"serves {told}", None, None
    if not places:
        return None, None, f"where the client lives (it serves {told})"
    return None, f"serves {told}", None


def _serves(resource: Resource, places: tuple[str, ...]) -> bool:
    """Whether an area of theirs is named where the client lives, or the other way round."""
    areas = [_words(each) for each in said(resource, "area")]
    if not areas:
        return True
    known = [_words(each) for each in places]
    return any(
        any(area in place or place in area for place in known)
        or any(f" {word} " in area for word in ANYWHERE)
        for area in areas
    )


def _words(text: str) -> str:
    """A place to be compared word by word: ``Spring`` is no part of Springfield."""
    return f" {' '.join(fold(text).replace(',', ' ').replace('.', ' ').split())} "


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
