"""Risk as it is assessed: its kinds, its levels, what a case's risk is, and red flags."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from casectl.core.casework import OPEN, RISK, Piece
from casectl.core.errors import BadValue
from casectl.core.model import RISKS
from casectl.core.text import checked_text, fold, shortened
from casectl.core.values import NamedTuple

SELF_HARM = "self-harm"
# Anything else that somebody fears is a kind in their own words.
KINDS = (
    SELF_HARM, "harm to others", "abuse or neglect", "domestic violence", "medical",
    "homelessness tonight", "overdose",
)  # fmt: skip
LEVELS = tuple(RISKS)  # by number: 0 is none, 4 imminent
NONE, MODERATE = LEVELS.index("none"), LEVELS.index("moderate")
LONGEST_KIND = 60  # characters
# Between the parts of a case's ``flagged_for``: each is ``kind: words``, or words alone.
BETWEEN_FLAGS = "; "


class Risk(NamedTuple):
    """One kind of risk as somebody found it; ``level`` counts in ``LEVELS``."""

    kind: str
    level: int
    note: str | None = None

    @property
    def word(self) -> str:
        return LEVELS[self.level]


def find_kind(text: str) -> str:
    """A kind by its name or the first letters of one alone; else the words as typed.

    Raises BadValue for words that fit several kinds, or are none.
    """
    wanted = fold(text.replace("_", " "))
    whole = [kind for kind in KINDS if fold(kind) == wanted]
    begun = whole or [kind for kind in KINDS if wanted and fold(kind).startswith(wanted)]
    if len(begun) > 1:
        raise BadValue(f"risk {text[:40]!r} may be {' or '.join(begun)}")
    if begun:
        return begun[0]
    kind = checked_text(text.strip(), "kind of risk", limit=LONGEST_KIND)
    if "=" in kind or BETWEEN_FLAGS.strip() in kind or ":" in kind:
        raise BadValue("a kind of risk holds none of = : ;")
    return kind


def find_level(text: str) -> int:
    """``high`` as its number, whole or begun. Raises BadValue."""
    wanted = text.strip().lower()
    found = [place for place, word in enumerate(LEVELS) if wanted and word.startswith(wanted)]
    if len(found) != 1:
        said = ", ".join(LEVELS)
        raise BadValue(f"no level of risk {shortened(text, 40)!r}: it is one of {said}")
    return found[0]


def live(pieces: Iterable[Piece]) -> dict[str, Piece]:
    """The standing assessment of each kind of risk."""
    return {
        each.domain: each
        for each in pieces
        if each.kind == RISK and each.status == OPEN and each.domain is not None
    }


def risk_of(case_risk: str | None, standing: Collection[Piece], found: Collection[Risk]) -> str:
    """What a case's risk is once ``found`` stands beside what stood before: the highest.

    A risk that was set by hand and is higher than any kind explains stays, for nobody has said that
    it is over: until every kind has been looked at, or ``casectl set`` lowers it.
    """
    levels = {each.domain: each.level or NONE for each in standing}
    explained = max(levels.values(), default=NONE)
    levels |= {each.kind: each.level for each in found}
    highest = max(levels.values(), default=NONE)
    by_hand = LEVELS.index(case_risk) if case_risk is not None else NONE
    looked_at_all = {each.kind for each in found} >= set(KINDS)
    if by_hand > explained and not looked_at_all:
        highest = max(highest, by_hand)
    return LEVELS[highest]


# -- red flags ---------------------------------------------------------------------------------


def flagged(before: str | None, raised: Iterable[str]) -> str:
    """What a case is flagged for, with these as well; each once."""
    parts = before.split(BETWEEN_FLAGS) if before else []
    return BETWEEN_FLAGS.join(dict.fromkeys([*parts, *raised]))


def still_flagged(before: str | None, assessed: Collection[str]) -> str | None:
    """What is left of the flags once these kinds were assessed.

    A flag that names a kind waits for that one; another is cleared by any.
    """
    parts = before.split(BETWEEN_FLAGS) if before else []
    left = [each for each in parts if _kind_of(each) not in (None, *assessed)]
    return BETWEEN_FLAGS.join(left) or None


def flag_words(kind: str | None, words: str) -> str:
    said = words.replace(BETWEEN_FLAGS, ", ")
    return f"{kind}: {said}" if kind else said


def _kind_of(flag: str) -> str | None:
    kind, colon, _ = flag.partition(": ")
    return kind if colon and kind in KINDS else None
