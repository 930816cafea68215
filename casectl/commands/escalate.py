"""escalate: what a supervisor should see. summary: the same for the night, without a name in it."""

from typing import Annotated

import typer

from casectl.colleagues import (
    IdentityOption,
    MoreFiles,
    OfOption,
    RecipientOption,
    Seal,
    Sight,
    closing,
    days_of,
    new_path,
    sights,
)
from casectl.core.errors import BadValue
from casectl.parameters import current
from casectl.render import json_text
from casectl.render.escalating import escalate_report


def escalate(
    ctx: typer.Context,
    files: MoreFiles = None,
    of: OfOption = None,
    identity: IdentityOption = None,
) -> None:
    """What a supervisor should see.

    Safety items that are late, hard deadlines missed, anything else late by two of its intervals,
    and a worker who carries more points than somebody full-time. Each row has its day: of a
    summary that it was written on. The exit code is 0 whatever is found.
    """
    session = current(ctx)
    seen = sights(session, of, files, identity)
    found = []
    for each in seen:
        rows = each.raised()
        each.was_shown("escalate", list({r.case.number: r.case for r in rows if r.case}.values()))
        found += rows
    closing(seen, session)
    escalate_report(found, days_of(seen, session), session.output, several=of is not None)


def summary(
    ctx: typer.Context,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to write it (0600), over an older one."
        ),
    ] = None,
    recipient: RecipientOption = None,
) -> None:
    """Write what a supervisor reads at night into a file.

    casectl escalate, caseload and report read it with --of. It holds numbers, days, levels and
    programs of every case, no name and no text. That of an encrypted caseload is sealed; cron
    names --recipient.
    """
    session = current(ctx)
    path = new_path(output, "the summary", over=True)
    from casectl.core.summaries import summary_object

    sight = Sight(session, session.config.worker)
    if recipient is None and session.store.key is not None and not session.can_ask:
        raise BadValue(
            "--recipient is missing", hint="the caseload is encrypted, and so is its summary"
        )
    seal = Seal(session, recipient, may_be_plain=session.store.key is None)
    made = summary_object(
        sight.worker, sight.day, sight.capacity, sight.raised(), list(sight.trails)
    )
    seal.write(path, f"{json_text(made)}\n".encode("ascii"), over=True)
    cases = sum(each.is_open(sight.day) for each in sight.trails)
    session.output.wrote(
        {
            "path": str(path),
            "day": sight.day.isoformat(),
            "open_cases": cases,
            "sealed": bool(seal.recipients) or seal.passphrase is not None,
        },
        f"Summary of {cases} open cases, {session.say_day(sight.day)}: {path}, {seal.words}.",
    )
