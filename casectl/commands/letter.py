"""letter: letters from templates, with nothing left unsaid and nothing told to whom it may not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.core.errors import BadValue, CasectlError
from casectl.core.letters import (
    RECIPIENT,
    About,
    Letter,
    about,
    check_recipient,
    filled,
    how_to_fill,
    record_fields,
    unfilled,
)
from casectl.core.model import Case
from casectl.core.referrals import PURPOSE
from casectl.core.text import NAME_LIMIT, checked_text
from casectl.formats.letters import NAME, find_letter, kinds_begun, letters, shared_fields
from casectl.naming import find_item
from casectl.parameters import complete_case, current
from casectl.render import tell
from casectl.render.letters import LETTER_COLUMNS, letter_object, letter_text, list_object
from casectl.render.words import beside_phone
from casectl.session import Session, at_home

if TYPE_CHECKING:
    from casectl.core.consents import Permission
    from casectl.core.views import File

USUAL_PURPOSE = "referral"


def _complete_kind(ctx: typer.Context, incomplete: str) -> list[str]:
    """The kinds that begin so, one's own among them. Never an error."""
    try:
        return kinds_begun(_folder(current(ctx)), incomplete)
    except CasectlError:
        return []


def letter(
    ctx: typer.Context,
    case: Annotated[
        str | None,
        typer.Argument(
            metavar="CASE|ITEM",
            help="A case, or the appointment or referral (12.3) that the letter tells of.",
            autocompletion=complete_case,
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND",
            help="closure, cannot-reach, appointment, missed-appointment, referral, or your own.",
            autocompletion=_complete_kind,
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="NAME", help="Somebody else; that needs a release."),
    ] = None,
    purpose: Annotated[
        str | None,
        typer.Option("--purpose", metavar="TEXT", help="What they are told it for."),
    ] = None,
    override: Annotated[
        str | None,
        typer.Option("--override", metavar="TEXT", help="Why without a release; it is recorded."),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="NAME=TEXT", help="Fill in a field; repeatable."),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write it to a new file."),
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="The letters there are, and their fields.")
    ] = False,
    copy: Annotated[
        str | None,
        typer.Option(
            "--copy",
            metavar="KIND",
            help="Copy a template to your folder, to edit it.",
            autocompletion=_complete_kind,
        ),
    ] = None,
) -> None:
    """Print a letter from a template.

    casectl letter 12 closure -o notice.txt — a field that nothing fills in is named, and nothing is
    printed. A letter to somebody else wants a release that covers them and the purpose, and is
    logged as a disclosure. That of a referral (casectl letter 12.ref1 referral, or 12 where one is
    open) goes to the agency that it names; to another only with --to and its own --purpose.

    Templates are text with fields in braces. --copy puts one into letters, a folder beside your
    configuration, where yours go before casectl's; fields.txt there says once what is the same in
    every letter, a line each: "agency: Example Agency".
    """
    session = current(ctx)
    if list_:
        _list(session)
        return
    if copy is not None:
        _copy(session, copy)
        return
    if case is None or kind is None:
        raise BadValue("letter needs a CASE and a KIND", hint="letter 12 closure, or --list")
    template = find_letter(kind, _folder(session))
    found, part = find_item(session, case)
    if not found.number:
        raise BadValue(f"{case.strip()[:40]} is your own work, not a case")
    given = _given(field)
    if file is not None and not file.strip():
        raise BadValue("-o needs the name of a file")
    on_file = session.store.cases.file(found)
    if to is not None:
        to = checked_text(to.strip(), "name after --to", limit=NAME_LIMIT)
    told = about(on_file, template.fields, part, to)
    if to is not None:
        check_recipient(on_file, told.referral, to, said_why=purpose is not None)
    elif template.goes_to_others:
        to = told.referral.who if told.referral is not None else None
        if to is None:
            raise BadValue(f"a {template.kind} letter goes to somebody", hint="--to NAME")
    permission = _permitted(session, found, template, told, to, purpose, override)
    _print(session, on_file, told, template, given, to, permission, file)


def _permitted(
    session: Session,
    case: Case,
    template: Letter,
    told: About,
    to: str | None,
    purpose: str | None,
    override: str | None,
) -> "Permission | None":
    """The right to tell somebody else; None for a letter to the client, who needs none."""
    if to is None:
        if purpose is not None or override is not None:
            raise BadValue("--purpose and --override go with --to NAME")
        return None
    said = purpose
    if said is None and told.referral is not None:
        said = str(told.referral.body.get(PURPOSE) or USUAL_PURPOSE)
    if said is None:
        raise BadValue("--purpose is missing", hint="what they are told it for")
    from casectl.sharing import permit

    return permit(session, case, to, said, f"letter: {template.kind}", override=override)


def _print(
    session: Session,
    file: "File",
    told: About,
    template: Letter,
    given: dict[str, str],
    to: str | None,
    permission: "Permission | None",
    named: str | None,
) -> None:
    if session.private and named is None:
        raise BadValue("a letter is in the client's words", hint="-o FILE, or --no-private")
    folder, case = _folder(session), file.case
    order = session.config.date_order
    record = record_fields(file, told, session.config.worker, session.today, to, order)
    fields = {**shared_fields(folder), **record, **given}
    missing = list(unfilled(template, fields))
    if missing:
        how = "; ".join(
            f"{name} ({how_to_fill(name, case.number, str(folder))})" for name in missing
        )
        raise BadValue(f"the {template.kind} letter of {case.handle} is not whole", hint=how)
    text = letter_text(filled(template, fields))
    paper = (at_home(named), text) if named is not None else None
    session.store.letters.printed(case, template.kind, permission, session.today, paper)
    session.was_shown("letter", [case])
    shown = session.shown(case)
    made = letter_object(template.kind, shown, session.shown(to), named, text)
    _tell_safe_contact(session, file, to)
    if named is not None:
        session.output.wrote(
            made,
            f"{shown.client} ({shown.handle}): the {template.kind} letter is in {named}, readable "
            "by you alone.",
        )
    elif session.output.json or session.output.fields:
        session.output.one(made, ())
    else:
        session.output.write(text)


def _tell_safe_contact(session: Session, file: "File", to: str | None) -> None:
    """A letter in the wrong hands may harm: what is known of that stands beside it."""
    if to is None:
        client = session.shown(file.client)
        tell(f"casectl: before it goes out {beside_phone(client.safely)}")


def _given(field: list[str] | None) -> dict[str, str]:
    import re

    found = {}
    for each in field or ():
        name, equals, value = each.partition("=")
        if not equals or not re.fullmatch(NAME, name.strip()):
            raise BadValue(f"--field is NAME=TEXT, not {each[:40]!r}")
        if name.strip() == RECIPIENT:
            raise BadValue("--to NAME says whom a letter goes to", hint="it asks for a release")
        found[name.strip()] = checked_text(value, f"field {name.strip()}")
    return found


def _folder(session: Session) -> Path:
    return session.config.path.parent / "letters"


# -- templates -------------------------------------------------------------------------------------


def _list(session: Session) -> None:
    folder = _folder(session)
    found = [find_letter(kind, folder) for kind in letters(folder)]
    objects = [list_object(each) for each in found]
    if not session.output.draws:
        session.output.table(objects, LETTER_COLUMNS)
        return
    session.output.say(
        *(f"{each['letter']} ({each['from']}): {', '.join(each['fields'])}" for each in objects),
        f"casectl letter --copy KIND puts one into {folder}, to be edited.",
    )


def _copy(session: Session, kind: str) -> None:
    folder = _folder(session)
    template = find_letter(kind, folder)
    path = folder / f"{template.kind}.txt"
    if template.own:
        raise BadValue(f"{path} is yours already", hint="edit it, or remove it first")
    session.write_new(path, template.text)
    shared = folder / "fields.txt"
    session.output.wrote(
        {"letter": template.kind, "file": str(path)},
        f"{template.kind} is in {path}; edit it there.",
        f"What is the same in every letter stands in {shared}: agency: Example Agency",
    )
