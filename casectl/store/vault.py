"""The key of one caseload: where it is found, what holds it, and how it is changed.

An encrypted caseload has its slots in a folder beside it, and the folder says that it is one even
where no slot was made (a key file alone opens it then).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from casectl.core.errors import CasectlError, Locked
from casectl.core.keys import Slot, checked_passphrase
from casectl.core.values import NamedTuple
from casectl.store.connection import check_file, connect_new, create_file, not_a_caseload
from casectl.store.keys import Found, at_home, find_keys, read_key_file, write_key_file
from casectl.store.private import make_folder, sync_folder

if TYPE_CHECKING:
    from casectl.store.caseload import Caseload

FILE_VARIABLE, COMMAND_VARIABLE = "CASECTL_KEY_FILE", "CASECTL_KEY_COMMAND"


PAGE = 4096  # bytes; SQLCipher writes whole ones


class Sources(NamedTuple):
    """What the configuration says of keys."""

    key_file: str | None = None
    key_command: str | None = None
    idle_minutes: int = 60


class Vault:
    def __init__(self, path: Path, sources: Sources) -> None:
        self.path = path
        self.sources = sources
        self.opened: list[bytes] | None = None  # by a passphrase or code, in this run

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
        """The keys that this run may use without asking anybody."""
        return find_keys(
            self.name, key_file=self.sources.key_file, key_command=self.sources.key_command
        )

    @property
    def is_at_hand(self) -> bool:
        """Whether the key can be had again at no cost: from a file, or from the login keyring."""
        return not self.has_command and self.found() is not None

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
            raise not_a_caseload(self.path)
        if ask is not None and self.has_passphrase:
            return ask()
        raise Locked(
            f"{self.path} is locked",
            hint="casectl unlock opens it; cron needs key_file or key_command"
            if self.has_passphrase
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
        return self.opened

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

    def key_of_file(self, path: Path) -> bytes:
        """The key that a file holds; a new file gets a new key. Raises BadKey."""
        from casectl.store.slots import new_key

        if not os.path.lexists(path):
            write_key_file(path, [new_key()])
        return read_key_file(path)[0]

    def new_key(self) -> bytes:
        from casectl.store.slots import new_key

        return new_key()

    # -- another key ---------------------------------------------------------------------------

    def encrypt(self, caseload: Caseload, key: bytes) -> None:
        """Put an encrypted copy in the caseload's place, once it was checked. Closes the caseload.

        Killed at any moment, the plain file or the encrypted one is there, whole. Others that are
        about to write find that the file was replaced, and say so.
        """
        if caseload.db.key is not None:
            raise CasectlError(f"{self.path} is encrypted already", hint="casectl key rotate")
        real = Path(os.path.realpath(self.path))
        fresh = real.with_name(f".{real.name}.encrypting")
        with caseload.db.turn():
            fresh.unlink(missing_ok=True)  # what a kill left
            self._copied(caseload, fresh, key)
            caseload.close()
            fresh.replace(real)
            sync_folder(real.parent)

    def decrypt(self, caseload: Caseload, to: Path) -> None:
        """A copy that is not encrypted, in a new file (0600). The caseload stays as it is."""
        if caseload.db.key is None:
            raise CasectlError(f"{self.path} is not encrypted", hint="casectl backup copies it")
        with caseload.db.turn():
            self._copied(caseload, to, None)

    def _copied(self, caseload: Caseload, copy: Path, key: bytes | None) -> None:
        """Everything copied into a new file under ``key`` and compared; no half copy stays."""
        from casectl.store.audit import Audit
        from casectl.store.backup import sealed
        from casectl.store.manifest import check, contents_of, difference

        contents = contents_of(caseload.db)
        create_file(copy)
        try:
            caseload.db.export_into(copy, key)
            made = connect_new(copy, key)
            try:
                check(made)
                differing = difference(contents_of(made), contents)
                # Keyed and unkeyed chains differ in each link, so it is made anew.
                Audit(made).rekey(os.urandom(32) if key is not None else None)
            finally:
                made.close()
            if differing:
                raise CasectlError(f"the copy has {differing}, so nothing was changed")
            sealed(copy)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise

    def rotate(self, caseload: Caseload, passphrase: str | None, key_file: Path | None) -> None:
        """Encrypt the caseload with a new key. Killed at any moment, it opens with what it had.

        First every holder gets both keys, then the file changes in one transaction, then its
        backups one by one, then the old key goes. ``passphrase`` is needed where there is a slot
        for it.
        """
        from casectl.store import slots

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

        hold([old, new])
        caseload.db.rekey(new)
        caseload.backups.rekey(old)
        hold([new])
        if self.forget():
            self.remember([new])
