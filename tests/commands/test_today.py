"""today: the list on a terminal, in a pipe and as JSON."""

from __future__ import annotations

import pytest
from conftest import Run

from casectl.store import Caseload

KEYS = {
    "rank", "case", "handle", "client", "status", "band", "level", "provisional", "priority",
    "kind", "item", "what", "due", "days_late", "reasons",
}  # fmt: skip


@pytest.fixture
def four(run: Run, caseload: None) -> None:
    """A crisis, a court date, a late contact and something next week."""
    for command in (
        "intake 'Ann Sample' --urgency crisis --on 2026-11-17 --next 'safety plan' --due fri --new",
        "intake 'Ben Example' --urgency low --risk low --on 2026-11-16 --new",
        "deadline 2 'court hearing' --on 'fri 9:30'",
        "intake 'Cleo Test' --urgency high --risk high --on 2026-10-01 --new",
        "reached 3 --on 2026-10-26 --next 'housing form' --due 'next fri'",
        "done 3.assessment",
        "intake 'Dee Demo' --urgency medium --risk low --on 2026-11-16 --new",
        "appointment 4 'clinic' --at 'today 14:00' --place 'Main St'",
    ):
        assert run(command).code == 0, command


def test_bands_come_first(run: Run, four: None) -> None:
    rows = run("today --json").json
    assert [(each["case"], each["band"]) for each in rows] == [
        (1, "SAFETY"),
        (2, "DEADLINE"),
        (3, "NOW"),
        (4, "NOW"),
    ]


def test_json_is_the_documented_object(run: Run, four: None) -> None:
    for rank, row in enumerate(run("today --json").json, 1):
        assert set(row) >= KEYS
        assert row["rank"] == rank
        first = row["reasons"][0]
        assert set(first) == {"kind", "item", "what", "due", "days_late", "planned", "band", "text"}
        assert first["item"] == row["item"]
    third = run("today --json").json[2]
    assert (third["level"], third["provisional"]) == (3, False)
    assert third["priority"] == pytest.approx(3 + 16 / 7, abs=0.001)
    assert third["status"] == "NO CONTACT 23d"


def test_casectl_alone_is_today(run: Run, four: None) -> None:
    assert run("").out == run("today").out


def test_piped_it_is_tsv_without_colour(run: Run, four: None) -> None:
    lines = run("today").out.splitlines()
    assert [line.split("\t")[1] for line in lines] == ["1.safety", "2.1", "3.contact", "4.1"]
    assert "\x1b" not in run("today").out


def test_fields_choose_columns(run: Run, four: None) -> None:
    assert run("today --fields case,band").out.splitlines()[0] == "1\tSAFETY"
    assert set(run("today --json --fields case,band").json[0]) == {"case", "band"}
    result = run("today --fields nonsense")
    assert result.code == 2
    assert "there are rank" in result.err


def test_filters(run: Run, four: None) -> None:
    assert [each["case"] for each in run("today --json --level high").json] == [1, 3]
    assert [each["case"] for each in run("today --json --limit 1").json] == [1, 2]
    result = run("today --program Nowhere")
    assert result.code == 3
    assert run("today --level huge").code == 2
    assert run("today --limit 0").code == 2


def test_soon_looks_further(run: Run, four: None) -> None:
    run("close 1 --reason died --yes")
    run("set 2 --urgency low --risk none --reason review")
    rows = run("today --json --soon 30 --limit 50").json
    assert {each["case"] for each in rows} == {2, 3, 4}


def test_as_of_looks_ahead(run: Run, four: None) -> None:
    later = run("today --json --as-of 2026-12-18").json
    assert later[0]["days_late"] == 31


def test_empty_names_the_next_day(run: Run, caseload: None) -> None:
    assert "No open cases" in run("today", width=80).out
    run("intake 'Ben Example' --urgency low --risk none --next call --due 'in 3 weeks' --new")
    shown = run("today", width=80).out
    assert "Nobody needs you today. Next: Wed 2 Dec, in 14 days." in shown
    assert run("today").out == ""


def test_explain_shows_the_arithmetic(run: Run, four: None) -> None:
    said = run("today --explain 3").out
    assert "Cleo Test (test-3): number 3 of 4" in said
    assert "due Mon 2 Nov 2026, 7 days after Mon 26 Oct (contact, default)" in said
    assert "priority = level 3 + 16 days late / 7 = 5.29" in said
    assert "Once 3.contact is done, it is number" in said
    explained = run("today --explain 3 --json").json
    assert (explained["rank"], explained["listed"]) == (3, 4)


def test_what_the_rank_becomes_is_what_it_becomes(run: Run, four: None) -> None:
    promised = run("today --explain 3 --json").json["rank_once_done"]
    run("reached 3")
    rows = run("today --json --all").json
    place = next((each["rank"] for each in rows if each["case"] == 3), None)
    assert place == promised


def test_done_today(run: Run, four: None) -> None:
    run("reached 4 'spoke about the clinic'")
    run("undo")
    run("note 4 'left a message at work'")
    texts = [each["text"] for each in run("today --done --json").json]
    assert "note: left a message at work" in texts
    assert not any("spoke about the clinic" in text for text in texts)


def test_the_hour_block_is_by_the_hour(run: Run, four: None) -> None:
    run("appointment 3 'intake interview' --at 'today 9:15'")
    shown = run("today", width=80).out
    assert shown.index("09:15") < shown.index("14:00") < shown.index("SAFETY")


def test_friday_shows_monday_morning(run: Run, four: None) -> None:
    run("appointment 3 'home visit' --at '2026-11-23 9:00'")
    assert "Mon 09:00" in run("today", width=80, today="2026-11-20").out
    assert "09:00" not in run("today", width=80, today="2026-11-19").out


@pytest.mark.parametrize("width", [None, 100])
def test_a_client_in_crisis_taken_out_of_the_facts_is_listed_and_told_of(
    run: Run, four: None, store: Caseload, width: int | None
) -> None:
    whole = run("today --json").json
    listed, reminded = run("today", width=width).out, run("remind").out
    store.db.execute("DELETE FROM due_facts WHERE number IN (1, 3)")
    today, remind = run("today", width=width), run("remind")
    assert (today.code, remind.code) == (0, 0)
    assert [line for line in today.out.splitlines()[1:] if line] == [
        line for line in listed.splitlines()[1:] if line
    ]
    assert remind.out == reminded
    for result in (today, remind):
        assert result.err == (
            "casectl: cases 1, 3 were taken out of the due facts behind casectl's back, and listed "
            "all the same; casectl audit verify tells more, casectl doctor --repair mends it\n"
        )
    assert run("today --json").json == whole
    assert run("audit verify").code == 1
    assert run("doctor --repair").code == 0
    assert run("today").err == ""


# --- What fits into the day -------------------------------------------------------------------


@pytest.fixture
def calls(run: Run, four: None) -> None:
    """Ten calls due today beside the four, and one hour for it all."""
    for number in range(10):
        name = f"Fay Trial {chr(ord('A') + number)}"
        run(["intake", name, "--risk", "low", "--next", "call", "--due", "today", "--new"])
    assert run("config set working_hours 2").code == 0


def drawn(run: Run, words: str = "today", width: int = 80) -> list[str]:
    return run(words, width=width).out.splitlines()


def test_what_does_not_fit_is_a_count(run: Run, calls: None) -> None:
    lines = drawn(run)
    assert lines[0] == "Wed 18 Nov  14 open · 14 need you, about 2 fit in 2 h"
    assert lines[1].strip() == "2 overdue · 12 due · 1 out of contact"
    assert "+11 more due or late, beyond 2 h: casectl today --all" in lines
    assert [line.split()[0] for line in lines if line[:1].isdigit()] == ["1.safety", "2.1", "4.1"]
    assert lines[lines.index("NOW") + 1].startswith("4.1"), "today's appointment is not folded"


def test_at_40_and_120(run: Run, calls: None) -> None:
    assert drawn(run, width=40)[:4] == [
        "Wed 18 Nov",
        "14 open · 14 need you",
        "about 2 fit in 2 h",
        "2 overdue · 12 due · 1 out of contact",
    ]
    narrow = " ".join(drawn(run, width=40))
    assert "+11 more due or late, beyond 2 h: casectl today --all" in narrow, "no name is cut"
    assert "14 need you, about 2 fit in 2 h · 2 overdue" in drawn(run, width=120)[0]


@pytest.mark.parametrize("words", ["today --all", "today --limit 50"])
def test_whoever_asks_for_rows_gets_them(run: Run, calls: None, words: str) -> None:
    lines = drawn(run, words)
    assert "about 2 fit in 2 h" in lines[0]
    assert len([line for line in lines if line[:1].isdigit()]) == 14
    assert "beyond 2 h" not in "\n".join(lines)


def test_a_machine_gets_every_row(run: Run, calls: None) -> None:
    assert len(run("today --json").json) == 14
    assert len(run("today").out.splitlines()) == 14


def test_where_all_fits_nothing_is_said_of_it(run: Run, calls: None) -> None:
    run("config unset working_hours")
    shown = run("today", width=80).out
    assert "fit in" not in shown and "beyond" not in shown
    assert shown.startswith("Wed 18 Nov  14 open · 14 need you · 2 overdue")


def test_logged_minutes_are_learned_from(run: Run, calls: None) -> None:
    run("kept 4.1")
    assert drawn(run)[0].endswith("about 4 fit in 2 h"), "30 + 60 + 20 + 10 minutes"
    for number in range(5):
        assert run(f"tried 5 --minutes {9 + number}").code == 0
    assert drawn(run)[0].endswith("about 6 fit in 2 h")
    for _ in range(7):
        run("tried 5 --minutes 2")
    assert "fit in" not in drawn(run)[0]
    assert run("config set working_hours 25").code == 2


def test_rows_that_were_cut_in_a_pipe_are_told(run: Run, caseload: None) -> None:
    """Nobody asked for twenty, so a script is not to take them for all there are."""
    people = "".join(f"Person {n},2026-11-10,call,2026-11-16\n" for n in range(22))
    assert run("intake --from -", stdin=f"name,last contact,next step,due\n{people}").code == 0
    assert run("list --json").err == ""
    for words in ("today", "today --json", "today --calls"):
        cut = run(words)
        assert cut.err == "casectl: these are not all; --all, or --limit N, gives more\n"
        assert run(f"{words} --all").err == ""
        assert run(f"{words} --limit 20").err == ""
    assert len(run("today --json").json) == 20
    assert run("today --program Housing").code == 3
    found = run("whois person --json")
    assert found.err == "casectl: these are not all; --limit N gives more\n"
    assert len(found.json) == 20
    assert run("search person --limit 3").err == ""
    assert "these are not all" in run("search person").err
    assert "these are not all" not in run("history").err
