"""reached, tried, contact: what is written, what it clears, and what it says."""

from __future__ import annotations

import pytest
from conftest import Run

from casectl.store import Caseload
from casectl.store.derived import refresh_all_facts

HIGH = "intake 'Maria Example' --urgency high --risk low --on 2026-11-02 --new"
CRISIS = "intake 'Ann Sample' --urgency crisis --on 2026-11-17 --new"


@pytest.fixture
def maria(run: Run, caseload: None) -> None:
    assert run(HIGH).code == 0


@pytest.fixture
def ann(run: Run, caseload: None) -> None:
    assert run(CRISIS).code == 0


def items(run: Run, case: str = "1") -> dict[str, str]:
    """What the case owes: item name -> due day."""
    due = run(f"show {case} --json").json["due"]
    return {each["item"]: each["due"] for each in due}


def test_reached_clears_contact_and_starts_its_interval(run: Run, maria: None) -> None:
    assert items(run)["1.contact"] == "2026-11-04"  # two working days after intake
    result = run("reached 1 'doing well'")
    assert result.code == 0
    assert "Reached Maria Example (example-1) by phone, Wed 18 Nov 2026 (1.c1)." in result.out
    assert "1.contact is due Wed 25 Nov 2026" in result.out
    assert items(run)["1.contact"] == "2026-11-25"


def test_reached_with_the_next_step_in_the_same_breath(run: Run, maria: None) -> None:
    result = run("reached 1 'aide starts Monday' --minutes 10 --next 'check aide' --due mon")
    assert "Next: 1.1 check aide, Mon 23 Nov 2026." in result.out
    assert "No next step" not in result.out
    file = run("show 1 --json").json
    assert file["contacts"][0]["minutes"] == 10
    assert file["promises"][0]["what"] == "check aide"


@pytest.mark.parametrize("command", ["reached 1", "tried 1", "contact 1 --outcome tried"])
def test_the_next_step_behind_the_text(run: Run, maria: None, command: str) -> None:
    result = run([*command.split(), "aide starts; bus is late; next check aide mon 9:00"])
    assert "Next: 1.1 check aide, Mon 23 Nov 2026, 09:00." in result.out
    file = run("show 1 --json").json
    assert file["contacts"][0]["text"] == "aide starts; bus is late"
    assert run([*command.split(), "-"], stdin="; next call again tomorrow\n").code == 0
    file = run("show 1 --json").json
    assert file["contacts"][0]["text"] is None
    assert [each["what"] for each in file["promises"]] == ["call again", "check aide"]


@pytest.mark.parametrize(
    "text",
    [
        "aide starts; bus is late; mon",
        "he moves; nextdoor helps",
        "aide starts, next check aide mon",
        "two lines\nand more; next check aide mon",
    ],
)
def test_any_other_semicolon_belongs_to_the_text(run: Run, maria: None, text: str) -> None:
    assert run(["reached", "1", text]).code == 0
    file = run("show 1 --json").json
    assert (file["contacts"][0]["text"], file["promises"]) == (text, [])


def test_with_next_the_text_stays_whole(run: Run, maria: None) -> None:
    words = ["reached", "1", "he moves; next month is quiet", "--next", "call", "--due", "fri"]
    assert run(words).code == 0
    file = run("show 1 --json").json
    assert file["contacts"][0]["text"] == "he moves; next month is quiet"
    assert [each["what"] for each in file["promises"]] == ["call"]


def test_a_next_step_without_its_day_is_asked_for(run: Run, maria: None) -> None:
    """A follow-up interval from today is offered, and never taken without a word."""
    result = run(["tried", "1", "; next call again"], answers=[""])
    assert "By when? [Wed 25 Nov 2026]" in result.err
    assert "Next: 1.1 call again, Wed 25 Nov 2026." in result.out
    assert "Fri 27 Nov" in run(["tried", "1", "; next look in"], answers=["next fri"]).out
    assert run(["tried", "1", "; next call again"], answers=["3/4"]).code == 2


@pytest.mark.parametrize(
    "flags", ["--with collateral", "--with provider", "--with guardian", "--by letter"]
)
def test_others_and_letters_are_recorded_and_clear_nothing(
    run: Run, maria: None, flags: str
) -> None:
    before = items(run)["1.contact"]
    assert run(f"reached 1 'the aunt called' {flags}").code == 0
    assert items(run)["1.contact"] == before


def test_the_guardian_clears_contact_where_the_program_says_so(run: Run, caseload: None) -> None:
    assert run("config set programs.Youth.guardian_counts true").code == 0
    assert run(f"{HIGH} --program Youth").code == 0
    assert run("reached 1 --with guardian").code == 0
    assert items(run)["1.contact"] == "2026-11-25"


def test_tried_clears_nothing_and_sets_a_day_to_try_again(run: Run, maria: None) -> None:
    run("follow 1 'housing form' --due 'in 3 weeks'")
    before = items(run)
    result = run("tried 1")
    assert "Tried 1x; try again Thu 19 Nov 2026." in result.out
    assert items(run) == before
    row = run("today --json").json[0]
    assert row["status"] == "TRIED 1x"
    later = run("today --json", today="2026-11-19").json[0]
    assert later["status"] == "NO CONTACT 17d"


def test_three_attempts_owe_a_change_of_approach(run: Run, maria: None) -> None:
    run("tried 1 --on 2026-11-16")
    run("tried 1 --on 2026-11-17")
    assert "another way" in run("tried 1").out
    reasons = run("today --json", today="2026-11-19").json[0]["reasons"]
    assert any("another way" in each["what"] for each in reasons)


def test_naming_an_item_does_it(run: Run, maria: None) -> None:
    run("follow 1 'call about the lease' --due fri")
    assert "Done: 1.1 call about the lease." in run("reached 1.1 'signed'").out
    promise = run("show 1 --json").json["promises"][0]
    assert (promise["state"], promise["outcome"]) == ("done", "signed")


def test_trying_an_item_leaves_it_open(run: Run, maria: None) -> None:
    run("follow 1 'call about the lease' --due fri")
    assert run("tried 1.1").code == 0
    file = run("show 1 --json").json
    assert file["promises"][0]["state"] == "open"
    assert file["contacts"][0]["about"] == "1.1"


def test_a_repeating_call_comes_round_again(run: Run, maria: None) -> None:
    run("follow 1 'weekly call' --due fri --every week")
    assert "Again: 1.2 weekly call, Fri 27 Nov 2026." in run("reached 1.1").out


def test_an_older_contact_does_not_move_the_clock_back(run: Run, maria: None) -> None:
    run("reached 1")
    run("reached 1 --on 2026-11-10")
    assert items(run)["1.contact"] == "2026-11-25"


def test_crisis_asks_every_day_and_a_professional_can_cover(run: Run, ann: None) -> None:
    assert items(run)["1.safety"] == "2026-11-17"
    run("reached 1")
    assert items(run)["1.safety"] == "2026-11-19"
    result = run("reached 1 --seen-by 'Dr Example' --until fri")
    assert result.code == 0
    assert items(run)["1.safety"] == "2026-11-21"


def test_the_outcome_is_never_assumed(run: Run, maria: None) -> None:
    result = run("contact 1 'spoke'")
    assert result.code == 2
    assert "never assumed" in result.err
    assert run("contact 1 'spoke' --outcome reached").code == 0
    assert run("contact 1 'spoke'", answers=["tried"]).code == 0


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("reached 9", 3, "no case '9'"),
        ("reached 1 --by pigeon", 2, "--by is one of phone"),
        ("reached 1 --with stranger", 2, "--with is one of client"),
        ("reached 1 --on tomorrow", 2, "still ahead"),
        ("reached 1 --next 'call'", 2, "--next needs --due"),
        ("reached 1 --due fri", 2, "--due needs --next"),
        ("reached 1 --minutes 9999", 2, "--minutes"),
        ("reached 1 --seen-by 'Dr Example' --until fri", 2, "for a client in crisis"),
        ("reached 1 --seen-by 'Dr Example'", 2, "go together"),
        ("reached 1.next", 2, "is cleared by a next step"),
        ("reached 1.7", 3, "has no item 1.7"),
        ("reached maria", 4, "only part of a name"),
        ("reached 1 'x; next call'", 2, "ends with no day; write it as in ; next check aide mon"),
        ("reached 1 'x; next call 03/04'", 2, "3 April or 4 March"),
        ("reached 1 'x; next fri'", 2, "a day alone"),
        ("reached 1 'x; next call' --due fri", 2, "--due needs --next"),
        ("reached 1 --next 'x' --due 03/04", 2, "3 April or 4 March"),
    ],
)
def test_bad_input_writes_nothing(
    run: Run, maria: None, command: str, code: int, words: str
) -> None:
    result = run(command)
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert result.err.count("\n") == 1
    assert run("show 1 --json").json["contacts"] == []


def test_a_deadline_is_not_done_by_reaching_somebody(run: Run, maria: None) -> None:
    run("deadline 1 'court hearing' --on fri")
    result = run("reached 1.1")
    assert result.code == 2
    assert "casectl done 1.1 OUTCOME" in result.err


def test_part_of_a_name_is_confirmed_on_a_terminal(run: Run, maria: None) -> None:
    assert run("reached maria", answers=["n"]).code == 1
    assert run("reached maria", answers=["y"]).code == 0
    assert run("reached maria --yes").code == 0


def test_an_appointment_is_not_kept_before_its_day(run: Run, maria: None) -> None:
    assert run("appointment 1 clinic --at 'fri 10:00'").code == 0
    for command in ("reached 1.1", "contact 1.1 --outcome reached"):
        result = run(command)
        assert (result.code, result.out) == (2, "")
        assert result.err == (
            "casectl: 1.1 is an appointment on Fri 20 Nov 2026, not kept before that; "
            "name the case to record a contact: 1\n"
        )
    assert run("reached 1.1 --on thu", today="2026-11-20").code == 2
    assert run("show 1 --json").json["promises"][0]["state"] == "open"
    assert run("tried 1.1").code == 0, "an attempt before it keeps nothing"
    assert run("reached 1.1 --by office", today="2026-11-20").code == 0
    assert run("show 1 --json").json["promises"][0]["state"] != "open"


def test_an_answer_that_is_none_is_asked_for_again_once(run: Run, maria: None) -> None:
    """The next line, typed in haste, is not a no; what was asked for is still wanted."""
    again = run("reached maria 'aide starts Mon'", answers=["tried 2 rang out", "y"])
    assert (again.code, "Reached Maria Example" in again.out) == (0, True)
    assert again.err.count("Maria Example (example-1, active)? [y/N]") == 2
    assert "Answer y or n; Enter is n.\n" in again.err
    twice = run("reached maria 'once more'", answers=["tried 2", "tried 3", "y"])
    assert (twice.code, twice.err.count("[y/N]")) == (1, 2)
    for no in ("n", "No", ""):
        refused = run("reached maria 'once more'", answers=[no, "y"])
        assert (refused.code, refused.err.count("[y/N]")) == (1, 1)


def test_several_of_a_name_are_picked_from(run: Run, maria: None) -> None:
    run("intake 'Mario Example' --urgency low --new")
    assert run("reached example").code == 4
    assert "example-1 (Maria Example), example-2 (Mario Example)" in run("reached example").err
    assert "Mario Example (example-2)" in run("reached example", answers=["b"]).out
    assert "Mario Example (example-2)" in run("reached example", answers=["2"]).out
    assert run("reached example", answers=["7"]).code == 1
    assert run("reached example", answers=[""]).code == 1


def test_the_picker_tells_two_of_one_name_apart(run: Run, maria: None) -> None:
    """By birth date where it is known, and by what is known of the case."""
    run("intake 'Maria Example' --dob 1978-03-29 --program Housing --on 2026-03-04 --new")
    run("intake 'Maria Example' --new --on 2026-11-09")
    run("hold 3 --until 2026-12-01 --reason away")
    result = run("reached maria", answers=["b"])
    assert "Maria Example (example-2)" in result.out
    assert result.err.splitlines()[1:3] == [
        "  b  2  example-2  Maria Example  born 1978-03-29, active, intake Wed 4 Mar, Housing",
        "  c  3  example-3  Maria Example  on hold, intake Mon 9 Nov",
    ]


# --- A call promised together with the attempt ------------------------------------------------


def test_the_call_promised_with_an_attempt_stands_on_its_day(run: Run, caseload: None) -> None:
    """Where another is tried again only after two working days, and both are due."""
    run("intake 'Bo Sample' --urgency medium --risk low --new --next form --due today")
    run("intake 'Maria Example' --urgency medium --risk low --new")
    run("tried 2 'rang out' --next 'call again' --due tomorrow")
    (first, second) = run("today --json", today="2026-11-19").json
    assert (first["item"], first["status"]) == ("1.1", "OVERDUE 1d")
    assert (second["item"], second["status"]) == ("2.1", "DUE TODAY")
    run("done 1.1")
    run("follow 1 'call' --due '1 mar 2027'")
    assert run("today --json", today="2026-11-19").json[0]["item"] == "2.1"


def test_facts_of_an_older_caseload_are_put_right(run: Run, store: Caseload) -> None:
    """Until schema 3 such a call waited with all that had been tried."""
    run("intake 'Maria Example' --urgency medium --risk low --new --next call --due today")
    run("tried 1 'rang out' --next 'call again' --due tomorrow")
    db = store.db
    of_calls = "group_id IN (SELECT id FROM due_groups WHERE kind = 'follow_up')"
    right = sorted(map(tuple, db.rows("SELECT * FROM due_facts")), key=str)
    assert db.value(f"SELECT count(*) FROM due_facts WHERE {of_calls}") == 2
    db.execute(f"DELETE FROM due_facts WHERE tried_on IS NULL AND {of_calls}")
    refresh_all_facts(db)
    assert sorted(map(tuple, db.rows("SELECT * FROM due_facts")), key=str) == right


def test_a_day_before_the_intake_is_said(run: Run, maria: None) -> None:
    out = " ".join(run("tried 1 --on 2026-01-05").out.split())
    assert "That is before the intake on Mon 2 Nov 2026: casectl undo" in out
    assert "before the intake" not in run("tried 1").out


def test_a_day_in_an_error_is_in_the_configured_order(run: Run, maria: None) -> None:
    for order, said in (("mdy", "Fri Nov 20 2026"), ("dmy", "Fri 20 Nov 2026")):
        assert run(f"config set date_order {order}").code == 0
        for command in ("reached 1 --on 2026-11-20", "tried 1 --on 2026-11-20"):
            assert f"{said} is still ahead" in run(command).err
