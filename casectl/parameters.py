"""Parameters that several commands share, and completion of what they name."""

from typing import Annotated

import typer

from casectl.core.errors import CasectlError
from casectl.core.model import ME
from casectl.core.text import initials, shortened
from casectl.session import Session


def current(ctx: typer.Context) -> Session:
    """The session of this invocation."""
    session = ctx.find_object(Session)
    assert session is not None, "cli makes the session before any command runs"
    return session


def complete_case(ctx: typer.Context, incomplete: str) -> list[str]:
    """Handles (or numbers) that begin with what was typed. Never an error, never a prompt.

    No names beside them: a handle says enough, and a shell would draw a name as markup. A handle
    is letters, digits and a hyphen; what is not, in somebody's file, a shell could act on.
    """
    session = current(ctx)
    root = ctx.find_root().params
    session.no_input = True  # a locked caseload completes nothing
    session.named_db, session.named_private = root.get("db"), root.get("private")
    try:
        if session.private and not incomplete.isdigit():
            return []
        return [value for value, _ in named_cases(session, incomplete)]
    except CasectlError:
        return []


# The commands whose CASE or ITEM may be the worker's own work.
OF_ME = ("follow", "show", "history", "done", "snooze", "cancel")


def complete_case_or_me(ctx: typer.Context, incomplete: str) -> list[str]:
    """The same, and the worker's own work."""
    found = complete_case(ctx, incomplete)
    return [*found, ME.handle] if incomplete and ME.handle.startswith(incomplete) else found


def complete_item(ctx: typer.Context, incomplete: str) -> list[str]:
    """The same, and its items once ``me.`` is typed."""
    from casectl.naming import is_own

    if not is_own(incomplete.removesuffix(".")):
        return complete_case_or_me(ctx, incomplete)
    session = current(ctx)
    session.no_input, session.named_db = True, ctx.find_root().params.get("db")
    try:
        own = session.store.promises.open_of(ME)
    except CasectlError:
        return []
    names = [f"{ME.stem}.{each.number}" for each in own]
    return [name for name in names if name.startswith(incomplete.lower())]


def complete_jot(ctx: typer.Context, incomplete: str) -> list[str]:
    """Numbers of jots that are not filed. Never an error, never a prompt."""
    session = current(ctx)
    session.no_input = True
    session.named_db = ctx.find_root().params.get("db")
    try:
        return [value for value, _ in named_jots(session, incomplete)]
    except CasectlError:
        return []


def complete_resource(ctx: typer.Context, incomplete: str) -> list[str]:
    """Numbers of services. Never an error, never a prompt."""
    session = current(ctx)
    session.no_input = True
    session.named_db = ctx.find_root().params.get("db")
    try:
        return [value for value, _ in named_resources(session, incomplete)]
    except CasectlError:
        return []


def named_resources(session: Session, begun: str) -> list[tuple[str, str]]:
    """The services whose number begins so, each with its name; a catalogue is nobody's record."""
    found = session.store.resources.all()
    found.sort(key=lambda each: each.number)
    numbered = ((str(each.number), shortened(each.name, 40)) for each in found)
    return [each for each in numbered if each[0].startswith(begun)][:MOST_OFFERED]


def named_jots(session: Session, begun: str) -> list[tuple[str, str]]:
    """The jots that are not filed and whose number begins so, each with its first words."""
    return [
        (str(jot.number), shortened(" ".join(jot.text.split()), 40))
        for jot in session.shown(session.store.jots.unfiled())
        if str(jot.number).startswith(begun)
    ]


def named_cases(session: Session, begun: str) -> list[tuple[str, str]]:
    """The cases that ``begun`` is the beginning of, each with whose it is, as it may be told here.

    Handles, or numbers once a digit is typed; where others see the screen numbers alone.
    """
    if session.private and begun and not begun.isdigit():
        return []
    found = session.store.cases.handles(begun, numbers=session.private)
    return [
        (value, initials(name) if session.private else name)
        for value, name in found
        if value.replace("-", "").isalnum()
    ]


def named_items(session: Session, begun: str) -> list[tuple[str, str]]:
    """The items that ``12.`` or ``garcia-12.c`` is the beginning of, each with what it is."""
    from casectl.core.due import due_items
    from casectl.naming import is_own

    stem, _, part = begun.rpartition(".")
    if is_own(stem):
        own = session.shown(session.store.promises.open_of(ME))
        return [(f"{stem}.{p.number}", p.what) for p in own if str(p.number).startswith(part)]
    found = session.store.cases.find(stem)
    if not (found.exact and found.cases):
        return []
    case = found.cases[0]
    promises = {
        str(each.number): each.what for each in session.shown(session.store.promises.open_of(case))
    }
    record = session.store.cases.record(case)
    for item in session.shown(due_items(record, session.standards, session.today)):
        promises.setdefault(item.item.rpartition(".")[2], item.what)
    for piece in session.shown(session.store.casework.of(case, only_open=True)):
        promises.setdefault(piece.part, piece.what or piece.kind)
    return [(f"{stem}.{name}", what) for name, what in promises.items() if name.startswith(part)]


MOST_OFFERED = 100  # of services, which a catalogue has by the thousand
MOST = 1_000_000  # of anything that --limit asks for


def whole_number(text: str | int) -> int:
    """A number as the command line gives one: digits alone. ``int`` would take ٣ and 1_0 too."""
    typed = str(text)
    if not (typed.isascii() and typed.isdigit()):
        raise typer.BadParameter(f"{typed[:40]!r} is not a number of the digits 0 to 9")
    return int(typed[:20])  # whoever asks for a number refuses one as large as that


def limit_number(text: str | int) -> int:
    """How many are shown at most."""
    number = whole_number(text)
    if not 1 <= number <= MOST:
        raise typer.BadParameter(f"{number} is not a number from 1 to {MOST}")
    return number


CaseArgument = Annotated[
    str,
    typer.Argument(
        metavar="CASE",
        help="A case: its number, its handle (garcia-12), part of the client's name, an external "
        "id, or a phone number.",
        autocompletion=complete_case,
    ),
]
CaseOrMeArgument = Annotated[
    str,
    typer.Argument(
        metavar="CASE",
        help="A case: its number, its handle (garcia-12), part of the client's name, an external "
        "id, or a phone number. me is your own work.",
        autocompletion=complete_case_or_me,
    ),
]
ItemArgument = Annotated[
    str,
    typer.Argument(
        metavar="ITEM",
        help="An item (12.3), or a case that has just one that fits.",
        autocompletion=complete_case,
    ),
]
CaseOrItemArgument = Annotated[
    str,
    typer.Argument(
        metavar="CASE|ITEM",
        help="A case, or an item of it (12.3), which is then what it is about.",
        autocompletion=complete_case,
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help="Look as of this day instead of today."),
]
ProgramOption = Annotated[
    str | None, typer.Option("--program", metavar="NAME", help="Only this program.")
]
LevelOption = Annotated[
    str | None,
    typer.Option(
        "--level", metavar="LEVEL", help="Only this level or higher: low, medium, high, crisis."
    ),
]
