"""list: cases, filtered and sorted."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import TODAY, Run

from casectl.core.model import Case, Client, Load
from casectl.store import Caseload

PEOPLE = (
    "intake 'Zoe Sample' --urgency low --risk low --on 2026-11-02 --program Housing "
    "--next 'call school' --due fri --new",
    "intake 'adam Test' --urgency high --on 2026-10-05 --program Legal --new",
    "intake 'Änne Example' --urgency crisis --on 2026-11-17 --program Housing --new",
    "intake 'Ben Closed' --urgency medium --on 2026-09-01 --new",
    "intake 'Cleo Pending' --urgency medium --on 2026-11-16 --pending --new",
    "reached 2 --on 2026-11-10",
    "reached 1 --on 2026-11-16",
    "close 4 --reason declined",
)


@pytest.fixture(autouse=True)
def people(caseload: None, run: Run) -> None:
    for command in PEOPLE:
        result = run(command)
        assert result.code == 0, result.err


def handles(run: Run, words: str) -> list[str]:
    result = run(f"list {words} --json")
    assert result.code == 0, result.err
    return [each["handle"] for each in result.json]


def test_open_cases_by_number(run: Run) -> None:
    assert handles(run, "") == ["sample-1", "test-2", "example-3", "pending-5"]
    assert handles(run, "--all")[3] == "closed-4"


def test_a_row_says_what_is_owed_first(run: Run) -> None:
    first = run("list --json").json[0]
    assert (first["next_item"], first["next_what"], first["next_due"]) == (
        "1.1", "call school", "2026-11-20",
    )  # fmt: skip
    assert (first["level"], first["case_status"], first["program"]) == (1, "active", "Housing")
    assert first["last_reached"] == "2026-11-16"
    ranked = {row["case"]: row["item"] for row in run("today --all --json").json}
    for row in run("list --json").json:
        assert ranked.get(row["case"], row["next_item"]) == row["next_item"]


def test_tsv_has_the_documented_columns(run: Run) -> None:
    line = run("list").out.splitlines()[0]
    assert line.split("\t") == [
        "1", "sample-1", "Zoe Sample", "1", "active", "Housing", "1.1", "call school",
        "2026-11-20", "in 2d", "2026-11-16",
    ]  # fmt: skip
    assert run("list --fields case,next_due --limit 1").out == "1\t2026-11-20\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--program Housing", ["sample-1", "example-3"]),
        ("--level high", ["test-2", "example-3"]),
        ("--status pending", ["pending-5"]),
        ("--status CLOSED", ["closed-4"]),
        ("--status on-hold", []),
        ("--all --program Legal --level low", ["test-2"]),
        ("--limit 2", ["sample-1", "test-2"]),
        ("--sort name", ["test-2", "example-3", "pending-5", "sample-1"]),
        ("--sort level", ["example-3", "test-2", "pending-5", "sample-1"]),
        ("--sort opened", ["test-2", "sample-1", "pending-5", "example-3"]),
        ("--sort contact --limit 3", ["example-3", "pending-5", "test-2"]),
        ("--sort due --level high", ["test-2", "example-3"]),
    ],
)
def test_filters_and_sorts(run: Run, words: str, expected: list[str]) -> None:
    assert handles(run, words) == expected


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("--sort size", 2), ("--level huge", 2), ("--status gone", 2), ("--limit 0", 2),
        ("--limit 99999999999999999999", 2), ("--program Nowhere", 3), ("--as-of never", 2),
        ("--fields nonsense", 2),
    ],
)  # fmt: skip
def test_bad_values_are_one_line(run: Run, words: str, code: int) -> None:
    result = run(f"list {words}")
    assert (result.code, result.out, result.err.count("\n")) == (code, "", 1)


def test_as_of_another_day(run: Run) -> None:
    assert run("list --as-of 2026-11-25 --json").json[0]["next_status"] == "OVERDUE 5d"


def test_a_closed_case_owes_its_call_alone(run: Run) -> None:
    (closed,) = run("list --status closed --json").json
    assert (closed["next_item"], closed["next_due"]) == ("4.ac1", "2026-12-18")
    assert run("cancel 4.ac1 'asked for none'").code == 0
    (closed,) = run("list --status closed --json").json
    assert (closed["next_item"], closed["next_due"], closed["days_late"]) == (None, None, None)


def test_nothing_fits(run: Run) -> None:
    assert run("list --status on_hold").out == ""
    assert run("list --status on_hold --json").json == []
    assert "No case fits" in run("list --status on_hold", width=80).out


def test_a_thousand_cases_take_few_queries(
    run: Run, store: Caseload, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = date.fromisoformat(TODAY)
    case = Case("", 0, "", "", "", "active", 1, "low", day, day)
    loads = [
        Load(Client("", f"Person {n}"), case._replace(client=f"Person {n}")) for n in range(1000)
    ]
    store.intake.load_many(loads)
    queries: list[str] = []
    store.db.connection.set_trace_callback(queries.append)
    records = store.cases.records(store.cases.all())
    assert len(records) == 1004
    assert len(queries) < 24


def test_a_program_is_found_case_aside_and_a_near_one_is_named(run: Run, caseload: None) -> None:
    run("intake 'Ann Sample' --program PSH --new --no-input")
    assert [each["program"] for each in run("list --program psh --json").json] == ["PSH"]
    assert run("today --program psh").code == 0
    near = run("list --program PHS")
    assert (near.code, near.out) == (3, "")
    assert near.err.endswith("did you mean PSH?\n")
    assert "PSH" in run("today --program zzz").err
