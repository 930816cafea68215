"""Slots: what opens them, what does not, and a kill at every step of changing one."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from casectl.core.errors import BadValue, CasectlError, NotFound
from casectl.core.keys import DamagedSlot, WrongCode, WrongPassphrase, lines_of
from casectl.store import private, slots
from casectl.store.keys import read_key_file, write_key_file
from casectl.store.slots import (
    PASSPHRASE,
    RECIPIENTS,
    RECOVERY,
    add_passphrase,
    add_recovery,
    folder_of,
    new_code,
    new_key,
    open_passphrase,
    open_recovery,
    rewrap_passphrase,
    rewrap_recovery,
    slots_of,
)

OLD, NEW, NEWER = (bytes([number]) * 32 for number in (1, 2, 3))
# Composed here; a keyboard of another make sends it decomposed.
WORDS = unicodedata.normalize("NFC", "  quatre mots à Ångström ")

needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
posix = pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such modes")


class Killed(BaseException):
    """What nothing catches."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "caseload.db")


@pytest.fixture
def code(folder: Path) -> str:
    """A recovery slot that holds the old key."""
    code = new_code()
    add_recovery(folder, [OLD], code)
    return code


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A passphrase slot with two keys, made once: scrypt takes a second each time, on purpose."""
    folder = tmp_path_factory.mktemp("made") / "caseload.db.keys"
    add_passphrase(folder, [OLD, NEW], WORDS)
    return folder


@pytest.fixture
def passphrase_slot(made: Path, folder: Path) -> Path:
    """A copy to spoil."""
    shutil.copytree(made, folder)
    return folder / PASSPHRASE


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def files_of(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


# -- the passphrase ----------------------------------------------------------------------------


def test_a_passphrase_opens_its_slot_however_it_is_composed(made: Path) -> None:
    assert open_passphrase(made, unicodedata.normalize("NFD", WORDS)) == [OLD, NEW]


def test_a_wrong_passphrase(made: Path) -> None:
    wrong = WORDS.strip()
    with pytest.raises(WrongPassphrase, match=r"^the passphrase is wrong; casectl") as caught:
        open_passphrase(made, wrong)
    assert caught.value.exit_code == 1
    assert wrong not in str(caught.value)
    with pytest.raises(WrongPassphrase):
        open_passphrase(made, "half a \udc80 character")


@needs_age
def test_stock_age_opens_the_passphrase_slot(made: Path) -> None:
    pexpect = pytest.importorskip("pexpect", reason="no pseudo-terminals on this system")
    age = pexpect.spawn("age", ["-d", str(made / PASSPHRASE)], encoding="utf-8", timeout=120)
    age.expect("passphrase")
    age.waitnoecho()
    age.sendline(WORDS)
    age.expect(pexpect.EOF)
    assert OLD.hex() in age.before
    assert NEW.hex() in age.before


def test_a_passphrase_slot_that_was_tampered_with(passphrase_slot: Path) -> None:
    head, tail = passphrase_slot.read_bytes().split(b"\n--- ")
    passphrase_slot.write_bytes(head + b"\n--- " + (b"B" if tail[:1] == b"A" else b"A") + tail[1:])
    with pytest.raises(DamagedSlot, match=r"passphrase\.age is damaged; keep it as it is"):
        open_passphrase(passphrase_slot.parent, WORDS)


def test_a_passphrase_slot_that_asks_for_too_much_work(passphrase_slot: Path) -> None:
    lines = passphrase_slot.read_bytes().split(b"\n")
    lines[1] = lines[1].rsplit(b" ", 1)[0] + b" 40"
    passphrase_slot.write_bytes(b"\n".join(lines))
    with pytest.raises(DamagedSlot, match="asks for more work than this machine does"):
        open_passphrase(passphrase_slot.parent, WORDS)


SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut in the header": lambda content: content[:60],
    "not age": lambda content: b"\xff" * 200,
    "another version": lambda content: content.replace(b"/v1", b"/v9"),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_passphrase_slot_that_is_no_slot(
    passphrase_slot: Path, spoil: Callable[[bytes], bytes]
) -> None:
    passphrase_slot.write_bytes(spoil(passphrase_slot.read_bytes()))
    with pytest.raises(DamagedSlot, match="is damaged"):
        open_passphrase(passphrase_slot.parent, WORDS)


def test_a_slot_of_the_other_kind(passphrase_slot: Path) -> None:
    folder = passphrase_slot.parent
    passphrase_slot.rename(folder / RECOVERY)
    with pytest.raises(WrongCode):
        open_recovery(folder, new_code())


def test_a_weak_passphrase_writes_nothing(folder: Path) -> None:
    with pytest.raises(BadValue, match="at least 15 characters"):
        add_passphrase(folder, [OLD], "hunter2")
    assert not folder.exists()


def test_a_passphrase_of_older_rules_survives_a_rotation(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapped: list[str] = []
    monkeypatch.setattr(slots, "_put_passphrase", lambda folder, keys, words: wrapped.append(words))
    rewrap_passphrase(folder, [OLD, NEW], "ﬁve")
    assert wrapped == ["five"]


# -- the recovery code -------------------------------------------------------------------------


def test_a_code_opens_its_slot(folder: Path, code: str) -> None:
    assert open_recovery(folder, code) == [OLD]
    assert open_recovery(folder, f"\n {code[:30].lower()}\n{code[30:]} ") == [OLD]


def test_a_wrong_code(folder: Path, code: str) -> None:
    before = files_of(folder)
    another = new_code()
    with pytest.raises(WrongCode, match=r"^the recovery code is another one's") as caught:
        open_recovery(folder, another)
    assert another not in str(caught.value)
    mistyped = code[:-1] + ("Q" if code[-1] != "Q" else "P")
    for typed in ("", "nonsense", mistyped, code[:-4], f"{code}Q"):
        with pytest.raises(WrongCode, match=r"^this is not a recovery code; look for") as caught:
            open_recovery(folder, typed)
        assert not typed or typed not in str(caught.value)
        with pytest.raises(WrongCode):
            add_recovery(folder, [OLD], typed)
    assert caught.value.exit_code == 1
    assert files_of(folder) == before


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_recovery_slot_that_is_no_slot(
    folder: Path, code: str, spoil: Callable[[bytes], bytes]
) -> None:
    slot = folder / RECOVERY
    slot.write_bytes(spoil(slot.read_bytes()))
    with pytest.raises(DamagedSlot, match=r"recovery\.age is damaged"):
        open_recovery(folder, code)


def test_no_bit_of_a_recovery_slot_can_be_changed(folder: Path, code: str) -> None:
    slot = folder / RECOVERY
    content = slot.read_bytes()
    for place in range(len(content)):
        slot.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises((DamagedSlot, WrongCode)):
            open_recovery(folder, code)


def test_a_slot_that_holds_something_else(folder: Path, code: str) -> None:
    from pyrage import encrypt
    from pyrage.x25519 import Identity

    recipient = Identity.from_str(code).to_public()
    for content in (b"", b"hunter2", b"\xff\xfe", lines_of([OLD]).encode() * 3):
        (folder / RECOVERY).write_bytes(encrypt(content, [recipient]))
        with pytest.raises(DamagedSlot) as caught:
            open_recovery(folder, code)
        assert "hunter2" not in str(caught.value)


def test_two_keys_in_a_slot(folder: Path, code: str) -> None:
    assert rewrap_recovery(folder, [OLD, NEW])
    assert open_recovery(folder, code) == [OLD, NEW]
    assert rewrap_recovery(folder, [NEW])
    assert open_recovery(folder, code) == [NEW]


def test_a_new_code_ends_the_old_one(folder: Path, code: str) -> None:
    later = new_code()
    add_recovery(folder, [OLD], later)
    assert open_recovery(folder, later) == [OLD]
    with pytest.raises(WrongCode):
        open_recovery(folder, code)
    rewrap_recovery(folder, [OLD, NEW])
    with pytest.raises(WrongCode):
        open_recovery(folder, code)


@needs_age
def test_stock_age_opens_the_recovery_slot(folder: Path, code: str, tmp_path: Path) -> None:
    rewrap_recovery(folder, [OLD, NEW])
    identity = tmp_path / "code.txt"
    identity.write_text(f"{code}\n", encoding="ascii")

    def age(*words: str | Path, stdin: str = "") -> bytes:
        done = subprocess.run(
            ["age", *map(str, words)], input=stdin.encode(), capture_output=True, check=True
        )
        return done.stdout

    assert age("-d", "-i", identity, folder / RECOVERY).decode() == lines_of([OLD, NEW])
    mine = age("-R", folder / RECIPIENTS, stdin=lines_of([NEW]))
    (folder / RECOVERY).write_bytes(mine)
    assert open_recovery(folder, code) == [NEW]


# -- the code's public half --------------------------------------------------------------------


def test_a_strangers_public_half_gets_no_key(folder: Path, code: str) -> None:
    from pyrage.x25519 import Identity

    stranger = Identity.generate()
    public = folder / RECIPIENTS
    written = public.read_text(encoding="ascii")
    before = (folder / RECOVERY).read_bytes()
    forged = (
        f"{written}{stranger.to_public()}\n",
        f"{stranger.to_public()}\n",
        "",
        "# sealed é",
        "\n".join([*written.splitlines()[:-1], str(stranger.to_public())]),
    )
    for content in forged:
        public.write_text(content, encoding="latin-1")
        with pytest.raises(DamagedSlot, match=r"recovery\.pub is damaged"):
            rewrap_recovery(folder, [OLD, NEW])
        assert (folder / RECOVERY).read_bytes() == before
    later = new_code()
    add_recovery(folder, [OLD], later)
    assert str(stranger.to_public()) not in public.read_text(encoding="ascii")
    assert rewrap_recovery(folder, [OLD, NEW])
    with pytest.raises(WrongCode):
        open_recovery(folder, str(stranger))
    assert open_recovery(folder, later) == [OLD, NEW]


def test_a_public_half_that_is_lost_is_not_passed_over(folder: Path, code: str) -> None:
    (folder / RECIPIENTS).unlink()
    with pytest.raises(DamagedSlot, match=r"recovery\.pub is damaged"):
        rewrap_recovery(folder, [OLD, NEW])
    assert open_recovery(folder, code) == [OLD]


def test_the_keys_of_another_caseload_are_not_wrapped(folder: Path, code: str) -> None:
    with pytest.raises(DamagedSlot):
        rewrap_recovery(folder, [NEW])
    assert open_recovery(folder, code) == [OLD]


def test_without_a_recovery_slot_there_is_nothing_to_wrap(folder: Path) -> None:
    assert not rewrap_recovery(folder, [OLD])
    assert not folder.exists()


# -- files -------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277, 0o777])
def test_slots_are_private_whatever_the_umask(folder: Path, umask: int) -> None:
    old = os.umask(umask)
    try:
        add_recovery(folder, [OLD], new_code())
        assert os.umask(umask) == umask
    finally:
        os.umask(old)
    assert mode_of(folder) == 0o700
    assert {each.name: mode_of(each) for each in folder.iterdir()} == {
        RECOVERY: 0o600,
        RECIPIENTS: 0o600,
    }


@posix
def test_the_passphrase_slot_is_private(made: Path) -> None:
    assert mode_of(made) == 0o700
    assert [(each.name, mode_of(each)) for each in made.iterdir()] == [(PASSPHRASE, 0o600)]


def test_slots_lie_beside_the_file_itself(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "link.db").symlink_to(tmp_path / "far" / "caseload.db")
    assert folder_of(tmp_path / "link.db") == tmp_path / "far" / "caseload.db.keys"


@pytest.mark.parametrize("name", [RECOVERY, RECIPIENTS])
@pytest.mark.parametrize("there", [True, False], ids=["to a file", "to nothing"])
def test_a_link_is_refused(folder: Path, code: str, tmp_path: Path, name: str, there: bool) -> None:
    target = tmp_path / "target"
    (folder / name).rename(target)
    content = target.read_bytes()
    (folder / name).symlink_to(target)
    if not there:
        target.unlink()
    for attempt in (
        lambda: rewrap_recovery(folder, [OLD, NEW]),
        lambda: add_recovery(folder, [OLD], new_code()),
    ):
        with pytest.raises(CasectlError, match="is a link"):
            attempt()
    if name == RECOVERY:
        with pytest.raises(CasectlError, match="is a link"):
            open_recovery(folder, code)
        assert slots_of(folder) == []
    assert (target.read_bytes() == content) if there else not target.exists()


def test_a_folder_that_is_a_link_is_refused(folder: Path, code: str, tmp_path: Path) -> None:
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    before = files_of(tmp_path / "elsewhere")
    for attempt in (
        lambda: open_recovery(folder, code),
        lambda: rewrap_recovery(folder, [OLD, NEW]),
        lambda: add_recovery(folder, [OLD], new_code()),
    ):
        with pytest.raises(CasectlError, match="is a link"):
            attempt()
    assert files_of(tmp_path / "elsewhere") == before


def test_what_slots_there_are(made: Path, folder: Path, code: str) -> None:
    shutil.copy(made / PASSPHRASE, folder)
    (folder / "notes.txt").touch()
    os.utime(folder / RECOVERY, (1_750_000_000, 1_750_000_000))
    today = date.fromtimestamp((folder / PASSPHRASE).stat().st_mtime)
    assert slots_of(folder) == [
        (PASSPHRASE, "passphrase", today),
        (RECOVERY, "recovery code", date.fromtimestamp(1_750_000_000)),
    ]
    assert slots_of(folder.parent / "nowhere") == []


def test_a_slot_that_is_not_there(folder: Path) -> None:
    with pytest.raises(NotFound, match=r"passphrase\.age is not there"):
        open_passphrase(folder, WORDS)
    with pytest.raises(NotFound, match=r"recovery\.age is not there"):
        open_recovery(folder, new_code())


def test_a_key_is_random() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert {len(key) for key in keys} == {32}


def test_a_slot_that_does_not_open_never_takes_the_place(
    folder: Path, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = new_code()
    with monkeypatch.context() as patch:
        patch.setattr(slots, "lines_of", lambda keys: lines_of([NEWER]))
        with pytest.raises(DamagedSlot, match="was not written as it should be; check the disk"):
            add_recovery(folder, [OLD], later)
    assert open_recovery(folder, code) == [OLD]
    fsync = os.fsync

    def loses_a_byte(handle: int) -> None:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            os.ftruncate(handle, os.fstat(handle).st_size - 1)
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", loses_a_byte)
        with pytest.raises(DamagedSlot, match="was not written as it should be"):
            rewrap_recovery(folder, [OLD, NEW])
    assert open_recovery(folder, code) == [OLD]
    assert rewrap_recovery(folder, [OLD])


# -- killed on the way -------------------------------------------------------------------------


@contextmanager
def killed(at: int, side: str) -> Iterator[None]:
    """The program ends ``before`` or ``after`` a rename inside, the ``at``-th."""
    left = at
    replace = os.replace

    def counted(source: Path, target: Path) -> None:
        nonlocal left
        left -= 1
        if left == 0 and side == "before":
            raise Killed
        replace(source, target)
        if left == 0:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", counted)
        with pytest.raises(Killed):
            yield


def opens(folder: Path, code: str) -> bool:
    try:
        return bool(open_recovery(folder, code))
    except WrongCode:
        return False


SIDES = pytest.mark.parametrize("side", ["before", "after"])


@SIDES
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_new_code_killed_on_the_way(folder: Path, code: str, at: int, side: str) -> None:
    later = new_code()
    with killed(at, side):
        add_recovery(folder, [OLD], later)
    working = [each for each in (code, later) if opens(folder, each)]
    assert len(working) == 1, "the old code or the new one"
    assert rewrap_recovery(folder, [OLD, NEW])
    assert all(open_recovery(folder, each) == [OLD, NEW] for each in working)
    last = new_code()
    add_recovery(folder, [NEW], last)
    assert [opens(folder, each) for each in (code, later, last)] == [False, False, True]


@SIDES
@pytest.mark.parametrize("at", [1, 2])
def test_the_first_code_killed_on_the_way(folder: Path, at: int, side: str) -> None:
    first = new_code()
    with killed(at, side):
        add_recovery(folder, [OLD], first)
    assert [slot.name for slot in slots_of(folder)] in ([], [RECOVERY])
    add_recovery(folder, [OLD], first)
    assert open_recovery(folder, first) == [OLD]


class Rotation:
    """The order that the module states; the caseload is a file that holds nothing but its key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key_file = folder.with_name("casectl.key")
        self.caseload = folder.with_name("caseload.db")
        write_key_file(self.key_file, [OLD])
        self.caseload.write_bytes(OLD)

    def run(self, old: bytes, new: bytes) -> None:
        self.wrap([old, new])
        private.put(self.caseload, new, lambda fresh: None)
        self.wrap([new])

    def wrap(self, keys: list[bytes]) -> None:
        write_key_file(self.key_file, keys)
        rewrap_recovery(self.folder, keys)


@SIDES
@pytest.mark.parametrize("at", range(1, 8))
def test_a_rotation_killed_anywhere_leaves_a_caseload_that_opens(
    folder: Path, code: str, at: int, side: str
) -> None:
    rotation = Rotation(folder)
    with killed(at, side):
        rotation.run(OLD, NEW)
    key = rotation.caseload.read_bytes()
    assert key in (OLD, NEW)
    assert key in open_recovery(folder, code), "the slot opens it"
    assert key in read_key_file(rotation.key_file), "cron opens it"
    rotation.run(key, NEWER)
    assert rotation.caseload.read_bytes() == NEWER
    assert open_recovery(folder, code) == read_key_file(rotation.key_file) == [NEWER]


def test_a_rotation_has_no_more_renames_than_are_killed(
    folder: Path, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation = Rotation(folder)
    renamed: list[str] = []
    replace = os.replace

    def noted(source: Path, target: Path) -> None:
        renamed.append(Path(target).name)
        replace(source, target)

    monkeypatch.setattr(os, "replace", noted)
    rotation.run(OLD, NEW)
    slot_files = ["casectl.key", RECIPIENTS, RECOVERY]
    assert renamed == [*slot_files, "caseload.db", *slot_files]


@posix
@pytest.mark.parametrize(
    ("call", "at"), [("fsync", 1), ("fsync", 3), ("fsync", 4), ("replace", 1), ("replace", 2)]
)
def test_a_real_kill_leaves_a_slot_that_opens(folder: Path, code: str, call: str, at: int) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from casectl.store import slots\n"
        f"real, left = os.{call}, {at}\n"
        "def killing(*values):\n"
        "    global left; left -= 1\n"
        "    if left == 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return real(*values)\n"
        f"os.{call} = killing\n"
        "slots.rewrap_recovery(Path(sys.argv[1]), [bytes([1]) * 32, bytes([2]) * 32])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(folder)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert open_recovery(folder, code)[0] == OLD
    assert all(mode_of(each) == 0o600 for each in folder.iterdir())
    assert rewrap_recovery(folder, [OLD, NEW])
    assert sorted(files_of(folder)) == [RECOVERY, RECIPIENTS], "nothing is left lying"
    assert open_recovery(folder, code) == [OLD, NEW]
