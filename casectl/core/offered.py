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
    **dict.fromkeys(("--due", "--at", "--on", "--until", "--again", "--within"), DAYS),
}


def option_values(command: str, option: str) -> Sequence[str]:
    """The words to offer behind ``option`` of this command; none where it takes any."""
    if option == "--kind":
        return DEADLINE_KINDS if command == "deadline" else FOLLOW_UP_KINDS
    return VALUES.get(option, ())
