"""The door to every report: a screen on a terminal, else TSV or JSON. Only screens load Rich."""

from __future__ import annotations

from casectl.core.agenda import Agenda
from casectl.render import Output
from casectl.render.objects import TODAY_COLUMNS, agenda_objects


def agenda(agenda: Agenda, output: Output) -> None:
    """The day's list."""
    if output.draws:
        from casectl.render.today import today_screen

        output.draw(today_screen(agenda, output))
    else:
        output.table(agenda_objects(agenda, output), TODAY_COLUMNS)
