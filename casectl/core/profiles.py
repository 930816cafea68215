"""What a sector does in its own way: its words, domains, endings and loads, as plain values.

Its standards are laid over the built-in ones where the configuration is read (``Standards``); what
is here is asked for by the commands that need it. docs/profiles.md tells of each.
"""

from __future__ import annotations

from collections.abc import Mapping

from casectl.core.casework import DIED
from casectl.core.domains import DOMAINS, Domain
from casectl.core.model import Level
from casectl.core.values import NamedTuple

# Why a case ends. A profile allows some of these and may add its own.
GOALS_MET, MOVED, DECLINED, CANNOT_LOCATE = "goals met", "moved", "declined", "cannot locate"
TRANSFERRED, ELIGIBILITY_ENDED = "transferred", "eligibility ended"
REASONS = (
    GOALS_MET, MOVED, DECLINED, CANNOT_LOCATE, TRANSFERRED, DIED, ELIGIBILITY_ENDED,
)  # fmt: skip
WORDS = ("client", "case")  # what a sector may call otherwise
WRITTEN_MEANS = ("letter", "email", "text", "by hand")  # how a notice may be given

# Where a case is, as its record says.
PHASES = ("assessment", "planning", "implementation", "monitoring", "closure")

ByPhase = tuple[int, int, int, int, int]


class Closing(NamedTuple):
    """What a program asks before a case is closed.

    Notice and tries are for whoever did not die, decline or ask for it: the command that closes
    says where they do not apply. ``tries`` counts attempts on record since the client was last
    reached, by at least ``different_means`` of them where more than one is asked.
    """

    reasons: tuple[str, ...] = REASONS
    own_words: bool = True  # whether a reason may be in the worker's own words as well
    notice_means: tuple[str, ...] = WRITTEN_MEANS  # for how many days is a standard: notice
    sign_off: bool = False  # whether somebody else approves it
    tries: int = 3  # before "cannot locate" is a reason
    different_means: int = 2
    transition_sheet: bool = True  # what goes on, and whom to ask, given to the client


class Capacity(NamedTuple):
    """What a case weighs, and what somebody who works full time carries.

    A case weighs its level's points and its phase's. Without ``full_time`` points are counted
    and compared with nothing.
    """

    level: tuple[int, int, int, int] = (1, 2, 4, 8)  # low, medium, high, crisis
    phase: ByPhase = (0, 0, 0, 0, 0)  # as in PHASES
    full_time: int | None = None

    def points(self, level: Level, phase: str) -> int:
        """What one case weighs. ``phase`` is one of PHASES."""
        return self.level[level - 1] + self.phase[PHASES.index(phase)]


class Profile(NamedTuple):
    """One sector's way of working; as it stands here, what holds without a profile."""

    name: str | None = None  # None: no profile is configured
    title: str = "No profile"
    about: str = ""
    words: Mapping[str, str] = {}  # "client" -> "patient"
    asked: tuple[Domain, ...] = DOMAINS  # what a full assessment asks, in its order
    closing: Closing = Closing()
    closings: Mapping[str, Closing] = {}  # of the programs that ask for something else
    capacity: Capacity = Capacity()
    told: frozenset[str] = frozenset()  # what the file itself says: closing.tries, …

    def closing_of(self, program: str | None) -> Closing:
        """What a case of this program is asked before it is closed."""
        return self.closings.get(program or "", self.closing)

    @property
    def domains(self) -> tuple[Domain, ...]:
        """Every domain that may be named: those asked, then the other ones that casectl knows.

        What a sector does not ask a client may still bring up.
        """
        keys = {each.key for each in self.asked}
        return (*self.asked, *(each for each in DOMAINS if each.key not in keys))


BUILT_IN = Profile()
