"""purge: legal erasure of a case, or of all that were closed long ago."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer

from casectl.core.errors import BadDay, BadValue, CasectlError, Declined
from casectl.core.text import checked_text
from casectl.core.views import Backup, Copies, Doomed, Gone, Purged, Purging
from casectl.naming import find_case, find_gone
from casectl.parameters import complete_case, current
from casectl.render import Object, tell
from casectl.session import Session

LISTED = 20
LONGEST_REASON = 500  # characters
ELSEWHERE = (
    "Not reached: copies elsewhere, such as prints, mails, exports and backups on other disks."
)


def purge(
    ctx: typer.Context,
    case: Annotated[
        str | None,
        typer.Argument(
            metavar="[CASE]",
            help="The case to erase: its number, handle, or part of the client's name.",
            autocompletion=complete_case,
        ),
    ] = None,
    older_than: Annotated[
        str | None,
        typer.Option(
            "--older-than",
            metavar="WHEN",
            help="Every case closed longer ago than this: '7 years', or before a day.",
        ),
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(
            "--reason",
            metavar="TEXT",
            help="Why. It stays in the journal, so name nobody in it.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be erased.")
    ] = False,
    backups: Annotated[
        bool,
        typer.Option("--backups", help="Make a fresh backup, and remove those that hold it still."),
    ] = False,
) -> int:
    """Erase closed cases for good, as the law may ask.

    The case goes with its contacts, notes and promises, its client where no other case is left, and
    everything that the journal, the search index and the drafts hold of them; then the file is
    written anew. It cannot be undone. On record stays the case's number, who purged it, when and
    why; the number is not given again, and casectl audit verify tells what was purged from what was
    altered.

    An open case is closed first. Backups hold what was purged until their schedule drops them, or
    --backups does. What others hold, nobody here can reach: prints, mails, exports, other disks,
    and what other clients' notes say. A terminal asks for the handle; a script adds --yes.
    """
    session = current(ctx)
    if (case is None) == (older_than is None):
        raise BadValue("name a CASE, or say --older-than WHEN")
    if case is not None and (gone := find_gone(session, case)):
        return _again(session, gone, dry_run=dry_run, backups=backups)
    day = None if older_than is None else _day(session, older_than)
    erasing = session.store.purge
    numbers = erasing.closed_before(day.isoformat()) if day else [_number(session, case or "")]
    plan = session.shown(erasing.plan(numbers))
    if dry_run or not numbers:
        session.output.wrote(_plan_object(plan), *_plan_sentences(session, plan, day))
        return 0
    said = _reason(session, reason, day)
    _confirm(session, plan, day)
    purged = erasing.erase(numbers, said)
    copies = erasing.copies(purged.operation)
    removed = _remove(session, copies.holding) if backups else 0
    session.output.wrote(
        _object(purged, copies, removed),
        *_sentences(purged),
        *_calls(plan),
        *_backup_sentences(copies, removed, numbers[0]),
        ELSEWHERE,
        *_compacted(purged.uncompacted, numbers[0]),
    )
    return int(purged.uncompacted is not None or (backups and bool(copies.untold)))


def _again(session: Session, gone: Gone, *, dry_run: bool, backups: bool) -> int:
    """A case that is purged already: what may be left to do is the file and the backups."""
    erasing = session.store.purge
    copies = erasing.copies(gone.operation)
    uncompacted = None if dry_run else erasing.compact()
    removed = _remove(session, copies.holding) if backups and not dry_run else 0
    day = session.say_day(date.fromisoformat(gone.day))
    session.output.wrote(
        {
            "purged": [gone.number],
            "operation": gone.operation,
            "records": 0,
            "clients": 0,
            "entries": 0,
            "mentions": 0,
            "backups": len(copies.holding) - removed,
            "backups_removed": removed,
            "backups_untold": [str(each.path) for each in copies.untold],
            "compacted": not dry_run and uncompacted is None,
        },
        f"Case {gone.number} was purged on {day} (operation {gone.operation}).",
        *_backup_sentences(copies, removed, gone.number),
        *_compacted(uncompacted, gone.number),
    )
    return int(uncompacted is not None or (backups and bool(copies.untold)))


# -- what is asked for ---------------------------------------------------------------------------


def _number(session: Session, text: str) -> int:
    """The case to erase; one whose intake was undone is known by its number alone."""
    number = text.strip()
    if number.isascii() and number.isdigit():
        taken_back = int(number[:18])
        if session.store.purge.was_taken_back(taken_back):
            return taken_back
    case = find_case(session, text, write=True)
    if case.is_open:
        raise BadValue(
            f"{case.handle} is not closed, and an open case is not erased",
            hint=f"casectl close {case.number} --reason TEXT",
        )
    return case.number


def _day(session: Session, text: str) -> date:
    """The day before which: ``7 years`` is so long ago."""
    try:
        day = session.read_day(f"{text} ago")
    except BadDay:
        day = session.read_day(text, back=True)
    if day >= session.today:
        raise BadValue(f"--older-than {text[:40]!r} is no time ago", hint="say '7 years', or a day")
    return day


def _reason(session: Session, text: str | None, day: date | None) -> str:
    if text is None and day is not None:
        return f"closed before {day.isoformat()}"
    said = session.needed(text, "Why? It stays on record, so name nobody. ", "--reason")
    return checked_text(said.strip(), "reason", limit=LONGEST_REASON)


def _confirm(session: Session, plan: Purging, day: date | None) -> None:
    """A terminal types the handle, or how many; a script has said --yes."""
    if session.yes:
        return
    if not session.can_ask:
        raise BadValue(
            "a purge cannot be undone, so nothing was erased",
            hint="add --yes to erase it, or --dry-run to see what would go",
        )
    for sentence in _plan_sentences(session, plan, day):
        tell(sentence)
    word = plan.cases[0].handle if len(plan.cases) == 1 else str(len(plan.cases))
    what = "the handle" if len(plan.cases) == 1 else "how many cases"
    if session.ask(f"This cannot be undone. Type {what} to go on ({word}): ").strip() != word:
        raise Declined("nothing was erased")


# -- backups -------------------------------------------------------------------------------------


def _remove(session: Session, holding: Sequence[Backup]) -> int:
    """Remove these backups, once there is one of the caseload as it is now."""
    if not holding:
        return 0
    try:
        session.store.backups.make()
        session.store.backups.delete(holding)
    except CasectlError as error:
        raise CasectlError(
            f"erased, but backups still hold it: {error.args[0]}", hint="repeat the command"
        ) from None
    return len(holding)


# -- in words ------------------------------------------------------------------------------------


def _plan_object(plan: Purging) -> Object:
    return {
        "would_purge": [each._asdict() for each in plan.cases],
        "clients": plan.clients,
        "entries": plan.entries,
    }


def _plan_sentences(session: Session, plan: Purging, day: date | None) -> list[str]:
    if not plan.cases:
        assert day is not None, "a case that was named is there"
        return [f"No case was closed before {session.say_day(day)}."]
    when = f", closed before {session.say_day(day)}" if day is not None else ""
    more = len(plan.cases) - LISTED
    return [
        f"To be erased for good{when}:",
        *(f"  {_doomed(session, each)}" for each in plan.cases[:LISTED]),
        *([f"  and {more:,} more cases"] if more > 0 else []),
        f"With {_count(plan.clients, 'client')} who would have no case left, and "
        f"{_count(plan.entries, 'entry', 'entries')} of the journal.",
    ]


def _doomed(session: Session, each: Doomed) -> str:
    name = f"{each.handle}  {each.client}"
    if each.status is None:
        return f"{name}, whose intake was undone: only the journal still has it"
    counts = [
        _count(each.promises, "promise"),
        _count(each.contacts, "contact"),
        _count(each.notes, "note"),
    ]
    closed = session.say_day(date.fromisoformat(each.closed_on)) if each.closed_on else each.status
    owes = "; it owes its aftercare call" if each.calls else ""
    return f"{name}, closed {closed}: {', '.join(counts)}{owes}"


def _object(purged: Purged, copies: Copies, removed: int) -> Object:
    return {
        "purged": list(purged.numbers),
        "operation": purged.operation,
        "records": purged.records,
        "clients": purged.clients,
        "entries": purged.entries,
        "mentions": purged.mentions,
        "backups": len(copies.holding) - removed,
        "backups_removed": removed,
        "backups_untold": [str(each.path) for each in copies.untold],
        "compacted": purged.uncompacted is None,
    }


def _sentences(purged: Purged) -> list[str]:
    numbers = purged.numbers
    what = f"case {numbers[0]}" if len(numbers) == 1 else f"{len(numbers):,} cases"
    clients = f", {_count(purged.clients, 'client')} with it" if purged.clients else ""
    said = [
        f"Erased for good: {what}{clients}; {_count(purged.records, 'record')}, and "
        f"{_count(purged.entries, 'entry', 'entries')} of the journal.",
        f"Who did it, when and why stays on record: casectl history {numbers[0]}",
    ]
    if purged.mentions:
        verb = "holds" if purged.mentions == 1 else "hold"
        said.append(
            f"{_count(purged.mentions, 'record')} of other clients {verb} the same name: look at "
            "what casectl search finds."
        )
    return said


def _calls(plan: Purging) -> list[str]:
    """The calls that nobody will be asked for any more."""
    owed = [str(each.number) for each in plan.cases if each.calls]
    if not owed:
        return []
    named = ", ".join(owed[:LISTED])
    return [f"No aftercare call was made: case{'s' * (len(owed) > 1)} {named}."]


def _backup_sentences(copies: Copies, removed: int, number: int) -> list[str]:
    holding, untold = len(copies.holding), len(copies.untold)
    said = []
    if removed:
        said.append(
            f"{_count(removed, 'backup')} that held it removed, after a fresh one was made."
        )
    elif holding:
        still, it = ("holds", "it") if holding == 1 else ("hold", "them")
        said.append(
            f"{_count(holding, 'backup')} still {still} it, for a year at most: casectl purge "
            f"{number} --backups makes a fresh one and removes {it}."
        )
    if untold:
        it = "it" if untold == 1 else "them"
        said += [
            f"Nobody can tell whether it is in {_count(untold, 'backup')} that today's key does "
            f"not open, or that cannot be read; look at {it}, and remove what you no longer need:",
            *(f"  {each.path}" for each in copies.untold),
        ]
    return said


def _compacted(uncompacted: str | None, number: int) -> list[str]:
    if uncompacted is None:
        return []
    return [
        f"But the file could not be written anew ({uncompacted}), and what was in it before may "
        f"still be read there: casectl purge {number} tries it again, once no other program has "
        "it open."
    ]


def _count(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
