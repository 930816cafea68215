"""assess: how a client stands in each domain of life, and the risk."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from casectl.asking import GO_ON, Answers, Question, Walk, begun, is_answered
from casectl.core.assessing import (
    Assessment,
    checked_days,
    checked_need,
    compared,
    read_document,
)
from casectl.core.casefile import owed
from casectl.core.casework import ASSESSMENT, NEED, OPEN, RISK, Piece
from casectl.core.domains import Domain, Standing, domain_words, find_domain, find_standing
from casectl.core.errors import Ambiguous, BadValue, Declined, NotFound
from casectl.core.guards import check_change
from casectl.core.model import Case
from casectl.core.risks import KINDS, LEVELS, MODERATE, find_kind, find_level, live
from casectl.core.standing import Stood, last_stood
from casectl.core.text import checked_text, fold
from casectl.core.views import Draft, Drafted
from casectl.naming import find_case, find_item, find_piece
from casectl.parameters import complete_case, current
from casectl.render import assessing as told
from casectl.render import tell
from casectl.session import STDIN, Session

LEVELS_SAID = ", ".join(f"{each.value} {each.words}" for each in Standing)
OWN_RISK = "another risk"
PLAN, REVIEW, SUMMARY = "safety plan", "review", "summary"
BESIDE_THE_DOMAINS = frozenset([OWN_RISK, PLAN, REVIEW, SUMMARY])  # the keys of other answers
USUAL_REVIEW = 7  # days
PRESSING = LEVELS[MODERATE:]


def assess(
    ctx: typer.Context,
    case: Annotated[
        str | None,
        typer.Argument(
            metavar="[CASE]",
            help="A case: its number, its handle (garcia-12), part of the client's name.",
            autocompletion=complete_case,
        ),
    ] = None,
    domain: Annotated[
        list[str] | None,
        typer.Option("--domain", metavar="DOMAIN=LEVEL", help="housing=2; 1 in crisis, 5 best."),
    ] = None,
    strength: Annotated[
        list[str] | None,
        typer.Option("--strength", metavar="DOMAIN=TEXT", help="What helps in a domain."),
    ] = None,
    need: Annotated[
        list[str] | None,
        typer.Option("--need", metavar="DOMAIN=TEXT", help='"housing=eviction notice"; repeats.'),
    ] = None,
    note: Annotated[
        list[str] | None,
        typer.Option("--note", metavar="DOMAIN=TEXT", help="What else, of a domain or a risk."),
    ] = None,
    summary: Annotated[
        str | None, typer.Option("--summary", metavar="TEXT", help="The whole in a sentence.")
    ] = None,
    risk: Annotated[
        list[str] | None,
        typer.Option(
            "--risk",
            metavar="KIND=LEVEL",
            help="self-harm=high; none, low, moderate, high or imminent; repeats.",
        ),
    ] = None,
    safety_plan: Annotated[
        str | None,
        typer.Option("--safety-plan", metavar="TEXT", help="What was agreed; needs --review."),
    ] = None,
    review: Annotated[
        str | None,
        typer.Option("--review", metavar="WHEN", help="When the safety plan is looked at again."),
    ] = None,
    reviewed: Annotated[
        str | None,
        typer.Option(
            "--reviewed", metavar="WHEN", help="The safety plan was looked at; again WHEN."
        ),
    ] = None,
    risk_only: Annotated[
        bool, typer.Option("--risk-only", help="Ask about risk alone, on a terminal.")
    ] = False,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="All of it from JSON; - is a pipe."),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day of the assessment (today).")
    ] = None,
    partial: Annotated[
        bool,
        typer.Option("--partial", help="Some domains looked at again; the assessment stays due."),
    ] = False,
    previous: Annotated[
        bool, typer.Option("--previous", help="The last two beside each other.")
    ] = False,
    drafts: Annotated[
        bool, typer.Option("--drafts", help="What was begun and not finished.")
    ] = False,
    drop_draft: Annotated[
        bool, typer.Option("--drop-draft", help="Forget what was begun.")
    ] = False,
) -> None:
    """Assess how a client stands, domain by domain, and the risk.

    On a terminal it asks: Enter skips, < goes back, ? helps, and Ctrl-C keeps a draft that the
    same command goes on with. In a script: casectl assess 12 --domain housing=2 --need
    "housing=eviction notice", or --from FILE with JSON (docs/casework.md shows it).

    Domains are safety, housing, food, income, employment, education, physical health, mental
    health, substance use, transport, legal, family and relationships, social support, daily
    living and benefits; their first letters do. A profile may ask others (docs/profiles.md).
    Needs become needs of the case (casectl need).

    Risk: self-harm, harm to others, abuse or neglect, domestic violence, medical, homelessness
    tonight, overdose, or your own words. The case's risk is the highest that stands, its level
    counts as reviewed, and a red flag ends. A safety plan has a day to be looked at again:
    --reviewed "in 2 weeks" says that it was (of several, one: casectl assess 12.r1 --reviewed).
    """
    session = current(ctx)
    if drafts:
        _list_drafts(session, case)
        return
    if case is None:
        raise BadValue("assess needs a CASE", hint="casectl assess 12")
    if previous:
        _compare(session, find_case(session, case))
        return
    if reviewed is not None:
        if any((domain, strength, need, note, risk, summary, source, review)):
            raise BadValue("--reviewed goes with --safety-plan alone", hint="or say --risk again")
        _review(session, case, reviewed, safety_plan, on)
        return
    found = find_case(session, case, write=True)
    if drop_draft:
        _drop_draft(session, found)
        return
    check_change(found, "assess")
    given = _by_flags(session, domain, strength, need, note, risk, safety_plan, review, summary)
    day = session.read_day(on, back=True) if on is not None else session.today
    if source is not None:
        if given:
            raise BadValue("with --from, the file says what was assessed", hint="give --on alone")
        document = _from_file(session, source)
        if on is not None and isinstance(document, dict):
            document.pop("on", None)
        _record(session, found, _read(session, found, document, day), partial=partial)
    elif given:
        _record(session, found, _read(session, found, given, day), partial=partial)
    elif session.can_ask:
        _guided(session, found, day, risk_only=risk_only, partial=partial)
    else:
        raise BadValue(
            "nothing was assessed",
            hint="--domain housing=2, --risk self-harm=low, or --from FILE; a terminal is asked",
        )


# --- What a script says ---------------------------------------------------------------------


def _by_flags(
    session: Session,
    domains: list[str] | None,
    strengths: list[str] | None,
    needs: list[str] | None,
    notes: list[str] | None,
    risks: list[str] | None,
    safety_plan: str | None,
    review: str | None,
    summary: str | None,
) -> dict[str, Any]:
    """The document that the options spell; empty where there are none."""
    by_domain: dict[str, dict[str, Any]] = {}
    by_risk: dict[str, dict[str, Any]] = {}

    def of(name: str) -> dict[str, Any]:
        return by_domain.setdefault(find_domain(name, session.profile.domains).key, {})

    for text in risks or ():
        kind, level = _pair(text, "--risk", "self-harm=low")
        _put(by_risk.setdefault(find_kind(kind), {}), "level", level, text)
    for text in domains or ():
        name, level = _pair(text, "--domain", "housing=2")
        _put(of(name), "level", level, text)
    for text in strengths or ():
        name, words = _pair(text, "--strength", '"housing=kind landlord"')
        _put(of(name), "strengths", words, text)
    for text in needs or ():
        name, words = _pair(text, "--need", '"housing=eviction notice"')
        of(name).setdefault("needs", []).append(words)
    for text in notes or ():
        name, words = _pair(text, "--note", '"housing=lives with a cousin"')
        kinds = [kind for kind in by_risk if fold(name) and fold(kind).startswith(fold(name))]
        _put(by_risk[kinds[0]] if len(kinds) == 1 else of(name), "note", words, text)
    document: dict[str, Any] = {}
    if by_domain:
        document["domains"] = by_domain
    if by_risk:
        document["risk"] = by_risk
    if safety_plan is not None or review is not None:
        plan = session.typed(safety_plan, "safety plan") if safety_plan is not None else None
        document["safety_plan"] = {"text": plan, "review": review}
    if summary is not None:
        document["summary"] = session.typed(summary, "summary")
    return document


def _pair(text: str, option: str, example: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise BadValue(f"{option} {text[:40]!r} is not like {example}")
    return name.strip(), value.strip()


def _put(table: dict[str, Any], key: str, value: str, text: str) -> None:
    if key in table:
        raise BadValue(f"{text[:40]!r} says once more what was said already")
    table[key] = value


def _from_file(session: Session, source: str) -> Any:
    from casectl.formats.assessments import parse_json, read_json

    if source == STDIN:
        return parse_json(session.typed(STDIN, "assessment"), "standard input")
    if not source.strip() or "\x00" in source:
        raise BadValue("--from needs the path of a file, or - for a pipe")
    return read_json(Path(source).expanduser())


def _read(session: Session, case: Case, document: object, on: date) -> Assessment:
    given = read_document(document, on, session.read_day, session.profile.domains)
    return checked_days(given, case.opened_on, session.today)


# --- Asking ---------------------------------------------------------------------------------


def _guided(session: Session, case: Case, on: date, *, risk_only: bool, partial: bool) -> None:
    """Ask what there is to ask, in a walk that outlives an interruption."""
    answers, lies = _draft_of(session, case)
    asking = _Asking(session, case, on, risk_only=risk_only)

    def kept() -> str:
        pressing = any(
            level in PRESSING for key, level in answers.items() if key.startswith("risk:")
        )
        unsaid = " The risk is NOT on record yet." if pressing else ""
        return f"Kept as a draft: casectl assess {case.number} goes on with it.{unsaid}"

    def keep() -> None:
        session.store.casework.keep_draft(case, ASSESSMENT, answers)

    def all_answered() -> Assessment | None:
        Walk(session, answers, asking.questions, keep, kept, lies=lies).go()
        if not is_answered(answers):
            return None
        return _read(session, case, document_of(answers, on), on)

    given = all_answered()
    if given is None:
        if not lies:
            session.store.casework.drop_draft(case, ASSESSMENT)
        raise Declined("nothing was assessed")
    if not session.yes:
        tell(f"To be recorded: {session.shown(_said(given))}.")
        if fold(session.ask("Record it? [Y/n] ")) not in ("", "y", "yes"):
            tell(kept())
            raise Declined("nothing was recorded")
    _record(session, case, given, partial=partial, from_draft=True)


def _draft_of(session: Session, case: Case) -> tuple[Answers, bool]:
    """The answers of an interrupted assessment, if somebody wants to go on with it now."""
    answers = session.store.casework.draft(case, ASSESSMENT)
    if not answers:
        return {}, False
    whose = session.shown(case)
    day = next(each.begun_on for each in session.store.casework.drafts(case))
    given = sum(each is not None for each in answers.values())
    return begun(
        session,
        answers,
        f"An assessment of {whose.client} ({whose.handle}) begun {session.say_day(day)} has "
        f"{given} answer{'' if given == 1 else 's'}. {GO_ON}",
    )


class _Asking:
    """The questions of one case: what was there before stands beside each."""

    def __init__(self, session: Session, case: Case, on: date, *, risk_only: bool) -> None:
        self.session = session
        self.case = case
        self.on = on
        self.risk_only = risk_only
        pieces = session.store.casework.of(case, ASSESSMENT, NEED, RISK)
        self.stood = last_stood(pieces)
        self.risks = live(pieces)
        self.needs = [each for each in pieces if each.kind == NEED and each.ended_on is None]

    def questions(self, answers: Answers) -> list[Question]:
        """What a red flag asks for comes first."""
        risk = self._of_risk(answers)
        if self.risk_only:
            return risk
        asked = self.session.profile.asked
        domains = [each for domain in asked for each in self._of_domain(domain, answers)]
        first, then = (risk, domains) if self.case.flagged_on else (domains, risk)
        summary = Question(
            SUMMARY, "The whole in a sentence", str, "What somebody should know who reads no more.",
            words=True,
        )  # fmt: skip
        return [*first, *then, summary]

    def _of_domain(self, domain: Domain, answers: Answers) -> list[Question]:
        key, words = domain.key, domain.words
        on_file = tuple(
            f"  on file: {self.case.number}.{each.part} {self.session.shown(each).what}"
            for each in self.needs
            if each.domain == key
        )
        level = Question(
            key,
            f"{words.capitalize()}, 1 to 5{self._before(self.stood.get(key))}",
            lambda text: int(find_standing(text)),
            f"{LEVELS_SAID}. Enter leaves the domain out.",
        )
        if answers.get(key) is None:
            return [level]
        return [
            level,
            Question(
                f"{key}.strengths", "  Strengths", _text_of("strengths"),
                "What helps: people, skills, means.", words=True,
            ),
            Question(
                f"{key}.needs", "  Needs, with ; between several", _needs_of,
                "What is lacking, in a few words each. They become needs of the case.",
                lead=on_file, words=True,
            ),
            Question(
                f"{key}.note", "  Note", _text_of("note"), "Anything else.", words=True,
            ),
        ]  # fmt: skip

    def _before(self, stood: Stood | None) -> str:
        if stood is None:
            return ""
        words, day = Standing(stood.level).words, self.session.say_short(stood.on)
        return f" (was {stood.level} {words}, {day})"

    def _of_risk(self, answers: Answers) -> list[Question]:
        others = [kind for kind in self.risks if kind not in KINDS]
        own = answers.get(OWN_RISK)
        found = [each for kind in (*KINDS, *others) for each in self._of_kind(kind, answers)]
        found.append(
            Question(
                OWN_RISK, "Another risk, in your own words", find_kind,
                "Anything else that somebody fears.", words=True,
            )
        )  # fmt: skip
        if own is not None and own not in (*KINDS, *others):
            found += self._of_kind(own, answers)
        pressing = any(
            level in PRESSING
            for key, level in answers.items()
            if key.startswith("risk:") and not key.endswith(".note")
        )
        if pressing:
            usual = self.session.say_day(self.on + timedelta(days=USUAL_REVIEW))
            found.append(
                Question(
                    PLAN, "Safety plan", _text_of("safety plan"),
                    "What was agreed that is to be done, by whom, if it gets worse.", words=True,
                )
            )  # fmt: skip
            if answers.get(PLAN) is not None:
                found.append(
                    Question(
                        REVIEW, "Looked at again on", self._review_day,
                        "A day: fri, tomorrow, in 2 weeks, 14 jan.", skipped=usual,
                    )
                )  # fmt: skip
        return found

    def _of_kind(self, kind: str, answers: Answers) -> list[Question]:
        standing = self.risks.get(kind)
        before = ""
        if standing is not None:
            word = LEVELS[standing.level or 0]
            before = f" (was {word}, {self.session.say_short(standing.on_day)})"
        key = f"risk:{kind}"
        said = kind if kind in KINDS else self.session.shown(kind)
        level = Question(
            key,
            f"Risk, {said}{before}",
            lambda text: LEVELS[find_level(text)],
            f"{', '.join(LEVELS)}. Enter leaves it as it stands.",
        )
        if answers.get(key) in (None, "none"):
            return [level]
        note = Question(
            f"{key}.note", "  What was said or seen", _text_of("note"), "In a few words.",
            words=True,
        )  # fmt: skip
        return [level, note]

    def _review_day(self, text: str) -> str:
        day = self.session.read_day(text)
        if day <= self.on:
            raise BadValue(f"{self.session.say_day(day)} is not a later day")
        tell(f"  {self.session.say_day(day)}")
        return day.isoformat()


def _text_of(what: str) -> Any:
    return lambda text: checked_text(text, what)


def _needs_of(text: str) -> list[str]:
    return [checked_need(each) for each in text.split(";") if each.strip()]


def document_of(answers: Mapping[str, Any], on: date) -> dict[str, Any]:
    """What was answered, as the document that a script would send."""
    domains: dict[str, dict[str, Any]] = {}
    risks: dict[str, dict[str, Any]] = {}
    for key, value in answers.items():
        if value is None:
            continue
        name, _, part = key.partition(".")
        if key.startswith("risk:"):
            kind = key.removeprefix("risk:").removesuffix(".note")
            if answers.get(f"risk:{kind}") is not None:
                part = "note" if key.endswith(".note") else "level"
                risks.setdefault(kind, {})[part] = value
        elif name not in BESIDE_THE_DOMAINS and answers.get(name) is not None:
            domains.setdefault(name, {})[part or "level"] = value
    document: dict[str, Any] = {"domains": domains, "risk": risks}
    if answers.get(PLAN) is not None and risks:
        usual = (on + timedelta(days=USUAL_REVIEW)).isoformat()
        document["safety_plan"] = {
            "text": answers[PLAN],
            "review": answers.get(REVIEW) or usual,
        }
    if answers.get(SUMMARY) is not None:
        document["summary"] = answers[SUMMARY]
    return document


def _said(given: Assessment) -> str:
    """What is about to be recorded, in numbers: the words were read as they were typed."""
    needs = sum(len(each.needs) for each in given.appraisals)
    levels = [
        f"{domain_words(each.domain)} {each.level}"
        for each in given.appraisals
        if each.level is not None
    ]
    parts = [", ".join(levels)] if levels else []
    parts += [f"{needs} need{'' if needs == 1 else 's'}"] if needs else []
    parts += [f"{each.kind} {each.word}" for each in given.risks]
    parts += ["a safety plan"] if given.safety_plan is not None else []
    return "; ".join(parts)


# --- Recording ------------------------------------------------------------------------------


def _record(
    session: Session,
    case: Case,
    given: Assessment,
    *,
    partial: bool,
    from_draft: bool = False,
) -> None:
    last = session.store.casework.last(case, ASSESSMENT)
    made = session.store.assessments.assess(case, given, partial=partial, from_draft=from_draft)
    record = session.store.cases.record(made.case)
    items = session.shown(owed(record, session.standards, session.today))
    made, last = session.shown(made), session.shown(last)
    session.output.wrote(
        told.assessed_object(made, items, session.output),
        *session.say_death(record),
        *told.assessed_sentences(made, last, items, session.output),
    )


def _review(
    session: Session, text: str, again: str, safety_plan: str | None, on: str | None
) -> None:
    """The safety plans of a case, or the one that ``12.r1`` names, were looked at."""
    case, plans = _plans(session, text)
    check_change(case, "assess")
    if len(plans) > 1 and safety_plan is not None:
        named = ", ".join(
            f"{case.number}.{each.part} ({each.domain})" for each in session.shown(plans)
        )
        raise Ambiguous(
            f"{case.handle} has several safety plans: {named}",
            hint=f"name one: casectl assess {case.number}.{plans[0].part} --reviewed WHEN",
        )
    day = session.read_day(on, back=True) if on is not None else session.today
    until = session.read_day(again)
    if until <= session.today:
        raise BadValue(f"{session.say_day(until)} is not a later day", hint="say when it is next")
    if not max(each.on_day for each in plans) <= day <= session.today:
        raise BadValue(f"{session.say_day(day)} is before the plan, or still ahead")
    new = None
    if safety_plan is not None:
        new = checked_text(session.typed(safety_plan, "safety plan"), "safety plan")
    changed = session.store.assessments.review_safety_plans(case, plans, day, until, new)
    changed, case = session.shown(changed), session.shown(case)
    session.output.wrote_all(
        [told.risk_object(each, case) for each in changed],
        *(
            f"{case.client} ({case.handle}): {case.number}.{each.part} safety plan reviewed "
            f"{session.say_day(day)}, again by {session.say_day(until)}."
            for each in changed
        ),
    )


def _plans(session: Session, text: str) -> tuple[Case, list[Piece]]:
    """The standing safety plans, or the one that is named."""
    case, part = find_item(session, text)
    if part is not None:
        case, piece = find_piece(session, text, RISK)
        plans = [piece] if piece.status == OPEN and piece.due_on is not None else []
    else:
        standing = live(session.store.casework.of(case, RISK))
        plans = [each for each in standing.values() if each.due_on is not None]
    if not plans:
        raise NotFound(
            f"{case.handle} has no safety plan to review",
            hint=f"casectl assess {case.number} --risk KIND=LEVEL --safety-plan TEXT --review WHEN",
        )
    return case, plans


# --- What is on file ------------------------------------------------------------------------


def _compare(session: Session, case: Case) -> None:
    pieces = sorted(
        session.store.casework.of(case, ASSESSMENT), key=lambda each: (each.on_day, each.number)
    )
    if not pieces:
        raise NotFound(f"{case.handle} has no assessment yet", hint=f"casectl assess {case.number}")
    before: Piece | None = pieces[-2] if len(pieces) > 1 else None
    session.was_shown("assess", [case])
    told.comparison(before, pieces[-1], compared(before, pieces[-1]), case, session.output)


def _list_drafts(session: Session, case: str | None) -> None:
    found = find_case(session, case) if case is not None else None
    drafts = session.store.casework.drafts(found)
    session.was_shown("assess", [each.case for each in drafts])
    told.drafts([_drafted(session, each) for each in drafts], session.output)


def _drafted(session: Session, draft: Draft) -> Drafted:
    """With the day that it asks to be finished by, as the due engine says; on hold it waits."""
    record = session.store.cases.record(draft.case)
    items = owed(record, session.standards, session.today)
    due = next((each.due for each in items if each.stage == "draft"), None)
    if due is None:
        lapse = session.standards.of(draft.case.program).draft_lapse
        due = draft.begun_on + timedelta(days=lapse)
    parts = tuple(
        (name, sum(each is not None for each in answers.values()))
        for name, answers in draft.parts.items()
    )
    return Drafted(draft.case, draft.begun_on, parts, due, (session.today - due).days)


def _drop_draft(session: Session, case: Case) -> None:
    drafts = session.store.casework.drafts(case)
    if not drafts:
        raise NotFound(f"{case.handle} has no draft", hint="casectl assess --drafts lists them")
    each = session.shown(_drafted(session, drafts[0]))
    whose = f"{each.case.client} ({each.case.handle})"
    session.confirm(
        f"Forget what was begun for {whose} on {session.say_day(each.begun_on)}?",
        otherwise=BadValue("a draft that is dropped is gone", hint="add --yes"),
    )
    session.store.casework.drop_draft(case)
    session.output.wrote(
        {"case": each.case.number, "handle": each.case.handle, "dropped": True},
        f"Dropped the draft of {whose}, begun {session.say_day(each.begun_on)}.",
    )
