"""note: a note on a case, stored exactly as written."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.core.errors import BadValue, Busy, CasectlError, Declined, Kept
from casectl.core.model import Case, Note, note_draft
from casectl.core.text import checked_text
from casectl.parameters import CaseArgument, current
from casectl.render import tell
from casectl.render.objects import note_object
from casectl.session import MOST_BYTES, STDIN, Session, Unanswered, decoded

if TYPE_CHECKING:
    from casectl.editor import Desk

END = "."


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
    file in a private folder, in memory where there is such a place, which is gone afterwards; what
    could not be saved is kept as a draft, and the next --edit goes on with it. The note is stored
    exactly as written. What is not typed as an argument stands in no shell's history.
    """
    session = current(ctx)
    found = session.find_case(case, write=True)
    day = session.read_day(on, back=True) if on else session.today
    if day > session.today:
        raise BadValue(f"{session.say_day(day)} is still ahead", hint="casectl follow plans it")
    if edit and text == STDIN:
        raise BadValue("- and --edit do not go together")

    def save(written: str) -> Note:
        return session.store.contacts.note(found, checked_text(written, "note"), day)

    if edit:
        made = _edited(session, found, text, save)
    elif text is not None:
        made = save(session.typed(text, "note", exact=True))
    elif session.can_ask:
        made = _asked(session, found, save)
    else:
        raise BadValue("there is no text", hint="write it, or - to read standard input, or --edit")
    _echo(session, found, made)


def _echo(session: Session, case: Case, made: Note) -> None:
    size = made.text.count("\n") + (not made.text.endswith("\n"))
    long = f"{size:,} lines"
    if size == 1:
        long = f"{len(made.text):,} character{'s' if len(made.text) != 1 else ''}"
    case, made = session.shown(case), session.shown(made)
    session.output.wrote(
        note_object(made, case),
        f"{case.client} ({case.handle}): note {case.number}.n{made.number}, "
        f"{session.say_day(made.on_day)}, {long}.",
    )


def _asked(session: Session, case: Case, save: Callable[[str], Note]) -> Note:
    if session.store.intake.draft(note_draft(case.id)) is not None:
        tell(f"A draft of a note on it is kept: casectl note {case.number} --edit goes on with it.")
    tell(f"Write the note; a line with a lone {END} ends it, Ctrl-C leaves it.")
    lines: list[str] = []
    try:
        while (line := session.ask("> ")) != END:
            lines.append(line)
    except EOFError:
        tell("")
    except Unanswered as stop:
        if lines and _kept_as_draft(session, case, "\n".join(lines), stop):
            raise Unanswered("nobody typed on; the note is kept as a draft") from None
        raise
    if not any(line.strip() for line in lines):
        raise Declined("nothing was written")
    written = "\n".join(lines)
    try:
        return save(written)
    except Kept:
        raise
    except CasectlError as error:
        if not _kept_as_draft(session, case, written, error):
            from casectl.editor import desk

            with desk() as left:
                left.put(written)
                tell(_where(left, case))
        raise


# -- the editor --------------------------------------------------------------------------------


def _edited(session: Session, case: Case, text: str | None, save: Callable[[str], Note]) -> Note:
    """What a person made in their editor of the draft and of ``text``.

    What cannot be saved is kept: as a draft, or in the file. An emptied file drops the draft.
    """
    from casectl.editor import desk, editor_command

    if session.no_input:
        raise BadValue("--edit asks, and --no-input never does")
    command = editor_command()
    drafts, name = session.store.intake, note_draft(case.id)
    draft = drafts.draft(name)
    if draft is not None:
        tell("It goes on with the draft that was kept.")
    begun = "\n".join(each for each in (draft, text) if each)
    with desk() as private:
        private.put(begun)
        try:
            private.edit(command)
            written = _read(private.read(MOST_BYTES))
            if not written.strip():
                if draft is not None:
                    drafts.drop_draft(name)
                raise Declined("the note is empty; nothing was written")
            made = save(written)
        except (Declined, Kept):
            raise
        except (CasectlError, KeyboardInterrupt) as stop:
            _rescue(session, case, private, begun, stop)
            raise
    if draft is not None:
        drafts.drop_draft(name)
    return made


def _read(written: bytes) -> str:
    return decoded(written, "note").removesuffix("\n")  # editors end the last line with one


def _rescue(session: Session, case: Case, private: "Desk", begun: str, stop: BaseException) -> None:
    """Keep what the person wrote beyond what was there when they began."""
    left = private.read(MOST_BYTES)
    if not left.strip() or left.removesuffix(b"\n") == begun.encode().removesuffix(b"\n"):
        return
    try:
        text = _read(left)
    except BadValue:
        text = None
    if text is None or not _kept_as_draft(session, case, text, stop):
        tell(_where(private, case))


# -- what could not be saved -------------------------------------------------------------------


def _kept_as_draft(session: Session, case: Case, text: str, stop: BaseException) -> bool:
    if isinstance(stop, Busy):
        return False  # whoever holds the file would be waited for as long again
    try:
        session.store.intake.keep_draft(note_draft(case.id), text)
    except CasectlError:
        return False
    tell(f"Kept as a draft: casectl note {case.number} --edit goes on with it.")
    return True


def _where(desk: "Desk", case: Case) -> str:
    """Where the text is from now on, how it is saved, and for how long it is there."""
    lasts = (
        "It is in memory: log out or restart, and it is gone."
        if desk.in_memory
        else "A restart may clear that folder."
    )
    return (
        f"What you wrote is in {desk.leave()}, which only you can read: casectl note "
        f"{case.number} - < that file saves it, and then remove it. {lasts}"
    )
