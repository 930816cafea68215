"""search: text in names, notes, contacts and promises, in any script; numbers and dates too."""

from typing import Annotated

import typer

from casectl.core.finding import sought
from casectl.core.text import checked_text
from casectl.parameters import current, limit_number
from casectl.render import reports, tell

LONGEST = 200
MOST = 20  # results, unless somebody says


def search(
    ctx: typer.Context,
    text: Annotated[
        list[str],
        typer.Argument(
            metavar="TEXT...|-",
            help="Words, all of which one record must hold, a phone number, an external id or a "
            "birth date; - reads standard input.",
        ),
    ],
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", "-n", parser=limit_number, metavar="N", help="How many results (20)."
        ),
    ] = None,
) -> None:
    """Find text in names, notes, contacts and follow-ups.

    Upper and lower case and accents are the same, and part of a word will do; quotes and other
    signs are only text. A phone number is found however it is written, a birth date in any form
    that is read as one. Those and names come first, then the newest records. Nothing found is no
    error: it is said on standard error, and the exit code is 0.
    """
    session = current(ctx)
    words = session.typed(" ".join(text), "text to look for")
    words = checked_text(words, "text to look for", limit=LONGEST)
    wanted = sought(words, session.today, session.config.date_order)
    most = limit or MOST
    found = session.store.search.find(wanted, most + 1)
    if not found:
        tell("casectl: nothing found" + ("" if session.private else f" for {words!r}"))
    session.was_shown("search", list({hit.case.id: hit.case for hit in found[:most]}.values()))
    reports.hits(found[:most], wanted.words, len(found) > most, session.output)
    if len(found) > most and limit is None:
        session.tell_that_it_was_cut("--limit N")
