"""Casework that cannot be meant is refused: exit 2, one line that says why, nothing written."""

from __future__ import annotations

import json

import pytest
from conftest import Run

from casectl.store import Caseload

CLOSED_NOW = "sample-2 is closed; casectl reopen 2 opens it again"
DOMAINS = "it is one of safety, housing, food, income, employment, education, physical health"


@pytest.fixture(autouse=True)
def ada(caseload: None, run: Run) -> None:
    """Case 1 has a bit of everything; case 2 had, and is closed."""
    for number, name in ((1, "Ada Example"), (2, "Ben Sample")):
        for command in (
            f"intake '{name}' --urgency medium --risk low --on 2026-11-02 --new",
            f"assess {number} --domain housing=2 --on 2026-11-03",
            f"assess {number} --risk self-harm=moderate --safety-plan 'her sister' --review fri",
            f"need add {number} 'a lease' --domain housing",
            f"goal add {number} 'keeps the flat' --need 1 --by 2026-12-18",
            f"step add {number} 'bring the lease' --who client --due fri",
            f"screen {number} gad2 1,1",
        ):
            assert run(command).code == 0, command
    assert run("close 2 --reason died --yes").code == 0


def written(store: Caseload) -> list[tuple[object, ...]]:
    """All that a refused command must not have touched, drafts as well."""
    tables = ("cases", "casework", "promises", "contacts", "notes", "drafts", "due_facts")
    rows = [row for table in tables for row in store.db.rows(f"SELECT * FROM {table}")]
    rows += store.db.rows("SELECT count(*) FROM operations")
    return [tuple(row) for row in rows]


IMPOSSIBLE_DAYS = [
    ("assess 1 --domain housing=2 --on '30 feb'", "February has 29 days"),
    ("goal add 1 'works again' --by 2026-11-31", "November 2026 has 30 days"),
    ("goal change 1.g1 --by '31 jun'", "June has 30 days"),
    ("step add 1 'call' --due 2026-13-01", "there is no month 13"),
    ("step change 1.s1 --due '31 apr'", "April has 30 days"),
    ("snooze 1.s1 2026-02-30 'ill'", "February 2026 has 28 days"),
    ("need add 1 'a stove' --domain housing --on 2026-00-10", "there is no month 0"),
    ("plan agree 1 --with client --by visit --on 2026-11-31", "November 2026 has 30 days"),
    ("transition add 1 discharge --on '30 feb'", "February has 29 days"),
    ("meds add 1 Examplin --since '32 nov'", "November has 30 days"),
    ("screen 1 phq9 1,1,1,1,1,1,1,1,0 --on '31 nov'", "November has 30 days"),
    ("voice 1 4 'kind' --on '30 feb'", "February has 29 days"),
    ("note 1 'spoke' --on '30 feb'", "February has 29 days"),
    ("assess 1 --reviewed '31 nov'", "November has 30 days"),
    ("assess 1 --domain housing=2 --on 2026-11-19", "is still ahead"),
]
ENDS_BEFORE_IT_STARTS = [
    ("goal add 1 'works again' --by 2026-11-01", "before it starts on Wed 18 Nov 2026"),
    ("goal change 1.g1 --by 2026-11-01", "--by takes a later day"),
]
OUT_OF_RANGE = [
    ("assess 1 --domain housing=6", "one of 1 in crisis, 2 vulnerable, 3 stable"),
    ("assess 1 --domain housing=0", "one of 1 in crisis, 2 vulnerable, 3 stable"),
    ("assess 1 --domain housing=2 --domain food=9", "food: no level '9': it is one of 1"),
    ("assess 1 --risk self-harm=huge", "one of none, low, moderate, high, imminent"),
    ("screen 1 phq9 4,0,0,0,0,0,0,0,0", "question 1: not 4 but one of 0 not at all, 1"),
    ("screen 1 phq9 1,1", "takes 9 to 10 answers, and these are 2"),
    ("goal progress 1.g1 3 'more'", "-2 much less than hoped, -1 less than hoped, 0 as"),
    ("goal progress 1.g1 -3 'less'", "-2 much less than hoped, -1 less than hoped, 0 as"),
    ("voice 1 6 'kind'", "1 not at all, 2 a little, 3 partly, 4 well, 5 very well"),
    ("voice 1 0 'kind'", "1 not at all, 2 a little, 3 partly, 4 well, 5 very well"),
    ("transition add 1 discharge --visit 0", "a number of days from 1 to 30"),
]
UNKNOWN = [
    ("assess 1 --domain castle=2", f"no domain 'castle': {DOMAINS}"),
    ("assess 1 --domain housing=2 --need 'castle=a moat'", f"no domain 'castle': {DOMAINS}"),
    ("need add 1 'a moat' --domain castle", f"no domain 'castle': {DOMAINS}"),
    ("screen 1 gad2 1,9", "one of 0 not at all, 1 several days"),
    ("transition add 1 flight", "discharge"),
    ("note 1 --kind rumour 'heard'", "there are advocacy, conference"),
]
ON_A_CLOSED_CASE = [
    ("step add 2 'call' --due fri", CLOSED_NOW),
    ("step done 2.s1 'done'", CLOSED_NOW),
    ("step change 2.s1 --due mon", CLOSED_NOW),
    ("step drop 2.s1 'moved'", CLOSED_NOW),
    ("snooze 2.s1 mon 'moved'", CLOSED_NOW),
    ("done 2.s1", CLOSED_NOW),
    ("goal add 2 'works again'", CLOSED_NOW),
    ("goal change 2.g1 --by 2026-12-24", CLOSED_NOW),
    ("goal done 2.g1 'signed'", CLOSED_NOW),
    ("goal progress 2.g1 0 'as hoped'", CLOSED_NOW),
    ("need met 2.need1 'found'", CLOSED_NOW),
    ("need add 2 'a stove' --domain housing", CLOSED_NOW),
    ("assess 2 --domain housing=3", CLOSED_NOW),
    ("screen 2 gad2 1,1", CLOSED_NOW),
    ("plan agree 2 --with client --by visit", CLOSED_NOW),
    ("plan apply 2 benefits-application --yes", CLOSED_NOW),
    ("transition add 2 discharge", CLOSED_NOW),
    ("voice 2 4 'kind'", CLOSED_NOW),
]


@pytest.mark.parametrize(
    ("command", "says"),
    [*IMPOSSIBLE_DAYS, *ENDS_BEFORE_IT_STARTS, *OUT_OF_RANGE, *UNKNOWN, *ON_A_CLOSED_CASE],
)
def test_it_is_refused_in_one_line(run: Run, store: Caseload, command: str, says: str) -> None:
    before = written(store)
    result = run(f"{command} --no-input")
    assert (result.code, result.out) == (2, ""), result
    assert result.err.count("\n") == 1
    assert result.err.startswith("casectl: ") and says in result.err
    assert written(store) == before


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"domains": {"food": 3, "castle": 2}}, "no domain 'castle'"),
        ({"domains": {"food": 3, "housing": 7}}, "no level"),
        ({"domains": {"food": 3}, "on": "2026-02-30"}, "February 2026 has 28 days"),
        ({"domains": {"food": 3}, "risk": {"self-harm": "huge"}}, "it is one of none, low"),
        (
            {"domains": {"food": 3}, "safety_plan": {"text": "x", "review": "2026-11-31"}},
            "November 2026 has 30 days",
        ),
    ],
)
def test_of_a_document_nothing_is_half_written(
    run: Run, store: Caseload, document: dict[str, object], says: str
) -> None:
    before = written(store)
    result = run("assess 1 --from - --no-input", stdin=json.dumps(document))
    assert (result.code, result.out) == (2, ""), result
    assert result.err.count("\n") == 1 and says in result.err
    assert written(store) == before
