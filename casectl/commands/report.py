"""report: how a caseload moved over a time, what was in time, what came of it, what was done."""

from datetime import date
from typing import Annotated

import typer

from casectl.colleagues import IdentityOption, MoreFiles, OfOption, closing, days_of, sights
from casectl.core.errors import BadValue
from casectl.core.intake import did_you_mean
from casectl.core.reporting import BY, KINDS, Period, Source
from casectl.core.reporting import report as made
from casectl.parameters import current
from casectl.render.reporting import report_told
from casectl.session import Session

LONGEST = 3660  # days


def report(
    ctx: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", help="caseload, timeliness, outcomes or activity."),
    ],
    files: MoreFiles = None,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="The first day (the first of this month)."),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="The last day (today).")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="WHAT", help="Apart by program or by language."),
    ] = None,
    deidentify: Annotated[
        bool,
        typer.Option(
            "--deidentify",
            help="Withhold counts under 11 (withhold_under), and what would give them away.",
        ),
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with a heading.")] = False,
    of: OfOption = None,
    identity: IdentityOption = None,
) -> None:
    """Reports over a time: in time, outcomes, activity.

    caseload: open before, opened, closed. timeliness: contacts in time by level, the first
    contact, the time to a plan. outcomes: answers to referrals, goals, domains, closings,
    readmission. activity: contacts and minutes by kind, notes, costs. docs/reports.md defines each.
    """
    session = current(ctx)
    named = _kind(kind)
    period = _period(session, first, last)
    apart = _by(by)
    if as_csv and (session.json or session.fields):
        raise BadValue("--csv goes with neither --json nor --fields")
    seen = sights(session, of, files, identity)
    sources = [Source(each.worker, each.trails) for each in seen]
    closing(seen, session)
    under = session.config.withhold_under if deidentify else None
    lines = made(named, sources, period, session.standards, session.today, apart, under)
    report_told(
        named, lines, period, session.output,
        several=of is not None, by=apart, as_csv=as_csv, withhold_under=under,
        days=days_of(seen, session),
    )  # fmt: skip


def _kind(text: str) -> str:
    kind = text.strip().lower()
    if kind not in KINDS:
        raise BadValue(
            f"no report {text[:40]!r}; there are {', '.join(KINDS)}", hint=did_you_mean(kind, KINDS)
        )
    return kind


def _by(text: str | None) -> str | None:
    if text is None:
        return None
    by = text.strip().lower()
    if by not in BY:
        raise BadValue(f"cannot be told apart by {text[:40]!r}", hint=f"by {' or '.join(BY)}")
    return by


def _period(session: Session, first: str | None, last: str | None) -> Period:
    until = session.read_day(last, back=True, far=True) if last else session.today
    since: date = session.read_day(first, back=True, far=True) if first else until.replace(day=1)
    if until > session.today:
        raise BadValue(f"--to {session.say_day(until)} is still ahead")
    if since > until:
        raise BadValue(f"--from {session.say_day(since)} comes after --to {session.say_day(until)}")
    if (until - since).days > LONGEST:
        raise BadValue("that is more than ten years", hint="a shorter time")
    return Period(since, until)
