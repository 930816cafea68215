"""whois: who a number, an id, a birth date or a word belongs to."""

from typing import Annotated

import typer

from casectl.core.errors import NotFound
from casectl.core.finding import known, sought
from casectl.core.text import checked_text
from casectl.parameters import current, limit_number
from casectl.render import reports, tell
from casectl.render.resources import resources

LONGEST = 200
MOST = 20  # results, unless somebody says


def whois(
    ctx: typer.Context,
    text: Annotated[
        list[str],
        typer.Argument(
            metavar="NUMBER|TEXT...|-",
            help="A phone number, an external id, a birth date, part of a name, or words that "
            "stand in a record; - reads standard input.",
        ),
    ],
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", "-n", parser=limit_number, metavar="N", help="How many results (20)."
        ),
    ] = None,
) -> None:
    """Who it is: by phone number, id, birth date or words.

    The digits of a phone number are compared, from seven on with or without country and area
    code. What belongs to the client comes before words in a record (the sister who calls). One
    client is shown with what is due first; several are listed. A service's number: the service,
    and who is referred there. Nobody: exit code 3. As with show, the access log says who was shown.
    """
    session = current(ctx)
    words = session.typed(" ".join(text), "number or words")
    words = checked_text(words, "number or words", limit=LONGEST)
    wanted = sought(words, session.today, session.config.date_order)
    most = limit or MOST
    hits = session.store.search.find(wanted, most + 1)
    services = session.store.search.services(wanted.number)
    if services and not hits:
        resources(services, session.output, "", named=True)
        return
    for each in services:
        tell(f"casectl: that is the number of resource {each.number}, {each.name}")
    if not hits:
        said = "" if session.private else f" with {words[:60]!r}"
        raise NotFound(f"nobody is on file{said}", hint="fewer digits or letters find more")
    shown = hits[:most]
    cases = session.store.cases.of_clients(hit.case.client_id for hit in shown)
    session.was_shown("whois", cases)
    people = known(
        shown,
        session.store.cases.records(cases),
        session.store.cases.clients(case.client_id for case in cases),
        session.standards,
        session.today,
    )
    reports.who(people, shown, wanted.words, len(hits) > most, session.output)
    if len(hits) > most and limit is None:
        session.tell_that_it_was_cut("--limit N")
