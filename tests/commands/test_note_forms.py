"""note with a form, of a contact, signed, added to; ethical concerns until they are resolved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from test_note import editor

from casectl import cli
from casectl.session import Clock, Session
from casectl.store import Caseload

SOAP = ["note", "1", "--form", "soap"]


@pytest.fixture(autouse=True)
def ann(
    caseload: None,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    zone: Callable[[str], None],
) -> None:
    zone("UTC")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    at(monkeypatch, "2026-11-18T09:00:00Z")
    assert run("intake 'Ann Sample' --urgency low --on 2026-10-01 --new").code == 0


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    clock = Clock(date.fromisoformat(moment[:10]), moment[11:16], moment)
    monkeypatch.setattr(cli, "clock", lambda: clock)


def notes(run: Run) -> list[dict[str, Any]]:
    """The oldest first."""
    return list(reversed(run("show 1 --json").json["notes"]))


def due(run: Run, today: str | None = None) -> dict[str, str]:
    told = run("show 1 --json", today=today).json["due"]
    return {each["item"]: each["due"] for each in told}


def test_parts_are_stored_under_their_headings(run: Run) -> None:
    result = run([*SOAP, "--part", "P=call the landlord", "--part", "s=tired"])
    assert result.code == 0, result.err
    assert result.out == (
        "Ann Sample (sample-1): SOAP note 1.n1, Wed 18 Nov 2026, 2 lines.\n"
        "Without Objective and Assessment.\n"
    )
    (note,) = notes(run)
    assert (note["form"], note["text"]) == ("soap", "Subjective: tired\nPlan: call the landlord")
    assert "(SOAP) Subjective: tired Plan: call" in run("show 1", width=80).out
    assert [each["item"] for each in run("search landlord --json").json] == ["1.n1"]


@pytest.mark.parametrize(
    "text",
    [
        "D: came late\nand cold\nA: worse\nP: visit",
        "## Data\ncame late\nand cold\n\n# assessment\nworse\n\nplan:\nvisit\n",
    ],
)
def test_a_text_with_headings_is_read_in_parts(run: Run, text: str) -> None:
    assert run("note 1 - --form dap", stdin=text).code == 0
    (note,) = notes(run)
    assert note["text"] == "Data: came late\nand cold\nAssessment: worse\nPlan: visit"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--form", "soup", "x"], "no form 'soup'; there are soap, dap, birp, girp"),
        (["--form", "decision", "x"], "--kind decision"),
        (["--kind", "soap", "x"], "--form soap"),
        (["--form", "soap", "--kind", "ethics", "x"], "do not go together"),
        (["--form", "soap", "just words"], "begins with a heading: S (Subjective)"),
        (["--form", "soap", "S: a\nS: b"], "Subjective is there twice"),
        (["--form", "soap", "--part", "X=1"], "is no part of a SOAP note"),
        (["--form", "soap", "--part", "S=1", "--part", "subjective=2"], "is there twice"),
        (["--part", "S=1"], "--part needs --form or --kind"),
        (["--form", "soap", "--part", "S=1", "text"], "gives the whole note"),
        (["--kind", "decision", "--part", "choice=go"], "needs its options and reason"),
        (["--kind", "decision", "just go"], "begins with a heading: options, choice, reason"),
        (["several", "words"], "the note is several words"),
        (["x", "--contact", "1.c9"], "no contact 1.c9"),
        (["x", "--contact", "9"], "names no contact"),
    ],
)
def test_what_cannot_be_meant_is_one_line(run: Run, words: list[str], says: str) -> None:
    result = run(["note", "1", *words])
    assert result.code in (2, 3) and result.out == ""
    assert says in result.err and result.err.count("\n") == 1
    assert notes(run) == []


def test_it_is_asked_for_part_by_part(run: Run) -> None:
    result = run("note 1 --form birp", answers=["upset", "", "calmer", "see her friday"])
    assert result.code == 0, result.err
    assert "Behavior (how the client was): " in result.err
    (note,) = notes(run)
    assert note["text"] == "Behavior: upset\nResponse: calmer\nPlan: see her friday"
    assert run("note 1 --form girp", answers=[""] * 4).code == 1
    asked = run("note 1 --kind decision", answers=["stay, or move", "", "stay", "her school"])
    assert "Choice is needed." in asked.err
    assert notes(run)[-1]["text"] == "Options: stay, or move\nChoice: stay\nReason: her school"


def test_what_was_answered_is_kept_when_nobody_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casectl.session import Session

    ask = Session.ask

    def interrupted(self: Session, question: str) -> str:
        if question.startswith("Objective"):
            raise KeyboardInterrupt
        return ask(self, question)

    with monkeypatch.context() as patch:
        patch.setattr(Session, "ask", interrupted)
        result = run(SOAP, answers=["tired"])
    assert result.code == 130
    assert "Kept as a draft: casectl note 1 --form soap --edit goes on with it." in result.err
    assert notes(run) == []


def test_the_editor_begins_with_the_headings(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(
        tmp_path,
        monkeypatch,
        "text = open(path).read()\n"
        "assert text == 'Subjective: \\n\\nObjective: \\n\\nAssessment: \\n\\nPlan: ', text\n"
        "open(path, 'w').write(text.replace('Plan: ', 'Plan: rest'))",
    )
    assert run([*SOAP, "--edit"], answers=[]).code == 0
    assert notes(run)[0]["text"] == "Plan: rest"
    editor(tmp_path, monkeypatch, "")
    untouched = run([*SOAP, "--edit"], answers=[])
    assert untouched.code == 1 and "nothing was written" in untouched.err


# -- of a contact ------------------------------------------------------------------------------


def test_it_is_the_note_of_the_last_contact_without_one(run: Run) -> None:
    run("reached 1 --by phone")
    run("reached 1 --by visit")
    assert "It is the note of 1.c2 (reached, Wed 18 Nov)." in run("note 1 seen").out
    assert "It is the note of 1.c1 (reached, Wed 18 Nov)." in run("note 1 rang").out
    assert "the note of" not in run("note 1 more").out
    assert [each["contact"] for each in notes(run)] == ["1.c2", "1.c1", None]
    assert [each["late"] for each in notes(run)] == [False, False, None]
    assert "(of 1.c1) rang" in run("show 1", width=80).out


def test_a_contact_can_be_named_or_left_out(run: Run) -> None:
    run("reached 1 --on 2026-11-10")
    run("reached 1")
    assert run("note 1 x --contact none --json").json["contact"] is None
    made = run("note 1 y --contact 1.c1 --json").json
    assert (made["contact"], made["on"]) == ("1.c1", "2026-11-10")
    assert run("note 1 z --kind advocacy --json").json["contact"] is None
    run("correct 1.c2 --by office")
    assert run("note 1 w --contact c2 --json").json["contact"] == "1.c3"


@pytest.mark.parametrize(
    ("moment", "late"), [("2026-11-19T09:00:00Z", False), ("2026-11-19T09:00:01Z", True)]
)
def test_after_24_hours_it_is_late(
    run: Run, monkeypatch: pytest.MonkeyPatch, moment: str, late: bool
) -> None:
    run("reached 1 --by phone")
    at(monkeypatch, moment)
    told = run("note 1 'spoke at length' --contact 1.c1").out
    assert ("late: more than 24 hours after it" in told) is late
    assert notes(run)[0]["late"] is late
    assert ("late" in run("show 1", width=80).out) is late


def test_a_contact_of_an_earlier_day_counts_from_its_end(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("reached 1 --on 2026-11-17")
    at(monkeypatch, "2026-11-18T23:59:00Z")
    assert run("note 1 x --contact 1.c1 --json").json["late"] is False
    at(monkeypatch, "2026-11-19T00:01:00Z")
    assert run("note 1 x --contact 1.c1 --json").json["late"] is True


@pytest.mark.parametrize(("moment", "late"), [("2026-11-20T01:59:00Z", False),
                                              ("2026-11-20T02:01:00Z", True)])  # fmt: skip
def test_the_day_is_the_worker_s_own(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    zone: Callable[[str], None],
    moment: str,
    late: bool,
) -> None:
    zone("America/Los_Angeles")
    evening = Clock(date(2026, 11, 18), "18:00", "2026-11-19T02:00:00Z")
    monkeypatch.setattr(cli, "clock", lambda: evening)
    run("reached 1 --by phone")
    at(monkeypatch, moment)
    assert run("note 1 x --contact 1.c1 --json").json["late"] is late


# -- the note that is owed ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "documents",
    [
        ["note", "1", "spoke of the lease", "--contact", "1.c1"],
        ["note", "1", "spoke of the lease", "--on", "2026-11-18", "--contact", "none"],
        ["correct", "1.c1", "spoke of the lease"],
        ["need", "add", "1", "a lease", "--domain", "housing", "--on", "2026-11-18"],
    ],
)
def test_a_contact_owes_a_note_until_something_says_what_was_spoken(
    run: Run, monkeypatch: pytest.MonkeyPatch, documents: list[str]
) -> None:
    run("reached 1 --by phone")
    at(monkeypatch, "2026-11-21T09:00:00Z")
    assert due(run)["1.note"] == "2026-11-20"  # the third day is a Saturday
    listed = run("today --json --all").json
    assert "note" in [reason["kind"] for each in listed for reason in each["reasons"]]
    assert run(documents).code == 0
    assert "1.note" not in due(run)


def test_no_note_is_owed_where_none_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("reached 1 'all said here'")
    at(monkeypatch, "2026-11-25T09:00:00Z")
    assert "1.note" not in due(run)
    run("reached 1 --on 2026-11-20")
    assert "1.note" in due(run)
    assert run("config set standards.note 0").code == 0
    assert "1.note" not in due(run)


# -- signed ------------------------------------------------------------------------------------


def test_a_signed_note_is_only_added_to(run: Run) -> None:
    run("note 1 'she is safe'")
    result = run("sign 1.n1")
    assert result.out == (
        "Ann Sample (sample-1): 1.n1 is signed by kim.\n"
        "What is to be said from now on is added: casectl note 1.n1 TEXT\n"
    )
    again = run("sign 1.n1")
    assert (again.code, again.out) == (2, "") and "signed already, by kim" in again.err
    added = run("note 1.n1 'as her sister says'")
    assert added.out.endswith("It adds to 1.n1.\n")
    assert run("note 1.n2 'she rang again' --json").json["adds_to"] == "1.n1"
    first, second, third = notes(run)
    assert (first["signed_by"], first["signed_at"]) == ("kim", "2026-11-18T09:00:00Z")
    assert second["adds_to"] == third["adds_to"] == "1.n1"
    screen = run("show 1", width=80).out
    assert "(signed kim) she is safe" in screen and "(adds to 1.n1) as her sister says" in screen
    assert "signed by none -> kim" in run("history 1").out
    assert run("audit verify").code == 0


def test_signatures_cannot_be_undone(run: Run) -> None:
    run("note 1 'she is safe'")
    noted = run("history 1 --json").json[0]["operation"]
    run("sign 1.n1")
    signed = run("history 1 --json").json[0]["operation"]
    for command in ("undo", f"undo {signed}", f"undo {noted} --yes"):
        result = run(command)
        assert (result.code, result.out) == (1, "")
        assert "1.n1 is signed, and signatures cannot be undone" in result.err
        assert "casectl note 1.n1 TEXT adds to it" in result.err
    (note,) = notes(run)
    assert note["signed_by"] == "kim"
    run("note 1.n1 more")
    assert run("undo").code == 0
    assert run("redo").code == 0
    assert len(notes(run)) == 2


def test_signing_asks_a_person_and_takes_several(run: Run) -> None:
    run("note 1 one")
    run("note 1 two")
    assert run("sign 1.n1 1.n2", answers=["n"]).code == 1
    assert [each["signed_by"] for each in notes(run)] == [None, None]
    asked = run("sign 1.n1 1.n2", answers=["y"])
    assert "Sign 1.n1, 1.n2 as kim? It cannot be undone." in asked.err
    assert [each["signed_by"] for each in notes(run)] == ["kim", "kim"]


def test_all_are_signed_or_none(run: Run) -> None:
    run("note 1 one")
    run("note 1 two")
    run("sign 1.n2")
    assert run("sign 1.n1 1.n2").code == 2
    assert run("sign 1.n1 1.n7").code == 3
    assert notes(run)[0]["signed_by"] is None


@pytest.mark.parametrize("item", ["1", "1.c1", "me.1", "1.n", "x.n1"])
def test_what_is_no_note_is_not_signed(run: Run, item: str) -> None:
    run("reached 1")
    result = run(["sign", item])
    assert result.code in (2, 3) and result.out == "" and result.err.count("\n") == 1


# -- an ethical concern ------------------------------------------------------------------------


def test_an_ethical_concern_is_open_until_it_is_resolved(run: Run) -> None:
    made = run("note 1 --kind ethics --part 'concern=her brother wants to know'")
    assert "It is open until casectl note resolve 1.n1 TEXT" in made.out
    assert "(ethics, open) Concern: her brother" in run("show 1", width=80).out
    run("sign 1.n1")
    result = run("note resolve 1.n1 'asked her; he is not told'")
    assert result.out == (
        "Ann Sample (sample-1): note 1.n2, Wed 18 Nov 2026, 25 characters.\n"
        "It adds to 1.n1, which is resolved.\n"
    )
    concern, outcome = notes(run)
    assert (concern["resolved_on"], outcome["adds_to"]) == ("2026-11-18", "1.n1")
    assert "(ethics, signed kim, resolved) Concern" in run("show 1", width=80).out
    again = run("note resolve 1.n1 twice")
    assert again.code == 2 and "is resolved since Wed 18 Nov 2026" in again.err
    assert run("undo").code == 0
    (concern,) = notes(run)
    assert (concern["resolved_on"], concern["signed_by"]) == (None, "kim")


def test_only_an_open_concern_is_resolved(run: Run) -> None:
    run("note 1 free")
    assert "is no open concern" in run("note resolve 1.n1 done").err
    run("note 1 words --kind ethics")
    assert run("note resolve 1.n2 done --on 2026-11-17").code == 2
    assert run("note resolve 1.n2").code == 2
    assert run("note resolve 1.n2", answers=["asked her"]).code == 0
    assert notes(run)[-1]["text"] == "asked her"


def test_nothing_of_it_is_told_where_others_see(run: Run) -> None:
    run("reached 1")
    run([*SOAP, "--part", "S=zqx"])
    run("note 1 --kind ethics --part concern=zqx")
    run("sign 1.n1")
    for command in ("show 1", "show 1 --json", "show 1 --all", "history 1", "note 1.n1 zqx"):
        result = run(f"{command} --private", width=None if "--json" in command else 80)
        assert result.code == 0
        assert "zqx" not in result.out + result.err and "Ann" not in result.out + result.err
    assert "(SOAP, of 1.c1, signed kim) ***" in run("show 1 --private", width=80).out


def test_a_part_can_be_gone_back_to(run: Run) -> None:
    answers = ["<", "tired", "pale", "<", "<", "", "well", "<", "-", "", "fine", "call"]
    result = run("note 1 --form soap", answers=answers)
    assert result.code == 0, result.err
    assert "That was the first part." in result.err
    assert "Objective (what you saw and know) [pale]: " in result.err
    text = run("show 1 --json").json["notes"][0]["text"]
    assert text == "Subjective: tired\nAssessment: fine\nPlan: call"


def test_what_was_gone_back_to_is_in_the_draft_once(run: Run, store: Caseload) -> None:
    answers = iter(["tired", "pale", "<", "well"])

    def ask(self: Session, question: str) -> str:
        for answer in answers:
            return answer
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "ask", ask)
        assert run("note 1 --form soap", answers=[]).code == 130
    assert store.db.value("SELECT body FROM drafts") == "Subjective: tired\nObjective: well"
