"""The key of one caseload: where it is found, what holds it, and how it is changed.

An encrypted caseload has its slots in a folder beside it, and the folder says that it is one even
where no slot was made (a key file alone opens it then).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from casectl.core.errors import CasectlError, Locked, NotFound
from casectl.core.keys import (
    SHARED_BEGINS,
    BadKey,
    NoKeyFile,
    Slot,
    begins_as_code,
    checked_passphrase,
)
from casectl.core.values import NamedTuple
from casectl.store.caseload import UNFINISHED
from casectl.store.connection import (
    NotACaseload,
    check_file,
    connect,
    connect_new,
    create_file,
    not_a_caseload,
)
from casectl.store.keys import (
    KEYRING,
    Found,
    at_home,
    find_keys,
    is_shared_key_file,
    read_key_file,
    write_key_file,
)
from casectl.store.private import create, make_folder

if TYPE_CHECKING:
    from casectl.store.caseload import Caseload

FILE_VARIABLE, COMMAND_VARIABLE = "CASECTL_KEY_FILE", "CASECTL_KEY_COMMAND"


PAGE = 4096  # bytes; SQLCipher writes whole ones


class Sources(NamedTuple):
    """What the configuration says of keys."""

    key_file: str | None = None
    key_command: str | None = None
    idle_minutes: int = 60
    settings: Path | None = None  # the file that says so


class Vault:
    """Whoever has one is about to have a key, a passphrase or a code in memory, found or made."""

    def __init__(self, path: Path, sources: Sources) -> None:
        from casectl.store.hardening import no_core_dumps

        no_core_dumps()
        self.path = path
        self.sources = sources
        self.opened: list[bytes] | None = None  # by a passphrase or code, in this run
        self.by_code = False  # opened by the recovery code

    @property
    def folder(self) -> Path:
        """Where the slots are: beside the file itself, behind every link."""
        real = Path(os.path.realpath(self.path))
        return real.with_name(f"{real.name}.keys")

    @property
    def name(self) -> str:
        """The caseload's name in the login keyring."""
        return os.path.realpath(self.path)

    @property
    def is_encrypted(self) -> bool:
        """Whether the file is, as far as one can tell. Raises NotFound where there is none."""
        return check_file(self.path) and (self.folder.is_dir() or self.found() is not None)

    def found(self) -> Found | None:
        """The keys that this run may use without asking anybody. Raises NoKeyFile, BadKey."""
        said = self.sources
        try:
            return find_keys(self.name, key_file=said.key_file, key_command=said.key_command)
        except NotFound:
            raise self._no_key_file() from None

    def _no_key_file(self) -> NoKeyFile:
        """What names the file, and each way out that there is."""
        by_variable = bool(os.environ.get(FILE_VARIABLE))
        name = FILE_VARIABLE if by_variable else f"key_file ({self.sources.settings})"
        another = f"set {FILE_VARIABLE}" if by_variable else "casectl config set key_file FILE"
        ways = f"put it back from its copy, or name another: {another}"
        if self.has_passphrase or self.has_recovery:
            without = f"unset {FILE_VARIABLE}" if by_variable else "casectl config unset key_file"
            what = "the passphrase" if self.has_passphrase else "the recovery code"
            ways += f"; {without}, and {what} opens it"
        return NoKeyFile(f"{name} names {self.named_key_file}, which is not there", hint=ways)

    @property
    def is_at_hand(self) -> bool:
        """Whether the key can be had again at no cost: from a file, or from the login keyring."""
        try:
            return not self.has_command and self.found() is not None
        except NoKeyFile:
            return False

    def opener(self) -> Found | None:
        """What opens the file without asking anybody; another's key leaves the login keyring.

        Raises Locked for a key file or key command whose key does not open it.
        """
        found = self.found()
        if found is None:
            return None
        keys = found.keys
        try:
            connect(self.path, lambda: keys).close()
        except Locked:
            if found.source != KEYRING:
                raise
            self.forget()
            return None
        return found

    @property
    def holds_another_key(self) -> bool:
        """Whether what did not open the file is from the login keyring, and a slot may do so."""
        found = self.found() if self.opened is None and self.slots() else None
        return found is not None and found.source == KEYRING

    def keys(self, ask: Callable[[], Sequence[bytes]] | None = None) -> Sequence[bytes]:
        """The keys to try, or what ``ask`` gets from the person. Raises Locked."""
        if self.opened is not None:
            return self.opened
        if not self.folder.is_dir() and self.path.stat().st_size % PAGE:
            raise not_a_caseload(self.path)
        found = self.found()
        if found is not None:
            return found.keys
        if not self.folder.is_dir():
            raise NotACaseload(
                f"{self.path} is not a casectl caseload",
                hint=f"an encrypted one that was moved needs {self.folder.name} beside it, or its "
                "key named with CASECTL_KEY_FILE",
            )
        if ask is not None and self.slots():
            return ask()
        raise Locked(
            f"{self.path} is locked",
            hint="casectl unlock opens it; cron needs key_file or key_command"
            if self.slots()
            else "name its key with CASECTL_KEY_FILE, key_file or key_command",
        )

    # -- this login's keyring ------------------------------------------------------------------

    def remember(self, keys: Sequence[bytes]) -> bool:
        """Keep the keys in the login keyring until nobody has used them for a while, if it can."""
        from casectl.store import keyring

        if not keyring.available():
            return False
        keyring.put(self.name, keys, self.sources.idle_minutes * 60)
        return True

    def forget(self) -> bool:
        """Take the keys out of the login keyring; False where there are none."""
        from casectl.store import keyring

        return keyring.forget(self.name)

    # -- slots ---------------------------------------------------------------------------------

    def check_passphrase(self, passphrase: str) -> None:
        """Raise BadValue for one that is easily guessed."""
        checked_passphrase(passphrase)

    def note_failed_unlock(self, moment: str, worker: str) -> None:
        """A wrong passphrase or code goes on record beside the caseload. Raises CasectlError."""
        from casectl.store.accesslog import AccessLog

        AccessLog(self.path).add(moment, worker, "unlock", failed=True)

    @property
    def has_passphrase(self) -> bool:
        return any(slot.name == "passphrase.age" for slot in self.slots())

    @property
    def has_recovery(self) -> bool:
        return any(slot.name == "recovery.age" for slot in self.slots())

    def slots(self) -> list[Slot]:
        from casectl.store import slots

        return slots.slots_of(self.folder)

    def unlock(self, passphrase: str) -> list[bytes]:
        """The keys behind the passphrase. Takes about a second. Raises WrongPassphrase."""
        from casectl.store import slots

        self.opened = slots.open_passphrase(self.folder, passphrase)
        return self.opened

    def recover(self, code: str) -> list[bytes]:
        """The keys behind the recovery code. Raises WrongCode."""
        from casectl.store import slots

        self.opened = slots.open_recovery(self.folder, code)
        self.by_code = True
        return self.opened

    def is_code(self, typed: str) -> bool:
        """Whether what was typed for opening is the recovery code, mistyped perhaps."""
        from casectl.store import slots

        if not self.has_recovery:
            return False
        return not self.has_passphrase or begins_as_code(typed) or slots.is_code(typed)

    def open_by(self, typed: str) -> list[bytes]:
        """The keys behind the passphrase or the recovery code, whichever was typed.

        Raises WrongPassphrase, WrongCode.
        """
        return self.recover(typed) if self.is_code(typed) else self.unlock(typed)

    def set_passphrase(self, keys: Sequence[bytes], passphrase: str) -> None:
        """A new passphrase in place of the one before; verified before it takes its place."""
        from casectl.store import slots

        slots.add_passphrase(self.folder, keys, passphrase)

    def new_code(self) -> str:
        """A recovery code, which opens nothing until ``set_recovery``."""
        from casectl.store import slots

        return slots.new_code()

    def set_recovery(self, keys: Sequence[bytes], code: str) -> None:
        """A new recovery code in place of the one before."""
        from casectl.store import slots

        slots.add_recovery(self.folder, keys, code)

    # -- a first key ---------------------------------------------------------------------------

    def check_place(self) -> None:
        """Raise what making a caseload here would raise, before anybody is asked for anything."""
        create_file(self.path)
        self.path.unlink()

    def make_folder(self) -> None:
        """The folder that says that the caseload is encrypted, and will hold its slots."""
        make_folder(self.folder)

    def remove_folder(self) -> bool:
        """Take back what a failed beginning left; False where an encrypted file may need it."""
        from contextlib import suppress

        with suppress(CasectlError):
            if check_file(self.path):
                return False
        for slot in self.slots():
            (self.folder / slot.name).unlink(missing_ok=True)
        with suppress(OSError):
            (self.folder / "recovery.pub").unlink(missing_ok=True)
            (self.folder / UNFINISHED).unlink(missing_ok=True)
            self.folder.rmdir()
        return True

    @property
    def has_command(self) -> bool:
        """Whether a key command is asked, and no key file before it."""
        if os.environ.get(FILE_VARIABLE):
            return False
        if os.environ.get(COMMAND_VARIABLE):
            return True
        return self.sources.key_file is None and self.sources.key_command is not None

    @property
    def named_key_file(self) -> Path | None:
        """The key file that the environment or the configuration names, there or not."""
        named = os.environ.get(FILE_VARIABLE)
        if not named and not os.environ.get(COMMAND_VARIABLE):
            named = self.sources.key_file
        return at_home(named) if named else None

    def chosen_key_file(self, said: str | None) -> Path | None:
        """The key file for a new key: what is said on the command line, else what is named.

        Raises BadKey for one of the caseload's own files.
        """
        chosen = at_home(said) if said is not None else self.named_key_file
        if chosen is not None:
            self._refuse_as_key_file(chosen)
        return chosen

    def key_of_file(self, path: Path) -> bytes:
        """The key that a file holds; a new file gets a new key. Raises BadKey.

        One that is there is marked: whatever else its key opens, no rotation takes it away.
        """
        from casectl.store.slots import new_key

        if not os.path.lexists(path):
            write_key_file(path, [new_key()])
            return read_key_file(path)[0]
        keys = read_key_file(path)
        if len(keys) > 1:
            raise BadKey(
                f"{path} holds two keys, of a rotation that was not finished",
                hint="casectl key rotate, for the caseload that it belongs to, finishes it",
            )
        if not is_shared_key_file(path):
            write_key_file(path, keys, shared=True)
        return keys[0]

    def _refuse_as_key_file(self, path: Path) -> None:
        """A key that lies among the slots or backups goes wherever somebody copies them, and
        casectl writes into its own files.
        """
        from casectl.store.backup import folder_of

        caseload, place = Path(os.path.realpath(self.path)), Path(os.path.realpath(path))
        ours = {caseload.with_name(caseload.name + end) for end in ("", ".lock", ".access.log")}
        if place in ours or {self.folder, folder_of(caseload)} & set(place.parents):
            raise BadKey(
                f"{path} is a place of the caseload's own, and no key file is kept there",
                hint="name a file in another folder, best on another disk",
            )

    def write_key(self, key: bytes, path: Path) -> None:
        """A key file (0600) with the caseload's key; one that has it stays. Raises BadKey."""
        self._refuse_as_key_file(path)
        if os.path.lexists(path) and key in read_key_file(path):
            return
        write_key_file(path, [key])

    def is_shared(self, path: Path) -> bool:
        """Whether a key file that is there says that other caseloads may have its key."""
        return os.path.lexists(path) and is_shared_key_file(path)

    def unmark(self, path: Path) -> None:
        """Take back the mark of ``key_of_file``, where no caseload came of it."""
        write_key_file(path, read_key_file(path))

    def refuse_shared(self, path: Path | None) -> None:
        """Raise where a rotation would take the key of another caseload out of its key file."""
        if path is not None and self.is_shared(path):
            raise CasectlError(
                f"{path} was there before this caseload, and another that has its key would be "
                "locked out for good",
                hint=f"if no other has it, take the line that begins with {SHARED_BEGINS} out of "
                "that file",
            )

    def new_key(self) -> bytes:
        from casectl.store.slots import new_key

        return new_key()

    # -- another key ---------------------------------------------------------------------------

    def begin_encrypting(self, caseload: Caseload) -> None:
        """The folder of slots for a file that is still plain, marked as long as it is.

        What a killed run left of one goes: its key opens nothing. Raises EncryptionGone where the
        file may be somebody else's, put in the place of an encrypted one.
        """
        if caseload.db.read_only_because is not None:
            raise caseload.db.read_only_because
        self.remove_folder()
        fresh = self.folder.with_name(f".{self.folder.name}.{os.urandom(8).hex()}.new")
        make_folder(fresh)
        try:
            create(fresh / UNFINISHED)
            fresh.rename(self.folder)
        except OSError as error:
            raise CasectlError(f"cannot make {self.folder} ({error.strerror})") from None

    def encrypt(self, caseload: Caseload, key: bytes) -> None:
        """Put an encrypted copy in the caseload's place, and close it. Raises Busy, Kept."""
        from casectl.store.converting import encrypt

        encrypt(caseload, key)
        (self.folder / UNFINISHED).unlink(missing_ok=True)

    def decrypt(self, caseload: Caseload, to: Path) -> bool:
        """A plain copy in a new file; True where what a killed run had left of one was removed."""
        from casectl.store.converting import decrypt

        return decrypt(caseload, to)

    @contextmanager
    def changing(self, *key_files: Path | None) -> Iterator[None]:
        """Inside, no other casectl changes what opens the caseload, or what these key files hold.

        Whoever reads a key in here writes it where it still is the key. Raises AtWork.
        """
        from contextlib import ExitStack

        from casectl.store.alone import alone_in
        from casectl.store.connection import BUSY_SECONDS

        files = [each for each in key_files if each is not None]
        for each in files:
            make_folder(each.absolute().parent)
        folders = {each.parent.resolve() for each in [self.folder, *files]}
        with ExitStack() as held:
            for folder in sorted(folders):  # in one order, so that no two wait for each other
                if folder.is_dir():
                    held.enter_context(alone_in(folder, BUSY_SECONDS, on="the key"))
            yield

    def known(self, key: bytes) -> list[bytes]:
        """The key that the caseload has, and the other one, while a rotation is unfinished.

        Whatever is written for the one is written for both: backups may still be under the other.
        """
        found = self.found() if self.opened is None else None
        keys = self.opened or (found.keys if found is not None else [])
        return [key, *(each for each in keys if each != key)] if key in keys else [key]

    def rotate(
        self, caseload: Caseload, passphrase: str | None, key_file: Path | None
    ) -> list[Path]:
        """Encrypt the caseload with a new key. Killed at any moment, it opens with what it had.

        First every holder gets both keys, then the file changes in one transaction, then its
        backups one by one, then the old key goes. What a killed rotation left undone is done before
        that, because a holder holds no third key. ``passphrase`` is needed where there is a slot
        for it. Only inside ``changing``. Gives the backups that none of these keys opens; raises
        Busy, with everything as it was, while another program has the file.
        """
        from casectl.store import slots
        from casectl.store.alone import nobody_else

        self.refuse_shared(key_file)
        old, new = caseload.db.key, slots.new_key()
        if old is None:
            raise CasectlError(f"{self.path} is not encrypted", hint="casectl encrypt does that")
        if passphrase is None and key_file is None:
            raise CasectlError(
                "nothing here would hold the new key",
                hint="casectl key passphrase makes a slot for it",
            )

        def hold(keys: list[bytes]) -> None:
            if passphrase is not None:
                slots.rewrap_passphrase(self.folder, keys, passphrase)
            slots.rewrap_recovery(self.folder, keys)
            if key_file is not None:
                write_key_file(key_file, keys)

        for earlier in self.known(old)[1:]:
            caseload.backups.rekey(earlier)
        with caseload.db.turn():
            with nobody_else(caseload.db):
                hold([old, new])
                caseload.db.rekey(new)
            self._check_opens_with(new)
        unopened = caseload.backups.rekey(old)
        hold([new])
        if self.forget():
            self.remember([new])
        return unopened

    def _check_opens_with(self, key: bytes) -> None:
        """Raises where the driver only said so; then every holder has the old key as well."""
        try:
            connect_new(Path(os.path.realpath(self.path)), key).close()
        except CasectlError as error:
            raise CasectlError(
                f"the caseload did not take the new key ({error.args[0]})",
                hint="what opened it opens it still; casectl doctor, and then repeat it",
            ) from None
