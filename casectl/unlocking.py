"""Between a person and the key of their caseload: asked for, made, and changed, at a terminal.

Passphrases and codes are read unseen and never shown, logged or kept; the one recovery code that is
shown is the one just made.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from casectl.core.errors import BadValue, CasectlError
from casectl.core.keys import WrongCode, WrongPassphrase, code_in_groups, is_begun_code
from casectl.core.text import visible
from casectl.render import tell

if TYPE_CHECKING:
    from casectl.session import Session

TRIES = 3
# How much of a recovery code is asked back: its last two groups, so that it was written to the end.
ASKED_BACK = 6

CODE_QUESTION = "Recovery code: "
ANOTHER_PASSPHRASE = "Opened by the recovery code. casectl key recover sets another passphrase."
HOW_TO_PROTECT = (
    "--key-file FILE makes a key without questions; --unencrypted leaves the file plain"
)


def ask_keys(session: Session, *, hint: str = ANOTHER_PASSPHRASE) -> Sequence[bytes]:
    """The passphrase or the recovery code, asked in place; then the login keyring has the key.

    ``hint`` is told to who opened it by the code. Raises WrongPassphrase or WrongCode after the
    third wrong one.
    """
    vault = session.vault
    tell(f"{vault.path} is locked.")
    question = "Passphrase: " if vault.has_passphrase else CODE_QUESTION
    for left in reversed(range(TRIES)):
        try:
            typed = ask_code(session, question)
            say_opening(session, typed)
            keys = vault.open_by(typed)
        except (WrongPassphrase, WrongCode) as error:
            note_failure(session)
            if not left:
                raise _what_opens_it(session, error) from None
            if isinstance(error, WrongCode):
                tell(f"{error}.")
            else:
                tell("That is not the passphrase.")
            if vault.has_passphrase and vault.has_recovery:
                question = "Passphrase, or the recovery code: "
        else:
            vault.remember(keys)
            if vault.by_code and hint:
                tell(hint)
            return keys
    raise AssertionError("unreachable")


def _what_opens_it(session: Session, error: CasectlError) -> CasectlError:
    """The last refusal, with what is left to try where the caseload or backup is."""
    if isinstance(error, WrongCode):
        return error
    if session.vault.has_recovery:
        hint = "the recovery code opens it as well: type it instead"
    else:
        hint = "it has no recovery code; a key file or key command may have its key"
    return WrongPassphrase(str(error.args[0]), hint=hint)


def say_opening(session: Session, typed: str) -> None:
    """A word to who waits for the passphrase, which takes seconds; none to a script."""
    if session.can_ask and not session.vault.is_code(typed):
        tell("Opening …")


def note_failure(session: Session) -> None:
    """Put a failed unlock on record; where that fails it is said, and the answer stays no."""
    try:
        session.vault.note_failed_unlock(session.clock.moment, session.config.worker)
    except CasectlError as error:
        tell(f"casectl: {error}; the failed unlock is not on record")


class Protection:
    """How a new caseload is protected: the key it gets, and the words that say what that means."""

    def __init__(
        self,
        key: bytes | None,
        *said: str,
        made: Path | None = None,
        marked: Path | None = None,
    ) -> None:
        self.key = key
        self.said = said
        self.made = made  # the new key file, if there is one
        self.marked = marked  # one that was there, and is marked as shared since

    def take_back(self, session: Session) -> None:
        """No caseload came of it, so neither slots nor a key file stay."""
        if not session.vault.remove_folder():
            return
        if self.made is not None:
            self.made.unlink(missing_ok=True)
        if self.marked is not None:
            session.vault.unmark(self.marked)


def make_caseload(
    session: Session, *, unencrypted: bool = False, key_file: str | None = None
) -> Protection:
    """A new caseload, protected, where this session looks for one; it goes on with that."""
    vault = session.vault
    vault.check_place()
    # Else the one of two that fails takes back the key of the one that does not.
    with vault.changing(None if unencrypted else vault.chosen_key_file(key_file)):
        vault.check_place()
        protection = protect(session, unencrypted=unencrypted, key_file=key_file)
        try:
            session.create_store(protection.key)
        except BaseException:
            protection.take_back(session)
            raise
    return protection


def protect(session: Session, *, unencrypted: bool, key_file: str | None) -> Protection:
    """Make what opens the caseload, before there is one. Raises what leaves nothing behind.

    A key file where one is named, a key command's key where one is set, else a passphrase and a
    recovery code, for which somebody must sit at the terminal.
    """
    vault = session.vault
    if unencrypted and key_file is not None:
        raise BadValue("--unencrypted needs no --key-file", hint="give one of them")
    if vault.slots() or (unencrypted and vault.folder.is_dir()):
        from shlex import quote

        folder = str(vault.folder)
        raise CasectlError(
            f"{folder} is an earlier caseload's, which was encrypted",
            hint="put that caseload back beside it (casectl restore); if it is gone for good, "
            f"move it away: mv {quote(folder)} {quote(f'{folder}.old')}",
        )
    if unencrypted:
        return Protection(
            None,
            "It is not encrypted: whoever gets the file reads it. Keep it on an encrypted disk.",
            "casectl encrypt changes that at any time.",
        )
    file = vault.chosen_key_file(key_file)
    if file is not None:
        return _by_key_file(session, file)
    found = vault.found() if vault.has_command else None
    if found is not None:
        vault.make_folder()
        return Protection(
            found.keys[0],
            f"It is encrypted, and opened by what {found.source} prints, which alone has the key.",
            "casectl key passphrase adds a passphrase and a recovery code.",
        )
    if not session.can_ask:
        raise BadValue("say how the caseload is protected", hint=HOW_TO_PROTECT)
    try:
        return _by_passphrase(session)
    except BaseException:
        vault.remove_folder()
        raise


def _by_key_file(session: Session, file: Path) -> Protection:
    vault = session.vault
    there = os.path.lexists(file)
    marks = there and not vault.is_shared(file)
    key = vault.key_of_file(file)
    vault.make_folder()
    said = [
        f"It is encrypted; its key is in {'the' if there else 'a new'} file:",
        f"  {file.absolute()}",
        "Only that file opens it: keep a copy elsewhere, or add casectl key passphrase.",
    ]
    if there:
        said.append("Other caseloads may have that key too, so casectl key rotate leaves it alone.")
    if vault.named_key_file != file:
        said.append("Tell casectl where it is, or nothing opens the caseload:")
        said.append(f"  casectl config set key_file {_to_type(file.absolute())}")
    return Protection(key, *said, made=None if there else file, marked=file if marks else None)


def _to_type(file: Path) -> str:
    """A path as a shell takes it, from home on where it lies there: shorter, and never wrapped."""
    from shlex import quote

    with suppress(ValueError, RuntimeError):
        return f"~/{quote(str(file.relative_to(Path.home())))}"
    return quote(str(file))


def _by_passphrase(session: Session) -> Protection:
    vault = session.vault
    tell("Your caseload is encrypted with a key that a passphrase opens.")
    tell("Take four or five words that nobody would put together; there is no back door.")
    # Nothing is written before the last answer: slots that a kill left would lock the next one out.
    passphrase = chosen_passphrase(session)
    code = noted_code(session)
    key = vault.new_key()
    _wrap(session, [key], passphrase)
    vault.set_recovery([key], code)
    kept = vault.remember([key])
    idle = session.config.lock_minutes
    return Protection(
        key,
        "It is encrypted, and opened by your passphrase or the recovery code.",
        f"Unlocked until it is idle for {idle} minutes; casectl lock locks it at once."
        if kept
        else "This system has no login keyring, so each command asks for the passphrase.",
    )


def set_passphrase(session: Session, keys: Sequence[bytes]) -> None:
    """A new passphrase in the place of the one before."""
    _wrap(session, keys, chosen_passphrase(session))


def chosen_passphrase(session: Session) -> str:
    """A new passphrase, typed twice. Raises BadValue after the third that cannot be taken."""
    for left in reversed(range(TRIES)):
        first = session.ask_secret("New passphrase: ")
        try:
            session.vault.check_passphrase(first)
            if session.ask_secret("Once more: ") != first:
                raise BadValue("the two are not the same")
        except BadValue as error:
            if not left:
                raise
            tell(f"{error}.")
            continue
        return first
    raise AssertionError("unreachable")


def _wrap(session: Session, keys: Sequence[bytes], passphrase: str) -> None:
    tell("Wrapping the key; this takes a few seconds …")
    session.vault.set_passphrase(keys, passphrase)


def set_recovery(session: Session, keys: Sequence[bytes]) -> None:
    """A new recovery code in the place of the one before."""
    session.vault.set_recovery(keys, noted_code(session))


def noted_code(session: Session) -> str:
    """A new recovery code: shown, and its end asked back before it counts.

    Asked until it is right, because a passphrase was chosen meanwhile; Ctrl-C gives up.
    """
    code = session.vault.new_code()
    tell("")
    tell("This recovery code opens the caseload when the passphrase is lost. It is shown only now.")
    tell("Write it down, and keep it where neither this machine's thief nor a fire gets it.")
    while not _written_down(session, code):
        tell("Here it is once more. Ctrl-C gives up.")
    return code


def _written_down(session: Session, code: str) -> bool:
    """Show a code and ask its end back; False after the third wrong one."""
    tell("")
    for line in code_in_groups(code):
        tell(f"    {line}")
    tell("")
    for _ in range(TRIES):
        typed = session.ask("Its last two groups, to be sure: ")
        if "".join(typed.split()).upper()[-ASKED_BACK:] == code[-ASKED_BACK:]:
            return True
        tell("Those are not its last two.")
    return False


def ask_code(session: Session, question: str) -> str:
    """A passphrase or a recovery code, unseen. A code may be typed or pasted in several lines.

    Unseen, because whoever reads it over a shoulder can open every copy from then on.
    """
    with _unseen(session) as ask:
        typed = ask(question)
        while is_begun_code(typed):
            line = ask("Go on with the code, or Enter: ")
            if not line.strip():
                break
            typed = f"{typed} {line}"
    return typed


@contextmanager
def _unseen(session: Session) -> Iterator[Callable[[str], str]]:
    """Inside, one question after another is answered unseen, and no line of a paste is lost.

    ``getpass`` drops what came with the line that it reads: each of its questions would take one
    line of a pasted code, show the next while it is between two, and throw the rest away.
    """
    if sys.platform == "win32" or not sys.stdin.isatty():  # its console keeps what was pasted
        yield session.ask_secret
        return
    import termios

    from casectl.session import decoded

    with Path("/dev/tty").open("r+b", buffering=0) as terminal:
        seen = termios.tcgetattr(terminal)
        unseen = termios.tcgetattr(terminal)
        unseen[3] &= ~termios.ECHO

        def ask(question: str) -> str:
            terminal.write(visible(question).encode())
            line = terminal.readline()
            terminal.write(b"\n")
            if not line:
                raise EOFError
            return decoded(line.rstrip(b"\r\n"), "answer")

        try:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, unseen)
            yield ask
        finally:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, seen)


def recover(session: Session, read_code: Callable[[], str]) -> list[bytes]:
    """The keys behind the recovery code, asked for until it fits. Raises WrongCode."""
    for left in reversed(range(TRIES)):
        try:
            return session.vault.recover(read_code())
        except WrongCode as error:
            note_failure(session)
            if not left or not session.can_ask:
                raise
            tell(f"{error}.")
    raise AssertionError("unreachable")


def first_line(session: Session) -> str:
    """A secret from a script's standard input: its first line, without the line end."""
    line = sys.stdin.readline() if sys.stdin is not None else ""
    if not line:
        raise BadValue("--stdin is given, and standard input is empty")
    with suppress(UnicodeEncodeError):
        line.encode()
        return line.rstrip("\r\n")
    raise BadValue("standard input is not valid UTF-8")
