"""TOML files -> sector profiles, each rule of docs/profiles.md held with the line of a mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar, cast

from casectl.core.casework import DIED
from casectl.core.domains import BY_KEY, DOMAINS, RESERVED, Domain
from casectl.core.errors import BadValue
from casectl.core.model import Level
from casectl.core.profiles import (
    PHASES,
    REASONS,
    WORDS,
    WRITTEN_MEANS,
    Capacity,
    Closing,
    Profile,
)
from casectl.core.settings import checked_value, find_key, key_at
from casectl.core.standards import Intervals, fault_of, laid_over
from casectl.core.text import NAME_LIMIT, checked_text
from casectl.core.values import NamedTuple
from casectl.formats.sectors import Named
from casectl.formats.toml_document import LONG, Table, echo, parse_toml, read_text

MOST_DOMAINS = 60
MOST_REASONS = 40
MOST_POINTS = 1_000
LONGEST_WORD = 20
LONGEST_REASON = 60

Points = TypeVar("Points", bound=tuple[int, ...])


class Read(NamedTuple):
    """A whole file: the profile, and its standards by key, which the configuration lays over."""

    profile: Profile
    standards: Mapping[str, Any]


def load_profile(named: Named) -> Read:
    """Raises BadConfiguration, one line with the file and the line in it."""
    return parse_profile(named.name, read_text(named.path), named.path)


def parse_profile(name: str, text: str, path: Path) -> Read:
    return read_profile(name, parse_toml(text, path))


def read_profile(name: str, table: Table) -> Read:
    title = table.text("title")
    about = table.text("about", "", limit=LONG)
    told: set[str] = set()
    words = _words(table.table("words"), told)
    standards = _standards(table.table("standards"))
    asked = _asked(table.table("domains"), told)
    closing, closings = _closings(table.table("closing"), told)
    capacity = _capacity(table.table("capacity"), told)
    table.nothing_else()
    profile = Profile(
        name, title, about, words, asked, closing, closings, capacity, frozenset(told)
    )
    return Read(profile, standards)


# -- words and standards -----------------------------------------------------------------------


def _words(table: Table | None, told: set[str]) -> dict[str, str]:
    """What the sector calls a client and a case."""
    words: dict[str, str] = {}
    if table is None:
        return words
    for name in WORDS:
        if not table.has(name):
            table.read.append(name)
            continue
        word = table.text(name, limit=LONGEST_WORD)
        if not word.replace(" ", "").replace("-", "").isalpha():
            raise table.wrong(f"{name} is a word of letters, not {echo(word)}", name)
        words[name] = word
        told.add(f"words.{name}")
    table.nothing_else()
    return words


def _standards(table: Table | None) -> dict[str, Any]:
    """Any of the standards, as the configuration has them, that can be worked to."""
    standards: dict[str, Any] = {}
    if table is None:
        return standards
    for place, value in _leaves(table.values):
        key = key_at(("standards", *place))
        try:
            if key is None:
                find_key(".".join(("standards", *place)))  # raises, and names the nearest
                raise BadValue(f"no setting {'.'.join(place)[:80]!r}")
            standards[key.standard] = checked_value(key, value)
        except BadValue as error:
            raise table.wrong(str(error), *place) from None
    fault = fault_of(laid_over(Intervals(), standards))
    if fault is not None:
        hint = f"; {fault.hint}" if fault.hint else ""
        raise table.wrong(f"{fault.standard} {fault.words}{hint}", *fault.standard.split("."))
    return standards


def _leaves(values: Mapping[str, Any], place: tuple[str, ...] = ()) -> list[tuple[Any, Any]]:
    """Every value and where it stands. A table without one is a value, so that it is refused."""
    found: list[tuple[Any, Any]] = []
    for name, value in values.items():
        if isinstance(value, dict) and value:
            found += _leaves(value, (*place, name))
        else:
            found.append(((*place, name), value))
    return found


# -- domains -----------------------------------------------------------------------------------


def _asked(table: Table | None, told: set[str]) -> tuple[Domain, ...]:
    """The domains that a full assessment asks, in their order, its own ones among them."""
    if table is None:
        return DOMAINS
    own = _own_domains(table)
    known = {**BY_KEY, **own}
    asked = []
    keys = table.keys("asked")
    if len(keys) > MOST_DOMAINS:
        raise table.wrong(f"asked are more than {MOST_DOMAINS}", "asked")
    for place, key in enumerate(keys):
        if key not in known:
            raise table.wrong(f"no domain {echo(key)}; {_near(key, list(known))}", "asked", place)
        asked.append(known[key])
    for place, key in enumerate(own):
        if key not in keys:
            raise table.wrong(f"{echo(key)} is in own and not in asked", "own", place)
    table.nothing_else()
    told.add("domains")
    return tuple(asked)


def _own_domains(table: Table) -> dict[str, Domain]:
    if not table.has("own"):
        table.read.append("own")
        return {}
    own: dict[str, Domain] = {}
    known = {_plain(key): key for key in BY_KEY}
    for place, key in enumerate(table.keys("own")):
        if key != key.lower() or "-" in key or not key[0].isalpha():
            raise table.wrong(
                f"a domain is small letters, digits and underscores, not {echo(key)}", "own", place
            )
        if key in RESERVED:
            raise table.wrong(f"{echo(key)} cannot be a domain's name", "own", place)
        if _plain(key) in known:
            raise table.wrong(
                f"{echo(key)} is casectl's own {known[_plain(key)]}: leave it out of own",
                "own",
                place,
            )
        known[_plain(key)] = key
        own[key] = Domain(key)
    return own


def _plain(key: str) -> str:
    return key.replace("_", "")


def _near(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, n=1, cutoff=0.7)
    return f"did you mean {close[0]}?" if close else "one of your own is named in own as well"


# -- closing and capacity ----------------------------------------------------------------------


def _closings(table: Table | None, told: set[str]) -> tuple[Closing, dict[str, Closing]]:
    """What closing asks, and what it asks in the programs that differ from that."""
    if table is None:
        return Closing(), {}
    programs = table.table("programs")
    closing = _closing(table, Closing(), told, "closing")
    closings: dict[str, Closing] = {}
    for name in programs.values if programs is not None else ():
        assert programs is not None
        own = programs.table(name)
        assert own is not None, "the file holds nothing that is nothing"
        try:
            checked_text(name, "name of a program", limit=NAME_LIMIT)
        except BadValue as error:
            raise programs.wrong(str(error), name) from None
        closings[name] = _closing(own, closing, told, f"closing.programs.{name}")
    return closing, closings


def _closing(table: Table, usual: Closing, told: set[str], where: str) -> Closing:
    """``usual`` with what the table says of it."""
    told |= {f"{where}.{name}" for name in Closing._fields if table.has(name)}
    reasons = table.words("reasons", REASONS, usual.reasons)
    if DIED not in reasons:
        raise table.wrong(f"{echo(DIED)} is always a reason", "reasons")
    own = table.texts("own_reasons", MOST_REASONS, LONGEST_REASON)
    if own:
        told.add(f"{where}.reasons")
    for place, reason in enumerate(own):
        if reason in REASONS:
            raise table.wrong(
                f"{echo(reason)} is casectl's own: name it in reasons", "own_reasons", place
            )
    notice_means = table.words("notice_means", WRITTEN_MEANS, usual.notice_means)
    tries = table.number("tries", 0, 20, usual.tries)
    most = max(tries, 1)
    closing = Closing(
        (*reasons, *own),
        table.yes("own_words", usual.own_words),
        notice_means,
        table.yes("sign_off", usual.sign_off),
        tries,
        table.number("different_means", 1, most, min(usual.different_means, most)),
        table.yes("transition_sheet", usual.transition_sheet),
    )
    table.nothing_else()
    return closing


def _capacity(table: Table | None, told: set[str]) -> Capacity:
    usual = Capacity()
    if table is None:
        return usual
    full_time = table.number("full_time", 1, 1_000_000) if table.has("full_time") else None
    table.read.append("full_time")
    if full_time is not None:
        told.add("capacity.full_time")
    level = _points(table, "level", [each.word for each in Level], usual.level, told)
    for lower, higher in pairwise(Level):
        if level[higher - 1] < level[lower - 1]:
            raise table.wrong(f"{higher.word} weighs less than {lower.word}", "level", higher.word)
    phase = _points(table, "phase", PHASES, usual.phase, told)
    if not any((*level, *phase)):
        raise table.wrong("nothing weighs anything", "level")
    table.nothing_else()
    return usual._replace(level=level, phase=phase, full_time=full_time)


def _points(table: Table, name: str, keys: Sequence[str], usual: Points, told: set[str]) -> Points:
    own = table.table(name)
    if own is None:
        return usual
    told |= {f"capacity.{name}.{key}" for key in keys if own.has(key)}
    weights = dict(zip(keys, usual, strict=True))
    points = tuple(own.number(key, 0, MOST_POINTS, before) for key, before in weights.items())
    own.nothing_else()
    return cast(Points, points)
