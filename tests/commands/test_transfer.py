"""transfer, cover and receive: a case goes to a colleague, and nobody is left without somebody."""

from __future__ import annotations

import copy
import json
import shlex
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Result, Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casectl.core.model import Author
from casectl.session import Session
from casectl.store import Caseload, open_caseload

OVERRIDE = ["--override", "within the program"]
Lee = Callable[..., Result]


@pytest.fixture
def lee(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lee:
    """A colleague with a caseload and an identity of their own."""
    path = str(tmp_path / "lee.db")

    def lee(*words: str, **known: object) -> Result:
        with monkeypatch.context() as patch:
            patch.setenv("CASECTL_WORKER", "lee")
            patch.setenv("CASECTL_DB", path)
            return run(list(words), **known)

    assert lee("init", "--unencrypted").code == 0
    return lee


@pytest.fixture
def recipient(lee: Lee, tmp_path: Path) -> str:
    made = lee("receive", "--new-identity", str(tmp_path / "lee.key"))
    assert made.code == 0
    return made.out.split()[-1]


@pytest.fixture
def maria(run: Run, caseload: None) -> None:
    """A client with a history: case 1."""
    for command in (
        "intake 'Maria Example' --phone '555 0142' --safe-contact 'after 6 pm, never text' "
        "--dob 1990-02-03 --urgency high --risk moderate --need housing --on 2026-11-02 --new "
        "--program Housing",
        "reached 1 'spoke about the lease'",
        "follow 1 'call the landlord' --due fri",
        "deadline 1 'court hearing' --due 'in 3 weeks' --kind court",
        "note 1 'prefers mornings'",
        "need add 1 'no working stove' --domain housing",
        "goal add 1 'has a working stove' --by 2027-01-15 --measure 'cooks at home' --need 1",
        "step add 1 'ask the landlord' --due fri --goal 1 --who client",
    ):
        result = run(command)
        assert result.code == 0, (command, result.err)


def store_of(path: Path) -> Caseload:
    return open_caseload(path, Author("kim", "2026-11-18", "2026-11-18T08:00:00Z"))


def case_status(path: Path, number: int) -> str | None:
    store = store_of(path)
    case = store.cases.by_number(number)
    store.close()
    return case and case.status


def handed(run: Run, tmp_path: Path, recipient: str, *more: str) -> Path:
    path = tmp_path / "maria.age"
    result = run(
        ["transfer", "1", "--to", "lee", "-o", str(path), "--recipient", recipient,
         *OVERRIDE, *more]
    )  # fmt: skip
    assert result.code == 0, result.err
    return path


def take(lee: Lee, path: Path, tmp_path: Path, *more: str, **known: object) -> Result:
    return lee("receive", str(path), "--identity", str(tmp_path / "lee.key"), *more, **known)


# -- transfer --------------------------------------------------------------------------------------


def test_a_transferred_case_stays_until_it_is_accepted(
    run: Run, maria: None, recipient: str, tmp_path: Path
) -> None:
    path = handed(run, tmp_path, recipient)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert b"Example" not in path.read_bytes()
    assert case_status(tmp_path / "caseload.db", 1) == "active"
    rows = run("today --all --json", today="2026-11-20").json
    assert "has lee accepted the hand-over?" in json.dumps(rows)
    done = run("transfer accepted 1")
    assert done.code == 0
    assert "closed here as transferred" in done.out
    assert case_status(tmp_path / "caseload.db", 1) == "closed"
    assert run("transfer accepted 1").code == 3


def test_a_case_that_was_closed_meanwhile_keeps_the_reason_of_its_end(
    run: Run, maria: None, recipient: str, tmp_path: Path
) -> None:
    handed(run, tmp_path, recipient)
    assert run("close 1 --reason died --yes").code == 0
    before = run("show 1 --json").json
    late = run("transfer accepted 1")
    assert (late.code, late.out, late.err.count("\n")) == (2, "", 1)
    assert "is closed already" in late.err
    assert run("show 1 --json").json == before
    assert run("transfer withdrawn 1 --reason 'died meanwhile'").code == 0


def test_a_terminal_asks_for_the_colleague_and_the_file_until_they_are_good(
    run: Run, maria: None, recipient: str, tmp_path: Path
) -> None:
    there, path = tmp_path / "there.age", tmp_path / "maria.age"
    there.write_text("another")
    answers = ["kim", "lee", "", str(tmp_path / "none" / "x.age"), str(there), str(path)]
    result = run(["transfer", "1", "--recipient", recipient, *OVERRIDE], answers=answers)
    assert result.code == 0, result.err
    assert path.exists() and there.read_text() == "another"
    assert result.err.count("Into which file?") == 4


def test_what_was_taken_in_is_the_whole_record(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    lee("intake", "Somebody Else")
    path = handed(run, tmp_path, recipient)
    result = take(lee, path, tmp_path)
    assert result.code == 0, result.err
    assert "Maria Example (example-2)" in result.out
    assert "after 6 pm, never text" in result.out
    assert "It owes a first contact by you (2.h1)" in result.out
    theirs, ours = store_of(tmp_path / "lee.db"), store_of(tmp_path / "caseload.db")
    there, here = theirs.cases.by_number(2), ours.cases.by_number(1)
    assert there is not None and here is not None
    got, had = theirs.cases.file(there), ours.cases.file(here)
    assert got.client._replace(id="") == had.client._replace(id="")
    assert [each.text for each in got.contacts] == [each.text for each in had.contacts]
    assert {each.worker for each in got.contacts} == {"kim"}
    assert [each.text for each in got.notes] == [each.text for each in had.notes]
    assert sorted((e.kind, e.what, e.due_on) for e in got.promises) == sorted(
        (e.kind, e.what, e.due_on) for e in had.promises
    )
    kinds = [each.kind for each in got.casework]
    assert kinds.count("goal") == kinds.count("need") == kinds.count("step") == 1
    goal = next(each for each in got.casework if each.kind == "goal")
    step = next(each for each in got.casework if each.kind == "step")
    assert goal.body["needs"] == [1]
    assert step.parent in (None, goal.id)
    assert not {each.id for each in got.casework} & {each.id for each in had.casework}
    assert there.opened_on == here.opened_on and there.worker == "lee"
    theirs.close()
    ours.close()


def test_the_first_contact_by_the_new_worker_is_owed_until_it_is_made(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    assert run("reached 1 'told her that lee takes over'").code == 0  # on the day of receipt
    path = handed(run, tmp_path, recipient)
    assert take(lee, path, tmp_path).code == 0
    said = lee("show", "1", "--json").out
    assert "make your own first contact" in said
    assert lee("reached", "1", "introduced myself").code == 0
    assert "make your own first contact" not in lee("show", "1", "--json").out
    assert lee("correct", "1.c3", "--outcome", "tried").code == 0
    assert "make your own first contact" in lee("show", "1", "--json").out
    assert lee("doctor").code == 0


def test_a_file_is_taken_in_once(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    path = handed(run, tmp_path, recipient)
    assert take(lee, path, tmp_path).code == 0
    again = take(lee, path, tmp_path, "--new")
    assert (again.code, again.err) == (
        4,
        "casectl: that hand-over was taken in already, as case 1\n",
    )
    assert len(lee("list", "--all", "--json").json) == 1


def test_who_is_on_file_already_is_asked(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    lee("intake", "Maria Example", "--dob", "1990-02-03")
    path = handed(run, tmp_path, recipient)
    refused = take(lee, path, tmp_path)
    assert refused.code == 4
    assert "possibly on file already: example-1" in refused.err
    assert len(lee("list", "--all", "--json").json) == 1
    assert take(lee, path, tmp_path, answers=["example-1"]).code == 0
    store = store_of(tmp_path / "lee.db")
    first, second = store.cases.by_number(1), store.cases.by_number(2)
    assert first is not None and second is not None
    assert first.client_id == second.client_id
    store.close()


def test_undo_takes_back_what_was_taken_in(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    path = handed(run, tmp_path, recipient)
    assert take(lee, path, tmp_path).code == 0
    assert lee("undo").code == 0
    assert lee("list", "--all", "--json").json == []
    assert take(lee, path, tmp_path).code == 0


@pytest.mark.parametrize(
    "name", ["nobody", "Nobody", "none", "-", "n/a", "kim", "KIM", "KIM.", "k i m", "", "  "]
)
def test_a_transfer_to_nobody_is_refused(run: Run, maria: None, tmp_path: Path, name: str) -> None:
    before = run("history --json").out
    result = run(["transfer", "1", "--to", name, "-o", str(tmp_path / "x.age"), *OVERRIDE])
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert not (tmp_path / "x.age").exists()
    assert run("history --json").out == before


def test_without_a_release_nothing_is_shared(
    run: Run, maria: None, recipient: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.age"
    words = ["transfer", "1", "--to", "lee", "-o", str(path), "--recipient", recipient]
    refused = run(words)
    assert refused.code == 1
    assert "no release lets 'lee' be told of example-1" in refused.err
    assert not path.exists()
    assert run("history 1 --json").json[0]["command"] != "transfer"
    assert run([*words, *OVERRIDE]).code == 0


def test_of_several_without_a_release_it_says_which_words_one_needs(
    run: Run, maria: None, recipient: str, tmp_path: Path
) -> None:
    assert run("intake 'Ben Sample' --urgency low --risk low --new").code == 0
    path = str(tmp_path / "x.age")
    words = ["cover", "--until", "fri", "--to", "lee", "-o", path, "--recipient", recipient]
    refused = run(words)
    assert refused.code == 1 and "be told of cases 1, 2 for 'cover of the case'" in refused.err
    needed = "--to 'lee' --purpose 'cover of the case' --what 'the whole record'"
    assert f"casectl consent add CASE {needed} for each" in refused.err
    assert refused.err.count("\n") == 1
    signed = ["--until", "2027-05-18", "--told-rights", "--signed", "today"]
    for number in ("1", "2"):
        given = ["--to", "lee", "--purpose", "cover of the case", "--what", "the whole record"]
        assert run(["consent", "add", number, *given, *signed]).code == 0
    assert run(words).code == 0, "those words let it go"


def test_a_disclosure_stays_on_record(
    run: Run, maria: None, recipient: str, tmp_path: Path
) -> None:
    handed(run, tmp_path, recipient)
    store = store_of(tmp_path / "caseload.db")
    case = store.cases.by_number(1)
    assert case is not None
    (disclosed,) = store.casework.of(case, "disclosure")
    assert disclosed.who == "lee"
    assert disclosed.body["override"] == "within the program"
    store.close()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["transfer", "1", "--to", "lee"], 2, "-o FILE is missing"),
        (["transfer", "1", "-o", "x.age"], 2, "--to is missing"),
        (["transfer", "1", "--to", "lee", "-o", "nowhere/x.age"], 3, "there is no folder"),
        (["transfer", "1", "--to", "lee", "-o", "there"], 2, "exists already"),
        (["transfer", "9", "--to", "lee", "-o", "x.age"], 3, "no case '9'"),
        (["transfer", "1", "2", "--to", "lee", "-o", "x.age"], 2, "one case too many"),
        (["transfer", "accepted"], 2, "CASE is missing"),
        (["transfer", "accepted", "1"], 3, "is not handed over to anybody"),
        (["transfer", "withdrawn", "1", "--reason", "x"], 3, "is not handed over to anybody"),
        (
            ["transfer", "1", "--to", "lee", "-o", "x.age", "--recipient", "age1oops", *OVERRIDE],
            2,
            "is no age recipient",
        ),
        (["transfer", "1", "--to", "lee", "-o", "x.age", *OVERRIDE], 2, "--recipient is missing"),
        (["cover", "--to", "lee", "-o", "x.age", *OVERRIDE], 2, "--until is missing"),
        (
            ["cover", "--from", "fri", "--until", "thu", "--to", "lee", "-o", "x.age", *OVERRIDE],
            2,
            "",
        ),
        (["cover", "--until", "fri", "--to", "nobody", "-o", "x.age", *OVERRIDE], 2, "is nobody"),
        (["cover", "--give-back", "--to", "lee", "-o", "x.age"], 3, "nothing is covered here"),
        (["cover", "--back", "gone.age"], 3, "is not there"),
        (["receive"], 2, "FILE is missing"),
        (["receive", "gone.age"], 3, "is not there"),
        (["receive", "there"], 2, "is no file of casectl's"),
        (["receive", "there", "--same", "1", "--new"], 2, "exclude each other"),
    ],
)
def test_bad_input_writes_nothing(
    run: Run,
    maria: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: Sequence[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").write_text("not ours")
    before = run("history --json").out
    result = run(list(words))
    assert (result.code, result.out) == (code, ""), result.err
    assert said in result.err
    assert result.err.count("\n") == 1
    assert not (tmp_path / "x.age").exists()
    assert run("history --json").out == before


@pytest.mark.parametrize("verb", ["transfer", "cover"])
def test_a_case_that_was_reopened_before_its_aftercare_call_is_taken_in(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path, verb: str
) -> None:
    for command in (
        "done 1.2 'it was held'",
        "close 1 --reason declined --summary 'did not want it' --yes",
        "reopen 1 --reason 'wants it again' --risk low",
    ):
        assert run(command).code == 0, command
    path = tmp_path / "case.age"
    days = ["--until", "2026-11-27"] if verb == "cover" else []
    sealed = ["-o", str(path), "--recipient", recipient, *OVERRIDE]
    assert run([verb, "1", "--to", "lee", *days, *sealed]).code == 0
    taken = take(lee, path, tmp_path)
    assert taken.code == 0, taken.err
    store = store_of(tmp_path / "lee.db")
    case = store.cases.by_number(1)
    assert case is not None
    (call,) = [each for each in store.cases.file(case).casework if each.kind == "aftercare"]
    store.close()
    assert (call.part, call.status, call.outcome) == ("ac1", "dropped", "reopened")
    assert lee("doctor").code == 0


def test_a_closed_case_is_not_handed_over(run: Run, caseload: None, tmp_path: Path) -> None:
    run("intake 'Maria Example' --pending")
    run("close 1 --reason declined --yes")
    result = run(["transfer", "1", "--to", "lee", "-o", str(tmp_path / "x"), *OVERRIDE])
    assert (result.code, "is closed" in result.err) == (2, True)


def test_one_on_its_way_goes_to_no_other(
    run: Run, maria: None, recipient: str, tmp_path: Path
) -> None:
    handed(run, tmp_path, recipient)
    words = ["transfer", "1", "--to", "ann", "-o", str(tmp_path / "y.age"), *OVERRIDE]
    again = run([*words, "--recipient", recipient])
    assert again.code == 2
    assert "is handed over already (1.h1)" in again.err
    assert run("transfer withdrawn 1 --reason 'lee has no room'").code == 0
    assert run([*words, "--recipient", recipient]).code == 0


def test_a_passphrase_is_asked_twice_and_opens_it(
    run: Run, lee: Lee, maria: None, tmp_path: Path
) -> None:
    path, secret = tmp_path / "m.age", "seven calm otters swim"
    words = ["transfer", "1", "--to", "lee", "-o", str(path), *OVERRIDE]
    assert run(words, answers=["short", secret, "other", secret, secret]).code == 0
    wrong = lee("receive", str(path), answers=["not the passphrase at all"])
    assert wrong.code == 1 and "is not the passphrase" in wrong.err
    assert lee("receive", str(path)).code == 2  # a script is not asked
    taken = lee("receive", str(path), answers=[secret])
    assert taken.code == 0 and "Maria Example" in taken.out


def test_show_takes_nothing_in(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    path = handed(run, tmp_path, recipient)
    shown = take(lee, path, tmp_path, "--show")
    lines = shown.out.splitlines()
    assert shown.code == 0 and 3 <= len(lines) <= 10
    assert "Risk: moderate" in shown.out and "after 6 pm, never text" in shown.out
    assert lee("list", "--json").json == []


def test_private_hides_what_is_told(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    path = tmp_path / "maria.age"
    told = run(
        ["--private", "transfer", "1", "--to", "lee", "-o", str(path), "--recipient", recipient,
         *OVERRIDE]
    )  # fmt: skip
    assert told.code == 0
    for result in (told, take(lee, path, tmp_path, "--private", "--show"),
                   take(lee, path, tmp_path, "--private")):  # fmt: skip
        assert result.code == 0, result.err
        for word in ("Maria", "Example", "example", "landlord", "6 pm", "0142"):
            assert word not in result.out + result.err


def test_it_is_for_somebody_else(run: Run, maria: None, recipient: str, tmp_path: Path) -> None:
    path = handed(run, tmp_path, recipient)
    words = ["receive", str(path), "--identity", str(tmp_path / "lee.key"), "--new"]
    refused = run(words)
    assert refused.code == 4 and "it is for 'lee', not for 'kim'" in refused.err
    assert len(run("list --all --json").json) == 1


# -- what comes by file is not trusted -------------------------------------------------------------


def plain_file(path: Path, made: object) -> str:
    path.write_text(json.dumps(made), encoding="utf-8")
    return str(path)


@pytest.fixture
def document(run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path) -> dict[str, object]:
    """A hand-over as it stands in a file that was opened."""
    from casectl.store.sealed import open_by_identity

    path = handed(run, tmp_path, recipient)
    opened = open_by_identity(path.read_bytes(), (tmp_path / "lee.key").read_text(), path)
    made: dict[str, object] = json.loads(opened)
    return made


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: made.pop("cases"),
        lambda made: made.update(cases=[]),
        lambda made: made.update(kind="gift"),
        lambda made: made.update(id="'; DROP TABLE cases"),
        lambda made: made.update(day="soon"),
        lambda made: made["cases"][0]["case"].update(urgency=9),
        lambda made: made["cases"][0]["case"].update(status="closed"),
        lambda made: made["cases"][0]["case"].update(risk="huge"),
        lambda made: made["cases"][0]["case"].update(number=7),
        lambda made: made["cases"][0]["case"].update(opened_on=None),
        lambda made: made["cases"][0]["client"].update(name=""),
        lambda made: made["cases"][0]["client"].update(name="a\x00b"),
        lambda made: made["cases"][0]["client"].update(phone=["1"]),
        lambda made: made["cases"][0]["client"].update(phone="1" * 1_000_001),
        lambda made: made["cases"][0]["contacts"][0].update(by="magic"),
        lambda made: made["cases"][0]["contacts"][0].update(minutes="many"),
        lambda made: made["cases"][0]["contacts"][0].pop("on_day"),
        lambda made: made["cases"][0]["promises"][0].update(kind="wish"),
        lambda made: made["cases"][0]["promises"][0].update(due_on="2026-02-30"),
        lambda made: made["cases"][0]["casework"][0].update(kind="spell"),
        lambda made: made["cases"][0]["casework"][0].update(body="text"),
        lambda made: made["cases"][0]["casework"][0].update(surprise=1),
    ],
)
def test_a_spoilt_file_writes_nothing(
    lee: Lee, document: dict[str, object], tmp_path: Path, spoil: Callable[[object], object]
) -> None:
    spoil(document)
    result = lee("receive", plain_file(tmp_path / "spoilt.json", document))
    assert (result.code, result.out) == (2, ""), result.out
    assert result.err.count("\n") == 1 and len(result.err) < 300
    assert lee("list", "--all", "--json").json == []
    assert lee("doctor").code == 0


@pytest.mark.parametrize(
    ("name", "why"), [("", "is empty"), ("\u200b ", "is empty"), ("x" * 201, "is over 200 char")]
)
def test_a_name_that_no_client_has_is_refused_with_its_case(
    lee: Lee, document: dict[str, Any], tmp_path: Path, name: str, why: str
) -> None:
    document["cases"][0]["client"]["name"] = name
    result = lee("receive", plain_file(tmp_path / "odd.json", document))
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert f"case 1 there, the name {why}" in result.err
    assert "ask kim to correct that; nothing was taken in" in result.err
    assert lee("list", "--all", "--json").json == []


@pytest.mark.parametrize("cut", [0, 1, 30, 200, 1000])
def test_a_cut_file_writes_nothing(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path, cut: int
) -> None:
    path = handed(run, tmp_path, recipient)
    short = tmp_path / "short.age"
    short.write_bytes(path.read_bytes()[: -cut or None] if cut else b"")
    result = take(lee, short, tmp_path)
    assert result.code in (1, 2) and result.out == ""
    assert result.err.count("\n") == 1
    assert lee("list", "--all", "--json").json == []


# -- cover -----------------------------------------------------------------------------------------


def test_a_cover_goes_and_comes_back_with_what_was_done(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    assert run("intake 'Pavel Sample'").code == 0
    lee("intake", "Somebody Else")
    out, back = tmp_path / "cover.age", tmp_path / "back.age"
    identity = ["--identity", str(tmp_path / "lee.key")]
    covered = run(
        ["cover", "--from", "thu", "--until", "2026-11-27", "--to", "lee", "-o", str(out),
         "--recipient", recipient, *OVERRIDE]
    )  # fmt: skip
    assert covered.code == 0, covered.err
    assert covered.out.startswith("2 cases for lee, Thu 19 Nov 2026 to Fri 27 Nov 2026")
    assert (
        run(["cover", "1", "--until", "fri", "--to", "ann", "-o", str(back), *OVERRIDE]).code == 2
    )
    assert lee("receive", str(out), *identity).code == 0
    day = "2026-11-20"
    assert lee("reached", "2", "the hearing was moved", "--minutes", "20", today=day).code == 0
    assert lee("done", "2.1", "he agreed", today=day).code == 0
    assert lee("follow", "2", "send the papers", "--due", "mon", today=day).code == 0
    assert lee("set", "2", "--risk", "high", "--reason", "lost the flat", today=day).code == 0
    rows = lee("today", "--all", "--json", today="2026-11-27").json
    assert "give the case back to kim" in json.dumps(rows)
    given = lee("cover", "--give-back", "--to", "kim", "-o", str(back), "--recipient", recipient,
                *OVERRIDE, today="2026-11-30")  # fmt: skip
    assert given.code == 0, given.err
    assert {case_status(tmp_path / "lee.db", number) for number in (2, 3)} == {"closed"}
    assert "has lee given the case back?" in run("today --all --json", today="2026-12-02").out
    taken = run(["cover", "--back", str(back), *identity], today="2026-11-30")
    assert taken.code == 0, taken.err
    said = (
        "Maria Example (example-1): 1 contact, 1 note, 1 promise ended, 1 promise made, "
        "changed: risk."
    )
    assert f"  {said.replace('example-1', 'example-2')}" in given.out
    assert said in taken.out
    assert "Pavel Sample (sample-2): nothing was done." in taken.out
    store = store_of(tmp_path / "caseload.db")
    case = store.cases.by_number(1)
    assert case is not None and case.risk == "high"
    file = store.cases.file(case)
    (contact,) = [each for each in file.contacts if each.worker == "lee"]
    assert (contact.text, contact.minutes, contact.on_day.isoformat()) == (
        "the hearing was moved", 20, day,
    )  # fmt: skip
    ended = {each.what: each.outcome for each in file.promises if each.status == "done"}
    assert ended == {"call the landlord": "he agreed"}
    assert "send the papers" in {each.what for each in file.promises if each.status == "open"}
    store.close()
    again = run(["cover", "--back", str(back), *identity], today="2026-11-30")
    assert (again.code, again.out) == (3, "")
    assert run("doctor").code == 0 and lee("doctor").code == 0


def test_a_cover_without_releases_names_the_cases(
    run: Run, maria: None, recipient: str, tmp_path: Path
) -> None:
    run("intake 'Pavel Sample'")
    path = tmp_path / "c.age"
    words = ["cover", "--until", "fri", "--to", "lee", "-o", str(path), "--recipient", recipient]
    result = run(words)
    assert result.code == 1
    assert "cases 1, 2" in result.err
    assert not path.exists()


def test_json_says_what_was_written(run: Run, maria: None, recipient: str, tmp_path: Path) -> None:
    path = tmp_path / "m.age"
    made = run(
        ["transfer", "1", "--to", "lee", "-o", str(path), "--recipient", recipient, "--json",
         *OVERRIDE]
    ).json  # fmt: skip
    assert (made["kind"], made["to"], made["path"]) == ("transfer", "lee", str(path))
    assert made["cases"][0]["item"] == "1.h1"
    assert path.exists()


# -- whatever was done while it was covered comes back ---------------------------------------------

RELEASE = "--purpose referral --what 'name and need' --until 2027-06-30 --told-rights"
THEIR_DAY, BACK_DAY = "2026-11-20", "2026-11-30"
Away = Callable[..., Path]


@pytest.fixture
def covered(run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path) -> Away:
    """Case 1, with everything that may change on it, at Lee's as case 1 too.

    Called, it gives the case back in a file.
    """
    for command in (
        f"consent add 1 --to 'Legal Aid' {RELEASE} --signed today",
        f"consent add 1 --to 'Example Pantry' {RELEASE} --signed today",
        "people add 1 'Rosa Example' --as family --phone '555 0150'",
        "meds add 1 sertraline --dose '50 mg'",
        "denial add 1 'rent help' --by 'County Example' --appeal-by 2027-01-10",
        "assess 1 --risk self-harm=low --on 2026-11-10 --yes",
    ):
        result = run(command)
        assert result.code == 0, (command, result.err)
    out = tmp_path / "cover.age"
    went = run(
        ["cover", "1", "--until", "2026-11-27", "--to", "lee", "-o", str(out), "--recipient",
         recipient, *OVERRIDE]
    )  # fmt: skip
    assert went.code == 0, went.err
    assert take(lee, out, tmp_path).code == 0

    def give_back(name: str = "back.age", *more: str) -> Path:
        path = tmp_path / name
        given = lee("cover", *more, "--give-back", "--to", "kim", "-o", str(path), "--recipient",
                    recipient, *OVERRIDE, today=BACK_DAY)  # fmt: skip
        assert given.code == 0, given.err
        return path

    return give_back


def there(lee: Lee, *commands: str) -> None:
    for command in commands:
        result = lee(*shlex.split(command), today=THEIR_DAY)
        assert result.code == 0, (command, result.err)


def back(run: Run, path: Path, tmp_path: Path, *more: str) -> Result:
    words = ["cover", "--back", str(path), "--identity", str(tmp_path / "lee.key"), *more]
    return run(words, today=BACK_DAY)


def on_file(path: Path, number: int = 1) -> tuple[dict[str, object], ...]:
    """A case by the names of its rows, without keys, moments and what stays with each side."""
    from casectl.core.casework import Piece
    from casectl.core.returning import NOT_RETURNED, STAY, name_of
    from casectl.store.asof import stood

    store = store_of(path)
    case = store.cases.by_number(number)
    assert case is not None
    found = stood(store.db, case.id)
    named = {row.id: name_of(row) for row in found.rows}
    rows: dict[str, object] = {}
    for row in found.rows:
        if getattr(row, "kind", "") in (*STAY, "closing", "disclosure"):
            continue
        left = {*NOT_RETURNED[type(row)], "item"}
        rows[named[row.id]] = {
            name: named.get(value, value)
            for name, value in row._asdict().items()
            if name not in left and not isinstance(value, dict)
        } | ({"body": row.body} if isinstance(row, Piece) else {})
    facts = [
        {n: v for n, v in each._asdict().items() if n not in NOT_RETURNED[type(each)]}
        for each in (found.client, found.case._replace(status="active"))
    ]
    store.close()
    return (rows, *facts)


def test_everything_that_was_done_comes_back(
    run: Run, lee: Lee, covered: Away, tmp_path: Path
) -> None:
    there(
        lee,
        "consent revoke 1.roi1 'does not want them told'",
        f"consent add 1 --to 'Shelter Example' {RELEASE} --signed today",
        "disclosures add 1 --to 'Example Pantry' --purpose referral --what 'name and need'",
        "edit 1 --name 'Maria Sample' --phone '555 0199' --safe-contact 'never call' "
        "--safe-never 'say where you call from' "
        "--address '9 Elm St' --language Spanish --need 'rent is late'",
        "people edit 1.per1 --phone '555 0177'",
        "people add 1 'Otto Example' --as emergency --phone '555 0160'",
        "amend 1.n1 'I prefer evenings'",
        "denial file 1.den1 'the appeal' --on 2026-11-20",
        "assess 1 --domain housing=2 --need 'housing=broken lock' --risk self-harm=high "
        "--safety-plan 'call the line' --review 'in 4 days' --yes",
        "meds stop 1.m1 'side effects'",
        "meds add 1 vitamin",
        "goal add 1 'a lock that works' --by 2027-02-01 --measure 'it locks' --need 2",
        "goal progress 1.g1 -1 'cooked once'",
        "step add 1 'call a locksmith' --goal 2 --due 'in 3 weeks'",
        "screen 1 phq9 2,1,0,3,1,0,1,0,0",
        "voice 1 4 'you call when you say you will'",
        "appointment 1 'locksmith' --due 'in 9 days'",
        "done 1.2 'won'",
        "snooze 1.1 'in 2 weeks' 'the landlord is away'",
        "reached 1 'wants the lock first' --by visit",
        "correct 1.c1 'spoke about the rent'",
        "note 1 'a second note'",
        "plan agree 1 --with client --by visit",
    )
    theirs = on_file(tmp_path / "lee.db")
    path = covered()
    taken = back(run, path, tmp_path)
    assert taken.code == 0, taken.err
    assert "BOTH CHANGED" not in taken.out
    assert "REVOKED: 1.roi1, the release to Legal Aid." in taken.out
    assert (
        "phone: 555 0199 (safe contact: never call; never: say where you call from)." in taken.out
        and "safe contact: never call." in taken.out
    )
    assert on_file(tmp_path / "caseload.db") == theirs
    refused = run("disclosures add 1 --to 'Legal Aid' --purpose referral --what x", today=BACK_DAY)
    assert refused.code == 1 and "revoked" in refused.err
    told = run("disclosures list 1 --json", today=BACK_DAY).out
    assert "Example Pantry" in told
    assert "sample-1" in run("show 1", today=BACK_DAY).out
    assert run("doctor").code == 0 and lee("doctor").code == 0


def test_where_both_changed_it_the_safer_stands_and_both_are_said(
    run: Run, lee: Lee, covered: Away, tmp_path: Path
) -> None:
    there(
        lee,
        "consent revoke 1.roi1 'does not want them told'",
        f"consent renew 1.roi2 {RELEASE} --signed today",
        "disclosures add 1 --to 'Example Pantry' --purpose referral --what 'name and need'",
        "edit 1 --phone '555 0199' --safe-contact 'never call' --address '9 Elm St'",
        "set 1 --risk imminent --reason 'said so twice'",
        "done 1.1 'he agreed'",
        "goal add 1 'theirs' --by 2027-02-01 --measure m --need 1",
        "step add 1 'their step' --goal 2 --due 'in 3 weeks'",
        "assess 1 --risk self-harm=high --risk-only --yes",
    )
    for command in (
        f"consent renew 1.roi1 {RELEASE} --signed today",
        "consent revoke 1.roi2 'changed my mind'",
        "edit 1 --phone '555 0111' --safe-contact 'mornings only' --email 'm@example.org'",
        "set 1 --risk low --reason 'calmer'",
        "cancel 1.1 'no longer needed'",
        "goal add 1 'mine' --by 2027-02-01 --measure m --need 1",
        "assess 1 --risk self-harm=moderate --risk-only --yes",
    ):
        result = run(command, today=THEIR_DAY)
        assert result.code == 0, (command, result.err)
    taken = back(run, covered(), tmp_path)
    assert taken.code == 0, taken.err
    said = " ".join(taken.out.split())
    assert "BOTH CHANGED 1.roi1 how it stands: here 'replaced, 2026-11-20," in said
    assert "there 'revoked, 2026-11-20, does not want them told'. What was done there" in said
    assert "1.d2 a disclosure: here 'roi4 revoked on 2026-11-20', there 'told Example" in said
    assert "BOTH CHANGED phone: here '555 0111', there '555 0199' (safe contact: mornings" in said
    assert "BOTH CHANGED safe contact: here 'mornings only', there 'never call'. Both stand" in said
    assert "BOTH CHANGED the level: here 'high" in said and "there 'crisis" in said
    assert "BOTH CHANGED 1.1 how it stands" in said
    assert "address: 9 Elm St." in said
    store = store_of(tmp_path / "caseload.db")
    case = store.cases.by_number(1)
    assert case is not None and case.risk == "imminent"
    file = store.cases.file(case)
    by_name = {each.part: each for each in file.casework}
    # A revocation wins over a renewal, whichever side it was on: nothing may be shared any more.
    assert {
        name: by_name[name].status for name in ("roi1", "roi2", "roi3", "roi4")
    } == dict.fromkeys(("roi1", "roi2", "roi3", "roi4"), "dropped")
    assert file.client.phone == "555 0111" and file.client.email == "m@example.org"
    assert file.client.safe_contact == "mornings only; also: never call"
    assert by_name["g2"].what == "mine" and by_name["g3"].what == "theirs"
    step = next(each for each in file.casework if each.what == "their step")
    assert step.parent == by_name["g3"].id
    risks = [each for each in file.casework if each.kind == "risk" and each.status == "open"]
    assert [(each.domain, each.level) for each in risks] == [("self-harm", 3)]
    kept = next(each.text for each in file.notes if each.text.startswith("Changed on both sides"))
    assert "phone: 555 0111 / 555 0199 (here stands)" in kept
    store.close()
    assert run("doctor").code == 0


def test_what_was_signed_there_after_a_revocation_here_is_said(
    run: Run, lee: Lee, covered: Away, tmp_path: Path
) -> None:
    """The client may have changed their mind; nobody is to find that out by chance."""
    assert run("consent revoke 1.roi1 'tell them nothing'", today="2026-11-19").code == 0
    later = shlex.split(f"consent add 1 --to 'Legal Aid' {RELEASE} --signed today")
    assert lee(*later, today="2026-11-20").code == 0
    path = covered()
    taken = back(run, path, tmp_path)
    (line,) = [each for each in taken.out.splitlines() if "STILL LIVE" in each]
    assert "1.roi" in line and "Legal Aid" in line


@pytest.mark.parametrize("private", [False, True])
def test_a_revocation_that_comes_back_names_what_is_still_live(
    run: Run, lee: Lee, covered: Away, tmp_path: Path, private: bool
) -> None:
    """The colleague does not have the client's other case, and could not be told of it."""
    assert run("intake 'Maria Example' --same 1").code == 0
    assert run(f"consent add 2 --to 'Legal Aid' {RELEASE} --signed today").code == 0
    there(lee, "consent revoke 1.roi1 'tell them nothing'")
    path = covered()
    taken = back(run, path, tmp_path, *(("--private",) if private else ()))
    (line,) = [each for each in taken.out.splitlines() if "STILL LIVE" in each]
    assert line.startswith("  STILL LIVE: 2.roi1 lets "), line
    assert ("Legal Aid be told for referral, live until" in line) is not private
    assert ("Legal" in taken.out) is not private


HELD = "hold 1 --until 2027-04-20 --reason 'in hospital'"
RAISED = "set 1 --risk high --reason threat"


@pytest.mark.parametrize("held", ["here", "there"])
@pytest.mark.parametrize("before", [None, "hold 1 --until 2026-12-01 --reason 'away'"])
def test_a_hold_does_not_stand_over_a_level_that_the_other_side_raised(
    run: Run, lee: Lee, recipient: str, caseload: None, tmp_path: Path, held: str,
    before: str | None,
) -> None:  # fmt: skip
    """It is as who raised it left it; a hold of both sides is not made longer then."""
    assert run("intake 'Bo Example' --urgency low --risk low --new").code == 0
    assert before is None or run(before).code == 0
    taken = held_and(run, lee, recipient, tmp_path, held, HELD, RAISED)
    stands = "on hold until 2026-12-01" if before else "active"
    both = "on hold until 2027-04-20", f"{stands}, level raised to high"
    here, there = both if held == "here" else both[::-1]
    side = "What was done there" if held == "here" else "What is here"
    said = " ".join(taken.out.split())
    assert f"BOTH CHANGED how it stands: here {here!r}, there {there!r}. {side} stands" in said
    case = run("show 1 --json", today=BACK_DAY).json
    assert (case["risk"], case["case_status"]) == ("high", "on_hold" if before else "active")
    assert case["hold_until"] == ("2026-12-01" if before else None)
    rows = run("today --json", today="2026-12-03").json
    assert [row["handle"] for row in rows] == ["example-1"]
    assert run("doctor").code == 0


@pytest.mark.parametrize("held", ["here", "there"])
@pytest.mark.parametrize(
    ("other", "until"),
    [
        ("hold 1 --until 2027-02-01 --reason 'away for longer'", "2027-02-01"),
        ("reopen 1 --reason 'back already'", None),
    ],
)
def test_of_two_ways_a_case_stands_the_one_that_is_at_work_sooner_stands(
    run: Run, lee: Lee, recipient: str, caseload: None, tmp_path: Path, held: str, other: str,
    until: str | None,
) -> None:  # fmt: skip
    assert run("intake 'Bo Example' --urgency low --risk low --new").code == 0
    assert run("hold 1 --until 2026-12-01 --reason 'away'").code == 0
    taken = held_and(run, lee, recipient, tmp_path, held, HELD, other)
    assert "BOTH CHANGED how it stands" in taken.out or "BOTH CHANGED hold until" in taken.out
    case = run("show 1 --json", today=BACK_DAY).json
    assert (case["case_status"], case["hold_until"]) == ("on_hold" if until else "active", until)
    assert run("doctor").code == 0


def test_a_hold_that_comes_back_says_its_last_day(
    run: Run, lee: Lee, covered: Away, tmp_path: Path
) -> None:
    there(lee, HELD)
    taken = back(run, covered(), tmp_path)
    assert "\n  ON HOLD until Tue 20 Apr 2027.\n" in taken.out
    assert run("show 1 --json", today=BACK_DAY).json["hold_until"] == "2027-04-20"


def held_and(
    run: Run, lee: Lee, recipient: str, tmp_path: Path, held: str, hold: str, other: str
) -> Result:
    """Case 1 is covered, held on the one side and done of on the other, and given back."""
    out, path = tmp_path / "cover.age", tmp_path / "back.age"
    sealed = ["--recipient", recipient, *OVERRIDE]
    run(["cover", "1", "--until", "2026-11-27", "--to", "lee", "-o", str(out), *sealed])
    take(lee, out, tmp_path)
    ours, theirs = (hold, other) if held == "here" else (other, hold)
    there(lee, theirs)
    assert run(ours, today=THEIR_DAY).code == 0
    gave = ["cover", "--give-back", "--to", "kim", "-o", str(path), *sealed]
    assert lee(*gave, today=BACK_DAY).code == 0
    taken = back(run, path, tmp_path)
    assert taken.code == 0, taken.err
    return taken


@pytest.mark.parametrize("revoked", ["here", "there"])
@pytest.mark.parametrize("renewed_first", [False, True])
def test_a_revocation_ends_every_release_that_renews_it(
    run: Run, lee: Lee, covered: Away, tmp_path: Path, revoked: str, renewed_first: bool
) -> None:
    """However often the other side renewed it, and where the revoked one was a renewal itself."""
    renew = [f"consent renew 1.{name} {RELEASE} --signed today" for name in ("roi1", "roi3")]
    revoke = ["consent revoke 1.roi1 'tell them nothing'"]
    if renewed_first:
        revoke = [renew[0], "consent revoke 1.roi3 'tell them nothing'"]
    theirs, ours = (renew, revoke) if revoked == "here" else (revoke, renew)
    there(lee, *theirs)
    for command in ours:
        result = run(command, today=THEIR_DAY)
        assert result.code == 0, (command, result.err)
    taken = back(run, covered(), tmp_path)
    assert taken.code == 0, taken.err
    store = store_of(tmp_path / "caseload.db")
    case = store.cases.by_number(1)
    assert case is not None
    told = [e for e in store.cases.file(case).casework if e.kind == "consent"]
    store.close()
    open_ones = {each.who for each in told if each.status == "open"}
    assert open_ones == {"Example Pantry"}
    ended = [each.part for each in told if "which was revoked" in (each.outcome or "")]
    assert len(ended) == 2
    assert all(f"BOTH CHANGED 1.{part} the release" in taken.out for part in ended)
    refused = run("disclosures add 1 --to 'Legal Aid' --purpose referral --what x", today=BACK_DAY)
    assert refused.code == 1


@pytest.mark.parametrize("revoked", ["here", "there"])
@pytest.mark.parametrize(
    ("signed", "status"), [("2026-11-18", "dropped"), ("2026-11-20", "dropped"), ("later", "open")]
)
@pytest.mark.parametrize("written_before", [False, True])
def test_a_revocation_ends_what_the_other_side_had_signed_for_the_same(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path, revoked: str, signed: str,
    status: str, written_before: bool,
) -> None:  # fmt: skip
    """New there, or not signed yet when the case was given: only a later signature stands."""
    day, later = THEIR_DAY, "2026-11-23"
    add = f"consent add 1 --to 'Legal Aid' {RELEASE}"
    assert run(f"{add} --signed today").code == 0
    if written_before:
        assert run(f"consent add 1 --to 'legal aid' {RELEASE}").code == 0
    out, path = tmp_path / "cover.age", tmp_path / "back.age"
    sealed = ["--recipient", recipient, *OVERRIDE]
    run(["cover", "1", "--until", "2026-11-27", "--to", "lee", "-o", str(out), *sealed])
    take(lee, out, tmp_path)
    on = later if signed == "later" else signed
    sign = f"consent sign 1.roi2 --on {on}" if written_before else f"{add} --signed {on}"
    revoke = "consent revoke 1.roi1 'tell them nothing'"
    for side, command, when in (
        ("here" if revoked == "there" else "there", sign, max(on, day)),
        (revoked, revoke, day),
    ):
        done = (
            run(command, today=when) if side == "here" else lee(*shlex.split(command), today=when)
        )
        assert done.code == 0, (command, done.err)
    gave = ["cover", "--give-back", "--to", "kim", "-o", str(path), *sealed]
    assert lee(*gave, today=BACK_DAY).code == 0
    taken = back(run, path, tmp_path)
    assert taken.code == 0, taken.err
    store = store_of(tmp_path / "caseload.db")
    case = store.cases.by_number(1)
    assert case is not None
    releases = {e.part: e for e in store.cases.file(case).casework if e.kind == "consent"}
    store.close()
    assert {name: each.status for name, each in releases.items()} == {
        "roi1": "dropped", "roi2": status,
    }  # fmt: skip
    tell = "disclosures add 1 --to 'Legal Aid' --purpose referral --what x"
    assert run(tell, today=BACK_DAY).code == (0 if status == "open" else 1)
    said = " ".join(taken.out.split())
    assert ("REVOKED: 1.roi2, the release to" in said) is (status == "dropped")
    both = "roi1 revoked", f"signed as roi2 on {on}"
    here, there = both if revoked == "here" else both[::-1]
    told = f"BOTH CHANGED 1.roi2 the release: here {here!r}, there {there!r}."
    assert (told in said) is (status == "dropped"), said
    assert run("doctor").code == 0


@pytest.mark.parametrize(
    ("here", "theirs", "stands"),
    [
        ("--outcome tried", "'spoke of rent'", "tried"),
        ("'spoke of heat'", "--outcome tried", "tried"),
        ("'spoke of heat'", "'spoke of rent'", "spoke of heat"),
    ],
)
def test_one_correction_of_a_contact_stands_where_both_corrected_it(
    run: Run, lee: Lee, covered: Away, tmp_path: Path, here: str, theirs: str, stands: str
) -> None:
    there(lee, f"correct 1.c1 {theirs}")
    assert run(f"correct 1.c1 {here}", today=THEIR_DAY).code == 0
    taken = back(run, covered(), tmp_path)
    assert taken.code == 0, taken.err
    assert "BOTH CHANGED 1.c1 its correction: here '" in taken.out
    store = store_of(tmp_path / "caseload.db")
    case = store.cases.by_number(1)
    assert case is not None
    counting = [e for e in store.cases.file(case).contacts if not e.corrected]
    store.close()
    assert len(counting) == 1 and stands in (counting[0].outcome, counting[0].text)
    assert run("doctor").code == 0


@pytest.mark.parametrize(("here", "theirs"), [("heat", "rent"), ("heat", "--outcome tried")])
def test_a_case_with_a_contact_that_both_corrected_can_be_handed_over(
    run: Run, lee: Lee, covered: Away, recipient: str, tmp_path: Path, here: str, theirs: str
) -> None:
    """The earlier of the two corrections may correct the later one."""
    there(lee, f"correct 1.c1 {theirs}")
    assert run(f"correct 1.c1 {here}", today=THEIR_DAY).code == 0
    assert back(run, covered(), tmp_path).code == 0
    path = handed(run, tmp_path, recipient)
    taken = take(lee, path, tmp_path, "--new", today=BACK_DAY)
    assert taken.code == 0, taken.err
    ours = run("show 1 --all --json", today=BACK_DAY).json["contacts"]
    theirs_now = lee("show", "2", "--all", "--json", today=BACK_DAY).json["contacts"]
    names = "text", "outcome", "corrected", "worker", "recorded_at"
    for mine, other in zip(ours, theirs_now, strict=True):
        assert mine["item"][1:] == other["item"][1:]
        assert [mine[name] for name in names] == [other[name] for name in names]
    assert lee("doctor").code == 0
    assert lee("undo", "--yes", today=BACK_DAY).code == 0


@pytest.mark.parametrize("later_here", [False, True])
def test_a_promise_that_repeats_and_was_done_on_both_sides_is_owed_once(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path, later_here: bool
) -> None:
    assert run("follow 1 'weekly call' --due 2026-11-19 --every week").code == 0
    out, path = tmp_path / "cover.age", tmp_path / "back.age"
    sealed = ["--recipient", recipient, *OVERRIDE]
    run(["cover", "1", "--until", "2026-11-27", "--to", "lee", "-o", str(out), *sealed])
    take(lee, out, tmp_path)
    sooner, later = "2026-11-20", "2026-11-27"  # the 26th is next, and then the 3rd
    assert lee("done", "1.3", "they", today=sooner if later_here else later).code == 0
    assert run("done 1.3 we", today=later if later_here else sooner).code == 0
    gave = ["cover", "--give-back", "--to", "kim", "-o", str(path), *sealed]
    assert lee(*gave, today=BACK_DAY).code == 0
    taken = back(run, path, tmp_path)
    assert taken.code == 0, taken.err
    days = "here '2026-12-03', there '2026-11-26'"
    if not later_here:
        days = "here '2026-11-26', there '2026-12-03'"
    assert f"BOTH CHANGED 1.3 its next time: {days}." in " ".join(taken.out.split())
    store = store_of(tmp_path / "caseload.db")
    case = store.cases.by_number(1)
    assert case is not None
    calls = [e for e in store.cases.file(case).promises if e.what == "weekly call"]
    store.close()
    assert [e.due_on.isoformat() for e in calls if e.status == "open"] == ["2026-11-26"]
    (ended,) = [each for each in calls if each.status == "cancelled"]
    assert (ended.outcome or "").startswith("goes on as 1.")
    assert run("doctor").code == 0


@pytest.fixture
def own(lee: Lee, covered: Away) -> None:
    """Lee's own record of the client, case 2 there."""
    there(
        lee,
        "intake 'Maria Sample' --new --dob 1990-02-03 --urgency low --risk low",
        "edit 2 --address 'Shelter Example' --external-id X-77 --phone '555 0777'",
        "follow 2 'ask about the violence at home' --due fri",
    )


def as_before(patch: pytest.MonkeyPatch) -> None:
    """What joined a covered client was not refused then."""
    patch.setattr("casectl.store.covering.check_cases", lambda *words: None)


@pytest.mark.parametrize("merged", ["merge 2 1 --yes", "merge 1 2 --yes"])
def test_what_a_record_of_the_colleagues_own_knew_does_not_go_back(
    run: Run, lee: Lee, own: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, merged: str
) -> None:
    there(lee, "edit 1 --phone '555 0199'")
    with monkeypatch.context() as patch:
        as_before(patch)
        there(lee, merged)
    there(lee, "edit 1 --language Spanish")
    path = tmp_path / "back.age"
    words = ["cover", "--give-back", "--to", "kim", "-o", str(path), "--recipient"]
    sealed = lee("receive", "--new-identity", str(tmp_path / "own.key")).out.split()[-1]
    given = lee(*words, sealed, *OVERRIDE, today=BACK_DAY)
    assert given.code == 0, given.err
    anew = str(tmp_path / "anew.age")
    again = ["cover", "1", "--give-back", "--to", "kim", "-o", anew, "--recipient", sealed]
    made = json.loads(lee(*again, *OVERRIDE, "--json", today=BACK_DAY).out)
    assert {"address", "external_id"} <= set(made["cases"][0]["held_back"])
    said = " ".join(given.out.split())
    held = next(e for e in given.out.split("  HELD BACK, ")[1:])
    assert "address" in held and "external id" in held
    taken = run(
        ["cover", "--back", str(path), "--identity", str(tmp_path / "own.key")], today=BACK_DAY
    )
    assert taken.code == 0, taken.err
    store = store_of(tmp_path / "caseload.db")
    case = store.cases.by_number(1)
    assert case is not None
    client = store.cases.file(case).client
    store.close()
    assert (client.name, client.address, client.external_id) == ("Maria Example", None, None)
    assert (client.phone, client.language) == ("555 0199", "Spanish")
    assert "changed: phone, language" in said


@pytest.mark.parametrize(
    ("command", "meanwhile"),
    [
        ("merge 1 2 --yes", "keep both"),
        ("merge 2 1 --yes", "keep both"),
        ("intake --same 1", "--new takes them in by themselves"),
        ("intake --same 1 --pending", "--new takes them in by themselves"),
    ],
)
def test_nothing_of_ones_own_joins_a_covered_client(
    lee: Lee, own: None, covered: Away, command: str, meanwhile: str
) -> None:
    before = lee("history", "--json").out
    refused = lee(*shlex.split(command), today=THEIR_DAY)
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    said = "example-1 is covered for a colleague: the client's record is theirs until it is given"
    assert said in refused.err
    assert f"{meanwhile}, or casectl cover 1 --give-back first" in refused.err
    assert lee("history", "--json").out == before
    covered()
    assert lee(*shlex.split(command), today=BACK_DAY).code == 0


def test_a_spreadsheet_joins_nobody_to_a_covered_client(
    run: Run, lee: Lee, covered: Away, tmp_path: Path
) -> None:
    there(lee, "edit 1 --external-id M-1")
    sheet = tmp_path / "own.csv"
    sheet.write_text(
        "client id,case number,name,next step,due\n"
        "M-1,C-7,Maria Example,call her,2026-12-01\n"
        "B-2,C-8,Bea Sample,call her,2026-12-01\n"
    )
    refused = lee("intake", "--from", str(sheet), "--new", today=THEIR_DAY)
    assert (refused.code, refused.out) == (5, "")
    assert "is covered for a colleague until it is given back: the same client id" in refused.err
    rest = lee("intake", "--from", str(sheet), "--new", "--skip-bad", today=THEIR_DAY)
    assert rest.code == 0 and "Took in 1 of 2 rows: case 2." in rest.out
    sheet.write_text("client id,case number,name\nM-1,C-7,Maria Example\n")
    filled = lee("intake", "--from", str(sheet), "--yes", today=THEIR_DAY)
    assert (filled.code, filled.out) == (5, "") and "covered for a colleague" in filled.err
    covered()
    assert lee("intake", "--from", str(sheet), "--new", today=BACK_DAY).code == 0


def test_a_person_is_told_at_once_that_the_client_is_covered(lee: Lee, covered: Away) -> None:
    told = lee("intake", "Maria Example", today=THEIR_DAY, answers=["1", "n", "", "", "", ""])
    assert told.code == 0, told.err
    assert "example-1 is covered for a colleague: n takes them in by themselves" in told.err
    assert "case 2 (example-2)" in told.out


def test_no_second_receipt_joins_a_covered_client_but_the_owners(
    run: Run, lee: Lee, covered: Away, recipient: str, tmp_path: Path, monkeypatch: Any
) -> None:
    sealed = ["--to", "lee", "--recipient", recipient, *OVERRIDE]
    assert run("intake 'Maria Example' --same 1").code == 0
    paths = {name: tmp_path / f"{name}.age" for name in ("ann", "transfer", "kim")}
    for number, name in enumerate(paths, 2):
        until = [] if name == "transfer" else ["--until", "2026-11-27"]
        with monkeypatch.context() as patch:
            patch.setenv("CASECTL_WORKER", "ann" if name == "ann" else "kim")
            words = ["transfer" if name == "transfer" else "cover", str(number), *until]
            assert run([*words, "-o", str(paths[name]), *sealed]).code == 0
            assert run("intake 'Maria Example' --same 1").code == 0
    for name in ("ann", "transfer"):
        refused = take(lee, paths[name], tmp_path, "--same", "1")
        assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
        assert "--new takes them in by themselves, or casectl cover" in refused.err
    assert take(lee, paths["ann"], tmp_path, "--new").code == 0
    for command in ("merge 1 2 --yes", "merge 2 1 --yes"):
        refused = lee(*command.split())
        assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
        assert "are covered for two colleagues: each record is its owner's" in refused.err
    assert take(lee, paths["kim"], tmp_path, "--same", "1").code == 0


def test_a_cover_joins_no_client_of_ones_own(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    lee("intake", "Maria Example", "--urgency", "low", "--risk", "low")
    path = tmp_path / "cover.age"
    words = ["cover", "1", "--until", "2026-11-27", "--to", "lee", "-o", str(path)]
    assert run([*words, "--recipient", recipient, *OVERRIDE]).code == 0
    refused = take(lee, path, tmp_path, "--same", "1")
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "example-1 is not the sender's, and what is covered joins no other" in refused.err
    assert "--new takes them in by themselves; casectl merge joins them once" in refused.err
    assert take(lee, path, tmp_path, answers=["1"]).code == 2
    assert take(lee, path, tmp_path, "--new").code == 0


def test_what_was_given_back_stays_closed_beside_the_next_cover(
    run: Run, lee: Lee, covered: Away, recipient: str, tmp_path: Path
) -> None:
    """Nor does undoing what it was closed by, or parted by, put it beside that."""
    there(lee, "intake 'Maria Sample' --new --urgency low --risk low")
    assert back(run, covered(), tmp_path).code == 0
    for command in (
        "merge 1 2 --yes",
        "undo",
        "reopen 1 --reason 'she rang' --risk low --yes",
        "undo",
    ):
        assert lee(*shlex.split(command), today=BACK_DAY).code == 0
    merged, parted, opened, shut = sorted(
        each["operation"] for each in lee("history", "--limit", "4", "--json").json
    )
    again = tmp_path / "again.age"
    words = ["cover", "1", "--until", "2026-12-18", "--to", "lee", "-o", str(again)]
    assert run([*words, "--recipient", recipient, *OVERRIDE], today=BACK_DAY).code == 0
    assert take(lee, again, tmp_path, "--same", "1", today=BACK_DAY).code == 0
    for command in (
        f"undo {parted} --yes", f"undo {shut} --yes",
        "reopen 1 --reason 'she rang' --risk low --yes", "merge 2 1 --yes",
    ):  # fmt: skip
        refused = lee(*shlex.split(command), today=BACK_DAY)
        assert (refused.code, refused.out) == (2, ""), (command, refused)
        assert "example-3 is covered for a colleague" in refused.err
    covered("second.age")
    assert lee("undo", str(parted), "--yes", today=BACK_DAY).code == 0
    assert merged < parted < opened < shut


@pytest.mark.parametrize("goes", [1, 2])
def test_no_work_goes_on_between_a_covered_case_and_one_of_ones_own(
    run: Run, lee: Lee, own: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, goes: int
) -> None:
    """In a file in which they were joined before that was refused."""
    close = ["close", str(goes), "--reason", "duplicate", "--into", str(3 - goes)]
    close += ["--override", "one person", "--approved-by", "Ann"]
    with monkeypatch.context() as patch:
        as_before(patch)
        there(lee, "merge 1 2 --yes")
    before = lee("history", "--json").out
    refused = lee(*close, today=THEIR_DAY)
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "example-1 is covered for a colleague" in refused.err
    assert lee("history", "--json").out == before
    if goes == 1:
        return
    with monkeypatch.context() as patch:
        as_before(patch)
        assert lee(*close, today=THEIR_DAY).code == 0
    assert lee("undo", today=THEIR_DAY).code == 0
    refused = lee("redo", today=THEIR_DAY)
    assert (refused.code, refused.out) == (2, "") and "covered for a colleague" in refused.err


def test_private_says_that_both_changed_it_and_not_what(
    run: Run, lee: Lee, covered: Away, tmp_path: Path
) -> None:
    there(lee, "edit 1 --phone '555 0199' --safe-contact 'never call'")
    assert run("edit 1 --phone '555 0111'", today=THEIR_DAY).code == 0
    path = covered()
    words = ["--private", "cover", "--back", str(path), "--identity", str(tmp_path / "lee.key")]
    taken = run(words, today=BACK_DAY)
    assert taken.code == 0 and "BOTH CHANGED" in taken.out
    for word in ("0199", "0111", "never call", "Maria", "Example"):
        assert word not in taken.out + taken.err


def test_a_lost_file_is_written_anew(run: Run, lee: Lee, covered: Away, tmp_path: Path) -> None:
    there(lee, "edit 1 --phone '555 0199'", "reached 1 'all well'")
    covered().unlink()
    nothing = lee("cover", "--give-back", "--to", "kim", "-o", str(tmp_path / "b"), *OVERRIDE)
    assert nothing.code == 3
    assert "is given back; name the cases to write the file anew" in nothing.err
    path = covered("anew.age", "1")
    taken = back(run, path, tmp_path)
    assert "1 contact, changed: phone" in taken.out
    assert case_status(tmp_path / "caseload.db", 1) == "active"
    assert case_status(tmp_path / "lee.db", 1) == "closed"
    assert back(run, path, tmp_path).code == 3


def test_one_reopened_after_it_was_given_back_is_not_said_to_be_closed(
    run: Run, lee: Lee, covered: Away, recipient: str, tmp_path: Path
) -> None:
    covered()
    words = ["cover", "1", "--give-back", "--to", "kim", "--recipient", recipient, *OVERRIDE]
    closed = lee(*words, "-o", str(tmp_path / "anew.age"), "--json", today=BACK_DAY).json
    assert [each["status"] for each in closed["cases"]] == ["closed"]
    reopened = lee("reopen", "1", "--reason", "she called", "--risk", "low", "--yes",
                   today=BACK_DAY)  # fmt: skip
    assert reopened.code == 0, reopened.err
    assert lee("reached", "1", "hello", today=BACK_DAY).code == 0
    anew = lee(*words, "-o", str(tmp_path / "more.age"), today=BACK_DAY)
    assert anew.code == 0, anew.err
    assert "Closed here" not in anew.out
    assert "OPEN HERE, reopened since it was given back, and nothing since is in the" in " ".join(
        anew.out.split()
    )
    assert case_status(tmp_path / "lee.db", 1) == "active"
    taken = back(run, tmp_path / "more.age", tmp_path)
    assert taken.code == 0 and "hello" not in run("show 1 --all", today=BACK_DAY).out


def test_a_file_of_an_earlier_cover_answers_no_later_one(
    run: Run, lee: Lee, covered: Away, recipient: str, tmp_path: Path
) -> None:
    there(lee, "set 1 --urgency low --risk low --reason calm")
    first = covered("first.age")
    assert back(run, first, tmp_path).code == 0
    again = tmp_path / "again.age"
    went = ["cover", "1", "--until", "2026-12-18", "--to", "lee", "-o", str(again), "--recipient",
            recipient, *OVERRIDE]  # fmt: skip
    assert run("set 1 --risk imminent --reason 'said so'", today=BACK_DAY).code == 0
    assert run(went, today=BACK_DAY).code == 0
    taken = lee("receive", str(again), "--identity", str(tmp_path / "lee.key"), "--same", "1",
                today=BACK_DAY)  # fmt: skip
    assert taken.code == 0, taken.err
    assert lee("reached", "2", "still bad", today=BACK_DAY).code == 0
    before = run("history --json").out
    old = back(run, first, tmp_path, "--yes")
    assert (old.code, old.out) == (3, "")
    assert "first.age is of an earlier cover, taken in already" in old.err
    assert run("history --json").out == before
    assert "SAFETY" in run("list", today=BACK_DAY).out
    real = back(run, covered("second.age"), tmp_path)
    assert real.code == 0, real.err
    assert "1 contact" in real.out


@pytest.mark.parametrize("name", ["from", "to"])
def test_a_give_back_of_another_or_for_another_is_asked_about(
    run: Run, lee: Lee, covered: Away, tmp_path: Path, name: str
) -> None:
    from casectl.store.sealed import open_by_identity

    there(lee, "reached 1 'all well'")
    sealed = covered()
    made = json.loads(
        open_by_identity(sealed.read_bytes(), (tmp_path / "lee.key").read_text(), sealed)
    )
    made[name] = "bob"
    before = run("history --json").out
    words = ["cover", "--back", plain_file(tmp_path / "bob.json", made)]
    refused = run([*words, "--no-input"], today=BACK_DAY)
    assert (refused.code, refused.out) == (4, "") and "'bob'" in refused.err
    assert run("history --json").out == before
    assert run([*words, "--yes"], today=BACK_DAY).code == 0


def test_a_case_that_is_not_covered_is_named_and_left_out(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    run("intake 'Pavel Sample'")
    out, path = tmp_path / "cover.age", tmp_path / "back.age"
    sealed = ["--recipient", recipient, *OVERRIDE]
    run(["cover", "--until", "2026-11-27", "--to", "lee", "-o", str(out), *sealed])
    take(lee, out, tmp_path)
    lee("reached", "1", "all well")
    first = ["cover", "2", "--give-back", "--to", "kim", "-o", str(tmp_path / "first.age"), *sealed]
    assert lee(*first).code == 0
    assert back(run, tmp_path / "first.age", tmp_path).code == 0
    whole = ["cover", "1", "2", "--give-back", "--to", "kim", "-o", str(path), *sealed]
    assert lee(*whole).code == 0
    refused = back(run, path, tmp_path)
    assert refused.code == 3 and refused.err.count("\n") == 1
    assert "case 2 of" in refused.err and "--skip-bad takes in the rest" in refused.err
    taken = back(run, path, tmp_path, "--skip-bad")
    assert taken.code == 0 and "case 2" in taken.err
    assert "Maria Example (example-1): 1 contact." in taken.out


def test_one_that_was_closed_there_is_said_and_stays_open(
    run: Run, lee: Lee, covered: Away, tmp_path: Path
) -> None:
    there(lee, "close 1 --reason died --summary 'in hospital' --handed-to kim --yes")
    path = covered()
    taken = back(run, path, tmp_path)
    assert taken.code == 0, taken.err
    assert "CLOSED THERE, and open here: died on 2026-11-20: in hospital." in " ".join(
        taken.out.split()
    )
    assert case_status(tmp_path / "caseload.db", 1) == "active"


CAME_BACK = (
    "deadline 1 'court date' --on 2026-12-03 --kind court",
    "set 1 --urgency crisis --risk imminent --reason threat",
)
CLOSED_HERE = "close 1 --reason declined --summary 'moved' --handed-to lee --yes"


def test_what_comes_back_open_for_a_case_closed_here_is_not_lost(
    run: Run, lee: Lee, covered: Away, tmp_path: Path
) -> None:
    there(lee, *CAME_BACK)
    assert run(CLOSED_HERE, today=THEIR_DAY).code == 0
    path = covered()
    before = run("history --json").out
    refused = back(run, path, tmp_path, "--no-input")
    assert (refused.code, refused.out) == (4, "") and refused.err.count("\n") == 1
    assert "CLOSED HERE, and this came back open: deadline court date, the level" in refused.err
    assert "casectl reopen 1 first" in refused.err
    assert run("history --json").out == before
    hidden = back(run, path, tmp_path, "--no-input", "--private")
    assert hidden.code == 4 and "court date" not in hidden.err and "crisis" in hidden.err
    assert run("reopen 1 --reason 'court date' --risk low", today=BACK_DAY).code == 0
    taken = back(run, path, tmp_path, "--no-input")
    assert taken.code == 0, taken.err
    due = run("show 1", today=BACK_DAY).out
    assert "court date" in due and "SAFETY" in due


def test_what_is_taken_in_for_a_closed_case_all_the_same_is_said_to_be_owed_by_nobody(
    run: Run, lee: Lee, covered: Away, tmp_path: Path
) -> None:
    there(lee, *CAME_BACK, "reached 1 'all well'")
    assert run(CLOSED_HERE, today=THEIR_DAY).code == 0
    taken = back(run, covered(), tmp_path, "--yes")
    assert taken.code == 0, taken.err
    said = " ".join(taken.out.split())
    assert "CLOSED HERE, and this came back open: 1.4 court date, the level, crisis" in said
    assert "No case owes it until casectl reopen 1: you do, as me.1." in said
    own = run("show me --json", today=BACK_DAY).json["promises"]
    asked = "case 1 is closed, and came back with 1.4, 1.c2, a higher level"
    assert [each["what"].partition(":")[0] for each in own] == [asked]
    assert "me.1" in run("today --json", today=BACK_DAY).out
    assert run("doctor").code == 0
    assert run("undo --yes", today=BACK_DAY).code == 0
    assert run("show me --json", today=BACK_DAY).json["promises"] == []
    hidden = back(run, tmp_path / "back.age", tmp_path, "--yes", "--private").out
    assert "court date" not in hidden and "the level, crisis, a contact on" in hidden
    store = store_of(tmp_path / "caseload.db")
    case = store.cases.by_number(1)
    assert case is not None and case.risk == "moderate" and case.status == "closed"
    store.close()


REVIEWED = "set 1 --risk imminent --reason 'said so again'"
ASSESSED = "assess 1 --risk self-harm=imminent --risk-only --yes"


@pytest.mark.parametrize(
    ("done", "said"),
    [
        ("reached 1 'alive, very unsafe'", "a contact on 2026-11-20 (reached client)"),
        ("tried 1 'no answer'", "a contact on 2026-11-20 (tried client)"),
        (REVIEWED, "the level, crisis"),
        (ASSESSED, "the level, crisis"),
        (
            "set 1 --urgency medium --risk high --reason 'no crisis any more, and a threat'",
            "the level, high",
        ),
    ],
)
@pytest.mark.parametrize("closed_on", ["2026-11-19", THEIR_DAY])
def test_what_was_seen_of_a_client_after_the_case_was_closed_here_is_asked_about(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path, done: str, said: str,
    closed_on: str,
) -> None:  # fmt: skip
    """Somebody who is dead here was spoken to there: nothing of it is open, and it is not lost."""
    path = came_back_for_one_closed(run, lee, recipient, tmp_path, done, closed_on)
    before = run("history --json").out
    refused = back(run, path, tmp_path, "--no-input")
    assert (refused.code, refused.out) == (4, "") and refused.err.count("\n") == 1, refused.err
    assert f"is CLOSED HERE, and this came back: {said}" in refused.err
    assert "very unsafe" not in refused.err
    assert run("history --json").out == before
    taken = back(run, path, tmp_path, "--yes", "--json")
    assert taken.code == 0, taken.err
    (told,) = taken.json
    assert told["own_work"] == "me.1"
    assert told["since_closed"] == (["1.c2"] if "contact" in said else [])
    rows = run("today --json", today=BACK_DAY).json
    (owes,) = (row for row in rows if row["handle"] == "me")
    named = "1.c2" if "contact" in said else "its level confirmed"
    assert f"case 1 is closed, and came back with {named}: reopen it" in json.dumps(owes)


@pytest.mark.parametrize(
    ("done", "closed_on"),
    [
        ("reached 1 'all well'", "2026-11-21"),
        (REVIEWED, "2026-11-21"),
        ("set 1 --urgency low --risk low --reason calmer", "2026-11-19"),
        ("note 1 'a letter came'", "2026-11-19"),
    ],
)
def test_what_came_before_the_closing_or_is_no_danger_is_not_asked_about(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path, done: str, closed_on: str
) -> None:
    path = came_back_for_one_closed(run, lee, recipient, tmp_path, done, closed_on)
    taken = back(run, path, tmp_path, "--no-input")
    assert taken.code == 0, taken.err
    assert "CLOSED HERE" not in taken.out


def came_back_for_one_closed(
    run: Run, lee: Lee, recipient: str, tmp_path: Path, done: str, closed_on: str
) -> Path:
    """Case 1, in crisis, covered; what was done of it there on ``THEIR_DAY``, in a file."""
    assert run("set 1 --urgency crisis --risk imminent --reason threat").code == 0
    out, path = tmp_path / "cover.age", tmp_path / "back.age"
    sealed = ["--recipient", recipient, *OVERRIDE]
    run(["cover", "1", "--until", "2026-11-27", "--to", "lee", "-o", str(out), *sealed])
    take(lee, out, tmp_path)
    there(lee, done)
    closed = run("close 1 --reason died --yes", today=closed_on)
    assert closed.code == 0, closed.err
    gave = ["cover", "--give-back", "--to", "kim", "-o", str(path), *sealed]
    assert lee(*gave, today=BACK_DAY).code == 0
    return path


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: made["changed"].update({"h1": {"status": "done"}}),
        lambda made: made["changed"].update({"zz9": {"status": "done"}}),
        lambda made: made["changed"].update({"roi1": {"id": "x"}}),
        lambda made: made["changed"].update({"roi1": {"status": "fine"}}),
        lambda made: made["changed"].update({"roi1": {"body": {}}}),
        lambda made: made["changed"].update({"1": {"due_on": None}}),
        lambda made: made["client"].update(name=None),
        lambda made: made["client"].update(phone=["1"]),
        lambda made: made["client"].update(id="x"),
        lambda made: made["case"].update(status="closed"),
        lambda made: made["case"].update(urgency=7),
        lambda made: made["case"].update(handle="x-1"),
        lambda made: made["added"].pop("notes"),
        lambda made: made["added"]["contacts"].append(made["added"]["contacts"][0]),
        lambda made: made["added"]["contacts"][0].update(id="n1"),
        lambda made: made["added"]["contacts"][0].update(on_day="soon"),
        lambda made: made.update(closed=7),
        lambda made: made.pop("cover"),
        lambda made: made.update(cover=["x"]),
    ],
)
def test_a_spoilt_return_writes_nothing(
    run: Run,
    lee: Lee,
    covered: Away,
    tmp_path: Path,
    spoil: Callable[[dict[str, dict[str, object]]], object],
) -> None:
    from casectl.store.sealed import open_by_identity

    there(lee, "reached 1 'all well'")
    sealed = covered()
    made = json.loads(
        open_by_identity(sealed.read_bytes(), (tmp_path / "lee.key").read_text(), sealed)
    )
    spoil(made["cases"][0])
    before = run("history --json").out
    result = run(["cover", "--back", plain_file(tmp_path / "spoilt.json", made)], today=BACK_DAY)
    assert (result.code, result.out) == (2, ""), result.out
    assert result.err.count("\n") == 1 and len(result.err) < 300
    assert run("history --json").out == before


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"kind": "deadline", "subject": "call"}, "1: its kind is none that this casectl knows"),
        ({"kind": "follow_up", "subject": "x"}, "1: its kind is none that this casectl knows"),
        (
            {"kind": "deadline", "subject": "court", "lead_days": 999_999_999},
            "1: its days are more than 3650",
        ),
    ],
)
def test_a_promise_that_no_command_writes_is_refused(
    lee: Lee,
    document: dict[str, list[dict[str, list[dict[str, object]]]]],
    tmp_path: Path,
    odd: dict[str, object],
    said: str,
) -> None:
    document["cases"][0]["promises"][0].update(odd)
    result = lee("receive", plain_file(tmp_path / "odd.json", document))
    assert (result.code, result.out) == (2, ""), (result.out, result.err)
    assert f"case 1 there, {said}" in result.err and result.err.count("\n") == 1, result.err


@pytest.mark.parametrize(
    ("table", "name", "said"),
    [
        ("notes", "contact_id", "n1: it is the note of what is no contact"),
        ("notes", "addendum_to", "n1: it adds to what it cannot"),
        ("contacts", "corrects", "c1: it corrects what it cannot"),
    ],
)
def test_a_row_that_names_one_of_another_sort_is_refused(
    lee: Lee, document: dict[str, Any], tmp_path: Path, table: str, name: str, said: str
) -> None:
    (case,) = document["cases"]
    case[table][0][name] = next(e["id"] for e in case["casework"] if e["kind"] == "goal")
    result = lee("receive", plain_file(tmp_path / "odd.json", document), "--new")
    assert (result.code, result.out) == (2, ""), (result.out, result.err)
    assert f"case 1 there, {said}" in result.err and result.err.count("\n") == 1, result.err


ANYTHING: st.SearchStrategy[Any] = st.sampled_from(
    ("", None, "x", -5, 0, 1, 3, 10**9, 1.5, float("nan"), True, [], ["a"], [[]], {}, {"a": 1},
     [{"a": 1}], "2026-01-01", "2026-99-99", "9999-12-31", "\x1b[31mred", "\ud800", "open", "event",
     "2026-11-18T10:00:00Z", "crisis", [None], [{"number": 1, "status": "x"}])
)  # fmt: skip


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a document, with each key or place of it."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in pairs:
        yield value, name
        if isinstance(each, (dict, list)):
            yield from places(each)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_other_in_a_file_is_taken_in_whole_or_refused_in_a_line(
    lee: Lee, document: dict[str, Any], tmp_path: Path, data: st.DataObject
) -> None:
    made = copy.deepcopy(document)
    made["cases"][0]["casework"] += [
        {**copy.deepcopy(each), "id": f"whole-{n}"} for n, each in enumerate(WHOLE_PIECES)
    ]
    holder, name = data.draw(st.sampled_from(list(places(made["cases"]))))
    holder[name] = data.draw(ANYTHING)
    result = lee("receive", plain_file(tmp_path / "other.json", made), "--new")
    assert result.code in (0, 2), result.err
    if result.code == 0:
        number = lee("list", "--json").json[0]["case"]
        for command in (
            "today --all",
            "list",
            f"show {number} --all",
            "caseload",
            "doctor",
            "undo",
        ):
            done = lee(*command.split())
            assert done.code == 0, (command, done.err, name, holder[name])
    else:
        assert result.err.count("\n") == 1 and "\x1b" not in result.err, result.err
    assert lee("list", "--all", "--json").json == []


UNSEALED = "2026-11-20T10:00:00Z"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda c: c["changed"].update(n1={"text": "other"}), "n1: a note stays as it is"),
        (lambda c: c["changed"].update(n1={"signed_at": None}), "n1: a signature stays"),
        (lambda c: c["changed"].update(n2={"signed_at": UNSEALED}), "n2: a signature stays"),
        (lambda c: c["changed"].update(n2={"form": "soap"}), "n2: a note stays as it is"),
        (lambda c: c["changed"].update(c1={"text": "never"}), "c1: a contact stays as it is"),
        (lambda c: c["changed"].update(c1={"outcome": "tried"}), "c1: a contact stays as it is"),
        (lambda c: c["changed"].update(d1={"who": "Nobody"}), "d1: what was kept as disclosure"),
        (lambda c: c["changed"].update(am1={"what": "x"}), "am1: what was kept as amendment"),
        (lambda c: c["changed"].update(roi1={"who": "Paper"}), "roi1: a release that is signed"),
        (lambda c: c["changed"].update(roi1={"what": "all"}), "roi1: a release that is signed"),
        (lambda c: c["changed"].update(roi1={"body.purpose": "x"}), "roi1: a release that is si"),
        (
            lambda c: c["changed"].update(roi2={"status": "open", "ended_on": None}),
            "roi2: a release that has ended",
        ),
        (lambda c: c["changed"].update(roi3={"stage": ""}), "roi3: it is signed without a day"),
        (lambda c: c["changed"].update(roi3={"who": "Paper"}), "roi3: what a release is of stays"),
        (lambda c: c["changed"].update({"1": {"subject": "x"}}), "1: its kind is none"),
        (lambda c: c["changed"].update({"1": {"kind": "deadline"}}), "1: a promise stays of its"),
        (lambda c: c["changed"].update(den1={"body.log": 3}), "den1: its log is not what"),
        (lambda c: c["changed"].update(den1={"stage": "x"}), "den1: its stage is none"),
        (lambda c: c["changed"].update(r1={"level": 9}), "r1: its level is none from 0 to 4"),
        (lambda c: c["added"]["contacts"][0].update(corrects="c2"), "c2: it corrects what it"),
        (lambda c: c["added"]["contacts"][0].update(corrects="n1"), "c2: it corrects what it"),
        (lambda c: c["added"]["contacts"][0].update(corrects="zz"), "it names a row that is none"),
        (lambda c: c["added"]["notes"][0].update(addendum_to="n3"), "n3: it adds to what it"),
        (lambda c: c["added"]["notes"][0].update(contact_id="g1"), "n3: it is the note of what"),
        (lambda c: c["added"]["notes"][0].update(contact_id="n1"), "n3: it is the note of what"),
        (lambda c: c["added"]["notes"][0].update(contact_id="zz"), "it names a row that is none"),
        (lambda c: c["case"].update(status="on_hold"), "its status and the end of its hold"),
        (lambda c: c["case"].update(hold_until="2026-12-30"), "its status and the end of its hold"),
        (lambda c: c["case"].update(urgency=4, risk="imminent"), "its level and the day its cris"),
        (lambda c: c["case"].update(crisis_since="2026-11-18"), "its level and the day its crisi"),
        (lambda c: c["case"].update(flagged_on="2026-11-18"), "its level and the day its crisis"),
        (lambda c: c["client"].update(external_id="E-9"), "its external id is that of another"),
        (lambda c: c["client"].update(name=""), "case 1, the name is empty; ask lee to"),
        (lambda c: c["client"].update(name=" \u200b"), "case 1, the name is empty; ask lee to"),
        (lambda c: c["client"].update(name="x" * 3000), "case 1, the name is over 200 characters"),
        (lambda c: c["client"].update(name="x\0"), "case 1, the name holds a NUL character"),
        (lambda c: c["client"].update(name=7), "is damaged"),
    ],
)
def test_what_no_command_changes_no_return_does(
    run: Run,
    lee: Lee,
    maria: None,
    recipient: str,
    tmp_path: Path,
    spoil: Callable[[dict[str, dict[str, dict[str, object]]]], object],
    said: str,
) -> None:
    from casectl.store.sealed import open_by_identity

    for command in (
        "sign 1.n1",
        "note 1 'not signed'",
        "intake 'Pavel Sample' --external-id E-9 --new",
        f"consent add 1 --to 'Legal Aid' {RELEASE} --signed today",
        f"consent add 1 --to 'Example Pantry' {RELEASE} --signed today",
        f"consent add 1 --to 'Shelter Example' {RELEASE}",
        "consent revoke 1.roi2 'changed their mind'",
        "disclosures add 1 --to 'Legal Aid' --purpose referral --what 'name and need'",
        "amend 1.n1 'I prefer evenings'",
        "denial add 1 'rent help' --by 'County Example' --appeal-by 2027-01-10",
        "assess 1 --risk self-harm=low --on 2026-11-10 --yes",
    ):
        done = run(command)
        assert done.code == 0, (command, done.err)
    away, sealed = tmp_path / "cover.age", tmp_path / "back.age"
    words = ["--to", "lee", "-o", str(away), "--recipient", recipient, *OVERRIDE]
    assert run(["cover", "1", "--until", "2026-11-27", *words]).code == 0
    assert take(lee, away, tmp_path).code == 0
    there(lee, "reached 1 'all well'", "note 1 'as ever'")
    words = ["--to", "kim", "-o", str(sealed), "--recipient", recipient, *OVERRIDE]
    assert lee("cover", "--give-back", *words, today=BACK_DAY).code == 0
    made = json.loads(
        open_by_identity(sealed.read_bytes(), (tmp_path / "lee.key").read_text(), sealed)
    )
    spoil(made["cases"][0])
    before = run("history --json").out
    result = run(["cover", "--back", plain_file(tmp_path / "odd.json", made)], today=BACK_DAY)
    assert (result.code, result.out) == (2, ""), (result.out, result.err)
    assert said in result.err and result.err.count("\n") == 1, result.err
    assert run("history --json").out == before


def test_a_cover_of_everything_leaves_out_what_another_has(
    run: Run, maria: None, recipient: str, tmp_path: Path
) -> None:
    handed(run, tmp_path, recipient)
    run("intake 'Pavel Sample'")
    words = ["cover", "--until", "fri", "--to", "ann", "--recipient", recipient, *OVERRIDE]
    made = run([*words, "-o", str(tmp_path / "c.age")])
    assert made.out.startswith("1 case for ann")
    assert "example-1 is left out: on its way to lee." in made.err
    none = run([*words, "-o", str(tmp_path / "d.age")])
    assert none.code == 3 and "no open case that nobody else has" in none.err


def of_a_newer_casectl(path: Path, kind: str, stage: str) -> None:
    """A piece of case 1 that only a newer casectl knows."""
    from datetime import date

    from casectl.core.casework import Piece
    from casectl.store.casework import add

    store = store_of(path)
    case = store.cases.by_number(1)
    assert case is not None
    day = date(2026, 11, 18)
    with store.journal.operation("pet add") as operation:
        add(operation, Piece("", case.id, kind, 0, day, "a grey cat", stage=stage, due_on=day))
    store.close()


@pytest.mark.parametrize(("kind", "stage", "name"), [("pet", "", "pet1"), ("goal", "dream", "g2")])
@pytest.mark.parametrize("command", ["transfer 1", "cover 1 --until fri", "cover --until fri"])
def test_what_only_a_newer_casectl_knows_is_in_no_file(
    run: Run, maria: None, recipient: str, tmp_path: Path, kind: str, stage: str, name: str,
    command: str,
) -> None:  # fmt: skip
    """Nobody could read it, and it would be logged as told."""
    of_a_newer_casectl(tmp_path / "caseload.db", kind, stage)
    before, out = run("history --json").out, tmp_path / "out.age"
    sealed = ["--to", "lee", "-o", str(out), "--recipient", recipient, *OVERRIDE]
    refused = run([*command.split(), *sealed])
    assert (refused.code, refused.out) == (2, "") and refused.err.count("\n") == 1
    assert f"1.{name}: of a kind or stage that this casectl does not know" in refused.err
    assert "casectl doctor" in refused.err and "cat" not in refused.err
    assert not out.exists()
    assert run("history --json").out == before


def test_what_only_a_newer_casectl_knows_stays_where_the_rest_comes_back(
    run: Run, lee: Lee, covered: Away, tmp_path: Path
) -> None:
    of_a_newer_casectl(tmp_path / "caseload.db", "pet", "")
    there(lee, "reached 1 'all well'")
    taken = back(run, covered(), tmp_path)
    assert taken.code == 0, taken.err
    assert "1 contact" in taken.out and "a grey cat" in run("show 1 --json").out


def test_what_only_a_newer_casectl_knows_is_not_given_back(
    lee: Lee, covered: Away, recipient: str, tmp_path: Path
) -> None:
    of_a_newer_casectl(tmp_path / "lee.db", "pet", "")
    out = tmp_path / "again.age"
    gave = ["cover", "--give-back", "--to", "kim", "-o", str(out), "--recipient", recipient]
    refused = lee(*gave, *OVERRIDE, today=BACK_DAY)
    assert (refused.code, refused.out) == (2, "") and "1.pet1" in refused.err
    assert not out.exists()


def test_a_cover_of_years_is_refused(run: Run, maria: None, tmp_path: Path) -> None:
    path = tmp_path / "c.age"
    words = ["cover", "--to", "lee", "-o", str(path), *OVERRIDE, "--recipient", "age1oops"]
    refused = run([*words, "--until", "2031-01-01"])
    assert (refused.code, path.exists()) == (2, False)
    assert "a cover ends by Fri 19 Nov 2027, 366 days ahead; casectl transfer" in refused.err
    assert "is no age recipient" in run([*words, "--until", "2027-11-19"]).err


# -- what a file says is held to what may be typed -------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda c: c["contacts"][0].update(on_day="2027-01-01"), "c1: on day 2027-01-01 is still"),
        (lambda c: c["contacts"][0].update(on_day="0001-01-01"), "c1: on day 0001-01-01 is not fr"),
        (lambda c: c["notes"][0].update(on_day="2026-11-19"), "n1: on day 2026-11-19 is still"),
        (lambda c: c["case"].update(opened_on="2999-01-01"), "opened on 2999-01-01 is not from"),
        (lambda c: c["case"].update(level_reviewed_on="2027-01-01"), "level reviewed on 2027-01-0"),
        (
            lambda c: c["case"].update(risk="imminent", crisis_since="2027-01-01"),
            "crisis since 2027-01-01 is still ahead",
        ),
        (
            lambda c: c["case"].update(
                risk="imminent", crisis_since="2026-11-18", covered_until="2027-02-01"
            ),
            "covered until 2027-02-01 is more than 30 days ahead",
        ),
        (
            lambda c: c["case"].update(status="on_hold", hold_until="2031-01-01"),
            "hold until 2031-01-01 is more than 180 days ahead",
        ),
        (lambda c: c["casework"][0].update(on_day="2100-01-01"), "g1: "),
        (
            lambda c: c["promises"][0].update(due_on="2300-01-01"),
            "1: due on 2300-01-01 is not from",
        ),
    ],
)
def test_a_day_that_cannot_be_meant_is_refused_with_its_case_and_row(
    lee: Lee,
    document: dict[str, list[dict[str, object]]],
    tmp_path: Path,
    spoil: Callable[[dict[str, object]], object],
    said: str,
) -> None:
    if said == "g1: ":
        document["cases"][0]["casework"] = [
            each
            for each in document["cases"][0]["casework"]  # type: ignore[attr-defined]
            if each["kind"] == "need"
        ]
        said = "need1: on day 2100-01-01 is still ahead"
    spoil(document["cases"][0])
    for more in ([], ["--show"]):
        result = lee("receive", plain_file(tmp_path / "absurd.json", document), *more)
        assert (result.code, result.out) == (2, ""), result.out
        assert "case 1 there" in result.err and said in result.err, result.err
        assert "ask kim to correct that; nothing was taken in" in result.err
    assert lee("list", "--all", "--json").json == []


def piece(kind: str, **values: object) -> dict[str, object]:
    return {"id": "made", "number": 1, "kind": kind, "on_day": "2026-11-18", "status": "open",
            **values}  # fmt: skip


WHOLE_PIECES = [
    piece("goal", number=7, what="a room", due_on="2026-12-01", body={"words": "w", "moves": 1}),
    piece("assessment", number=7, status="done", body={"domains": {"housing": {"level": 2}}}),
    piece("risk", number=7, domain="overdose", level=2, body={"safety_plan": "call"}),
    piece("consent", number=7, what="name", who="Aid", due_on="2027-01-01", body={
        "discloser": "kim", "purpose": "x", "until": "2027-01-01", "told_rights": True,
        "signed_on": "2026-11-18", "signed_by": "Ada"}),
    piece("person", number=7, what="Otto", stage="family", body={"phone": "555 0100"}),
    piece("denial", number=7, what="rent", who="county", stage="denied", due_on="2026-12-01",
          body={"why": "late", "log": [{"did": "filed", "on": "2026-11-18"}]}),
]  # fmt: skip
ODD_PIECES = [
    (piece("goal", stage="x", due_on="2026-12-01"), "g1: its stage is none that this casectl"),
    (piece("person", stage="parrot", what="Otto"), "per1: its stage"),
    (piece("version", status="done"), "v1: its stage"),
    (piece("assessment", body={"domains": ["housing"]}), "a1: its domains"),
    (piece("assessment", body={"domains": {"housing": {"level": 9}}}), "a1: its domains"),
    (piece("consent", who="Aid", body={"purpose": "x", "until": -5}), "roi1: its until"),
    (piece("consent", who="Aid", body={"purpose": "x", "until": ["a"]}), "roi1: its until"),
    (piece("consent", body={"purpose": "x", "until": "2026-11-18T10:00:00Z"}), "roi1: its until"),
    (piece("consent", stage="event", body={"purpose": "x"}), "roi1: a release ends on a day or"),
    (piece("goal", what="x", body={"needs": 3}), "g1: its needs"),
    (piece("goal", what="x", body={"moves": "often"}), "g1: its moves"),
    (piece("goal", what="x", parent="made"), "g1: it belongs to itself"),
    (piece("screening", domain="phq9", body={"answers": 3}), "q1: its answers"),
    (piece("screening", domain="phq9", body={"parts": [3]}), "q1: its parts"),
    (piece("screening", domain="phq9", body={"version": "1"}), "q1: its range is missing"),
    (piece("risk", domain="overdose", level=9), "r1: its level is none from 0 to 4"),
    (piece("risk", level=2), "r1: what it is of is missing"),
    (piece("referral", stage="draft", body={"log": [{"did": "sent"}]}), "ref1: its log"),
    (piece("denial", stage="denied", body={"log": 7}), "den1: its log"),
    (piece("assessment", body={"domains": None}), "a1: it says nothing where it has to"),
    (piece("screening", domain="phq9", lead_days=999_999_999), "q1: its days are more than 3650"),
    (piece("goal", number=999_999_999), "g999999999: its number is higher than any"),
    (piece("closing", stage="notice", body={"notice": {}}), "cl1: its notice"),
    (piece("closing", stage="sign_off", body={"given": {"x": 1}}), "cl1: its given"),
]


@pytest.mark.parametrize(("odd", "said"), ODD_PIECES)
def test_a_piece_that_no_command_writes_is_refused_with_its_case_and_row(
    lee: Lee,
    document: dict[str, list[dict[str, list[object]]]],
    tmp_path: Path,
    odd: dict[str, object],
    said: str,
) -> None:
    document["cases"][0]["casework"] = [odd]
    result = lee("receive", plain_file(tmp_path / "odd.json", document))
    assert (result.code, result.out) == (2, ""), (result.out, result.err)
    assert f"case 1 there, {said}" in result.err and result.err.count("\n") == 1, result.err
    assert lee("list", "--all", "--json").json == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: c["promises"][0].update(due_time="soon"),
        lambda c: c["promises"][0].update(repeats="NOW AND THEN"),
        lambda c: c["contacts"][0].update(recorded_at="yesterday"),
        lambda c: c["client"].update(birth_date="long ago"),
        lambda c: c["casework"][0].update(status="lost"),
        lambda c: c["casework"][0].update(kind="handover", stage="taken"),
        lambda c: c["contacts"].append(c["contacts"][0]),
        lambda c: c["contacts"][0].update(corrects=c["contacts"][0]["id"]),
        lambda c: c["notes"][0].update(id=c["contacts"][0]["id"]),
    ],
)
def test_what_has_a_shape_has_it_in_a_file_too(
    lee: Lee,
    document: dict[str, list[dict[str, object]]],
    tmp_path: Path,
    spoil: Callable[[dict[str, object]], object],
) -> None:
    spoil(document["cases"][0])
    result = lee("receive", plain_file(tmp_path / "shapeless.json", document))
    assert (result.code, result.out) == (2, ""), result.out
    assert lee("list", "--all", "--json").json == []


def test_where_things_stand_is_worked_out_where_it_is_read(
    lee: Lee, document: dict[str, list[dict[str, object]]], tmp_path: Path
) -> None:
    document["cases"][0]["brief"] = ["Risk: none at all", "He likes tea"]
    path = plain_file(tmp_path / "told.json", document)
    for more in (["--show"], []):
        said = lee("receive", path, *more).out
        assert "Risk: moderate" in said and "Safe contact: after 6 pm, never text" in said
        before, _, beside = said.partition("kim wrote as well:")
        assert "Risk: none at all" in beside and "He likes tea" in beside
        assert "He likes tea" not in before


def test_the_last_word_is_somebodys(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    run("reached 1 'wants to move out'")
    run("set 1 --risk high --reason 'lost the flat'")
    run("hold 1 --until 'in 2 weeks' --reason 'is away'")
    run("reopen 1 --reason 'is back'")
    shown = take(lee, handed(run, tmp_path, recipient), tmp_path, "--show")
    assert "Last word: wants to move out" in shown.out


def test_reopening_what_another_has_says_who(
    run: Run, maria: None, recipient: str, tmp_path: Path
) -> None:
    handed(run, tmp_path, recipient)
    run("transfer accepted 1")
    words = "reopen 1 --reason 'she called me' --risk low"
    refused = run(words)
    assert refused.code == 4
    assert "lee has example-1 since Wed 18 Nov 2026; they hand it back" in refused.err
    assert case_status(tmp_path / "caseload.db", 1) == "closed"
    assert run(f"{words} --yes").code == 0


def test_a_receipt_is_undone_whole_with_its_disclosures_and_signatures(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    for command in (
        f"consent add 1 --to 'Legal Aid' {RELEASE} --signed today",
        "consent revoke 1.roi1 'no'",
        "disclosures add 1 --to 'Legal Aid' --purpose x --what y --override 'asked'",
        "sign 1.n1",
    ):
        result = run(command)
        assert result.code == 0, (command, result.err)
    path = handed(run, tmp_path, recipient)
    for _ in range(2):
        assert take(lee, path, tmp_path).code == 0
        undone = lee("undo")
        assert undone.code == 0, undone.err
        assert lee("list", "--all", "--json").json == []
    assert lee("redo").code == 0 and lee("undo").code == 0
    assert lee("doctor").code == 0
    take(lee, path, tmp_path)
    (case,) = (str(each["case"]) for each in lee("list", "--json").json)
    assert lee("reached", case, "hello").code == 0
    number = lee("history", "--json").json[1]["operation"]
    refused = lee("undo", str(number), "--yes")
    assert refused.code == 1 and "later records depend on it" in refused.err
    # What was told here after the receipt is no copy, and stays.
    lee("disclosures", "add", case, "--to", "x", "--purpose", "y", "--what", "z", *OVERRIDE)
    assert "cannot be taken back" in lee("undo").err


def test_a_receipt_is_undone_whatever_the_numbers_of_what_belongs_together(
    lee: Lee, document: dict[str, Any], tmp_path: Path
) -> None:
    """A step may have a lower number than its goal: each kind is numbered by itself."""
    goal = next(e for e in document["cases"][0]["casework"] if e["kind"] == "goal")
    goal["number"] = 3
    path = plain_file(tmp_path / "third.json", document)
    for _ in range(2):
        assert lee("receive", path, "--new").code == 0
        undone = lee("undo")
        assert undone.code == 0, undone.err
        assert lee("list", "--all", "--json").json == []
    assert lee("redo").code == 0 and lee("doctor").code == 0
    (case,) = (str(each["case"]) for each in lee("list", "--json").json)
    assert lee("undo").code == 0 and lee("redo").code == 0
    assert lee(*shlex.split(f"step add {case} 'ring them' --due fri --goal 3")).code == 0
    number = lee("history", "--json").json[1]["operation"]
    refused = lee("undo", str(number), "--yes")
    assert refused.code == 1 and "later records depend on it" in refused.err


def test_a_client_on_file_learns_from_the_file_and_nothing_of_it_is_lost(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    lee("intake", "Maria Example", "--dob", "1990-02-03", "--phone", "555 0100", "--safe-contact",
        "mornings")  # fmt: skip
    run("edit 1 --address '9 Elm St'")
    path = handed(run, tmp_path, recipient)
    taken = take(lee, path, tmp_path, "--same", "1")
    assert taken.code == 0, taken.err
    said = " ".join(taken.out.split())
    assert "example-2: filled in from the file: safe contact, address." in said
    assert "example-2: here it says otherwise, so noted on the case: phone 555 0142" in said
    store = store_of(tmp_path / "lee.db")
    case = store.cases.by_number(2)
    assert case is not None
    file = store.cases.file(case)
    assert file.client.safe_contact == "mornings; also: after 6 pm, never text"
    assert any("Not kept: phone 555 0142" in each.text for each in file.notes)
    store.close()
    assert lee("undo").code == 0
    assert lee("show", "1", "--json").json["safe_contact"] == "mornings"


def test_what_the_client_revoked_in_the_record_that_came_is_said(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    lee("intake", "Maria Example", "--dob", "1990-02-03")
    signed = shlex.split(f"consent add 1 --to 'Legal Aid' {RELEASE} --signed 2026-11-17")
    assert (run(signed).code, lee(*signed).code) == (0, 0)
    assert run("consent revoke 1.roi1 'no'").code == 0
    taken = take(lee, handed(run, tmp_path, recipient), tmp_path, "--same", "1")
    assert taken.code == 0, taken.err
    said = "REVOKED as 2.roi1, and 1.roi1 for the same still stands: casectl consent revoke 1.roi1"
    assert said in " ".join(taken.out.split())


def test_two_encrypted_caseloads_and_a_household(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case of somebody around the client is theirs there as well, where it goes along."""

    def of(name: str, *words: str, today: str = "2026-11-18") -> Result:
        with monkeypatch.context() as patch:
            patch.setenv("CASECTL_WORKER", name)
            patch.setenv("CASECTL_DB", str(tmp_path / f"{name}.db"))
            patch.setenv("CASECTL_KEY_FILE", str(tmp_path / f"{name}.key"))
            result = run(list(words), today=today)
            assert result.code == 0, (words, result.err)
            return result

    out, back_path = tmp_path / "cover.age", tmp_path / "back.age"
    own = {}
    for name in ("kim", "ann"):
        of(name, "init", "--key-file", str(tmp_path / f"{name}.key"))
        made = of(name, "receive", "--new-identity", str(tmp_path / f"{name}.age"))
        own[name] = made.out.split()[-1]
    of("kim", "intake", "Rosa Example")
    of("kim", "intake", "Otto Example")
    of("kim", "people", "add", "1", "Otto Example", "--as", "family", "--household", "--case", "2")
    of("ann", "intake", "Somebody Else")
    of("kim", "cover", "--until", "2026-11-27", "--to", "ann", "-o", str(out), "--recipient",
       own["ann"], *OVERRIDE)  # fmt: skip
    of("ann", "receive", str(out), "--identity", str(tmp_path / "ann.age"))
    assert of("ann", "people", "show", "2", "--json").json[0]["their_case"] == 3
    of("ann", "people", "add", "3", "Rosa Example", "--as", "family", "--case", "2")
    of("ann", "people", "add", "3", "Somebody", "--as", "family", "--case", "1")
    of("ann", "cover", "--give-back", "--to", "kim", "-o", str(back_path), "--recipient",
       own["kim"], *OVERRIDE, today=BACK_DAY)  # fmt: skip
    of("kim", "cover", "--back", str(back_path), "--identity", str(tmp_path / "kim.age"),
       today=BACK_DAY)  # fmt: skip
    people = {e["what"]: e["their_case"] for e in of("kim", "people", "show", "2", "--json").json}
    assert people == {"Rosa Example": 1, "Somebody": None}
    for name in ("kim", "ann"):
        assert b"Example" not in (tmp_path / f"{name}.db").read_bytes()
        of(name, "doctor")


def test_two_cases_of_one_client_stay_one_clients(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    assert run("intake 'Maria Example' --same 1").code == 0
    run("intake 'Pavel Sample'")
    out = tmp_path / "cover.age"
    sealed = ["--recipient", recipient, *OVERRIDE]
    run(["cover", "--until", "2026-11-27", "--to", "lee", "-o", str(out), *sealed])
    assert take(lee, out, tmp_path).code == 0
    store = store_of(tmp_path / "lee.db")
    first, second, third = (store.cases.by_number(number) for number in (1, 2, 3))
    assert first is not None and second is not None and third is not None
    assert first.client_id == second.client_id != third.client_id
    store.close()
    there(lee, "edit 2 --phone '555 0199'")
    path = tmp_path / "back.age"
    assert lee("cover", "--give-back", "--to", "kim", "-o", str(path), *sealed).code == 0
    taken = back(run, path, tmp_path)
    assert "BOTH CHANGED" not in taken.out, taken.out
    assert run("show 1 --json").json["phone"] == "555 0199"
    assert lee("doctor").code == 0


def test_what_both_changed_of_a_client_of_two_cases_is_answered_once(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path
) -> None:
    assert run("intake 'Maria Example' --same 1").code == 0
    out, path = tmp_path / "cover.age", tmp_path / "back.age"
    sealed = ["--recipient", recipient, *OVERRIDE]
    run(["cover", "--until", "2026-11-27", "--to", "lee", "-o", str(out), *sealed])
    assert take(lee, out, tmp_path).code == 0
    there(lee, "edit 1 --safe-contact 'mornings only'")
    assert run("edit 1 --safe-contact 'never text'", today=THEIR_DAY).code == 0
    gave = ["cover", "--give-back", "--to", "kim", "-o", str(path), *sealed]
    assert lee(*gave, today=BACK_DAY).code == 0
    taken = back(run, path, tmp_path)
    assert taken.code == 0, taken.err
    assert taken.out.count("BOTH CHANGED") == 1
    shown = run("show 2 --json", today=BACK_DAY).json
    assert shown["safe_contact"] == "never text; also: mornings only"


@pytest.mark.parametrize("order", [("1", "2"), ("2", "1")])
def test_what_changed_between_two_covers_of_a_client_is_not_written_over_unasked(
    run: Run, lee: Lee, maria: None, recipient: str, tmp_path: Path, order: tuple[str, str]
) -> None:
    """Of the later cover alone it would be new there only; of the earlier one both changed it."""
    assert run("intake 'Maria Example' --same 1").code == 0
    sealed = ["--recipient", recipient, *OVERRIDE]
    for number, name in zip(order, ("first", "second"), strict=True):
        out = tmp_path / f"{name}.age"
        words = ["cover", number, "--until", "2026-11-27", "--to", "lee", "-o", str(out)]
        assert run([*words, *sealed]).code == 0
        joined = ("--same", "1") if name == "second" else ()
        assert take(lee, out, tmp_path, *joined).code == 0
        if name == "first":
            assert run("edit 1 --phone '555 4444'").code == 0
    there(lee, "edit 1 --phone '555 5555'")
    path = tmp_path / "back.age"
    gave = ["cover", "--give-back", "--to", "kim", "-o", str(path), *sealed]
    assert lee(*gave, today=BACK_DAY).code == 0
    taken = back(run, path, tmp_path)
    assert taken.code == 0, taken.err
    said = " ".join(taken.out.split())
    assert said.count("BOTH CHANGED phone: here '555 4444', there '555 5555'") == 1
    assert run("show 2 --json", today=BACK_DAY).json["phone"] == "555 4444"


def test_what_a_file_holds_is_read_while_nobody_else_writes(
    run: Run, lee: Lee, covered: Away, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what is recorded while a passphrase is asked would be in no file, and lost."""
    from casectl import handing
    from casectl.commands import cover

    packed, within = handing.packed, []

    def watched(session: Session, *rest: object, **named: object) -> bytes:
        within.append(session.store.db.value("SELECT count(*) FROM current_operation"))
        return packed(session, *rest, **named)  # type: ignore[arg-type]

    for module in (handing, cover):
        monkeypatch.setattr(module, "packed", watched)
    path = covered()
    assert back(run, path, tmp_path).code == 0
    sealed = ["--recipient", another_identity(lee, tmp_path), *OVERRIDE]
    for words in (["transfer", "1"], ["cover", "1", "--until", "fri"]):
        out = str(tmp_path / f"later-{words[0]}.age")
        assert run([*words, "--to", "lee", "-o", out, *sealed]).code == 0
        run("transfer withdrawn 1 --reason x")
    assert within == [1, 1, 1]


def another_identity(lee: Lee, tmp_path: Path) -> str:
    return lee("receive", "--new-identity", str(tmp_path / "other.key")).out.split()[-1]
