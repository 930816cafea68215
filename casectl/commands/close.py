"""close: written notice, the checklist of the program, and the end of a service."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casectl.asking import Answers, Draft, Question, drafting, yes_or_no
from casectl.core.casework import CONSENT, DIED, GOAL, OPEN, SIGN_OFF, Piece
from casectl.core.closing import (
    DUPLICATE,
    OWN_WORDS,
    Asked,
    Ending,
    Given,
    Lack,
    Reason,
    check_notice,
    checked_given,
    checked_means,
    closing_of,
    ended_beside,
    ending,
    given_before,
    hard_items,
    is_waiting,
    is_warned_of,
    lacking,
    lacking_before,
    notice_body,
    reason_of,
    said_before,
    under_notice,
    waiting_body,
)
from casectl.core.errors import Ambiguous, BadValue, Declined
from casectl.core.guards import check_change
from casectl.core.model import PENDING, Case, Promise, closing_draft
from casectl.core.text import checked_text, fold
from casectl.naming import find_case
from casectl.parameters import CaseArgument, complete_case, current
from casectl.render import tell
from casectl.render.closing import closing_line, closing_object
from casectl.render.objects import promise_object
from casectl.render.owed import owed_object
from casectl.session import Session, at_home

if TYPE_CHECKING:
    from casectl.core.resources import Resource
    from casectl.core.views import File

NameOption = str | None


def close(
    ctx: typer.Context,
    case: CaseArgument,
    reason: Annotated[
        str | None,
        typer.Option("--reason", metavar="TEXT", help="Why: one of the program's, or own words."),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DAY", help="The day it ended, or of the notice (today)."),
    ] = None,
    notice: Annotated[
        bool, typer.Option("--notice", help="Give notice: it is closed when that ends.")
    ] = False,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="MEANS", help="How notice is given: letter, email, text …"),
    ] = None,
    take_back: Annotated[
        str | None,
        typer.Option("--take-back", metavar="TEXT", help="Take the notice back; why."),
    ] = None,
    sheet: Annotated[
        bool,
        typer.Option("--sheet", help="Print the client's sheet: what goes on, and whom to ask."),
    ] = False,
    file: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write the sheet to a new file."),
    ] = None,
    summary: Annotated[
        str | None,
        typer.Option("--summary", metavar="TEXT|-", help="What was done, and how it ends."),
    ] = None,
    reached: Annotated[
        list[str] | None,
        typer.Option("--reached", metavar="N", help="An open goal that was reached; repeatable."),
    ] = None,
    handed_to: Annotated[
        str | None,
        typer.Option("--handed-to", metavar="NAME", help="Who sees to what is still open."),
    ] = None,
    into: Annotated[
        str | None,
        typer.Option(
            "--into",
            metavar="CASE",
            help="Of a duplicate: where what is open goes on.",
            autocompletion=complete_case,
        ),
    ] = None,
    override: Annotated[
        str | None,
        typer.Option("--override", metavar="TEXT", help="Why notice, sheet or tries are left out."),
    ] = None,
    approved_by: Annotated[
        str | None,
        typer.Option("--approved-by", metavar="NAME", help="Who approved that; not yourself."),
    ] = None,
    signed_off_by: Annotated[
        str | None,
        typer.Option("--signed-off-by", metavar="NAME", help="Who signed the closure off."),
    ] = None,
) -> None:
    """Close a case: notice, checklist, and the end.

    casectl close 12 --notice --by letter gives notice; the case stays open until that ends, and
    --take-back takes it back. casectl close 12 then walks what the program asks: the reason, the
    goals, what is still open, the sheet, a summary. What is missing is said all at once. No notice
    comes before an end because the client died, declined or cannot be located (three attempts by
    two means), nor before a duplicate record's: what is open of that goes on in the client's other
    case, under numbers of its own there.

    The reasons are goals met, moved, declined, cannot locate, transferred, died, eligibility ended
    and duplicate, or your own words, as the profile has it. Closing a pending referral declines it,
    for a reason alone. Afterwards the case owes one call, after 30 days (standards.aftercare).
    """
    session = current(ctx)
    _only_one(notice, take_back is not None, sheet)
    if by is not None and not notice:
        raise BadValue("--by is how notice is given", hint="add --notice")
    if into is not None and (notice or sheet or take_back is not None):
        raise BadValue("--into is how a duplicate ends", hint="leave out the other option")
    if file is not None and not sheet:
        raise BadValue("-o writes the sheet", hint="add --sheet")
    if file is not None and not file.strip():
        raise BadValue("-o needs the name of a file")
    found = find_case(session, case, write=not sheet)
    if sheet:
        _sheet(session, found, file)
        return
    check_change(found, "close")
    if take_back is not None:
        _take_back(session, found, take_back)
        return
    given = Given(
        session.typed(summary, "summary") if summary is not None else None,
        (),
        handed_to,
        override,
        approved_by,
        signed_off_by,
    )
    if notice:
        _give_notice(session, found, reason, by, on, given)
        return
    _end(session, found, reason, _past_day(session, on, found), given, reached, into)


def _only_one(*chosen: bool) -> None:
    if sum(chosen) > 1:
        raise BadValue("--notice, --take-back and --sheet: one of them at a time")


# -- notice ----------------------------------------------------------------------------------------


def _give_notice(
    session: Session,
    case: Case,
    reason: str | None,
    by: str | None,
    on: str | None,
    given: Given,
) -> None:
    asked = _asked(session, case)
    day = _past_day(session, on, case)
    given = checked_given(given, session.config.worker)
    if given.override is not None and day == session.today:
        raise BadValue(
            "a notice of today needs nobody's approval",
            hint="--override and --approved-by vouch for one that was given before: --on DAY",
        )
    closing = closing_of(session.store.cases.file(case).casework)
    check_notice(case, day, closing, session.config.date_order)
    said = reason_of(session.typed(reason, "reason"), asked).said if reason is not None else None
    if by is None and session.can_ask:
        by = _asked_means(session, asked, "By which means?")
        if by is None:
            raise Declined("no notice was given")
    means = checked_means(session.needed(by, "", "--by"), asked)
    body = notice_body(day, means, asked.notice_days, session.today, given)
    until = date.fromisoformat(body["notice"]["until"])
    made = session.store.closing.give_notice(case, day, until, said, body)
    shown, made = session.shown(case), session.shown(made)
    session.output.wrote(
        closing_object(made, shown),
        f"{_whose(shown)}: {closing_line(made, session.output)}.",
        *_why_from_today(session, day, given),
        f"It is closed then: casectl close {case.number}; casectl close {case.number} "
        "--take-back REASON takes the notice back.",
        *_before_the_end(case, asked, made, means),
    )


def _why_from_today(session: Session, day: date, given: Given) -> list[str]:
    if day == session.today or given.override is not None:
        return []
    return [
        f"Its days run from today, when it is on record, and not from {session.say_day(day)}: "
        "--override REASON --approved-by NAME is for a notice that somebody else knows of."
    ]


def _before_the_end(case: Case, asked: Asked, closing: Piece, means: str) -> list[str]:
    """What the days of a notice are for."""
    how = []
    if means == "letter":
        how.append(f"The letter: casectl letter {case.number} closure.")
    if asked.closing.transition_sheet and not closing.body.get("sheet_on"):
        how.append(f"The client's sheet: casectl close {case.number} --sheet.")
    return how


def _take_back(session: Session, case: Case, reason: str) -> None:
    closing = closing_of(session.store.cases.file(case).casework)
    if closing is None or not is_waiting(closing):
        raise BadValue(
            f"{case.handle} has no notice to take back", hint=f"casectl show {case.number}"
        )
    why = checked_text(session.typed(reason, "reason"), "reason")
    made = session.store.closing.take_back(case, closing, why, session.today)
    shown, made = session.shown(case), session.shown(made)
    session.output.wrote(
        closing_object(made, shown),
        f"{_whose(shown)}: the notice is taken back: {made.outcome}. The service goes on.",
    )


def _asked(session: Session, case: Case) -> Asked:
    program = case.program
    return Asked(session.profile.closing_of(program), session.standards.of(program).notice)


# -- the sheet -------------------------------------------------------------------------------------


def _sheet(session: Session, case: Case, named: str | None) -> None:
    from casectl.core.leaving import sheet_of
    from casectl.render.closing import sheet_object, sheet_text

    if session.private and named is None:
        raise BadValue("the sheet is in the client's words", hint="-o FILE, or --no-private")
    file = session.store.cases.file(case)
    sheet = sheet_of(
        file, session.config.worker, session.today, _contact_words(session), _services(session)
    )
    text = sheet_text(sheet, session.output)
    if named is not None:
        session.write_new(at_home(named), text)
    session.was_shown("close --sheet", [case])
    if case.is_open and case.status != PENDING:
        closing = closing_of(file.casework)
        if closing is None or not closing.body.get("sheet_on"):
            session.store.closing.give_sheet(case, session.today)
    if named is None:
        if session.output.json or session.output.fields:
            session.output.one(sheet_object(sheet, case), ())
        else:
            session.output.write(text)
        return
    shown = session.shown(case)
    session.output.wrote(
        {"case": case.number, "handle": shown.handle, "file": named},
        f"{_whose(shown)}: the sheet is in {named}, readable by you alone.",
    )


def _services(session: Session) -> "dict[int, Resource]":
    """The services on file by their numbers, retired ones too: a referral may be to one."""
    return {each.number: each for each in session.store.resources.all(retired=True)}


def _contact_words(session: Session) -> "dict[str, str]":
    """How the program is reached, as one's own letters say it."""
    from casectl.formats.letters import shared_fields

    return shared_fields(session.config.path.parent / "letters")


# -- the end ---------------------------------------------------------------------------------------


def _end(
    session: Session,
    case: Case,
    said: str | None,
    day: date,
    given: Given,
    reached: list[str] | None,
    into: str | None,
) -> None:
    file = session.store.cases.file(case)
    asked, closing = _asked(session, case), closing_of(file.casework)
    said = said if said is not None else said_before(closing)
    if said is None and not session.can_ask:
        raise _without_reason(session, file, given, asked, day)
    given = checked_given(given_before(closing, given), session.config.worker)
    if reached is not None:
        given = given._replace(reached=_goals(file, reached))
    if said is not None:
        said = reason_of(session.typed(said, "reason"), asked).said
    if not session.can_ask:
        assert said is not None
        _finish(session, file, reason_of(said, asked), given, asked, day, into)
        session.store.intake.drop_draft(closing_draft(case.id))
        return
    whose = session.shown(case)
    with drafting(
        session,
        closing_draft(case.id),
        f"Closing {_whose(whose)} was begun.",
        f"casectl close {case.number}",
        {
            REASON: said,
            HANDED_TO: given.handed_to,
            SUMMARY: given.summary,
            SIGNED_BY: given.signed_by,
        },
        names=(REASON,),
    ) as draft:
        reason, given = _ask(session, draft, file, said, given, asked, day, goals=reached is None)
        early = lacking_before(file, reason, given, asked, day, session.config.date_order)
        if early:
            _offer_notice(session, file, reason, asked, early, day)
        else:
            _finish(session, file, reason, given, asked, day, into)


def _finish(
    session: Session,
    file: "File",
    reason: Reason,
    given: Given,
    asked: Asked,
    day: date,
    into: str | None,
) -> None:
    """Close it, once nothing is lacking. Raises BadValue with everything that is."""
    case = file.case
    other = _goes_on_in(session, file, reason, into)
    if other is not None and (given.handed_to or given.reached):
        raise BadValue(
            "a duplicate's open items and goals go on in the other case",
            hint="leave --handed-to and --reached out",
        )
    lacks = lacking(file, reason, given, asked, day, session.config.date_order)
    if other is not None:
        lacks += _revoked(session, file, other)
    if lacks and all(each.how.startswith("--signed-off-by") for each in lacks):
        _await_sign_off(session, file, reason, given, day)
        return
    if lacks:
        raise _cannot(case, lacks)
    if other is not None:
        _confirm_duplicate(session, file, other)
        _write_duplicate(session, file, ending(file, reason, given, day), other)
        return
    was_shown = _confirm(session, file, reason)
    _write(session, file, ending(file, reason, given, day), was_shown=was_shown)


def _goes_on_in(session: Session, file: "File", reason: Reason, into: str | None) -> Case | None:
    """The case that a duplicate goes on in; None where it ends for another reason."""
    if reason.code != DUPLICATE:
        if into is not None:
            raise BadValue("--into is where a duplicate goes on", hint="add --reason duplicate")
        return None
    from casectl.core.duplicates import goes_on_in

    session.store.closing.check_no_death(file.case)
    opened = [each for each in file.other_cases if each.is_open]
    if into is None and len(opened) > 1 and session.can_ask:
        handles = ", ".join(session.shown(each).handle for each in opened)
        into = session.needed(None, f"In which case does it go on? ({handles}) ", "--into")
    named = find_case(session, into, write=True) if into is not None else None
    there = goes_on_in(file.case, file.other_cases, named)
    session.store.closing.check_no_death(there)
    session.store.covering.check_together(file.case, there)
    return there


def _revoked(session: Session, file: "File", other: Case) -> list[Lack]:
    from casectl.core.duplicates import revoking_lacking

    return revoking_lacking(
        file.case, file.casework, other, session.store.casework.of(other, CONSENT)
    )


def _confirm_duplicate(session: Session, file: "File", other: Case) -> None:
    """Say what goes on, and ask; a script has said enough."""
    if not session.can_ask or session.yes:
        return
    case, other = session.shown(file.case), session.shown(other)
    session.confirm(
        f"Close {_whose(case)}? Everything that is open goes on in {other.handle}.",
        otherwise=Ambiguous("nothing was closed", hint="add --yes"),
    )


def _write_duplicate(session: Session, file: "File", made: Ending, other: Case) -> None:
    after, closing, carried = session.store.closing.end_duplicate(file.case, made, other)
    shown, other = session.shown(after), session.shown(other)
    told = [session.shown(each) for each in carried]
    heads = [_sentence(session, closing)] if closing is not None else []
    heads += [f"In {other.handle}:"] if told else []
    session.output.wrote(
        {
            **owed_object(shown, (), session.output),
            "no_longer_due": [],
            "closing": closing_object(session.shown(closing), shown) if closing else None,
            "aftercare": None,
            "into": other.handle,
            "carried": [each._asdict() for each in told],
        },
        f"Closed, {session.say_day(made.on)}: {_whose(shown)}.",
        *heads,
        *(f"  {each.item:<10} as {each.now:<10} {each.kind}: {each.what}" for each in told),
        f"See it whole: casectl show {other.number}. casectl undo takes it back.",
    )


def _without_reason(
    session: Session, file: "File", given: Given, asked: Asked, day: date
) -> BadValue:
    """What a script is told that gives no reason: that, and what most of them ask beside it."""
    missing = f"--reason is missing ({', '.join(asked.closing.reasons)}, duplicate{_or_own(asked)})"
    given = checked_given(given, session.config.worker)
    order = session.config.date_order
    usual = lacking(file, Reason(OWN_WORDS, ""), given, asked, day, order)
    return BadValue(missing, hint="; ".join(map(str, usual)) or None)


def _cannot(case: Case, lacks: Sequence[Lack]) -> BadValue:
    return BadValue(f"{case.handle} cannot be closed yet", hint="; ".join(map(str, lacks)))


def _or_own(asked: Asked) -> str:
    return ", or your own words" if asked.closing.own_words else ""


def _offer_notice(
    session: Session, file: "File", reason: Reason, asked: Asked, lacks: list[Lack], day: date
) -> None:
    """What no answer can give is told whole; a notice may be given at once. Raises BadValue."""
    case = file.case
    if (
        is_warned_of(file, reason)
        and asked.notice_days
        and under_notice(closing_of(file.casework)) is None
    ):
        for each in lacks:
            tell(f"  Missing: {each}")
        means = _asked_means(session, asked, "Give notice today, and how?")
        if means is not None:
            _give_notice(session, case, reason.said, means, None, Given())
            return
    raise _cannot(case, lacks)


def _asked_means(session: Session, asked: Asked, question: str) -> str | None:
    """By which means notice is given; None for not now. What is neither is asked again."""
    options = asked.closing.notice_means
    told = f"({', '.join(options)}; Enter for not now) "
    while True:
        answer = session.ask(f"{question} {told}").strip()
        if fold(answer) in ("", "n", "no"):
            return None
        if fold(answer) in ("y", "yes") and len(options) == 1:
            return options[0]
        if fold(answer) not in ("y", "yes"):
            try:
                return checked_means(answer, asked)
            except BadValue as error:
                tell(f"  {error}")
        question = "By which means?"


# -- asked at a terminal ---------------------------------------------------------------------------

REASON, HANDED_TO, SUMMARY, SIGNED_BY = "reason", "handed_to", "summary", "signed_by"


def _ask(
    session: Session,
    draft: Draft,
    file: "File",
    said: str | None,
    given: Given,
    asked: Asked,
    day: date,
    *,
    goals: bool,
) -> tuple[Reason, Given]:
    """The reason, where it is not known, and what this reason asks beside it."""
    for key in [key for key, answer in draft.answers.items() if answer is None]:
        del draft.answers[key]  # skipped last time, and it was not enough
    order = session.config.date_order

    def questions(answers: Answers) -> list[Question]:
        asks = [_reason_asked(asked)] if said is None else []
        known = said if said is not None else answers.get(REASON)
        if known is None or file.case.status == PENDING:
            return asks
        reason = reason_of(known, asked)
        if lacking_before(file, reason, given, asked, day, order):
            return asks  # no answer would be enough
        return [*asks, *_rest(session, file, reason, given, asked, goals=goals)]

    answers = draft.walk(questions)
    reason = reason_of(said if said is not None else answers.get(REASON) or "", asked)
    reached = tuple(
        each.number
        for each in file.casework
        if each.kind == GOAL and each.status == OPEN and answers.get(each.part)
    )
    return reason, given._replace(
        reached=reached or given.reached,
        handed_to=given.handed_to or answers.get(HANDED_TO),
        summary=given.summary or answers.get(SUMMARY),
        signed_by=given.signed_by or answers.get(SIGNED_BY),
    )


def _reason_asked(asked: Asked) -> Question:
    reasons = f"{', '.join(asked.closing.reasons)}, duplicate{_or_own(asked)}"
    return Question(
        REASON, "Why?", lambda text: reason_of(text, asked).said, reasons,
        lead=(f"  Reasons: {reasons}",), words=True,
    )  # fmt: skip


def _rest(
    session: Session, file: "File", reason: Reason, given: Given, asked: Asked, *, goals: bool
) -> Iterator[Question]:
    """What is asked beside the reason: goals, who goes on, a summary, the sign-off."""

    def name_in(field: str) -> Callable[[str], str]:
        def read(text: str) -> str:
            named: dict[str, Any] = {field: text}
            return str(getattr(checked_given(Given(**named), session.config.worker), field))

        return read

    if goals and is_warned_of(file, reason):
        for each in file.casework:
            if each.kind == GOAL and each.status == OPEN:
                asks = f"Reached? {file.case.number}.{each.part} {session.shown(each).what}"
                yield Question(each.part, asks, yes_or_no, "y or n.", skipped="no")
    hard = hard_items(file)
    if hard and given.handed_to is None and reason.code not in (DIED, DUPLICATE):
        lines = [
            f"  {item:<14} {session.shown(what) if ':' in what else what}" for item, what in hard
        ]
        yield Question(
            HANDED_TO, "Who sees to that from now on?", name_in(HANDED_TO),
            "A name, or an agency.", skipped="nobody", words=True,
            lead=("Still open, and somebody counts on it:", *lines),
        )  # fmt: skip
    if given.summary is None and is_warned_of(file, reason):
        yield Question(
            SUMMARY, "Summary: what was done, how it ends?",
            lambda text: checked_text(text, "summary"), "A sentence or two.", words=True,
        )  # fmt: skip
    if asked.closing.sign_off and not (given.signed_by or given.approved_by):
        yield Question(
            SIGNED_BY, "Who signed it off?", name_in(SIGNED_BY), "Somebody else than you.",
            skipped="it waits for that", words=True,
        )  # fmt: skip


def _goals(file: "File", named: list[str]) -> tuple[int, ...]:
    """The open goals that ``--reached 1 --reached 12.g2`` names."""
    number = file.case.number
    by_number = {each.number: each for each in file.casework if each.kind == GOAL}
    found = []
    for text in [each for several in named for each in several.split(",")]:
        word = text.strip().lower().removeprefix(f"{number}.").removeprefix("g")
        if not (word.isascii() and word.isdigit() and len(word) < 10):
            raise BadValue(f"--reached takes the number of a goal, not {text[:40]!r}")
        goal = by_number.get(int(word))
        if goal is None:
            raise BadValue(
                f"{file.case.handle} has no goal {number}.g{int(word)}",
                hint=f"casectl goal list {number}",
            )
        if goal.status == OPEN:
            found.append(goal.number)
    return tuple(dict.fromkeys(found))


def _await_sign_off(
    session: Session, file: "File", reason: Reason, given: Given, day: date
) -> None:
    """Everything but the sign-off is there: the case stays open and owes that."""
    case, closing = file.case, closing_of(file.casework)
    if closing is not None and closing.stage == SIGN_OFF:
        raise BadValue(
            f"{case.handle} waits for its sign-off",
            hint=f"casectl close {case.number} --signed-off-by NAME",
        )
    made = session.store.closing.await_sign_off(
        case, day, reason.said, waiting_body(file, reason, given)
    )
    shown, made = session.shown(case), session.shown(made)
    session.output.wrote(
        closing_object(made, shown),
        f"{_whose(shown)}: everything is there but the sign-off, and the case stays open for it.",
        f"Then: casectl close {case.number} --signed-off-by NAME",
    )


def _confirm(session: Session, file: "File", reason: Reason) -> bool:
    """Show what ends with the case, and ask; whether it was shown.

    A script is asked for --yes only where the client died and others count on something still.
    """
    case = file.case
    hard = [what for _, what in hard_items(file)] if reason.code == DIED else []
    promises = [each for each in file.promises if each.status == OPEN]
    ends = promises or ended_beside(file)
    if not hard and (not ends or not session.can_ask):
        return False
    show = session.can_ask and not session.yes
    if show:
        shown = session.shown(promises)
        beside = _beside(session, file)
        for line in _lines(session, case, shown, beside, "This will no longer be due:"):
            tell(line)
    what = f"{len(hard)} open" if hard else "what is still promised"
    session.confirm(
        f"Close {_whose(session.shown(case))} with {what}?",
        otherwise=Ambiguous(
            f"{case.handle} has {', '.join(item for item, _ in hard_items(file))} open, which "
            "others count on",
            hint="tell them, end that first, or add --yes",
        ),
    )
    return show


def _write(session: Session, file: "File", made: Ending, *, was_shown: bool) -> None:
    before = file.case
    still_open = session.shown([each for each in file.promises if each.status == OPEN])
    beside = _beside(session, file)
    after, closing, aftercare = session.store.closing.end(before, made)
    shown = session.shown(after)
    word = "Declined" if before.status == PENDING else "Closed"
    sentences = [f"{word}, {session.say_day(made.on)}: {_whose(shown)}.{_owes(session, aftercare)}"]
    if closing is not None:
        sentences.append(_sentence(session, closing))
    if aftercare is not None:
        due = _call_due(session, after)
        sentences.append(f"It owes {after.number}.{aftercare.part}, the aftercare call, by {due}.")
    session.output.wrote(
        {
            **owed_object(shown, (), session.output),
            "no_longer_due": [
                *(promise_object(each, shown) for each in still_open),
                *({"item": item, "kind": kind, "what": what} for item, kind, what in beside),
            ],
            "closing": closing_object(session.shown(closing), shown) if closing else None,
            "aftercare": f"{after.number}.{aftercare.part}" if aftercare else None,
        },
        *sentences,
        *([] if was_shown else _lines(session, shown, still_open, beside, "No longer due:")),
        f"casectl undo takes it back; casectl reopen {after.number} opens it again.",
    )


def _sentence(session: Session, closing: Piece) -> str:
    told = closing_line(session.shown(closing), session.output)
    return f"{told[:1].upper()}{told[1:]}."


def _owes(session: Session, aftercare: Piece | None) -> str:
    return "" if aftercare is not None else " It owes nothing now."


def _call_due(session: Session, case: Case) -> str:
    from casectl.core.due import due_items

    items = due_items(session.store.cases.record(case), session.standards, session.today)
    return session.say_day(next(item.due for item in items if item.kind == "aftercare"))


def _beside(session: Session, file: "File") -> list[tuple[str, str, str]]:
    """What ends and is no promise, as it may be told."""
    return [
        (item, kind, what if kind == "safety" else session.shown(what))
        for item, kind, what in ended_beside(file)
    ]


def _lines(
    session: Session,
    case: Case,
    promises: Sequence[Promise],
    beside: Sequence[tuple[str, str, str]],
    head: str,
) -> list[str]:
    if not promises and not beside:
        return []
    lines = [head, *(f"  {item:<14} {kind}: {what}" for item, kind, what in beside)]
    for each in promises:
        kind = each.kind.replace("_", "-")
        day = session.say_day(each.due_on, each.due_time)
        lines.append(f"  {f'{case.number}.{each.number}':<14} {kind}: {each.what}, {day}")
    return lines


def _past_day(session: Session, text: str | None, case: Case) -> date:
    """A day that is not ahead, and not before the case began."""
    day = session.read_day(text, back=True) if text else session.today
    if day > session.today:
        raise BadValue(f"{session.say_day(day)} is still ahead", hint="give today or a day before")
    if day < case.opened_on:
        began = "referred" if case.status == PENDING else "opened"
        raise BadValue(
            f"{session.say_day(day)} is before it was {began} on {session.say_day(case.opened_on)}"
        )
    return day


def _whose(case: Case) -> str:
    return f"{case.client} ({case.handle})"
