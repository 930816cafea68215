"""note, jot, jots, file: what is written down, on a case or on none yet, exactly as written."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from casectl.core.errors import BadValue, Busy, CasectlError, Declined, Kept, NotFound
from casectl.core.model import JOT_DRAFT, Case, Jot, Note, note_draft
from casectl.core.text import checked_text
from casectl.core.values import NamedTuple
from casectl.parameters import CaseArgument, complete_jot, current, whole_number
from casectl.render import reports, tell
from casectl.render.objects import jot_object, note_object
from casectl.session import MOST_BYTES, STDIN, Session, Unanswered, decoded

if TYPE_CHECKING:
    from casectl.editor import Desk

Made = TypeVar("Made", Note, Jot)
END = "."
TextArgument = Annotated[
    str | None, typer.Argument(metavar="[TEXT|-]", help="The text; - reads standard input.")
]
EditOption = Annotated[bool, typer.Option("--edit", help="Write it in $VISUAL or $EDITOR.")]


def note(
    ctx: typer.Context,
    case: CaseArgument,
    text: TextArgument = None,
    edit: EditOption = False,
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

    def save(written: str) -> Note:
        return session.store.contacts.note(found, checked_text(written, "note"), day)

    page = Page("note", "a note on it", note_draft(found.id), f"casectl note {found.number}")
    _echo(session, found, _written(session, page, text, edit=edit, save=save))


def jot(ctx: typer.Context, text: TextArgument = None, edit: EditOption = False) -> None:
    """Write something down that belongs to no case yet.

    No case and no questions: casectl jot "sister called, will ring again". casectl alone counts
    what is not filed yet, casectl jots lists it, and casectl file 3 garcia makes jot 3 a note of
    that case, on the day that it was jotted down. A text may be given as for casectl note.
    """
    session = current(ctx)

    def save(written: str) -> Jot:
        return session.store.jots.add(checked_text(written, "jot"))

    page = Page("jot", "a jot", JOT_DRAFT, "casectl jot")
    made = session.shown(_written(session, page, text, edit=edit, save=save))
    session.output.wrote(
        jot_object(made),
        f"Jot {made.number}, {session.say_day(made.on_day)}, {_length(made.text)}: "
        f"casectl file {made.number} CASE makes it a note.",
    )


def jots(
    ctx: typer.Context,
    drop: Annotated[
        int | None,
        typer.Option(
            "--drop", parser=whole_number, metavar="N", help="Drop this one: it is no client's."
        ),
    ] = None,
) -> None:
    """List what was jotted down and is not filed yet."""
    session = current(ctx)
    if drop is None:
        reports.jots(session.store.jots.unfiled(), session.output)
        return
    found = _unfiled(session, drop)
    session.store.jots.drop(found)
    session.output.wrote(
        jot_object(session.shown(found)),
        f"Jot {found.number} is dropped. casectl undo brings it back.",
    )


def file(
    ctx: typer.Context,
    number: Annotated[
        int,
        typer.Argument(
            parser=whole_number,
            metavar="JOT",
            help="Its number, as casectl jots lists it.",
            autocompletion=complete_jot,
        ),
    ],
    case: CaseArgument,
) -> None:
    """Make a jot a note of a case."""
    session = current(ctx)
    found = _unfiled(session, number)
    target = session.find_case(case, write=True)
    made = session.store.jots.file(found, target)
    left = session.store.jots.count()
    still = f"{left} jot{'s' * (left > 1)} left: casectl jots" if left else ""
    _echo(session, target, made, *filter(None, [still]), start=f"Jot {number} filed. ")


def _unfiled(session: Session, number: int) -> Jot:
    found = session.store.jots.numbered(number)
    if found is None:
        raise NotFound(f"no jot {number}", hint="casectl jots lists those that are not filed")
    if found.filed_as is not None:
        case = session.store.jots.case_of(found)
        raise BadValue(
            f"jot {number} is filed already, to {case.handle}",
            hint=f"casectl show {case.number} --all has it",
        )
    return found


class Page(NamedTuple):
    """What is being written, and how it is gone on with where it could not be saved."""

    what: str
    of: str  # the same, and of what
    draft: str  # the name it is kept under
    command: str


def _written(
    session: Session, page: Page, text: str | None, *, edit: bool, save: Callable[[str], Made]
) -> Made:
    """The text from wherever it comes, saved."""
    if edit and text == STDIN:
        raise BadValue("- and --edit do not go together")
    if edit:
        return _edited(session, page, text, save)
    if text is not None:
        return save(session.typed(text, page.what, exact=True))
    if session.can_ask:
        return _asked(session, page, save)
    raise BadValue("there is no text", hint="write it, or - to read standard input, or --edit")


def _echo(session: Session, case: Case, made: Note, *sentences: str, start: str = "") -> None:
    long = _length(made.text)
    case, made = session.shown(case), session.shown(made)
    session.output.wrote(
        note_object(made, case),
        f"{start}{case.client} ({case.handle}): note {case.number}.n{made.number}, "
        f"{session.say_day(made.on_day)}, {long}.",
        *sentences,
    )


def _length(text: str) -> str:
    size = text.count("\n") + (not text.endswith("\n"))
    if size > 1:
        return f"{size:,} lines"
    return f"{len(text):,} character{'s' if len(text) != 1 else ''}"


def _asked(session: Session, page: Page, save: Callable[[str], Made]) -> Made:
    if session.store.intake.draft(page.draft) is not None:
        tell(f"A draft of {page.of} is kept: {page.command} --edit goes on with it.")
    tell(f"Write the {page.what}; a line with a lone {END} ends it, Ctrl-C keeps a draft.")
    lines: list[str] = []
    try:
        while (line := session.ask("> ")) != END:
            lines.append(line)
    except EOFError:
        tell("")
    except Unanswered as stop:
        if lines and _kept_as_draft(session, page, _with_draft(session, page, lines), stop):
            raise Unanswered(f"nobody typed on; the {page.what} is kept as a draft") from None
        raise
    except KeyboardInterrupt as stop:
        tell("")
        if any(line.strip() for line in lines):
            _keep_or_leave(session, page, lines, stop)
        raise
    if not any(line.strip() for line in lines):
        raise Declined("nothing was written")
    written = "\n".join(lines)
    try:
        return save(written)
    except Kept:
        raise
    except CasectlError as error:
        _keep_or_leave(session, page, lines, error)
        raise


def _with_draft(session: Session, page: Page, lines: list[str]) -> str:
    """The lines behind the draft that is kept already, which they must not take the place of."""
    draft = session.store.intake.draft(page.draft)
    return "\n".join([*([draft] if draft else []), *lines])


def _keep_or_leave(session: Session, page: Page, lines: list[str], stop: BaseException) -> None:
    """Keep it as a draft; where that cannot be written, in a file that only its writer reads."""
    if not _kept_as_draft(session, page, _with_draft(session, page, lines), stop):
        from casectl.editor import desk

        with desk() as left:
            left.put("\n".join(lines))
            tell(_where(left, page))


# -- the editor --------------------------------------------------------------------------------


def _edited(session: Session, page: Page, text: str | None, save: Callable[[str], Made]) -> Made:
    """What a person made in their editor of the draft and of ``text``.

    What cannot be saved is kept: as a draft, or in the file. An emptied file drops the draft.
    """
    from casectl.editor import desk, editor_command

    if session.no_input:
        raise BadValue("--edit asks, and --no-input never does")
    command = editor_command()
    drafts = session.store.intake
    draft = drafts.draft(page.draft)
    if draft is not None:
        tell("It goes on with the draft that was kept.")
    begun = "\n".join(each for each in (draft, text) if each)
    with desk() as private:
        private.put(begun)
        try:
            private.edit(command)
            written = _read(private.read(MOST_BYTES), page)
            if not written.strip():
                if draft is not None:
                    drafts.drop_draft(page.draft)
                raise Declined(f"the {page.what} is empty; nothing was written")
            made = save(written)
        except (Declined, Kept):
            raise
        except (CasectlError, KeyboardInterrupt) as stop:
            _rescue(session, page, private, begun, stop)
            raise
    if draft is not None:
        drafts.drop_draft(page.draft)
    return made


def _read(written: bytes, page: Page) -> str:
    return decoded(written, page.what).removesuffix("\n")  # editors end the last line with one


def _rescue(session: Session, page: Page, private: "Desk", begun: str, stop: BaseException) -> None:
    """Keep what the person wrote beyond what was there when they began."""
    left = private.read(MOST_BYTES)
    if not left.strip() or left.removesuffix(b"\n") == begun.encode().removesuffix(b"\n"):
        return
    try:
        text = _read(left, page)
    except BadValue:
        text = None
    if text is None or not _kept_as_draft(session, page, text, stop):
        tell(_where(private, page))


# -- what could not be saved -------------------------------------------------------------------


def _kept_as_draft(session: Session, page: Page, text: str, stop: BaseException) -> bool:
    if isinstance(stop, Busy):
        return False  # whoever holds the file would be waited for as long again
    try:
        session.store.intake.keep_draft(page.draft, text)
    except CasectlError:
        return False
    tell(f"Kept as a draft: {page.command} --edit goes on with it.")
    return True


def _where(desk: "Desk", page: Page) -> str:
    """Where the text is from now on, how it is saved, and for how long it is there."""
    lasts = (
        "It is in memory: log out or restart, and it is gone."
        if desk.in_memory
        else "A restart may clear that folder."
    )
    return (
        f"What you wrote is in {desk.leave()}, which only you can read: {page.command} "
        f"- < that file saves it, and then remove it. {lasts}"
    )
