"""The doors of the sheets: calls and visits as a screen, TSV or JSON; the field sheet as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from casectl.render import Object, Output
from casectl.render.objects import item_object

if TYPE_CHECKING:
    from casectl.core.model import Client
    from casectl.core.sheets import AgencyCall, SheetRow, Visit

CALL_COLUMNS = (
    "item", "handle", "client", "status", "phone", "safe_contact", "language", "interpreter",
    "pronouns", "what", "why", "organization",
)  # fmt: skip
VISIT_COLUMNS = (
    "time", "item", "handle", "client", "status", "what", "place", "address", "phone",
    "safe_contact", "language", "interpreter",
)  # fmt: skip


def calls(
    rows: Sequence[SheetRow],
    agencies: Sequence[AgencyCall],
    more: int,
    whole: str,
    output: Output,
) -> None:
    """Whom to call; ``more`` were cut by the limit, which ``whole`` lists."""
    rows, agencies = output.shown(rows), output.shown(agencies)
    if output.draws:
        from casectl.render.sheet_screens import calls_screen

        output.draw(calls_screen(rows, agencies, more, whole, output))
    else:
        objects = [call_object(row, output) for row in rows]
        objects += [agency_object(each, output) for each in agencies]
        output.table(objects, CALL_COLUMNS)


def visits(visits: Sequence[Visit], more: int, whole: str, output: Output) -> None:
    """Where to go, in that order."""
    visits = output.shown(visits)
    if output.draws:
        from casectl.render.sheet_screens import visits_screen

        output.draw(visits_screen(visits, more, whole, output))
    else:
        output.table([visit_object(visit, output) for visit in visits], VISIT_COLUMNS)


def field_sheet(
    rows: Sequence[SheetRow], more: int, whole: str, worker: str, output: Output
) -> None:
    """What is printed and taken along; the same on a terminal and in a pipe."""
    rows = output.shown(rows)
    from casectl.render.sheet_screens import field_pages

    output.write(field_pages(rows, more, whole, worker, output))


def call_object(sheet_row: SheetRow, output: Output) -> Object:
    """One case of ``today --calls``; ``also`` names its other items that reaching clears."""
    first, *others = sheet_row.row.items
    return {
        **item_object(first, output),
        **_reached_by(sheet_row.client),
        "also": [item.item for item in others],
        "organization": None,
    }


def agency_object(call: AgencyCall, output: Output) -> Object:
    """One agency of ``today --calls``: the keys of a case, and ``organization`` whose phone it is.

    Of the client it has the name alone: their number and words are for calling them.
    """
    from casectl.render.referrals import phones_of

    return {
        **item_object(call.item, output),
        **dict.fromkeys(("safe_contact", "language", "interpreter", "pronouns")),
        "phone": ", ".join(phones_of(call.resource)) or None,
        "also": [],
        "organization": call.referral.who,
    }


def visit_object(visit: Visit, output: Output) -> Object:
    promise = visit.item.promise
    return {
        **item_object(visit.item, output),
        "place": promise.place if promise is not None else None,
        "minutes": promise.minutes if promise is not None else None,
        "address": visit.client.address,
        **_reached_by(visit.client),
    }


def _reached_by(client: Client) -> Object:
    return {
        "phone": client.phone,
        "safe_contact": client.safely,
        "language": client.language,
        "interpreter": client.interpreter,
        "pronouns": client.pronouns,
    }
