"""Each kind of due item is seen to appear on its day through the commands, and to clear by them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from conftest import Run

from casectl.core.due import RULES, DueItem, Rules
from casectl.core.facts import PROMISED, WATCHED
from casectl.core.model import APPOINTMENT, DEADLINE, FOLLOW_UP
from casectl.core.standards import Intervals, Standards
from casectl.store import Caseload
from casectl.store.rows import read_records

pytestmark = pytest.mark.usefixtures("caseload")

MONDAY, SATURDAY = "2026-11-02", "2026-11-21"
# Most cases were taken in on a Monday; what each row tells is typed on the days it names.
ADA = "intake 'Ada Example' --urgency medium --risk low --on 2026-11-02 --new"
FAR = "follow 1 'ask for the lease' --due 2027-06-01"
ASSESSED = "assess 1 --domain housing=2 --on 2026-11-03"
AGREED = "plan agree 1 --with client --by visit --on 2026-11-04"
PHQ9 = "screen 1 phq9 1,1,1,1,0,0,0,0,"
REQUIRED = "config set standards.requires language"
STANDARDS = Standards(Intervals(requires=("language",)))
IMPORTED = "name,urgency,risk,intake\nAda Example,medium,low,"


# What referrals, denials, releases, hand-overs and closings owe is tested with their own commands.
WITH_OTHERS = ("referral", "denial", "consent", "handover", "closing", "aftercare")


class Row(NamedTuple):
    """What is typed, what then appears and on which day, and what clears it, typed that day."""

    kind: str
    stage: str
    typed: tuple[str, ...]
    item: str
    day: str
    clears: str
    imported: bool = False
    at_once: bool = False  # it appears by the last line, on the day it was typed


ROWS = [
    Row(FOLLOW_UP, "", (ADA, "follow 1 'ask for the lease' --due 2026-11-20"), "1.1",
        "2026-11-20", "done 1.1 sent"),
    Row(FOLLOW_UP, "", (ADA, "follow 1 'ask for the lease' --due 2026-11-20"), "1.1",
        "2026-11-20", "snooze 1.1 2026-12-01 'the office is closed'"),
    Row(DEADLINE, "court", (ADA, "deadline 1 hearing --kind court --on 2026-12-04"), "1.1",
        "2026-12-02", "done 1.1 adjourned"),
    Row(APPOINTMENT, "", (ADA, "appointment 1 clinic --at '2026-11-20 10:00'"), "1.1",
        "2026-11-20", "kept 1.1 'she came'"),
    Row(APPOINTMENT, "missed",
        (ADA, FAR, "reached 1 hello --on 2026-11-03",
         "appointment 1 clinic --at '2026-11-10 10:00'",
         "appointment 1 clinic --at '2026-11-17 10:00'", "missed 1.2",
         "missed 1.3"), "1.missed", "2026-11-18", "reached 1 'the bus is gone'", at_once=True),
    Row("contact", "first", (ADA, FAR), "1.contact", "2026-11-09", "reached 1 hello"),
    Row("contact", "again", (ADA, FAR, "reached 1 hello --on 2026-11-03"), "1.contact",
        "2026-11-17", "reached 1 hello"),
    Row("safety", "begun", (ADA, FAR, "set 1 --urgency crisis --reason 'a threat'"),
        "1.safety", "2026-11-18", "reached 1 'she is safe'", at_once=True),
    Row("safety", "reach", (ADA.replace("medium", "crisis"), FAR,
        "reached 1 'she is safe' --on 2026-11-17"), "1.safety", "2026-11-18",
        "reached 1 'seen today' --with provider --seen-by 'Dr Sample' --until tomorrow"),
    Row("safety", "review", (ADA.replace("medium", "crisis"), FAR), "1.review", "2026-11-05",
        "set 1 --urgency crisis --reason 'looked at it'"),
    Row("safety", "flag", (ADA, FAR, PHQ9 + "1"), "1.flag", "2026-11-18",
        "assess 1 --risk self-harm=low", at_once=True),
    Row("safety", "plan",
        (ADA, FAR, "assess 1 --risk self-harm=moderate --on 2026-11-04 --safety-plan "
         "'calls her sister' --review 2026-11-18"), "1.r1", "2026-11-18",
        "assess 1 --reviewed 'in 2 weeks'"),
    Row("assessment", "first", (ADA, FAR), "1.assessment", "2026-12-02",
        "assess 1 --domain housing=2"),
    Row("assessment", "again", (ADA, FAR, ASSESSED), "1.assessment", "2027-04-30",
        "assess 1 --domain housing=3"),
    Row("assessment", "level", (ADA.replace("medium", "high"), FAR), "1.review", "2026-12-02",
        "set 1 --urgency high --reason 'looked at it'"),
    Row("assessment", "repeat", (ADA, FAR, PHQ9 + "0"), "1.q1", "2026-12-18", PHQ9 + "0"),
    Row("plan", "first", (ADA, FAR, ASSESSED, "goal add 1 'keeps the flat'"), "1.plan",
        "2026-12-03", "plan agree 1 --with client --by visit"),
    Row("plan", "review", (ADA, FAR, ASSESSED, "goal add 1 'keeps the flat'", AGREED), "1.plan",
        "2027-02-02", "plan review 1 'goes on'"),
    Row("plan", "need", (ADA, FAR, "need add 1 'a lease' --domain housing --on 2026-11-04"),
        "1.need1", "2026-12-04", "goal add 1 'keeps the flat' --need 1"),
    Row("goal", "target", (ADA, FAR, "goal add 1 'keeps the flat' --by 2026-12-18"), "1.g1",
        "2026-12-18", "goal progress 1.g1 0 'as hoped'"),
    Row("goal", "again",
        (ADA, FAR, "goal add 1 'keeps the flat' --by 2026-11-18", "goal progress 1.g1 -1 'less'"),
        "1.g1", "2026-12-18", "goal done 1.g1 'signed'"),
    Row("goal", "step", (ADA, FAR, "step add 1 'bring the lease' --who client --due 2026-11-20"),
        "1.s1", "2026-11-20", "step done 1.s1 'here it is'"),
    Row("note", "", (ADA, FAR, "reached 1 --on 2026-11-17"), "1.note", "2026-11-20",
        "note 1 'spoke of the rent' --contact 1.c1"),
    Row("transition", "contact", (ADA, FAR, "transition add 1 discharge --on 2026-11-17"),
        "1.t1", "2026-11-19", "reached 1 'home and tired'"),
    Row("transition", "visit", (ADA, FAR, "transition add 1 discharge --on 2026-11-17"),
        "1.t1v", "2026-11-24", "reached 1 'home and tired' --by visit"),
    Row("voice", "", (ADA, FAR, "voice 1 4 'you call back'"), "1.o1", "2027-02-16",
        "voice 1 5 'still'"),
    Row("next_step", "set", (ADA, "reached 1 hello", FAR, "done 1.1 sent"), "1.next",
        "2026-11-18", "follow 1 'call the school' --due 2026-12-18", at_once=True),
    Row("next_step", "clock", ("intake --from - --yes",), "1.next", "2026-11-30",
        "deadline 1 hearing --kind court --on 2027-03-01", imported=True),
    Row("next_step", "decide", (f"{ADA} --pending",), "1.next", "2026-11-09",
        "accept 1 --next 'call the school' --due 2026-12-18"),
    Row("missing", "", (REQUIRED, ADA, FAR), "1.missing", "2026-11-09",
        "edit 1 --language Spanish"),
    Row("missing", "", (REQUIRED, ADA, FAR), "1.missing", "2026-11-09",
        "edit 1 --not-available language --reason 'has not said a word yet'"),
    Row("missing", "clock", (REQUIRED, "intake --from - --yes"), "1.missing", "2026-11-30",
        "edit 1 --language Spanish", imported=True),
    Row("hold", "", (ADA, FAR, "hold 1 --until 2026-12-01 --reason 'in treatment'"), "1.hold",
        "2026-12-01", "reopen 1 --reason 'back home' --risk low"),
]  # fmt: skip


def is_shown(run: Run, item: str, day: str) -> dict[str, Any] | None:
    """The item where the day's list has it among what is due, late or in a band above."""
    for row in run("today --all --json", today=day).json:
        for reason in row["reasons"]:
            if reason["item"] == item and reason["band"] != "SOON":
                return dict(reason)
    return None


def the_item(store: Caseload, name: str, day: str) -> DueItem:
    (record,) = read_records(store.db, [1])
    items = Rules(STANDARDS, date.fromisoformat(day)).items(record)
    (found,) = (each for each in items if each.item == name)
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind}-{row.stage}-{row.clears[:6]}")
def test_it_appears_on_its_day_and_is_cleared_by_what_clears_it(
    run: Run, store: Caseload, row: Row
) -> None:
    before, last = row.typed[:-1], row.typed[-1]
    for command in before:
        assert run(command).code == 0, command
    eve = (date.fromisoformat(row.day) - timedelta(days=1)).isoformat()
    if row.at_once and before:
        assert is_shown(run, row.item, row.day) is None
    told = run(last, stdin=IMPORTED if row.imported else "")
    assert told.code == 0, told.err
    if not row.at_once:
        assert is_shown(run, row.item, eve) is None, "it is there before its day"

    shown = is_shown(run, row.item, row.day)
    assert shown is not None and shown["kind"] == row.kind
    due = the_item(store, row.item, row.day)
    assert (due.kind, due.stage) == (row.kind, row.stage)
    if row.kind == "safety":
        assert shown["band"] == "SAFETY"
    told = run(row.clears, today=row.day)
    assert told.code == 0, told.err
    assert is_shown(run, row.item, row.day) is None, told.out
    assert run("doctor", today=row.day).code == 0
    assert run("undo", today=row.day).code == 0
    assert is_shown(run, row.item, row.day) == shown


def test_a_draft_asks_to_be_finished_and_is_dropped(run: Run) -> None:
    """A person leaves an assessment in the middle: nothing that a script could type."""
    assert run(ADA).code == 0
    left = run("assess 1", answers=["3"])  # and nobody types on
    assert left.code != 0
    assert is_shown(run, "1.draft", "2026-12-17") is None
    shown = is_shown(run, "1.draft", "2026-12-18")
    assert shown is not None and shown["kind"] == "assessment"
    assert run("assess 1 --drop-draft --yes", today="2026-12-18").code == 0
    assert is_shown(run, "1.draft", "2026-12-18") is None


def test_no_kind_is_left_out() -> None:
    seen = {(row.kind, "" if row.kind == DEADLINE else row.stage) for row in ROWS}
    every = {*RULES, *WATCHED, *((kind, "") for kind in PROMISED)}
    of_the_case = {(kind, stage) for kind, stage in every if kind not in WITH_OTHERS}
    assert of_the_case - seen == {("assessment", "draft")}
