"""casectl triage on a terminal of its own: single keys, what they record, and what they cost."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Run
from terminals import acts
from test_day_terminal import CTRL_C, CTRL_D, CTRL_O, ERASED, PROBE, PROMPT

pexpect = pytest.importorskip("pexpect", reason="no pseudo-terminals on this system")
pytest.importorskip("pty", reason="no pseudo-terminals on this system")

ASKS = r"q\)uit \? ?"
END = r"Triage: "

Spawn = Callable[..., Any]


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """``spawn("triage")`` -> casectl on a terminal of 80 by 24, at its first row."""
    spawned: list[Any] = []

    def spawn(*words: str, idle: int = 3600, expect: str = ASKS, width: int = 80) -> Any:
        env = {**os.environ, "TERM": "xterm-256color", "IDLE_SECONDS": str(idle)}
        child = pexpect.spawn(
            sys.executable, ["-c", PROBE, *(words or ("triage",))], env=env, encoding="utf-8",
            dimensions=(24, width), timeout=30,
        )  # fmt: skip
        spawned.append(child)
        child.expect(expect)
        return child

    yield spawn
    for each in spawned:
        each.close(force=True)


@pytest.fixture(autouse=True)
def five(run: Run, caseload: None) -> None:
    """In the order of the list: safety, court, a late contact, a late call, a late next step."""
    commands = (
        "intake 'Ada Crisis' --urgency crisis --risk low --on 2026-11-17 --next plan --due "
        "'20 dec' --new",
        "intake 'Ben Court' --urgency low --risk low --on 2026-11-16 --new",
        "deadline 2 'court hearing' --on '19 nov 9:30'",
        "intake 'Cleo Contact' --urgency high --risk high --on 2026-10-30 --next plan --due "
        "'20 dec' --new",
        "reached 3 spoke --on 2026-10-31",
        "intake 'Dan Followup' --urgency medium --risk low --on 2026-11-13 --next 'call the "
        "school' --due 2026-11-14 --new",
        "intake 'Eve Nextstep' --urgency low --risk low --on 2026-11-10 --new",
    )
    for command in commands:
        assert run(command).code == 0, command


def ends(child: Any, *, says: str) -> None:
    child.expect(END)
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0
    assert says in " ".join(child.before.split())


def due(run: Run, case: int) -> dict[str, Any]:
    return {each["item"]: each for each in run(f"show {case} --json").json["due"]}


def contacts(run: Run, case: int) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = run(f"show {case} --json").json["contacts"]
    return made


def operations(run: Run) -> int:
    return int(run("history --json").json[0]["operation"])


# --- Keys ---------------------------------------------------------------------------------------


def test_skipping_is_a_key_a_row_and_stops_anywhere(spawn: Spawn, run: Run) -> None:
    before = operations(run)
    child = spawn()
    for client in ("Ada", "Ben", "Cleo", "Dan", "Eve"):
        assert client in child.before
        child.send("s")
        if client != "Eve":
            child.expect(ASKS)
    ends(child, says="nothing recorded; all looked at")
    assert operations(run) == before


def test_a_call_nobody_answered_takes_two_keys(spawn: Spawn, run: Run) -> None:
    keys = "t\r"
    assert len(keys) == 2
    child = spawn()
    child.send("ss")
    child.expect("3/5")
    child.expect(ASKS)
    child.send(keys)
    child.expect(r"Tried Cleo Contact by phone \(3\.c2\)")
    child.expect(ASKS)
    assert "4/5" in child.before, "it waits now, so the next one comes"
    child.send("q")
    ends(child, says="1 tried; 2 not looked at")
    assert contacts(run, 3)[0]["outcome"] == "tried"
    assert due(run, 3)["3.contact"]["status"] == "TRIED 1x"


def test_a_plan_takes_five_keys_or_two(spawn: Spawn, run: Run) -> None:
    child = spawn()
    child.send("ss")
    child.expect("3/5")
    child.expect(ASKS)
    keys = "pfri\r"
    assert len(keys) == 5
    child.send(keys)
    child.expect("Planned for Fri 20 Nov 2026")
    child.expect("4/5")
    child.expect(ASKS)
    child.send("p\r")  # Enter: the next working day
    child.expect("Planned for Thu 19 Nov 2026")
    child.expect("5/5")
    child.expect(ASKS)
    child.send("q")
    ends(child, says="2 planned; 1 not looked at")
    assert due(run, 3)["3.contact"]["planned"] == "2026-11-20"
    assert due(run, 4)["4.1"]["planned"] == "2026-11-19"
    assert run("undo").code == 0
    assert due(run, 4)["4.1"]["planned"] is None
    assert due(run, 3)["3.contact"]["planned"] == "2026-11-20", "each was an operation of its own"


def test_a_plan_for_a_day_off_says_so(spawn: Spawn, run: Run) -> None:
    child = spawn()
    child.send("ss")
    child.expect("3/5")
    child.expect(ASKS)
    child.send("psat\r")
    child.expect("Planned for Sat 21 Nov 2026, a day off")
    child.expect(ASKS)
    child.send("t")
    child.expect("What message was left")
    child.send("\x03q")
    ends(child, says="1 planned")
    named = run("triage 4 --on 'sat 21 nov' --reason calls").out
    assert "planned for Sat 21 Nov 2026, a day off (calls)." in " ".join(named.split())


def test_the_promise_is_kept_and_the_next_one_made_in_one_line(spawn: Spawn, run: Run) -> None:
    keys = "rvisit 45m signed the form; next bring it back mon\r"
    assert len(keys) < 60
    child = spawn()
    child.send("sss")
    child.expect("4/5")
    child.expect(ASKS)
    child.send(keys)
    child.expect(
        r"Reached Dan Followup by visit \(4\.c1\)\. Done: 4\.1 call the school\. Next:\s+"
        r"bring\s+it\s+back,\s+Mon\s+23\s+Nov\s+2026"
    )
    child.expect("5/5")
    child.expect(ASKS)
    child.send("q")
    ends(child, says="1 reached")
    (made,) = contacts(run, 4)
    assert (made["by"], made["minutes"], made["text"]) == ("visit", 45, "signed the form")
    assert made["about"] == "4.1"
    promises = {each["item"]: each for each in run("show 4 --json").json["promises"]}
    assert promises["4.1"]["state"] == "done"
    assert (promises["4.2"]["what"], promises["4.2"]["due"]) == ("bring it back", "2026-11-23")


def test_snoozed_done_and_cancelled_with_their_words(spawn: Spawn, run: Run) -> None:
    run("follow 4 'write to them' --due 2026-11-15")
    run("follow 4 'ask again' --due 2026-11-16")
    child = spawn()
    child.send("s")
    child.expect("2/5")
    child.expect(ASKS)
    child.send("dcontinued to January\r")
    child.expect(r"Done: 2\.1")
    child.expect(ASKS)
    child.send("s")
    child.expect("3/5")
    child.expect(ASKS)
    child.send("s")
    child.expect(r"4/5.*4\.1")
    child.expect(ASKS)
    child.send("zmon\r")
    child.expect("Why")
    child.send("no answer before\r")
    child.expect("Snoozed to Mon 23 Nov 2026")
    child.expect(r"4/5.*4\.2")
    child.expect(ASKS)
    child.send("cno longer needed\r")
    child.expect(r"Cancelled: 4\.2")
    child.expect(r"4/5.*4\.3")
    child.expect(ASKS)
    child.send("d\r")
    child.expect(r"Done: 4\.3")
    child.expect(ASKS)
    child.send("q")
    ends(child, says="2 done, 1 snoozed, 1 cancelled")
    states = {each["item"]: each for each in run("show 4 --json").json["promises"]}
    assert (states["4.1"]["snoozes"], states["4.1"]["snooze_reason"]) == (1, "no answer before")
    assert (states["4.2"]["state"], states["4.2"]["outcome"]) == ("cancelled", "no longer needed")
    assert states["4.3"]["state"] == "done"


def test_a_next_step_is_made_with_its_day(spawn: Spawn, run: Run) -> None:
    child = spawn()
    child.send("ssss")
    child.expect(r"5/5.*5\.next")
    child.expect(ASKS)
    child.send("dask about the bus pass\r")  # no day: it comes back to be mended
    child.expect("ends with no day|needs a day|the next step")
    child.send(" mon\r")
    child.expect(r"Next: 5\.1, Mon 23 Nov 2026")
    ends(child, says="1 next step")
    assert run("show 5 --json").json["promises"][0]["what"] == "ask about the bus pass"


def test_an_appointment_was_kept_or_missed(spawn: Spawn, run: Run) -> None:
    run("done 4.1 sent")
    run("appointment 4 'clinic' --at '2026-11-16 10:00'")
    child = spawn()
    child.send("sss")
    child.expect(r"4/5.*4\.2")
    child.expect(ASKS)
    child.send("dm never came\r")
    child.expect(r"Missed: 4\.2")
    child.expect(ASKS)
    child.send("u")
    child.expect(r"Undone: 4\.2 missed")
    child.expect(ASKS)
    child.send("dk signed\r")
    child.expect(r"Kept: 4\.2")
    child.expect(ASKS)
    child.send("q")
    ends(child, says="1 kept")
    (made,) = contacts(run, 4)
    assert (made["outcome"], made["by"], made["text"]) == ("reached", "office", "signed")


def test_ones_own_work_is_walked_too_and_reaches_nobody(spawn: Spawn, run: Run) -> None:
    run("follow me supervision --due 2026-11-10")
    child = spawn()
    child.send("sss")
    child.expect(r"4/6.*me\.1.*supervision")
    child.expect(ASKS)
    assert "safe contact" not in child.before
    for key, words in (("r", "nobody to reach"), ("p", "snoozed, not planned")):
        child.send(key)
        child.expect(words)
        child.send("\r")
        child.expect(ASKS)
    child.send("o")
    child.expect("casectl show me")
    child.expect(ASKS)
    child.send("zmon\r")
    child.expect("Why")
    child.send("ill\r")
    child.expect("Snoozed to Mon 23 Nov 2026")
    child.expect(ASKS)
    child.send("u")
    child.expect(r"Undone: me\.1 snoozed")
    child.expect(ASKS)
    child.send("d\r")
    child.expect(r"Done: me\.1")
    child.expect(ASKS)
    child.send("q")
    ends(child, says="1 done")


# --- Back again ---------------------------------------------------------------------------------


def test_undo_takes_one_after_another_back_and_goes_there(spawn: Spawn, run: Run) -> None:
    child = spawn()
    child.send("ss")
    child.expect("3/5")
    child.expect(ASKS)
    child.send("t\r")
    child.expect("4/5")
    child.expect(ASKS)
    child.send("d\r")
    child.expect(r"Done: 4\.1")
    child.expect(ASKS)
    child.send("u")
    child.expect(r"Undone: 4\.1 done")
    child.expect(r"4/5.*4\.1")
    child.expect(ASKS)
    child.send("u")
    child.expect(r"Undone: 3\.contact tried")
    child.expect("3/5")
    child.expect(ASKS)
    child.send("u")
    child.expect("Nothing of this triage to undo")
    child.expect(ASKS)
    child.send("q")
    ends(child, says="nothing recorded; 3 not looked at")
    assert due(run, 4)["4.1"]["status"].startswith("OVERDUE")
    assert not [each for each in contacts(run, 3) if each["outcome"] == "tried"]
    assert run("audit verify").code == 0


@pytest.mark.parametrize("stop", [CTRL_C, CTRL_D])
def test_stopping_loses_nothing_that_was_answered(spawn: Spawn, run: Run, stop: str) -> None:
    child = spawn()
    child.send("ss")
    child.expect("3/5")
    child.expect(ASKS)
    child.send("t\r")
    child.expect("4/5")
    child.expect(ASKS)
    child.send("rhalf a sen" + CTRL_C)  # back to the row, and the up key has it
    child.expect(ASKS)
    child.send("r")
    child.expect("What was said")
    child.send("\x1b[A")
    child.expect("half a sen")
    child.send(CTRL_C)
    child.expect(ASKS)
    child.send(stop)
    ends(child, says="1 tried; 2 not looked at")
    assert contacts(run, 4) == []


# --- Referrals and denials: others are asked, the client is not reached --------------------------


def at_item(spawn: Spawn, item: str) -> Any:
    """A terminal at the row of that item."""
    child = spawn()
    for _ in range(8):
        row = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", child.before)
        if re.search(rf"[0-9]/[0-9] +{re.escape(item)} ", row):
            return child
        child.send("s")
        child.expect(ASKS)
    raise AssertionError(f"{item} never came up")


@pytest.fixture
def referred(run: Run) -> None:
    for command in (
        "resource add 'Example Pantry' 'food parcels' --domain food --phone 555-0199",
        "need add 5 'no food' --domain food",
        "follow 5 'call the clinic' --due '20 dec'",
        "reached 5 spoke --on 2026-11-17",
        "refer 5 1 --send --override 'asked, the client beside me' --on 2026-11-10",
    ):
        assert run(command).code == 0, command


def test_whoever_is_asked_about_a_referral_is_not_the_client(
    spawn: Spawn, run: Run, referred: None
) -> None:
    """An agency that was rung is no contact with the client: it counts for nobody's interval."""
    before = contacts(run, 5)
    child = at_item(spawn, "5.ref1")
    assert "Ask Example Pantry: 555-0199 (casectl resource show 1)" in " ".join(
        child.before.split()
    )
    assert "r they answered t you asked" in child.before
    child.send("?")
    child.expect(r"t  you asked them")
    child.expect(ASKS)
    assert "snooze" not in child.before and "plan it for a day" in child.before
    child.send("trang them\r")
    child.expect(r"silent\s+since\s+Tue\s+10\s+Nov,\s+asked\s+1x")
    ends(child, says="1 asked")
    assert contacts(run, 5) == before
    (referral,) = run("referral list 5 --json").json
    assert (referral["stage"], referral["log"][-1]["did"]) == ("sent", "asked")
    assert referral["log"][-1]["said"] == "rang them"
    assert due(run, 5)["5.ref1"]["due"] == "2026-11-25"


def test_what_a_referral_was_answered_is_asked_for(spawn: Spawn, run: Run, referred: None) -> None:
    before = contacts(run, 5)
    child = at_item(spawn, "5.ref1")
    child.send("rsomehow\r")
    child.expect("accepted, declined, waitlisted or received")
    child.send("\x15d full till june\r")
    child.expect(r"casectl\s+resource\s+match\s+5")
    ends(child, says="1 declined")
    assert contacts(run, 5) == before
    (referral,) = run("referral list 5 --json").json
    assert [each["did"] for each in referral["log"]] == ["sent", "declined"]
    assert referral["log"][-1]["said"] == "full till june"
    assert run("undo --yes").code == 0
    assert run("referral list 5 --json").json[0]["stage"] == "sent"


@pytest.mark.parametrize(
    ("item", "commands", "keys", "how"),
    [
        ("5.ref2", ["refer 5 1 --on 2026-11-10"], "rtd", r"casectl\s+referral\s+send\s+5\.ref2"),
        (
            "5.2",
            [
                "denial add 5 'food benefits' --by 'the county' --no-appeal --on 2026-11-11",
                "denial file 5.den1 'stubs' --decision-by 2026-11-16 --on 2026-11-12",
            ],
            "rt",
            r"5\.den1 is a denial",
        ),
    ],
)
def test_nobody_is_reached_by_a_draft_or_a_denial(
    spawn: Spawn, run: Run, referred: None, item: str, commands: list[str], keys: str, how: str
) -> None:
    for command in ("referral cancel 5.ref1 mistaken", *commands):
        assert run(command).code == 0, command
    before = contacts(run, 5)
    child = at_item(spawn, item)
    assert "r)eached" not in child.before and "r they" not in child.before
    for key in keys:
        child.send(key)
        child.expect(how)
        child.expect("Enter goes on")
        child.send("\r")
        child.expect(ASKS)
    child.send("q")
    ends(child, says="nothing recorded")
    assert contacts(run, 5) == before


# --- What is refused ----------------------------------------------------------------------------


def test_the_call_after_the_end_is_made_like_any_other(
    spawn: Spawn, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3, 5):
        assert run(f"close {number} --reason died --yes").code == 0
    assert run("close 4 --reason declined --on 2026-11-14").code == 0
    monkeypatch.setenv("CASECTL_TODAY", "2026-12-18")
    child = spawn()
    assert "1/1" in child.before and "4.ac1" in child.before
    child.send("p")
    child.expect("the call after the end is not planned")
    child.expect("Enter goes on")
    child.send("\r")
    child.expect(ASKS)
    child.send("d")
    child.expect("4.ac1 is cleared by a call")
    child.expect("Enter goes on")
    child.send("\r")
    child.expect(ASKS)
    child.send("t\r")
    child.expect("Tried Dan Followup")
    ends(child, says="1 tried")
    assert due(run, 4) == {}
    assert "4" not in run("triage --spread 5d --hours 6 --no-input").out


def test_safety_and_deadlines_are_not_planned_and_no_key_is_taken_for_another(
    spawn: Spawn, run: Run
) -> None:
    """Whoever types "pthu" by habit must not record an attempt by its t."""
    before = operations(run)
    child = spawn()
    for place in ("2/5", "3/5"):
        child.send("pthu\r")
        child.expect("never planned away")
        child.expect(ASKS)
        child.send("s")
        child.expect(place)
        child.expect(ASKS)
    child.send("z")
    child.expect("only follow-ups are snoozed")
    child.send("\r")
    child.expect(ASKS)
    child.send("d")
    child.expect(r"3\.contact is cleared by reaching the client")
    child.send("\r")
    child.expect(ASKS)
    child.send("pyesterday\r")
    child.expect("has gone by")
    child.send(CTRL_C)
    child.expect(ASKS)
    child.send("x7\r ")  # keys that mean nothing
    child.send("q")
    ends(child, says="nothing recorded")
    assert operations(run) == before


def test_a_reason_is_needed_and_enter_takes_the_one_that_was_given(spawn: Spawn, run: Run) -> None:
    child = spawn("triage", "--reason", "back from leave")
    child.send("sss")
    child.expect("4/5")
    child.expect(ASKS)
    child.send("zmon\r")
    child.expect("as given with --reason")
    child.send("\r")
    child.expect("Snoozed to")
    child.expect(ASKS)
    child.send("q")
    ends(child, says="1 snoozed")
    (promise,) = run("show 4 --json").json["promises"]
    assert promise["snooze_reason"] == "back from leave"


# --- What others see ----------------------------------------------------------------------------


def test_ctrl_o_hides_names_and_clears_the_screen(spawn: Spawn) -> None:
    child = spawn()
    child.send("ss")
    child.expect("3/5")
    child.expect(ASKS)
    child.send(CTRL_O)
    child.expect_exact(ERASED)
    child.expect("numbers and initials only")
    child.expect(ASKS)
    assert "Cleo" not in child.before and "C.C." in child.before
    child.send("s")
    child.expect(ASKS)
    assert "Dan" not in child.before and "school" not in child.before
    child.send("o")
    child.expect(ASKS)
    assert "Followup" not in child.before and "school" not in child.before
    child.send(CTRL_O)
    child.expect("Names are shown again")
    child.expect(ASKS)
    assert "Dan Followup" in child.before
    child.send("q")
    ends(child, says="nothing recorded")


def test_in_day_it_comes_back_to_the_prompt_as_private_as_it_was_left(spawn: Spawn) -> None:
    child = spawn("day", expect=PROMPT)
    child.send("triage\r")
    child.expect(ASKS)
    child.send(CTRL_O)
    child.expect("numbers and initials only")
    child.expect(ASKS)
    child.send("q")
    child.expect("Triage: ")
    child.expect(r"Wed 18 Nov, private> ?")
    child.send(CTRL_D)
    child.expect(pexpect.EOF)


def test_open_shows_the_case_and_comes_back_and_is_on_the_access_log(
    spawn: Spawn, run: Run
) -> None:
    child = spawn()
    child.send("o")
    child.expect("Contacts|Due")
    child.expect(ASKS)
    child.send("s")
    child.expect("2/5")
    child.expect(ASKS)
    child.send("q")
    ends(child, says="nothing recorded; 4 not looked at")
    shown = [each for each in run("audit log --json").json if each["command"] == "triage"]
    assert [each["cases"] for each in shown] == [[1], [2]]


def test_left_alone_it_ends_and_clears(spawn: Spawn, run: Run) -> None:
    child = spawn(idle=2)
    child.expect_exact(ERASED)
    ends(child, says="5 not looked at")


HOSTILE = "Zq\x1b]0;gone\x07\x1b[2J\u202eEvil\x9b31m <b>x</b>"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_hostile_name_does_nothing(spawn: Spawn, run: Run, width: int) -> None:
    words = ["intake", HOSTILE, "--urgency", "crisis", "--next", HOSTILE, "--due", "today"]
    assert run([*words, "--phone", "5550100", "--no-input"]).code == 0
    child = spawn(width=width, expect=ASKS if width > 76 else r"s u q \? ?")
    shown = child.before
    for _ in range(3):
        child.send("s")
        child.expect(ASKS if width > 76 else r"s u q \? ?")
        shown += child.before
    assert "Evil" in shown
    assert "\x1b]0" not in shown and "\x1b[2J" not in shown
    assert not [each for each in shown if acts(each) and each not in "\x1b\r\n\b\x07"]
    child.send("q")
    child.expect(pexpect.EOF)
