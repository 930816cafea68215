"""No door leads out silently: an open case always owes something, and a closed one its call.

Whatever a worker types, in any order, on any day: a case that is open owes something within half a
year, and one that is closed has on record who sees to what others counted on.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from casectl.core.casework import AFTERCARE, CLOSING, DONE, OPEN
from casectl.core.due import due_items
from casectl.core.model import CLOSED
from casectl.core.standards import Standards
from casectl.store import Caseload

QUIET = "--new --no-input"
BEGINS = date(2026, 11, 18)
SOONEST = timedelta(days=366)


@pytest.fixture(autouse=True)
def people(run: Run, caseload: None) -> None:
    """1 active, 2 pending, 3 in crisis."""
    for command in (
        f"intake 'Maria Example' --urgency medium --risk low --on 2026-11-02 {QUIET} "
        "--next 'call the school' --due fri",
        f"intake 'Pat Placeholder' --pending --on 2026-11-09 {QUIET}",
        f"intake 'Cy Sample' --urgency crisis --risk high --on 2026-11-02 {QUIET} "
        "--next call --due fri",
    ):
        ok(run(command))


def ok(result: Any) -> Any:
    assert result.code == 0, result.err
    return result


def check(store: Caseload, today: date, did: str) -> None:
    """The promise itself, of every case on file."""
    for case in store.cases.all(closed=True):
        record = store.cases.record(case)
        items = list(due_items(record, Standards(), today))
        file = store.cases.file(case)
        if case.is_open:
            assert items, f"{case.handle} is open and owes nothing after {did}"
            first = min(item.due for item in items)
            assert first <= today + SOONEST, f"{case.handle} is forgotten until {first}: {did}"
            continue
        assert {item.kind for item in items} <= {"aftercare"}, did
        ended = [each for each in file.casework if each.kind == CLOSING and each.status == DONE]
        calls = [each for each in file.casework if each.kind == AFTERCARE]
        assert not any(e.kind == CLOSING and e.status == OPEN for e in file.casework), did
        if not ended:
            assert not calls, f"declined, so it was never taken on: {did}"
            continue
        body = ended[-1].body
        if body["reason"] == "duplicate":
            assert not [each for each in file.promises if each.status == OPEN], did
        elif body["reason"] != "died":
            assert calls, f"{case.handle} ended without a call: {did}"
            hard = [each for each in file.promises if each.status == OPEN
                    and each.kind != "follow_up" and each.number]  # fmt: skip
            for each in hard:
                assert f"{case.number}.{each.number}" in body.get("handed", []), did


COMMANDS = [
    "close {n} --reason declined", "close {n} --reason moved --summary s",
    "close {n} --reason died --yes", "close {n} --reason 'goals met' --handed-to Lee --summary s",
    "close {n} --notice --by letter", "close {n} --sheet", "close {n} --take-back why",
    "close {n} --reason moved --summary s --override x --approved-by Lee",
    "close {n} --reason declined --handed-to 'Legal Aid'", "close {n} --reason 'cannot locate'",
    "close {n} --reason duplicate", "close {n} --reason duplicate --override x --approved-by Lee",
    "close {n} --reason duplicate --into {m}",
    "hold {n} --until 'in 20 days' --reason x", "hold {n} --until 'in 180 days' --reason x",
    "hold {n} --until 'in 400 days' --reason x", "hold {n} --unreachable --until 'in 9 days'",
    "reopen {n} --reason back --risk low", "reopen {n} --reason back --risk imminent",
    "accept {n}", "set {n} --urgency low --risk none --reason x",
    "set {n} --urgency crisis --reason x", "edit {n} --need x", "edit {n} --phone 5550100",
    "edit {n} --not-available language --reason x", "note {n} x",
    "reached {n} hello", "tried {n} --by letter", "tried {n}", "reached {n} --with provider",
    "correct {n}.c1 x --with provider", "done {n} x", "cancel {n}.1 x", "cancel {n}.ac1 x",
    "deadline {n} court --on 'in 9 days'", "appointment {n} visit --at 'in 3 days'",
    "follow {n} x --due 'in 2 days'", "snooze {n} 'in 90 days' x", "cancel {n}.2 x",
    "done {n}.2 heard", "triage {n} --on 'in 5 days' --reason x", "done {n}.assessment",
    "need add {n} x --domain food", "goal add {n} x", "goal done {n}.g1", "goal drop {n}.g1 x",
    "plan agree {n} --with client", "assess {n} --domain food=2", "assess {n} --risk medical=high",
    "screen {n} phq9 0,0,0,0,0,0,0,0,1", "merge {n} {m} --yes", "intake --same {n}",
    "undo", "undo", "redo", "away --from tomorrow --to 'in 20 days'",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_no_walk_ends_in_nothing(run: Run, store: Caseload, seed: int) -> None:
    """150 commands in any order, the days going by; most change something, some are refused."""
    chance, today, changed = random.Random(seed), BEGINS, 0
    for _ in range(150):
        today += timedelta(days=chance.choice((0, 0, 0, 1, 2, 7)))
        number, other = chance.sample((1, 2, 3, 4), 2)
        command = chance.choice(COMMANDS).format(n=number, m=other)
        result = run(f"{command} --no-input", today=today.isoformat())
        assert result.code in (0, 1, 2, 3, 4), (command, result.err)
        changed += result.code == 0
        check(store, today, command)
    assert changed > 40


# --- each door by its name ------------------------------------------------------------------


def test_an_open_crisis_is_not_closed_by_a_yes(run: Run, store: Caseload) -> None:
    for words in ("declined --yes", "declined --override x --approved-by Lee"):
        assert run(f"close 3 --reason {words}").code == 2
    check(store, BEGINS, "refused")


def test_a_hold_is_no_way_to_put_a_case_away(run: Run) -> None:
    assert run("hold 1 --reason x --no-input").code == 2
    assert run("hold 1 --until 2030-01-01 --reason x").code == 2


def test_a_purge_is_for_closed_cases_and_tells_of_the_call(run: Run) -> None:
    assert run("purge 1 --reason asked --yes").code == 2
    ok(run("close 1 --reason declined"))
    assert "it owes its aftercare call" in ok(run("purge 1 --dry-run")).out
    assert "No aftercare call was made: case 1." in ok(run("purge 1 --reason x --yes")).out


def test_an_import_closes_nobody_who_is_open(run: Run, store: Caseload, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("name,status,closed on,birth date\nMaria Example,closed,2026-11-10,\n", "utf-8")
    run(f"intake --from {path} --yes --no-input")
    case = store.cases.by_number(1)
    assert case is not None and case.status != CLOSED
    check(store, BEGINS, "import")


def test_merging_closes_nothing_and_drops_no_call(run: Run, store: Caseload) -> None:
    ok(run("close 1 --reason declined"))
    ok(run("merge 3 1 --yes"))
    check(store, BEGINS, "merge")
    rows = run("today --all --soon 40 --json").json
    assert "1.ac1" in {reason["item"] for row in rows for reason in row["reasons"]}


def test_undoing_a_reopening_owes_the_call_again(run: Run, store: Caseload) -> None:
    ok(run("close 1 --reason declined"))
    ok(run("reopen 1 --reason back --risk low"))
    ok(run("undo"))
    check(store, BEGINS, "undo")
    rows = run("today --all --soon 40 --json").json
    assert "1.ac1" in {reason["item"] for row in rows for reason in row["reasons"]}


def test_another_program_cannot_close_it_in_between(run: Run, store: Caseload) -> None:
    case = store.cases.by_number(1)
    assert case is not None
    ok(run("hold 1 --until 2026-12-01 --reason x"))
    with pytest.raises(Exception, match="has just become on hold"):
        store.cases.close(case, "declined", BEGINS)
