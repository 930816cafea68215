"""The words to offer for an option's value, where that is one of a few, or a day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from casectl.core.model import (
    DEADLINE_KINDS,
    FOLLOW_UP_KINDS,
    MEANS,
    PARTIES,
    REACHED,
    RISKS,
    STATUSES,
    TRIED,
    URGENCIES,
)

if TYPE_CHECKING:
    from casectl.core.profiles import Profile

DAYS = (
    "today", "tomorrow", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "eow", "eom",
)  # fmt: skip
VALUES: Mapping[str, Sequence[str]] = {
    "--risk": tuple(RISKS),
    "--urgency": tuple(URGENCIES),
    "--level": tuple(URGENCIES),
    "--by": MEANS,
    "--with": PARTIES,
    "--outcome": (REACHED, TRIED),
    "--status": STATUSES,
    "--priority": ("low", "medium", "high"),
    "--sex": ("female", "male"),
    "--as": ("guardian", "emergency", "family", "provider", "lawyer", "interpreter", "other"),
    **dict.fromkeys(
        (
            "--due",
            "--at",
            "--on",
            "--until",
            "--again",
            "--within",
            "--review",
            "--reviewed",
            "--signed",
        ),
        DAYS,
    ),
}
OF_A_DOMAIN = ("--domain", "--strength", "--need", "--note")


def is_the_profiles(command: str, option: str) -> bool:
    """Whether a profile may have other words behind this option than casectl has."""
    return command == "close" and option in ("--by", "--reason")


def option_values(command: str, option: str, profile: Profile | None = None) -> Sequence[str]:
    """The words to offer behind ``option`` of this command; none where it takes any."""
    if is_the_profiles(command, option):
        return _of_an_end(option, profile)
    if option == "--kind":
        return DEADLINE_KINDS if command == "deadline" else FOLLOW_UP_KINDS
    if command in ("assess", "need") and option in ("--risk", *OF_A_DOMAIN):
        names = _kinds_of_risk() if option == "--risk" else _domains()
        return tuple(f"{name}=" for name in names) if command == "assess" else names
    return VALUES.get(option, ())


def _of_an_end(option: str, profile: Profile | None) -> tuple[str, ...]:
    """The means of a notice, or the reasons, of every program, as one word each.

    A word is letters, digits and hyphens: what else stands in somebody's file, a shell could act
    on. That is enough to name it.
    """
    from casectl.core.closing import DUPLICATE
    from casectl.core.profiles import BUILT_IN

    profile = profile or BUILT_IN
    words: list[str] = []
    for each in (profile.closing, *profile.closings.values()):
        words += each.notice_means if option == "--by" else each.reasons
    if option == "--reason":
        words.append(DUPLICATE)
    return tuple(dict.fromkeys("-".join(re.findall(r"\w+", each)) for each in words))


def _domains() -> tuple[str, ...]:
    """The first word of each, which is enough to name it."""
    from casectl.core.domains import DOMAINS

    return tuple(each.words.partition(" ")[0] for each in DOMAINS)


def _kinds_of_risk() -> tuple[str, ...]:
    from casectl.core.risks import KINDS

    return tuple(kind.partition(" ")[0] for kind in KINDS)
