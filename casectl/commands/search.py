"""search: text in names, notes, contacts and promises, in any script."""

from typing import Annotated

import typer

from casectl.core.matching import words_of
from casectl.core.text import checked_text
from casectl.parameters import current, limit_number
from casectl.render import reports, tell

LONGEST = 200


def search(
    ctx: typer.Context,
    text: Annotated[
        list[str],
        typer.Argument(
            metavar="TEXT...|-",
            help="Words, all of which one record must hold; - reads them from standard input.",
        ),
    ],
    limit: Annotated[
        int,
        typer.Option("--limit", "-n", parser=limit_number, metavar="N", help="How many results."),
    ] = 20,
) -> None:
    """Find text in names, notes, contacts and follow-ups.

    Upper and lower case and accents are the same, and part of a word will do; quotes and other
    signs are only text. Names come first, then the newest records. Nothing found is no error: it
    is said on standard error, and the exit code is 0.
    """
    session = current(ctx)
    wanted = session.typed(" ".join(text), "text to look for")
    wanted = checked_text(wanted, "text to look for", limit=LONGEST)
    found = session.store.search.find(wanted, limit + 1)
    if not found:
        tell("casectl: nothing found" + ("" if session.private else f" for {wanted!r}"))
    session.was_shown("search", list({hit.case.id: hit.case for hit in found[:limit]}.values()))
    reports.hits(found[:limit], words_of(wanted), len(found) > limit, session.output)
