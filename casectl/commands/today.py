"""today: the list. casectl alone is the same in the morning, with what is new."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.core.agenda import Ask
from casectl.core.errors import BadValue
from casectl.naming import find_case
from casectl.parameters import (
    AsOfOption,
    LevelOption,
    ProgramOption,
    current,
    limit_number,
    whole_number,
)
from casectl.render import reports
from casectl.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from casectl.core.due import DueItem
    from casectl.core.model import Case
    from casectl.core.morning import Reminded
    from casectl.core.priority import Ranked
    from casectl.core.sheets import AgencyCall, SheetRow

IN_A_BOX = 8  # rows of the matrix, unless somebody asks for more


def today(
    ctx: typer.Context,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", "-n", parser=limit_number, metavar="N", help="How many cases (20)."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every case on the list.")] = False,
    program: ProgramOption = None,
    level: LevelOption = None,
    soon: Annotated[
        int | None,
        typer.Option(
            "--soon", parser=whole_number, metavar="DAYS", help="How far ahead SOON looks (7)."
        ),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="CASE", help="The arithmetic behind one case's rank."),
    ] = None,
    done: Annotated[bool, typer.Option("--done", help="What was done today instead.")] = False,
    calls: Annotated[
        bool,
        typer.Option(
            "--calls",
            help="Whom to call, with numbers and safe-contact words; agencies to chase too.",
        ),
    ] = False,
    untried: Annotated[
        bool,
        typer.Option(
            "--untried",
            help="With --calls: who would soonest go untried for too long, as around a leave.",
        ),
    ] = False,
    visits: Annotated[
        bool, typer.Option("--visits", help="Appointments and visits, in the order of going.")
    ] = False,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="Pages to print for the field, to write on.")
    ] = False,
    hours: Annotated[
        int | None,
        typer.Option(
            "--hours",
            parser=whole_number,
            metavar="N",
            help="A day of so many hours, written out from now around what has its hour.",
        ),
    ] = None,
    matrix: Annotated[
        bool,
        typer.Option("--matrix", help="The list in four boxes: urgent or not, important or not."),
    ] = False,
    as_of: AsOfOption = None,
) -> None:
    """Who needs you first today, and why.

    --calls, --visits and --sheet show the same list for a morning on the phone, for the road, and
    on paper: 80 columns and no colour, confidential; what is written on it comes back with log.
    --calls --untried --soon 14 is an order for the weeks around a leave: it begins with whoever
    would soonest have gone longer without a try than their level allows, due or not.

    --hours 6 is the day as blocks of time. SAFETY and DEADLINE come first and are never left out;
    what does not fit is named, and so is a hearing of another day. --matrix calls urgent what is
    due today or late, and important a high or crisis case and whatever is in SAFETY or DEADLINE.
    """
    session = current(ctx)
    session.as_of(as_of)
    if untried and not calls:
        raise BadValue("--untried is an order of calls", hint="casectl today --calls --untried")
    if calls or visits or sheet or matrix or hours is not None:
        _only_one(calls, visits, sheet, matrix, hours is not None, done, explain is not None)
        ask = asked(session, limit, everything, program, level, soon)
        named = {"--program": program, "--level": level, "--soon": soon, "--as-of": as_of}
        if hours is not None:
            _blocks(session, ask, hours)
        elif matrix:
            _matrix(session, ask)
        elif calls:
            _calls(session, ask, untried, _whole("--calls", untried, named))
        elif visits:
            _visits(session, ask, _whole("--visits", False, named))
        else:
            _sheet(session, ask, _whole("--sheet", False, named))
        return
    if done:
        reports.day_done(session.store.journal.did(session.today), session.output)
        return
    ask = asked(session, limit, everything, program, level, soon)
    if explain is not None:
        _explain(session, ask, explain)
        return
    if session.output.draws and session.alone:
        _morning(session, ask)
    elif session.output.draws:
        agenda = session.store.agenda.read(ask)
        reports.agenda(agenda, session.output, session.back_from_leave(ask))
    else:
        _rows(session, ask)
    session.tell_who_was_left_out()


def _rows(session: Session, ask: Ask) -> None:
    """The list for machines. One row more than asked for tells whether there are others."""
    from casectl.core.agenda import cut

    one_more = ask.limit + 1 if ask.limit is not None and ask.folds else ask.limit
    rows = session.store.agenda.rows(ask._replace(limit=one_more))
    kept = cut(rows, ask.limit)
    reports.agenda_rows(kept, session.output)
    _tell_cut(session, ask, len(rows) > len(kept))


def _tell_cut(session: Session, ask: Ask, is_cut: bool) -> None:
    """Unless somebody asked for so many."""
    if is_cut and ask.folds:
        session.tell_that_it_was_cut("--all, or --limit N,")


def _morning(session: Session, ask: Ask) -> None:
    """The list with what is new; it is remembered as seen once it is out, if it can be."""
    from casectl.core.morning import Morning, new_items

    mornings = session.store.mornings
    agenda, seen = session.store.agenda.read(ask), mornings.seen(session.today)
    new: tuple[str, ...] = ()
    if seen.since is not None:
        new = new_items(agenda.rows, seen.since, ask.standards, mornings.brought_back(seen))
    morning = Morning(
        seen.since,
        new,
        tuple(mornings.taken_in(seen)) if seen.since is not None else (),
        mornings.unfiled_jots(),
        _missed_reminders(session),
        mornings.is_jot_begun(),
    )
    reports.agenda(agenda, session.output, session.back_from_leave(ask), morning)
    if not seen.today:
        sys.stdout.flush()
        mornings.see(session.today)


def _missed_reminders(session: Session) -> "Reminded | None":
    """When reminders last ran, where they are set up and should have run again by now."""
    at = session.store.reminded_at()
    if at is None:
        return None
    from datetime import datetime

    from casectl.core.morning import Reminded, are_missed

    if not at:
        return Reminded()
    ran = datetime.fromtimestamp(at).astimezone()
    now = datetime.fromisoformat(session.clock.moment).astimezone()
    if not are_missed(ran, now, session.calendar):
        return None
    return Reminded(ran.date(), f"{ran:%H:%M}")


def _only_one(*asked: bool) -> None:
    if sum(asked) > 1:
        raise BadValue(
            "--calls, --visits, --sheet, --hours, --matrix, --done and --explain: one of them at "
            "a time"
        )


def _whole(view: str, untried: bool, named: "Mapping[str, str | int | None]") -> str:
    """How the same view is asked for whole: every other option stays as it was given."""
    from shlex import quote

    words = ["casectl", "today", view, *(["--untried"] if untried else [])]
    for option, value in named.items():
        words += [option, quote(str(value))] if value is not None else []
    return " ".join([*words, "--all"])


def _whole_list(session: Session, ask: Ask) -> "list[Ranked]":
    from casectl.core.sheets import of_clients

    return of_clients(session.store.agenda.rows(ask._replace(limit=None)))


def _calls(session: Session, ask: Ask, untried: bool, whole: str) -> None:
    from casectl.core.agenda import cut
    from casectl.core.sheets import calls, longest_untried, to_chase
    from casectl.render import sheets

    listed, scale = _whole_list(session, ask), ask.standards.common_scale()
    rows, chased = calls(listed, ask.today, scale), to_chase(listed, ask.today, scale)
    if untried:
        rows, chased = longest_untried(rows, ask.standards), []
    kept, asked = cut(rows, ask.limit), chased[: ask.limit]
    more = len(rows) - len(kept) + len(chased) - len(asked)
    cases = {each.id: each for each in (*(row.record.case for row in kept), *_cases_of(asked))}
    session.was_shown("today --calls", list(cases.values()))
    agencies = _agencies(session, asked) if asked else []
    sheets.calls(_with_clients(session, kept), agencies, more, whole, session.output)
    _tell_cut(session, ask, more > 0)


def _cases_of(items: "list[DueItem]") -> "list[Case]":
    return [item.case for item in items]


def _agencies(session: Session, items: "list[DueItem]") -> "list[AgencyCall]":
    """Whom to ask of each silent referral; one that is gone meanwhile is left out."""
    from casectl.core.casework import named_part
    from casectl.core.referrals import RESOURCE
    from casectl.core.sheets import AgencyCall

    found = []
    for item in items:
        named = named_part(item.item.rpartition(".")[2])
        referral = session.store.casework.numbered(item.case, *named) if named else None
        if referral is None:
            continue
        number = referral.body.get(RESOURCE)
        service = session.store.resources.numbered(number) if number is not None else None
        found.append(AgencyCall(item, referral, service))
    return found


def _visits(session: Session, ask: Ask, whole: str) -> None:
    from casectl.core.sheets import Visit, in_order_of_going, visits
    from casectl.render import sheets

    items, more = visits(_whole_list(session, ask), ask.today, ask.limit)
    clients = session.store.cases.clients(item.case.client_id for item in items)
    found = in_order_of_going(Visit(item, clients[item.case.client_id]) for item in items)
    cases = {visit.item.case.number: visit.item.case for visit in found}
    session.was_shown("today --visits", list(cases.values()))
    sheets.visits(found, more, whole, session.output)
    _tell_cut(session, ask, more > 0)


def _sheet(session: Session, ask: Ask, whole: str) -> None:
    from casectl.core.sheets import field_rows
    from casectl.render import sheets

    if session.output.json or session.output.fields:
        raise BadValue(
            "--sheet is text to be printed, without --json and --fields",
            hint="--calls and --visits have both",
        )
    rows = _whole_list(session, ask)
    kept = field_rows(rows, ask.today, ask.limit)
    more = len(rows) - len(kept)
    worker = session.config.worker
    session.was_shown("today --sheet", [row.record.case for row in kept])
    sheets.field_sheet(_with_clients(session, kept), more, whole, worker, session.output)


def _blocks(session: Session, ask: Ask, hours: int) -> None:
    from casectl.core.blocks import blocks_of

    if not 1 <= hours <= 24:
        raise BadValue("--hours is a number of hours from 1 to 24")
    agenda = session.store.agenda
    rows = agenda.rows(ask._replace(limit=None))
    learned = agenda.learned_minutes()
    day = blocks_of(rows, session.today, session.clock.time, hours, learned)
    reports.blocks(day, ask.limit, session.output)
    session.tell_who_was_left_out()


def _matrix(session: Session, ask: Ask) -> None:
    from casectl.core.matrix import matrix_of

    rows = session.store.agenda.rows(ask._replace(limit=None))
    most = ask.limit if ask.limit is None or not ask.folds else IN_A_BOX
    reports.matrix(matrix_of(rows, session.today), most, session.output)
    session.tell_who_was_left_out()


def _with_clients(session: Session, rows: "list[Ranked]") -> "list[SheetRow]":
    from casectl.core.sheets import SheetRow

    clients = session.store.cases.clients(row.record.case.client_id for row in rows)
    return [SheetRow(row, clients[row.record.case.client_id]) for row in rows]


def _explain(session: Session, ask: Ask, named: str) -> None:
    from casectl.core.explaining import explain

    case = find_case(session, named)
    record = session.store.cases.record(case)
    whole = session.store.agenda.rows(ask._replace(limit=None))
    explanation = explain(record, ask.standards, ask.today, whole)
    reports.explanation(explanation, session.output)


def asked(
    session: Session,
    limit: int | None,
    everything: bool,
    program: str | None,
    level: str | None,
    soon: int | None,
) -> Ask:
    standards = session.standards
    if soon is not None:
        if not 0 <= soon <= 366:
            raise BadValue("--soon is a number of days from 0 to 366")
        standards = standards._replace(horizon=soon)
    return Ask(
        session.today,
        standards,
        None if everything else limit or session.config.limit,
        session.known_program(program),
        session.read_level(level),
        session.config.working_hours,
        folds=limit is None and not everything,
    )
