"""The intervals a program works to, as data. Defaults from the design; configuration overrides.

Every tuple has one entry per level: low, medium, high, crisis.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from casectl.core.errors import BadConfiguration
from casectl.core.model import Level
from casectl.core.values import NamedTuple
from casectl.core.workdays import WorkCalendar

ByLevel = tuple[int, int, int, int]


class Lead(NamedTuple):
    """How a hard date announces itself, in working days before it."""

    warning: int  # shown as SOON
    lead: int  # in the DEADLINE band


DEADLINE_LEADS: Mapping[str, Lead] = {
    "court": Lead(10, 2),
    "appeal": Lead(10, 5),
    "authorization": Lead(10, 3),
    "recertification": Lead(30, 5),
    "other": Lead(7, 2),
}


# Days that what is on record about a service is relied on without a word, unless the configuration
# has others. A catalogue is of no program, so this is none of a program's intervals.
VERIFIED_FOR = 180


class Intervals(NamedTuple):
    """One program's standards. Days unless a name says working days."""

    contact: ByLevel = (30, 14, 7, 1)
    first_contact: ByLevel = (10, 5, 2, 1)  # working days after intake
    retry: ByLevel = (5, 2, 1, 0)  # working days after an attempt; 0 is later the same day
    follow_up: int = 7  # how late counts as one missed interval
    first_assessment: int = 30
    reassessment: int = 180
    high_review: int = 30
    crisis_review: int = 3
    plan: int = 30  # after the assessment, and to a goal for a need
    plan_review: int = 90
    goal_review: int = 30  # after progress on a goal whose day is past
    note: int = 3  # to write the note of a contact; 0 asks for none
    transition_contact: int = 2  # working days after a discharge, release or move
    draft_lapse: int = 30  # until an assessment that was begun asks to be finished
    referral: int = 7  # of silence until a referral is chased, and until a draft is to be sent
    consent_warning: int = 30  # before a release lapses
    notice: int = 14  # of closure, to the client; 0 asks for none
    aftercare: int = 30  # after closing
    handover: int = 2  # working days until a colleague has accepted what was handed over
    missing: int = 7  # after intake, until what is required and was left out is asked for
    requires: tuple[str, ...] = ()  # of model.KNOWABLE, what has to be known of a case
    guardian_counts: bool = False  # reaching the guardian clears a contact
    deadlines: Mapping[str, Lead] = DEADLINE_LEADS

    def lead(self, subject: str) -> Lead:
        return self.deadlines.get(subject) or self.deadlines["other"]


BY_LEVEL_FIELDS = ("contact", "first_contact", "retry")
DAY_FIELDS = (
    "follow_up", "first_assessment", "reassessment", "high_review", "crisis_review", "plan",
    "plan_review", "goal_review", "note", "transition_contact", "draft_lapse",
    "referral", "consent_warning", "notice", "aftercare", "handover", "missing",
)  # fmt: skip
MAY_BE_NONE = ("note", "notice")  # of these, 0 asks for nothing


class Standards(NamedTuple):
    """The default intervals, the programs that differ, the working calendar, and the horizon."""

    intervals: Intervals = Intervals()
    programs: Mapping[str, Intervals] = {}
    calendar: WorkCalendar = WorkCalendar()
    horizon: int = 7  # days ahead that SOON looks
    client: str = "client"  # what the sector calls one: patient
    sources: Mapping[str, str] = {}  # "contact.high" or "Housing.plan" -> where that comes from

    def of(self, program: str | None) -> Intervals:
        return self.programs.get(program or "", self.intervals)

    @property
    def guardian_counts(self) -> bool:
        """Whether reaching the guardian clears a contact in any program."""
        return any(each.guardian_counts for each in (self.intervals, *self.programs.values()))

    @property
    def requires_any(self) -> bool:
        """Whether any program has to know something of its cases."""
        return any(each.requires for each in (self.intervals, *self.programs.values()))

    def source(self, program: str | None, name: str, level: int = 1) -> str:
        """What set a standard; of one that goes by level, what set it for ``level``."""
        if name in BY_LEVEL_FIELDS:
            name = f"{name}.{Level(level).word}"
        own = self.sources.get(f"{program}.{name}") if program else None
        return own or self.sources.get(name, "default")

    def common_scale(self) -> int:
        """A number that every allowance divides: missed intervals compare exactly as integers."""
        allowances = {7, 1}
        for each in (self.intervals, *self.programs.values()):
            allowances.update(each.contact, each.first_contact)
            allowances.update(getattr(each, name) or 1 for name in DAY_FIELDS)
        scale = 1
        for days in allowances:  # by hand: loading `math` costs more than all of this
            common, rest = scale, days
            while rest:
                common, rest = rest, common % rest
            scale = scale * days // common
        return scale


class Fault(NamedTuple):
    """Why intervals cannot be worked to: the standard that is wrong, what is, and what to do."""

    standard: str  # contact, deadlines.court
    words: str
    hint: str | None = None


NEVER_LONGER = "a higher level may never wait longer than a lower one"


def fault_of(intervals: Intervals) -> Fault | None:
    """The first thing that is wrong with them.

    A standard may not ask for less as the level rises: raising a case's level would otherwise
    lower it on the list.
    """
    for name in BY_LEVEL_FIELDS:
        values: ByLevel = getattr(intervals, name)
        least = 0 if name == "retry" else 1
        if len(values) != len(Level) or any(value < least for value in values):
            return Fault(name, f"needs {least} or more days for each level")
        if any(low < high for low, high in pairwise(values)):
            return Fault(name, "grows with the level", NEVER_LONGER)
    for name in DAY_FIELDS:
        least = 0 if name in MAY_BE_NONE else 1
        if getattr(intervals, name) < least:
            return Fault(name, f"needs {least} or more days")
    if intervals.crisis_review > intervals.high_review:
        return Fault("crisis_review", "is longer than high_review", NEVER_LONGER)
    for subject, lead in intervals.deadlines.items():
        if lead.lead < 0 or lead.warning < lead.lead:
            return Fault(f"deadlines.{subject}", "needs a warning no shorter than its lead")
    return None


def checked(intervals: Intervals, where: str) -> Intervals:
    """``intervals`` if they can be worked to, else BadConfiguration naming ``where``."""
    fault = fault_of(intervals)
    if fault is not None:
        raise BadConfiguration(f"{where}: {fault.standard} {fault.words}", hint=fault.hint)
    return intervals


def laid_over(base: Intervals, own: Mapping[str, Any]) -> Intervals:
    """``base`` with what ``own`` says of it by key (``contact.high``, ``plan``), unchecked."""
    values: dict[str, Any] = {
        name: own[name] for name in (*DAY_FIELDS, "guardian_counts") if name in own
    }
    values["requires"] = tuple(own.get("requires", base.requires))
    for name in BY_LEVEL_FIELDS:
        before = getattr(base, name)
        values[name] = tuple(own.get(f"{name}.{level.word}", before[level - 1]) for level in Level)
    values["deadlines"] = {
        kind: Lead(
            own.get(f"deadlines.{kind}.warning", base.deadlines[kind].warning),
            own.get(f"deadlines.{kind}.lead", base.deadlines[kind].lead),
        )
        for kind in DEADLINE_LEADS
    }
    return base._replace(**values)
