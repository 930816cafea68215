"""A person's own editor on a text that nobody else may read: in memory, and gone afterwards.

Editors leave backups and swap files beside what they edit, so a whole folder is made for one file
and removed with everything in it, however the editing ends: saved, failed, Ctrl-C, a closed window.
What a kill -9 leaves says whose it is, so that the next editing takes it up before it is removed.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from casectl.core.errors import BadValue, CasectlError
from casectl.core.values import NamedTuple
from casectl.keyboard import ending_on_signals

NAME = "note.txt"
FOLDER = re.compile(r"casectl-note-(\d+)-\w+")
KEPT = "casectl-kept-*"
# Beside the text: whose it is, how it began, and the editor's process.
WHOSE, BEGUN, EDITOR = ".whose", ".begun", ".editor"
SECONDS_TO_END = 2.0  # what an editor gets to put the terminal right once it is told to end

# Vim and Neovim keep copies elsewhere as well: swap, undo and backup files, and registers.
VIM = ("-n", "-i", "NONE", "-c", "set nobackup nowritebackup noundofile")


class Whose(NamedTuple):
    """What a text belongs to, for whoever finds it."""

    caseload: str  # its path, behind every link
    draft: str  # the name of the draft that it would be
    command: str  # what goes on with that


class Leftover(NamedTuple):
    """A text that lies there in clear: of a casectl that was killed, or that could not save it."""

    folder: Path
    whose: Whose | None
    is_open: bool = False  # the editor still runs

    @property
    def is_of_a_killed_one(self) -> bool:
        """And not kept on purpose, because it could not be saved."""
        return not self.is_open and FOLDER.fullmatch(self.folder.name) is not None

    @property
    def is_changed(self) -> bool:
        """Whether there is more in it than it began with."""
        text = _read(self.folder / NAME)
        return bool(text.strip()) and text != _read(self.folder / BEGUN)

    def read(self, most: int) -> bytes:
        return _read(self.folder / NAME, most + 1)

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Desk:
    """A private folder (0700) with one file in it (0600)."""

    def __init__(self, folder: Path, *, in_memory: bool) -> None:
        self.folder = folder
        self.file = folder / NAME
        self.in_memory = in_memory  # gone when this login or the machine ends
        self._begun: tuple[int, ...] = ()

    def put(self, text: str, whose: Whose | None = None) -> None:
        try:
            _write(self.file, text)
            if whose is not None:
                _write(self.folder / WHOSE, "\n".join(whose))
                _write(self.folder / BEGUN, text)
            self._begun = _mark(self.file)
        except OSError as error:
            raise CasectlError(f"cannot write {self.file} ({error.strerror})") from None

    @property
    def was_saved(self) -> bool:
        """Whether the editor wrote the file, be it as it was: ``:wq`` does, ``:q!`` does not."""
        try:
            return _mark(self.file) != self._begun
        except OSError:
            return True  # removed, which is an editor's way to empty it

    def read(self, most: int) -> bytes:
        """What the editor left, one byte past ``most`` at the longest; b"" where it left none."""
        return _read(self.file, most + 1)

    def edit(self, command: Sequence[str]) -> None:
        """Let the person edit the file. Raises CasectlError where the editor fails."""
        import subprocess

        try:
            process = subprocess.Popen([*command, str(self.file)])
        except OSError as error:
            raise CasectlError(
                f"cannot run the editor {command[0][:60]!r} ({error.strerror})",
                hint="set $VISUAL or $EDITOR",
            ) from None
        try:
            with suppress(OSError):
                _write(self.folder / EDITOR, str(process.pid))
            code = process.wait()
        except BaseException:
            process.terminate()
            try:
                process.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            raise
        if code != 0:
            raise CasectlError(f"the editor ended with {code}; nothing was written")

    def leave(self) -> Path:
        """Keep the file after all, alone in its folder, and tell where it is from now on."""
        kept = self.folder.with_name(self.folder.name.replace("-note-", "-kept-"))
        self.folder.rename(kept)
        for each in kept.iterdir():
            if each.name != NAME:
                with suppress(OSError):
                    each.unlink()
        return kept / NAME


def _mark(file: Path) -> tuple[int, ...]:
    """What any writing of a file changes."""
    status = file.stat()
    return status.st_mtime_ns, status.st_ino, status.st_size


def editor_command() -> list[str]:
    """The words of $VISUAL or $EDITOR. Raises BadValue where neither is set."""
    import shlex

    for name in ("VISUAL", "EDITOR"):
        if command := os.environ.get(name, "").strip():
            try:
                return _leaving_nothing(shlex.split(command))
            except ValueError:
                raise BadValue(f"cannot read ${name} as a command") from None
    raise BadValue("no editor is set", hint="export EDITOR=nano, or write the text after the case")


def _leaving_nothing(command: list[str]) -> list[str]:
    found = shutil.which(command[0]) if command else None
    real = Path(os.path.realpath(found)).name if found else ""
    return [*command, *VIM] if real.startswith(("vim", "nvim")) else command


@contextmanager
def desk() -> Iterator[Desk]:
    """A desk of one's own, cleared afterwards. A signal that ends a program ends it as Ctrl-C does.

    Only the first signal does: a second one must not stop the clearing up.
    """
    import tempfile

    with ending_on_signals("SIGINT", "SIGTERM", "SIGHUP"):
        memory = _in_memory()
        parent = memory or tempfile.gettempdir()
        try:
            folder = tempfile.mkdtemp(prefix=f"casectl-note-{os.getpid()}-", dir=parent)
        except OSError as error:
            raise CasectlError(f"cannot make a folder in {parent} ({error.strerror})") from None
        try:
            yield Desk(Path(folder), in_memory=memory is not None)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> str | None:
    """A folder that is kept in memory, so that the text never reaches a disk; None for any."""
    for folder in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):
        if folder and Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK):
            return folder
    return None


def leftovers() -> list[Leftover]:
    """What lies where texts are written, of this user alone; not what is being written."""
    import tempfile

    found = []
    for parent in dict.fromkeys(filter(None, (_in_memory(), tempfile.gettempdir()))):
        for each in sorted([*Path(parent).glob("casectl-note-*"), *Path(parent).glob(KEPT)]):
            match = FOLDER.fullmatch(each.name)
            if _is_mine(each) and not (match and _is_running(int(match[1]))):
                whose = _read(each / WHOSE).decode(errors="replace").split("\n")
                editor = _read(each / EDITOR)
                found.append(
                    Leftover(
                        each,
                        Whose(*whose) if match and len(whose) == len(Whose._fields) else None,
                        editor.isdigit() and _is_running(int(editor)),
                    )
                )
    return found


def _is_mine(folder: Path) -> bool:
    """Anybody may make one in a folder that all share."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and (
        not hasattr(os, "getuid") or status.st_uid == os.getuid()
    )


def _write(file: Path, text: str) -> None:
    handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(text.encode())


def _read(file: Path, most: int = -1) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError:
        return b""


def _is_running(process: int) -> bool:
    if os.name == "nt":  # signal 0 would end it there
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # somebody else's, whose folder is not ours to remove
    return True
