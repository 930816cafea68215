"""Encrypted caseloads: made, locked and unlocked, their key changed, and back to plain."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import Run

from casectl.core.errors import CasectlError, Locked
from casectl.core.keys import WrongPassphrase, code_in_groups
from casectl.session import Session
from casectl.store import connection, keyring, slots
from casectl.store.backup import Backups
from casectl.store.caseload import UNFINISHED
from casectl.store.connection import PLAIN, Database, connect
from casectl.store.keys import read_key_file

PASSPHRASE = "correct horse battery staple"
OTHER = "seven quiet herons wading"
NAME = "Zebedee Quillfeather"


class Kept:
    """A login keyring that forgets with the test."""

    def __init__(self) -> None:
        self.keys: dict[str, list[bytes]] = {}
        self.there = True

    def available(self) -> bool:
        return self.there

    def put(self, name: str, keys: Sequence[bytes], seconds: int = 0) -> None:
        self.keys[name] = list(keys)

    def get(self, name: str) -> list[bytes] | None:
        return self.keys.get(name)

    def forget(self, name: str) -> bool:
        return self.keys.pop(name, None) is not None


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    ours = Kept()
    for name in ("available", "put", "get", "forget"):
        monkeypatch.setattr(keyring, name, getattr(ours, name))
    return ours


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrase slots without scrypt, which takes a second each time; test_slots has the real."""

    def put(folder: Path, keys: Sequence[bytes], passphrase: str) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        lines = [passphrase, *(key.hex() for key in keys)]
        (folder / slots.PASSPHRASE).write_text("\n".join(lines), encoding="utf-8")

    def get(folder: Path, passphrase: str) -> list[bytes]:
        kept, *keys = (folder / slots.PASSPHRASE).read_text(encoding="utf-8").split("\n")
        if kept != passphrase:
            raise WrongPassphrase("the passphrase is wrong")
        return [bytes.fromhex(key) for key in keys]

    monkeypatch.setattr(slots, "add_passphrase", put)
    monkeypatch.setattr(slots, "rewrap_passphrase", put)
    monkeypatch.setattr(slots, "open_passphrase", get)


@pytest.fixture
def code(monkeypatch: pytest.MonkeyPatch) -> str:
    """A recovery code that the test knows beforehand."""
    made = slots.new_code()
    monkeypatch.setattr(slots, "new_code", lambda: made)
    return made


@pytest.fixture
def by_passphrase(
    run: Run, quick: None, code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Path:
    """A caseload that a passphrase opens, unlocked, with one client."""
    monkeypatch.delenv("CASECTL_KEY_FILE")
    made = run("init", answers=[PASSPHRASE, PASSPHRASE, code[-6:]])
    assert made.code == 0, made.err
    assert run(["intake", NAME, "--next", "call", "--due", "fri"]).code == 0
    return tmp_path / "caseload.db"


# --- A key file that is not there -----------------------------------------------------------


def test_a_key_file_that_went_away_is_told_with_the_way_out(
    run: Run, by_passphrase: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone.key"
    assert run(f"config set key_file {gone}").code == 0
    refused = run("today")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == (
        f"casectl: key_file ({tmp_path / 'config.toml'}) names {gone}, which is not there; put it "
        "back from its copy, or name another: casectl config set key_file FILE; casectl config "
        "unset key_file, and the passphrase opens it\n"
    )
    monkeypatch.setenv("CASECTL_KEY_FILE", str(gone))
    refused = run("today")
    assert f"CASECTL_KEY_FILE names {gone}, which is not there" in refused.err
    assert "unset CASECTL_KEY_FILE, and the passphrase opens it" in refused.err


def test_a_person_is_asked_for_the_passphrase_instead(
    run: Run, by_passphrase: Path, tmp_path: Path
) -> None:
    run(f"config set key_file {tmp_path / 'gone.key'}")
    opened = run("today", answers=[PASSPHRASE])
    assert opened.code == 0, opened.err
    assert "which is not there" in opened.err
    assert "call" in opened.out
    assert "casectl unlock" not in opened.err


@pytest.mark.parametrize("by_variable", [True, False])
def test_doctor_fails_where_a_key_file_is_not_there(
    run: Run, by_passphrase: Path, tmp_path: Path, by_variable: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    gone = str(tmp_path / "gone.key")
    if by_variable:
        monkeypatch.setenv("CASECTL_KEY_FILE", gone)
    else:
        run(f"config set key_file {gone}")
    for answers in (None, [PASSPHRASE]):
        looked = run("doctor --json", answers=answers)
        assert looked.code == 1
        failed = [each for each in looked.json if each["state"] == "FAIL"]
        assert any(gone in each["detail"] and "not there" in each["detail"] for each in failed)


def test_unlocking_what_a_key_file_alone_opens(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init")
    monkeypatch.delenv("CASECTL_KEY_FILE")
    nobody: list[str] = []
    for answers in (None, nobody):
        refused = run("unlock", answers=answers)
        assert (refused.code, refused.out) == (1, "")
        assert refused.err.startswith(f"casectl: {tmp_path / 'caseload.db'} has neither")
        assert "casectl config set key_file FILE names it" in refused.err


def test_intake_offers_no_second_caseload_for_a_lost_key(
    run: Run, by_passphrase: Path, tmp_path: Path
) -> None:
    run(f"config set key_file {tmp_path / 'gone.key'}")
    assert "Create it?" not in run("intake 'Bo Sample'", answers=["y"]).err


def test_a_key_file_for_cron(run: Run, by_passphrase: Path, tmp_path: Path) -> None:
    file = tmp_path / "keys" / "my cron.key"
    refused = run(["key", "file", str(file)])
    assert (refused.code, refused.out) == (1, "")
    assert "add --yes" in refused.err
    assert not file.exists()
    made = run(["key", "file", str(file)], answers=["y"])
    assert made.code == 0, made.err
    assert f"Next: casectl config set key_file '{file}'" in " ".join(made.out.split())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run(["key", "file", str(file), "--yes"]).code == 0, "the same key, again"
    assert run(["config", "set", "key_file", str(file)]).code == 0
    assert run("lock").code == 0
    assert run("today --no-input").code == 0
    (tmp_path / "other.key").write_text(f"{bytes(32).hex()}\n")
    (tmp_path / "other.key").chmod(0o600)
    other = run(f"key file {tmp_path / 'other.key'} --yes")
    assert other.code == 1
    assert "holds the key of another caseload" in other.err
    assert run(f"key file {by_passphrase}.keys/k --yes").code == 1, "not among the slots"


# --- Made -----------------------------------------------------------------------------------


def test_a_script_says_how_it_is_protected(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CASECTL_KEY_FILE")
    refused = run("init")
    assert refused.code == 2
    assert "--key-file FILE" in refused.err
    assert "--unencrypted" in refused.err
    assert not list(tmp_path.glob("caseload*"))


def test_a_key_file_is_made_without_a_question(run: Run, tmp_path: Path) -> None:
    assert run(f"init --key-file {tmp_path / 'my.key'}").code == 0
    assert stat.S_IMODE((tmp_path / "my.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "caseload.db.keys").stat().st_mode) == 0o700
    content = (tmp_path / "caseload.db").read_bytes()
    assert not content.startswith(PLAIN)


def test_nothing_of_a_client_is_readable_in_the_file(run: Run, tmp_path: Path) -> None:
    run("init")
    run(["intake", NAME, "--phone", "555-0199", "--next", "call the aunt", "--due", "fri"])
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"Quillfeather" not in content, path
            assert b"quillfeather" not in content, path
            assert b"555-0199" not in content, path


def test_unencrypted_says_what_that_means(run: Run, tmp_path: Path) -> None:
    made = run("init --unencrypted")
    assert "It is not encrypted: whoever gets the file reads it" in made.out
    assert (tmp_path / "caseload.db").read_bytes().startswith(PLAIN)
    assert not (tmp_path / "caseload.db.keys").exists()
    assert run(f"init --unencrypted --key-file {tmp_path / 'k'}").code in (1, 2)


def test_a_person_gets_a_passphrase_and_a_code(by_passphrase: Path, run: Run, code: str) -> None:
    assert [each["opens_with"] for each in run("key slots --json").json] == [
        "passphrase", "recovery code", "nothing asked",
    ]  # fmt: skip
    assert NAME in run("today").out
    assert not by_passphrase.read_bytes().startswith(PLAIN)


def test_a_code_that_was_not_written_down_makes_nothing(
    run: Run, quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CASECTL_KEY_FILE")
    made = run("init", answers=[PASSPHRASE, PASSPHRASE, "no", "no", "no", "no"])
    assert made.code == 1
    assert "nothing was written" in made.err
    assert not list(tmp_path.glob("caseload*"))


def test_a_code_is_shown_in_groups_and_asked_back_until_it_is_right(
    run: Run, quick: None, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The passphrase that was chosen is not thrown away with three slips of the pen."""
    monkeypatch.delenv("CASECTL_KEY_FILE")
    wrong = ["no", "", "no", "no"]
    made = run(
        "init", answers=[PASSPHRASE, PASSPHRASE, *wrong, f"{code[-6:-2]} {code[-2:]}".lower()]
    )
    assert made.code == 0, made.err
    shown = [line.strip() for line in made.err.splitlines() if line.startswith("    ")]
    assert "".join("".join(shown).split()) == code * 2
    assert all(len(group) <= 4 for line in shown if "AGE" not in line for group in line.split())


def test_a_code_is_typed_as_it_stands_on_paper(by_passphrase: Path, run: Run, code: str) -> None:
    """The beginning on a line of its own, then groups, and never seen."""
    run("lock")
    lines = code_in_groups(code)
    assert len(lines) == 4
    asked = run("today", answers=lines)
    assert NAME in asked.out, asked.err
    recovered = run("key recover", answers=[*lines, OTHER, OTHER])
    assert recovered.code == 0, recovered.err


def test_two_that_differ_and_one_easily_guessed_are_asked_again(
    run: Run, quick: None, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASECTL_KEY_FILE")
    answers = ["hunter2", PASSPHRASE, OTHER, PASSPHRASE, PASSPHRASE, code[-6:]]
    made = run("init", answers=answers)
    assert made.code == 0, made.err
    assert "at least 15 characters" in made.err
    assert "not the same" in made.err
    assert PASSPHRASE not in made.out + made.err


def test_slots_of_an_earlier_caseload_are_never_written_over(by_passphrase: Path, run: Run) -> None:
    by_passphrase.unlink()
    before = (by_passphrase.with_name("caseload.db.keys") / slots.PASSPHRASE).read_bytes()
    again = run("init", answers=[PASSPHRASE] * 4)
    assert again.code == 1
    assert "is an earlier caseload's, which was encrypted" in again.err
    assert f"mv {by_passphrase}.keys {by_passphrase}.keys.old" in again.err
    assert run("init --unencrypted").code == 1, "nothing could be written into it"
    assert (by_passphrase.with_name("caseload.db.keys") / slots.PASSPHRASE).read_bytes() == before


def test_nothing_is_on_the_disk_before_the_last_answer(
    run: Run, quick: None, code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """So an init that is killed while it asks leaves nothing in the way of the next."""
    monkeypatch.delenv("CASECTL_KEY_FILE")
    ask = Session.ask
    seen: list[list[str]] = []

    def looked(session: Session, question: str) -> str:
        seen.append([each.name for each in tmp_path.iterdir() if "caseload" in each.name])
        return ask(session, question)

    monkeypatch.setattr(Session, "ask", looked)
    assert run("init", answers=[PASSPHRASE, PASSPHRASE, code[-6:]]).code == 0
    assert seen == [[], [], []]


# --- Locked and unlocked --------------------------------------------------------------------


def test_a_locked_caseload_asks_in_place_and_goes_on(by_passphrase: Path, run: Run) -> None:
    assert run("lock").out == "Locked.\n"
    asked = run("today", answers=["wrong", PASSPHRASE])
    assert asked.code == 0
    assert NAME in asked.out
    assert "That is not the passphrase" in asked.err
    assert NAME in run("today").out, "unlocked for the commands that follow"
    assert run("lock").out == "Locked.\n"
    assert NAME in run("", width=120, answers=[PASSPHRASE]).out, "in the morning as well"


def test_who_waits_for_a_passphrase_is_told_and_a_script_is_not(
    by_passphrase: Path, run: Run, code: str
) -> None:
    run("lock")
    assert run("today", answers=["wrong", PASSPHRASE]).err.count("Opening …\n") == 2
    assert run("key rotate", answers=[PASSPHRASE]).err.count("Opening …\n") == 1
    run("lock")
    assert "Opening" not in run("today", answers=[code]).err, "a code opens it at once"
    run("lock")
    assert run("unlock --stdin", stdin=f"{PASSPHRASE}\n").err == ""


def test_a_script_is_told_that_it_is_locked(by_passphrase: Path, run: Run) -> None:
    run("lock")
    for command in ("today", "remind", "show 1", "doctor"):
        refused = run(command)
        assert refused.code == 1, command
        assert NAME not in refused.out
    refused = run("remind")
    assert refused.out == ""
    assert "is locked" in refused.err
    assert refused.err.count("\n") == 1


def test_three_wrong_ones_are_enough(by_passphrase: Path, run: Run) -> None:
    run("lock")
    refused = run("today", answers=["one", "two", "three", PASSPHRASE])
    assert refused.code == 1
    assert NAME not in refused.out


def test_unlock_reads_standard_input_when_told_to(by_passphrase: Path, run: Run) -> None:
    run("lock")
    assert run("unlock").code == 1
    assert run("unlock --stdin", stdin="wrong\n").code == 1
    assert run("unlock --stdin", stdin=f"{PASSPHRASE}\n").code == 0
    assert run("unlock").out.startswith("It is open already")


def test_without_a_keyring_each_command_asks(by_passphrase: Path, run: Run, kept: Kept) -> None:
    run("lock")
    kept.there = False
    kept.keys.clear()
    assert NAME in run("today", answers=[PASSPHRASE]).out
    assert run("today").code == 1
    refused = run("unlock", answers=[PASSPHRASE])
    assert refused.code == 1
    assert "no login keyring" in refused.err


def test_a_plain_caseload_has_nothing_to_lock(run: Run) -> None:
    run("init --unencrypted")
    for command in ("lock", "unlock", "key slots", "key passphrase", "key rotate", "key code"):
        refused = run(command)
        assert refused.code == 1, command
        assert "not encrypted" in refused.err


def test_another_caseloads_key_does_not_open_it(run: Run, tmp_path: Path) -> None:
    run("init")
    other = tmp_path / "other"
    run(["--db", str(other / "caseload.db"), "init", "--key-file", str(other / "k")])
    shutil.copy(other / "k", tmp_path / "caseload.key")
    refused = run("today")
    assert refused.code == 1
    assert "the key does not open" in refused.err


def test_a_caseload_that_was_moved_without_its_slots_says_so(
    by_passphrase: Path, run: Run, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere.db"
    by_passphrase.rename(moved)
    refused = run(["--db", str(moved), "today"], answers=[PASSPHRASE])
    assert "one that was moved needs elsewhere.db.keys beside it" in refused.err
    slots.folder_of(by_passphrase).rename(slots.folder_of(moved))
    assert NAME in run(["--db", str(moved), "today"], answers=[PASSPHRASE]).out


@pytest.mark.parametrize("command", ["today", "unlock"])
def test_a_key_that_is_another_caseloads_in_the_login_keyring_is_asked_for_anew(
    by_passphrase: Path, run: Run, kept: Kept, command: str
) -> None:
    """A synchronised folder has brought a file that another machine gave a new key."""
    kept.keys[str(by_passphrase)] = [bytes(32)]
    assert "the key does not open" in run("today").err, "a script is not asked"
    asked = run(command, answers=[PASSPHRASE])
    assert asked.code == 0, asked.err
    assert NAME in run("today").out


def test_completion_never_asks(
    by_passphrase: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("lock")
    monkeypatch.setenv("_CASECTL_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "casectl show ")
    monkeypatch.setenv("COMP_CWORD", "2")
    completed = run("", answers=[PASSPHRASE])
    assert completed.out.strip() == ""
    assert "Passphrase" not in completed.err


@pytest.mark.parametrize("command", ["today", "unlock"])
def test_the_code_opens_it_where_the_passphrase_is_asked(
    by_passphrase: Path, run: Run, code: str, command: str
) -> None:
    run("lock")
    asked = run(command, answers=["forgotten", code.lower()])
    assert asked.code == 0, asked.err
    assert "Passphrase, or the recovery code:" in asked.err
    assert "casectl key recover sets another passphrase" in asked.err
    assert code not in asked.err.upper()
    assert NAME in run("today").out


def test_the_code_opens_it_by_standard_input(by_passphrase: Path, run: Run, code: str) -> None:
    run("lock")
    assert run("unlock --stdin", stdin=f"{code[:-1]}\n").code == 1
    assert run("unlock --stdin", stdin=f"{code}\n").code == 0


def test_a_code_that_was_mistyped_is_said_to_be_one(
    by_passphrase: Path, run: Run, code: str
) -> None:
    run("lock")
    asked = run("today", answers=[code[:-1], "", code])
    assert "this is not a recovery code" in asked.err
    assert NAME in asked.out


def test_who_has_only_the_code_left_is_asked_for_it(
    run: Run, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init")
    run(["intake", NAME])
    assert run("key code", answers=[code[-6:]]).code == 0
    monkeypatch.delenv("CASECTL_KEY_FILE")
    asked = run("today", answers=[code])
    assert "Recovery code: " in asked.err
    assert NAME in asked.out


@pytest.fixture
def on_a_new_machine(by_passphrase: Path, run: Run, kept: Kept, tmp_path: Path) -> Path:
    """A backup on a stick, and nothing else that was on the old machine."""
    stick = tmp_path / "stick"
    assert run(f"backup --to {stick}").code == 0
    kept.keys.clear()
    shutil.rmtree(by_passphrase.with_name("caseload.db.keys"))
    by_passphrase.unlink()
    [backup] = stick.glob("*.db")
    return backup


def test_a_lost_passphrase_and_a_lost_machine(
    on_a_new_machine: Path, run: Run, code: str, kept: Kept
) -> None:
    restored = run(f"restore {on_a_new_machine}", answers=["lost", code])
    assert restored.code == 0, restored.err
    assert "casectl key recover sets another, by that code" in restored.out
    kept.keys.clear()
    recovered = run("key recover", answers=[code, OTHER, OTHER])
    assert recovered.code == 0, recovered.err
    assert "still asks for the passphrase of its day" in recovered.out
    kept.keys.clear()
    assert NAME in run("today", answers=[OTHER]).out


def test_a_backup_that_neither_opens_says_what_would(on_a_new_machine: Path, run: Run) -> None:
    refused = run(f"restore {on_a_new_machine}", answers=["one", "two", "three"])
    assert refused.code == 1
    assert "type it instead" in refused.err
    assert "key recover" not in refused.err


def test_a_passphrase_restores_without_a_word_of_codes(on_a_new_machine: Path, run: Run) -> None:
    restored = run(f"restore {on_a_new_machine}", answers=[PASSPHRASE])
    assert restored.code == 0
    assert "code" not in restored.out + restored.err


# --- Changed --------------------------------------------------------------------------------


def test_another_passphrase_ends_the_old_one(by_passphrase: Path, run: Run) -> None:
    assert run("key passphrase", answers=[OTHER, OTHER]).code == 0
    run("lock")
    assert run("unlock --stdin", stdin=f"{PASSPHRASE}\n").code == 1
    assert run("unlock --stdin", stdin=f"{OTHER}\n").code == 0


def test_a_lost_passphrase_is_replaced_by_the_code(
    by_passphrase: Path, run: Run, code: str
) -> None:
    run("lock")
    spaced = " ".join(code[start : start + 8] for start in range(0, len(code), 8)).lower()
    recovered = run("key recover", answers=["AGE-SECRET-KEY-1NOTACODE", "", spaced, OTHER, OTHER])
    assert recovered.code == 0, recovered.err
    assert NAME in run("today").out
    assert code not in recovered.out + recovered.err


def test_another_code_ends_the_old_one(
    by_passphrase: Path, run: Run, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyrage.x25519 import Identity

    other = str(Identity.generate())
    monkeypatch.setattr(slots, "new_code", lambda: other)
    assert run("key code", answers=[other[-6:]]).code == 0
    assert run("key recover --stdin", stdin=f"{code}\n{OTHER}\n").code == 1
    assert run("key recover --stdin", stdin=f"{other}\n{OTHER}\n").code == 0


def test_a_rotation_keeps_every_way_in_but_the_old_key(
    by_passphrase: Path, run: Run, code: str, kept: Kept
) -> None:
    old = kept.keys[str(by_passphrase)]
    assert run("key rotate", answers=[PASSPHRASE]).code == 0
    assert kept.keys[str(by_passphrase)] != old
    assert NAME in run("today").out
    kept.keys[str(by_passphrase)] = old
    assert run("today").code == 1, "the old key opens nothing"
    kept.keys.clear()
    assert run("key recover --stdin", stdin=f"{code}\n{OTHER}\n").code == 0
    assert NAME in run("today").out
    assert run("audit verify").code == 0


def test_a_rotation_with_a_wrong_passphrase_changes_nothing(by_passphrase: Path, run: Run) -> None:
    before = by_passphrase.read_bytes()
    assert run("key rotate", answers=["wrong"]).code == 1
    assert by_passphrase.read_bytes() == before
    assert NAME in run("today").out


def test_a_key_file_follows_a_rotation(run: Run, tmp_path: Path) -> None:
    run("init")
    run(["intake", NAME])
    [old] = read_key_file(tmp_path / "caseload.key")
    assert run("key rotate").code == 0
    assert read_key_file(tmp_path / "caseload.key") != [old]
    assert NAME in run("list").out


def test_a_rotation_that_nothing_would_remember_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init")
    key = (tmp_path / "caseload.key").read_text().strip()
    monkeypatch.delenv("CASECTL_KEY_FILE")
    monkeypatch.setenv("CASECTL_KEY_COMMAND", f"echo {key}")
    assert run("today").code == 0
    refused = run("key rotate")
    assert refused.code == 1
    assert "nothing here would hold the new key" in refused.err
    assert run("today").code == 0


def test_a_key_that_two_caseloads_have_is_not_rotated(run: Run, tmp_path: Path) -> None:
    """Whichever of them is rotated, the other would be locked out for good."""
    key, other = tmp_path / "caseload.key", tmp_path / "other.db"
    run("init")
    run(["intake", NAME])
    made = run(f"--db {other} init")
    assert made.code == 0
    assert "key rotate leaves it alone" in made.out
    marked = key.read_bytes()
    for db in (tmp_path / "caseload.db", other):
        refused = run(f"--db {db} key rotate --yes")
        assert refused.code == 1
        assert "locked out for good" in refused.err
        assert key.read_bytes() == marked
        assert run(f"--db {db} list").code == 0
    assert NAME in run("list").out
    assert not (tmp_path / "caseload.db.backups").exists(), "refused before anything is written"


def test_who_knows_that_no_other_has_the_key_rotates_it(run: Run, tmp_path: Path) -> None:
    key = tmp_path / "caseload.key"
    key.touch(mode=0o600)
    key.write_text("ab" * 32)
    run("init")
    assert run("key rotate").code == 1
    key.write_text("".join(f"{each}\n" for each in key.read_text().split("\n")[1:]).strip())
    assert run("key rotate").code == 0
    assert run("list").code == 0
    assert run("key rotate").code == 0, "and it is this caseload's own from then on"


def test_a_beginning_that_failed_leaves_the_key_file_as_it_was(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(self: Session, key: bytes | None = None) -> object:
        raise CasectlError("no space left")

    run("init")
    before = (tmp_path / "caseload.key").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Session, "create_store", failing)
        assert run(f"--db {tmp_path / 'other.db'} init").code == 1
    assert (tmp_path / "caseload.key").read_bytes() == before
    assert run("key rotate").code == 0


def test_no_caseload_begins_with_half_a_rotation(run: Run, tmp_path: Path) -> None:
    """The first of the two keys is the one that goes."""
    key = tmp_path / "two.key"
    key.touch(mode=0o600)
    key.write_text(f"{'ab' * 32}\n{'cd' * 32}\n")
    refused = run(f"init --key-file {key}")
    assert refused.code == 1
    assert "two keys" in refused.err
    assert not (tmp_path / "caseload.db").exists()


def test_a_key_command_may_print_a_marked_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init")
    run(f"--db {tmp_path / 'other.db'} init")
    monkeypatch.delenv("CASECTL_KEY_FILE")
    monkeypatch.setenv("CASECTL_KEY_COMMAND", f"cat {tmp_path / 'caseload.key'}")
    assert run("list").code == 0


@pytest.mark.parametrize("step", range(1, 8))
def test_a_rotation_stopped_anywhere_still_opens(
    by_passphrase: Path, run: Run, code: str, kept: Kept, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Each file it writes is one step; a kill between two leaves a caseload that opens."""
    from casectl.store import private

    steps = 0

    def count(*args: object, **named: object) -> None:
        nonlocal steps
        steps += 1
        if steps == step:
            raise KeyboardInterrupt

    put, hold = private.put, slots.rewrap_passphrase

    def putting(*args: object, **named: object) -> None:
        count()
        put(*args, **named)  # type: ignore[arg-type]

    def holding(*args: object, **named: object) -> None:
        count()
        hold(*args, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(slots, "put", putting)
        patch.setattr(slots, "rewrap_passphrase", holding)
        stopped = run("key rotate", answers=[PASSPHRASE])
    assert stopped.code == (130 if steps == step else 0)
    kept.keys.clear()
    opened = run("today", answers=[PASSPHRASE])
    assert NAME in opened.out, opened.err
    kept.keys.clear()
    assert run("key recover --stdin", stdin=f"{code}\n{OTHER}\n").code == 0
    assert NAME in run("today").out
    kept.keys.clear()
    assert run("key rotate", answers=[OTHER]).code == 0, "and it can be done again"


def test_the_key_is_printed_only_on_purpose(run: Run, tmp_path: Path) -> None:
    run("init")
    assert run("key show").code == 1
    shown = run("key show --yes")
    assert shown.out.strip() == (tmp_path / "caseload.key").read_text().strip()


# --- From one sort to the other -------------------------------------------------------------


def test_a_plain_caseload_is_encrypted_whole(run: Run, tmp_path: Path) -> None:
    run("init --unencrypted")
    run(["intake", NAME, "--next", "call", "--due", "fri"])
    run("reached 1 'spoke about the move'")
    before = run("show 1 --json").json
    done = run("encrypt")
    assert done.code == 0, done.err
    content = (tmp_path / "caseload.db").read_bytes()
    assert not content.startswith(PLAIN)
    assert b"Quillfeather" not in content
    assert run("show 1 --json").json == before
    assert run("search Quillfeather").out
    verified = run("audit verify")
    assert verified.code == 0
    assert "unkeyed" not in verified.out
    assert run("undo").code == 0
    assert run("encrypt").code == 1, "once is enough"


@pytest.mark.parametrize("at", ["converting.encrypt", "vault.write_key_file"])
def test_a_plain_caseload_whose_encryption_was_killed_goes_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """It is as it was, and written into; the same command finishes it."""
    run("init --unencrypted")
    run(["intake", NAME])
    killed = (
        "import os, sys\nfrom casectl import cli\n"
        f"import casectl.store.vault, casectl.store.converting\n"
        f"casectl.store.{at} = lambda *_, **__: os._exit(9)\n"
        "sys.exit(cli.run(['encrypt']))"
    )
    assert subprocess.run([sys.executable, "-c", killed], check=False).returncode == 9
    doctor = run("doctor")
    assert "warn\tencryption\tnone: casectl encrypt was stopped on the way" in doctor.out
    assert run("note 1 'goes on'").code == 0
    assert run("encrypt").code == 0
    assert run("note 1 'goes on'").code == 0
    assert [each.name for each in (tmp_path / "caseload.db.keys").iterdir()] == []


def test_the_mark_of_an_unfinished_encryption_goes_with_the_next_opening(
    run: Run, tmp_path: Path
) -> None:
    run("init")
    mark = tmp_path / "caseload.db.keys" / UNFINISHED
    mark.touch()
    assert run("today").code == 0
    assert not mark.exists()


def test_a_killed_encryption_by_passphrase_is_begun_again(
    run: Run, quick: None, code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CASECTL_KEY_FILE")
    run("init --unencrypted")
    run(["intake", NAME])
    folder = slots.folder_of(tmp_path / "caseload.db")
    folder.mkdir(mode=0o700)
    (folder / UNFINISHED).touch()
    slots.add_passphrase(folder, [bytes(32)], OTHER)
    done = run("encrypt", answers=[PASSPHRASE, PASSPHRASE, code[-6:]])
    assert done.code == 0, done.err
    run("lock")
    assert run("today", answers=[OTHER]).code == 1
    assert NAME in run("today", answers=[PASSPHRASE]).out


def test_a_plain_copy_is_asked_for_twice(run: Run, tmp_path: Path) -> None:
    run("init")
    run(["intake", NAME])
    copy = tmp_path / "plain.db"
    assert run(f"decrypt --to {copy}").code == 1
    assert not copy.exists()
    assert run(f"decrypt --to {copy} --yes").code == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    names = sqlite3.connect(copy).execute("SELECT name FROM clients").fetchall()
    assert names == [(NAME,)]
    assert run(["--db", str(copy), "list"]).code == 0
    verified = run(["--db", str(copy), "audit", "verify"])
    assert verified.code == 0
    assert "unkeyed" in verified.out
    again = run(f"decrypt --to {copy} --yes")
    assert again.code == 1
    assert "exists already" in again.err


def test_who_is_about_to_write_into_a_replaced_file_is_told(run: Run, tmp_path: Path) -> None:
    from casectl.core.errors import Busy
    from casectl.core.model import Author
    from casectl.store import open_caseload

    run("init --unencrypted")
    other = open_caseload(tmp_path / "caseload.db", Author("kim", "2026-11-18", "x"))
    assert run("encrypt").code == 0
    with pytest.raises(Busy, match="was replaced"), other.db.transaction():
        pass
    other.close()


# --- A plain copy that was not finished -----------------------------------------------------


def test_a_plain_copy_has_its_name_once_it_is_whole(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill leaves a hidden folder that only its owner can enter, and the next one clears it."""
    from casectl.store import backup, converting

    run("init")
    run(["intake", NAME])
    out = tmp_path / "out"
    out.mkdir()
    seen = []

    def killed(folder: Path) -> None:
        pass

    def sealed(copy: Path) -> None:
        seen.append(stat.S_IMODE(copy.parent.stat().st_mode))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(converting, "sealed", sealed)
        patch.setattr(backup, "remove_folder", killed)
        assert run(f"decrypt --to {out / 'plain.db'} --yes").code == 130
    [left] = out.iterdir()
    assert seen == [0o700] and left.name.endswith(".decrypting")
    assert any(b"Quillfeather" in each.read_bytes() for each in left.iterdir())
    done = run(f"decrypt --to {out / 'plain.db'} --yes")
    assert done.code == 0
    assert "An unfinished plain copy, which an earlier decrypt had left" in done.err
    assert [each.name for each in out.iterdir()] == ["plain.db"]
    assert run(f"decrypt --to {out / 'other.db'} --yes").err == ""


def test_a_plain_copy_where_there_are_no_hard_links(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    def none(*args: object, **named: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    run("init")
    run(["intake", NAME])
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", none)
        assert run(f"decrypt --to {tmp_path / 'plain.db'} --yes").code == 0
    names = sqlite3.connect(tmp_path / "plain.db").execute("SELECT name FROM clients").fetchall()
    assert names == [(NAME,)]
    assert not list(tmp_path.glob(".plain*"))


# --- One at a time --------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.2)


KEY_CHANGES = [
    ("key rotate --stdin", f"{PASSPHRASE}\n"),
    ("key passphrase --stdin", f"{OTHER}\n"),
    ("key recover --stdin", f"CODE\n{OTHER}\n"),
]


@pytest.mark.parametrize(("command", "typed"), KEY_CHANGES)
def test_what_opens_it_is_changed_by_one_at_a_time(
    by_passphrase: Path,
    run: Run,
    code: str,
    kept: Kept,
    impatient: None,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    typed: str,
) -> None:
    """In the middle of a rotation another one is refused, and so is another passphrase."""
    rekey = Database.rekey
    slot = by_passphrase.with_name("caseload.db.keys") / slots.PASSPHRASE
    meanwhile = []

    def interrupted(self: Database, key: bytes) -> None:
        monkeypatch.setattr(Database, "rekey", rekey)
        before = slot.read_bytes()
        meanwhile.append(run(command, stdin=typed.replace("CODE", code)))
        assert slot.read_bytes() == before
        rekey(self, key)

    monkeypatch.setattr(Database, "rekey", interrupted)
    assert run("key rotate --stdin", stdin=f"{PASSPHRASE}\n").code == 0
    [refused] = meanwhile
    assert refused.code == 75
    assert "another casectl is at work on the key" in refused.err
    kept.keys.clear()
    assert NAME in run("today", answers=[PASSPHRASE]).out
    assert run(command, stdin=typed.replace("CODE", code)).code == 0


def test_nothing_is_restored_while_the_key_changes(run: Run, tmp_path: Path) -> None:
    from casectl.store.alone import alone_in

    run("init")
    run(["intake", NAME])
    run("backup")
    [backup] = (tmp_path / "caseload.db.backups").glob("*.db")
    with alone_in(tmp_path, 0):
        assert run(["restore", str(backup), "--yes"]).code == 75
        assert NAME in run("list").out, "but records go on"


def test_of_two_that_make_a_caseload_one_keeps_its_key(
    run: Run, impatient: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that fails takes back its own key, and never the other's."""
    key, other = tmp_path / "shared.key", tmp_path / "other" / "caseload.db"
    make = Session.create_store
    meanwhile = []

    def failing(self: Session, key_: bytes | None = None) -> object:
        monkeypatch.setattr(Session, "create_store", make)
        meanwhile.append(run(f"init --key-file {key}"))
        meanwhile.append(run(f"--db {other} init --key-file {key}"))
        raise CasectlError("no space left")

    monkeypatch.setattr(Session, "create_store", failing)
    assert run(f"init --key-file {key}").code == 1
    assert [each.code for each in meanwhile] == [75, 75]
    assert not key.exists()
    assert not other.exists()
    assert run(f"init --key-file {key}").code == 0
    assert run(f"--db {other} init --key-file {key}").code == 0


def test_two_rotations_end_with_a_key_that_is_held(run: Run, tmp_path: Path) -> None:
    """Two processes at the same moment: one after the other, or one is refused."""
    import subprocess
    import sys

    run("init")
    run(["intake", NAME])
    words = [sys.executable, "-m", "casectl", "key", "rotate"]
    both = [subprocess.Popen(words, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert sorted(each.wait() for each in both) in ([0, 0], [0, 75])
    assert len(read_key_file(tmp_path / "caseload.key")) == 1
    assert NAME in run("list").out
    assert run("audit verify").code == 0


# --- Whatever the old key opens -------------------------------------------------------------


def copies(tmp_path: Path) -> list[Path]:
    """The backups, and what restoring set aside."""
    backups = sorted((tmp_path / "caseload.db.backups").glob("*.db"))
    aside = tmp_path.glob("caseload.db.before-restore-*")
    return [*backups, *(each for each in sorted(aside) if each.is_file())]


def opened_by(key: bytes, tmp_path: Path) -> list[Path]:
    found = []
    for each in copies(tmp_path):
        with suppress(Locked):
            connect(each, lambda: [key]).close()
            found.append(each)
    return found


@pytest.fixture
def old(run: Run, tmp_path: Path) -> bytes:
    """The key of a caseload with one client and one backup, opened by a key file alone."""
    run("init")
    run(["intake", NAME])
    assert run("backup").code == 0
    return read_key_file(tmp_path / "caseload.key")[0]


def killed(*args: object, **named: object) -> None:
    raise KeyboardInterrupt


def test_what_a_killed_rotation_left_is_done_by_the_next(
    run: Run, old: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Backups, "rekey", killed)
        assert run("key rotate").code == 130
    assert read_key_file(tmp_path / "caseload.key")[0] == old
    assert opened_by(old, tmp_path) == copies(tmp_path) != []
    done = run("key rotate --json")
    assert done.code == 0, done.err
    assert done.json["unopened_backups"] == []
    [key] = read_key_file(tmp_path / "caseload.key")
    assert opened_by(key, tmp_path) == copies(tmp_path)
    assert opened_by(old, tmp_path) == []


def test_a_new_passphrase_forgets_no_key_that_a_backup_needs(
    by_passphrase: Path, run: Run, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup")
    [old] = kept.keys[str(by_passphrase)]
    with monkeypatch.context() as patch:
        patch.setattr(Backups, "rekey", killed)
        assert run("key rotate", answers=[PASSPHRASE]).code == 130
    kept.keys.clear()
    assert run("key passphrase", answers=[PASSPHRASE, OTHER, OTHER]).code == 0
    kept.keys.clear()
    assert run("key rotate", answers=[OTHER]).code == 0
    assert opened_by(old, by_passphrase.parent) == []
    assert NAME in run("today", answers=[OTHER]).out


def test_what_restoring_set_aside_follows_as_well(run: Run, old: bytes, tmp_path: Path) -> None:
    run("note 1 'written later'")
    assert run(["restore", copies(tmp_path)[0].name, "--yes"]).code == 0
    aside = copies(tmp_path)[-1]
    copies(tmp_path)[0].with_suffix(".json").unlink()  # and one without a manifest
    assert run("key rotate").code == 0
    [key] = read_key_file(tmp_path / "caseload.key")
    assert aside in copies(tmp_path)
    assert opened_by(old, tmp_path) == []
    assert opened_by(key, tmp_path) == copies(tmp_path)
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert run(["restore", aside.name, "--yes"]).code == 0
    assert "written later" in run("show 1").out
    assert not list(tmp_path.glob(".*.new"))


def test_the_old_key_stays_while_a_backup_needs_it(run: Run, old: bytes, tmp_path: Path) -> None:
    assert run(["restore", copies(tmp_path)[0].name, "--yes"]).code == 0
    damaged = copies(tmp_path)[-1]
    with damaged.open("r+b") as file:
        file.seek(5 * 4096)
        file.write(bytes(64))
    refused = run("key rotate")
    assert refused.code == 1
    assert f"{damaged} is under the old key" in refused.err
    assert old in read_key_file(tmp_path / "caseload.key")
    assert NAME in run("list").out
    damaged.rename(tmp_path / "elsewhere.db")
    assert run("key rotate").code == 0
    assert len(read_key_file(tmp_path / "caseload.key")) == 1


def test_a_backup_under_no_key_at_hand_is_named(run: Run, old: bytes, tmp_path: Path) -> None:
    stranger = tmp_path / "caseload.db.backups" / "caseload-2026-11-01T090000Z.db"
    stranger.write_bytes(b"x" * 4096)
    done = run("key rotate")
    assert done.code == 0
    assert str(stranger) in done.out
    assert stranger.exists()


def test_backups_elsewhere_are_warned_of(run: Run, old: bytes, tmp_path: Path) -> None:
    """With a key file alone nothing else opens them."""
    warned = run("key rotate", answers=["n"])
    assert warned.code == 1
    assert "keep a copy of the key file as it is now" in warned.err
    assert read_key_file(tmp_path / "caseload.key") == [old]
    done = run("key rotate")
    assert done.code == 0
    assert "keep a copy of the key file as it is now" in done.err


def test_backups_elsewhere_have_slots_of_their_own(by_passphrase: Path, run: Run) -> None:
    done = run("key rotate", answers=[PASSPHRASE])
    assert done.code == 0
    assert "keep a copy" not in done.err


def test_no_line_of_the_help_is_cut(run: Run) -> None:
    assert run("key --help").out.count("...") == 1, "of ARGS in the usage"
