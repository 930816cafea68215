"""Every table of docs/priority.md is worked out again by the program."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from casectl.core import due as engine
from casectl.core.casework import (
    AFTERCARE,
    AGAIN,
    CLOSING,
    CONSENT,
    COVERED,
    COVERING,
    DECLINED,
    DENIAL,
    DRAFT,
    GIVEN,
    GOAL,
    HANDOVER,
    NEED,
    NOTICE,
    REFERRAL,
    RISK,
    SCREENING,
    SENT,
    SIGN_OFF,
    STEP,
    TAKEN,
    TARGET,
    TRANSITION,
    UNSIGNED,
    UNTIL_EVENT,
    VOICE,
    owed,
)
from casectl.core.dates import parse_when
from casectl.core.due import Band, DueItem, due_items
from casectl.core.facts import MISSING, WATCHED
from casectl.core.model import (
    ACTIVE,
    APPOINTMENT,
    CLOSED,
    DEADLINE,
    DEADLINE_KINDS,
    FOLLOW_UP,
    MISSED_TWICE,
    ON_HOLD,
    UNFINISHED,
    UNWRITTEN_NOTE,
    URGENCIES,
    Case,
    CaseRecord,
    Level,
    Promise,
    Watch,
    level_of,
)
from casectl.core.priority import Ranked, priority_of, rank
from casectl.core.spoken import spoken
from casectl.core.standards import Intervals, Standards
from casectl.render.words import status

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "priority.md"
TODAY = date(2026, 11, 18)
STANDARDS = Standards(Intervals(requires=("language",)))
FRIDAY = date(2026, 11, 20)

Row = dict[str, str]


def table(heading: str) -> list[Row]:
    """The first table under a heading, each row by its column's name."""
    text = DOCUMENT.read_text(encoding="utf-8")
    _, found, after = text.partition(f"\n## {heading}\n")
    assert found, f"docs/priority.md has no section {heading!r}"
    lines = [line for line in after.split("\n## ")[0].split("\n") if line.startswith("|")]
    head, _, *rows = (
        [cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines
    )
    return [dict(zip(head, row, strict=True)) for row in rows]


def day(text: str) -> date:
    """A day as the document writes it: ``Fri 20 Nov``, this year."""
    when = parse_when(f"{text.split(maxsplit=1)[1]} 2026", TODAY)
    assert said(when.day) == text, f"{text} is a {when.day:%A}"
    return when.day


def said(each: date) -> str:
    return f"{each:%a} {each.day} {each:%b}"


# --- The list -------------------------------------------------------------------------------


def record_of(number: int, row: Row) -> CaseRecord:
    """A case from the words of its row: ``intake Mon 2 Nov; reached Tue 10 Nov; court Fri …``."""
    facts: dict[str, date] = {}
    promises: list[Promise] = []
    attempts = 0
    for words in row["on file"].split("; "):
        name, _, rest = words.partition(" ")
        if name == "tried":
            times, _, rest = rest.partition("x, last ")
            attempts = int(times)
        clock = re.search(r" (\d\d:\d\d)$", rest)
        on = day(rest.removesuffix(clock[0]) if clock else rest)
        if name in (FOLLOW_UP.replace("_", "-"), APPOINTMENT, *DEADLINE_KINDS):
            kind = {"follow-up": FOLLOW_UP, APPOINTMENT: APPOINTMENT}.get(name, DEADLINE)
            subject = name if kind == DEADLINE else "other"
            promises.append(
                Promise(
                    id=f"{number}.{len(promises) + 1}",
                    case_id=str(number),
                    number=len(promises) + 1,
                    kind=kind,
                    what=name,
                    due_on=on,
                    due_time=clock[1] if clock else None,
                    subject=subject,
                )
            )
        else:
            facts[name] = on
    risk = None if row["risk"] == "not assessed" else row["risk"]
    urgency = URGENCIES[row["urgency"]]
    crisis = level_of(urgency, risk) == Level.CRISIS
    case = Case(
        id=str(number),
        number=number,
        handle=f"case-{number}",
        client_id=str(number),
        client=row["client"],
        status=ON_HOLD if "hold" in facts else ACTIVE,
        urgency=urgency,
        risk=risk,
        opened_on=facts["intake"],
        level_reviewed_on=facts.get("reviewed", facts.get("crisis", TODAY)),
        crisis_since=facts.get("crisis") if crisis else None,
        assessed_on=facts.get("assessed", TODAY),
        plan_agreed_on=TODAY,
        hold_until=facts.get("hold"),
    )
    return CaseRecord(
        case,
        promises=tuple(promises),
        reached_client_on=facts.get("reached"),
        attempts=attempts,
        tried_on=facts.get("tried"),
        promise_ended_on=facts.get("ended"),
    )


def the_list() -> tuple[list[Row], list[Ranked]]:
    rows = table("One list, worked out")
    records = [record_of(number, row) for number, row in enumerate(rows, 1)]
    return rows, rank(reversed(records), STANDARDS, TODAY)


def orders_by(item: DueItem) -> str:
    """What orders the item inside its band, as the document writes it."""
    late, level = max(item.days_late, 0), item.level
    if item.band is Band.SAFETY:
        return f"level {level}, {late} days late"
    if item.band is Band.DEADLINE:
        return f"{said(item.due)}, level {level}"
    if item.band is Band.NOW:
        missed = "0" if item.kind == MISSING else f"{late}/{item.allowed}"
        return f"{level} + {missed} = {priority_of(item):.2f}"
    ahead = -item.days_late
    return f"{level} - {ahead}/7 = {level - ahead / 7:.2f}"


def test_the_rows_stand_in_their_order() -> None:
    rows, ranked = the_list()
    assert [row["client"] for row in rows] == [each.record.case.client for each in ranked]


@pytest.mark.parametrize("place", range(len(table("One list, worked out"))))
def test_a_row_says_what_the_engine_says(place: int) -> None:
    rows, ranked = the_list()
    item = ranked[place].first
    assert item.band is not None
    assert (
        rows[place]
        | {
            "owes": item.kind.replace("_", " ").replace("follow up", "follow-up"),
            "due": said(item.due),
            "status": status(item, TODAY, "08:00"),
            "band": item.band.name,
            "in its band by": orders_by(item),
        }
        == rows[place]
    )


def test_every_band_and_every_kind_is_shown() -> None:
    rows, _ = the_list()
    assert {row["band"] for row in rows} == {band.name for band in Band}
    casework = {item_of(under_casework(row), row["item"], TODAY) for row in CASEWORK}
    shown = {row["owes"].replace(" ", "_").replace("-", "_") for row in rows}
    assert shown | {each.kind for each in casework} == {kind for kind, _ in engine.RULES} | {
        DEADLINE
    }
    stages = {(each.kind, each.stage) for each in casework}
    of_the_case = {
        ("plan", "first"), ("plan", "review"), ("safety", "flag"), ("missing", ""),
        ("missing", "clock"),
    }  # fmt: skip
    assert stages == WATCHED | of_the_case


# --- Casework ---------------------------------------------------------------------------------

CASEWORK = table("Casework, worked out")
# What is on file, as the document writes it -> what the case has of it, or what it owes by it.
SAYS = {
    r"assessed (?P<day>.+)": "assessed_on",
    r"plan agreed (?P<day>.+)": "plan_agreed_on",
    r"red flag (?P<day>.+)": "flagged_on",
    r"intake (?P<day>.+), language required": "opened_on",
    r"imported (?P<day>.+), language required": "clock_from",
    r"need (?P<day>.+)": (NEED, ""),
    r"goal for (?P<day>.+)": (GOAL, TARGET),
    r"goal judged (?P<day>.+)": (GOAL, AGAIN),
    r"step for (?P<day>.+)": (STEP, ""),
    r"screened (?P<day>.+), again after (?P<lead>\d+) days": (SCREENING, ""),
    r"discharge (?P<day>[^,]+)(?:, seen within (?P<lead>\d+) days)?": (TRANSITION, ""),
    r"asked for their word (?P<day>.+), again after (?P<lead>\d+) days": (VOICE, ""),
    r"safety plan for (?P<day>.+)": (RISK, ""),
    r"referral drafted (?P<day>.+)": (REFERRAL, DRAFT),
    r"referral sent (?P<day>.+)": (REFERRAL, SENT),
    r"referral accepted, to look again (?P<day>.+)": (REFERRAL, "accepted"),
    r"referral declined (?P<day>.+)": (REFERRAL, DECLINED),
    r"denial, appeal or decision by (?P<day>.+)": (DENIAL, ""),
    r"release with an event, to look again (?P<day>.+)": (CONSENT, UNTIL_EVENT),
    r"release written (?P<day>.+), not signed": (CONSENT, UNSIGNED),
    r"release until (?P<day>.+)": (CONSENT, ""),
    r"handed over (?P<day>.+)": (HANDOVER, GIVEN),
    r"covered by a colleague until (?P<day>.+)": (HANDOVER, COVERED),
    r"taken over from a colleague (?P<day>.+)": (HANDOVER, TAKEN),
    r"covered for a colleague until (?P<day>.+)": (HANDOVER, COVERING),
    r"notice of closure until (?P<day>.+)": (CLOSING, NOTICE),
    r"closure to be signed off by (?P<day>.+)": (CLOSING, SIGN_OFF),
    r"closure as (?P<said>died) (?P<day>.+), to be signed off": (CLOSING, SIGN_OFF),
    r"closed (?P<day>.+)": (AFTERCARE, ""),
    r"reached (?P<day>.+) without a word": UNWRITTEN_NOTE,
    r"assessment begun (?P<day>.+)": UNFINISHED,
    r"appointments missed, the second (?P<day>.+)": MISSED_TWICE,
}


def under_casework(row: Row) -> CaseRecord:
    """Case 1, which owes by ``on file`` and by nothing else in sight."""
    words = {"client": "Ada Example", "urgency": row["level"], "risk": "none"}
    on_file = "intake Mon 3 Aug; reached Mon 9 Nov; other Fri 25 Dec"
    record = record_of(1, {**words, "on file": on_file})
    (found,) = (
        (m, says) for text, says in SAYS.items() if (m := re.fullmatch(text, row["on file"]))
    )
    match, says = found
    on, lead = day(match["day"]), match.groupdict().get("lead")
    if isinstance(says, str):
        of_the_case: dict[str, Any] = {"plan_agreed_on": None, says: on}
        if "required" in row["on file"]:
            record = record._replace(lacks=("language",))
        return record._replace(case=record.case._replace(**of_the_case))
    if isinstance(says, Watch):
        return record._replace(watches=(says._replace(day=on),))
    assert isinstance(says, tuple)
    kind, stage = says
    days = int(lead) if lead else 7
    what = match.groupdict().get("said") or "as agreed"
    watches = owed(kind, stage, 1, None, what, None, on, days, None)
    if kind == AFTERCARE:
        record = record._replace(case=record.case._replace(status=CLOSED, closed_on=on))
    return record._replace(watches=tuple(watches))


@pytest.mark.parametrize("row", CASEWORK, ids=lambda row: row["on file"])
def test_what_casework_owes(row: Row) -> None:
    item = item_of(under_casework(row), row["item"], TODAY)
    assert item.band is not None
    assert row == row | {
        "due": said(item.due),
        "status": status(item, TODAY, "08:00"),
        "band": item.band.name,
        "in its band by": orders_by(item),
    }


# --- The smaller tables -----------------------------------------------------------------------


@pytest.mark.parametrize("row", table("Level"), ids=lambda row: f"{row['urgency']}-{row['risk']}")
def test_level(row: Row) -> None:
    risk = None if row["risk"] == "not assessed" else row["risk"]
    level = level_of(URGENCIES[row["urgency"]], risk)
    assert row["level"] == f"{int(level)} ({level.word})"
    assert ("?" in row["shown"]) == (risk is None)


@pytest.mark.parametrize("row", table("Deadlines"), ids=lambda row: row["kind"])
def test_deadlines(row: Row) -> None:
    lead = STANDARDS.intervals.lead(row["kind"])
    assert (row["warning"], row["lead"]) == (str(lead.warning), str(lead.lead))
    record = owing(f"{row['kind']} {row['the day']}")
    last = day(row["the day"])
    bands = {
        today: item_of(record, "1.1", today).band
        for today in (last - timedelta(days=ahead) for ahead in range(60))
    }
    assert said(min(each for each, band in bands.items() if band)) == row["SOON from"]
    entered = min(each for each, band in bands.items() if band is Band.DEADLINE)
    assert said(entered) == row["DEADLINE from"]


@pytest.mark.parametrize("row", table("Attempts"), ids=lambda row: row["level"])
def test_attempts(row: Row) -> None:
    tried = day(row["tried"])
    record = owing(f"tried 1x, last {row['tried']}", urgency=row["level"])
    item = item_of(record, "1.safety" if row["level"] == "crisis" else "1.contact", TODAY)
    assert item.retry_on is not None
    again = "later the same day" if item.retry_on == tried else said(item.retry_on)
    assert again == row["try again"]


@pytest.mark.parametrize("row", table("Days off"), ids=lambda row: row["on file"])
def test_days_off(row: Row) -> None:
    item = item_of(owing(row["on file"], urgency=row["level"]), row["item"], FRIDAY)
    assert said(item.due) == row["due"]
    assert row["on Friday's list"] == (item.band.name if item.band is not None else "not yet")


def owing(on_file: str, urgency: str = "low") -> CaseRecord:
    """Case 1 with this on file. Its intake, and its crisis if any, began on Thu 1 Oct."""
    began = "" if "intake" in on_file else "intake Thu 1 Oct; "
    if urgency == "crisis":
        began += "crisis Thu 1 Oct; "
    words = {"client": "Ada Example", "urgency": urgency, "risk": "none"}
    return record_of(1, {**words, "on file": began + on_file})


def item_of(record: CaseRecord, name: str, today: date) -> DueItem:
    (item,) = (each for each in due_items(record, STANDARDS, today) if each.item == name)
    return item


# --- The standards --------------------------------------------------------------------------


def test_the_standards_by_level() -> None:
    intervals = STANDARDS.intervals
    said_by_level = {
        "contact every": [f"{days} day{'s' * (days > 1)}" for days in intervals.contact],
        "first contact within": [
            f"{days} working day{'s' * (days > 1)}" for days in intervals.first_contact
        ],
    }
    rows = {row["standard"]: row for row in table("Standards")}
    for name, days in said_by_level.items():
        assert [rows[name][level.word] for level in Level] == days
    for name, count in (
        ("follow_up", intervals.follow_up),
        ("first_assessment", intervals.first_assessment),
        ("reassessment", intervals.reassessment),
        ("high_review", intervals.high_review),
        ("crisis_review", intervals.crisis_review),
        ("plan", intervals.plan),
        ("plan_review", intervals.plan_review),
        ("goal_review", intervals.goal_review),
        ("note", intervals.note),
        ("draft_lapse", intervals.draft_lapse),
        ("transition_contact", intervals.transition_contact),
        ("missing", intervals.missing),
    ):
        assert re.search(rf"`{name}` {count}\b", DOCUMENT.read_text(encoding="utf-8")), name


def test_days_are_spoken_as_the_program_speaks_them() -> None:
    assert spoken(TODAY, None).startswith(said(TODAY))
