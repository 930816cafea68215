"""What a new user typed in the first week, and was once answered badly."""

from __future__ import annotations

import pytest
from conftest import Run

from casectl.render import Output
from casectl.session import Session


@pytest.fixture(autouse=True)
def caseload(run: Run) -> None:
    run("init --unencrypted")
    run("intake 'Maria Example Lopez' --next 'call the school' --due 2026-12-31 --on 2026-11-13")


def test_snoozing_never_brings_a_promise_forward(run: Run) -> None:
    for day in ("2026-12-15", "2026-12-31"):
        refused = run(f"snooze 1.1 {day} 'on leave'")
        assert refused.code == 2
        assert "1.1 is due Thu 31 Dec 2026" in refused.err
    assert run("snooze 1.1 2027-01-04 'on leave'").code == 0


def test_a_hearing_of_last_week_does_not_land_in_next_year(run: Run) -> None:
    refused = run("deadline 1 hearing --on '13 nov'")
    assert (refused.code, refused.out) == (2, "")
    assert "2026-11-13 was 5 days ago; write that, or 2027-11-13" in refused.err


def test_a_contact_of_tomorrow_is_not_recorded_a_year_ago(run: Run) -> None:
    refused = run("reached 1 'spoke' --on '19 nov'")
    assert (refused.code, refused.out) == (2, "")
    assert "2026-11-19 is 1 day ahead" in refused.err


def test_a_next_step_in_the_past_is_said_to_be_late(run: Run) -> None:
    done = run("reached 1 spoke --next 'send the form' --due yesterday")
    assert "send the form, Tue 17 Nov 2026. That day has passed." in done.out


@pytest.mark.parametrize("words", ["show 1.1", "show 1.contact", "today --explain 1.contact"])
def test_an_item_names_its_case(run: Run, words: str) -> None:
    assert "Maria Example Lopez" in run(words).out


def test_parts_of_a_name_need_not_stand_together(run: Run) -> None:
    assert "Maria Example Lopez" in run("show 'maria lopez'").out
    assert run("reached 'lopez maria' spoke").code == 4  # a write wants to know


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("set 1 --urgency med --reason x", "did you mean medium?"),
        ("set 1 --urgency hihg --reason x", "did you mean high?"),
        ("set 1 --risk mod --reason x", "did you mean moderate?"),
        ("list --level meduim", "did you mean medium?"),
        ("help", "casectl --help tells of all"),
        ("1", "casectl show 1 shows"),
        ("follow 1 ask about rent --due fri", "several words goes in quotes"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(run: Run, words: str, hint: str) -> None:
    refused = run(words)
    assert refused.code == 2
    assert hint in refused.err


def test_safety_comes_before_what_is_owed_on_the_same_day(run: Run) -> None:
    run("intake 'Pat Sample' --urgency crisis --risk imminent --next call --due 2026-11-19")
    run("reached 2 safe")
    items = run("today --json").json
    mine = next(each for each in items if each["case"] == 2)
    same_day = [each["item"] for each in mine["reasons"] if each["due"] == "2026-11-19"]
    assert same_day == ["2.safety", "2.1"]
    assert mine["item"] == "2.safety"


def test_explain_says_when_a_day_off_moved_the_day(run: Run) -> None:
    run("intake 'Noor Sample' --next call --due 2026-12-31 --on 2026-11-13")
    run("reached 2 spoke --on 2026-11-14")  # 14 days on is a Saturday
    said = run("today --explain 2").out
    assert "due Fri 27 Nov 2026, 14 days after Sat 14 Nov, which is a day off: the working" in said


def test_what_never_waits_is_named_again_where_the_list_scrolled(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("intake 'Ada Crisis' --urgency crisis --next call --due 2026-12-31 --on 2026-11-16")
    assert "above:" not in run("today", width=80).out
    detect = Output.detect
    monkeypatch.setattr(Session, "output", property(lambda self: low(detect, self)), raising=False)
    said = run("today").out
    assert said.splitlines()[-1] == "above: SAFETY 2.safety"


def low(detect: object, session: Session) -> Output:
    return Output(terminal=True, height=6, today=session.today, order=session.config.date_order)
