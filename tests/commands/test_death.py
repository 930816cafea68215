"""A closing as died that waits for its sign-off, where its case moves, or its client lives."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Result, Run

from casectl import cli

OVERRIDE = ["--override", "within the program"]
QUIET = "--new --no-input"
Lee = Callable[..., Result]


@pytest.fixture(autouse=True)
def died(run: Run, caseload: None, tmp_path: Path) -> None:
    """1 waits to be signed off as died, in a program that asks for it; 2 is the client's too."""
    (tmp_path / "ours.toml").write_text(
        'title = "Ours"\nabout = "a test"\n\n[closing]\nsign_off = true\n', "utf-8"
    )
    (tmp_path / "config.toml").write_text(f'profile = "{tmp_path}/ours.toml"\n', "utf-8")
    for name in ("Maria Example", "Maria Exampel"):
        ok(run(f"intake '{name}' --urgency crisis --risk low --on 2026-11-02 {QUIET}"))
    ok(run("merge 1 2 --yes"))
    ok(run("close 1 --reason died --yes"))


@pytest.fixture
def lee(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lee:
    """A colleague with a caseload and an identity of their own."""

    def lee(words: str, **known: object) -> Result:
        with monkeypatch.context() as patch:
            patch.setenv("CASECTL_WORKER", "lee")
            patch.setenv("CASECTL_DB", str(tmp_path / "lee.db"))
            return run(words, **known)

    ok(lee("init --unencrypted"))
    return lee


@pytest.fixture
def recipient(lee: Lee, tmp_path: Path) -> str:
    return ok(lee(f"receive --new-identity {tmp_path}/lee.key")).out.split()[-1]


def ok(result: Result) -> Result:
    assert result.code == 0, result.err
    return result


def owed(run: Run, number: int) -> set[str]:
    return {each["item"] for each in run(f"show {number} --json").json["due"]}


MOVES = (
    "transfer 1 --to lee -o {path} --recipient {key} --override same",
    "cover 1 --until 2026-11-27 --to lee -o {path} --recipient {key} --override same",
    "close 1 --reason duplicate --into 2 --signed-off-by 'Lee Lead' --yes",
)


@pytest.mark.parametrize("command", MOVES)
def test_a_case_does_not_move_while_a_death_waits(
    run: Run, recipient: str, tmp_path: Path, command: str
) -> None:
    path = tmp_path / "away.age"
    words = command.format(path=path, key=recipient)
    for _ in ("silent", "contradicted"):
        refused = run(words)
        assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
        assert "waits for its sign-off as died (1.cl1)" in refused.err
        assert "casectl close 1 --signed-off-by NAME" in refused.err
        assert "--take-back REASON" in refused.err
        assert not path.exists()
        assert "1.cl1" in owed(run, 1)
        ok(run("reached 1 'alive'"))
    ok(run("close 1 --take-back 'another Maria'"))
    if "duplicate" not in words:
        ok(run(words))
        assert path.exists()
    else:  # a crisis asks for more than a sign-off
        assert "died" not in run(words).err


def test_the_cover_of_every_case_leaves_out_where_a_death_waits(
    run: Run, recipient: str, tmp_path: Path
) -> None:
    words = shlex.split(f"cover --until 2026-11-27 --to lee -o {tmp_path}/c.age")
    made = ok(run([*words, "--recipient", recipient, *OVERRIDE]))
    assert "example-1 is left out: its closing waits for the sign-off." in made.err
    assert made.out.startswith("1 case for lee")


def test_a_hand_over_is_not_accepted_while_a_death_waits(
    run: Run, recipient: str, tmp_path: Path
) -> None:
    ok(run("close 1 --take-back 'another Maria'"))
    words = MOVES[0].format(path=tmp_path / "away.age", key=recipient)
    ok(run(words))
    ok(run("close 1 --reason died --yes"))
    refused = run("transfer accepted 1")
    assert refused.code == 2 and "waits for its sign-off as died (1.cl2)" in refused.err
    assert {"1.cl2", "1.h1"} <= owed(run, 1)


@pytest.mark.parametrize("status", ["active", "on hold", "pending"])
def test_no_case_goes_on_in_one_whose_death_waits(run: Run, status: str) -> None:
    """Nobody would be asked to reach the client any longer."""
    number = 2
    if status == "on hold":
        ok(run("hold 2 --until 2026-12-01 --reason 'in hospital'"))
    if status == "pending":
        number = 3
        ok(run(f"intake 'Mary Example' --pending --on 2026-11-02 {QUIET}"))
        ok(run("merge 1 3 --yes"))
    before = owed(run, number)
    command = f"close {number} --reason duplicate --into 1 --signed-off-by 'Lee Lead' --yes"
    refused = run(command)
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "example-1 waits for its sign-off as died (1.cl1)" in refused.err
    assert owed(run, number) == before
    ok(run("close 1 --take-back 'another Maria'"))
    assert "died" not in run(command).err


@pytest.mark.parametrize(
    "command",
    [
        "reached 1 'alive'", "contact 1 --outcome tried", "again 1 --yes",
        "set 1 --risk imminent --reason r", "screen 1 phq9 3,3,3,3,3,3,3,3,3",
        "assess 1 --risk self-harm=high --yes",
    ],
)  # fmt: skip
def test_what_is_recorded_of_a_client_says_that_they_wait_as_died(run: Run, command: str) -> None:
    ok(run("tried 2"))
    if command.startswith("again"):
        command += " --like 2"
    said = "1.cl1 waits for the sign-off as died: if they live, casectl close 1 --take-back REASON."
    assert ok(run(command)).out.count(said) == 1
    other = command.replace("phq9 3,3,3,3,3,3,3,3,3", "gad7 3,3,3,3,3,3,3")
    private = ok(run(f"--private {other}")).out
    assert "1.cl1 waits for the sign-off: if they live" in private and "died" not in private
    assert "sign-off" not in ok(run(command.replace(" 1", " 2", 1))).out
    ok(run("close 1 --take-back 'another Maria'"))
    assert "sign-off" not in ok(run(command)).out


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """From now on it is that day, and that hour in UTC."""
    known = cli.clock

    def at(day: str, hour: str) -> None:
        monkeypatch.setenv("CASECTL_TODAY", day)
        monkeypatch.setattr(cli, "clock", lambda: known()._replace(moment=f"{day}T{hour}:00Z"))

    return at


@pytest.mark.parametrize(
    ("who", "before", "after"),
    [("run", False, True), ("lee", False, True), ("run", True, False), ("run", False, False)],
)
def test_who_was_reached_after_a_colleague_wrote_down_their_death_is_owed_everything(
    run: Run, lee: Lee, recipient: str, tmp_path: Path, at: Callable[[str, str], None],
    who: str, before: bool, after: bool,
) -> None:  # fmt: skip
    """``who`` reached them before the other side wrote that down, after it, or not at all."""
    ok(run("close 1 --take-back 'another Maria'"))
    seal, identity = f"--recipient {recipient} --override same", f"--identity {tmp_path}/lee.key"
    ok(run(f"cover 1 --until 2026-11-27 --to lee -o {tmp_path}/c.age {seal}"))
    ok(lee(f"receive {tmp_path}/c.age {identity}"))
    reaches, closes = (run, lee) if who == "run" else (lee, run)
    at("2026-11-20", "09:00")
    if before:
        ok(reaches("reached 1 'as always'"))
    at("2026-11-20", "10:00")
    ok(closes("close 1 --reason died --yes"))
    at("2026-11-20", "11:00")
    if after:
        ok(reaches("reached 1 'alive'"))
    at("2026-11-24", "09:00")
    ok(lee(f"cover --give-back --to kim -o {tmp_path}/b.age {seal}"))
    taken = " ".join(ok(run(f"cover --back {tmp_path}/b.age {identity}")).out.split())
    said = "reached them on 2026-11-20, after it"
    assert (said in taken and "Both stand." in taken) is after
    assert ("1.safety" in owed(run, 1)) is after
    assert "1.cl2" in owed(run, 1)
    rows = run("today --all --json").json
    items = {each["item"] for row in rows if row["case"] == 1 for each in row["reasons"]}
    assert ("1.safety" in items) is after
    assert run("doctor").code == 0
