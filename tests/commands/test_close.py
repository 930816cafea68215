"""close: notice, the program's checklist, the end, and the call that is owed after it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from casectl.core.casework import CLOSING, DONE, HANDOVER, Piece
from casectl.core.due import due_items
from casectl.core.model import Author
from casectl.core.standards import Standards
from casectl.store import Caseload, casework
from casectl.store.casework import change
from casectl.store.rows import SAID, WATCHED
from casectl.store.schema import MIGRATIONS, SCHEMA_VERSION

QUIET = "--new --no-input"
NOTICE_ENDS = "2026-12-02"
IN_DECEMBER = "2026-12-03"


@pytest.fixture(autouse=True)
def people(run: Run, caseload: None) -> None:
    """1 is active, 2 is a pending referral."""
    for command in (
        f"intake 'Maria Example' --urgency medium --risk low --on 2026-11-02 {QUIET} "
        "--next 'call the school' --due fri",
        f"intake 'Pat Placeholder' --pending --on 2026-11-09 {QUIET}",
    ):
        result = run(command)
        assert result.code == 0, result.err


def case(run: Run, number: int = 1) -> Any:
    return run(f"show {number} --json").json


def ok(result: Any) -> Any:
    assert result.code == 0, result.err
    return result


def owes(run: Run, number: int = 1, today: str | None = None) -> set[str]:
    rows = run("today --all --soon 366 --json", today=today).json
    return {reason["item"] for row in rows if row["case"] == number for reason in row["reasons"]}


def given_notice(run: Run, more: str = "") -> None:
    ok(run(f"close 1 --notice --by letter --reason 'goals met' {more}"))
    ok(run("close 1 --sheet"))


# --- what is missing, all at once -----------------------------------------------------------


def test_what_is_missing_is_said_at_once_with_how_to_give_it(run: Run) -> None:
    run("deadline 1 'court hearing' --on 2026-12-01")
    before = case(run)
    result = run("close 1 --reason moved")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "casectl: example-1 cannot be closed yet; "
        "no written notice (casectl close 1 --notice --by letter); "
        "no transition sheet (casectl close 1 --sheet); "
        "1 open deadline: 1.2 (end that first, or --handed-to NAME who sees to it); "
        "no summary (--summary TEXT)\n"
    )
    assert case(run) == before


def test_without_a_reason_the_rest_is_said_as_well(run: Run) -> None:
    result = run("close 1 --no-input")
    assert result.code == 2
    assert "--reason is missing (goals met, moved, declined, cannot locate" in result.err
    assert "no written notice" in result.err and result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("close 1 --reason ''", 2, "the reason is empty"),
        ("close 1 --reason declined --on tomorrow", 2, "is still ahead"),
        ("close 1 --reason declined --on 2026-11-01", 2, "before it was opened on Mon 2 Nov 2026"),
        ("close 1 --reason 'cannot lcoate'", 2, "did you mean 'cannot locate'?"),
        ("close 1 --reason duplicate", 2, "is the client's only open case"),
        ("close 1 --reason declined --override x", 2, "go together"),
        ("close 1 --reason declined --approved-by Lee", 2, "go together"),
        ("close 1 --reason moved --override x --approved-by kim", 2, "somebody else than who"),
        ("close 1 --reason moved --signed-off-by KIM", 2, "somebody else than who"),
        ("close 1 --reason moved --signed-off-by KIM.", 2, "somebody else than who"),
        ("close 1 --reason moved --signed-off-by 'k i m'", 2, "somebody else than who"),
        ("close 1 --reason moved --override x --approved-by '(Kim)'", 2, "somebody else than who"),
        (
            "close 1 --notice --by letter --on 2026-11-10 --override x --approved-by Ki-m",
            2,
            "somebody else than who",
        ),
        ("close 1 --reason declined --handed-to nobody", 2, "--handed-to is somebody"),
        ("close 1 --reason declined --handed-to ' '", 2, "is empty"),
        ("close 1 --reason declined --reached x", 2, "the number of a goal"),
        ("close 1 --reason declined --reached 7", 2, "has no goal 1.g7"),
        ("close 1 --reason declined --by letter", 2, "add --notice"),
        ("close 1 --reason declined -o x", 2, "add --sheet"),
        ("close 1 --notice", 2, "--by is missing"),
        ("close 1 --notice --by phone", 2, "--by letter, email, text, by hand"),
        ("close 1 --notice --by letter --on tomorrow", 2, "is still ahead"),
        ("close 1 --notice --sheet", 2, "one of them at a time"),
        ("close 1 --notice --by letter --into 2", 2, "--into is how a duplicate ends"),
        ("close 1 --sheet --into 2", 2, "--into is how a duplicate ends"),
        ("close 1 --take-back x", 2, "has no notice to take back"),
        ("close 2 --notice --by letter", 2, "declining it needs no notice"),
        ("close 9 --reason x", 3, "no case '9'"),
        ("close mari --reason x", 4, "only part of a name"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(run: Run, command: str, code: int, words: str) -> None:
    before = [case(run, number) for number in (1, 2)]
    result = run(f"{command} --no-input")
    assert (result.code, result.out) == (code, ""), result
    assert words in result.err
    assert result.err.count("\n") == 1
    assert [case(run, number) for number in (1, 2)] == before


def test_a_closed_case_is_closed(run: Run) -> None:
    ok(run("close 1 --reason declined"))
    for command in ("close 1 --reason x", "close 1 --notice --by letter", "close 1 --take-back x"):
        result = run(command)
        assert result.code == 2
        assert "example-1 is closed already; casectl reopen 1 opens it again" in result.err


# --- notice ---------------------------------------------------------------------------------


def test_a_notice_is_owed_at_its_end(run: Run) -> None:
    made = ok(run("close 1 --notice --by letter --reason 'goals met' --json")).json
    assert made["item"] == "1.cl1"
    assert made["notice"] == {
        "on": "2026-11-18", "by": "letter", "days": 14, "until": "2026-12-02",
    }  # fmt: skip
    shown = run("show 1", width=80).out
    assert "Closing: notice of closure Wed 18 Nov 2026 by letter, ends Wed 2 Dec 2026" in shown
    assert "1.cl1" in owes(run)
    rows = run("today --all --soon 30 --json").json
    due = {each["item"]: each["due"] for row in rows for each in row["reasons"]}
    assert due["1.cl1"] == "2026-12-02"


def test_a_notice_that_is_recorded_later_runs_from_that_day(run: Run) -> None:
    """Else a service would be over in the minute that somebody says they had written."""
    told = ok(run("close 1 --notice --by letter --reason 'goals met' --on 2026-11-03")).out
    said = " ".join(told.split())
    assert "Tue 3 Nov 2026 by letter, ends Wed 2 Dec 2026; on record since Wed 18 Nov" in said
    assert "Its days run from today, when it is on record, and not from Tue 3 Nov 2026" in said
    ok(run("close 1 --sheet"))
    refused = run("close 1 --summary s")
    assert (refused.code, refused.out) == (2, "")
    assert "the notice runs until Wed 2 Dec 2026" in refused.err
    ok(run("close 1 --summary s", today=NOTICE_ENDS))
    ended = " ".join(run("show 1 --all", width=80).out.split())
    assert "notice of Tue 3 Nov 2026; on record since Wed 18 Nov 2026" in ended


def test_somebody_else_vouches_for_the_day_of_a_notice(run: Run) -> None:
    words = "close 1 --notice --by letter --reason 'goals met' --on 2026-11-03"
    assert run(f"{words} --override 'sent by the office'").code == 2
    assert run(f"{words} --override 'sent by the office' --approved-by kim").code == 2
    made = ok(run(f"{words} --override 'sent by the office' --approved-by Lee --json")).json
    assert made["notice"] == {
        "on": "2026-11-03", "by": "letter", "days": 14, "until": "2026-11-17",
        "recorded_on": "2026-11-18", "override": "sent by the office", "approved_by": "Lee",
    }  # fmt: skip
    shown = " ".join(run("show 1 --all", width=80).out.split())
    assert "counted from its day, approved by Lee: sent by the office" in shown
    ok(run("close 1 --sheet"))
    ok(run("close 1 --summary s"))


def test_a_notice_of_today_is_approved_by_nobody(run: Run) -> None:
    refused = run("close 1 --notice --by letter --override x --approved-by Lee")
    assert (refused.code, refused.out) == (2, "")
    assert "a notice of today needs nobody's approval" in refused.err


def test_before_it_ends_nothing_closes_and_after_it_it_does(run: Run) -> None:
    given_notice(run)
    early = run("close 1 --summary done", today="2026-12-01")
    assert early.code == 2
    assert "the notice runs until Wed 2 Dec 2026 (close it then, or --override" in early.err
    backdated = run("close 1 --summary done --on 2026-12-01", today=IN_DECEMBER)
    assert backdated.code == 2, "the day that it ends on is what counts"
    result = ok(run("close 1 --summary 'rents alone now'", today=NOTICE_ENDS))
    assert result.out.startswith("Closed, Wed 2 Dec 2026: Maria Example (example-1).\n")
    assert case(run)["close_reason"] == "goals met", "as the notice said"


def test_a_second_notice_is_refused_and_a_first_one_taken_back(run: Run) -> None:
    given_notice(run)
    again = run("close 1 --notice --by email")
    assert again.code == 2 and "has notice until Wed 2 Dec 2026 already" in again.err
    taken = ok(run("close 1 --take-back 'the landlord gave notice'"))
    assert "the notice is taken back: the landlord gave notice. The service goes on." in taken.out
    assert "1.cl1" not in owes(run)
    assert run("close 1 --summary x --reason moved", today=IN_DECEMBER).code == 2
    ok(run("undo"))
    assert "1.cl1" in owes(run)
    ok(run("close 1 --take-back again"))
    ok(run("close 1 --notice --by email"))
    assert "Notice taken back Wed 18 Nov 2026: again" in run("show 1 --all", width=80).out


def test_a_notice_goes_on_while_the_case_is_held(run: Run) -> None:
    given_notice(run)
    ok(run("hold 1 --until 2026-12-14 --reason 'in hospital'"))
    assert "1.cl1" in owes(run)
    ok(run("close 1 --summary done", today=NOTICE_ENDS))
    assert case(run)["case_status"] == "closed"


def test_somebody_else_may_let_it_end_at_once(run: Run) -> None:
    result = ok(
        run("close 1 --reason moved --summary s --override 'moves today' --approved-by 'Lee Lead'")
    )
    assert "override approved by Lee Lead: moves today" in result.out
    ended = next(each for each in case(run)["casework"] if each["kind"] == "closing")
    assert ended["details"]["override"] == "moves today"
    assert ended["details"]["approved_by"] == "Lee Lead"


@pytest.mark.parametrize("reason", ["died", "declined"])
def test_no_notice_comes_before_these(run: Run, reason: str) -> None:
    ok(run(f"close 1 --reason {reason}"))


def test_cannot_locate_asks_for_three_attempts_by_two_means(run: Run) -> None:
    refused = run("close 1 --reason 'cannot locate'")
    said = "0 of 3 attempts, 0 of 2 means, 0 of 2 days on record (casectl tried 1 TEXT"
    assert said in refused.err
    run("reached 1 --on 2026-11-09")
    run("tried 1 --on 2026-11-03")  # before they were reached
    run("tried 1 --on 2026-11-10 --with provider")  # nobody who is looked for
    for day in (11, 12, 13):
        run(f"tried 1 --on 2026-11-{day}")
    refused = run("close 1 --reason cannot-locate")
    assert "cannot be closed yet; 1 of 2 means on record" in refused.err
    run("reached 1 --by letter --on 2026-11-16")  # sent; a letter reaches nobody
    made = ok(run("close 1 --reason cannot-locate --json")).json
    assert made["closing"]["tries"] == [
        {"on": "2026-11-11", "by": "phone"},
        {"on": "2026-11-12", "by": "phone"},
        {"on": "2026-11-13", "by": "phone"},
        {"on": "2026-11-16", "by": "letter"},
    ]


def test_three_calls_within_an_hour_are_one_attempt(run: Run) -> None:
    for _ in range(3):
        run("tried 1")
    run("tried 1 --by visit")
    refused = run("close 1 --reason 'cannot locate'")
    assert "cannot be closed yet; 2 of 3 attempts, 1 of 2 days on record" in refused.err
    run("tried 1 --by letter")
    assert "yet; 1 of 2 days on record" in run("close 1 --reason 'cannot locate'").err
    ok(run("tried 1 --on mon"))
    ok(run("close 1 --reason 'cannot locate'"))


def test_a_duplicate_needs_the_other_case(run: Run) -> None:
    ok(run("intake --same 1"))
    made = ok(run("close 3 --reason duplicate --json")).json
    assert (made["case_status"], made["aftercare"]) == ("closed", None)
    assert owes(run, 3) == set()


# --- what is open ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("deadline 1 'court hearing' --on 2026-12-01", "1 open deadline: 1.2"),
        ("appointment 1 'home visit' --at 'fri 10:00'", "1 open appointment: 1.2"),
        ("set 1 --urgency crisis --reason x", "the level crisis: 1.safety"),
    ],
)
def test_nothing_that_others_count_on_goes_unseen(run: Run, setting: str, words: str) -> None:
    ok(run(setting))
    for more in ("", "--yes", "--override x --approved-by Lee"):
        refused = run(f"close 1 --reason declined {more}")
        assert (refused.code, refused.out) == (2, ""), "no yes makes somebody see to it"
        assert words in refused.err
    assert case(run)["case_status"] == "active"
    result = ok(run("close 1 --reason declined --handed-to 'Legal Aid'"))
    assert f"handed to Legal Aid: {words.rpartition(' ')[2]}" in result.out


def test_what_ends_names_a_crisis_and_a_safety_plan(run: Run) -> None:
    ok(run("assess 1 --risk self-harm=imminent --safety-plan x --review 'in 10 days'"))
    told = ok(run("close 1 --reason declined --handed-to 'Legal Aid'")).out
    ended = told.partition("No longer due:")[2]
    assert "1.safety       safety: the level crisis" in ended
    assert "1.r1           safety: review the safety plan" in ended
    ok(run("undo"))
    made = ok(run("close 1 --reason declined --handed-to 'Legal Aid' --json")).json
    assert {"1.safety", "1.r1"} <= {each["item"] for each in made["no_longer_due"]}


def test_a_death_is_not_refused_and_says_who_must_be_told(run: Run) -> None:
    run("deadline 1 'court hearing' --on 2026-12-01")
    refused = run("close 1 --reason died")
    assert (refused.code, refused.out) == (4, "")
    assert "example-1 has 1.2 open, which others count on; tell them" in refused.err
    made = ok(run("close 1 --reason died --yes --json")).json
    assert made["aftercare"] is None, "nobody calls a client who died"
    assert made["closing"]["lapsed"] == ["1.2", "1.1"]
    assert owes(run) == set()


def test_follow_ups_end_with_the_case_and_are_named(run: Run) -> None:
    result = ok(run("close 1 --reason declined"))
    assert "No longer due:\n  1.1            follow-up: call the school, Fri 20 Nov 2026" in (
        result.out
    )
    assert owes(run) == {"1.ac1"}


def test_as_json(run: Run) -> None:
    made = ok(run("close 1 --reason declined --json")).json
    assert (made["case_status"], made["owes"], made["aftercare"]) == ("closed", [], "1.ac1")
    assert [each["item"] for each in made["no_longer_due"]] == ["1.1"]
    assert made["closing"]["reason"] == "declined"


@pytest.mark.parametrize(
    ("stage", "on", "code"),
    [("", "2026-11-17", 0), ("covered", "2026-11-17", 2), ("", "2026-11-10", 2)],
)
def test_transferred_without_notice_once_a_colleague_has_it(
    run: Run, store: Caseload, stage: str, on: str, code: int
) -> None:
    """Not for a leave that was covered, nor by what was accepted before it came back."""
    day = date.fromisoformat(on)
    with store.journal.operation("transfer accepted") as operation:
        found = store.cases.by_number(1)
        assert found is not None
        operation.update("cases", found.id, resumed_on="2026-11-12")
        piece = Piece("", found.id, HANDOVER, 0, day, stage=stage, who="Lee", due_on=day)
        casework.add(operation, piece._replace(status=DONE, ended_on=day))
    result = run("close 1 --reason transferred")
    assert result.code == code, result.err
    if code == 0:
        assert "handed to Lee" in result.out


# --- what was reached -----------------------------------------------------------------------


def test_what_the_end_shows_stays_on_the_closing(run: Run) -> None:
    """Reports read it there: the reason's code, goals by state, each domain then and now."""
    for command in (
        "assess 1 --domain housing=2 --domain food=4 --on 2026-11-03",
        "assess 1 --domain housing=4 --on mon",
        "goal add 1 'a flat'", "goal add 1 'work'", "goal add 1 'a course'",
        "goal done 1.g1", "goal drop 1.g3 'not now'",
    ):  # fmt: skip
        ok(run(command))
    given_notice(run)
    ok(run("close 1 --summary done", today=NOTICE_ENDS))
    body = next(each for each in case(run)["casework"] if each["kind"] == "closing")["details"]
    assert body["reason"] == "goals met"
    assert body["goals"] == {"reached": [1], "open": [2], "dropped": [3]}
    assert body["domains"] == {"housing": [2, 4], "food": [4, 4]}
    assert (body["summary"], body["sheet_on"]) == ("done", "2026-11-18")


def test_a_goal_may_be_reached_with_the_end(run: Run) -> None:
    run("need add 1 'no flat' --domain housing")
    run("goal add 1 'a flat' --need 1")
    ok(run("close 1 --reason declined --reached 1.g1"))
    states = {each["item"]: each["state"] for each in case(run)["casework"]}
    assert (states["1.g1"], states["1.need1"]) == ("done", "met")
    ok(run("undo"))
    states = {each["item"]: each["state"] for each in case(run)["casework"]}
    assert (states["1.g1"], states["1.need1"]) == ("open", "planned")
    assert "1.cl1" not in states and "1.ac1" not in states


def test_own_words_have_a_code_of_their_own(run: Run) -> None:
    run("close 1 --notice --by letter --on 2026-11-03 --override sent --approved-by Lee")
    run("close 1 --sheet")
    ok(run("close 1 --reason 'went to sea' --summary s"))
    body = next(each for each in case(run)["casework"] if each["kind"] == "closing")
    assert (body["details"]["reason"], body["what"]) == ("own words", "went to sea")
    assert case(run)["close_reason"] == "went to sea"


# --- pending --------------------------------------------------------------------------------


def test_closing_a_referral_declines_it_for_a_reason_alone(run: Run) -> None:
    result = ok(run("close 2 --reason 'no places'"))
    assert result.out.startswith(
        "Declined, Wed 18 Nov 2026: Pat Placeholder (placeholder-2). It owes nothing now."
    )
    assert case(run, 2)["casework"] == []
    assert owes(run, 2) == set()


# --- on a terminal --------------------------------------------------------------------------


def test_a_person_is_told_what_is_missing_and_may_give_notice_at_once(run: Run) -> None:
    result = run("close 1", answers=["moved", "letter"])
    assert result.code == 0, result.err
    assert "Reasons: goals met, moved, declined, cannot locate" in result.err
    assert "Missing: no written notice" in result.err
    assert "notice of closure Wed 18 Nov 2026 by letter" in result.out
    assert case(run)["case_status"] == "active"


@pytest.mark.parametrize(
    "answers", [["y", "letter"], ["yes", "letetr", "letter"], ["phone", "by letter", "letter"]]
)
def test_a_yes_to_the_notice_is_asked_by_which_means(run: Run, answers: list[str]) -> None:
    result = run("close 1", answers=["moved", *answers])
    assert result.code == 0, result.err
    assert "By which means? (letter, email, text, by hand; Enter for not now)" in result.err
    assert "notice of closure Wed 18 Nov 2026 by letter" in result.out


def test_what_was_answered_is_kept_and_gone_on_with(run: Run) -> None:
    run("goal add 1 'a flat'")
    run("deadline 1 'court hearing' --on 2026-12-20")
    given_notice(run)
    left = run("close 1", answers=["y", "Legal Aid"], today=NOTICE_ENDS)
    assert left.code != 0 and case(run)["case_status"] == "active"
    assert left.err.count("Kept as a draft: casectl close 1 goes on with it.") == 1
    result = run("close 1", answers=["y", "rents alone now", "y"], today=NOTICE_ENDS)
    assert result.code == 0, result.err
    told = "  reason: goals met\n  g1: yes\n  handed to: Legal Aid\nGo on with it? [Y/n]"
    assert f"Closing Maria Example (example-1) was begun.\n{told}" in result.err
    assert "1 of 1 goal reached; handed to Legal Aid: 1.2" in result.out


def test_what_is_typed_goes_before_what_was_begun(run: Run) -> None:
    run("deadline 1 'court hearing' --on 2026-12-20")
    given_notice(run)
    assert run("close 1", answers=["Pat", "rent is paid"], today=NOTICE_ENDS).code != 0
    anew = "close 1 --handed-to Quinn --summary 'all paid'"
    result = run(anew, answers=["y", "y"], today=NOTICE_ENDS)
    assert result.code == 0, result.err
    assert "handed to: Pat (typed anew)" in result.err
    assert "handed to Quinn: 1.2" in result.out
    (closing,) = [
        each for each in run("show 1 --json").json["casework"] if each["kind"] == "closing"
    ]
    assert "all paid" in str(closing) and "rent is paid" not in str(closing)


def test_a_refusal_keeps_the_reason_and_asks_again_what_was_skipped(run: Run) -> None:
    refused = run("close 1", answers=["goals met", "n"])
    assert refused.code == 2 and "Kept as a draft: casectl close 1" in refused.err
    result = run("close 1", answers=["y", "letter"])
    assert result.code == 0, result.err
    assert "reason: goals met" in result.out
    run("close 1 --sheet")
    run("deadline 1 'court hearing' --on 2026-12-20")
    refused = run("close 1", answers=["", "done"], today=NOTICE_ENDS)
    assert refused.code == 2 and "1 open deadline: 1.2" in refused.err
    result = run("close 1", answers=["y", "Legal Aid", "y"], today=NOTICE_ENDS)
    assert result.code == 0, result.err


def test_an_answer_that_cannot_be_meant_is_asked_again(run: Run) -> None:
    run("deadline 1 'court hearing' --on 2026-12-20")
    given_notice(run)
    answers = ["me", "Legal Aid", "done", "y"]
    result = run("close 1", answers=answers, today=NOTICE_ENDS)
    assert result.code == 0, result.err
    assert "--handed-to is somebody else than who closes the case" in result.err
    asked = run("close 2", answers=["cannot lcoate", "no places"])
    assert asked.code == 0 and "did you mean 'cannot locate'?" in asked.err


def test_a_draft_says_nothing_where_others_can_see(run: Run) -> None:
    given_notice(run)
    run("close 1 --take-back x")
    run("close 1", answers=["went to her sister", "n"])
    asked = run("--private close 1", answers=["y", "n"])
    assert asked.code == 2 and "Maria" not in asked.err and "sister" not in asked.err


def test_a_person_may_leave_it(run: Run) -> None:
    before = case(run)
    result = run("close 1", answers=["moved", ""])
    assert result.code == 2 and "cannot be closed yet" in result.err
    assert case(run) == before


def test_a_person_is_asked_for_the_rest(run: Run) -> None:
    run("goal add 1 'a flat'")
    run("goal add 1 'work'")
    run("deadline 1 'court hearing' --on 2026-12-20")
    given_notice(run)
    answers = ["y", "", "Legal Aid", "rents alone now", "y"]
    result = run("close 1", answers=answers, today=NOTICE_ENDS)
    assert result.code == 0, result.err
    assert "Reached? 1.g1 a flat [no]:" in result.err
    assert "1.2            deadline: court hearing" in result.err
    assert "Close Maria Example (example-1) with what is still promised? [y/N]" in result.err
    assert "1 of 2 goals reached; handed to Legal Aid: 1.2" in result.out


def test_a_person_may_say_no(run: Run) -> None:
    before = case(run)
    result = run("close 1 --reason declined", answers=["n"])
    assert result.code == 1 and "nothing was written" in result.err
    assert "This will no longer be due:" in result.err
    assert case(run) == before


def test_closing_an_empty_case_asks_nothing(run: Run) -> None:
    run("done 1.1")
    assert run("close 1 --reason declined", answers=[]).code == 0


# --- what a profile asks --------------------------------------------------------------------


@pytest.fixture
def profile(run: Run, tmp_path: Path) -> Any:
    def write(closing: str) -> None:
        days, closing = re.findall(r"notice = .*", closing), re.sub("notice = .*", "", closing)
        standards = f"[standards]\n{days[0]}\n" if days else ""
        text = f'title = "Ours"\nabout = "a test"\n\n{standards}\n[closing]\n{closing}\n'
        (tmp_path / "ours.toml").write_text(text, "utf-8")
        (tmp_path / "config.toml").write_text(f'profile = "{tmp_path}/ours.toml"\n', "utf-8")

    return write


def test_a_program_without_notice_or_sheet_takes_a_reason_and_a_summary(
    run: Run, profile: Any
) -> None:
    profile("notice = 0\ntransition_sheet = false")
    assert "no summary" in run("close 1 --reason moved").err
    ok(run("close 1 --reason moved --summary s"))


def test_a_program_has_a_list_of_its_own(run: Run, profile: Any) -> None:
    profile("notice = 0\nsign_off = true\n[closing.programs.Outreach]\ntransition_sheet = false")
    assert "no transition sheet" in run("close 1 --reason moved --summary s --no-input").err
    ok(run("edit 1 --program Outreach"))
    waits = ok(run("close 1 --reason moved --summary s"))
    assert "everything is there but the sign-off" in waits.out, "what it leaves out holds"
    shown = {each["key"]: each["value"] for each in run("config profile --json").json}
    assert shown["closing.programs.Outreach.transition_sheet"] is False


def test_its_days_and_means_hold(run: Run, profile: Any) -> None:
    profile('notice = 30\nnotice_means = ["letter", "by hand"]\ntransition_sheet = false')
    assert run("close 1 --notice --by email").code == 2
    made = ok(run("close 1 --notice --by 'by hand' --json")).json
    assert made["notice"]["until"] == "2026-12-18"


def test_what_the_configuration_says_of_days_goes_before_it(
    run: Run, profile: Any, tmp_path: Path
) -> None:
    profile("notice = 30")
    with (tmp_path / "config.toml").open("a") as config:
        config.write("[standards]\nnotice = 21\n")
    made = ok(run("close 1 --notice --by letter --json")).json
    assert made["notice"]["days"] == 21


def test_its_reasons_alone_where_it_takes_no_words(run: Run, profile: Any) -> None:
    profile('reasons = ["died", "moved"]\nown_reasons = ["aged out"]\nown_words = false')
    assert "this program has died, moved, aged out, duplicate" in run("close 1 --reason gone").err
    ok(run("close 1 --notice --by letter --reason 'aged out'"))


def test_a_closure_waits_for_its_sign_off_and_owes_it(run: Run, profile: Any) -> None:
    profile("sign_off = true")
    given_notice(run)
    waits = ok(run("close 1 --summary 'rents alone now'", today=NOTICE_ENDS))
    assert "everything is there but the sign-off" in waits.out
    assert case(run)["case_status"] == "active"
    assert "1.cl1" in owes(run, today=NOTICE_ENDS)
    assert "waits for the sign-off" in run("show 1", width=80).out
    again = run("close 1", today=IN_DECEMBER)
    assert again.code == 2 and "casectl close 1 --signed-off-by NAME" in again.err
    assert run("close 1 --signed-off-by kim", today=IN_DECEMBER).code == 2
    result = ok(run("close 1 --signed-off-by 'Lee Lead'", today=IN_DECEMBER))
    assert "signed off by Lee Lead" in result.out
    body = next(each for each in case(run)["casework"] if each["kind"] == "closing")["details"]
    assert (body["summary"], body["signed_by"]) == ("rents alone now", "Lee Lead")
    assert "given" not in body and "said" not in body


def test_nobody_is_reached_whose_closing_as_died_waits_for_its_sign_off(
    run: Run, profile: Any
) -> None:
    profile("sign_off = true")
    ok(run("follow 1 'call about the flat' --due 2026-11-20"))
    ok(run("deadline 1 'court hearing' --on 2026-12-20"))
    before = set(owes(run, today=NOTICE_ENDS))
    assert {"1.contact", "1.assessment"} <= before
    ok(run("close 1 --reason died --yes"))
    shown = run("show 1", width=80).out
    assert "waits for the sign-off: died, Wed 18 Nov 2026" in " ".join(shown.split())
    for today in (None, NOTICE_ENDS, IN_DECEMBER):
        items = owes(run, today=today)
        assert items == {"1.cl1", "1.3"}
    assert "have the closure signed off: died" in run("today", width=100).out
    assert "have the closure signed off: ***" in run("--private today", width=100).out
    assert run("doctor").code == 0
    ok(run("close 1 --take-back 'another Maria'"))
    assert set(owes(run, today=NOTICE_ENDS)) == before


FLAGGED = "screen 1 phq9 3,3,3,3,3,3,3,3,3"


@pytest.mark.parametrize(
    ("command", "later"),
    [
        ("reached 1 'alive'", None),
        ("reached 1 'alive'", NOTICE_ENDS),
        (FLAGGED, None),
        (FLAGGED, NOTICE_ENDS),
        ("screen 1 phq9 0,0,0,0,0,0,0,0,0", NOTICE_ENDS),
        ("set 1 --urgency crisis --reason 'heard of today'", None),
        ("set 1 --risk imminent --reason 'heard of today'", NOTICE_ENDS),
        ("set 1 --reason 'still the same'", NOTICE_ENDS),
    ],
)
def test_whatever_contradicts_a_death_ends_its_silence(
    run: Run, profile: Any, command: str, later: str | None
) -> None:
    profile("sign_off = true")
    ok(run("reached 1 'as planned'"))
    ok(run("close 1 --reason died --yes"))
    assert owes(run, today=IN_DECEMBER) == {"1.cl1"}
    ok(run(command, today=later))
    items = owes(run, today=IN_DECEMBER)
    assert "1.cl1" in items and {"1.contact", "1.safety"} & items
    assert "did they die? the record says otherwise" in run("show 1", width=200).out
    assert "1.1 " in run("remind", today=IN_DECEMBER).out
    assert run("doctor").code == 0
    ok(run("undo"))
    assert owes(run, today=IN_DECEMBER) == {"1.cl1"}
    assert run("doctor").code == 0


@pytest.mark.parametrize(
    "command",
    [
        "reached 1 'the sister told it' --with collateral",
        "reached 1 'their mother' --with guardian",
        "reached 1 'the letter was on its way' --by letter",
        "tried 1",
        "reached 1 'the day before' --on 2026-11-17",
        "screen 1 phq9 3,3,3,3,3,3,3,3,3 --on 2026-11-17",
        "note 1 'the funeral is on Friday'",
    ],
)
def test_what_says_nothing_of_a_living_client_leaves_a_death_silent(
    run: Run, profile: Any, command: str
) -> None:
    profile("sign_off = true")
    ok(run("close 1 --reason died --yes"))
    ok(run(command))
    assert not {"1.contact", "1.assessment"} & owes(run, today=IN_DECEMBER)
    assert "did they die?" not in run("show 1", width=200).out


def test_what_was_on_record_before_a_death_does_not_contradict_it(run: Run, profile: Any) -> None:
    """Of the same day; and of the days until it was learnt of."""
    profile("sign_off = true")
    ok(run(FLAGGED))
    ok(run("set 1 --urgency crisis --reason 'in the morning'"))
    ok(run("close 1 --reason died --on 2026-11-16 --yes", today="2026-11-18"))
    assert "1.safety" not in owes(run, today=IN_DECEMBER)
    assert "did they die?" not in run("show 1", width=200).out


def test_nobody_died_before_they_were_reached_last(run: Run, profile: Any) -> None:
    profile("sign_off = true")
    ok(run("reached 1 spoke"))
    refused = run("close 1 --reason died --on 2026-11-16 --yes")
    assert (refused.code, case(run)["case_status"]) == (2, "active")
    assert "1.c1 reached the client on Wed 18 Nov 2026 (--on the day that they died" in refused.err
    ok(run("close 1 --reason died --yes"))  # that day, after it
    assert owes(run, today=IN_DECEMBER) == {"1.cl1"}
    ok(run("reached 1 alive"))
    doubted = run("close 1 --signed-off-by Sue")
    assert doubted.code == 2 and "1.c2 reached the client" in doubted.err
    assert "casectl close 1 --take-back REASON" in doubted.err
    ok(run("close 1 --signed-off-by Sue --override 'another Maria' --approved-by Sue"))


@pytest.mark.parametrize("stood", ["low", "high"])
def test_a_level_raised_on_the_day_of_a_review_contradicts_a_death(
    run: Run, profile: Any, stood: str
) -> None:
    profile("sign_off = true")
    ok(run(f"set 1 --urgency {stood} --risk low --reason 'this morning'"))
    ok(run("close 1 --reason died --yes"))
    assert owes(run) == {"1.cl1"}
    ok(run("set 1 --risk imminent --reason 'heard of today'"))
    assert {"1.cl1", "1.safety"} <= owes(run)
    assert "1.safety" in run("remind").out
    assert run("doctor").code == 0
    ok(run("undo"))
    assert owes(run) == {"1.cl1"}


def test_an_interrupted_ending_gives_nothing_to_another_one(run: Run) -> None:
    begun = run("close 1 --reason moved --override x --approved-by Sue", answers=["all went well"])
    assert begun.code != 0
    ended = run("close 1 --reason died", answers=["y"])
    assert "This one is another, so it begins anew" in ended.err
    assert "all went well" not in run("show 1 --all --json").out


OLD_WATCHED = WATCHED.replace(SAID, "w.what")


@pytest.mark.parametrize(("left", "how"), [(None, "repair"), ("moved", "opening")])
def test_a_death_that_an_older_casectl_wrote_down_silences_what_would_reach_the_client(
    run: Run,
    store: Caseload,
    profile: Any,
    monkeypatch: pytest.MonkeyPatch,
    left: str | None,
    how: str,
) -> None:
    """It wrote that into the body, and left beside it what the notice had said, or nothing."""
    profile("sign_off = true")
    ok(run("deadline 1 'court hearing' --on 2026-12-20"))
    ok(run("close 1 --reason died --yes"))
    one = store.cases.by_number(1)
    assert one is not None
    (closing,) = [each for each in store.cases.file(one).casework if each.kind == CLOSING]
    with monkeypatch.context() as patch:
        patch.setattr("casectl.store.rows.WATCHED", OLD_WATCHED)
        with store.journal.operation("close") as operation:
            change(operation, closing, what=left)
    assert closing.body["said"] == "died"
    assert owes(run, today=IN_DECEMBER) == {"1.cl1", "1.2"}
    facts = next(line for line in run("doctor").out.splitlines() if "\tfacts\t" in line)
    assert facts.startswith("FAIL") and facts.endswith("casectl doctor --repair")
    if how == "repair":
        ok(run("doctor --repair"))
    else:  # as that caseload is opened here for the first time
        store.db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (MIGRATIONS[-1],))
        store.db.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    assert "1.contact" not in run("remind", today=IN_DECEMBER).out
    assert owes(run, today=IN_DECEMBER) == {"1.cl1", "1.2"}
    assert "have the closure signed off: died" in run("today", width=100).out
    assert "waits for the sign-off: died" in " ".join(run("show 1", width=80).out.split())


# --- the sheet ------------------------------------------------------------------------------


def test_the_sheet_says_in_plain_words_what_goes_on(run: Run) -> None:
    for command in (
        "goal add 1 'a flat of my own'", "goal done 1.g1",
        "provider add 1 'Dr Sample' --role doctor --phone '555 0101'",
        "meds add 1 Examplin --dose '5 mg'",
        "deadline 1 'court hearing' --on 2026-12-20",
        "note 1 'drinks again, not to be told'",
    ):  # fmt: skip
        ok(run(command))
    ok(run("close 1 --notice --by letter"))
    sheet = ok(run("close 1 --sheet")).out
    assert "For Maria Example\n" in sheet
    assert "Our work together ends on Wed 2 Dec 2026." in sheet
    for line in (
        "- a flat of my own",
        "- Medicine: Examplin, 5 mg",
        "- Dr Sample, doctor, 555 0101",
        "- Sun 20 Dec 2026: court hearing",
    ):
        assert f"{line}\n" in sheet
    assert "drinks" not in sheet and "None" not in sheet
    late = ok(run("close 1 --sheet", today="2026-12-10")).out
    assert "Our work together ends on Thu 10 Dec 2026." in late, "nothing ends before today"
    assert max(map(len, sheet.splitlines())) <= 72


def test_the_sheet_names_services_that_go_on_and_people_to_ask(run: Run) -> None:
    for command in (
        "resource add 'Example Pantry' 'food parcels' --phone '555 0199' --domain food",
        "resource add 'Example Court Help' advice --domain legal",
        "resource add 'Example Homes' flats --domain housing",
        "need add 1 'nothing to eat' --domain food", "need add 1 papers --domain legal",
        "need add 1 'no home' --domain housing",
        "refer 1 1 --send --override x", "referral connected 1.ref1 'goes weekly' --by phone",
        "refer 1 2", "refer 1 3 --send --override x", "referral answer 1.ref3 waitlisted",
        "people add 1 'Lee Sample' --as lawyer --phone '555 0102'",
        "people add 1 'Ann Example' --as family --phone '555 0103'",
    ):  # fmt: skip
        ok(run(command))
    sheet = ok(run("close 1 --sheet")).out
    assert "- food parcels, Example Pantry, 555 0199\n" in sheet
    assert "- flats, Example Homes (you are on the waiting list)\n" in sheet
    assert "Court Help" not in sheet, "nobody asked them yet"
    assert "- Lee Sample, lawyer, 555 0102\n" in sheet
    assert "Ann Example" not in sheet, "a client knows their own sister"


def test_open_referrals_are_answered_for(run: Run) -> None:
    ok(run("resource add 'Example Pantry' 'food parcels' --domain food"))
    ok(run("need add 1 'nothing to eat' --domain food"))
    ok(run("refer 1 1 --send --override x"))
    ok(run("denial add 1 'rent aid' --by 'Example Agency' --on mon --appeal-by '1 dec'"))
    refused = run("close 1 --reason declined")
    assert "1 open deadline, 1 open denial and 1 open referral: 1.2, 1.den1, 1.ref1" in refused.err
    ok(run("referral cancel 1.ref1 'client declined'"))
    made = ok(run("close 1 --reason declined --handed-to 'Legal Aid' --json")).json
    assert made["closing"]["handed"] == ["1.2", "1.den1"]


def test_the_sheet_goes_to_a_file_that_nobody_else_reads(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "sheet.txt"
    said = ok(run(f"close 1 --sheet -o {place}"))
    assert "readable by you alone" in said.out
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.read_text("utf-8").startswith("For Maria Example\n")
    again = run(f"close 1 --sheet -o {place}")
    assert again.code == 1 and "exists already" in again.err


def test_a_sheet_alone_begins_no_closing(run: Run) -> None:
    before = owes(run)
    ok(run("close 1 --sheet"))
    assert owes(run) == before
    assert run("close 1 --take-back x").code == 2
    ok(run("close 1 --notice --by letter --on 2026-11-03 --override sent --approved-by Lee"))
    assert "1.cl1" in owes(run)
    ok(run("close 1 --summary s --reason moved"))


def test_a_sheet_is_not_for_where_others_can_see(run: Run) -> None:
    assert run("close 1 --sheet --private").code == 2
    made = ok(run("close 1 --sheet --json")).json
    assert made["client"] == "Maria Example"


# --- the call afterwards --------------------------------------------------------------------


@pytest.fixture
def closed(run: Run, people: None) -> None:
    ok(run("close 1 --reason declined"))


def test_a_closed_case_owes_one_call_and_nothing_else(run: Run, closed: None) -> None:
    assert owes(run) == {"1.ac1"}
    run("close 2 --reason 'no places'")
    assert run("remind", today="2026-12-17").out == ""
    (row,) = run("today --json", today="2026-12-18").json
    assert (row["item"], row["what"], row["due"]) == ("1.ac1", "aftercare call", "2026-12-18")


@pytest.mark.parametrize("command", ["reached 1 fine", "tried 1", "tried 1.ac1", "reached 1.ac1",
                                     "contact 1 --outcome tried --by letter",
                                     "reached 1 --with guardian"])  # fmt: skip
def test_reaching_or_trying_clears_it(run: Run, closed: None, command: str) -> None:
    result = ok(run(command, today="2026-12-18"))
    assert "1.ac1, the aftercare call, is done: it owes nothing now." in result.out
    assert owes(run) == set()
    ok(run("undo"))
    assert owes(run) == {"1.ac1"}


@pytest.mark.parametrize(
    "command",
    [
        "reached 1 --on 2026-11-16",  # before the end
        "reached 1 'said goodbye' --on 2026-11-18",  # the closing talk, written down later
        "reached 1 --with provider",
        "reached 1 --with collateral",
        "note 1 called",
    ],
)
def test_what_is_no_call_to_the_client_clears_nothing(run: Run, closed: None, command: str) -> None:
    ok(run(command, today="2026-11-20"))
    assert owes(run) == {"1.ac1"}


def test_it_is_among_the_calls_and_reminders(run: Run, closed: None) -> None:
    run("close 2 --reason 'no places'")
    assert run("remind", today="2026-12-18").out == "DUE TODAY  1.ac1  M.E.  aftercare call\n"
    (row,) = run("today --calls --json", today="2026-12-18").json
    assert (row["item"], row["what"]) == ("1.ac1", "aftercare call")


def test_a_line_of_log_clears_it_as_well(run: Run, closed: None) -> None:
    ok(run("log - --yes", stdin="1 call doing fine\n", today="2026-12-18"))
    assert owes(run) == set()


def test_a_contact_that_was_none_is_owed_again(run: Run, closed: None) -> None:
    ok(run("reached 1 fine", today="2026-12-18"))
    ok(run("correct 1.c1 'spoke with the clinic' --with provider", today="2026-12-18"))
    assert owes(run) == {"1.ac1"}


def test_a_corrected_text_keeps_it_done(run: Run, closed: None) -> None:
    ok(run("reached 1 fine", today="2026-12-18"))
    ok(run("correct 1.c1 'doing well'", today="2026-12-18"))
    assert owes(run) == set()
    ok(run("correct 1.c2 --on 2026-11-18", today="2026-12-18"))
    assert owes(run) == {"1.ac1"}, "that was the closing talk"
    ok(run("undo"))
    assert owes(run) == set()


def test_it_is_dropped_with_a_reason(run: Run, closed: None) -> None:
    assert run("cancel 1.ac1").code == 2
    result = ok(run("cancel 1.ac1 'asked for no call'"))
    assert "no aftercare call: asked for no call. It owes nothing now." in result.out
    assert owes(run) == set()
    again = run("cancel 1.ac1 twice")
    assert again.code == 2 and "1.ac1 is dropped already" in again.err


def test_nothing_moves_it(run: Run, closed: None) -> None:
    for command in ("done 1.ac1 x", "snooze 1.ac1 fri x", "triage 1 --on fri"):
        assert run(command).code == 2, command
    assert owes(run) == {"1.ac1"}


def test_opening_it_again_ends_it(run: Run, closed: None) -> None:
    ok(run("reopen 1 --reason back --risk low"))
    assert "1.ac1" not in owes(run)
    ok(run("undo"))
    assert owes(run) == {"1.ac1"}


def test_the_store_alone_owes_it_too(run: Run, store: Caseload) -> None:
    """Whatever else closes a case (a hand-over that was accepted) goes through the same door."""
    found = store.cases.by_number(1)
    assert found is not None
    after = store.cases.close(found, "transferred", found.opened_on)
    items = list(due_items(store.cases.record(after), Standards(), found.opened_on))
    assert [each.kind for each in items] == ["aftercare"]


# --- private --------------------------------------------------------------------------------


def test_where_others_can_see_nobody_is_named(run: Run) -> None:
    told = ok(run("close 1 --notice --by letter --reason moved --private"))
    assert "Maria" not in told.out and "moved" not in told.out
    ok(run("close 1 --sheet"))
    closed = ok(run("close 1 --summary sSecret --private", today=NOTICE_ENDS))
    assert "Maria" not in closed.out and "Secret" not in closed.out
    assert "Secret" not in run("show 1 --all --private", width=80).out


def test_who_closed_is_in_the_history(run: Run, store: Caseload) -> None:
    assert store.author == Author("kim", "2026-11-18", "2026-11-18T08:00:00Z")
    ok(run("close 1 --reason declined"))
    entry = run("history 1 --limit 1 --json").json[0]
    assert (entry["command"], entry["worker"]) == ("close", "kim")
    assert entry["what"][0] == "added closing 1.cl1: declined"
