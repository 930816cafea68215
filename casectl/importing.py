"""Taking in the many of a file: all or none, and each row that is left out is told as it is met."""

from __future__ import annotations

import sys
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casectl.core.errors import Ambiguous, BadImport, BadValue
from casectl.core.intake import (
    CLOSED_UNDATED,
    Clocks,
    Fill,
    Given,
    Twin,
    Verdict,
    another_case,
    checked_program,
    imported,
    judged,
)
from casectl.core.model import DEADLINE, FOLLOW_UP, ON_HOLD, Level, Load
from casectl.core.promising import subject_of
from casectl.core.text import checked_text
from casectl.formats.spreadsheet import Reader, may_be_names, opened, said_field, settled_orders
from casectl.render import tell
from casectl.render.progress import Progress

if TYPE_CHECKING:
    from casectl.formats.spreadsheet import Problem, Proof, Sheet
    from casectl.session import Session

MOST_LISTED = 200  # rows of a file that is refused: it is corrected and comes again
MOST_NAMED = 20  # cases or rows in one sentence
FIXED_BY_OTHERS = ("court", "appeal")  # kinds of deadlines that a next step's words may name


def take_many(
    session: Session,
    source: str,
    *,
    encoding: str | None,
    program: str | None,
    pending: bool,
    new: bool,
    skip_bad: bool,
    ensure_caseload: Callable[[], None],
) -> None:
    """Take in whoever a file or a pipe has, or report why nobody was.

    ``ensure_caseload`` is asked once the columns are understood: nobody is asked to make a caseload
    for a file that cannot be read.
    """
    if program is not None:
        program = checked_program(checked_text(program, "program"), session.config.programs)
    path = None if source == "-" else _path(source)
    piped = _piped() if path is None else None
    with opened(path, piped, encoding) as sheet:
        orders = settled_orders(sheet)
        reader = Reader(
            sheet,
            session.today,
            order=session.config.date_order,
            orders=orders,
            programs=session.config.programs,
            program=program,
        )
        _be_sure_of_names(session, sheet)
        ensure_caseload()
        session.store.backups.automatic("import")
        importing = _Import(session, sheet, reader, pending=pending, new=new, skip_bad=skip_bad)
        importing.run()
        importing.tell_taken(orders)


def _be_sure_of_names(session: Session, sheet: Sheet) -> None:
    """Where numbers would stand for the clients, though a column left out may be their names."""
    fields = {column.field: column.header for column in sheet.columns}
    names = may_be_names(sheet.ignored)
    if not names or {"name", "first", "last"} & set(fields):
        return
    number = fields.get("client_ref") or fields["case_ref"]
    if session.can_ask and not session.yes:
        tell("The columns as they are understood:")
        for column in sheet.columns:
            tell(f"  {column.header}: {said_field(column.field)}")
        tell(f"Not understood, so left out: {', '.join(sheet.ignored)}.")
    session.confirm(
        f"No column is understood as a name, so {number} would be the client's name. Go on?",
        otherwise=BadImport(
            f"no column is understood as a name ({', '.join(names)}?), and {number} would be it",
            hint="call it name, or first name and last name; --yes goes on with the numbers",
        ),
    )


def _path(source: str) -> Path:
    if not source.strip() or "\x00" in source:
        raise BadValue("--from needs the path of a file, or - for a pipe")
    return Path(source).expanduser()


def _piped() -> Any:
    if sys.stdin is None or sys.stdin.isatty():
        raise BadValue("--from - reads a pipe, and nothing is piped in", hint="name a file")
    return sys.stdin.buffer


class _Import:
    """Rows into cases, all or none; each row that is left out is reported as it is met."""

    def __init__(
        self,
        session: Session,
        sheet: Sheet,
        reader: Reader,
        *,
        pending: bool,
        new: bool,
        skip_bad: bool,
    ) -> None:
        self.session = session
        self.sheet = sheet
        self.reader = reader
        self.pending = pending
        self.new = new
        self.skip_bad = skip_bad
        self.clocks = Clocks(session.today, session.standards)
        self.progress = Progress(sheet.surveyed.lines)
        self.rows = self.bad = self.known = self.listed = self.passed = self.closed = 0
        self.unknown = 0  # open, and the file does not say when they were last reached
        self.undated = 0  # closed, and the file does not say when
        self.lacking = 0  # taken in without cells that cannot be read, or could be with --skip-bad
        self.filled: dict[str, int] = {}  # people on file, and the row that says more of each
        self.filled_cases = 0  # of them, those whose case has its number from there
        self.totals = array("L")  # rows that are no person, but the total of a column
        self.pressing = array("L")  # rows left out that say high or crisis
        # Rows read since the last one that was written: to be written, or their problems to tell.
        self.waiting: deque[tuple[int, list[Problem], Given | None]] = deque()
        self.held = array("L")  # of the cases that were made, those that the file has on hold
        self.fixed = array("L")  # and those whose next step speaks of a court or an appeal
        self.taken = array("L")  # the row of each case that was made, in order
        self.first = 0

    def run(self) -> None:
        try:
            loaded = self.session.store.intake.load_many(
                self._loads(),
                settle=self._settle,
                namesakes=not self.new,
                approve=self._approve,
            )
        finally:
            self.progress.clear()
        self.first = loaded.first

    def _loads(self) -> Iterator[Load]:
        today = self.session.today
        for number, cells in self.sheet.rows():
            self.rows += 1
            self.progress.reached(self.rows)
            given, problems = self.reader.read(number, cells)
            if given is None and not problems:
                self.rows -= 1
                self.totals.append(number)
                continue
            if given is None or (problems and not self.skip_bad):
                self.bad += 1
                self.lacking += given is not None
                if given is None and self.reader.may_be_pressing(cells):
                    self.pressing.append(number)
                self.waiting.append((number, problems, None))
                if len(self.waiting) == 1:
                    self._report_waiting()
                continue
            self.waiting.append((number, problems, given))
            yield imported(given, today, pending=self.pending, clocks=self.clocks)

    def _settle(self, load: Load, twins: Sequence[Twin]) -> Load | Fill | None:
        self._report_waiting()
        row, problems, given = self.waiting.popleft()
        assert given is not None, "it made the load"
        if not twins:
            return self._taken(row, load, problems, given)
        verdict = self._not_covered(judged(load, twins, new=self.new), twins)
        if verdict.fill is not None:
            verdict = self._filled(row, load, verdict)
            if verdict.fill is not None:
                self._tell_lacking(problems)
                return verdict.fill
        if verdict.load is not None:
            return self._taken(row, verdict.load, problems, given)
        twin = verdict.twin
        assert twin is not None
        other = (
            self.session.shown(twin).handle
            if twin.place is None
            else f"row {self.taken[twin.place]}"
        )
        self.bad += verdict.wrong
        self.known += not verdict.wrong
        if load.case.level >= Level.HIGH:
            self.pressing.append(row)
        newer = self._newer_contact(given, twin) if not verdict.wrong else ""
        self._say(f"row {row}: {verdict.why} as {other}{newer}")
        return None

    def _not_covered(self, verdict: Verdict, twins: Sequence[Twin]) -> Verdict:
        """The verdict, unless the row would join a client of whom a colleague's case is covered."""
        joined = verdict.fill.client_id if verdict.fill is not None else None
        if verdict.load is not None:
            joined = verdict.load.same_client
        covered = self.session.store.covering.of_client(joined) if joined is not None else None
        if covered is None:
            return verdict
        twin = next(each for each in twins if each.client_id == joined)
        why = "of a client whose case is covered for a colleague until it is given back: the same"
        return Verdict(None, twin, True, f"{why} {twin.why}")

    def _taken(self, row: int, load: Load, problems: Sequence[Problem], given: Given) -> Load:
        """Count a row that becomes a case, and say what it comes without."""
        self.taken.append(row)
        self._tell_lacking(problems)
        if given.status is not None:
            self.undated += load.case.close_reason == CLOSED_UNDATED
            if given.status == ON_HOLD:
                self.held.append(len(self.taken) - 1)
        if not load.case.is_open:
            self.closed += 1
            return load
        self.unknown += given.last_contact is None
        for each in load.promises:
            if each.kind == DEADLINE and each.due_on < self.session.today:
                self.passed += 1
                break
            if each.kind == FOLLOW_UP and subject_of(DEADLINE, None, each.what) in FIXED_BY_OTHERS:
                self.fixed.append(len(self.taken) - 1)
        return load

    def _tell_lacking(self, problems: Sequence[Problem]) -> None:
        self.lacking += bool(problems)
        for problem in problems:
            self._say(f"{problem}; taken in without it")

    def _filled(self, row: int, load: Load, verdict: Verdict) -> Verdict:
        """Whether somebody on file is filled in by this row; nobody is by two."""
        twin, fill = verdict.twin, verdict.fill
        assert twin is not None and fill is not None
        if twin.client_id in self.filled:
            if fill.case is not None:
                return Verdict(another_case(load, twin))
            return Verdict(None, twin, True, f"like row {self.filled[twin.client_id]}, the same id")
        if fill.case is not None:
            cases = self.session.store.cases.of_client(twin.client_id)
            if len(cases) > 1 or not cases[0].is_open:
                return verdict._replace(fill=None)
            self.filled_cases += 1
        self.filled[twin.client_id] = row
        return verdict

    def _newer_contact(self, given: Given, twin: Twin) -> str:
        """What a row that is left out knows better than the case on file."""
        day = given.last_contact
        if day is None or twin.place is not None:
            return ""
        known = self.session.store.cases.last_reached(twin.number)
        if known is not None and known >= day:
            return ""
        on = f"casectl reached {twin.number} --on {day.isoformat()} --by MEANS"
        return f"; its last contact is newer: {on}"

    def _report_waiting(self) -> None:
        """Tell what waits before the next row that is written: the report follows the file."""
        while self.waiting and self.waiting[0][2] is None:
            for problem in self.waiting.popleft()[1]:
                self._say(str(problem))

    def _say(self, line: str) -> None:
        """With --skip-bad the report is all that is left of a row, so none is cut."""
        self.listed += 1
        if self.skip_bad or self.listed <= MOST_LISTED:
            self.progress.clear()
            tell(line)

    def _approve(self) -> None:
        """All or nothing: what is raised here takes everything back."""
        self._report_waiting()
        if not self.skip_bad:
            self._approve_all()
        if self.filled:
            what = f"{_rows(len(self.filled))} would fill in what is not known of people on file"
            self.session.confirm(
                f"{what}, by their client id. Go on?",
                otherwise=Ambiguous(f"{what}, so nothing was written", hint="--yes fills it in"),
            )

    def _approve_all(self) -> None:
        if self.listed > MOST_LISTED:
            tell(f"and {self.listed - MOST_LISTED:,} lines more like these")
        good = self.rows - self.bad - self.known - len(self.filled)
        takes = [f"the other {good:,}"] if good else []
        takes += [f"{self.lacking:,} without the cells named"] if self.lacking else []
        others = f", --skip-bad takes {' and '.join(takes)}" if takes else ""
        if self.bad:
            which = f"{self.bad:,} of {_rows(self.rows)}"
            also = f", and {self.known:,} may be there already" if self.known else ""
            raise BadImport(
                f"{which} cannot be taken in{also}, so nothing was written",
                hint=f"correct them{others}",
            )
        if self.known:
            which = f"{self.known:,} of {_rows(self.rows)}"
            raise Ambiguous(
                f"{which} may be there already, so nothing was written",
                hint=f"--new takes them anyway{others}",
            )

    def tell_taken(self, orders: Mapping[str, Proof]) -> None:
        count, ignored = len(self.taken), self.sheet.ignored
        last = self.first + count - 1
        left_out = self.rows - count - len(self.filled)
        self.session.output.wrote(
            {
                "rows": self.rows,
                "taken": count,
                "closed": self.closed,
                "left_out": left_out,
                "left_out_pressing": len(self.pressing),
                "without_cells": self.lacking,
                "total_rows": len(self.totals),
                "filled_in": len(self.filled),
                "first_case": self.first if count else None,
                "last_case": last if count else None,
                "ignored_columns": ignored,
                "date_orders": {header: proof.order for header, proof in orders.items()},
            },
            *self._sentences(count, last, left_out, orders),
        )

    def _sentences(
        self, count: int, last: int, left_out: int, orders: Mapping[str, Proof]
    ) -> Iterator[str]:
        if self.totals:
            one, listed = len(self.totals) == 1, _listed(self.totals)
            yield (
                f"Row {listed} is a total, not a person: left out."
                if one
                else f"Rows {listed} are totals, not people: left out."
            )
        if not self.rows:
            yield "There are no rows below the headers, so nobody was taken in."
            return
        cases = f": cases {self.first} to {last}" if count > 1 else f": case {last}" * count
        yield f"Took in {count:,} of {_rows(self.rows)}{cases}."
        if self.sheet.ignored:
            yield f"Columns not understood, so left out: {', '.join(self.sheet.ignored)}."
        if self.closed:
            verb = _for(self.closed, "is", "are")
            yield f"{self.closed:,} of them {verb} closed, as the file says: nothing is owed."
        if self.undated:
            verb, day = _for(self.undated, "has", "have"), self.session.say_day(self.session.today)
            yield f"{self.undated:,} of those {verb} no closing day in the file: it is {day} here."
        if self.held:
            cases = _listed([self.first + place for place in self.held])
            yield (
                f"{len(self.held):,} on hold in the file {_for(len(self.held), 'is', 'are')} "
                "active here, for a hold needs its last day: "
                f"casectl hold CASE --until DAY --reason TEXT ({cases})."
            )
        named = len(self.filled) - self.filled_cases
        if named:
            who = _for(named, "person on file, known by a number, has", "people on file, known by")
            yield f"{named:,} {who}{'' if named == 1 else ' numbers, have'} a name now."
        if self.filled_cases:
            whose = _for(self.filled_cases, "case on file has its", "cases on file have their")
            yield f"{self.filled_cases:,} {whose} case number and intake now."
        if self.lacking:
            yield (
                f"{self.lacking:,} of them without the cells reported, which a note on the case "
                "keeps."
            )
        if left_out:
            yield f"{left_out:,} left out, as reported."
        if self.reader.turned:
            some = _for(self.reader.turned, "name", "names")
            yield f"{self.reader.turned:,} {some} written family name first: turned round."
        for header, proof in orders.items():
            first = "day" if proof.order == "dmy" else "month"
            if header == proof.header:
                yield f"{header} is written {first} first, as its own values prove."
            else:
                where = f"{proof.header} in row {proof.row}"
                yield f"{header} is read {first} first, as {where} is written."
        if self.passed:
            one = self.passed == 1
            yield (
                f"{self.passed:,} court date{'' if one else 's'} {'has' if one else 'have'} "
                "passed: casectl done records the outcome and the next date."
            )
        fields = {column.field for column in self.sheet.columns}
        if count and {"birth_date", "phone"} <= fields:
            alike = self.session.store.intake.alike(self.first, last, MOST_NAMED)
            if alike:
                pairs = ", ".join(f"{one} and {other}" for one, other in alike)
                yield (
                    f"Perhaps the same person twice, for birth date and phone agree: {pairs} "
                    "(casectl merge joins two)."
                )
        if self.fixed:
            cases = _listed([self.first + place for place in self.fixed])
            which = _for(len(self.fixed), "next step speaks", "next steps speak")
            yield (
                f"{len(self.fixed):,} {which} of a court or an appeal, and "
                f"{_for(len(self.fixed), 'is a follow-up', 'are follow-ups')} here: casectl "
                f"deadline CASE TEXT --on DAY puts it among the deadlines ({cases})."
            )
        if self.unknown:
            yield "Where the last contact is not known, contact comes due spread over days ahead."
        if count or self.filled:
            yield "casectl undo takes it all back."
        if count:
            yield "Next: casectl today"
        if self.pressing:
            yield (
                f"First: {_rows(len(self.pressing))} left out with a level or risk that is high, "
                f"crisis, imminent or not readable ({_listed(self.pressing)})."
            )


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:MOST_NAMED])) + " …" * (len(numbers) > MOST_NAMED)


def _for(count: int, one: str, more: str) -> str:
    return one if count == 1 else more


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
