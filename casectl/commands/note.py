"""note: a note on a case, stored exactly as written."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from casectl.core.errors import BadValue, CasectlError, Declined
from casectl.core.text import NOTE_LIMIT, checked_text
from casectl.parameters import CaseArgument, current
from casectl.render import tell
from casectl.render.objects import note_object
from casectl.session import Session

STDIN = "-"
END = "."
MOST_BYTES = 4 * NOTE_LIMIT  # UTF-8 takes four bytes at the most for a character


def note(
    ctx: typer.Context,
    case: CaseArgument,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT|-]", help="The note; - reads standard input.")
    ] = None,
    edit: Annotated[bool, typer.Option("--edit", help="Write it in $VISUAL or $EDITOR.")] = False,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it is about (today).")
    ] = None,
) -> None:
    """Write a note on a case.

    Without a text it asks for lines, until one that is a lone dot. --edit opens your editor on a
    file in a private folder, which is gone afterwards. The note is stored exactly as written.
    """
    session = current(ctx)
    found = session.find_case(case, write=True)
    day = session.read_day(on, back=True) if on else session.today
    if day > session.today:
        raise BadValue(f"{session.say_day(day)} is still ahead", hint="casectl follow plans it")
    written = checked_text(_text(session, text, edit), "note")
    made = session.store.contacts.note(found, written, day)
    lines = written.count("\n") + (not written.endswith("\n"))
    size = f"{len(written):,} characters" if lines == 1 else f"{lines:,} lines"
    session.output.wrote(
        note_object(made, found),
        f"{found.client} ({found.handle}): note {found.number}.n{made.number}, "
        f"{session.say_day(day)}, {size}.",
    )


def _text(session: Session, text: str | None, edit: bool) -> str:
    if edit:
        if text == STDIN:
            raise BadValue("- and --edit do not go together")
        return _edited(session, text or "")
    if text == STDIN:
        return _piped()
    if text is not None:
        return text
    if not session.can_ask:
        raise BadValue("there is no text", hint="write it, or - to read standard input, or --edit")
    return _typed(session)


def _piped() -> str:
    """Standard input to its end, or to the limit: a longer one is refused without reading it."""
    if sys.stdin is None:
        raise BadValue("standard input is closed", hint="write the text as an argument")
    return _decoded(sys.stdin.buffer.read(MOST_BYTES + 1))


def _decoded(written: bytes) -> str:
    if len(written) > MOST_BYTES:
        raise BadValue(f"the note is over {NOTE_LIMIT:,} characters")
    try:
        return written.decode()
    except UnicodeDecodeError:
        raise BadValue("the note is not valid UTF-8") from None


def _typed(session: Session) -> str:
    tell(f"Write the note; a line with a lone {END} ends it, Ctrl-C leaves it.")
    lines: list[str] = []
    try:
        while (line := session.ask("> ")) != END:
            lines.append(line)
    except EOFError:
        tell("")
    if not any(line.strip() for line in lines):
        raise Declined("nothing was written")
    return "\n".join(lines)


# -- the editor --------------------------------------------------------------------------------


def _edited(session: Session, text: str) -> str:
    """What a person made of ``text`` in their editor. Nothing of it stays on the disk."""
    import tempfile

    if session.no_input:
        raise BadValue("--edit asks, and --no-input never does")
    command = _editor()
    with _ending_on_signals(), tempfile.TemporaryDirectory(dir=_memory()) as folder:
        path = Path(folder) / "note.txt"
        path.touch(mode=0o600)
        path.write_bytes(text.encode())
        _run([*command, str(path)])
        written = _decoded(_read(path)).removesuffix("\n")  # editors end the last line with one
    if not written.strip():
        raise Declined("the note is empty; nothing was written")
    return written


def _read(path: Path) -> bytes:
    """What the editor left, as far as a note may go; nothing where it removed the file."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError:
        return b""


def _editor() -> list[str]:
    import shlex

    for name in ("VISUAL", "EDITOR"):
        if command := os.environ.get(name, "").strip():
            try:
                return shlex.split(command)
            except ValueError:
                raise BadValue(f"cannot read ${name} as a command") from None
    raise BadValue("no editor is set", hint="export EDITOR=nano, or write the text after the case")


def _memory() -> str | None:
    """A folder that is kept in memory, so that the text never reaches a disk; None for any."""
    for folder in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):
        if folder and Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK):
            return folder
    return None


def _run(command: list[str]) -> None:
    import subprocess

    try:
        code = subprocess.call(command)
    except OSError as error:
        raise CasectlError(
            f"cannot run the editor {command[0][:60]!r} ({error.strerror})",
            hint="set $VISUAL or $EDITOR",
        ) from None
    if code != 0:
        raise CasectlError(f"the editor ended with {code}; nothing was written")


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    """A closed window or a kill ends like Ctrl-C does, so that the folder is always removed."""
    import signal

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    kept = {name: signal.signal(getattr(signal, name), end) for name in names}
    try:
        yield
    finally:
        for name, handler in kept.items():
            signal.signal(getattr(signal, name), handler)
