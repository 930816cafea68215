"""transfer, cover and receive: a case goes to a colleague, and nobody is left without somebody."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from conftest import Result, Run

from casectl.core.model import Author
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
    path = handed(run, tmp_path, recipient)
    assert take(lee, path, tmp_path).code == 0
    said = lee("show", "1", "--json").out
    assert "make your own first contact" in said
    assert lee("reached", "1", "introduced myself", today="2026-11-19").code == 0
    assert "make your own first contact" not in lee("show", "1", "--json", today="2026-11-19").out
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


@pytest.mark.parametrize("name", ["nobody", "Nobody", "none", "-", "n/a", "kim", "KIM", "", "  "])
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
    assert "Maria Example (example-1): 1 contact, 1 note, 1 promise ended, 1 promise made." in (
        taken.out
    )
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
