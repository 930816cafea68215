"""show: one case, everything on file."""

from __future__ import annotations

import json

import pytest
from conftest import Result, Run

ANN = (
    "intake 'Ann Sample' --urgency high --risk high --on 2026-10-01 --phone 555-0100 "
    "--safe-contact 'never leave a message' --new"
)


@pytest.fixture(autouse=True)
def people(caseload: None, run: Run) -> None:
    done(run(ANN))
    done(
        run("intake 'Ben Test' --urgency low --on 2026-11-16 --next 'call school' --due fri --new")
    )


def done(result: Result) -> Result:
    assert result.code == 0, result.err
    return result


def test_json_is_one_object_with_what_is_due(run: Run) -> None:
    shown = done(run("show 2 --json")).json
    assert (shown["case"], shown["handle"], shown["client"]) == (2, "test-2", "Ben Test")
    assert shown["provisional"] is True
    assert [item["item"] for item in shown["due"]] == ["2.1", "2.contact", "2.assessment"]
    assert shown["due"][0]["due"] == "2026-11-20"
    assert shown["promises"][0]["what"] == "call school"
    assert shown["contacts"] == shown["notes"] == shown["other_cases"] == []


def test_due_items_stand_as_today_ranks_them(run: Run) -> None:
    done(run("follow 1 'send form' --due 2026-12-20"))
    shown = run("show 1 --json").json["due"]
    ranked = next(row for row in run("today --all --json").json if row["case"] == 1)["reasons"]
    listed = [item["item"] for item in shown if item["band"] is not None]
    assert listed == [reason["item"] for reason in ranked]
    assert shown[-1]["item"] == "1.1", "what is beyond the horizon comes last"


def test_json_holds_every_contact_and_note_whole(run: Run) -> None:
    text = "a long talk " * 200
    done(run(["reached", "1", text]))
    for day in range(1, 9):
        done(run(["tried", "1", f"attempt {day}", "--on", f"2026-11-0{day}"]))
    done(run(["note", "1", "x" * 1_000_000]))
    shown = run("show 1 --json").json
    assert len(shown["contacts"]) == 9
    assert shown["contacts"][0]["text"] == text
    assert shown["notes"][0]["text"] == "x" * 1_000_000
    screen = done(run("show 1", width=80)).out
    assert screen.count("\n") <= 23
    assert "casectl show 1 --all" in screen
    assert "attempt 1\n" not in screen
    whole = done(run("show 1 --all", width=80)).out
    assert "attempt 1\n" in whole
    assert sum(line.count("x") for line in whole.splitlines() if "xxxx" in line) == 1_000_000


def test_the_safe_contact_words_stand_beside_the_phone(run: Run) -> None:
    assert "Phone 555-0100 (safe contact: never leave a message)" in run("show 1", width=80).out
    assert "phone\t555-0100 (safe contact: never leave a message)\n" in run("show 1").out
    done(run(["edit", "1", "--safe-contact", "ring twice, then hang up and ring again " * 8]))
    screen = run("show 1", width=40).out
    assert screen.replace("\n", " ").count("then hang up and ring again") == 8
    done(run(["edit", "1", "--safe-contact", ""]))
    assert "Phone 555-0100 (safe contact: not known, ask)" in run("show 1", width=80).out


def test_what_intake_skipped_is_one_line(run: Run) -> None:
    assert run("show 2 --json").json["missing"] == [
        "risk", "phone", "birth date", "language", "program", "need",
    ]  # fmt: skip
    screen = run("show 2", width=120).out
    missing = "Missing: risk, phone, birth date, language, program, need"
    assert f"{missing} (casectl set 2 --risk LEVEL, casectl edit 2)" in screen


def test_an_attempt_after_reaching_on_the_same_day_does_not_hide_when_it_is_due(run: Run) -> None:
    done(run("set 2 --urgency medium --risk low --reason known"))
    done(run("reached 2 'spoke on the phone'"))
    done(run("tried 2 'forgot to ask'"))
    (row,) = [line for line in run("show 2", width=120).out.splitlines() if "2.contact" in line]
    assert row.split()[:3] == ["2.contact", "in", "14d"]
    assert "tried 1x, last today" in row


def test_a_need_on_record_is_not_missing(run: Run) -> None:
    assert "need" in run("show 2 --json").json["missing"]
    done(run("need add 2 'a lease of her own' --domain housing"))
    assert "need" not in run("show 2 --json").json["missing"]
    screen = run("show 2", width=120).out
    assert "Missing: risk, phone, birth date, language, program (casectl" in screen
    done(run("need drop 2.need1 'moved in with her sister'"))
    assert "need" in run("show 2 --json").json["missing"]


def test_a_corrected_contact_is_shown_as_superseded(run: Run) -> None:
    done(run("reached 1 'spoke briefly' --on 2026-11-16"))
    done(run("correct 1.c1 --outcome tried"))
    screen = run("show 1", width=120).out
    assert "superseded by 1.c2: reached by phone: spoke briefly" in screen
    assert "corrected: tried by phone: spoke briefly" in screen
    contacts = {each["item"]: each for each in run("show 1 --json").json["contacts"]}
    assert contacts["1.c1"]["corrected"] is True
    assert contacts["1.c2"]["corrects"] == contacts["1.c1"]["id"]


def test_held_and_closed_cases_say_until_when_and_why(run: Run) -> None:
    done(run("hold 2 --until 2026-12-01 --reason 'in hospital'"))
    screen = run("show 2", width=80).out
    assert "on hold until Tue 1 Dec" in screen
    assert "2.1" in screen and "waits" in screen, "a paused follow-up still shows"
    why = "--reason 'moved to [bold]Elsewhere[/]' --override 'moves today' --approved-by Lee"
    done(run(f"close 2 {why} --summary 'is well there'"))
    screen = run("show 2", width=80).out
    assert "closed Wed 18 Nov: moved to [bold]Elsewhere[/]" in screen
    assert [each["item"] for each in run("show 2 --json").json["due"]] == ["2.ac1"]


def test_another_day_can_be_looked_at(run: Run) -> None:
    later = run("show 2 --as-of 2026-11-25 --json").json["due"][0]
    assert (later["item"], later["status"]) == ("2.1", "OVERDUE 5d")
    assert run("show 2 --as-of someday").code == 2


def test_other_cases_of_the_client(run: Run) -> None:
    done(run("intake 'Ann Sample' --urgency low --same 1"))
    assert "Other cases of this client: sample-3 (active)" in run("show 1", width=80).out
    assert [each["handle"] for each in run("show 3 --json").json["other_cases"]] == ["sample-1"]


def test_a_pipe_gets_one_line_per_fact(run: Run) -> None:
    done(run("reached 2 'all well'"))
    lines = dict.fromkeys(run("show 2").out.splitlines())
    assert "handle\ttest-2" in lines
    assert "due\t2.1 2026-11-20 in 2d call school promised for Fri 20 Nov" in lines
    assert "contact\t2.c1 2026-11-18 reached phone client all well" in lines
    assert run("show 2 --fields handle,phone").out == "test-2\t\n"
    assert run("show 2 --fields nonsense").code == 2


def test_naming_no_case_or_several(run: Run) -> None:
    unknown = run("show 99")
    assert (unknown.code, unknown.out) == (3, "")
    near = run("show tset-2")
    assert near.code == 3
    assert "did you mean test-2?" in near.err
    several = run("show e")
    assert several.code == 4
    assert "sample-1" in several.err and "test-2" in several.err
    assert run(["show", "test"]).code == 0, "reading acts on part of a name"
    assert run("show test", answers=[]).code == 0
    assert run(["show", "e"], answers=["b"], width=80).out.startswith("Ben Test")


def test_hostile_text_is_shown_harmlessly(run: Run) -> None:
    hostile = "\x1b[31mred\x1b]0;title\x07 \u202eevil\u202c [red]x[/] \r\n\tnext \x9b2J"
    done(run(["note", "2", hostile]))
    done(run(["edit", "2", "--name", f"Ben {hostile[:30]}", "--pronouns", hostile]))
    for width in (20, 40, 80, 120):
        for command in ("show 2", "show 2 --all"):
            out = run(command, width=width).out
            assert not set(out) & set("\x1b\x07\r\t\x9b\u202e\u202c"), command
    out = run("show 2").out
    assert not set(out) & set("\x1b\x07\r\x9b\u202e\u202c")
    assert run("show 2 --json").json["notes"][0]["text"] == hostile
    assert json.loads(run("show 2 --json").out)["pronouns"] == hostile
