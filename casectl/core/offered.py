"""The words to offer for an option's value, where that is one of a few, or a day."""

from collections.abc import Mapping, Sequence

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


def option_values(command: str, option: str) -> Sequence[str]:
    """The words to offer behind ``option`` of this command; none where it takes any."""
    if command == "close" and option in ("--by", "--reason"):
        return _of_an_end(option)
    if option == "--kind":
        return DEADLINE_KINDS if command == "deadline" else FOLLOW_UP_KINDS
    if command in ("assess", "need") and option in ("--risk", *OF_A_DOMAIN):
        names = _kinds_of_risk() if option == "--risk" else _domains()
        return tuple(f"{name}=" for name in names) if command == "assess" else names
    return VALUES.get(option, ())


def _of_an_end(option: str) -> tuple[str, ...]:
    """The means of a notice, or the reasons, as one word each."""
    from casectl.core.closing import DUPLICATE
    from casectl.core.profiles import REASONS, WRITTEN_MEANS

    words = WRITTEN_MEANS if option == "--by" else (*REASONS, DUPLICATE)
    return tuple(each.replace(" ", "-") for each in words)


def _domains() -> tuple[str, ...]:
    """The first word of each, which is enough to name it."""
    from casectl.core.domains import DOMAINS

    return tuple(each.words.partition(" ")[0] for each in DOMAINS)


def _kinds_of_risk() -> tuple[str, ...]:
    from casectl.core.risks import KINDS

    return tuple(kind.partition(" ")[0] for kind in KINDS)
