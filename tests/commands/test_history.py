"""history: who changed what, and when."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

COMMANDS = (
    "intake 'Ann Sample' --urgency low --on 2026-11-02 --phone 555-0100 "
    "--safe-contact 'evenings only' --next 'call school' --due fri --new",
    "intake 'Ben Test' --urgency low --on 2026-11-02 --new",
    "snooze 1.1 2026-11-23 'school is closed'",
    "reached 1 'spoke about school'",
    "correct 1.c1 --by visit",
    "edit 1 --phone 555-0199",
    "note 2 'a note on Ben'",
    "set 1 --urgency high --reason 'eviction notice'",
)


@pytest.fixture(autouse=True)
def deeds(caseload: None, run: Run) -> None:
    for command in COMMANDS:
        result = run(command)
        assert result.code == 0, result.err


def test_the_newest_first_with_numbers_and_names(run: Run) -> None:
    entries = run("history --json").json
    assert [each["operation"] for each in entries] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert [each["command"] for each in entries] == [
        "set", "note", "edit", "correct", "reached", "snooze", "intake", "intake",
    ]  # fmt: skip
    newest = entries[0]
    assert (newest["day"], newest["worker"]) == ("2026-11-18", "kim")
    assert (newest["handles"], newest["clients"]) == (["sample-1"], ["Ann Sample"])


def test_an_edit_of_the_client_alone_says_whose(run: Run) -> None:
    edit = run("history --json").json[2]
    assert (edit["handles"], edit["clients"]) == (["sample-1"], ["Ann Sample"])


def test_what_changed_is_said_in_words(run: Run) -> None:
    told = {each["operation"]: " | ".join(each["what"]) for each in run("history --json").json}
    assert "added 1.1: call school, due Fri 20 Nov" in told[1]
    assert "1.1: due Fri 20 Nov -> Mon 23 Nov" in told[3]
    assert "snooze reason none -> school is closed" in told[3]
    assert told[4] == "added 1.c1: reached by phone Wed 18 Nov"
    assert told[5] == "added 1.c2: reached on a visit Wed 18 Nov (a correction)"
    assert "phone 555-0100 -> 555-0199, safe contact: evenings only" in told[6]
    assert told[7] == "added note 2.n1: a note on Ben"
    assert "urgency low -> high" in told[8]
    assert " rev " not in told[8] and "updated" not in told[8]


def test_json_has_before_and_after_by_column(run: Run) -> None:
    snooze = run("history --json").json[5]["changes"][0]
    assert (snooze["record"], snooze["item"], snooze["change"]) == ("promise", "1.1", "changed")
    assert snooze["before"]["due_on"] == "2026-11-20"
    assert snooze["after"]["due_on"] == "2026-11-23"
    assert set(snooze["before"]) == {"due_on", "snoozes", "snooze_reason"}


def test_one_case(run: Run) -> None:
    assert [each["operation"] for each in run("history sample-1 --json").json] == [
        8, 6, 5, 4, 3, 1,
    ]  # fmt: skip
    assert [each["operation"] for each in run("history 2 --json").json] == [7, 2]
    assert run("history 9").code == 3


def test_a_limit_says_that_there_are_older_ones(run: Run) -> None:
    assert len(run("history --limit 3 --json").json) == 3
    assert "Older ones" in run("history --limit 3", width=80).out
    assert "Older ones" not in run("history", width=80).out
    assert "casectl history 1 --limit 100" in run("history 1 --limit 1", width=80).out
    assert run("history --limit 0").code == 2


def test_what_was_undone_says_so(run: Run) -> None:
    assert run("undo 7 --yes").code == 0
    entries = run("history --json").json
    assert (entries[0]["command"], entries[0]["undoes"]) == ("undo", 7)
    assert entries[0]["what"] == ["removed note 2.n1: a note on Ben"]
    assert entries[2]["undone_by"] == 9
    assert "undone by 9" in run("history", width=80).out


def test_an_undone_intake_is_still_told(run: Run) -> None:
    run("intake 'Cleo Gone' --urgency low --on 2026-11-02 --new")
    assert run("undo").code == 0
    undo, intake = run("history --limit 2 --json").json
    for each in (undo, intake):
        assert (each["handles"], each["clients"]) == (["gone-3"], ["Cleo Gone"])


def test_tsv_and_screens(run: Run) -> None:
    line = run("history 2 --limit 1").out
    assert line == "7\t2026-11-18\tkim\tnote\ttest-2\tadded note 2.n1: a note on Ben\t\n"
    for width in (40, 80, 120):
        out = run("history", width=width).out
        assert "555-0199" in out
        assert "evenings" in out


def test_a_caseload_without_a_history(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CASECTL_DB", str(tmp_path / "empty.db"))
    assert run("init").code == 0
    assert run("history --json").json == []
    assert "Nothing has been changed" in run("history", width=80).out


def test_hostile_text_and_a_megabyte(run: Run) -> None:
    run(["note", "2", "\x1b]0;x\x07[red]\u202e" + "y" * 999_000])
    for width in (40, 80):
        out = run("history", width=width).out
        assert not set(out) & set("\x1b\x07\u202e")
        assert len(out) < 10_000
