"""done, kept, missed, snooze, cancel: how a promise ends, once, with its outcome."""

from __future__ import annotations

import pytest
from conftest import Run


@pytest.fixture(autouse=True)
def maria(run: Run, caseload: None) -> None:
    command = "intake 'Maria Example' --urgency low --risk low --on 2026-11-02 --new"
    assert run(command).code == 0


def promises(run: Run) -> dict[str, dict[str, object]]:
    return {each["item"]: each for each in run("show 1 --json").json["promises"]}


def test_done_keeps_the_outcome_and_says_what_is_owed(run: Run) -> None:
    run("follow 1 'send the form' --due fri")
    result = run("done 1.1 'sent by post'")
    assert "Maria Example (example-1): done 1.1 send the form: sent by post." in result.out
    assert "No next step: casectl follow 1" in result.out
    ended = promises(run)["1.1"]
    assert (ended["state"], ended["outcome"], ended["ended_on"]) == (
        "done",
        "sent by post",
        "2026-11-18",
    )


def test_several_at_once_share_the_outcome(run: Run) -> None:
    for words in ("one", "two", "three"):
        run(f"follow 1 '{words}' --due fri")
    assert run("done 1.1 1.2 'all sent'").code == 0
    states = {item: each["state"] for item, each in promises(run).items()}
    assert states == {"1.1": "done", "1.2": "done", "1.3": "open"}


def test_all_or_none(run: Run) -> None:
    run("follow 1 'one' --due fri")
    assert run("done 1.1 1.9").code == 3
    assert promises(run)["1.1"]["state"] == "open"


def test_a_case_with_one_that_fits_needs_no_item(run: Run) -> None:
    run("follow 1 'one' --due fri")
    assert run("done 1").code == 0
    assert run("done 1").code == 3
    run("follow 1 'two' --due fri")
    run("follow 1 'three' --due fri")
    result = run("done 1")
    assert result.code == 4
    assert "1.2 (two), 1.3 (three)" in result.err


def test_a_hearing_and_its_next_date_together(run: Run) -> None:
    run("deadline 1 'court hearing' --on 'fri 9:00'")
    result = run("done 1.1 continued --again '14 jan 9:00'")
    assert "Again: 1.2 court hearing, Thu 14 Jan 2027, 09:00." in result.out
    again = promises(run)["1.2"]
    assert (again["kind"], again["subject"], again["time"]) == ("deadline", "court", "09:00")


def test_a_deadline_needs_its_outcome(run: Run) -> None:
    run("deadline 1 'court hearing' --on fri")
    result = run("done 1.1")
    assert result.code == 2
    assert "needs its outcome" in result.err


def test_done_twice_is_refused(run: Run) -> None:
    run("follow 1 'one' --due fri")
    run("done 1.1")
    result = run("done 1.1")
    assert result.code == 2
    assert "done already" in result.err


def test_an_appointment_kept_is_a_contact(run: Run) -> None:
    run("appointment 1 'clinic' --at '2026-11-17 10:00' --minutes 45")
    assert run("kept 1.1 'went well'").code == 0
    file = run("show 1 --json").json
    assert file["promises"][0]["state"] == "kept"
    contact = file["contacts"][0]
    assert (contact["on"], contact["outcome"], contact["minutes"]) == ("2026-11-17", "reached", 45)


def test_an_appointment_missed_is_not_one(run: Run) -> None:
    run("appointment 1 'clinic' --at '2026-11-17 10:00'")
    assert run("missed 1.1 'no answer at the door'").code == 0
    file = run("show 1 --json").json
    assert file["promises"][0]["state"] == "missed"
    assert file["contacts"] == []


@pytest.mark.parametrize("when", ["tomorrow", "fri 9:00", "2027-01-14"])
@pytest.mark.parametrize("verb", ["kept", "missed"])
def test_what_lies_ahead_is_neither(run: Run, verb: str, when: str) -> None:
    run(["appointment", "1", "clinic", "--at", when])
    result = run(f"{verb} 1.1 --yes")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert "still ahead; cancel it if it will not take place" in result.err
    assert promises(run)["1.1"]["state"] == "open"


def test_people_come_early(run: Run) -> None:
    """The clock of the tests says 8:00."""
    run("appointment 1 'clinic' --at 'today 16:30'")
    assert run("kept 1.1").code == 0
    assert promises(run)["1.1"]["state"] == "kept"


def test_a_snooze_keeps_the_first_day_and_counts(run: Run) -> None:
    run("follow 1 'call the school' --due fri")
    run("snooze 1.1 mon 'school is closed'")
    result = run("snooze 1.1 '2 dec' 'still closed'")
    assert "now Wed 2 Dec 2026, snoozed 2x: still closed." in result.out
    moved = promises(run)["1.1"]
    assert (moved["due"], moved["first_due"], moved["snoozes"]) == ("2026-12-02", "2026-11-20", 2)


def test_a_snooze_of_years_is_refused(run: Run) -> None:
    run("follow 1 'call the school' --due fri")
    refused = run("snooze 1.1 2031-01-01 'later'")
    assert (refused.code, refused.out) == (2, "")
    assert "a snooze ends by Fri 19 Nov 2027, 366 days ahead" in refused.err
    assert run("snooze 1.1 2027-11-19 'later'").code == 0


def test_only_follow_ups_snooze(run: Run) -> None:
    run("deadline 1 'court' --on fri")
    result = run("snooze 1.1 mon 'busy'")
    assert result.code == 2
    assert "not a follow-up" in result.err


def test_a_cancelled_item_keeps_its_reason(run: Run) -> None:
    run("follow 1 'weekly call' --due fri --every week")
    assert run("cancel 1.1 'client asked'").code == 0
    assert promises(run)["1.1"]["state"] == "cancelled"
    assert promises(run)["1.1"]["outcome"] == "client asked"
    assert list(promises(run)) == ["1.1"]


def test_an_assessment_is_recorded_and_comes_round(run: Run) -> None:
    result = run("done 1.assessment 'home visit'")
    assert result.code == 0
    due = {each["item"]: each["due"] for each in run("show 1 --json").json["due"]}
    assert due["1.assessment"] == "2027-05-17"


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("done 1.5", 3, "has no item 1.5"),
        ("done 1.contact", 2, "casectl reached"),
        ("done 1.1 two words", 2, "in quotes"),
        ("done 1.1 --again yesterday", 2, "later day"),
        ("snooze 1.1 mon", 2, "ITEM, WHEN and REASON"),
        ("snooze 1.1 yesterday 'tired'", 2, "not a later day"),
        ("cancel 1.1", 2, "ITEM and REASON"),
        ("kept 1.1", 2, "is a follow-up"),
        ("done 99", 3, "no case"),
    ],
)
def test_bad_input_changes_nothing(run: Run, command: str, code: int, words: str) -> None:
    run("follow 1 'call the school' --due fri")
    result = run(command)
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert promises(run)["1.1"]["state"] == "open"
    assert promises(run)["1.1"]["snoozes"] == 0
