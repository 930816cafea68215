"""note, sign, jot, jots, file: what is written down, on a case or on none yet, as written."""

import os
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from casectl.asking import BACK, TAKE_BACK
from casectl.core.errors import BadValue, Busy, CasectlError, Declined, Kept, NotFound
from casectl.core.model import JOT_DRAFT, Case, Contact, Jot, Note, note_draft
from casectl.core.text import checked_text
from casectl.core.values import NamedTuple
from casectl.naming import find_case, find_item, find_note, names_a_note
from casectl.parameters import (
    CaseArgument,
    complete_case,
    complete_jot,
    current,
    whole_number,
)
from casectl.render import Object, reports, tell
from casectl.render.objects import jot_object, note_object
from casectl.session import MOST_BYTES, STDIN, Session, Unanswered, decoded

if TYPE_CHECKING:
    from casectl.core.noting import Form
    from casectl.editor import Desk

Made = TypeVar("Made", Note, Jot)
END = "."
TextArgument = Annotated[
    str | None, typer.Argument(metavar="[TEXT|-]", help="The text; - reads standard input.")
]
EditOption = Annotated[bool, typer.Option("--edit", help="Write it in $VISUAL or $EDITOR.")]


RESOLVE = "resolve"
NO_CONTACT = "none"


def note(
    ctx: typer.Context,
    case: Annotated[
        str,
        typer.Argument(
            metavar="CASE|NOTE",
            help="A case, or a note (12.n3), which is then added to.",
            autocompletion=complete_case,
        ),
    ],
    text: TextArgument = None,
    outcome: Annotated[
        str | None,
        typer.Argument(hidden=True, help="Behind note resolve 12.n4: what came of it."),
    ] = None,
    edit: EditOption = False,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day it is about (today).")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--form", metavar="FORM", help="soap, dap, birp or girp.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="advocacy, conference, negotiation, conflict, decision, ethics or education.",
        ),
    ] = None,
    part: Annotated[
        list[str] | None,
        typer.Option("--part", metavar="PART=TEXT", help="A part of it: S=…, choice=…"),
    ] = None,
    contact: Annotated[
        str | None,
        typer.Option(
            "--contact",
            metavar="CONTACT",
            help="The contact it is the note of (12.c3); none for no contact.",
        ),
    ] = None,
) -> None:
    """Write a note on a case.

    Without a text it asks for lines, until one that is a lone dot. --edit opens your editor on a
    file in a private folder, in memory where there is such a place, which is gone afterwards; what
    could not be saved is kept as a draft, and the next --edit goes on with it. The note is stored
    exactly as written. What is not typed as an argument stands in no shell's history.

    With a form it is asked for part by part, or takes --part S=… --part P=…, or a text whose lines
    begin with the headings (S: …). A kind is a note of something else that was done or decided,
    with parts of its own: --kind decision --part options=… --part choice=… --part reason=…

    It is the note of that day's last contact which has none, and says so; of a kind only where
    --contact names one. An ethical concern is open until casectl note resolve 12.n4 TEXT. A signed
    note (casectl sign) is added to by casectl note 12.n3 TEXT.
    """
    session = current(ctx)
    if case == RESOLVE and text is not None and outcome is None:
        text, _, outcome = text.partition(" ")  # as casectl day hands it on: all in one piece
    if case == RESOLVE and text is not None and names_a_note(text):
        _check_none("note resolve", (edit, form, kind, part, contact))
        _resolve(session, text, outcome or None, on)
        return
    if outcome is not None:
        raise BadValue("the note is several words", hint='put it in quotes: "note"')
    if names_a_note(case):
        _check_none("an addendum", (form, kind, part, contact))
        _add_to(session, case, text, on, edit=edit)
        return
    found = find_case(session, case, write=True)
    day = _day_of(session, on)
    as_form = _find_form(form, kind, part)
    of = _contact_of(session, found, day, contact, default=as_form is None or not as_form.is_kind)

    def keep(text: str) -> Note:
        name = as_form.name if as_form is not None else None
        about = of.on_day if of is not None and on is None else day
        return session.store.notes.add(found, text, about, form=name, contact=of)

    def save(written: str) -> Note:
        return keep(_as_stored(as_form, written))

    page = Page("note", "a note on it", note_draft(found.id), _command(found, as_form))
    if part:
        made = _in_parts(as_form, part, text, edit=edit, keep=keep)
    elif as_form is not None:
        made = _in_form(session, page, as_form, text, edit=edit, save=save, keep=keep)
    else:
        made = _written(session, page, text, edit=edit, save=save)
    _echo(session, found, made, *_told(session, found, made, of, as_form), contact=of)


def sign(
    ctx: typer.Context,
    items: Annotated[
        list[str],
        typer.Argument(
            metavar="NOTE...", help="The notes (12.n3 12.n4).", autocompletion=complete_case
        ),
    ],
) -> None:
    """Sign notes, so that nobody takes them back.

    A signature cannot be undone, and neither can a note that has one. What is to be said
    afterwards is an addendum: casectl note 12.n3 TEXT. A terminal is asked first.
    """
    session = current(ctx)
    named = {each[1].id: each for each in [find_note(session, item) for item in items]}
    for case, each in named.values():
        if each.signed_at is not None:
            raise BadValue(
                f"{_name(case, each)} is signed already, by {each.signed_by}",
                hint=f"casectl note {_name(case, each)} TEXT adds to it",
            )
    told = ", ".join(_name(case, each) for case, each in named.values())
    if session.can_ask and not session.yes:
        question = f"Sign {told} as {session.config.worker}? It cannot be undone."
        session.confirm(question, otherwise=Declined("nothing was signed"))
    signed = session.store.notes.sign([each for _, each in named.values()])
    cases = [case for case, _ in named.values()]
    session.output.wrote_all(
        [
            _object(session, session.shown(case), session.shown(each))
            for case, each in zip(cases, signed, strict=True)
        ],
        *(
            f"{session.shown(case).client} ({session.shown(case).handle}): "
            f"{_name(case, each)} is signed by {each.signed_by}."
            for case, each in zip(cases, signed, strict=True)
        ),
        f"What is to be said from now on is added: casectl note {told.partition(',')[0]} TEXT",
    )


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
        is_begun = session.store.intake.draft(JOT_DRAFT) is not None
        reports.jots(session.store.jots.unfiled(), session.output, is_begun=is_begun)
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
    target = find_case(session, case, write=True)
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


def _echo(
    session: Session,
    case: Case,
    made: Note,
    *sentences: str,
    start: str = "",
    contact: Contact | None = None,
    adds_to: Note | None = None,
) -> None:
    long = _length(made.text)
    case, made = session.shown(case), session.shown(made)
    what = "note"
    if made.form is not None:
        from casectl.core.noting import form_words

        what = f"{form_words(made.form)} note"
    session.output.wrote(
        note_object(made, case, contact, adds_to),
        f"{start}{case.client} ({case.handle}): {what} {case.number}.n{made.number}, "
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


# -- of a form, of a contact -------------------------------------------------------------------


def _check_none(what: str, options: Sequence[object]) -> None:
    if any(options):
        raise BadValue(f"{what} takes a text and --on, nothing else")


def _day_of(session: Session, on: str | None) -> date:
    day = session.read_day(on, back=True) if on else session.today
    if day > session.today:
        raise BadValue(f"{session.say_day(day)} is still ahead", hint="casectl follow plans it")
    return day


def _find_form(form: str | None, kind: str | None, part: list[str] | None) -> "Form | None":
    if form is None and kind is None:
        if part:
            raise BadValue("--part needs --form or --kind", hint="as in --form soap --part S=…")
        return None
    from casectl.core.noting import find_form

    return find_form(form, kind)


def _as_stored(form: "Form | None", written: str) -> str:
    if form is None:
        return checked_text(written, "note")
    from casectl.core.noting import written_text

    return written_text(form, written)


def _command(case: Case, form: "Form | None") -> str:
    """What goes on with the draft of such a note."""
    if form is None:
        return f"casectl note {case.number}"
    return f"casectl note {case.number} --{'kind' if form.is_kind else 'form'} {form.name}"


def _contact_of(
    session: Session, case: Case, day: date, named: str | None, *, default: bool
) -> Contact | None:
    """The contact that is named, as it counts now; else that day's last one without a note."""
    if named is None:
        return session.store.notes.latest_without(case, day) if default else None
    if named.strip().lower() == NO_CONTACT:
        return None
    stem, _, part = named.strip().rpartition(".")
    number = part.removeprefix("c")
    if not (part.startswith("c") and number.isascii() and number.isdigit()):
        raise BadValue(f"{named[:40]!r} names no contact", hint=f"as in {case.number}.c1, or none")
    if stem and find_item(session, named).case.id != case.id:
        raise BadValue(f"{named[:40]} is a contact of another case")
    found = session.store.contacts.numbered(case, int(number[:10]))
    if found is None:
        raise NotFound(
            f"{case.handle} has no contact {case.number}.c{number[:10]}",
            hint=f"casectl show {case.number} --all lists them",
        )
    return session.store.contacts.newest(found)


def _in_parts(
    form: "Form | None",
    part: list[str],
    text: str | None,
    *,
    edit: bool,
    keep: Callable[[str], Note],
) -> Note:
    """A note whose parts the command line gives."""
    from casectl.core.noting import given_parts, text_of

    assert form is not None, "--part was refused without"
    if text is not None or edit:
        raise BadValue("--part gives the whole note, so no text and no --edit goes with it")
    return keep(text_of(form, given_parts(form, part)))


def _in_form(
    session: Session,
    page: "Page",
    form: "Form",
    text: str | None,
    *,
    edit: bool,
    save: Callable[[str], Note],
    keep: Callable[[str], Note],
) -> Note:
    """A note in parts: in the editor under their headings, or asked for one after another."""
    from casectl.core.noting import template

    drafted = session.store.intake.draft(page.draft) is not None
    if edit and text is None and not drafted:
        text = template(form)
    if edit or text is not None or not session.can_ask:
        return _written(session, page, text, edit=edit, save=save)
    return _asked_parts(session, page, form, keep)


def _asked_parts(session: Session, page: "Page", form: "Form", keep: Callable[[str], Note]) -> Note:
    from casectl.core.noting import text_of

    if session.store.intake.draft(page.draft) is not None:
        tell(f"A draft of {page.of} is kept: {page.command} --edit goes on with it.")
    tell("Enter leaves a part out, < goes back, Ctrl-C keeps a draft.")
    parts: dict[str, str] = {}

    def keep_draft(stop: BaseException) -> None:
        if parts:
            told = [
                f"{each.heading}: {parts[each.key]}" for each in form.parts if each.key in parts
            ]
            _keep_or_leave(session, page, told, stop)

    try:
        _ask_parts(session, form, parts)
    except EOFError:
        tell("")
    except (Unanswered, KeyboardInterrupt) as stop:
        tell("")
        keep_draft(stop)
        raise
    try:
        return keep(text_of(form, parts))
    except (Kept, Declined):
        raise
    except CasectlError as error:
        keep_draft(error)
        raise


def _ask_parts(session: Session, form: "Form", parts: dict[str, str]) -> None:
    """Fill ``parts`` there and back. On the way back Enter leaves a part as it was answered."""
    place = 0
    while place < len(form.parts):
        part = form.parts[place]
        before = parts.get(part.key)
        enter = f" [{session.shown(before)}]" if before else ""
        answer = session.ask(f"{part.heading} ({part.asks}){enter}: ").strip()
        if answer == BACK:
            if not place:
                tell("That was the first part.")
            place = max(place - 1, 0)
        elif answer == TAKE_BACK and before:
            del parts[part.key]
        elif not answer and not before and part.key in form.needs:
            tell(f"{part.heading} is needed.")
        else:
            if answer:
                parts[part.key] = answer
            place += 1


def _told(
    session: Session, case: Case, made: Note, contact: Contact | None, form: "Form | None"
) -> list[str]:
    """Of which contact it is, whether it came late, and what its form has beside."""
    told = []
    if contact is not None:
        from casectl.core.noting import Written
        from casectl.render.noting import came_late

        day = session.say_short(contact.on_day)
        said = f"It is the note of {case.number}.c{contact.number} ({contact.outcome}, {day})"
        late = came_late(Written(made, contact))
        told.append(f"{said}, late: more than 24 hours after it." if late else f"{said}.")
    if form is not None:
        from casectl.core.noting import ETHICS, left_out

        without = left_out(form, made.text)
        told += [f"Without {' and '.join(without)}."] if without else []
        if form.name == ETHICS:
            item = _name(case, made)
            told.append(f"It is open until casectl note resolve {item} TEXT says what came of it.")
    return told


def _add_to(session: Session, item: str, text: str | None, on: str | None, *, edit: bool) -> None:
    case, original = find_note(session, item)
    day = _day_of(session, on)

    def save(written: str) -> Note:
        return session.store.notes.add_to(original, checked_text(written, "addendum"), day)

    page = Page("addendum", "a note on it", note_draft(case.id), f"casectl note {item}")
    made = _written(session, page, text, edit=edit, save=save)
    first = _original(session, made)
    _echo(session, case, made, f"It adds to {_name(case, first)}.", adds_to=first)


def _resolve(session: Session, item: str, outcome: str | None, on: str | None) -> None:
    from casectl.core.noting import is_open

    case, concern = find_note(session, item)
    if not is_open(concern):
        ended = concern.resolved_on
        raise BadValue(
            f"{_name(case, concern)} is resolved since {session.say_day(ended)}"
            if ended is not None
            else f"{_name(case, concern)} is no open concern",
            hint="casectl lint lists those that are open",
        )
    day = _day_of(session, on)
    if day < concern.on_day:
        raise BadValue(f"{session.say_day(day)} is before the concern itself")
    text = checked_text(session.needed(outcome, "What came of it? ", "TEXT"), "text")
    concern, made = session.store.notes.resolve(concern, text, day)
    said = f"It adds to {_name(case, concern)}, which is resolved."
    _echo(session, case, made, said, adds_to=concern)


def _original(session: Session, made: Note) -> Note:
    assert made.addendum_to is not None, "it was added to one"
    found = session.store.notes.with_id(made.addendum_to)
    assert found is not None, "what is added to stays"
    return found


def _object(session: Session, case: Case, note: Note) -> Object:
    notes = session.store.notes
    adds_to = notes.with_id(note.addendum_to) if note.addendum_to else None
    return note_object(note, case, notes.contact_of(note), adds_to)


def _name(case: Case, note: Note) -> str:
    """``12.n3``."""
    return f"{case.number}.n{note.number}"


# -- the editor --------------------------------------------------------------------------------


def _edited(session: Session, page: Page, text: str | None, save: Callable[[str], Made]) -> Made:
    """What a person made in their editor of the draft and of ``text``.

    What cannot be saved is kept: as a draft, or in the file. An emptied file drops the draft, one
    that was left without saving leaves it as it is.
    """
    from casectl.editor import Whose, desk, editor_command

    if session.no_input:
        raise BadValue("--edit asks, and --no-input never does")
    command = editor_command()
    drafts = session.store.intake
    _take_up(session, page)
    draft = drafts.draft(page.draft)
    if draft is not None:
        tell("It goes on with the draft that was kept.")
    begun = "\n".join(each for each in (draft, text) if each)
    with desk() as private:
        private.put(begun, Whose(_caseload(session), page.draft, page.command))
        try:
            private.edit(command)
            if draft is not None and not private.was_saved:
                raise Declined(
                    f"the {page.what} was not saved in the editor, so nothing was written; "
                    f"the draft stays: {page.command} --edit goes on with it, and saving records it"
                )
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


def _take_up(session: Session, page: Page) -> None:
    """Make drafts of what editors wrote whose casectl was killed, and clear it away.

    What is another caseload's, or cannot be kept, stays; casectl doctor names it.
    """
    from casectl.editor import leftovers

    for each in leftovers():
        if each.whose is None and each.is_of_a_killed_one:
            each.clear()  # of no case that anybody could say
        if each.whose is None or each.whose.caseload != _caseload(session):
            continue
        if each.is_open:
            tell(
                f"An editor still has an earlier text open, of {each.whose.command}. Save and end "
                "it there: the next --edit takes it up."
            )
            continue
        if each.is_changed and session.store.intake.may_keep(each.whose.draft):
            try:
                text = decoded(each.read(MOST_BYTES), page.what).removesuffix("\n")
                session.store.intake.keep_draft(
                    each.whose.draft, _joined(session, each.whose.draft, text)
                )
            except CasectlError:
                continue
            if each.whose.draft != page.draft:
                tell(
                    "A text that an editor was left with is kept as a draft: "
                    f"{each.whose.command} --edit goes on with it."
                )
        each.clear()


def _joined(session: Session, name: str, text: str) -> str:
    """The text, behind the draft of that name unless it went on with that one."""
    draft = session.store.intake.draft(name)
    return text if draft is None or draft in text else f"{draft}\n{text}"


def _caseload(session: Session) -> str:
    return os.path.realpath(session.db_path)


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
