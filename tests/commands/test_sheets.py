"""today --calls, --visits and --sheet: the list as somebody takes it along."""

from __future__ import annotations

import pytest
from conftest import Run

CALL_KEYS = {
    "case", "handle", "client", "status", "band", "level", "provisional", "priority", "kind",
    "item", "what", "due", "time", "days_late", "planned", "why", "program", "phone",
    "safe_contact", "language", "interpreter", "pronouns",
}  # fmt: skip

COMMANDS = (
    "intake 'Ann Sample' --urgency crisis --on 2026-11-17 --phone '555 0142' --safe-contact "
    "evenings --next 'call the clinic' --due today --program Housing --new",
    "intake 'Ben Example' --urgency low --risk low --on 2026-11-16 --address '12 Oak St' --new",
    "deadline 2 'court hearing' --on 'fri 9:30'",
    "follow 2 'home visit' --due yesterday",
    "intake 'Cleo Test' --urgency high --risk high --on 2026-10-01 --address 'Oak St 9' --new",
    "reached 3 --on 2026-10-26 --next 'visit at home' --due today",
    "done 3.assessment",
    "intake 'Dee Demo' --urgency medium --risk low --on 2026-11-16 --new",
    "appointment 4 'clinic' --at 'today 14:00' --place 'Main St' --minutes 30",
    "appointment 4 'court' --at 'today 9:00'",
    "appointment 4 'tomorrow' --at 'tomorrow 9:00'",
    "follow 4 'a form' --due today",
    "intake 'Eve Trial' --urgency low --risk low --on 2026-11-16 --new",
    "follow 5 'visit the flat' --due today",
)


@pytest.fixture(autouse=True)
def five(run: Run, caseload: None) -> None:
    for command in COMMANDS:
        assert run(command).code == 0, command


def items(run: Run, words: str) -> list[str]:
    result = run(f"today --json --all {words}")
    assert result.code == 0, result.err
    return [each["item"] for each in result.json]


def test_calls_are_what_reaching_somebody_clears(run: Run) -> None:
    assert items(run, "--calls") == ["1.safety", "3.contact", "4.contact"]
    first = run("today --calls --json").json[0]
    assert set(first) == {*CALL_KEYS, "also", "organization"}
    assert (first["also"], first["phone"], first["safe_contact"]) == (
        ["1.1"], "555 0142", "evenings",
    )  # fmt: skip


def test_an_agency_that_is_to_be_chased_is_a_call(run: Run) -> None:
    """With its own number: the client's phone and safe-contact words are not for calling it."""
    for command in (
        "resource add 'Example Pantry' 'food parcels' --domain food --phone 555-0199",
        "need add 2 'no food' --domain food",
        "refer 2 1 --send --override 'asked, the client beside me'",
    ):
        assert run(command).code == 0, command
    assert "2.ref1" not in items(run, "--calls"), "it is not time to ask yet"
    found = run("today --calls --all --json", today="2026-11-25").json
    (call,) = [each for each in found if each["item"] == "2.ref1"]
    assert call == found[-1] and set(call) == set(found[0])
    assert (call["organization"], call["phone"]) == ("Example Pantry", "555-0199")
    assert (call["client"], call["safe_contact"], call["also"]) == ("Ben Example", None, [])
    screen = run("today --calls --all", width=80, today="2026-11-25").out
    words = " ".join(screen[screen.index("2.ref1") :].split())
    assert "Ask Example Pantry: 555-0199 (casectl resource show 1) no answer yet: food" in words
    assert f"{len(found)} to reach" in screen
    assert "2.ref1" not in run("today --calls --untried --all", today="2026-11-25").out
    for private in ("--private today --calls --all", "--private today --calls --all --json"):
        assert "555-0199" not in run(private, width=80, today="2026-11-25").out


def test_an_attempt_moves_the_call_down(run: Run) -> None:
    run("reached 1")
    run("reached 1.1")
    run("tried 3")
    run("set 1 --urgency low --risk low --reason better")
    assert items(run, "--calls")[-1] != "3.contact"
    (row,) = [each for each in run("today --calls --json").json if each["case"] == 3]
    assert row["status"] == "TRIED 1x"


def test_who_would_soonest_go_untried_for_too_long_comes_first(run: Run) -> None:
    """A low case that nobody tried for weeks stands before a medium one of yesterday."""
    lower = "set 3 --urgency low --risk low --reason better"
    for line in (lower, "reached 5 --on 2026-11-16", "reached 4 --on 2026-11-17", "reached 2"):
        assert run(line).code == 0, line
    # By a level's days after the last try: 3 on 25 Nov, 4 on 1 Dec, 5 on 16 Dec, 2 on 18 Dec.
    by_try = [each.partition(".")[0] for each in items(run, "--calls --untried --soon 60")]
    assert by_try == ["1", "3", "4", "5", "2"]
    by_rank = [each.partition(".")[0] for each in items(run, "--calls --soon 60")]
    assert by_rank == ["1", "4", "3", "5", "2"]


def test_untried_is_an_order_of_calls(run: Run) -> None:
    result = run("today --untried")
    assert (result.code, result.out) == (2, "")
    assert "casectl today --calls --untried" in result.err


def test_a_review_is_no_call(run: Run) -> None:
    run("reached 1 --next 'a form' --due today")
    run("reached 1.1")
    rows = items(run, "--calls --as-of 2026-11-21")
    assert "1.safety" in rows and not [each for each in rows if "review" in each]


def test_visits_are_in_the_order_of_going(run: Run) -> None:
    assert items(run, "--visits") == ["4.2", "4.1", "3.1", "2.2", "5.1"]
    hour = run("today --visits --json").json[1]
    assert set(hour) == {*CALL_KEYS, "place", "minutes", "address"}
    assert (hour["time"], hour["place"], hour["minutes"], hour["address"]) == (
        "14:00", "Main St", 30, None,
    )  # fmt: skip


def test_a_limit_cuts_no_appointment(run: Run) -> None:
    rows = run("today --visits --limit 1 --json").json
    assert [each["item"] for each in rows] == ["4.2", "4.1", "2.2"]
    shown = run("today --visits --limit 1", width=80).out
    assert "5 places to be" in shown and "+2 more: casectl today --visits --all" in shown


def test_a_limit_of_calls_counts_calls(run: Run) -> None:
    rows = run("today --calls --limit 2 --json").json
    assert [each["item"] for each in rows] == ["1.safety", "3.contact"]
    assert "+1 more: casectl today --calls --all" in run("today --calls --limit 2", width=80).out
    assert "more" not in run("today --calls --limit 3", width=80).out.splitlines()[-1]


def test_what_asks_for_the_rest_keeps_the_other_options(run: Run) -> None:
    line = "today --calls --untried --soon 14 --level low --limit 1"
    shown = " ".join(run(line, width=80).out.split())
    more = shown.partition(" more: casectl ")[2]
    assert more == "today --calls --untried --level low --soon 14 --all"
    whole = run(more, width=80)
    assert whole.code == 0 and "more:" not in whole.out
    sheet = run("today --sheet --as-of 2026-11-21 --limit 1").out
    assert "more on the list: casectl today --sheet --as-of 2026-11-21 --all" in sheet


def test_filters(run: Run) -> None:
    assert items(run, "--calls --program Housing") == ["1.safety"]
    assert items(run, "--calls --level high") == ["1.safety", "3.contact"]
    assert items(run, "--visits --level high") == ["3.1"]
    sheet = run("today --sheet --program Housing").out
    assert "1  sample-1  A.S." in sheet and "example-2" not in sheet


def test_a_pipe_gets_tsv(run: Run) -> None:
    rows = [line.split("\t") for line in run("today --calls").out.splitlines()]
    assert rows[0][:6] == [
        "1.safety",
        "sample-1",
        "Ann Sample",
        "SAFETY 1d",
        "555 0142",
        "evenings",
    ]
    assert {len(row) for row in rows} == {12}
    rows = [line.split("\t") for line in run("today --visits").out.splitlines()]
    assert rows[0][:2] == ["09:00", "4.2"] and {len(row) for row in rows} == {12}
    assert run("today --calls --fields case,phone").out.splitlines()[0] == "1\t555 0142"
    assert run("today --calls --fields nonsense").code == 2


def test_the_sheet_holds_whoever_has_an_hour(run: Run) -> None:
    sheet = run("today --sheet --limit 1").out
    assert "1  sample-1" in sheet and "4  demo-4" in sheet and "5  trial-5" not in sheet
    assert "Phone 555 0142 (safe contact: evenings)" in sheet
    assert "09:00 court" in sheet and "casectl log" in sheet
    assert "more on the list: casectl today --sheet --all" in sheet
    assert "more on the list" not in run("today --sheet --all").out
    assert "Ann Sample" not in sheet, "paper gets lost"


def test_nobody(run: Run) -> None:
    for number in range(1, 6):
        assert run(f"close {number} --reason died --yes").code == 0
    assert run("today --calls").out == run("today --visits").out == ""
    assert "nothing to reach" in run("today --calls", width=80).out
    assert "Nobody needs you today." in run("today --sheet").out


@pytest.mark.parametrize(
    "words",
    ["--calls --visits", "--calls --sheet", "--visits --done", "--sheet --explain 1",
     "--sheet --json", "--sheet --fields case", "--calls --limit 0"],
)  # fmt: skip
def test_bad_values(run: Run, words: str) -> None:
    result = run(f"today {words}")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)


def test_the_list_itself_is_as_before(run: Run) -> None:
    assert run("today").out == run("").out
    assert "phone" in run("today --json").json[0]


def test_a_day_without_visits(run: Run) -> None:
    run("close 4 --reason died --yes")
    out = run("today --visits --program Nowhere", width=80)
    assert out.code == 3
    assert "nothing to go to" in run("today --visits --as-of 2024-01-01", width=80).out
